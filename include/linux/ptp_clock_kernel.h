/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The driver side of the PTP hardware clock class.
 *
 * Source compatible with the kernel's header of this name: a PTP driver written
 * for mainline 6.12 to 6.18 compiles against it unchanged. It bears the kernel
 * header's guard, so that whichever of the two comes first hides the other; on
 * our include path this one does. PTP_CLOCK_KERNEL_CHS tells that it did.
 *
 * Where the running kernel has a PTP class of its own, the functions below have symbols
 * of other names: see <chs/names.h>.
 */
#ifndef _PTP_CLOCK_KERNEL_H_
#define _PTP_CLOCK_KERNEL_H_
#define PTP_CLOCK_KERNEL_CHS 1

#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/pps_kernel.h>
#include <linux/ptp_clock.h>
#include <linux/skbuff.h>
#include <linux/timecounter.h>
#include <linux/timekeeping.h>
#include <uapi/linux/chs_ptp.h>

#include <chs/names.h>

#define PTP_CLOCK_NAME_LEN 32

struct ptp_clock;
struct fwnode_handle;
struct device_node;
struct system_device_crosststamp;

/**
 * struct ptp_clock_request - one request to a driver's enable()
 * @type: which member of the union holds the request; PPS carries none
 * @extts: switch time stamping of an external signal on or off
 * @perout: start or stop a periodic output
 */
struct ptp_clock_request {
	enum {
		PTP_CLK_REQ_EXTTS,
		PTP_CLK_REQ_PEROUT,
		PTP_CLK_REQ_PPS,
	} type;
	union {
		struct ptp_extts_request extts;
		struct ptp_perout_request perout;
	};
};

/**
 * struct ptp_system_timestamp - system time around one read of the device
 * @pre_ts: system time just before the register that latches the time is read
 * @post_ts: system time just after it
 * @clockid: which system clock: CLOCK_REALTIME, _MONOTONIC or _MONOTONIC_RAW
 */
struct ptp_system_timestamp {
	struct timespec64 pre_ts;
	struct timespec64 post_ts;
	clockid_t clockid;
};

/**
 * struct ptp_clock_info - what a driver tells the class about its clock
 * @owner: the driver's module
 * @name: short name of the hardware, the sysfs attribute clock_name
 * @max_adj: largest frequency adjustment, parts per billion
 * @n_alarm: number of alarms, at most 4
 * @n_ext_ts: number of external time stamp channels
 * @n_per_out: number of periodic outputs
 * @n_pins: number of programmable pins
 * @n_per_lp: number of periodic outputs that can be looped back
 * @pps: the clock can signal the start of a second to the PPS subsystem
 * @supported_perout_flags: PTP_PEROUT_* flags the hardware honours; looked at
 *	by the class only for drivers built with PTP_API_FLAGS
 * @supported_extts_flags: PTP_*_EDGE, PTP_STRICT_FLAGS, PTP_EXT_OFFSET, same
 * @pin_config: array of @n_pins descriptions, kept up to date by the class
 * @adjfine: set the frequency offset; scaled_ppm is ppm << 16
 * @adjphase: hand a phase offset in ns to the device's own servo
 * @getmaxphase: largest offset that @adjphase takes, ns
 * @adjtime: shift the clock by delta ns
 * @gettime64: read the clock
 * @gettimex64: read the clock and the system time around it (sts may be NULL)
 * @getcrosststamp: device and system time of one and the same instant
 * @settime64: set the clock
 * @getcycles64: read the free-running counter behind the clock, in ns
 * @getcyclesx64: same with the system time around it
 * @getcrosscycles: same as one instant
 * @enable: carry out a &struct ptp_clock_request; on is 0 or 1
 * @perout_loopback: feed periodic output index back to the input
 * @verify: may this pin have this function and channel? NULL means that every
 *	pin can have all of them
 * @do_aux_work: called in the clock's own kthread; returns the delay in jiffies
 *	to the next call, negative for none
 * @alarm: set alarm index to the time when, or switch it off (NULL). Once the clock
 *	shows that time or a later one, at once if it does already, the driver reports
 *	%PTP_CLOCK_ALARM, from any context; the alarm is off then. When the clock is
 *	steered or stepped the alarm stays with the clock's time. Ours alone: mainline
 *	has no such member. Without it, or if it fails, the class uses a timer
 *
 * All callbacks may sleep. The class serialises @enable, @verify and
 * @perout_loopback with each other, nothing else: a driver guards its registers.
 */
