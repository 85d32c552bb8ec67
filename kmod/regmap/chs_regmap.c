// SPDX-License-Identifier: GPL-2.0
/*
 * Register maps for kernels without CONFIG_REGMAP: see our <linux/regmap.h>. What it does
 * is what the kernel's do, to the errno; tests/modules/regmap_check.c holds both against
 * the same figures. Calls nothing but the map's reg_read and reg_write.
 */
#include <linux/align.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/regmap.h>
#include <linux/spinlock.h>

#if IS_ENABLED(CONFIG_REGMAP)
#error "this kernel has register maps of its own: see kmod/Kbuild"
#endif

/**
 * struct regmap - a map; lives in the device's managed resources
 * @dev: whose it is
 * @reg_read: how to get at it
 * @reg_write: the same
 * @context: argument of both
 * @config: a copy
 * @stride: config.reg_stride, at least 1
 * @limited: config.max_register counts
 * @lock: takes the lock that @config asks for
 * @unlock: releases it
 * @lock_arg: argument of the two
 * @mutex: one of the three; serialises all accesses
 * @spinlock: the same
 * @raw: the same
 * @flags: of whoever holds the spin lock
 */
struct regmap {
	struct device *dev;
	regmap_hw_reg_read reg_read;
	regmap_hw_reg_write reg_write;
	void *context;
	struct regmap_config config;
	unsigned int stride;
	bool limited;
	regmap_lock lock;
	regmap_unlock unlock;
	void *lock_arg;
	union {
		struct mutex mutex;
		spinlock_t spinlock;
		raw_spinlock_t raw;
	};
	unsigned long flags;
};

static void lock_none(void *map)
{
}

static void lock_mutex(void *arg)
{
	struct regmap *map = arg;

	mutex_lock(&map->mutex);
}

static void unlock_mutex(void *arg)
{
	struct regmap *map = arg;

	mutex_unlock(&map->mutex);
}

static void lock_spin(void *arg) __acquires(&map->spinlock)
{
	struct regmap *map = arg;
	unsigned long flags;

	spin_lock_irqsave(&map->spinlock, flags);
	map->flags = flags;
}

static void unlock_spin(void *arg) __releases(&map->spinlock)
{
	struct regmap *map = arg;

	spin_unlock_irqrestore(&map->spinlock, map->flags);
}

static void lock_raw(void *arg) __acquires(&map->raw)
{
	struct regmap *map = arg;
	unsigned long flags;

	raw_spin_lock_irqsave(&map->raw, flags);
	map->flags = flags;
}

static void unlock_raw(void *arg) __releases(&map->raw)
{
	struct regmap *map = arg;

	raw_spin_unlock_irqrestore(&map->raw, map->flags);
}

static void choose_lock(struct regmap *map, bool fast_bus, struct lock_class_key *key,
			const char *name)
{
	const struct regmap_config *config = &map->config;

	map->lock_arg = map;
	if (config->disable_locking) {
		map->lock = lock_none;
		map->unlock = lock_none;
	} else if (config->lock && config->unlock) {
		map->lock = config->lock;
		map->unlock = config->unlock;
		map->lock_arg = config->lock_arg;
	} else if (!fast_bus && !config->fast_io) {
		mutex_init(&map->mutex);
		lockdep_set_class_and_name(&map->mutex, key, name);
		map->lock = lock_mutex;
		map->unlock = unlock_mutex;
	} else if (config->use_raw_spinlock) {
		raw_spin_lock_init(&map->raw);
		lockdep_set_class_and_name(&map->raw, key, name);
		map->lock = lock_raw;
		map->unlock = unlock_raw;
	} else {
		spin_lock_init(&map->spinlock);
		lockdep_set_class_and_name(&map->spinlock, key, name);
		map->lock = lock_spin;
		map->unlock = unlock_spin;
	}
}

/* what devres calls; also the name by which a device's maps are found */
static void release_map(struct device *dev, void *map)
{
}

static bool range_is_valid(const struct regmap_config *config, const struct regmap_range_cfg *r)
{
	return r->range_max >= r->range_min && r->range_max <= config->max_register &&
	       r->selector_reg <= config->max_register && r->window_len;
}

static bool config_is_valid(const struct regmap_config *config)
{
	unsigned int i;

	for (i = 0; i < config->num_ranges; i++)
		if (!range_is_valid(config, &config->ranges[i]))
			return false;
	return config->reg_bits > 0 &&
	       (config->val_bits == 8 || config->val_bits == 16 || config->val_bits == 32);
}

