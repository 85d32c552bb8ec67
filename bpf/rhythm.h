/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rhythm of a channel's events: a grid of one or two edges a period, learned from
 * the events and kept until others prove it wrong. Each event is judged by its place on
 * the grid, so a stray or doubled one does not disturb what is known, and what is
 * missing is counted in edges of the grid. The same code in BPF and on the host, where
 * tests/unit/test_rhythm.c feeds it. Pure functions; signed quotients are not used,
 * since BPF has none.
 *
 * A grid of two edges whose pulse is as long as its pause is one of half the period: the
 * times do not tell rising from falling.
 */
#ifndef CHS_RHYTHM_H
#define CHS_RHYTHM_H

#ifndef __VMLINUX_H__
#include <linux/types.h>
#include <stdbool.h>
#endif

#define RHYTHM_MIN_NS	  1000000   /* events closer than this are a burst */
#define RHYTHM_HOLD	  8	    /* after so many beats without one the phase is taken anew */
#define RHYTHM_ADOPT	  10	    /* so many gaps alike are the new rhythm */
#define RHYTHM_STRAYS	  4	    /* so many in a row are reported, the rest counted */
#define RHYTHM_LATENCY_NS 100000000 /* what an event's delivery may vary by */

/* what an event says; several at once are possible */
#define RHYTHM_GAP    1	 /* beats before it are missing */
#define RHYTHM_STRAY  2	 /* it is none of the grid's */
#define RHYTHM_ORDER  4	 /* it is not later than the one before */
#define RHYTHM_CHANGE 8	 /* the grid is another one from here on */
#define RHYTHM_JUMP   16 /* the clock's time has moved against that of the deliveries */

struct rhythm {
	__s64 last_ns;	 /* the last event, whatever it was */
	__u64 last_mono; /* when it was delivered */
	__s64 beat_ns;	 /* the last one on the grid */
	__s64 anchor_ns; /* the first edge of the period that it lies in */
	__u64 period_ns; /* 0: none is known */
	__u64 second_ns; /* from the first edge to the second, 0: there is one only */
	__u64 dist[2];	 /* the last distances, the newest first */
	__u64 gap_ns;	 /* the last gap's */
	__u64 steps;	 /* of the clock, as of the last event */
	__u32 pos;	 /* edge of beat_ns: 0 or 1 */
	__u32 locked;	 /* the phase is known */
	__u32 seen;
	__u32 same1;   /* distances in a row that were like the one before */
	__u32 same2;   /* like the one before that */
	__u32 alike;   /* gaps in a row that were alike */
	__u32 regular; /* events on the grid since the last gap */
	__u32 off;     /* events in a row off the grid */
	__u32 was_off; /* the last event was off the grid */
	__u32 forget;  /* set from outside: begin anew with the next event */
	/* in all */
	__u64 events;
	__u64 missing; /* beats */
	__u64 strays;
	__u64 unordered;
	__u64 changes;
};

struct rhythm_verdict {
	__u32 what;
	__u32 missing;	     /* beats */
	__u32 edges;	     /* edges of the grid */
	__u32 quiet;	     /* one stray of many: counted and not told */
	__u64 period_ns;     /* as it was */
	__u64 new_period_ns; /* as it is from now on */
	__u64 new_second_ns;
	__s64 distance_ns; /* from the last beat, or the event before */
	__s64 off_ns;	   /* a stray: from the nearest edge */
	__s64 moved_ns;	   /* a jump */
	__u64 uncertain_ns;
};

#define RHYTHM_INLINE static inline __attribute__((always_inline))

RHYTHM_INLINE __u64 rhythm_abs(__s64 v)
{
	return v < 0 ? -(__u64)v : (__u64)v;
}

