// SPDX-License-Identifier: GPL-2.0
/* The periodic report and the totals: turns figures into rows of tables. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "alarms.h"
#include "procs.h"
#include "report.h"
#include "table.h"
#include "timefmt.h"

struct clock_row {
	const char *clock;
	const char *name;
	double ops, errors, events, drops, opens, reads, pps;
	double freq_ppb;
	int64_t offset_ns, bound_ns, readers, width_p50;
	const char *source;
	uint64_t n_ops, n_errors, n_events, n_drops;
	int64_t present, jumps, stops, misreads;
};

#define AT(s, f) offsetof(struct s, f)

static const struct col clock_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(clock_row, clock), 5 },
	{ "name", "name", COL_STR, COL_LEFT | COL_WIDE, AT(clock_row, name), 12 },
	{ "ops/s", "ops_per_s", COL_RATE, 0, AT(clock_row, ops), 8 },
	{ "err/s", "errors_per_s", COL_RATE, COL_WARN, AT(clock_row, errors), 6 },
	{ "freq_ppb", "freq_ppb", COL_PPB, 0, AT(clock_row, freq_ppb), 11 },
	{ "offset", "offset_ns", COL_OFFSET, 0, AT(clock_row, offset_ns), 14 },
	{ "bound", "bound_ns", COL_NS, 0, AT(clock_row, bound_ns), 6 },
	{ NULL, "offset_source", COL_STR, COL_NO_TEXT, AT(clock_row, source), 0 },
	{ "ext/s", "events_per_s", COL_RATE, 0, AT(clock_row, events), 7 },
	{ "drop/s", "drops_per_s", COL_RATE, COL_WARN, AT(clock_row, drops), 6 },
	{ "rd", "readers", COL_INT, 0, AT(clock_row, readers), 2 },
	{ "read/s", "reads_per_s", COL_RATE, COL_WIDE, AT(clock_row, reads), 7 },
	{ "open/s", "opens_per_s", COL_RATE, COL_WIDE, AT(clock_row, opens), 6 },
	{ "pps/s", "pps_per_s", COL_RATE, COL_WIDE, AT(clock_row, pps), 6 },
	{ "width50", "width_p50_ns", COL_NS, COL_WIDE, AT(clock_row, width_p50), 7 },
	{ NULL, "ops", COL_COUNT, COL_NO_TEXT, AT(clock_row, n_ops), 0 },
	{ NULL, "errors", COL_COUNT, COL_NO_TEXT, AT(clock_row, n_errors), 0 },
	{ NULL, "events", COL_COUNT, COL_NO_TEXT, AT(clock_row, n_events), 0 },
	{ NULL, "drops", COL_COUNT, COL_NO_TEXT, AT(clock_row, n_drops), 0 },
	{ NULL, "present", COL_INT, COL_NO_TEXT, AT(clock_row, present), 0 },
};

struct op_row {
	const char *clock;
	const char *op;
	double rate, errors;
	uint64_t n, n_errors;
	int64_t avg, p50, p90, p99, p999, max;
	const struct hist *hist;
};

static const struct col op_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(op_row, clock), 5 },
	{ "operation", "op", COL_STR, COL_LEFT, AT(op_row, op), 11 },
	{ "ops/s", "ops_per_s", COL_RATE, 0, AT(op_row, rate), 9 },
	{ "err/s", "errors_per_s", COL_RATE, COL_WARN, AT(op_row, errors), 7 },
	{ "avg", "avg_ns", COL_NS, 0, AT(op_row, avg), 7 },
	{ "p50", "p50_ns", COL_NS, 0, AT(op_row, p50), 7 },
	{ "p90", "p90_ns", COL_NS, COL_WIDE, AT(op_row, p90), 7 },
	{ "p99", "p99_ns", COL_NS, 0, AT(op_row, p99), 7 },
	{ "p99.9", "p999_ns", COL_NS, COL_WIDE, AT(op_row, p999), 7 },
	{ "max", "max_ns", COL_NS, 0, AT(op_row, max), 7 },
	{ NULL, "count", COL_COUNT, COL_NO_TEXT, AT(op_row, n), 0 },
	{ NULL, "errors", COL_COUNT, COL_NO_TEXT, AT(op_row, n_errors), 0 },
	{ NULL, "histogram_ns", COL_HIST, COL_NO_TEXT, AT(op_row, hist), 0 },
};

static const struct col total_clock_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(clock_row, clock), 5 },
	{ "name", "name", COL_STR, COL_LEFT, AT(clock_row, name), 16 },
	{ "ops", "ops", COL_COUNT, 0, AT(clock_row, n_ops), 10 },
	{ "errors", "errors", COL_COUNT, COL_WARN, AT(clock_row, n_errors), 8 },
	{ "events", "events", COL_COUNT, 0, AT(clock_row, n_events), 10 },
	{ "drops", "drops", COL_COUNT, COL_WARN, AT(clock_row, n_drops), 8 },
	{ "jumps", "jumps", COL_INT, COL_WARN, AT(clock_row, jumps), 5 },
	{ "stops", "stops", COL_INT, COL_WARN, AT(clock_row, stops), 5 },
	{ NULL, "misreads", COL_INT, COL_NO_TEXT, AT(clock_row, misreads), 0 },
};

struct channel_row {
	const char *clock;
	int64_t channel, period, edges;
	uint64_t events, missing, strays, unordered, changes, overdue;
};

static const struct col channel_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(channel_row, clock), 5 },
	{ "channel", "channel", COL_INT, 0, AT(channel_row, channel), 7 },
	{ "beat", "period_ns", COL_NS, 0, AT(channel_row, period), 7 },
	{ NULL, "edges", COL_INT, COL_NO_TEXT, AT(channel_row, edges), 0 },
	{ "events", "events", COL_COUNT, 0, AT(channel_row, events), 8 },
	{ "missing", "missing", COL_COUNT, COL_WARN, AT(channel_row, missing), 7 },
	{ "overdue", "overdue", COL_COUNT, COL_WARN, AT(channel_row, overdue), 7 },
	{ "stray", "strays", COL_COUNT, COL_WARN, AT(channel_row, strays), 6 },
	{ "order", "unordered", COL_COUNT, COL_WARN, AT(channel_row, unordered), 6 },
	{ "changes", "changes", COL_COUNT, 0, AT(channel_row, changes), 7 },
};

static const struct col total_op_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(op_row, clock), 5 },
	{ "operation", "op", COL_STR, COL_LEFT, AT(op_row, op), 11 },
	{ "ops", "count", COL_COUNT, 0, AT(op_row, n), 9 },
	{ "errors", "errors", COL_COUNT, COL_WARN, AT(op_row, n_errors), 7 },
	{ "avg", "avg_ns", COL_NS, 0, AT(op_row, avg), 7 },
	{ "p50", "p50_ns", COL_NS, 0, AT(op_row, p50), 7 },
	{ "p90", "p90_ns", COL_NS, COL_WIDE, AT(op_row, p90), 7 },
	{ "p99", "p99_ns", COL_NS, 0, AT(op_row, p99), 7 },
	{ "p99.9", "p999_ns", COL_NS, COL_WIDE, AT(op_row, p999), 7 },
	{ "max", "max_ns", COL_NS, 0, AT(op_row, max), 7 },
	{ NULL, "histogram_ns", COL_HIST, COL_NO_TEXT, AT(op_row, hist), 0 },
};

struct proc_out {
	const char *clock;
	const char *comm;
	int64_t pid;
	const char *op;
	double rate, errors;
	int64_t avg;
	uint64_t n, n_errors;
};

static const struct col proc_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(proc_out, clock), 5 },
	{ "process", "comm", COL_STR, COL_LEFT, AT(proc_out, comm), 16 },
	{ "pid", "pid", COL_INT, 0, AT(proc_out, pid), 7 },
	{ "operation", "op", COL_STR, COL_LEFT, AT(proc_out, op), 11 },
	{ "ops/s", "ops_per_s", COL_RATE, 0, AT(proc_out, rate), 9 },
	{ "err/s", "errors_per_s", COL_RATE, COL_WARN, AT(proc_out, errors), 7 },
	{ "avg", "avg_ns", COL_NS, 0, AT(proc_out, avg), 7 },
	{ NULL, "count", COL_COUNT, COL_NO_TEXT, AT(proc_out, n), 0 },
	{ NULL, "errors", COL_COUNT, COL_NO_TEXT, AT(proc_out, n_errors), 0 },
};

static const struct col total_proc_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(proc_out, clock), 5 },
	{ "process", "comm", COL_STR, COL_LEFT, AT(proc_out, comm), 16 },
	{ "pid", "pid", COL_INT, 0, AT(proc_out, pid), 7 },
	{ "operation", "op", COL_STR, COL_LEFT, AT(proc_out, op), 11 },
	{ "ops", "count", COL_COUNT, 0, AT(proc_out, n), 9 },
	{ "errors", "errors", COL_COUNT, COL_WARN, AT(proc_out, n_errors), 7 },
	{ "avg", "avg_ns", COL_NS, 0, AT(proc_out, avg), 7 },
};

struct alarm_out {
	const char *clock;
	const char *comm;
	int64_t pid, reader;
	double rate, overruns;
	uint64_t n, n_overruns;
	int64_t avg, p50, p90, p99, p999, max;
	const struct hist *hist;
};

static const struct col alarm_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(alarm_out, clock), 5 },
	{ "alarms of", "comm", COL_STR, COL_LEFT, AT(alarm_out, comm), 16 },
	{ "pid", "pid", COL_INT, 0, AT(alarm_out, pid), 7 },
	{ "reader", "reader", COL_INT, 0, AT(alarm_out, reader), 6 },
	{ "fired/s", "fired_per_s", COL_RATE, 0, AT(alarm_out, rate), 8 },
	{ "over/s", "overruns_per_s", COL_RATE, COL_WARN, AT(alarm_out, overruns), 7 },
	{ NULL, "late_avg_ns", COL_NS, COL_NO_TEXT, AT(alarm_out, avg), 0 },
	{ "late50", "late_p50_ns", COL_NS, 0, AT(alarm_out, p50), 7 },
	{ "late90", "late_p90_ns", COL_NS, COL_WIDE, AT(alarm_out, p90), 7 },
	{ "late99", "late_p99_ns", COL_NS, 0, AT(alarm_out, p99), 7 },
	{ "late99.9", "late_p999_ns", COL_NS, COL_WIDE, AT(alarm_out, p999), 8 },
	{ "latemax", "late_max_ns", COL_NS, 0, AT(alarm_out, max), 7 },
	{ NULL, "fired", COL_COUNT, COL_NO_TEXT, AT(alarm_out, n), 0 },
	{ NULL, "overruns", COL_COUNT, COL_NO_TEXT, AT(alarm_out, n_overruns), 0 },
	{ NULL, "late_histogram_ns", COL_HIST, COL_NO_TEXT, AT(alarm_out, hist), 0 },
};

static const struct col total_alarm_cols[] = {
	{ "clock", "clock", COL_STR, COL_LEFT, AT(alarm_out, clock), 5 },
	{ "alarms of", "comm", COL_STR, COL_LEFT, AT(alarm_out, comm), 16 },
	{ "pid", "pid", COL_INT, 0, AT(alarm_out, pid), 7 },
	{ "reader", "reader", COL_INT, 0, AT(alarm_out, reader), 6 },
	{ "fired", "fired", COL_COUNT, 0, AT(alarm_out, n), 8 },
	{ "over", "overruns", COL_COUNT, COL_WARN, AT(alarm_out, n_overruns), 7 },
	{ NULL, "late_avg_ns", COL_NS, COL_NO_TEXT, AT(alarm_out, avg), 0 },
	{ "late50", "late_p50_ns", COL_NS, 0, AT(alarm_out, p50), 7 },
	{ "late90", "late_p90_ns", COL_NS, COL_WIDE, AT(alarm_out, p90), 7 },
	{ "late99", "late_p99_ns", COL_NS, 0, AT(alarm_out, p99), 7 },
	{ "late99.9", "late_p999_ns", COL_NS, COL_WIDE, AT(alarm_out, p999), 8 },
	{ "latemax", "late_max_ns", COL_NS, 0, AT(alarm_out, max), 7 },
	{ NULL, "late_histogram_ns", COL_HIST, COL_NO_TEXT, AT(alarm_out, hist), 0 },
};

#define TABLE(k, c) { .key = k, .cols = c, .ncols = sizeof(c) / sizeof((c)[0]) }

static struct table clock_table = TABLE("clocks", clock_cols);
static struct table op_table = TABLE("operations", op_cols);
static struct table proc_table = TABLE("processes", proc_cols);
static struct table alarm_table = TABLE("alarms", alarm_cols);
static struct table total_clock_table = TABLE("clocks", total_clock_cols);
static struct table total_op_table = TABLE("operations", total_op_cols);
static struct table total_proc_table = TABLE("processes", total_proc_cols);
static struct table total_alarm_table = TABLE("alarms", total_alarm_cols);
static struct table channel_table = TABLE("channels", channel_cols);

void report_stamp(struct out *o, const struct config *cfg)
{
	int64_t mono = time_mono_ns(), real = time_mono_to_real(mono);
	char buf[TIME_LEN];

	time_write(buf, cfg->common.time, mono, real);
	out_str(o, "time", buf);
	out_i64(o, "mono_ns", mono);
	if (cfg->common.stamp)
		out_text(o, "%s", buf);
}

static void clock_row(struct clock_row *r, const struct clk *c, const struct figures *f,
		      double elapsed)
{
	int64_t width = hist_percentile(&f->hist[HIST_WIDTH], 0.5, 0);

	memset(r, 0, sizeof(*r));
	r->clock = c->node;
	r->name = c->name[0] ? c->name : NULL;
	r->n_ops = figures_ops(f);
	r->n_errors = figures_errors(f);
	r->n_events = f->events;
	r->n_drops = f->drops;
	r->ops = r->n_ops / elapsed;
	r->errors = r->n_errors / elapsed;
	r->events = f->events / elapsed;
	r->drops = f->drops / elapsed;
	r->reads = f->op[PTP_OP_READ].count / elapsed;
	r->opens = f->op[PTP_OP_OPEN].count / elapsed;
	r->pps = f->op[PTP_OP_PPS].count / elapsed;
	r->width_p50 = width < 0 ? COL_UNKNOWN : width;
	r->freq_ppb = c->freq_ppb;
	r->offset_ns = c->offset_ns;
	r->bound_ns = c->bound_ns;
	r->source = probe_names[c->source];
	r->readers = c->readers;
	r->present = c->present;
	r->jumps = c->jumps;
	r->stops = c->stops;
	r->misreads = c->misreads;
}

/* with -e: the channels that had events; a heading only if there are any */
static void channel_rows(struct out *o, const struct clocks *cs)
{
	uint64_t now = time_mono_ns();
	struct channel_row row;
	bool any = false;
	struct rhythm r;

	table_begin(&channel_table, o);
	for (int i = 0; i < cs->n; i++) {
		uint64_t channels = clocks_channels(cs, cs->v[i]);

		for (int chan = 0; channels >> chan; chan++) {
			if (!(channels >> chan & 1) || !clocks_rhythm(cs, cs->v[i], chan, &r))
				continue;
			if (!any)
				out_text(o, "%s", "");
			any = true;
			row = (struct channel_row){
				.clock = cs->v[i]->node,
				.channel = chan,
				.period = r.period_ns ? (int64_t)r.period_ns : COL_UNKNOWN,
				.edges = r.period_ns ? (r.second_ns ? 2 : 1) : COL_UNKNOWN,
				.events = r.events,
				.missing = r.missing,
				.strays = r.strays,
				.unordered = r.unordered,
				.changes = r.changes,
				.overdue = rhythm_overdue(&r, now),
			};
			table_row(&channel_table, o, &row);
		}
	}
	table_end(&channel_table, o);
}

