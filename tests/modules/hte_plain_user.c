// SPDX-License-Identifier: GPL-2.0
/*
 * hte_plain_user: a consumer of the hardware timestamping engine as it would be written for
 * mainline, managed by its device, with three lines of hte_plain by reference. What it has
 * seen stands in attribute seen. For tests/hte_core.bats.
 */
#include <linux/hte.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

struct plain_line {
	struct hte_ts_desc desc;
	u64 stamps, last_seq, seconds;
};

struct plain_user {
	int lines;
	struct plain_line line[];
};

static enum hte_return process_hw_ts(struct hte_ts_data *ts, void *p)
{
	struct plain_line *line = p;

	line->stamps++;
	line->last_seq = ts->seq;
	return line->desc.attr.line_id == 2 ? HTE_RUN_SECOND_CB : HTE_CB_HANDLED;
}

static enum hte_return process_later(void *p)
{
	struct plain_line *line = p;

	WRITE_ONCE(line->seconds, line->seconds + 1);
	return HTE_CB_HANDLED;
}

static ssize_t seen_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct plain_user *user = dev_get_drvdata(dev);
	struct plain_line *line;
	int i, len = 0;

	for (i = 0; i < user->lines; i++) {
		line = &user->line[i];
		len += sysfs_emit_at(page, len, "%s %u %llu %llu %d\n", line->desc.attr.name ?: "-",
				     line->desc.attr.line_id, line->stamps, line->last_seq,
				     !!READ_ONCE(line->seconds));
	}
	return len;
}
static DEVICE_ATTR_RO(seen);

static struct attribute *plain_attrs[] = { &dev_attr_seen.attr, NULL };
ATTRIBUTE_GROUPS(plain);

static int plain_user_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct plain_user *user;
	int ret, i, cnt;

	cnt = of_hte_req_count(dev);
	if (cnt < 0)
		return cnt;
	user = devm_kzalloc(dev, struct_size(user, line, cnt), GFP_KERNEL);
	if (!user)
		return -ENOMEM;
	user->lines = cnt;
	platform_set_drvdata(pdev, user);

	for (i = 0; i < cnt; i++) {
		hte_init_line_attr(&user->line[i].desc, 0, 0, NULL, NULL);
		ret = hte_ts_get(dev, &user->line[i].desc, i);
		if (ret)
			return ret;
		ret = devm_hte_request_ts_ns(dev, &user->line[i].desc, process_hw_ts, process_later,
					     &user->line[i]);
		if (ret) {
			hte_ts_put(&user->line[i].desc);
			return ret;
		}
	}
	return 0;
}

static struct platform_driver plain_user_driver = {
	.probe = plain_user_probe,
	.driver = { .name = "hte_plain_user", .dev_groups = plain_groups },
};

/* ---- what a device tree would say ---- */

static struct software_node_ref_args references[] = {
	{ .nargs = 1, .args = { 1 } },
	{ .nargs = 1, .args = { 2 } },
	{ .nargs = 1, .args = { 4 } },
};

static const char *const names[] = { "first", "second", "" };

static const struct software_node *provider;
static struct platform_device *user_device;

static int __init plain_user_init(void)
{
	const struct property_entry properties[] = {
		PROPERTY_ENTRY_REF_ARRAY("timestamps", references),
		PROPERTY_ENTRY_STRING_ARRAY("timestamp-names", names),
		{}
	};
	struct platform_device_info info = {
		.name = "hte_plain_user",
		.id = PLATFORM_DEVID_NONE,
		.properties = properties,
	};
	unsigned int i;
	int ret;

	provider = software_node_find_by_name(NULL, "hte-plain");
	if (!provider)
		return -ENODEV;
	for (i = 0; i < ARRAY_SIZE(references); i++)
		references[i].node = provider;
	ret = platform_driver_register(&plain_user_driver);
	if (ret)
		goto put_node;
	user_device = platform_device_register_full(&info);
	if (!IS_ERR(user_device))
		return 0;
	ret = PTR_ERR(user_device);
	platform_driver_unregister(&plain_user_driver);
put_node:
	fwnode_handle_put(software_node_fwnode(provider));
	return ret;
}

static void __exit plain_user_exit(void)
{
	platform_device_unregister(user_device);
	platform_driver_unregister(&plain_user_driver);
	fwnode_handle_put(software_node_fwnode(provider));
}

module_init(plain_user_init);
module_exit(plain_user_exit);
MODULE_DESCRIPTION("consumer of hardware timestamps in mainline's manner");
MODULE_LICENSE("GPL");
