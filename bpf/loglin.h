/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Log-linear histogram arithmetic, the same in BPF and in user space: 2^K
 * buckets of equal width in every power of two, so that a bucket is never wider
 * than 1/2^K of its lower edge. Pure functions; touches nothing.
 *
 * The trick: with shift = max(0, msb - K) the bucket is (shift << K) + (v >>
 * shift). The first 2^(K+1) values have a bucket each.
 */
#ifndef CHS_LOGLIN_H
#define CHS_LOGLIN_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

#define LL_K		2
#define LL_TOP		35	/* values from 2^35 (34 s in ns) on share the last bucket */
#define LL_BUCKETS	((LL_TOP - LL_K + 1) << LL_K)

/* the empty asm keeps clang from making two selects, each with a branch, of it */
#define LL_STEP(n)				\
	if (x >> (n)) {				\
		x >>= (n);			\
		shift += (n);			\
		asm volatile("" : "+r"(shift));	\
	}

static inline __attribute__((always_inline)) __u32 ll_index(__u64 v)
{
	/* 64 bits wide, although 32 would do: spares BPF the masking of upper halves */
	__u64 shift = 0, x;

	if (v >> LL_TOP)
		return LL_BUCKETS - 1;
	/* shift = fls(v >> (K + 1)), by bisection: BPF has no count-leading-zeros */
	x = v >> (LL_K + 1);
	LL_STEP(16);
	LL_STEP(8);
	LL_STEP(4);
	LL_STEP(2);
	LL_STEP(1);
	/* x is what is left of the top bit: 0 or 1 */
	shift += x;
	return (shift << LL_K) + (v >> shift);
}
#undef LL_STEP

/* the least value of bucket i; of i + 1, the first value above bucket i */
static inline __u64 ll_lower(__u32 i)
{
	__u32 shift;

	if (i < (2u << LL_K))
		return i;
	shift = (i >> LL_K) - 1;
	return (__u64)((1u << LL_K) + (i & ((1u << LL_K) - 1))) << shift;
}

#endif /* CHS_LOGLIN_H */
