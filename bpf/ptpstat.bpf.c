// SPDX-License-Identifier: GPL-2.0
/*
 * ptpstat, the BPF side: counts and times the operations of every PTP clock into
 * per-CPU arrays, and, only when asked (events), sends what is rare through the
 * ring buffer. Knows the tracepoints of include/trace/events/ptp.h and ptpstat.h;
 * reads no kernel structure.
 *
 * The hot path is one lookup in a per-CPU array: all figures of a clock lie in
 * one value, so the operation is a constant offset and no second index.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "ptpstat.h"
#include "tp.bpf.h"
#include "ring.bpf.h"

#define EINTR	4
#define EAGAIN	11

char LICENSE[] SEC("license") = "GPL";

/* set before loading: what is off costs nothing, the verifier cuts it out */
const volatile __u32 first_index;
const volatile __u32 filter_pid;
const volatile __s32 filter_channel = -1;
const volatile bool filter_clocks;
const volatile __u64 clock_bits[PTPSTAT_MAX_CLOCKS / 64];
const volatile bool by_process;
const volatile bool events;
const volatile __u32 gettimex_more;	/* GETTIMEX_*, one word so that none costs one look */

/* set and read while running */
volatile __u32 self_tgid;	/* as this kernel numbers us, whatever our namespace says */
/*
 * Look closer: while we ask clocks ourselves, and always with a filter, events or
 * by_process. The hot path asks for this and no more.
 */
volatile __u32 look;
volatile __u64 epoch_tag;	/* epoch << EPOCH_SHIFT */
__u64 outside;			/* events of clocks beyond the slots */
__u64 procs_full;		/* operations that found no room in procs */
__u64 alarms_full;		/* expirations that found no room in alarms */
__u64 active[PTPSTAT_MAX_CLOCKS / 64];	/* slots registered or opened since the start */

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct ptp_clkstat);
} clocks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct ptp_clkstate);
} state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 1);
	__type(key, struct ptp_proc_key);
	__type(value, struct ptp_proc);
} procs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, PTPSTAT_ALARM_FILES);
	__type(key, struct ptp_alarm_key);
	__type(value, struct ptp_alarmstat);
} alarms SEC(".maps");

/* what a new entry of alarms begins with, too large for the stack */
static const struct ptp_alarmstat no_alarms;

/* whose the alarms of a file are, for events that do not tell; used with events or --pid */
struct owner {
	__u32 tgid;
	char comm[PTPSTAT_COMM];
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct ptp_alarm_key);
	__type(value, struct owner);
} owners SEC(".maps");

/*
 * Who touched a clock of late: the last PTPSTAT_ACTORS {process, operation}
 * pairs with running counts, the stalest giving way. A snapshot of the counts is
 * kept where a story may begin (a reader's read, a channel's event), and the
 * difference is told where it ends badly (a drop, a gap). Two CPUs that enter a
 * pair each at once may take one cell: this is a witness's account, the books
 * are in the clocks map.
 */
struct touch_cell {
	__u32 tgid;
	__u32 op;
	__u64 count;
	__u64 seq;
	char comm[PTPSTAT_COMM];
};

struct touch {
	__u64 seq;
	__u32 last; /* the cell found last */
	struct touch_cell cell[PTPSTAT_ACTORS];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct touch);
} touches SEC(".maps");

struct reader_key {
	__s32 index;
	__u32 reader;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, struct reader_key);
	__type(value, struct ptp_snapshot);
} readers SEC(".maps");

/* the events of a channel come under the clock's lock: one at a time */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ptp_channel);
} channels SEC(".maps");

/* what each clock showed, compared with CLOCK_MONOTONIC */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct timeline);
} timelines SEC(".maps");

static __always_inline __u32 slot_of(int index)
{
	return (__u32)index - first_index;
}

static __always_inline struct ptp_clkstat *any_clock_of(int index)
{
	__u32 slot = slot_of(index);
	struct ptp_clkstat *c = bpf_map_lookup_elem(&clocks, &slot);

	if (!c)
		__sync_fetch_and_add(&outside, 1);
	return c;
}

/* false: --clock names others */
static __always_inline bool asked_for(struct ptp_clkstat *c, int index)
{
	__u32 slot = slot_of(index), word = slot / 64;

	if (!filter_clocks)
		return true;
	hide(word);
	if (word < PTPSTAT_MAX_CLOCKS / 64 && clock_bits[word] >> (slot % 64) & 1)
		return true;
	c->skipped++;
	return false;
}

static __always_inline struct ptp_clkstat *clock_of(int index)
{
	struct ptp_clkstat *c = any_clock_of(index);

	return c && asked_for(c, index) ? c : NULL;
}

static __always_inline bool left_out(__u32 tgid)
{
	return tgid == self_tgid || (filter_pid && tgid != filter_pid);
}

/* for what a task does: its clock, unless the task is us or not the one asked for */
static __always_inline struct ptp_clkstat *admit(int index, __u32 *tgid)
{
	struct ptp_clkstat *c = clock_of(index);

	if (!c)
		return NULL;
	*tgid = bpf_get_current_pid_tgid() >> 32;
	if (left_out(*tgid)) {
		c->skipped++;
		return NULL;
	}
	return c;
}

