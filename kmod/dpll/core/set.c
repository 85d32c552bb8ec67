// SPDX-License-Identifier: GPL-2.0
/*
 * What a user wants changed. Each attribute is a change by itself: carried out, traced and
 * told to listeners before the next; the first that fails ends the request, and what came
 * before it stays. Texts are the kernel's to the letter, since scripts match on them.
 */
#include "private.h"

/* ---- values that a pin has once, on all its devices ---- */

enum knob {
	KNOB_FREQUENCY,
	KNOB_PHASE_ADJUST,
	KNOB_ESYNC,
	KNOB_REF_SYNC,
};

/*
 * Formats take a device's number. NL_SET_ERR_MSG_FMT wants them in its own line, hence the
 * two functions below and not a column more.
 */
static const struct {
	const char *none;
	const char *old;
	const char *rollback;
} knob_texts[] = {
	[KNOB_FREQUENCY] = {
		"frequency set not supported by the device",
		"unable to get old frequency value",
		"set frequency rollback failed",
	},
	[KNOB_PHASE_ADJUST] = {
		"phase adjust not supported",
		"unable to get old phase adjust value",
		"set phase adjust rollback failed",
	},
	[KNOB_ESYNC] = {
		"embedded sync feature is not supported by this device",
		"unable to get current embedded sync frequency value",
		"set embedded sync frequency rollback failed",
	},
	[KNOB_REF_SYNC] = {
		"reference sync not supported by this pin",
		"unable to get old reference sync state",
		"set reference sync rollback failed",
	},
};

/**
 * struct change - a change under way
 * @pin: the pin; its set_mutex is held
 * @knob: what of it
 * @other: KNOB_REF_SYNC: the pin that it is bound to
 * @value: wanted
 * @old: before
 * @esync: KNOB_ESYNC: what the driver said of it
 * @extack: the user's
 */
struct change {
	struct dpll_pin *pin;
	enum knob knob;
	struct dpll_pin *other;
	s64 value;
	s64 old;
	struct dpll_pin_esync esync;
	struct netlink_ext_ack *extack;
};

/* nlerr.h's macro of a fixed text wants a literal; these are literals all the same */
static void say(struct netlink_ext_ack *extack, const char *text)
{
	if (extack)
		extack->_msg = text;
}

static void say_failed(const struct change *c, u32 id)
{
	switch (c->knob) {
	case KNOB_FREQUENCY:
		NL_SET_ERR_MSG_FMT(c->extack, "frequency set failed for dpll_id:%u", id);
		break;
	case KNOB_PHASE_ADJUST:
		NL_SET_ERR_MSG_FMT(c->extack, "phase adjust set failed for dpll_id:%u", id);
		break;
	case KNOB_ESYNC:
		NL_SET_ERR_MSG_FMT(c->extack, "embedded sync frequency set failed for dpll_id: %u",
				   id);
		break;
	case KNOB_REF_SYNC:
		NL_SET_ERR_MSG_FMT(c->extack, "reference sync set failed for dpll_id:%u", id);
		break;
	}
}

static bool can(const struct dpll_pin_ops *ops, enum knob knob)
{
	switch (knob) {
	case KNOB_FREQUENCY:
		return ops->frequency_set && ops->frequency_get;
	case KNOB_PHASE_ADJUST:
		return ops->phase_adjust_set && ops->phase_adjust_get;
	case KNOB_ESYNC:
		return ops->esync_set && ops->esync_get;
	case KNOB_REF_SYNC:
		return ops->ref_sync_set && ops->ref_sync_get;
	}
	return false;
}

/* the argument of the other pin's callbacks on a device; its mutex held */
static void *priv_on(struct dpll_device *dpll, struct dpll_pin *pin)
{
	struct dpll_ref *ref = xa_load(&dpll->pins, pin->id);
	struct dpll_registration *reg = ref ? dpll_first(&ref->registrations) : NULL;

	return reg ? reg->priv : NULL;
}

