/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The arithmetic of a chip of digital phase locked loops: what its inputs are found to be,
 * which of them each loop follows, how it locks, holds over and walks off. Pure functions, no
 * lock, no kernel call, so that the same text is tested on the host (tests/unit/test_lab_synce.c).
 *
 * The state is a function of time. Between events nothing happens; pll_due() tells when the
 * next thing would by itself, pll_advance() lets all that is due happen, in order, each at its
 * exact instant however late the call. What comes from outside (a signal, a setting) is: advance
 * to now, change the fields, say so by pll_signal(), pll_retune() or pll_decide().
 *
 * Instants and durations are ns (of CLOCK_MONOTONIC_RAW), frequencies differ by ppb. Phases are
 * attoseconds (as), since a ppb is an as a ns: no product is ever rounded. A phase is how late
 * a signal is, so what runs fast gets earlier: negative.
 *
 * An input is good when its signal has been clean for a while, and no longer when it has been
 * missing, off frequency or noisy for another while. A loop that loses its input holds
 * the frequency it had, as long as that was good, if it has followed one long enough
 * (locked-ho), runs free if not; one that has not been locked meanwhile goes on with what it
 * held before. In automatic mode it waits for the hold-off time, then takes the best good input;
 * and goes back to a better one that has been good for the wait-to-restore time (ITU-T G.781 has
 * both).
 */
#ifndef LAB_PLL_H
#define LAB_PLL_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#else
#include <stddef.h>
#define S64_MIN INT64_MIN
#endif

#include "lab_clock.h"

#define PLL_LOOPS   2
#define PLL_INPUTS  12
#define PLL_NONE    0xff /* no input */
#define PLL_NO_PRIO 15	 /* a priority that is never chosen */
#define PLL_NEVER   S64_MAX
#define PLL_FS	    1000LL /* as */
#define PLL_PS	    1000000LL
#define PLL_NS	    1000000000LL
#define PLL_WRAP    (1000000000LL * PLL_NS) /* phases are compared within a second */

/*
 * A loop of 1 mHz halves its phase error in so many ns (ln 2 / 2 pi s), its time constant is
 * 1 / 2 pi s. It is locked when the error has halved PLL_LOCK_HALVES times.
 */
#define PLL_HALF_NS	  110317800076LL
#define PLL_TAU_NS	  159154943092LL
#define PLL_LOCK_HALVES	  16
#define PLL_MAX_BANDWIDTH 1000000000LL /* mHz */

/* an oscillator ages by so much a day at most, for so long since pll_loop.free_t0 */
#define PLL_MAX_DRIFT 10000000LL /* ppb a day */
#define PLL_DAY_NS    86400000000000LL
#define PLL_DRIFT_DAYS 30
#define PLL_DRIFT_NS   (PLL_DRIFT_DAYS * PLL_DAY_NS)

/* measured phases of a noisy signal wander by so much more */
#define PLL_NOISE 1000

enum pll_quality { PLL_NO_SIGNAL, PLL_QUALIFYING, PLL_GOOD, PLL_FREQ_OFF, PLL_NOISY };
enum pll_state { PLL_FREERUN, PLL_ACQUIRING, PLL_LOCKED, PLL_LOCKED_HO, PLL_HOLDOVER };
enum pll_cause { PLL_CAUSE_NONE, PLL_CAUSE_UNDEFINED, PLL_CAUSE_MEDIA, PLL_CAUSE_FREQUENCY };
/* what a user of the loop sees of its state */
enum pll_status { PLL_IS_UNLOCKED = 1, PLL_IS_LOCKED, PLL_IS_LOCKED_HO, PLL_IS_HOLDOVER };

/* what comes in by a connector */
struct pll_signal {
	bool lost;
	bool noisy;
	s64 ppb;	 /* frequency, against true time */
	lab_s128 phase0; /* lateness at t0, as */
	s64 t0;
};

/**
 * struct pll_input - an input and what the chip makes of its signal
 * @signal: what comes in; not looked at where @source names another input
 * @source: the input whose signal this one passes on, or PLL_NONE: a multiplexer's output
 * @is_mux: it has no signal of its own
 * @is_child: it leads to a multiplexer only: loops cannot choose it
 * @is_internal: the chip's own oscillator
 * @paired: the input that gives the phase where this one gives the frequency, or PLL_NONE
 * @adjust_ps: its signal is taken to be so much later
 * @quality: found
 * @since: when it was found
 * @due: when the chip will be sure of the next finding, or PLL_NEVER
 * @next: which
 * @failed: it was good once: it has to wait for its restoration
 * @good_ppb: its frequency when there was nothing to say against it last
 * @changes: how often @quality has changed
 */
struct pll_input {
	struct pll_signal signal;
	unsigned char source, paired;
	bool is_mux, is_child, is_internal;
	s64 adjust_ps;
	enum pll_quality quality, next;
	s64 since, due;
	bool failed;
	s64 good_ppb;
	u64 changes;
};

