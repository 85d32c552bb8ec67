// SPDX-License-Identifier: GPL-2.0
/*
 * A driver shows users a device, a pin on a device, a pin on a parent pin; and takes them
 * back. Whatever a parent pin is on, its children are on too, through a link that outlives
 * the parent's own comings and goings.
 */
#include <linux/slab.h>

#include "private.h"

/* the set of what dumps show has changed */
static void set_changed(void)
{
	atomic_inc(&dpll_generation);
}

static struct dpll_registration *registration_find(const struct list_head *list, const void *ops,
						   void *priv, const struct dpll_link *link)
{
	struct dpll_registration *reg;

	list_for_each_entry(reg, list, node)
		if (reg->ops == ops && reg->priv == priv && reg->link == link)
			return reg;
	return NULL;
}

static int registration_add(struct list_head *list, const void *ops, void *priv,
			    struct dpll_link *link)
{
	struct dpll_registration *reg;

	if (registration_find(list, ops, priv, link))
		return -EEXIST;
	reg = kzalloc(sizeof(*reg), GFP_KERNEL);
	if (!reg)
		return -ENOMEM;
	reg->ops = ops;
	reg->priv = priv;
	reg->link = link;
	list_add_tail(&reg->node, list);
	return 0;
}

static bool registration_del(struct list_head *list, const void *ops, void *priv,
			     const struct dpll_link *link)
{
	struct dpll_registration *reg = registration_find(list, ops, priv, link);

	if (!reg)
		return false;
	list_del(&reg->node);
	kfree(reg);
	return true;
}

/* ---- devices ---- */

/**
 * dpll_device_register() - show a device to users
 * @dpll: from dpll_device_get()
 * @type: what it is; that of the first registration stays
 * @ops: callbacks; mode_get and lock_status_get must be there
 * @priv: their argument
 *
 * A device may be registered several times; the callbacks of the oldest registration that
 * is left are used.
 *
 * Context: process context, may sleep. The driver's callbacks are called.
 * Return: 0; -EINVAL without the callbacks required or for a bad type; -EEXIST where this
 *	driver has registered it with the same @ops and @priv; -ENOMEM.
 */
int dpll_device_register(struct dpll_device *dpll, enum dpll_type type,
			 const struct dpll_device_ops *ops, void *priv)
{
	bool first;
	int err;

	if (WARN_ON(!ops) || WARN_ON(!ops->mode_get) || WARN_ON(!ops->lock_status_get) ||
	    WARN_ON(type < DPLL_TYPE_PPS || type > DPLL_TYPE_MAX))
		return -EINVAL;

	mutex_lock(&dpll->registering);
	dpll_device_acquire(dpll);
	err = registration_add(&dpll->registrations, ops, priv, NULL);
	first = !err && !dpll->visible;
	if (!err)
		refcount_inc(&dpll->refs);
	if (first) {
		dpll->type = type;
		WRITE_ONCE(dpll->visible, true);
		xa_set_mark(&dpll_devices, dpll->id, DPLL_VISIBLE);
	}
	dpll_device_release(dpll, NULL);
	if (first) {
		set_changed();
		dpll_debugfs_add(dpll);
		trace_dpll_device_create(dpll->id, dpll->idx, dpll->clock_id, dpll->type,
					 dpll->module_name);
		dpll_tell_device(dpll, DPLL_CMD_DEVICE_CREATE_NTF, DPLL_SEEN_REGISTER);
	}
	mutex_unlock(&dpll->registering);
	return err;
}
EXPORT_SYMBOL_GPL(dpll_device_register);

/*
 * Tells that a device goes, while there is something to tell of; registering held. Takes the
 * mutex of its news.
 */
