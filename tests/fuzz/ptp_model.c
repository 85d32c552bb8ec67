// SPDX-License-Identifier: GPL-2.0
/*
 * Target ptp: the rules of the PTP character device, its POSIX clock and its sysfs
 * attributes as a model, written from the ABI's table and README's list of deviations,
 * not from the class's code. ptp_judge() says what a call answers and takes over what
 * it changes; ptp_check_answer() looks at what it wrote.
 *
 * Without racing threads the prediction is one value. With them whatever depends on
 * the clock's state, which others change too, may also have the other outcomes; what
 * is checked before the state is looked at is exact all the same.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "ptp.h"

#define SETTOD_SEC_MAX 8277292036LL /* first second that a clock cannot be set to */
#define KTIME_SEC_MAX  9223372036LL
#define MAX_PERIOD_SEC 900000000LL /* the lab's: so that no time wraps */
#define RATE_LIMIT     2	   /* no clock of ours runs faster than that */
#define PHASE_LIMIT    60000000LL  /* ns that a slewed phase may add */

#define VARIANT_MIN_PERIOD 100000000
/* what the lab is told is made of these, see ptp_plug() */
const struct variant ptp_variants[N_BAYS] = {
	{ .name = "full",
	  .n_ext_ts = 8,
	  .n_per_out = 4,
	  .n_pins = 8,
	  .pps = 1,
	  .max_adj = 500000000,
	  .max_phase = 1000000,
	  .adjphase = true,
	  .crosststamp = true,
	  .gettimex = true,
	  .cycles = true,
	  .extoff = true,
	  .n_alarm = 2,
	  .min_period_ns = VARIANT_MIN_PERIOD },
	{ .name = "poor", .max_adj = 0, .min_period_ns = VARIANT_MIN_PERIOD },
	{ .name = "pinless",
	  .n_ext_ts = 3,
	  .n_per_out = 2,
	  .max_adj = 62499999,
	  .max_phase = 1009,
	  .adjphase = true,
	  .crosststamp = true,
	  .min_period_ns = VARIANT_MIN_PERIOD },
	{ .name = "cycles",
	  .n_ext_ts = 2,
	  .n_per_out = 1,
	  .n_pins = 5,
	  .pps = 1,
	  .max_adj = 1,
	  .gettimex = true,
	  .cycles = true,
	  .min_period_ns = VARIANT_MIN_PERIOD },
};

const char *const ptp_op_names[N_OPS] = {
	"gettime", "settime", "adjtime", "adjfine", "adjphase", "crosststamp", "cycles", "enable",
};

static const char *const stat_names[N_STATS] = {
	"gettime",  "gettimex", "crosststamp", "settime", "adjtime", "adjfine",
	"adjphase", "enable",	"ioctl",       "read",	  "open",
};

const char *const ptp_sysfs_attrs[SYSFS_ATTRS] = {
	"extts_enable", "period", "pps_enable", "pins/pin", "n_vclocks", "max_vclocks",
};

struct bay ptp_bays[N_BAYS];
struct slot ptp_slots[N_SLOTS + N_FOREIGN];
struct fuzz *ptp_fuzz;
pthread_mutex_t ptp_bays_mutex = PTHREAD_MUTEX_INITIALIZER;

static struct file files[N_SLOTS + 1];
static struct clk clks[N_BAYS + N_SLOTS + 1];
static bool sys_time = true; /* we have CAP_SYS_TIME */

/* ---- verdicts -------------------------------------------------------------- */

static void expects(struct verdict *v, long result)
{
	v->want[v->n++] = result;
}

/* where the table leaves it open */
static void or_else(struct verdict *v, long result)
{
	expects(v, result);
}

/* one that only a racing thread can bring about */
static void race_only(struct verdict *v, long result)
{
	if (ptp_fuzz->race)
		expects(v, result);
}

/* ---- files and queues ------------------------------------------------------ */

static unsigned int depth(const struct queue *q)
{
	return (q->head - q->tail) % (CAPACITY + 1);
}

static uint32_t pop(struct queue *q)
{
	uint32_t event = q->event[q->tail];

	q->tail = (q->tail + 1) % (CAPACITY + 1);
	return event;
}

/* true if the oldest was pushed out; its number then is in *lost */
static bool put(struct queue *q, uint32_t event, uint32_t *lost)
{
	bool full = depth(q) == CAPACITY;

	if (full)
		*lost = pop(q);
	q->event[q->head] = event;
	q->head = (q->head + 1) % (CAPACITY + 1);
	return full;
}

static void clk_put(struct clk *c)
{
	if (!c->alive && !c->refs)
		c->used = false;
}

void ptp_file_put(unsigned int slot)
{
	struct file *file = ptp_slots[slot].file;

	ptp_slots[slot].file = NULL;
	ptp_slots[slot].fd = CLOSED_FD + slot;
	if (!file || --file->slots)
		return;
	file->clk->files -= !file->path;
	file->clk->refs--;
	clk_put(file->clk);
}

