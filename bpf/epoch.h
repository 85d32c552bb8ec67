/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An interval's maximum without a reset from user space, which would race: the
 * interval's number stands in the top bits, so a later interval always wins the
 * one comparison. User space raises the number and then reads the cell of the
 * other parity, which nobody writes any more. Pure functions.
 */
#ifndef CHS_EPOCH_H
#define CHS_EPOCH_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define EPOCH_SHIFT   40
#define EPOCH_NS_MASK ((1ULL << EPOCH_SHIFT) - 1)

/* a value into the cells; tag is the interval's number << EPOCH_SHIFT, ns below 1 << EPOCH_SHIFT */
static inline __attribute__((always_inline)) void epoch_note(__u64 cells[2], __u64 tag, __u64 ns)
{
	__u64 v = tag | ns, *max = &cells[tag >> EPOCH_SHIFT & 1];

	/* signed difference, so that the epoch may wrap */
	if ((__s64)(v - *max) > 0)
		*max = v;
}

/* the maximum that an epoch's cell tells, 0 if nothing was put there */
static inline __u64 epoch_max(__u64 cell, __u64 epoch)
{
	return cell >> EPOCH_SHIFT == (epoch & (~0ULL >> EPOCH_SHIFT)) ? cell & EPOCH_NS_MASK : 0;
}

#endif /* CHS_EPOCH_H */