static int knob_get(struct change *c, struct dpll_ref *ref)
{
	struct dpll_registration *reg = dpll_first(&ref->registrations);
	const struct dpll_pin_ops *ops = reg->ops;
	struct dpll_device *dpll = ref->dpll;
	enum dpll_pin_state state;
	u64 frequency;
	s32 adjust;
	int err;

	switch (c->knob) {
	case KNOB_FREQUENCY:
		err = dpll_call(dpll, c->pin->id, DPLL_OP_FREQUENCY_GET,
				ops->frequency_get(c->pin, reg->priv, dpll, dpll_priv(dpll),
						   &frequency, c->extack));
		c->old = frequency;
		return err;
	case KNOB_PHASE_ADJUST:
		err = dpll_call(dpll, c->pin->id, DPLL_OP_PHASE_ADJUST_GET,
				ops->phase_adjust_get(c->pin, reg->priv, dpll, dpll_priv(dpll),
						      &adjust, c->extack));
		c->old = adjust;
		return err;
	case KNOB_ESYNC:
		err = dpll_call(dpll, c->pin->id, DPLL_OP_ESYNC_GET,
				ops->esync_get(c->pin, reg->priv, dpll, dpll_priv(dpll), &c->esync,
					       c->extack));
		c->old = c->esync.freq;
		return err;
	case KNOB_REF_SYNC:
		err = dpll_call(dpll, c->pin->id, DPLL_OP_REF_SYNC_GET,
				ops->ref_sync_get(c->pin, reg->priv, c->other,
						  priv_on(dpll, c->other), &state, c->extack));
		c->old = state;
		return err;
	}
	return -EOPNOTSUPP;
}

static int knob_set(struct change *c, struct dpll_ref *ref, s64 value)
{
	struct dpll_registration *reg = dpll_first(&ref->registrations);
	const struct dpll_pin_ops *ops = reg->ops;
	struct dpll_device *dpll = ref->dpll;

	switch (c->knob) {
	case KNOB_FREQUENCY:
		return dpll_call(dpll, c->pin->id, DPLL_OP_FREQUENCY_SET,
				 ops->frequency_set(c->pin, reg->priv, dpll, dpll_priv(dpll),
						    value, c->extack));
	case KNOB_PHASE_ADJUST:
		return dpll_call(dpll, c->pin->id, DPLL_OP_PHASE_ADJUST_SET,
				 ops->phase_adjust_set(c->pin, reg->priv, dpll, dpll_priv(dpll),
						       value, c->extack));
	case KNOB_ESYNC:
		return dpll_call(dpll, c->pin->id, DPLL_OP_ESYNC_SET,
				 ops->esync_set(c->pin, reg->priv, dpll, dpll_priv(dpll), value,
						c->extack));
	case KNOB_REF_SYNC:
		return dpll_call(dpll, c->pin->id, DPLL_OP_REF_SYNC_SET,
				 ops->ref_sync_set(c->pin, reg->priv, c->other,
						   priv_on(dpll, c->other), value, c->extack));
	}
	return -EOPNOTSUPP;
}

/* with the device's mutex and a registration left: 0, else -ENODEV without it */
static int enter(struct dpll_ref *ref)
{
	if (!READ_ONCE(ref->dpll->visible))
		return -ENODEV;
	dpll_device_acquire(ref->dpll);
	if (!list_empty(&ref->dpll->registrations) && !list_empty(&ref->registrations))
		return 0;
	dpll_device_release(ref->dpll, NULL);
	return -ENODEV;
}

static void leave(struct dpll_ref *ref, struct netlink_ext_ack *extack)
{
	dpll_device_release(ref->dpll, extack);
}

/*
 * A pin is bound to another one on those devices only that both are on. And registrations
 * come and go: that another one had the callbacks a moment ago does not count.
 */
static int enter_knob(struct change *c, struct dpll_ref *ref)
{
	if (enter(ref))
		return -ENODEV;
	if (can(dpll_first(&ref->registrations)->ops, c->knob) &&
	    (c->knob != KNOB_REF_SYNC || xa_load(&ref->dpll->pins, c->other->id)))
		return 0;
	leave(ref, NULL);
	return -ENODEV;
}

static void trace_change(const struct change *c, int err, u32 portid)
{
	u32 id = c->pin->id;

	switch (c->knob) {
	case KNOB_FREQUENCY:
		trace_dpll_pin_frequency(id, DPLL_PARENT_NONE, 0, c->old, c->value, err, portid);
		break;
	case KNOB_PHASE_ADJUST:
		trace_dpll_pin_phase_adjust(id, DPLL_PARENT_NONE, 0, c->old, c->value, err, portid);
		break;
	case KNOB_ESYNC:
		trace_dpll_pin_esync(id, DPLL_PARENT_NONE, 0, c->old, c->value, err, portid);
		break;
	case KNOB_REF_SYNC:
		trace_dpll_pin_ref_sync(id, DPLL_PARENT_PIN, c->other->id, c->old, c->value, err,
					portid);
		break;
	}
}

