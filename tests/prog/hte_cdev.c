// SPDX-License-Identifier: GPL-2.0
/*
 * hte_cdev GROUP...: /dev/htechipN, by GPIO's calls: what each call answers, in gpiolib's
 * order; each stamp is read once or counted as lost, wherever one looks; providers that go
 * while somebody sleeps. Each group makes providers of its own in the lab.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <linux/gpio.h>
#include <linux/chs_hte.h>

#include "ptp_test.h"

#define DRIVER "lab_hte"
#define CDEV   "chs_hte_cdev"

#define EVENT	sizeof(struct gpio_v2_line_event)
#define RISING	GPIO_V2_LINE_FLAG_EDGE_RISING
#define FALLING GPIO_V2_LINE_FLAG_EDGE_FALLING
#define BASE	(GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EVENT_CLOCK_HTE)
#define BOTH	(BASE | RISING | FALLING)

typedef struct gpio_v2_line_request request_t;
typedef struct gpio_v2_line_event event_t;

/* ---- the provider under test, and requests ---------------------------------- */

static bool find_node(void)
{
	char target[PATH_MAX];
	bool found = false;
	glob_t nodes;
	size_t i;

	if (glob("/sys/class/hte/htechip*/device", 0, NULL, &nodes))
		return false;
	for (i = 0; i < nodes.gl_pathc && !found; i++) {
		found = realpath(nodes.gl_pathv[i], target) &&
			!strcmp(strrchr(target, '/') + 1, device);
		if (found)
			sscanf(nodes.gl_pathv[i], "/sys/class/hte/%31[^/]", node + 5);
	}
	globfree(&nodes);
	return found;
}

static void provider_new(const char *parameters)
{
	char line[128], text[128];
	long err;

	snprintf(line, sizeof(line), "hte %s", parameters);
	err = spill("/sys/bus/lab/new_device", line);
	if (err)
		die("new hte: %s", err_name(err));
	slurp("/sys/bus/lab/result", text, sizeof(text));
	sscanf(text, "%31s", device);
	strcpy(node, "/dev/");
	if (!find_node())
		die("no node of %s", device);
	if (!eventually(!access(node, F_OK)))
		die("no %s", node);
}

static void edges(const char *what)
{
	long err = lab("edges", "%s wait=1", what);

	if (err)
		die("edges %s: %s", what, err_name(err));
}

/* of line 0, without delay */
static void one_edge(void)
{
	long err = lab("flood", "lines=0 count=1");

	if (err)
		die("flood: %s", err_name(err));
}

/* lines first to first + n - 1, all with the same flags */
static request_t asking(unsigned int first, unsigned int n, uint64_t flags)
{
	request_t rq = { .num_lines = n, .config.flags = flags };
	unsigned int i;

	for (i = 0; i < n && i < GPIO_V2_LINES_MAX; i++)
		rq.offsets[i] = first + i;
	strcpy(rq.consumer, "hte_cdev");
	return rq;
}

static long get(int fd, const request_t *asked)
{
	request_t rq = *asked;
	long err = pioctl(fd, GPIO_V2_GET_LINE_IOCTL, &rq);

	return err ? err : rq.fd;
}

/* an open request, of lines of a node that is opened for that alone */
static int request_of(const request_t *rq, bool nonblock)
{
	int fd = open_node(node, O_RDWR);
	long r = get(fd, rq);

	if (r < 0)
		die("request: %s", err_name(r));
	close(fd);
	if (nonblock)
		fcntl(r, F_SETFL, O_NONBLOCK);
	return r;
}

static int request_lines(unsigned int first, unsigned int n, uint64_t flags, unsigned int size)
{
	request_t rq = asking(first, n, flags);

	rq.event_buffer_size = size;
	return request_of(&rq, true);
}

static struct hte_stats stats_of(int r)
{
	struct hte_stats stats;
	long err = pioctl(r, HTE_STATS_IOCTL, &stats);

	if (err)
		die("HTE_STATS_IOCTL: %s", err_name(err));
	return stats;
}

/* all that waits, up to max */
static unsigned int drain_events(int r, event_t *events, unsigned int max)
{
	unsigned int n = 0;
	long len;

	do {
		len = sysread(r, events + n, (max - n) * EVENT);
		n += len > 0 ? len / EVENT : 0;
	} while (len > 0 && n < max);
	return n;
}

/* a column of the line in debugfs lines, the last of that name; -1 where it is not there */
static long long book(unsigned int line, const char *column)
{
	static char text[65536];
	char path[96], *row, *word, *rest, *in_row;
	unsigned int at = 0, i;

	snprintf(path, sizeof(path), "/sys/kernel/debug/hte/%s/lines", device);
	if (slurp(path, text, sizeof(text)) <= 0)
		die("no %s", path);
	row = strtok_r(text, "\n", &rest);
	word = strtok_r(row, " ", &in_row);
	for (i = 0; word; i++, word = strtok_r(NULL, " ", &in_row))
		if (!strcmp(word, column))
			at = i;
	while ((row = strtok_r(NULL, "\n", &rest))) {
		if (strtoul(row, NULL, 10) != line)
			continue;
		word = strtok_r(row, " ", &in_row);
		for (i = 0; word && i < at; i++)
			word = strtok_r(NULL, " ", &in_row);
		return word ? atoll(word) : -1;
	}
	return -1;
}

static long long lines_requested(void)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/kernel/debug/hte/%s/ts_requested", device);
	return number_in(path);
}

/* ---- information ------------------------------------------------------------ */

static long line_info(int fd, unsigned int offset, struct gpio_v2_line_info *info)
{
	memset(info, 0, sizeof(*info));
	info->offset = offset;
	return pioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, info);
}

