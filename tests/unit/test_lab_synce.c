// SPDX-License-Identifier: GPL-2.0
/*
 * Host test of the arithmetic of phase locked loops, kmod/lab/lab_pll.h: each transition at its
 * exact instant. TAP on stdout.
 */
#include <unistd.h>

#include "../../kmod/lab/lab_pll.h"
#include "tap.h"

#define US  1000LL
#define MS  1000000LL
#define SEC 1000000000LL
#define T0  (5 * SEC)
#define DAY PLL_DAY_NS

enum { GNSS, EXT, SYNC, MUX = 6, OSC, PORT0, PORT1 };

/* what the chip tells, in order */
static struct pll_note notes[512];
static unsigned int n_notes;

static void keep(struct pll_chip *c, const struct pll_note *n)
{
	(void)c;
	if (n_notes < 512)
		notes[n_notes++] = *n;
}

/* the n-th change of a loop's status since n_notes was zeroed */
static const struct pll_note *status(unsigned int loop, unsigned int n)
{
	static const struct pll_note none;
	unsigned int i;

	for (i = 0; i < n_notes; i++)
		if (notes[i].kind == PLL_NOTE_STATUS && notes[i].index == loop && !n--)
			return &notes[i];
	return &none;
}

static void feed(struct pll_chip *c, s64 t, unsigned int i, bool lost, s64 ppb, bool noisy,
		 s64 step_ps)
{
	struct pll_signal s = { .lost = lost, .noisy = noisy, .ppb = ppb };

	pll_advance(c, t);
	pll_signal(c, i, &s, (lab_s128)step_ps * PLL_PS);
}

/* an EEC of 100 Hz and a PPS of 1 Hz; GNSS is there, and what a MUX passes on */
static struct pll_chip chip(void)
{
	struct pll_chip c = { .qualify_ns = SEC,
			      .loss_ns = MS,
			      .monitor_ns = 100 * MS,
			      .accept_ppb = 9200,
			      .reject_ppb = 12000,
			      .wtr_ns = 10 * SEC,
			      .holdoff_ns = 300 * MS,
			      .ho_acq_ns = 10 * SEC,
			      .holdover_max_ns = 14400 * SEC,
			      .holdover_ppb = 1,
			      .note = keep };
	unsigned int i, d;

	n_notes = 0;
	pll_reset(&c, T0);
	c.input[MUX].is_mux = true;
	c.input[OSC].is_internal = true;
	for (i = PORT0; i < PLL_INPUTS; i++)
		c.input[i].is_child = true;
	for (d = 0; d < PLL_LOOPS; d++)
		for (i = 0; i < PORT0; i++)
			c.loop[d].enabled[i] = i != OSC;
	pll_retune(&c, 0, 100000, 0);
	pll_mux(&c, MUX, PORT0);
	feed(&c, T0, GNSS, false, 0, false, 0);
	feed(&c, T0, PORT0, false, 0, false, 0);
	return c;
}

static void numbers(void)
{
	struct lab_random r = { 1 };
	struct pll_loop l = { .bandwidth = 1000 };
	bool good = true;
	lab_s128 e;
	s64 t;
	int i;

	for (i = 0; i < 100000; i++) {
		lab_s128 x =
			((lab_s128)(s64)lab_random_next(&r) << (i % 60)) + (s64)lab_random_next(&r);
		u64 y = lab_random_next(&r) >> (16 + i % 40);

		good &= pll_div(x, y ?: 1) == x / (lab_s128)(y ?: 1);
	}
	ok(good, "division");
	same(pll_wrap(3 * PLL_WRAP + 7) == 7, 1, "whole seconds do not matter");
	ok(pll_wrap(PLL_WRAP / 2) == -PLL_WRAP / 2 &&
		   pll_wrap(-PLL_WRAP / 2 - 1) == PLL_WRAP / 2 - 1,
	   "and of two ways round the shorter is meant");
	same(pll_half(&l), PLL_HALF_NS / 1000, "1 Hz halves the error in 110 ms");
	same((s64)pll_err(&l, 1 << 20, pll_half(&l)), 1 << 19, "half of it then");
	same((s64)pll_err(&l, -(1 << 20), 20 * pll_half(&l)), -1,
	     "and a millionth after 20 of them");
	same((s64)pll_err(&l, 1000000, pll_half(&l) / 2), 707106, "1 / sqrt 2 after half of one");
	same(pll_lock_ns(&l, PLL_WRAP / 2), 16 * PLL_HALF_NS / 1000, "locked after 16 of them");
	for (i = 0, t = 0, e = PLL_WRAP / 2, good = true; i < 100000; i++, t += 30011) {
		lab_s128 now = pll_err(&l, PLL_WRAP / 2, t);

		good &= now <= e;
		e = now;
	}
	ok(good, "an error only ever shrinks");
	l.slope = 1000;
	same(pll_slope_ns(&l, 2 * pll_knee(&l)), PLL_TAU_NS / 1000, "a limit on the slope: time");
	same((s64)(pll_err(&l, 2 * pll_knee(&l), MS) - 2 * pll_knee(&l)), -1000 * MS, "1000 ns/s");
	same((s64)pll_err(&l, 2 * pll_knee(&l), PLL_TAU_NS / 1000 + pll_half(&l)),
	     (s64)pll_knee(&l) / 2, "then the bandwidth rules");
	same(pll_lock_ns(&l, -2 * pll_knee(&l)), PLL_TAU_NS / 1000 + 16 * PLL_HALF_NS / 1000,
	     "locked so much later");
}

