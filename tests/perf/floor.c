// SPDX-License-Identifier: GPL-2.0
/* The least a system call costs, and whether counting counts right. */
#include <stdio.h>
#include "frame/bench.h"

static void getppid_op(struct bench_run *run __attribute__((unused)))
{
	bench_syscall(SYS_getppid, 0, 0, 0);
}

BENCH(getppid, .name = "getppid", .op = getppid_op);

static void nops_50(struct bench_run *run __attribute__((unused)))
{
	asm volatile(".rept 50; nop; .endr");
}

static void nops_100(struct bench_run *run __attribute__((unused)))
{
	asm volatile(".rept 100; nop; .endr");
}

static void nops_0(struct bench_run *run __attribute__((unused)))
{
	asm volatile("");
}

BENCH(user_0, .name = "nops_user/0", .op = nops_0, .expect = BENCH_ZERO);
BENCH(user_50, .name = "nops_user/50", .op = nops_50, .expect = 50);
BENCH(user_100, .name = "nops_user/100", .op = nops_100, .expect = 100);

static bool in_kernel(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	char op[8];

	snprintf(op, sizeof(op), "%ld", run->bench->arg);
	return bench_kernel(run, op, samples, n, NULL);
}

#define KERNEL(n, exactly) \
	BENCH(kernel_##n, .name = "nops_kernel/" #n, .module = "nops", .arg = n, .samples = 101, \
	      .collect = in_kernel, .expect = exactly)

KERNEL(0, BENCH_ZERO);
KERNEL(50, 50);
KERNEL(100, 100);
