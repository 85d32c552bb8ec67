// SPDX-License-Identifier: GPL-2.0
/*
 * Target htechip with threads that disturb: two providers that come and go, lines that
 * are pushed meanwhile, other readers. An answer is not predicted beyond this: an errno is
 * one that some state allows; what a request has got is delivered, dropped or queued, always;
 * events are of its lines, in their order, and a gap in their numbers is as wide as what was
 * dropped.
 *
 *	racer 0	unplugs providers and plugs them in again
 *	racer 1	pushes edges
 *	racer 2	sleeps in read() and poll() on requests of its own, and on those of others
 */
#include <linux/chs_hte.h>
#include <linux/gpio.h>
#include <pthread.h>

#include "../prog/ptp_test.h"
#include "htechip.h"

#define N_BAYS	   2
#define N_LINES	   8
#define N_REQUESTS 6
#define BATCH	   64

typedef struct gpio_v2_line_event event_t;

struct bay {
	char device[32], node[64];
};

/**
 * struct reader - a request that one thread alone reads
 * @fd: -1: none
 * @n: lines
 * @offsets: which
 * @seqno: of the latest event
 * @line_seqno: of the latest of each line
 * @ns: when that was
 * @missing: numbers that were passed over
 * @delivered: events read
 */
struct reader {
	int fd;
	unsigned int n, offsets[4];
	uint32_t seqno, line_seqno[N_LINES];
	uint64_t ns, missing, delivered;
};

static struct bay bays[N_BAYS];
static pthread_mutex_t bays_mutex = PTHREAD_MUTEX_INITIALIZER; /* names in bays */
/* what a process last wrote to the lab is what it reads of its result */
static pthread_mutex_t lab_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct reader readers[N_REQUESTS];
static struct fuzz *run;

static void pause_us(struct fuzz_rng *rng, unsigned int most)
{
	struct timespec ts = { .tv_nsec = (1 + fuzz_below(rng, most)) * 1000L };

	nanosleep(&ts, NULL);
}

static void known(const char *what, long result)
{
	static const int errors[] = { EINVAL, EBUSY, ENODEV,	 EAGAIN, EFAULT,
				      EINTR,  EBADF, EOPNOTSUPP, EACCES };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (result >= 0 || result == -errors[i])
			return;
	fuzz_wrong(run, "%s: %s", what, fuzz_result_name(result));
}

/* ---- providers ------------------------------------------------------------------- */

static bool node_of(const char *lab_device, char *to, size_t size)
{
	struct gpiochip_info info;
	bool found = false;
	glob_t nodes;
	size_t i;
	int fd;

	if (glob("/dev/htechip*", 0, NULL, &nodes))
		return false;
	for (i = 0; i < nodes.gl_pathc && !found; i++) {
		fd = open(nodes.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		found = !pioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &info) &&
			!strcmp(info.label, lab_device);
		snprintf(to, size, "%.60s", nodes.gl_pathv[i]);
		close(fd);
	}
	globfree(&nodes);
	return found;
}

static bool plug(unsigned int bay)
{
	char text[64], name[32] = "", found[64] = "";
	bool made;

	pthread_mutex_lock(&lab_mutex);
	made = !spill("/sys/bus/lab/new_device", "hte lines=8") &&
	       slurp("/sys/bus/lab/result", text, sizeof(text)) > 0 &&
	       sscanf(text, "%31s", name) == 1;
	pthread_mutex_unlock(&lab_mutex);
	if (!made || !eventually(node_of(name, found, sizeof(found))))
		return false;
	pthread_mutex_lock(&bays_mutex);
	strcpy(bays[bay].device, name);
	strcpy(bays[bay].node, found);
	pthread_mutex_unlock(&bays_mutex);
	return true;
}

static bool unplug(unsigned int bay)
{
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

/* ---- readers ------------------------------------------------------------------------ */

static void open_lines(struct fuzz_rng *rng, struct reader *r)
{
	struct gpio_v2_line_request rq = {
		.num_lines = 1 + fuzz_below(rng, 4),
		.event_buffer_size = fuzz_below(rng, 3) * fuzz_below(rng, 500),
		.config.flags = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE |
				(uint64_t)(1 + fuzz_below(rng, 3)) << 4,
	};
	struct bay bay = names_of(fuzz_below(rng, N_BAYS));
	unsigned int i, first = fuzz_below(rng, N_LINES);
	int fd = open(bay.node, O_RDWR | O_CLOEXEC);
	long err;

	for (i = 0; i < rq.num_lines; i++)
		rq.offsets[i] = (first + i) % N_LINES;
	err = pioctl(fd, GPIO_V2_GET_LINE_IOCTL, &rq);
	known("GPIO_V2_GET_LINE_IOCTL", err);
	if (fd >= 0)
		close(fd);
	if (err)
		return;
	*r = (struct reader){ .fd = rq.fd, .n = rq.num_lines };
	memcpy(r->offsets, rq.offsets, r->n * sizeof(r->offsets[0]));
}

static bool is_line_of(const struct reader *r, unsigned int offset)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (r->offsets[i] == offset)
			return true;
	return false;
}

