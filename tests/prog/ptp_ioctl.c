// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_ioctl DEVICE NODE GROUP...: every ioctl of a PTP clock, what it does and each
 * way in which it refuses, in the order in which it looks.
 *
 * DEVICE (phc0) is the lab's, NODE (/dev/ptp64) the clock's. The groups but "poor"
 * want a clock with the lab's defaults; poor wants one that has nothing at all.
 */
#include <pthread.h>
#include <signal.h>

#include "ptp_test.h"

/* the numbers are ABI, on i386 as on x86-64 */
#define SAME(cmd, value) _Static_assert((cmd) == (value), #cmd)
SAME(PTP_CLOCK_GETCAPS, 0x80503d01);
SAME(PTP_CLOCK_GETCAPS2, 0x80503d0a);
SAME(PTP_EXTTS_REQUEST, 0x40103d02);
SAME(PTP_EXTTS_REQUEST2, 0x40103d0b);
SAME(PTP_PEROUT_REQUEST, 0x40383d03);
SAME(PTP_PEROUT_REQUEST2, 0x40383d0c);
SAME(PTP_ENABLE_PPS, 0x40043d04);
SAME(PTP_ENABLE_PPS2, 0x40043d0d);
SAME(PTP_SYS_OFFSET, 0x43403d05);
SAME(PTP_SYS_OFFSET2, 0x43403d0e);
SAME(PTP_PIN_GETFUNC, 0xc0603d06);
SAME(PTP_PIN_GETFUNC2, 0xc0603d0f);
SAME(PTP_PIN_SETFUNC, 0x40603d07);
SAME(PTP_PIN_SETFUNC2, 0x40603d10);
SAME(PTP_SYS_OFFSET_PRECISE, 0xc0403d08);
SAME(PTP_SYS_OFFSET_PRECISE2, 0xc0403d11);
SAME(PTP_SYS_OFFSET_EXTENDED, 0xc4c03d09);
SAME(PTP_SYS_OFFSET_EXTENDED2, 0xc4c03d12);
SAME(PTP_MASK_CLEAR_ALL, 0x00003d13);
SAME(PTP_MASK_EN_SINGLE, 0x40043d14);
SAME(PTP_SYS_OFFSET_PRECISE_CYCLES, 0xc0403d15);
SAME(PTP_SYS_OFFSET_EXTENDED_CYCLES, 0xc4c03d16);
SAME(sizeof(struct ptp_clock_caps), 80);
SAME(sizeof(struct ptp_extts_request), 16);
SAME(sizeof(struct ptp_perout_request), 56);
SAME(sizeof(struct ptp_sys_offset), 832);
SAME(sizeof(struct ptp_sys_offset_extended), 1216);
SAME(sizeof(struct ptp_sys_offset_precise), 64);
SAME(sizeof(struct ptp_pin_desc), 96);
SAME(sizeof(struct ptp_extts_event), 32);

struct named {
	unsigned int cmd;
	const char *name;
	bool changes; /* wants a file opened for writing */
};

static const struct named commands[] = {
	{ PTP_CLOCK_GETCAPS, "GETCAPS", false },
	{ PTP_CLOCK_GETCAPS2, "GETCAPS2", false },
	{ PTP_EXTTS_REQUEST, "EXTTS_REQUEST", true },
	{ PTP_EXTTS_REQUEST2, "EXTTS_REQUEST2", true },
	{ PTP_PEROUT_REQUEST, "PEROUT_REQUEST", true },
	{ PTP_PEROUT_REQUEST2, "PEROUT_REQUEST2", true },
	{ PTP_ENABLE_PPS, "ENABLE_PPS", true },
	{ PTP_ENABLE_PPS2, "ENABLE_PPS2", true },
	{ PTP_SYS_OFFSET, "SYS_OFFSET", false },
	{ PTP_SYS_OFFSET2, "SYS_OFFSET2", false },
	{ PTP_PIN_GETFUNC, "PIN_GETFUNC", false },
	{ PTP_PIN_GETFUNC2, "PIN_GETFUNC2", false },
	{ PTP_PIN_SETFUNC, "PIN_SETFUNC", true },
	{ PTP_PIN_SETFUNC2, "PIN_SETFUNC2", true },
	{ PTP_SYS_OFFSET_PRECISE, "SYS_OFFSET_PRECISE", false },
	{ PTP_SYS_OFFSET_PRECISE2, "SYS_OFFSET_PRECISE2", false },
	{ PTP_SYS_OFFSET_EXTENDED, "SYS_OFFSET_EXTENDED", false },
	{ PTP_SYS_OFFSET_EXTENDED2, "SYS_OFFSET_EXTENDED2", false },
	{ PTP_MASK_CLEAR_ALL, "MASK_CLEAR_ALL", false },
	{ PTP_MASK_EN_SINGLE, "MASK_EN_SINGLE", false },
	{ PTP_SYS_OFFSET_PRECISE_CYCLES, "SYS_OFFSET_PRECISE_CYCLES", false },
	{ PTP_SYS_OFFSET_EXTENDED_CYCLES, "SYS_OFFSET_EXTENDED_CYCLES", false },
	/* what they do: ptp_alarm */
	{ PTP_ALARM_CREATE, "ALARM_CREATE", false },
	{ PTP_ALARM_SETTIME, "ALARM_SETTIME", false },
	{ PTP_ALARM_GETTIME, "ALARM_GETTIME", false },
	{ PTP_ALARM_STATUS, "ALARM_STATUS", false },
	{ PTP_ALARM_DELETE, "ALARM_DELETE", false },
};

static const char *name_of(unsigned int cmd)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].cmd == cmd)
			return commands[i].name;
	return "?";
}

static int fd, ro; /* the clock, opened for reading and writing, and for reading */

static long long lab_number(const char *attribute)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/%s", device, attribute);
	return number_in(path);
}

/* the same request at good and bad addresses; a good one gives expected */
static void addresses(int file, unsigned int cmd, const void *request, long expected)
{
	size_t size = cmd >> 16 & 0x3fff;
	const char *name = name_of(cmd);
	void *edge = before_hole(size);

	want(pioctl(file, cmd, NULL), -EFAULT, "%s: NULL", name);
	want(pioctl(file, cmd, unmapped()), -EFAULT, "%s: unmapped", name);
	want(pioctl(file, cmd, KERNEL_ADDRESS), -EFAULT, "%s: kernel address", name);
	memcpy(into_hole(size), request, size - 1);
	want(pioctl(file, cmd, into_hole(size)), -EFAULT, "%s: last byte unmapped", name);
	memcpy(edge, request, size);
	want(pioctl(file, cmd, edge), expected, "%s: up to the end of a page", name);
}

/* one that only answers where the page can be written */
static void answer_addresses(int file, unsigned int cmd, const void *request, long expected)
{
	void *page = read_only(request, cmd >> 16 & 0x3fff);

	addresses(file, cmd, request, expected);
	want(pioctl(file, cmd, page), -EFAULT, "%s: page cannot be written", name_of(cmd));
	munmap(page, 4096);
}

