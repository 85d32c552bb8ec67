// SPDX-License-Identifier: GPL-2.0
/*
 * ptp_life GROUP...: PTP clocks that go away while programs use them, by labctl del
 * or with their driver's module. Makes its clocks itself; "rounds" and "modules" take
 * modules out of the kernel and put them back. CHS_ROUNDS tells how many rounds.
 */
#include <pthread.h>
#include <linux/pps.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "ptp_test.h"

#define CLASS	 "chs_ptp"
#define DRIVER	 "lab_phc"
#define LONG_AGO 1000003L

/* ---- modules ---- */

/* modules that use another; they go before it and come back after it */
static unsigned int users_of(const char *module, char names[][64], unsigned int max)
{
	char pattern[96];
	unsigned int n = 0;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "/sys/module/%s/holders/*", module);
	if (glob(pattern, 0, NULL, &found))
		return 0;
	for (; n < found.gl_pathc && n < max; n++)
		snprintf(names[n], 64, "%s", strrchr(found.gl_pathv[n], '/') + 1);
	globfree(&found);
	return n;
}

/* ---- clients ---- */

enum kind { READ, READ_NOTHING, POLL, EPOLL, GETTIME, SETTIME, IOCTL, ADJTIME, N_KINDS };

static const char *const kind_names[N_KINDS] = {
	"read()",	   "read() of 0",     "poll()",	 "epoll_wait()",
	"clock_gettime()", "clock_settime()", "ioctl()", "clock_adjtime()",
};

struct client {
	pthread_t thread;
	enum kind kind;
	int fd, ep;
	pid_t tid;
	long result; /* what ended it */
	unsigned int revents;
	unsigned long calls, interrupted;
	int64_t end;
	atomic_bool done;
};

static void on_signal(int signo)
{
	(void)signo;
}

static long one_call(struct client *c)
{
	struct ptp_extts_event events[30];
	struct ptp_sys_offset_extended rq = { .n_samples = 5 };
	struct pollfd pollfd = { .fd = c->fd, .events = POLLIN };
	struct timex tx = { .modes = ADJ_FREQUENCY };
	struct epoll_event event;
	struct timespec ts;
	long n;

	switch (c->kind) {
	case READ:
		return sysread(c->fd, events, sizeof(events));
	case READ_NOTHING:
		return sysread(c->fd, events, 0);
	case POLL:
		n = call(poll(&pollfd, 1, 20000));
		c->revents = pollfd.revents;
		return n < 0 ? n : n == 0 ? -ETIMEDOUT : c->revents & POLLERR ? -ENODEV : 1;
	case EPOLL:
		n = call(epoll_wait(c->ep, &event, 1, 20000));
		c->revents = n > 0 ? event.events : 0;
		return n < 0 ? n : n == 0 ? -ETIMEDOUT : c->revents & EPOLLERR ? -ENODEV : 1;
	case GETTIME:
		return pgettime(c->fd, &ts);
	case SETTIME:
		return psettime(c->fd, LONG_AGO, 0);
	case IOCTL:
		return pioctl(c->fd, PTP_SYS_OFFSET_EXTENDED, &rq);
	default:
		return padjtime(c->fd, &tx);
	}
}

