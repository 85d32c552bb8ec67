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

/* "1.5" times factor, exactly; false where that is no whole number of 64 bits */
static bool scaled(const char *text, const char *end, int64_t factor, int64_t *value)
{
	bool minus = *text == '-', point = false, digit = false;
	int64_t v = 0;

	for (text += minus || *text == '+'; text < end; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (!isdigit((unsigned char)*text))
			return false;
		digit = true;
		if (point) {
			/* a digit after the point: the factor shrinks in place of v's growing */
			if (*text != '0' && factor % 10)
				return false;
			factor /= 10;
			if (__builtin_add_overflow(v, (*text - '0') * factor, &v))
				return false;
			continue;
		}
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (*text - '0') * factor, &v))
			return false;
	}
	*value = minus ? -v : v;
	return digit;
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

char *words_pair(const char *word, const char *help, const char *model, size_t len)
{
	const char *value = strchr(word, '='), *unit, *suffix, *want;
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

	unit = value + strspn(value, "+-.0123456789");
	for (i = 0; i < sizeof(units) / sizeof(*units) && unit != value; i++)
		if (!strcmp(unit, units[i].name))
			break;
	if (unit == value || i == sizeof(units) / sizeof(*units))
		return strdup(word);

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
