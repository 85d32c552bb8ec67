// SPDX-License-Identifier: GPL-2.0
/*
 * Host test of the arithmetic of the lab's trains of edges, kmod/lab/lab_heap.h. TAP on
 * stdout.
 */
#include <stdlib.h>
#include "../../kmod/lab/lab_heap.h"
#include "tap.h"

#define LINES 64
#define SEC 1000000000LL

static struct lab_random random_of(u64 seed)
{
	struct lab_random r;

	lab_random_seed(&r, seed, 3);
	return r;
}

/* do the instants of a train equal those of its plan, and is that its number of them? */
static bool follows(const struct lab_plan *plan, s64 count)
{
	struct lab_random r = random_of(1);
	struct lab_train t;
	s64 k = 0;

	lab_train_begin(&t, plan, count, &r);
	do {
		if (t.when != lab_plan_at(plan, k++))
			return false;
	} while (lab_train_next(&t, &r));
	return k == count;
}

static void instants(void)
{
	struct lab_plan even = { .start = 7 * SEC, .period = 1000003, .burst = 1 };
	struct lab_plan bursts = { .start = -5, .period = 1000, .burst = 3, .gap = 101 };
	struct lab_plan storm = { .start = 11, .period = 0, .burst = 1 };

	same(lab_plan_at(&even, 0), 7 * SEC, "the first edge comes at the start");
	same(lab_plan_at(&even, 100), 7 * SEC + 100000300, "edge 100 of a steady train");
	same(lab_plan_at(&bursts, 2), 197, "third edge of a burst");
	same(lab_plan_at(&bursts, 3), 995, "first edge of the next burst");
	same(lab_plan_at(&bursts, 100), -5 + 33000 + 101, "edge 100 of bursts of three");
	same(lab_plan_at(&even, 2305843009213), 7 * SEC + 2305843009213 * 1000003,
	     "one after 73 years");
	ok(follows(&even, 101), "101 steady edges, one by one");
	ok(follows(&even, 1), "a single one");
	ok(follows(&bursts, 101), "101 edges in bursts");
	ok(follows(&storm, 23), "23 edges at one instant");
}

static void no_end(void)
{
	struct lab_plan plan = { .period = 10, .burst = 1 };
	struct lab_random r = random_of(1);
	struct lab_train t;
	int i;

	lab_train_begin(&t, &plan, -1, &r);
	for (i = 0; i < 100003 && lab_train_next(&t, &r); i++)
		;
	same(i, 100003, "a train without end goes on");
	same(t.when, 1000030, "and keeps its instants");
	same(t.left, -1, "and does not count");
}

/* jitter as wide as ten periods: still in order, and nobody is further off than that */
static void jitter(void)
{
	struct lab_plan plan = { .start = SEC, .period = 100, .burst = 1, .jitter = 1000 };
	struct lab_random r = random_of(2), again = random_of(2);
	s64 last = INT64_MIN, worst = 0, off, k = 0;
	bool ordered = true, equal = true, moved = false;
	struct lab_train t, u;

	lab_train_begin(&t, &plan, 10007, &r);
	lab_train_begin(&u, &plan, 10007, &again);
	do {
		off = llabs(t.when - lab_plan_at(&plan, k++));
		worst = off > worst ? off : worst;
		moved |= off;
		ordered &= t.when >= last;
		equal &= t.when == u.when;
		last = t.when;
		lab_train_next(&u, &again);
	} while (lab_train_next(&t, &r));
	same(k, 10007, "jitter loses no edge");
	ok(ordered, "edges of a line stay in order");
	ok(worst <= 1000, "none is further off than the jitter");
	ok(moved && worst > 800, "and some are off by most of it");
	ok(equal, "the same seed gives the same jitter");
}

static bool odd(void *data, u32 line)
{
	return (line & 1) == *(u32 *)data;
}

/* 64 lines at 64 rates: all edges, in order, ties by line */
static void lines(void)
{
	struct lab_random r = random_of(3);
	struct lab_train train[LINES];
	struct lab_due at[LINES], last = { .when = INT64_MIN };
	struct lab_heap heap = { .at = at };
	int count[LINES] = { 0 }, i, all = 0, wrong = 0;
	bool ordered = true, full = true;
	u32 keep = 1;

	for (i = LINES - 1; i >= 0; i--) {
		struct lab_plan plan = {
			.start = SEC, .period = 1000 + 13 * (i / 2), .burst = 1 + i % 3, .gap = i,
			.jitter = i % 5 * 100,
		};

		lab_train_begin(&train[i], &plan, 101, &r);
		lab_heap_add(&heap, train[i].when, i);
	}
	while (heap.n) {
		struct lab_due now = heap.at[0];

		/* not "before": a line's own edges may coincide */
		ordered &= !lab_due_before(&now, &last);
		wrong += now.when != train[now.line].when;
		last = now;
		count[now.line]++;
		all++;
		if (lab_train_next(&train[now.line], &r))
			lab_heap_delay(&heap, train[now.line].when);
		else
			lab_heap_pop(&heap);
	}
	for (i = 0; i < LINES; i++)
		full &= count[i] == 101;
	same(all, 6464, "64 lines with 101 edges each");
	ok(full, "101 of each line");
	ok(ordered, "all in order");
	same(wrong, 0, "each at its instant");

	for (i = 0; i < LINES; i++)
		lab_heap_add(&heap, (i * 37) % LINES, i);
	lab_heap_drop(&heap, odd, &keep);
	same(heap.n, LINES / 2, "half of the lines are stopped");
	for (i = 0, last.when = -1; heap.n; i++) {
		wrong += heap.at[0].when <= last.when || !(heap.at[0].line & 1);
		last = heap.at[0];
		lab_heap_pop(&heap);
	}
	same(i, LINES / 2, "the others go on");
	same(wrong, 0, "in order");
	lab_heap_drop(&heap, odd, &keep);
	same(heap.n, 0, "nothing comes of nothing");
}

int main(void)
{
	instants();
	no_end();
	jitter();
	lines();
	return tap_end();
}
