// SPDX-License-Identifier: GPL-2.0
/*
 * htetop, the BPF side: adds up what happens to each line of the timestamping engine, in
 * arrays that user space maps. Knows the tracepoints of include/trace/events/hte.h and
 * htetop.h; reads no kernel structure.
 *
 * A line's events come one after the other under its lock, so its record is one for all
 * CPUs and takes no atomic operation, but for what is said in htetop.h. It is found by
 * the line's key in two steps of an array: no hash is on the path.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "htetop.h"
#include "tp.bpf.h"

char LICENSE[] SEC("license") = "GPL";

/* enum hte_line_action, enum hte_drop_reason: of the module, not of vmlinux.h */
enum { LINE_GET, LINE_REQUEST, LINE_ENABLE, LINE_DISABLE, LINE_PUT };
enum { DROP_UNREGISTERED, DROP_DISABLED, DROP_OVERFLOW };

/* set before loading */
const volatile __u32 max_lines = 1;

/* set while running */
volatile __u64 epoch_tag; /* see epoch.h */

__u32 next_slot;   /* records that were never used begin here */
__u32 chip_events; /* providers that came or went */
__u64 other_runs;  /* of programs, that no line's figures tell of */
__u64 untracked;   /* stamps, delivered or lost, of lines without a record */
struct htetop_chip chips[HTETOP_CHIPS];
__u32 slot_of_key[HTETOP_KEYS]; /* slot + 1; 0: none */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* user space sets the size */
	__type(key, __u32);
	__type(value, struct htetop_line);
} lines SEC(".maps");

/* records that user space has done with, when the unused ones are used up */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1);
	__type(value, __u32);
} free_slots SEC(".maps");

/*
 * Numbers are u64 here although they are narrower, since tp.bpf.h says that their upper
 * half is zero: BPF would clear it again and again.
 */
static __always_inline struct htetop_chip *chip_of(__u64 i)
{
	if (i >= HTETOP_CHIPS)
		return NULL;
	/* for the verifier, since the compiler may reckon the address before it looks */
	hide(i);
	return &chips[i & (HTETOP_CHIPS - 1)];
}

/* the line's slot + 1, or 0 where there is none and no room for it */
static __always_inline __u32 slot_of(__u64 key)
{
	if (key >= HTETOP_KEYS)
		return 0;
	hide(key);
	return slot_of_key[key & (HTETOP_KEYS - 1)];
}

static __always_inline struct htetop_line *record(__u32 slot)
{
	/* 0, none, becomes a number that no record has */
	slot--;
	return bpf_map_lookup_elem(&lines, &slot);
}

/* a record for a line that has none; the three arguments begin every event of a line */
static __noinline struct htetop_line *claim(__u64 *a)
{
	__u32 key = ARG_U32(a, 2), slot = max_lines, prior;
	struct htetop_line *l;
	struct htetop_chip *c;

	if (key >= HTETOP_KEYS)
		return NULL;
	/* looked at first: counting on would bring it round to 0 some day */
	if (next_slot < max_lines)
		slot = __sync_fetch_and_add(&next_slot, 1);
	if (slot >= max_lines && bpf_map_pop_elem(&free_slots, &slot))
		return NULL;
	l = bpf_map_lookup_elem(&lines, &slot);
	if (!l)
		return NULL;
	l->key = key;
	l->chip = ARG_INT(a, 0);
	l->line = ARG_U32(a, 1);
	l->level = -1;
	l->action = LINE_PUT;
	c = chip_of(a[0]);
	if (c) {
		l->generation = c->generation;
		__builtin_memcpy(l->chip_name, c->name, HTETOP_NAME);
	}
	hide(key);
	if (key >= HTETOP_KEYS)
		return NULL;
	prior = __sync_val_compare_and_swap(&slot_of_key[key], 0, slot + 1);
	if (prior) {
		/* an event of the same line on another CPU was first */
		bpf_map_push_elem(&free_slots, &slot, 0);
		return record(prior);
	}
	l->claimed = 1;
	return l;
}

static __always_inline struct htetop_line *line_of(__u64 *a)
{
	struct htetop_line *l = record(slot_of(a[2]));

	return l ?: claim(a);
}

static __always_inline void measured(struct htetop_line *l, __u32 h, __u64 ns, __u64 tag)
{
	__u64 i;

	/* what is longer counts as this */
	if (ns >> LL_TOP)
		ns = (1ULL << LL_TOP) - 1;
	epoch_note(l->max[h], tag, ns);
	i = ll_index(ns);
	hide(i);
	if (i < LL_BUCKETS)
		l->hist[h][i]++;
}

static __always_inline void latency(struct htetop_line *l, __u64 chip, __u64 tsc, __u64 now,
				    __u64 tag)
{
	struct htetop_chip *c = chip_of(chip);
	struct htetop_relation *r;
	__u32 which;
	__s64 ns;

	if (!c)
		return;
	which = c->which;
	if (!which)
		return;
	r = &c->relation[which & 1];
	ns = now - tsc - r->offset_ns - ((__s64)(tsc - r->base_hw) * r->rate >> HTETOP_RATE_SHIFT);
	if (ns < 0) {
		if (-ns > r->error_ns) {
			l->early++;
			return;
		}
		ns = 0;
	}
	measured(l, HTETOP_LATENCY, ns, tag);
}