void ptp_file_new(unsigned int slot, int fd, struct clk *clk, int flags)
{
	struct file *file = files;

	while (file->slots)
		file++;
	*file = (struct file){ .slots = 1, .clk = clk };
	file->path = flags & O_PATH;
	if (!file->path) {
		/* the fourth access mode asks for both rights and gives neither */
		file->readable = (flags & O_ACCMODE) == O_RDONLY || (flags & O_ACCMODE) == O_RDWR;
		file->writable = (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
		file->nonblock = flags & O_NONBLOCK;
		clk->files++;
	}
	clk->refs++;
	memset(file->mask, 0xff, sizeof(file->mask));
	ptp_slots[slot].fd = fd;
	ptp_slots[slot].file = file;
}

static bool lets_in(const struct file *file, unsigned int channel)
{
	return file->mask[channel / 32] >> channel % 32 & 1;
}

/* ---- clocks in the lab ----------------------------------------------------- */

/* the lab device that bears a name */
static bool find_device(const char *name, char *device, size_t size)
{
	char path[96], text[64];
	unsigned int i;

	for (i = 0; i < 64; i++) {
		snprintf(path, sizeof(path), "/sys/bus/lab/devices/phc%u/name", i);
		if (slurp(path, text, sizeof(text)) <= 0)
			continue;
		text[strcspn(text, "\n")] = 0;
		if (strcmp(text, name))
			continue;
		snprintf(device, size, "phc%u", i);
		return true;
	}
	return false;
}

/* clocks that a run left which found something wrong */
void ptp_unplug_left_over(void)
{
	char name[32], device_name[32];
	unsigned int bay;

	for (bay = 0; bay < N_BAYS; bay++) {
		snprintf(name, sizeof(name), "fuzz-%s", ptp_variants[bay].name);
		while (find_device(name, device_name, sizeof(device_name)) &&
		       !spill("/sys/bus/lab/del_device", device_name))
			;
	}
}

/* plug a clock in; the model is told by ptp_clk_new() */
bool ptp_plug(unsigned int bay)
{
	const struct variant *is = &ptp_variants[bay];
	char text[512], name[32], path[96], device_name[32];

	snprintf(name, sizeof(name), "fuzz-%s", is->name);
	snprintf(text, sizeof(text),
		 "phc name=%s time=1000000000000000000 n_ext_ts=%u n_per_out=%u n_pins=%u pps=%u "
		 "max_adj=%u adjphase=%d max_phase=%u crosststamp=%d gettimex=%d cycles=%d "
		 "extoff=%d n_alarm=%u min_period_ns=%lld",
		 name, is->n_ext_ts, is->n_per_out, is->n_pins, is->pps, is->max_adj, is->adjphase,
		 is->max_phase, is->crosststamp, is->gettimex, is->cycles, is->extoff, is->n_alarm,
		 (long long)is->min_period_ns);
	if (spill("/sys/bus/lab/new_device", text))
		return false;
	if (!find_device(name, device_name, sizeof(device_name)))
		return false;
	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/node", device_name);
	if (slurp(path, text, sizeof(text)) <= 0)
		return false;
	text[strcspn(text, "\n")] = 0;

	pthread_mutex_lock(&ptp_bays_mutex);
	strcpy(ptp_bays[bay].device, device_name);
	snprintf(ptp_bays[bay].node, sizeof(ptp_bays[bay].node), "/dev/%.16s", text);
	snprintf(ptp_bays[bay].sys, sizeof(ptp_bays[bay].sys), "/sys/class/phc/%.16s", text);
	if (access(ptp_bays[bay].sys, F_OK))
		snprintf(ptp_bays[bay].sys, sizeof(ptp_bays[bay].sys), "/sys/class/ptp/%.16s",
			 text);
	pthread_mutex_unlock(&ptp_bays_mutex);
	return true;
}

bool ptp_unplug(unsigned int bay)
{
	return !spill("/sys/bus/lab/del_device", ptp_bays[bay].device);
}

/* a clock as it comes from the lab, in place of the one that the bay had */
void ptp_clk_new(unsigned int bay)
{
	struct clk *c = clks, *old = ptp_bays[bay].clk;
	unsigned int i;

	if (old) {
		old->alive = false;
		clk_put(old);
	}
	while (c->used)
		c++;
	memset(c, 0, sizeof(*c));
	c->used = c->alive = true;
	c->bay = bay;
	c->is = &ptp_variants[bay];
	c->max_vclocks = 20;
	c->time_ns = NSEC * NSEC;
	/* it was made before now: a second is more than that takes */
	c->raw_ns = now_ns(CLOCK_MONOTONIC_RAW) - 10 * NSEC;
	for (i = 0; i < c->is->n_pins; i++) {
		if (i < 4 ? i >= c->is->n_ext_ts : i - 4 >= c->is->n_per_out)
			continue;
		c->pin[i].func = i < 4 ? PTP_PF_EXTTS : PTP_PF_PEROUT;
		c->pin[i].chan = i < 4 ? i : i - 4;
	}
	ptp_bays[bay].clk = c;
	memset(&ptp_bays[bay].fifo, 0, sizeof(ptp_bays[bay].fifo));
}

/* ---- what the callbacks of the lab's clocks answer -------------------------- */

static long failing(struct clk *c, enum op op)
{
	if (ptp_fuzz->race || !c->fault[op].left)
		return 0;
	c->fault[op].left--;
	return -c->fault[op].err;
}

static long count(struct clk *c, enum counter stat, long result)
{
	c->calls[stat]++;
	c->errors[stat] += result < 0;
	return result;
}

static long reads(struct clk *c, enum counter stat)
{
	return count(c, stat, failing(c, OP_GETTIME));
}

static void stepped(struct clk *c, int64_t time_ns)
{
	c->time_ns = time_ns;
	c->raw_ns = now_ns(CLOCK_MONOTONIC_RAW);
	c->epoch++;
}

/* the latest that the clock can show at an instant */
static int64_t latest(const struct clk *c, int64_t raw_ns)
{
	return c->time_ns + RATE_LIMIT * (raw_ns - c->raw_ns) + PHASE_LIMIT;
}

static bool has_pin(const struct clk *c, unsigned int func, unsigned int chan)
{
	unsigned int i;

	for (i = 0; i < c->is->n_pins; i++)
		if (c->pin[i].func == func && c->pin[i].chan == chan)
			return true;
	return !c->is->n_pins || ptp_fuzz->race;
}

static bool time_fits(const struct ptp_clock_time *t)
{
	return t->sec >= 0 && t->sec < KTIME_SEC_MAX && t->nsec < NSEC;
}

static bool below(const struct ptp_clock_time *a, const struct ptp_clock_time *b)
{
	return a->sec < b->sec || (a->sec == b->sec && a->nsec < b->nsec);
}

/*
 * Where nobody can tell whether a step or a single pulse still comes in time, the model
 * takes it that it does. This is what to put back if the answer says otherwise.
 */
static struct {
	struct clk *clk;
	enum counter refusal;
	int64_t time_ns, raw_ns;
	unsigned int epoch;
} unsure;

static void now_unsure(struct clk *c, enum counter refusal)
{
	unsure.clk = c;
	unsure.refusal = refusal;
	unsure.time_ns = c->time_ns;
	unsure.raw_ns = c->raw_ns;
	unsure.epoch = c->epoch;
}

void ptp_settle(long result)
{
	struct clk *c = unsure.clk;

	unsure.clk = NULL;
	if (!c || result != -EINVAL)
		return;
	c->errors[unsure.refusal]++;
	c->time_ns = unsure.time_ns;
	c->raw_ns = unsure.raw_ns;
	c->epoch = unsure.epoch;
}

static long lab_perout(struct clk *c, const struct ptp_perout_request *rq)
{
	__int128 period, width, start;

	if (!rq->period.sec && !rq->period.nsec)
		return 0;
	if (!has_pin(c, PTP_PF_PEROUT, rq->index))
		return -EBUSY;
	if (!time_fits(&rq->period) || !time_fits(&rq->start))
		return -EINVAL;
	period = (__int128)rq->period.sec * NSEC + rq->period.nsec;
	if (period < c->is->min_period_ns || period > MAX_PERIOD_SEC * NSEC)
		return -ERANGE;
	if (rq->flags & PTP_PEROUT_DUTY_CYCLE) {
		if (!time_fits(&rq->on))
			return -EINVAL;
		width = (__int128)rq->on.sec * NSEC + rq->on.nsec;
		if (!width || width > period)
			return -EINVAL;
	}
	if ((rq->flags & (PTP_PEROUT_ONE_SHOT | PTP_PEROUT_PHASE)) != PTP_PEROUT_ONE_SHOT)
		return 0;
	start = (__int128)rq->start.sec * NSEC + rq->start.nsec;
	if (start <= c->time_ns)
		return -EINVAL;
	if (start <= latest(c, now_ns(CLOCK_MONOTONIC_RAW) + 10 * NSEC))
		now_unsure(c, STAT_ENABLE);
	return 0;
}

static long lab_extts(struct clk *c, const struct ptp_extts_request *rq, bool on)
{
	if (rq->flags & PTP_EXT_OFFSET && !c->is->extoff)
		return -EOPNOTSUPP;
	if (on && !has_pin(c, PTP_PF_EXTTS, rq->index))
		return -EBUSY;
	c->in[rq->index].on = on;
	c->in[rq->index].flags = rq->flags;
	if (!(rq->flags & PTP_EXTTS_EDGES))
		c->in[rq->index].flags |= PTP_RISING_EDGE;
	return 0;
}

enum request { RQ_EXTTS, RQ_PEROUT, RQ_PPS };

/* the class hands a request to the driver */
static long enables(struct clk *c, enum request type, const void *rq, bool on)
{
	long err = failing(c, OP_ENABLE);

	if (!err) {
		switch (type) {
		case RQ_EXTTS:
			err = lab_extts(c, rq, on);
			break;
		case RQ_PEROUT:
			err = lab_perout(c, rq);
			break;
		case RQ_PPS:
			err = c->is->pps ? 0 : -EOPNOTSUPP;
			break;
		}
	}
	return count(c, STAT_ENABLE, err);
}

/* the same, as a verdict */
static void want_enable(struct verdict *v, struct clk *c, enum request type, const void *rq,
			bool on)
{
	long err = enables(c, type, rq, on);

	expects(v, err);
	if (unsure.clk || (ptp_fuzz->race && type == RQ_PEROUT && !err))
		or_else(v, -EINVAL);
	/* going away, pin lost, told to fail, interrupted */
	race_only(v, 0);
	race_only(v, -EBUSY);
	race_only(v, -EIO);
	race_only(v, -EINTR);
}

static void switch_off(struct clk *c, unsigned int func, unsigned int chan)
{
	struct ptp_extts_request extts = { .index = chan };
	struct ptp_perout_request perout = { .index = chan };

	if (func == PTP_PF_EXTTS)
		enables(c, RQ_EXTTS, &extts, false);
	else if (func == PTP_PF_PEROUT)
		enables(c, RQ_PEROUT, &perout, false);
}

static long sets_pin(struct clk *c, unsigned int pin, unsigned int func, unsigned int chan)
{
	unsigned int i;

	if (c->pin[pin].func == func && c->pin[pin].chan == chan)
		return 0;
	switch (func) {
	case PTP_PF_NONE:
		break;
	case PTP_PF_EXTTS:
		if (chan >= c->is->n_ext_ts)
			return -EINVAL;
		break;
	case PTP_PF_PEROUT:
		if (chan >= c->is->n_per_out)
			return -EINVAL;
		break;
	case PTP_PF_PHYSYNC:
		/* the lab's verify() */
		return chan ? -EINVAL : -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
	for (i = 0; func != PTP_PF_NONE && i < c->is->n_pins; i++)
		if (c->pin[i].func == func && c->pin[i].chan == chan) {
			switch_off(c, func, chan);
			c->pin[i].func = PTP_PF_NONE;
			c->pin[i].chan = 0;
		}
	switch_off(c, c->pin[pin].func, c->pin[pin].chan);
	c->pin[pin].func = func;
	c->pin[pin].chan = chan;
	return 0;
}

static void want_pin(struct verdict *v, struct clk *c, unsigned int pin, unsigned int func,
		     unsigned int chan)
{
	expects(v, sets_pin(c, pin, func, chan));
	/* it may have it already */
	race_only(v, 0);
	race_only(v, -EINTR);
}

/* virtual clocks that count by its time: it may not be set */
static bool runs_freely(const struct clk *c)
{
	return c->n_vclocks && !c->is->cycles && !ptp_fuzz->race;
}

/* ---- arguments ------------------------------------------------------------- */

static bool can_read(const struct call *call, unsigned int len)
{
	switch (call->place) {
	case PLACE_GOOD:
	case PLACE_READONLY:
		return true;
	case PLACE_EDGE:
		return len <= call->room;
	default:
		return !len;
	}
}

static bool can_write(const struct call *call, unsigned int end)
{
	return call->place == PLACE_READONLY ? !end : can_read(call, end);
}

/* the answer, or EFAULT if there is no room for it; it may have been written in part */
static void want_written(const struct call *call, struct verdict *v, long result, unsigned int at,
			 unsigned int len)
{
	if (result >= 0 && len) {
		v->out_at = at;
		v->out_len = len;
		if (!can_write(call, at + len))
			result = -EFAULT;
	}
	expects(v, result);
}

static bool any_set(const uint32_t *words, unsigned int n)
{
	while (n)
		if (words[--n])
			return true;
	return false;
}

/* ---- ioctls ---------------------------------------------------------------- */

static void judge_extts(const struct call *call, struct verdict *v, struct clk *c, bool strict)
{
	struct ptp_extts_request rq;

	if (!can_read(call, sizeof(rq))) {
		expects(v, -EFAULT);
		return;
	}
	memcpy(&rq, call->data, sizeof(rq));
	if (strict) {
		rq.flags |= PTP_STRICT_FLAGS;
		if (rq.flags & ~0x1fu || rq.rsv[0] || rq.rsv[1] ||
		    ((rq.flags & PTP_ENABLE_FEATURE) && !(rq.flags & PTP_EXTTS_EDGES))) {
			expects(v, -EINVAL);
			return;
		}
	} else {
		rq.flags &= PTP_ENABLE_FEATURE | PTP_EXTTS_EDGES;
	}
	if (rq.index >= c->is->n_ext_ts)
		expects(v, -EINVAL);
	else
		want_enable(v, c, RQ_EXTTS, &rq, rq.flags & PTP_ENABLE_FEATURE);
}

static long perout_flags(struct ptp_perout_request *rq)
{
	if (rq->flags & ~7u)
		return -EINVAL;
	if (rq->flags & PTP_PEROUT_DUTY_CYCLE) {
		if (below(&rq->period, &rq->on))
			return -ERANGE;
	} else if (any_set(rq->rsv, 4)) {
		return -EINVAL;
	}
	if (rq->flags & PTP_PEROUT_PHASE && !below(&rq->phase, &rq->period))
		return -ERANGE;
	return 0;
}

static void judge_perout(const struct call *call, struct verdict *v, struct clk *c, bool flags)
{
	struct ptp_perout_request rq;
	long err = 0;

	if (!can_read(call, sizeof(rq))) {
		expects(v, -EFAULT);
		return;
	}
	memcpy(&rq, call->data, sizeof(rq));
	if (flags)
		err = perout_flags(&rq);
	else
		rq.flags = 0;
	if (!err && rq.index >= c->is->n_per_out)
		err = -EINVAL;
	if (err)
		expects(v, err);
	else
		want_enable(v, c, RQ_PEROUT, &rq, rq.period.sec || rq.period.nsec);
}

static void judge_offset(const struct call *call, struct verdict *v, struct clk *c)
{
	unsigned int n = call->data[0], i;
	long err = 0;

	if (!can_read(call, sizeof(n))) {
		expects(v, -EFAULT);
		return;
	}
	if (n > PTP_MAX_SAMPLES) {
		expects(v, -EINVAL);
		return;
	}
	for (i = 0; i < n && !err; i++)
		err = reads(c, STAT_GETTIME);
	want_written(call, v, err, offsetof(struct ptp_sys_offset, ts),
		     (2 * n + 1) * sizeof(struct ptp_clock_time));
	race_only(v, n ? -EIO : 0);
}

static void judge_extended(const struct call *call, struct verdict *v, struct clk *c, bool there,
			   bool cycles)
{
	unsigned int n = call->data[0], i;
	clockid_t clockid = call->data[1];
	long err = 0;

	if (!there) {
		expects(v, -EOPNOTSUPP);
		return;
	}
	if (!can_read(call, offsetof(struct ptp_sys_offset_extended, ts))) {
		expects(v, -EFAULT);
		return;
	}
	if (n > PTP_MAX_SAMPLES || call->data[2] || call->data[3] ||
	    (clockid != CLOCK_REALTIME && clockid != CLOCK_MONOTONIC &&
	     clockid != CLOCK_MONOTONIC_RAW)) {
		expects(v, -EINVAL);
		return;
	}
	for (i = 0; i < n && !err; i++)
		err = cycles ? failing(c, OP_CYCLES) : reads(c, STAT_GETTIMEX);
	want_written(call, v, err, offsetof(struct ptp_sys_offset_extended, ts),
		     n * sizeof(struct ptp_clock_time[3]));
	race_only(v, n ? -EIO : 0);
}

static void judge_precise(const struct call *call, struct verdict *v, struct clk *c, bool there,
			  bool cycles)
{
	long err;

	if (!there) {
		expects(v, -EOPNOTSUPP);
		return;
	}
	err = failing(c, cycles ? OP_CYCLES : OP_CROSSTSTAMP);
	if (!cycles)
		count(c, STAT_CROSSTSTAMP, err);
	want_written(call, v, err, 0, sizeof(struct ptp_sys_offset_precise));
	race_only(v, -EIO);
}

static long pin_request(const struct call *call, struct clk *c, bool strict)
{
	const struct ptp_pin_desc *pin = (const void *)call->data;

	if (!can_read(call, sizeof(*pin)))
		return -EFAULT;
	if (strict && any_set(pin->rsv, ARRAY_SIZE(pin->rsv)))
		return -EINVAL;
	return pin->index < c->is->n_pins ? 0 : -EINVAL;
}

static void judge_pin(const struct call *call, struct verdict *v, struct clk *c, bool set,
		      bool strict)
{
	const struct ptp_pin_desc *pin = (const void *)call->data;
	long err = pin_request(call, c, strict);

	if (err) {
		expects(v, err);
	} else if (set) {
		want_pin(v, c, pin->index, pin->func, pin->chan);
	} else {
		want_written(call, v, 0, 0, sizeof(*pin));
		race_only(v, -EINTR);
	}
}

static void judge_mask(const struct call *call, struct verdict *v, struct file *file)
{
	unsigned int channel = call->data[0];

	if (!can_read(call, sizeof(channel)) || channel >= 2048) {
		expects(v, -EFAULT);
		return;
	}
	file->mask[channel / 32] |= 1u << channel % 32;
	expects(v, 0);
}

/* ---- alarms ---------------------------------------------------------------- */

/* the id of the alarm that a call means; one that nobody has where there is none */
uint32_t ptp_alarm_id(const struct call *call)
{
	const struct file *file = ptp_slots[call->slot].file;

	return file && call->data[0] < file->n_alarms ? file->alarm[call->data[0]].id : 0;
}

static unsigned int alarms_of_user(void)
{
	unsigned int i, n = 0;

	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i].slots && files[i].clk->alive)
			n += files[i].n_alarms;
	return n;
}

