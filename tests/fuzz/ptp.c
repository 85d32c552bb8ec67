// SPDX-License-Identifier: GPL-2.0
/*
 * Target ptp: the character device of PTP clocks, with their POSIX clocks and sysfs
 * attributes. Makes calls up (or reads them from a file), makes them, and holds what
 * comes back against the model.
 *
 * A call as text, fields that are 0 at the end left out:
 *
 *	KIND SLOT [PLACE[:ROOM]] [A [B [: WORD...]]] [= RESULT]
 *
 * KIND, A and B as in enum kind, SLOT a file or bay, PLACE good, edge:ROOM, null,
 * unmapped, kernel, readonly, or the same with 32 in front (an ioctl as a 32-bit program
 * makes it); WORDs are the argument's 32-bit words, the rest is 0; RESULT is a value,
 * or an errno's name, or "ok" for any that is not negative.
 */
#include <ctype.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>

#include "ptp.h"

#define LOW_MEMORY 0x10000000UL /* where arguments lie: 32-bit programs get at it */
#define AREA	   4096
#define CANARY	   64
#define MAX_SIZE   (AREA - 2 * CANARY)

struct command {
	unsigned int cmd, in; /* bytes that it reads; others are only answered */
};

static const struct command commands[N_IOCTLS] = {
	[K_GETCAPS] = { PTP_CLOCK_GETCAPS, 0 },
	[K_GETCAPS2] = { PTP_CLOCK_GETCAPS2, 0 },
	[K_EXTTS] = { PTP_EXTTS_REQUEST, 16 },
	[K_EXTTS2] = { PTP_EXTTS_REQUEST2, 16 },
	[K_PEROUT] = { PTP_PEROUT_REQUEST, 56 },
	[K_PEROUT2] = { PTP_PEROUT_REQUEST2, 56 },
	[K_PPS] = { PTP_ENABLE_PPS, 0 },
	[K_PPS2] = { PTP_ENABLE_PPS2, 0 },
	[K_OFFSET] = { PTP_SYS_OFFSET, 16 },
	[K_OFFSET2] = { PTP_SYS_OFFSET2, 16 },
	[K_PIN_GET] = { PTP_PIN_GETFUNC, 96 },
	[K_PIN_GET2] = { PTP_PIN_GETFUNC2, 96 },
	[K_PIN_SET] = { PTP_PIN_SETFUNC, 96 },
	[K_PIN_SET2] = { PTP_PIN_SETFUNC2, 96 },
	[K_PRECISE] = { PTP_SYS_OFFSET_PRECISE, 0 },
	[K_PRECISE2] = { PTP_SYS_OFFSET_PRECISE2, 0 },
	[K_EXTENDED] = { PTP_SYS_OFFSET_EXTENDED, 16 },
	[K_EXTENDED2] = { PTP_SYS_OFFSET_EXTENDED2, 16 },
	[K_MASK_CLEAR] = { PTP_MASK_CLEAR_ALL, 0 },
	[K_MASK_ONE] = { PTP_MASK_EN_SINGLE, 4 },
	[K_PRECISE_CYCLES] = { PTP_SYS_OFFSET_PRECISE_CYCLES, 0 },
	[K_EXTENDED_CYCLES] = { PTP_SYS_OFFSET_EXTENDED_CYCLES, 16 },
	[K_ALARM_CREATE] = { PTP_ALARM_CREATE, 48 },
	[K_ALARM_SET] = { PTP_ALARM_SETTIME, 48 },
	[K_ALARM_GET] = { PTP_ALARM_GETTIME, 48 },
	[K_ALARM_STATUS] = { PTP_ALARM_STATUS, 4 },
	[K_ALARM_DELETE] = { PTP_ALARM_DELETE, 4 },
};

const char *const ptp_kinds[N_KINDS] = {
	[K_GETCAPS] = "GETCAPS",
	[K_GETCAPS2] = "GETCAPS2",
	[K_EXTTS] = "EXTTS_REQUEST",
	[K_EXTTS2] = "EXTTS_REQUEST2",
	[K_PEROUT] = "PEROUT_REQUEST",
	[K_PEROUT2] = "PEROUT_REQUEST2",
	[K_PPS] = "ENABLE_PPS",
	[K_PPS2] = "ENABLE_PPS2",
	[K_OFFSET] = "SYS_OFFSET",
	[K_OFFSET2] = "SYS_OFFSET2",
	[K_PIN_GET] = "PIN_GETFUNC",
	[K_PIN_GET2] = "PIN_GETFUNC2",
	[K_PIN_SET] = "PIN_SETFUNC",
	[K_PIN_SET2] = "PIN_SETFUNC2",
	[K_PRECISE] = "SYS_OFFSET_PRECISE",
	[K_PRECISE2] = "SYS_OFFSET_PRECISE2",
	[K_EXTENDED] = "SYS_OFFSET_EXTENDED",
	[K_EXTENDED2] = "SYS_OFFSET_EXTENDED2",
	[K_MASK_CLEAR] = "MASK_CLEAR_ALL",
	[K_MASK_ONE] = "MASK_EN_SINGLE",
	[K_PRECISE_CYCLES] = "SYS_OFFSET_PRECISE_CYCLES",
	[K_EXTENDED_CYCLES] = "SYS_OFFSET_EXTENDED_CYCLES",
	[K_ALARM_CREATE] = "ALARM_CREATE",
	[K_ALARM_SET] = "ALARM_SETTIME",
	[K_ALARM_GET] = "ALARM_GETTIME",
	[K_ALARM_STATUS] = "ALARM_STATUS",
	[K_ALARM_DELETE] = "ALARM_DELETE",
	[K_UNKNOWN] = "unknown-ioctl",
	[K_READ] = "read",
	[K_PREAD] = "pread",
	[K_POLL] = "poll",
	[K_SELECT] = "select",
	[K_EPOLL] = "epoll",
	[K_MMAP] = "mmap",
	[K_WRITE] = "write",
	[K_LSEEK] = "lseek",
	[K_SETFL] = "setfl",
	[K_GETFL] = "getfl",
	[K_DUP] = "dup",
	[K_FSTAT] = "fstat",
	[K_CLOSE] = "close",
	[K_OPEN] = "open",
	[K_REOPEN] = "reopen",
	[K_GETTIME] = "clock_gettime",
	[K_SETTIME] = "clock_settime",
	[K_ADJTIME] = "clock_adjtime",
	[K_GETRES] = "clock_getres",
	[K_TIMER] = "timer_create",
	[K_NANOSLEEP] = "clock_nanosleep",
	[K_SYSFS_WRITE] = "sysfs-write",
	[K_SYSFS_READ] = "sysfs-fifo",
	[K_CAP] = "cap-sys-time",
	[K_FAULT] = "lab-fail",
	[K_PUSH] = "lab-push",
	[K_PLUG] = "lab-plug",
	[K_SUM] = "sum",
};

static const char *const places[N_PLACES] = {
	"good", "edge", "null", "unmapped", "kernel", "readonly",
};

/*
 * How often each kind is made up, of about a thousand calls. Under KASAN and kmemleak
 * whatever opens a file costs as much as fifty calls that do not.
 */
