// SPDX-License-Identifier: GPL-2.0
/*
 * The screen's layout. From the top: title, chips, sums, heads, lines; at the bottom what
 * the keys do. On a low terminal parts give way, the lines last: see parts().
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "name.h"
#include "screen_draw.h"
#include "timefmt.h"
#include "units.h"

#define NAME_MIN  6 /* names are not cut shorter, but by the edge of the screen */
#define NAME_MAX  31
#define RANK_MAIN 20 /* for columns from this rank on no name is cut */

/* ---- parts of the screen ---- */

struct parts {
	int title, chips, sums; /* rows that each may have */
	int heads, footer;
};

static struct parts parts(const struct view *v)
{
	const bool list = v->mode == VIEW_LINES;
	/* lower ones have none of it, and in narrower ones no word of it would be whole */
	const int rows = v->cols >= 16 ? v->rows : 0;
	struct parts p = {
		.title = rows >= 8,
		.chips = !list	      ? 0
			 : rows >= 40 ? 4
			 : rows >= 24 ? 2
				      : rows >= 10,
		.sums = list && rows >= 4,
		.heads = list && v->rows >= 2,
		.footer = rows >= 6,
	};

	/* what is typed is always seen */
	if (v->typing)
		p.footer = 1;
	return p;
}

static void put_text(struct grid *g, int row, int col, enum style style, const char *text)
{
	grid_left(g, row, col, grid_width(g, text), style, text);
}

static const char *clock_text(char buf[TIME_LEN], int64_t real_ns)
{
	time_t t = real_ns / NS_PER_SEC;
	struct tm tm;

	if (!localtime_r(&t, &tm))
		return "";
	strftime(buf, TIME_LEN, "%H:%M:%S", &tm);
	return buf;
}

static const char *seconds_text(char buf[UNITS_LEN], double s)
{
	snprintf(buf, UNITS_LEN, s < 9.995 ? "%.2fs" : s < 99.95 ? "%.1fs" : "%.0fs", s);
	return buf;
}

static int draw_title(struct grid *g, const struct top_model *m, const struct view *v, int row,
		      int rows)
{
	static const char *const figures[ROW_FIGURES] = {
		[ROW_LIVE] = "live",
		[ROW_TOTAL] = "TOTALS",
		[ROW_INTERVAL] = "INTERVAL",
	};
	char time[TIME_LEN], elapsed[UNITS_LEN];
	struct flow f;

	flow_begin(&f, g, row, rows);
	flow_item(&f, STYLE_TITLE, "htetop");
	flow_item(&f, STYLE_PLAIN, "%s", clock_text(time, m->real_ns));
	if (v->frozen)
		flow_item(&f, STYLE_WARN, "FROZEN");
	flow_item(&f, v->figures == ROW_LIVE ? STYLE_PLAIN : STYLE_TITLE, "%s",
		  figures[v->figures]);
	if (v->filter[0])
		flow_item(&f, STYLE_WARN, "filter \"%s\": %d of %d", v->filter, v->n_lines,
			  v->n_all);
	flow_item(&f, STYLE_PLAIN, "every %gs", v->interval);
	if (m->interval_s > 0)
		flow_item(&f, STYLE_PLAIN, "took %s", seconds_text(elapsed, m->interval_s));
	flow_item(&f, STYLE_PLAIN, "by %s%s", v->descending ? "-" : "+", columns[v->sort].name);
	flow_item(&f, STYLE_PLAIN, "%d line%s", m->n_lines, m->n_lines == 1 ? "" : "s");
	return flow_end(&f);
}

/* how much of a chip is told */
enum chip_form { CHIP_LONG, CHIP_MEDIUM, CHIP_SHORT, CHIP_FORMS };

