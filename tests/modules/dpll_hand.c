// SPDX-License-Identifier: GPL-2.0
/*
 * dpll_hand: a driver of DPLLs that does what a test tells it through /dev/dpll_hand. A
 * write is one command, words with spaces between, and gives what the call gave; a read then
 * gives the number that the command had to say. Devices and pins have slots, by which all
 * commands name them; calls for one do not wait for those of another. For tests/dpll_*.bats.
 *
 *	dev D get CLOCK_ID IDX		dpll_device_get()
 *	dev D reg R TYPE		register as registrant R; numbers may be wrong ones
 *	dev D unreg R | dev D put
 *	dev D id			number that users call it by (from the notifier chain)
 *	dev D set NAME VALUE		what callbacks answer
 *	dev D value NAME		say it: a user may have set it
 *	dev D fail OP ERRNO		a callback fails from now on, 0: no more
 *	dev D slow OP MS		and takes its time
 *	dev D tell OP N			N change notifications from inside it when it is called
 *					next, of the device and of pin 0
 *	dev D without OP | dev D with	callbacks that registrants to come lack
 *	dev D calls OP			how often called
 *	dev D by			registrant whose callback was called last
 *	dev D overlaps			callbacks that ran at the same time
 *	dev D ntf N WHERE		N change notifications; WHERE: task, spin, irq, bh, rcu
 *
 *	pin P prop NAME VALUE		properties of a pin to be made
 *	pin P get CLOCK_ID IDX		of module MODULE, see prop
 *	pin P reg D R | pin P unreg D R | pin P on P2 R | pin P off P2 R | pin P put
 *	pin P pair P2			dpll_pin_ref_sync_pair_add()
 *	pin P id | set | value | fail | slow | tell | without | with | calls | by | ntf
 *	pin P seton D NAME VALUE | pin P valueon D NAME		state, prio, direction, offset,
 *					and fail, which all that set something on D return
 *	pin P seton-pin P2 STATE | pin P valueon-pin P2
 *	pin P fwnode N			0: none
 *	pin P netdev IFNAME | netdev-clear IFNAME
 *	find N				slot of the pin that firmware node N finds, -1: none
 *
 *	many P N D			pins P to P+N-1 made, and registered on D
 *	few P N D			the opposite
 *	churn D N | churn-pin P D N	registered and unregistered so often
 *	chain ACTION			how often the notifier chain was called with it
 *	chain-sum			of all actions
 *	text TEXT			what a callback that sets or fails tells the user, in
 *					memory that the next callback overwrites; none: nothing.
 *					Also as the module's parameter
 *	orphans				callbacks after their registration was gone, or with a NULL
 *					where there is an argument
 */
#include <linux/delay.h>
#include <linux/dpll.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/property.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include <trace/events/dpll.h>

#define HAND_DPLLS   16
#define HAND_PINS    1200
#define HAND_REGS    3
#define HAND_PARENTS 32 /* pins with lower slots may be parents */
#define HAND_NODES   4
#define HAND_RANGES  1500
#define HAND_WORDS   8

static const char *const op_names[DPLL_N_OPS + 1] = {
	"mode_get",
	"lock_status_get",
	"supported_modes_get",
	"mode_set",
	"temp_get",
	"clock_quality_level_get",
	"phase_offset_monitor_set",
	"phase_offset_monitor_get",
	"phase_offset_avg_factor_set",
	"phase_offset_avg_factor_get",
	"frequency_set",
	"frequency_get",
	"direction_set",
	"direction_get",
	"state_on_pin_get",
	"state_on_dpll_get",
	"state_on_pin_set",
	"state_on_dpll_set",
	"prio_get",
	"prio_set",
	"phase_offset_get",
	"phase_adjust_get",
	"phase_adjust_set",
	"ffo_get",
	"esync_set",
	"esync_get",
	"ref_sync_set",
	"ref_sync_get",
	"mode_supported",
};
#define OP_MODE_SUPPORTED DPLL_N_OPS

enum dev_value {
	DEV_MODE,
	DEV_LOCK,
	DEV_ERROR,
	DEV_TEMP,
	DEV_QUALITY,
	DEV_MONITOR,
	DEV_FACTOR,
	DEV_MODES,
	DEV_VALUES,
};

static const char *const dev_names[DEV_VALUES] = {
	"mode", "lock", "error", "temp", "quality", "monitor", "factor", "modes",
};

enum pin_value {
	PIN_FREQUENCY,
	PIN_ADJUST,
	PIN_FFO,
	PIN_ESYNC,
	PIN_PULSE,
	PIN_RANGES,
	PIN_REF,
	PIN_VALUES
};

static const char *const pin_names[PIN_VALUES] = {
	"frequency", "adjust", "ffo", "esync", "pulse", "ranges", "ref",
};

enum on_value { ON_STATE, ON_PRIO, ON_DIRECTION, ON_OFFSET, ON_FAIL, ON_VALUES };

static const char *const on_names[ON_VALUES] = {
	"state", "prio", "direction", "offset", "fail",
};

/* what a callback does beside answering */
struct behaviour {
	int err[DPLL_N_OPS + 1];
	unsigned int slow_ms[DPLL_N_OPS + 1], tell[DPLL_N_OPS + 1];
	atomic_t calls[DPLL_N_OPS + 1];
	int by;
};

struct hand_dev;
struct hand_pin;

struct dev_reg {
	struct hand_dev *dev;
	int number;
	bool is_on;
	struct dpll_device_ops ops;
};

struct hand_dev {
	struct dpll_device *dpll;
	unsigned int gets;
	u32 id;
	s64 value[DEV_VALUES];
	struct behaviour does;
	bool without[DPLL_N_OPS + 1];
	struct dev_reg reg[HAND_REGS];
	atomic_t inside, overlaps;
};

