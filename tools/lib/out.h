/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a tool's results go: stdout, as text or as JSON records, one object a
 * line, each with "schema", "tool" and "type". A line is handed on when it is complete,
 * so that a pipe or a log sees it when it happens. Strings may hold names that others
 * chose: they are written in the forms of name.h.
 */
#ifndef CHS_OUT_H
#define CHS_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_object;

#define OUT_SCHEMA 1

enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct out {
	FILE *f;
	const char *tool;
	bool json;
	bool wide;			/* text: show the columns marked wide */
	bool color;
	bool tty;
	int rows;			/* height of the terminal, 0: none; see out_rows() */
	struct json_object *rec;	/* the record in the making */
};

/* f is stdout but for tests */
void out_init(struct out *o, FILE *f, const char *tool, bool json, bool wide,
	      enum color_mode color);

/* the terminal's height as it is by now, 0: there is none */
int out_rows(struct out *o);

/* a line of text (a line feed in it is one more that does not print); nothing in JSON mode */
void out_text(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * prefix and then text, broken at blanks so that no line passes 80 columns (but
 * where a word does by itself) and begun anew at column indent; wide: unbroken.
 */
void out_wrapped(struct out *o, const char *prefix, int indent, const char *text);

/* a piece of a line, in text or JSON mode alike; returns columns. out_line() ends the line. */
int out_put(struct out *o, const char *s);
void out_line(struct out *o);

/* begins and ends a JSON record; no-ops in text mode, as are the members */
void out_begin(struct out *o, const char *type);
void out_end(struct out *o);
void out_str(struct out *o, const char *key, const char *value);
void out_i64(struct out *o, const char *key, int64_t value);
void out_u64(struct out *o, const char *key, uint64_t value);
void out_double(struct out *o, const char *key, double value);
void out_bool(struct out *o, const char *key, bool value);

/* a string for a record's inner objects; NULL: null */
struct json_object *out_json(const char *s);

/* false once the reader of our output has gone, or the disk is full (which exit() says) */
bool out_ok(struct out *o);

/*
 * Where colours begin and end, empty where there is none: for out_text(), out_wrapped()
 * and out_put(), which make escape sequences of them.
 */
const char *out_bold(const struct out *o);
const char *out_red(const struct out *o);
const char *out_plain(const struct out *o);

#endif /* CHS_OUT_H */
