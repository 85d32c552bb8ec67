// SPDX-License-Identifier: GPL-2.0
/*
 * chs_hte_cdev: stamps of the hardware timestamping engine, to user space. A node
 * /dev/htechipN for each provider; lines are requested there by GPIO's calls, and a
 * request is a file of its own with a queue of events. See <uapi/linux/chs_hte.h> for what
 * user space sees. It is a consumer as any other: knows the engine's <linux/hte.h> alone.
 *
 * Locks, outermost first:
 *	hte_node.mutex		is there a provider, which requests are there, are their
 *				lines bound. Held over calls to the engine
 *	hte_request.read_mutex	one read() at a time copies out
 *	hte_request.lock	the queue. Raw, since a stamp comes within the raw lock of its
 *				line, in a hard interrupt, on PREEMPT_RT too
 *
 * What wakes within that lock must not take a spinlock_t: read() sleeps in a simple wait
 * queue, and those who poll are woken from an irq_work. Both put themselves into their
 * queue before they look at the ring under hte_request.lock, and a stamp looks for sleepers
 * after it had that lock: one of the two sees the other, without barriers.
 *
 * A node lives until the provider goes; its memory as long as a file of the node or a
 * request is open. Open files hold this module, bound lines the provider's.
 */
#include <linux/anon_inodes.h>
#include <linux/cdev.h>
#include <linux/compat.h>
#include <linux/device.h>
#include <linux/file.h>
#include <linux/hte.h>
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/notifier.h>
#include <linux/poll.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/swait.h>
#include <linux/uaccess.h>
#include <chs/release.h>
#include <uapi/linux/chs_hte.h>
#include <uapi/linux/gpio.h>

#ifndef HTE_CHS
#error "the kernel's own hte.h was included in place of ours: see NOSTDINC_FLAGS in Kbuild"
#endif

#define EVENTS_PER_LINE 16 /* GPIO's figures */
#define EVENTS_MAX	(GPIO_V2_LINES_MAX * EVENTS_PER_LINE)

#define EDGE_FLAGS   (GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING)
#define NEEDED_FLAGS (GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE)

static_assert(ARRAY_SIZE(((struct hte_stats *)0)->lines) == GPIO_V2_LINES_MAX);
static_assert(sizeof(struct hte_line_stats) % 8 == 0);
static_assert(sizeof(struct hte_stats) % 8 == 0 && sizeof(struct hte_clock) % 8 == 0);
static_assert((int)HTE_LOST_UNREGISTERED == HTE_DROP_UNREGISTERED);
static_assert((int)HTE_LOST_DISABLED == HTE_DROP_DISABLED);
static_assert((int)HTE_LOST_OVERFLOW == HTE_DROP_OVERFLOW);
static_assert((int)HTE_LOST_COALESCED == HTE_DROP_COALESCED);
static_assert((int)HTE_LOST_CALLBACK == HTE_DROP_CALLBACK);
static_assert((int)HTE_LOST_CONSUMER == HTE_DROP_CONSUMER);
static_assert((int)HTE_LOST_REASONS >= HTE_DROP_REASONS);

/**
 * struct hte_node - a provider's node
 * @dev: holds the memory
 * @cdev: the character device
 * @index: the engine's number of the provider, the N of htechipN
 * @nlines: how many it has
 * @label: its name
 * @mutex: see above
 * @gdev: the provider, NULL once it has gone; under @mutex
 * @requests: &hte_request.node; under @mutex
 * @entry: in hte_nodes
 */
struct hte_node {
	struct device dev;
	struct cdev cdev;
	int index;
	u32 nlines;
	char label[GPIO_MAX_NAME_SIZE];
	struct mutex mutex;
	struct hte_device *gdev;
	struct list_head requests;
	struct list_head entry;
};

