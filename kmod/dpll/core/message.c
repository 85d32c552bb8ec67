// SPDX-License-Identifier: GPL-2.0
/*
 * What netlink says of a device or a pin, in the order that the kernel's subsystem has;
 * asks the driver for it. A callback that is not there costs its attribute. One that fails
 * costs the whole answer to a user who asked for this one object, and its attribute where
 * the object is one of many or the message is a notification.
 */
#include <linux/bitmap.h>

#include "private.h"

/* room for an attribute of len bytes; NULL where there is none */
static __always_inline void *put_room(struct sk_buff *skb, int type, int len)
{
	struct nlattr *attr;

	if (unlikely(skb_tailroom(skb) < nla_total_size(len)))
		return NULL;
	attr = __skb_put(skb, nla_total_size(len));
	attr->nla_type = type;
	attr->nla_len = nla_attr_size(len);
	if (len % NLA_ALIGNTO)
		memset((char *)attr + nla_attr_size(len), 0, nla_padlen(len));
	return nla_data(attr);
}

static __always_inline int put_u32(struct sk_buff *skb, int type, u32 value)
{
	u32 *room = put_room(skb, type, sizeof(value));

	if (unlikely(!room))
		return -EMSGSIZE;
	*room = value;
	return 0;
}

static __always_inline int put_u64(struct sk_buff *skb, int type, u64 value, int pad)
{
	u64 *room;

	if (nla_need_padding_for_64bit(skb) && nla_align_64bit(skb, pad))
		return -EMSGSIZE;
	room = put_room(skb, type, sizeof(value));
	if (unlikely(!room))
		return -EMSGSIZE;
	memcpy(room, &value, sizeof(value));
	return 0;
}

static int put_text(struct sk_buff *skb, int type, const char *text)
{
	int len = strlen(text) + 1;
	void *room = put_room(skb, type, len);

	if (unlikely(!room))
		return -EMSGSIZE;
	memcpy(room, text, len);
	return 0;
}

static __always_inline struct nlattr *nest_begin(struct sk_buff *skb, int type)
{
	struct nlattr *nest = (struct nlattr *)skb_tail_pointer(skb);

	return put_room(skb, type | NLA_F_NESTED, 0) ? nest : NULL;
}

static __always_inline void nest_end(struct sk_buff *skb, struct nlattr *nest)
{
	nest->nla_len = skb_tail_pointer(skb) - (unsigned char *)nest;
}

static int put_range(struct sk_buff *skb, int type, const struct dpll_pin_frequency *range)
{
	struct nlattr *nest = nest_begin(skb, type);

	if (!nest || put_u64(skb, DPLL_A_PIN_FREQUENCY_MIN, range->min, DPLL_A_PIN_PAD) ||
	    put_u64(skb, DPLL_A_PIN_FREQUENCY_MAX, range->max, DPLL_A_PIN_PAD))
		return -EMSGSIZE;
	nest_end(skb, nest);
	return 0;
}

/* a callback has failed: does that cost the message? */
static inline int or_without(const struct dpll_msg *msg, int err)
{
	return msg->lenient ? 0 : err;
}

static int acquire_for(const struct dpll_msg *msg, struct dpll_device *dpll)
{
	if (!msg->try) {
		dpll_device_acquire(dpll);
		return 0;
	}
	return dpll_device_try_acquire(dpll) ? 0 : -EAGAIN;
}

/* ---- devices ---- */

static int fill_temp(struct dpll_msg *msg, struct dpll_device *dpll)
{
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	s32 temp;
	int err;

	if (!ops->temp_get)
		return 0;
	err = dpll_call(dpll, -1, DPLL_OP_TEMP_GET,
			ops->temp_get(dpll, dpll_priv(dpll), &temp, msg->extack));
	return err ? or_without(msg, err) : put_u32(msg->skb, DPLL_A_TEMP, temp);
}

