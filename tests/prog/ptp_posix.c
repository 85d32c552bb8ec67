// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_posix DEVICE NODE GROUP...: a PTP clock as a POSIX clock: clock_getres(),
 * clock_gettime(), clock_settime(), clock_adjtime() on the clock id of an open
 * device. By system call, since the C library would check some of it itself.
 *
 * The groups but "poor" want a clock with the lab's defaults.
 */
#include <signal.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

#include "ptp_test.h"

#define LAST_SECOND  8277292035L /* the last that can be set */
#define FIRST_AFTER  (LAST_SECOND + 1)
#define STRICT_LIMIT 9223372036L /* from here on the kernel takes no time at all */
#define LONG_AGO     1000003L

static int fd, ro;

static long adj(unsigned int modes, struct timex *tx)
{
	tx->modes = modes;
	return padjtime(fd, tx);
}

static long set_offset(unsigned int more, long sec, long fraction)
{
	struct timex tx = { .time = { .tv_sec = sec, .tv_usec = fraction } };

	return adj(ADJ_SETOFFSET | more, &tx);
}

static long set_freq(long freq)
{
	struct timex tx = { .freq = freq };

	return adj(ADJ_FREQUENCY, &tx);
}

static long set_phase(unsigned int more, long offset)
{
	struct timex tx = { .offset = offset };

	return adj(ADJ_OFFSET | more, &tx);
}

static long dialed(void)
{
	struct timex tx = { .freq = -1 };

	return padjtime(ro, &tx) ? LONG_MIN : tx.freq;
}

/* the clock stays at a time while the lab holds its oscillator */
static void hold(bool held)
{
	if (lab("stuck", "%d", held))
		die("cannot hold the clock");
}

static int64_t time_of(int file)
{
	struct timespec ts = { 0 };

	pgettime(file, &ts);
	return ts.tv_sec * NSEC + ts.tv_nsec;
}

static void getres(void)
{
	struct timespec ts = { 99, 99 };

	want(call(syscall(SYS_clock_getres, clock_of(fd), &ts)), 0, "getres");
	want(ts.tv_sec, 0, "getres: seconds");
	want(ts.tv_nsec, 1, "getres: nanoseconds");
	want(call(syscall(SYS_clock_getres, clock_of(ro), NULL)), 0, "getres: NULL");
	want(call(syscall(SYS_clock_getres, clock_of(ro), unmapped())), -EFAULT,
	     "getres: unmapped");
}

static void gettime(void)
{
	int wo = open_node(node, O_WRONLY), copy = dup(fd);
	struct timespec a, b;
	unsigned int i, back = 0;
	long long calls;

	want(pgettime(fd, &a), 0, "gettime");
	want(pgettime(ro, &a), 0, "gettime: read-only file");
	want(pgettime(wo, &a), 0, "gettime: write-only file");
	want(pgettime(copy, &a), 0, "gettime: duplicated file");
	want(pgettime(fd, NULL), -EFAULT, "gettime: NULL");
	want(pgettime(fd, unmapped()), -EFAULT, "gettime: unmapped");
	want(pgettime(fd, into_hole(sizeof(a))), -EFAULT, "gettime: last byte unmapped");
	want(pgettime(fd, before_hole(sizeof(a))), 0, "gettime: up to the end of a page");

	calls = statistic("gettime");
	pgettime(fd, &a);
	for (i = 0; i < 1008; i++) {
		pgettime(fd, &b);
		back += b.tv_sec < a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec < a.tv_nsec);
		back += b.tv_nsec < 0 || b.tv_nsec >= NSEC;
		a = b;
	}
	want(back, 0, "gettime: 1009 in a row: steps backwards");
	want(statistic("gettime") - calls, 1009, "gettime: each counted");
	close(wo);
	close(copy);
}

