// SPDX-License-Identifier: GPL-2.0
/*
 * posix_timer CLOCK GROUP...: what POSIX and Linux promise of timers and sleeps, on
 * CLOCK: monotonic, realtime, boottime or the node of a PTP clock. Knows libc and
 * nothing else; run on the system's clocks as it is, and on a PTP clock with
 * libchs_timer.so preloaded, it must find the same.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include "ptp_test.h"

#define MS 1000000LL

static clockid_t clk;
static const char *clock_name;

/* ---- calls and their results -------------------------------------------------- */

static struct timespec ts_of(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / NSEC, .tv_nsec = ns % NSEC };
}

static int64_t ns_of(const struct timespec *ts)
{
	return ts->tv_sec * NSEC + ts->tv_nsec;
}

static long create(int notify, int signo, void *value, timer_t *timer)
{
	struct sigevent event = { .sigev_notify = notify, .sigev_signo = signo };

	event.sigev_value.sival_ptr = value;
	return call(timer_create(clk, &event, timer));
}

static timer_t must_create(int notify, int signo, void *value)
{
	timer_t timer;
	long err = create(notify, signo, value, &timer);

	if (err)
		die("timer_create: %s", strerror(-err));
	return timer;
}

static long arm(timer_t timer, int flags, int64_t value, int64_t interval)
{
	struct itimerspec new = { .it_value = ts_of(value), .it_interval = ts_of(interval) };

	return call(timer_settime(timer, flags, &new, NULL));
}

static int64_t left(timer_t timer, int64_t *interval)
{
	struct itimerspec now = { .it_value.tv_sec = -1 };

	if (timer_gettime(timer, &now))
		return -errno;
	if (interval)
		*interval = ns_of(&now.it_interval);
	return ns_of(&now.it_value);
}

/* one signal of the set within so long: its number, or -errno */
static long await(int signo, long ms, siginfo_t *info)
{
	struct timespec limit = ts_of(ms * MS);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	return call(sigtimedwait(&set, info, &limit));
}