static __always_inline void mark_active(int index)
{
	__u32 slot = slot_of(index), word = slot / 64;

	hide(word);
	if (word < PTPSTAT_MAX_CLOCKS / 64)
		__sync_fetch_and_or(&active[word], 1ULL << (slot % 64));
}

static __always_inline void touch(int index, __u32 tgid, __u32 op, __u64 n)
{
	__u32 slot = slot_of(index), oldest = 0, last;
	struct touch *t = bpf_map_lookup_elem(&touches, &slot);
	__u64 oldest_seq = ~0ULL, seq;
	struct touch_cell *w;

	if (!t)
		return;
	seq = ++t->seq;
	/* mostly the one of the last time; its name is asked for now and then: there is exec */
	last = t->last;
	hide(last);
	if (last < PTPSTAT_ACTORS && seq % 16) {
		w = &t->cell[last];
		if (w->tgid == tgid && w->op == op && w->count) {
			w->seq = seq;
			__sync_fetch_and_add(&w->count, n);
			return;
		}
	}
#pragma unroll
	for (int i = 0; i < PTPSTAT_ACTORS; i++) {
		w = &t->cell[i];
		if (w->tgid == tgid && w->op == op && w->count) {
			w->seq = seq;
			__sync_fetch_and_add(&w->count, n);
			t->last = i;
			if (!(seq % 16))
				bpf_get_current_comm(w->comm, sizeof(w->comm));
			return;
		}
		if (w->seq < oldest_seq) {
			oldest_seq = w->seq;
			oldest = i;
		}
	}
	hide(oldest);
	if (oldest >= PTPSTAT_ACTORS)
		return;
	w = &t->cell[oldest];
	w->tgid = tgid;
	w->op = op;
	w->seq = seq;
	w->count = n;
	t->last = oldest;
	bpf_get_current_comm(w->comm, sizeof(w->comm));
}

static __always_inline void snap(int index, struct ptp_snapshot *s)
{
	__u32 slot = slot_of(index);
	struct touch *t = bpf_map_lookup_elem(&touches, &slot);

	s->mono_ns = bpf_ktime_get_ns();
	if (!t)
		return;
#pragma unroll
	for (int i = 0; i < PTPSTAT_ACTORS; i++) {
		s->cell[i].tgid = t->cell[i].tgid;
		s->cell[i].op = t->cell[i].op;
		s->cell[i].count = t->cell[i].count;
	}
}

/* what went on since s, or since the beginning where there is no s */
static __always_inline void tell(int index, struct ptp_ev_story *r, struct ptp_snapshot *s)
{
	__u32 slot = slot_of(index);
	struct touch *t = bpf_map_lookup_elem(&touches, &slot);

	r->since_ns = s ? s->mono_ns : 0;
#pragma unroll
	for (int i = 0; i < PTPSTAT_ACTORS; i++) {
		struct ptp_actor *a = &r->who[i];
		struct touch_cell *w;
		__u64 base = 0;

		a->count = 0;
		a->tgid = 0;
		a->op = 0;
		if (!t)
			continue;
		w = &t->cell[i];
		if (s && s->cell[i].tgid == w->tgid && s->cell[i].op == w->op)
			base = s->cell[i].count;
		a->tgid = w->tgid;
		a->op = w->op;
		/* a cell that changed hands and came back counts from 1 again */
		a->count = w->count >= base ? w->count - base : w->count;
		__builtin_memcpy(a->comm, w->comm, PTPSTAT_COMM);
	}
}

/* every member, so that no record shows what stood there before */
static __always_inline void fill(struct ptp_ev *e, __u32 kind, int index, __u32 tgid, int err)
{
	e->mono_ns = bpf_ktime_get_ns();
	e->kind = kind;
	e->index = index;
	e->tgid = tgid;
	e->err = err;
	e->reader = 0;
	e->a = e->b = e->c = e->d = 0;
	e->op = 0;
	e->x = e->y = 0;
	e->duration_ns = 0;
}

/* of no task */
static __always_inline void fill_quiet(struct ptp_ev *e, __u32 kind, int index)
{
	__builtin_memset(e->comm, 0, sizeof(e->comm));
	fill(e, kind, index, 0, 0);
}

/*
 * The stamp is taken last and after the room: what user space does not find when it has
 * drained the ring is later than its look at the clock before.
 */
static __always_inline void fill_task(struct ptp_ev *e, __u32 kind, int index, __u32 tgid, int err)
{
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	fill(e, kind, index, tgid, err);
}

/*
 * The same for what a servo does time and again: its name as touch() has just found it,
 * which is a third of the price.
 */
static __always_inline void fill_servo(struct ptp_ev *e, __u32 kind, int index, __u32 tgid, int err)
{
	__u32 slot = slot_of(index), last;
	struct touch *t = bpf_map_lookup_elem(&touches, &slot);

	last = t ? t->last : PTPSTAT_ACTORS;
	hide(last);
	if (t && last < PTPSTAT_ACTORS && t->cell[last].tgid == tgid)
		__builtin_memcpy(e->comm, t->cell[last].comm, sizeof(e->comm));
	else
		bpf_get_current_comm(e->comm, sizeof(e->comm));
	fill(e, kind, index, tgid, err);
}

