/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the test programs of the PTP class share beyond check.h: its clocks, and the files
 * of sysfs, debugfs and the lab.
 */
#ifndef PTP_TEST_H
#define PTP_TEST_H

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
#include <linux/capability.h>
#include <linux/ptp_clock.h>
#include "../../include/uapi/linux/chs_ptp.h"
#include "check.h"

#define EVENT_SIZE    sizeof(struct ptp_extts_event)
#define CAPACITY      127 /* events that a queue holds */
#define FILLER	      0xa5

/* ---- system calls, as the kernel answers them ------------------------------ */

static inline clockid_t clock_of(int fd)
{
	return (clockid_t)(~(unsigned int)fd << 3 | 3);
}

static inline long pgettime(int fd, struct timespec *ts)
{
	return call(syscall(SYS_clock_gettime, clock_of(fd), ts));
}

static inline long psettime(int fd, long sec, long nsec)
{
	struct timespec ts = { .tv_sec = sec, .tv_nsec = nsec };

	return call(syscall(SYS_clock_settime, clock_of(fd), &ts));
}

static inline long padjtime(int fd, struct timex *tx)
{
	return call(syscall(SYS_clock_adjtime, clock_of(fd), tx));
}

/* CAP_SYS_TIME of the calling thread */
static inline void allow_sys_time(bool allow)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		die("capget: %s", strerror(errno));
	if (allow)
		data[0].effective |= 1U << CAP_SYS_TIME;
	else
		data[0].effective &= ~(1U << CAP_SYS_TIME);
	if (syscall(SYS_capset, &head, data))
		die("capset: %s", strerror(errno));
}

/* ---- addresses that are bad in their own ways ------------------------------ */

/* a page that ends where there is no access, and a page that cannot be written */
static inline char *page_before_hole(void)
{
	static char *page;

	if (!page) {
		page = mmap(NULL, 2 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);
		if (page == MAP_FAILED || mprotect(page + 4096, 4096, PROT_NONE))
			die("mmap: %s", strerror(errno));
	}
	return page;
}

static inline void *before_hole(size_t size)
{
	return page_before_hole() + 4096 - size;
}

static inline void *into_hole(size_t size)
{
	return page_before_hole() + 4096 - size + 1;
}

static inline void *unmapped(void)
{
	return page_before_hole() + 4096;
}

/* a copy that can be read and not written */
static inline void *read_only(const void *from, size_t size)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	memcpy(page, from, size);
	if (mprotect(page, 4096, PROT_READ))
		die("mprotect: %s", strerror(errno));
	return page;
}

#define KERNEL_ADDRESS ((void *)0xffff888000000000UL)

/* ---- the clock under test and the lab device behind it --------------------- */

static char node[64];	/* /dev/ptp64 */
static char device[32]; /* phc0 */

static inline const char *node_name(void)
{
	return strrchr(node, '/') + 1;
}

/* a file of a clock's directory in sysfs; class is ptp, or phc beside a kernel's own */
static inline const char *sysfs_of(const char *clock, const char *name)
{
	static char path[4][256];
	static const char *class;
	static unsigned int turn;
	char *buf = path[turn++ % 4];

	if (!class)
		class = access("/sys/class/phc", F_OK) ? "ptp" : "phc";
	snprintf(buf, sizeof(path[0]), "/sys/class/%s/%s/%s", class, clock, name);
	return buf;
}

/* of the clock under test */
static inline const char *sysfs(const char *name)
{
	return sysfs_of(node_name(), name);
}

static inline const char *debugfs(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", node_name(), name);
	return path;
}

static inline long long statistic(const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "statistics/%s", name);
	return number_in(sysfs(path));
}

/* requests that the driver got and carried out: refusals are counted as errors */
static inline long long done(const char *name)
{
	char errors[64];

	snprintf(errors, sizeof(errors), "%s_errors", name);
	return statistic(name) - statistic(errors);
}

/* the value after key= in a line of sysfs; a comm is the rest of the line */
static inline const char *field(const char *path, const char *key)
{
	static char text[512];
	char *p = text;
	size_t len = strlen(key);

	if (slurp(path, text, sizeof(text)) <= 0)
		return "";
	for (; p && *p; p = strchr(p, ' '), p += p ? 1 : 0) {
		if (!strncmp(p, key, len) && p[len] == '=') {
			p += len + 1;
			p[strcspn(p, strcmp(key, "comm") ? " \n" : "\n")] = 0;
			return p;
		}
	}
	return "";
}

static inline long long number_field(const char *path, const char *key)
{
	const char *value = field(path, key);

	return *value ? atoll(value) : LLONG_MIN;
}

__attribute__((format(printf, 2, 3))) static inline long lab(const char *attribute,
							     const char *text, ...)
{
	char path[96], line[128];
	va_list args;

	va_start(args, text);
	vsnprintf(line, sizeof(line), text, args);
	va_end(args);
	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/%s", device, attribute);
	return spill(path, line);
}

/* make a clock, which becomes the one under test */
static inline void lab_new(const char *parameters)
{
	char line[128], text[128], path[96];
	long err;

	snprintf(line, sizeof(line), "phc %s", parameters);
	err = spill("/sys/bus/lab/new_device", line);
	if (err)
		die("new phc: %s", err_name(err));
	slurp("/sys/bus/lab/result", text, sizeof(text));
	sscanf(text, "%31s", device);
	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/node", device);
	slurp(path, text, sizeof(text));
	text[strcspn(text, "\n")] = 0;
	snprintf(node, sizeof(node), "/dev/%.50s", text);
}

/* and take it away */
static inline void lab_del(void)
{
	long err = spill("/sys/bus/lab/del_device", device);

	if (err)
		die("del %s: %s", device, err_name(err));
}

/*
 * Edges into an input, from a hard interrupt. With a period each event's time is
 * exactly that much after the one before, so that no two are alike.
 */
static inline void push(unsigned int channel, unsigned int count, unsigned int period_ns)
{
	long err = lab("push", "channel=%u count=%u period_ns=%u", channel, count, period_ns);

	if (err)
		die("push %u edges into channel %u: %s", count, channel, err_name(err));
}

/* let an input stamp rising edges: channel n by pin n where there are pins */
static inline void extts_on(int fd, unsigned int channel, unsigned int flags)
{
	struct ptp_extts_request rq = {
		.index = channel,
		.flags = PTP_ENABLE_FEATURE | PTP_RISING_EDGE | flags,
	};
	struct ptp_pin_desc pin = { .index = channel, .func = PTP_PF_EXTTS, .chan = channel };
	struct ptp_clock_caps caps;
	long err;

	err = pioctl(fd, PTP_CLOCK_GETCAPS, &caps);
	if (!err && caps.n_pins)
		err = pioctl(fd, PTP_PIN_SETFUNC2, &pin);
	if (!err)
		err = pioctl(fd, PTP_EXTTS_REQUEST2, &rq);
	if (err)
		die("switch channel %u on: %s", channel, err_name(err));
}

static inline int64_t event_ns(const struct ptp_extts_event *event)
{
	return event->t.sec * NSEC + event->t.nsec;
}

/* all that waits, at most max; fd must not block */
static inline long drain(int fd, struct ptp_extts_event *events, unsigned int max)
{
	unsigned int n = 0;
	long len;

	do {
		len = sysread(fd, events + n, (max - n > 30 ? 30 : max - n) * EVENT_SIZE);
		n += len > 0 ? len / EVENT_SIZE : 0;
	} while (len > 0 && n < max);
	return len < 0 && len != -EAGAIN ? len : n;
}

#endif /* PTP_TEST_H */