/* is there a range that the value lies in? */
static bool in_ranges(const struct dpll_pin_frequency *range, unsigned int n, u64 value)
{
	for (; n--; range++)
		if (value >= range->min && value <= range->max)
			return true;
	return false;
}

/* enters the device that the old value is asked of, NULL if there is none */
static struct dpll_ref *enter_first(struct change *c)
{
	struct dpll_ref *ref;

	dpll_for_each_ref(ref, c->pin)
		if (!enter_knob(c, ref))
			return ref;
	return NULL;
}

/* reads the old value; 1: it is the one wanted, 0: on with it */
static int compare(struct change *c, const struct nlattr *attr)
{
	struct dpll_ref *ref;
	bool missing = false;
	int err;

	dpll_for_each_ref(ref, c->pin) {
		if (enter(ref))
			continue;
		missing = !can(dpll_first(&ref->registrations)->ops, c->knob);
		leave(ref, NULL);
		if (missing)
			break;
	}
	if (missing) {
		say(c->extack, knob_texts[c->knob].none);
		return -EOPNOTSUPP;
	}
	ref = enter_first(c);
	if (!ref) {
		NL_SET_ERR_MSG(c->extack, "pin owner dpll not found");
		return -ENODEV;
	}
	err = knob_get(c, ref);
	if (err)
		c->old = -1;
	if (!err && c->knob == KNOB_ESYNC && c->old != c->value &&
	    !in_ranges(c->esync.range, c->esync.range_num, c->value)) {
		leave(ref, c->extack);
		NL_SET_ERR_MSG_ATTR(c->extack, attr,
				    "requested embedded sync frequency value is not supported by this device");
		return -EINVAL;
	}
	leave(ref, c->extack);
	if (err) {
		say(c->extack, knob_texts[c->knob].old);
		return err;
	}
	return c->old == c->value;
}

static int apply(struct change *c)
{
	struct dpll_ref *ref, *failed = NULL;
	int err = 0, n = 0;

	dpll_for_each_ref(ref, c->pin) {
		if (enter_knob(c, ref))
			continue;
		n++;
		err = knob_set(c, ref, c->value);
		if (!err)
			dpll_acted(ref->dpll);
		leave(ref, c->extack);
		if (err) {
			failed = ref;
			say_failed(c, ref->dpll->id);
			break;
		}
	}
	if (!n) {
		NL_SET_ERR_MSG(c->extack, "pin owner dpll not found");
		return -ENODEV;
	}
	if (!failed)
		return 0;
	dpll_for_each_ref(ref, c->pin) {
		if (ref == failed)
			break;
		if (enter_knob(c, ref))
			continue;
		if (knob_set(c, ref, c->old))
			say(c->extack, knob_texts[c->knob].rollback);
		leave(ref, c->extack);
	}
	return err;
}

static int change_pin(struct change *c, const struct nlattr *attr, u32 portid)
{
	int err;

	c->old = -1;
	err = compare(c, attr);
	if (err > 0)
		return 0;
	if (!err)
		err = apply(c);
	trace_change(c, err, portid);
	if (!err)
		dpll_tell_pin(c->pin, DPLL_CMD_PIN_CHANGE_NTF);
	return err;
}

static int set_frequency(struct dpll_pin *pin, const struct nlattr *attr, struct genl_info *info)
{
	struct change c = { .pin = pin, .knob = KNOB_FREQUENCY, .value = nla_get_u64(attr),
			    .extack = info->extack };

	if (!in_ranges(pin->prop.freq_supported,
		       pin->prop.freq_supported ? pin->prop.freq_supported_num : 0, c.value)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "frequency is not supported by the device");
		trace_dpll_pin_frequency(pin->id, DPLL_PARENT_NONE, 0, -1, c.value, -EINVAL,
					 info->snd_portid);
		return -EINVAL;
	}
	return change_pin(&c, attr, info->snd_portid);
}