static void say_farewell(struct dpll_device *dpll)
{
	/* the file in debugfs can start the poll */
	dpll_debugfs_remove(dpll);
	dpll_poll_every(dpll, 0);
	dpll_news_close(&dpll->news);
	dpll_tell_device(dpll, DPLL_CMD_DEVICE_DELETE_NTF, DPLL_SEEN_NTF);
	trace_dpll_device_delete(dpll->id, dpll->idx, dpll->clock_id, dpll->type,
				 dpll->module_name);
}

/**
 * dpll_device_unregister() - take a registration back; the last one hides the device
 * @dpll: device
 * @ops: as registered
 * @priv: as registered
 *
 * Context: process context, may sleep. When it returns, no callback of this registration
 * runs or will.
 */
void dpll_device_unregister(struct dpll_device *dpll, const struct dpll_device_ops *ops, void *priv)
{
	bool found, last;

	mutex_lock(&dpll->registering);
	dpll_device_acquire(dpll);
	found = registration_find(&dpll->registrations, ops, priv, NULL);
	last = found && list_is_singular(&dpll->registrations);
	dpll_device_release(dpll, NULL);
	if (last)
		say_farewell(dpll);
	dpll_device_acquire(dpll);
	registration_del(&dpll->registrations, ops, priv, NULL);
	if (last) {
		dpll_history_close(dpll);
		WRITE_ONCE(dpll->visible, false);
		xa_clear_mark(&dpll_devices, dpll->id, DPLL_VISIBLE);
	}
	dpll_device_release(dpll, NULL);
	if (last) {
		mutex_unlock(&dpll->news.mutex);
		set_changed();
	}
	mutex_unlock(&dpll->registering);
	if (!WARN_ON(!found))
		dpll_device_put(dpll);
}
EXPORT_SYMBOL_GPL(dpll_device_unregister);

/* ---- pins on devices ---- */

static void ref_free(struct rcu_head *srcu)
{
	kfree(container_of(srcu, struct dpll_ref, srcu));
}

static int ref_make(struct dpll_device *dpll, struct dpll_pin *pin)
{
	struct dpll_ref *ref = kzalloc(sizeof(*ref), GFP_KERNEL), *other;
	int err;

	if (!ref)
		return -ENOMEM;
	ref->dpll = dpll;
	ref->pin = pin;
	INIT_LIST_HEAD(&ref->registrations);
	err = xa_err(xa_store(&dpll->pins, pin->id, ref, GFP_KERNEL));
	if (err)
		goto free;
	mutex_lock(&dpll_lock);
	list_for_each_entry(other, &pin->dplls, of_pin)
		if (other->dpll->id > dpll->id)
			break;
	list_add_tail_rcu(&ref->of_pin, &other->of_pin);
	mutex_unlock(&dpll_lock);
	refcount_inc(&dpll->refs);
	refcount_inc(&pin->refs);
	return 0;

free:
	kfree(ref);
	return err;
}

/* the references that the caller holds are not the last ones */
static void ref_drop(struct dpll_ref *ref)
{
	mutex_lock(&dpll_lock);
	list_del_rcu(&ref->of_pin);
	mutex_unlock(&dpll_lock);
	xa_erase(&ref->dpll->pins, ref->pin->id);
	call_srcu(&dpll_srcu, &ref->srcu, ref_free);
}

/* whether dumps look at a pin; whoever comes last sees what the others did */
static void show_or_hide(struct dpll_pin *pin)
{
	mutex_lock(&dpll_lock);
	if (list_empty(&pin->dplls))
		xa_clear_mark(&dpll_pins, pin->id, DPLL_VISIBLE);
	else
		xa_set_mark(&dpll_pins, pin->id, DPLL_VISIBLE);
	mutex_unlock(&dpll_lock);
	set_changed();
}

static int attach_children(struct dpll_device *dpll, struct dpll_pin *parent);
static void detach_children(struct dpll_device *dpll, struct dpll_pin *parent);