static __always_inline struct ptp_ev *event(__u32 kind, int index, __u32 tgid, int err)
{
	struct ptp_ev *e = ring_reserve(sizeof(*e));

	if (e)
		fill_task(e, kind, index, tgid, err);
	return e;
}

static __always_inline void event_error(int index, __u32 tgid, __u32 op, int err, __u64 duration,
					__u32 detail)
{
	struct ptp_ev *e = event(EV_ERROR, index, tgid, err);

	if (!e)
		return;
	e->op = op;
	e->a = detail;
	e->duration_ns = duration;
	ring_submit(e);
}

static __always_inline void count_process(int index, __u32 tgid, __u32 op, __u64 duration, int err,
					  __u32 n)
{
	struct ptp_proc_key key = { .slot = slot_of(index), .tgid = tgid, .op = op };
	struct ptp_proc *p = bpf_map_lookup_elem(&procs, &key);

	if (!p) {
		struct ptp_proc new = {};

		bpf_get_current_comm(new.comm, sizeof(new.comm));
		bpf_map_update_elem(&procs, &key, &new, BPF_NOEXIST);
		p = bpf_map_lookup_elem(&procs, &key);
		if (!p) {
			__sync_fetch_and_add(&procs_full, 1);
			return;
		}
	}
	p->count += n;
	p->sum_ns += duration;
	if (err)
		p->errors++;
	if (!p->comm[0])
		bpf_get_current_comm(p->comm, sizeof(p->comm));
}

static __always_inline void histogram(struct ptp_clkstat *c, __u32 h, __u64 v, __u32 n)
{
	__u32 i = ll_index(v);

	hide(i);
	if (i < LL_BUCKETS)
		c->hist[h][i] += n;
}

/* may look closer: whose call it is, and whether we want it; false: no */
static __always_inline bool wanted(struct ptp_clkstat *c, int index, __u32 op, __u32 *tgid)
{
	if (!asked_for(c, index))
		return false;
	*tgid = bpf_get_current_pid_tgid() >> 32;
	/* a story names everybody, also those whom --pid leaves out of the figures */
	if (events && op < PTP_OP_DRIVER_END && *tgid != self_tgid)
		touch(index, *tgid, op, 1);
	if (!left_out(*tgid))
		return true;
	c->skipped++;
	return false;
}

/*
 * Every call of op by a task comes here; the clock's figures, or NULL if left out. *tgid
 * is 0 where nobody wants to know.
 */
static __always_inline struct ptp_clkstat *account(int index, __u32 op, __u64 duration, int err,
						   __u32 *tgid)
{
	__u32 closer = look;
	struct ptp_clkstat *c = any_clock_of(index);
	struct ptp_opstat *s;

	*tgid = 0;
	if (!c)
		return NULL;
	if (closer) {
		if (!wanted(c, index, op, tgid))
			return NULL;
		if (by_process)
			count_process(index, *tgid, op, duration, err, 1);
	}
	s = &c->op[op];
	s->count++;
	if (err)
		s->errors++;
	if (op < PTP_OP_TIMED_END) {
		__u64 tag = epoch_tag;

		s->sum_ns += duration;
		/* once for the tag and the histogram both: what is longer counts as this */
		if (duration >> LL_TOP)
			duration = (1ULL << LL_TOP) - 1;
		epoch_note(s->max, tag, duration);
		histogram(c, op, duration, 1);
	}
	return c;
}

/* an operation that changes nothing: an event only where it fails */
static __always_inline struct ptp_clkstat *quiet_op(int index, __u32 op, __u64 duration, int err,
						    __u32 detail)
{
	__u32 tgid;
	struct ptp_clkstat *c = account(index, op, duration, err, &tgid);

	/* without events nobody may have looked who it is */
	if (tgid && events && err && c)
		event_error(index, tgid, op, err, duration, detail);
	return c;
}

static __always_inline void step(int index)
{
	__u32 slot = slot_of(index);
	struct ptp_clkstate *st = bpf_map_lookup_elem(&state, &slot);

	if (st)
		__sync_fetch_and_add(&st->steps, 1);
}

static __always_inline int on_gettime(__u64 *a)
{
	quiet_op(ARG_INT(a, 0), PTP_OP_GETTIME, ARG_U64(a, 2), ARG_INT(a, 3), 0);
	return 0;
}
CHS_TP(ptp_gettime, on_gettime)

/*
 * All samples of a call at once. How long each took is told by the widths: the sum and
 * the longest are exact; in the histogram all of a call stand at their mean.
 */
