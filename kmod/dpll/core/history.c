// SPDX-License-Identifier: GPL-2.0
/*
 * What the core remembers of a device by itself, without any tracing: its lock status
 * whenever the driver was asked or reported, how long each lasted and who had set something
 * before; and whether its driver keeps to the documentation. Everything here runs with the
 * device's mutex held, but for the poll's beginning and end.
 */
#include <linux/timekeeping.h>

#include "private.h"

static void count_dwell(struct dpll_history *h, u64 dwell_ns)
{
	h->in_ns[h->status] += dwell_ns;
	if (h->status == DPLL_LOCK_STATUS_HOLDOVER) {
		h->holdover_last_ns = dwell_ns;
		h->holdover_max_ns = max(h->holdover_max_ns, dwell_ns);
	}
}

/**
 * dpll_history_close() - nobody knows the lock status from here on, until the next look
 * @dpll: on its way out; its mutex held
 *
 * Context: process context.
 */
void dpll_history_close(struct dpll_device *dpll)
{
	struct dpll_history *h = &dpll->history;

	if (!h->status)
		return;
	count_dwell(h, ktime_get_ns() - h->since_ns);
	h->since_ns = ktime_get_ns();
	h->status = 0;
	h->error = 0;
	dpll->mode = 0;
}

/**
 * dpll_status_changed() - remember a lock status that is another than the last one
 * @dpll: its mutex held
 * @msg: seen_by and at_ns count
 * @status: now; what is no &enum dpll_lock_status is left alone
 * @error: with it, or 0
 *
 * Context: process context.
 */
noinline void dpll_status_changed(struct dpll_device *dpll, const struct dpll_msg *msg,
				  unsigned int status, unsigned int error)
{
	struct dpll_history *h = &dpll->history;
	u64 at = msg->at_ns ?: ktime_get_ns();
	struct dpll_transition *t;
	u64 age = 0;

	if (status < DPLL_LOCK_STATUS_UNLOCKED || status > DPLL_LOCK_STATUS_MAX)
		return;
	/* a report that was put off may be older than a look that has seen it already */
	at = max(at, h->since_ns);
	t = &h->ring[h->n_ring++ % DPLL_HISTORY];
	memset(t, 0, sizeof(*t));
	t->at_ns = at;
	t->real_ns = ktime_get_real_ns() - (ktime_get_ns() - at);
	t->dwell_ns = h->status ? at - h->since_ns : 0;
	t->from = h->status;
	t->to = status;
	t->error = error;
	t->seen_by = msg->seen_by;
	if (dpll->actor.at_ns && dpll->actor.at_ns >= h->since_ns) {
		t->actor = dpll->actor;
		age = at > dpll->actor.at_ns ? at - dpll->actor.at_ns : 0;
	}

	count_dwell(h, t->dwell_ns);
	if (h->status)
		h->n++;
	if (status == DPLL_LOCK_STATUS_HOLDOVER)
		h->holdovers++;
	h->status = status;
	h->since_ns = at;
	trace_dpll_lock_status(dpll->id, dpll->clock_id, dpll->type, t->from, t->to, error,
			       t->dwell_ns, at, msg->seen_by, t->actor.pid, t->actor.comm, age);
}

/**
 * dpll_look_at_mode() - ask a driver for the mode, and remember it
 * @dpll: registered; its mutex held
 * @mode: set
 * @extack: or NULL
 *
 * Context: process context.
 * Return: 0 or the driver's error.
 */
int dpll_look_at_mode(struct dpll_device *dpll, enum dpll_mode *mode,
		      struct netlink_ext_ack *extack)
{
	const struct dpll_device_ops *ops = dpll_ops(dpll);
	int err;

	err = dpll_call(dpll, -1, DPLL_OP_MODE_GET,
			ops->mode_get(dpll, dpll_priv(dpll), mode, extack));
	if (err)
		return err;
	if (dpll->mode && dpll->mode != *mode)
		trace_dpll_mode(dpll->id, dpll->mode, *mode, 0);
	dpll->mode = *mode;
	return 0;
}

static int pin_state(struct dpll_ref *ref, enum dpll_pin_state *state,
		     struct netlink_ext_ack *extack)
{
	const struct dpll_registration *reg = dpll_first(&ref->registrations);
	const struct dpll_pin_ops *ops = reg->ops;

	return dpll_call(ref->dpll, ref->pin->id, DPLL_OP_STATE_ON_DPLL_GET,
			 ops->state_on_dpll_get(ref->pin, reg->priv, ref->dpll,
						dpll_priv(ref->dpll), state, extack));
}

/**
 * dpll_is_input() - is a pin an input of the device?
 * @ref: the two; the device's mutex held
 *
 * Context: process context.
 * Return: whether; false where the driver does not know.
 */
bool dpll_is_input(struct dpll_ref *ref)
{
	const struct dpll_registration *reg = dpll_first(&ref->registrations);
	const struct dpll_pin_ops *ops = reg->ops;
	enum dpll_pin_direction direction;

	return !dpll_call(ref->dpll, ref->pin->id, DPLL_OP_DIRECTION_GET,
			  ops->direction_get(ref->pin, reg->priv, ref->dpll, dpll_priv(ref->dpll),
					     &direction, NULL)) &&
	       direction == DPLL_PIN_DIRECTION_INPUT;
}

/* the state that tracing has, 0: none */
static u8 reported(const struct dpll_ref *ref)
{
	return ref->state & ~DPLL_STATE_SET;
}