/**
 * __devm_regmap_init() - make a map; called as devm_regmap_init()
 * @dev: the device; the map goes when its managed resources do
 * @bus: how to get at the registers, or NULL: @config says; stays the caller's
 * @bus_context: argument of its functions
 * @config: copied, but for the name
 * @lock_key: class of its lock
 * @lock_name: name of that class
 *
 * Context: process context.
 * Return: the map, ERR_PTR(-EINVAL) for a bus or configuration that cannot be had,
 *	ERR_PTR(-ENOMEM).
 */
struct regmap *__devm_regmap_init(struct device *dev, const struct regmap_bus *bus,
				  void *bus_context, const struct regmap_config *config,
				  struct lock_class_key *lock_key, const char *lock_name)
{
	struct regmap *map;

	if (!config || !config_is_valid(config))
		return ERR_PTR(-EINVAL);
	if (!(bus ? bus->reg_read && bus->reg_write : config->reg_read && config->reg_write))
		return ERR_PTR(-EINVAL);
	map = devres_alloc(release_map, sizeof(*map), GFP_KERNEL);
	if (!map)
		return ERR_PTR(-ENOMEM);
	map->dev = dev;
	map->reg_read = bus ? bus->reg_read : config->reg_read;
	map->reg_write = bus ? bus->reg_write : config->reg_write;
	map->context = bus_context;
	map->config = *config;
	map->stride = config->reg_stride ?: 1;
	/* as the kernel's: pages are a bus's */
	if (!bus)
		map->config.num_ranges = 0;
	map->limited = config->max_register || config->max_register_is_0;
	choose_lock(map, bus && bus->fast_io, lock_key, lock_name);
	devres_add(dev, map);
	return map;
}
EXPORT_SYMBOL_GPL(__devm_regmap_init);

static int has_name(struct device *dev, void *res, void *name)
{
	const struct regmap *map = res;

	return !name || (map->config.name && !strcmp(map->config.name, name));
}

/**
 * dev_get_regmap() - a device's map
 * @dev: the device
 * @name: its name; NULL: whichever was made last
 *
 * Context: any.
 * Return: the map, or NULL. It stays the device's.
 */
struct regmap *dev_get_regmap(struct device *dev, const char *name)
{
	return devres_find(dev, release_map, has_name, (void *)name);
}
EXPORT_SYMBOL_GPL(dev_get_regmap);

/**
 * regmap_get_device() - whose map is it?
 * @map: map
 *
 * Context: any.
 * Return: the device.
 */
struct device *regmap_get_device(struct regmap *map)
{
	return map->dev;
}
EXPORT_SYMBOL_GPL(regmap_get_device);

/* ---- accesses: the map's lock held, as in those below -------------------------- */

static int update_one(struct regmap *map, unsigned int reg, unsigned int mask, unsigned int val);

/*
 * The number that the hardware knows a register by, its page selected. A selector that is
 * one of the range itself is on every page.
 */
static int select_page(struct regmap *map, unsigned int *reg)
{
	const struct regmap_range_cfg *r = map->config.ranges;
	unsigned int i, at, page;
	int err = 0;

	for (i = 0; i < map->config.num_ranges; i++, r++)
		if (*reg >= r->range_min && *reg <= r->range_max)
			break;
	if (i == map->config.num_ranges)
		return 0;
	at = r->window_start + (*reg - r->range_min) % r->window_len;
	page = (*reg - r->range_min) / r->window_len;
	if (*reg != r->selector_reg)
		err = update_one(map, r->selector_reg, r->selector_mask, page << r->selector_shift);
	*reg = at;
	return err;
}

static int read_one(struct regmap *map, unsigned int reg, unsigned int *val)
{
	const struct regmap_config *config = &map->config;
	int err;

	if ((map->limited && reg > config->max_register) ||
	    (config->readable_reg && !config->readable_reg(map->dev, reg)))
		return -EIO;
	err = select_page(map, &reg);
	return err ?: map->reg_read(map->context, reg, val);
}

static int write_one(struct regmap *map, unsigned int reg, unsigned int val)
{
	const struct regmap_config *config = &map->config;
	int err;

	if ((map->limited && reg > config->max_register) ||
	    (config->writeable_reg && !config->writeable_reg(map->dev, reg)))
		return -EIO;
	err = select_page(map, &reg);
	return err ?: map->reg_write(map->context, reg, val);
}

