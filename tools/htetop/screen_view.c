// SPDX-License-Identifier: GPL-2.0
/* Order, filter, selection and keys. Pure. */
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "screen_view.h"

void view_init(struct view *v)
{
	*v = (struct view){
		.rows = 24,
		.cols = 80,
		.sort = column_find("chip"),
		.chosen = (1ULL << n_columns) - 1,
		.interval = 1,
		.warn_ns = 100000,
		.bad_ns = 1000000,
	};
}

void view_free(struct view *v)
{
	free(v->lines);
	v->lines = NULL;
	v->n_lines = v->room = 0;
}

void view_resize(struct view *v, int rows, int cols)
{
	v->rows = rows;
	v->cols = cols;
	memset(v->widths, 0, sizeof(v->widths));
}

static bool holds(const char *s, const char *part)
{
	return strcasestr(s, part);
}

bool view_shows(const struct view *v, const struct top_line *l)
{
	return !v->filter[0] || holds(l->chip->name, v->filter) || holds(l->label, v->filter) ||
	       holds(l->consumer, v->filter);
}

static void select_at(struct view *v, int at)
{
	if (at >= v->n_lines)
		at = v->n_lines - 1;
	if (at < 0)
		at = 0;
	v->at = at;
	if (at < v->n_lines) {
		v->chip = v->lines[at]->chip->index;
		v->line = v->lines[at]->line;
	}
}

void view_scroll(struct view *v)
{
	int last;

	if (v->page < 1)
		v->page = 1;
	last = v->n_lines > v->page ? v->n_lines - v->page : 0;
	if (v->first > v->at)
		v->first = v->at;
	if (v->first < v->at - v->page + 1)
		v->first = v->at - v->page + 1;
	if (v->first > last)
		v->first = last;
}

void view_update(struct view *v, const struct top_model *m)
{
	int found = -1;

	if (m->n_lines > v->room) {
		v->room = m->n_lines;
		v->lines = reallocarray(v->lines, v->room, sizeof(*v->lines));
		if (!v->lines)
			abort();
	}
	v->n_all = m->n_lines;
	v->n_lines = 0;
	for (int i = 0; i < m->n_lines; i++)
		if (view_shows(v, &m->lines[i]))
			v->lines[v->n_lines++] = &m->lines[i];
	lines_sort(v->lines, v->n_lines, v->sort, v->descending, v->figures);
	for (int i = 0; v->follows && found < 0 && i < v->n_lines; i++)
		if (v->lines[i]->chip->index == v->chip && v->lines[i]->line == v->line)
			found = i;
	/* where it has gone, whatever is in its place */
	if (v->follows)
		select_at(v, found < 0 ? v->at : found);
	else
		select_at(v, 0);
	view_scroll(v);
}

const struct top_line *view_selected(const struct view *v)
{
	return v->at < v->n_lines ? v->lines[v->at] : NULL;
}

static void move(struct view *v, int by)
{
	v->follows = true;
	select_at(v, v->at + by);
	view_scroll(v);
}

static void sort_by(struct view *v, int column)
{
	if (column < 0)
		return;
	v->sort = column;
	v->descending = column_descends(column);
}

/* the next of those that were chosen, whether there is room for it or not */
static void sort_next(struct view *v, int step)
{
	int to = v->sort;

	for (int i = 0; i < n_columns; i++) {
		to = (to + step + n_columns) % n_columns;
		if (v->chosen >> to & 1) {
			sort_by(v, to);
			return;
		}
	}
}

static bool change_interval(struct view *v, int step)
{
	static const double steps[] = { 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600 };
	const int n = sizeof(steps) / sizeof(steps[0]);
	double to = v->interval;

	/* a little more than nothing: 0.1 is not quite what strtod() and sums make of it */
	for (int i = 0; i < n; i++) {
		if (step > 0 && steps[i] > v->interval * 1.001) {
			to = steps[i];
			break;
		}
		if (step < 0 && steps[i] < v->interval * 0.999)
			to = steps[i];
	}
	if (to == v->interval)
		return false;
	v->interval = to;
	return true;
}