static void qualification(void)
{
	struct pll_chip c = chip();
	struct pll_input *in = &c.input[GNSS];

	same(in->quality, PLL_QUALIFYING, "a signal is looked at first");
	pll_advance(&c, T0 + SEC - 1);
	same(in->quality, PLL_QUALIFYING, "until the last ns");
	pll_advance(&c, T0 + 90 * SEC);
	same(in->quality, PLL_GOOD, "then it is good");
	same(in->since, T0 + SEC, "since when it was due, however late one looks");

	feed(&c, T0 + 100 * SEC, GNSS, true, 0, false, 0);
	feed(&c, T0 + 100 * SEC + MS - 1, GNSS, false, 0, false, 0);
	pll_advance(&c, T0 + 101 * SEC);
	same(in->quality, PLL_GOOD, "what is missing for less than the time is not missed");
	feed(&c, T0 + 101 * SEC, GNSS, true, 0, false, 0);
	pll_advance(&c, T0 + 102 * SEC);
	same(in->quality, PLL_NO_SIGNAL, "a lost signal");
	same(in->since, T0 + 101 * SEC + MS, "when it was due");
	feed(&c, T0 + 103 * SEC, GNSS, false, 0, false, 0);
	feed(&c, T0 + 103 * SEC + 500 * MS, GNSS, true, 0, false, 0);
	same(in->quality, PLL_NO_SIGNAL, "one that comes and goes does not get good");
	same(in->since, T0 + 103 * SEC + 500 * MS, "it is gone at once");

	feed(&c, T0 + 110 * SEC, GNSS, false, 9200, false, 0);
	pll_advance(&c, T0 + 112 * SEC);
	same(in->since, T0 + 111 * SEC, "9.2 ppm off becomes good");
	feed(&c, T0 + 112 * SEC, GNSS, false, 12000, false, 0);
	pll_advance(&c, T0 + 113 * SEC);
	same(in->quality, PLL_GOOD, "12 ppm off stays good");
	feed(&c, T0 + 113 * SEC, GNSS, false, -12001, false, 0);
	pll_advance(&c, T0 + 114 * SEC);
	same(in->quality, PLL_FREQ_OFF, "12.001 ppm off does not");
	same(in->since, T0 + 113 * SEC + 100 * MS, "and is noticed by the monitor");
	feed(&c, T0 + 115 * SEC, GNSS, false, 9201, false, 0);
	same(in->quality, PLL_FREQ_OFF, "9.201 ppm off does not become good");
	feed(&c, T0 + 116 * SEC, GNSS, false, 0, true, 0);
	same(in->quality, PLL_NOISY, "noise");
	pll_advance(&c, T0 + 200 * SEC);
	pll_age(&c, 5000, 0);
	feed(&c, T0 + 200 * SEC, GNSS, false, 14200, false, 0);
	same(in->quality, PLL_QUALIFYING, "frequencies are measured against the oscillator");
	same(pll_ffo(&c, GNSS), 9200, "by 9.2 ppm");
	same(pll_ffo(&c, OSC), 0, "which has none against itself");
}

