/* SPDX-License-Identifier: GPL-2.0 */
/* Lines of the provider perf_hte, each of them in one state from the beginning. */
#ifndef PERF_HTE_H
#define PERF_HTE_H

enum {
	LINE_HANDLED,
	LINE_DISABLED,
	LINE_UNREGISTERED,
	LINE_SECOND,
	LINE_SPARE, /* for what changes a line's state */
	LINE_READ,  /* for the character device */
	N_LINES,
};

#endif /* PERF_HTE_H */
