// SPDX-License-Identifier: GPL-2.0
/*
 * hte_sink: takes lines of timestamping providers, counts and checks what comes, and can be
 * as slow or as forgetful as a test wants it. Uses the consumer's API only.
 *
 *	/sys/kernel/debug/hte_sink/command	write "take chip=hte0 lines=0-63 [WORD]..." and
 *		second=1	with a second callback, which the first one asks for
 *		result=N	what the first callback returns, whatever second says
 *		busy_ns=N	the first callback takes so long
 *		delay_us=N	the second callback sleeps so long for each stamp
 *		queue=N		the first callback queues for the second one; what finds the
 *				queue full is reported as lost
 *		edges=rising|falling|both|none		(both)
 *		keep=N		the first N stamps of each line are kept (128)
 *		by=number|node|data	how to find the line: hte_ts_get_line(); a reference
 *				of a software node to the provider's node, cells = { line }; the
 *				provider's device as line_data, line_id = line (number)
 *		hold=1		do not put the lines when their provider goes
 *	or "put|enable|disable [chip=hte0] [lines=0-63]" (all that are held), or "forget": the
 *	records of lines that are not held
 *	/sys/kernel/debug/hte_sink/lines	one row a line that is held or was held
 *	/sys/kernel/debug/hte_sink/stamps	the stamps kept: chip line seq tsc_ns level
 *	/sys/kernel/debug/hte_sink/total	the sums of the columns of lines, "name value"
 *
 * Module parameter auto: the words after "take", for each provider that comes.
 *
 * For every line: received == consumed + lost + queued with queue=, and
 * received + gaps == last_seq.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/hte.h>
#include <linux/kfifo.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/property.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define NAME_LEN 32

static char *auto_words;
module_param_named(auto, auto_words, charp, 0400);
MODULE_PARM_DESC(auto, "take these lines of each provider that comes; words of \"take\"");

/* a provider that is there */
struct sink_chip {
	struct list_head node;
	struct hte_device *gdev;
	struct device *dev;
	int index;
	u32 nlines;
	char name[NAME_LEN];
};

/* how a line is taken */
struct sink_way {
	u64 second, busy_ns, delay_us, queue, keep, hold;
	s64 result;
	unsigned long edges;
	char by;
};

struct sink_stamp {
	u64 seq, tsc;
	int level;
};

/*
 * A line. What the first callback counts it alone writes, under the core's lock; consumed
 * and runs are the second callback's.
 */
struct sink_line {
	struct list_head node;
	struct sink_way way;
	char chip[NAME_LEN];
	int index;			/* of the chip */
	u32 line;
	bool held;
	struct hte_ts_desc desc;
	struct device *dev;		/* by=node */
	u64 received, rising, falling, gaps, disorder, lost;
	u64 first_tsc, last_tsc, last_seq, kept;
	u64 consumed, runs;
	DECLARE_KFIFO_PTR(fifo, struct sink_stamp);
	struct sink_stamp stamps[];
};

/* guards both lists, and what lines are held; not taken in any callback of a line */
static DEFINE_MUTEX(sink_mutex);
static LIST_HEAD(chips);
static LIST_HEAD(lines);
static struct dentry *dir;

/* ---- callbacks ---- */

static enum hte_return first(struct hte_ts_data *ts, void *data)
{
	struct sink_stamp stamp = { .seq = ts->seq, .tsc = ts->tsc, .level = ts->raw_level };
	struct sink_line *l = data;

	/* a stamp that did not come leaves a gap in the numbers */
	l->gaps += ts->seq - l->last_seq - 1;
	l->disorder += l->received && ts->tsc < l->last_tsc;
	l->rising += ts->raw_level > 0;
	l->falling += ts->raw_level == 0;
	if (!l->received)
		l->first_tsc = ts->tsc;
	if (l->received < l->way.keep)
		l->stamps[l->kept++] = stamp;
	l->last_seq = ts->seq;
	l->last_tsc = ts->tsc;
	l->received++;
	if (l->way.busy_ns)
		ndelay(l->way.busy_ns);
	if (l->way.queue && !kfifo_put(&l->fifo, stamp)) {
		l->lost++;
		hte_ts_report_drops(&l->desc, 1);
	}
	return l->way.result >= 0 ? l->way.result :
	       l->way.second	  ? HTE_RUN_SECOND_CB :
				    HTE_CB_HANDLED;
}

