/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clocks: which there are (sysfs, and what BPF saw come), what happened to
 * each since the last look (BPF), and what each shows now (asked by a probe).
 */
#ifndef PTPSTAT_CLOCKS_H
#define PTPSTAT_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>
#include "hist.h"
#include "ptpstat.h"

struct ptpstat_bpf;

struct op_figures {
	uint64_t count;
	uint64_t errors;
	uint64_t sum_ns;
	uint64_t max_ns;
};

struct figures {
	struct op_figures op[PTP_OP_COUNT];
	struct hist hist[HIST_COUNT];
	uint64_t events;
	uint64_t drops;
	uint64_t alarm_runs;
	uint64_t sampled;
	uint64_t readings;
	uint64_t skipped;
};

enum probe_method {
	PROBE_PRECISE,
	PROBE_EXTENDED,
	PROBE_BASIC,
	PROBE_OVERHEARD,	/* from other programs' PTP_SYS_OFFSET_EXTENDED */
	PROBE_NONE,
};

struct clk {
	int index;
	char node[16];		/* ptp64 */
	char name[64];
	bool present;
	int fd;			/* the probe's, -1: not open */
	enum probe_method method;
	struct ptp_clkstat *prev;	/* a CPU each */
	struct figures now;	/* since the look before the last */
	struct figures total;
	/* as of the last look; COL_UNKNOWN or NaN where it is not known */
	enum probe_method source;
	int64_t offset_ns;
	int64_t bound_ns;
	double freq_ppb;
	int64_t readers;
	/* with -e: what the class's clock did by itself */
	int64_t jumps, stops, misreads;
	uint32_t silent; /* bits of channels of which that was told */
};

struct clocks {
	struct ptpstat_bpf *bpf;
	const char *class_dir;	/* NULL: no class yet */
	int first_index;
	int max;
	int cpus;
	bool probe;
	struct ptp_clkstat *buf;
	struct clk **v;		/* by index, rising */
	int n;
	uint64_t epoch;
	bool look; /* the programs have reason to look closer always */
};

extern const char *const op_names[PTP_OP_COUNT];
extern const char *const probe_names[];

/* before loading: reads first_index */
void clocks_find(struct clocks *cs);

/* the slot of a clock as a user writes it, or -1 */
int clocks_slot(const struct clocks *cs, const char *arg);

/* after loading; 0 or -errno */
int clocks_init(struct clocks *cs, struct ptpstat_bpf *bpf, int max, bool probe);

/* looks which clocks there are */
void clocks_scan(struct clocks *cs);

/* takes what happened since the last call into now and total */
void clocks_harvest(struct clocks *cs);

/* bits of the channels that have had events, with -e */
uint64_t clocks_channels(const struct clocks *cs, const struct clk *c);

/* the rhythm of a channel, with -e; false: it has had no events */
bool clocks_rhythm(const struct clocks *cs, const struct clk *c, int channel, struct rhythm *r);

/* asks every clock that is there */
void clocks_probe(struct clocks *cs);

/* calls of the driver alone are the operations of "ops/s", its failures the errors */
uint64_t figures_ops(const struct figures *f);
uint64_t figures_errors(const struct figures *f);

/* how often BPF programs ran for it */
uint64_t figures_runs(const struct figures *f);

/* nothing happened in the last interval */
bool clk_idle(const struct clk *c);

void clocks_free(struct clocks *cs);

#endif /* PTPSTAT_CLOCKS_H */
