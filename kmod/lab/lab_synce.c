// SPDX-License-Identifier: GPL-2.0
/*
 * lab_synce: a behavioural model of a chip for SyncE and PTP, two digital phase locked loops
 * with twelve inputs and eight outputs. Talks to lab_core, to the register maps, interrupts and
 * platform devices of the kernel, to nothing else; which driver takes the device is not its
 * business.
 *
 * What the loops do is arithmetic (lab_pll.h); the registers are those of the chip's data
 * sheet, <chs/lab_synce.h>. The device is a parent with a register map, whose child is the
 * platform device that a driver binds to, with an interrupt of a domain of its own, or without
 * one (irq=0).
 *
 * The state is a function of CLOCK_MONOTONIC_RAW. Whoever looks at it, a register access, an
 * attribute or the one timer, first lets happen what is due by then, each at its own instant.
 * The timer is set for the next thing that will happen by itself, if there is one; an idle
 * chip has none.
 *
 * Some registers are settings and no more, kept and given back: of inputs the frequency (what
 * comes in has the offset that the command signal sets, whatever the nominal frequency) and the
 * embedded sync, of outputs all. The temperature is what the attribute says and warms nothing.
 *
 * The interrupt is a level: up while a bit is in the status register and in the mask. An
 * irq_work takes it into a hard interrupt, again and again until it is down or masked.
 *
 * Locks: s->lock guards all of it. Nothing is called with it held but irq_work_queue() and
 * hrtimer_start(). The interrupt core's calls take no lock of ours.
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/regmap.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include <chs/lab_synce.h>

#include "lab_fault.h"
#include "lab_pll.h"

/* clang-format off */
#define SYNCE_MAX_DEVICES	64
#define SYNCE_LOG		64		/* transitions remembered, a power of two */
#define SYNCE_MAX_NS		(1000000LL * NSEC_PER_SEC)
#define SYNCE_MAX_ACCESS	100000000	/* ns */
#define SYNCE_MAX_PPB		1000000		/* 1000 ppm */
#define SYNCE_MAX_SLOPE		1000000000	/* ns/s */
#define SYNCE_SPREAD_PS		100000		/* phases of the signals at first */
#define SYNCE_FAR		(3600 * NSEC_PER_SEC)

enum { IN_GNSS, IN_SMA1, IN_SMA2, IN_SMA3, IN_REF, IN_REF_SYNC, IN_MUX, IN_OSC, IN_PORT };
enum synce_op { OP_READ, OP_WRITE, OP_COUNT };

/* numbers of enum dpll_pin_type and dpll_type, which the data sheet refers to */
enum { TYPE_MUX = 1, TYPE_EXT, TYPE_SYNCE, TYPE_OSC, TYPE_GNSS };
enum { TYPE_PPS = 1, TYPE_EEC };
/* clang-format on */

struct synce_pin_kind {
	const char *label;
	u8 type, label_kind;
	u32 frequency;
	u32 range[SYNCE_PIN_RANGES][2];
	s32 adjust; /* +-, ps */
	u32 gran;
	u32 esync; /* highest, Hz */
};

#define KHZ 1000
#define MHZ 1000000

/* clang-format off */
static const struct synce_pin_kind synce_inputs[SYNCE_INPUTS] = {
	{ "GNSS", TYPE_GNSS, SYNCE_LABEL_PANEL, 10 * MHZ, { { 1, 1 }, { 10 * MHZ, 10 * MHZ } },
	  1000000, 1, 1 },
	{ "SMA1", TYPE_EXT, SYNCE_LABEL_PANEL, 10 * MHZ, { { 1, 1 }, { 10 * MHZ, 10 * MHZ } },
	  1000000, 1, 1 },
	{ "SMA2", TYPE_EXT, SYNCE_LABEL_PANEL, 10 * MHZ, { { 1, 1 }, { 10 * KHZ, 10 * MHZ } },
	  1000000, 1, 0 },
	{ "SMA3", TYPE_EXT, SYNCE_LABEL_PANEL, 1, { { 1, 1 }, { 77500, 77500 } }, 1000000, 1, 0 },
	{ "REF4P", TYPE_EXT, SYNCE_LABEL_PACKAGE, 25 * MHZ, { { 8 * KHZ, 156250000 } },
	  1000000, 1, 0 },
	{ "REF4N", TYPE_EXT, SYNCE_LABEL_PACKAGE, 1, { { 1, 100 } }, 1000000, 1, 0 },
	{ "SYNCE-MUX", TYPE_MUX, SYNCE_LABEL_BOARD, 25 * MHZ, { { 25 * MHZ, 25 * MHZ } },
	  1000000, 1, 0 },
	{ "TCXO", TYPE_OSC, SYNCE_LABEL_BOARD, 10 * MHZ, { { 10 * MHZ, 10 * MHZ } }, 0, 0, 0 },
	{ "SYNCE0", TYPE_SYNCE, SYNCE_LABEL_BOARD, 25 * MHZ, { { 25 * MHZ, 25 * MHZ } }, 0, 0, 0 },
	{ "SYNCE1", TYPE_SYNCE, SYNCE_LABEL_BOARD, 25 * MHZ, { { 25 * MHZ, 25 * MHZ } }, 0, 0, 0 },
	{ "SYNCE2", TYPE_SYNCE, SYNCE_LABEL_BOARD, 25 * MHZ, { { 25 * MHZ, 25 * MHZ } }, 0, 0, 0 },
	{ "SYNCE3", TYPE_SYNCE, SYNCE_LABEL_BOARD, 25 * MHZ, { { 25 * MHZ, 25 * MHZ } }, 0, 0, 0 },
};

/* the first half follows loop 0, the others loop 1 */
static const struct synce_pin_kind synce_outputs[SYNCE_OUTPUTS] = {
	{ "OUT-SMA1", TYPE_EXT, SYNCE_LABEL_PANEL, 10 * MHZ, { { 1, 1 }, { 10 * MHZ, 10 * MHZ } },
	  5000000, 100, 1 },
	{ "OUT-CLK1", TYPE_EXT, SYNCE_LABEL_BOARD, 25 * MHZ, { { 8 * KHZ, 156250000 } },
	  5000000, 100, 0 },
	{ "OUT-CLK2", TYPE_EXT, SYNCE_LABEL_BOARD, 156250 * KHZ, { { 8 * KHZ, 156250000 } },
	  5000000, 100, 0 },
	{ "OUT3P", TYPE_EXT, SYNCE_LABEL_PACKAGE, 125 * MHZ, { { 8 * KHZ, 156250000 } },
	  5000000, 100, 0 },
	{ "OUT-SMA2", TYPE_EXT, SYNCE_LABEL_PANEL, 10 * MHZ, { { 1, 1 }, { 10 * MHZ, 10 * MHZ } },
	  5000000, 100, 1 },
	{ "OUT-PPS1", TYPE_EXT, SYNCE_LABEL_BOARD, 1, { { 1, 100 } }, 5000000, 100, 0 },
	{ "OUT-PPS2", TYPE_EXT, SYNCE_LABEL_BOARD, 1, { { 1, 100 } }, 5000000, 100, 0 },
	{ "OUT7P", TYPE_EXT, SYNCE_LABEL_PACKAGE, 10 * MHZ, { { 1, 156250000 } }, 5000000, 100, 0 },
};
/* clang-format on */