static void check_event(struct reader *r, const event_t *e)
{
	static const uint32_t zero[6];

	if (!is_line_of(r, e->offset) || e->id < 1 || e->id > 2 || e->seqno <= r->seqno ||
	    e->line_seqno <= r->line_seqno[e->offset] || e->timestamp_ns < r->ns ||
	    memcmp(e->padding, zero, sizeof(e->padding)))
		fuzz_wrong(run, "event line %u id %u seqno %u, %u at %llu after %u, %u at %llu",
			   e->offset, e->id, e->seqno, e->line_seqno,
			   (unsigned long long)e->timestamp_ns, r->seqno,
			   is_line_of(r, e->offset) ? r->line_seqno[e->offset] : 0,
			   (unsigned long long)r->ns);
	r->missing += e->seqno - r->seqno - 1;
	r->seqno = e->seqno;
	r->line_seqno[e->offset] = e->line_seqno;
	r->ns = e->timestamp_ns;
	r->delivered++;
}

static long read_events(struct fuzz_rng *rng, struct reader *r)
{
	static __thread event_t events[BATCH + 1];
	unsigned int n = 1 + fuzz_below(rng, BATCH);
	long got, i;

	memset(&events[n], FILLER, sizeof(events[n]));
	got = sysread(r->fd, events, n * sizeof(events[0]));
	known("read", got);
	if (got > 0 && got % sizeof(events[0]))
		fuzz_wrong(run, "read of %ld bytes", got);
	if (*(unsigned char *)&events[n] != FILLER)
		fuzz_wrong(run, "read wrote too much");
	for (i = 0; i < got / (long)sizeof(events[0]); i++)
		check_event(r, &events[i]);
	return got;
}

/* of a request that nobody else reads */
static long check_stats(struct reader *r)
{
	static __thread struct hte_stats s;
	long err = pioctl(r->fd, HTE_STATS_IOCTL, &s);
	uint64_t stamps = 0, dropped = 0;
	unsigned int i;

	known("HTE_STATS_IOCTL", err);
	if (err)
		return err;
	for (i = 0; i < r->n; i++) {
		stamps += s.lines[i].stamps;
		dropped += s.lines[i].dropped;
	}
	if (s.num_lines != r->n || s.stamps != s.delivered + s.dropped + s.queued ||
	    s.stamps != stamps || s.dropped != dropped || s.delivered != r->delivered ||
	    r->missing > s.dropped || s.queued > s.queue_size || s.max_queued < s.queued)
		fuzz_wrong(run,
			   "stats: stamps %llu (lines %llu) delivered %llu (read %llu) dropped "
			   "%llu (lines %llu, missing %llu) queued %u of %u",
			   (unsigned long long)s.stamps, (unsigned long long)stamps,
			   (unsigned long long)s.delivered, (unsigned long long)r->delivered,
			   (unsigned long long)s.dropped, (unsigned long long)dropped,
			   (unsigned long long)r->missing, s.queued, s.queue_size);
	return 0;
}

static void close_lines(struct reader *r)
{
	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
}

/* ---- threads ---------------------------------------------------------------------------- */

static void plugger(struct fuzz_rng *rng)
{
	unsigned int bay = fuzz_below(rng, N_BAYS);

	pause_us(rng, 200000);
	fuzz_hold_signals(true);
	if (!unplug(bay) || !plug(bay))
		fuzz_wrong(run, "racing thread: cannot unplug bay %u and plug in again", bay);
	fuzz_hold_signals(false);
}

static void pusher(struct fuzz_rng *rng)
{
	struct bay bay = names_of(fuzz_below(rng, N_BAYS));
	char path[96], text[64];

	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/flood", bay.device);
	snprintf(text, sizeof(text), "lines=%u,%u count=%u", fuzz_below(rng, 4),
		 4 + fuzz_below(rng, 4), 1 + fuzz_below(rng, 200));
	pthread_mutex_lock(&lab_mutex);
	spill(path, text);
	pthread_mutex_unlock(&lab_mutex);
	pause_us(rng, 2000);
}

