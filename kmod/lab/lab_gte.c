// SPDX-License-Identifier: GPL-2.0
/*
 * lab_gte: a behavioural model of NVIDIA's generic timestamping engine of Tegra194 and
 * Tegra234, register for register, with the counter that it stamps by, its interrupt and the
 * power domain it lives in. Talks to lab_core, to the register maps, interrupts and platform
 * devices of the kernel, to nothing else; which driver takes the device is not its business.
 *
 * The device is a parent with register maps (the main one, and "tsc"), whose child is the
 * platform device that a driver binds to, with an interrupt of a domain of its own.
 *
 * A line that changes while the engine is on and the line enabled puts an entry into the
 * FIFO: the tick, the slice, its lines before and after. Lines of a slice that change at
 * one tick share the entry, until somebody has begun to read it. What finds the FIFO full
 * is lost. Silicon is silent about that; the model keeps loss counters, which are cleared by
 * reading, behind the registers of the chip.
 *
 * The interrupt is a level: up while the FIFO holds as many entries as the threshold says.
 * An irq_work takes it into a hard interrupt, again and again until it is down or masked.
 *
 * Locks: g->lock guards all of it; a raw one, since the interrupt core calls mask and unmask
 * with its own raw lock held. Nothing is called with it held but irq_work_queue() and
 * hrtimer_start().
 *
 * Books, of changes of lines: edges == ignored + stamped + lost.
 */
#include <linux/bits.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/pm_domain.h>
#include <linux/property.h>
#include <linux/regmap.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "lab_fault.h"
#include "lab_train.h"

/* clang-format off */
#define GTE_MAX_DEVICES		64
#define GTE_MAX_SLICES		64
#define GTE_MAX_RATE		100000000	/* of the counter, ppb */
#define GTE_MAX_FIFO		255		/* what the occupancy's field can tell */
#define GTE_TICK_SHIFT		5		/* 32 ns: 31.25 MHz */

#define R_TECTRL		0x00
#define   TECTRL_ENABLE			BIT(0)
#define   TECTRL_INTERRUPT		BIT(1)
#define   TECTRL_THRESHOLD_SHIFT	8
#define R_TETSCH		0x04
#define R_TETSCL		0x08
#define R_TESRC			0x0c
#define R_TECCV			0x10
#define R_TEPCV			0x14
#define R_TECMD			0x1c
#define   TECMD_POP			BIT(0)
#define R_TESTATUS		0x20
#define R_TETEN			0x40		/* of slice 0, the others 0x20 apart */
#define R_LOSSES		0x4000		/* ours: all, then a register a line */
#define R_LAST			0xfffc

#define R_CNTCVL		0x0		/* of the map "tsc" */
#define R_CNTCVH		0x4

enum gte_op { OP_READ, OP_WRITE, OP_TSC, OP_COUNT };
static const char *const gte_op_name[OP_COUNT] = { "read", "write", "tsc" };
/* clang-format on */

static const struct gte_variant {
	const char *name;
	const char *device;
	u32 slices;
} gte_variants[] = {
	{ "tegra194-lic", "tegra194-gte-lic", 11 },
	{ "tegra194-aon", "tegra194-gte-aon", 3 },
	{ "tegra234-lic", "tegra234-gte-lic", 17 },
	{ "tegra234-aon", "tegra234-gte-aon", 3 },
};

struct gte_entry {
	u64 tick;
	u32 slice;
	u32 before, after;
	bool seen; /* somebody reads it: it changes no more */
};

struct gte_line {
	u64 edges, stamped, lost;
	u32 loss_counter;
};

struct gte_slice {
	u32 enabled; /* TETEN */
	u32 level;
	u32 newest; /* number of its newest entry + 1; 0: it had none */
};

struct gte {
	struct lab_device lab;
	const struct gte_variant *variant;
	unsigned int n_lines;
	struct lab_trains *trains;
	struct platform_device *pdev;
	struct irq_domain *domain;
	struct fwnode_handle *node;
	unsigned int virq;
	struct dev_pm_domain power;

	raw_spinlock_t lock;
	bool up;
	struct lab_clock clock; /* ns of the counter */
	u32 tectrl;
	u32 head, tail; /* numbers of the first entry and of the next new one */
	u32 loss_counter;
	struct gte_entry entries[GTE_MAX_FIFO + 1];
	struct gte_slice *slice;
	struct gte_line *line;
	bool masked;  /* by the interrupt core */
	bool raised;  /* the level, as it leaves the chip */
	bool delayed; /* the level will be up when the timer fires */
	struct hrtimer timer;
	struct irq_work work;
	struct lab_fault fault[OP_COUNT];
	u64 edges, ignored, stamped, lost, interrupts, power_lost;
	u32 max_occupancy;

