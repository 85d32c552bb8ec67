/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints of the DPLL subsystem: the contract between kmod/dpll and bpf/.
 *
 * Every event begins with the number of what it is about: a device's or a pin's id, as
 * netlink has it. Enumerations are those of <linux/dpll.h>. Durations are in ns, by the
 * time stamp counter where the kernel trusts it, and measured only while the event is on.
 * err is 0 or a negative errno. Unless an event says otherwise it fires in the context of
 * the task that made the call, so that pid and comm are the current ones; what a driver
 * reports fires in the driver's context, or later in a worker's where it reported from a
 * place that cannot sleep.
 *
 * Arguments are only ever added at the end.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dpll

#if !defined(_TRACE_DPLL_H) || defined(TRACE_HEADER_MULTI_READ)
#define _TRACE_DPLL_H

#include <linux/dpll.h>
#include <linux/if.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>

#ifndef DPLL_TRACE_NAME_LEN
#define DPLL_TRACE_NAME_LEN 32
#define DPLL_TRACE_TEXT_LEN 64

/* what made the core look at a device's lock status */
enum dpll_seen_by {
	DPLL_SEEN_REGISTER,
	DPLL_SEEN_GET,
	DPLL_SEEN_DUMP,
	DPLL_SEEN_NTF,
	DPLL_SEEN_POLL,
	DPLL_SEEN_SET,
};

/* what a pin hangs on */
enum dpll_parent_kind {
	DPLL_PARENT_NONE,
	DPLL_PARENT_DEVICE,
	DPLL_PARENT_PIN,
};

/* driver callbacks, in the order of the two structures */
enum dpll_op {
	DPLL_OP_MODE_GET,
	DPLL_OP_LOCK_STATUS_GET,
	DPLL_OP_SUPPORTED_MODES_GET,
	DPLL_OP_MODE_SET,
	DPLL_OP_TEMP_GET,
	DPLL_OP_QUALITY_LEVEL_GET,
	DPLL_OP_PHASE_MONITOR_SET,
	DPLL_OP_PHASE_MONITOR_GET,
	DPLL_OP_AVG_FACTOR_SET,
	DPLL_OP_AVG_FACTOR_GET,
	DPLL_OP_FREQUENCY_SET,
	DPLL_OP_FREQUENCY_GET,
	DPLL_OP_DIRECTION_SET,
	DPLL_OP_DIRECTION_GET,
	DPLL_OP_STATE_ON_PIN_GET,
	DPLL_OP_STATE_ON_DPLL_GET,
	DPLL_OP_STATE_ON_PIN_SET,
	DPLL_OP_STATE_ON_DPLL_SET,
	DPLL_OP_PRIO_GET,
	DPLL_OP_PRIO_SET,
	DPLL_OP_PHASE_OFFSET_GET,
	DPLL_OP_PHASE_ADJUST_GET,
	DPLL_OP_PHASE_ADJUST_SET,
	DPLL_OP_FFO_GET,
	DPLL_OP_ESYNC_SET,
	DPLL_OP_ESYNC_GET,
	DPLL_OP_REF_SYNC_SET,
	DPLL_OP_REF_SYNC_GET,
	DPLL_N_OPS,
};

/* features of dpll_feature */
enum dpll_feature {
	DPLL_FEATURE_PHASE_OFFSET_MONITOR,
	DPLL_FEATURE_PHASE_OFFSET_AVG_FACTOR,
};

/* what a driver did against the rules of the documentation */
enum dpll_violation_kind {
	DPLL_VIOLATION_TWO_CONNECTED,		/* two inputs drive the device */
	DPLL_VIOLATION_CONNECTED_UNLOCKED,	/* automatic mode, an input drives it, unlocked */
	DPLL_VIOLATION_SELECTABLE_MANUAL,	/* manual mode, an input is selectable */
	DPLL_N_VIOLATIONS,
};
#endif

