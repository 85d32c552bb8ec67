/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arithmetic of alarms: pure functions, no lock, no kernel call, so that the same text
 * is tested on the host (tests/unit/test_alarm_math.c). Whatever a clock shows and whatever
 * a user asks for, a result that an s64 does not hold is the end of its range.
 */
#ifndef CHS_PTP_ALARM_MATH_H
#define CHS_PTP_ALARM_MATH_H

#ifdef __KERNEL__
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/time64.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
typedef int64_t s64;
typedef uint64_t u64;
typedef unsigned __int128 u128;
#define S64_MAX			     INT64_MAX
#define S64_MIN			     INT64_MIN
#define NSEC_PER_SEC		     1000000000LL
#define check_add_overflow	     __builtin_add_overflow
#define check_sub_overflow	     __builtin_sub_overflow
#define mul_u64_u64_shr(a, b, shift) ((u64)((u128)(a) * (b) >> (shift)))
#define mul_u64_u64_div_u64(a, b, c) ((u64)((u128)(a) * (b) / (c)))
#define clamp(x, low, high)	     ((x) < (low) ? (low) : (x) > (high) ? (high) : (x))
#define max(a, b)		     ((a) > (b) ? (a) : (b))
#endif

/* ns of CLOCK_MONOTONIC for a ns of the clock, as a fixed-point number */
#define ALARM_RATE_SHIFT 28
#define ALARM_RATE_ONE	 (1ULL << ALARM_RATE_SHIFT)
/* no clock runs more than 16 times too fast or too slow */
#define ALARM_RATE_MIN (ALARM_RATE_ONE / 16)
#define ALARM_RATE_MAX (ALARM_RATE_ONE * 16)
/* rate 1 as scaled ppm */
#define ALARM_PPM_ONE (1000000LL << 16)
/* longest sleep, ns: the rate may change unseen */
#define ALARM_FAR ((s64)NSEC_PER_SEC)

static inline s64 alarm_add(s64 a, s64 b)
{
	s64 sum;

	if (check_add_overflow(a, b, &sum))
		return b < 0 ? S64_MIN : S64_MAX;
	return sum;
}

static inline s64 alarm_sub(s64 a, s64 b)
{
	s64 difference;

	if (check_sub_overflow(a, b, &difference))
		return b > 0 ? S64_MIN : S64_MAX;
	return difference;
}

/* x * mul / div, for x <= S64_MAX; a division that overflows is an exception on x86 */
static inline s64 alarm_scale(u64 x, u64 mul, u64 div)
{
	if (mul_u64_u64_shr(x, mul, 63) >= div)
		return S64_MAX;
	return mul_u64_u64_div_u64(x, mul, div);
}

static inline u64 alarm_dialed_rate(s64 scaled_ppm)
{
	return clamp(scaled_ppm, ALARM_PPM_ONE / 16 - ALARM_PPM_ONE, 15 * ALARM_PPM_ONE) +
	       ALARM_PPM_ONE;
}

/**
 * alarm_redial() - the rate of a clock that was dialed anew
 * @mult: its rate before
 * @old: frequency offset before, scaled ppm
 * @new: and now
 * Return: the rate, ALARM_RATE_MIN to ALARM_RATE_MAX
 */
static inline u64 alarm_redial(u64 mult, s64 old, s64 new)
{
	u64 redialed = alarm_scale(mult, alarm_dialed_rate(old), alarm_dialed_rate(new));

	return clamp(redialed, ALARM_RATE_MIN, ALARM_RATE_MAX);
}

/**
 * alarm_mono_of() - how long does a clock take for so many ns?
 * @mult: its rate
 * @phc: ns of the clock
 * Return: ns of CLOCK_MONOTONIC; where it is long at least ALARM_FAR
 */
static inline s64 alarm_mono_of(u64 mult, s64 phc)
{
	/* more than this is not slept at a time */
	phc = clamp(phc, 0LL, 16 * ALARM_FAR);
	return alarm_scale(phc, mult, ALARM_RATE_ONE);
}

/**
 * alarm_phc_of() - how far does a clock go in so many ns?
 * @mult: its rate
 * @mono: ns of CLOCK_MONOTONIC
 * Return: ns of the clock
 */
static inline s64 alarm_phc_of(u64 mult, s64 mono)
{
	return mono <= 0 ? 0 : alarm_scale(mono, ALARM_RATE_ONE, mult);
}

/**
 * alarm_charge() - charge processor time to a budget
 * @paid: the budget: when all that was used is paid for, ns of CLOCK_MONOTONIC
 * @now: ns of CLOCK_MONOTONIC
 * @used: processor time, ns
 * @percent: of the time that goes by, so much may be used; 1 to 100
 * @burst: and so much at once, ns
 * Return: not before then may more be used
 */
static inline s64 alarm_charge(s64 *paid, s64 now, s64 used, unsigned int percent, s64 burst)
{
	*paid = alarm_add(max(*paid, now), alarm_scale(max(used, 0LL), 100, percent));
	return alarm_sub(*paid, alarm_scale(burst, 100, percent));
}

#endif /* CHS_PTP_ALARM_MATH_H */
