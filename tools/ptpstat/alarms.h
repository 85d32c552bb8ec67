/* SPDX-License-Identifier: GPL-2.0 */
/* Alarms by the open file that they belong to, from BPF's hash. */
#ifndef PTPSTAT_ALARMS_H
#define PTPSTAT_ALARMS_H

#include <stdbool.h>
#include <stdint.h>
#include "hist.h"
#include "ptpstat.h"

struct alarm_figures {
	uint64_t fired;
	uint64_t overruns;
	uint64_t late_sum_ns;
	uint64_t late_max_ns;
	struct hist late;
};

struct alarm_row {
	struct ptp_alarm_key key;
	uint32_t tgid; /* 0: not known, no alarm of it has fired */
	char comm[PTPSTAT_COMM + 1];
	struct alarm_figures now, total;
	struct ptp_alarmstat *prev; /* a CPU each */
	bool closed;		    /* the file is: no alarm of it fires any more */
	bool merged;
	bool gone;	  /* the file is closed; its entry was given back */
	uint64_t gone_at; /* as which one */
};

struct alarms {
	struct alarm_row *v; /* by slot, then by reader */
	int n, room;
	uint64_t ended;
	int map_fd;
	int cpus;
	struct ptp_alarmstat *buf;
};

int alarms_init(struct alarms *as, int map_fd, int cpus);

/* after clocks_harvest(); epoch is the one that it has ended */
void alarms_harvest(struct alarms *as, uint64_t epoch);
void alarms_free(struct alarms *as);

#endif /* PTPSTAT_ALARMS_H */
