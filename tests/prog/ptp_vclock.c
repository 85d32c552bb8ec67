// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_vclock DEVICE NODE GROUP...: virtual clocks over a clock of the lab, or, for the
 * groups "line", "stamps" and "partial", over that of tests/modules/ptp_hand.c, whose
 * time the test turns itself: there each figure is exact. CHS_ROUNDS tells how many
 * rounds "rounds" makes, 101, and "race" at most, 23.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

#include "ptp_test.h"

#define MAX_VIRTUAL 101
#define PPM	    65536L /* as scaled ppm */
#define RATE_100PPM (100 * PPM)
#define LONG_AGO    1000003L

static int fd;

static char page[4096];

/* ---- virtual clocks by their order ---- */

static int indexes[MAX_VIRTUAL + 1];

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* clocks of the class, or below one's directory; sets indexes, in rising order */
static int clocks_in(const char *pattern)
{
	glob_t found;
	int n = 0;

	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (; n < (int)found.gl_pathc && n <= MAX_VIRTUAL; n++) {
		*strrchr(found.gl_pathv[n], '/') = 0;
		indexes[n] = atoi(strrchr(found.gl_pathv[n], '/') + 4);
	}
	globfree(&found);
	qsort(indexes, n, sizeof(indexes[0]), by_number);
	return n;
}

static int virtuals(void)
{
	return clocks_in(sysfs("ptp*/clock_name"));
}

static const char *virtual_name(int i)
{
	static char name[4][16];
	static unsigned int turn;
	char *buf = name[turn++ % 4];

	snprintf(buf, sizeof(name[0]), "ptp%d", indexes[i]);
	return buf;
}

static int open_virtual(int i, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/%s", virtual_name(i));
	return open_node(path, flags);
}

static void writes(const char *name, const char *text, long expected)
{
	want(spill(sysfs(name), text), expected, "%s: '%.*s'", name, (int)strcspn(text, "\n"),
	     text);
}

static void reads(const char *clock, const char *name, const char *expected)
{
	long len = slurp(sysfs_of(clock, name), page, sizeof(page));

	if (len < 0)
		snprintf(page, sizeof(page), "(%s)", err_name(len));
	ok(!strcmp(page, expected), "%s %s: '%.*s', is '%.*s'", clock, name,
	   (int)strcspn(expected, "\n"), expected, (int)strcspn(page, "\n"), page);
}

static void have(int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	writes("n_vclocks", text, 0);
	want(number_in(sysfs("n_vclocks")), n, "n_vclocks");
	want(virtuals(), n, "virtual clocks below the clock");
}

/* ---- clocks ---- */

static long adjust(int file, unsigned int modes, long value)
{
	struct timex tx = { .modes = modes | ADJ_NANO };

	if (modes == ADJ_SETOFFSET) {
		tx.time.tv_sec = value / NSEC;
		tx.time.tv_usec = value % NSEC;
		if (tx.time.tv_usec < 0) {
			tx.time.tv_sec--;
			tx.time.tv_usec += NSEC;
		}
	}
	tx.freq = value;
	tx.offset = value;
	return padjtime(file, &tx);
}

/* device time and CLOCK_MONOTONIC_RAW of one instant */
struct instant {
	int64_t time, raw;
};

static int64_t stamp_ns(const struct ptp_clock_time *t)
{
	return t->sec * NSEC + t->nsec;
}

static struct instant instant(int file)
{
	struct ptp_sys_offset_precise precise;
	long err = pioctl(file, PTP_SYS_OFFSET_PRECISE2, &precise);

	if (err)
		die("PTP_SYS_OFFSET_PRECISE: %s", err_name(err));
	return (struct instant){ stamp_ns(&precise.device), stamp_ns(&precise.sys_monoraw) };
}

/* by how much a clock is ahead of CLOCK_MONOTONIC_RAW; constant if nobody steers it */
static int64_t ahead(int file)
{
	struct instant now = instant(file);

	return now.time - now.raw;
}

/* what the class makes of a frequency: parts of 2^31 */
static int64_t rate_of(long scaled_ppm)
{
	return (__int128)scaled_ppm * 512 / 15625;
}

/* how far a clock runs away in so many ns, rounded down */
static int64_t drift(int64_t ns, long scaled_ppm)
{
	return (__int128)ns * rate_of(scaled_ppm) >> 31;
}

/* ---- files in sysfs ---- */

