// SPDX-License-Identifier: GPL-2.0
/*
 * Calls into clock drivers. Every callback that reads or changes a clock is made
 * here and nowhere else, so that each is counted always and traced on demand.
 *
 * Off, a tracepoint costs one jump over: the traced variant of a call, which
 * also reads the time around it, is a function of its own. It is the trace already:
 * ftrace need not look at it too, which saves it an instruction.
 */
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "private.h"

#include <trace/events/ptp.h>

const char *const ptp_op_names[PTP_N_OPS] = {
	[PTP_OP_GETTIME] = "gettime",
	[PTP_OP_GETTIMEX] = "gettimex",
	[PTP_OP_CROSSTSTAMP] = "crosststamp",
	[PTP_OP_SETTIME] = "settime",
	[PTP_OP_ADJTIME] = "adjtime",
	[PTP_OP_ADJFINE] = "adjfine",
	[PTP_OP_ADJPHASE] = "adjphase",
	[PTP_OP_VCLOCKS] = "vclocks",
	[PTP_OP_ENABLE] = "enable",
	[PTP_OP_IOCTL] = "ioctl",
	[PTP_OP_READ] = "read",
	[PTP_OP_OPEN] = "open",
	[PTP_OP_PPS] = "pps",
	[PTP_OP_AUX_WORK] = "aux_work",
	[PTP_OP_ALARM] = "alarm",
};

