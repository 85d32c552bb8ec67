// SPDX-License-Identifier: GPL-2.0
/*
 * dpll_life GROUP...: objects of the DPLL subsystem and how long they live: registrants, MUX
 * pins and their children, callbacks that are slow, drivers that go while users ask. With
 * dpll_hand as the driver, which all groups but "unload" want to be loaded. CHS_ROUNDS says
 * how often to unload.
 */
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <pthread.h>
#include "dpll_test.h"

static struct nl *s, *ear;

static void pin_make(int p, int type)
{
	pin_props(p, type, 7);
	hand("pin %d get %llu %d", p, CLOCK, p);
}

static void heard_only(int cmd, unsigned int n, const char *what)
{
	struct heard h = hear_all(ear);

	want(h.n[cmd], n, "%s: notifications", what);
	want(h.sum - h.n[cmd], 0, "%s: other notifications", what);
}

/* ---- registrants ------------------------------------------------------------------ */

static void group_registrants(void)
{
	uint32_t id = device(0), pin;

	ear = nl_listen();
	want(hand_try("dev 0 reg 0 2"), -EEXIST, "the same registrant");
	hand("dev 0 reg 1 1");
	hand("dev 0 reg 2 1");
	heard_only(DPLL_CMD_DEVICE_CREATE_NTF, 0, "further registrants");
	device_get(s, id);
	want(hand_number("dev 0 by"), 0, "callbacks of the oldest registrant");
	want(number_of(&s->answer.nl, DPLL_A_TYPE), 2, "type of the first");
	hand("dev 0 unreg 0");
	heard_only(DPLL_CMD_DEVICE_DELETE_NTF, 0, "the oldest goes");
	want(device_get(s, id), 0, "the device is there");
	want(hand_number("dev 0 by"), 1, "callbacks of the next");
	want(number_of(&s->answer.nl, DPLL_A_TYPE), 2, "type stays");
	hand("dev 0 reg 0 2");
	hand("dev 0 unreg 2");
	device_get(s, id);
	want(hand_number("dev 0 by"), 1, "age counts, not the number");

	pin_make(0, DPLL_PIN_TYPE_EXT);
	hand("pin 0 reg 0 0");
	pin = hand_number("pin 0 id");
	want(hand_try("pin 0 reg 0 0"), -EEXIST, "the same registrant of a pin");
	hand("pin 0 reg 0 1");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 2, "two registrants of a pin");
	want(pin_get(s, pin), 0, "the pin");
	want(hand_number("pin 0 by"), 0, "callbacks of the pin's oldest");
	hand("pin 0 unreg 0 0");
	want(pin_get(s, pin), 0, "the pin");
	want(hand_number("pin 0 by"), 1, "callbacks of the pin's next");
	hand("pin 0 unreg 0 1");
	heard_only(DPLL_CMD_PIN_DELETE_NTF, 2, "both go");
	want(pin_get(s, pin), -ENODEV, "no pin");

	/* found again by the key; properties of the second get do not count */
	hand("pin 0 prop caps 0");
	hand("pin 0 get %llu 0", CLOCK);
	hand("pin 0 reg 0 0");
	pin_get(s, pin);
	want(number_of(&s->answer.nl, DPLL_A_PIN_CAPABILITIES), 7, "capabilities");
	hand("pin 0 unreg 0 0");
	hand("pin 0 put");
	hand("dev 0 unreg 0");
	hear_all(ear);
	hand("dev 0 unreg 1");
	want(device_get(s, id), -ENODEV, "no device");
	hand("dev 0 put");
	want(hand_number("orphans"), 0, "callbacks after their registration");
	nl_close(ear);
}

