/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libchs_timer: POSIX timers and sleeps on a PTP hardware clock, made of the
 * clock's alarms (include/uapi/linux/chs_ptp.h). Here is what its parts share:
 * timers.c keeps the table of timers, notify.c calls functions (SIGEV_THREAD),
 * calls.c has the calls that a program sees.
 *
 * A clock's id is (~fd << 3) | 3, fd being its open device.
 */
#ifndef LIBCHS_TIMER_TIMERS_H
#define LIBCHS_TIMER_TIMERS_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#define LIVES 64

/* which file a descriptor was: it may have been closed and reused behind our back */
struct file_id {
	int fd; /* -1: none */
	dev_t dev, rdev;
	ino_t ino;
};

/*
 * One timer, or room for one. Entries are never freed, so a look at a stale one is
 * harmless.
 *
 * state is life << 32 | LIVE | users. The table itself is a user while LIVE is set;
 * whoever leaves last closes the files, so that none is closed under a user. Free is
 * what has no user. Everything else but overrun and attr_set is written only while
 * the entry is free, under the table's lock, and read only by users.
 *
 * The timer_t is the address of handle[life % LIVES]: unlike any of libc's, and one
 * of a deleted timer is known as such although the entry has been used again.
 */
struct timer {
	_Atomic uint64_t state;
	struct file_id clock; /* the alarm's file, our own descriptor of it */
	struct file_id event; /* SIGEV_THREAD: the eventfd */
	uint32_t alarm;
	/* SIGEV_THREAD alone */
	bool by_thread;
	bool attr_set; /* attr is one; destroyed when the entry is used again */
	pthread_attr_t attr;
	void (*function)(union sigval value);
	union sigval value;
	uint64_t told;	     /* expirations that calls account for; of the helper thread */
	_Atomic int overrun; /* of the last call */
	char handle[LIVES];
};

/* a timer in use; until timer_put() its files stay open */
struct timer_ref {
	struct timer *timer;
	uint32_t life;
};

/* is it ours, alive or not? Anything else is libc's. Async-signal-safe. */
bool timer_is_ours(timer_t id);

/* false: it is deleted. Async-signal-safe. */
bool timer_get(struct timer_ref *ref, timer_t id);
void timer_put(struct timer_ref *ref);

/* keeps timer_get() from finding it from now on; false: it was not there any more */
bool timer_retire(timer_t id);

/* 0 or -errno: -ENOTTY or -EBADF where fd is no clock with alarms */
int timer_make(int fd, const struct sigevent *event, timer_t *id);

/* counts forks: a child must leave alone what it has not made */
extern _Atomic unsigned int timer_forks;

/* of notify.c; the first two under the table's lock */
int notify_prepare(struct timer *t, const struct sigevent *event);
int notify_watch(struct timer *t, timer_t id);
void notify_forget(struct timer *t);
void notify_after_fork(void);

#endif /* LIBCHS_TIMER_TIMERS_H */