static void settime(void)
{
	static const struct {
		long sec, nsec, expected;
	} rows[] = {
		{ 0, 0, 0 },
		{ 0, 999999999, 0 },
		{ 1, 0, 0 },
		{ LONG_AGO, 7, 0 },
		{ LAST_SECOND, 0, 0 },
		{ LAST_SECOND, 999999999, 0 },
		{ FIRST_AFTER, 0, -EINVAL },
		{ FIRST_AFTER, 1, -EINVAL },
		{ STRICT_LIMIT - 1, 0, -EINVAL },
		{ STRICT_LIMIT, 0, -EINVAL },
		{ LONG_MAX, 0, -EINVAL },
		{ LONG_MIN, 0, -EINVAL },
		{ -1, 0, -EINVAL },
		{ -1, 999999999, -EINVAL },
		{ 1, 1000000000, -EINVAL },
		{ 1, -1, -EINVAL },
		{ 1, LONG_MAX, -EINVAL },
		{ 1, LONG_MIN, -EINVAL },
	};
	struct timespec ts = { LONG_AGO, 0 };
	long long calls = done("settime");
	size_t i, good = 0;
	void *page;

	hold(true);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t before = time_of(fd);
		long sec = rows[i].sec, nsec = rows[i].nsec;

		want(psettime(fd, sec, nsec), rows[i].expected, "settime %ld s %ld ns", sec, nsec);
		good += !rows[i].expected;
		want(time_of(fd), rows[i].expected ? before : sec * NSEC + nsec,
		     "settime %ld s %ld ns: the clock shows", sec, nsec);
	}
	hold(false);
	want(done("settime") - calls, good, "settime: calls of the driver");

	want(psettime(ro, LONG_AGO, 0), -EACCES, "settime: read-only file");
	want(psettime(ro, FIRST_AFTER, 0), -EACCES, "settime: read-only file before the range");
	want(psettime(ro, -1, 0), -EINVAL, "settime: no time at all before a read-only file");
	want(psettime(ro, 1, NSEC), -EINVAL, "settime: no time at all before a read-only file");
	want(call(syscall(SYS_clock_settime, clock_of(fd), NULL)), -EFAULT, "settime: NULL");
	want(call(syscall(SYS_clock_settime, clock_of(fd), unmapped())), -EFAULT,
	     "settime: unmapped");
	page = read_only(&ts, sizeof(ts));
	want(call(syscall(SYS_clock_settime, clock_of(fd), page)), 0,
	     "settime: from a page that cannot be written");
	munmap(page, 4096);

	/* the file's mode is what counts, not the capability */
	allow_sys_time(false);
	want(psettime(fd, LONG_AGO, 0), 0, "settime: without CAP_SYS_TIME");
	want(set_offset(0, 1, 0), 0, "SETOFFSET: without CAP_SYS_TIME");
	want(set_freq(0), 0, "FREQUENCY: without CAP_SYS_TIME");
	want(set_phase(0, 0), 0, "OFFSET: without CAP_SYS_TIME");
	allow_sys_time(true);
}

static void setoffset(void)
{
	static const struct {
		unsigned int more;
		long sec, fraction, expected;
		int64_t delta;
	} rows[] = {
		{ 0, 0, 0, 0, 0 },
		{ 0, 0, 1, 0, 1000 },
		{ 0, 0, 999999, 0, 999999000 },
		{ 0, -1, 999999, 0, -1000 },
		{ 0, 101, 7, 0, 101 * NSEC + 7000 },
		{ 0, -101, 0, 0, -101 * NSEC },
		{ 0, 0, 1000000, -EINVAL, 0 },
		{ 0, 0, -1, -EINVAL, 0 },
		{ 0, 1, LONG_MAX, -EINVAL, 0 },
		{ 0, 1, LONG_MIN, -EINVAL, 0 },
		/* times 1000 these are 0 and 616, of 64 bits */
		{ 0, 0, 1L << 61, -EINVAL, 0 },
		{ 0, 0, 18446744073709552L, -EINVAL, 0 },
		{ ADJ_NANO, 0, 1, 0, 1 },
		{ ADJ_NANO, 0, 999999999, 0, 999999999 },
		{ ADJ_NANO, -1, 999999999, 0, -1 },
		{ ADJ_NANO, 0, 1000000000, -EINVAL, 0 },
		{ ADJ_NANO, 0, -1, -EINVAL, 0 },
		{ ADJ_NANO, 0, LONG_MAX, -EINVAL, 0 },
		{ ADJ_NANO, 0, 1L << 32, -EINVAL, 0 },
		{ 0, -LONG_AGO - 1, 0, -EINVAL, 0 },
		{ 0, -LONG_AGO, 0, 0, -LONG_AGO * NSEC },
		{ 0, FIRST_AFTER - LONG_AGO, 0, -EINVAL, 0 },
		{ ADJ_NANO, FIRST_AFTER - LONG_AGO - 1, 999999999, 0,
		  (FIRST_AFTER - LONG_AGO) * NSEC - 1 },
		{ 0, LONG_MAX, 0, -EINVAL, 0 },
		{ 0, LONG_MIN, 0, -EINVAL, 0 },
		{ 0, LONG_MAX - LONG_AGO, 999999, -EINVAL, 0 },
		{ ADJ_NANO, LONG_MIN + 1, 999999999, -EINVAL, 0 },
	};
	struct timex tx = { .modes = ADJ_SETOFFSET };
	long long calls = done("adjtime");
	size_t i, good = 0;

	hold(true);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *unit = rows[i].more ? "ns" : "us";
		long sec = rows[i].sec, fraction = rows[i].fraction;

		psettime(fd, LONG_AGO, 0);
		want(set_offset(rows[i].more, sec, fraction), rows[i].expected,
		     "SETOFFSET %ld s %ld %s", sec, fraction, unit);
		good += !rows[i].expected;
		want(time_of(fd), LONG_AGO * NSEC + rows[i].delta,
		     "SETOFFSET %ld s %ld %s: the clock shows", sec, fraction, unit);
	}
	hold(false);
	want(done("adjtime") - calls, good, "SETOFFSET: calls of the driver");
	want(padjtime(ro, &tx), -EACCES, "SETOFFSET: read-only file");
	tx.time.tv_usec = -1;
	want(padjtime(ro, &tx), -EACCES, "SETOFFSET: read-only file before the fraction");
	want(call(syscall(SYS_clock_adjtime, clock_of(fd), NULL)), -EFAULT, "adjtime: NULL");
	want(call(syscall(SYS_clock_adjtime, clock_of(fd), unmapped())), -EFAULT,
	     "adjtime: unmapped");
	want(call(syscall(SYS_clock_adjtime, clock_of(fd), into_hole(sizeof(tx)))), -EFAULT,
	     "adjtime: last byte unmapped");
	psettime(fd, LONG_AGO, 0);
}