static void group_keys(void)
{
	uint32_t a, b;

	pin_make(0, DPLL_PIN_TYPE_EXT);
	want(hand_try("pin 1 get %llu 2147483648", CLOCK), -EINVAL, "index 2^31");
	want(hand_try("pin 1 get %llu 4294967294", CLOCK), -EINVAL, "index 2^32 - 2");
	hand("pin 1 prop clear");
	hand("pin 1 get %llu 4294967295", CLOCK);
	hand("pin 2 prop clear");
	hand("pin 2 get %llu 4294967295", CLOCK);
	device(0);
	hand("pin 1 reg 0 0");
	hand("pin 2 reg 0 0");
	a = hand_number("pin 1 id");
	b = hand_number("pin 2 id");
	ok(a != b, "pins without an index are two");
	hand("pin 1 unreg 0 0");
	hand("pin 2 unreg 0 0");
	hand("pin 0 put");
	hand("pin 1 put");
	hand("pin 2 put");
	device_del(0);

	/* firmware nodes */
	pin_make(0, DPLL_PIN_TYPE_EXT);
	pin_make(1, DPLL_PIN_TYPE_EXT);
	want(hand_number("find 1"), -1, "a node that no pin has");
	want(hand_number("find 0"), -1, "no node");
	hand("pin 0 fwnode 1");
	hand("pin 1 fwnode 2");
	want(hand_number("find 1"), 0, "node 1");
	want(hand_number("find 2"), 1, "node 2");
	hand("pin 0 fwnode 1");
	want(hand_number("find 1"), 0, "the same once more");
	hand("pin 0 fwnode 0");
	want(hand_number("find 1"), -1, "taken away");
	hand("pin 0 put");
	hand("pin 1 put");
	want(hand_number("find 2"), -1, "of a pin that has gone");
}

static void group_chain(void)
{
	static const char *const actions[] = { "",
					       "device created",
					       "device deleted",
					       "device changed",
					       "pin created",
					       "pin deleted",
					       "pin changed" };
	/* two changes of each by the driver, one of each by a user; pairs */
	static const long expected[] = { 0, 1, 1, 3, 1, 1, 3 };
	long long before[7];
	uint32_t id, pin;
	int i;

	for (i = 1; i <= 6; i++)
		before[i] = hand_number("chain %d", i);
	id = device(0);
	hand("dev 0 reg 1 2");
	hand("dev 0 ntf 1 task");
	hand("dev 0 ntf 1 irq");
	pin_make(0, DPLL_PIN_TYPE_EXT);
	hand("pin 0 reg 0 0");
	pin = hand_number("pin 0 id");
	hand("pin 0 ntf 1 task");
	hand("pin 0 ntf 1 irq");
	want(device_set(s, id, DPLL_A_MODE, 1), 0, "a mode");
	want(pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 1), 0, "a frequency");
	hand("pin 0 unreg 0 0");
	hand("dev 0 unreg 1");
	hand("dev 0 unreg 0");
	for (i = 1; i <= 6; i++)
		want(hand_number("chain %d", i) - before[i], expected[i], "%s", actions[i]);
	hand("pin 0 put");
	hand("dev 0 put");
}

/* ---- MUX pins ---------------------------------------------------------------------- */

static bool is_on_parent(uint32_t pin, uint32_t parent)
{
	char text[64];

	snprintf(text, sizeof(text), "parent-pin={parent-id=%u ", parent);
	return !pin_get(s, pin) && strstr(answer_text(s), text);
}