struct ptp_clock_info {
	struct module *owner;
	char name[PTP_CLOCK_NAME_LEN];
	s32 max_adj;
	int n_alarm;
	int n_ext_ts;
	int n_per_out;
	int n_pins;
	int n_per_lp;
	int pps;
	unsigned int supported_perout_flags;
	unsigned int supported_extts_flags;
	struct ptp_pin_desc *pin_config;
	int (*adjfine)(struct ptp_clock_info *ptp, long scaled_ppm);
	int (*adjphase)(struct ptp_clock_info *ptp, s32 phase);
	s32 (*getmaxphase)(struct ptp_clock_info *ptp);
	int (*adjtime)(struct ptp_clock_info *ptp, s64 delta);
	int (*gettime64)(struct ptp_clock_info *ptp, struct timespec64 *ts);
	int (*gettimex64)(struct ptp_clock_info *ptp, struct timespec64 *ts,
			  struct ptp_system_timestamp *sts);
	int (*getcrosststamp)(struct ptp_clock_info *ptp,
			      struct system_device_crosststamp *cts);
	int (*settime64)(struct ptp_clock_info *ptp, const struct timespec64 *ts);
	int (*getcycles64)(struct ptp_clock_info *ptp, struct timespec64 *ts);
	int (*getcyclesx64)(struct ptp_clock_info *ptp, struct timespec64 *ts,
			    struct ptp_system_timestamp *sts);
	int (*getcrosscycles)(struct ptp_clock_info *ptp,
			      struct system_device_crosststamp *cts);
	int (*enable)(struct ptp_clock_info *ptp, struct ptp_clock_request *request, int on);
	int (*perout_loopback)(struct ptp_clock_info *ptp, unsigned int index, int on);
	int (*verify)(struct ptp_clock_info *ptp, unsigned int pin,
		      enum ptp_pin_function func, unsigned int chan);
	long (*do_aux_work)(struct ptp_clock_info *ptp);
	int (*alarm)(struct ptp_clock_info *ptp, unsigned int index,
		     const struct timespec64 *when);
};

/**
 * enum ptp_clock_events - what a driver can report by ptp_clock_event()
 * @PTP_CLOCK_ALARM: the alarm &ptp_clock_event.index went off
 * @PTP_CLOCK_EXTTS: edge at &ptp_clock_event.timestamp
 * @PTP_CLOCK_EXTOFF: offset of an external signal, &ptp_clock_event.offset
 * @PTP_CLOCK_PPS: a second began just now; the class takes the system time
 * @PTP_CLOCK_PPSUSR: a second began at &ptp_clock_event.pps_times
 */
enum ptp_clock_events {
	PTP_CLOCK_ALARM,
	PTP_CLOCK_EXTTS,
	PTP_CLOCK_EXTOFF,
	PTP_CLOCK_PPS,
	PTP_CLOCK_PPSUSR,
};

/**
 * struct ptp_clock_event - one event, see &enum ptp_clock_events
 * @type: what happened
 * @index: which channel
 * @timestamp: PTP_CLOCK_EXTTS: device time of the edge, ns
 * @offset: PTP_CLOCK_EXTOFF: signed offset, ns
 * @pps_times: PTP_CLOCK_PPSUSR: when the system saw the second begin
 */
struct ptp_clock_event {
	int type;
	int index;
	union {
		u64 timestamp;
		s64 offset;
		struct pps_event_time pps_times;
	};
};

/**
 * ptp_clock_register() - make a clock known to the class and to user space
 * @info: the driver's description; stays the driver's, must outlive the clock.
 *	The class writes nothing into it: where it needs a callback that is not there
 *	it makes do with another.
 * @parent: device the clock belongs to, or NULL
 *
 * Context: process context, may sleep.
 * Return: the clock or an ERR_PTR: -EINVAL for a broken description (more than 4
 * alarms, no way to read the time, pins without pin_config), -ENOMEM, -ENOSPC
 * once all minor numbers are taken.
 */
