/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Target ptp: what its three parts share.
 *
 *	ptp.c		makes calls up, makes them, reads and writes them as text
 *	ptp_model.c	the rules: what each call may answer, and what it changes
 *	ptp_race.c	the threads that disturb
 *
 * Clocks are made in the lab, one a bay, each of another kind; a bay whose clock is
 * unplugged gets a new one of the same kind. Files live in slots. The main thread alone
 * touches the model; with racing threads the model knows which slots are open and how,
 * and no more.
 */
#ifndef FUZZ_PTP_H
#define FUZZ_PTP_H

#include <pthread.h>
#include <signal.h>

#include "../prog/ptp_test.h"
#include "fuzz.h"

#define N_BAYS	    4
#define N_SLOTS	    24
#define N_FOREIGN   3	/* beyond the slots: files that are no clocks, and none */
#define CLOSED_FD   900 /* + slot: a number that no file has */
#define MAX_PINS    8
#define MAX_INPUTS  8
#define MAX_ALARMS  32	/* of a file */
#define ALL_ALARMS  256 /* of a user */
#define EVENT_FD    800 /* numbers for alarms: an eventfd, and a file that is none */
#define PIPE_FD	    801
#define ALARM_SIGNO (SIGRTMIN + 1)
#define LOG_SIZE    1024
#define DATA_WORDS  304 /* the largest structure: ptp_sys_offset_extended */
#define READ_MAX    (30 * EVENT_SIZE)

/* call() of ptp_test.h, where a struct call has that name */
static inline long result_of(long result)
{
	return call(result);
}

/* ---- calls ----------------------------------------------------------------- */

enum kind {
	/* ioctls, in the order of the table in ptp.c */
	K_GETCAPS,
	K_GETCAPS2,
	K_EXTTS,
	K_EXTTS2,
	K_PEROUT,
	K_PEROUT2,
	K_PPS,
	K_PPS2,
	K_OFFSET,
	K_OFFSET2,
	K_PIN_GET,
	K_PIN_GET2,
	K_PIN_SET,
	K_PIN_SET2,
	K_PRECISE,
	K_PRECISE2,
	K_EXTENDED,
	K_EXTENDED2,
	K_MASK_CLEAR,
	K_MASK_ONE,
	K_PRECISE_CYCLES,
	K_EXTENDED_CYCLES,
	K_ALARM_CREATE, /* data as the structure has it */
	K_ALARM_SET,	/* and these: word 0 is which of the file's alarms, not its id */
	K_ALARM_GET,
	K_ALARM_STATUS,
	K_ALARM_DELETE,
	N_IOCTLS,

	K_UNKNOWN = N_IOCTLS, /* an ioctl that is none of these; a: number */
	K_READ,		      /* a: size */
	K_PREAD,	      /* a: size, b: offset */
	K_POLL,		      /* a: events */
	K_SELECT,
	K_EPOLL, /* a: events */
	K_MMAP,	 /* a: protection, b: flags */
	K_WRITE, /* a: size */
	K_LSEEK, /* a: offset, b: whence */
	K_SETFL, /* a: flags */
	K_GETFL,
	K_DUP, /* a: slot to copy to */
	K_FSTAT,
	K_CLOSE,
	K_OPEN,	  /* a: bay, b: flags */
	K_REOPEN, /* a: slot whose file to open once more, b: flags */
	K_GETTIME,
	K_SETTIME,
	K_ADJTIME,
	K_GETRES,
	K_TIMER, /* timer_create() */
	K_NANOSLEEP,
	K_SYSFS_WRITE, /* slot: bay; a: attribute, b: form */
	K_SYSFS_READ,  /* slot: bay; a: attribute */
	K_CAP,	       /* a: with CAP_SYS_TIME or without */
	K_FAULT,       /* slot: bay; a: callback, b: how often; data: errno */
	K_PUSH,	       /* slot: bay; a: channel, b: edges; data: which, period */
	K_PLUG,	       /* slot: bay: unplug its clock, plug in a new one */
	K_SUM,	       /* slot: bay: do its counters say what we know? */
	N_KINDS,
};

enum place {
	PLACE_GOOD,
	PLACE_EDGE, /* so many bytes before a page without access */
	PLACE_NULL,
	PLACE_UNMAPPED,
	PLACE_KERNEL,
	PLACE_READONLY,
	N_PLACES,
};

/**
 * struct call - one call, as text or random numbers give it
 * @kind: which
 * @slot: file it is made on, or bay
 * @place: where the argument lies
 * @room: PLACE_EDGE: bytes up to the hole
 * @compat: an ioctl as a 32-bit program makes it
 * @a: see &enum kind; ENABLE_PPS: the argument
 * @b: see &enum kind
 * @data: the argument's contents, zero beyond
 * @expect: from a file: the result that it must have
 * @expected: whether it says so
 */
struct call {
	enum kind kind;
	unsigned int slot;
	enum place place;
	unsigned int room;
	bool compat;
	uint64_t a, b;
	uint32_t data[DATA_WORDS];
	long expect;
	bool expected;
};

extern const char *const ptp_kinds[N_KINDS];
unsigned int ptp_cmd(enum kind kind);
unsigned int ptp_size(enum kind kind);

/* ---- the model ------------------------------------------------------------- */

