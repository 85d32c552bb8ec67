// SPDX-License-Identifier: GPL-2.0
/*
 * Queues of external events. Each open file has one, with a mask of channels; a
 * full queue loses its oldest event, and the loss is counted: for the reader,
 * for the channel, for the clock, and traced with the event that was lost.
 *
 * Events are put in under queue_lock, often in a hard interrupt. They are copied
 * to user space straight from the ring, without the lock; if the ring has moved
 * on in between (it lost events while they were being copied), the copy is made
 * anew. So no event is both delivered and counted as dropped, none is neither,
 * and a read() that faults takes nothing out.
 */
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/chs_ptp.h>

#include "private.h"

#include <trace/events/ptp.h>

/**
 * ptp_reader_create() - a queue for an open file, all channels let in
 * @ptp: the clock
 * @mode: the file's mode
 * @internal: the sysfs fifo, see &struct ptp_reader
 *
 * Context: process context, may sleep.
 * Return: the reader, in the clock's list; -ENOMEM, or -EMFILE at the user's limit.
 */
struct ptp_reader *ptp_reader_create(struct ptp_clock *ptp, fmode_t mode, bool internal)
{
	struct ptp_user *user = internal ? NULL : ptp_user_charge(PTP_QUOTA_FILES);
	struct ptp_reader *reader;

	if (IS_ERR(user))
		return ERR_CAST(user);
	reader = kvzalloc(struct_size(reader, channel_dropped, ptp->n_channels + 1),
			  GFP_KERNEL_ACCOUNT);
	if (!reader) {
		ptp_user_uncharge(user, PTP_QUOTA_FILES);
		return ERR_PTR(-ENOMEM);
	}
	reader->user = user;
	reader->clock = ptp;
	reader->pid = task_tgid_nr(current);
	get_task_comm(reader->comm, current);
	reader->mode = mode;
	reader->internal = internal;
	init_waitqueue_head(&reader->wait);
	mutex_init(&reader->read_mutex);
	INIT_LIST_HEAD(&reader->alarms);
	bitmap_fill(reader->mask, PTP_MAX_CHANNELS);

	mutex_lock(&ptp->readers_mutex);
	spin_lock_irq(&ptp->queue_lock);
	if (!internal) {
		reader->id = ++ptp->next_reader;
		ptp->n_readers++;
	}
	list_add_tail(&reader->node, &ptp->readers);
	spin_unlock_irq(&ptp->queue_lock);
	mutex_unlock(&ptp->readers_mutex);
	return reader;
}

/**
 * ptp_reader_destroy() - take a reader away
 * @reader: the reader; its losses stay in the clock's books
 *
 * Context: process context, may sleep.
 */
void ptp_reader_destroy(struct ptp_reader *reader)
{
	struct ptp_clock *ptp = reader->clock;

	mutex_lock(&ptp->readers_mutex);
	spin_lock_irq(&ptp->queue_lock);
	list_del(&reader->node);
	if (!reader->internal)
		ptp->n_readers--;
	if (!reader->internal && reader->dropped) {
		struct ptp_departed *gone = &ptp->departed[ptp->n_departed++ % PTP_DEPARTED];

		gone->id = reader->id;
		gone->pid = reader->pid;
		memcpy(gone->comm, reader->comm, sizeof(gone->comm));
		gone->delivered = reader->delivered;
		gone->dropped = reader->dropped;
	}
	spin_unlock_irq(&ptp->queue_lock);
	mutex_unlock(&ptp->readers_mutex);
	ptp_user_uncharge(reader->user, PTP_QUOTA_FILES);
	kvfree(reader);
}

static noinline void count_drop(struct ptp_clock *ptp, struct ptp_reader *reader,
				const struct ptp_extts_event *lost)
{
	bool alarm = lost->flags & PTP_EXTTS_ALARM;
	/* an alarm is no channel: it counts with those beyond the last */
	unsigned int channel = min(alarm ? ptp->n_channels : lost->index, ptp->n_channels);

	if (reader->internal)
		return;
	reader->dropped++;
	reader->channel_dropped[channel]++;
	ptp->extts_dropped++;
	ptp->channel_dropped[channel]++;
	if (trace_ptp_extts_drop_enabled())
		trace_ptp_extts_drop(ptp->index, reader->id, reader->pid, reader->comm,
				     alarm ? channel : lost->index,
				     lost->t.sec * NSEC_PER_SEC + lost->t.nsec, reader->dropped,
				     reader->delivered);
}