static void story(void)
{
	s64 eec = 16 * PLL_HALF_NS / 100000, pps = 16 * PLL_HALF_NS / 1000, lost = T0 + 60 * SEC;
	struct pll_chip c = chip();
	struct pll_loop *l = &c.loop[0];

	same(pll_due(&c), T0 + SEC, "the next thing to happen is known");
	pll_advance(&c, T0 + 59 * SEC);
	same(status(0, 0)->at, T0 + SEC + eec, "locked by the loop's bandwidth");
	same(status(0, 0)->now, PLL_IS_LOCKED, "is its status");
	same(status(0, 1)->at, T0 + SEC + eec + 10 * SEC, "locked-ho-acq");
	same(status(0, 1)->dwell, 10 * SEC, "with its dwell");
	same(status(1, 0)->at, T0 + SEC + pps, "the other loop has another bandwidth");
	same(l->selected, GNSS, "the best input is followed");
	same(l->acquired_ns, eec, "in the time it took");
	same(pll_due(&c), PLL_NEVER, "an idle chip waits for nothing");

	n_notes = 0;
	feed(&c, lost, GNSS, true, 0, false, 0);
	pll_advance(&c, T0 + 119 * SEC);
	same(status(0, 0)->at, lost + MS, "GNSS lost");
	same(status(0, 0)->now, PLL_IS_HOLDOVER, "holdover");
	same(status(0, 0)->cause, PLL_CAUSE_MEDIA, "by its signal's loss");
	same(status(0, 1)->at, lost + MS + 300 * MS + eec, "hold-off, then the next is acquired");
	same(status(0, 1)->dwell, 300 * MS + eec, "so long was the holdover");
	same(status(0, 1)->now, PLL_IS_LOCKED, "locked");
	same(status(0, 2)->now, PLL_IS_LOCKED_HO, "locked-ho-acq");
	same(l->selected, MUX, "to the multiplexer");

	n_notes = 0;
	feed(&c, T0 + 120 * SEC, GNSS, false, 0, false, 0);
	pll_advance(&c, T0 + 131 * SEC - 1);
	same(l->selected, MUX, "GNSS is back, and waits");
	pll_advance(&c, T0 + 131 * SEC);
	same(l->selected, GNSS, "until it is restored");
	same(l->changes, 5, "nothing is lost on the way");
	pll_advance(&c, T0 + 300 * SEC);
	same(status(0, 0)->at, 0, "nor later");

	l->hitless = false;
	feed(&c, T0 + 300 * SEC, PORT0, true, 0, false, 0);
	feed(&c, T0 + 301 * SEC, GNSS, false, 20000, false, 0);
	pll_advance(&c, T0 + 302 * SEC);
	same(l->state, PLL_HOLDOVER, "with nothing left it holds over");
	same(l->cause, PLL_CAUSE_FREQUENCY, "the other cause");
	same(pll_due(&c), T0 + 301 * SEC + 100 * MS + 14400 * SEC, "not for ever");
	pll_advance(&c, T0 + 99999 * SEC);
	same(l->state, PLL_FREERUN, "then it runs free");
	same(l->since, T0 + 301 * SEC + 100 * MS + 14400 * SEC, "from the exact instant on");
	same(pll_walked(&c, 0, l->since), -14400 * SEC / 1000, "1 ppb has walked 14.4 us off");
	n_notes = 0;
	feed(&c, T0 + 100000 * SEC, PORT0, false, 0, false, 0);
	pll_advance(&c, T0 + 100020 * SEC);
	same(status(0, 0)->at, T0 + 100001 * SEC + eec,
	     "who has nothing takes what it gets at once");
	same(status(0, 0)->old, PLL_IS_UNLOCKED, "from unlocked");
	feed(&c, T0 + 100020 * SEC, GNSS, false, 0, false, 0);
	n_notes = 0;
	pll_advance(&c, T0 + 100050 * SEC);
	same(status(0, 0)->at, T0 + 100031 * SEC, "not hitless: it lets go");
	same(status(0, 0)->now, PLL_IS_HOLDOVER, "over a holdover");
	same(status(0, 1)->dwell, eec, "of one acquisition");
}