static const unsigned int weights[N_KINDS] = {
	[K_GETCAPS] = 12,
	[K_GETCAPS2] = 12,
	[K_EXTTS] = 25,
	[K_EXTTS2] = 50,
	[K_PEROUT] = 25,
	[K_PEROUT2] = 60,
	[K_PPS] = 8,
	[K_PPS2] = 8,
	[K_OFFSET] = 15,
	[K_OFFSET2] = 15,
	[K_PIN_GET] = 15,
	[K_PIN_GET2] = 20,
	[K_PIN_SET] = 20,
	[K_PIN_SET2] = 30,
	[K_PRECISE] = 12,
	[K_PRECISE2] = 12,
	[K_EXTENDED] = 20,
	[K_EXTENDED2] = 20,
	[K_MASK_CLEAR] = 6,
	[K_MASK_ONE] = 20,
	[K_PRECISE_CYCLES] = 12,
	[K_EXTENDED_CYCLES] = 20,
	[K_ALARM_CREATE] = 25,
	[K_ALARM_SET] = 20,
	[K_ALARM_GET] = 10,
	[K_ALARM_STATUS] = 10,
	[K_ALARM_DELETE] = 5,
	[K_UNKNOWN] = 60,
	[K_READ] = 80,
	[K_PREAD] = 10,
	[K_POLL] = 25,
	[K_SELECT] = 10,
	[K_EPOLL] = 8,
	[K_MMAP] = 10,
	[K_WRITE] = 10,
	[K_LSEEK] = 10,
	[K_SETFL] = 15,
	[K_GETFL] = 8,
	[K_DUP] = 5,
	[K_FSTAT] = 5,
	[K_CLOSE] = 2,
	[K_OPEN] = 14,
	[K_REOPEN] = 4,
	[K_GETTIME] = 30,
	[K_SETTIME] = 50,
	[K_ADJTIME] = 80,
	[K_GETRES] = 8,
	[K_TIMER] = 5,
	[K_NANOSLEEP] = 5,
	[K_SYSFS_WRITE] = 10,
	[K_SYSFS_READ] = 3,
	[K_CAP] = 3,
	[K_FAULT] = 3,
	[K_PUSH] = 7,
};

/* kinds that are made once in so many calls */
#define PLUG_EVERY 6007
#define SUM_EVERY  4003

static struct call now_called; /* the call under way */
static char *area;	       /* CANARY, the argument, CANARY; then a page without access */
static char *view;	       /* the same memory where it cannot be written */
static char image[AREA];       /* what the area held before the call */
static int epoll_fd;
static timer_t waker;

unsigned int ptp_cmd(enum kind kind)
{
	return commands[kind].cmd;
}

static unsigned int cmd_size(unsigned int cmd)
{
	return cmd >> 16 & 0x3fff;
}

/* bytes of the argument in memory */
static unsigned int size_of(const struct call *call)
{
	if (call->kind < N_IOCTLS)
		return call->kind == K_PPS || call->kind == K_PPS2 ? 0
								   : cmd_size(ptp_cmd(call->kind));
	switch (call->kind) {
	case K_UNKNOWN:
		return 64;
	case K_READ:
	case K_PREAD:
		return READ_MAX;
	case K_GETTIME:
	case K_SETTIME:
	case K_GETRES:
	case K_NANOSLEEP:
		return sizeof(struct timespec);
	case K_ADJTIME:
		return sizeof(struct timex);
	case K_TIMER:
		return sizeof(struct sigevent);
	case K_SYSFS_READ:
		return 128;
	default:
		return 0;
	}
}

/* of these, what is asked: the rest is only answered */
static unsigned int asked(const struct call *call)
{
	if (call->kind < N_IOCTLS)
		return commands[call->kind].in;
	switch (call->kind) {
	case K_READ:
	case K_PREAD:
	case K_GETTIME:
	case K_GETRES:
	case K_SYSFS_READ:
		return 0;
	default:
		return size_of(call);
	}
}

/* slots of kinds that take a bay; all others take a file */
static bool takes_bay(enum kind kind)
{
	return kind == K_SYSFS_WRITE || kind == K_SYSFS_READ || kind >= K_FAULT;
}

static bool takes_clock_id(enum kind kind)
{
	return kind >= K_GETTIME && kind <= K_NANOSLEEP;
}

/* ---- text ------------------------------------------------------------------ */

static void describe(char *text, size_t size)
{
	const struct call *call = &now_called;
	unsigned int words = DATA_WORDS, i;
	int len;

	while (words && !call->data[words - 1])
		words--;
	len = snprintf(text, size, "%s %u %s%s", ptp_kinds[call->kind], call->slot,
		       call->compat ? "32" : "", places[call->place]);
	if (call->place == PLACE_EDGE)
		len += snprintf(text + len, size - len, ":%u", call->room);
	if (words || call->a || call->b)
		len += snprintf(text + len, size - len, " %#llx", (unsigned long long)call->a);
	if (words || call->b)
		len += snprintf(text + len, size - len, " %#llx", (unsigned long long)call->b);
	if (words)
		len += snprintf(text + len, size - len, " :");
	for (i = 0; i < words; i++)
		len += snprintf(text + len, size - len, " %#x", call->data[i]);
}

static bool parse_number(const char *word, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = *word == '-' ? (uint64_t)strtoll(word, &end, 0) : strtoull(word, &end, 0);
	return *word && !*end && !errno;
}

static bool parse_place(const char *word, struct call *call)
{
	size_t len;
	int i;

	if (!strncmp(word, "32", 2)) {
		call->compat = true;
		word += 2;
	}
	len = strcspn(word, ":");
	for (i = 0; i < N_PLACES; i++)
		if (strlen(places[i]) == len && !strncmp(places[i], word, len))
			break;
	if (i == N_PLACES || (word[len] == ':') != (i == PLACE_EDGE))
		return false;
	call->place = i;
	call->room = i == PLACE_EDGE ? atoi(word + len + 1) : 0;
	return true;
}

static bool parse_result(const char *word, struct call *call)
{
	uint64_t value;
	int err;

	call->expected = true;
	call->expect = LONG_MAX;
	if (!strcmp(word, "ok"))
		return true;
	for (err = 1; err < 134; err++) {
		const char *name = strerrorname_np(err);

		if (name && !strcmp(name, word)) {
			call->expect = -err;
			return true;
		}
	}
	if (!parse_number(word, &value))
		return false;
	call->expect = value;
	return true;
}

static bool parse(char *line, struct call *call)
{
	char *result = strchr(line, '='), *word, *save;
	unsigned int n = 0;
	uint64_t value;
	int kind;

	memset(call, 0, sizeof(*call));
	if (result) {
		*result++ = 0;
		word = strtok_r(result, " \t", &save);
		if (!word || !parse_result(word, call))
			return false;
	}
	word = strtok_r(line, " \t", &save);
	for (kind = 0; word && kind < N_KINDS && strcmp(ptp_kinds[kind], word); kind++)
		;
	if (!word || kind == N_KINDS)
		return false;
	call->kind = kind;
	word = strtok_r(NULL, " \t", &save);
	if (!word || !parse_number(word, &value))
		return false;
	call->slot = value;
	word = strtok_r(NULL, " \t", &save);
	if (word && *word != ':' && parse_place(word, call))
		word = strtok_r(NULL, " \t", &save);
	for (; word && *word != ':'; word = strtok_r(NULL, " \t", &save)) {
		if (n > 1 || !parse_number(word, n ? &call->b : &call->a))
			return false;
		n++;
	}
	for (n = 0; word && (word = strtok_r(NULL, " \t", &save)); n++) {
		if (n == DATA_WORDS || !parse_number(word, &value))
			return false;
		call->data[n] = value;
	}
	return true;
}

