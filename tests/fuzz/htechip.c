// SPDX-License-Identifier: GPL-2.0
/*
 * Target htechip: /dev/htechipN by random calls. A provider of the lab, whose edges come
 * back to back and one at a time, and a model of it that predicts each answer and each
 * event. A call follows from one random number, its "dice", which is what --trace writes.
 */
#include <linux/gpio.h>
#include <linux/chs_hte.h>
#include <stddef.h>

#include "../prog/ptp_test.h"
#include "htechip.h"

#define N_LINES	    8
#define N_REQUESTS  6
#define RING_MAX    1024
#define EDGES_FLAGS (GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_EDGE_FALLING)
#define GOOD_FLAGS  (GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE)

typedef struct gpio_v2_line_request request_t;
typedef struct gpio_v2_line_event event_t;

#define N_KINDS (HTECHIP_PLUG + 1)

static const char *const kinds[N_KINDS] = {
	"chipinfo", "lineinfo", "get_line", "read",  "poll", "stats",
	"clock",    "other",	"edges",    "close", "plug",
};

/* how often, of 100 */
static const unsigned int weights[N_KINDS] = { 3, 10, 30, 20, 6, 5, 3, 5, 12, 5, 1 };

/* ---- the model ------------------------------------------------------------- */

struct line {
	bool high;
	int owner;	 /* request, or -1 */
	unsigned int at; /* its place there */
	uint64_t edges;	 /* that are wanted */
	uint32_t seqno;
};

struct queued {
	uint8_t line, id;
	uint32_t seqno, line_seqno;
};

struct request {
	int fd;
	bool gone;
	unsigned int n;
	unsigned int offsets[GPIO_V2_LINES_MAX];
	unsigned int size;
	uint32_t seqno;
	uint64_t head, tail, dropped, delivered;
	uint64_t line_dropped[N_LINES], line_stamps[N_LINES];
	uint64_t last_ns;
	struct queued ring[RING_MAX];
};

static struct line lines[N_LINES];
static struct request requests[N_REQUESTS];
static int node_rw, node_ro;

static void model_new(void)
{
	unsigned int i;

	for (i = 0; i < N_LINES; i++)
		lines[i] = (struct line){ .owner = -1 };
}

static void model_edge(unsigned int offset)
{
	struct line *line = &lines[offset];
	struct request *r;
	struct queued *q;
	bool both;

	line->high = !line->high;
	if (line->owner < 0 || !(line->edges & (line->high ? GPIO_V2_LINE_FLAG_EDGE_RISING
							   : GPIO_V2_LINE_FLAG_EDGE_FALLING)))
		return;
	r = &requests[line->owner];
	both = line->edges == EDGES_FLAGS;
	if (r->head - r->tail == r->size) {
		r->dropped++;
		r->line_dropped[r->ring[r->tail++ % r->size].line]++;
	}
	r->line_stamps[offset]++;
	q = &r->ring[r->head++ % r->size];
	q->line = offset;
	q->seqno = ++r->seqno;
	q->line_seqno = ++line->seqno;
	q->id = (both ? line->high : line->edges == GPIO_V2_LINE_FLAG_EDGE_RISING) ? 1 : 2;
}

static void model_close(struct request *r)
{
	unsigned int i;

	for (i = 0; i < r->n && !r->gone; i++)
		lines[r->offsets[i]].owner = -1;
}

/* ---- the provider ---------------------------------------------------------- */

static bool plug(void)
{
	unsigned int i;
	char text[64];
	glob_t found;

	if (spill("/sys/bus/lab/new_device", "hte lines=8"))
		return false;
	slurp("/sys/bus/lab/result", text, sizeof(text));
	sscanf(text, "%31s", device);
	/* it is the only one */
	for (i = 0; i < 5000; i++) {
		if (!glob("/dev/htechip*", 0, NULL, &found)) {
			snprintf(node, sizeof(node), "%.60s", found.gl_pathv[0]);
			globfree(&found);
			break;
		}
		nap_ms(1);
	}
	node_rw = open(node, O_RDWR | O_CLOEXEC);
	node_ro = open(node, O_RDONLY | O_CLOEXEC);
	model_new();
	return node_rw >= 0 && node_ro >= 0;
}