/* what drivers give is in range, or else nobody can help: no need to look */
static inline s64 plain_ns(const struct timespec64 *ts)
{
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

/* counted before it is made: less is to be kept across the driver's call */
static __always_inline int call_gettime(struct ptp_clock *ptp, struct timespec64 *ts)
{
	struct ptp_clock_info *info = ptp->info;
	int err;

	this_cpu_inc(ptp->counts->calls[PTP_OP_GETTIME]);
	if (info->gettimex64)
		err = info->gettimex64(info, ts, NULL);
	else
		err = info->gettime64(info, ts);
	if (unlikely(err))
		this_cpu_inc(ptp->counts->errors[PTP_OP_GETTIME]);
	return err;
}

/*
 * Is this reading to be compared with CLOCK_MONOTONIC? Once a tick at most: a comparison
 * costs as much as the reading, and who reads that often would pay for it each time.
 */
static __always_inline bool to_be_compared(struct ptp_clock *ptp)
{
	return trace_ptp_reading_enabled() && READ_ONCE(ptp->compared) != jiffies;
}

static u64 compare_begin(struct ptp_clock *ptp)
{
	WRITE_ONCE(ptp->compared, jiffies);
	return ktime_get_ns();
}

static void compare_end(struct ptp_clock *ptp, u64 from, s64 time, int err)
{
	if (!err)
		trace_ptp_reading(ptp->index, time, from, ktime_get_ns());
}

static noinline notrace int compared_gettime(struct ptp_clock *ptp, struct timespec64 *ts)
{
	u64 from = compare_begin(ptp);
	int err = call_gettime(ptp, ts);

	compare_end(ptp, from, plain_ns(ts), err);
	return err;
}

static noinline notrace int traced_gettime(struct ptp_clock *ptp, struct timespec64 *ts)
{
	u64 start = chs_watch_start();
	int err = to_be_compared(ptp) ? compared_gettime(ptp, ts) : call_gettime(ptp, ts);

	trace_ptp_gettime(ptp->index, err ? 0 : plain_ns(ts), chs_watch_ns(start), err);
	return err;
}

/**
 * ptp_op_gettimex_only() - ptp_op_gettime() of a clock whose driver has gettimex64
 * @clock: the clock
 * @ts: where to
 *
 * What clock_gettime() calls of most clocks: as short as the kernel's own, but for the
 * counters and the tracepoint.
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
notrace int ptp_op_gettimex_only(struct posix_clock *clock, struct timespec64 *ts)
{
	struct ptp_clock *ptp = ptp_of(clock);
	int err;

	if (trace_ptp_gettime_enabled())
		return traced_gettime(ptp, ts);
	this_cpu_inc(ptp->counts->calls[PTP_OP_GETTIME]);
	err = ptp->info->gettimex64(ptp->info, ts, NULL);
	if (unlikely(err))
		this_cpu_inc(ptp->counts->errors[PTP_OP_GETTIME]);
	return err;
}

/**
 * ptp_op_gettime() - read the clock
 * @clock: the clock, as the kernel's posix_clock code knows it: this is what it calls
 * @ts: where to
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_gettime(struct posix_clock *clock, struct timespec64 *ts)
{
	struct ptp_clock *ptp = ptp_of(clock);

	if (trace_ptp_gettime_enabled())
		return traced_gettime(ptp, ts);
	return call_gettime(ptp, ts);
}

/**
 * ptp_op_offsets() - read the clock and the system time, in turn
 * @ptp: the clock
 * @stamps: room for 2 * @n + 1 times: system, device, system, ... system
 * @n: how often to read the clock
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_offsets(struct ptp_clock *ptp, struct ptp_clock_time *stamps, unsigned int n)
{
	struct timespec64 ts;
	int err;

	for (; n; n--) {
		ktime_get_real_ts64(&ts);
		*stamps++ = ptp_time_from_ts(ts);
		err = call_gettime(ptp, &ts);
		if (err)
			return err;
		*stamps++ = ptp_time_from_ts(ts);
	}
	ktime_get_real_ts64(&ts);
	*stamps = ptp_time_from_ts(ts);
	return 0;
}

/* the first of a call, a width out of the range so far, or one across a second */
static noinline notrace void weigh_anew(struct ptp_samples *sum, u32 i,
					const struct ptp_system_timestamp *sts,
					const struct timespec64 *ts)
{
	s64 pre = plain_ns(&sts->pre_ts), width = plain_ns(&sts->post_ts) - pre;
	u32 before = i - sum->odd;

	if (width < 0) {
		sum->odd++;
	} else if (!before || width < sum->min) {
		if (before) {
			sum->above += (sum->min - width) * before;
			sum->range += sum->min - width;
		}
		sum->min = width;
		sum->best_ns = plain_ns(ts);
		sum->best_pre_ns = pre;
	} else {
		sum->above += width - sum->min;
		sum->range = max_t(u64, sum->range, width - sum->min);
	}
}

/*
 * Sample i into the sum. Every instruction counts here, up to 25 times a call: most
 * widths lie between the shortest and the longest so far, and are added at once. A
 * second more between the two times does not show in their ns, but no device takes that
 * long to be read.
 */
static __always_inline void weigh(struct ptp_samples *sum, u32 i,
				  const struct ptp_system_timestamp *sts,
				  const struct timespec64 *ts)
{
	u64 above = sts->post_ts.tv_nsec - sts->pre_ts.tv_nsec - sum->min;

	if (likely(above <= sum->range))
		sum->above += above;
	else
		weigh_anew(sum, i, sts, ts);
}

static noinline notrace void trace_sample(struct ptp_clock *ptp,
					  const struct ptp_system_timestamp *sts,
					  const struct timespec64 *ts, u64 duration, int err)
{
	s64 pre = 0, width = 0;

	if (!err) {
		pre = plain_ns(&sts->pre_ts);
		width = plain_ns(&sts->post_ts) - pre;
	}
	trace_ptp_gettimex(ptp->index, sts->clockid, err ? 0 : plain_ns(ts), pre, width, duration,
			   err);
}

/* one reading of the clock among several, with all that may be wanted of each */
static noinline notrace int call_each(struct ptp_clock *ptp, struct timespec64 *ts,
				      struct ptp_system_timestamp *sts, bool extended,
				      u64 *duration)
{
	u64 start = chs_watch_start(), from = 0;
	int err;

	if (to_be_compared(ptp))
		from = compare_begin(ptp);
	err = extended ? ptp->info->gettimex64(ptp->info, ts, sts) : call_gettime(ptp, ts);
	if (from)
		compare_end(ptp, from, plain_ns(ts), err);
	*duration = chs_watch_ns(start);
	return err;
}

static __always_inline int offsets_traced(struct ptp_clock *ptp, struct ptp_clock_time *stamps,
					  unsigned int n, struct ptp_samples *sum, bool each)
{
	struct ptp_system_timestamp sts = { .clockid = CLOCK_REALTIME };
	struct timespec64 ts;
	u64 duration = 0;
	unsigned int i;
	int err = 0;

	ktime_get_real_ts64(&sts.pre_ts);
	*stamps++ = ptp_time_from_ts(sts.pre_ts);
	for (i = 0; i < n; i++) {
		err = each ? call_each(ptp, &ts, &sts, false, &duration) : call_gettime(ptp, &ts);
		if (each && err)
			trace_sample(ptp, &sts, &ts, duration, err);
		if (err) {
			sum->odd++;
			i++;
			break;
		}
		*stamps++ = ptp_time_from_ts(ts);
		ktime_get_real_ts64(&sts.post_ts);
		*stamps++ = ptp_time_from_ts(sts.post_ts);
		weigh(sum, i, &sts, &ts);
		if (each)
			trace_sample(ptp, &sts, &ts, duration, 0);
		sts.pre_ts = sts.post_ts;
	}
	sum->n = i;
	sum->err = err;
	return err;
}

static noinline notrace int offsets_each(struct ptp_clock *ptp, struct ptp_clock_time *stamps,
					 unsigned int n, struct ptp_samples *sum)
{
	return offsets_traced(ptp, stamps, n, sum, true);
}

/**
 * ptp_op_offsets_traced() - the same, for a call that is traced
 * @ptp: the clock
 * @stamps: as above
 * @n: as above
 * @sum: all zero; what the trace of the call shows of the samples
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int notrace ptp_op_offsets_traced(struct ptp_clock *ptp, struct ptp_clock_time *stamps,
				  unsigned int n, struct ptp_samples *sum)
{
	sum->clockid = CLOCK_REALTIME;
	return trace_ptp_gettimex_enabled() || to_be_compared(ptp)
		       ? offsets_each(ptp, stamps, n, sum)
		       : offsets_traced(ptp, stamps, n, sum, false);
}

static inline void put_sample(ptp_sample stamps, const struct ptp_system_timestamp *sts,
			      const struct timespec64 *ts)
{
	stamps[0] = ptp_time_from_ts(sts->pre_ts);
	stamps[1] = ptp_time_from_ts(*ts);
	stamps[2] = ptp_time_from_ts(sts->post_ts);
}

/**
 * ptp_op_gettimex() - read the clock and the system time around it, several times
 * @ptp: a clock whose driver has gettimex64
 * @clockid: which system time
 * @samples: where to: system time before, device time, system time after
 * @n: how many
 *
 * Counted once for all, and without a call for each: what remains is the driver's.
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_gettimex(struct ptp_clock *ptp, clockid_t clockid, ptp_sample *samples, unsigned int n)
{
	struct ptp_clock_info *info = ptp->info;
	/* zeros from a driver that forgets to take them */
	struct ptp_system_timestamp sts = { .clockid = clockid };
	struct timespec64 ts;
	unsigned int i;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		err = info->gettimex64(info, &ts, &sts);
		put_sample(*samples++, &sts, &ts);
	}
	this_cpu_add(ptp->counts->calls[PTP_OP_GETTIMEX], i);
	if (unlikely(err))
		this_cpu_inc(ptp->counts->errors[PTP_OP_GETTIMEX]);
	return err;
}

