// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_load NODE WORD...: a PTP client for tests of the tools. Opens NODE once and
 * obeys the words from left to right; what a word counts is exact.
 *
 *	gettime=N precise=N	so many clock_gettime(), PTP_SYS_OFFSET_PRECISE
 *	gettimex=N sysoffset=N	so many samples by PTP_SYS_OFFSET_EXTENDED, PTP_SYS_OFFSET
 *	settime=NS shift=NS freq=PPB phase=NS	set, step, tune the clock
 *	extts=CH noextts=CH	external time stamps of a channel on, off
 *	strict=CH		on by PTP_EXTTS_REQUEST2
 *	edges=FLAGS		which edges they ask for (2 rising, the default; 4 falling)
 *	perout=PERIOD,ON	output 0: so many ns, high for so many of them
 *	print=N			so many clock_gettime(), printed in ns
 *	pin=PIN,FUNC,CHAN	the pin's function; mask: no channel, mask=CH: this one too
 *	read=N			reads until N events have come, prints how many
 *	ioctl=CMD		a command with a null argument, which may fail
 *	every=US		waits so long after each operation from here on
 *	sleep=MS wait		waits so long (times CHS_SLOW), or for a line on stdin; "ready"
 *prints a line
 *
 * A failure is told and makes the exit status 1, but does not stop it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ptp_clock.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
#include "slow.h"

static int fd, status;
static clockid_t id;
static long every_us;
static unsigned int edges = PTP_RISING_EDGE;

static void must(const char *what, long result)
{
	if (result < 0) {
		fprintf(stderr, "ptp_load: %s: %s\n", what, strerror(errno));
		status = 1;
	}
	if (every_us)
		usleep(every_us);
}

static unsigned int batch(long left)
{
	return left < PTP_MAX_SAMPLES ? left : PTP_MAX_SAMPLES;
}

static void samples(const char *what, long n, bool extended)
{
	for (unsigned int now; n > 0; n -= now) {
		struct ptp_sys_offset_extended ext = { .n_samples = batch(n) };
		struct ptp_sys_offset basic = { .n_samples = batch(n) };

		now = batch(n);
		must(what, extended ? ioctl(fd, PTP_SYS_OFFSET_EXTENDED, &ext) :
			   ioctl(fd, PTP_SYS_OFFSET, &basic));
	}
}

static void adjust(const char *what, unsigned int modes, int64_t v)
{
	struct timex tx = { .modes = modes };

	if (modes & ADJ_SETOFFSET) {
		tx.time.tv_sec = v / 1000000000;
		tx.time.tv_usec = v % 1000000000;
		if (tx.time.tv_usec < 0) {
			tx.time.tv_sec--;
			tx.time.tv_usec += 1000000000;
		}
	} else if (modes & ADJ_FREQUENCY) {
		tx.freq = v * 65536 / 1000;
	} else {
		tx.offset = v;
	}
	must(what, clock_adjtime(id, &tx));
}

static void read_events(long n)
{
	struct ptp_extts_event ev[30];
	long got = 0;
	ssize_t len;

	while (got < n) {
		long want = n - got < 30 ? n - got : 30;

		len = read(fd, ev, want * sizeof(ev[0]));
		if (len < 0) {
			must("read", -1);
			break;
		}
		got += len / (ssize_t)sizeof(ev[0]);
		if (every_us)
			usleep(every_us);
	}
	printf("%ld events\n", got);
}

static void obey(const char *word, const char *arg)
{
	long long v = arg ? strtoll(arg, NULL, 0) : 0;
	struct ptp_sys_offset_precise precise;
	struct ptp_perout_request perout = { .flags = PTP_PEROUT_DUTY_CYCLE };
	struct ptp_extts_request extts = {};
	struct ptp_pin_desc pin = {};
	long long on;
	unsigned int chan = v;
	struct timespec ts;

	if (!strcmp(word, "gettime")) {
		while (v-- > 0)
			must(word, clock_gettime(id, &ts));
	} else if (!strcmp(word, "precise")) {
		while (v-- > 0)
			must(word, ioctl(fd, PTP_SYS_OFFSET_PRECISE, &precise));
	} else if (!strcmp(word, "gettimex") || !strcmp(word, "sysoffset")) {
		samples(word, v, !strcmp(word, "gettimex"));
	} else if (!strcmp(word, "settime")) {
		ts.tv_sec = v / 1000000000;
		ts.tv_nsec = v % 1000000000;
		must(word, clock_settime(id, &ts));
	} else if (!strcmp(word, "shift")) {
		adjust(word, ADJ_SETOFFSET | ADJ_NANO, v);
	} else if (!strcmp(word, "freq")) {
		adjust(word, ADJ_FREQUENCY, v);
	} else if (!strcmp(word, "phase")) {
		adjust(word, ADJ_OFFSET | ADJ_NANO, v);
	} else if (!strcmp(word, "extts") || !strcmp(word, "noextts") || !strcmp(word, "strict")) {
		extts.index = v;
		extts.flags = *word == 'n' ? 0 : PTP_ENABLE_FEATURE | edges;
		must(word,
		     ioctl(fd, *word == 's' ? PTP_EXTTS_REQUEST2 : PTP_EXTTS_REQUEST, &extts));
	} else if (!strcmp(word, "edges")) {
		edges = v;
	} else if (!strcmp(word, "perout") && arg && sscanf(arg, "%lld,%lld", &v, &on) == 2) {
		perout.period.sec = v / 1000000000;
		perout.period.nsec = v % 1000000000;
		perout.on.sec = on / 1000000000;
		perout.on.nsec = on % 1000000000;
		must(word, ioctl(fd, PTP_PEROUT_REQUEST2, &perout));
	} else if (!strcmp(word, "print")) {
		while (v-- > 0) {
			must(word, clock_gettime(id, &ts));
			printf("%lld\n", ts.tv_sec * 1000000000LL + ts.tv_nsec);
		}
	} else if (!strcmp(word, "pin") && arg &&
		   sscanf(arg, "%u,%u,%u", &pin.index, &pin.func, &pin.chan) == 3) {
		must(word, ioctl(fd, PTP_PIN_SETFUNC, &pin));
	} else if (!strcmp(word, "mask")) {
		must(word, arg ? ioctl(fd, PTP_MASK_EN_SINGLE, &chan) :
			   ioctl(fd, PTP_MASK_CLEAR_ALL));
	} else if (!strcmp(word, "read")) {
		read_events(v);
	} else if (!strcmp(word, "ioctl")) {
		must(word, ioctl(fd, (unsigned long)v, NULL));
	} else if (!strcmp(word, "every")) {
		every_us = v;
	} else if (!strcmp(word, "sleep")) {
		usleep(v * 1000 * slowness());
	} else if (!strcmp(word, "wait")) {
		while (getchar() != '\n' && !feof(stdin))
			;
	} else if (!strcmp(word, "ready")) {
		puts(word);
	} else {
		fprintf(stderr, "ptp_load: what is \"%s\"?\n", word);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	char *arg;

	setlinebuf(stdout);
	if (argc < 3) {
		fputs("usage: ptp_load NODE WORD[=ARG]...\n", stderr);
		return 2;
	}
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "ptp_load: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	id = (~(clockid_t)fd << 3) | 3;
	for (int i = 2; i < argc; i++) {
		arg = strchr(argv[i], '=');
		if (arg)
			*arg++ = 0;
		obey(argv[i], arg);
	}
	return status;
}