static void attributes(void)
{
	static const char *const none[] = {
		"n_vclocks", "max_vclocks", "extts_enable", "fifo",
		"period",    "pps_enable",  "pins",	    "max_phase_adjustment",
	};
	struct ptp_clock_caps caps;
	char text[64], path[PATH_MAX];
	struct stat st;
	size_t i;
	int file, r;

	reads(node_name(), "n_vclocks", "0\n");
	reads(node_name(), "max_vclocks", "20\n");
	for (i = 0; i < 2; i++)
		ok(!stat(sysfs(none[i]), &st) && (st.st_mode & 07777) == 0644, "%s: mode 0644",
		   none[i]);
	writes("n_vclocks", "21", -EINVAL);
	writes("n_vclocks", "x", -EINVAL);
	writes("n_vclocks", "-1", -EINVAL);
	writes("n_vclocks", "4294967296", -EINVAL);
	writes("n_vclocks", "1 2", -EINVAL);
	writes("n_vclocks", "\n", -EINVAL);
	reads(node_name(), "n_vclocks", "0\n");
	want(virtuals(), 0, "virtual clocks so far");
	writes("n_vclocks", "0x3\n", 0);
	reads(node_name(), "n_vclocks", "3\n");
	want(virtuals(), 3, "virtual clocks");

	writes("max_vclocks", "0", -EINVAL);
	writes("max_vclocks", "2", -EINVAL);
	writes("max_vclocks", "x", -EINVAL);
	writes("max_vclocks", "1048577", -EINVAL); /* an array of int in a kmalloc(), once */
	reads(node_name(), "max_vclocks", "20\n");
	writes("max_vclocks", "1048576", 0);
	reads(node_name(), "max_vclocks", "1048576\n");
	writes("max_vclocks", "3", 0);
	writes("n_vclocks", "4", -EINVAL);
	reads(node_name(), "n_vclocks", "3\n");
	writes("max_vclocks", "4\n", 0);
	writes("n_vclocks", "4", 0);
	/* only writes that say a number are counted */
	want(statistic("vclocks"), 4, "statistics/vclocks");
	want(statistic("vclocks_errors"), 2, "statistics/vclocks_errors");
	want(number_field(sysfs("statistics/last_vclocks"), "old"), 3, "last_vclocks: old");
	want(number_field(sysfs("statistics/last_vclocks"), "new"), 4, "last_vclocks: new");
	want(number_field(sysfs("statistics/last_vclocks"), "pid"), getpid(), "last_vclocks: pid");
	ok(!strcmp(field(sysfs("statistics/last_vclocks"), "comm"), "ptp_vclock"),
	   "last_vclocks: comm");
	writes("n_vclocks", "3", 0);

	want(virtuals(), 3, "virtual clocks");
	snprintf(text, sizeof(text), "%s_virt\n", node_name());
	for (r = 0; r < 3; r++) {
		const char *clock = virtual_name(r);

		reads(clock, "clock_name", text);
		reads(clock, "max_adjustment", "500000000\n");
		reads(clock, "n_external_timestamps", "0\n");
		reads(clock, "n_periodic_outputs", "0\n");
		reads(clock, "n_programmable_pins", "0\n");
		reads(clock, "n_alarms", "0\n");
		reads(clock, "pps_available", "0\n");
		if (!realpath(sysfs_of(clock, "device"), path))
			path[0] = 0;
		ok(path[0] && !strcmp(strrchr(path, '/') + 1, node_name()), "%s: device is %s",
		   clock, path);
		for (i = 0; i < ARRAY_SIZE(none); i++)
			want(call(access(sysfs_of(clock, none[i]), F_OK)), -ENOENT, "%s %s", clock,
			     none[i]);
	}
	file = open_virtual(0, O_RDWR);
	want(pioctl(file, PTP_CLOCK_GETCAPS2, &caps), 0, "GETCAPS2 of a virtual clock");
	want(caps.max_adj, 500000000, "max_adj");
	want(caps.cross_timestamping, 1, "cross_timestamping");
	want(caps.adjust_phase + caps.n_ext_ts + caps.n_per_out + caps.n_pins + caps.pps, 0,
	     "nothing else");
	want(pioctl(file, PTP_SYS_OFFSET_PRECISE_CYCLES, page), -EOPNOTSUPP, "PRECISE_CYCLES");
	want(pioctl(file, PTP_SYS_OFFSET_EXTENDED_CYCLES, page), -EOPNOTSUPP, "EXTENDED_CYCLES");
	want(pioctl(file, PTP_ENABLE_PPS, (void *)1), -EOPNOTSUPP, "ENABLE_PPS");
	want(adjust(file, ADJ_OFFSET, 0), -EOPNOTSUPP, "ADJ_OFFSET");
	close(file);
}

