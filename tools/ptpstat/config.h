/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line asked for. */
#ifndef PTPSTAT_CONFIG_H
#define PTPSTAT_CONFIG_H

#include "opts.h"

struct config {
	struct opts common;
	bool wide;
	bool histograms;
	bool by_process;
	bool events;
	bool hide_idle;
	bool probe;
	bool fold;
	bool raw_tp;
	int max_clocks;
	int pid;		/* 0: all */
	int channel;		/* -1: all */
	double duration;	/* s, 0: no end */
	unsigned int ring_bytes;
	const char **clocks;		/* as written: ptp64, /dev/ptp64, 64, or a clock's name */
	int nclocks;
};

#endif /* PTPSTAT_CONFIG_H */
