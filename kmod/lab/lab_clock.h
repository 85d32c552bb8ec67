/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arithmetic of a clock that runs at a rate of its own: pure functions, no
 * lock, no kernel call, so that the same text is tested on the host
 * (tests/unit/test_lab_clock.c).
 *
 * A clock is a straight line over "raw", ns of CLOCK_MONOTONIC_RAW:
 *
 *	time = time0 + (raw - raw0) * (1 + rate)
 *
 * and a change of rate moves the anchor (raw0, time0) to the instant of the
 * change. Nothing is ever rounded: rates are integers in units of 1 / LAB_RATE_ONE,
 * the common denominator of ppb and of adjfine's ppm << 16, and the anchor keeps
 * its fraction of a ns in the same unit. So moving the anchor, however often, does
 * not change what the clock shows, and 50 ppm over 1000 s are 50 ms to the ns.
 */
#ifndef LAB_CLOCK_H
#define LAB_CLOCK_H

#ifdef __KERNEL__
#include <linux/limits.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
typedef int64_t s64;
typedef uint64_t u64;
typedef uint32_t u32;
#define S64_MAX INT64_MAX
#define S64_MIN INT64_MIN
#endif

/* rate 1, that is 10^9 ppb, in units of a rate: 2^16 * 10^9 */
#define LAB_RATE_ONE	65536000000000LL
/* one part per billion */
#define LAB_RATE_PPB	65536LL
/* one step of adjfine's scaled_ppm: 2^-16 ppm */
#define LAB_RATE_SCALED	1000LL
/* where the sum of all rates must stay: no clock stands, none runs backwards */
#define LAB_RATE_MAX	(LAB_RATE_ONE / 100 * 98)

/* phases are slewed in over this many ns of raw: an offset of n ns is n ppb */
#define LAB_SLEW_NS	1000000000LL

typedef __int128 lab_s128;
typedef unsigned __int128 lab_u128;

/**
 * struct lab_clock - a clock's line; whoever owns it guards it with a lock
 * @raw0: anchor, ns of CLOCK_MONOTONIC_RAW
 * @time0: what the clock shows at the anchor, whole ns
 * @frac0: and the fraction of a ns, 0 to LAB_RATE_ONE - 1
 * @rate: deviation from rate 1, unit 1 / LAB_RATE_ONE, within +-LAB_RATE_MAX
 * @slew: further deviation while a phase offset is slewed in
 * @slew_left: for how many ns of raw after the anchor @slew goes on
 * @stopped: the clock stands at (@time0, @frac0)
 */
struct lab_clock {
	s64 raw0;
	s64 time0;
	u64 frac0;
	s64 rate;
	s64 slew;
	s64 slew_left;
	bool stopped;
};

/*
 * x / y and the remainder, for y < 2^48. By hand, 16 bits a step, since the kernel has no
 * 128-bit division.
 */
static inline lab_u128 lab_div(lab_u128 x, u64 y, u64 *rem)
{
	u64 hi = (u64)(x >> 64), lo = (u64)x, r, q = 0;
	int shift;

	if (!hi) {
		*rem = lo % y;
		return lo / y;
	}
	r = hi % y;
	for (shift = 48; shift >= 0; shift -= 16) {
		r = r << 16 | (lo >> shift & 0xffff);
		q = q << 16 | r / y;
		r %= y;
	}
	*rem = r;
	return (lab_u128)(hi / y) << 64 | q;
}

/* rounded towards minus infinity, so that the remainder is never negative */
static inline lab_s128 lab_div_floor(lab_s128 x, u64 y, u64 *rem)
{
	lab_u128 q;

	if (x >= 0)
		return (lab_s128)lab_div((lab_u128)x, y, rem);
	q = lab_div((lab_u128)~x, y, rem);	/* floor(x / y) == ~floor(~x / y) */
	*rem = y - 1 - *rem;
	return (lab_s128)~q;
}

static inline lab_s128 lab_div_ceil(lab_s128 x, u64 y)
{
	u64 rem;

	return -lab_div_floor(-x, y, &rem);
}

/* an instant or a time beyond the range is at its end: narrowed, it would be anywhere */
static inline s64 lab_ns(lab_s128 x)
{
	return x > S64_MAX ? S64_MAX : x < S64_MIN ? S64_MIN : (s64)x;
}

static inline s64 lab_clock_line(const struct lab_clock *c, s64 raw, u64 *frac)
{
	lab_s128 d = (lab_s128)raw - c->raw0;
	lab_s128 slewed = d < c->slew_left ? d : c->slew_left;
	lab_s128 n = d * c->rate + slewed * c->slew + c->frac0;

	return lab_ns(c->time0 + d + lab_div_floor(n, LAB_RATE_ONE, frac));
}

/**
 * lab_clock_at() - what does the clock show at an instant?
 * @c: clock
 * @raw: instant, ns of CLOCK_MONOTONIC_RAW; before the anchor the present line is
 *	drawn on backwards
 * Return: ns of the clock, rounded down; at the end of the range what lies beyond it
 */
static inline s64 lab_clock_at(const struct lab_clock *c, s64 raw)
{
	u64 frac;

	return c->stopped ? c->time0 : lab_clock_line(c, raw, &frac);
}