/**
 * struct pll_loop - a loop
 * @automatic: it chooses by priority; else it follows @manual
 * @revertive: it goes back to a better input
 * @hitless: it stays locked when it goes from one good input to another
 * @manual: the input to follow, or PLL_NONE
 * @enabled: the inputs that may be chosen
 * @prio: and their priorities; the lowest wins
 * @bandwidth: mHz
 * @slope: how fast its phase may move, ppb (ns a second); 0: as it likes
 * @state: see there
 * @cause: why it lost what it followed last; none while it is locked
 * @selected: the input that it follows, or PLL_NONE
 * @holding: it knows a frequency to hold, and is not locked
 * @hold_since: since when
 * @since: when the status changed last
 * @changes: how often it has
 * @selections: how often an input was selected
 * @began: when the present or last acquisition began
 * @acquired_ns: how long the last one that came to its end took
 * @lock_at: end of an acquisition
 * @ho_at: when the frequency will be known well enough to be held
 * @select_at: end of a hold-off, or PLL_NEVER
 * @err0: while it follows an input: how much later than the loop that was at @t0, as
 * @t0: anchor of that
 * @ppb: the frequency at which it goes on by itself, without ageing. This and what follows
 *	counts while it is not locked: one that acquires an input may lose it again
 * @off_ppb: by how much that is off what it has followed
 * @free_t0: anchor of what follows
 * @aged: by how much ageing had changed the frequency, ppb x ns / day
 * @phase0: how late the loop was, as
 * @walk0: how late it had become since it lost what it had followed, as
 */
struct pll_loop {
	bool automatic, revertive, hitless;
	unsigned char manual;
	bool enabled[PLL_INPUTS];
	unsigned char prio[PLL_INPUTS];
	s64 bandwidth, slope;
	enum pll_state state;
	enum pll_cause cause;
	unsigned char selected;
	bool holding;
	s64 hold_since, since;
	u64 changes, selections;
	s64 began, acquired_ns, lock_at, ho_at, select_at;
	lab_s128 err0;
	s64 t0, ppb, off_ppb, free_t0;
	lab_s128 aged, phase0, walk0;
};

enum pll_note_kind { PLL_NOTE_STATUS, PLL_NOTE_SELECTED, PLL_NOTE_INPUT };

/* something has changed: of loop or input @index, from @old to @now, at @at, @dwell after before */
struct pll_note {
	enum pll_note_kind kind;
	unsigned char index, old, now;
	enum pll_cause cause;
	s64 at, dwell;
};

/**
 * struct pll_chip - all of it; whoever owns it guards it with a lock
 * @now: everything up to here has happened
 * @qualify_ns: a signal must be clean for so long
 * @loss_ns: a missing one is noticed after so long
 * @monitor_ns: one off frequency or noisy after so long
 * @accept_ppb: what is off by more than this does not become good
 * @reject_ppb: what is off by more than this does not stay good
 * @wtr_ns: wait to restore
 * @holdoff_ns: hold-off
 * @ho_acq_ns: a loop must be locked for so long before it can hold
 * @holdover_max_ns: and can for so long; 0: for ever
 * @holdover_ppb: by so much it errs
 * @drift_ppb_day: and ages
 * @osc_ppb: error of the chip's oscillator
 * @wander_ps: the most that a measured phase is off
 * @seed: of that
 * @note: told of each change; may be NULL
 */
struct pll_chip {
	s64 now;
	s64 qualify_ns, loss_ns, monitor_ns, accept_ppb, reject_ppb, wtr_ns, holdoff_ns;
	s64 ho_acq_ns, holdover_max_ns, holdover_ppb, drift_ppb_day, osc_ppb;
	s64 wander_ps, seed;
	struct pll_input input[PLL_INPUTS];
	struct pll_loop loop[PLL_LOOPS];
	void (*note)(struct pll_chip *c, const struct pll_note *n);
};

/* ---- phases -------------------------------------------------------------------*/

/* x / y towards zero, for y < 2^48 */
static inline lab_s128 pll_div(lab_s128 x, u64 y)
{
	lab_u128 a = x < 0 ? -(lab_u128)x : (lab_u128)x, q;
	u64 rem;

	q = (lab_u128)((u64)(a >> 64) / y) << 64;
	q += lab_div((lab_u128)((u64)(a >> 64) % y) << 64 | (u64)a, y, &rem);
	return x < 0 ? -(lab_s128)q : (lab_s128)q;
}

/* as in fs, as far as those go */
static inline s64 pll_fs(lab_s128 phase)
{
	lab_s128 fs = pll_div(phase, PLL_FS);

	if (fs > S64_MAX)
		return S64_MAX;
	return fs < S64_MIN ? S64_MIN : (s64)fs;
}

/* of two signals that repeat each second the nearer way round: -0.5 s to 0.5 s */
static inline lab_s128 pll_wrap(lab_s128 phase)
{
	lab_s128 ns = pll_div(phase, PLL_NS);
	lab_s128 s = pll_div(ns, PLL_NS);

	phase -= s * PLL_WRAP;
	if (phase >= PLL_WRAP / 2)
		phase -= PLL_WRAP;
	else if (phase < -PLL_WRAP / 2)
		phase += PLL_WRAP;
	return phase;
}