struct ptp_clock *ptp_clock_register(struct ptp_clock_info *info, struct device *parent)
#ifdef PTP_API_FLAGS
	CHS_PTP_SYMBOL(ptp_clock_register_flags);
#else
	CHS_PTP_SYMBOL(ptp_clock_register);
#endif

/**
 * ptp_clock_register_flags() - the same for drivers that declare their flags
 * @info: see ptp_clock_register(); the class answers -EOPNOTSUPP for flags that
 *	supported_extts_flags and supported_perout_flags do not name
 * @parent: see ptp_clock_register()
 *
 * Kernel 6.16 moved the check of flags from the drivers into the class. A driver
 * of that age is built with -DPTP_API_FLAGS, which sends its ptp_clock_register()
 * here; an older one keeps checking by itself.
 */
struct ptp_clock *ptp_clock_register_flags(struct ptp_clock_info *info, struct device *parent)
	CHS_PTP_SYMBOL(ptp_clock_register_flags);

/**
 * ptp_clock_unregister() - take a clock away
 * @ptp: the clock
 *
 * Wakes every sleeping reader and poller; from then on each call on an open
 * device gives -ENODEV. Returns once no callback of the driver runs or will run:
 * the driver's module may go, whoever still has the device open.
 *
 * Context: process context, may sleep. The driver must not report events any
 * more once this has returned.
 * Return: 0
 */
int ptp_clock_unregister(struct ptp_clock *ptp)
	CHS_PTP_SYMBOL(ptp_clock_unregister);

/**
 * ptp_clock_event() - report an event to the clock's readers
 * @ptp: the clock
 * @event: what happened
 *
 * Context: any, hard interrupts included.
 */
void ptp_clock_event(struct ptp_clock *ptp, struct ptp_clock_event *event)
	CHS_PTP_SYMBOL(ptp_clock_event);

/**
 * ptp_clock_index() - the N of /dev/ptpN
 * @ptp: the clock
 */
int ptp_clock_index(struct ptp_clock *ptp)
	CHS_PTP_SYMBOL(ptp_clock_index);

/**
 * ptp_clock_index_by_of_node() - the N of the clock that a device tree node made
 * @np: device tree node of the clock's parent
 * Return: the index, or -1 if there is none
 */
int ptp_clock_index_by_of_node(struct device_node *np)
	CHS_PTP_SYMBOL(ptp_clock_index_by_of_node);

/**
 * ptp_clock_index_by_dev() - the N of the clock below a device
 * @parent: the clock's parent device
 * Return: the index, or -1 if there is none
 */
int ptp_clock_index_by_dev(struct device *parent)
	CHS_PTP_SYMBOL(ptp_clock_index_by_dev);

/**
 * ptp_find_pin() - which pin has this function and channel?
 * @ptp: the clock
 * @func: PTP_PF_EXTTS, PTP_PF_PEROUT …
 * @chan: the channel
 *
 * Context: only from enable() and verify(), where the class holds its pin lock.
 * Return: pin number, or -1 if there is none
 */
int ptp_find_pin(struct ptp_clock *ptp, enum ptp_pin_function func, unsigned int chan)
	CHS_PTP_SYMBOL(ptp_find_pin);

/**
 * ptp_find_pin_unlocked() - the same from anywhere else
 * @ptp: the clock
 * @func: see ptp_find_pin()
 * @chan: see ptp_find_pin()
 *
 * Context: process context, takes the pin lock, may sleep.
 * Return: pin number, or -1 if there is none
 */
int ptp_find_pin_unlocked(struct ptp_clock *ptp, enum ptp_pin_function func, unsigned int chan)
	CHS_PTP_SYMBOL(ptp_find_pin_unlocked);

/**
 * ptp_schedule_worker() - run do_aux_work() after a delay
 * @ptp: the clock, registered with do_aux_work
 * @delay: in jiffies; a run that was due earlier or later moves to this time
 * Return: 1 if a run was pending already, else 0
 */