static void info(void)
{
	static const unsigned int not_here[] = {
		GPIO_V2_GET_LINEINFO_WATCH_IOCTL,
		GPIO_GET_LINEINFO_UNWATCH_IOCTL,
	};
	static const unsigned int nor_there[] = {
		GPIO_V2_LINE_SET_CONFIG_IOCTL,
		GPIO_V2_LINE_GET_VALUES_IOCTL,
		GPIO_V2_LINE_SET_VALUES_IOCTL,
	};
	static const unsigned int unknown[] = {
		GPIO_GET_LINEINFO_IOCTL,
		GPIO_GET_LINEHANDLE_IOCTL,
		GPIO_GET_LINEEVENT_IOCTL,
		_IO(0xB4, 0),
		_IO(0xB4, 0x10),
		_IO('=', 1),
		_IO(0xB4, 66),
	};
	struct gpiochip_info chip;
	struct gpio_v2_line_info line;
	char buf[1024] = "", name[32];
	request_t rq;
	struct stat st;
	int fd, r;
	size_t i;

	provider_new("lines=23 name=gearbox");
	want(stat(node, &st) ? -errno : (long)(st.st_mode & 07777), 0600, "mode of the node");
	ok(!st.st_uid && !st.st_gid, "owner of the node");
	fd = open_node(node, O_RDONLY);
	memset(&chip, FILLER, sizeof(chip));
	want(pioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &chip), 0, "chip info");
	snprintf(name, sizeof(name), "%.26s", node + 5);
	ok(!strcmp(chip.name, name) && !strcmp(chip.label, "gearbox") && chip.lines == 23,
	   "chip info: %s %s %u", chip.name, chip.label, chip.lines);
	want(pioctl(fd, GPIO_GET_CHIPINFO_IOCTL, into_hole(sizeof(chip))), -EFAULT, "to a hole");
	want(pioctl(fd, GPIO_GET_CHIPINFO_IOCTL, NULL), -EFAULT, "to NULL");

	want(line_info(fd, 22, &line), 0, "line info");
	ok(line.offset == 22 && !*line.name && !*line.consumer && !line.num_attrs &&
		   line.flags == GPIO_V2_LINE_FLAG_INPUT,
	   "a line that nobody ever had: flags 0x%llx", (unsigned long long)line.flags);
	want(line_info(fd, 23, &line), -EINVAL, "line info, beyond the last");
	want(line_info(fd, UINT_MAX, &line), -EINVAL, "line info, far beyond");
	for (i = 0; i < ARRAY_SIZE(line.padding); i++) {
		memset(&line, 0, sizeof(line));
		line.padding[i] = 1;
		want(pioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &line), -EINVAL,
		     "line info, padding %zu", i);
	}
	memset(&line, 0, sizeof(line));
	want(pioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, into_hole(sizeof(line))), -EFAULT,
	     "from a hole");
	want(pioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, read_only(&line, sizeof(line))), -EFAULT,
	     "line info, read-only memory");

	rq = asking(13, 1, BASE | FALLING);
	strcpy(rq.consumer, "left wheel");
	r = request_of(&rq, true);
	want(line_info(fd, 13, &line), 0, "line info, requested");
	ok(line.flags == (BASE | FALLING | GPIO_V2_LINE_FLAG_USED) &&
		   !strcmp(line.consumer, "left wheel") && !strcmp(line.name, "ts_13"),
	   "requested: name %s, consumer %s, flags 0x%llx", line.name, line.consumer,
	   (unsigned long long)line.flags);
	for (i = 0; i < ARRAY_SIZE(nor_there); i++) {
		want(pioctl(r, nor_there[i], buf), -EOPNOTSUPP, "request: 0x%x", nor_there[i]);
		want(pioctl(fd, nor_there[i], buf), -EINVAL, "node: 0x%x", nor_there[i]);
	}
	for (i = 0; i < ARRAY_SIZE(not_here); i++) {
		want(pioctl(fd, not_here[i], buf), -EOPNOTSUPP, "node: 0x%x", not_here[i]);
		want(pioctl(r, not_here[i], buf), -EINVAL, "request: 0x%x", not_here[i]);
	}
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		want(pioctl(fd, unknown[i], buf), -EINVAL, "node: 0x%x", unknown[i]);
		want(pioctl(r, unknown[i], buf), -EINVAL, "request: 0x%x", unknown[i]);
	}
	want(pioctl(r, GPIO_V2_GET_LINE_IOCTL, &rq), -EINVAL, "request: of lines");
	want(pioctl(fd, HTE_STATS_IOCTL, buf), -EINVAL, "node: stats");
	want(sysread(fd, buf, sizeof(buf)), -EINVAL, "node: read");
	want(call(write(r, buf, 48)), -EBADF, "request: write");
	want(call(lseek(r, 0, SEEK_SET)), 0, "request: lseek");
	want(fcntl(r, F_GETFD), FD_CLOEXEC, "request: closed by exec");
	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", r);
	slurp(name, buf, sizeof(buf));
	ok(strstr(buf, "hte-chip:\thtechip") && strstr(buf, "hte-line:\t13\n"), "fdinfo");
	close(r);
	want(line_info(fd, 13, &line), 0, "line info, free again");
	ok(line.flags == GPIO_V2_LINE_FLAG_INPUT && !*line.consumer, "free again: flags 0x%llx",
	   (unsigned long long)line.flags);

	/* without a name of its own */
	rq.consumer[0] = 0;
	r = request_of(&rq, true);
	line_info(fd, 13, &line);
	ok(!strcmp(line.consumer, CDEV), "a consumer without a name: %s", line.consumer);
	close(r);
	/* and with one that does not end */
	memset(rq.consumer, 'x', sizeof(rq.consumer));
	r = request_of(&rq, true);
	line_info(fd, 13, &line);
	want(strlen(line.consumer), 31, "a consumer whose name does not end");
	close(r);
	close(fd);
	lab_del();
}

/* ---- requests that are refused ---------------------------------------------- */

