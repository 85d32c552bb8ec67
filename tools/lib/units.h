/* SPDX-License-Identifier: GPL-2.0 */
/* How quantities are written for people: three to five digits and a unit. */
#ifndef CHS_UNITS_H
#define CHS_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define UNITS_LEN 32

/* a duration: 812ns 1.24us 35.1ms 2.50s */
const char *units_ns(char buf[UNITS_LEN], int64_t ns);

/* a signed difference of clocks: exact in ns below 10 ms, then s to the ns */
const char *units_offset(char buf[UNITS_LEN], int64_t ns);

/* -1 where s is no positive number up to max */
double units_parse_seconds(const char *s, double max);

/* a duration with its unit: 812ns 1.5us 35ms 2s; -1 where s is none from 1 ns to 1000 s */
int64_t units_parse_ns(const char *s);

#endif /* CHS_UNITS_H */