static bool unplug(void)
{
	unsigned int i;

	close(node_rw);
	close(node_ro);
	if (spill("/sys/bus/lab/del_device", device))
		return false;
	for (i = 0; i < N_REQUESTS; i++)
		requests[i].gone = true;
	return true;
}

/* ---- calls ----------------------------------------------------------------- */

/* where an argument lies: mostly where it should */
static void *place(struct fuzz_rng *rng, void *good, size_t size, bool *bad)
{
	*bad = fuzz_one_in(rng, 16);
	if (!*bad)
		return good;
	switch (fuzz_below(rng, 4)) {
	case 0:
		return NULL;
	case 1:
		return unmapped();
	case 2:
		return KERNEL_ADDRESS;
	default:
		return size <= 4096 ? into_hole(size) : unmapped();
	}
}

static long call_chipinfo(struct fuzz *f, struct fuzz_rng *rng, long *want)
{
	struct gpiochip_info info;
	bool bad;
	void *to = place(rng, &info, sizeof(info), &bad);
	long got = pioctl(fuzz_one_in(rng, 2) ? node_rw : node_ro, GPIO_GET_CHIPINFO_IOCTL, to);

	*want = bad ? -EFAULT : 0;
	if (!got &&
	    (strcmp(info.name, node + 5) || strcmp(info.label, device) || info.lines != N_LINES))
		fuzz_wrong(f, "chip %.32s, %.32s, %u lines", info.name, info.label, info.lines);
	return got;
}

static long call_lineinfo(struct fuzz *f, struct fuzz_rng *rng, long *want)
{
	uint32_t offset = fuzz_one_in(rng, 6) ? fuzz_edgy32(rng) : fuzz_below(rng, N_LINES + 1);
	struct gpio_v2_line_info info = { .offset = offset };
	uint64_t flags = GPIO_V2_LINE_FLAG_INPUT;
	bool bad, padded = fuzz_one_in(rng, 16);
	void *at = place(rng, &info, sizeof(info), &bad);
	long got;

	if (padded)
		info.padding[fuzz_below(rng, 4)] = 1;
	got = pioctl(fuzz_one_in(rng, 2) ? node_rw : node_ro, GPIO_V2_GET_LINEINFO_IOCTL, at);
	*want = bad ? -EFAULT : padded || offset >= N_LINES ? -EINVAL : 0;
	if (got || *want)
		return got;
	if (lines[offset].owner >= 0)
		flags |= GPIO_V2_LINE_FLAG_USED | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE |
			 lines[offset].edges;
	if (info.flags != flags || info.offset != offset ||
	    !*info.consumer != (lines[offset].owner < 0))
		fuzz_wrong(f, "line %u: flags 0x%llx, not 0x%llx, consumer %.32s", info.offset,
			   info.flags, (unsigned long long)flags, info.consumer);
	return got;
}

static uint64_t some_flags(struct fuzz_rng *rng)
{
	uint64_t flags = GOOD_FLAGS | (uint64_t)(1 + fuzz_below(rng, 3)) << 4;

	return fuzz_one_in(rng, 24) ? flags ^ 1ULL << fuzz_below(rng, 64) : flags;
}

