// SPDX-License-Identifier: GPL-2.0
/*
 * A PTP clock that costs next to nothing, so that what is counted is the class. Built
 * twice: as perf_clock against our class and as peer_clock against the kernel's own
 * (see ../Kbuild). Not a line here depends on which.
 */
#include <linux/ptp_clock_kernel.h>
#include <linux/timekeeping.h>

#include "../kbench.h"

#define PERF_START_NS 1700000000000000000ULL

static struct ptp_clock *perf_clock;
static u64 perf_edge = PERF_START_NS;

/* the time stands still: what a read returns and how it is normalised is the same always */
static int perf_gettimex64(struct ptp_clock_info *info, struct timespec64 *ts,
			   struct ptp_system_timestamp *sts)
{
	ptp_read_system_prets(sts);
	ts->tv_sec = PERF_START_NS / NSEC_PER_SEC;
	ts->tv_nsec = 1;
	ptp_read_system_postts(sts);
	return 0;
}

static int perf_getcrosststamp(struct ptp_clock_info *info, struct system_device_crosststamp *xts)
{
	xts->device = PERF_START_NS;
	xts->sys_realtime = PERF_START_NS;
	xts->sys_monoraw = PERF_START_NS;
	return 0;
}

static int perf_settime64(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	return 0;
}

static int perf_adjtime(struct ptp_clock_info *info, s64 delta)
{
	return 0;
}

static int perf_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	return 0;
}

static int perf_enable(struct ptp_clock_info *info, struct ptp_clock_request *request, int on)
{
	return 0;
}

static struct ptp_clock_info perf_info = {
	.owner = THIS_MODULE,
	.name = KBUILD_MODNAME,
	.max_adj = 100000000,
	.n_ext_ts = 1,
	.gettimex64 = perf_gettimex64,
	.getcrosststamp = perf_getcrosststamp,
	.settime64 = perf_settime64,
	.adjtime = perf_adjtime,
	.adjfine = perf_adjfine,
	.enable = perf_enable,
};

static void perf_push(void)
{
	struct ptp_clock_event event = { .type = PTP_CLOCK_EXTTS, .timestamp = perf_edge };

	perf_edge += NSEC_PER_USEC;
	ptp_clock_event(perf_clock, &event);
}

static const struct kbench_op perf_ops[] = {
	{ "push", perf_push },
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

MODULE_DESCRIPTION("PTP clock for counting instructions of the class");
