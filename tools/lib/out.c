// SPDX-License-Identifier: GPL-2.0
/* Results: writes to one stream, looks at the terminal and at NO_COLOR. */
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>
#include "name.h"
#include "out.h"
#include "std.h"
#include "timefmt.h"

/*
 * Where colours begin and end in a text that is yet to be written: by a mark that nobody
 * can guess, so that what a name looks like never makes it an escape sequence.
 */
static struct {
	char mark[24];
	const char *escape;
} styles[] = { { "", "\033[1m" }, { "", "\033[31m" }, { "", "\033[0m" } };

static void make_marks(void)
{
	unsigned int n;

	if (styles[0].mark[0])
		return;
	if (getrandom(&n, sizeof(n), GRND_NONBLOCK) != sizeof(n))
		n = time_mono_ns() ^ getpid();
	for (int i = 0; i < 3; i++)
		snprintf(styles[i].mark, sizeof(styles[i].mark), "\033%08x%d", n, i);
}

void out_init(struct out *o, FILE *f, const char *tool, bool json, bool wide,
	      enum color_mode color)
{
	const char *no = getenv("NO_COLOR");
	int fd = fileno(f);
	bool tty = fd >= 0 && isatty(fd);

	memset(o, 0, sizeof(*o));
	make_marks();
	o->f = f;
	o->tool = tool;
	o->json = json;
	o->wide = wide;
	o->color = !json && (color == COLOR_ALWAYS ||
			     (color == COLOR_AUTO && tty && !(no && *no)));
	o->tty = tty;
	/* rates need no 17 digits, and frequencies are in ppb: six decimals do */
	json_c_set_serialization_double_format("%.6f", JSON_C_OPTION_GLOBAL);
}

int out_rows(struct out *o)
{
	struct winsize ws;

	/* asked each time: it also changes while we are stopped, unsaid */
	if (o->tty && !ioctl(fileno(o->f), TIOCGWINSZ, &ws))
		o->rows = ws.ws_row;
	return o->rows;
}

void out_line(struct out *o)
{
	fputc('\n', o->f);
	/* by hand and not by line-buffering, which loses the reason of a failure */
	if (fflush(o->f))
		std_failed(errno);
}

/* bytes of a mark that s begins with, 0: it does not */
static size_t mark_at(const char *s, const char **escape)
{
	size_t len = strlen(styles[0].mark);

	for (int i = 0; i < 3 && len; i++)
		if (!strncmp(s, styles[i].mark, len)) {
			*escape = styles[i].escape;
			return len;
		}
	return 0;
}

int out_put(struct out *o, const char *s)
{
	char *copy = strdup(s), *from, *to;
	const char *escape = "";
	int columns = 0;
	size_t mark;
	bool end;

	if (!copy)
		abort();
	for (from = to = copy;; to = from) {
		while (!(mark = mark_at(to, &escape)) && *to)
			to++;
		end = !*to;
		*to = 0;
		columns += name_text(from, to - from + 1, from);
		fputs(from, o->f);
		if (end)
			break;
		fputs(escape, o->f);
		from = to + mark;
	}
	free(copy);
	return columns;
}

void out_text(struct out *o, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	if (o->json)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	out_put(o, text);
	free(text);
	out_line(o);
}

void out_wrapped(struct out *o, const char *prefix, int indent, const char *text)
{
	char *words, *word, *rest;
	bool fresh = true;
	int col, n;

	if (o->json)
		return;
	words = strdup(text);
	if (!words)
		abort();
	col = out_put(o, prefix);
	for (word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		n = name_width(word);
		if (!o->wide && !fresh && col + 1 + n > 80) {
			fprintf(o->f, "\n%*s", indent, "");
			col = indent;
			fresh = true;
		}
		if (!fresh) {
			fputc(' ', o->f);
			col++;
		}
		col += out_put(o, word);
		fresh = false;
	}
	free(words);
	out_line(o);
}

void out_begin(struct out *o, const char *type)
{
	if (!o->json)
		return;
	o->rec = json_object_new_object();
	out_i64(o, "schema", OUT_SCHEMA);
	out_str(o, "tool", o->tool);
	out_str(o, "type", type);
}

void out_end(struct out *o)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOZERO |
			  JSON_C_TO_STRING_NOSLASHESCAPE;

	if (!o->rec)
		return;
	fputs(json_object_to_json_string_ext(o->rec, flags), o->f);
	out_line(o);
	json_object_put(o->rec);
	o->rec = NULL;
}

struct json_object *out_json(const char *s)
{
	struct json_object *obj = NULL;
	char *name;

	if (s) {
		name = name_json(s);
		obj = json_object_new_string(name);
		free(name);
	}
	return obj;
}

void out_str(struct out *o, const char *key, const char *value)
{
	if (o->rec)
		json_object_object_add(o->rec, key, out_json(value));
}

void out_i64(struct out *o, const char *key, int64_t value)
{
	if (o->rec)
		json_object_object_add(o->rec, key, json_object_new_int64(value));
}

void out_u64(struct out *o, const char *key, uint64_t value)
{
	if (o->rec)
		json_object_object_add(o->rec, key, json_object_new_uint64(value));
}

void out_double(struct out *o, const char *key, double value)
{
	if (o->rec)
		json_object_object_add(o->rec, key,
				       isfinite(value) ? json_object_new_double(value) : NULL);
}

void out_bool(struct out *o, const char *key, bool value)
{
	if (o->rec)
		json_object_object_add(o->rec, key, json_object_new_boolean(value));
}

bool out_ok(struct out *o)
{
	if (fflush(o->f))
		std_failed(errno);
	return !ferror(o->f);
}

const char *out_bold(const struct out *o)
{
	return o->color ? styles[0].mark : "";
}

const char *out_red(const struct out *o)
{
	return o->color ? styles[1].mark : "";
}

const char *out_plain(const struct out *o)
{
	return o->color ? styles[2].mark : "";
}
