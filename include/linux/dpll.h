/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver side of the DPLL subsystem. Source compatible with the kernel's header of
 * this name from 6.9 to 6.19, with supported_modes_get and mode_set of 7.0, and with 7.0's
 * signatures where built with -DDPLL_API_TRACKER: a driver written for any of those compiles
 * against it unchanged. It bears that header's guard, so that whichever comes first hides the
 * other; on our include path this one does, and defines DPLL_CHS.
 *
 * Where the running kernel has a DPLL subsystem of its own, the functions below have
 * symbols of other names: see <chs/names.h>.
 */
#ifndef __DPLL_H__
#define __DPLL_H__
#define DPLL_CHS 1

#include <uapi/linux/dpll.h>
#include <linux/device.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>

#include <chs/names.h>

struct dpll_device;
struct dpll_pin;
struct dpll_pin_esync;
struct fwnode_handle;

/**
 * struct dpll_device_ops - what a driver does for a device
 * @mode_get: required
 * @lock_status_get: required; *status_error is 0 where the driver has nothing to say
 * @mode_supported: as 6.7 had it and the documentation shows it: is this mode supported?
 * @supported_modes_get: as in 7.0: set the bits of the modes
 * @mode_set: change the mode
 * @temp_get: millidegrees Celsius
 * @clock_quality_level_get: set the bits of the levels
 * @phase_offset_monitor_set: phase offsets of all inputs, or of the active one only
 * @phase_offset_monitor_get: which of the two
 * @phase_offset_avg_factor_set: of the measurement's moving average
 * @phase_offset_avg_factor_get: likewise
 *
 * Process context, may sleep. Of one device one callback runs at a time, those of its pins
 * included; of different devices they run in parallel. Return 0 or a negative errno.
 * dpll_device_change_ntf() and dpll_pin_change_ntf() may be called from them. Other devices'
 * callbacks may then run inside: without a lock of the driver that they would want too.
 */
struct dpll_device_ops {
	int (*mode_get)(const struct dpll_device *dpll, void *dpll_priv, enum dpll_mode *mode,
			struct netlink_ext_ack *extack);
	int (*lock_status_get)(const struct dpll_device *dpll, void *dpll_priv,
			       enum dpll_lock_status *status,
			       enum dpll_lock_status_error *status_error,
			       struct netlink_ext_ack *extack);
	bool (*mode_supported)(const struct dpll_device *dpll, void *dpll_priv,
			       const enum dpll_mode mode, struct netlink_ext_ack *extack);
	int (*supported_modes_get)(const struct dpll_device *dpll, void *dpll_priv,
				   unsigned long *modes, struct netlink_ext_ack *extack);
	int (*mode_set)(const struct dpll_device *dpll, void *dpll_priv, enum dpll_mode mode,
			struct netlink_ext_ack *extack);
	int (*temp_get)(const struct dpll_device *dpll, void *dpll_priv, s32 *temp,
			struct netlink_ext_ack *extack);
	int (*clock_quality_level_get)(const struct dpll_device *dpll, void *dpll_priv,
				       unsigned long *qls, struct netlink_ext_ack *extack);
	int (*phase_offset_monitor_set)(const struct dpll_device *dpll, void *dpll_priv,
					enum dpll_feature_state state,
					struct netlink_ext_ack *extack);
	int (*phase_offset_monitor_get)(const struct dpll_device *dpll, void *dpll_priv,
					enum dpll_feature_state *state,
					struct netlink_ext_ack *extack);
	int (*phase_offset_avg_factor_set)(const struct dpll_device *dpll, void *dpll_priv,
					   u32 factor, struct netlink_ext_ack *extack);
	int (*phase_offset_avg_factor_get)(const struct dpll_device *dpll, void *dpll_priv,
					   u32 *factor, struct netlink_ext_ack *extack);
};

/**
 * struct dpll_pin_ops - what a driver does for a pin, on a device or on a parent pin
 * @frequency_set: Hz
 * @frequency_get: Hz
 * @direction_set: on this device
 * @direction_get: required
 * @state_on_pin_get: required of a pin on a pin
 * @state_on_dpll_get: required of a pin on a device
 * @state_on_pin_set: child pin on its parent
 * @state_on_dpll_set: on this device
 * @prio_get: on this device; the lower, the sooner it is chosen
 * @prio_set: likewise
 * @phase_offset_get: of the pin against the device, 1/1000 ps; negative: the pin is early
 * @phase_adjust_get: ps
 * @phase_adjust_set: ps
 * @ffo_get: fractional frequency offset, ppm; -ENODATA: not known now
 * @esync_set: frequency of the embedded sync, Hz; 0: off
 * @esync_get: it and what is possible; -EOPNOTSUPP: not at this base frequency
 * @ref_sync_set: connected: the other pin's signal comes with this one's; disconnected: not
 * @ref_sync_get: required of a pin with a pair
 *
 * Context: as &struct dpll_device_ops.
 */
