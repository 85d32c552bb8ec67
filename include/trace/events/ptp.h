/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the PTP class: the contract between kmod/ptp/core and bpf/.
 *
 * Every event begins with the clock's index (the N of /dev/ptpN). Times are in
 * ns since the clock's epoch and signed; durations are in ns, by the
 * time stamp counter where the kernel trusts it, else by CLOCK_MONOTONIC, and are
 * measured only while the event is on. err is 0 or a negative errno.
 * Unless an event says otherwise it fires in the context of the task that made
 * the call, so that pid and comm are the current ones.
 *
 * Arguments are only ever added at the end.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ptp

#if !defined(_TRACE_PTP_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_PTP_H

#include <linux/ptp_clock.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>

#ifndef PTP_TRACE_NAME_LEN
#define PTP_TRACE_NAME_LEN 32
#endif

/* perf and trace-cmd know numbers only */
TRACE_DEFINE_ENUM(PTP_PF_NONE);
TRACE_DEFINE_ENUM(PTP_PF_EXTTS);
TRACE_DEFINE_ENUM(PTP_PF_PEROUT);
TRACE_DEFINE_ENUM(PTP_PF_PHYSYNC);

#define show_ptp_func(func)						\
	__print_symbolic(func,						\
		{ PTP_PF_NONE, "none" }, { PTP_PF_EXTTS, "extts" },	\
		{ PTP_PF_PEROUT, "perout" }, { PTP_PF_PHYSYNC, "physync" })

DECLARE_EVENT_CLASS(ptp_lifetime,
	TP_PROTO(int index, const char *name),
	TP_ARGS(index, name),
	TP_STRUCT__entry(
		__field(int, index)
		__array(char, name, PTP_TRACE_NAME_LEN)
	),
	TP_fast_assign(
		__entry->index = index;
		strscpy_pad(__entry->name, name, PTP_TRACE_NAME_LEN);
	),
	TP_printk("ptp%d name=%s", __entry->index, __entry->name)
);

/* A clock is there: its device node works from now on. Process context. */
DEFINE_EVENT(ptp_lifetime, ptp_register,
	TP_PROTO(int index, const char *name),
	TP_ARGS(index, name)
);

/* A clock is going: calls on open devices give ENODEV. Process context. */
DEFINE_EVENT(ptp_lifetime, ptp_unregister,
	TP_PROTO(int index, const char *name),
	TP_ARGS(index, name)
);

/*
 * The device was opened. reader is a number that no other open file of this
 * clock has or had; mode is f_mode (1 read, 2 write).
 */
TRACE_EVENT(ptp_open,
	TP_PROTO(int index, u32 reader, u32 mode, int err),
	TP_ARGS(index, reader, mode, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(u32, mode)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->mode = mode;
		__entry->err = err;
	),
	TP_printk("ptp%d reader=%u mode=%u err=%d",
		  __entry->index, __entry->reader, __entry->mode, __entry->err)
);

/*
 * The last reference to an open file is gone, also after unregister. delivered
 * and dropped are its life's totals of events.
 */
TRACE_EVENT(ptp_release,
	TP_PROTO(int index, u32 reader, u64 delivered, u64 dropped),
	TP_ARGS(index, reader, delivered, dropped),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(u64, delivered)
		__field(u64, dropped)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->delivered = delivered;
		__entry->dropped = dropped;
	),
	TP_printk("ptp%d reader=%u delivered=%llu dropped=%llu",
		  __entry->index, __entry->reader, __entry->delivered, __entry->dropped)
);

/*
 * An ioctl has ended; fires for every command, unknown ones included, but those that
 * read samples: PTP_SYS_OFFSET and PTP_SYS_OFFSET_EXTENDED have ptp_sys_offset in its
 * place.
 */
TRACE_EVENT(ptp_ioctl,
	TP_PROTO(int index, u32 cmd, u64 duration_ns, int err),
	TP_ARGS(index, cmd, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, cmd)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->cmd = cmd;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d cmd=0x%08x nr=%u duration_ns=%llu err=%d",
		  __entry->index, __entry->cmd, _IOC_NR(__entry->cmd),
		  __entry->duration_ns, __entry->err)
);

