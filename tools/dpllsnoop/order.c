// SPDX-License-Identifier: GPL-2.0
/* Lines in the order of their times, see order.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include "order.h"
#include "timefmt.h"

int order_init(struct order *o, struct loop *loop, loop_fn fn, void *arg)
{
	o->line = open_memstream(&o->text, &o->size);
	o->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (!o->line || o->timer < 0)
		return -errno;
	return loop_add(loop, o->timer, fn, arg);
}

void order_free(struct order *o)
{
	if (!o->line)
		return;
	while (o->n)
		free(o->held[--o->n].text);
	free(o->held);
	fclose(o->line);
	free(o->text);
	if (o->timer >= 0)
		close(o->timer);
	memset(o, 0, sizeof(*o));
}

/* for the oldest line; none: not at all, which also makes the timer's file unreadable */
static void arm(struct order *o)
{
	struct itimerspec when = { 0 };
	int64_t at_ns;

	if (o->n) {
		at_ns = o->held[0].at_ns + ORDER_NS;
		when.it_value.tv_sec = at_ns / NS_PER_SEC;
		when.it_value.tv_nsec = at_ns % NS_PER_SEC;
	}
	timerfd_settime(o->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

FILE *order_line(struct order *o)
{
	fseeko(o->line, 0, SEEK_SET);
	return o->line;
}

void order_hold(struct order *o, int64_t at_ns)
{
	struct held line = { at_ns, NULL };
	int i;

	if (fflush(o->line) || !(line.text = strndup(o->text, o->size)))
		abort();
	if (o->n == o->room) {
		o->room = o->room * 2 + 64;
		o->held = reallocarray(o->held, o->room, sizeof(*o->held));
		if (!o->held)
			abort();
	}
	/* of those with the same time the first stays the first */
	for (i = o->n++; i && o->held[i - 1].at_ns > at_ns; i--)
		o->held[i] = o->held[i - 1];
	o->held[i] = line;
	o->last_ns = at_ns;
	if (!i)
		arm(o);
}

void order_flush(struct order *o, int64_t until_ns, FILE *to)
{
	int i;

	for (i = 0; i < o->n && o->held[i].at_ns <= until_ns; i++) {
		fputs(o->held[i].text, to);
		free(o->held[i].text);
	}
	o->n -= i;
	memmove(o->held, o->held + i, o->n * sizeof(*o->held));
	arm(o);
}

void order_end(struct order *o, FILE *to)
{
	order_flush(o, o->last_ns, to);
	while (o->n)
		free(o->held[--o->n].text);
}
