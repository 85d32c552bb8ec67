/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ptpstat's BPF side and its user side both know: the operations, the
 * per-CPU figures of a clock, and the records of the ring buffer. Layout only.
 */
#ifndef CHS_PTPSTAT_H
#define CHS_PTPSTAT_H

#include "epoch.h"
#include "loglin.h"
#include "rhythm.h"
#include "timeline.h"

#define PTPSTAT_MAX_CLOCKS	1024	/* bits of the clock filter */
#define PTPSTAT_CHANNELS	16	/* channels a clock whose beat is watched */
#define PTPSTAT_ACTORS		8	/* {process, operation} pairs remembered a clock */
#define PTPSTAT_ALARM_FILES	128	/* open files whose alarms are told apart */
#define PTPSTAT_COMM		16
#define PTPSTAT_NAME		32

/* Timed operations first: those have a histogram each, by the same number. */
enum ptp_op {
	PTP_OP_GETTIME,
	PTP_OP_GETTIMEX,
	PTP_OP_CROSSTSTAMP,
	PTP_OP_SETTIME,
	PTP_OP_ADJTIME,
	PTP_OP_ADJFINE,
	PTP_OP_ADJPHASE,
	PTP_OP_ENABLE,
	PTP_OP_DRIVER_END,			/* the ones above call the driver */
	PTP_OP_IOCTL = PTP_OP_DRIVER_END,
	PTP_OP_AUX,
	PTP_OP_TIMED_END,
	PTP_OP_READ = PTP_OP_TIMED_END,
	PTP_OP_PPS,
	PTP_OP_OPEN,
	PTP_OP_COUNT,
};

/* one more histogram: the shortest width of each call that read samples */
#define HIST_WIDTH	PTP_OP_TIMED_END
#define HIST_COUNT	(PTP_OP_TIMED_END + 1)

struct ptp_opstat {
	__u64 count;
	__u64 errors;
	__u64 sum_ns;
	__u64 max[2];			/* epoch << EPOCH_SHIFT | ns, by parity of epoch */
};

/* what more than counting is done with a gettimex */
#define GETTIMEX_WIDTHS		1	/* a histogram of the shortest widths */
#define GETTIMEX_OVERHEAR	2	/* the clock's offset, told by others' calls */

/* the narrowest REALTIME gettimex of an interval: the best view of the offset */
struct ptp_best {
	__u64 width;			/* epoch << EPOCH_SHIFT | ns */
	__s64 offset_ns;		/* clock - system */
};

struct ptp_clkstat {
	struct ptp_opstat op[PTP_OP_COUNT];
	struct ptp_best best[2];
	__u64 events;
	__u64 drops;
	__u64 alarm_runs;		/* of the programs of alarms; their figures are below */
	__u64 sampled;			/* of op[].count: without a run of their own */
	__u64 readings;			/* compared with CLOCK_MONOTONIC */
	__u64 skipped;			/* own calls and those that a filter left out */
	__u32 hist[HIST_COUNT][LL_BUCKETS];
};

/* what is one for a clock and not one for a CPU; written by rare operations */
struct ptp_clkstate {
	__s64 scaled_ppm;
	__u64 freq_set;			/* adjfine calls that succeeded */
	__u64 steps;			/* times that its time line broke */
	__u64 rhythms;			/* bits of the channels that had events */
	char name[PTPSTAT_NAME];	/* of the last clock registered there, if we saw it */
};

/* -p: who did what to which clock */
struct ptp_proc_key {
	__u32 slot;
	__u32 tgid;
	__u32 op;
};

struct ptp_proc {
	__u64 count;
	__u64 errors;
	__u64 sum_ns;
	char comm[PTPSTAT_COMM];
};

/* alarms, by the open file that they belong to */
struct ptp_alarm_key {
	__u32 slot;
	__u32 reader;
};

struct ptp_alarmstat {
	__u64 fired;
	__u64 overruns;
	__u64 late_sum_ns;
	__u64 late_max[2]; /* as ptp_opstat.max */
	__u32 tgid;	   /* 0: not known on this CPU */
	__u32 closed;	   /* the file is, which no alarm of it outlives */
	__u32 late[LL_BUCKETS];
	char comm[PTPSTAT_COMM];
};

/* bits of EV_ARM's flags, and what EV_OVERRUN and EV_CANCEL give as reason */
#define ALARM_FLAG_ABSOLUTE 1
#define ALARM_FLAG_HARDWARE 2

enum ptp_overrun_reason {
	OVERRUN_PENDING,
	OVERRUN_NO_ROOM,
	OVERRUN_REASONS,
};

enum ptp_cancel_why {
	CANCEL_DELETED,
	CANCEL_CLOSED,
	CANCEL_UNREGISTERED,
	CANCEL_EXEC,
	CANCEL_DISARMED,
	CANCEL_WHYS,
};

enum ptp_ev_kind {
	EV_REGISTER,
	EV_UNREGISTER,
	EV_OPEN,
	EV_RELEASE,
	EV_SETTIME,
	EV_ADJTIME,
	EV_ADJFINE,
	EV_ADJPHASE,
	EV_ENABLE,
	EV_PIN,
	EV_MASK,
	EV_DROP,
	EV_GAP,
	EV_STRAY,
	EV_ORDER,
	EV_CHANGE,
	EV_SILENT, /* made by user space */
	EV_JUMP,   /* these three as in enum timeline_what */
	EV_STANDS,
	EV_MISREAD,
	EV_ERROR,
	EV_ARM,
	EV_OVERRUN,
	EV_CANCEL,
	EV_KINDS,
};

/*
 * One rare event. What a, b, c, d, x, y carry depends on kind and stands in the
 * column tables of tools/ptpstat/events.c and at the emitters in the BPF source.
 */
struct ptp_ev {
	__u64 mono_ns;
	__u32 kind;
	__s32 index;
	__u32 tgid;
	__s32 err;
	__u32 reader;
	__u32 a, b, c, d;
	__u32 op;
	__s64 x, y;
	__u64 duration_ns;
	char comm[PTPSTAT_COMM];
};

/* EV_REGISTER, EV_UNREGISTER */
struct ptp_ev_name {
	struct ptp_ev ev;
	char name[PTPSTAT_NAME];
};

struct ptp_actor {
	__u32 tgid;
	__u32 op;
	__u64 count;
	char comm[PTPSTAT_COMM];
};

/* EV_DROP, EV_GAP: who touched the clock since since_ns (0: not known) */
struct ptp_ev_story {
	struct ptp_ev ev;
	__u64 since_ns;
	struct ptp_actor who[PTPSTAT_ACTORS];
};

/* where the story of a reader or channel begins: counts of who touched the clock */
struct ptp_snapshot {
	__u64 mono_ns;
	__u64 reads; /* of a reader: how often it has read */
	struct {
		__u32 tgid;
		__u32 op;
		__u64 count;
	} cell[PTPSTAT_ACTORS];
};

/* an external event channel. Its events come under the clock's lock: one at a time */
struct ptp_channel {
	struct rhythm rhythm;
	struct ptp_snapshot at;
};

#endif /* CHS_PTPSTAT_H */