/*
 * PTP_SYS_OFFSET or PTP_SYS_OFFSET_EXTENDED has ended: one event for all its samples.
 * samples is how often the driver was asked, the last time in vain if driver_err is not
 * 0. A width is the system time from before to after a reading, by clockid: the sum of
 * all, the shortest and the longest. Half of the shortest bounds the error of the offset
 * best_time_ns - (best_pre_ns + width_min_ns / 2). Without a reading all these are 0.
 * duration_ns and err are the ioctl's.
 */
TRACE_EVENT(ptp_sys_offset,
	TP_PROTO(int index, u32 cmd, int clockid, u32 samples, int driver_err, u64 width_min_ns,
		 u64 width_max_ns, u64 width_sum_ns, s64 best_time_ns, s64 best_pre_ns,
		 u64 duration_ns, int err),
	TP_ARGS(index, cmd, clockid, samples, driver_err, width_min_ns, width_max_ns,
		width_sum_ns, best_time_ns, best_pre_ns, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, cmd)
		__field(int, clockid)
		__field(u32, samples)
		__field(int, driver_err)
		__field(u64, width_min_ns)
		__field(u64, width_max_ns)
		__field(u64, width_sum_ns)
		__field(s64, best_time_ns)
		__field(s64, best_pre_ns)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->cmd = cmd;
		__entry->clockid = clockid;
		__entry->samples = samples;
		__entry->driver_err = driver_err;
		__entry->width_min_ns = width_min_ns;
		__entry->width_max_ns = width_max_ns;
		__entry->width_sum_ns = width_sum_ns;
		__entry->best_time_ns = best_time_ns;
		__entry->best_pre_ns = best_pre_ns;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d nr=%u clockid=%d samples=%u driver_err=%d width_min_ns=%llu width_max_ns=%llu width_sum_ns=%llu best_time_ns=%lld best_pre_ns=%lld duration_ns=%llu err=%d",
		  __entry->index, _IOC_NR(__entry->cmd), __entry->clockid, __entry->samples,
		  __entry->driver_err, __entry->width_min_ns, __entry->width_max_ns,
		  __entry->width_sum_ns, __entry->best_time_ns, __entry->best_pre_ns,
		  __entry->duration_ns, __entry->err)
);

/* The driver was asked for the time alone: clock_gettime(). */
TRACE_EVENT(ptp_gettime,
	TP_PROTO(int index, s64 time_ns, u64 duration_ns, int err),
	TP_ARGS(index, time_ns, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(s64, time_ns)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->time_ns = time_ns;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d time_ns=%lld duration_ns=%llu err=%d",
		  __entry->index, __entry->time_ns, __entry->duration_ns, __entry->err)
);

/*
 * The clock showed time_ns at some moment from from_ns to to_ns, both of CLOCK_MONOTONIC:
 * what a comparison of the two may rely on, however long the reader was held up. Once a
 * tick at most. Fires for calls that are traced by ptp_gettime, ptp_sys_offset or
 * ptp_crosststamp as well.
 */
TRACE_EVENT(ptp_reading,
	TP_PROTO(int index, s64 time_ns, u64 from_ns, u64 to_ns),
	TP_ARGS(index, time_ns, from_ns, to_ns),
	TP_STRUCT__entry(
		__field(int, index)
		__field(s64, time_ns)
		__field(u64, from_ns)
		__field(u64, to_ns)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->time_ns = time_ns;
		__entry->from_ns = from_ns;
		__entry->to_ns = to_ns;
	),
	TP_printk("ptp%d time_ns=%lld from_ns=%llu to_ns=%llu", __entry->index,
		  __entry->time_ns, __entry->from_ns, __entry->to_ns)
);

/*
 * A sample of PTP_SYS_OFFSET or PTP_SYS_OFFSET_EXTENDED, for who must have each: where
 * the call will do, ptp_sys_offset costs a fraction. width_ns is the system time after
 * less that before: half of it bounds the error of the offset
 * time_ns - (pre_ns + width_ns / 2).
 */