/* n_vclocks as it is made larger and smaller; the youngest go first */
static void numbers(void)
{
	int oldest, keep, kept;

	have(0);
	have(3);
	oldest = indexes[0];
	keep = open_virtual(2, O_RDWR);
	kept = indexes[2];
	have(1);
	want(indexes[0], oldest, "the one that is left is the oldest");
	/* an index is nobody else's as long as a file is open */
	have(3);
	ok(indexes[1] != kept && indexes[2] != kept, "ptp%d is not given away", kept);
	close(keep);
	have(1);
	have(1);
	have(0);
	have(20);
	have(0);
}

static unsigned int number_of_rounds(void)
{
	const char *setting = getenv("CHS_ROUNDS");

	return setting ? atoi(setting) : 101;
}

static void rounds(void)
{
	unsigned int i, all = 0, n = number_of_rounds();
	int first = 0, file = -1;
	struct timespec ts;

	for (i = 0; i < n; i++) {
		if (spill(sysfs("n_vclocks"), "3") || virtuals() != 3)
			break;
		if (!i)
			first = indexes[0];
		all += indexes[0] == first && indexes[2] == first + 2;
		file = open_virtual(i % 3, O_RDWR);
		all += !pgettime(file, &ts);
		if (spill(sysfs("n_vclocks"), "0") || virtuals())
			break;
		all += pgettime(file, &ts) == -ENODEV;
		close(file);
	}
	want(i, n, "rounds of three virtual clocks");
	want(all, 3 * n, "with the same indexes, a time, and none afterwards");
	want(statistic("vclocks"), 2 * n, "statistics/vclocks");
	want(statistic("vclocks_errors"), 0, "statistics/vclocks_errors");
}

/* ---- who may set and steer ---- */

/* a clock without a counter of its own */
static void freerun(void)
{
	struct ptp_sys_offset_precise precise;
	int64_t before = ahead(fd);
	int ro = open_node(node, O_RDONLY);

	have(1);
	want(psettime(fd, LONG_AGO, 0), -EBUSY, "settime");
	want(psettime(fd, 8277292036L, 0), -EBUSY, "settime out of range");
	want(psettime(fd, -1, 0), -EINVAL, "settime of no time at all");
	want(psettime(ro, LONG_AGO, 0), -EACCES, "settime, read-only file");
	want(adjust(fd, ADJ_SETOFFSET, 1), -EBUSY, "SETOFFSET");
	want(adjust(fd, ADJ_FREQUENCY, 1), -EBUSY, "FREQUENCY");
	want(adjust(fd, ADJ_FREQUENCY, LONG_MAX), -EBUSY, "FREQUENCY out of range");
	want(adjust(fd, ADJ_OFFSET, 1), -EBUSY, "OFFSET");
	want(adjust(fd, ADJ_SETOFFSET | ADJ_FREQUENCY | ADJ_OFFSET, 1), -EBUSY, "all three");
	want(adjust(ro, ADJ_FREQUENCY, 1), -EACCES, "FREQUENCY, read-only file");
	want(adjust(fd, ADJ_TAI, 1), -EOPNOTSUPP, "TAI");
	want(padjtime(fd, &(struct timex){ .modes = 0 }), 0, "modes 0");
	want(pioctl(fd, PTP_SYS_OFFSET_PRECISE, &precise), 0, "SYS_OFFSET_PRECISE");
	want(statistic("settime"), 2, "statistics/settime");
	want(statistic("settime_errors"), 2, "statistics/settime_errors");
	want(statistic("adjtime_errors"), 2, "statistics/adjtime_errors");
	want(statistic("adjfine_errors"), 2, "statistics/adjfine_errors");
	want(statistic("adjphase_errors"), 1, "statistics/adjphase_errors");
	want(ahead(fd) - before, 0, "nothing has moved the clock, ns");
	have(0);
	want(adjust(fd, ADJ_SETOFFSET, 101), 0, "SETOFFSET without virtual clocks");
	want(ahead(fd) - before, 101, "the clock moves, ns");
	want(adjust(fd, ADJ_FREQUENCY, 1), 0, "FREQUENCY");
	want(adjust(fd, ADJ_OFFSET, 1), 0, "OFFSET");
	want(psettime(fd, LONG_AGO, 0), 0, "settime");
	want(psettime(fd, 8277292036L, 0), -EINVAL, "settime out of range");
	close(ro);
}

