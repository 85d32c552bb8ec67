// SPDX-License-Identifier: GPL-2.0
/*
 * compat_dpll: a DPLL driver with a compatibility layer, see compat_ptp.c, written for kernel
 * 7.0, where references have trackers: one device, one input pin, module name compat_dpll.
 * The parameter rounds counts calls that went through the layer. For tests/compat.bats.
 */
#define DPLL_API_TRACKER
#include <linux/dpll.h>
#include <linux/module.h>

#define COMPAT_CLOCK_ID 0xc0117a7000000001ULL

static unsigned int rounds;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "calls that went through the compatibility layer");

#ifdef dpll_device_put
#error "dpll_device_put is a macro"
#endif
#undef dpll_pin_put
#undef dpll_device_unregister
#undef dpll_netdev_pin_clear

static const struct {
	void (*pin_put)(struct dpll_pin *pin, dpll_tracker *tracker);
	int (*change)(struct dpll_pin *pin);
} class_calls = {
	.pin_put = dpll_pin_put,
	.change = dpll_pin_change_ntf,
};

static dpll_tracker device_tracker, pin_tracker;

/* for a driver that has not got round to trackers */
static inline struct dpll_device *layer_device_get(u64 clock_id, u32 idx, struct module *module)
{
	rounds++;
	return dpll_device_get(clock_id, idx, module, &device_tracker);
}
#define dpll_device_get(clock_id, idx, module) layer_device_get(clock_id, idx, module)

static int layer_pin_register(struct dpll_device *dpll, struct dpll_pin *pin,
			      const struct dpll_pin_ops *ops, void *priv)
{
	rounds++;
	return dpll_pin_register(dpll, pin, ops, priv);
}
#define dpll_pin_register layer_pin_register

#define dpll_device_put(dpll) (rounds++, dpll_device_put(dpll, &device_tracker))

static struct dpll_device *dpll;
static struct dpll_pin *pin;

static int compat_mode_get(const struct dpll_device *dpll, void *priv, enum dpll_mode *mode,
			   struct netlink_ext_ack *extack)
{
	*mode = DPLL_MODE_AUTOMATIC;
	return 0;
}

static int compat_lock_status_get(const struct dpll_device *dpll, void *priv,
				  enum dpll_lock_status *status,
				  enum dpll_lock_status_error *status_error,
				  struct netlink_ext_ack *extack)
{
	*status = DPLL_LOCK_STATUS_UNLOCKED;
	return 0;
}

static int compat_direction_get(const struct dpll_pin *pin, void *pin_priv,
				const struct dpll_device *dpll, void *dpll_priv,
				enum dpll_pin_direction *direction, struct netlink_ext_ack *extack)
{
	*direction = DPLL_PIN_DIRECTION_INPUT;
	return 0;
}

static int compat_state_get(const struct dpll_pin *pin, void *pin_priv,
			    const struct dpll_device *dpll, void *dpll_priv,
			    enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	*state = DPLL_PIN_STATE_SELECTABLE;
	return 0;
}

static const struct dpll_device_ops device_ops = {
	.mode_get = compat_mode_get,
	.lock_status_get = compat_lock_status_get,
};

static const struct dpll_pin_ops pin_ops = {
	.direction_get = compat_direction_get,
	.state_on_dpll_get = compat_state_get,
};

static const struct dpll_pin_properties pin_properties = {
	.board_label = "compat",
	.type = DPLL_PIN_TYPE_EXT,
};

static int __init compat_dpll_init(void)
{
	int err;

	dpll = dpll_device_get(COMPAT_CLOCK_ID, 0, THIS_MODULE);
	if (IS_ERR(dpll))
		return PTR_ERR(dpll);
	err = dpll_device_register(dpll, DPLL_TYPE_PPS, &device_ops, NULL);
	if (err)
		goto put_device;
	pin = dpll_pin_get(COMPAT_CLOCK_ID, 0, THIS_MODULE, &pin_properties, &pin_tracker);
	if (IS_ERR(pin)) {
		err = PTR_ERR(pin);
		goto unregister_device;
	}
	err = dpll_pin_register(dpll, pin, &pin_ops, NULL);
	if (err)
		goto put_pin;
	return class_calls.change(pin);

put_pin:
	dpll_pin_put(pin, &pin_tracker);
unregister_device:
	dpll_device_unregister(dpll, &device_ops, NULL);
put_device:
	dpll_device_put(dpll);
	return err;
}

static void __exit compat_dpll_exit(void)
{
	dpll_pin_unregister(dpll, pin, &pin_ops, NULL);
	class_calls.pin_put(pin, &pin_tracker);
	dpll_device_unregister(dpll, &device_ops, NULL);
	dpll_device_put(dpll);
}

module_init(compat_dpll_init);
module_exit(compat_dpll_exit);
MODULE_DESCRIPTION("DPLL driver with a compatibility layer");
MODULE_LICENSE("GPL");
