// SPDX-License-Identifier: GPL-2.0
/* Quantities as text. Pure. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "units.h"

const char *units_ns(char buf[UNITS_LEN], int64_t ns)
{
	static const char *const unit[] = { "us", "ms", "s" };
	double v = ns;
	int u = -1;

	if (ns > -1000 && ns < 1000) {
		snprintf(buf, UNITS_LEN, "%" PRId64 "ns", ns);
		return buf;
	}
	/* 999.5 would be written as 1000 */
	do {
		v /= 1000;
		u++;
	} while (u < 2 && fabs(v) >= 999.5);
	snprintf(buf, UNITS_LEN, "%.*f%s", fabs(v) < 9.995 ? 2 : fabs(v) < 99.95 ? 1 : 0, v,
		 unit[u]);
	return buf;
}

const char *units_offset(char buf[UNITS_LEN], int64_t ns)
{
	uint64_t abs_ns = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	char sign = ns < 0 ? '-' : '+';

	if (abs_ns < 10000000)
		snprintf(buf, UNITS_LEN, "%c%" PRIu64 "ns", sign, abs_ns);
	else if (abs_ns < 10000000000000ULL)
		snprintf(buf, UNITS_LEN, "%c%" PRIu64 ".%09" PRIu64 "s", sign,
			 abs_ns / 1000000000, abs_ns % 1000000000);
	else
		snprintf(buf, UNITS_LEN, "%c%" PRIu64 ".%03" PRIu64 "s", sign,
			 abs_ns / 1000000000, abs_ns % 1000000000 / 1000000);
	return buf;
}

double units_parse_seconds(const char *s, double max)
{
	char *end;
	double v = strtod(s, &end);

	return end == s || *end || !(v > 0 && v <= max) ? -1 : v;
}

int64_t units_parse_ns(const char *s)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "ns", 1 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	char *end;
	double v = strtod(s, &end);

	if (end == s)
		return -1;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(end, units[i].name))
			return v * units[i].ns >= 1 && v * units[i].ns <= 1e12
				       ? (int64_t)(v * units[i].ns + 0.5)
				       : -1;
	return -1;
}
