// SPDX-License-Identifier: GPL-2.0
/*
 * The class of PTP hardware clocks: clocks come, report events and go.
 *
 * A clock's memory belongs to its struct device and so lives until the last open
 * file is closed; the driver and its ptp_clock_info may be gone long before. Its
 * index stays taken as long, so that no two clocks share a name in debugfs.
 */
#include <linux/cleanup.h>
#include <linux/cdev.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "private.h"

#define CREATE_TRACE_POINTS
#include <trace/events/ptp.h>

static int first_index = CHS_PTP_FIRST_INDEX;
module_param(first_index, int, 0444);
MODULE_PARM_DESC(first_index, "N of the first /dev/ptpN");

#define PTP_PPS_DEFAULTS (PPS_CAPTUREASSERT | PPS_OFFSETASSERT)
#define PTP_PPS_MODE	 (PTP_PPS_DEFAULTS | PPS_CANWAIT | PPS_TSFMT_TSPEC)

CHS_WATCH_DEFINE();

static DEFINE_IDA(ptp_indexes);
static dev_t ptp_first_devt;

static CHS_CONST struct class ptp_class = {
	.name = CHS_PTP_CLASS,
};

/*
 * The kernel's posix_clock_register() tells the character device whose module an open file
 * pins when it can be opened already, by whoever has a node of that number: a file opened
 * in between pins nothing and drops a reference when it is closed. So we register clocks
 * ourselves. What the kernel does not export are its file operations: they are taken over
 * from a clock without a number, which nobody can open, when the module is loaded.
 */
static const struct file_operations *posix_clock_fops;

struct unnumbered_clock {
	struct posix_clock clock;
	struct device dev;
};

static void unnumbered_release(struct device *dev)
{
	kfree(container_of(dev, struct unnumbered_clock, dev));
}

static int __init borrow_posix_clock_fops(void)
{
	struct unnumbered_clock *it = kzalloc(sizeof(*it), GFP_KERNEL);
	int err;

	if (!it)
		return -ENOMEM;
	device_initialize(&it->dev);
	it->dev.release = unnumbered_release;
	err = dev_set_name(&it->dev, "chs_ptp");
	if (!err)
		err = posix_clock_register(&it->clock, &it->dev);
	if (err) {
		put_device(&it->dev);
		return err;
	}
	posix_clock_fops = it->clock.cdev.ops;
	posix_clock_unregister(&it->clock);
	return 0;
}

/* posix_clock_register(), in an order that leaves nothing to be set when the node is there */
static int add_node(struct ptp_clock *ptp)
{
	struct posix_clock *clock = &ptp->clock;

	init_rwsem(&clock->rwsem);
	cdev_init(&clock->cdev, posix_clock_fops);
	clock->cdev.owner = THIS_MODULE;
	clock->dev = &ptp->dev;
	return cdev_device_add(&clock->cdev, &ptp->dev);
}

/* ---- events from drivers ---- */

static void external_event(struct ptp_clock *ptp, const struct ptp_clock_event *source)
{
	struct ptp_extts_event event = { .index = source->index, .flags = PTP_EXTTS_EVENT_VALID };

	/* the readers' masks end there */
	if (WARN_ONCE(event.index >= PTP_MAX_CHANNELS, "ptp%d: event on channel %u\n",
		      ptp->index, event.index))
		return;
	if (source->type == PTP_CLOCK_EXTTS) {
		u32 nsec;

		event.t.sec = div_u64_rem(source->timestamp, NSEC_PER_SEC, &nsec);
		event.t.nsec = nsec;
	} else {
		event.t = ptp_time_from_ts(ns_to_timespec64(source->offset));
		event.flags |= PTP_EXT_OFFSET;
	}
	ptp_queue_event(ptp, &event);
}

static void pps_happened(struct ptp_clock *ptp, struct pps_event_time *times)
{
	if (!ptp->pps)
		return;
	pps_event(ptp->pps, times, PPS_CAPTUREASSERT, NULL);
	ptp_count(ptp, PTP_OP_PPS, 0);
	trace_ptp_pps(ptp->index, timespec64_to_ns(&times->ts_real));
}