/* perf and trace-cmd know numbers only */
TRACE_DEFINE_ENUM(DPLL_LOCK_STATUS_UNLOCKED);
TRACE_DEFINE_ENUM(DPLL_LOCK_STATUS_LOCKED);
TRACE_DEFINE_ENUM(DPLL_LOCK_STATUS_LOCKED_HO_ACQ);
TRACE_DEFINE_ENUM(DPLL_LOCK_STATUS_HOLDOVER);
TRACE_DEFINE_ENUM(DPLL_SEEN_REGISTER);
TRACE_DEFINE_ENUM(DPLL_SEEN_GET);
TRACE_DEFINE_ENUM(DPLL_SEEN_DUMP);
TRACE_DEFINE_ENUM(DPLL_SEEN_NTF);
TRACE_DEFINE_ENUM(DPLL_SEEN_POLL);
TRACE_DEFINE_ENUM(DPLL_SEEN_SET);
TRACE_DEFINE_ENUM(DPLL_PARENT_NONE);
TRACE_DEFINE_ENUM(DPLL_PARENT_DEVICE);
TRACE_DEFINE_ENUM(DPLL_PARENT_PIN);
TRACE_DEFINE_ENUM(DPLL_VIOLATION_TWO_CONNECTED);
TRACE_DEFINE_ENUM(DPLL_VIOLATION_CONNECTED_UNLOCKED);
TRACE_DEFINE_ENUM(DPLL_VIOLATION_SELECTABLE_MANUAL);

#define show_dpll_lock(status)							\
	__print_symbolic(status,						\
		{ 0, "-" }, { DPLL_LOCK_STATUS_UNLOCKED, "unlocked" },		\
		{ DPLL_LOCK_STATUS_LOCKED, "locked" },				\
		{ DPLL_LOCK_STATUS_LOCKED_HO_ACQ, "locked-ho-acq" },		\
		{ DPLL_LOCK_STATUS_HOLDOVER, "holdover" })

#define show_dpll_seen(by)							\
	__print_symbolic(by,							\
		{ DPLL_SEEN_REGISTER, "register" }, { DPLL_SEEN_GET, "get" },	\
		{ DPLL_SEEN_DUMP, "dump" }, { DPLL_SEEN_NTF, "ntf" },		\
		{ DPLL_SEEN_POLL, "poll" }, { DPLL_SEEN_SET, "set" })

#define show_dpll_parent(kind)							\
	__print_symbolic(kind,							\
		{ DPLL_PARENT_NONE, "none" }, { DPLL_PARENT_DEVICE, "device" },	\
		{ DPLL_PARENT_PIN, "pin" })

#define show_dpll_violation(kind)						\
	__print_symbolic(kind,							\
		{ DPLL_VIOLATION_TWO_CONNECTED, "two-connected" },		\
		{ DPLL_VIOLATION_CONNECTED_UNLOCKED, "connected-unlocked" },	\
		{ DPLL_VIOLATION_SELECTABLE_MANUAL, "selectable-manual" })

DECLARE_EVENT_CLASS(dpll_device_class,
	TP_PROTO(u32 id, u32 idx, u64 clock_id, int type, const char *module),
	TP_ARGS(id, idx, clock_id, type, module),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, idx)
		__field(u64, clock_id)
		__field(int, type)
		__array(char, module, DPLL_TRACE_NAME_LEN)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->idx = idx;
		__entry->clock_id = clock_id;
		__entry->type = type;
		strscpy_pad(__entry->module, module, DPLL_TRACE_NAME_LEN);
	),
	TP_printk("id=%u idx=%u clock_id=0x%016llx type=%d module=%s",
		  __entry->id, __entry->idx, __entry->clock_id, __entry->type, __entry->module)
);

/* A device is there for users. Process context of its driver. */
DEFINE_EVENT(dpll_device_class, dpll_device_create,
	TP_PROTO(u32 id, u32 idx, u64 clock_id, int type, const char *module),
	TP_ARGS(id, idx, clock_id, type, module)
);

/* A device is going. Process context of its driver. */
DEFINE_EVENT(dpll_device_class, dpll_device_delete,
	TP_PROTO(u32 id, u32 idx, u64 clock_id, int type, const char *module),
	TP_ARGS(id, idx, clock_id, type, module)
);