static enum hte_return second(void *data)
{
	struct sink_line *l = data;
	struct sink_stamp stamp;

	l->runs++;
	if (!l->way.queue) {
		l->consumed++;
		if (l->way.delay_us)
			fsleep(l->way.delay_us);
	}
	while (l->way.queue && kfifo_get(&l->fifo, &stamp)) {
		if (l->way.delay_us)
			fsleep(l->way.delay_us);
		l->consumed++;
	}
	return HTE_CB_HANDLED;
}

/* ---- lines; sink_mutex held ---- */

static struct sink_line *line_find(const char *chip, u32 number, bool held)
{
	struct sink_line *l;

	list_for_each_entry(l, &lines, node)
		if (l->line == number && l->held == held && !strcmp(l->chip, chip))
			return l;
	return NULL;
}

static void line_free(struct sink_line *l)
{
	list_del(&l->node);
	kfifo_free(&l->fifo);
	kvfree(l);
}

static int line_put(struct sink_line *l)
{
	int err = hte_ts_put(&l->desc);

	l->held = false;
	if (l->dev) {
		root_device_unregister(l->dev);
		l->dev = NULL;
	}
	return err;
}

/* a device of its own for each line, whose software node refers to the provider's, and goes with it */
static int get_by_node(struct sink_line *l, const struct sink_chip *c)
{
	const struct software_node *provider = to_software_node(dev_fwnode(c->dev));
	struct software_node_ref_args ref = SOFTWARE_NODE_REFERENCE(provider, l->line);
	struct property_entry properties[] = {
		PROPERTY_ENTRY_REF_ARRAY_LEN("timestamps", &ref, 1),
		{ }
	};
	char name[2 * NAME_LEN];
	int err;

	if (!provider)
		return -ENOENT;
	snprintf(name, sizeof(name), "sink-%s-%u", c->name, l->line);
	l->dev = root_device_register(name);
	if (IS_ERR(l->dev)) {
		err = PTR_ERR(l->dev);
		l->dev = NULL;
		return err;
	}
	err = device_create_managed_software_node(l->dev, properties, NULL);
	if (!err)
		err = hte_ts_get(l->dev, &l->desc, 0);
	if (err) {
		root_device_unregister(l->dev);
		l->dev = NULL;
	}
	return err;
}

static int line_get(struct sink_line *l, const struct sink_chip *c)
{
	int err = hte_init_line_attr(&l->desc, l->line, l->way.edges, NULL,
				     l->way.by == 'd' ? c->dev : NULL);

	if (err)
		return err;
	switch (l->way.by) {
	case 'd':
		return hte_ts_get(NULL, &l->desc, 0);
	case 'o':
		return get_by_node(l, c);
	default:
		return hte_ts_get_line(c->gdev, &l->desc, l->line, "hte_sink");
	}
}

static int line_take(const struct sink_chip *c, u32 number, const struct sink_way *way)
{
	struct sink_line *l, *old;
	int err;

	if (line_find(c->name, number, true))
		return -EBUSY;
	l = kvzalloc(struct_size(l, stamps, way->keep), GFP_KERNEL);
	if (!l)
		return -ENOMEM;
	l->way = *way;
	l->line = number;
	l->index = c->index;
	strscpy(l->chip, c->name);
	err = way->queue ? kfifo_alloc(&l->fifo, way->queue, GFP_KERNEL) : 0;
	if (err)
		goto free;
	err = line_get(l, c);
	if (err)
		goto free_fifo;
	err = hte_request_ts_ns(&l->desc, first, way->second ? second : NULL, l);
	if (err)
		goto put;
	old = line_find(c->name, number, false);
	if (old)
		line_free(old);
	l->held = true;
	list_add_tail(&l->node, &lines);
	return 0;

put:
	line_put(l);
free_fifo:
	kfifo_free(&l->fifo);
free:
	kvfree(l);
	return err;
}