/* a clock with one: it stays adjustable, and its virtual clocks do not care */
static void cycles(void)
{
	int64_t before;
	int file;

	have(1);
	file = open_virtual(0, O_RDWR);
	before = ahead(file);
	want(psettime(fd, LONG_AGO, 0), 0, "settime");
	want(psettime(fd, 8277292036L, 0), -EINVAL, "settime out of range");
	want(adjust(fd, ADJ_SETOFFSET, 5 * NSEC), 0, "SETOFFSET");
	want(adjust(fd, ADJ_FREQUENCY, RATE_100PPM), 0, "FREQUENCY");
	want(adjust(fd, ADJ_OFFSET, 101), 0, "OFFSET");
	nap_ms(101);
	want(ahead(file) - before, 0, "the virtual clock goes on as it was, ns off");
	/* it follows the oscillator, whoever makes that err */
	lab("rate_ppb", "1000000");
	nap_ms(101);
	ok(ahead(file) - before > 101000, "1000 ppm more of the oscillator: %ld ns on",
	   (long)(ahead(file) - before));
	lab("rate_ppb", "0");
	close(file);
	have(0);
}

/* ---- time ---- */

/* three clocks over one counter, each on its own; and longer than the counter's width */
static void independent(void)
{
	struct ptp_sys_offset_extended extended = { .n_samples = 25,
						    .clockid = CLOCK_MONOTONIC_RAW };
	struct instant from, to;
	int64_t plain[3], expected, parent = ahead(fd), born, at;
	struct timespec ts;
	unsigned int i, good = 0;
	int file[3];

	born = now_ns(CLOCK_MONOTONIC_RAW);
	have(3);
	for (i = 0; i < 3; i++)
		file[i] = open_virtual(i, O_RDWR);
	for (i = 0; i < 3; i++) {
		at = instant(file[i]).time;
		ok(at > 0 && at < now_ns(CLOCK_MONOTONIC_RAW) - born, "began at 0: now %ld ns",
		   (long)at);
		plain[i] = ahead(file[i]);
	}

	want(psettime(file[1], 1700000000, 500), 0, "settime");
	want(pgettime(file[1], &ts), 0, "gettime");
	ok(ts.tv_sec >= 1700000000 && ts.tv_sec < 1700000005, "gettime: %ld s", (long)ts.tv_sec);
	plain[1] = ahead(file[1]);
	want(adjust(file[1], ADJ_SETOFFSET, -1000000007), 0, "SETOFFSET");
	want(ahead(file[1]) - plain[1], -1000000007, "moved it by, ns");
	plain[1] = ahead(file[1]);
	want(adjust(file[1], ADJ_SETOFFSET, -1800000000L * NSEC), -EINVAL, "SETOFFSET before 0");
	want(adjust(file[2], ADJ_FREQUENCY, RATE_100PPM), 0, "FREQUENCY");
	want(adjust(file[2], ADJ_FREQUENCY, 500001 * PPM), -ERANGE, "FREQUENCY out of range");

	from = instant(file[2]);
	nap_ms(5003);
	to = instant(file[2]);
	expected = drift(to.raw - from.raw, RATE_100PPM);
	at = to.time - from.time - (to.raw - from.raw);
	ok(at == expected || at == expected + 1, "+100 ppm over %ld ns: %ld ns, expected %ld",
	   (long)(to.raw - from.raw), (long)at, (long)expected);
	want(ahead(file[0]) - plain[0], 0, "the first one, 5 s unread and untouched: ns off");
	want(ahead(file[1]) - plain[1], 0, "the one that was set and moved: ns off");
	want(ahead(fd) - parent, 0, "their physical clock: ns off");
	for (i = 0; i < 3; i++)
		ok(number_in(sysfs_of(virtual_name(i), "statistics/aux_work")) >= 2,
		   "refreshed in 5 s at least twice");

	want(pioctl(file[0], PTP_SYS_OFFSET_EXTENDED2, &extended), 0, "SYS_OFFSET_EXTENDED");
	for (i = 0; i < 25; i++) {
		at = stamp_ns(&extended.ts[i][1]) - plain[0];
		good += stamp_ns(&extended.ts[i][0]) <= at && at <= stamp_ns(&extended.ts[i][2]);
	}
	want(good, 25, "SYS_OFFSET_EXTENDED: times between the system's");
	want(number_in(sysfs_of(virtual_name(1), "statistics/settime")), 1, "statistics: settime");
	want(number_in(sysfs_of(virtual_name(1), "statistics/adjtime")), 2, "statistics: adjtime");
	want(number_in(sysfs_of(virtual_name(2), "statistics/adjfine")), 2, "statistics: adjfine");
	want(number_in(sysfs_of(virtual_name(2), "statistics/adjfine_errors")), 1,
	     "statistics: adjfine_errors");

	/* a counter that cannot be read */
	lab("fail", "op=all errno=5 count=-1");
	want(pgettime(file[0], &ts), -EIO, "gettime over a dead counter");
	want(psettime(file[0], 1, 0), -EIO, "settime");
	want(adjust(file[0], ADJ_FREQUENCY, 1), -EIO, "FREQUENCY");
	want(pioctl(file[0], PTP_SYS_OFFSET_PRECISE, page), -EIO, "SYS_OFFSET_PRECISE");
	writes("n_vclocks", "4", -EIO);
	lab("fail", "op=all count=0");
	want(ahead(file[0]) - plain[0], 0, "alive again: ns off");
	for (i = 0; i < 3; i++)
		close(file[i]);
	have(0);
}

