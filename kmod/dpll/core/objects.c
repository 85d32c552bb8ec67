// SPDX-License-Identifier: GPL-2.0
/*
 * Devices and pins as objects: found or made by their driver's key, counted, freed when
 * the last one lets go and no reader can have them any more. The module's beginning and
 * end. Asks no driver.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/property.h>
#include <linux/slab.h>

#define CREATE_TRACE_POINTS
#include "private.h"

CHS_WATCH_DEFINE();

DEFINE_SRCU(dpll_srcu);
DEFINE_MUTEX(dpll_lock);
DEFINE_XARRAY_ALLOC(dpll_devices);
DEFINE_XARRAY_ALLOC(dpll_pins);
atomic_t dpll_generation = ATOMIC_INIT(1);

static u32 next_device;
static u32 next_pin = CHS_DPLL_FIRST_PIN;
static u32 next_unspec = (u32)INT_MAX + 1;	/* indices of pins that have none */

/* ---- what traces cost is not on the path of those who do not trace ---- */

/**
 * dpll_lock_traced() - a device's mutex was released while somebody traces
 * @dpll: whose
 * @start: chs_watch_start() before it was taken
 * @waited_ns: how long that took
 */
noinline void dpll_lock_traced(struct dpll_device *dpll, u64 start, u64 waited_ns)
{
	u64 in_all_ns = chs_watch_ns(start);

	/* 0 where the processors' counters disagree */
	trace_dpll_lock(dpll->id, waited_ns, in_all_ns > waited_ns ? in_all_ns - waited_ns : 0);
}

/**
 * dpll_extack_keep() - make what a driver told the user the core's own
 * @extack: the user's, to whom it goes after this
 *
 * A text may lie in the driver's module. It is copied to where formatted texts are, without
 * NL_SET_ERR_MSG_FMT(), which would trace it again, and warn of one that is cut short. A policy
 * belongs to an attribute, which drivers are not given.
 *
 * Context: with the mutex of the driver's device.
 */
noinline void dpll_extack_keep(struct netlink_ext_ack *extack)
{
	static const char cut[] = "...";
	size_t size = sizeof(extack->_msg_buf);

	extack->policy = NULL;
	if (!extack->_msg || extack->_msg == extack->_msg_buf)
		return;
	if (strscpy(extack->_msg_buf, extack->_msg, size) < 0)
		strscpy(extack->_msg_buf + size - sizeof(cut), cut, sizeof(cut));
	extack->_msg = extack->_msg_buf;
}

/**
 * dpll_op_traced() - a callback has returned while somebody traces
 * @dpll: whose
 * @pin: of which pin, or -1
 * @op: which
 * @start: chs_watch_start() before it, 0 if tracing began since
 * @err: what it returned
 */
noinline void dpll_op_traced(struct dpll_device *dpll, s64 pin, enum dpll_op op, u64 start, int err)
{
	trace_dpll_op(dpll->id, pin, op, start ? chs_watch_ns(start) : 0, err);
}

/* ---- devices ---- */

static struct dpll_device *device_alloc(u64 clock_id, u32 idx, struct module *module)
{
	struct dpll_device *dpll;
	int err;

	dpll = kzalloc(sizeof(*dpll), GFP_KERNEL);
	if (!dpll)
		return ERR_PTR(-ENOMEM);
	dpll->idx = idx;
	dpll->clock_id = clock_id;
	dpll->module = module;
	strscpy(dpll->module_name, module_name(module));
	refcount_set(&dpll->refs, 1);
	mutex_init(&dpll->registering);
	mutex_init(&dpll->mutex);
	dpll_news_setup(&dpll->news, false);
	INIT_LIST_HEAD(&dpll->registrations);
	xa_init(&dpll->pins);
	INIT_DELAYED_WORK(&dpll->poll, dpll_poll_work);
	err = xa_alloc_cyclic(&dpll_devices, &dpll->id, dpll, xa_limit_31b, &next_device,
			      GFP_KERNEL);
	if (err < 0) {
		kfree(dpll);
		return ERR_PTR(err);
	}
	return dpll;
}

