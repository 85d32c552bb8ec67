// SPDX-License-Identifier: GPL-2.0
/*
 * hte_giver: providers of the hardware timestamping engine that do what a test tells them
 * through /dev/hte_giver, see hte_hand.h. Each is a platform device, which can be unbound
 * from its driver and bound again while stamps are pushed for it. For tests/hte_*.bats.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/hte.h>
#include <linux/irq_work.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>

#include "hand.h"
#include "hte_hand.h"

struct giver;

/* pushes of one processor */
struct giver_cpu {
	struct hrtimer timer;
	struct giver *giver;
	unsigned int cpu;
};

struct giver_line {
	u64 accepted, refused;
};

/**
 * struct giver - a provider, bound or not
 * @lines: counted by whoever pushes, one at a time for a line
 * @cpus: of the load
 */
struct giver {
	struct hte_chip chip;
	struct hte_ops ops;
	char name[HAND_NAME];
	char node_name[32];
	struct property_entry properties[2];
	struct software_node node;
	struct platform_device *pdev;
	int result;
	s64 settings[GIVER_SETTINGS];
	atomic64_t calls[GIVER_OPS];
	struct giver_line *lines;
	struct giver_load load;
	struct giver_cpu *cpus;
};

static struct giver *givers[HAND_GIVERS];
static DEFINE_MUTEX(giver_mutex);

/* ---- what the core calls ---- */

static s64 setting(const struct giver *giver, unsigned int n)
{
	return READ_ONCE(giver->settings[n]);
}

static int called(struct giver *giver, enum giver_op op)
{
	atomic64_inc(&giver->calls[op]);
	return setting(giver, GIVER_RESULT + op);
}

static int called_slow(struct giver *giver, enum giver_op op, u32 line)
{
	s64 ms = setting(giver, GIVER_SLOW_MS);

	WRITE_ONCE(giver->settings[GIVER_LAST_LINE], line);
	if (ms)
		msleep(ms);
	return called(giver, op);
}

static int give_request(struct hte_chip *chip, struct hte_ts_desc *desc, u32 line)
{
	return called_slow(chip->data, GIVER_REQUEST, line);
}

static int give_release(struct hte_chip *chip, struct hte_ts_desc *desc, u32 line)
{
	return called_slow(chip->data, GIVER_RELEASE, line);
}

static int give_enable(struct hte_chip *chip, u32 line)
{
	return called_slow(chip->data, GIVER_ENABLE, line);
}

static int give_disable(struct hte_chip *chip, u32 line)
{
	return called_slow(chip->data, GIVER_DISABLE, line);
}

static int give_clock(struct hte_chip *chip, struct hte_clk_info *ci)
{
	ci->hz = 101000023;
	ci->type = CLOCK_MONOTONIC;
	return called(chip->data, GIVER_CLOCK);
}

static int give_time(struct hte_chip *chip, u64 *time_ns)
{
	*time_ns = ktime_get_ns() + setting(chip->data, GIVER_OFFSET_NS);
	return called(chip->data, GIVER_TIME);
}

static int give_xlate_of(struct hte_chip *chip, const struct of_phandle_args *args,
			 struct hte_ts_desc *desc, u32 *number)
{
	if (args->args_count != chip->of_hte_n_cells)
		return -E2BIG;
	*number = args->args[0] + setting(chip->data, GIVER_XLATE_ADD);
	return called_slow(chip->data, GIVER_XLATE_OF, *number);
}

static int give_xlate_plat(struct hte_chip *chip, struct hte_ts_desc *desc, u32 *number)
{
	*number = desc->attr.line_id + setting(chip->data, GIVER_XLATE_ADD);
	return called_slow(chip->data, GIVER_XLATE_PLAT, *number);
}

/* line_data is the device's number and 1 */
static bool give_match(const struct hte_chip *chip, const struct hte_ts_desc *desc)
{
	const struct giver *giver = chip->data;

	called(chip->data, GIVER_MATCH);
	return desc->attr.line_data == (void *)(unsigned long)(giver->pdev->id + 1);
}

/* ---- devices ---- */

