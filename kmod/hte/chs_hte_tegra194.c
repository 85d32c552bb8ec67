// SPDX-License-Identifier: GPL-2.0
/*
 * Driver of NVIDIA's generic timestamping engine (GTE) in Tegra194 and Tegra234: of the
 * instance that watches the interrupt lines (LIC) and of the always-on one (AON), which
 * watches GPIO lines too. Talks to the chip through a register map, to the class, and for
 * GPIO lines to their controller; to nothing else.
 *
 * A change of an enabled line puts an entry into a FIFO: the system counter, the slice of
 * 32 lines, and what the lines of the slice were before and after. Lines of a slice that
 * change at one tick share an entry. The interrupt handler takes the entries out.
 *
 * Entries that find the FIFO full are lost, and the chip has no bit that says so. What can
 * be seen of it is reported: an entry whose lines before are not what the slice's entry
 * before it had as lines after tells of a loss on each line that differs; a lower bound,
 * since a line that lost two changes is as it was. A chip that counts (property
 * "chs,loss-counters": the first of its registers; the lab's model has it, silicon does
 * not) tells exactly, and nothing is inferred then.
 *
 * Locks: gte->lock guards the slices, the registers that follow from them and the taking
 * of an entry; a raw one, since the handler takes it. Stamps are pushed with it released, in
 * the handler or with the interrupt disabled, so that those of a line stay in order.
 */
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/gpio/consumer.h>
#include <linux/gpio/driver.h>
#include <linux/hte.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/pm.h>
#include <linux/property.h>
#include <linux/regmap.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#ifdef CONFIG_ARM64
#include <clocksource/arm_arch_timer.h>
#endif

#ifndef HTE_CHS
#error "the kernel's own hte.h was included in place of ours: see NOSTDINC_FLAGS in Kbuild"
#endif

/* clang-format off */
#define GTE_TECTRL		0x00
#define   GTE_TECTRL_ENABLE		BIT(0)
#define   GTE_TECTRL_INTERRUPT		BIT(1)
#define   GTE_TECTRL_THRESHOLD_SHIFT	8
#define GTE_TETSCH		0x04	/* of the first entry: counter, upper half */
#define GTE_TETSCL		0x08	/* lower half */
#define GTE_TESRC		0x0c	/* slice */
#define   GTE_TESRC_SLICE_SHIFT		16
#define   GTE_TESRC_SLICE_MASK		0xff
#define GTE_TECCV		0x10	/* its lines after */
#define GTE_TEPCV		0x14	/* its lines before */
#define GTE_TECMD		0x1c
#define   GTE_TECMD_POP			BIT(0)
#define GTE_TESTATUS		0x20
#define   GTE_TESTATUS_OCCUPANCY_SHIFT	8
#define   GTE_TESTATUS_OCCUPANCY_MASK	0xff
#define GTE_TETEN(slice)	(0x40 + 0x20 * (slice))

/* of the system counter's read frame */
#define TSC_CNTCVL		0x0
#define TSC_CNTCVH		0x4

#define GTE_HZ			31250000
#define GTE_NS_SHIFT		5	/* 32 ns a tick */
#define GTE_SLICE_LINES		32
#define GTE_MAX_SLICES		256	/* that the field in TESRC can tell */
#define GTE_MAX_THRESHOLD	256
#define GTE_RETRY_MS		10	/* a chip that could not be read is let alone so long */
/* clang-format on */

#if IS_ENABLED(CONFIG_GPIOLIB) && !defined(CHS_NO_GPIO_DEVICE)
#define GTE_GPIO 1
#else
#define GTE_GPIO 0
#endif

/* pins of a GPIO port that follow each other, on lines that do so downwards */
struct gte_pins {
	u8 port, pin, n;
	u8 line; /* of the first */
};

struct gte_variant {
	u32 slices;
	const char *gpio_label;	     /* of the controller whose lines it watches; NULL: none */
	const struct gte_pins *pins; /* in order of the controller's numbers */
	unsigned int n_pins;
};