DECLARE_EVENT_CLASS(dpll_pin_class,
	TP_PROTO(u32 id, u32 idx, u64 clock_id, int type, const char *label, const char *module),
	TP_ARGS(id, idx, clock_id, type, label, module),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, idx)
		__field(u64, clock_id)
		__field(int, type)
		__array(char, label, DPLL_TRACE_NAME_LEN)
		__array(char, module, DPLL_TRACE_NAME_LEN)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->idx = idx;
		__entry->clock_id = clock_id;
		__entry->type = type;
		strscpy_pad(__entry->label, label, DPLL_TRACE_NAME_LEN);
		strscpy_pad(__entry->module, module, DPLL_TRACE_NAME_LEN);
	),
	TP_printk("id=%u idx=%u clock_id=0x%016llx type=%d label=%s module=%s",
		  __entry->id, __entry->idx, __entry->clock_id, __entry->type, __entry->label,
		  __entry->module)
);

/*
 * A pin is there for users; once for each device or parent that it hangs on. label is the
 * first of board, panel and package label that it has.
 */
DEFINE_EVENT(dpll_pin_class, dpll_pin_create,
	TP_PROTO(u32 id, u32 idx, u64 clock_id, int type, const char *label, const char *module),
	TP_ARGS(id, idx, clock_id, type, label, module)
);

/* A pin leaves a device or a parent. */
DEFINE_EVENT(dpll_pin_class, dpll_pin_delete,
	TP_PROTO(u32 id, u32 idx, u64 clock_id, int type, const char *label, const char *module),
	TP_ARGS(id, idx, clock_id, type, label, module)
);

/*
 * A pin was attached to a device or a parent pin (attached 1), or detached (0). Process
 * context of the driver.
 */
TRACE_EVENT(dpll_pin_parent,
	TP_PROTO(u32 pin, int kind, u32 parent, int attached),
	TP_ARGS(pin, kind, parent, attached),
	TP_STRUCT__entry(
		__field(u32, pin)
		__field(int, kind)
		__field(u32, parent)
		__field(int, attached)
	),
	TP_fast_assign(
		__entry->pin = pin;
		__entry->kind = kind;
		__entry->parent = parent;
		__entry->attached = attached;
	),
	TP_printk("pin=%u kind=%s parent=%u attached=%d",
		  __entry->pin, show_dpll_parent(__entry->kind), __entry->parent,
		  __entry->attached)
);

/*
 * The lock status of a device differs from what it was when the core last looked; the core
 * looks whenever the driver is asked, and when it reports a change. at_ns is CLOCK_MONOTONIC
 * of the report, or of the look; dwell_ns the time since the transition before. old is 0 for
 * the first look of all. actor is who last set something on the device or on a pin of it since
 * that transition, 0 and "" if nobody has, and actor_age_ns how long before at_ns.
 */
TRACE_EVENT(dpll_lock_status,
	TP_PROTO(u32 id, u64 clock_id, int type, int old_status, int new_status, int error,
		 u64 dwell_ns, u64 at_ns, int seen_by, int actor_pid, const char *actor_comm,
		 u64 actor_age_ns),
	TP_ARGS(id, clock_id, type, old_status, new_status, error, dwell_ns, at_ns, seen_by,
		 actor_pid, actor_comm, actor_age_ns),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u64, clock_id)
		__field(int, type)
		__field(int, old_status)
		__field(int, new_status)
		__field(int, error)
		__field(u64, dwell_ns)
		__field(u64, at_ns)
		__field(int, seen_by)
		__field(int, actor_pid)
		__array(char, actor_comm, TASK_COMM_LEN)
		__field(u64, actor_age_ns)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->clock_id = clock_id;
		__entry->type = type;
		__entry->old_status = old_status;
		__entry->new_status = new_status;
		__entry->error = error;
		__entry->dwell_ns = dwell_ns;
		__entry->at_ns = at_ns;
		__entry->seen_by = seen_by;
		__entry->actor_pid = actor_pid;
		strscpy_pad(__entry->actor_comm, actor_comm, TASK_COMM_LEN);
		__entry->actor_age_ns = actor_age_ns;
	),
	TP_printk("id=%u clock_id=0x%016llx type=%d old_status=%s new_status=%s error=%d dwell_ns=%llu at_ns=%llu seen_by=%s actor_pid=%d actor_comm=%s actor_age_ns=%llu",
		  __entry->id, __entry->clock_id, __entry->type,
		  show_dpll_lock(__entry->old_status), show_dpll_lock(__entry->new_status),
		  __entry->error, __entry->dwell_ns, __entry->at_ns,
		  show_dpll_seen(__entry->seen_by), __entry->actor_pid, __entry->actor_comm,
		  __entry->actor_age_ns)
);

