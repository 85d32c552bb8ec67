// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_alarm DEVICE NODE GROUP...: alarms of a PTP clock. Time in the guest goes by
 * fits and starts, so how late an alarm is is not asked, but that none is early and
 * that every expiration is accounted for. Where a count has to be exact the clock
 * stands still ("stuck") and is stepped by hand.
 *
 * ptp_alarm says FD ID: what the group "execs" turns into.
 */
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "ptp_test.h"

#define SAME(a, b) _Static_assert((a) == (b), #a)
SAME(PTP_ALARM_CREATE, 0xc0303d40);
SAME(PTP_ALARM_SETTIME, 0xc0303d41);
SAME(PTP_ALARM_GETTIME, 0xc0303d42);
SAME(PTP_ALARM_STATUS, 0xc0483d43);
SAME(PTP_ALARM_DELETE, 0x40043d44);
/* where a member lies may not depend on how a u64 is aligned */
SAME(offsetof(struct ptp_alarm_config, value), 16);
SAME(offsetof(struct ptp_alarm_config, eventfd), 24);
SAME(offsetof(struct ptp_alarm_setting, value), 8);
SAME(offsetof(struct ptp_alarm_setting, interval), 24);
SAME(offsetof(struct ptp_alarm_status, fired), 8);
SAME(offsetof(struct ptp_alarm_status, lateness_ns), 32);
SAME(offsetof(struct ptp_alarm_status, due), 48);

#define MS    1000000LL
#define SIGNO (SIGRTMIN + 3)

static int fd; /* the clock, opened for reading and writing */

/* ---- what the groups share ---- */

static int64_t phc_now(int file)
{
	struct timespec ts;
	long err = pgettime(file, &ts);

	if (err)
		die("clock_gettime: %s", err_name(err));
	return ts.tv_sec * NSEC + ts.tv_nsec;
}

static struct ptp_clock_time time_of(int64_t ns)
{
	return (struct ptp_clock_time){ .sec = ns / NSEC, .nsec = ns % NSEC };
}

static int64_t ns_of(const struct ptp_clock_time *t)
{
	return t->sec * NSEC + t->nsec;
}

static void step(int64_t delta)
{
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	long err;

	tx.time.tv_sec = delta / NSEC - (delta % NSEC < 0);
	tx.time.tv_usec = delta - tx.time.tv_sec * NSEC;
	err = padjtime(fd, &tx);
	if (err)
		die("step by %ld ns: %s", (long)delta, err_name(err));
}

static void freeze(bool on)
{
	long err = lab("stuck", "%d", on);

	if (err)
		die("stuck: %s", err_name(err));
}

static void adjfine_ppm(int ppm)
{
	struct timex tx = { .modes = ADJ_FREQUENCY, .freq = ppm * 65536L };
	long err = padjtime(fd, &tx);

	if (err)
		die("adjfine %d ppm: %s", ppm, err_name(err));
}

static struct ptp_alarm_config config_of(unsigned int notify)
{
	return (struct ptp_alarm_config){ .notify = notify };
}

static unsigned int make(int file, struct ptp_alarm_config config)
{
	long err = pioctl(file, PTP_ALARM_CREATE, &config);

	if (err)
		die("PTP_ALARM_CREATE: %s", err_name(err));
	return config.id;
}

static unsigned int make_signal(int file, int signo, pid_t tid, uint64_t value)
{
	struct ptp_alarm_config config = config_of(PTP_ALARM_NOTIFY_SIGNAL);

	config.signo = signo;
	config.tid = tid;
	config.value = value;
	return make(file, config);
}

static long try_set(int file, unsigned int id, unsigned int flags, int64_t value, int64_t interval)
{
	struct ptp_alarm_setting setting = {
		.id = id,
		.flags = flags,
		.value = time_of(value),
		.interval = time_of(interval),
	};

	return pioctl(file, PTP_ALARM_SETTIME, &setting);
}

static void set(int file, unsigned int id, unsigned int flags, int64_t value, int64_t interval)
{
	long err = try_set(file, id, flags, value, interval);

	if (err)
		die("PTP_ALARM_SETTIME: %s", err_name(err));
}

static long try_status(int file, unsigned int id, struct ptp_alarm_status *st)
{
	memset(st, FILLER, sizeof(*st));
	st->id = id;
	return pioctl(file, PTP_ALARM_STATUS, st);
}

