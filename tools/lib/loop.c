// SPDX-License-Identifier: GPL-2.0
/* Waiting: owns the signal mask, the timers and the descriptors it made itself. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
#include "loop.h"
#include "timefmt.h"

static void on_signal(void *arg)
{
	struct loop *l = arg;
	struct signalfd_siginfo si;

	if (read(l->src[0].fd, &si, sizeof(si)) == sizeof(si))
		l->signal = si.ssi_signo;
	l->quit = true;
}

static void on_reader_gone(void *arg)
{
	struct loop *l = arg;

	l->reader_gone = true;
	l->quit = true;
}

int loop_init(struct loop *l)
{
	struct stat st;
	sigset_t set;
	int fd;

	memset(l, 0, sizeof(*l));
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	/* a shell's background job inherits SIGINT ignored, and a signalfd would not see it */
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	loop_add(l, fd, on_signal, l);
	if (!fstat(STDOUT_FILENO, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))) {
		loop_add(l, STDOUT_FILENO, on_reader_gone, l);
		l->src[l->n - 1].gone = true;
	}
	return 0;
}

int loop_add(struct loop *l, int fd, loop_fn fn, void *arg)
{
	if (l->n == LOOP_SOURCES)
		return -ENOSPC;
	memset(&l->src[l->n], 0, sizeof(l->src[0]));
	l->src[l->n].fd = fd;
	l->src[l->n].fn = fn;
	l->src[l->n].arg = arg;
	l->n++;
	return 0;
}

int loop_timer(struct loop *l, int64_t first_ns, int64_t period_ns, loop_fn fn, void *arg)
{
	struct itimerspec its = {
		.it_value = { first_ns / NS_PER_SEC, first_ns % NS_PER_SEC },
		.it_interval = { period_ns / NS_PER_SEC, period_ns % NS_PER_SEC },
	};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	int err;

	if (fd < 0)
		return -errno;
	if (timerfd_settime(fd, TFD_TIMER_ABSTIME, &its, NULL)) {
		err = -errno;
		close(fd);
		return err;
	}
	err = loop_add(l, fd, fn, arg);
	if (err)
		close(fd);
	else
		l->src[l->n - 1].timer = true;
	return err;
}

int loop_run(struct loop *l)
{
	struct pollfd p[LOOP_SOURCES];
	uint64_t expired;

	while (!l->quit) {
		for (int i = 0; i < l->n; i++) {
			p[i].fd = l->src[i].fd;
			p[i].events = l->src[i].gone ? 0 : POLLIN;
		}
		if (poll(p, l->n, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		for (int i = 0; i < l->n && !l->quit; i++) {
			if (!p[i].revents)
				continue;
			/* several expirations are one call: the late ones are gone */
			if (l->src[i].timer &&
			    read(l->src[i].fd, &expired, sizeof(expired)) != sizeof(expired))
				continue;
			l->src[i].fn(l->src[i].arg);
		}
	}
	return 0;
}

void loop_quit(struct loop *l)
{
	l->quit = true;
}

void loop_free(struct loop *l)
{
	for (int i = 0; i < l->n; i++)
		if (i == 0 || l->src[i].timer)
			close(l->src[i].fd);
	l->n = 0;
}