struct pin_reg {
	struct hand_pin *pin;
	int number;
	bool on_dev[HAND_DPLLS], on_pin[HAND_PARENTS];
	struct dpll_pin_ops ops;
};

struct hand_pin {
	struct dpll_pin *pin;
	unsigned int gets;
	u32 id;
	s64 value[PIN_VALUES], on[HAND_DPLLS][ON_VALUES];
	u8 state_on_pin[HAND_PARENTS];
	struct behaviour does;
	bool without[DPLL_N_OPS + 1];
	struct pin_reg reg[HAND_REGS];
	struct dpll_pin_properties prop;
	char label[3][64];
	bool is_foreign;
};

static struct hand_dev *devs;
static struct hand_pin *pins;
static struct dpll_pin_frequency *ranges; /* what all pins have, as many as each wants */
static struct fwnode_handle *nodes[HAND_NODES];
static atomic_t chain[DPLL_PIN_CHANGED + 1], orphans;

/* ---- callbacks --------------------------------------------------------------- */

static void tell(unsigned int n, struct hand_dev *dev, struct hand_pin *pin)
{
	while (n--) {
		if (dev)
			dpll_device_change_ntf(dev->dpll);
		if (pin->pin)
			dpll_pin_change_ntf(pin->pin);
	}
}

static char text[256], told[256];
module_param_string(text, text, sizeof(text), 0444);
MODULE_PARM_DESC(text, "what callbacks tell the user");

static void tell_user(struct netlink_ext_ack *extack)
{
	if (!extack || !*text)
		return;
	strscpy(told, text);
	extack->_msg = told;
}

static int act(struct behaviour *does, int op, int by, struct hand_dev *dev, struct hand_pin *pin)
{
	int err = READ_ONCE(does->err[op]);

	if (dev && atomic_inc_return(&dev->inside) > 1)
		atomic_inc(&dev->overlaps);
	atomic_inc(&does->calls[op]);
	does->by = by;
	memset(told, '#', strlen(told));
	/* once: what is told has it called again */
	tell(xchg(&does->tell[op], 0), dev, pin ?: &pins[0]);
	if (does->slow_ms[op])
		msleep(does->slow_ms[op]);
	if (dev)
		atomic_dec(&dev->inside);
	return err;
}

/* of a device */
static int dev_act(void *priv, int op)
{
	struct dev_reg *reg = priv;

	if (WARN_ON_ONCE(!reg) || !reg->is_on)
		atomic_inc(&orphans);
	return act(&reg->dev->does, op, reg->number, reg->dev, NULL);
}

static s64 *dev_value(void *priv, enum dev_value which)
{
	return &((struct dev_reg *)priv)->dev->value[which];
}

#define DEV_GET(name, type, op, which) \
	static int hand_##name(const struct dpll_device *dpll, void *priv, type *value, \
			       struct netlink_ext_ack *extack) \
	{ \
		int err = dev_act(priv, op); \
\
		if (err) \
			tell_user(extack); \
		*value = *dev_value(priv, which); \
		return err; \
	}
#define DEV_SET(name, type, op, which) \
	static int hand_##name(const struct dpll_device *dpll, void *priv, type value, \
			       struct netlink_ext_ack *extack) \
	{ \
		int err = dev_act(priv, op); \
\
		tell_user(extack); \
		if (!err) \
			*dev_value(priv, which) = value; \
		return err; \
	}

DEV_GET(mode_get, enum dpll_mode, DPLL_OP_MODE_GET, DEV_MODE)
DEV_SET(mode_set, enum dpll_mode, DPLL_OP_MODE_SET, DEV_MODE)
DEV_GET(modes_get, unsigned long, DPLL_OP_SUPPORTED_MODES_GET, DEV_MODES)
DEV_GET(temp_get, s32, DPLL_OP_TEMP_GET, DEV_TEMP)
DEV_GET(quality_get, unsigned long, DPLL_OP_QUALITY_LEVEL_GET, DEV_QUALITY)
DEV_GET(monitor_get, enum dpll_feature_state, DPLL_OP_PHASE_MONITOR_GET, DEV_MONITOR)
DEV_SET(monitor_set, enum dpll_feature_state, DPLL_OP_PHASE_MONITOR_SET, DEV_MONITOR)
DEV_GET(factor_get, u32, DPLL_OP_AVG_FACTOR_GET, DEV_FACTOR)
DEV_SET(factor_set, u32, DPLL_OP_AVG_FACTOR_SET, DEV_FACTOR)

static int hand_lock_get(const struct dpll_device *dpll, void *priv, enum dpll_lock_status *status,
			 enum dpll_lock_status_error *error, struct netlink_ext_ack *extack)
{
	int err = dev_act(priv, DPLL_OP_LOCK_STATUS_GET);

	*status = *dev_value(priv, DEV_LOCK);
	*error = *dev_value(priv, DEV_ERROR);
	return err;
}

static bool hand_mode_supported(const struct dpll_device *dpll, void *priv,
				const enum dpll_mode mode, struct netlink_ext_ack *extack)
{
	dev_act(priv, OP_MODE_SUPPORTED);
	return *dev_value(priv, DEV_MODES) & BIT(mode);
}

static const struct dpll_device_ops dev_ops = {
	.mode_get = hand_mode_get,
	.lock_status_get = hand_lock_get,
	.mode_supported = hand_mode_supported,
	.supported_modes_get = hand_modes_get,
	.mode_set = hand_mode_set,
	.temp_get = hand_temp_get,
	.clock_quality_level_get = hand_quality_get,
	.phase_offset_monitor_set = hand_monitor_set,
	.phase_offset_monitor_get = hand_monitor_get,
	.phase_offset_avg_factor_set = hand_factor_set,
	.phase_offset_avg_factor_get = hand_factor_get,
};

