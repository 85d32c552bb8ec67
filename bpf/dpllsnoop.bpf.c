// SPDX-License-Identifier: GPL-2.0
/*
 * dpllsnoop, the BPF side: sends what happens to the lock of DPLLs, and who set what, through
 * the ring buffer. Knows the tracepoints of include/trace/events/dpll.h and dpllsnoop.h; reads
 * no kernel structure. All of this is rare; operations and commands, which are not, are looked
 * at only when asked, and sent only if slow or refused.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "dpllsnoop.h"
#include "tp.bpf.h"
#include "ring.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* set before loading */
const volatile __u64 slow_ns;

static __always_inline void fill(struct dpll_ev *e, __u32 kind, __u32 id)
{
	__builtin_memset(e, 0, sizeof(*e));
	e->mono_ns = bpf_ktime_get_ns();
	e->at_ns = e->mono_ns;
	e->kind = kind;
	e->id = id;
}

static __always_inline void fill_actor(struct dpll_ev *e)
{
	e->tgid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
}

static __always_inline int on_lock(__u64 *a)
{
	struct dpll_ev *e = ring_reserve(sizeof(*e));

	if (!e)
		return 0;
	fill(e, EV_LOCK, ARG_U32(a, 0));
	e->y = ARG_U64(a, 1);
	e->a = ARG_INT(a, 2);
	e->old_value = ARG_INT(a, 3);
	e->new_value = ARG_INT(a, 4);
	e->x = ARG_INT(a, 5);
	e->duration_ns = ARG_U64(a, 6);
	e->at_ns = ARG_U64(a, 7);
	e->b = ARG_INT(a, 8);
	e->tgid = ARG_INT(a, 9);
	bpf_probe_read_kernel_str(e->comm, sizeof(e->comm), ARG_STR(a, 10));
	e->age_ns = ARG_U64(a, 11);
	/* the one thing that all wait for */
	ring_submit_now(e);
	return 0;
}
CHS_TP(dpll_lock_status, on_lock)

static __always_inline int on_mode(__u64 *a)
{
	struct dpll_ev *e = ring_reserve(sizeof(*e));

	if (!e)
		return 0;
	fill(e, EV_MODE, ARG_U32(a, 0));
	fill_actor(e);
	e->old_value = ARG_INT(a, 1);
	e->new_value = ARG_INT(a, 2);
	e->err = ARG_INT(a, 3);
	ring_submit(e);
	return 0;
}
CHS_TP(dpll_mode, on_mode)

static __always_inline int on_feature(__u64 *a)
{
	struct dpll_ev *e = ring_reserve(sizeof(*e));

	if (!e)
		return 0;
	fill(e, EV_FEATURE, ARG_U32(a, 0));
	fill_actor(e);
	e->a = ARG_INT(a, 1);
	e->old_value = ARG_U32(a, 2);
	e->new_value = ARG_U32(a, 3);
	e->err = ARG_INT(a, 4);
	ring_submit(e);
	return 0;
}
CHS_TP(dpll_feature_set, on_feature)

static __always_inline int on_pin_change(__u64 *a, __u32 kind)
{
	struct dpll_ev *e = ring_reserve(sizeof(*e));

	if (!e)
		return 0;
	fill(e, kind, ARG_U32(a, 0));
	fill_actor(e);
	e->a = ARG_INT(a, 1);
	e->b = ARG_U32(a, 2);
	e->old_value = ARG_S64(a, 3);
	e->new_value = ARG_S64(a, 4);
	e->err = ARG_INT(a, 5);
	ring_submit(e);
	return 0;
}