static void chip_text(char *buf, size_t len, const struct top_chip *c, enum chip_form form)
{
	char offset[UNITS_LEN], error[UNITS_LEN];
	size_t n;

	units_ns(error, c->error_ns);
	if (c->gone) {
		snprintf(buf, len, "%s gone", c->name);
		return;
	}
	if (c->relation == TOP_UNKNOWN)
		n = snprintf(buf, len,
			     form == CHIP_SHORT ? "%s no relation" : "%s not related: no latency",
			     c->name);
	else if (form == CHIP_SHORT)
		n = snprintf(buf, len, "%s +-%s", c->name, error);
	else
		n = snprintf(buf, len, "%s %s +-%s", c->name, units_offset(offset, c->offset_ns),
			     error);
	if (form != CHIP_LONG)
		return;
	if (c->relation == TOP_RELATED && isfinite(c->rate_ppb))
		n += snprintf(buf + n, len - n, " %+.1fppb", c->rate_ppb);
	if (c->fifo_max >= 0)
		snprintf(buf + n, len - n, " fifo %" PRId64, c->fifo_max);
}

static bool flow_chip(struct flow *f, const struct top_chip *c, enum chip_form form)
{
	enum style style = c->fifo_lost			? STYLE_BAD
			   : c->gone			? STYLE_DIM
			   : c->relation == TOP_UNKNOWN ? STYLE_WARN
							: STYLE_GOOD;
	char text[160];

	chip_text(text, sizeof(text), c, form);
	if (c->fifo_lost && !c->gone)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 form == CHIP_SHORT ? " -%" PRIu64 : " lost %" PRIu64, c->fifo_lost);
	/* a shorter form is better than the beginning of a long one */
	if (form != CHIP_SHORT && name_width(text) > f->cols)
		return false;
	return flow_item(f, style, "%s", text);
}

static int draw_chips(struct grid *g, const struct top_model *m, int row, int rows)
{
	struct flow f, trial;
	enum chip_form form;
	int n = 0;

	flow_begin(&f, g, row, rows);
	if (!m->n_chips)
		flow_item(&f, STYLE_DIM, "no provider yet");
	/* as much of each as there is room for all */
	for (form = CHIP_LONG; form < CHIP_FORMS; form++) {
		trial = f;
		trial.g = NULL;
		for (n = 0; n < m->n_chips && flow_chip(&trial, &m->chips[n], form); n++)
			;
		if (n == m->n_chips)
			break;
	}
	if (form == CHIP_FORMS)
		form = CHIP_SHORT;
	for (int i = 0; i < m->n_chips; i++) {
		trial = f;
		trial.g = NULL;
		/* else room must be left to say how many more there are */
		if (n < m->n_chips && (!flow_chip(&trial, &m->chips[i], form) ||
				       !flow_item(&trial, STYLE_DIM, "+%d more", m->n_chips - i))) {
			flow_item(&f, STYLE_DIM, "+%d more", m->n_chips - i);
			break;
		}
		flow_chip(&f, &m->chips[i], form);
	}
	return flow_end(&f);
}

static int draw_sums(struct grid *g, const struct top_model *m, int row, int rows)
{
	uint64_t lost = 0, lost_now = 0, gaps = 0, coalesced = 0;
	double rate = 0;
	char ns[UNITS_LEN];
	struct flow f;

	for (int i = 0; i < m->n_lines; i++) {
		const struct top_line *l = &m->lines[i];

		rate += isfinite(l->rate) ? l->rate : 0;
		lost += l->lost_total;
		lost_now += l->lost;
		gaps += l->gaps_total;
		coalesced += l->drops_total[TOP_COALESCED];
	}
	flow_begin(&f, g, row, rows);
	flow_item(&f, STYLE_PLAIN, "%.1f stamps/s", rate);
	flow_item(&f,
		  lost_now ? STYLE_BAD
		  : lost   ? STYLE_WARN
			   : STYLE_PLAIN,
		  "lost %" PRIu64, lost);
	if (m->untracked)
		flow_item(&f, STYLE_BAD, "untracked %" PRIu64, m->untracked);
	if (m->missed)
		flow_item(&f, STYLE_BAD, "missed %" PRIu64, m->missed);
	flow_item(&f, gaps ? STYLE_WARN : STYLE_PLAIN, "gaps %" PRIu64, gaps);
	if (coalesced)
		flow_item(&f, STYLE_PLAIN, "coalesced %" PRIu64, coalesced);
	flow_item(&f, STYLE_PLAIN, "cost %.1f%% CPU", m->cpu * 100);
	if (m->events && m->cost_ns)
		flow_item(&f, STYLE_PLAIN, "BPF %" PRIu64 " runs of %s", m->events,
			  units_ns(ns, m->cost_ns / m->events));
	else if (m->events)
		flow_item(&f, STYLE_PLAIN, "BPF %" PRIu64 " runs", m->events);
	return flow_end(&f);
}