/* of a pin, on a device if there is dpll_priv */
static int pin_act(void *priv, void *dpll_priv, int op)
{
	struct dev_reg *dev = dpll_priv;
	struct pin_reg *reg = priv;
	int i, on = 0;

	for (i = 0; i < HAND_PARENTS; i++)
		on |= reg->on_pin[i];
	if (dev ? !dev->is_on || !(on || reg->on_dev[dev->dev - devs]) : 0)
		atomic_inc(&orphans);
	return act(&reg->pin->does, op, reg->number, dev ? dev->dev : NULL, reg->pin);
}

static s64 *pin_value(void *priv, enum pin_value which)
{
	return &((struct pin_reg *)priv)->pin->value[which];
}

static s64 *on_value(void *priv, void *dpll_priv, enum on_value which)
{
	return &((struct pin_reg *)priv)->pin->on[((struct dev_reg *)dpll_priv)->dev - devs][which];
}

#define PIN_ARGS \
	const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll, void *dpll_priv
#define PIN_GET(name, type, op, where) \
	static int hand_##name(PIN_ARGS, type *value, struct netlink_ext_ack *extack) \
	{ \
		int err = pin_act(priv, dpll_priv, op); \
\
		*value = *(where); \
		return err; \
	}
#define PIN_SET(name, type, op, where) \
	static int hand_##name(PIN_ARGS, type value, struct netlink_ext_ack *extack) \
	{ \
		int err = pin_act(priv, dpll_priv, op) ?: *on_value(priv, dpll_priv, ON_FAIL); \
\
		tell_user(extack); \
		if (!err) \
			*(where) = value; \
		return err; \
	}
#define ON(which) on_value(priv, dpll_priv, which)

PIN_GET(frequency_get, u64, DPLL_OP_FREQUENCY_GET, pin_value(priv, PIN_FREQUENCY))
PIN_SET(frequency_set, const u64, DPLL_OP_FREQUENCY_SET, pin_value(priv, PIN_FREQUENCY))
PIN_GET(direction_get, enum dpll_pin_direction, DPLL_OP_DIRECTION_GET, ON(ON_DIRECTION))
PIN_SET(direction_set, const enum dpll_pin_direction, DPLL_OP_DIRECTION_SET, ON(ON_DIRECTION))
PIN_GET(state_get, enum dpll_pin_state, DPLL_OP_STATE_ON_DPLL_GET, ON(ON_STATE))
PIN_SET(state_set, const enum dpll_pin_state, DPLL_OP_STATE_ON_DPLL_SET, ON(ON_STATE))
PIN_GET(prio_get, u32, DPLL_OP_PRIO_GET, ON(ON_PRIO))
PIN_SET(prio_set, const u32, DPLL_OP_PRIO_SET, ON(ON_PRIO))
PIN_GET(offset_get, s64, DPLL_OP_PHASE_OFFSET_GET, ON(ON_OFFSET))
PIN_GET(adjust_get, s32, DPLL_OP_PHASE_ADJUST_GET, pin_value(priv, PIN_ADJUST))
PIN_SET(adjust_set, const s32, DPLL_OP_PHASE_ADJUST_SET, pin_value(priv, PIN_ADJUST))
PIN_GET(ffo_get, s64, DPLL_OP_FFO_GET, pin_value(priv, PIN_FFO))
PIN_SET(esync_set, u64, DPLL_OP_ESYNC_SET, pin_value(priv, PIN_ESYNC))

static int hand_esync_get(PIN_ARGS, struct dpll_pin_esync *esync, struct netlink_ext_ack *extack)
{
	int err = pin_act(priv, dpll_priv, DPLL_OP_ESYNC_GET);

	esync->freq = *pin_value(priv, PIN_ESYNC);
	esync->pulse = *pin_value(priv, PIN_PULSE);
	esync->range_num = *pin_value(priv, PIN_RANGES);
	esync->range = ranges;
	return err;
}

static u8 *state_on(void *priv, void *parent_priv)
{
	struct pin_reg *reg = priv, *parent = parent_priv;

	if (!parent || !reg->on_pin[parent->pin - pins]) {
		atomic_inc(&orphans);
		return &reg->pin->state_on_pin[0];
	}
	return &reg->pin->state_on_pin[parent->pin - pins];
}

#define TWO_PINS \
	const struct dpll_pin *pin, void *priv, const struct dpll_pin *other, void *other_priv

static int hand_on_pin_get(TWO_PINS, enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	int err = pin_act(priv, NULL, DPLL_OP_STATE_ON_PIN_GET);

	*state = *state_on(priv, other_priv);
	return err;
}

static int hand_on_pin_set(TWO_PINS, const enum dpll_pin_state state,
			   struct netlink_ext_ack *extack)
{
	int err = pin_act(priv, NULL, DPLL_OP_STATE_ON_PIN_SET);

	tell_user(extack);
	if (!err)
		*state_on(priv, other_priv) = state;
	return err;
}

static int hand_ref_get(TWO_PINS, enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	if (!other_priv)
		atomic_inc(&orphans);
	*state = *pin_value(priv, PIN_REF);
	return pin_act(priv, NULL, DPLL_OP_REF_SYNC_GET);
}

static int hand_ref_set(TWO_PINS, const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	int err = pin_act(priv, NULL, DPLL_OP_REF_SYNC_SET);

	tell_user(extack);
	if (!err)
		*pin_value(priv, PIN_REF) = state;
	return err;
}

static const struct dpll_pin_ops pin_ops = {
	.frequency_set = hand_frequency_set,
	.frequency_get = hand_frequency_get,
	.direction_set = hand_direction_set,
	.direction_get = hand_direction_get,
	.state_on_pin_get = hand_on_pin_get,
	.state_on_dpll_get = hand_state_get,
	.state_on_pin_set = hand_on_pin_set,
	.state_on_dpll_set = hand_state_set,
	.prio_get = hand_prio_get,
	.prio_set = hand_prio_set,
	.phase_offset_get = hand_offset_get,
	.phase_adjust_get = hand_adjust_get,
	.phase_adjust_set = hand_adjust_set,
	.ffo_get = hand_ffo_get,
	.esync_set = hand_esync_set,
	.esync_get = hand_esync_get,
	.ref_sync_set = hand_ref_set,
	.ref_sync_get = hand_ref_get,
};

