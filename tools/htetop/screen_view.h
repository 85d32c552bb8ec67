/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the user sees of the model and how: order, filter, columns, the selected line; and
 * what each key changes of that. Pure: knows neither terminal nor clock.
 */
#ifndef CHS_HTETOP_SCREEN_VIEW_H
#define CHS_HTETOP_SCREEN_VIEW_H

#include "columns.h"
#include "screen_grid.h"

enum view_mode {
	VIEW_LINES,
	VIEW_LINE,    /* one line's figures and a histogram */
	VIEW_COLUMNS, /* the menu of columns */
	VIEW_HELP,
};

/* keys that are no characters; characters are themselves */
enum view_key {
	VIEW_KEY_UP = 0x110000,
	VIEW_KEY_DOWN,
	VIEW_KEY_LEFT,
	VIEW_KEY_RIGHT,
	VIEW_KEY_PAGE_UP,
	VIEW_KEY_PAGE_DOWN,
	VIEW_KEY_HOME,
	VIEW_KEY_END,
	VIEW_KEY_ENTER,
	VIEW_KEY_ESC,
	VIEW_KEY_RUBOUT,
	VIEW_KEY_F1,
	VIEW_KEY_F10 = VIEW_KEY_F1 + 9,
};

/* what a key asks of those who own clock and source */
enum view_wish {
	VIEW_DRAW,
	VIEW_QUIT,
	VIEW_INTERVAL, /* interval has changed */
	VIEW_RESET,    /* totals shall begin anew */
	VIEW_FREEZE,   /* nothing is taken any more */
	VIEW_THAW,     /* it was frozen and is no more */
};

#define FILTER_LEN 64
/* a line's histograms, as the Left and Right keys go through them */
enum view_hist { VIEW_LATENCY, VIEW_CALLBACK, VIEW_SECOND, VIEW_HISTS };

struct view {
	int rows, cols;
	enum view_mode mode, back; /* back: where help was asked for */
	enum row_figures figures;
	int sort;
	bool descending;
	uint64_t chosen; /* columns, as columns_fit() has them; never 0 */
	char filter[FILTER_LEN];
	bool typing;
	bool frozen;
	double interval;	 /* s, as asked for */
	int64_t warn_ns, bad_ns; /* latencies from these on */

	/* lines as shown: filtered and sorted by view_update() */
	const struct top_line **lines;
	int n_lines, room;
	int n_all;

	/*
	 * The selected line. Until the user has moved, and after Home, it is whichever is
	 * first; else the same line wherever it goes.
	 */
	bool follows;
	int chip;
	uint32_t line;
	int at;	   /* its place in lines */
	int first; /* the place of the first one that is shown */
	int page;  /* how many are shown; screen_draw() knows */

	int menu;	/* selected column in the menu */
	int scroll;	/* of the help */
	int scroll_max; /* screen_draw() knows */
	enum view_hist hist;
	uint8_t widths[64]; /* of columns: as wide as they have been */
};

void view_init(struct view *v);
void view_free(struct view *v);
void view_resize(struct view *v, int rows, int cols);

/*
 * Filters, sorts and finds the selected line again. After every change of the model, which
 * must live as long as v->lines is looked at, and every key.
 */
void view_update(struct view *v, const struct top_model *m);

enum view_wish view_key(struct view *v, int key);

/* so that the selected line is among the page that are shown */
void view_scroll(struct view *v);

/* the selected line, NULL: none */
const struct top_line *view_selected(const struct view *v);

/* the filter lets the line pass */
bool view_shows(const struct view *v, const struct top_line *l);

#endif /* CHS_HTETOP_SCREEN_VIEW_H */