static const struct gte_pins tegra194_pins[] = {
	{ 0, 0, 8, 2 * 32 + 11 }, /* AA */
	{ 1, 0, 4, 2 * 32 + 3 },  /* BB */
	{ 2, 0, 8, 2 * 32 + 22 }, /* CC */
	{ 3, 0, 3, 2 * 32 + 14 }, /* DD */
	{ 4, 0, 2, 1 * 32 + 29 }, /* EE0, EE1 */
	{ 4, 2, 5, 2 * 32 + 27 }, /* EE2... */
};

static const struct gte_pins tegra234_pins[] = {
	{ 0, 0, 8, 2 * 32 + 11 }, /* AA */
	{ 1, 0, 4, 2 * 32 + 3 },  /* BB */
	{ 2, 0, 8, 2 * 32 + 22 }, /* CC */
	{ 3, 0, 3, 2 * 32 + 14 }, /* DD */
	{ 4, 0, 8, 2 * 32 + 31 }, /* EE */
	{ 5, 0, 1, 2 * 32 + 23 }, /* GG */
};

static const struct gte_variant tegra194_lic = { .slices = 11 };
static const struct gte_variant tegra194_aon = {
	.slices = 3,
	.gpio_label = "tegra194-gpio-aon",
	.pins = tegra194_pins,
	.n_pins = ARRAY_SIZE(tegra194_pins),
};
static const struct gte_variant tegra234_lic = { .slices = 17 };
static const struct gte_variant tegra234_aon = {
	.slices = 3,
	.gpio_label = "tegra234-gpio-aon",
	.pins = tegra234_pins,
	.n_pins = ARRAY_SIZE(tegra234_pins),
};

/**
 * struct gte_slice - 32 lines; guarded by gte->lock
 * @enabled: what TETEN holds, or will hold again after a suspend
 * @watched: lines that may have been lost since the loss counters were last looked at
 * @last: what the lines were after the last entry
 * @known: lines for which @last holds: enabled at the time of that entry, and ever since
 * @fresh: lines that were enabled since; an entry that is younger makes them known
 * @fresh_from: number of the first such entry
 */
struct gte_slice {
	u32 enabled;
	u32 watched;
	u32 last;
	u32 known;
	u32 fresh;
	u64 fresh_from;
};

/* what was asked of the GPIO controller for a line */
struct gte_line {
	struct gpio_desc *gpio;
	unsigned long edges;
};

struct gte {
	struct device *dev;
	const struct gte_variant *variant;
	struct regmap *map;
	struct regmap *tsc; /* NULL: the counter cannot be read */
	struct hte_chip chip;
	struct gpio_device *gpio;
	struct gte_line *lines; /* where there are GPIO lines; under the line's mutex */
	int irq;
	struct delayed_work retry;
	u32 threshold;
	struct mutex drain_mutex; /* one at a time disables the interrupt and drains */
	/* these belong to whoever drains: the handler, or the mutex's holder */
	u32 loss_counters; /* register; 0: none */
	bool owed;	   /* the lines' loss counters are still to be read */
	u32 *losses;	   /* by line: read, and not yet reported */
	raw_spinlock_t lock;
	bool suspended;
	u64 popped; /* entries taken out, ever */
	u32 n_slices;
	struct gte_slice slices[] __counted_by(n_slices);
};

struct gte_entry {
	u64 ns;
	u32 slice;
	u32 before, after;
	u32 lost; /* lines that must have changed unseen before it */
};

/* ---- the FIFO ---- */

static int gte_occupancy(struct gte *gte, u32 *n)
{
	u32 status;
	int err = regmap_read(gte->map, GTE_TESTATUS, &status);

	if (!err)
		*n = status >> GTE_TESTATUS_OCCUPANCY_SHIFT & GTE_TESTATUS_OCCUPANCY_MASK;
	return err;
}

/* which lines must have been lost since the slice's last entry? The lock is held. */
static u32 gte_infer(struct gte *gte, const struct gte_entry *e)
{
	struct gte_slice *s = &gte->slices[e->slice];
	u32 lost = (e->before ^ s->last) & s->known;

	if (s->fresh && gte->popped >= s->fresh_from) {
		s->known |= s->fresh;
		s->fresh = 0;
	}
	s->last = e->after;
	return gte->loss_counters ? 0 : lost;
}

