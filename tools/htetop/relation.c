// SPDX-License-Identifier: GPL-2.0
/* A provider's clock against CLOCK_MONOTONIC. Pure. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "relation.h"

/* no clock that is one goes so wrong; and the BPF side can reckon with no more */
#define MOST_RATE	(1.0 / 64)

/*
 * What a clock may do between two readings and still be the same clock: change its rate
 * by so much, or be off by so many ns, beyond what the readings' errors explain.
 */
#define MOST_WANDER	50e-6
#define MOST_JITTER	1000.0

static const struct reading *latest(const struct relation *r)
{
	return &r->at[r->n - 1];
}

bool relation_known(const struct relation *r)
{
	return r->n > 1;
}

void relation_forget(struct relation *r)
{
	memset(r, 0, sizeof(*r));
}

int64_t relation_mono(const struct relation *r, uint64_t hw_ns)
{
	int64_t since = hw_ns - latest(r)->hw_ns;

	return latest(r)->mono_ns + since + (int64_t)llround(since * r->rate);
}

uint64_t relation_error(const struct relation *r, uint64_t horizon_ns)
{
	return latest(r)->error_ns + (uint64_t)ceil(horizon_ns * r->rate_error + r->surprise_ns);
}

static void keep(struct relation *r, int first)
{
	r->n -= first;
	memmove(r->at, r->at + first, r->n * sizeof(r->at[0]));
}

/* from the oldest that there is: the longer, the less do the errors of readings matter */
static bool find_rate(struct relation *r)
{
	const struct reading *old = &r->at[0], *new = latest(r);
	double hw = new->hw_ns - old->hw_ns, mono = new->mono_ns - old->mono_ns;

	r->rate = (mono - hw) / hw;
	r->rate_error = (old->error_ns + new->error_ns) / hw;
	return fabs(r->rate) < MOST_RATE;
}

/* how far the new reading is from where the old ones put it, beyond their errors */
static double surprise(const struct relation *r, const struct reading *now)
{
	double span = now->mono_ns - latest(r)->mono_ns;
	double off = llabs((int64_t)now->mono_ns - relation_mono(r, now->hw_ns));

	off -= now->error_ns + latest(r)->error_ns + span * r->rate_error;
	return off > 0 ? off : 0;
}

bool relation_add(struct relation *r, const struct reading *now)
{
	double off = 0;

	if (r->n && (now->hw_ns <= latest(r)->hw_ns || now->mono_ns <= latest(r)->mono_ns))
		goto begin_anew;
	if (relation_known(r)) {
		off = surprise(r, now);
		if (off > MOST_JITTER + (now->mono_ns - latest(r)->mono_ns) * MOST_WANDER)
			goto begin_anew;
		/* its rate has changed: the old readings tell of the rate that it had */
		if (off > 0)
			keep(r, r->n - 1);
	}
	if (r->n == RELATION_READINGS)
		keep(r, 1);
	r->at[r->n++] = *now;
	r->surprise_ns = off;
	if (!relation_known(r) || find_rate(r))
		return true;

begin_anew:
	relation_forget(r);
	r->at[r->n++] = *now;
	return false;
}
