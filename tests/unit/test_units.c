// SPDX-License-Identifier: GPL-2.0
/* Host test of tools/lib/timefmt.c and units.c: how time and quantities are written. */
#include <stdlib.h>
#include <time.h>
#include "tap.h"
#include "timefmt.h"
#include "units.h"

#define SEC NS_PER_SEC

static void moments(void)
{
	int64_t real = 1770091506 * SEC + 123456789, mono = 42 * SEC + 7000, there, now;
	char buf[TIME_LEN];

	setenv("TZ", "UTC0", 1);
	tzset();
	same_text(time_write(buf, TIME_ISO, mono, real), "2026-02-03T04:05:06.123456+00:00",
		  "ISO 8601, to the microsecond, rounded down");
	same_text(time_write_short(buf, TIME_ISO, mono, real), "04:05:06.123456", "in short");
	same_text(time_write(buf, TIME_EPOCH, mono, real), "1770091506.123456", "since the epoch");
	same_text(time_write(buf, TIME_MONO, mono, real), "42.000007", "since the machine started");
	same_text(time_write(buf, TIME_EPOCH, mono, -1), "-1.999999",
		  "before the epoch the rest counts forward");
	setenv("TZ", "XXX-5:30", 1);
	tzset();
	same_text(time_write(buf, TIME_ISO, mono, real), "2026-02-03T09:35:06.123456+05:30",
		  "with the zone, east");
	setenv("TZ", "XXX3:30", 1);
	tzset();
	same_text(time_write(buf, TIME_ISO, mono, real), "2026-02-03T00:35:06.123456-03:30",
		  "and west");
	same(time_style_parse("mono"), TIME_MONO, "styles have names");
	same(time_style_parse("ISO"), -1, "and no others");
	now = time_real_ns();
	there = time_mono_to_real(time_mono_ns());
	ok(there - now > -SEC && there - now < SEC, "monotonic now is real now");
	now = time_mono_to_real(5 * SEC) - time_mono_to_real(3 * SEC);
	ok(now > 2 * SEC - SEC / 10 && now < 2 * SEC + SEC / 10, "and so are other moments");
}

static void durations(void)
{
	char b[UNITS_LEN];

	same_text(units_ns(b, 0), "0ns", "durations: nothing");
	same_text(units_ns(b, 999), "999ns", "ns are exact");
	same_text(units_ns(b, 1000), "1.00us", "three digits from there on");
	same_text(units_ns(b, 9994), "9.99us", "9.99");
	same_text(units_ns(b, 9996), "10.0us", "not 10.00");
	same_text(units_ns(b, 99949), "99.9us", "99.9");
	same_text(units_ns(b, 99951), "100us", "not 100.0");
	same_text(units_ns(b, 999499), "999us", "999");
	same_text(units_ns(b, 999500), "1.00ms", "not 1000us");
	same_text(units_ns(b, 2500 * SEC / 1000), "2.50s", "seconds");
	same_text(units_ns(b, 86400 * SEC), "86400s", "seconds are the last unit");
	same_text(units_ns(b, -1500), "-1.50us", "negative ones too");
}

static void offsets(void)
{
	char b[UNITS_LEN];

	same_text(units_offset(b, 0), "+0ns", "offsets: none");
	same_text(units_offset(b, -9999999), "-9999999ns", "ns below 10 ms");
	same_text(units_offset(b, 10000000), "+0.010000000s", "s above, to the ns");
	same_text(units_offset(b, -37 * SEC - 1), "-37.000000001s", "TAI is 37 s off");
	same_text(units_offset(b, 1770091506 * SEC + 5000000), "+1770091506.005s",
		  "a clock at 1970: to the ms");
	same_text(units_offset(b, INT64_MIN), "-9223372036.854s", "the most there is");
}

static void numbers(void)
{
	ok(units_parse_seconds("0.5", 10) == 0.5, "half a second");
	ok(units_parse_seconds("10", 10) == 10, "up to the limit");
	ok(units_parse_seconds("10.1", 10) < 0, "not above");
	ok(units_parse_seconds("0", 10) < 0, "zero is none");
	ok(units_parse_seconds("-1", 10) < 0, "nor is less");
	ok(units_parse_seconds("1s", 10) < 0, "nor what has letters");
	ok(units_parse_seconds("nan", 10) < 0, "or is none");
	ok(units_parse_seconds("", 10) < 0, "or nothing");

	same(units_parse_ns("812ns"), 812, "durations are read: ns");
	same(units_parse_ns("1.5us"), 1500, "us");
	same(units_parse_ns("0.035ms"), 35000, "ms");
	same(units_parse_ns("1000s"), 1000 * SEC, "s, the most");
	same(units_parse_ns("1001s"), -1, "not more");
	same(units_parse_ns("0ns"), -1, "nor nothing");
	same(units_parse_ns("-1us"), -1, "nor less");
	same(units_parse_ns("nans"), -1, "nor none");
	same(units_parse_ns("100"), -1, "not without a unit");
	same(units_parse_ns("1 us"), -1, "not with a blank");
	same(units_parse_ns("us"), -1, "not without a number");
}

int main(void)
{
	moments();
	durations();
	offsets();
	numbers();
	return tap_end();
}
