/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the hardware timestamping engine: the contract between kmod/hte and
 * bpf/.
 *
 * Every event begins with the chip's number, which no other chip has at that time. line
 * is the provider's number of the line (xlated id). key is a number that the line has
 * for itself among the lines of all chips from the chip's registration until it goes:
 * small, dense, good as an index. Stamps (tsc_ns) are ns of the provider's clock; now_ns
 * is CLOCK_MONOTONIC; durations are in ns and measured only while the event is on. err is
 * 0 or a negative errno.
 *
 * Events of one line that say so are serial: one after the other, in the order of seq.
 * Arguments are only ever added at the end.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM hte

#if !defined(_TRACE_HTE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_HTE_H

#include <linux/hte.h>
#include <linux/tracepoint.h>

#ifndef HTE_TRACE_NAME_LEN
#define HTE_TRACE_NAME_LEN 32

/* what has been done to a line; see hte_line */
enum hte_line_action {
	HTE_LINE_GET,
	HTE_LINE_REQUEST,
	HTE_LINE_ENABLE,
	HTE_LINE_DISABLE,
	HTE_LINE_PUT,
};
#endif

/* perf and trace-cmd know numbers only */
TRACE_DEFINE_ENUM(HTE_DROP_UNREGISTERED);
TRACE_DEFINE_ENUM(HTE_DROP_DISABLED);
TRACE_DEFINE_ENUM(HTE_DROP_OVERFLOW);
TRACE_DEFINE_ENUM(HTE_DROP_COALESCED);
TRACE_DEFINE_ENUM(HTE_DROP_CALLBACK);
TRACE_DEFINE_ENUM(HTE_DROP_CONSUMER);
TRACE_DEFINE_ENUM(HTE_LINE_GET);
TRACE_DEFINE_ENUM(HTE_LINE_REQUEST);
TRACE_DEFINE_ENUM(HTE_LINE_ENABLE);
TRACE_DEFINE_ENUM(HTE_LINE_DISABLE);
TRACE_DEFINE_ENUM(HTE_LINE_PUT);

#define show_hte_reason(reason)						\
	__print_symbolic(reason,					\
		{ HTE_DROP_UNREGISTERED, "unregistered" },		\
		{ HTE_DROP_DISABLED, "disabled" },			\
		{ HTE_DROP_OVERFLOW, "overflow" },			\
		{ HTE_DROP_COALESCED, "coalesced" },			\
		{ HTE_DROP_CALLBACK, "callback" },			\
		{ HTE_DROP_CONSUMER, "consumer" })

#define show_hte_action(action)						\
	__print_symbolic(action,					\
		{ HTE_LINE_GET, "get" }, { HTE_LINE_REQUEST, "request" },	\
		{ HTE_LINE_ENABLE, "enable" }, { HTE_LINE_DISABLE, "disable" },	\
		{ HTE_LINE_PUT, "put" })

DECLARE_EVENT_CLASS(hte_chip_class,
	TP_PROTO(int chip, const char *name, u32 nlines, u32 first_key),
	TP_ARGS(chip, name, nlines, first_key),
	TP_STRUCT__entry(
		__field(int, chip)
		__array(char, name, HTE_TRACE_NAME_LEN)
		__field(u32, nlines)
		__field(u32, first_key)
	),
	TP_fast_assign(
		__entry->chip = chip;
		strscpy_pad(__entry->name, name, HTE_TRACE_NAME_LEN);
		__entry->nlines = nlines;
		__entry->first_key = first_key;
	),
	TP_printk("chip=%d name=%s nlines=%u first_key=%u",
		  __entry->chip, __entry->name, __entry->nlines, __entry->first_key)
);

/* A provider has registered; its lines have the keys first_key to first_key + nlines - 1. Process context. */
DEFINE_EVENT(hte_chip_class, hte_chip_register,
	TP_PROTO(int chip, const char *name, u32 nlines, u32 first_key),
	TP_ARGS(chip, name, nlines, first_key)
);

/* A provider goes; what consumers still hold of it gives ENODEV. Process context. */
DEFINE_EVENT(hte_chip_class, hte_chip_unregister,
	TP_PROTO(int chip, const char *name, u32 nlines, u32 first_key),
	TP_ARGS(chip, name, nlines, first_key)
);

/*
 * A consumer has done something to a line, or was refused it (err). label and consumer
 * are "" where there is none (yet). Process context of the consumer; where the chip has
 * gone, the put still happens here, with err -ENODEV.
 */
TRACE_EVENT(hte_line,
	TP_PROTO(int chip, u32 line, u32 key, int action, u32 line_id, const char *label,
		 const char *consumer, int err),
	TP_ARGS(chip, line, key, action, line_id, label, consumer, err),
	TP_STRUCT__entry(
		__field(int, chip)
		__field(u32, line)
		__field(u32, key)
		__field(int, action)
		__field(u32, line_id)
		__array(char, label, HTE_TRACE_NAME_LEN)
		__array(char, consumer, HTE_TRACE_NAME_LEN)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->line = line;
		__entry->key = key;
		__entry->action = action;
		__entry->line_id = line_id;
		strscpy_pad(__entry->label, label, HTE_TRACE_NAME_LEN);
		strscpy_pad(__entry->consumer, consumer, HTE_TRACE_NAME_LEN);
		__entry->err = err;
	),
	TP_printk("chip=%d line=%u key=%u action=%s line_id=%u label=%s consumer=%s err=%d",
		  __entry->chip, __entry->line, __entry->key, show_hte_action(__entry->action),
		  __entry->line_id, __entry->label, __entry->consumer, __entry->err)
);

