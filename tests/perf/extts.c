// SPDX-License-Identifier: GPL-2.0
/*
 * External events: what the driver's ptp_clock_event() costs, how soon the event is
 * out of read(), and read() itself. arg is the number of readers or events.
 *
 * Readers that sleep are threads of real-time priority. There is one processor and we
 * have no such priority, so that whenever we run, all of them are asleep.
 */
#include <errno.h>
#include <linux/ptp_clock.h>
#include <stdio.h>
#include <unistd.h>
#include "frame/bench.h"

#define READERS	 16
#define BATCH	 100 /* events between two times that queues are emptied: they hold 127 */
#define READ_MAX 30

static int fds[READERS];

static void close_readers(struct bench_run *run)
{
	for (long i = 0; i < run->bench->arg; i++)
		close(fds[i]);
}

static bool open_readers(struct bench_run *run)
{
	for (long i = 0; i < run->bench->arg; i++) {
		fds[i] = bench_ptp_open_more(run);
		if (fds[i] < 0)
			return false;
	}
	return true;
}

/* exactly n, since mainline's read() of an empty queue waits even where it should not */
static bool drain(struct bench_run *run, int fd, unsigned int n)
{
	struct ptp_extts_event events[READ_MAX];
	ssize_t len;

	for (; n; n -= len / sizeof(events[0])) {
		len = read(fd, events, sizeof(events));
		if (len <= 0)
			return bench_fail(run, errno, "read");
	}
	return true;
}

/* ---- the driver's side, nobody waiting -------------------------------------- */

static bool push(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	for (unsigned int done = 0, batch; done < n; done += batch) {
		batch = n - done < BATCH ? n - done : BATCH;
		if (!bench_kernel(run, "push", samples + done, batch, NULL))
			return false;
		for (long i = 0; i < run->bench->arg; i++)
			if (!drain(run, fds[i], batch))
				return false;
	}
	return true;
}

#define PUSH(n, ...) \
	BENCH(push_##n, .name = "extts_push/" #n, .module = "clock", .arg = n, \
	      .setup = open_readers, .collect = push, .teardown = close_readers, __VA_ARGS__)

PUSH(1, .variants = true);
PUSH(16);

/* ---- with readers asleep ---------------------------------------------------- */

static pthread_t threads[READERS];
static volatile uint64_t woken; /* when the last reader so far came out of read() */
static volatile unsigned int reads;
static volatile bool ending;

static void *reader(void *fd)
{
	struct ptp_extts_event event;

	while (!ending && read(*(int *)fd, &event, sizeof(event)) == sizeof(event)) {
		woken = bench_tsc();
		reads++;
	}
	return NULL;
}

static bool start_sleepers(struct bench_run *run)
{
	ending = false;
	for (long i = 0; i < run->bench->arg; i++) {
		fds[i] = bench_ptp_open_more(run);
		if (fds[i] < 0 || !bench_thread(run, &threads[i], reader, &fds[i]))
			return false;
	}
	return true;
}

static void end_sleepers(struct bench_run *run)
{
	ending = true;
	bench_kernel(run, "push", NULL, 1, NULL);
	for (long i = 0; i < run->bench->arg; i++)
		pthread_join(threads[i], NULL);
	close_readers(run);
}

/* one event at a time: by the time the call returns the readers are asleep again */
static bool wake(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!bench_kernel(run, "push", samples + i, 1, NULL))
			return false;
	return true;
}

static bool push_to_read(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	reads = 0;
	for (unsigned int i = 0; i < n; i++) {
		uint64_t start;

		if (!bench_kernel(run, "push", NULL, 1, &start))
			return false;
		samples[i] = woken - start;
	}
	return reads == n * run->bench->arg ? true : bench_fail(run, 0, "events went astray");
}

#define ASLEEP(id, what, n, how, ...) \
	BENCH(id, .name = what, .module = "clock", .arg = n, .setup = start_sleepers, \
	      .collect = how, .teardown = end_sleepers, __VA_ARGS__)

ASLEEP(wake, "extts_push_asleep", 1, wake);
ASLEEP(to_read_1, "extts_to_read/1", 1, push_to_read, .variants = true);
ASLEEP(to_read_16, "extts_to_read/16", 16, push_to_read, .samples = 101, .alone = true);

/* ---- read() ----------------------------------------------------------------- */

static struct ptp_extts_event events[READ_MAX];

static void push_some(struct bench_run *run)
{
	bench_kernel(run, "push", NULL, run->bench->arg, NULL);
}

static void read_some(struct bench_run *run)
{
	bench_syscall(SYS_read, run->fd, (long)events, run->bench->arg * sizeof(events[0]));
}

#define READ(n, ...) \
	BENCH(read_##n, .name = "extts_read/" #n, .module = "clock", .arg = n, \
	      .setup = bench_ptp_open, .prepare = push_some, .op = read_some, \
	      .teardown = bench_ptp_close, __VA_ARGS__)

READ(1, .variants = true);
READ(30);