/* one that takes a request only */
static void request_addresses(int file, unsigned int cmd, const void *request, long expected)
{
	void *page = read_only(request, cmd >> 16 & 0x3fff);

	addresses(file, cmd, request, expected);
	want(pioctl(file, cmd, page), expected, "%s: page cannot be written", name_of(cmd));
	munmap(page, 4096);
}

/* ---- groups ---------------------------------------------------------------- */

static bool known(unsigned int cmd)
{
	return name_of(cmd)[0] != '?';
}

static void unknown(void)
{
	static const unsigned int dirs[] = { 0, 1, 2, 3 };
	unsigned int nr, dir, i, tried = 0, wrong = 0;
	char buf[4096] = { 0 };
	long got;

	for (nr = 0; nr < 256; nr++) {
		for (dir = 0; dir < 4; dir++) {
			unsigned int cmd = dirs[dir] << 30 | 4U << 16 | '=' << 8 | nr;

			if (known(cmd))
				continue;
			tried++;
			wrong += pioctl(fd, cmd, buf) != -ENOTTY;
		}
	}
	want(wrong, 0, "unknown: of %u numbers with a size of 4 not ENOTTY", tried);

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		unsigned int cmd = commands[i].cmd, size = cmd >> 16 & 0x3fff;
		const char *name = commands[i].name;

		want(pioctl(fd, cmd + (1 << 16), buf), -ENOTTY, "%s: size %u", name, size + 1);
		if (size) {
			want(pioctl(fd, cmd - (1 << 16), buf), -ENOTTY, "%s: size %u", name,
			     size - 1);
			want(pioctl(fd, cmd & ~(0x3fffU << 16), buf), -ENOTTY, "%s: size 0", name);
		}
		want(pioctl(fd, cmd ^ 1U << 30, buf), -ENOTTY, "%s: other direction", name);
		want(pioctl(fd, cmd ^ 1U << 31, buf), -ENOTTY, "%s: other direction", name);
		want(pioctl(fd, (cmd & ~0xff00U) | 'p' << 8, buf), -ENOTTY, "%s: type p", name);
	}
	want(pioctl(fd, 0xffffffff, NULL), -ENOTTY, "unknown: all ones, NULL");
	want(pioctl(fd, 0x5401, buf), -ENOTTY, "unknown: TCGETS");
	want(pioctl(ro, '=' << 8 | 99, NULL), -ENOTTY, "unknown: read-only file");
	got = pioctl(fd, '=' << 8 | 99, KERNEL_ADDRESS);
	want(got, -ENOTTY, "unknown: bad address");
}

static void readonly(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct named *c = &commands[i];
		char buf[1216] = { 0 };

		if (!c->changes)
			continue;
		memset(buf, 0xff, sizeof(buf));
		want(pioctl(ro, c->cmd, NULL), -EACCES, "%s: read-only file, NULL", c->name);
		want(pioctl(ro, c->cmd, unmapped()), -EACCES, "%s: read-only file, unmapped",
		     c->name);
		want(pioctl(ro, c->cmd, buf), -EACCES, "%s: read-only file, all ones", c->name);
	}
}

static void caps(void)
{
	struct ptp_clock_caps a, b;
	unsigned int i;
	int wo;

	memset(&a, FILLER, sizeof(a));
	memset(&b, FILLER, sizeof(b));
	want(pioctl(fd, PTP_CLOCK_GETCAPS, &a), 0, "GETCAPS");
	want(pioctl(ro, PTP_CLOCK_GETCAPS2, &b), 0, "GETCAPS2: read-only file");
	ok(!memcmp(&a, &b, sizeof(a)), "GETCAPS2 answers as GETCAPS");
	want(a.max_adj, lab_number("max_adj"), "GETCAPS: max_adj");
	want(a.n_alarm, 0, "GETCAPS: n_alarm");
	want(a.n_ext_ts, lab_number("n_ext_ts"), "GETCAPS: n_ext_ts");
	want(a.n_per_out, lab_number("n_per_out"), "GETCAPS: n_per_out");
	want(a.pps, lab_number("pps"), "GETCAPS: pps");
	want(a.n_pins, lab_number("n_pins"), "GETCAPS: n_pins");
	want(a.cross_timestamping, lab_number("crosststamp"), "GETCAPS: cross_timestamping");
	want(a.adjust_phase, lab_number("adjphase"), "GETCAPS: adjust_phase");
	want(a.max_phase_adj, a.adjust_phase ? lab_number("max_phase") : 0,
	     "GETCAPS: max_phase_adj");
	for (i = 0; i < ARRAY_SIZE(a.rsv); i++)
		want(a.rsv[i], 0, "GETCAPS: rsv[%u]", i);
	answer_addresses(fd, PTP_CLOCK_GETCAPS, &a, 0);
	answer_addresses(ro, PTP_CLOCK_GETCAPS2, &a, 0);
	wo = open_node(node, O_WRONLY);
	want(pioctl(wo, PTP_CLOCK_GETCAPS, &a), 0, "GETCAPS: write-only file");
	close(wo);
}

static long extts_request(unsigned int cmd, unsigned int index, unsigned int flags)
{
	struct ptp_extts_request rq = { .index = index, .flags = flags };

	return pioctl(fd, cmd, &rq);
}