static __always_inline int gettimex_traced(struct ptp_clock *ptp, clockid_t clockid,
					   ptp_sample *samples, unsigned int n,
					   struct ptp_samples *sum, bool each)
{
	struct ptp_clock_info *info = ptp->info;
	struct ptp_system_timestamp sts = { .clockid = clockid };
	struct timespec64 ts;
	u64 duration = 0;
	unsigned int i;
	int err = 0;

	for (i = 0; i < n; i++) {
		err = each ? call_each(ptp, &ts, &sts, true, &duration)
			   : info->gettimex64(info, &ts, &sts);
		if (each)
			trace_sample(ptp, &sts, &ts, duration, err);
		if (unlikely(err)) {
			sum->odd++;
			i++;
			break;
		}
		put_sample(*samples++, &sts, &ts);
		weigh(sum, i, &sts, &ts);
	}
	sum->n = i;
	sum->err = err;
	this_cpu_add(ptp->counts->calls[PTP_OP_GETTIMEX], i);
	if (unlikely(err))
		this_cpu_inc(ptp->counts->errors[PTP_OP_GETTIMEX]);
	return err;
}

static noinline notrace int gettimex_each(struct ptp_clock *ptp, clockid_t clockid,
					  ptp_sample *samples, unsigned int n,
					  struct ptp_samples *sum)
{
	return gettimex_traced(ptp, clockid, samples, n, sum, true);
}

