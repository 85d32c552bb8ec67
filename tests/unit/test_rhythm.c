// SPDX-License-Identifier: GPL-2.0
/* Host test of bpf/rhythm.h and timeline.h: trains of events and readings of clocks. */
#include <stdlib.h>
#include "rhythm.h"
#include "tap.h"
#include "timeline.h"

#define MS  1000000LL
#define SEC 1000000000LL

/* a channel under test: what it said so far */
static struct {
	struct rhythm r;
	struct rhythm_verdict last; /* the last verdict that was not empty */
	int64_t mono_offset;
	uint64_t steps;
	int gaps, missing, edges, strays, told, orders, changes, jumps;
	int64_t moved;
} ch;

static void begin(void)
{
	memset(&ch, 0, sizeof(ch));
	ch.mono_offset = 5 * SEC;
}

/* an event at a time of the clock, delivered late by so much */
static void late(int64_t at, int64_t by)
{
	struct rhythm_verdict v;

	rhythm_event(&ch.r, &v, at, at + ch.mono_offset + by, ch.steps);
	ch.gaps += !!(v.what & RHYTHM_GAP);
	ch.missing += v.missing;
	ch.edges += v.edges;
	ch.strays += !!(v.what & RHYTHM_STRAY);
	ch.told += v.what & RHYTHM_STRAY && !v.quiet;
	ch.orders += !!(v.what & RHYTHM_ORDER);
	ch.changes += !!(v.what & RHYTHM_CHANGE);
	ch.jumps += !!(v.what & RHYTHM_JUMP);
	ch.moved += v.moved_ns;
	if (v.what)
		ch.last = v;
}

static void event(int64_t at)
{
	late(at, 20000);
}

/* events from..to-1 of a train */
static void train(int64_t start, int64_t period, int from, int to)
{
	for (int i = from; i < to; i++)
		event(start + i * period);
}

static void pulses(int64_t start, int64_t period, int64_t on, int from, int to)
{
	for (int i = from; i < to; i++) {
		event(start + i * period);
		event(start + i * period + on);
	}
}

static int irregular(void)
{
	return ch.gaps + ch.strays + ch.orders + ch.changes + ch.jumps;
}

static void one_edge(void)
{
	begin();
	train(0, SEC, 0, 1000);
	same(irregular(), 0, "1 PPS: nothing to say");
	same(ch.r.period_ns, SEC, "the period is a second");
	train(0, SEC, 1003, 1010);
	same(ch.missing, 3, "three lost: three missing");
	same(ch.gaps, 1, "in one gap");
	same(ch.last.distance_ns, 4 * SEC, "which took four periods");
	same(irregular(), 1, "and nothing else");
	train(0, SEC, 1300, 1310);
	same(ch.missing, 3 + 290, "290 lost");
	train(0, SEC, 1310, 1320);
	same(irregular(), 2, "and the rhythm is the old one");

	begin();
	train(0, MS / 2, 0, 100);
	same(ch.r.period_ns, 0, "events closer than a millisecond have no rhythm");
	begin();
	for (int i = 0; i < 200; i++)
		event(i * i * 40 * MS);
	same(ch.gaps, 0, "events without a rhythm have no gaps");
}

static void drift_and_jitter(void)
{
	int64_t at = 0;

	begin();
	srand(1);
	for (int i = 0; i < 1000; i++)
		event(i * 200 * MS + rand() % (10 * MS) - 5 * MS);
	same(irregular(), 0, "5 % jitter: nothing to say");
	event(1002 * 200 * MS);
	same(ch.missing, 2, "and a loss is seen in it");
	begin();
	for (int i = 0; i < 2000; i++) {
		at += 200 * MS + i * 10000;
		event(at);
	}
	same(irregular(), 0, "a period that drifts to a tenth more is followed");
}

