// SPDX-License-Identifier: GPL-2.0
/* Reports one below another, as text or JSON, and the totals. Writes to stdout. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "batch.h"
#include "bpf_tool.h"
#include "columns.h"
#include "err.h"
#include "loop.h"
#include "name.h"
#include "timefmt.h"
#include "units.h"

#define NAME_WIDTH 16 /* of a provider in its own table */
#define WIDTH	   80 /* of text, where no terminal tells another */

struct batch {
	struct config *cfg;
	struct source *src;
	struct out out;
	struct loop loop;
	struct top_model model;
	int64_t start_ns;
	uint64_t events, cost_ns;
	double cpu_hz;
	double cpu_s;
	long reports;
	bool waiting_said;
	int err;
};

#define AT(f) offsetof(struct top_row, f)

/* a line's members in JSON beside the columns */
static const struct col more_cols[] = {
	{ NULL, "stamps", COL_COUNT, COL_NO_TEXT, AT(stamps), 0 },
	{ NULL, "interval_gaps", COL_COUNT, COL_NO_TEXT, AT(interval_gaps), 0 },
	{ NULL, "interval_lost", COL_COUNT, COL_NO_TEXT, AT(interval_lost), 0 },
	{ NULL, "relation", COL_STR, COL_NO_TEXT, AT(relation), 0 },
	{ NULL, "latency_histogram_ns", COL_HIST, COL_NO_TEXT, AT(latency), 0 },
	{ NULL, "callback_histogram_ns", COL_HIST, COL_NO_TEXT, AT(callback), 0 },
	{ NULL, "second_histogram_ns", COL_HIST, COL_NO_TEXT, AT(second), 0 },
};

#define N_MORE ((int)(sizeof(more_cols) / sizeof(more_cols[0])))

struct chip_row {
	const char *name;
	const char *relation;
	const char *state;
	int64_t index, nlines, hz, offset, error, fifo_max;
	double rate_ppb;
	uint64_t fifo_lost;
};

#define CHIP(f) offsetof(struct chip_row, f)

static const struct col chip_cols[] = {
	{ "chip", "chip", COL_STR, COL_LEFT, CHIP(name), 8 },
	{ "index", "index", COL_INT, COL_NO_TEXT, CHIP(index), 0 },
	{ "state", "state", COL_STR, COL_LEFT, CHIP(state), 4 },
	{ "lines", "lines", COL_INT, 0, CHIP(nlines), 5 },
	{ "clock", "relation", COL_STR, COL_LEFT, CHIP(relation), 7 },
	{ "offset", "offset_ns", COL_OFFSET, 0, CHIP(offset), 12 },
	{ "+-error", "error_ns", COL_NS, 0, CHIP(error), 7 },
	{ "rate_ppb", "rate_ppb", COL_PPB, 0, CHIP(rate_ppb), 11 },
	{ "hz", "clock_hz", COL_INT, COL_WIDE, CHIP(hz), 10 },
	{ "fifo", "fifo_max", COL_INT, 0, CHIP(fifo_max), 4 },
	{ "lost", "fifo_lost", COL_COUNT, COL_WARN, CHIP(fifo_lost), 4 },
};

static struct table chip_table = {
	.key = "chips",
	.cols = chip_cols,
	.ncols = sizeof(chip_cols) / sizeof(chip_cols[0]),
};

static void stamp(struct batch *b)
{
	char buf[TIME_LEN];

	time_write(buf, b->cfg->common.time, b->model.mono_ns, b->model.real_ns);
	out_str(&b->out, "time", buf);
	out_i64(&b->out, "mono_ns", b->model.mono_ns);
	if (b->cfg->common.stamp)
		out_text(&b->out, "%s", buf);
}

/* names as long as their column is wide; a longer one ends in ~ */
static void cut(const char **name, char *buf, int width)
{
	if (!*name || name_width(*name) <= width)
		return;
	name_cut(buf, TOP_NAME_LEN, *name, width);
	*name = buf;
}

