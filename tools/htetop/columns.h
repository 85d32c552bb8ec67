/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The columns of a line, the same for batch output, the screen, -s and --columns: how
 * each is called, written and compared, and which of them fit into how much room. Pure.
 */
#ifndef HTETOP_COLUMNS_H
#define HTETOP_COLUMNS_H

#include "model.h"
#include "table.h"

/* a line's values as the columns show them; COL_UNKNOWN and NaN where there is none */
struct top_row {
	const char *chip;
	const char *label;
	const char *consumer;
	const char *state;
	const char *relation;
	int64_t line, id, level;
	double rate;
	uint64_t stamps, total, seq, last_ns;
	uint64_t gaps, lost;			/* since the start, as are drops */
	uint64_t drops[TOP_REASONS];
	uint64_t interval_gaps, interval_lost;
	uint64_t early;
	int64_t lat50, lat99, lat_max;
	int64_t cb50, cb99, cb_max;
	int64_t second50, second99, second_max;
	const struct hist *latency, *callback, *second;
};

struct column {
	const char *name;	/* for -s and --columns */
	struct col col;		/* over struct top_row; col.width is its room, see column_width() */
	int rank;		/* when room is short the highest go first */
	const char *help;	/* a line */
};

/* in the order in which they are shown */
extern const struct column columns[];
extern const int n_columns;

/* by name, or -1 */
int column_find(const char *name);

/* total: figures since the start in place of the interval's */
void row_of(struct top_row *r, const struct top_line *l, bool total);

/* the cell's text, not padded; aligned to the left if col.flags & COL_LEFT */
const char *column_text(char buf[TABLE_CELL], int column, const struct top_row *r);

/* what its cells need, at least */
int column_width(int column);

/* numbers begin with the greatest when nothing else is said, names with the first */
bool column_descends(int column);

/*
 * Sorts pointers to lines. What has no value comes last either way; equals stay in the
 * order of chip and line.
 */
void lines_sort(const struct top_line **lines, int n, int column, bool descending);

/*
 * Which columns to show in so much room (0: no limit), one blank between them: a bit
 * 1 << column each. chosen: of these only, 0: of all. widths: what each needs, by column;
 * NULL: column_width()
 */
uint64_t columns_fit(uint64_t chosen, int room, const int *widths);

#endif /* HTETOP_COLUMNS_H */