/* all or none */
static int chip_take(const struct sink_chip *c, const unsigned long *numbers,
		     const struct sink_way *way)
{
	struct sink_line *l;
	unsigned int i, n;
	int err = 0;

	for_each_set_bit(i, numbers, c->nlines) {
		err = line_take(c, i, way);
		if (err)
			break;
	}
	if (err)
		for_each_set_bit(n, numbers, i) {
			l = line_find(c->name, n, true);
			line_put(l);
			line_free(l);
		}
	return err;
}

/* ---- commands ---- */

struct sink_order {
	struct sink_way way;
	char *chip, *lines;
};

static int order_read(char *text, struct sink_order *o)
{
	static const struct {
		const char *key;
		size_t at;
		u64 max;
	} numbers[] = {
		{ "second", offsetof(struct sink_way, second), 1 },
		{ "result", offsetof(struct sink_way, result), 1000 },
		{ "busy_ns", offsetof(struct sink_way, busy_ns), 1000000 },
		{ "delay_us", offsetof(struct sink_way, delay_us), 10000000 },
		{ "queue", offsetof(struct sink_way, queue), 65536 },
		{ "keep", offsetof(struct sink_way, keep), 1000000 },
		{ "hold", offsetof(struct sink_way, hold), 1 },
	};
	char *word, *value;
	u64 n;
	int i, err;

	*o = (struct sink_order){
		.way = { .result = -1, .keep = 128, .by = 'u',
			 .edges = HTE_RISING_EDGE_TS | HTE_FALLING_EDGE_TS },
	};
	while ((word = strsep(&text, " \t\n"))) {
		if (!*word)
			continue;
		value = strchr(word, '=');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		if (!strcmp(word, "chip")) {
			o->chip = value;
		} else if (!strcmp(word, "lines")) {
			o->lines = value;
		} else if (!strcmp(word, "by")) {
			o->way.by = *value == 'n' ? value[1] : *value;
		} else if (!strcmp(word, "edges")) {
			o->way.edges = (strcmp(value, "falling") ? HTE_RISING_EDGE_TS : 0) |
				       (strcmp(value, "rising") ? HTE_FALLING_EDGE_TS : 0);
			if (!strcmp(value, "none"))
				o->way.edges = HTE_EDGE_NO_SETUP;
		} else {
			for (i = 0; i < ARRAY_SIZE(numbers); i++)
				if (!strcmp(word, numbers[i].key))
					break;
			if (i == ARRAY_SIZE(numbers))
				return -EINVAL;
			err = kstrtou64(value, 0, &n);
			if (err)
				return err;
			if (n > numbers[i].max)
				return -ERANGE;
			*(u64 *)((char *)&o->way + numbers[i].at) = n;
		}
	}
	return 0;
}

static int take_from(const struct sink_chip *c, const struct sink_order *o)
{
	unsigned long *numbers = bitmap_zalloc(c->nlines, GFP_KERNEL);
	int err;

	if (!numbers)
		return -ENOMEM;
	if (o->lines)
		err = bitmap_parselist(o->lines, numbers, c->nlines);
	else
		err = (bitmap_fill(numbers, c->nlines), 0);
	if (!err)
		err = chip_take(c, numbers, &o->way);
	bitmap_free(numbers);
	return err;
}

static int do_take(const struct sink_order *o)
{
	struct sink_chip *c;

	list_for_each_entry(c, &chips, node)
		if (o->chip && !strcmp(c->name, o->chip))
			return take_from(c, o);
	return -ENODEV;
}