static void chips(struct batch *b)
{
	char name[TOP_NAME_LEN];
	struct chip_row r;

	table_begin(&chip_table, &b->out);
	for (int i = 0; i < b->model.n_chips; i++) {
		const struct top_chip *c = &b->model.chips[i];
		bool related = c->relation == TOP_RELATED;

		r = (struct chip_row){
			.name = c->name,
			.relation = related ? "related" : "unknown",
			.state = c->gone ? "gone" : "here",
			.index = c->index,
			.nlines = c->nlines,
			.hz = c->clock_hz ? (int64_t)c->clock_hz : COL_UNKNOWN,
			.offset = related ? c->offset_ns : COL_UNKNOWN,
			.error = related ? c->error_ns : COL_UNKNOWN,
			.rate_ppb = c->rate_ppb,
			.fifo_max = c->fifo_max < 0 ? COL_UNKNOWN : c->fifo_max,
			.fifo_lost = c->fifo_lost,
		};
		if (!b->out.json && !b->cfg->wide)
			cut(&r.name, name, NAME_WIDTH);
		table_row(&chip_table, &b->out, &r);
	}
	table_end(&chip_table, &b->out);
}

/* how far latencies can be trusted, of the providers whose lines are shown */
static void clocks(struct batch *b)
{
	const struct top_model *m = &b->model;
	const char *sep = "";
	size_t size;
	char *text, buf[UNITS_LEN];
	FILE *f = open_memstream(&text, &size);

	if (!f)
		abort();
	for (int i = 0; i < m->n_chips; i++) {
		const struct top_chip *c = &m->chips[i];
		bool shown = false;

		for (int l = 0; l < m->n_lines && !shown; l++)
			shown = m->lines[l].chip == c;
		if (!shown || c->gone)
			continue;
		if (c->relation == TOP_RELATED)
			fprintf(f, "%s%s +-%s", sep, c->name, units_ns(buf, c->error_ns));
		else
			fprintf(f, "%s%s unknown, so no latency", sep, c->name);
		sep = ", ";
	}
	fclose(f);
	if (size)
		out_wrapped(&b->out, "clocks: ", 8, text);
	free(text);
}

static bool idle(const struct top_line *l, bool total)
{
	if (total)
		return !l->total && !l->lost_total && !l->drops_total[TOP_COALESCED];
	return !l->stamps && !l->lost && !l->drops[TOP_COALESCED];
}

/* the lines to be shown, sorted; to be freed */
static const struct top_line **pick(struct batch *b, bool total, int *n)
{
	const struct top_line **v = calloc(b->model.n_lines + 1, sizeof(*v));

	if (!v)
		abort();
	*n = 0;
	for (int i = 0; i < b->model.n_lines; i++)
		if (!b->cfg->hide_idle || !idle(&b->model.lines[i], total))
			v[(*n)++] = &b->model.lines[i];
	lines_sort(v, *n, b->cfg->sort, b->cfg->descending, total ? ROW_TOTAL : ROW_LIVE);
	return v;
}

/* in JSON every column, whatever text shows, and what only JSON has */
static void lines_json(struct batch *b, const struct top_line *const *v, int n, bool total)
{
	struct col cols[64 + N_MORE];
	struct table t = { .key = "lines", .cols = cols, .ncols = n_columns + N_MORE };
	struct top_row r;

	for (int i = 0; i < n_columns; i++)
		cols[i] = columns[i].col;
	memcpy(cols + n_columns, more_cols, sizeof(more_cols));
	table_begin(&t, &b->out);
	for (int i = 0; i < n; i++) {
		row_of(&r, v[i], total ? ROW_TOTAL : ROW_LIVE);
		table_row(&t, &b->out, &r);
	}
	table_end(&t, &b->out);
	table_free(&t);
}

static int room(const struct batch *b)
{
	struct winsize ws;

	if (b->cfg->wide)
		return 0;
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col)
		return ws.ws_col;
	return WIDTH;
}

struct names {
	char chip[TOP_NAME_LEN], label[TOP_NAME_LEN], consumer[TOP_NAME_LEN];
};

static void cut_names(struct top_row *r, struct names *names, int more)
{
	cut(&r->chip, names->chip, column_width(column_find("chip")));
	cut(&r->label, names->label, column_width(column_find("label")));
	cut(&r->consumer, names->consumer, column_width(column_find("consumer")) + more);
}

static uint64_t what_fits(struct batch *b, const struct top_row *rows, int n, int *left)
{
	char buf[TABLE_CELL];
	int widths[64], width, used = -1, most = room(b);
	uint64_t fit;

	for (int c = 0; c < n_columns; c++) {
		widths[c] = column_width(c);
		for (int i = 0; i < n; i++) {
			width = name_width(column_text(buf, c, &rows[i]));
			if (width > widths[c])
				widths[c] = width;
		}
	}
	fit = columns_fit(b->cfg->columns, most, widths);
	for (int c = 0; c < n_columns; c++)
		if (fit >> c & 1)
			used += widths[c] + 1;
	*left = most > used ? most - used : 0;
	return fit;
}