/* ---- the footer ---- */

struct hint {
	const char *key, *text;
};

static void draw_footer(struct grid *g, const struct view *v)
{
	static const struct hint of_lines[] = {
		{ "q", "Quit" },   { "h", "Help" },	  { "/", "Filter" },
		{ "<>", "Sort" },  { "I", "Invert" },	  { "Enter", "Line" },
		{ "t", "Totals" }, { "Space", "Freeze" }, { "c", "Columns" },
		{ "r", "Reset" },  { "+-", "Interval" },  { 0 },
	};
	static const struct hint of_line[] = {
		{ "Esc", "Back" },    { "Tab", "Next" },     { "t", "Totals" },
		{ "h", "Help" },      { "Space", "Freeze" }, { "r", "Reset" },
		{ "+-", "Interval" }, { "q", "Quit" },	     { 0 },
	};
	static const struct hint of_columns[] = {
		{ "Esc", "Back" },
		{ "Space", "Show or hide" },
		{ "a", "All" },
		{ "[-]", "No room" },
		{ 0 },
	};
	static const struct hint of_help[] = {
		{ "Esc", "Back" },
		{ "Down", "More" },
		{ 0 },
	};
	static const struct hint *const hints[] = {
		[VIEW_LINES] = of_lines,
		[VIEW_LINE] = of_line,
		[VIEW_COLUMNS] = of_columns,
		[VIEW_HELP] = of_help,
	};
	const int row = v->rows - 1;
	const char *typed = v->filter;
	struct flow f;
	int width;

	flow_begin(&f, g, row, 1);
	if (v->typing) {
		/* the end of it is what is being typed */
		while (grid_width(g, typed) > v->cols - 2 && name_next(&typed, &width))
			;
		width = grid_width(g, typed);
		put_text(g, row, 0, STYLE_KEY, "/");
		put_text(g, row, 1, STYLE_PLAIN, typed);
		grid_char(g, row, 1 + width, STYLE_KEY, L'_');
		f.col = 2 + width;
		f.fresh = false;
		flow_pair(&f, STYLE_KEY, "Enter", STYLE_KEY_TEXT, "Done");
		flow_pair(&f, STYLE_KEY, "Esc", STYLE_KEY_TEXT, "Clear");
		return;
	}
	for (const struct hint *h = hints[v->mode]; h->key; h++)
		flow_pair(&f, STYLE_KEY, h->key, STYLE_KEY_TEXT, h->text);
}

/* ---- lines ---- */

static bool is_name(int c)
{
	return columns[c].col.kind == COL_STR && strcmp(columns[c].name, "state");
}

/* what the column would like to have */
static int natural_width(const struct view *v, int c)
{
	int width = strlen(columns[c].col.head) + (c == v->sort);

	if (width < v->widths[c])
		width = v->widths[c];
	return width;
}

static int least_width(const struct view *v, int c)
{
	int width = natural_width(v, c);

	return is_name(c) && width > NAME_MIN ? NAME_MIN : width;
}

/* totals matter more than rates to who looks at totals */
static int rank_of(const struct view *v, int c)
{
	static int rate = -1, total;

	if (rate < 0) {
		rate = column_find("rate");
		total = column_find("total");
	}
	if (v->figures != ROW_LIVE && (c == rate || c == total))
		c = rate + total - c;
	return columns[c].rank;
}