static const char *const synce_qualities[] = {
	"no-signal", "qualifying", "good", "freq-off", "noisy",
};
static const char *const synce_states[] = {
	"free-run", "acquiring", "locked", "locked-ho-acq", "holdover",
};
static const char *const synce_status[] = {
	"-", "unlocked", "locked", "locked-ho-acq", "holdover",
};
static const char *const synce_causes[] = { "none", "undefined", "media-down", "ffo-too-high" };
static const char *const synce_loops[SYNCE_LOOPS] = { "eec", "pps" };

/* what a user has set on a pin, beside what the loops must know */
struct synce_pin {
	u32 frequency, esync;
	s32 adjust; /* of an output: an input's is the chip's */
};

struct synce_output {
	struct synce_pin pin;
	u32 ctrl;
};

struct synce {
	struct lab_device lab;
	struct platform_device *pdev;
	struct irq_domain *domain;
	struct fwnode_handle *node;
	unsigned int virq;
	struct irq_work work;
	bool line;   /* the interrupt's level: written under the lock */
	bool masked; /* by the interrupt core */

	spinlock_t lock;
	bool up;
	struct pll_chip chip;
	struct hrtimer timer;
	s64 timer_due; /* what it is set for */
	u32 irq_status, irq_mask, changes;
	u32 latch; /* the upper half of what was read last */
	u32 monitor, average[SYNCE_LOOPS];
	struct synce_pin in[SYNCE_INPUTS];
	struct synce_output out[SYNCE_OUTPUTS];
	char port[SYNCE_PORTS][SYNCE_PORT_NAME_LEN];
	bool pair_on;
	struct pll_note log[SYNCE_LOG], switch_log[SYNCE_LOG];
	unsigned int n_log, n_switch_log;
	u64 reads, writes, interrupts, timers;
	u64 id; /* EUI-64 */
	struct lab_fault fault[OP_COUNT];

	/* numbers that are attributes */
	s64 signals, irq, poll_ms, seed, access_ns, fail_after, temperature, quality;
	s64 eec_bandwidth, pps_bandwidth, slope_ppb;
	s64 qualify_ns, loss_ns, monitor_ns, wtr_ns, holdoff_ns, ho_acq_ns, holdover_max_ns;
	s64 accept_ppb, reject_ppb, holdover_ppb, osc_ppb, drift_ppb_day, wander_ps;
};
static_assert(offsetof(struct synce, lab) == 0);
static_assert(SYNCE_LOOPS == PLL_LOOPS && SYNCE_INPUTS == PLL_INPUTS);
static_assert(SYNCE_NO_INPUT == PLL_NONE && SYNCE_PRIO == PLL_NO_PRIO);
static_assert(SYNCE_HOLDOVER == PLL_HOLDOVER && SYNCE_NOISY == PLL_NOISY);
static_assert(SYNCE_CAUSE_FREQUENCY == PLL_CAUSE_FREQUENCY);

static struct synce *synce_of_lab(struct lab_device *ld)
{
	return container_of(ld, struct synce, lab);
}

/* ---- time and the interrupt; the lock is held where nothing else is said ---- */

/* the status, the mask or the chip's future has changed */
static void synce_update(struct synce *s)
{
	s64 due;

	WRITE_ONCE(s->line, s->irq_status & s->irq_mask);
	if (!s->up)
		return;
	if (s->line && s->domain)
		irq_work_queue(&s->work);
	due = pll_due(&s->chip);
	if (due == s->timer_due)
		return;
	s->timer_due = due;
	if (due != PLL_NEVER)
		hrtimer_start(&s->timer,
			      ns_to_ktime(clamp_t(s64, due - ktime_get_raw_ns(), 0, SYNCE_FAR)),
			      HRTIMER_MODE_REL);
	else
		hrtimer_try_to_cancel(&s->timer);
}

static void synce_changed(struct synce *s, u32 bits)
{
	s->irq_status |= bits;
	s->changes++;
}

static void synce_note(struct pll_chip *c, const struct pll_note *n)
{
	struct synce *s = container_of(c, struct synce, chip);

	switch (n->kind) {
	case PLL_NOTE_STATUS:
		s->log[s->n_log++ % SYNCE_LOG] = *n;
		synce_changed(s, SYNCE_IRQ_LOOP(n->index));
		break;
	case PLL_NOTE_SELECTED:
		s->switch_log[s->n_switch_log++ % SYNCE_LOG] = *n;
		synce_changed(s, SYNCE_IRQ_SELECTED(n->index));
		break;
	case PLL_NOTE_INPUT:
		synce_changed(s, SYNCE_IRQ_INPUT(n->index));
		break;
	}
}

/* let happen what is due; the lock is taken and kept. Process context. */
static s64 synce_lock(struct synce *s, unsigned long *flags) __acquires(&s->lock)
{
	spin_lock_irqsave(&s->lock, *flags);
	pll_advance(&s->chip, ktime_get_raw_ns());
	return s->chip.now;
}

static void synce_unlock(struct synce *s, unsigned long flags) __releases(&s->lock)
{
	synce_update(s);
	spin_unlock_irqrestore(&s->lock, flags);
}

static enum hrtimer_restart synce_fire(struct hrtimer *timer)
{
	struct synce *s = container_of(timer, struct synce, timer);
	unsigned long flags;

	synce_lock(s, &flags);
	s->timers++;
	s->timer_due = PLL_NEVER;
	synce_unlock(s, flags);
	return HRTIMER_NORESTART;
}

/* hard interrupt, lock not held */
static void synce_interrupt(struct irq_work *work)
{
	struct synce *s = container_of(work, struct synce, work);

	if (!READ_ONCE(s->line) || READ_ONCE(s->masked))
		return;
	WRITE_ONCE(s->interrupts, s->interrupts + 1);
	generic_handle_irq(s->virq);
}

/* these two: lock not held */
static void synce_irq_mask(struct irq_data *d)
{
	struct synce *s = irq_data_get_irq_chip_data(d);

	WRITE_ONCE(s->masked, true);
}

static void synce_irq_unmask(struct irq_data *d)
{
	struct synce *s = irq_data_get_irq_chip_data(d);

	WRITE_ONCE(s->masked, false);
	/* pairs with the queueing after s->line was set: one of the two sees the other */
	smp_mb();
	if (READ_ONCE(s->line))
		irq_work_queue(&s->work);
}

