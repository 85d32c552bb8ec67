/* SPDX-License-Identifier: GPL-2.0 */
/* Histograms in user space; the buckets are those of loglin.h. */
#ifndef CHS_HIST_H
#define CHS_HIST_H

#include <stdint.h>
#include <stdio.h>
#include "loglin.h"

struct hist {
	uint64_t bucket[LL_BUCKETS];
};

void hist_add(struct hist *h, uint64_t value, uint64_t times);
void hist_merge(struct hist *h, const struct hist *from);

/*
 * Adds what a CPU's 32-bit buckets grew by. Modulo 2^32: right as long as no
 * bucket grows by 4 G between two calls.
 */
void hist_add_delta(struct hist *h, const uint32_t *now, const uint32_t *before);

uint64_t hist_count(const struct hist *h);

/*
 * The value that a share p (0..1) of all values does not exceed, linear within
 * its bucket; -1 where there are none. max, where known (else 0), caps it.
 */
int64_t hist_percentile(const struct hist *h, double p, uint64_t max);

/* bars of '*', a line a power of two or, with fine, a bucket; never over 80 columns */
void hist_print(FILE *f, const struct hist *h, const char *unit, int fine);

#endif /* CHS_HIST_H */
