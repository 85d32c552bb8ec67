// SPDX-License-Identifier: GPL-2.0
/*
 * lab_phc: a behavioural model of a PTP hardware clock, with time stamp inputs,
 * periodic outputs, a pulse per second, alarms, pins, an oscillator that errs and
 * faults on demand. Talks to lab_core and to the driver API of the PTP class, to nothing else.
 *
 * The time is a function of CLOCK_MONOTONIC_RAW (lab_clock.h), so an idle clock
 * costs nothing. Timers run for active outputs, PPS, alarms, wander and pushes only. Whatever
 * they do late is stamped with the instant at which it was due.
 *
 * Timers are plain hrtimers, which fire in hard interrupt context except on
 * PREEMPT_RT, where interrupt handlers do not either.
 *
 * Locks: phc->lock guards the lines of both clocks, all input and output state and
 * the starting of timers; it is taken in any context, and no other lock inside it.
 * Events and edges go out with it released: a wire may lead back to its own device.
 *
 * Removal: lab_core has cut the wires. stop() clears phc->up under the lock, after
 * which nothing starts a timer; cancels the timers; and only then, with no event on
 * its way any more, unregisters from the class.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/overflow.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#ifndef PTP_CLOCK_KERNEL_CHS
#error "the kernel's own ptp_clock_kernel.h came first: see NOSTDINC_FLAGS in Kbuild"
#endif

#include "lab_fault.h"

/* clang-format off */
#define PHC_MAX_DEVICES	1024
#define PHC_MAX_RATE	100000000	/* oscillator error, ppb */
#define PHC_MAX_WANDER	100000		/* step of the random walk, ppb */
#define PHC_WANDER_STEPS 100		/* it stays within so many steps */
#define PHC_MAX_ADJ	800000000	/* with all of the above below LAB_RATE_MAX */
#define PHC_MAX_PHASE	50000000	/* ns */
#define PHC_MAX_JUMP	1000000000000000000LL	/* ns, either way */
/* of an output, ns: time, which ends at 8277292036 s, and a period stay in an s64 */
#define PHC_MAX_PERIOD	(900000000LL * NSEC_PER_SEC)
#define PHC_MAX_LATENCY	10000000	/* ns */
#define PHC_BATCH	32		/* edges an output may emit in one interrupt */
#define PHC_CHUNK	64		/* edges a push may deliver in one interrupt */
#define PHC_BREATH	20000LL		/* ns between two such interrupts at least */
#define PHC_AGAIN	1000LL		/* ns until a timer that came too early is set again */
#define PHC_LATE	8
#define PHC_PAST	4		/* lines remembered, a power of two */
#define PHC_FAR		(3600 * NSEC_PER_SEC)
#define PHC_ALARMS	4		/* n_alarm at most */

enum phc_op {
	OP_GETTIME, OP_SETTIME, OP_ADJTIME, OP_ADJFINE, OP_ADJPHASE, OP_CROSSTSTAMP,
	OP_CYCLES, OP_ENABLE, OP_ALARM, OP_COUNT,
};

static const char *const phc_op_name[OP_COUNT] = {
	"gettime", "settime", "adjtime", "adjfine", "adjphase", "crosststamp", "cycles", "enable",
	"alarm",
};
/* which edges the hardware can stamp: 0, those that it is asked for */
static const struct {
	const char *name;
	u32 edges;
} phc_stamps[] = {
	{ "asked", 0 },
	{ "both", PTP_EXTTS_EDGES },
	{ "rising", PTP_RISING_EDGE },
	{ "falling", PTP_FALLING_EDGE },
};
/* clang-format on */

/*
 * An input. What came in is accounted for in full:
 *	edges + duplicated == delivered + ignored + lost + overrun + lost_capture
 * but for an edge that waits in the capture register.
 */
struct phc_in {
	bool on;
	u32 flags;
	bool captured;			/* poll_ms: the capture register is full */
	bool captured_twice;
	s64 capture;
	u64 edges, pushed, delivered, ignored, lost, duplicated, overrun, lost_capture;
};

struct phc_out {
	struct phc *phc;
	struct hrtimer timer;
	bool on;
	bool once;
	bool high;			/* the level of the wire */
	bool rising;			/* what the next edge is */
	s64 start;			/* of the first period, ns of the clock */
	s64 period, width;
	s64 next;			/* time of the next edge, ns of the clock */
	unsigned int n_late;
	struct lab_edge late[PHC_LATE];	/* edges from before the clock was changed */
	u64 edges, skipped;
};

/* a compare register: its interrupt comes once when the clock is there or beyond */
struct phc_alarm {
	struct phc *phc;
	struct hrtimer timer;
	bool on;
	s64 when;
	u64 rung;
};

struct phc_push {
	struct mutex mutex;		/* one push at a time */
	struct hrtimer timer;
	struct completion done;
	unsigned int channel;
	s64 left, period, next;		/* next: raw instant, if there is a period */
	bool rising, alternate;
};

struct phc {
	struct lab_device lab;
	spinlock_t lock;
	struct ptp_clock_info info;
	struct ptp_clock *ptp;
	int index;
	bool up;
	struct lab_clock clock;		/* steered */
	struct lab_clock osc;		/* behind it */
	struct lab_clock past[PHC_PAST]; /* the steered one's lines before this, a ring */
	unsigned int n_past;
	s64 adj;			/* adjfine's scaled_ppm */
	s64 wander;			/* units of a lab_clock's rate */
	struct lab_random wander_random, jitter_random;
	struct hrtimer wander_timer;
	struct phc_in *in;
	struct phc_out *out;
	struct ptp_pin_desc *pins_desc;
	bool pps_on;
	s64 pps_next;
	struct hrtimer pps_timer;
	struct phc_alarm alarms[PHC_ALARMS];
	struct phc_push push;
	struct lab_fault fault[OP_COUNT];
	u32 stamps; /* of phc_stamps */
	u64 reads, misreads, jumps, pps_events, pps_skipped;
	char pins_text[256];
	char name[PTP_CLOCK_NAME_LEN];
	char time_text[24];
	/* numbers that are attributes */
	s64 n_ext_ts, n_per_out, n_pins, n_alarm, pps, max_adj, adjphase, max_phase, crosststamp;
	s64 gettimex, cycles, extoff, poll_ms, min_period_ns, rate_ppb, wander_ppb, wander_ms;
	s64 jitter_ns, seed, read_latency_ns, latency_jitter_ns, read_clobbers, stuck, lose_next;
	s64 duplicate_next, misread_next, misread_ns, jump_ns;
};
static_assert(offsetof(struct phc, lab) == 0);

static struct phc *phc_of_info(struct ptp_clock_info *info)
{
	return container_of(info, struct phc, info);
}

static struct phc *phc_of_lab(struct lab_device *ld)
{
	return container_of(ld, struct phc, lab);
}

/* ---- time -------------------------------------------------------------------*/

static s64 phc_jitter(struct phc *p)
{
	return lab_random_within(&p->jitter_random, READ_ONCE(p->jitter_ns));
}

/*
 * What the clock showed at an instant that may lie before its last changes: an edge
 * comes late, the capture register of real hardware does not.
 */
static s64 phc_at(struct phc *p, s64 raw)
{
	struct lab_clock *c = &p->clock;
	unsigned int i;

	for (i = 1; raw < c->raw0 && i <= min(p->n_past, PHC_PAST); i++)
		c = &p->past[(p->n_past - i) % PHC_PAST];
	return lab_clock_at(c, raw);
}

static void phc_timer(struct hrtimer *t, s64 delay)
{
	hrtimer_start(t, ns_to_ktime(clamp_t(s64, delay, 0, PHC_FAR)), HRTIMER_MODE_REL);
}

