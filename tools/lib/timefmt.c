// SPDX-License-Identifier: GPL-2.0
/* Time: reads the clocks and the time zone, writes strings. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "timefmt.h"

static int64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_SEC + ts.tv_nsec;
}

int64_t time_mono_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t time_real_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

int64_t time_mono_to_real(int64_t mono_ns)
{
	int64_t before = time_mono_ns();
	int64_t real = time_real_ns();
	int64_t after = time_mono_ns();

	return mono_ns + real - (before + (after - before) / 2);
}

/* seconds rounded down, so that the rest is never negative */
static int64_t split(int64_t ns, long *usec)
{
	int64_t sec = ns / NS_PER_SEC, rest = ns % NS_PER_SEC;

	if (rest < 0) {
		sec--;
		rest += NS_PER_SEC;
	}
	*usec = rest / 1000;
	return sec;
}

static const char *write_as(char *buf, enum time_style style, int64_t mono_ns, int64_t real_ns,
			    const char *format, int zone)
{
	long usec;
	int64_t sec = split(style == TIME_MONO ? mono_ns : real_ns, &usec);
	time_t t = sec;
	struct tm tm;
	size_t n;

	if (style != TIME_ISO || !localtime_r(&t, &tm)) {
		snprintf(buf, TIME_LEN, "%" PRId64 ".%06ld", sec, usec);
		return buf;
	}
	n = strftime(buf, TIME_LEN, format, &tm);
	n += snprintf(buf + n, TIME_LEN - n, ".%06ld", usec);
	if (zone)
		snprintf(buf + n, TIME_LEN - n, "%c%02ld:%02ld", tm.tm_gmtoff < 0 ? '-' : '+',
			 labs(tm.tm_gmtoff) / 3600, labs(tm.tm_gmtoff) / 60 % 60);
	return buf;
}

const char *time_write(char buf[TIME_LEN], enum time_style style, int64_t mono_ns, int64_t real_ns)
{
	return write_as(buf, style, mono_ns, real_ns, "%Y-%m-%dT%H:%M:%S", 1);
}

const char *time_write_short(char buf[TIME_LEN], enum time_style style, int64_t mono_ns,
			     int64_t real_ns)
{
	return write_as(buf, style, mono_ns, real_ns, "%H:%M:%S", 0);
}

int time_style_parse(const char *s)
{
	static const char *const names[] = { "iso", "epoch", "mono" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(s, names[i]))
			return i;
	return -1;
}
