/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a test program tells hte_giver, a provider, and hte_taker, a consumer, by ioctls on
 * /dev/hte_giver and /dev/hte_taker. Each does one call of <linux/hte.h>; what that
 * returns is in result (the ioctl's own errors say that the test is wrong).
 */
#ifndef HTE_HAND_H
#define HTE_HAND_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define HAND_NONE    0xffffffffu /* no device, no descriptor: NULL is passed */
#define HAND_NAME    300
#define HAND_GIVERS  64
#define HAND_DEVICES 8
#define HAND_SLOTS   4352 /* descriptors of a file of hte_taker */

/* ---- the provider ---- */

/* callbacks; bits of struct giver_new.without */
enum giver_op {
	GIVER_REQUEST,
	GIVER_RELEASE,
	GIVER_ENABLE,
	GIVER_DISABLE,
	GIVER_CLOCK,
	GIVER_TIME,
	GIVER_XLATE_OF,
	GIVER_XLATE_PLAT,
	GIVER_MATCH,
	GIVER_OPS,
};

/* settings of a provider beside what each of its callbacks returns */
enum giver_setting {
	GIVER_RESULT,			 /* + enum giver_op: 0 or a negative errno */
	GIVER_SLOW_MS = GIVER_OPS,	 /* how long those that may sleep take */
	GIVER_XLATE_ADD,		 /* xlated number = line id + this */
	GIVER_OFFSET_NS,		 /* its clock = CLOCK_MONOTONIC + this */
	GIVER_SETTINGS,
};

struct giver_new {
	__u32 index;   /* out: its device is hte_giver.<index> */
	__u32 nlines;
	__u32 without; /* bits of enum giver_op: they are NULL */
	__u32 cells;   /* #timestamp-cells */
	__s32 result;  /* of devm_hte_register_chip() */
	char name[HAND_NAME]; /* "": NULL */
};

struct giver_set {
	__u32 index;
	__u32 setting;
	__s64 value;
};

struct giver_push {
	__u32 index;
	__u32 line;
	__u32 count;
	__u32 hardirq;	/* from a hard interrupt */
	__u64 tsc;	/* of the first */
	__u64 step;	/* between two */
	__s32 level;
	__s32 result;	/* of the last */
	__u32 accepted; /* how many gave 0 */
	__u64 seq;	/* that the last one got */
};

struct giver_drops {
	__u32 index;
	__u32 line;
	__u64 n;
	__u32 reason;
	__s32 result;
};

struct giver_fifo {
	__u32 index;
	__u32 occupancy;
	__u64 lost;
};

/* wrong calls */
enum giver_odd {
	ODD_REGISTER_NOTHING,
	ODD_REGISTER_NO_DEVICE,
	ODD_REGISTER_NO_OPS,
	ODD_REGISTER_NO_REQUEST,
	ODD_REGISTER_NO_RELEASE,
	ODD_REGISTER_TOO_MANY,
	ODD_PUSH_NO_CHIP,
	ODD_PUSH_NO_DATA,
	ODD_PUSH_UNREGISTERED,
	ODD_DROPS_NO_CHIP,
	ODD_DROPS_UNREGISTERED,
	ODD_FIFO_UNREGISTERED,
};

/* all lines first to first + lines - 1, shared out among the processors */
struct giver_load {
	__u32 index;
	__u32 first;
	__u32 lines;
	__u32 period_us; /* 0: stop */
	__u32 burst;	 /* stamps of each line at a time */
};

struct giver_state {
	__u32 index;
	__u32 line;
	__u64 accepted; /* pushes of the line that gave 0, since the device was made */
	__u64 refused;
	__u64 calls[GIVER_OPS]; /* of the provider */
	__u32 last_line;	/* number that its callbacks were last given */
	__u32 is_registered;
};

#define GIVER_NEW   _IOWR('H', 0x80, struct giver_new)
#define GIVER_DEL   _IO('H', 0x81)
#define GIVER_SET   _IOW('H', 0x82, struct giver_set)
#define GIVER_PUSH  _IOWR('H', 0x83, struct giver_push)
#define GIVER_DROPS _IOWR('H', 0x84, struct giver_drops)
#define GIVER_FIFO  _IOW('H', 0x85, struct giver_fifo)
#define GIVER_ODD   _IO('H', 0x86)
#define GIVER_LOAD  _IOW('H', 0x87, struct giver_load)
#define GIVER_STATE _IOWR('H', 0x88, struct giver_state)

/* ---- the consumer ---- */

/* a reference of a device to a provider's line */
struct taker_ref {
	__u32 giver;
	__u32 nargs;
	__u32 args[4];
	char name[40];
};

struct taker_device {
	__u32 device; /* out: it is hte_taker.<device> */
	__u32 refs;
	__u32 names; /* how many of them are in timestamp-names */
	struct taker_ref ref[8];
};

struct taker_init {
	__u32 slot;
	__u32 line_id;
	__u64 edges;
	__u64 cookie; /* line_data */
	__u32 named;
	__s32 result;
	char name[HAND_NAME];
};

struct taker_get {
	__u32 slot;
	__u32 device;
	__s32 index;
	__s32 result;
};

struct taker_get_line {
	__u32 slot;
	__s32 chip;
	__u32 line;
	__s32 result;
	char consumer[40];
};

#define TAKER_NO_CALLBACK  1
#define TAKER_SECOND	   2  /* has a second callback */
#define TAKER_RING	   4  /* between the two; the first returns what that says */
#define TAKER_MANAGED	   8  /* by devm_hte_request_ts_ns(), of device */
#define TAKER_ASKS_CLOCK   16 /* the first callback calls what it may */
#define TAKER_SECOND_TURNS 32 /* the second disables and enables its own line */

struct taker_request {
	__u32 slot;
	__u32 flags;
	__u32 device;
	__s32 answer; /* of the first callback */
	__u32 slow_us;
	__u32 second_ms;
	__u32 ring;
	__s32 result;
};

struct taker_clock {
	__u32 slot;
	__u32 nowhere; /* NULL to fill in */
	__u64 hz;
	__s32 type;
	__s32 result;
};

struct taker_cross {
	__u32 slot;
	__u32 nowhere;
	__u64 hw_ns;
	__u64 mono_ns;
	__u64 error_ns;
	__s32 result;
};

/* since the slot's last request */
struct taker_state {
	__u32 slot;
	__u32 bound;	/* hte_data is not NULL */
	__u64 first;	/* calls of the first callback */
	__u64 begun;	/* calls of the second */
	__u64 second;	/* those that have returned */
	__u64 got;	/* stamps that it took out of the ring */
	__u64 ring_lost;
	__u64 left;	/* in the ring */
	__u64 last_seq;
	__u64 missing;	/* numbers that were jumped over */
	__u64 disorder; /* numbers that did not grow */
	__u64 sum_tsc;
	__u64 hardirq;	/* calls of the first in hard interrupt context */
	__u64 misplaced; /* with interrupts on, or of the second where it may not sleep */
	__u64 late;	/* of either after hte_ts_put() had returned */
	__s32 level;
	__s32 asked;	/* worst result of what the first callback may call */
	char name[HAND_NAME]; /* of the descriptor; "" for NULL */
};

struct taker_report {
	__u32 slot;
	__u64 n;
};

#define TAKER_WATCH_OFF	  0
#define TAKER_WATCH_LOG	  1
#define TAKER_WATCH_TAKES 2 /* gets line 0 when a provider comes, puts it when it goes */

struct taker_event {
	__u32 action;
	__s32 index;
	__u32 nlines;
	__s32 result; /* of the get or put */
	char name[32];
};

struct taker_events {
	__u32 n;
	struct taker_event event[32];
};

#define TAKER_DEVICE	 _IOWR('H', 0xa0, struct taker_device)
#define TAKER_DEVICE_DEL _IO('H', 0xa1)
#define TAKER_INIT	 _IOWR('H', 0xa2, struct taker_init)
#define TAKER_GET	 _IOWR('H', 0xa3, struct taker_get)
#define TAKER_GET_LINE	 _IOWR('H', 0xa4, struct taker_get_line)
#define TAKER_REQUEST	 _IOWR('H', 0xa5, struct taker_request)
#define TAKER_PUT	 _IO('H', 0xa6) /* these four: the result is the ioctl's */
#define TAKER_ENABLE	 _IO('H', 0xa7)
#define TAKER_DISABLE	 _IO('H', 0xa8)
#define TAKER_COUNT	 _IO('H', 0xa9)
#define TAKER_CLOCK	 _IOWR('H', 0xaa, struct taker_clock)
#define TAKER_CROSS	 _IOWR('H', 0xab, struct taker_cross)
#define TAKER_STATE	 _IOWR('H', 0xac, struct taker_state)
#define TAKER_REPORT	 _IOW('H', 0xad, struct taker_report)
#define TAKER_WATCH	 _IO('H', 0xae)
#define TAKER_EVENTS	 _IOR('H', 0xaf, struct taker_events)

#endif /* HTE_HAND_H */