TRACE_EVENT(ptp_gettimex,
	TP_PROTO(int index, int clockid, s64 time_ns, s64 pre_ns, s64 width_ns,
		 u64 duration_ns, int err),
	TP_ARGS(index, clockid, time_ns, pre_ns, width_ns, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(int, clockid)
		__field(s64, time_ns)
		__field(s64, pre_ns)
		__field(s64, width_ns)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->clockid = clockid;
		__entry->time_ns = time_ns;
		__entry->pre_ns = pre_ns;
		__entry->width_ns = width_ns;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d clockid=%d time_ns=%lld pre_ns=%lld width_ns=%lld duration_ns=%llu err=%d",
		  __entry->index, __entry->clockid, __entry->time_ns, __entry->pre_ns,
		  __entry->width_ns, __entry->duration_ns, __entry->err)
);

/* Device and system time of one instant: PTP_SYS_OFFSET_PRECISE. */
TRACE_EVENT(ptp_crosststamp,
	TP_PROTO(int index, s64 time_ns, s64 realtime_ns, s64 monoraw_ns,
		 u64 duration_ns, int err),
	TP_ARGS(index, time_ns, realtime_ns, monoraw_ns, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(s64, time_ns)
		__field(s64, realtime_ns)
		__field(s64, monoraw_ns)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->time_ns = time_ns;
		__entry->realtime_ns = realtime_ns;
		__entry->monoraw_ns = monoraw_ns;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d time_ns=%lld realtime_ns=%lld monoraw_ns=%lld duration_ns=%llu err=%d",
		  __entry->index, __entry->time_ns, __entry->realtime_ns,
		  __entry->monoraw_ns, __entry->duration_ns, __entry->err)
);

/* The clock was set. old_ns is what it showed just before. */
TRACE_EVENT(ptp_settime,
	TP_PROTO(int index, s64 old_ns, s64 new_ns, u64 duration_ns, int err),
	TP_ARGS(index, old_ns, new_ns, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(s64, old_ns)
		__field(s64, new_ns)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->old_ns = old_ns;
		__entry->new_ns = new_ns;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d old_ns=%lld new_ns=%lld duration_ns=%llu err=%d",
		  __entry->index, __entry->old_ns, __entry->new_ns,
		  __entry->duration_ns, __entry->err)
);

/* The clock was shifted by delta_ns: clock_adjtime(ADJ_SETOFFSET). */
TRACE_EVENT(ptp_adjtime,
	TP_PROTO(int index, s64 delta_ns, u64 duration_ns, int err),
	TP_ARGS(index, delta_ns, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(s64, delta_ns)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->delta_ns = delta_ns;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d delta_ns=%lld duration_ns=%llu err=%d",
		  __entry->index, __entry->delta_ns, __entry->duration_ns, __entry->err)
);

/* The frequency offset was set, in ppm << 16: clock_adjtime(ADJ_FREQUENCY). */
TRACE_EVENT(ptp_adjfine,
	TP_PROTO(int index, s64 old_scaled_ppm, s64 new_scaled_ppm, u64 duration_ns, int err),
	TP_ARGS(index, old_scaled_ppm, new_scaled_ppm, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(s64, old_scaled_ppm)
		__field(s64, new_scaled_ppm)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->old_scaled_ppm = old_scaled_ppm;
		__entry->new_scaled_ppm = new_scaled_ppm;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d old_scaled_ppm=%lld new_scaled_ppm=%lld duration_ns=%llu err=%d",
		  __entry->index, __entry->old_scaled_ppm, __entry->new_scaled_ppm,
		  __entry->duration_ns, __entry->err)
);

/* A phase offset went to the device's own servo: clock_adjtime(ADJ_OFFSET). */
TRACE_EVENT(ptp_adjphase,
	TP_PROTO(int index, s64 offset_ns, u64 duration_ns, int err),
	TP_ARGS(index, offset_ns, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(s64, offset_ns)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->offset_ns = offset_ns;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d offset_ns=%lld duration_ns=%llu err=%d",
		  __entry->index, __entry->offset_ns, __entry->duration_ns, __entry->err)
);

