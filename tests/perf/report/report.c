// SPDX-License-Identifier: GPL-2.0
/*
 * report: two runs of the benchmarks against each other and against the baseline.
 * Reads what tests/perf/guest has printed, twice; prints the table.
 */
#include <argp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "compare.h"
#include "err.h"
#include "opts.h"
#include "table.h"

enum { STATUS_CHANGED = 3, STATUS_UNSOUND = 4 };

static struct {
	const char *baseline;
	const char *goals;
	const char *results;
	const char *run[2];
	int n;
	bool record;
	bool all;
	bool part;
} arg;

static struct out out;

/* ---- is the instrument sound? ----------------------------------------------- */

static int check_counting(const struct results *r)
{
	int status = 0;

	for (int i = 0; i < r->n; i++) {
		const struct figure *f = &r->figures[i];

		if (f->expect == FIGURE_UNKNOWN || f->expect == f->value)
			continue;
		err_say(0, NULL, "%s: %" PRId64 " instructions were counted as %" PRId64, f->bench,
			f->expect, f->value);
		status = STATUS_UNSOUND;
	}
	return status;
}

static int disagree(const char *bench, const char *what, int64_t a, int64_t b)
{
	err_say(0, NULL, "%s: the two runs disagree%s: %" PRId64 " and %" PRId64, bench, what, a,
		b);
	return STATUS_UNSOUND;
}

static int check_agreement(const struct results *a, const struct results *b)
{
	int status = 0;

	for (int i = 0; i < a->n; i++) {
		const struct figure *f = &a->figures[i], *g = results_find(b, f->bench);

		if (!g) {
			err_say(0, NULL, "%s: only the first run has it", f->bench);
			status = STATUS_UNSOUND;
		} else if (!within_tolerance(f->bench, f->value, g->value)) {
			status = disagree(f->bench, "", f->value, g->value);
		} else if ((f->peer == FIGURE_UNKNOWN) != (g->peer == FIGURE_UNKNOWN) ||
			   (f->peer != FIGURE_UNKNOWN && !within_tolerance(f->bench, f->peer, g->peer))) {
			status = disagree(f->bench, " on the peer", f->peer, g->peer);
		}
	}
	for (int i = 0; i < b->n; i++) {
		if (!results_find(a, b->figures[i].bench)) {
			err_say(0, NULL, "%s: only the second run has it", b->figures[i].bench);
			status = STATUS_UNSOUND;
		}
	}
	return status;
}

/* ---- the table -------------------------------------------------------------- */

struct row {
	const char *bench;
	int64_t base;
	int64_t now;
	const char *delta;
	const char *percent;
	int64_t peer;
	const char *ratio;
};

#define AT(f) offsetof(struct row, f)

static const struct col cols[] = {
	{ "BENCH", "bench", COL_STR, COL_LEFT, AT(bench), 31 },
	{ "BASE", "base", COL_INT, 0, AT(base), 7 },
	{ "NEW", "value", COL_INT, 0, AT(now), 7 },
	{ "Δ", "delta", COL_STR, 0, AT(delta), 6 },
	{ "Δ%", "percent", COL_STR, 0, AT(percent), 7 },
	{ "PEER", "peer", COL_INT, 0, AT(peer), 7 },
	{ "RATIO", "ratio", COL_STR, 0, AT(ratio), 5 },
};

static struct table table = {
	.key = "benchmarks",
	.cols = cols,
	.ncols = sizeof(cols) / sizeof(*cols),
};

static void add_row(const struct figure *f, const struct figure *base)
{
	char delta[32] = "-", percent[32] = "-", ratio[32] = "-";
	struct row row = {
		.bench = f->bench,
		.base = base ? base->value : COL_UNKNOWN,
		.now = f->value,
		.delta = delta,
		.percent = percent,
		.peer = f->peer,
		.ratio = ratio,
	};

	if (base) {
		snprintf(delta, sizeof(delta), "%+" PRId64, f->value - base->value);
		if (base->value)
			snprintf(percent, sizeof(percent), "%+.2f%%",
				 100.0 * (f->value - base->value) / labs(base->value));
	}
	if (f->peer != FIGURE_UNKNOWN && f->peer > 0)
		snprintf(ratio, sizeof(ratio), "%.2f", (double)f->value / f->peer);
	table_row(&table, &out, &row);
}

static bool changed(const struct figure *f, const struct figure *base)
{
	return base && !within_tolerance(f->bench, base->value, f->value);
}

