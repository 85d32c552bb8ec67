// SPDX-License-Identifier: GPL-2.0
/*
 * Target vclock: the nodes of virtual clocks. Two clocks of the lab, one with a counter of
 * its own and one without, whose numbers of virtual clocks change while their nodes are open.
 * The model knows which files are of a clock that has gone, and between which two lines
 * through a system clock each clock's time lies.
 *
 * With --race other threads change the numbers, unplug the clocks and use the files; answers
 * are then any errno that some state allows.
 */
#include <math.h>
#include <pthread.h>

#include "../prog/ptp_test.h"
#include "fuzz.h"

#define N_BAYS	   2
#define N_VIRTUAL  4 /* at most, of each */
#define N_FILES	   8
#define MAX_TIME   8277292036LL /* s */
#define MAX_ADJ	   500000000	/* ppb */
#define NOT_A_FILE 900

enum kind {
	K_RESIZE,
	K_PLUG,
	K_OPEN,
	K_CLOSE,
	K_GETCAPS,
	K_GETTIME,
	K_SETTIME,
	K_ADJTIME,
	K_GETRES,
	K_OFFSET,
	K_EXTENDED,
	K_PRECISE,
	K_NO_SUCH,
	K_PARENT,
	N_KINDS,
};

static const char *const kinds[N_KINDS] = {
	"resize",  "plug",   "open",   "close",	   "getcaps", "gettime", "settime",
	"adjtime", "getres", "offset", "extended", "precise", "no-such", "parent",
};

/* how often, of 200 */
static const unsigned int weights[N_KINDS] = { 6, 1, 14, 6, 10, 40, 30, 34, 5, 14, 18, 10, 8, 4 };

/**
 * struct virtual - a virtual clock
 * @used: there is one, or files of it
 * @alive: there is one
 * @bay: of its physical clock
 * @index: its number
 * @raw: instant of CLOCK_MONOTONIC_RAW that @low and @high are of
 * @low: its time then was no less, ns
 * @high: and no more
 * @rate: deviation from the counter's rate
 * @dialed: frequency set last, scaled ppm
 */
struct virtual
{
	bool used, alive;
	unsigned int bay;
	int index;
	int64_t raw;
	long double low, high, rate;
	long dialed;
};

struct bay {
	char device[32], node[64], sys[96];
	int fd; /* of the physical clock */
	unsigned int n;
	struct virtual *clock[N_VIRTUAL];
};

struct file {
	int fd;
	bool writable;
	struct virtual *clock;
};

static struct bay bays[N_BAYS];
static struct virtual virtuals[N_BAYS * N_VIRTUAL + N_FILES];
static struct file files[N_FILES];
static struct fuzz *run;
static pthread_mutex_t bays_mutex = PTHREAD_MUTEX_INITIALIZER; /* names, with racing threads */

static int64_t raw_now(void)
{
	return now_ns(CLOCK_MONOTONIC_RAW);
}

/* ---- clocks of the lab -------------------------------------------------------------- */

static bool plug(unsigned int bay)
{
	static const char *const makes[N_BAYS] = {
		"phc name=fuzz-cycles gettimex=1 cycles=1 crosststamp=1 max_adj=1000",
		"phc name=fuzz-plain gettimex=0 cycles=0 crosststamp=0 max_adj=1000",
	};
	struct bay made = { .n = 0 };
	char text[64], path[96];

	if (spill("/sys/bus/lab/new_device", makes[bay]) ||
	    slurp("/sys/bus/lab/result", text, sizeof(text)) <= 0 ||
	    sscanf(text, "%31s", made.device) != 1)
		return false;
	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/node", made.device);
	if (slurp(path, text, sizeof(text)) <= 0)
		return false;
	text[strcspn(text, "\n")] = 0;
	snprintf(made.node, sizeof(made.node), "/dev/%.16s", text);
	snprintf(made.sys, sizeof(made.sys), "%s", sysfs_of(text, ""));
	made.fd = open(made.node, O_RDWR | O_CLOEXEC);
	pthread_mutex_lock(&bays_mutex);
	bays[bay] = made;
	pthread_mutex_unlock(&bays_mutex);
	return made.fd >= 0;
}