static int64_t percentile(const struct hist *h, double p, uint64_t max)
{
	int64_t v = hist_percentile(h, p, max);

	return v < 0 ? COL_UNKNOWN : v;
}

static bool op_row(struct op_row *r, const struct clk *c, const struct figures *f, int op,
		   double elapsed, bool histograms)
{
	const struct op_figures *s = &f->op[op];
	const struct hist *h = &f->hist[op];

	if (!s->count)
		return false;
	memset(r, 0, sizeof(*r));
	r->clock = c->node;
	r->op = op_names[op];
	r->n = s->count;
	r->n_errors = s->errors;
	r->rate = s->count / elapsed;
	r->errors = s->errors / elapsed;
	r->avg = r->p50 = r->p90 = r->p99 = r->p999 = r->max = COL_UNKNOWN;
	if (op >= PTP_OP_TIMED_END)
		return true;
	r->avg = s->sum_ns / s->count;
	r->p50 = percentile(h, 0.50, s->max_ns);
	r->p90 = percentile(h, 0.90, s->max_ns);
	r->p99 = percentile(h, 0.99, s->max_ns);
	r->p999 = percentile(h, 0.999, s->max_ns);
	/*
	 * 0 after calls that took time: each ended between the turn of the epoch
	 * and the look at the figures, and stands in the next interval's maximum
	 */
	r->max = s->max_ns ? (int64_t)s->max_ns : percentile(h, 1, 0);
	if (histograms)
		r->hist = h;
	return true;
}