/* all figures of a kind, under a heading; what is only a detail where it changed */
static void print_group(const struct results *r, const struct results *base, const char *group,
			const char *unit)
{
	int hidden = 0, n = 0;

	for (int i = 0; i < r->n; i++) {
		const struct figure *f = &r->figures[i], *b = results_find(base, f->bench);

		if (strcmp(f->group, group) || strcmp(f->unit, unit))
			continue;
		if (f->detail && !arg.all && !changed(f, b)) {
			hidden++;
			continue;
		}
		if (!n++) {
			out_text(&out, "%s", "");
			if (*group)
				out_text(&out, "%s that +%s adds", unit, group);
			else
				out_text(&out, "%s", unit);
			table_begin(&table, &out);
		}
		add_row(f, b);
	}
	table_end(&table, &out);
	if (hidden)
		out_text(&out, "%sand %d more figures%s%s, %s (V=1 shows them)", n ? "" : "\n",
			 hidden, *group ? " of +" : "", group,
			 base->n ? "none of them changed" : "not shown");
}

static bool first_of_group(const struct results *r, int i)
{
	for (int k = 0; k < i; k++)
		if (!strcmp(r->figures[k].group, r->figures[i].group) &&
		    !strcmp(r->figures[k].unit, r->figures[i].unit))
			return false;
	return true;
}

static void print_table(const struct results *r, const struct results *base)
{
	out_text(&out, "kernel %s, %s, QEMU %s, libbpf %s, commit %s", r->key[KEY_KERNEL],
		 r->key[KEY_COMPILER], r->key[KEY_QEMU], r->key[KEY_LIBBPF], r->key[KEY_COMMIT]);
	for (int i = 0; i < r->n; i++)
		if (first_of_group(r, i))
			print_group(r, base, r->figures[i].group, r->figures[i].unit);
	table_free(&table);
}

/* ---- goals ------------------------------------------------------------------ */

static int print_goals(const struct results *r)
{
	struct goal *goals;
	int n = goals_load(&goals, arg.goals), missed = 0, unknown = 0;

	if (n < 0)
		return STATUS_FAILED;
	out_text(&out, "%s", "");
	for (int i = 0; i < n; i++) {
		const struct figure *f = results_find(r, goals[i].bench);
		int met = goal_met(&goals[i], f);
		char is[32] = "-", limit[32];

		if (met < 0 && arg.part)
			continue;
		if (f && !goals[i].of_peer)
			snprintf(is, sizeof(is), "%" PRId64, f->value);
		else if (f && met >= 0)
			snprintf(is, sizeof(is), "%.3fx", (double)f->value / f->peer);
		snprintf(limit, sizeof(limit), goals[i].of_peer ? "%.2fx" : "%.0f", goals[i].limit);
		missed += met == 0;
		/* a goal that nobody measures would be met for ever */
		unknown += met < 0 && !results_skipped(r, goals[i].bench);
		out_text(&out, "goal %-31s <= %6s: %7s %s%s%s", goals[i].bench, limit, is,
			 met ? "" : out_red(&out),
			 met > 0 ? "met"
			 : met	 ? "not counted"
				 : "MISSED",
			 met ? "" : out_plain(&out));
	}
	if (missed)
		out_text(&out, "%d of %d goals missed", missed, n);
	goals_free(goals, n);
	if (unknown)
		err_say(0, "tests/perf/goals names a benchmark that is not there",
			"%d goals were not counted", unknown);
	return unknown ? STATUS_FAILED : 0;
}

/* ---- against the baseline --------------------------------------------------- */

static int compare(const struct results *r, const struct results *base)
{
	int outside = 0, new = 0, skipped = 0;

	for (int i = 0; i < r->n; i++) {
		const struct figure *f = &r->figures[i], *b = results_find(base, f->bench);

		new += !b;
		if (!changed(f, b))
			continue;
		outside++;
		out_text(&out, "%s%s: %s: %" PRId64 " %s, was %" PRId64 " (%+" PRId64 ")%s",
			 out_red(&out), f->value > b->value ? "WORSE" : "BETTER", f->bench,
			 f->value, f->unit, b->value, f->value - b->value, out_plain(&out));
	}
	for (int i = 0; i < base->n && !arg.part; i++) {
		const struct figure *b = &base->figures[i];

		if (results_find(r, b->bench))
			continue;
		if (results_skipped(r, b->bench)) {
			skipped++;
			continue;
		}
		outside++;
		out_text(&out, "%sGONE: %s: was %" PRId64 " %s%s", out_red(&out), b->bench,
			 b->value, b->unit, out_plain(&out));
	}
	if (new)
		out_text(&out, "%d figures are not in the baseline yet: make bench-baseline", new);
	if (skipped)
		out_text(&out, "%s%d figures of the baseline were NOT COMPARED: skipped%s",
			 out_red(&out), skipped, out_plain(&out));
	if (!outside) {
		out_text(&out, "within tolerance of the baseline: %d figures", r->n - new);
		return 0;
	}
	out_text(&out,
		 "%d figures outside tolerance (the larger of 2 and 1 %%); if that is right, "
		 "record it:\n  make bench-baseline",
		 outside);
	return STATUS_CHANGED;
}