/**
 * dpll_device_get() - find or make a device
 * @clock_id: of the chip
 * @dev_driver_id: the driver's number of the device
 * @module: the driver; these three are the key
 *
 * Context: process context, may sleep.
 * Return: the device, referenced; ERR_PTR(-ENOMEM).
 */
struct dpll_device *dpll_device_get(u64 clock_id, u32 dev_driver_id, struct module *module)
{
	struct dpll_device *dpll;
	unsigned long i;

	mutex_lock(&dpll_lock);
	xa_for_each(&dpll_devices, i, dpll)
		if (dpll->clock_id == clock_id && dpll->idx == dev_driver_id &&
		    dpll->module == module) {
			refcount_inc(&dpll->refs);
			goto out;
		}
	dpll = device_alloc(clock_id, dev_driver_id, module);
out:
	mutex_unlock(&dpll_lock);
	return dpll;
}
EXPORT_SYMBOL_GPL(dpll_device_get);

static void device_free(struct rcu_head *srcu)
{
	struct dpll_device *dpll = container_of(srcu, struct dpll_device, srcu);

	xa_destroy(&dpll->pins);
	kfree(dpll);
}

/**
 * dpll_device_put() - let go of a device
 * @dpll: unregistered by whoever lets go last
 *
 * Context: process context, may sleep.
 */
void dpll_device_put(struct dpll_device *dpll)
{
	if (!refcount_dec_and_mutex_lock(&dpll->refs, &dpll_lock))
		return;
	WARN_ON_ONCE(!list_empty(&dpll->registrations));
	WARN_ON_ONCE(!xa_empty(&dpll->pins));
	xa_erase(&dpll_devices, dpll->id);
	mutex_unlock(&dpll_lock);
	call_srcu(&dpll_srcu, &dpll->srcu, device_free);
}
EXPORT_SYMBOL_GPL(dpll_device_put);

/**
 * dpll_device_by_id() - the device that users call so
 * @id: its number
 *
 * Context: dpll_srcu held for read.
 * Return: a registered device, or NULL.
 */
struct dpll_device *dpll_device_by_id(u32 id)
{
	struct dpll_device *dpll = xa_load(&dpll_devices, id);

	return dpll && READ_ONCE(dpll->visible) ? dpll : NULL;
}

/* ---- pins ---- */

static void pin_props_free(struct dpll_pin_properties *prop)
{
	kfree(prop->package_label);
	kfree(prop->panel_label);
	kfree(prop->board_label);
	kfree(prop->freq_supported);
}

static int label_copy(const char **to, const char *from)
{
	*to = from ? kstrdup(from, GFP_KERNEL) : NULL;
	return from && !*to ? -ENOMEM : 0;
}

static int pin_props_copy(struct dpll_pin_properties *to, const struct dpll_pin_properties *from)
{
	*to = *from;
	to->board_label = NULL;
	to->panel_label = NULL;
	to->package_label = NULL;
	to->freq_supported = NULL;
	if (from->freq_supported && from->freq_supported_num) {
		to->freq_supported = kmemdup_array(from->freq_supported, from->freq_supported_num,
						   sizeof(*from->freq_supported), GFP_KERNEL);
		if (!to->freq_supported)
			return -ENOMEM;
	}
	if (label_copy(&to->board_label, from->board_label) ||
	    label_copy(&to->panel_label, from->panel_label) ||
	    label_copy(&to->package_label, from->package_label)) {
		pin_props_free(to);
		return -ENOMEM;
	}
	return 0;
}

