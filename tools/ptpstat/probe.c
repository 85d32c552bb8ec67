// SPDX-License-Identifier: GPL-2.0
/* The probe: opens /dev/ptpN read-only, ioctls and clock_adjtime(modes = 0) on it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/ptp_clock.h>
#include <math.h>
#include <string.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
#include "probe.h"
#include "table.h"
#include "timefmt.h"

#define SAMPLES 5

static int64_t ns_of(const struct ptp_clock_time *t)
{
	return t->sec * NS_PER_SEC + t->nsec;
}

/* keeps the sample whose two system times lie closest together */
static void take(struct clk *c, int64_t before, int64_t device, int64_t after)
{
	int64_t bound = (after - before + 1) / 2;

	if (c->bound_ns != COL_UNKNOWN && bound >= c->bound_ns)
		return;
	c->bound_ns = bound;
	c->offset_ns = device - (before + (after - before) / 2);
}

static int ask(struct clk *c, enum probe_method method)
{
	struct ptp_sys_offset_precise precise = {};
	struct ptp_sys_offset_extended ext = { .n_samples = SAMPLES };
	struct ptp_sys_offset basic = { .n_samples = SAMPLES };

	switch (method) {
	case PROBE_PRECISE:
		if (ioctl(c->fd, PTP_SYS_OFFSET_PRECISE, &precise))
			return -errno;
		c->offset_ns = ns_of(&precise.device) - ns_of(&precise.sys_realtime);
		c->bound_ns = 0;
		return 0;
	case PROBE_EXTENDED:
		if (ioctl(c->fd, PTP_SYS_OFFSET_EXTENDED, &ext))
			return -errno;
		for (int i = 0; i < SAMPLES; i++)
			take(c, ns_of(&ext.ts[i][0]), ns_of(&ext.ts[i][1]), ns_of(&ext.ts[i][2]));
		return 0;
	case PROBE_BASIC:
		if (ioctl(c->fd, PTP_SYS_OFFSET, &basic))
			return -errno;
		for (int i = 0; i < SAMPLES; i++)
			take(c, ns_of(&basic.ts[2 * i]), ns_of(&basic.ts[2 * i + 1]),
			     ns_of(&basic.ts[2 * i + 2]));
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static bool open_node(struct clk *c)
{
	char path[32];

	if (c->fd >= 0)
		return true;
	snprintf(path, sizeof(path), "/dev/%s", c->node);
	c->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (c->fd < 0)
		return false;
	/*
	 * At once: with all channels masked no event is queued for us, so the probe
	 * is no reader that could be said to lose any. What came in between stays
	 * unread and does nobody harm.
	 */
	if (!ioctl(c->fd, PTP_MASK_CLEAR_ALL))
		return true;
	probe_close(c);
	return false;
}

void probe_close(struct clk *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

void probe_clock(struct clk *c)
{
	struct timex tx = {};
	int err = 0;

	if (!open_node(c))
		return;
	c->source = PROBE_NONE;
	c->offset_ns = COL_UNKNOWN;
	for (; c->method < PROBE_OVERHEARD; c->method++) {
		c->bound_ns = COL_UNKNOWN;
		err = ask(c, c->method);
		if (!err)
			c->source = c->method;
		/* a way that this clock does not have is not tried again */
		if (err != -EOPNOTSUPP && err != -ENOTTY && err != -EINVAL)
			break;
	}
	if (err == -ENODEV) {
		probe_close(c);
		return;
	}
	/* dynamic clock ids: the descriptor, inverted, above CLOCKFD */
	if (clock_adjtime((~(clockid_t)c->fd << 3) | 3, &tx) >= 0)
		c->freq_ppb = tx.freq * 1000.0 / 65536;
}