static void extts(void)
{
	struct ptp_extts_request rq = { .flags = PTP_ENABLE_FEATURE | PTP_RISING_EDGE };
	unsigned int n = lab_number("n_ext_ts"), i, bit, flags;
	const unsigned int beyond[] = { n, n + 1, 2047, 2048, 0x7fffffff, 0xffffffff };
	long long calls;

	/* version 1: unknown flags and reserved words are ignored */
	for (flags = 0; flags < 32; flags++)
		want(extts_request(PTP_EXTTS_REQUEST, 0, flags), 0, "EXTTS_REQUEST: flags 0x%x",
		     flags);
	for (bit = 5; bit < 32; bit++)
		want(extts_request(PTP_EXTTS_REQUEST, 1, 1U << bit | PTP_ENABLE_FEATURE), 0,
		     "EXTTS_REQUEST: flags 0x%x", 1U << bit | PTP_ENABLE_FEATURE);
	memset(rq.rsv, 0xff, sizeof(rq.rsv));
	want(pioctl(fd, PTP_EXTTS_REQUEST, &rq), 0, "EXTTS_REQUEST: reserved words set");
	for (i = 0; i < ARRAY_SIZE(beyond); i++)
		want(extts_request(PTP_EXTTS_REQUEST, beyond[i], PTP_ENABLE_FEATURE), -EINVAL,
		     "EXTTS_REQUEST: index %u of %u", beyond[i], n);

	/* version 2: each of the known combinations, EXT_OFFSET not among the lab's */
	for (flags = 0; flags < 32; flags++) {
		bool edges = flags & (PTP_RISING_EDGE | PTP_FALLING_EDGE);
		long expected = flags & PTP_ENABLE_FEATURE && !edges ? -EINVAL
				: flags & PTP_EXT_OFFSET	     ? -EOPNOTSUPP
								     : 0;

		want(extts_request(PTP_EXTTS_REQUEST2, 0, flags), expected,
		     "EXTTS_REQUEST2: flags 0x%x", flags);
	}
	for (i = 0; i < 4; i++)
		want(extts_request(PTP_EXTTS_REQUEST2, i, 3), 0, "EXTTS_REQUEST2: index %u", i);

	/* what is refused does not get as far as the driver */
	calls = statistic("enable");
	for (bit = 5; bit < 32; bit++)
		want(extts_request(PTP_EXTTS_REQUEST2, 0, 1U << bit | 3), -EINVAL,
		     "EXTTS_REQUEST2: flags 0x%x", 1U << bit | 3);
	for (i = 0; i < 2; i++) {
		memset(rq.rsv, 0, sizeof(rq.rsv));
		for (bit = 0; bit < 32; bit += 31) {
			rq.rsv[i] = 1U << bit;
			want(pioctl(fd, PTP_EXTTS_REQUEST2, &rq), -EINVAL,
			     "EXTTS_REQUEST2: rsv[%u] 0x%x", i, rq.rsv[i]);
		}
	}
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		want(extts_request(PTP_EXTTS_REQUEST2, beyond[i], 3), -EINVAL,
		     "EXTTS_REQUEST2: index %u of %u", beyond[i], n);
		want(extts_request(PTP_EXTTS_REQUEST2, beyond[i], 0), -EINVAL,
		     "EXTTS_REQUEST2: index %u of %u, off", beyond[i], n);
		want(extts_request(PTP_EXTTS_REQUEST2, beyond[i], PTP_EXT_OFFSET | 3), -EINVAL,
		     "EXTTS_REQUEST2: index %u before flags the hardware lacks", beyond[i]);
	}
	want(statistic("enable"), calls, "EXTTS_REQUEST2: calls of the driver");

	/* channel 4 has no pin: the driver's own refusal comes through */
	want(extts_request(PTP_EXTTS_REQUEST2, 4, 3), -EBUSY, "EXTTS_REQUEST2: driver refuses");
	want(statistic("enable"), calls + 1, "EXTTS_REQUEST2: calls of the driver");

	memset(&rq, 0, sizeof(rq));
	rq.flags = 3;
	request_addresses(fd, PTP_EXTTS_REQUEST, &rq, 0);
	request_addresses(fd, PTP_EXTTS_REQUEST2, &rq, 0);
	for (i = 0; i < 4; i++)
		want(extts_request(PTP_EXTTS_REQUEST2, i, 0), 0, "EXTTS_REQUEST2: %u off", i);
}

static struct ptp_perout_request perout_request(unsigned int index, unsigned int flags)
{
	return (struct ptp_perout_request){
		.start = { .sec = 1 },
		.period = { .sec = 2, .nsec = 3 },
		.index = index,
		.flags = flags,
	};
}

static void perout(void)
{
	unsigned int n = lab_number("n_per_out"), i, bit;
	const unsigned int beyond[] = { n, n + 1, 0x7fffffff, 0xffffffff };
	struct ptp_perout_request rq;
	struct timespec now;
	long long calls;

	/* version 1: no flags, no duty */
	rq = perout_request(0, 0xffffffff);
	memset(rq.rsv, 0xff, sizeof(rq.rsv));
	want(pioctl(fd, PTP_PEROUT_REQUEST, &rq), 0, "PEROUT_REQUEST: all flags, rsv set");
	rq = perout_request(1, PTP_PEROUT_DUTY_CYCLE);
	rq.on = (struct ptp_clock_time){ .sec = 9 };
	want(pioctl(fd, PTP_PEROUT_REQUEST, &rq), 0, "PEROUT_REQUEST: no duty cycle");
	rq = perout_request(1, PTP_PEROUT_PHASE);
	rq.phase = (struct ptp_clock_time){ .sec = 9 };
	want(pioctl(fd, PTP_PEROUT_REQUEST, &rq), 0, "PEROUT_REQUEST: no phase");
	rq = perout_request(1, PTP_PEROUT_ONE_SHOT);
	want(pioctl(fd, PTP_PEROUT_REQUEST, &rq), 0, "PEROUT_REQUEST: no one-shot");
	for (i = 0; i < 2; i++) {
		rq = perout_request(i, 0);
		rq.period = (struct ptp_clock_time){ 0 };
		want(pioctl(fd, PTP_PEROUT_REQUEST, &rq), 0, "PEROUT_REQUEST: %u, period 0", i);
	}
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		rq = perout_request(beyond[i], 0);
		want(pioctl(fd, PTP_PEROUT_REQUEST, &rq), -EINVAL, "PEROUT_REQUEST: index %u of %u",
		     beyond[i], n);
	}

	/* version 2 */
	for (i = 0; i < n; i++) {
		rq = perout_request(i, 0);
		want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "PEROUT_REQUEST2: index %u", i);
	}
	rq = perout_request(0, PTP_PEROUT_PHASE);
	rq.phase = (struct ptp_clock_time){ .sec = 2, .nsec = 2 };
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "PEROUT_REQUEST2: phase below period");
	rq = perout_request(0, PTP_PEROUT_DUTY_CYCLE);
	rq.on = (struct ptp_clock_time){ .sec = 1 };
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "PEROUT_REQUEST2: on below period");
	rq.on = rq.period;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "PEROUT_REQUEST2: on is period");
	rq = perout_request(0, PTP_PEROUT_DUTY_CYCLE | PTP_PEROUT_PHASE);
	rq.on = (struct ptp_clock_time){ .nsec = 999999937 };
	rq.phase = (struct ptp_clock_time){ .nsec = 999999937 };
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "PEROUT_REQUEST2: on and phase");
	pgettime(fd, &now);
	rq = perout_request(0, PTP_PEROUT_ONE_SHOT);
	rq.start.sec = now.tv_sec + 1009;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "PEROUT_REQUEST2: one-shot");
	for (i = 0; i < n; i++) {
		rq = perout_request(i, 0);
		rq.period = (struct ptp_clock_time){ 0 };
		want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "PEROUT_REQUEST2: %u, period 0", i);
	}
	rq = perout_request(0, PTP_PEROUT_DUTY_CYCLE);
	rq.period = (struct ptp_clock_time){ 0 };
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), 0, "PEROUT_REQUEST2: off with duty cycle");

	calls = statistic("enable");
	for (bit = 3; bit < 32; bit++) {
		rq = perout_request(0, 1U << bit);
		want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -EINVAL, "PEROUT_REQUEST2: flags 0x%x",
		     1U << bit);
	}
	for (i = 0; i < 4; i++) {
		rq = perout_request(0, i & 1 ? PTP_PEROUT_PHASE : 0);
		rq.rsv[i] = 1U << (i * 10);
		want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -EINVAL, "PEROUT_REQUEST2: rsv[%u]", i);
	}
	rq = perout_request(0, PTP_PEROUT_DUTY_CYCLE);
	rq.on = (struct ptp_clock_time){ .sec = 2, .nsec = 4 };
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -ERANGE, "PEROUT_REQUEST2: on a ns too long");
	rq.on = (struct ptp_clock_time){ .sec = 3 };
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -ERANGE, "PEROUT_REQUEST2: on too long");
	rq.period = (struct ptp_clock_time){ 0 };
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -ERANGE, "PEROUT_REQUEST2: on of period 0");
	rq = perout_request(0, PTP_PEROUT_PHASE);
	rq.phase = rq.period;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -ERANGE, "PEROUT_REQUEST2: phase is period");
	rq.phase.nsec++;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -ERANGE, "PEROUT_REQUEST2: phase above it");
	rq.phase = rq.period = (struct ptp_clock_time){ 0 };
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -ERANGE, "PEROUT_REQUEST2: phase, period 0");
	for (i = 0; i < ARRAY_SIZE(beyond); i++) {
		rq = perout_request(beyond[i], 0);
		want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -EINVAL,
		     "PEROUT_REQUEST2: index %u of %u", beyond[i], n);
		rq.period = (struct ptp_clock_time){ 0 };
		want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -EINVAL,
		     "PEROUT_REQUEST2: index %u of %u, off", beyond[i], n);
	}

	/* two at once: the earlier check wins */
	rq = perout_request(n, PTP_PEROUT_DUTY_CYCLE);
	rq.on.sec = 3;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -ERANGE, "PEROUT_REQUEST2: on before index");
	rq = perout_request(n, PTP_PEROUT_PHASE);
	rq.phase.sec = 3;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -ERANGE, "PEROUT_REQUEST2: phase before index");
	rq = perout_request(0, 8 | PTP_PEROUT_DUTY_CYCLE);
	rq.on.sec = 3;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -EINVAL, "PEROUT_REQUEST2: flags before on");
	rq = perout_request(0, PTP_PEROUT_PHASE);
	rq.phase.sec = 3;
	rq.rsv[3] = 1;
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &rq), -EINVAL, "PEROUT_REQUEST2: rsv before phase");
	want(statistic("enable"), calls, "PEROUT_REQUEST2: calls of the driver");

	rq = perout_request(0, 0);
	request_addresses(fd, PTP_PEROUT_REQUEST, &rq, 0);
	request_addresses(fd, PTP_PEROUT_REQUEST2, &rq, 0);
	rq.period = (struct ptp_clock_time){ 0 };
	want(pioctl(fd, PTP_PEROUT_REQUEST, &rq), 0, "PEROUT_REQUEST: off");
}

