/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ring buffer for rare events, with its books: every attempt is counted as
 * emitted, every failed reserve as lost, so that emitted == seen + lost holds to
 * the record once user space has drained the ring. Nobody is woken for a record:
 * user space looks several times a second, and is woken early only once the ring
 * is half full, or by a record that is submitted for now.
 */
#ifndef CHS_RING_BPF_H
#define CHS_RING_BPF_H

struct ring_books {
	__u64 emitted;
	__u64 lost;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);	/* user space sets the size */
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct ring_books);
} ring_books SEC(".maps");

const volatile __u64 ring_wake_at = 2048;

/* in a large ring every so many records of a CPU ask how full it is */
#define RING_ASK_EVERY 32
#define RING_LARGE     262144

/* size must be a constant; __sync because interrupts nest on one CPU */
#define ring_reserve(size) ({						\
	__u32 zero_ = 0;						\
	struct ring_books *b_ = bpf_map_lookup_elem(&ring_books, &zero_);	\
	void *rec_ = bpf_ringbuf_reserve(&ring, size, 0);		\
	if (b_) {							\
		__sync_fetch_and_add(&b_->emitted, 1);			\
		if (!rec_)						\
			__sync_fetch_and_add(&b_->lost, 1);		\
	}								\
	rec_;								\
})

static __always_inline void ring_submit(void *rec)
{
	__u64 flags = BPF_RB_NO_WAKEUP;
	__u32 zero = 0;
	struct ring_books *b;

	if (ring_wake_at >= RING_LARGE) {
		b = bpf_map_lookup_elem(&ring_books, &zero);
		if (b && b->emitted % RING_ASK_EVERY) {
			bpf_ringbuf_submit(rec, flags);
			return;
		}
	}
	if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >= ring_wake_at)
		flags = BPF_RB_FORCE_WAKEUP;
	bpf_ringbuf_submit(rec, flags);
}

/* for what user space must have at once */
static __always_inline void ring_submit_now(void *rec)
{
	bpf_ringbuf_submit(rec, BPF_RB_FORCE_WAKEUP);
}

#endif /* CHS_RING_BPF_H */
