/* SPDX-License-Identifier: GPL-2.0 */
/* -p: operations by process, from BPF's hash. */
#ifndef PTPSTAT_PROCS_H
#define PTPSTAT_PROCS_H

#include <stdbool.h>
#include <stdint.h>
#include "ptpstat.h"

struct proc_row {
	struct ptp_proc_key key;
	char comm[PTPSTAT_COMM + 1];
	/* of the last interval, and in all */
	uint64_t count, errors, sum_ns;
	uint64_t all_count, all_errors, all_sum_ns;
	bool gone;	  /* the process has ended; its entry was given back */
	uint64_t gone_at; /* as which one */
};

struct procs {
	struct proc_row *v;	/* by slot, then the most calls first */
	int n, room;
	uint64_t ended;
	int map_fd;
	int cpus;
	bool same_pids;
	struct ptp_proc *buf;
};

/* same_pids: the kernel numbers processes as we see them */
int procs_init(struct procs *ps, int map_fd, int cpus, bool same_pids);
void procs_harvest(struct procs *ps);
void procs_free(struct procs *ps);

#endif /* PTPSTAT_PROCS_H */