static int set_phase_adjust(struct dpll_pin *pin, const struct nlattr *attr,
			    struct genl_info *info)
{
	struct change c = { .pin = pin, .knob = KNOB_PHASE_ADJUST, .value = nla_get_s32(attr),
			    .extack = info->extack };
	const struct dpll_pin_properties *prop = &pin->prop;
	int err = 0;

	if (c.value > prop->phase_range.max || c.value < prop->phase_range.min) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "phase adjust value not supported");
		err = -EINVAL;
	} else if (prop->phase_gran && c.value % (s64)prop->phase_gran) {
		NL_SET_ERR_MSG_ATTR_FMT(info->extack, attr,
					"phase adjust value not multiple of %u", prop->phase_gran);
		err = -EINVAL;
	}
	if (!err)
		return change_pin(&c, attr, info->snd_portid);
	trace_dpll_pin_phase_adjust(pin->id, DPLL_PARENT_NONE, 0, -1, c.value, err,
				    info->snd_portid);
	return err;
}

static int set_esync(struct dpll_pin *pin, const struct nlattr *attr, struct genl_info *info)
{
	struct change c = { .pin = pin, .knob = KNOB_ESYNC, .value = nla_get_u64(attr),
			    .extack = info->extack };

	return change_pin(&c, attr, info->snd_portid);
}

static int set_ref_sync(struct dpll_pin *pin, const struct nlattr *nest, struct genl_info *info)
{
	struct change c = { .pin = pin, .knob = KNOB_REF_SYNC, .extack = info->extack };
	struct nlattr *tb[DPLL_A_PIN_STATE + 1];
	int err;

	err = nla_parse_nested(tb, DPLL_A_PIN_STATE, nest, dpll_ref_sync_policy, info->extack);
	if (err)
		return err;
	if (!tb[DPLL_A_PIN_ID]) {
		NL_SET_ERR_MSG(info->extack, "sync pin id expected");
		return -EINVAL;
	}
	if (!tb[DPLL_A_PIN_STATE]) {
		NL_SET_ERR_MSG(info->extack, "sync pin state expected");
		return -EINVAL;
	}
	c.value = nla_get_u32(tb[DPLL_A_PIN_STATE]);
	c.other = xa_load(&pin->ref_sync, nla_get_u32(tb[DPLL_A_PIN_ID]));
	if (!c.other) {
		NL_SET_ERR_MSG(info->extack, "reference sync pin not found");
		return -EINVAL;
	}
	if (!dpll_pin_first_ref(c.other)) {
		NL_SET_ERR_MSG(info->extack, "reference sync pin not available");
		return -EINVAL;
	}
	return change_pin(&c, nest, info->snd_portid);
}

/* ---- values that a pin has on each device ---- */

static int may_not(struct netlink_ext_ack *extack, const struct dpll_pin *pin, unsigned long bit,
		   const char *text)
{
	if (pin->prop.capabilities & bit)
		return 0;
	say(extack, text);
	return -EOPNOTSUPP;
}

/* what the mode allows to ask of an input; only with the module parameter strict */
static int mode_allows(struct dpll_ref *ref, u32 state, struct netlink_ext_ack *extack)
{
	enum dpll_mode mode;

	if (!READ_ONCE(dpll_strict) || state == DPLL_PIN_STATE_DISCONNECTED ||
	    !dpll_is_input(ref) || dpll_look_at_mode(ref->dpll, &mode, extack))
		return 0;
	if ((mode == DPLL_MODE_MANUAL) == (state == DPLL_PIN_STATE_CONNECTED))
		return 0;
	NL_SET_ERR_MSG(extack, "pin state is not for this mode of the device");
	return -EINVAL;
}

static int state_on_device(struct dpll_ref *ref, u32 state, s64 *old, struct genl_info *info)
{
	struct dpll_registration *reg = dpll_first(&ref->registrations);
	const struct dpll_pin_ops *ops = reg->ops;
	struct dpll_device *dpll = ref->dpll;
	enum dpll_pin_state before;
	bool traced;
	int err;

	if (!ops->state_on_dpll_set)
		return -EOPNOTSUPP;
	err = mode_allows(ref, state, info->extack);
	if (err)
		return err;
	/* for the trace alone: the kernel's subsystem does not ask */
	traced = trace_dpll_pin_state_enabled();
	if (traced && ops->state_on_dpll_get &&
	    !ops->state_on_dpll_get(ref->pin, reg->priv, dpll, dpll_priv(dpll), &before, NULL))
		*old = before;
	err = dpll_call(dpll, ref->pin->id, DPLL_OP_STATE_ON_DPLL_SET,
			ops->state_on_dpll_set(ref->pin, reg->priv, dpll, dpll_priv(dpll), state,
					       info->extack));
	/* one record for one change: the next look reports what is different from this */
	if (traced && !err && *old != state)
		ref->state = state | DPLL_STATE_SET;
	return err;
}