void ptp_clock_event(struct ptp_clock *ptp, struct ptp_clock_event *event)
{
	struct pps_event_time now;

	switch (event->type) {
	case PTP_CLOCK_ALARM:
		ptp_alarm_event(ptp);
		break;
	case PTP_CLOCK_EXTTS:
	case PTP_CLOCK_EXTOFF:
		external_event(ptp, event);
		break;
	case PTP_CLOCK_PPS:
		pps_get_ts(&now);
		pps_happened(ptp, &now);
		break;
	case PTP_CLOCK_PPSUSR:
		pps_happened(ptp, &event->pps_times);
		break;
	}
}
EXPORT_SYMBOL_GPL(ptp_clock_event);

/* ---- the driver's own worker ---- */

static void aux_work(struct kthread_work *work)
{
	struct ptp_clock *ptp = container_of(work, struct ptp_clock, aux_work.work);
	u64 start = chs_watch_start();
	long delay;

	delay = ptp->info->do_aux_work(ptp->info);
	ptp_count(ptp, PTP_OP_AUX_WORK, 0);
	trace_ptp_aux_work(ptp->index, chs_watch_ns(start),
			   delay < 0 ? -1 : (s64)jiffies_to_nsecs(delay));
	if (delay >= 0)
		kthread_queue_delayed_work(ptp->worker, &ptp->aux_work, delay);
}

int ptp_schedule_worker(struct ptp_clock *ptp, unsigned long delay)
{
	return kthread_mod_delayed_work(ptp->worker, &ptp->aux_work, delay);
}
EXPORT_SYMBOL_GPL(ptp_schedule_worker);

void ptp_cancel_worker_sync(struct ptp_clock *ptp)
{
	kthread_cancel_delayed_work_sync(&ptp->aux_work);
}
EXPORT_SYMBOL_GPL(ptp_cancel_worker_sync);

/* ---- birth and death ---- */

static void free_clock(struct ptp_clock *ptp)
{
	debugfs_remove(ptp->debugfs);
	if (ptp->fifo)
		ptp_reader_destroy(ptp->fifo);
	ptp_pins_free(ptp);
	kfree(ptp->channel_dropped);
	free_percpu(ptp->counts);
	ida_free(&ptp_indexes, ptp->index);
	kfree(ptp);
}

static void ptp_dev_release(struct device *dev)
{
	free_clock(container_of(dev, struct ptp_clock, dev));
}

/*
 * Which frequency offsets f, as scaled ppm, are not more than max_adj ppb: by
 * scaled_ppm_to_ppb(), which makes (f + 1) * 125 >> 13 of them, for max_adj is compared
 * with that. Here once, and not whenever a servo steers.
 */
static void limit_frequency(struct ptp_clock *ptp)
{
	s64 max_adj = ptp->info->max_adj;

	ptp->max_frequency = div_s64(((max_adj + 1) << 13) - 1, 125) - 1;
	ptp->min_frequency = -div_s64(max_adj << 13, 125) - 1;
}

static struct ptp_clock *alloc_clock(struct ptp_clock_info *info)
{
	struct ptp_clock *ptp;
	int index;

	ptp = kzalloc(sizeof(*ptp), GFP_KERNEL);
	if (!ptp)
		return ERR_PTR(-ENOMEM);
	index = ida_alloc_range(&ptp_indexes, first_index, MINORMASK, GFP_KERNEL);
	if (index < 0) {
		kfree(ptp);
		return ERR_PTR(index);
	}
	ptp->index = index;
	ptp->info = info;
	ptp->n_channels = min(info->n_ext_ts, PTP_MAX_CHANNELS);
	limit_frequency(ptp);
	ptp->has_cycles = info->getcycles64 || info->getcyclesx64;
	spin_lock_init(&ptp->queue_lock);
	mutex_init(&ptp->readers_mutex);
	INIT_LIST_HEAD(&ptp->readers);
	mutex_init(&ptp->pin_mutex);
	mutex_init(&ptp->vclock_mutex);
	INIT_LIST_HEAD(&ptp->vclocks);
	ptp->max_vclocks = PTP_VCLOCKS_DEFAULT;
	mutex_init(&ptp->steer_mutex);
	ptp_alarm_init(ptp);

