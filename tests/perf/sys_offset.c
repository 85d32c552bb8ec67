// SPDX-License-Identifier: GPL-2.0
/* Device and system time together: the three PTP_SYS_OFFSET ioctls. arg is n_samples. */
#include <linux/ptp_clock.h>
#include "frame/bench.h"

static struct ptp_sys_offset plain;
static struct ptp_sys_offset_extended extended;
static struct ptp_sys_offset_precise precise;

static bool setup(struct bench_run *run)
{
	plain.n_samples = run->bench->arg;
	extended = (struct ptp_sys_offset_extended){ .n_samples = run->bench->arg };
	precise = (struct ptp_sys_offset_precise){};
	return bench_ptp_open(run);
}

static void sys_offset(struct bench_run *run)
{
	bench_syscall(SYS_ioctl, run->fd, PTP_SYS_OFFSET, (long)&plain);
}

static void sys_offset_extended(struct bench_run *run)
{
	bench_syscall(SYS_ioctl, run->fd, PTP_SYS_OFFSET_EXTENDED, (long)&extended);
}

static void sys_offset_precise(struct bench_run *run)
{
	bench_syscall(SYS_ioctl, run->fd, PTP_SYS_OFFSET_PRECISE, (long)&precise);
}

#define SYS_OFFSET(what, n, ...) \
	BENCH(what##_##n, .name = #what "/" #n, .module = "clock", .arg = n, .setup = setup, \
	      .op = what, .teardown = bench_ptp_close, __VA_ARGS__)

SYS_OFFSET(sys_offset, 1);
SYS_OFFSET(sys_offset, 5);
SYS_OFFSET(sys_offset, 25);
SYS_OFFSET(sys_offset_extended, 1, .variants = true);
SYS_OFFSET(sys_offset_extended, 25, .variants = true);

BENCH(precise, .name = "sys_offset_precise", .module = "clock", .variants = true, .setup = setup,
      .op = sys_offset_precise, .teardown = bench_ptp_close);