/*
 * The driver reported an external event. It went into the queues of readers open
 * files; in dropped of them it pushed out the oldest event. flags as in struct
 * ptp_extts_event: with PTP_EXT_OFFSET time_ns is an offset. Any context, most
 * often the device's hard interrupt: the current task means nothing.
 */
TRACE_EVENT(ptp_extts,
	TP_PROTO(int index, u32 channel, s64 time_ns, u32 flags, u32 readers, u32 dropped),
	TP_ARGS(index, channel, time_ns, flags, readers, dropped),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, channel)
		__field(s64, time_ns)
		__field(u32, flags)
		__field(u32, readers)
		__field(u32, dropped)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->channel = channel;
		__entry->time_ns = time_ns;
		__entry->flags = flags;
		__entry->readers = readers;
		__entry->dropped = dropped;
	),
	TP_printk("ptp%d channel=%u time_ns=%lld flags=0x%x readers=%u dropped=%u",
		  __entry->index, __entry->channel, __entry->time_ns, __entry->flags,
		  __entry->readers, __entry->dropped)
);

/*
 * A reader's queue was full and lost its oldest event, which was of channel and
 * time_ns. pid and comm are those of the task that opened the device or has read last, or
 * that was found to hold the file when somebody looked at the readers in debugfs.
 * dropped is the reader's total with this one, delivered what it has read so far: 0 most
 * often means that it opened the clock for something else and never will read.
 * Context as for ptp_extts.
 */
TRACE_EVENT(ptp_extts_drop,
	TP_PROTO(int index, u32 reader, int pid, const char *comm, u32 channel,
		 s64 time_ns, u64 dropped, u64 delivered),
	TP_ARGS(index, reader, pid, comm, channel, time_ns, dropped, delivered),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(int, pid)
		__array(char, comm, TASK_COMM_LEN)
		__field(u32, channel)
		__field(s64, time_ns)
		__field(u64, dropped)
		__field(u64, delivered)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->pid = pid;
		memcpy(__entry->comm, comm, TASK_COMM_LEN);
		__entry->channel = channel;
		__entry->time_ns = time_ns;
		__entry->dropped = dropped;
		__entry->delivered = delivered;
	),
	TP_printk("ptp%d reader=%u pid=%d comm=%s channel=%u time_ns=%lld dropped=%llu delivered=%llu",
		  __entry->index, __entry->reader, __entry->pid, __entry->comm,
		  __entry->channel, __entry->time_ns, __entry->dropped,
		  __entry->delivered)
);

/* read() has ended: it gave events, and depth more are waiting in the queue. */
TRACE_EVENT(ptp_extts_read,
	TP_PROTO(int index, u32 reader, u32 events, u32 depth, int err),
	TP_ARGS(index, reader, events, depth, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(u32, events)
		__field(u32, depth)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->events = events;
		__entry->depth = depth;
		__entry->err = err;
	),
	TP_printk("ptp%d reader=%u events=%u depth=%u err=%d", __entry->index,
		  __entry->reader, __entry->events, __entry->depth, __entry->err)
);

/*
 * n_vclocks was written, or, with new 0, the clock goes and takes its virtual clocks
 * along. old and new are how many there were and are: with an err new need not be what
 * was asked for. Each virtual clock has a ptp_register or ptp_unregister of its own
 * before this one, of the name ptpN_virt, N being this index.
 */
TRACE_EVENT(ptp_vclocks,
	TP_PROTO(int index, u32 old, u32 new, int err),
	TP_ARGS(index, old, new, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, old)
		__field(u32, new)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->old = old;
		__entry->new = new;
		__entry->err = err;
	),
	TP_printk("ptp%d old=%u new=%u err=%d",
		  __entry->index, __entry->old, __entry->new, __entry->err)
);

/*
 * The driver's enable() was called. type: 0 external time stamps, 1 periodic
 * output, 2 PPS; flags are the request's.
 */
