/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the DPLL subsystem share among themselves. Drivers see only
 * <linux/dpll.h>.
 *
 *	objects.c	devices and pins: found, made, counted, freed
 *	register.c	a driver shows a device, a pin on a device, a pin on a pin
 *	message.c	what netlink says of a device or a pin; asks the driver
 *	set.c		what a user wants changed; asks the driver
 *	netlink.c	the family: commands, policies, dumps
 *	news.c		notifications: to netlink's listeners and to the notifier chain
 *	history.c	lock status: transitions, times, rules of the documentation, polling
 *	netdev.c	SyncE pins of network devices
 *	debugfs.c	/sys/kernel/debug/dpll
 *
 * Who may look at what, and when:
 *
 * Devices, pins, their references and links are found by readers in dpll_srcu alone, which
 * they may hold across a slow callback: nobody waits for it but the memory of what has
 * gone. A driver's callback runs with the mutex of the device that it is about, and of no
 * other; so no device waits for another one's driver.
 *
 * Locks, outermost first:
 *	dpll_device.registering	one registration of the device, or of a pin on it, comes or goes
 *				at a time, with all that is told of it. Never two at a time
 *	dpll_pin.set_mutex	one change of a pin at a time
 *	dpll_news.mutex		one change of an object is told at a time, and none once it goes
 *	dpll_device.mutex	registrations of the device and of pins on it, its history; held
 *				in every callback. Never waited for with another one held
 *	dpll_lock		making, counting down, linking of objects; short, no callback
 *
 * What a driver reports from inside a callback, or with a mutex of ours taken elsewhere, is
 * put off to a worker of the object: a report never waits for a device's mutex.
 */
#ifndef CHS_DPLL_PRIVATE_H
#define CHS_DPLL_PRIVATE_H

#include <linux/debugfs.h>
#include <linux/dpll.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/srcu.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/genetlink.h>

#include <chs/watch.h>
#include <trace/events/dpll.h>

#ifndef DPLL_CHS
#error "the kernel's own dpll.h was included in place of ours: see NOSTDINC_FLAGS in Kbuild"
#endif

#define DPLL_VISIBLE		XA_MARK_1	/* registered: users see it */
#define DPLL_HISTORY		64
#define DPLL_N_STATUS		(DPLL_LOCK_STATUS_MAX + 1)
#define DPLL_STATE_SET		0x80 /* of dpll_ref.state: set, not looked at since */

/**
 * struct dpll_registration - one registrant's callbacks
 * @node: in the list of a device or of a reference
 * @ops: struct dpll_device_ops or dpll_pin_ops
 * @priv: their argument
 * @link: of a pin on a device: the link to the parent through which it came, or NULL
 */
struct dpll_registration {
	struct list_head node;
	const void *ops;
	void *priv;
	struct dpll_link *link;
};

/**
 * struct dpll_news - change notifications that had to be put off
 * @work: sends them
 * @mutex: held while they are sent, and any other change is; and from the farewell of the object
 *	until nobody sees it. So no change is told of what was told to go
 * @queued: bit 0: @work is, with a reference of the object
 * @pending: how many
 * @at_ns: CLOCK_MONOTONIC of the first; 0: not known
 * @is_pin: what it lies in
 */
struct dpll_news {
	struct work_struct work;
	struct mutex mutex;
	unsigned long queued;
	atomic_t pending;
	atomic64_t at_ns;
	bool is_pin;
};

/**
 * struct dpll_actor - who last set something on a device
 * @at_ns: CLOCK_MONOTONIC; 0: nobody
 * @pid: thread group
 * @comm: its name
 */
