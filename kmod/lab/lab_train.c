// SPDX-License-Identifier: GPL-2.0
/*
 * Trains of edges; see lab_train.h for what they are and lab_heap.h for their arithmetic.
 *
 * A device has one timer, which fires when the first of its lines is due. Each edge
 * happens at its own instant: the timer's lateness does not move it, and a device that
 * cannot keep up falls behind, but leaves nothing out.
 *
 * Locks: trains->lock guards all of it, and is taken in any context. Edges go out with it
 * released, one after the other, since a timer's function does not run twice at a time.
 *
 * Removal: lab_trains_stop() clears trains->up under the lock, after which nothing starts
 * the timer, cancels it, and wakes whoever waits.
 */
#include <linux/bitmap.h>
#include <linux/completion.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "lab_heap.h"
#include "lab_train.h"

#define TRAIN_BATCH  64			   /* edges in one interrupt */
#define TRAIN_BREATH 20000LL		   /* ns between two such interrupts at least */
#define TRAIN_FAR    (3600 * NSEC_PER_SEC) /* longest period, and sleep of the timer */
#define TRAIN_COUNT  1000000000LL	   /* edges of a train that has an end */

/* who waits for the end of a train on several lines */
struct train_waiter {
	struct completion done;
	unsigned int lines; /* that go on */
	bool cut;	    /* one was stopped */
	s64 left;	    /* edges that did not come for it */
};

struct train_line {
	struct lab_train train;
	bool on;
	bool rising; /* what the next edge is */
	u32 serial;  /* of the train */
	struct train_waiter *waiter;
	u64 edges;
};

/* an edge on its way out */
struct train_edge {
	struct lab_due due;
	u32 serial;
	bool rising, last;
};

struct lab_trains {
	struct lab_device *ld;
	void (*edge)(struct lab_device *ld, unsigned int line, s64 raw, bool rising);
	bool (*level)(struct lab_device *ld, unsigned int line);
	spinlock_t lock;
	bool up;
	struct hrtimer timer;
	struct lab_random random;
	struct lab_heap heap;
	u64 edges;
	unsigned int n_lines;
	struct train_line lines[];
};

/* what a user asks for */
struct train_order {
	unsigned long *lines;
	s64 count, period, burst, gap, jitter, delay, wait, stop;
};

/* the lock is held */
static void train_arm(struct lab_trains *t, s64 raw, s64 least)
{
	s64 delay;

	if (!t->up || !t->heap.n)
		return;
	delay = clamp_t(s64, t->heap.at[0].when - raw, least, TRAIN_FAR);
	hrtimer_start(&t->timer, ns_to_ktime(delay), HRTIMER_MODE_REL);
}

/* a line's train is over; the lock is held */
static void train_end(struct train_line *line)
{
	struct train_waiter *waiter = line->waiter;

	line->on = false;
	line->waiter = NULL;
	if (!waiter)
		return;
	waiter->cut |= line->train.left;
	if (line->train.left > 0)
		waiter->left += line->train.left;
	if (!--waiter->lines)
		complete(&waiter->done);
}

/* the next edge, if it is due; the lock is held */
static bool train_take(struct lab_trains *t, struct train_edge *e)
{
	struct train_line *line;

	if (!t->up || !t->heap.n || t->heap.at[0].when > ktime_get_raw_ns())
		return false;
	e->due = t->heap.at[0];
	line = &t->lines[e->due.line];
	e->serial = line->serial;
	e->rising = line->rising;
	line->rising = !line->rising;
	line->edges++;
	t->edges++;
	e->last = !lab_train_next(&line->train, &t->random);
	if (e->last)
		lab_heap_pop(&t->heap);
	else
		lab_heap_delay(&t->heap, line->train.when);
	return true;
}

static enum hrtimer_restart train_fire(struct hrtimer *timer)
{
	struct lab_trains *t = container_of(timer, struct lab_trains, timer);
	s64 began = ktime_get_raw_ns(), raw;
	struct train_line *line;
	struct train_edge e;
	unsigned long flags;
	int n;

