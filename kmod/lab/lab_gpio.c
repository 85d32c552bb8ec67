// SPDX-License-Identifier: GPL-2.0
/*
 * lab_gpio: a behavioural model of a GPIO controller whose lines can be stamped in hardware.
 * Trains and wires move its inputs. An edge goes, in this order, to the stamping provider in
 * the same chip, where that has been switched on for the line; to the wires that leave the
 * line; and to whoever has requested the line's interrupt. Talks to lab_core, to gpiolib and
 * to the driver API of the timestamping engine.
 *
 * The stamping goes through gpiolib as on real hardware: a consumer's request comes to the
 * provider, which asks gpiolib for it with gpiod_enable_hw_timestamp_ns(), which comes back to
 * this chip's en_hw_timestamp(). With provider=0 there is no provider here, but lines can be
 * switched to stamping all the same: for a provider that lives in another chip and watches
 * the lines by wire.
 *
 * Locks: g->lock guards levels, directions, stamping and the clock; it is taken in any
 * context, and stamps are pushed with it held, so that a line's stay in order. What the
 * interrupt core sets under its own locks are bits and bytes by themselves.
 *
 * Removal: lab_core has cut the wires. stop() ends the trains, clears g->up under the lock,
 * unregisters the provider and then the GPIO chip, which frees interrupts still requested.
 */
#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/gpio/consumer.h>
#include <linux/gpio/driver.h>
#include <linux/hte.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/of.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#ifndef HTE_CHS
#error "the kernel's own hte.h came first: see NOSTDINC_FLAGS in Kbuild"
#endif

#include "lab_fault.h"
#include "lab_train.h"

/* clang-format off */
#define GPIO_MAX_DEVICES	16
#define GPIO_MAX_LINES		512
#define GPIO_BOTH_EDGES		(HTE_RISING_EDGE_TS | HTE_FALLING_EDGE_TS)

enum gpio_op { OP_REQUEST, OP_RELEASE, OP_HW_TIMESTAMP, OP_COUNT };

static const char *const gpio_op_name[OP_COUNT] = { "request", "release", "hw_timestamp" };
/* clang-format on */

struct gpio_line {
	struct gpio_desc *desc;
	bool high; /* its level */
	bool output;
	bool stamping; /* hardware stamps are on, in gpiolib's words */
	bool enabled;  /* and not disabled for a while */
	u8 edge_flags; /* of which edges */
	u8 irq_type;   /* written under the interrupt core's lock */
	u64 edges, ignored, stamped, interrupts;
};

struct gpio {
	struct lab_device lab;
	spinlock_t lock;
	bool up;
	struct gpio_chip chip;
	struct hte_chip hte_chip;
	struct software_node node;
	struct lab_clock clock;
	struct lab_trains *trains;
	struct gpio_line *line;
	unsigned long *masked; /* interrupts; bits are set and cleared alone */
	struct lab_fault fault[OP_COUNT];
	char label[32];
	/* numbers that are attributes */
	s64 lines, provider;
};
static_assert(offsetof(struct gpio, lab) == 0);

static struct gpio *gpio_of_lab(struct lab_device *ld)
{
	return container_of(ld, struct gpio, lab);
}

/* ---- edges --------------------------------------------------------------------*/

static void gpio_stamp(struct gpio *g, unsigned int n, s64 raw, bool rising)
{
	struct hte_ts_data stamp = {
		.tsc = lab_clock_at(&g->clock, raw),
		.raw_level = rising,
	};

	g->line[n].stamped++;
	hte_push_ts_ns(&g->hte_chip, n, &stamp);
}

static void gpio_interrupt(struct gpio *g, unsigned int n, bool rising)
{
	u8 type = READ_ONCE(g->line[n].irq_type);
	unsigned long flags;

	if (!(type & (rising ? IRQ_TYPE_EDGE_RISING : IRQ_TYPE_EDGE_FALLING)) ||
	    test_bit(n, g->masked))
		return;
	g->line[n].interrupts++;
	local_irq_save(flags);
	generic_handle_domain_irq(g->chip.irq.domain, n);
	local_irq_restore(flags);
}

