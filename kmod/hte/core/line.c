// SPDX-License-Identifier: GPL-2.0
/*
 * A consumer's hold on a line: bound by one of the hte_ts_get functions, requested,
 * enabled and disabled, put. Calls the provider's ops, with the line's mutex and the
 * provider's rwsem held.
 */
#include <linux/device.h>
#include <linux/kallsyms.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "private.h"

#include <trace/events/hte.h>

#define CROSS_TRIES 5

static void trace_line(const struct hte_line *line, int action, int err)
{
	trace_hte_line(line->gdev->index, hte_line_number(line), hte_line_key(line), action,
		       line->line_id, line->label, line->consumer, err);
}

static void set_state(struct hte_line *line, enum hte_line_state state)
{
	raw_spin_lock_irq(&line->lock);
	line->state = state;
	raw_spin_unlock_irq(&line->lock);
}

/* NULL with the line's locks not taken, where there is no line */
static struct hte_line *lock_line(const struct hte_ts_desc *desc)
{
	struct hte_line *line = desc ? desc->hte_data : NULL;

	if (line) {
		down_read(&line->gdev->rwsem);
		mutex_lock(&line->mutex);
	}
	return line;
}

static void unlock_line(struct hte_line *line)
{
	mutex_unlock(&line->mutex);
	up_read(&line->gdev->rwsem);
}

/**
 * hte_line_bind() - give a line to a consumer
 * @gdev: the provider, with a reference of its module and of @gdev that the line takes over
 * @desc: gets the line
 * @number: the provider's number of the line
 * @consumer: its name, or NULL for what the callback's symbol tells later
 *
 * Context: process context; @gdev->rwsem held for read.
 * Return: 0, -EUSERS where it has a consumer.
 */
int hte_line_bind(struct hte_device *gdev, struct hte_ts_desc *desc, u32 number,
		  const char *consumer)
{
	struct hte_line *line = &gdev->lines[number];
	int err = 0;

	lockdep_assert_held(&gdev->rwsem);
	mutex_lock(&line->mutex);
	if (line->state != HTE_LINE_FREE) {
		err = -EUSERS;
	} else {
		line->line_id = desc->attr.line_id;
		if (desc->attr.name && *desc->attr.name)
			strscpy(line->label, desc->attr.name);
		else
			snprintf(line->label, sizeof(line->label), "ts_%u", line->line_id);
		strscpy(line->consumer, consumer ?: "");
		line->desc = desc;
		desc->hte_data = line;
		set_state(line, HTE_LINE_BOUND);
	}
	trace_line(line, HTE_LINE_GET, err);
	mutex_unlock(&line->mutex);
	return err;
}

/* "some_callback [some_module]": the module, or the function of the kernel itself */
static void name_by_symbol(struct hte_line *line, hte_ts_cb_t cb)
{
	char symbol[KSYM_SYMBOL_LEN], *module;

	snprintf(symbol, sizeof(symbol), "%ps", cb);
	module = strchr(symbol, '[');
	if (module) {
		module++;
		module[strcspn(module, "]")] = '\0';
	}
	strscpy(line->consumer, module ?: symbol);
}

static int request(struct hte_line *line, struct hte_ts_desc *desc, hte_ts_cb_t cb,
		   hte_ts_sec_cb_t tcb, void *data)
{
	struct hte_chip *chip = line->gdev->chip;
	int err;

	if (!chip)
		return -ENODEV;
	if (line->state != HTE_LINE_BOUND)
		return -EUSERS;

	if (tcb) {
		err = hte_second_start(line);
		if (err)
			return err;
	}
	raw_spin_lock_irq(&line->lock);
	line->cb = cb;
	line->tcb = tcb;
	line->data = data;
	raw_spin_unlock_irq(&line->lock);
	err = chip->ops->request(chip, desc, hte_line_number(line));
	if (err < 0) {
		hte_second_cancel(line);
		return err;
	}

	if (!*line->consumer)
		name_by_symbol(line, cb);
	atomic_inc(&line->gdev->requested);
	line->requests++;
	hte_debugfs_add_line(line, desc->attr.name);
	/* what the provider has pushed since it said yes was too early */
	raw_spin_lock_irq(&line->lock);
	line->seq = 1;
	line->state = HTE_LINE_ACTIVE;
	raw_spin_unlock_irq(&line->lock);
	return 0;
}

