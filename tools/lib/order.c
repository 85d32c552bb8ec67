// SPDX-License-Identifier: GPL-2.0
/* A binary heap of copies of records. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "order.h"

void order_init(struct order *o, size_t limit, order_fn fn, void *arg)
{
	memset(o, 0, sizeof(*o));
	o->limit = limit ? limit : 1;
	o->fn = fn;
	o->arg = arg;
}

static bool before(const struct order_item *a, const struct order_item *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->seq < b->seq;
}

static void swap(struct order_item *a, struct order_item *b)
{
	struct order_item t = *a;

	*a = *b;
	*b = t;
}

static void sift_up(struct order *o, size_t i)
{
	for (; i && before(&o->heap[i], &o->heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&o->heap[i], &o->heap[(i - 1) / 2]);
}

static void sift_down(struct order *o)
{
	size_t i = 0, child;

	for (;;) {
		child = 2 * i + 1;
		if (child >= o->n)
			return;
		if (child + 1 < o->n && before(&o->heap[child + 1], &o->heap[child]))
			child++;
		if (!before(&o->heap[child], &o->heap[i]))
			return;
		swap(&o->heap[i], &o->heap[child]);
		i = child;
	}
}

static void pop(struct order *o)
{
	struct order_item top = o->heap[0];

	o->heap[0] = o->heap[--o->n];
	sift_down(o);
	if (top.at_ns < o->last_ns)
		o->late++;
	else
		o->last_ns = top.at_ns;
	/* may put in more */
	o->fn(o->arg, top.data, top.size);
	free(top.data);
}

void order_put(struct order *o, uint64_t at_ns, const void *data, size_t size)
{
	struct order_item *heap, item = { .at_ns = at_ns, .seq = o->seq++, .size = size };

	if (o->n == o->limit)
		pop(o);
	if (o->n == o->room) {
		o->room = o->room * 2 + 16;
		heap = reallocarray(o->heap, o->room, sizeof(*heap));
		if (!heap)
			abort();
		o->heap = heap;
	}
	item.data = malloc(size ? size : 1);
	if (!item.data)
		abort();
	memcpy(item.data, data, size);
	o->heap[o->n] = item;
	sift_up(o, o->n++);
}

void order_release(struct order *o, uint64_t until_ns)
{
	while (o->n && o->heap[0].at_ns <= until_ns)
		pop(o);
}

void order_free(struct order *o)
{
	while (o->n)
		free(o->heap[--o->n].data);
	free(o->heap);
	memset(o, 0, sizeof(*o));
}
