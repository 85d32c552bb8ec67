/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options that all tools have: -j -T --time -v -V --color --check, and for
 * tools that report, [interval [count]]. Use opts_argp as an argp child whose
 * input is a struct opts.
 */
#ifndef CHS_OPTS_H
#define CHS_OPTS_H

#include <argp.h>
#include <stdbool.h>
#include "out.h"
#include "timefmt.h"

#ifndef CHS_VERSION
#define CHS_VERSION "0.1"
#endif

struct opts {
	bool json;
	bool stamp;
	bool verbose;
	bool check;
	enum time_style time;
	enum color_mode color;
	double interval;	/* s, 0: not given */
	long count;		/* 0: not given */
};

extern const struct argp opts_argp;

/*
 * Takes arg as the interval or, after that, the count. False where it is no
 * number or both are there already; a number out of range is a usage error.
 */
bool opts_number(struct opts *o, const char *arg, struct argp_state *state);

/*
 * The rest helps a tool with its own options. What they are given is a usage error where it
 * is not as wanted; what names the option in that.
 */

/* a whole number from min to max */
long opts_integer(struct argp_state *state, const char *what, const char *arg, long min, long max);

/* a number of bytes; those of a ring buffer are a power of two */
long opts_bytes(struct argp_state *state, const char *what, const char *arg);
long opts_ring(struct argp_state *state, const char *what, const char *arg);

/* a number of seconds */
double opts_seconds(struct argp_state *state, const char *what, const char *arg);

/* of an option that may be repeated: arg comes behind the n words; free() them */
void opts_word(const char ***words, int *n, const char *arg);

/* std_begin(), what argp prints for -V, and its status on a usage error; call first */
void opts_tool(const char *tool);

#endif /* CHS_OPTS_H */