static void selection(void)
{
	struct pll_chip c = chip();
	struct pll_loop *l = &c.loop[0];

	l->revertive = false;
	c.holdoff_ns = 0;
	pll_advance(&c, T0 + 30 * SEC);
	feed(&c, T0 + 30 * SEC, GNSS, true, 0, false, 0);
	pll_advance(&c, T0 + 31 * SEC);
	same(l->selected, MUX, "no hold-off: the next at once");
	same(l->changes, 2, "without a word, where it is hitless");
	feed(&c, T0 + 31 * SEC, GNSS, false, 0, false, 0);
	pll_advance(&c, T0 + 99 * SEC);
	same(l->selected, MUX, "not revertive: it stays");
	l->enabled[MUX] = false;
	pll_decide(&c, 0, c.now, true);
	same(l->selected, GNSS, "what is forbidden is left at once");
	same(pll_status(l), PLL_IS_LOCKED_HO, "for what is good");
	l->prio[GNSS] = PLL_NO_PRIO;
	pll_decide(&c, 0, c.now, true);
	same(l->selected, PLL_NONE, "priority 15 is none");
	same(pll_status(l), PLL_IS_HOLDOVER, "holdover by order");
	same(l->cause, PLL_CAUSE_NONE, "has no cause");
	same(pll_best(&c, l, c.now, false), PLL_NONE, "nothing to be had");

	l->automatic = false;
	l->manual = MUX;
	pll_decide(&c, 0, c.now, true);
	same(l->selected, MUX, "in manual mode what is told, allowed or not");
	feed(&c, T0 + 100 * SEC, PORT0, true, 0, false, 0);
	pll_advance(&c, T0 + 101 * SEC);
	same(l->selected, PLL_NONE, "and nothing else");
	feed(&c, T0 + 101 * SEC, PORT0, false, 0, false, 0);
	pll_advance(&c, T0 + 102 * SEC);
	same(l->selected, MUX, "and that again when it is good");
	l->manual = PORT0;
	pll_decide(&c, 0, c.now, true);
	same(l->selected, PLL_NONE, "a port leads to the multiplexer only");

	l->automatic = true;
	l->enabled[MUX] = true;
	pll_decide(&c, 0, c.now, true);
	pll_advance(&c, T0 + 120 * SEC);
	same(l->selected, MUX, "back in automatic mode");
	feed(&c, T0 + 120 * SEC, PORT1, false, 0, false, 0);
	pll_advance(&c, T0 + 130 * SEC);
	pll_mux(&c, MUX, PORT1);
	same(c.input[MUX].quality, PLL_QUALIFYING, "another port: looked at anew");
	same(pll_status(l), PLL_IS_HOLDOVER, "held over");
	pll_advance(&c, T0 + 140 * SEC);
	same(c.input[MUX].since, T0 + 131 * SEC, "good a second later");
	same(l->selected, MUX, "and followed");

	/* EXT gives the frequency, SYNC the phase */
	l->revertive = true;
	l->prio[EXT] = 0;
	pll_adjust(&c, EXT, 0, SYNC);
	feed(&c, T0 + 140 * SEC, EXT, false, 0, false, 0);
	pll_advance(&c, T0 + 150 * SEC);
	same(l->selected, MUX, "half a pair is no input");
	feed(&c, T0 + 150 * SEC, SYNC, false, 0, false, 250);
	pll_advance(&c, T0 + 160 * SEC);
	same(l->selected, EXT, "a whole one is");
	feed(&c, T0 + 160 * SEC, SYNC, true, 0, false, 0);
	pll_advance(&c, T0 + 161 * SEC);
	same(l->selected, MUX, "until either half is lost");
	feed(&c, T0 + 170 * SEC, SYNC, false, 0, false, 0);
	pll_advance(&c, T0 + 181 * SEC - 1);
	same(l->selected, MUX, "which waits to be restored, the other half or not");
	pll_advance(&c, T0 + 181 * SEC);
	same(l->selected, EXT, "10 s");

	/* 300 ms of hold-off begin a ms after the loss */
	feed(&c, T0 + 200 * SEC, EXT, true, 0, false, 0);
	c.holdoff_ns = 300 * MS;
	pll_advance(&c, T0 + 200 * SEC + 100 * MS);
	same(l->selected, PLL_NONE, "hold-off");
	pll_adjust(&c, MUX, 23, PLL_NONE);
	pll_decide(&c, 0, c.now, false);
	pll_advance(&c, T0 + 200 * SEC + 301 * MS - 1);
	same(l->selected, PLL_NONE, "is not ended by what is no choice");
	pll_advance(&c, T0 + 200 * SEC + 301 * MS);
	same(l->selected, MUX, "but by its time");
}