static __always_inline int on_sys_offset(__u64 *a)
{
	int index = ARG_INT(a, 0), driver_err = ARG_INT(a, 4), err = ARG_INT(a, 11);
	__u32 nr = ARG_U32(a, 1) & 0xff, n = ARG_U32(a, 3), tgid, op, more = gettimex_more;
	__u64 shortest = ARG_U64(a, 5), longest = ARG_U64(a, 6), sum = ARG_U64(a, 7), tag, mean, v;
	struct ptp_clkstat *c = account(index, PTP_OP_IOCTL, ARG_U64(a, 10), err, &tgid);
	struct ptp_best *b;
	struct ptp_opstat *s;

	if (!c)
		return 0;
	if (events && tgid && err)
		event_error(index, tgid, PTP_OP_IOCTL, err, ARG_U64(a, 10), ARG_U32(a, 1));
	if (!n)
		return 0;
	op = nr == 5 || nr == 14 ? PTP_OP_GETTIME : PTP_OP_GETTIMEX;
	if (tgid) {
		if (events)
			touch(index, tgid, op, n);
		if (by_process)
			count_process(index, tgid, op, sum, driver_err, n);
		if (events && driver_err)
			event_error(index, tgid, op, driver_err, 0, 0);
	}
	tag = epoch_tag;
	s = &c->op[op];
	c->sampled += n;
	s->count += n;
	s->sum_ns += sum;
	if (driver_err)
		s->errors++;
	if (longest >> LL_TOP)
		longest = (1ULL << LL_TOP) - 1;
	epoch_note(s->max, tag, longest);
	mean = longest == shortest ? longest : sum / n;
	histogram(c, op, mean, n);
	if (op != PTP_OP_GETTIMEX || !more || driver_err)
		return 0;
	if (more & GETTIMEX_WIDTHS)
		histogram(c, HIST_WIDTH, shortest, 1);
	if (!(more & GETTIMEX_OVERHEAR) || ARG_INT(a, 2) != 0) /* CLOCK_REALTIME */
		return 0;
	v = tag | (shortest >> LL_TOP ? (1ULL << LL_TOP) - 1 : shortest);
	b = &c->best[tag >> EPOCH_SHIFT & 1];
	if ((v ^ b->width) >> EPOCH_SHIFT || v < b->width) {
		b->width = v;
		b->offset_ns = ARG_S64(a, 8) - ARG_S64(a, 9) - (__s64)(shortest / 2);
	}
	return 0;
}
CHS_TP(ptp_sys_offset, on_sys_offset)

static __always_inline int on_crosststamp(__u64 *a)
{
	quiet_op(ARG_INT(a, 0), PTP_OP_CROSSTSTAMP, ARG_U64(a, 4), ARG_INT(a, 5), 0);
	return 0;
}
CHS_TP(ptp_crosststamp, on_crosststamp)

/* x old, y new */
static __always_inline int on_settime(__u64 *a)
{
	int index = ARG_INT(a, 0), err = ARG_INT(a, 4);
	struct ptp_ev *e;
	__u32 tgid;

	if (!err)
		step(index);
	if (!account(index, PTP_OP_SETTIME, ARG_U64(a, 3), err, &tgid) || !events)
		return 0;
	e = event(EV_SETTIME, index, tgid, err);
	if (!e)
		return 0;
	e->x = ARG_S64(a, 1);
	e->y = ARG_S64(a, 2);
	e->duration_ns = ARG_U64(a, 3);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_settime, on_settime)

/* x delta */
static __always_inline int on_adjtime(__u64 *a)
{
	int index = ARG_INT(a, 0), err = ARG_INT(a, 3);
	struct ptp_ev *e;
	__u32 tgid;

	if (!err)
		step(index);
	if (!account(index, PTP_OP_ADJTIME, ARG_U64(a, 2), err, &tgid) || !events)
		return 0;
	e = event(EV_ADJTIME, index, tgid, err);
	if (!e)
		return 0;
	e->x = ARG_S64(a, 1);
	e->duration_ns = ARG_U64(a, 2);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_adjtime, on_adjtime)

/* x old, y new, in scaled ppm */
static __always_inline int on_adjfine(__u64 *a)
{
	int index = ARG_INT(a, 0), err = ARG_INT(a, 4);
	__u32 slot = slot_of(index), tgid;
	struct ptp_clkstate *st = bpf_map_lookup_elem(&state, &slot);
	struct ptp_ev *e;

	/* the clock's frequency is this, whoever set it: before any filter */
	if (st && !err) {
		st->scaled_ppm = ARG_S64(a, 2);
		st->freq_set++;
	}
	if (!account(index, PTP_OP_ADJFINE, ARG_U64(a, 3), err, &tgid) || !events)
		return 0;
	e = ring_reserve(sizeof(*e));
	if (!e)
		return 0;
	fill_servo(e, EV_ADJFINE, index, tgid, err);
	e->x = ARG_S64(a, 1);
	e->y = ARG_S64(a, 2);
	e->duration_ns = ARG_U64(a, 3);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_adjfine, on_adjfine)

/* x offset */
static __always_inline int on_adjphase(__u64 *a)
{
	int index = ARG_INT(a, 0), err = ARG_INT(a, 3);
	__u32 slot = slot_of(index), tgid;
	struct timeline *t;
	struct ptp_ev *e;

	/* its servo moves the clock from now on as it thinks fit: learn how it runs anew */
	if (!err && events) {
		t = bpf_map_lookup_elem(&timelines, &slot);
		if (t)
			t->have = t->rate_known = 0;
	}
	if (!account(index, PTP_OP_ADJPHASE, ARG_U64(a, 2), err, &tgid) || !events)
		return 0;
	e = event(EV_ADJPHASE, index, tgid, err);
	if (!e)
		return 0;
	e->x = ARG_S64(a, 1);
	e->duration_ns = ARG_U64(a, 2);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_adjphase, on_adjphase)