/* where an operation's pointer lies; the numbers are in the order of neither structure */
#define DEV_OP(op, name) [op] = offsetof(struct dpll_device_ops, name) + 1
#define PIN_OP(op, name) [op] = offsetof(struct dpll_pin_ops, name) + 1

static const size_t dev_op_at[DPLL_N_OPS + 1] = {
	DEV_OP(DPLL_OP_MODE_GET, mode_get),
	DEV_OP(DPLL_OP_LOCK_STATUS_GET, lock_status_get),
	DEV_OP(DPLL_OP_SUPPORTED_MODES_GET, supported_modes_get),
	DEV_OP(DPLL_OP_MODE_SET, mode_set),
	DEV_OP(DPLL_OP_TEMP_GET, temp_get),
	DEV_OP(DPLL_OP_QUALITY_LEVEL_GET, clock_quality_level_get),
	DEV_OP(DPLL_OP_PHASE_MONITOR_SET, phase_offset_monitor_set),
	DEV_OP(DPLL_OP_PHASE_MONITOR_GET, phase_offset_monitor_get),
	DEV_OP(DPLL_OP_AVG_FACTOR_SET, phase_offset_avg_factor_set),
	DEV_OP(DPLL_OP_AVG_FACTOR_GET, phase_offset_avg_factor_get),
	DEV_OP(OP_MODE_SUPPORTED, mode_supported),
};

static const size_t pin_op_at[DPLL_N_OPS + 1] = {
	PIN_OP(DPLL_OP_FREQUENCY_SET, frequency_set),
	PIN_OP(DPLL_OP_FREQUENCY_GET, frequency_get),
	PIN_OP(DPLL_OP_DIRECTION_SET, direction_set),
	PIN_OP(DPLL_OP_DIRECTION_GET, direction_get),
	PIN_OP(DPLL_OP_STATE_ON_PIN_GET, state_on_pin_get),
	PIN_OP(DPLL_OP_STATE_ON_DPLL_GET, state_on_dpll_get),
	PIN_OP(DPLL_OP_STATE_ON_PIN_SET, state_on_pin_set),
	PIN_OP(DPLL_OP_STATE_ON_DPLL_SET, state_on_dpll_set),
	PIN_OP(DPLL_OP_PRIO_GET, prio_get),
	PIN_OP(DPLL_OP_PRIO_SET, prio_set),
	PIN_OP(DPLL_OP_PHASE_OFFSET_GET, phase_offset_get),
	PIN_OP(DPLL_OP_PHASE_ADJUST_GET, phase_adjust_get),
	PIN_OP(DPLL_OP_PHASE_ADJUST_SET, phase_adjust_set),
	PIN_OP(DPLL_OP_FFO_GET, ffo_get),
	PIN_OP(DPLL_OP_ESYNC_SET, esync_set),
	PIN_OP(DPLL_OP_ESYNC_GET, esync_get),
	PIN_OP(DPLL_OP_REF_SYNC_SET, ref_sync_set),
	PIN_OP(DPLL_OP_REF_SYNC_GET, ref_sync_get),
};

static void leave_out(void *ops, const size_t *at, const bool *without)
{
	int op;

	for (op = 0; op <= DPLL_N_OPS; op++)
		if (without[op] && at[op])
			*(void **)(ops + at[op] - 1) = NULL;
}

/* ---- notifications from all kinds of places ------------------------------------ */

struct shot {
	struct hrtimer timer;
	struct completion done;
	struct dpll_device *dpll;
	struct dpll_pin *pin;
	unsigned int n;
	int err;
};

static int shoot(struct shot *shot)
{
	int err = 0;

	while (shot->n--)
		err = (shot->dpll ? dpll_device_change_ntf(shot->dpll)
				  : dpll_pin_change_ntf(shot->pin))
			      ?: err;
	return err;
}

static enum hrtimer_restart shoot_from_irq(struct hrtimer *timer)
{
	struct shot *shot = container_of(timer, struct shot, timer);

	shot->err = shoot(shot);
	complete(&shot->done);
	return HRTIMER_NORESTART;
}