/**
 * hte_request_ts_ns() - begin to receive a line's stamps
 * @desc: bound by hte_ts_get() or hte_ts_get_line()
 * @cb: called for each stamp
 * @tcb: second callback, or NULL
 * @data: argument of both
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL without @desc, a line or @cb; -EUSERS where the line is requested
 *	already; -ENODEV when the provider has gone; -ENOMEM or -EINTR where there was no
 *	thread to be had for @tcb, which has one of its own; the provider's error. After an
 *	error the line is still bound: hte_ts_put() it.
 */
int hte_request_ts_ns(struct hte_ts_desc *desc, hte_ts_cb_t cb, hte_ts_sec_cb_t tcb, void *data)
{
	struct hte_line *line;
	int err;

	if (!cb)
		return -EINVAL;
	line = lock_line(desc);
	if (!line)
		return -EINVAL;
	err = request(line, desc, cb, tcb, data);
	trace_line(line, HTE_LINE_REQUEST, err);
	unlock_line(line);
	return err;
}
EXPORT_SYMBOL_GPL(hte_request_ts_ns);

static void put_managed(void *desc)
{
	hte_ts_put(desc);
}

/**
 * devm_hte_request_ts_ns() - the same, and put when a device goes
 * @dev: the consumer's device
 * @desc: see hte_request_ts_ns()
 * @cb: see hte_request_ts_ns()
 * @tcb: see hte_request_ts_ns()
 * @data: see hte_request_ts_ns()
 *
 * Context: process context, may sleep.
 * Return: as hte_request_ts_ns(), -EINVAL also without @dev; -ENOMEM, the line put.
 */
int devm_hte_request_ts_ns(struct device *dev, struct hte_ts_desc *desc, hte_ts_cb_t cb,
			   hte_ts_sec_cb_t tcb, void *data)
{
	int err;

	if (!dev)
		return -EINVAL;
	err = hte_request_ts_ns(desc, cb, tcb, data);
	if (err)
		return err;
	return devm_add_action_or_reset(dev, put_managed, desc);
}
EXPORT_SYMBOL_GPL(devm_hte_request_ts_ns);

static int set_enabled(struct hte_line *line, bool on)
{
	struct hte_chip *chip = line->gdev->chip;
	enum hte_line_state state = on ? HTE_LINE_ACTIVE : HTE_LINE_DISABLED;
	int (*op)(struct hte_chip *chip, u32 number);
	int err;

	if (!chip)
		return -ENODEV;
	if (line->state < HTE_LINE_DISABLED)
		return -EUSERS;
	if (line->state == state)
		return 0;
	op = on ? chip->ops->enable : chip->ops->disable;
	if (!op)
		return -EOPNOTSUPP;
	err = op(chip, hte_line_number(line));
	if (err)
		return err;
	set_state(line, state);
	return 0;
}

static int enable_or_disable(struct hte_ts_desc *desc, bool on)
{
	struct hte_line *line = lock_line(desc);
	int err;

	if (!line)
		return -EINVAL;
	err = set_enabled(line, on);
	trace_line(line, on ? HTE_LINE_ENABLE : HTE_LINE_DISABLE, err);
	unlock_line(line);
	return err;
}

/**
 * hte_enable_ts() - let a disabled line's stamps through again
 * @desc: requested
 *
 * Context: process context, may sleep.
 * Return: 0, also if it was enabled; -EINVAL without a line; -EUSERS if it is not
 *	requested; -EOPNOTSUPP where the provider cannot; -ENODEV when it has gone; its
 *	error.
 */