static struct irq_chip synce_irq_chip = {
	.name = "lab-synce",
	.irq_mask = synce_irq_mask,
	.irq_unmask = synce_irq_unmask,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int synce_irq_map(struct irq_domain *domain, unsigned int virq, irq_hw_number_t hw)
{
	irq_set_chip_data(virq, domain->host_data);
	irq_set_chip_and_handler(virq, &synce_irq_chip, handle_level_irq);
	irq_set_status_flags(virq, IRQ_LEVEL | IRQ_NOPROBE);
	return 0;
}

static void synce_irq_unmap(struct irq_domain *domain, unsigned int virq)
{
	irq_set_chip_and_handler(virq, NULL, NULL);
	irq_set_chip_data(virq, NULL);
}

static const struct irq_domain_ops synce_irq_ops = {
	.map = synce_irq_map,
	.unmap = synce_irq_unmap,
};

/* ---- registers; the lock is held, the chip has been advanced ---- */

static u32 synce_pair_low(struct synce *s, u64 value)
{
	s->latch = value >> 32;
	return value;
}

/* four characters of a text that fills its array with zeros */
static u32 synce_text(const char *text, unsigned int word)
{
	const u8 *c = (const u8 *)text + 4 * word;

	return c[0] | c[1] << 8 | c[2] << 16 | (u32)c[3] << 24;
}

static int synce_get_chip(struct synce *s, unsigned int reg, u32 *val)
{
	switch (reg) {
	case SYNCE_ID:
		*val = SYNCE_ID_VALUE;
		return 0;
	case SYNCE_REVISION:
		*val = 1;
		return 0;
	case SYNCE_CLOCK_ID_LO:
		*val = synce_pair_low(s, s->id);
		return 0;
	case SYNCE_TIME_LO:
		*val = synce_pair_low(s, s->chip.now);
		return 0;
	case SYNCE_CLOCK_ID_HI:
	case SYNCE_TIME_HI:
		*val = s->latch;
		return 0;
	case SYNCE_TEMPERATURE:
		*val = READ_ONCE(s->temperature);
		return 0;
	case SYNCE_QUALITY:
		*val = s->quality;
		return 0;
	case SYNCE_IRQ_STATUS:
		*val = s->irq_status;
		return 0;
	case SYNCE_IRQ_MASK:
		*val = s->irq_mask;
		return 0;
	case SYNCE_MUX:
		*val = s->chip.input[IN_MUX].source;
		return 0;
	case SYNCE_PAIR:
		*val = s->pair_on | IN_REF << 8 | IN_REF_SYNC << 16;
		return 0;
	case SYNCE_CHANGES:
		*val = s->changes;
		return 0;
	}
	return -EINVAL;
}

static int synce_get_loop(struct synce *s, unsigned int d, unsigned int reg, u32 *val)
{
	struct pll_loop *l = &s->chip.loop[d];
	s64 now = s->chip.now;

	switch (reg) {
	case SYNCE_LOOP_TYPE:
		*val = d ? TYPE_PPS : TYPE_EEC;
		return 0;
	case SYNCE_LOOP_MODE:
		*val = l->automatic ? SYNCE_AUTOMATIC : SYNCE_MANUAL;
		return 0;
	case SYNCE_LOOP_STATUS:
		*val = l->state | (l->holding ? SYNCE_HOLDING : 0) | l->cause << 8;
		return 0;
	case SYNCE_LOOP_SELECTED:
		*val = l->selected;
		return 0;
	case SYNCE_LOOP_MANUAL:
		*val = l->manual;
		return 0;
	case SYNCE_LOOP_CHANGES:
		*val = l->changes;
		return 0;
	case SYNCE_LOOP_SINCE_LO:
		*val = synce_pair_low(s, l->since);
		return 0;
	case SYNCE_LOOP_ACQUIRED_LO:
		*val = synce_pair_low(s, l->acquired_ns);
		return 0;
	case SYNCE_LOOP_WALKED_LO:
		*val = synce_pair_low(s, pll_walked(&s->chip, d, now));
		return 0;
	case SYNCE_LOOP_SINCE_HI:
	case SYNCE_LOOP_ACQUIRED_HI:
	case SYNCE_LOOP_WALKED_HI:
		*val = s->latch;
		return 0;
	case SYNCE_LOOP_OFF_PPT:
		*val = clamp_t(s64, pll_off_ppt(&s->chip, d, now), S32_MIN, S32_MAX);
		return 0;
	case SYNCE_LOOP_BANDWIDTH:
		*val = l->bandwidth;
		return 0;
	case SYNCE_LOOP_SLOPE:
		*val = l->slope;
		return 0;
	case SYNCE_LOOP_CTRL:
		*val = (s->monitor >> d & 1 ? SYNCE_CTRL_MONITOR : 0) |
		       (l->revertive ? SYNCE_CTRL_REVERTIVE : 0) |
		       (l->hitless ? SYNCE_CTRL_HITLESS : 0);
		return 0;
	case SYNCE_LOOP_SELECTIONS:
		*val = l->selections;
		return 0;
	case SYNCE_LOOP_AVERAGE:
		*val = s->average[d];
		return 0;
	}
	return -EINVAL;
}

/* what inputs and outputs have in common */
static int synce_get_pin(const struct synce_pin_kind *kind, const struct synce_pin *pin, s32 adjust,
			 unsigned int reg, u32 *val)
{
	char label[SYNCE_LABEL_LEN] = "";
	unsigned int n;

	switch (reg) {
	case SYNCE_PIN_TYPE:
		*val = kind->type | kind->label_kind << 8;
		return 0;
	case SYNCE_PIN_LABEL ... SYNCE_PIN_LABEL + SYNCE_LABEL_LEN - 4:
		strscpy(label, kind->label, sizeof(label));
		*val = synce_text(label, (reg - SYNCE_PIN_LABEL) / 4);
		return 0;
	case SYNCE_PIN_FREQUENCY:
		*val = pin->frequency;
		return 0;
	case SYNCE_PIN_RANGE_MIN(0)... SYNCE_PIN_RANGE_MAX(SYNCE_PIN_RANGES - 1):
		n = (reg - SYNCE_PIN_RANGE_MIN(0)) / 4;
		*val = kind->range[n / 2][n % 2];
		return 0;
	case SYNCE_PIN_ADJUST:
		*val = adjust;
		return 0;
	case SYNCE_PIN_ADJUST_MIN:
		*val = -kind->adjust;
		return 0;
	case SYNCE_PIN_ADJUST_MAX:
		*val = kind->adjust;
		return 0;
	case SYNCE_PIN_ADJUST_GRAN:
		*val = kind->gran;
		return 0;
	case SYNCE_PIN_ESYNC:
		*val = pin->esync;
		return 0;
	case SYNCE_PIN_ESYNC_MAX:
		*val = kind->esync;
		return 0;
	case SYNCE_PIN_ESYNC_PULSE:
		*val = pin->esync ? 25 : 0;
		return 0;
	}
	return -EINVAL;
}

static s64 synce_phase(struct synce *s, unsigned int d, unsigned int i)
{
	struct pll_chip *c = &s->chip;
	const struct pll_signal *sig = pll_source(c, i);
	s64 wander = c->wander_ps, phase;

	/* without a signal there is nothing to measure; nor is the rest without the monitor */
	if (!sig || sig->lost || (!(s->monitor >> d & 1) && c->loop[d].selected != i))
		return 0;
	c->wander_ps >>= s->average[d] / 2;
	phase = pll_phase_offset(c, d, i, c->now);
	c->wander_ps = wander;
	return phase;
}

static int synce_get_input(struct synce *s, unsigned int i, unsigned int reg, u32 *val)
{
	struct pll_input *in = &s->chip.input[i];
	unsigned int d;

	switch (reg) {
	case SYNCE_INPUT_STATUS:
		*val = in->quality;
		return 0;
	case SYNCE_INPUT_CHANGES:
		*val = in->changes;
		return 0;
	case SYNCE_INPUT_SINCE_LO:
		*val = synce_pair_low(s, in->since);
		return 0;
	case SYNCE_INPUT_FFO:
		*val = clamp_t(s64, pll_ffo(&s->chip, i) * 1000, S32_MIN, S32_MAX);
		return 0;
	case SYNCE_INPUT_LOOP(0):
	case SYNCE_INPUT_LOOP(1):
		d = (reg - SYNCE_INPUT_LOOP(0)) / 4;
		*val = s->chip.loop[d].prio[i] | (s->chip.loop[d].enabled[i] ? SYNCE_ENABLED : 0);
		return 0;
	case SYNCE_INPUT_PHASE_LO(0):
	case SYNCE_INPUT_PHASE_LO(1):
		d = (reg - SYNCE_INPUT_PHASE_LO(0)) / 8;
		*val = synce_pair_low(s, synce_phase(s, d, i));
		return 0;
	case SYNCE_INPUT_SINCE_HI:
	case SYNCE_INPUT_PHASE_HI(0):
	case SYNCE_INPUT_PHASE_HI(1):
		*val = s->latch;
		return 0;
	case SYNCE_INPUT_PARENT:
		*val = in->is_child ? IN_MUX : SYNCE_NO_INPUT;
		return 0;
	}
	return synce_get_pin(&synce_inputs[i], &s->in[i], in->adjust_ps, reg, val);
}

static int synce_get(struct synce *s, unsigned int reg, u32 *val)
{
	unsigned int n, at;

	if (reg < SYNCE_LOOP(0))
		return synce_get_chip(s, reg, val);
	if (reg < SYNCE_INPUT(0)) {
		n = (reg - SYNCE_LOOP(0)) / 0x80;
		return n < SYNCE_LOOPS ? synce_get_loop(s, n, reg - SYNCE_LOOP(n), val) : -EINVAL;
	}
	if (reg < SYNCE_OUTPUT(0)) {
		n = (reg - SYNCE_INPUT(0)) / 0x80;
		return n < SYNCE_INPUTS ? synce_get_input(s, n, reg - SYNCE_INPUT(n), val)
					: -EINVAL;
	}
	if (reg < SYNCE_PORT(0)) {
		n = (reg - SYNCE_OUTPUT(0)) / 0x80;
		at = reg - SYNCE_OUTPUT(n);
		if (at == SYNCE_OUTPUT_CTRL) {
			*val = s->out[n].ctrl;
			return 0;
		}
		return synce_get_pin(&synce_outputs[n], &s->out[n].pin, s->out[n].pin.adjust, at,
				     val);
	}
	n = (reg - SYNCE_PORT(0)) / 0x20;
	at = reg - SYNCE_PORT(n);
	if (n >= SYNCE_PORTS || at >= SYNCE_PORT_NAME + SYNCE_PORT_NAME_LEN)
		return -EINVAL;
	*val = at == SYNCE_PORT_INPUT ? IN_PORT + n
				      : synce_text(s->port[n], (at - SYNCE_PORT_NAME) / 4);
	return 0;
}

static int synce_set_chip(struct synce *s, unsigned int reg, u32 val)
{
	switch (reg) {
	case SYNCE_IRQ_STATUS:
		s->irq_status &= ~val;
		return 0;
	case SYNCE_IRQ_MASK:
		s->irq_mask = val;
		return 0;
	case SYNCE_MUX:
		if (val != SYNCE_NO_INPUT && (val < IN_PORT || val >= IN_PORT + SYNCE_PORTS))
			return -EINVAL;
		pll_mux(&s->chip, IN_MUX, val);
		return 0;
	case SYNCE_PAIR:
		s->pair_on = val & SYNCE_PAIR_ON;
		pll_adjust(&s->chip, IN_REF, s->chip.input[IN_REF].adjust_ps,
			   s->pair_on ? IN_REF_SYNC : PLL_NONE);
		return 0;
	}
	return -EINVAL;
}

static int synce_set_loop(struct synce *s, unsigned int d, unsigned int reg, u32 val)
{
	struct pll_loop *l = &s->chip.loop[d];
	bool asked = false; /* for another input: else a hold-off goes on */

	switch (reg) {
	case SYNCE_LOOP_MODE:
		asked = true;
		if (val != SYNCE_MANUAL && val != SYNCE_AUTOMATIC)
			return -EINVAL;
		l->automatic = val == SYNCE_AUTOMATIC;
		break;
	case SYNCE_LOOP_MANUAL:
		if (val != SYNCE_NO_INPUT && val >= SYNCE_INPUTS)
			return -EINVAL;
		l->manual = val;
		asked = !l->automatic;
		break;
	case SYNCE_LOOP_BANDWIDTH:
		if (!val || val > PLL_MAX_BANDWIDTH)
			return -EINVAL;
		WRITE_ONCE(*(d ? &s->pps_bandwidth : &s->eec_bandwidth), val);
		pll_retune(&s->chip, d, val, l->slope);
		return 0;
	case SYNCE_LOOP_SLOPE:
		if (val > SYNCE_MAX_SLOPE)
			return -EINVAL;
		WRITE_ONCE(s->slope_ppb, val);
		pll_retune(&s->chip, d, l->bandwidth, val);
		return 0;
	case SYNCE_LOOP_CTRL:
		s->monitor &= ~(1u << d);
		s->monitor |= (val & SYNCE_CTRL_MONITOR ? 1u : 0) << d;
		l->revertive = val & SYNCE_CTRL_REVERTIVE;
		l->hitless = val & SYNCE_CTRL_HITLESS;
		break;
	case SYNCE_LOOP_AVERAGE:
		if (val > SYNCE_AVERAGE_MAX)
			return -EINVAL;
		s->average[d] = val;
		return 0;
	default:
		return -EINVAL;
	}
	pll_decide(&s->chip, d, s->chip.now, asked);
	return 0;
}

static int synce_set_pin(const struct synce_pin_kind *kind, struct synce_pin *pin, unsigned int reg,
			 u32 val)
{
	unsigned int n;

	switch (reg) {
	case SYNCE_PIN_FREQUENCY:
		for (n = 0; n < SYNCE_PIN_RANGES; n++)
			if (kind->range[n][0] && val >= kind->range[n][0] &&
			    val <= kind->range[n][1])
				break;
		if (n == SYNCE_PIN_RANGES)
			return -EINVAL;
		pin->frequency = val;
		if (val != SYNCE_ESYNC_BASE)
			pin->esync = 0;
		return 0;
	case SYNCE_PIN_ESYNC:
		if (val > kind->esync || (val && pin->frequency != SYNCE_ESYNC_BASE))
			return -EINVAL;
		pin->esync = val;
		return 0;
	case SYNCE_PIN_ADJUST:
		if ((s32)val > kind->adjust || (s32)val < -kind->adjust)
			return -EINVAL;
		pin->adjust = val;
		return 0;
	}
	return -EINVAL;
}

static int synce_set(struct synce *s, unsigned int reg, u32 val)
{
	unsigned int n, at;
	int err;

	if (reg < SYNCE_LOOP(0))
		return synce_set_chip(s, reg, val);
	if (reg < SYNCE_INPUT(0)) {
		n = (reg - SYNCE_LOOP(0)) / 0x80;
		return n < SYNCE_LOOPS ? synce_set_loop(s, n, reg - SYNCE_LOOP(n), val) : -EINVAL;
	}
	if (reg < SYNCE_OUTPUT(0)) {
		n = (reg - SYNCE_INPUT(0)) / 0x80;
		if (n >= SYNCE_INPUTS)
			return -EINVAL;
		at = reg - SYNCE_INPUT(n);
		if (at == SYNCE_INPUT_LOOP(0) || at == SYNCE_INPUT_LOOP(1)) {
			unsigned int d = (at - SYNCE_INPUT_LOOP(0)) / 4;

			s->chip.loop[d].prio[n] = val & SYNCE_PRIO;
			s->chip.loop[d].enabled[n] = val & SYNCE_ENABLED;
			pll_decide(&s->chip, d, s->chip.now, true);
			return 0;
		}
		err = synce_set_pin(&synce_inputs[n], &s->in[n], at, val);
		if (!err && at == SYNCE_PIN_ADJUST)
			pll_adjust(&s->chip, n, (s32)val, s->chip.input[n].paired);
		return err;
	}
	if (reg >= SYNCE_PORT(0))
		return -EINVAL;
	n = (reg - SYNCE_OUTPUT(0)) / 0x80;
	at = reg - SYNCE_OUTPUT(n);
	if (at != SYNCE_OUTPUT_CTRL)
		return synce_set_pin(&synce_outputs[n], &s->out[n].pin, at, val);
	if (val >> 8 >= SYNCE_LOOPS)
		return -EINVAL;
	s->out[n].ctrl = val;
	return 0;
}

/* ---- the register map's bus. Process context ---- */

/* the wires to the chip are as slow as one likes */
static void synce_access(struct synce *s)
{
	s64 ns = READ_ONCE(s->access_ns);

	if (ns >= 10000)
		usleep_range(ns / 1000, ns / 1000 + ns / 8000);
	else if (ns)
		ndelay(ns);
}

static int synce_fails(struct synce *s, enum synce_op op)
{
	if (s->fault[op].left && s->fail_after) {
		s->fail_after--;
		return 0;
	}
	return lab_fails(&s->fault[op]);
}

static int synce_reg_read(void *context, unsigned int reg, unsigned int *val)
{
	struct synce *s = context;
	unsigned long flags;
	u32 value = 0;
	int err;

	synce_access(s);
	synce_lock(s, &flags);
	s->reads++;
	err = synce_fails(s, OP_READ) ?: synce_get(s, reg, &value);
	synce_unlock(s, flags);
	*val = value;
	return err;
}

static int synce_reg_write(void *context, unsigned int reg, unsigned int val)
{
	struct synce *s = context;
	unsigned long flags;
	int err;

	synce_access(s);
	synce_lock(s, &flags);
	s->writes++;
	err = synce_fails(s, OP_WRITE) ?: synce_set(s, reg, val);
	synce_unlock(s, flags);
	return err;
}

static const struct regmap_bus synce_bus = {
	.reg_read = synce_reg_read,
	.reg_write = synce_reg_write,
};

static const struct regmap_config synce_map = {
	.reg_bits = 16,
	.val_bits = 32,
	.reg_stride = 4,
	.max_register = SYNCE_LAST,
};

/* ---- commands ---- */

/* an input by its number or label; -1, having said what there is */
static int synce_find_input(const char *name)
{
	unsigned int i;

	if (name && !kstrtouint(name, 10, &i) && i < SYNCE_INPUTS)
		return i;
	for (i = 0; name && i < SYNCE_INPUTS; i++)
		if (!strcasecmp(name, synce_inputs[i].label))
			return i;
	lab_say("input=%s: want 0 to %d or", name ?: "", SYNCE_INPUTS - 1);
	for (i = 0; i < SYNCE_INPUTS; i++)
		lab_say(" %s", synce_inputs[i].label);
	return -1;
}

static int synce_store_signal(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	s64 lost = -1, noise = -1, ppb = S64_MIN, step = 0, now;
	const s64 far = 400000000000LL;
	struct synce *s = synce_of_lab(ld);
	struct pll_signal sig;
	char *key, *value;
	unsigned long flags;
	int err = 0, i = -1;

	while (!err && lab_next_pair(&text, &key, &value)) {
		if (!strcmp(key, "input")) {
			i = synce_find_input(value);
			err = i < 0 ? -EINVAL : 0;
		} else if (!strcmp(key, "lost")) {
			err = lab_number(key, value, 0, 1, &lost);
		} else if (!strcmp(key, "noise")) {
			err = lab_number(key, value, 0, 1, &noise);
		} else if (!strcmp(key, "offset_ppb")) {
			err = lab_number(key, value, -SYNCE_MAX_PPB, SYNCE_MAX_PPB, &ppb);
		} else if (!strcmp(key, "phase_step_ps")) {
			err = lab_number(key, value, -far, far, &step);
		} else if (!strcmp(key, "phase_step_ns")) {
			err = lab_number(key, value, -far / 1000, far / 1000, &step);
			step *= 1000;
		} else {
			lab_say("%s: want input=, lost=, noise=, offset_ppb= or phase_step_ps=",
				key);
			err = -EINVAL;
		}
	}
	if (!err && i < 0) {
		lab_say("want input=");
		err = -EINVAL;
	}
	if (!err && i == IN_MUX) {
		lab_say("input=%s has no signal of its own: it passes one of the ports' on",
			synce_inputs[i].label);
		err = -EINVAL;
	}
	if (!err && i == IN_OSC && ppb != S64_MIN) {
		lab_say("input=%s: its frequency is the oscillator's: see age",
			synce_inputs[i].label);
		err = -EINVAL;
	}
	if (err)
		return err;
	now = synce_lock(s, &flags);
	sig = s->chip.input[i].signal;
	if (lost >= 0)
		sig.lost = lost;
	if (noise >= 0)
		sig.noisy = noise;
	if (ppb != S64_MIN)
		sig.ppb = ppb;
	pll_signal(&s->chip, i, &sig, (lab_s128)step * PLL_PS);
	synce_unlock(s, flags);
	lab_say("at=%lld", now);
	return 0;
}

static int synce_store_age(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct synce *s = synce_of_lab(ld);
	s64 more = 0, drift = S64_MIN, now;
	char *key, *value;
	unsigned long flags;
	int err = 0;

	while (!err && lab_next_pair(&text, &key, &value)) {
		if (!strcmp(key, "by_ppb")) {
			err = lab_number(key, value, -SYNCE_MAX_PPB, SYNCE_MAX_PPB, &more);
		} else if (!strcmp(key, "drift_ppb_day")) {
			err = lab_number(key, value, -PLL_MAX_DRIFT, PLL_MAX_DRIFT, &drift);
		} else {
			lab_say("%s: want by_ppb= or drift_ppb_day=", key);
			err = -EINVAL;
		}
	}
	if (err)
		return err;
	now = synce_lock(s, &flags);
	more = clamp_t(s64, s->osc_ppb + more, -SYNCE_MAX_PPB, SYNCE_MAX_PPB);
	if (drift == S64_MIN)
		drift = s->drift_ppb_day;
	s->osc_ppb = more;
	s->drift_ppb_day = drift;
	pll_age(&s->chip, more, drift);
	synce_unlock(s, flags);
	lab_say("at=%lld", now);
	return 0;
}

static int synce_store_netdev(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct synce *s = synce_of_lab(ld);
	char *key, *value, *name = NULL;
	unsigned long flags;
	int err = 0, i = -1;
	unsigned int p;

	while (lab_next_pair(&text, &key, &value)) {
		if (!strcmp(key, "input")) {
			i = synce_find_input(value);
			if (i < 0)
				return -EINVAL;
		} else if (!strcmp(key, "name") && value) {
			name = value;
		} else {
			lab_say("%s: want input= or name=", key);
			return -EINVAL;
		}
	}
	if (i < IN_PORT || !name || strlen(name) >= SYNCE_PORT_NAME_LEN) {
		lab_say("want input=%d to %d and name=, of less than %d characters; none: \"\"",
			IN_PORT, IN_PORT + SYNCE_PORTS - 1, SYNCE_PORT_NAME_LEN);
		return -EINVAL;
	}
	synce_lock(s, &flags);
	/* one device has one recovered clock */
	for (p = 0; *name && p < SYNCE_PORTS; p++)
		if (p != i - IN_PORT && !strcmp(s->port[p], name))
			err = -EEXIST;
	if (!err) {
		strscpy_pad(s->port[i - IN_PORT], name, SYNCE_PORT_NAME_LEN);
		synce_changed(s, SYNCE_IRQ_PORTS);
	}
	synce_unlock(s, flags);
	if (err)
		lab_say("name=%s: another port has it", name);
	return err;
}

static int synce_store_fail(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct synce *s = synce_of_lab(ld);

	return lab_faults_store(s->fault, OP_COUNT, &s->lock, text);
}

/* ---- attributes ---- */

/* the numbers go to the chip once all that is due by the old ones has happened */
static void synce_numbers(struct synce *s)
{
	struct pll_chip *c = &s->chip;
	unsigned int i;

	c->qualify_ns = s->qualify_ns;
	c->loss_ns = s->loss_ns;
	c->monitor_ns = s->monitor_ns;
	c->wtr_ns = s->wtr_ns;
	c->holdoff_ns = s->holdoff_ns;
	c->ho_acq_ns = s->ho_acq_ns;
	c->holdover_max_ns = s->holdover_max_ns;
	c->accept_ppb = s->accept_ppb;
	c->reject_ppb = s->reject_ppb;
	c->holdover_ppb = s->holdover_ppb;
	c->wander_ps = s->wander_ps;
	c->seed = s->seed;
	for (i = 0; i < SYNCE_INPUTS; i++)
		pll_look(c, i, c->now);
	pll_decide_all(c, c->now, false);
}

static int synce_limits(struct synce *s)
{
	if (s->accept_ppb <= s->reject_ppb)
		return 0;
	lab_say("accept_ppb %lld is above reject_ppb %lld", s->accept_ppb, s->reject_ppb);
	return -EINVAL;
}

static int synce_apply(struct lab_device *ld, const struct lab_attr *a)
{
	struct synce *s = synce_of_lab(ld);
	int err = synce_limits(s);
	unsigned long flags;

	if (err) {
		/* as they were: nobody else writes them, the bus serialises its calls */
		WRITE_ONCE(s->accept_ppb, s->chip.accept_ppb);
		WRITE_ONCE(s->reject_ppb, s->chip.reject_ppb);
		return err;
	}
	synce_lock(s, &flags);
	synce_numbers(s);
	synce_unlock(s, flags);
	return 0;
}

static int synce_apply_loops(struct lab_device *ld, const struct lab_attr *a)
{
	bool both = a->offset == offsetof(struct synce, slope_ppb);
	struct synce *s = synce_of_lab(ld);
	unsigned long flags;
	unsigned int d;

	synce_lock(s, &flags);
	for (d = 0; d < SYNCE_LOOPS; d++) {
		s64 bandwidth = d ? s->pps_bandwidth : s->eec_bandwidth;

		/* a loop may have got a slope of its own by its register */
		pll_retune(&s->chip, d, bandwidth, both ? s->slope_ppb : s->chip.loop[d].slope);
	}
	synce_unlock(s, flags);
	return 0;
}

static const char *synce_input_name(unsigned int i)
{
	return i < SYNCE_INPUTS ? synce_inputs[i].label : "-";
}

static ssize_t synce_show_state(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct synce *s = synce_of_lab(ld);
	unsigned long flags;
	unsigned int d;
	int len = 0;
	s64 now;

	now = synce_lock(s, &flags);
	for (d = 0; d < SYNCE_LOOPS; d++) {
		const struct pll_loop *l = &s->chip.loop[d];

		len += sysfs_emit_at(
			buf, len,
			"loop=%u type=%s mode=%s status=%s state=%s since=%lld dwell_ns=%lld "
			"input=%s cause=%s changes=%llu selections=%llu acquired_ns=%lld "
			"phase_fs=%lld walked_fs=%lld off_ppt=%lld\n",
			d, synce_loops[d], l->automatic ? "automatic" : "manual",
			synce_status[pll_status(l)], synce_states[l->state], l->since,
			now - l->since, synce_input_name(l->selected), synce_causes[l->cause],
			l->changes, l->selections, l->acquired_ns,
			l->selected == PLL_NONE ? 0
						: pll_phase_offset(&s->chip, d, l->selected, now),
			pll_walked(&s->chip, d, now), pll_off_ppt(&s->chip, d, now));
	}
	synce_unlock(s, flags);
	return len;
}

static ssize_t synce_show_inputs(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct synce *s = synce_of_lab(ld);
	unsigned long flags;
	unsigned int i;
	int len = 0;

	synce_lock(s, &flags);
	for (i = 0; i < SYNCE_INPUTS; i++) {
		const struct pll_input *in = &s->chip.input[i];
		const struct pll_signal *sig = pll_source(&s->chip, i);

		len += sysfs_emit_at(buf, len,
				     "input=%u label=%s quality=%s since=%lld changes=%llu lost=%d "
				     "noise=%d offset_ppb=%lld ffo_ppb=%lld eec=%s%u pps=%s%u",
				     i, synce_inputs[i].label, synce_qualities[in->quality],
				     in->since, in->changes, !sig || sig->lost, sig && sig->noisy,
				     sig ? sig->ppb : 0, pll_ffo(&s->chip, i),
				     s->chip.loop[0].enabled[i] ? "" : "-", s->chip.loop[0].prio[i],
				     s->chip.loop[1].enabled[i] ? "" : "-",
				     s->chip.loop[1].prio[i]);
		if (in->is_mux)
			len += sysfs_emit_at(buf, len, " source=%s", synce_input_name(in->source));
		if (i >= IN_PORT && *s->port[i - IN_PORT])
			len += sysfs_emit_at(buf, len, " netdev=%s", s->port[i - IN_PORT]);
		len += sysfs_emit_at(buf, len, "\n");
	}
	synce_unlock(s, flags);
	return len;
}

static ssize_t synce_show_outputs(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct synce *s = synce_of_lab(ld);
	unsigned long flags;
	unsigned int o;
	int len = 0;

	synce_lock(s, &flags);
	for (o = 0; o < SYNCE_OUTPUTS; o++)
		len += sysfs_emit_at(
			buf, len,
			"output=%u label=%s on=%u loop=%u frequency=%u esync=%u adjust_ps=%d\n", o,
			synce_outputs[o].label, s->out[o].ctrl & SYNCE_OUTPUT_ON,
			s->out[o].ctrl >> 8, s->out[o].pin.frequency, s->out[o].pin.esync,
			s->out[o].pin.adjust);
	synce_unlock(s, flags);
	return len;
}

/* the newest, oldest first, as many as a page takes */
static ssize_t synce_show_transitions(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct synce *s = synce_of_lab(ld);
	unsigned int i, n = SYNCE_LOG / 2;
	unsigned long flags;
	int len = 0;

	synce_lock(s, &flags);
	for (i = s->n_log - min(s->n_log, n); i != s->n_log; i++) {
		const struct pll_note *note = &s->log[i % SYNCE_LOG];

		len += sysfs_emit_at(
			buf, len, "%lld loop=%u from=%s to=%s dwell_ns=%lld cause=%s\n", note->at,
			note->index, synce_status[note->old], synce_status[note->now], note->dwell,
			synce_causes[note->cause]);
	}
	synce_unlock(s, flags);
	return len;
}

static ssize_t synce_show_switches(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct synce *s = synce_of_lab(ld);
	unsigned int i, n = SYNCE_LOG / 2;
	unsigned long flags;
	int len = 0;

	synce_lock(s, &flags);
	for (i = s->n_switch_log - min(s->n_switch_log, n); i != s->n_switch_log; i++) {
		const struct pll_note *note = &s->switch_log[i % SYNCE_LOG];

		len += sysfs_emit_at(buf, len, "%lld loop=%u from=%s to=%s\n", note->at,
				     note->index, synce_input_name(note->old),
				     synce_input_name(note->now));
	}
	synce_unlock(s, flags);
	return len;
}

static ssize_t synce_show_sample(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%llu\n", ktime_get_raw_ns());
}

static ssize_t synce_show_due(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct synce *s = synce_of_lab(ld);
	unsigned long flags;
	s64 due;

	synce_lock(s, &flags);
	due = pll_due(&s->chip);
	synce_unlock(s, flags);
	return sysfs_emit(buf, "%lld\n", due == PLL_NEVER ? -1 : due);
}

static ssize_t synce_show_fail(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct synce *s = synce_of_lab(ld);

	return lab_faults_show(s->fault, OP_COUNT, buf);
}

static ssize_t synce_show_failed(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return lab_faults_show_failed(synce_of_lab(ld)->fault, OP_COUNT, buf);
}

static ssize_t synce_show_id(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "0x%016llx\n", synce_of_lab(ld)->id);
}