static int ref_register(struct dpll_device *dpll, struct dpll_pin *pin,
			const struct dpll_pin_ops *ops, void *priv, struct dpll_link *link)
{
	struct dpll_ref *ref;
	bool made = false;
	int err = 0;

	dpll_device_acquire(dpll);
	ref = xa_load(&dpll->pins, pin->id);
	if (!ref) {
		err = ref_make(dpll, pin);
		made = !err;
		ref = xa_load(&dpll->pins, pin->id);
	}
	if (!err)
		err = registration_add(&ref->registrations, ops, priv, link);
	if (err && made)
		ref_drop(ref);
	dpll_device_release(dpll, NULL);
	if (err && made) {
		dpll_device_put(dpll);
		dpll_pin_put(pin);
	}
	return err;
}

/*
 * Takes a pin off a device, and its children before it; tells while there is something to
 * tell of. dpll->registering held; the caller's references are not the last ones.
 */
static void detach(struct dpll_device *dpll, struct dpll_pin *pin, const struct dpll_pin_ops *ops,
		   void *priv, struct dpll_link *link)
{
	bool found, last;
	struct dpll_ref *ref;

	dpll_device_acquire(dpll);
	ref = xa_load(&dpll->pins, pin->id);
	found = ref && registration_find(&ref->registrations, ops, priv, link);
	last = found && list_is_singular(&ref->registrations);
	dpll_device_release(dpll, NULL);
	/* a child on a parent that has left the device before */
	if (!found) {
		WARN_ON(!link);
		return;
	}

	if (last)
		detach_children(dpll, pin);
	dpll_news_close(&pin->news);
	dpll_tell_pin(pin, DPLL_CMD_PIN_DELETE_NTF);
	trace_dpll_pin_parent(pin->id, link ? DPLL_PARENT_PIN : DPLL_PARENT_DEVICE,
			      link ? link->parent->id : dpll->id, 0);
	trace_dpll_pin_delete(pin->id, pin->idx, pin->clock_id, pin->prop.type, dpll_pin_label(pin),
			      pin->module_name);

	dpll_device_acquire(dpll);
	registration_del(&ref->registrations, ops, priv, link);
	if (last)
		ref_drop(ref);
	dpll_device_release(dpll, NULL);
	mutex_unlock(&pin->news.mutex);
	show_or_hide(pin);
	if (last) {
		dpll_device_put(dpll);
		dpll_pin_put(pin);
	}
}

/* shows a pin on a device, and its children after it; dpll->registering held */
static int attach(struct dpll_device *dpll, struct dpll_pin *pin, const struct dpll_pin_ops *ops,
		  void *priv, struct dpll_link *link)
{
	int err = ref_register(dpll, pin, ops, priv, link);

	if (err)
		return err;
	show_or_hide(pin);
	trace_dpll_pin_create(pin->id, pin->idx, pin->clock_id, pin->prop.type, dpll_pin_label(pin),
			      pin->module_name);
	trace_dpll_pin_parent(pin->id, link ? DPLL_PARENT_PIN : DPLL_PARENT_DEVICE,
			      link ? link->parent->id : dpll->id, 1);
	dpll_tell_pin(pin, DPLL_CMD_PIN_CREATE_NTF);
	err = attach_children(dpll, pin);
	if (err)
		detach(dpll, pin, ops, priv, link);
	return err;
}

/* all children of a parent follow it to a device */
static int attach_children(struct dpll_device *dpll, struct dpll_pin *parent)
{
	struct dpll_link *link;
	int idx, err = 0;

	/*
	 * A link that comes or goes at this time: either it is seen here as it is now, or
	 * whoever makes or takes it sees that the parent is on this device. The other half
	 * is in for_each_device().
	 */
	smp_mb();
	idx = srcu_read_lock(&dpll_srcu);
	list_for_each_entry_srcu(link, &parent->children, of_parent,
				 srcu_read_lock_held(&dpll_srcu)) {
		if (READ_ONCE(link->leaving))
			continue;
		err = attach(dpll, link->child, link->ops, link->priv, link);
		/* the child has just been put on the parent, which was here already */
		if (err == -EEXIST)
			err = 0;
		if (err)
			break;
	}
	srcu_read_unlock(&dpll_srcu, idx);
	return err;
}

