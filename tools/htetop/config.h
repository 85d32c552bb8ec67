/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line asked for. */
#ifndef HTETOP_CONFIG_H
#define HTETOP_CONFIG_H

#include <stdint.h>
#include "opts.h"

struct range {
	uint32_t first, last;
};

struct config {
	struct opts common; /* .interval: -d or positional, 0: 1 s; .count: -n, 0: for ever */
	bool batch;
	bool wide;		 /* batch: no limit of width */
	bool ascii;		 /* screen: no bars and signs of UTF-8 */
	int64_t warn_ns, bad_ns; /* screen: latencies from these on are yellow, red */
	bool hide_idle;		 /* batch: only lines to which something happened */
	bool histograms;	 /* batch */
	int sort;		 /* column, see columns.h */
	bool descending;
	uint64_t columns; /* 1 << column each; 0: as many as there is room for */
	/* what source_take() leaves out of the model already */
	const char **chips; /* names, as written */
	int n_chips;
	struct range *lines; /* provider's numbers */
	int n_lines;
	const char **consumers;
	int n_consumers;
	/* of the BPF side */
	uint32_t max_lines;
	bool raw_tp;
};

#endif /* HTETOP_CONFIG_H */