/* true if the oldest event had to make room; queue_lock held */
static __always_inline bool put_event(struct ptp_clock *ptp, struct ptp_reader *reader,
				      const struct ptp_extts_event *event)
{
	u32 depth = reader->head - reader->tail;
	bool dropped = false;

	if (unlikely(depth == PTP_QUEUE_CAPACITY)) {
		count_drop(ptp, reader, &reader->ring[reader->tail % PTP_QUEUE_SLOTS]);
		reader->tail++;
		dropped = !reader->internal;
	} else if (depth >= reader->max_depth) {
		reader->max_depth = depth + 1;
	}
	reader->ring[reader->head % PTP_QUEUE_SLOTS] = *event;
	/* pairs with the sleeper's look at head after it has queued itself */
	smp_store_release(&reader->head, reader->head + 1);
	if (wq_has_sleeper(&reader->wait))
		wake_up_interruptible_poll(&reader->wait, EPOLLIN);
	return dropped;
}

/* what a trace shows besides is counted only for one */
static __always_inline void put_to_all(struct ptp_clock *ptp, const struct ptp_extts_event *event,
				       bool traced)
{
	u32 reached = 0, dropped = 0;
	struct ptp_reader *reader;
	unsigned long flags;

	spin_lock_irqsave(&ptp->queue_lock, flags);
	ptp->extts_events++;
	list_for_each_entry(reader, &ptp->readers, node) {
		if (!test_bit(event->index, reader->mask))
			continue;
		dropped += put_event(ptp, reader, event);
		reached += !reader->internal;
	}
	if (traced)
		trace_ptp_extts(ptp->index, event->index,
				event->t.sec * NSEC_PER_SEC + event->t.nsec, event->flags, reached,
				dropped);
	spin_unlock_irqrestore(&ptp->queue_lock, flags);
}

/* functions of their own: one that chose would keep for the other what it has no use for */
static noinline notrace void put_to_all_plain(struct ptp_clock *ptp,
					      const struct ptp_extts_event *event)
{
	put_to_all(ptp, event, false);
}

static noinline notrace void put_to_all_traced(struct ptp_clock *ptp,
					       const struct ptp_extts_event *event)
{
	put_to_all(ptp, event, true);
}

/**
 * ptp_queue_event() - put an event into every queue that lets it in
 * @ptp: the clock
 * @event: the event, as read() will give it; its channel is below
 *	PTP_MAX_CHANNELS
 *
 * Context: any, hard interrupts included.
 */
void ptp_queue_event(struct ptp_clock *ptp, const struct ptp_extts_event *event)
{
	if (trace_ptp_extts_enabled())
		put_to_all_traced(ptp, event);
	else
		put_to_all_plain(ptp, event);
}

/**
 * ptp_queue_alarm() - put an alarm into the queue of the file that made it
 * @reader: the file; its mask does not apply
 * @event: the alarm, as read() will give it
 *
 * Context: any.
 */
void ptp_queue_alarm(struct ptp_reader *reader, const struct ptp_extts_event *event)
{
	struct ptp_clock *ptp = reader->clock;
	unsigned long flags;

	spin_lock_irqsave(&ptp->queue_lock, flags);
	put_event(ptp, reader, event);
	spin_unlock_irqrestore(&ptp->queue_lock, flags);
}

/**
 * ptp_queue_wake_all() - wake whoever sleeps in read() or poll()
 * @ptp: a clock that is going away
 *
 * Context: any.
 */
void ptp_queue_wake_all(struct ptp_clock *ptp)
{
	struct ptp_reader *reader;

	spin_lock_irq(&ptp->queue_lock);
	list_for_each_entry(reader, &ptp->readers, node)
		wake_up_all(&reader->wait);
	spin_unlock_irq(&ptp->queue_lock);
}

/**
 * ptp_reader_empty() - is there nothing to read?
 * @reader: the reader
 *
 * A hint without the lock, for waiting; what counts is what ptp_reader_copy() finds.
 */
bool ptp_reader_empty(const struct ptp_reader *reader)
{
	return smp_load_acquire(&reader->head) == READ_ONCE(reader->tail);
}

#define COPY_TRIES 4