static __always_inline int on_ioctl(__u64 *a)
{
	quiet_op(ARG_INT(a, 0), PTP_OP_IOCTL, ARG_U64(a, 2), ARG_INT(a, 3), ARG_U32(a, 1));
	return 0;
}
CHS_TP(ptp_ioctl, on_ioctl)

/* a type, b channel, c on, d flags */
static __always_inline int on_enable(__u64 *a)
{
	int index = ARG_INT(a, 0), err = ARG_INT(a, 6);
	__u32 type = ARG_U32(a, 1), chan = ARG_U32(a, 2), key, tgid;
	struct ptp_channel *ch;
	struct ptp_ev *e;

	/* a channel that was turned off or on anew has no beat to keep */
	if (events && type == 0 && chan < PTPSTAT_CHANNELS) {
		key = slot_of(index) * PTPSTAT_CHANNELS + chan;
		ch = bpf_map_lookup_elem(&channels, &key);
		if (ch)
			ch->rhythm.forget = 1;
	}
	if (type == 0 && filter_channel >= 0 && chan != (__u32)filter_channel)
		return 0;
	if (!account(index, PTP_OP_ENABLE, ARG_U64(a, 5), err, &tgid) || !events)
		return 0;
	e = event(EV_ENABLE, index, tgid, err);
	if (!e)
		return 0;
	e->a = type;
	e->b = chan;
	e->c = ARG_INT(a, 3) != 0;
	e->d = ARG_U32(a, 4);
	e->duration_ns = ARG_U64(a, 5);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_enable, on_enable)

static __always_inline int on_extts_read(__u64 *a)
{
	int index = ARG_INT(a, 0), err = ARG_INT(a, 4);
	struct reader_key key = { .index = index, .reader = ARG_U32(a, 1) };
	struct ptp_snapshot *s;

	/* a signal came while it slept, or it does not want to wait: nothing went wrong */
	if (err == -EINTR || err == -EAGAIN)
		err = 0;
	if (!quiet_op(index, PTP_OP_READ, 0, err, 0) || !events || err)
		return 0;
	s = bpf_map_lookup_elem(&readers, &key);
	if (!s) {
		struct ptp_snapshot new = {};

		bpf_map_update_elem(&readers, &key, &new, BPF_ANY);
		s = bpf_map_lookup_elem(&readers, &key);
	}
	if (s) {
		s->reads++;
		snap(index, s);
	}
	return 0;
}
CHS_TP(ptp_extts_read, on_extts_read)

static __always_inline int on_pps(__u64 *a)
{
	struct ptp_clkstat *c = clock_of(ARG_INT(a, 0));

	if (c)
		c->op[PTP_OP_PPS].count++;
	return 0;
}
CHS_TP(ptp_pps, on_pps)

static __always_inline int on_aux_work(__u64 *a)
{
	__u32 tgid;

	account(ARG_INT(a, 0), PTP_OP_AUX, ARG_U64(a, 1), 0, &tgid);
	return 0;
}
CHS_TP(ptp_aux_work, on_aux_work)

/* reader; a mode */
static __always_inline int on_open(__u64 *a)
{
	int index = ARG_INT(a, 0), err = ARG_INT(a, 3);
	struct ptp_ev *e;
	__u32 tgid;

	mark_active(index);
	if (!account(index, PTP_OP_OPEN, 0, err, &tgid) || !events)
		return 0;
	if (!err) {
		struct reader_key key = { .index = index, .reader = ARG_U32(a, 1) };
		struct ptp_snapshot new = {};
		struct ptp_snapshot *s;

		bpf_map_update_elem(&readers, &key, &new, BPF_ANY);
		s = bpf_map_lookup_elem(&readers, &key);
		if (s)
			snap(index, s);
	}
	e = event(EV_OPEN, index, tgid, err);
	if (!e)
		return 0;
	e->reader = ARG_U32(a, 1);
	e->a = ARG_U32(a, 2);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_open, on_open)

/* reader; x delivered, y dropped */
static __always_inline int on_release(__u64 *a)
{
	int index = ARG_INT(a, 0);
	struct reader_key key = { .index = index, .reader = ARG_U32(a, 1) };
	struct ptp_alarm_key alarm_key = { .slot = slot_of(index), .reader = key.reader };
	struct ptp_alarmstat *s = bpf_map_lookup_elem(&alarms, &alarm_key);
	struct ptp_ev *e;
	__u32 tgid;

	/* no alarm of it fires any more: user space may give back the entry */
	if (s)
		s->closed = 1;
	if (!admit(index, &tgid) || !events)
		return 0;
	bpf_map_delete_elem(&readers, &key);
	e = event(EV_RELEASE, index, tgid, 0);
	if (!e)
		return 0;
	e->reader = key.reader;
	e->x = ARG_S64(a, 2);
	e->y = ARG_S64(a, 3);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_release, on_release)

/* reader; a channel */
static __always_inline int on_mask(__u64 *a)
{
	int index = ARG_INT(a, 0), chan = ARG_INT(a, 2);
	struct ptp_ev *e;
	__u32 tgid;

	if (filter_channel >= 0 && chan >= 0 && chan != filter_channel)
		return 0;
	if (!admit(index, &tgid))
		return 0;
	e = event(EV_MASK, index, tgid, ARG_INT(a, 3));
	if (!e)
		return 0;
	e->reader = ARG_U32(a, 1);
	e->a = chan;
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_mask, on_mask)