/* take the first entry out; nothing of it is used unless all of that succeeds */
static int gte_take(struct gte *gte, struct gte_entry *e)
{
	u32 high, low, source;
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&gte->lock, flags);
	err = regmap_read(gte->map, GTE_TETSCH, &high);
	if (!err)
		err = regmap_read(gte->map, GTE_TETSCL, &low);
	if (!err)
		err = regmap_read(gte->map, GTE_TESRC, &source);
	if (!err)
		err = regmap_read(gte->map, GTE_TEPCV, &e->before);
	if (!err)
		err = regmap_read(gte->map, GTE_TECCV, &e->after);
	if (!err)
		err = regmap_write(gte->map, GTE_TECMD, GTE_TECMD_POP);
	if (err)
		goto unlock;
	e->ns = ((u64)high << 32 | low) << GTE_NS_SHIFT;
	e->slice = source >> GTE_TESRC_SLICE_SHIFT & GTE_TESRC_SLICE_MASK;
	e->lost = e->slice < gte->n_slices ? gte_infer(gte, e) : 0;
	gte->popped++;
unlock:
	raw_spin_unlock_irqrestore(&gte->lock, flags);
	return err;
}

static void gte_push(struct gte *gte, const struct gte_entry *e)
{
	unsigned long changed = e->before ^ e->after, lost = e->lost;
	u32 first = e->slice * GTE_SLICE_LINES;
	struct hte_ts_data stamp;
	unsigned int bit;

	if (e->slice >= gte->n_slices) {
		dev_warn_ratelimited(gte->dev, "an entry of slice %u, of %u\n", e->slice,
				     gte->n_slices);
		return;
	}
	for_each_set_bit(bit, &lost, GTE_SLICE_LINES)
		hte_report_drops(&gte->chip, first + bit, 1, HTE_DROP_OVERFLOW);
	for_each_set_bit(bit, &changed, GTE_SLICE_LINES) {
		stamp.tsc = e->ns;
		stamp.raw_level = e->after >> bit & 1;
		hte_push_ts_ns(&gte->chip, first + bit, &stamp);
	}
}

/* the loss counters of all lines that may have one; reading clears them */
static int gte_read_losses(struct gte *gte)
{
	unsigned long flags, watched;
	struct gte_slice *s;
	unsigned int bit;
	u32 line, n;
	int err = 0;

	for (s = gte->slices; s < gte->slices + gte->n_slices && !err; s++) {
		/* whoever enables a line from here on has it watched anew */
		raw_spin_lock_irqsave(&gte->lock, flags);
		watched = s->watched;
		s->watched = s->enabled;
		raw_spin_unlock_irqrestore(&gte->lock, flags);
		for_each_set_bit(bit, &watched, GTE_SLICE_LINES) {
			line = (s - gte->slices) * GTE_SLICE_LINES + bit;
			err = regmap_read(gte->map, gte->loss_counters + 4 + 4 * line, &n);
			if (err)
				break;
			gte->losses[line] += n;
		}
		if (err) {
			raw_spin_lock_irqsave(&gte->lock, flags);
			s->watched |= watched;
			raw_spin_unlock_irqrestore(&gte->lock, flags);
		}
	}
	gte->owed = err;
	return err;
}

static void gte_report_losses(struct gte *gte)
{
	u32 line;

	for (line = 0; line < gte->chip.nlines; line++)
		if (gte->losses[line]) {
			hte_report_drops(&gte->chip, line, gte->losses[line], HTE_DROP_OVERFLOW);
			gte->losses[line] = 0;
		}
}

/*
 * Empty the FIFO. What was lost found it full, so all that is in it then is older: losses are
 * read before anything is taken out, and reported after what it held. Only one that comes
 * between the two reads is reported later, after what came after it. In the handler, or
 * with the interrupt disabled and drain_mutex held.
 */
static int gte_drain(struct gte *gte)
{
	struct gte_entry e;
	u32 lost = 0, n = 0, i;
	bool first = true, owed;
	int err;

	do {
		if (gte->loss_counters) {
			err = regmap_read(gte->map, gte->loss_counters, &lost);
			if (err)
				return err;
			gte->owed |= lost != 0;
		}
		owed = gte->owed;
		err = gte_occupancy(gte, &n);
		if (first || n || lost)
			hte_report_fifo(&gte->chip, err ? 0 : n, lost);
		first = false;
		if (!err && owed)
			err = gte_read_losses(gte);
		for (i = 0; i < n && !err; i++) {
			err = gte_take(gte, &e);
			if (!err)
				gte_push(gte, &e);
		}
		if (!err && owed)
			gte_report_losses(gte);
	} while (!err && n);
	return err;
}

