// SPDX-License-Identifier: GPL-2.0
/* Host test of tools/lib/order.c: records leave in the order of their times. */
#include <stdlib.h>
#include <string.h>
#include "order.h"
#include "tap.h"

struct rec {
	uint64_t at;
	int id;
};

static struct rec left[4096];
static size_t nleft;

static void take(void *arg, void *data, size_t size)
{
	same(size, sizeof(struct rec), "a record leaves as large as it came");
	memcpy(&left[nleft++], data, size);
	(void)arg;
}

static void take_quietly(void *arg, void *data, size_t size)
{
	memcpy(&left[nleft++], data, size);
	(void)arg;
}

static void put(struct order *o, uint64_t at, int id)
{
	struct rec r = { at, id };

	order_put(o, at, &r, sizeof(r));
	memset(&r, 0xff, sizeof(r));
}

static void small(void)
{
	struct order o;

	nleft = 0;
	order_init(&o, 100, take, NULL);
	order_release(&o, UINT64_MAX);
	same(nleft, 0, "nothing held, nothing leaves");
	put(&o, 30, 0);
	put(&o, 10, 1);
	put(&o, 20, 2);
	put(&o, 10, 3);
	order_release(&o, 9);
	same(nleft, 0, "what is later than the limit stays");
	order_release(&o, 20);
	same(nleft, 3, "up to the limit, and it included");
	same(left[0].id, 1, "the earliest first");
	same(left[1].id, 3, "of one time: as they came");
	same(left[2].id, 2, "then the later");
	put(&o, 5, 4);
	order_release(&o, UINT64_MAX);
	same(nleft, 5, "the rest");
	same(left[3].id, 4, "one that came too late leaves all the same");
	same(o.late, 1, "and is counted");
	same(left[4].id, 0, "the last");
	order_free(&o);
}

static void full(void)
{
	struct order o;

	nleft = 0;
	order_init(&o, 2, take_quietly, NULL);
	put(&o, 3, 0);
	put(&o, 2, 1);
	put(&o, 1, 2);
	same(nleft, 1, "a full buffer gives away its earliest");
	same(left[0].at, 2, "of those that it held");
	order_release(&o, UINT64_MAX);
	same(nleft, 3, "none is lost");
	order_free(&o);
}

/* four writers, each in order by itself, mixed; drained now and then with a hold time */
static void mixed(void)
{
	uint64_t at[4] = { 1000, 1000, 1000, 1000 }, now;
	bool sorted = true;
	struct order o;

	nleft = 0;
	srand(23);
	order_init(&o, 4096, take_quietly, NULL);
	for (int i = 0; i < 4000; i++) {
		int cpu = rand() % 4;

		/* none lags behind the others by more than 100 */
		now = at[0];
		for (int c = 1; c < 4; c++)
			if (at[c] > now)
				now = at[c];
		at[cpu] += rand() % 7;
		if (at[cpu] + 100 < now)
			at[cpu] = now - 100;
		put(&o, at[cpu], i);
		if (i % 64 == 0)
			order_release(&o, now - 200);
	}
	order_release(&o, UINT64_MAX);
	same(nleft, 4000, "all of them leave");
	for (size_t i = 1; i < nleft; i++)
		sorted = sorted && left[i - 1].at <= left[i].at;
	ok(sorted, "in the order of their times");
	same(o.late, 0, "and none too late");
	order_free(&o);
}

int main(void)
{
	small();
	full();
	mixed();
	return tap_end();
}