static struct ptp_alarm_status status_of(int file, unsigned int id)
{
	struct ptp_alarm_status st;
	long err = try_status(file, id, &st);

	if (err)
		die("PTP_ALARM_STATUS: %s", err_name(err));
	return st;
}

static long long expirations(int file, unsigned int id)
{
	struct ptp_alarm_status st = status_of(file, id);

	return st.fired + st.overruns;
}

static int64_t left_of(int file, unsigned int id)
{
	struct ptp_alarm_setting setting = { .id = id };
	long err = pioctl(file, PTP_ALARM_GETTIME, &setting);

	if (err)
		die("PTP_ALARM_GETTIME: %s", err_name(err));
	return ns_of(&setting.value);
}

static long delete(int file, unsigned int id)
{
	return pioctl(file, PTP_ALARM_DELETE, &id);
}

static bool is_alarm(const struct ptp_extts_event *event, unsigned int id)
{
	return event->flags == PTP_EXTTS_ALARM && event->index == id;
}

/* lines of debugfs that speak of an alarm */
static unsigned int listed(unsigned int id)
{
	static char text[65536];
	unsigned int n = 0, reader, alarm;
	char *line;

	slurp(debugfs("alarms"), text, sizeof(text));
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		n += sscanf(line, "%u %u", &reader, &alarm) == 2 && alarm == id;
	return n;
}

/* so long after its time an alarm has expired if it ever will */
static void settle(void)
{
	nap_ms(53);
}

/* ---- errors ---- */

static void bad_addresses(unsigned int cmd, const void *request, long expected)
{
	size_t size = cmd >> 16 & 0x3fff;
	unsigned int nr = cmd & 0xff;
	void *edge = before_hole(size);

	want(pioctl(fd, cmd, NULL), -EFAULT, "ioctl %u: NULL", nr);
	want(pioctl(fd, cmd, unmapped()), -EFAULT, "ioctl %u: unmapped", nr);
	want(pioctl(fd, cmd, KERNEL_ADDRESS), -EFAULT, "ioctl %u: kernel address", nr);
	memcpy(into_hole(size), request, size - 1);
	if (cmd != PTP_ALARM_STATUS)
		want(pioctl(fd, cmd, into_hole(size)), -EFAULT, "ioctl %u: last byte unmapped", nr);
	memcpy(edge, request, size);
	want(pioctl(fd, cmd, edge), expected, "ioctl %u: up to the end of a page", nr);
}

static long creates(struct ptp_alarm_config config)
{
	long err = pioctl(fd, PTP_ALARM_CREATE, &config);

	if (!err)
		delete(fd, config.id);
	return err;
}

static void create_errors(void)
{
	struct ptp_alarm_config signal = config_of(PTP_ALARM_NOTIFY_SIGNAL), c;
	long long n = statistic("alarms");
	void *page;
	int i;

	signal.signo = SIGNO;
	c = config_of(PTP_ALARM_NOTIFY_NONE);
	bad_addresses(PTP_ALARM_CREATE, &c, 0);
	page = read_only(&c, sizeof(c));
	want(pioctl(fd, PTP_ALARM_CREATE, page), -EFAULT, "CREATE: page cannot be written");
	munmap(page, 4096);
	want(statistic("alarms"), n + 1, "CREATE: only the good one has made an alarm");
	want(delete(fd, ((struct ptp_alarm_config *)before_hole(sizeof(c)))->id), 0,
	     "DELETE: the good one");
	for (i = 0; i < 4; i++) {
		c = signal;
		c.notify = i;
		c.eventfd = eventfd(0, EFD_CLOEXEC);
		want(creates(c), 0, "CREATE: notify %d", i);
		close(c.eventfd);
	}
	c = config_of(4);
	want(creates(c), -EINVAL, "CREATE: notify 4");
	c = config_of(~0U);
	want(creates(c), -EINVAL, "CREATE: notify ~0");
	for (i = 0; i < 32; i++) {
		c = config_of(PTP_ALARM_NOTIFY_NONE);
		c.flags = 1U << i;
		want(creates(c), -EINVAL, "CREATE: flag %d", i);
	}
	for (i = 0; i < 4; i++) {
		c = config_of(PTP_ALARM_NOTIFY_NONE);
		c.rsv[i] = 1;
		want(creates(c), -EINVAL, "CREATE: rsv[%d]", i);
	}
	for (i = 0; i < 5; i++) {
		static const int signos[] = { -1, 0, 65, 0x7fffffff, (int)0x80000000 };

		c = signal;
		c.signo = signos[i];
		want(creates(c), -EINVAL, "CREATE: signal %d", signos[i]);
	}
	c.signo = 64;
	want(creates(c), 0, "CREATE: signal 64");
	c.signo = 1;
	want(creates(c), 0, "CREATE: signal 1");
	c.tid = getpid();
	want(creates(c), 0, "CREATE: own tid");
	c.tid = -1;
	want(creates(c), -EINVAL, "CREATE: tid -1");
	c.tid = 1;
	want(creates(c), -EINVAL, "CREATE: another process's tid");
	c.tid = 0x7fffffff;
	want(creates(c), -EINVAL, "CREATE: nobody's tid");
	c = config_of(PTP_ALARM_NOTIFY_EVENTFD);
	c.eventfd = -1;
	want(creates(c), -EBADF, "CREATE: eventfd -1");
	c.eventfd = 1009;
	want(creates(c), -EBADF, "CREATE: eventfd that is not open");
	c.eventfd = fd;
	want(creates(c), -EINVAL, "CREATE: eventfd that is none");
	want(statistic("alarms"), n, "CREATE: no alarm left of all these");
}