uint64_t screen_columns(const struct view *v)
{
	uint64_t fit = 0, left = v->chosen & ((1ULL << n_columns) - 1);
	int used = -1, best, width;
	bool whole = false;

	while (left) {
		best = __builtin_ctzll(left);
		for (int c = best; c < n_columns; c++)
			if (left >> c & 1 && rank_of(v, c) < rank_of(v, best))
				best = c;
		left &= ~(1ULL << best);
		if (!whole && rank_of(v, best) >= RANK_MAIN) {
			whole = true;
			used = -1;
			for (int c = 0; c < n_columns; c++)
				if (fit >> c & 1)
					used += 1 + natural_width(v, c);
		}
		width = 1 + (whole ? natural_width(v, best) : least_width(v, best));
		/* the first of them at least, be it cut */
		if (fit && used + width > v->cols)
			continue;
		fit |= 1ULL << best;
		used += width;
	}
	return fit;
}

/* what is left over goes to names: always to the shortest that is still cut */
static void spread(const struct view *v, uint64_t fit, int *width)
{
	int spare = v->cols + 1, least;

	for (int c = 0; c < n_columns; c++) {
		width[c] = fit >> c & 1 ? least_width(v, c) : 0;
		/* where there is no room for any, one is cut */
		if (width[c] > v->cols)
			width[c] = v->cols;
		if (width[c])
			spare -= width[c] + 1;
	}
	for (; spare > 0; spare--) {
		least = -1;
		for (int c = 0; c < n_columns; c++)
			if (width[c] && width[c] < natural_width(v, c) &&
			    (least < 0 || width[c] < width[least]))
				least = c;
		if (least < 0)
			return;
		width[least]++;
	}
}

static bool is_latency(int c)
{
	return !strncmp(columns[c].name, "lat", 3);
}

static enum style duration_style(const struct view *v, int64_t ns)
{
	if (ns < 0)
		return STYLE_PLAIN;
	return ns >= v->bad_ns ? STYLE_BAD : ns >= v->warn_ns ? STYLE_WARN : STYLE_PLAIN;
}

static enum style cell_style(const struct view *v, int c, const struct top_row *r,
			     const struct top_line *l)
{
	const void *p = (const char *)r + columns[c].col.offset;
	bool idle = !l->stamps && !l->lost;

	if (columns[c].col.flags & COL_WARN) {
		/* what goes on now is worse than what has been */
		if (!strcmp(columns[c].name, "gaps"))
			return l->gaps || *(const uint64_t *)p ? STYLE_WARN
			       : idle			       ? STYLE_DIM
							       : STYLE_PLAIN;
		if (*(const uint64_t *)p)
			return STYLE_BAD;
		if (!strcmp(columns[c].name, "lost") && l->lost_total)
			return STYLE_WARN;
	}
	if (is_latency(c) && *(const int64_t *)p != COL_UNKNOWN)
		return duration_style(v, *(const int64_t *)p);
	return idle ? STYLE_DIM : STYLE_PLAIN;
}

static void draw_heads(struct grid *g, const struct view *v, int row, uint64_t fit,
		       const int *width)
{
	int col = 0, len;

	for (int i = 0; i < g->cols; i++)
		grid_char(g, row, i, STYLE_HEAD, L' ');
	for (int c = 0; c < n_columns; c++) {
		const struct col *desc = &columns[c].col;
		enum style style = c == v->sort ? STYLE_SORTED : STYLE_HEAD;
		wchar_t mark = grid_sign(g, v->descending ? SIGN_DOWN : SIGN_UP);

		if (!(fit >> c & 1))
			continue;
		len = strlen(desc->head);
		if (desc->flags & COL_LEFT) {
			grid_left(g, row, col, width[c], style, desc->head);
			if (c == v->sort && len < width[c])
				grid_char(g, row, col + len, style, mark);
		} else if (c == v->sort && len < width[c]) {
			grid_right(g, row, col, width[c] - 1, style, desc->head);
			grid_char(g, row, col + width[c] - 1, style, mark);
		} else {
			grid_right(g, row, col, width[c], style, desc->head);
		}
		col += width[c] + 1;
	}
}