static void proc_rows(struct out *o, struct procs *ps, struct clocks *cs, struct table *t,
		      double elapsed, bool total)
{
	struct proc_out r = {};
	char clock[16];

	table_begin(t, o);
	for (int i = 0; i < ps->n; i++) {
		const struct proc_row *p = &ps->v[i];
		uint64_t sum = total ? p->all_sum_ns : p->sum_ns;

		r.n = total ? p->all_count : p->count;
		r.n_errors = total ? p->all_errors : p->errors;
		if (!r.n)
			continue;
		snprintf(clock, sizeof(clock), "ptp%u", p->key.slot + cs->first_index);
		r.clock = clock;
		r.comm = p->comm;
		/* 0: all that have ended a while ago */
		r.pid = p->key.tgid ? (int64_t)p->key.tgid : COL_UNKNOWN;
		r.op = op_names[p->key.op];
		r.rate = r.n / elapsed;
		r.errors = r.n_errors / elapsed;
		r.avg = p->key.op < PTP_OP_TIMED_END ? (int64_t)(sum / r.n) : COL_UNKNOWN;
		table_row(t, o, &r);
	}
	table_end(t, o);
}

/* only where there are any: most clocks have none */
static void alarm_rows(struct out *o, const struct config *cfg, const struct alarms *as,
		       const struct clocks *cs, struct table *t, double elapsed, bool total)
{
	struct alarm_out r = {};
	bool any = false;
	char text[64];

	table_begin(t, o);
	for (int i = 0; i < as->n; i++) {
		const struct alarm_row *a = &as->v[i];
		const struct alarm_figures *f = total ? &a->total : &a->now;

		if (!f->fired && !f->overruns)
			continue;
		if (!any)
			out_text(o, "%s", "");
		any = true;
		snprintf(text, sizeof(text), "ptp%u", a->key.slot + cs->first_index);
		r.clock = text;
		r.comm = a->tgid ? a->comm : NULL;
		r.pid = a->tgid ? (int64_t)a->tgid : COL_UNKNOWN;
		/* 0: all files closed a while ago */
		r.reader = a->key.reader ? (int64_t)a->key.reader : COL_UNKNOWN;
		r.n = f->fired;
		r.n_overruns = f->overruns;
		r.rate = f->fired / elapsed;
		r.overruns = f->overruns / elapsed;
		r.avg = f->fired ? (int64_t)(f->late_sum_ns / f->fired) : COL_UNKNOWN;
		r.p50 = percentile(&f->late, 0.50, f->late_max_ns);
		r.p90 = percentile(&f->late, 0.90, f->late_max_ns);
		r.p99 = percentile(&f->late, 0.99, f->late_max_ns);
		r.p999 = percentile(&f->late, 0.999, f->late_max_ns);
		/* 0: as in op_row() */
		r.max = f->late_max_ns ? (int64_t)f->late_max_ns : percentile(&f->late, 1, 0);
		r.hist = cfg->histograms ? &f->late : NULL;
		table_row(t, o, &r);
	}
	table_end(t, o);
	for (int i = 0; cfg->histograms && !o->json && i < as->n; i++) {
		const struct alarm_row *a = &as->v[i];
		const struct alarm_figures *f = total ? &a->total : &a->now;

		if (!hist_count(&f->late))
			continue;
		out_text(o, "%s", "");
		snprintf(text, sizeof(text), "ptp%u %u late ns", a->key.slot + cs->first_index,
			 a->key.reader);
		hist_print(o->f, &f->late, text, o->wide);
	}
}