/* A line gets a level: from outside, or, if it is an output, from its owner. Any context. */
static void gpio_level(struct gpio *g, unsigned int n, const struct lab_edge *e, bool outside)
{
	struct gpio_line *l = &g->line[n];
	u8 kind = e->rising ? HTE_RISING_EDGE_TS : HTE_FALLING_EDGE_TS;
	unsigned long flags;
	bool changes;

	spin_lock_irqsave(&g->lock, flags);
	/* what drives it from outside does not move an output, nor its owner an input */
	changes = g->up && l->high != e->rising && l->output != outside;
	if (changes) {
		l->edges++;
		l->high = e->rising;
		if (g->provider && l->stamping && l->enabled && l->edge_flags & kind)
			gpio_stamp(g, n, e->raw, e->rising);
	} else if (outside) {
		l->ignored++;
	}
	spin_unlock_irqrestore(&g->lock, flags);
	if (!changes)
		return;
	lab_emit(&g->lab, n, e);
	gpio_interrupt(g, n, e->rising);
}

static void gpio_wire_edge(struct lab_device *ld, unsigned int port, const struct lab_edge *e)
{
	gpio_level(gpio_of_lab(ld), port, e, true);
}

static void gpio_train_edge(struct lab_device *ld, unsigned int n, s64 raw, bool rising)
{
	struct lab_edge e = { .raw = raw, .rising = rising };

	gpio_level(gpio_of_lab(ld), n, &e, true);
}

static bool gpio_is_high(struct lab_device *ld, unsigned int n)
{
	return READ_ONCE(gpio_of_lab(ld)->line[n].high);
}

static int gpio_store_edges(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	return lab_trains_store(gpio_of_lab(ld)->trains, text);
}

/* ---- gpiolib's calls ----------------------------------------------------------*/

static int gpio_get(struct gpio_chip *chip, unsigned int n)
{
	struct gpio *g = gpiochip_get_data(chip);

	return READ_ONCE(g->line[n].high);
}

static void gpio_set(struct gpio_chip *chip, unsigned int n, int value)
{
	struct gpio *g = gpiochip_get_data(chip);
	struct lab_edge e = { .raw = ktime_get_raw_ns(), .rising = value };

	gpio_level(g, n, &e, false);
}

