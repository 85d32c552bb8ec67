// SPDX-License-Identifier: GPL-2.0
/* Histograms: pure but for hist_print(). */
#include <inttypes.h>
#include "hist.h"
#include "name.h"

void hist_add(struct hist *h, uint64_t value, uint64_t times)
{
	h->bucket[ll_index(value)] += times;
}

void hist_merge(struct hist *h, const struct hist *from)
{
	for (int i = 0; i < LL_BUCKETS; i++)
		h->bucket[i] += from->bucket[i];
}

void hist_add_delta(struct hist *h, const uint32_t *now, const uint32_t *before)
{
	for (int i = 0; i < LL_BUCKETS; i++)
		h->bucket[i] += (uint32_t)(now[i] - before[i]);
}

uint64_t hist_count(const struct hist *h)
{
	uint64_t n = 0;

	for (int i = 0; i < LL_BUCKETS; i++)
		n += h->bucket[i];
	return n;
}

int64_t hist_percentile(const struct hist *h, double p, uint64_t max)
{
	uint64_t count = hist_count(h), rank, below = 0, lo, hi, v;

	if (!count)
		return -1;
	rank = (uint64_t)(p * count);
	if (rank < p * count || !rank)
		rank++;
	if (rank > count)
		rank = count;
	for (int i = 0; i < LL_BUCKETS; i++) {
		if (below + h->bucket[i] < rank) {
			below += h->bucket[i];
			continue;
		}
		lo = ll_lower(i);
		/* the last value of the bucket; the open bucket has only its edge */
		hi = i == LL_BUCKETS - 1 ? lo : ll_lower(i + 1) - 1;
		v = lo + (uint64_t)((double)(hi - lo) * (rank - below) / h->bucket[i]);
		return max && v > max ? max : v;
	}
	return -1;
}

#define BAR 40

void hist_print(FILE *f, const struct hist *h, const char *unit, int fine)
{
	int step = fine ? 1 : 1 << LL_K, first = -1, last = -1, width;
	uint64_t most = 0, n;
	char range[64], title[80];

	for (int i = 0; i < LL_BUCKETS; i += step) {
		n = 0;
		for (int j = i; j < i + step; j++)
			n += h->bucket[j];
		if (!n)
			continue;
		if (first < 0)
			first = i;
		last = i;
		if (n > most)
			most = n;
	}
	if (first < 0)
		return;
	/* 24 for the range, 1, 11 for the count, " |" and "|": 79 with the bar */
	name_text(title, sizeof(title), unit);
	fprintf(f, "%24s %11s  |%-*s|\n", title, "count", BAR, "distribution");
	for (int i = first; i <= last; i += step) {
		n = 0;
		for (int j = i; j < i + step; j++)
			n += h->bucket[j];
		if (i + step >= LL_BUCKETS)
			snprintf(range, sizeof(range), "%" PRIu64 "..", (uint64_t)ll_lower(i));
		else
			snprintf(range, sizeof(range), "%" PRIu64 "..%" PRIu64,
				 (uint64_t)ll_lower(i), (uint64_t)ll_lower(i + step) - 1);
		width = n * BAR / most;
		fprintf(f, "%24s %11" PRIu64 "  |%.*s%*s|\n", range, n, width,
			"****************************************", BAR - width, "");
	}
}