static void op_rows(struct out *o, const struct config *cfg, struct clocks *cs, struct table *t,
		    double elapsed, bool total)
{
	struct op_row r;
	char title[64];

	table_begin(t, o);
	for (int i = 0; i < cs->n; i++)
		for (int op = 0; op < PTP_OP_COUNT; op++)
			if (op_row(&r, cs->v[i], total ? &cs->v[i]->total : &cs->v[i]->now, op,
				   elapsed, cfg->histograms))
				table_row(t, o, &r);
	table_end(t, o);
	if (!cfg->histograms || o->json)
		return;
	for (int i = 0; i < cs->n; i++) {
		const struct figures *f = total ? &cs->v[i]->total : &cs->v[i]->now;

		for (int h = 0; h < HIST_COUNT; h++) {
			if (!hist_count(&f->hist[h]))
				continue;
			out_text(o, "%s", "");
			snprintf(title, sizeof(title), "%s %s ns", cs->v[i]->node,
				 h == HIST_WIDTH ? "width" : op_names[h]);
			hist_print(o->f, &f->hist[h], title, o->wide);
		}
	}
}

static void footer(struct out *o, const struct config *cfg, const struct clocks *cs,
		   const struct books *b, const struct cost *cost)
{
	char cpu[48] = "", how[40];

	out_u64(o, "lost", b->lost);
	out_u64(o, "outside", b->outside);
	out_double(o, "cost_runs_per_s", cost->rate);
	out_double(o, "cost_cpu_percent", cost->cpu * 100);
	out_bool(o, "cost_measured", cost->measured);
	if (b->outside)
		out_text(o, "%soutside: %" PRIu64 " events of clocks from ptp%d on; "
			 "--max-clocks gives them room%s", out_red(o), b->outside,
			 cs->first_index + cs->max, out_plain(o));
	if (cfg->by_process) {
		out_u64(o, "processes_full", b->procs_full);
		if (b->procs_full)
			out_text(o, "%sprocesses: no room for %" PRIu64 " operations%s",
				 out_red(o), b->procs_full, out_plain(o));
	}
	out_u64(o, "alarms_full", b->alarms_full);
	if (b->alarms_full)
		out_text(o, "%salarms: no room for %" PRIu64 " notifications%s", out_red(o),
			 b->alarms_full, out_plain(o));
	if (isfinite(cost->cpu))
		snprintf(cpu, sizeof(cpu), cost->cpu < 0.0001 ? ", under 0.01 %% of a CPU" :
			 ", about %.2f %% of a CPU", cost->cpu * 100);
	if (cost->measured)
		strcpy(how, "measured");
	else
		snprintf(how, sizeof(how), "est. %d instructions each", RUN_INSNS);
	out_text(o, "cost: %.0f events/s%s (%s); %slost %" PRIu64 "%s", cost->rate, cpu, how,
		 b->lost ? out_red(o) : "", b->lost, b->lost ? out_plain(o) : "");
}