static void sleeper(struct fuzz_rng *rng)
{
	int fd = fcntl(__atomic_load_n(&readers[fuzz_below(rng, N_REQUESTS)].fd, __ATOMIC_RELAXED),
		       F_DUPFD_CLOEXEC, 0);
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	static __thread struct hte_stats stats;
	struct reader mine = { .fd = -1 };

	/* whatever file that is by now */
	if (fd >= 0) {
		known("poll", call(poll(&pollfd, 1, 5)));
		pioctl(fd, HTE_STATS_IOCTL, &stats);
		close(fd);
	}
	open_lines(rng, &mine);
	if (mine.fd < 0) {
		pause_us(rng, 3000);
		return;
	}
	pollfd.fd = mine.fd;
	while (!fuzz_one_in(rng, 6)) {
		known("poll", call(poll(&pollfd, 1, 20)));
		if (pollfd.revents & POLLIN)
			read_events(rng, &mine);
		check_stats(&mine);
		/* asleep until an edge comes, the provider goes or the run ends */
		if (pollfd.revents & POLLHUP || __atomic_load_n(&run->stop, __ATOMIC_RELAXED))
			break;
		if (fuzz_one_in(rng, 4))
			read_events(rng, &mine);
	}
	close_lines(&mine);
}

void htechip_race(struct fuzz *fuzz, struct fuzz_rng *rng, unsigned int racer)
{
	(void)fuzz;
	if (racer == 0)
		plugger(rng);
	else if (racer == 1)
		pusher(rng);
	else
		sleeper(rng);
}

/* ---- the main thread ------------------------------------------------------------------------ */

static long on_node(struct fuzz_rng *rng)
{
	struct gpio_v2_line_info line = { .offset = fuzz_below(rng, N_LINES + 1) };
	struct bay bay = names_of(fuzz_below(rng, N_BAYS));
	int fd = open(bay.node, O_RDONLY | O_CLOEXEC);
	struct gpiochip_info info;
	long err;

	if (fd < 0)
		return -errno;
	if (fuzz_one_in(rng, 2))
		err = pioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &info);
	else
		err = pioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &line);
	close(fd);
	return err;
}

bool htechip_race_setup(struct fuzz *fuzz)
{
	unsigned int i;

	run = fuzz;
	for (i = 0; i < N_REQUESTS; i++)
		readers[i] = (struct reader){ .fd = -1 };
	for (i = 0; i < N_BAYS; i++)
		if (!plug(i))
			return false;
	return true;
}

static const char *what;

static void describe(char *to, size_t size)
{
	snprintf(to, size, "%s, in a race: the threads decide", what);
}

void htechip_race_step(struct fuzz *fuzz)
{
	struct fuzz_rng *rng = &fuzz->rng;
	struct reader *r = &readers[fuzz_below(rng, N_REQUESTS)];
	unsigned int die = fuzz_below(rng, 64);
	struct hte_clock clock;
	struct pollfd pollfd = { .fd = r->fd, .events = POLLIN };
	long result = 0;

	fuzz_describe_with(describe);
	fuzz_begin(fuzz, NULL);
	if (die < 6) {
		what = "node";
		result = on_node(rng);
		known("node", result == -ENOENT || result == -ENXIO ? 0 : result);
		fuzz_end(fuzz, HTECHIP_NODE, 0, 0);
	} else if (r->fd < 0) {
		what = "get_line";
		open_lines(rng, r);
		if (r->fd >= 0)
			fcntl(r->fd, F_SETFL, O_NONBLOCK);
		fuzz_end(fuzz, HTECHIP_GET_LINE, 0, 0);
	} else if (die < 36) {
		what = "read";
		read_events(rng, r);
		fuzz_end(fuzz, HTECHIP_READ, 0, 0);
	} else if (die < 48) {
		what = "stats";
		check_stats(r);
		fuzz_end(fuzz, HTECHIP_STATS, 0, 0);
	} else if (die < 54) {
		what = "poll";
		known("poll", call(poll(&pollfd, 1, 0)));
		fuzz_end(fuzz, HTECHIP_POLL, 0, 0);
	} else if (die < 60) {
		what = "clock";
		known("HTE_CLOCK_IOCTL", pioctl(r->fd, HTE_CLOCK_IOCTL, &clock));
		fuzz_end(fuzz, HTECHIP_CLOCK, 0, 0);
	} else {
		what = "close";
		while (read_events(rng, r) > 0)
			;
		check_stats(r);
		close_lines(r);
		fuzz_end(fuzz, HTECHIP_CLOSE, 0, 0);
	}
}

void htechip_race_settled(struct fuzz *fuzz)
{
	unsigned int i;

	for (i = 0; i < N_REQUESTS; i++)
		close_lines(&readers[i]);
	for (i = 0; i < N_BAYS; i++)
		if (!unplug(i))
			fuzz_wrong(fuzz, "cannot unplug bay %u", i);
	if (!eventually(access("/dev/htechip0", F_OK)))
		fuzz_wrong(fuzz, "a node is left");
}