static int prio_on_device(struct dpll_ref *ref, u32 prio, s64 *old, struct genl_info *info)
{
	struct dpll_registration *reg = dpll_first(&ref->registrations);
	const struct dpll_pin_ops *ops = reg->ops;
	struct dpll_device *dpll = ref->dpll;
	u32 before;

	if (!ops->prio_set)
		return -EOPNOTSUPP;
	if (trace_dpll_pin_prio_enabled() && ops->prio_get &&
	    !ops->prio_get(ref->pin, reg->priv, dpll, dpll_priv(dpll), &before, NULL))
		*old = before;
	return dpll_call(dpll, ref->pin->id, DPLL_OP_PRIO_SET,
			 ops->prio_set(ref->pin, reg->priv, dpll, dpll_priv(dpll), prio,
				       info->extack));
}

static int direction_on_device(struct dpll_ref *ref, u32 direction, s64 *old,
			       struct genl_info *info)
{
	struct dpll_registration *reg = dpll_first(&ref->registrations);
	const struct dpll_pin_ops *ops = reg->ops;
	struct dpll_device *dpll = ref->dpll;
	enum dpll_pin_direction before;

	if (!ops->direction_set)
		return -EOPNOTSUPP;
	if (trace_dpll_pin_direction_enabled() &&
	    !ops->direction_get(ref->pin, reg->priv, dpll, dpll_priv(dpll), &before, NULL))
		*old = before;
	return dpll_call(dpll, ref->pin->id, DPLL_OP_DIRECTION_SET,
			 ops->direction_set(ref->pin, reg->priv, dpll, dpll_priv(dpll), direction,
					    info->extack));
}

/* in the order in which the kernel's subsystem carries them out */
static const struct on_device {
	int attr;
	unsigned long capability;
	const char *text;
	int (*set)(struct dpll_ref *ref, u32 value, s64 *old, struct genl_info *info);
} on_device[] = {
	{ DPLL_A_PIN_STATE, DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE,
	  "state changing is not allowed", state_on_device },
	{ DPLL_A_PIN_PRIO, DPLL_PIN_CAPABILITIES_PRIORITY_CAN_CHANGE,
	  "prio changing is not allowed", prio_on_device },
	{ DPLL_A_PIN_DIRECTION, DPLL_PIN_CAPABILITIES_DIRECTION_CAN_CHANGE,
	  "direction changing is not allowed", direction_on_device },
};

static void trace_on_device(int attr, u32 pin, u32 dpll, s64 old, u32 value, int err, u32 portid)
{
	if (attr == DPLL_A_PIN_STATE)
		trace_dpll_pin_state(pin, DPLL_PARENT_DEVICE, dpll, old, value, err, portid);
	else if (attr == DPLL_A_PIN_PRIO)
		trace_dpll_pin_prio(pin, DPLL_PARENT_DEVICE, dpll, old, value, err, portid);
	else
		trace_dpll_pin_direction(pin, DPLL_PARENT_DEVICE, dpll, old, value, err, portid);
}

/* entered: carries it out, remembers who did, and traces it unless it was so already */
static int set_and_trace(struct dpll_ref *ref, const struct on_device *what, u32 value,
			 struct genl_info *info)
{
	s64 old = -1;
	int err;

	err = what->set(ref, value, &old, info);
	if (!err)
		dpll_acted(ref->dpll);
	if (err || old != value)
		trace_on_device(what->attr, ref->pin->id, ref->dpll->id, old, value, err,
				info->snd_portid);
	return err;
}

static int set_on_device(struct dpll_ref *ref, const struct on_device *what, u32 value,
			 struct genl_info *info)
{
	bool entered = false;
	int err;

