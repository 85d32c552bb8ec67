/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a provider's clock goes against CLOCK_MONOTONIC, by readings of both: the offset at
 * the latest reading, the rate since an older one, and how far that may be off until the
 * next. Pure.
 */
#ifndef HTETOP_RELATION_H
#define HTETOP_RELATION_H

#include <stdbool.h>
#include <stdint.h>

#define RELATION_READINGS 16

struct reading {
	uint64_t hw_ns, mono_ns;
	uint64_t error_ns;	/* how far apart the two may be, either way */
};

struct relation {
	struct reading at[RELATION_READINGS];	/* the oldest first */
	int n;
	double rate;		/* mono ns a hw ns, less 1 */
	double rate_error;
	double surprise_ns;	/* how much more than expected the clock was off, at the latest */
};

/*
 * Takes a reading. False: the clock did not go on as before (it was set, stopped, or runs
 * at quite another rate), and what was known is forgotten.
 */
bool relation_add(struct relation *r, const struct reading *now);

/* is there enough to go by? */
bool relation_known(const struct relation *r);

/* of an instant by the provider's clock, CLOCK_MONOTONIC; only when known */
int64_t relation_mono(const struct relation *r, uint64_t hw_ns);

/* how far off that may be for instants up to so many ns after the latest reading */
uint64_t relation_error(const struct relation *r, uint64_t horizon_ns);

void relation_forget(struct relation *r);

#endif /* HTETOP_RELATION_H */
