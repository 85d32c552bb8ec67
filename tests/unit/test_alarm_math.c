// SPDX-License-Identifier: GPL-2.0
/*
 * Host test of the arithmetic of alarms, kmod/ptp/core/alarm_math.h. TAP on stdout.
 */
#include "../../kmod/ptp/core/alarm_math.h"
#include "tap.h"

#define SEC  1000000000LL
#define MSEC 1000000LL
#define PPM  65536LL /* scaled */

static void sums(void)
{
	same(alarm_add(S64_MAX - 1, 1), S64_MAX, "a sum that just fits");
	same(alarm_add(S64_MAX, 1), S64_MAX, "a sum beyond the end");
	same(alarm_add(S64_MIN, -1), S64_MIN, "a sum before the beginning");
	same(alarm_add(S64_MIN, S64_MAX), -1, "a sum of both ends");
	same(alarm_sub(S64_MAX, -1), S64_MAX, "a difference beyond the end");
	same(alarm_sub(S64_MIN, 1), S64_MIN, "a difference before the beginning");
	same(alarm_sub(0, S64_MIN), S64_MAX, "the beginning's distance");
	same(alarm_sub(-1, S64_MIN), S64_MAX, "a difference that just fits");
}

static void scales(void)
{
	same(alarm_scale(S64_MAX, 7, 7), S64_MAX, "all there is, unscaled");
	same(alarm_scale(S64_MAX, 8, 7), S64_MAX, "a quotient that does not fit");
	same(alarm_scale(S64_MAX, UINT64_MAX, 1), S64_MAX, "nor the largest there can be");
	same(alarm_scale(S64_MAX, UINT64_MAX, UINT64_MAX), S64_MAX, "the largest that fits");
	same(alarm_scale(1, 1ULL << 63, 1), S64_MAX, "2^63");
	same(alarm_scale(1, (1ULL << 63) - 1, 1), S64_MAX, "2^63 - 1");
	same(alarm_scale(1, (1ULL << 63) - 2, 1), S64_MAX - 1, "2^63 - 2");
	same(alarm_scale(0, UINT64_MAX, 1), 0, "nothing");
}

static void rates(void)
{
	u64 slow = alarm_redial(ALARM_RATE_ONE, 0, -500000 * PPM);
	u64 fast = alarm_redial(ALARM_RATE_ONE, 0, 1000000 * PPM);
	u64 mult;
	int i;

	same(slow, 2 * ALARM_RATE_ONE, "at half the rate a ns takes two");
	same(fast, ALARM_RATE_ONE / 2, "at twice the rate half of one");
	same(alarm_redial(slow, -500000 * PPM, 0), ALARM_RATE_ONE, "dialed back");
	same(alarm_redial(ALARM_RATE_ONE, 0, -1000000 * PPM), ALARM_RATE_MAX, "dialed to rate 0");
	same(alarm_redial(ALARM_RATE_ONE, 0, -2000000 * PPM), ALARM_RATE_MAX, "dialed backwards");
	same(alarm_redial(ALARM_RATE_ONE, 0, S64_MIN), ALARM_RATE_MAX, "the lowest dial");
	same(alarm_redial(ALARM_RATE_ONE, 0, S64_MAX), ALARM_RATE_MIN, "the highest dial");
	same(alarm_redial(ALARM_RATE_MAX, S64_MAX, S64_MIN), ALARM_RATE_MAX, "never slower");
	same(alarm_redial(ALARM_RATE_MIN, S64_MIN, S64_MAX), ALARM_RATE_MIN, "never faster");
	for (i = 0, mult = ALARM_RATE_ONE; i < 1000; i++)
		mult = alarm_redial(alarm_redial(mult, 0, S64_MAX), S64_MIN, 23 * PPM);
	ok(mult >= ALARM_RATE_MIN, "no sequence of dials ends at 0");

	same(alarm_mono_of(ALARM_RATE_ONE, 23 * MSEC), 23 * MSEC, "as long as it says");
	same(alarm_mono_of(slow, 23 * MSEC), 46 * MSEC, "twice as long");
	same(alarm_mono_of(ALARM_RATE_ONE, -1), 0, "what is over does not last");
	same(alarm_mono_of(ALARM_RATE_ONE, S64_MIN), 0, "however long it is over");
	ok(alarm_mono_of(ALARM_RATE_MIN, S64_MAX) >= ALARM_FAR, "what is far, on a fast clock");
	ok(alarm_mono_of(ALARM_RATE_MAX, S64_MAX) >= ALARM_FAR, "what is far, on a slow clock");
	ok(alarm_mono_of(ALARM_RATE_MIN, 20 * ALARM_FAR) >= ALARM_FAR, "20 s on a fast clock");

	same(alarm_phc_of(ALARM_RATE_ONE, 5), 5, "as far as it says");
	same(alarm_phc_of(ALARM_RATE_MAX, 16 * SEC), SEC, "on a slow clock");
	same(alarm_phc_of(ALARM_RATE_MIN, SEC), 16 * SEC, "on a fast clock");
	same(alarm_phc_of(ALARM_RATE_MIN, S64_MAX), S64_MAX, "292 years of a fast clock");
	same(alarm_phc_of(ALARM_RATE_ONE, -5), 0, "never back");
}

