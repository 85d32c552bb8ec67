// SPDX-License-Identifier: GPL-2.0
/*
 * regmap_check: what our drivers want of a register map, held against the same figures on
 * kernels that have them and on those where kmod/regmap stands in. Loads if all is as
 * it must be, else with EINVAL and a line in the log for each thing that is not. For
 * tests/hte_gte.bats.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/regmap.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#define LAST 0x3c

static unsigned int regs[LAST / 4 + 1];
static unsigned int reads, writes;
static bool was_atomic;
static int refuse;
static int locked;

static int wrong;

static int check_read(void *context, unsigned int reg, unsigned int *val)
{
	if (context != regs)
		return -EDOM;
	reads++;
	was_atomic = irqs_disabled();
	*val = regs[reg / 4];
	return refuse;
}

static int check_write(void *context, unsigned int reg, unsigned int val)
{
	writes++;
	regs[reg / 4] = val;
	return refuse;
}

static bool check_readable(struct device *dev, unsigned int reg)
{
	return reg != 0x10;
}

static bool check_writeable(struct device *dev, unsigned int reg)
{
	return reg != 0x14;
}

static void check_lock(void *arg)
{
	++*(int *)arg;
}

static void check_unlock(void *arg)
{
	*(int *)arg += 100;
}

static const struct regmap_bus bus = { .reg_read = check_read, .reg_write = check_write };
static const struct regmap_bus fast_bus = {
	.fast_io = true,
	.reg_read = check_read,
	.reg_write = check_write,
};

/* clang-format off */
#define IS(what, want)									\
do {											\
	long _got = (what), _want = (want);						\
											\
	if (_got != _want) {								\
		pr_err("regmap_check: %s is %ld, not %ld\n", #what, _got, _want);	\
		wrong++;								\
	}										\
} while (0)
/* clang-format on */

static void check_access(struct regmap *map)
{
	u32 four[4] = {};
	unsigned int val;

	IS(regmap_write(map, 0x8, 0xffffffff), 0);
	IS(regmap_read(map, 0x8, &val), 0);
	IS(val, 0xffffffff);
	IS(regmap_read(map, 0x9, &val), -EINVAL);
	IS(regmap_write(map, 0xa, 1), -EINVAL);
	IS(regmap_read(map, LAST, &val), 0);
	IS(regmap_read(map, LAST + 4, &val), -EIO);
	IS(regmap_write(map, LAST + 4, 1), -EIO);
	IS(regmap_read(map, 0x10, &val), -EIO);
	IS(regmap_write(map, 0x10, 23), 0);
	IS(regmap_read(map, 0x14, &val), 0);
	IS(regmap_write(map, 0x14, 23), -EIO);
	IS(regmap_update_bits(map, 0x10, 1, 1), -EIO);

	writes = 0;
	IS(regmap_write(map, 0x20, 0xf0), 0);
	IS(regmap_update_bits(map, 0x20, 0xff, 0x0f), 0);
	IS(regs[0x20 / 4], 0x0f);
	IS(regmap_update_bits(map, 0x20, 0x0f, 0xff), 0);
	IS(writes, 2);
	IS(regmap_set_bits(map, 0x20, 0x30), 0);
	IS(regs[0x20 / 4], 0x3f);
	IS(regmap_clear_bits(map, 0x20, 0x03), 0);
	IS(regs[0x20 / 4], 0x3c);
	IS(writes, 4);

	for (val = 0; val < 4; val++)
		regs[0x20 / 4 + val] = 101 * val;
	IS(regmap_bulk_read(map, 0x20, four, 4), 0);
	IS(four[0], 0);
	IS(four[3], 303);
	IS(regmap_bulk_read(map, 0x21, four, 1), -EINVAL);
	IS(regmap_bulk_read(map, 0x20, four, 0), -EINVAL);
	IS(regmap_bulk_read(map, LAST, four, 2), -EIO);

	refuse = -EREMOTEIO;
	IS(regmap_read(map, 0x20, &val), -EREMOTEIO);
	IS(regmap_write(map, 0x20, 1), -EREMOTEIO);
	IS(regmap_update_bits(map, 0x20, 1, 1), -EREMOTEIO);
	IS(regmap_bulk_read(map, 0x20, four, 1), -EREMOTEIO);
	refuse = 0;
}

static void check_locks(struct device *dev)
{
	struct regmap_config config = {
		.name = "mutex",
		.reg_bits = 32,
		.reg_stride = 4,
		.val_bits = 32,
	};
	struct regmap *map;
	unsigned int val;

	map = devm_regmap_init(dev, &bus, regs, &config);
	IS(PTR_ERR_OR_ZERO(map), 0);
	IS(regmap_read(map, 0, &val), 0);
	IS(was_atomic, false);

	config.name = "spin";
	map = devm_regmap_init(dev, &fast_bus, regs, &config);
	IS(regmap_read(map, 0, &val), 0);
	IS(was_atomic, true);

	config.name = "raw";
	config.fast_io = true;
	config.use_raw_spinlock = true;
	map = devm_regmap_init(dev, &fast_bus, regs, &config);
	IS(regmap_read(map, 0, &val), 0);
	IS(was_atomic, true);

	config.name = "own";
	config.lock = check_lock;
	config.unlock = check_unlock;
	config.lock_arg = &locked;
	map = devm_regmap_init(dev, &fast_bus, regs, &config);
	IS(regmap_read(map, 0, &val), 0);
	IS(was_atomic, false);
	IS(locked, 101);

	config.name = "none";
	config.disable_locking = true;
	map = devm_regmap_init(dev, &fast_bus, regs, &config);
	IS(regmap_read(map, 0, &val), 0);
	IS(locked, 101);
}

static void check_widths(struct device *dev)
{
	struct regmap_config config = {
		.name = "bytes",
		.reg_bits = 8,
		.reg_stride = 4,
		.val_bits = 8,
		.max_register = 4,
	};
	struct regmap *map = devm_regmap_init(dev, &bus, regs, &config);
	u8 bytes[2] = { 1, 2 };
	unsigned int val;

	IS(PTR_ERR_OR_ZERO(map), 0);
	regs[0] = 77;
	IS(regmap_bulk_read(map, 0, bytes, 1), 0);
	IS(bytes[0], 77);
	IS(bytes[1], 2);
	IS(regmap_read(map, 4, &val), 0);
	IS(regmap_read(map, 8, &val), -EIO);

#ifdef CHS_REGMAP_ONLY_0
	config.name = "one";
	config.max_register = 0;
	config.max_register_is_0 = true;
	map = devm_regmap_init(dev, &bus, regs, &config);
	IS(regmap_read(map, 0, &val), 0);
	IS(val, 77);
	IS(regmap_read(map, 4, &val), -EIO);
#endif
}

static void check_all(struct device *dev)
{
	struct regmap_config config = {
		.name = "first",
		.reg_bits = 32,
		.reg_stride = 4,
		.val_bits = 32,
		.max_register = LAST,
		.readable_reg = check_readable,
		.writeable_reg = check_writeable,
	};
	struct regmap *first, *second;

	IS(!dev_get_regmap(dev, NULL), true);
	first = devm_regmap_init(dev, &bus, regs, &config);
	IS(PTR_ERR_OR_ZERO(first), 0);
	if (IS_ERR(first))
		return;
	check_access(first);

	config.name = NULL;
	second = devm_regmap_init(dev, &bus, regs, &config);
	IS(dev_get_regmap(dev, NULL) == second, true);
	IS(dev_get_regmap(dev, "first") == first, true);
	IS(!dev_get_regmap(dev, "third"), true);
	IS(regmap_get_device(first) == dev, true);
	check_locks(dev);
	check_widths(dev);
}

static int __init regmap_check_init(void)
{
	struct device *dev = root_device_register("regmap_check");

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	check_all(dev);
	root_device_unregister(dev);
	return wrong ? -EINVAL : 0;
}

static void __exit regmap_check_exit(void)
{
}

module_init(regmap_check_init);
module_exit(regmap_check_exit);
MODULE_DESCRIPTION("Checks of register maps");
MODULE_LICENSE("GPL");