static bool unplug(unsigned int bay)
{
	close(bays[bay].fd);
	return !spill("/sys/bus/lab/del_device", bays[bay].device);
}

static struct bay names_of(unsigned int bay)
{
	struct bay copy;

	pthread_mutex_lock(&bays_mutex);
	copy = bays[bay];
	pthread_mutex_unlock(&bays_mutex);
	return copy;
}

static long write_number(const struct bay *bay, unsigned int n)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), "%sn_vclocks", bay->sys);
	snprintf(text, sizeof(text), "%u", n);
	return spill(path, text);
}

/* ---- the model ---------------------------------------------------------------------------- */

static struct virtual *virtual_new(void)
{
	struct virtual *v;
	unsigned int i;

	for (v = virtuals; v < virtuals + ARRAY_SIZE(virtuals); v++) {
		bool open = false;

		for (i = 0; i < N_FILES; i++)
			open |= files[i].clock == v;
		if (!v->alive && !open)
			return v;
	}
	die("fuzz: no room for a virtual clock");
}

static bool is_of_bay(const struct bay *bay, int index)
{
	unsigned int i;

	for (i = 0; i < bay->n; i++)
		if (bay->clock[i]->index == index)
			return true;
	return false;
}

/* virtual clocks that sysfs has and the model does not: the youngest has the last turn */
static void learn(unsigned int which, unsigned int n, int64_t before)
{
	struct bay *bay = &bays[which];
	char pattern[128];
	glob_t found;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%sptp*/clock_name", bay->sys);
	if (glob(pattern, 0, NULL, &found))
		die("fuzz: no virtual clock below %s", bay->sys);
	while (bay->n < n) {
		int least = INT_MAX;

		/* numbers are given from the lowest that is free on */
		for (i = 0; i < found.gl_pathc; i++) {
			const char *at = found.gl_pathv[i] + strlen(bay->sys) + 3;
			int index = atoi(at);

			if (index < least && !is_of_bay(bay, index))
				least = index;
		}
		if (least == INT_MAX)
			fuzz_wrong(run, "%u virtual clocks asked for, %zu in sysfs", n,
				   found.gl_pathc);
		bay->clock[bay->n] = virtual_new();
		*bay->clock[bay->n] = (struct virtual){
			.used = true,
			.alive = true,
			.bay = which,
			.index = least,
			.raw = raw_now(),
		};
		bay->clock[bay->n]->high = bay->clock[bay->n]->raw - before;
		bay->n++;
	}
	if (found.gl_pathc != n)
		fuzz_wrong(run, "%zu virtual clocks in sysfs, not %u", found.gl_pathc, n);
	globfree(&found);
}

/* the bounds as of another instant; lines, so they move apart no more than by rounding */
static void move_to(struct virtual *v, int64_t raw)
{
	long double by = (raw - v->raw) * (1 + v->rate);

	v->low += by;
	v->high += by;
	v->raw = raw;
}

/* 2^-31 steps of the rate, and one step of rounding at each end */
static long double slack(const struct virtual *v, int64_t raw)
{
	return 2 + fabsl((long double)(raw - v->raw)) / (1U << 30);
}

static void check_time(const struct virtual *v, const char *what, int64_t ns, int64_t from,
		       int64_t to)
{
	long double low = v->low + (from - v->raw) * (1 + v->rate) - slack(v, from);
	long double high = v->high + (to - v->raw) * (1 + v->rate) + slack(v, to);

	if (!run->race && (ns < low || ns > high))
		fuzz_wrong(run, "%s %lld, not from %.0Lf to %.0Lf", what, (long long)ns, low, high);
}

static void was_set(struct virtual *v, int64_t ns, int64_t from, int64_t to)
{
	if (run->race)
		return;
	v->raw = to;
	v->low = ns - 1;
	v->high = ns + (to - from) * (1 + v->rate) + 1;
}

static void was_shifted(struct virtual *v, int64_t by)
{
	v->low += by;
	v->high += by;
}