/* what is left of a phase error after dt, if it halves every half ns */
static inline lab_s128 pll_decay(lab_s128 err, s64 dt, s64 half)
{
	/* 2^-1/2, 2^-1/4, 2^-1/8 ... */
	static const u64 root[] = {
		0xb504f333, 0xd744fcca, 0xeac0c6e7, 0xf5257d15, 0xfa83b2db, 0xfd3e0c0c,
		0xfe9e115c, 0xff4ecb59, 0xffa75652, 0xffd3a751, 0xffe9d2b2, 0xfff4e91b,
		0xfffa747e, 0xfffd3a3b, 0xfffe9d1c, 0xffff4e8e, 0xffffa747, 0xffffd3a3,
		0xffffe9d1, 0xfffff4e8, 0xfffffa74, 0xfffffd3a, 0xfffffe9d, 0xffffff4e,
	};
	lab_u128 a = err < 0 ? -err : err;
	u64 n, rem, part;
	unsigned int i;

	n = (u64)dt / (u64)half;
	if (n > 126)
		return 0;
	a >>= n;
	part = lab_div((lab_u128)((u64)dt % (u64)half) << 24, half, &rem);
	for (i = 0; i < 24; i++)
		if (part >> (23 - i) & 1)
			a = a * root[i] >> 32;
	return err < 0 ? -(lab_s128)a : (lab_s128)a;
}

static inline s64 pll_half(const struct pll_loop *l)
{
	s64 half = (u64)PLL_HALF_NS / (u64)l->bandwidth;

	return half ? half : 1;
}

/* below this the loop's bandwidth limits its speed, above it its slope */
static inline lab_s128 pll_knee(const struct pll_loop *l)
{
	return (lab_s128)l->slope * (s64)((u64)PLL_TAU_NS / (u64)l->bandwidth);
}

/* how long an error is limited by the slope */
static inline s64 pll_slope_ns(const struct pll_loop *l, lab_s128 err)
{
	lab_s128 a = err < 0 ? -err : err;

	if (!l->slope || a <= pll_knee(l))
		return 0;
	return (s64)pll_div(a - pll_knee(l) + l->slope - 1, l->slope);
}

/* how long it takes until the loop is locked */
static inline s64 pll_lock_ns(const struct pll_loop *l, lab_s128 err)
{
	return pll_slope_ns(l, err) + PLL_LOCK_HALVES * PLL_HALF_NS / l->bandwidth;
}

/* what is left of an error after dt */
static inline lab_s128 pll_err(const struct pll_loop *l, lab_s128 err, s64 dt)
{
	s64 linear = pll_slope_ns(l, err);
	lab_s128 knee = pll_knee(l);

	if (dt < linear)
		return err < 0 ? err + (lab_s128)l->slope * dt : err - (lab_s128)l->slope * dt;
	if (linear)
		err = err < 0 ? -knee : knee;
	return pll_decay(err, dt - linear, pll_half(l));
}

/* the signal that an input has, its own or another's; NULL: a multiplexer without one */
static inline const struct pll_signal *pll_source(const struct pll_chip *c, unsigned int i)
{
	if (!c->input[i].is_mux)
		return &c->input[i].signal;
	return c->input[i].source == PLL_NONE ? NULL : &c->input[c->input[i].source].signal;
}

/* how late a loop takes the signal of an input to be, as */
static inline lab_s128 pll_input_phase(const struct pll_chip *c, unsigned int i, s64 t)
{
	const struct pll_input *in = &c->input[i];
	const struct pll_signal *s = pll_source(c, in->paired == PLL_NONE ? i : in->paired);
	lab_s128 phase = (lab_s128)in->adjust_ps * PLL_PS;

	return s ? phase + s->phase0 - (lab_s128)s->ppb * (t - s->t0) : phase;
}

/* an oscillator ages no longer than that */
static inline s64 pll_ageing_ns(s64 dt)
{
	return dt < PLL_DRIFT_NS ? dt : PLL_DRIFT_NS;
}

/* by how much ageing has changed a loop's own frequency, ppb x ns / day */
static inline lab_s128 pll_aged(const struct pll_chip *c, const struct pll_loop *l, s64 t)
{
	return l->aged + (lab_s128)c->drift_ppb_day * pll_ageing_ns(t - l->free_t0);
}

/* and by how much earlier the loop has become by that since @free_t0, as */
static inline lab_s128 pll_drift(const struct pll_chip *c, const struct pll_loop *l, s64 t)
{
	s64 dt = t - l->free_t0, ageing = pll_ageing_ns(dt);
	lab_s128 ppb = pll_div(l->aged, PLL_DAY_NS), rest = l->aged - ppb * PLL_DAY_NS;
	lab_s128 square = (lab_s128)ageing * ageing * c->drift_ppb_day;

	/* then at the rate reached */
	ppb = ppb * dt + (lab_s128)c->drift_ppb_day * PLL_DRIFT_DAYS * (dt - ageing);
	return ppb + pll_div(2 * rest * dt + square, 2 * PLL_DAY_NS);
}