/* goes on until a call gives what is neither success nor a signal */
static void *client(void *arg)
{
	struct client *c = arg;

	__atomic_store_n(&c->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	for (;;) {
		c->result = one_call(c);
		c->calls++;
		if (c->result == -EINTR)
			c->interrupted++;
		else if (c->result < 0)
			break;
	}
	c->end = now_ns(CLOCK_MONOTONIC);
	atomic_store(&c->done, true);
	return NULL;
}

static void start_client(struct client *c, enum kind kind)
{
	struct epoll_event event = { .events = EPOLLIN };

	memset(c, 0, sizeof(*c));
	c->kind = kind;
	c->fd = open_node(node, O_RDWR);
	c->ep = -1;
	if (kind == EPOLL) {
		c->ep = epoll_create1(EPOLL_CLOEXEC);
		epoll_ctl(c->ep, EPOLL_CTL_ADD, c->fd, &event);
	}
	if (pthread_create(&c->thread, NULL, client, c))
		die("pthread_create: %s", strerror(errno));
}

static bool is_asleep(struct client *c)
{
	pid_t tid = __atomic_load_n(&c->tid, __ATOMIC_ACQUIRE);
	char path[64], text[256], *p;

	if (!tid)
		return false;
	if (c->kind >= GETTIME)
		return true;
	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	if (slurp(path, text, sizeof(text)) <= 0)
		return false;
	p = strrchr(text, ')');
	return p && p[2] == 'S';
}

/* false where it has to be given up */
static bool end_client(struct client *c)
{
	if (!eventually(atomic_load(&c->done)))
		return false;
	pthread_join(c->thread, NULL);
	return true;
}

static void close_client(struct client *c)
{
	if (c->ep >= 0)
		close(c->ep);
	close(c->fd);
}

/* ---- after the end ---- */

/* a file of a clock that is no more */
static void all_gone(int fd)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct pollfd pollfd = { .fd = fd, .events = POLLIN | POLLPRI };
	static const struct {
		unsigned int cmd;
		const char *name;
	} cmds[] = {
		{ PTP_CLOCK_GETCAPS, "GETCAPS" },
		{ PTP_EXTTS_REQUEST2, "EXTTS_REQUEST2" },
		{ PTP_PEROUT_REQUEST, "PEROUT_REQUEST" },
		{ PTP_ENABLE_PPS, "ENABLE_PPS" },
		{ PTP_SYS_OFFSET, "SYS_OFFSET" },
		{ PTP_PIN_GETFUNC, "PIN_GETFUNC" },
		{ PTP_PIN_SETFUNC2, "PIN_SETFUNC2" },
		{ PTP_SYS_OFFSET_PRECISE, "SYS_OFFSET_PRECISE" },
		{ PTP_SYS_OFFSET_EXTENDED, "SYS_OFFSET_EXTENDED" },
		{ PTP_MASK_CLEAR_ALL, "MASK_CLEAR_ALL" },
		{ PTP_MASK_EN_SINGLE, "MASK_EN_SINGLE" },
		{ PTP_SYS_OFFSET_PRECISE_CYCLES, "SYS_OFFSET_PRECISE_CYCLES" },
		{ '=' << 8 | 99, "unknown" },
	};
	struct ptp_extts_event events[30];
	struct timex tx = { .modes = 0 };
	struct timespec ts;
	char buf[1216];
	size_t i;
	int ep;

	want(pgettime(fd, &ts), -ENODEV, "gone: gettime");
	want(psettime(fd, LONG_AGO, 0), -ENODEV, "gone: settime");
	want(psettime(fd, 1, -1), -EINVAL, "gone: settime of no time at all");
	want(call(syscall(SYS_clock_getres, clock_of(fd), &ts)), -ENODEV, "gone: getres");
	want(padjtime(fd, &tx), -ENODEV, "gone: adjtime, modes 0");
	tx.modes = ADJ_FREQUENCY;
	want(padjtime(fd, &tx), -ENODEV, "gone: FREQUENCY");
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		memset(buf, 0, sizeof(buf));
		want(pioctl(fd, cmds[i].cmd, buf), -ENODEV, "gone: ioctl %s", cmds[i].name);
		want(pioctl(fd, cmds[i].cmd, NULL), -ENODEV, "gone: ioctl %s, NULL", cmds[i].name);
	}
	want(sysread(fd, events, 960), -ENODEV, "gone: read, an event waits");
	want(sysread(fd, events, 0), -ENODEV, "gone: read of 0");
	want(sysread(fd, events, 33), -ENODEV, "gone: read of 33");
	want(sysread(fd, NULL, 960), -ENODEV, "gone: read to NULL");
	want(poll(&pollfd, 1, 5000), 1, "gone: poll");
	ok(pollfd.revents & POLLERR && !(pollfd.revents & POLLIN), "gone: poll: 0x%x",
	   pollfd.revents);
	ep = epoll_create1(EPOLL_CLOEXEC);
	want(epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event), 0, "gone: epoll_ctl");
	want(epoll_wait(ep, &event, 1, 5000), 1, "gone: epoll");
	ok(event.events & EPOLLERR, "gone: epoll: 0x%x", event.events);
	close(ep);
}