/* n clocks whose threads want to run all the time, each pass costing what it costs */
static s64 used_by(unsigned int n, s64 cost, unsigned int percent, s64 for_ns)
{
	s64 paid = 0, used = 0, next[64] = { 0 }, now = 1234 * SEC, end = now + for_ns;
	unsigned int i;

	for (; now < end; now += MSEC / 100) {
		for (i = 0; i < n; i++) {
			if (now < next[i])
				continue;
			next[i] = alarm_charge(&paid, now, cost, percent, 5 * MSEC);
			used += cost;
		}
	}
	return used;
}

static void budget(void)
{
	s64 paid = 0, wait = 0, next, now = 77 * SEC, one, many;
	int i;

	same(alarm_charge(&paid, now, 0, 25, 5 * MSEC), now - 20 * MSEC, "a budget begins full");
	for (i = 0; i < 5; i++)
		wait = alarm_charge(&paid, now, MSEC, 25, 5 * MSEC);
	ok(wait <= now, "a burst does not wait");
	wait = alarm_charge(&paid, now, MSEC, 25, 5 * MSEC);
	same(wait, now + 4 * MSEC, "what is beyond it waits until it is paid for");
	wait = alarm_charge(&paid, now + 3600 * SEC, MSEC, 25, 5 * MSEC);
	ok(wait < now + 3600 * SEC, "an hour later nothing is owed");
	wait = alarm_charge(&paid, now + 3600 * SEC, 6 * MSEC, 25, 5 * MSEC);
	ok(wait > now + 3600 * SEC, "nor has an hour been saved up");
	wait = alarm_charge(&paid, now, -1, 25, 5 * MSEC);
	ok(wait <= paid, "time that went backwards costs nothing");
	paid = S64_MAX;
	same(alarm_charge(&paid, S64_MAX, S64_MAX, 1, 0), S64_MAX, "the end of time");

	one = used_by(1, MSEC / 50, 25, 10 * SEC);
	many = used_by(64, MSEC / 50, 25, 10 * SEC);
	ok(one <= 10 * SEC / 4 + 6 * MSEC, "one clock keeps within its share");
	ok(one >= 10 * SEC / 5, "and has it");
	ok(many <= 10 * SEC / 4 + 12 * MSEC, "64 clocks keep within the same");
	ok(many >= 10 * SEC / 5, "and have it");

	/* one that seldom wants to run goes first when it does, beside any number */
	paid = 0;
	for (i = 0, next = 0; i < 1000; i++)
		next = alarm_charge(&paid, 5 * SEC + i, MSEC, 25, 5 * MSEC);
	ok(next > 7 * SEC, "others owe more than 2 s");
	now = 6 * SEC;
	next = alarm_charge(&paid, now, 0, 25, 5 * MSEC);
	ok(next > now, "who comes then is told when to come again, not to wait now");
}

int main(void)
{
	sums();
	scales();
	rates();
	budget();
	return tap_end();
}
