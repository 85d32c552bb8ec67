// SPDX-License-Identifier: GPL-2.0
/*
 * Notifications: to the listeners of the family's group, in every network namespace, and to
 * the notifier chain. Each is sent once, as great as it is.
 *
 * A driver may report from wherever it is. If it is inside a callback, or where it cannot
 * sleep, or if somebody else has the device's mutex, the report is counted in the object
 * and a worker of the object sends it, with the time at which it was made.
 */
#include <linux/notifier.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

#include "private.h"

/* of what was put off so many are sent before whoever else wants to send comes in between */
#define NEWS_BATCH 64

struct workqueue_struct *dpll_workqueue;

static BLOCKING_NOTIFIER_HEAD(dpll_chain);

/* ---- the chain ---- */

/**
 * register_dpll_notifier() - be told of devices and pins that come, go or change
 * @nb: called with DPLL_DEVICE_CREATED and so on, and a struct dpll_device_notifier_info or
 *	dpll_pin_notifier_info
 *
 * Context: process context, may sleep.
 * Return: 0, -EEXIST for one that is registered already.
 */
int register_dpll_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&dpll_chain, nb);
}
EXPORT_SYMBOL_GPL(register_dpll_notifier);

/**
 * unregister_dpll_notifier() - be told no more
 * @nb: not called any more when this returns
 *
 * Context: process context, may sleep.
 * Return: 0, -ENOENT for one that is not registered.
 */
int unregister_dpll_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&dpll_chain, nb);
}
EXPORT_SYMBOL_GPL(unregister_dpll_notifier);

/* the chain's actions are in the order of the commands */
static unsigned long action_of(enum dpll_cmd cmd)
{
	if (cmd >= DPLL_CMD_PIN_CREATE_NTF)
		return cmd - DPLL_CMD_PIN_CREATE_NTF + DPLL_PIN_CREATED;
	return cmd - DPLL_CMD_DEVICE_CREATE_NTF + DPLL_DEVICE_CREATED;
}

static noinline void call_chain_device(struct dpll_device *dpll, enum dpll_cmd cmd)
{
	struct dpll_device_notifier_info info = {
		.dpll = dpll, .id = dpll->id, .idx = dpll->idx, .clock_id = dpll->clock_id,
		.type = dpll->type,
	};

	blocking_notifier_call_chain(&dpll_chain, action_of(cmd), &info);
}

static noinline void call_chain_pin(struct dpll_pin *pin, enum dpll_cmd cmd)
{
	struct dpll_pin_notifier_info info = {
		.pin = pin,
		.id = pin->id,
		.idx = pin->idx,
		.clock_id = pin->clock_id,
		.prop = &pin->prop,
	};
	struct fwnode_handle *fwnode;

	/* the pin may be given another one meanwhile */
	mutex_lock(&dpll_lock);
	fwnode = fwnode_handle_get(pin->fwnode);
	mutex_unlock(&dpll_lock);
	info.fwnode = fwnode;
	blocking_notifier_call_chain(&dpll_chain, action_of(cmd), &info);
	fwnode_handle_put(fwnode);
}

static __always_inline void chain_device(struct dpll_device *dpll, enum dpll_cmd cmd)
{
	if (rcu_access_pointer(dpll_chain.head))
		call_chain_device(dpll, cmd);
}

static __always_inline void chain_pin(struct dpll_pin *pin, enum dpll_cmd cmd)
{
	if (rcu_access_pointer(dpll_chain.head))
		call_chain_pin(pin, cmd);
}

/* ---- netlink ---- */

/* takes the message; 0, or why nobody at all could have it */
static int send(struct sk_buff *skb)
{
	struct sk_buff *copy;
	struct net *net;
	int err, result = 0;

	rcu_read_lock();
	for_each_net_rcu(net) {
		/* the first one gets the message itself, below */
		if (net == &init_net || !net->genl_sock)
			continue;
		copy = skb_clone(skb, GFP_ATOMIC);
		err = copy ? genlmsg_multicast_netns(&dpll_family, net, copy, 0, 0, GFP_ATOMIC) :
			     -ENOMEM;
		if (err && err != -ESRCH)
			result = err;
	}
	rcu_read_unlock();
	err = genlmsg_multicast_netns(&dpll_family, &init_net, skb, 0, 0, GFP_KERNEL);
	return err && err != -ESRCH ? err : result;
}

