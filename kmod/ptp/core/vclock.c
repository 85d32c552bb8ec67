// SPDX-License-Identifier: GPL-2.0
/*
 * Virtual clocks: several times kept over the counter of one physical clock, each
 * set and steered on its own. To the rest of the class a virtual clock is a clock
 * as any other, and this file its driver; nothing here touches hardware but by the
 * readings in ops.c.
 *
 * A virtual clock is a line through an anchor: counter, time and fraction of a ns.
 * Of the counter it takes the low 32 bits, so that counters and time stamps of that
 * width will do; they wrap within 4.29 s, and the anchor follows every 2 s.
 *
 * The counter is the driver's free-running one, or, where it has none, the physical
 * clock itself, which nobody may set or steer as long as virtual clocks hang on it.
 *
 * Locks: ptp_clock.vclock_mutex of the physical clock guards its list of virtual
 * ones. No call from an open file takes it, since it is held while they are
 * unregistered, which waits for such calls. A write of n_vclocks holds it while it
 * makes clocks below a device that may be about to go: unregister marks the device
 * defunct, waits for the mutex, removes what is there, and only then takes the
 * device out of sysfs, which waits for writers. Those that come later find the mark.
 */
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/xarray.h>

#include "private.h"

#define VCLOCK_SHIFT	31
#define VCLOCK_FRACTION ((1U << VCLOCK_SHIFT) - 1)
#define VCLOCK_MAX_ADJ	500000000
#define VCLOCK_REFRESH	(2 * HZ)

/*
 * How far behind the anchor, in ns, a counter value may lie before it is taken to be
 * ahead: a time stamp is of the past or the future alike; a reading that was made
 * just now is behind by no more than a jitter.
 */
#define STAMP_PAST   (1U << 31)
#define READING_PAST (1U << 28)

/**
 * struct vclock - one virtual clock
 * @info: what the class sees
 * @clock: what the class made of it
 * @parent: the physical clock
 * @node: in &ptp_clock.vclocks of @parent; under its vclock_mutex
 * @lock: guards all below. Readings are made with it held: none is older than the
 *	anchor
 * @counter: anchor: low bits of the counter, ns
 * @fraction: anchor: fraction of a ns, in 2^-31 ns
 * @time: anchor: what the clock shows, ns
 * @rate: deviation from the counter's rate, in 2^-31
 */
struct vclock {
	struct ptp_clock_info info;
	struct ptp_clock *clock;
	struct ptp_clock *parent;
	struct list_head node;
	struct mutex lock;
	u32 counter;
	u32 fraction;
	s64 time;
	s32 rate;
};

/*
 * Virtual clocks by index, for whoever converts time stamps. The semaphore keeps a
 * clock alive for a reader; outside of &vclock.lock, inside of vclock_mutex.
 */
static DEFINE_XARRAY(vclocks);
static DECLARE_RWSEM(vclocks_rwsem);

static struct vclock *vclock_of(struct ptp_clock_info *info)
{
	return container_of(info, struct vclock, info);
}

/* ---- the line ---- */

static s64 ahead_of_anchor(const struct vclock *v, u32 counter, u32 past)
{
	u32 ahead = counter - v->counter;

	return ahead > U32_MAX - past ? (s64)ahead - (1LL << 32) : ahead;
}

static s64 time_ahead(const struct vclock *v, s64 ahead, u32 *fraction)
{
	s64 parts = ahead * v->rate + v->fraction;

	*fraction = parts & VCLOCK_FRACTION;
	return v->time + ahead + (parts >> VCLOCK_SHIFT);
}

static s64 time_at(const struct vclock *v, u32 counter, u32 past)
{
	u32 fraction;

	return time_ahead(v, ahead_of_anchor(v, counter, past), &fraction);
}

/* nothing is rounded: however often the anchor moves, the line stays the same */
static void move_anchor(struct vclock *v, u32 counter)
{
	s64 ahead = ahead_of_anchor(v, counter, READING_PAST);

	if (ahead <= 0)
		return;
	v->time = time_ahead(v, ahead, &v->fraction);
	v->counter = counter;
}

static int read_counter(struct vclock *v, u32 *counter)
{
	struct timespec64 ts;
	int err = ptp_op_counter(v->parent, &ts, NULL);

	if (!err)
		*counter = timespec64_to_ns(&ts);
	return err;
}

/* ---- callbacks of the class ---- */

static int vclock_gettimex64(struct ptp_clock_info *info, struct timespec64 *ts,
			     struct ptp_system_timestamp *sts)
{
	struct vclock *v = vclock_of(info);
	int err;

	mutex_lock(&v->lock);
	err = ptp_op_counter(v->parent, ts, sts);
	if (!err)
		*ts = ns_to_timespec64(time_at(v, timespec64_to_ns(ts), READING_PAST));
	mutex_unlock(&v->lock);
	return err;
}

