/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between a module of tests/perf/kmod and the benchmarks: /dev/<module> carries out
 * one of the module's operations so many times and counts the instructions of each.
 */
#ifndef KBENCH_ABI_H
#define KBENCH_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define KBENCH_MAX  128 /* operations a call */
#define KBENCH_NAME 24

/**
 * struct kbench_run - carry out an operation
 * @op: its name
 * @count: how often, at most KBENCH_MAX
 * @pad: zero
 * @samples: address of an array of @count __u32: instructions of each; 0: not wanted
 * @start: set to the time stamp counter just before the last one
 */
struct kbench_run {
	char op[KBENCH_NAME];
	__u32 count;
	__u32 pad;
	__u64 samples;
	__u64 start;
};

#define KBENCH_RUN   _IOWR('k', 1, struct kbench_run)
#define KBENCH_INDEX _IO('k', 2) /* returns the number of the device under test */

#endif /* KBENCH_ABI_H */