/* limits that contradict each other must not make a quality take turns at one instant */
static void limits(void)
{
	struct pll_chip c = chip();

	c.accept_ppb = 20000;
	c.qualify_ns = 0;
	c.monitor_ns = 0;
	alarm(60);
	pll_advance(&c, T0 + 30 * SEC);
	feed(&c, T0 + 30 * SEC, GNSS, false, 15000, false, 0);
	pll_advance(&c, T0 + 31 * SEC);
	same(c.input[GNSS].quality, PLL_GOOD, "what would become good stays good");
	feed(&c, T0 + 31 * SEC, GNSS, false, 20001, false, 0);
	pll_advance(&c, T0 + 32 * SEC);
	same(c.input[GNSS].quality, PLL_FREQ_OFF, "and no more");
	ok(n_notes < 23, "without a word too many");
	alarm(0);
}

/* acquisitions under which something moves; knee and lock are those of 1 Hz */
static void acquisitions(void)
{
	s64 knee = 1000 * (PLL_TAU_NS / 1000), lock = 16 * PLL_HALF_NS / 1000, at;
	struct pll_chip c = chip();
	struct pll_loop *l = &c.loop[0];

	pll_retune(&c, 0, 1000, 1000);
	pll_advance(&c, T0 + SEC);
	same(l->lock_at, T0 + SEC + lock, "an acquisition, in phase");
	pll_advance(&c, T0 + SEC + 100 * MS);
	feed(&c, c.now, PORT0, false, 0, false, 23);
	pll_retune(&c, 0, 1000, 1000);
	same(l->lock_at, T0 + SEC + lock, "which does not mind others, nor what does not change");
	/* 100 us at 1000 ns/s, but for what the bandwidth limits */
	feed(&c, c.now, GNSS, false, 0, false, 100000000);
	at = c.now + (100000 * PLL_NS - knee) / 1000 + lock;
	same(l->lock_at, at, "a step begins it again, at the pace of the slope");
	pll_advance(&c, T0 + 50 * SEC);
	same(pll_status(l), PLL_IS_UNLOCKED, "far from locked");
	pll_advance(&c, at);
	same(status(0, 0)->at, at, "locked then");
	same(l->acquired_ns, at - (T0 + SEC), "all in all so late");

	c = chip();
	pll_advance(&c, T0 + SEC + 100 * MS);
	l = &c.loop[1];
	same(l->lock_at, T0 + SEC + lock, "the other loop");
	pll_adjust(&c, GNSS, 1000, PLL_NONE);
	same(l->lock_at, c.now + lock, "an adjustment is a step");
}