static int vclock_gettime64(struct ptp_clock_info *info, struct timespec64 *ts)
{
	return vclock_gettimex64(info, ts, NULL);
}

static int vclock_getcrosststamp(struct ptp_clock_info *info, struct system_device_crosststamp *xts)
{
	struct vclock *v = vclock_of(info);
	int err;

	mutex_lock(&v->lock);
	err = ptp_op_crosscounter(v->parent, xts);
	if (!err)
		xts->device = ns_to_ktime(time_at(v, ktime_to_ns(xts->device), READING_PAST));
	mutex_unlock(&v->lock);
	return err;
}

static int vclock_settime64(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	struct vclock *v = vclock_of(info);
	int err;

	mutex_lock(&v->lock);
	err = read_counter(v, &v->counter);
	if (!err) {
		v->time = timespec64_to_ns(ts);
		v->fraction = 0;
	}
	mutex_unlock(&v->lock);
	return err;
}

static int vclock_adjtime(struct ptp_clock_info *info, s64 delta)
{
	struct vclock *v = vclock_of(info);

	mutex_lock(&v->lock);
	v->time += delta;
	mutex_unlock(&v->lock);
	return 0;
}

static int vclock_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	struct vclock *v = vclock_of(info);
	u32 counter;
	int err;

	mutex_lock(&v->lock);
	err = read_counter(v, &counter);
	if (!err) {
		move_anchor(v, counter);
		/* 2^31 / (10^6 << 16), halving both as far as they go */
		v->rate = div_s64(scaled_ppm * 512LL, 15625);
	}
	mutex_unlock(&v->lock);
	return err;
}

static long vclock_refresh(struct ptp_clock_info *info)
{
	struct vclock *v = vclock_of(info);
	u32 counter;

	mutex_lock(&v->lock);
	if (!read_counter(v, &counter))
		move_anchor(v, counter);
	mutex_unlock(&v->lock);
	return VCLOCK_REFRESH;
}

/* ---- birth and death ---- */

static int add_vclock(struct ptp_clock *parent)
{
	const struct ptp_clock_info *physical = parent->info;
	struct vclock *v;
	int err;

	v = kzalloc(sizeof(*v), GFP_KERNEL);
	if (!v)
		return -ENOMEM;
	v->parent = parent;
	mutex_init(&v->lock);
	v->info = (struct ptp_clock_info){
		.owner = THIS_MODULE,
		.max_adj = VCLOCK_MAX_ADJ,
		.adjfine = vclock_adjfine,
		.adjtime = vclock_adjtime,
		.settime64 = vclock_settime64,
		.do_aux_work = vclock_refresh,
	};
	snprintf(v->info.name, sizeof(v->info.name), "ptp%d_virt", parent->index);
	if (parent->has_cycles ? physical->getcyclesx64 : physical->gettimex64)
		v->info.gettimex64 = vclock_gettimex64;
	else
		v->info.gettime64 = vclock_gettime64;
	if (parent->has_cycles ? physical->getcrosscycles : physical->getcrosststamp)
		v->info.getcrosststamp = vclock_getcrosststamp;

	/* it starts at time 0, now */
	err = read_counter(v, &v->counter);
	if (err)
		goto free;
	v->clock = ptp_clock_register(&v->info, &parent->dev);
	if (IS_ERR(v->clock)) {
		err = PTR_ERR(v->clock);
		goto free;
	}
	down_write(&vclocks_rwsem);
	err = xa_insert(&vclocks, v->clock->index, v, GFP_KERNEL);
	up_write(&vclocks_rwsem);
	if (err)
		goto unregister;
	ptp_schedule_worker(v->clock, VCLOCK_REFRESH);
	list_add_tail(&v->node, &parent->vclocks);
	parent->n_vclocks++;
	dev_info(&parent->dev, "new virtual clock ptp%d\n", v->clock->index);
	return 0;

unregister:
	ptp_clock_unregister(v->clock);
free:
	kfree(v);
	return err;
}

/* the youngest first */
static void remove_vclock(struct ptp_clock *parent)
{
	struct vclock *v = list_last_entry(&parent->vclocks, struct vclock, node);

	dev_info(&parent->dev, "delete virtual clock ptp%d\n", v->clock->index);
	list_del(&v->node);
	parent->n_vclocks--;
	down_write(&vclocks_rwsem);
	xa_erase(&vclocks, v->clock->index);
	up_write(&vclocks_rwsem);
	ptp_clock_unregister(v->clock);
	kfree(v);
}

