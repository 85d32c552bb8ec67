/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line wants of dpllsnoop. */
#ifndef DPLLSNOOP_CONFIG_H
#define DPLLSNOOP_CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include "opts.h"

enum source { SOURCE_AUTO, SOURCE_BPF, SOURCE_NETLINK };

struct config {
	struct opts common;
	const char *family; /* NULL: whichever there is */
	enum source source;
	const char **devices; /* numbers or types; none: all */
	int ndevices;
	const char **pins; /* numbers or labels; none: all */
	int npins;
	uint64_t clock_id; /* 0: any */
	bool list;
	bool pin_changes;
	bool refused;
	int64_t phase_ns;	  /* how often, 0: not */
	int64_t slow_ns;	  /* 0: not */
	int until;		  /* enum dpll_lock_status, 0: nothing */
	double timeout, duration; /* s, negative: none */
	bool raw_tp;
	long ring_bytes;
	long socket_bytes; /* 0: as the system has it, or more if it lets us */
};

#endif /* DPLLSNOOP_CONFIG_H */
