/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the PTP class share among themselves. Drivers see only
 * <linux/ptp_clock_kernel.h>.
 *
 *	class.c		clocks: register, unregister, events, worker
 *	ops.c		the only caller of driver callbacks: counts and traces them
 *	posix.c		clock_gettime(), clock_settime(), clock_adjtime()
 *	chardev.c	open, ioctl, read, poll
 *	queue.c		queues of external events, one for each open file
 *	users.c		what a user may have: open files, alarms
 *	alarm.c		alarms
 *	pins.c		pin functions and the requests that depend on them
 *	vclock.c	virtual clocks over the counter of a physical one
 *	sysfs.c		/sys/class/<class>/ptpN
 *	debugfs.c	/sys/kernel/debug/ptpN
 *
 * Locks, outermost first:
 *	ptp_clock.vclock_mutex	virtual clocks come and go; not taken in calls from a file
 *	posix_clock.rwsem	(kernel's) held for read in every call from a file
 *	ptp_clock.steer_mutex	freerun, settime64(), adjtime(), adjfine(), adjphase(),
 *				last_change
 *	ptp_reader.read_mutex	one reader of a queue at a time
 *	ptp_clock.readers_mutex	readers come, are listed and go
 *	ptp_clock.pin_mutex	pin_config, enable(), verify(), perout_loopback()
 *	ptp_clock.alarms.mutex	alarms, and steps of a clock that has armed ones
 *	ptp_clock.queue_lock	readers and their queues; taken in hard interrupts
 */
#ifndef CHS_PTP_PRIVATE_H
#define CHS_PTP_PRIVATE_H

#include <linux/bitmap.h>
#include <linux/device.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/posix-clock.h>
#include <linux/ptp_clock.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/spinlock.h>
#include <linux/timerqueue.h>
#include <linux/wait.h>
#include <linux/debugfs.h>
#include <linux/timekeeping.h>

#include <chs/watch.h>

#ifndef PTP_CLOCK_KERNEL_CHS
#error "the kernel's own ptp_clock_kernel.h was included in place of ours"
#endif

static_assert(__same_type(((struct posix_clock_operations *)NULL)->open,
			  int (*)(struct posix_clock_context *context, fmode_t mode)),
	      "this kernel's posix_clock code has no struct posix_clock_context: too old a 6.1");

/* mainline's limits, which user space can see */
#define PTP_MAX_ALARMS		4
#define PTP_MAX_CHANNELS	2048	/* bits in a reader's mask */
#define PTP_QUEUE_SLOTS		128	/* a power of two; one slot stays free */
#define PTP_QUEUE_CAPACITY	(PTP_QUEUE_SLOTS - 1)
#define PTP_READ_MAX		30	/* events a read() */

#define PTP_VCLOCKS_DEFAULT 20				     /* max_vclocks at first */
#define PTP_VCLOCKS_LIMIT   (KMALLOC_MAX_SIZE / sizeof(int)) /* and at most */

#define PTP_DEPARTED		16	/* closed readers remembered for their drops */

/* What is counted, with or without tracing. Order of ptp_op_names. */
enum ptp_op {
	PTP_OP_GETTIME,
	PTP_OP_GETTIMEX,
	PTP_OP_CROSSTSTAMP,
	PTP_OP_SETTIME,
	PTP_OP_ADJTIME,
	PTP_OP_ADJFINE,
	PTP_OP_ADJPHASE,
	PTP_OP_VCLOCKS,
	PTP_OP_ENABLE,
	PTP_OP_IOCTL,
	PTP_OP_READ,
	PTP_OP_OPEN,
	PTP_OP_PPS,
	PTP_OP_AUX_WORK,
	PTP_OP_ALARM,
	PTP_N_OPS,
};

extern const char *const ptp_op_names[PTP_N_OPS];

struct ptp_counts {
	u64 calls[PTP_N_OPS];
	u64 errors[PTP_N_OPS];
};

/**
 * struct ptp_change - the last successful change of one kind
 * @when: CLOCK_REALTIME, of the last tick
 * @pid: thread group of the task that asked for it; 0: never happened
 * @comm: its name
 * @old_value: time in ns, frequency in scaled ppm or number of virtual clocks before;
 *	0 for a phase offset
 * @new_value: and after
 */
struct ptp_change {
	struct timespec64 when;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	s64 old_value;
	s64 new_value;
};

/* kinds of change: PTP_OP_SETTIME .. PTP_OP_VCLOCKS */
#define PTP_N_CHANGES (PTP_OP_VCLOCKS - PTP_OP_SETTIME + 1)

/**
 * struct ptp_reader - one open file, with its queue of external events
 * @node: in &ptp_clock.readers; changed under readers_mutex and queue_lock, which each
 *	keep it
 * @user: whom it counts against, or NULL
 * @clock: the clock; valid as long as the file is open
 * @id: number that no other open file of this clock has or had
 * @pid: thread group that opened it, or was last found to read or hold it; queue_lock
 * @comm: its name at that time; queue_lock
 * @exec_id: tells its programs apart, see execve(2); queue_lock
 * @search: holder.c's: the search that has found its holder
 * @mode: FMODE_READ, FMODE_WRITE
 * @internal: the sysfs fifo, which is full for ever if nobody reads it: its
 *	losses are nobody's
 * @wait: this reader's sleepers
 * @read_mutex: one read() at a time copies out
 * @head: events ever put in; under queue_lock
 * @tail: events ever taken out or dropped; under queue_lock
 * @delivered: events given to read(); under queue_lock
 * @dropped: events pushed out unread; under queue_lock
 * @max_depth: largest number of waiting events so far; under queue_lock
 * @mask: channels let in; under queue_lock
 * @mask_view: @mask for debugfs
 * @dir: debugfs directory
 * @alarms: this file's; under &ptp_alarms.mutex
 * @n_alarms: how many; likewise
 * @ring: events as read() gives them
 * @channel_dropped: @dropped by channel, the last one for channels beyond
 *	n_ext_ts; under queue_lock
 */
struct ptp_reader {
	struct list_head node;
	struct ptp_user *user;
	struct ptp_clock *clock;
	u32 id;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	u64 exec_id;
	u32 search;
	fmode_t mode;
	bool internal;
	wait_queue_head_t wait;
	struct mutex read_mutex;
	u64 head;
	u64 tail;
	u64 delivered;
	u64 dropped;
	u32 max_depth;
	DECLARE_BITMAP(mask, PTP_MAX_CHANNELS);
	struct debugfs_u32_array mask_view;
	struct dentry *dir;
	struct list_head alarms;
	unsigned int n_alarms;
	struct ptp_extts_event ring[PTP_QUEUE_SLOTS];
	u64 channel_dropped[];
};

/* What is kept of a reader that lost events and has closed. */
struct ptp_departed {
	u32 id;
	pid_t pid;
	char comm[TASK_COMM_LEN];
	u64 delivered;
	u64 dropped;
};

/**
 * struct ptp_alarms - the alarms of a clock, see alarm.c
 * @mutex: guards all of it but what says otherwise
 * @queue: armed alarms by due time
 * @all: all alarms
 * @n: how many; read without the mutex
 * @n_armed: length of @queue, and one more while one is being set; read without the
 *	mutex
 * @fired: notifications, of alarms that are gone too; read without the mutex
 * @overruns: expirations without one, likewise
 * @stopped: unregister has taken all away
 * @loaded: the driver's alarm may be set
 * @hardware_failed: it could not be set once: the timer does the work from then on
 * @rang: the driver's alarm has gone off since the last pass; set in any context
 * @early: passes in a row that came before the time they were meant for
 * @expected: when the timer was meant to meet an alarm, ns of CLOCK_MONOTONIC, or 0
 * @next_pass: no sooner may the thread look, ns of CLOCK_MONOTONIC; read without the
 *	mutex
 * @charged: processor time of @worker's thread that the budget knows of, ns
 * @mult: ns of CLOCK_MONOTONIC for a ns of the clock, ALARM_RATE_ONE for 1
 * @dialed: frequency offset to which @mult belongs
 * @rate_known: @mult was measured with that
 * @base_known: there is a reading of the clock to measure from
 * @base_phc: that reading
 * @base_mono: ns of CLOCK_MONOTONIC that belong to it
 * @base_steps: value of @steps before it was taken
 * @steps: grows whenever the clock does not go on as before: no measuring across it;
 *	without the mutex, one of several at a time may get lost
 * @timer: software backend
 * @kick_lock: guards @worker for those who hold no mutex
 * @worker: thread in which alarms expire, or NULL
 * @work: its work
 */
struct ptp_alarms {
	struct mutex mutex;
	struct timerqueue_head queue;
	struct list_head all;
	unsigned int n;
	unsigned int n_armed;
	u64 fired;
	u64 overruns;
	bool stopped;
	bool loaded;
	bool hardware_failed;
	bool rang;
	unsigned int early;
	s64 expected;
	s64 next_pass;
	u64 charged;
	u64 mult;
	long dialed;
	bool rate_known;
	bool base_known;
	s64 base_phc;
	s64 base_mono;
	unsigned int base_steps;
	unsigned int steps;
	struct hrtimer timer;
	raw_spinlock_t kick_lock;
	struct kthread_worker *worker;
	struct kthread_work work;
};

/**
 * struct ptp_clock - one registered clock
 * @clock: device node and clock id
 * @dev: holds the memory: freed at the last close, not at unregister
 * @info: the driver's; not to be touched once unregister has returned
 * @index: the N of ptpN; taken until the memory is freed
 * @class_checks_flags: the driver leaves the check of request flags to us
 * @has_cycles: the driver has a free-running counter of its own
 * @is_virtual: its driver is vclock.c
 * @defunct: unregister has begun; sleepers look at it
 * @n_channels: n_ext_ts, still readable when @info is gone
 * @dialed_frequency: last frequency offset set, scaled ppm
 * @min_frequency: the lowest that max_adj allows
 * @max_frequency: the highest
 * @counts: see &enum ptp_op
 * @queue_lock: guards the readers, their queues and the figures below
 * @readers_mutex: held to add and remove readers, or to sleep between two of them
 * @readers: @fifo and open files, by number
 * @n_readers: open files
 * @next_reader: number of the next one
 * @extts_events: external events reported by the driver
 * @extts_dropped: events that readers lost, gone readers included
 * @channel_dropped: the same by channel
 * @departed: ring of closed readers with losses; as with the list of @readers
 * @n_departed: how many were ever put in; likewise
 * @fifo: queue of the sysfs attribute fifo
 * @alarms: alarms
 * @pin_mutex: guards pin_config and serialises the driver's enable()
 * @vclock_mutex: guards @vclocks, @n_vclocks and writing @max_vclocks
 * @vclocks: virtual clocks over this one, in the order in which they were made
 * @n_vclocks: how many
 * @max_vclocks: and at most
 * @steer_mutex: guards @freerun and @last_change; held while the driver sets or steers
 *	the clock
 * @freerun: neither is allowed, since virtual clocks count by this clock's time
 * @last_change: who changed the clock last, for each kind of change
 * @compared: the tick of the last reading that a trace compared; no lock, a hint
 * @pps: PPS source, or NULL
 * @worker: runs do_aux_work, or NULL
 * @aux_work: its work
 * @pin_attrs: sysfs attributes of the pins
 * @pin_group: and their group
 * @groups: all sysfs groups
 * @debugfs: debugfs directory
 */
struct ptp_clock {
	struct posix_clock clock;
	struct device dev;
	struct ptp_clock_info *info;
	int index;
	bool class_checks_flags;
	bool has_cycles;
	bool is_virtual;
	bool defunct;
	unsigned int n_channels;
	long dialed_frequency;
	long min_frequency;
	long max_frequency;
	struct ptp_counts __percpu *counts;

	spinlock_t queue_lock;
	struct mutex readers_mutex;
	struct list_head readers;
	u32 n_readers;
	u32 next_reader;
	u64 extts_events;
	u64 extts_dropped;
	u64 *channel_dropped;
	struct ptp_departed departed[PTP_DEPARTED];
	u32 n_departed;
	struct ptp_reader *fifo;

	struct ptp_alarms alarms;

	struct mutex pin_mutex;
	struct mutex vclock_mutex;
	struct list_head vclocks;
	u32 n_vclocks;
	u32 max_vclocks;
	struct mutex steer_mutex;
	bool freerun;
	struct ptp_change last_change[PTP_N_CHANGES];
	unsigned long compared;

	struct pps_device *pps;
	struct kthread_worker *worker;
	struct kthread_delayed_work aux_work;

	struct device_attribute *pin_attrs;
	struct attribute_group pin_group;
	const struct attribute_group *groups[4];
	struct dentry *debugfs;
};

static inline struct ptp_clock *ptp_of(struct posix_clock *clock)
{
	return container_of(clock, struct ptp_clock, clock);
}

static inline void ptp_count(struct ptp_clock *ptp, enum ptp_op op, int err)
{
	this_cpu_inc(ptp->counts->calls[op]);
	if (unlikely(err))
		this_cpu_inc(ptp->counts->errors[op]);
}

/* ERESTARTSYS is the kernel's own: what a trace shows is what a program may see. */
static inline int ptp_user_err(long err)
{
	return err == -ERESTARTSYS ? -EINTR : err;
}

static inline struct ptp_clock_time ptp_time_from_ts(struct timespec64 ts)
{
	return (struct ptp_clock_time){ .sec = ts.tv_sec, .nsec = ts.tv_nsec };
}

/* system time, device time, system time, as PTP_SYS_OFFSET_EXTENDED gives them */
typedef struct ptp_clock_time ptp_sample[3];

/**
 * struct ptp_samples - what one call read, summed up for its trace
 * @clockid: the system time that was read
 * @n: readings asked of the driver, the one that failed included
 * @odd: those whose system times ran backwards: in none of the widths
 * @err: 0 or the driver's error
 * @min: the shortest width, ns
 * @range: what the longest has above it
 * @above: what all have above it
 * @best_ns: device time of the shortest
 * @best_pre_ns: system time before it
 */
struct ptp_samples {
	clockid_t clockid;
	u32 n;
	u32 odd;
	int err;
	u64 min;
	u64 range;
	u64 above;
	s64 best_ns;
	s64 best_pre_ns;
};

/*
 * ops.c: each returns the driver's error, or -EOPNOTSUPP without the callback.
 * Those that change a clock take the errno with which the class itself refuses,
 * so that refusals are counted and traced too; 0 is none.
 */
int ptp_op_gettime(struct posix_clock *clock, struct timespec64 *ts);
int ptp_op_gettimex_only(struct posix_clock *clock, struct timespec64 *ts);
int ptp_op_offsets(struct ptp_clock *ptp, struct ptp_clock_time *stamps, unsigned int n);
int ptp_op_gettimex(struct ptp_clock *ptp, clockid_t clockid, ptp_sample *samples, unsigned int n);
int ptp_op_offsets_traced(struct ptp_clock *ptp, struct ptp_clock_time *stamps, unsigned int n,
			  struct ptp_samples *sum);
int ptp_op_gettimex_traced(struct ptp_clock *ptp, clockid_t clockid, ptp_sample *samples,
			   unsigned int n, struct ptp_samples *sum);
int ptp_op_crosststamp(struct ptp_clock *ptp, struct system_device_crosststamp *xts);
int ptp_op_settime(struct ptp_clock *ptp, const struct timespec64 *ts, int refusal);
int ptp_op_adjtime(struct ptp_clock *ptp, s64 now_ns, s64 delta_ns, int refusal);
int ptp_op_adjfine(struct ptp_clock *ptp, long scaled_ppm, int refusal);
int ptp_op_adjphase(struct ptp_clock *ptp, s64 offset_ns, int refusal);
int ptp_op_enable(struct ptp_clock *ptp, struct ptp_clock_request *request, int on);
int ptp_op_getcyclesx(struct ptp_clock *ptp, clockid_t clockid, ptp_sample *samples,
		      unsigned int n);
int ptp_op_crosscycles(struct ptp_clock *ptp, struct system_device_crosststamp *xts);
int ptp_op_counter(struct ptp_clock *ptp, struct timespec64 *ts, struct ptp_system_timestamp *sts);
int ptp_op_crosscounter(struct ptp_clock *ptp, struct system_device_crosststamp *xts);
void ptp_vclocks_changed(struct ptp_clock *ptp, u32 old, u32 new, int err);
int ptp_op_alarm(struct ptp_clock *ptp, unsigned int index, const struct timespec64 *when);

/* class.c */
struct ptp_clock *ptp_clock_get(int index);

/* posix.c */
extern const struct posix_clock_operations ptp_posix_ops;

/* chardev.c */
int ptp_open(struct posix_clock_context *context, fmode_t mode);
int ptp_release(struct posix_clock_context *context);
long ptp_ioctl(struct posix_clock_context *context, unsigned int cmd, unsigned long arg);
ssize_t ptp_read(struct posix_clock_context *context, uint flags, char __user *buf, size_t size);
__poll_t ptp_poll(struct posix_clock_context *context, struct file *file, poll_table *wait);

/* users.c */
enum ptp_quota { PTP_QUOTA_FILES, PTP_QUOTA_ALARMS, PTP_N_QUOTAS };

struct ptp_user;
struct ptp_user *ptp_user_charge(enum ptp_quota quota);
void ptp_user_uncharge(struct ptp_user *user, enum ptp_quota quota);

/* holder.c */
void ptp_holder_opened(struct ptp_reader *reader, const struct file *file);
void ptp_holder_reads(struct ptp_reader *reader);
void ptp_holders_update(struct ptp_clock *ptp);

/* queue.c */
struct ptp_reader *ptp_reader_create(struct ptp_clock *ptp, fmode_t mode, bool internal);
void ptp_reader_destroy(struct ptp_reader *reader);
bool ptp_reader_empty(const struct ptp_reader *reader);
ssize_t ptp_reader_copy(struct ptp_reader *reader, struct ptp_extts_event __user *to,
			unsigned int max, unsigned int *depth);
bool ptp_reader_pop(struct ptp_reader *reader, struct ptp_extts_event *event);
void ptp_reader_mask(struct ptp_reader *reader, int channel);
void ptp_queue_event(struct ptp_clock *ptp, const struct ptp_extts_event *event);
void ptp_queue_alarm(struct ptp_reader *reader, const struct ptp_extts_event *event);
void ptp_queue_wake_all(struct ptp_clock *ptp);

/* alarm.c */
struct ptp_alarm_config;
struct ptp_alarm_setting;
struct ptp_alarm_status;
struct seq_file;
void ptp_alarm_init(struct ptp_clock *ptp);
void ptp_alarm_stop(struct ptp_clock *ptp);
void ptp_alarm_kick(struct ptp_clock *ptp);
void ptp_alarm_event(struct ptp_clock *ptp);
void ptp_alarm_follow(struct ptp_clock *ptp, bool held, int err, const s64 *delta, s64 old_ns,
		      s64 old_mono);
long ptp_alarm_create(struct ptp_reader *reader, struct ptp_alarm_config __user *arg);
long ptp_alarm_settime(struct ptp_reader *reader, struct ptp_alarm_setting __user *arg);
long ptp_alarm_gettime(struct ptp_reader *reader, struct ptp_alarm_setting __user *arg);
long ptp_alarm_status(struct ptp_reader *reader, struct ptp_alarm_status __user *arg);
long ptp_alarm_delete(struct ptp_reader *reader, const u32 __user *arg);
void ptp_alarm_close(struct ptp_reader *reader);
void ptp_alarm_show(struct seq_file *seq, struct ptp_clock *ptp);

/* The common case, no alarm, must cost those who steer a clock no more than a look. */
static inline bool ptp_alarms_armed(const struct ptp_clock *ptp)
{
	return unlikely(READ_ONCE(ptp->alarms.n_armed));
}

/* From here to ptp_alarm_step_end() no alarm is set or expires, if there are any. */
static inline bool ptp_alarm_step_begin(struct ptp_clock *ptp)
{
	bool held = ptp_alarms_armed(ptp);

	if (held)
		mutex_lock(&ptp->alarms.mutex);
	return held;
}

/* arguments: see ptp_alarm_follow() */
static inline void ptp_alarm_step_end(struct ptp_clock *ptp, bool held, int err, const s64 *delta,
				      s64 old_ns, s64 old_mono)
{
	WRITE_ONCE(ptp->alarms.steps, ptp->alarms.steps + 1);
	if (held || ptp_alarms_armed(ptp))
		ptp_alarm_follow(ptp, held, err, delta, old_ns, old_mono);
}

/* The clock runs at another rate from now on, which dialed_frequency may tell. */
static inline void ptp_alarm_rate_changed(struct ptp_clock *ptp)
{
	WRITE_ONCE(ptp->alarms.steps, ptp->alarms.steps + 1);
	if (ptp_alarms_armed(ptp))
		ptp_alarm_kick(ptp);
}

/* pins.c */
int ptp_set_pin(struct ptp_clock *ptp, unsigned int pin, enum ptp_pin_function func,
		unsigned int chan);
int ptp_request_enable(struct ptp_clock *ptp, struct ptp_clock_request *request, int on);
void ptp_disable_all(struct ptp_clock *ptp);
int ptp_pins_init(struct ptp_clock *ptp);
void ptp_pins_free(struct ptp_clock *ptp);

/* vclock.c */
int ptp_vclocks_set(struct ptp_clock *ptp, u32 n);
int ptp_vclocks_limit(struct ptp_clock *ptp, u32 max);
void ptp_vclocks_remove(struct ptp_clock *ptp);

/* sysfs.c */
extern const struct attribute_group ptp_clock_group;
extern const struct attribute_group ptp_statistics_group;

/* debugfs.c */
void ptp_debugfs_add(struct ptp_clock *ptp);
void ptp_debugfs_remove(struct ptp_clock *ptp);
void ptp_debugfs_add_reader(struct ptp_reader *reader);
void ptp_debugfs_remove_reader(struct ptp_reader *reader);
void ptp_seq_comm(struct seq_file *seq, const char *comm);

#endif /* CHS_PTP_PRIVATE_H */
