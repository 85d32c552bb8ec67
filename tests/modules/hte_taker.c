// SPDX-License-Identifier: GPL-2.0
/*
 * hte_taker: consumers of the hardware timestamping engine that do what a test tells them
 * through /dev/hte_taker, see hte_hand.h, and keep books on their callbacks. Each open file
 * has descriptors of its own; calls for one descriptor do not wait for those of another.
 * For tests/hte_*.bats.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/hte.h>
#include <linux/hte_ring.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "hand.h"
#include "hte_hand.h"

/**
 * struct slot - a descriptor and what its callbacks saw
 * @open: hte_ts_put() has not returned
 */
struct slot {
	struct hte_ts_desc desc;
	struct hte_ring ring;
	struct taker_request request;
	struct taker_state state;
	bool open;
};

struct device_slot {
	struct platform_device *pdev;
	struct fwnode_handle *node;
};

/* of an open file; a test has one */
struct taker {
	struct slot *slots;
};

static struct device_slot devices[HAND_DEVICES];
static DEFINE_MUTEX(device_mutex);

/* ---- callbacks ---- */

/* the worst of what may be called here */
static int ask_clock(struct slot *slot)
{
	struct hte_cross_ts cross;
	struct hte_clk_info ci;
	int err = hte_get_clk_src_info(&slot->desc, &ci);

	return err ?: hte_get_cross_ts(&slot->desc, &cross);
}

static enum hte_return taker_first(struct hte_ts_data *ts, void *data)
{
	struct slot *slot = data;
	struct taker_state *state = &slot->state;

	state->first++;
	if (ts->seq <= state->last_seq)
		state->disorder++;
	else
		state->missing += ts->seq - state->last_seq - 1;
	state->last_seq = ts->seq;
	state->sum_tsc += ts->tsc;
	state->level = ts->raw_level;
	state->hardirq += !!in_hardirq();
	state->misplaced += !irqs_disabled();
	state->late += !READ_ONCE(slot->open);
	if (slot->request.flags & TAKER_ASKS_CLOCK)
		state->asked = min(state->asked, ask_clock(slot));
	if (slot->request.slow_us)
		udelay(slot->request.slow_us);
	if (slot->request.flags & TAKER_RING)
		return hte_ring_put(&slot->ring, ts);
	return slot->request.answer;
}

static enum hte_return taker_second(void *data)
{
	struct slot *slot = data;
	struct taker_state *state = &slot->state;
	struct hte_ts_data stamp;

	WRITE_ONCE(state->begun, state->begun + 1);
	state->misplaced += !in_task() || irqs_disabled();
	if (slot->request.flags & TAKER_RING)
		while (hte_ring_get(&slot->ring, &stamp))
			state->got++;
	if (slot->request.flags & TAKER_SECOND_TURNS) {
		hte_disable_ts(&slot->desc);
		hte_enable_ts(&slot->desc);
	}
	if (slot->request.second_ms)
		msleep(slot->request.second_ms);
	state->late += !READ_ONCE(slot->open);
	WRITE_ONCE(state->second, state->second + 1);
	return HTE_CB_HANDLED;
}

/* ---- devices that refer to lines ---- */

struct references {
	struct software_node_ref_args refs[ARRAY_SIZE(((struct taker_device *)NULL)->ref)];
	const char *names[ARRAY_SIZE(((struct taker_device *)NULL)->ref)];
	struct property_entry properties[3];
};

static int find_nodes(struct references *to, const struct taker_device *new)
{
	char name[32];
	u32 i;

	for (i = 0; i < new->refs; i++) {
		snprintf(name, sizeof(name), "hte-giver-%u", new->ref[i].giver);
		to->refs[i].node = software_node_find_by_name(NULL, name);
		if (!to->refs[i].node)
			return -ENXIO;
		to->refs[i].nargs = min_t(u32, new->ref[i].nargs, ARRAY_SIZE(new->ref[i].args));
		memcpy(to->refs[i].args, new->ref[i].args, sizeof(new->ref[i].args));
		to->names[i] = new->ref[i].name;
	}
	return 0;
}

static void forget_nodes(struct references *to, u32 n)
{
	while (n--)
		if (to->refs[n].node)
			fwnode_handle_put(software_node_fwnode(to->refs[n].node));
}

