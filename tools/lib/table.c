// SPDX-License-Identifier: GPL-2.0
/* Tables: writes to struct out. */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "hist.h"
#include "name.h"
#include "table.h"
#include "units.h"

bool table_cell(char buf[TABLE_CELL], const struct col *c, const void *row)
{
	const void *p = (const char *)row + c->offset;
	const char *s;
	int64_t i;
	double d;

	switch (c->kind) {
	case COL_STR:
		s = *(const char *const *)p;
		name_text(buf, TABLE_CELL, s ?: "-");
		return true;
	case COL_HIST:
		strcpy(buf, "-");
		return true;
	case COL_COUNT:
		snprintf(buf, TABLE_CELL, "%" PRIu64, *(const uint64_t *)p);
		return !*(const uint64_t *)p;
	case COL_RATE:
	case COL_PPB:
		d = *(const double *)p;
		if (isfinite(d))
			snprintf(buf, TABLE_CELL, c->kind == COL_RATE ? "%.1f" : "%+.3f", d);
		else
			strcpy(buf, "-");
		return !isfinite(d) || d == 0;
	default:
		break;
	}
	i = *(const int64_t *)p;
	if (i == COL_UNKNOWN)
		strcpy(buf, "-");
	else if (c->kind == COL_NS)
		units_ns(buf, i);
	else if (c->kind == COL_OFFSET)
		units_offset(buf, i);
	else
		snprintf(buf, TABLE_CELL, "%" PRId64, i);
	return i == COL_UNKNOWN || !i;
}

/* only the buckets that have something in them; to is the last value inside */
static json_object *hist_json(const struct hist *h)
{
	json_object *all = json_object_new_array(), *one;

	for (int i = 0; i < LL_BUCKETS; i++) {
		if (!h->bucket[i])
			continue;
		one = json_object_new_array();
		json_object_array_add(one, json_object_new_uint64(ll_lower(i)));
		json_object_array_add(one, i == LL_BUCKETS - 1 ? NULL :
				      json_object_new_uint64(ll_lower(i + 1) - 1));
		json_object_array_add(one, json_object_new_uint64(h->bucket[i]));
		json_object_array_add(all, one);
	}
	return all;
}

static json_object *cell_json(const struct col *c, const void *row)
{
	const void *p = (const char *)row + c->offset;
	const struct hist *h;
	const char *s;
	int64_t i;
	double d;

	switch (c->kind) {
	case COL_HIST:
		h = *(const struct hist *const *)p;
		return h ? hist_json(h) : NULL;
	case COL_STR:
		s = *(const char *const *)p;
		return out_json(s);
	case COL_COUNT:
		return json_object_new_uint64(*(const uint64_t *)p);
	case COL_RATE:
	case COL_PPB:
		d = *(const double *)p;
		return isfinite(d) ? json_object_new_double(d) : NULL;
	default:
		i = *(const int64_t *)p;
		return i == COL_UNKNOWN ? NULL : json_object_new_int64(i);
	}
}

static void add_members(json_object *obj, const struct col *cols, int ncols, const void *row)
{
	for (int i = 0; i < ncols; i++)
		if (!(cols[i].flags & COL_NO_JSON))
			json_object_object_add(obj, cols[i].key, cell_json(&cols[i], row));
}

void table_members(struct out *o, const struct col *cols, int ncols, const void *row)
{
	if (o->rec)
		add_members(o->rec, cols, ncols, row);
}

static bool shown(const struct out *o, const struct col *c)
{
	return !(c->flags & COL_NO_TEXT) && c->kind != COL_HIST &&
	       (o->wide || !(c->flags & COL_WIDE));
}

static const char *head_of(const struct col *c)
{
	return c->head ? c->head : c->key;
}