static void arguments(void)
{
	static const unsigned int bad_ids[] = { 0, 2, 3, 4, UINT_MAX };
	request_t good, rq;
	int fd, ro, r;
	size_t i;

	provider_new("lines=101");
	fd = open_node(node, O_RDWR);
	ro = open_node(node, O_RDONLY);
	good = asking(0, 2, BOTH);
	want(get(ro, &good), -EACCES, "file not open for writing");
	want(pioctl(ro, GPIO_V2_GET_LINE_IOCTL, NULL), -EACCES, "the same, NULL");
	want(pioctl(fd, GPIO_V2_GET_LINE_IOCTL, NULL), -EFAULT, "NULL");
	want(pioctl(fd, GPIO_V2_GET_LINE_IOCTL, into_hole(sizeof(rq))), -EFAULT, "a hole");

	rq = good;
	rq.num_lines = 0;
	want(get(fd, &rq), -EINVAL, "no lines");
	rq.num_lines = 65;
	want(get(fd, &rq), -EINVAL, "65 lines");
	rq.num_lines = UINT_MAX;
	want(get(fd, &rq), -EINVAL, "4294967295 lines");
	for (i = 0; i < ARRAY_SIZE(rq.padding); i++) {
		rq = good;
		rq.padding[i] = 1U << 31;
		want(get(fd, &rq), -EINVAL, "padding %zu", i);
	}
	for (i = 0; i < ARRAY_SIZE(rq.config.padding); i++) {
		rq = good;
		rq.config.padding[i] = 1;
		want(get(fd, &rq), -EINVAL, "padding %zu of the configuration", i);
	}
	rq = good;
	rq.config.num_attrs = 11;
	want(get(fd, &rq), -EINVAL, "11 attributes");
	for (i = 0; i < GPIO_V2_LINE_NUM_ATTRS_MAX; i++) {
		rq = good;
		rq.config.attrs[i].mask = 1;
		want(get(fd, &rq), -EINVAL, "attribute %zu, not counted", i);
	}
	for (i = 0; i < ARRAY_SIZE(bad_ids); i++) {
		rq = good;
		rq.config.num_attrs = 1;
		rq.config.attrs[0].attr.id = bad_ids[i];
		want(get(fd, &rq), -EINVAL, "attribute of id %u", bad_ids[i]);
	}
	rq = good;
	rq.config.num_attrs = 1;
	rq.config.attrs[0].attr.id = GPIO_V2_LINE_ATTR_ID_FLAGS;
	rq.config.attrs[0].attr.flags = BOTH;
	rq.config.attrs[0].attr.padding = 1;
	want(get(fd, &rq), -EINVAL, "padding of an attribute");

	/* flags, one bit after the other: only edges may be there or not */
	for (i = 0; i < 64; i++) {
		bool edge = (uint64_t)(RISING | FALLING) >> i & 1;

		rq = good;
		rq.config.flags ^= 1ULL << i;
		r = get(fd, &rq);
		ok(edge ? r >= 0 : r == -EINVAL, "flags 0x%llx: %s",
		   (unsigned long long)rq.config.flags, r < 0 ? err_name(r) : "a file");
		if (r >= 0)
			close(r);
	}
	rq = good;
	rq.config.flags = BASE;
	want(get(fd, &rq), -EINVAL, "no edge");
	rq.config.flags = 0;
	want(get(fd, &rq), -EINVAL, "no flags");

	/* of the attributes that name a line the first counts */
	rq = good;
	rq.config.flags = 0;
	rq.config.num_attrs = 2;
	rq.config.attrs[0].attr.id = rq.config.attrs[1].attr.id = GPIO_V2_LINE_ATTR_ID_FLAGS;
	rq.config.attrs[0].attr.flags = BOTH;
	rq.config.attrs[0].mask = 1;
	rq.config.attrs[1].attr.flags = BASE | RISING;
	rq.config.attrs[1].mask = 3;
	r = get(fd, &rq);
	ok(r >= 0, "each line by an attribute: %s", r < 0 ? err_name(r) : "a file");
	close(r);
	rq.config.attrs[1].mask = 1;
	want(get(fd, &rq), -EINVAL, "one line without flags");
	rq.config.attrs[1].mask = 3;
	rq.config.attrs[0].attr.flags = GPIO_V2_LINE_FLAG_OUTPUT;
	want(get(fd, &rq), -EINVAL, "first attribute bad, second good");

	/* what each line is asked for comes before any of them */
	rq = good;
	rq.offsets[0] = 101;
	want(get(fd, &rq), -EINVAL, "offset beyond the last");
	rq = good;
	rq.offsets[1] = UINT_MAX;
	want(get(fd, &rq), -EINVAL, "offset far beyond");
	rq = good;
	rq.offsets[1] = 0;
	want(get(fd, &rq), -EBUSY, "the same line twice");
	r = request_lines(100, 1, BOTH, 0);
	rq = good;
	rq.offsets[1] = 100;
	want(get(fd, &rq), -EBUSY, "a line that has a consumer");
	rq.padding[0] = 1;
	want(get(fd, &rq), -EINVAL, "the same, padding");
	rq.padding[0] = 0;
	rq.offsets[0] = 101;
	want(get(fd, &rq), -EINVAL, "bad offset before a busy line");
	rq.offsets[0] = 100;
	rq.offsets[1] = 101;
	want(get(fd, &rq), -EBUSY, "a busy line before a bad offset");
	want(get(ro, &rq), -EACCES, "the same, file not open for writing");
	want(lines_requested(), 1, "lines that refused requests hold");
	close(r);

	/* an answer that cannot be written leaves nothing behind */
	want(pioctl(fd, GPIO_V2_GET_LINE_IOCTL, read_only(&good, sizeof(good))), -EFAULT,
	     "read-only memory");
	r = get(fd, &good);
	ok(r >= 0, "lines are free afterwards: %s", err_name(r));
	want(book(0, "requests"), book(1, "requests"), "both were requested as often");
	close(r);

	/* the provider's refusal is passed on */
	want(lab("fail", "op=request errno=71 count=1"), 0, "the provider is to fail");
	want(get(fd, &good), -71, "the provider fails");
	want(lines_requested(), 0, "lines that are held then");
	r = get(fd, &good);
	ok(r >= 0, "and once more: %s", r < 0 ? err_name(r) : "a file");
	close(r);
	close(ro);
	close(fd);
	lab_del();
}

static void sizes_of_queues(void)
{
	static const struct {
		unsigned int lines, asked, size;
	} all[] = {
		{ 1, 0, 16 },	  { 3, 0, 64 },		 { 64, 0, 1024 },   { 1, 1, 1 },
		{ 1, 23, 32 },	  { 64, 16, 16 },	 { 1, 1024, 1024 }, { 1, 1025, 1024 },
		{ 2, 513, 1024 }, { 1, UINT_MAX, 1024 },
	};
	size_t i;
	int r;

	provider_new("lines=64");
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		r = request_lines(0, all[i].lines, BOTH, all[i].asked);
		want(stats_of(r).queue_size, all[i].size, "%u lines, asked for %u", all[i].lines,
		     all[i].asked);
		close(r);
	}
	lab_del();
}

/* ---- read() and poll() ------------------------------------------------------ */

static bool numbered(const event_t *events, unsigned int n, unsigned int first)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (events[i].seqno != first + i || events[i].line_seqno != first + i)
			return false;
	return true;
}

static void reading(void)
{
	static const size_t small[] = { 0, 1, 24, 47 };
	event_t events[64], *edge;
	char zero[sizeof(events[0].padding)] = "";
	long hz;
	size_t i;
	int r;

	provider_new("lines=2");
	r = request_lines(1, 1, BOTH, 32);
	for (i = 0; i < ARRAY_SIZE(small); i++)
		want(sysread(r, events, small[i]), -EINVAL, "read of %zu, empty", small[i]);
	want(sysread(r, events, EVENT), -EAGAIN, "read, empty");
	want(sysread(r, NULL, EVENT), -EAGAIN, "read to NULL, empty");
	edges("lines=1 count=23 period_ns=10007");
	for (i = 0; i < ARRAY_SIZE(small); i++)
		want(sysread(r, events, small[i]), -EINVAL, "read of %zu", small[i]);
	want(sysread(r, NULL, EVENT), -EFAULT, "read to NULL");
	want(sysread(r, into_hole(EVENT), EVENT), -EFAULT, "read into a hole");
	want(sysread(r, before_hole(2 * EVENT), 3 * EVENT), -EFAULT, "read of 3, room for 2");
	want(stats_of(r).queued, 23, "events that still wait");
	memset(events, FILLER, sizeof(events));
	want(sysread(r, events, EVENT), EVENT, "read of one");
	want(*(unsigned char *)&events[1], FILLER, "which writes no more");
	ok(events[0].id == GPIO_V2_LINE_EVENT_RISING_EDGE && events[0].offset == 1 &&
		   !memcmp(events[0].padding, zero, sizeof(zero)),
	   "the event: id %u, line %u", events[0].id, events[0].offset);
	want(sysread(r, events + 1, 3 * EVENT - 1), 2 * EVENT, "read of 143");
	edge = before_hole(2 * EVENT);
	want(sysread(r, edge, 2 * EVENT + 47), 2 * EVENT, "read of 143, room for 96");
	memcpy(events + 3, edge, 2 * EVENT);
	want(sysread(r, events + 5, sizeof(events)), 18 * EVENT, "read of more than there are");
	ok(numbered(events, 23, 1), "23 events, in order");
	for (i = 1; i < 23 && events[i].timestamp_ns - events[i - 1].timestamp_ns == 10007 &&
		    events[i].id == 1 + (i & 1);
	     i++)
		;
	want(i, 23, "edges alternate, 10007 ns apart");
	want(sysread(r, events, EVENT), -EAGAIN, "read, empty again");

	/* around the ring's end */
	for (i = 0; i < 7; i++) {
		edges("lines=1 count=23 period_ns=1009");
		want(drain_events(r, events, 64), 23, "round %zu: events", i);
		ok(numbered(events, 23, 24 + i * 23), "round %zu: numbers", i);
	}
	hz = stats_of(r).delivered;
	want(hz, 8 * 23, "delivered in all");
	close(r);
	lab_del();
}