/* how late a loop is, as */
static inline lab_s128 pll_loop_phase(const struct pll_chip *c, const struct pll_loop *l, s64 t)
{
	if (l->selected != PLL_NONE)
		return pll_input_phase(c, l->selected, t) - pll_err(l, l->err0, t - l->t0);
	return l->phase0 - (lab_s128)l->ppb * (t - l->free_t0) - pll_drift(c, l, t);
}

/*
 * What a phase detector adds of its own, as: a function of time alone, within +-wander_ps,
 * PLL_NOISE times that of a noisy signal.
 */
static inline lab_s128 pll_wander(const struct pll_chip *c, unsigned int i, s64 t)
{
	const s64 step = 50000000;
	const struct pll_signal *sig = pll_source(c, i);
	u64 slot = (u64)t / step, part = (u64)t % step;
	s64 unit = sig && sig->noisy ? PLL_NOISE * PLL_PS : PLL_PS;
	struct lab_random r;
	s64 a, b;

	if (!c->wander_ps)
		return 0;
	lab_random_seed(&r, (u64)c->seed + slot, i);
	a = lab_random_within(&r, c->wander_ps);
	lab_random_seed(&r, (u64)c->seed + slot + 1, i);
	b = lab_random_within(&r, c->wander_ps);
	return pll_div(((lab_s128)a * (s64)(step - part) + (lab_s128)b * (s64)part) * unit, step);
}

/**
 * pll_phase_offset() - how much later than a loop is an input's signal?
 * @c: chip
 * @d: loop
 * @i: input
 * @t: when
 * Return: fs, as a phase detector finds it
 */
static inline s64 pll_phase_offset(const struct pll_chip *c, unsigned int d, unsigned int i, s64 t)
{
	const struct pll_loop *l = &c->loop[d];
	lab_s128 offset;

	if (l->selected == i)
		offset = pll_err(l, l->err0, t - l->t0);
	else
		offset = pll_wrap(pll_input_phase(c, i, t) - pll_loop_phase(c, l, t));
	return pll_fs(offset + pll_wander(c, i, t));
}

static inline lab_s128 pll_walk(const struct pll_chip *c, const struct pll_loop *l, s64 t)
{
	return l->walk0 - (lab_s128)l->off_ppb * (t - l->free_t0) - pll_drift(c, l, t);
}

/**
 * pll_walked() - how late has a loop become since it lost what it had followed?
 * @c: chip
 * @d: loop
 * @t: when
 * Return: fs, S64_MIN or S64_MAX where it is more; 0 while it follows an input
 */
static inline s64 pll_walked(const struct pll_chip *c, unsigned int d, s64 t)
{
	const struct pll_loop *l = &c->loop[d];

	return l->selected == PLL_NONE ? pll_fs(pll_walk(c, l, t)) : 0;
}

/* by how much it is off then, in ppt */
static inline s64 pll_off_ppt(const struct pll_chip *c, unsigned int d, s64 t)
{
	const struct pll_loop *l = &c->loop[d];

	if (l->selected != PLL_NONE)
		return 0;
	return l->off_ppb * 1000 + (s64)pll_div(pll_aged(c, l, t) * 1000, PLL_DAY_NS);
}

/* ---- inputs -------------------------------------------------------------------*/

/**
 * pll_ffo() - by how much does an input's frequency differ from the chip's oscillator?
 * @c: chip
 * @i: input
 * Return: ppb
 */
static inline s64 pll_ffo(const struct pll_chip *c, unsigned int i)
{
	const struct pll_signal *s = pll_source(c, i);

	return s ? s->ppb - c->osc_ppb : 0;
}

static inline void pll_quality(struct pll_chip *c, unsigned int i, enum pll_quality q, s64 t)
{
	struct pll_input *in = &c->input[i];
	struct pll_note n = { .kind = PLL_NOTE_INPUT,
			      .index = i,
			      .old = in->quality,
			      .now = q,
			      .at = t,
			      .dwell = t - in->since };

	if (in->quality == q)
		return;
	if (in->quality == PLL_GOOD)
		in->failed = true;
	in->quality = q;
	in->since = t;
	in->changes++;
	if (c->note)
		c->note(c, &n);
}

/* what there is to say against a signal at this moment; PLL_GOOD: nothing */
static inline enum pll_quality pll_verdict(const struct pll_chip *c, unsigned int i)
{
	const struct pll_signal *s = pll_source(c, i);
	s64 ffo = pll_ffo(c, i), limit = c->accept_ppb;

	/* what has become good is good: else the two would take turns without end */
	if (c->input[i].quality == PLL_GOOD && c->reject_ppb > limit)
		limit = c->reject_ppb;
	if (!s || s->lost)
		return PLL_NO_SIGNAL;
	if (ffo > limit || ffo < -limit)
		return PLL_FREQ_OFF;
	return s->noisy ? PLL_NOISY : PLL_GOOD;
}

