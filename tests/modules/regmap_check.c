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

static void check_bulk_write(struct regmap *map)
{
	u32 four[4] = { 0x100, 0x80000001, 0, 0xffffffff };

	writes = 0;
	IS(regmap_bulk_write(map, 0x20, four, 4), 0);
	IS(memcmp(&regs[0x20 / 4], four, sizeof(four)), 0);
	IS(writes, 4);
	IS(regmap_bulk_write(map, 0x21, four, 1), -EINVAL);
	IS(regmap_bulk_write(map, 0x20, four, 0), 0);
	IS(regmap_bulk_write(map, LAST, four, 2), -EIO);
	IS(regs[LAST / 4], 0x100);
	IS(regmap_bulk_write(map, 0x10, four, 2), -EIO);
	IS(writes, 6);
	refuse = -EREMOTEIO;
	IS(regmap_bulk_write(map, 0x20, four, 2), -EREMOTEIO);
	IS(writes, 7);
	refuse = 0;
}

static void check_poll(struct regmap *map)
{
	unsigned int val;

	regs[0x20 / 4] = 4;
	IS(regmap_test_bits(map, 0x20, 4), 1);
	IS(regmap_test_bits(map, 0x20, 5), 0);
	IS(regmap_read_poll_timeout(map, 0x20, val, val & 4, 10, 1000), 0);
	IS(val, 4);
	IS(regmap_read_poll_timeout(map, 0x20, val, val & 1, 10, 1000), -ETIMEDOUT);
	IS(regmap_read_poll_timeout(map, 0x10, val, val & 1, 10, 1000), -EIO);
}

/* a chip of 4 pages of 16 bytes, the last of each the selector */
static u8 paged[4][16], page_selected;
static unsigned int page_writes;

static int paged_read(void *context, unsigned int reg, unsigned int *val)
{
	if (context != paged || reg > 0xf)
		return -EDOM;
	*val = reg == 0xf ? page_selected : paged[page_selected & 3][reg];
	return 0;
}

static int paged_write(void *context, unsigned int reg, unsigned int val)
{
	if (context != paged || reg > 0xf)
		return -EDOM;
	if (reg == 0xf) {
		page_writes++;
		page_selected = val;
	} else {
		paged[page_selected & 3][reg] = val;
	}
	return 0;
}

static bool paged_volatile(struct device *dev, unsigned int reg)
{
	return reg != 0xf;
}

static const struct regmap_bus paged_bus = { .reg_read = paged_read, .reg_write = paged_write };

/* as mainline's drivers of timing chips have it: pages behind a window; no bus */
static void check_pages(struct device *dev)
{
	static const struct regmap_range_cfg range = {
		.range_min = 0x100,
		.range_max = 0x13f,
		.selector_reg = 0xf,
		.selector_mask = 0x3,
		.window_start = 0,
		.window_len = 16,
	};
	static const struct regmap_range_cfg from_0 = {
		.range_max = 0x3f,
		.selector_reg = 0xf,
		.selector_mask = 0x3,
		.window_len = 16,
	};
	struct regmap_config config = {
		.name = "pages",
		.reg_bits = 8,
		.val_bits = 8,
		.max_register = 0x13f,
		.volatile_reg = paged_volatile,
		.ranges = &range,
		.num_ranges = 1,
		.can_multi_write = true,
	};
	struct regmap *map = devm_regmap_init(dev, &paged_bus, paged, &config);
	static const u8 four[4] = { 1, 2, 3, 4 };
	unsigned int val;
	u8 back[4];

	IS(PTR_ERR_OR_ZERO(map), 0);
	if (IS_ERR(map))
		return;
#ifdef CHS_REGMAP_PAGES
	page_selected = 0x84;
	IS(regmap_write(map, 0x123, 0x5a), 0);
	IS(paged[2][3], 0x5a);
	IS(page_selected, 0x86);
	IS(regmap_read(map, 0x123, &val), 0);
	IS(val, 0x5a);
	IS(page_writes, 1);
	IS(regmap_bulk_write(map, 0x10b, four, 4), 0);
	IS(memcmp(&paged[0][0xb], four, 4), 0);
	IS(regmap_bulk_read(map, 0x10b, back, 4), 0);
	IS(memcmp(back, four, 4), 0);
	/* from one page to the next; the selector itself lies between */
	IS(regmap_write(map, 0x13e, 0x77), 0);
	IS(regmap_write(map, 0x130, 0x78), 0);
	IS(paged[3][0xe], 0x77);
	IS(paged[3][0], 0x78);
	IS(regmap_read(map, 0xf, &val), 0);
	IS(val, 0x87);
	IS(regmap_read(map, 0x140, &val), -EIO);

	/* the selector is a register of the range too, and on every page */
	config.name = "from 0";
	config.ranges = &from_0;
	map = devm_regmap_init(dev, &paged_bus, paged, &config);
	IS(PTR_ERR_OR_ZERO(map), 0);
	if (IS_ERR(map))
		return;
	IS(regmap_write(map, 0x12, 0x79), 0);
	IS(paged[1][2], 0x79);
	page_writes = 0;
	IS(regmap_read(map, 0xf, &val), 0);
	IS(val, 0x85);
	IS(page_writes, 0);

	config.ranges = &(struct regmap_range_cfg){ .range_min = 0x100, .range_max = 0x13f };
	config.name = "no window";
	IS(PTR_ERR_OR_ZERO(devm_regmap_init(dev, &paged_bus, paged, &config)), -EINVAL);
#endif
	config.num_ranges = 0;
	config.name = "no bus";
	config.reg_read = paged_read;
	config.reg_write = paged_write;
	map = devm_regmap_init(dev, NULL, paged, &config);
	IS(PTR_ERR_OR_ZERO(map), 0);
	if (IS_ERR(map))
		return;
	page_selected = 1;
	IS(regmap_bulk_write(map, 0x1, four, 4), 0);
	IS(memcmp(&paged[1][1], four, 4), 0);
	IS(regmap_bulk_read(map, 0x1, back, 4), 0);
	IS(memcmp(back, four, 4), 0);
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
	bytes[0] = 0xfe;
	IS(regmap_bulk_write(map, 0, bytes, 2), 0);
	IS(regs[0], 0xfe);
	IS(regs[1], 2);
	regs[0] = 77;
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
	check_bulk_write(first);
	check_poll(first);

	config.name = NULL;
	second = devm_regmap_init(dev, &bus, regs, &config);
	IS(dev_get_regmap(dev, NULL) == second, true);
	IS(dev_get_regmap(dev, "first") == first, true);
	IS(!dev_get_regmap(dev, "third"), true);
	IS(regmap_get_device(first) == dev, true);
	check_locks(dev);
	check_widths(dev);
	check_pages(dev);
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