static void both_edges(void)
{
	int64_t p = 200 * MS, on = 20 * MS;

	begin();
	pulses(0, p, on, 0, 100);
	same(irregular(), 0, "both edges, 10 %: nothing to say");
	same(ch.r.period_ns, p, "the period is that of the pulse");
	same(ch.r.second_ns, on, "the second edge is the pulse's end");
	pulses(0, p, on, 102, 110);
	same(ch.missing, 2, "four edges lost: two beats");
	same(ch.edges, 4, "and it says how many edges");
	same(ch.gaps, 1, "in one gap");
	event(110 * p);
	pulses(0, p, on, 111, 120);
	same(ch.missing, 3, "one edge lost: its beat counts");
	same(ch.edges, 5, "one edge");
	same(ch.strays + ch.changes, 0, "no stray, no change");
	/* the first event is a falling edge */
	begin();
	event(-p + on);
	pulses(0, p, on, 0, 20);
	same(irregular(), 0, "it may begin with the other edge");
	same(ch.r.second_ns, on, "the short one is the pulse");
	begin();
	pulses(0, p, 180 * MS, 0, 20);
	pulses(0, p, 180 * MS, 22, 30);
	same(ch.missing, 2, "90 %: the same");
	begin();
	pulses(0, p, p / 2, 0, 20);
	same(ch.r.period_ns, p / 2, "50 % is a train of half the period");
	same(irregular(), 0, "without a word");
	/* one polarity goes away for good */
	begin();
	pulses(0, p, on, 0, 20);
	train(0, p, 20, 60);
	same(ch.changes, 1, "one edge lost for ever is a change");
	same(ch.r.second_ns, 0, "to one edge");
	same(ch.r.period_ns, p, "of the same period");
	ok(ch.gaps >= RHYTHM_ADOPT && ch.gaps < 12, "told as gaps until then");
}

static void strays(void)
{
	int64_t p = 200 * MS;

	begin();
	train(0, p, 0, 20);
	event(20 * p - 70 * MS);
	train(0, p, 20, 22);
	train(0, p, 23, 30);
	same(ch.strays, 1, "one stray is one");
	same(ch.last.missing + ch.missing, 2, "and one lost soon after it is missed");
	same(irregular(), 2, "nothing else");
	begin();
	train(0, p, 0, 20);
	event(19 * p + 100 * MS);
	same(ch.strays, 1, "a loss right after a stray:");
	same(ch.missing, 0, "it is at the grid's places that beats are missed");
	train(0, p, 21, 30);
	same(ch.missing, 1, "and it is");
	begin();
	train(0, p, 0, 20);
	event(19 * p);
	same(ch.orders, 1, "an event told twice");
	train(0, p, 20, 22);
	train(0, p, 23, 30);
	same(ch.missing, 1, "and a loss soon after it");
	same(irregular(), 2, "nothing else");
	begin();
	train(0, p, 0, 20);
	for (int i = 0; i < 1000; i++)
		event(19 * p + (i + 1) * 50000);
	train(0, p, 20, 30);
	ok(ch.told <= RHYTHM_STRAYS, "a burst of strays is told a few times only");
	same(ch.gaps, 0, "and is no gap");
	same(ch.r.period_ns, p, "nor a rhythm");
}

static void thinned_out(void)
{
	int64_t p = 200 * MS;

	begin();
	train(0, p, 0, 20);
	for (int i = 20; i < 36; i += 2)
		event((i + 1) * p);
	same(ch.missing, 8, "one in two lost, eight times: eight are missing");
	same(ch.changes, 0, "which is no new rhythm yet");
	train(0, p, 36, 50);
	same(irregular(), 8, "and all is well after it");
	for (int i = 50; i < 150; i += 2)
		event((i + 1) * p);
	same(ch.changes, 1, "for ever: it is said that the rhythm has changed");
	same(ch.r.period_ns, 2 * p, "to twice the period");
	same(ch.missing, 8 + RHYTHM_ADOPT, "until then they are missing");
	same(ch.last.new_period_ns, 2 * p, "the change says to what");
}

static void changes(void)
{
	int64_t p = 200 * MS, t;

	begin();
	train(0, p, 0, 20);
	t = 19 * p;
	train(t, p / 2, 1, 30);
	same(ch.changes, 1, "twice as fast: a change");
	same(ch.r.period_ns, p / 2, "to half the period");
	same(ch.gaps, 0, "without gaps");
	begin();
	train(0, p, 0, 20);
	train(19 * p + 70 * MS, p, 1, 20);
	same(ch.changes, 1, "another phase: a change");
	same(ch.r.period_ns, p, "of the same period");
	train(19 * p + 70 * MS, p, 22, 30);
	same(ch.last.missing, 2, "and losses are seen again");
	begin();
	train(0, p, 0, 20);
	train(19 * p, 330 * MS, 1, 20);
	same(ch.r.period_ns, 330 * MS, "a slower one that fits nowhere");
	same(ch.changes, 1, "is a change");
	begin();
	train(0, p, 0, 20);
	pulses(20 * p, p, 20 * MS, 0, 20);
	same(ch.r.second_ns, 20 * MS, "both edges where there was one");
	same(ch.changes, 1, "is a change");
	ch.r.forget = 1;
	train(100 * p, 3 * p, 0, 10);
	same(ch.changes, 1, "a channel turned on anew has nothing to keep");
	same(ch.r.period_ns, 3 * p, "and learns");
}

