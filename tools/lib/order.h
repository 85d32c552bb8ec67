/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records in the order of their time stamps, although each CPU writes its own as it
 * comes to it: they are held back for a moment and leave the earliest first.
 *
 * A record of the ring is stamped after its room was reserved, so what is not there when
 * the ring has been drained bears a later time than the drain's beginning, unless its
 * writer was stopped in between. What is as old as the hold time leaves:
 *
 *	now = time_mono_ns();
 *	ring_buffer__consume(ring);		calls order_put() for each record
 *	order_release(&order, now - HOLD_NS);
 */
#ifndef CHS_ORDER_H
#define CHS_ORDER_H

#include <stddef.h>
#include <stdint.h>

/* data is the callback's to change until it returns */
typedef void (*order_fn)(void *arg, void *data, size_t size);

struct order_item {
	uint64_t at_ns;
	uint64_t seq; /* equal times: in the order they came */
	size_t size;
	void *data;
};

struct order {
	order_fn fn;
	void *arg;
	struct order_item *heap; /* the earliest on top */
	size_t n, room, limit;
	uint64_t seq;
	uint64_t last_ns; /* of the record that left last */
	uint64_t late;	  /* records that came after a later one had left */
};

/**
 * order_init() - begin, with nothing held
 * @o: the buffer
 * @limit: records held at most: one more pushes out the earliest before its time
 * @fn: takes what leaves
 * @arg: for @fn
 */
void order_init(struct order *o, size_t limit, order_fn fn, void *arg);

/**
 * order_put() - hold a record
 * @o: the buffer
 * @at_ns: its time
 * @data: copied
 * @size: of @data
 */
void order_put(struct order *o, uint64_t at_ns, const void *data, size_t size);

/**
 * order_release() - let leave what is not later than a time
 * @o: the buffer
 * @until_ns: UINT64_MAX: everything
 */
void order_release(struct order *o, uint64_t until_ns);

/**
 * order_free() - forget what is held
 * @o: the buffer
 */
void order_free(struct order *o);

#endif /* CHS_ORDER_H */