static atomic_bool signalled;

static void on_signal(int signo)
{
	(void)signo;
	signalled = true;
}

struct sleeper {
	pthread_t thread;
	pid_t tid;
	int r;
	enum { BY_READ, BY_POLL, BY_SELECT, BY_EPOLL, BY_BAD_READ } by;
	bool done;
	long result;
	short revents;
	event_t event;
};

static void *sleep_in(void *arg)
{
	struct sleeper *s = arg;
	struct pollfd pollfd = { .fd = s->r, .events = POLLIN };
	struct epoll_event event = { .events = EPOLLIN };
	fd_set set;
	int ep;

	__atomic_store_n(&s->tid, gettid(), __ATOMIC_RELEASE);
	switch (s->by) {
	case BY_READ:
		s->result = sysread(s->r, &s->event, EVENT);
		break;
	case BY_BAD_READ:
		s->result = sysread(s->r, unmapped(), EVENT);
		break;
	case BY_POLL:
		s->result = call(poll(&pollfd, 1, -1));
		s->revents = pollfd.revents;
		break;
	case BY_SELECT:
		FD_ZERO(&set);
		FD_SET(s->r, &set);
		s->result = call(select(s->r + 1, &set, NULL, NULL, NULL));
		break;
	case BY_EPOLL:
		ep = epoll_create1(EPOLL_CLOEXEC);
		epoll_ctl(ep, EPOLL_CTL_ADD, s->r, &event);
		s->result = call(epoll_wait(ep, &event, 1, -1));
		s->revents = event.events;
		close(ep);
		break;
	}
	__atomic_store_n(&s->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool is_asleep(pid_t tid)
{
	char path[64], text[512];
	const char *state;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	if (!tid || slurp(path, text, sizeof(text)) <= 0)
		return false;
	state = strrchr(text, ')');
	return state && state[2] == 'S';
}

static void put_to_sleep(struct sleeper *s, int r, int by)
{
	*s = (struct sleeper){ .r = r, .by = by };
	if (pthread_create(&s->thread, NULL, sleep_in, s))
		die("pthread_create");
	if (!eventually(is_asleep(__atomic_load_n(&s->tid, __ATOMIC_ACQUIRE))))
		die("a sleeper does not sleep");
}

static bool wakes(struct sleeper *s)
{
	if (!eventually(__atomic_load_n(&s->done, __ATOMIC_ACQUIRE)))
		return false;
	pthread_join(s->thread, NULL);
	return true;
}

static void sleeping(void)
{
	static const char *const names[] = { "read", "poll", "select", "epoll" };
	struct sleeper all[4], one;
	struct pollfd pollfd;
	event_t events[8];
	unsigned int i, n;
	request_t rq;
	int r;

	signal(SIGALRM, SIG_DFL);
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_signal }, NULL);
	provider_new("lines=2");
	rq = asking(0, 1, BOTH);
	r = request_of(&rq, false);
	pollfd = (struct pollfd){ .fd = r, .events = POLLIN | POLLOUT | POLLPRI };
	want(poll(&pollfd, 1, 0), 0, "poll, empty");
	for (i = 0; i < 4; i++) {
		put_to_sleep(&one, r, i);
		edges("lines=0 count=1");
		if (!wakes(&one))
			die("%s is not woken", names[i]);
		want(one.result, i == BY_READ ? (long)EVENT : 1, "%s wakes", names[i]);
		if (i == BY_READ) {
			ok(one.event.seqno == 1, "its event");
			continue;
		}
		ok(i == BY_SELECT || one.revents == POLLIN, "%s: 0x%x", names[i], one.revents);
		want(poll(&pollfd, 1, 0), 1, "poll, an event waits");
		want(pollfd.revents, POLLIN, "poll: events");
		want(sysread(r, events, EVENT), EVENT, "read, an event waits");
		want(poll(&pollfd, 1, 0), 0, "poll, read");
	}

	/* signals end the sleep, and take nothing */
	for (i = 0; i < 4; i++) {
		put_to_sleep(&one, r, i);
		pthread_kill(one.thread, SIGUSR1);
		if (!wakes(&one))
			die("%s is not interrupted", names[i]);
		want(one.result, -EINTR, "%s, a signal", names[i]);
	}
	ok(signalled, "the handler ran");

	/* several who sleep in one file: each event wakes one */
	for (i = 0; i < 4; i++)
		put_to_sleep(&all[i], r, BY_READ);
	for (n = 0; n < 4; n++) {
		unsigned int done = 0;

		edges("lines=0 count=1");
		ok(eventually(({
			   done = 0;
			   for (i = 0; i < 4; i++)
				   done += __atomic_load_n(&all[i].done, __ATOMIC_ACQUIRE);
			   done > n;
		   })),
		   "event %u wakes one of four", n);
		want(done, n + 1, "who are awake");
	}
	for (i = 0, n = 0; i < 4; i++) {
		wakes(&all[i]);
		want(all[i].result, EVENT, "reader %u", i);
		n |= 1U << all[i].event.seqno;
	}
	want(n, 0xf << 5, "each has another event");

	/* four events at once for four sleepers, and one who takes its time leaves no one asleep */
	for (i = 0; i < 4; i++)
		put_to_sleep(&all[i], r, BY_READ);
	edges("lines=0 count=4 period_ns=1000");
	for (i = 0, n = 0; i < 4; i++) {
		if (!wakes(&all[i]))
			die("reader %u of four is not woken", i);
		n |= 1U << (all[i].event.seqno - 8);
	}
	want(n, 0xf << 1, "each of four has another event");
	close(r);
	lab_del();
}