/* is another input connected too? Asks again: what was seen of it may be long ago */
static bool another_connected(struct dpll_ref *ref)
{
	struct dpll_ref *other;
	enum dpll_pin_state state;
	unsigned long i;

	xa_for_each(&ref->dpll->pins, i, other) {
		const struct dpll_registration *reg = dpll_first(&other->registrations);
		const struct dpll_pin_ops *ops = reg ? reg->ops : NULL;

		if (other == ref || reported(other) != DPLL_PIN_STATE_CONNECTED || !ops ||
		    !ops->state_on_dpll_get || pin_state(other, &state, NULL))
			continue;
		if (state == DPLL_PIN_STATE_CONNECTED) {
			if (dpll_is_input(other))
				return true;
			continue;
		}
		trace_dpll_pin_seen(other->pin->id, other->dpll->id, reported(other), state);
		other->state = state;
	}
	return false;
}

/* the rule that a state just seen breaks, or -1 */
static int broken_rule(struct dpll_ref *ref, enum dpll_pin_state state)
{
	struct dpll_device *dpll = ref->dpll;
	enum dpll_lock_status_error error;
	enum dpll_lock_status status;
	struct dpll_msg look = { .seen_by = DPLL_SEEN_GET };
	enum dpll_mode mode;

	if (state == DPLL_PIN_STATE_DISCONNECTED || !dpll_is_input(ref) ||
	    dpll_look_at_mode(dpll, &mode, NULL))
		return -1;
	if (state == DPLL_PIN_STATE_SELECTABLE)
		return mode == DPLL_MODE_MANUAL ? DPLL_VIOLATION_SELECTABLE_MANUAL : -1;
	if (another_connected(ref))
		return DPLL_VIOLATION_TWO_CONNECTED;
	if (mode == DPLL_MODE_AUTOMATIC && !dpll_look(dpll, &look, &status, &error) &&
	    status == DPLL_LOCK_STATUS_UNLOCKED)
		return DPLL_VIOLATION_CONNECTED_UNLOCKED;
	return -1;
}

/**
 * dpll_look_at_pin() - ask a driver for a pin's state on a device, and remember it
 * @ref: the two; the device's mutex held
 * @state: set
 * @extack: or NULL
 *
 * A state that breaks a rule of the documentation is counted and traced when it is first
 * seen, and refused each time with the module parameter strict.
 *
 * Context: process context.
 * Return: 0, the driver's error, or -EPROTO.
 */
int dpll_look_at_pin(struct dpll_ref *ref, enum dpll_pin_state *state,
		     struct netlink_ext_ack *extack)
{
	struct dpll_device *dpll = ref->dpll;
	bool is_new;
	int err, rule;

	err = pin_state(ref, state, extack);
	if (err)
		return err;
	is_new = *state != ref->state;
	if (likely(!is_new && !READ_ONCE(dpll_strict)))
		return 0;
	rule = broken_rule(ref, *state);
	if (is_new) {
		if (*state != reported(ref))
			trace_dpll_pin_seen(ref->pin->id, dpll->id, reported(ref), *state);
		ref->state = *state;
		if (rule >= 0) {
			dpll->violations[rule]++;
			trace_dpll_violation(dpll->id, ref->pin->id, rule, dpll->violations[rule]);
		}
	}
	if (rule < 0 || !READ_ONCE(dpll_strict))
		return 0;
	NL_SET_ERR_MSG(extack, "driver reports a pin state that the rules forbid");
	return -EPROTO;
}

/**
 * dpll_acted() - the current task has set something on a device or a pin of it
 * @dpll: its mutex held
 *
 * Context: process context of the user's call.
 */
void dpll_acted(struct dpll_device *dpll)
{
	dpll->actor.at_ns = ktime_get_ns();
	dpll->actor.pid = task_tgid_nr(current);
	get_task_comm(dpll->actor.comm, current);
}

/* ---- polling, for drivers that never report ---- */

/**
 * dpll_poll_work() - look at a device's lock status, and tell if it has changed
 * @work: the device's
 */
void dpll_poll_work(struct work_struct *work)
{
	struct dpll_device *dpll = container_of(work, struct dpll_device, poll.work);
	struct dpll_msg look = { .seen_by = DPLL_SEEN_POLL };
	enum dpll_lock_status_error error;
	enum dpll_lock_status status;
	u32 before, ms;
	u8 old;

	dpll_device_acquire(dpll);
	before = dpll->history.n_ring;
	old = dpll->history.status;
	if (!list_empty(&dpll->registrations))
		dpll_look(dpll, &look, &status, &error);
	before = dpll->history.n_ring - before;
	dpll_device_release(dpll, NULL);
	if (before && old)
		dpll_tell_device(dpll, DPLL_CMD_DEVICE_CHANGE_NTF, DPLL_SEEN_POLL);
	ms = READ_ONCE(dpll->poll_ms);
	if (ms)
		queue_delayed_work(dpll_workqueue, &dpll->poll, msecs_to_jiffies(ms));
}

/**
 * dpll_poll_every() - look at a device every now and then
 * @dpll: registered
 * @ms: how often, 0: not any more; it is not looked at when this returns
 *
 * Context: process context, may sleep.
 */
void dpll_poll_every(struct dpll_device *dpll, u32 ms)
{
	WRITE_ONCE(dpll->poll_ms, ms);
	if (ms)
		mod_delayed_work(dpll_workqueue, &dpll->poll, msecs_to_jiffies(ms));
	else
		cancel_delayed_work_sync(&dpll->poll);
}