/**
 * struct hte_request_line - a line of a request
 * @request: the request
 * @seq: the engine's number of the last stamp; under the request's lock
 * @stamps: that came; likewise
 * @dropped: by the request's queue; likewise
 * @id: of its events, where only one edge is wanted, else 0
 * @offset: the provider's number of it
 * @desc: bound, under the node's mutex, until the request or the provider goes
 * @last: what the engine knew of it when the provider went
 */
struct hte_request_line {
	struct hte_request *request;
	u64 seq;
	u64 stamps;
	u64 dropped;
	u32 id;
	u32 offset;
	struct hte_ts_desc desc;
	struct hte_line_info last;
};

/**
 * struct hte_request - lines that were requested, and the file's queue
 * @lock: guards what follows, down to @max_queued
 * @ended: the request or the provider goes: nothing is put in any more, and lines are put
 * @gone: it was the provider
 * @seqno: stamps of all lines so far, those lost in hardware included
 * @head: events ever put in
 * @tail: events ever taken out or dropped
 * @dropped: events pushed out unread, or lost when they could not be copied
 * @max_queued: most that waited
 * @size: length of @ring, a power of two
 * @ring: events as read() gives them; their padding is 0 from the start
 * @ring_line: the line of each
 * @readers: sleepers in read()
 * @pollers: others
 * @wake_pollers: wakes them
 * @read_mutex: see above
 * @node: the node
 * @entry: in the node's list, under its mutex
 * @n_lines: length of @lines
 * @lines: the lines
 */
struct hte_request {
	raw_spinlock_t lock;
	bool ended;
	bool gone;
	u32 seqno;
	u64 head;
	u64 tail;
	u64 dropped;
	u32 max_queued;

	u32 size;
	struct gpio_v2_line_event *ring;
	u8 *ring_line;
	struct swait_queue_head readers;
	wait_queue_head_t pollers;
	struct irq_work wake_pollers;
	struct mutex read_mutex;

	struct hte_node *node;
	struct list_head entry;
	u32 n_lines;
	struct hte_request_line lines[] __counted_by(n_lines);
};

static dev_t hte_first_devt;
/* changed by the notifier, one call at a time, and when the module goes */
static LIST_HEAD(hte_nodes);

/* ---- stamps come in -------------------------------------------------------- */

static u32 slot_of(const struct hte_request *request, u64 place)
{
	return place & (request->size - 1);
}

static struct hte_request_line *line_at(struct hte_request *request, u64 place)
{
	return &request->lines[request->ring_line[slot_of(request, place)]];
}

/* an event that was in the queue is lost; the request's lock held */
static void lose_event(struct hte_request *request, struct hte_request_line *line)
{
	request->dropped++;
	line->dropped++;
	/* else the line has been put, or will be any moment */
	if (!request->ended)
		hte_ts_report_drops(&line->desc, 1);
}

static u32 event_id(int raw_level)
{
	if (unlikely(raw_level < 0))
		return HTE_EVENT_UNKNOWN_EDGE;
	return raw_level ? GPIO_V2_LINE_EVENT_RISING_EDGE : GPIO_V2_LINE_EVENT_FALLING_EDGE;
}

static enum hte_return take_stamp(struct hte_ts_data *stamp, void *data)
{
	struct hte_request_line *line = data;
	struct hte_request *request = line->request;
	struct gpio_v2_line_event *event;
	u32 depth, slot;

	raw_spin_lock(&request->lock);
	if (unlikely(request->ended))
		goto unlock;
	depth = request->head - request->tail;
	if (unlikely(depth == request->size))
		lose_event(request, line_at(request, request->tail++));
	else if (depth >= request->max_queued)
		request->max_queued = depth + 1;
	request->seqno += stamp->seq - line->seq;
	line->seq = stamp->seq;
	line->stamps++;

	slot = slot_of(request, request->head++);
	request->ring_line[slot] = line - request->lines;
	event = &request->ring[slot];
	event->timestamp_ns = stamp->tsc;
	event->id = line->id ?: event_id(stamp->raw_level);
	event->offset = line->offset;
	event->seqno = request->seqno;
	event->line_seqno = stamp->seq;
unlock:
	raw_spin_unlock(&request->lock);

