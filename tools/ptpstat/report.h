/* SPDX-License-Identifier: GPL-2.0 */
/* The periodic report and the totals. */
#ifndef PTPSTAT_REPORT_H
#define PTPSTAT_REPORT_H

#include "clocks.h"
#include "config.h"
#include "out.h"

/* instructions a program run, dispatch and body: an upper bound, see the man page */
#define RUN_INSNS 220

struct books {
	uint64_t emitted;
	uint64_t seen;
	uint64_t lost;
	uint64_t outside;	/* of clocks beyond the slots */
	uint64_t procs_full;
	uint64_t alarms_full;
};

struct cost {
	double rate;		/* program runs a second */
	double cpu;		/* share of one CPU, NaN: cannot say */
	bool measured;		/* by bpf_stats; else reckoned from the instructions */
};

struct alarms;
struct procs;

void report_interval(struct out *o, const struct config *cfg, struct clocks *cs, struct procs *ps,
		     const struct alarms *as, double elapsed, const struct books *books,
		     const struct cost *cost);
void report_total(struct out *o, const struct config *cfg, struct clocks *cs, struct procs *ps,
		  const struct alarms *as, double elapsed, const struct books *books,
		  const struct cost *cost);
void report_free(void);

/* adds "time" and "mono_ns" to the record, or with -T prints a line */
void report_stamp(struct out *o, const struct config *cfg);

#endif /* PTPSTAT_REPORT_H */
