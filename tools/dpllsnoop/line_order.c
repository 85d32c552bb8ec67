// SPDX-License-Identifier: GPL-2.0
/* Lines in the order of their times, see line_order.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "line_order.h"
#include "timefmt.h"

/* beyond that many the earliest leaves before its time */
#define MAX_HELD 65536

static void write_line(void *arg, void *text, size_t size)
{
	struct line_order *o = arg;

	if (o->to)
		fwrite(text, 1, size, o->to);
}

int line_order_init(struct line_order *o, struct loop *loop, loop_fn fn, void *arg)
{
	order_init(&o->held, MAX_HELD, write_line, o);
	o->line = open_memstream(&o->text, &o->size);
	o->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (!o->line || o->timer < 0)
		return -errno;
	return loop_add(loop, o->timer, fn, arg);
}

void line_order_free(struct line_order *o)
{
	if (!o->line)
		return;
	order_free(&o->held);
	fclose(o->line);
	free(o->text);
	if (o->timer >= 0)
		close(o->timer);
	memset(o, 0, sizeof(*o));
}

/* for the oldest line; none: disarmed, which also makes the timer's file unreadable */
static void arm(struct line_order *o)
{
	struct itimerspec when = { 0 };
	int64_t at_ns;

	if (o->held.n) {
		at_ns = o->held.heap[0].at_ns + LINE_ORDER_NS;
		when.it_value.tv_sec = at_ns / NS_PER_SEC;
		when.it_value.tv_nsec = at_ns % NS_PER_SEC;
	}
	timerfd_settime(o->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

FILE *line_order_line(struct line_order *o)
{
	fseeko(o->line, 0, SEEK_SET);
	return o->line;
}

void line_order_hold(struct line_order *o, int64_t at_ns)
{
	if (fflush(o->line))
		abort();
	order_put(&o->held, at_ns, o->text, o->size);
	o->last_ns = at_ns;
	arm(o);
}

void line_order_flush(struct line_order *o, int64_t until_ns, FILE *to)
{
	o->to = to;
	order_release(&o->held, until_ns);
	arm(o);
}

void line_order_end(struct line_order *o, FILE *to)
{
	line_order_flush(o, o->last_ns, to);
	o->to = NULL;
	order_release(&o->held, UINT64_MAX);
}
