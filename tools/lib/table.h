/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables: a row is a struct, a column says where its value lies in it, how it is
 * written in text and how it is called in JSON. table_row() is the one call that
 * prints, whichever of the two is wanted, so they cannot come apart.
 *
 * A report's table gathers its rows and is written by table_end(), its columns as
 * wide as they have ever been, so that reports line up below one another; in JSON
 * its rows are an array within the record. A stream's table writes each row at
 * once and its header anew with every screenful; in JSON each row is a record.
 */
#ifndef CHS_TABLE_H
#define CHS_TABLE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "out.h"

enum col_kind {
	COL_STR,	/* const char *, NULL: unknown */
	COL_INT,	/* int64_t, COL_UNKNOWN: unknown */
	COL_COUNT,	/* uint64_t */
	COL_RATE,	/* double, one decimal; NaN: unknown */
	COL_PPB,	/* double, signed, three decimals; NaN: unknown */
	COL_NS,		/* int64_t ns as a duration, COL_UNKNOWN: unknown */
	COL_OFFSET,	/* int64_t ns as a signed difference, COL_UNKNOWN: unknown */
	COL_HIST,	/* const struct hist *, JSON alone: [[from, to, count], ...] */
};

#define COL_UNKNOWN	INT64_MIN

#define COL_LEFT	1	/* aligned to the left; strings usually */
#define COL_WIDE	2	/* text only with out.wide */
#define COL_NO_TEXT	4
#define COL_NO_JSON	8
#define COL_WARN	16	/* red where it is not zero */

struct col {
	const char *head;	/* in text; NULL: the key */
	const char *key;	/* in JSON, the unit in the name */
	enum col_kind kind;
	unsigned int flags;
	size_t offset;
	int width;		/* at least */
};

struct table {
	const char *key;	/* in JSON: the array's name, or a stream's record type */
	const struct col *cols;
	int ncols;
	bool stream;
	/* the rest is table.c's */
	int *width;
	char **cells;		/* rows * ncols, owned */
	int rows, room;
	int since_head;
	void *array;
};

void table_begin(struct table *t, struct out *o);
void table_row(struct table *t, struct out *o, const void *row);
void table_end(struct table *t, struct out *o);
void table_free(struct table *t);

/* adds a row's members to the record that is open */
void table_members(struct out *o, const struct col *cols, int ncols, const void *row);

#define TABLE_CELL 64

/* a value as its cell has it in text; true where it is zero, unknown or a string */
bool table_cell(char buf[TABLE_CELL], const struct col *c, const void *row);

#endif /* CHS_TABLE_H */
