/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The screen as htetop draws it before any terminal sees it: a grid of cells, each a
 * character and what it means. How a meaning looks is screen.c's affair. Pure: tests look
 * at grids.
 */
#ifndef CHS_HTETOP_SCREEN_GRID_H
#define CHS_HTETOP_SCREEN_GRID_H

#include <stdbool.h>
#include <stdint.h>
#include <wchar.h>

enum style {
	STYLE_PLAIN,
	STYLE_TITLE,
	STYLE_HEAD,   /* of a column */
	STYLE_SORTED, /* the head of the column that sorts */
	STYLE_DIM,    /* nothing happens there */
	STYLE_GOOD,
	STYLE_WARN,
	STYLE_BAD,
	STYLE_BAR,
	STYLE_KEY,	/* a key, in the footer and the help */
	STYLE_KEY_TEXT, /* and what it does */
	STYLES,
};

/* a cell that the wide character before it takes too */
#define CELL_TAKEN ((wchar_t)0)

struct cell {
	wchar_t ch;
	uint8_t style;
	bool selected;
};

struct grid {
	int rows, cols;
	bool ascii; /* nothing but ASCII */
	struct cell *cells;
};

/* the characters that differ; grid_sign() gives the one for the grid */
enum sign {
	SIGN_CUT,  /* here a text was cut */
	SIGN_DOWN, /* falling order */
	SIGN_UP,
};

/* blank afterwards; false: no memory, and as it was */
bool grid_resize(struct grid *g, int rows, int cols);
void grid_clear(struct grid *g);
void grid_free(struct grid *g);

/* a cell, or NULL outside */
struct cell *grid_at(const struct grid *g, int row, int col);
wchar_t grid_sign(const struct grid *g, enum sign sign);

/*
 * text into width cells, blanks after it; the last one says so where it was cut.
 * Names come from others: they are in text form (see name.h), in an ASCII grid with '?'
 * for what is not ASCII. What lies outside of the grid is left out.
 */
void grid_left(struct grid *g, int row, int col, int width, enum style style, const char *text);
/* the same with the blanks in front */
void grid_right(struct grid *g, int row, int col, int width, enum style style, const char *text);
void grid_char(struct grid *g, int row, int col, enum style style, wchar_t ch);
/* cells that grid_left() needs for all of it */
int grid_width(const struct grid *g, const char *text);
void grid_select(struct grid *g, int row);

/*
 * a bar of at most width cells for n of most. Whatever is not 0 can be seen, and only most
 * fills it
 */
void grid_bar(struct grid *g, int row, int col, int width, enum style style, uint64_t n,
	      uint64_t most);

/*
 * Items in lines of text, two blanks between them. One that does not fit begins a new
 * line, where there are lines left; else it is left out, but for the first of a line,
 * which is cut.
 */
struct flow {
	struct grid *g; /* NULL: only measures */
	int row, rows;	/* the present one; how many are left with it */
	int cols;
	int col, indent;
	bool fresh; /* nothing in this line yet */
};

void flow_begin(struct flow *f, struct grid *g, int row, int rows);
/* whether the item, or some of it, is there */
bool flow_item(struct flow *f, enum style style, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* in two styles, of one piece */
bool flow_pair(struct flow *f, enum style style, const char *text, enum style style2,
	       const char *text2);
/* the number of the first row below */
int flow_end(const struct flow *f);

#endif /* CHS_HTETOP_SCREEN_GRID_H */