/* ppb as the class computes it, and the largest frequency that gives at most n */
static int64_t ppb_of(int64_t freq)
{
	return ((1 + freq) * 125) >> 13;
}

static void frequency(void)
{
	struct timex tx = { .modes = 0 };
	struct ptp_clock_caps caps;
	int64_t high, low;
	long long calls;

	pioctl(fd, PTP_CLOCK_GETCAPS, &caps);
	high = (int64_t)caps.max_adj * 8192 / 125;
	while (ppb_of(high + 1) <= caps.max_adj)
		high++;
	while (ppb_of(high) > caps.max_adj)
		high--;
	low = -high;
	while (ppb_of(low - 1) >= -caps.max_adj)
		low--;
	while (ppb_of(low) < -caps.max_adj)
		low++;

	calls = done("adjfine");
	want(set_freq(0), 0, "FREQUENCY 0");
	want(dialed(), 0, "FREQUENCY 0: modes 0 tells");
	want(set_freq(1), 0, "FREQUENCY 1, of 2^-16 ppm");
	want(dialed(), 1, "FREQUENCY 1: modes 0 tells");
	want(set_freq(-1), 0, "FREQUENCY -1");
	want(dialed(), -1, "FREQUENCY -1: modes 0 tells");
	want(set_freq(high), 0, "FREQUENCY %ld, max_adj %d", (long)high, caps.max_adj);
	want(dialed(), high, "FREQUENCY at max_adj: modes 0 tells");
	want(set_freq(high + 1), -ERANGE, "FREQUENCY %ld", (long)high + 1);
	want(dialed(), high, "FREQUENCY refused: modes 0 tells the last");
	want(set_freq(low), 0, "FREQUENCY %ld", (long)low);
	want(dialed(), low, "FREQUENCY at -max_adj: modes 0 tells");
	want(set_freq(low - 1), -ERANGE, "FREQUENCY %ld", (long)low - 1);
	want(set_freq(1L << 48), -ERANGE, "FREQUENCY 2^48");
	want(set_freq(-(1L << 48)), -ERANGE, "FREQUENCY -2^48");
	/* 125 times one more than this is 9, of 64 bits */
	want(set_freq(147573952589676412L), -ERANGE, "FREQUENCY 147573952589676412");
	want(set_freq(LONG_MAX), -ERANGE, "FREQUENCY LONG_MAX");
	want(set_freq(LONG_MIN), -ERANGE, "FREQUENCY LONG_MIN");
	want(set_freq(LONG_MIN + 1), -ERANGE, "FREQUENCY LONG_MIN + 1");
	want(dialed(), low, "FREQUENCY refused: modes 0 tells the last");
	want(done("adjfine") - calls, 5, "FREQUENCY: calls of the driver");

	lab("fail", "op=adjfine errno=5 count=1");
	want(set_freq(65536), -EIO, "FREQUENCY: driver fails");
	want(dialed(), low, "FREQUENCY: driver failed: modes 0 tells the last");
	want(set_freq(65536 * 7), 0, "FREQUENCY: driver works again");
	want(dialed(), 65536 * 7, "FREQUENCY 7 ppm: modes 0 tells");

	memset(&tx, FILLER, sizeof(tx));
	tx.modes = 0;
	want(padjtime(ro, &tx), 0, "modes 0: read-only file");
	want(tx.freq, 65536 * 7, "modes 0: freq");
	tx.modes = ADJ_FREQUENCY;
	want(padjtime(ro, &tx), -EACCES, "FREQUENCY: read-only file");
	want(set_freq(0), 0, "FREQUENCY 0");
}