static void draw_line(struct grid *g, const struct view *v, int row, uint64_t fit, const int *width,
		      const struct top_line *l)
{
	char text[TABLE_CELL];
	struct top_row r;
	int col = 0;

	row_of(&r, l, v->figures);
	for (int c = 0; c < n_columns; c++) {
		if (!(fit >> c & 1))
			continue;
		column_text(text, c, &r);
		if (columns[c].col.flags & COL_LEFT)
			grid_left(g, row, col, width[c], cell_style(v, c, &r, l), text);
		else
			grid_right(g, row, col, width[c], cell_style(v, c, &r, l), text);
		col += width[c] + 1;
	}
}

/* columns grow with what is shown, and do not shrink: nothing moves to and fro */
static void widen(struct view *v)
{
	char text[TABLE_CELL];
	struct top_row r;
	int len;

	for (int i = v->first; i < v->first + v->page && i < v->n_lines; i++) {
		row_of(&r, v->lines[i], v->figures);
		for (int c = 0; c < n_columns; c++) {
			len = name_width(column_text(text, c, &r));
			if (len > NAME_MAX)
				len = NAME_MAX;
			if (len > v->widths[c])
				v->widths[c] = len;
		}
	}
	/* durations have three digits and a unit sooner or later */
	for (int c = 0; c < n_columns; c++)
		if (columns[c].col.kind == COL_NS && v->widths[c] < 6)
			v->widths[c] = 6;
}

static void draw_lines(struct grid *g, const struct top_model *m, struct view *v, int row, int rows,
		       int heads)
{
	int width[64];
	uint64_t fit;

	v->page = rows - heads;
	view_scroll(v);
	widen(v);
	fit = screen_columns(v);
	spread(v, fit, width);
	if (heads)
		draw_heads(g, v, row, fit, width);
	row += heads;
	if (!v->n_lines)
		grid_left(g, row, 0, g->cols, STYLE_DIM,
			  m->n_lines ? "no line matches the filter" : "no lines yet");
	for (int i = 0; i < v->page && v->first + i < v->n_lines; i++) {
		draw_line(g, v, row + i, fit, width, v->lines[v->first + i]);
		if (v->first + i == v->at)
			grid_select(g, row + i);
	}
}

/* ---- one line ---- */

static int draw_about(struct grid *g, const struct top_line *l, int row, int rows)
{
	char error[UNITS_LEN];
	struct flow f;

	flow_begin(&f, g, row, rows);
	flow_item(&f, STYLE_TITLE, "%s line %" PRIu32, l->chip->name, l->line);
	if (l->label[0])
		flow_item(&f, STYLE_TITLE, "\"%s\"", l->label);
	flow_item(&f, STYLE_PLAIN, "%s", l->state);
	if (l->consumer[0])
		flow_item(&f, STYLE_PLAIN, "consumer %s", l->consumer);
	if (l->level >= 0)
		flow_item(&f, STYLE_PLAIN, "level %d", l->level);
	flow_item(&f, STYLE_PLAIN, "%.1f/s", l->rate);
	if (l->chip->relation == TOP_RELATED)
		flow_item(&f, STYLE_PLAIN, "times +-%s", units_ns(error, l->chip->error_ns));
	flow_item(&f, STYLE_PLAIN, "seq %" PRIu64, l->seq);
	if (l->label[0])
		flow_item(&f, STYLE_PLAIN, "id %" PRIu32, l->line_id);
	return flow_end(&f);
}

/* a line of counts; reasons that did not happen are left out */
static int draw_counts(struct grid *g, const char *of, uint64_t stamps, uint64_t gaps,
		       uint64_t lost, const uint64_t *drops, int row, int rows)
{
	struct flow f;

	flow_begin(&f, g, row, rows);
	flow_item(&f, STYLE_DIM, "%-9s", of);
	f.indent = f.col + 2 < g->cols / 2 ? f.col + 2 : 0;
	flow_item(&f, STYLE_PLAIN, "stamps %" PRIu64, stamps);
	flow_item(&f, lost ? STYLE_BAD : STYLE_PLAIN, "lost %" PRIu64, lost);
	flow_item(&f, gaps ? STYLE_WARN : STYLE_PLAIN, "gaps %" PRIu64, gaps);
	for (int i = 0; i < TOP_REASONS; i++)
		if (drops[i])
			flow_item(&f, i == TOP_COALESCED ? STYLE_PLAIN : STYLE_BAD, "%s %" PRIu64,
				  top_reason_names[i], drops[i]);
	return flow_end(&f);
}