/* at some instant between the two, its rate changed */
static void was_steered(struct virtual *v, long scaled_ppm, int64_t from, int64_t to)
{
	long double rate = (long double)(scaled_ppm * 512LL / 15625) / (1LL << 31);
	long double apart = (to - from) * fabsl(rate - v->rate) + slack(v, to);

	move_to(v, to);
	v->low -= apart;
	v->high += apart;
	v->rate = rate;
	v->dialed = scaled_ppm;
}

/* ---- calls --------------------------------------------------------------------------------------
 */

static bool dead(const struct file *f)
{
	return f->clock && !f->clock->alive;
}

/* what a call on a file gives before the clock itself is asked; 1: it is asked */
static long before_clock(const struct file *f)
{
	return f->fd == NOT_A_FILE ? -EBADF : dead(f) ? -ENODEV : 1;
}

static long call_resize(struct fuzz_rng *rng, long *want)
{
	unsigned int which = fuzz_below(rng, N_BAYS), n = fuzz_below(rng, N_VIRTUAL + 1);
	struct bay *bay = &bays[which];
	int64_t before = raw_now();
	long got;

	if (fuzz_one_in(rng, 12))
		n = 21 + fuzz_below(rng, 1000);
	got = write_number(bay, n);
	*want = n > 20 ? -EINVAL : 0;
	if (got || *want)
		return got;
	while (bay->n > n)
		bay->clock[--bay->n]->alive = false;
	if (bay->n < n)
		learn(which, n, before);
	return got;
}

static long call_plug(struct fuzz_rng *rng, long *want)
{
	unsigned int which = fuzz_below(rng, N_BAYS);
	struct bay *bay = &bays[which];

	*want = 0;
	while (bay->n)
		bay->clock[--bay->n]->alive = false;
	return unplug(which) && plug(which) ? 0 : -EIO;
}

static long call_open(struct fuzz_rng *rng, struct file *f, long *want)
{
	const struct bay *bay = &bays[fuzz_below(rng, N_BAYS)];
	bool writable = !fuzz_one_in(rng, 3);
	struct virtual *v;
	char path[32];
	long got;

	*want = 0;
	if (!bay->n)
		return 0;
	v = bay->clock[fuzz_below(rng, bay->n)];
	snprintf(path, sizeof(path), "/dev/ptp%d", v->index);
	got = call(open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC));
	if (got < 0)
		return got;
	if (f->fd != NOT_A_FILE)
		close(f->fd);
	*f = (struct file){ .fd = got, .writable = writable, .clock = v };
	return 0;
}

static long call_close(struct file *f, long *want)
{
	long got = call(close(f->fd));

	*want = f->fd == NOT_A_FILE ? -EBADF : 0;
	*f = (struct file){ .fd = NOT_A_FILE };
	return got;
}

static long call_getcaps(struct file *f, struct fuzz_rng *rng, long *want)
{
	struct ptp_clock_caps caps, expected = { .max_adj = MAX_ADJ };
	long got =
		pioctl(f->fd, fuzz_one_in(rng, 2) ? PTP_CLOCK_GETCAPS : PTP_CLOCK_GETCAPS2, &caps);

	*want = before_clock(f);
	if (*want == 1)
		*want = 0;
	if (got || *want || run->race)
		return got;
	expected.cross_timestamping = !f->clock->bay;
	if (memcmp(&caps, &expected, sizeof(caps)))
		fuzz_wrong(run, "capabilities: max_adj %d crosstimestamp %d", caps.max_adj,
			   caps.cross_timestamping);
	return got;
}

/* a clock's id that is of no file, or of a clock that has gone */
static long before_id(const struct file *f)
{
	return f->fd == NOT_A_FILE ? -EINVAL : dead(f) ? -ENODEV : 1;
}

static long call_gettime(struct file *f, long *want)
{
	int64_t before = raw_now();
	struct timespec ts;
	long got = pgettime(f->fd, &ts);

	*want = before_id(f);
	if (*want == 1)
		*want = 0;
	if (!got && !*want)
		check_time(f->clock, "clock_gettime", ts.tv_sec * NSEC + ts.tv_nsec, before,
			   raw_now());
	return got;
}

