// SPDX-License-Identifier: GPL-2.0
/*
 * Providers: they register and go, and those who watch them are told. Calls nothing of a
 * provider's. See private.h for the locks.
 */
#include <linux/device.h>
#include <linux/idr.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "private.h"

#define CREATE_TRACE_POINTS
#include <trace/events/hte.h>

/* a provider that counts the lost reports them itself */
EXPORT_TRACEPOINT_SYMBOL_GPL(hte_fifo);

CHS_WATCH_DEFINE();

static DEFINE_MUTEX(hte_watch_mutex);
DEFINE_MUTEX(hte_mutex);
LIST_HEAD(hte_live);		/* those that are registered, in that order */
static LIST_HEAD(hte_keys);	/* by first_key, gone ones with bound lines included */
static DEFINE_IDA(hte_indexes);
static BLOCKING_NOTIFIER_HEAD(hte_watchers);

/* the lowest keys that are free */
static void take_keys(struct hte_device *gdev)
{
	struct hte_device *other;
	struct list_head *after = &hte_keys;
	u64 key = 0;

	mutex_lock(&hte_mutex);
	list_for_each_entry(other, &hte_keys, node) {
		if (other->first_key - key >= gdev->nlines)
			break;
		key = (u64)other->first_key + other->nlines;
		after = &other->node;
	}
	gdev->first_key = key;
	list_add(&gdev->node, after);
	mutex_unlock(&hte_mutex);
}

static void free_device(struct kref *refs)
{
	struct hte_device *gdev = container_of(refs, struct hte_device, refs);

	list_del(&gdev->node);
	mutex_unlock(&hte_mutex);
	ida_free(&hte_indexes, gdev->index);
	kvfree(gdev);
}

void hte_device_put(struct hte_device *gdev)
{
	kref_put_mutex(&gdev->refs, free_device, &hte_mutex);
}

static struct hte_device *alloc_device(struct hte_chip *chip)
{
	struct hte_device *gdev;
	u32 i;

	/* 4,096 lines are a megabyte: it need not be one piece of physical memory */
	gdev = kvzalloc(struct_size(gdev, lines, chip->nlines), GFP_KERNEL | __GFP_NOWARN);
	if (!gdev)
		return ERR_PTR(-ENOMEM);
	gdev->index = ida_alloc(&hte_indexes, GFP_KERNEL);
	if (gdev->index < 0) {
		int err = gdev->index;

		kvfree(gdev);
		return ERR_PTR(err);
	}
	gdev->chip = chip;
	gdev->nlines = chip->nlines;
	gdev->owner = chip->dev->driver ? chip->dev->driver->owner : NULL;
	strscpy(gdev->name, chip->name ?: dev_name(chip->dev));
	init_rwsem(&gdev->rwsem);
	kref_init(&gdev->refs);
	for (i = 0; i < gdev->nlines; i++) {
		struct hte_line *line = &gdev->lines[i];

		raw_spin_lock_init(&line->lock);
		mutex_init(&line->mutex);
		line->gdev = gdev;
		line->seq = 1;
		line->last_level = -1;
	}
	return gdev;
}

static struct hte_chip_info chip_info(struct hte_device *gdev, struct device *dev)
{
	return (struct hte_chip_info){
		.gdev = gdev,
		.index = gdev->index,
		.nlines = gdev->nlines,
		.name = gdev->name,
		.dev = dev,
	};
}

/**
 * hte_register_notifier() - be told of providers that come and go
 * @nb: called with HTE_CHIP_ADDED for those that are there, before this returns, and for
 *	each that comes; with HTE_CHIP_REMOVED for each that goes, when its lines give
 *	ENODEV already. What it returns is not looked at. It may get and put lines
 *
 * Context: process context, may sleep.
 * Return: 0, or -EEXIST, with a warning, for one that is registered already.
 */
