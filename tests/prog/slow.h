/* SPDX-License-Identifier: GPL-2.0 */
/* How slow the kernel under test is. */
#ifndef SLOW_H
#define SLOW_H

#include <stdlib.h>

/* how many times longer than on a stock kernel things may take, see tests/lib/common.bash */
static inline int slowness(void)
{
	const char *text = getenv("CHS_SLOW");

	return text && atoi(text) > 0 ? atoi(text) : 1;
}

#endif /* SLOW_H */
