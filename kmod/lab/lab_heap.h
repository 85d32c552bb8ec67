/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When the edges of trains happen, and which of many lines comes next: pure functions, no
 * lock, no kernel call, so that the same text is tested on the host
 * (tests/unit/test_lab_train.c).
 */
#ifndef LAB_HEAP_H
#define LAB_HEAP_H

#include "lab_clock.h"

/**
 * struct lab_plan - the instants of a train's edges
 * @start: of the first, ns of CLOCK_MONOTONIC_RAW
 * @period: from one burst to the next, ns
 * @burst: edges in a burst, 1 or more
 * @gap: between the edges of a burst, ns; (@burst - 1) * @gap is @period at most
 * @jitter: the most that an edge is off, ns
 */
struct lab_plan {
	s64 start;
	s64 period;
	s64 burst;
	s64 gap;
	s64 jitter;
};

/**
 * struct lab_train - where a train stands
 * @plan: its instants
 * @left: edges to come; negative: no end
 * @base: of the burst under way, without jitter
 * @in_burst: which edge of the burst comes next
 * @when: the instant of the next edge
 */
struct lab_train {
	struct lab_plan plan;
	s64 left;
	s64 base;
	s64 in_burst;
	s64 when;
};

/**
 * lab_plan_at() - an edge's instant without jitter
 * @plan: plan
 * @k: which edge, from 0
 * Return: ns of CLOCK_MONOTONIC_RAW
 */
static inline s64 lab_plan_at(const struct lab_plan *plan, u64 k)
{
	u64 burst = plan->burst;

	return plan->start + (s64)(k / burst) * plan->period + (s64)(k % burst) * plan->gap;
}

/**
 * lab_train_begin() - put a train before its first edge
 * @t: train
 * @plan: its plan
 * @count: number of edges, 1 or more; negative: no end
 * @r: what jitter is drawn from
 */
static inline void lab_train_begin(struct lab_train *t, const struct lab_plan *plan, s64 count,
				   struct lab_random *r)
{
	t->plan = *plan;
	t->left = count;
	t->base = plan->start;
	t->in_burst = 0;
	t->when = plan->start + lab_random_within(r, plan->jitter);
}

/**
 * lab_train_next() - go on to the next edge
 * @t: train, with an edge to come
 * @r: what jitter is drawn from
 *
 * An edge never comes before the one ahead of it, however far jitter throws them. Such a
 * one comes at the same instant, which is no further off than its jitter would be.
 *
 * Return: false when there is none any more
 */
static inline bool lab_train_next(struct lab_train *t, struct lab_random *r)
{
	s64 when;

	if (t->left > 0 && --t->left == 0)
		return false;
	if (++t->in_burst == t->plan.burst) {
		t->in_burst = 0;
		t->base += t->plan.period;
	}
	when = t->base + t->in_burst * t->plan.gap + lab_random_within(r, t->plan.jitter);
	if (when > t->when)
		t->when = when;
	return true;
}

/**
 * struct lab_due - something that is due
 * @when: when
 * @line: of which line
 */
struct lab_due {
	s64 when;
	u32 line;
};

/**
 * struct lab_heap - what is due, the earliest on top; ties by line
 * @at: room for as many as there may be, the owner's
 * @n: how many there are
 */
struct lab_heap {
	struct lab_due *at;
	u32 n;
};

static inline bool lab_due_before(const struct lab_due *a, const struct lab_due *b)
{
	return a->when < b->when || (a->when == b->when && a->line < b->line);
}

/* let what stands at @i sink to its place */
static inline void lab_heap_sink(struct lab_heap *h, u32 i)
{
	struct lab_due it = h->at[i];
	u32 child;

	while ((child = 2 * i + 1) < h->n) {
		if (child + 1 < h->n && lab_due_before(&h->at[child + 1], &h->at[child]))
			child++;
		if (!lab_due_before(&h->at[child], &it))
			break;
		h->at[i] = h->at[child];
		i = child;
	}
	h->at[i] = it;
}

/**
 * lab_heap_add() - add one
 * @h: heap, with room for it
 * @when: when it is due
 * @line: of which line
 */
static inline void lab_heap_add(struct lab_heap *h, s64 when, u32 line)
{
	struct lab_due it = { .when = when, .line = line };
	u32 i = h->n++;

	while (i && lab_due_before(&it, &h->at[(i - 1) / 2])) {
		h->at[i] = h->at[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	h->at[i] = it;
}

/**
 * lab_heap_delay() - let the one on top be due later
 * @h: heap, not empty
 * @when: when, not before what it was
 */
static inline void lab_heap_delay(struct lab_heap *h, s64 when)
{
	h->at[0].when = when;
	lab_heap_sink(h, 0);
}

/**
 * lab_heap_pop() - take the one on top away
 * @h: heap, not empty
 */
static inline void lab_heap_pop(struct lab_heap *h)
{
	h->at[0] = h->at[--h->n];
	if (h->n)
		lab_heap_sink(h, 0);
}

/**
 * lab_heap_drop() - take away all lines that are not wanted
 * @h: heap
 * @wanted: says which are
 * @data: its own
 */
static inline void lab_heap_drop(struct lab_heap *h, bool (*wanted)(void *data, u32 line),
				 void *data)
{
	u32 i, n = 0;

	for (i = 0; i < h->n; i++)
		if (wanted(data, h->at[i].line))
			h->at[n++] = h->at[i];
	h->n = n;
	for (i = n / 2; i-- > 0;)
		lab_heap_sink(h, i);
}

#endif /* LAB_HEAP_H */