	/* numbers that are attributes */
	s64 slices, fifo, threshold, loss_counters, tsc, offset_ns, rate_ppb, irq_delay_ns, freeze;
	s64 overflow, from;
};
static_assert(offsetof(struct gte, lab) == 0);

static struct gte *gte_of_lab(struct lab_device *ld)
{
	return container_of(ld, struct gte, lab);
}

/* ---- the interrupt; the lock is held where nothing else is said ---- */

static u32 gte_occupancy(const struct gte *g)
{
	return g->tail - g->head;
}

static void gte_kick(struct gte *g)
{
	if (g->up && g->raised && !g->masked && !g->freeze)
		irq_work_queue(&g->work);
}

/* the FIFO, the threshold or the switches have changed: what does the level do? */
static void gte_update(struct gte *g)
{
	u32 least = max(g->tectrl >> TECTRL_THRESHOLD_SHIFT, 1U);

	if (!(g->tectrl & TECTRL_INTERRUPT) || gte_occupancy(g) < least) {
		g->raised = false;
		g->delayed = false;
		return;
	}
	if (!g->raised && g->irq_delay_ns) {
		if (!g->delayed && g->up)
			hrtimer_start(&g->timer, ns_to_ktime(g->irq_delay_ns), HRTIMER_MODE_REL);
		g->delayed = true;
		return;
	}
	g->raised = true;
	gte_kick(g);
}

static enum hrtimer_restart gte_delay_over(struct hrtimer *timer)
{
	struct gte *g = container_of(timer, struct gte, timer);
	unsigned long flags;

	raw_spin_lock_irqsave(&g->lock, flags);
	if (g->delayed) {
		g->delayed = false;
		g->raised = true;
		gte_kick(g);
	}
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return HRTIMER_NORESTART;
}

/* hard interrupt, lock not held */
static void gte_interrupt(struct irq_work *work)
{
	struct gte *g = container_of(work, struct gte, work);
	unsigned long flags;
	bool go;

	raw_spin_lock_irqsave(&g->lock, flags);
	go = g->up && g->raised && !g->masked && !g->freeze;
	g->interrupts += go;
	raw_spin_unlock_irqrestore(&g->lock, flags);
	if (go)
		generic_handle_irq(g->virq);
}

static void gte_set_masked(struct irq_data *d, bool masked)
{
	struct gte *g = irq_data_get_irq_chip_data(d);
	unsigned long flags;

	raw_spin_lock_irqsave(&g->lock, flags);
	g->masked = masked;
	gte_kick(g);
	raw_spin_unlock_irqrestore(&g->lock, flags);
}

static void gte_irq_mask(struct irq_data *d)
{
	gte_set_masked(d, true);
}

static void gte_irq_unmask(struct irq_data *d)
{
	gte_set_masked(d, false);
}

static struct irq_chip gte_irq_chip = {
	.name = "lab-gte",
	.irq_mask = gte_irq_mask,
	.irq_unmask = gte_irq_unmask,
	.flags = IRQCHIP_SKIP_SET_WAKE,
};

static int gte_irq_map(struct irq_domain *domain, unsigned int virq, irq_hw_number_t hw)
{
	irq_set_chip_data(virq, domain->host_data);
	irq_set_chip_and_handler(virq, &gte_irq_chip, handle_level_irq);
	irq_set_status_flags(virq, IRQ_LEVEL | IRQ_NOPROBE);
	return 0;
}

static void gte_irq_unmap(struct irq_domain *domain, unsigned int virq)
{
	irq_set_chip_and_handler(virq, NULL, NULL);
	irq_set_chip_data(virq, NULL);
}

static const struct irq_domain_ops gte_irq_ops = { .map = gte_irq_map, .unmap = gte_irq_unmap };

/* ---- lines ---- */

static struct gte_entry *gte_entry(struct gte *g, u32 number)
{
	return &g->entries[number % ARRAY_SIZE(g->entries)];
}

/* the slice's entry of this tick that nobody has looked at yet; lock held */
static struct gte_entry *gte_open_entry(struct gte *g, u32 slice, u64 tick, u32 bit)
{
	u32 number = g->slice[slice].newest - 1;
	struct gte_entry *e = gte_entry(g, number);

