// SPDX-License-Identifier: GPL-2.0
/*
 * lab_hte: a behavioural model of a hardware timestamping provider. It stamps the edges of its
 * lines, which trains and wires drive, with a clock of its own, at the instant of the edge;
 * what goes on to the engine can be delayed as a slow interrupt would, through a FIFO that may
 * overflow. Talks to lab_core and to the driver API of the engine, to nothing else.
 *
 * The clock is a function of CLOCK_MONOTONIC_RAW (lab_clock.h): stamps are exact, and an idle
 * device costs nothing.
 *
 * Locks: p->lock guards lines and FIFO; it is taken in any context. Stamps are pushed with it
 * held, so that all of a chip go out in the order in which they were taken, from whichever
 * processor; a consumer's callback runs inside, and may read the clock. p->clock_lock guards
 * that and the faults, and is taken inside p->lock, never around a push.
 *
 * Removal: lab_core has cut the wires. stop() ends the trains, clears p->up under the lock,
 * after which nothing starts the interrupt's timer, cancels that, and then lets the engine
 * unregister the chip, as it does when a provider loses its driver.
 */
#include <linux/bitmap.h>
#include <linux/hte.h>
#include <linux/of.h>
#include <linux/property.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#ifndef HTE_CHS
#error "the kernel's own hte.h came first: see NOSTDINC_FLAGS in Kbuild"
#endif

#include "lab_fault.h"
#include "lab_train.h"

/* clang-format off */
#define HTE_MAX_DEVICES	64
#define HTE_MAX_LINES	4096
#define HTE_MAX_FIFO	65536
#define HTE_MAX_RATE	100000000	/* error of the clock, ppb */
#define HTE_BATCH	64		/* entries of the FIFO pushed in one interrupt */
#define HTE_CHUNK	256		/* edges of a flood between two looks at the rest of the world */
#define HTE_BREATH	20000LL		/* ns between two interrupts that are full */

enum hte_op {
	OP_REQUEST, OP_RELEASE, OP_ENABLE, OP_DISABLE, OP_CLOCK_INFO, OP_GETTIME, OP_XLATE, OP_COUNT,
};

static const char *const hte_op_name[OP_COUNT] = {
	"request", "release", "enable", "disable", "clk_src_info", "gettime", "xlate",
};
/* clang-format on */

/*
 * A line. edges == stamped + ignored + lost + overflow + those that wait in the FIFO.
 */
struct hte_in {
	bool high; /* its level */
	bool requested, enabled;
	u8 edge_flags;	  /* which edges are stamped */
	u32 overflow_now; /* lost in the FIFO, and not yet reported */
	u64 edges, stamped, refused, ignored, lost, overflow;
};

struct hte_entry {
	u64 tsc;
	s64 raw; /* the edge's instant */
	u32 line;
	u32 overflow; /* stamps of the line that the FIFO lost before it */
	s8 level;
};

struct hte {
	struct lab_device lab;
	spinlock_t lock;
	raw_spinlock_t clock_lock; /* hard interrupts ask for the time */
	bool up;
	struct hte_chip chip;
	struct hte_ops ops;
	struct lab_clock clock;
	struct lab_random jitter_random, delay_random;
	struct lab_trains *trains;
	struct hte_in *in;
	struct hrtimer irq;
	struct hte_entry *entries; /* the FIFO: a ring */
	u32 head, occupancy;
	unsigned long *overflown; /* lines with overflow_now */
	u64 overflow_now;	  /* of all lines */
	u64 stamped, refused, ignored, lost, overflow, interrupts, occupancy_max;
	s64 offset_before; /* what offset_ns the clock has had already */
	struct lab_fault fault[OP_COUNT];
	char name[32];
	char time_text[24];
	clockid_t clock_type;
	/* numbers that are attributes */
	s64 lines, rate_ppb, offset_ns, resolution_ns, jitter_ns, seed, readable, clock_info,
		levels;
	s64 leaky, fifo, irq_delay_ns, irq_jitter_ns, freeze, stuck, lose_next, from;
};
static_assert(offsetof(struct hte, lab) == 0);