static long call_settime(struct file *f, struct fuzz_rng *rng, long *want)
{
	bool odd = fuzz_one_in(rng, 4);
	int64_t sec = odd ? fuzz_edgy64(rng) : fuzz_below(rng, 2000000000), before;
	int64_t nsec = odd ? fuzz_edgy64(rng) : fuzz_below(rng, NSEC);
	long got;

	before = raw_now();
	got = psettime(f->fd, sec, nsec);
	if (sec < 0 || sec > 9223372035 || nsec < 0 || nsec >= NSEC)
		*want = -EINVAL;
	else
		*want = before_id(f);
	if (*want == 1)
		*want = !f->writable ? -EACCES : sec >= MAX_TIME ? -EINVAL : 0;
	if (!got && !*want)
		was_set(f->clock, sec * NSEC + nsec, before, raw_now());
	return got;
}

static long call_adjtime(struct file *f, struct fuzz_rng *rng, long *want)
{
	struct timex tx = { 0 };
	int64_t delta = 0, before, ppb;
	long got, err = 0;

	switch (fuzz_below(rng, 8)) {
	case 0:
		tx.modes = ADJ_OFFSET;
		tx.offset = fuzz_below(rng, 1000);
		err = -EOPNOTSUPP;
		break;
	case 1:
		break;
	case 2:
	case 3:
		tx.modes = ADJ_SETOFFSET | (fuzz_one_in(rng, 2) ? ADJ_NANO : 0);
		tx.time.tv_sec = (int64_t)fuzz_below(rng, 2000) - 1000;
		tx.time.tv_usec = fuzz_one_in(rng, 8) ? fuzz_edgy64(rng) : fuzz_below(rng, 1000000);
		if (tx.time.tv_usec < 0 ||
		    tx.time.tv_usec >= (tx.modes & ADJ_NANO ? NSEC : 1000000))
			err = -EINVAL;
		else
			delta = tx.time.tv_sec * NSEC +
				tx.time.tv_usec * (tx.modes & ADJ_NANO ? 1 : 1000);
		break;
	default:
		tx.modes = ADJ_FREQUENCY;
		/* up to 500 million ppb; the limit has its own edge */
		tx.freq = fuzz_one_in(rng, 3) ? (int64_t)fuzz_u64(rng) >> (28 + fuzz_below(rng, 30))
					      : (int64_t)fuzz_below(rng, 1 << 24) - (1 << 23);
		ppb = (1 + tx.freq) * 125 >> 13;
		if (ppb > MAX_ADJ || ppb < -MAX_ADJ)
			err = -ERANGE;
	}
	before = raw_now();
	/* a step out of the class's times is refused: none that may be one is made */
	if (!err && tx.modes & ADJ_SETOFFSET && f->clock && !run->race) {
		long double now = f->clock->low + (before - f->clock->raw) * (1 + f->clock->rate);

		if (now + delta < 0 || now + delta > (MAX_TIME - 100) * (long double)NSEC)
			tx.modes = 0;
	}
	got = padjtime(f->fd, &tx);
	*want = before_id(f);
	if (*want == 1)
		*want = tx.modes && !f->writable ? -EACCES : tx.modes ? err : 0;
	if (got || *want || run->race)
		return got;
	if (tx.modes & ADJ_SETOFFSET)
		was_shifted(f->clock, delta);
	else if (tx.modes & ADJ_FREQUENCY)
		was_steered(f->clock, tx.freq, before, raw_now());
	else if (tx.freq != f->clock->dialed)
		fuzz_wrong(run, "clock_adjtime: frequency %ld, not %ld", tx.freq, f->clock->dialed);
	return got;
}

static long call_getres(struct file *f, long *want)
{
	struct timespec ts = { 0 };
	long got = call(syscall(SYS_clock_getres, clock_of(f->fd), &ts));

	*want = before_id(f);
	if (*want == 1)
		*want = 0;
	if (!got && (ts.tv_sec || ts.tv_nsec != 1))
		fuzz_wrong(run, "clock_getres: %ld.%09ld s", ts.tv_sec, ts.tv_nsec);
	return got;
}

static int64_t ns_of(const struct ptp_clock_time *t)
{
	return t->sec * NSEC + t->nsec;
}