/* what = put, enable or disable; all lines, then the first error */
static int do_each(const struct sink_order *o, int (*what)(struct hte_ts_desc *desc))
{
	const unsigned int most = 4096;
	unsigned long *numbers = bitmap_zalloc(most, GFP_KERNEL);
	int err = 0, result = 0, n = 0;
	struct sink_line *l;

	if (!numbers)
		return -ENOMEM;
	if (o->lines)
		err = bitmap_parselist(o->lines, numbers, most);
	else
		bitmap_fill(numbers, most);
	list_for_each_entry(l, &lines, node) {
		if (err || !l->held || l->line >= most || !test_bit(l->line, numbers) ||
		    (o->chip && strcmp(l->chip, o->chip)))
			continue;
		n++;
		result = (what == hte_ts_put ? line_put(l) : what(&l->desc)) ?: result;
	}
	bitmap_free(numbers);
	return err ?: result ?: n ? result : -ENOENT;
}

static void do_forget(void)
{
	struct sink_line *l, *next;

	list_for_each_entry_safe(l, next, &lines, node)
		if (!l->held)
			line_free(l);
}

static int command(char *text)
{
	char *word = strsep(&text, " \t\n");
	struct sink_order o;
	int err = order_read(text, &o);

	if (err)
		return err;
	if (!strcmp(word, "take"))
		return do_take(&o);
	if (!strcmp(word, "put"))
		return do_each(&o, hte_ts_put);
	if (!strcmp(word, "enable"))
		return do_each(&o, hte_enable_ts);
	if (!strcmp(word, "disable"))
		return do_each(&o, hte_disable_ts);
	if (strcmp(word, "forget"))
		return -EINVAL;
	do_forget();
	return 0;
}

static ssize_t command_write(struct file *file, const char __user *from, size_t count,
			     loff_t *offset)
{
	char *text = memdup_user_nul(from, min(count, (size_t)PAGE_SIZE));
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	mutex_lock(&sink_mutex);
	err = command(text);
	mutex_unlock(&sink_mutex);
	kfree(text);
	return err ?: count;
}

static const struct file_operations command_fops = {
	.owner = THIS_MODULE, .open = nonseekable_open, .write = command_write,
};

/* ---- what came ---- */

static const struct {
	const char *name;
	size_t at;
} columns[] = {
	{ "received", offsetof(struct sink_line, received) },
	{ "rising", offsetof(struct sink_line, rising) },
	{ "falling", offsetof(struct sink_line, falling) },
	{ "gaps", offsetof(struct sink_line, gaps) },
	{ "disorder", offsetof(struct sink_line, disorder) },
	{ "lost", offsetof(struct sink_line, lost) },
	{ "consumed", offsetof(struct sink_line, consumed) },
	{ "runs", offsetof(struct sink_line, runs) },
	{ "last_seq", offsetof(struct sink_line, last_seq) },
	{ "first_tsc", offsetof(struct sink_line, first_tsc) },
	{ "last_tsc", offsetof(struct sink_line, last_tsc) },
};

static u64 column(const struct sink_line *l, int i)
{
	return READ_ONCE(*(u64 *)((char *)l + columns[i].at));
}

static int lines_show(struct seq_file *seq, void *unused)
{
	struct sink_line *l;
	int i;

	seq_puts(seq, "chip line held queued");
	for (i = 0; i < ARRAY_SIZE(columns); i++)
		seq_printf(seq, " %s", columns[i].name);
	seq_putc(seq, '\n');
	mutex_lock(&sink_mutex);
	list_for_each_entry(l, &lines, node) {
		seq_printf(seq, "%s %u %d %u", l->chip, l->line, l->held, kfifo_len(&l->fifo));
		for (i = 0; i < ARRAY_SIZE(columns); i++)
			seq_printf(seq, " %llu", column(l, i));
		seq_putc(seq, '\n');
	}
	mutex_unlock(&sink_mutex);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lines);