	spin_lock_irqsave(&t->lock, flags);
	for (n = 0; n < TRAIN_BATCH && train_take(t, &e); n++) {
		spin_unlock_irqrestore(&t->lock, flags);
		t->edge(t->ld, e.due.line, e.due.when, e.rising);
		spin_lock_irqsave(&t->lock, flags);
		/* over only now: who waits for the last edge wants it to have happened */
		line = &t->lines[e.due.line];
		if (e.last && line->on && line->serial == e.serial)
			train_end(line);
	}
	raw = ktime_get_raw_ns();
	/* leave the processor as much time as we took: no storm of edges can choke it */
	train_arm(t, raw, n == TRAIN_BATCH ? max(raw - began, TRAIN_BREATH) : 0);
	spin_unlock_irqrestore(&t->lock, flags);
	return HRTIMER_NORESTART;
}

struct lab_trains *lab_trains_new(struct lab_device *ld, unsigned int n_lines,
				  void (*edge)(struct lab_device *ld, unsigned int line, s64 raw,
					       bool rising),
				  bool (*level)(struct lab_device *ld, unsigned int line))
{
	struct lab_trains *t = kvzalloc(struct_size(t, lines, n_lines), GFP_KERNEL);

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->heap.at = kvcalloc(n_lines ?: 1, sizeof(*t->heap.at), GFP_KERNEL);
	if (!t->heap.at) {
		kvfree(t);
		return ERR_PTR(-ENOMEM);
	}
	t->n_lines = n_lines;
	t->ld = ld;
	t->edge = edge;
	t->level = level;
	t->up = true;
	spin_lock_init(&t->lock);
	lab_timer_setup(&t->timer, train_fire);
	lab_random_seed(&t->random, ld->id + 1, 3);
	return t;
}
EXPORT_SYMBOL_GPL(lab_trains_new);

void lab_trains_stop(struct lab_trains *t)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&t->lock, flags);
	t->up = false;
	spin_unlock_irqrestore(&t->lock, flags);
	hrtimer_cancel(&t->timer);
	spin_lock_irqsave(&t->lock, flags);
	for (i = 0; i < t->n_lines; i++)
		if (t->lines[i].on)
			train_end(&t->lines[i]);
	t->heap.n = 0;
	spin_unlock_irqrestore(&t->lock, flags);
}
EXPORT_SYMBOL_GPL(lab_trains_stop);

void lab_trains_free(struct lab_trains *t)
{
	kvfree(t->heap.at);
	kvfree(t);
}
EXPORT_SYMBOL_GPL(lab_trains_free);

static bool train_is_on(void *data, u32 line)
{
	return ((struct lab_trains *)data)->lines[line].on;
}

/* end the trains of lines, of this waiter only if there is one; no edge of theirs is on its way */
static void trains_cut(struct lab_trains *t, const unsigned long *lines,
		       const struct train_waiter *waiter)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&t->lock, flags);
	for_each_set_bit(i, lines, t->n_lines)
		if (t->lines[i].on && (!waiter || t->lines[i].waiter == waiter))
			train_end(&t->lines[i]);
	lab_heap_drop(&t->heap, train_is_on, t);
	spin_unlock_irqrestore(&t->lock, flags);
	hrtimer_cancel(&t->timer);
	spin_lock_irqsave(&t->lock, flags);
	train_arm(t, ktime_get_raw_ns(), 0);
	spin_unlock_irqrestore(&t->lock, flags);
}

