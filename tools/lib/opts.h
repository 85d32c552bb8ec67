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

/* what argp prints for -V, and the status it leaves with on a usage error; call first */
void opts_tool(const char *tool);

#endif /* CHS_OPTS_H */