/**
 * lab_clock_when() - when does the clock reach a time? The inverse of lab_clock_at()
 * @c: clock
 * @time: ns of the clock
 * Return: the first ns of CLOCK_MONOTONIC_RAW at which the clock shows @time or
 * more; S64_MAX for a stopped clock, and where that instant lies beyond it
 */
static inline s64 lab_clock_when(const struct lab_clock *c, s64 time)
{
	lab_s128 want = ((lab_s128)time - c->time0) * LAB_RATE_ONE - c->frac0;
	u64 speed = LAB_RATE_ONE + c->rate;
	lab_s128 at_end;

	if (c->stopped)
		return S64_MAX;
	if (!c->slew_left)
		return lab_ns(c->raw0 + lab_div_ceil(want, speed));
	at_end = (lab_s128)c->slew_left * (s64)(speed + c->slew);
	if (want <= at_end)
		return lab_ns(c->raw0 + lab_div_ceil(want, speed + c->slew));
	return lab_ns(c->raw0 + c->slew_left + lab_div_ceil(want - at_end, speed));
}

/**
 * lab_clock_move() - move the anchor to an instant; the clock goes on as it was
 * @c: clock
 * @raw: ns of CLOCK_MONOTONIC_RAW, not before the present anchor
 */
static inline void lab_clock_move(struct lab_clock *c, s64 raw)
{
	s64 d = raw - c->raw0;
	u64 frac;

	if (!c->stopped) {
		c->time0 = lab_clock_line(c, raw, &frac);
		c->frac0 = frac;
		c->slew_left = d < c->slew_left ? c->slew_left - d : 0;
		if (!c->slew_left)
			c->slew = 0;
	}
	c->raw0 = raw;
}

/**
 * lab_clock_set() - set the clock; a slew under way is over
 * @c: clock
 * @raw: now
 * @time: what it shows from now on, ns
 */
static inline void lab_clock_set(struct lab_clock *c, s64 raw, s64 time)
{
	c->raw0 = raw;
	c->time0 = time;
	c->frac0 = 0;
	c->slew = 0;
	c->slew_left = 0;
}

/**
 * lab_clock_step() - shift the clock; a slew under way goes on
 * @c: clock
 * @raw: now
 * @delta: by how many ns
 */
static inline void lab_clock_step(struct lab_clock *c, s64 raw, s64 delta)
{
	lab_clock_move(c, raw);
	c->time0 = lab_ns((lab_s128)c->time0 + delta);
}

/**
 * lab_clock_rate() - change the rate; the clock does not jump
 * @c: clock
 * @raw: now
 * @rate: deviation from 1 in units of 1 / LAB_RATE_ONE, limited to +-LAB_RATE_MAX
 */
static inline void lab_clock_rate(struct lab_clock *c, s64 raw, s64 rate)
{
	lab_clock_move(c, raw);
	c->rate = rate > LAB_RATE_MAX ? LAB_RATE_MAX : rate < -LAB_RATE_MAX ? -LAB_RATE_MAX : rate;
}

/**
 * lab_clock_phase() - shift the clock gently: within LAB_SLEW_NS, to the ns
 * @c: clock
 * @raw: now
 * @offset: by how many ns; takes the place of a slew under way. Cut off where rate
 *	and slew together would leave +-LAB_RATE_MAX
 */
static inline void lab_clock_phase(struct lab_clock *c, s64 raw, s64 offset)
{
	s64 slew = offset * (LAB_RATE_ONE / LAB_SLEW_NS);

	lab_clock_move(c, raw);
	if (slew > LAB_RATE_MAX - c->rate)
		slew = LAB_RATE_MAX - c->rate;
	if (slew < -LAB_RATE_MAX - c->rate)
		slew = -LAB_RATE_MAX - c->rate;
	c->slew = slew;
	c->slew_left = slew ? LAB_SLEW_NS : 0;
}

/**
 * lab_clock_stop() - stop the clock or let it go on from where it stood
 * @c: clock
 * @raw: now
 * @stop: whether
 */
static inline void lab_clock_stop(struct lab_clock *c, s64 raw, bool stop)
{
	lab_clock_move(c, raw);
	c->stopped = stop;
}

/**
 * struct lab_random - a reproducible sequence of numbers
 * @state: all of it
 */
struct lab_random {
	u64 state;
};

/**
 * lab_random_seed() - begin a sequence
 * @r: sequence
 * @seed: the user's
 * @stream: which of several independent sequences of one seed
 */
static inline void lab_random_seed(struct lab_random *r, u64 seed, u64 stream)
{
	r->state = seed * 0x9e3779b97f4a7c15ULL + stream * 0xd1342543de82ef95ULL + 1;
}

/**
 * lab_random_next() - the next number of a sequence
 * @r: sequence
 * Return: 64 evenly distributed bits (a Weyl sequence, mixed)
 */
static inline u64 lab_random_next(struct lab_random *r)
{
	u64 x = r->state += 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	return x ^ x >> 32;
}

/**
 * lab_random_within() - an evenly distributed deviation
 * @r: sequence; not advanced for @limit 0
 * @limit: not negative
 * Return: -@limit to @limit
 */
static inline s64 lab_random_within(struct lab_random *r, s64 limit)
{
	if (!limit)
		return 0;
	return (s64)((lab_u128)lab_random_next(r) * (2 * (u64)limit + 1) >> 64) - limit;
}

#endif /* LAB_CLOCK_H */