static request_t some_request(struct fuzz_rng *rng)
{
	request_t rq = { .config.flags = some_flags(rng) };
	struct gpio_v2_line_config_attribute *attr;
	unsigned int i, first = fuzz_below(rng, N_LINES);

	rq.num_lines = fuzz_one_in(rng, 20) ? fuzz_edgy32(rng) : 1 + fuzz_below(rng, 4);
	for (i = 0; i < GPIO_V2_LINES_MAX; i++)
		rq.offsets[i] =
			fuzz_one_in(rng, 12) ? fuzz_below(rng, N_LINES + 1) : (first + i) % N_LINES;
	if (fuzz_one_in(rng, 24))
		rq.offsets[fuzz_below(rng, 4)] = fuzz_edgy32(rng);
	if (fuzz_one_in(rng, 2))
		strcpy(rq.consumer, "fuzz");
	rq.event_buffer_size = fuzz_one_in(rng, 3) ? fuzz_edgy32(rng) : fuzz_below(rng, 40);
	if (fuzz_one_in(rng, 3))
		rq.config.num_attrs = fuzz_one_in(rng, 8) ? fuzz_edgy32(rng) : fuzz_below(rng, 11);
	for (i = 0; i < rq.config.num_attrs && i < GPIO_V2_LINE_NUM_ATTRS_MAX; i++) {
		attr = &rq.config.attrs[i];
		attr->attr.id = fuzz_one_in(rng, 24) ? fuzz_below(rng, 5) : 1;
		attr->attr.flags = some_flags(rng);
		attr->mask = fuzz_u64(rng) >> fuzz_below(rng, 64);
		attr->attr.padding = fuzz_one_in(rng, 64);
	}
	if (fuzz_one_in(rng, 24))
		((uint32_t *)&rq)[fuzz_below(rng, sizeof(rq) / 4 - 1)] ^= 1U << fuzz_below(rng, 32);
	return rq;
}

static uint64_t flags_of(const request_t *rq, unsigned int i)
{
	unsigned int k;

	for (k = 0; k < rq->config.num_attrs; k++)
		if (rq->config.attrs[k].mask >> i & 1)
			return rq->config.attrs[k].attr.flags;
	return rq->config.flags;
}

static bool all_zero(const void *from, size_t size)
{
	const char *p = from;

	while (size && !*p)
		p++, size--;
	return !size;
}

static long judge_request(const request_t *rq)
{
	unsigned int i, k;
	uint64_t flags;

	if (!rq->num_lines || rq->num_lines > 64 || !all_zero(rq->padding, sizeof(rq->padding)) ||
	    !all_zero(rq->config.padding, sizeof(rq->config.padding)) || rq->config.num_attrs > 10)
		return -EINVAL;
	for (i = 0; i < 10; i++)
		if (i < rq->config.num_attrs
			    ? rq->config.attrs[i].attr.id != 1 || rq->config.attrs[i].attr.padding
			    : !all_zero(&rq->config.attrs[i], sizeof(rq->config.attrs[i])))
			return -EINVAL;
	for (i = 0; i < rq->num_lines; i++) {
		flags = flags_of(rq, i);
		if ((flags & ~EDGES_FLAGS) != GOOD_FLAGS || !(flags & EDGES_FLAGS))
			return -EINVAL;
	}
	for (i = 0; i < rq->num_lines; i++) {
		if (rq->offsets[i] >= N_LINES)
			return -EINVAL;
		if (lines[rq->offsets[i]].owner >= 0)
			return -EBUSY;
		for (k = 0; k < i; k++)
			if (rq->offsets[k] == rq->offsets[i])
				return -EBUSY;
	}
	return 0;
}

