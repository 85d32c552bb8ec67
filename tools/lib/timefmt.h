/* SPDX-License-Identifier: GPL-2.0 */
/* Time: now, and how a moment is written. */
#ifndef CHS_TIMEFMT_H
#define CHS_TIMEFMT_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_SEC 1000000000LL

enum time_style {
	TIME_ISO,		/* 2026-02-03T04:05:06.123456+00:00, local time zone */
	TIME_EPOCH,		/* 1770091506.123456 */
	TIME_MONO,		/* seconds of CLOCK_MONOTONIC, as in the kernel's log */
};

#define TIME_LEN 40

int64_t time_mono_ns(void);
int64_t time_real_ns(void);

/* CLOCK_REALTIME of a moment given in CLOCK_MONOTONIC, by the present difference */
int64_t time_mono_to_real(int64_t mono_ns);

/* writes the moment mono_ns of CLOCK_MONOTONIC; real_ns is the same moment */
const char *time_write(char buf[TIME_LEN], enum time_style style, int64_t mono_ns,
		       int64_t real_ns);

/* the time of day alone, 04:05:06.123456, for lines where width counts */
const char *time_write_short(char buf[TIME_LEN], enum time_style style, int64_t mono_ns,
			     int64_t real_ns);

/* -1 where s is no time style */
int time_style_parse(const char *s);

#endif /* CHS_TIMEFMT_H */