static long alarm_config(const struct ptp_alarm_config *config, struct verdict *v)
{
	if (config->notify > PTP_ALARM_NOTIFY_NONE || config->flags || any_set(config->rsv, 4))
		return -EINVAL;
	if (config->notify == PTP_ALARM_NOTIFY_SIGNAL)
		return config->signo < 1 || config->signo > 64 || config->tid ? -EINVAL : 0;
	if (config->notify != PTP_ALARM_NOTIFY_EVENTFD || config->eventfd == EVENT_FD)
		return 0;
	if (config->eventfd >= 0 && config->eventfd < CLOSED_FD && config->eventfd != PIPE_FD)
		/* may be any file of ours */
		or_else(v, -EINVAL);
	return config->eventfd == PIPE_FD ? -EINVAL : -EBADF;
}

static void judge_alarm_create(const struct call *call, struct verdict *v, struct file *file)
{
	long err = can_read(call, 48) ? alarm_config((const void *)call->data, v) : -EFAULT;

	if (err) {
		expects(v, err);
		return;
	}
	v->out_len = 4;
	v->out_always = true;
	if (alarms_of_user() >= ALL_ALARMS)
		expects(v, -EAGAIN);
	else if (!can_write(call, 4))
		expects(v, -EFAULT);
	else
		expects(v, file->n_alarms < MAX_ALARMS ? 0 : -EAGAIN);
	/* of clocks that are gone they are gone too */
	if (alarms_of_user() >= ALL_ALARMS)
		race_only(v, can_write(call, 4) ? 0 : -EFAULT);
}