struct dpll_pin_ops {
	int (*frequency_set)(const struct dpll_pin *pin, void *pin_priv,
			     const struct dpll_device *dpll, void *dpll_priv,
			     const u64 frequency, struct netlink_ext_ack *extack);
	int (*frequency_get)(const struct dpll_pin *pin, void *pin_priv,
			     const struct dpll_device *dpll, void *dpll_priv, u64 *frequency,
			     struct netlink_ext_ack *extack);
	int (*direction_set)(const struct dpll_pin *pin, void *pin_priv,
			     const struct dpll_device *dpll, void *dpll_priv,
			     const enum dpll_pin_direction direction,
			     struct netlink_ext_ack *extack);
	int (*direction_get)(const struct dpll_pin *pin, void *pin_priv,
			     const struct dpll_device *dpll, void *dpll_priv,
			     enum dpll_pin_direction *direction, struct netlink_ext_ack *extack);
	int (*state_on_pin_get)(const struct dpll_pin *pin, void *pin_priv,
				const struct dpll_pin *parent_pin, void *parent_pin_priv,
				enum dpll_pin_state *state, struct netlink_ext_ack *extack);
	int (*state_on_dpll_get)(const struct dpll_pin *pin, void *pin_priv,
				 const struct dpll_device *dpll, void *dpll_priv,
				 enum dpll_pin_state *state, struct netlink_ext_ack *extack);
	int (*state_on_pin_set)(const struct dpll_pin *pin, void *pin_priv,
				const struct dpll_pin *parent_pin, void *parent_pin_priv,
				const enum dpll_pin_state state, struct netlink_ext_ack *extack);
	int (*state_on_dpll_set)(const struct dpll_pin *pin, void *pin_priv,
				 const struct dpll_device *dpll, void *dpll_priv,
				 const enum dpll_pin_state state, struct netlink_ext_ack *extack);
	int (*prio_get)(const struct dpll_pin *pin, void *pin_priv,
			const struct dpll_device *dpll, void *dpll_priv, u32 *prio,
			struct netlink_ext_ack *extack);
	int (*prio_set)(const struct dpll_pin *pin, void *pin_priv,
			const struct dpll_device *dpll, void *dpll_priv, const u32 prio,
			struct netlink_ext_ack *extack);
	int (*phase_offset_get)(const struct dpll_pin *pin, void *pin_priv,
				const struct dpll_device *dpll, void *dpll_priv, s64 *phase_offset,
				struct netlink_ext_ack *extack);
	int (*phase_adjust_get)(const struct dpll_pin *pin, void *pin_priv,
				const struct dpll_device *dpll, void *dpll_priv, s32 *phase_adjust,
				struct netlink_ext_ack *extack);
	int (*phase_adjust_set)(const struct dpll_pin *pin, void *pin_priv,
				const struct dpll_device *dpll, void *dpll_priv,
				const s32 phase_adjust, struct netlink_ext_ack *extack);
	int (*ffo_get)(const struct dpll_pin *pin, void *pin_priv, const struct dpll_device *dpll,
		       void *dpll_priv, s64 *ffo, struct netlink_ext_ack *extack);
	int (*esync_set)(const struct dpll_pin *pin, void *pin_priv, const struct dpll_device *dpll,
			 void *dpll_priv, u64 freq, struct netlink_ext_ack *extack);
	int (*esync_get)(const struct dpll_pin *pin, void *pin_priv, const struct dpll_device *dpll,
			 void *dpll_priv, struct dpll_pin_esync *esync,
			 struct netlink_ext_ack *extack);
	int (*ref_sync_set)(const struct dpll_pin *pin, void *pin_priv,
			    const struct dpll_pin *ref_sync_pin, void *ref_sync_pin_priv,
			    const enum dpll_pin_state state, struct netlink_ext_ack *extack);
	int (*ref_sync_get)(const struct dpll_pin *pin, void *pin_priv,
			    const struct dpll_pin *ref_sync_pin, void *ref_sync_pin_priv,
			    enum dpll_pin_state *state, struct netlink_ext_ack *extack);
};

