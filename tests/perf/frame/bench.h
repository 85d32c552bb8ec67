/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a benchmark declares itself. A file of tests/perf holds one or several
 *
 *	BENCH(name, .name = "clock_gettime", .module = "clock", ...);
 *
 * and is built and run without being named anywhere else. What is counted is
 * instructions: in a guest of tests/vm/run --icount, one is one tick of the time
 * stamp counter. An interrupt that comes in between adds some, so the median counts.
 *
 * A benchmark with a module runs once on /dev/perf_<module>, which is ours, and where
 * there is a /dev/peer_<module> once on that: the same driver behind mainline's class.
 */
#ifndef BENCH_H
#define BENCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include "kbench_abi.h"

#define BENCH_SAMPLES 301 /* at most */

/*
 * What a benchmark works on. setup() fills in what it needs; the frame opens and
 * closes the module's device alone.
 */
struct bench_run {
	const struct bench *bench;
	int module_fd; /* /dev/perf_* or /dev/peer_*, or -1 */
	bool peer;
	int fd; /* the device under test, see bench_ptp_open() */
	clockid_t clock;
	void *data; /* the benchmark's */
};

/**
 * struct bench - one benchmark
 * @name: without blanks; what differs only in a number ends in /<number>
 * @module: module of tests/perf/kmod it works on; NULL: none
 * @arg: the benchmark's own
 * @samples: how many are taken; 0: BENCH_SAMPLES
 * @variants: worth a line in the table also while somebody traces
 * @alone: not counted under variants, since what they add drowns in it
 * @expect: for a self-test: the result must be exactly this; 0: no self-test.
 *	BENCH_ZERO stands for 0
 * @setup: before the first sample; false, having said why, fails the benchmark
 * @prepare: before every sample, not counted; may be NULL
 * @op: what is counted
 * @collect: in place of @op for what is counted elsewhere: fills in the samples
 * @teardown: after the last sample
 */
struct bench {
	const char *name;
	const char *module;
	long arg;
	unsigned int samples;
	bool variants;
	bool alone;
	long expect;
	bool (*setup)(struct bench_run *run);
	void (*prepare)(struct bench_run *run);
	void (*op)(struct bench_run *run);
	bool (*collect)(struct bench_run *run, uint32_t *samples, unsigned int n);
	void (*teardown)(struct bench_run *run);
};

#define BENCH_ZERO (-2)

#define BENCH(id, ...) \
	static const struct bench bench_##id = { __VA_ARGS__ }; \
	static const struct bench *const bench_entry_##id \
		__attribute__((used, section("benches"))) = &bench_##id

/* A system call and nothing around it. What it returns is not looked at. */
static inline __attribute__((always_inline)) long bench_syscall(long nr, long a, long b, long c)
{
	long result;

	asm volatile("syscall"
		     : "=a"(result)
		     : "0"(nr), "D"(a), "S"(b), "d"(c)
		     : "rcx", "r11", "memory");
	return result;
}

static inline __attribute__((always_inline)) uint64_t bench_tsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* says what failed, with strerror(err) unless that is 0; false, for "return bench_fail(...)" */
bool bench_fail(const struct bench_run *run, int err, const char *what);

/*
 * Has the module carry out an operation; samples may be NULL. *start, if not NULL, is
 * set to the time stamp counter just before the last one.
 */
bool bench_kernel(struct bench_run *run, const char *op, uint32_t *samples, unsigned int count,
		  uint64_t *start);

/*
 * Starts a thread that goes on as soon as it is woken, since we have no real-time
 * priority and it has; false, having said why.
 */
bool bench_thread(struct bench_run *run, pthread_t *thread, void *(*body)(void *), void *arg);

/* opens /dev/<prefix><number of the run's device>; the descriptor, or -1, having said why */
int bench_open(struct bench_run *run, const char *prefix);

/* opens the PTP clock of the run's module: fd and clock; false, having said why */
bool bench_ptp_open(struct bench_run *run);
/* opens it once more; the descriptor, or -1, having said why */
int bench_ptp_open_more(struct bench_run *run);
void bench_ptp_close(struct bench_run *run);

/* prints what programs the kernel has loaded as BPF, each with two figures */
int bench_programs(const char *tool);

#endif /* BENCH_H */