static long sets(unsigned int id, unsigned int flags, struct ptp_clock_time value,
		 struct ptp_clock_time interval)
{
	struct ptp_alarm_setting s = {
		.id = id, .flags = flags, .value = value, .interval = interval
	};

	return pioctl(fd, PTP_ALARM_SETTIME, &s);
}

static void errors(void)
{
	struct ptp_clock_time zero = { 0 }, far = { .sec = 1009 };
	struct ptp_alarm_setting s = { .value = far };
	struct ptp_alarm_status st = { 0 };
	unsigned int id, gone, other, i;
	int ro = open_node(node, O_RDONLY);

	create_errors();
	id = make(fd, config_of(PTP_ALARM_NOTIFY_NONE));
	gone = make(fd, config_of(PTP_ALARM_NOTIFY_NONE));
	other = make(ro, config_of(PTP_ALARM_NOTIFY_NONE));
	ok(id != gone && id != other && other != gone, "ids: %u %u %u", id, gone, other);
	want(delete(fd, gone), 0, "DELETE");
	want(delete(fd, gone), -ENOENT, "DELETE: once more");
	want(delete(fd, other), -ENOENT, "DELETE: another file's");
	want(delete(fd, 0), -ENOENT, "DELETE: 0");
	want(sets(gone, 0, far, zero), -ENOENT, "SETTIME: deleted");
	want(sets(other, 0, far, zero), -ENOENT, "SETTIME: another file's");
	want(sets(other, ~0U, far, zero), -ENOENT, "SETTIME: another file's, bad flags");
	s.id = other;
	want(pioctl(fd, PTP_ALARM_GETTIME, &s), -ENOENT, "GETTIME: another file's");
	want(try_status(fd, other, &st), -ENOENT, "STATUS: another file's");
	want(try_status(fd, gone, &st), -ENOENT, "STATUS: deleted");

	for (i = 1; i < 32; i++)
		want(sets(id, 1U << i, far, zero), -EINVAL, "SETTIME: flag %u", i);
	for (i = 0; i < 32; i++) {
		s = (struct ptp_alarm_setting){ .id = id, .flags = 1U << i };
		want(pioctl(fd, PTP_ALARM_GETTIME, &s), -EINVAL, "GETTIME: flag %u", i);
	}
	for (i = 0; i < 2; i++) {
		s = (struct ptp_alarm_setting){ .id = id };
		s.rsv[i] = 1;
		want(pioctl(fd, PTP_ALARM_SETTIME, &s), -EINVAL, "SETTIME: rsv[%u]", i);
		want(pioctl(fd, PTP_ALARM_GETTIME, &s), -EINVAL, "GETTIME: rsv[%u]", i);
	}
	for (i = 0; i < 4; i++) {
		static const struct ptp_clock_time bad[] = {
			{ .sec = -1 },
			{ .sec = INT64_MIN },
			{ .nsec = 1000000000 },
			{ .sec = 1, .nsec = 0xffffffff },
		};

		want(sets(id, 0, bad[i], zero), -EINVAL, "SETTIME: bad value %u", i);
		want(sets(id, PTP_ALARM_ABSTIME, bad[i], zero), -EINVAL,
		     "SETTIME: bad time %u", i);
		want(sets(id, 0, far, bad[i]), -EINVAL, "SETTIME: bad interval %u", i);
	}
	want(status_of(fd, id).flags & PTP_ALARM_ARMED, 0, "none of these has armed it");
	s = (struct ptp_alarm_setting){ .id = id, .value = far, .interval = far };
	bad_addresses(PTP_ALARM_SETTIME, &s, 0);
	want(status_of(fd, id).flags & PTP_ALARM_ARMED, 1, "the good one has");
	s = (struct ptp_alarm_setting){ .id = id };
	bad_addresses(PTP_ALARM_GETTIME, &s, 0);
	st.id = id;
	bad_addresses(PTP_ALARM_STATUS, &st, 0);
	bad_addresses(PTP_ALARM_DELETE, &id, 0);

	/* a clock that cannot be read: nothing changes */
	id = make(fd, config_of(PTP_ALARM_NOTIFY_NONE));
	lab("fail", "op=gettime errno=5 count=1");
	want(sets(id, 0, far, zero), -EIO, "SETTIME: clock that cannot be read");
	want(status_of(fd, id).flags & PTP_ALARM_ARMED, 0, "it is not armed");
	set(fd, id, 0, 1009 * NSEC, 0);
	lab("fail", "op=gettime errno=5 count=3");
	s = (struct ptp_alarm_setting){ .id = id };
	want(pioctl(fd, PTP_ALARM_GETTIME, &s), -EIO, "GETTIME: clock that cannot be read");
	want(sets(id, 0, zero, zero), -EIO, "SETTIME 0: clock that cannot be read");
	want(status_of(fd, id).flags & PTP_ALARM_ARMED, 1, "it is armed still");
	want(try_status(fd, id, &st), 0, "STATUS needs no reading");
	lab("fail", "op=gettime count=0");
	set(fd, id, 0, 0, 0);
	lab("fail", "op=gettime errno=5 count=-1");
	want(sets(id, 0, zero, far), 0, "SETTIME 0 of one that is not armed needs none");
	s = (struct ptp_alarm_setting){ .id = id };
	want(pioctl(fd, PTP_ALARM_GETTIME, &s), 0, "nor does GETTIME");
	want(ns_of(&s.interval), 1009 * NSEC, "GETTIME: interval of one that is not armed");
	lab("fail", "op=gettime count=0");
	delete(fd, id);

	want(statistic("alarms_armed"), 0, "no alarm armed");
	close(ro);
	want(statistic("alarms"), 0, "no alarm left");
}