static int stamps_show(struct seq_file *seq, void *unused)
{
	struct sink_line *l;
	u64 i;

	mutex_lock(&sink_mutex);
	list_for_each_entry(l, &lines, node)
		for (i = 0; i < READ_ONCE(l->kept); i++)
			seq_printf(seq, "%s %u %llu %llu %d\n", l->chip, l->line, l->stamps[i].seq,
				   l->stamps[i].tsc, l->stamps[i].level);
	mutex_unlock(&sink_mutex);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stamps);

static int total_show(struct seq_file *seq, void *unused)
{
	u64 n = 0, held = 0, queued = 0, sums[ARRAY_SIZE(columns)] = { };
	struct sink_line *l;
	int i;

	mutex_lock(&sink_mutex);
	list_for_each_entry(l, &lines, node) {
		n++;
		held += l->held;
		queued += kfifo_len(&l->fifo);
		for (i = 0; i < ARRAY_SIZE(columns); i++)
			sums[i] += column(l, i);
	}
	mutex_unlock(&sink_mutex);
	seq_printf(seq, "lines %llu\nheld %llu\nqueued %llu\n", n, held, queued);
	for (i = 0; i < ARRAY_SIZE(columns) && strcmp(columns[i].name, "last_seq"); i++)
		seq_printf(seq, "%s %llu\n", columns[i].name, sums[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(total);

/* ---- providers ---- */

static void chip_added(const struct hte_chip_info *info)
{
	struct sink_chip *c = kzalloc(sizeof(*c), GFP_KERNEL);
	struct sink_order o;
	char *text;

	if (!c)
		return;
	c->gdev = info->gdev;
	c->dev = info->dev;
	c->index = info->index;
	c->nlines = info->nlines;
	strscpy(c->name, info->name);
	list_add_tail(&c->node, &chips);
	text = auto_words ? kstrdup(auto_words, GFP_KERNEL) : NULL;
	if (text && (order_read(text, &o) || take_from(c, &o)))
		pr_warn("hte_sink: %s: cannot take its lines\n", c->name);
	kfree(text);
}

static void chip_removed(const struct hte_chip_info *info)
{
	struct sink_chip *c, *next;
	struct sink_line *l;

	list_for_each_entry(l, &lines, node)
		if (l->held && l->index == info->index && !l->way.hold)
			line_put(l);
	list_for_each_entry_safe(c, next, &chips, node)
		if (c->gdev == info->gdev) {
			list_del(&c->node);
			kfree(c);
		}
}

static int chips_changed(struct notifier_block *nb, unsigned long action, void *info)
{
	mutex_lock(&sink_mutex);
	if (action == HTE_CHIP_ADDED)
		chip_added(info);
	else if (action == HTE_CHIP_REMOVED)
		chip_removed(info);
	mutex_unlock(&sink_mutex);
	return NOTIFY_OK;
}

static struct notifier_block watcher = { .notifier_call = chips_changed };

static int __init sink_init(void)
{
	int err = hte_register_notifier(&watcher);

	if (err)
		return err;
	dir = debugfs_create_dir("hte_sink", NULL);
	debugfs_create_file("command", 0200, dir, NULL, &command_fops);
	debugfs_create_file("lines", 0400, dir, NULL, &lines_fops);
	debugfs_create_file("stamps", 0400, dir, NULL, &stamps_fops);
	debugfs_create_file("total", 0400, dir, NULL, &total_fops);
	return 0;
}

static void __exit sink_exit(void)
{
	struct sink_line *l, *next;
	struct sink_chip *c, *last;

	debugfs_remove(dir);
	hte_unregister_notifier(&watcher);
	list_for_each_entry_safe(l, next, &lines, node) {
		if (l->held)
			line_put(l);
		line_free(l);
	}
	list_for_each_entry_safe(c, last, &chips, node)
		kfree(c);
}

module_init(sink_init);
module_exit(sink_exit);
MODULE_DESCRIPTION("Consumer of hardware time stamps that counts and checks them");
MODULE_LICENSE("GPL");
