// SPDX-License-Identifier: GPL-2.0
/*
 * Host test of the lab's clock arithmetic, kmod/lab/lab_clock.h. TAP on stdout.
 */
#include <inttypes.h>
#include <stdio.h>

#include "../../kmod/lab/lab_clock.h"

#define SEC 1000000000LL
#define STEPS 4000000

static int n_tests, n_failed;

static void check(bool ok, const char *what)
{
	if (!ok)
		n_failed++;
	printf("%sok %d - %s\n", ok ? "" : "not ", ++n_tests, what);
}

static void equal(s64 got, s64 want, const char *what)
{
	check(got == want, what);
	if (got != want)
		printf("# got %" PRId64 ", wanted %" PRId64 "\n", got, want);
}

static struct lab_clock clock_at(s64 raw, s64 time, s64 ppb)
{
	struct lab_clock c = { .raw0 = raw, .time0 = time };

	c.rate = ppb * LAB_RATE_PPB;
	return c;
}

static void rates(void)
{
	struct lab_clock c = clock_at(5 * SEC, 7 * SEC, 50000);

	equal(lab_clock_at(&c, 5 * SEC), 7 * SEC, "shows its anchor");
	equal(lab_clock_at(&c, 1005 * SEC), 1007 * SEC + 50000000, "50 ppm for 1000 s");
	equal(lab_clock_at(&c, -995 * SEC), -993 * SEC - 50000000, "and 1000 s back");
	c.rate = -c.rate;
	equal(lab_clock_at(&c, 1005 * SEC), 1007 * SEC - 50000000, "-50 ppm for 1000 s");
	c.rate = -1 * LAB_RATE_PPB;
	equal(lab_clock_at(&c, 5 * SEC + 1), 7 * SEC, "a fraction lost rounds down");
	c.rate = 65536 * LAB_RATE_SCALED;
	equal(lab_clock_at(&c, 6 * SEC), 8 * SEC + 1000, "scaled_ppm 65536 is 1 ppm");
	c.rate = LAB_RATE_SCALED;
	equal(lab_clock_at(&c, 5 * SEC + 65536 * SEC), 7 * SEC + 65536 * SEC + 1000,
	      "scaled_ppm 1 for 65536 s");
	lab_clock_rate(&c, 5 * SEC, 500000000 * LAB_RATE_PPB);
	equal(lab_clock_at(&c, 1005 * SEC), 1507 * SEC, "+max_adj");
	lab_clock_rate(&c, 1005 * SEC, -500000000 * LAB_RATE_PPB);
	equal(lab_clock_at(&c, 2005 * SEC), 2007 * SEC, "-max_adj");
	lab_clock_rate(&c, 2005 * SEC, INT64_MAX);
	equal(c.rate, LAB_RATE_MAX, "rates have a ceiling");
	lab_clock_rate(&c, 2005 * SEC, INT64_MIN);
	equal(c.rate, -LAB_RATE_MAX, "and a floor");
	equal(lab_clock_at(&c, 2105 * SEC), 2009 * SEC, "2 % speed still runs");
	c = clock_at(0, 0, 123456789);
	equal(lab_clock_at(&c, 3000000000 * SEC), (s64)(3000000000 * (lab_s128)1123456789),
	      "95 years at +12 %");
}

static void changes(void)
{
	struct lab_clock c = clock_at(0, 0, 333), old;
	s64 raw = 1234567891;

	old = c;
	lab_clock_rate(&c, raw, -77777 * LAB_RATE_PPB);
	equal(lab_clock_at(&c, raw), lab_clock_at(&old, raw), "a new rate does not jump");
	old = c;
	lab_clock_step(&c, raw + 5, -3 * SEC);
	equal(lab_clock_at(&c, raw + 5), lab_clock_at(&old, raw + 5) - 3 * SEC, "a step steps");
	lab_clock_set(&c, raw + 9, 42);
	equal(lab_clock_at(&c, raw + 9), 42, "set sets");
	lab_clock_stop(&c, raw + 9 + SEC, true);
	old = c;
	equal(lab_clock_at(&c, raw + 999 * SEC), old.time0, "a stopped clock stands");
	equal(lab_clock_when(&c, 50), S64_MAX, "and never gets anywhere");
	lab_clock_step(&c, raw + 50 * SEC, 11);
	equal(lab_clock_at(&c, raw + 60 * SEC), old.time0 + 11, "but can be stepped");
	lab_clock_stop(&c, raw + 99 * SEC, false);
	equal(lab_clock_at(&c, raw + 99 * SEC), old.time0 + 11, "it goes on from where it stood");
	equal(lab_clock_at(&c, raw + 100 * SEC), old.time0 + 11 + SEC - 77777, "at its rate");
}