static void outages(void)
{
	int64_t p = SEC;

	begin();
	train(0, p, 0, 20);
	same(rhythm_overdue(&ch.r, 19 * p + ch.mono_offset + 2 * p), 0, "two periods: not yet");
	same(rhythm_overdue(&ch.r, 19 * p + ch.mono_offset + 3 * p), 2, "three: two overdue");
	same(rhythm_overdue(&ch.r, 19 * p + ch.mono_offset + 60 * p), 59, "a minute: 59");
	same(rhythm_overdue(&ch.r, 19 * p + ch.mono_offset - p), 0, "never before its time");
	/* back after a minute, elsewhere in the second */
	train(79 * p + 300 * MS, p, 0, 10);
	same(ch.missing, 59, "back at another phase: what was missing");
	same(irregular(), 1, "is all there is to say");
	ch.r.forget = 1;
	same(rhythm_overdue(&ch.r, 200 * p + ch.mono_offset), 0, "turned off: nothing is due");
}

static void steps(void)
{
	int64_t p = 200 * MS, on = 20 * MS;

	begin();
	train(0, p, 0, 20);
	ch.steps++;
	ch.mono_offset -= 1000 * SEC;
	train(1000 * SEC + 33 * MS, p, 20, 30);
	same(irregular(), 0, "somebody steps the clock: nothing to say");
	train(1000 * SEC + 33 * MS, p, 32, 40);
	same(ch.missing, 2, "and the period is still known");
	begin();
	pulses(0, p, on, 0, 20);
	ch.steps++;
	ch.mono_offset += 77 * SEC;
	event(-77 * SEC + 20 * p + on);
	pulses(-77 * SEC, p, on, 21, 30);
	same(irregular(), 0, "both edges, between them");
	pulses(-77 * SEC, p, on, 32, 40);
	same(ch.missing, 2, "the period is known there too");
	begin();
	train(0, p, 0, 20);
	ch.mono_offset -= 4 * SEC;
	train(4 * SEC, p, 20, 30);
	same(ch.jumps, 1, "nobody steps it, and it jumps by a whole number of periods");
	same(ch.moved / MS, 4000, "by four seconds");
	same(ch.gaps, 0, "which is no gap");
	ch.mono_offset += 7 * SEC;
	train(-3 * SEC, p, 30, 40);
	same(ch.jumps, 2, "back as well");
	same(ch.orders, 0, "which is no wrong order");
	begin();
	train(0, p, 0, 20);
	late(20 * p, 90 * MS);
	late(21 * p, 0);
	late(23 * p, 0);
	late(26 * p, 90 * MS);
	same(ch.jumps, 0, "late deliveries are no jumps");
	same(ch.missing, 3, "and hide no gap");
}

/* ---- readings ---------------------------------------------------------------- */

static struct timeline line;
static struct timeline_verdict said;
static int64_t shift; /* the clock against an undisturbed one */
static uint64_t stepped;
static int64_t ppm;

static int reading(int64_t mono, int64_t width)
{
	int64_t clock = mono + shift + mono / 1000000 * ppm + 100 * SEC;

	timeline_reading(&line, &said, mono, mono + width, clock + width / 2, stepped, ppm * 65536);
	return said.what;
}