static void group_mux(void)
{
	uint32_t mux, child, grandchild;
	int i;

	device(0);
	device(1);
	ear = nl_listen();
	/* a parent without a device: nobody sees the child, until it gets one */
	pin_make(0, DPLL_PIN_TYPE_MUX);
	pin_make(1, DPLL_PIN_TYPE_MUX);
	pin_make(2, DPLL_PIN_TYPE_SYNCE_ETH_PORT);
	hand("pin 1 on 0 0");
	hand("pin 2 on 1 0");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 0, "children of a parent without a device");
	hand("pin 0 reg 0 0");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 3, "the parent comes, with a child and its child");
	mux = hand_number("pin 0 id");
	child = hand_number("pin 1 id");
	grandchild = hand_number("pin 2 id");
	ok(is_on_parent(child, mux), "the child is on the parent");
	ok(is_on_parent(grandchild, child), "its child is on it");
	want(pin_set_on(s, grandchild, DPLL_A_PIN_PARENT_PIN, child, DPLL_A_PIN_STATE, 1), 0,
	     "state");
	hear_all(ear);

	/* they follow it to a device that it joins later, and leave with it */
	hand("pin 0 reg 1 0");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 3, "a second device");
	i = hand_number("pin 2 calls state_on_pin_set");
	want(pin_set_on(s, grandchild, DPLL_A_PIN_PARENT_PIN, child, DPLL_A_PIN_STATE, 2), 0,
	     "state");
	want(hand_number("pin 2 calls state_on_pin_set") - i, 2, "on both devices");
	hear_all(ear);
	hand("pin 0 unreg 0 0");
	heard_only(DPLL_CMD_PIN_DELETE_NTF, 3, "the first device");
	ok(is_on_parent(grandchild, child), "on the second it is still there");
	hand("pin 0 unreg 1 0");
	heard_only(DPLL_CMD_PIN_DELETE_NTF, 3, "the second device");
	want(pin_get(s, grandchild), -ENODEV, "gone with its parent");
	hand("pin 2 off 1 0");
	hand("pin 1 off 0 0");
	heard_only(DPLL_CMD_PIN_DELETE_NTF, 0, "links without a device");

	/* two registrants of the parent on one device: children come and go once */
	hand("pin 1 on 0 0");
	hand("pin 0 reg 0 0");
	hand("pin 0 reg 0 1");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 3, "two registrants of the parent");
	hand("pin 0 unreg 0 0");
	heard_only(DPLL_CMD_PIN_DELETE_NTF, 1, "one of them goes");
	ok(is_on_parent(child, mux), "the child stays");
	want(hand_number("orphans"), 0, "callbacks without arguments");
	hand("pin 0 unreg 0 1");
	heard_only(DPLL_CMD_PIN_DELETE_NTF, 2, "the other one");
	hand("pin 1 off 0 0");
	for (i = 0; i < 3; i++)
		hand("pin %d put", i);
	device_del(0);
	device_del(1);
	nl_close(ear);
}

/* ---- rounds --------------------------------------------------------------------------- */

static volatile bool stop;
static unsigned long asked;

/* dumps and gets, all the time; what they find is not the question */
static void *asker(void *arg)
{
	struct nl *mine = nl_open();
	unsigned int n = 0;

	(void)arg;
	while (!stop) {
		dump(mine, n & 1 ? DPLL_CMD_PIN_GET : DPLL_CMD_DEVICE_GET, NULL, NULL);
		if (mine->result && mine->result != -ENODEV)
			ok(false, "a dump: %s", err_name(mine->result));
		n++;
		__atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
	}
	nl_close(mine);
	return NULL;
}

static uint32_t any_device, any_pin;

static void note_pin(const struct nlmsghdr *nl, void *arg)
{
	(void)arg;
	any_pin = number_of(nl, DPLL_A_PIN_ID);
}

static void note_device(const struct nlmsghdr *nl, void *arg)
{
	(void)arg;
	any_device = number_of(nl, DPLL_A_ID);
}

/* sets whatever is there */
static void *setter(void *arg)
{
	struct nl *mine = nl_open();
	unsigned int n = 0;

	(void)arg;
	for (; !stop; n++) {
		dump(mine, DPLL_CMD_DEVICE_GET, note_device, NULL);
		dump(mine, DPLL_CMD_PIN_GET, note_pin, NULL);
		pin_set_on(mine, any_pin, DPLL_A_PIN_PARENT_DEVICE, any_device, DPLL_A_PIN_PRIO, n);
		device_set(mine, any_device, DPLL_A_MODE, 1 + n % 2);
	}
	nl_close(mine);
	return NULL;
}