static uint64_t bucket_sum(const struct hist *h, int from, int n)
{
	uint64_t sum = 0;

	for (int i = from; i < from + n && i < LL_BUCKETS; i++)
		sum += h->bucket[i];
	return sum;
}

struct bars {
	const struct hist *h;
	int64_t p50, p99;
	bool thresholds; /* coloured by them */
};

static void put_marks(struct grid *g, const struct bars *b, int row, int col, int64_t from,
		      int64_t to)
{
	bool p50 = b->p50 >= from && b->p50 < to, p99 = b->p99 >= from && b->p99 < to;

	if (p50 || p99)
		put_text(g, row, col, STYLE_TITLE, !p99 ? "p50" : !p50 ? "p99" : "p50,99");
}

/* "from" 7, " to " 4, "to" 6, the count, the bar, " p50,99" 7; see draw_buckets() */
#define TO_COLS	  10
#define MARK_COLS 7

static void draw_bucket(struct grid *g, const struct view *v, const struct bars *b, int at,
			int step, int digits, uint64_t most, int row, int col, int cols)
{
	const int64_t from = ll_lower(at);
	const int64_t to = at + step < LL_BUCKETS ? (int64_t)ll_lower(at + step) : INT64_MAX;
	const uint64_t n = bucket_sum(b->h, at, step);
	const int end = col + cols - (cols >= 40 ? MARK_COLS : 0);
	char text[UNITS_LEN];

	grid_right(g, row, col, 7, STYLE_PLAIN, units_ns(text, from));
	col += 7;
	if (cols >= 40) {
		put_text(g, row, col, STYLE_DIM, " to ");
		grid_right(g, row, col + 4, 6, STYLE_PLAIN,
			   to == INT64_MAX ? "" : units_ns(text, to));
		col += TO_COLS;
		put_marks(g, b, row, end + 1, from, to);
	}
	snprintf(text, sizeof(text), "%" PRIu64, n);
	grid_right(g, row, col + 1, digits, n ? STYLE_PLAIN : STYLE_DIM, text);
	col += digits + 2;
	grid_bar(g, row, col, end - col,
		 b->thresholds && from >= v->warn_ns ? duration_style(v, from) : STYLE_BAR, n,
		 most);
}

/* buckets in rows, as many in one as it takes for all to find room */
static void draw_buckets(struct grid *g, const struct view *v, const struct bars *b, int row,
			 int rows, int col, int cols)
{
	int first = -1, last = -1, step = 1, digits;
	char text[UNITS_LEN];
	uint64_t most = 0, n;

	for (int i = 0; i < LL_BUCKETS; i++) {
		if (!b->h->bucket[i])
			continue;
		if (first < 0)
			first = i;
		last = i;
	}
	if (first < 0 || rows < 1)
		return;
	/* by whole powers of two from there on */
	while (last / step - first / step + 1 > rows)
		step = step < 1 << LL_K ? step * 2 : step + (1 << LL_K);
	first -= first % step;
	for (int i = first; i <= last; i += step) {
		n = bucket_sum(b->h, i, step);
		if (n > most)
			most = n;
	}
	digits = snprintf(text, sizeof(text), "%" PRIu64, most);
	if (digits < 5)
		digits = 5;
	for (int i = first; i <= last; i += step, row++)
		draw_bucket(g, v, b, i, step, digits, most, row, col, cols);
}

