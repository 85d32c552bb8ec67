// SPDX-License-Identifier: GPL-2.0
/*
 * hte_gpio: a driver that has a GPIO, its interrupt, and hardware stamps of its edges, found
 * by nothing but the GPIO's descriptor. It checks on each interrupt that the edge's stamp has
 * come before it and lies in the past. For tests/hte_lab.bats.
 *
 * Module parameters: label of the GPIO chip, line of it, edges (rising, falling or both).
 *
 *	/sys/kernel/debug/hte_gpio/result	"name value" a line
 *	/sys/kernel/debug/hte_gpio/stamps	"seq tsc_ns level" of the first 128
 */
#include <linux/debugfs.h>
#include <linux/gpio/consumer.h>
#include <linux/gpio/machine.h>
#include <linux/hte.h>
#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#define KEPT 128

static char *label = "gpio0";
module_param(label, charp, 0400);
static int line;
module_param(line, int, 0400);
static char *edges = "both";
module_param(edges, charp, 0400);

static struct platform_device *pdev;
static struct gpiod_lookup_table *lookup;
static struct gpio_desc *gpiod;
static struct hte_ts_desc desc;
static struct dentry *dir;
static int irq;

/* written in interrupts of one line, which come one after the other */
static struct hte_ts_data stamps[KEPT];
static u64 n_stamps, n_second, n_irqs;
static u64 irq_without_stamp;		/* interrupts that came before their stamps */
static u64 stamp_in_future;		/* stamps later than the callback that brought them */
static u64 wrong_level;			/* stamps whose level is not what the GPIO shows */
static u64 wrong_seq;
static u64 last_tsc;

static enum hte_return first(struct hte_ts_data *ts, void *data)
{
	if (n_stamps < KEPT)
		stamps[n_stamps] = *ts;
	n_stamps++;
	wrong_seq += ts->seq != n_stamps;
	wrong_level += ts->raw_level != gpiod_get_raw_value(gpiod);
	stamp_in_future += ts->tsc > ktime_get_ns();
	last_tsc = ts->tsc;
	return HTE_RUN_SECOND_CB;
}

static enum hte_return second(void *data)
{
	n_second++;
	return HTE_CB_HANDLED;
}

static irqreturn_t interrupt(int number, void *data)
{
	n_irqs++;
	irq_without_stamp += n_stamps < n_irqs || last_tsc > ktime_get_ns();
	return IRQ_HANDLED;
}

static int result_show(struct seq_file *seq, void *unused)
{
	seq_printf(seq, "stamps %llu\nirqs %llu\nirq_without_stamp %llu\n", n_stamps, n_irqs,
		   irq_without_stamp);
	seq_printf(seq, "stamp_in_future %llu\nwrong_level %llu\nwrong_seq %llu\n",
		   stamp_in_future, wrong_level, wrong_seq);
	seq_printf(seq, "ran_second %d\n", n_second > 0);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(result);

static int stamps_show(struct seq_file *seq, void *unused)
{
	u64 i;

	for (i = 0; i < min_t(u64, n_stamps, KEPT); i++)
		seq_printf(seq, "%llu %llu %d\n", stamps[i].seq, stamps[i].tsc,
			   stamps[i].raw_level);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stamps);

static int __init hte_gpio_init(void)
{
	bool rising = strcmp(edges, "falling"), falling = strcmp(edges, "rising");
	int err = -ENOMEM;

	lookup = kzalloc(struct_size(lookup, table, 2), GFP_KERNEL);
	if (!lookup)
		return err;
	lookup->dev_id = "hte_gpio";
	lookup->table[0] = GPIO_LOOKUP(label, line, "in", GPIO_ACTIVE_HIGH);
	gpiod_add_lookup_table(lookup);
	pdev = platform_device_register_simple("hte_gpio", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev)) {
		err = PTR_ERR(pdev);
		goto remove_table;
	}
	gpiod = gpiod_get(&pdev->dev, "in", GPIOD_IN);
	if (IS_ERR(gpiod)) {
		err = PTR_ERR(gpiod);
		goto unregister;
	}
	err = hte_init_line_attr(&desc, line,
				 (rising ? HTE_RISING_EDGE_TS : 0) |
				 (falling ? HTE_FALLING_EDGE_TS : 0),
				 "hte_gpio", gpiod);
	if (err)
		goto put_gpio;
	err = hte_ts_get(NULL, &desc, 0);
	if (err)
		goto put_gpio;
	err = hte_request_ts_ns(&desc, first, second, NULL);
	if (err)
		goto put_line;
	irq = gpiod_to_irq(gpiod);
	err = irq < 0 ? irq : request_irq(irq, interrupt,
					  (rising ? IRQF_TRIGGER_RISING : 0) |
					  (falling ? IRQF_TRIGGER_FALLING : 0),
					  "hte_gpio", &desc);
	if (err)
		goto put_line;
	dir = debugfs_create_dir("hte_gpio", NULL);
	debugfs_create_file("result", 0400, dir, NULL, &result_fops);
	debugfs_create_file("stamps", 0400, dir, NULL, &stamps_fops);
	return 0;

put_line:
	hte_ts_put(&desc);
put_gpio:
	gpiod_put(gpiod);
unregister:
	platform_device_unregister(pdev);
remove_table:
	gpiod_remove_lookup_table(lookup);
	kfree(lookup);
	return err;
}

static void __exit hte_gpio_exit(void)
{
	debugfs_remove(dir);
	free_irq(irq, &desc);
	hte_ts_put(&desc);
	gpiod_put(gpiod);
	platform_device_unregister(pdev);
	gpiod_remove_lookup_table(lookup);
	kfree(lookup);
}

module_init(hte_gpio_init);
module_exit(hte_gpio_exit);
MODULE_DESCRIPTION("A GPIO with its interrupt and hardware time stamps");
MODULE_LICENSE("GPL");