/* what of a notification is the same for devices and pins */
struct notice {
	enum dpll_cmd cmd;
	bool try;		/* -EAGAIN where a mutex is taken */
	bool deferred;
	u8 seen_by;
	u64 at_ns;
	struct dpll_device *dpll;	/* one of the two */
	struct dpll_pin *pin;
};

static int notice_fill(const struct notice *n, struct sk_buff *skb)
{
	struct dpll_msg msg = { .skb = skb, .lenient = true, .try = n->try, .seen_by = n->seen_by,
				.at_ns = n->at_ns };

	return n->dpll ? dpll_fill_device(&msg, n->dpll) : dpll_fill_pin(&msg, n->pin);
}

static struct sk_buff *notice_write(const struct notice *n, int *err)
{
	struct sk_buff *skb;
	size_t size;
	void *hdr;

	/* most are small, and what is not used would be trimmed off by copying */
	for (size = 448; ; size *= 2) {
		skb = genlmsg_new(size, GFP_KERNEL);
		if (!skb) {
			*err = -ENOMEM;
			return NULL;
		}
		hdr = genlmsg_put(skb, 0, 0, &dpll_family, 0, n->cmd);
		*err = hdr ? notice_fill(n, skb) : -EMSGSIZE;
		if (!*err) {
			genlmsg_end(skb, hdr);
			return skb;
		}
		nlmsg_free(skb);
		if (*err != -EMSGSIZE || size >= SZ_64K)
			return NULL;
	}
}

static int notify(const struct notice *n)
{
	atomic64_t *sent = n->dpll ? &n->dpll->sent : &n->pin->sent;
	atomic64_t *failed = n->dpll ? &n->dpll->failed : &n->pin->failed;
	u32 id = n->dpll ? n->dpll->id : n->pin->id, bytes = 0;
	struct sk_buff *skb;
	int err = 0;

	skb = notice_write(n, &err);
	if (err == -EAGAIN)
		return err;
	if (skb) {
		bytes = skb->len;
		err = send(skb);
	}
	atomic64_inc(err ? failed : sent);
	trace_dpll_ntf(id, n->cmd, bytes, true, n->deferred, err);
	return err;
}

/* with the mutex of its news, so that no change is told of what was told to go */
static int tell_device(struct dpll_device *dpll, enum dpll_cmd cmd, u8 seen_by)
{
	struct notice n = { .cmd = cmd, .dpll = dpll, .seen_by = seen_by };
	enum dpll_lock_status_error error;
	enum dpll_lock_status status;
	struct dpll_msg look = { .seen_by = seen_by };
	int srcu, err = 0;

	chain_device(dpll, cmd);
	srcu = srcu_read_lock(&dpll_srcu);
	if (dpll_anybody_listens()) {
		err = notify(&n);
	} else {
		dpll_device_acquire(dpll);
		if (!list_empty(&dpll->registrations))
			dpll_look(dpll, &look, &status, &error);
		dpll_device_release(dpll, NULL);
		trace_dpll_ntf(dpll->id, cmd, 0, false, false, 0);
	}
	srcu_read_unlock(&dpll_srcu, srcu);
	return err;
}

/**
 * dpll_tell_device() - a device has come, is going, or was changed by a user
 * @dpll: referenced by the caller
 * @cmd: DPLL_CMD_DEVICE_CREATE_NTF or one of its siblings
 * @seen_by: &enum dpll_seen_by: for the lock status, which is looked at
 *
 * Context: process context without any device's mutex. With that of its news for
 * DPLL_CMD_DEVICE_DELETE_NTF, held until users do not see it any more; else without.
 * Return: 0; -ENODEV for the change of one that has gone; a negative errno where it could
 *	not be sent.
 */
