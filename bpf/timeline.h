/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does a clock's time run on? Each reading is compared with what the one before and the
 * clock's rate against CLOCK_MONOTONIC let expect. What neither a step that was asked for
 * nor the uncertainty of the two readings explains has happened by itself: a jump, a
 * clock that stands, a single wrong reading. The same code in BPF and on the host
 * (tests/unit/test_rhythm.c). Pure functions; no signed quotients.
 */
#ifndef CHS_TIMELINE_H
#define CHS_TIMELINE_H

#include "rhythm.h"

/* a crystal and the slewing of CLOCK_MONOTONIC: 1/1024, beside the learned rate */
#define TIMELINE_DRIFT_SHIFT 10
#define TIMELINE_FLOOR_NS    1000
#define TIMELINE_LEARN_NS    10000000 /* rates are learned over no less */

enum timeline_what {
	TIMELINE_OK,
	TIMELINE_JUMP,	  /* off by moved_ns, for how long we cannot know */
	TIMELINE_STANDS,  /* it shows what it showed at the last reading */
	TIMELINE_MISREAD, /* the reading before was wrong by moved_ns, this one is right */
};

struct timeline {
	/* the line: where it was read last, and how it runs */
	__u64 mono_ns;
	__s64 clock_ns;
	__u64 uncertain_ns;
	__s64 rate_ppb; /* against CLOCK_MONOTONIC */
	/* before the last jump */
	__u64 old_mono_ns;
	__s64 old_clock_ns;
	__u64 old_uncertain_ns;
	__s64 jumped_ns;
	/* the last reading, good or not */
	__u64 read_mono_ns;
	__s64 read_ns;
	__u64 steps;	  /* of the clock: another number is another line */
	__s64 scaled_ppm; /* its frequency setting */
	__u32 have;	  /* there is a line */
	__u32 rate_known;
	__u32 rate_guess; /* rate_ppb is from one interval only */
	__u32 doubt;	  /* the last reading was a jump */
	__u32 stands;	  /* and told already */
	__u32 busy;	  /* BPF: somebody else is at it */
	/* in all */
	__u64 jumps;
	__u64 stops;
	__u64 misreads;
};

struct timeline_verdict {
	__u32 what;
	__s64 moved_ns;
	__u64 uncertain_ns;
	__u64 since_ns; /* CLOCK_MONOTONIC of the reading before */
};

RHYTHM_INLINE __s64 timeline_ppb(__s64 scaled_ppm)
{
	return rhythm_part(scaled_ppm * 125, 8192);
}

/* ns by which a rate moves a clock within a time */
RHYTHM_INLINE __s64 timeline_gain(__u64 ns, __s64 ppb)
{
	__u64 rate = rhythm_abs(ppb);
	__s64 gain = ns / 1000000000 * rate + ns % 1000000000 * rate / 1000000000;

	return ppb < 0 ? -gain : gain;
}

/* gain / ns in ppb, as far as a sane clock goes */
RHYTHM_INLINE __s64 timeline_rate(__s64 gain, __u64 ns)
{
	__u64 g = rhythm_abs(gain), rate;

	/* keeps the product in range; what is lost is below a thousandth */
	if (g >> 34) {
		g >>= 14;
		ns >>= 14;
	}
	rate = g >> 34 || !ns ? 1000000000 : g * 1000000000 / ns;
	return gain < 0 ? -(__s64)rate : (__s64)rate;
}

RHYTHM_INLINE void timeline_at(struct timeline *t, __u64 mono, __s64 clock, __u64 uncertain)
{
	t->mono_ns = mono;
	t->clock_ns = clock;
	t->uncertain_ns = uncertain;
	t->have = 1;
}

/**
 * timeline_reading() - judge a reading of the clock
 * @t: the clock's line
 * @v: what it says
 * @from: the clock was read not before this time of CLOCK_MONOTONIC
 * @to: and not after this
 * @clock: what it showed
 * @steps: how often somebody has stepped it
 * @scaled_ppm: its frequency setting, as far as it is known
 */