/* an input's signal may have changed */
static inline void pll_look(struct pll_chip *c, unsigned int i, s64 t)
{
	struct pll_input *in = &c->input[i];
	enum pll_quality v = pll_verdict(c, i);
	s64 delay = v == PLL_NO_SIGNAL ? c->loss_ns : c->monitor_ns;

	if (v == PLL_GOOD)
		in->good_ppb = pll_source(c, i)->ppb;
	if (in->quality == PLL_GOOD) {
		/* what is over before it was noticed has not been */
		if (v == PLL_GOOD)
			in->due = PLL_NEVER;
		else if (in->due > t + delay)
			in->due = t + delay;
		in->next = v;
	} else if (v != PLL_GOOD) {
		pll_quality(c, i, v, t);
		in->due = PLL_NEVER;
	} else if (in->quality != PLL_QUALIFYING) {
		pll_quality(c, i, PLL_QUALIFYING, t);
		in->next = PLL_GOOD;
		in->due = t + c->qualify_ns;
	}
}

/* ---- loops --------------------------------------------------------------------*/

static inline bool pll_is_locked(const struct pll_loop *l)
{
	return l->state == PLL_LOCKED || l->state == PLL_LOCKED_HO;
}

/**
 * pll_status() - a loop's state as its users see it
 * @l: loop
 * Return: a loop that acquires an input is what it was before: in holdover, or unlocked
 */
static inline enum pll_status pll_status(const struct pll_loop *l)
{
	switch (l->state) {
	case PLL_LOCKED:
		return PLL_IS_LOCKED;
	case PLL_LOCKED_HO:
		return PLL_IS_LOCKED_HO;
	default:
		return l->holding ? PLL_IS_HOLDOVER : PLL_IS_UNLOCKED;
	}
}

static inline void pll_enter(struct pll_chip *c, struct pll_loop *l, enum pll_state state,
			     bool holding, s64 t)
{
	struct pll_note n = { .kind = PLL_NOTE_STATUS, .index = l - c->loop, .at = t };

	n.old = pll_status(l);
	l->state = state;
	if (holding && !l->holding)
		l->hold_since = t;
	l->holding = holding;
	n.now = pll_status(l);
	if (n.now == n.old)
		return;
	n.cause = l->cause;
	n.dwell = t - l->since;
	l->since = t;
	l->changes++;
	if (c->note)
		c->note(c, &n);
}

static inline void pll_take(struct pll_chip *c, struct pll_loop *l, unsigned int i, s64 t)
{
	struct pll_note n = { .kind = PLL_NOTE_SELECTED,
			      .index = l - c->loop,
			      .old = l->selected,
			      .now = i,
			      .at = t };

	l->selected = i;
	l->selections += i != PLL_NONE;
	if (c->note)
		c->note(c, &n);
}

/* may a loop follow an input? */
static inline bool pll_usable(const struct pll_chip *c, const struct pll_loop *l, unsigned int i)
{
	const struct pll_input *in = &c->input[i];
	unsigned int k;

	if (in->is_child || in->quality != PLL_GOOD)
		return false;
	if (in->paired != PLL_NONE && c->input[in->paired].quality != PLL_GOOD)
		return false;
	if (!l->automatic)
		return l->manual == i;
	/* one half of a pair is not chosen for itself */
	for (k = 0; k < PLL_INPUTS; k++)
		if (c->input[k].paired == i)
			return false;
	return l->enabled[i] && l->prio[i] < PLL_NO_PRIO;
}

/* from when on an input has been good long enough for a loop to go back to it; both of a pair */
static inline s64 pll_ready_at(const struct pll_chip *c, unsigned int i)
{
	const struct pll_input *in = &c->input[i], *other;
	s64 at = in->since + (in->failed ? c->wtr_ns : 0), also;

	if (in->paired == PLL_NONE)
		return at;
	other = &c->input[in->paired];
	also = other->since + (other->failed ? c->wtr_ns : 0);
	return at > also ? at : also;
}

/* the best input, of those that are ready if any is (with ready_only: else none) */
static inline unsigned int pll_best(const struct pll_chip *c, const struct pll_loop *l, s64 t,
				    bool ready_only)
{
	unsigned int i, best = PLL_NONE;
	bool ready, best_ready = false;

	for (i = 0; i < PLL_INPUTS; i++) {
		if (!pll_usable(c, l, i))
			continue;
		ready = pll_ready_at(c, i) <= t;
		if (ready_only && !ready)
			continue;
		if (best == PLL_NONE || ready > best_ready ||
		    (ready == best_ready && l->prio[i] < l->prio[best])) {
			best = i;
			best_ready = ready;
		}
	}
	return best;
}

/*
 * From t on a loop would go on by itself, at the frequency that it knows. One that is not
 * locked has learnt nothing since it last did: it keeps what it had.
 */