static void pps(void)
{
	const unsigned int cmds[] = { PTP_ENABLE_PPS, PTP_ENABLE_PPS2 };
	const unsigned long on[] = { 1, 0xdead, 0xffffffff, 1UL << 40, 0 };
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		const char *name = name_of(cmds[i]);

		for (k = 0; k < ARRAY_SIZE(on); k++) {
			want(pioctl(fd, cmds[i], (void *)on[k]), 0, "%s: 0x%lx", name, on[k]);
			want(lab_number("pps_on"), !!on[k], "%s: 0x%lx: it is on", name, on[k]);
		}
		allow_sys_time(false);
		want(pioctl(fd, cmds[i], (void *)1), -EPERM, "%s: without CAP_SYS_TIME", name);
		want(pioctl(fd, cmds[i], NULL), -EPERM, "%s: 0, without CAP_SYS_TIME", name);
		want(pioctl(ro, cmds[i], (void *)1), -EACCES,
		     "%s: read-only file before CAP_SYS_TIME", name);
		allow_sys_time(true);
		want(lab_number("pps_on"), 0, "%s: is still off", name);
	}
}

static bool is_untouched(const void *from, const void *end)
{
	const unsigned char *p = from;

	while (p < (const unsigned char *)end && *p == FILLER)
		p++;
	return p == end;
}

static bool is_time(const struct ptp_clock_time *t)
{
	return t->sec > 0 && t->nsec < NSEC && !t->reserved;
}

static int64_t time_ns(const struct ptp_clock_time *t)
{
	return t->sec * NSEC + t->nsec;
}

static void sys_offset(void)
{
	const unsigned int cmds[] = { PTP_SYS_OFFSET, PTP_SYS_OFFSET2 };
	const unsigned int samples[] = { 0, 1, 2, 24, 25 };
	const unsigned int too_many[] = { 26, 51, 0x7fffffff, 0x80000000, 0xffffffff };
	struct ptp_sys_offset rq;
	size_t i, k, s;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		const char *name = name_of(cmds[i]);

		for (k = 0; k < ARRAY_SIZE(samples); k++) {
			unsigned int n = samples[k];
			int64_t before = now_ns(CLOCK_REALTIME), last = before;
			bool ordered = true;

			memset(&rq, FILLER, sizeof(rq)); /* the reserved words too */
			rq.n_samples = n;
			want(pioctl(ro, cmds[i], &rq), 0, "%s: %u samples", name, n);
			for (s = 0; s < 2 * n + 1; s++) {
				ordered &= is_time(&rq.ts[s]);
				if (s % 2 == 0) {
					ordered &= time_ns(&rq.ts[s]) >= last;
					last = time_ns(&rq.ts[s]);
				}
			}
			ordered &= last <= now_ns(CLOCK_REALTIME);
			ok(ordered, "%s: %u samples: system times in order", name, n);
			ok(is_untouched(&rq.ts[2 * n + 1], &rq + 1),
			   "%s: %u samples: %u stamps and no more", name, n, 2 * n + 1);
			want(rq.n_samples, n, "%s: %u samples: n_samples is left", name, n);
			ok(is_untouched(rq.rsv, rq.rsv + 3), "%s: reserved words are left", name);
		}
		for (k = 0; k < ARRAY_SIZE(too_many); k++) {
			rq.n_samples = too_many[k];
			want(pioctl(fd, cmds[i], &rq), -EINVAL, "%s: %u samples", name,
			     too_many[k]);
		}
		memset(&rq, 0, sizeof(rq));
		rq.n_samples = 25;
		answer_addresses(fd, cmds[i], &rq, 0);
	}
}

static void check_precise(int file, unsigned int cmd, const char *device_clock)
{
	struct ptp_sys_offset_precise rq;
	int64_t real = now_ns(CLOCK_REALTIME), raw = now_ns(CLOCK_MONOTONIC_RAW);
	const char *name = name_of(cmd);

	memset(&rq, 0xff, sizeof(rq)); /* nothing of it is read */
	want(pioctl(file, cmd, &rq), 0, "%s: input is ignored", name);
	ok(is_time(&rq.device) && is_time(&rq.sys_realtime) && is_time(&rq.sys_monoraw),
	   "%s: three times", name);
	ok(time_ns(&rq.sys_realtime) >= real && time_ns(&rq.sys_realtime) <= now_ns(CLOCK_REALTIME),
	   "%s: system time is now", name);
	ok(time_ns(&rq.sys_monoraw) >= raw &&
		   time_ns(&rq.sys_monoraw) <= now_ns(CLOCK_MONOTONIC_RAW),
	   "%s: raw time is now", name);
	ok(!rq.rsv[0] && !rq.rsv[1] && !rq.rsv[2] && !rq.rsv[3], "%s: reserved words 0", name);
	if (!strcmp(device_clock, "raw"))
		want(time_ns(&rq.device) - time_ns(&rq.sys_monoraw), 0,
		     "%s: the counter is the lab's raw time", name);
	answer_addresses(file, cmd, &rq, 0);
}

