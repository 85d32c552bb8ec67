// SPDX-License-Identifier: GPL-2.0
/*
 * The hardware timestamping engine: what a provider's hte_push_ts_ns() costs in each state
 * of the line, how soon the second callback runs, what a consumer's calls cost; and the
 * same for the character device. No peer, since the kernel has no such engine.
 */
#include <errno.h>
#include <linux/gpio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "frame/bench.h"
#include "kmod/hte.h"

#define BATCH	 100 /* events between two times that the queue is emptied */
#define READ_MAX 30

/* ---- in the kernel ---------------------------------------------------------- */

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
HTE(request_put, in_kernel, .samples = 101, .alone = true);

/* ---- the character device --------------------------------------------------- */

static struct gpio_v2_line_event events[READ_MAX];

static bool request_line(struct bench_run *run)
{
	struct gpio_v2_line_request request = {
		.offsets = { LINE_READ },
		.num_lines = 1,
		.consumer = "bench",
		.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE |
				GPIO_V2_LINE_FLAG_EDGE_RISING,
		.event_buffer_size = BATCH,
	};
	int chip = bench_open(run, "htechip"), err;

	if (chip < 0)
		return false;
	err = ioctl(chip, GPIO_V2_GET_LINE_IOCTL, &request) ? errno : 0;
	close(chip);
	run->fd = request.fd;
	return err ? bench_fail(run, err, "GPIO_V2_GET_LINE_IOCTL") : true;
}

static void release_line(struct bench_run *run)
{
	close(run->fd);
}

static bool push_to_queue(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	for (unsigned int done = 0, batch; done < n; done += batch) {
		batch = n - done < BATCH ? n - done : BATCH;
		if (!bench_kernel(run, "push_read", samples + done, batch, NULL))
			return false;
		for (unsigned int left = batch; left;) {
			ssize_t len = read(run->fd, events, sizeof(events));

			if (len <= 0)
				return bench_fail(run, errno, "read");
			left -= len / sizeof(events[0]);
		}
	}
	return true;
}

BENCH(push_queue, .name = "hte_push_queue", .module = "hte", .variants = true,
      .setup = request_line, .collect = push_to_queue, .teardown = release_line);

static pthread_t sleeper;
static volatile uint64_t woken; /* when it last came out of read() */
static volatile unsigned int reads;
static volatile bool ending;

static void *sleep_in_read(void *arg)
{
	struct bench_run *run = arg;
	struct gpio_v2_line_event event;

	while (!ending && read(run->fd, &event, sizeof(event)) == sizeof(event)) {
		woken = bench_tsc();
		reads++;
	}
	return NULL;
}

static bool start_sleeper(struct bench_run *run)
{
	ending = false;
	return request_line(run) && bench_thread(run, &sleeper, sleep_in_read, run);
}

static void end_sleeper(struct bench_run *run)
{
	ending = true;
	bench_kernel(run, "push_read", NULL, 1, NULL);
	pthread_join(sleeper, NULL);
	release_line(run);
}

static bool push_to_read(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	reads = 0;
	for (unsigned int i = 0; i < n; i++) {
		uint64_t start;

		if (!bench_kernel(run, "push_read", NULL, 1, &start))
			return false;
		samples[i] = woken - start;
	}
	return reads == n ? true : bench_fail(run, 0, "events went astray");
}

BENCH(to_read, .name = "hte_to_read", .module = "hte", .variants = true, .setup = start_sleeper,
      .collect = push_to_read, .teardown = end_sleeper);

static void push_some(struct bench_run *run)
{
	bench_kernel(run, "push_read", NULL, run->bench->arg, NULL);
}

static void read_some(struct bench_run *run)
{
	bench_syscall(SYS_read, run->fd, (long)events, run->bench->arg * sizeof(events[0]));
}

#define READ(n) \
	BENCH(read_##n, .name = "hte_read/" #n, .module = "hte", .arg = n, \
	      .setup = request_line, .prepare = push_some, .op = read_some, \
	      .teardown = release_line)

READ(1);
READ(30);