	err = may_not(info->extack, ref->pin, what->capability, what->text);
	if (!err) {
		err = enter(ref);
		entered = !err;
		if (err)
			NL_SET_ERR_MSG(info->extack, "pin owner dpll not found");
	}
	if (entered) {
		err = set_and_trace(ref, what, value, info);
		leave(ref, info->extack);
	} else {
		trace_on_device(what->attr, ref->pin->id, ref->dpll->id, -1, value, err,
				info->snd_portid);
	}
	if (!err)
		dpll_tell_pin(ref->pin, DPLL_CMD_PIN_CHANGE_NTF);
	return err;
}

static int set_parent_device(struct dpll_pin *pin, const struct nlattr *nest,
			     struct genl_info *info)
{
	struct nlattr *tb[DPLL_A_PIN_PHASE_OFFSET + 1];
	struct dpll_device *dpll;
	struct dpll_ref *ref;
	unsigned int i;
	int err;

	err = nla_parse_nested(tb, DPLL_A_PIN_PHASE_OFFSET, nest, dpll_parent_device_policy,
			       info->extack);
	if (err)
		return err;
	if (!tb[DPLL_A_PIN_PARENT_ID]) {
		NL_SET_ERR_MSG(info->extack, "device parent id expected");
		return -EINVAL;
	}
	dpll = dpll_device_by_id(nla_get_u32(tb[DPLL_A_PIN_PARENT_ID]));
	if (!dpll) {
		NL_SET_ERR_MSG(info->extack, "parent device not found");
		return -EINVAL;
	}
	ref = xa_load(&dpll->pins, pin->id);
	if (!ref) {
		NL_SET_ERR_MSG(info->extack, "pin not connected to given parent device");
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(on_device) && !err; i++)
		if (tb[on_device[i].attr])
			err = set_on_device(ref, &on_device[i],
					    nla_get_u32(tb[on_device[i].attr]), info);
	return err;
}

/* ---- a pin on its parent ---- */

static struct dpll_link *link_to(struct dpll_pin *pin, u32 parent)
{
	struct dpll_link *link;

	list_for_each_entry_srcu(link, &pin->parents, of_child, srcu_read_lock_held(&dpll_srcu))
		if (link->parent->id == parent)
			return link;
	return NULL;
}

static int state_on_parent(struct dpll_link *link, struct dpll_ref *ref, u32 state,
			   struct netlink_ext_ack *extack)
{
	struct dpll_device *dpll = ref->dpll;

	return dpll_call(dpll, link->child->id, DPLL_OP_STATE_ON_PIN_SET,
			 link->ops->state_on_pin_set(link->child, link->priv, link->parent,
						     dpll_first(&ref->registrations)->priv, state,
						     extack));
}

/* enter() where the child is, too: else its callbacks may be gone */
static int enter_link(struct dpll_ref *ref, const struct dpll_link *link)
{
	if (enter(ref))
		return -ENODEV;
	if (dpll_link_is_on(ref->dpll, link))
		return 0;
	leave(ref, NULL);
	return -ENODEV;
}

/* on each device that the parent is on; all or none */
static int set_state_on_parent(struct dpll_link *link, u32 state, s64 *old,
			       struct netlink_ext_ack *extack)
{
	struct dpll_ref *ref, *failed = NULL;
	enum dpll_pin_state before = 0;
	int err = 0, n = 0;

	dpll_for_each_ref(ref, link->parent) {
		if (enter_link(ref, link))
			continue;
		/* not before: the driver, and its table, might have gone */
		if (!link->ops->state_on_pin_set) {
			leave(ref, NULL);
			return -EOPNOTSUPP;
		}
		if (!n++ && !link->ops->state_on_pin_get(link->child, link->priv, link->parent,
							 dpll_first(&ref->registrations)->priv,
							 &before, NULL))
			*old = before;
		err = state_on_parent(link, ref, state, extack);
		if (!err)
			dpll_acted(ref->dpll);
		leave(ref, extack);
		if (err) {
			failed = ref;
			break;
		}
	}
	if (!n) {
		NL_SET_ERR_MSG(extack, "parent pin is on no device");
		return -ENODEV;
	}
	if (failed && *old > 0)
		dpll_for_each_ref(ref, link->parent) {
			if (ref == failed)
				break;
			if (enter_link(ref, link))
				continue;
			state_on_parent(link, ref, *old, NULL);
			leave(ref, NULL);
		}
	return err;
}

