// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/hte/<provider>:
 *
 *	ts_requested		lines that are requested now (mainline's)
 *	total_ts		lines (mainline's)
 *	lines			every line that was ever requested or had a loss, with its
 *				totals since the provider registered; they survive a put
 *	clock			one instant by the provider's clock and by CLOCK_MONOTONIC
 *	fifo			the most entries seen in it, what the hardware says it lost
 *	<label>/		of a requested line; label or ts_<line id>
 *		dropped_timestamps	unregistered and disabled ones, since the line was
 *					last put (mainline's)
 *		drops			by reason, since the provider registered
 *		last			number, stamp and level of the last one delivered
 *
 * All are read only.
 */
#include <linux/seq_file.h>

#include "private.h"

static const char *const reason_names[HTE_DROP_REASONS] = {
	"unregistered", "disabled", "overflow", "coalesced", "callback", "consumer",
};

static const char *const state_names[] = {
	[HTE_LINE_FREE] = "free",	  [HTE_LINE_BOUND] = "bound",
	[HTE_LINE_CLOSING] = "closing",	  [HTE_LINE_DISABLED] = "disabled",
	[HTE_LINE_ACTIVE] = "active",
};

static struct dentry *hte_root;

/* ---- a line ---- */

static int dropped_show(struct seq_file *seq, void *unused)
{
	struct hte_line *line = seq->private;

	seq_printf(seq, "%llu\n", hte_line_drops(line, HTE_DROP_UNREGISTERED) +
		   hte_line_drops(line, HTE_DROP_DISABLED) - line->drops_before);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(dropped);

static int drops_show(struct seq_file *seq, void *unused)
{
	int i;

	for (i = 0; i < HTE_DROP_REASONS; i++)
		seq_printf(seq, "%s %llu\n", reason_names[i], hte_line_drops(seq->private, i));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(drops);

static int last_show(struct seq_file *seq, void *unused)
{
	struct hte_line *line = seq->private;
	u64 total, next, ns;
	int level;

	raw_spin_lock_irq(&line->lock);
	total = line->total;
	next = line->seq;
	ns = line->last_ns;
	level = line->last_level;
	raw_spin_unlock_irq(&line->lock);
	seq_printf(seq, "total %llu\nnext_seq %llu\ntimestamp_ns %llu\nraw_level %d\n", total, next,
		   ns, level);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(last);

/**
 * hte_debugfs_add_line() - make the folder of a line that is requested
 * @line: the line
 *
 * Labels that two lines share, or that cannot name a folder: "ts_<line id>", and if that
 * is taken too, with the provider's number behind it.
 */
void hte_debugfs_add_line(struct hte_line *line)
{
	char name[2 * HTE_NAME_LEN];

	line->dir = debugfs_create_dir(line->label, line->gdev->dir);
	if (IS_ERR(line->dir)) {
		snprintf(name, sizeof(name), "ts_%u", line->line_id);
		line->dir = debugfs_create_dir(name, line->gdev->dir);
	}
	if (IS_ERR(line->dir)) {
		snprintf(name, sizeof(name), "ts_%u-%u", line->line_id, hte_line_number(line));
		line->dir = debugfs_create_dir(name, line->gdev->dir);
	}
	debugfs_create_file("dropped_timestamps", 0444, line->dir, line, &dropped_fops);
	debugfs_create_file("drops", 0444, line->dir, line, &drops_fops);
	debugfs_create_file("last", 0444, line->dir, line, &last_fops);
}

/**
 * hte_debugfs_remove_line() - take it away; waits for readers
 * @line: the line
 */
void hte_debugfs_remove_line(struct hte_line *line)
{
	/* with the provider's, where that has gone */
	if (line->gdev->chip)
		debugfs_remove_recursive(line->dir);
	line->dir = NULL;
}

/* ---- a provider ---- */

static int lines_show(struct seq_file *seq, void *unused)
{
	struct hte_device *gdev = seq->private;
	u64 drops[HTE_DROP_REASONS], lost;
	struct hte_line *line;
	u64 total, next, ns;
	u32 n;
	int i;

	seq_puts(seq, "line id label consumer state requests total next_seq last_ns");
	for (i = 0; i < HTE_DROP_REASONS; i++)
		seq_printf(seq, " %s", reason_names[i]);
	seq_putc(seq, '\n');
	for (n = 0; n < gdev->nlines; n++) {
		line = &gdev->lines[n];
		raw_spin_lock_irq(&line->lock);
		total = line->total;
		next = line->seq;
		ns = line->last_ns;
		for (i = 0, lost = 0; i < HTE_DROP_REASONS; i++)
			lost += drops[i] = hte_line_drops(line, i);
		raw_spin_unlock_irq(&line->lock);
		if (!lost && !READ_ONCE(line->requests))
			continue;
		mutex_lock(&line->mutex);
		seq_printf(seq, "%u %u %s %s %s %llu %llu %llu %llu", n, line->line_id,
			   *line->label ? line->label : "-", *line->consumer ? line->consumer : "-",
			   state_names[line->state], line->requests, total, next, ns);
		mutex_unlock(&line->mutex);
		for (i = 0; i < HTE_DROP_REASONS; i++)
			seq_printf(seq, " %llu", drops[i]);
		seq_putc(seq, '\n');
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(lines);

static int clock_show(struct seq_file *seq, void *unused)
{
	struct hte_device *gdev = seq->private;
	struct hte_clk_info info = {};
	struct hte_cross_ts cross;
	int err = -EOPNOTSUPP;

	down_read(&gdev->rwsem);
	if (gdev->chip && gdev->chip->ops->get_clk_src_info)
		err = gdev->chip->ops->get_clk_src_info(gdev->chip, &info);
	up_read(&gdev->rwsem);
	if (!err)
		seq_printf(seq, "hz %llu\nclockid %d\n", info.hz, info.type);
	err = hte_cross_ts(gdev, &cross);
	if (!err)
		seq_printf(seq, "hw_ns %llu\nmono_ns %llu\nerror_ns %llu\n", cross.hw_ns,
			   cross.mono_ns, cross.error_ns);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(clock);

static int fifo_show(struct seq_file *seq, void *unused)
{
	struct hte_device *gdev = seq->private;

	seq_printf(seq, "max_occupancy %u\nlost %llu\n", READ_ONCE(gdev->max_occupancy),
		   READ_ONCE(gdev->fifo_lost));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(fifo);

/**
 * hte_debugfs_add() - make a provider's folder
 * @gdev: the provider; the second of one name gets its number behind it
 */
void hte_debugfs_add(struct hte_device *gdev)
{
	char name[2 * HTE_NAME_LEN];

	gdev->dir = debugfs_create_dir(gdev->name, hte_root);
	if (IS_ERR(gdev->dir)) {
		snprintf(name, sizeof(name), "%s-%d", gdev->name, gdev->index);
		gdev->dir = debugfs_create_dir(name, hte_root);
	}
	debugfs_create_atomic_t("ts_requested", 0444, gdev->dir, &gdev->requested);
	debugfs_create_u32("total_ts", 0444, gdev->dir, &gdev->nlines);
	debugfs_create_file("lines", 0444, gdev->dir, gdev, &lines_fops);
	debugfs_create_file("clock", 0444, gdev->dir, gdev, &clock_fops);
	debugfs_create_file("fifo", 0444, gdev->dir, gdev, &fifo_fops);
}

/**
 * hte_debugfs_remove() - take a provider's folder away, with its lines'
 * @gdev: the provider; waits for readers
 */
void hte_debugfs_remove(struct hte_device *gdev)
{
	debugfs_remove_recursive(gdev->dir);
}

void hte_debugfs_init(void)
{
	hte_root = debugfs_create_dir(CHS_HTE_DEBUGFS, NULL);
}

void hte_debugfs_exit(void)
{
	debugfs_remove_recursive(hte_root);
}