static void phase(void)
{
	struct timex tx = { .modes = ADJ_OFFSET };
	struct ptp_clock_caps caps;
	long long calls = done("adjphase");
	long max;

	pioctl(fd, PTP_CLOCK_GETCAPS, &caps);
	max = caps.max_phase_adj;
	want(set_phase(0, 0), 0, "OFFSET 0");
	want(set_phase(ADJ_NANO, max), 0, "OFFSET %ld ns", max);
	want(set_phase(ADJ_NANO, -max), 0, "OFFSET %ld ns", -max);
	want(set_phase(ADJ_NANO, 1), 0, "OFFSET 1 ns");
	want(number_field(sysfs("statistics/last_adjphase"), "new_ns"), 1, "OFFSET 1 ns");
	want(set_phase(0, 1), 0, "OFFSET 1 us");
	want(number_field(sysfs("statistics/last_adjphase"), "new_ns"), 1000, "OFFSET 1 us");
	want(set_phase(0, -max / 1000), 0, "OFFSET %ld us", -max / 1000);
	want(done("adjphase") - calls, 6, "OFFSET: calls of the driver");

	want(set_phase(ADJ_NANO, max + 1), -ERANGE, "OFFSET %ld ns", max + 1);
	want(set_phase(ADJ_NANO, -max - 1), -ERANGE, "OFFSET %ld ns", -max - 1);
	want(set_phase(0, max / 1000 + 1), -ERANGE, "OFFSET %ld us", max / 1000 + 1);
	want(set_phase(0, -max / 1000 - 1), -ERANGE, "OFFSET %ld us", -max / 1000 - 1);
	want(set_phase(ADJ_NANO, INT_MAX), -ERANGE, "OFFSET INT_MAX ns");
	want(set_phase(ADJ_NANO, INT_MIN), -ERANGE, "OFFSET INT_MIN ns");
	/* in 32 bits these are 0, 1, 0 and 704 ns */
	want(set_phase(ADJ_NANO, 1L << 32), -ERANGE, "OFFSET 2^32 ns");
	want(set_phase(ADJ_NANO, (1L << 32) + 1), -ERANGE, "OFFSET 2^32 + 1 ns");
	want(set_phase(0, 1L << 32), -ERANGE, "OFFSET 2^32 us");
	want(set_phase(0, 4294968), -ERANGE, "OFFSET 4294968 us");
	want(set_phase(0, -4294968), -ERANGE, "OFFSET -4294968 us");
	want(set_phase(0, LONG_MAX), -ERANGE, "OFFSET LONG_MAX us");
	want(set_phase(0, LONG_MIN), -ERANGE, "OFFSET LONG_MIN us");
	want(set_phase(ADJ_NANO, LONG_MAX), -ERANGE, "OFFSET LONG_MAX ns");
	want(set_phase(ADJ_NANO, LONG_MIN), -ERANGE, "OFFSET LONG_MIN ns");
	want(done("adjphase") - calls, 6, "OFFSET refused: calls of the driver");
	want(padjtime(ro, &tx), -EACCES, "OFFSET: read-only file");
	lab("fail", "op=adjphase errno=%d count=1", EBUSY);
	want(set_phase(0, 1), -EBUSY, "OFFSET: driver fails");
	want(set_phase(0, 0), 0, "OFFSET: driver works again");
}