/* The mode of a device was set by a user (err is the result), or is seen to have changed. */
TRACE_EVENT(dpll_mode,
	TP_PROTO(u32 id, int old_mode, int new_mode, int err),
	TP_ARGS(id, old_mode, new_mode, err),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(int, old_mode)
		__field(int, new_mode)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->old_mode = old_mode;
		__entry->new_mode = new_mode;
		__entry->err = err;
	),
	TP_printk("id=%u old_mode=%d new_mode=%d err=%d",
		  __entry->id, __entry->old_mode, __entry->new_mode, __entry->err)
);

/* A feature of a device was set by a user. */
TRACE_EVENT(dpll_feature_set,
	TP_PROTO(u32 id, int feature, u32 old_value, u32 new_value, int err),
	TP_ARGS(id, feature, old_value, new_value, err),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(int, feature)
		__field(u32, old_value)
		__field(u32, new_value)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->feature = feature;
		__entry->old_value = old_value;
		__entry->new_value = new_value;
		__entry->err = err;
	),
	TP_printk("id=%u feature=%d old_value=%u new_value=%u err=%d",
		  __entry->id, __entry->feature, __entry->old_value, __entry->new_value,
		  __entry->err)
);

DECLARE_EVENT_CLASS(dpll_pin_change,
	TP_PROTO(u32 pin, int kind, u32 parent, s64 old_value, s64 new_value, int err,
		 u32 portid),
	TP_ARGS(pin, kind, parent, old_value, new_value, err, portid),
	TP_STRUCT__entry(
		__field(u32, pin)
		__field(int, kind)
		__field(u32, parent)
		__field(s64, old_value)
		__field(s64, new_value)
		__field(int, err)
		__field(u32, portid)
	),
	TP_fast_assign(
		__entry->pin = pin;
		__entry->kind = kind;
		__entry->parent = parent;
		__entry->old_value = old_value;
		__entry->new_value = new_value;
		__entry->err = err;
		__entry->portid = portid;
	),
	TP_printk("pin=%u kind=%s parent=%u old_value=%lld new_value=%lld err=%d portid=%u",
		  __entry->pin, show_dpll_parent(__entry->kind), __entry->parent,
		  __entry->old_value, __entry->new_value, __entry->err, __entry->portid)
);

/*
 * A user set a pin's state on a device or a parent pin. Of these events, old_value is -1 where
 * it could not be read before; err is the result, refusals included. A set to the value that
 * there was is no change and fires none of them; it reaches the driver and notifies all the same.
 */
DEFINE_EVENT(dpll_pin_change, dpll_pin_state,
	TP_PROTO(u32 pin, int kind, u32 parent, s64 old_value, s64 new_value, int err,
		 u32 portid),
	TP_ARGS(pin, kind, parent, old_value, new_value, err, portid)
);

/* A user set a pin's priority on a device. */
DEFINE_EVENT(dpll_pin_change, dpll_pin_prio,
	TP_PROTO(u32 pin, int kind, u32 parent, s64 old_value, s64 new_value, int err,
		 u32 portid),
	TP_ARGS(pin, kind, parent, old_value, new_value, err, portid)
);

/* A user set a pin's direction on a device. */
DEFINE_EVENT(dpll_pin_change, dpll_pin_direction,
	TP_PROTO(u32 pin, int kind, u32 parent, s64 old_value, s64 new_value, int err,
		 u32 portid),
	TP_ARGS(pin, kind, parent, old_value, new_value, err, portid)
);

/* A user set a pin's frequency, Hz, on all its devices; kind is none. */
DEFINE_EVENT(dpll_pin_change, dpll_pin_frequency,
	TP_PROTO(u32 pin, int kind, u32 parent, s64 old_value, s64 new_value, int err,
		 u32 portid),
	TP_ARGS(pin, kind, parent, old_value, new_value, err, portid)
);