static int synce_store_id(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	if (!kstrtou64(text, 0, &synce_of_lab(ld)->id))
		return 0;
	lab_say("clock_id: '%s' is no EUI-64: want 0x and 16 digits", text);
	return -EINVAL;
}

static ssize_t synce_show_device(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, SYNCE_DRIVER ".%d\n", ld->id);
}

/* ---- life ---- */

static int synce_init(struct lab_device *ld)
{
	struct synce *s = synce_of_lab(ld);
	struct lab_random r;
	unsigned int i, d;
	int err;

	spin_lock_init(&s->lock);
	s->fault[OP_READ].name = "read";
	s->fault[OP_WRITE].name = "write";
	lab_timer_setup(&s->timer, synce_fire);
	s->timer_due = PLL_NEVER;
	s->work = IRQ_WORK_INIT_HARD(synce_interrupt);
	s->masked = true;
	if (!s->seed)
		s->seed = ld->id + 1;
	if (!s->id)
		s->id = 0x020000fffe5ce000ULL + ld->id;
	err = synce_limits(s);
	if (err)
		return err;

	s->chip.note = synce_note;
	s->chip.osc_ppb = s->osc_ppb;
	s->chip.drift_ppb_day = s->drift_ppb_day;
	pll_reset(&s->chip, ktime_get_raw_ns());
	s->chip.input[IN_MUX].is_mux = true;
	s->chip.input[IN_MUX].source = IN_PORT;
	s->chip.input[IN_OSC].is_internal = true;
	s->chip.input[IN_OSC].signal.ppb = s->osc_ppb;
	lab_random_seed(&r, s->seed, 0);
	for (i = 0; i < SYNCE_INPUTS; i++) {
		struct pll_input *in = &s->chip.input[i];

		in->is_child = i >= IN_PORT;
		in->signal.lost = !(s->signals >> i & 1);
		in->signal.phase0 = (lab_s128)lab_random_within(&r, SYNCE_SPREAD_PS) * PLL_PS;
		s->in[i].frequency = synce_inputs[i].frequency;
		/* the oscillator is there to be chosen, by who wants to do without holdover */
		for (d = 0; d < SYNCE_LOOPS; d++) {
			s->chip.loop[d].enabled[i] = !in->is_child && i != IN_OSC;
			s->chip.loop[d].prio[i] = i;
		}
	}
	for (i = 0; i < SYNCE_OUTPUTS; i++) {
		s->out[i].pin.frequency = synce_outputs[i].frequency;
		s->out[i].ctrl = SYNCE_OUTPUT_ON | (i >= SYNCE_OUTPUTS / 2) << 8;
	}
	pll_retune(&s->chip, 0, s->eec_bandwidth, s->slope_ppb);
	pll_retune(&s->chip, 1, s->pps_bandwidth, s->slope_ppb);
	synce_numbers(s);
	/* what is there when power comes has not changed */
	s->irq_status = 0;
	return 0;
}