static struct hte *hte_of_lab(struct lab_device *ld)
{
	return container_of(ld, struct hte, lab);
}

static struct hte *hte_of_chip(const struct hte_chip *chip)
{
	return chip->data;
}

/* what the chip's counter shows at an instant: a multiple of its resolution; clock_lock is held */
static u64 hte_at(struct hte *p, s64 raw)
{
	u64 time = max(lab_clock_at(&p->clock, raw), 0LL);

	return p->resolution_ns > 1 ? time - time % p->resolution_ns : time;
}

/* ---- stamps; the lock is held ------------------------------------------------*/

static void hte_push(struct hte *p, u32 line, u64 tsc, int level)
{
	struct hte_ts_data stamp = { .tsc = tsc, .raw_level = level };

	p->in[line].stamped++;
	p->stamped++;
	if (hte_push_ts_ns(&p->chip, line, &stamp)) {
		p->in[line].refused++;
		p->refused++;
	}
}

static void hte_irq_start(struct hte *p, s64 delay)
{
	if (p->up && !p->freeze)
		hrtimer_start(&p->irq, ns_to_ktime(max(delay, 0LL)), HRTIMER_MODE_REL);
}

/* when the interrupt for what the FIFO holds will come, from now */
static s64 hte_irq_delay(struct hte *p, s64 instant)
{
	s64 jitter = p->irq_jitter_ns / 2;

	return instant + p->irq_delay_ns + jitter + lab_random_within(&p->delay_random, jitter) -
	       ktime_get_raw_ns();
}

static void hte_enqueue(struct hte *p, u32 line, s64 raw, u64 tsc, int level)
{
	struct hte_in *in = &p->in[line];
	struct hte_entry *e;

	if (p->occupancy == p->fifo) {
		in->overflow++;
		in->overflow_now++;
		p->overflow++;
		p->overflow_now++;
		__set_bit(line, p->overflown);
		return;
	}
	e = &p->entries[(p->head + p->occupancy++) % p->fifo];
	*e = (struct hte_entry){
		.tsc = tsc,
		.raw = raw,
		.line = line,
		.level = level,
		.overflow = in->overflow_now,
	};
	in->overflow_now = 0;
	__clear_bit(line, p->overflown);
	p->occupancy_max = max_t(u64, p->occupancy_max, p->occupancy);
	if (p->occupancy == 1)
		hte_irq_start(p, hte_irq_delay(p, raw));
}

/* an edge has come to a line, by train, wire or flood */
static void hte_edge_locked(struct hte *p, u32 line, s64 raw, bool rising)
{
	struct hte_in *in = &p->in[line];
	u8 kind = rising ? HTE_RISING_EDGE_TS : HTE_FALLING_EDGE_TS;
	int level = p->levels ? rising : -1;
	s64 stamped;
	u64 tsc;

	in->edges++;
	in->high = rising;
	if (!p->up || (!(in->requested && in->enabled) && !p->leaky) ||
	    (in->requested && !(in->edge_flags & kind))) {
		in->ignored++;
		p->ignored++;
		return;
	}
	if (p->lose_next) {
		p->lose_next--;
		in->lost++;
		p->lost++;
		return;
	}
	stamped = raw + lab_random_within(&p->jitter_random, p->jitter_ns);
	raw_spin_lock(&p->clock_lock);
	tsc = hte_at(p, stamped);
	raw_spin_unlock(&p->clock_lock);
	/* without a delay straight on, unless others wait: they come first */
	if (!p->irq_delay_ns && !p->irq_jitter_ns && !p->freeze && !p->occupancy)
		hte_push(p, line, tsc, level);
	else
		hte_enqueue(p, line, raw, tsc, level);
}

static void hte_edge(struct hte *p, u32 line, s64 raw, bool rising)
{
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	hte_edge_locked(p, line, raw, rising);
	spin_unlock_irqrestore(&p->lock, flags);
}