/* A user set a pin's phase adjustment, ps, on all its devices; kind is none. */
DEFINE_EVENT(dpll_pin_change, dpll_pin_phase_adjust,
	TP_PROTO(u32 pin, int kind, u32 parent, s64 old_value, s64 new_value, int err,
		 u32 portid),
	TP_ARGS(pin, kind, parent, old_value, new_value, err, portid)
);

/* A user set a pin's embedded sync frequency, Hz, on all its devices; kind is none. */
DEFINE_EVENT(dpll_pin_change, dpll_pin_esync,
	TP_PROTO(u32 pin, int kind, u32 parent, s64 old_value, s64 new_value, int err,
		 u32 portid),
	TP_ARGS(pin, kind, parent, old_value, new_value, err, portid)
);

/* A user bound a pin to its reference sync pin (parent, kind pin), or unbound it. */
DEFINE_EVENT(dpll_pin_change, dpll_pin_ref_sync,
	TP_PROTO(u32 pin, int kind, u32 parent, s64 old_value, s64 new_value, int err,
		 u32 portid),
	TP_ARGS(pin, kind, parent, old_value, new_value, err, portid)
);

/* A phase offset was read, 1/1000 ps. */
TRACE_EVENT(dpll_phase_offset,
	TP_PROTO(u32 pin, u32 dpll, s64 offset),
	TP_ARGS(pin, dpll, offset),
	TP_STRUCT__entry(
		__field(u32, pin)
		__field(u32, dpll)
		__field(s64, offset)
	),
	TP_fast_assign(
		__entry->pin = pin;
		__entry->dpll = dpll;
		__entry->offset = offset;
	),
	TP_printk("pin=%u dpll=%u offset=%lld",
		  __entry->pin, __entry->dpll, __entry->offset)
);

/* A fractional frequency offset was read, ppm. */
TRACE_EVENT(dpll_ffo,
	TP_PROTO(u32 pin, u32 dpll, s64 ffo_ppm),
	TP_ARGS(pin, dpll, ffo_ppm),
	TP_STRUCT__entry(
		__field(u32, pin)
		__field(u32, dpll)
		__field(s64, ffo_ppm)
	),
	TP_fast_assign(
		__entry->pin = pin;
		__entry->dpll = dpll;
		__entry->ffo_ppm = ffo_ppm;
	),
	TP_printk("pin=%u dpll=%u ffo_ppm=%lld",
		  __entry->pin, __entry->dpll, __entry->ffo_ppm)
);

/*
 * A pin's state on a device differs from what it was when the core last looked, or from what
 * dpll_pin_state has reported since, if that event is on: a change has one of the two.
 */
TRACE_EVENT(dpll_pin_seen,
	TP_PROTO(u32 pin, u32 dpll, int old_state, int new_state),
	TP_ARGS(pin, dpll, old_state, new_state),
	TP_STRUCT__entry(
		__field(u32, pin)
		__field(u32, dpll)
		__field(int, old_state)
		__field(int, new_state)
	),
	TP_fast_assign(
		__entry->pin = pin;
		__entry->dpll = dpll;
		__entry->old_state = old_state;
		__entry->new_state = new_state;
	),
	TP_printk("pin=%u dpll=%u old_state=%d new_state=%d",
		  __entry->pin, __entry->dpll, __entry->old_state, __entry->new_state)
);

/*
 * A network device (netdev, ifindex) has this pin for its recovered clock from now on (attached
 * 1), or no more (0); one that moves from pin to pin fires both. Process context of the driver.
 */
TRACE_EVENT(dpll_pin_netdev,
	TP_PROTO(u32 pin, u32 ifindex, int attached, const char *netdev),
	TP_ARGS(pin, ifindex, attached, netdev),
	TP_STRUCT__entry(
		__field(u32, pin)
		__field(u32, ifindex)
		__field(int, attached)
		__array(char, netdev, IFNAMSIZ)
	),
	TP_fast_assign(
		__entry->pin = pin;
		__entry->ifindex = ifindex;
		__entry->attached = attached;
		strscpy_pad(__entry->netdev, netdev, IFNAMSIZ);
	),
	TP_printk("pin=%u ifindex=%u attached=%d netdev=%s",
		  __entry->pin, __entry->ifindex, __entry->attached, __entry->netdev)
);

