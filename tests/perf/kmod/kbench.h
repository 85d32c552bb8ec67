/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the modules of tests/perf share: a device /dev/<module> that carries out and
 * counts the operations which the module names (see kbench_abi.h). The whole module is
 * made here; its file fills in kbench and has a MODULE_DESCRIPTION().
 */
#ifndef KBENCH_H
#define KBENCH_H

#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/msr.h>

#include <frame/kbench_abi.h>

/**
 * struct kbench_op - something to count
 * @name: what user space calls it
 * @run: does it once
 * @until: waits for what ends somewhere else, and returns the time stamp counter of that
 *	end; NULL where it ends when @run returns
 */
struct kbench_op {
	const char *name;
	void (*run)(void);
	u64 (*until)(void);
};

/**
 * struct kbench - a module has one of these, named kbench
 * @ops: what it can do
 * @n_ops: how much that is
 * @index: number of the device under test, or NULL
 * @setup: before the first operation; 0 or a negative errno. May be NULL
 * @teardown: after the last one; may be NULL
 * @lock: guards the rest
 * @samples: instructions of each operation
 * @start: see struct kbench_run
 */
struct kbench {
	const struct kbench_op *ops;
	unsigned int n_ops;
	int (*index)(void);
	int (*setup)(void);
	void (*teardown)(void);
	struct mutex lock;
	u32 samples[KBENCH_MAX];
	u64 start;
};

/*
 * Not inlined, so that every operation is counted by the very same instructions,
 * which the empty one gives the number of.
 */
static noinline void kbench_count(struct kbench *bench, void (*run)(void), unsigned int count)
{
	unsigned int i;
	u64 start, end;

	for (i = 0; i < count; i++) {
		start = rdtsc();
		run();
		end = rdtsc();
		bench->samples[i] = end - start;
		bench->start = start;
	}
}

static noinline void kbench_count_until(struct kbench *bench, const struct kbench_op *op,
					unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		bench->start = rdtsc();
		op->run();
		bench->samples[i] = op->until() - bench->start;
	}
}

static noinline void kbench_nothing(void)
{
	barrier();
}

static long kbench_run(struct kbench *bench, struct kbench_run __user *arg)
{
	const struct kbench_op *op;
	struct kbench_run run;
	unsigned int i;
	u32 empty;

	if (copy_from_user(&run, arg, sizeof(run)))
		return -EFAULT;
	if (run.count > KBENCH_MAX)
		return -EINVAL;
	for (op = bench->ops; op < bench->ops + bench->n_ops; op++)
		if (!strncmp(op->name, run.op, sizeof(run.op)))
			break;
	if (op == bench->ops + bench->n_ops)
		return -ENOENT;

	/* the least of some: an interrupt can only add */
	kbench_count(bench, kbench_nothing, 5);
	empty = bench->samples[0];
	for (i = 1; i < 5; i++)
		empty = min(empty, bench->samples[i]);

	if (op->until)
		kbench_count_until(bench, op, run.count);
	else
		kbench_count(bench, op->run, run.count);
	for (i = 0; i < run.count; i++)
		bench->samples[i] -= empty;
	run.start = bench->start;
	if (run.samples &&
	    copy_to_user(u64_to_user_ptr(run.samples), bench->samples, run.count * sizeof(u32)))
		return -EFAULT;
	return copy_to_user(arg, &run, sizeof(run)) ? -EFAULT : 0;
}

static struct kbench kbench;

static long kbench_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	long err;

	switch (cmd) {
	case KBENCH_RUN:
		mutex_lock(&kbench.lock);
		err = kbench_run(&kbench, (struct kbench_run __user *)arg);
		mutex_unlock(&kbench.lock);
		return err;
	case KBENCH_INDEX:
		return kbench.index ? kbench.index() : -EOPNOTSUPP;
	}
	return -ENOTTY;
}

static const struct file_operations kbench_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = kbench_ioctl,
};

static struct miscdevice kbench_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = KBUILD_MODNAME,
	.fops = &kbench_fops,
};

static int __init kbench_init(void)
{
	int err = kbench.setup ? kbench.setup() : 0;

	if (err)
		return err;
	mutex_init(&kbench.lock);
	err = misc_register(&kbench_device);
	if (err && kbench.teardown)
		kbench.teardown();
	return err;
}

static void __exit kbench_exit(void)
{
	misc_deregister(&kbench_device);
	if (kbench.teardown)
		kbench.teardown();
}

module_init(kbench_init);
module_exit(kbench_exit);
MODULE_LICENSE("GPL");

#endif /* KBENCH_H */
