/* SPDX-License-Identifier: GPL-2.0 */
/* Test Anything Protocol for the host tests of tools/lib: writes to stdout. */
#ifndef TAP_H
#define TAP_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tap_tests, tap_failed;

static inline void ok(bool good, const char *what)
{
	tap_failed += !good;
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_tests, what);
}

static inline void same(int64_t got, int64_t want, const char *what)
{
	ok(got == want, what);
	if (got != want)
		printf("# got %" PRId64 ", wanted %" PRId64 "\n", got, want);
}

static inline void same_text(const char *got, const char *want, const char *what)
{
	bool good = !strcmp(got, want);

	ok(good, what);
	if (!good)
		printf("# got    \"%s\"\n# wanted \"%s\"\n", got, want);
}

static inline int tap_end(void)
{
	printf("1..%d\n", tap_tests);
	return tap_failed != 0;
}

#endif /* TAP_H */