static long call_get_line(struct fuzz_rng *rng, long *want)
{
	unsigned int which = fuzz_below(rng, N_REQUESTS), i, size;
	bool bad, read_only_file = fuzz_one_in(rng, 12);
	request_t rq = some_request(rng), asked = rq;
	void *at = place(rng, &rq, sizeof(rq), &bad);
	struct request *r = &requests[which];
	long got;

	got = pioctl(read_only_file ? node_ro : node_rw, GPIO_V2_GET_LINE_IOCTL, at);
	*want = read_only_file ? -EACCES : bad ? -EFAULT : judge_request(&asked);
	if (got || *want)
		return got;
	if (r->fd >= 0) {
		close(r->fd);
		model_close(r);
	}
	for (size = 1; size < RING_MAX && size < (asked.event_buffer_size ?: asked.num_lines * 16);)
		size *= 2;
	*r = (struct request){ .fd = rq.fd, .n = asked.num_lines, .size = size };
	fcntl(r->fd, F_SETFL, O_NONBLOCK);
	for (i = 0; i < r->n; i++) {
		struct line *line = &lines[asked.offsets[i]];

		r->offsets[i] = asked.offsets[i];
		line->owner = which;
		line->at = i;
		line->seqno = 0;
		line->edges = flags_of(&asked, i) & EDGES_FLAGS;
	}
	return got;
}

static long call_read(struct fuzz *f, struct fuzz_rng *rng, struct request *r, long *want)
{
	static event_t events[RING_MAX + 1];
	uint64_t queued = r->head - r->tail, n, i;
	size_t size = fuzz_one_in(rng, 4) ? fuzz_below(rng, sizeof(events))
					  : fuzz_below(rng, 24) * sizeof(event_t);
	bool bad;
	void *to = place(rng, events, size ?: 1, &bad);
	long got = sysread(r->fd, to, size);

	n = size / sizeof(event_t) < queued ? size / sizeof(event_t) : queued;
	/* into a hole: what is written may end before it */
	if (bad && size && size <= 4096 && to == into_hole(size) && n * sizeof(event_t) < size)
		bad = false;
	if (r->fd < 0)
		*want = -EBADF;
	else if (r->gone && !queued)
		*want = -ENODEV;
	else if (size < sizeof(event_t))
		*want = -EINVAL;
	else if (!queued)
		*want = -EAGAIN;
	else
		*want = bad ? -EFAULT : (long)(n * sizeof(event_t));
	/* the kernel itself looks whether an address is a program's */
	if (to == KERNEL_ADDRESS && r->fd >= 0)
		*want = -EFAULT;
	if (got != *want || got <= 0)
		return got;
	for (i = 0; i < n; i++) {
		const struct queued *q = &r->ring[(r->tail + i) % r->size];
		const event_t *e = (event_t *)to + i;

		if (e->offset != q->line || e->id != q->id || e->seqno != q->seqno ||
		    e->line_seqno != q->line_seqno || e->timestamp_ns < r->last_ns ||
		    !all_zero(e->padding, sizeof(e->padding)))
			fuzz_wrong(f, "event line %u id %u seqno %u %u, not line %u id %u %u %u",
				   e->offset, e->id, e->seqno, e->line_seqno, q->line, q->id,
				   q->seqno, q->line_seqno);
		r->last_ns = e->timestamp_ns;
	}
	r->tail += n;
	r->delivered += n;
	return got;
}

static long call_poll(struct fuzz *f, struct request *r, long *want)
{
	struct pollfd pollfd = { .fd = r->fd, .events = POLLIN };
	long got = call(poll(&pollfd, 1, 0));
	short revents = (r->head != r->tail ? POLLIN : 0) | (r->gone ? POLLHUP | POLLERR : 0);

	*want = r->fd >= 0 && revents;
	if (r->fd >= 0 && pollfd.revents != revents)
		fuzz_wrong(f, "poll: 0x%x, not 0x%x", pollfd.revents, revents);
	return got;
}