#define PIN_CHANGE(event, kind)						\
static __always_inline int on_##event(__u64 *a)				\
{									\
	return on_pin_change(a, kind);					\
}									\
CHS_TP(event, on_##event)

PIN_CHANGE(dpll_pin_state, EV_PIN_STATE)
PIN_CHANGE(dpll_pin_prio, EV_PIN_PRIO)
PIN_CHANGE(dpll_pin_direction, EV_PIN_DIRECTION)
PIN_CHANGE(dpll_pin_frequency, EV_PIN_FREQUENCY)
PIN_CHANGE(dpll_pin_phase_adjust, EV_PIN_PHASE_ADJUST)
PIN_CHANGE(dpll_pin_esync, EV_PIN_ESYNC)
PIN_CHANGE(dpll_pin_ref_sync, EV_PIN_REF_SYNC)

#define PARENT_DEVICE 1		/* enum dpll_parent_kind */

static __always_inline int on_pin_seen(__u64 *a)
{
	struct dpll_ev *e = ring_reserve(sizeof(*e));

	if (!e)
		return 0;
	fill(e, EV_PIN_SEEN, ARG_U32(a, 0));
	e->a = PARENT_DEVICE;
	e->b = ARG_U32(a, 1);
	e->old_value = ARG_INT(a, 2);
	e->new_value = ARG_INT(a, 3);
	ring_submit(e);
	return 0;
}
CHS_TP(dpll_pin_seen, on_pin_seen)

static __always_inline int on_pin_netdev(__u64 *a)
{
	struct dpll_ev_cmd *e = ring_reserve(sizeof(*e));

	if (!e)
		return 0;
	fill(&e->ev, EV_PIN_NETDEV, ARG_U32(a, 0));
	e->ev.b = ARG_U32(a, 1);
	e->ev.a = ARG_INT(a, 2);
	__builtin_memset(e->text, 0, sizeof(e->text));
	bpf_probe_read_kernel_str(e->text, sizeof(e->text), ARG_STR(a, 3));
	ring_submit(e);
	return 0;
}
CHS_TP(dpll_pin_netdev, on_pin_netdev)

static __always_inline int on_violation(__u64 *a)
{
	struct dpll_ev *e = ring_reserve(sizeof(*e));

	if (!e)
		return 0;
	fill(e, EV_VIOLATION, ARG_U32(a, 0));
	e->a = ARG_U32(a, 1);
	e->b = ARG_INT(a, 2);
	e->x = ARG_U64(a, 3);
	ring_submit(e);
	return 0;
}
CHS_TP(dpll_violation, on_violation)

static __always_inline int on_op(__u64 *a)
{
	struct dpll_ev *e;

	if (ARG_U64(a, 3) < slow_ns)
		return 0;
	e = ring_reserve(sizeof(*e));
	if (!e)
		return 0;
	fill(e, EV_OP, ARG_U32(a, 0));
	fill_actor(e);
	e->x = ARG_S64(a, 1);
	e->a = ARG_INT(a, 2);
	e->duration_ns = ARG_U64(a, 3);
	e->err = ARG_INT(a, 4);
	ring_submit(e);
	return 0;
}
CHS_TP(dpll_op, on_op)

#define CMD_DEVICE_SET 3	/* enum dpll_cmd */
#define CMD_PIN_SET 9

static __always_inline int on_cmd(__u64 *a)
{
	int cmd = ARG_INT(a, 1), err = ARG_INT(a, 4);
	struct dpll_ev_cmd *e;

	if (!err || (cmd != CMD_DEVICE_SET && cmd != CMD_PIN_SET))
		return 0;
	e = ring_reserve(sizeof(*e));
	if (!e)
		return 0;
	fill(&e->ev, EV_CMD, 0);
	fill_actor(&e->ev);
	e->ev.x = ARG_S64(a, 0);
	e->ev.a = cmd;
	e->ev.duration_ns = ARG_U64(a, 3);
	e->ev.err = err;
	__builtin_memset(e->text, 0, sizeof(e->text));
	bpf_probe_read_kernel_str(e->text, sizeof(e->text), ARG_STR(a, 5));
	ring_submit(e);
	return 0;
}
CHS_TP(dpll_cmd, on_cmd)
