/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Register maps: the kernel's own where it has them, else a stand-in (kmod/regmap) for the
 * part of them that our drivers and models use, and those in mainline's drivers/ptp,
 * drivers/dpll and drivers/hte (ptp_clockmatrix, ptp_idt82p33, ptp_fc3 and zl3073x are those
 * that have one), with the same names, arguments and errors. Source written for it compiles
 * against the kernel's.
 *
 * It keeps no cache, and knows no formats but registers by number: reg_read and reg_write, of
 * a bus or of the configuration. So there are no regmap_init_i2c() and regmap_init_spi(); a
 * kernel without register maps has neither I2C nor SPI.
 */
#ifndef CHS_LINUX_REGMAP_H
#define CHS_LINUX_REGMAP_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_REGMAP)

#include_next <linux/regmap.h>

#else

/* the guard of the kernel's header, whose stubs would say -EINVAL to everything */
#define __LINUX_REGMAP_H

#include <linux/iopoll.h>
#include <linux/lockdep.h>
#include <linux/types.h>

struct device;
struct regmap;

typedef int (*regmap_hw_reg_read)(void *context, unsigned int reg, unsigned int *val);
typedef int (*regmap_hw_reg_write)(void *context, unsigned int reg, unsigned int val);
typedef void (*regmap_lock)(void *arg);
typedef void (*regmap_unlock)(void *arg);

/*
 * Accepted and ignored: there is no cache, each access reaches the hardware. Code that
 * controls a cache (regcache_sync() and the like) does not compile.
 */
enum regcache_type {
	REGCACHE_NONE,
	REGCACHE_RBTREE,
	REGCACHE_FLAT,
	REGCACHE_MAPLE,
};

/* for formats, which are not known here */
enum regmap_endian {
	REGMAP_ENDIAN_DEFAULT,
	REGMAP_ENDIAN_BIG,
	REGMAP_ENDIAN_LITTLE,
	REGMAP_ENDIAN_NATIVE,
};

/**
 * struct regmap_range_cfg - registers that are seen through a window, a page at a time
 * @name: not looked at
 * @range_min: first of them, by the number that callers use
 * @range_max: last of them
 * @selector_reg: register that selects the page
 * @selector_mask: its bits that do
 * @selector_shift: where they begin
 * @window_start: first register of the window, by the number that the hardware uses
 * @window_len: registers in it
 */
struct regmap_range_cfg {
	const char *name;
	unsigned int range_min;
	unsigned int range_max;
	unsigned int selector_reg;
	unsigned int selector_mask;
	int selector_shift;
	unsigned int window_start;
	unsigned int window_len;
};

/**
 * struct regmap_bus - how registers are reached
 * @fast_io: no access sleeps: the map is locked with a spin lock
 * @reg_read: read one. 0 or a negative errno
 * @reg_write: write one. 0 or a negative errno
 */
struct regmap_bus {
	bool fast_io;
	regmap_hw_reg_read reg_read;
	regmap_hw_reg_write reg_write;
};

/**
 * struct regmap_config - what a map is like
 * @name: NULL, or what dev_get_regmap() tells several maps of a device apart by
 * @reg_bits: of a register's number; must not be 0
 * @reg_stride: numbers of registers are multiples of it; 0: 1
 * @val_bits: of a value; 8, 16 or 32
 * @writeable_reg: may it be written? NULL: yes
 * @readable_reg: may it be read? NULL: yes
 * @volatile_reg: not looked at: there is no cache
 * @precious_reg: not looked at: nobody reads registers unasked
 * @reg_read: where there is no bus: read one
 * @reg_write: where there is no bus: write one
 * @fast_io: as in &struct regmap_bus
 * @use_raw_spinlock: with @fast_io: a raw one, good in hard interrupts on PREEMPT_RT too
 * @disable_locking: no lock
 * @lock: called in place of the map's own lock
 * @unlock: the same
 * @lock_arg: their argument
 * @max_register: the last register; 0: any, but see @max_register_is_0
 * @max_register_is_0: register 0 is the last one
 * @cache_type: not looked at
 * @can_multi_write: not looked at
 * @reg_format_endian: not looked at
 * @val_format_endian: not looked at
 * @ranges: pages of registers, where there is a bus; must stay
 * @num_ranges: how many
 */
struct regmap_config {
	const char *name;
	int reg_bits;
	int reg_stride;
	int val_bits;
	bool (*writeable_reg)(struct device *dev, unsigned int reg);
	bool (*readable_reg)(struct device *dev, unsigned int reg);
	bool (*volatile_reg)(struct device *dev, unsigned int reg);
	bool (*precious_reg)(struct device *dev, unsigned int reg);
	int (*reg_read)(void *context, unsigned int reg, unsigned int *val);
	int (*reg_write)(void *context, unsigned int reg, unsigned int val);
	bool fast_io;
	bool use_raw_spinlock;
	bool disable_locking;
	regmap_lock lock;
	regmap_unlock unlock;
	void *lock_arg;
	unsigned int max_register;
	bool max_register_is_0;
	enum regcache_type cache_type;
	bool can_multi_write;
	enum regmap_endian reg_format_endian;
	enum regmap_endian val_format_endian;
	const struct regmap_range_cfg *ranges;
	unsigned int num_ranges;
};

struct regmap *__devm_regmap_init(struct device *dev, const struct regmap_bus *bus,
				  void *bus_context, const struct regmap_config *config,
				  struct lock_class_key *lock_key, const char *lock_name);

/* maps made in different places have locks of different classes */
/* clang-format off */
#define devm_regmap_init(dev, bus, bus_context, config)					\
({											\
	static struct lock_class_key _key;						\
											\
	__devm_regmap_init(dev, bus, bus_context, config, &_key, #config);		\
})
/* clang-format on */

struct regmap *dev_get_regmap(struct device *dev, const char *name);
struct device *regmap_get_device(struct regmap *map);
int regmap_read(struct regmap *map, unsigned int reg, unsigned int *val);
int regmap_write(struct regmap *map, unsigned int reg, unsigned int val);
int regmap_update_bits(struct regmap *map, unsigned int reg, unsigned int mask, unsigned int val);
int regmap_bulk_read(struct regmap *map, unsigned int reg, void *val, size_t val_count);
int regmap_bulk_write(struct regmap *map, unsigned int reg, const void *val, size_t val_count);

static inline int regmap_set_bits(struct regmap *map, unsigned int reg, unsigned int bits)
{
	return regmap_update_bits(map, reg, bits, bits);
}

static inline int regmap_clear_bits(struct regmap *map, unsigned int reg, unsigned int bits)
{
	return regmap_update_bits(map, reg, bits, 0);
}

static inline int regmap_test_bits(struct regmap *map, unsigned int reg, unsigned int bits)
{
	unsigned int val;
	int err = regmap_read(map, reg, &val);

	return err ?: (val & bits) == bits;
}

/* read a register until the condition, which names val, is met; -ETIMEDOUT */
/* clang-format off */
#define regmap_read_poll_timeout(map, addr, val, cond, sleep_us, timeout_us)		\
({											\
	int _failed, _late;								\
											\
	_late = read_poll_timeout(regmap_read, _failed, _failed || (cond), sleep_us,	\
				  timeout_us, false, map, addr, &(val));		\
	_failed ?: _late;								\
})
/* clang-format on */

#endif /* CONFIG_REGMAP */

#endif /* CHS_LINUX_REGMAP_H */