/* one more, as ptp_check_answer() has its id */
static void alarm_made(const struct call *call, uint32_t id)
{
	struct file *file = ptp_slots[call->slot].file;

	if (!id || id > INT_MAX)
		fuzz_wrong(ptp_fuzz, "alarm: id %u", id);
	file->alarm[file->n_alarms++] = (struct alarm){ .id = id, .notify = call->data[1] };
}

/* ends where 64 bits end */
static int64_t setting_ns(const struct ptp_clock_time *t)
{
	return t->sec >= KTIME_SEC_MAX ? INT64_MAX : t->sec * NSEC + t->nsec;
}

static int64_t interval_before;

static void judge_alarm_set(const struct call *call, struct verdict *v, struct file *file)
{
	const struct ptp_alarm_setting *setting = (const void *)call->data;
	bool sets = call->kind == K_ALARM_SET;
	struct alarm *alarm;
	struct clk *c = file->clk;
	long err = 0;

	if (!can_read(call, sizeof(*setting))) {
		expects(v, -EFAULT);
		return;
	}
	if (call->data[0] >= file->n_alarms) {
		expects(v, -ENOENT);
		return;
	}
	if (setting->flags & ~(sets ? PTP_ALARM_ABSTIME : 0u) || any_set(setting->rsv, 2) ||
	    (sets && (setting->value.sec < 0 || setting->value.nsec >= NSEC ||
		      setting->interval.sec < 0 || setting->interval.nsec >= NSEC))) {
		expects(v, -EINVAL);
		return;
	}
	alarm = &file->alarm[call->data[0]];
	interval_before = alarm->interval;
	if (sets && setting_ns(&setting->value)) {
		c->alarmed = true;
		err = reads(c, STAT_GETTIME);
	}
	if (sets && !err)
		alarm->interval = setting_ns(&setting->interval);
	want_written(call, v, err, 0, sizeof(*setting));
	race_only(v, -EIO);
}

static void judge_alarm(const struct call *call, struct verdict *v, struct file *file)
{
	unsigned int which = call->data[0];

	switch (call->kind) {
	case K_ALARM_CREATE:
		judge_alarm_create(call, v, file);
		break;
	case K_ALARM_SET:
	case K_ALARM_GET:
		judge_alarm_set(call, v, file);
		break;
	default:
		if (!can_read(call, sizeof(which))) {
			expects(v, -EFAULT);
		} else if (which >= file->n_alarms) {
			expects(v, -ENOENT);
		} else if (call->kind == K_ALARM_STATUS) {
			want_written(call, v, 0, 0, sizeof(struct ptp_alarm_status));
		} else {
			expects(v, 0);
			file->n_alarms--;
			memmove(&file->alarm[which], &file->alarm[which + 1],
				(file->n_alarms - which) * sizeof(file->alarm[0]));
		}
		break;
	}
}

static bool changes(enum kind kind)
{
	switch (kind) {
	case K_EXTTS:
	case K_EXTTS2:
	case K_PEROUT:
	case K_PEROUT2:
	case K_PPS:
	case K_PPS2:
	case K_PIN_SET:
	case K_PIN_SET2:
		return true;
	default:
		return false;
	}
}

static void judge_command(const struct call *call, struct verdict *v, struct file *file)
{
	struct clk *c = file->clk;
	const struct variant *is = c->is;

	if (changes(call->kind) && !file->writable) {
		expects(v, -EACCES);
		return;
	}
	switch (call->kind) {
	case K_GETCAPS:
	case K_GETCAPS2:
		want_written(call, v, 0, 0, sizeof(struct ptp_clock_caps));
		break;
	case K_EXTTS:
	case K_EXTTS2:
		judge_extts(call, v, c, call->kind == K_EXTTS2);
		break;
	case K_PEROUT:
	case K_PEROUT2:
		judge_perout(call, v, c, call->kind == K_PEROUT2);
		break;
	case K_PPS:
	case K_PPS2:
		if (!sys_time)
			expects(v, -EPERM);
		else
			want_enable(v, c, RQ_PPS, NULL, call->compat ? (uint32_t)call->a : call->a);
		break;
	case K_OFFSET:
	case K_OFFSET2:
		judge_offset(call, v, c);
		break;
	case K_PIN_GET:
	case K_PIN_GET2:
		judge_pin(call, v, c, false, call->kind == K_PIN_GET2);
		break;
	case K_PIN_SET:
	case K_PIN_SET2:
		judge_pin(call, v, c, true, call->kind == K_PIN_SET2);
		break;
	case K_PRECISE:
	case K_PRECISE2:
		judge_precise(call, v, c, is->crosststamp, false);
		break;
	case K_PRECISE_CYCLES:
		judge_precise(call, v, c, is->cycles && is->crosststamp, true);
		break;
	case K_EXTENDED:
	case K_EXTENDED2:
		judge_extended(call, v, c, is->gettimex, false);
		break;
	case K_EXTENDED_CYCLES:
		judge_extended(call, v, c, is->cycles && is->gettimex, true);
		break;
	case K_MASK_CLEAR:
		memset(file->mask, 0, sizeof(file->mask));
		expects(v, 0);
		break;
	case K_MASK_ONE:
		judge_mask(call, v, file);
		break;
	case K_ALARM_CREATE:
	case K_ALARM_SET:
	case K_ALARM_GET:
	case K_ALARM_STATUS:
	case K_ALARM_DELETE:
		judge_alarm(call, v, file);
		break;
	default:
		expects(v, -ENOTTY);
		break;
	}
}

static void judge_ioctl(const struct call *call, struct verdict *v)
{
	struct file *file = ptp_slots[call->slot].file;

	if (!file || file->path) {
		expects(v, -EBADF);
	} else if (!file->clk->alive) {
		expects(v, -ENODEV);
	} else {
		judge_command(call, v, file);
		race_only(v, -ENODEV);
		count(file->clk, STAT_IOCTL, v->want[0]);
	}
}

/* ---- reading and waiting --------------------------------------------------- */

static void judge_read(const struct call *call, struct verdict *v)
{
	struct file *file = ptp_slots[call->slot].file;
	uint64_t size = call->a > 0x7ffff000 ? 0x7ffff000 : call->a;
	unsigned int n = size / EVENT_SIZE > 30 ? 30 : size / EVENT_SIZE, i;
	long result;

	if (call->kind == K_PREAD && (int64_t)call->b < 0) {
		expects(v, -EINVAL);
		return;
	}
	if (!file || !file->readable) {
		expects(v, -EBADF);
		return;
	}
	if ((int64_t)call->a < 0 || call->place == PLACE_KERNEL) {
		expects(v, -EFAULT);
		return;
	}
	if (call->kind == K_PREAD && (int64_t)(call->b + call->a) < 0) {
		expects(v, -EINVAL);
		return;
	}
	if (!file->clk->alive) {
		expects(v, -ENODEV);
		return;
	}
	race_only(v, -ENODEV);
	if (size % EVENT_SIZE) {
		expects(v, -EINVAL);
		count(file->clk, STAT_READ, -EINVAL);
		return;
	}
	if (ptp_fuzz->race) {
		expects(v, file->nonblock ? -EAGAIN : -EINTR);
		if (n && !can_write(call, n * EVENT_SIZE))
			expects(v, -EFAULT);
		while (n && !can_write(call, n * EVENT_SIZE))
			n--;
		v->any_up_to = n * EVENT_SIZE;
		v->step = EVENT_SIZE;
		v->out_len = READ_MAX;
		return;
	}
	if (!depth(&file->queue)) {
		result = file->nonblock ? -EAGAIN : -EINTR;
		expects(v, result);
		count(file->clk, STAT_READ, 0);
		return;
	}
	n = n < depth(&file->queue) ? n : depth(&file->queue);
	want_written(call, v, n * EVENT_SIZE, 0, n * EVENT_SIZE);
	count(file->clk, STAT_READ, v->want[0]);
	if (v->want[0] < 0)
		return;
	for (i = 0; i < n; i++)
		pop(&file->queue);
}

/* a read() that will sleep wants a signal to end it */
bool ptp_would_block(const struct call *call)
{
	const struct file *file = ptp_slots[call->slot].file;

	if (!file || !file->readable || file->nonblock)
		return false;
	return ptp_fuzz->race || (file->clk->alive && !depth(&file->queue));
}

static void judge_poll(const struct call *call, struct verdict *v)
{
	struct file *file = ptp_slots[call->slot].file;
	long in = POLLIN & call->a;

	if (!file || file->path) {
		expects(v, POLLNVAL);
	} else if (ptp_fuzz->race) {
		expects(v, 0);
		expects(v, in);
		expects(v, POLLERR);
		expects(v, POLLERR | POLLHUP);
	} else if (!file->clk->alive) {
		expects(v, POLLERR);
	} else {
		expects(v, depth(&file->queue) ? in : 0);
	}
}