static void detach_children(struct dpll_device *dpll, struct dpll_pin *parent)
{
	int idx = srcu_read_lock(&dpll_srcu);
	struct dpll_link *link;

	list_for_each_entry_srcu(link, &parent->children, of_parent,
				 srcu_read_lock_held(&dpll_srcu))
		detach(dpll, link->child, link->ops, link->priv, link);
	srcu_read_unlock(&dpll_srcu, idx);
}

/**
 * dpll_pin_register() - show a pin on a device
 * @dpll: device
 * @pin: from dpll_pin_get(), with the device's module and clock id
 * @ops: callbacks; state_on_dpll_get and direction_get must be there, and ref_sync_get
 *	where it has pairs
 * @priv: their argument
 *
 * Pins registered on this pin come along.
 *
 * Context: process context, may sleep. The driver's callbacks are called.
 * Return: 0; -EINVAL without the callbacks required or for another driver's pin; -EEXIST
 *	where it is registered with the same @ops and @priv; -ENOMEM.
 */
int dpll_pin_register(struct dpll_device *dpll, struct dpll_pin *pin,
		      const struct dpll_pin_ops *ops, void *priv)
{
	int err;

	if (WARN_ON(!ops) || WARN_ON(!ops->state_on_dpll_get) || WARN_ON(!ops->direction_get))
		return -EINVAL;
	if (WARN_ON(dpll->module != pin->module || dpll->clock_id != pin->clock_id))
		return -EINVAL;
	mutex_lock(&dpll->registering);
	err = attach(dpll, pin, ops, priv, NULL);
	mutex_unlock(&dpll->registering);
	return err;
}
EXPORT_SYMBOL_GPL(dpll_pin_register);

/* one of the pins that may be paired with this one is that no more: referenced, or NULL */
static struct dpll_pin *unpair_one(struct dpll_pin *pin)
{
	struct dpll_pin *other = NULL;
	unsigned long i;

	mutex_lock(&dpll_lock);
	if (!pin->paired)
		goto out;
	xa_for_each(&dpll_pins, i, other)
		if (xa_erase(&other->ref_sync, pin->id)) {
			pin->paired--;
			refcount_inc(&other->refs);
			break;
		}
out:
	mutex_unlock(&dpll_lock);
	return other;
}

/* nobody is paired with a pin that users do not see; the partners' users are told */
static void unpair(struct dpll_pin *pin)
{
	struct dpll_pin *other;

	if (!list_empty(&pin->dplls))
		return;
	while ((other = unpair_one(pin))) {
		dpll_tell_pin(other, DPLL_CMD_PIN_CHANGE_NTF);
		dpll_pin_put(other);
	}
	mutex_lock(&dpll_lock);
	dpll_pin_forget_pairs(pin);
	mutex_unlock(&dpll_lock);
}

/* and with those that went along with it */
static void unpair_all(struct dpll_pin *pin)
{
	int idx = srcu_read_lock(&dpll_srcu);
	struct dpll_link *link;

	unpair(pin);
	list_for_each_entry_srcu(link, &pin->children, of_parent, srcu_read_lock_held(&dpll_srcu))
		unpair_all(link->child);
	srcu_read_unlock(&dpll_srcu, idx);
}

/**
 * dpll_pin_unregister() - take a pin off a device
 * @dpll: device
 * @pin: pin; its children leave the device with it
 * @ops: as registered
 * @priv: as registered
 *
 * Context: process context, may sleep. When it returns, no callback of this registration
 * runs or will.
 */