int dpll_tell_device(struct dpll_device *dpll, enum dpll_cmd cmd, u8 seen_by)
{
	int err = -ENODEV;

	if (cmd == DPLL_CMD_DEVICE_DELETE_NTF)
		return tell_device(dpll, cmd, seen_by);
	mutex_lock(&dpll->news.mutex);
	if (READ_ONCE(dpll->visible))
		err = tell_device(dpll, cmd, seen_by);
	mutex_unlock(&dpll->news.mutex);
	return err;
}

static int tell_pin(struct dpll_pin *pin, enum dpll_cmd cmd)
{
	struct notice n = { .cmd = cmd, .pin = pin, .seen_by = DPLL_SEEN_SET };
	int srcu, err = 0;

	chain_pin(pin, cmd);
	if (!dpll_anybody_listens()) {
		trace_dpll_ntf(pin->id, cmd, 0, false, false, 0);
		return 0;
	}
	srcu = srcu_read_lock(&dpll_srcu);
	err = notify(&n);
	srcu_read_unlock(&dpll_srcu, srcu);
	return err;
}

/**
 * dpll_tell_pin() - a pin has come, is going, or was changed by a user
 * @pin: referenced by the caller
 * @cmd: DPLL_CMD_PIN_CREATE_NTF or one of its siblings
 *
 * Context: process context without any device's mutex. With that of its news for
 * DPLL_CMD_PIN_DELETE_NTF, held until it is off the device; else without.
 * Return: as dpll_tell_device().
 */
int dpll_tell_pin(struct dpll_pin *pin, enum dpll_cmd cmd)
{
	int err = -ENODEV;

	if (cmd == DPLL_CMD_PIN_DELETE_NTF)
		return tell_pin(pin, cmd);
	mutex_lock(&pin->news.mutex);
	if (dpll_pin_is_somewhere(pin))
		err = tell_pin(pin, cmd);
	mutex_unlock(&pin->news.mutex);
	return err;
}

/* ---- what drivers report ---- */

/* can this be said for sure? Without a count of what forbids sleeping, never */
static __always_inline bool may_sleep_here(void)
{
	return IS_ENABLED(CONFIG_PREEMPT_COUNT) && !in_atomic() && !irqs_disabled() &&
	       !rcu_preempt_depth();
}

static noinline void put_it_off(struct dpll_news *news, refcount_t *refs)
{
	atomic64_cmpxchg(&news->at_ns, 0, ktime_get_mono_fast_ns());
	atomic_inc(&news->pending);
	if (test_and_set_bit(0, &news->queued))
		return;
	refcount_inc(refs);
	queue_work(dpll_workqueue, &news->work);
}

/*
 * The device's lock status, whether anybody listens or not; its mutex held. Most reports
 * are of nothing that anybody wants to know, and cost a driver no more than this.
 */
static __always_inline int look_unheard(struct dpll_device *dpll, u64 at_ns)
{
	struct dpll_msg look = { .seen_by = DPLL_SEEN_NTF, .at_ns = at_ns };
	enum dpll_lock_status_error error;
	enum dpll_lock_status status;

	if (unlikely(list_empty(&dpll->registrations)))
		return -ENODEV;
	dpll_look(dpll, &look, &status, &error);
	return 0;
}

/* a message; -EAGAIN: not now. What was put off comes with the mutex of the object's news */
static noinline int report_to_listeners(struct dpll_device *dpll, bool deferred, u64 at_ns)
{
	struct notice n = { .cmd = DPLL_CMD_DEVICE_CHANGE_NTF,
			    .dpll = dpll,
			    .try = !deferred,
			    .deferred = deferred,
			    .seen_by = DPLL_SEEN_NTF,
			    .at_ns = at_ns };
	int srcu, err;

	if (!deferred && !mutex_trylock(&dpll->news.mutex))
		return -EAGAIN;
	srcu = srcu_read_lock(&dpll_srcu);
	err = READ_ONCE(dpll->visible) ? notify(&n) : -ENODEV;
	srcu_read_unlock(&dpll_srcu, srcu);
	if (!deferred)
		mutex_unlock(&dpll->news.mutex);
	return err;
}

