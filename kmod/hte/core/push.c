// SPDX-License-Identifier: GPL-2.0
/*
 * Stamps and losses, on their way from the provider to the consumer's two callbacks.
 * Every push is counted once: delivered, or lost for a reason.
 */
#include <linux/minmax.h>

#include "private.h"

#include <trace/events/hte.h>

struct workqueue_struct *hte_workqueue;

/* the line's lock held */
static void count_drop(struct hte_line *line, enum hte_drop_reason reason, u64 n, u64 seq)
{
	line->drops[reason] += n;
	if (trace_hte_drop_enabled())
		trace_hte_drop(line->gdev->index, hte_line_number(line), hte_line_key(line), reason,
			       n, seq, line->drops[reason]);
}

/**
 * hte_line_drops() - how many stamps were lost for a reason
 * @line: the line
 * @reason: the reason
 *
 * Context: any.
 * Return: the number, since the provider registered.
 */
u64 hte_line_drops(struct hte_line *line, enum hte_drop_reason reason)
{
	if (reason == HTE_DROP_CONSUMER)
		return atomic64_read(&line->consumer_drops);
	return READ_ONCE(line->drops[reason]);
}

/* the second callback is wanted; the line's lock held */
static __always_inline void want_second(struct hte_line *line, u64 seq, int result)
{
	if (unlikely(result != HTE_RUN_SECOND_CB || !line->tcb)) {
		count_drop(line, HTE_DROP_CALLBACK, 1, seq);
	} else if (queue_work(hte_workqueue, &line->work)) {
		line->second_at = trace_hte_second_enabled() ? ktime_get_ns() : 0;
	} else {
		line->unserved++;
		count_drop(line, HTE_DROP_COALESCED, 1, seq);
	}
}

/* not taken: the line's lock held */
static noinline int refuse(struct hte_line *line, const struct hte_ts_data *stamp)
{
	if (trace_hte_push_enabled())
		trace_hte_push(line->gdev->index, hte_line_number(line), hte_line_key(line),
			       stamp->seq, stamp->tsc, ktime_get_ns(), stamp->raw_level, -EINVAL);
	count_drop(line, line->state == HTE_LINE_DISABLED ? HTE_DROP_DISABLED :
		   HTE_DROP_UNREGISTERED, 1, stamp->seq);
	return -EINVAL;
}

/* the line's lock held */
static noinline int call_traced(struct hte_line *line, struct hte_ts_data *stamp)
{
	u64 seq = stamp->seq, tsc = stamp->tsc, now = ktime_get_ns(), start;
	int level = stamp->raw_level, result;

	trace_hte_push(line->gdev->index, hte_line_number(line), hte_line_key(line), seq, tsc, now,
		       level, 0);
	start = chs_watch_start();
	result = line->cb(stamp, line->data);
	trace_hte_callback(line->gdev->index, hte_line_number(line), hte_line_key(line), seq, tsc,
			   now, level, chs_watch_ns(start), result);
	return result;
}

/**
 * hte_push_ts_ns() - hand a stamp to the line's consumer
 * @chip: the provider, as registered
 * @xlated_id: its number of the line
 * @data: tsc and raw_level filled in; seq is set here
 *
 * Context: any, hard interrupts included. Pushes of one line must come in order; those of
 * different lines do not meet.
 * Return: 0; -EINVAL for an unknown line, or when nobody has requested it or has it
 *	enabled, which is counted.
 */
int hte_push_ts_ns(const struct hte_chip *chip, u32 xlated_id, struct hte_ts_data *data)
{
	struct hte_device *gdev;
	struct hte_line *line;
	unsigned long flags;
	int result, err = -EINVAL;
	u64 seq;

	if (unlikely(!chip || !data))
		return -EINVAL;
	/* what keeps gdev: see private.h */
	local_irq_save(flags);
	gdev = smp_load_acquire(&chip->gdev);
	if (unlikely(!gdev || xlated_id >= gdev->nlines))
		goto out;
	line = &gdev->lines[xlated_id];

	raw_spin_lock(&line->lock);
	seq = line->seq++;
	data->seq = seq;
	if (unlikely(line->state != HTE_LINE_ACTIVE)) {
		err = refuse(line, data);
		goto unlock;
	}
	line->total++;
	line->last_ns = data->tsc;
	line->last_level = data->raw_level;
	if (trace_hte_push_enabled() || trace_hte_callback_enabled())
		result = call_traced(line, data);
	else
		result = line->cb(data, line->data);
	if (result != HTE_CB_HANDLED)
		want_second(line, seq, result);
	err = 0;
unlock:
	raw_spin_unlock(&line->lock);
out:
	local_irq_restore(flags);
	return err;
}
EXPORT_SYMBOL_GPL(hte_push_ts_ns);