static irqreturn_t gte_interrupt(int irq, void *data)
{
	struct gte *gte = data;
	int err = gte_drain(gte);

	/* the line stays up as long as nothing can be taken out: no storm of interrupts */
	if (unlikely(err)) {
		dev_err_ratelimited(gte->dev, "cannot reach the registers (%d): again in %u ms\n",
				    err, GTE_RETRY_MS);
		disable_irq_nosync(irq);
		schedule_delayed_work(&gte->retry, msecs_to_jiffies(GTE_RETRY_MS));
	}
	return IRQ_HANDLED;
}

static void gte_retry(struct work_struct *work)
{
	struct gte *gte = container_of(to_delayed_work(work), struct gte, retry);

	enable_irq(gte->irq);
}

/* push what is in the FIFO now, below the threshold too; process context */
static int gte_flush(struct gte *gte)
{
	int err;

	mutex_lock(&gte->drain_mutex);
	disable_irq(gte->irq);
	/* what cannot be read now is for the next interrupt */
	err = gte_drain(gte);
	enable_irq(gte->irq);
	mutex_unlock(&gte->drain_mutex);
	return err;
}

/* ---- lines ---- */

/* entries that are in the FIFO already do not count; the lock is held */
static void gte_make_fresh(struct gte *gte, struct gte_slice *s, u32 lines)
{
	u32 n;

	if (gte_occupancy(gte, &n))
		n = GTE_TESTATUS_OCCUPANCY_MASK;
	s->known &= ~lines;
	s->fresh |= lines;
	s->fresh_from = gte->popped + n;
}

static int gte_set_line(struct gte *gte, u32 line, bool on)
{
	struct gte_slice *s = &gte->slices[line / GTE_SLICE_LINES];
	u32 bit = BIT(line % GTE_SLICE_LINES), enabled;
	unsigned long flags;
	int err;

	raw_spin_lock_irqsave(&gte->lock, flags);
	enabled = on ? s->enabled | bit : s->enabled & ~bit;
	err = gte->suspended ? -EBUSY
			     : regmap_write(gte->map, GTE_TETEN(line / GTE_SLICE_LINES), enabled);
	if (!err) {
		s->enabled = enabled;
		if (on) {
			s->watched |= bit;
			gte_make_fresh(gte, s, bit);
		} else {
			s->known &= ~bit;
			s->fresh &= ~bit;
		}
	}
	raw_spin_unlock_irqrestore(&gte->lock, flags);
	return err;
}

static int gte_enable(struct hte_chip *chip, u32 line)
{
	return gte_set_line(chip->data, line, true);
}

static int gte_disable(struct hte_chip *chip, u32 line)
{
	struct gte *gte = chip->data;
	int err = gte_set_line(gte, line, false);

	/* stamps from before this call are the consumer's still */
	if (!err)
		gte_flush(gte);
	return err;
}

static bool gte_line_is_gpio(const struct gte *gte, u32 line)
{
	const struct gte_pins *p = gte->variant->pins;
	unsigned int i;

	for (i = 0; i < gte->variant->n_pins; i++, p++)
		if (line <= p->line && line + p->n > p->line)
			return true;
	return false;
}

#if GTE_GPIO

/* by the GPIO controller's own number, which counts the pins that there are */
static int gte_line_of_offset(const struct gte_variant *v, u32 offset, u32 *line)
{
	unsigned int i;

	for (i = 0; i < v->n_pins; offset -= v->pins[i].n, i++)
		if (offset < v->pins[i].n) {
			*line = v->pins[i].line - offset;
			return 0;
		}
	return -EINVAL;
}

/* compares addresses, since line_data of others' lines may point to anything */
static int gte_line_of_gpio(const struct gte *gte, const void *line_data, u32 *line)
{
	struct gpio_desc *gpio;
	unsigned int i;

	for (i = 0; !gte_line_of_offset(gte->variant, i, line); i++) {
		gpio = gpio_device_get_desc(gte->gpio, i);
		if (!IS_ERR(gpio) && gpio == line_data)
			return 0;
	}
	return -EINVAL;
}