static void draw_hist(struct grid *g, const struct view *v, const struct top_line *l,
		      enum view_hist which, int row, int rows, int col, int cols)
{
	static const char *const names[VIEW_HISTS] = {
		[VIEW_LATENCY] = "stamp to callback",
		[VIEW_CALLBACK] = "callback",
		[VIEW_SECOND] = "push to second callback",
	};
	const bool total = v->figures == ROW_TOTAL;
	char text[160], p50[UNITS_LEN], p99[UNITS_LEN], max[UNITS_LEN];
	struct bars b = { .thresholds = which == VIEW_LATENCY };
	struct top_row r;
	int64_t max_ns;
	uint64_t n;

	if (rows < 1)
		return;
	row_of(&r, l, v->figures);
	switch (which) {
	case VIEW_CALLBACK:
		b.h = r.callback, b.p50 = r.cb50, b.p99 = r.cb99, max_ns = r.cb_max;
		break;
	case VIEW_SECOND:
		b.h = r.second, b.p50 = r.second50, b.p99 = r.second99, max_ns = r.second_max;
		break;
	default:
		b.h = r.latency, b.p50 = r.lat50, b.p99 = r.lat99, max_ns = r.lat_max;
	}
	n = hist_count(b.h);
	for (int i = 0; i < cols; i++)
		grid_char(g, row, col + i, STYLE_HEAD, L' ');
	snprintf(text, sizeof(text), "%s, %s: %" PRIu64, names[which], total ? "total" : "interval",
		 n);
	grid_left(g, row++, col, cols, STYLE_HEAD, text);
	if (--rows < 1)
		return;
	if (!n) {
		grid_left(g, row, col, cols, STYLE_DIM,
			  which == VIEW_LATENCY && l->chip->relation == TOP_UNKNOWN
				  ? "no latency: the provider's clock is not related"
				  : "none");
		return;
	}
	snprintf(text, sizeof(text), "p50 %s  p99 %s  max %s", units_ns(p50, b.p50),
		 units_ns(p99, b.p99), units_ns(max, max_ns));
	grid_left(g, row, col, cols, STYLE_PLAIN, text);
	draw_buckets(g, v, &b, row + 1, rows - 1, col, cols);
}

static void draw_one(struct grid *g, struct view *v, int row, int rows)
{
	const struct top_line *l = view_selected(v);
	const int end = row + rows;
	int n, width;

	if (!l) {
		grid_left(g, row, 0, g->cols, STYLE_DIM, "the line has gone");
		return;
	}
	/* the histogram has what is left, half of the room at least */
	row = draw_about(g, l, row, rows >= 12 ? 2 : 1);
	if (rows >= 10)
		row = draw_counts(g, "interval", l->stamps, l->gaps, l->lost, l->drops, row, 2);
	if (rows >= 5)
		row = draw_counts(g, "total", l->total, l->gaps_total, l->lost_total,
				  l->drops_total, row, rows >= 12 ? 2 : 1);
	n = g->cols / 50;
	n = n < 1 ? 1 : n > VIEW_HISTS ? VIEW_HISTS : n;
	width = (g->cols + 2) / n - 2;
	for (int i = 0; i < n; i++)
		draw_hist(g, v, l, (v->hist + i) % VIEW_HISTS, row, end - row, i * (width + 2),
			  width);
}

/* ---- menu and help ---- */

static void draw_menu(struct grid *g, struct view *v, int row, int rows)
{
	uint64_t fit = screen_columns(v);
	char text[160];
	int top;

	v->page = rows;
	top = v->menu >= rows ? v->menu - rows + 1 : 0;
	for (int i = 0; i < rows && top + i < n_columns; i++) {
		int c = top + i;
		bool on = v->chosen >> c & 1;

		snprintf(text, sizeof(text), "[%c] %-12s %s",
			 !on		? ' '
			 : fit >> c & 1 ? 'x'
					: '-',
			 columns[c].name, columns[c].help);
		grid_left(g, row + i, 0, g->cols,
			  !on		 ? STYLE_DIM
			  : fit >> c & 1 ? STYLE_PLAIN
					 : STYLE_WARN,
			  text);
		if (c == v->menu)
			grid_select(g, row + i);
	}
}

