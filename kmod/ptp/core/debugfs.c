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

#include <chs/seq_name.h>

#include "private.h"

/**
 * ptp_seq_comm() - write a task's name as a column
 * @seq: the file
 * @comm: TASK_COMM_LEN bytes, the task's own choice
 */
void ptp_seq_comm(struct seq_file *seq, const char *comm)
{
	seq_setwidth(seq, TASK_COMM_LEN - 1);
	chs_seq_name(seq, comm, TASK_COMM_LEN);
	seq_pad(seq, 0);
}

/*
 * A row's position is the reader's number, or beyond FIRST_CLOSED how many readers had
 * closed with losses before it: whoever reads in parts finds his place again, whatever has
 * gone meanwhile. readers_mutex keeps a row from start to stop, which copies nothing to
 * user space; queue_lock, which holds up interrupts, is taken for one row's figures.
 */
#define FIRST_CLOSED (1LL << 32)

static void *row_at(struct ptp_clock *ptp, loff_t *pos)
{
	loff_t end = FIRST_CLOSED + ptp->n_departed;
	struct ptp_reader *reader;

	lockdep_assert_held(&ptp->readers_mutex);
	if (*pos < FIRST_CLOSED) {
		list_for_each_entry(reader, &ptp->readers, node) {
			if (!reader->internal && reader->id >= *pos) {
				*pos = reader->id;
				return reader;
			}
		}
	}
	*pos = max3(*pos, FIRST_CLOSED, end - PTP_DEPARTED);
	return *pos < end ? &ptp->departed[(*pos - FIRST_CLOSED) % PTP_DEPARTED] : NULL;
}

static void *readers_start(struct seq_file *seq, loff_t *pos)
{
	struct ptp_clock *ptp = seq->private;

	if (!*pos)
		ptp_holders_update(ptp);
	mutex_lock(&ptp->readers_mutex);
	return *pos ? row_at(ptp, pos) : SEQ_START_TOKEN;
}

static void *readers_next(struct seq_file *seq, void *row, loff_t *pos)
{
	struct ptp_clock *ptp = seq->private;
	struct ptp_reader *reader = row;

	if (row != SEQ_START_TOKEN && *pos < FIRST_CLOSED) {
		if (list_is_last(&reader->node, &ptp->readers)) {
			*pos = FIRST_CLOSED;
		} else {
			reader = list_next_entry(reader, node);
			*pos = reader->id;
			return reader;
		}
	} else {
		++*pos;
	}
	return row_at(ptp, pos);
}

static void readers_stop(struct seq_file *seq, void *row)
{
	struct ptp_clock *ptp = seq->private;

	mutex_unlock(&ptp->readers_mutex);
}

static void show_open(struct seq_file *seq, struct ptp_reader *reader)
{
	struct ptp_clock *ptp = reader->clock;
	unsigned int channel, channels, depth, max_depth;
	u64 delivered, dropped, lost;
	char comm[TASK_COMM_LEN];
	const char *comma = "";
	pid_t pid;

	spin_lock_irq(&ptp->queue_lock);
	channels = bitmap_weight(reader->mask, PTP_MAX_CHANNELS);
	depth = reader->head - reader->tail;
	max_depth = reader->max_depth;
	delivered = reader->delivered;
	dropped = reader->dropped;
	pid = reader->pid;
	memcpy(comm, reader->comm, sizeof(comm));
	spin_unlock_irq(&ptp->queue_lock);

	seq_printf(seq, "%6u %7d ", reader->id, pid);
	ptp_seq_comm(seq, comm);
	seq_printf(seq, " %s%-5s %8u %5u %9u %10llu %9llu ", reader->mode & FMODE_READ ? "r" : "-",
		   reader->mode & FMODE_WRITE ? "w" : "-", channels, depth, max_depth, delivered,
		   dropped);
	for (channel = 0; dropped && channel <= ptp->n_channels; channel++) {
		lost = READ_ONCE(reader->channel_dropped[channel]);
		if (!lost)
			continue;
		seq_printf(seq, "%s%u:%llu", comma, channel, lost);
		comma = ",";
	}
	seq_puts(seq, dropped ? "\n" : "-\n");
}

static void show_closed(struct seq_file *seq, const struct ptp_departed *gone)
{
	seq_printf(seq, "%6u %7d ", gone->id, gone->pid);
	ptp_seq_comm(seq, gone->comm);
	seq_printf(seq, " closed %8s %5s %9s %10llu %9llu -\n", "-", "-", "-", gone->delivered,
		   gone->dropped);
}

static int readers_show(struct seq_file *seq, void *row)
{
	struct ptp_clock *ptp = seq->private;
	struct ptp_departed *gone = row;

	if (row == SEQ_START_TOKEN)
		seq_puts(seq, "reader     pid comm            md     channels depth max_depth  "
			      "delivered   dropped by_channel\n");
	else if (gone >= ptp->departed && gone < ptp->departed + PTP_DEPARTED)
		show_closed(seq, gone);
	else
		show_open(seq, row);
	return 0;
}

static const struct seq_operations readers_sops = {
	.start = readers_start,
	.next = readers_next,
	.stop = readers_stop,
	.show = readers_show,
};
DEFINE_SEQ_ATTRIBUTE(readers);

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