static void precise(void)
{
	check_precise(ro, PTP_SYS_OFFSET_PRECISE, "");
	check_precise(fd, PTP_SYS_OFFSET_PRECISE2, "");
}

static void check_extended(unsigned int cmd)
{
	const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW };
	const clockid_t others[] = {
		CLOCK_PROCESS_CPUTIME_ID,
		CLOCK_THREAD_CPUTIME_ID,
		CLOCK_REALTIME_COARSE,
		CLOCK_BOOTTIME,
		CLOCK_TAI,
		16,
		24,
		-1,
		INT_MIN,
		INT_MAX,
		clock_of(fd),
	};
	const unsigned int samples[] = { 0, 1, 2, 24, 25 };
	const unsigned int too_many[] = { 26, 0x7fffffff, 0x80000000, 0xffffffff };
	struct ptp_sys_offset_extended rq;
	const char *name = name_of(cmd);
	size_t i, k, s;

	for (i = 0; i < ARRAY_SIZE(clocks); i++) {
		for (k = 0; k < ARRAY_SIZE(samples); k++) {
			unsigned int n = samples[k];
			int64_t last = now_ns(clocks[i]);
			bool ordered = true;

			memset(&rq, FILLER, sizeof(rq));
			rq.n_samples = n;
			rq.clockid = clocks[i];
			rq.rsv[0] = rq.rsv[1] = 0;
			want(pioctl(ro, cmd, &rq), 0, "%s: clock %d, %u samples", name, clocks[i],
			     n);
			for (s = 0; s < n; s++) {
				ordered &= is_time(&rq.ts[s][0]) && is_time(&rq.ts[s][1]) &&
					   is_time(&rq.ts[s][2]);
				ordered &= time_ns(&rq.ts[s][0]) >= last;
				ordered &= time_ns(&rq.ts[s][2]) >= time_ns(&rq.ts[s][0]);
				last = time_ns(&rq.ts[s][2]);
			}
			ordered &= last <= now_ns(clocks[i]);
			ok(ordered, "%s: clock %d, %u samples: its times in order", name, clocks[i],
			   n);
			ok(is_untouched(&rq.ts[n], &rq + 1), "%s: %u samples and no more", name, n);
		}
	}
	memset(&rq, 0, sizeof(rq));
	for (k = 0; k < ARRAY_SIZE(too_many); k++) {
		rq.n_samples = too_many[k];
		want(pioctl(fd, cmd, &rq), -EINVAL, "%s: %u samples", name, too_many[k]);
	}
	rq.n_samples = 1;
	for (k = 0; k < ARRAY_SIZE(others); k++) {
		rq.clockid = others[k];
		want(pioctl(fd, cmd, &rq), -EINVAL, "%s: clock %d", name, others[k]);
	}
	rq.clockid = CLOCK_REALTIME;
	for (k = 0; k < 2; k++) {
		rq.rsv[k] = 1U << (31 * k);
		want(pioctl(fd, cmd, &rq), -EINVAL, "%s: rsv[%zu]", name, k);
		rq.n_samples = 0;
		want(pioctl(fd, cmd, &rq), -EINVAL, "%s: rsv[%zu], 0 samples", name, k);
		rq.n_samples = 1;
		rq.rsv[k] = 0;
	}
	rq.n_samples = 25;
	answer_addresses(fd, cmd, &rq, 0);
}

static void extended(void)
{
	check_extended(PTP_SYS_OFFSET_EXTENDED);
	check_extended(PTP_SYS_OFFSET_EXTENDED2);
}

static void cycles(void)
{
	check_precise(ro, PTP_SYS_OFFSET_PRECISE_CYCLES, "raw");
	check_extended(PTP_SYS_OFFSET_EXTENDED_CYCLES);
}

/* a clock without anything: each refusal comes before a look at the address */
static void poor(void)
{
	static const unsigned int absent[] = {
		PTP_SYS_OFFSET_PRECISE,	       PTP_SYS_OFFSET_PRECISE2,
		PTP_SYS_OFFSET_EXTENDED,       PTP_SYS_OFFSET_EXTENDED2,
		PTP_SYS_OFFSET_PRECISE_CYCLES, PTP_SYS_OFFSET_EXTENDED_CYCLES,
	};
	struct ptp_perout_request out = perout_request(0, 0);
	struct ptp_pin_desc pin = { .index = 0 };
	struct ptp_sys_offset_extended rq;
	struct timespec ts;
	size_t i;

	caps();
	for (i = 0; i < ARRAY_SIZE(absent); i++) {
		memset(&rq, 0xff, sizeof(rq));
		want(pioctl(fd, absent[i], NULL), -EOPNOTSUPP, "%s: absent, NULL",
		     name_of(absent[i]));
		want(pioctl(ro, absent[i], &rq), -EOPNOTSUPP, "%s: absent, all ones",
		     name_of(absent[i]));
		memset(&rq, 0, sizeof(rq));
		want(pioctl(fd, absent[i], &rq), -EOPNOTSUPP, "%s: absent", name_of(absent[i]));
	}
	want(extts_request(PTP_EXTTS_REQUEST, 0, 1), -EINVAL, "EXTTS_REQUEST: no channels");
	want(extts_request(PTP_EXTTS_REQUEST2, 0, 3), -EINVAL, "EXTTS_REQUEST2: no channels");
	want(pioctl(fd, PTP_PEROUT_REQUEST, &out), -EINVAL, "PEROUT_REQUEST: no outputs");
	want(pioctl(fd, PTP_PEROUT_REQUEST2, &out), -EINVAL, "PEROUT_REQUEST2: no outputs");
	want(pioctl(fd, PTP_PIN_GETFUNC, &pin), -EINVAL, "PIN_GETFUNC: no pins");
	want(pioctl(fd, PTP_PIN_GETFUNC2, &pin), -EINVAL, "PIN_GETFUNC2: no pins");
	want(pioctl(fd, PTP_PIN_SETFUNC, &pin), -EINVAL, "PIN_SETFUNC: no pins");
	want(pioctl(fd, PTP_PIN_SETFUNC2, &pin), -EINVAL, "PIN_SETFUNC2: no pins");
	want(pioctl(fd, PTP_ENABLE_PPS, (void *)1), -EOPNOTSUPP, "ENABLE_PPS: driver refuses");
	want(pgettime(fd, &ts), 0, "gettime by gettime64");
	memset(&rq, 0, sizeof(rq));
	rq.n_samples = 25;
	want(pioctl(fd, PTP_SYS_OFFSET, &rq), 0, "SYS_OFFSET by gettime64");
}

