// SPDX-License-Identifier: GPL-2.0
/*
 * The character device: open, ioctl, read, poll.
 *
 * Numbers, structures, errors and the order of checks are mainline's. The calls
 * come through the kernel's posix_clock code, which holds its rwsem for read
 * around each and gives -ENODEV once the clock is unregistered.
 */
#include <linux/capability.h>
#include <linux/compat.h>
#include <linux/nospec.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>
#include <uapi/linux/chs_ptp.h>

#include "private.h"

#include <trace/events/ptp.h>

/*
 * Large answers are put together on the stack and only the part that was asked
 * for is copied; the kernel's zeroing of automatic variables would cost more
 * than the rest of the call. Every byte that is copied is written before.
 */
#define NOT_ZEROED __attribute__((__uninitialized__))

int ptp_open(struct posix_clock_context *context, fmode_t mode)
{
	struct ptp_clock *ptp = ptp_of(context->clk);
	struct ptp_reader *reader;
	int err = 0;

	reader = ptp_reader_create(ptp, mode & (FMODE_READ | FMODE_WRITE), false);
	if (IS_ERR(reader)) {
		err = PTR_ERR(reader);
	} else {
		context->private_clkdata = reader;
		ptp_holder_opened(reader, context->fp);
		ptp_debugfs_add_reader(reader);
	}
	ptp_count(ptp, PTP_OP_OPEN, err);
	trace_ptp_open(ptp->index, err ? 0 : reader->id,
		       (__force u32)(mode & (FMODE_READ | FMODE_WRITE)), err);
	return err;
}

/* Comes after unregister too: must not touch ptp->info. */
int ptp_release(struct posix_clock_context *context)
{
	struct ptp_reader *reader = context->private_clkdata;

	if (!reader)
		return 0;
	context->private_clkdata = NULL;
	ptp_alarm_close(reader);
	ptp_debugfs_remove_reader(reader);
	trace_ptp_release(reader->clock->index, reader->id, reader->delivered, reader->dropped);
	ptp_reader_destroy(reader);
	return 0;
}

static bool may_write(const struct posix_clock_context *context)
{
	return context->fp->f_mode & FMODE_WRITE;
}

static long get_caps(struct ptp_clock *ptp, void __user *arg)
{
	const struct ptp_clock_info *info = ptp->info;
	bool phase = info->adjphase && info->getmaxphase;
	struct ptp_clock_caps caps = {
		.max_adj = info->max_adj,
		.n_alarm = info->n_alarm,
		.n_ext_ts = info->n_ext_ts,
		.n_per_out = info->n_per_out,
		.pps = info->pps,
		.n_pins = info->n_pins,
		.cross_timestamping = !!info->getcrosststamp,
		.adjust_phase = phase,
		.max_phase_adj = phase ? info->getmaxphase(ptp->info) : 0,
	};

	return copy_to_user(arg, &caps, sizeof(caps)) ? -EFAULT : 0;
}

/*
 * Edges are hints in version 1. Version 2 is strict always: an edge that the
 * hardware cannot time stamp must be refused.
 */
static long extts_request(struct ptp_clock *ptp, bool strict, const void __user *arg)
{
	struct ptp_clock_request request = { .type = PTP_CLK_REQ_EXTTS };
	struct ptp_extts_request *extts = &request.extts;

	if (copy_from_user(extts, arg, sizeof(*extts)))
		return -EFAULT;
	if (strict) {
		extts->flags |= PTP_STRICT_FLAGS;
		if (extts->flags & ~PTP_EXTTS_VALID_FLAGS || extts->rsv[0] || extts->rsv[1])
			return -EINVAL;
		if (extts->flags & PTP_ENABLE_FEATURE && !(extts->flags & PTP_EXTTS_EDGES))
			return -EINVAL;
	} else {
		extts->flags &= PTP_EXTTS_V1_VALID_FLAGS;
		memset(extts->rsv, 0, sizeof(extts->rsv));
	}
	if (extts->index >= ptp->info->n_ext_ts)
		return -EINVAL;
	if (ptp->class_checks_flags) {
		u32 supported = ptp->info->supported_extts_flags | PTP_ENABLE_FEATURE;

		if (!(supported & PTP_STRICT_FLAGS))
			supported |= PTP_EXTTS_EDGES;
		if (extts->flags & ~supported)
			return -EOPNOTSUPP;
	}
	return ptp_request_enable(ptp, &request, !!(extts->flags & PTP_ENABLE_FEATURE));
}