int hte_register_notifier(struct notifier_block *nb)
{
	struct hte_device *gdev;
	int err;

	mutex_lock(&hte_watch_mutex);
	err = blocking_notifier_chain_register(&hte_watchers, nb);
	if (!err)
		list_for_each_entry(gdev, &hte_live, live) {
			struct hte_chip_info info = chip_info(gdev, gdev->chip->dev);

			nb->notifier_call(nb, HTE_CHIP_ADDED, &info);
		}
	mutex_unlock(&hte_watch_mutex);
	return err;
}
EXPORT_SYMBOL_GPL(hte_register_notifier);

/**
 * hte_unregister_notifier() - be told no more
 * @nb: not called any more when this returns, nor for the providers that are there
 *
 * Context: process context, may sleep.
 */
void hte_unregister_notifier(struct notifier_block *nb)
{
	mutex_lock(&hte_watch_mutex);
	blocking_notifier_chain_unregister(&hte_watchers, nb);
	mutex_unlock(&hte_watch_mutex);
}
EXPORT_SYMBOL_GPL(hte_unregister_notifier);

static void unregister_chip(void *data)
{
	struct hte_chip *chip = data;
	struct hte_device *gdev = chip->gdev;
	struct hte_chip_info info = chip_info(gdev, chip->dev);

	mutex_lock(&hte_watch_mutex);
	trace_hte_chip_unregister(gdev->index, gdev->name, gdev->nlines, gdev->first_key);
	mutex_lock(&hte_mutex);
	list_del(&gdev->live);
	mutex_unlock(&hte_mutex);

	/* calls to the provider come to an end, later ones get ENODEV */
	down_write(&gdev->rwsem);
	WRITE_ONCE(gdev->chip, NULL);
	up_write(&gdev->rwsem);

	/* and so do pushes, and readings of its clock */
	WRITE_ONCE(chip->gdev, NULL);
	synchronize_rcu();

	hte_debugfs_remove(gdev);
	blocking_notifier_call_chain(&hte_watchers, HTE_CHIP_REMOVED, &info);
	mutex_unlock(&hte_watch_mutex);
	hte_device_put(gdev);
}

static bool chip_is_sound(const struct hte_chip *chip)
{
	return chip && chip->dev && chip->ops && chip->ops->request && chip->ops->release;
}

/**
 * devm_hte_register_chip() - a provider is ready
 * @chip: filled in but for gdev; it and what it refers to must stay until chip->dev has
 *	lost its driver, or what else ends its device-managed resources
 *
 * It unregisters by itself then. Lines that consumers still hold give them ENODEV.
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL where @chip, its device, ops, request or release is NULL; -ENOMEM.
 *	Unlike in mainline the device needs no device tree node.
 */
int devm_hte_register_chip(struct hte_chip *chip)
{
	struct hte_device *gdev;
	struct hte_chip_info info;

	if (!chip_is_sound(chip))
		return -EINVAL;
	gdev = alloc_device(chip);
	if (IS_ERR(gdev))
		return PTR_ERR(gdev);
	info = chip_info(gdev, chip->dev);

	mutex_lock(&hte_watch_mutex);
	take_keys(gdev);
	hte_debugfs_add(gdev);
	trace_hte_chip_register(gdev->index, gdev->name, gdev->nlines, gdev->first_key);
	/* a push finds all of the above, and so does a consumer that finds the provider */
	smp_store_release(&chip->gdev, gdev);
	mutex_lock(&hte_mutex);
	list_add_tail(&gdev->live, &hte_live);
	mutex_unlock(&hte_mutex);
	blocking_notifier_call_chain(&hte_watchers, HTE_CHIP_ADDED, &info);
	mutex_unlock(&hte_watch_mutex);

	return devm_add_action_or_reset(chip->dev, unregister_chip, chip);
}
EXPORT_SYMBOL_GPL(devm_hte_register_chip);

static int __init hte_init(void)
{
	chs_watch_init();
	hte_debugfs_init();
	return 0;
}

static void __exit hte_exit(void)
{
	hte_debugfs_exit();
	hte_names_free();
}

module_init(hte_init);
module_exit(hte_exit);

MODULE_DESCRIPTION("hardware timestamping engine");
MODULE_VERSION(CHS_VERSION);
MODULE_LICENSE("GPL");
