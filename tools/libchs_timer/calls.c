// SPDX-License-Identifier: GPL-2.0
/*
 * The calls that a program sees: POSIX timers and clock_nanosleep(). Those on a PTP
 * clock that has alarms are done by them; all others, and a PTP clock without
 * alarms, are libc's, who answers as if we were not there.
 */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <linux/chs_ptp.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "timers.h"

#define EXPORT __attribute__((visibility("default")))
#define NSEC   1000000000L

/* ---- libc's ------------------------------------------------------------------ */

static struct {
	int (*create)(clockid_t clock, struct sigevent *event, timer_t *timer);
	int (*delete)(timer_t timer);
	int (*settime)(timer_t timer, int flags, const struct itimerspec *new,
		       struct itimerspec *old);
	int (*gettime)(timer_t timer, struct itimerspec *now);
	int (*getoverrun)(timer_t timer);
	int (*nanosleep)(clockid_t clock, int flags, const struct timespec *request,
			 struct timespec *rest);
} libc;

/* early, since a signal handler must not do it; other constructors may come before */
__attribute__((constructor)) static void find_libc(void)
{
	libc.create = (typeof(libc.create))dlsym(RTLD_NEXT, "timer_create");
	libc.delete = (typeof(libc.delete))dlsym(RTLD_NEXT, "timer_delete");
	libc.settime = (typeof(libc.settime))dlsym(RTLD_NEXT, "timer_settime");
	libc.gettime = (typeof(libc.gettime))dlsym(RTLD_NEXT, "timer_gettime");
	libc.getoverrun = (typeof(libc.getoverrun))dlsym(RTLD_NEXT, "timer_getoverrun");
	libc.nanosleep = (typeof(libc.nanosleep))dlsym(RTLD_NEXT, "clock_nanosleep");
}

/* a call of libc, or failure, as the call shows it, where libc has none */
#define LIBC(call, failure, ...) \
	({ \
		if (!libc.call) \
			find_libc(); \
		libc.call ? libc.call(__VA_ARGS__) : (failure); \
	})

static int fail(int err)
{
	errno = err;
	return -1;
}

/* ---- clocks and times ---------------------------------------------------------- */

static bool is_dynamic(clockid_t clock)
{
	return clock < 0 && (clock & 7) == 3;
}

static int fd_of(clockid_t clock)
{
	return ~(clock >> 3);
}

static bool is_valid(const struct timespec *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec >= 0 && ts->tv_nsec < NSEC;
}

static struct ptp_clock_time to_ptp(const struct timespec *ts)
{
	return (struct ptp_clock_time){ .sec = ts->tv_sec, .nsec = ts->tv_nsec };
}

static struct timespec from_ptp(const struct ptp_clock_time *t)
{
	return (struct timespec){ .tv_sec = t->sec, .tv_nsec = t->nsec };
}

static bool is_set(const struct timespec *ts)
{
	return ts->tv_sec || ts->tv_nsec;
}

/* the file or the alarm behind a timer is gone: there is no such timer */
static int error_of(int err)
{
	return err == EBADF || err == ENOTTY || err == ENOENT ? EINVAL : err;
}

/* ---- timers --------------------------------------------------------------------- */

EXPORT int timer_create(clockid_t clock, struct sigevent *event, timer_t *timer)
{
	int err = -ENOTTY;

	if (is_dynamic(clock))
		err = timer_make(fd_of(clock), event, timer);
	switch (err) {
	case 0:
		return 0;
	case -ENOTTY:
	case -EBADF:
		return LIBC(create, fail(ENOSYS), clock, event, timer);
	case -EMFILE:
	case -ENFILE:
		return fail(EAGAIN);
	default:
		return fail(-err);
	}
}

EXPORT int timer_delete(timer_t timer)
{
	if (!timer_is_ours(timer))
		return LIBC(delete, fail(ENOSYS), timer);
	return timer_retire(timer) ? 0 : fail(EINVAL);
}

EXPORT int timer_settime(timer_t timer, int flags, const struct itimerspec *restrict new,
			 struct itimerspec *restrict old)
{
	struct ptp_alarm_setting setting = {};
	struct timer_ref ref;
	int err = 0;

	if (!timer_is_ours(timer))
		return LIBC(settime, fail(ENOSYS), timer, flags, new, old);
	if (!new || !is_valid(&new->it_value) || !is_valid(&new->it_interval) ||
	    !timer_get(&ref, timer))
		return fail(EINVAL);
	setting.id = ref.timer->alarm;
	if (is_set(&new->it_value)) {
		setting.flags = flags & TIMER_ABSTIME ? PTP_ALARM_ABSTIME : 0;
		setting.value = to_ptp(&new->it_value);
		setting.interval = to_ptp(&new->it_interval);
	}
	if (ioctl(ref.timer->clock.fd, PTP_ALARM_SETTIME, &setting))
		err = error_of(errno);
	else
		atomic_store(&ref.timer->overrun, 0);
	timer_put(&ref);
	if (err)
		return fail(err);
	if (old) {
		old->it_value = from_ptp(&setting.value);
		old->it_interval = from_ptp(&setting.interval);
	}
	return 0;
}