/*
 * For a ring that loses events as fast as they are copied: takes one out first,
 * and if it cannot be delivered puts it back where there is still room for it, or
 * counts it as lost.
 */
static ssize_t copy_one(struct ptp_reader *reader, struct ptp_extts_event __user *to,
			unsigned int *depth)
{
	struct ptp_clock *ptp = reader->clock;
	struct ptp_extts_event event;
	u64 taken;

	spin_lock_irq(&ptp->queue_lock);
	if (reader->head == reader->tail) {
		spin_unlock_irq(&ptp->queue_lock);
		return 0;
	}
	taken = reader->tail;
	event = reader->ring[taken % PTP_QUEUE_SLOTS];
	WRITE_ONCE(reader->tail, taken + 1);
	reader->delivered++;
	*depth = reader->head - reader->tail;
	spin_unlock_irq(&ptp->queue_lock);

	if (!copy_to_user(to, &event, sizeof(event)))
		return 1;

	spin_lock_irq(&ptp->queue_lock);
	reader->delivered--;
	if (reader->tail == taken + 1 && reader->head - taken <= PTP_QUEUE_CAPACITY)
		WRITE_ONCE(reader->tail, taken);
	else
		count_drop(ptp, reader, &event);
	spin_unlock_irq(&ptp->queue_lock);
	return -EFAULT;
}

/**
 * ptp_reader_copy() - give the oldest events to user space
 * @reader: the reader; read_mutex held
 * @to: room for @max events
 * @max: at most this many
 * @depth: set to the number of events that still wait
 *
 * Context: process context, may sleep.
 * Return: number of events, or -EFAULT with nothing taken out.
 */
ssize_t ptp_reader_copy(struct ptp_reader *reader, struct ptp_extts_event __user *to,
			unsigned int max, unsigned int *depth)
{
	struct ptp_clock *ptp = reader->clock;
	unsigned int slot, first, tries = 0;
	u64 tail, n;
	bool intact;

	lockdep_assert_held(&reader->read_mutex);
	do {
		if (++tries > COPY_TRIES)
			return copy_one(reader, to, depth);

		spin_lock_irq(&ptp->queue_lock);
		tail = reader->tail;
		n = min_t(u64, reader->head - tail, max);
		spin_unlock_irq(&ptp->queue_lock);

		slot = tail % PTP_QUEUE_SLOTS;
		first = min_t(unsigned int, n, PTP_QUEUE_SLOTS - slot);
		if (copy_to_user(to, &reader->ring[slot], first * sizeof(*to)))
			return -EFAULT;
		if (n > first && copy_to_user(to + first, reader->ring, (n - first) * sizeof(*to)))
			return -EFAULT;

		spin_lock_irq(&ptp->queue_lock);
		intact = reader->tail == tail;
		if (intact) {
			WRITE_ONCE(reader->tail, tail + n);
			reader->delivered += n;
		}
		*depth = reader->head - reader->tail;
		spin_unlock_irq(&ptp->queue_lock);
	} while (!intact);
	return n;
}

/**
 * ptp_reader_pop() - take the oldest event out
 * @reader: the reader
 * @event: where to
 *
 * Context: process context.
 * Return: false if there is none.
 */
bool ptp_reader_pop(struct ptp_reader *reader, struct ptp_extts_event *event)
{
	struct ptp_clock *ptp = reader->clock;
	bool found;

	spin_lock_irq(&ptp->queue_lock);
	found = reader->head != reader->tail;
	if (found) {
		*event = reader->ring[reader->tail % PTP_QUEUE_SLOTS];
		WRITE_ONCE(reader->tail, reader->tail + 1);
		reader->delivered++;
	}
	spin_unlock_irq(&ptp->queue_lock);
	return found;
}

/**
 * ptp_reader_mask() - let a channel in, or none
 * @reader: the reader; events that wait already stay
 * @channel: below PTP_MAX_CHANNELS, or negative to let none in any more
 *
 * Context: process context.
 */
void ptp_reader_mask(struct ptp_reader *reader, int channel)
{
	spin_lock_irq(&reader->clock->queue_lock);
	if (channel < 0)
		bitmap_zero(reader->mask, PTP_MAX_CHANNELS);
	else
		__set_bit(channel, reader->mask);
	spin_unlock_irq(&reader->clock->queue_lock);
	trace_ptp_mask(reader->clock->index, reader->id, channel < 0 ? -1 : channel, 0);
}
