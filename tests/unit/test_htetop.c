// SPDX-License-Identifier: GPL-2.0
/*
 * Host test of htetop's pure parts: the relation of two clocks, figures, columns, debugfs'
 * names.
 */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "../../tools/htetop/columns.h"
#include "../../tools/htetop/engine.h"
#include "../../tools/htetop/figures.h"
#include "../../tools/htetop/relation.h"
#include "tap.h"

#define SEC 1000000000ULL

/* a clock: so far ahead at mono 0, so much too fast */
struct clock {
	double offset, rate;
};

static uint64_t hw_at(const struct clock *c, uint64_t mono)
{
	return (uint64_t)(mono + c->offset + mono * c->rate + 0.5);
}

static bool read_at(struct relation *r, const struct clock *c, uint64_t mono, int64_t wrong,
		    uint64_t error)
{
	struct reading now = { hw_at(c, mono), mono + wrong, error };

	return relation_add(r, &now);
}

/* how far the relation is off the truth, so long after the latest reading */
static int64_t off(const struct relation *r, const struct clock *c, uint64_t mono)
{
	return llabs(relation_mono(r, hw_at(c, mono)) - (int64_t)mono);
}

static void steady_clock(void)
{
	static const double rates[] = { 0, 50e-6, -50e-6, 5e-3, -1e-2 };
	struct relation r = {};
	bool within = true, taken = true;

	ok(!relation_known(&r), "nothing is known of a clock that was never read");
	for (int i = 0; i < 5; i++) {
		struct clock c = { 1e12, rates[i] };

		relation_forget(&r);
		read_at(&r, &c, 100 * SEC, 0, 100);
		within &= !relation_known(&r);
		for (int s = 1; s < 40; s++) {
			/* readings are wrong by as much as they say, now early, now late */
			taken &= read_at(&r, &c, (100 + s) * SEC, s % 2 ? 100 : -100, 100);
			within &= off(&r, &c, (101 + s) * SEC) <=
				  (int64_t)relation_error(&r, SEC) + 1;
		}
		taken &= fabs(-r.rate / (1 + r.rate) - rates[i]) <= r.rate_error * 1.02;
	}
	ok(taken, "readings of clocks up to 1 % off are taken, and tell their rate");
	ok(within, "an instant is never further off than the error that is told");
	ok(relation_error(&r, SEC) < 150, "after 16 readings of +-100 ns, a second on: +-150 ns");
	ok(relation_error(&r, 10 * SEC) > relation_error(&r, SEC), "further on it is more");
	same(r.n, RELATION_READINGS, "old readings are forgotten");
}

static void clock_that_changes(void)
{
	struct clock c = { 0, 0 }, faster, later;
	struct relation r = {};
	struct reading stopped;

	for (int s = 1; s < 10; s++)
		read_at(&r, &c, s * SEC, 0, 50);
	/* as at second 9, but 20 ppm faster from there on */
	faster = (struct clock){ -9e9 * 20e-6, 20e-6 };
	ok(read_at(&r, &faster, 10 * SEC, 0, 50),
	   "a rate that changes by 20 ppm is no other clock");
	ok(fabs(r.rate + 20e-6) < 1e-6, "the new rate is told by the latest two readings");
	ok(relation_error(&r, SEC) > 15000, "what could not be foreseen is added to the error");
	read_at(&r, &faster, 11 * SEC, 0, 50);
	ok(relation_error(&r, SEC) < 500, "and is not once it goes on so");

	later = (struct clock){ faster.offset + 3e9, 20e-6 };
	ok(!read_at(&r, &later, 12 * SEC, 0, 50), "a clock that was set by 3 s is begun anew");
	ok(!relation_known(&r), "and nothing known until the next reading");
	ok(read_at(&r, &later, 13 * SEC, 0, 50) && relation_known(&r), "which then suffices");
	same(off(&r, &later, 14 * SEC) <= (int64_t)relation_error(&r, SEC), 1, "and is right");

	ok(!read_at(&r, &faster, 14 * SEC, 0, 50), "a clock that was set back likewise");
	stopped = r.at[r.n - 1];
	stopped.mono_ns += SEC;
	ok(!relation_add(&r, &stopped), "and one that stands");
	relation_forget(&r);
	c = (struct clock){ 0, 0.05 };
	read_at(&r, &c, SEC, 0, 50);
	ok(!read_at(&r, &c, 2 * SEC, 0, 50) && !relation_known(&r), "5 % off is no clock");
}

static struct top_chip chip = { .name = "hte0" };

