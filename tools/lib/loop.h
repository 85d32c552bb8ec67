/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place where a tool waits: timers on absolute deadlines (a late report
 * does not shift the next), SIGINT and SIGTERM as a file descriptor, any other
 * descriptors, and the reader of our output, whose going ends the tool quietly.
 */
#ifndef CHS_LOOP_H
#define CHS_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#define LOOP_SOURCES 8

typedef void (*loop_fn)(void *arg);

struct loop {
	struct {
		int fd;
		bool timer;
		bool gone;	/* the reader of stdout: watched for errors only */
		loop_fn fn;
		void *arg;
	} src[LOOP_SOURCES];
	int n;
	bool quit;
	bool reader_gone;
	int signal;		/* which one ended it, 0: none */
};

/* also makes SIGPIPE an error of write(), from here on */
int loop_init(struct loop *l);
int loop_add(struct loop *l, int fd, loop_fn fn, void *arg);

/* first_ns is a moment of CLOCK_MONOTONIC; period_ns 0: once */
int loop_timer(struct loop *l, int64_t first_ns, int64_t period_ns, loop_fn fn, void *arg);

/* until a signal, loop_quit(), or the output's reader has gone; 0 or -errno */
int loop_run(struct loop *l);
void loop_quit(struct loop *l);
void loop_free(struct loop *l);

#endif /* CHS_LOOP_H */
