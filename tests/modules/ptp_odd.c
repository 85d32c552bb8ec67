// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_odd: PTP clocks that lack what drivers usually have, or that leave the check of
 * request flags to the class. One clock a kind, by the names odd-bare, odd-phase,
 * odd-flags and odd-lenient; the parameter refused tells how many of the clocks that
 * nobody may register were refused with EINVAL. For tests/ptp_odd.bats.
 */
#include <linux/module.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/timekeeping.h>

static unsigned int refused;
module_param(refused, uint, 0444);
MODULE_PARM_DESC(refused, "unsound clocks that were refused");

static int odd_gettime64(struct ptp_clock_info *info, struct timespec64 *ts)
{
	ktime_get_real_ts64(ts);
	return 0;
}

static int odd_adjphase(struct ptp_clock_info *info, s32 phase)
{
	return 0;
}

static int odd_enable(struct ptp_clock_info *info, struct ptp_clock_request *request, int on)
{
	return 0;
}

static struct ptp_pin_desc odd_pins[2] = {
	{ .name = "one", .index = 0 },
	{ .name = "two", .index = 1 },
};

static struct odd_clock {
	struct ptp_clock_info info;
	bool class_checks_flags;
	struct ptp_clock *ptp;
} odd_clocks[] = {
	{ .info = { .name = "odd-bare",
		    .max_adj = 1000000,
		    .n_ext_ts = 1,
		    .n_per_out = 1,
		    .n_pins = 2,
		    .pin_config = odd_pins } },
	{ .info = { .name = "odd-phase", .adjphase = odd_adjphase } },
	{ .info = { .name = "odd-flags",
		    .n_ext_ts = 1,
		    .n_per_out = 1,
		    .enable = odd_enable,
		    .supported_extts_flags = PTP_STRICT_FLAGS | PTP_RISING_EDGE,
		    .supported_perout_flags = PTP_PEROUT_PHASE },
	  .class_checks_flags = true },
	{ .info = { .name = "odd-lenient", .n_ext_ts = 1, .n_per_out = 1, .enable = odd_enable },
	  .class_checks_flags = true },
};

static struct ptp_clock_info unsound[] = {
	{ .name = "many alarms", .n_alarm = 5, .gettime64 = odd_gettime64 },
	{ .name = "no time" },
	{ .name = "no pins", .n_pins = 1, .gettime64 = odd_gettime64 },
};

static void odd_unregister(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(odd_clocks); i++)
		if (odd_clocks[i].ptp)
			ptp_clock_unregister(odd_clocks[i].ptp);
}

static int __init odd_init(void)
{
	struct ptp_clock *ptp;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unsound); i++) {
		unsound[i].owner = THIS_MODULE;
		ptp = ptp_clock_register(&unsound[i], NULL);
		if (!IS_ERR(ptp))
			ptp_clock_unregister(ptp);
		else if (PTR_ERR(ptp) == -EINVAL)
			refused++;
	}
	for (i = 0; i < ARRAY_SIZE(odd_clocks); i++) {
		struct odd_clock *odd = &odd_clocks[i];

		odd->info.owner = THIS_MODULE;
		odd->info.gettime64 = odd_gettime64;
		ptp = odd->class_checks_flags ? ptp_clock_register_flags(&odd->info, NULL)
					      : ptp_clock_register(&odd->info, NULL);
		if (IS_ERR(ptp)) {
			odd_unregister();
			return PTR_ERR(ptp);
		}
		odd->ptp = ptp;
	}
	return 0;
}

static void __exit odd_exit(void)
{
	odd_unregister();
}

module_init(odd_init);
module_exit(odd_exit);
MODULE_DESCRIPTION("PTP clocks that lack this and that");
MODULE_LICENSE("GPL");