static int same_number(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : (int)minor(st.st_rdev);
}

static void gone(void)
{
	char old_node[64], old_debugfs[256], clone[] = "/tmp/clone-of-a-node";
	struct stat st;
	int fd, ro, copy, index;

	lab_new("");
	snprintf(old_node, sizeof(old_node), "%s", node);
	snprintf(old_debugfs, sizeof(old_debugfs), "%s", debugfs("readers"));
	index = same_number(node);
	stat(node, &st);
	unlink(clone);
	if (mknod(clone, S_IFCHR | 0600, st.st_rdev))
		die("mknod: %s", strerror(errno));
	fd = open_node(node, O_RDWR);
	ro = open_node(node, O_RDONLY);
	copy = open_node(clone, O_RDONLY);
	close(copy);
	extts_on(fd, 0, 0);
	push(0, 13, 0);
	lab_del();
	all_gone(fd);
	want(psettime(ro, LONG_AGO, 0), -ENODEV, "gone: settime, read-only file");
	want(call(open(old_node, O_RDWR)), -ENOENT, "gone: open");
	copy = call(open(clone, O_RDWR));
	ok(copy == -ENXIO || copy == -ENODEV, "gone: open by number: %s", err_name(copy));
	want(call(access(sysfs(""), F_OK)), -ENOENT, "gone: its directory in sysfs");
	want(call(access(old_debugfs, F_OK)), 0, "gone: its books, as long as a file is open");

	/* its number is not given to another as long as a file is open */
	lab_new("");
	ok(same_number(node) != index, "next clock beside open files: %s", node);
	lab_del();
	close(fd);
	want(pgettime(ro, &(struct timespec){ 0 }), -ENODEV, "gone: gettime, one of two closed");
	lab_new("");
	ok(same_number(node) != index, "next clock beside an open file: %s", node);
	lab_del();
	close(ro);
	want(call(access(old_debugfs, F_OK)), -ENOENT, "gone: its books, all files closed");
	lab_new("");
	want(same_number(node), index, "next clock: the number is free again");
	copy = open_node(clone, O_RDONLY);
	want(pgettime(copy, &(struct timespec){ 0 }), 0, "next clock: open by number");
	close(copy);
	lab_del();
	unlink(clone);
}

/* a client of each kind, some of them asleep, some busy, amid signals */
static void clients(void)
{
	struct client all[2 * N_KINDS];
	unsigned int i, k;
	int64_t start, latest = 0;

	lab_new("");
	for (i = 0; i < ARRAY_SIZE(all); i++)
		start_client(&all[i], i % N_KINDS);
	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (!eventually(is_asleep(&all[i])))
			die("a client does not sleep in %s", kind_names[all[i].kind]);
	for (k = 0; k < 13; k++) {
		for (i = 0; i < ARRAY_SIZE(all); i++)
			pthread_kill(all[i].thread, SIGUSR1);
		nap_ms(1);
	}
	for (i = 0; i < ARRAY_SIZE(all); i++)
		ok(!atomic_load(&all[i].done), "%s goes on amid signals", kind_names[i % N_KINDS]);
	start = now_ns(CLOCK_MONOTONIC);
	lab_del();
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		const char *name = kind_names[all[i].kind];

		if (!end_client(&all[i]))
			die("%s does not end with its clock", name);
		want(all[i].result, -ENODEV, "%s ends after %lu calls, %lu of them interrupted",
		     name, all[i].calls, all[i].interrupted);
		latest = all[i].end > latest ? all[i].end : latest;
		if (all[i].kind < GETTIME)
			ok(all[i].interrupted > 0, "%s was interrupted", name);
		close_client(&all[i]);
	}
	ok(latest - start < 3 * NSEC, "all have ended %ld us after the clock",
	   (long)(latest - start) / 1000);
}