/* what had been put off */
static int report_device(struct dpll_device *dpll, u64 at_ns)
{
	int err;

	if (dpll_anybody_listens())
		return report_to_listeners(dpll, true, at_ns);
	dpll_device_acquire(dpll);
	err = look_unheard(dpll, at_ns);
	dpll_device_release(dpll, NULL);
	trace_dpll_ntf(dpll->id, DPLL_CMD_DEVICE_CHANGE_NTF, 0, false, true, err);
	return err;
}

/* likewise */
static noinline int report_pin_to_listeners(struct dpll_pin *pin, bool deferred)
{
	struct notice n = { .cmd = DPLL_CMD_PIN_CHANGE_NTF,
			    .pin = pin,
			    .try = !deferred,
			    .deferred = deferred,
			    .seen_by = DPLL_SEEN_NTF };
	int srcu, err;

	if (!deferred && !mutex_trylock(&pin->news.mutex))
		return -EAGAIN;
	srcu = srcu_read_lock(&dpll_srcu);
	err = dpll_pin_is_somewhere(pin) ? notify(&n) : -ENODEV;
	srcu_read_unlock(&dpll_srcu, srcu);
	if (!deferred)
		mutex_unlock(&pin->news.mutex);
	return err;
}

/* nobody listens to netlink, but to the chain, which must not be called from a callback */
static noinline bool is_in_use(struct dpll_pin *pin)
{
	int srcu = srcu_read_lock(&dpll_srcu);
	bool used = dpll_pin_in_use(pin);

	srcu_read_unlock(&dpll_srcu, srcu);
	return used;
}

static __always_inline int report_pin(struct dpll_pin *pin, bool deferred)
{
	if (dpll_anybody_listens())
		return report_pin_to_listeners(pin, deferred);
	if (!dpll_pin_is_somewhere(pin))
		return -ENODEV;
	if (rcu_access_pointer(dpll_chain.head) && !deferred && is_in_use(pin))
		return -EAGAIN;
	trace_dpll_ntf(pin->id, DPLL_CMD_PIN_CHANGE_NTF, 0, false, deferred, 0);
	return 0;
}

static void send_one(struct dpll_news *news, u64 at_ns)
{
	struct dpll_device *dpll = container_of(news, struct dpll_device, news);
	struct dpll_pin *pin = container_of(news, struct dpll_pin, news);

	if (news->is_pin && dpll_pin_is_somewhere(pin)) {
		chain_pin(pin, DPLL_CMD_PIN_CHANGE_NTF);
		report_pin(pin, true);
	} else if (!news->is_pin && READ_ONCE(dpll->visible)) {
		chain_device(dpll, DPLL_CMD_DEVICE_CHANGE_NTF);
		report_device(dpll, at_ns);
	}
}

/* some of those that have been put off for one object, its mutex held; how many are left */
static int send_put_off(struct dpll_news *news)
{
	int n = min(atomic_read(&news->pending), NEWS_BATCH), i;
	/* when the first was made; of the later ones it is not known, and they are seen now */
	u64 at_ns = n ? atomic64_xchg(&news->at_ns, 0) : 0;

	for (i = 0; i < n; i++, cond_resched())
		send_one(news, i ? 0 : at_ns);
	return atomic_sub_return(n, &news->pending);
}

static void put_off_work(struct work_struct *work)
{
	struct dpll_news *news = container_of(work, struct dpll_news, work);
	int left;

	/* first, so that what comes from here on starts this again */
	clear_bit(0, &news->queued);
	smp_mb__after_atomic();
	do {
		mutex_lock(&news->mutex);
		left = send_put_off(news);
		mutex_unlock(&news->mutex);
	} while (left);
	if (news->is_pin)
		dpll_pin_put(container_of(news, struct dpll_pin, news));
	else
		dpll_device_put(container_of(news, struct dpll_device, news));
}