static long call_stats(struct fuzz *f, struct fuzz_rng *rng, struct request *r, long *want)
{
	static struct hte_stats s;
	bool bad;
	void *to = place(rng, &s, offsetof(struct hte_stats, lines[0]) + r->n * sizeof(s.lines[0]),
			 &bad);
	long got = pioctl(r->fd, HTE_STATS_IOCTL, to);
	unsigned int i;

	*want = r->fd < 0 ? -EBADF : bad ? -EFAULT : 0;
	if (got || *want)
		return got;
	if (to != &s)
		memcpy(&s, to, offsetof(struct hte_stats, lines[0]) + r->n * sizeof(s.lines[0]));
	if (s.num_lines != r->n || s.flags != r->gone || s.queue_size != r->size ||
	    s.queued != r->head - r->tail || s.stamps != r->head || s.dropped != r->dropped ||
	    s.delivered != r->delivered || s.stamps != s.queued + s.dropped + s.delivered)
		fuzz_wrong(f, "stats: size %u queued %u stamps %llu delivered %llu dropped %llu",
			   s.queue_size, s.queued, s.stamps, s.delivered, s.dropped);
	for (i = 0; i < r->n; i++)
		if (s.lines[i].offset != r->offsets[i] ||
		    s.lines[i].stamps != r->line_stamps[r->offsets[i]] ||
		    s.lines[i].dropped != r->line_dropped[r->offsets[i]])
			fuzz_wrong(f, "stats of line %u: stamps %llu dropped %llu",
				   s.lines[i].offset, s.lines[i].stamps, s.lines[i].dropped);
	return got;
}

static long call_clock(struct fuzz_rng *rng, struct request *r, long *want)
{
	struct hte_clock clock;
	bool bad;
	void *to = place(rng, &clock, sizeof(clock), &bad);

	*want = r->fd < 0 ? -EBADF : r->gone ? -ENODEV : bad ? -EFAULT : 0;
	return pioctl(r->fd, HTE_CLOCK_IOCTL, to);
}

/* a call that the file does not know, or not here */
static long call_other(struct fuzz_rng *rng, struct request *r, long *want)
{
	static char buf[16384];
	unsigned int nr = fuzz_below(rng, 80), type = fuzz_one_in(rng, 4) ? '=' : 0xB4;
	unsigned int cmd = _IOC(_IOC_READ | _IOC_WRITE, type, nr, fuzz_below(rng, 16384));
	bool on_node = fuzz_one_in(rng, 2);

	switch (fuzz_below(rng, 8)) {
	case 0:
		cmd = on_node ? GPIO_V2_GET_LINEINFO_WATCH_IOCTL : GPIO_V2_LINE_SET_CONFIG_IOCTL;
		break;
	case 1:
		cmd = on_node ? GPIO_GET_LINEINFO_UNWATCH_IOCTL : GPIO_V2_LINE_GET_VALUES_IOCTL;
		break;
	case 2:
		cmd = on_node ? GPIO_V2_LINE_SET_CONFIG_IOCTL : GPIO_V2_GET_LINE_IOCTL;
		break;
	}
	switch (cmd) {
	case GPIO_V2_GET_LINEINFO_WATCH_IOCTL:
	case GPIO_GET_LINEINFO_UNWATCH_IOCTL:
		*want = on_node ? -EOPNOTSUPP : -EINVAL;
		break;
	case GPIO_V2_LINE_SET_CONFIG_IOCTL:
	case GPIO_V2_LINE_GET_VALUES_IOCTL:
	case GPIO_V2_LINE_SET_VALUES_IOCTL:
		*want = on_node ? -EINVAL : -EOPNOTSUPP;
		break;
	default:
		*want = -EINVAL;
	}
	if (on_node)
		return pioctl(node_rw, cmd, buf);
	if (r->fd < 0)
		*want = -EBADF;
	else if (r->gone)
		*want = -ENODEV;
	return pioctl(r->fd, cmd, buf);
}

static long call_edges(struct fuzz_rng *rng, long *want)
{
	unsigned int count = 1 + fuzz_below(rng, 40), mask = 1 + fuzz_below(rng, 255), i, n;
	char text[96] = "";
	long got;

	for (i = 0; i < N_LINES; i++)
		if (mask >> i & 1)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%u",
				 *text ? "," : "", i);
	got = lab("flood", "lines=%s count=%u", text, count);
	for (i = 0, n = 0; n < count; i = (i + 1) % N_LINES)
		if (mask >> i & 1)
			model_edge(i), n++;
	*want = 0;
	return got;
}