#else

static int gte_line_of_gpio(const struct gte *gte, const void *line_data, u32 *line)
{
	return -EINVAL;
}

#endif

static int gte_leave_gpio(struct gte_line *line)
{
	struct gpio_desc *gpio = line->gpio;

	line->gpio = NULL;
	return gpio ? gpiod_disable_hw_timestamp_ns(gpio, line->edges) : 0;
}

/* the controller must be told, or no edge arrives */
static int gte_use_gpio(struct gte *gte, struct hte_ts_desc *desc, u32 number)
{
	struct gpio_desc *gpio = desc->attr.line_data;
	u32 its;
	int err;

	/* who found the line by its number may have something else for line_data */
	if (gte_line_of_gpio(gte, gpio, &its) || its != number)
		return -EINVAL;
	err = gpiod_enable_hw_timestamp_ns(gpio, desc->attr.edge_flags);
	if (err)
		return err;
	gte->lines[number].gpio = gpio;
	gte->lines[number].edges = desc->attr.edge_flags;
	return 0;
}

static int gte_request(struct hte_chip *chip, struct hte_ts_desc *desc, u32 number)
{
	const unsigned long both = HTE_RISING_EDGE_TS | HTE_FALLING_EDGE_TS;
	unsigned long edges = desc->attr.edge_flags & both;
	struct gte *gte = chip->data;
	bool is_gpio = GTE_GPIO && gte_line_is_gpio(gte, number);
	int err;

	/* the engine stamps each change; only a GPIO controller can hold back one kind */
	if (!is_gpio && edges && edges != both)
		return -EINVAL;
	if (is_gpio) {
		err = gte_use_gpio(gte, desc, number);
		if (err)
			return err;
	}
	err = gte_set_line(gte, number, true);
	if (err && is_gpio)
		gte_leave_gpio(&gte->lines[number]);
	return err;
}

/* the class lets go of the line whatever this returns: so does the chip, if need be on resume */
static int gte_release(struct hte_chip *chip, struct hte_ts_desc *desc, u32 number)
{
	struct gte *gte = chip->data;
	struct gte_slice *s = &gte->slices[number / GTE_SLICE_LINES];
	u32 bit = BIT(number % GTE_SLICE_LINES);
	unsigned long flags;
	int err, gpio_err = 0;

	err = gte_set_line(gte, number, false);
	if (err) {
		raw_spin_lock_irqsave(&gte->lock, flags);
		s->enabled &= ~bit;
		s->known &= ~bit;
		s->fresh &= ~bit;
		if (gte->suspended)
			err = 0;
		raw_spin_unlock_irqrestore(&gte->lock, flags);
	} else {
		/* its last stamps must not be taken for those of who requests it next */
		err = gte_flush(gte);
	}
	if (GTE_GPIO && gte_line_is_gpio(gte, number))
		gpio_err = gte_leave_gpio(&gte->lines[number]);
	return err ?: gpio_err;
}

static int gte_get_clk_src_info(struct hte_chip *chip, struct hte_clk_info *info)
{
	info->hz = GTE_HZ;
	info->type = CLOCK_MONOTONIC;
	return 0;
}

/* the counter that stamps; its halves are read until the upper one has not changed */
static int gte_get_time_ns(struct hte_chip *chip, u64 *ns)
{
	struct gte *gte = chip->data;
	u32 high, low, again;
	int err;

#ifdef CONFIG_ARM64
	if (!gte->tsc && arch_timer_get_rate() == GTE_HZ) {
		*ns = arch_timer_read_counter() << GTE_NS_SHIFT;
		return 0;
	}
#endif
	if (!gte->tsc)
		return -EOPNOTSUPP;
	err = regmap_read(gte->tsc, TSC_CNTCVH, &again);
	do {
		high = again;
		if (!err)
			err = regmap_read(gte->tsc, TSC_CNTCVL, &low);
		if (!err)
			err = regmap_read(gte->tsc, TSC_CNTCVH, &again);
	} while (!err && high != again);
	if (!err)
		*ns = ((u64)high << 32 | low) << GTE_NS_SHIFT;
	return err;
}