/* files that share one description, duplicated and inherited */
static void shared_files(void)
{
	struct timespec ts;
	int fd, copy;

	lab_new("");
	fd = open_node(node, O_RDWR);
	copy = dup(fd);
	close(fd);
	want(pgettime(copy, &ts), 0, "duplicate of a closed file");
	lab_del();
	want(pgettime(copy, &ts), -ENODEV, "duplicate of a closed file, clock gone");
	close(copy);
	want(pgettime(copy, &ts), -EINVAL, "all closed");
}

/* files of debugfs and sysfs that are held open beyond the end */
static void books(void)
{
	int fd, readers, fifo, mask = -1;
	char buf[256];
	glob_t found;

	lab_new("");
	fd = open_node(node, O_RDWR);
	readers = open(debugfs("readers"), O_RDONLY);
	fifo = open(sysfs("fifo"), O_RDONLY);
	if (!glob(debugfs("0x*/mask"), 0, NULL, &found)) {
		mask = open(found.gl_pathv[0], O_RDONLY);
		globfree(&found);
	}
	ok(readers >= 0 && fifo >= 0 && mask >= 0, "files are there");
	extts_on(fd, 0, 0);
	push(0, 1009, 0);
	want(sysread(readers, buf, 16), 16, "readers: a part");
	lab_del();
	want(sysread(fifo, buf, sizeof(buf)), -ENODEV, "fifo: clock gone");
	ok(sysread(readers, buf, sizeof(buf)) > 0, "readers: clock gone, file still open");
	close(fd);
	want(eventually(call(pread(readers, buf, sizeof(buf), 0)) == -EIO), true,
	     "readers: file closed");
	ok(sysread(mask, buf, sizeof(buf)) != 0, "mask: file closed: what it was, or no more");
	close(readers);
	close(fifo);
	close(mask);
}

/* somebody waits for a PPS event of the clock */
static void pps_waiter(void)
{
	char name[64], path[64] = "";
	struct pps_fdata data = { .timeout = { .nsec = 1000000 } };
	unsigned int i;
	glob_t found;
	int fd, pps;

	lab_new("");
	fd = open_node(node, O_RDWR);
	if (glob("/sys/class/pps/pps*/name", 0, NULL, &found))
		die("no PPS source");
	for (i = 0; i < found.gl_pathc; i++) {
		slurp(found.gl_pathv[i], name, sizeof(name));
		name[strcspn(name, "\n")] = 0;
		if (!strcmp(name, node_name()))
			sscanf(found.gl_pathv[i], "/sys/class/pps/%31[^/]", path);
	}
	globfree(&found);
	snprintf(name, sizeof(name), "/dev/%s", path);
	pps = open_node(name, O_RDONLY);
	want(pioctl(fd, PTP_ENABLE_PPS, (void *)1), 0, "ENABLE_PPS");
	want(call(ioctl(pps, PPS_FETCH, &data)), -ETIMEDOUT, "PPS_FETCH");
	lab_del();
	want(call(access(name, F_OK)), -ENOENT, "the PPS source goes with its clock");
	close(fd);
	close(pps);
}

/* ---- modules ---- */

