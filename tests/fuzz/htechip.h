/* SPDX-License-Identifier: GPL-2.0 */
/* Target htechip: what its two parts share */
#ifndef FUZZ_HTECHIP_H
#define FUZZ_HTECHIP_H

#include "fuzz.h"

enum htechip_kind {
	HTECHIP_CHIPINFO,
	HTECHIP_LINEINFO,
	HTECHIP_GET_LINE,
	HTECHIP_READ,
	HTECHIP_POLL,
	HTECHIP_STATS,
	HTECHIP_CLOCK,
	HTECHIP_OTHER,
	HTECHIP_EDGES,
	HTECHIP_CLOSE,
	HTECHIP_PLUG,
	HTECHIP_NODE = HTECHIP_CHIPINFO,
};

#define N_HTECHIP_RACERS 3
bool htechip_race_setup(struct fuzz *fuzz);
void htechip_race_step(struct fuzz *fuzz);
void htechip_race(struct fuzz *fuzz, struct fuzz_rng *rng, unsigned int racer);
void htechip_race_settled(struct fuzz *fuzz);

#endif /* FUZZ_HTECHIP_H */