/**
 * dpll_news_setup() - before there can be any
 * @news: an object's
 * @is_pin: which kind of
 */
void dpll_news_setup(struct dpll_news *news, bool is_pin)
{
	INIT_WORK(&news->work, put_off_work);
	mutex_init(&news->mutex);
	news->is_pin = is_pin;
}

/**
 * dpll_news_close() - send what has been put off, before the object goes
 * @news: an object's
 *
 * A driver that reports faster than it answers may have put off more than anybody would wait
 * for: beyond a number the rest is counted as not sent.
 *
 * Context: process context without any device's mutex. Takes the news' mutex, which the
 * caller must release: until then nobody else sends anything of the object, and all that was
 * reported before is out.
 */
void dpll_news_close(struct dpll_news *news)
{
	struct dpll_device *dpll = container_of(news, struct dpll_device, news);
	struct dpll_pin *pin = container_of(news, struct dpll_pin, news);

	mutex_lock(&news->mutex);
	if (send_put_off(news))
		atomic64_add(atomic_xchg(&news->pending, 0),
			     news->is_pin ? &pin->failed : &dpll->failed);
}

/**
 * dpll_device_change_ntf() - a driver reports that a device has changed
 * @dpll: registered
 *
 * Context: any, callbacks and hard interrupts included; the caller's references keep @dpll.
 * Return: 0, also where it was put off; -ENODEV if it is not registered; -ENOMEM or another
 *	error where it could not be sent.
 */
int dpll_device_change_ntf(struct dpll_device *dpll)
{
	int err = -EAGAIN;

	if (likely(may_sleep_here())) {
		if (dpll_anybody_listens()) {
			err = report_to_listeners(dpll, false, 0);
		} else if (likely(dpll_device_try_acquire(dpll))) {
			err = look_unheard(dpll, 0);
			dpll_device_release(dpll, NULL);
			trace_dpll_ntf(dpll->id, DPLL_CMD_DEVICE_CHANGE_NTF, 0, false, false, err);
		}
	}
	if (unlikely(err == -EAGAIN)) {
		put_it_off(&dpll->news, &dpll->refs);
		return 0;
	}
	if (likely(err != -ENODEV))
		chain_device(dpll, DPLL_CMD_DEVICE_CHANGE_NTF);
	return err;
}
EXPORT_SYMBOL_GPL(dpll_device_change_ntf);

/**
 * dpll_pin_change_later() - have a worker notify that a pin has changed
 * @pin: referenced by the caller
 *
 * Context: any; calls no driver.
 */
void dpll_pin_change_later(struct dpll_pin *pin)
{
	put_it_off(&pin->news, &pin->refs);
}

/**
 * dpll_pin_change_ntf() - a driver reports that a pin has changed
 * @pin: registered
 *
 * Context: any, callbacks and hard interrupts included; the caller's references keep @pin.
 * Return: as dpll_device_change_ntf().
 */
int dpll_pin_change_ntf(struct dpll_pin *pin)
{
	int err = -EAGAIN;

	if (likely(may_sleep_here()))
		err = report_pin(pin, false);
	if (likely(err != -EAGAIN)) {
		if (likely(err != -ENODEV))
			chain_pin(pin, DPLL_CMD_PIN_CHANGE_NTF);
		return err;
	}
	dpll_pin_change_later(pin);
	return 0;
}
EXPORT_SYMBOL_GPL(dpll_pin_change_ntf);

int __init dpll_news_init(void)
{
	dpll_workqueue = alloc_workqueue("dpll", WQ_UNBOUND, 0);
	return dpll_workqueue ? 0 : -ENOMEM;
}

void dpll_news_exit(void)
{
	destroy_workqueue(dpll_workqueue);
}
