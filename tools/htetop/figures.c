// SPDX-License-Identifier: GPL-2.0
/* A line's figures. Pure. */
#include <string.h>
#include "figures.h"

void figures_init(struct top_line *t)
{
	memset(t, 0, sizeof(*t));
	t->level = -1;
	t->latency.p50_ns = t->callback.p50_ns = t->second.p50_ns = -1;
	t->latency.p99_ns = t->callback.p99_ns = t->second.p99_ns = -1;
	t->latency.max_ns = t->callback.max_ns = t->second.max_ns = -1;
}

static void begin_lat(struct top_lat *t)
{
	if (t->p50_ns >= 0)
		memset(&t->hist, 0, sizeof(t->hist));
	t->p50_ns = t->p99_ns = t->max_ns = -1;
}

void figures_begin(struct top_line *t)
{
	t->stamps = t->gaps = t->lost = 0;
	t->rate = 0;
	memset(t->drops, 0, sizeof(t->drops));
	begin_lat(&t->latency);
	begin_lat(&t->callback);
	begin_lat(&t->second);
}

/*
 * An event notes its maximum and then its bucket, so after the buckets each one's maximum is
 * in a cell: that of the epoch that ended or, if it came since, that of the next.
 */
static void read_lat(struct top_lat *t, const struct htetop_line *rec, struct seen *seen, int h,
		     uint64_t epoch)
{
	uint32_t now[LL_BUCKETS];
	int64_t max;

	/* once: what comes between two looks at a bucket would never be counted */
	for (int i = 0; i < LL_BUCKETS; i++)
		now[i] = READ(rec->hist[h][i]);
	hist_add_delta(&t->hist, now, seen->hist[h]);
	memcpy(seen->hist[h], now, sizeof(now));
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	for (uint64_t e = epoch; e <= epoch + 1; e++) {
		max = epoch_max(READ(rec->max[h][e & 1]), e);
		if (max > t->max_ns)
			t->max_ns = max;
	}
}

static uint64_t read_more(uint64_t *seen, uint64_t now)
{
	uint64_t n = now - *seen;

	*seen = now;
	return n;
}

static void read_stamps(struct top_line *t, const struct htetop_line *rec, struct seen *seen,
			uint64_t stamps, uint64_t epoch)
{
	uint64_t n = read_more(&seen->gaps, READ(rec->gaps));

	t->stamps += stamps;
	t->total += stamps;
	t->gaps += n;
	t->gaps_total += n;
	t->early_total += read_more(&seen->early, READ(rec->early));
	n = READ(rec->next_seq);
	t->seq = n > 1 ? n - 1 : READ(rec->last_seq);
	t->level = READ(rec->level);
	t->last_ns = READ(rec->last_ns);
	read_lat(&t->latency, rec, seen, HTETOP_LATENCY, epoch);
	read_lat(&t->callback, rec, seen, HTETOP_CALLBACK, epoch);
}

static void read_losses(struct top_line *t, const struct htetop_line *rec, struct seen *seen)
{
	uint64_t n;

	for (int r = 0; r < TOP_REASONS; r++) {
		n = read_more(&seen->drops[r], READ(rec->drops[r]));
		t->drops[r] += n;
		t->drops_total[r] += n;
		if (r == TOP_COALESCED)
			continue;
		t->lost += n;
		t->lost_total += n;
	}
}

uint64_t figures_read(struct top_line *t, const struct htetop_line *rec, struct seen *seen,
		      uint64_t epoch, bool final, bool *changed)
{
	uint64_t stamps = read_more(&seen->stamps, READ(rec->stamps));
	uint64_t seconds = read_more(&seen->seconds, READ(rec->seconds));
	uint64_t losses = read_more(&seen->losses, READ(rec->losses));
	bool stamp_open = seen->stamp_open, second_open = seen->second_open;

	seen->stamp_open = stamps;
	seen->second_open = seconds;
	if (!stamps && !seconds && !losses && !stamp_open && !second_open && !final)
		return 0;
	*changed = true;
	if (stamps || stamp_open || (final && seen->stamps))
		read_stamps(t, rec, seen, stamps, epoch);
	if (seconds || second_open || (final && seen->seconds))
		read_lat(&t->second, rec, seen, HTETOP_SECOND, epoch);
	if (losses)
		read_losses(t, rec, seen);
	return stamps + seconds + losses;
}

static void finish_lat(struct top_lat *t)
{
	if (t->max_ns > t->total_max_ns)
		t->total_max_ns = t->max_ns;
	if (!hist_count(&t->hist)) {
		t->max_ns = -1;
		return;
	}
	/* an event that was half told of at the last look, and its maximum with that half */
	if (t->max_ns <= 0)
		t->max_ns = hist_percentile(&t->hist, 1, 0);
	t->p50_ns = hist_percentile(&t->hist, 0.50, t->max_ns);
	t->p99_ns = hist_percentile(&t->hist, 0.99, t->max_ns);
	hist_merge(&t->total, &t->hist);
}

void figures_finish(struct top_line *t, double elapsed)
{
	t->rate = t->stamps / elapsed;
	finish_lat(&t->latency);
	finish_lat(&t->callback);
	finish_lat(&t->second);
}

static void restart_lat(struct top_lat *t)
{
	memset(&t->total, 0, sizeof(t->total));
	t->total_max_ns = 0;
}

void figures_restart(struct top_line *t)
{
	t->total = t->gaps_total = t->lost_total = t->early_total = 0;
	memset(t->drops_total, 0, sizeof(t->drops_total));
	restart_lat(&t->latency);
	restart_lat(&t->callback);
	restart_lat(&t->second);
}
