/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines in the order of their times. A lock event has the time at which its driver reported
 * it; its record follows after the core has observed the status, milliseconds later where
 * the report was deferred, and other records may come in between. So each line is held in
 * the buffer of tools/lib until it is LINE_ORDER_NS old. A record that takes longer is
 * written as soon as it comes.
 */
#ifndef DPLLSNOOP_LINE_ORDER_H
#define DPLLSNOOP_LINE_ORDER_H

#include <stdint.h>
#include <stdio.h>
#include "loop.h"
#include "order.h"

#define LINE_ORDER_NS 20000000

struct line_order {
	FILE *line; /* the one being composed */
	char *text;
	size_t size;
	struct order held;
	FILE *to;	 /* of the flush that runs */
	int64_t last_ns; /* of the line that was put last */
	int timer;
};

/* 0 or -errno; fn is called when a line is old enough: to read what is older, then flush */
int line_order_init(struct line_order *o, struct loop *loop, loop_fn fn, void *arg);
void line_order_free(struct line_order *o);

/* where to write the next line, then when it happened, CLOCK_MONOTONIC */
FILE *line_order_line(struct line_order *o);
void line_order_hold(struct line_order *o, int64_t at_ns);

/* writes the lines up to and including a moment */
void line_order_flush(struct line_order *o, int64_t until_ns, FILE *to);

/* the line that was put last ends it all: writes those before it, and drops later ones */
void line_order_end(struct line_order *o, FILE *to);

#endif /* DPLLSNOOP_LINE_ORDER_H */
