// SPDX-License-Identifier: GPL-2.0
/*
 * stock_dpll: a device of the kernel's own DPLL subsystem, built against the kernel's own
 * header. For tests/dpll_preload.bats.
 */
#include <linux/dpll.h>
#include <linux/module.h>

#ifdef DPLL_CHS
#error "our header in place of the kernel's"
#endif

static struct dpll_device *dpll;

static int stock_mode_get(const struct dpll_device *dpll, void *priv, enum dpll_mode *mode,
			  struct netlink_ext_ack *extack)
{
	*mode = DPLL_MODE_AUTOMATIC;
	return 0;
}

static int stock_lock_status_get(const struct dpll_device *dpll, void *priv,
				 enum dpll_lock_status *status,
				 enum dpll_lock_status_error *status_error,
				 struct netlink_ext_ack *extack)
{
	*status = DPLL_LOCK_STATUS_LOCKED;
	return 0;
}

static const struct dpll_device_ops stock_ops = {
	.mode_get = stock_mode_get,
	.lock_status_get = stock_lock_status_get,
};

static int __init stock_dpll_init(void)
{
	int err;

	dpll = dpll_device_get(0x570c4d9110000001ULL, 0, THIS_MODULE);
	if (IS_ERR(dpll))
		return PTR_ERR(dpll);
	err = dpll_device_register(dpll, DPLL_TYPE_PPS, &stock_ops, NULL);
	if (err)
		dpll_device_put(dpll);
	return err;
}

static void __exit stock_dpll_exit(void)
{
	dpll_device_unregister(dpll, &stock_ops, NULL);
	dpll_device_put(dpll);
}

module_init(stock_dpll_init);
module_exit(stock_dpll_exit);
MODULE_DESCRIPTION("Device of the kernel's own DPLL subsystem");
MODULE_LICENSE("GPL");