static void modules(void)
{
	char users[16][64];
	unsigned int n, i;
	int fd, ro;

	lab_new("");
	fd = open_node(node, O_RDWR);
	ro = open_node(node, O_RDONLY);
	want(unload(CLASS), -EWOULDBLOCK, "remove the class below a driver");
	want(unload(DRIVER), 0, "remove a driver below open files");
	want(pgettime(fd, &(struct timespec){ 0 }), -ENODEV, "gettime afterwards");
	want(pgettime(ro, &(struct timespec){ 0 }), -ENODEV, "gettime afterwards");
	n = users_of(CLASS, users, ARRAY_SIZE(users));
	for (i = 0; i < n; i++)
		want(unload(users[i]), 0, "remove another driver, %s", users[i]);
	want(unload(CLASS), -EWOULDBLOCK, "remove the class below two open files");
	close(fd);
	want(unload(CLASS), -EWOULDBLOCK, "remove the class below an open file");
	want(pgettime(ro, &(struct timespec){ 0 }), -ENODEV, "gettime afterwards");
	close(ro);
	/* the last reference goes with the file, a moment after close() */
	want(eventually(unload(CLASS) == 0), true, "remove the class");
	ok(!is_loaded(CLASS), "the class is gone");
	want(call(access("/sys/class/phc", F_OK)), -ENOENT, "its directory in sysfs");
	want(load(CLASS), 0, "load the class");
	want(load(DRIVER), 0, "load the driver");
	for (i = 0; i < n; i++)
		want(load(users[i]), 0, "load the other driver, %s", users[i]);
	lab_new("");
	fd = open_node(node, O_RDWR);
	want(pgettime(fd, &(struct timespec){ 0 }), 0, "gettime of a new clock");
	close(fd);
	lab_del();
}

/* opens and closes what there is, while it comes and goes */
static atomic_bool stop_opener;
static atomic_ulong opened, odd;

static void *opener(void *arg)
{
	const char *path = arg;

	while (!atomic_load(&stop_opener)) {
		int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		struct timespec ts;
		long err;

		if (fd < 0) {
			if (errno != ENOENT && errno != ENODEV && errno != ENXIO)
				atomic_fetch_add(&odd, 1);
			nap_ms(1);
			continue;
		}
		atomic_fetch_add(&opened, 1);
		err = pgettime(fd, &ts);
		if (err && err != -ENODEV)
			atomic_fetch_add(&odd, 1);
		close(fd);
	}
	return NULL;
}

/*
 * A number of a device comes back with the next clock, and a node of that number may be
 * anywhere. Whoever opens it while the clock is being made must hold the class's module, and
 * let it go once.
 */