/**
 * ptp_op_gettimex_traced() - the same, for a call that is traced
 * @ptp: as above
 * @clockid: as above
 * @samples: as above
 * @n: as above
 * @sum: all zero; what the trace of the call shows of the samples
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int notrace ptp_op_gettimex_traced(struct ptp_clock *ptp, clockid_t clockid, ptp_sample *samples,
				   unsigned int n, struct ptp_samples *sum)
{
	sum->clockid = clockid;
	return trace_ptp_gettimex_enabled() || to_be_compared(ptp)
		       ? gettimex_each(ptp, clockid, samples, n, sum)
		       : gettimex_traced(ptp, clockid, samples, n, sum, false);
}

static inline int call_crosststamp(struct ptp_clock *ptp, struct system_device_crosststamp *xts)
{
	int err = ptp->info->getcrosststamp(ptp->info, xts);

	ptp_count(ptp, PTP_OP_CROSSTSTAMP, err);
	return err;
}

static noinline notrace int compared_crosststamp(struct ptp_clock *ptp,
						 struct system_device_crosststamp *xts)
{
	u64 from = compare_begin(ptp);
	int err = call_crosststamp(ptp, xts);

	compare_end(ptp, from, ktime_to_ns(xts->device), err);
	return err;
}

static noinline notrace int traced_crosststamp(struct ptp_clock *ptp,
					       struct system_device_crosststamp *xts)
{
	u64 start = chs_watch_start();
	int err = to_be_compared(ptp) ? compared_crosststamp(ptp, xts) : call_crosststamp(ptp, xts);
	u64 duration = chs_watch_ns(start);

	trace_ptp_crosststamp(ptp->index, err ? 0 : ktime_to_ns(xts->device),
			      err ? 0 : ktime_to_ns(xts->sys_realtime),
			      err ? 0 : ktime_to_ns(xts->sys_monoraw), duration, err);
	return err;
}

/**
 * ptp_op_crosststamp() - device and system time of one instant
 * @ptp: a clock whose driver has getcrosststamp
 * @xts: where to
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_crosststamp(struct ptp_clock *ptp, struct system_device_crosststamp *xts)
{
	if (trace_ptp_crosststamp_enabled())
		return traced_crosststamp(ptp, xts);
	return call_crosststamp(ptp, xts);
}

/**
 * ptp_op_getcyclesx() - read the free-running counter and the system time around it
 * @ptp: a clock whose driver has getcyclesx64
 * @clockid: which system time
 * @samples: where to: system time before, counter, system time after
 * @n: how many
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_getcyclesx(struct ptp_clock *ptp, clockid_t clockid, ptp_sample *samples, unsigned int n)
{
	struct ptp_system_timestamp sts = { .clockid = clockid };
	struct timespec64 ts;
	int err = 0;

	for (; n && !err; n--) {
		err = ptp->info->getcyclesx64(ptp->info, &ts, &sts);
		put_sample(*samples++, &sts, &ts);
	}
	return err;
}

/**
 * ptp_op_crosscycles() - free-running counter and system time of one instant
 * @ptp: a clock whose driver has getcrosscycles
 * @xts: where to
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_crosscycles(struct ptp_clock *ptp, struct system_device_crosststamp *xts)
{
	return ptp->info->getcrosscycles(ptp->info, xts);
}

/**
 * ptp_op_counter() - read what virtual clocks count by
 * @ptp: the physical clock: its free-running counter, or its time if it has none
 * @ts: where to
 * @sts: names the system clock, receives its time before and after, or NULL
 *
 * Not counted: whoever reads a virtual clock is counted there.
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_counter(struct ptp_clock *ptp, struct timespec64 *ts, struct ptp_system_timestamp *sts)
{
	struct ptp_clock_info *info = ptp->info;

	if (info->getcyclesx64)
		return info->getcyclesx64(info, ts, sts);
	if (info->getcycles64)
		return info->getcycles64(info, ts);
	if (info->gettimex64)
		return info->gettimex64(info, ts, sts);
	return info->gettime64(info, ts);
}

/**
 * ptp_op_crosscounter() - the same and system time of one instant
 * @ptp: a physical clock whose driver has getcrosscycles, or getcrosststamp and no
 *	free-running counter
 * @xts: where to
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_crosscounter(struct ptp_clock *ptp, struct system_device_crosststamp *xts)
{
	struct ptp_clock_info *info = ptp->info;

	return ptp->has_cycles ? info->getcrosscycles(info, xts) : info->getcrosststamp(info, xts);
}

/* servos steer several times a second: the time is the last tick's, which costs a third */
static __always_inline void note_change(struct ptp_clock *ptp, enum ptp_op op, s64 old_value,
					s64 new_value)
{
	struct ptp_change *change = &ptp->last_change[op - PTP_OP_SETTIME];

	lockdep_assert_held(&ptp->steer_mutex);
	ktime_get_coarse_real_ts64(&change->when);
	change->pid = task_tgid_nr(current);
	memcpy(change->comm, current->comm, sizeof(change->comm));
	change->old_value = old_value;
	change->new_value = new_value;
}