/* Hz, both ends included */
struct dpll_pin_frequency {
	u64 min;
	u64 max;
};

#define DPLL_PIN_FREQUENCY_RANGE(_min, _max)	{ .min = _min, .max = _max, }
#define DPLL_PIN_FREQUENCY(_val)	DPLL_PIN_FREQUENCY_RANGE(_val, _val)
#define DPLL_PIN_FREQUENCY_1PPS		DPLL_PIN_FREQUENCY(DPLL_PIN_FREQUENCY_1_HZ)
#define DPLL_PIN_FREQUENCY_10MHZ	DPLL_PIN_FREQUENCY(DPLL_PIN_FREQUENCY_10_MHZ)
#define DPLL_PIN_FREQUENCY_IRIG_B	DPLL_PIN_FREQUENCY(DPLL_PIN_FREQUENCY_10_KHZ)
#define DPLL_PIN_FREQUENCY_DCF77	DPLL_PIN_FREQUENCY(DPLL_PIN_FREQUENCY_77_5_KHZ)

/* ps */
struct dpll_pin_phase_adjust_range {
	s32 min;
	s32 max;
};

/* frequencies in Hz, pulse width in percent */
struct dpll_pin_esync {
	u64 freq;
	const struct dpll_pin_frequency *range;
	u8 range_num;
	u8 pulse;
};

/**
 * struct dpll_pin_properties - what a pin is, for good; copied by dpll_pin_get()
 * @board_label: or NULL
 * @panel_label: or NULL
 * @package_label: or NULL
 * @type: see there
 * @capabilities: bits of &enum dpll_pin_capabilities
 * @freq_supported_num: length of @freq_supported
 * @freq_supported: ranges of frequencies
 * @phase_range: what phase_adjust_set() may be given
 * @phase_gran: and that it must be a multiple of, ps; 0: of anything
 */
struct dpll_pin_properties {
	const char *board_label;
	const char *panel_label;
	const char *package_label;
	enum dpll_pin_type type;
	unsigned long capabilities;
	u32 freq_supported_num;
	struct dpll_pin_frequency *freq_supported;
	struct dpll_pin_phase_adjust_range phase_range;
	u32 phase_gran;
};

/* actions of the notifier chain */
#define DPLL_DEVICE_CREATED	1
#define DPLL_DEVICE_DELETED	2
#define DPLL_DEVICE_CHANGED	3
#define DPLL_PIN_CREATED	4
#define DPLL_PIN_DELETED	5
#define DPLL_PIN_CHANGED	6

struct dpll_device_notifier_info {
	struct dpll_device *dpll;
	u32 id;
	u32 idx;
	u64 clock_id;
	enum dpll_type type;
};

struct dpll_pin_notifier_info {
	struct dpll_pin *pin;
	u32 id;
	u32 idx;
	u64 clock_id;
	const struct fwnode_handle *fwnode;
	const struct dpll_pin_properties *prop;
};

/* ---- references ---- */
#ifndef DPLL_API_TRACKER
struct dpll_device *dpll_device_get(u64 clock_id, u32 dev_driver_id, struct module *module)
	CHS_DPLL_SYMBOL(dpll_device_get);
void dpll_device_put(struct dpll_device *dpll)
	CHS_DPLL_SYMBOL(dpll_device_put);
struct dpll_pin *dpll_pin_get(u64 clock_id, u32 dev_driver_id, struct module *module,
			      const struct dpll_pin_properties *prop)
	CHS_DPLL_SYMBOL(dpll_pin_get);
void dpll_pin_put(struct dpll_pin *pin)
	CHS_DPLL_SYMBOL(dpll_pin_put);
struct dpll_pin *fwnode_dpll_pin_find(struct fwnode_handle *fwnode)
	CHS_DPLL_SYMBOL(fwnode_dpll_pin_find);
#else
/*
 * From kernel 7.0 on they take a tracker, in which that kernel notes who holds a reference.
 * A driver of that age is built with -DDPLL_API_TRACKER. Here references are not tracked.
 */
typedef struct {} dpll_tracker;

struct dpll_device *__dpll_device_get(u64 clock_id, u32 dev_driver_id, struct module *module)
	CHS_DPLL_SYMBOL(dpll_device_get);
void __dpll_device_put(struct dpll_device *dpll)
	CHS_DPLL_SYMBOL(dpll_device_put);
