/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What htetop knows at a moment: chips and lines with an interval's figures and their
 * totals. source.c fills it from the BPF programs' maps, batch.c and the screen show it;
 * neither changes it. Layout only.
 */
#ifndef CHS_HTETOP_MODEL_H
#define CHS_HTETOP_MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include "hist.h"

#define TOP_NAME_LEN 32

/* order of enum hte_drop_reason */
enum top_reason {
	TOP_UNREGISTERED,
	TOP_DISABLED,
	TOP_OVERFLOW,
	TOP_COALESCED,
	TOP_CALLBACK,
	TOP_CONSUMER,
	TOP_REASONS,
};

extern const char *const top_reason_names[TOP_REASONS];

/* can stamps of a chip be compared with the kernel's time? */
enum top_relation {
	TOP_UNKNOWN,		/* the provider's clock cannot be read: no latency */
	TOP_RELATED,		/* by readings of both clocks; see error_ns */
};

struct top_chip {
	int index;
	char name[TOP_NAME_LEN];
	uint32_t nlines;
	bool gone;
	uint64_t clock_hz;		/* 0: not told */
	enum top_relation relation;
	int64_t offset_ns;		/* provider's clock - CLOCK_MONOTONIC, at the latest reading */
	int64_t error_ns;		/* it may be off by so much either way */
	double rate_ppb;		/* of the provider's clock against CLOCK_MONOTONIC; NaN */
	int64_t fifo_max;		/* entries, most seen; -1: no FIFO told of */
	uint64_t fifo_lost;
};

/* p50 and so on are -1 where there is no figure */
struct top_lat {
	struct hist hist;		/* of the interval */
	struct hist total;		/* since the start */
	int64_t p50_ns, p99_ns, max_ns;	/* of the interval */
	int64_t total_max_ns;		/* since the start */
};

struct top_line {
	const struct top_chip *chip;
	uint32_t key;			/* see include/trace/events/hte.h */
	uint32_t line;			/* provider's number */
	uint32_t line_id;		/* consumer's number */
	char label[TOP_NAME_LEN];	/* "" unknown */
	char consumer[TOP_NAME_LEN];	/* "" none */
	const char *state;		/* active, disabled, free, gone */
	int level;			/* -1: unknown */

	double rate;			/* stamps a second, of the interval */
	uint64_t stamps, total;		/* delivered: of the interval, since the start */
	uint64_t seq;			/* of the last one */
	uint64_t gaps, gaps_total;	/* numbers that were skipped */
	uint64_t drops[TOP_REASONS], drops_total[TOP_REASONS];
	uint64_t lost, lost_total;	/* the sum of drops but coalesced ones */
	struct top_lat latency;		/* stamp to callback; only of a related chip */
	struct top_lat callback;	/* how long the callback takes */
	struct top_lat second;		/* push to second callback */
	uint64_t early_total;		/* stamps later than their callback, if the relation were
					 * right: of no latency */
	uint64_t last_ns;		/* the last stamp, by the provider's clock */
};

struct top_model {
	struct top_chip *chips;
	int n_chips;
	struct top_line *lines;		/* in order of chip and line */
	int n_lines;
	double interval_s;		/* elapsed, not nominal */
	int64_t mono_ns, real_ns;	/* when it was taken */
	uint64_t untracked;		/* stamps of lines for which there was no room */
	uint64_t missed;		/* runs of BPF programs that the kernel left out */
	uint64_t events, cost_ns;	/* runs of BPF programs in the interval; ns: 0 if not measured */
	double cpu;			/* our own use of a CPU in the interval, 0..1 */
};

#endif /* CHS_HTETOP_MODEL_H */