static bool time_exceeds(const struct ptp_clock_time *a, const struct ptp_clock_time *b)
{
	return a->sec > b->sec || (a->sec == b->sec && a->nsec > b->nsec);
}

static long perout_request(struct ptp_clock *ptp, bool with_flags, const void __user *arg)
{
	struct ptp_clock_request request = { .type = PTP_CLK_REQ_PEROUT };
	struct ptp_perout_request *perout = &request.perout;

	if (copy_from_user(perout, arg, sizeof(*perout)))
		return -EFAULT;
	if (with_flags) {
		if (perout->flags & ~PTP_PEROUT_VALID_FLAGS)
			return -EINVAL;
		if (perout->flags & PTP_PEROUT_DUTY_CYCLE) {
			if (time_exceeds(&perout->on, &perout->period))
				return -ERANGE;
		} else if (memchr_inv(perout->rsv, 0, sizeof(perout->rsv))) {
			return -EINVAL;
		}
		/* a phase is below the period; so is no phase of a period of 0 */
		if (perout->flags & PTP_PEROUT_PHASE &&
		    !time_exceeds(&perout->period, &perout->phase))
			return -ERANGE;
	} else {
		perout->flags = 0;
		memset(perout->rsv, 0, sizeof(perout->rsv));
	}
	if (perout->index >= ptp->info->n_per_out)
		return -EINVAL;
	if (ptp->class_checks_flags && perout->flags & ~ptp->info->supported_perout_flags)
		return -EOPNOTSUPP;
	return ptp_request_enable(ptp, &request, perout->period.sec || perout->period.nsec);
}

static long enable_pps(struct ptp_clock *ptp, unsigned long on)
{
	struct ptp_clock_request request = { .type = PTP_CLK_REQ_PPS };

	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	return ptp_request_enable(ptp, &request, !!on);
}

/* @sum: only for a call that is traced, else NULL */
static __always_inline long read_offsets(struct ptp_clock *ptp, struct ptp_sys_offset __user *arg,
					 struct ptp_samples *sum)
{
	struct ptp_clock_time stamps[2 * PTP_MAX_SAMPLES + 1] NOT_ZEROED;
	unsigned int n_samples;
	long err;

	if (get_user(n_samples, &arg->n_samples))
		return -EFAULT;
	if (n_samples > PTP_MAX_SAMPLES)
		return -EINVAL;
	err = sum ? ptp_op_offsets_traced(ptp, stamps, n_samples, sum)
		  : ptp_op_offsets(ptp, stamps, n_samples);
	if (err)
		return err;
	if (copy_to_user(arg->ts, stamps, (2 * n_samples + 1) * sizeof(stamps[0])))
		return -EFAULT;
	return 0;
}

static noinline_for_stack long sys_offset(struct ptp_clock *ptp, void __user *arg)
{
	return read_offsets(ptp, arg, NULL);
}

static noinline_for_stack long sys_offset_traced(struct ptp_clock *ptp, void __user *arg,
						 struct ptp_samples *sum)
{
	return read_offsets(ptp, arg, sum);
}

static __always_inline long sys_offset_extended(
	struct ptp_clock *ptp, struct ptp_sys_offset_extended __user *arg,
	int (*read)(struct ptp_clock *ptp, clockid_t clockid, ptp_sample *samples, unsigned int n),
	struct ptp_samples *sum)
{
	const size_t head_size = offsetof(struct ptp_sys_offset_extended, ts);
	ptp_sample samples[PTP_MAX_SAMPLES] NOT_ZEROED;
	struct {
		unsigned int n_samples;
		__kernel_clockid_t clockid;
		unsigned int rsv[2];
	} head;
	long err;

	BUILD_BUG_ON(sizeof(head) != offsetof(struct ptp_sys_offset_extended, ts));

