// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that fail by order; see lab_fault.h. Touches nothing but the model's table.
 */
#include <linux/err.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "lab_fault.h"

struct order {
	const char *op;
	s64 err_no, count;
};

static int parse(char *text, struct order *order)
{
	const struct lab_arg args[] = {
		{ "op", .text = &order->op },
		{ "errno", &order->err_no, 1, MAX_ERRNO },
		{ "count", &order->count, -1, S64_MAX },
	};

	*order = (struct order){ .err_no = EIO, .count = 1 };
	return lab_args(text, args, ARRAY_SIZE(args));
}

/* the model's lock held: how many calls it is for */
static unsigned int give(struct lab_fault *faults, unsigned int n, const struct order *order)
{
	unsigned int i, found = 0;

	for (i = 0; order->op && i < n; i++)
		if (!strcmp(order->op, "all") || !strcmp(order->op, faults[i].name)) {
			faults[i].err = order->err_no;
			faults[i].left = order->count;
			found++;
		}
	return found;
}

static int answer(const struct lab_fault *faults, unsigned int n, const struct order *order,
		  unsigned int found)
{
	unsigned int i;

	if (found)
		return 0;
	lab_say("op=%s: want", order->op ?: "");
	for (i = 0; i < n; i++)
		lab_say(" %s,", faults[i].name);
	lab_say(" or all");
	return -EINVAL;
}

int lab_faults_store(struct lab_fault *faults, unsigned int n, spinlock_t *lock, char *text)
{
	struct order order;
	unsigned long flags;
	unsigned int found;
	int err = parse(text, &order);

	if (err)
		return err;
	spin_lock_irqsave(lock, flags);
	found = give(faults, n, &order);
	spin_unlock_irqrestore(lock, flags);
	return answer(faults, n, &order, found);
}
EXPORT_SYMBOL_GPL(lab_faults_store);

int lab_faults_store_raw(struct lab_fault *faults, unsigned int n, raw_spinlock_t *lock, char *text)
{
	struct order order;
	unsigned long flags;
	unsigned int found;
	int err = parse(text, &order);

	if (err)
		return err;
	raw_spin_lock_irqsave(lock, flags);
	found = give(faults, n, &order);
	raw_spin_unlock_irqrestore(lock, flags);
	return answer(faults, n, &order, found);
}
EXPORT_SYMBOL_GPL(lab_faults_store_raw);

ssize_t lab_faults_show(const struct lab_fault *faults, unsigned int n, char *buf)
{
	struct lab_fault fault;
	unsigned int i;
	int len = 0;

	for (i = 0; i < n; i++) {
		fault.err = READ_ONCE(faults[i].err);
		fault.left = READ_ONCE(faults[i].left);
		if (fault.left)
			len += sysfs_emit_at(buf, len, "op=%s errno=%d count=%lld\n",
					     faults[i].name, fault.err, fault.left);
	}
	return len;
}
EXPORT_SYMBOL_GPL(lab_faults_show);

ssize_t lab_faults_show_failed(const struct lab_fault *faults, unsigned int n, char *buf)
{
	u64 failed = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		failed += READ_ONCE(faults[i].failed);
	return sysfs_emit(buf, "%llu\n", failed);
}
EXPORT_SYMBOL_GPL(lab_faults_show_failed);
