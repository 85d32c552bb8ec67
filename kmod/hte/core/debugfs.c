// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/hte/<provider>:
 *
 *	ts_requested		lines that are requested now (mainline's)
 *	total_ts		lines (mainline's)
 *	lines			every line that was ever requested or had a loss, with its
 *				totals since the provider registered; they survive a put
 *	clock			one instant by the provider's clock and by CLOCK_MONOTONIC
 *	chip			its number, name and first key, as the tracepoints have them
 *	fifo			the most entries seen in it, what the hardware says it lost
 *	<label>/		of a requested line; label or ts_<line id>
 *		dropped_timestamps	unregistered and disabled ones, since the line was
 *					last put (mainline's)
 *		drops			by reason, since the provider registered
 *		last			number, stamp and level of the last one delivered
 *
 * All are read only.
 */
#include <linux/dcache.h>
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <chs/seq_name.h>

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

/* what a terminal would obey does not become a folder's name, which is read by find and ls */
static bool has_control(const char *name)
{
	for (; *name; name++)
		if ((unsigned char)*name < ' ' || *name == 0x7f)
			return true;
	return false;
}

/*
 * The first of the names that can be had: another folder may bear it, and there are labels
 * that cannot be names. Asking first spares the log debugfs' complaint.
 */
static struct dentry *make_dir(struct dentry *parent, const char *const *names, unsigned int n)
{
	struct dentry *dir = ERR_PTR(-EEXIST), *other;
	unsigned int i;

	for (i = 0; i < n && IS_ERR(dir); i++) {
		if (has_control(names[i]))
			continue;
		other = debugfs_lookup(names[i], parent);
		if (other)
			dput(other);
		else
			dir = debugfs_create_dir(names[i], parent);
	}
	return dir;
}

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
 * @line: the line; its mutex held
 * @label: the whole label, or NULL
 *
 * Labels that two lines share, or that cannot name a folder: "ts_<line id>", and if that
 * is taken too, with the provider's number behind it.
 */
void hte_debugfs_add_line(struct hte_line *line, const char *label)
{
	char by_id[32], by_number[32];
	const char *const names[] = { label && *label ? label : by_id, by_id, by_number };

	snprintf(by_id, sizeof(by_id), "ts_%u", line->line_id);
	snprintf(by_number, sizeof(by_number), "ts_%u-%u", line->line_id, hte_line_number(line));
	line->dir = make_dir(line->gdev->dir, names, ARRAY_SIZE(names));
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

static void *lines_start(struct seq_file *seq, loff_t *pos)
{
	struct hte_device *gdev = seq->private;

	if (*pos == 0)
		return SEQ_START_TOKEN;
	return *pos <= gdev->nlines ? &gdev->lines[*pos - 1] : NULL;
}

static void *lines_next(struct seq_file *seq, void *line, loff_t *pos)
{
	++*pos;
	return lines_start(seq, pos);
}

static void lines_stop(struct seq_file *seq, void *line)
{
}

static int lines_show(struct seq_file *seq, void *v)
{
	u64 drops[HTE_DROP_REASONS], lost = 0, total, next, ns;
	struct hte_line *line = v;
	int i;

	if (v == SEQ_START_TOKEN) {
		seq_puts(seq, "line id label consumer state requests total next_seq last_ns");
		for (i = 0; i < HTE_DROP_REASONS; i++)
			seq_printf(seq, " %s", reason_names[i]);
		seq_putc(seq, '\n');
		return 0;
	}
	raw_spin_lock_irq(&line->lock);
	total = line->total;
	next = line->seq;
	ns = line->last_ns;
	for (i = 0; i < HTE_DROP_REASONS; i++)
		lost += drops[i] = hte_line_drops(line, i);
	raw_spin_unlock_irq(&line->lock);
	if (!lost && !READ_ONCE(line->requests))
		return SEQ_SKIP;

	mutex_lock(&line->mutex);
	seq_printf(seq, "%u %u", hte_line_number(line), line->line_id);
	seq_putc(seq, ' ');
	chs_seq_name(seq, line->label, sizeof(line->label));
	seq_putc(seq, ' ');
	chs_seq_name(seq, line->consumer, sizeof(line->consumer));
	seq_printf(seq, " %s %llu %llu %llu %llu", state_names[line->state], line->requests, total,
		   next, ns);
	mutex_unlock(&line->mutex);
	for (i = 0; i < HTE_DROP_REASONS; i++)
		seq_printf(seq, " %llu", drops[i]);
	seq_putc(seq, '\n');
	return 0;
}

static const struct seq_operations lines_sops = {
	.start = lines_start,
	.next = lines_next,
	.stop = lines_stop,
	.show = lines_show,
};
DEFINE_SEQ_ATTRIBUTE(lines);

static int clock_show(struct seq_file *seq, void *unused)
{
	struct hte_device *gdev = seq->private;
	struct hte_clk_info info = {};
	struct hte_cross_ts cross;

	if (!hte_clock_info(gdev, &info))
		seq_printf(seq, "hz %llu\nclockid %d\n", info.hz, info.type);
	if (!hte_cross_ts(gdev, &cross))
		seq_printf(seq, "hw_ns %llu\nmono_ns %llu\nerror_ns %llu\n", cross.hw_ns,
			   cross.mono_ns, cross.error_ns);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(clock);

static int chip_show(struct seq_file *seq, void *unused)
{
	struct hte_device *gdev = seq->private;

	seq_printf(seq, "chip %d\nnlines %u\nfirst_key %u\nname ", gdev->index, gdev->nlines,
		   gdev->first_key);
	chs_seq_name(seq, gdev->name, sizeof(gdev->name));
	seq_putc(seq, '\n');
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(chip);

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
 * @gdev: the provider; the second of one name gets its number behind it, as does one whose
 *	name cannot name a folder
 */
void hte_debugfs_add(struct hte_device *gdev)
{
	const char *name = gdev->chip->name ?: dev_name(gdev->chip->dev);
	char numbered[2 * HTE_NAME_LEN], number[16];
	const char *const names[] = { name, numbered, number };

	snprintf(numbered, sizeof(numbered), "%s-%d", gdev->name, gdev->index);
	snprintf(number, sizeof(number), "chip-%d", gdev->index);
	gdev->dir = make_dir(hte_root, names, ARRAY_SIZE(names));
	debugfs_create_atomic_t("ts_requested", 0444, gdev->dir, &gdev->requested);
	debugfs_create_u32("total_ts", 0444, gdev->dir, &gdev->nlines);
	debugfs_create_file("lines", 0444, gdev->dir, gdev, &lines_fops);
	debugfs_create_file("chip", 0444, gdev->dir, gdev, &chip_fops);
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