	if (copy_from_user(&head, arg, head_size))
		return -EFAULT;
	if (head.n_samples > PTP_MAX_SAMPLES || head.rsv[0] || head.rsv[1])
		return -EINVAL;
	switch (head.clockid) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
		break;
	default:
		return -EINVAL;
	}
	err = sum ? ptp_op_gettimex_traced(ptp, head.clockid, samples, head.n_samples, sum)
		  : read(ptp, head.clockid, samples, head.n_samples);
	if (err)
		return err;
	if (copy_to_user(arg->ts, samples, head.n_samples * sizeof(samples[0])))
		return -EFAULT;
	return 0;
}

static noinline_for_stack long extended_time(struct ptp_clock *ptp, void __user *arg)
{
	return sys_offset_extended(ptp, arg, ptp_op_gettimex, NULL);
}

static noinline_for_stack long extended_time_traced(struct ptp_clock *ptp, void __user *arg,
						    struct ptp_samples *sum)
{
	return sys_offset_extended(ptp, arg, NULL, sum);
}

static noinline_for_stack long extended_cycles(struct ptp_clock *ptp, void __user *arg)
{
	return sys_offset_extended(ptp, arg, ptp_op_getcyclesx, NULL);
}

static __always_inline long
sys_offset_precise(struct ptp_clock *ptp, void __user *arg,
		   int (*cross)(struct ptp_clock *ptp, struct system_device_crosststamp *xts))
{
	struct system_device_crosststamp xts = {};
	struct ptp_sys_offset_precise answer = {};
	long err = cross(ptp, &xts);

	if (err)
		return err;
	answer.device = ptp_time_from_ts(ktime_to_timespec64(xts.device));
	answer.sys_realtime = ptp_time_from_ts(ktime_to_timespec64(xts.sys_realtime));
	answer.sys_monoraw = ptp_time_from_ts(ktime_to_timespec64(xts.sys_monoraw));
	return copy_to_user(arg, &answer, sizeof(answer)) ? -EFAULT : 0;
}

/* Reserved words are ignored in version 1, must be zero in version 2. */
static long copy_pin_request(struct ptp_clock *ptp, bool strict, const void __user *arg,
			     struct ptp_pin_desc *pin)
{
	if (copy_from_user(pin, arg, sizeof(*pin)))
		return -EFAULT;
	if (strict && memchr_inv(pin->rsv, 0, sizeof(pin->rsv)))
		return -EINVAL;
	memset(pin->rsv, 0, sizeof(pin->rsv));
	if (pin->index >= ptp->info->n_pins)
		return -EINVAL;
	pin->index = array_index_nospec(pin->index, ptp->info->n_pins);
	return 0;
}

static long get_pin(struct ptp_clock *ptp, bool strict, void __user *arg)
{
	struct ptp_pin_desc pin;
	long err;

	err = copy_pin_request(ptp, strict, arg, &pin);
	if (err)
		return err;
	if (mutex_lock_interruptible(&ptp->pin_mutex))
		return -ERESTARTSYS;
	pin = ptp->info->pin_config[pin.index];
	mutex_unlock(&ptp->pin_mutex);
	return copy_to_user(arg, &pin, sizeof(pin)) ? -EFAULT : 0;
}

static long set_pin(struct ptp_clock *ptp, bool strict, const void __user *arg)
{
	struct ptp_pin_desc pin;
	long err;

	err = copy_pin_request(ptp, strict, arg, &pin);
	if (err)
		return err;
	if (mutex_lock_interruptible(&ptp->pin_mutex))
		return -ERESTARTSYS;
	err = ptp_set_pin(ptp, pin.index, pin.func, pin.chan);
	mutex_unlock(&ptp->pin_mutex);
	return err;
}

static long mask_one(struct ptp_reader *reader, const unsigned int __user *arg)
{
	unsigned int channel;

	if (get_user(channel, arg))
		return -EFAULT;
	/* EFAULT, not EINVAL: so it has been since 6.7, and it is ABI */
	if (channel >= PTP_MAX_CHANNELS)
		return -EFAULT;
	ptp_reader_mask(reader, channel);
	return 0;
}