static int fill_lock_status(struct dpll_msg *msg, struct dpll_device *dpll)
{
	enum dpll_lock_status_error error;
	enum dpll_lock_status status;
	int err;

	err = dpll_look(dpll, msg, &status, &error);
	if (err)
		return or_without(msg, err);
	err = put_u32(msg->skb, DPLL_A_LOCK_STATUS, status);
	if (!err && error && (status == DPLL_LOCK_STATUS_UNLOCKED ||
			      status == DPLL_LOCK_STATUS_HOLDOVER))
		err = put_u32(msg->skb, DPLL_A_LOCK_STATUS_ERROR, error);
	return err;
}

static int fill_quality(struct dpll_msg *msg, struct dpll_device *dpll)
{
	DECLARE_BITMAP(levels, DPLL_CLOCK_QUALITY_LEVEL_MAX + 1) = {};
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	unsigned int level;
	int err;

	if (!ops->clock_quality_level_get)
		return 0;
	err = dpll_call(dpll, -1, DPLL_OP_QUALITY_LEVEL_GET,
			ops->clock_quality_level_get(dpll, dpll_priv(dpll), levels, msg->extack));
	if (err)
		return or_without(msg, err);
	for_each_set_bit(level, levels, DPLL_CLOCK_QUALITY_LEVEL_MAX + 1)
		if (put_u32(msg->skb, DPLL_A_CLOCK_QUALITY_LEVEL, level))
			return -EMSGSIZE;
	return 0;
}

/* the mode, and the modes that there are: by the driver's word, else the present one alone */
static int fill_mode(struct dpll_msg *msg, struct dpll_device *dpll)
{
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	DECLARE_BITMAP(modes, DPLL_MODE_MAX + 1) = {};
	enum dpll_mode mode;
	unsigned int m;
	int err;

	err = dpll_look_at_mode(dpll, &mode, msg->extack);
	if (err)
		return or_without(msg, err);
	if (put_u32(msg->skb, DPLL_A_MODE, mode))
		return -EMSGSIZE;

	if (ops->supported_modes_get) {
		err = dpll_call(dpll, -1, DPLL_OP_SUPPORTED_MODES_GET,
				ops->supported_modes_get(dpll, dpll_priv(dpll), modes,
							 msg->extack));
		if (err)
			return or_without(msg, err);
	} else if (ops->mode_supported) {
		for (m = DPLL_MODE_MANUAL; m <= DPLL_MODE_MAX; m++)
			if (ops->mode_supported(dpll, dpll_priv(dpll), m, msg->extack))
				__set_bit(m, modes);
	} else {
		__set_bit(mode, modes);
	}
	for_each_set_bit(m, modes, DPLL_MODE_MAX + 1)
		if (put_u32(msg->skb, DPLL_A_MODE_SUPPORTED, m))
			return -EMSGSIZE;
	return 0;
}

static int fill_features(struct dpll_msg *msg, struct dpll_device *dpll)
{
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	enum dpll_feature_state state;
	u32 factor;
	int err;

	if (ops->phase_offset_monitor_set && ops->phase_offset_monitor_get) {
		err = dpll_call(dpll, -1, DPLL_OP_PHASE_MONITOR_GET,
				ops->phase_offset_monitor_get(dpll, dpll_priv(dpll), &state,
							      msg->extack));
		err = err ? or_without(msg, err) :
			    put_u32(msg->skb, DPLL_A_PHASE_OFFSET_MONITOR, state);
		if (err)
			return err;
	}
	if (ops->phase_offset_avg_factor_get) {
		err = dpll_call(dpll, -1, DPLL_OP_AVG_FACTOR_GET,
				ops->phase_offset_avg_factor_get(dpll, dpll_priv(dpll), &factor,
								 msg->extack));
		err = err ? or_without(msg, err) :
			    put_u32(msg->skb, DPLL_A_PHASE_OFFSET_AVG_FACTOR, factor);
		if (err)
			return err;
	}
	return 0;
}

/**
 * dpll_fill_device() - write down a device
 * @msg: where to
 * @dpll: the device; dpll_srcu held for read
 *
 * Context: process context, may sleep.
 * Return: 0; -EMSGSIZE; -ENODEV if it is registered no more; -EAGAIN, see @msg; the
 *	driver's error.
 */
