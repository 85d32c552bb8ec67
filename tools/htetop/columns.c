// SPDX-License-Identifier: GPL-2.0
/* The columns of a line. Pure. */
#include <stdlib.h>
#include <string.h>
#include "columns.h"

#define AT(f) offsetof(struct top_row, f)

/* clang-format off */

/* the three columns of a duration, with the rank of each */
#define DURATION(name, head, key, f, rank50, rank99, rank_max, what) \
	{ name "50", { head "50", key "_p50_ns", COL_NS, 0, AT(f##50), 6 }, rank50, what }, \
	{ name "99", { head "99", key "_p99_ns", COL_NS, 0, AT(f##99), 6 }, rank99, \
	  "the same for 99 of a hundred" }, \
	{ name "max", { head "max", key "_max_ns", COL_NS, 0, AT(f##_max), 6 }, rank_max, \
	  "the longest in the interval" }

const struct column columns[] = {
	{ "chip", { "chip", "chip", COL_STR, COL_LEFT, AT(chip), 8 }, 3, "provider" },
	{ "line", { "line", "line", COL_INT, 0, AT(line), 4 }, 1, "provider's number of the line" },
	{ "id", { "id", "line_id", COL_INT, 0, AT(id), 5 }, 90,
	  "consumer's number of the line" },
	{ "label", { "label", "label", COL_STR, COL_LEFT, AT(label), 10 }, 4,
	  "consumer's name of the line" },
	{ "state", { "state", "state", COL_STR, COL_LEFT, AT(state), 8 }, 40,
	  "active, disabled, free, or gone with its provider" },
	{ "level", { "L", "level", COL_INT, 0, AT(level), 1 }, 9, "level at the last stamp" },
	{ "rate", { "rate/s", "rate_per_s", COL_RATE, 0, AT(rate), 8 }, 2,
	  "stamps a second in the interval" },
	{ "total", { "total", "total", COL_COUNT, 0, AT(total), 9 }, 30,
	  "stamps delivered since the start" },
	{ "gaps", { "gaps", "gaps", COL_COUNT, COL_WARN, AT(gaps), 5 }, 8,
	  "sequence numbers that the consumer did not see, since the start" },
	{ "lost", { "lost", "lost", COL_COUNT, COL_WARN, AT(lost), 6 }, 5,
	  "stamps lost since the start, for whichever reason" },
	{ "unregistered", { "unreg", "lost_unregistered", COL_COUNT, COL_WARN,
			    AT(drops[TOP_UNREGISTERED]), 5 }, 50,
	  "lost: nobody had requested the line" },
	{ "disabled", { "disab", "lost_disabled", COL_COUNT, COL_WARN, AT(drops[TOP_DISABLED]), 5 },
	  51, "lost: the line was disabled" },
	{ "overflow", { "ovflw", "lost_overflow", COL_COUNT, COL_WARN, AT(drops[TOP_OVERFLOW]), 5 },
	  20, "lost: by the provider's hardware" },
	{ "callback", { "cbfai", "lost_callback", COL_COUNT, COL_WARN, AT(drops[TOP_CALLBACK]), 5 },
	  52, "lost: the callback failed" },
	{ "consumed", { "cnsmd", "lost_consumer", COL_COUNT, COL_WARN, AT(drops[TOP_CONSUMER]), 5 },
	  21, "lost: by the consumer, as by a full queue" },
	{ "coalesced", { "coal", "coalesced", COL_COUNT, 0, AT(drops[TOP_COALESCED]), 5 }, 22,
	  "shared a second callback with an earlier stamp; not lost" },
	DURATION("lat", "lat", "latency", lat, 7, 6, 12,
		 "hardware stamp to callback: half of them took no longer"),
	DURATION("cb", "cb", "callback", cb, 60, 31, 61,
		 "how long the callback takes: half of them no longer"),
	DURATION("second", "2nd", "second", second, 11, 23, 24,
		 "push to second callback: half of them waited no longer"),
	{ "seq", { "seq", "seq", COL_COUNT, 0, AT(seq), 8 }, 91, "number of the last stamp" },
	{ "early", { "early", "early", COL_COUNT, COL_WARN, AT(early), 5 }, 93,
	  "stamps that seem later than their callback; of no latency" },
	{ "last", { "last", "last_ns", COL_COUNT, 0, AT(last_ns), 19 }, 92,
	  "the last stamp, ns of the provider's clock" },
	{ "consumer", { "consumer", "consumer", COL_STR, COL_LEFT, AT(consumer), 8 }, 10,
	  "who has requested the line" },
};
/* clang-format on */

const int n_columns = sizeof(columns) / sizeof(columns[0]);

const char *const top_reason_names[TOP_REASONS] = {
	"unregistered", "disabled", "overflow", "coalesced", "callback", "consumer",
};

int column_find(const char *name)
{
	for (int i = 0; i < n_columns; i++)
		if (!strcmp(columns[i].name, name))
			return i;
	return -1;
}

static const char *or_null(const char *s)
{
	return *s ? s : NULL;
}

static int64_t or_unknown(int64_t ns)
{
	return ns < 0 ? COL_UNKNOWN : ns;
}

struct lat_row {
	int64_t p50, p99, max;
};

static struct lat_row lat_row(const struct top_lat *l, bool total)
{
	if (!total)
		return (struct lat_row){ or_unknown(l->p50_ns), or_unknown(l->p99_ns),
					 or_unknown(l->max_ns) };
	return (struct lat_row){
		or_unknown(hist_percentile(&l->total, 0.50, l->total_max_ns)),
		or_unknown(hist_percentile(&l->total, 0.99, l->total_max_ns)),
		hist_count(&l->total) ? l->total_max_ns : COL_UNKNOWN,
	};
}

void row_of(struct top_row *r, const struct top_line *l, enum row_figures figures)
{
	const bool total = figures == ROW_TOTAL;
	static const char *const relations[] = { "unknown", "related" };
	struct lat_row lat = lat_row(&l->latency, total), cb = lat_row(&l->callback, total),
		       second = lat_row(&l->second, total);

	*r = (struct top_row){
		.chip = l->chip->name,
		.label = or_null(l->label),
		.consumer = or_null(l->consumer),
		.state = l->state,
		.relation = relations[l->chip->relation],
		.line = l->line,
		.id = l->label[0] ? (int64_t)l->line_id : COL_UNKNOWN,
		.level = l->level < 0 ? COL_UNKNOWN : l->level,
		.rate = l->rate,
		.stamps = total ? l->total : l->stamps,
		.total = l->total,
		.seq = l->seq,
		.last_ns = l->last_ns,
		.gaps = l->gaps_total,
		.lost = l->lost_total,
		.interval_gaps = total ? l->gaps_total : l->gaps,
		.interval_lost = total ? l->lost_total : l->lost,
		.early = l->early_total,
		.lat50 = lat.p50,
		.lat99 = lat.p99,
		.lat_max = lat.max,
		.cb50 = cb.p50,
		.cb99 = cb.p99,
		.cb_max = cb.max,
		.second50 = second.p50,
		.second99 = second.p99,
		.second_max = second.max,
		.latency = total ? &l->latency.total : &l->latency.hist,
		.callback = total ? &l->callback.total : &l->callback.hist,
		.second = total ? &l->second.total : &l->second.hist,
	};
	memcpy(r->drops, l->drops_total, sizeof(r->drops));
	if (figures == ROW_INTERVAL) {
		r->total = l->stamps;
		r->gaps = l->gaps;
		r->lost = l->lost;
		memcpy(r->drops, l->drops, sizeof(r->drops));
	}
}

const char *column_text(char buf[TABLE_CELL], int column, const struct top_row *r)
{
	table_cell(buf, &columns[column].col, r);
	return buf;
}

int column_width(int column)
{
	int head = strlen(columns[column].col.head);

	return columns[column].col.width > head ? columns[column].col.width : head;
}

bool column_descends(int column)
{
	return columns[column].col.kind != COL_STR && columns[column].col.offset != AT(line) &&
	       columns[column].col.offset != AT(id);
}

/* what is sorted, so that a row is made once a line and not once a comparison */
struct sorted {
	const struct top_line *line;
	struct top_row row;
};

struct order {
	const struct col *col;
	bool descending;
};

static bool known(const struct col *c, const void *p)
{
	switch (c->kind) {
	case COL_STR:
		return *(const char *const *)p;
	case COL_COUNT:
	case COL_HIST:
		return true;
	case COL_RATE:
	case COL_PPB:
		return isfinite(*(const double *)p);
	default:
		return *(const int64_t *)p != COL_UNKNOWN;
	}
}

#define THREE_WAY(type) \
	((*(const type *)a > *(const type *)b) - (*(const type *)a < *(const type *)b))

static int compare_values(const struct col *c, const void *a, const void *b)
{
	switch (c->kind) {
	case COL_STR:
		/* line_2 comes before line_10 */
		return strverscmp(*(const char *const *)a, *(const char *const *)b);
	case COL_COUNT:
		return THREE_WAY(uint64_t);
	case COL_RATE:
	case COL_PPB:
		return THREE_WAY(double);
	default:
		return THREE_WAY(int64_t);
	}
}

static int compare(const void *va, const void *vb, void *arg)
{
	const struct sorted *a = va, *b = vb;
	const struct order *order = arg;
	const void *pa = (const char *)&a->row + order->col->offset;
	const void *pb = (const char *)&b->row + order->col->offset;
	bool has_a = known(order->col, pa), has_b = known(order->col, pb);
	int by = 0;

	if (has_a && has_b)
		by = compare_values(order->col, pa, pb) * (order->descending ? -1 : 1);
	else
		by = has_b - has_a;
	/* lines lie in the model in the order of chip and line */
	return by ?: (a->line > b->line) - (a->line < b->line);
}

void lines_sort(const struct top_line **lines, int n, int column, bool descending,
		enum row_figures figures)
{
	struct order order = { &columns[column].col, descending };
	struct sorted *v = calloc(n ?: 1, sizeof(*v));

	if (!v)
		abort();
	for (int i = 0; i < n; i++) {
		v[i].line = lines[i];
		row_of(&v[i].row, lines[i], figures);
	}
	qsort_r(v, n, sizeof(*v), compare, &order);
	for (int i = 0; i < n; i++)
		lines[i] = v[i].line;
	free(v);
}

uint64_t columns_fit(uint64_t chosen, int room, const int *widths)
{
	uint64_t fit = 0, left = chosen ?: ~0ULL;
	int used = -1, best, need;

	for (;;) {
		best = -1;
		for (int i = 0; i < n_columns; i++)
			if (left >> i & 1 && (best < 0 || columns[i].rank < columns[best].rank))
				best = i;
		if (best < 0)
			return fit;
		left &= ~(1ULL << best);
		need = 1 + (widths ? widths[best] : column_width(best));
		if (room && used + need > room)
			continue;
		fit |= 1ULL << best;
		used += need;
	}
}
