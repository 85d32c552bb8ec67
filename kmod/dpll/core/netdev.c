// SPDX-License-Identifier: GPL-2.0
/*
 * SyncE pins of network devices. Where the kernel has a DPLL subsystem of its own, its
 * struct net_device has a pointer to a pin, and rtnetlink tells the pin's number to users
 * as IFLA_DPLL_PIN: it reads the first member of whatever it points to, which is the number
 * in our struct dpll_pin too. Where it has none, users find the device's ifindex in the
 * pin's message.
 */
#include <linux/rtnetlink.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include <chs/seq_name.h>

#include "private.h"

/* a network device and its pin */
struct dpll_netdev {
	struct list_head node;
	struct net_device *dev;
	struct dpll_pin *pin;
	struct rcu_head rcu;
};

static LIST_HEAD(dpll_netdevs);
static DEFINE_SPINLOCK(dpll_netdevs_lock);

#if IS_ENABLED(CONFIG_DPLL)
/* the number must come first: the kernel's code reads it there */
static_assert(offsetof(struct dpll_pin, id) == 0);

/* the kernel's own functions, by their symbols: the names are ours here */
void kernel_netdev_pin_set(struct net_device *dev,
			   struct dpll_pin *dpll_pin) __asm__("dpll_netdev_pin_set");
void kernel_netdev_pin_clear(struct net_device *dev) __asm__("dpll_netdev_pin_clear");

static void tell_kernel(struct net_device *dev, struct dpll_pin *pin)
{
	if (pin)
		kernel_netdev_pin_set(dev, pin);
	else
		kernel_netdev_pin_clear(dev);
}
#else
static void tell_kernel(struct net_device *dev, struct dpll_pin *pin)
{
}
#endif

/* the device's entry, taken out of the list; NULL if it has none */
static struct dpll_netdev *take_out(struct net_device *dev)
{
	struct dpll_netdev *entry, *found = NULL;

	spin_lock(&dpll_netdevs_lock);
	list_for_each_entry(entry, &dpll_netdevs, node)
		if (entry->dev == dev) {
			list_del_rcu(&entry->node);
			found = entry;
			break;
		}
	spin_unlock(&dpll_netdevs_lock);
	return found;
}

/* tracing and listeners: their pin's message shows ifindexes where rtnetlink cannot */
static void report(struct net_device *dev, struct dpll_pin *pin, bool attached)
{
	trace_dpll_pin_netdev(pin->id, READ_ONCE(dev->ifindex), attached, dev->name);
	dpll_pin_change_later(pin);
}

/* an entry that was taken out, unless its device has got the same pin again */
static void drop(struct dpll_netdev *entry, const struct dpll_pin *pin)
{
	if (!entry)
		return;
	if (entry->pin != pin)
		report(entry->dev, entry->pin, false);
	dpll_pin_put(entry->pin);
	kfree_rcu(entry, rcu);
}

/**
 * dpll_netdev_pin_set() - say which pin has a network device's recovered clock
 * @dev: network device; the driver clears its pin before it goes
 * @dpll_pin: its pin
 *
 * The change is traced, and notified as one of the pin; of the pin before too. That is left to
 * a worker, since the caller may hold locks that the driver's callbacks take.
 *
 * Context: process context, may sleep; takes the rtnl lock where the kernel has
 * IFLA_DPLL_PIN.
 */
void dpll_netdev_pin_set(struct net_device *dev, struct dpll_pin *dpll_pin)
{
	struct dpll_netdev *entry, *old;
	bool is_new;

	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return;
	entry->dev = dev;
	entry->pin = dpll_pin;
	refcount_inc(&dpll_pin->refs);
	tell_kernel(dev, dpll_pin);
	old = take_out(dev);
	is_new = !old || old->pin != dpll_pin;
	spin_lock(&dpll_netdevs_lock);
	list_add_tail_rcu(&entry->node, &dpll_netdevs);
	spin_unlock(&dpll_netdevs_lock);
	drop(old, dpll_pin);
	if (is_new)
		report(dev, dpll_pin, true);
}
EXPORT_SYMBOL(dpll_netdev_pin_set);

/**
 * dpll_netdev_pin_clear() - a network device has no pin any more
 * @dev: network device
 *
 * Context: as dpll_netdev_pin_set().
 */
void dpll_netdev_pin_clear(struct net_device *dev)
{
	tell_kernel(dev, NULL);
	drop(take_out(dev), NULL);
}
EXPORT_SYMBOL(dpll_netdev_pin_clear);

/**
 * dpll_fill_netdevs() - the network devices of a pin, where rtnetlink cannot tell
 * @skb: where to
 * @pin: the pin
 *
 * Context: any.
 * Return: 0, -EMSGSIZE.
 */
int dpll_fill_netdevs(struct sk_buff *skb, struct dpll_pin *pin)
{
	struct dpll_netdev *entry;
	int err = 0;

	if (IS_ENABLED(CONFIG_DPLL) || list_empty(&dpll_netdevs))
		return 0;
	rcu_read_lock();
	list_for_each_entry_rcu(entry, &dpll_netdevs, node)
		if (entry->pin == pin)
			err = err ?: nla_put_u32(skb, CHS_DPLL_A_PIN_IFINDEX,
						 READ_ONCE(entry->dev->ifindex));
	rcu_read_unlock();
	return err;
}

/**
 * dpll_netdev_show() - the same for people: one column
 * @seq: where to; names are separated by '/', which none can have
 * @pin: the pin
 *
 * Context: any.
 */
void dpll_netdev_show(struct seq_file *seq, struct dpll_pin *pin)
{
	struct dpll_netdev *entry;
	char separator = ' ';

	rcu_read_lock();
	list_for_each_entry_rcu(entry, &dpll_netdevs, node) {
		if (entry->pin != pin)
			continue;
		seq_putc(seq, separator);
		chs_seq_name(seq, entry->dev->name, IFNAMSIZ);
		separator = '/';
	}
	rcu_read_unlock();
	if (separator == ' ')
		seq_puts(seq, " -");
}