/* joins, hears a little, leaves */
static void *listener(void *arg)
{
	(void)arg;
	while (!stop) {
		struct nl *mine = nl_listen();
		int i;

		for (i = 0; i < 23 && !stop; i++)
			hear_one(mine, 1);
		nl_close(mine);
	}
	return NULL;
}

static pthread_t threads[4];

static void start_threads(void)
{
	void *(*const run[])(void *) = { asker, asker, setter, listener };
	size_t i;

	stop = false;
	asked = 0;
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, run[i], NULL);
}

static void stop_threads(void)
{
	size_t i;

	stop = true;
	for (i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
}

static void group_rounds(void)
{
	uint32_t id = device(0);

	hand("dev 1 get %llu 1", CLOCK);
	pin_make(0, DPLL_PIN_TYPE_MUX);
	pin_make(1, DPLL_PIN_TYPE_SYNCE_ETH_PORT);
	hand("pin 1 on 0 0");
	start_threads();
	want(hand_try("churn 1 1000"), 0, "1000 rounds of a device");
	want(hand_try("churn-pin 0 0 1000"), 0, "1000 rounds of a pin and its child");
	stop_threads();
	ok(asked > 23, "%lu dumps meanwhile", asked);
	want(device_get(s, id), 0, "the device that stayed");
	want(hand_number("orphans"), 0, "callbacks after their registration");
	want(hand_number("dev 0 overlaps") + hand_number("dev 1 overlaps"), 0,
	     "callbacks of a device that ran at the same time");
	hand("pin 1 off 0 0");
	hand("pin 0 put");
	hand("pin 1 put");
	hand("dev 1 put");
	device_del(0);
}

/* takes its time, and is told of when it is done */
static void *slow_setter(void *arg)
{
	const uint32_t *ids = arg;
	struct nl *mine = nl_open();

	pin_set_on(mine, ids[1], DPLL_A_PIN_PARENT_DEVICE, ids[0], DPLL_A_PIN_PRIO, 23);
	nl_close(mine);
	return NULL;
}

/* a user's change is under way when the driver goes: of what was told to go no change is told */
static void group_order(void)
{
	unsigned int round, changes = 0, deletes = 0, late = 0;
	uint32_t ids[2] = { device(0) };
	pthread_t thread;
	long long calls;
	bool gone;
	int cmd;

	pin_make(0, DPLL_PIN_TYPE_EXT);
	hand("pin 0 slow prio_set 3");
	ear = nl_listen();
	for (round = 0; round < 101; round++) {
		hand("pin 0 reg 0 0");
		hand("pin 0 seton 0 prio 1");
		ids[1] = hand_number("pin 0 id");
		calls = hand_number("pin 0 calls prio_set");
		pthread_create(&thread, NULL, slow_setter, ids);
		if (!eventually(hand_number("pin 0 calls prio_set") > calls))
			die("prio_set has not begun");
		hand("pin 0 unreg 0 0");
		pthread_join(thread, NULL);
		for (gone = false; hear_one(ear, 0);) {
			cmd = heard_cmd(ear);
			changes += cmd == DPLL_CMD_PIN_CHANGE_NTF;
			late += gone;
			gone |= cmd == DPLL_CMD_PIN_DELETE_NTF;
		}
		deletes += gone;
	}
	want(deletes, 101, "deletions");
	want(late, 0, "told after a deletion, %u changes in all", changes);
	nl_close(ear);
	hand("pin 0 put");
	device_del(0);
}

/* several registrants that come and go at once, from threads of their own */
static void *registrant(void *arg)
{
	long r = (long)arg;
	int i, err = 0;

	for (i = 0; i < 211 && !err; i++) {
		err = hand_try("dev 2 reg %ld 2", r);
		if (!err)
			err = hand_try("pin 3 reg 2 %ld", r);
		if (!err)
			err = hand_try("pin 3 unreg 2 %ld", r);
		if (!err)
			err = hand_try("dev 2 unreg %ld", r);
	}
	return (void *)(long)err;
}

static void group_race(void)
{
	pthread_t race[3];
	char path[64];
	void *err;
	long r;

	hand("dev 2 get %llu 2", CLOCK);
	pin_make(3, DPLL_PIN_TYPE_MUX);
	pin_make(4, DPLL_PIN_TYPE_SYNCE_ETH_PORT);
	ear = nl_listen();
	start_threads();
	for (r = 0; r < 3; r++)
		pthread_create(&race[r], NULL, registrant, (void *)r);
	for (int i = 0; i < 211; i++) {
		hand("pin 4 on 3 0");
		hand("pin 4 off 3 0");
	}
	for (r = 0; r < 3; r++) {
		pthread_join(race[r], &err);
		want((long)err, 0, "registrant %ld", r);
	}
	stop_threads();
	want(hand_number("orphans"), 0, "callbacks after their registration");
	want(hand_number("dev 2 overlaps"), 0, "callbacks that ran at the same time");
	snprintf(path, sizeof(path), DEBUGFS "%lld", hand_number("dev 2 id"));
	ok(access(path, F_OK), "nothing is left in debugfs");
	nl_close(ear);
	hand("pin 3 put");
	hand("pin 4 put");
	hand("dev 2 put");
}

/* ---- the driver's module goes --------------------------------------------------------- */

static long load_with(const char *module, const char *options)
{
	int fd = open(module_path(module), O_RDONLY | O_CLOEXEC);
	long err;

	if (fd < 0)
		return -errno;
	err = call(syscall(SYS_finit_module, fd, options, 0));
	close(fd);
	return err;
}

static void group_unload(void)
{
	const char *rounds = getenv("CHS_ROUNDS");
	long n = rounds ? atol(rounds) : 100, i, err = 0;
	struct nl *mine;
	struct heard h;

	if (hand_fd >= 0)
		close(hand_fd);
	hand_fd = -1;
	start_threads();
	for (i = 0; i < n && !err; i++) {
		err = load_with("dpll_hand", "ready=2");
		nap_ms(i % 7);
		if (!err)
			err = unload("dpll_hand");
	}
	stop_threads();
	want(err, 0, "unloading the driver, round %ld of %ld", i, n);
	ok(asked > 23, "%lu dumps meanwhile", asked);
	/* what a listener hears of one more: all that came goes */
	mine = nl_listen();
	want(load_with("dpll_hand", "ready=2"), 0, "load");
	want(unload("dpll_hand"), 0, "unload");
	h = hear_all(mine);
	want(h.n[DPLL_CMD_DEVICE_CREATE_NTF], 2, "devices that came");
	want(h.n[DPLL_CMD_DEVICE_DELETE_NTF], 2, "devices that went");
	want(h.n[DPLL_CMD_PIN_CREATE_NTF], 46, "pins that came");
	want(h.n[DPLL_CMD_PIN_DELETE_NTF], 46, "pins that went");
	nl_close(mine);
	want(dump(s, DPLL_CMD_PIN_GET, NULL, NULL), 0, "a dump");
	want(s->has_answer, false, "pins that are left");
}

/* ---- texts of a driver ----------------------------------------------------------------- */

static void group_texts(void)
{
	uint32_t id = device(0), pin;
	char text[201], cut[80];

	pin_make(0, DPLL_PIN_TYPE_EXT);
	hand("pin 0 reg 0 0");
	pin = hand_number("pin 0 id");

	/* whoever listens has the driver asked again, before the acknowledgement is written */
	ear = nl_listen();
	hand("text of_the_driver");
	pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 3);
	refused(s, 0, "of_the_driver", "a set that succeeds with a text");
	pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST, 3);
	refused(s, 0, "of_the_driver", "one on all devices");
	device_set(s, id, DPLL_A_PHASE_OFFSET_AVG_FACTOR, 3);
	refused(s, 0, "of_the_driver", "one of the device");
	nl_close(ear);

	hand("dev 0 fail temp_get -5");
	device_get(s, id);
	refused(s, -EIO, "of_the_driver", "a device that does not answer");
	hand("dev 0 fail temp_get 0");
	hand("pin 0 seton 0 fail -16");
	pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 4);
	refused(s, -EBUSY, "of_the_driver", "a set that is refused");

	/* what is too long for the kernel's room ends in dots */
	memset(text, 'x', 200);
	text[200] = 0;
	snprintf(cut, sizeof(cut), "%.76s...", text);
	hand("text %s", text);
	pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 5);
	refused(s, -EBUSY, cut, "a text of 200 bytes");
	text[79] = 0;
	hand("text %s", text);
	pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 6);
	refused(s, -EBUSY, text, "a text of 79 bytes");
	hand("text");
	pin_del(0, 0);
	device_del(0);
}