static struct dpll_pin *pin_alloc(u64 clock_id, u32 idx, struct module *module,
				  const struct dpll_pin_properties *prop)
{
	struct dpll_pin *pin;
	int err;

	if (WARN_ON(prop->type < DPLL_PIN_TYPE_MUX || prop->type > DPLL_PIN_TYPE_MAX))
		return ERR_PTR(-EINVAL);
	if (WARN_ON(prop->freq_supported && !prop->freq_supported_num))
		return ERR_PTR(-EINVAL);
	pin = kzalloc(sizeof(*pin), GFP_KERNEL);
	if (!pin)
		return ERR_PTR(-ENOMEM);
	pin->idx = idx == DPLL_PIN_IDX_UNSPEC ? next_unspec++ : idx;
	pin->clock_id = clock_id;
	pin->module = module;
	strscpy(pin->module_name, module_name(module));
	refcount_set(&pin->refs, 1);
	mutex_init(&pin->set_mutex);
	INIT_LIST_HEAD(&pin->dplls);
	INIT_LIST_HEAD(&pin->parents);
	INIT_LIST_HEAD(&pin->children);
	xa_init(&pin->ref_sync);
	dpll_news_setup(&pin->news, true);
	err = pin_props_copy(&pin->prop, prop);
	if (err)
		goto free;
	err = xa_alloc_cyclic(&dpll_pins, &pin->id, pin, XA_LIMIT(CHS_DPLL_FIRST_PIN, INT_MAX),
			      &next_pin, GFP_KERNEL);
	if (err < 0)
		goto free_props;
	return pin;

free_props:
	pin_props_free(&pin->prop);
free:
	kfree(pin);
	return ERR_PTR(err);
}

/**
 * dpll_pin_get() - find or make a pin
 * @clock_id: of the chip
 * @dev_driver_id: the driver's number of the pin, up to INT_MAX; DPLL_PIN_IDX_UNSPEC: it
 *	has none, a new pin
 * @module: the driver; these three are the key
 * @prop: what it is; not looked at where the pin is found
 *
 * Context: process context, may sleep.
 * Return: the pin, referenced; ERR_PTR of -EINVAL for such a number or properties that
 *	contradict themselves, -ENOMEM.
 */
struct dpll_pin *dpll_pin_get(u64 clock_id, u32 dev_driver_id, struct module *module,
			      const struct dpll_pin_properties *prop)
{
	struct dpll_pin *pin;
	unsigned long i;

	if (dev_driver_id > INT_MAX && dev_driver_id != DPLL_PIN_IDX_UNSPEC)
		return ERR_PTR(-EINVAL);
	mutex_lock(&dpll_lock);
	xa_for_each(&dpll_pins, i, pin)
		if (pin->clock_id == clock_id && pin->idx == dev_driver_id &&
		    pin->module == module) {
			refcount_inc(&pin->refs);
			goto out;
		}
	pin = pin_alloc(clock_id, dev_driver_id, module, prop);
out:
	mutex_unlock(&dpll_lock);
	return pin;
}
EXPORT_SYMBOL_GPL(dpll_pin_get);

static void pin_free(struct rcu_head *srcu)
{
	struct dpll_pin *pin = container_of(srcu, struct dpll_pin, srcu);

	pin_props_free(&pin->prop);
	xa_destroy(&pin->ref_sync);
	/* rtnetlink may still read the number: see netdev.c */
	kfree_rcu(pin, srcu);
}

/**
 * dpll_pin_forget_pairs() - no pin is, or may be, paired with this one any more
 * @pin: the pin
 *
 * Context: dpll_lock held.
 */
void dpll_pin_forget_pairs(struct dpll_pin *pin)
{
	struct dpll_pin *other;
	unsigned long i;

	xa_for_each(&pin->ref_sync, i, other) {
		xa_erase(&pin->ref_sync, i);
		other->paired--;
	}
	if (!pin->paired)
		return;
	xa_for_each(&dpll_pins, i, other)
		if (xa_erase(&other->ref_sync, pin->id))
			pin->paired--;
}

/**
 * dpll_pin_put() - let go of a pin
 * @pin: unregistered by whoever lets go last
 *
 * Context: process context, may sleep.
 */