static int make_device(struct taker_device *new, struct references *to)
{
	struct platform_device_info info = { .name = "hte_taker", .id = new->device };
	struct device_slot *slot = &devices[new->device];
	unsigned int n = 0;

	if (new->refs)
		to->properties[n++] =
			PROPERTY_ENTRY_REF_ARRAY_LEN("timestamps", to->refs, new->refs);
	if (new->names)
		to->properties[n++] =
			PROPERTY_ENTRY_STRING_ARRAY_LEN("timestamp-names", to->names, new->names);
	if (n) {
		slot->node = fwnode_create_software_node(to->properties, NULL);
		if (IS_ERR(slot->node))
			return PTR_ERR(slot->node);
		info.fwnode = slot->node;
	}
	slot->pdev = platform_device_register_full(&info);
	if (!IS_ERR(slot->pdev))
		return 0;
	if (n)
		fwnode_remove_software_node(slot->node);
	return PTR_ERR(slot->pdev);
}

static int new_device(struct taker_device *new)
{
	struct references *to;
	int err;

	new->refs = min_t(u32, new->refs, ARRAY_SIZE(new->ref));
	new->names = min_t(u32, new->names, new->refs);
	new->device = 0;
	while (new->device < HAND_DEVICES && devices[new->device].pdev)
		new->device++;
	if (new->device == HAND_DEVICES)
		return -ENOSPC;
	to = kzalloc(sizeof(*to), GFP_KERNEL);
	if (!to)
		return -ENOMEM;
	err = find_nodes(to, new);
	if (!err)
		err = make_device(new, to);
	if (err)
		memset(&devices[new->device], 0, sizeof(devices[0]));
	forget_nodes(to, new->refs);
	kfree(to);
	return err;
}

/* device_mutex held */
static int remove_device(unsigned long n)
{
	if (n >= HAND_DEVICES || !devices[n].pdev)
		return -ENXIO;
	platform_device_unregister(devices[n].pdev);
	if (devices[n].node)
		fwnode_remove_software_node(devices[n].node);
	memset(&devices[n], 0, sizeof(devices[n]));
	return 0;
}

static struct device *device_of(u32 n)
{
	return n < HAND_DEVICES && devices[n].pdev ? &devices[n].pdev->dev : NULL;
}

/* ---- providers that come and go ---- */

static struct taker_events *events;
static DEFINE_MUTEX(events_mutex);
static struct {
	struct hte_device *gdev;
	struct slot slot;
} chips[HAND_GIVERS];
static int watching;

static int chip_event(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct hte_chip_info *info = data;
	struct taker_event *event;
	struct slot *slot;
	int err = 0;

	if (info->index >= HAND_GIVERS)
		return NOTIFY_DONE;
	slot = &chips[info->index].slot;
	if (action == HTE_CHIP_ADDED) {
		chips[info->index].gdev = info->gdev;
		if (watching == TAKER_WATCH_TAKES) {
			hte_init_line_attr(&slot->desc, 101, 0, "watched", NULL);
			slot->open = true;
			err = hte_ts_get_line(info->gdev, &slot->desc, 0, "watcher");
			if (!err)
				err = hte_request_ts_ns(&slot->desc, taker_first, NULL, slot);
		}
	} else {
		if (slot->desc.hte_data)
			err = hte_ts_put(&slot->desc);
		chips[info->index].gdev = NULL;
	}

	mutex_lock(&events_mutex);
	if (events->n < ARRAY_SIZE(events->event)) {
		event = &events->event[events->n++];
		event->action = action;
		event->index = info->index;
		event->nlines = info->nlines;
		event->result = err;
		strscpy(event->name, info->name, sizeof(event->name));
	}
	mutex_unlock(&events_mutex);
	return NOTIFY_DONE;
}

static struct notifier_block watcher = { .notifier_call = chip_event };

static int watch(unsigned long how)
{
	int i;

	if (how != TAKER_WATCH_OFF) {
		watching = how;
		return hte_register_notifier(&watcher);
	}
	hte_unregister_notifier(&watcher);
	watching = how;
	for (i = 0; i < HAND_GIVERS; i++) {
		if (chips[i].slot.desc.hte_data)
			hte_ts_put(&chips[i].slot.desc);
		chips[i].gdev = NULL;
	}
	return 0;
}