/* ---- one-shot and periodic, absolute and relative ---- */

/* one alarm in read(), at its time and not before */
static void one_event(unsigned int id, int64_t due, const char *what)
{
	struct ptp_extts_event event;
	struct ptp_alarm_status st;
	int64_t now, late;
	long n;

	n = sysread(fd, &event, sizeof(event));
	now = phc_now(fd);
	want(n, sizeof(event), "%s: a record", what);
	ok(is_alarm(&event, id), "%s: flags 0x%x index %u", what, event.flags, event.index);
	ok(now >= event_ns(&event), "%s: not early: by %ld ns", what,
	   (long)(now - event_ns(&event)));
	if (due)
		want(event_ns(&event), due, "%s: its time", what);
	st = status_of(fd, id);
	late = event.rsv[1];
	ok(late <= now - event_ns(&event), "%s: lateness %ld ns, before we saw it", what,
	   (long)late);
	want(st.lateness_ns < 0xffffffff ? st.lateness_ns : 0xffffffff, late,
	     "%s: lateness, by the books", what);
	ok(st.max_lateness_ns >= late, "%s: largest lateness", what);
	want(event.rsv[0], st.last_overruns, "%s: overruns", what);
}

static void oneshot(void)
{
	unsigned int id = make(fd, config_of(PTP_ALARM_NOTIFY_EVENT));
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	struct ptp_alarm_status st;
	int64_t before, after, due;

	want(left_of(fd, id), 0, "new: not armed");
	want(poll(&pollfd, 1, 0), 0, "new: nothing to read");
	before = phc_now(fd);
	set(fd, id, 0, 7 * MS, 0);
	after = phc_now(fd);
	st = status_of(fd, id);
	if (st.flags & PTP_ALARM_ARMED)
		ok(ns_of(&st.due) >= before + 7 * MS && ns_of(&st.due) <= after + 7 * MS,
		   "relative: due in 7 ms");
	want(poll(&pollfd, 1, 5000), 1, "relative: poll wakes");
	one_event(id, 0, "relative");
	st = status_of(fd, id);
	want(st.flags & PTP_ALARM_ARMED, 0, "relative: disarmed when it has expired");
	want(ns_of(&st.due), 0, "relative: due no more");
	want(st.fired, 1, "relative: fired");
	want(st.overruns, 0, "relative: overruns");

	due = phc_now(fd) + 11 * MS;
	set(fd, id, PTP_ALARM_ABSTIME, due, 0);
	one_event(id, due, "absolute");
	due = phc_now(fd) - 5 * MS;
	set(fd, id, PTP_ALARM_ABSTIME, due, 0);
	one_event(id, due, "absolute, gone by");
	set(fd, id, PTP_ALARM_ABSTIME, 1, 0);
	one_event(id, 1, "absolute, long gone by");
	want(status_of(fd, id).fired, 4, "fired");
	settle();
	want(poll(&pollfd, 1, 0), 0, "nothing more to read");

	/* set anew, disarmed: what was set before is told and does not come */
	set(fd, id, 0, 23 * NSEC, 101 * NSEC);
	{
		struct ptp_alarm_setting s = { .id = id, .value = time_of(7 * MS) };

		want(pioctl(fd, PTP_ALARM_SETTIME, &s), 0, "set anew");
		ok(ns_of(&s.value) <= 23 * NSEC && ns_of(&s.value) > 13 * NSEC,
		   "set anew: the old distance: %ld", (long)ns_of(&s.value));
		want(ns_of(&s.interval), 101 * NSEC, "set anew: the old interval");
		one_event(id, 0, "set anew");
		want(ns_of(&s.value) && left_of(fd, id), 0, "set anew: and that was it");
	}
	set(fd, id, 0, 7 * MS, 7 * MS);
	set(fd, id, PTP_ALARM_ABSTIME, 0, 0);
	{
		struct ptp_extts_event events[30];
		long n = statistic("alarms_fired");

		fcntl(fd, F_SETFL, O_NONBLOCK);
		drain(fd, events, 30);
		settle();
		want(drain(fd, events, 30), 0, "disarmed: no event");
		want(statistic("alarms_fired"), n, "disarmed: no expiration");
		fcntl(fd, F_SETFL, 0);
	}
	delete(fd, id);
	/* times at the end of the range */
	id = make(fd, config_of(PTP_ALARM_NOTIFY_NONE));
	set(fd, id, 0, INT64_MAX, INT64_MAX);
	ok(left_of(fd, id) > 100 * 365 * (86400 * NSEC), "as far as can be: %ld",
	   (long)left_of(fd, id));
	want(sets(id, PTP_ALARM_ABSTIME, (struct ptp_clock_time){ .sec = INT64_MAX },
		  (struct ptp_clock_time){ .sec = INT64_MAX, .nsec = 999999999 }), 0, "farther");
	settle();
	want(expirations(fd, id), 0, "far away: no expiration");
	set(fd, id, PTP_ALARM_ABSTIME, 1, INT64_MAX);
	settle();
	want(expirations(fd, id), 1, "gone by, with the longest interval: expirations");
	delete(fd, id);
}

