/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines in the order of their times. A lock event has the time at which its driver reported
 * it, and its record comes when the core has looked, milliseconds later where the report was
 * deferred; meanwhile others have come. So each line is held until it is ORDER_NS old, by
 * when what is older has come too. What takes longer is written as soon as it comes.
 */
#ifndef DPLLSNOOP_ORDER_H
#define DPLLSNOOP_ORDER_H

#include <stdint.h>
#include <stdio.h>
#include "loop.h"

#define ORDER_NS 20000000

struct order {
	FILE *line; /* the one in the making */
	char *text;
	size_t size;
	struct held {
		int64_t at_ns;
		char *text;
	} *held; /* sorted */
	int n, room;
	int64_t last_ns; /* of the line that came last */
	int timer;
};

/* 0 or -errno; fn is called when a line is old enough: to read what is older, then flush */
int order_init(struct order *o, struct loop *loop, loop_fn fn, void *arg);
void order_free(struct order *o);

/* where to write the next line, then when it happened, CLOCK_MONOTONIC */
FILE *order_line(struct order *o);
void order_hold(struct order *o, int64_t at_ns);

/* writes the lines up to and including a moment */
void order_flush(struct order *o, int64_t until_ns, FILE *to);

/* the line that came last ends it all: writes those before it, and drops later ones */
void order_end(struct order *o, FILE *to);

#endif /* DPLLSNOOP_ORDER_H */
