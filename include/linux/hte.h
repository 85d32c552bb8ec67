/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The hardware timestamping engine's interface to kernel code: providers, whose chips
 * stamp the edges of lines, and consumers, who get the stamps. Source of mainline
 * compiles against it unchanged. What is only ours stands below mainline's, and at the
 * end of the structures. Where the running kernel has an engine of its own, the functions
 * have symbols of other names: see <chs/names.h>.
 */
/* the guard of the kernel's header: whatever includes that one too gets this one */
#ifndef __LINUX_HTE_H
#define __LINUX_HTE_H

/* what a driver tests to be sure that it did not get the kernel's header */
#define HTE_CHS 1

#include <linux/errno.h>
#include <linux/time_types.h>
#include <linux/types.h>

#include <chs/names.h>

struct device;
struct hte_chip;
struct hte_device;
struct notifier_block;
struct of_phandle_args;

/**
 * enum hte_edge - which edges of a line are wanted
 * @HTE_EDGE_NO_SETUP: the consumer sees to it by other means, as with request_irq()
 * @HTE_RISING_EDGE_TS: rising ones
 * @HTE_FALLING_EDGE_TS: falling ones
 */
enum hte_edge {
	HTE_EDGE_NO_SETUP = 1U << 0,
	HTE_RISING_EDGE_TS = 1U << 1,
	HTE_FALLING_EDGE_TS = 1U << 2,
};

/**
 * enum hte_return - what a consumer's callback says
 * @HTE_CB_HANDLED: that was all
 * @HTE_RUN_SECOND_CB: call the second callback, where it may sleep
 */
enum hte_return {
	HTE_CB_HANDLED,
	HTE_RUN_SECOND_CB,
};

/**
 * struct hte_ts_data - a stamp
 * @tsc: when, ns of the provider's clock
 * @seq: the core's number of it: 1 for the first after a request; a stamp that was lost
 *	has a number too, so that the loss can be seen
 * @raw_level: the line's level at that time, -1 where the provider does not know
 */
struct hte_ts_data {
	u64 tsc;
	u64 seq;
	int raw_level;
};

/**
 * struct hte_clk_info - a provider's clock
 * @hz: its resolution
 * @type: the kernel's clock that it resembles most
 */
struct hte_clk_info {
	u64 hz;
	clockid_t type;
};

/**
 * typedef hte_ts_cb_t - a consumer's first callback
 * @ts: the stamp; it is gone when the callback returns
 * @data: what the consumer gave to hte_request_ts_ns()
 *
 * Context: any, hard interrupts included; interrupts are off and a raw spin lock is held.
 * Of this header's functions only hte_ts_report_drops(), hte_get_clk_src_info() and
 * hte_get_cross_ts() may be called.
 * Return: see &enum hte_return; anything else is counted as a failure of the callback.
 */
typedef enum hte_return (*hte_ts_cb_t)(struct hte_ts_data *ts, void *data);

/**
 * typedef hte_ts_sec_cb_t - a consumer's second callback
 * @data: what the consumer gave to hte_request_ts_ns()
 *
 * Of one line, it runs once at a time; stamps that come before a run begins share it, and
 * are counted as coalesced (see <linux/hte_ring.h> to keep them for it).
 *
 * Context: a thread of the line's own (SCHED_FIFO, priority 1), may sleep. Must not call
 * hte_ts_put() on its own line.
 * Return: not looked at.
 */
typedef enum hte_return (*hte_ts_sec_cb_t)(void *data);

/**
 * struct hte_line_attr - what a consumer says of a line
 * @line_id: number that consumer and provider agree on
 * @line_data: what belongs to it, a GPIO descriptor for one
 * @edge_flags: bits of &enum hte_edge
 * @name: label; NULL: "ts_<line_id>"
 */
struct hte_line_attr {
	u32 line_id;
	void *line_data;
	unsigned long edge_flags;
	const char *name;
};

/**
 * struct hte_ts_desc - a consumer's hold on a line; the consumer owns the memory
 * @attr: see there
 * @hte_data: the core's
 */
struct hte_ts_desc {
	struct hte_line_attr attr;
	void *hte_data;
};

