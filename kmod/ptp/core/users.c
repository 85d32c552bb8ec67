// SPDX-License-Identifier: GPL-2.0
/*
 * What a user may have of the class, on all clocks together: open files and alarms.
 * Nodes are readable for whole groups, and what stands behind them is the kernel's memory
 * and, in hard interrupts, its time.
 */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/uidgid.h>

#include "private.h"

static unsigned int max_files_per_user = 1024;
module_param(max_files_per_user, uint, 0644);
MODULE_PARM_DESC(max_files_per_user, "files that a user may have open of all clocks");

static unsigned int max_alarms_per_user = 256;
module_param(max_alarms_per_user, uint, 0644);
MODULE_PARM_DESC(max_alarms_per_user, "alarms that a user may have on all clocks");

/* as inotify_init() has it, and timer_create() */
static const struct {
	const unsigned int *limit;
	int err;
} quotas[PTP_N_QUOTAS] = {
	[PTP_QUOTA_FILES] = { &max_files_per_user, -EMFILE },
	[PTP_QUOTA_ALARMS] = { &max_alarms_per_user, -EAGAIN },
};

/* a user who has any; under users_mutex */
struct ptp_user {
	struct list_head node;
	kuid_t uid;
	unsigned int n[PTP_N_QUOTAS];
};

static DEFINE_MUTEX(users_mutex); /* guards users; innermost */
static LIST_HEAD(users);

static struct ptp_user *user_of(kuid_t uid)
{
	struct ptp_user *user;

	list_for_each_entry(user, &users, node)
		if (uid_eq(user->uid, uid))
			return user;
	user = kzalloc(sizeof(*user), GFP_KERNEL_ACCOUNT);
	if (!user)
		return NULL;
	user->uid = uid;
	list_add(&user->node, &users);
	return user;
}

static void forget_idle(struct ptp_user *user)
{
	if (memchr_inv(user->n, 0, sizeof(user->n)))
		return;
	list_del(&user->node);
	kfree(user);
}

/**
 * ptp_user_charge() - the caller's user takes one more
 * @quota: of what
 *
 * Context: process context, may sleep.
 * Return: the user, for ptp_user_uncharge(); -ENOMEM; at the limit -EMFILE for files,
 * -EAGAIN for alarms.
 */
struct ptp_user *ptp_user_charge(enum ptp_quota quota)
{
	struct ptp_user *user;

	mutex_lock(&users_mutex);
	user = user_of(current_uid());
	if (!user) {
		user = ERR_PTR(-ENOMEM);
	} else if (user->n[quota] >= READ_ONCE(*quotas[quota].limit)) {
		forget_idle(user);
		user = ERR_PTR(quotas[quota].err);
	} else {
		user->n[quota]++;
	}
	mutex_unlock(&users_mutex);
	return user;
}

/**
 * ptp_user_uncharge() - and gives it back
 * @user: as ptp_user_charge() gave it; may be NULL
 * @quota: of what
 *
 * Context: process context, may sleep.
 */
void ptp_user_uncharge(struct ptp_user *user, enum ptp_quota quota)
{
	if (!user)
		return;
	mutex_lock(&users_mutex);
	user->n[quota]--;
	forget_idle(user);
	mutex_unlock(&users_mutex);
}