void dpll_pin_unregister(struct dpll_device *dpll, struct dpll_pin *pin,
			 const struct dpll_pin_ops *ops, void *priv)
{
	/* whatever the caller's own references are, and the registration's */
	refcount_inc(&dpll->refs);
	refcount_inc(&pin->refs);
	mutex_lock(&dpll->registering);
	detach(dpll, pin, ops, priv, NULL);
	mutex_unlock(&dpll->registering);
	unpair_all(pin);
	dpll_pin_put(pin);
	dpll_device_put(dpll);
}
EXPORT_SYMBOL_GPL(dpll_pin_unregister);

/* ---- pins on pins ---- */

static void link_free(struct rcu_head *srcu)
{
	struct dpll_link *link = container_of(srcu, struct dpll_link, srcu);

	kfree(link);
}

/* dpll_lock held */
static struct dpll_link *link_find(struct dpll_pin *parent, struct dpll_pin *child,
				   const struct dpll_pin_ops *ops, void *priv)
{
	struct dpll_link *link;

	list_for_each_entry(link, &parent->children, of_parent)
		if (link->child == child && link->ops == ops && link->priv == priv)
			return link;
	return NULL;
}

/* would the child be its own ancestor? dpll_lock held */
static bool is_ancestor(const struct dpll_pin *pin, const struct dpll_pin *of)
{
	struct dpll_link *link;

	if (pin == of)
		return true;
	list_for_each_entry(link, &of->parents, of_child)
		if (is_ancestor(pin, link->parent))
			return true;
	return false;
}

static struct dpll_link *link_make(struct dpll_pin *parent, struct dpll_pin *child,
				   const struct dpll_pin_ops *ops, void *priv)
{
	struct dpll_link *link = kzalloc(sizeof(*link), GFP_KERNEL);
	int err = 0;

	if (!link)
		return ERR_PTR(-ENOMEM);
	link->parent = parent;
	link->child = child;
	link->ops = ops;
	link->priv = priv;
	mutex_lock(&dpll_lock);
	if (link_find(parent, child, ops, priv)) {
		err = -EEXIST;
	} else if (is_ancestor(child, parent)) {
		err = -EINVAL;
	} else {
		list_add_tail_rcu(&link->of_parent, &parent->children);
		list_add_tail_rcu(&link->of_child, &child->parents);
		refcount_inc(&parent->refs);
		refcount_inc(&child->refs);
	}
	mutex_unlock(&dpll_lock);
	if (err) {
		kfree(link);
		return ERR_PTR(err);
	}
	return link;
}

static void link_drop(struct dpll_link *link)
{
	struct dpll_pin *parent = link->parent, *child = link->child;

	mutex_lock(&dpll_lock);
	list_del_rcu(&link->of_parent);
	list_del_rcu(&link->of_child);
	mutex_unlock(&dpll_lock);
	call_srcu(&dpll_srcu, &link->srcu, link_free);
	dpll_pin_put(parent);
	dpll_pin_put(child);
}

/*
 * Attaches the child to every device that the parent is on, or detaches it. Objects stay while
 * dpll_srcu is held, even if they are let go of meanwhile.
 */
static int for_each_device(struct dpll_link *link, bool on)
{
	struct dpll_device *dpll;
	struct dpll_ref *ref;
	int idx, err = 0;

	/* the other half is in attach_children() */
	smp_mb();
	idx = srcu_read_lock(&dpll_srcu);
	dpll_for_each_ref(ref, link->parent) {
		dpll = ref->dpll;
		mutex_lock(&dpll->registering);
		if (!on)
			detach(dpll, link->child, link->ops, link->priv, link);
		else if (xa_load(&dpll->pins, link->parent->id))
			err = attach(dpll, link->child, link->ops, link->priv, link);
		mutex_unlock(&dpll->registering);
		/* the parent has just come to that device, and brought the child */
		if (err == -EEXIST)
			err = 0;
		if (err)
			break;
	}
	srcu_read_unlock(&dpll_srcu, idx);
	return err;
}

