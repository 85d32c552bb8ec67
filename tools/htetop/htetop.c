// SPDX-License-Identifier: GPL-2.0
/* htetop: top for hardware timestamping lines. The command line, and which face it has. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "batch.h"
#include "bpf_tool.h"
#include "columns.h"
#include "err.h"
#include "htetop.h"
#include "screen.h"
#include "units.h"

enum {
	KEY_CONSUMER = 0x2000,
	KEY_COLUMNS,
	KEY_ASCII,
	KEY_WARN,
	KEY_BAD,
	KEY_MAX_LINES,
	KEY_RAW_TP,
};

static const struct argp_option options[] = {
	{ "batch", 'b', 0, 0, "Reports one below another (by itself where stdout is no terminal)",
	  0 },
	{ "delay", 'd', "SECONDS", 0, "Between two reports: 0.01 to 86400 (default 1)", 0 },
	{ "iterations", 'n', "COUNT", 0, "End after so many reports", 0 },
	{ "sort", 's', "[+-]COLUMN", 0, "+: the least first, -: the greatest first", 0 },
	{ "columns", KEY_COLUMNS, "LIST", 0, "These columns; \"help\" tells which there are", 0 },
	{ "chip", 'c', "CHIP", 0, "Only lines of this provider; may be repeated", 0 },
	{ "lines", 'l', "LIST", 0, "Only these lines, as 0-7,12; may be repeated", 0 },
	{ "consumer", KEY_CONSUMER, "NAME", 0, "Only lines of this consumer; may be repeated", 0 },
	{ "hide-idle", 'z', 0, 0, "Batch: leave out lines with nothing to tell", 0 },
	{ "histogram", 'H', 0, 0, "Batch: histograms", 0 },
	{ "wide", 'w', 0, 0, "Batch: all columns, however wide", 0 },
	{ "ascii", KEY_ASCII, 0, 0, "Screen: nothing but ASCII", 0 },
	{ "warn", KEY_WARN, "LATENCY", 0, "Screen: yellow from here on (default 100us)", 0 },
	{ "bad", KEY_BAD, "LATENCY", 0, "Screen: red from here on (default 1ms)", 0 },
	{ "max-lines", KEY_MAX_LINES, "N", 0, "Room for N lines (default 1024)", 0 },
	{ "raw-tp", KEY_RAW_TP, 0, 0, "Raw tracepoints, as where the module has no BTF", 0 },
	{ 0 },
};

/* "0-7,12" */
static void add_lines(struct config *cfg, const char *arg, struct argp_state *state)
{
	const char *s = arg;
	unsigned long first, last;
	char *end;

	do {
		errno = 0;
		first = last = isdigit((unsigned char)*s) ? strtoul(s, &end, 10) : ULONG_MAX;
		if (first != ULONG_MAX && *end == '-' && isdigit((unsigned char)end[1]))
			last = strtoul(end + 1, &end, 10);
		if (first > last || last > UINT32_MAX || (*end && *end != ','))
			argp_error(state, "--lines is a list of numbers and ranges, not \"%s\"",
				   arg);
		cfg->lines = reallocarray(cfg->lines, cfg->n_lines + 1, sizeof(*cfg->lines));
		if (!cfg->lines)
			abort();
		cfg->lines[cfg->n_lines++] = (struct range){ first, last };
		s = end + 1;
	} while (*end);
}

static void list_columns(void)
{
	for (int i = 0; i < n_columns; i++)
		printf("%-14s %-8s %s\n", columns[i].name, columns[i].col.head, columns[i].help);
	exit(STATUS_OK);
}

static int column(const char *what, const char *name, struct argp_state *state)
{
	int i = column_find(name);

	if (i < 0)
		argp_error(state, "%s: there is no column \"%s\"; --columns=help lists them", what,
			   name);
	return i;
}

static void choose_columns(struct config *cfg, char *arg, struct argp_state *state)
{
	if (!strcmp(arg, "help"))
		list_columns();
	for (char *name = strtok(arg, ","); name; name = strtok(NULL, ","))
		cfg->columns |= 1ULL << column("--columns", name, state);
	if (!cfg->columns)
		argp_error(state, "--columns wants at least one column");
}

static void choose_sort(struct config *cfg, const char *arg, struct argp_state *state)
{
	char sign = *arg == '+' || *arg == '-' ? *arg++ : 0;

	cfg->sort = column("--sort", arg, state);
	cfg->descending = sign ? sign == '-' : column_descends(cfg->sort);
}