struct dpll_actor {
	u64 at_ns;
	pid_t pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct dpll_transition - a change of lock status
 * @at_ns: CLOCK_MONOTONIC
 * @real_ns: the same instant by CLOCK_REALTIME
 * @dwell_ns: how long the status before had lasted
 * @from: status before, 0 for the first of all
 * @to: status after
 * @error: &enum dpll_lock_status_error, or 0
 * @seen_by: &enum dpll_seen_by
 * @actor: who last set something since the transition before; at_ns 0: nobody
 */
struct dpll_transition {
	u64 at_ns;
	s64 real_ns;
	u64 dwell_ns;
	u8 from, to, error, seen_by;
	struct dpll_actor actor;
};

/**
 * struct dpll_history - a device's lock status as far as it was seen; the device's mutex
 * @status: the latest, 0 if never seen
 * @error: with it
 * @since_ns: CLOCK_MONOTONIC of the latest transition
 * @n: transitions, the first look not among them
 * @in_ns: time in each status, the present one's up to @since_ns
 * @holdovers: how often
 * @holdover_last_ns: the latest that is over
 * @holdover_max_ns: the longest that is over
 * @ring: the last ones, @n_ring of them
 * @n_ring: how many were ever put there
 */
struct dpll_history {
	u8 status, error;
	u64 since_ns;
	u64 n;
	u64 in_ns[DPLL_N_STATUS];
	u64 holdovers;
	u64 holdover_last_ns, holdover_max_ns;
	u32 n_ring;
	struct dpll_transition ring[DPLL_HISTORY];
};

/**
 * struct dpll_device - a DPLL; freed after a grace period of dpll_srcu
 * @id: number, first member as in struct dpll_pin
 * @idx: the driver's number
 * @clock_id: the chip's
 * @module: of the driver
 * @module_name: its name, which readers may want when the driver has gone already
 * @type: set when first registered
 * @refs: gets, registrations, references of pins, news put off
 * @registering: see above
 * @mutex: see above
 * @locked_at: when, for tracing
 * @waited_ns: how long that took
 * @registrations: the first one's callbacks are used; @mutex
 * @pins: references by pin id; changed with @mutex held
 * @visible: registered; as the mark DPLL_VISIBLE
 * @mode: as last seen, 0 never; @mutex
 * @history: see there
 * @actor: @mutex
 * @violations: by kind; @mutex
 * @op_calls: callbacks called; @mutex
 * @op_errors: callbacks that failed; @mutex
 * @sent: notifications that went out
 * @failed: that did not
 * @news: change notifications put off
 * @poll_ms: how often to look, 0 never
 * @poll: looks
 * @dir: in debugfs
 * @srcu: for freeing
 */
struct dpll_device {
	u32 id;
	u32 idx;
	u64 clock_id;
	struct module *module;
	char module_name[MODULE_NAME_LEN];
	enum dpll_type type;
	refcount_t refs;
	struct mutex registering;
	struct mutex mutex;
	u64 locked_at, waited_ns;
	struct list_head registrations;
	struct xarray pins;
	bool visible;
	int mode;
	struct dpll_history history;
	struct dpll_actor actor;
	u64 violations[DPLL_N_VIOLATIONS];
	u64 op_calls, op_errors;
	atomic64_t sent, failed;
	struct dpll_news news;
	u32 poll_ms;
	struct delayed_work poll;
	struct dentry *dir;
	struct rcu_head srcu;
};

/**
 * struct dpll_pin - a pin; freed after a grace period of dpll_srcu, and one of RCU
 * @id: number; first member, since the kernel's rtnetlink code reads it there (netdev.c)
 * @idx: the driver's number
 * @clock_id: the chip's
 * @module: of the driver
 * @module_name: as a device's
 * @refs: as a device's, and a network device's
 * @set_mutex: see above
 * @dplls: references, by device id; dpll_lock to change, dpll_srcu to read. No xarray, whose
 *	scan of the few that there are costs more than the rest of a message
 * @parents: links to parent pins; dpll_lock to change, dpll_srcu to read
 * @children: links to child pins; likewise
 * @ref_sync: pins that it may be paired with, by id; dpll_lock to change
 * @paired: how many pins have it there; dpll_lock
 * @prop: copy of the driver's
 * @fwnode: see dpll_pin_fwnode_set()
 * @sent: notifications that went out
 * @failed: that did not
 * @news: change notifications put off
 * @srcu: for freeing
 */
struct dpll_pin {
	u32 id;
	u32 idx;
	u64 clock_id;
	struct module *module;
	char module_name[MODULE_NAME_LEN];
	refcount_t refs;
	struct mutex set_mutex;
	struct list_head dplls;
	struct list_head parents;
	struct list_head children;
	struct xarray ref_sync;
	unsigned int paired;
	struct dpll_pin_properties prop;
	struct fwnode_handle *fwnode;
	atomic64_t sent, failed;
	struct dpll_news news;
	struct rcu_head srcu;
};

/**
 * struct dpll_ref - a pin on a device
 * @dpll: the device, referenced
 * @pin: the pin, referenced
 * @of_pin: in pin->dplls
 * @registrations: the first one's callbacks are used; the device's mutex
 * @state: as last reported by a tracepoint, 0 never, with DPLL_STATE_SET if by that of a set;
 *	the device's mutex
 * @srcu: for freeing
 */
struct dpll_ref {
	struct dpll_device *dpll;
	struct dpll_pin *pin;
	struct list_head of_pin;
	struct list_head registrations;
	u8 state;
	struct rcu_head srcu;
};

/**
 * struct dpll_link - a pin on a parent pin, on whatever devices that is or will be
 * @parent: referenced
 * @child: referenced
 * @ops: callbacks
 * @priv: their argument
 * @of_parent: in parent->children
 * @of_child: in child->parents
 * @leaving: the child comes to no further device through it
 * @srcu: for freeing
 */
struct dpll_link {
	struct dpll_pin *parent;
	struct dpll_pin *child;
	const struct dpll_pin_ops *ops;
	void *priv;
	struct list_head of_parent;
	struct list_head of_child;
	bool leaving;
	struct rcu_head srcu;
};

/**
 * struct dpll_msg - a message in the making
 * @skb: where to
 * @extack: what to tell the user, or NULL
 * @lenient: a callback that fails costs its attribute, not the message
 * @try: give up with -EAGAIN where a mutex is taken
 * @seen_by: &enum dpll_seen_by
 * @at_ns: when the driver reported, CLOCK_MONOTONIC; 0: now
 */
struct dpll_msg {
	struct sk_buff *skb;
	struct netlink_ext_ack *extack;
	bool lenient;
	bool try;
	u8 seen_by;
	u64 at_ns;
};

/* ---- objects.c ---- */
extern struct srcu_struct dpll_srcu;
extern struct mutex dpll_lock;
extern struct xarray dpll_devices;
extern struct xarray dpll_pins;
extern atomic_t dpll_generation;	/* of what dumps show; nl_dump_check_consistent() */

void dpll_lock_traced(struct dpll_device *dpll, u64 start, u64 waited_ns);
void dpll_extack_keep(struct netlink_ext_ack *extack);
struct dpll_device *dpll_device_by_id(u32 id);
struct dpll_pin *dpll_pin_by_id(u32 id);
struct dpll_ref *dpll_pin_first_ref(struct dpll_pin *pin);
const char *dpll_pin_label(const struct dpll_pin *pin);
void dpll_pin_forget_pairs(struct dpll_pin *pin);

/* ---- register.c ---- */
bool dpll_link_is_on(struct dpll_device *dpll, const struct dpll_link *link);

/* ---- callbacks ---- */

static __always_inline u64 dpll_lock_watch(void)
{
	return trace_dpll_lock_enabled() ? chs_watch_start() : 0;
}

/* with the mutex: since when, and how long that took */
static __always_inline void dpll_acquired(struct dpll_device *dpll, u64 start)
{
	dpll->locked_at = start;
	if (unlikely(start))
		dpll->waited_ns = chs_watch_ns(start);
}

/**
 * dpll_device_acquire() - take a device's mutex
 * @dpll: device
 *
 * Context: process context, may sleep, as long as its driver takes; not from a callback.
 */
static inline void dpll_device_acquire(struct dpll_device *dpll)
{
	u64 start = dpll_lock_watch();

	mutex_lock(&dpll->mutex);
	dpll_acquired(dpll, start);
}

/**
 * dpll_device_try_acquire() - take a device's mutex if that needs no waiting
 * @dpll: device
 *
 * Context: process context.
 * Return: whether.
 */
static inline bool dpll_device_try_acquire(struct dpll_device *dpll)
{
	u64 start = dpll_lock_watch();

	if (!mutex_trylock(&dpll->mutex))
		return false;
	dpll_acquired(dpll, start);
	return true;
}

/**
 * dpll_device_release() - let go of it
 * @dpll: device
 * @extack: what callbacks were given since it was taken; NULL: none
 *
 * Its driver may be unloaded from here on: nothing that it handed out may be looked at any
 * more. So a text of its own is copied before.
 */
static inline void dpll_device_release(struct dpll_device *dpll, struct netlink_ext_ack *extack)
{
	u64 start = dpll->locked_at, waited = dpll->waited_ns;

	if (extack && unlikely(extack->_msg || extack->policy))
		dpll_extack_keep(extack);
	mutex_unlock(&dpll->mutex);
	if (unlikely(start))
		dpll_lock_traced(dpll, start, waited);
}

/* dpll_srcu held for read */
#define dpll_for_each_ref(ref, pin) \
	list_for_each_entry_srcu(ref, &(pin)->dplls, of_pin, srcu_read_lock_held(&dpll_srcu))

/* any context; one that comes or goes at this time may be seen or not */
static inline bool dpll_pin_is_somewhere(const struct dpll_pin *pin)
{
	return !list_empty_careful(&pin->dplls);
}

/* does somebody, perhaps the caller, hold a device of the pin? dpll_srcu held for read */
static inline bool dpll_pin_in_use(const struct dpll_pin *pin)
{
	struct dpll_ref *ref;

	dpll_for_each_ref(ref, pin)
		if (mutex_is_locked(&ref->dpll->mutex))
			return true;
	return false;
}

/* the first registrant's callbacks and their argument; NULL if there is none. @mutex held */
static inline struct dpll_registration *dpll_first(const struct list_head *registrations)
{
	return list_empty(registrations) ? NULL :
	       list_first_entry(registrations, struct dpll_registration, node);
}

static inline const struct dpll_device_ops *dpll_ops(const struct dpll_device *dpll)
{
	return dpll_first(&dpll->registrations)->ops;
}

static inline void *dpll_priv(const struct dpll_device *dpll)
{
	return dpll_first(&dpll->registrations)->priv;
}

void dpll_op_traced(struct dpll_device *dpll, s64 pin, enum dpll_op op, u64 start, int err);

/*
 * Calls a driver: counts, and traces how long it took. pin is -1 for a callback of the
 * device itself. The device's mutex is held.
 */
#define dpll_call(dpll, pin, op, call)						\
({										\
	u64 start_ = trace_dpll_op_enabled() ? chs_watch_start() : 0;		\
	int err_ = (call);							\
										\
	(dpll)->op_calls++;							\
	if (unlikely(err_))							\
		(dpll)->op_errors++;						\
	if (trace_dpll_op_enabled())						\
		dpll_op_traced(dpll, pin, op, start_, err_);			\
	err_;									\
})

/* ---- message.c ---- */
int dpll_fill_device(struct dpll_msg *msg, struct dpll_device *dpll);
int dpll_fill_pin(struct dpll_msg *msg, struct dpll_pin *pin);
size_t dpll_pin_size_bound(struct dpll_pin *pin);

/* ---- set.c ---- */
int dpll_set_device(struct dpll_device *dpll, struct genl_info *info);
int dpll_set_pin(struct dpll_pin *pin, struct genl_info *info);

/* ---- netlink.c ---- */
extern struct genl_family dpll_family;
DECLARE_STATIC_KEY_FALSE(dpll_ever_heard);
extern const struct nla_policy dpll_parent_device_policy[DPLL_A_PIN_PHASE_OFFSET + 1];
extern const struct nla_policy dpll_parent_pin_policy[DPLL_A_PIN_STATE + 1];
extern const struct nla_policy dpll_ref_sync_policy[DPLL_A_PIN_STATE + 1];
extern bool dpll_strict;
int dpll_netlink_init(void);
void dpll_netlink_exit(void);

/* ---- news.c ---- */
int dpll_tell_device(struct dpll_device *dpll, enum dpll_cmd cmd, u8 seen_by);
int dpll_tell_pin(struct dpll_pin *pin, enum dpll_cmd cmd);
void dpll_pin_change_later(struct dpll_pin *pin);
void dpll_news_setup(struct dpll_news *news, bool is_pin);
void dpll_news_close(struct dpll_news *news);
int dpll_news_init(void);
void dpll_news_exit(void);
extern struct workqueue_struct *dpll_workqueue;

/**
 * dpll_anybody_listens() - is it worth while to write a message?
 *
 * The kernel keeps listeners of a group together, whatever their namespace. Its list is
 * looked at from the first one on: until then there is nothing to find.
 *
 * Context: any.
 * Return: whether somebody listens, or may.
 */
static __always_inline bool dpll_anybody_listens(void)
{
	return static_branch_unlikely(&dpll_ever_heard) &&
	       genl_has_listeners(&dpll_family, &init_net, 0);
}

/* ---- history.c ---- */
void dpll_status_changed(struct dpll_device *dpll, const struct dpll_msg *msg,
			 unsigned int status, unsigned int error);

/**
 * dpll_look() - ask a driver for the lock status, and remember it
 * @dpll: registered; its mutex held
 * @msg: seen_by, at_ns and extack count
 * @status: set
 * @error: set, 0 where the driver has nothing to say
 *
 * Context: process context.
 * Return: 0 or the driver's error.
 */
static __always_inline int dpll_look(struct dpll_device *dpll, const struct dpll_msg *msg,
				     enum dpll_lock_status *status,
				     enum dpll_lock_status_error *error)
{
	const struct dpll_registration *reg = dpll_first(&dpll->registrations);
	const struct dpll_device_ops *ops = reg->ops;
	int err;