static void synce_free(struct lab_device *ld)
{
}

static int synce_make_irq(struct synce *s)
{
	if (!s->irq)
		return 0;
	s->node = irq_domain_alloc_named_fwnode(dev_name(&s->lab.dev));
	if (!s->node)
		return -ENOMEM;
	s->domain = irq_domain_create_linear(s->node, 1, &synce_irq_ops, s);
	if (!s->domain)
		goto free_node;
	s->virq = irq_create_mapping(s->domain, 0);
	if (s->virq)
		return 0;
	irq_domain_remove(s->domain);
	s->domain = NULL;
free_node:
	irq_domain_free_fwnode(s->node);
	return -ENOMEM;
}

static void synce_down(struct synce *s)
{
	unsigned long flags;

	spin_lock_irqsave(&s->lock, flags);
	s->up = false;
	spin_unlock_irqrestore(&s->lock, flags);
	hrtimer_cancel(&s->timer);
	if (!s->domain)
		return;
	irq_work_sync(&s->work);
	irq_dispose_mapping(s->virq);
	irq_domain_remove(s->domain);
	irq_domain_free_fwnode(s->node);
}

static int synce_make_device(struct synce *s)
{
	struct resource irq = DEFINE_RES_IRQ(s->virq);
	const struct property_entry properties[] = { PROPERTY_ENTRY_U32("poll-ms", s->poll_ms),
						     {} };
	const struct platform_device_info info = {
		.parent = &s->lab.dev,
		.name = SYNCE_DRIVER,
		.id = s->lab.id,
		.res = &irq,
		.num_res = s->domain ? 1 : 0,
		.properties = properties,
	};

	s->pdev = platform_device_register_full(&info);
	return PTR_ERR_OR_ZERO(s->pdev);
}

