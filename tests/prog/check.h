/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all test programs share: checks, which print a line each, system calls that return
 * -errno, time, files, modules.
 */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include "slow.h"

#define NSEC	      1000000000LL
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* ---- checks ---------------------------------------------------------------- */

static unsigned long checks, failures;

static inline const char *err_name(long result)
{
	static char text[4][32];
	static unsigned int turn;
	const char *name = result < 0 && result > -4096 ? strerrorname_np(-result) : NULL;
	char *buf = text[turn++ % 4];

	if (name)
		return name;
	snprintf(buf, sizeof(text[0]), "%ld", result);
	return buf;
}

/* Checks may come from several threads, but a line is whole always. */
__attribute__((format(printf, 2, 3))) static inline bool ok(bool good, const char *what, ...)
{
	char text[256];
	va_list args;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	__atomic_add_fetch(&checks, 1, __ATOMIC_RELAXED);
	if (!good)
		__atomic_add_fetch(&failures, 1, __ATOMIC_RELAXED);
	printf("%s - %s\n", good ? "ok" : "not ok", text);
	return good;
}

/* results of system calls: a value, or -errno */
__attribute__((format(printf, 3, 4))) static inline bool want(long got, long expected,
							      const char *what, ...)
{
	char text[200];
	va_list args;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	if (got == expected)
		return ok(true, "%s: %s", text, err_name(got));
	return ok(false, "%s: expected %s, got %s", text, err_name(expected), err_name(got));
}

__attribute__((format(printf, 1, 2), noreturn)) static inline void die(const char *what, ...)
{
	va_list args;

	printf("not ok - cannot go on: ");
	va_start(args, what);
	vprintf(what, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
	_exit(1);
}

struct group {
	const char *name;
	void (*run)(void);
};

/* main() of a test program: the groups that are named, or all of them */
static inline int run_groups(const struct group *groups, size_t n, char **names)
{
	size_t i;

	for (; *names; names++) {
		for (i = 0; i < n && strcmp(groups[i].name, *names); i++)
			;
		if (i == n)
			die("no group %s", *names);
		groups[i].run();
	}
	printf("# %lu checks, %lu failed\n", checks, failures);
	fflush(stdout);
	return failures || !checks;
}

/* ---- system calls, as the kernel answers them ------------------------------ */

static inline long call(long result)
{
	return result < 0 ? -errno : result;
}

static inline long pioctl(int fd, unsigned int cmd, const void *arg)
{
	return call(syscall(SYS_ioctl, fd, cmd, arg));
}

static inline long sysread(int fd, void *to, size_t size)
{
	return call(syscall(SYS_read, fd, to, size));
}

static inline int open_node(const char *node, int flags)
{
	int fd = open(node, flags | O_CLOEXEC);

	if (fd < 0)
		die("open %s: %s", node, strerror(errno));
	return fd;
}

static inline int64_t now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * NSEC + ts.tv_nsec;
}

static inline void nap_ms(long ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&ts, NULL);
}

/* wait for what another thread does; false after five seconds */
#define eventually(condition) \
	({ \
		int64_t end_ = now_ns(CLOCK_MONOTONIC) + 5 * slowness() * NSEC; \
		bool true_; \
		while (!(true_ = (condition)) && now_ns(CLOCK_MONOTONIC) < end_) \
			nap_ms(1); \
		true_; \
	})

/* ---- files ----------------------------------------------------------------- */

/* the length read, or -errno */
static inline long slurp(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long len, sum = 0;

	if (fd < 0)
		return -errno;
	do {
		len = call(read(fd, buf + sum, size - 1 - sum));
		sum += len > 0 ? len : 0;
	} while (len > 0 && (size_t)sum < size - 1);
	close(fd);
	buf[sum] = 0;
	return len < 0 ? len : sum;
}

/* 0, or -errno of the first that failed */
static inline long spill(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	long err;

	if (fd < 0)
		return -errno;
	err = call(write(fd, text, strlen(text)));
	close(fd);
	return err < 0 ? err : 0;
}

/* all that the kernel has traced so far is forgotten; writing nothing would not do it */
static inline void trace_clear(void)
{
	int fd = open("/sys/kernel/tracing/trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
}

static inline long long number_in(const char *path)
{
	char text[64];

	if (slurp(path, text, sizeof(text)) <= 0)
		return -1;
	return atoll(text);
}

/* ---- modules --------------------------------------------------------------- */

static inline long unload(const char *module)
{
	return call(syscall(SYS_delete_module, module, O_NONBLOCK));
}

static inline bool is_loaded(const char *module)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", module);
	return !access(path, F_OK);
}

static inline const char *module_path(const char *module)
{
	static char path[256];
	struct utsname name;

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%.64s/updates/chronoscope/%.64s.ko",
		 name.release, module);
	return path;
}

/* faster than modprobe; what it depends on is there */
static inline long load(const char *module)
{
	int fd = open(module_path(module), O_RDONLY | O_CLOEXEC);
	long err;

	if (fd < 0)
		return -errno;
	err = call(syscall(SYS_finit_module, fd, "", 0));
	close(fd);
	return err;
}

#endif /* CHECK_H */