static int64_t duration(const char *what, const char *arg, struct argp_state *state)
{
	int64_t ns = units_parse_ns(arg);

	if (ns < 0)
		argp_error(state, "%s is a duration like 100us or 1.5ms, not \"%s\"", what, arg);
	return ns;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct config *cfg = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cfg->common;
		return 0;
	case 'b':
		cfg->batch = true;
		return 0;
	case 'd':
		cfg->common.interval = units_parse_seconds(arg, 86400);
		if (cfg->common.interval < 0.01)
			argp_error(state, "--delay is 0.01 to 86400 seconds, not \"%s\"", arg);
		return 0;
	case 'n':
		cfg->common.count = opts_integer(state, "--iterations", arg, 1, LONG_MAX);
		return 0;
	case 's':
		choose_sort(cfg, arg, state);
		return 0;
	case KEY_COLUMNS:
		choose_columns(cfg, arg, state);
		return 0;
	case 'c':
		opts_word(&cfg->chips, &cfg->n_chips, arg);
		return 0;
	case 'l':
		add_lines(cfg, arg, state);
		return 0;
	case KEY_CONSUMER:
		opts_word(&cfg->consumers, &cfg->n_consumers, arg);
		return 0;
	case 'z':
		cfg->hide_idle = true;
		return 0;
	case 'H':
		cfg->histograms = true;
		return 0;
	case 'w':
		cfg->wide = true;
		return 0;
	case KEY_ASCII:
		cfg->ascii = true;
		return 0;
	case KEY_WARN:
		cfg->warn_ns = duration("--warn", arg, state);
		return 0;
	case KEY_BAD:
		cfg->bad_ns = duration("--bad", arg, state);
		return 0;
	case KEY_MAX_LINES:
		cfg->max_lines = opts_integer(state, "--max-lines", arg, 1, HTETOP_MAX_LINES);
		return 0;
	case KEY_RAW_TP:
		cfg->raw_tp = true;
		return 0;
	case ARGP_KEY_ARG:
		if (!opts_number(&cfg->common, arg, state))
			argp_error(state, "[INTERVAL [COUNT]] are numbers; what is \"%s\"?", arg);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const char doc[] =
	"top for hardware timestamping lines: how many stamps each gets, how late they come, "
	"and which were lost, and why."
	"\v"
	"Examples:\n"
	"  htetop                      every line, live; h tells the keys\n"
	"  htetop -s lost -c gte0      one provider, the worst line first\n"
	"  htetop -b -n 3              three reports, a second each\n"
	"  htetop -b 5 12              twelve reports of five seconds\n"
	"  htetop -w -l 0-7            all columns of eight lines\n"
	"  htetop --columns line,rate,lat50,lat99 -H | less\n"
	"  htetop -j | jq .lines       JSON, one object a line\n"
	"  htetop --check -n 60        exit with 3 if a stamp was lost in a minute\n";

static const struct argp_child children[] = {
	{ &opts_argp, 0, "All tools:", -1 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[INTERVAL [COUNT]]",
	.doc = doc,
	.children = children,
};

/* a loss of a line that is looked at, or of our own */
static int check(struct source *src)
{
	struct top_model model;

	source_stop(src);
	if (source_take(src, &model))
		return STATUS_FAILED;
	for (int i = 0; i < model.n_lines; i++)
		if (model.lines[i].lost_total)
			return STATUS_LOST;
	return model.untracked || model.missed ? STATUS_LOST : STATUS_OK;
}

int main(int argc, char **argv)
{
	static struct config cfg = { .max_lines = 1024, .warn_ns = 100000, .bad_ns = 1000000 };
	struct source *src;
	int status;

	opts_tool("htetop");
	cfg.sort = column_find("chip");
	argp_parse(&argp, argc, argv, 0, NULL, &cfg);
	if (cfg.common.json || !isatty(STDOUT_FILENO))
		cfg.batch = true;
	bpf_tool_quiet(cfg.common.verbose);
	src = source_open(&cfg);
	if (!src)
		return STATUS_FAILED;
	status = cfg.batch ? batch_run(src, &cfg) : screen_run(src, &cfg);
	if (!status && cfg.common.check)
		status = check(src);
	source_close(src);
	free(cfg.chips);
	free(cfg.lines);
	free(cfg.consumers);
	return status;
}
