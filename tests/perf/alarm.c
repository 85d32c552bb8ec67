// SPDX-License-Identifier: GPL-2.0
/*
 * Alarms: what arming one costs, and how long it takes from the device's interrupt
 * until a thread that waits for it by read() or for a signal goes on. arg is how it
 * is notified. No peer: mainline's class has no alarms.
 *
 * Who waits has real-time priority, as in extts.c. The class's own thread has not:
 * we sleep for it, which costs no time here, and it rests after each expiration.
 */
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/ptp_clock.h>
#include <uapi/linux/chs_ptp.h>
#include "frame/bench.h"

#define SIGNO (SIGRTMIN + 1)
#define AHEAD 1000 /* s: the clock stands still, so it is never reached by itself */

static struct ptp_alarm_config config;
static struct ptp_alarm_setting setting;
static pthread_t waiter;
static volatile uint64_t woken;
static volatile unsigned int wakes;
static volatile bool ending;
static volatile pid_t waiter_tid;

static void rest(struct bench_run *run __attribute__((unused)))
{
	usleep(1000);
}

static bool set_alarm(struct bench_run *run, int64_t seconds)
{
	struct timespec now;

	if (clock_gettime(run->clock, &now))
		return bench_fail(run, errno, "clock_gettime");
	setting = (struct ptp_alarm_setting){
		.id = config.id,
		.flags = PTP_ALARM_ABSTIME,
		.value = { .sec = now.tv_sec + seconds },
	};
	return ioctl(run->fd, PTP_ALARM_SETTIME, &setting)
		       ? bench_fail(run, errno, "PTP_ALARM_SETTIME")
		       : true;
}

static bool make_alarm(struct bench_run *run)
{
	config = (struct ptp_alarm_config){ .notify = run->bench->arg };
	if (run->bench->arg == PTP_ALARM_NOTIFY_SIGNAL) {
		config.signo = SIGNO;
		config.tid = waiter_tid;
	}
	if (ioctl(run->fd, PTP_ALARM_CREATE, &config))
		return bench_fail(run, errno, "PTP_ALARM_CREATE");
	return set_alarm(run, AHEAD);
}

/* ---- arming ----------------------------------------------------------------- */

static bool setup_arm(struct bench_run *run)
{
	return bench_ptp_open(run) && make_alarm(run);
}

/* each time a little later, so that the hardware's alarm has to be set anew */
static void prepare_arm(struct bench_run *run)
{
	struct timespec now;

	rest(run);
	clock_gettime(run->clock, &now);
	setting.id = config.id;
	setting.flags = PTP_ALARM_ABSTIME;
	setting.value.sec = now.tv_sec + AHEAD + (setting.value.nsec ? 0 : 1);
	setting.value.nsec = !setting.value.nsec;
	setting.interval = (struct ptp_clock_time){};
}

static void arm(struct bench_run *run)
{
	bench_syscall(SYS_ioctl, run->fd, PTP_ALARM_SETTIME, (long)&setting);
}

BENCH(alarm_arm, .name = "alarm_arm", .module = "alarm", .arg = PTP_ALARM_NOTIFY_EVENT,
      .samples = 101, .setup = setup_arm, .prepare = prepare_arm, .op = arm,
      .teardown = bench_ptp_close);

/* ---- from the interrupt to whoever waits ------------------------------------ */

static void *wait_for_it(void *arg)
{
	struct bench_run *run = arg;
	struct ptp_extts_event event;
	sigset_t signals;
	bool good;

	sigemptyset(&signals);
	sigaddset(&signals, SIGNO);
	waiter_tid = gettid();
	for (;;) {
		if (run->bench->arg == PTP_ALARM_NOTIFY_SIGNAL)
			good = sigwaitinfo(&signals, NULL) == SIGNO;
		else
			good = read(run->fd, &event, sizeof(event)) == sizeof(event);
		if (!good || ending)
			return NULL;
		woken = bench_tsc();
		wakes++;
	}
}

static bool setup_wait(struct bench_run *run)
{
	sigset_t signals;

	if (!bench_ptp_open(run))
		return false;
	/* a signal that the thread waits for must not be let in elsewhere */
	sigemptyset(&signals);
	sigaddset(&signals, SIGNO);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	ending = false;
	waiter_tid = 0;
	if (!bench_thread(run, &waiter, wait_for_it, run))
		return false;
	while (!waiter_tid)
		rest(run);
	return make_alarm(run);
}

static bool fire(struct bench_run *run, uint64_t *start)
{
	if (!set_alarm(run, AHEAD))
		return false;
	rest(run);
	if (!bench_kernel(run, "fire", NULL, 1, start))
		return false;
	rest(run);
	return true;
}

static void end_wait(struct bench_run *run)
{
	ending = true;
	fire(run, NULL);
	pthread_join(waiter, NULL);
	bench_ptp_close(run);
}

static bool fire_to_wait(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	wakes = 0;
	for (unsigned int i = 0; i < n; i++) {
		uint64_t start;

		if (!fire(run, &start))
			return false;
		samples[i] = woken - start;
	}
	return wakes == n ? true : bench_fail(run, 0, "alarms went astray");
}

#define FIRE(id, what, notify) \
	BENCH(id, .name = what, .module = "alarm", .arg = notify, .samples = 101, \
	      .setup = setup_wait, .collect = fire_to_wait, .teardown = end_wait)

FIRE(alarm_to_read, "alarm_to_read", PTP_ALARM_NOTIFY_EVENT);
FIRE(alarm_to_signal, "alarm_to_signal", PTP_ALARM_NOTIFY_SIGNAL);
