// SPDX-License-Identifier: GPL-2.0
/*
 * The clock as a POSIX clock: clock_getres(), clock_gettime(), clock_settime()
 * and clock_adjtime() on the clock id of an open device.
 *
 * The kernel's posix_clock code has looked at the file's mode before it calls
 * us: a file opened read-only gets EACCES for whatever would change the clock.
 */
#include <linux/overflow.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>

#include "private.h"

static int ptp_clock_getres(struct posix_clock *clock, struct timespec64 *ts)
{
	*ts = (struct timespec64){ .tv_nsec = 1 };
	return 0;
}

static noinline void say_free_running(struct ptp_clock *ptp)
{
	dev_err_ratelimited(&ptp->dev, "physical clock is free running\n");
}

/*
 * Virtual clocks that count by this clock's time would jump with it. steer_mutex is
 * held from here until the driver has done what was asked, so that none can appear in
 * between.
 */
static inline bool runs_freely(struct ptp_clock *ptp)
{
	lockdep_assert_held(&ptp->steer_mutex);
	if (unlikely(ptp->freerun))
		say_free_running(ptp);
	return ptp->freerun;
}

static int ptp_clock_settime(struct posix_clock *clock, const struct timespec64 *ts)
{
	struct ptp_clock *ptp = ptp_of(clock);
	int err, refusal = 0;

	mutex_lock(&ptp->steer_mutex);
	if (runs_freely(ptp))
		refusal = -EBUSY;
	/* the range the system clock takes: beyond it ktime_t overflows */
	else if (!timespec64_valid_settod(ts))
		refusal = -EINVAL;
	err = ptp_op_settime(ptp, ts, refusal);
	mutex_unlock(&ptp->steer_mutex);
	return err;
}

/* the step that was asked for, as far as 64 bits go: also one that will be refused */
static s64 step_asked(const struct __kernel_timex *tx)
{
	s64 sec = tx->time.tv_sec, fraction = tx->time.tv_usec, ns;
	s64 unit = tx->modes & ADJ_NANO ? 1 : NSEC_PER_USEC;

	if (check_mul_overflow(sec, (s64)NSEC_PER_SEC, &ns))
		return sec < 0 ? S64_MIN : S64_MAX;
	if (check_mul_overflow(fraction, unit, &fraction))
		return tx->time.tv_usec < 0 ? S64_MIN : S64_MAX;
	if (check_add_overflow(ns, fraction, &ns))
		return fraction < 0 ? S64_MIN : S64_MAX;
	return ns;
}

/* not in line: what it keeps on the stack is no business of servos */
static noinline int adj_setoffset(struct ptp_clock *ptp, const struct __kernel_timex *tx)
{
	s64 limit = tx->modes & ADJ_NANO ? NSEC_PER_SEC : USEC_PER_SEC;
	s64 fraction = tx->time.tv_usec;
	struct timespec64 delta, now, then;
	int err;

	if (runs_freely(ptp))
		return ptp_op_adjtime(ptp, 0, step_asked(tx), -EBUSY);
	if (!ptp->info->adjtime)
		return ptp_op_adjtime(ptp, 0, step_asked(tx), -EOPNOTSUPP);
	/* the seconds carry the sign, the fraction is positive always */
	if (fraction < 0 || fraction >= limit)
		return ptp_op_adjtime(ptp, 0, step_asked(tx), -EINVAL);
	delta.tv_sec = tx->time.tv_sec;
	delta.tv_nsec = tx->modes & ADJ_NANO ? fraction : fraction * NSEC_PER_USEC;

	err = ptp_op_gettime(&ptp->clock, &now);
	if (err)
		return err;
	then = timespec64_add(now, delta);
	return ptp_op_adjtime(ptp, timespec64_to_ns(&now), timespec64_to_ns(&delta),
			      timespec64_valid_settod(&then) ? 0 : -EINVAL);
}

static int adj_frequency(struct ptp_clock *ptp, const struct __kernel_timex *tx)
{
	int refusal = 0;

	if (runs_freely(ptp)) {
		refusal = -EBUSY;
	} else if (!ptp->info->adjfine) {
		refusal = -EOPNOTSUPP;
	} else if (tx->freq > ptp->max_frequency || tx->freq < ptp->min_frequency) {
		refusal = -ERANGE;
	}
	return ptp_op_adjfine(ptp, tx->freq, refusal);
}

static noinline int adj_offset(struct ptp_clock *ptp, const struct __kernel_timex *tx)
{
	struct ptp_clock_info *info = ptp->info;
	s64 offset = tx->offset, limit;

	if (runs_freely(ptp))
		return ptp_op_adjphase(ptp, offset, -EBUSY);
	if (!info->adjphase || !info->getmaxphase)
		return ptp_op_adjphase(ptp, offset, -EOPNOTSUPP);
	limit = info->getmaxphase(info);
	/* compared before it is multiplied or narrowed: neither may overflow */
	if (offset > limit || offset < -limit)
		return ptp_op_adjphase(ptp, offset, -ERANGE);
	if (!(tx->modes & ADJ_NANO))
		offset *= NSEC_PER_USEC;
	return ptp_op_adjphase(ptp, offset, offset > limit || offset < -limit ? -ERANGE : 0);
}

static int ptp_clock_adjtime(struct posix_clock *clock, struct __kernel_timex *tx)
{
	struct ptp_clock *ptp = ptp_of(clock);
	int err;

	if (!tx->modes) {
		tx->freq = READ_ONCE(ptp->dialed_frequency);
		return 0;
	}
	mutex_lock(&ptp->steer_mutex);
	/* one action a call, in this order of precedence: SETOFFSET, FREQUENCY, OFFSET */
	if (likely((tx->modes & (ADJ_SETOFFSET | ADJ_FREQUENCY)) == ADJ_FREQUENCY))
		err = adj_frequency(ptp, tx);
	else if (tx->modes & ADJ_SETOFFSET)
		err = adj_setoffset(ptp, tx);
	else if (tx->modes & ADJ_OFFSET)
		err = adj_offset(ptp, tx);
	else
		err = -EOPNOTSUPP;
	mutex_unlock(&ptp->steer_mutex);
	return err;
}

const struct posix_clock_operations ptp_posix_ops = {
	.owner = THIS_MODULE,
	.clock_adjtime = ptp_clock_adjtime,
	.clock_gettime = ptp_op_gettime,
	.clock_getres = ptp_clock_getres,
	.clock_settime = ptp_clock_settime,
	.ioctl = ptp_ioctl,
	.open = ptp_open,
	.poll = ptp_poll,
	.read = ptp_read,
	.release = ptp_release,
};
