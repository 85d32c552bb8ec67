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
#define LATE  50000 /* ns, where time is exact */

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

static long take_away(int file, unsigned int id)
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
		take_away(fd, config.id);
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
	want(take_away(fd, ((struct ptp_alarm_config *)before_hole(sizeof(c)))->id), 0,
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
	want(take_away(fd, gone), 0, "DELETE");
	want(take_away(fd, gone), -ENOENT, "DELETE: once more");
	want(take_away(fd, other), -ENOENT, "DELETE: another file's");
	want(take_away(fd, 0), -ENOENT, "DELETE: 0");
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
		want(sets(id, PTP_ALARM_ABSTIME, bad[i], zero), -EINVAL, "SETTIME: bad time %u", i);
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
	take_away(fd, id);

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
	const struct ptp_clock_time never = { .sec = INT64_MAX, .nsec = 999999999 };
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
	take_away(fd, id);
	/* times at the end of the range */
	id = make(fd, config_of(PTP_ALARM_NOTIFY_NONE));
	set(fd, id, 0, INT64_MAX, INT64_MAX);
	ok(left_of(fd, id) > 100 * 365 * (86400 * NSEC), "as far as can be: %ld",
	   (long)left_of(fd, id));
	want(sets(id, PTP_ALARM_ABSTIME, never, never), 0, "farther");
	settle();
	want(expirations(fd, id), 0, "far away: no expiration");
	set(fd, id, PTP_ALARM_ABSTIME, 1, INT64_MAX);
	settle();
	want(expirations(fd, id), 1, "gone by, with the longest interval: expirations");
	take_away(fd, id);
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
	take_away(fd, id);
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
	take_away(fd, id);
	take_away(fd, none);
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
	   "every ns: %llu expirations in %ld ns", (unsigned long long)(st.fired + st.overruns),
	   (long)length);
	ok(st.fired > 2, "every ns: more than once");
	take_away(fd, id);
}

/* ---- two clocks' worth of files, each its own ---- */

static void two_files(void)
{
	int other = open_node(node, O_RDONLY | O_NONBLOCK), writer = open_node(node, O_WRONLY);
	unsigned int mine = make(fd, config_of(PTP_ALARM_NOTIFY_EVENT)),
		     its = make(other, config_of(PTP_ALARM_NOTIFY_EVENT)), i, wrong = 0;
	struct ptp_extts_event events[256];
	long n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	/* masks do not apply, and no other file sees them */
	pioctl(other, PTP_MASK_CLEAR_ALL, NULL);
	freeze(true);
	set(fd, mine, 0, 1 * MS, 2 * MS);
	set(other, its, 0, 2 * MS, 2 * MS);
	for (i = 0; i < 101; i++) {
		step(1 * MS);
		eventually(expirations(fd, mine) + expirations(other, its) == 0);
	}
	/* relative ones keep their distance from a clock that is stepped: none came */
	want(expirations(fd, mine) + expirations(other, its), 0, "stepped: expirations");
	set(fd, mine, PTP_ALARM_ABSTIME, phc_now(fd) + 1 * MS, 2 * MS);
	set(other, its, PTP_ALARM_ABSTIME, phc_now(fd) + 2 * MS, 2 * MS);
	for (i = 1; i <= 101; i++) {
		step(1 * MS);
		if (!eventually(expirations(fd, mine) + expirations(other, its) == i))
			break;
	}
	want(i, 102, "one expiration a step");
	n = drain(fd, events, ARRAY_SIZE(events));
	want(n, 51, "this file: records");
	for (i = 0; i < n; i++)
		wrong += !is_alarm(&events[i], mine);
	n = drain(other, events, ARRAY_SIZE(events));
	want(n, 50, "the other file: records");
	for (i = 0; i < n; i++)
		wrong += !is_alarm(&events[i], its);
	want(wrong, 0, "records of the wrong alarm");
	/* a full queue loses the oldest, and counts them */
	n = statistic("extts_dropped");
	set(other, its, PTP_ALARM_ABSTIME, phc_now(fd) + 1 * MS, 1 * MS);
	for (i = 1; i <= CAPACITY + 23; i++) {
		step(1 * MS);
		if (!eventually(expirations(other, its) == 50 + i))
			break;
	}
	want(i, CAPACITY + 24, "one expiration a step");
	want(statistic("extts_dropped") - n, 23, "a full queue: dropped");
	want(drain(other, events, ARRAY_SIZE(events)), CAPACITY, "a full queue: read");
	ok(is_alarm(&events[CAPACITY - 1], its) && event_ns(&events[CAPACITY - 1]) == phc_now(fd),
	   "a full queue: the newest is left");
	{
		char text[1024], last[16];
		struct ptp_clock_caps caps;

		pioctl(fd, PTP_CLOCK_GETCAPS, &caps);
		snprintf(last, sizeof(last), ">=%d 23", caps.n_ext_ts);
		slurp(sysfs("statistics/extts_dropped_channels"), text, sizeof(text));
		ok(strstr(text, last), "a full queue: dropped, beyond the last channel");
	}
	/* a file that cannot be read has alarms too */
	i = make(writer, config_of(PTP_ALARM_NOTIFY_NONE));
	set(writer, i, PTP_ALARM_ABSTIME, phc_now(fd), 0);
	ok(eventually(expirations(writer, i) == 1), "write-only file: an expiration");
	want(listed(mine) + listed(its) + listed(i), 3, "debugfs: alarms");
	close(writer);
	close(other);
	want(listed(mine), 1, "debugfs: alarms of the file that is left");
	want(listed(its) + listed(i), 0, "debugfs: alarms of the files that are closed");
	freeze(false);
	fcntl(fd, F_SETFL, 0);
	take_away(fd, mine);
}

/* ---- eventfd ---- */

static void eventfds(void)
{
	struct ptp_alarm_config config = config_of(PTP_ALARM_NOTIFY_EVENTFD);
	struct pollfd pollfd = { .events = POLLIN };
	unsigned long long value = 0;
	int64_t start, now;
	unsigned int id;
	int ev;

	ev = eventfd(0, EFD_CLOEXEC);
	pollfd.fd = ev;
	config.eventfd = ev;
	id = make(fd, config);
	start = phc_now(fd) + 7 * MS;
	set(fd, id, PTP_ALARM_ABSTIME, start, 0);
	want(poll(&pollfd, 1, 5000), 1, "eventfd: poll wakes");
	now = phc_now(fd);
	ok(now >= start, "eventfd: not early: by %ld ns", (long)(now - start));
	want(read(ev, &value, 8), 8, "eventfd: read");
	want(value, 1, "eventfd: value");
	freeze(true);
	set(fd, id, PTP_ALARM_ABSTIME, phc_now(fd) + MS, MS);
	step(23 * MS);
	ok(eventually(expirations(fd, id) == 1 + 23), "eventfd: 23 periods");
	step(1 * MS);
	ok(eventually(expirations(fd, id) == 1 + 24), "eventfd: another period");
	want(read(ev, &value, 8), 8, "eventfd: read");
	want(value, 2, "eventfd: one for each notification");
	want(status_of(fd, id).overruns, 22, "eventfd: the others are overruns");
	/* the file descriptor may be closed: the alarm has the file */
	config.eventfd = dup(ev);
	take_away(fd, id);
	id = make(fd, config);
	close(config.eventfd);
	set(fd, id, PTP_ALARM_ABSTIME, phc_now(fd) - 1, 0);
	want(poll(&pollfd, 1, 5000), 1, "eventfd: closed, its twin wakes");
	want(read(ev, &value, 8), 8, "eventfd: read");
	freeze(false);
	take_away(fd, id);
	close(ev);
}