/* what a file says may be anything: does it stay within our tables? */
static bool sound(const struct call *call)
{
	unsigned int size = size_of(call);

	if (call->slot >= (takes_bay(call->kind)	? N_BAYS
			   : takes_clock_id(call->kind) ? N_SLOTS + N_FOREIGN
							: N_SLOTS))
		return false;
	if (call->place && takes_bay(call->kind))
		return false;
	if (call->place == PLACE_EDGE && call->room > size)
		return false;
	if (call->compat && (call->kind > K_UNKNOWN || call->place == PLACE_KERNEL))
		return false;
	switch (call->kind) {
	case K_OPEN:
		return call->a < N_BAYS;
	case K_DUP:
	case K_REOPEN:
		return call->a < N_SLOTS;
	case K_FAULT:
		return call->a < N_OPS && call->data[0];
	case K_PUSH:
		return call->b && call->b <= 1000;
	case K_SYSFS_WRITE:
		return call->a < SYSFS_ATTRS && call->b < N_FORMS;
	default:
		return true;
	}
}

/* ---- making calls up ------------------------------------------------------- */

static void put64(uint32_t *words, int64_t value)
{
	memcpy(words, &value, sizeof(value));
}

/* one word, or one pair of words, becomes what nobody thought of */
static void mutate(struct fuzz_rng *rng, struct call *call)
{
	unsigned int words = asked(call) / 4, at;

	if (!words)
		return;
	at = fuzz_below(rng, words);
	if (fuzz_one_in(rng, 3) && words > 1)
		put64(&call->data[at & ~1u], fuzz_edgy64(rng));
	else
		call->data[at] = fuzz_edgy32(rng);
}

/* seconds: the clock's present, its past, its future, and the ends of what is valid */
static int64_t make_sec(struct fuzz_rng *rng)
{
	static const int64_t secs[] = { 0,	    1,		2,	    999999999,
					1000000000, 1000100000, 1000200000, 2000000000,
					5000000000, 8277292035, 8277292036 };

	return fuzz_one_in(rng, 8) ? fuzz_edgy64(rng) : FUZZ_PICK(rng, secs);
}

static uint32_t make_nsec(struct fuzz_rng *rng)
{
	static const uint32_t nsecs[] = { 0, 1, 500000000, 999999999 };

	return fuzz_one_in(rng, 8) ? fuzz_edgy32(rng) : FUZZ_PICK(rng, nsecs);
}

static void make_period(struct fuzz_rng *rng, uint32_t *words)
{
	static const struct {
		uint32_t sec, nsec;
	} periods[] = { { 0, 0 }, { 0, 99999999 }, { 0, 100000000 }, { 0, 500000000 },
			{ 1, 0 }, { 2, 0 },	   { 100, 1 } };
	unsigned int i = fuzz_below(rng, ARRAY_SIZE(periods));

	words[0] = periods[i].sec;
	words[1] = 0;
	words[2] = periods[i].nsec;
}

static void make_perout(struct fuzz_rng *rng, struct call *call)
{
	uint32_t *w = call->data; /* start 0-3, period 4-7, index 8, flags 9, on 10-13 */

	w[8] = fuzz_below(rng, fuzz_one_in(rng, 4) ? 5 : 2);
	make_period(rng, w + 4);
	w[9] = fuzz_below(rng, 8);
	if (w[9] & PTP_PEROUT_PHASE && !fuzz_one_in(rng, 4)) {
		make_period(rng, w);
	} else {
		put64(w, make_sec(rng));
		w[2] = make_nsec(rng);
	}
	if (w[9] & PTP_PEROUT_DUTY_CYCLE)
		make_period(rng, w + 10);
}

static void make_alarm(struct fuzz_rng *rng, struct call *call)
{
	uint32_t *w = call->data; /* id, notify, signo, tid, value (2), eventfd, flags, rsv (4) */

	w[1] = fuzz_below(rng, 4);
	w[2] = fuzz_one_in(rng, 8) ? 65 * fuzz_below(rng, 2) : (uint32_t)ALARM_SIGNO;
	w[3] = fuzz_one_in(rng, 8) ? 0x3fffffff + fuzz_below(rng, 2) * 0x80000000 : 0;
	w[6] = fuzz_one_in(rng, 8) ? PIPE_FD + fuzz_below(rng, 2) : EVENT_FD;
}

static const struct clk *clk_of(const struct call *call);

static void make_setting(struct fuzz_rng *rng, struct call *call)
{
	uint32_t *w = call->data; /* which, flags, value (4), interval (4), rsv (2) */

	w[1] = fuzz_below(rng, 2);
	if (fuzz_one_in(rng, 4))
		return;
	put64(w + 2, w[1] ? make_sec(rng) : (int64_t)fuzz_below(rng, 3));
	w[4] = make_nsec(rng);
	make_period(rng, w + 6);
	if (fuzz_one_in(rng, 32))
		w[8] = 1; /* as fast as it can */
}

/*
 * Alone, the answers of every call are known beforehand: no events of alarms, which come
 * when they like, and no reading of the clock by another thread while it fails.
 */
static void tame_setting(struct call *call)
{
	const struct file *file = ptp_slots[call->slot].file;
	const struct clk *c = clk_of(call);

	if (!c)
		return;
	if (c->fault[OP_GETTIME].left ||
	    (call->data[0] < file->n_alarms &&
	     file->alarm[call->data[0]].notify == PTP_ALARM_NOTIFY_EVENT))
		memset(call->data + 2, 0, 4 * sizeof(uint32_t));
}

/* a signal that we ignore, or none at all; a number of a file that is what it was */
static void tame_alarm(struct call *call)
{
	uint32_t *w = call->data;

	if (w[2] >= 1 && w[2] <= 64)
		w[2] = ALARM_SIGNO;
	if (w[3] && (int32_t)w[3] > 0)
		w[3] = 0x3fffffff;
	if (w[6] < PIPE_FD)
		w[6] = EVENT_FD;
}