/* A driver does what the documentation forbids; total is how often in all for this device. */
TRACE_EVENT(dpll_violation,
	TP_PROTO(u32 id, u32 pin, int violation, u64 total),
	TP_ARGS(id, pin, violation, total),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u32, pin)
		__field(int, violation)
		__field(u64, total)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->pin = pin;
		__entry->violation = violation;
		__entry->total = total;
	),
	TP_printk("id=%u pin=%u violation=%s total=%llu",
		  __entry->id, __entry->pin, show_dpll_violation(__entry->violation),
		  __entry->total)
);

/* A driver callback has returned. pin is -1 for one of the device's own. */
TRACE_EVENT(dpll_op,
	TP_PROTO(u32 id, s64 pin, int op, u64 duration_ns, int err),
	TP_ARGS(id, pin, op, duration_ns, err),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(s64, pin)
		__field(int, op)
		__field(u64, duration_ns)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->pin = pin;
		__entry->op = op;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
	),
	TP_printk("id=%u pin=%lld op=%d duration_ns=%llu err=%d",
		  __entry->id, __entry->pin, __entry->op, __entry->duration_ns, __entry->err)
);

/* The lock of a device was released: how long the caller had waited for it and held it. */
TRACE_EVENT(dpll_lock,
	TP_PROTO(u32 id, u64 wait_ns, u64 hold_ns),
	TP_ARGS(id, wait_ns, hold_ns),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(u64, wait_ns)
		__field(u64, hold_ns)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->wait_ns = wait_ns;
		__entry->hold_ns = hold_ns;
	),
	TP_printk("id=%u wait_ns=%llu hold_ns=%llu",
		  __entry->id, __entry->wait_ns, __entry->hold_ns)
);

/*
 * A notification has gone out: bytes of the message, whether anybody listened, whether it had
 * to be put off to a worker. err is why it did not.
 */
TRACE_EVENT(dpll_ntf,
	TP_PROTO(u32 id, int cmd, u32 bytes, int listeners, int deferred, int err),
	TP_ARGS(id, cmd, bytes, listeners, deferred, err),
	TP_STRUCT__entry(
		__field(u32, id)
		__field(int, cmd)
		__field(u32, bytes)
		__field(int, listeners)
		__field(int, deferred)
		__field(int, err)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->cmd = cmd;
		__entry->bytes = bytes;
		__entry->listeners = listeners;
		__entry->deferred = deferred;
		__entry->err = err;
	),
	TP_printk("id=%u cmd=%d bytes=%u listeners=%d deferred=%d err=%d",
		  __entry->id, __entry->cmd, __entry->bytes, __entry->listeners,
		  __entry->deferred, __entry->err)
);

/*
 * A netlink command has ended. id is the device's or pin's that it is about, -1 for none; text
 * is what the user was told beside err.
 */
TRACE_EVENT(dpll_cmd,
	TP_PROTO(s64 id, int cmd, u32 portid, u64 duration_ns, int err, const char *text),
	TP_ARGS(id, cmd, portid, duration_ns, err, text),
	TP_STRUCT__entry(
		__field(s64, id)
		__field(int, cmd)
		__field(u32, portid)
		__field(u64, duration_ns)
		__field(int, err)
		__array(char, text, DPLL_TRACE_TEXT_LEN)
	),
	TP_fast_assign(
		__entry->id = id;
		__entry->cmd = cmd;
		__entry->portid = portid;
		__entry->duration_ns = duration_ns;
		__entry->err = err;
		strscpy_pad(__entry->text, text, DPLL_TRACE_TEXT_LEN);
	),
	TP_printk("id=%lld cmd=%d portid=%u duration_ns=%llu err=%d text=%s",
		  __entry->id, __entry->cmd, __entry->portid, __entry->duration_ns,
		  __entry->err, __entry->text)
);

#endif /* _TRACE_DPLL_H */

#include <trace/define_trace.h>
