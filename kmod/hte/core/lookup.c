// SPDX-License-Identifier: GPL-2.0
/*
 * Which line does a consumer mean? By reference: property "timestamps" of its device, in a
 * device tree or in software nodes; by what the line belongs to: the provider that knows
 * its line_data; or by provider and number, for those who have looked at the providers.
 */
#include <linux/device.h>
#include <linux/of.h>
#include <linux/property.h>
#include <linux/slab.h>

#include "private.h"

#define HTE_REF		"timestamps"
#define HTE_REF_NAMES	"timestamp-names"
#define HTE_REF_CELLS	"#timestamp-cells"

/*
 * Names that hte_init_line_attr() was given. Descriptors refer to them, and belong to the
 * consumer: nobody tells when the last has gone. So each name is kept once, until the module
 * goes; consumers have few different ones.
 */
struct hte_name {
	struct list_head node;
	char text[];
};

static LIST_HEAD(hte_names);
static DEFINE_MUTEX(hte_names_mutex);

static const char *keep_name(const char *text)
{
	struct hte_name *name;

	mutex_lock(&hte_names_mutex);
	list_for_each_entry(name, &hte_names, node)
		if (!strcmp(name->text, text))
			goto out;
	name = kmalloc(struct_size(name, text, strlen(text) + 1), GFP_KERNEL);
	if (name) {
		strcpy(name->text, text);
		list_add(&name->node, &hte_names);
	}
out:
	mutex_unlock(&hte_names_mutex);
	return name ? name->text : NULL;
}

/* hte_names_free() - the module goes, and with it all consumers */
void hte_names_free(void)
{
	struct hte_name *name, *next;

	list_for_each_entry_safe(name, next, &hte_names, node)
		kfree(name);
}

/**
 * hte_init_line_attr() - say which line is wanted, before hte_ts_get()
 * @desc: cleared and filled in; it must not be bound
 * @line_id: see &struct hte_line_attr
 * @edge_flags: see &struct hte_line_attr
 * @name: see &struct hte_line_attr; copied
 * @data: see &struct hte_line_attr
 *
 * Copies are kept until the module goes, one of each different text. For names that users
 * think up set desc->attr.name instead: it must live until hte_request_ts_ns() returns.
 *
 * Context: any without @name, else process context.
 * Return: 0, -EINVAL without @desc, -ENOMEM.
 */
