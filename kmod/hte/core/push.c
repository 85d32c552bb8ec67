// SPDX-License-Identifier: GPL-2.0
/*
 * Stamps and losses, on their way from the provider to the consumer's two callbacks.
 * Every push is counted once: delivered, or lost for a reason.
 */
#include <linux/compiler.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/sched.h>

#include "private.h"

#include <trace/events/hte.h>

/* Out of line, as all that traces here: a stamp that nobody traces must not pay for it. */
static noinline void trace_drop(const struct hte_line *line, int reason, u64 n, u64 seq)
{
	trace_hte_drop(line->gdev->index, hte_line_number(line), hte_line_key(line), reason, n,
		       seq, line->drops[reason]);
}

/* the line's lock held */
static __always_inline void count_drop(struct hte_line *line, enum hte_drop_reason reason, u64 n,
				       u64 seq)
{
	line->drops[reason] += n;
	if (trace_hte_drop_enabled())
		trace_drop(line, reason, n, seq);
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

static noinline void wake_traced(struct hte_line *line)
{
	line->second_at = ktime_get_ns();
	wake_up_process(line->thread);
}

/* the first callback was not content; the line's lock held, the stamp is the last one */
static noinline void want_second(struct hte_line *line, int result)
{
	if (unlikely(result != HTE_RUN_SECOND_CB || !line->tcb)) {
		count_drop(line, HTE_DROP_CALLBACK, 1, line->seq - 1);
	} else if (line->wanted) {
		line->unserved++;
		count_drop(line, HTE_DROP_COALESCED, 1, line->seq - 1);
	} else {
		WRITE_ONCE(line->wanted, true);
		if (trace_hte_second_enabled())
			wake_traced(line);
		else
			wake_up_process(line->thread);
	}
}

static __always_inline enum hte_drop_reason why_refused(const struct hte_line *line)
{
	return line->state == HTE_LINE_DISABLED ? HTE_DROP_DISABLED : HTE_DROP_UNREGISTERED;
}

static noinline void trace_refused(const struct hte_line *line, const struct hte_ts_data *stamp)
{
	/* or the clock is read for nobody */
	if (trace_hte_push_enabled())
		trace_hte_push(line->gdev->index, hte_line_number(line), hte_line_key(line),
			       stamp->seq, stamp->tsc, ktime_get_ns(), stamp->raw_level, -EINVAL);
	trace_drop(line, why_refused(line), 1, stamp->seq);
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
	int result;

	if (unlikely(!chip || !data))
		return -EINVAL;
	/* what keeps gdev: see private.h */
	local_irq_save(flags);
	gdev = smp_load_acquire(&chip->gdev);
	if (unlikely(!gdev || xlated_id >= gdev->nlines))
		goto refused;
	line = &gdev->lines[xlated_id];
	/* or the compiler keeps what it is made of, and makes it anew each time */
	OPTIMIZER_HIDE_VAR(line);

	raw_spin_lock(&line->lock);
	data->seq = line->seq++;
	if (line->state != HTE_LINE_ACTIVE) {
		line->drops[why_refused(line)]++;
		if (trace_hte_push_enabled() || trace_hte_drop_enabled())
			trace_refused(line, data);
		raw_spin_unlock(&line->lock);
		goto refused;
	}
	line->total++;
	line->last_ns = data->tsc;
	line->last_level = data->raw_level;
	if (trace_hte_push_enabled() || trace_hte_callback_enabled())
		result = call_traced(line, data);
	else
		result = line->cb(data, line->data);
	if (result != HTE_CB_HANDLED)
		want_second(line, result);
	raw_spin_unlock(&line->lock);
	local_irq_restore(flags);
	return 0;

refused:
	local_irq_restore(flags);
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(hte_push_ts_ns);

/* process context */
static void run_second(struct hte_line *line)
{
	u64 at, unserved, start, delay = 0;
	hte_ts_sec_cb_t tcb;
	void *data;

	raw_spin_lock_irq(&line->lock);
	WRITE_ONCE(line->wanted, false);
	tcb = line->tcb;
	data = line->data;
	at = line->second_at;
	line->second_at = 0;
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

static int second_thread(void *data)
{
	struct hte_line *line = data;

	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		if (READ_ONCE(line->wanted)) {
			__set_current_state(TASK_RUNNING);
			run_second(line);
		} else {
			schedule();
		}
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

/**
 * hte_second_start() - a line is to have a second callback
 * @line: takes no stamps yet
 *
 * It gets a thread of its own, as interrupts have: lines cannot hold up each other, and
 * nothing is cheaper to set going from a push. The thread comes before all that is not
 * real-time, and after the threads of interrupts.
 *
 * Context: process context, sleeps; the line's mutex held.
 * Return: 0, -ENOMEM, or -EINTR where the caller is being killed.
 */
int hte_second_start(struct hte_line *line)
{
	struct task_struct *thread;

	thread = kthread_run(second_thread, line, "hte%d/%u", line->gdev->index,
			     hte_line_number(line));
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	sched_set_fifo_low(thread);
	line->thread = thread;
	return 0;
}

/**
 * hte_second_cancel() - the line's second callback runs no more, and is not pending
 * @line: takes no stamps any more, or not yet; it need not have one
 *
 * What was pending is a stamp that no second callback has served.
 *
 * Context: process context, sleeps; none of the line's locks held, or the callback has
 * never been asked for.
 */
void hte_second_cancel(struct hte_line *line)
{
	if (!line->thread)
		return;
	kthread_stop(line->thread);
	raw_spin_lock_irq(&line->lock);
	line->thread = NULL;
	line->unserved = 0;
	if (line->wanted)
		count_drop(line, HTE_DROP_COALESCED, 1, 0);
	line->wanted = false;
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
	unsigned long flags;
	u64 total;

	if (!line || !n)
		return;
	total = atomic64_add_return(n, &line->consumer_drops);
	if (!trace_hte_drop_enabled())
		return;
	/* else a push that interrupts a BPF program of this event would go unseen by it */
	local_irq_save(flags);
	trace_hte_drop(line->gdev->index, hte_line_number(line), hte_line_key(line),
		       HTE_DROP_CONSUMER, n, 0, total);
	local_irq_restore(flags);
}
EXPORT_SYMBOL_GPL(hte_ts_report_drops);