TRACE_EVENT(ptp_enable,
	TP_PROTO(int index, u32 type, u32 channel, int on, u32 flags, u64 duration_ns, int err),
	TP_ARGS(index, type, channel, on, flags, duration_ns, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, type)
		__field(u32, channel)
		__field(int, on)
		__field(u32, flags)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->type = type;
		__entry->channel = channel;
		__entry->on = on;
		__entry->flags = flags;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("ptp%d type=%s channel=%u on=%d flags=0x%x duration_ns=%llu err=%d",
		  __entry->index,
		  __print_symbolic(__entry->type, { 0, "extts" }, { 1, "perout" }, { 2, "pps" }),
		  __entry->channel, __entry->on, __entry->flags,
		  __entry->duration_ns, __entry->err)
);

/* A reader changed its mask: channel was let in, or with -1 none is any more. */
TRACE_EVENT(ptp_mask,
	TP_PROTO(int index, u32 reader, int channel, int err),
	TP_ARGS(index, reader, channel, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(int, channel)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->channel = channel;
		__entry->err = err;
	),
	TP_printk("ptp%d reader=%u channel=%d err=%d", __entry->index,
		  __entry->reader, __entry->channel, __entry->err)
);

/*
 * A pin was given a function and channel, by ioctl or sysfs. Fires a second time
 * for a pin that had to give them up.
 */
TRACE_EVENT(ptp_pin,
	TP_PROTO(int index, u32 pin, u32 old_func, u32 old_chan, u32 new_func, u32 new_chan,
		 int err),
	TP_ARGS(index, pin, old_func, old_chan, new_func, new_chan, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, pin)
		__field(u32, old_func)
		__field(u32, old_chan)
		__field(u32, new_func)
		__field(u32, new_chan)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->pin = pin;
		__entry->old_func = old_func;
		__entry->old_chan = old_chan;
		__entry->new_func = new_func;
		__entry->new_chan = new_chan;
		__entry->err = err;
	),
	TP_printk("ptp%d pin=%u %s/%u -> %s/%u err=%d", __entry->index, __entry->pin,
		  show_ptp_func(__entry->old_func), __entry->old_chan,
		  show_ptp_func(__entry->new_func), __entry->new_chan, __entry->err)
);

/* A second of the clock began at sys_ns of CLOCK_REALTIME. Any context. */
TRACE_EVENT(ptp_pps,
	TP_PROTO(int index, s64 sys_ns),
	TP_ARGS(index, sys_ns),
	TP_STRUCT__entry(
		__field(int, index)
		__field(s64, sys_ns)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->sys_ns = sys_ns;
	),
	TP_printk("ptp%d sys_ns=%lld", __entry->index, __entry->sys_ns)
);

/*
 * The driver's do_aux_work() has run, in the clock's kthread; delay_ns until it
 * runs again, -1 if it does not.
 */
TRACE_EVENT(ptp_aux_work,
	TP_PROTO(int index, u64 duration_ns, s64 delay_ns),
	TP_ARGS(index, duration_ns, delay_ns),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u64, duration_ns)
		__field(s64, delay_ns)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->duration_ns = duration_ns;
		__entry->delay_ns = delay_ns;
	),
	TP_printk("ptp%d duration_ns=%llu delay_ns=%lld", __entry->index,
		  __entry->duration_ns, __entry->delay_ns)
);

/*
 * PTP_ALARM_SETTIME has set an alarm, or could not for err. due_ns is when it will
 * expire; flags: 1 it was set to a time (else to a distance), 2 the clock has an alarm
 * of its own. reader and alarm name it in all four events.
 */
TRACE_EVENT(ptp_alarm_arm,
	TP_PROTO(int index, u32 reader, u32 alarm, s64 due_ns, u64 interval_ns, u32 flags,
		 int err),
	TP_ARGS(index, reader, alarm, due_ns, interval_ns, flags, err),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(u32, alarm)
		__field(s64, due_ns)
		__field(u64, interval_ns)
		__field(u32, flags)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->alarm = alarm;
		__entry->due_ns = due_ns;
		__entry->interval_ns = interval_ns;
		__entry->flags = flags;
		__entry->err = err;
	),
	TP_printk("ptp%d reader=%u alarm=%u due_ns=%lld interval_ns=%llu flags=0x%x err=%d",
		  __entry->index, __entry->reader, __entry->alarm, __entry->due_ns,
		  __entry->interval_ns, __entry->flags, __entry->err)
);