struct dpll_pin *__dpll_pin_get(u64 clock_id, u32 dev_driver_id, struct module *module,
				const struct dpll_pin_properties *prop)
	CHS_DPLL_SYMBOL(dpll_pin_get);
void __dpll_pin_put(struct dpll_pin *pin)
	CHS_DPLL_SYMBOL(dpll_pin_put);
struct dpll_pin *__fwnode_dpll_pin_find(struct fwnode_handle *fwnode)
	CHS_DPLL_SYMBOL(fwnode_dpll_pin_find);

static inline struct dpll_device *dpll_device_get(u64 clock_id, u32 dev_driver_id,
						  struct module *module, dpll_tracker *tracker)
{
	return __dpll_device_get(clock_id, dev_driver_id, module);
}

static inline void dpll_device_put(struct dpll_device *dpll, dpll_tracker *tracker)
{
	__dpll_device_put(dpll);
}

static inline struct dpll_pin *dpll_pin_get(u64 clock_id, u32 dev_driver_id, struct module *module,
					    const struct dpll_pin_properties *prop,
					    dpll_tracker *tracker)
{
	return __dpll_pin_get(clock_id, dev_driver_id, module, prop);
}

static inline void dpll_pin_put(struct dpll_pin *pin, dpll_tracker *tracker)
{
	__dpll_pin_put(pin);
}

static inline struct dpll_pin *fwnode_dpll_pin_find(struct fwnode_handle *fwnode,
						    dpll_tracker *tracker)
{
	return __fwnode_dpll_pin_find(fwnode);
}
#endif

/* ---- devices ---- */
int dpll_device_register(struct dpll_device *dpll, enum dpll_type type,
			 const struct dpll_device_ops *ops, void *priv)
	CHS_DPLL_SYMBOL(dpll_device_register);
void dpll_device_unregister(struct dpll_device *dpll, const struct dpll_device_ops *ops,
			    void *priv)
	CHS_DPLL_SYMBOL(dpll_device_unregister);

/* ---- pins ---- */
#define DPLL_PIN_IDX_UNSPEC	U32_MAX

int dpll_pin_register(struct dpll_device *dpll, struct dpll_pin *pin,
		      const struct dpll_pin_ops *ops, void *priv)
	CHS_DPLL_SYMBOL(dpll_pin_register);
void dpll_pin_unregister(struct dpll_device *dpll, struct dpll_pin *pin,
			 const struct dpll_pin_ops *ops, void *priv)
	CHS_DPLL_SYMBOL(dpll_pin_unregister);
int dpll_pin_on_pin_register(struct dpll_pin *parent, struct dpll_pin *pin,
			     const struct dpll_pin_ops *ops, void *priv)
	CHS_DPLL_SYMBOL(dpll_pin_on_pin_register);
void dpll_pin_on_pin_unregister(struct dpll_pin *parent, struct dpll_pin *pin,
				const struct dpll_pin_ops *ops, void *priv)
	CHS_DPLL_SYMBOL(dpll_pin_on_pin_unregister);
int dpll_pin_ref_sync_pair_add(struct dpll_pin *pin, struct dpll_pin *ref_sync_pin)
	CHS_DPLL_SYMBOL(dpll_pin_ref_sync_pair_add);
void dpll_pin_fwnode_set(struct dpll_pin *pin, struct fwnode_handle *fwnode)
	CHS_DPLL_SYMBOL(dpll_pin_fwnode_set);

/* ---- news ---- */
int dpll_device_change_ntf(struct dpll_device *dpll)
	CHS_DPLL_SYMBOL(dpll_device_change_ntf);
int dpll_pin_change_ntf(struct dpll_pin *pin)
	CHS_DPLL_SYMBOL(dpll_pin_change_ntf);
int register_dpll_notifier(struct notifier_block *nb)
	CHS_DPLL_SYMBOL(register_dpll_notifier);
int unregister_dpll_notifier(struct notifier_block *nb)
	CHS_DPLL_SYMBOL(unregister_dpll_notifier);

/* ---- a network device's SyncE pin ---- */
void dpll_netdev_pin_set(struct net_device *dev, struct dpll_pin *dpll_pin)
	CHS_DPLL_SYMBOL(dpll_netdev_pin_set);
void dpll_netdev_pin_clear(struct net_device *dev)
	CHS_DPLL_SYMBOL(dpll_netdev_pin_clear);

#endif /* __DPLL_H__ */
