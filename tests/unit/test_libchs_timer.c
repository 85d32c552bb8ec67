// SPDX-License-Identifier: GPL-2.0
/*
 * Host test of libchs_timer.so: what is no PTP clock is libc's. Runs posix_timer on
 * the system's clocks with and without the library; both must find nothing wrong, and
 * say the same. Looks for both beside its own folder.
 */
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tap.h"

#define LINES 400

static const char *const clocks[] = { "monotonic", "realtime", "boottime" };
static char bin[4096], library[4096];

struct run {
	FILE *out;
	pid_t pid;
	char *lines[LINES];
	int n;
	int status;
};

/* all of them at once: they sleep most of the time */
static void start(struct run *r, const char *clock, bool preload)
{
	r->out = tmpfile();
	if (r->out)
		fcntl(fileno(r->out), F_SETFD, FD_CLOEXEC);
	r->pid = r->out ? fork() : -1;
	if (r->pid)
		return;
	dup2(fileno(r->out), 1);
	/* where the loader says that it has not found the library */
	dup2(1, 2);
	if (preload)
		setenv("LD_PRELOAD", library, 1);
	else
		unsetenv("LD_PRELOAD");
	execl(bin, "posix_timer", clock, NULL);
	_exit(127);
}

static void finish(struct run *r)
{
	size_t size = 0;

	if (r->pid < 0 || waitpid(r->pid, &r->status, 0) != r->pid) {
		r->status = -1;
		return;
	}
	rewind(r->out);
	while (r->n < LINES && getline(&r->lines[r->n], &size, r->out) > 0) {
		if (strncmp(r->lines[r->n], "ok", 2))
			printf("# %s", r->lines[r->n]);
		r->n++;
		size = 0;
	}
	fclose(r->out);
}

static void compare(const char *clock, const struct run *plain, const struct run *preloaded)
{
	char what[128];
	int i;

	snprintf(what, sizeof(what), "%s: libc alone is as posix_timer believes", clock);
	same(plain->status, 0, what);
	snprintf(what, sizeof(what), "%s: with the library too", clock);
	same(preloaded->status, 0, what);
	snprintf(what, sizeof(what), "%s: it has run to its end", clock);
	ok(plain->n > 100 && plain->n < LINES, what);
	for (i = 0; i < plain->n && i < preloaded->n; i++)
		if (strcmp(plain->lines[i], preloaded->lines[i]))
			break;
	snprintf(what, sizeof(what), "%s: every answer is the same", clock);
	ok(i == plain->n && i == preloaded->n, what);
	if (i < plain->n && i < preloaded->n)
		printf("# libc    %s# library %s", plain->lines[i], preloaded->lines[i]);
}

int main(int argc, char **argv)
{
	enum { N = sizeof(clocks) / sizeof(clocks[0]) };
	static struct run plain[N], preloaded[N];
	char here[2048];

	(void)argc;
	if (!realpath(dirname(argv[0]), here))
		return 1;
	snprintf(bin, sizeof(bin), "%s/../bin/posix_timer", here);
	snprintf(library, sizeof(library), "%s/../lib/libchs_timer.so", here);
	ok(!access(bin, X_OK) && !access(library, R_OK), "program and library are built");
	for (int i = 0; i < N; i++) {
		start(&plain[i], clocks[i], false);
		start(&preloaded[i], clocks[i], true);
	}
	for (int i = 0; i < N; i++) {
		finish(&plain[i]);
		finish(&preloaded[i]);
		compare(clocks[i], &plain[i], &preloaded[i]);
	}
	return tap_end();
}