	if (swait_active(&request->readers))
		swake_up_one(&request->readers);
	if (waitqueue_active(&request->pollers))
		irq_work_queue(&request->wake_pollers);
	return HTE_CB_HANDLED;
}

static void wake_pollers(struct irq_work *work)
{
	struct hte_request *request = container_of(work, struct hte_request, wake_pollers);

	wake_up_poll(&request->pollers, EPOLLIN | EPOLLRDNORM);
}

/* ---- events go out --------------------------------------------------------- */

#define COPY_TRIES 4

/* for a queue that loses events as fast as they are copied: takes it out first */
static ssize_t copy_one(struct hte_request *request, char __user *to)
{
	struct hte_request_line *line;
	struct gpio_v2_line_event event;
	u64 taken;

	raw_spin_lock_irq(&request->lock);
	taken = request->tail;
	if (request->head == taken) {
		raw_spin_unlock_irq(&request->lock);
		return 0;
	}
	event = request->ring[slot_of(request, taken)];
	line = line_at(request, taken);
	request->tail++;
	raw_spin_unlock_irq(&request->lock);
	if (!copy_to_user(to, &event, sizeof(event)))
		return 1;

	raw_spin_lock_irq(&request->lock);
	/* back to where it was, if there is still room for it */
	if (request->tail == taken + 1 && request->head - taken <= request->size)
		request->tail = taken;
	else
		lose_event(request, line);
	raw_spin_unlock_irq(&request->lock);
	return -EFAULT;
}

/*
 * Copied straight from the ring, without the lock. If it has lost events meanwhile, which
 * moves the tail, the copy is made anew. read_mutex held. Number of events, or -EFAULT with
 * nothing taken out.
 */
static ssize_t copy_events(struct hte_request *request, char __user *to, size_t max)
{
	const size_t size = sizeof(*request->ring);
	unsigned int tries = 0;
	size_t n, slot, first;
	u64 tail;
	bool intact;

	do {
		if (++tries > COPY_TRIES)
			return copy_one(request, to);

		raw_spin_lock_irq(&request->lock);
		tail = request->tail;
		n = min_t(u64, request->head - tail, max);
		raw_spin_unlock_irq(&request->lock);

		slot = slot_of(request, tail);
		first = min_t(size_t, n, request->size - slot);
		if (copy_to_user(to, &request->ring[slot], first * size))
			return -EFAULT;
		if (n > first && copy_to_user(to + first * size, request->ring, (n - first) * size))
			return -EFAULT;

		raw_spin_lock_irq(&request->lock);
		intact = request->tail == tail;
		if (intact)
			request->tail += n;
		raw_spin_unlock_irq(&request->lock);
	} while (!intact);
	return n;
}

/*
 * A stamp wakes one sleeper. One that was woken and takes nothing, or not all, leaves the
 * rest to the next.
 */
static void pass_on(struct hte_request *request)
{
	if (swait_active(&request->readers))
		swake_up_one(&request->readers);
}

/* what poll() says; without EPOLLIN but with EPOLLHUP there will never be an event again */
static __poll_t readiness(struct hte_request *request)
{
	__poll_t ready = 0;

	raw_spin_lock_irq(&request->lock);
	if (request->head != request->tail)
		ready |= EPOLLIN | EPOLLRDNORM;
	if (request->gone)
		ready |= EPOLLHUP | EPOLLERR;
	raw_spin_unlock_irq(&request->lock);
	return ready;
}