/* ---- the command ------------------------------------------------------------ */

static const struct argp_option options[] = {
	{ "all", 'a', 0, 0, "Show every figure", 0 },
	{ "baseline", 'b', "FILE", 0, "What to compare with", 0 },
	{ "goals", 'g', "FILE", 0, "Limits", 0 },
	{ "output", 'o', "FILE", 0, "Write the results there as JSON lines", 0 },
	{ "part", 'p', 0, 0, "Only some benchmarks were run: do not miss the others", 0 },
	{ "record", 'r', 0, 0, "Make them the baseline", 0 },
	{ 0 },
};

static const char doc[] =
	"Compares benchmark results with each other and with a baseline.\v"
	"Exit status: 0 within tolerance or no baseline for this combination of kernel,\n"
	"compiler, QEMU and libbpf; 3 outside tolerance, in either direction; 4 the two runs\n"
	"disagree, or a self-test was counted wrong; 1 anything else; 2 usage.";

static error_t parse(int key, char *text, struct argp_state *state)
{
	switch (key) {
	case 'a':
		arg.all = true;
		return 0;
	case 'b':
		arg.baseline = text;
		return 0;
	case 'g':
		arg.goals = text;
		return 0;
	case 'o':
		arg.results = text;
		return 0;
	case 'p':
		arg.part = true;
		return 0;
	case 'r':
		arg.record = true;
		return 0;
	case ARGP_KEY_ARG:
		if (arg.n == 2)
			argp_usage(state);
		arg.run[arg.n++] = text;
		return 0;
	case ARGP_KEY_END:
		if (!arg.n || (arg.record && (arg.part || arg.n < 2 || !arg.baseline)))
			argp_usage(state);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp argp = { options, parse, "RUN [RUN]", doc, NULL, NULL, NULL };

static int weigh(const struct results *r, const struct results *second)
{
	struct results base = {};
	int status, found = BASELINE_NONE;

	if (arg.baseline) {
		found = baseline_load(&base, arg.baseline, r);
		if (found > 0)
			return found;
	}
	print_table(r, &base);
	status = arg.goals ? print_goals(r) : 0;
	out_text(&out, "%s", "");
	for (int i = 0; i < r->n_skipped; i++)
		out_text(&out, "%sSKIPPED: %s: %s%s", out_red(&out), r->skipped[i].variant,
			 r->skipped[i].why, out_plain(&out));
	if (!status)
		status = check_counting(r);
	if (!status && second) {
		status = check_agreement(r, second);
		if (!status)
			out_text(&out, "two runs agree: %d figures", r->n);
	}
	if (!status && arg.results)
		status = results_save(arg.results, r);
	if (!status && arg.record && r->n_skipped) {
		status = err_say(0, "a baseline is whole", "not recorded: %d variants were skipped",
				 r->n_skipped);
	} else if (!status && arg.record) {
		status = baseline_save(arg.baseline, r);
		if (!status)
			out_text(&out, "recorded in %s: %d figures", arg.baseline, r->n);
	} else if (!status && found == BASELINE_NONE) {
		out_text(&out,
			 "%sNO BASELINE%s for this combination of kernel, compiler, QEMU and "
			 "libbpf:\nnothing was compared. Record one with\n  make bench-baseline",
			 out_red(&out), out_plain(&out));
	} else if (!status) {
		status = compare(r, &base);
	}
	results_free(&base);
	return status;
}

int main(int argc, char **argv)
{
	struct results run[2] = {};
	int status = 0;

	opts_tool("bench report");
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	out_init(&out, stdout, "bench", false, true, COLOR_AUTO);
	for (int i = 0; i < arg.n && !status; i++)
		status = results_load(&run[i], arg.run[i]);
	if (!status)
		status = weigh(&run[0], arg.n == 2 ? &run[1] : NULL);
	if (!out_ok(&out) && !status)
		status = STATUS_FAILED;
	for (int i = 0; i < arg.n; i++)
		results_free(&run[i]);
	return status;
}