/* tell the engine of the losses that no entry behind them tells of */
static void hte_report_rest(struct hte *p)
{
	unsigned int line;

	for_each_set_bit(line, p->overflown, p->lines) {
		hte_report_drops(&p->chip, line, p->in[line].overflow_now, HTE_DROP_OVERFLOW);
		p->in[line].overflow_now = 0;
	}
	bitmap_zero(p->overflown, p->lines);
}

/* push what the FIFO holds, a batch at the most; the lock is held. False: there is more */
static bool hte_serve(struct hte *p)
{
	struct hte_entry *e;
	int n;

	hte_report_fifo(&p->chip, p->occupancy, p->overflow_now);
	p->overflow_now = 0;
	for (n = 0; n < HTE_BATCH && p->occupancy; n++) {
		e = &p->entries[p->head];
		if (e->overflow)
			hte_report_drops(&p->chip, e->line, e->overflow, HTE_DROP_OVERFLOW);
		hte_push(p, e->line, e->tsc, e->level);
		p->head = (p->head + 1) % p->fifo;
		p->occupancy--;
	}
	if (p->occupancy)
		return false;
	hte_report_rest(p);
	return true;
}

/* the chip's interrupt: empty the FIFO */
static enum hrtimer_restart hte_irq(struct hrtimer *t)
{
	struct hte *p = container_of(t, struct hte, irq);
	unsigned long flags;
	s64 began;

	spin_lock_irqsave(&p->lock, flags);
	began = ktime_get_raw_ns();
	if (!p->up || p->freeze)
		goto unlock;
	p->interrupts++;
	if (!hte_serve(p))
		hte_irq_start(p, max(ktime_get_raw_ns() - began, HTE_BREATH));
unlock:
	spin_unlock_irqrestore(&p->lock, flags);
	return HRTIMER_NORESTART;
}

/* ---- where edges come from ---------------------------------------------------*/

static void hte_wire_edge(struct lab_device *ld, unsigned int port, const struct lab_edge *e)
{
	hte_edge(hte_of_lab(ld), port, e->raw, e->rising);
}

static void hte_train_edge(struct lab_device *ld, unsigned int line, s64 raw, bool rising)
{
	hte_edge(hte_of_lab(ld), line, raw, rising);
}

static bool hte_level(struct lab_device *ld, unsigned int line)
{
	return READ_ONCE(hte_of_lab(ld)->in[line].high);
}

static int hte_store_edges(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	return lab_trains_store(hte_of_lab(ld)->trains, text);
}

/* one chunk of a flood; returns the line that comes next */
static u32 hte_flood(struct hte *p, const unsigned long *lines, u32 line, u32 n)
{
	while (n--) {
		hte_edge(p, line, ktime_get_raw_ns(), !READ_ONCE(p->in[line].high));
		line = find_next_bit(lines, p->lines, line + 1);
		if (line >= p->lines)
			line = find_first_bit(lines, p->lines);
	}
	return line;
}

static int hte_store_flood(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct hte *p = hte_of_lab(ld);
	s64 count = 1000000, left, began, ns, chunk;
	struct lab_arg args[] = {
		{ "lines", .max = p->lines },
		{ "line", .max = p->lines },
		{ "count", &count, 1, 1000000000 },
	};
	unsigned long *lines;
	u32 line;
	int err;

	lines = bitmap_zalloc(p->lines, GFP_KERNEL);
	if (!lines)
		return -ENOMEM;
	args[0].lines = args[1].lines = lines;
	err = lab_args(text, args, ARRAY_SIZE(args));
	if (bitmap_empty(lines, p->lines))
		__set_bit(0, lines);
	line = find_first_bit(lines, p->lines);
	began = ktime_get_raw_ns();
	for (left = count; !err && left; left -= chunk) {
		chunk = min_t(s64, left, HTE_CHUNK);
		line = hte_flood(p, lines, line, chunk);
		cond_resched();
		if (!READ_ONCE(p->up))
			err = -ENODEV;
		else if (signal_pending(current))
			err = -EINTR;
	}
	ns = max(ktime_get_raw_ns() - began, 1LL);
	bitmap_free(lines);
	if (err)
		return err;
	return lab_say("edges=%lld ns=%lld edges_per_s=%llu", count, ns,
		       div64_u64((u64)count * NSEC_PER_SEC, ns));
}