void report_interval(struct out *o, const struct config *cfg, struct clocks *cs, struct procs *ps,
		     const struct alarms *as, double elapsed, const struct books *books,
		     const struct cost *cost)
{
	struct clock_row r;
	bool idle = true;

	for (int i = 0; i < cs->n; i++)
		idle = idle && clk_idle(cs->v[i]);
	if (idle && cfg->hide_idle && !o->json)
		return;
	out_begin(o, "report");
	report_stamp(o, cfg);
	out_double(o, "interval_s", elapsed);
	table_begin(&clock_table, o);
	for (int i = 0; i < cs->n; i++) {
		struct clk *c = cs->v[i];

		if (clk_idle(c) && (cfg->hide_idle || !c->present))
			continue;
		clock_row(&r, c, &c->now, elapsed);
		table_row(&clock_table, o, &r);
	}
	table_end(&clock_table, o);
	out_text(o, "%s", "");
	op_rows(o, cfg, cs, &op_table, elapsed, false);
	alarm_rows(o, cfg, as, cs, &alarm_table, elapsed, false);
	if (cfg->by_process) {
		out_text(o, "%s", "");
		proc_rows(o, ps, cs, &proc_table, elapsed, false);
	}
	footer(o, cfg, cs, books, cost);
	out_text(o, "%s", "");
	out_end(o);
}