int dpll_fill_device(struct dpll_msg *msg, struct dpll_device *dpll)
{
	struct sk_buff *skb = msg->skb;
	int err;

	err = acquire_for(msg, dpll);
	if (err)
		return err;
	err = -EMSGSIZE;
	if (list_empty(&dpll->registrations)) {
		err = -ENODEV;
		goto out;
	}
	if (put_u32(skb, DPLL_A_ID, dpll->id) ||
	    put_text(skb, DPLL_A_MODULE_NAME, dpll->module_name) ||
	    put_u64(skb, DPLL_A_CLOCK_ID, dpll->clock_id, DPLL_A_PAD))
		goto out;
	err = fill_temp(msg, dpll);
	if (!err)
		err = fill_lock_status(msg, dpll);
	if (!err)
		err = fill_quality(msg, dpll);
	if (!err)
		err = fill_mode(msg, dpll);
	if (!err)
		err = put_u32(skb, DPLL_A_TYPE, dpll->type);
	if (!err)
		err = fill_features(msg, dpll);
out:
	dpll_device_release(dpll, msg->extack);
	return err;
}

/* ---- pins ---- */

/* what a callback of a pin on a device is given; the device's mutex held */
struct where {
	struct dpll_ref *ref;
	struct dpll_pin *pin;
	struct dpll_device *dpll;
	const struct dpll_pin_ops *ops;
	void *priv;
	void *dpll_priv;
};

static bool where_is(struct where *w, struct dpll_ref *ref)
{
	struct dpll_registration *reg = dpll_first(&ref->registrations);

	if (!reg || list_empty(&ref->dpll->registrations))
		return false;
	w->ref = ref;
	w->pin = ref->pin;
	w->dpll = ref->dpll;
	w->ops = reg->ops;
	w->priv = reg->priv;
	w->dpll_priv = dpll_priv(ref->dpll);
	return true;
}

/* the arguments that all of a pin's callbacks begin with */
#define ARGS(w) (w)->pin, (w)->priv, (w)->dpll, (w)->dpll_priv
#define CALL(w, number, callback, ...)							\
	dpll_call((w)->dpll, (w)->pin->id, number, (w)->ops->callback(ARGS(w), __VA_ARGS__))

static int fill_frequency(struct dpll_msg *msg, const struct where *w)
{
	const struct dpll_pin_properties *prop = &w->pin->prop;
	u64 frequency;
	u32 i;
	int err;

	if (!w->ops->frequency_get)
		return 0;
	err = CALL(w, DPLL_OP_FREQUENCY_GET, frequency_get, &frequency, msg->extack);
	if (err)
		return or_without(msg, err);
	if (put_u64(msg->skb, DPLL_A_PIN_FREQUENCY, frequency, DPLL_A_PIN_PAD))
		return -EMSGSIZE;
	for (i = 0; i < prop->freq_supported_num && prop->freq_supported; i++)
		if (put_range(msg->skb, DPLL_A_PIN_FREQUENCY_SUPPORTED, &prop->freq_supported[i]))
			return -EMSGSIZE;
	return 0;
}

static int fill_phase_adjust(struct dpll_msg *msg, const struct where *w)
{
	const struct dpll_pin_properties *prop = &w->pin->prop;
	s32 adjust;
	int err;

	if ((prop->phase_gran &&
	     put_u32(msg->skb, DPLL_A_PIN_PHASE_ADJUST_GRAN, prop->phase_gran)) ||
	    put_u32(msg->skb, DPLL_A_PIN_PHASE_ADJUST_MIN, prop->phase_range.min) ||
	    put_u32(msg->skb, DPLL_A_PIN_PHASE_ADJUST_MAX, prop->phase_range.max))
		return -EMSGSIZE;
	if (!w->ops->phase_adjust_get)
		return 0;
	err = CALL(w, DPLL_OP_PHASE_ADJUST_GET, phase_adjust_get, &adjust, msg->extack);
	return err ? or_without(msg, err) : put_u32(msg->skb, DPLL_A_PIN_PHASE_ADJUST, adjust);
}