static inline void pll_anchor(struct pll_chip *c, struct pll_loop *l, s64 t)
{
	lab_s128 phase = pll_loop_phase(c, l, t);

	if (l->selected == PLL_NONE)
		l->walk0 = pll_walk(c, l, t);
	else if (!pll_is_locked(l))
		/* against what it had followed; how many seconds it was moved is not known */
		l->walk0 += pll_wrap(phase - l->phase0 +
				     (lab_s128)(l->ppb - l->off_ppb) * (t - l->free_t0));
	l->aged = pll_aged(c, l, t);
	if (pll_is_locked(l)) {
		bool holds = l->state == PLL_LOCKED_HO;

		l->off_ppb = holds ? c->holdover_ppb : c->osc_ppb;
		l->ppb = l->off_ppb + (holds ? c->input[l->selected].good_ppb : 0);
		l->walk0 = 0;
		l->aged = 0;
	}
	l->phase0 = phase;
	l->free_t0 = t;
}

/* the loop lets go of its input */
static inline void pll_drop(struct pll_chip *c, struct pll_loop *l, s64 t, enum pll_cause cause,
			    s64 holdoff)
{
	bool holding = l->holding || l->state == PLL_LOCKED_HO;

	pll_anchor(c, l, t);
	l->cause = cause;
	l->select_at = holdoff ? t + holdoff : PLL_NEVER;
	pll_take(c, l, PLL_NONE, t);
	pll_enter(c, l, holding ? PLL_HOLDOVER : PLL_FREERUN, holding, t);
}

static inline void pll_select(struct pll_chip *c, struct pll_loop *l, unsigned int i, s64 t)
{
	bool holding = l->holding || l->state == PLL_LOCKED_HO;
	bool stays_locked = pll_is_locked(l) && l->hitless;
	lab_s128 phase = pll_loop_phase(c, l, t);

	if (!stays_locked)
		pll_anchor(c, l, t);
	pll_take(c, l, i, t);
	l->err0 = pll_wrap(pll_input_phase(c, i, t) - phase);
	l->t0 = t;
	l->select_at = PLL_NEVER;
	if (stays_locked)
		return;
	l->began = t;
	l->lock_at = t + pll_lock_ns(l, l->err0);
	pll_enter(c, l, PLL_ACQUIRING, holding, t);
}

static inline enum pll_cause pll_cause_of(enum pll_quality q)
{
	switch (q) {
	case PLL_GOOD:
		return PLL_CAUSE_NONE;
	case PLL_FREQ_OFF:
		return PLL_CAUSE_FREQUENCY;
	case PLL_NOISY:
		return PLL_CAUSE_UNDEFINED;
	default:
		return PLL_CAUSE_MEDIA;
	}
}

/* why a loop cannot follow its input any more */
static inline enum pll_cause pll_why(const struct pll_chip *c, unsigned int i)
{
	const struct pll_input *in = &c->input[i];

	if (in->quality == PLL_GOOD && in->paired != PLL_NONE)
		in = &c->input[in->paired];
	return pll_cause_of(in->quality);
}

/**
 * pll_decide() - let a loop choose its input anew
 * @c: chip
 * @d: loop
 * @t: now
 * @asked: a setting has changed: no hold-off is waited for
 */
static inline void pll_decide(struct pll_chip *c, unsigned int d, s64 t, bool asked)
{
	struct pll_loop *l = &c->loop[d];
	unsigned int best;
	s64 holdoff = 0;

	if (l->selected != PLL_NONE && !pll_usable(c, l, l->selected)) {
		enum pll_cause cause = pll_why(c, l->selected);

		if (l->automatic && pll_is_locked(l) && cause != PLL_CAUSE_NONE && !asked)
			holdoff = c->holdoff_ns;
		best = pll_best(c, l, t, false);
		if (!holdoff && best != PLL_NONE && l->hitless && pll_is_locked(l)) {
			pll_select(c, l, best, t);
			return;
		}
		pll_drop(c, l, t, cause, holdoff);
	}
	if (l->selected == PLL_NONE) {
		if (asked)
			l->select_at = PLL_NEVER;
		if (l->select_at != PLL_NEVER && l->select_at > t)
			return;
		l->select_at = PLL_NEVER;
		best = pll_best(c, l, t, false);
		if (best != PLL_NONE)
			pll_select(c, l, best, t);
	} else if (l->automatic && l->revertive) {
		best = pll_best(c, l, t, true);
		if (best != PLL_NONE && l->prio[best] < l->prio[l->selected])
			pll_select(c, l, best, t);
	}
}

static inline void pll_decide_all(struct pll_chip *c, s64 t, bool asked)
{
	unsigned int d;

	for (d = 0; d < PLL_LOOPS; d++)
		pll_decide(c, d, t, asked);
}

static inline s64 pll_least(s64 a, s64 b)
{
	return a < b ? a : b;
}

static inline s64 pll_limit_at(const struct pll_chip *c, const struct pll_loop *l)
{
	return l->holding && c->holdover_max_ns ? l->hold_since + c->holdover_max_ns : PLL_NEVER;
}