static struct top_line line_of(uint32_t number, uint64_t total, int64_t p50)
{
	struct top_line l = {
		.chip = &chip,
		.line = number,
		.total = total,
		.level = -1,
		.state = "active",
	};

	l.latency.p50_ns = p50;
	l.latency.p99_ns = l.latency.max_ns = p50;
	l.callback.p50_ns = l.callback.p99_ns = l.callback.max_ns = -1;
	l.second = l.callback;
	return l;
}

static bool in_order(const struct top_line *const *v, const char *numbers)
{
	for (int i = 0; numbers[i]; i++)
		if (v[i]->line != (uint32_t)(numbers[i] - '0'))
			return false;
	return true;
}

static void sorting(void)
{
	struct top_line lines[] = {
		line_of(0, 23, 5000),
		line_of(1, 101, -1),
		line_of(2, 7, 900),
		line_of(3, 23, -1),
	};
	const struct top_line *v[4];

	strcpy(lines[2].label, "zz");
	strcpy(lines[3].label, "aa");
	for (int i = 0; i < 4; i++)
		v[i] = &lines[i];
	lines_sort(v, 4, column_find("total"), true, ROW_LIVE);
	ok(in_order(v, "1032"), "the greatest first; equals in their own order");
	lines_sort(v, 4, column_find("total"), false, ROW_LIVE);
	ok(in_order(v, "2031"), "the least first");
	lines_sort(v, 4, column_find("lat50"), true, ROW_LIVE);
	ok(in_order(v, "0213"), "what is not known comes last");
	lines_sort(v, 4, column_find("lat50"), false, ROW_LIVE);
	ok(in_order(v, "2013"), "either way");
	lines_sort(v, 4, column_find("label"), false, ROW_LIVE);
	ok(in_order(v, "3201"), "names by the alphabet");
	ok(column_descends(column_find("rate")) && !column_descends(column_find("label")) &&
		   !column_descends(column_find("line")),
	   "numbers begin with the greatest, names do not");
	same(column_find("nonesuch"), -1, "no such column");
}

static int room_of(uint64_t set)
{
	int room = -1;

	for (int i = 0; i < n_columns; i++)
		if (set >> i & 1)
			room += 1 + column_width(i);
	return room;
}

static void fitting(void)
{
	static const char *const must[] = {
		"chip", "line", "rate", "lost", "gaps", "lat50", "lat99"
	};
	uint64_t set, smaller = 0;
	bool within = true, grows = true, has = true, distinct = true;

	for (int room = 10; room <= 300; room++) {
		set = columns_fit(0, room, NULL);
		within &= room_of(set) <= room;
		grows &= room_of(set) >= room_of(smaller);
		smaller = set;
	}
	ok(within, "columns keep to the room that there is");
	ok(grows, "more room is never used for less");
	set = columns_fit(0, 80, NULL);
	for (unsigned int i = 0; i < sizeof(must) / sizeof(must[0]); i++)
		has &= set >> column_find(must[i]) & 1;
	ok(has, "80 columns have provider, line, rate, losses, gaps and latency");
	ok(columns_fit(0, 0, NULL) == (n_columns == 64 ? ~0ULL : (1ULL << n_columns) - 1),
	   "without a limit there are all");
	set = 1ULL << column_find("seq") | 1ULL << column_find("last");
	ok(columns_fit(set, 0, NULL) == set, "only those that were chosen");
	for (int i = 0; i < n_columns; i++)
		for (int j = 0; j < i; j++)
			distinct &= columns[i].rank != columns[j].rank &&
				    strcmp(columns[i].name, columns[j].name) &&
				    strcmp(columns[i].col.key, columns[j].col.key);
	ok(distinct && n_columns < 64, "names, keys and ranks are each column's own");
}

static void rows(void)
{
	struct top_line l = line_of(5, 101, 1000);
	char buf[TABLE_CELL];
	struct top_row r;

	hist_add(&l.latency.total, 8, 101);
	l.latency.total_max_ns = 8;
	l.stamps = 23;
	row_of(&r, &l, ROW_LIVE);
	same(r.lat50, 1000, "live: the interval's latency");
	same_text(column_text(buf, column_find("level"), &r), "-", "an unknown level is a dash");
	same_text(column_text(buf, column_find("id"), &r), "-",
		  "as is the id of a line nobody named");
	row_of(&r, &l, ROW_TOTAL);
	same(r.lat_max, 8, "total: the latency since the start");
	same(r.stamps, 101, "and the stamps");
	row_of(&r, &l, ROW_INTERVAL);
	same(r.total, 23, "interval: its stamps");
}