static const struct hte_ops gte_ops = {
	.request = gte_request,
	.release = gte_release,
	.enable = gte_enable,
	.disable = gte_disable,
	.get_clk_src_info = gte_get_clk_src_info,
	.get_time_ns = gte_get_time_ns,
};

/* ---- which line is meant ---- */

/* by a device tree's number: eight pins a port, of which some are not there */
static int gte_line_of_cell(const struct gte_variant *v, u32 cell, u32 *line)
{
	const struct gte_pins *p = v->pins;
	unsigned int i;

	for (i = 0; i < v->n_pins; i++, p++)
		if (cell / 8 == p->port && cell % 8 >= p->pin && cell % 8 < p->pin + p->n) {
			*line = p->line - (cell % 8 - p->pin);
			return 0;
		}
	return -EINVAL;
}

static int gte_xlate_of(struct hte_chip *chip, const struct of_phandle_args *args,
			struct hte_ts_desc *desc, u32 *number)
{
	struct gte *gte = chip->data;

	if (args->args_count != chip->of_hte_n_cells)
		return -EINVAL;
	desc->attr.line_id = args->args[0];
	if (gte->variant->pins)
		return gte_line_of_cell(gte->variant, args->args[0], number);
	*number = args->args[0];
	return *number < chip->nlines ? 0 : -EINVAL;
}

#if GTE_GPIO

/* the descriptor tells the line; line_id is the GPIO's number in the kernel, if all is well */
static int gte_xlate_plat(struct hte_chip *chip, struct hte_ts_desc *desc, u32 *number)
{
	return gte_line_of_gpio(chip->data, desc->attr.line_data, number);
}

static bool gte_match(const struct hte_chip *chip, const struct hte_ts_desc *desc)
{
	u32 line;

	return !gte_line_of_gpio(chip->data, desc->attr.line_data, &line);
}

static void gte_put_gpio(void *gpio)
{
	gpio_device_put(gpio);
}

/* the class asks nothing of a provider that goes: lines that are still held are left here */
static void gte_leave_gpios(void *data)
{
	struct gte *gte = data;
	u32 line;

	for (line = 0; line < gte->chip.nlines; line++)
		gte_leave_gpio(&gte->lines[line]);
}

static int gte_find_gpio(struct gte *gte)
{
	int err;

	if (!gte->variant->gpio_label)
		return 0;
	gte->lines = devm_kcalloc(gte->dev, gte->chip.nlines, sizeof(*gte->lines), GFP_KERNEL);
	if (!gte->lines)
		return -ENOMEM;
	gte->gpio = gpio_device_find_by_label(gte->variant->gpio_label);
	if (!gte->gpio)
		return dev_err_probe(gte->dev, -EPROBE_DEFER, "no GPIO controller %s yet\n",
				     gte->variant->gpio_label);
	gte->chip.xlate_plat = gte_xlate_plat;
	gte->chip.match_from_linedata = gte_match;
	err = devm_add_action_or_reset(gte->dev, gte_put_gpio, gte->gpio);
	return err ?: devm_add_action_or_reset(gte->dev, gte_leave_gpios, gte);
}

#else

static int gte_find_gpio(struct gte *gte)
{
	return 0;
}

#endif

/* ---- life ---- */

static int gte_mmio_read(void *base, unsigned int reg, unsigned int *val)
{
	*val = readl((void __iomem *)base + reg);
	return 0;
}

static int gte_mmio_write(void *base, unsigned int reg, unsigned int val)
{
	writel(val, (void __iomem *)base + reg);
	return 0;
}

static const struct regmap_bus gte_mmio = {
	.fast_io = true,
	.reg_read = gte_mmio_read,
	.reg_write = gte_mmio_write,
};

static struct regmap *gte_map_mmio(struct platform_device *pdev, unsigned int index,
				   const char *name)
{
	struct regmap_config config = {
		.name = name,
		.reg_bits = 32,
		.reg_stride = 4,
		.val_bits = 32,
		.fast_io = true,
		.use_raw_spinlock = true,
	};
	struct resource *res;
	void __iomem *base;

	base = devm_platform_get_and_ioremap_resource(pdev, index, &res);
	if (IS_ERR(base))
		return ERR_CAST(base);
	config.max_register = resource_size(res) - 4;
	return devm_regmap_init(&pdev->dev, &gte_mmio, (__force void *)base, &config);
}