	ptp->counts = alloc_percpu(struct ptp_counts);
	ptp->channel_dropped = kcalloc(ptp->n_channels + 1, sizeof(u64), GFP_KERNEL);
	ptp->fifo = ptp_reader_create(ptp, 0, true);
	if (IS_ERR(ptp->fifo))
		ptp->fifo = NULL;
	if (!ptp->counts || !ptp->channel_dropped || !ptp->fifo || ptp_pins_init(ptp)) {
		free_clock(ptp);
		return ERR_PTR(-ENOMEM);
	}
	return ptp;
}

static int start_worker(struct ptp_clock *ptp)
{
	kthread_init_delayed_work(&ptp->aux_work, aux_work);
	if (!ptp->info->do_aux_work)
		return 0;
	ptp->worker = kthread_create_worker(0, "ptp%d", ptp->index);
	if (IS_ERR(ptp->worker)) {
		int err = PTR_ERR(ptp->worker);

		ptp->worker = NULL;
		return err;
	}
	return 0;
}

static void stop_worker(struct ptp_clock *ptp)
{
	if (!ptp->worker)
		return;
	kthread_cancel_delayed_work_sync(&ptp->aux_work);
	kthread_destroy_worker(ptp->worker);
}

static int start_pps(struct ptp_clock *ptp)
{
	struct pps_source_info source = { .mode = PTP_PPS_MODE, .owner = ptp->info->owner };
	struct pps_device *pps;

	if (!ptp->info->pps)
		return 0;
	snprintf(source.name, sizeof(source.name), "ptp%d", ptp->index);
	pps = pps_register_source(&source, PTP_PPS_DEFAULTS);
	if (IS_ERR(pps))
		return PTR_ERR(pps);
	pps->lookup_cookie = ptp;
	ptp->pps = pps;
	return 0;
}

static void stop_pps(struct ptp_clock *ptp)
{
	if (ptp->pps)
		pps_unregister_source(ptp->pps);
}

static bool info_is_sound(const struct ptp_clock_info *info)
{
	return info->n_alarm <= PTP_MAX_ALARMS && info->n_ext_ts >= 0 && info->n_per_out >= 0 &&
	       info->n_pins >= 0 && (!info->n_pins || info->pin_config) &&
	       (info->gettimex64 || info->gettime64);
}

static struct ptp_clock *register_clock(struct ptp_clock_info *info, struct device *parent,
					bool class_checks_flags)
{
	struct ptp_clock *ptp;
	unsigned int n = 0;
	int err;

	if (!info_is_sound(info))
		return ERR_PTR(-EINVAL);
	ptp = alloc_clock(info);
	if (IS_ERR(ptp))
		return ptp;
	ptp->class_checks_flags = class_checks_flags;
	ptp->is_virtual = parent && parent->class == &ptp_class;

	device_initialize(&ptp->dev);
	ptp->dev.devt = ptp_first_devt + ptp->index;
	ptp->dev.class = &ptp_class;
	ptp->dev.parent = parent;
	ptp->dev.release = ptp_dev_release;
	ptp->groups[n++] = &ptp_clock_group;
	ptp->groups[n++] = &ptp_statistics_group;
	if (info->n_pins)
		ptp->groups[n++] = &ptp->pin_group;
	ptp->dev.groups = ptp->groups;
	dev_set_drvdata(&ptp->dev, ptp);
	ptp->clock.ops = ptp_posix_ops;
	if (info->gettimex64)
		ptp->clock.ops.clock_gettime = ptp_op_gettimex_only;

	err = dev_set_name(&ptp->dev, "ptp%d", ptp->index);
	if (err)
		goto put_device;
	err = start_worker(ptp);
	if (err)
		goto put_device;
	err = start_pps(ptp);
	if (err)
		goto stop_worker;
	/* before the node is there, since an open makes a directory in it */
	ptp_debugfs_add(ptp);
	err = add_node(ptp);
	if (err)
		goto stop_pps;
	trace_ptp_register(ptp->index, info->name);
	return ptp;

stop_pps:
	stop_pps(ptp);
stop_worker:
	stop_worker(ptp);
put_device:
	put_device(&ptp->dev);
	return ERR_PTR(err);
}