static inline s64 pll_loop_due(const struct pll_chip *c, const struct pll_loop *l)
{
	s64 due = pll_least(pll_limit_at(c, l), l->select_at), ready;
	unsigned int i;

	if (l->state == PLL_ACQUIRING)
		due = pll_least(due, l->lock_at);
	if (l->state == PLL_LOCKED)
		due = pll_least(due, l->ho_at);
	if (!l->automatic || !l->revertive || l->selected == PLL_NONE)
		return due;
	for (i = 0; i < PLL_INPUTS; i++) {
		if (l->prio[i] >= l->prio[l->selected] || !pll_usable(c, l, i))
			continue;
		ready = pll_ready_at(c, i);
		if (ready > c->now)
			due = pll_least(due, ready);
	}
	return due;
}

/* what a loop does by itself at an instant */
static inline void pll_loop_event(struct pll_chip *c, unsigned int d, s64 t)
{
	struct pll_loop *l = &c->loop[d];

	if (l->state == PLL_ACQUIRING && l->lock_at <= t) {
		l->acquired_ns = t - l->began;
		l->ho_at = t + c->ho_acq_ns;
		l->cause = PLL_CAUSE_NONE;
		pll_enter(c, l, PLL_LOCKED, false, t);
	} else if (l->state == PLL_LOCKED && l->ho_at <= t) {
		pll_enter(c, l, PLL_LOCKED_HO, false, t);
	} else if (pll_limit_at(c, l) <= t) {
		/* from here on it is the oscillator alone, as old as it is */
		pll_anchor(c, l, t);
		l->ppb = c->osc_ppb;
		l->off_ppb = c->osc_ppb;
		pll_enter(c, l, l->state == PLL_HOLDOVER ? PLL_FREERUN : l->state, false, t);
	} else {
		pll_decide(c, d, t, false);
	}
}

/* ---- time ---------------------------------------------------------------------*/

/**
 * pll_due() - when does the chip next do something by itself?
 * @c: chip
 * Return: instant, or PLL_NEVER
 */
static inline s64 pll_due(const struct pll_chip *c)
{
	s64 due = PLL_NEVER;
	unsigned int i;

	for (i = 0; i < PLL_INPUTS; i++)
		due = pll_least(due, c->input[i].due);
	for (i = 0; i < PLL_LOOPS; i++)
		due = pll_least(due, pll_loop_due(c, &c->loop[i]));
	return due;
}

/**
 * pll_advance() - let everything happen that is due
 * @c: chip
 * @now: up to here
 */
static inline void pll_advance(struct pll_chip *c, s64 now)
{
	unsigned int i;
	s64 t;

	while ((t = pll_due(c)) <= now) {
		if (t < c->now)
			t = c->now; /* a setting made it overdue */
		c->now = t;
		for (i = 0; i < PLL_INPUTS; i++)
			if (c->input[i].due <= t) {
				c->input[i].due = PLL_NEVER;
				pll_quality(c, i, c->input[i].next, t);
				/* a finding may call for the next one */
				pll_look(c, i, t);
			}
		for (i = 0; i < PLL_LOOPS; i++)
			if (pll_loop_due(c, &c->loop[i]) <= t)
				pll_loop_event(c, i, t);
		/* nobody waits for what has just become good or bad */
		pll_decide_all(c, t, false);
	}
	if (now > c->now)
		c->now = now;
}

/* ---- from outside: advance first, so that c->now is the instant -----------------*/

/* what a loop does does not jump from where it was before a change: its error does */
static inline void pll_keep_phase(struct pll_chip *c, struct pll_loop *l, lab_s128 phase)
{
	s64 t = c->now;
	lab_s128 err;

	if (l->selected == PLL_NONE)
		return;
	err = pll_wrap(pll_input_phase(c, l->selected, t) - phase);
	if (err == pll_err(l, l->err0, t - l->t0))
		return;
	l->err0 = err;
	l->t0 = t;
	if (l->state == PLL_ACQUIRING)
		l->lock_at = t + pll_lock_ns(l, err);
}

/**
 * pll_signal() - the signal of an input changes
 * @c: chip
 * @i: input
 * @s: the new one; its phase goes on, @step_as later
 * @step_as: as
 */
static inline void pll_signal(struct pll_chip *c, unsigned int i, const struct pll_signal *s,
			      lab_s128 step_as)
{
	lab_s128 phase[PLL_LOOPS];
	struct pll_signal *own = &c->input[i].signal;
	s64 t = c->now;
	unsigned int k;

	for (k = 0; k < PLL_LOOPS; k++)
		phase[k] = pll_loop_phase(c, &c->loop[k], t);
	own->phase0 += step_as - (lab_s128)own->ppb * (t - own->t0);
	own->t0 = t;
	own->ppb = s->ppb;
	own->lost = s->lost;
	own->noisy = s->noisy;
	for (k = 0; k < PLL_LOOPS; k++)
		pll_keep_phase(c, &c->loop[k], phase[k]);
	pll_look(c, i, t);
	for (k = 0; k < PLL_INPUTS; k++)
		if (c->input[k].source == i)
			pll_look(c, k, t);
	pll_decide_all(c, t, false);
}