/* ---- the engine's calls ------------------------------------------------------*/

static int hte_fails(struct hte *p, enum hte_op op)
{
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&p->clock_lock, flags);
	err = lab_fails(&p->fault[op]);
	raw_spin_unlock_irqrestore(&p->clock_lock, flags);
	return err;
}

/* fails by order, or gives a line another state; edge_flags 0 leaves those */
static int hte_set_line(struct hte *p, enum hte_op op, u32 line, bool requested, bool enabled,
			u8 edge_flags)
{
	struct hte_in *in = &p->in[line];
	unsigned long flags;
	int err = hte_fails(p, op);

	if (err)
		return err;
	spin_lock_irqsave(&p->lock, flags);
	in->requested = requested;
	in->enabled = enabled;
	if (edge_flags)
		in->edge_flags = edge_flags;
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static int hte_request(struct hte_chip *chip, struct hte_ts_desc *desc, u32 line)
{
	const u8 both = HTE_RISING_EDGE_TS | HTE_FALLING_EDGE_TS;

	/* a consumer that says nothing of edges wants them all */
	return hte_set_line(hte_of_chip(chip), OP_REQUEST, line, true, true,
			    desc->attr.edge_flags & both ?: both);
}

/* stamps that wait must not be taken for those of who requests the line next */
static int hte_release(struct hte_chip *chip, struct hte_ts_desc *desc, u32 line)
{
	struct hte *p = hte_of_chip(chip);
	int err = hte_set_line(p, OP_RELEASE, line, false, false, 0);
	unsigned long flags;
	bool empty;
	s64 left;

	if (err)
		return err;
	/* others' stamps, which may come all the time, are no reason to stay for ever */
	for (left = p->fifo, empty = !left; !empty && left > 0; left -= HTE_BATCH) {
		spin_lock_irqsave(&p->lock, flags);
		empty = hte_serve(p);
		spin_unlock_irqrestore(&p->lock, flags);
	}
	return 0;
}

static int hte_enable(struct hte_chip *chip, u32 line)
{
	return hte_set_line(hte_of_chip(chip), OP_ENABLE, line, true, true, 0);
}

static int hte_disable(struct hte_chip *chip, u32 line)
{
	return hte_set_line(hte_of_chip(chip), OP_DISABLE, line, true, false, 0);
}

static int hte_clk_src_info(struct hte_chip *chip, struct hte_clk_info *info)
{
	struct hte *p = hte_of_chip(chip);
	int err = hte_fails(p, OP_CLOCK_INFO);

	if (err)
		return err;
	info->hz = div64_u64(NSEC_PER_SEC, p->resolution_ns);
	info->type = p->clock_type;
	return 0;
}

static int hte_get_time_ns(struct hte_chip *chip, u64 *time_ns)
{
	struct hte *p = hte_of_chip(chip);
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&p->clock_lock, flags);
	*time_ns = hte_at(p, ktime_get_raw_ns());
	err = p->readable ? lab_fails(&p->fault[OP_GETTIME]) : -EOPNOTSUPP;
	raw_spin_unlock_irqrestore(&p->clock_lock, flags);
	return err;
}

static int hte_xlate(struct hte_chip *chip, u32 line, u32 *xlated_id)
{
	struct hte *p = hte_of_chip(chip);
	int err = hte_fails(p, OP_XLATE);

	if (err)
		return err;
	if (line >= p->lines)
		return -EINVAL;
	*xlated_id = line;
	return 0;
}

/* timestamps = <&provider line> */
static int hte_xlate_of(struct hte_chip *chip, const struct of_phandle_args *args,
			struct hte_ts_desc *desc, u32 *xlated_id)
{
	if (args->args_count != chip->of_hte_n_cells)
		return -EINVAL;
	desc->attr.line_id = args->args[0];
	return hte_xlate(chip, args->args[0], xlated_id);
}

