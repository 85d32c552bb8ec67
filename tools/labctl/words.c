// SPDX-License-Identifier: GPL-2.0
/* Words of the command line as the kernel wants them. Pure, but for error messages. */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "err.h"
#include "labctl.h"

static const struct unit {
	const char *name;
	const char *base; /* what an attribute in it ends with */
	int64_t factor;	  /* of that */
} units[] = {
	{ "ps", "_ps", 1 },	  { "ns", "_ns", 1 },	      { "us", "_ns", 1000 },
	{ "ms", "_ns", 1000000 }, { "s", "_ns", 1000000000 }, { "ppb", "_ppb", 1 },
	{ "ppm", "_ppb", 1000 },
};

static const char *const bases[] = { "_ns", "_ms", "_ps", "_ppb" };

bool words_known(const char *help, const char *model, size_t len, const char *attr)
{
	char mode[16], name[64];
	bool ours = !model;

	for (; help && *help; help += strcspn(help, "\n"), help += *help == '\n') {
		if (!strncmp(help, "model ", 6))
			ours = !model || (!strncmp(help + 6, model, len) && help[6 + len] == ':');
		else if (ours && sscanf(help, "  %15[nrw]%*[ ]%63s", mode, name) == 2 &&
			 !strcmp(name, attr))
			return true;
	}
	return false;
}

/* the end of a number like -1.5e3, text itself where there is none */
static const char *number_end(const char *text)
{
	static const char digits[] = "0123456789";
	const char *at = text + (*text == '-' || *text == '+'), *e;
	size_t n = strspn(at, digits);

	at += n;
	if (*at == '.') {
		n += strspn(at + 1, digits);
		at += 1 + strspn(at + 1, digits);
	}
	if (!n)
		return text;
	e = at + (*at == 'e' || *at == 'E');
	e += e > at && (*e == '-' || *e == '+');
	n = strspn(e, digits);
	return e > at && n ? e + n : at;
}

/* such a number times factor, exactly; false where that is no whole number of 64 bits */
static bool scaled(const char *text, const char *end, int64_t factor, int64_t *value)
{
	bool minus = *text == '-', point = false;
	long tens = 0;
	__int128 v = 0;

	for (text += minus || *text == '+'; text < end && !strchr("eE", *text); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *text - '0', &v))
			return false;
		tens -= point;
	}
	/* more than a number of 64 bits can have, whatever it is */
	if (text < end)
		tens += strtol(text + 1, NULL, 10);
	if (__builtin_mul_overflow(v, factor, &v))
		return false;
	for (; tens > 0 && v; tens--)
		if (__builtin_mul_overflow(v, 10, &v))
			return false;
	for (; tens < 0 && v; tens++) {
		if (v % 10)
			return false;
		v /= 10;
	}
	v = minus ? -v : v;
	*value = v;
	return *value == v;
}

static int error_number(const char *name)
{
	int e;

	for (e = 1; e < 4096; e++) {
		const char *known = strerrorname_np(e);

		if (known && !strcasecmp(known, name))
			return e;
	}
	return 0;
}

static bool ends_in(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a > b && !strcmp(text + a - b, end);
}

static char *pair(const char *key, size_t len, const char *suffix, int64_t value)
{
	char *text;

	if (asprintf(&text, "%.*s%s=%lld", (int)len, key, suffix, (long long)value) < 0)
		exit(err_say(ENOMEM, NULL, "no memory"));
	return text;
}

static char *word_copy(const char *word)
{
	char *copy = strdup(word);

	if (!copy)
		exit(err_say(ENOMEM, NULL, "no memory"));
	return copy;
}

/* the name that the kernel knows in place of "rate", "rate_ppb"; NULL: none, or "rate" itself */
static const char *with_unit(const char *key, const char *help, const char *model, size_t len,
			     char *longer, size_t room)
{
	size_t i;

	if (words_known(help, model, len, key))
		return NULL;
	for (i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		snprintf(longer, room, "%s%s", key, bases[i]);
		if (words_known(help, model, len, longer))
			return longer;
	}
	return NULL;
}

char *words_pair(const char *word, const char *help, const char *model, size_t len)
{
	const char *value = strchr(word, '='), *unit, *suffix, *want, *known;
	char key[64], longer[72];
	int64_t n, factor, divisor = 1;
	size_t i, k;
	int e;

	if (!value || value == word || (size_t)(value - word) >= sizeof(key)) {
		err_say(0, "see labctl help", "%s: want NAME=VALUE", word);
		return NULL;
	}
	memcpy(key, word, value - word);
	key[value++ - word] = '\0';

	if (!strcmp(key, "errno") && isalpha((unsigned char)*value)) {
		e = error_number(value);
		if (!e) {
			err_say(0, "errors are called EIO, EBUSY, ... or by number",
				"%s: no such error", value);
			return NULL;
		}
		return pair(key, strlen(key), "", e);
	}

	/* names may look like anything */
	unit = number_end(value);
	if (unit == value || !strcmp(key, "name") || !strcmp(key, "label"))
		return word_copy(word);
	for (i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(unit, units[i].name))
			break;
	if (i == sizeof(units) / sizeof(*units)) {
		known = with_unit(key, help, model, len, longer, sizeof(longer));
		if (known && *unit)
			err_say(0, "units are ps, ns, us, ms, s, ppb and ppm", "%s: no such unit",
				word);
		else if (known)
			err_say(0, "see labctl help", "%s: want a unit, or %s=", word, known);
		if (known)
			return NULL;
		/* the kernel reads no points and no exponents */
		if (*unit || !value[strcspn(value, ".eE")])
			return word_copy(word);
		if (scaled(value, unit, 1, &n))
			return pair(key, strlen(key), "", n);
		err_say(0, NULL, "%s: no whole number", word);
		return NULL;
	}

	/* which unit does the kernel want: the one in the name, or in the name it knows */
	suffix = ends_in(key, units[i].base) ? "" : units[i].base;
	factor = units[i].factor;
	want = units[i].base;
	if (*suffix && words_known(help, model, len, key))
		suffix = "";
	if (!strcmp(want, "_ns")) {
		static const char *const other[] = { "_ms", "_ps" };

		for (k = 0; k < 2; k++) {
			snprintf(longer, sizeof(longer), "%s%s", key, other[k]);
			if (ends_in(key, other[k]))
				suffix = "";
			else if (*suffix && words_known(help, model, len, longer))
				suffix = other[k];
			else
				continue;
			want = other[k];
		}
		if (!strcmp(want, "_ms"))
			divisor = 1000000;
		else if (!strcmp(want, "_ps"))
			factor *= 1000;
	}
	if (!scaled(value, unit, factor, &n) || n % divisor) {
		err_say(0, NULL, "%s: no whole number of %s", word, want + 1);
		return NULL;
	}
	return pair(key, strlen(key), suffix, n / divisor);
}

char *words_escape(const char *word)
{
	char *escaped = malloc(4 * strlen(word) + 1), *to = escaped;

	if (!escaped)
		exit(err_say(ENOMEM, NULL, "no memory"));
	for (; *word; word++)
		if (isspace((unsigned char)*word) || *word == '\\')
			to += sprintf(to, "\\%03o", (unsigned char)*word);
		else
			*to++ = *word;
	*to = '\0';
	return escaped;
}