	if (!g->slice[slice].newest || number - g->head >= gte_occupancy(g))
		return NULL;
	/* a line that changes twice in a tick gets two stamps: more than silicon would see */
	return e->tick == tick && !e->seen && !((e->before ^ e->after) & bit) ? e : NULL;
}

/* a line has changed, the engine wants to know; lock held */
static void gte_stamp(struct gte *g, u32 line, u64 tick)
{
	u32 slice = line / 32, bit = BIT(line % 32);
	struct gte_slice *s = &g->slice[slice];
	struct gte_entry *e = gte_open_entry(g, slice, tick, bit);

	if (e) {
		e->after ^= bit;
	} else if (g->overflow || gte_occupancy(g) >= g->fifo) {
		g->overflow -= g->overflow > 0;
		g->lost++;
		g->loss_counter++;
		g->line[line].lost++;
		g->line[line].loss_counter++;
		return;
	} else {
		*gte_entry(g, g->tail) = (struct gte_entry){
			.tick = tick,
			.slice = slice,
			.before = s->level ^ bit,
			.after = s->level,
		};
		s->newest = ++g->tail;
		g->max_occupancy = max(g->max_occupancy, gte_occupancy(g));
	}
	g->stamped++;
	g->line[line].stamped++;
}

/* any context */
static void gte_change(struct gte *g, u32 line, s64 raw, bool rising)
{
	struct gte_slice *s = &g->slice[line / 32];
	u32 bit = BIT(line % 32);
	unsigned long flags;

	raw_spin_lock_irqsave(&g->lock, flags);
	g->edges++;
	g->line[line].edges++;
	if (!!(s->level & bit) == rising) {
		/* it was there already */
		g->ignored++;
	} else {
		s->level ^= bit;
		if (g->tectrl & TECTRL_ENABLE && s->enabled & bit)
			gte_stamp(g, line, lab_clock_at(&g->clock, raw) >> GTE_TICK_SHIFT);
		else
			g->ignored++;
		gte_update(g);
	}
	raw_spin_unlock_irqrestore(&g->lock, flags);
}

static void gte_edge(struct lab_device *ld, unsigned int port, const struct lab_edge *e)
{
	gte_change(gte_of_lab(ld), port, e->raw, e->rising);
}

static void gte_train_edge(struct lab_device *ld, unsigned int line, s64 raw, bool rising)
{
	gte_change(gte_of_lab(ld), line, raw, rising);
}

static bool gte_level(struct lab_device *ld, unsigned int line)
{
	return READ_ONCE(gte_of_lab(ld)->slice[line / 32].level) >> line % 32 & 1;
}

/* ---- registers ---- */

static bool gte_is_enable(const struct gte *g, unsigned int reg)
{
	return reg >= R_TETEN && (reg - R_TETEN) % 0x20 == 0 && (reg - R_TETEN) / 0x20 < g->slices;
}

static bool gte_is_loss(const struct gte *g, unsigned int reg)
{
	return g->loss_counters && reg >= R_LOSSES && (reg - R_LOSSES) / 4 <= g->n_lines;
}

static bool gte_writeable(struct device *dev, unsigned int reg)
{
	const struct gte *g = container_of(dev, struct gte, lab.dev);

	return reg == R_TECTRL || reg == R_TECMD || gte_is_enable(g, reg);
}

static bool gte_readable(struct device *dev, unsigned int reg)
{
	const struct gte *g = container_of(dev, struct gte, lab.dev);

	return reg <= R_TEPCV || reg == R_TESTATUS || gte_is_enable(g, reg) || gte_is_loss(g, reg);
}

/* what a reader changes: nobody may look at it out of curiosity */
static bool gte_precious(struct device *dev, unsigned int reg)
{
	return gte_is_loss(container_of(dev, struct gte, lab.dev), reg) ||
	       (reg >= R_TETSCH && reg <= R_TEPCV);
}

/* of the first entry; 0 where there is none; lock held */
static u32 gte_read_head(struct gte *g, unsigned int reg)
{
	struct gte_entry *e = gte_entry(g, g->head);

	if (!gte_occupancy(g))
		return 0;
	e->seen = true;
	switch (reg) {
	case R_TETSCH:
		return e->tick >> 32;
	case R_TETSCL:
		return e->tick;
	case R_TESRC:
		return e->slice << 16;
	case R_TECCV:
		return e->after;
	default:
		return e->before;
	}
}