void report_total(struct out *o, const struct config *cfg, struct clocks *cs, struct procs *ps,
		  const struct alarms *as, double elapsed, const struct books *books,
		  const struct cost *cost)
{
	struct clock_row r;

	out_begin(o, "total");
	report_stamp(o, cfg);
	out_double(o, "elapsed_s", elapsed);
	out_text(o, "%stotal of %.3f s%s", out_bold(o), elapsed, out_plain(o));
	table_begin(&total_clock_table, o);
	for (int i = 0; i < cs->n; i++) {
		clock_row(&r, cs->v[i], &cs->v[i]->total, elapsed);
		table_row(&total_clock_table, o, &r);
	}
	table_end(&total_clock_table, o);
	if (cs->n)
		out_text(o, "%s", "");
	op_rows(o, cfg, cs, &total_op_table, elapsed, true);
	alarm_rows(o, cfg, as, cs, &total_alarm_table, elapsed, true);
	if (cfg->events)
		channel_rows(o, cs);
	if (cfg->by_process) {
		out_text(o, "%s", "");
		proc_rows(o, ps, cs, &total_proc_table, elapsed, true);
	}
	if (cfg->events) {
		out_u64(o, "emitted", books->emitted);
		out_u64(o, "seen", books->seen);
		out_text(o, "events: %" PRIu64 " emitted, %" PRIu64 " seen, %" PRIu64 " lost",
			 books->emitted, books->seen, books->lost);
	}
	footer(o, cfg, cs, books, cost);
	out_end(o);
}

void report_free(void)
{
	table_free(&clock_table);
	table_free(&op_table);
	table_free(&proc_table);
	table_free(&total_clock_table);
	table_free(&total_op_table);
	table_free(&total_proc_table);
	table_free(&alarm_table);
	table_free(&total_alarm_table);
	table_free(&channel_table);
}