/* a clock that is read slowly: a writer that waits for another can be interrupted */
static void on_alarm(int signo)
{
	(void)signo;
}

static void *write_101(void *result)
{
	*(long *)result = spill(sysfs("n_vclocks"), "101");
	return NULL;
}

static void interrupted(void)
{
	struct itimerval timer = { .it_value.tv_usec = 50000, .it_interval.tv_usec = 50000 };
	struct sigaction action = { .sa_handler = on_alarm };
	pthread_t thread;
	sigset_t set;
	long result = 1;

	writes("max_vclocks", "101", 0);
	lab("read_latency_ns", "10000000");
	sigaction(SIGALRM, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (pthread_create(&thread, NULL, write_101, &result))
		die("pthread_create: %s", strerror(errno));
	ok(eventually(virtuals() > 1), "a writer makes clocks");
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	want(spill(sysfs("n_vclocks"), "0"), -EINTR, "n_vclocks written meanwhile");
	want(spill(sysfs("max_vclocks"), "200"), -EINTR, "max_vclocks");
	want(slurp(sysfs("n_vclocks"), page, sizeof(page)), -EINTR, "n_vclocks read");
	timer = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &timer, NULL);
	pthread_join(thread, NULL);
	want(result, 0, "the first writer");
	lab("read_latency_ns", "0");
	want(virtuals(), 101, "virtual clocks");
	want(number_in(sysfs("n_vclocks")), 101, "n_vclocks");
}

/* ---- by hand ---- */

static long hand(const char *parameter, const char *text, ...)
{
	char path[96], line[64];
	va_list args;

	va_start(args, text);
	vsnprintf(line, sizeof(line), text, args);
	va_end(args);
	snprintf(path, sizeof(path), "/sys/module/ptp_hand/parameters/%s", parameter);
	return spill(path, line);
}

static int64_t counter;

static void turn_to(int64_t to)
{
	counter = to;
	if (hand("counter", "%lld", (long long)to))
		die("ptp_hand is not loaded");
}

static int64_t time_of(int file)
{
	struct timespec ts;
	long err = pgettime(file, &ts);

	return err ? err : ts.tv_sec * NSEC + ts.tv_nsec;
}

