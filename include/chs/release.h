/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects whose release() is a module's own code. Anybody may hold the last reference, and
 * drop it late: the module's exit waits for each, and until the last release() has returned.
 */
#ifndef CHS_RELEASE_H
#define CHS_RELEASE_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/wait.h>

struct chs_releases {
	atomic_t n;
	wait_queue_head_t none;
};

#define CHS_RELEASES(name) \
	struct chs_releases name = { \
		.n = ATOMIC_INIT(0), \
		.none = __WAIT_QUEUE_HEAD_INITIALIZER(name.none), \
	}

/* an object has been initialised: its release() will come */
static inline void chs_release_expect(struct chs_releases *r)
{
	atomic_inc(&r->n);
}

/* the last thing that release() does; it must not sleep */
static inline void chs_release_done(struct chs_releases *r)
{
	if (atomic_dec_and_test(&r->n))
		wake_up_all(&r->none);
}

/**
 * chs_releases_wait() - wait for all of them
 * @r: no object is made any more
 *
 * Context: process context, module exit.
 */
static inline void chs_releases_wait(struct chs_releases *r)
{
	wait_event(r->none, !atomic_read(&r->n));
	/* the last one has counted, but may be on its way out, and preempted there */
	synchronize_rcu_tasks();
}

#endif /* CHS_RELEASE_H */