/* reader pin; a, b old function and channel; c, d new ones */
static __always_inline int on_pin(__u64 *a)
{
	int index = ARG_INT(a, 0);
	struct ptp_ev *e;
	__u32 tgid;

	if (!admit(index, &tgid))
		return 0;
	e = event(EV_PIN, index, tgid, ARG_INT(a, 6));
	if (!e)
		return 0;
	e->reader = ARG_U32(a, 1);
	e->a = ARG_U32(a, 2);
	e->b = ARG_U32(a, 3);
	e->c = ARG_U32(a, 4);
	e->d = ARG_U32(a, 5);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_pin, on_pin)

/* a clock that comes or goes has no rhythm left */
static __always_inline void forget_rhythms(int index)
{
	__u32 slot = slot_of(index), key;
	struct ptp_channel *ch;

	if (!events)
		return;
#pragma unroll
	for (__u32 i = 0; i < PTPSTAT_CHANNELS; i++) {
		key = slot * PTPSTAT_CHANNELS + i;
		ch = bpf_map_lookup_elem(&channels, &key);
		if (ch)
			ch->rhythm.forget = 1;
	}
}

static __always_inline int lifetime(int index, const char *name, __u32 kind)
{
	__u32 slot = slot_of(index);
	struct ptp_clkstate *st = bpf_map_lookup_elem(&state, &slot);
	struct ptp_ev_name *e;

	mark_active(index);
	step(index);
	forget_rhythms(index);
	if (st && kind == EV_REGISTER) {
		/* a new clock, of whose frequency nobody has told yet */
		st->freq_set = 0;
		bpf_probe_read_kernel_str(st->name, sizeof(st->name), name);
	}
	if (!events || !clock_of(index))
		return 0;
	e = ring_reserve(sizeof(*e));
	if (!e)
		return 0;
	__builtin_memset(e->name, 0, sizeof(e->name));
	bpf_probe_read_kernel_str(e->name, sizeof(e->name), name);
	fill_task(&e->ev, kind, index, bpf_get_current_pid_tgid() >> 32, 0);
	ring_submit(e);
	return 0;
}

static __always_inline int on_register(__u64 *a)
{
	return lifetime(ARG_INT(a, 0), ARG_STR(a, 1), EV_REGISTER);
}
CHS_TP(ptp_register, on_register)

static __always_inline int on_unregister(__u64 *a)
{
	return lifetime(ARG_INT(a, 0), ARG_STR(a, 1), EV_UNREGISTER);
}
CHS_TP(ptp_unregister, on_unregister)

/* x by how much, y give or take; duration_ns from the reading before on; a: by events */
static __always_inline void event_moved(int index, __u32 kind, __s64 moved, __u64 uncertain,
					__u64 since, __u32 by_events, __u32 chan)
{
	struct ptp_ev *e = ring_reserve(sizeof(*e));

	if (!e)
		return;
	fill_quiet(e, kind, index);
	e->x = moved;
	e->y = uncertain;
	e->duration_ns = since ? e->mono_ns - since : 0;
	e->a = by_events;
	e->b = chan;
	ring_submit(e);
}

/*
 * Gap: a channel; x the event that came late, y its distance from the beat before;
 * duration_ns the expected period; b beats missing, c edges.
 * Stray: a channel; x the event, y its distance from the nearest beat; duration_ns.
 * Order: a channel; x the event, y the one before, which is not earlier.
 * Change: a channel; x the event; duration_ns the old period, y the new one, b edges in it.
 */
static __always_inline void watch_rhythm(int index, __u32 chan, __s64 time)
{
	__u32 slot = slot_of(index), key = slot * PTPSTAT_CHANNELS + chan;
	struct ptp_clkstate *st = bpf_map_lookup_elem(&state, &slot);
	struct ptp_channel *ch = bpf_map_lookup_elem(&channels, &key);
	struct rhythm_verdict v;
	struct ptp_ev_story *r;
	struct timeline *t;
	struct ptp_ev *e;
	__u64 since;
	__s64 last;

	if (!st || !ch)
		return;
	if (!(st->rhythms >> chan & 1))
		__sync_fetch_and_or(&st->rhythms, 1ULL << chan);
	since = ch->rhythm.last_mono;
	last = ch->rhythm.last_ns;
	rhythm_event(&ch->rhythm, &v, time, bpf_ktime_get_ns(), st->steps);
	if (!v.what)
		goto out;
	if (v.what & RHYTHM_JUMP) {
		/* the line that readings are compared with broke as well */
		__sync_fetch_and_add(&st->steps, 1);
		ch->rhythm.steps = st->steps;
		t = bpf_map_lookup_elem(&timelines, &slot);
		if (t)
			__sync_fetch_and_add(&t->jumps, 1);
		event_moved(index, EV_JUMP, v.moved_ns, v.uncertain_ns, since, 1, chan);
	}
	if (v.what & RHYTHM_GAP) {
		r = ring_reserve(sizeof(*r));
		if (r) {
			fill_quiet(&r->ev, EV_GAP, index);
			r->ev.a = chan;
			r->ev.x = time;
			r->ev.y = v.distance_ns;
			r->ev.duration_ns = v.period_ns;
			r->ev.b = v.missing;
			r->ev.c = v.edges;
			tell(index, r, &ch->at);
			ring_submit(r);
		}
	}
	if (v.what & (RHYTHM_STRAY | RHYTHM_ORDER) && !v.quiet) {
		e = ring_reserve(sizeof(*e));
		if (e) {
			fill_quiet(e, v.what & RHYTHM_STRAY ? EV_STRAY : EV_ORDER, index);
			e->a = chan;
			e->x = time;
			e->y = v.what & RHYTHM_STRAY ? v.off_ns : last;
			e->duration_ns = v.period_ns;
			ring_submit(e);
		}
	}
	if (v.what & RHYTHM_CHANGE) {
		e = ring_reserve(sizeof(*e));
		if (e) {
			fill_quiet(e, EV_CHANGE, index);
			e->a = chan;
			e->x = time;
			e->y = v.new_period_ns;
			e->duration_ns = v.period_ns;
			e->b = v.new_second_ns ? 2 : 1;
			ring_submit(e);
		}
	}
out:
	snap(index, &ch->at);
}