int ptp_schedule_worker(struct ptp_clock *ptp, unsigned long delay)
	CHS_PTP_SYMBOL(ptp_schedule_worker);

/**
 * ptp_cancel_worker_sync() - stop do_aux_work() and wait until it has ended
 * @ptp: the clock
 */
void ptp_cancel_worker_sync(struct ptp_clock *ptp)
	CHS_PTP_SYMBOL(ptp_cancel_worker_sync);

/**
 * ptp_get_vclocks_index() - indexes of a clock's virtual clocks
 * @pclock_index: index of the physical clock
 * @vclock_index: set to an array that the caller frees with kfree()
 *
 * Context: process context, may sleep.
 * Return: number of virtual clocks, in the order in which they were made; 0, and
 * NULL for an array, if there is no such clock or it has none
 */
int ptp_get_vclocks_index(int pclock_index, int **vclock_index)
	CHS_PTP_SYMBOL(ptp_get_vclocks_index);

/**
 * ptp_convert_timestamp() - a hardware time stamp in a virtual clock's time
 * @hwtstamp: the time stamp
 * @vclock_index: the virtual clock
 *
 * The stamp is one of the counter that the virtual clock counts by, within 2.147 s of
 * its present value; only its low 32 bits matter.
 *
 * Context: process context, may sleep.
 * Return: converted time stamp; 0 if there is no such virtual clock
 */
ktime_t ptp_convert_timestamp(const ktime_t *hwtstamp, int vclock_index)
	CHS_PTP_SYMBOL(ptp_convert_timestamp);

/**
 * scaled_ppm_to_ppb() - frequency offset from ppm << 16 to parts per billion
 * @ppm: scaled ppm
 *
 * ppb = (1 + ppm) * 1000 / 2^16, halving both factors as far as they go; the 1
 * is in the ABI (a request for the limit itself must pass the limit's check).
 */
static inline long scaled_ppm_to_ppb(long ppm)
{
	s64 ppb = (1 + (s64)ppm) * 125;

	return (long)(ppb >> 13);
}

/**
 * diff_by_scaled_ppm() - by how much a frequency offset changes a rate
 * @base: nominal rate or increment
 * @scaled_ppm: frequency offset
 * @diff: set to base * |offset|, rounded down
 * Return: true if the offset is negative
 */
static inline bool diff_by_scaled_ppm(u64 base, long scaled_ppm, u64 *diff)
{
	bool slower = scaled_ppm < 0;
	u64 magnitude = slower ? -(u64)scaled_ppm : scaled_ppm;

	*diff = mul_u64_u64_div_u64(base, magnitude, 1000000ULL << 16);
	return slower;
}

/**
 * adjust_by_scaled_ppm() - a rate with a frequency offset applied
 * @base: nominal rate or increment
 * @scaled_ppm: frequency offset
 */
static inline u64 adjust_by_scaled_ppm(u64 base, long scaled_ppm)
{
	u64 diff;

	return diff_by_scaled_ppm(base, scaled_ppm, &diff) ? base - diff : base + diff;
}

/* nearly everybody asks for CLOCK_REALTIME: a read of the device waits for this */
static inline void ptp_read_system(clockid_t clockid, struct timespec64 *ts)
{
	if (likely(clockid == CLOCK_REALTIME))
		ktime_get_real_ts64(ts);
	else if (clockid == CLOCK_MONOTONIC)
		ktime_get_ts64(ts);
	else if (clockid == CLOCK_MONOTONIC_RAW)
		ktime_get_raw_ts64(ts);
}

/**
 * ptp_read_system_prets() - take the system time just before the device is read
 * @sts: where to, or NULL for nowhere
 */
static inline void ptp_read_system_prets(struct ptp_system_timestamp *sts)
{
	if (sts)
		ptp_read_system(sts->clockid, &sts->pre_ts);
}

/**
 * ptp_read_system_postts() - take the system time just after the device was read
 * @sts: where to, or NULL for nowhere
 */
static inline void ptp_read_system_postts(struct ptp_system_timestamp *sts)
{
	if (sts)
		ptp_read_system(sts->clockid, &sts->post_ts);
}

#endif /* _PTP_CLOCK_KERNEL_H_ */