/* a timer of its own: those on the stack have functions of their own */
static int ntf_from_irq(const struct shot *what)
{
	struct shot *shot = kmemdup(what, sizeof(*what), GFP_KERNEL);
	int err;

	if (!shot)
		return -ENOMEM;
	init_completion(&shot->done);
	hrtimer_setup(&shot->timer, shoot_from_irq, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
	hrtimer_start(&shot->timer, ns_to_ktime(100 * NSEC_PER_USEC), HRTIMER_MODE_REL_HARD);
	wait_for_completion(&shot->done);
	hrtimer_cancel(&shot->timer);
	err = shot->err;
	kfree(shot);
	return err;
}

static int ntf(struct dpll_device *dpll, struct dpll_pin *pin, unsigned int n, const char *where)
{
	static DEFINE_SPINLOCK(lock);
	struct shot shot = { .dpll = dpll, .pin = pin, .n = n };
	unsigned long flags;

	if (!strcmp(where, "irq"))
		return ntf_from_irq(&shot);
	if (!strcmp(where, "spin")) {
		spin_lock_irqsave(&lock, flags);
		shot.err = shoot(&shot);
		spin_unlock_irqrestore(&lock, flags);
		return shot.err;
	}
	if (!strcmp(where, "bh")) {
		local_bh_disable();
		shot.err = shoot(&shot);
		local_bh_enable();
		return shot.err;
	}
	if (!strcmp(where, "rcu")) {
		rcu_read_lock();
		shot.err = shoot(&shot);
		rcu_read_unlock();
		return shot.err;
	}
	return shoot(&shot);
}

static int chain_call(struct notifier_block *nb, unsigned long action, void *data)
{
	struct dpll_device_notifier_info *dev = data;
	struct dpll_pin_notifier_info *pin = data;
	int i;

	if (action > DPLL_PIN_CHANGED)
		return NOTIFY_DONE;
	atomic_inc(&chain[action]);
	if (action == DPLL_DEVICE_CREATED)
		for (i = 0; i < HAND_DPLLS; i++)
			if (devs[i].dpll == dev->dpll)
				devs[i].id = dev->id;
	if (action == DPLL_PIN_CREATED)
		for (i = 0; i < HAND_PINS; i++)
			if (pins[i].pin == pin->pin)
				pins[i].id = pin->id;
	return NOTIFY_DONE;
}

static struct notifier_block chain_end = { .notifier_call = chain_call };

/* ---- commands -------------------------------------------------------------------- */

static int which(const char *const *names, int n, const char *name)
{
	return name ? match_string(names, n, name) : -EINVAL;
}

static s64 number(const char *word)
{
	s64 value = 0;

	if (word && kstrtos64(word, 0, &value) && kstrtou64(word, 0, (u64 *)&value))
		return 0;
	return value;
}

/* what devices and pins have in common */
static int do_common(struct behaviour *does, bool *without, char **word, s64 *says)
{
	int op = which(op_names, DPLL_N_OPS + 1, word[3]);

	if (!strcmp(word[2], "with")) {
		memset(without, 0, DPLL_N_OPS + 1);
		return 0;
	}
	if (!strcmp(word[2], "by")) {
		*says = does->by;
		return 0;
	}
	if (op < 0)
		return op;
	if (!strcmp(word[2], "fail"))
		does->err[op] = number(word[4]);
	else if (!strcmp(word[2], "slow"))
		does->slow_ms[op] = number(word[4]);
	else if (!strcmp(word[2], "tell"))
		does->tell[op] = number(word[4]);
	else if (!strcmp(word[2], "without"))
		without[op] = true;
	else if (!strcmp(word[2], "calls"))
		*says = atomic_read(&does->calls[op]);
	else
		return -ENOTTY;
	return 0;
}

static int set_or_say(s64 *values, const char *const *names, int n, char **word, bool set,
		      s64 *says)
{
	int i = which(names, n, word[0]);

	if (i < 0)
		return i;
	if (set)
		values[i] = number(word[1]);
	*says = values[i];
	return 0;
}

static int dev_get(struct hand_dev *dev, u64 clock_id, u32 idx)
{
	struct dpll_device *dpll = dpll_device_get(clock_id, idx, THIS_MODULE);
	int i;

	if (IS_ERR(dpll))
		return PTR_ERR(dpll);
	/* a second get of the same slot counts the same object up */
	if (dev->dpll == dpll) {
		dev->gets++;
		return 0;
	}
	memset(dev, 0, sizeof(*dev));
	dev->dpll = dpll;
	dev->gets = 1;
	dev->value[DEV_MODE] = DPLL_MODE_AUTOMATIC;
	dev->value[DEV_LOCK] = DPLL_LOCK_STATUS_LOCKED;
	dev->value[DEV_TEMP] = 40000;
	dev->value[DEV_MODES] = BIT(DPLL_MODE_MANUAL) | BIT(DPLL_MODE_AUTOMATIC);
	for (i = 0; i < HAND_REGS; i++) {
		dev->reg[i].dev = dev;
		dev->reg[i].number = i;
	}
	return 0;
}

static int dev_register(struct hand_dev *dev, unsigned int r, int type)
{
	struct dev_reg *reg = &dev->reg[r];
	int err;

	if (!reg->is_on) {
		reg->ops = dev_ops;
		leave_out(&reg->ops, dev_op_at, dev->without);
	}
	err = -EEXIST;
	if (!reg->is_on) {
		reg->is_on = true;
		err = dpll_device_register(dev->dpll, type, &reg->ops, reg);
		reg->is_on = !err;
		return err;
	}
	return dpll_device_register(dev->dpll, type, &reg->ops, reg);
}

static int dev_unregister(struct hand_dev *dev, unsigned int r)
{
	dpll_device_unregister(dev->dpll, &dev->reg[r].ops, &dev->reg[r]);
	dev->reg[r].is_on = false;
	return 0;
}

static int let_go_dev(struct hand_dev *dev)
{
	struct dpll_device *dpll = dev->dpll;

	/* one that is left would be found by the next module that lies where we do */
	dev->dpll = NULL;
	while (dev->gets--)
		dpll_device_put(dpll);
	return 0;
}

static int do_dev(char **word, s64 *says)
{
	unsigned int n = number(word[1]), r = number(word[3]);
	struct hand_dev *dev = &devs[n];

	if (n >= HAND_DPLLS || !word[2])
		return -ENXIO;
	if (!strcmp(word[2], "get"))
		return dev_get(dev, number(word[3]), number(word[4]));
	if (!dev->dpll)
		return -ENXIO;
	if (!strcmp(word[2], "put"))
		return let_go_dev(dev);
	if (!strcmp(word[2], "reg"))
		return r < HAND_REGS ? dev_register(dev, r, number(word[4])) : -ENXIO;
	if (!strcmp(word[2], "unreg"))
		return r < HAND_REGS ? dev_unregister(dev, r) : -ENXIO;
	if (!strcmp(word[2], "ntf") && word[4])
		return ntf(dev->dpll, NULL, r, word[4]);
	if (!strcmp(word[2], "set") || !strcmp(word[2], "value"))
		return set_or_say(dev->value, dev_names, DEV_VALUES, word + 3,
				  !strcmp(word[2], "set"), says);
	if (!strcmp(word[2], "id")) {
		*says = dev->id;
		return 0;
	}
	if (!strcmp(word[2], "overlaps")) {
		*says = atomic_read(&dev->overlaps);
		return 0;
	}
	return do_common(&dev->does, dev->without, word, says);
}

static void pin_defaults(struct hand_pin *pin)
{
	int i;

	memset(pin->value, 0, sizeof(pin->value));
	memset(pin->on, 0, sizeof(pin->on));
	pin->value[PIN_FREQUENCY] = DPLL_PIN_FREQUENCY_10_MHZ;
	pin->value[PIN_REF] = DPLL_PIN_STATE_DISCONNECTED;
	for (i = 0; i < HAND_DPLLS; i++) {
		pin->on[i][ON_STATE] = DPLL_PIN_STATE_SELECTABLE;
		pin->on[i][ON_DIRECTION] = DPLL_PIN_DIRECTION_INPUT;
	}
	memset(pin->state_on_pin, DPLL_PIN_STATE_DISCONNECTED, sizeof(pin->state_on_pin));
	for (i = 0; i < HAND_REGS; i++) {
		memset(&pin->reg[i], 0, sizeof(pin->reg[i]));
		pin->reg[i].pin = pin;
		pin->reg[i].number = i;
	}
	memset(&pin->does, 0, sizeof(pin->does));
}

static int pin_prop(struct hand_pin *pin, const char *name, const char *value)
{
	static const char *const labels[] = { "board", "panel", "package" };
	const char **to[] = { &pin->prop.board_label, &pin->prop.panel_label,
			      &pin->prop.package_label };
	int i = which(labels, 3, name);

	if (i >= 0) {
		/* \\ooo for what would end the word */
		string_unescape((char *)(value ?: ""), pin->label[i], sizeof(pin->label[i]),
				UNESCAPE_OCTAL);
		*to[i] = value ? pin->label[i] : NULL;
	} else if (!strcmp(name, "clear")) {
		memset(&pin->prop, 0, sizeof(pin->prop));
		memset(pin->without, 0, sizeof(pin->without));
		pin->prop.type = DPLL_PIN_TYPE_EXT;
		pin->is_foreign = false;
	} else if (!strcmp(name, "type")) {
		pin->prop.type = number(value);
	} else if (!strcmp(name, "caps")) {
		pin->prop.capabilities = number(value);
	} else if (!strcmp(name, "min")) {
		pin->prop.phase_range.min = number(value);
	} else if (!strcmp(name, "max")) {
		pin->prop.phase_range.max = number(value);
	} else if (!strcmp(name, "gran")) {
		pin->prop.phase_gran = number(value);
	} else if (!strcmp(name, "ranges")) {
		pin->prop.freq_supported = ranges;
		pin->prop.freq_supported_num = min_t(u64, number(value), HAND_RANGES);
	} else if (!strcmp(name, "foreign")) {
		pin->is_foreign = number(value);
	} else {
		return -EINVAL;
	}
	return 0;
}

static int pin_get(struct hand_pin *pin, u64 clock_id, u32 idx)
{
	struct module *module = pin->is_foreign ? NULL : THIS_MODULE;
	struct dpll_pin *got;

	if (!pin->prop.type && !pin->prop.capabilities)
		pin->prop.type = DPLL_PIN_TYPE_EXT;
	got = dpll_pin_get(clock_id, idx, module, &pin->prop);
	if (IS_ERR(got))
		return PTR_ERR(got);
	if (pin->pin == got) {
		pin->gets++;
		return 0;
	}
	pin_defaults(pin);
	pin->pin = got;
	pin->gets = 1;
	return 0;
}

static struct dpll_pin_ops *ops_for(struct hand_pin *pin, struct pin_reg *reg)
{
	int i, on = 0;

	for (i = 0; i < HAND_PARENTS; i++)
		on |= reg->on_pin[i] | (i < HAND_DPLLS && reg->on_dev[i]);
	if (!on) {
		reg->ops = pin_ops;
		leave_out(&reg->ops, pin_op_at, pin->without);
	}
	return &reg->ops;
}

static int pin_on_dev(struct hand_pin *pin, unsigned int d, unsigned int r, bool on)
{
	struct pin_reg *reg = &pin->reg[r];
	bool was = reg->on_dev[d];
	int err = 0;

	if (d >= HAND_DPLLS || r >= HAND_REGS || !devs[d].dpll)
		return -ENXIO;
	if (on) {
		ops_for(pin, reg);
		reg->on_dev[d] = true;
		err = dpll_pin_register(devs[d].dpll, pin->pin, &reg->ops, reg);
		reg->on_dev[d] = was || !err;
	} else {
		dpll_pin_unregister(devs[d].dpll, pin->pin, &reg->ops, reg);
		reg->on_dev[d] = false;
	}
	return err;
}

static int pin_on_pin(struct hand_pin *pin, unsigned int p, unsigned int r, bool on)
{
	struct pin_reg *reg = &pin->reg[r];
	bool was = reg->on_pin[p];
	int err = 0;

	if (p >= HAND_PARENTS || r >= HAND_REGS || !pins[p].pin)
		return -ENXIO;
	if (on) {
		ops_for(pin, reg);
		reg->on_pin[p] = true;
		err = dpll_pin_on_pin_register(pins[p].pin, pin->pin, &reg->ops, reg);
		reg->on_pin[p] = was || !err;
	} else {
		dpll_pin_on_pin_unregister(pins[p].pin, pin->pin, &reg->ops, reg);
		reg->on_pin[p] = false;
	}
	return err;
}

static int let_go_pin(struct hand_pin *pin)
{
	struct dpll_pin *it = pin->pin;

	pin->pin = NULL;
	while (pin->gets--)
		dpll_pin_put(it);
	return 0;
}

static int netdev(struct dpll_pin *pin, const char *name)
{
	struct net_device *dev = name ? dev_get_by_name(&init_net, name) : NULL;

	if (!dev)
		return -ENODEV;
	if (pin)
		dpll_netdev_pin_set(dev, pin);
	else
		dpll_netdev_pin_clear(dev);
	dev_put(dev);
	return 0;
}

static int do_pin_on(struct hand_pin *pin, char **word, s64 *says)
{
	unsigned int n = number(word[3]), r = number(word[4]);

	if (!strcmp(word[2], "reg") || !strcmp(word[2], "unreg"))
		return pin_on_dev(pin, n, r, !strcmp(word[2], "reg"));
	if (!strcmp(word[2], "on") || !strcmp(word[2], "off"))
		return pin_on_pin(pin, n, r, !strcmp(word[2], "on"));
	if (!strcmp(word[2], "pair"))
		return n < HAND_PINS && pins[n].pin
			       ? dpll_pin_ref_sync_pair_add(pin->pin, pins[n].pin)
			       : -ENXIO;
	if (!strcmp(word[2], "seton") || !strcmp(word[2], "valueon"))
		return n < HAND_DPLLS ? set_or_say(pin->on[n], on_names, ON_VALUES, word + 4,
						   !strcmp(word[2], "seton"), says)
				      : -ENXIO;
	if (!strcmp(word[2], "seton-pin") && n < HAND_PARENTS) {
		pin->state_on_pin[n] = r;
		return 0;
	}
	if (!strcmp(word[2], "valueon-pin") && n < HAND_PARENTS) {
		*says = pin->state_on_pin[n];
		return 0;
	}
	return -ENOTTY;
}

static int do_pin(char **word, s64 *says)
{
	unsigned int n = number(word[1]), arg = number(word[3]);
	struct hand_pin *pin = &pins[n];
	int err;

	if (n >= HAND_PINS || !word[2])
		return -ENXIO;
	if (!strcmp(word[2], "prop") && word[3])
		return pin_prop(pin, word[3], word[4]);
	if (!strcmp(word[2], "get"))
		return pin_get(pin, number(word[3]), number(word[4]));
	if (!strcmp(word[2], "without") || !strcmp(word[2], "with"))
		return do_common(&pin->does, pin->without, word, says);
	if (!pin->pin)
		return -ENXIO;
	if (!strcmp(word[2], "put"))
		return let_go_pin(pin);
	if (!strcmp(word[2], "ntf") && word[4])
		return ntf(NULL, pin->pin, arg, word[4]);
	if (!strcmp(word[2], "set") || !strcmp(word[2], "value"))
		return set_or_say(pin->value, pin_names, PIN_VALUES, word + 3,
				  !strcmp(word[2], "set"), says);
	if (!strcmp(word[2], "id")) {
		*says = pin->id;
		return 0;
	}
	if (!strcmp(word[2], "fwnode") && arg <= HAND_NODES) {
		dpll_pin_fwnode_set(pin->pin, arg ? nodes[arg - 1] : NULL);
		return 0;
	}
	if (!strcmp(word[2], "netdev"))
		return netdev(pin->pin, word[3]);
	err = do_pin_on(pin, word, says);
	return err == -ENOTTY ? do_common(&pin->does, pin->without, word, says) : err;
}

static int find(unsigned int node, s64 *says)
{
	struct dpll_pin *pin;
	int i;

	if (node > HAND_NODES)
		return -ENXIO;
	pin = fwnode_dpll_pin_find(node ? nodes[node - 1] : NULL);
	*says = -1;
	if (!pin)
		return 0;
	for (i = 0; i < HAND_PINS; i++)
		if (pins[i].pin == pin)
			*says = i;
	dpll_pin_put(pin);
	return 0;
}

static int few(unsigned int p, unsigned int n, unsigned int d)
{
	for (; n-- && p < HAND_PINS; p++) {
		if (!pins[p].pin)
			continue;
		if (pins[p].reg[0].on_dev[d])
			pin_on_dev(&pins[p], d, 0, false);
		let_go_pin(&pins[p]);
	}
	return 0;
}

static int many(unsigned int p, unsigned int n, unsigned int d)
{
	unsigned int i;
	int err = 0;

	for (i = p; i < p + n && i < HAND_PINS && !err; i++) {
		pin_prop(&pins[i], "clear", NULL);
		snprintf(pins[i].label[0], sizeof(pins[i].label[0]), "PIN%04u", i);
		pins[i].prop.board_label = pins[i].label[0];
		pins[i].prop.capabilities = 7;
		pin_prop(&pins[i], "ranges", "1");
		err = pin_get(&pins[i], 0x4d414e59, i) ?: pin_on_dev(&pins[i], d, 0, true);
	}
	return err;
}

static int churn(struct hand_dev *dev, unsigned int n)
{
	int err = 0;

	while (n-- && !err) {
		err = dev_register(dev, 0, DPLL_TYPE_EEC);
		if (!err)
			dev_unregister(dev, 0);
	}
	return err;
}

static int churn_pin(struct hand_pin *pin, unsigned int d, unsigned int n)
{
	int err = 0;

	while (n-- && !err) {
		err = pin_on_dev(pin, d, 0, true);
		if (!err)
			pin_on_dev(pin, d, 0, false);
	}
	return err;
}

static int obey(char **word, s64 *says)
{
	unsigned int a = number(word[1]), b = number(word[2]), c = number(word[3]);
	int i;

	if (!word[0])
		return -EINVAL;
	if (!strcmp(word[0], "dev"))
		return do_dev(word, says);
	if (!strcmp(word[0], "pin"))
		return do_pin(word, says);
	if (!strcmp(word[0], "netdev-clear"))
		return netdev(NULL, word[1]);
	if (!strcmp(word[0], "find"))
		return find(a, says);
	if (!strcmp(word[0], "chain") && a <= DPLL_PIN_CHANGED) {
		*says = atomic_read(&chain[a]);
		return 0;
	}
	if (!strcmp(word[0], "chain-sum")) {
		for (*says = 0, i = 0; i <= DPLL_PIN_CHANGED; i++)
			*says += atomic_read(&chain[i]);
		return 0;
	}
	if (!strcmp(word[0], "text")) {
		strscpy(text, word[1] ?: "");
		return 0;
	}
	if (!strcmp(word[0], "orphans")) {
		*says = atomic_read(&orphans);
		return 0;
	}
	if (!strcmp(word[0], "churn"))
		return a < HAND_DPLLS && devs[a].dpll ? churn(&devs[a], b) : -ENXIO;
	if (!strcmp(word[0], "churn-pin"))
		return a < HAND_PINS && pins[a].pin ? churn_pin(&pins[a], b, c) : -ENXIO;
	if (c >= HAND_DPLLS)
		return -ENXIO;
	if (!strcmp(word[0], "many"))
		return many(a, b, c);
	if (!strcmp(word[0], "few"))
		return few(a, b, c);
	return -ENOTTY;
}

/* ---- the file ---------------------------------------------------------------------- */

static ssize_t hand_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	char *text = memdup_user_nul(from, min_t(size_t, len, PAGE_SIZE)), *rest, *word;
	char *words[HAND_WORDS + 1] = {};
	s64 says = 0;
	int n = 0, err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	rest = strim(text);
	while ((word = strsep(&rest, " \t\n")) && n < HAND_WORDS)
		if (*word)
			words[n++] = word;
	err = obey(words, &says);
	*(s64 *)file->private_data = says;
	kfree(text);
	return err ?: len;
}