/* lab_phc's callbacks, as its attribute `fail` names them */
enum op {
	OP_GETTIME,
	OP_SETTIME,
	OP_ADJTIME,
	OP_ADJFINE,
	OP_ADJPHASE,
	OP_CROSSTSTAMP,
	OP_CYCLES,
	OP_ENABLE,
	N_OPS,
};

extern const char *const ptp_op_names[N_OPS];

/* statistics/: each with its _errors */
enum counter {
	STAT_GETTIME,
	STAT_GETTIMEX,
	STAT_CROSSTSTAMP,
	STAT_SETTIME,
	STAT_ADJTIME,
	STAT_ADJFINE,
	STAT_ADJPHASE,
	STAT_ENABLE,
	STAT_IOCTL,
	STAT_READ,
	STAT_OPEN,
	N_STATS,
};

/* what a bay's clocks can do */
struct variant {
	const char *name;
	unsigned int n_ext_ts, n_per_out, n_pins, pps, max_adj, max_phase;
	bool adjphase, crosststamp, gettimex, cycles, extoff;
	unsigned int n_alarm;
	int64_t min_period_ns;
};

/* an event that was delivered to the class */
struct logged {
	unsigned int channel;
	unsigned int epoch;
	bool offset;
	bool seen; /* some reader has read it: all others must read the same */
	struct ptp_clock_time t;
};

struct clk {
	bool used, alive;
	unsigned int bay;
	unsigned int files; /* open files, O_PATH apart */
	unsigned int refs;  /* all of them */
	const struct variant *is;
	/* it showed exactly time_ns at an instant not before raw_ns */
	int64_t time_ns, raw_ns;
	unsigned int epoch; /* counts the steps */
	int64_t frequency;  /* dialed, scaled ppm */
	struct {
		unsigned int func, chan;
	} pin[MAX_PINS];
	struct {
		bool on;
		uint32_t flags;
	} in[MAX_INPUTS];
	struct {
		int err;
		unsigned int left;
	} fault[N_OPS];
	unsigned int n_vclocks, max_vclocks;
	bool alarmed; /* had an alarm set: a thread of the class reads it now and then */
	uint64_t calls[N_STATS], errors[N_STATS];
	uint64_t events, dropped;
	uint64_t channel_dropped[MAX_INPUTS];
	struct logged log[LOG_SIZE];
};

struct queue {
	uint32_t event[CAPACITY + 1]; /* numbers in the clock's log */
	unsigned int head, tail;
};

struct alarm {
	uint32_t id;
	uint32_t notify;
	int64_t interval; /* ns */
};

struct file {
	unsigned int slots; /* that hold it; 0: not used */
	struct clk *clk;
	bool readable, writable, path, nonblock;
	uint32_t mask[64];
	struct queue queue;
	unsigned int n_alarms;
	struct alarm alarm[MAX_ALARMS];
};

struct bay {
	struct clk *clk;
	char device[32]; /* phc0 */
	char node[64];	 /* /dev/ptp64 */
	char sys[96];	 /* /sys/class/phc/ptp64 */
	struct queue fifo;
};

struct slot {
	int fd;
	struct file *file;
};

extern const struct variant ptp_variants[N_BAYS];
extern struct bay ptp_bays[N_BAYS];
extern struct slot ptp_slots[N_SLOTS + N_FOREIGN];
extern struct fuzz *ptp_fuzz;

/* guards names in bays, which racing threads change */
extern pthread_mutex_t ptp_bays_mutex;

/**
 * struct verdict - what a call may answer
 * @want: values or -errno; the first is the prediction, others are due to races
 * @n: how many
 * @any_up_to: in a race: any value from 0 to this, if not negative; a multiple of
 *	@step
 * @step: see there
 * @out_at: the call may write from this offset
 * @out_len: so many bytes
 * @out_always: even if it fails
 */
struct verdict {
	long want[16];
	unsigned int n;
	long any_up_to, step;
	unsigned int out_at, out_len;
	bool out_always;
};

void ptp_judge(const struct call *call, struct verdict *v);
/* the answer is one that the verdict allows */
void ptp_settle(long result);
/* compare the answer in memory with what the model knows; before: system clocks */
void ptp_check_answer(const struct call *call, const void *answer, long result,
		      const int64_t before[3]);
uint32_t ptp_alarm_id(const struct call *call);
bool ptp_would_block(const struct call *call);
void ptp_read_done(const struct file *file, const struct ptp_extts_event *events, unsigned int n);
void ptp_check_events(const struct ptp_extts_event *events, unsigned int n);
void ptp_file_put(unsigned int slot);
void ptp_file_new(unsigned int slot, int fd, struct clk *clk, int flags);

void ptp_unplug_left_over(void);
bool ptp_plug(unsigned int bay);
bool ptp_unplug(unsigned int bay);
void ptp_clk_new(unsigned int bay);
void ptp_sum(unsigned int bay);
void ptp_push_text(const struct call *call, char *text, size_t size);

void ptp_race(struct fuzz *fuzz, struct fuzz_rng *rng, unsigned int racer);
#define N_RACERS 3

#define SYSFS_ATTRS 6
extern const char *const ptp_sysfs_attrs[SYSFS_ATTRS];
enum { ATTR_EXTTS, ATTR_PERIOD, ATTR_PPS, ATTR_PIN, ATTR_N_VCLOCKS, ATTR_MAX_VCLOCKS };
enum { FORM_GOOD, FORM_SHORT, FORM_WORD, FORM_JUNK_AFTER, N_FORMS };

#endif /* FUZZ_PTP_H */