/* ---- pins ---- */

static long set_pin(unsigned int pin, unsigned int func, unsigned int chan)
{
	struct ptp_pin_desc desc = { .index = pin, .func = func, .chan = chan };

	return pioctl(fd, PTP_PIN_SETFUNC2, &desc);
}

static void pin_is(unsigned int pin, unsigned int func, unsigned int chan, const char *what)
{
	struct ptp_pin_desc desc = { .index = pin };

	pioctl(fd, PTP_PIN_GETFUNC2, &desc);
	ok(desc.func == func && desc.chan == chan, "pin %u %s: %u/%u, is %u/%u", pin, what, func,
	   chan, desc.func, desc.chan);
}

static char input_is_on(unsigned int channel)
{
	char path[96], text[128];

	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/in_on", device);
	slurp(path, text, sizeof(text));
	return text[2 * channel];
}

static void pin_ioctls(void)
{
	const unsigned int gets[] = { PTP_PIN_GETFUNC, PTP_PIN_GETFUNC2 };
	const unsigned int sets[] = { PTP_PIN_SETFUNC, PTP_PIN_SETFUNC2 };
	unsigned int n = lab_number("n_pins"), i, k, j;
	const unsigned int beyond[] = { n, n + 1, 0x7fffffff, 0xffffffff };
	struct ptp_pin_desc pin;

	for (i = 0; i < 2; i++) {
		const char *get = name_of(gets[i]), *set = name_of(sets[i]);

		for (k = 0; k < n; k++) {
			char name[16];

			snprintf(name, sizeof(name), "pin%u", k);
			memset(&pin, 0xff, sizeof(pin));
			memset(pin.rsv, i ? 0 : 0xff, sizeof(pin.rsv));
			pin.index = k;
			want(pioctl(ro, gets[i], &pin), 0, "%s: pin %u, read-only file", get, k);
			ok(pin.index == k && !strcmp(pin.name, name), "%s: name %s", get, name);
			ok(pin.func == (k < 4 ? PTP_PF_EXTTS : PTP_PF_PEROUT) && pin.chan == k % 4,
			   "%s: function of pin %u", get, k);
			for (j = 0; j < ARRAY_SIZE(pin.rsv); j++)
				if (pin.rsv[j])
					break;
			want(j, ARRAY_SIZE(pin.rsv), "%s: reserved words 0", get);
		}
		for (k = 0; k < ARRAY_SIZE(beyond); k++) {
			memset(&pin, 0, sizeof(pin));
			pin.index = beyond[k];
			want(pioctl(fd, gets[i], &pin), -EINVAL, "%s: pin %u of %u", get, beyond[k],
			     n);
			want(pioctl(fd, sets[i], &pin), -EINVAL, "%s: pin %u of %u", set, beyond[k],
			     n);
		}
		for (k = 0; k < ARRAY_SIZE(pin.rsv); k++) {
			long expected = i ? -EINVAL : 0;

			memset(&pin, 0, sizeof(pin));
			pin.func = PTP_PF_EXTTS;
			pin.rsv[k] = 1U << (k * 7);
			want(pioctl(fd, gets[i], &pin), expected, "%s: rsv[%u]", get, k);
			pin.func = PTP_PF_EXTTS;
			pin.chan = 0;
			pin.rsv[k] = 1U << (k * 7);
			want(pioctl(fd, sets[i], &pin), expected, "%s: rsv[%u]", set, k);
		}
		memset(&pin, 0, sizeof(pin));
		pin.func = PTP_PF_EXTTS;
		answer_addresses(fd, gets[i], &pin, 0);
		request_addresses(fd, sets[i], &pin, 0);
		memset(pin.name, 'x', sizeof(pin.name));
		want(pioctl(fd, sets[i], &pin), 0, "%s: name is not looked at", set);
	}
}

static void pin_functions(void)
{
	unsigned int n_in = lab_number("n_ext_ts"), n_out = lab_number("n_per_out");
	const unsigned int funcs[] = { 4, 5, 0x7fffffff, 0x80000000, 0xffffffff };
	long long calls = statistic("enable");
	size_t i;

	/* refused, and nothing has changed */
	for (i = 0; i < ARRAY_SIZE(funcs); i++)
		want(set_pin(0, funcs[i], 0), -EINVAL, "pin 0: function %u", funcs[i]);
	want(set_pin(0, PTP_PF_EXTTS, n_in), -EINVAL, "pin 0: extts %u of %u", n_in, n_in);
	want(set_pin(0, PTP_PF_EXTTS, 0xffffffff), -EINVAL, "pin 0: extts 0xffffffff");
	want(set_pin(0, PTP_PF_PEROUT, n_out), -EINVAL, "pin 0: perout %u of %u", n_out, n_out);
	want(set_pin(0, PTP_PF_PEROUT, 0xffffffff), -EINVAL, "pin 0: perout 0xffffffff");
	want(set_pin(0, PTP_PF_PHYSYNC, 1), -EINVAL, "pin 0: physync channel before verify");
	want(set_pin(0, PTP_PF_PHYSYNC, 0), -EOPNOTSUPP, "pin 0: verify says no");
	want(set_pin(0, PTP_PF_EXTTS, 0), 0, "pin 0: the same once more");
	pin_is(0, PTP_PF_EXTTS, 0, "has not changed");
	want(statistic("enable"), calls, "refused or the same: calls of the driver");

	/* another pin takes it: off, and the first pin has none */
	want(extts_request(PTP_EXTTS_REQUEST2, 0, 3), 0, "extts 0 on");
	want(extts_request(PTP_EXTTS_REQUEST2, 1, 3), 0, "extts 1 on");
	calls = statistic("enable");
	want(set_pin(1, PTP_PF_EXTTS, 0), 0, "pin 1 takes extts 0 from pin 0");
	pin_is(0, PTP_PF_NONE, 0, "has lost it");
	pin_is(1, PTP_PF_EXTTS, 0, "has it");
	want(statistic("enable"), calls + 2, "both functions switched off: calls of the driver");
	want(input_is_on(0), '0', "extts 0 is off");
	want(input_is_on(1), '0', "extts 1 is off");
	want(extts_request(PTP_EXTTS_REQUEST2, 1, 3), -EBUSY, "extts 1 has no pin");
	want(extts_request(PTP_EXTTS_REQUEST2, 0, 3), 0, "extts 0 on by pin 1");

	/* none: of any channel, and of many pins at a time */
	calls = statistic("enable");
	want(set_pin(1, PTP_PF_NONE, 0), 0, "pin 1: none");
	pin_is(1, PTP_PF_NONE, 0, "is free");
	want(input_is_on(0), '0', "extts 0 is off");
	want(statistic("enable"), calls + 1, "its function switched off: calls of the driver");
	want(set_pin(1, PTP_PF_NONE, 0xffffffff), 0, "pin 1: none of channel 0xffffffff");
	pin_is(1, PTP_PF_NONE, 0xffffffff, "is free");
	want(set_pin(2, PTP_PF_NONE, 0), 0, "pin 2: none, as pin 0");
	pin_is(0, PTP_PF_NONE, 0, "is as free");

	/* a refused change leaves what runs running */
	want(extts_request(PTP_EXTTS_REQUEST2, 3, 3), 0, "extts 3 on");
	want(set_pin(3, PTP_PF_PHYSYNC, 0), -EOPNOTSUPP, "pin 3: verify says no");
	want(set_pin(3, PTP_PF_PEROUT, 99), -EINVAL, "pin 3: no such output");
	want(input_is_on(3), '1', "extts 3 is on still");
	pin_is(3, PTP_PF_EXTTS, 3, "has not changed");

	/* from an output to an input */
	want(set_pin(4, PTP_PF_EXTTS, 7), 0, "pin 4: from output to extts 7");
	want(extts_request(PTP_EXTTS_REQUEST2, 7, 3), 0, "extts 7 on");

	/* an error of the driver's enable() does not stop a pin */
	want(lab("fail", "op=enable errno=5 count=-1"), 0, "driver's enable() fails from now on");
	want(set_pin(4, PTP_PF_PEROUT, 0), 0, "pin 4: changes all the same");
	pin_is(4, PTP_PF_PEROUT, 0, "has changed");
	want(extts_request(PTP_EXTTS_REQUEST2, 3, 3), -EIO, "extts 3: the driver's error");
	want(lab("fail", "op=enable count=0"), 0, "driver's enable() works again");

	for (i = 0; i < 4; i++)
		want(set_pin(i, PTP_PF_EXTTS, i), 0, "pin %zu as at first", i);
}