EXPORT int timer_gettime(timer_t timer, struct itimerspec *now)
{
	struct ptp_alarm_setting setting = {};
	struct timer_ref ref;
	int err = 0;

	if (!timer_is_ours(timer))
		return LIBC(gettime, fail(ENOSYS), timer, now);
	if (!timer_get(&ref, timer))
		return fail(EINVAL);
	setting.id = ref.timer->alarm;
	if (ioctl(ref.timer->clock.fd, PTP_ALARM_GETTIME, &setting))
		err = error_of(errno);
	timer_put(&ref);
	if (err || !now)
		return fail(err ?: EFAULT);
	now->it_value = from_ptp(&setting.value);
	now->it_interval = from_ptp(&setting.interval);
	return 0;
}

EXPORT int timer_getoverrun(timer_t timer)
{
	struct ptp_alarm_status status = {};
	struct timer_ref ref;
	int err = 0;

	if (!timer_is_ours(timer))
		return LIBC(getoverrun, fail(ENOSYS), timer);
	if (!timer_get(&ref, timer))
		return fail(EINVAL);
	if (ref.timer->by_thread) {
		status.last_overruns = atomic_load(&ref.timer->overrun);
	} else {
		status.id = ref.timer->alarm;
		if (ioctl(ref.timer->clock.fd, PTP_ALARM_STATUS, &status))
			err = error_of(errno);
	}
	timer_put(&ref);
	if (err)
		return fail(err);
	return status.last_overruns > DELAYTIMER_MAX ? DELAYTIMER_MAX : status.last_overruns;
}

/* ---- sleep ---------------------------------------------------------------------- */

/* an alarm that lives as long as one sleep */
struct sleep {
	int fd;
	int event;
	uint32_t alarm;
	unsigned int forks;
};

static void sleep_end(void *arg)
{
	struct sleep *s = arg;

	/* the child of a fork in a signal handler: the alarm is its parent's */
	if (s->forks == atomic_load(&timer_forks))
		ioctl(s->fd, PTP_ALARM_DELETE, &s->alarm);
	syscall(SYS_close, s->event);
}

static int sleep_begin(struct sleep *s, int fd, int flags, const struct timespec *request)
{
	struct ptp_alarm_config config = { .notify = PTP_ALARM_NOTIFY_EVENTFD };
	struct ptp_alarm_setting setting = {};
	int err;

	s->fd = fd;
	s->forks = atomic_load(&timer_forks);
	s->event = eventfd(0, EFD_CLOEXEC);
	if (s->event < 0)
		return -errno;
	config.eventfd = s->event;
	if (ioctl(fd, PTP_ALARM_CREATE, &config)) {
		err = -errno;
		syscall(SYS_close, s->event);
		return err;
	}
	s->alarm = config.id;
	if (!request || !is_valid(request)) {
		sleep_end(s);
		return request ? -EINVAL : -EFAULT;
	}
	setting.id = config.id;
	setting.flags = flags & TIMER_ABSTIME ? PTP_ALARM_ABSTIME : 0;
	setting.value = to_ptp(request);
	/* 0 would disarm; 1 ns later is not too early */
	if (!is_set(request))
		setting.value.nsec = 1;
	if (!ioctl(fd, PTP_ALARM_SETTIME, &setting))
		return 0;
	err = -errno;
	sleep_end(s);
	return err;
}

/*
 * poll() and no read(): as clock_nanosleep() it is ended by every handler, SA_RESTART
 * or not, and by nothing else. The clock's own file tells when the clock goes away.
 */
static int sleep_wait(const struct sleep *s, int flags, struct timespec *rest)
{
	struct ptp_alarm_setting setting = { .id = s->alarm };
	struct pollfd files[] = { { .fd = s->event, .events = POLLIN }, { .fd = s->fd } };

	if (poll(files, 2, -1) > 0)
		return files[0].revents ? 0 : ENODEV;
	if (errno != EINTR)
		return errno;
	if (ioctl(s->fd, PTP_ALARM_GETTIME, &setting))
		return errno == ENODEV ? ENODEV : EINTR;
	if (!setting.value.sec && !setting.value.nsec)
		return 0;
	if (rest && !(flags & TIMER_ABSTIME))
		*rest = from_ptp(&setting.value);
	return EINTR;
}

EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request,
			   struct timespec *rest)
{
	int err = -ENOTTY, errno_before = errno, cancel;
	struct sleep s;

	if (is_dynamic(clock)) {
		/* nothing is to be left behind: only poll() may be cancelled */
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
		err = sleep_begin(&s, fd_of(clock), flags, request);
		if (!err) {
			pthread_cleanup_push(sleep_end, &s);
			pthread_setcancelstate(cancel, NULL);
			err = -sleep_wait(&s, flags, rest);
			pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
			pthread_cleanup_pop(1);
		}
		pthread_setcancelstate(cancel, NULL);
		errno = errno_before;
	}
	if (err == -ENOTTY || err == -EBADF)
		return LIBC(nanosleep, ENOSYS, clock, flags, request, rest);
	return -err;
}