static void block(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void unblock(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* open descriptors of this process */
static int open_files(void)
{
	glob_t found;
	int n;

	if (glob("/proc/self/fd/*", 0, NULL, &found))
		die("cannot list /proc/self/fd");
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

/* ---- timers ------------------------------------------------------------------- */

static void creating(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	siginfo_t info;
	timer_t timer, other;

	want(create(SIGEV_SIGNAL, SIGUSR1, NULL, &timer), 0, "create");
	want(left(timer, NULL), 0, "a new timer is not armed");
	want(call(timer_delete(timer)), 0, "delete");
	want(call(timer_delete(timer)), -EINVAL, "delete again");
	want(left(timer, NULL), -EINVAL, "gettime of a deleted timer");
	want(arm(timer, 0, MS, 0), -EINVAL, "settime of a deleted timer");
	want(call(timer_getoverrun(timer)), -EINVAL, "getoverrun of a deleted timer");
	other = must_create(SIGEV_SIGNAL, SIGUSR1, NULL);
	ok(other != timer, "a timer made later has a number of its own");
	want(left(timer, NULL), -EINVAL, "and the deleted one stays so");
	timer_delete(other);

	want(create(SIGEV_SIGNAL, 0, NULL, &timer), -EINVAL, "signal 0");
	want(create(SIGEV_SIGNAL, -1, NULL, &timer), -EINVAL, "signal -1");
	want(create(SIGEV_SIGNAL, SIGRTMAX + 1, NULL, &timer), -EINVAL, "signal beyond the last");
	want(create(77, SIGUSR1, NULL, &timer), -EINVAL, "notification 77");
	want(create(SIGEV_NONE, -1, NULL, &timer), 0, "no notification needs no signal");
	timer_delete(timer);
	want(call(timer_create(clk, &event, &timer)), -EINVAL, "thread 0");
	event._sigev_un._tid = 1;
	want(call(timer_create(clk, &event, &timer)), -EINVAL, "a thread of another process");
	event._sigev_un._tid = -1;
	want(call(timer_create(clk, &event, &timer)), -EINVAL, "thread -1");

	block(SIGALRM);
	want(call(timer_create(clk, NULL, &timer)), 0, "create without an event");
	want(arm(timer, 0, MS, 0), 0, "arm it");
	want(await(SIGALRM, 5000, &info), SIGALRM, "it sends SIGALRM");
	want(info.si_code, SI_TIMER, "whose code is SI_TIMER");
	timer_delete(timer);
	unblock(SIGALRM);
}

static void one_shot(void)
{
	int64_t start, now, limit = 101 * MS;
	int there = 0;
	siginfo_t info;
	timer_t timer;

	block(SIGRTMIN);
	timer = must_create(SIGEV_SIGNAL, SIGRTMIN, &there);
	start = now_ns(clk);
	want(arm(timer, 0, limit, 0), 0, "one-shot: armed");
	now = left(timer, NULL);
	ok(now > 0 && now <= limit, "one-shot: time is left, and no more than was asked for");
	want(await(SIGRTMIN, 5000, &info), SIGRTMIN, "one-shot: the signal");
	now = now_ns(clk) - start;
	ok(now >= limit, "one-shot: not early");
	ok(now < limit + NSEC, "one-shot: not a second late");
	want(info.si_code, SI_TIMER, "one-shot: si_code");
	ok(info.si_value.sival_ptr == &there, "one-shot: si_value");
	want(call(timer_getoverrun(timer)), 0, "one-shot: no overrun");
	want(left(timer, NULL), 0, "one-shot: not armed any more");
	want(await(SIGRTMIN, 50, &info), -EAGAIN, "one-shot: no other signal");

	start = now_ns(clk);
	want(arm(timer, TIMER_ABSTIME, start + limit, 0), 0, "absolute: armed");
	want(await(SIGRTMIN, 5000, &info), SIGRTMIN, "absolute: the signal");
	ok(now_ns(clk) >= start + limit, "absolute: not early");
	want(arm(timer, TIMER_ABSTIME, start, 0), 0, "past: armed");
	want(await(SIGRTMIN, 1000, &info), SIGRTMIN, "past: the signal comes at once");
	want(arm(timer, TIMER_ABSTIME, 1, 0), 0, "long past: armed");
	want(await(SIGRTMIN, 1000, &info), SIGRTMIN, "long past: the signal comes at once");
	timer_delete(timer);
	unblock(SIGRTMIN);
}

static void settime(void)
{
	struct itimerspec new = { .it_value.tv_sec = 100 }, old;
	static const struct {
		struct itimerspec new;
		const char *what;
	} bad[] = {
		{ { .it_value = { -1, 0 } }, "value of -1 s" },
		{ { .it_value = { 1, -1 } }, "value with -1 ns" },
		{ { .it_value = { 1, NSEC } }, "value with 10^9 ns" },
		{ { .it_value = { 1, 0 }, .it_interval = { -1, 0 } }, "interval of -1 s" },
		{ { .it_value = { 1, 0 }, .it_interval = { 0, NSEC } }, "interval of 10^9 ns" },
		{ { .it_value = { 0, NSEC } }, "value of 0 s and 10^9 ns" },
	};
	int64_t interval, value;
	siginfo_t info;
	timer_t timer;

	block(SIGRTMIN);
	timer = must_create(SIGEV_SIGNAL, SIGRTMIN, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		want(call(timer_settime(timer, 0, &bad[i].new, NULL)), -EINVAL, "%s", bad[i].what);
	want(call(timer_settime(timer, 0, NULL, NULL)), -EINVAL, "no new value");
	want(left(timer, NULL), 0, "nothing of it has armed it");

	new.it_interval.tv_sec = 7;
	memset(&old, FILLER, sizeof(old));
	want(call(timer_settime(timer, 0, &new, &old)), 0, "100 s, then every 7");
	ok(!ns_of(&old.it_value) && !ns_of(&old.it_interval), "the old value: none");
	value = left(timer, &interval);
	ok(value > 90 * NSEC && value <= 100 * NSEC, "100 s are left");
	want(interval, 7 * NSEC, "the interval");
	new.it_value = ts_of(now_ns(clk) + 50 * NSEC);
	new.it_interval = ts_of(3);
	want(call(timer_settime(timer, TIMER_ABSTIME, &new, &old)), 0, "in 50 s, absolute");
	value = ns_of(&old.it_value);
	ok(value > 90 * NSEC && value <= 100 * NSEC, "the old value is relative");
	want(ns_of(&old.it_interval), 7 * NSEC, "the old interval");
	value = left(timer, &interval);
	ok(value > 40 * NSEC && value <= 50 * NSEC, "gettime is relative");
	want(interval, 3, "an interval of 3 ns");
	memset(&new.it_value, 0, sizeof(new.it_value));
	want(call(timer_settime(timer, TIMER_ABSTIME, &new, &old)), 0, "disarmed");
	value = ns_of(&old.it_value);
	ok(value > 40 * NSEC && value <= 50 * NSEC, "the old value of disarming");
	value = left(timer, &interval);
	ok(!value && !interval, "a disarmed timer has no value and no interval");

	want(arm(timer, 0, 50 * MS, 0), 0, "armed, and before it expires");
	want(arm(timer, 0, 0, 0), 0, "disarmed");
	want(await(SIGRTMIN, 200, &info), -EAGAIN, "then no signal comes");
	want(arm(timer, 0, 50 * MS, 0), 0, "armed, and before it expires");
	want(call(timer_delete(timer)), 0, "deleted");
	want(await(SIGRTMIN, 200, &info), -EAGAIN, "then no signal comes");
	unblock(SIGRTMIN);
}

/* each expiration is a signal or an overrun, and none is early */
static void periodic(void)
{
	const int64_t period = 10 * MS;
	int64_t start, expirations = 0, due;
	bool early = false;
	siginfo_t info;
	timer_t timer;
	int signals;

	block(SIGRTMIN);
	timer = must_create(SIGEV_SIGNAL, SIGRTMIN, NULL);
	start = now_ns(clk);
	want(arm(timer, TIMER_ABSTIME, start + period, period), 0, "periodic: armed");
	for (signals = 0; signals < 23 && await(SIGRTMIN, 5000, &info) == SIGRTMIN; signals++) {
		expirations += 1 + timer_getoverrun(timer);
		due = start + expirations * period;
		early |= now_ns(clk) < due;
	}
	want(signals, 23, "periodic: signals");
	ok(!early, "periodic: no signal is early, and no overrun is one too many");
	ok(expirations >= 23, "periodic: expirations");
	arm(timer, 0, 0, 0);
	await(SIGRTMIN, 0, &info);
	timer_delete(timer);
	unblock(SIGRTMIN);
}

static void overrun(void)
{
	const int64_t period = 10 * MS;
	int64_t start, before, after;
	siginfo_t info;
	timer_t timer;
	long over;

	block(SIGRTMIN);
	timer = must_create(SIGEV_SIGNAL, SIGRTMIN, NULL);
	start = now_ns(clk);
	arm(timer, TIMER_ABSTIME, start + period, period);
	nap_ms(237);
	before = (now_ns(clk) - start) / period;
	want(await(SIGRTMIN, 1000, &info), SIGRTMIN, "overrun: a signal");
	over = timer_getoverrun(timer);
	after = (now_ns(clk) - start) / period;
	/* the kernel may be behind with counting, but never ahead */
	ok(over + 1 >= before / 2 && over + 1 <= after,
	   "overrun: one signal for what expired while it was blocked");
	/* the next signal is on its way: the count is of the one that was accepted */
	nap_ms(53);
	ok(timer_getoverrun(timer) == over, "overrun: stays as long as no other is accepted");
	want(arm(timer, 0, 0, 0), 0, "overrun: disarmed");
	await(SIGRTMIN, 0, &info);
	want(await(SIGRTMIN, 50, &info), -EAGAIN, "overrun: at most one more was on its way");
	arm(timer, 0, MS, 0);
	want(await(SIGRTMIN, 1000, &info), SIGRTMIN, "overrun: armed anew");
	want(call(timer_getoverrun(timer)), 0, "overrun: counts anew");
	timer_delete(timer);
	unblock(SIGRTMIN);
}

/*
 * Exactly 101 expirations, 10 ms apart. The last ones by themselves, since a periodic
 * timer may be one further by the time that it is stopped.
 */
static void hundred_one(void)
{
	const int64_t period = 10 * MS;
	int64_t start, count = 0;
	siginfo_t info;
	timer_t timer;

	/* libc's kernel does not tell the overruns of a timer that was stopped */
	if (clk >= 0)
		return;
	block(SIGRTMIN);
	timer = must_create(SIGEV_SIGNAL, SIGRTMIN, NULL);
	start = now_ns(clk);
	arm(timer, TIMER_ABSTIME, start + period, period);
	while (count < 79 && await(SIGRTMIN, 5000, &info) == SIGRTMIN)
		count += 1 + timer_getoverrun(timer);
	arm(timer, 0, 0, 0);
	if (await(SIGRTMIN, 0, &info) == SIGRTMIN)
		count += 1 + timer_getoverrun(timer);
	ok(count < 101, "hundred_one: stopped in time");
	while (count < 101) {
		arm(timer, TIMER_ABSTIME, start + (count + 1) * period, 0);
		if (await(SIGRTMIN, 5000, &info) != SIGRTMIN)
			break;
		count += 1 + timer_getoverrun(timer);
	}
	want(count, 101, "hundred_one: signals and overruns");
	want(await(SIGRTMIN, 50, &info), -EAGAIN, "hundred_one: and no more");
	timer_delete(timer);
	unblock(SIGRTMIN);
}

static void none(void)
{
	int64_t value, interval;
	timer_t timer;

	timer = must_create(SIGEV_NONE, 0, NULL);
	want(arm(timer, 0, 50 * MS, 0), 0, "no notification: armed");
	value = left(timer, NULL);
	ok(value > 0 && value <= 50 * MS, "no notification: time is left");
	nap_ms(101);
	want(left(timer, NULL), 0, "no notification: then none");
	arm(timer, 0, 50 * MS, 30 * MS);
	nap_ms(101);
	value = left(timer, &interval);
	ok(value > 0 && value <= 30 * MS, "no notification, periodic: goes on");
	want(interval, 30 * MS, "no notification, periodic: the interval");
	timer_delete(timer);
}

/* ---- threads ------------------------------------------------------------------- */

struct listener {
	pthread_t thread;
	_Atomic pid_t tid;
	long got;
	siginfo_t info;
};

static void *listen_for(void *arg)
{
	struct listener *l = arg;

	l->tid = gettid();
	l->got = await(SIGRTMIN, 5000, &l->info);
	return NULL;
}

static void thread_id(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN };
	struct listener l = {};
	siginfo_t info;
	timer_t timer;

	block(SIGRTMIN);
	pthread_create(&l.thread, NULL, listen_for, &l);
	if (!eventually(l.tid))
		die("no thread");
	event.sigev_value.sival_int = 101;
	event._sigev_un._tid = l.tid;
	want(call(timer_create(clk, &event, &timer)), 0, "to a thread: create");
	want(arm(timer, 0, 10 * MS, 0), 0, "to a thread: armed");
	want(await(SIGRTMIN, 200, &info), -EAGAIN, "to a thread: none to another");
	pthread_join(l.thread, NULL);
	want(l.got, SIGRTMIN, "to a thread: the signal");
	want(l.info.si_value.sival_int, 101, "to a thread: si_value");
	timer_delete(timer);
	unblock(SIGRTMIN);
}

static struct {
	_Atomic int calls, over, wrong, in_main;
	_Atomic size_t stack;
	_Atomic int open;
	timer_t timer;
} notified;

static void on_expiry(union sigval value)
{
	pthread_attr_t attr;
	size_t size = 0;
	sigset_t mask;

	if (value.sival_ptr != &notified)
		notified.wrong++;
	if (gettid() == getpid())
		notified.in_main++;
	if (!pthread_getattr_np(pthread_self(), &attr)) {
		pthread_attr_getstacksize(&attr, &size);
		pthread_attr_destroy(&attr);
	}
	notified.stack = size;
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	notified.open += !sigismember(&mask, SIGTERM) || !sigismember(&mask, SIGRTMIN);
	notified.over += timer_getoverrun(notified.timer);
	notified.calls++;
	/* as a thread may end */
	pthread_exit(NULL);
}

static void by_thread(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD };
	const int64_t period = 20 * MS;
	pthread_attr_t attr;
	int64_t start;
	int calls, files;

	memset(&notified, 0, sizeof(notified));
	event.sigev_notify_function = on_expiry;
	event.sigev_value.sival_ptr = &notified;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 1 << 20);
	event.sigev_notify_attributes = &attr;
	want(call(timer_create(clk, &event, &notified.timer)), 0, "function: create");
	/* a copy was made */
	memset(&attr, 0, sizeof(attr));
	start = now_ns(clk);
	want(arm(notified.timer, 0, period, 0), 0, "function: armed");
	ok(eventually(notified.calls), "function: called");
	ok(now_ns(clk) >= start + period, "function: not early");
	nap_ms(50);
	want(notified.calls, 1, "function: once");
	want(arm(notified.timer, 0, period, period), 0, "function: every 20 ms");
	ok(eventually(notified.calls >= 23), "function: called 23 times");
	arm(notified.timer, 0, 0, 0);
	nap_ms(50);
	ok((notified.calls - 1) <= (now_ns(clk) - start) / period, "function: not too often");
	ok(notified.over <= (now_ns(clk) - start) / period, "function: nor overruns");
	want(notified.wrong, 0, "function: given its value");
	want(notified.in_main, 0, "function: not in the main thread");
	want(notified.open, 0, "function: lets no signal in");
	ok(notified.stack >= 1 << 20 && notified.stack < 2 << 20, "function: with its stack size");
	want(arm(notified.timer, 0, 500 * MS, 0), 0, "function: armed, and before it expires");
	files = open_files();
	want(call(timer_delete(notified.timer)), 0, "function: deleted");
	calls = notified.calls;
	nap_ms(600);
	want(notified.calls - calls, 0, "function: then it is not called");
	ok(open_files() <= files, "function: no file is left open");
}

/* ---- many, and from handlers ---------------------------------------------------- */

#define MANY 31

static void many(void)
{
	timer_t timers[MANY];
	int counts[MANY] = {}, wrong = 0, files, i, k;
	siginfo_t info;

	files = open_files();
	block(SIGRTMIN);
	for (int round = 0; round < 3; round++) {
		memset(counts, 0, sizeof(counts));
		for (i = 0; i < MANY; i++)
			timers[i] = must_create(SIGEV_SIGNAL, SIGRTMIN, &counts[i]);
		for (i = 0; i < MANY; i++)
			wrong += arm(timers[i], 0, (MANY - i) * MS, 0) != 0;
		for (i = 0; i < MANY; i++) {
			if (await(SIGRTMIN, 5000, &info) != SIGRTMIN)
				break;
			(*(int *)info.si_value.sival_ptr)++;
		}
		want(i, MANY, "many: signals");
		for (i = 0, k = 0; i < MANY; i++)
			k += counts[i] == 1;
		want(k, MANY, "many: each timer has sent one");
		for (i = 0; i < MANY; i++)
			wrong += timer_delete(timers[i]) != 0;
	}
	want(wrong, 0, "many: no call has failed");
	want(open_files(), files, "many: no file is left open");
	unblock(SIGRTMIN);
}

static timer_t shared;
static _Atomic int handled, handler_failures;

static void handler(int signo)
{
	int error = errno;

	(void)signo;
	handler_failures += left(shared, NULL) < 0;
	handler_failures += timer_getoverrun(shared) < 0;
	handler_failures += arm(shared, 0, 200000, 0) != 0;
	handled++;
	errno = error;
}

/* all three calls in a handler that interrupts the same calls, and making of timers */
static void handlers(void)
{
	struct sigaction action = { .sa_handler = handler };
	int64_t end = now_ns(CLOCK_MONOTONIC) + 10 * NSEC;
	long failures_here = 0;
	timer_t other;

	shared = must_create(SIGEV_SIGNAL, SIGRTMIN, NULL);
	sigaction(SIGRTMIN, &action, NULL);
	arm(shared, 0, 200000, 0);
	while (handled < 101 && now_ns(CLOCK_MONOTONIC) < end) {
		failures_here += left(shared, NULL) < 0;
		failures_here += timer_getoverrun(shared) < 0;
		failures_here += create(SIGEV_NONE, 0, NULL, &other) != 0;
		failures_here += timer_delete(other) != 0;
		failures_here += arm(shared, 0, 200000, 0) != 0;
	}
	timer_delete(shared);
	signal(SIGRTMIN, SIG_IGN);
	want(failures_here, 0, "handlers: calls that are interrupted");
	want(handler_failures, 0, "handlers: calls of the handler");
	want(handled >= 101, true, "handlers: interrupted 101 times");
	signal(SIGRTMIN, SIG_DFL);
}

/* ---- sleep ---------------------------------------------------------------------- */

/* what clock_nanosleep() returns, negated, and how long it took */
static long sleep_for(int flags, int64_t ns, int64_t *took)
{
	struct timespec ts = ts_of(ns);
	int64_t start = now_ns(clk);
	long err = -clock_nanosleep(clk, flags, &ts, NULL);

	if (took)
		*took = now_ns(clk) - start;
	return err;
}

static _Atomic int alarms;

static void count_alarm(int signo)
{
	(void)signo;
	alarms++;
}

/* a signal to this thread in so long, of the system's own clocks */
static void *poke_later(void *arg)
{
	nap_ms(101);
	pthread_kill(*(pthread_t *)arg, SIGUSR1);
	return NULL;
}

static void *stop_and_go(void *arg)
{
	(void)arg;
	nap_ms(50);
	kill(getpid(), SIGCONT);
	return NULL;
}

static void sleeping(void)
{
	struct sigaction action = { .sa_handler = count_alarm, .sa_flags = SA_RESTART };
	struct timespec rest = { -1, -1 }, ts = ts_of(5 * NSEC);
	pthread_t self = pthread_self(), other;
	int files = open_files();
	int64_t start, took;

	want(sleep_for(0, 101 * MS, &took), 0, "sleep: 101 ms");
	ok(took >= 101 * MS && took < 101 * MS + NSEC, "sleep: not early");
	want(sleep_for(0, 0, &took), 0, "sleep: 0");
	ok(took < NSEC, "sleep: 0 at once");
	start = now_ns(clk);
	want(sleep_for(TIMER_ABSTIME, start + 101 * MS, NULL), 0, "sleep: absolute");
	took = now_ns(clk) - start;
	ok(took >= 101 * MS && took < 101 * MS + NSEC, "sleep: absolute, not early");
	want(sleep_for(TIMER_ABSTIME, start, &took), 0, "sleep: until a time that is past");
	want(sleep_for(TIMER_ABSTIME, 0, &took), 0, "sleep: until 0");
	ok(took < NSEC, "sleep: at once");
	want(-clock_nanosleep(clk, 0, &(struct timespec){ -1, 0 }, NULL), -EINVAL, "sleep: -1 s");
	want(-clock_nanosleep(clk, 0, &(struct timespec){ 0, NSEC }, NULL), -EINVAL,
	     "sleep: 10^9 ns");
	want(-clock_nanosleep(clk, 0, &(struct timespec){ 0, -1 }, NULL), -EINVAL, "sleep: -1 ns");

	/* a handler ends it, even one that is to restart calls */
	sigaction(SIGUSR1, &action, NULL);
	pthread_create(&other, NULL, poke_later, &self);
	errno = 0;
	want(-clock_nanosleep(clk, 0, &ts, &rest), -EINTR, "sleep: interrupted");
	want(errno, 0, "sleep: errno is left alone");
	pthread_join(other, NULL);
	took = ns_of(&rest);
	ok(took > 3 * NSEC && took < 5 * NSEC - 100 * MS, "sleep: the rest is told");
	pthread_create(&other, NULL, poke_later, &self);
	ts = ts_of(now_ns(clk) + 5 * NSEC);
	rest.tv_sec = 77;
	want(-clock_nanosleep(clk, TIMER_ABSTIME, &ts, &rest), -EINTR,
	     "sleep: absolute, interrupted");
	want(rest.tv_sec, 77, "sleep: absolute, no rest is told");
	pthread_join(other, NULL);
	signal(SIGUSR1, SIG_DFL);

	/* a signal without a handler does not */
	pthread_create(&other, NULL, stop_and_go, NULL);
	want(sleep_for(0, 101 * MS, &took), 0, "sleep: a signal without a handler");
	ok(took >= 101 * MS, "sleep: goes on");
	pthread_join(other, NULL);
	want(open_files(), files, "sleep: no file is left open");
}

static void *sleep_long(void *arg)
{
	struct timespec ts = { 60, 0 };

	*(_Atomic int *)arg = 1;
	clock_nanosleep(clk, 0, &ts, NULL);
	return NULL;
}

static void cancelled(void)
{
	int files = 0, all = 0;
	_Atomic int begun;
	pthread_t thread;
	void *result;

	for (int i = 0; i < 23; i++) {
		begun = 0;
		pthread_create(&thread, NULL, sleep_long, (void *)&begun);
		if (!eventually(begun))
			die("no thread");
		/* before, in, and on the way into the sleep */
		if (i % 3)
			nap_ms(i % 3 * 5);
		pthread_cancel(thread);
		pthread_join(thread, &result);
		all += result == PTHREAD_CANCELED;
		/* what unwinding needs is loaded once */
		if (!i)
			files = open_files();
	}
	want(all, 23, "cancel: every sleep is ended by it");
	want(open_files(), files, "cancel: no file is left open");
}

/* ---- processes -------------------------------------------------------------------- */

static void forking(void)
{
	siginfo_t info;
	timer_t timer, own;
	int status = 0;
	pid_t pid;

	block(SIGRTMIN);
	timer = must_create(SIGEV_SIGNAL, SIGRTMIN, NULL);
	arm(timer, 0, 500 * MS, 0);
	pid = fork();
	if (!pid) {
		if (left(timer, NULL) != -EINVAL || timer_delete(timer) != -1)
			_exit(1);
		if (create(SIGEV_SIGNAL, SIGRTMIN, NULL, &own) || arm(own, 0, 10 * MS, 0))
			_exit(2);
		if (await(SIGRTMIN, 5000, &info) != SIGRTMIN)
			_exit(3);
		/* the parent's comes to the parent alone */
		_exit(await(SIGRTMIN, 1000, &info) == -EAGAIN ? 0 : 4);
	}
	want(await(SIGRTMIN, 5000, &info), SIGRTMIN, "fork: the parent's timer goes on");
	waitpid(pid, &status, 0);
	want(status, 0, "fork: the child has not inherited it, and makes its own");
	arm(timer, 0, 10 * MS, 0);
	want(await(SIGRTMIN, 5000, &info), SIGRTMIN, "fork: and again after the child");
	timer_delete(timer);
	unblock(SIGRTMIN);
}

static void executing(void)
{
	int status = 0;
	timer_t timer;
	pid_t pid = fork();

	if (!pid) {
		timer = must_create(SIGEV_SIGNAL, SIGUSR1, NULL);
		arm(timer, 0, 200 * MS, 50 * MS);
		execlp("sleep", "sleep", "0.6", NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	want(status, 0, "exec: no signal of the program before");
}

/* ---- clocks that have none ---------------------------------------------------------- */

static void refused(void)
{
	static const int signals[] = { SIGEV_SIGNAL, SIGEV_NONE, 77 };
	struct timespec ts = { 0, 1 }, bad = { -1, 0 };
	struct sigevent event = { .sigev_signo = SIGUSR1 };
	int file = open("/dev/null", O_RDWR | O_CLOEXEC), files = open_files();
	timer_t timer;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		event.sigev_notify = signals[i];
		want(call(timer_create(clock_of(file), &event, &timer)), -EOPNOTSUPP,
		     "no clock: create");
		want(call(timer_create(clock_of(1000003), &event, &timer)), -EOPNOTSUPP,
		     "no file: create");
	}
	want(call(timer_create(clock_of(file), NULL, &timer)), -EOPNOTSUPP, "no clock: create");
	want(-clock_nanosleep(clock_of(file), 0, &ts, NULL), -EOPNOTSUPP, "no clock: sleep");
	want(-clock_nanosleep(clock_of(file), TIMER_ABSTIME, &bad, NULL), -EOPNOTSUPP,
	     "no clock: sleep, badly");
	want(-clock_nanosleep(clock_of(1000003), 0, &ts, NULL), -EOPNOTSUPP, "no file: sleep");
	want(call(timer_create(77, NULL, &timer)), -EINVAL, "clock 77: create");
	want(-clock_nanosleep(77, 0, &ts, NULL), -EINVAL, "clock 77: sleep");
	want(-clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL), -EINVAL,
	     "a clock that nobody can sleep by");
	want(open_files(), files, "no file is left open");
	close(file);
}

/* closing the clock's file does not end what was made of it */
static void closed(void)
{
	siginfo_t info;
	timer_t timer;

	if (clk >= 0)
		return;
	block(SIGRTMIN);
	timer = must_create(SIGEV_SIGNAL, SIGRTMIN, NULL);
	want(arm(timer, 0, 101 * MS, 0), 0, "closed: armed");
	close(~(clk >> 3));
	want(await(SIGRTMIN, 5000, &info), SIGRTMIN, "closed: the signal");
	want(arm(timer, 0, 10 * MS, 0), 0, "closed: armed again");
	want(await(SIGRTMIN, 5000, &info), SIGRTMIN, "closed: the signal again");
	timer_delete(timer);
	clk = clock_of(open_node(clock_name, O_RDONLY));
	unblock(SIGRTMIN);
}

static const struct group groups[] = {
	{ "creating", creating },   { "one_shot", one_shot },	    { "settime", settime },
	{ "periodic", periodic },   { "overrun", overrun },	    { "none", none },
	{ "thread_id", thread_id }, { "by_thread", by_thread },	    { "many", many },
	{ "handlers", handlers },   { "sleeping", sleeping },	    { "cancelled", cancelled },
	{ "forking", forking },	    { "executing", executing },	    { "refused", refused },
	{ "closed", closed },	    { "hundred_one", hundred_one },
};

int main(int argc, char **argv)
{
	static char *all[ARRAY_SIZE(groups) + 1];

	if (argc < 2)
		die("usage: posix_timer CLOCK [GROUP...]");
	setvbuf(stdout, NULL, _IOLBF, 0);
	clock_name = argv[1];
	if (!strcmp(clock_name, "monotonic"))
		clk = CLOCK_MONOTONIC;
	else if (!strcmp(clock_name, "realtime"))
		clk = CLOCK_REALTIME;
	else if (!strcmp(clock_name, "boottime"))
		clk = CLOCK_BOOTTIME;
	else
		clk = clock_of(open_node(clock_name, O_RDONLY));
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		all[i] = (char *)groups[i].name;
	return run_groups(groups, ARRAY_SIZE(groups), argc > 2 ? argv + 2 : all);
}