/* line_data is the provider's device, line_id the line */
static int hte_xlate_plat(struct hte_chip *chip, struct hte_ts_desc *desc, u32 *xlated_id)
{
	return hte_xlate(chip, desc->attr.line_id, xlated_id);
}

static bool hte_match(const struct hte_chip *chip, const struct hte_ts_desc *desc)
{
	return desc->attr.line_data == chip->dev;
}

/* ---- attributes --------------------------------------------------------------*/

static int hte_apply_rate(struct lab_device *ld, const struct lab_attr *a)
{
	struct hte *p = hte_of_lab(ld);
	unsigned long flags;

	raw_spin_lock_irqsave(&p->clock_lock, flags);
	lab_clock_rate(&p->clock, ktime_get_raw_ns(), p->rate_ppb * LAB_RATE_PPB);
	raw_spin_unlock_irqrestore(&p->clock_lock, flags);
	return 0;
}

static int hte_apply_offset(struct lab_device *ld, const struct lab_attr *a)
{
	struct hte *p = hte_of_lab(ld);
	unsigned long flags;

	raw_spin_lock_irqsave(&p->clock_lock, flags);
	lab_clock_step(&p->clock, ktime_get_raw_ns(), p->offset_ns - p->offset_before);
	p->offset_before = p->offset_ns;
	raw_spin_unlock_irqrestore(&p->clock_lock, flags);
	return 0;
}

static int hte_apply_stuck(struct lab_device *ld, const struct lab_attr *a)
{
	struct hte *p = hte_of_lab(ld);
	unsigned long flags;

	raw_spin_lock_irqsave(&p->clock_lock, flags);
	lab_clock_stop(&p->clock, ktime_get_raw_ns(), p->stuck);
	raw_spin_unlock_irqrestore(&p->clock_lock, flags);
	return 0;
}

static void hte_reseed(struct hte *p)
{
	lab_random_seed(&p->jitter_random, p->seed, 1);
	lab_random_seed(&p->delay_random, p->seed, 2);
}

static int hte_apply_seed(struct lab_device *ld, const struct lab_attr *a)
{
	struct hte *p = hte_of_lab(ld);
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	hte_reseed(p);
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

/* interrupts come again: at once, if they are due */
static int hte_apply_freeze(struct lab_device *ld, const struct lab_attr *a)
{
	struct hte *p = hte_of_lab(ld);
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	if (p->occupancy)
		hte_irq_start(p, hte_irq_delay(p, p->entries[p->head].raw));
	spin_unlock_irqrestore(&p->lock, flags);
	return 0;
}

static int hte_store_fail(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct hte *p = hte_of_lab(ld);

	return lab_faults_store_raw(p->fault, OP_COUNT, &p->clock_lock, text);
}

static ssize_t hte_show_fail(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct hte *p = hte_of_lab(ld);

	return lab_faults_show(p->fault, OP_COUNT, buf);
}

static ssize_t hte_show_failed(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return lab_faults_show_failed(hte_of_lab(ld)->fault, OP_COUNT, buf);
}

/* a->offset is that of a u64 in struct hte_in */
static ssize_t hte_show_each(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct hte *p = hte_of_lab(ld);
	s64 from = READ_ONCE(p->from);

	if (from >= p->lines)
		return 0;
	return lab_show_each(p->in + from, sizeof(*p->in), p->lines - from, a->offset, buf);
}

static ssize_t hte_show_edges_all(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct hte *p = hte_of_lab(ld);
	u64 edges = 0;
	int i;

	for (i = 0; i < p->lines; i++)
		edges += READ_ONCE(p->in[i].edges);
	return sysfs_emit(buf, "%llu\n", edges);
}

static ssize_t hte_show_waiting(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(hte_of_lab(ld)->occupancy));
}

static ssize_t hte_show_sample(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct hte *p = hte_of_lab(ld);
	unsigned long flags;
	u64 time;
	s64 raw;

	raw_spin_lock_irqsave(&p->clock_lock, flags);
	raw = ktime_get_raw_ns();
	time = hte_at(p, raw);
	raw_spin_unlock_irqrestore(&p->clock_lock, flags);
	return sysfs_emit(buf, "%lld %llu\n", raw, time);
}