static ssize_t request_read(struct file *file, char __user *to, size_t size, loff_t *pos)
{
	struct hte_request *request = file->private_data;
	bool nonblock = file->f_flags & O_NONBLOCK;
	__poll_t ready;
	ssize_t n;
	int err;

	for (;;) {
		ready = readiness(request);
		if (ready & EPOLLHUP && !(ready & EPOLLIN))
			return -ENODEV;
		if (size < sizeof(struct gpio_v2_line_event))
			return -EINVAL;
		if (!ready) {
			if (nonblock)
				return -EAGAIN;
			err = swait_event_interruptible_exclusive(request->readers,
								  readiness(request));
			if (err)
				return err;
			continue;
		}
		if (nonblock)
			err = mutex_trylock(&request->read_mutex) ? 0 : -EAGAIN;
		else
			err = mutex_lock_interruptible(&request->read_mutex) ? -ERESTARTSYS : 0;
		if (err) {
			pass_on(request);
			return err;
		}
		n = copy_events(request, to, size / sizeof(struct gpio_v2_line_event));
		mutex_unlock(&request->read_mutex);
		pass_on(request);
		/* 0: another read() was faster */
		if (n)
			return n < 0 ? n : n * sizeof(struct gpio_v2_line_event);
	}
}

static __poll_t request_poll(struct file *file, struct poll_table_struct *wait)
{
	struct hte_request *request = file->private_data;

	poll_wait(file, &request->pollers, wait);
	return readiness(request);
}

/* ---- a request's own calls ------------------------------------------------- */

/* the node's mutex held */
static void line_stats(struct hte_request_line *line, struct hte_line_stats *stats)
{
	struct hte_line_info *info = &line->last;
	int i;

	if (!line->request->gone)
		hte_get_line_info(line->request->node->gdev, line->offset, info);
	stats->offset = line->offset;
	stats->last_level = info->last_level;
	stats->last_ns = info->last_ns;
	stats->next_seqno = info->next_seq;
	stats->total = info->total;
	for (i = 0; i < HTE_DROP_REASONS; i++)
		stats->lost[i] = info->drops[i];
}

/* the queue's part, which adds up exactly */
static void queue_stats(struct hte_request *request, struct hte_stats *stats)
{
	u64 place;
	u32 i;

	raw_spin_lock_irq(&request->lock);
	stats->flags = request->gone ? HTE_REQUEST_GONE : 0;
	stats->queue_size = request->size;
	stats->queued = request->head - request->tail;
	stats->max_queued = request->max_queued;
	stats->stamps = request->head;
	stats->dropped = request->dropped;
	stats->delivered = request->tail - request->dropped;
	for (i = 0; i < request->n_lines; i++) {
		stats->lines[i].stamps = request->lines[i].stamps;
		stats->lines[i].dropped = request->lines[i].dropped;
		stats->lines[i].delivered = request->lines[i].stamps - request->lines[i].dropped;
	}
	for (place = request->tail; place != request->head; place++)
		stats->lines[line_at(request, place) - request->lines].delivered--;
	raw_spin_unlock_irq(&request->lock);
}

static long get_stats(struct hte_request *request, void __user *to)
{
	const size_t size = offsetof(struct hte_stats, lines[request->n_lines]);
	struct hte_stats *stats;
	long err = 0;
	u32 i;

	stats = kzalloc(sizeof(*stats), GFP_KERNEL);
	if (!stats)
		return -ENOMEM;
	stats->num_lines = request->n_lines;
	mutex_lock(&request->node->mutex);
	for (i = 0; i < request->n_lines; i++)
		line_stats(&request->lines[i], &stats->lines[i]);
	queue_stats(request, stats);
	mutex_unlock(&request->node->mutex);
	if (copy_to_user(to, stats, size))
		err = -EFAULT;
	kfree(stats);
	return err;
}

static long get_clock(struct hte_request *request, void __user *to)
{
	struct hte_ts_desc *desc = &request->lines[0].desc;
	struct hte_clock clock = {};
	struct hte_clk_info info = {};
	struct hte_cross_ts cross;
	int err, cross_err;

	mutex_lock(&request->node->mutex);
	if (request->gone) {
		err = cross_err = -ENODEV;
	} else {
		err = hte_get_clk_src_info(desc, &info);
		cross_err = hte_get_cross_ts(desc, &cross);
	}
	mutex_unlock(&request->node->mutex);
	if (!err) {
		clock.flags |= HTE_CLOCK_HAS_HZ;
		clock.hz = info.hz;
		clock.clockid = info.type;
	}
	if (!cross_err) {
		clock.flags |= HTE_CLOCK_RELATED;
		clock.hw_ns = cross.hw_ns;
		clock.mono_ns = cross.mono_ns;
		clock.error_ns = cross.error_ns;
	}
	if (err && err != -EOPNOTSUPP)
		return err;
	if (cross_err && (cross_err != -EOPNOTSUPP || err))
		return cross_err;
	return copy_to_user(to, &clock, sizeof(clock)) ? -EFAULT : 0;
}

