// SPDX-License-Identifier: GPL-2.0
/*
 * bench: runs the benchmarks that are linked into it (see bench.h) in a guest that
 * counts instructions, and prints a JSON record for each. Everything is run twice; the
 * first time is thrown away.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/ptp_clock.h>
#include "bench.h"
#include "err.h"
#include "opts.h"
#include "out.h"

extern const struct bench *const __start_benches[];
extern const struct bench *const __stop_benches[];

#define PASSES 2

static struct {
	const char *only;
	const char *among;
	const char *variant;
	const char *peer_variant;
	const char *programs;
	const char *skip;
	bool less;
	bool detail;
} arg = { .only = "*", .among = "*", .variant = "" };

static struct out out;

bool bench_fail(const struct bench_run *run, int err, const char *what)
{
	err_say(err, NULL, "%s (%s): %s", run->bench->name, run->peer ? "peer" : "ours", what);
	return false;
}

bool bench_kernel(struct bench_run *run, const char *op, uint32_t *samples, unsigned int count,
		  uint64_t *start)
{
	struct kbench_run call = { .count = count, .samples = (uintptr_t)samples };

	snprintf(call.op, sizeof(call.op), "%s", op);
	if (ioctl(run->module_fd, KBENCH_RUN, &call))
		return bench_fail(run, errno, op);
	if (start)
		*start = call.start;
	return true;
}

bool bench_thread(struct bench_run *run, pthread_t *thread, void *(*body)(void *), void *arg)
{
	const struct sched_param priority = { .sched_priority = 10 };
	pthread_attr_t attr;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setschedpolicy(&attr, SCHED_FIFO);
	pthread_attr_setschedparam(&attr, &priority);
	pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	err = pthread_create(thread, &attr, body, arg);
	pthread_attr_destroy(&attr);
	return err ? bench_fail(run, err, "cannot start a thread") : true;
}

int bench_open(struct bench_run *run, const char *prefix)
{
	char path[32];
	int index, fd;

	index = ioctl(run->module_fd, KBENCH_INDEX);
	if (index < 0) {
		bench_fail(run, errno, "number of the device");
		return -1;
	}
	snprintf(path, sizeof(path), "/dev/%s%d", prefix, index);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		bench_fail(run, errno, path);
	return fd;
}

/* ---- PTP clocks ------------------------------------------------------------- */

int bench_ptp_open_more(struct bench_run *run)
{
	return bench_open(run, "ptp");
}

bool bench_ptp_open(struct bench_run *run)
{
	run->fd = bench_ptp_open_more(run);
	run->clock = (clockid_t)(~(unsigned int)run->fd << 3 | 3);
	return run->fd >= 0;
}

void bench_ptp_close(struct bench_run *run)
{
	close(run->fd);
}

/* ---- counting --------------------------------------------------------------- */

static void nothing(struct bench_run *run __attribute__((unused)))
{
	asm volatile("");
}

/* Not inlined, so that the empty operation is counted by the very same instructions. */
static __attribute__((noinline)) void count(struct bench_run *run,
					    void (*op)(struct bench_run *run),
					    void (*prepare)(struct bench_run *run),
					    uint32_t *samples, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uint64_t start, end;

		prepare(run);
		start = bench_tsc();
		op(run);
		end = bench_tsc();
		samples[i] = end - start;
	}
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static bool take(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	const struct bench *b = run->bench;
	uint32_t empty[23];

	if (b->collect) {
		if (!b->collect(run, samples, n))
			return false;
	} else {
		count(run, nothing, nothing, empty, 23);
		qsort(empty, 23, sizeof(*empty), by_value);
		count(run, b->op, b->prepare ? b->prepare : nothing, samples, n);
		for (unsigned int i = 0; i < n; i++)
			samples[i] -= empty[11];
	}
	qsort(samples, n, sizeof(*samples), by_value);
	return true;
}

static void report(const struct bench_run *run, const uint32_t *samples, unsigned int n)
{
	const struct bench *b = run->bench;

	out_begin(&out, "bench");
	out_str(&out, "bench", b->name);
	out_str(&out, "side", run->peer ? "peer" : "ours");
	out_str(&out, "variant", arg.variant);
	if (arg.peer_variant)
		out_str(&out, "peer_variant", arg.peer_variant);
	if (arg.less)
		out_bool(&out, "less", true);
	out_str(&out, "unit", "instructions");
	out_i64(&out, "value", (int32_t)samples[n / 2]);
	out_i64(&out, "min", (int32_t)samples[0]);
	out_i64(&out, "max", (int32_t)samples[n - 1]);
	if (arg.detail || (*arg.variant && !b->variants))
		out_bool(&out, "detail", true);
	if (b->expect)
		out_i64(&out, "expect", b->expect == BENCH_ZERO ? 0 : b->expect);
	out_end(&out);
}