static void modes(void)
{
	static const struct {
		unsigned int mode;
		const char *name;
	} others[] = {
		{ ADJ_MAXERROR, "MAXERROR" },
		{ ADJ_ESTERROR, "ESTERROR" },
		{ ADJ_STATUS, "STATUS" },
		{ ADJ_TIMECONST, "TIMECONST" },
		{ ADJ_TAI, "TAI" },
		{ ADJ_MICRO, "MICRO" },
		{ ADJ_NANO, "NANO" },
		{ ADJ_TICK, "TICK" },
		{ 0x40, "bit 6" },
		{ 1U << 31, "bit 31" },
	};
	struct timex tx = { .freq = 65536, .offset = 1 };
	long long shifts, rates, phases;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		tx.modes = others[i].mode;
		want(padjtime(fd, &tx), -EOPNOTSUPP, "%s", others[i].name);
		want(padjtime(ro, &tx), -EACCES, "%s: read-only file", others[i].name);
	}

	/* one action a call: SETOFFSET, then FREQUENCY, then OFFSET */
	shifts = done("adjtime");
	rates = done("adjfine");
	phases = done("adjphase");
	want(adj(ADJ_SETOFFSET | ADJ_FREQUENCY | ADJ_OFFSET, &tx), 0, "all three");
	want(done("adjtime") - shifts, 1, "all three: shifts");
	want(done("adjfine") - rates, 0, "all three: frequencies");
	want(done("adjphase") - phases, 0, "all three: phases");
	tx.time.tv_usec = -1;
	want(adj(ADJ_SETOFFSET | ADJ_FREQUENCY, &tx), -EINVAL, "bad SETOFFSET, good FREQUENCY");
	want(done("adjfine") - rates, 0, "bad SETOFFSET: frequencies");
	tx.time.tv_usec = 0;
	tx.freq = LONG_MAX;
	want(adj(ADJ_SETOFFSET | ADJ_FREQUENCY, &tx), 0, "good SETOFFSET, bad FREQUENCY");
	want(adj(ADJ_FREQUENCY | ADJ_OFFSET, &tx), -ERANGE, "bad FREQUENCY, good OFFSET");
	want(done("adjphase") - phases, 0, "bad FREQUENCY: phases");
	tx.freq = 1;
	tx.offset = LONG_MAX;
	want(adj(ADJ_FREQUENCY | ADJ_OFFSET, &tx), 0, "good FREQUENCY, bad OFFSET");
	want(done("adjfine") - rates, 1, "good FREQUENCY: frequencies");
	tx.offset = 1;
	want(adj(ADJ_OFFSET | ADJ_STATUS | ADJ_TICK, &tx), 0, "OFFSET with what it ignores");
	want(done("adjphase") - phases, 1, "OFFSET: phases");
	want(adj(ADJ_SETOFFSET | ADJ_STATUS | ADJ_NANO, &tx), 0, "SETOFFSET with what it ignores");
	tx.freq = 0;
	want(adj(ADJ_FREQUENCY | ADJ_TAI | ADJ_NANO, &tx), 0, "FREQUENCY with what it ignores");
}

static void all_calls(int file, long expected, const char *what)
{
	struct timespec ts = { LONG_AGO, 0 };
	struct timex tx = { .modes = 0 };

	want(pgettime(file, &ts), expected, "gettime: %s", what);
	want(psettime(file, LONG_AGO, 0), expected, "settime: %s", what);
	want(padjtime(file, &tx), expected, "adjtime: %s", what);
	tx.modes = ADJ_FREQUENCY;
	want(padjtime(file, &tx), expected, "FREQUENCY: %s", what);
	want(call(syscall(SYS_clock_getres, clock_of(file), &ts)), expected, "getres: %s", what);
}