static int set_parent_pin(struct dpll_pin *pin, const struct nlattr *nest, struct genl_info *info)
{
	struct nlattr *tb[DPLL_A_PIN_STATE + 1];
	struct dpll_link *link;
	u32 parent, state;
	s64 old = -1;
	int err;

	err = nla_parse_nested(tb, DPLL_A_PIN_STATE, nest, dpll_parent_pin_policy, info->extack);
	if (err)
		return err;
	if (!tb[DPLL_A_PIN_PARENT_ID]) {
		NL_SET_ERR_MSG(info->extack, "device parent id expected");
		return -EINVAL;
	}
	if (!tb[DPLL_A_PIN_STATE])
		return 0;
	parent = nla_get_u32(tb[DPLL_A_PIN_PARENT_ID]);
	state = nla_get_u32(tb[DPLL_A_PIN_STATE]);

	err = may_not(info->extack, pin, DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE,
		      "state changing is not allowed");
	if (!err) {
		link = link_to(pin, parent);
		if (link) {
			err = set_state_on_parent(link, state, &old, info->extack);
		} else {
			NL_SET_ERR_MSG(info->extack, "pin not connected to given parent pin");
			err = -EINVAL;
		}
	}
	if (err || old != state)
		trace_dpll_pin_state(pin->id, DPLL_PARENT_PIN, parent, old, state, err,
				     info->snd_portid);
	if (!err)
		dpll_tell_pin(pin, DPLL_CMD_PIN_CHANGE_NTF);
	return err;
}

/* ---- requests ---- */

/* the kernel's subsystem takes these here and does nothing: they belong into a nest */
static int outside_nest(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG_ATTR(extack, attr, "must be nested in parent-device or parent-pin");
	return READ_ONCE(dpll_strict) ? -EINVAL : 0;
}

/**
 * dpll_set_pin() - carry out DPLL_CMD_PIN_SET
 * @pin: the pin; dpll_srcu held for read
 * @info: the request
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno, with a text.
 */
int dpll_set_pin(struct dpll_pin *pin, struct genl_info *info)
{
	const struct nlattr *attr;
	int rem, err = 0;

	mutex_lock(&pin->set_mutex);
	nla_for_each_attr(attr, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rem) {
		switch (nla_type(attr)) {
		case DPLL_A_PIN_FREQUENCY:
			err = set_frequency(pin, attr, info);
			break;
		case DPLL_A_PIN_PHASE_ADJUST:
			err = set_phase_adjust(pin, attr, info);
			break;
		case DPLL_A_PIN_ESYNC_FREQUENCY:
			err = set_esync(pin, attr, info);
			break;
		case DPLL_A_PIN_REFERENCE_SYNC:
			err = set_ref_sync(pin, attr, info);
			break;
		case DPLL_A_PIN_PARENT_DEVICE:
			err = set_parent_device(pin, attr, info);
			break;
		case DPLL_A_PIN_PARENT_PIN:
			err = set_parent_pin(pin, attr, info);
			break;
		case DPLL_A_PIN_DIRECTION:
		case DPLL_A_PIN_PRIO:
		case DPLL_A_PIN_STATE:
			err = outside_nest(attr, info->extack);
			break;
		}
		if (err)
			break;
	}
	mutex_unlock(&pin->set_mutex);
	return err;
}

/* the modes that a driver has: 0 or its error */
static int modes_of(struct dpll_device *dpll, unsigned long *modes, struct netlink_ext_ack *extack)
{
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	unsigned int m;

	if (ops->supported_modes_get)
		return dpll_call(dpll, -1, DPLL_OP_SUPPORTED_MODES_GET,
				 ops->supported_modes_get(dpll, dpll_priv(dpll), modes, extack));
	for (m = DPLL_MODE_MANUAL; m <= DPLL_MODE_MAX; m++)
		if (!ops->mode_supported || ops->mode_supported(dpll, dpll_priv(dpll), m, extack))
			__set_bit(m, modes);
	return 0;
}