static bool run_side(const struct bench *b, bool peer, bool last_pass)
{
	static uint32_t samples[BENCH_SAMPLES];
	unsigned int n = b->samples ? b->samples : BENCH_SAMPLES;
	struct bench_run run = { .bench = b, .module_fd = -1, .peer = peer, .fd = -1 };
	char path[64];
	bool good;

	if (b->module) {
		snprintf(path, sizeof(path), "/dev/%s_%s", peer ? "peer" : "perf", b->module);
		run.module_fd = open(path, O_RDWR | O_CLOEXEC);
		if (run.module_fd < 0)
			return peer && errno == ENOENT ? true : bench_fail(&run, errno, path);
	}
	good = !b->setup || b->setup(&run);
	if (good) {
		good = take(&run, samples, n);
		if (b->teardown)
			b->teardown(&run);
	}
	if (good && last_pass)
		report(&run, samples, n);
	if (run.module_fd >= 0)
		close(run.module_fd);
	return good;
}

/* ---- the command ------------------------------------------------------------ */

static const struct argp_option options[] = {
	{ "only", 'o', "PATTERN", 0, "only benchmarks whose names match", 0 },
	{ "among", 'a', "PATTERN", 0, "and only those that match this one, of the shell's extended ones",
	  0 },
	{ "variant", 'v', "NAME", 0, "what is different: a word that joins each name", 0 },
	{ "peer-variant", 'p', "NAME", 0, "compare with the peer in that variant", 0 },
	{ "less", 'l', 0, 0, "the variant takes something away: it is what the rest costs", 0 },
	{ "detail", 'd', 0, 0, "shown only where it changes", 0 },
	{ "skip", 's', "WHY", 0, "in place of all that: the variant cannot be counted", 0 },
	{ "programs", 'b', "TOOL", 0, "in place of all that: sizes of the loaded BPF programs", 0 },
	{ 0 },
};

static error_t parse(int key, char *text, struct argp_state *state __attribute__((unused)))
{
	switch (key) {
	case 'o':
		arg.only = text;
		return 0;
	case 'a':
		arg.among = text;
		return 0;
	case 'v':
		arg.variant = text;
		return 0;
	case 'p':
		arg.peer_variant = text;
		return 0;
	case 'd':
		arg.detail = true;
		return 0;
	case 's':
		arg.skip = text;
		return 0;
	case 'l':
		arg.less = true;
		return 0;
	case 'b':
		arg.programs = text;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = {
	options, parse, NULL, "Count the instructions of every benchmark.", NULL, NULL, NULL
};

int main(int argc, char **argv)
{
	bool good = true;

	opts_tool("bench");
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	out_init(&out, stdout, "bench", true, true, COLOR_NEVER);
	if (arg.programs)
		return bench_programs(arg.programs);
	if (arg.skip) {
		out_begin(&out, "skip");
		out_str(&out, "variant", arg.variant);
		out_str(&out, "why", arg.skip);
		out_end(&out);
		return STATUS_OK;
	}
	if (sysconf(_SC_NPROCESSORS_ONLN) != 1)
		return err_say(0, "use tests/vm/run --icount", "more than one processor");

	for (int pass = 1; pass <= PASSES; pass++)
		/* the two ends of a section */
		/* cppcheck-suppress comparePointers */
		for (const struct bench *const *b = __start_benches; b < __stop_benches; b++) {
			if (fnmatch(arg.only, (*b)->name, 0) ||
			    fnmatch(arg.among, (*b)->name, FNM_EXTMATCH))
				continue;
			/* a self-test knows no variants */
			if (*arg.variant && ((*b)->alone || (*b)->expect))
				continue;
			good &= run_side(*b, false, pass == PASSES);
			if ((*b)->module)
				good &= run_side(*b, true, pass == PASSES);
		}
	return good && out_ok(&out) ? STATUS_OK : STATUS_FAILED;
}