/* ---- masks, as far as the answer tells; ptp_queue looks at what they do ---- */

static void mask(void)
{
	const unsigned int good[] = { 0, 1, 7, 8, 2046, 2047 };
	const unsigned int bad[] = { 2048, 2049, 0x7fffffff, 0x80000000, 0xffffffff };
	unsigned int channel = 3;
	size_t i;

	want(pioctl(fd, PTP_MASK_CLEAR_ALL, NULL), 0, "MASK_CLEAR_ALL");
	want(pioctl(ro, PTP_MASK_CLEAR_ALL, KERNEL_ADDRESS), 0,
	     "MASK_CLEAR_ALL: read-only file, argument is not looked at");
	for (i = 0; i < ARRAY_SIZE(good); i++)
		want(pioctl(ro, PTP_MASK_EN_SINGLE, &good[i]), 0,
		     "MASK_EN_SINGLE: channel %u, read-only file", good[i]);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		want(pioctl(fd, PTP_MASK_EN_SINGLE, &bad[i]), -EFAULT, "MASK_EN_SINGLE: channel %u",
		     bad[i]);
	request_addresses(fd, PTP_MASK_EN_SINGLE, &channel, 0);
}

/* ---- errors of the driver come through as they are ---- */

static void failing(void)
{
	static const struct {
		const char *op;
		unsigned int cmd;
		const char *counter;
	} ways[] = {
		{ "gettime", PTP_SYS_OFFSET, "gettime" },
		{ "gettime", PTP_SYS_OFFSET2, "gettime" },
		{ "gettime", PTP_SYS_OFFSET_EXTENDED, "gettimex" },
		{ "gettime", PTP_SYS_OFFSET_EXTENDED2, "gettimex" },
		{ "crosststamp", PTP_SYS_OFFSET_PRECISE, "crosststamp" },
		{ "crosststamp", PTP_SYS_OFFSET_PRECISE2, "crosststamp" },
		{ "cycles", PTP_SYS_OFFSET_PRECISE_CYCLES, NULL },
		{ "cycles", PTP_SYS_OFFSET_EXTENDED_CYCLES, NULL },
	};
	union {
		struct ptp_sys_offset offset;
		struct ptp_sys_offset_extended extended;
		struct ptp_sys_offset_precise precise;
	} rq;
	long long before, after;
	char counter[32];
	size_t i;
	int k;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		const char *name = name_of(ways[i].cmd);

		snprintf(counter, sizeof(counter), "%s_errors", ways[i].counter ?: "ioctl");
		before = statistic(counter);
		lab("fail", "op=%s errno=%d count=3", ways[i].op, EIO);
		for (k = 0; k < 4; k++) {
			memset(&rq, 0, sizeof(rq));
			rq.offset.n_samples = 5; /* is extended.n_samples too */
			want(pioctl(fd, ways[i].cmd, &rq), k < 3 ? -EIO : 0, "%s: %s", name,
			     k < 3 ? "driver fails" : "driver works again");
		}
		after = statistic(counter);
		want(after - before, 3, "%s: %s", name, counter);
	}
	lab("fail", "op=gettime errno=%d count=1", ETIMEDOUT);
	memset(&rq, FILLER, sizeof(rq));
	rq.offset.n_samples = 1;
	want(pioctl(fd, PTP_SYS_OFFSET, &rq), -ETIMEDOUT, "SYS_OFFSET: driver fails");
	ok(is_untouched(rq.offset.ts, &rq.offset + 1), "SYS_OFFSET: failed: no answer");
}

/*
 * Threads fight for the pins while signals come: a call that has to wait for them
 * may end with EINTR, and with nothing else.
 */
static bool stop_workers;

static void on_alarm(int signo)
{
	(void)signo;
}

static void *pin_worker(void *result)
{
	struct ptp_pin_desc pin = { .index = 0, .func = PTP_PF_EXTTS };
	int file = open_node(node, O_RDWR);
	long err;

	while (!__atomic_load_n(&stop_workers, __ATOMIC_RELAXED)) {
		pin.func ^= PTP_PF_EXTTS;
		err = pioctl(file, PTP_PIN_SETFUNC2, &pin);
		if (err && err != -EINTR)
			*(long *)result = err;
	}
	close(file);
	return NULL;
}

static void contended(void)
{
	struct sigaction action = { .sa_handler = on_alarm }; /* no SA_RESTART */
	struct ptp_pin_desc pin;
	pthread_t threads[3];
	long results[3] = { 0 };
	unsigned int wrong = 0, i;

	sigaction(SIGUSR1, &action, NULL);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, pin_worker, &results[i]);
	for (i = 0; i < 1009; i++) {
		memset(&pin, 0, sizeof(pin));
		wrong += pioctl(ro, PTP_PIN_GETFUNC2, &pin) ||
			 (pin.func != PTP_PF_EXTTS && pin.func != PTP_PF_NONE);
		pthread_kill(threads[i % 3], SIGUSR1);
	}
	__atomic_store_n(&stop_workers, true, __ATOMIC_RELAXED);
	for (i = 0; i < ARRAY_SIZE(threads); i++) {
		pthread_join(threads[i], NULL);
		want(results[i], 0, "thread %u that sets a pin amid signals", i);
	}
	want(wrong, 0, "bad answers of 1009 meanwhile");
	want(set_pin(0, PTP_PF_EXTTS, 0), 0, "pin 0 as at first");
}

