// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_queue DEVICE NODE GROUP...: external events on their way to user space:
 * read(), poll(), queues that overflow, masks; and that each event is seen or is
 * counted as lost, by each reader for itself.
 *
 * Events are pushed with a period, so that an event's time tells its number. The
 * groups want a clock with the lab's defaults; "offset" wants extoff=1.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/select.h>
#include <sys/wait.h>

#include "ptp_test.h"

#define PERIOD 1000 /* ns between events */

static int fd; /* switches channels on and reads nothing */

static int reader(void)
{
	return open_node(node, O_RDONLY | O_NONBLOCK);
}

static int blocking_reader(void)
{
	return open_node(node, O_RDONLY);
}

/* the line of debugfs readers that ends with these channels' losses */
struct books {
	unsigned int id;
	int pid;
	char comm[32];
	char mode[8];
	unsigned int channels;
	long long depth, max_depth, delivered, dropped;
	char by_channel[128];
};

/* of the nth open file of this process, in the order of opening */
static struct books books_of(unsigned int nth)
{
	static char text[65536];
	struct books b = { .id = 0 };
	char *line, *next;

	if (slurp(debugfs("readers"), text, sizeof(text)) <= 0)
		die("no debugfs readers");
	for (line = strchr(text, '\n'); line && *++line; line = next) {
		memset(&b, 0, sizeof(b));
		next = strchr(line, '\n');
		if (next)
			*next = 0;
		sscanf(line, "%u %d %31s %7s %u %lld %lld %lld %lld %127[^\n]", &b.id, &b.pid,
		       b.comm, b.mode, &b.channels, &b.depth, &b.max_depth, &b.delivered,
		       &b.dropped, b.by_channel);
		if (b.pid == getpid() && strcmp(b.mode, "closed") && !nth--)
			return b;
	}
	die("too few lines in debugfs readers");
}

/* events are numbers first, first + 1 ... of one push, none twice and none missing */
static bool in_a_row(const struct ptp_extts_event *events, unsigned int n)
{
	unsigned int i;

	for (i = 1; i < n; i++)
		if (event_ns(&events[i]) - event_ns(&events[i - 1]) != PERIOD)
			return false;
	return true;
}

static void sizes(void)
{
	const size_t odd[] = { 1, 16, 31, 33, 63, 959, 961, 1023, 4095 };
	struct ptp_extts_event events[200];
	int r = reader();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(odd); i++)
		want(sysread(r, events, odd[i]), -EINVAL, "read of %zu, empty", odd[i]);
	push(0, 101, PERIOD);
	for (i = 0; i < ARRAY_SIZE(odd); i++)
		want(sysread(r, events, odd[i]), -EINVAL, "read of %zu", odd[i]);
	want(sysread(r, NULL, 33), -EINVAL, "read of 33 before a bad address");
	want(sysread(r, events, 0), 0, "read of 0");
	memset(events, FILLER, sizeof(events));
	want(sysread(r, events, 32), 32, "read of 32");
	ok(events[0].index == 0 && events[0].flags == 1 && !events[0].rsv[0] && !events[0].rsv[1] &&
		   !events[0].t.reserved && events[0].t.nsec < NSEC,
	   "the event: channel 0, valid, reserved words 0");
	want(*(unsigned char *)&events[1], FILLER, "read of 32 writes no more");
	want(sysread(r, events + 1, 96), 96, "read of 96");
	want(sysread(r, events + 4, 960), 960, "read of 960");
	want(sysread(r, events + 34, 992), 960, "read of 992");
	/* no larger: the buffer may lie close to the end of the address space */
	want(sysread(r, events + 64, 32 * 32), 960, "read of 1024");
	want(sysread(r, events + 94, 960), 7 * 32, "read of 960, 7 left");
	ok(in_a_row(events, 101), "101 events, in order");
	want(sysread(r, events, 960), -EAGAIN, "read of 960, empty");
	want(sysread(r, events, 0), -EAGAIN, "read of 0, empty");
	close(r);
}

