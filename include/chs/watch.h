/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How long something took, for traces. By the time stamp counter as long as the kernel
 * trusts it: two readings cost a tenth of what ktime_get_ns() does, and a trace of an
 * operation is dearest where it reads the clock. Either way in ns.
 *
 * A module that measures says CHS_WATCH_DEFINE() in one of its files and calls
 * chs_watch_init() when it is loaded.
 */
#ifndef CHS_WATCH_H
#define CHS_WATCH_H

#include <linux/jump_label.h>
#include <linux/math64.h>
#include <linux/timekeeping.h>
#ifdef CONFIG_X86_TSC
#include <asm/msr.h>
#include <asm/tsc.h>
#endif

#ifdef CONFIG_X86_TSC

/* is the counter good for durations, and its kHz; set at load */
DECLARE_STATIC_KEY_FALSE(chs_trusts_tsc);
extern unsigned int chs_tsc_khz;

#define CHS_WATCH_DEFINE()			\
	DEFINE_STATIC_KEY_FALSE(chs_trusts_tsc);	\
	unsigned int chs_tsc_khz __ro_after_init

static inline void chs_watch_init(void)
{
	/* so fast that a quotient in chs_watch_ns() fits always: one that does not is an oops */
	if (tsc_khz >= USEC_PER_SEC / 2 && !check_tsc_unstable()) {
		chs_tsc_khz = tsc_khz;
		static_branch_enable(&chs_trusts_tsc);
	}
}

static inline u64 chs_watch_start(void)
{
	return static_branch_likely(&chs_trusts_tsc) ? rdtsc() : ktime_get_ns();
}

static inline u64 chs_watch_ns(u64 start)
{
	s64 cycles;

	if (!static_branch_likely(&chs_trusts_tsc))
		return ktime_get_ns() - start;
	cycles = rdtsc() - start;
	/* processors whose counters turn out to differ after all */
	if (unlikely(cycles < 0))
		return 0;
	return mul_u64_u64_div_u64(cycles, USEC_PER_SEC, chs_tsc_khz);
}

#else

#define CHS_WATCH_DEFINE()	static_assert(1)

static inline void chs_watch_init(void)
{
}

static inline u64 chs_watch_start(void)
{
	return ktime_get_ns();
}

static inline u64 chs_watch_ns(u64 start)
{
	return ktime_get_ns() - start;
}

#endif

#endif /* CHS_WATCH_H */