/* one record a call, whatever n is: what a servo reads 25 times must not cost it 25 times */
static noinline long traced_samples(struct ptp_clock *ptp, unsigned int cmd, void __user *user)
{
	struct ptp_samples sum = {};
	u64 start = chs_watch_start(), ns;
	long err;

	if (_IOC_NR(cmd) == _IOC_NR(PTP_SYS_OFFSET) || _IOC_NR(cmd) == _IOC_NR(PTP_SYS_OFFSET2))
		err = sys_offset_traced(ptp, user, &sum);
	else
		err = ptp->info->gettimex64 ? extended_time_traced(ptp, user, &sum) : -EOPNOTSUPP;
	ns = chs_watch_ns(start);
	trace_ptp_sys_offset(ptp->index, cmd, sum.clockid, sum.n, sum.err, sum.min,
			     sum.min + sum.range, sum.min * (sum.n - sum.odd) + sum.above,
			     sum.best_ns, sum.best_pre_ns, ns, ptp_user_err(err));
	return err;
}

static __always_inline bool samples_are_traced(void)
{
	return trace_ptp_sys_offset_enabled() || trace_ptp_gettimex_enabled();
}

static long do_ioctl(struct posix_clock_context *context, unsigned int cmd, unsigned long arg)
{
	struct ptp_clock *ptp = ptp_of(context->clk);
	struct ptp_reader *reader = context->private_clkdata;
	struct ptp_clock_info *info = ptp->info;
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case PTP_SYS_OFFSET_EXTENDED:
	case PTP_SYS_OFFSET_EXTENDED2:
		if (samples_are_traced())
			return traced_samples(ptp, cmd, user);
		return info->gettimex64 ? extended_time(ptp, user) : -EOPNOTSUPP;
	case PTP_SYS_OFFSET_PRECISE:
	case PTP_SYS_OFFSET_PRECISE2:
		return info->getcrosststamp ? sys_offset_precise(ptp, user, ptp_op_crosststamp) :
					      -EOPNOTSUPP;
	case PTP_SYS_OFFSET:
	case PTP_SYS_OFFSET2:
		if (samples_are_traced())
			return traced_samples(ptp, cmd, user);
		return sys_offset(ptp, user);
	case PTP_CLOCK_GETCAPS:
	case PTP_CLOCK_GETCAPS2:
		return get_caps(ptp, user);
	case PTP_EXTTS_REQUEST:
	case PTP_EXTTS_REQUEST2:
		return may_write(context) ? extts_request(ptp, cmd == PTP_EXTTS_REQUEST2, user) :
					    -EACCES;
	case PTP_PEROUT_REQUEST:
	case PTP_PEROUT_REQUEST2:
		return may_write(context) ? perout_request(ptp, cmd == PTP_PEROUT_REQUEST2, user) :
					    -EACCES;
	case PTP_ENABLE_PPS:
	case PTP_ENABLE_PPS2:
		return may_write(context) ? enable_pps(ptp, arg) : -EACCES;
	case PTP_PIN_GETFUNC:
	case PTP_PIN_GETFUNC2:
		return get_pin(ptp, cmd == PTP_PIN_GETFUNC2, user);
	case PTP_PIN_SETFUNC:
	case PTP_PIN_SETFUNC2:
		return may_write(context) ? set_pin(ptp, cmd == PTP_PIN_SETFUNC2, user) : -EACCES;
	case PTP_MASK_CLEAR_ALL:
		ptp_reader_mask(reader, -1);
		return 0;
	case PTP_MASK_EN_SINGLE:
		return mask_one(reader, user);
	case PTP_SYS_OFFSET_PRECISE_CYCLES:
		return ptp->has_cycles && info->getcrosscycles ?
			       sys_offset_precise(ptp, user, ptp_op_crosscycles) : -EOPNOTSUPP;
	case PTP_SYS_OFFSET_EXTENDED_CYCLES:
		return ptp->has_cycles && info->getcyclesx64 ? extended_cycles(ptp, user) :
							       -EOPNOTSUPP;
	case PTP_ALARM_CREATE:
		return ptp_alarm_create(reader, user);
	case PTP_ALARM_SETTIME:
		return ptp_alarm_settime(reader, user);
	case PTP_ALARM_GETTIME:
		return ptp_alarm_gettime(reader, user);
	case PTP_ALARM_STATUS:
		return ptp_alarm_status(reader, user);
	case PTP_ALARM_DELETE:
		return ptp_alarm_delete(reader, user);
	default:
		return -ENOTTY;
	}
}