static const struct hint help[] = {
	{ "Up Down", "another line; also k j" },
	{ "PgUp PgDn", "a screen on" },
	{ "Home", "the first, whichever that is; also g" },
	{ "End", "the last; also G" },
	{ "Enter", "the line's figures and histograms" },
	{ "Tab", "there: the next histogram; also Left Right" },
	{ "Esc", "back; in the list: no filter" },
	{ "", "" },
	{ "< >", "sort by the column before, after; also Left Right" },
	{ "I", "invert the order; also R" },
	{ "P N C", "sort by provider, label (name), consumer" },
	{ "S X L", "sort by rate (with totals: stamps), lost, latency p99" },
	{ "/", "filter: part of provider, label or consumer; also \\ F3 F4" },
	{ "c", "choose columns; also F2" },
	{ "", "" },
	{ "t", "live (durations of the interval, counts since the start), totals, interval" },
	{ "Space", "freeze, and go on; also p Z" },
	{ "+ -", "a longer, a shorter interval" },
	{ "r", "totals begin anew" },
	{ "h", "help; also ? F1" },
	{ "q", "quit; also F10 Ctrl-C" },
	{ "", "" },
	{ "red", "lost, or as late as --bad" },
	{ "yellow", "lost before, gaps, or as late as --warn" },
};

/* words of a text in lines from indent on; how many lines. g may be NULL */
static int draw_words(struct grid *g, int row, int first, int end, int indent, int cols,
		      const char *text)
{
	int col = indent, lines = 1, n;

	while (*text) {
		n = strcspn(text, " ");
		if (col > indent && col + 1 + n > cols) {
			lines++;
			row++;
			col = indent;
		}
		if (col > indent)
			col++;
		if (g && row >= first && row < end)
			for (int i = 0; i < n; i++)
				grid_char(g, row, col + i, STYLE_PLAIN, text[i]);
		col += n;
		text += n;
		text += strspn(text, " ");
	}
	return lines;
}

static void draw_help(struct grid *g, struct view *v, int first, int rows)
{
	const int n = sizeof(help) / sizeof(help[0]);
	const int indent = g->cols >= 24 ? 11 : 6;
	int lines = 0, row, at;

	for (int i = 0; i < n; i++)
		lines += draw_words(NULL, 0, 0, 0, indent, g->cols, help[i].text);
	v->page = rows > 1 ? rows - 1 : 1;
	v->scroll_max = lines > rows ? lines - rows : 0;
	if (v->scroll > v->scroll_max)
		v->scroll = v->scroll_max;
	row = first - v->scroll;
	for (int i = 0; i < n; i++) {
		at = row;
		row += draw_words(g, row, first, first + rows, indent, g->cols, help[i].text);
		if (at >= first && at < first + rows)
			grid_left(g, at, 0, indent - 1,
				  help[i].key[0] ? STYLE_KEY_TEXT : STYLE_PLAIN, help[i].key);
	}
}

bool screen_draw(struct grid *g, const struct top_model *m, struct view *v)
{
	struct parts p = parts(v);
	int row = 0, rows;

	if (g->rows == v->rows && g->cols == v->cols)
		grid_clear(g);
	else if (!grid_resize(g, v->rows, v->cols))
		return false;
	if (p.title)
		row = draw_title(g, m, v, row, 1);
	if (p.chips)
		row = draw_chips(g, m, row, p.chips);
	if (p.sums)
		row = draw_sums(g, m, row, 1);
	rows = v->rows - row - (p.footer ? 1 : 0);
	switch (v->mode) {
	case VIEW_LINES:
		draw_lines(g, m, v, row, rows, p.heads && rows > 1);
		break;
	case VIEW_LINE:
		draw_one(g, v, row, rows);
		break;
	case VIEW_COLUMNS:
		draw_menu(g, v, row, rows);
		break;
	case VIEW_HELP:
		draw_help(g, v, row, rows);
		break;
	}
	if (p.footer)
		draw_footer(g, v);
	return true;
}