/* ---- calls ---- */

static int get(struct slot *slot, struct taker_get *get)
{
	if (slot)
		WRITE_ONCE(slot->open, true);
	return hte_ts_get(device_of(get->device), slot ? &slot->desc : NULL, get->index);
}

static int get_line(struct slot *slot, struct taker_get_line *get)
{
	if (get->chip < 0 || get->chip >= HAND_GIVERS)
		return hte_ts_get_line(NULL, slot ? &slot->desc : NULL, get->line, get->consumer);
	if (slot)
		WRITE_ONCE(slot->open, true);
	return hte_ts_get_line(chips[get->chip].gdev, slot ? &slot->desc : NULL, get->line,
			       *get->consumer ? get->consumer : NULL);
}

static int request(struct slot *slot, const struct taker_request *request)
{
	hte_ts_cb_t first = request->flags & TAKER_NO_CALLBACK ? NULL : taker_first;
	hte_ts_sec_cb_t second = request->flags & TAKER_SECOND ? taker_second : NULL;
	struct hte_ts_desc *desc = slot ? &slot->desc : NULL;
	int err;

	/* a line that is in use keeps its books */
	if (slot && !slot->state.bound) {
		memset(&slot->state, 0, sizeof(slot->state));
		slot->request = *request;
		if (request->flags & TAKER_RING) {
			err = hte_ring_init(&slot->ring, desc, request->ring);
			if (err)
				return err;
		}
	}
	if (request->flags & TAKER_MANAGED)
		err = devm_hte_request_ts_ns(device_of(request->device), desc, first, second, slot);
	else
		err = hte_request_ts_ns(desc, first, second, slot);
	if (!err)
		slot->state.bound = true;
	else if (slot && !slot->state.bound)
		hte_ring_free(&slot->ring);
	return err;
}

static int put(struct slot *slot)
{
	int err = hte_ts_put(slot ? &slot->desc : NULL);

	if (slot && !slot->desc.hte_data) {
		WRITE_ONCE(slot->open, false);
		slot->state.left = hte_ring_len(&slot->ring);
		hte_ring_free(&slot->ring);
		slot->state.bound = false;
	}
	return err;
}

static void get_state(struct slot *slot, struct taker_state *state)
{
	*state = slot->state;
	state->bound = !!slot->desc.hte_data;
	state->ring_lost = hte_ring_lost(&slot->ring);
	if (slot->state.bound)
		state->left = hte_ring_len(&slot->ring);
	strscpy(state->name, slot->desc.attr.name ?: "", sizeof(state->name));
}

/* all arguments of ioctls; each begins with a slot but for the first and last */
union argument {
	u32 slot;
	struct taker_device device;
	struct taker_init init;
	struct taker_get get;
	struct taker_get_line get_line;
	struct taker_request request;
	struct taker_clock clock;
	struct taker_cross cross;
	struct taker_state state;
	struct taker_report report;
	struct taker_events events;
};

static void call_clock(struct slot *slot, struct taker_clock *clock)
{
	struct hte_clk_info ci = {};

	clock->result =
		hte_get_clk_src_info(slot ? &slot->desc : NULL, clock->nowhere ? NULL : &ci);
	clock->hz = ci.hz;
	clock->type = ci.type;
}

static void call_cross(struct slot *slot, struct taker_cross *cross)
{
	struct hte_cross_ts ts = {};

	cross->result = hte_get_cross_ts(slot ? &slot->desc : NULL, cross->nowhere ? NULL : &ts);
	cross->hw_ns = ts.hw_ns;
	cross->mono_ns = ts.mono_ns;
	cross->error_ns = ts.error_ns;
}