static int fill_ffo(struct dpll_msg *msg, const struct where *w)
{
	s64 ffo;
	int err;

	if (!w->ops->ffo_get)
		return 0;
	err = CALL(w, DPLL_OP_FFO_GET, ffo_get, &ffo, msg->extack);
	if (err)
		return err == -ENODATA ? 0 : or_without(msg, err);
	trace_dpll_ffo(w->pin->id, w->dpll->id, ffo);
	return nla_put_sint(msg->skb, DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET, ffo);
}

static int fill_esync(struct dpll_msg *msg, const struct where *w)
{
	struct dpll_pin_esync esync = {};
	unsigned int i;
	int err;

	if (!w->ops->esync_get)
		return 0;
	err = CALL(w, DPLL_OP_ESYNC_GET, esync_get, &esync, msg->extack);
	if (err)
		return err == -EOPNOTSUPP ? 0 : or_without(msg, err);
	if (put_u64(msg->skb, DPLL_A_PIN_ESYNC_FREQUENCY, esync.freq, DPLL_A_PIN_PAD) ||
	    put_u32(msg->skb, DPLL_A_PIN_ESYNC_PULSE, esync.pulse))
		return -EMSGSIZE;
	for (i = 0; i < esync.range_num; i++)
		if (put_range(msg->skb, DPLL_A_PIN_ESYNC_FREQUENCY_SUPPORTED, &esync.range[i]))
			return -EMSGSIZE;
	return 0;
}

static int fill_ref_sync(struct dpll_msg *msg, const struct where *w)
{
	struct dpll_registration *reg;
	enum dpll_pin_state state;
	struct dpll_pin *other;
	struct dpll_ref *ref;
	struct nlattr *nest;
	unsigned long i;
	int err;

	xa_for_each(&w->pin->ref_sync, i, other) {
		/* it may have been unregistered from this device already */
		ref = xa_load(&w->dpll->pins, other->id);
		reg = ref ? dpll_first(&ref->registrations) : NULL;
		if (!reg)
			continue;
		if (WARN_ON_ONCE(!w->ops->ref_sync_get))
			return or_without(msg, -EOPNOTSUPP);
		err = dpll_call(w->dpll, w->pin->id, DPLL_OP_REF_SYNC_GET,
				w->ops->ref_sync_get(w->pin, w->priv, other, reg->priv, &state,
						     msg->extack));
		if (err && msg->lenient)
			continue;
		if (err)
			return err;
		nest = nest_begin(msg->skb, DPLL_A_PIN_REFERENCE_SYNC);
		if (!nest || put_u32(msg->skb, DPLL_A_PIN_ID, other->id) ||
		    put_u32(msg->skb, DPLL_A_PIN_STATE, state))
			return -EMSGSIZE;
		nest_end(msg->skb, nest);
	}
	return 0;
}

/* what a pin is by itself, by the driver of the device that it is asked through */
static int fill_pin_itself(struct dpll_msg *msg, const struct where *w)
{
	const struct dpll_pin_properties *prop = &w->pin->prop;
	struct dpll_pin *pin = w->pin;
	struct sk_buff *skb = msg->skb;
	int err;

	if (put_u32(skb, DPLL_A_PIN_ID, pin->id) ||
	    put_text(skb, DPLL_A_PIN_MODULE_NAME, pin->module_name) ||
	    put_u64(skb, DPLL_A_PIN_CLOCK_ID, pin->clock_id, DPLL_A_PIN_PAD) ||
	    (prop->board_label && put_text(skb, DPLL_A_PIN_BOARD_LABEL, prop->board_label)) ||
	    (prop->panel_label && put_text(skb, DPLL_A_PIN_PANEL_LABEL, prop->panel_label)) ||
	    (prop->package_label && put_text(skb, DPLL_A_PIN_PACKAGE_LABEL, prop->package_label)) ||
	    put_u32(skb, DPLL_A_PIN_TYPE, prop->type) ||
	    put_u32(skb, DPLL_A_PIN_CAPABILITIES, prop->capabilities))
		return -EMSGSIZE;
	err = fill_frequency(msg, w);
	if (!err)
		err = fill_phase_adjust(msg, w);
	if (!err)
		err = fill_ffo(msg, w);
	if (!err)
		err = fill_esync(msg, w);
	if (!err)
		err = fill_ref_sync(msg, w);
	return err;
}