RHYTHM_INLINE __u64 rhythm_min(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/* v / n, towards 0 */
RHYTHM_INLINE __s64 rhythm_part(__s64 v, __u64 n)
{
	__u64 q = rhythm_abs(v) / n;

	return v < 0 ? -(__s64)q : (__s64)q;
}

RHYTHM_INLINE bool rhythm_near(__u64 a, __u64 b)
{
	return (a > b ? a - b : b - a) < rhythm_min(a, b) / 8;
}

/* how far an event may lie from its edge */
RHYTHM_INLINE __u64 rhythm_tolerance(const struct rhythm *r, __u64 periods)
{
	__u64 tol = r->period_ns / 8, most = r->period_ns / 4, side;

	if (r->second_ns) {
		side = rhythm_min(r->second_ns, r->period_ns - r->second_ns);
		tol = rhythm_min(tol, side / 4);
		most = rhythm_min(most, side / 3);
	}
	/* the period is known to a thousandth or so */
	return rhythm_min(tol + (periods > 1 ? periods * (r->period_ns >> 10) : 0), most);
}

RHYTHM_INLINE void rhythm_set(struct rhythm *r, __s64 time, __u64 period, __u64 second, __u32 pos)
{
	r->period_ns = period;
	r->second_ns = second;
	r->pos = pos;
	r->anchor_ns = pos ? time - (__s64)second : time;
	r->beat_ns = time;
	r->locked = 1;
	r->alike = 0;
	r->regular = 0;
	r->off = 0;
	r->was_off = 0;
	r->gap_ns = 0;
}

/*
 * The distances alone: do they make a rhythm? Three alike do, or five that alternate; more
 * where a slower rhythm is known, since two stray events half-way make four alike.
 */
RHYTHM_INLINE bool rhythm_learn(struct rhythm *r, __s64 time)
{
	__u64 d0 = r->dist[0], d1 = r->dist[1], p = r->period_ns;

	if (d0 >= RHYTHM_MIN_NS && r->same1 >= (d0 * 4 < p * 3 ? 6 : 2)) {
		rhythm_set(r, time, d0, 0, 0);
		return true;
	}
	if (!r->same1 && d0 + d1 >= RHYTHM_MIN_NS && r->same2 >= (p ? 6 : 3)) {
		if (d0 < d1)
			rhythm_set(r, time, d0 + d1, d0, 1);
		else
			rhythm_set(r, time, d0 + d1, d1, 0);
		return true;
	}
	return false;
}

RHYTHM_INLINE void rhythm_note(struct rhythm *r, __u64 dist)
{
	r->same1 = r->dist[0] && rhythm_near(dist, r->dist[0]) ? r->same1 + 1 : 0;
	r->same2 = r->dist[1] && rhythm_near(dist, r->dist[1]) ? r->same2 + 1 : 0;
	r->dist[1] = r->dist[0];
	r->dist[0] = dist;
}

RHYTHM_INLINE void rhythm_unlearn(struct rhythm *r)
{
	r->dist[0] = r->dist[1] = 0;
	r->same1 = r->same2 = 0;
	r->alike = r->regular = r->off = r->was_off = 0;
	r->gap_ns = 0;
}

RHYTHM_INLINE void rhythm_took(struct rhythm *r, __s64 time, __u64 mono)
{
	r->last_ns = time;
	r->last_mono = mono;
	r->seen = 1;
}

RHYTHM_INLINE void rhythm_missed(struct rhythm *r, struct rhythm_verdict *v, __u64 edges,
				 __u64 distance)
{
	v->what |= RHYTHM_GAP;
	v->edges = edges;
	v->missing = r->second_ns ? (edges + 1) / 2 : edges;
	v->distance_ns = distance;
	r->missing += v->missing;
}

/* the period is known, the phase is not: after a step of the clock */
RHYTHM_INLINE void rhythm_find_phase(struct rhythm *r, struct rhythm_verdict *v, __s64 time,
				     __u64 dist)
{
	__u64 p = r->period_ns, d = r->second_ns, n, tol;

	if (!d) {
		n = (dist + p / 2) / p;
		if (n && rhythm_abs((__s64)(dist - n * p)) <= rhythm_tolerance(r, n)) {
			if (n > 1)
				rhythm_missed(r, v, n - 1, dist);
			rhythm_set(r, time, p, 0, 0);
		}
		return;
	}
	n = dist / p;
	tol = rhythm_tolerance(r, n);
	if (rhythm_abs((__s64)(dist - n * p - d)) <= tol) {
		if (n)
			rhythm_missed(r, v, 2 * n, dist);
		rhythm_set(r, time, p, d, 1);
	} else if (rhythm_abs((__s64)(dist - n * p - (p - d))) <= tol) {
		if (n)
			rhythm_missed(r, v, 2 * n, dist);
		rhythm_set(r, time, p, d, 0);
	}
}

/* an event on the grid: follows phase and period, so that a slow drift is none */
RHYTHM_INLINE void rhythm_follow(struct rhythm *r, __u64 n, __u32 slot, __s64 err)
{
	r->anchor_ns += n * r->period_ns;
	if (slot) {
		r->second_ns += err >> 2;
	} else {
		r->anchor_ns += err >> 1;
		r->period_ns += rhythm_part(err, 8 * (n ? n : 1));
	}
	r->pos = slot;
}

/* gaps alike, one after the other, are the rhythm */
RHYTHM_INLINE void rhythm_thin_out(struct rhythm *r, struct rhythm_verdict *v, __s64 time)
{
	r->alike = r->gap_ns && rhythm_near(v->distance_ns, r->gap_ns) ? r->alike + 1 : 1;
	r->gap_ns = v->distance_ns;
	r->regular = 0;
	if (r->alike < RHYTHM_ADOPT)
		return;
	v->what |= RHYTHM_CHANGE;
	if (r->second_ns && !(v->edges & 1))
		rhythm_set(r, time, r->period_ns * (1 + v->edges / 2), r->second_ns, r->pos);
	else
		rhythm_set(r, time, v->distance_ns, 0, 0);
}

/**
 * rhythm_event() - judge an event
 * @r: the channel's rhythm
 * @v: what it says
 * @time: the event's time by the clock
 * @mono: when it was delivered, by CLOCK_MONOTONIC
 * @steps: number of steps of the clock so far
 */
RHYTHM_INLINE void rhythm_event(struct rhythm *r, struct rhythm_verdict *v, __s64 time, __u64 mono,
				__u64 steps)
{
	__u64 p = r->period_ns, d = r->second_ns, arrived = mono - r->last_mono, n, tol, dist;
	__s64 err, err1, moved, rel;
	__u32 slot = 0;
	bool on;

	__builtin_memset(v, 0, sizeof(*v));
	r->events++;
	if (r->forget || !r->seen) {
		r->forget = 0;
		r->period_ns = r->second_ns = 0;
		r->locked = 0;
		r->steps = steps;
		rhythm_unlearn(r);
		rhythm_took(r, time, mono);
		return;
	}
	v->period_ns = p;
	if (r->steps != steps) {
		/* what is known of the period outlives a step; the phase does not */
		r->steps = steps;
		r->locked = 0;
		rhythm_unlearn(r);
		rhythm_took(r, time, mono);
		return;
	}
	v->distance_ns = time - r->last_ns;
	moved = v->distance_ns - (__s64)arrived;
	v->uncertain_ns = p / 2 + arrived / 8 + RHYTHM_LATENCY_NS;
	if (time <= r->last_ns) {
		if (p && rhythm_abs(moved) > v->uncertain_ns)
			goto jumped;
		v->what = RHYTHM_ORDER;
		r->unordered++;
		/* without a rhythm nothing says which of the two is wrong */
		if (!p)
			rhythm_took(r, time, mono);
		return;
	}
	dist = v->distance_ns;
	if (!p) {
		rhythm_note(r, dist);
		rhythm_learn(r, time);
		rhythm_took(r, time, mono);
		return;
	}
	if (!r->locked) {
		rhythm_note(r, dist);
		rhythm_find_phase(r, v, time, dist);
		if (!r->locked && rhythm_learn(r, time)) {
			v->what |= RHYTHM_CHANGE;
			v->new_period_ns = r->period_ns;
			v->new_second_ns = r->second_ns;
			r->changes++;
		}
		rhythm_took(r, time, mono);
		return;
	}

	/* the nearest edge: number n of the first ones, or the second one after it */
	rel = time - r->anchor_ns;
	n = rel > 0 ? (rel + p / 2) / p : 0;
	err = rel - (__s64)(n * p);
	if (d) {
		err1 = err < 0 && n ? err + (__s64)(p - d) : err - (__s64)d;
		if (rhythm_abs(err1) < rhythm_abs(err)) {
			if (err < 0 && n)
				n--;
			err = err1;
			slot = 1;
		}
	}
	tol = rhythm_tolerance(r, n);
	on = rhythm_abs(err) <= tol;
	/* edges from the last beat to this one */
	dist = d ? 2 * n + slot - r->pos : n;
	if (!on || dist != 1) {
		if (rhythm_abs(moved) > v->uncertain_ns)
			goto jumped;
	}
	v->distance_ns = time - r->beat_ns;
	rhythm_note(r, time - r->last_ns);
	r->was_off = r->was_off << 1 & 3;
	if (on && (__s64)dist > 0) {
		rhythm_follow(r, n, slot, err);
		r->off = 0;
		if (dist > 1) {
			rhythm_missed(r, v, dist - 1, v->distance_ns);
			r->beat_ns = time;
			rhythm_thin_out(r, v, time);
		} else if (++r->regular > (d ? 1 : 0)) {
			r->alike = 0;
		}
		r->beat_ns = time;
	} else if (!on && n >= RHYTHM_HOLD) {
		/* back after a while, at another phase */
		dist = (v->distance_ns + p / 2) / p - 1;
		rhythm_missed(r, v, d ? 2 * dist : dist, v->distance_ns);
		r->off = 0;
		if (d)
			r->locked = 0;
		else
			rhythm_set(r, time, p, 0, 0);
	} else {
		v->what |= RHYTHM_STRAY;
		v->off_ns = err;
		v->quiet = ++r->off > RHYTHM_STRAYS;
		r->strays++;
		r->was_off |= 1;
	}
	/* the last two events were not both the grid's: has another one begun? */
	if (r->was_off && rhythm_learn(r, time))
		v->what |= RHYTHM_CHANGE;
	if (v->what & RHYTHM_CHANGE) {
		v->new_period_ns = r->period_ns;
		v->new_second_ns = r->second_ns;
		r->changes++;
	}
	rhythm_took(r, time, mono);
	return;

jumped:
	v->what = RHYTHM_JUMP;
	v->moved_ns = moved;
	r->locked = 0;
	rhythm_unlearn(r);
	rhythm_took(r, time, mono);
}

/* beats that are overdue at a moment, 0: none so far; the event that comes tells exactly */
RHYTHM_INLINE __u64 rhythm_overdue(const struct rhythm *r, __u64 mono)
{
	__u64 waited = mono - r->last_mono, p = r->period_ns;

	if (!p || !r->seen || r->forget || (__s64)waited < 0)
		return 0;
	if (waited < 2 * p + p / 2 + RHYTHM_LATENCY_NS)
		return 0;
	return (waited - p / 2) / p;
}

#endif /* CHS_RHYTHM_H */