/**
 * struct hte_ops - a provider's callbacks; @request and @release must be there
 * @request: begin to stamp a line. 0 or a negative errno
 * @release: end it
 * @enable: let a line's stamps through again
 * @disable: stop them for a while
 * @get_clk_src_info: tell of the clock. Any context; 0 or a negative errno
 * @get_time_ns: ours: read the clock that stamps, now. It makes stamps comparable with
 *	the kernel's time; leave it out where there is no way. Any context; 0 or a
 *	negative errno
 *
 * The first four may sleep, and are called one at a time for a line. Their last argument is
 * the provider's own number of the line, which an xlate callback gave. None is called any
 * more when the provider has unregistered.
 */
struct hte_ops {
	int (*request)(struct hte_chip *chip, struct hte_ts_desc *desc, u32 xlated_id);
	int (*release)(struct hte_chip *chip, struct hte_ts_desc *desc, u32 xlated_id);
	int (*enable)(struct hte_chip *chip, u32 xlated_id);
	int (*disable)(struct hte_chip *chip, u32 xlated_id);
	int (*get_clk_src_info)(struct hte_chip *chip, struct hte_clk_info *ci);
	int (*get_time_ns)(struct hte_chip *chip, u64 *time_ns);
};

/**
 * struct hte_chip - a provider
 * @name: of the IP block; NULL: the device's name
 * @dev: the device
 * @ops: callbacks
 * @nlines: number of lines
 * @xlate_of: number of a line from the cells of a "timestamps" reference, of a device
 *	tree or of software nodes (then @args has no np). 0 or a negative errno
 * @xlate_plat: the same for consumers without one, from the descriptor's attributes
 * @match_from_linedata: is the line of the descriptor one of this chip?
 * @of_hte_n_cells: "#timestamp-cells"
 * @gdev: the core's
 * @data: the provider's own
 */
struct hte_chip {
	const char *name;
	struct device *dev;
	const struct hte_ops *ops;
	u32 nlines;
	int (*xlate_of)(struct hte_chip *gc, const struct of_phandle_args *args,
			struct hte_ts_desc *desc, u32 *xlated_id);
	int (*xlate_plat)(struct hte_chip *gc, struct hte_ts_desc *desc, u32 *xlated_id);
	bool (*match_from_linedata)(const struct hte_chip *chip, const struct hte_ts_desc *hdesc);
	u8 of_hte_n_cells;
	struct hte_device *gdev;
	void *data;
};

/* ---- providers ---- */
int devm_hte_register_chip(struct hte_chip *chip)
	CHS_HTE_SYMBOL(devm_hte_register_chip);
int hte_push_ts_ns(const struct hte_chip *chip, u32 xlated_id, struct hte_ts_data *data)
	CHS_HTE_SYMBOL(hte_push_ts_ns);

/* ---- consumers ---- */
int hte_init_line_attr(struct hte_ts_desc *desc, u32 line_id, unsigned long edge_flags,
		       const char *name, void *data)
	CHS_HTE_SYMBOL(hte_init_line_attr);
int hte_ts_get(struct device *dev, struct hte_ts_desc *desc, int index)
	CHS_HTE_SYMBOL(hte_ts_get);
int hte_ts_put(struct hte_ts_desc *desc)
	CHS_HTE_SYMBOL(hte_ts_put);
int hte_request_ts_ns(struct hte_ts_desc *desc, hte_ts_cb_t cb, hte_ts_sec_cb_t tcb, void *data)
	CHS_HTE_SYMBOL(hte_request_ts_ns);
int devm_hte_request_ts_ns(struct device *dev, struct hte_ts_desc *desc, hte_ts_cb_t cb,
			   hte_ts_sec_cb_t tcb, void *data)
	CHS_HTE_SYMBOL(devm_hte_request_ts_ns);
int of_hte_req_count(struct device *dev)
	CHS_HTE_SYMBOL(of_hte_req_count);
int hte_enable_ts(struct hte_ts_desc *desc)
	CHS_HTE_SYMBOL(hte_enable_ts);