static void lines_text(struct batch *b, const struct top_line *const *v, int n, bool total)
{
	struct top_row *rows = calloc(n + 1, sizeof(*rows));
	struct names *names = calloc(n + 1, sizeof(*names));
	struct col cols[64];
	struct table t = { .key = "lines", .cols = cols };
	uint64_t fit;
	int left = 0;

	if (!rows || !names)
		abort();
	for (int i = 0; i < n; i++) {
		row_of(&rows[i], v[i], total ? ROW_TOTAL : ROW_LIVE);
		if (!b->cfg->wide)
			cut_names(&rows[i], &names[i], 0);
	}
	fit = what_fits(b, rows, n, &left);
	/* the last column's names have what room is left */
	for (int i = 0; i < n && !b->cfg->wide && left; i++) {
		rows[i].consumer = v[i]->consumer[0] ? v[i]->consumer : NULL;
		cut_names(&rows[i], &names[i], left);
	}
	for (int c = 0; c < n_columns; c++)
		if (fit >> c & 1) {
			cols[t.ncols] = columns[c].col;
			cols[t.ncols++].flags &= ~COL_WIDE;
		}
	table_begin(&t, &b->out);
	for (int i = 0; i < n; i++)
		table_row(&t, &b->out, &rows[i]);
	table_end(&t, &b->out);
	table_free(&t);
	free(rows);
	free(names);
}

static void histogram(struct batch *b, const struct top_line *l, const struct top_lat *lat,
		      const char *what, bool total)
{
	const struct hist *h = total ? &lat->total : &lat->hist;
	char title[2 * TOP_NAME_LEN], chip[TOP_NAME_LEN];

	if (!hist_count(h))
		return;
	out_text(&b->out, "%s", "");
	name_cut(chip, sizeof(chip), l->chip->name, 8);
	snprintf(title, sizeof(title), "%s %" PRIu32 " %s ns", chip, l->line, what);
	hist_print(b->out.f, h, title, b->cfg->wide);
}

static void lines(struct batch *b, bool total)
{
	const struct top_line **v;
	int n;

	v = pick(b, total, &n);
	if (b->out.json)
		lines_json(b, v, n, total);
	else
		lines_text(b, v, n, total);
	for (int i = 0; i < n && b->cfg->histograms && !b->out.json; i++) {
		histogram(b, v[i], &v[i]->latency, "latency", total);
		histogram(b, v[i], &v[i]->callback, "callback", total);
		histogram(b, v[i], &v[i]->second, "second", total);
	}
	free(v);
}

static void footer(struct batch *b, double elapsed, uint64_t events, uint64_t cost_ns, double own)
{
	const struct top_model *m = &b->model;
	struct out *o = &b->out;
	double share = cost_ns	       ? cost_ns / 1e9 / elapsed
		       : b->cpu_hz > 0 ? events / elapsed * SOURCE_RUN_INSNS / b->cpu_hz
				       : NAN;
	char cpu[48] = "", how[40] = "measured", text[200];

	out_u64(o, "untracked", m->untracked);
	out_u64(o, "missed", m->missed);
	out_double(o, "cost_runs_per_s", events / elapsed);
	out_double(o, "cost_cpu_percent", share * 100);
	out_bool(o, "cost_measured", cost_ns);
	out_double(o, "own_cpu_percent", own / elapsed * 100);
	if (m->untracked)
		out_text(o,
			 "%suntracked: %" PRIu64 " stamps of lines without room; --max-lines "
			 "gives them room%s",
			 out_red(o), m->untracked, out_plain(o));
	if (m->missed)
		out_text(o, "%smissed: %" PRIu64 " events that the kernel did not hand on%s",
			 out_red(o), m->missed, out_plain(o));
	if (isfinite(share))
		snprintf(cpu, sizeof(cpu),
			 share < 0.0001 ? ", under 0.01 %% of a CPU" : ", about %.2f %% of a CPU",
			 share * 100);
	if (!cost_ns)
		snprintf(how, sizeof(how), "est. %d instructions each", SOURCE_RUN_INSNS);
	snprintf(text, sizeof(text), "%.0f events/s%s (%s); htetop itself %.2f %%",
		 events / elapsed, cpu, how, own / elapsed * 100);
	out_wrapped(o, "cost: ", 6, text);
}