/**
 * pll_mux() - another input leads to a multiplexer's output
 * @c: chip
 * @i: the multiplexer
 * @source: input, or PLL_NONE
 */
static inline void pll_mux(struct pll_chip *c, unsigned int i, unsigned int source)
{
	s64 t = c->now;

	if (c->input[i].source == source)
		return;
	c->input[i].due = PLL_NEVER;
	/* loops let go of it while it still leads somewhere */
	pll_quality(c, i, PLL_NO_SIGNAL, t);
	pll_decide_all(c, t, false);
	c->input[i].source = source;
	pll_look(c, i, t);
	pll_decide_all(c, t, false);
}

/**
 * pll_adjust() - an input's signal is taken to be later or earlier, or paired with another
 * @c: chip
 * @i: input
 * @adjust_ps: by how much
 * @paired: the input that gives its phase, or PLL_NONE
 */
static inline void pll_adjust(struct pll_chip *c, unsigned int i, s64 adjust_ps,
			      unsigned int paired)
{
	bool other_pair = c->input[i].paired != paired;
	lab_s128 phase[PLL_LOOPS];
	s64 t = c->now;
	unsigned int k;

	for (k = 0; k < PLL_LOOPS; k++)
		phase[k] = pll_loop_phase(c, &c->loop[k], t);
	c->input[i].adjust_ps = adjust_ps;
	c->input[i].paired = paired;
	for (k = 0; k < PLL_LOOPS; k++)
		pll_keep_phase(c, &c->loop[k], phase[k]);
	/* where a phase is has nothing to do with which input is followed */
	pll_decide_all(c, t, other_pair);
}

/**
 * pll_retune() - a loop gets another bandwidth or slope
 * @c: chip
 * @d: loop
 * @bandwidth: mHz
 * @slope: ppb; as both were: an acquisition is not begun again
 */
static inline void pll_retune(struct pll_chip *c, unsigned int d, s64 bandwidth, s64 slope)
{
	struct pll_loop *l = &c->loop[d];
	s64 t = c->now;

	if (l->bandwidth == bandwidth && l->slope == slope)
		return;
	if (l->selected != PLL_NONE) {
		l->err0 = pll_err(l, l->err0, t - l->t0);
		l->t0 = t;
	}
	l->bandwidth = bandwidth;
	l->slope = slope;
	if (l->state == PLL_ACQUIRING)
		l->lock_at = t + pll_lock_ns(l, l->err0);
}

/**
 * pll_age() - the oscillator's frequency changes
 * @c: chip
 * @osc_ppb: its error from now on
 * @drift_ppb_day: and by how much a day it goes on changing while nothing is followed
 */
static inline void pll_age(struct pll_chip *c, s64 osc_ppb, s64 drift_ppb_day)
{
	s64 more = osc_ppb - c->osc_ppb;
	unsigned int k;

	for (k = 0; k < PLL_LOOPS; k++) {
		struct pll_loop *l = &c->loop[k];

		if (pll_is_locked(l))
			continue;
		/* what was stays as it was */
		pll_anchor(c, l, c->now);
		l->ppb += more;
		l->off_ppb += more;
	}
	c->osc_ppb = osc_ppb;
	c->drift_ppb_day = drift_ppb_day;
	for (k = 0; k < PLL_INPUTS; k++)
		if (c->input[k].is_internal) {
			struct pll_signal s = c->input[k].signal;

			s.ppb = osc_ppb;
			pll_signal(c, k, &s, 0);
		}
	for (k = 0; k < PLL_INPUTS; k++)
		pll_look(c, k, c->now);
	pll_decide_all(c, c->now, false);
}

/**
 * pll_reset() - the chip as it is when power comes
 * @c: chip; times, limits, oscillator and seed are set
 * @now: instant
 */
static inline void pll_reset(struct pll_chip *c, s64 now)
{
	unsigned int i, d;

	c->now = now;
	for (i = 0; i < PLL_INPUTS; i++) {
		struct pll_input *in = &c->input[i];

		*in = (struct pll_input){
			.source = PLL_NONE, .paired = PLL_NONE, .since = now, .due = PLL_NEVER
		};
		in->signal.lost = true;
		in->signal.t0 = now;
	}
	for (d = 0; d < PLL_LOOPS; d++) {
		struct pll_loop *l = &c->loop[d];

		*l = (struct pll_loop){ .automatic = true,
					.revertive = true,
					.hitless = true,
					.manual = PLL_NONE,
					.selected = PLL_NONE,
					.bandwidth = 1000,
					.since = now,
					.select_at = PLL_NEVER,
					.t0 = now,
					.free_t0 = now,
					.ppb = c->osc_ppb,
					.off_ppb = c->osc_ppb };
		for (i = 0; i < PLL_INPUTS; i++)
			l->prio[i] = i;
	}
}

#endif /* LAB_PLL_H */
