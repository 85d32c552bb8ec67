// SPDX-License-Identifier: GPL-2.0
/* A PTP clock by its clock id: clock_gettime() and clock_adjtime(). */
#include <sys/timex.h>
#include "frame/bench.h"

static void gettime(struct bench_run *run)
{
	struct timespec ts;

	bench_syscall(SYS_clock_gettime, run->clock, (long)&ts, 0);
}

BENCH(gettime, .name = "clock_gettime", .module = "clock", .variants = true,
      .setup = bench_ptp_open, .op = gettime, .teardown = bench_ptp_close);

static void adjtime_with(struct bench_run *run)
{
	struct timex tx;

	tx.modes = run->bench->arg;
	tx.freq = 65536;
	bench_syscall(SYS_clock_adjtime, run->clock, (long)&tx, 0);
}

BENCH(adjtime_read, .name = "clock_adjtime", .module = "clock", .setup = bench_ptp_open,
      .op = adjtime_with, .teardown = bench_ptp_close);
BENCH(adjtime_freq, .name = "adjfine", .module = "clock", .arg = ADJ_FREQUENCY, .variants = true,
      .setup = bench_ptp_open, .op = adjtime_with, .teardown = bench_ptp_close);