/* no blanks behind the last column: they would make lines wrap */
static void put_cell(struct out *o, const struct table *t, int i, const char *text, bool last,
		     bool warn)
{
	bool left = t->cols[i].flags & COL_LEFT;
	int blanks = last && left ? 0 : t->width[i] - name_width(text);

	out_put(o, warn ? out_red(o) : "");
	if (!left && blanks > 0)
		fprintf(o->f, "%*s", blanks, "");
	out_put(o, text);
	if (left && blanks > 0)
		fprintf(o->f, "%*s", blanks, "");
	out_put(o, warn ? out_plain(o) : "");
	if (last)
		out_line(o);
	else
		fputc(' ', o->f);
}

static int last_shown(const struct table *t, const struct out *o)
{
	int last = -1;

	for (int i = 0; i < t->ncols; i++)
		if (shown(o, &t->cols[i]))
			last = i;
	return last;
}

static void put_head(struct table *t, struct out *o)
{
	int last = last_shown(t, o);

	out_put(o, out_bold(o));
	for (int i = 0; i < t->ncols; i++)
		if (shown(o, &t->cols[i]))
			put_cell(o, t, i, head_of(&t->cols[i]), i == last, false);
	out_put(o, out_plain(o));
	t->since_head = 0;
}

static void put_row(struct table *t, struct out *o, char **cells)
{
	int last = last_shown(t, o);

	for (int i = 0; i < t->ncols; i++)
		if (shown(o, &t->cols[i]))
			/* a cell that warns carries a mark in front */
			put_cell(o, t, i, cells[i] + 1, i == last, cells[i][0] == '!');
	t->since_head++;
}

void table_begin(struct table *t, struct out *o)
{
	if (!t->width) {
		t->width = calloc(t->ncols, sizeof(*t->width));
		if (!t->width)
			abort();
		for (int i = 0; i < t->ncols; i++) {
			int n = strlen(head_of(&t->cols[i]));

			t->width[i] = n > t->cols[i].width ? n : t->cols[i].width;
		}
	}
	if (!t->stream && o->rec) {
		t->array = json_object_new_array();
		json_object_object_add(o->rec, t->key, t->array);
	} else if (t->stream && !o->json) {
		put_head(t, o);
	}
}

static void free_row(struct table *t, int row)
{
	for (int i = 0; i < t->ncols; i++)
		free(t->cells[row * t->ncols + i]);
}

void table_row(struct table *t, struct out *o, const void *row)
{
	char buf[TABLE_CELL + 1];
	char **cells;

	if (o->json && t->stream) {
		out_begin(o, t->key);
		table_members(o, t->cols, t->ncols, row);
		out_end(o);
		return;
	}
	if (o->json) {
		json_object *obj = json_object_new_object();

		add_members(obj, t->cols, t->ncols, row);
		json_object_array_add(t->array, obj);
		return;
	}
	if (t->rows == t->room) {
		t->room = t->room * 2 + 8;
		t->cells = reallocarray(t->cells, (size_t)t->room * t->ncols, sizeof(*t->cells));
		if (!t->cells)
			abort();
	}
	cells = t->cells + t->rows * t->ncols;
	for (int i = 0; i < t->ncols; i++) {
		bool zero = table_cell(buf + 1, &t->cols[i], row);
		int n = name_width(buf + 1);

		buf[0] = t->cols[i].flags & COL_WARN && !zero ? '!' : ' ';
		if (n > t->width[i])
			t->width[i] = n;
		cells[i] = strdup(buf);
		if (!cells[i])
			abort();
	}
	t->rows++;
	if (!t->stream)
		return;
	if (out_rows(o) > 2 && t->since_head >= o->rows - 2)
		put_head(t, o);
	put_row(t, o, cells);
	free_row(t, --t->rows);
}

void table_end(struct table *t, struct out *o)
{
	t->array = NULL;
	if (!t->rows)
		return;
	put_head(t, o);
	for (int i = 0; i < t->rows; i++) {
		put_row(t, o, t->cells + i * t->ncols);
		free_row(t, i);
	}
	t->rows = 0;
}

void table_free(struct table *t)
{
	for (int i = 0; i < t->rows; i++)
		free_row(t, i);
	free(t->cells);
	free(t->width);
	t->cells = NULL;
	t->width = NULL;
	t->rows = t->room = 0;
}