/* those who are woken by an event and cannot take it leave it to the next */
static void passed_on(void)
{
	struct sleeper bad[3], good;
	request_t rq;
	unsigned int i;
	int r;

	provider_new("lines=1");
	rq = asking(0, 1, BOTH);
	r = request_of(&rq, false);
	/* the first to sleep is the first to be woken */
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		put_to_sleep(&bad[i], r, BY_BAD_READ);
	put_to_sleep(&good, r, BY_READ);
	one_edge();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		if (!wakes(&bad[i]))
			die("reader %u, to a bad address, is not woken", i);
		want(bad[i].result, -EFAULT, "read to a bad address");
	}
	if (!wakes(&good))
		die("the event that others have left wakes nobody");
	want(good.result, EVENT, "the last in the row");
	want(good.event.seqno, 1, "gets their event");
	close(r);
	lab_del();
}

/* ---- edges ------------------------------------------------------------------ */

static void which_edges(void)
{
	event_t events[64];
	unsigned int n, i, wrong;
	request_t rq;
	int r;

	provider_new("lines=3");
	/* line 0 as all, line 1 and 2 by attributes */
	rq = asking(0, 3, BOTH);
	rq.config.num_attrs = 2;
	rq.config.attrs[0].attr.id = rq.config.attrs[1].attr.id = GPIO_V2_LINE_ATTR_ID_FLAGS;
	rq.config.attrs[0].attr.flags = BASE | RISING;
	rq.config.attrs[0].mask = 2;
	rq.config.attrs[1].attr.flags = BASE | FALLING;
	rq.config.attrs[1].mask = 4;
	r = request_of(&rq, true);
	edges("lines=0-2 count=10 period_ns=1000");
	n = drain_events(r, events, 64);
	want(n, 20, "events of 10 edges: both, rising, falling");
	for (i = 0, wrong = 0; i < n; i++) {
		wrong += events[i].offset == 1 && events[i].id != GPIO_V2_LINE_EVENT_RISING_EDGE;
		wrong += events[i].offset == 2 && events[i].id != GPIO_V2_LINE_EVENT_FALLING_EDGE;
		wrong += events[i].seqno != i + 1;
	}
	want(wrong, 0, "wrong ones");
	want(stats_of(r).lines[2].last_level, 0, "level after a falling edge");

	/* the provider does not know the level */
	lab("levels", "0");
	edges("lines=0-2 count=2 period_ns=1000");
	n = drain_events(r, events, 64);
	want(n, 4, "events of 2 edges, levels unknown");
	for (i = 0, wrong = 0; i < n; i++)
		wrong += events[i].id !=
			 (events[i].offset == 0 ? HTE_EVENT_UNKNOWN_EDGE : events[i].offset);
	want(wrong, 0, "unknown where both edges are wanted, known where one is");
	want(stats_of(r).lines[0].last_level, -1, "level, unknown");
	close(r);
	lab_del();
}

/* ---- nothing is lost unseen ------------------------------------------------- */

#define LINES 64
#define EDGES 101
#define TRAIN 16 /* edges that the largest queue holds of all lines, however slow the reader is */

/* 101 edges on each of 64 lines, one request, a reader beside them */
static void all_of_them(void)
{
	static event_t events[LINES * EDGES + 1];
	unsigned int i, n = 0, wrong = 0, late = 0, sum = 0, at, train;
	uint64_t last = 0, first[EDGES / TRAIN + 1] = { 0 };
	uint32_t seen[LINES] = { 0 };
	struct hte_stats stats;
	struct pollfd pollfd;
	char words[64];
	request_t rq;
	pid_t child;
	long len;
	int r, status;

	provider_new("lines=64");
	rq = asking(0, LINES, BOTH);
	rq.event_buffer_size = LINES * TRAIN;
	r = request_of(&rq, true);
	pollfd = (struct pollfd){ .fd = r, .events = POLLIN };
	for (at = 0; at < EDGES; at += train) {
		train = EDGES - at < TRAIN ? EDGES - at : TRAIN;
		snprintf(words, sizeof(words), "lines=0-63 count=%u period_ns=1000000", train);
		child = fork();
		if (!child) {
			edges(words);
			_exit(0);
		}
		while (n < LINES * (at + train) && poll(&pollfd, 1, 30000 * slowness()) == 1) {
			len = sysread(r, events + n, sizeof(events) - n * EVENT);
			if (len < 0)
				die("read: %s", err_name(len));
			n += len / EVENT;
		}
		waitpid(child, &status, 0);
	}
	want(n, LINES * EDGES, "events of 64 lines");
	want(sysread(r, events + n, EVENT), -EAGAIN, "and no more");
	for (i = 0; i < n; i++) {
		const event_t *e = &events[i];

		wrong += e->offset >= LINES || e->seqno != i + 1 ||
			 e->line_seqno != ++seen[e->offset % LINES] ||
			 e->id != 2 - (e->line_seqno & 1) || e->timestamp_ns < last;
		last = e->timestamp_ns;
		at = (e->line_seqno - 1) % EDGES;
		if (!first[at / TRAIN])
			first[at / TRAIN] = e->timestamp_ns;
		late += e->timestamp_ns != first[at / TRAIN] + at % TRAIN * 1000000ULL;
	}
	want(wrong, 0, "wrong number, line, edge or order");
	want(late, 0, "stamps that are not 1 ms after the one before, on all lines at once");
	for (i = 0, wrong = 0; i < LINES; i++)
		wrong += seen[i] != EDGES;
	want(wrong, 0, "lines without 101 stamps");

	stats = stats_of(r);
	ok(stats.num_lines == LINES && !stats.flags && stats.queue_size == LINES * TRAIN &&
		   !stats.queued && stats.max_queued && stats.stamps == LINES * EDGES &&
		   stats.delivered == stats.stamps && !stats.dropped,
	   "statistics: %llu stamps, %llu delivered, %llu dropped", stats.stamps, stats.delivered,
	   stats.dropped);
	for (i = 0, wrong = 0; i < LINES; i++) {
		const struct hte_line_stats *l = &stats.lines[i];

		wrong += l->offset != i || l->stamps != EDGES || l->delivered != EDGES ||
			 l->dropped || l->total != EDGES || l->next_seqno != EDGES + 1 ||
			 l->last_ns != last || l->last_level != 1;
		sum += book(i, "total");
	}
	want(wrong, 0, "lines with other statistics");
	want(sum, LINES * EDGES, "total in debugfs");
	close(r);
	lab_del();
}

static long long traced_drops(void)
{
	static char text[1 << 20];
	long long sum = 0;
	char *p, *next;

	slurp("/sys/kernel/tracing/trace", text, sizeof(text));
	for (p = text; p; p = next) {
		char *n;

		next = strchr(p, '\n');
		if (next)
			*next++ = 0;
		n = strstr(p, "hte_drop:") && strstr(p, "reason=consumer") ? strstr(p, " n=")
									   : NULL;
		sum += n ? atoll(n + 3) : 0;
	}
	return sum;
}

