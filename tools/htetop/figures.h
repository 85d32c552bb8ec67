/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A line's figures, of the interval and since the start, from the record that the BPF side
 * writes while it is read. Pure.
 */
#ifndef HTETOP_FIGURES_H
#define HTETOP_FIGURES_H

#include <stdbool.h>
#include "htetop.h"
#include "model.h"

/* once, now: what BPF programs write meanwhile */
#define READ(what) __atomic_load_n(&(what), __ATOMIC_RELAXED)

/* what a record said at the last look */
struct seen {
	uint64_t stamps, gaps, early, seconds, losses;
	uint64_t drops[TOP_REASONS];
	uint32_t hist[HTETOP_HISTS][LL_BUCKETS];
	/* an event is counted first: of the latest ones the next look may find the rest */
	bool stamp_open, second_open;
};

/* a line of which nothing is known yet */
void figures_init(struct top_line *t);

/* forgets those of the interval */
void figures_begin(struct top_line *t);

/*
 * Adds what happened since the last look to t. The epoch that ended is number epoch, and the
 * next has begun. final: no program runs any more, so nothing may be left for another look.
 * Returns how many events were told of; changed is set where there is anything to be
 * forgotten by figures_begin().
 */
uint64_t figures_read(struct top_line *t, const struct htetop_line *rec, struct seen *seen,
		      uint64_t epoch, bool final, bool *changed);

/* what follows from what has been read since figures_begin(), in so many seconds */
void figures_finish(struct top_line *t, double elapsed);

/* those since the start begin anew */
void figures_restart(struct top_line *t);

#endif /* HTETOP_FIGURES_H */