static void type_char(struct view *v, wchar_t ch)
{
	char bytes[MB_LEN_MAX + 1] = "";
	size_t n = strlen(v->filter);

	/* none where the locale's encoding has no such character */
	if (wctomb(bytes, ch) > 0 && n + strlen(bytes) < sizeof(v->filter))
		strcpy(v->filter + n, bytes);
}

static void type(struct view *v, int key)
{
	size_t n = strlen(v->filter);

	switch (key) {
	case VIEW_KEY_ESC:
		v->filter[0] = 0;
		v->typing = false;
		return;
	case VIEW_KEY_ENTER:
		v->typing = false;
		return;
	case VIEW_KEY_RUBOUT:
		if (!n)
			v->typing = false;
		/* what follows the first byte of a character in UTF-8 goes with it */
		while (n && (v->filter[--n] & 0xc0) == 0x80)
			;
		v->filter[n] = 0;
		return;
	case VIEW_KEY_UP:
		move(v, -1);
		return;
	case VIEW_KEY_DOWN:
		move(v, 1);
		return;
	default:
		if (key >= 0x20 && key != 0x7f && key < VIEW_KEY_UP)
			type_char(v, key);
	}
}

static void in_columns(struct view *v, int key)
{
	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		v->menu--;
		break;
	case VIEW_KEY_DOWN:
	case 'j':
		v->menu++;
		break;
	case VIEW_KEY_PAGE_UP:
		v->menu -= v->page;
		break;
	case VIEW_KEY_PAGE_DOWN:
		v->menu += v->page;
		break;
	case VIEW_KEY_HOME:
		v->menu = 0;
		break;
	case VIEW_KEY_END:
		v->menu = n_columns;
		break;
	case ' ':
	case VIEW_KEY_ENTER:
		/* one is left: a screen without any shows nothing that could be chosen */
		if (v->chosen != 1ULL << v->menu)
			v->chosen ^= 1ULL << v->menu;
		break;
	case 'a':
		v->chosen = (1ULL << n_columns) - 1;
		break;
	case VIEW_KEY_ESC:
	case VIEW_KEY_F1 + 1:
	case 'c':
	case 'q':
		v->mode = VIEW_LINES;
		break;
	}
	if (v->menu >= n_columns)
		v->menu = n_columns - 1;
	if (v->menu < 0)
		v->menu = 0;
}

static void in_help(struct view *v, int key)
{
	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		v->scroll--;
		break;
	case VIEW_KEY_DOWN:
	case 'j':
		v->scroll++;
		break;
	case VIEW_KEY_PAGE_UP:
		v->scroll -= v->page;
		break;
	case VIEW_KEY_PAGE_DOWN:
	case ' ':
		v->scroll += v->page;
		break;
	case VIEW_KEY_HOME:
		v->scroll = 0;
		break;
	case VIEW_KEY_END:
		v->scroll = v->scroll_max;
		break;
	default:
		v->mode = v->back;
	}
	if (v->scroll > v->scroll_max)
		v->scroll = v->scroll_max;
	if (v->scroll < 0)
		v->scroll = 0;
}

/* keys that mean the same in the list and for one line */
static enum view_wish in_both(struct view *v, int key)
{
	switch (key) {
	case 'q':
		return VIEW_QUIT;
	case 'h':
	case '?':
	case VIEW_KEY_F1:
		v->back = v->mode;
		v->mode = VIEW_HELP;
		v->scroll = 0;
		break;
	case ' ':
	case 'Z':
	case 'p':
		v->frozen = !v->frozen;
		return v->frozen ? VIEW_FREEZE : VIEW_THAW;
	case 't':
		v->figures = (v->figures + 1) % ROW_FIGURES;
		memset(v->widths, 0, sizeof(v->widths));
		break;
	case 'r':
		return VIEW_RESET;
	case '+':
	case '=':
		return change_interval(v, 1) ? VIEW_INTERVAL : VIEW_DRAW;
	case '-':
		return change_interval(v, -1) ? VIEW_INTERVAL : VIEW_DRAW;
	case VIEW_KEY_UP:
	case 'k':
		move(v, -1);
		break;
	case VIEW_KEY_DOWN:
	case 'j':
		move(v, 1);
		break;
	}
	return VIEW_DRAW;
}