static ssize_t hte_show_name(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%s\n", hte_of_lab(ld)->name);
}

static int hte_store_name(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct hte *p = hte_of_lab(ld);

	if (!*text || strchr(text, '/') || !strcmp(text, ".") || !strcmp(text, "..") ||
	    strscpy(p->name, text) < 0) {
		lab_say("name: '%s': want up to %zu characters, none of them a slash, not . or ..",
			text, sizeof(p->name) - 1);
		return -EINVAL;
	}
	return 0;
}

static ssize_t hte_show_time(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%s\n", hte_of_lab(ld)->time_text);
}

/* what the clock shows at first: that of a clock of the kernel's, plus so much */
static bool hte_time_of(struct hte *p, s64 *plus)
{
	*plus = 0;
	p->clock_type = CLOCK_MONOTONIC_RAW;
	if (!strcmp(p->time_text, "monotonic"))
		p->clock_type = CLOCK_MONOTONIC;
	else if (!strcmp(p->time_text, "realtime"))
		p->clock_type = CLOCK_REALTIME;
	else if (strcmp(p->time_text, "zero"))
		return !kstrtos64(p->time_text, 0, plus) && *plus >= 0;
	return true;
}

static int hte_store_time(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct hte *p = hte_of_lab(ld);
	s64 plus;

	if (strscpy(p->time_text, text) < 0 || !hte_time_of(p, &plus)) {
		lab_say("time: '%s': want monotonic, realtime, zero or ns", text);
		return -EINVAL;
	}
	return 0;
}

/* ---- life --------------------------------------------------------------------*/

static int hte_init(struct lab_device *ld)
{
	struct hte *p = hte_of_lab(ld);
	int i, err = -ENOMEM;

	spin_lock_init(&p->lock);
	raw_spin_lock_init(&p->clock_lock);
	lab_timer_setup(&p->irq, hte_irq);
	for (i = 0; i < OP_COUNT; i++)
		p->fault[i].name = hte_op_name[i];
	if (!*p->name)
		strscpy(p->name, dev_name(&ld->dev));
	if (!*p->time_text)
		strscpy(p->time_text, "monotonic");
	if (!p->seed)
		p->seed = ld->id + 1;
	hte_reseed(p);
	ld->n_in = p->lines;

	p->in = kvcalloc(p->lines, sizeof(*p->in), GFP_KERNEL);
	if (!p->in)
		return err;
	p->entries = kvcalloc(p->fifo, sizeof(*p->entries), GFP_KERNEL);
	if (!p->entries)
		goto free_in;
	p->overflown = bitmap_zalloc(p->lines, GFP_KERNEL);
	if (!p->overflown)
		goto free_entries;
	p->trains = lab_trains_new(ld, p->lines, hte_train_edge, hte_level);
	if (!IS_ERR(p->trains))
		return 0;

	err = PTR_ERR(p->trains);
	bitmap_free(p->overflown);
free_entries:
	kvfree(p->entries);
free_in:
	kvfree(p->in);
	return err;
}

static void hte_free(struct lab_device *ld)
{
	struct hte *p = hte_of_lab(ld);

	lab_trains_free(p->trains);
	bitmap_free(p->overflown);
	kvfree(p->entries);
	kvfree(p->in);
}

/* software nodes and device trees say how many cells a reference to a line has */
static const struct property_entry hte_properties[] = { PROPERTY_ENTRY_U32("#timestamp-cells", 1),
							{} };