void dpll_pin_put(struct dpll_pin *pin)
{
	if (!refcount_dec_and_mutex_lock(&pin->refs, &dpll_lock))
		return;
	WARN_ON_ONCE(!list_empty(&pin->dplls));
	dpll_pin_forget_pairs(pin);
	xa_erase(&dpll_pins, pin->id);
	mutex_unlock(&dpll_lock);
	fwnode_handle_put(pin->fwnode);
	call_srcu(&dpll_srcu, &pin->srcu, pin_free);
}
EXPORT_SYMBOL_GPL(dpll_pin_put);

/**
 * dpll_pin_fwnode_set() - say which firmware node a pin has
 * @pin: the pin
 * @fwnode: its node; NULL: none
 *
 * Context: process context, may sleep.
 */
void dpll_pin_fwnode_set(struct dpll_pin *pin, struct fwnode_handle *fwnode)
{
	struct fwnode_handle *old;

	mutex_lock(&dpll_lock);
	old = pin->fwnode;
	pin->fwnode = fwnode_handle_get(fwnode);
	mutex_unlock(&dpll_lock);
	fwnode_handle_put(old);
}
EXPORT_SYMBOL_GPL(dpll_pin_fwnode_set);

/**
 * fwnode_dpll_pin_find() - the pin of a firmware node
 * @fwnode: the node
 *
 * Context: process context, may sleep.
 * Return: the pin, referenced; NULL if there is none.
 */
struct dpll_pin *fwnode_dpll_pin_find(struct fwnode_handle *fwnode)
{
	struct dpll_pin *pin;
	unsigned long i;

	mutex_lock(&dpll_lock);
	xa_for_each(&dpll_pins, i, pin)
		if (fwnode && pin->fwnode == fwnode) {
			refcount_inc(&pin->refs);
			break;
		}
	mutex_unlock(&dpll_lock);
	return pin;
}
EXPORT_SYMBOL_GPL(fwnode_dpll_pin_find);

/**
 * dpll_pin_first_ref() - where a pin's own values are asked for
 * @pin: the pin
 *
 * Context: dpll_srcu held for read.
 * Return: its reference on the registered device with the lowest number; NULL: users do
 *	not see the pin.
 */
struct dpll_ref *dpll_pin_first_ref(struct dpll_pin *pin)
{
	struct dpll_ref *ref;

	dpll_for_each_ref(ref, pin)
		if (READ_ONCE(ref->dpll->visible))
			return ref;
	return NULL;
}

/**
 * dpll_pin_by_id() - the pin that users call so
 * @id: its number
 *
 * Context: dpll_srcu held for read.
 * Return: a pin on a registered device, or NULL.
 */
struct dpll_pin *dpll_pin_by_id(u32 id)
{
	struct dpll_pin *pin = xa_load(&dpll_pins, id);

	return pin && dpll_pin_first_ref(pin) ? pin : NULL;
}

/**
 * dpll_pin_label() - what to call a pin
 * @pin: the pin
 *
 * Return: its board, panel or package label, or "".
 */
const char *dpll_pin_label(const struct dpll_pin *pin)
{
	return pin->prop.board_label ?: pin->prop.panel_label ?: pin->prop.package_label ?: "";
}

/* ---- the module ---- */

static int __init dpll_init(void)
{
	int err;

	chs_watch_init();
	err = dpll_news_init();
	if (err)
		return err;
	dpll_debugfs_init();
	err = dpll_netlink_init();
	if (err)
		goto exit_news;
	return 0;

exit_news:
	dpll_debugfs_exit();
	dpll_news_exit();
	return err;
}

static void __exit dpll_exit(void)
{
	dpll_netlink_exit();
	dpll_news_exit();
	dpll_debugfs_exit();
	/* callbacks of ours that free objects; the last step of a pin's is the kernel's own */
	srcu_barrier(&dpll_srcu);
	xa_destroy(&dpll_devices);
	xa_destroy(&dpll_pins);
}

module_init(dpll_init);
module_exit(dpll_exit);

MODULE_DESCRIPTION("DPLL subsystem");
MODULE_VERSION(CHS_VERSION);
MODULE_LICENSE("GPL");
