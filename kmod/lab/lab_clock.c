// SPDX-License-Identifier: GPL-2.0
/*
 * What of the lab's clocks needs the kernel; their arithmetic is in lab_clock.h.
 */
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/timekeeping.h>

#include "lab.h"

/**
 * lab_clock_begin() - let a clock show what one of the kernel's shows
 * @c: clock; its rate stays
 * @id: CLOCK_MONOTONIC or CLOCK_REALTIME; any other: 0
 *
 * Context: any.
 */
void lab_clock_begin(struct lab_clock *c, clockid_t id)
{
	s64 before, now, after, best = S64_MAX, raw = 0, time = 0;
	unsigned long flags;
	int i;

	/* the narrowest of a few readings */
	for (i = 0; i < 5; i++) {
		local_irq_save(flags);
		before = ktime_get_raw_ns();
		now = id == CLOCK_MONOTONIC ? ktime_get_ns() :
		      id == CLOCK_REALTIME  ? ktime_get_real_ns() :
					      0;
		after = ktime_get_raw_ns();
		local_irq_restore(flags);
		if (after - before < best) {
			best = after - before;
			raw = before + best / 2;
			time = now;
		}
	}
	lab_clock_set(c, raw, time);
}
EXPORT_SYMBOL_GPL(lab_clock_begin);
