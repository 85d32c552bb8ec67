/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls that fail by order: what a model's attributes "fail" and "failed" are made of. In
 * lab_core. The model owns the table and guards it with its own lock.
 */
#ifndef LAB_FAULT_H
#define LAB_FAULT_H

#include <linux/spinlock.h>

#include "lab.h"

/**
 * struct lab_fault - one of a model's calls
 * @name: op= of the command
 * @err: errno that it returns
 * @left: so many times; negative: always
 * @failed: how often it has
 */
struct lab_fault {
	const char *name;
	int err;
	s64 left;
	u64 failed;
};

/**
 * lab_fails() - does this call have to fail?
 * @f: the call; the model's lock is held
 * Return: 0 or a negative errno
 */
static inline int lab_fails(struct lab_fault *f)
{
	if (likely(!f->left))
		return 0;
	if (f->left > 0)
		f->left--;
	f->failed++;
	return -f->err;
}

/* "op=NAME|all errno=N count=N (-1: always, 0: no more)", for store(), and what is pending */
int lab_faults_store(struct lab_fault *faults, unsigned int n, spinlock_t *lock, char *text);
int lab_faults_store_raw(struct lab_fault *faults, unsigned int n, raw_spinlock_t *lock,
			 char *text);
ssize_t lab_faults_show(const struct lab_fault *faults, unsigned int n, char *buf);

/* calls that have failed */
ssize_t lab_faults_show_failed(const struct lab_fault *faults, unsigned int n, char *buf);

#endif /* LAB_FAULT_H */