static void periodic(void)
{
	unsigned int id = make(fd, config_of(PTP_ALARM_NOTIFY_EVENT)), i, wrong = 0, early = 0;
	int64_t start = phc_now(fd) + 5 * MS, last = start - 10 * MS;
	unsigned long long seen = 0, fired = 0;
	struct ptp_alarm_status st;

	set(fd, id, PTP_ALARM_ABSTIME, start, 10 * MS);
	for (i = 0; seen < 101; i++) {
		struct ptp_extts_event event;

		if (sysread(fd, &event, sizeof(event)) != sizeof(event))
			die("no event");
		early += phc_now(fd) < event_ns(&event);
		wrong += !is_alarm(&event, id) ||
			 event_ns(&event) != last + (1 + event.rsv[0]) * 10 * MS;
		last = event_ns(&event);
		seen += 1 + event.rsv[0];
		fired++;
	}
	want(early, 0, "periodic: early ones");
	want(wrong, 0, "periodic: off the grid, or overruns that do not add up");
	want(seen, (last - start) / (10 * MS) + 1, "periodic: events and overruns");
	set(fd, id, 0, 0, 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	{
		struct ptp_extts_event events[30];
		long n = drain(fd, events, 30), k;

		for (k = 0; k < n; k++)
			seen += 1 + events[k].rsv[0];
		fired += n;
	}
	fcntl(fd, F_SETFL, 0);
	st = status_of(fd, id);
	want(st.fired, fired, "periodic: fired");
	want(st.fired + st.overruns, seen, "periodic: expirations");
	delete(fd, id);
}

/* a clock that stands still and is moved by hand: counts are exact */
static void folds(void)
{
	unsigned int id = make(fd, config_of(PTP_ALARM_NOTIFY_EVENT)),
		     none = make(fd, config_of(PTP_ALARM_NOTIFY_NONE));
	struct ptp_extts_event event;
	int64_t now;

	freeze(true);
	now = phc_now(fd);
	set(fd, id, PTP_ALARM_ABSTIME, now + 10 * MS, 10 * MS);
	set(fd, none, PTP_ALARM_ABSTIME, now + 1, 1);
	step(10 * MS - 1);
	ok(eventually(expirations(fd, none) == 10 * MS - 1), "a ns before: %lld of every ns",
	   expirations(fd, none));
	settle();
	want(expirations(fd, id), 0, "a ns before: expirations");
	step(1);
	ok(eventually(expirations(fd, id) == 1), "at its time: expirations");
	one_event(id, now + 10 * MS, "at its time");
	step(100 * 10 * MS);
	ok(eventually(expirations(fd, id) == 101), "a second on: expirations: %lld",
	   expirations(fd, id));
	want(status_of(fd, id).fired, 2, "a second on: one notification");
	want(status_of(fd, id).last_overruns, 99, "a second on: overruns of it");
	one_event(id, now + 101 * 10 * MS, "a second on");
	ok(eventually(expirations(fd, none) == 101 * 10 * MS), "a second on: %lld of every ns",
	   expirations(fd, none));
	/* a year: more periods than fit into a record */
	set(fd, id, PTP_ALARM_ABSTIME, phc_now(fd) + 1, 1);
	step(366 * 86400 * NSEC);
	want(sysread(fd, &event, sizeof(event)), sizeof(event), "a year on: a record");
	want(event.rsv[0], 0xffffffff, "a year on: overruns end at 2^32 - 1");
	want(event_ns(&event), phc_now(fd), "a year on: its time");
	want(expirations(fd, id), 101 + 366 * 86400 * NSEC, "a year on: expirations");
	step(-366 * 86400 * NSEC);
	settle();
	want(expirations(fd, id), 101 + 366 * 86400 * NSEC, "and back: expirations");
	delete(fd, id);
	delete(fd, none);
	freeze(false);
}

/* a short interval on a clock that runs: the thread does not choke the processor */
static void storm(void)
{
	unsigned int id = make(fd, config_of(PTP_ALARM_NOTIFY_NONE));
	int64_t start, length, used, first = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	struct ptp_alarm_status st;

	set(fd, id, 0, 1, 1);
	start = now_ns(CLOCK_MONOTONIC);
	do
		used = now_ns(CLOCK_PROCESS_CPUTIME_ID) - first;
	while (used < 100 * MS);
	length = now_ns(CLOCK_MONOTONIC) - start;
	st = status_of(fd, id);
	ok(st.fired <= (unsigned long long)length / 50000 + 1,
	   "every ns: %llu notifications in %ld ns", (unsigned long long)st.fired, (long)length);
	ok(st.fired + st.overruns > (unsigned long long)length / 2,
	   "every ns: %llu expirations in %ld ns",
	   (unsigned long long)(st.fired + st.overruns), (long)length);
	ok(st.fired > 2, "every ns: more than once");
	delete(fd, id);
}

static const struct group groups[] = {
	{ "errors", errors },
	{ "oneshot", oneshot },
	{ "periodic", periodic },
	{ "folds", folds },
	{ "storm", storm },
};

int main(int argc, char **argv)
{
	if (argc < 4)
		die("usage: ptp_alarm DEVICE NODE GROUP...");
	snprintf(device, sizeof(device), "%s", argv[1]);
	snprintf(node, sizeof(node), "%s", argv[2]);
	fd = open_node(node, O_RDWR);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 3);
}