/* Once this returns nobody is about to set or steer a clock that runs freely. */
static void set_freerun(struct ptp_clock *ptp, bool freerun)
{
	if (ptp->has_cycles || ptp->freerun == freerun)
		return;
	mutex_lock(&ptp->steer_mutex);
	ptp->freerun = freerun;
	mutex_unlock(&ptp->steer_mutex);
	dev_info(&ptp->dev, freerun ? "guarantee physical clock free running\n"
				    : "only physical clock in use now\n");
}

static int resize(struct ptp_clock *ptp, u32 n)
{
	int err = 0;

	if (n > ptp->max_vclocks) {
		dev_err(&ptp->dev, "max value is %u\n", ptp->max_vclocks);
		return -EINVAL;
	}
	if (n > ptp->n_vclocks)
		set_freerun(ptp, true);
	/* what there is stays if one more cannot be made */
	while (ptp->n_vclocks < n && !err)
		err = READ_ONCE(ptp->defunct) ? -ENODEV : add_vclock(ptp);
	while (ptp->n_vclocks > n)
		remove_vclock(ptp);
	if (!ptp->n_vclocks)
		set_freerun(ptp, false);
	return err;
}

/**
 * ptp_vclocks_set() - have so many virtual clocks: sysfs n_vclocks
 * @ptp: a physical clock
 * @n: how many
 *
 * Context: process context, may sleep.
 * Return: 0, -ERESTARTSYS if a signal came while another task did the same, -EINVAL
 * beyond max_vclocks, -ENODEV for a clock that is about to go, or what hindered the
 * class in making one more: those made by then are there.
 */
int ptp_vclocks_set(struct ptp_clock *ptp, u32 n)
{
	u32 old;
	int err;

	if (mutex_lock_interruptible(&ptp->vclock_mutex))
		return -ERESTARTSYS;
	old = ptp->n_vclocks;
	err = resize(ptp, n);
	ptp_vclocks_changed(ptp, old, ptp->n_vclocks, err);
	mutex_unlock(&ptp->vclock_mutex);
	return err;
}

/**
 * ptp_vclocks_limit() - have no more virtual clocks than that: sysfs max_vclocks
 * @ptp: a physical clock
 * @max: how many
 *
 * Context: process context, may sleep.
 * Return: 0, -ERESTARTSYS as above, -EINVAL if there are more already.
 */
int ptp_vclocks_limit(struct ptp_clock *ptp, u32 max)
{
	int err = 0;

	if (mutex_lock_interruptible(&ptp->vclock_mutex))
		return -ERESTARTSYS;
	if (max < ptp->n_vclocks)
		err = -EINVAL;
	else
		WRITE_ONCE(ptp->max_vclocks, max);
	mutex_unlock(&ptp->vclock_mutex);
	return err;
}

/**
 * ptp_vclocks_remove() - remove the virtual clocks of a clock that goes
 * @ptp: a clock that is marked defunct
 *
 * Context: process context, may sleep.
 */
void ptp_vclocks_remove(struct ptp_clock *ptp)
{
	u32 old;

	/* has none; and its lock is of the class of that which the caller holds */
	if (ptp->is_virtual)
		return;
	mutex_lock(&ptp->vclock_mutex);
	old = ptp->n_vclocks;
	while (ptp->n_vclocks)
		remove_vclock(ptp);
	if (old)
		ptp_vclocks_changed(ptp, old, 0, 0);
	mutex_unlock(&ptp->vclock_mutex);
}

/* ---- for network drivers and the stack ---- */

int ptp_get_vclocks_index(int pclock_index, int **vclock_index)
{
	struct ptp_clock *ptp = ptp_clock_get(pclock_index);
	struct vclock *v;
	int n = 0;

	*vclock_index = NULL;
	if (!ptp)
		return 0;
	mutex_lock(&ptp->vclock_mutex);
	if (ptp->n_vclocks)
		*vclock_index = kcalloc(ptp->n_vclocks, sizeof(int), GFP_KERNEL);
	if (*vclock_index)
		list_for_each_entry(v, &ptp->vclocks, node)
			(*vclock_index)[n++] = v->clock->index;
	mutex_unlock(&ptp->vclock_mutex);
	put_device(&ptp->dev);
	return n;
}
EXPORT_SYMBOL_GPL(ptp_get_vclocks_index);

ktime_t ptp_convert_timestamp(const ktime_t *hwtstamp, int vclock_index)
{
	struct vclock *v;
	s64 time = 0;

	down_read(&vclocks_rwsem);
	v = xa_load(&vclocks, vclock_index);
	if (v) {
		mutex_lock(&v->lock);
		time = time_at(v, ktime_to_ns(*hwtstamp), STAMP_PAST);
		mutex_unlock(&v->lock);
	}
	up_read(&vclocks_rwsem);
	return ns_to_ktime(time);
}
EXPORT_SYMBOL_GPL(ptp_convert_timestamp);