/* the arithmetic, beside that of 128 bits */
static void line(void)
{
	static const long rates[] = { 0,	   RATE_100PPM,	 -RATE_100PPM,	1,
				      -1,	   500000 * PPM, -500000 * PPM, 32767999999,
				      -32767999999 };
	static const int64_t turns[] = { 1, 0,		1000000007, 101,       3999999999, 1,
					 2, 0x7fffffff, 0x80000000, 268435455, 7 };
	struct ptp_clock_caps caps;
	__int128 parts;
	int64_t expected;
	unsigned int i, j;
	int file;

	turn_to(0x123456789abcdefLL);
	have(1);
	file = open_virtual(0, O_RDWR);
	want(pioctl(file, PTP_CLOCK_GETCAPS2, &caps), 0, "GETCAPS2");
	want(caps.cross_timestamping, 0, "no cross stamps over a clock without");
	want(pioctl(file, PTP_SYS_OFFSET_PRECISE, page), -EOPNOTSUPP, "SYS_OFFSET_PRECISE");
	want(pioctl(file, PTP_SYS_OFFSET_EXTENDED, page), -EOPNOTSUPP, "SYS_OFFSET_EXTENDED");
	memset(page, 0, sizeof(page));
	want(pioctl(file, PTP_SYS_OFFSET, page), 0, "SYS_OFFSET");
	want(time_of(file), 0, "a virtual clock begins at");
	turn_to(counter + 4026531839);
	want(time_of(file), 4026531839, "as far as it sees ahead");
	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		want(adjust(file, ADJ_FREQUENCY, rates[i]), 0, "FREQUENCY %ld", rates[i]);
		want(psettime(file, 1000 + i, 101), 0, "settime");
		expected = (1000 + i) * NSEC + 101;
		want(time_of(file), expected, "just set");
		parts = 0;
		for (j = 0; j < ARRAY_SIZE(turns); j++) {
			turn_to(counter + turns[j]);
			parts += (__int128)turns[j] << 31;
			parts += (__int128)turns[j] * rate_of(rates[i]);
			want(time_of(file), expected + (int64_t)(parts >> 31), "%ld ns on",
			     (long)turns[j]);
			/* moves the anchor and must change nothing, to the fraction */
			adjust(file, ADJ_FREQUENCY, rates[i]);
			want(time_of(file), expected + (int64_t)(parts >> 31), "steered as before");
		}
	}
	/* a reading that jitters, just behind the anchor */
	adjust(file, ADJ_FREQUENCY, 1);
	adjust(file, ADJ_FREQUENCY, 0);
	psettime(file, 5, 0);
	turn_to(counter - 101);
	want(time_of(file), 5 * NSEC - 101, "101 ns back");
	adjust(file, ADJ_FREQUENCY, 0);
	turn_to(counter + 101);
	want(time_of(file), 5 * NSEC, "and forth");
	adjust(file, ADJ_SETOFFSET, 23);
	want(time_of(file), 5 * NSEC + 23, "SETOFFSET");
	turn_to(counter + 1);
	want(time_of(file), 5 * NSEC + 24, "1 ns on");
	/* the refresh, alone, carries it over the counter's wrap */
	turn_to(counter + 4000000000);
	nap_ms(2203);
	turn_to(counter + 4000000000);
	want(time_of(file), 13 * NSEC + 24, "twice 4 s on, refreshed in between");
	close(file);
	have(0);
}

static void lists(int n)
{
	char text[256];
	int len = 0, i;

	len += snprintf(text + len, sizeof(text) - len, "%d:", n);
	for (i = 0; i < n; i++)
		len += snprintf(text + len, sizeof(text) - len, " %d", indexes[i]);
	snprintf(text + len, sizeof(text) - len, "\n");
	hand("vclocks", "%s", node_name() + 3);
	slurp("/sys/module/ptp_hand/parameters/vclocks", page, sizeof(page));
	ok(!strcmp(page, text), "ptp_get_vclocks_index(): %.*s, is %.*s", (int)strcspn(text, "\n"),
	   text, (int)strcspn(page, "\n"), page);
}

static int64_t converts(int index, int64_t stamp)
{
	if (hand("convert", "%d %lld", index, (long long)stamp))
		die("no conversion");
	return number_in("/sys/module/ptp_hand/parameters/convert");
}

