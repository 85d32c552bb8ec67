// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_odd - NODE GROUP...: how the class fills in for drivers that lack callbacks, and
 * how it checks request flags for those that leave it to the class. A group for each
 * of the clocks of tests/modules/ptp_odd.c.
 */
#include "ptp_test.h"

static int fd;

static long adj(unsigned int modes, long freq, long offset)
{
	struct timex tx = { .modes = modes, .freq = freq, .offset = offset };

	return padjtime(fd, &tx);
}

static long extts(unsigned int cmd, unsigned int flags)
{
	struct ptp_extts_request rq = { .flags = flags };

	return pioctl(fd, cmd, &rq);
}

static long perout(unsigned int cmd, unsigned int flags)
{
	struct ptp_perout_request rq = { .period = { .sec = 1 }, .flags = flags };

	return pioctl(fd, cmd, &rq);
}

static void bare(void)
{
	struct ptp_pin_desc pin = { .index = 1, .func = PTP_PF_EXTTS };
	struct timespec ts;

	want(pgettime(fd, &ts), 0, "gettime");
	want(psettime(fd, 1, 0), -EOPNOTSUPP, "settime without settime64()");
	want(psettime(fd, 8277292036L, 0), -EINVAL, "settime: its range first");
	want(adj(ADJ_SETOFFSET, 0, 0), -EOPNOTSUPP, "SETOFFSET without adjtime()");
	want(adj(ADJ_FREQUENCY, 0, 0), -EOPNOTSUPP, "FREQUENCY without adjfine()");
	want(adj(ADJ_OFFSET, 0, 0), -EOPNOTSUPP, "OFFSET without adjphase()");
	want(adj(0, 0, 0), 0, "modes 0");
	want(extts(PTP_EXTTS_REQUEST, 1), -EOPNOTSUPP, "EXTTS_REQUEST without enable()");
	want(extts(PTP_EXTTS_REQUEST2, 3), -EOPNOTSUPP, "EXTTS_REQUEST2 without enable()");
	want(perout(PTP_PEROUT_REQUEST2, 0), -EOPNOTSUPP, "PEROUT_REQUEST2 without enable()");
	want(pioctl(fd, PTP_ENABLE_PPS, (void *)1), -EOPNOTSUPP, "ENABLE_PPS without enable()");
	want(pioctl(fd, PTP_PIN_SETFUNC2, &pin), 0, "PIN_SETFUNC2 without verify()");
	pin.index = 0;
	want(pioctl(fd, PTP_PIN_SETFUNC2, &pin), 0, "PIN_SETFUNC2: taken from another");
	pin.func = PTP_PF_PHYSYNC;
	want(pioctl(fd, PTP_PIN_SETFUNC2, &pin), 0, "PIN_SETFUNC2: physync without verify()");
	pin.index = 1;
	pin.func = 9;
	pioctl(fd, PTP_PIN_GETFUNC2, &pin);
	want(pin.func, PTP_PF_NONE, "the pin that it was taken from");
}

static void phase(void)
{
	struct ptp_clock_caps caps;

	want(pioctl(fd, PTP_CLOCK_GETCAPS2, &caps), 0, "GETCAPS2");
	want(caps.adjust_phase, 0, "adjphase() without getmaxphase(): adjust_phase");
	want(caps.max_phase_adj, 0, "adjphase() without getmaxphase(): max_phase_adj");
	want(adj(ADJ_OFFSET, 0, 0), -EOPNOTSUPP, "OFFSET without getmaxphase()");
	want(call(access(sysfs("max_phase_adjustment"), F_OK)), -ENOENT,
	     "max_phase_adjustment: is there");
}

/* STRICT and RISING, PHASE */
static void flags(void)
{
	unsigned int i;

	for (i = 0; i < 32; i++) {
		bool edges = i & (PTP_RISING_EDGE | PTP_FALLING_EDGE);
		long extra = i & (PTP_FALLING_EDGE | PTP_EXT_OFFSET);

		want(extts(PTP_EXTTS_REQUEST2, i),
		     i & PTP_ENABLE_FEATURE && !edges ? -EINVAL
		     : extra			      ? -EOPNOTSUPP
						      : 0,
		     "EXTTS_REQUEST2: flags 0x%x", i);
	}
	want(extts(PTP_EXTTS_REQUEST, 1), 0, "EXTTS_REQUEST: no edge");
	want(extts(PTP_EXTTS_REQUEST, 3), 0, "EXTTS_REQUEST: rising");
	want(extts(PTP_EXTTS_REQUEST, 5), -EOPNOTSUPP, "EXTTS_REQUEST: falling");
	for (i = 0; i < 8; i++)
		want(perout(PTP_PEROUT_REQUEST2, i), i & ~PTP_PEROUT_PHASE ? -EOPNOTSUPP : 0,
		     "PEROUT_REQUEST2: flags 0x%x", i);
	want(perout(PTP_PEROUT_REQUEST, 7), 0, "PEROUT_REQUEST: flags are not looked at");
}

/* nothing declared: edges are hints still, but strict ones are not to be had */
static void lenient(void)
{
	want(extts(PTP_EXTTS_REQUEST, 1), 0, "EXTTS_REQUEST: no edge");
	want(extts(PTP_EXTTS_REQUEST, 3), 0, "EXTTS_REQUEST: rising");
	want(extts(PTP_EXTTS_REQUEST, 5), 0, "EXTTS_REQUEST: falling");
	want(extts(PTP_EXTTS_REQUEST2, 3), -EOPNOTSUPP, "EXTTS_REQUEST2: rising");
	want(extts(PTP_EXTTS_REQUEST2, 1), -EINVAL, "EXTTS_REQUEST2: no edge");
	want(perout(PTP_PEROUT_REQUEST2, 0), 0, "PEROUT_REQUEST2: no flags");
	want(perout(PTP_PEROUT_REQUEST2, PTP_PEROUT_ONE_SHOT), -EOPNOTSUPP,
	     "PEROUT_REQUEST2: one-shot");
}

static const struct group groups[] = {
	{ "bare", bare },
	{ "phase", phase },
	{ "flags", flags },
	{ "lenient", lenient },
};

int main(int argc, char **argv)
{
	if (argc < 4)
		die("usage: ptp_odd - NODE GROUP...");
	snprintf(node, sizeof(node), "%s", argv[2]);
	fd = open_node(node, O_RDWR);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 3);
}