static int synce_start(struct lab_device *ld)
{
	struct synce *s = synce_of_lab(ld);
	struct regmap *map;
	unsigned long flags;
	int err;

	if (!devres_open_group(&ld->dev, s, GFP_KERNEL))
		return -ENOMEM;
	map = devm_regmap_init(&ld->dev, &synce_bus, s, &synce_map);
	devres_close_group(&ld->dev, s);
	err = PTR_ERR_OR_ZERO(map);
	if (err)
		goto release;
	err = synce_make_irq(s);
	if (err)
		goto release;
	synce_lock(s, &flags);
	s->up = true;
	synce_unlock(s, flags);
	err = synce_make_device(s);
	if (err)
		goto down;
	return 0;

down:
	synce_down(s);
release:
	devres_release_group(&ld->dev, s);
	return err;
}

static void synce_stop(struct lab_device *ld)
{
	struct synce *s = synce_of_lab(ld);

	platform_device_unregister(s->pdev);
	synce_down(s);
	devres_release_group(&ld->dev, s);
}

/* clang-format off */
#define NUMBER(field, mode, min, max, def, apply, help) \
	LAB_NUMBER(struct synce, field, mode, min, max, def, apply, help)
#define TIME(field, min, def, help) \
	NUMBER(field, LAB_NRW, min, SYNCE_MAX_NS, def, synce_apply, help)
