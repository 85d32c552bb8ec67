// SPDX-License-Identifier: GPL-2.0
/* Common options: argument parsing only. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "err.h"
#include "opts.h"
#include "std.h"
#include "units.h"

enum { KEY_TIME = 0x1000, KEY_COLOR, KEY_CHECK };

#define MAX_INTERVAL 86400.0

static const struct argp_option options[] = {
	{ "json", 'j', 0, 0, "JSON records, one object a line", 0 },
	{ "timestamp", 'T', 0, 0, "Say when, in every report", 0 },
	{ "time", KEY_TIME, "iso|epoch|mono", 0, "How moments are written (default iso)", 0 },
	{ "color", KEY_COLOR, "auto|always|never", 0,
	  "Colours (auto: on a terminal, unless NO_COLOR is set)", 0 },
	{ "check", KEY_CHECK, 0, 0, "Exit with 3 if anything was lost", 0 },
	{ "verbose", 'v', 0, 0, "Show what libbpf says", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const colors[] = { "auto", "always", "never" };
	struct opts *o = state->input;
	int i;

	switch (key) {
	case 'j':
		o->json = true;
		return 0;
	case 'T':
		o->stamp = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case KEY_CHECK:
		o->check = true;
		return 0;
	case KEY_TIME:
		i = time_style_parse(arg);
		if (i < 0)
			argp_error(state, "--time is iso, epoch or mono, not \"%s\"", arg);
		o->time = i;
		return 0;
	case KEY_COLOR:
		for (i = 0; i < 3; i++)
			if (!strcmp(arg, colors[i]))
				break;
		if (i == 3)
			argp_error(state, "--color is auto, always or never, not \"%s\"", arg);
		o->color = i;
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp opts_argp = { .options = options, .parser = parse };

bool opts_number(struct opts *o, const char *arg, struct argp_state *state)
{
	char *end;
	long n;

	if (!isdigit((unsigned char)arg[0]) && arg[0] != '.')
		return false;
	if (!o->interval) {
		o->interval = units_parse_seconds(arg, MAX_INTERVAL);
		/* below a hundredth the tool would mostly look at itself */
		if (o->interval < 0.01)
			argp_error(state, "the interval is 0.01 to 86400 seconds, not \"%s\"", arg);
		return true;
	}
	if (o->count)
		return false;
	errno = 0;
	n = strtol(arg, &end, 10);
	if (*end || errno || n < 1)
		argp_error(state, "the count is 1 or more, not \"%s\"", arg);
	o->count = n;
	return true;
}

long opts_integer(struct argp_state *state, const char *what, const char *arg, long min, long max)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(arg, &end, 10);
	if (end == arg || *end || errno || n < min || n > max)
		argp_error(state, "%s is %ld to %ld, not \"%s\"", what, min, max, arg);
	return n;
}

long opts_bytes(struct argp_state *state, const char *what, const char *arg)
{
	return opts_integer(state, what, arg, 4096, 1 << 30);
}

long opts_ring(struct argp_state *state, const char *what, const char *arg)
{
	long n = opts_bytes(state, what, arg);

	if (n & (n - 1))
		argp_error(state, "%s is a power of two, not \"%s\"", what, arg);
	return n;
}

double opts_seconds(struct argp_state *state, const char *what, const char *arg)
{
	double s = units_parse_seconds(arg, 1e9);

	if (s < 0)
		argp_error(state, "%s is a number of seconds, not \"%s\"", what, arg);
	return s;
}

void opts_word(const char ***words, int *n, const char *arg)
{
	*words = reallocarray(*words, *n + 1, sizeof(**words));
	if (!*words)
		abort();
	(*words)[(*n)++] = arg;
}

static const char *version_tool;

static void print_version(FILE *f, struct argp_state *state)
{
	(void)state;
	fprintf(f, "%s (chronoscope) %s\n", version_tool, CHS_VERSION);
}

void opts_tool(const char *tool)
{
	std_begin();
	version_tool = tool;
	err_tool(tool);
	argp_program_version_hook = print_version;
	argp_err_exit_status = STATUS_USAGE;
}