static int update_one(struct regmap *map, unsigned int reg, unsigned int mask, unsigned int val)
{
	unsigned int old, new;
	int err;

	err = read_one(map, reg, &old);
	if (err)
		return err;
	new = (old & ~mask) | (val & mask);
	return new == old ? 0 : write_one(map, reg, new);
}

/**
 * regmap_read() - read a register
 * @map: map
 * @reg: its number
 * @val: set on success
 *
 * Context: any, where the map has a spin lock; else process context, may sleep.
 * Return: 0; -EINVAL for a number between two registers; -EIO for one that is beyond the
 *	last, or not readable; the bus's error.
 */
int regmap_read(struct regmap *map, unsigned int reg, unsigned int *val)
{
	int err;

	if (reg % map->stride)
		return -EINVAL;
	map->lock(map->lock_arg);
	err = read_one(map, reg, val);
	map->unlock(map->lock_arg);
	return err;
}
EXPORT_SYMBOL_GPL(regmap_read);

/**
 * regmap_write() - write a register
 * @map: map
 * @reg: its number
 * @val: value
 *
 * Context: as regmap_read().
 * Return: as regmap_read().
 */
int regmap_write(struct regmap *map, unsigned int reg, unsigned int val)
{
	int err;

	if (reg % map->stride)
		return -EINVAL;
	map->lock(map->lock_arg);
	err = write_one(map, reg, val);
	map->unlock(map->lock_arg);
	return err;
}
EXPORT_SYMBOL_GPL(regmap_write);

/**
 * regmap_update_bits() - change bits of a register, which is written only if they differ
 * @map: map
 * @reg: its number
 * @mask: which bits
 * @val: what they become
 *
 * Context: as regmap_read().
 * Return: as regmap_read(), but for -EINVAL: the kernel does not look at the number here.
 */
int regmap_update_bits(struct regmap *map, unsigned int reg, unsigned int mask, unsigned int val)
{
	int err;

	map->lock(map->lock_arg);
	err = update_one(map, reg, mask, val);
	map->unlock(map->lock_arg);
	return err;
}
EXPORT_SYMBOL_GPL(regmap_update_bits);

/**
 * regmap_bulk_read() - read registers that follow each other, nobody else in between
 * @map: map
 * @reg: number of the first
 * @val: array of as many bytes each as a value has
 * @val_count: how many
 *
 * Context: as regmap_read().
 * Return: as regmap_read(), -EINVAL also for none; after an error @val may be filled in part.
 */
int regmap_bulk_read(struct regmap *map, unsigned int reg, void *val, size_t val_count)
{
	unsigned int one;
	int err = 0;
	size_t i;

	if (reg % map->stride || !val_count)
		return -EINVAL;
	map->lock(map->lock_arg);
	for (i = 0; i < val_count && !err; i++) {
		err = read_one(map, reg + i * map->stride, &one);
		if (err)
			break;
		if (map->config.val_bits == 8)
			((u8 *)val)[i] = one;
		else if (map->config.val_bits == 16)
			((u16 *)val)[i] = one;
		else
			((u32 *)val)[i] = one;
	}
	map->unlock(map->lock_arg);
	return err;
}
EXPORT_SYMBOL_GPL(regmap_bulk_read);

/**
 * regmap_bulk_write() - write registers that follow each other, nobody else in between
 * @map: map
 * @reg: number of the first
 * @val: array of as many bytes each as a value has
 * @val_count: how many; 0 is no error
 *
 * Context: as regmap_read().
 * Return: as regmap_read(); after an error some may have been written.
 */
int regmap_bulk_write(struct regmap *map, unsigned int reg, const void *val, size_t val_count)
{
	unsigned int one;
	int err = 0;
	size_t i;

	if (reg % map->stride)
		return -EINVAL;
	map->lock(map->lock_arg);
	for (i = 0; i < val_count && !err; i++) {
		if (map->config.val_bits == 8)
			one = ((const u8 *)val)[i];
		else if (map->config.val_bits == 16)
			one = ((const u16 *)val)[i];
		else
			one = ((const u32 *)val)[i];
		err = write_one(map, reg + i * map->stride, one);
	}
	map->unlock(map->lock_arg);
	return err;
}
EXPORT_SYMBOL_GPL(regmap_bulk_write);

MODULE_DESCRIPTION("register maps for kernels built without them");
MODULE_VERSION(CHS_VERSION);
MODULE_LICENSE("GPL");