RHYTHM_INLINE void timeline_reading(struct timeline *t, struct timeline_verdict *v, __u64 from,
				    __u64 to, __s64 clock, __u64 steps, __s64 scaled_ppm)
{
	__u64 half = (to - from) / 2, mono = from + half, dist, tol, run, gone;
	__s64 err, change, old_err;

	__builtin_memset(v, 0, sizeof(*v));
	if (!t->have || t->steps != steps) {
		t->steps = steps;
		t->doubt = t->stands = 0;
		if (t->scaled_ppm != scaled_ppm)
			t->rate_ppb += timeline_ppb(scaled_ppm - t->scaled_ppm);
		t->scaled_ppm = scaled_ppm;
		t->read_mono_ns = mono;
		t->read_ns = clock;
		timeline_at(t, mono, clock, half);
		return;
	}
	/* overtaken by a later one */
	if ((__s64)(mono - t->read_mono_ns) <= 0 || (__s64)(mono - t->mono_ns) <= 0)
		return;
	dist = mono - t->mono_ns;
	tol = t->uncertain_ns + half + (dist >> TIMELINE_DRIFT_SHIFT) + TIMELINE_FLOOR_NS;
	if (t->scaled_ppm != scaled_ppm) {
		/* set anew at some time in between */
		change = timeline_ppb(scaled_ppm - t->scaled_ppm);
		t->scaled_ppm = scaled_ppm;
		tol += rhythm_abs(timeline_gain(dist, change));
		t->rate_ppb += change;
	}
	run = mono - t->read_mono_ns;
	gone = clock - t->read_ns;
	err = clock - t->clock_ns - (__s64)dist - timeline_gain(dist, t->rate_ppb);
	v->uncertain_ns = tol;
	v->since_ns = t->read_mono_ns;
	t->read_mono_ns = mono;
	t->read_ns = clock;

	if (!t->rate_known) {
		/* over one interval within an eighth; beyond, two must agree */
		if (dist < TIMELINE_LEARN_NS)
			return;
		change = timeline_rate(err, dist);
		if (rhythm_abs(err) <= dist / 8 ||
		    (t->rate_guess && rhythm_abs(err) <= tol + dist / 64)) {
			t->rate_known = 1;
		}
		t->rate_guess = 1;
		t->rate_ppb += change;
		timeline_at(t, mono, clock, half);
		return;
	}
	if (rhythm_abs(err) <= tol) {
		t->doubt = 0;
		t->stands = 0;
		if (dist >= TIMELINE_LEARN_NS && half <= dist >> TIMELINE_DRIFT_SHIFT)
			t->rate_ppb += timeline_rate(err, dist) >> 2;
		/* a vague reading does not replace a sharp one at once */
		if (half <= t->uncertain_ns + (dist >> TIMELINE_DRIFT_SHIFT))
			timeline_at(t, mono, clock, half);
		return;
	}
	if (gone <= half && run > 2 * half + TIMELINE_FLOOR_NS) {
		v->moved_ns = -(__s64)run;
		if (!t->stands) {
			v->what = TIMELINE_STANDS;
			t->stops++;
		}
		t->stands = 1;
		return;
	}
	if (t->doubt) {
		dist = mono - t->old_mono_ns;
		old_err = clock - t->old_clock_ns - (__s64)dist - timeline_gain(dist, t->rate_ppb);
		if (rhythm_abs(old_err) <= t->old_uncertain_ns + half +
						   (dist >> TIMELINE_DRIFT_SHIFT) +
						   TIMELINE_FLOOR_NS) {
			v->what = TIMELINE_MISREAD;
			v->moved_ns = t->jumped_ns;
			t->misreads++;
			t->jumps--;
			t->doubt = t->stands = 0;
			timeline_at(t, mono, clock, half);
			return;
		}
	}
	v->what = TIMELINE_JUMP;
	v->moved_ns = err;
	t->jumps++;
	t->old_mono_ns = t->mono_ns;
	t->old_clock_ns = t->clock_ns;
	t->old_uncertain_ns = t->uncertain_ns;
	t->jumped_ns = err;
	t->doubt = !t->stands;
	t->stands = 0;
	timeline_at(t, mono, clock, half);
}

#endif /* CHS_TIMELINE_H */