/* everybody else to the second processor: whoever is on the first waits for the hog alone */
static void on_cpu(pid_t pid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(pid, sizeof(set), &set);
}

static void sleep_until(int64_t ns)
{
	struct timespec at = { ns / 1000000000, ns % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static bool stop_setting;
static unsigned long sets;

static void *refused_setter(void *arg)
{
	const uint32_t *ids = arg;
	struct nl *mine = nl_open();

	on_cpu(0, 0);
	while (!__atomic_load_n(&stop_setting, __ATOMIC_RELAXED)) {
		pin_set_on(mine, ids[1], DPLL_A_PIN_PARENT_DEVICE, ids[0], DPLL_A_PIN_PRIO,
			   sets % 7);
		if (!mine->result && strcmp(mine->told, "gone?"))
			die("told \"%s\"", mine->told);
		sets += !mine->result;
	}
	nl_close(mine);
	return NULL;
}

/* takes the processor from the setter, wherever that is */
static void *hog(void *arg)
{
	struct sched_param param = { .sched_priority = 50 };
	const int64_t *at = arg;

	on_cpu(0, 0);
	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("SCHED_FIFO: %s", strerror(errno));
	sleep_until(*at);
	while (!__atomic_load_n(&stop_setting, __ATOMIC_RELAXED) &&
	       now_ns(CLOCK_MONOTONIC) < *at + 2000000000LL)
		;
	return NULL;
}

/* a set under way at any of its instructions while its driver is unloaded */
static void group_refusals(void)
{
	const char *rounds = getenv("CHS_ROUNDS");
	long n = rounds ? atol(rounds) : 40, i, err = 0;
	pthread_t threads[2];
	uint32_t ids[2];
	int64_t at;

	if (hand_fd >= 0)
		close(hand_fd);
	hand_fd = -1;
	unload("dpll_hand");
	spill("/proc/sys/kernel/sched_rt_runtime_us", "-1");
	for (pid_t pid = 1; pid < 4096; pid++)
		on_cpu(pid, 1);
	srandom(1);
	for (i = 0; i < n && !err; i++) {
		err = load_with("dpll_hand", "ready=1 text=gone?");
		dump(s, DPLL_CMD_DEVICE_GET, NULL, NULL);
		ids[0] = number_of(&s->answer.nl, DPLL_A_ID);
		dump(s, DPLL_CMD_PIN_GET, NULL, NULL);
		ids[1] = number_of(&s->answer.nl, DPLL_A_PIN_ID);
		stop_setting = false;
		at = now_ns(CLOCK_MONOTONIC) + 50000000 + random() % 1000000;
		pthread_create(&threads[0], NULL, hog, &at);
		pthread_create(&threads[1], NULL, refused_setter, ids);
		sleep_until(at + 20000000);
		/* it may have to wait for a set that the hog has stopped with the mutex held */
		if (!err)
			err = unload("dpll_hand");
		__atomic_store_n(&stop_setting, true, __ATOMIC_RELAXED);
		pthread_join(threads[0], NULL);
		pthread_join(threads[1], NULL);
	}
	spill("/proc/sys/kernel/sched_rt_runtime_us", "950000");
	for (pid_t pid = 1; pid < 4096; pid++) {
		cpu_set_t all;

		memset(&all, 0xff, sizeof(all));
		sched_setaffinity(pid, sizeof(all), &all);
	}
	want(err, 0, "unloading the driver, round %ld of %ld", i, n);
	ok(sets > 7, "%lu sets meanwhile", sets);
}

/* ---- slow callbacks --------------------------------------------------------------------- */

static void *slow_get(void *arg)
{
	struct nl *mine = nl_open();

	device_get(mine, *(uint32_t *)arg);
	nl_close(mine);
	return NULL;
}

static void group_slow(void)
{
	const long slow_ms = 2000 * slowness();
	uint32_t slow = device(0), fast = device(1), pin;
	int64_t begin, took;
	pthread_t thread;
	int calls;

	pin_make(0, DPLL_PIN_TYPE_EXT);
	hand("pin 0 reg 1 0");
	pin = hand_number("pin 0 id");
	pin_make(1, DPLL_PIN_TYPE_EXT);
	hand("dev 2 get %llu 2", CLOCK);
	calls = hand_number("dev 0 calls temp_get");
	hand("dev 0 slow temp_get %ld", slow_ms);
	pthread_create(&thread, NULL, slow_get, &slow);
	ok(eventually(hand_number("dev 0 calls temp_get") > calls), "a callback is under way");
	ear = nl_listen();
	begin = now_ns(CLOCK_MONOTONIC);
	want(device_get(s, fast), 0, "DEVICE_GET of another device");
	want(pin_get(s, pin), 0, "PIN_GET");
	want(pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, fast, DPLL_A_PIN_PRIO, 3), 0, "PIN_SET");
	want(device_set(s, fast, DPLL_A_MODE, 1), 0, "DEVICE_SET");
	want(hand_try("dev 2 reg 0 1"), 0, "register a device");
	want(hand_try("pin 1 reg 2 0"), 0, "register a pin");
	want(hand_try("pin 1 unreg 2 0"), 0, "unregister it");
	want(hand_try("dev 2 unreg 0"), 0, "unregister that");
	want(hand_try("dev 1 ntf 1 task"), 0, "report");
	want(hand_try("dev 1 ntf 1 irq"), 0, "report from an interrupt");
	/* of the slow one itself: put off, and not waited for */
	want(hand_try("dev 0 ntf 1 task"), 0, "report of the slow one");
	took = now_ns(CLOCK_MONOTONIC) - begin;
	ok(took < slow_ms * 1000000 / 2, "all that took %lld ms, the callback takes %ld",
	   (long long)took / 1000000, slow_ms);
	ok(eventually(hear_all(ear).n[DPLL_CMD_DEVICE_CHANGE_NTF]), "others' reports are heard");
	pthread_join(thread, NULL);
	ok(now_ns(CLOCK_MONOTONIC) - begin > slow_ms * 1000000 / 2, "the callback was slow");
	hand("dev 0 slow temp_get 0");
	ok(eventually(hear_all(ear).n[DPLL_CMD_DEVICE_CHANGE_NTF]), "its own comes later");
	nl_close(ear);
	hand("pin 0 unreg 1 0");
	hand("pin 0 put");
	hand("pin 1 put");
	hand("dev 2 put");
	device_del(0);
	device_del(1);
}

/* ---- network devices ------------------------------------------------------------------------ */

/* the pin's number of IFLA_DPLL_PIN; -1: none */
static int64_t rtnetlink_pin(unsigned int ifindex)
{
	char room[16384];
	struct mnl_socket *rt = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	struct nlmsghdr *nl = mnl_nlmsg_put_header(room);
	const struct nlattr *a, *in;
	struct ifinfomsg *ifm;
	int64_t id = -1;

	nl->nlmsg_type = RTM_GETLINK;
	nl->nlmsg_flags = NLM_F_REQUEST;
	ifm = mnl_nlmsg_put_extra_header(nl, sizeof(*ifm));
	ifm->ifi_index = ifindex;
	if (!rt || mnl_socket_bind(rt, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    mnl_socket_sendto(rt, nl, nl->nlmsg_len) < 0 ||
	    mnl_socket_recvfrom(rt, room, sizeof(room)) < 0)
		die("rtnetlink: %s", strerror(errno));
	mnl_attr_for_each(a, (struct nlmsghdr *)room, sizeof(*ifm)) {
		if (mnl_attr_get_type(a) != 65 /* IFLA_DPLL_PIN, which 6.1's headers lack */)
			continue;
		mnl_attr_for_each_nested(in, a)
			if (mnl_attr_get_type(in) == DPLL_A_PIN_ID)
				id = mnl_attr_get_u32(in);
	}
	mnl_socket_close(rt);
	return id;
}

/* notified by a worker: so many, and none that comes after them */
static void heard_changes(unsigned int n, const char *what)
{
	unsigned int heard = 0;

	while (heard < n && hear_one(ear, 20000) > 0)
		heard += heard_cmd(ear) == DPLL_CMD_PIN_CHANGE_NTF;
	nap_ms(50);
	want(heard + hear_all(ear).sum, n, "%s: notifications", what);
}

static void group_netdev(void)
{
	bool beside = !strcmp(s->family_name, "chs-dpll");
	unsigned int ifindex = if_nametoindex("lo");
	uint32_t pin;
	char text[64];

	device(0);
	pin_make(0, DPLL_PIN_TYPE_SYNCE_ETH_PORT);
	hand("pin 0 reg 0 0");
	pin = hand_number("pin 0 id");
	snprintf(text, sizeof(text), " %d=%u", CHS_DPLL_A_PIN_IFINDEX, ifindex);
	pin_get(s, pin);
	ok(!strstr(answer_text(s), text), "no network device");
	want(rtnetlink_pin(ifindex), -1, "no pin in rtnetlink");
	ear = nl_listen();
	hand("pin 0 netdev lo");
	hand("pin 0 netdev lo");
	heard_changes(1, "the pin of a network device, set twice");
	pin_get(s, pin);
	/* where rtnetlink can tell, it does, and the pin's message is the kernel's to the bit */
	want(!!strstr(answer_text(s), text), !beside, "ifindex in the pin's message");
	want(rtnetlink_pin(ifindex), beside ? (int64_t)pin : -1, "IFLA_DPLL_PIN");
	/* and moves to another pin */
	pin_make(1, DPLL_PIN_TYPE_SYNCE_ETH_PORT);
	hand("pin 1 reg 0 0");
	hear_all(ear);
	hand("pin 1 netdev lo");
	heard_changes(2, "a network device that moves from pin to pin");
	pin_get(s, pin);
	ok(!strstr(answer_text(s), text), "no ifindex in the first one's message");
	hand("netdev-clear lo");
	hand("netdev-clear lo");
	heard_changes(1, "no pin any more");
	nl_close(ear);
	pin_del(1, 0);
	pin_get(s, pin);
	ok(!strstr(answer_text(s), text), "no ifindex any more");
	want(rtnetlink_pin(ifindex), -1, "no pin in rtnetlink any more");
	hand("pin 0 unreg 0 0");
	hand("pin 0 put");
	device_del(0);
}

int main(int argc, char **argv)
{
	static const struct group groups[] = {
		{ "registrants", group_registrants },
		{ "keys", group_keys },
		{ "chain", group_chain },
		{ "mux", group_mux },
		{ "rounds", group_rounds },
		{ "order", group_order },
		{ "race", group_race },
		{ "unload", group_unload },
		{ "texts", group_texts },
		{ "refusals", group_refusals },
		{ "slow", group_slow },
		{ "netdev", group_netdev },
	};

	(void)argc;
	if (is_loaded("dpll_hand"))
		hand_open();
	s = nl_open();
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
