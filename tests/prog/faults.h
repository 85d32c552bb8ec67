/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paths into the kernel that are walked with their first allocation failing, then with
 * their second, until nothing is left to fail: by /proc/thread-self/fail-nth, whose faults
 * hit this task alone. Needs a kernel with fault injection.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "check.h"

#define FAULTS "/sys/kernel/debug"
#define MOST   4000 /* allocations of one path */

static int nth = -1;

/* ---- faults ---------------------------------------------------------------- */

static void faults_setup(void)
{
	static const char *const kinds[] = { "failslab", "fail_page_alloc", "fail_usercopy" };
	char path[96];
	size_t i;

	nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (nth < 0 || access(FAULTS "/failslab", F_OK)) {
		printf("# no fault injection in this kernel\n");
		exit(77);
	}
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		/*
		 * A trace of the stack each time would look like a splat; FAIL_VERBOSE
		 * brings it for whoever looks for the allocation that was fault N.
		 */
		snprintf(path, sizeof(path), FAULTS "/%s/verbose", kinds[i]);
		if (spill(path, getenv("FAIL_VERBOSE") ? "2" : "0"))
			die("%s cannot be written", path);
	}
	/* GFP_KERNEL too; pages stay, since the kernel itself complains about those */
	if (spill(FAULTS "/failslab/ignore-gfp-wait", "N"))
		die("failslab cannot be set");
}

/* copies from and to user space count too, so these two may be hit themselves */
static void arm(unsigned int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", n);

	while (pwrite(nth, text, len, 0) != len)
		;
}

/* true if the fault was injected; none is armed afterwards */
static bool was_injected(void)
{
	char text[16] = "";
	bool injected = pread(nth, text, sizeof(text) - 1, 0) > 0 && atoi(text) == 0;

	arm(0);
	return injected;
}

/* ---- paths ----------------------------------------------------------------- */

static int target = -1; /* a file that prepare() has opened */

/*
 * One path. call() returns 0 or more, or -errno; prepare() and undo() run without
 * faults, undo() only after a call that went well.
 */
struct path {
	const char *name;
	void (*prepare)(void);
	long (*call)(void);
	void (*undo)(long result);
	long also;	   /* another error that the kernel, not we, may give */
	unsigned int tail; /* only so many of the last ones, if not 0 */
};

/* how many there are to fail */
static unsigned int count(const struct path *path)
{
	const unsigned int plenty = 1000000;
	char left[16] = "";
	long result;

	if (path->prepare)
		path->prepare();
	arm(plenty);
	result = path->call();
	if (pread(nth, left, sizeof(left) - 1, 0) <= 0 || result < 0)
		die("%s: %s", path->name, err_name(result));
	arm(0);
	if (path->undo)
		path->undo(result);
	return plenty - atoi(left);
}

static void walk(const struct path *path)
{
	unsigned int n, first = 1, failed = 0, carried = 0;
	bool good = true, injected = true;
	long result = 0;

	if (path->tail) {
		n = count(path);
		first = n > path->tail ? n - path->tail : 1;
	}
	for (n = first; n < first + MOST && injected; n++) {
		if (path->prepare)
			path->prepare();
		arm(n);
		result = path->call();
		injected = was_injected();
		if (result < 0) {
			failed++;
			if (!injected ||
			    (result != -ENOMEM && result != -EFAULT && result != path->also)) {
				good = ok(false, "%s: fault %u%s gives %s", path->name, n,
					  injected ? "" : " (not reached)", err_name(result));
				spill("/dev/kmsg", "fail_nth: the last one is wrong");
			}
		} else {
			carried += injected;
			if (path->undo)
				path->undo(result);
		}
		if (target >= 0) {
			close(target);
			target = -1;
		}
	}
	/* the last call was one without a fault */
	ok(good && !injected && result >= 0, "%s: %u faults, %u refused, %u carried", path->name,
	   n - first - 1, failed, carried);
}

#endif /* FAULTS_H */