/* ---- 32-bit callers: the int 0x80 gate of this very process ---- */

#ifdef __x86_64__
static long ioctl32(int file, unsigned int cmd, uint32_t arg)
{
	long result;

	/* the gate leaves r8 to r11 undefined on some kernels */
	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(54L), "b"((long)file), "c"((long)cmd), "d"((long)arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static void compat(void)
{
	static const unsigned int queries[] = {
		PTP_CLOCK_GETCAPS,
		PTP_CLOCK_GETCAPS2,
		PTP_SYS_OFFSET,
		PTP_SYS_OFFSET2,
		PTP_PIN_GETFUNC,
		PTP_PIN_GETFUNC2,
		PTP_SYS_OFFSET_PRECISE,
		PTP_SYS_OFFSET_PRECISE2,
		PTP_SYS_OFFSET_EXTENDED,
		PTP_SYS_OFFSET_EXTENDED2,
		PTP_SYS_OFFSET_PRECISE_CYCLES,
		PTP_SYS_OFFSET_EXTENDED_CYCLES,
	};
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct ptp_clock_caps *caps32 = (void *)low, caps64;
	struct ptp_extts_request *extts32 = (void *)low;
	struct ptp_perout_request *perout32 = (void *)low;
	struct ptp_pin_desc *pin32 = (void *)low;
	uint32_t at;
	size_t i;

	if (low == MAP_FAILED)
		die("no memory below 4 GiB: %s", strerror(errno));
	at = (uint32_t)(uintptr_t)low;
	for (i = 0; i < ARRAY_SIZE(queries); i++) {
		memset(low, 0, 4096);
		want(ioctl32(ro, queries[i], at), 0, "32 bit: %s", name_of(queries[i]));
		want(ioctl32(ro, queries[i], 0), -EFAULT, "32 bit: %s: NULL", name_of(queries[i]));
	}
	pioctl(fd, PTP_CLOCK_GETCAPS, &caps64);
	ioctl32(fd, PTP_CLOCK_GETCAPS, at);
	ok(!memcmp(caps32, &caps64, sizeof(caps64)), "32 bit: GETCAPS: the same answer");

	/* by value: on i386 every bit counts, bit 31 too */
	want(ioctl32(fd, PTP_ENABLE_PPS, 1), 0, "32 bit: ENABLE_PPS: 1");
	want(lab_number("pps_on"), 1, "32 bit: ENABLE_PPS: it is on");
	want(ioctl32(fd, PTP_ENABLE_PPS2, 0), 0, "32 bit: ENABLE_PPS2: 0");
	want(lab_number("pps_on"), 0, "32 bit: ENABLE_PPS2: it is off");
	want(ioctl32(fd, PTP_ENABLE_PPS, 0x80000000), 0, "32 bit: ENABLE_PPS: 0x80000000");
	want(lab_number("pps_on"), 1, "32 bit: ENABLE_PPS: it is on");
	want(ioctl32(fd, PTP_ENABLE_PPS, 0), 0, "32 bit: ENABLE_PPS: 0");
	want(ioctl32(ro, PTP_ENABLE_PPS, 1), -EACCES, "32 bit: ENABLE_PPS: read-only file");

	memset(low, 0, 4096);
	extts32->flags = 3;
	want(ioctl32(fd, PTP_EXTTS_REQUEST, at), 0, "32 bit: EXTTS_REQUEST");
	want(ioctl32(fd, PTP_EXTTS_REQUEST2, at), 0, "32 bit: EXTTS_REQUEST2");
	want(ioctl32(ro, PTP_EXTTS_REQUEST2, at), -EACCES, "32 bit: EXTTS_REQUEST2: read-only");
	extts32->rsv[1] = 1;
	want(ioctl32(fd, PTP_EXTTS_REQUEST2, at), -EINVAL, "32 bit: EXTTS_REQUEST2: rsv[1]");
	*extts32 = (struct ptp_extts_request){ 0 };
	want(ioctl32(fd, PTP_EXTTS_REQUEST2, at), 0, "32 bit: EXTTS_REQUEST2: off");
	*perout32 = perout_request(0, 0);
	want(ioctl32(fd, PTP_PEROUT_REQUEST, at), 0, "32 bit: PEROUT_REQUEST");
	want(ioctl32(fd, PTP_PEROUT_REQUEST2, at), 0, "32 bit: PEROUT_REQUEST2");
	perout32->period = (struct ptp_clock_time){ 0 };
	want(ioctl32(fd, PTP_PEROUT_REQUEST2, at), 0, "32 bit: PEROUT_REQUEST2: off");
	memset(low, 0, 4096);
	pin32->func = PTP_PF_EXTTS;
	want(ioctl32(fd, PTP_PIN_SETFUNC, at), 0, "32 bit: PIN_SETFUNC");
	want(ioctl32(fd, PTP_PIN_SETFUNC2, at), 0, "32 bit: PIN_SETFUNC2");
	want(ioctl32(fd, PTP_MASK_CLEAR_ALL, 0), 0, "32 bit: MASK_CLEAR_ALL");
	*(unsigned int *)low = 2047;
	want(ioctl32(fd, PTP_MASK_EN_SINGLE, at), 0, "32 bit: MASK_EN_SINGLE: 2047");
	*(unsigned int *)low = 2048;
	want(ioctl32(fd, PTP_MASK_EN_SINGLE, at), -EFAULT, "32 bit: MASK_EN_SINGLE: 2048");
	want(ioctl32(fd, PTP_MASK_EN_SINGLE, 0), -EFAULT, "32 bit: MASK_EN_SINGLE: NULL");
	want(ioctl32(fd, '=' << 8 | 99, at), -ENOTTY, "32 bit: unknown");
	munmap(low, 4096);
}
#else
static void compat(void)
{
	printf("# 32 bit: not tested on this architecture\n");
}
#endif

static const struct group groups[] = {
	{ "unknown", unknown },
	{ "readonly", readonly },
	{ "caps", caps },
	{ "extts", extts },
	{ "perout", perout },
	{ "pps", pps },
	{ "sys_offset", sys_offset },
	{ "precise", precise },
	{ "extended", extended },
	{ "cycles", cycles },
	{ "pin_ioctls", pin_ioctls },
	{ "pin_functions", pin_functions },
	{ "mask", mask },
	{ "failing", failing },
	{ "contended", contended },
	{ "compat", compat },
	{ "poor", poor },
};

int main(int argc, char **argv)
{
	if (argc < 4)
		die("usage: ptp_ioctl DEVICE NODE GROUP...");
	snprintf(device, sizeof(device), "%s", argv[1]);
	snprintf(node, sizeof(node), "%s", argv[2]);
	fd = open_node(node, O_RDWR);
	ro = open_node(node, O_RDONLY);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 3);
}