static void nonblock(void)
{
	struct ptp_extts_event event;
	int r = blocking_reader(), wo, flags = fcntl(r, F_GETFL);

	want(fcntl(r, F_SETFL, flags | O_NONBLOCK), 0, "O_NONBLOCK by fcntl");
	want(sysread(r, &event, 32), -EAGAIN, "read, empty");
	push(1, 2, PERIOD);
	want(sysread(r, &event, 32), 32, "read, an event");
	fcntl(r, F_SETFL, flags);
	want(sysread(r, &event, 32), 32, "read, an event, no O_NONBLOCK any more");
	close(r);
	r = reader();
	want(sysread(r, &event, 32), -EAGAIN, "O_NONBLOCK by open: read, empty");
	close(r);
	wo = open_node(node, O_WRONLY | O_NONBLOCK);
	want(sysread(wo, &event, 32), -EBADF, "read of a file opened for writing");
	close(wo);
	r = open_node(node, O_RDWR | O_NONBLOCK);
	want(call(write(r, &event, 32)), -EINVAL, "write");
	want(call(lseek(r, 0, SEEK_SET)), -ESPIPE, "lseek");
	ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, r, 0) == MAP_FAILED && errno == ENODEV,
	   "mmap: ENODEV");
	close(r);
}

static void faults(void)
{
	struct ptp_extts_event events[CAPACITY] = { 0 }, *hole;
	int r = reader();
	long n = 0;
	unsigned int i;

	push(0, 101, PERIOD);
	want(sysread(r, NULL, 960), -EFAULT, "read to NULL");
	want(sysread(r, unmapped(), 32), -EFAULT, "read to what is not mapped");
	want(sysread(r, KERNEL_ADDRESS, 960), -EFAULT, "read to a kernel address");
	want(sysread(r, into_hole(960), 960), -EFAULT, "read, last byte not mapped");
	want(sysread(r, before_hole(32), 960), -EFAULT, "read, all but an event not mapped");
	hole = read_only(events, 32);
	want(sysread(r, hole, 32), -EFAULT, "read to a page that cannot be written");
	munmap(hole, 4096);
	want(books_of(1).delivered, 0, "delivered so far");
	/* it goes round the end of the ring in several places */
	for (i = 0; i < 3; i++) {
		n = drain(r, events, ARRAY_SIZE(events));
		want(n, 101, "events read after faults");
		ok(in_a_row(events, n), "none lost, none twice");
		push(0, 101, PERIOD);
		want(sysread(r, into_hole(960), 960), -EFAULT, "read, last byte not mapped");
	}
	want(sysread(r, before_hole(960), 960), 960, "read up to the end of a page");
	close(r);
}

/* ---- a sleeper, and what ends its sleep ---- */

struct sleeper {
	pthread_t thread;
	int fd;
	size_t size;
	long result;
	bool asleep, done;
	pid_t tid;
	struct ptp_extts_event events[30];
};

static void on_signal(int signo)
{
	(void)signo;
}

