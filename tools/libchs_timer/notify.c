// SPDX-License-Identifier: GPL-2.0
/*
 * SIGEV_THREAD: one helper thread waits for the eventfds of all such timers and
 * starts a thread for each call. As with libc's, neither lets a signal in.
 */
#include <errno.h>
#include <linux/chs_ptp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "timers.h"

/* under the table's lock */
static int epoll = -1;

struct call {
	void (*function)(union sigval value);
	union sigval value;
};

static void *run_call(void *arg)
{
	struct call call = *(struct call *)arg;

	free(arg);
	call.function(call.value);
	return NULL;
}

/*
 * One call for all that has expired since the one before; what is not in it is its
 * overrun. So calls and overruns add up to the expirations, also where a thread cannot
 * be had: the next call accounts for it.
 */
static void serve(struct timer *t)
{
	struct ptp_alarm_status status = { .id = t->alarm };
	uint64_t count, expired, over;
	struct call *call;
	pthread_t thread;

	if (read(t->event.fd, &count, sizeof(count)) != sizeof(count))
		return;
	if (ioctl(t->clock.fd, PTP_ALARM_STATUS, &status))
		return;
	expired = status.fired + status.overruns;
	if (expired == t->told)
		return;
	call = malloc(sizeof(*call));
	if (!call)
		return;
	call->function = t->function;
	call->value = t->value;
	over = expired - t->told - 1;
	atomic_store(&t->overrun, over > INT_MAX ? INT_MAX : (int)over);
	if (pthread_create(&thread, &t->attr, run_call, call))
		free(call);
	else
		t->told = expired;
}

static void *help(void *arg)
{
	struct epoll_event event;
	struct timer_ref ref;
	int fd = (intptr_t)arg;

	pthread_setname_np(pthread_self(), "chs_timer");
	for (;;) {
		if (epoll_wait(fd, &event, 1, -1) != 1 || !timer_get(&ref, event.data.ptr))
			continue;
		serve(ref.timer);
		timer_put(&ref);
	}
	return NULL;
}

/*
 * What of a pthread_attr_t there are calls for, since it is not for others to copy; but
 * the signal mask, which libc too leaves aside.
 */
static int copy_attr(pthread_attr_t *to, const pthread_attr_t *from)
{
	struct sched_param param;
	cpu_set_t cpus;
	size_t size;
	void *stack;
	int n, err;

	err = pthread_attr_init(to);
	if (err || !from)
		return -err;
	/* libc counts from the stack's upper end, which is 0 where only a size was set */
	if (!pthread_attr_getstack(from, &stack, &size) && size && (uintptr_t)stack + size)
		err = pthread_attr_setstack(to, stack, size);
	else if (!pthread_attr_getstacksize(from, &size))
		err = pthread_attr_setstacksize(to, size);
	if (!err && !pthread_attr_getguardsize(from, &size))
		err = pthread_attr_setguardsize(to, size);
	if (!err && !pthread_attr_getinheritsched(from, &n))
		err = pthread_attr_setinheritsched(to, n);
	if (!err && !pthread_attr_getscope(from, &n))
		err = pthread_attr_setscope(to, n);
	if (!err && !pthread_attr_getschedpolicy(from, &n))
		err = pthread_attr_setschedpolicy(to, n);
	if (!err && !pthread_attr_getschedparam(from, &param))
		err = pthread_attr_setschedparam(to, &param);
	if (!err && !pthread_attr_getaffinity_np(from, sizeof(cpus), &cpus) && CPU_COUNT(&cpus) &&
	    CPU_COUNT(&cpus) < CPU_SETSIZE)
		err = pthread_attr_setaffinity_np(to, sizeof(cpus), &cpus);
	if (err)
		pthread_attr_destroy(to);
	return -err;
}

int notify_prepare(struct timer *t, const struct sigevent *event)
{
	int err;

	if (t->attr_set)
		pthread_attr_destroy(&t->attr);
	t->attr_set = false;
	err = copy_attr(&t->attr, event->sigev_notify_attributes);
	if (err)
		return err;
	t->attr_set = true;
	pthread_attr_setdetachstate(&t->attr, PTHREAD_CREATE_DETACHED);
	t->function = event->sigev_notify_function;
	t->value = event->sigev_value;
	return 0;
}

/* the signals are blocked already, and a thread begins with its maker's mask */
static int start_helper(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	int err;

	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0)
		return -errno;
	err = pthread_attr_init(&attr);
	if (!err) {
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
		err = pthread_create(&thread, &attr, help, (void *)(intptr_t)epoll);
		pthread_attr_destroy(&attr);
	}
	if (err) {
		syscall(SYS_close, epoll);
		epoll = -1;
	}
	return -err;
}

int notify_watch(struct timer *t, timer_t id)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = id };
	int err = epoll < 0 ? start_helper() : 0;

	if (err)
		return err;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, t->event.fd, &event) ? -errno : 0;
}

/* not left to close(): a child may hold the eventfd */
void notify_forget(struct timer *t)
{
	struct epoll_event event = {};

	if (t->event.fd >= 0)
		epoll_ctl(epoll, EPOLL_CTL_DEL, t->event.fd, &event);
}

void notify_after_fork(void)
{
	if (epoll >= 0)
		syscall(SYS_close, epoll);
	epoll = -1;
}
