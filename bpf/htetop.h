/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What htetop's BPF side and its user side both know: the records of providers and lines.
 * Layout only.
 */
#ifndef CHS_HTETOP_H
#define CHS_HTETOP_H

#include "epoch.h"
#include "loglin.h"

#define HTETOP_MAX_LINES 65536 /* that --max-lines may ask for */
#define HTETOP_KEYS	 65536 /* keys of lines, see include/trace/events/hte.h */
#define HTETOP_CHIPS	 64    /* providers whose clock can be related, by index */
#define HTETOP_NAME	 32
#define HTETOP_REASONS	 6 /* of enum hte_drop_reason */

/*
 * mono = hw + offset_ns + ((hw - base_hw) * rate >> HTETOP_RATE_SHIFT), right to error_ns.
 * rate is below 1 << HTETOP_RATE_SHIFT - 6: so the product fits for a minute's distance
 */
#define HTETOP_RATE_SHIFT 32

struct htetop_relation {
	__u64 base_hw;
	__s64 offset_ns;
	__s64 rate;
	__u64 error_ns;
};

/* by the provider's index, which a later one may get when it goes */
struct htetop_chip {
	/* in use is relation[which & 1]; user space writes the other one and then which; 0: none */
	struct htetop_relation relation[2];
	__u32 which;
	/* the provider's number among those of its index, 0: was there before us */
	__u32 generation;
	__u32 gone; /* generation + 1 of the one that went last */
	__u32 nlines;
	__u32 first_key;
	__u32 looks; /* at its FIFO */
	__u64 fifo_max;
	__u64 fifo_lost;
	char name[HTETOP_NAME];
};

enum htetop_hist {
	HTETOP_LATENCY,
	HTETOP_CALLBACK,
	HTETOP_SECOND,
	HTETOP_HISTS,
};

/* a line, written by its own events alone, which are serial where it is not said otherwise */
struct htetop_line {
	/* stamps delivered */
	__u64 stamps;
	__u64 next_seq; /* 0: not known */
	__u64 last_seq; /* of the last one, when numbers have begun anew since */
	__u64 gaps;
	__u64 early; /* before their time: no latency */
	__u64 last_ns;
	/* second callbacks, serial among themselves */
	__u64 seconds;
	__u64 max[HTETOP_HISTS][2]; /* see epoch.h */
	/* losses: atomic, since consumers report theirs whenever they like */
	__u64 drops[HTETOP_REASONS];
	__u64 losses; /* how often one was told of */
	/* whose record it is; claimed is set last */
	__u32 claimed;
	__u32 key;
	__u32 chip;
	__u32 generation;
	__u32 line;
	__s32 level; /* at the last stamp */
	/* what the consumer said last; names is odd while that is written */
	__u32 names;
	__u32 action; /* enum hte_line_action */
	__u32 line_id;
	char chip_name[HTETOP_NAME]; /* "": was there before us */
	char label[HTETOP_NAME];
	char consumer[HTETOP_NAME];
	__u32 hist[HTETOP_HISTS][LL_BUCKETS];
};

#endif /* CHS_HTETOP_H */