static void trace_drops(bool on)
{
	trace_clear();
	if (spill("/sys/kernel/tracing/events/hte/hte_drop/enable", on ? "1" : "0"))
		die("no tracepoint hte_drop");
}

/* two queues of 16; one reader reads nothing, the other once */
static void overflow(void)
{
	event_t events[64];
	struct hte_stats a, b;
	unsigned int n, i, lost, wrong = 0;
	int ra, rb;

	provider_new("lines=5");
	trace_drops(true);
	ra = request_lines(0, 3, BOTH, 16);
	rb = request_lines(4, 1, BOTH, 16);
	edges("lines=0-2,4 count=101 period_ns=20000");
	a = stats_of(ra);
	b = stats_of(rb);
	want(a.queued, 16, "3 lines: queue");
	want(a.max_queued, 16, "3 lines: queue at most");
	want(a.stamps, 303, "3 lines: stamps");
	want(a.delivered, 0, "3 lines: delivered");
	want(a.dropped, 287, "3 lines: dropped");
	want(b.dropped, 85, "1 line: dropped");
	for (i = 0, lost = 0; i < 3; i++) {
		const struct hte_line_stats *l = &a.lines[i];

		lost += l->dropped;
		wrong += l->stamps != 101 || l->delivered || l->total != 101 ||
			 l->lost[HTE_LOST_CONSUMER] != l->dropped ||
			 book(l->offset, "consumer") != (long long)l->dropped;
	}
	want(lost, 287, "3 lines: dropped, by line");
	want(wrong, 0, "3 lines: lines whose books differ");
	want(book(4, "consumer"), 85, "1 line: dropped, in debugfs");
	want(traced_drops(), 287 + 85, "dropped, by the tracepoint");

	/* the oldest have gone; gaps tell of it */
	n = drain_events(ra, events, 64);
	want(n, 16, "3 lines: events that are left");
	for (i = 0, wrong = 0; i < n; i++)
		wrong += events[i].seqno != 288 + i;
	want(wrong, 0, "3 lines: of these, not the newest");
	n = drain_events(rb, events, 64);
	ok(n == 16 && numbered(events, n, 86), "1 line: the newest are left");
	edges("lines=4 count=7 period_ns=20000");
	n = drain_events(rb, events, 64);
	ok(n == 7 && numbered(events, n, 102), "1 line: and go on");
	b = stats_of(rb);
	want(b.delivered + b.dropped, b.stamps, "delivered and dropped are all");
	want(b.lines[0].delivered, 16 + 7, "1 line: delivered, by line");
	close(ra);
	close(rb);

	/* the engine's books outlive the request, the queue's own begin anew */
	ra = request_lines(0, 1, BOTH, 16);
	a = stats_of(ra);
	ok(!a.stamps && !a.dropped && a.lines[0].total == 101 &&
		   (long long)a.lines[0].lost[HTE_LOST_CONSUMER] == book(0, "consumer"),
	   "a new request of a line with a past");
	close(ra);
	trace_drops(false);
	lab_del();
}

static uint64_t stamps_and_losses(int r)
{
	struct hte_stats stats = stats_of(r);

	return stats.stamps + stats.lines[0].lost[HTE_LOST_OVERFLOW] +
	       stats.lines[1].lost[HTE_LOST_OVERFLOW];
}

/* the provider's FIFO loses some, and says so: gaps in line_seqno, and in seqno */
static void hardware_losses(void)
{
	event_t events[128];
	unsigned int n, i, wrong = 0, gaps = 0, seq_gaps = 0, last[2] = { 0 }, seq = 0;
	struct hte_stats stats;
	uint64_t lost;
	int r;

	provider_new("lines=2 fifo=16 irq_delay_ns=1000000");
	r = request_lines(0, 2, BOTH, 128);
	edges("lines=0-1 count=23 period_ns=10000");
	want(eventually(stamps_and_losses(r) == 46), true, "stamps and losses are all 46 edges");
	/* what comes behind the loss tells of it */
	edges("lines=0-1 count=1");
	want(eventually(stamps_and_losses(r) == 48), true, "and the 2 that follow");
	stats = stats_of(r);
	lost = stats.lines[0].lost[HTE_LOST_OVERFLOW] + stats.lines[1].lost[HTE_LOST_OVERFLOW];
	ok(lost > 0, "the hardware lost %llu", (unsigned long long)lost);
	n = drain_events(r, events, 128);
	want(n, 48 - lost, "events");
	for (i = 0; i < n; i++) {
		gaps += events[i].line_seqno - last[events[i].offset] - 1;
		last[events[i].offset] = events[i].line_seqno;
		seq_gaps += events[i].seqno - seq - 1;
		wrong += events[i].seqno <= seq;
		seq = events[i].seqno;
	}
	want(gaps, lost, "gaps in line_seqno");
	want(seq_gaps, lost, "gaps in seqno");
	want(wrong, 0, "numbers that go back");
	want(seq, 48, "the last number");
	close(r);
	lab_del();
}

/* two requests of different lines share nothing */
static void two_requests(void)
{
	event_t events[256];
	unsigned int n, i, wrong = 0;
	int ra, rb;

	provider_new("lines=64");
	ra = request_lines(0, 1, BOTH, 128);
	rb = request_lines(63, 1, BOTH, 128);
	edges("lines=0,63 count=101 period_ns=10000");
	n = drain_events(ra, events, 128);
	n += drain_events(rb, events + n, 128);
	want(n, 202, "events of two requests");
	for (i = 0; i < n; i++)
		wrong += events[i].offset != (i < 101 ? 0 : 63) || events[i].seqno != i % 101 + 1;
	want(wrong, 0, "wrong ones");
	close(ra);
	edges("lines=0,63 count=23 period_ns=10000");
	want(drain_events(rb, events, 128), 23, "one is closed, the other goes on");
	close(rb);
	lab_del();
}

/* ---- clocks ----------------------------------------------------------------- */