static u32 gte_read_loss(struct gte *g, unsigned int reg)
{
	u32 *counter = reg == R_LOSSES ? &g->loss_counter
				       : &g->line[(reg - R_LOSSES) / 4 - 1].loss_counter;
	u32 n = *counter;

	*counter = 0;
	return n;
}

static int gte_reg_read(void *context, unsigned int reg, unsigned int *val)
{
	struct gte *g = context;
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&g->lock, flags);
	err = lab_fails(&g->fault[OP_READ]);
	if (err)
		;
	else if (reg == R_TECTRL)
		*val = g->tectrl;
	else if (reg <= R_TEPCV)
		*val = gte_read_head(g, reg);
	else if (reg == R_TESTATUS)
		*val = gte_occupancy(g) << 8;
	else if (gte_is_loss(g, reg))
		*val = gte_read_loss(g, reg);
	else
		*val = g->slice[(reg - R_TETEN) / 0x20].enabled;
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return err;
}

static int gte_reg_write(void *context, unsigned int reg, unsigned int val)
{
	struct gte *g = context;
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&g->lock, flags);
	err = lab_fails(&g->fault[OP_WRITE]);
	if (err)
		;
	else if (reg == R_TECTRL)
		g->tectrl = val;
	else if (reg == R_TECMD)
		g->head += val & TECMD_POP && gte_occupancy(g);
	else
		g->slice[(reg - R_TETEN) / 0x20].enabled = val;
	gte_update(g);
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return err;
}

static int gte_tsc_read(void *context, unsigned int reg, unsigned int *val)
{
	struct gte *g = context;
	unsigned long flags;
	u64 tick;
	int err;

	raw_spin_lock_irqsave(&g->lock, flags);
	tick = lab_clock_at(&g->clock, ktime_get_raw_ns()) >> GTE_TICK_SHIFT;
	*val = reg == R_CNTCVH ? tick >> 32 : tick;
	err = lab_fails(&g->fault[OP_TSC]);
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return err;
}

/* the frame is one to read from */
static int gte_tsc_write(void *context, unsigned int reg, unsigned int val)
{
	return -EIO;
}

static const struct regmap_bus gte_bus = {
	.fast_io = true,
	.reg_read = gte_reg_read,
	.reg_write = gte_reg_write,
};

static const struct regmap_bus gte_tsc_bus = {
	.fast_io = true,
	.reg_read = gte_tsc_read,
	.reg_write = gte_tsc_write,
};

/* the main map last: it is what asking for any map must find */
static int gte_make_maps(struct gte *g)
{
	struct regmap_config config = {
		.name = "tsc",
		.reg_bits = 32,
		.reg_stride = 4,
		.val_bits = 32,
		.fast_io = true,
		.use_raw_spinlock = true,
		.max_register = R_CNTCVH,
	};
	struct regmap *map;

	if (g->tsc) {
		map = devm_regmap_init(&g->lab.dev, &gte_tsc_bus, g, &config);
		if (IS_ERR(map))
			return PTR_ERR(map);
	}
	config.name = NULL;
	config.max_register = R_LAST;
	config.readable_reg = gte_readable;
	config.writeable_reg = gte_writeable;
	config.precious_reg = gte_precious;
	map = devm_regmap_init(&g->lab.dev, &gte_bus, g, &config);
	return PTR_ERR_OR_ZERO(map);
}

/* ---- power: the domain is switched off when the driver has suspended its device ---- */

static int gte_power_off(struct device *dev)
{
	struct gte *g = container_of(dev->pm_domain, struct gte, power);
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&g->lock, flags);
	for (; gte_occupancy(g); g->head++) {
		const struct gte_entry *e = gte_entry(g, g->head);

		g->power_lost += hweight32(e->before ^ e->after);
	}
	g->power_lost += g->loss_counter;
	g->loss_counter = 0;
	for (i = 0; i < g->n_lines; i++)
		g->line[i].loss_counter = 0;
	for (i = 0; i < g->slices; i++)
		g->slice[i].enabled = 0;
	g->tectrl = 0;
	gte_update(g);
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return 0;
}

static const struct dev_pm_ops gte_power_ops = {
	.suspend_late = pm_sleep_ptr(pm_generic_suspend_late),
	.resume_early = pm_sleep_ptr(pm_generic_resume_early),
	.suspend_noirq = pm_sleep_ptr(gte_power_off),
};