#define COUNT(field, help) \
	{ #field, help, LAB_READ, offsetof(struct synce, field), .show = lab_show_count }
#define LAB_NRW (LAB_NEW | LAB_READ | LAB_WRITE)

static const struct lab_attr synce_attrs[] = {
	/* what it is */
	{ .name = "clock_id", .help = "its EUI-64", .mode = LAB_NEW, .text = "by number",
	  .show = synce_show_id, .store = synce_store_id },
	NUMBER(irq, LAB_NEW, 0, 1, 1, NULL, "has an interrupt; 0: is polled"),
	NUMBER(poll_ms, LAB_NEW, 1, 60000, 500, NULL, "so often, without an interrupt"),
	NUMBER(signals, LAB_NEW, 0, (1 << SYNCE_INPUTS) - 1, 0xf81, NULL,
	       "inputs that have a signal at first, a bit each: GNSS, oscillator, ports"),
	NUMBER(quality, LAB_NEW, 0, 0x1fe, 0x10, NULL,
	       "quality levels it tells, a bit each as the kernel numbers them: EEC1"),
	NUMBER(seed, LAB_NEW, S64_MIN, S64_MAX, 0, NULL, "of phases and wander; 0: N + 1"),
	/* how its inputs are judged and chosen */
	TIME(qualify_ns, NSEC_PER_USEC, NSEC_PER_SEC, "a signal must be clean for so long"),
	TIME(loss_ns, 0, NSEC_PER_MSEC, "a lost one is noticed after"),
	TIME(monitor_ns, NSEC_PER_USEC, 100 * NSEC_PER_MSEC, "one off frequency or noisy is noticed after"),
	NUMBER(accept_ppb, LAB_NRW, 0, SYNCE_MAX_PPB, 9200, synce_apply,
	       "what is further off does not become good"),
	NUMBER(reject_ppb, LAB_NRW, 0, SYNCE_MAX_PPB, 12000, synce_apply,
	       "what is further off does not stay good"),
	TIME(holdoff_ns, 0, 300 * NSEC_PER_MSEC, "before another input is chosen for a lost one"),
	TIME(wtr_ns, 0, 10 * NSEC_PER_SEC, "wait to restore, before going back to a better one"),
	/* how its loops lock and hold */
	NUMBER(eec_bandwidth, LAB_NRW, 1, PLL_MAX_BANDWIDTH, 1000, synce_apply_loops,
	       "of loop 0, mHz: locks in 1765 s / mHz"),
	NUMBER(pps_bandwidth, LAB_NRW, 1, PLL_MAX_BANDWIDTH, 100, synce_apply_loops,
	       "of loop 1"),
	NUMBER(slope_ppb, LAB_NRW, 0, SYNCE_MAX_SLOPE, 7500, synce_apply_loops,
	       "phase slope limit of both, ns/s; 0: none"),
	TIME(ho_acq_ns, 0, 2 * NSEC_PER_SEC, "locked for so long it can hold over"),
	TIME(holdover_max_ns, 0, 14400 * NSEC_PER_SEC, "holdover ends after; 0: never"),
	NUMBER(holdover_ppb, LAB_NRW, -SYNCE_MAX_PPB, SYNCE_MAX_PPB, 1, synce_apply,
	       "by so much holdover is off"),
	/* how it errs */
	NUMBER(osc_ppb, LAB_NEW, -SYNCE_MAX_PPB, SYNCE_MAX_PPB, 0, NULL,
	       "error of the oscillator: see age"),
	NUMBER(drift_ppb_day, LAB_NEW, -PLL_MAX_DRIFT, PLL_MAX_DRIFT, 1, NULL,
	       "and what it gains a day: see age"),
	NUMBER(wander_ps, LAB_NRW, 0, 1000000, 15, synce_apply, "+- on measured phases"),
	NUMBER(temperature, LAB_NRW, -273150, 1000000, 45000, NULL, "1/1000 degree Celsius"),
	/* faults */
	NUMBER(access_ns, LAB_NRW, 0, SYNCE_MAX_ACCESS, 0, NULL, "each register access takes"),
	{ .name = "fail", .help = "op=read|write|all errno=N count=N (-1: always)",
	  .mode = LAB_READ | LAB_WRITE, .show = synce_show_fail, .store = synce_store_fail },
	NUMBER(fail_after, LAB_READ | LAB_WRITE, 0, S64_MAX, 0, NULL,
	       "what is ordered to fail still works so often"),
	/* commands */
	{ .name = "signal",
	  .help = "input=N|LABEL lost=0|1 noise=0|1 offset_ppb= phase_step_ps=; tells the instant",
	  .mode = LAB_WRITE, .store = synce_store_signal },
	{ .name = "age", .help = "the oscillator: by_ppb= drift_ppb_day=; tells the instant",
	  .mode = LAB_WRITE, .store = synce_store_age },
	{ .name = "netdev", .help = "whose clock comes in: input=8..11 name=",
	  .mode = LAB_WRITE, .store = synce_store_netdev },
	/* what it does */
	{ .name = "device", .help = "the platform device", .mode = LAB_READ,
	  .show = synce_show_device },
	{ .name = "state", .help = "each loop, now", .mode = LAB_READ, .show = synce_show_state },
	{ .name = "inputs", .help = "each input, now", .mode = LAB_READ,
	  .show = synce_show_inputs },
	{ .name = "outputs", .help = "each output, now", .mode = LAB_READ,
	  .show = synce_show_outputs },
	{ .name = "transitions", .help = "the last 32 changes of status, exact instants first",
	  .mode = LAB_READ, .show = synce_show_transitions },
	{ .name = "switches", .help = "the last 32 changes of the input followed, the same",
	  .mode = LAB_READ, .show = synce_show_switches },
	{ .name = "sample", .help = "CLOCK_MONOTONIC_RAW, ns", .mode = LAB_READ,
	  .show = synce_show_sample },
	{ .name = "due", .help = "when it next does something by itself; -1: never",
	  .mode = LAB_READ, .show = synce_show_due },
	COUNT(reads, "registers read"),
	COUNT(writes, "registers written"),
	COUNT(interrupts, "interrupts taken"),
	COUNT(timers, "times its timer has fired"),
	{ .name = "failed", .help = "accesses that failed by order", .mode = LAB_READ,
	  .show = synce_show_failed },
};
/* clang-format on */

static struct lab_model synce_model = {
	.name = "synce",
	.help = "a chip of two phase locked loops for SyncE and PTP",
	.owner = THIS_MODULE,
	.size = sizeof(struct synce),
	.max_devices = SYNCE_MAX_DEVICES,
	.attrs = synce_attrs,
	.n_attrs = ARRAY_SIZE(synce_attrs),
	.init = synce_init,
	.start = synce_start,
	.stop = synce_stop,
	.free = synce_free,
};

static int __init lab_synce_init(void)
{
	return lab_model_register(&synce_model);
}

static void __exit lab_synce_exit(void)
{
	lab_model_unregister(&synce_model);
}

module_init(lab_synce_init);
module_exit(lab_synce_exit);
MODULE_DESCRIPTION("Lab: behavioural model of a SyncE and PTP phase locked loop chip");
MODULE_LICENSE("GPL");