/* 1: readable, 2: writable, 4: exceptional */
static void judge_select(const struct call *call, struct verdict *v)
{
	struct file *file = ptp_slots[call->slot].file;

	if (!file) {
		expects(v, -EBADF);
		/* a number above those that the process ever had */
		or_else(v, 0);
	} else if (file->path || ptp_fuzz->race) {
		/* what an O_PATH file is depends on the kernel's version */
		expects(v, 0);
		expects(v, 1);
		expects(v, 3);
		expects(v, 7);
	} else if (!file->clk->alive) {
		expects(v, 3);
	} else {
		expects(v, depth(&file->queue) ? 1 : 0);
	}
}

static void judge_epoll(const struct call *call, struct verdict *v)
{
	struct file *file = ptp_slots[call->slot].file;
	long in = EPOLLIN & call->a;

	if (!file || file->path) {
		expects(v, -EBADF);
	} else if (ptp_fuzz->race) {
		expects(v, 0);
		expects(v, in);
		expects(v, EPOLLERR);
		expects(v, EPOLLERR | EPOLLHUP);
	} else if (!file->clk->alive) {
		expects(v, EPOLLERR);
	} else {
		expects(v, depth(&file->queue) ? in : 0);
	}
}

/* ---- other calls on files -------------------------------------------------- */

static void judge_mmap(const struct call *call, struct verdict *v)
{
	struct file *file = ptp_slots[call->slot].file;

	if (!file || file->path)
		expects(v, -EBADF);
	else if (call->b & MAP_SHARED && call->a & PROT_WRITE && !file->writable)
		expects(v, -EACCES);
	else if (!file->readable)
		expects(v, -EACCES);
	else
		expects(v, -ENODEV);
}

static void judge_file(const struct call *call, struct verdict *v)
{
	struct file *file = ptp_slots[call->slot].file;

	switch (call->kind) {
	case K_WRITE:
		expects(v, !file || !file->writable ? -EBADF : -EINVAL);
		break;
	case K_LSEEK:
		expects(v, !file || file->path ? -EBADF : call->b > SEEK_HOLE ? -EINVAL : -ESPIPE);
		break;
	case K_SETFL:
		if (!file || file->path) {
			expects(v, -EBADF);
		} else if (call->a & O_DIRECT) {
			expects(v, -EINVAL);
		} else {
			file->nonblock = call->a & O_NONBLOCK;
			expects(v, 0);
		}
		break;
	case K_GETFL:
		if (!file)
			expects(v, -EBADF);
		else if (file->path)
			expects(v, O_PATH);
		else
			expects(v, (file->readable   ? file->writable ? O_RDWR : O_RDONLY
				    : file->writable ? O_WRONLY
						     : O_ACCMODE) |
					   (file->nonblock ? O_NONBLOCK : 0));
		break;
	default:
		expects(v, file ? 0 : -EBADF);
		break;
	}
}

/* opened, and closed again for the lack of direct input and output */
static void judge_opened(struct verdict *v, struct clk *c, unsigned int flags)
{
	if (flags & O_PATH) {
		v->any_up_to = INT_MAX;
		return;
	}
	count(c, STAT_OPEN, 0);
	if (flags & O_DIRECT)
		expects(v, -EINVAL);
	else
		v->any_up_to = INT_MAX;
}

static void judge_open(const struct call *call, struct verdict *v)
{
	unsigned int flags = call->b;

	v->step = 1;
	race_only(v, -ENOENT);
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW;
	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		expects(v, -EEXIST);
	else if (flags & O_DIRECTORY)
		expects(v, -ENOTDIR);
	else
		judge_opened(v, ptp_bays[call->a].clk, flags);
	/* going away, or not yet there */
	race_only(v, -ENODEV);
	race_only(v, -ENXIO);
}

static void judge_reopen(const struct call *call, struct verdict *v)
{
	struct file *file = ptp_slots[call->a].file;

	v->step = 1;
	if (!file) {
		expects(v, -ENOENT);
		return;
	}
	if (file->clk->alive || call->b & O_PATH) {
		judge_opened(v, file->clk, call->b);
	} else {
		/* whether the device number is still known depends on who looks */
		expects(v, -ENODEV);
		or_else(v, -ENXIO);
	}
	race_only(v, -ENODEV);
	race_only(v, -ENXIO);
}

/* ---- as a POSIX clock ------------------------------------------------------ */

static void judge_gettime(const struct call *call, struct verdict *v, struct file *file)
{
	want_written(call, v, reads(file->clk, STAT_GETTIME), 0, sizeof(struct timespec));
	race_only(v, -EIO);
}

static void judge_settime(const struct call *call, struct verdict *v, struct file *file)
{
	const struct timespec *ts = (const void *)call->data;
	struct clk *c = file->clk;
	long err;

	/* the class looks what the clock showed before */
	failing(c, OP_GETTIME);
	if (runs_freely(c)) {
		expects(v, count(c, STAT_SETTIME, -EBUSY));
		return;
	}
	if (ts->tv_sec >= SETTOD_SEC_MAX) {
		expects(v, count(c, STAT_SETTIME, -EINVAL));
		race_only(v, -EBUSY);
		return;
	}
	err = count(c, STAT_SETTIME, failing(c, OP_SETTIME));
	if (!err)
		stepped(c, ts->tv_sec * NSEC + ts->tv_nsec);
	expects(v, err);
	race_only(v, -EIO);
	race_only(v, -EBUSY);
}

static long adjusts_time(struct clk *c, const struct timex *tx, struct verdict *v)
{
	int64_t limit = tx->modes & ADJ_NANO ? NSEC : 1000000, fraction = tx->time.tv_usec;
	__int128 delta, low, high, end = (__int128)SETTOD_SEC_MAX * NSEC;
	int64_t raw = c->raw_ns;
	bool may, must;
	long err;

	if (runs_freely(c))
		return count(c, STAT_ADJTIME, -EBUSY);
	if (fraction < 0 || fraction >= limit)
		return count(c, STAT_ADJTIME, -EINVAL);
	err = reads(c, STAT_GETTIME);
	if (err)
		return err;
	delta = (__int128)tx->time.tv_sec * NSEC + fraction * (NSEC / limit);
	low = c->time_ns + delta;
	high = latest(c, now_ns(CLOCK_MONOTONIC_RAW) + 10 * NSEC) + delta;
	may = high >= 0 && low < end;
	must = low >= 0 && high < end;
	if (!may)
		return count(c, STAT_ADJTIME, -EINVAL);
	err = count(c, STAT_ADJTIME, failing(c, OP_ADJTIME));
	if (err)
		return err;
	if (!must) {
		or_else(v, -EINVAL);
		now_unsure(c, STAT_ADJTIME);
	}
	stepped(c, low);
	/* it had been running before */
	c->raw_ns = raw;
	return 0;
}

static long adjusts_frequency(struct clk *c, const struct timex *tx)
{
	/* scaled by 2^16 ppm; 125 / 2^13 makes ppb of it */
	__int128 ppb = ((__int128)tx->freq + 1) * 125 >> 13;
	long err;

	if (runs_freely(c))
		return count(c, STAT_ADJFINE, -EBUSY);
	if (ppb > c->is->max_adj || ppb < -(__int128)c->is->max_adj)
		return count(c, STAT_ADJFINE, -ERANGE);
	err = count(c, STAT_ADJFINE, failing(c, OP_ADJFINE));
	if (!err)
		c->frequency = tx->freq;
	return err;
}

static long adjusts_phase(struct clk *c, const struct timex *tx)
{
	__int128 offset = (__int128)tx->offset * (tx->modes & ADJ_NANO ? 1 : 1000);

	if (runs_freely(c))
		return count(c, STAT_ADJPHASE, -EBUSY);
	if (!c->is->adjphase)
		return count(c, STAT_ADJPHASE, -EOPNOTSUPP);
	if (offset > c->is->max_phase || offset < -(__int128)c->is->max_phase)
		return count(c, STAT_ADJPHASE, -ERANGE);
	return count(c, STAT_ADJPHASE, failing(c, OP_ADJPHASE));
}