/* ---- attributes ---- */

static ssize_t gte_show_variant(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%s\n", gte_of_lab(ld)->variant->name);
}

static int gte_store_variant(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gte_variants); i++)
		if (!strcmp(gte_variants[i].name, text)) {
			gte_of_lab(ld)->variant = &gte_variants[i];
			return 0;
		}
	lab_say("variant: '%s': want", text);
	for (i = 0; i < ARRAY_SIZE(gte_variants); i++)
		lab_say("%s %s", i ? "," : "", gte_variants[i].name);
	return -EINVAL;
}

static int gte_apply_rate(struct lab_device *ld, const struct lab_attr *a)
{
	struct gte *g = gte_of_lab(ld);
	unsigned long flags;

	raw_spin_lock_irqsave(&g->lock, flags);
	lab_clock_rate(&g->clock, ktime_get_raw_ns(), g->rate_ppb * LAB_RATE_PPB);
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return 0;
}

static int gte_apply_freeze(struct lab_device *ld, const struct lab_attr *a)
{
	struct gte *g = gte_of_lab(ld);
	unsigned long flags;

	raw_spin_lock_irqsave(&g->lock, flags);
	gte_kick(g);
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return 0;
}

static int gte_store_fail(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct gte *g = gte_of_lab(ld);

	return lab_faults_store_raw(g->fault, OP_COUNT, &g->lock, text);
}

static ssize_t gte_show_fail(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return lab_faults_show(gte_of_lab(ld)->fault, OP_COUNT, buf);
}

static ssize_t gte_show_failed(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return lab_faults_show_failed(gte_of_lab(ld)->fault, OP_COUNT, buf);
}

static int gte_store_edges(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	return lab_trains_store(gte_of_lab(ld)->trains, text);
}

static ssize_t gte_show_each(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct gte *g = gte_of_lab(ld);
	s64 from = READ_ONCE(g->from);

	if (from >= g->n_lines)
		return 0;
	return lab_show_each(g->line + from, sizeof(*g->line), g->n_lines - from, a->offset, buf);
}

static ssize_t gte_show_waiting(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct gte *g = gte_of_lab(ld);
	unsigned long flags;
	u32 n;

	raw_spin_lock_irqsave(&g->lock, flags);
	n = a->offset ? g->max_occupancy : gte_occupancy(g);
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return sysfs_emit(buf, "%u\n", n);
}

static ssize_t gte_show_sample(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct gte *g = gte_of_lab(ld);
	unsigned long flags;
	s64 raw, time;

	raw_spin_lock_irqsave(&g->lock, flags);
	raw = ktime_get_raw_ns();
	time = lab_clock_at(&g->clock, raw);
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return sysfs_emit(buf, "%lld %lld\n", raw, time);
}

static ssize_t gte_show_device(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct gte *g = gte_of_lab(ld);

	return sysfs_emit(buf, "%s.%d\n", g->variant->device, ld->id);
}

/* ---- life ---- */

static int gte_init(struct lab_device *ld)
{
	struct gte *g = gte_of_lab(ld);
	int i, err = -ENOMEM;
	s64 raw;

	raw_spin_lock_init(&g->lock);
	for (i = 0; i < OP_COUNT; i++)
		g->fault[i].name = gte_op_name[i];
	lab_timer_setup(&g->timer, gte_delay_over);
	g->work = IRQ_WORK_INIT_HARD(gte_interrupt);
	g->masked = true;
	g->variant = g->variant ?: &gte_variants[0];
	g->slices = g->slices ?: g->variant->slices;
	g->n_lines = g->slices * 32;
	ld->n_in = g->n_lines;
	raw = ktime_get_raw_ns();
	lab_clock_set(&g->clock, raw, raw + g->offset_ns);
	lab_clock_rate(&g->clock, raw, g->rate_ppb * LAB_RATE_PPB);

	g->slice = kcalloc(g->slices, sizeof(*g->slice), GFP_KERNEL);
	if (!g->slice)
		return err;
	g->line = kvcalloc(g->n_lines, sizeof(*g->line), GFP_KERNEL);
	if (!g->line)
		goto free_slice;
	g->trains = lab_trains_new(ld, g->n_lines, gte_train_edge, gte_level);
	if (!IS_ERR(g->trains))
		return 0;
	err = PTR_ERR(g->trains);
	kvfree(g->line);
free_slice:
	kfree(g->slice);
	return err;
}