static void make_request(struct fuzz_rng *rng, struct call *call)
{
	static const clockid_t clockids[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW,
					      CLOCK_TAI };
	uint32_t *w = call->data;

	switch (call->kind) {
	case K_PPS:
	case K_PPS2:
		call->a = fuzz_one_in(rng, 2) ? fuzz_below(rng, 2) : (uint64_t)fuzz_edgy64(rng);
		break;
	case K_EXTTS:
	case K_EXTTS2:
		w[0] = fuzz_below(rng, fuzz_one_in(rng, 4) ? 10 : 2);
		w[1] = fuzz_one_in(rng, 4) ? fuzz_below(rng, 32) : 1 + 2 * (1 + fuzz_below(rng, 3));
		break;
	case K_PEROUT:
	case K_PEROUT2:
		make_perout(rng, call);
		break;
	case K_OFFSET:
	case K_OFFSET2:
		w[0] = fuzz_one_in(rng, 8) ? fuzz_below(rng, 30) : fuzz_below(rng, 4);
		break;
	case K_EXTENDED:
	case K_EXTENDED2:
	case K_EXTENDED_CYCLES:
		w[0] = fuzz_one_in(rng, 8) ? fuzz_below(rng, 30) : fuzz_below(rng, 4);
		w[1] = FUZZ_PICK(rng, clockids);
		break;
	case K_PIN_SET:
	case K_PIN_SET2:
		w[17] = fuzz_one_in(rng, 32) ? PTP_PF_PHYSYNC : fuzz_below(rng, 3);
		w[18] = fuzz_below(rng, fuzz_one_in(rng, 4) ? 10 : 3);
		/* fall through */
	case K_PIN_GET:
	case K_PIN_GET2:
		w[16] = fuzz_below(rng, fuzz_one_in(rng, 4) ? 9 : 4);
		break;
	case K_ALARM_CREATE:
		make_alarm(rng, call);
		break;
	case K_ALARM_SET:
		make_setting(rng, call);
		/* fall through */
	case K_ALARM_GET:
	case K_ALARM_STATUS:
	case K_ALARM_DELETE:
		w[0] = fuzz_below(rng, fuzz_one_in(rng, 4) ? 40 : 3);
		break;
	case K_MASK_ONE:
		w[0] = fuzz_one_in(rng, 4) ? fuzz_edgy32(rng) : fuzz_below(rng, 8);
		break;
	default:
		break;
	}
}

/* types of ioctls that the kernel carries out for any file: not for the clock to refuse */
static bool generic_type(unsigned int type)
{
	return !type || strchr("\x15TXfv\x94", type);
}

static void make_unknown(struct fuzz_rng *rng, struct call *call)
{
	unsigned int type, size, i;

	do {
		call->a = FUZZ_PICK(rng, commands).cmd;
		switch (fuzz_below(rng, 5)) {
		case 0: /* another size */
			size = fuzz_one_in(rng, 2) ? fuzz_below(rng, 128) : fuzz_below(rng, 16384);
			call->a = (call->a & ~0x3fff0000ULL) | size << 16;
			break;
		case 1: /* another direction */
			call->a ^= (uint64_t)(1 + fuzz_below(rng, 3)) << 30;
			break;
		case 2: /* another number */
			call->a = (call->a & ~0xffULL) | fuzz_below(rng, 256);
			break;
		case 3: /* another type */
			call->a = (call->a & ~0xff00ULL) | fuzz_below(rng, 256) << 8;
			break;
		default:
			call->a = fuzz_u64(rng) >> 32;
			break;
		}
		for (i = 0; i < N_IOCTLS && commands[i].cmd != call->a; i++)
			;
		type = call->a >> 8 & 0xff;
	} while (i < N_IOCTLS || generic_type(type));
	call->data[0] = fuzz_edgy32(rng);
}

static uint64_t make_read_size(struct fuzz_rng *rng)
{
	static const uint64_t sizes[] = {
		0,   1,	  31,	32,	    33,		64,	    320,	928,	    960,
		961, 992, 4096, 0x7fffffff, 0x80000000, 0x7ffff000, 1ULL << 32, 1ULL << 63, ~0ULL
	};

	return fuzz_one_in(rng, 3) ? FUZZ_PICK(rng, sizes) : EVENT_SIZE * fuzz_below(rng, 40);
}

static uint32_t make_open_flags(struct fuzz_rng *rng)
{
	static const uint32_t more[] = { O_PATH,     O_TRUNC,  O_CREAT, O_EXCL,
					 O_DIRECT,   O_SYNC,   O_ASYNC, O_DIRECTORY,
					 O_NOFOLLOW, O_APPEND, O_NOCTTY };
	uint32_t flags = fuzz_one_in(rng, 3) ? fuzz_below(rng, 4) : O_RDWR;

	flags |= fuzz_one_in(rng, 6) ? 0 : O_NONBLOCK;
	flags |= fuzz_one_in(rng, 2) ? O_CLOEXEC : 0;
	while (fuzz_one_in(rng, 5))
		flags |= FUZZ_PICK(rng, more);
	/* kernels differ in this one */
	if (flags & O_CREAT)
		flags &= ~O_DIRECTORY;
	return flags;
}

/*
 * Whether a step of the clock or a single pulse comes in time may depend on how long the
 * calls before took. Those are left out: runs must be alike. For so many seconds a run
 * goes on at most.
 */
#define UNSURE_SEC 20000

static const struct clk *clk_of(const struct call *call)
{
	const struct file *file = ptp_slots[call->slot].file;

	return file && !ptp_fuzz->race ? file->clk : NULL;
}

static void avoid_unsure_step(struct call *call)
{
	const struct clk *c = clk_of(call);
	struct timex *tx = (void *)call->data;
	__int128 then;

	if (!c || !(tx->modes & ADJ_SETOFFSET))
		return;
	then = (__int128)c->time_ns / NSEC + tx->time.tv_sec;
	if ((then < 1 && then > -UNSURE_SEC) ||
	    (then < 8277292037 && then > 8277292036 - UNSURE_SEC))
		tx->modes = 0;
}

static void avoid_unsure_pulse(struct call *call)
{
	const struct clk *c = clk_of(call);
	int64_t sec, now;

	if (!c)
		return;
	memcpy(&sec, call->data, sizeof(sec));
	now = c->time_ns / NSEC;
	if (sec >= now && sec <= now + UNSURE_SEC)
		put64(call->data, now + 2 * UNSURE_SEC);
}

/* of a clock that is gone, and was not held by an open file, another may have the number */
static void avoid_unsure_number(struct call *call)
{
	const struct file *file = ptp_slots[call->a].file;

	if (!ptp_fuzz->race && file && !file->clk->alive && !file->clk->files)
		call->b |= O_PATH;
}

static void make_timex(struct fuzz_rng *rng, struct call *call)
{
	static const unsigned int modes[] = { 0,
					      ADJ_SETOFFSET,
					      ADJ_SETOFFSET | ADJ_NANO,
					      ADJ_FREQUENCY,
					      ADJ_OFFSET,
					      ADJ_OFFSET | ADJ_NANO,
					      ADJ_STATUS,
					      ADJ_NANO,
					      ADJ_MICRO,
					      ADJ_OFFSET_SINGLESHOT,
					      ADJ_SETOFFSET | ADJ_FREQUENCY,
					      ADJ_FREQUENCY | ADJ_OFFSET,
					      ADJ_FREQUENCY | ADJ_STATUS };
	static const int64_t offsets[] = { 0,	 1,	-1,	 1000,	  1001,	   1009,
					   1010, -1000, 1000000, 1000001, -1000001 };
	static const int64_t frequencies[] = { 0,	    1,		 -1,	     65536,
					       -65536,	    6553600,	 4095999950, 32768000000,
					       32768000065, -32768000066 };
	static const int64_t steps[] = { 0, 1, -1, 1000, -1000, 1000000000, -1000000000 };
	static const int64_t fractions[] = { 0,	      1,	 500000,     999999,
					     1000000, 999999999, 1000000000, -1 };
	struct timex *tx = (void *)call->data;

	tx->modes = FUZZ_PICK(rng, modes);
	tx->offset = fuzz_one_in(rng, 6) ? fuzz_edgy64(rng) : FUZZ_PICK(rng, offsets);
	tx->freq = fuzz_one_in(rng, 6) ? fuzz_edgy64(rng) : FUZZ_PICK(rng, frequencies);
	tx->time.tv_sec = fuzz_one_in(rng, 6) ? fuzz_edgy64(rng) : FUZZ_PICK(rng, steps);
	tx->time.tv_usec = fuzz_one_in(rng, 6) ? fuzz_edgy64(rng) : FUZZ_PICK(rng, fractions);
}

