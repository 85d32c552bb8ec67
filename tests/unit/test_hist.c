// SPDX-License-Identifier: GPL-2.0
/* Host test of the histograms: bpf/loglin.h and tools/lib/hist.c. */
#include <stdlib.h>
#include "hist.h"
#include "tap.h"

static void buckets(void)
{
	bool inside = true, rising = true, narrow = true;
	uint64_t v = 0;

	for (int i = 0; i < LL_BUCKETS - 1; i++) {
		uint64_t lo = ll_lower(i), hi = ll_lower(i + 1) - 1;

		inside = inside && ll_index(lo) == (__u32)i && ll_index(hi) == (__u32)i;
		rising = rising && hi >= lo;
		narrow = narrow && (hi - lo) * (1 << LL_K) <= lo;
	}
	ok(inside, "every bucket holds its first and its last value");
	ok(rising, "buckets neither overlap nor leave gaps");
	ok(narrow, "no bucket is wider than a quarter of its lower edge");
	for (v = 0; v < 8; v++)
		if (ll_index(v) != v)
			break;
	same(v, 8, "the first eight values have a bucket each: 0 and 1 too");
	same(ll_index(8), ll_index(9), "8 and 9 share one");
	same(ll_index((1ULL << LL_TOP) - 1), LL_BUCKETS - 1, "the largest value is in the last");
	same(ll_index(1ULL << LL_TOP), LL_BUCKETS - 1, "what is larger too");
	same(ll_index(~0ULL), LL_BUCKETS - 1, "and the largest there is");
}

static void percentiles(void)
{
	struct hist h = {};

	same(hist_percentile(&h, 0.5, 0), -1, "an empty histogram has no median");
	hist_add(&h, 5, 1);
	same(hist_percentile(&h, 0.5, 0), 5, "the median of one value is it");
	same(hist_percentile(&h, 0, 0), 5, "so is every other percentile");
	same(hist_percentile(&h, 1, 0), 5, "up to the last");
	hist_add(&h, 3, 98);
	hist_add(&h, 7, 1);
	same(hist_count(&h), 100, "values are counted");
	same(hist_percentile(&h, 0.98, 0), 3, "98 of 100 are at most 3");
	same(hist_percentile(&h, 0.99, 0), 5, "99 of 100 are at most 5");
	same(hist_percentile(&h, 0.991, 0), 7, "a rank is rounded up");
	memset(&h, 0, sizeof(h));
	hist_add(&h, 1000, 4);
	same(hist_percentile(&h, 0.5, 0), 896 + 127 * 2 / 4, "within a bucket it is linear");
	same(hist_percentile(&h, 1, 1000), 1000, "and never over the known maximum");
	hist_add(&h, ~0ULL, 1);
	same(hist_percentile(&h, 1, 0), ll_lower(LL_BUCKETS - 1), "the open bucket gives its edge");
}

static void exactness(void)
{
	static uint64_t sorted[10007];
	struct hist h = {};
	double worst = 0;

	srand(23);
	for (int i = 0; i < 10007; i++) {
		uint64_t v = 100 + (uint64_t)i * i / 100;

		sorted[i] = v;
		hist_add(&h, v, 1);
	}
	for (double p = 0.01; p < 1; p += 0.01) {
		double want = sorted[(int)(p * 10007)], got = hist_percentile(&h, p, 0);
		double off = got > want ? got / want - 1 : 1 - got / want;

		if (off > worst)
			worst = off;
	}
	ok(worst < 0.05, "percentiles of a smooth distribution are within 5 %");
}

static void deltas(void)
{
	uint32_t before[LL_BUCKETS] = {}, now[LL_BUCKETS] = {};
	struct hist h = {}, sum = {};

	before[4] = 0xffffffff;
	now[4] = 22;
	now[5] = 101;
	hist_add_delta(&h, now, before);
	same(h.bucket[4], 23, "a 32-bit bucket may wrap between two looks");
	same(h.bucket[5], 101, "others grow by the difference");
	hist_merge(&sum, &h);
	hist_merge(&sum, &h);
	same(hist_count(&sum), 248, "histograms add up");
}

static void picture(void)
{
	char text[8192] = "";
	struct hist h = {};
	size_t widest = 0;
	FILE *f = fmemopen(text, sizeof(text), "w");

	hist_add(&h, 1ULL << 34, 1ULL << 33);
	hist_add(&h, 1ULL << 33, 1);
	hist_print(f, &h, "ptp1023 crosststamp ns", 0);
	fclose(f);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > widest)
			widest = strlen(line);
	ok(widest > 70 && widest <= 80, "a histogram fits 80 columns");
}

int main(void)
{
	buckets();
	percentiles();
	exactness();
	deltas();
	picture();
	return tap_end();
}
