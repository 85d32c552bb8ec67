// SPDX-License-Identifier: GPL-2.0
/* Results: writes to one stream, looks at the terminal and at NO_COLOR. */
#include <errno.h>
#include <json-c/json.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "err.h"
#include "out.h"

void out_init(struct out *o, FILE *f, const char *tool, bool json, bool wide,
	      enum color_mode color)
{
	const char *no = getenv("NO_COLOR");
	int fd = fileno(f);
	bool tty = fd >= 0 && isatty(fd);
	struct winsize ws;

	memset(o, 0, sizeof(*o));
	o->f = f;
	o->tool = tool;
	o->json = json;
	o->wide = wide;
	o->color = !json && (color == COLOR_ALWAYS ||
			     (color == COLOR_AUTO && tty && !(no && *no)));
	if (tty && !ioctl(fd, TIOCGWINSZ, &ws))
		o->rows = ws.ws_row;
	setlinebuf(f);
	/* rates need no 17 digits, and frequencies are in ppb: six decimals do */
	json_c_set_serialization_double_format("%.6f", JSON_C_OPTION_GLOBAL);
}

void out_text(struct out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->json)
		return;
	va_start(ap, fmt);
	vfprintf(o->f, fmt, ap);
	va_end(ap);
	fputc('\n', o->f);
}

/* columns that s takes, escape sequences left out */
static int visible(const char *s)
{
	int n = 0;

	for (; *s; s++)
		if (*s == '\033')
			s += strcspn(s, "m");
		else
			n++;
	return n;
}

void out_wrapped(struct out *o, const char *prefix, int indent, const char *text)
{
	int col = visible(prefix), n;
	bool fresh = true;

	if (o->json)
		return;
	fputs(prefix, o->f);
	while (*text) {
		n = strcspn(text, " ");
		if (!o->wide && !fresh && col + 1 + n > 80) {
			fprintf(o->f, "\n%*s", indent, "");
			col = indent;
			fresh = true;
		}
		if (!fresh) {
			fputc(' ', o->f);
			col++;
		}
		fprintf(o->f, "%.*s", n, text);
		col += n;
		fresh = false;
		text += n;
		text += strspn(text, " ");
	}
	fputc('\n', o->f);
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
	fprintf(o->f, "%s\n", json_object_to_json_string_ext(o->rec, flags));
	json_object_put(o->rec);
	o->rec = NULL;
}

void out_str(struct out *o, const char *key, const char *value)
{
	if (o->rec)
		json_object_object_add(o->rec, key, value ? json_object_new_string(value) : NULL);
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
	if (!ferror(o->f) && fflush(o->f) == 0)
		return true;
	if (errno != EPIPE)
		err_say(errno, NULL, "cannot write the output");
	return false;
}

void out_clean(char *s)
{
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			*s = '?';
}

const char *out_bold(const struct out *o)
{
	return o->color ? "\033[1m" : "";
}

const char *out_red(const struct out *o)
{
	return o->color ? "\033[31m" : "";
}

const char *out_plain(const struct out *o)
{
	return o->color ? "\033[0m" : "";
}