/**
 * ptp_op_settime() - set the clock
 * @ptp: the clock
 * @ts: the new time
 * @refusal: negative errno if the class refuses, or 0
 *
 * Reads the clock first: a step whose size nobody knows cannot be explained.
 *
 * Context: process context, may sleep.
 * Return: @refusal, -EOPNOTSUPP for a clock that cannot be set, or the driver's answer.
 */
int ptp_op_settime(struct ptp_clock *ptp, const struct timespec64 *ts, int refusal)
{
	struct ptp_clock_info *info = ptp->info;
	int err = refusal ?: -EOPNOTSUPP;
	s64 old_ns = 0, new_ns = timespec64_to_ns(ts);
	bool held = ptp_alarm_step_begin(ptp), readable;
	struct timespec64 old;
	u64 start;

	readable = !(info->gettimex64 ? info->gettimex64(info, &old, NULL)
				      : info->gettime64(info, &old));
	if (readable)
		old_ns = timespec64_to_ns(&old);
	start = ktime_get_ns();
	if (!refusal && info->settime64)
		err = info->settime64(info, ts);
	ptp_count(ptp, PTP_OP_SETTIME, err);
	trace_ptp_settime(ptp->index, old_ns, new_ns, ktime_get_ns() - start, err);
	ptp_alarm_step_end(ptp, held, err, NULL, old_ns, readable ? start : 0);
	if (!err)
		note_change(ptp, PTP_OP_SETTIME, old_ns, new_ns);
	return err;
}

/**
 * ptp_op_adjtime() - shift the clock
 * @ptp: the clock
 * @now_ns: what it shows, for the record
 * @delta_ns: by how much
 * @refusal: negative errno if the class refuses, or 0
 *
 * Context: process context, may sleep.
 * Return: @refusal, -EOPNOTSUPP for a clock that cannot be shifted, or the driver's answer.
 */
int ptp_op_adjtime(struct ptp_clock *ptp, s64 now_ns, s64 delta_ns, int refusal)
{
	bool held = ptp_alarm_step_begin(ptp);
	u64 start = trace_ptp_adjtime_enabled() ? chs_watch_start() : 0;
	int err = refusal ?: -EOPNOTSUPP;

	if (!refusal && ptp->info->adjtime)
		err = ptp->info->adjtime(ptp->info, delta_ns);
	ptp_count(ptp, PTP_OP_ADJTIME, err);
	if (trace_ptp_adjtime_enabled())
		trace_ptp_adjtime(ptp->index, delta_ns, start ? chs_watch_ns(start) : 0, err);
	ptp_alarm_step_end(ptp, held, err, &delta_ns, 0, 0);
	if (!err)
		note_change(ptp, PTP_OP_ADJTIME, now_ns, now_ns + delta_ns);
	return err;
}

static inline int call_adjfine(struct ptp_clock *ptp, long scaled_ppm, int refusal)
{
	int err = refusal ?: -EOPNOTSUPP;

	if (!refusal && ptp->info->adjfine)
		err = ptp->info->adjfine(ptp->info, scaled_ppm);
	if (!err)
		WRITE_ONCE(ptp->dialed_frequency, scaled_ppm);
	ptp_count(ptp, PTP_OP_ADJFINE, err);
	return err;
}

static noinline notrace int traced_adjfine(struct ptp_clock *ptp, long scaled_ppm, int refusal)
{
	long old = READ_ONCE(ptp->dialed_frequency);
	u64 start = chs_watch_start();
	int err = call_adjfine(ptp, scaled_ppm, refusal);

	trace_ptp_adjfine(ptp->index, old, scaled_ppm, chs_watch_ns(start), err);
	return err;
}

/**
 * ptp_op_adjfine() - set the frequency offset
 * @ptp: the clock
 * @scaled_ppm: ppm << 16, within max_adj unless refused
 * @refusal: negative errno if the class refuses, or 0
 *
 * Context: process context, may sleep.
 * Return: @refusal, -EOPNOTSUPP for a clock that cannot be steered, or the driver's answer.
 */