static void early_opens(void)
{
	const char *refcnt = "/sys/module/" CLASS "/refcnt", *path = "/tmp/early-node";
	unsigned int i, n = 600;
	long long before;
	struct stat st;
	pid_t child;
	int fd;

	lab_new("pps=0");
	fd = open_node(node, O_RDONLY);
	lab_new("pps=0");
	stat(node, &st);
	unlink(path);
	if (mknod(path, S_IFCHR | 0600, st.st_rdev))
		die("mknod: %s", strerror(errno));
	lab_del();
	before = number_in(refcnt);
	ok(before >= 2, "users of the class with a file open: %lld", before);
	child = fork();
	while (!child) {
		int early = open(path, O_RDONLY);

		if (early >= 0)
			close(early);
	}
	for (i = 0; i < n && number_in(refcnt) >= before; i++) {
		lab_new("pps=0");
		lab_del();
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	want(i, n, "clocks made while their node is being opened");
	ok(eventually(number_in(refcnt) == before), "users of the class afterwards: %lld",
	   number_in(refcnt));
	unlink(path);
	close(fd);
}

/* looks into all files of all clocks, wherever they are in their lives */
static void *looker(void *unused)
{
	static const char *const patterns[] = {
		"/sys/class/p[ht][cp]/*/statistics/*", "/sys/kernel/debug/ptp*/readers",
		"/sys/class/p[ht][cp]/*/fifo",	       "/sys/class/p[ht][cp]/*/pins/*",
		"/sys/kernel/debug/ptp*/0x*/mask",
	};
	static char text[65536];
	unsigned int i = 0;
	glob_t found;
	size_t k;

	(void)unused;
	while (!atomic_load(&stop_opener)) {
		if (glob(patterns[i++ % ARRAY_SIZE(patterns)], 0, NULL, &found))
			continue;
		for (k = 0; k < found.gl_pathc; k += 7)
			slurp(found.gl_pathv[k], text, sizeof(text));
		globfree(&found);
		nap_ms(7);
	}
	return NULL;
}

static void rounds(void)
{
	const char *setting = getenv("CHS_ROUNDS");
	unsigned int n = setting ? atoi(setting) : 100, i, k, wrong = 0, stuck = 0, others = 0;
	static const enum kind kinds[] = { READ, POLL, GETTIME, IOCTL };
	struct client all[ARRAY_SIZE(kinds)];
	int64_t in_unload = 0, in_load = 0, in_clients = 0, start;
	unsigned long calls = 0;
	bool class_too;
	char first[64], users[16][64];
	pthread_t thread, second;

	lab_new("");
	snprintf(first, sizeof(first), "%s", node);
	lab_del();
	pthread_create(&thread, NULL, opener, first);
	pthread_create(&second, NULL, looker, NULL);
	others = users_of(CLASS, users, ARRAY_SIZE(users));
	for (i = 1; i <= n && !stuck; i++) {
		start = now_ns(CLOCK_MONOTONIC);
		lab_new("count=2");
		for (k = 0; k < ARRAY_SIZE(kinds); k++)
			start_client(&all[k], kinds[k]);
		/* every other time they sleep, else they may be anywhere */
		for (k = 0; i % 2 && k < ARRAY_SIZE(kinds); k++)
			if (!eventually(is_asleep(&all[k])))
				die("round %u: a client does not sleep", i);
		in_clients += now_ns(CLOCK_MONOTONIC) - start;

		start = now_ns(CLOCK_MONOTONIC);
		wrong += unload(DRIVER) != 0;
		in_unload += now_ns(CLOCK_MONOTONIC) - start;
		for (k = 0; k < ARRAY_SIZE(kinds); k++) {
			if (!end_client(&all[k])) {
				stuck++;
				continue;
			}
			wrong += all[k].result != -ENODEV;
			wrong += one_call(&all[k]) != -ENODEV;
			calls += all[k].calls;
		}
		class_too = i % 10 == 0;
		if (class_too) {
			for (k = 0; k < others; k++)
				wrong += strcmp(users[k], DRIVER) && unload(users[k]);
			wrong += unload(CLASS) != -EWOULDBLOCK;
		}
		for (k = 0; k < ARRAY_SIZE(kinds); k++)
			close_client(&all[k]);
		start = now_ns(CLOCK_MONOTONIC);
		if (class_too) {
			wrong += !eventually(unload(CLASS) == 0);
			wrong += load(CLASS) != 0;
			for (k = 0; k < others; k++)
				wrong += strcmp(users[k], DRIVER) && load(users[k]);
		}
		wrong += load(DRIVER) != 0;
		in_load += now_ns(CLOCK_MONOTONIC) - start;
	}
	atomic_store(&stop_opener, true);
	pthread_join(thread, NULL);
	pthread_join(second, NULL);
	want(stuck, 0, "clients that did not end with their clock");
	want(wrong, 0, "%u rounds, %lu calls: wrong answers", i - 1, calls);
	want(atomic_load(&odd), 0, "somebody who opens what there is, %lu times: wrong answers",
	     atomic_load(&opened));
	printf("# ms a round: clients %ld, unload %ld, load %ld\n",
	       (long)(in_clients / n / 1000000), (long)(in_unload / n / 1000000),
	       (long)(in_load / n / 1000000));
}

static const struct group groups[] = {
	{ "books", books },	{ "pps_waiter", pps_waiter },	  { "gone", gone },
	{ "clients", clients }, { "shared_files", shared_files }, { "modules", modules },
	{ "rounds", rounds },	{ "early_opens", early_opens },
};

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };

	if (argc < 2)
		die("usage: ptp_life GROUP...");
	sigaction(SIGUSR1, &action, NULL);
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