static int fill_phase_offset(struct dpll_msg *msg, const struct where *w)
{
	s64 offset;
	int err;

	if (!w->ops->phase_offset_get)
		return 0;
	err = CALL(w, DPLL_OP_PHASE_OFFSET_GET, phase_offset_get, &offset, msg->extack);
	if (err)
		return or_without(msg, err);
	trace_dpll_phase_offset(w->pin->id, w->dpll->id, offset);
	return put_u64(msg->skb, DPLL_A_PIN_PHASE_OFFSET, offset, DPLL_A_PIN_PAD);
}

/* a pin on a device */
static int fill_parent_device(struct dpll_msg *msg, const struct where *w)
{
	enum dpll_pin_direction direction;
	enum dpll_pin_state state;
	struct nlattr *nest;
	u32 prio;
	int err;

	nest = nest_begin(msg->skb, DPLL_A_PIN_PARENT_DEVICE);
	if (!nest || put_u32(msg->skb, DPLL_A_PIN_PARENT_ID, w->dpll->id))
		return -EMSGSIZE;
	if (w->ops->state_on_dpll_get) {
		err = dpll_look_at_pin(w->ref, &state, msg->extack);
		err = err ? or_without(msg, err) : put_u32(msg->skb, DPLL_A_PIN_STATE, state);
		if (err)
			return err;
	}
	if (w->ops->prio_get) {
		err = CALL(w, DPLL_OP_PRIO_GET, prio_get, &prio, msg->extack);
		err = err ? or_without(msg, err) : put_u32(msg->skb, DPLL_A_PIN_PRIO, prio);
		if (err)
			return err;
	}
	err = CALL(w, DPLL_OP_DIRECTION_GET, direction_get, &direction, msg->extack);
	err = err ? or_without(msg, err) : put_u32(msg->skb, DPLL_A_PIN_DIRECTION, direction);
	if (!err)
		err = fill_phase_offset(msg, w);
	if (err)
		return err;
	nest_end(msg->skb, nest);
	return 0;
}

/* a pin on a parent; its driver is asked through a device that both are on */
static int fill_parent_pin(struct dpll_msg *msg, struct dpll_device *dpll, struct dpll_link *link)
{
	struct dpll_ref *ref = xa_load(&dpll->pins, link->parent->id);
	struct dpll_pin *pin = link->child;
	enum dpll_pin_state state;
	struct nlattr *nest;
	int err;

	err = dpll_call(dpll, pin->id, DPLL_OP_STATE_ON_PIN_GET,
			link->ops->state_on_pin_get(pin, link->priv, link->parent,
						    dpll_first(&ref->registrations)->priv, &state,
						    msg->extack));
	if (err && !msg->lenient)
		return err;
	nest = nest_begin(msg->skb, DPLL_A_PIN_PARENT_PIN);
	if (!nest || put_u32(msg->skb, DPLL_A_PIN_PARENT_ID, link->parent->id) ||
	    (!err && put_u32(msg->skb, DPLL_A_PIN_STATE, state)))
		return -EMSGSIZE;
	nest_end(msg->skb, nest);
	return 0;
}

static int fill_parent_pins(struct dpll_msg *msg, struct dpll_pin *pin)
{
	struct dpll_link *link;
	struct dpll_ref *ref;
	bool is_on;
	int err;

	list_for_each_entry_srcu(link, &pin->parents, of_child, srcu_read_lock_held(&dpll_srcu)) {
		dpll_for_each_ref(ref, link->parent) {
			err = acquire_for(msg, ref->dpll);
			if (err)
				return err;
			is_on = dpll_link_is_on(ref->dpll, link);
			err = is_on ? fill_parent_pin(msg, ref->dpll, link) : 0;
			dpll_device_release(ref->dpll, msg->extack);
			if (err)
				return err;
			if (is_on)
				break;
		}
	}
	return 0;
}