static long call_close(struct request *r, long *want)
{
	long got = call(close(r->fd));

	*want = r->fd < 0 ? -EBADF : 0;
	if (r->fd >= 0)
		model_close(r);
	r->fd = -1;
	return got;
}

static long perform(struct fuzz *f, enum htechip_kind kind, struct fuzz_rng *rng, long *want)
{
	struct request *r = &requests[fuzz_below(rng, N_REQUESTS)];

	switch (kind) {
	case HTECHIP_CHIPINFO:
		return call_chipinfo(f, rng, want);
	case HTECHIP_LINEINFO:
		return call_lineinfo(f, rng, want);
	case HTECHIP_GET_LINE:
		return call_get_line(rng, want);
	case HTECHIP_READ:
		return call_read(f, rng, r, want);
	case HTECHIP_POLL:
		return call_poll(f, r, want);
	case HTECHIP_STATS:
		return call_stats(f, rng, r, want);
	case HTECHIP_CLOCK:
		return call_clock(rng, r, want);
	case HTECHIP_OTHER:
		return call_other(rng, r, want);
	case HTECHIP_EDGES:
		return call_edges(rng, want);
	case HTECHIP_CLOSE:
		return call_close(r, want);
	default:
		*want = 0;
		return unplug() && plug() ? 0 : -EIO;
	}
}

static long one_call(struct fuzz *f, enum htechip_kind kind, uint64_t dice)
{
	struct fuzz_rng rng = { dice };
	char text[64];
	long want = 0, got;

	snprintf(text, sizeof(text), "%s 0x%llx", kinds[kind], (unsigned long long)dice);
	fuzz_begin(f, text);
	got = perform(f, kind, &rng, &want);
	if (got != want)
		fuzz_wrong(f, "%s, not %s", fuzz_result_name(got), fuzz_result_name(want));
	fuzz_end(f, kind, dice, got);
	return got;
}

static void htechip_step(struct fuzz *f)
{
	unsigned int kind = 0, at = fuzz_below(&f->rng, 100);

	if (f->race) {
		htechip_race_step(f);
		return;
	}
	while (at >= weights[kind])
		at -= weights[kind++];
	one_call(f, kind, fuzz_u64(&f->rng));
}

static bool htechip_replay(struct fuzz *f, char *line)
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

static bool htechip_setup(struct fuzz *f)
{
	unsigned int i;

	for (i = 0; i < N_REQUESTS; i++)
		requests[i] = (struct request){ .fd = -1 };
	if (f->race ? htechip_race_setup(f) : plug())
		return true;
	fprintf(stderr, "fuzz: no /dev/htechipN: are lab_hte and chs_hte_cdev loaded?\n");
	return false;
}

static void htechip_settled(struct fuzz *f)
{
	unsigned int i;
	long want;

	if (f->race) {
		htechip_race_settled(f);
		return;
	}
	for (i = 0; i < N_REQUESTS; i++)
		if (requests[i].fd >= 0 && call_close(&requests[i], &want))
			fuzz_wrong(f, "close of request %u", i);
	if (number_in("/sys/kernel/debug/hte/hte0/ts_requested"))
		fuzz_wrong(f, "lines are requested, and by nobody");
}

static void htechip_teardown(struct fuzz *f)
{
	if (!f->race)
		unplug();
}

const struct fuzz_target htechip_target = {
	.name = "htechip",
	.help = "/dev/htechipN and requests of its lines",
	.kinds = kinds,
	.n_kinds = N_KINDS,
	.setup = htechip_setup,
	.step = htechip_step,
	.replay = htechip_replay,
	.n_racers = N_HTECHIP_RACERS,
	.race = htechip_race,
	.settled = htechip_settled,
	.teardown = htechip_teardown,
};
