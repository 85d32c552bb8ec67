// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/debug/ptpN:
 *
 *	readers			the open files and their losses, and closed ones that lost
 *	alarms			the alarms of open files
 *	0x<reader>/mask		channel mask of an open file; mainline names the folder
 *				by a hashed address, which is not unique early on
 *	n_perout_loopback	how many outputs can be looped back
 *	perout_loopback		"index 0|1"
 *
 * The directory lives until the last close. After unregister the driver is gone:
 * what asks it is removed by then.
 */
#include <linux/seq_file.h>
#include <linux/uaccess.h>

#include "private.h"

static void show_reader(struct seq_file *seq, const struct ptp_reader *reader)
{
	unsigned int channel;

	seq_printf(seq, "%6u %7d %-15s %s%s %8u %5llu %9u %10llu %9llu", reader->id, reader->pid,
		   reader->comm, reader->mode & FMODE_READ ? "r" : "-",
		   reader->mode & FMODE_WRITE ? "w" : "-",
		   bitmap_weight(reader->mask, PTP_MAX_CHANNELS), reader->head - reader->tail,
		   reader->max_depth, reader->delivered, reader->dropped);
	for (channel = 0; channel <= reader->clock->n_channels; channel++)
		if (reader->channel_dropped[channel])
			seq_printf(seq, " %u:%llu", channel, reader->channel_dropped[channel]);
	seq_putc(seq, '\n');
}

static int readers_show(struct seq_file *seq, void *unused)
{
	struct ptp_clock *ptp = seq->private;
	const struct ptp_reader *reader;
	u32 i;

	seq_puts(seq, "reader     pid comm            md channels depth max_depth  delivered   dropped by_channel\n");
	spin_lock_irq(&ptp->queue_lock);
	list_for_each_entry(reader, &ptp->readers, node)
		if (!reader->internal)
			show_reader(seq, reader);
	i = ptp->n_departed > PTP_DEPARTED ? ptp->n_departed - PTP_DEPARTED : 0;
	for (; i < ptp->n_departed; i++) {
		const struct ptp_departed *gone = &ptp->departed[i % PTP_DEPARTED];

		seq_printf(seq, "%6u %7d %-15s closed %27llu %9llu\n", gone->id, gone->pid,
			   gone->comm, gone->delivered, gone->dropped);
	}
	spin_unlock_irq(&ptp->queue_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(readers);

static int alarms_show(struct seq_file *seq, void *unused)
{
	ptp_alarm_show(seq, seq->private);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(alarms);

static int n_loopback_show(struct seq_file *seq, void *unused)
{
	struct ptp_clock *ptp = seq->private;

	seq_printf(seq, "%d\n", ptp->info->n_per_lp);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(n_loopback);

static ssize_t loopback_write(struct file *file, const char __user *user, size_t size,
			      loff_t *pos)
{
	struct ptp_clock *ptp = file->private_data;
	char text[32] = {};
	unsigned int index, on;
	int err;

	if (size >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, size))
		return -EFAULT;
	if (sscanf(text, "%u %u", &index, &on) != 2 || index >= ptp->info->n_per_lp || on > 1)
		return -EINVAL;
	if (mutex_lock_interruptible(&ptp->pin_mutex))
		return -ERESTARTSYS;
	err = ptp->info->perout_loopback(ptp->info, index, on);
	mutex_unlock(&ptp->pin_mutex);
	return err ?: size;
}

static const struct file_operations loopback_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = loopback_write,
};

/**
 * ptp_debugfs_add() - make the clock's directory
 * @ptp: the clock
 */
void ptp_debugfs_add(struct ptp_clock *ptp)
{
	ptp->debugfs = debugfs_create_dir(dev_name(&ptp->dev), NULL);
	debugfs_create_file("readers", 0400, ptp->debugfs, ptp, &readers_fops);
	debugfs_create_file("alarms", 0400, ptp->debugfs, ptp, &alarms_fops);
	if (ptp->info->n_per_lp > 0 && ptp->info->perout_loopback) {
		debugfs_create_file("n_perout_loopback", 0400, ptp->debugfs, ptp,
				    &n_loopback_fops);
		debugfs_create_file("perout_loopback", 0200, ptp->debugfs, ptp, &loopback_fops);
	}
}

/**
 * ptp_debugfs_remove() - take away what leads to the driver
 * @ptp: a clock that is being unregistered; waits for calls that run
 */
void ptp_debugfs_remove(struct ptp_clock *ptp)
{
	debugfs_lookup_and_remove("n_perout_loopback", ptp->debugfs);
	debugfs_lookup_and_remove("perout_loopback", ptp->debugfs);
}

/**
 * ptp_debugfs_add_reader() - make the directory of an open file
 * @reader: the reader
 */
void ptp_debugfs_add_reader(struct ptp_reader *reader)
{
	char name[32];

	snprintf(name, sizeof(name), "0x%08x", reader->id);
	reader->mask_view.array = (u32 *)reader->mask;
	reader->mask_view.n_elements = PTP_MAX_CHANNELS / 32;
	reader->dir = debugfs_create_dir(name, reader->clock->debugfs);
	debugfs_create_u32_array("mask", 0444, reader->dir, &reader->mask_view);
}

/**
 * ptp_debugfs_remove_reader() - remove it again
 * @reader: the reader
 */
void ptp_debugfs_remove_reader(struct ptp_reader *reader)
{
	debugfs_remove(reader->dir);
}