	*error = 0;
	*status = 0;
	err = dpll_call(dpll, -1, DPLL_OP_LOCK_STATUS_GET,
			ops->lock_status_get(dpll, reg->priv, status, error, msg->extack));
	if (err)
		return err;
	dpll->history.error = *error;
	if (unlikely(*status != dpll->history.status))
		dpll_status_changed(dpll, msg, *status, *error);
	return 0;
}

int dpll_look_at_mode(struct dpll_device *dpll, enum dpll_mode *mode,
		      struct netlink_ext_ack *extack);
int dpll_look_at_pin(struct dpll_ref *ref, enum dpll_pin_state *state,
		     struct netlink_ext_ack *extack);
bool dpll_is_input(struct dpll_ref *ref);
void dpll_acted(struct dpll_device *dpll);
void dpll_history_close(struct dpll_device *dpll);
void dpll_poll_work(struct work_struct *work);
void dpll_poll_every(struct dpll_device *dpll, u32 ms);

/* ---- netdev.c ---- */
int dpll_fill_netdevs(struct sk_buff *skb, struct dpll_pin *pin);
void dpll_netdev_show(struct seq_file *seq, struct dpll_pin *pin);

/* ---- debugfs.c ---- */
void dpll_debugfs_init(void);
void dpll_debugfs_exit(void);
void dpll_debugfs_add(struct dpll_device *dpll);
void dpll_debugfs_remove(struct dpll_device *dpll);

#endif /* CHS_DPLL_PRIVATE_H */