static ssize_t hand_read(struct file *file, char __user *to, size_t len, loff_t *pos)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%lld\n", *(s64 *)file->private_data);

	return simple_read_from_buffer(to, len, pos, text, n);
}

static int hand_open(struct inode *inode, struct file *file)
{
	file->private_data = kzalloc(sizeof(s64), GFP_KERNEL);
	return file->private_data ? 0 : -ENOMEM;
}

static int hand_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations hand_fops = {
	.owner = THIS_MODULE,
	.open = hand_open,
	.release = hand_release,
	.read = hand_read,
	.write = hand_write,
};

static struct miscdevice hand_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "dpll_hand",
	.fops = &hand_fops,
};

/* ---- the module --------------------------------------------------------------------- */

static void take_back_pin(struct hand_pin *pin)
{
	int r, i;

	for (r = 0; r < HAND_REGS; r++) {
		for (i = 0; i < HAND_PARENTS; i++)
			if (pin->reg[r].on_pin[i])
				pin_on_pin(pin, i, r, false);
		for (i = 0; i < HAND_DPLLS; i++)
			if (pin->reg[r].on_dev[i])
				pin_on_dev(pin, i, r, false);
	}
}

/* all that a test has left */
static void take_back(void)
{
	int i, r;

	for (i = HAND_PINS - 1; i >= 0; i--)
		if (pins[i].pin)
			take_back_pin(&pins[i]);
	for (i = 0; i < HAND_PINS; i++)
		if (pins[i].pin)
			let_go_pin(&pins[i]);
	for (i = 0; i < HAND_DPLLS; i++) {
		if (!devs[i].dpll)
			continue;
		for (r = 0; r < HAND_REGS; r++)
			if (devs[i].reg[r].is_on)
				dev_unregister(&devs[i], r);
		let_go_dev(&devs[i]);
	}
}