static void judge_adjtime(const struct call *call, struct verdict *v, struct file *file)
{
	const struct timex *tx = (const void *)call->data;
	struct verdict more = { .n = 0 };
	struct clk *c = file->clk;
	bool acts = tx->modes & (ADJ_SETOFFSET | ADJ_FREQUENCY | ADJ_OFFSET);
	unsigned int i;
	long err;

	if (tx->modes && !file->writable) {
		expects(v, -EACCES);
		return;
	}
	if (tx->modes & ADJ_SETOFFSET)
		err = adjusts_time(c, tx, &more);
	else if (tx->modes & ADJ_FREQUENCY)
		err = adjusts_frequency(c, tx);
	else if (tx->modes & ADJ_OFFSET)
		err = adjusts_phase(c, tx);
	else
		err = tx->modes ? -EOPNOTSUPP : 0;
	want_written(call, v, err, 0, sizeof(*tx));
	for (i = 0; i < more.n; i++)
		or_else(v, more.want[i]);
	if (acts) {
		race_only(v, -EIO);
		race_only(v, -EBUSY);
		if (err)
			race_only(v, -ERANGE);
		if (tx->modes & ADJ_SETOFFSET) {
			race_only(v, -EINVAL);
			race_only(v, can_write(call, sizeof(*tx)) ? 0 : -EFAULT);
		}
	}
}

static void judge_clock(const struct call *call, struct verdict *v)
{
	const struct timespec *ts = (const void *)call->data;
	struct file *file = ptp_slots[call->slot].file;
	unsigned int reads_in = call->kind == K_SETTIME	  ? sizeof(*ts)
				: call->kind == K_ADJTIME ? sizeof(struct timex)
							  : 0;

	if (reads_in && !can_read(call, reads_in)) {
		expects(v, -EFAULT);
		return;
	}
	if (call->kind == K_SETTIME && (ts->tv_sec < 0 || ts->tv_sec >= KTIME_SEC_MAX ||
					ts->tv_nsec < 0 || ts->tv_nsec >= NSEC)) {
		expects(v, -EINVAL);
		return;
	}
	if (!file || file->path) {
		expects(v, -EINVAL);
		return;
	}
	if (!file->clk->alive) {
		expects(v, -ENODEV);
		return;
	}
	switch (call->kind) {
	case K_GETTIME:
		judge_gettime(call, v, file);
		break;
	case K_SETTIME:
		if (file->writable)
			judge_settime(call, v, file);
		else
			expects(v, -EACCES);
		break;
	case K_ADJTIME:
		judge_adjtime(call, v, file);
		break;
	default:
		want_written(call, v, 0, 0, call->place == PLACE_NULL ? 0 : sizeof(*ts));
		break;
	}
	race_only(v, -ENODEV);
}

/* ---- sysfs ----------------------------------------------------------------- */

static void judge_sysfs_write(const struct call *call, struct verdict *v)
{
	struct clk *c = ptp_bays[call->slot].clk;
	const uint32_t *d = call->data;
	struct ptp_extts_request extts = { .index = d[0] };
	struct ptp_perout_request perout = { .index = d[0] };
	const struct variant *is = c->is;
	bool good = call->b == FORM_GOOD || call->b == FORM_JUNK_AFTER;

	switch (call->a) {
	case ATTR_EXTTS:
		if (!is->n_ext_ts)
			expects(v, -ENOENT);
		else if (!good || d[0] >= is->n_ext_ts)
			expects(v, -EINVAL);
		else
			want_enable(v, c, RQ_EXTTS, &extts, d[1]);
		break;
	case ATTR_PERIOD:
		memcpy(&perout.start.sec, d + 2, sizeof(perout.start.sec));
		perout.start.nsec = d[4];
		memcpy(&perout.period.sec, d + 6, sizeof(perout.period.sec));
		perout.period.nsec = d[8];
		if (!is->n_per_out)
			expects(v, -ENOENT);
		else if (!good || d[0] >= is->n_per_out)
			expects(v, -EINVAL);
		else
			want_enable(v, c, RQ_PEROUT, &perout,
				    perout.period.sec || perout.period.nsec);
		break;
	case ATTR_PPS:
		/* one number is all that there is to it: nothing is short */
		if (!is->pps)
			expects(v, -ENOENT);
		else if (!sys_time)
			expects(v, -EPERM);
		else if (call->b == FORM_WORD || call->b == FORM_SHORT)
			expects(v, -EINVAL);
		else
			want_enable(v, c, RQ_PPS, NULL, d[0]);
		break;
	case ATTR_PIN:
		if (d[2] >= is->n_pins)
			expects(v, -ENOENT);
		else if (!good)
			expects(v, -EINVAL);
		else
			want_pin(v, c, d[2], d[0], d[1]);
		break;
	case ATTR_N_VCLOCKS:
		/* a whole line or nothing */
		if (call->b != FORM_GOOD || d[0] > c->max_vclocks)
			expects(v, -EINVAL);
		else
			expects(v, 0);
		if (!v->want[0])
			c->n_vclocks = d[0];
		race_only(v, 0);
		race_only(v, -EIO);
		race_only(v, -EINVAL);
		break;
	case ATTR_MAX_VCLOCKS:
		if (call->b != FORM_GOOD || !d[0] || d[0] < c->n_vclocks)
			expects(v, -EINVAL);
		else
			expects(v, 0);
		if (!v->want[0])
			c->max_vclocks = d[0];
		race_only(v, 0);
		race_only(v, -EINVAL);
		break;
	}
	race_only(v, -ENODEV);
	race_only(v, -ENOENT);
}

/* fifo: the oldest event, or nothing */
static void judge_sysfs_read(const struct call *call, struct verdict *v)
{
	struct bay *bay = &ptp_bays[call->slot];

	v->step = 1;
	if (!bay->clk->is->n_ext_ts) {
		expects(v, -ENOENT);
	} else if (ptp_fuzz->race) {
		v->any_up_to = 4096;
		expects(v, -ENODEV);
		expects(v, -ENOENT);
	} else if (!depth(&bay->fifo)) {
		expects(v, 0);
	} else {
		v->any_up_to = 4096;
	}
}

/* ---- the lab --------------------------------------------------------------- */

enum { EDGES_RISING, EDGES_FALLING, EDGES_BOTH };

void ptp_push_text(const struct call *call, char *text, size_t size)
{
	static const char *const edges[] = { "rising", "falling", "both" };

	snprintf(text, size, "channel=%u count=%u period_ns=%u edge=%s", (unsigned int)call->a,
		 (unsigned int)call->b, call->data[1], edges[call->data[0] % 3]);
}

static void drop(struct clk *c, uint32_t event)
{
	c->dropped++;
	c->channel_dropped[c->log[event % LOG_SIZE].channel]++;
}

/* an edge that the lab delivers goes into every queue that lets it in */
static void deliver(struct clk *c, unsigned int channel)
{
	uint32_t event = c->events++, lost;
	unsigned int i;

	c->log[event % LOG_SIZE] = (struct logged){
		.channel = channel,
		.epoch = c->epoch,
		.offset = c->in[channel].flags & PTP_EXT_OFFSET,
	};
	put(&ptp_bays[c->bay].fifo, event, &lost);
	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i].slots && !files[i].path && files[i].clk == c &&
		    lets_in(&files[i], channel) && put(&files[i].queue, event, &lost))
			drop(c, lost);
}

static void judge_push(const struct call *call, struct verdict *v)
{
	struct clk *c = ptp_bays[call->slot].clk;
	unsigned int edges = call->data[0] % 3, i;
	bool rising = edges != EDGES_FALLING;

	if (call->a >= c->is->n_ext_ts) {
		expects(v, -EINVAL);
		or_else(v, -ERANGE);
		return;
	}
	expects(v, 0);
	race_only(v, -ENODEV);
	race_only(v, -ENOENT);
	race_only(v, -EINTR);
	for (i = 0; !ptp_fuzz->race && i < call->b; i++, rising ^= edges == EDGES_BOTH)
		if (c->in[call->a].on &&
		    c->in[call->a].flags & (rising ? PTP_RISING_EDGE : PTP_FALLING_EDGE))
			deliver(c, call->a);
}

static void judge_lab(const struct call *call, struct verdict *v)
{
	struct clk *c = ptp_bays[call->slot].clk;

	if (call->kind == K_FAULT) {
		c->fault[call->a].err = call->data[0];
		c->fault[call->a].left = call->b;
	}
	expects(v, 0);
	if (call->kind == K_FAULT) {
		race_only(v, -ENODEV);
		race_only(v, -ENOENT);
	}
}

