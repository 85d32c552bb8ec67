// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that fail by order; see lab_fault.h. Touches nothing but the model's table.
 */
#include <linux/err.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "lab_fault.h"

int lab_faults_store(struct lab_fault *faults, unsigned int n, spinlock_t *lock, char *text)
{
	s64 err_no = EIO, count = 1;
	const char *op = NULL;
	char *key, *value;
	unsigned long flags;
	unsigned int i, found = 0;
	int err = 0;

	while (!err && lab_next_pair(&text, &key, &value)) {
		if (!strcmp(key, "errno")) {
			err = lab_number(key, value, 1, MAX_ERRNO, &err_no);
		} else if (!strcmp(key, "count")) {
			err = lab_number(key, value, -1, S64_MAX, &count);
		} else if (!strcmp(key, "op")) {
			op = value;
		} else {
			lab_say("%s: want op=, errno= or count=", key);
			err = -EINVAL;
		}
	}
	if (err)
		return err;
	spin_lock_irqsave(lock, flags);
	for (i = 0; op && i < n; i++)
		if (!strcmp(op, "all") || !strcmp(op, faults[i].name)) {
			faults[i].err = err_no;
			faults[i].left = count;
			found++;
		}
	spin_unlock_irqrestore(lock, flags);
	if (found)
		return 0;
	lab_say("op=%s: want", op ?: "");
	for (i = 0; i < n; i++)
		lab_say(" %s,", faults[i].name);
	lab_say(" or all");
	return -EINVAL;
}
EXPORT_SYMBOL_GPL(lab_faults_store);

ssize_t lab_faults_show(struct lab_fault *faults, unsigned int n, spinlock_t *lock, char *buf)
{
	unsigned long flags;
	unsigned int i;
	int len = 0;

	spin_lock_irqsave(lock, flags);
	for (i = 0; i < n; i++)
		if (faults[i].left)
			len += sysfs_emit_at(buf, len, "op=%s errno=%d count=%lld\n",
					     faults[i].name, faults[i].err, faults[i].left);
	spin_unlock_irqrestore(lock, flags);
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