static void detach_link(struct dpll_link *link)
{
	WRITE_ONCE(link->leaving, true);
	for_each_device(link, false);
	link_drop(link);
}

/**
 * dpll_link_is_on() - is a child on a device through this link?
 * @dpll: device; its mutex held: as long as it is, the link's callbacks may be called
 * @link: which; dpll_srcu held for read
 *
 * Return: whether.
 */
bool dpll_link_is_on(struct dpll_device *dpll, const struct dpll_link *link)
{
	struct dpll_ref *ref = xa_load(&dpll->pins, link->child->id);

	return ref && registration_find(&ref->registrations, link->ops, link->priv, link);
}

/**
 * dpll_pin_on_pin_register() - show a pin on a parent pin
 * @parent: a pin of type MUX, of whatever driver
 * @pin: the child
 * @ops: callbacks; state_on_pin_get and direction_get must be there
 * @priv: their argument
 *
 * The child is on all devices that the parent is on, or will be.
 *
 * Context: process context, may sleep. The driver's callbacks are called.
 * Return: 0; -EINVAL without the callbacks required, for a parent that is no MUX or is on
 *	the child itself; -EEXIST where it is registered with the same @ops and @priv;
 *	-ENOMEM.
 */
int dpll_pin_on_pin_register(struct dpll_pin *parent, struct dpll_pin *pin,
			     const struct dpll_pin_ops *ops, void *priv)
{
	struct dpll_link *link;
	int err;

	if (WARN_ON(parent->prop.type != DPLL_PIN_TYPE_MUX))
		return -EINVAL;
	if (WARN_ON(!ops) || WARN_ON(!ops->state_on_pin_get) || WARN_ON(!ops->direction_get))
		return -EINVAL;
	link = link_make(parent, pin, ops, priv);
	if (IS_ERR(link))
		return PTR_ERR(link);
	err = for_each_device(link, true);
	if (err)
		detach_link(link);
	return err;
}
EXPORT_SYMBOL_GPL(dpll_pin_on_pin_register);

/**
 * dpll_pin_on_pin_unregister() - take a pin off its parent
 * @parent: parent
 * @pin: child
 * @ops: as registered
 * @priv: as registered
 *
 * Context: process context, may sleep. When it returns, no callback of this registration
 * runs or will.
 */
void dpll_pin_on_pin_unregister(struct dpll_pin *parent, struct dpll_pin *pin,
				const struct dpll_pin_ops *ops, void *priv)
{
	struct dpll_link *link;

	mutex_lock(&dpll_lock);
	link = link_find(parent, pin, ops, priv);
	mutex_unlock(&dpll_lock);
	if (WARN_ON(!link))
		return;
	refcount_inc(&pin->refs);
	detach_link(link);
	unpair_all(pin);
	dpll_pin_put(pin);
}
EXPORT_SYMBOL_GPL(dpll_pin_on_pin_unregister);

/**
 * dpll_pin_ref_sync_pair_add() - a pin's signal may be combined with another one's
 * @pin: the pin that can be bound
 * @ref_sync_pin: with this one
 *
 * The pair ends when either is unregistered from its last device.
 *
 * Context: process context, may sleep.
 * Return: 0; -EBUSY where they are a pair already; -ENOMEM.
 */
int dpll_pin_ref_sync_pair_add(struct dpll_pin *pin, struct dpll_pin *ref_sync_pin)
{
	int err;

	mutex_lock(&dpll_lock);
	err = xa_insert(&pin->ref_sync, ref_sync_pin->id, ref_sync_pin, GFP_KERNEL);
	if (!err)
		ref_sync_pin->paired++;
	mutex_unlock(&dpll_lock);
	if (err)
		return err;
	dpll_tell_pin(pin, DPLL_CMD_PIN_CHANGE_NTF);
	return 0;
}
EXPORT_SYMBOL_GPL(dpll_pin_ref_sync_pair_add);