static void gte_free(struct lab_device *ld)
{
	struct gte *g = gte_of_lab(ld);

	lab_trains_free(g->trains);
	kvfree(g->line);
	kfree(g->slice);
}

static int gte_make_irq(struct gte *g)
{
	g->node = irq_domain_alloc_named_fwnode(dev_name(&g->lab.dev));
	if (!g->node)
		return -ENOMEM;
	g->domain = irq_domain_create_linear(g->node, 1, &gte_irq_ops, g);
	if (!g->domain)
		goto free_node;
	g->virq = irq_create_mapping(g->domain, 0);
	if (g->virq)
		return 0;
	irq_domain_remove(g->domain);
free_node:
	irq_domain_free_fwnode(g->node);
	return -ENOMEM;
}

static void gte_drop_irq(struct gte *g)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&g->lock, flags);
	g->up = false;
	raw_spin_unlock_irqrestore(&g->lock, flags);
	hrtimer_cancel(&g->timer);
	irq_work_sync(&g->work);
	irq_dispose_mapping(g->virq);
	irq_domain_remove(g->domain);
	irq_domain_free_fwnode(g->node);
}

static int gte_make_device(struct gte *g)
{
	struct resource irq = DEFINE_RES_IRQ(g->virq);
	struct property_entry properties[] = {
		PROPERTY_ENTRY_U32("nvidia,slices", g->slices),
		PROPERTY_ENTRY_U32("nvidia,int-threshold", g->threshold),
		PROPERTY_ENTRY_U32("#timestamp-cells", 1),
		/* silicon has no such thing: the last one, so that it can be left out */
		PROPERTY_ENTRY_U32("chs,loss-counters", R_LOSSES),
		{}
	};
	struct platform_device *pdev;
	int err;

	if (!g->loss_counters)
		properties[ARRAY_SIZE(properties) - 2] = (struct property_entry){};
	pdev = platform_device_alloc(g->variant->device, g->lab.id);
	if (!pdev)
		return -ENOMEM;
	pdev->dev.parent = &g->lab.dev;
	g->power.ops = gte_power_ops;
	dev_pm_domain_set(&pdev->dev, &g->power);
	err = platform_device_add_resources(pdev, &irq, 1);
	if (!err)
		err = device_create_managed_software_node(&pdev->dev, properties, NULL);
	if (!err)
		err = platform_device_add(pdev);
	if (err) {
		platform_device_put(pdev);
		return err;
	}
	g->pdev = pdev;
	return 0;
}

static int gte_start(struct lab_device *ld)
{
	struct gte *g = gte_of_lab(ld);
	int err;

	if (!devres_open_group(&ld->dev, g, GFP_KERNEL))
		return -ENOMEM;
	err = gte_make_maps(g);
	devres_close_group(&ld->dev, g);
	if (err)
		goto release;
	err = gte_make_irq(g);
	if (err)
		goto release;
	g->up = true;
	err = gte_make_device(g);
	if (err)
		goto drop_irq;
	return 0;

drop_irq:
	gte_drop_irq(g);
release:
	devres_release_group(&ld->dev, g);
	return err;
}

static void gte_stop(struct lab_device *ld)
{
	struct gte *g = gte_of_lab(ld);

	lab_trains_stop(g->trains);
	platform_device_unregister(g->pdev);
	gte_drop_irq(g);
	devres_release_group(&ld->dev, g);
}

/* clang-format off */
#define NUMBER(field, mode, min, max, def, apply, help) \
	LAB_NUMBER(struct gte, field, mode, min, max, def, apply, help)
#define COUNT(name, field, help) \
	{ name, help, LAB_READ, offsetof(struct gte, field), .show = lab_show_count }
#define EACH(name, field, help) \
	{ name, "each line: " help, LAB_READ, offsetof(struct gte_line, field), \
	  .show = gte_show_each }
#define LAB_NRW (LAB_NEW | LAB_READ | LAB_WRITE)