static int giver_probe(struct platform_device *pdev)
{
	struct giver *giver = *(struct giver **)dev_get_platdata(&pdev->dev);

	giver->pdev = pdev;
	giver->chip.dev = &pdev->dev;
	giver->result = devm_hte_register_chip(&giver->chip);
	return giver->result;
}

static struct platform_driver giver_driver = {
	.probe = giver_probe,
	.driver = { .name = "hte_giver" },
};

static void giver_fill(struct giver *giver, const struct giver_new *new)
{
	const u32 without = new->without;

#define UNLESS(op, function) (without & BIT(op) ? NULL : (function))
	giver->ops = (struct hte_ops){
		.request = UNLESS(GIVER_REQUEST, give_request),
		.release = UNLESS(GIVER_RELEASE, give_release),
		.enable = UNLESS(GIVER_ENABLE, give_enable),
		.disable = UNLESS(GIVER_DISABLE, give_disable),
		.get_clk_src_info = UNLESS(GIVER_CLOCK, give_clock),
		.get_time_ns = UNLESS(GIVER_TIME, give_time),
	};
	strscpy(giver->name, new->name, sizeof(giver->name));
	giver->chip = (struct hte_chip){
		.name = *giver->name ? giver->name : NULL,
		.ops = &giver->ops,
		.nlines = new->nlines,
		.xlate_of = UNLESS(GIVER_XLATE_OF, give_xlate_of),
		.xlate_plat = UNLESS(GIVER_XLATE_PLAT, give_xlate_plat),
		.match_from_linedata = UNLESS(GIVER_MATCH, give_match),
		.of_hte_n_cells = new->cells,
		.data = giver,
	};
#undef UNLESS
	giver->properties[0] = PROPERTY_ENTRY_U32("#timestamp-cells", new->cells);
	snprintf(giver->node_name, sizeof(giver->node_name), "hte-giver-%u", new->index);
	giver->node = (struct software_node){
		.name = giver->node_name,
		.properties = giver->properties,
	};
}

static int giver_new(struct giver_new *new)
{
	struct platform_device_info info = { .name = "hte_giver" };
	struct platform_device *pdev;
	struct giver *giver;
	int err = -ENOMEM;

	new->index = 0;
	while (new->index < HAND_GIVERS && givers[new->index])
		new->index++;
	if (new->index == HAND_GIVERS)
		return -ENOSPC;
	giver = kzalloc(sizeof(*giver), GFP_KERNEL);
	if (!giver)
		return -ENOMEM;
	giver->lines = kvcalloc(new->nlines + 1, sizeof(*giver->lines), GFP_KERNEL);
	if (!giver->lines)
		goto free;
	giver_fill(giver, new);
	err = software_node_register(&giver->node);
	if (err)
		goto free_lines;
	giver->result = -ENXIO;
	info.id = new->index;
	info.fwnode = software_node_fwnode(&giver->node);
	info.data = &giver;
	info.size_data = sizeof(giver);
	pdev = platform_device_register_full(&info);
	if (IS_ERR(pdev)) {
		err = PTR_ERR(pdev);
		goto unregister_node;
	}
	giver->pdev = pdev;
	givers[new->index] = giver;
	new->result = giver->result;
	return 0;

unregister_node:
	software_node_unregister(&giver->node);
free_lines:
	kvfree(giver->lines);
free:
	kfree(giver);
	return err;
}

/* ---- stamps ---- */

/* one stamp; the caller is the only one for this line */
static int push_one(struct giver *giver, u32 line, struct hte_ts_data *stamp)
{
	int err = hte_push_ts_ns(&giver->chip, line, stamp);

	if (line < giver->chip.nlines) {
		if (err)
			giver->lines[line].refused++;
		else
			giver->lines[line].accepted++;
	}
	return err;
}

static enum hrtimer_restart load_push(struct hrtimer *timer)
{
	struct giver_cpu *cpu = container_of(timer, struct giver_cpu, timer);
	struct giver *giver = cpu->giver;
	const struct giver_load *load = &giver->load;
	struct hte_ts_data stamp;
	u32 line, n;