static void make_clock_call(struct fuzz_rng *rng, struct call *call)
{
	if (fuzz_one_in(rng, 16))
		call->slot = N_SLOTS + fuzz_below(rng, N_FOREIGN);
	if (call->kind == K_SETTIME) {
		put64(call->data, make_sec(rng));
		put64(call->data + 2, fuzz_one_in(rng, 8) ? fuzz_edgy64(rng) : make_nsec(rng));
	} else if (call->kind == K_ADJTIME) {
		make_timex(rng, call);
	}
}

/* each is a clock of its own: a few are enough; and they read the physical one */
static void tame_vclocks(struct call *call)
{
	const struct clk *c = ptp_bays[call->slot].clk;

	if (call->data[0] > 3 && call->data[0] <= c->max_vclocks)
		call->data[0] = 2;
	if (!ptp_fuzz->race && (c->fault[OP_GETTIME].left || c->fault[OP_CYCLES].left))
		call->data[0] = c->n_vclocks;
}

static void make_sysfs_write(struct fuzz_rng *rng, struct call *call)
{
	uint32_t *w = call->data;

	call->a = fuzz_below(rng, SYSFS_ATTRS);
	call->b = fuzz_one_in(rng, 2) ? FORM_GOOD : fuzz_below(rng, N_FORMS);
	w[0] = fuzz_one_in(rng, 8) ? fuzz_edgy32(rng) : fuzz_below(rng, 5);
	w[1] = fuzz_one_in(rng, 8) ? fuzz_edgy32(rng) : fuzz_below(rng, 3);
	switch (call->a) {
	case ATTR_PERIOD:
		w[1] = 0;
		put64(w + 2, make_sec(rng));
		w[4] = make_nsec(rng);
		make_period(rng, w + 6);
		break;
	case ATTR_PIN:
		w[2] = fuzz_below(rng, 9);
		break;
	case ATTR_N_VCLOCKS:
	case ATTR_MAX_VCLOCKS:
		w[0] = fuzz_below(rng, fuzz_one_in(rng, 4) ? 30 : 4);
		if (call->a == ATTR_N_VCLOCKS)
			tame_vclocks(call);
		break;
	}
}

static void make_lab_call(struct fuzz_rng *rng, struct call *call)
{
	static const uint32_t errors[] = { EIO, ETIMEDOUT, ENOSPC, EREMOTEIO };
	static const uint32_t counts[] = { 1, 2, 7, 31, 129 };

	if (call->kind == K_FAULT) {
		const struct clk *c = ptp_bays[call->slot].clk;

		call->a = fuzz_below(rng, N_OPS);
		/* there another thread reads the clock too */
		if (!ptp_fuzz->race && (c->alarmed || c->n_vclocks) &&
		    (call->a == OP_GETTIME || call->a == OP_CYCLES))
			call->a = OP_SETTIME;
		call->b = fuzz_below(rng, 4);
		/* where threads race, nobody knows whose call fails: one error for all */
		call->data[0] = ptp_fuzz->race ? EIO : FUZZ_PICK(rng, errors);
	} else if (call->kind == K_PUSH) {
		if (call->slot == 1)
			call->slot = 0; /* the poor one has no inputs */
		call->a = fuzz_below(rng, ptp_variants[call->slot].n_ext_ts);
		call->b = FUZZ_PICK(rng, counts);
		call->data[0] = fuzz_below(rng, 3);
		call->data[1] = fuzz_below(rng, 2) * 1000;
	}
}

static void make_place(struct fuzz_rng *rng, struct call *call)
{
	unsigned int size = size_of(call);

	call->compat = call->kind <= K_UNKNOWN && fuzz_one_in(rng, 16);
	if (!size || takes_bay(call->kind) || !fuzz_one_in(rng, 8))
		return;
	do {
		call->place = fuzz_below(rng, N_PLACES);
	} while (call->compat && call->place == PLACE_KERNEL);
	if (call->place == PLACE_EDGE)
		call->room = fuzz_one_in(rng, 2) ? size : fuzz_below(rng, size + 1);
}

static enum kind make_kind(struct fuzz_rng *rng)
{
	static unsigned int sum;
	unsigned int at, i, of_all = 0;

	if (fuzz_one_in(rng, PLUG_EVERY))
		return ptp_fuzz->race ? K_GETTIME : K_PLUG;
	if (fuzz_one_in(rng, SUM_EVERY))
		return ptp_fuzz->race ? K_GETTIME : K_SUM;
	for (i = 0; !sum && i < N_KINDS; i++)
		of_all += weights[i];
	sum = sum ?: of_all;
	at = fuzz_below(rng, sum);
	for (i = 0; at >= weights[i]; i++)
		at -= weights[i];
	return i;
}

static void make(struct fuzz_rng *rng, struct call *call)
{
	memset(call, 0, sizeof(*call));
	call->kind = make_kind(rng);
	call->slot = fuzz_below(rng, takes_bay(call->kind) ? N_BAYS : N_SLOTS);
	if (ptp_fuzz->calls < N_SLOTS) {
		/* calls on no file say little */
		call->kind = K_OPEN;
		call->slot = ptp_fuzz->calls;
	}
	if (call->kind < N_IOCTLS) {
		make_request(rng, call);
		if (fuzz_one_in(rng, 3))
			mutate(rng, call);
		if (call->kind == K_PEROUT || call->kind == K_PEROUT2)
			avoid_unsure_pulse(call);
		if (call->kind == K_ALARM_CREATE)
			/* nobody may kill us, and every file has a number */
			tame_alarm(call);
		else if (call->kind == K_ALARM_SET)
			tame_setting(call);
	} else if (takes_clock_id(call->kind)) {
		make_clock_call(rng, call);
		if (call->kind == K_ADJTIME)
			avoid_unsure_step(call);
	} else {
		switch (call->kind) {
		case K_UNKNOWN:
			make_unknown(rng, call);
			break;
		case K_READ:
		case K_PREAD:
			call->a = make_read_size(rng);
			call->b = call->kind == K_PREAD && fuzz_one_in(rng, 2)
					  ? (uint64_t)fuzz_edgy64(rng)
					  : 0;
			break;
		case K_POLL:
		case K_EPOLL:
			call->a = fuzz_one_in(rng, 2) ? POLLIN : fuzz_below(rng, 8);
			break;
		case K_MMAP:
			call->a = fuzz_one_in(rng, 2) ? PROT_READ : PROT_READ | PROT_WRITE;
			call->b = fuzz_one_in(rng, 2) ? MAP_SHARED : MAP_PRIVATE;
			break;
		case K_WRITE:
			call->a = fuzz_below(rng, 64);
			break;
		case K_LSEEK:
			call->a = fuzz_edgy64(rng);
			call->b = fuzz_below(rng, 7);
			break;
		case K_SETFL:
			call->a = fuzz_one_in(rng, 6) ? 0 : O_NONBLOCK;
			call->a |= fuzz_one_in(rng, 4) ? O_APPEND : 0;
			call->a |= fuzz_one_in(rng, 8) ? O_DIRECT : 0;
			break;
		case K_DUP:
			call->a = fuzz_below(rng, N_SLOTS);
			break;
		case K_OPEN:
			call->a = fuzz_below(rng, N_BAYS);
			call->b = make_open_flags(rng);
			/* where the node has just gone, a file would take its place */
			if (ptp_fuzz->race)
				call->b &= ~O_CREAT;
			break;
		case K_REOPEN:
			call->a = fuzz_below(rng, N_SLOTS);
			call->b = fuzz_below(rng, 4) | (fuzz_one_in(rng, 8) ? O_PATH : 0) |
				  (fuzz_one_in(rng, 8) ? O_TRUNC : 0) | O_NONBLOCK;
			avoid_unsure_number(call);
			break;
		case K_CAP:
			call->a = !fuzz_one_in(rng, 3);
			break;
		case K_SYSFS_WRITE:
			make_sysfs_write(rng, call);
			break;
		default:
			make_lab_call(rng, call);
			break;
		}
	}
	make_place(rng, call);
}