static long call_for_slot(unsigned int cmd, union argument *arg, struct slot *slot)
{
	struct hte_ts_desc *desc = slot ? &slot->desc : NULL;

	switch (cmd) {
	case TAKER_INIT:
		arg->init.result = hte_init_line_attr(desc, arg->init.line_id, arg->init.edges,
						      arg->init.named ? arg->init.name : NULL,
						      (void *)(unsigned long)arg->init.cookie);
		return 0;
	case TAKER_GET:
		arg->get.result = get(slot, &arg->get);
		return 0;
	case TAKER_GET_LINE:
		arg->get_line.result = get_line(slot, &arg->get_line);
		return 0;
	case TAKER_REQUEST:
		arg->request.result = request(slot, &arg->request);
		return 0;
	case TAKER_PUT:
		return put(slot);
	case TAKER_ENABLE:
		return hte_enable_ts(desc);
	case TAKER_DISABLE:
		return hte_disable_ts(desc);
	case TAKER_CLOCK:
		call_clock(slot, &arg->clock);
		return 0;
	case TAKER_CROSS:
		call_cross(slot, &arg->cross);
		return 0;
	case TAKER_STATE:
		if (!slot)
			return -EINVAL;
		get_state(slot, &arg->state);
		return 0;
	case TAKER_REPORT:
		hte_ts_report_drops(desc, arg->report.n);
		return 0;
	}
	return -ENOTTY;
}

static long call_for_device(unsigned int cmd, union argument *arg, unsigned long value)
{
	long err;

	mutex_lock(&device_mutex);
	if (cmd == TAKER_DEVICE)
		err = new_device(&arg->device);
	else if (cmd == TAKER_DEVICE_DEL)
		err = remove_device(value);
	else
		err = of_hte_req_count(device_of(value));
	mutex_unlock(&device_mutex);
	return err;
}

static long taker_do(void *context, unsigned int cmd, void *argument, unsigned long value)
{
	struct taker *taker = context;
	union argument *arg = argument;

	switch (cmd) {
	case TAKER_DEVICE:
	case TAKER_DEVICE_DEL:
	case TAKER_COUNT:
		return call_for_device(cmd, arg, value);
	case TAKER_WATCH:
		return watch(value);
	case TAKER_EVENTS:
		mutex_lock(&events_mutex);
		arg->events = *events;
		events->n = 0;
		mutex_unlock(&events_mutex);
		return 0;
	}
	if (arg->slot >= HAND_SLOTS && arg->slot != HAND_NONE)
		return -ENXIO;
	return call_for_slot(cmd, arg, arg->slot < HAND_SLOTS ? &taker->slots[arg->slot] : NULL);
}

static long taker_ioctl(struct file *file, unsigned int cmd, unsigned long value)
{
	return hand_ioctl(file->private_data, cmd, value, sizeof(union argument), taker_do);
}

static int taker_open(struct inode *inode, struct file *file)
{
	struct taker *taker = kzalloc(sizeof(*taker), GFP_KERNEL);

	if (!taker)
		return -ENOMEM;
	taker->slots = vzalloc(array_size(HAND_SLOTS, sizeof(*taker->slots)));
	if (!taker->slots) {
		kfree(taker);
		return -ENOMEM;
	}
	file->private_data = taker;
	return 0;
}

static int taker_release(struct inode *inode, struct file *file)
{
	struct taker *taker = file->private_data;
	unsigned int i;

	/* what they manage may be a descriptor of this file */
	mutex_lock(&device_mutex);
	for (i = 0; i < HAND_DEVICES; i++)
		remove_device(i);
	mutex_unlock(&device_mutex);
	for (i = 0; i < HAND_SLOTS; i++)
		if (taker->slots[i].desc.hte_data)
			put(&taker->slots[i]);
	vfree(taker->slots);
	kfree(taker);
	return 0;
}

static const struct file_operations taker_fops = {
	.owner = THIS_MODULE,
	.open = taker_open,
	.release = taker_release,
	.unlocked_ioctl = taker_ioctl,
};

static struct miscdevice taker_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hte_taker",
	.fops = &taker_fops,
};

static int __init taker_init(void)
{
	int err;

	events = kzalloc(sizeof(*events), GFP_KERNEL);
	if (!events)
		return -ENOMEM;
	err = misc_register(&taker_misc);
	if (err)
		kfree(events);
	return err;
}

static void __exit taker_exit(void)
{
	misc_deregister(&taker_misc);
	if (watching)
		watch(TAKER_WATCH_OFF);
	kfree(events);
}

module_init(taker_init);
module_exit(taker_exit);
MODULE_DESCRIPTION("consumers of hardware timestamps that do what they are told");
MODULE_LICENSE("GPL");