static long request_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct hte_request *request = file->private_data;

	if (cmd == HTE_STATS_IOCTL)
		return get_stats(request, (void __user *)arg);
	if (READ_ONCE(request->gone))
		return -ENODEV;
	switch (cmd) {
	case HTE_CLOCK_IOCTL:
		return get_clock(request, (void __user *)arg);
	case GPIO_V2_LINE_SET_CONFIG_IOCTL:
	case GPIO_V2_LINE_GET_VALUES_IOCTL:
	case GPIO_V2_LINE_SET_VALUES_IOCTL:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

static void request_show_fdinfo(struct seq_file *out, struct file *file)
{
	struct hte_request *request = file->private_data;
	u32 i;

	seq_printf(out, "hte-chip:\t%s\n", dev_name(&request->node->dev));
	for (i = 0; i < request->n_lines; i++)
		seq_printf(out, "hte-line:\t%u\n", request->lines[i].offset);
}

/* ---- a request's life ------------------------------------------------------ */

/* no stamp is taken any more, the lines are free; the node's mutex held */
static void end_request(struct hte_request *request, bool gone)
{
	struct hte_request_line *line;
	u32 i;

	if (request->gone)
		return;
	for (i = 0; gone && i < request->n_lines; i++) {
		line = &request->lines[i];
		hte_get_line_info(request->node->gdev, line->offset, &line->last);
	}
	raw_spin_lock_irq(&request->lock);
	request->ended = true;
	WRITE_ONCE(request->gone, gone);
	raw_spin_unlock_irq(&request->lock);
	for (i = 0; i < request->n_lines; i++)
		hte_ts_put(&request->lines[i].desc);
	list_del_init(&request->entry);
	if (gone) {
		swake_up_all(&request->readers);
		wake_up_poll(&request->pollers, EPOLLIN | EPOLLHUP | EPOLLERR);
	}
}

static void free_request(struct hte_request *request)
{
	mutex_lock(&request->node->mutex);
	end_request(request, false);
	mutex_unlock(&request->node->mutex);
	irq_work_sync(&request->wake_pollers);
	put_device(&request->node->dev);
	kvfree(request->ring_line);
	kvfree(request->ring);
	kvfree(request);
}

static int request_release(struct inode *inode, struct file *file)
{
	free_request(file->private_data);
	return 0;
}

static const struct file_operations request_fops = {
	.owner = THIS_MODULE,
	.read = request_read,
	.poll = request_poll,
	.unlocked_ioctl = request_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = request_release,
	.llseek = noop_llseek,
	.show_fdinfo = request_show_fdinfo,
};

static struct hte_request *alloc_request(struct hte_node *node, u32 n_lines, u32 size)
{
	struct hte_request *request;

	size = roundup_pow_of_two(min_t(u32, size ?: n_lines * EVENTS_PER_LINE, EVENTS_MAX));
	request = kvzalloc(struct_size(request, lines, n_lines), GFP_KERNEL_ACCOUNT);
	if (!request)
		return NULL;
	request->n_lines = n_lines;
	request->size = size;
	raw_spin_lock_init(&request->lock);
	init_swait_queue_head(&request->readers);
	init_waitqueue_head(&request->pollers);
	init_irq_work(&request->wake_pollers, wake_pollers);
	mutex_init(&request->read_mutex);
	INIT_LIST_HEAD(&request->entry);
	request->node = node;
	get_device(&node->dev);
	request->ring = kvcalloc(size, sizeof(*request->ring), GFP_KERNEL_ACCOUNT);
	request->ring_line = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!request->ring || !request->ring_line) {
		free_request(request);
		return NULL;
	}
	return request;
}