/* a parent that has a map answers for the registers */
static int gte_find_registers(struct gte *gte, struct platform_device *pdev)
{
	struct device *parent = pdev->dev.parent;

	gte->map = parent ? dev_get_regmap(parent, NULL) : NULL;
	if (gte->map) {
		gte->tsc = dev_get_regmap(parent, "tsc");
		return 0;
	}
	gte->map = gte_map_mmio(pdev, 0, "gte");
	if (IS_ERR(gte->map))
		return PTR_ERR(gte->map);
	if (!platform_get_resource(pdev, IORESOURCE_MEM, 1))
		return 0;
	gte->tsc = gte_map_mmio(pdev, 1, "tsc");
	return PTR_ERR_OR_ZERO(gte->tsc);
}

static int gte_read_properties(struct gte *gte)
{
	gte->threshold = 1;
	device_property_read_u32(gte->dev, "nvidia,int-threshold", &gte->threshold);
	if (gte->threshold < 1 || gte->threshold > GTE_MAX_THRESHOLD)
		return dev_err_probe(gte->dev, -EINVAL, "nvidia,int-threshold: %u\n",
				     gte->threshold);
	device_property_read_u32(gte->dev, "chs,loss-counters", &gte->loss_counters);
	if (!gte->loss_counters)
		return 0;
	gte->losses = devm_kcalloc(gte->dev, gte->chip.nlines, sizeof(*gte->losses), GFP_KERNEL);
	return gte->losses ? 0 : -ENOMEM;
}

static int gte_write_enables(struct gte *gte)
{
	u32 i;
	int err = 0;

	for (i = 0; i < gte->n_slices && !err; i++)
		err = regmap_write(gte->map, GTE_TETEN(i), gte->slices[i].enabled);
	return err;
}

static int gte_switch_on(struct gte *gte)
{
	return regmap_write(gte->map, GTE_TECTRL,
			    GTE_TECTRL_ENABLE | GTE_TECTRL_INTERRUPT |
				    gte->threshold << GTE_TECTRL_THRESHOLD_SHIFT);
}

/* whatever ran before us may have left it running */
static int gte_reset(struct gte *gte)
{
	u32 n, lost, line;
	int err;

	err = regmap_write(gte->map, GTE_TECTRL, 0);
	if (!err)
		err = gte_write_enables(gte);
	if (!err)
		err = gte_occupancy(gte, &n);
	while (!err && n--)
		err = regmap_write(gte->map, GTE_TECMD, GTE_TECMD_POP);
	if (err || !gte->loss_counters)
		return err;
	err = regmap_read(gte->map, gte->loss_counters, &lost);
	for (line = 0; line < gte->chip.nlines && !err; line++)
		err = regmap_read(gte->map, gte->loss_counters + 4 + 4 * line, &n);
	return err;
}

/* no interrupt any more, what the FIFO held is pushed; the chip is still registered */
static void gte_switch_off(void *data)
{
	struct gte *gte = data;

	regmap_write(gte->map, GTE_TECTRL, 0);
	disable_irq(gte->irq);
	/* if it ran before this and enabled the interrupt, that was ours to disable twice */
	cancel_delayed_work_sync(&gte->retry);
	mutex_lock(&gte->drain_mutex);
	gte_drain(gte);
	mutex_unlock(&gte->drain_mutex);
}