/* what is held, and what becomes of it */
static void holds(void)
{
	struct pll_chip c = chip();
	struct pll_loop *l = &c.loop[0];
	s64 t, walked;

	l->enabled[MUX] = false;
	feed(&c, T0 + 30 * SEC, GNSS, false, 100, false, 0);
	feed(&c, T0 + 40 * SEC, GNSS, false, 20000, false, 0);
	pll_advance(&c, T0 + 41 * SEC);
	t = T0 + 40 * SEC + 100 * MS;
	same(l->since, t, "frequency off");
	same(l->ppb, 101, "what is held is the frequency that was good, but for 1 ppb");
	/* 1 ppb in 1000 s are 1 us, 101 ppb 101 us */
	same(pll_walked(&c, 0, t + 1000 * SEC), -1000000000, "1 us off in 1000 s");
	same(pll_phase_offset(&c, 0, MUX, t + 1000 * SEC) - pll_phase_offset(&c, 0, MUX, t),
	     101000000000, "and 101 us off true time");

	c = chip();
	l = &c.loop[0];
	l->enabled[MUX] = false;
	feed(&c, T0 + 30 * SEC, GNSS, false, 100, false, 0);
	feed(&c, T0 + 40 * SEC, GNSS, true, 100, false, 0);
	t = T0 + 40 * SEC + MS;
	pll_advance(&c, t + 1000 * SEC);
	same(pll_walked(&c, 0, c.now), -1000000000, "held");
	n_notes = 0;
	l->enabled[MUX] = true;
	pll_decide(&c, 0, c.now, true);
	same(l->state, PLL_ACQUIRING, "another input");
	feed(&c, c.now + 5 * MS, PORT0, true, 0, false, 0);
	pll_advance(&c, c.now + MS);
	same(l->state, PLL_HOLDOVER, "is lost before it is locked to");
	same(status(0, 0)->at, 0, "nobody is told");
	same(l->hold_since, t, "the same holdover");
	same(l->ppb, 101, "at the same frequency");
	walked = pll_walked(&c, 0, c.now);
	ok(walked != 0 && walked != -1000000000, "it was moved meanwhile");
	same(walked, -pll_phase_offset(&c, 0, GNSS, c.now), "so late it is against what it held");
	pll_advance(&c, c.now + 100 * SEC);
	same(pll_walked(&c, 0, c.now) - walked, -100000000, "1 ppb in 100 s are 100 ns");
	same(pll_walked(&c, 0, c.now), -pll_phase_offset(&c, 0, GNSS, c.now), "as before");
	/* the oscillator ages under an acquisition, then holdover ends under it */
	feed(&c, c.now, PORT0, false, 0, false, 0);
	pll_retune(&c, 0, 100, 0);
	pll_advance(&c, c.now + 2 * SEC);
	same(l->state, PLL_ACQUIRING, "a slow acquisition");
	pll_age(&c, 23, 0);
	same(l->ppb, 124, "of a loop whose oscillator ages");
	pll_advance(&c, c.now + SEC);
	c.holdover_max_ns = c.now + SEC - t;
	pll_advance(&c, c.now + 2 * SEC);
	same(pll_status(l), PLL_IS_UNLOCKED, "the time of holdover is over");
	feed(&c, c.now, PORT0, true, 0, false, 0);
	pll_advance(&c, c.now + SEC);
	same(l->state, PLL_FREERUN, "so there is nothing to go back to");
	same(pll_off_ppt(&c, 0, c.now), 23000, "but the oscillator");
}

/* a loop in holdover, 1 ppb off, whose oscillator ages */
static struct pll_chip ageing(s64 drift_ppb_day, s64 holdover_max_ns)
{
	struct pll_chip c = chip();

	c.holdover_max_ns = holdover_max_ns;
	c.loop[0].enabled[MUX] = false;
	c.drift_ppb_day = drift_ppb_day;
	feed(&c, T0 + 30 * SEC, GNSS, true, 0, false, 0);
	pll_advance(&c, T0 + 30 * SEC + MS);
	return c;
}

static void ages(void)
{
	struct pll_chip c = ageing(86400, 0);
	s64 t = c.now, walked;

	/* 1 ppb a second */
	same(pll_off_ppt(&c, 0, t + 100 * SEC), 101000, "101 ppb off after 100 s");
	same(pll_walked(&c, 0, t + 100 * SEC), -5100000000, "which were 51 on average: 5.1 us");
	pll_advance(&c, t + 100 * SEC);
	pll_age(&c, 0, 0);
	same(pll_off_ppt(&c, 0, c.now), 101000, "what it has aged it has");
	same(pll_walked(&c, 0, c.now), -5100000000, "what it has walked too");
	same(pll_walked(&c, 0, c.now + 10 * SEC), -6110000000, "101 ppb for 10 s more");
	pll_age(&c, 9, -86400);
	same(pll_off_ppt(&c, 0, c.now), 110000, "9 ppb at once");
	same(pll_off_ppt(&c, 0, c.now + 110 * SEC), 0, "and the other way round");
	same(pll_walked(&c, 0, c.now + 110 * SEC), -5100000000 - 55LL * 110 * 1000000,
	     "55 ppb on average");

	c = ageing(1, 0);
	pll_advance(&c, c.now + DAY / 2);
	pll_age(&c, 0, 0);
	walked = pll_walked(&c, 0, c.now);
	same(pll_off_ppt(&c, 0, c.now), 1500, "parts of a ppb are not lost");
	same(pll_walked(&c, 0, c.now + DAY) - walked, -129600000000, "1.5 ppb a day: 129.6 us");

	c = ageing(86400, 1000 * SEC);
	t = c.now;
	pll_advance(&c, t + 1000 * SEC);
	same(c.loop[0].state, PLL_FREERUN, "at its end holdover");
	same(pll_off_ppt(&c, 0, c.now), 1000000, "leaves the oscillator as old as it is");
	same(pll_walked(&c, 0, c.now), -501000000000, "1 ppb and half of 1000 for 1000 s");
	same(pll_off_ppt(&c, 0, c.now + 10 * SEC), 1010000, "and getting older");

	c = ageing(10, 0);
	t = c.now;
	same(pll_off_ppt(&c, 0, t + 30 * DAY), 301000, "30 days");
	same(pll_off_ppt(&c, 0, t + 41 * DAY), 301000, "it ages");
	same(pll_walked(&c, 0, t + 41 * DAY) - pll_walked(&c, 0, t + 40 * DAY), -26006400000000,
	     "and walks on as fast as that: 26.0064 ms a day");
	same(pll_walked(&c, 0, t + 30 * DAY + 1) - pll_walked(&c, 0, t + 30 * DAY), 0,
	     "without a jump");

	c = ageing(PLL_MAX_DRIFT, 0);
	same(pll_walked(&c, 0, c.now + 40 * DAY), S64_MIN, "as far as numbers go");
	c = ageing(-PLL_MAX_DRIFT, 0);
	same(pll_walked(&c, 0, c.now + 40 * DAY), S64_MAX, "either way");

	/* a loop that runs free from the beginning */
	c = chip();
	c.drift_ppb_day = 86400;
	c.loop[0].bandwidth = 1000;
	pll_advance(&c, T0 + SEC + 100 * MS);
	same(c.loop[0].state, PLL_ACQUIRING, "who has nothing");
	feed(&c, c.now, PORT0, true, 0, false, 0);
	feed(&c, c.now, GNSS, true, 0, false, 0);
	pll_advance(&c, T0 + 100 * SEC);
	same(c.loop[0].state, PLL_FREERUN, "and gets nothing");
	same(pll_off_ppt(&c, 0, c.now), 100000, "only gets older");
}