static enum view_wish in_line(struct view *v, int key)
{
	switch (key) {
	case VIEW_KEY_ESC:
	case VIEW_KEY_ENTER:
		v->mode = VIEW_LINES;
		return VIEW_DRAW;
	case VIEW_KEY_LEFT:
		v->hist = (v->hist + VIEW_HISTS - 1) % VIEW_HISTS;
		return VIEW_DRAW;
	case VIEW_KEY_RIGHT:
	case '\t':
		v->hist = (v->hist + 1) % VIEW_HISTS;
		return VIEW_DRAW;
	default:
		return in_both(v, key);
	}
}

static enum view_wish in_lines(struct view *v, int key)
{
	switch (key) {
	case VIEW_KEY_PAGE_UP:
		move(v, -v->page);
		break;
	case VIEW_KEY_PAGE_DOWN:
		move(v, v->page);
		break;
	case VIEW_KEY_HOME:
	case 'g':
		select_at(v, 0);
		v->follows = false;
		view_scroll(v);
		break;
	case VIEW_KEY_END:
	case 'G':
		move(v, v->n_lines);
		break;
	case VIEW_KEY_ENTER:
		if (v->n_lines) {
			v->follows = true;
			v->mode = VIEW_LINE;
		}
		break;
	case VIEW_KEY_LEFT:
	case '<':
	case ',':
		sort_next(v, -1);
		break;
	case VIEW_KEY_RIGHT:
	case '>':
	case '.':
		sort_next(v, 1);
		break;
	case 'I':
	case 'R':
		v->descending = !v->descending;
		break;
	case 'N':
	case 'n':
		sort_by(v, column_find("label"));
		break;
	case 'P':
		sort_by(v, column_find("chip"));
		break;
	case 'S':
	case 's':
		sort_by(v, column_find(v->figures == ROW_LIVE ? "rate" : "total"));
		break;
	case 'X':
	case 'x':
		sort_by(v, column_find("lost"));
		break;
	case 'L':
	case 'l':
		sort_by(v, column_find("lat99"));
		break;
	case 'C':
		sort_by(v, column_find("consumer"));
		break;
	case '/':
	case '\\':
	case VIEW_KEY_F1 + 2:
	case VIEW_KEY_F1 + 3:
		v->typing = true;
		break;
	case VIEW_KEY_ESC:
		v->filter[0] = 0;
		break;
	case 'c':
	case VIEW_KEY_F1 + 1:
		v->mode = VIEW_COLUMNS;
		break;
	default:
		return in_both(v, key);
	}
	return VIEW_DRAW;
}

enum view_wish view_key(struct view *v, int key)
{
	/* the terminal said something that is no key of ours, as when its size changes */
	if (!key)
		return VIEW_DRAW;
	/* Ctrl-C is a signal, but on a terminal that makes none of it */
	if (key == VIEW_KEY_F10 || key == 3)
		return VIEW_QUIT;
	if (v->typing) {
		type(v, key);
		return VIEW_DRAW;
	}
	switch (v->mode) {
	case VIEW_COLUMNS:
		in_columns(v, key);
		return VIEW_DRAW;
	case VIEW_HELP:
		in_help(v, key);
		return VIEW_DRAW;
	case VIEW_LINE:
		return in_line(v, key);
	default:
		return in_lines(v, key);
	}
}
