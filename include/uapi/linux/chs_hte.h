/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/htechipN: stamps of the hardware timestamping engine, to user space.
 *
 * The ABI is that of /dev/gpiochipN, version 2, in <linux/gpio.h>, for lines that are
 * inputs with edges and EVENT_CLOCK_HTE:
 *
 *	on the node	GPIO_GET_CHIPINFO_IOCTL, GPIO_V2_GET_LINEINFO_IOCTL,
 *			GPIO_V2_GET_LINE_IOCTL, which gives the request's own file
 *	on that file	read() of struct gpio_v2_line_event, poll(), and the calls below
 *
 * What differs from GPIO:
 *
 *	- Lines are numbered as the provider numbers them; no GPIO needs to be there.
 *	- GPIO_V2_LINE_FLAG_INPUT, _EVENT_CLOCK_HTE and at least one of the edges must be
 *	  set for each line, other flags and attributes are refused: EINVAL.
 *	- GPIO_V2_GET_LINE_IOCTL switches hardware: the node must be open for writing, else
 *	  EACCES. The other calls do without.
 *	- timestamp_ns is ns of the provider's clock: HTE_CLOCK_IOCTL relates it to
 *	  CLOCK_MONOTONIC.
 *	- id is HTE_EVENT_UNKNOWN_EDGE where both edges are wanted and the provider cannot
 *	  tell the level. Where one is wanted it is that one.
 *	- line_seqno is the engine's number of the stamp, 1 for the first of the request;
 *	  seqno the same for all lines of the request together. Stamps that were lost have
 *	  numbers too: each gap is a loss, each loss is a gap.
 *	- A full queue loses its oldest event, as GPIO's does, but that is counted: see
 *	  HTE_STATS_IOCTL.
 *	- When the provider goes, read() gives what is queued, then ENODEV. poll() says
 *	  POLLHUP and POLLERR at once.
 *	- read() that gives EFAULT has taken nothing out.
 *	- Calls of GPIO's that do not make sense here give EOPNOTSUPP: watching lines, and
 *	  GPIO_V2_LINE_SET_CONFIG_IOCTL, for which hardware would have to let go of the
 *	  line, so that events are lost without a trace: request it anew. There are no
 *	  values to get or set.
 */
#ifndef _UAPI_CHS_HTE_H
#define _UAPI_CHS_HTE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* beside GPIO_V2_LINE_EVENT_RISING_EDGE and GPIO_V2_LINE_EVENT_FALLING_EDGE */
#define HTE_EVENT_UNKNOWN_EDGE	0

/* why stamps were lost: index of struct hte_line_stats.lost */
#define HTE_LOST_UNREGISTERED	0	/* nobody had requested the line */
#define HTE_LOST_DISABLED	1	/* it was disabled */
#define HTE_LOST_OVERFLOW	2	/* by the hardware, so it says */
#define HTE_LOST_COALESCED	3	/* shared a second callback; not here */
#define HTE_LOST_CALLBACK	4	/* the consumer's callback failed; not here */
#define HTE_LOST_CONSUMER	5	/* by the consumer: a full queue */
#define HTE_LOST_REASONS	8	/* room for more */

/**
 * struct hte_line_stats - what has become of a line's stamps
 * @offset: number of the line
 * @last_level: its level at the last stamp; -1: none, or unknown
 * @stamps: what this request has got of it: delivered, dropped, or waiting for read()
 * @delivered: given to read()
 * @dropped: lost by this request's queue
 * @last_ns: the line's last stamp
 * @next_seqno: number of its next stamp
 * @total: stamps that the engine gave to whoever had the line, since the provider came;
 *	so too @lost. Both outlive requests
 * @lost: by HTE_LOST_*
 */
struct hte_line_stats {
	__u32 offset;
	__s32 last_level;
	__u64 stamps;
	__u64 delivered;
	__u64 dropped;
	__u64 last_ns;
	__u64 next_seqno;
	__u64 total;
	__u64 lost[HTE_LOST_REASONS];
};

#define HTE_REQUEST_GONE	(1 << 0)	/* the provider has gone: the last figures */

/**
 * struct hte_stats - HTE_STATS_IOCTL, on the file of a request
 * @num_lines: how many of @lines are filled in; the others are not touched
 * @flags: HTE_REQUEST_GONE
 * @queue_size: events that the queue holds
 * @queued: that are in it now
 * @max_queued: most that ever were
 * @padding: 0
 * @stamps: that this request has got: @delivered + @dropped + @queued, always
 * @delivered: given to read()
 * @dropped: lost by a full queue
 * @lines: in the order of the request
 *
 * Errors: EFAULT, ENOMEM. Works after the provider has gone.
 */
struct hte_stats {
	__u32 num_lines;
	__u32 flags;
	__u32 queue_size;
	__u32 queued;
	__u32 max_queued;
	__u32 padding[3];
	__u64 stamps;
	__u64 delivered;
	__u64 dropped;
	struct hte_line_stats lines[64];
};

#define HTE_CLOCK_HAS_HZ	(1 << 0)	/* hz and clockid are filled in */
#define HTE_CLOCK_RELATED	(1 << 1)	/* hw_ns, mono_ns and error_ns are */

/**
 * struct hte_clock - HTE_CLOCK_IOCTL, on the file of a request
 * @hw_ns: time of the clock that stamps
 * @mono_ns: CLOCK_MONOTONIC at that instant
 * @error_ns: how far apart the two readings may be, either way
 * @hz: resolution of the clock that stamps
 * @clockid: CLOCK_* that it resembles most, in the provider's words
 * @flags: HTE_CLOCK_*
 * @padding: 0
 *
 * Errors: EOPNOTSUPP where the provider tells none of it; ENODEV when it has gone; its
 * own; EFAULT.
 */
struct hte_clock {
	__u64 hw_ns;
	__u64 mono_ns;
	__u64 error_ns;
	__u64 hz;
	__s32 clockid;
	__u32 flags;
	__u32 padding[6];
};

/* GPIO's magic, clear of its numbers, which end at 15 today */
#define HTE_STATS_IOCTL	_IOR(0xB4, 64, struct hte_stats)
#define HTE_CLOCK_IOCTL	_IOR(0xB4, 65, struct hte_clock)

#endif /* _UAPI_CHS_HTE_H */