static void phases(void)
{
	struct pll_chip c = chip();
	struct pll_loop *l = &c.loop[0];
	s64 half, t, walked, before;

	pll_advance(&c, T0 + 30 * SEC);
	same(pll_phase_offset(&c, 0, GNSS, c.now), 0, "in phase");
	feed(&c, T0 + 30 * SEC, GNSS, false, 0, false, 1000000);
	t = c.now;
	half = pll_half(l);
	same(pll_phase_offset(&c, 0, GNSS, t), 1000000000, "a step of 1 us is seen at once");
	same(pll_phase_offset(&c, 0, GNSS, t + half), 500000000, "half of it after a while");
	same(pll_phase_offset(&c, 0, GNSS, t + 40 * half), 0, "and no more in the end");
	same(pll_phase_offset(&c, 0, MUX, t + 40 * half), -1000000000,
	     "the others are off by it then");
	pll_advance(&c, t + half);
	pll_retune(&c, 0, 1000, 0);
	same(pll_phase_offset(&c, 0, GNSS, t + half), 500000000, "a new bandwidth does not jump");
	pll_retune(&c, 0, 100000, 0);
	pll_advance(&c, T0 + 40 * SEC);
	pll_adjust(&c, GNSS, -500, PLL_NONE);
	same(pll_phase_offset(&c, 0, GNSS, c.now), -500000, "500 ps earlier by adjustment");
	pll_advance(&c, T0 + 50 * SEC);
	same(pll_phase_offset(&c, 0, GNSS, c.now), 0, "and followed there");
	feed(&c, T0 + 50 * SEC, GNSS, false, 100, false, 0);
	pll_advance(&c, T0 + 60 * SEC);
	same(pll_phase_offset(&c, 0, GNSS, c.now), 0, "a frequency is followed");
	same(pll_phase_offset(&c, 0, MUX, c.now), -1000000000 + 500000 + 1000000000,
	     "at 100 ppb 10 s make 1 us");

	l->enabled[MUX] = false;
	c.loop[1].enabled[MUX] = false;
	feed(&c, T0 + 60 * SEC, GNSS, true, 100, false, 0);
	pll_advance(&c, T0 + 60 * SEC + MS);
	same(pll_walked(&c, 0, c.now), 0, "holdover begins where it is");
	same(pll_walked(&c, 0, c.now + 1000 * SEC), -1000000000, "1 ppb for 1000 s: 1 us early");
	same(pll_phase_offset(&c, 0, GNSS, c.now + 1000 * SEC), 1000000000,
	     "its input would be late by that");
	pll_advance(&c, c.now + 1000 * SEC);
	pll_age(&c, 9, 0);
	same(pll_walked(&c, 0, c.now), -1000000000, "ageing does not jump");
	same(pll_walked(&c, 0, c.now + 100 * SEC), -2000000000, "10 ppb for 100 s");
	pll_advance(&c, c.now + 100 * SEC);
	pll_age(&c, 9, 864000);
	walked = pll_walked(&c, 0, c.now);
	same(walked, -2000000000, "nor does a drift");
	same(pll_off_ppt(&c, 0, c.now + 100 * SEC), 10000 + 1000000, "10 ppb/s: 1 ppm");
	pll_age(&c, 9, 0);
	same(pll_walked(&c, 0, c.now), walked, "nor its end");
	pll_age(&c, 9, 864000);
	same(pll_off_ppt(&c, 0, c.now), 10000, "of a drift that had no time");
	/* 10 ppb for 10 s are 100 ns, 10 ppb/s for 10 s half of 10 x 10 x 10 ns */
	same(pll_walked(&c, 0, c.now + 10 * SEC) - walked, -100000000 - 500000000,
	     "half a t squared");

	c.wander_ps = 15;
	c.seed = 7;
	for (t = 0, before = 0, half = 0; t < 20 * SEC; t += 7777777) {
		s64 w = (s64)pll_wander(&c, GNSS, T0 + t);

		half += w > 15 * PLL_PS || w < -15 * PLL_PS;
		before += w != 0;
	}
	same(half, 0, "wander stays within its limits");
	ok(before > 1000, "and wanders");
	same((s64)pll_wander(&c, GNSS, T0), (s64)pll_wander(&c, GNSS, T0), "the same for a seed");
	t = (s64)pll_wander(&c, GNSS, T0);
	c.input[GNSS].signal.noisy = true;
	same((s64)pll_wander(&c, GNSS, T0) / PLL_NOISE, t, "noise is more of it");
	c.input[GNSS].signal.noisy = false;
	c.seed = 8;
	ok((s64)pll_wander(&c, GNSS, T0) != t, "another for another");
}