struct ptp_clock *ptp_clock_register(struct ptp_clock_info *info, struct device *parent)
{
	return register_clock(info, parent, false);
}
EXPORT_SYMBOL_GPL(ptp_clock_register);

struct ptp_clock *ptp_clock_register_flags(struct ptp_clock_info *info, struct device *parent)
{
	return register_clock(info, parent, true);
}
EXPORT_SYMBOL_GPL(ptp_clock_register_flags);

int ptp_clock_unregister(struct ptp_clock *ptp)
{
	trace_ptp_unregister(ptp->index, ptp->info->name);

	/* posix_clock_unregister() drops a reference that may be the last */
	get_device(&ptp->dev);

	/*
	 * Sleepers first: a blocked read() holds the rwsem that
	 * posix_clock_unregister() waits for. Pollers hold nothing and would look
	 * again too early, so they are woken once more when the door is shut.
	 */
	WRITE_ONCE(ptp->defunct, true);
	ptp_queue_wake_all(ptp);
	ptp_vclocks_remove(ptp);
	posix_clock_unregister(&ptp->clock);
	ptp_queue_wake_all(ptp);

	/* nobody can ask for events any more: now whatever is on goes off */
	ptp_debugfs_remove(ptp);
	ptp_alarm_stop(ptp);
	ptp_disable_all(ptp);
	stop_worker(ptp);
	stop_pps(ptp);
	put_device(&ptp->dev);
	return 0;
}
EXPORT_SYMBOL_GPL(ptp_clock_unregister);

int ptp_clock_index(struct ptp_clock *ptp)
{
	return ptp->index;
}
EXPORT_SYMBOL_GPL(ptp_clock_index);

/**
 * ptp_clock_get() - find a clock
 * @index: the N of ptpN
 * Return: the clock, whose device is to be put by the caller, or NULL
 */
struct ptp_clock *ptp_clock_get(int index)
{
	struct device *dev = NULL;

	if (index >= 0 && index <= MINORMASK)
		dev = class_find_device_by_devt(&ptp_class, ptp_first_devt + index);
	return dev ? dev_get_drvdata(dev) : NULL;
}

static int index_of(struct device *dev)
{
	struct ptp_clock *ptp;
	int index;

	if (!dev)
		return -1;
	ptp = dev_get_drvdata(dev);
	index = ptp->index;
	put_device(dev);
	return index;
}

int ptp_clock_index_by_of_node(struct device_node *np)
{
	return index_of(class_find_device_by_of_node(&ptp_class, np));
}
EXPORT_SYMBOL_GPL(ptp_clock_index_by_of_node);

static int has_parent(struct device *dev, const void *parent)
{
	return dev->parent == parent;
}

int ptp_clock_index_by_dev(struct device *parent)
{
	return index_of(class_find_device(&ptp_class, NULL, parent, has_parent));
}
EXPORT_SYMBOL_GPL(ptp_clock_index_by_dev);

/* ---- the module ---- */

static int __init ptp_init(void)
{
	int err;

	chs_watch_init();
	if (first_index < 0 || first_index > MINORMASK) {
		pr_err("first_index must be 0 to %d\n", MINORMASK);
		return -EINVAL;
	}
	err = borrow_posix_clock_fops();
	if (err) {
		pr_err("cannot have the kernel's POSIX clocks: %d\n", err);
		return err;
	}
	err = class_register(&ptp_class);
	if (err) {
		pr_err("cannot register class %s: %d\n", ptp_class.name, err);
		return err;
	}
	err = alloc_chrdev_region(&ptp_first_devt, 0, MINORMASK + 1, "ptp");
	if (err) {
		pr_err("no device numbers: %d\n", err);
		class_unregister(&ptp_class);
		return err;
	}
	return 0;
}

static void __exit ptp_exit(void)
{
	unregister_chrdev_region(ptp_first_devt, MINORMASK + 1);
	class_unregister(&ptp_class);
	ida_destroy(&ptp_indexes);
}

module_init(ptp_init);
module_exit(ptp_exit);

MODULE_DESCRIPTION("PTP hardware clock class that counts and traces");
MODULE_AUTHOR("chronoscope");
MODULE_LICENSE("GPL");
MODULE_VERSION(CHS_VERSION);