/* how long until the clock gets there; 0 if it is there or beyond */
static s64 phc_until(const struct phc *p, s64 time, s64 raw)
{
	s64 when = lab_clock_when(&p->clock, time);

	return when > raw ? when - raw : 0;
}

/* let an output's timer fire when its next edge is due, @least ns from now or later */
static void phc_out_arm(struct phc *p, struct phc_out *o, s64 raw, s64 least)
{
	if (!p->up || (!o->on && !o->n_late))
		return;
	if (o->n_late)
		phc_timer(&o->timer, 0);
	else if (!p->clock.stopped)
		phc_timer(&o->timer, max(phc_until(p, o->next, raw), least));
}

/* @least as above */
static void phc_pps_arm(struct phc *p, s64 raw, s64 least)
{
	if (p->up && p->pps_on && !p->clock.stopped)
		phc_timer(&p->pps_timer, max(phc_until(p, p->pps_next, raw), least));
}

/* likewise */
static void phc_alarm_arm(struct phc *p, struct phc_alarm *a, s64 raw, s64 least)
{
	if (p->up && a->on && !p->clock.stopped)
		phc_timer(&a->timer, max(phc_until(p, a->when, raw), least));
}

/* the first second after a time */
static s64 phc_second(s64 time)
{
	s64 sec = div64_s64(time, NSEC_PER_SEC);

	if (time >= 0 || sec * NSEC_PER_SEC == time)
		sec++;
	return sec * NSEC_PER_SEC;
}

/* the first period of an output that begins after a time */
static void phc_out_seek(struct phc_out *o, s64 time)
{
	o->rising = true;
	o->next = o->start;
	if (time < o->start)
		return;
	if (o->once)
		o->on = false;
	else
		o->next += (div64_u64(time - o->start, o->period) + 1) * o->period;
}

/* take the edge that is due and move on to the one after it */
static struct lab_edge phc_out_take(struct phc *p, struct phc_out *o)
{
	struct lab_edge e = { .raw = lab_clock_when(&p->clock, o->next), .rising = o->rising };

	o->high = o->rising;
	if (o->rising && o->width == o->period)
		o->on = false;			/* high for ever */
	else if (o->rising)
		o->next += o->width;
	else if (o->once)
		o->on = false;
	else
		o->next += o->period - o->width;
	o->rising = !o->rising;
	return e;
}

/* leave whole periods out until the next edge is less than one of them away */
static void phc_out_skip(struct phc_out *o, s64 time)
{
	u64 n = div64_u64(time - o->next, o->period);

	if (!n || o->once)
		return;
	o->next += n * o->period;
	o->skipped += 2 * n;
}

/*
 * The clock is about to change at the instant raw: remember its line. Edges that are due by then but
 * whose timers have not fired yet get their instants from the clock as it was.
 */
static void phc_settle(struct phc *p, s64 raw)
{
	s64 time = lab_clock_at(&p->clock, raw);
	struct phc_out *o;
	int i;

	p->past[p->n_past++ % PHC_PAST] = p->clock;
	for (i = 0; i < p->n_per_out; i++) {
		o = &p->out[i];
		while (o->on && o->next <= time && o->n_late < PHC_LATE)
			o->late[o->n_late++] = phc_out_take(p, o);
		if (o->on && o->next <= time)
			phc_out_skip(o, time);
	}
}

/* The clock has changed: let all that waits for a time of it wait anew. */
static void phc_resume(struct phc *p, s64 raw, bool stepped)
{
	s64 time = lab_clock_at(&p->clock, raw);
	struct phc_out *o;
	int i;

	if (stepped)
		p->pps_next = phc_second(time);
	phc_pps_arm(p, raw, 0);
	for (i = 0; i < p->n_alarm; i++)
		phc_alarm_arm(p, &p->alarms[i], raw, 0);
	for (i = 0; i < p->n_per_out; i++) {
		o = &p->out[i];
		if (o->on && stepped) {
			/* a pulse does not outlive the time line that it began on */
			if (o->high && o->n_late < PHC_LATE)
				o->late[o->n_late++] = (struct lab_edge){ .raw = raw };
			o->high = false;
			phc_out_seek(o, time);
		}
		phc_out_arm(p, o, raw, 0);
	}
}

/* the oscillator's error, the steering and the wander make the rates */
static void phc_rates(struct phc *p, s64 raw)
{
	s64 osc = p->rate_ppb * LAB_RATE_PPB + p->wander;

	phc_settle(p, raw);
	lab_clock_rate(&p->osc, raw, osc);
	lab_clock_rate(&p->clock, raw, osc + p->adj * LAB_RATE_SCALED);
	phc_resume(p, raw, false);
}

