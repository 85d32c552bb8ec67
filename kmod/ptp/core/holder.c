// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds an open file: not always who opened it. It is inherited by fork and exec and
 * sent by SCM_RIGHTS. A read() says who it is; of those that never read, as a daemon's
 * child, only the tables of open files know. They are searched when somebody looks: when
 * debugfs's list of readers is shown.
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/posix-clock.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "private.h"

/* what makes a file one of a POSIX clock's: the kernel's table, known from our first */
static const struct file_operations *clock_fops;

/* one search at a time: the mark below is the search's */
static DEFINE_MUTEX(search_mutex);
static u32 searches; /* search_mutex */

struct search {
	struct ptp_clock *ptp;
	struct task_struct *task;
	bool others;  /* files are held by others than those on record */
	bool replace; /* the second time over: take these */
};

/**
 * ptp_holder_opened() - a file was opened by the current task
 * @reader: the file's queue
 * @file: the file
 *
 * Context: process context, before anybody else can have the file.
 */
void ptp_holder_opened(struct ptp_reader *reader, const struct file *file)
{
	reader->exec_id = current->self_exec_id;
	WRITE_ONCE(clock_fops, file->f_op);
}

/* queue_lock held */
static void put_down(struct ptp_reader *reader, const struct task_struct *task)
{
	reader->pid = task->tgid;
	reader->exec_id = task->self_exec_id;
	memcpy(reader->comm, task->comm, sizeof(reader->comm));
}

/**
 * ptp_holder_reads() - the current task reads and is not the one on record
 * @reader: the file's queue
 *
 * Context: process context.
 */
void ptp_holder_reads(struct ptp_reader *reader)
{
	spin_lock_irq(&reader->clock->queue_lock);
	put_down(reader, current);
	spin_unlock_irq(&reader->clock->queue_lock);
}

/* under files->file_lock: the file cannot be released meanwhile */
static int look_at(const void *arg, struct file *file, unsigned int fd)
{
	struct search *s = (struct search *)arg;
	struct posix_clock_context *context;
	struct ptp_reader *reader;
	unsigned long flags;

	if (file->f_op != clock_fops)
		return 0;
	context = file->private_data;
	if (context->clk != &s->ptp->clock)
		return 0;
	reader = context->private_clkdata;
	spin_lock_irqsave(&s->ptp->queue_lock, flags);
	if (reader->pid == s->task->tgid || (s->replace && reader->search != searches)) {
		reader->search = searches;
		put_down(reader, s->task);
	} else if (reader->search != searches) {
		s->others = true;
	}
	spin_unlock_irqrestore(&s->ptp->queue_lock, flags);
	return 0;
}

static void search(struct search *s)
{
	struct task_struct *leader, *task;
	struct files_struct *files;

	rcu_read_lock();
	for_each_process(leader) {
		files = NULL;
		for_each_thread(leader, task) {
			task_lock(task);
			/* threads have the table in common as a rule */
			if (task->files && task->files != files) {
				files = task->files;
				s->task = task;
				iterate_fd(files, 0, look_at, s);
			}
			task_unlock(task);
		}
	}
	rcu_read_unlock();
}

/**
 * ptp_holders_update() - look who holds the open files of a clock
 * @ptp: the clock
 *
 * Who is on record stays there as long as it holds the file; else any other that does
 * takes its place. Goes through all open files of the machine, as /proc/PID/fd would.
 *
 * Context: process context, may sleep.
 */
void ptp_holders_update(struct ptp_clock *ptp)
{
	struct search s = { .ptp = ptp };

	if (!READ_ONCE(clock_fops))
		return;
	mutex_lock(&search_mutex);
	searches++;
	search(&s);
	if (s.others) {
		s.replace = true;
		search(&s);
	}
	mutex_unlock(&search_mutex);
}