/* ---- making them ----------------------------------------------------------- */

#if defined(__x86_64__)
/* the system call that a 32-bit program makes */
static long ioctl32(int fd, unsigned int cmd, uint32_t arg)
{
	long result;

	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(54), "b"(fd), "c"(cmd), "d"(arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}
#else
static long ioctl32(int fd, unsigned int cmd, uint32_t arg)
{
	return pioctl(fd, cmd, (void *)(uintptr_t)arg);
}
#endif

static bool ioctl32_works;
static sigjmp_buf no_ioctl32;

static void fault(int sig)
{
	siglongjmp(no_ioctl32, sig);
}

/* a kernel without support of 32-bit programs answers with a signal */
static void probe_ioctl32(void)
{
	struct sigaction action = { .sa_handler = fault }, old;

	sigaction(SIGSEGV, &action, &old);
	if (!sigsetjmp(no_ioctl32, 1))
		ioctl32_works = ioctl32(-1, PTP_CLOCK_GETCAPS, 0) == -EBADF;
	sigaction(SIGSEGV, &old, NULL);
}

/* where the argument of the call begins within the area */
static size_t area_offset(const struct call *call)
{
	return call->place == PLACE_EDGE ? AREA - call->room : CANARY;
}

static void *address(const struct call *call)
{
	switch (call->place) {
	case PLACE_GOOD:
	case PLACE_EDGE:
		return area + area_offset(call);
	case PLACE_READONLY:
		return view + CANARY;
	case PLACE_UNMAPPED:
		return area + AREA;
	case PLACE_KERNEL:
		return KERNEL_ADDRESS;
	default:
		return NULL;
	}
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* the part of the area that a call is told of, canaries included */
static void window(const struct call *call, size_t *from, size_t *to)
{
	*from = area_offset(call) - smaller(area_offset(call), CANARY);
	*to = smaller(area_offset(call) + size_of(call) + CANARY, AREA);
}

static void prepare(const struct call *call)
{
	size_t from, to, at = area_offset(call);

	window(call, &from, &to);
	memset(area + from, FILLER, to - from);
	memcpy(area + at, call->data, smaller(asked(call), AREA - at));
	if (call->kind >= K_ALARM_SET && call->kind <= K_ALARM_DELETE) {
		uint32_t id = ptp_alarm_id(call);

		memcpy(area + at, &id, smaller(sizeof(id), AREA - at));
	}
	memcpy(image + from, area + from, to - from);
}

static void check_untouched(const struct call *call, size_t from, size_t to)
{
	if (from < to && memcmp(area + from, image + from, to - from))
		fuzz_wrong(ptp_fuzz,
			   "memory was written that is none of the answer's (bytes %zd to %zd)",
			   from - area_offset(call), to - area_offset(call));
}

static void check_memory(const struct call *call, const struct verdict *v, long result)
{
	size_t from, to, at = area_offset(call), len = v->out_len;

	/* a fault may come in the middle, any other error before the first byte */
	if ((result < 0 && result != -EFAULT && !v->out_always) || call->place == PLACE_READONLY)
		len = 0;
	if (call->kind == K_READ || call->kind == K_PREAD)
		len = result < 0 ? len : (size_t)result;
	window(call, &from, &to);
	check_untouched(call, from, smaller(at + v->out_at, to));
	check_untouched(call, at + v->out_at + len, to);
}

/* a signal comes again and again: it may not be lost before the sleep */
static void alarm_every_ms(long ms)
{
	struct itimerspec its = { .it_value.tv_nsec = ms * 1000000,
				  .it_interval.tv_nsec = ms * 1000000 };

	timer_settime(waker, 0, &its, NULL);
}

static long do_read(const struct call *call, int fd)
{
	bool sleeps = ptp_would_block(call);
	long n;

	if (sleeps)
		alarm_every_ms(2);
	if (call->kind == K_READ)
		n = sysread(fd, address(call), call->a);
	else
		n = result_of(syscall(SYS_pread64, fd, address(call), call->a, call->b));
	if (sleeps)
		alarm_every_ms(0);
	return n;
}

static long do_poll(int fd, short events)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	long n = result_of(poll(&pfd, 1, 0));

	if (n < 0)
		return n;
	if (n != !!pfd.revents)
		fuzz_wrong(ptp_fuzz, "poll: %ld files ready, events %#x", n, pfd.revents);
	return pfd.revents;
}

static long do_select(int fd)
{
	struct timeval zero = { 0 };
	fd_set in, out, except;
	long n;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&except);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	FD_SET(fd, &except);
	n = result_of(select(fd + 1, &in, &out, &except, &zero));
	/* nothing ready: sets above the largest file of ours are not even looked at */
	if (n <= 0)
		return n;
	return (FD_ISSET(fd, &in) ? 1 : 0) | (FD_ISSET(fd, &out) ? 2 : 0) |
	       (FD_ISSET(fd, &except) ? 4 : 0);
}

static long do_epoll(int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events }, got = { .events = 0 };
	long err = result_of(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &ev));

	if (err)
		return err;
	err = result_of(epoll_wait(epoll_fd, &got, 1, 0));
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	return err < 0 ? err : (long)got.events;
}

static long do_mmap(const struct call *call, int fd)
{
	void *p = mmap(NULL, 4096, call->a, call->b, fd, 0);

	return p == MAP_FAILED ? -errno : 0;
}

static void close_slot(unsigned int slot)
{
	if (ptp_slots[slot].file)
		close(ptp_slots[slot].fd);
	ptp_file_put(slot);
}

static long do_open(const struct call *call)
{
	char node[64];

	pthread_mutex_lock(&ptp_bays_mutex);
	strcpy(node, ptp_bays[call->a].node);
	pthread_mutex_unlock(&ptp_bays_mutex);
	return result_of(open(node, (int)call->b));
}

static long do_reopen(const struct call *call)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", ptp_slots[call->a].fd);
	return result_of(open(path, (int)call->b));
}