	for (line = cpu->cpu; line < load->lines; line += num_online_cpus())
		for (n = 0; n < load->burst; n++) {
			stamp.tsc = ktime_get_ns();
			stamp.raw_level = n & 1;
			push_one(giver, load->first + line, &stamp);
		}
	hrtimer_forward_now(timer, ns_to_ktime((u64)load->period_us * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static void load_start(void *data)
{
	struct giver_cpu *cpu = data;

	hrtimer_start(&cpu->timer, ns_to_ktime((u64)cpu->giver->load.period_us * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_PINNED_HARD);
}

static void load_stop(struct giver *giver)
{
	unsigned int i;

	if (!giver->cpus)
		return;
	for (i = 0; i < num_online_cpus(); i++)
		hrtimer_cancel(&giver->cpus[i].timer);
	kfree(giver->cpus);
	giver->cpus = NULL;
}

static int giver_load(struct giver *giver, const struct giver_load *load)
{
	unsigned int i;
	int cpu;

	load_stop(giver);
	if (!load->period_us)
		return 0;
	if (load->first + load->lines > giver->chip.nlines)
		return -EINVAL;
	giver->load = *load;
	giver->cpus = kcalloc(num_online_cpus(), sizeof(*giver->cpus), GFP_KERNEL);
	if (!giver->cpus)
		return -ENOMEM;
	i = 0;
	for_each_online_cpu(cpu) {
		giver->cpus[i].giver = giver;
		giver->cpus[i].cpu = i;
		hrtimer_setup(&giver->cpus[i].timer, load_push, CLOCK_MONOTONIC,
			      HRTIMER_MODE_REL_PINNED_HARD);
		smp_call_function_single(cpu, load_start, &giver->cpus[i], true);
		i++;
	}
	return 0;
}

static void giver_del(u32 index)
{
	struct giver *giver = givers[index];

	/* stamps go on until nobody knows the provider any more */
	platform_device_unregister(giver->pdev);
	load_stop(giver);
	givers[index] = NULL;
	software_node_unregister(&giver->node);
	kvfree(giver->lines);
	kfree(giver);
}

struct push_work {
	struct irq_work work;
	struct giver *giver;
	struct giver_push *push;
};

static void push_all(struct giver *giver, struct giver_push *push)
{
	struct hte_ts_data stamp = {};
	u32 n;

	push->accepted = 0;
	for (n = 0; n < push->count; n++) {
		stamp.tsc = push->tsc + n * push->step;
		stamp.raw_level = push->level;
		push->result = push_one(giver, push->line, &stamp);
		push->accepted += !push->result;
	}
	push->seq = stamp.seq;
}

static void push_in_irq(struct irq_work *work)
{
	struct push_work *order = container_of(work, struct push_work, work);

	push_all(order->giver, order->push);
}

static void giver_push(struct giver *giver, struct giver_push *push)
{
	struct push_work order = { .giver = giver, .push = push };

	if (!push->hardirq) {
		push_all(giver, push);
		return;
	}
	order.work = IRQ_WORK_INIT_HARD(push_in_irq);
	irq_work_queue(&order.work);
	irq_work_sync(&order.work);
}

/* ---- wrong calls ---- */

static const struct hte_ops no_request = { .release = give_release };
static const struct hte_ops no_release = { .request = give_request };
static const struct hte_ops sound = { .request = give_request, .release = give_release };

static int odd(unsigned int what)
{
	/* a device that no driver has bound */
	static struct device dev;
	struct hte_chip chip = { .ops = &sound, .nlines = 1 };
	struct hte_ts_data stamp = {};

	chip.dev = &dev;
	switch (what) {
	case ODD_REGISTER_NOTHING:
		return devm_hte_register_chip(NULL);
	case ODD_REGISTER_NO_DEVICE:
		chip.dev = NULL;
		return devm_hte_register_chip(&chip);
	case ODD_REGISTER_NO_OPS:
		chip.ops = NULL;
		return devm_hte_register_chip(&chip);
	case ODD_REGISTER_NO_REQUEST:
		chip.ops = &no_request;
		return devm_hte_register_chip(&chip);
	case ODD_REGISTER_NO_RELEASE:
		chip.ops = &no_release;
		return devm_hte_register_chip(&chip);
	case ODD_REGISTER_TOO_MANY:
		chip.nlines = U32_MAX;
		return devm_hte_register_chip(&chip);
	case ODD_PUSH_NO_CHIP:
		return hte_push_ts_ns(NULL, 0, &stamp);
	case ODD_PUSH_NO_DATA:
		return hte_push_ts_ns(&chip, 0, NULL);
	case ODD_PUSH_UNREGISTERED:
		return hte_push_ts_ns(&chip, 0, &stamp);
	case ODD_DROPS_NO_CHIP:
		return hte_report_drops(NULL, 0, 1, HTE_DROP_OVERFLOW);
	case ODD_DROPS_UNREGISTERED:
		return hte_report_drops(&chip, 0, 1, HTE_DROP_OVERFLOW);
	case ODD_FIFO_UNREGISTERED:
		hte_report_fifo(&chip, 1, 1);
		return 0;
	}
	return -ENOTTY;
}

/* ---- the device ---- */

static void get_state(struct giver *giver, struct giver_state *state)
{
	int i;

	if (state->line < giver->chip.nlines) {
		state->accepted = READ_ONCE(giver->lines[state->line].accepted);
		state->refused = READ_ONCE(giver->lines[state->line].refused);
	}
	for (i = 0; i < GIVER_OPS; i++)
		state->calls[i] = atomic64_read(&giver->calls[i]);
	state->last_line = setting(giver, GIVER_LAST_LINE);
	state->is_registered = !!READ_ONCE(giver->chip.gdev);
}

/* all arguments of ioctls; each that has one begins with the provider's number */
union argument {
	u32 index;
	struct giver_new new;
	struct giver_set set;
	struct giver_push push;
	struct giver_drops drops;
	struct giver_fifo fifo;
	struct giver_load load;
	struct giver_state state;
};

static long giver_do(void *unused, unsigned int cmd, void *argument, unsigned long value)
{
	union argument *arg = argument;
	struct giver *giver;
	long err = 0;

	if (cmd == GIVER_NEW) {
		mutex_lock(&giver_mutex);
		err = giver_new(&arg->new);
		mutex_unlock(&giver_mutex);
		return err;
	}
	giver = arg->index < HAND_GIVERS ? givers[arg->index] : NULL;
	if (!giver)
		return -ENXIO;
	switch (cmd) {
	case GIVER_DEL:
		mutex_lock(&giver_mutex);
		giver_del(arg->index);
		mutex_unlock(&giver_mutex);
		break;
	case GIVER_SET:
		if (arg->set.setting >= GIVER_SETTINGS)
			return -EINVAL;
		WRITE_ONCE(giver->settings[arg->set.setting], arg->set.value);
		break;
	case GIVER_PUSH:
		giver_push(giver, &arg->push);
		break;
	case GIVER_DROPS:
		arg->drops.result = hte_report_drops(&giver->chip, arg->drops.line, arg->drops.n,
						     arg->drops.reason);
		break;
	case GIVER_FIFO:
		hte_report_fifo(&giver->chip, arg->fifo.occupancy, arg->fifo.lost);
		break;
	case GIVER_LOAD:
		mutex_lock(&giver_mutex);
		err = giver_load(giver, &arg->load);
		mutex_unlock(&giver_mutex);
		break;
	case GIVER_STATE:
		get_state(giver, &arg->state);
		break;
	default:
		err = -ENOTTY;
	}
	return err;
}

static long giver_ioctl(struct file *file, unsigned int cmd, unsigned long value)
{
	if (cmd == GIVER_ODD)
		return odd(value);
	return hand_ioctl(NULL, cmd, value, sizeof(union argument), giver_do);
}

static const struct file_operations giver_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = giver_ioctl,
};

static struct miscdevice giver_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hte_giver",
	.fops = &giver_fops,
};

static int __init giver_init(void)
{
	int err = platform_driver_register(&giver_driver);

	if (err)
		return err;
	err = misc_register(&giver_misc);
	if (err)
		platform_driver_unregister(&giver_driver);
	return err;
}

static void __exit giver_exit(void)
{
	u32 i;

	misc_deregister(&giver_misc);
	for (i = 0; i < HAND_GIVERS; i++)
		if (givers[i])
			giver_del(i);
	platform_driver_unregister(&giver_driver);
}

module_init(giver_init);
module_exit(giver_exit);
MODULE_DESCRIPTION("providers of hardware timestamps that do what they are told");
MODULE_LICENSE("GPL");