static void *sleep_in_read(void *arg)
{
	struct sleeper *s = arg;

	s->tid = syscall(SYS_gettid);
	__atomic_store_n(&s->asleep, true, __ATOMIC_RELEASE);
	s->result = sysread(s->fd, s->events, s->size);
	__atomic_store_n(&s->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool is_sleeping(pid_t tid)
{
	char path[64], text[256], *p;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	if (slurp(path, text, sizeof(text)) <= 0)
		return false;
	p = strrchr(text, ')');
	return p && p[2] == 'S';
}

static void start_sleeper(struct sleeper *s, int file, size_t size)
{
	memset(s, 0, sizeof(*s));
	s->fd = file;
	s->size = size;
	pthread_create(&s->thread, NULL, sleep_in_read, s);
	if (!eventually(__atomic_load_n(&s->asleep, __ATOMIC_ACQUIRE) && is_sleeping(s->tid)))
		die("a reader does not sleep");
}

static void wakes(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	struct ptp_extts_event event;
	unsigned int channel = 3;
	struct sleeper s, other;
	int r = blocking_reader();

	start_sleeper(&s, r, 960);
	push(2, 1, 0);
	pthread_join(s.thread, NULL);
	want(s.result, 32, "read sleeps until an event");
	want(s.events[0].index, 2, "its channel");

	start_sleeper(&s, r, 0);
	push(0, 1, 0);
	pthread_join(s.thread, NULL);
	want(s.result, 0, "read of 0 sleeps until an event");
	want(sysread(r, &event, 32), 32, "which is there still");

	/* EINTR, and with SA_RESTART not */
	sigaction(SIGUSR1, &action, NULL);
	start_sleeper(&s, r, 960);
	pthread_kill(s.thread, SIGUSR1);
	pthread_join(s.thread, NULL);
	want(s.result, -EINTR, "read, a signal");
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	start_sleeper(&s, r, 960);
	pthread_kill(s.thread, SIGUSR1);
	nap_ms(7);
	ok(!__atomic_load_n(&s.done, __ATOMIC_ACQUIRE),
	   "read, a signal with SA_RESTART: sleeps on");
	push(0, 1, 0);
	pthread_join(s.thread, NULL);
	want(s.result, 32, "read, a signal with SA_RESTART, an event");

	/* a masked event wakes nobody */
	pioctl(r, PTP_MASK_CLEAR_ALL, NULL);
	pioctl(r, PTP_MASK_EN_SINGLE, &channel);
	start_sleeper(&s, r, 960);
	push(0, 101, 0);
	ok(!__atomic_load_n(&s.done, __ATOMIC_ACQUIRE), "read, masked events: sleeps on");
	push(3, 1, 0);
	pthread_join(s.thread, NULL);
	want(s.result, 32, "read, an event that is let in");
	want(s.events[0].index, 3, "its channel");
	close(r);

	/* two on one file: an event wakes both, and one of them gets it */
	r = blocking_reader();
	start_sleeper(&s, r, 960);
	start_sleeper(&other, r, 960);
	push(0, 1, 0);
	ok(eventually(__atomic_load_n(&s.done, __ATOMIC_ACQUIRE) !=
		      __atomic_load_n(&other.done, __ATOMIC_ACQUIRE)),
	   "two in read, one event: one of them sleeps on");
	nap_ms(7);
	push(0, 1, 0);
	pthread_join(s.thread, NULL);
	pthread_join(other.thread, NULL);
	want(s.result, 32, "two in read, two events");
	want(other.result, 32, "two in read, two events");
	ok(event_ns(&s.events[0]) != event_ns(&other.events[0]), "an event each");

	/* a reader that sleeps does not hold up one that asks for nothing but now */
	start_sleeper(&s, r, 960);
	fcntl(r, F_SETFL, O_NONBLOCK);
	want(sysread(r, &event, 32), -EAGAIN, "O_NONBLOCK beside a sleeper");
	push(0, 1, 0);
	pthread_join(s.thread, NULL);
	want(s.result, 32, "the sleeper gets the event");
	close(r);
}

/* ---- threads that read while events come in ---- */

struct eater {
	pthread_t thread;
	int fd;
	size_t size;
	const bool *stop;
	int64_t *times;
	unsigned int n, room, bad;
};

static void *eat(void *arg)
{
	struct eater *e = arg;
	struct pollfd pollfd = { .fd = e->fd, .events = POLLIN };
	struct ptp_extts_event events[30];
	long len, i;

	for (;;) {
		/* before the read: what came before the stop is read after it */
		bool stop = __atomic_load_n(e->stop, __ATOMIC_ACQUIRE);

		len = sysread(e->fd, events, e->size);
		if (len == -EAGAIN && stop)
			return NULL;
		if (len == -EAGAIN)
			poll(&pollfd, 1, 7);
		else if (len <= 0)
			e->bad++;
		for (i = 0; i < len / 32 && e->n < e->room; i++)
			e->times[e->n++] = event_ns(&events[i]);
	}
}

static void start_eater(struct eater *e, int file, size_t events, unsigned int room,
			const bool *stop)
{
	memset(e, 0, sizeof(*e));
	e->fd = file;
	e->size = events * EVENT_SIZE;
	e->room = room;
	e->stop = stop;
	e->times = calloc(room, sizeof(int64_t));
	if (!e->times)
		die("no memory");
	pthread_create(&e->thread, NULL, eat, e);
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/*
 * Some threads on one file, the nth open one; events at a rate. Whatever is pushed is
 * seen or lost, and nothing is seen twice.
 */
static void shared_file(unsigned int nth, unsigned int n_threads, unsigned int count,
			unsigned int period)
{
	static const size_t sizes[] = { 30, 1, 7 };
	unsigned int i, seen = 0, twice = 0, odd = 0;
	struct eater eaters[3];
	int64_t *all = calloc(count, sizeof(*all));
	bool stop = false;
	struct books b;
	int r = reader();

	for (i = 0; i < n_threads; i++)
		start_eater(&eaters[i], r, sizes[i], count, &stop);
	push(0, count, period);
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	for (i = 0; i < n_threads; i++) {
		pthread_join(eaters[i].thread, NULL);
		want(eaters[i].bad, 0, "thread %u: reads that failed", i);
		if (seen + eaters[i].n <= count)
			memcpy(all + seen, eaters[i].times, eaters[i].n * sizeof(*all));
		seen += eaters[i].n;
		free(eaters[i].times);
	}
	b = books_of(nth);
	want(b.depth, 0, "%u threads, an event a %u ns: left over", n_threads, period);
	want(b.delivered, seen, "%u threads, an event a %u ns: delivered, by the class", n_threads,
	     period);
	want(seen + b.dropped, count, "%u threads, an event a %u ns: seen %u + lost %lld",
	     n_threads, period, seen, b.dropped);
	qsort(all, seen < count ? seen : count, sizeof(*all), by_time);
	for (i = 1; i < seen && i < count; i++) {
		twice += all[i] == all[i - 1];
		odd += (all[i] - all[0]) % period != 0;
	}
	want(twice, 0, "%u threads, an event a %u ns: seen twice", n_threads, period);
	want(odd, 0, "%u threads, an event a %u ns: never pushed", n_threads, period);
	free(all);
	close(r);
}

static void threads(void)
{
	shared_file(1, 3, 3001, 50000);
	shared_file(1, 2, 10007, 5000);
}

/* faster than anybody can read: most are lost, all are accounted for */
static void burst(void)
{
	long long events = statistic("extts_events"), dropped = statistic("extts_dropped");
	struct books b;
	int idle = reader();

	shared_file(2, 1, 10007, PERIOD);
	shared_file(2, 3, 20011, PERIOD);
	/* the file that nobody reads is the second of this process */
	b = books_of(1);
	want(b.depth, CAPACITY, "a file that nobody reads: queue");
	want(b.dropped, 10007 + 20011 - CAPACITY, "a file that nobody reads: lost");
	want(b.delivered, 0, "a file that nobody reads: delivered");
	want(statistic("extts_events") - events, 10007 + 20011, "the clock: events");
	ok(statistic("extts_dropped") - dropped >= b.dropped, "the clock: lost");
	close(idle);
}

/* ---- readers come, change their minds and go while events come in ---- */

static void come_and_go(void)
{
	struct ptp_extts_event events[30];
	unsigned int channel = 0;

	for (;;) {
		int r = reader();

		pioctl(r, PTP_MASK_CLEAR_ALL, NULL);
		pioctl(r, PTP_MASK_EN_SINGLE, &channel);
		sysread(r, events, sizeof(events));
		close(r);
	}
}

static void look_on(void)
{
	static char text[65536];

	for (;;) {
		slurp(debugfs("readers"), text, sizeof(text));
		slurp(sysfs("fifo"), text, sizeof(text));
		slurp(sysfs("statistics/extts_dropped_channels"), text, sizeof(text));
	}
}

/* other processes, so that the books tell their files from ours */
static void churn(void)
{
	void (*const jobs[])(void) = { come_and_go, come_and_go, look_on };
	pid_t pids[ARRAY_SIZE(jobs)];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(jobs); i++) {
		pids[i] = fork();
		if (!pids[i])
			jobs[i]();
	}
	shared_file(1, 1, 20011, 10000);
	for (i = 0; i < ARRAY_SIZE(jobs); i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	want(statistic("readers"), 1, "readers left when the others are gone");
	ok(statistic("open") > 101 / slowness(), "files opened and closed meanwhile: %lld",
	   statistic("open") - 2);
}

/* ---- queues that overflow ---- */

static void overflow(void)
{
	struct ptp_extts_event events[200];
	long long total = statistic("extts_dropped");
	int a = reader(), b = reader();
	struct books book;
	long n;

	/* 1009 events: the newest 127 are left */
	push(0, 1009 - CAPACITY, PERIOD);
	push(1, CAPACITY, PERIOD);
	book = books_of(1);
	want(book.depth, CAPACITY, "1009 events: in the queue");
	want(book.max_depth, CAPACITY, "1009 events: most in the queue");
	want(book.dropped, 1009 - CAPACITY, "1009 events: dropped");
	want(strcmp(book.by_channel, "0:882"), 0, "1009 events: dropped by channel %s",
	     book.by_channel);
	want(statistic("extts_dropped") - total, 2 * 882, "two readers: the clock's total");
	n = drain(a, events, ARRAY_SIZE(events));
	want(n, CAPACITY, "1009 events: read");
	ok(events[0].index == 1 && events[n - 1].index == 1 && in_a_row(events, n),
	   "1009 events: the newest, in order");
	push(2, 1, 0);
	book = books_of(1);
	want(book.dropped, 882, "reader that has read: dropped");
	want(book.delivered, CAPACITY, "reader that has read: delivered");
	book = books_of(2);
	want(book.dropped, 883, "reader that has not: dropped");
	want(strcmp(book.by_channel, "0:882,1:1"), 0, "reader that has not: by channel %s",
	     book.by_channel);
	want(drain(a, events, ARRAY_SIZE(events)), 1, "reader that has read: one more");
	want(drain(b, events, ARRAY_SIZE(events)), CAPACITY, "reader that has not: read");
	want(events[CAPACITY - 1].index, 2, "the last one's channel");

	/* 127 fit, the 128th does not; room for one is room for one */
	push(0, CAPACITY, PERIOD);
	want(books_of(1).dropped, 882, "127 events: nothing dropped");
	push(1, 1, 0);
	want(books_of(1).dropped, 883, "the 128th: one dropped");
	want(sysread(a, events, 32), 32, "one is read");
	push(1, 1, 0);
	want(books_of(1).dropped, 883, "one more fits");
	push(1, 1, 0);
	want(books_of(1).dropped, 884, "and no further");
	close(a);
	close(b);
}

#define FILES 32

static void many(void)
{
	struct ptp_extts_event events[200];
	int files[FILES];
	unsigned int i, channel;
	static const unsigned int counts[8] = { 23, 13, 7, 5, 3, 2, 47, 1 }; /* 101 */

	/* file i lets in the channels of i's bits, 5 of 8, in turn */
	for (i = 0; i < FILES; i++) {
		files[i] = reader();
		pioctl(files[i], PTP_MASK_CLEAR_ALL, NULL);
		for (channel = 0; channel < 8; channel++)
			if (i >> channel % 5 & 1)
				pioctl(files[i], PTP_MASK_EN_SINGLE, &channel);
	}
	want(statistic("readers"), FILES + 1, "open files");
	for (channel = 0; channel < 8; channel++)
		push(channel, counts[channel], PERIOD);
	for (i = 0; i < FILES; i++) {
		unsigned int got[8] = { 0 }, wrong = 0;
		long n = drain(files[i], events, ARRAY_SIZE(events)), k;

		for (k = 0; k < n; k++)
			got[events[k].index % 8]++;
		for (channel = 0; channel < 8; channel++)
			wrong += got[channel] != (i >> channel % 5 & 1 ? counts[channel] : 0);
		want(wrong, 0, "file with mask 0x%02x: channels with a wrong count", i);
	}
	for (i = 0; i < FILES; i++)
		close(files[i]);
}

/* ---- how many files ---- */

#define LIMIT "/sys/module/chs_ptp/parameters/max_files_per_user"

/* open files until it fails or there are as many as wanted; the errno that ended it, or 0 */
static long open_many(int *files, unsigned int *n, unsigned int wanted)
{
	for (*n = 0; *n < wanted; ++*n) {
		files[*n] = open(node, O_RDONLY | O_CLOEXEC);
		if (files[*n] < 0)
			return -errno;
	}
	return 0;
}

static void close_many(const int *files, unsigned int n)
{
	while (n)
		close(files[--n]);
}

static void file_limit(void)
{
	unsigned int limit = number_in(LIMIT), n, others;
	int files[64], status = 0;
	long long errors = statistic("open_errors");
	pid_t child;

	want(limit, 1024, "limit of a user");
	want(spill(LIMIT, "33"), 0, "another limit");
	want(open_many(files, &n, 64), -EMFILE, "beyond the limit");
	want(n, 32, "files beside the one that is open");
	want(statistic("readers"), 33, "readers");
	want(statistic("open_errors") - errors, 1, "refused");
	child = fork();
	if (!child) {
		int its[64];

		chmod(node, 0666);
		if (setresuid(65534, 65534, 65534))
			_exit(1);
		if (open_many(its, &others, 64) != -EMFILE || others != 33)
			_exit(2);
		_exit(statistic("readers") == 66 ? 0 : 3);
	}
	waitpid(child, &status, 0);
	want(status, 0, "another user has a limit of his own");
	chmod(node, 0600);
	ok(eventually(statistic("readers") == 33), "and gives it all back");
	close(files[--n]);
	files[n] = open(node, O_RDONLY | O_CLOEXEC);
	ok(files[n++] >= 0, "room comes back with a close");
	want(spill(LIMIT, "0"), 0, "no files at all");
	want(call(open(node, O_RDONLY | O_CLOEXEC)), -EMFILE, "no files at all");
	close_many(files, n);
	want(spill(LIMIT, "1024"), 0, "the limit as it was");
	want(statistic("readers"), 1, "readers left");
}

/* ---- the table of open files, read in parts while they come and go ---- */

#define MANY 300

static void table_in_parts(void)
{
	static char table[256 * (MANY + 8)];
	int files[MANY], late = -1, fd2 = open(debugfs("readers"), O_RDONLY | O_CLOEXEC);
	unsigned int n, i, id, last = 0, rows = 0, order = 0;
	long len, sum = 0;
	char *line;

	ok(fd2 >= 0, "the table");
	want(open_many(files, &n, MANY), 0, "files");
	/* a row at a time; after the 50th, what stands around the reader's place goes */
	for (i = 0;; i++) {
		len = sysread(fd2, table + sum, i ? 1000 : 100);
		if (len <= 0)
			break;
		sum += len;
		if (i == 7) {
			close_many(files + 20, 250);
			late = open_node(node, O_RDONLY);
		}
	}
	want(len, 0, "read to the end");
	for (line = strtok(table, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strncmp(line, "reader ", 7))
			continue;
		id = atoi(line);
		rows++;
		order += id <= last;
		last = id;
	}
	want(order, 0, "rows that are there twice or out of order");
	ok(rows >= MANY - 250 + 2 && rows < MANY, "%u rows: what was there all the time", rows);
	for (i = 270; i < MANY; i++)
		close(files[i]);
	close_many(files, 20);
	close(late);
	len = call(pread(fd2, table, sizeof(table) - 1, 0));
	ok(len > 0, "from the beginning");
	table[len > 0 ? len : 0] = 0;
	for (rows = 0, line = table; (line = strchr(line, '\n')); line++)
		rows++;
	want(rows, 2, "rows: the heads, one file");
	close(fd2);
}

/* ---- and their memory ---- */

static void charged(void)
{
	const char *root = "/tmp/cgroups", *group = "/tmp/cgroups/ptp";
	int files[256], status = 0;
	unsigned int n;
	pid_t child;

	mkdir(root, 0700);
	if (mount("none", root, "cgroup2", 0, NULL))
		die("no cgroup2: %s", strerror(errno));
	want(spill("/tmp/cgroups/cgroup.subtree_control", "+memory"), 0, "memory is accounted");
	mkdir(group, 0700);
	child = fork();
	if (!child) {
		long long before;

		if (spill("/tmp/cgroups/ptp/cgroup.procs", "0"))
			_exit(1);
		before = number_in("/tmp/cgroups/ptp/memory.current");
		if (open_many(files, &n, 256))
			_exit(2);
		/* a queue of 128 events each */
		_exit(number_in("/tmp/cgroups/ptp/memory.current") - before < 256 * 4096 ? 3 : 0);
	}
	waitpid(child, &status, 0);
	want(status, 0, "256 open files are charged to whom opened them");
	ok(eventually(!rmdir(group)), "the group goes");
	umount2(root, MNT_DETACH);
	rmdir(root);
}

static void masks(void)
{
	struct ptp_extts_event events[200];
	unsigned int one = 1, zero = 0, last = 2047;
	int a = reader(), b = reader();
	long n;

	/* queued events stay */
	push(0, 13, PERIOD);
	pioctl(a, PTP_MASK_CLEAR_ALL, NULL);
	push(0, 7, PERIOD);
	want(drain(a, events, ARRAY_SIZE(events)), 13, "cleared: what waited already");
	want(books_of(1).channels, 0, "cleared: channels let in");
	pioctl(a, PTP_MASK_EN_SINGLE, &one);
	pioctl(a, PTP_MASK_EN_SINGLE, &last);
	want(books_of(1).channels, 2, "two let in: channels let in");
	push(0, 7, PERIOD);
	push(1, 5, PERIOD);
	n = drain(a, events, ARRAY_SIZE(events));
	want(n, 5, "one let in: events");
	want(events[0].index, 1, "one let in: channel");
	want(drain(b, events, ARRAY_SIZE(events)), 32, "the other reader: all");
	want(books_of(2).channels, 2048, "the other reader: channels let in");

	/* a flood that is masked pushes nothing out and counts as nobody's loss */
	push(1, 11, PERIOD);
	push(0, 1009, PERIOD);
	want(books_of(1).dropped, 0, "masked flood: dropped");
	want(books_of(2).dropped, 1009 + 11 - CAPACITY, "the other reader: dropped");
	n = drain(a, events, ARRAY_SIZE(events));
	want(n, 11, "masked flood: events of the quiet channel");
	ok(in_a_row(events, n), "masked flood: in order");

	/* bits once let in stay so until all are cleared */
	pioctl(a, PTP_MASK_EN_SINGLE, &zero);
	push(0, 3, PERIOD);
	push(1, 2, PERIOD);
	want(drain(a, events, ARRAY_SIZE(events)), 5, "two let in: events");
	close(a);
	close(b);
}

/* the mask as debugfs has it: 64 words in one line */
static void mask_file(void)
{
	static const unsigned int on[] = { 0, 5, 31, 32, 1000, 2047 };
	char pattern[256], text[2048], *p = text;
	unsigned int words[64] = { 0 }, i, wrong = 0, extra = 0;
	glob_t found;
	int r;

	/* the file that switches channels on is there as well: its mask is empty */
	r = reader();
	pioctl(r, PTP_MASK_CLEAR_ALL, NULL);
	for (i = 0; i < ARRAY_SIZE(on); i++) {
		pioctl(r, PTP_MASK_EN_SINGLE, &on[i]);
		words[on[i] / 32] |= 1U << on[i] % 32;
	}
	snprintf(pattern, sizeof(pattern), "%s", debugfs("0x*/mask"));
	want(glob(pattern, 0, NULL, &found), 0, "debugfs: a mask for each open file");
	want(found.gl_pathc, 2, "debugfs: masks");
	for (i = 0; i < found.gl_pathc; i++) {
		unsigned int k, empty = 0, same = 0;

		want(slurp(found.gl_pathv[i], text, sizeof(text)) > 0, true, "debugfs: mask");
		for (k = 0, p = text; k < 64; k++) {
			unsigned int word = strtoul(p, &p, 0);

			empty += !word;
			same += word == words[k];
		}
		wrong += empty != 64 && same != 64;
		extra += same == 64;
	}
	want(wrong, 0, "debugfs: masks that no file has");
	want(extra, 1, "debugfs: masks as set");
	globfree(&found);
	close(r);
	want(glob(pattern, 0, NULL, &found), 0, "debugfs: after the close");
	want(found.gl_pathc, 1, "debugfs: masks after the close");
	globfree(&found);
}

/* ---- waiting ---- */

struct poller {
	pthread_t thread;
	struct pollfd pollfd;
	int timeout;
	long result;
	pid_t tid;
};

static void *sleep_in_poll(void *arg)
{
	struct poller *p = arg;

	__atomic_store_n(&p->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	p->result = call(poll(&p->pollfd, 1, p->timeout));
	return NULL;
}

static void start_poller(struct poller *p, int file, int timeout)
{
	memset(p, 0, sizeof(*p));
	p->pollfd.fd = file;
	p->pollfd.events = POLLIN | POLLPRI | POLLOUT | POLLRDNORM | POLLRDBAND;
	p->timeout = timeout;
	pthread_create(&p->thread, NULL, sleep_in_poll, p);
	if (!eventually(__atomic_load_n(&p->tid, __ATOMIC_ACQUIRE) && is_sleeping(p->tid)))
		die("a poller does not sleep");
}

static void polls(void)
{
	struct epoll_event wanted = { .events = EPOLLIN | EPOLLPRI | EPOLLOUT }, got;
	struct timeval at_once = { 0, 0 }, long_time = { 5, 0 };
	struct ptp_extts_event events[200];
	struct pollfd pollfd = { .events = 0x7ff };
	unsigned int channel = 3;
	int r = blocking_reader(), ep = epoll_create1(EPOLL_CLOEXEC);
	struct poller p;
	fd_set set;

	pollfd.fd = r;
	want(poll(&pollfd, 1, 0), 0, "poll, empty");
	start_poller(&p, r, 5000);
	push(0, 1, 0);
	pthread_join(p.thread, NULL);
	want(p.result, 1, "poll sleeps until an event");
	want(p.pollfd.revents, POLLIN, "poll: POLLIN and nothing else");
	want(poll(&pollfd, 1, 0), 1, "poll, an event");
	want(pollfd.revents, POLLIN, "poll: POLLIN and nothing else");
	pollfd.events = POLLPRI | POLLOUT;
	want(poll(&pollfd, 1, 0), 0, "poll for what never comes");
	sysread(r, events, 32);
	pollfd.events = POLLIN;
	want(poll(&pollfd, 1, 0), 0, "poll, empty again");

	FD_ZERO(&set);
	FD_SET(r, &set);
	want(select(r + 1, &set, NULL, NULL, &at_once), 0, "select, empty");
	push(0, 1, 0);
	FD_SET(r, &set);
	want(select(r + 1, &set, NULL, NULL, &long_time), 1, "select, an event");
	FD_SET(r, &set);
	want(select(r + 1, NULL, NULL, &set, &at_once), 0, "select for exceptions");
	sysread(r, events, 32);

	want(epoll_ctl(ep, EPOLL_CTL_ADD, r, &wanted), 0, "epoll_ctl");
	want(epoll_wait(ep, &got, 1, 0), 0, "epoll, empty");
	push(0, 1, 0);
	want(epoll_wait(ep, &got, 1, 5000), 1, "epoll, an event");
	want(got.events, EPOLLIN, "epoll: EPOLLIN and nothing else");
	sysread(r, events, 32);
	want(epoll_wait(ep, &got, 1, 0), 0, "epoll, empty again");
	/* edge triggered: once an event, whether or not it is read */
	wanted.events |= EPOLLET;
	epoll_ctl(ep, EPOLL_CTL_MOD, r, &wanted);
	push(0, 1, 0);
	want(epoll_wait(ep, &got, 1, 5000), 1, "epoll edge triggered, an event");
	want(epoll_wait(ep, &got, 1, 0), 0, "epoll edge triggered, no other");
	push(0, 1, 0);
	want(epoll_wait(ep, &got, 1, 5000), 1, "epoll edge triggered, another event");
	drain(r, events, 2);

	/* a masked event wakes nobody */
	pioctl(r, PTP_MASK_CLEAR_ALL, NULL);
	pioctl(r, PTP_MASK_EN_SINGLE, &channel);
	start_poller(&p, r, 101);
	push(0, 13, 0);
	pthread_join(p.thread, NULL);
	want(p.result, 0, "poll, masked events: sleeps until its time is up");
	start_poller(&p, r, 5000);
	push(3, 1, 0);
	pthread_join(p.thread, NULL);
	want(p.result, 1, "poll, an event that is let in");
	close(ep);
	close(r);
}

/* ---- events that are offsets ---- */

static void offset(void)
{
	struct ptp_extts_event event;
	unsigned int i, wrong = 0;
	int r = reader();

	extts_on(fd, 0, PTP_EXT_OFFSET);
	/* a clock that stands a little before, on and after a second */
	for (i = 0; i < 3; i++) {
		static const int64_t offsets[] = { -7, 0, 1000003 };
		int64_t got;

		psettime(fd, 1009, 0);
		lab("stuck", "1");
		psettime(fd, 1009 - (offsets[i] < 0), (offsets[i] + NSEC) % NSEC);
		lab("stuck", "0");
		/* it runs on by as long as this takes */
		push(0, 1, 0);
		want(sysread(r, &event, 32), 32, "an offset");
		want(event.flags, 0x11, "valid, and an offset");
		got = event_ns(&event);
		ok(event.t.nsec < NSEC && !event.t.reserved, "offset %ld: parts %lld s %u ns",
		   (long)offsets[i], (long long)event.t.sec, event.t.nsec);
		ok(got >= offsets[i] && got < offsets[i] + NSEC / 2, "offset %ld: is %ld",
		   (long)offsets[i], (long)got);
	}
	/* half a second before: negative seconds, positive nanoseconds */
	psettime(fd, 1008, 600000000);
	push(0, 1, 0);
	want(sysread(r, &event, 32), 32, "an offset of about -0.4 s");
	want(event.t.sec, -1, "its seconds");
	ok(event.t.nsec >= 600000000 && event.t.nsec < NSEC, "its nanoseconds: %u", event.t.nsec);
	/* channels without it are as ever */
	extts_on(fd, 1, 0);
	push(1, 101, PERIOD);
	for (i = 0; i < 101; i++)
		wrong += sysread(r, &event, 32) != 32 || event.flags != 1 || event.index != 1;
	want(wrong, 0, "other channels: events that are none or are offsets");
	close(r);
}

static const struct group groups[] = {
	{ "sizes", sizes },	    { "nonblock", nonblock },
	{ "faults", faults },	    { "wakes", wakes },
	{ "threads", threads },	    { "burst", burst },
	{ "churn", churn },	    { "overflow", overflow },
	{ "many", many },	    { "masks", masks },
	{ "mask_file", mask_file }, { "polls", polls },
	{ "offset", offset },	    { "file_limit", file_limit },
	{ "charged", charged },	    { "table_in_parts", table_in_parts },
};

int main(int argc, char **argv)
{
	unsigned int channel;

	if (argc < 4)
		die("usage: ptp_queue DEVICE NODE GROUP...");
	snprintf(device, sizeof(device), "%s", argv[1]);
	snprintf(node, sizeof(node), "%s", argv[2]);
	fd = open_node(node, O_RDWR);
	/* it must not take part: nothing gets into its queue */
	pioctl(fd, PTP_MASK_CLEAR_ALL, NULL);
	for (channel = 0; channel < 8; channel++)
		extts_on(fd, channel, 0);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 3);
}