/* readings come from any CPU: whoever finds another one at it leaves out this one */
static __always_inline int on_reading(__u64 *a)
{
	int index = ARG_INT(a, 0);
	__u32 slot = slot_of(index);
	struct ptp_clkstate *st = bpf_map_lookup_elem(&state, &slot);
	struct timeline *t = bpf_map_lookup_elem(&timelines, &slot);
	struct ptp_clkstat *c = clock_of(index);
	struct timeline_verdict v;

	if (!c || !st || !t)
		return 0;
	c->readings++;
	if (__sync_lock_test_and_set(&t->busy, 1))
		return 0;
	timeline_reading(t, &v, ARG_U64(a, 2), ARG_U64(a, 3), ARG_S64(a, 1), st->steps,
			 st->scaled_ppm);
	if (v.what == TIMELINE_JUMP) {
		/* channels: the phase is another one */
		__sync_fetch_and_add(&st->steps, 1);
		t->steps = st->steps;
	}
	__sync_lock_test_and_set(&t->busy, 0);
	/* in the same order */
	if (v.what)
		event_moved(index, EV_JUMP + v.what - TIMELINE_JUMP, v.moved_ns, v.uncertain_ns,
			    v.since_ns, 0, 0);
	return 0;
}
CHS_TP(ptp_reading, on_reading)

static __always_inline int on_extts(__u64 *a)
{
	int index = ARG_INT(a, 0);
	__u32 chan = ARG_U32(a, 1);
	struct ptp_clkstat *c = clock_of(index);

	if (!c)
		return 0;
	if (filter_channel >= 0 && chan != (__u32)filter_channel) {
		c->skipped++;
		return 0;
	}
	c->events++;
	/* with PTP_EXT_OFFSET (0x10) the time is an offset and has no beat */
	if (events && chan < PTPSTAT_CHANNELS && !(ARG_U32(a, 3) & 0x10))
		watch_rhythm(index, chan, ARG_S64(a, 2));
	return 0;
}
CHS_TP(ptp_extts, on_extts)

/*
 * reader, tgid, comm: who lost; a channel; x time of the lost event, y total; b
 * how often we saw it read, c whether we saw it open or read at all, d events it
 * has ever read (0: most likely it never will)
 */
static __always_inline int on_extts_drop(__u64 *a)
{
	int index = ARG_INT(a, 0);
	__u32 pid = ARG_U32(a, 2), chan = ARG_U32(a, 4);
	struct reader_key key = { .index = index, .reader = ARG_U32(a, 1) };
	struct ptp_clkstat *c = clock_of(index);
	struct ptp_ev_story *r;
	struct ptp_snapshot *s;

	if (!c)
		return 0;
	if (left_out(pid) ||
	    (filter_channel >= 0 && chan != (__u32)filter_channel)) {
		c->skipped++;
		return 0;
	}
	c->drops++;
	if (!events)
		return 0;
	r = ring_reserve(sizeof(*r));
	if (!r)
		return 0;
	fill_quiet(&r->ev, EV_DROP, index);
	r->ev.reader = key.reader;
	r->ev.tgid = pid;
	bpf_probe_read_kernel_str(r->ev.comm, sizeof(r->ev.comm), ARG_STR(a, 3));
	r->ev.a = chan;
	r->ev.x = ARG_S64(a, 5);
	r->ev.y = ARG_S64(a, 6);
	s = bpf_map_lookup_elem(&readers, &key);
	r->ev.b = s ? s->reads : 0;
	r->ev.c = s != NULL;
	r->ev.d = a[7] > 0xffffffff ? 0xffffffff : a[7];
	tell(index, r, s);
	ring_submit(r);
	return 0;
}
CHS_TP(ptp_extts_drop, on_extts_drop)

static __always_inline struct ptp_alarmstat *alarms_of(struct ptp_alarm_key *key)
{
	struct ptp_alarmstat *s = bpf_map_lookup_elem(&alarms, key);

	if (s)
		return s;
	bpf_map_update_elem(&alarms, key, &no_alarms, BPF_NOEXIST);
	s = bpf_map_lookup_elem(&alarms, key);
	if (!s)
		__sync_fetch_and_add(&alarms_full, 1);
	return s;
}