static long do_clock(const struct call *call, int fd)
{
	clockid_t id = clock_of(fd);
	void *arg = address(call);
	int timer;

	switch (call->kind) {
	case K_GETTIME:
		return result_of(syscall(SYS_clock_gettime, id, arg));
	case K_SETTIME:
		return result_of(syscall(SYS_clock_settime, id, arg));
	case K_ADJTIME:
		return result_of(syscall(SYS_clock_adjtime, id, arg));
	case K_GETRES:
		return result_of(syscall(SYS_clock_getres, id, arg));
	case K_TIMER:
		return result_of(syscall(SYS_timer_create, id, arg, &timer));
	default:
		return result_of(syscall(SYS_clock_nanosleep, id, 0, arg, NULL));
	}
}

static long do_sysfs_write(const struct call *call)
{
	static const char *const forms[N_FORMS] = { "%s", "%s", "x", "%s junk" };
	const uint32_t *w = call->data;
	char path[192], fields[128], text[160];
	long long start, period;

	memcpy(&start, w + 2, sizeof(start));
	memcpy(&period, w + 6, sizeof(period));
	switch (call->a) {
	case ATTR_PERIOD:
		snprintf(fields, sizeof(fields), "%u %lld %u %lld %u", w[0], start, w[4], period,
			 w[8]);
		break;
	case ATTR_PPS:
		snprintf(fields, sizeof(fields), "%d", (int)w[0]);
		break;
	case ATTR_N_VCLOCKS:
	case ATTR_MAX_VCLOCKS:
		snprintf(fields, sizeof(fields), "%u", w[0]);
		break;
	case ATTR_EXTTS:
		snprintf(fields, sizeof(fields), "%u %d", w[0], (int)w[1]);
		break;
	default:
		snprintf(fields, sizeof(fields), "%u %u", w[0], w[1]);
		break;
	}
	if (call->b == FORM_SHORT) {
		char *last = strrchr(fields, ' ');

		*(last ? last : fields) = 0;
		/* nothing at all is not even handed to the attribute */
		if (!*fields)
			strcpy(fields, " ");
	}
	snprintf(text, sizeof(text), forms[call->b], fields);
	pthread_mutex_lock(&ptp_bays_mutex);
	snprintf(path, sizeof(path), "%s/%s", ptp_bays[call->slot].sys, ptp_sysfs_attrs[call->a]);
	pthread_mutex_unlock(&ptp_bays_mutex);
	if (call->a == ATTR_PIN)
		snprintf(path + strlen(path), sizeof(path) - strlen(path), "%u", w[2]);
	return spill(path, text);
}

/* one read() only */
static long slurp_once(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long n;

	if (fd < 0)
		return -errno;
	n = sysread(fd, to, size - 1);
	to[n < 0 ? 0 : n] = 0;
	close(fd);
	return n;
}

static long do_fifo(const struct call *call)
{
	char path[192];

	pthread_mutex_lock(&ptp_bays_mutex);
	snprintf(path, sizeof(path), "%s/fifo", ptp_bays[call->slot].sys);
	pthread_mutex_unlock(&ptp_bays_mutex);
	/* exactly one look: each takes an event out */
	return slurp_once(path, area + CANARY, size_of(call));
}

static long do_lab(const struct call *call)
{
	char path[96], text[128];

	pthread_mutex_lock(&ptp_bays_mutex);
	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/%s", ptp_bays[call->slot].device,
		 call->kind == K_PUSH ? "push" : "fail");
	pthread_mutex_unlock(&ptp_bays_mutex);
	if (call->kind == K_PUSH)
		ptp_push_text(call, text, sizeof(text));
	else
		snprintf(text, sizeof(text), "op=%s errno=%u count=%llu", ptp_op_names[call->a],
			 call->data[0], (unsigned long long)call->b);
	return spill(path, text);
}

static long replug(unsigned int bay)
{
	ptp_sum(bay);
	if (!ptp_unplug(bay) || !ptp_plug(bay))
		fuzz_wrong(ptp_fuzz, "cannot unplug bay %u and plug in again", bay);
	ptp_clk_new(bay);
	return 0;
}

static long perform(const struct call *call)
{
	int fd = takes_bay(call->kind) ? -1 : ptp_slots[call->slot].fd;
	struct stat st;

	if (call->kind <= K_UNKNOWN) {
		unsigned int cmd = call->kind == K_UNKNOWN ? call->a : ptp_cmd(call->kind);
		unsigned long arg = (unsigned long)address(call);

		if (call->kind == K_PPS || call->kind == K_PPS2)
			arg = call->compat ? (uint32_t)call->a : call->a;
		return call->compat && ioctl32_works ? ioctl32(fd, cmd, arg)
						     : pioctl(fd, cmd, (void *)arg);
	}
	if (takes_clock_id(call->kind))
		return do_clock(call, fd);
	switch (call->kind) {
	case K_READ:
	case K_PREAD:
		return do_read(call, fd);
	case K_POLL:
		return do_poll(fd, call->a);
	case K_SELECT:
		return do_select(fd);
	case K_EPOLL:
		return do_epoll(fd, call->a);
	case K_MMAP:
		return do_mmap(call, fd);
	case K_WRITE:
		return result_of(write(fd, area, call->a));
	case K_LSEEK:
		return result_of(lseek(fd, call->a, call->b));
	case K_SETFL:
		return result_of(fcntl(fd, F_SETFL, call->a));
	case K_GETFL: {
		long flags = result_of(fcntl(fd, F_GETFL));

		return flags < 0 ? flags : flags & (O_ACCMODE | O_NONBLOCK | O_PATH);
	}
	case K_DUP:
		return result_of(fcntl(fd, F_DUPFD_CLOEXEC, 0));
	case K_FSTAT:
		return result_of(fstat(fd, &st));
	case K_CLOSE:
		return result_of(close(fd));
	case K_OPEN:
		return do_open(call);
	case K_REOPEN:
		return do_reopen(call);
	case K_SYSFS_WRITE:
		return do_sysfs_write(call);
	case K_SYSFS_READ:
		return do_fifo(call);
	case K_CAP:
		allow_sys_time(call->a);
		return 0;
	case K_PLUG:
		return replug(call->slot);
	case K_SUM:
		ptp_sum(call->slot);
		return 0;
	default:
		return do_lab(call);
	}
}

/*
 * In a race a clock's number may have passed to another one between our look at the
 * name and open(): whose file is it? NULL: a virtual clock's, of which we know nothing
 */
static struct clk *opened_clk(int fd, struct clk *supposed)
{
	struct ptp_clock_caps caps;
	unsigned int i;

	if (!ptp_fuzz->race || pioctl(fd, PTP_CLOCK_GETCAPS2, &caps))
		return supposed;
	for (i = 0; i < N_BAYS; i++)
		if (caps.n_ext_ts == (int)ptp_variants[i].n_ext_ts &&
		    caps.max_adj == (int)ptp_variants[i].max_adj)
			return ptp_bays[i].clk;
	return NULL;
}