static int hte_start(struct lab_device *ld)
{
	struct hte *p = hte_of_lab(ld);
	s64 raw, plus;
	int err;

	p->ops = (struct hte_ops){
		.request = hte_request,
		.release = hte_release,
		.enable = hte_enable,
		.disable = hte_disable,
		.get_clk_src_info = p->clock_info ? hte_clk_src_info : NULL,
		.get_time_ns = hte_get_time_ns,
	};
	p->chip = (struct hte_chip){
		.name = p->name,
		.dev = &ld->dev,
		.ops = &p->ops,
		.nlines = p->lines,
		.xlate_of = hte_xlate_of,
		.xlate_plat = hte_xlate_plat,
		.match_from_linedata = hte_match,
		.of_hte_n_cells = 1,
		.data = p,
	};
	hte_time_of(p, &plus);
	lab_clock_begin(&p->clock, p->clock_type);
	raw = p->clock.raw0;
	lab_clock_step(&p->clock, raw, plus + p->offset_ns);
	p->offset_before = p->offset_ns;
	lab_clock_rate(&p->clock, raw, p->rate_ppb * LAB_RATE_PPB);
	lab_clock_stop(&p->clock, raw, p->stuck);

	/* goes with the device */
	err = device_create_managed_software_node(&ld->dev, hte_properties, NULL);
	if (err)
		return err;
	/* no driver is bound to the device: its managed resources end with this group */
	if (!devres_open_group(&ld->dev, p, GFP_KERNEL))
		return -ENOMEM;
	p->up = true;
	err = devm_hte_register_chip(&p->chip);
	if (err) {
		lab_say("the engine refuses the provider");
		p->up = false;
		devres_release_group(&ld->dev, p);
		return err;
	}
	devres_close_group(&ld->dev, p);
	return 0;
}

static void hte_stop(struct lab_device *ld)
{
	struct hte *p = hte_of_lab(ld);
	unsigned long flags;

	lab_trains_stop(p->trains);
	spin_lock_irqsave(&p->lock, flags);
	p->up = false;
	spin_unlock_irqrestore(&p->lock, flags);
	hrtimer_cancel(&p->irq);
	devres_release_group(&ld->dev, p);
}

/* clang-format off */
#define NUMBER(field, mode, min, max, def, apply, help) \
	LAB_NUMBER(struct hte, field, mode, min, max, def, apply, help)
#define FLAG(field, mode, def, help) NUMBER(field, mode, 0, 1, def, NULL, help)
#define COUNT(name, field, help) \
	{ name, help, LAB_READ, offsetof(struct hte, field), .show = lab_show_count }
#define EACH(field, help) \
	{ "in_" #field, "each line: " help, LAB_READ, offsetof(struct hte_in, field), \
	  .show = hte_show_each }
#define LAB_NRW (LAB_NEW | LAB_READ | LAB_WRITE)