static noinline long traced_ioctl(struct posix_clock_context *context, unsigned int cmd,
				  unsigned long arg)
{
	struct ptp_clock *ptp = ptp_of(context->clk);
	u64 start;
	long err;

	switch (cmd) {
	case PTP_SYS_OFFSET:
	case PTP_SYS_OFFSET2:
	case PTP_SYS_OFFSET_EXTENDED:
	case PTP_SYS_OFFSET_EXTENDED2:
		/* they have a record of their own */
		return traced_samples(ptp, cmd, (void __user *)arg);
	}
	start = chs_watch_start();
	err = do_ioctl(context, cmd, arg);
	trace_ptp_ioctl(ptp->index, cmd, chs_watch_ns(start), ptp_user_err(err));
	return err;
}

long ptp_ioctl(struct posix_clock_context *context, unsigned int cmd, unsigned long arg)
{
	long err;

	/* the argument of ENABLE_PPS is a value, not an address */
	if (in_compat_syscall() && cmd != PTP_ENABLE_PPS && cmd != PTP_ENABLE_PPS2)
		arg = (unsigned long)compat_ptr(arg);

	if (trace_ptp_ioctl_enabled())
		err = traced_ioctl(context, cmd, arg);
	else
		err = do_ioctl(context, cmd, arg);
	ptp_count(ptp_of(context->clk), PTP_OP_IOCTL, err == -ERESTARTSYS ? 0 : err);
	return err;
}

static ssize_t do_read(struct posix_clock_context *context, char __user *buf, size_t size,
		       unsigned int *depth)
{
	struct ptp_clock *ptp = ptp_of(context->clk);
	struct ptp_reader *reader = context->private_clkdata;
	bool nonblock = context->fp->f_flags & O_NONBLOCK;
	unsigned int max;
	ssize_t n;

	if (size % sizeof(struct ptp_extts_event))
		return -EINVAL;
	max = min_t(size_t, size / sizeof(struct ptp_extts_event), PTP_READ_MAX);

	for (;;) {
		if (READ_ONCE(ptp->defunct))
			return -ENODEV;
		if (ptp_reader_empty(reader)) {
			if (nonblock)
				return -EAGAIN;
			if (wait_event_interruptible(reader->wait, !ptp_reader_empty(reader) ||
						     READ_ONCE(ptp->defunct)))
				return -ERESTARTSYS;
			continue;
		}
		if (!max)
			return 0;
		if (nonblock) {
			if (!mutex_trylock(&reader->read_mutex))
				return -EAGAIN;
		} else if (mutex_lock_interruptible(&reader->read_mutex)) {
			return -ERESTARTSYS;
		}
		n = ptp_reader_copy(reader, (struct ptp_extts_event __user *)buf, max, depth);
		mutex_unlock(&reader->read_mutex);
		/* 0: somebody else on this file was faster */
		if (n)
			return n < 0 ? n : n * sizeof(struct ptp_extts_event);
	}
}

ssize_t ptp_read(struct posix_clock_context *context, uint flags, char __user *buf, size_t size)
{
	struct ptp_clock *ptp = ptp_of(context->clk);
	struct ptp_reader *reader = context->private_clkdata;
	unsigned int depth = 0;
	ssize_t n;

	/* inherited, or sent by another process: it is the reader who loses events */
	if (unlikely(READ_ONCE(reader->pid) != current->tgid ||
		     READ_ONCE(reader->exec_id) != current->self_exec_id))
		ptp_holder_reads(reader);
	n = do_read(context, buf, size, &depth);
	/* an empty queue and the end of a wait by a signal are ordinary answers */
	ptp_count(ptp, PTP_OP_READ, n < 0 && n != -EAGAIN && n != -ERESTARTSYS ? n : 0);
	if (trace_ptp_extts_read_enabled())
		trace_ptp_extts_read(ptp->index, reader->id,
				     n < 0 ? 0 : n / sizeof(struct ptp_extts_event), depth,
				     n < 0 ? ptp_user_err(n) : 0);
	return n;
}

__poll_t ptp_poll(struct posix_clock_context *context, struct file *file, poll_table *wait)
{
	struct ptp_reader *reader = context->private_clkdata;

	poll_wait(file, &reader->wait, wait);
	if (READ_ONCE(reader->clock->defunct))
		return EPOLLERR | EPOLLHUP;
	return ptp_reader_empty(reader) ? 0 : EPOLLIN;
}