/* of the line at that place of the request: the first attribute that names it, or all's */
static u64 flags_of(const struct gpio_v2_line_config *config, u32 i)
{
	u32 k;

	for (k = 0; k < config->num_attrs; k++)
		if (config->attrs[k].mask & BIT_ULL(i))
			return config->attrs[k].attr.flags;
	return config->flags;
}

/* in gpiolib's order, all of them EINVAL */
static bool is_sound(const struct gpio_v2_line_request *asked)
{
	const struct gpio_v2_line_config *config = &asked->config;
	u64 flags;
	u32 i;

	if (!asked->num_lines || asked->num_lines > GPIO_V2_LINES_MAX ||
	    memchr_inv(asked->padding, 0, sizeof(asked->padding)) ||
	    config->num_attrs > GPIO_V2_LINE_NUM_ATTRS_MAX ||
	    memchr_inv(config->padding, 0, sizeof(config->padding)))
		return false;
	for (i = 0; i < config->num_attrs; i++)
		if (config->attrs[i].attr.padding ||
		    config->attrs[i].attr.id != GPIO_V2_LINE_ATTR_ID_FLAGS)
			return false;
	if (memchr_inv(config->attrs + i, 0, sizeof(config->attrs) - i * sizeof(*config->attrs)))
		return false;
	for (i = 0; i < asked->num_lines; i++) {
		flags = flags_of(config, i);
		if (flags & ~(u64)(NEEDED_FLAGS | EDGE_FLAGS) || ~flags & NEEDED_FLAGS ||
		    !(flags & EDGE_FLAGS))
			return false;
	}
	return true;
}

static int bind_line(struct hte_request_line *line, u32 offset, u64 flags, const char *consumer)
{
	struct hte_node *node = line->request->node;
	unsigned long edges = 0;
	int err;

	if (offset >= node->nlines)
		return -EINVAL;
	if (flags & GPIO_V2_LINE_FLAG_EDGE_RISING)
		edges |= HTE_RISING_EDGE_TS;
	if (flags & GPIO_V2_LINE_FLAG_EDGE_FALLING)
		edges |= HTE_FALLING_EDGE_TS;
	if (edges == HTE_RISING_EDGE_TS)
		line->id = GPIO_V2_LINE_EVENT_RISING_EDGE;
	else if (edges == HTE_FALLING_EDGE_TS)
		line->id = GPIO_V2_LINE_EVENT_FALLING_EDGE;
	line->offset = array_index_nospec(offset, node->nlines);
	hte_init_line_attr(&line->desc, line->offset, edges, NULL, NULL);
	err = hte_ts_get_line(node->gdev, &line->desc, line->offset, consumer);
	return err == -EUSERS ? -EBUSY : err;
}

/* all lines or none; no hardware is touched before each is ours. The node's mutex held */
static int start_request(struct hte_request *request, const struct gpio_v2_line_request *asked)
{
	const char *consumer = *asked->consumer ? asked->consumer : NULL;
	struct hte_request_line *line;
	int err = 0;
	u32 i;

	if (!request->node->gdev)
		return -ENODEV;
	list_add(&request->entry, &request->node->requests);
	for (i = 0; i < request->n_lines && !err; i++) {
		line = &request->lines[i];
		line->request = request;
		err = bind_line(line, asked->offsets[i], flags_of(&asked->config, i), consumer);
	}
	for (i = 0; i < request->n_lines && !err; i++) {
		line = &request->lines[i];
		err = hte_request_ts_ns(&line->desc, take_stamp, NULL, line);
	}
	return err;
}