static int gte_probe(struct platform_device *pdev)
{
	const struct platform_device_id *id = platform_get_device_id(pdev);
	const struct gte_variant *variant = device_get_match_data(&pdev->dev);
	struct device *dev = &pdev->dev;
	struct gte *gte;
	u32 slices;
	int err;

	if (!variant && id)
		variant = (const void *)id->driver_data;
	if (!variant)
		return -ENODEV;
	slices = variant->slices;
	device_property_read_u32(dev, "nvidia,slices", &slices);
	if (slices < 1 || slices > GTE_MAX_SLICES)
		return dev_err_probe(dev, -EINVAL, "nvidia,slices: %u\n", slices);

	gte = devm_kzalloc(dev, struct_size(gte, slices, slices), GFP_KERNEL);
	if (!gte)
		return -ENOMEM;
	gte->n_slices = slices;
	gte->dev = dev;
	gte->variant = variant;
	mutex_init(&gte->drain_mutex);
	raw_spin_lock_init(&gte->lock);
	INIT_DELAYED_WORK(&gte->retry, gte_retry);
	gte->chip = (struct hte_chip){
		.dev = dev,
		.ops = &gte_ops,
		.nlines = slices * GTE_SLICE_LINES,
		.xlate_of = gte_xlate_of,
		.of_hte_n_cells = 1,
		.data = gte,
	};
	platform_set_drvdata(pdev, gte);

	err = gte_read_properties(gte);
	if (!err)
		err = gte_find_registers(gte, pdev);
	if (!err)
		err = gte_find_gpio(gte);
	if (err)
		return err;
	gte->irq = platform_get_irq(pdev, 0);
	if (gte->irq < 0)
		return gte->irq;
	err = gte_reset(gte);
	if (err)
		return dev_err_probe(dev, err, "cannot reach the registers\n");

	/* requested first so that it is freed last, enabled when all else is there */
	err = devm_request_irq(dev, gte->irq, gte_interrupt, IRQF_NO_AUTOEN, dev_name(dev), gte);
	if (err)
		return err;
	err = devm_hte_register_chip(&gte->chip);
	if (err)
		return err;
	enable_irq(gte->irq);
	err = devm_add_action_or_reset(dev, gte_switch_off, gte);
	return err ?: gte_switch_on(gte);
}

/* the registers may lose their power from here on; what was stamped is brought home first */
static int gte_suspend_late(struct device *dev)
{
	struct gte *gte = dev_get_drvdata(dev);
	unsigned long flags;

	raw_spin_lock_irqsave(&gte->lock, flags);
	gte->suspended = true;
	raw_spin_unlock_irqrestore(&gte->lock, flags);
	gte_flush(gte);
	return 0;
}

static int gte_resume_early(struct device *dev)
{
	struct gte *gte = dev_get_drvdata(dev);
	unsigned long flags;
	u32 i;
	int err;

	raw_spin_lock_irqsave(&gte->lock, flags);
	err = gte_write_enables(gte);
	for (i = 0; i < gte->n_slices; i++) {
		gte->slices[i].known = 0;
		gte_make_fresh(gte, &gte->slices[i], gte->slices[i].enabled);
	}
	if (!err)
		err = gte_switch_on(gte);
	gte->suspended = false;
	raw_spin_unlock_irqrestore(&gte->lock, flags);
	return err;
}

/* clang-format off */
static const struct dev_pm_ops gte_pm = {
	LATE_SYSTEM_SLEEP_PM_OPS(gte_suspend_late, gte_resume_early)
};
/* clang-format on */

static const struct of_device_id gte_of_match[] = {
	{ .compatible = "nvidia,tegra194-gte-lic", .data = &tegra194_lic },
	{ .compatible = "nvidia,tegra194-gte-aon", .data = &tegra194_aon },
	{ .compatible = "nvidia,tegra234-gte-lic", .data = &tegra234_lic },
	{ .compatible = "nvidia,tegra234-gte-aon", .data = &tegra234_aon },
	{}
};
MODULE_DEVICE_TABLE(of, gte_of_match);

static const struct platform_device_id gte_ids[] = {
	{ "tegra194-gte-lic", (kernel_ulong_t)&tegra194_lic },
	{ "tegra194-gte-aon", (kernel_ulong_t)&tegra194_aon },
	{ "tegra234-gte-lic", (kernel_ulong_t)&tegra234_lic },
	{ "tegra234-gte-aon", (kernel_ulong_t)&tegra234_aon },
	{}
};
MODULE_DEVICE_TABLE(platform, gte_ids);

static struct platform_driver gte_driver = {
	.probe = gte_probe,
	.id_table = gte_ids,
	.driver = {
		.name = "tegra_hte",
		.pm = pm_sleep_ptr(&gte_pm),
		.of_match_table = gte_of_match,
	},
};

module_platform_driver(gte_driver);

MODULE_DESCRIPTION("Tegra194 and Tegra234 generic timestamping engine");
MODULE_VERSION(CHS_VERSION);
MODULE_LICENSE("GPL");