/*
 * An alarm has notified its owner, whose pid and comm these are; in the clock's
 * thread. due_ns is the last period that has gone by, overruns the periods before it
 * that are folded into this notification, lateness_ns in the clock's time; notify as
 * in struct ptp_alarm_config. Expirations are the sum of overruns + 1, and of n in
 * ptp_alarm_overrun.
 */
TRACE_EVENT(ptp_alarm_fire,
	TP_PROTO(int index, u32 reader, u32 alarm, s64 due_ns, s64 lateness_ns, u64 overruns,
		 u32 notify, int pid, const char *comm),
	TP_ARGS(index, reader, alarm, due_ns, lateness_ns, overruns, notify, pid, comm),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(u32, alarm)
		__field(s64, due_ns)
		__field(s64, lateness_ns)
		__field(u64, overruns)
		__field(u32, notify)
		__field(int, pid)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->alarm = alarm;
		__entry->due_ns = due_ns;
		__entry->lateness_ns = lateness_ns;
		__entry->overruns = overruns;
		__entry->notify = notify;
		__entry->pid = pid;
		memcpy(__entry->comm, comm, TASK_COMM_LEN);
	),
	TP_printk("ptp%d reader=%u alarm=%u due_ns=%lld lateness_ns=%lld overruns=%llu notify=%s pid=%d comm=%s",
		  __entry->index, __entry->reader, __entry->alarm, __entry->due_ns,
		  __entry->lateness_ns, __entry->overruns,
		  __print_symbolic(__entry->notify, { 0, "event" }, { 1, "signal" },
				   { 2, "eventfd" }, { 3, "none" }),
		  __entry->pid, __entry->comm)
);

/*
 * n expirations of an alarm, the last of them due at due_ns, without a notification
 * of their own, in the clock's thread. reason: 0 the signal before is still pending,
 * 1 no signal could be queued.
 */
TRACE_EVENT(ptp_alarm_overrun,
	TP_PROTO(int index, u32 reader, u32 alarm, s64 due_ns, u64 n, u32 reason),
	TP_ARGS(index, reader, alarm, due_ns, n, reason),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(u32, alarm)
		__field(s64, due_ns)
		__field(u64, n)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->alarm = alarm;
		__entry->due_ns = due_ns;
		__entry->n = n;
		__entry->reason = reason;
	),
	TP_printk("ptp%d reader=%u alarm=%u due_ns=%lld n=%llu reason=%s", __entry->index,
		  __entry->reader, __entry->alarm, __entry->due_ns, __entry->n,
		  __print_symbolic(__entry->reason, { 0, "pending" }, { 1, "no_room" }))
);

/*
 * An alarm is gone: 0 deleted, 1 its file was closed, 2 its clock was unregistered,
 * 3 the program that it was to signal has ended (exec or exit); or 4 it was disarmed.
 * fired and overruns are its life's totals. Context: whoever did it, the clock's
 * thread for 3.
 */
TRACE_EVENT(ptp_alarm_cancel,
	TP_PROTO(int index, u32 reader, u32 alarm, u64 fired, u64 overruns, u32 why),
	TP_ARGS(index, reader, alarm, fired, overruns, why),
	TP_STRUCT__entry(
		__field(int, index)
		__field(u32, reader)
		__field(u32, alarm)
		__field(u64, fired)
		__field(u64, overruns)
		__field(u32, why)
	),
	TP_fast_assign(
		__entry->index = index;
		__entry->reader = reader;
		__entry->alarm = alarm;
		__entry->fired = fired;
		__entry->overruns = overruns;
		__entry->why = why;
	),
	TP_printk("ptp%d reader=%u alarm=%u fired=%llu overruns=%llu why=%s", __entry->index,
		  __entry->reader, __entry->alarm, __entry->fired, __entry->overruns,
		  __print_symbolic(__entry->why, { 0, "deleted" }, { 1, "closed" },
				   { 2, "unregistered" }, { 3, "exec" }, { 4, "disarmed" }))
);

#endif /* _TRACE_PTP_H */

#include <trace/define_trace.h>