static void readings(void)
{
	int bad = 0;
	int64_t t;

	memset(&line, 0, sizeof(line));
	for (t = SEC; t < 100 * SEC; t += SEC)
		bad += reading(t, 2000);
	same(bad, 0, "a clock that runs on: nothing to say");
	shift = 4 * SEC;
	same(reading(t, 2000), TIMELINE_JUMP, "4 s ahead: a jump");
	ok(llabs(said.moved_ns - 4 * SEC) < MS, "of four seconds");
	ok(said.uncertain_ns < 2 * MS && said.uncertain_ns > 1000, "to a millisecond or so");
	bad = 0;
	for (t += SEC; t < 200 * SEC; t += SEC)
		bad += reading(t, 2000);
	same(bad, 0, "from there on it runs");
	same(line.jumps, 1, "one jump in all");
	shift += 1LL << 27;
	same(reading(t, 2000), TIMELINE_JUMP, "2^27 ns off");
	shift -= 1LL << 27;
	same(reading(t + SEC, 2000), TIMELINE_MISREAD, "and right again: a wrong reading");
	ok(llabs(said.moved_ns - (1LL << 27)) < MS, "it says by how much");
	same(line.jumps, 1, "no jump in all");
	same(line.misreads, 1, "but one wrong reading");
	bad = 0;
	for (t += 2 * SEC; t < 300 * SEC; t += SEC)
		bad += reading(t, 2000);
	same(bad, 0, "it runs on");
	shift -= 2 * MS;
	same(reading(t, 2000), TIMELINE_JUMP, "2 ms behind after a second: a jump");
	shift -= 3 * MS;
	same(reading(t + 100 * MS, 2000), TIMELINE_JUMP, "another one");
	stepped++;
	shift = 1000 * SEC;
	same(reading(t + SEC, 2000), TIMELINE_OK, "a step that somebody made is none");
	same(reading(t + 2 * SEC, 2000), TIMELINE_OK, "nor what follows it");
	shift += 900000;
	same(reading(t + 3 * SEC, 4 * MS), TIMELINE_OK, "less than the reading's width is none");
}

static void stands(void)
{
	int64_t t = SEC, stood;
	int bad = 0;

	memset(&line, 0, sizeof(line));
	shift = 0;
	stepped = 0;
	for (; t < 20 * SEC; t += SEC)
		bad += reading(t, 2000);
	/* it stands from here on */
	stood = t - SEC;
	shift = stood - t;
	same(reading(t, 2000), TIMELINE_STANDS, "a clock that stands");
	for (int i = 1; i < 4; i++) {
		shift = stood - t - i * SEC;
		bad += reading(t + i * SEC, 2000);
	}
	same(bad, 0, "is told once");
	same(reading(t + 4 * SEC, 2000), TIMELINE_JUMP, "that it runs again is a jump");
	ok(llabs(said.moved_ns + 4 * SEC) < 10 * MS, "by as long as it stood");
	same(reading(t + 5 * SEC, 2000), TIMELINE_OK, "and it runs");
	same(line.stops, 1, "one stop in all");
}

static void rates(void)
{
	int64_t t = SEC;
	int bad = 0;

	memset(&line, 0, sizeof(line));
	shift = 0;
	stepped = 0;
	ppm = 0;
	/* it runs 5 % fast and nobody told */
	for (; t < 20 * SEC; t += SEC) {
		shift = t / 20;
		bad += reading(t, 2000);
	}
	same(bad, 0, "5 % fast from the beginning");
	shift += 100 * MS;
	same(reading(t, 2000), TIMELINE_JUMP, "and a jump of 50 ms is seen");
	memset(&line, 0, sizeof(line));
	for (bad = 0, t = SEC; t < 20 * SEC; t += SEC) {
		shift = -t / 2;
		bad += reading(t, 2000);
	}
	same(bad, 0, "half as fast as it should");
	memset(&line, 0, sizeof(line));
	shift = 0;
	for (bad = 0, t = SEC; t < 60 * SEC; t += SEC / 4) {
		/* set anew every second; the clock's phase goes on from there */
		if (t % SEC == 0 && t > 4 * SEC) {
			int64_t next = (t / SEC * 37) % 200 - 100;

			shift += t / 1000000 * (ppm - next);
			ppm = next;
		}
		bad += reading(t, 2000);
	}
	same(bad, 0, "a servo that sets the frequency makes no jumps");
	ppm = 0;
	same(line.jumps + line.stops + line.misreads, 0, "nor the totals");
}

int main(void)
{
	one_edge();
	drift_and_jitter();
	both_edges();
	strays();
	thinned_out();
	changes();
	outages();
	steps();
	readings();
	stands();
	rates();
	return tap_end();
}