static long get_lines(struct hte_node *node, struct gpio_v2_line_request __user *arg)
{
	struct gpio_v2_line_request asked;
	struct hte_request *request;
	struct file *file;
	int fd, err;

	if (copy_from_user(&asked, arg, sizeof(asked)))
		return -EFAULT;
	if (!is_sound(&asked))
		return -EINVAL;
	asked.consumer[sizeof(asked.consumer) - 1] = '\0';

	request = alloc_request(node, asked.num_lines, asked.event_buffer_size);
	if (!request)
		return -ENOMEM;
	mutex_lock(&node->mutex);
	err = start_request(request, &asked);
	mutex_unlock(&node->mutex);
	if (err)
		goto free_request;

	fd = get_unused_fd_flags(O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = fd;
		goto free_request;
	}
	file = anon_inode_getfile("hte-line", &request_fops, request, O_RDONLY | O_CLOEXEC);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto put_fd;
	}
	if (put_user(fd, &arg->fd)) {
		/* which frees the request */
		fput(file);
		put_unused_fd(fd);
		return -EFAULT;
	}
	fd_install(fd, file);
	return 0;

put_fd:
	put_unused_fd(fd);
free_request:
	free_request(request);
	return err;
}

/* ---- the node -------------------------------------------------------------- */

static long get_chip_info(struct hte_node *node, void __user *to)
{
	struct gpiochip_info info = { .lines = node->nlines };

	strscpy(info.name, dev_name(&node->dev), sizeof(info.name));
	strscpy(info.label, node->label, sizeof(info.label));
	return copy_to_user(to, &info, sizeof(info)) ? -EFAULT : 0;
}

static long get_line_info(struct hte_node *node, struct gpio_v2_line_info __user *arg)
{
	struct gpio_v2_line_info answer;
	struct hte_line_info info;
	int err = -ENODEV;
	u32 offset;

	if (copy_from_user(&answer, arg, sizeof(answer)))
		return -EFAULT;
	if (memchr_inv(answer.padding, 0, sizeof(answer.padding)) || answer.offset >= node->nlines)
		return -EINVAL;
	offset = array_index_nospec(answer.offset, node->nlines);
	mutex_lock(&node->mutex);
	if (node->gdev)
		err = hte_get_line_info(node->gdev, offset, &info);
	mutex_unlock(&node->mutex);
	if (err)
		return err;

	memset(&answer, 0, sizeof(answer));
	answer.offset = offset;
	answer.flags = GPIO_V2_LINE_FLAG_INPUT;
	strscpy(answer.name, info.label, sizeof(answer.name));
	if (info.used) {
		strscpy(answer.consumer, info.consumer, sizeof(answer.consumer));
		answer.flags |= GPIO_V2_LINE_FLAG_USED | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE;
	}
	if (info.edge_flags & HTE_RISING_EDGE_TS)
		answer.flags |= GPIO_V2_LINE_FLAG_EDGE_RISING;
	if (info.edge_flags & HTE_FALLING_EDGE_TS)
		answer.flags |= GPIO_V2_LINE_FLAG_EDGE_FALLING;
	return copy_to_user(arg, &answer, sizeof(answer)) ? -EFAULT : 0;
}