/* on the devices after this one */
static int fill_parent_devices(struct dpll_msg *msg, struct dpll_pin *pin, struct dpll_ref *ref)
{
	struct where w;
	int err;

	list_for_each_entry_continue_rcu(ref, &pin->dplls, of_pin) {
		if (!READ_ONCE(ref->dpll->visible))
			continue;
		err = acquire_for(msg, ref->dpll);
		if (err)
			return err;
		if (where_is(&w, ref))
			err = fill_parent_device(msg, &w);
		dpll_device_release(ref->dpll, msg->extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * dpll_fill_pin() - write down a pin
 * @msg: where to
 * @pin: the pin; dpll_srcu held for read
 *
 * Takes the mutexes of its devices, one after the other.
 *
 * Context: process context, may sleep.
 * Return: 0; -EMSGSIZE; -ENODEV where users do not see it; -EAGAIN, see @msg; the driver's
 *	error.
 */
int dpll_fill_pin(struct dpll_msg *msg, struct dpll_pin *pin)
{
	bool is_child = !list_empty(&pin->parents), is_there = false;
	struct dpll_ref *ref;
	struct where w;
	int err;

	/* a report from a callback of the last device must not call the first one's driver */
	if (msg->try && dpll_pin_in_use(pin))
		return -EAGAIN;
	/* a device that goes at this time is none to ask; the next one is */
	dpll_for_each_ref(ref, pin) {
		if (!READ_ONCE(ref->dpll->visible))
			continue;
		err = acquire_for(msg, ref->dpll);
		if (err)
			return err;
		is_there = where_is(&w, ref);
		if (is_there)
			err = fill_pin_itself(msg, &w);
		/* in the same breath, since most pins are on one device */
		if (is_there && !err && !is_child)
			err = fill_parent_device(msg, &w);
		dpll_device_release(ref->dpll, msg->extack);
		if (err)
			return err;
		if (is_there)
			break;
	}
	if (!is_there)
		return -ENODEV;
	err = is_child ? fill_parent_pins(msg, pin) : fill_parent_devices(msg, pin, ref);
	return err ?: dpll_fill_netdevs(msg->skb, pin);
}

/* how many ranges of embedded sync the pin may tell of; its driver, who may be slow, is not asked */
static unsigned int esync_ranges(struct dpll_ref *ref)
{
	struct where w;
	bool any;

	dpll_device_acquire(ref->dpll);
	any = where_is(&w, ref) && w.ops->esync_get;
	dpll_device_release(ref->dpll, NULL);
	return any ? U8_MAX : 0;
}

/**
 * dpll_pin_size_bound() - how many bytes a pin may take
 * @pin: the pin; dpll_srcu held for read
 *
 * Context: process context, may sleep.
 * Return: more than it will take, unless it comes on further devices meanwhile.
 */
size_t dpll_pin_size_bound(struct dpll_pin *pin)
{
	const struct dpll_pin_properties *prop = &pin->prop;
	size_t range = nla_total_size(0) + 2 * nla_total_size_64bit(sizeof(u64));
	size_t n = 512 + prop->freq_supported_num * range;
	struct dpll_ref *ref = dpll_pin_first_ref(pin);
	struct dpll_link *link;
	struct dpll_pin *other;
	unsigned long i;

	if (ref)
		n += esync_ranges(ref) * range;
	n += prop->board_label ? nla_total_size(strlen(prop->board_label) + 1) : 0;
	n += prop->panel_label ? nla_total_size(strlen(prop->panel_label) + 1) : 0;
	n += prop->package_label ? nla_total_size(strlen(prop->package_label) + 1) : 0;
	dpll_for_each_ref(ref, pin)
		n += 64;
	list_for_each_entry_srcu(link, &pin->parents, of_child, srcu_read_lock_held(&dpll_srcu))
		n += 32;
	xa_for_each(&pin->ref_sync, i, other)
		n += 32;
	return n;
}