void ptp_judge(const struct call *call, struct verdict *v)
{
	*v = (struct verdict){ .any_up_to = -1 };
	if (call->kind <= K_UNKNOWN) {
		judge_ioctl(call, v);
		return;
	}
	switch (call->kind) {
	case K_READ:
	case K_PREAD:
		judge_read(call, v);
		break;
	case K_POLL:
		judge_poll(call, v);
		break;
	case K_SELECT:
		judge_select(call, v);
		break;
	case K_EPOLL:
		judge_epoll(call, v);
		break;
	case K_MMAP:
		judge_mmap(call, v);
		break;
	case K_DUP:
		v->step = 1;
		if (ptp_slots[call->slot].file)
			v->any_up_to = INT_MAX;
		else
			expects(v, -EBADF);
		break;
	case K_OPEN:
		judge_open(call, v);
		break;
	case K_REOPEN:
		judge_reopen(call, v);
		break;
	case K_GETTIME:
	case K_SETTIME:
	case K_ADJTIME:
	case K_GETRES:
		judge_clock(call, v);
		break;
	case K_TIMER:
		expects(v, can_read(call, sizeof(struct sigevent)) || call->place == PLACE_NULL
				   ? -EOPNOTSUPP
				   : -EFAULT);
		break;
	case K_NANOSLEEP:
		expects(v, -EOPNOTSUPP);
		break;
	case K_SYSFS_WRITE:
		judge_sysfs_write(call, v);
		break;
	case K_SYSFS_READ:
		judge_sysfs_read(call, v);
		break;
	case K_CAP:
		sys_time = call->a;
		expects(v, 0);
		break;
	case K_PUSH:
		judge_push(call, v);
		break;
	case K_FAULT:
	case K_PLUG:
	case K_SUM:
		judge_lab(call, v);
		break;
	default:
		judge_file(call, v);
		break;
	}
}

/* ---- what the calls wrote -------------------------------------------------- */

static void check_stamp(const char *what, const struct ptp_clock_time *t)
{
	if (t->nsec >= NSEC || t->reserved)
		fuzz_wrong(ptp_fuzz, "%s: %lld.%09u reserved %u", what, (long long)t->sec, t->nsec,
			   t->reserved);
}

static int64_t stamp_ns(const struct ptp_clock_time *t)
{
	return t->sec * NSEC + t->nsec;
}

static void check_between(const char *what, int64_t low, int64_t value, int64_t high)
{
	if (value < low || value > high)
		fuzz_wrong(ptp_fuzz, "%s: %lld ns is not within %lld and %lld", what,
			   (long long)value, (long long)low, (long long)high);
}

/* what the clock shows: after what it was last set to, and not by much */
static void check_time(const struct clk *c, int64_t time_ns)
{
	if (!ptp_fuzz->race)
		check_between("time", c->time_ns, time_ns, latest(c, now_ns(CLOCK_MONOTONIC_RAW)));
}

static const clockid_t system_clocks[3] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW };

/* a system time that was taken during the call; user space reads it a few ns differently */
static void check_system(unsigned int which, const int64_t before[3], int64_t ns)
{
	check_between("system time", before[which] - 1000, ns, now_ns(system_clocks[which]) + 1000);
}

static void check_caps(const struct variant *is, const struct ptp_clock_caps *got)
{
	struct ptp_clock_caps caps;

	memset(&caps, 0, sizeof(caps));
	caps.max_adj = is->max_adj;
	caps.n_alarm = is->n_alarm;
	caps.n_ext_ts = is->n_ext_ts;
	caps.n_per_out = is->n_per_out;
	caps.pps = is->pps;
	caps.n_pins = is->n_pins;
	caps.cross_timestamping = is->crosststamp;
	caps.adjust_phase = is->adjphase;
	caps.max_phase_adj = is->adjphase ? is->max_phase : 0;
	if (memcmp(&caps, got, sizeof(caps)))
		fuzz_wrong(ptp_fuzz, "capabilities are not those of the clock");
}

static void check_offset(const struct call *call, const struct clk *c,
			 const struct ptp_sys_offset *got, const int64_t before[3])
{
	int64_t last = INT64_MIN, last_sys = before[0] - 1000;
	unsigned int i, n = call->data[0];

	for (i = 0; i < 2 * n + 1; i++) {
		int64_t ns = stamp_ns(&got->ts[i]);

		check_stamp("sample", &got->ts[i]);
		if (i % 2) {
			check_time(c, ns);
			if (!ptp_fuzz->race)
				check_between("sample", last, ns, INT64_MAX);
			last = ns;
		} else {
			check_between("system time", last_sys, ns, now_ns(CLOCK_REALTIME) + 1000);
			last_sys = ns;
		}
	}
}

static void check_extended(const struct call *call, const struct clk *c,
			   const struct ptp_sys_offset_extended *got, const int64_t before[3])
{
	unsigned int i, j, n = call->data[0], which = call->data[1];

	which = which == CLOCK_MONOTONIC_RAW ? 2 : which;
	for (i = 0; i < n; i++) {
		for (j = 0; j < 3; j++)
			check_stamp("sample", &got->ts[i][j]);
		check_system(which, before, stamp_ns(&got->ts[i][0]));
		check_between("system time after", stamp_ns(&got->ts[i][0]),
			      stamp_ns(&got->ts[i][2]), now_ns(system_clocks[which]) + 1000);
		if (call->kind != K_EXTENDED_CYCLES)
			check_time(c, stamp_ns(&got->ts[i][1]));
	}
}

static void check_precise(const struct call *call, const struct clk *c,
			  const struct ptp_sys_offset_precise *got, const int64_t before[3])
{
	check_stamp("device", &got->device);
	check_stamp("realtime", &got->sys_realtime);
	check_stamp("monoraw", &got->sys_monoraw);
	if (any_set(got->rsv, ARRAY_SIZE(got->rsv)))
		fuzz_wrong(ptp_fuzz, "reserved words are not zero");
	check_system(0, before, stamp_ns(&got->sys_realtime));
	check_system(2, before, stamp_ns(&got->sys_monoraw));
	if (call->kind != K_PRECISE_CYCLES)
		check_time(c, stamp_ns(&got->device));
}

static void check_pin(const struct call *call, const struct clk *c, const struct ptp_pin_desc *got)
{
	unsigned int pin = ((const struct ptp_pin_desc *)call->data)->index;
	struct ptp_pin_desc desc;

	memset(&desc, 0, sizeof(desc));
	snprintf(desc.name, sizeof(desc.name), "pin%u", pin);
	desc.index = pin;
	desc.func = ptp_fuzz->race ? got->func : c->pin[pin].func;
	desc.chan = ptp_fuzz->race ? got->chan : c->pin[pin].chan;
	if (memcmp(&desc, got, sizeof(desc)))
		fuzz_wrong(ptp_fuzz, "pin %u: expected %s function %u channel %u, got %.64s %u %u",
			   pin, desc.name, desc.func, desc.chan, got->name, got->func, got->chan);
}

static void check_adjtime(const struct call *call, const struct clk *c, const struct timex *got)
{
	struct timex tx;

	memcpy(&tx, call->data, sizeof(tx));
	if (!tx.modes)
		tx.freq = ptp_fuzz->race ? got->freq : c->frequency;
	if (memcmp(&tx, got, sizeof(tx)))
		fuzz_wrong(ptp_fuzz, "timex: only freq may be answered, and that is %lld, not %lld",
			   (long long)tx.freq, (long long)got->freq);
}

/* an event as one reader got it: the model's, and what other readers got */
static void check_event(struct clk *c, uint32_t number, unsigned int index,
			const struct ptp_clock_time *t)
{
	struct logged *event = &c->log[number % LOG_SIZE], *prev;

	if (number + LOG_SIZE <= c->events)
		return; /* long ago, forgotten */
	if (index != event->channel)
		fuzz_wrong(ptp_fuzz, "event %u: channel %u, not %u", number, event->channel, index);
	if (event->seen && memcmp(&event->t, t, sizeof(*t)))
		fuzz_wrong(ptp_fuzz, "event %u: %lld.%09u for one reader, %lld.%09u for another",
			   number, (long long)event->t.sec, event->t.nsec, (long long)t->sec,
			   t->nsec);
	event->seen = true;
	event->t = *t;
	if (event->offset) {
		check_between("offset to the second", -NSEC / 2, stamp_ns(t), NSEC / 2);
		return;
	}
	if (event->epoch == c->epoch)
		check_time(c, stamp_ns(t));
	prev = &c->log[(number - 1) % LOG_SIZE];
	if (number && number - 1 + LOG_SIZE > c->events && prev->seen && !prev->offset &&
	    prev->epoch == event->epoch)
		check_between("event", stamp_ns(&prev->t), stamp_ns(t), INT64_MAX);
}

/* what holds for every event, whoever reads it from whichever clock */
void ptp_check_events(const struct ptp_extts_event *events, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		check_stamp("event", &events[i].t);
		/* alarms, which come to their own file only; alone, none does */
		if (ptp_fuzz->race && events[i].flags & PTP_EXTTS_ALARM)
			continue;
		if (events[i].rsv[0] || events[i].rsv[1] || events[i].index >= MAX_INPUTS ||
		    (events[i].flags & ~PTP_EXT_OFFSET) != PTP_EXTTS_EVENT_VALID)
			fuzz_wrong(ptp_fuzz, "event: channel %u, flags %#x, reserved %u %u",
				   events[i].index, events[i].flags, events[i].rsv[0],
				   events[i].rsv[1]);
	}
}