static void slews(void)
{
	struct lab_clock c = clock_at(0, 0, 0), moved;
	bool same = true, monotonic = true;
	s64 raw, last = 0;

	lab_clock_phase(&c, 0, 999999);
	equal(lab_clock_at(&c, SEC / 2), SEC / 2 + 499999, "half the phase after half the time");
	equal(lab_clock_at(&c, SEC), SEC + 999999, "all of it at the end");
	equal(lab_clock_at(&c, 100 * SEC), 100 * SEC + 999999, "and no more");
	moved = c;
	for (raw = 0; raw < 2 * SEC; raw += 1234567) {
		lab_clock_move(&moved, raw);
		same &= lab_clock_at(&moved, 3 * SEC) == lab_clock_at(&c, 3 * SEC);
		monotonic &= lab_clock_at(&c, raw) >= last;
		last = lab_clock_at(&c, raw);
	}
	check(same, "an anchor moved during a slew changes nothing");
	check(monotonic, "a slew never runs backwards");
	check(!moved.slew && !moved.slew_left, "a slew ends");
	equal(lab_clock_when(&c, SEC / 2 + 499999), SEC / 2 - 0, "when, within the slew");
	equal(lab_clock_when(&c, 5 * SEC + 999999), 5 * SEC, "when, after the slew");
	lab_clock_phase(&c, 2 * SEC, -999999);
	equal(lab_clock_at(&c, 4 * SEC), 4 * SEC, "the opposite phase takes it back");
	lab_clock_phase(&c, 4 * SEC, 500);
	lab_clock_phase(&c, 4 * SEC, 7);
	equal(lab_clock_at(&c, 5 * SEC), 5 * SEC + 7, "a new phase takes the old one's place");
	lab_clock_phase(&c, 5 * SEC, 500);
	lab_clock_set(&c, 5 * SEC + 1, 0);
	equal(lab_clock_at(&c, 7 * SEC + 1), 2 * SEC, "setting the clock ends the slew");
}

/* lab_clock_when() is the first instant at which the clock shows the time */
static bool inverse_holds(struct lab_random *r, s64 max_ppb, int n)
{
	while (n--) {
		struct lab_clock c = clock_at(lab_random_within(r, SEC << 20),
					      lab_random_within(r, SEC << 31),
					      lab_random_within(r, max_ppb));
		s64 time = c.time0 + lab_random_within(r, n & 1 ? SEC << 20 : 2 * SEC);
		s64 raw;

		c.rate += lab_random_within(r, LAB_RATE_PPB);
		c.frac0 = lab_random_next(r) % LAB_RATE_ONE;
		if (n & 2)
			lab_clock_phase(&c, c.raw0, lab_random_within(r, 10000000));
		raw = lab_clock_when(&c, time);
		if (lab_clock_at(&c, raw) < time || lab_clock_at(&c, raw - 1) >= time) {
			printf("# rate %" PRId64 " time0 %+" PRId64 ": at %" PRId64 " shows %+"
			       PRId64 "\n", c.rate, time - c.time0, raw - c.raw0,
			       lab_clock_at(&c, raw) - time);
			return false;
		}
	}
	return true;
}

/* what lies beyond the range is at its end, and never behind */
static void range(struct lab_random *r)
{
	const s64 now = 1764300000 * SEC, end = INT64_MAX;
	struct lab_clock c = clock_at(100 * SEC, now, -500000000);
	bool ok = true;
	int i;

	equal(lab_clock_when(&c, 6700000000 * SEC), end, "at half the rate, in 157 years");
	equal(lab_clock_when(&c, end), end, "the end of time");
	c = clock_at(100 * SEC, 0, -1000);
	equal(lab_clock_when(&c, end), end, "292 years at -1 ppm");
	equal(lab_clock_when(&c, 9223372035999999999), end, "and just before");
	equal(lab_clock_when(&c, 9200000000 * SEC), 100 * SEC + 9200009200009200010,
	      "what is within the range is exact");
	c = clock_at(100 * SEC, 0, 0);
	equal(lab_clock_when(&c, end), end, "at rate 1");
	c = clock_at(-100 * SEC, 0, 0);
	equal(lab_clock_when(&c, end), end - 100 * SEC, "before the machine's own time began");
	c = clock_at(0, -end, -980000000);
	equal(lab_clock_when(&c, end), end, "584 years at 2 % speed");
	c = clock_at(0, end, -980000000);
	equal(lab_clock_when(&c, -end), INT64_MIN, "and back");
	lab_clock_phase(&c, 0, 1000);
	equal(lab_clock_when(&c, -end), INT64_MIN, "and back, in a slew");
	c = clock_at(0, 0, 900000000);
	equal(lab_clock_at(&c, end), end, "a clock ends at the end of time");
	equal(lab_clock_at(&c, -end), INT64_MIN, "and at its beginning");
	c = clock_at(-end, 0, 0);
	equal(lab_clock_at(&c, end), end, "584 years later");
	c = clock_at(0, end - 5, 0);
	lab_clock_step(&c, 0, 6);
	equal(c.time0, end, "a step ends at the end of time");
	for (i = 0; i < 1000000; i++) {
		s64 time, raw;

		c = clock_at(lab_random_next(r) >> (1 + i % 40), lab_random_next(r) >> i % 63,
			     lab_random_within(r, 980000000));
		c.frac0 = lab_random_next(r) % LAB_RATE_ONE;
		if (i & 1)
			lab_clock_phase(&c, c.raw0, lab_random_within(r, 10000000));
		time = lab_random_next(r) >> i % 61;
		raw = lab_clock_when(&c, time);
		/* at the end of the range the clock may show less, elsewhere not */
		ok &= raw == end || lab_clock_at(&c, raw) >= time;
		/* an instant that has not come is not in the past */
		ok &= time <= c.time0 || raw > c.raw0;
	}
	check(ok, "an instant is right or the end of the range");
}