/* ---- signals ---- */

static sigset_t only(int signo)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	return set;
}

static void block(int signo, bool on)
{
	sigset_t set = only(signo);

	pthread_sigmask(on ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/* the signal, or -errno */
static long wait_signal(int signo, siginfo_t *info, long ms)
{
	struct timespec limit = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * MS };
	sigset_t set = only(signo);

	memset(info, FILLER, sizeof(*info));
	return call(sigtimedwait(&set, info, &limit));
}

static bool pending(int signo)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, signo);
}

static struct {
	unsigned int n, wrong;
	unsigned long long overruns;
	int id;
	uint64_t value;
	pid_t tid;
	int64_t at;
} got;

static pid_t my_tid(void)
{
	return syscall(SYS_gettid);
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
	(void)signo;
	(void)context;
	got.wrong += info->si_code != SI_TIMER || info->si_timerid != got.id ||
		     (uint64_t)(uintptr_t)info->si_value.sival_ptr != got.value;
	got.overruns += info->si_overrun;
	got.tid = my_tid();
	got.at = phc_now(fd);
	__atomic_add_fetch(&got.n, 1, __ATOMIC_RELEASE);
}

static void catch (int signo)
{
	struct sigaction action = { .sa_sigaction = on_signal,
				    .sa_flags = SA_SIGINFO | SA_RESTART };

	sigaction(signo, &action, NULL);
	memset(&got, 0, sizeof(got));
}

static bool caught(unsigned int n)
{
	return __atomic_load_n(&got.n, __ATOMIC_ACQUIRE) >= n;
}

static void one_signal(int signo)
{
	const uint64_t value = 0x0123456789abcdefULL;
	unsigned int id = make_signal(fd, signo, 0, value);
	int64_t due = phc_now(fd) + 5 * MS;
	siginfo_t info;

	catch (signo);
	got.id = id;
	got.value = value;
	set(fd, id, PTP_ALARM_ABSTIME, due, 0);
	ok(eventually(caught(1)), "signal %d: handler", signo);
	want(got.wrong, 0, "signal %d: si_code, si_timerid or si_value", signo);
	want(got.overruns, 0, "signal %d: si_overrun", signo);
	ok(got.at >= due, "signal %d: not early: by %ld ns", signo, (long)(got.at - due));
	settle();
	want(got.n, 1, "signal %d: once", signo);

	block(signo, true);
	due = phc_now(fd) + 5 * MS;
	set(fd, id, PTP_ALARM_ABSTIME, due, 0);
	want(wait_signal(signo, &info, 5000), signo, "signal %d: sigtimedwait", signo);
	ok(phc_now(fd) >= due, "signal %d: not early", signo);
	want(info.si_code, SI_TIMER, "signal %d: si_code", signo);
	want(info.si_timerid, id, "signal %d: si_timerid", signo);
	want(info.si_overrun, 0, "signal %d: si_overrun", signo);
	ok((uint64_t)(uintptr_t)info.si_value.sival_ptr == value, "signal %d: si_value", signo);
	block(signo, false);
	take_away(fd, id);
	signal(signo, SIG_DFL);
}

/* an ignored one is told and ignored; what nobody has asked for ends the program */
static void default_actions(void)
{
	unsigned int id = make_signal(fd, SIGUSR1, 0, 0);
	int status = 0;
	pid_t child;

	signal(SIGUSR1, SIG_IGN);
	set(fd, id, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(status_of(fd, id).fired == 1), "ignored signal: fired");
	signal(SIGUSR1, SIG_DFL);
	take_away(fd, id);
	child = fork();
	if (!child) {
		id = make_signal(fd, SIGNO, 0, 0);
		set(fd, id, PTP_ALARM_ABSTIME, 1, 0);
		for (;;)
			pause();
	}
	waitpid(child, &status, 0);
	want(WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGNO, "unexpected signal: kills");
}

struct waiter {
	pthread_t thread;
	pid_t tid;
	bool go, done;
	int fd;
	long result;
	siginfo_t info;
};