static void clocks(void)
{
	struct hte_clock clock;
	struct hte_stats stats;
	int64_t difference;
	int r;

	provider_new("lines=1 offset_ns=1000000007 resolution_ns=32");
	r = request_lines(0, 1, BOTH, 0);
	memset(&clock, FILLER, sizeof(clock));
	want(pioctl(r, HTE_CLOCK_IOCTL, &clock), 0, "clock");
	want(clock.flags, HTE_CLOCK_HAS_HZ | HTE_CLOCK_RELATED, "flags");
	want(clock.hz, 31250000, "resolution, Hz");
	difference = clock.hw_ns - clock.mono_ns;
	/* the lab's clock is made from CLOCK_MONOTONIC_RAW, which drifts off */
	ok(llabs(difference - 1000000007) < 10000000 && clock.error_ns < 1000000000,
	   "clock is %lld ns ahead, +-%llu", (long long)difference, clock.error_ns);
	ok(!clock.padding[0] && !clock.padding[5], "padding");
	want(pioctl(r, HTE_CLOCK_IOCTL, NULL), -EFAULT, "clock to NULL");
	want(pioctl(r, HTE_STATS_IOCTL, NULL), -EFAULT, "stats to NULL");
	/* no more is written than there are lines */
	want(pioctl(r, HTE_STATS_IOCTL, before_hole(offsetof(struct hte_stats, lines[1]))), 0,
	     "stats, room for one line");
	want(pioctl(r, HTE_STATS_IOCTL, into_hole(offsetof(struct hte_stats, lines[1]))), -EFAULT,
	     "stats, less room");
	memset(&stats, FILLER, sizeof(stats));
	want(pioctl(r, HTE_STATS_IOCTL, &stats), 0, "stats");
	want(stats.lines[1].offset, 0xa5a5a5a5, "stats: a line that there is not");
	lab("readable", "0");
	want(pioctl(r, HTE_CLOCK_IOCTL, &clock), 0, "clock that cannot be read");
	ok(clock.flags == HTE_CLOCK_HAS_HZ && !clock.mono_ns && clock.hz == 31250000,
	   "its resolution alone");
	close(r);
	lab_del();

	provider_new("lines=1 clock_info=0 readable=0");
	r = request_lines(0, 1, BOTH, 0);
	want(pioctl(r, HTE_CLOCK_IOCTL, &clock), -EOPNOTSUPP, "clock that nobody knows");
	lab("readable", "1");
	want(pioctl(r, HTE_CLOCK_IOCTL, &clock), 0, "clock that can be read");
	want(clock.flags, HTE_CLOCK_RELATED, "its relation alone");
	close(r);
	lab_del();
}

/* ---- who may, and who holds what -------------------------------------------- */

static void send_fd(int to, int fd)
{
	char control[CMSG_SPACE(sizeof(int))] = "", byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(int));
	if (sendmsg(to, &msg, 0) != 1)
		die("sendmsg: %s", strerror(errno));
}

static int receive_fd(int from)
{
	char control[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd;

	if (recvmsg(from, &msg, 0) != 1 || !CMSG_FIRSTHDR(&msg))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	return fd;
}

/* one who may not open the node reads a request that it was given; -1: it did */
static int stranger(int from)
{
	event_t events[8];
	int r, status = 0;

	if (setgid(65534) || setuid(65534))
		return 10;
	if (open(node, O_RDONLY) >= 0 || errno != EACCES)
		status |= 1;
	r = receive_fd(from);
	if (r < 0 || sysread(r, events, sizeof(events)) != 3 * (long)EVENT ||
	    !numbered(events, 3, 1))
		status |= 2;
	if (sysread(r, events, sizeof(events)) != -EAGAIN)
		status |= 4;
	return status;
}

/* an unprivileged user, where the node may be read by all, looks and no more */
static int looker(void)
{
	struct gpiochip_info chip;
	struct gpio_v2_line_info line;
	request_t rq = asking(0, 1, BOTH);
	int fd, status = 0;

	if (setgid(65534) || setuid(65534))
		return 10;
	if (open(node, O_RDWR) >= 0 || errno != EACCES)
		status |= 1;
	fd = open(node, O_RDONLY);
	if (fd < 0 || pioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &chip) || line_info(fd, 0, &line) ||
	    !(line.flags & GPIO_V2_LINE_FLAG_USED))
		status |= 2;
	if (get(fd, &rq) != -EACCES)
		status |= 4;
	return status;
}

static void looking(void)
{
	int r, status;
	pid_t child;

	provider_new("lines=1");
	r = request_lines(0, 1, BOTH, 0);
	if (chmod(node, 0644))
		die("chmod %s", node);
	child = fork();
	if (!child)
		_exit(looker());
	waitpid(child, &status, 0);
	want(status, 0, "one who may only read the node");
	close(r);
	lab_del();
}

static void passing(void)
{
	event_t events[8];
	int r, pair[2], status, copy;
	pid_t child;

	provider_new("lines=1");
	r = request_lines(0, 1, BOTH, 0);
	edges("lines=0 count=3 period_ns=1000");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		die("socketpair");
	child = fork();
	if (!child) {
		close(r);
		_exit(stranger(pair[1]));
	}
	send_fd(pair[0], r);
	close(r);
	waitpid(child, &status, 0);
	want(status, 0, "a file that was sent to another user");
	want(eventually(lines_requested() == 0), true, "nobody has it any more: the line is free");

	r = request_lines(0, 1, BOTH, 0);
	copy = dup(r);
	close(r);
	edges("lines=0 count=2 period_ns=1000");
	child = fork();
	if (!child)
		_exit(sysread(copy, events, EVENT) == EVENT && events[0].seqno == 1 ? 0 : 1);
	waitpid(child, &status, 0);
	want(status, 0, "a file that was inherited");
	want(sysread(copy, events, sizeof(events)), EVENT, "what the child has left");
	want(events[0].seqno, 2, "its number");
	close(copy);
	close(pair[0]);
	close(pair[1]);
	lab_del();
}

static void modules(void)
{
	int fd, r;

	provider_new("lines=1");
	fd = open_node(node, O_RDWR);
	want(unload(CDEV), -EWOULDBLOCK, "remove the module below an open node");
	r = request_lines(0, 1, BOTH, 0);
	close(fd);
	want(unload(CDEV), -EWOULDBLOCK, "remove the module below a request");
	want(unload("chs_hte"), -EWOULDBLOCK, "remove the engine below a request");
	edges("lines=0 count=2 period_ns=1000");
	close(r);
	want(eventually(unload(CDEV) == 0), true, "remove the module, an event was not read");
	want(call(access(node, F_OK)), -ENOENT, "the node has gone");
	want(call(access("/sys/class/hte", F_OK)), -ENOENT, "and the class");
	want(load(CDEV), 0, "load the module");
	want(eventually(!access(node, F_OK)), true, "the node of a provider that was there before");
	r = request_lines(0, 1, BOTH, 0);
	edges("lines=0 count=2 period_ns=1000");
	want(stats_of(r).queued, 2, "events");
	close(r);
	lab_del();
}

/* ---- providers that go ------------------------------------------------------ */

static void gone_node(int fd)
{
	struct gpio_v2_line_info line = { 0 };
	struct gpiochip_info chip;
	request_t rq = asking(0, 1, BOTH);

	want(pioctl(fd, GPIO_GET_CHIPINFO_IOCTL, &chip), -ENODEV, "gone: chip info");
	want(pioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, &line), -ENODEV, "gone: line info");
	want(pioctl(fd, GPIO_V2_GET_LINEINFO_IOCTL, NULL), -ENODEV, "gone: line info, NULL");
	want(get(fd, &rq), -ENODEV, "gone: request");
	want(pioctl(fd, _IO('=', 99), NULL), -ENODEV, "gone: unknown call");
}

