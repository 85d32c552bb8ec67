/* SPDX-License-Identifier: GPL-2.0 */
/* Every line and record that dpllsnoop writes, but for --list's tree. */
#ifndef DPLLSNOOP_LINES_H
#define DPLLSNOOP_LINES_H

#include <linux/types.h>
#include "config.h"
#include "dpllsnoop.h"
#include "model.h"
#include "line_order.h"
#include "out.h"

struct lines {
	struct out *out;
	const struct config *cfg;
	struct model *model;
	struct line_order *order; /* where all but the first and the last lines wait, or NULL */
	int64_t at_ns;	     /* of the line in the making */
};

struct transition {
	struct device *d;
	int from, to, error;
	int64_t at_ns, dwell_ns; /* COL_UNKNOWN */
	bool dwell_at_least;
	const char *source; /* bpf, netlink, resync */
	int seen_by;	    /* -1: not known */
	uint32_t tgid;	    /* 0: nobody */
	const char *comm;
	int64_t age_ns;
	bool looked; /* at the pins, after it */
};

struct books {
	uint64_t emitted, seen, lost; /* of the ring */
	uint64_t notifications, netlink_lost;
	uint64_t resyncs;
};

void line_start(struct lines *l, const char *attached, const char *family, const char *why_not);
void line_head(struct lines *l);
/* what: "device" in the snapshot, "appeared", "gone" */
void line_device(struct lines *l, const struct device *d, const char *what);
void line_pin(struct lines *l, const struct pin *p, const char *what);
void line_input(struct lines *l, const struct device *d);
void line_transition(struct lines *l, const struct transition *t);

/* a value of a pin: by the task of ev, or with ev NULL seen in a message */
void line_pin_change(struct lines *l, const struct pin *p, int knob, int kind, uint32_t parent,
		     int64_t old, int64_t new, int64_t at_ns, const struct dpll_ev *ev);
/* a network device has the pin (attached), or no more */
void line_netdev(struct lines *l, const struct pin *p, const char *name, bool attached,
		 int64_t at_ns, const char *source);
void line_mode(struct lines *l, const struct device *d, int64_t old, int64_t new, int64_t at_ns,
	       const struct dpll_ev *ev);
void line_feature(struct lines *l, const struct device *d, const struct dpll_ev *ev);
/* attempt: what was tried to set, "" if the command came not so far */
void line_refused(struct lines *l, const struct dpll_ev_cmd *e, const char *attempt);
void line_slow(struct lines *l, const struct device *d, const struct dpll_ev *ev);
void line_violation(struct lines *l, const struct device *d, const struct dpll_ev *ev);
void line_phase(struct lines *l, const struct device *d, const struct pin *p, int64_t offset);
void line_lost(struct lines *l, const char *source, uint64_t count, bool resync);
void line_total(struct lines *l, int64_t elapsed_ns, const struct books *b, bool bpf);

/* "prio of GNSS on 0/eec/0001 1 -> 3" */
void pin_change_text(const struct lines *l, char *buf, size_t size, const struct pin *p, int knob,
		     int kind, uint32_t parent, int64_t old, int64_t new);

/* the pin that drives d as last seen, with the child of a MUX that drives it, or NULL */
const struct pin *input_of(const struct model *m, const struct device *d, const struct pin **child);

#endif /* DPLLSNOOP_LINES_H */
