// SPDX-License-Identifier: GPL-2.0
/*
 * hte_plain: a provider of the hardware timestamping engine as it would be written for
 * mainline, with nothing that only our <linux/hte.h> has. Its five lines get edges through
 * parameter push. For tests/hte_core.bats, with hte_plain_user.
 */
#include <linux/hte.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/property.h>

#define PLAIN_LINES 5

struct plain_hte {
	struct device *sdev;
	struct hte_chip *chip;
	unsigned long enabled;
	u64 now;
};

static struct plain_hte *the_hte;
static DEFINE_MUTEX(push_mutex);

static int plain_request(struct hte_chip *chip, struct hte_ts_desc *desc, u32 line_id)
{
	struct plain_hte *hte = chip->data;

	set_bit(line_id, &hte->enabled);
	return 0;
}

static int plain_release(struct hte_chip *chip, struct hte_ts_desc *desc, u32 line_id)
{
	struct plain_hte *hte = chip->data;

	clear_bit(line_id, &hte->enabled);
	return 0;
}

static int plain_enable(struct hte_chip *chip, u32 line_id)
{
	return plain_request(chip, NULL, line_id);
}

static int plain_disable(struct hte_chip *chip, u32 line_id)
{
	return plain_release(chip, NULL, line_id);
}

static int plain_clk_src_info(struct hte_chip *chip, struct hte_clk_info *ci)
{
	ci->hz = 31250000;
	ci->type = CLOCK_MONOTONIC;
	return 0;
}

static int plain_line_xlate(struct hte_chip *gc, const struct of_phandle_args *args,
			    struct hte_ts_desc *desc, u32 *xlated_id)
{
	if (!gc || !desc || !xlated_id)
		return -EINVAL;
	if (args->args_count != gc->of_hte_n_cells)
		return -EINVAL;
	desc->attr.line_id = args->args[0];
	*xlated_id = args->args[0];
	return 0;
}

static const struct hte_ops plain_ops = {
	.request = plain_request,
	.release = plain_release,
	.enable = plain_enable,
	.disable = plain_disable,
	.get_clk_src_info = plain_clk_src_info,
};

static void plain_forget(void *data)
{
	mutex_lock(&push_mutex);
	the_hte = NULL;
	mutex_unlock(&push_mutex);
}

static int plain_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct plain_hte *hte;
	struct hte_chip *chip;
	int ret;

	hte = devm_kzalloc(dev, sizeof(*hte), GFP_KERNEL);
	chip = devm_kzalloc(dev, sizeof(*chip), GFP_KERNEL);
	if (!hte || !chip)
		return -ENOMEM;
	hte->sdev = dev;
	hte->chip = chip;
	chip->dev = dev;
	chip->ops = &plain_ops;
	chip->nlines = PLAIN_LINES;
	chip->xlate_of = plain_line_xlate;
	chip->of_hte_n_cells = 1;
	chip->data = hte;
	ret = devm_hte_register_chip(chip);
	if (ret)
		return dev_err_probe(dev, ret, "chip registration failed\n");
	mutex_lock(&push_mutex);
	the_hte = hte;
	mutex_unlock(&push_mutex);
	return devm_add_action_or_reset(dev, plain_forget, hte);
}

static struct platform_driver plain_driver = {
	.probe = plain_probe,
	.driver = { .name = "hte_plain" },
};

/* LINE COUNT: so many edges, of which only an enabled line's are pushed */
static int set_push(const char *text, const struct kernel_param *kp)
{
	struct hte_ts_data el = {};
	u32 line, count;
	int ret = 0;

	if (sscanf(text, "%u %u", &line, &count) != 2 || line >= PLAIN_LINES)
		return -EINVAL;
	mutex_lock(&push_mutex);
	if (!the_hte)
		ret = -ENODEV;
	for (; !ret && count; count--) {
		el.tsc = the_hte->now += 32;
		el.raw_level = -1;
		if (test_bit(line, &the_hte->enabled))
			ret = hte_push_ts_ns(the_hte->chip, line, &el);
	}
	mutex_unlock(&push_mutex);
	return ret;
}

static const struct kernel_param_ops push_ops = { .set = set_push };
module_param_cb(push, &push_ops, NULL, 0200);
MODULE_PARM_DESC(push, "LINE COUNT: edges");

/* ---- what a device tree would say ---- */

static const struct property_entry plain_properties[] = {
	PROPERTY_ENTRY_U32("#timestamp-cells", 1),
	{},
};

static const struct software_node plain_node = {
	.name = "hte-plain",
	.properties = plain_properties,
};

static struct platform_device *plain_device;

static int __init plain_init(void)
{
	struct platform_device_info info = { .name = "hte_plain", .id = PLATFORM_DEVID_NONE };
	int ret;

	ret = software_node_register(&plain_node);
	if (ret)
		return ret;
	ret = platform_driver_register(&plain_driver);
	if (ret)
		goto unregister_node;
	info.fwnode = software_node_fwnode(&plain_node);
	plain_device = platform_device_register_full(&info);
	if (!IS_ERR(plain_device))
		return 0;
	ret = PTR_ERR(plain_device);
	platform_driver_unregister(&plain_driver);
unregister_node:
	software_node_unregister(&plain_node);
	return ret;
}

static void __exit plain_exit(void)
{
	platform_device_unregister(plain_device);
	platform_driver_unregister(&plain_driver);
	software_node_unregister(&plain_node);
}

module_init(plain_init);
module_exit(plain_exit);
MODULE_DESCRIPTION("provider of hardware timestamps in mainline's manner");
MODULE_LICENSE("GPL");