/* whatever comes when: looking often or once must give the same history */
static u64 walk(u64 seed, bool often)
{
	struct pll_chip c = chip();
	struct lab_random r;
	u64 sum = 0;
	s64 t = T0;
	unsigned int i, k;

	lab_random_seed(&r, seed, 3);
	for (i = 0; i < 60; i++) {
		u64 x = lab_random_next(&r);
		s64 next = t + (s64)(lab_random_next(&r) % (i % 3 ? 2 * SEC : 20 * SEC));

		for (k = 0; often && k < 37; k++)
			pll_advance(&c, t + (next - t) / 37 * k);
		t = next;
		if (x % 7 == 0) {
			pll_advance(&c, t);
			pll_mux(&c, MUX, PORT0 + (x >> 8) % 4);
		} else if (x % 7 == 1) {
			pll_advance(&c, t);
			c.loop[x >> 8 & 1].prio[(x >> 12) % 8] = (x >> 16) % 16;
			pll_decide(&c, x >> 8 & 1, t, true);
		} else {
			feed(&c, t, (x >> 8) % PLL_INPUTS, (x >> 16) % 3 == 0,
			     (x >> 24) % 5 ? 0 : (s64)(x >> 32) % 15000, (x >> 48) % 7 == 0, 3);
		}
	}
	pll_advance(&c, t + 100 * SEC);
	for (i = 0; i < n_notes; i++)
		sum = sum * 31 + (u64)notes[i].at * 7 + notes[i].kind + 3 * notes[i].index +
		      11 * notes[i].now + 5 * (u64)notes[i].dwell;
	return sum * 31 + n_notes;
}

static void histories(void)
{
	bool good = true, busy = true;
	u64 seed;

	for (seed = 1; seed <= 1009; seed++) {
		good &= walk(seed, true) == walk(seed, false);
		busy &= n_notes > 20 && n_notes < 512;
	}
	ok(good, "1009 histories do not depend on who looks when");
	ok(busy, "and have something to tell");
}

int main(void)
{
	numbers();
	qualification();
	story();
	selection();
	limits();
	acquisitions();
	holds();
	ages();
	phases();
	histories();
	return tap_end();
}