int hte_enable_ts(struct hte_ts_desc *desc)
{
	return enable_or_disable(desc, true);
}
EXPORT_SYMBOL_GPL(hte_enable_ts);

/**
 * hte_disable_ts() - stop a line's stamps for a while; what comes is lost and counted
 * @desc: requested
 *
 * The first callback is not called any more when this returns; a second one that it asked
 * for may still come.
 *
 * Context: process context, may sleep.
 * Return: as hte_enable_ts().
 */
int hte_disable_ts(struct hte_ts_desc *desc)
{
	return enable_or_disable(desc, false);
}
EXPORT_SYMBOL_GPL(hte_disable_ts);

/* undo request(); the line takes no stamp and runs no callback any more */
static int release(struct hte_line *line, struct hte_ts_desc *desc)
{
	struct hte_chip *chip = line->gdev->chip;
	int err = chip ? chip->ops->release(chip, desc, hte_line_number(line)) : -ENODEV;

	hte_debugfs_remove_line(line);
	atomic_dec(&line->gdev->requested);
	raw_spin_lock_irq(&line->lock);
	line->seq = 1;
	line->cb = NULL;
	line->tcb = NULL;
	line->data = NULL;
	line->drops_before = line->drops[HTE_DROP_UNREGISTERED] + line->drops[HTE_DROP_DISABLED];
	raw_spin_unlock_irq(&line->lock);
	return err;
}

/**
 * hte_ts_put() - give a line back
 * @desc: bound, requested or not. No callback runs any more when this returns, no second
 *	callback is pending; one that was is counted as coalesced
 *
 * Whatever it returns but -EINVAL, the line is free afterwards; mainline keeps a line that
 * its provider does not want to release, which then nobody can ever have again.
 *
 * Context: process context, may sleep. Not from the line's own second callback.
 * Return: 0; -EINVAL without a line; -ENODEV when the provider has gone meanwhile; the
 *	provider's error.
 */
int hte_ts_put(struct hte_ts_desc *desc)
{
	struct hte_line *line = lock_line(desc);
	struct hte_device *gdev;
	bool requested;
	int err = 0;

	if (!line)
		return -EINVAL;
	gdev = line->gdev;
	if (line->state == HTE_LINE_FREE || line->state == HTE_LINE_CLOSING) {
		unlock_line(line);
		return -EINVAL;
	}
	requested = line->state >= HTE_LINE_DISABLED;
	set_state(line, HTE_LINE_CLOSING);
	unlock_line(line);

	/* without the locks: the second callback may be about to take them */
	hte_second_cancel(line);

	lock_line(desc);
	if (requested)
		err = release(line, desc);
	else if (!gdev->chip)
		err = -ENODEV;
	trace_line(line, HTE_LINE_PUT, err);
	line->desc = NULL;
	desc->hte_data = NULL;
	set_state(line, HTE_LINE_FREE);
	unlock_line(line);
	module_put(gdev->owner);
	hte_device_put(gdev);
	return err;
}
EXPORT_SYMBOL_GPL(hte_ts_put);

/**
 * hte_clock_info() - ask a provider about its clock
 * @gdev: the provider
 * @ci: filled in
 *
 * Context: any.
 * Return: 0; -EOPNOTSUPP where it does not tell; -ENODEV when it has gone; its error.
 */
int hte_clock_info(struct hte_device *gdev, struct hte_clk_info *ci)
{
	struct hte_chip *chip;
	int err;

	rcu_read_lock();
	chip = READ_ONCE(gdev->chip);
	if (!chip)
		err = -ENODEV;
	else if (!chip->ops->get_clk_src_info)
		err = -EOPNOTSUPP;
	else
		err = chip->ops->get_clk_src_info(chip, ci);
	rcu_read_unlock();
	return err;
}