static __always_inline void remember_owner(struct ptp_alarm_key *key, __u32 tgid, const char *comm)
{
	struct owner new = { .tgid = tgid };

	if (comm)
		bpf_probe_read_kernel_str(new.comm, sizeof(new.comm), comm);
	else
		bpf_get_current_comm(new.comm, sizeof(new.comm));
	bpf_map_update_elem(&owners, key, &new, BPF_ANY);
}

/* one notification; it may stand for further expirations, its overruns */
static __always_inline int on_alarm_fire(__u64 *a)
{
	int index = ARG_INT(a, 0);
	struct ptp_alarm_key key = { .slot = slot_of(index), .reader = ARG_U32(a, 1) };
	__u32 tgid = ARG_U32(a, 7);
	struct ptp_clkstat *c = clock_of(index);
	__u64 tag = epoch_tag, late, i;
	struct ptp_alarmstat *s;

	if (!c)
		return 0;
	if ((events || filter_pid) && !bpf_map_lookup_elem(&owners, &key))
		remember_owner(&key, tgid, ARG_STR(a, 8));
	if (left_out(tgid)) {
		c->skipped++;
		return 0;
	}
	c->alarm_runs++;
	s = alarms_of(&key);
	if (!s)
		return 0;
	late = ARG_S64(a, 4) > 0 ? ARG_U64(a, 4) : 0;
	if (late >> LL_TOP)
		late = (1ULL << LL_TOP) - 1;
	s->fired++;
	s->overruns += ARG_U64(a, 5);
	s->late_sum_ns += late;
	epoch_note(s->late_max, tag, late);
	i = ll_index(late);
	hide(i);
	if (i < LL_BUCKETS)
		s->late[i]++;
	if (s->tgid != tgid) {
		s->tgid = tgid;
		bpf_probe_read_kernel_str(s->comm, sizeof(s->comm), ARG_STR(a, 8));
	}
	return 0;
}
CHS_TP(ptp_alarm_fire, on_alarm_fire)

/* reader; a alarm, b reason; x due, y how many */
static __always_inline int on_alarm_overrun(__u64 *a)
{
	int index = ARG_INT(a, 0);
	struct ptp_alarm_key key = { .slot = slot_of(index), .reader = ARG_U32(a, 1) };
	struct ptp_clkstat *c = clock_of(index);
	struct owner *owner = NULL;
	struct ptp_alarmstat *s;
	struct ptp_ev *e;

	if (!c)
		return 0;
	if (events || filter_pid)
		owner = bpf_map_lookup_elem(&owners, &key);
	if (left_out(owner ? owner->tgid : 0)) {
		c->skipped++;
		return 0;
	}
	c->alarm_runs++;
	s = alarms_of(&key);
	if (s)
		s->overruns += ARG_U64(a, 4);
	if (!events)
		return 0;
	e = ring_reserve(sizeof(*e));
	if (!e)
		return 0;
	fill_quiet(e, EV_OVERRUN, index);
	if (owner) {
		e->tgid = owner->tgid;
		__builtin_memcpy(e->comm, owner->comm, PTPSTAT_COMM);
	}
	e->reader = key.reader;
	e->a = ARG_U32(a, 2);
	e->b = ARG_U32(a, 5);
	e->x = ARG_S64(a, 3);
	e->y = ARG_S64(a, 4);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_alarm_overrun, on_alarm_overrun)

/* reader; a alarm, b flags; x due, y interval */
static __always_inline int on_alarm_arm(__u64 *a)
{
	int index = ARG_INT(a, 0);
	struct ptp_alarm_key key = { .slot = slot_of(index), .reader = ARG_U32(a, 1) };
	struct ptp_clkstat *c;
	struct ptp_ev *e;
	__u32 tgid;

	c = admit(index, &tgid);
	if (!c)
		return 0;
	c->alarm_runs++;
	remember_owner(&key, tgid, NULL);
	e = event(EV_ARM, index, tgid, ARG_INT(a, 6));
	if (!e)
		return 0;
	e->reader = key.reader;
	e->a = ARG_U32(a, 2);
	e->b = ARG_U32(a, 5);
	e->x = ARG_S64(a, 3);
	e->y = ARG_S64(a, 4);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_alarm_arm, on_alarm_arm)

/* reader; a alarm, b why; x fired, y overruns */
static __always_inline int on_alarm_cancel(__u64 *a)
{
	int index = ARG_INT(a, 0);
	struct ptp_clkstat *c;
	struct ptp_ev *e;
	__u32 tgid;

	c = admit(index, &tgid);
	if (!c)
		return 0;
	c->alarm_runs++;
	e = event(EV_CANCEL, index, tgid, 0);
	if (!e)
		return 0;
	e->reader = ARG_U32(a, 1);
	e->a = ARG_U32(a, 2);
	e->b = ARG_U32(a, 5);
	e->x = ARG_S64(a, 3);
	e->y = ARG_S64(a, 4);
	ring_submit(e);
	return 0;
}
CHS_TP(ptp_alarm_cancel, on_alarm_cancel)

/* run once by user space in its own context, to learn who it is */
SEC("syscall") int whoami(void *ctx __attribute__((unused)))
{
	self_tgid = bpf_get_current_pid_tgid() >> 32;
	return 0;
}