static const struct lab_attr hte_attrs[] = {
	/* what it is */
	{ .name = "name", .help = "of the provider, and of its folder in debugfs", .mode = LAB_NEW,
	  .text = "hteN", .show = hte_show_name, .store = hte_store_name },
	NUMBER(lines, LAB_NEW, 1, HTE_MAX_LINES, 64, NULL, "lines"),
	{ .name = "time", .help = "its clock at first: monotonic, realtime, zero or ns",
	  .mode = LAB_NEW, .text = "monotonic", .show = hte_show_time, .store = hte_store_time },
	NUMBER(offset_ns, LAB_NRW, S64_MIN / 4, S64_MAX / 4, 0, hte_apply_offset,
	       "added to its clock"),
	NUMBER(rate_ppb, LAB_NRW, -HTE_MAX_RATE, HTE_MAX_RATE, 0, hte_apply_rate,
	       "error of its clock"),
	NUMBER(resolution_ns, LAB_NEW, 1, 1000000, 1, NULL, "stamps are multiples of it"),
	FLAG(readable, LAB_NRW, 1, "the engine can read its clock"),
	FLAG(clock_info, LAB_NEW, 1, "tells of its clock"),
	FLAG(levels, LAB_NRW, 1, "knows the level of a line at its edge; 0: stamps say -1"),
	FLAG(leaky, LAB_NRW, 0, "stamps lines that nobody has requested or enabled, too"),
	NUMBER(fifo, LAB_NEW, 1, HTE_MAX_FIFO, 256, NULL,
	       "entries of the FIFO where stamps wait for the interrupt"),
	/* how it errs */
	NUMBER(irq_delay_ns, LAB_NRW, 0, 10 * NSEC_PER_SEC, 0, NULL,
	       "from an edge to the interrupt that pushes it; 0: no FIFO"),
	NUMBER(irq_jitter_ns, LAB_NRW, 0, NSEC_PER_SEC, 0, NULL, "more of that, up to so much"),
	NUMBER(freeze, LAB_NRW, 0, 1, 0, hte_apply_freeze, "no interrupt comes; the FIFO fills"),
	NUMBER(jitter_ns, LAB_NRW, 0, NSEC_PER_SEC, 0, NULL, "+- on stamps"),
	NUMBER(seed, LAB_NRW, S64_MIN, S64_MAX, 0, hte_apply_seed,
	       "of jitters; writing starts over; 0: N + 1"),
	NUMBER(stuck, LAB_NRW, 0, 1, 0, hte_apply_stuck,
	       "clock stopped; goes on from where it stood"),
	NUMBER(lose_next, LAB_READ | LAB_WRITE, 0, S64_MAX, 0, NULL,
	       "so many edges get lost, untold"),
	{ .name = "fail", .mode = LAB_READ | LAB_WRITE,
	  .help = "op=request|release|...|all errno=N count=N (-1: always)",
	  .show = hte_show_fail, .store = hte_store_fail },
	/* commands */
	{ .name = "edges", .help = LAB_TRAINS_HELP, .mode = LAB_WRITE | LAB_LONG,
	  .store = hte_store_edges },
	{ .name = "flood", .help = "edges back to back: lines=0-63,70 count=N",
	  .mode = LAB_WRITE | LAB_LONG, .store = hte_store_flood },
	/* what it does */
	{ .name = "sample", .help = "CLOCK_MONOTONIC_RAW and its clock at one instant, ns",
	  .mode = LAB_READ, .show = hte_show_sample },
	{ .name = "all_edges", .help = "edges of all lines", .mode = LAB_READ,
	  .show = hte_show_edges_all },
	COUNT("all_stamped", stamped, "stamps pushed"),
	COUNT("all_refused", refused, "of these, refused by the engine"),
	COUNT("all_ignored", ignored, "edges of lines that are off, or of the other kind"),
	COUNT("all_lost", lost, "edges lost by lose_next"),
	COUNT("all_overflow", overflow, "stamps that found the FIFO full"),
	{ .name = "waiting", .help = "stamps in the FIFO", .mode = LAB_READ,
	  .show = hte_show_waiting },
	COUNT("waiting_max", occupancy_max, "the most that there were"),
	COUNT("interrupts", interrupts, "times that the FIFO was emptied"),
	{ .name = "failed", .help = "calls that failed by order", .mode = LAB_READ,
	  .show = hte_show_failed },
	NUMBER(from, LAB_READ | LAB_WRITE, 0, HTE_MAX_LINES - 1, 0, NULL,
	       "the line with which these begin, which are cut off after 4 kB"),
	EACH(edges, "edges come in"),
	EACH(stamped, "pushed"),
	EACH(refused, "of these, refused"),
	EACH(ignored, "edges while off, or of the other kind"),
	EACH(lost, "lost by lose_next"),
	EACH(overflow, "found the FIFO full"),
};
/* clang-format on */

static struct lab_model hte_model = {
	.name = "hte",
	.help = "a provider of hardware time stamps",
	.ports = "in0... are the lines",
	.owner = THIS_MODULE,
	.size = sizeof(struct hte),
	.max_devices = HTE_MAX_DEVICES,
	.attrs = hte_attrs,
	.n_attrs = ARRAY_SIZE(hte_attrs),
	.init = hte_init,
	.start = hte_start,
	.stop = hte_stop,
	.free = hte_free,
	.edge = hte_wire_edge,
};

static int __init lab_hte_init(void)
{
	return lab_model_register(&hte_model);
}

static void __exit lab_hte_exit(void)
{
	lab_model_unregister(&hte_model);
}

module_init(lab_hte_init);
module_exit(lab_hte_exit);
MODULE_DESCRIPTION("Lab: behavioural model of a provider of hardware time stamps");
MODULE_LICENSE("GPL");