static int gpio_get_direction(struct gpio_chip *chip, unsigned int n)
{
	struct gpio *g = gpiochip_get_data(chip);

	return READ_ONCE(g->line[n].output) ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static void gpio_set_direction(struct gpio *g, unsigned int n, bool output)
{
	unsigned long flags;

	spin_lock_irqsave(&g->lock, flags);
	g->line[n].output = output;
	spin_unlock_irqrestore(&g->lock, flags);
}

static int gpio_direction_input(struct gpio_chip *chip, unsigned int n)
{
	gpio_set_direction(gpiochip_get_data(chip), n, false);
	return 0;
}

static int gpio_direction_output(struct gpio_chip *chip, unsigned int n, int value)
{
	gpio_set_direction(gpiochip_get_data(chip), n, true);
	gpio_set(chip, n, value);
	return 0;
}

/* flags are those of the engine, as a provider hands them on */
static int gpio_hw_timestamp(struct gpio *g, unsigned int n, bool on, unsigned long edge_flags)
{
	struct gpio_line *l = &g->line[n];
	unsigned long flags;
	int err;

	spin_lock_irqsave(&g->lock, flags);
	err = lab_fails(&g->fault[OP_HW_TIMESTAMP]);
	if (!err) {
		l->stamping = on;
		l->enabled = on;
		/* who says nothing of edges wants them all */
		l->edge_flags = edge_flags & GPIO_BOTH_EDGES ?: GPIO_BOTH_EDGES;
	}
	spin_unlock_irqrestore(&g->lock, flags);
	return err;
}

static int gpio_en_hw_timestamp(struct gpio_chip *chip, u32 n, unsigned long flags)
{
	return gpio_hw_timestamp(gpiochip_get_data(chip), n, true, flags);
}

static int gpio_dis_hw_timestamp(struct gpio_chip *chip, u32 n, unsigned long flags)
{
	return gpio_hw_timestamp(gpiochip_get_data(chip), n, false, flags);
}

/* ---- the interrupt core's calls -----------------------------------------------*/

static void gpio_irq_mask(struct irq_data *d)
{
	struct gpio_chip *chip = irq_data_get_irq_chip_data(d);
	struct gpio *g = gpiochip_get_data(chip);

	set_bit(irqd_to_hwirq(d), g->masked);
	gpiochip_disable_irq(chip, irqd_to_hwirq(d));
}

static void gpio_irq_unmask(struct irq_data *d)
{
	struct gpio_chip *chip = irq_data_get_irq_chip_data(d);
	struct gpio *g = gpiochip_get_data(chip);

	gpiochip_enable_irq(chip, irqd_to_hwirq(d));
	clear_bit(irqd_to_hwirq(d), g->masked);
}

/* edges only: a line that stands interrupts nobody */
static int gpio_irq_set_type(struct irq_data *d, unsigned int type)
{
	struct gpio *g = gpiochip_get_data(irq_data_get_irq_chip_data(d));

	if (type & IRQ_TYPE_LEVEL_MASK)
		return -EINVAL;
	WRITE_ONCE(g->line[irqd_to_hwirq(d)].irq_type, type & IRQ_TYPE_EDGE_BOTH);
	return 0;
}

static const struct irq_chip gpio_irq_chip = {
	.name = "lab_gpio",
	.irq_mask = gpio_irq_mask,
	.irq_unmask = gpio_irq_unmask,
	.irq_set_type = gpio_irq_set_type,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

/* ---- the engine's calls -------------------------------------------------------*/

static int gpio_fails(struct gpio *g, enum gpio_op op)
{
	unsigned long flags;
	int err;

	spin_lock_irqsave(&g->lock, flags);
	err = lab_fails(&g->fault[op]);
	spin_unlock_irqrestore(&g->lock, flags);
	return err;
}

/* the line of a descriptor */
static int gpio_number(const struct gpio *g, const void *desc)
{
	int i;

	/* not by what it points to: it may be any consumer's line_data */
	for (i = 0; desc && i < g->lines; i++)
		if (g->line[i].desc == desc)
			return i;
	return -EINVAL;
}

/* a consumer that has no descriptor of the line, but found it by number, goes without gpiolib */
static int gpio_hte_request(struct hte_chip *chip, struct hte_ts_desc *desc, u32 n)
{
	struct gpio *g = chip->data;
	int err = gpio_fails(g, OP_REQUEST);

	if (err)
		return err;
	if (gpio_number(g, desc->attr.line_data) != n)
		return gpio_hw_timestamp(g, n, true, desc->attr.edge_flags);
	return gpiod_enable_hw_timestamp_ns(desc->attr.line_data, desc->attr.edge_flags);
}

static int gpio_hte_release(struct hte_chip *chip, struct hte_ts_desc *desc, u32 n)
{
	struct gpio *g = chip->data;
	int err = gpio_fails(g, OP_RELEASE);

	if (err)
		return err;
	if (gpio_number(g, desc->attr.line_data) != n)
		return gpio_hw_timestamp(g, n, false, desc->attr.edge_flags);
	return gpiod_disable_hw_timestamp_ns(desc->attr.line_data, desc->attr.edge_flags);
}

static int gpio_hte_set_enabled(struct hte_chip *chip, u32 n, bool enabled)
{
	struct gpio *g = chip->data;
	unsigned long flags;

	spin_lock_irqsave(&g->lock, flags);
	g->line[n].enabled = enabled;
	spin_unlock_irqrestore(&g->lock, flags);
	return 0;
}

static int gpio_hte_enable(struct hte_chip *chip, u32 n)
{
	return gpio_hte_set_enabled(chip, n, true);
}

static int gpio_hte_disable(struct hte_chip *chip, u32 n)
{
	return gpio_hte_set_enabled(chip, n, false);
}

static int gpio_hte_clk_src_info(struct hte_chip *chip, struct hte_clk_info *info)
{
	info->hz = NSEC_PER_SEC;
	info->type = CLOCK_MONOTONIC;
	return 0;
}

static int gpio_hte_get_time_ns(struct hte_chip *chip, u64 *time_ns)
{
	struct gpio *g = chip->data;

	/* the clock's line is not touched once it runs */
	*time_ns = lab_clock_at(&g->clock, ktime_get_raw_ns());
	return 0;
}

static const struct hte_ops gpio_hte_ops = {
	.request = gpio_hte_request,
	.release = gpio_hte_release,
	.enable = gpio_hte_enable,
	.disable = gpio_hte_disable,
	.get_clk_src_info = gpio_hte_clk_src_info,
	.get_time_ns = gpio_hte_get_time_ns,
};

static bool gpio_hte_match(const struct hte_chip *chip, const struct hte_ts_desc *desc)
{
	return gpio_number(chip->data, desc->attr.line_data) >= 0;
}

static int gpio_hte_xlate_plat(struct hte_chip *chip, struct hte_ts_desc *desc, u32 *xlated_id)
{
	int n = gpio_number(chip->data, desc->attr.line_data);

	if (n < 0)
		return n;
	*xlated_id = n;
	return 0;
}

/* timestamps = <&provider line> */
static int gpio_hte_xlate_of(struct hte_chip *chip, const struct of_phandle_args *args,
			     struct hte_ts_desc *desc, u32 *xlated_id)
{
	struct gpio *g = chip->data;

	if (args->args_count != chip->of_hte_n_cells || args->args[0] >= g->lines)
		return -EINVAL;
	desc->attr.line_id = args->args[0];
	*xlated_id = args->args[0];
	return 0;
}

/* ---- attributes ---------------------------------------------------------------*/

static ssize_t gpio_show_label(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return sysfs_emit(buf, "%s\n", gpio_of_lab(ld)->label);
}

static int gpio_store_label(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct gpio *g = gpio_of_lab(ld);

	if (!*text || strscpy(g->label, text) < 0) {
		lab_say("label: '%s': want up to %zu characters", text, sizeof(g->label) - 1);
		return -EINVAL;
	}
	return 0;
}

static int gpio_is_gpiochip(struct device *dev, void *unused)
{
	return dev->bus && !strcmp(dev->bus->name, "gpio");
}

static ssize_t gpio_show_node(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct device *dev = device_find_child(&ld->dev, NULL, gpio_is_gpiochip);
	ssize_t len = dev ? sysfs_emit(buf, "%s\n", dev_name(dev)) : 0;

	put_device(dev);
	return len;
}

static ssize_t gpio_show_sample(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct gpio *g = gpio_of_lab(ld);
	s64 raw = ktime_get_raw_ns();

	return sysfs_emit(buf, "%lld %lld\n", raw, lab_clock_at(&g->clock, raw));
}

static int gpio_store_fail(struct lab_device *ld, const struct lab_attr *a, char *text)
{
	struct gpio *g = gpio_of_lab(ld);

	return lab_faults_store(g->fault, OP_COUNT, &g->lock, text);
}

static ssize_t gpio_show_fail(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct gpio *g = gpio_of_lab(ld);

	return lab_faults_show(g->fault, OP_COUNT, buf);
}

static ssize_t gpio_show_failed(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	return lab_faults_show_failed(gpio_of_lab(ld)->fault, OP_COUNT, buf);
}

/* a->offset is that of a u64 in struct gpio_line */
static ssize_t gpio_show_each(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct gpio *g = gpio_of_lab(ld);

	return lab_show_each(g->line, sizeof(*g->line), g->lines, a->offset, buf);
}

/* a->offset is that of a bool in struct gpio_line */
static ssize_t gpio_show_flags(struct lab_device *ld, const struct lab_attr *a, char *buf)
{
	struct gpio *g = gpio_of_lab(ld);
	int i, len = 0;

	for (i = 0; i < g->lines; i++)
		len += sysfs_emit_at(buf, len, "%s%d", i ? " " : "",
				     READ_ONCE(*((bool *)&g->line[i] + a->offset)));
	return len + sysfs_emit_at(buf, len, "\n");
}

/* ---- life ---------------------------------------------------------------------*/

static int gpio_init(struct lab_device *ld)
{
	struct gpio *g = gpio_of_lab(ld);
	int i, err = -ENOMEM;

	spin_lock_init(&g->lock);
	for (i = 0; i < OP_COUNT; i++)
		g->fault[i].name = gpio_op_name[i];
	if (!*g->label)
		strscpy(g->label, dev_name(&ld->dev));
	ld->n_in = g->lines;
	ld->n_out = g->lines;
	g->line = kvcalloc(g->lines, sizeof(*g->line), GFP_KERNEL);
	if (!g->line)
		return err;
	g->masked = bitmap_alloc(g->lines, GFP_KERNEL);
	if (!g->masked)
		goto free_line;
	bitmap_fill(g->masked, g->lines);
	g->trains = lab_trains_new(ld, g->lines, gpio_train_edge, gpio_is_high);
	if (!IS_ERR(g->trains))
		return 0;

	err = PTR_ERR(g->trains);
	bitmap_free(g->masked);
free_line:
	kvfree(g->line);
	return err;
}

static void gpio_free(struct lab_device *ld)
{
	struct gpio *g = gpio_of_lab(ld);

	lab_trains_free(g->trains);
	bitmap_free(g->masked);
	kvfree(g->line);
}

static int gpio_add_chip(struct gpio *g)
{
	struct gpio_irq_chip *irq = &g->chip.irq;
	int err, i;

	g->chip = (struct gpio_chip){
		.label = g->label,
		.parent = &g->lab.dev,
		.owner = THIS_MODULE,
		.base = -1,
		.ngpio = g->lines,
		.get = gpio_get,
		.set = gpio_set,
		.get_direction = gpio_get_direction,
		.direction_input = gpio_direction_input,
		.direction_output = gpio_direction_output,
		.en_hw_timestamp = gpio_en_hw_timestamp,
		.dis_hw_timestamp = gpio_dis_hw_timestamp,
	};
	gpio_irq_chip_set_chip(irq, &gpio_irq_chip);
	irq->handler = handle_simple_irq;
	irq->default_type = IRQ_TYPE_NONE;
	err = gpiochip_add_data(&g->chip, g);
	for (i = 0; !err && i < g->lines; i++)
		g->line[i].desc = CHS_GPIO_DESC(&g->chip, i);
	return err;
}

/* software nodes and device trees say how many cells a reference to a line has */
static const struct property_entry gpio_properties[] = { PROPERTY_ENTRY_U32("#timestamp-cells", 1),
							 {} };

static int gpio_start(struct lab_device *ld)
{
	struct gpio *g = gpio_of_lab(ld);
	int err;

	g->hte_chip = (struct hte_chip){
		.name = dev_name(&ld->dev),
		.dev = &ld->dev,
		.ops = &gpio_hte_ops,
		.nlines = g->lines,
		.xlate_of = gpio_hte_xlate_of,
		.xlate_plat = gpio_hte_xlate_plat,
		.match_from_linedata = gpio_hte_match,
		.of_hte_n_cells = 1,
		.data = g,
	};
	lab_clock_begin(&g->clock, CLOCK_MONOTONIC);
	/* not a managed one: gpiolib gives it to its own device, too, which would end it early */
	g->node.properties = gpio_properties;
	err = device_add_software_node(&ld->dev, &g->node);
	if (err)
		return err;
	/* no driver is bound to the device: its managed resources end with this group */
	if (!devres_open_group(&ld->dev, g, GFP_KERNEL)) {
		err = -ENOMEM;
		goto remove_node;
	}
	g->up = true;
	err = gpio_add_chip(g);
	if (err) {
		lab_say("gpiolib refuses the chip");
		goto release;
	}
	err = g->provider ? devm_hte_register_chip(&g->hte_chip) : 0;
	if (err) {
		lab_say("the engine refuses the provider");
		goto remove;
	}
	devres_close_group(&ld->dev, g);
	return 0;

remove:
	gpiochip_remove(&g->chip);
release:
	g->up = false;
	devres_release_group(&ld->dev, g);
remove_node:
	device_remove_software_node(&ld->dev);
	return err;
}

static void gpio_stop(struct lab_device *ld)
{
	struct gpio *g = gpio_of_lab(ld);
	unsigned long flags;

	lab_trains_stop(g->trains);
	spin_lock_irqsave(&g->lock, flags);
	g->up = false;
	spin_unlock_irqrestore(&g->lock, flags);
	devres_release_group(&ld->dev, g);
	gpiochip_remove(&g->chip);
	device_remove_software_node(&ld->dev);
}

/* clang-format off */
#define NUMBER(field, mode, min, max, def, apply, help) \
	LAB_NUMBER(struct gpio, field, mode, min, max, def, apply, help)
#define EACH(name, field, help) \
	{ name, "each line: " help, LAB_READ, offsetof(struct gpio_line, field), \
	  .show = gpio_show_each }
#define EACH_FLAG(name, field, help) \
	{ name, "each line: " help, LAB_READ, offsetof(struct gpio_line, field), \
	  .show = gpio_show_flags }

static const struct lab_attr gpio_attrs[] = {
	/* what it is */
	{ .name = "label", .help = "by which others look for it", .mode = LAB_NEW, .text = "gpioN",
	  .show = gpio_show_label, .store = gpio_store_label },
	NUMBER(lines, LAB_NEW, 1, GPIO_MAX_LINES, 16, NULL, "lines"),
	NUMBER(provider, LAB_NEW, 0, 1, 1, NULL,
	       "stamps its lines, as provider gpioN; 0: another provider does"),
	{ .name = "fail", .mode = LAB_READ | LAB_WRITE,
	  .help = "op=request|release|hw_timestamp|all errno=N count=N (-1: always)",
	  .show = gpio_show_fail, .store = gpio_store_fail },
	/* commands */
	{ .name = "edges", .help = LAB_TRAINS_HELP, .mode = LAB_WRITE | LAB_LONG,
	  .store = gpio_store_edges },
	/* what it does */
	{ .name = "node", .help = "its node in /dev", .mode = LAB_READ, .show = gpio_show_node },
	{ .name = "sample", .help = "CLOCK_MONOTONIC_RAW and the provider's clock, ns",
	  .mode = LAB_READ, .show = gpio_show_sample },
	{ .name = "failed", .help = "calls that failed by order", .mode = LAB_READ,
	  .show = gpio_show_failed },
	EACH_FLAG("level", high, "its level"),
	EACH_FLAG("output", output, "is an output"),
	EACH_FLAG("stamping", stamping, "gpiolib has switched hardware stamps on"),
	EACH("in_edges", edges, "changes of level"),
	EACH("in_ignored", ignored, "edges that change nothing, or come to an output"),
	EACH("in_stamped", stamped, "stamps pushed"),
	EACH("interrupts", interrupts, "interrupts raised"),
};
/* clang-format on */

static struct lab_model gpio_model = {
	.name = "gpio",
	.help = "a GPIO controller whose lines can be stamped in hardware",
	.ports = "in0... move the lines, out0... follow them",
	.owner = THIS_MODULE,
	.size = sizeof(struct gpio),
	.max_devices = GPIO_MAX_DEVICES,
	.attrs = gpio_attrs,
	.n_attrs = ARRAY_SIZE(gpio_attrs),
	.init = gpio_init,
	.start = gpio_start,
	.stop = gpio_stop,
	.free = gpio_free,
	.edge = gpio_wire_edge,
};

static int __init lab_gpio_init(void)
{
	return lab_model_register(&gpio_model);
}

static void __exit lab_gpio_exit(void)
{
	lab_model_unregister(&gpio_model);
}

module_init(lab_gpio_init);
module_exit(lab_gpio_exit);
MODULE_DESCRIPTION("Lab: behavioural model of a GPIO controller with hardware time stamps");
MODULE_LICENSE("GPL");