/* the anchor moves at random; next to it runs the sum that it must equal */
static void drift(struct lab_random *r)
{
	struct lab_clock c = clock_at(0, 0, 0), still = clock_at(0, 0, -31415);
	lab_s128 sum = 0;
	s64 raw = 0;
	u64 rem;
	int i;

	for (i = 0; i < STEPS; i++) {
		s64 d = lab_random_next(r) >> 34, rate = lab_random_within(r, LAB_RATE_MAX);

		lab_clock_rate(&c, raw, rate);
		sum += (lab_s128)d * (LAB_RATE_ONE + rate);
		raw += d;
	}
	equal(lab_clock_at(&c, raw), lab_div_floor(sum, LAB_RATE_ONE, &rem),
	      "random rates sum up without drift");

	c = still;
	for (i = 0, raw = 0; i < STEPS; i++)
		lab_clock_move(&c, raw += lab_random_next(r) >> 34);
	equal(lab_clock_at(&c, raw + SEC), lab_clock_at(&still, raw + SEC),
	      "moving the anchor changes nothing");
}

static void division(struct lab_random *r)
{
	bool ok = true;
	int i;

	for (i = 0; i < 200000; i++) {
		u64 y = lab_random_next(r) >> (16 + i % 40), rem;
		lab_s128 x;
		s64 q;

		if (!y)
			continue;
		x = (lab_s128)(s64)(lab_random_next(r) >> (1 + i % 63)) * y;
		x += lab_random_next(r) % y;
		if (i & 1)
			x = -x;
		q = lab_div_floor(x, y, &rem);
		ok &= rem < y && (lab_s128)q * y + rem == x;
	}
	check(ok, "128-bit division");
}

static void randomness(void)
{
	struct lab_random a, b;
	s64 sum = 0, min = 0, max = 0;
	bool same = true;
	int i, hit = 0;

	lab_random_seed(&a, 7, 1);
	lab_random_seed(&b, 7, 1);
	for (i = 0; i < 1000; i++)
		same &= lab_random_next(&a) == lab_random_next(&b);
	check(same, "one seed, one sequence");
	lab_random_seed(&b, 7, 2);
	check(lab_random_next(&a) != lab_random_next(&b), "streams differ");
	lab_random_seed(&b, 8, 1);
	check(lab_random_next(&a) != lab_random_next(&b), "seeds differ");
	for (i = 0; i < 100000; i++) {
		s64 x = lab_random_within(&a, 100);

		sum += x;
		min = x < min ? x : min;
		max = x > max ? x : max;
		hit += x == 100 || x == -100;
	}
	check(min == -100 && max == 100, "deviations reach their limit and stay within");
	check(sum > -100000 && sum < 100000, "and are even");
	check(hit > 800 && hit < 1200, "at both ends too");
	equal(lab_random_within(&a, 0), 0, "no limit, no deviation");
}

int main(void)
{
	struct lab_random r;

	lab_random_seed(&r, 1, 0);
	rates();
	changes();
	slews();
	division(&r);
	check(inverse_holds(&r, 500000, 300000), "when() inverts at() up to 500 ppm");
	check(inverse_holds(&r, 900000000, 300000), "and up to +-90 %");
	range(&r);
	drift(&r);
	randomness();
	printf("1..%d\n", n_tests);
	return n_failed != 0;
}
