/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trains of edges for models that have lines: so many edges on these lines, at this period,
 * in bursts, with jitter. In lab_core, since all such models take the same words. Each edge
 * happens at its own instant however late the timer fires, in a hard interrupt.
 */
#ifndef LAB_TRAIN_H
#define LAB_TRAIN_H

#include "lab.h"

struct lab_trains;

/**
 * lab_trains_new() - let a device have trains
 * @ld: device
 * @n_lines: how many lines it has
 * @edge: a line changes its level. raw is the instant, ns of CLOCK_MONOTONIC_RAW, exact;
 *	one call at a time for a device, in hard interrupt context, edges of all lines in
 *	order of time
 * @level: a line's level now; asked when a train begins, since its edges alternate
 *
 * Context: process context. From the model's init().
 * Return: the trains, or ERR_PTR(-ENOMEM).
 */
struct lab_trains *lab_trains_new(struct lab_device *ld, unsigned int n_lines,
				  void (*edge)(struct lab_device *ld, unsigned int line, s64 raw,
					       bool rising),
				  bool (*level)(struct lab_device *ld, unsigned int line));

/* no edge comes any more when it returns; sleepers in lab_trains_store() are woken (-ENODEV) */
void lab_trains_stop(struct lab_trains *trains);
void lab_trains_free(struct lab_trains *trains);

/*
 * For the model's LAB_LONG attribute "edges": "lines=0-63,70 count=101 period_ns=1000000
 * burst=1 gap_ns=0 jitter_ns=0 delay_ns=0 wait=1", each optional but lines; count=0: until
 * stopped ("lines=0-63 stop=1"). burst edges, gap_ns apart, every period_ns. jitter_ns is
 * the most that an edge is off its instant. wait=1: returns when the last edge has happened.
 * A line has one train at a time: EBUSY. All lines of a train begin at the same instant,
 * which the reply tells (ns of CLOCK_MONOTONIC_RAW).
 */
int lab_trains_store(struct lab_trains *trains, char *value);
#define LAB_TRAINS_HELP	\
	"edges on lines=0-63,70 count=101 period_ns burst gap_ns jitter_ns delay_ns wait=0|1 stop=1"

/* how many edges there have been on a line, or on all (line < 0), since the device was made */
u64 lab_trains_count(const struct lab_trains *trains, int line);

#endif /* LAB_TRAIN_H */