static void hand_free(void)
{
	int i;

	for (i = 0; i < HAND_NODES; i++)
		if (nodes[i])
			fwnode_remove_software_node(nodes[i]);
	vfree(ranges);
	vfree(pins);
	vfree(devs);
}

static unsigned int ready;
module_param(ready, uint, 0444);
MODULE_PARM_DESC(ready, "devices that are there from the start, each with 23 pins");

static int make_ready(void)
{
	unsigned int d;
	int err = 0;

	for (d = 0; d < min(ready, HAND_DPLLS) && !err; d++) {
		err = dev_get(&devs[d], 0x4d414e59, d);
		if (!err)
			err = dev_register(&devs[d], 0, DPLL_TYPE_EEC);
		if (!err)
			err = many(23 * d, 23, d);
	}
	return err;
}

static int __init hand_init(void)
{
	int i, err = -ENOMEM;

	devs = vzalloc(array_size(HAND_DPLLS, sizeof(*devs)));
	pins = vzalloc(array_size(HAND_PINS, sizeof(*pins)));
	ranges = vzalloc(array_size(HAND_RANGES, sizeof(*ranges)));
	if (!devs || !pins || !ranges)
		goto free;
	/* 10 MHz alone first; then 1 to 2 Hz, 3 to 4 Hz and so on */
	ranges[0].min = DPLL_PIN_FREQUENCY_10_MHZ;
	ranges[0].max = DPLL_PIN_FREQUENCY_10_MHZ;
	for (i = 1; i < HAND_RANGES; i++) {
		ranges[i].min = 2 * i - 1;
		ranges[i].max = 2 * i;
	}
	for (i = 0; i < HAND_NODES; i++) {
		nodes[i] = fwnode_create_software_node(NULL, NULL);
		if (IS_ERR(nodes[i])) {
			err = PTR_ERR(nodes[i]);
			nodes[i] = NULL;
			goto free;
		}
	}
	err = register_dpll_notifier(&chain_end);
	if (err)
		goto free;
	err = make_ready();
	if (!err)
		err = misc_register(&hand_misc);
	if (err) {
		take_back();
		goto unchain;
	}
	return 0;

unchain:
	unregister_dpll_notifier(&chain_end);
free:
	hand_free();
	return err;
}

static void __exit hand_exit(void)
{
	misc_deregister(&hand_misc);
	take_back();
	unregister_dpll_notifier(&chain_end);
	hand_free();
}

module_init(hand_init);
module_exit(hand_exit);
MODULE_DESCRIPTION("DPLLs that do what they are told");
MODULE_LICENSE("GPL");