static const struct lab_attr gte_attrs[] = {
	/* what it is */
	{ .name = "variant", .help = "tegra194-lic, tegra194-aon, tegra234-lic, tegra234-aon",
	  .mode = LAB_NEW, .text = "tegra194-lic", .show = gte_show_variant,
	  .store = gte_store_variant },
	NUMBER(slices, LAB_NEW, 0, GTE_MAX_SLICES, 0, NULL,
	       "of 32 lines each; 0: as many as the variant has"),
	NUMBER(fifo, LAB_NEW, 1, GTE_MAX_FIFO, 64, NULL, "entries that its FIFO holds"),
	NUMBER(threshold, LAB_NEW, 0, 1000, 1, NULL,
	       "entries that raise the interrupt, by the property; drivers take 1 to 256"),
	NUMBER(loss_counters, LAB_NEW, 0, 1, 1, NULL, "counts what it loses; 0: as silicon"),
	NUMBER(tsc, LAB_NEW, 0, 1, 1, NULL, "its counter can be read"),
	NUMBER(offset_ns, LAB_NEW, 0, S64_MAX / 2, 0, NULL,
	       "counter before CLOCK_MONOTONIC_RAW at first"),
	/* how it errs */
	NUMBER(rate_ppb, LAB_NRW, -GTE_MAX_RATE, GTE_MAX_RATE, 0, gte_apply_rate,
	       "error of the counter"),
	/* faults */
	NUMBER(irq_delay_ns, LAB_NRW, 0, 10 * NSEC_PER_SEC, 0, NULL, "interrupts are so late"),
	NUMBER(freeze, LAB_NRW, 0, 1, 0, gte_apply_freeze, "interrupts wait until this is 0"),
	NUMBER(overflow, LAB_READ | LAB_WRITE, 0, S64_MAX, 0, NULL,
	       "so many changes find the FIFO full, whatever it holds"),
	{ .name = "fail", .help = "op=read|write|tsc|all errno=N count=N (-1: always)",
	  .mode = LAB_READ | LAB_WRITE, .show = gte_show_fail, .store = gte_store_fail },
	/* commands */
	{ .name = "edges", .help = LAB_TRAINS_HELP, .mode = LAB_WRITE | LAB_LONG,
	  .store = gte_store_edges },
	/* what it does */
	{ .name = "device", .help = "the platform device, and its name as a provider",
	  .mode = LAB_READ, .show = gte_show_device },
	{ .name = "sample", .help = "CLOCK_MONOTONIC_RAW and the counter at one instant, ns",
	  .mode = LAB_READ, .show = gte_show_sample },
	COUNT("all_edges", edges, "edges of all lines"),
	COUNT("all_ignored", ignored, "of these, while off, or no change of the level"),
	COUNT("all_stamped", stamped, "of these, put into the FIFO"),
	COUNT("all_overflow", lost, "of these, lost: they found it full"),
	COUNT("power_lost", power_lost,
	      "stamps and counted losses that a suspend took before they were read"),
	{ .name = "waiting", .help = "entries in the FIFO", .mode = LAB_READ,
	  .show = gte_show_waiting },
	{ .name = "waiting_max", .help = "the most that there were", .mode = LAB_READ,
	  .offset = 1, .show = gte_show_waiting },
	COUNT("interrupts", interrupts, "interrupts taken"),
	{ .name = "failed", .help = "accesses that failed by order", .mode = LAB_READ,
	  .show = gte_show_failed },
	NUMBER(from, LAB_READ | LAB_WRITE, 0, 32 * GTE_MAX_SLICES - 1, 0, NULL,
	       "the line with which these begin, which are cut off after 4 kB"),
	EACH("in_edges", edges, "edges come in"),
	EACH("in_stamped", stamped, "of these, put into the FIFO"),
	EACH("in_overflow", lost, "of these, found it full"),
};
/* clang-format on */

static struct lab_model gte_model = {
	.name = "gte",
	.help = "a timestamping engine of Tegra194 or Tegra234 (GTE)",
	.ports = "in0... are the lines",
	.owner = THIS_MODULE,
	.size = sizeof(struct gte),
	.max_devices = GTE_MAX_DEVICES,
	.attrs = gte_attrs,
	.n_attrs = ARRAY_SIZE(gte_attrs),
	.init = gte_init,
	.start = gte_start,
	.stop = gte_stop,
	.free = gte_free,
	.edge = gte_edge,
};

static int __init lab_gte_init(void)
{
	return lab_model_register(&gte_model);
}

static void __exit lab_gte_exit(void)
{
	lab_model_unregister(&gte_model);
}

module_init(lab_gte_init);
module_exit(lab_gte_exit);
MODULE_DESCRIPTION("Lab: behavioural model of the Tegra timestamping engine");
MODULE_LICENSE("GPL");