/**
 * hte_get_clk_src_info() - the clock that stamps a line
 * @desc: bound
 * @ci: filled in
 *
 * Context: any, the line's callbacks included.
 * Return: 0; -EINVAL without a line or @ci; else as hte_clock_info().
 */
int hte_get_clk_src_info(const struct hte_ts_desc *desc, struct hte_clk_info *ci)
{
	struct hte_line *line = desc && ci ? desc->hte_data : NULL;

	return line ? hte_clock_info(line->gdev, ci) : -EINVAL;
}
EXPORT_SYMBOL_GPL(hte_get_clk_src_info);

/**
 * hte_cross_ts() - a provider's clock and the kernel's at one instant
 * @gdev: the provider
 * @cross: filled in
 *
 * The provider's clock is read between two readings of the kernel's, a few times; the
 * narrowest pair counts, whose middle is the instant.
 *
 * Context: any.
 * Return: 0; -EOPNOTSUPP where it cannot be read; -ENODEV when the provider has gone; its
 *	error.
 */
int hte_cross_ts(struct hte_device *gdev, struct hte_cross_ts *cross)
{
	u64 before, after, error, hw = 0;
	struct hte_chip *chip;
	unsigned long flags;
	int i, err = 0;

	cross->error_ns = U64_MAX;
	rcu_read_lock();
	chip = READ_ONCE(gdev->chip);
	if (!chip)
		err = -ENODEV;
	else if (!chip->ops->get_time_ns)
		err = -EOPNOTSUPP;
	for (i = 0; i < CROSS_TRIES && !err; i++) {
		local_irq_save(flags);
		before = ktime_get_ns();
		err = chip->ops->get_time_ns(chip, &hw);
		after = ktime_get_ns();
		local_irq_restore(flags);
		error = (after - before + 1) / 2;
		if (!err && error < cross->error_ns) {
			cross->hw_ns = hw;
			cross->mono_ns = before + (after - before) / 2;
			cross->error_ns = error;
		}
	}
	rcu_read_unlock();
	return err;
}

/**
 * hte_get_cross_ts() - a line's clock and the kernel's at one instant
 * @desc: bound
 * @cross: filled in
 *
 * Context: any, the line's callbacks included.
 * Return: 0; -EINVAL without a line or @cross; else as hte_cross_ts().
 */
int hte_get_cross_ts(const struct hte_ts_desc *desc, struct hte_cross_ts *cross)
{
	struct hte_line *line = desc && cross ? desc->hte_data : NULL;

	return line ? hte_cross_ts(line->gdev, cross) : -EINVAL;
}
EXPORT_SYMBOL_GPL(hte_get_cross_ts);

/**
 * hte_get_line_info() - what a line is, and what has become of its stamps
 * @gdev: as for hte_ts_get_line()
 * @xlated_id: the provider's number of the line
 * @info: filled in
 *
 * Context: process context, may sleep.
 * Return: 0, -EINVAL for a line that is not.
 */
int hte_get_line_info(struct hte_device *gdev, u32 xlated_id, struct hte_line_info *info)
{
	struct hte_line *line;
	int i;

	if (!gdev || !info || xlated_id >= gdev->nlines)
		return -EINVAL;
	line = &gdev->lines[xlated_id];
	*info = (struct hte_line_info){};
	mutex_lock(&line->mutex);
	info->used = line->state != HTE_LINE_FREE;
	if (line->desc)
		info->edge_flags = line->desc->attr.edge_flags;
	strscpy(info->label, line->label);
	strscpy(info->consumer, line->consumer);
	raw_spin_lock_irq(&line->lock);
	info->total = line->total;
	for (i = 0; i < HTE_DROP_REASONS; i++)
		info->drops[i] = hte_line_drops(line, i);
	info->next_seq = line->seq;
	info->last_ns = line->last_ns;
	info->last_level = line->last_level;
	raw_spin_unlock_irq(&line->lock);
	mutex_unlock(&line->mutex);
	return 0;
}
EXPORT_SYMBOL_GPL(hte_get_line_info);