/* waits for SIGNO, but not before it may */
static void *waiter(void *arg)
{
	struct waiter *w = arg;

	__atomic_store_n(&w->tid, my_tid(), __ATOMIC_RELEASE);
	while (!__atomic_load_n(&w->go, __ATOMIC_ACQUIRE))
		nap_ms(1);
	/* the kernel may wake a second waiter for one signal, which then sees EINTR */
	do {
		w->result = wait_signal(SIGNO, &w->info, 5000);
	} while (w->result == -EINTR);
	__atomic_store_n(&w->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void start_waiter(struct waiter *w)
{
	memset(w, 0, sizeof(*w));
	pthread_create(&w->thread, NULL, waiter, w);
	eventually(__atomic_load_n(&w->tid, __ATOMIC_ACQUIRE));
}

static void release_waiter(struct waiter *w)
{
	__atomic_store_n(&w->go, true, __ATOMIC_RELEASE);
}

/* which thread gets it */
static void recipients(void)
{
	unsigned int id = make_signal(fd, SIGNO, 0, 7), own;
	struct waiter w[3], *to = &w[1];
	struct signalfd_siginfo si;
	sigset_t set_of_one = only(SIGNO);
	siginfo_t info;
	unsigned int i;
	int sfd;

	block(SIGNO, true);
	/* one that waits already, while all others block it */
	start_waiter(&w[0]);
	release_waiter(&w[0]);
	nap_ms(23);
	set(fd, id, PTP_ALARM_ABSTIME, 1, 0);
	pthread_join(w[0].thread, NULL);
	want(w[0].result, SIGNO, "a thread that waits gets it");
	want(w[0].info.si_timerid, id, "a thread that waits: si_timerid");

	/* nobody waits when it comes; then a thread does that had nothing to do with it */
	start_waiter(&w[0]);
	set(fd, id, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(status_of(fd, id).fired == 2), "nobody waits: it is sent");
	ok(pending(SIGNO), "nobody waits: it is pending for all");
	release_waiter(&w[0]);
	pthread_join(w[0].thread, NULL);
	want(w[0].result, SIGNO, "nobody waited: the first that does gets it");
	ok(!pending(SIGNO), "nobody waited: it is pending no more");

	/* the thread that was to have it ends */
	memset(&got, 0, sizeof(got));
	catch (SIGNO);
	got.id = id;
	got.value = 7;
	set(fd, id, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(status_of(fd, id).fired == 3), "blocked everywhere: it is sent");
	block(SIGNO, false);
	ok(eventually(caught(1)), "unblocked: it is handled");
	want(got.wrong, 0, "unblocked: what it says");
	block(SIGNO, true);

	/* a signalfd that somebody sleeps on */
	sfd = signalfd(-1, &set_of_one, SFD_CLOEXEC);
	set(fd, id, 0, 11 * MS, 0);
	want(read(sfd, &si, sizeof(si)), sizeof(si), "signalfd: read");
	want(si.ssi_signo, SIGNO, "signalfd: signal");
	want(si.ssi_tid, id, "signalfd: ssi_tid");
	want(si.ssi_code, SI_TIMER, "signalfd: ssi_code");
	want(si.ssi_int, 7, "signalfd: ssi_int");
	close(sfd);
	take_away(fd, id);

	/* one thread and no other */
	for (i = 0; i < 3; i++)
		start_waiter(&w[i]);
	own = make_signal(fd, SIGNO, to->tid, 9);
	set(fd, own, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(status_of(fd, own).fired == 1), "to a thread: it is sent");
	ok(!pending(SIGNO), "to a thread: others do not see it");
	want(wait_signal(SIGNO, &info, 23), -EAGAIN, "to a thread: no other gets it");
	for (i = 0; i < 3; i++)
		release_waiter(&w[i]);
	pthread_join(to->thread, NULL);
	want(to->result, SIGNO, "to a thread: it gets it");
	want(to->info.si_timerid, own, "to a thread: si_timerid");
	for (i = 0; i < 3; i++)
		if (&w[i] != to)
			kill(getpid(), SIGNO);
	for (i = 0; i < 3; i++)
		if (&w[i] != to)
			pthread_join(w[i].thread, NULL);
	/* that thread is gone: nobody gets it, all is counted */
	set(fd, own, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(status_of(fd, own).overruns == 1), "to a thread that has ended: an overrun");
	want(status_of(fd, own).fired, 1, "to a thread that has ended: fired");
	want(wait_signal(SIGNO, &info, 23), -EAGAIN, "to a thread that has ended: no signal");
	take_away(fd, own);
	block(SIGNO, false);
	signal(SIGNO, SIG_DFL);
}

/* 101 expirations while the signal is blocked: one signal, which says so */
static void blocked_signal(int signo, bool to_thread, bool one_by_one)
{
	unsigned int id = make_signal(fd, signo, to_thread ? getpid() : 0, 7), i;
	struct ptp_alarm_status st;
	siginfo_t info;
	char what[64];
	int64_t now;

	snprintf(what, sizeof(what), "blocked signal %d%s%s", signo, to_thread ? ", thread" : "",
		 one_by_one ? ", one by one" : "");
	block(signo, true);
	freeze(true);
	now = phc_now(fd);
	set(fd, id, PTP_ALARM_ABSTIME, now + 10 * MS, 10 * MS);
	step(10 * MS);
	ok(eventually(expirations(fd, id) == 1), "%s: the first", what);
	for (i = 0; one_by_one && i < 100; i++) {
		step(10 * MS);
		if (!eventually(expirations(fd, id) == 2 + i))
			break;
	}
	if (!one_by_one)
		step(100 * 10 * MS);
	ok(eventually(expirations(fd, id) == 101), "%s: 101 expirations", what);
	set(fd, id, 0, 0, 0);
	st = status_of(fd, id);
	want(st.fired, 1, "%s: fired", what);
	want(st.overruns, 100, "%s: overruns", what);
	want(st.last_overruns, 0, "%s: last_overruns, before it is accepted", what);
	want(wait_signal(signo, &info, 1000), signo, "%s: signal", what);
	want(status_of(fd, id).last_overruns, 100, "%s: last_overruns", what);
	want(info.si_timerid, id, "%s: si_timerid", what);
	want(info.si_overrun, 100, "%s: si_overrun", what);
	want(wait_signal(signo, &info, 23), -EAGAIN, "%s: no other", what);
	/* delivered: the next one is a new one */
	set(fd, id, PTP_ALARM_ABSTIME, 1, 0);
	want(wait_signal(signo, &info, 5000), signo, "%s: the next", what);
	want(info.si_overrun, 0, "%s: si_overrun of the next", what);
	freeze(false);
	block(signo, false);
	take_away(fd, id);
}

static void signals(void)
{
	one_signal(SIGNO);
	one_signal(SIGALRM);
	default_actions();
	recipients();
}

static void blocked(void)
{
	unsigned int a, b;
	siginfo_t info;

	blocked_signal(SIGNO, false, false);
	blocked_signal(SIGNO, true, false);
	blocked_signal(SIGALRM, false, true);
	blocked_signal(SIGALRM, true, true);
	/* two alarms with one signal do not take each other's for their own */
	a = make_signal(fd, SIGNO, 0, 1);
	b = make_signal(fd, SIGNO, 0, 2);
	block(SIGNO, true);
	set(fd, a, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(expirations(fd, a) == 1), "two alarms: one");
	set(fd, b, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(expirations(fd, b) == 1), "two alarms: the other");
	want(wait_signal(SIGNO, &info, 1000), SIGNO, "two alarms: a signal");
	want(info.si_timerid, a, "two alarms: in the order in which they went off");
	want(wait_signal(SIGNO, &info, 1000), SIGNO, "two alarms: a second");
	want(info.si_timerid, b, "two alarms: the other's");
	/* deleted with its signal pending: that one still comes, and is no other's */
	set(fd, a, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(expirations(fd, a) == 2), "deleted: its last");
	take_away(fd, a);
	set(fd, b, PTP_ALARM_ABSTIME, 1, 0);
	ok(eventually(status_of(fd, b).fired == 2), "deleted: another's is sent all the same");
	want(wait_signal(SIGNO, &info, 1000), SIGNO, "deleted: its signal");
	want(info.si_timerid, a, "deleted: whose");
	want(wait_signal(SIGNO, &info, 1000), SIGNO, "deleted: the other's signal");
	block(SIGNO, false);
	take_away(fd, b);
}

/* a user who may have no signal pending more: expirations go by, and are told later */
static void no_room(void)
{
	struct rlimit limit = { 0, 0 }, old;
	struct ptp_alarm_status st;
	unsigned int id;
	siginfo_t info;

	getrlimit(RLIMIT_SIGPENDING, &old);
	block(SIGNO, true);
	id = make_signal(fd, SIGNO, 0, 0);
	limit.rlim_max = old.rlim_max;
	setrlimit(RLIMIT_SIGPENDING, &limit);
	freeze(true);
	set(fd, id, PTP_ALARM_ABSTIME, phc_now(fd) + MS, MS);
	step(23 * MS);
	ok(eventually(expirations(fd, id) == 23), "no room: expirations");
	st = status_of(fd, id);
	want(st.fired, 0, "no room: fired");
	want(st.overruns, 23, "no room: overruns");
	setrlimit(RLIMIT_SIGPENDING, &old);
	step(2 * MS);
	ok(eventually(expirations(fd, id) == 25), "room again: expirations");
	want(wait_signal(SIGNO, &info, 1000), SIGNO, "room again: a signal");
	want(info.si_overrun, 24, "room again: si_overrun tells of all that went by");
	want(status_of(fd, id).fired, 1, "room again: fired");
	freeze(false);
	block(SIGNO, false);
	take_away(fd, id);
}

/* ---- the clock is set, stepped and steered ---- */

/*
 * A clock that is set is taken to run on while it is set, which this one does not: so
 * long is the distance shorter.
 */
static bool keeps(int64_t left, int64_t distance, unsigned int settings)
{
	return left <= distance && left >= distance - settings * 20 * MS;
}

static void steps(void)
{
	unsigned int absolute = make(fd, config_of(PTP_ALARM_NOTIFY_NONE)),
		     relative = make(fd, config_of(PTP_ALARM_NOTIFY_NONE)),
		     past = make(fd, config_of(PTP_ALARM_NOTIFY_NONE));
	int64_t now, left;
	unsigned int how;

	for (how = 0; how < 2; how++) {
		const char *name = how ? "clock_settime" : "adjtime";
		long long one = expirations(fd, absolute), two = expirations(fd, past);

		freeze(true);
		now = phc_now(fd);
		set(fd, absolute, PTP_ALARM_ABSTIME, now + 1000 * NSEC, 7 * NSEC);
		set(fd, past, PTP_ALARM_ABSTIME, now + 100 * NSEC, 0);
		set(fd, relative, 0, 500 * NSEC, 11 * NSEC);
#define MOVE(to) (how ? (void)psettime(fd, (to) / NSEC, (to) % NSEC) : step((to)-phc_now(fd)))
		/* back: the absolute ones are farther off */
		MOVE(now - 3600 * NSEC);
		want(left_of(fd, absolute), 4600 * NSEC, "%s back: absolute", name);
		want(left_of(fd, past), 3700 * NSEC, "%s back: the other absolute", name);
		left = left_of(fd, relative);
		ok(keeps(left, 500 * NSEC, how), "%s back: relative: %ld", name, (long)left);
		/* forth, over one of them and not the other */
		MOVE(now + 999 * NSEC);
		ok(eventually(expirations(fd, past) == two + 1), "%s forth: one has gone by", name);
		want(left_of(fd, absolute), 1 * NSEC, "%s forth: the other", name);
		left = left_of(fd, relative);
		ok(keeps(left, 500 * NSEC, 2 * how), "%s forth: relative: %ld", name, (long)left);
		/* over many periods */
		MOVE(now + 1000 * NSEC + 100 * 7 * NSEC + 1);
		ok(eventually(expirations(fd, absolute) == one + 101), "%s over 101 periods: %lld",
		   name, expirations(fd, absolute));
		want(status_of(fd, absolute).last_overruns, 100, "%s: overruns", name);
		want(left_of(fd, absolute), 7 * NSEC - 1, "%s: to the next", name);
		want(expirations(fd, relative), 0, "%s: relative: none", name);
		MOVE(now);
		settle();
		want(expirations(fd, absolute), one + 101, "%s back: none twice", name);
		freeze(false);
	}
	/* a relative one comes when it was to, whatever the clock shows meanwhile */
	{
		int64_t start = now_ns(CLOCK_MONOTONIC), end;

		set(fd, relative, 0, 101 * MS, 0);
		step(-3600 * NSEC);
		step(7200 * NSEC);
		psettime(fd, 1009, 0);
		nap_ms(23);
		want(expirations(fd, relative), 0, "relative: not at once");
		psettime(fd, 1000000009, 0);
		want(eventually(expirations(fd, relative) == 1), true, "relative: in time");
		end = now_ns(CLOCK_MONOTONIC);
		/* each setting is measured by two readings; the guest may stop in between */
		ok(end - start > 101 * MS - 20 * MS, "relative: after %ld ms",
		   (long)((end - start) / MS));
	}
	/* a step that fails changes nothing */
	set(fd, absolute, PTP_ALARM_ABSTIME, phc_now(fd) + 1000 * NSEC, 0);
	set(fd, relative, 0, 500 * NSEC, 0);
	lab("fail", "op=settime count=1");
	freeze(true);
	left = left_of(fd, relative);
	want(psettime(fd, 1, 0), -EIO, "clock_settime that fails");
	want(left_of(fd, relative), left, "clock_settime that fails: relative");
	freeze(false);
	/* those that are not armed are no concern of a step */
	set(fd, absolute, 0, 0, 0);
	set(fd, relative, 0, 0, 0);
	set(fd, past, 0, 0, 0);
	want(statistic("alarms_armed"), 0, "none is armed");
	psettime(fd, 1000003, 0);
	take_away(fd, absolute);
	take_away(fd, relative);
	take_away(fd, past);
}

/* an event each way: how far the clock runs per ns of ours while it is steered */
static void rates(void)
{
	static const int ppm[] = { 0, 100000, -100000, 400000, -400000 };
	unsigned int id = make(fd, config_of(PTP_ALARM_NOTIFY_EVENT)), i;
	struct ptp_extts_event event;

	for (i = 0; i < ARRAY_SIZE(ppm); i++) {
		int64_t start, mono, due, took;

		start = now_ns(CLOCK_MONOTONIC);
		due = phc_now(fd) + 101 * MS;
		set(fd, id, PTP_ALARM_ABSTIME, due, 0);
		nap_ms(5);
		adjfine_ppm(ppm[i]);
		want(sysread(fd, &event, sizeof(event)), sizeof(event), "%d ppm: a record", ppm[i]);
		took = now_ns(CLOCK_MONOTONIC) - start;
		ok(phc_now(fd) >= due, "%d ppm: not early", ppm[i]);
		/* no sooner than the fastest rate that it had can bring it there */
		mono = 101 * MS / (1 + 0.4);
		ok(took >= mono, "%d ppm: took %ld ms", ppm[i], (long)(took / MS));
	}
	adjfine_ppm(0);
	/* phase: the clock's own servo brings it in */
	{
		struct timex tx = { .modes = ADJ_OFFSET | ADJ_NANO, .offset = 1000000 };
		int64_t due = phc_now(fd) + 23 * MS;

		set(fd, id, PTP_ALARM_ABSTIME, due, 0);
		want(padjtime(fd, &tx), 0, "adjphase");
		one_event(id, due, "adjphase");
	}
	/* one that stands still: nothing comes, and nothing is lost */
	set(fd, id, 0, 5 * MS, 0);
	freeze(true);
	settle();
	i = status_of(fd, id).fired;
	freeze(false);
	one_event(id, 0, "a clock that stood still");
	want(status_of(fd, id).fired, ARRAY_SIZE(ppm) + 2, "fired");
	/* one that cannot be read: nothing is lost either */
	set(fd, id, 0, 5 * MS, 0);
	lab("fail", "op=gettime count=3");
	want(sysread(fd, &event, sizeof(event)), sizeof(event), "a clock that could not be read");
	lab("fail", "op=gettime count=0");
	take_away(fd, id);
}

/* 10 ms, 101 times, 100 ppm faster half-way: each is a signal or an overrun */
static void must_show(void)
{
	unsigned int id = make_signal(fd, SIGNO, 0, 0);
	unsigned long long signals = 0, overruns = 0, all = 0;
	struct ptp_alarm_status st;
	int64_t start, now;
	siginfo_t info;
	bool faster = false;

	block(SIGNO, true);
	start = phc_now(fd) + 10 * MS;
	set(fd, id, PTP_ALARM_ABSTIME, start, 10 * MS);
	while (!all || signals + overruns < all) {
		if (wait_signal(SIGNO, &info, 5000) != SIGNO)
			break;
		signals++;
		overruns += info.si_overrun;
		now = phc_now(fd);
		if (!faster && now >= start + 500 * MS) {
			adjfine_ppm(100);
			faster = true;
		}
		/* the last ones by hand, or there might be one too many: a slow guest has more */
		if (!all && now >= start + 700 * MS) {
			freeze(true);
			now = phc_now(fd);
			if (now < start + 1005 * MS)
				step(start + 1005 * MS - now);
			all = (phc_now(fd) - start) / (10 * MS) + 1;
			ok(all >= 101, "expirations by the clock: %llu", all);
		}
	}
	want(signals + overruns, all, "%llu signals + %llu overruns", signals, overruns);
	want(wait_signal(SIGNO, &info, 53), -EAGAIN, "no signal more");
	st = status_of(fd, id);
	want(st.fired, signals, "fired, by the books");
	want(st.overruns, overruns, "overruns, by the books");
	freeze(false);
	adjfine_ppm(0);
	block(SIGNO, false);
	take_away(fd, id);
}

/* the clock's own alarm does the work, until it fails: then a timer */
static void hardware(void)
{
	unsigned int id = make(fd, config_of(PTP_ALARM_NOTIFY_EVENT)), i;
	long long rung, calls = statistic("alarm");
	struct ptp_clock_caps caps;
	char path[96], text[32];

	pioctl(fd, PTP_CLOCK_GETCAPS, &caps);
	ok(caps.n_alarm > 0, "GETCAPS: n_alarm: %d", caps.n_alarm);
	want(number_in(sysfs("n_alarms")), caps.n_alarm, "sysfs: n_alarms");
	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/alarm_rung", device);
	want(status_of(fd, id).flags, PTP_ALARM_HARDWARE, "flags");
	rung = number_in(path);
	for (i = 0; i < 23; i++) {
		set(fd, id, 0, 7 * MS, 0);
		one_event(id, 0, "by the clock's alarm");
	}
	/* one that is due before it could be set needs none */
	ok(number_in(path) - rung >= 19, "interrupts: %lld", number_in(path) - rung);
	ok(statistic("alarm") - calls >= 19, "driver's alarm(): %lld calls",
	   statistic("alarm") - calls);
	/* deleted: it is not left on */
	set(fd, id, 0, 3600 * NSEC, 0);
	snprintf(path, sizeof(path), "/sys/bus/lab/devices/%s/alarm_on", device);
	want(number_in(path), 1, "set: the clock's alarm is on");
	take_away(fd, id);
	ok(eventually(number_in(path) == 0), "deleted: the clock's alarm is off");
	id = make(fd, config_of(PTP_ALARM_NOTIFY_EVENT));
	set(fd, id, 0, 3600 * NSEC, 0);
	want(number_in(path), 1, "set: the clock's alarm is on");
	set(fd, id, 0, 0, 0);
	want(number_in(path), 0, "disarmed: the clock's alarm is off");
	/* others of its alarms are not touched */
	ok(slurp(path, text, sizeof(text)) > 0 && !strchr(text, '1'), "alarms that are on: %s",
	   text);

	lab("fail", "op=alarm errno=5 count=1");
	set(fd, id, 0, 3 * MS, 0);
	one_event(id, 0, "the clock's alarm fails");
	want(statistic("alarm_errors"), 1, "it has failed");
	want(status_of(fd, id).flags, 0, "flags");
	set(fd, id, 0, 3 * MS, 0);
	one_event(id, 0, "from then on");
	take_away(fd, id);
}

/* ---- where an instruction is a nanosecond ---- */

/* each alarm by itself; none later than so much */
static void exact(void)
{
	static const int64_t distances[] = { 101000,   MS,	  7 * MS,   23 * MS,
					     101 * MS, 1009 * MS, 7 * NSEC, 101 * NSEC };
	unsigned int id = make_signal(fd, SIGNO, 0, 0), one = make(fd, config_of(0)), i;
	unsigned int signals = 0, overruns = 0;
	struct ptp_extts_event event;
	struct ptp_alarm_status st;
	siginfo_t info;

	/* how fast the clock runs it must have seen for a while */
	set(fd, one, 0, 23 * MS, 0);
	sysread(fd, &event, sizeof(event));
	for (i = 0; i < ARRAY_SIZE(distances); i++) {
		set(fd, one, 0, distances[i], 0);
		sysread(fd, &event, sizeof(event));
		ok(event.rsv[1] < LATE, "alone, in %ld us: %u ns late", (long)(distances[i] / 1000),
		   event.rsv[1]);
	}
	block(SIGNO, true);
	set(fd, id, 0, 10 * MS, 10 * MS);
	for (i = 0; i < 101; i++) {
		if (wait_signal(SIGNO, &info, 1000) != SIGNO)
			break;
		signals++;
		overruns += info.si_overrun;
		if (i == 50)
			adjfine_ppm(100);
	}
	set(fd, id, 0, 0, 0);
	want(signals, 101, "each 10 ms: signals");
	want(overruns, 0, "each 10 ms: overruns");
	want(wait_signal(SIGNO, &info, 53), -EAGAIN, "each 10 ms: no other");
	st = status_of(fd, id);
	want(st.fired, 101, "each 10 ms: fired");
	ok(st.max_lateness_ns < LATE, "each 10 ms: %ld ns late at most", (long)st.max_lateness_ns);
	block(SIGNO, false);
	adjfine_ppm(0);
	take_away(fd, id);
	take_away(fd, one);
}

/* ---- files and programs come to an end ---- */

static void lifetime(void)
{
	int file = open_node(node, O_RDONLY), twin, status = 0;
	unsigned int id = make(file, config_of(PTP_ALARM_NOTIFY_NONE)), sig;
	struct ptp_alarm_config config = config_of(PTP_ALARM_NOTIFY_EVENTFD);
	struct ptp_alarm_status st;
	unsigned long long value;
	pid_t child;
	int ev;

	/* a twin of the file has the same alarms; the last one takes them along */
	twin = dup(file);
	set(twin, id, 0, 3600 * NSEC, 0);
	want(statistic("alarms_armed"), 1, "dup: armed");
	close(file);
	want(status_of(twin, id).flags & PTP_ALARM_ARMED, 1, "dup: armed after one is closed");
	want(listed(id), 1, "dup: listed");
	close(twin);
	want(statistic("alarms"), 0, "closed: alarms");
	want(statistic("alarms_armed"), 0, "closed: armed");
	want(listed(id), 0, "closed: listed");

	/* closed: eventfd and signal do not come */
	file = open_node(node, O_RDONLY);
	ev = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	config.eventfd = ev;
	id = make(file, config);
	sig = make_signal(file, SIGNO, 0, 0);
	block(SIGNO, true);
	freeze(true);
	set(file, id, 0, 11 * MS, 11 * MS);
	set(file, sig, 0, 11 * MS, 11 * MS);
	close(file);
	freeze(false);
	settle();
	want(call(read(ev, &value, 8)), -EAGAIN, "closed: no eventfd");
	want(pending(SIGNO), 0, "closed: no signal");

	/* a child has the file, and may do as it likes; signals are its parent's */
	file = open_node(node, O_RDONLY);
	sig = make_signal(file, SIGNO, 0, 0);
	child = fork();
	if (!child) {
		siginfo_t info;

		set(file, sig, PTP_ALARM_ABSTIME, 1, 0);
		_exit(wait_signal(SIGNO, &info, 53) == -EAGAIN ? 0 : 1);
	}
	waitpid(child, &status, 0);
	want(status, 0, "fork: the child gets no signal");
	ok(eventually(pending(SIGNO)), "fork: its parent does");
	{
		siginfo_t info;

		want(wait_signal(SIGNO, &info, 0), SIGNO, "fork: the signal");
	}
	take_away(file, sig);

	/* the other way round: a child's alarm ends with the child, the file stays */
	{
		int ends[2];

		pipe(ends);
		child = fork();
		if (!child) {
			unsigned int ids[2];

			ids[0] = make_signal(file, SIGNO, 0, 0);
			ids[1] = make(file, config_of(PTP_ALARM_NOTIFY_NONE));
			set(file, ids[0], 0, 23 * MS, 11 * MS);
			set(file, ids[1], 0, 23 * MS, 0);
			write(ends[1], ids, sizeof(ids));
			_exit(0);
		}
		{
			unsigned int ids[2] = { 0 };

			read(ends[0], ids, sizeof(ids));
			waitpid(child, &status, 0);
			want(try_status(file, ids[0], &st), -ENOENT, "exit: its signals");
			ok(eventually(expirations(file, ids[1]) == 1),
			   "exit: what signals nobody goes on");
			settle();
			want(pending(SIGNO), 0, "exit: no signal to anybody");
			take_away(file, ids[1]);
		}
		close(ends[0]);
		close(ends[1]);
	}
	block(SIGNO, false);
	close(file);
	close(ev);
	want(statistic("alarms"), 0, "alarms left");
}

/* what a program sees of an alarm that the program before it made */
static int says(const char *file, const char *id)
{
	struct ptp_alarm_status st;
	long err;

	settle();
	err = try_status(atoi(file), atoi(id), &st);
	return pending(SIGNO) ? 2 : err == -ENOENT ? 3 : err ? 4 : 5;
}

static int run_after_exec(unsigned int notify, int64_t interval)
{
	char file[16], id[16];
	int status = 0;
	pid_t child;

	child = fork();
	if (!child) {
		struct ptp_alarm_config config = config_of(notify);
		int kept = open(node, O_RDONLY); /* not O_CLOEXEC */
		unsigned int n;

		config.signo = SIGNO;
		n = make(kept, config);
		snprintf(file, sizeof(file), "%d", kept);
		snprintf(id, sizeof(id), "%u", n);
		block(SIGNO, true);
		set(kept, n, 0, interval ?: 3600 * NSEC, interval);
		execl("/proc/self/exe", "ptp_alarm", "says", file, id, NULL);
		_exit(1);
	}
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* a program that fails to become another goes on to get its signals */
static void failing_execs(void)
{
	unsigned int id = make_signal(fd, SIGNO, 0, 0), i;
	unsigned long long seen = 0;
	siginfo_t info;

	block(SIGNO, true);
	set(fd, id, 0, 101000, 101000);
	for (i = 0; i < 1009; i++) {
		execl("/proc/self/no_such_program", "no_such_program", NULL);
		execl("/proc/version", "no_program", NULL);
		if (wait_signal(SIGNO, &info, 0) == SIGNO)
			seen += 1 + info.si_overrun;
	}
	freeze(true);
	settle();
	if (wait_signal(SIGNO, &info, 0) == SIGNO)
		seen += 1 + info.si_overrun;
	ok(seen > 2, "failing execs: expirations");
	want(expirations(fd, id), seen, "failing execs: none is lost");
	freeze(false);
	take_away(fd, id);
	/* one may have come since the clock goes on: it would kill */
	while (wait_signal(SIGNO, &info, 0) == SIGNO)
		;
	block(SIGNO, false);
}

static void execs(void)
{
	unsigned int i, left = 0, kept = 0;

	failing_execs();
	want(run_after_exec(PTP_ALARM_NOTIFY_SIGNAL, 0), 3, "exec: signal: the alarm is gone");
	/* signals under way: none is left, the alarm is gone */
	for (i = 0; i < 23; i++) {
		int result = run_after_exec(PTP_ALARM_NOTIFY_SIGNAL, 101000 + 1009 * i);

		left += result == 2;
		kept += result != 2 && result != 3;
	}
	want(left, 0, "exec: the next program has a signal pending");
	want(kept, 0, "exec: the next program has the alarm");
	want(run_after_exec(PTP_ALARM_NOTIFY_NONE, 0), 5, "exec: the others stay");
	want(statistic("alarms"), 0, "alarms left");
}

/* ---- limits ---- */

static long make_many(int file, unsigned int max)
{
	unsigned int i;

	for (i = 0; i < max; i++) {
		struct ptp_alarm_config config = config_of(PTP_ALARM_NOTIFY_NONE);
		long err = pioctl(file, PTP_ALARM_CREATE, &config);

		if (err)
			return err == -EAGAIN ? (long)i : err;
	}
	return i;
}

static void limits(void)
{
	unsigned int per_file = number_in("/sys/module/chs_ptp/parameters/max_alarms_per_file"),
		     per_user = number_in("/sys/module/chs_ptp/parameters/max_alarms_per_user"), i;
	int files[101], status = 0;
	pid_t child;

	want(per_file, 32, "limit of a file");
	want(per_user, 256, "limit of a user");
	for (i = 0; i < per_user / per_file; i++) {
		files[i] = open_node(node, O_RDONLY);
		if (make_many(files[i], 1009) != per_file)
			break;
	}
	want(i, per_user / per_file, "files that are full");
	files[i] = open_node(node, O_RDONLY);
	want(make_many(files[i], 1), 0, "this user's limit");
	want(statistic("alarms"), per_user, "alarms");
	/* somebody else has a limit of his own */
	child = fork();
	if (!child) {
		if (setresuid(65534, 65534, 65534))
			_exit(1);
		_exit(make_many(files[i], 1009) == per_file ? 0 : 2);
	}
	waitpid(child, &status, 0);
	want(status, 0, "another user's file is full");
	want(statistic("alarms"), per_user + per_file, "alarms");
	/* room comes back */
	close(files[0]);
	files[0] = open_node(node, O_RDONLY);
	want(make_many(files[0], 7), 7, "room again");
	for (; i != -1U; i--)
		close(files[i]);
	want(statistic("alarms"), 0, "alarms left");
	/* none at all */
	spill("/sys/module/chs_ptp/parameters/max_alarms_per_user", "0");
	want(make_many(fd, 1), 0, "limit 0");
	spill("/sys/module/chs_ptp/parameters/max_alarms_per_user", "256");
	want(statistic("alarms"), 0, "limit 0: alarms");
}

/* ---- alarms that are further off than 2^63 ns of the system's time ---- */

#define TRACING "/sys/kernel/tracing/"

/* timers of the class and of the lab's clock that go off in a second */
static unsigned int timers_a_second(void)
{
	static const char *const ours[] = { "alarm_timer", "phc_alarm_fire", "phc_out_fire" };
	const char *event = TRACING "instances/far/events/timer/hrtimer_expire_entry/enable";
	char line[256];
	unsigned int n = 0;
	size_t i;
	FILE *f;

	if (mkdir(TRACING "instances/far", 0700))
		die("no instance of tracefs: %s", strerror(errno));
	if (spill(event, "1"))
		die("no event timer:hrtimer_expire_entry");
	nap_ms(1000);
	spill(event, "0");
	f = fopen(TRACING "instances/far/trace", "r");
	if (!f)
		die("no trace: %s", strerror(errno));
	while (fgets(line, sizeof(line), f))
		for (i = 0; i < ARRAY_SIZE(ours); i++)
			n += strstr(line, ours[i]) != NULL;
	fclose(f);
	rmdir(TRACING "instances/far");
	return n;
}

static void far_alarm(int64_t due, const char *what)
{
	int ro = open_node(node, O_RDONLY);
	unsigned int n, id = make(ro, config_of(PTP_ALARM_NOTIFY_NONE));

	set(ro, id, PTP_ALARM_ABSTIME, due, 0);
	n = timers_a_second();
	ok(n < 10, "%s: %u timers a second", what, n);
	ok(status_of(ro, id).flags & PTP_ALARM_ARMED, "%s: armed still", what);
	want(expirations(ro, id), 0, "%s: expirations", what);
	close(ro);
}

static void far(void)
{
	struct ptp_perout_request out = { .start = { .sec = 9223372035 }, .period = { .sec = 1 } };
	struct ptp_pin_desc pin = { .index = 0, .func = PTP_PF_PEROUT };
	struct timex tx = { .modes = ADJ_FREQUENCY, .freq = -32767999934 };
	unsigned int n;

	want(psettime(fd, 0, 0), 0, "at 0");
	far_alarm(INT64_MAX, "the end of time");
	far_alarm(9223372035999999999, "just before the end of time");
	n = timers_a_second();
	ok(n < 10, "no alarm: %u timers a second", n);
	want(pioctl(fd, PTP_PIN_SETFUNC2, &pin), 0, "an output");
	want(pioctl(fd, PTP_PEROUT_REQUEST, &out), 0, "which starts just before the end of time");
	n = timers_a_second();
	ok(n < 10, "a far output: %u timers a second", n);
	out.period.sec = 0;
	want(pioctl(fd, PTP_PEROUT_REQUEST, &out), 0, "which is off");
	want(psettime(fd, 1764300000, 0), 0, "today");
	want(padjtime(fd, &tx), 0, "at half the rate");
	far_alarm(6700000000 * NSEC, "half the rate");
	tx.freq = 0;
	want(padjtime(fd, &tx), 0, "at the whole rate");
}

/* ---- storms on many clocks ---- */

/* processor time of the threads of all clocks' alarms, ns */
static long long alarm_threads_ns(void)
{
	char text[128], path[288];
	long long sum = 0;
	glob_t found;
	size_t i;

	if (glob("/proc/[0-9]*/comm", 0, NULL, &found))
		die("no /proc");
	for (i = 0; i < found.gl_pathc; i++) {
		if (slurp(found.gl_pathv[i], text, sizeof(text)) <= 0)
			continue;
		text[strcspn(text, "\n")] = 0;
		if (strncmp(text, "ptp", 3) || !strstr(text, "-alarm"))
			continue;
		snprintf(path, sizeof(path), "%.*sschedstat", (int)strlen(found.gl_pathv[i]) - 4,
			 found.gl_pathv[i]);
		sum += number_in(path);
	}
	globfree(&found);
	return sum;
}

/* percent of a processor that they take in a second */
static unsigned int alarm_threads_percent(void)
{
	long long used = alarm_threads_ns();
	int64_t start = now_ns(CLOCK_MONOTONIC);

	nap_ms(1000);
	used = alarm_threads_ns() - used;
	return used * 100 / (now_ns(CLOCK_MONOTONIC) - start);
}

#define CLOCKS 8

static void budget(void)
{
	const char *knob = "/sys/module/chs_ptp/parameters/alarm_cpu_percent";
	unsigned int limit = number_in(knob), ids[CLOCKS], one, all, i;
	struct ptp_alarm_status status;
	int files[CLOCKS];
	char path[64], text[64], other[64];
	glob_t found;

	want(limit, 25, "percent of a processor");
	if (glob("/sys/bus/lab/devices/phc*/node", 0, NULL, &found) || found.gl_pathc != CLOCKS)
		die("want %d clocks", CLOCKS);
	for (i = 0; i < CLOCKS; i++) {
		slurp(found.gl_pathv[i], text, sizeof(text));
		text[strcspn(text, "\n")] = 0;
		snprintf(path, sizeof(path), "/dev/%.50s", text);
		files[i] = open_node(path, O_RDONLY);
		ids[i] = make(files[i], config_of(PTP_ALARM_NOTIFY_NONE));
	}
	set(files[0], ids[0], 0, 1, 1);
	nap_ms(100);
	one = alarm_threads_percent();
	for (i = 1; i < CLOCKS; i++)
		set(files[i], ids[i], 0, 1, 1);
	nap_ms(100);
	all = alarm_threads_percent();
	ok(one <= limit + 5, "a storm on one clock: %u %% of a processor", one);
	ok(all <= limit + 5, "on each of %d clocks: %u %%", CLOCKS, all);
	for (i = 0; i < CLOCKS; i++) {
		status = status_of(files[i], ids[i]);
		ok(status.fired > 100, "clock %u has its turn: fired %llu, overruns %llu", i,
		   (unsigned long long)status.fired, (unsigned long long)status.overruns);
	}
	snprintf(other, sizeof(other), "%u", limit);
	want(spill(knob, "5"), 0, "less");
	nap_ms(300);
	all = alarm_threads_percent();
	ok(all <= 5 + 5, "on each of %d clocks, of less: %u %%", CLOCKS, all);
	want(spill(knob, other), 0, "as it was");
	for (i = 0; i < CLOCKS; i++)
		close(files[i]);
	globfree(&found);
}

/* ---- 32-bit callers: the int 0x80 gate of this very process ---- */

#ifdef __x86_64__
static long ioctl32(int file, unsigned int cmd, uint32_t arg)
{
	long result;

	/* the gate leaves r8 to r11 undefined on some kernels */
	asm volatile("int $0x80"
		     : "=a"(result)
		     : "a"(54L), "b"((long)file), "c"((long)cmd), "d"((long)arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static void compat(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct ptp_alarm_config *config = (void *)low;
	struct ptp_alarm_setting *setting = (void *)low;
	struct ptp_alarm_status *st = (void *)low;
	uint32_t at, id;
	siginfo_t info;

	if (low == MAP_FAILED)
		die("no memory below 4 GiB: %s", strerror(errno));
	at = (uint32_t)(uintptr_t)low;
	block(SIGNO, true);
	*config = config_of(PTP_ALARM_NOTIFY_SIGNAL);
	config->signo = SIGNO;
	config->value = 0x12345678;
	want(ioctl32(fd, PTP_ALARM_CREATE, at), 0, "32 bit: CREATE");
	id = config->id;
	*setting = (struct ptp_alarm_setting){ .id = id, .value = time_of(7 * MS) };
	want(ioctl32(fd, PTP_ALARM_SETTIME, at), 0, "32 bit: SETTIME");
	want(wait_signal(SIGNO, &info, 5000), SIGNO, "32 bit: signal");
	want(info.si_int, 0x12345678, "32 bit: si_value");
	*setting = (struct ptp_alarm_setting){ .id = id };
	want(ioctl32(fd, PTP_ALARM_GETTIME, at), 0, "32 bit: GETTIME");
	st->id = id;
	want(ioctl32(fd, PTP_ALARM_STATUS, at), 0, "32 bit: STATUS");
	want(st->fired, 1, "32 bit: fired");
	*(uint32_t *)low = id;
	want(ioctl32(fd, PTP_ALARM_DELETE, at), 0, "32 bit: DELETE");
	want(ioctl32(fd, PTP_ALARM_DELETE, at), -ENOENT, "32 bit: DELETE once more");
	want(ioctl32(fd, PTP_ALARM_DELETE, 0), -EFAULT, "32 bit: DELETE: NULL");
	block(SIGNO, false);
	munmap(low, 4096);
}
#else
static void compat(void)
{
	printf("# 32 bit: not tested on this architecture\n");
}
#endif

/* ---- many threads at once ---- */

static bool enough;

static bool go_on(void)
{
	return !__atomic_load_n(&enough, __ATOMIC_ACQUIRE);
}

static void *makes_and_takes(void *arg)
{
	unsigned int notify = (uintptr_t)arg, i;
	struct ptp_alarm_config config = config_of(notify);
	struct ptp_alarm_status st;

	config.signo = SIGNO;
	config.eventfd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (i = 0; go_on(); i++) {
		unsigned int id = make(fd, config), k;

		for (k = 0; k < 7; k++) {
			set(fd, id, 0, (i * 1009 + k) % (3 * MS) + 1, (i * 101 + k) % MS);
			left_of(fd, id);
			try_status(fd, id, &st);
		}
		if (i % 3)
			nap_ms(1);
		if (take_away(fd, id))
			die("an alarm that is not there");
	}
	close(config.eventfd);
	return NULL;
}

static void *opens_and_closes(void *arg)
{
	while (go_on()) {
		int file = open_node(node, O_RDONLY);
		unsigned int i;

		for (i = 0; i < 5; i++) {
			unsigned int notify =
				i % 2 ? PTP_ALARM_NOTIFY_EVENT : PTP_ALARM_NOTIFY_NONE;

			set(file, make(file, config_of(notify)), 0, i * 101000 + 1, 101000);
		}
		if (listed(0))
			die("an alarm with the number 0");
		close(file);
	}
	return arg;
}

static void *steps_and_steers(void *arg)
{
	unsigned int i;

	for (i = 0; go_on(); i++) {
		struct timex tx = { .modes = ADJ_OFFSET | ADJ_NANO, .offset = 1009 };

		psettime(fd, 1000003 + i % 23, 0);
		step(i % 2 ? -7 * NSEC : 7 * NSEC);
		adjfine_ppm(i % 23);
		padjtime(fd, &tx);
	}
	return arg;
}

static void *takes_signals(void *arg)
{
	siginfo_t info;

	while (go_on())
		wait_signal(SIGNO, &info, 1);
	return arg;
}

/* what comes of it is in the kernel's log, and in the books */
static void churn(void)
{
	/* the first four take their number for a way to notify */
	static void *(*const jobs[])(void *) = {
		makes_and_takes,  makes_and_takes,  makes_and_takes, makes_and_takes,
		opens_and_closes, steps_and_steers, takes_signals,
	};
	pthread_t threads[ARRAY_SIZE(jobs)];
	siginfo_t info;
	size_t i;

	block(SIGNO, true);
	enough = false;
	for (i = 0; i < ARRAY_SIZE(jobs); i++)
		pthread_create(&threads[i], NULL, jobs[i], (void *)i);
	nap_ms(1009);
	__atomic_store_n(&enough, true, __ATOMIC_RELEASE);
	for (i = 0; i < ARRAY_SIZE(jobs); i++)
		pthread_join(threads[i], NULL);
	while (wait_signal(SIGNO, &info, 0) == SIGNO)
		;
	block(SIGNO, false);
	adjfine_ppm(0);
	want(statistic("alarms"), 0, "churn: alarms left");
	want(statistic("alarms_armed"), 0, "churn: alarms armed");
	ok(statistic("alarms_fired") > 23, "churn: fired: %lld", statistic("alarms_fired"));
}

/* ---- last: the clock goes away with alarms armed ---- */

static void unplug(void)
{
	struct ptp_alarm_config config = config_of(PTP_ALARM_NOTIFY_EVENTFD);
	struct ptp_alarm_setting s = { .value = time_of(NSEC) };
	int ev = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	unsigned int ids[23], i;
	struct ptp_alarm_status st;
	unsigned long long value;

	config.eventfd = ev;
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		ids[i] = make(fd, config);
		set(fd, ids[i], 0, (i + 1) * MS, (i + 1) * 1009);
	}
	ok(eventually(expirations(fd, ids[22]) > 1), "all at work");
	want(spill("/sys/bus/lab/del_device", device), 0, "the clock goes");
	read(ev, &value, 8);
	settle();
	want(call(read(ev, &value, 8)), -EAGAIN, "gone: no eventfd any more");
	config = config_of(PTP_ALARM_NOTIFY_NONE);
	want(pioctl(fd, PTP_ALARM_CREATE, &config), -ENODEV, "gone: CREATE");
	want(pioctl(fd, PTP_ALARM_CREATE, NULL), -ENODEV, "gone: CREATE: NULL");
	s.id = ids[0];
	want(pioctl(fd, PTP_ALARM_SETTIME, &s), -ENODEV, "gone: SETTIME");
	want(pioctl(fd, PTP_ALARM_GETTIME, &s), -ENODEV, "gone: GETTIME");
	want(try_status(fd, ids[0], &st), -ENODEV, "gone: STATUS");
	want(take_away(fd, ids[0]), -ENODEV, "gone: DELETE");
	want(listed(ids[0]), 0, "gone: listed in debugfs");
	close(fd);
	close(ev);
}

static const struct group groups[] = {
	{ "errors", errors },	    { "oneshot", oneshot },
	{ "periodic", periodic },   { "folds", folds },
	{ "storm", storm },	    { "two_files", two_files },
	{ "eventfds", eventfds },   { "signals", signals },
	{ "blocked", blocked },	    { "no_room", no_room },
	{ "steps", steps },	    { "rates", rates },
	{ "must_show", must_show }, { "hardware", hardware },
	{ "exact", exact },	    { "lifetime", lifetime },
	{ "execs", execs },	    { "limits", limits },
	{ "compat", compat },	    { "churn", churn },
	{ "unplug", unplug },	    { "far", far },
	{ "budget", budget },
};

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "says"))
		return says(argv[2], argv[3]);
	if (argc < 4)
		die("usage: ptp_alarm DEVICE NODE GROUP...");
	snprintf(device, sizeof(device), "%s", argv[1]);
	snprintf(node, sizeof(node), "%s", argv[2]);
	fd = open_node(node, O_RDWR);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 3);
}