/**
 * hte_second_work() - run a line's second callback
 * @work: the line's
 *
 * Context: process context. hte_ts_put() waits for it.
 */
void hte_second_work(struct work_struct *work)
{
	struct hte_line *line = container_of(work, struct hte_line, work);
	u64 at, unserved, start, delay = 0;
	hte_ts_sec_cb_t tcb;
	void *data;

	raw_spin_lock_irq(&line->lock);
	tcb = line->tcb;
	data = line->data;
	at = line->second_at;
	unserved = line->unserved;
	line->unserved = 0;
	raw_spin_unlock_irq(&line->lock);

	if (!trace_hte_second_enabled()) {
		tcb(data);
		return;
	}
	if (at)
		delay = ktime_get_ns() - at;
	start = chs_watch_start();
	tcb(data);
	trace_hte_second(line->gdev->index, hte_line_number(line), hte_line_key(line), delay,
			 chs_watch_ns(start), unserved);
}

/**
 * hte_second_cancel() - the line's second callback runs no more, and is not pending
 * @line: takes no stamps any more
 *
 * What was pending is a stamp that no second callback has served.
 *
 * Context: process context, sleeps; none of the line's locks held.
 */
void hte_second_cancel(struct hte_line *line)
{
	bool pending = cancel_work_sync(&line->work);

	raw_spin_lock_irq(&line->lock);
	line->unserved = 0;
	if (pending)
		count_drop(line, HTE_DROP_COALESCED, 1, 0);
	raw_spin_unlock_irq(&line->lock);
}

/**
 * hte_report_drops() - stamps of a line were lost before they could be pushed
 * @chip: the provider, as registered
 * @xlated_id: its number of the line
 * @n: how many
 * @reason: HTE_DROP_OVERFLOW as a rule; HTE_DROP_UNREGISTERED or HTE_DROP_DISABLED where the
 *	hardware itself holds back what nobody wants
 *
 * They get numbers of their own, so that the consumer sees a gap: call it between the last
 * push before the loss and the first one after it.
 *
 * Context: as hte_push_ts_ns().
 * Return: 0, -EINVAL for an unknown line or reason.
 */
int hte_report_drops(const struct hte_chip *chip, u32 xlated_id, u64 n,
		     enum hte_drop_reason reason)
{
	struct hte_device *gdev;
	struct hte_line *line;
	unsigned long flags;
	int err = -EINVAL;

	if (!chip || reason > HTE_DROP_OVERFLOW)
		return -EINVAL;
	local_irq_save(flags);
	gdev = smp_load_acquire(&chip->gdev);
	if (gdev && xlated_id < gdev->nlines) {
		line = &gdev->lines[xlated_id];
		raw_spin_lock(&line->lock);
		line->seq += n;
		if (n)
			count_drop(line, reason, n, line->seq - 1);
		raw_spin_unlock(&line->lock);
		err = 0;
	}
	local_irq_restore(flags);
	return err;
}
EXPORT_SYMBOL_GPL(hte_report_drops);

/**
 * hte_report_fifo() - how full a provider's FIFO was when it looked
 * @chip: the provider, as registered
 * @occupancy: entries
 * @lost: stamps that the hardware says it has lost since the last look, of all lines; they
 *	are reported by line as well, see hte_report_drops()
 *
 * Context: any; one call at a time for a chip.
 */
void hte_report_fifo(const struct hte_chip *chip, u32 occupancy, u64 lost)
{
	struct hte_device *gdev;
	unsigned long flags;

	local_irq_save(flags);
	gdev = smp_load_acquire(&chip->gdev);
	if (gdev) {
		WRITE_ONCE(gdev->max_occupancy, max(gdev->max_occupancy, occupancy));
		WRITE_ONCE(gdev->fifo_lost, gdev->fifo_lost + lost);
		trace_hte_fifo(gdev->index, occupancy, lost);
	}
	local_irq_restore(flags);
}
EXPORT_SYMBOL_GPL(hte_report_fifo);

/**
 * hte_ts_report_drops() - a consumer has lost stamps that it had taken
 * @desc: its line; nothing happens where it has none
 * @n: how many
 *
 * Context: any, the consumer's callbacks included; not together with hte_ts_put().
 */
void hte_ts_report_drops(const struct hte_ts_desc *desc, u64 n)
{
	struct hte_line *line = desc ? desc->hte_data : NULL;
	u64 total;

	if (!line || !n)
		return;
	total = atomic64_add_return(n, &line->consumer_drops);
	if (trace_hte_drop_enabled())
		trace_hte_drop(line->gdev->index, hte_line_number(line), hte_line_key(line),
			       HTE_DROP_CONSUMER, n, 0, total);
}
EXPORT_SYMBOL_GPL(hte_ts_report_drops);