static void badfd(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct timespec ts = { 0, 1 };
	timer_t timer;
	int pipes[2], file;

	file = open_node(node, O_RDWR);
	close(file);
	all_calls(file, -EINVAL, "closed file");
	all_calls(1000003, -EINVAL, "file never opened");
	file = open("/dev/null", O_RDWR);
	all_calls(file, -EINVAL, "/dev/null");
	close(file);
	file = open("/", O_RDONLY);
	all_calls(file, -EINVAL, "a directory");
	close(file);
	if (pipe(pipes))
		die("pipe: %s", strerror(errno));
	all_calls(pipes[0], -EINVAL, "a pipe");
	close(pipes[0]);
	close(pipes[1]);
	file = socket(AF_UNIX, SOCK_STREAM, 0);
	all_calls(file, -EINVAL, "a socket");
	close(file);
	file = open(node, O_PATH);
	all_calls(file, -EINVAL, "a path to the clock");
	close(file);

	want(call(syscall(SYS_timer_create, clock_of(fd), &event, &timer)), -EOPNOTSUPP,
	     "timer_create");
	want(call(syscall(SYS_timer_create, clock_of(ro), NULL, &timer)), -EOPNOTSUPP,
	     "timer_create: read-only file");
	want(call(syscall(SYS_clock_nanosleep, clock_of(fd), 0, &ts, NULL)), -EOPNOTSUPP,
	     "nanosleep");
	want(call(syscall(SYS_clock_nanosleep, clock_of(fd), TIMER_ABSTIME, &ts, NULL)),
	     -EOPNOTSUPP, "nanosleep: absolute");
	want(call(timerfd_create(clock_of(fd), 0)), -EINVAL, "timerfd_create");
}

static void failing(void)
{
	static const int errors[] = { EIO, EAGAIN, ETIMEDOUT, ENODEV, EBUSY, EINVAL };
	long long good = statistic("gettime"), bad = statistic("gettime_errors");
	struct timespec ts;
	struct timex tx;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		lab("fail", "op=gettime errno=%d count=1", errors[i]);
		want(pgettime(fd, &ts), -errors[i], "gettime: driver fails");
		want(pgettime(fd, &ts), 0, "gettime: driver works again");
		lab("fail", "op=settime errno=%d count=1", errors[i]);
		want(psettime(fd, LONG_AGO, 0), -errors[i], "settime: driver fails");
		want(psettime(fd, LONG_AGO, 0), 0, "settime: driver works again");
		lab("fail", "op=adjtime errno=%d count=1", errors[i]);
		want(set_offset(0, 1, 0), -errors[i], "SETOFFSET: driver fails");
		want(set_offset(0, 1, 0), 0, "SETOFFSET: driver works again");
	}
	/* the reading that SETOFFSET takes may fail too */
	lab("fail", "op=gettime errno=%d count=1", EIO);
	want(set_offset(0, 1, 0), -EIO, "SETOFFSET: reading the clock fails");
	/* a clock that cannot be read can be set */
	lab("fail", "op=gettime errno=%d count=-1", EIO);
	want(psettime(fd, LONG_AGO, 0), 0, "settime: reading the clock fails");
	lab("fail", "op=gettime count=0");
	ok(statistic("gettime") > good, "gettime: counted");
	want(statistic("gettime_errors") - bad, ARRAY_SIZE(errors) + 1, "gettime: errors counted");
	want(statistic("settime_errors"), ARRAY_SIZE(errors), "settime: errors counted");
	want(statistic("adjtime_errors"), ARRAY_SIZE(errors), "adjtime: errors counted");
	memset(&tx, 0, sizeof(tx));
	want(padjtime(fd, &tx), 0, "modes 0: no driver needed");
}

/* a clock without adjphase, and one that reads by gettime64 */
static void poor(void)
{
	struct timespec ts;

	want(set_phase(0, 0), -EOPNOTSUPP, "OFFSET: absent");
	want(set_phase(ADJ_NANO, LONG_MAX), -EOPNOTSUPP, "OFFSET: absent before its range");
	want(set_freq(0), 0, "FREQUENCY");
	want(set_freq(1L << 40), -ERANGE, "FREQUENCY: out of range");
	want(set_offset(0, 1, 0), 0, "SETOFFSET");
	want(psettime(fd, LONG_AGO, 0), 0, "settime");
	want(pgettime(fd, &ts), 0, "gettime");
	want(ts.tv_sec - LONG_AGO < 5, true, "gettime: what was set");
}

static const struct group groups[] = {
	{ "getres", getres },	    { "gettime", gettime },	{ "settime", settime },
	{ "setoffset", setoffset }, { "frequency", frequency }, { "phase", phase },
	{ "modes", modes },	    { "badfd", badfd },		{ "failing", failing },
	{ "poor", poor },
};

int main(int argc, char **argv)
{
	if (argc < 4)
		die("usage: ptp_posix DEVICE NODE GROUP...");
	snprintf(device, sizeof(device), "%s", argv[1]);
	snprintf(node, sizeof(node), "%s", argv[2]);
	fd = open_node(node, O_RDWR);
	ro = open_node(node, O_RDONLY);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 3);
}