/* what network drivers call */
static void stamps(void)
{
	static const int strangers[] = { -1, INT_MIN, INT_MAX, 1048575, 1048576 };
	int file[2], gone, keep, i;

	turn_to(NSEC);
	lists(0);
	have(2);
	lists(2);
	gone = indexes[1];
	keep = open_virtual(1, O_RDONLY);
	have(1);
	lists(1);
	/* indexes are in the order of birth, not of number */
	have(2);
	i = indexes[1];
	close(keep);
	writes("n_vclocks", "3", 0);
	virtuals();
	ok(indexes[1] == gone && indexes[2] == i, "ptp%d is the third and ptp%d the second", gone,
	   i);
	indexes[1] = i;
	indexes[2] = gone;
	lists(3);
	have(2);
	for (i = 0; i < (int)ARRAY_SIZE(strangers); i++) {
		want(converts(strangers[i], 101), 0, "ptp_convert_timestamp() of index %d",
		     strangers[i]);
		hand("vclocks", "%d", strangers[i]);
		slurp("/sys/module/ptp_hand/parameters/vclocks", page, sizeof(page));
		ok(!strcmp(page, "0:\n"), "ptp_get_vclocks_index() of index %d", strangers[i]);
	}
	want(converts(atoi(node_name() + 3), 101), 0, "of a physical clock");
	hand("vclocks", "%d", indexes[0]);
	slurp("/sys/module/ptp_hand/parameters/vclocks", page, sizeof(page));
	ok(!strcmp(page, "0:\n"), "ptp_get_vclocks_index() of a virtual clock");

	file[0] = open_virtual(0, O_RDWR);
	file[1] = open_virtual(1, O_RDWR);
	psettime(file[0], 5, 0);
	psettime(file[1], 500, 0);
	adjust(file[1], ADJ_FREQUENCY, RATE_100PPM);
	want(converts(indexes[0], counter), 5 * NSEC, "a stamp of now");
	want(converts(indexes[1], counter), 500 * NSEC, "by the other clock");
	want(converts(indexes[0], counter + 101), 5 * NSEC + 101, "to come");
	want(converts(indexes[0], counter - 101), 5 * NSEC - 101, "past");
	want(converts(indexes[0], counter - 0x80000000LL), 5 * NSEC - 0x80000000LL, "oldest");
	want(converts(indexes[0], counter + 0x7fffffffLL), 5 * NSEC + 0x7fffffffLL, "farthest");
	want(converts(indexes[0], (counter + 101) & 0xffffffff), 5 * NSEC + 101, "of 32 bits");
	want(converts(indexes[0], counter + 101 + (1LL << 40)), 5 * NSEC + 101, "of another epoch");
	want(converts(indexes[1], counter + NSEC), 501 * NSEC + drift(NSEC, RATE_100PPM),
	     "at 100 ppm");
	want(converts(indexes[1], counter - NSEC), 499 * NSEC + drift(-NSEC, RATE_100PPM),
	     "at 100 ppm, past");
	/* slow, 1 ns past, with a fraction at the anchor: where mainline is 8.6 s off */
	adjust(file[1], ADJ_FREQUENCY, -RATE_100PPM);
	psettime(file[1], 500, 0);
	turn_to(counter + 1);
	adjust(file[1], ADJ_FREQUENCY, -RATE_100PPM);
	want(converts(indexes[1], counter - 1), 500 * NSEC, "1 ns past, slow");
	close(file[0]);
	close(file[1]);
	i = indexes[0];
	have(0);
	want(converts(i, counter), 0, "of a clock that is gone");
	lists(0);
}

/* one that cannot be made: those made before it are there, and are told */
static void partial(void)
{
	char log[64] = "";

	turn_to(NSEC);
	hand("left", "3");
	writes("n_vclocks", "5", -EIO);
	hand("left", "-1");
	reads(node_name(), "n_vclocks", "3\n");
	want(virtuals(), 3, "virtual clocks");
	want(statistic("vclocks_errors"), 1, "statistics/vclocks_errors");
	snprintf(log, sizeof(log), "%s", field(sysfs("statistics/last_vclocks"), "new"));
	want(atoi(log), 3, "last_vclocks: new");
	lists(3);
	want(psettime(fd, 1, 0), -EBUSY, "the clock runs freely");
	/* and more can be made and all removed */
	have(5);
	have(0);
	want(psettime(fd, 1, 0), -EOPNOTSUPP, "it does no more");
	hand("left", "0");
	writes("n_vclocks", "1", -EIO);
	hand("left", "-1");
	reads(node_name(), "n_vclocks", "0\n");
	want(psettime(fd, 1, 0), -EOPNOTSUPP, "nor after it failed from the start");
}

/* ---- the end ---- */

static void *blocked_read(void *arg)
{
	long *result = arg;
	struct ptp_extts_event event;

	*result = sysread((int)*result, &event, sizeof(event));
	return NULL;
}