/* a record, a look at it every interval, and what the BPF side does in halves */
static struct {
	struct htetop_line rec;
	struct seen seen;
	struct top_line t;
	uint64_t epoch;
	bool changed;
} line;

static void begin_line(void)
{
	memset(&line, 0, sizeof(line));
	line.epoch = 1;
	figures_init(&line.t);
}

static void note(int h, uint64_t ns)
{
	epoch_note(line.rec.max[h], line.epoch << EPOCH_SHIFT, ns);
}

static void count(int h, uint64_t ns)
{
	line.rec.hist[h][ll_index(ns)]++;
}

static void event(uint64_t ns)
{
	line.rec.stamps++;
	note(HTETOP_CALLBACK, ns);
	count(HTETOP_CALLBACK, ns);
}

static void turn(void)
{
	line.epoch++;
	if (line.changed)
		figures_begin(&line.t);
	line.changed = false;
}

static void look(bool final)
{
	figures_read(&line.t, &line.rec, &line.seen, line.epoch - 1, final, &line.changed);
	if (line.changed)
		figures_finish(&line.t, 1);
}

static void intervals(void)
{
	const struct top_lat *cb = &line.t.callback;

	begin_line();
	event(1000);
	turn();
	/* after the turn and before the look */
	event(5003);
	look(false);
	same(line.t.stamps, 2, "an event that comes after an interval's turn is of it");
	same(cb->max_ns, 5003, "and so is its maximum");
	turn();
	look(false);
	same(cb->max_ns, -1, "and no other's");
	same(cb->total_max_ns, 5003, "the total's is exact");

	begin_line();
	line.rec.stamps++;
	turn();
	look(false);
	same(hist_count(&cb->total), 0, "an event that is half told of");
	line.rec.gaps += 7;
	note(HTETOP_CALLBACK, 5003);
	count(HTETOP_CALLBACK, 5003);
	turn();
	look(false);
	ok(line.t.stamps == 0 && line.t.gaps == 7, "is told of by and by, though no other comes");
	ok(hist_count(&cb->hist) == 1 && cb->max_ns == 5003, "with its duration");
	ok(line.t.total == 1 && cb->total_max_ns == 5003, "and counted once");
	turn();
	look(false);
	ok(!line.changed && hist_count(&cb->hist) == 0, "then no more");

	/* the maximum before the look, the bucket after it */
	begin_line();
	line.rec.stamps++;
	note(HTETOP_CALLBACK, 5003);
	turn();
	look(false);
	count(HTETOP_CALLBACK, 5003);
	turn();
	look(false);
	ok(cb->max_ns >= 5003 && cb->p50_ns > 0 && cb->total_max_ns == 5003,
	   "a maximum that was seen before its bucket is kept");

	begin_line();
	event(101);
	line.rec.seconds++;
	turn();
	look(false);
	turn();
	look(false);
	line.rec.early++;
	note(HTETOP_SECOND, 23);
	count(HTETOP_SECOND, 23);
	turn();
	look(true);
	ok(line.t.early_total == 1 && line.t.second.total_max_ns == 23, "the last look sees all");
	figures_restart(&line.t);
	ok(!line.t.total && !line.t.early_total && !hist_count(&cb->total) && !cb->total_max_ns,
	   "totals begin anew");
	event(7);
	turn();
	look(false);
	ok(line.t.total == 1 && cb->total_max_ns == 7, "with what comes after");
}

/* so many that some come within a look, also where there is one CPU for both */
#define TOGETHER 20000003

static void *counts(void *arg)
{
	__u32 *bucket = &line.rec.hist[HTETOP_CALLBACK][23];

	for (int i = 1; i <= TOGETHER; i++) {
		__atomic_store_n(&line.rec.stamps, i, __ATOMIC_RELAXED);
		__atomic_store_n(bucket, *bucket + 1, __ATOMIC_RELAXED);
	}
	return arg;
}

static void together(void)
{
	pthread_t thread;

	begin_line();
	if (pthread_create(&thread, NULL, counts, NULL))
		abort();
	while (READ(line.rec.stamps) < TOGETHER) {
		turn();
		look(false);
	}
	pthread_join(thread, NULL);
	turn();
	look(true);
	same(line.t.total, TOGETHER, "stamps that come while they are read are counted");
	same(hist_count(&line.t.callback.total), TOGETHER, "each in a bucket");
}

int main(void)
{
	steady_clock();
	clock_that_changes();
	sorting();
	fitting();
	rows();
	intervals();
	together();
	return tap_end();
}