static int order_read(struct lab_trains *t, char *text, struct train_order *o)
{
	const struct lab_arg args[] = {
		{ "lines", .lines = o->lines, .max = t->n_lines },
		{ "count", &o->count, 0, TRAIN_COUNT },
		{ "period_ns", &o->period, 0, TRAIN_FAR },
		{ "burst", &o->burst, 1, TRAIN_COUNT },
		{ "gap_ns", &o->gap, 0, TRAIN_FAR },
		{ "jitter_ns", &o->jitter, 0, NSEC_PER_SEC },
		{ "delay_ns", &o->delay, 0, TRAIN_FAR },
		{ "wait", &o->wait, 0, 1 },
		{ "stop", &o->stop, 0, 1 },
	};
	int err = lab_args(text, args, ARRAY_SIZE(args));

	if (err)
		return err;
	if (bitmap_empty(o->lines, t->n_lines)) {
		lab_say("want lines=");
		return -EINVAL;
	}
	if (o->burst > 1 && o->gap > div64_s64(o->period, o->burst - 1)) {
		lab_say("%lld edges, %lld ns apart, do not fit into a period of %lld ns", o->burst,
			o->gap, o->period);
		return -EINVAL;
	}
	if (!o->count && !o->period && !o->stop) {
		lab_say("without end and without a period: want count= or period_ns=");
		return -EINVAL;
	}
	if (o->wait < 0)
		o->wait = o->count != 0;
	return 0;
}

/* the lock is held */
static void order_start(struct lab_trains *t, const struct train_order *o, s64 start,
			struct train_waiter *waiter)
{
	struct lab_plan plan = {
		.start = start,
		.period = o->period,
		.burst = o->burst,
		.gap = o->gap,
		.jitter = o->jitter,
	};
	unsigned int i;

	for_each_set_bit(i, o->lines, t->n_lines) {
		struct train_line *line = &t->lines[i];

		lab_train_begin(&line->train, &plan, o->count ?: -1, &t->random);
		line->rising = !t->level(t->ld, i);
		line->on = true;
		line->serial++;
		line->waiter = waiter;
		if (waiter)
			waiter->lines++;
		lab_heap_add(&t->heap, line->train.when, i);
	}
}

static int order_run(struct lab_trains *t, const struct train_order *o)
{
	struct train_waiter waiter = {};
	unsigned long flags;
	int busy = -1, err = 0;
	unsigned int i;
	s64 raw, start;

	init_completion(&waiter.done);
	spin_lock_irqsave(&t->lock, flags);
	for_each_set_bit(i, o->lines, t->n_lines)
		if (t->lines[i].on && busy < 0)
			busy = i;
	if (!t->up)
		err = -ENODEV;
	else if (busy >= 0)
		err = -EBUSY;
	raw = ktime_get_raw_ns();
	/* however far jitter throws the first edge, it does not come before now */
	start = raw + o->delay + o->jitter;
	if (!err) {
		order_start(t, o, start, o->wait ? &waiter : NULL);
		train_arm(t, raw, 0);
	}
	spin_unlock_irqrestore(&t->lock, flags);
	if (busy >= 0)
		lab_say("line %d has a train already", busy);
	if (err)
		return err;
	if (o->wait) {
		/* not -ERESTARTSYS: a restart would make all edges once more */
		if (wait_for_completion_interruptible(&waiter.done)) {
			trains_cut(t, o->lines, &waiter);
			err = -EINTR;
		} else if (waiter.cut && !READ_ONCE(t->up)) {
			err = -ENODEV;
		} else if (waiter.left) {
			err = -ECANCELED;
		}
		if (waiter.left)
			lab_say("stopped, %lld edges did not come", waiter.left);
	}
	return err ?: lab_say("start_ns=%lld", start);
}

int lab_trains_store(struct lab_trains *t, char *value)
{
	struct train_order o = {
		.count = 1,
		.period = NSEC_PER_MSEC,
		.burst = 1,
		.wait = -1,
	};
	int err;

	o.lines = bitmap_zalloc(t->n_lines ?: 1, GFP_KERNEL);
	if (!o.lines)
		return -ENOMEM;
	err = order_read(t, value, &o);
	if (!err && o.stop)
		trains_cut(t, o.lines, NULL);
	else if (!err)
		err = order_run(t, &o);
	bitmap_free(o.lines);
	return err;
}
EXPORT_SYMBOL_GPL(lab_trains_store);

u64 lab_trains_count(const struct lab_trains *t, int line)
{
	return line < 0 ? READ_ONCE(t->edges) : READ_ONCE(t->lines[line].edges);
}
EXPORT_SYMBOL_GPL(lab_trains_count);
