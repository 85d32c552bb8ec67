/* SPDX-License-Identifier: GPL-2.0 */
/* Asking a clock directly, as any program may: read-only, and no event consumer. */
#ifndef PTPSTAT_PROBE_H
#define PTPSTAT_PROBE_H

#include "clocks.h"

/* fills in offset, bound, frequency; opens the node when needed */
void probe_clock(struct clk *c);
void probe_close(struct clk *c);

#endif /* PTPSTAT_PROBE_H */
