/* SPDX-License-Identifier: GPL-2.0 */
/* Records of dpllsnoop, shared by bpf/dpllsnoop.bpf.c and tools/dpllsnoop. */
#ifndef CHS_DPLLSNOOP_H
#define CHS_DPLLSNOOP_H

#define DPLLSNOOP_COMM 16
#define DPLLSNOOP_TEXT 64

enum dpll_ev_kind {
	EV_LOCK,      /* of a device: x error, y clock id, a type, b seen by */
	EV_MODE,      /* of a device */
	EV_FEATURE,   /* of a device: a which */
	EV_PIN_STATE, /* of a pin, as all to EV_PIN_SEEN: a kind of parent, b parent */
	EV_PIN_PRIO,
	EV_PIN_DIRECTION,
	EV_PIN_FREQUENCY,
	EV_PIN_PHASE_ADJUST,
	EV_PIN_ESYNC,
	EV_PIN_REF_SYNC,
	EV_PIN_SEEN,   /* nobody's doing: the core has seen it */
	EV_VIOLATION,  /* of a device: a pin, b kind; x how often */
	EV_OP,	       /* of a device: a which, x pin or -1 */
	EV_CMD,	       /* a command that failed: a which; x id or -1 */
	EV_PIN_NETDEV, /* of a pin: a attached, b ifindex; text its name */
	EV_KINDS,
};

/*
 * tgid and comm are the task's in whose context it was; of EV_LOCK, and 0 with "" where there
 * is none, whoever set something before. duration_ns is the dwell of EV_LOCK.
 */
struct dpll_ev {
	__u64 mono_ns; /* when the record was written */
	__u64 at_ns;   /* EV_LOCK: when it happened, else the same */
	__u32 kind;
	__u32 id;
	__s64 old_value;
	__s64 new_value;
	__s64 x;
	__u64 y;
	__u64 duration_ns;
	__u64 age_ns; /* EV_LOCK: how long before tgid set something */
	__u32 a, b;
	__s32 err;
	__u32 tgid;
	char comm[DPLLSNOOP_COMM];
};

/* EV_CMD: and what the user was told; EV_PIN_NETDEV */
struct dpll_ev_cmd {
	struct dpll_ev ev;
	char text[DPLLSNOOP_TEXT];
};

#endif /* CHS_DPLLSNOOP_H */