/* a file that was opened takes the place of the slot's old one */
static void take_over(const struct call *call, long result)
{
	struct file *file;
	struct clk *clk, *old;

	switch (call->kind) {
	case K_CLOSE:
		ptp_file_put(call->slot);
		break;
	case K_OPEN:
		close_slot(call->slot);
		clk = opened_clk(result, ptp_bays[call->a].clk);
		if (clk)
			ptp_file_new(call->slot, result, clk, call->b);
		else
			close(result);
		break;
	case K_REOPEN:
		old = ptp_slots[call->a].file->clk;
		old->refs++; /* it must stay while the slot changes hands */
		close_slot(call->slot);
		/* a path may have been another clock's, too */
		clk = opened_clk(result, old);
		if (clk)
			ptp_file_new(call->slot, result, clk, call->b);
		else
			close(result);
		old->refs--;
		break;
	case K_DUP:
		file = ptp_slots[call->slot].file;
		file->slots++;
		close_slot(call->a);
		ptp_slots[call->a].fd = result;
		ptp_slots[call->a].file = file;
		break;
	default:
		break;
	}
}

static void check_result(const struct call *call, const struct verdict *v, long result)
{
	unsigned int i;

	if (call->expected && (call->expect == LONG_MAX ? result < 0 : result != call->expect))
		fuzz_wrong(ptp_fuzz, "the file says %s, got %s",
			   call->expect == LONG_MAX ? "ok" : fuzz_result_name(call->expect),
			   fuzz_result_name(result));
	for (i = 0; i < v->n; i++)
		if (v->want[i] == result)
			return;
	if (result >= 0 && v->any_up_to >= 0 && result <= v->any_up_to && !(result % v->step))
		return;
	fuzz_wrong(ptp_fuzz, "expected %s%s, got %s",
		   v->n ? fuzz_result_name(v->want[0]) : "a value",
		   v->n > 1 ? " (or what a race may bring)" : "", fuzz_result_name(result));
}

static uint64_t checksum(const struct call *call)
{
	uint64_t sum =
		fuzz_mix(call->kind + ((uint64_t)call->slot << 8) + ((uint64_t)call->place << 16) +
			 ((uint64_t)call->room << 24) + ((uint64_t)call->compat << 40));
	unsigned int i;

	sum = fuzz_mix(sum + call->a);
	sum = fuzz_mix(sum + call->b);
	for (i = 0; i < asked(call) / 4; i++)
		sum = sum * 31 + call->data[i];
	return sum;
}

/* what a result is for the digest: the number of a file is only a number */
static long comparable(const struct call *call, long result)
{
	switch (call->kind) {
	case K_OPEN:
	case K_REOPEN:
	case K_DUP:
	case K_SYSFS_READ:
		return result < 0 ? result : 0;
	default:
		return result;
	}
}

static void make_call(struct fuzz *fuzz)
{
	const struct call *call = &now_called;
	struct verdict v;
	int64_t before[3];
	long result;

	fuzz_begin(fuzz, NULL);
	prepare(call);
	before[0] = now_ns(CLOCK_REALTIME);
	before[1] = now_ns(CLOCK_MONOTONIC);
	before[2] = now_ns(CLOCK_MONOTONIC_RAW);
	ptp_judge(call, &v);
	result = perform(call);
	check_result(call, &v, result);
	ptp_settle(result);
	if (size_of(call) && call->kind != K_SYSFS_READ)
		check_memory(call, &v, result);
	if (result >= 0 && size_of(call))
		ptp_check_answer(call, area + area_offset(call), result, before);
	if (result >= 0)
		take_over(call, result);
	fuzz_end(fuzz, call->kind, checksum(call), comparable(call, result));
}

static void ptp_step(struct fuzz *fuzz)
{
	make(&fuzz->rng, &now_called);
	make_call(fuzz);
}

static bool ptp_replay(struct fuzz *fuzz, char *line)
{
	if (!parse(line, &now_called) || !sound(&now_called))
		return false;
	make_call(fuzz);
	return true;
}

/* ---- beginning and end ----------------------------------------------------- */

static void woken(int sig)
{
	(void)sig;
}

static bool make_waker(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM };
	struct sigaction action = { .sa_handler = woken };

	event._sigev_un._tid = syscall(SYS_gettid);
	return !sigaction(SIGALRM, &action, NULL) && !timer_create(CLOCK_MONOTONIC, &event, &waker);
}

/* one page of memory at two addresses, at one of which it can be written */
static bool make_area(void)
{
	void *low = (void *)LOW_MEMORY;
	int fd;

	if (area)
		return true;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, AREA))
		return false;
	area = mmap(low, 4 * AREA, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
		    0);
	if (area == MAP_FAILED)
		return false;
	view = area + 2 * AREA;
	return mmap(area, AREA, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == area &&
	       mmap(view, AREA, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) == view && !close(fd);
}

static bool ptp_setup(struct fuzz *fuzz)
{
	static int pipes[2];
	unsigned int i;

	ptp_fuzz = fuzz;
	fuzz_describe_with(describe);
	if (access("/sys/bus/lab/new_device", W_OK)) {
		fprintf(stderr, "fuzz: no /sys/bus/lab that can be written: modprobe lab_phc, "
				"and be root\n");
		return false;
	}
	if (!make_area() || !make_waker()) {
		fprintf(stderr, "fuzz: no memory below 4 GiB, or no timer: %s\n", strerror(errno));
		return false;
	}
	for (i = 0; i < N_SLOTS; i++)
		ptp_slots[i] = (struct slot){ .fd = CLOSED_FD + i };
	if (!pipes[0] && pipe2(pipes, O_CLOEXEC))
		return false;
	signal(ALARM_SIGNO, SIG_IGN);
	if (fcntl(EVENT_FD, F_GETFD) < 0) {
		int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

		if (fd < 0 || dup3(fd, EVENT_FD, O_CLOEXEC) < 0 ||
		    dup3(pipes[0], PIPE_FD, O_CLOEXEC) < 0)
			return false;
		close(fd);
	}
	ptp_slots[N_SLOTS].fd = pipes[0];
	ptp_slots[N_SLOTS + 1].fd = pipes[1];
	ptp_slots[N_SLOTS + 2].fd = 1 << 27;
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	probe_ioctl32();
	ptp_unplug_left_over();
	for (i = 0; i < N_BAYS; i++) {
		if (!ptp_plug(i)) {
			fprintf(stderr, "fuzz: cannot make a lab clock\n");
			return false;
		}
		ptp_clk_new(i);
	}
	return epoll_fd >= 0;
}

static void ptp_settled(struct fuzz *fuzz)
{
	unsigned int i;

	(void)fuzz;
	for (i = 0; i < N_BAYS; i++)
		ptp_sum(i);
}

static void ptp_teardown(struct fuzz *fuzz)
{
	unsigned int i;

	(void)fuzz;
	for (i = 0; i < N_SLOTS; i++)
		close_slot(i);
	for (i = 0; i < N_BAYS; i++)
		ptp_unplug(i);
	for (i = 0; i < N_BAYS; i++) {
		ptp_bays[i].clk->alive = ptp_bays[i].clk->used = false;
		ptp_bays[i].clk = NULL;
	}
	close(epoll_fd);
	timer_delete(waker);
	allow_sys_time(true);
}

const struct fuzz_target ptp_target = {
	.name = "ptp",
	.help = "the character device of PTP clocks",
	.kinds = ptp_kinds,
	.n_kinds = N_KINDS,
	.setup = ptp_setup,
	.step = ptp_step,
	.replay = ptp_replay,
	.n_racers = N_RACERS,
	.race = ptp_race,
	.settled = ptp_settled,
	.teardown = ptp_teardown,
};
