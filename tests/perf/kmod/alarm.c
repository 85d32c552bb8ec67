// SPDX-License-Identifier: GPL-2.0
/*
 * A PTP clock with an alarm of its own whose time stands still until the alarm shall
 * go off. Ours alone: mainline's class has no alarms.
 */
#include <linux/ptp_clock_kernel.h>

#include "kbench.h"

static struct ptp_clock *perf_clock;
static s64 perf_now = 1700000000000000000LL;
static s64 perf_due; /* 0: off */

static int perf_gettimex64(struct ptp_clock_info *info, struct timespec64 *ts,
			   struct ptp_system_timestamp *sts)
{
	ptp_read_system_prets(sts);
	*ts = ns_to_timespec64(READ_ONCE(perf_now));
	ptp_read_system_postts(sts);
	return 0;
}

static int perf_alarm(struct ptp_clock_info *info, unsigned int index,
		      const struct timespec64 *when)
{
	WRITE_ONCE(perf_due, when ? timespec64_to_ns(when) : 0);
	return 0;
}

static struct ptp_clock_info perf_info = {
	.owner = THIS_MODULE,
	.name = KBUILD_MODNAME,
	.n_alarm = 1,
	.gettimex64 = perf_gettimex64,
	.alarm = perf_alarm,
};

/* as the device's interrupt handler would do it */
static void perf_fire(void)
{
	struct ptp_clock_event event = { .type = PTP_CLOCK_ALARM };
	s64 due = READ_ONCE(perf_due);

	if (due)
		WRITE_ONCE(perf_now, due);
	WRITE_ONCE(perf_due, 0);
	ptp_clock_event(perf_clock, &event);
}

static const struct kbench_op perf_ops[] = {
	{ "fire", perf_fire },
};

static int perf_index(void)
{
	return ptp_clock_index(perf_clock);
}

static int perf_setup(void)
{
	perf_clock = ptp_clock_register(&perf_info, NULL);
	return PTR_ERR_OR_ZERO(perf_clock);
}

static void perf_teardown(void)
{
	ptp_clock_unregister(perf_clock);
}

static struct kbench kbench = {
	.ops = perf_ops,
	.n_ops = ARRAY_SIZE(perf_ops),
	.index = perf_index,
	.setup = perf_setup,
	.teardown = perf_teardown,
};

MODULE_DESCRIPTION("PTP clock for counting instructions of alarms");