static long call_offset(struct file *f, struct fuzz_rng *rng, long *want)
{
	struct ptp_sys_offset offset = { .n_samples = fuzz_below(rng, 28) };
	int64_t before = raw_now();
	long got = pioctl(f->fd, PTP_SYS_OFFSET2, &offset);
	unsigned int i;

	*want = before_clock(f);
	if (*want == 1)
		*want = offset.n_samples > PTP_MAX_SAMPLES ? -EINVAL : 0;
	for (i = 0; i < offset.n_samples && !got && !*want; i++)
		check_time(f->clock, "PTP_SYS_OFFSET", ns_of(&offset.ts[2 * i + 1]), before,
			   raw_now());
	return got;
}

static long call_extended(struct file *f, struct fuzz_rng *rng, long *want)
{
	static __thread struct ptp_sys_offset_extended offset;
	int64_t before = raw_now();
	unsigned int i;
	long got;

	memset(&offset, 0, sizeof(offset));
	offset.n_samples = fuzz_below(rng, 28);
	got = pioctl(f->fd, PTP_SYS_OFFSET_EXTENDED2, &offset);
	*want = before_clock(f);
	if (*want == 1)
		*want = f->clock->bay			     ? -EOPNOTSUPP
			: offset.n_samples > PTP_MAX_SAMPLES ? -EINVAL
							     : 0;
	for (i = 0; i < offset.n_samples && !got && !*want; i++)
		check_time(f->clock, "PTP_SYS_OFFSET_EXTENDED", ns_of(&offset.ts[i][1]), before,
			   raw_now());
	return got;
}

static long call_precise(struct file *f, long *want)
{
	struct ptp_sys_offset_precise precise = { 0 };
	int64_t before = raw_now();
	long got = pioctl(f->fd, PTP_SYS_OFFSET_PRECISE2, &precise);

	*want = before_clock(f);
	if (*want == 1)
		*want = f->clock->bay ? -EOPNOTSUPP : 0;
	if (!got && !*want)
		check_time(f->clock, "PTP_SYS_OFFSET_PRECISE", ns_of(&precise.device), before,
			   raw_now());
	return got;
}

/* a virtual clock has no pins, inputs, outputs or pulses */
static long call_no_such(struct file *f, struct fuzz_rng *rng, long *want)
{
	struct ptp_pin_desc pin = { .index = fuzz_edgy32(rng) };
	struct ptp_extts_request extts = { .index = fuzz_edgy32(rng) };
	long got;

	*want = before_clock(f);
	if (fuzz_one_in(rng, 2)) {
		got = pioctl(f->fd, PTP_PIN_GETFUNC, &pin);
		if (*want == 1)
			*want = -EINVAL;
	} else {
		got = pioctl(f->fd, PTP_EXTTS_REQUEST, &extts);
		if (*want == 1)
			*want = f->writable ? -EINVAL : -EACCES;
	}
	return got;
}

/* the physical clock is set: one that runs freely not, and the virtual ones do not move */
static long call_parent(struct fuzz_rng *rng, long *want)
{
	unsigned int which = fuzz_below(rng, N_BAYS);

	*want = which && bays[which].n ? -EBUSY : 0;
	return psettime(bays[which].fd, 1000000000 + fuzz_below(rng, 1000), 0);
}

static long perform(enum kind kind, struct fuzz_rng *rng, long *want)
{
	struct file *f = &files[fuzz_below(rng, N_FILES)];

	/* most calls shall come through */
	if (f->fd == NOT_A_FILE && kind != K_OPEN && !fuzz_one_in(rng, 8))
		f = &files[fuzz_below(rng, N_FILES)];
	switch (kind) {
	case K_RESIZE:
		return call_resize(rng, want);
	case K_PLUG:
		return call_plug(rng, want);
	case K_OPEN:
		return call_open(rng, f, want);
	case K_CLOSE:
		return call_close(f, want);
	case K_GETCAPS:
		return call_getcaps(f, rng, want);
	case K_GETTIME:
		return call_gettime(f, want);
	case K_SETTIME:
		return call_settime(f, rng, want);
	case K_ADJTIME:
		return call_adjtime(f, rng, want);
	case K_GETRES:
		return call_getres(f, want);
	case K_OFFSET:
		return call_offset(f, rng, want);
	case K_EXTENDED:
		return call_extended(f, rng, want);
	case K_PRECISE:
		return call_precise(f, want);
	case K_NO_SUCH:
		return call_no_such(f, rng, want);
	default:
		return call_parent(rng, want);
	}
}

