/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A ring of stamps for consumers of <linux/hte.h> that want every stamp in their second
 * callback, though that runs once for several. The first callback puts them in, the second
 * takes them out until there are no more:
 *
 *	static enum hte_return first(struct hte_ts_data *ts, void *data)
 *	{
 *		struct mine *mine = data;
 *
 *		return hte_ring_put(&mine->ring, ts);
 *	}
 *
 *	static enum hte_return second(void *data)
 *	{
 *		struct mine *mine = data;
 *		struct hte_ts_data ts;
 *
 *		while (hte_ring_get(&mine->ring, &ts))
 *			use(&ts);
 *		return HTE_CB_HANDLED;
 *	}
 *
 * One line, one ring. No lock: the two callbacks are the only ones to put and to get.
 */
#ifndef LINUX_HTE_RING_H
#define LINUX_HTE_RING_H

#include <linux/gfp.h>
#include <linux/hte.h>
#include <linux/kfifo.h>

/**
 * struct hte_ring - stamps on their way from the first callback to the second
 * @stamps: those that wait
 * @desc: the line, where the lost ones are reported
 * @lost: how many found it full; see hte_ring_lost()
 */
struct hte_ring {
	DECLARE_KFIFO_PTR(stamps, struct hte_ts_data);
	const struct hte_ts_desc *desc;
	u64 lost;
};

/**
 * hte_ring_init() - make a ring, before hte_request_ts_ns()
 * @ring: the ring
 * @desc: the line whose stamps it takes
 * @size: how many it must hold; it is rounded up to a power of two
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL for fewer than two; -ENOMEM.
 */
static inline int hte_ring_init(struct hte_ring *ring, const struct hte_ts_desc *desc,
				unsigned int size)
{
	ring->desc = desc;
	ring->lost = 0;
	return kfifo_alloc(&ring->stamps, size, GFP_KERNEL);
}

/**
 * hte_ring_free() - free a ring, after hte_ts_put()
 * @ring: the ring; what is still in it has not been counted as lost: see hte_ring_len()
 *
 * Context: any but hard interrupts.
 */
static inline void hte_ring_free(struct hte_ring *ring)
{
	kfifo_free(&ring->stamps);
}

/**
 * hte_ring_put() - keep a stamp for the second callback
 * @ring: the ring
 * @ts: the stamp
 *
 * One that finds the ring full is lost: counted here and, by hte_ts_report_drops(), with
 * the line's losses.
 *
 * Context: the first callback.
 * Return: what the first callback has to return.
 */
static inline enum hte_return hte_ring_put(struct hte_ring *ring, const struct hte_ts_data *ts)
{
	if (likely(kfifo_put(&ring->stamps, *ts)))
		return HTE_RUN_SECOND_CB;
	WRITE_ONCE(ring->lost, ring->lost + 1);
	hte_ts_report_drops(ring->desc, 1);
	/* what fills the ring has asked for a second callback already */
	return HTE_CB_HANDLED;
}

/**
 * hte_ring_get() - take the oldest stamp out
 * @ring: the ring
 * @ts: gets the stamp
 *
 * Context: the second callback; after hte_ts_put() also its caller.
 * Return: false if there is none.
 */
static inline bool hte_ring_get(struct hte_ring *ring, struct hte_ts_data *ts)
{
	return kfifo_get(&ring->stamps, ts);
}

/**
 * hte_ring_len() - how many stamps wait
 * @ring: the ring
 *
 * Context: any. Return: the number.
 */
static inline unsigned int hte_ring_len(struct hte_ring *ring)
{
	return kfifo_len(&ring->stamps);
}

/**
 * hte_ring_lost() - how many stamps found the ring full since it was made
 * @ring: the ring
 *
 * Context: any. Return: the number.
 */
static inline u64 hte_ring_lost(const struct hte_ring *ring)
{
	return READ_ONCE(ring->lost);
}

#endif /* LINUX_HTE_RING_H */