/*
 * A provider has pushed a stamp, of a line that somebody listens to or not (err is what the
 * push returns). Before the consumer's callback. Any context; serial for a line.
 */
TRACE_EVENT(hte_push,
	TP_PROTO(int chip, u32 line, u32 key, u64 seq, u64 tsc_ns, u64 now_ns, int raw_level,
		 int err),
	TP_ARGS(chip, line, key, seq, tsc_ns, now_ns, raw_level, err),
	TP_STRUCT__entry(
		__field(int, chip)
		__field(u32, line)
		__field(u32, key)
		__field(u64, seq)
		__field(u64, tsc_ns)
		__field(u64, now_ns)
		__field(int, raw_level)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->line = line;
		__entry->key = key;
		__entry->seq = seq;
		__entry->tsc_ns = tsc_ns;
		__entry->now_ns = now_ns;
		__entry->raw_level = raw_level;
		__entry->err = err;
	),
	TP_printk("chip=%d line=%u key=%u seq=%llu tsc_ns=%llu now_ns=%llu raw_level=%d err=%d",
		  __entry->chip, __entry->line, __entry->key, __entry->seq, __entry->tsc_ns,
		  __entry->now_ns, __entry->raw_level, __entry->err)
);

/*
 * n stamps of a line were lost; total is how many of that reason there were in all since
 * the chip was registered, and seq the number of the last one (0: it had none). Any
 * context; serial for a line, but for reason consumer.
 */
TRACE_EVENT(hte_drop,
	TP_PROTO(int chip, u32 line, u32 key, int reason, u64 n, u64 seq, u64 total),
	TP_ARGS(chip, line, key, reason, n, seq, total),
	TP_STRUCT__entry(
		__field(int, chip)
		__field(u32, line)
		__field(u32, key)
		__field(int, reason)
		__field(u64, n)
		__field(u64, seq)
		__field(u64, total)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->line = line;
		__entry->key = key;
		__entry->reason = reason;
		__entry->n = n;
		__entry->seq = seq;
		__entry->total = total;
	),
	TP_printk("chip=%d line=%u key=%u reason=%s n=%llu seq=%llu total=%llu",
		  __entry->chip, __entry->line, __entry->key, show_hte_reason(__entry->reason),
		  __entry->n, __entry->seq, __entry->total)
);

/*
 * A consumer has had a stamp. now_ns is when its callback was called, duration_ns how long
 * it took, result what it returned. Any context; serial for a line.
 */
TRACE_EVENT(hte_callback,
	TP_PROTO(int chip, u32 line, u32 key, u64 seq, u64 tsc_ns, u64 now_ns, int raw_level,
		 u64 duration_ns, int result),
	TP_ARGS(chip, line, key, seq, tsc_ns, now_ns, raw_level, duration_ns, result),
	TP_STRUCT__entry(
		__field(int, chip)
		__field(u32, line)
		__field(u32, key)
		__field(u64, seq)
		__field(u64, tsc_ns)
		__field(u64, now_ns)
		__field(int, raw_level)
		__field(u64, duration_ns)
		__field(int, result)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->line = line;
		__entry->key = key;
		__entry->seq = seq;
		__entry->tsc_ns = tsc_ns;
		__entry->now_ns = now_ns;
		__entry->raw_level = raw_level;
		__entry->duration_ns = duration_ns;
		__entry->result = result;
	),
	TP_printk("chip=%d line=%u key=%u seq=%llu tsc_ns=%llu now_ns=%llu raw_level=%d duration_ns=%llu result=%d",
		  __entry->chip, __entry->line, __entry->key, __entry->seq, __entry->tsc_ns,
		  __entry->now_ns, __entry->raw_level, __entry->duration_ns, __entry->result)
);

/*
 * A second callback has returned. delay_ns is how long after the stamp's push it began (0:
 * it was asked for before this event was on), coalesced how many later stamps shared the
 * run. In the thread that ran it; serial for a line, but not with the other events.
 */
TRACE_EVENT(hte_second,
	TP_PROTO(int chip, u32 line, u32 key, u64 delay_ns, u64 duration_ns, u64 coalesced),
	TP_ARGS(chip, line, key, delay_ns, duration_ns, coalesced),
	TP_STRUCT__entry(
		__field(int, chip)
		__field(u32, line)
		__field(u32, key)
		__field(u64, delay_ns)
		__field(u64, duration_ns)
		__field(u64, coalesced)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->line = line;
		__entry->key = key;
		__entry->delay_ns = delay_ns;
		__entry->duration_ns = duration_ns;
		__entry->coalesced = coalesced;
	),
	TP_printk("chip=%d line=%u key=%u delay_ns=%llu duration_ns=%llu coalesced=%llu",
		  __entry->chip, __entry->line, __entry->key, __entry->delay_ns,
		  __entry->duration_ns, __entry->coalesced)
);

/*
 * A provider looks at its FIFO: how many entries were in it, and how many stamps the
 * hardware says it has lost since the last look, all lines together (0 where it cannot
 * tell). The provider's interrupt handler.
 */
TRACE_EVENT(hte_fifo,
	TP_PROTO(int chip, u32 occupancy, u64 lost),
	TP_ARGS(chip, occupancy, lost),
	TP_STRUCT__entry(
		__field(int, chip)
		__field(u32, occupancy)
		__field(u64, lost)
	),
	TP_fast_assign(
		__entry->chip = chip;
		__entry->occupancy = occupancy;
		__entry->lost = lost;
	),
	TP_printk("chip=%d occupancy=%u lost=%llu",
		  __entry->chip, __entry->occupancy, __entry->lost)
);

#endif /* _TRACE_HTE_H */

#include <trace/define_trace.h>