static long node_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct hte_node *node = file->private_data;
	void __user *user = (void __user *)arg;

	if (!READ_ONCE(node->gdev))
		return -ENODEV;
	switch (cmd) {
	case GPIO_GET_CHIPINFO_IOCTL:
		return get_chip_info(node, user);
	case GPIO_V2_GET_LINEINFO_IOCTL:
		return get_line_info(node, user);
	case GPIO_V2_GET_LINE_IOCTL:
		if (!(file->f_mode & FMODE_WRITE))
			return -EACCES;
		return get_lines(node, user);
	case GPIO_V2_GET_LINEINFO_WATCH_IOCTL:
	case GPIO_GET_LINEINFO_UNWATCH_IOCTL:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

/* the open file keeps cdev, and with it the node */
static int node_open(struct inode *inode, struct file *file)
{
	struct hte_node *node = container_of(inode->i_cdev, struct hte_node, cdev);

	if (!READ_ONCE(node->gdev))
		return -ENODEV;
	file->private_data = node;
	return nonseekable_open(inode, file);
}

static const struct file_operations node_fops = {
	.owner = THIS_MODULE,
	.open = node_open,
	.unlocked_ioctl = node_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};

/* 0600, root's: GPIO's nodes are that too, udev may give them away */
static CHS_CONST struct class hte_class = {
	.name = "hte",
};

static CHS_RELEASES(node_releases);

static void release_node(struct device *dev)
{
	kfree(container_of(dev, struct hte_node, dev));
	chs_release_done(&node_releases);
}

static int add_node(const struct hte_chip_info *info)
{
	struct hte_node *node;
	int err;

	if (info->index > MINORMASK)
		return -ENOSPC;
	node = kzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return -ENOMEM;
	node->index = info->index;
	node->nlines = info->nlines;
	strscpy(node->label, info->name, sizeof(node->label));
	mutex_init(&node->mutex);
	node->gdev = info->gdev;
	INIT_LIST_HEAD(&node->requests);
	device_initialize(&node->dev);
	chs_release_expect(&node_releases);
	node->dev.class = &hte_class;
	node->dev.parent = info->dev;
	node->dev.devt = hte_first_devt + info->index;
	node->dev.release = release_node;
	cdev_init(&node->cdev, &node_fops);
	node->cdev.owner = THIS_MODULE;
	err = dev_set_name(&node->dev, "htechip%d", info->index);
	if (!err)
		err = cdev_device_add(&node->cdev, &node->dev);
	if (err) {
		put_device(&node->dev);
		return err;
	}
	list_add(&node->entry, &hte_nodes);
	return 0;
}

static void remove_node(struct hte_node *node)
{
	struct hte_request *request, *next;

	list_del(&node->entry);
	cdev_device_del(&node->cdev, &node->dev);
	mutex_lock(&node->mutex);
	list_for_each_entry_safe(request, next, &node->requests, entry)
		end_request(request, true);
	WRITE_ONCE(node->gdev, NULL);
	mutex_unlock(&node->mutex);
	put_device(&node->dev);
}

static int providers_changed(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct hte_chip_info *info = data;
	struct hte_node *node;
	int err;

	if (action == HTE_CHIP_ADDED) {
		err = add_node(info);
		if (err)
			pr_err("chs_hte_cdev: no node for %*pE, htechip%d: %d\n",
			       (int)strlen(info->name), info->name, info->index, err);
		return NOTIFY_OK;
	}
	list_for_each_entry(node, &hte_nodes, entry) {
		if (node->gdev == info->gdev) {
			remove_node(node);
			break;
		}
	}
	return NOTIFY_OK;
}

static struct notifier_block hte_notifier = { .notifier_call = providers_changed };

static int __init hte_cdev_init(void)
{
	int err;

	err = class_register(&hte_class);
	if (err)
		return err;
	err = alloc_chrdev_region(&hte_first_devt, 0, MINORMASK + 1, "htechip");
	if (err)
		goto unregister_class;
	err = hte_register_notifier(&hte_notifier);
	if (err)
		goto unregister_region;
	return 0;

unregister_region:
	unregister_chrdev_region(hte_first_devt, MINORMASK + 1);
unregister_class:
	class_unregister(&hte_class);
	return err;
}

/* no file is open, so there are no requests */
static void __exit hte_cdev_exit(void)
{
	struct hte_node *node, *next;

	hte_unregister_notifier(&hte_notifier);
	list_for_each_entry_safe(node, next, &hte_nodes, entry)
		remove_node(node);
	unregister_chrdev_region(hte_first_devt, MINORMASK + 1);
	class_unregister(&hte_class);
	chs_releases_wait(&node_releases);
}

module_init(hte_cdev_init);
module_exit(hte_cdev_exit);

MODULE_DESCRIPTION("stamps of the hardware timestamping engine, to user space");
MODULE_VERSION(CHS_VERSION);
MODULE_LICENSE("GPL");