int ptp_op_adjfine(struct ptp_clock *ptp, long scaled_ppm, int refusal)
{
	long old = ptp->dialed_frequency;
	int err;

	if (trace_ptp_adjfine_enabled())
		err = traced_adjfine(ptp, scaled_ppm, refusal);
	else
		err = call_adjfine(ptp, scaled_ppm, refusal);
	if (!err) {
		note_change(ptp, PTP_OP_ADJFINE, old, scaled_ppm);
		ptp_alarm_rate_changed(ptp);
	}
	return err;
}

/**
 * ptp_op_adjphase() - hand a phase offset to the device's own servo
 * @ptp: the clock
 * @offset_ns: within getmaxphase() unless refused
 * @refusal: negative errno if the class refuses, or 0
 *
 * Context: process context, may sleep.
 * Return: @refusal, -EOPNOTSUPP for a device without a servo, or the driver's answer.
 */
int ptp_op_adjphase(struct ptp_clock *ptp, s64 offset_ns, int refusal)
{
	u64 start = trace_ptp_adjphase_enabled() ? chs_watch_start() : 0;
	int err = refusal ?: -EOPNOTSUPP;

	if (!refusal && ptp->info->adjphase)
		err = ptp->info->adjphase(ptp->info, offset_ns);
	ptp_count(ptp, PTP_OP_ADJPHASE, err);
	if (trace_ptp_adjphase_enabled())
		trace_ptp_adjphase(ptp->index, offset_ns, start ? chs_watch_ns(start) : 0, err);
	if (!err) {
		note_change(ptp, PTP_OP_ADJPHASE, 0, offset_ns);
		ptp_alarm_rate_changed(ptp);
	}
	return err;
}

/**
 * ptp_vclocks_changed() - count and trace that the number of virtual clocks was to change
 * @ptp: the physical clock
 * @old: how many there were
 * @new: how many there are
 * @err: why they are not as many as they should be, or 0
 *
 * Context: process context; vclock_mutex held.
 */
void ptp_vclocks_changed(struct ptp_clock *ptp, u32 old, u32 new, int err)
{
	ptp_count(ptp, PTP_OP_VCLOCKS, err);
	trace_ptp_vclocks(ptp->index, old, new, err);
	if (old == new)
		return;
	mutex_lock(&ptp->steer_mutex);
	note_change(ptp, PTP_OP_VCLOCKS, old, new);
	mutex_unlock(&ptp->steer_mutex);
}

/**
 * ptp_op_enable() - have the driver carry out a request
 * @ptp: the clock
 * @request: the request
 * @on: 1 to switch on, 0 to switch off
 *
 * Context: process context, may sleep; pin_mutex held.
 * Return: 0, -EOPNOTSUPP for a driver without enable(), or the driver's error.
 */
int ptp_op_enable(struct ptp_clock *ptp, struct ptp_clock_request *request, int on)
{
	u64 start = trace_ptp_enable_enabled() ? chs_watch_start() : 0;
	u32 channel = 0, flags = 0;
	int err = -EOPNOTSUPP;

	lockdep_assert_held(&ptp->pin_mutex);

	if (ptp->info->enable)
		err = ptp->info->enable(ptp->info, request, on);
	ptp_count(ptp, PTP_OP_ENABLE, err);
	if (!trace_ptp_enable_enabled())
		return err;

	if (request->type == PTP_CLK_REQ_EXTTS) {
		channel = request->extts.index;
		flags = request->extts.flags;
	} else if (request->type == PTP_CLK_REQ_PEROUT) {
		channel = request->perout.index;
		flags = request->perout.flags;
	}
	trace_ptp_enable(ptp->index, request->type, channel, on, flags,
			 start ? chs_watch_ns(start) : 0, err);
	return err;
}

/**
 * ptp_op_alarm() - set one of the device's own alarms
 * @ptp: a clock whose driver has alarm()
 * @index: which
 * @when: to what time of the clock, or NULL for off
 *
 * Context: process context, may sleep.
 * Return: 0 or the driver's error.
 */
int ptp_op_alarm(struct ptp_clock *ptp, unsigned int index, const struct timespec64 *when)
{
	int err = ptp->info->alarm(ptp->info, index, when);

	ptp_count(ptp, PTP_OP_ALARM, err);
	return err;
}