/* called after ptp_judge() has taken the events out of the queue */
void ptp_read_done(const struct file *file, const struct ptp_extts_event *events, unsigned int n)
{
	unsigned int i, first = file->queue.tail + CAPACITY + 1 - n;
	struct clk *c = file->clk;

	ptp_check_events(events, n);
	for (i = 0; i < n; i++) {
		uint32_t number = file->queue.event[(first + i) % (CAPACITY + 1)];

		if (events[i].index >= c->is->n_ext_ts && !(events[i].flags & PTP_EXTTS_ALARM))
			fuzz_wrong(ptp_fuzz, "event: channel %u", events[i].index);
		if (ptp_fuzz->race)
			continue;
		if (number + LOG_SIZE > c->events &&
		    !(events[i].flags & PTP_EXT_OFFSET) == c->log[number % LOG_SIZE].offset)
			fuzz_wrong(ptp_fuzz, "event: flags %#x", events[i].flags);
		check_event(c, number, events[i].index, &events[i].t);
	}
}

static void check_fifo(unsigned int bay, const char *text)
{
	struct queue *q = &ptp_bays[bay].fifo;
	struct ptp_clock_time t = { .sec = 0 };
	long long sec;
	unsigned int index;
	char end;

	if (sscanf(text, "%u %lld %u%c", &index, &sec, &t.nsec, &end) != 4 || end != '\n')
		fuzz_wrong(ptp_fuzz, "fifo: '%s'", text);
	t.sec = sec;
	if (!ptp_fuzz->race)
		check_event(ptp_bays[bay].clk, pop(q), index, &t);
}

static void check_setting(const struct call *call, const struct file *file,
			  const struct ptp_alarm_setting *got)
{
	const struct alarm *alarm = &file->alarm[call->data[0]];

	check_stamp("alarm", &got->value);
	check_stamp("interval", &got->interval);
	if (got->id != alarm->id || got->flags || any_set(got->rsv, 2) || got->value.sec < 0 ||
	    (!ptp_fuzz->race && stamp_ns(&got->interval) != interval_before))
		fuzz_wrong(ptp_fuzz,
			   "alarm %u: answer is id %u, flags %#x, value %lld, interval %lld",
			   alarm->id, got->id, got->flags, (long long)stamp_ns(&got->value),
			   (long long)stamp_ns(&got->interval));
}

static void check_status(const struct call *call, const struct file *file,
			 const struct ptp_alarm_status *got)
{
	check_stamp("due", &got->due);
	if (got->id != file->alarm[call->data[0]].id || any_set(got->rsv, 2) ||
	    got->flags & ~(PTP_ALARM_ARMED | PTP_ALARM_HARDWARE) ||
	    !(got->flags & PTP_ALARM_HARDWARE) != !file->clk->is->n_alarm || got->lateness_ns < 0 ||
	    got->lateness_ns > got->max_lateness_ns || got->last_overruns > got->overruns ||
	    (!(got->flags & PTP_ALARM_ARMED) && stamp_ns(&got->due)))
		fuzz_wrong(ptp_fuzz, "alarm: status makes no sense");
}

void ptp_check_answer(const struct call *call, const void *answer, long result,
		      const int64_t before[3])
{
	const struct timespec *ts = answer;
	struct clk *c;

	if (call->kind == K_SYSFS_READ) {
		if (result > 0)
			check_fifo(call->slot, answer);
		else if (!ptp_fuzz->race && depth(&ptp_bays[call->slot].fifo))
			fuzz_wrong(ptp_fuzz, "fifo: empty, but there are events in it");
		return;
	}
	c = ptp_slots[call->slot].file->clk;
	switch (call->kind) {
	case K_GETCAPS:
	case K_GETCAPS2:
		check_caps(c->is, answer);
		break;
	case K_OFFSET:
	case K_OFFSET2:
		check_offset(call, c, answer, before);
		break;
	case K_EXTENDED:
	case K_EXTENDED2:
	case K_EXTENDED_CYCLES:
		check_extended(call, c, answer, before);
		break;
	case K_PRECISE:
	case K_PRECISE2:
	case K_PRECISE_CYCLES:
		check_precise(call, c, answer, before);
		break;
	case K_PIN_GET:
	case K_PIN_GET2:
		check_pin(call, c, answer);
		break;
	case K_ALARM_CREATE:
		alarm_made(call, *(const uint32_t *)answer);
		break;
	case K_ALARM_SET:
	case K_ALARM_GET:
		check_setting(call, ptp_slots[call->slot].file, answer);
		break;
	case K_ALARM_STATUS:
		check_status(call, ptp_slots[call->slot].file, answer);
		break;
	case K_READ:
	case K_PREAD:
		ptp_read_done(ptp_slots[call->slot].file, answer, result / EVENT_SIZE);
		break;
	case K_GETTIME:
		if (ts->tv_nsec < 0 || ts->tv_nsec >= NSEC)
			fuzz_wrong(ptp_fuzz, "time: %ld.%ld", ts->tv_sec, ts->tv_nsec);
		check_time(c, ts->tv_sec * NSEC + ts->tv_nsec);
		break;
	case K_GETRES:
		if (call->place != PLACE_NULL && (ts->tv_sec || ts->tv_nsec != 1))
			fuzz_wrong(ptp_fuzz, "resolution: %ld.%09ld", ts->tv_sec, ts->tv_nsec);
		break;
	case K_ADJTIME:
		check_adjtime(call, c, answer);
		break;
	default:
		break;
	}
}

/* ---- do the books add up? -------------------------------------------------- */

static uint64_t statistic_of(const struct bay *bay, const char *name)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/statistics/%s", bay->sys, name);
	return number_in(path);
}

static void check_counter(const struct bay *bay, const char *name, uint64_t expected)
{
	uint64_t got = statistic_of(bay, name);

	if (got != expected)
		fuzz_wrong(ptp_fuzz, "%s/statistics/%s: %llu, but we know of %llu", bay->sys, name,
			   (unsigned long long)got, (unsigned long long)expected);
}

/* "channel dropped", a line for each channel that lost events */
static void check_channels(const struct bay *bay)
{
	char path[192], text[1024], expected[1024];
	unsigned int i;
	int len = 0;

	snprintf(path, sizeof(path), "%s/statistics/extts_dropped_channels", bay->sys);
	slurp(path, text, sizeof(text));
	*expected = 0;
	for (i = 0; i < bay->clk->is->n_ext_ts; i++)
		if (bay->clk->channel_dropped[i])
			len += snprintf(expected + len, sizeof(expected) - len, "%u %llu\n", i,
					(unsigned long long)bay->clk->channel_dropped[i]);
	if (strcmp(text, expected))
		fuzz_wrong(ptp_fuzz, "extts_dropped_channels: '%s', but we know of '%s'", text,
			   expected);
}

/* what the lab has delivered, all inputs */
static uint64_t lab_delivered(const struct bay *bay)
{
	char path[96], text[256], *p = text;
	uint64_t sum = 0;

	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/delivered", bay->device);
	if (slurp(path, text, sizeof(text)) <= 0)
		return 0;
	while (*p && *p != '\n')
		sum += strtoull(p, &p, 10);
	return sum;
}

/* every event of the lab has come to the class; outputs may go on to send some */
static void check_delivered(const struct bay *bay)
{
	uint64_t before, got, after;
	unsigned int tries = 0;

	do {
		before = lab_delivered(bay);
		got = statistic_of(bay, "extts_events");
		after = lab_delivered(bay);
	} while ((got < before || got > after) && ++tries < 101);
	if (tries == 101)
		fuzz_wrong(ptp_fuzz, "%s: %llu events, but the lab delivered %llu", bay->node,
			   (unsigned long long)got, (unsigned long long)after);
}

void ptp_sum(unsigned int bay)
{
	const struct bay *b = &ptp_bays[bay];
	const struct clk *c = b->clk;
	char name[64];
	unsigned int i;

	check_delivered(b);
	if (ptp_fuzz->race)
		return;
	for (i = 0; i < N_STATS; i++) {
		if (i != STAT_GETTIME || !c->alarmed)
			check_counter(b, stat_names[i], c->calls[i]);
		snprintf(name, sizeof(name), "%s_errors", stat_names[i]);
		check_counter(b, name, c->errors[i]);
	}
	check_counter(b, "extts_events", c->events);
	check_counter(b, "extts_dropped", c->dropped);
	check_counter(b, "readers", c->files);
	check_channels(b);
}
