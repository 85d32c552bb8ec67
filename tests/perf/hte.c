// SPDX-License-Identifier: GPL-2.0
/*
 * The hardware timestamping engine: what a provider's hte_push_ts_ns() costs in each state
 * of the line, how soon the second callback runs, and what a consumer's calls cost. All
 * of it happens in the kernel; no peer, since the kernel has no such engine.
 */
#include <stdlib.h>
#include <unistd.h>
#include "frame/bench.h"

/* the benchmark's name is that of the module's operation, with hte_ before it */
static bool in_kernel(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	const char *op = run->bench->name + sizeof("hte_") - 1;

	for (unsigned int done = 0, batch; done < n; done += batch) {
		batch = n - done < KBENCH_MAX ? n - done : KBENCH_MAX;
		if (!bench_kernel(run, op, samples + done, batch, NULL))
			return false;
	}
	return true;
}

/* the second callback must have run before it is asked for again */
static bool one_by_one(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	const char *op = run->bench->name + sizeof("hte_") - 1;

	for (unsigned int i = 0; i < n; i++) {
		if (!bench_kernel(run, op, samples + i, 1, NULL))
			return false;
		usleep(1000);
	}
	return true;
}

#define HTE(what, how, ...) \
	BENCH(hte_##what, .name = "hte_" #what, .module = "hte", .collect = how, __VA_ARGS__)

HTE(push, in_kernel, .variants = true);
HTE(push_disabled, in_kernel, .variants = true);
HTE(push_unregistered, in_kernel);
HTE(push_second, one_by_one, .variants = true);
HTE(to_second, one_by_one, .variants = true);
HTE(disable_enable, in_kernel);
HTE(get_put, in_kernel);
HTE(request_put, in_kernel, .samples = 101);