static long one_call(struct fuzz *f, enum kind kind, uint64_t dice)
{
	struct fuzz_rng rng = { dice };
	char text[64];
	long want = 0, got;

	snprintf(text, sizeof(text), "%s 0x%llx", kinds[kind], (unsigned long long)dice);
	fuzz_begin(f, text);
	got = perform(kind, &rng, &want);
	if (got != want)
		fuzz_wrong(f, "%s, not %s", fuzz_result_name(got), fuzz_result_name(want));
	fuzz_end(f, kind, dice, got);
	return got;
}

/* ---- races
 * ---------------------------------------------------------------------------------------- */

static void known(const char *what, long result)
{
	static const int errors[] = { EINVAL,	  EACCES, ENODEV, EBUSY,  ERANGE,
				      EOPNOTSUPP, EBADF,  EINTR,  ENOENT, ENXIO };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (result >= 0 || result == -errors[i])
			return;
	fuzz_wrong(run, "%s: %s", what, fuzz_result_name(result));
}

static void pause_us(struct fuzz_rng *rng, unsigned int most)
{
	struct timespec ts = { .tv_nsec = (1 + fuzz_below(rng, most)) * 1000L };

	nanosleep(&ts, NULL);
}

/* some virtual clock of a bay, -1 */
static int open_some(struct fuzz_rng *rng)
{
	struct bay bay = names_of(fuzz_below(rng, N_BAYS));
	char pattern[128], path[32];
	int fd = -1;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%sptp*/clock_name", bay.sys);
	if (glob(pattern, 0, NULL, &found))
		return -1;
	snprintf(path, sizeof(path), "/dev/ptp%d",
		 atoi(found.gl_pathv[fuzz_below(rng, found.gl_pathc)] + strlen(bay.sys) + 3));
	fd = open(path, (fuzz_one_in(rng, 3) ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	globfree(&found);
	return fd;
}

/* a clock for the files of a race, of which nothing is known */
static struct virtual unknown = { .used = true, .alive = true };

static void vclock_race(struct fuzz *fuzz, struct fuzz_rng *rng, unsigned int racer)
{
	unsigned int which = fuzz_below(rng, N_BAYS), n;
	struct file mine = { .writable = true, .clock = &unknown };
	struct bay bay = names_of(which);
	long want;

	(void)fuzz;
	switch (racer) {
	case 0:
		known("n_vclocks", write_number(&bay, fuzz_below(rng, N_VIRTUAL + 1)));
		pause_us(rng, 3000);
		if (!fuzz_one_in(rng, 200))
			break;
		fuzz_hold_signals(true);
		if (!unplug(which) || !plug(which))
			fuzz_wrong(run, "racing thread: cannot unplug bay %u", which);
		fuzz_hold_signals(false);
		break;
	case 1:
		known("n_vclocks", write_number(&bay, fuzz_below(rng, N_VIRTUAL + 1)));
		pause_us(rng, 3000);
		break;
	default:
		mine.fd = open_some(rng);
		if (mine.fd < 0) {
			pause_us(rng, 1000);
			break;
		}
		for (n = fuzz_below(rng, 20); n; n--) {
			known("settime", call_settime(&mine, rng, &want));
			known("adjtime", call_adjtime(&mine, rng, &want));
			known("gettime", call_gettime(&mine, &want));
			pause_us(rng, 200);
		}
		close(mine.fd);
		break;
	}
}

static void race_step(struct fuzz *f)
{
	struct file *file = &files[fuzz_below(&f->rng, N_FILES)];
	unsigned int kind;
	long want = 0, result;
	int fd;

	do
		kind = K_OPEN + fuzz_below(&f->rng, K_PARENT - K_OPEN);
	while (kind == K_CLOSE && !fuzz_one_in(&f->rng, 8));
	fuzz_begin(f, "of a race: the threads decide");
	if (kind == K_OPEN || file->fd == NOT_A_FILE) {
		fd = open_some(&f->rng);
		if (fd >= 0 && file->fd != NOT_A_FILE)
			close(file->fd);
		if (fd >= 0)
			*file = (struct file){ .fd = fd, .writable = true, .clock = &unknown };
		fuzz_end(f, K_OPEN, 0, 0);
		return;
	}
	switch (kind) {
	case K_CLOSE:
		result = call_close(file, &want);
		break;
	case K_GETCAPS:
		result = call_getcaps(file, &f->rng, &want);
		break;
	case K_GETTIME:
		result = call_gettime(file, &want);
		break;
	case K_SETTIME:
		result = call_settime(file, &f->rng, &want);
		break;
	case K_ADJTIME:
		result = call_adjtime(file, &f->rng, &want);
		break;
	case K_GETRES:
		result = call_getres(file, &want);
		break;
	case K_OFFSET:
		result = call_offset(file, &f->rng, &want);
		break;
	case K_EXTENDED:
		result = call_extended(file, &f->rng, &want);
		break;
	case K_PRECISE:
		result = call_precise(file, &want);
		break;
	default:
		result = call_no_such(file, &f->rng, &want);
	}
	known(kinds[kind], result);
	fuzz_end(f, kind, 0, 0);
}

/* ---- the target
 * ---------------------------------------------------------------------------------------- */

static void vclock_step(struct fuzz *f)
{
	unsigned int kind = 0, at = fuzz_below(&f->rng, 200);

	if (f->race) {
		race_step(f);
		return;
	}
	while (at >= weights[kind])
		at -= weights[kind++];
	/* unplugging takes as long as some hundred other calls */
	if (kind == K_PLUG && !fuzz_one_in(&f->rng, 8))
		kind = K_GETTIME;
	one_call(f, kind, fuzz_u64(&f->rng));
}

static bool vclock_replay(struct fuzz *f, char *line)
{
	char name[16], result[32] = "";
	unsigned long long dice;
	unsigned int kind;
	long got;

	if (sscanf(line, "%15s %llx = %31s", name, &dice, result) < 2)
		return false;
	for (kind = 0; kind < N_KINDS && strcmp(kinds[kind], name); kind++)
		;
	if (kind == N_KINDS)
		return false;
	got = one_call(f, kind, dice);
	if (*result && strcmp(result, fuzz_result_name(got)))
		fuzz_wrong(f, "the file says %s, got %s", result, fuzz_result_name(got));
	return true;
}

static bool vclock_setup(struct fuzz *f)
{
	unsigned int i;

	run = f;
	memset(virtuals, 0, sizeof(virtuals));
	for (i = 0; i < N_FILES; i++)
		files[i] = (struct file){ .fd = NOT_A_FILE };
	for (i = 0; i < N_BAYS; i++)
		if (!plug(i)) {
			fprintf(stderr, "fuzz: cannot make a lab clock: modprobe lab_phc, "
					"and be root\n");
			return false;
		}
	return true;
}

static void vclock_settled(struct fuzz *f)
{
	char path[128];
	unsigned int i;

	for (i = 0; i < N_BAYS && !f->race; i++) {
		snprintf(path, sizeof(path), "%sn_vclocks", bays[i].sys);
		if (number_in(path) != bays[i].n)
			fuzz_wrong(f, "bay %u has %lld virtual clocks, not %u", i, number_in(path),
				   bays[i].n);
	}
}

static void vclock_teardown(struct fuzz *f)
{
	unsigned int i;

	(void)f;
	for (i = 0; i < N_FILES; i++)
		if (files[i].fd != NOT_A_FILE)
			close(files[i].fd);
	for (i = 0; i < N_BAYS; i++)
		unplug(i);
}

const struct fuzz_target vclock_target = {
	.name = "vclock",
	.help = "the nodes of virtual clocks",
	.kinds = kinds,
	.n_kinds = N_KINDS,
	.setup = vclock_setup,
	.step = vclock_step,
	.replay = vclock_replay,
	.n_racers = 4,
	.race = vclock_race,
	.settled = vclock_settled,
	.teardown = vclock_teardown,
};