static int phc_apply_rate(struct lab_device *ld, const struct lab_attr *a)
{
	struct phc *p = phc_of_lab(ld);
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	phc_rates(p, ktime_get_raw_ns());
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static enum hrtimer_restart phc_wander_fire(struct hrtimer *t)
{
	struct phc *p = container_of(t, struct phc, wander_timer);
	s64 step = p->wander_ppb * LAB_RATE_PPB, limit = PHC_WANDER_STEPS * step;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	if (p->up && step) {
		p->wander = clamp(p->wander + lab_random_within(&p->wander_random, step),
				  -limit, limit);
		phc_rates(p, ktime_get_raw_ns());
		phc_timer(t, p->wander_ms * NSEC_PER_MSEC);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return HRTIMER_NORESTART;
}

static int phc_apply_wander(struct lab_device *ld, const struct lab_attr *a)
{
	struct phc *p = phc_of_lab(ld);
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	if (!p->wander_ppb) {
		p->wander = 0;
		phc_rates(p, ktime_get_raw_ns());
	} else if (p->up) {
		phc_timer(&p->wander_timer, p->wander_ms * NSEC_PER_MSEC);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static void phc_reseed(struct phc *p)
{
	/* two sequences, so that reading the clock does not disturb its wander */
	lab_random_seed(&p->wander_random, p->seed, 1);
	lab_random_seed(&p->jitter_random, p->seed, 2);
}

static int phc_apply_seed(struct lab_device *ld, const struct lab_attr *a)
{
	struct phc *p = phc_of_lab(ld);
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	phc_reseed(p);
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static int phc_apply_stuck(struct lab_device *ld, const struct lab_attr *a)
{
	struct phc *p = phc_of_lab(ld);
	unsigned long flags;
	s64 raw;

	spin_lock_irqsave(&p->lock, flags);
	raw = ktime_get_raw_ns();
	phc_settle(p, raw);
	lab_clock_stop(&p->osc, raw, p->stuck);
	lab_clock_stop(&p->clock, raw, p->stuck);
	phc_resume(p, raw, false);
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

/* the time changes without a call: the fault that nobody has made. The lock is held. */
static void phc_jump(struct phc *p, s64 raw, s64 time)
{
	phc_settle(p, raw);
	lab_clock_set(&p->clock, raw, time);
	p->jumps++;
	phc_resume(p, raw, true);
}

static int phc_apply_jump(struct lab_device *ld, const struct lab_attr *a)
{
	struct phc *p = phc_of_lab(ld);
	unsigned long flags;
	int err = 0;
	s64 raw, time;

	spin_lock_irqsave(&p->lock, flags);
	raw = ktime_get_raw_ns();
	if (check_add_overflow(lab_clock_at(&p->clock, raw), p->jump_ns, &time))
		err = -ERANGE;
	else
		phc_jump(p, raw, time);
	spin_unlock_irqrestore(&p->lock, flags);
	return err;
}

/* ---- callbacks of the class: reading and steering ---------------------------*/

/* does this call have to fail? The lock is held. */
static int phc_fails(struct phc *p, enum phc_op op)
{
	return lab_fails(&p->fault[op]);
}

/*
 * How far this reading is off by order: as after a carry that was missed between two
 * halves of a register, one is wrong and the next is right again. The lock is held.
 */
static s64 phc_misread(struct phc *p)
{
	if (likely(!p->misread_next))
		return 0;
	p->misread_next--;
	p->misreads++;
	return p->misread_ns;
}

static void phc_wait(s64 ns)
{
	s64 end = ktime_get_raw_ns() + ns;

	while (ns > 0 && ktime_get_raw_ns() < end) {
		if (end - ktime_get_raw_ns() > 2000)
			udelay(1);
		else
			cpu_relax();
	}
}

/*
 * One access over a slow bus: half the latency before the instant at which the
 * device latches its time, half after it.
 */
static int phc_read(struct phc *p, struct lab_clock *c, enum phc_op op,
		    struct timespec64 *ts, struct ptp_system_timestamp *sts)
{
	s64 latency = READ_ONCE(p->read_latency_ns), time, more;
	unsigned long flags;
	int err, i;

	if (latency || READ_ONCE(p->latency_jitter_ns)) {
		spin_lock_irqsave(&p->lock, flags);
		more = lab_random_within(&p->jitter_random, p->latency_jitter_ns);
		spin_unlock_irqrestore(&p->lock, flags);
		latency = clamp_t(s64, latency + more, 0, PHC_MAX_LATENCY);
	}
	ptp_read_system_prets(sts);
	if (latency)
		phc_wait(latency / 2);
	spin_lock_irqsave(&p->lock, flags);
	time = lab_clock_at(c, ktime_get_raw_ns()) + phc_jitter(p);
	err = phc_fails(p, op);
	if (!err && c == &p->clock)
		time += phc_misread(p);
	p->reads++;
	for (i = 0; p->poll_ms && p->read_clobbers && i < p->n_ext_ts; i++)
		if (p->in[i].captured) {
			p->in[i].captured = false;
			p->in[i].lost_capture += 1 + p->in[i].captured_twice;
		}
	spin_unlock_irqrestore(&p->lock, flags);
	if (latency)
		phc_wait(latency - latency / 2);
	ptp_read_system_postts(sts);
	*ts = ns_to_timespec64(time);
	return err;
}

static int phc_gettimex64(struct ptp_clock_info *info, struct timespec64 *ts,
			  struct ptp_system_timestamp *sts)
{
	struct phc *p = phc_of_info(info);

	return phc_read(p, &p->clock, OP_GETTIME, ts, sts);
}

static int phc_gettime64(struct ptp_clock_info *info, struct timespec64 *ts)
{
	return phc_gettimex64(info, ts, NULL);
}

static int phc_getcyclesx64(struct ptp_clock_info *info, struct timespec64 *ts,
			    struct ptp_system_timestamp *sts)
{
	struct phc *p = phc_of_info(info);

	return phc_read(p, &p->osc, OP_CYCLES, ts, sts);
}

static int phc_getcycles64(struct ptp_clock_info *info, struct timespec64 *ts)
{
	return phc_getcyclesx64(info, ts, NULL);
}

/* exact whatever the clocksource: the snapshot's raw time is our input */
static int phc_cross(struct phc *p, struct lab_clock *c, enum phc_op op,
		     struct system_device_crosststamp *cts)
{
	struct system_time_snapshot snap;
	unsigned long flags;
	s64 time;
	int err;

	spin_lock_irqsave(&p->lock, flags);
	ktime_get_snapshot(&snap);
	time = lab_clock_at(c, ktime_to_ns(snap.raw));
	err = phc_fails(p, op);
	if (!err && c == &p->clock)
		time += phc_misread(p);
	cts->device = ns_to_ktime(time);
	spin_unlock_irqrestore(&p->lock, flags);
	cts->sys_realtime = snap.real;
	cts->sys_monoraw = snap.raw;
	return err;
}

static int phc_getcrosststamp(struct ptp_clock_info *info, struct system_device_crosststamp *cts)
{
	struct phc *p = phc_of_info(info);

	return phc_cross(p, &p->clock, OP_CROSSTSTAMP, cts);
}

static int phc_getcrosscycles(struct ptp_clock_info *info, struct system_device_crosststamp *cts)
{
	struct phc *p = phc_of_info(info);

	return phc_cross(p, &p->osc, OP_CYCLES, cts);
}

static int phc_settime64(struct ptp_clock_info *info, const struct timespec64 *ts)
{
	struct phc *p = phc_of_info(info);
	unsigned long flags;
	s64 raw;
	int err;

	spin_lock_irqsave(&p->lock, flags);
	err = phc_fails(p, OP_SETTIME);
	if (!err) {
		raw = ktime_get_raw_ns();
		phc_settle(p, raw);
		lab_clock_set(&p->clock, raw, timespec64_to_ns(ts));
		phc_resume(p, raw, true);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return err;
}

static int phc_adjtime(struct ptp_clock_info *info, s64 delta)
{
	struct phc *p = phc_of_info(info);
	unsigned long flags;
	s64 raw;
	int err;

	spin_lock_irqsave(&p->lock, flags);
	err = phc_fails(p, OP_ADJTIME);
	if (!err) {
		raw = ktime_get_raw_ns();
		phc_settle(p, raw);
		lab_clock_step(&p->clock, raw, delta);
		phc_resume(p, raw, true);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return err;
}

static int phc_adjfine(struct ptp_clock_info *info, long scaled_ppm)
{
	struct phc *p = phc_of_info(info);
	unsigned long flags;
	int err;

	spin_lock_irqsave(&p->lock, flags);
	err = phc_fails(p, OP_ADJFINE);
	if (!err) {
		p->adj = scaled_ppm;
		phc_rates(p, ktime_get_raw_ns());
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return err;
}

/* the device's own servo: the offset comes in evenly over one second */
static int phc_adjphase(struct ptp_clock_info *info, s32 offset)
{
	struct phc *p = phc_of_info(info);
	unsigned long flags;
	s64 raw;
	int err;

	spin_lock_irqsave(&p->lock, flags);
	err = phc_fails(p, OP_ADJPHASE);
	if (!err) {
		raw = ktime_get_raw_ns();
		phc_settle(p, raw);
		lab_clock_phase(&p->clock, raw, offset);
		phc_resume(p, raw, false);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return err;
}

static s32 phc_getmaxphase(struct ptp_clock_info *info)
{
	return phc_of_info(info)->max_phase;
}

/* ---- inputs -----------------------------------------------------------------*/

static void phc_deliver(struct phc *p, unsigned int channel, u32 flags, s64 time)
{
	struct ptp_clock_event event = { .type = PTP_CLOCK_EXTTS, .index = channel };

	event.timestamp = time;
	if (flags & PTP_EXT_OFFSET) {
		/* how far the edge is from the second nearest to it */
		event.type = PTP_CLOCK_EXTOFF;
		event.offset = time + NSEC_PER_SEC - phc_second(time + NSEC_PER_SEC / 2);
	}
	ptp_clock_event(p->ptp, &event);
}

/* An edge has come to an input, by wire or pushed. Any context. */
static void phc_capture(struct phc *p, unsigned int channel, const struct lab_edge *e, bool pushed)
{
	struct phc_in *in = &p->in[channel];
	u32 want = e->rising ? PTP_RISING_EDGE : PTP_FALLING_EDGE, mode;
	unsigned long flags;
	int copies = 0;
	s64 time = 0;

	spin_lock_irqsave(&p->lock, flags);
	in->edges++;
	in->pushed += pushed;
	mode = in->flags;
	if (!p->up || !in->on || !(mode & want)) {
		in->ignored++;
	} else if (p->stuck) {
		in->lost++;
	} else if (p->lose_next) {
		p->lose_next--;
		in->lost++;
	} else {
		time = phc_at(p, e->raw) + phc_jitter(p);
		copies = 1;
		if (p->duplicate_next) {
			p->duplicate_next--;
			in->duplicated++;
			copies = 2;
		}
		if (p->poll_ms) {
			if (in->captured)
				in->overrun += 1 + in->captured_twice;
			in->captured = true;
			in->captured_twice = copies == 2;
			in->capture = time;
			copies = 0;
		}
		in->delivered += copies;
	}
	spin_unlock_irqrestore(&p->lock, flags);
	while (copies--)
		phc_deliver(p, channel, mode, time);
}

static void phc_edge(struct lab_device *ld, unsigned int port, const struct lab_edge *e)
{
	phc_capture(phc_of_lab(ld), port, e, false);
}

/* what a driver that has no interrupt does: look whether something was captured */
static long phc_poll(struct ptp_clock_info *info)
{
	struct phc *p = phc_of_info(info);
	unsigned long flags;
	bool on = false;
	int i, copies;
	u32 mode;
	s64 time;

	for (i = 0; i < p->n_ext_ts; i++) {
		struct phc_in *in = &p->in[i];

		spin_lock_irqsave(&p->lock, flags);
		copies = in->captured ? 1 + in->captured_twice : 0;
		in->captured = false;
		in->delivered += copies;
		time = in->capture;
		mode = in->flags;
		on |= in->on;
		spin_unlock_irqrestore(&p->lock, flags);
		while (copies--)
			phc_deliver(p, i, mode, time);
	}
	return on ? max(msecs_to_jiffies(p->poll_ms), 1UL) : -1;
}

/* ---- outputs and PPS --------------------------------------------------------*/

static enum hrtimer_restart phc_out_fire(struct hrtimer *t)
{
	struct phc_out *o = container_of(t, struct phc_out, timer);
	struct lab_edge edges[PHC_BATCH];
	struct phc *p = o->phc;
	unsigned long flags;
	unsigned int n, i;
	s64 raw, time;

	spin_lock_irqsave(&p->lock, flags);
	n = o->n_late;
	memcpy(edges, o->late, n * sizeof(*edges));
	o->n_late = 0;
	raw = ktime_get_raw_ns();
	time = lab_clock_at(&p->clock, raw);
	while (p->up && !p->clock.stopped && o->on && o->next <= time && n < PHC_BATCH)
		edges[n++] = phc_out_take(p, o);
	if (o->on && o->next <= time)
		phc_out_skip(o, time);
	o->edges += n;
	spin_unlock_irqrestore(&p->lock, flags);
	for (i = 0; i < n; i++)
		lab_emit(&p->lab, o - p->out, &edges[i]);
	/*
	 * Set the timer with the lock held, so that no two contexts do it at once, and
	 * leave the processor as much time as we took: no storm of edges can choke it.
	 */
	spin_lock_irqsave(&p->lock, flags);
	time = ktime_get_raw_ns();
	phc_out_arm(p, o, time, max(time - raw, PHC_BREATH));
	spin_unlock_irqrestore(&p->lock, flags);
	return HRTIMER_NORESTART;
}

static enum hrtimer_restart phc_pps_fire(struct hrtimer *t)
{
	struct phc *p = container_of(t, struct phc, pps_timer);
	struct ptp_clock_event event = { .type = PTP_CLOCK_PPS };
	unsigned long flags;
	bool due = false;
	s64 raw, next;

	spin_lock_irqsave(&p->lock, flags);
	raw = ktime_get_raw_ns();
	if (p->up && p->pps_on && !p->clock.stopped) {
		due = lab_clock_at(&p->clock, raw) >= p->pps_next;
		if (due) {
			next = phc_second(lab_clock_at(&p->clock, raw));
			p->pps_skipped += div64_s64(next - p->pps_next, NSEC_PER_SEC) - 1;
			p->pps_next = next;
			p->pps_events++;
		}
		phc_pps_arm(p, raw, PHC_AGAIN);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	if (due)
		ptp_clock_event(p->ptp, &event);
	return HRTIMER_NORESTART;
}

/* ---- alarms -----------------------------------------------------------------*/

static enum hrtimer_restart phc_alarm_fire(struct hrtimer *t)
{
	struct phc_alarm *a = container_of(t, struct phc_alarm, timer);
	struct phc *p = a->phc;
	struct ptp_clock_event event = { .type = PTP_CLOCK_ALARM, .index = a - p->alarms };
	unsigned long flags;
	bool rings = false;
	s64 raw;

	spin_lock_irqsave(&p->lock, flags);
	raw = ktime_get_raw_ns();
	if (p->up && a->on && !p->clock.stopped) {
		rings = lab_clock_at(&p->clock, raw) >= a->when;
		a->on = !rings;
		a->rung += rings;
		/* too early by what CLOCK_MONOTONIC runs faster than raw */
		phc_alarm_arm(p, a, raw, PHC_AGAIN);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	if (rings)
		ptp_clock_event(p->ptp, &event);
	return HRTIMER_NORESTART;
}

static int phc_alarm(struct ptp_clock_info *info, unsigned int index, const struct timespec64 *when)
{
	struct phc *p = phc_of_info(info);
	struct phc_alarm *a = &p->alarms[index];
	unsigned long flags;
	int err;

	if (index >= p->n_alarm)
		return -EINVAL;
	spin_lock_irqsave(&p->lock, flags);
	err = phc_fails(p, OP_ALARM);
	if (!err) {
		a->on = when;
		if (when)
			a->when = timespec64_to_ns(when);
		phc_alarm_arm(p, a, ktime_get_raw_ns(), 0);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return err;
}

/*
 * A real driver has a pin to lead the channel out by or the request fails; so do we.
 * Called with the class's pin lock held.
 */
static bool phc_has_pin(struct phc *p, enum ptp_pin_function func, unsigned int channel)
{
	return !p->n_pins || ptp_find_pin(p->ptp, func, channel) >= 0;
}

static int phc_enable_extts(struct phc *p, const struct ptp_extts_request *rq, int on)
{
	u32 known = PTP_ENABLE_FEATURE | PTP_EXTTS_EDGES | PTP_STRICT_FLAGS;
	struct phc_in *in = &p->in[rq->index];
	unsigned long flags;
	u32 mode = rq->flags;

	if (p->extoff)
		known |= PTP_EXT_OFFSET;
	if (mode & ~known)
		return -EOPNOTSUPP;
	if (on && !phc_has_pin(p, PTP_PF_EXTTS, rq->index))
		return -EBUSY;
	/* as drivers of such hardware do: the old request is a wish, the new one is strict */
	if (on && p->stamps && mode & PTP_STRICT_FLAGS && (mode & PTP_EXTTS_EDGES) != p->stamps)
		return -EOPNOTSUPP;
	/* the old request and sysfs may name no edge: they mean the rising one */
	if (!(mode & PTP_EXTTS_EDGES))
		mode |= PTP_RISING_EDGE;
	if (p->stamps)
		mode = (mode & ~PTP_EXTTS_EDGES) | p->stamps;
	spin_lock_irqsave(&p->lock, flags);
	if (in->captured) {
		in->captured = false;
		in->lost_capture += 1 + in->captured_twice;
	}
	in->on = on;
	in->flags = mode;
	spin_unlock_irqrestore(&p->lock, flags);
	if (on && p->poll_ms)
		ptp_schedule_worker(p->ptp, max(msecs_to_jiffies(p->poll_ms), 1UL));
	return 0;
}

static bool phc_time_fits(const struct ptp_clock_time *t)
{
	return t->sec >= 0 && t->sec < KTIME_SEC_MAX && t->nsec < NSEC_PER_SEC;
}

static s64 phc_ns(const struct ptp_clock_time *t)
{
	return t->sec * NSEC_PER_SEC + t->nsec;
}

static void phc_out_off(struct phc *p, struct phc_out *o)
{
	struct lab_edge low = { };
	unsigned long flags;
	bool high;

	spin_lock_irqsave(&p->lock, flags);
	o->on = false;
	spin_unlock_irqrestore(&p->lock, flags);
	hrtimer_cancel(&o->timer);
	/* nobody else moves the output now: the class serialises requests */
	spin_lock_irqsave(&p->lock, flags);
	high = o->high;
	o->high = false;
	o->n_late = 0;
	o->edges += high;
	low.raw = ktime_get_raw_ns();
	spin_unlock_irqrestore(&p->lock, flags);
	if (high)
		lab_emit(&p->lab, o - p->out, &low);
}

static int phc_enable_perout(struct phc *p, const struct ptp_perout_request *rq, int on)
{
	struct phc_out *o = &p->out[rq->index];
	s64 period, width, start, raw, time;
	unsigned long flags;
	int err = 0;

	if (rq->flags & ~PTP_PEROUT_VALID_FLAGS)
		return -EOPNOTSUPP;
	if (!on) {
		phc_out_off(p, o);
		return 0;
	}
	if (!phc_has_pin(p, PTP_PF_PEROUT, rq->index))
		return -EBUSY;
	if (!phc_time_fits(&rq->period) || !phc_time_fits(&rq->start))
		return -EINVAL;
	period = phc_ns(&rq->period);
	if (period < p->min_period_ns || period > PHC_MAX_PERIOD)
		return -ERANGE;
	width = period / 2;
	if (rq->flags & PTP_PEROUT_DUTY_CYCLE) {
		if (!phc_time_fits(&rq->on))
			return -EINVAL;
		width = phc_ns(&rq->on);
		if (!width || width > period)
			return -EINVAL;
	}
	/* phase is start's place: the time that the grid of periods goes through */
	start = phc_ns(&rq->start);

	phc_out_off(p, o);
	spin_lock_irqsave(&p->lock, flags);
	raw = ktime_get_raw_ns();
	time = lab_clock_at(&p->clock, raw);
	o->once = rq->flags & PTP_PEROUT_ONE_SHOT;
	if (o->once && rq->flags & PTP_PEROUT_PHASE)
		start += (div64_u64(max(time - start, 0LL), period) + 1) * period;
	if (o->once && start <= time) {
		err = -EINVAL;		/* a single pulse in the past never comes */
	} else {
		o->period = period;
		o->width = width;
		o->start = start;
		o->on = true;
		phc_out_seek(o, time);
		phc_out_arm(p, o, raw, 0);
	}
	spin_unlock_irqrestore(&p->lock, flags);
	return err;
}

static int phc_enable_pps(struct phc *p, int on)
{
	unsigned long flags;
	s64 raw;

	if (!p->pps)
		return -EOPNOTSUPP;
	spin_lock_irqsave(&p->lock, flags);
	raw = ktime_get_raw_ns();
	p->pps_on = on;
	p->pps_next = phc_second(lab_clock_at(&p->clock, raw));
	phc_pps_arm(p, raw, 0);
	spin_unlock_irqrestore(&p->lock, flags);
	if (!on)
		hrtimer_cancel(&p->pps_timer);
	return 0;
}

static int phc_enable(struct ptp_clock_info *info, struct ptp_clock_request *rq, int on)
{
	struct phc *p = phc_of_info(info);
	unsigned long flags;
	int err;

	spin_lock_irqsave(&p->lock, flags);
	/* the node is there before ptp_clock_register() has told us our clock */
	err = p->up ? phc_fails(p, OP_ENABLE) : on ? -EBUSY : 0;
	spin_unlock_irqrestore(&p->lock, flags);
	if (err)
		return err;
	switch (rq->type) {
	case PTP_CLK_REQ_EXTTS:
		return phc_enable_extts(p, &rq->extts, on);
	case PTP_CLK_REQ_PEROUT:
		return phc_enable_perout(p, &rq->perout, on);
	case PTP_CLK_REQ_PPS:
		return phc_enable_pps(p, on);
	}
	return -EOPNOTSUPP;
}

static int phc_verify(struct ptp_clock_info *info, unsigned int pin, enum ptp_pin_function func,
		      unsigned int chan)
{
	return func == PTP_PF_PHYSYNC ? -EOPNOTSUPP : 0;
}

/* ---- pushes -----------------------------------------------------------------*/

static enum hrtimer_restart phc_push_fire(struct hrtimer *t)
{
	struct phc_push *push = container_of(t, struct phc_push, timer);
	struct phc *p = container_of(push, struct phc, push);
	s64 raw, delay = 0, began = ktime_get_raw_ns();
	struct lab_edge e = { };
	unsigned long flags;
	int n;

	for (n = 0; n < PHC_CHUNK && push->left; n++) {
		raw = ktime_get_raw_ns();
		if (push->period && push->next > raw)
			break;
		e.raw = push->period ? push->next : raw;
		e.rising = push->rising;
		push->next += push->period;
		push->rising ^= push->alternate;
		push->left--;
		phc_capture(p, push->channel, &e, true);
	}
	if (!push->left) {
		complete(&push->done);
		return HRTIMER_NORESTART;
	}
	raw = ktime_get_raw_ns();
	if (push->period)
		delay = push->next - raw;
	if (n == PHC_CHUNK)
		delay = max3(delay, raw - began, PHC_BREATH);
	spin_lock_irqsave(&p->lock, flags);
	if (p->up)
		phc_timer(t, delay);
	spin_unlock_irqrestore(&p->lock, flags);
	return HRTIMER_NORESTART;
}

/* returns when all edges have been delivered, or with a signal or the device's end */
static int phc_store_push(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	static const char *const edges[] = { "rising", "falling", "both", NULL };
	s64 channel = 0, count = 1, period = 0, edge = 0;
	struct phc *p = phc_of_lab(ld);
	struct phc_push *push = &p->push;
	const struct lab_arg args[] = {
		{ "channel", &channel, 0, p->n_ext_ts - 1 },
		{ "count", &count, 1, 1000000 },
		{ "period_ns", &period, 0, 10 * NSEC_PER_SEC },
		{ "edge", &edge, .words = edges },
	};
	unsigned long flags;
	int err;

	err = lab_args(text, args, ARRAY_SIZE(args));
	if (!err && channel >= p->n_ext_ts) {
		lab_say("it has no inputs");
		err = -EINVAL;
	}
	if (err)
		return err;
	if (mutex_lock_interruptible(&push->mutex))
		return -EINTR;
	push->channel = channel;
	push->left = count;
	push->period = period;
	push->rising = edge != 1;
	push->alternate = edge == 2;
	reinit_completion(&push->done);
	spin_lock_irqsave(&p->lock, flags);
	push->next = ktime_get_raw_ns();
	if (p->up)
		phc_timer(&push->timer, 0);
	else
		complete(&push->done);
	spin_unlock_irqrestore(&p->lock, flags);
	/* not -ERESTARTSYS: a restart would push everything once more */
	if (wait_for_completion_interruptible(&push->done))
		err = -EINTR;
	hrtimer_cancel(&push->timer);
	if (push->left) {
		lab_say("%lld of %lld edges pushed", count - push->left, count);
		err = err ?: -ENODEV;
	}
	mutex_unlock(&push->mutex);
	return err;
}

/* ---- other attributes -------------------------------------------------------*/

static int phc_store_fail(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct phc *p = phc_of_lab(ld);

	return lab_faults_store(p->fault, OP_COUNT, &p->lock, text);
}

static ssize_t phc_show_fail(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct phc *p = phc_of_lab(ld);

	return lab_faults_show(p->fault, OP_COUNT, buf);
}

static ssize_t phc_show_failed(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return lab_faults_show_failed(phc_of_lab(ld)->fault, OP_COUNT, buf);
}

static ssize_t phc_show_in(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct phc *p = phc_of_lab(ld);

	return lab_show_each(p->in, sizeof(*p->in), p->n_ext_ts, a->offset, buf);
}

static ssize_t phc_show_out(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct phc *p = phc_of_lab(ld);

	return lab_show_each(p->out, sizeof(*p->out), p->n_per_out, a->offset, buf);
}

static ssize_t phc_show_on(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct phc *p = phc_of_lab(ld);
	bool in = a->offset;
	int i, n = in ? p->n_ext_ts : p->n_per_out, len = 0;

	for (i = 0; i < n; i++)
		len += sysfs_emit_at(buf, len, "%s%d", i ? " " : "",
				     in ? READ_ONCE(p->in[i].on) : READ_ONCE(p->out[i].on));
	return len + sysfs_emit_at(buf, len, "\n");
}

/* a->offset is 0 for which are set, else that of a u64 in struct phc_alarm */
static ssize_t phc_show_alarms(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct phc *p = phc_of_lab(ld);
	int i, len = 0;

	if (a->offset)
		return lab_show_each(p->alarms, sizeof(*p->alarms), p->n_alarm, a->offset, buf);
	for (i = 0; i < p->n_alarm; i++)
		len += sysfs_emit_at(buf, len, "%s%d", i ? " " : "", READ_ONCE(p->alarms[i].on));
	return len + sysfs_emit_at(buf, len, "\n");
}

static ssize_t phc_show_pps_on(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(phc_of_lab(ld)->pps_on));
}

static ssize_t phc_show_node(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	int index = READ_ONCE(phc_of_lab(ld)->index);

	return index < 0 ? 0 : sysfs_emit(buf, "ptp%d\n", index);
}

static ssize_t phc_show_sample(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct phc *p = phc_of_lab(ld);
	s64 raw, time, cycles;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	raw = ktime_get_raw_ns();
	time = lab_clock_at(&p->clock, raw);
	cycles = lab_clock_at(&p->osc, raw);
	spin_unlock_irqrestore(&p->lock, flags);
	return sysfs_emit(buf, "%lld %lld %lld\n", raw, time, cycles);
}

/* in ppb, three places after the point */
static ssize_t phc_show_rate(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	s64 rate = READ_ONCE(*(s64 *)((char *)ld + a->offset)), milli;

	if (a->offset == offsetof(struct phc, adj))
		rate *= LAB_RATE_SCALED;
	milli = div64_s64(abs(rate) * 1000 / 32 + LAB_RATE_PPB / 64, LAB_RATE_PPB / 32);
	return sysfs_emit(buf, "%s%lld.%03lld\n", rate < 0 ? "-" : "", milli / 1000, milli % 1000);
}

static ssize_t phc_show_name(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%s\n", phc_of_lab(ld)->name);
}

static int phc_store_name(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	if (strscpy(phc_of_lab(ld)->name, text) < 0) {
		lab_say("name: longer than %d", PTP_CLOCK_NAME_LEN - 1);
		return -EINVAL;
	}
	return 0;
}

static ssize_t phc_show_time(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%s\n", phc_of_lab(ld)->time_text);
}

static bool phc_time_of(const char *text, s64 *time)
{
	if (!*text || !strcmp(text, "realtime"))
		*time = ktime_get_real_ns();
	else if (!strcmp(text, "tai"))
		*time = ktime_get_clocktai_ns();
	else if (!strcmp(text, "zero"))
		*time = 0;
	else
		return !kstrtos64(text, 0, time);
	return true;
}

static int phc_store_time(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct phc *p = phc_of_lab(ld);
	unsigned long flags;
	s64 time;

	if (!phc_time_of(text, &time)) {
		lab_say("time: want realtime, tai, zero or ns since the epoch");
		return -EINVAL;
	}
	if (strscpy(p->time_text, text) < 0)
		return -EINVAL;
	if (ld->live) {
		spin_lock_irqsave(&p->lock, flags);
		phc_jump(p, ktime_get_raw_ns(), time);
		spin_unlock_irqrestore(&p->lock, flags);
	}
	return 0;
}

static ssize_t phc_show_stamps(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	u32 edges = phc_of_lab(ld)->stamps;
	int i;

	for (i = 0; phc_stamps[i].edges != edges; i++)
		;
	return sysfs_emit(buf, "%s\n", phc_stamps[i].name);
}

static int phc_store_stamps(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(phc_stamps); i++)
		if (!strcmp(text, phc_stamps[i].name)) {
			phc_of_lab(ld)->stamps = phc_stamps[i].edges;
			return 0;
		}
	lab_say("stamps: '%s': want asked, both, rising or falling", text);
	return -EINVAL;
}

static ssize_t phc_show_pins(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct phc *p = phc_of_lab(ld);
	int i, len = 0;

	for (i = 0; i < p->n_pins; i++) {
		const struct ptp_pin_desc *d = &p->pins_desc[i];

		len += sysfs_emit_at(buf, len, i ? "," : "");
		if (d->func == PTP_PF_NONE)
			len += sysfs_emit_at(buf, len, "none");
		else
			len += sysfs_emit_at(buf, len, "%s%u",
					     d->func == PTP_PF_EXTTS ? "extts" : "perout", d->chan);
	}
	return len + sysfs_emit_at(buf, len, "\n");
}

static int phc_store_pins(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	return strscpy(phc_of_lab(ld)->pins_text, text) < 0 ? -EINVAL : 0;
}

static bool phc_pin_function(const char *text, const char *function, unsigned int n,
			     unsigned int *chan)
{
	size_t len = str_has_prefix(text, function);

	return len && !kstrtouint(text + len, 10, chan) && *chan < n;
}

/* the functions that the pins have at first: the first four inputs, then outputs */
static int phc_pins(struct phc *p)
{
	char *text = p->pins_text, *word;
	struct ptp_pin_desc *d;
	int i;

	for (i = 0; i < p->n_pins; i++) {
		d = &p->pins_desc[i];
		d->index = i;
		snprintf(d->name, sizeof(d->name), "pin%d", i);
		if (*p->pins_text)
			continue;
		d->func = i < 4 ? PTP_PF_EXTTS : PTP_PF_PEROUT;
		d->chan = i < 4 ? i : i - 4;
		if (d->chan >= (i < 4 ? p->n_ext_ts : p->n_per_out)) {
			d->func = PTP_PF_NONE;
			d->chan = 0;
		}
	}
	for (i = 0; *p->pins_text && (word = strsep(&text, ",")); i++) {
		d = &p->pins_desc[i];
		if (i < p->n_pins && phc_pin_function(word, "extts", p->n_ext_ts, &d->chan)) {
			d->func = PTP_PF_EXTTS;
		} else if (i < p->n_pins &&
			   phc_pin_function(word, "perout", p->n_per_out, &d->chan)) {
			d->func = PTP_PF_PEROUT;
		} else if (i >= p->n_pins || strcmp(word, "none")) {
			lab_say("pins: '%s': want up to %lld of exttsN, peroutN, none", word,
				p->n_pins);
			return -EINVAL;
		}
	}
	return 0;
}

/* ---- life -------------------------------------------------------------------*/

static int phc_init(struct lab_device *ld)
{
	struct phc *p = phc_of_lab(ld);
	s64 raw, time;
	int i, err = -ENOMEM;

	spin_lock_init(&p->lock);
	mutex_init(&p->push.mutex);
	init_completion(&p->push.done);
	lab_timer_setup(&p->push.timer, phc_push_fire);
	lab_timer_setup(&p->pps_timer, phc_pps_fire);
	lab_timer_setup(&p->wander_timer, phc_wander_fire);
	for (i = 0; i < OP_COUNT; i++)
		p->fault[i].name = phc_op_name[i];
	for (i = 0; i < PHC_ALARMS; i++) {
		p->alarms[i].phc = p;
		lab_timer_setup(&p->alarms[i].timer, phc_alarm_fire);
	}
	p->index = -1;
	ld->n_in = p->n_ext_ts;
	ld->n_out = p->n_per_out;

	p->in = kcalloc(p->n_ext_ts ?: 1, sizeof(*p->in), GFP_KERNEL);
	if (!p->in)
		return err;
	p->out = kcalloc(p->n_per_out ?: 1, sizeof(*p->out), GFP_KERNEL);
	if (!p->out)
		goto free_in;
	p->pins_desc = kcalloc(p->n_pins ?: 1, sizeof(*p->pins_desc), GFP_KERNEL);
	if (!p->pins_desc)
		goto free_out;
	err = phc_pins(p);
	if (err)
		goto free_pins;
	for (i = 0; i < p->n_per_out; i++) {
		p->out[i].phc = p;
		lab_timer_setup(&p->out[i].timer, phc_out_fire);
	}
	if (!*p->name)
		snprintf(p->name, sizeof(p->name), "lab-%s", dev_name(&ld->dev));
	if (!*p->time_text)
		strscpy(p->time_text, "realtime");
	if (!p->seed)
		p->seed = ld->id + 1;
	phc_reseed(p);

	phc_time_of(p->time_text, &time);
	raw = ktime_get_raw_ns();
	lab_clock_set(&p->clock, raw, time);
	lab_clock_set(&p->osc, raw, raw);
	lab_clock_rate(&p->osc, raw, p->rate_ppb * LAB_RATE_PPB);
	lab_clock_rate(&p->clock, raw, p->rate_ppb * LAB_RATE_PPB);
	return 0;

free_pins:
	kfree(p->pins_desc);
free_out:
	kfree(p->out);
free_in:
	kfree(p->in);
	return err;
}

static void phc_free(struct lab_device *ld)
{
	struct phc *p = phc_of_lab(ld);

	kfree(p->pins_desc);
	kfree(p->out);
	kfree(p->in);
}

/*
 * The kernel has 16 PPS sources, so not each of many clocks can have one; and it logs
 * every refusal, so that it is asked again only once a source has come back.
 */
static bool phc_pps_used_up;

static struct ptp_clock *phc_register(struct phc *p)
{
	struct ptp_clock *ptp;

	p->info.pps = p->pps > 0 || (p->pps < 0 && !phc_pps_used_up);
	ptp = ptp_clock_register(&p->info, &p->lab.dev);
	if (p->pps < 0 && p->info.pps && ptp == ERR_PTR(-EBUSY)) {
		phc_pps_used_up = true;
		p->info.pps = 0;
		ptp = ptp_clock_register(&p->info, &p->lab.dev);
	}
	p->pps = p->info.pps;
	return ptp;
}

static int phc_start(struct lab_device *ld)
{
	struct phc *p = phc_of_lab(ld);
	struct ptp_clock *ptp;
	unsigned long flags;
	int i;

	p->info = (struct ptp_clock_info){
		.owner = THIS_MODULE,
		.max_adj = p->max_adj,
		.n_alarm = p->n_alarm,
		.n_ext_ts = p->n_ext_ts,
		.n_per_out = p->n_per_out,
		.n_pins = p->n_pins,
		.supported_perout_flags = PTP_PEROUT_VALID_FLAGS,
		.supported_extts_flags = (p->stamps ?: PTP_EXTTS_EDGES) | PTP_STRICT_FLAGS |
					 (p->extoff ? PTP_EXT_OFFSET : 0),
		.pin_config = p->pins_desc,
		.adjfine = phc_adjfine,
		.adjphase = p->adjphase ? phc_adjphase : NULL,
		.getmaxphase = p->adjphase ? phc_getmaxphase : NULL,
		.adjtime = phc_adjtime,
		.gettime64 = p->gettimex ? NULL : phc_gettime64,
		.gettimex64 = p->gettimex ? phc_gettimex64 : NULL,
		.getcrosststamp = p->crosststamp ? phc_getcrosststamp : NULL,
		.settime64 = phc_settime64,
		.getcycles64 = p->cycles && !p->gettimex ? phc_getcycles64 : NULL,
		.getcyclesx64 = p->cycles && p->gettimex ? phc_getcyclesx64 : NULL,
		.getcrosscycles = p->cycles && p->crosststamp ? phc_getcrosscycles : NULL,
		.enable = phc_enable,
		.verify = phc_verify,
		.do_aux_work = p->poll_ms ? phc_poll : NULL,
		.alarm = p->n_alarm ? phc_alarm : NULL,
	};
	strscpy(p->info.name, p->name);
	ptp = phc_register(p);
	if (IS_ERR_OR_NULL(ptp)) {
		lab_say("the PTP class refuses the clock%s",
			p->pps > 0 ? "; is there a PPS source left?" : "");
		return ptp ? PTR_ERR(ptp) : -EOPNOTSUPP;
	}
	spin_lock_irqsave(&p->lock, flags);
	p->ptp = ptp;
	p->index = ptp_clock_index(ptp);
	p->up = true;
	/* the node was there before: somebody may have set one */
	for (i = 0; i < p->n_alarm; i++)
		phc_alarm_arm(p, &p->alarms[i], ktime_get_raw_ns(), 0);
	if (p->wander_ppb)
		phc_timer(&p->wander_timer, p->wander_ms * NSEC_PER_MSEC);
	spin_unlock_irqrestore(&p->lock, flags);
	if (p->stuck)
		phc_apply_stuck(ld, NULL);
	return 0;
}

static void phc_stop(struct lab_device *ld)
{
	struct phc *p = phc_of_lab(ld);
	unsigned long flags;
	int i;

	spin_lock_irqsave(&p->lock, flags);
	p->up = false;
	spin_unlock_irqrestore(&p->lock, flags);
	hrtimer_cancel(&p->push.timer);
	complete_all(&p->push.done);
	hrtimer_cancel(&p->wander_timer);
	hrtimer_cancel(&p->pps_timer);
	for (i = 0; i < PHC_ALARMS; i++)
		hrtimer_cancel(&p->alarms[i].timer);
	for (i = 0; i < p->n_per_out; i++)
		hrtimer_cancel(&p->out[i].timer);
	/* phc_poll() may still report: the class stops it before it lets go */
	ptp_clock_unregister(p->ptp);
	if (p->pps)
		phc_pps_used_up = false;
}

/* clang-format off */
#define NUMBER(field, mode, min, max, def, apply, help) \
	LAB_NUMBER(struct phc, field, mode, min, max, def, apply, help)
#define FLAG(field, mode, def, help) NUMBER(field, mode, 0, 1, def, NULL, help)
#define COUNT(field, help) \
	{ #field, help, LAB_READ, offsetof(struct phc, field), .show = lab_show_count }
#define EACH_IN(field, help) \
	{ #field, help, LAB_READ, offsetof(struct phc_in, field), .show = phc_show_in }
#define LAB_NRW (LAB_NEW | LAB_READ | LAB_WRITE)

static const struct lab_attr phc_attrs[] = {
	/* what it is */
	{ .name = "name", .help = "the clock's name in sysfs", .mode = LAB_NEW,
	  .text = "lab-phcN", .show = phc_show_name, .store = phc_store_name },
	{ .name = "time", .help = "time at first, later a jump to it: realtime, tai, zero or ns",
	  .mode = LAB_NRW, .text = "realtime", .show = phc_show_time,
	  .store = phc_store_time },
	NUMBER(n_ext_ts, LAB_NEW, 0, 256, 8, NULL, "external time stamp channels"),
	NUMBER(n_per_out, LAB_NEW, 0, 64, 4, NULL, "periodic outputs"),
	NUMBER(n_pins, LAB_NEW, 0, 256, 8, NULL, "pins; 0: channels need none"),
	{ .name = "pins", .help = "what the pins do at first: exttsN,peroutN,none,...",
	  .mode = LAB_NEW, .show = phc_show_pins, .store = phc_store_pins },
	NUMBER(n_alarm, LAB_NEW, 0, PHC_ALARMS, 0, NULL, "alarms of its own"),
	NUMBER(pps, LAB_NEW, -1, 1, -1, NULL, "signals its seconds; -1: if a PPS source is left"),
	NUMBER(max_adj, LAB_NEW, 0, PHC_MAX_ADJ, 500000000, NULL, "largest adjustment, ppb"),
	FLAG(adjphase, LAB_NEW, 1, "has a servo of its own, which takes one second"),
	NUMBER(max_phase, LAB_NEW, 0, PHC_MAX_PHASE, 1000000, NULL, "largest phase for it, ns"),
	FLAG(crosststamp, LAB_NEW, 1, "can stamp device and system at one instant"),
	FLAG(gettimex, LAB_NEW, 1, "reads with system time around; 0: gettime64 only"),
	FLAG(cycles, LAB_NEW, 1, "shows the free-running counter behind it"),
	{ .name = "stamps", .help = "edges it can stamp: those asked for, both, rising, falling",
	  .mode = LAB_NEW, .text = "asked", .show = phc_show_stamps,
	  .store = phc_store_stamps },
	FLAG(extoff, LAB_NEW, 0, "takes PTP_EXT_OFFSET: reports offset to the second"),
	NUMBER(poll_ms, LAB_NEW, 0, 60000, 0, NULL,
	       "polls a one-deep capture register so often; 0: interrupt"),
	NUMBER(min_period_ns, LAB_NEW, 1000, NSEC_PER_SEC, 1000, NULL, "shortest output period"),
	/* how it errs */
	NUMBER(rate_ppb, LAB_NRW, -PHC_MAX_RATE, PHC_MAX_RATE, 0, phc_apply_rate,
	       "error of the oscillator"),
	NUMBER(wander_ppb, LAB_NRW, 0, PHC_MAX_WANDER, 0, phc_apply_wander,
	       "largest step of its random walk, within 100 of them"),
	NUMBER(wander_ms, LAB_NRW, 1, 60000, 100, NULL, "how often it steps"),
	NUMBER(jitter_ns, LAB_NRW, 0, NSEC_PER_SEC, 0, NULL,
	       "+- on readings (not cross stamps) and captures"),
	NUMBER(seed, LAB_NRW, S64_MIN, S64_MAX, 0, phc_apply_seed,
	       "of wander and jitter; writing starts over; 0: N + 1"),
	NUMBER(read_latency_ns, LAB_NRW, 0, PHC_MAX_LATENCY, 0, NULL,
	       "a reading takes so long, latched half-way"),
	NUMBER(latency_jitter_ns, LAB_NRW, 0, PHC_MAX_LATENCY, 0, NULL, "+- on that"),
	/* faults */
	NUMBER(stuck, LAB_NRW, 0, 1, 0, phc_apply_stuck,
	       "oscillator stopped; goes on from where it stood"),
	FLAG(read_clobbers, LAB_NRW, 0, "with poll_ms: a reading destroys captures"),
	NUMBER(lose_next, LAB_READ | LAB_WRITE, 0, S64_MAX, 0, NULL, "so many captures get lost"),
	NUMBER(duplicate_next, LAB_READ | LAB_WRITE, 0, S64_MAX, 0, NULL,
	       "so many captures come twice"),
	NUMBER(misread_next, LAB_READ | LAB_WRITE, 0, S64_MAX, 0, NULL,
	       "so many readings of the time, cross stamps too, are wrong"),
	NUMBER(misread_ns, LAB_NRW, -PHC_MAX_JUMP, PHC_MAX_JUMP, 1LL << 32, NULL, "by so much"),
	NUMBER(jump_ns, LAB_WRITE, -PHC_MAX_JUMP, PHC_MAX_JUMP, 0, phc_apply_jump,
	       "shifts the time by itself, without a call"),
	{ .name = "fail", .help = "op=gettime|settime|...|all errno=N count=N (-1: always)",
	  .mode = LAB_READ | LAB_WRITE, .show = phc_show_fail, .store = phc_store_fail },
	/* commands */
	{ .name = "push",
	  .help = "edges into an input: channel= count= period_ns= edge=rising|falling|both",
	  .mode = LAB_WRITE | LAB_LONG, .store = phc_store_push },
	/* what it does */
	{ .name = "node", .help = "its node in /dev", .mode = LAB_READ, .show = phc_show_node },
	{ .name = "sample", .help = "CLOCK_MONOTONIC_RAW, time, counter at one instant, ns",
	  .mode = LAB_READ, .show = phc_show_sample },
	{ "adj_ppb", "frequency adjustment", LAB_READ, offsetof(struct phc, adj),
	  .show = phc_show_rate },
	{ "wander_now_ppb", "where the random walk stands", LAB_READ,
	  offsetof(struct phc, wander), .show = phc_show_rate },
	COUNT(reads, "readings of the time"),
	COUNT(misreads, "readings, cross stamps too, wrong by misread_next"),
	COUNT(jumps, "jumps by time or jump_ns"),
	{ .name = "failed", .help = "calls that failed by order", .mode = LAB_READ,
	  .show = phc_show_failed },
	{ .name = "in_on", .help = "each input: time stamping is on", .mode = LAB_READ,
	  .offset = 1, .show = phc_show_on },
	EACH_IN(edges, "each input: edges come in"),
	EACH_IN(pushed, "each input: of these, pushed"),
	EACH_IN(delivered, "each input: events handed to the class"),
	EACH_IN(ignored, "each input: edges while off or of the other kind"),
	EACH_IN(lost, "each input: lost by lose_next or stuck"),
	EACH_IN(duplicated, "each input: doubled by duplicate_next"),
	EACH_IN(overrun, "each input: with poll_ms: overwritten by the next"),
	EACH_IN(lost_capture, "each input: with poll_ms: destroyed by a reading or by off"),
	{ .name = "out_on", .help = "each output: runs", .mode = LAB_READ, .show = phc_show_on },
	{ "out_edges", "each output: edges sent", LAB_READ, offsetof(struct phc_out, edges),
	  .show = phc_show_out },
	{ "out_skipped", "each output: edges left out, too late by over 32", LAB_READ,
	  offsetof(struct phc_out, skipped), .show = phc_show_out },
	{ .name = "alarm_on", .help = "each alarm: is set", .mode = LAB_READ,
	  .show = phc_show_alarms },
	{ "alarm_rung", "each alarm: interrupts", LAB_READ, offsetof(struct phc_alarm, rung),
	  .show = phc_show_alarms },
	{ .name = "pps_on", .help = "PPS is on", .mode = LAB_READ, .show = phc_show_pps_on },
	COUNT(pps_events, "seconds signalled"),
	COUNT(pps_skipped, "seconds left out, too late by over one"),
};
/* clang-format on */

static struct lab_model phc_model = {
	.name = "phc",
	.help = "a PTP hardware clock",
	.ports = "in0... are the time stamp channels, out0... the periodic outputs",
	.owner = THIS_MODULE,
	.size = sizeof(struct phc),
	.max_devices = PHC_MAX_DEVICES,
	.attrs = phc_attrs,
	.n_attrs = ARRAY_SIZE(phc_attrs),
	.init = phc_init,
	.start = phc_start,
	.stop = phc_stop,
	.free = phc_free,
	.edge = phc_edge,
};

static int __init lab_phc_init(void)
{
	return lab_model_register(&phc_model);
}

static void __exit lab_phc_exit(void)
{
	lab_model_unregister(&phc_model);
}

module_init(lab_phc_init);
module_exit(lab_phc_exit);
MODULE_DESCRIPTION("Lab: behavioural model of a PTP hardware clock");
MODULE_LICENSE("GPL");