int hte_disable_ts(struct hte_ts_desc *desc)
	CHS_HTE_SYMBOL(hte_disable_ts);
int hte_get_clk_src_info(const struct hte_ts_desc *desc, struct hte_clk_info *ci)
	CHS_HTE_SYMBOL(hte_get_clk_src_info);

/* ---- ours ---- */

/**
 * enum hte_drop_reason - why a stamp was lost
 * @HTE_DROP_UNREGISTERED: nobody had requested the line
 * @HTE_DROP_DISABLED: the line was disabled
 * @HTE_DROP_OVERFLOW: the provider's hardware lost it, so it says
 * @HTE_DROP_COALESCED: no second callback came for it alone: an earlier stamp's served it
 *	too, or hte_ts_put() came before; the first callback had it
 * @HTE_DROP_CALLBACK: the first callback failed, or asked for a second one that there is
 *	not
 * @HTE_DROP_CONSUMER: the consumer took it and lost it, so it says: a full queue
 * @HTE_DROP_REASONS: how many there are
 *
 * Pushes and overflows are all the stamps that there were; they are delivered
 * (counted as total), unregistered, disabled or overflow. Of those delivered some may be
 * coalesced, callback or consumer. A second callback has run as often as it was asked for,
 * less those coalesced.
 */
enum hte_drop_reason {
	HTE_DROP_UNREGISTERED,
	HTE_DROP_DISABLED,
	HTE_DROP_OVERFLOW,
	HTE_DROP_COALESCED,
	HTE_DROP_CALLBACK,
	HTE_DROP_CONSUMER,
	HTE_DROP_REASONS,
};

int hte_report_drops(const struct hte_chip *chip, u32 xlated_id, u64 n,
		     enum hte_drop_reason reason);
void hte_report_fifo(const struct hte_chip *chip, u32 occupancy, u64 lost);
void hte_ts_report_drops(const struct hte_ts_desc *desc, u64 n);

/**
 * struct hte_cross_ts - one instant by the provider's clock and by the kernel's
 * @hw_ns: the provider's
 * @mono_ns: CLOCK_MONOTONIC
 * @error_ns: how far apart the two readings may be, either way
 */
struct hte_cross_ts {
	u64 hw_ns;
	u64 mono_ns;
	u64 error_ns;
};

int hte_get_cross_ts(const struct hte_ts_desc *desc, struct hte_cross_ts *cross);

/**
 * struct hte_chip_info - a chip, to those who look for chips and not for a line
 * @gdev: for hte_ts_get_line(), as long as the notifier runs or a line of it is held
 * @index: number that no other chip has now
 * @nlines: number of lines
 * @name: as in debugfs
 * @dev: the provider's device
 */
struct hte_chip_info {
	struct hte_device *gdev;
	int index;
	u32 nlines;
	const char *name;
	struct device *dev;
};

/* notifier actions; the argument is a struct hte_chip_info. Process context, may sleep */
#define HTE_CHIP_ADDED		1
#define HTE_CHIP_REMOVED	2	/* its lines give ENODEV already; put them now */

/**
 * struct hte_line_info - a line, and what has become of its stamps since the provider came
 * @used: it has a consumer
 * @edge_flags: that the consumer asked for
 * @label: consumer's name of it; this and the next outlive the put, "" if there was none
 * @consumer: who has it
 * @total: stamps delivered
 * @drops: by &enum hte_drop_reason
 * @next_seq: number of the next stamp
 * @last_ns: the last one delivered
 * @last_level: its level
 */
struct hte_line_info {
	bool used;
	unsigned long edge_flags;
	char label[32];
	char consumer[32];
	u64 total;
	u64 drops[HTE_DROP_REASONS];
	u64 next_seq;
	u64 last_ns;
	int last_level;
};

int hte_get_line_info(struct hte_device *gdev, u32 xlated_id, struct hte_line_info *info);
int hte_register_notifier(struct notifier_block *nb);
void hte_unregister_notifier(struct notifier_block *nb);
int hte_ts_get_line(struct hte_device *gdev, struct hte_ts_desc *desc, u32 xlated_id,
		    const char *consumer);

#endif /* __LINUX_HTE_H */
