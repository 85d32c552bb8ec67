/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the hardware timestamping engine share among themselves. Providers
 * and consumers see only <linux/hte.h>.
 *
 *	chip.c		providers: register, unregister, those who watch them come and go
 *	lookup.c	which line a consumer means: hte_ts_get()
 *	line.c		a consumer's hold on a line: request, enable, disable, put
 *	push.c		stamps and losses, from the provider to the consumer
 *	debugfs.c	/sys/kernel/debug/hte
 *
 * Locks, outermost first:
 *	hte_watch_mutex		providers come and go, notifiers run
 *	hte_mutex		the list of providers, keys; a provider that is in hte_live does
 *				not go while it is held. Not held with any of those below
 *	hte_device.rwsem	held for read in calls to a provider, for write while it goes
 *	hte_line.mutex		a line's life: get, request, enable, disable, put
 *	hte_line.lock		its stamps; a raw spin lock, since hard interrupts take it, on
 *				PREEMPT_RT too
 *
 * A push takes the last one alone. It finds the provider's hte_device through the chip
 * with interrupts off, which keeps hte_device as rcu_read_lock() would: unregistering
 * waits for a grace period. What asks a provider for its clock may do so in any context
 * and has rcu_read_lock() alone.
 */
#ifndef CHS_HTE_PRIVATE_H
#define CHS_HTE_PRIVATE_H

#include <linux/debugfs.h>
#include <linux/hte.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include <chs/watch.h>

#ifndef HTE_CHS
#error "the kernel's own hte.h was included in place of ours: see NOSTDINC_FLAGS in Kbuild"
#endif

#define HTE_NAME_LEN 32

/* what a line is; what is below ACTIVE takes no stamps */
enum hte_line_state {
	HTE_LINE_FREE,
	HTE_LINE_BOUND,		/* by hte_ts_get() */
	HTE_LINE_CLOSING,	/* hte_ts_put() waits for the second callback */
	HTE_LINE_DISABLED,	/* requested, and disabled */
	HTE_LINE_ACTIVE,
};

/**
 * struct hte_line - a line of a provider
 * @lock: guards what a stamp touches: down to @thread. The first cache line is all that
 *	a stamp needs whose first callback does the work
 * @state: changed with @mutex too
 * @seq: number of the next stamp
 * @cb: first callback
 * @data: argument of both
 * @total: stamps delivered, since the provider registered
 * @last_ns: the last one delivered
 * @last_level: its level
 * @drops: by reason, since the provider registered; HTE_DROP_CONSUMER is in @consumer_drops
 * @unserved: stamps that wait for the second callback, beyond the first
 * @tcb: second callback, or NULL
 * @second_at: CLOCK_MONOTONIC of the push that asked for the second callback; 0: not traced
 * @wanted: the second callback has been asked for, and has not begun; set and cleared
 *	under @lock
 * @thread: runs @tcb, from the request to the put; NULL without one
 * @consumer_drops: without any lock
 * @gdev: the provider's
 * @mutex: see above; guards the rest
 * @requests: how often the line has been requested
 * @drops_before: unregistered and disabled drops when it was last put
 * @line_id: consumer's number of it; this and the names outlive the put
 * @label: consumer's name of it, or ts_<line_id>
 * @consumer: who that is
 * @dir: in debugfs, while it is requested
 * @desc: the consumer's descriptor, while it is bound
 */
struct hte_line {
	raw_spinlock_t lock ____cacheline_aligned_in_smp;
	enum hte_line_state state;
	u64 seq;
	hte_ts_cb_t cb;
	void *data;
	u64 total;
	u64 last_ns;
	int last_level;
	u64 drops[HTE_DROP_CONSUMER];
	u64 unserved;
	hte_ts_sec_cb_t tcb;
	u64 second_at;
	bool wanted;
	struct task_struct *thread;
	atomic64_t consumer_drops;

	struct hte_device *gdev;
	struct mutex mutex;
	u64 requests;
	u64 drops_before;
	u32 line_id;
	char label[HTE_NAME_LEN];
	char consumer[HTE_NAME_LEN];
	struct dentry *dir;
	struct hte_ts_desc *desc;
};

/**
 * struct hte_device - a provider, as long as it is registered or a line of it is bound
 * @chip: the provider's own structure, NULL once it has gone; by @rwsem or RCU
 * @index: its number
 * @first_key: see the tracepoints
 * @nlines: length of @lines
 * @name: of the folder in debugfs
 * @owner: the provider's module
 * @rwsem: see above
 * @refs: the registration and each bound line hold one
 * @node: by keys; until it is freed, since they are taken until then
 * @live: in hte_live, while it is registered
 * @requested: lines that are requested now
 * @dir: in debugfs
 * @max_occupancy: of the FIFO, by hte_report_fifo()
 * @fifo_lost: by hte_report_fifo()
 * @lines: the lines
 */
struct hte_device {
	struct hte_chip *chip;
	int index;
	u32 first_key;
	u32 nlines;
	char name[HTE_NAME_LEN];
	struct module *owner;
	struct rw_semaphore rwsem;
	struct kref refs;
	struct list_head node;
	struct list_head live;
	atomic_t requested;
	struct dentry *dir;
	u32 max_occupancy;
	u64 fifo_lost;
	struct hte_line lines[] __counted_by(nlines);
};

/* the provider's number of a line */
static inline u32 hte_line_number(const struct hte_line *line)
{
	return line - line->gdev->lines;
}

static inline u32 hte_line_key(const struct hte_line *line)
{
	return line->gdev->first_key + hte_line_number(line);
}

/* chip.c */
extern struct mutex hte_mutex;
extern struct list_head hte_live;
void hte_device_put(struct hte_device *gdev);

/* line.c */
int hte_line_bind(struct hte_device *gdev, struct hte_ts_desc *desc, u32 number,
		  const char *consumer);
int hte_clock_info(struct hte_device *gdev, struct hte_clk_info *ci);
int hte_cross_ts(struct hte_device *gdev, struct hte_cross_ts *cross);

/* lookup.c */
void hte_names_free(void);

/* push.c */
int hte_second_start(struct hte_line *line);
void hte_second_cancel(struct hte_line *line);
u64 hte_line_drops(struct hte_line *line, enum hte_drop_reason reason);

/* debugfs.c */
void hte_debugfs_init(void);
void hte_debugfs_exit(void);
void hte_debugfs_add(struct hte_device *gdev);
void hte_debugfs_remove(struct hte_device *gdev);
void hte_debugfs_add_line(struct hte_line *line, const char *label);
void hte_debugfs_remove_line(struct hte_line *line);

#endif /* CHS_HTE_PRIVATE_H */