static void say_waiting(struct batch *b)
{
	if (b->model.n_chips || b->waiting_said)
		return;
	fprintf(stderr, "%s: waiting for providers ...\n", err_tool_name);
	b->waiting_said = true;
}

static void on_interval(void *arg)
{
	struct batch *b = arg;
	double elapsed;

	b->err = source_take(b->src, &b->model);
	if (b->err) {
		loop_quit(&b->loop);
		return;
	}
	elapsed = b->model.interval_s;
	b->events += b->model.events;
	b->cost_ns += b->model.cost_ns;
	b->cpu_s += b->model.cpu * elapsed;
	say_waiting(b);
	if (b->model.n_chips || b->out.json) {
		out_begin(&b->out, "report");
		stamp(b);
		out_double(&b->out, "interval_s", elapsed);
		if (b->out.json)
			chips(b);
		lines(b, false);
		clocks(b);
		footer(b, elapsed, b->model.events, b->model.cost_ns, b->model.cpu * elapsed);
		out_text(&b->out, "%s", "");
		out_end(&b->out);
	}
	if (!out_ok(&b->out) || (b->cfg->common.count && ++b->reports >= b->cfg->common.count))
		loop_quit(&b->loop);
}

static void on_tick(void *arg)
{
	struct batch *b = arg;

	source_tick(b->src);
}

/* when no program of ours runs any more: now every stamp is accounted for */
static void totals(struct batch *b)
{
	int64_t end = time_mono_ns();
	double elapsed = (end - b->start_ns) / 1e9;

	source_stop(b->src);
	b->err = source_take(b->src, &b->model);
	if (b->err)
		return;
	b->events += b->model.events;
	b->cost_ns += b->model.cost_ns;
	b->cpu_s += b->model.cpu * b->model.interval_s;
	out_begin(&b->out, "total");
	stamp(b);
	out_double(&b->out, "elapsed_s", elapsed);
	out_text(&b->out, "%stotal of %.3f s%s", out_bold(&b->out), elapsed, out_plain(&b->out));
	chips(b);
	if (b->model.n_chips)
		out_text(&b->out, "%s", "");
	for (int i = 0; i < b->model.n_lines; i++)
		b->model.lines[i].rate = b->model.lines[i].total / elapsed;
	lines(b, true);
	footer(b, elapsed, b->events, b->cost_ns, b->cpu_s);
	out_end(&b->out);
}

static void say_start(struct batch *b)
{
	out_begin(&b->out, "start");
	stamp(b);
	out_str(&b->out, "version", CHS_VERSION);
	out_str(&b->out, "attached", source_is_raw(b->src) ? "raw_tp" : "tp_btf");
	out_i64(&b->out, "max_lines", b->cfg->max_lines);
	out_end(&b->out);
}

static int run(struct batch *b)
{
	int64_t ns = (b->cfg->common.interval ?: 1) * NS_PER_SEC;
	int64_t tick = SOURCE_TICK_S * NS_PER_SEC;
	int err;

	b->start_ns = time_mono_ns();
	b->model.mono_ns = b->start_ns;
	b->model.real_ns = time_mono_to_real(b->start_ns);
	err = loop_timer(&b->loop, b->start_ns + ns, ns, on_interval, b);
	if (!err && ns > tick)
		err = loop_timer(&b->loop, b->start_ns + tick, tick, on_tick, b);
	if (err)
		return err_say(err, NULL, "cannot set the timers");
	if (b->out.json)
		say_start(b);
	err = loop_run(&b->loop);
	if (err)
		return err_say(err, NULL, "cannot wait");
	if (!b->err && !b->loop.reader_gone && !ferror(b->out.f))
		totals(b);
	if (b->loop.reader_gone || !out_ok(&b->out))
		return STATUS_OK;
	if (b->err)
		return err_say(b->err, NULL, "cannot read the figures");
	return STATUS_OK;
}

int batch_run(struct source *src, struct config *cfg)
{
	struct batch b = { .cfg = cfg, .src = src, .cpu_hz = bpf_tool_cpu_hz() };
	int status;

	out_init(&b.out, stdout, "htetop", cfg->common.json, cfg->wide, cfg->common.color);
	status = loop_init(&b.loop);
	status = status ? err_say(status, NULL, "cannot watch for signals") : run(&b);
	loop_free(&b.loop);
	table_free(&chip_table);
	return status;
}