/* chip, line, key, seq, tsc_ns, now_ns, raw_level, duration_ns, result */
static __always_inline int on_callback(__u64 *a)
{
	struct htetop_line *l = line_of(a);
	__u64 seq = ARG_U64(a, 3), tag = epoch_tag, next;

	if (!l) {
		__sync_fetch_and_add(&untracked, 1);
		return 0;
	}
	l->stamps++;
	next = l->next_seq;
	l->next_seq = seq + 1;
	/* a lower one: numbers began anew at 1, unseen by us */
	if (seq != next && next)
		l->gaps += seq - (seq > next ? next : 1);
	l->last_ns = ARG_U64(a, 4);
	l->level = ARG_INT(a, 6);
	measured(l, HTETOP_CALLBACK, ARG_U64(a, 7), tag);
	latency(l, a[0], ARG_U64(a, 4), ARG_U64(a, 5), tag);
	return 0;
}
CHS_TP(hte_callback, on_callback)

/* chip, line, key, delay_ns, duration_ns, coalesced */
static __always_inline int on_second(__u64 *a)
{
	__u64 delay = ARG_U64(a, 3);
	struct htetop_line *l = line_of(a);

	/* its stamp is counted as untracked already */
	if (!l)
		return 0;
	l->seconds++;
	if (delay)
		measured(l, HTETOP_SECOND, delay, epoch_tag);
	return 0;
}
CHS_TP(hte_second, on_second)

/* chip, line, key, reason, n, seq, total */
static __always_inline int on_drop(__u64 *a)
{
	struct htetop_line *l = line_of(a);
	__u32 reason = ARG_INT(a, 3);
	__u64 n = ARG_U64(a, 4);

	if (!l) {
		/* the others were delivered as well, and have been counted then */
		if (reason <= DROP_OVERFLOW)
			__sync_fetch_and_add(&untracked, n);
		return 0;
	}
	hide(reason);
	if (reason < HTETOP_REASONS)
		__sync_fetch_and_add(&l->drops[reason], n);
	__sync_fetch_and_add(&l->losses, 1);
	return 0;
}
CHS_TP(hte_drop, on_drop)

/* chip, line, key, action, line_id, label, consumer, err */
static __always_inline int on_line(__u64 *a)
{
	struct htetop_line *l;
	int action = ARG_INT(a, 3), err = ARG_INT(a, 7);

	__sync_fetch_and_add(&other_runs, 1);
	/* a refusal changes nothing, but that a line is put whatever that gives */
	if (err && action != LINE_PUT)
		return 0;
	l = line_of(a);
	if (!l)
		return 0;
	/* no stamp comes between these and the next request, whose first number is 1 */
	if (action == LINE_GET || action == LINE_PUT) {
		if (l->next_seq > 1)
			l->last_seq = l->next_seq - 1;
		l->next_seq = 1;
	}
	l->names++;
	l->action = action;
	l->line_id = ARG_U32(a, 4);
	bpf_probe_read_kernel_str(l->label, sizeof(l->label), ARG_STR(a, 5));
	bpf_probe_read_kernel_str(l->consumer, sizeof(l->consumer), ARG_STR(a, 6));
	l->names++;
	return 0;
}
CHS_TP(hte_line, on_line)

struct keys {
	__u32 first;
};

static long forget_key(__u32 i, struct keys *keys)
{
	__u32 key = keys->first + i;

	hide(key);
	if (key < HTETOP_KEYS)
		slot_of_key[key] = 0;
	return key >= HTETOP_KEYS;
}

/* chip, name, nlines, first_key; comes before any event of its lines */
static __always_inline int on_register(__u64 *a)
{
	struct htetop_chip *c = chip_of(a[0]);
	struct keys keys = { ARG_U32(a, 3) };

	/* records of a provider that has gone, and had these keys */
	bpf_loop(ARG_U32(a, 2) < HTETOP_KEYS ? ARG_U32(a, 2) : HTETOP_KEYS, forget_key, &keys, 0);
	if (c) {
		c->which = 0;
		c->nlines = ARG_U32(a, 2);
		c->first_key = ARG_U32(a, 3);
		c->looks = 0;
		c->fifo_max = 0;
		c->fifo_lost = 0;
		bpf_probe_read_kernel_str(c->name, sizeof(c->name), ARG_STR(a, 1));
		c->generation++;
	}
	__sync_fetch_and_add(&chip_events, 1);
	return 0;
}
CHS_TP(hte_chip_register, on_register)

static __always_inline int on_unregister(__u64 *a)
{
	struct htetop_chip *c = chip_of(a[0]);

	if (c)
		c->gone = c->generation + 1;
	__sync_fetch_and_add(&chip_events, 1);
	return 0;
}
CHS_TP(hte_chip_unregister, on_unregister)

/* chip, occupancy, lost; one at a time for a chip */
static __always_inline int on_fifo(__u64 *a)
{
	struct htetop_chip *c = chip_of(a[0]);
	__u64 occupancy = ARG_U32(a, 1);

	if (!c) {
		__sync_fetch_and_add(&other_runs, 1);
		return 0;
	}
	c->looks++;
	if (occupancy > c->fifo_max)
		c->fifo_max = occupancy;
	c->fifo_lost += ARG_U64(a, 2);
	return 0;
}
CHS_TP(hte_fifo, on_fifo)