int hte_init_line_attr(struct hte_ts_desc *desc, u32 line_id, unsigned long edge_flags,
		       const char *name, void *data)
{
	if (!desc)
		return -EINVAL;
	memset(desc, 0, sizeof(*desc));
	desc->attr.line_id = line_id;
	desc->attr.edge_flags = edge_flags;
	desc->attr.line_data = data;
	if (name) {
		desc->attr.name = keep_name(name);
		if (!desc->attr.name)
			return -ENOMEM;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(hte_init_line_attr);

/* the first provider that says yes, referenced; hte_mutex keeps its chip meanwhile */
static struct hte_device *find_device(bool (*match)(const struct hte_chip *chip, const void *key),
				      const void *key)
{
	struct hte_device *gdev, *found = NULL;

	mutex_lock(&hte_mutex);
	list_for_each_entry(gdev, &hte_live, live) {
		if (match(gdev->chip, key)) {
			kref_get(&gdev->refs);
			found = gdev;
			break;
		}
	}
	mutex_unlock(&hte_mutex);
	return found;
}

static bool match_node(const struct hte_chip *chip, const void *fwnode)
{
	struct fwnode_handle *node = dev_fwnode(chip->dev);

	/* a software node may stand behind one of the firmware's */
	return node && (node == fwnode || node->secondary == fwnode);
}

static bool match_line_data(const struct hte_chip *chip, const void *desc)
{
	return chip->match_from_linedata && chip->match_from_linedata(chip, desc);
}

/* the label of the reference; NULL where it is blank or there are none */
static int name_of(struct fwnode_handle *node, int index, const char **name)
{
	const char **all;
	int n, err;

	*name = NULL;
	if (!fwnode_property_present(node, HTE_REF_NAMES))
		return 0;
	n = fwnode_property_string_array_count(node, HTE_REF_NAMES);
	if (n < 0)
		return n;
	if (index < 0 || index >= n)
		return -ENODATA;
	all = kcalloc(n, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	err = fwnode_property_read_string_array(node, HTE_REF_NAMES, all, n);
	if (err >= 0 && *skip_spaces(all[index]))
		*name = all[index];
	kfree(all);
	return err < 0 ? err : 0;
}

static struct hte_device *find_by_reference(struct fwnode_handle *node, struct hte_ts_desc *desc,
					    int index, struct of_phandle_args *args)
{
	struct fwnode_reference_args ref;
	struct hte_device *gdev;
	unsigned int i;
	int err;

	err = name_of(node, index, &desc->attr.name);
	/* which not every kernel's software nodes look at */
	if (!err && index < 0)
		err = -EINVAL;
	if (!err)
		err = fwnode_property_get_reference_args(node, HTE_REF, HTE_REF_CELLS, 0, index,
							 &ref);
	if (err)
		return ERR_PTR(err);
	args->np = to_of_node(ref.fwnode);
	args->args_count = ref.nargs;
	for (i = 0; i < ref.nargs; i++)
		args->args[i] = ref.args[i];
	gdev = find_device(match_node, ref.fwnode);
	fwnode_handle_put(ref.fwnode);
	return gdev ?: ERR_PTR(-ENODEV);
}

/* takes over the caller's reference of gdev unless it fails; gdev->rwsem held for read */
static int bind_number(struct hte_device *gdev, struct hte_ts_desc *desc, u32 number,
		       const char *consumer)
{
	int err;

	if (number >= gdev->nlines)
		return -EINVAL;
	if (!try_module_get(gdev->owner))
		return -ENODEV;
	err = hte_line_bind(gdev, desc, number, consumer);
	if (err)
		module_put(gdev->owner);
	return err;
}

/**
 * hte_ts_get() - bind a descriptor to its line
 * @dev: the consumer's device, whose property "timestamps" refers to the line; NULL, or a
 *	device without it: the provider is found by the descriptor's line_data
 * @desc: filled in by hte_init_line_attr(), or zeroed for a reference
 * @index: which of the references
 *
 * Context: process context, may sleep.
 * Return: 0; -EINVAL without @desc, for a negative @index, where the provider lacks the xlate
 *	callback or gives a number beyond its lines; -ENODEV without a provider; -EUSERS where
 *	the line has a consumer; the error of the property or of the xlate callback.
 */
int hte_ts_get(struct device *dev, struct hte_ts_desc *desc, int index)
{
	struct fwnode_handle *node = dev ? dev_fwnode(dev) : NULL;
	bool by_reference = is_of_node(node) || (node && fwnode_property_present(node, HTE_REF));
	struct of_phandle_args args = {};
	struct hte_device *gdev;
	struct hte_chip *chip;
	u32 number = U32_MAX;
	int err;

	if (!desc)
		return -EINVAL;
	if (by_reference)
		gdev = find_by_reference(node, desc, index, &args);
	else
		gdev = find_device(match_line_data, desc) ?: ERR_PTR(-ENODEV);
	if (IS_ERR(gdev))
		return PTR_ERR(gdev);

	down_read(&gdev->rwsem);
	chip = gdev->chip;
	if (!chip)
		err = -ENODEV;
	else if (by_reference)
		err = chip->xlate_of ? chip->xlate_of(chip, &args, desc, &number) : -EINVAL;
	else
		err = chip->xlate_plat ? chip->xlate_plat(chip, desc, &number) : -EINVAL;
	if (err >= 0)
		err = bind_number(gdev, desc, number, dev ? dev_name(dev) : NULL);
	up_read(&gdev->rwsem);
	if (err)
		hte_device_put(gdev);
	return err;
}
EXPORT_SYMBOL_GPL(hte_ts_get);

/**
 * hte_ts_get_line() - bind a descriptor to a line of a provider
 * @gdev: from the notifier
 * @desc: filled in by hte_init_line_attr()
 * @xlated_id: the provider's number of the line
 * @consumer: who wants it, to be shown
 *
 * Context: process context, may sleep. The notifier must not have seen the provider go, or
 * be waiting to be told.
 * Return: 0; -EINVAL without @desc or for a line that is not; -ENODEV when the provider
 *	goes; -EUSERS where the line has a consumer.
 */
int hte_ts_get_line(struct hte_device *gdev, struct hte_ts_desc *desc, u32 xlated_id,
		    const char *consumer)
{
	int err;

	if (!gdev || !desc)
		return -EINVAL;
	kref_get(&gdev->refs);
	down_read(&gdev->rwsem);
	err = gdev->chip ? bind_number(gdev, desc, xlated_id, consumer) : -ENODEV;
	up_read(&gdev->rwsem);
	if (err)
		hte_device_put(gdev);
	return err;
}
EXPORT_SYMBOL_GPL(hte_ts_get_line);

/**
 * of_hte_req_count() - how many lines does a device refer to?
 * @dev: the consumer's device
 *
 * Context: process context.
 * Return: their number; -EINVAL without a device or a node of it; -ENOENT for none.
 */
int of_hte_req_count(struct device *dev)
{
	struct fwnode_handle *node = dev ? dev_fwnode(dev) : NULL;
	struct fwnode_reference_args ref;
	int n = 0;

	if (!node)
		return -EINVAL;
	if (is_of_node(node)) {
		n = of_count_phandle_with_args(to_of_node(node), HTE_REF, HTE_REF_CELLS);
		return n ?: -ENOENT;
	}
	while (!fwnode_property_get_reference_args(node, HTE_REF, HTE_REF_CELLS, 0, n, &ref)) {
		fwnode_handle_put(ref.fwnode);
		n++;
	}
	return n ?: -ENOENT;
}
EXPORT_SYMBOL_GPL(of_hte_req_count);