static void gone_request(int r, unsigned int queued)
{
	struct pollfd pollfd = { .fd = r, .events = POLLIN };
	struct hte_stats stats = stats_of(r);
	struct hte_clock clock;
	event_t events[64];

	want(stats.flags, HTE_REQUEST_GONE, "gone: flags");
	want(stats.queued, queued, "gone: events that wait");
	want(stats.lines[0].total, queued, "gone: the engine's last figure");
	want(pioctl(r, HTE_CLOCK_IOCTL, &clock), -ENODEV, "gone: clock");
	want(pioctl(r, GPIO_V2_LINE_SET_CONFIG_IOCTL, events), -ENODEV, "gone: SET_CONFIG");
	if (queued) {
		want(poll(&pollfd, 1, 0), 1, "gone: poll, events wait");
		want(pollfd.revents, POLLIN | POLLHUP | POLLERR, "gone: poll, events wait");
		want(sysread(r, events, 1), -EINVAL, "gone: read of 1");
		want(sysread(r, NULL, EVENT), -EFAULT, "gone: read to NULL");
		want(sysread(r, events, sizeof(events)), queued * EVENT, "gone: read, events wait");
		ok(numbered(events, queued, 1), "gone: all of them");
	}
	want(poll(&pollfd, 1, 0), 1, "gone: poll");
	want(pollfd.revents, POLLHUP | POLLERR, "gone: poll");
	want(sysread(r, events, sizeof(events)), -ENODEV, "gone: read");
	want(sysread(r, events, 1), -ENODEV, "gone: read of 1, empty");
	want(stats_of(r).delivered, queued, "gone: delivered");
}

static void gone(void)
{
	static const char *const names[] = { "read", "poll", "select", "epoll" };
	char old[64], clone[] = "/tmp/clone-of-a-node";
	struct sleeper all[4];
	struct stat st;
	int fd, r, idle, sleepy, copy;
	request_t rq;
	unsigned int i;

	provider_new("lines=4");
	strcpy(old, node);
	if (stat(node, &st))
		die("stat %s", node);
	unlink(clone);
	if (mknod(clone, S_IFCHR | 0600, st.st_rdev))
		die("mknod: %s", strerror(errno));
	fd = open_node(node, O_RDWR);
	r = request_lines(0, 1, BOTH, 0);
	idle = request_lines(1, 2, BOTH, 0);
	rq = asking(3, 1, BOTH);
	sleepy = request_of(&rq, false);
	edges("lines=0 count=13 period_ns=1000");
	for (i = 0; i < 4; i++)
		put_to_sleep(&all[i], sleepy, i);
	lab_del();
	for (i = 0; i < 4; i++) {
		if (!wakes(&all[i]))
			die("%s does not end with the provider", names[i]);
		want(all[i].result, i == BY_READ ? -ENODEV : 1, "%s ends with the provider",
		     names[i]);
		if (i == BY_POLL || i == BY_EPOLL)
			want(all[i].revents, POLLHUP | POLLERR, "%s: events", names[i]);
	}
	gone_node(fd);
	gone_request(r, 13);
	gone_request(idle, 0);
	want(call(access(old, F_OK)), -ENOENT, "gone: its node");
	copy = call(open(clone, O_RDWR));
	ok(copy == -ENXIO || copy == -ENODEV, "gone: open by number: %s", err_name(copy));

	/* the next one does not mind the old files, nor they it */
	provider_new("lines=4");
	copy = request_lines(0, 1, BOTH, 0);
	edges("lines=0 count=2 period_ns=1000");
	want(stats_of(copy).queued, 2, "the next provider: events");
	want(sysread(r, &(event_t){ 0 }, EVENT), -ENODEV, "the next provider: an old request");
	gone_node(fd);
	close(fd);
	close(r);
	want(stats_of(copy).queued, 2, "the next provider, old files closed");
	lab_del();
	close(copy);
	close(idle);
	close(sleepy);
	unlink(clone);
}

/* ---- rounds ----------------------------------------------------------------- */

static atomic_bool stop_all;
static atomic_ulong reads, odd;

/* opens, requests and reads what there is, while it comes and goes */
static void *visitor(void *arg)
{
	unsigned int line = (uintptr_t)arg;
	request_t rq = asking(line, 1, BOTH);
	unsigned int turns = 0, left;
	event_t events[16];
	char path[64];
	long err;
	int fd, r;

	while (!atomic_load(&stop_all)) {
		snprintf(path, sizeof(path), "/dev/htechip%u", line & 1);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0) {
			if (errno != ENOENT && errno != ENODEV && errno != ENXIO)
				atomic_fetch_add(&odd, 1);
			nap_ms(1);
			continue;
		}
		r = get(fd, &rq);
		close(fd);
		if (r < 0) {
			if (r != -ENODEV && r != -EINVAL)
				atomic_fetch_add(&odd, 1);
			continue;
		}
		/* until the provider goes, or so often */
		left = turns++ % 7;
		do {
			err = sysread(r, events, sizeof(events));
			atomic_fetch_add(&reads, 1);
		} while (err > 0 && left--);
		if (err < 0 && err != -ENODEV)
			atomic_fetch_add(&odd, 1);
		close(r);
	}
	return NULL;
}

static void rounds(void)
{
	const char *setting = getenv("CHS_ROUNDS");
	unsigned int n = setting ? atoi(setting) : 100, i, wrong = 0;
	pthread_t threads[4];
	struct hte_stats stats;
	int r;

	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, visitor, (void *)(uintptr_t)(i + 2));
	for (i = 0; i < n; i++) {
		provider_new("lines=8");
		r = request_lines(0, 2, BOTH, 16);
		wrong += lab("edges", "lines=0-7 count=0 period_ns=50000") != 0;
		nap_ms(i % 7);
		lab_del();
		stats = stats_of(r);
		wrong += stats.stamps != stats.queued + stats.dropped;
		wrong += stats.lines[0].total + stats.lines[1].total != stats.stamps;
		wrong += stats.lines[0].lost[HTE_LOST_CONSUMER] +
				 stats.lines[1].lost[HTE_LOST_CONSUMER] !=
			 stats.dropped;
		close(r);
	}
	atomic_store(&stop_all, true);
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	want(wrong, 0, "%u providers that went amid edges: wrong books", n);
	want(atomic_load(&odd), 0, "wrong answers of %lu reads beside", atomic_load(&reads));
	ok(atomic_load(&reads) > n, "there were reads: %lu", atomic_load(&reads));
}

static const struct group groups[] = {
	{ "info", info },
	{ "arguments", arguments },
	{ "sizes_of_queues", sizes_of_queues },
	{ "reading", reading },
	{ "sleeping", sleeping },
	{ "passed_on", passed_on },
	{ "which_edges", which_edges },
	{ "all_of_them", all_of_them },
	{ "overflow", overflow },
	{ "hardware_losses", hardware_losses },
	{ "two_requests", two_requests },
	{ "clocks", clocks },
	{ "looking", looking },
	{ "passing", passing },
	{ "modules", modules },
	{ "gone", gone },
	{ "rounds", rounds },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		die("usage: hte_cdev GROUP...");
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
