// SPDX-License-Identifier: GPL-2.0
/* Grids of cells. Pure. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "name.h"
#include "screen_grid.h"

bool grid_resize(struct grid *g, int rows, int cols)
{
	struct cell *cells = reallocarray(NULL, (size_t)rows * cols + 1, sizeof(*cells));

	if (!cells)
		return false;
	free(g->cells);
	g->cells = cells;
	g->rows = rows;
	g->cols = cols;
	grid_clear(g);
	return true;
}

void grid_clear(struct grid *g)
{
	for (int i = 0; i < g->rows * g->cols; i++)
		g->cells[i] = (struct cell){ .ch = L' ' };
}

void grid_free(struct grid *g)
{
	free(g->cells);
	memset(g, 0, sizeof(*g));
}

struct cell *grid_at(const struct grid *g, int row, int col)
{
	if (row < 0 || col < 0 || row >= g->rows || col >= g->cols)
		return NULL;
	return &g->cells[row * g->cols + col];
}

wchar_t grid_sign(const struct grid *g, enum sign sign)
{
	static const wchar_t signs[][2] = {
		[SIGN_CUT] = { L'\u2026', L'~' },
		[SIGN_DOWN] = { L'\u25bc', L'v' },
		[SIGN_UP] = { L'\u25b2', L'^' },
	};

	return signs[sign][g->ascii];
}

void grid_char(struct grid *g, int row, int col, enum style style, wchar_t ch)
{
	struct cell *c = grid_at(g, row, col);

	if (!c)
		return;
	c->ch = ch;
	c->style = style;
}

/* the next character of a text that may hold names, and the cells that it takes */
static wchar_t next_char(const struct grid *g, const char **text, int *cells)
{
	wchar_t ch = name_next(text, cells);

	if (!g->ascii || ch < 0x7f)
		return ch;
	*cells = 1;
	return L'?';
}

int grid_width(const struct grid *g, const char *text)
{
	int cells, all = 0;

	while (next_char(g, &text, &cells))
		all += cells;
	return all;
}

void grid_left(struct grid *g, int row, int col, int width, enum style style, const char *text)
{
	bool cut = grid_width(g, text) > width;
	int cells, at = 0;
	wchar_t ch;

	while (at < width && (ch = next_char(g, &text, &cells))) {
		if (at + cells > width - cut) {
			grid_char(g, row, col + at++, style, grid_sign(g, SIGN_CUT));
			break;
		}
		/* a wide one has the next cell too */
		for (int i = 0; i < cells; i++)
			grid_char(g, row, col + at++, style, i ? CELL_TAKEN : ch);
	}
	while (at < width)
		grid_char(g, row, col + at++, style, L' ');
}

void grid_right(struct grid *g, int row, int col, int width, enum style style, const char *text)
{
	int blank = width - grid_width(g, text);

	for (int i = 0; i < blank; i++)
		grid_char(g, row, col + i, style, L' ');
	if (blank < 0)
		blank = 0;
	grid_left(g, row, col + blank, width - blank, style, text);
}

void grid_select(struct grid *g, int row)
{
	struct cell *c;

	for (int col = 0; (c = grid_at(g, row, col)); col++)
		c->selected = true;
}

void grid_bar(struct grid *g, int row, int col, int width, enum style style, uint64_t n,
	      uint64_t most)
{
	/* in parts of a cell: there are blocks for eighths of one */
	int parts = g->ascii ? 1 : 8, len, full;

	if (!n || !most || width < 1)
		return;
	len = n >= most ? width * parts : (int)((double)n / most * width * parts);
	if (n < most && len == width * parts)
		len--;
	full = len / parts;
	for (int i = 0; i < full; i++)
		grid_char(g, row, col + i, style, g->ascii ? L'#' : L'\u2588');
	if (g->ascii) {
		if (!full)
			grid_char(g, row, col, style, L'.');
		return;
	}
	if (!len)
		len = 1;
	if (len % parts)
		grid_char(g, row, col + full, style, L'\u2590' - len % parts);
}

void flow_begin(struct flow *f, struct grid *g, int row, int rows)
{
	*f = (struct flow){ .g = g, .row = row, .rows = rows, .cols = g->cols, .fresh = true };
}

/* where an item of that width goes; false: nowhere */
static bool flow_place(struct flow *f, int width)
{
	if (f->rows <= 0)
		return false;
	if (f->fresh)
		return true;
	if (f->col + 2 + width <= f->cols) {
		f->col += 2;
		return true;
	}
	if (f->rows == 1)
		return false;
	f->row++;
	f->rows--;
	f->col = f->indent;
	f->fresh = true;
	return true;
}

/* also where it is only measured, without a grid */
static int flow_width(const struct flow *f, const char *text)
{
	return f->g ? grid_width(f->g, text) : name_width(text);
}

static void flow_put(struct flow *f, enum style style, const char *text)
{
	int width = flow_width(f, text);

	if (width > f->cols - f->col)
		width = f->cols - f->col;
	if (f->g)
		grid_left(f->g, f->row, f->col, width, style, text);
	f->col += width;
	f->fresh = false;
}

bool flow_item(struct flow *f, enum style style, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!flow_place(f, flow_width(f, text)))
		return false;
	flow_put(f, style, text);
	return true;
}

bool flow_pair(struct flow *f, enum style style, const char *text, enum style style2,
	       const char *text2)
{
	if (!flow_place(f, flow_width(f, text) + 1 + flow_width(f, text2)))
		return false;
	flow_put(f, style, text);
	if (f->g)
		grid_char(f->g, f->row, f->col, style2, L' ');
	f->col++;
	flow_put(f, style2, text2);
	return true;
}

int flow_end(const struct flow *f)
{
	return f->row + (f->rows > 0 && !f->fresh);
}