/* each of these returns 1 where nothing was to be done; the device's mutex is held */
static int set_mode(struct dpll_device *dpll, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	DECLARE_BITMAP(modes, DPLL_MODE_MAX + 1) = {};
	enum dpll_mode wanted = nla_get_u32(attr), old;
	int err;

	if (!ops->mode_set || (!ops->supported_modes_get && !ops->mode_supported)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "dpll device does not support mode switch");
		return -EOPNOTSUPP;
	}
	err = dpll_look_at_mode(dpll, &old, extack);
	if (err) {
		NL_SET_ERR_MSG(extack, "unable to get current mode");
		return err;
	}
	if (wanted == old)
		return 1;
	err = modes_of(dpll, modes, extack);
	if (err) {
		NL_SET_ERR_MSG(extack, "unable to get supported modes");
		return err;
	}
	if (!test_bit(wanted, modes)) {
		NL_SET_ERR_MSG(extack, "dpll device does not support requested mode");
		return -EINVAL;
	}
	err = dpll_call(dpll, -1, DPLL_OP_MODE_SET,
			ops->mode_set(dpll, dpll_priv(dpll), wanted, extack));
	trace_dpll_mode(dpll->id, old, wanted, err);
	if (!err)
		dpll->mode = wanted;
	return err;
}

static int set_phase_monitor(struct dpll_device *dpll, const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	enum dpll_feature_state wanted = nla_get_u32(attr), old;
	int err;

	if (!ops->phase_offset_monitor_set || !ops->phase_offset_monitor_get) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "dpll device not capable of phase offset monitor");
		return -EOPNOTSUPP;
	}
	err = dpll_call(dpll, -1, DPLL_OP_PHASE_MONITOR_GET,
			ops->phase_offset_monitor_get(dpll, dpll_priv(dpll), &old, extack));
	if (err) {
		NL_SET_ERR_MSG(extack, "unable to get current state of phase offset monitor");
		return err;
	}
	if (wanted == old)
		return 1;
	err = dpll_call(dpll, -1, DPLL_OP_PHASE_MONITOR_SET,
			ops->phase_offset_monitor_set(dpll, dpll_priv(dpll), wanted, extack));
	trace_dpll_feature_set(dpll->id, DPLL_FEATURE_PHASE_OFFSET_MONITOR, old, wanted, err);
	return err;
}

static int set_avg_factor(struct dpll_device *dpll, const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	u32 wanted = nla_get_u32(attr), old = 0;
	bool known = false;
	int err;

	if (!ops->phase_offset_avg_factor_set) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "device not capable of changing phase offset average factor");
		return -EOPNOTSUPP;
	}
	if (ops->phase_offset_avg_factor_get)
		known = !ops->phase_offset_avg_factor_get(dpll, dpll_priv(dpll), &old, NULL);
	err = dpll_call(dpll, -1, DPLL_OP_AVG_FACTOR_SET,
			ops->phase_offset_avg_factor_set(dpll, dpll_priv(dpll), wanted, extack));
	if (err || !known || wanted != old)
		trace_dpll_feature_set(dpll->id, DPLL_FEATURE_PHASE_OFFSET_AVG_FACTOR, old, wanted,
				       err);
	return err;
}

/**
 * dpll_set_device() - carry out DPLL_CMD_DEVICE_SET
 * @dpll: the device; dpll_srcu held for read
 * @info: the request
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno, with a text.
 */
int dpll_set_device(struct dpll_device *dpll, struct genl_info *info)
{
	static const struct {
		int attr;
		int (*set)(struct dpll_device *dpll, const struct nlattr *attr,
			   struct netlink_ext_ack *extack);
	} settable[] = {
		{ DPLL_A_MODE, set_mode },
		{ DPLL_A_PHASE_OFFSET_MONITOR, set_phase_monitor },
		{ DPLL_A_PHASE_OFFSET_AVG_FACTOR, set_avg_factor },
	};
	const struct nlattr *attr;
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(settable) && err >= 0; i++) {
		attr = info->attrs[settable[i].attr];
		if (!attr)
			continue;
		dpll_device_acquire(dpll);
		err = list_empty(&dpll->registrations) ? -ENODEV :
		      settable[i].set(dpll, attr, info->extack);
		if (!err)
			dpll_acted(dpll);
		dpll_device_release(dpll, info->extack);
		if (!err)
			dpll_tell_device(dpll, DPLL_CMD_DEVICE_CHANGE_NTF, DPLL_SEEN_SET);
	}
	return min(err, 0);
}