static void gone(void)
{
	struct pollfd pollfd = { .events = POLLIN };
	pthread_t thread;
	struct timespec ts;
	struct ptp_clock_caps caps;
	char text[64], old[64];
	int file[3], i, changing;
	long result;

	have(3);
	for (i = 0; i < 3; i++)
		file[i] = open_virtual(i, O_RDWR);
	snprintf(old, sizeof(old), "/dev/%s", virtual_name(0));
	changing = open(sysfs("n_vclocks"), O_WRONLY);
	result = file[0];
	if (pthread_create(&thread, NULL, blocked_read, &result))
		die("pthread_create: %s", strerror(errno));
	nap_ms(50);
	lab_del();
	pthread_join(thread, NULL);
	want(result, -ENODEV, "read() of a virtual clock whose physical clock went");
	want(call(write(changing, "1", 1)), -ENODEV, "n_vclocks, opened before");
	close(changing);
	for (i = 0; i < 3; i++) {
		want(pgettime(file[i], &ts), -ENODEV, "gettime");
		want(psettime(file[i], 1, 0), -ENODEV, "settime");
		want(adjust(file[i], ADJ_FREQUENCY, 1), -ENODEV, "FREQUENCY");
		want(pioctl(file[i], PTP_CLOCK_GETCAPS, &caps), -ENODEV, "GETCAPS");
		pollfd.fd = file[i];
		want(poll(&pollfd, 1, 1000), 1, "poll");
		want(pollfd.revents, POLLERR, "poll: events");
	}
	want(call(open(old, O_RDWR)), -ENOENT, "open");
	/* the books of a clock outlive it as long as a file is open */
	snprintf(text, sizeof(text), "/sys/kernel/debug/%s/readers", strrchr(old, '/') + 1);
	want(call(access(text, F_OK)), 0, "debugfs");
	for (i = 0; i < 3; i++)
		close(file[i]);
	want(call(access(text, F_OK)), -ENOENT, "debugfs after the last close");
}

static atomic_bool stop;
static atomic_ulong written, refused;

/* makes and removes clocks until the clock is gone */
static void *change_numbers(void *arg)
{
	static const char *const texts[] = { "5", "0", "2", "7", "1" };
	int file = *(int *)arg;
	unsigned int i = file;
	long err = 0;

	while (err >= 0) {
		err = call(pwrite(file, texts[i++ % 5], 1, 0));
		if (err == 1)
			atomic_fetch_add(&written, 1);
	}
	if (err == -ENODEV)
		atomic_fetch_add(&refused, 1);
	close(file);
	return NULL;
}

/* opens and asks whatever clock there is */
static void *use_all(void *arg)
{
	char path[64];
	struct timespec ts;
	unsigned int i;
	int file;

	(void)arg;
	for (i = 0; !atomic_load(&stop); i++) {
		snprintf(path, sizeof(path), "/dev/ptp%u", atoi(node_name() + 3) + i % 8);
		file = open(path, O_RDWR | O_CLOEXEC);
		if (file < 0)
			continue;
		pgettime(file, &ts);
		adjust(file, ADJ_FREQUENCY, i % 1009);
		close(file);
	}
	return NULL;
}

/* the clock goes while others change the number of its virtual clocks and use them */
static void race(void)
{
	pthread_t threads[3];
	unsigned int rounds = number_of_rounds() < 23 ? number_of_rounds() : 23, i, j;
	long n = 0, users = 0;
	int files[3] = { -1, -1, -1 };

	for (i = 0; i < rounds; i++) {
		lab_new(i % 2 ? "pps=0" : "pps=0 cycles=0");
		atomic_store(&stop, false);
		for (j = 0; j < 3; j++) {
			if (j < 2)
				files[j] = open(sysfs("n_vclocks"), O_WRONLY | O_CLOEXEC);
			if (pthread_create(&threads[j], NULL, j < 2 ? change_numbers : use_all,
					   &files[j]))
				die("pthread_create: %s", strerror(errno));
		}
		users += eventually(atomic_load(&written) > 3 * i + 2);
		nap_ms(i);
		lab_del();
		atomic_store(&stop, true);
		for (j = 0; j < 3; j++)
			pthread_join(threads[j], NULL);
		n += clocks_in(sysfs_of("ptp*", "clock_name"));
	}
	want(users, rounds,
	     "clocks that went while two others changed the number of their virtual ones");
	want(n, 0, "clocks left");
	want(atomic_load(&refused), 2 * rounds, "writers that got ENODEV in the end");
	printf("# %lu writes\n", atomic_load(&written));
}

static const struct group groups[] = {
	{ "attributes", attributes },	{ "numbers", numbers }, { "rounds", rounds },
	{ "freerun", freerun },		{ "cycles", cycles },	{ "independent", independent },
	{ "interrupted", interrupted }, { "line", line },	{ "stamps", stamps },
	{ "partial", partial },		{ "gone", gone },	{ "race", race },
};

int main(int argc, char **argv)
{
	if (argc < 4)
		die("usage: ptp_vclock DEVICE NODE GROUP...");
	snprintf(device, sizeof(device), "%s", argv[1]);
	snprintf(node, sizeof(node), "%s", argv[2]);
	if (*device != '-' || node[1])
		fd = open_node(node, O_RDWR);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 3);
}
