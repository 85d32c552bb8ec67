// SPDX-License-Identifier: GPL-2.0
/*
 * dpll_history GROUP...: what the DPLL subsystem remembers by itself (lock history, times,
 * broken rules, in debugfs) and what it traces, with dpll_hand as the driver.
 */
#include "dpll_test.h"

static struct nl *s;

static uint32_t named_pin(int p, int d)
{
	pin_props(p, DPLL_PIN_TYPE_EXT, 7);
	hand("pin %d prop board PIN%d", p, p);
	return pin_new(p, d, CLOCK);
}

/* ---- lock history ------------------------------------------------------------------- */

struct line {
	unsigned long long mono_ns, dwell_ns, actor_age_ns;
	long long real_ns;
	char from[16], to[16], seen_by[16], actor_comm[32];
	unsigned int error, actor_pid;
};

static struct line lines[128];

/* all lines of a device's lock_history, oldest first */
static int history(uint32_t device)
{
	static char text[65536];
	char path[96], *at;
	int n = 0;

	snprintf(path, sizeof(path), DEBUGFS "%u/lock_history", device);
	if (slurp(path, text, sizeof(text)) < 0)
		die("%s", path);
	for (at = strchr(text, '\n'); at && at[1] && n < 128; at = strchr(at + 1, '\n')) {
		struct line *l = &lines[n];

		if (sscanf(at + 1, "%llu %lld %15s %15s %u %llu %15s %u %31s %llu", &l->mono_ns,
			   &l->real_ns, l->from, l->to, &l->error, &l->dwell_ns, l->seen_by,
			   &l->actor_pid, l->actor_comm, &l->actor_age_ns) == 10)
			n++;
	}
	return n;
}

static void lock(int d, int status, const char *where)
{
	hand("dev %d set lock %d", d, status);
	hand("dev %d ntf 1 %s", d, where);
}

static void group_history(void)
{
	static const char *const names[] = { "-", "unlocked", "locked", "locked-ho-acq",
					     "holdover" };
	uint32_t id = device(0);
	int64_t before, now;
	int i, n, bad = 0;
	uint64_t sum = 0;

	want(history(id), 1, "lines of a new device");
	same(lines[0].from, "-", "from");
	same(lines[0].to, "locked", "to");
	same(lines[0].seen_by, "register", "seen by");
	want(stat_of(id, "transitions"), 0, "transitions");

	/* what a driver reports has the time of the report */
	nap_ms(20);
	hand("dev 0 set error 3");
	before = now_ns(CLOCK_MONOTONIC);
	lock(0, 4, "task");
	now = now_ns(CLOCK_MONOTONIC);
	want(history(id), 2, "lines");
	same(lines[1].from, "locked", "from");
	same(lines[1].to, "holdover", "to");
	same(lines[1].seen_by, "ntf", "seen by");
	want(lines[1].error, 3, "error");
	want(lines[1].actor_pid, 0, "nobody has set anything");
	ok((int64_t)lines[1].mono_ns >= before && (int64_t)lines[1].mono_ns <= now, "its time");
	want(lines[1].dwell_ns, lines[1].mono_ns - lines[0].mono_ns, "dwell is the difference");
	ok(llabs(lines[1].real_ns - now_ns(CLOCK_REALTIME) +
		 (now_ns(CLOCK_MONOTONIC) - (int64_t)lines[1].mono_ns)) < NSEC / 10,
	   "its time of day");
	/* holdover that is still on */
	nap_ms(20);
	ok(stat_of(id, "holdover_last_ns") >= 20000000, "holdover so far");
	want(stat_of(id, "holdovers"), 1, "holdovers");

	/* who did it */
	want(device_set(s, id, DPLL_A_MODE, 1), 0, "a user sets something");
	lock(0, 1, "irq");
	ok(eventually(history(id) == 3), "a report from an interrupt");
	want(lines[2].actor_pid, getpid(), "actor's pid");
	same(lines[2].actor_comm, "dpll_history", "actor's name");
	ok(lines[2].actor_age_ns > 0 && lines[2].actor_age_ns < lines[2].dwell_ns, "actor's age");
	want(stat_of(id, "holdover_last_ns"), lines[2].dwell_ns, "the holdover that is over");
	want(stat_of(id, "holdover_longest_ns"), lines[2].dwell_ns, "the longest");
	lock(0, 4, "task");
	want(history(id), 4, "lines");
	want(lines[3].actor_pid, 0, "one did not do two transitions");
	lock(0, 2, "task");
	history(id);
	want(stat_of(id, "holdovers"), 2, "holdovers");
	want(stat_of(id, "holdover_last_ns"), lines[4].dwell_ns, "the last");
	want(stat_of(id, "holdover_longest_ns"), lines[2].dwell_ns, "is shorter than the longest");

	/* seen by whoever asks first; no change, no line */
	hand("dev 0 set lock 3");
	device_get(s, id);
	hand("dev 0 ntf 1 task");
	want(history(id), 6, "one line, whoever has seen it");
	same(lines[5].seen_by, "get", "seen by");
	hand("dev 0 set lock 2");
	dump(s, DPLL_CMD_DEVICE_GET, NULL, NULL);
	want(history(id), 7, "lines");
	same(lines[6].seen_by, "dump", "seen by");
	want(stat_of(id, "transitions"), 6, "transitions");
	hand("dev 0 set error 0");

	/* 101 more: the last 64 are kept */
	for (i = 0; i < 101; i++)
		lock(0, 1 + i % 4 == 2 ? 3 : 1 + i % 4, "task");
	n = history(id);
	want(n, 64, "lines that are kept");
	for (i = 1; i < n; i++) {
		bad += strcmp(lines[i].from, lines[i - 1].to) != 0;
		bad += lines[i].dwell_ns != lines[i].mono_ns - lines[i - 1].mono_ns;
	}
	want(bad, 0, "lines that do not fit the one before");
	for (i = 1; i <= 4; i++) {
		char name[40];

		snprintf(name, sizeof(name), "time_%s_ns", names[i]);
		sum += stat_of(id, name);
	}
	now = now_ns(CLOCK_MONOTONIC);
	ok(sum > (uint64_t)(now - before) && sum < (uint64_t)(now - before) + 5 * slowness() * NSEC,
	   "times in all states make up the life");
	want(stat_of(id, "transitions"), 6 + 101 - 25, "transitions");

	/* reports that were put off: the first has its own time, the next that of the look */
	lock(0, 2, "task");
	hand("dev 0 set lock 4");
	n = stat_of(id, "transitions");
	hand("dev 0 slow lock_status_get %d", 200 * slowness());
	i = hand_number("dev 0 calls lock_status_get");
	hand("dev 0 ntf 2 irq");
	ok(eventually(hand_number("dev 0 calls lock_status_get") == i + 2),
	   "holdover is seen, the second look has begun");
	hand("dev 0 set lock 2");
	hand("dev 0 slow lock_status_get 0");
	ok(eventually(stat_of(id, "transitions") == n + 2), "and its end");
	ok(stat_of(id, "holdover_last_ns") >= 200000000LL * slowness(), "which came later");

	/* what it is while nobody sees the device, nobody knows */
	lock(0, 4, "task");
	before = now_ns(CLOCK_MONOTONIC);
	sum = stat_of(id, "time_holdover_ns");
	hand("dev 0 unreg 0");
	nap_ms(300);
	hand("dev 0 reg 0 2");
	n = history(id);
	same(lines[n - 1].from, "-", "from");
	same(lines[n - 1].to, "holdover", "to");
	want(lines[n - 1].dwell_ns, 0, "dwell");
	sum = stat_of(id, "time_holdover_ns") - sum;
	ok((int64_t)sum <= now_ns(CLOCK_MONOTONIC) - before - 300000000LL * slowness(),
	   "time in holdover, without that of 300 ms");
	device_del(0);
}

static void group_poll(void)
{
	uint32_t id = device(0);
	struct nl *ear = nl_listen();
	char path[96];
	long long calls;

	snprintf(path, sizeof(path), DEBUGFS "%u/poll_ms", id);
	want(number_in(path), 0, "nobody polls");
	hand("dev 0 set lock 4");
	nap_ms(50);
	want(history(id), 1, "a driver that never reports is not seen");
	want(spill(path, "5"), 0, "poll");
	ok(eventually(history(id) == 2), "seen by the poll");
	same(lines[1].seen_by, "poll", "seen by");
	want(hear_one(ear, 5000), 1, "and told");
	want(heard_cmd(ear), DPLL_CMD_DEVICE_CHANGE_NTF, "as a change");
	calls = hand_number("dev 0 calls lock_status_get");
	ok(eventually(hand_number("dev 0 calls lock_status_get") > calls + 7), "and looks again");
	want(hear_all(ear).sum, 0, "without a change nothing is told");
	want(spill(path, "0"), 0, "no poll");
	calls = hand_number("dev 0 calls lock_status_get");
	nap_ms(50);
	want(hand_number("dev 0 calls lock_status_get"), calls, "looks");
	want(spill(path, "4294967296"), -ERANGE, "too long");
	want(spill(path, "5"), 0, "poll again");
	/* gone in the midst of it */
	device_del(0);
	ok(access(path, F_OK), "its file goes with it");
	nl_close(ear);
}

static void group_rules(void)
{
	uint32_t id = device(0), a = named_pin(0, 0), b = named_pin(1, 0);

	/* automatic mode, locked to one pin; another one is selectable: as it should be */
	hand("pin 0 seton 0 state 1");
	want(pin_get(s, a) | pin_get(s, b), 0, "as it should be");
	want(stat_of(id, "two-connected"), 0, "two connected");
	hand("pin 1 seton 0 state 1");
	want(pin_get(s, b), 0, "two pins drive it");
	want(stat_of(id, "two-connected"), 1, "two connected");
	want(pin_get(s, b), 0, "the same look again");
	want(stat_of(id, "two-connected"), 1, "counted once");
	hand("pin 1 seton 0 direction 2");
	hand("pin 1 seton 0 state 2");
	pin_get(s, b);
	hand("pin 1 seton 0 state 1");
	want(pin_get(s, b), 0, "an output beside it");
	want(stat_of(id, "two-connected"), 1, "is no input");
	hand("pin 1 seton 0 direction 1");
	hand("pin 1 seton 0 state 2");
	pin_get(s, b);

	hand("pin 0 seton 0 state 2");
	pin_get(s, a);
	hand("dev 0 set lock 1");
	hand("pin 0 seton 0 state 1");
	want(pin_get(s, a), 0, "connected while unlocked");
	want(stat_of(id, "connected-unlocked"), 1, "connected while unlocked");
	hand("dev 0 set mode 1");
	hand("pin 0 seton 0 state 3");
	want(pin_get(s, a), 0, "selectable in manual mode");
	want(stat_of(id, "selectable-manual"), 1, "selectable in manual mode");
	hand("pin 0 seton 0 state 1");
	want(pin_get(s, a), 0, "connected in manual mode while unlocked");
	want(stat_of(id, "connected-unlocked"), 1, "is allowed");

	/* strict: users and drivers are refused */
	want(spill("/sys/module/chs_dpll/parameters/strict", "1"), 0, "strict");
	want(pin_get(s, a), 0, "what is right");
	hand("pin 0 seton 0 state 3");
	pin_get(s, a);
	refused(s, -EPROTO, "driver reports a pin state that the rules forbid", "what is not");
	want(stat_of(id, "selectable-manual"), 2, "counted");
	want(dump(s, DPLL_CMD_PIN_GET, NULL, NULL), 0, "a dump goes on");
	pin_set_on(s, b, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, DPLL_PIN_STATE_SELECTABLE);
	refused(s, -EINVAL, "pin state is not for this mode of the device", "manual: selectable");
	want(pin_set_on(s, b, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 1), 0,
	     "manual: connected");
	hand("dev 0 set mode 2");
	pin_set_on(s, b, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 1);
	refused(s, -EINVAL, "pin state is not for this mode of the device", "automatic: connected");
	want(pin_set_on(s, b, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 3), 0,
	     "automatic: selectable");
	want(pin_set_on(s, b, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 2), 0,
	     "automatic: disconnected");
	hand("pin 1 seton 0 direction 2");
	want(pin_set_on(s, b, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 1), 0,
	     "automatic: an output connected");
	want(spill("/sys/module/chs_dpll/parameters/strict", "0"), 0, "not strict");
	pin_del(0, 0);
	pin_del(1, 0);
	device_del(0);
}

/* ---- tracepoints ------------------------------------------------------------------------ */

static char trace[4 << 20];

static void trace_on(const char *event)
{
	char path[96];

	trace_clear();
	snprintf(path, sizeof(path), TRACEFS "events/dpll/%s/enable", event);
	if (spill(path, "1"))
		die("no event %s", event);
}

/* the events that came, without tasks and times, "; " between them */
static const char *trace_off(const char *event)
{
	static char text[65536];
	struct text t = { text, text + sizeof(text) };
	char path[96], needle[64], *at, *end;
	const char *gap = "";

	snprintf(path, sizeof(path), TRACEFS "events/dpll/%s/enable", event);
	spill(path, "0");
	slurp(TRACEFS "trace", trace, sizeof(trace));
	snprintf(needle, sizeof(needle), " %s: ", event);
	*text = 0;
	for (at = trace; (at = strstr(at, needle)); at = end) {
		at += strlen(needle);
		end = strchrnul(at, '\n');
		add(&t, "%s%.*s", gap, (int)(end - at), at);
		gap = "; ";
	}
	return text;
}

/* one event of a set: expected text after the ids and before the port */
#define set_is(event, call, expected, ...) \
	do { \
		trace_on(event); \
		(void)(call); \
		same(trace_off(event), format(expected " portid=%u", __VA_ARGS__, s->port), \
		     event); \
	} while (0)

#define no_event(event, call) \
	do { \
		trace_on(event); \
		want((call), 0, "set to what it is"); \
		same(trace_off(event), "", "no " event); \
	} while (0)

static void group_sets(void)
{
	uint32_t id = device(0), a = named_pin(0, 0), b = named_pin(1, 0), mux, child;

	set_is("dpll_pin_prio", pin_set_on(s, a, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 7),
	       "pin=%u kind=device parent=%u old_value=0 new_value=7 err=0", a, id);
	hand("pin 0 fail prio_set -16");
	set_is("dpll_pin_prio", pin_set_on(s, a, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 8),
	       "pin=%u kind=device parent=%u old_value=7 new_value=8 err=-16", a, id);
	/* to what it is: reaches the driver, and is no change */
	hand("pin 0 fail prio_set 0");
	no_event("dpll_pin_prio",
		 pin_set_on(s, a, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 7));
	no_event("dpll_pin_state",
		 pin_set_on(s, a, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 3));
	no_event("dpll_pin_direction",
		 pin_set_on(s, a, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_DIRECTION, 1));
	want(hand_number("pin 0 calls state_on_dpll_set"), 1, "calls of a driver for no change");
	no_event("dpll_feature_set", device_set(s, id, DPLL_A_PHASE_OFFSET_AVG_FACTOR,
						hand_number("dev 0 value factor")));

	/* one change, one record: the next look reports what the set has not */
	pin_get(s, a);
	trace_on("dpll_pin_seen");
	set_is("dpll_pin_state",
	       pin_set_on(s, a, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 2),
	       "pin=%u kind=device parent=%u old_value=3 new_value=2 err=0", a, id);
	pin_get(s, a);
	same(trace_off("dpll_pin_seen"), "", "a set that was traced is not seen once more");
	set_is("dpll_pin_state",
	       pin_set_on(s, a, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 1),
	       "pin=%u kind=device parent=%u old_value=2 new_value=1 err=0", a, id);
	hand("pin 0 seton 0 state 2");
	trace_on("dpll_pin_seen");
	pin_get(s, a);
	pin_get(s, a);
	same(trace_off("dpll_pin_seen"), format("pin=%u dpll=%u old_state=1 new_state=2", a, id),
	     "back to what it was before the set");
	set_is("dpll_pin_direction",
	       pin_set_on(s, a, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_DIRECTION, 2),
	       "pin=%u kind=device parent=%u old_value=1 new_value=2 err=0", a, id);
	set_is("dpll_pin_frequency", pin_set(s, a, DPLL_A_PIN_FREQUENCY, 2),
	       "pin=%u kind=none parent=0 old_value=10000000 new_value=2 err=0", a);
	set_is("dpll_pin_frequency", pin_set(s, a, DPLL_A_PIN_FREQUENCY, 5),
	       "pin=%u kind=none parent=0 old_value=-1 new_value=5 err=-22", a);
	set_is("dpll_pin_phase_adjust", pin_set(s, a, DPLL_A_PIN_PHASE_ADJUST, -77),
	       "pin=%u kind=none parent=0 old_value=0 new_value=-77 err=0", a);
	hand("pin 0 set ranges 2");
	set_is("dpll_pin_esync", pin_set(s, a, DPLL_A_PIN_ESYNC_FREQUENCY, 1),
	       "pin=%u kind=none parent=0 old_value=0 new_value=1 err=0", a);
	hand("pin 0 pair 1");
	set_is("dpll_pin_ref_sync",
	       pin_set_on(s, a, DPLL_A_PIN_REFERENCE_SYNC, b, DPLL_A_PIN_STATE, 1),
	       "pin=%u kind=pin parent=%u old_value=2 new_value=1 err=0", a, b);

	hand("pin 2 prop clear");
	hand("pin 2 prop type 1");
	hand("pin 2 get %llu 2", CLOCK);
	hand("pin 2 reg 0 0");
	mux = hand_number("pin 2 id");
	hand("pin 3 prop clear");
	hand("pin 3 prop caps 4");
	hand("pin 3 prop type 3");
	hand("pin 3 get %llu 3", CLOCK);
	trace_on("dpll_pin_parent");
	hand("pin 3 on 2 0");
	child = hand_number("pin 3 id");
	same(trace_off("dpll_pin_parent"),
	     format("pin=%u kind=pin parent=%u attached=1", child, mux), "attached");
	set_is("dpll_pin_state",
	       pin_set_on(s, child, DPLL_A_PIN_PARENT_PIN, mux, DPLL_A_PIN_STATE, 1),
	       "pin=%u kind=pin parent=%u old_value=2 new_value=1 err=0", child, mux);
	trace_on("dpll_pin_parent");
	hand("pin 3 off 2 0");
	same(trace_off("dpll_pin_parent"),
	     format("pin=%u kind=pin parent=%u attached=0", child, mux), "detached");
	hand("pin 3 put");
	pin_del(2, 0);

	trace_on("dpll_mode");
	device_set(s, id, DPLL_A_MODE, 1);
	hand("dev 0 set mode 2");
	device_get(s, id);
	same(trace_off("dpll_mode"),
	     format("id=%u old_mode=2 new_mode=1 err=0; id=%u old_mode=1 new_mode=2 err=0", id, id),
	     "mode set, and seen");
	trace_on("dpll_feature_set");
	device_set(s, id, DPLL_A_PHASE_OFFSET_MONITOR, 1);
	device_set(s, id, DPLL_A_PHASE_OFFSET_AVG_FACTOR, 9);
	same(trace_off("dpll_feature_set"),
	     format("id=%u feature=0 old_value=0 new_value=1 err=0; "
		    "id=%u feature=1 old_value=0 new_value=9 err=0",
		    id, id),
	     "features");
	pin_del(0, 0);
	pin_del(1, 0);
	device_del(0);
}

static unsigned long long value_in(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? strtoull(at + strlen(name), NULL, 10) : ~0ULL;
}

static void group_trace(void)
{
	uint32_t id, pin;
	const char *text;
	unsigned long long at;

	trace_on("dpll_device_create");
	id = device(0);
	same(trace_off("dpll_device_create"),
	     format("id=%u idx=0 clock_id=0x%016llx type=2 module=dpll_hand", id, CLOCK), "create");
	trace_on("dpll_pin_create");
	pin = named_pin(0, 0);
	same(trace_off("dpll_pin_create"),
	     format("id=%u idx=0 clock_id=0x%016llx type=2 label=PIN0 module=dpll_hand", pin,
		    CLOCK),
	     "create a pin");

	trace_on("dpll_lock_status");
	hand("dev 0 set error 2");
	lock(0, 4, "task");
	text = trace_off("dpll_lock_status");
	want(history(id), 2, "lines of history");
	same(text,
	     format("id=%u clock_id=0x%016llx type=2 old_status=locked new_status=holdover error=2"
		    " dwell_ns=%llu at_ns=%llu seen_by=ntf actor_pid=0 actor_comm= actor_age_ns=0",
		    id, CLOCK, lines[1].dwell_ns, lines[1].mono_ns),
	     "lock status, as in the history");
	trace_on("dpll_lock_status");
	device_set(s, id, DPLL_A_MODE, 1);
	hand("dev 0 set lock 2");
	device_get(s, id);
	text = trace_off("dpll_lock_status");
	history(id);
	same(text,
	     format("id=%u clock_id=0x%016llx type=2 old_status=holdover new_status=locked error=2"
		    " dwell_ns=%llu at_ns=%llu seen_by=get actor_pid=%d actor_comm=dpll_history"
		    " actor_age_ns=%llu",
		    id, CLOCK, lines[2].dwell_ns, lines[2].mono_ns, getpid(),
		    lines[2].actor_age_ns),
	     "lock status with an actor");

	hand("pin 0 seton 0 offset -4711");
	trace_on("dpll_phase_offset");
	pin_get(s, pin);
	same(trace_off("dpll_phase_offset"), format("pin=%u dpll=%u offset=-4711", pin, id),
	     "phase offset");
	hand("pin 0 set ffo -12");
	trace_on("dpll_ffo");
	pin_get(s, pin);
	same(trace_off("dpll_ffo"), format("pin=%u dpll=%u ffo_ppm=-12", pin, id), "ffo");
	hand("pin 0 seton 0 state 2");
	trace_on("dpll_pin_seen");
	pin_get(s, pin);
	pin_get(s, pin);
	same(trace_off("dpll_pin_seen"), format("pin=%u dpll=%u old_state=3 new_state=2", pin, id),
	     "a state that is new");
	hand("pin 0 seton 0 state 3");
	trace_on("dpll_violation");
	pin_get(s, pin);
	same(trace_off("dpll_violation"),
	     format("id=%u pin=%u violation=selectable-manual total=2", id, pin), "a violation");

	/* durations are those of the callback */
	hand("dev 0 slow temp_get 20");
	hand("dev 0 fail temp_get -5");
	trace_on("dpll_op");
	trace_on("dpll_lock");
	trace_on("dpll_cmd");
	device_get(s, id);
	hand("dev 0 slow temp_get 0");
	hand("dev 0 fail temp_get 0");
	text = trace_off("dpll_op");
	at = value_in(text, "duration_ns=");
	ok(at >= 20000000 && at < (unsigned long long)(2 * slowness() * NSEC), "duration: %llu",
	   at);
	same(text, format("id=%u pin=-1 op=4 duration_ns=%llu err=-5", id, at), "callback");
	text = trace_off("dpll_lock");
	ok(value_in(text, "hold_ns=") >= at, "lock held: %llu", value_in(text, "hold_ns="));
	same(text,
	     format("id=%u wait_ns=%llu hold_ns=%llu", id, value_in(text, "wait_ns="),
		    value_in(text, "hold_ns=")),
	     "lock");
	text = trace_off("dpll_cmd");
	ok(value_in(text, "duration_ns=") >= at, "command's duration");
	same(text,
	     format("id=%u cmd=2 portid=%u duration_ns=%llu err=-5 text=", id, s->port,
		    value_in(text, "duration_ns=")),
	     "command");
	trace_on("dpll_cmd");
	device_get(s, 4711000);
	text = trace_off("dpll_cmd");
	same(text,
	     format("id=4711000 cmd=2 portid=%u duration_ns=%llu err=-19 text=device not found",
		    s->port, value_in(text, "duration_ns=")),
	     "one that is refused");

	trace_on("dpll_ntf");
	hand("dev 0 ntf 1 task");
	same(trace_off("dpll_ntf"), format("id=%u cmd=6 bytes=0 listeners=0 deferred=0 err=0", id),
	     "nobody listens");
	{
		struct nl *ear = nl_listen();

		trace_on("dpll_ntf");
		hand("dev 0 ntf 1 irq");
		want(hear_one(ear, 5000), 1, "a notification");
		text = trace_off("dpll_ntf");
		same(text,
		     format("id=%u cmd=6 bytes=%u listeners=1 deferred=1 err=0", id,
			    ear->answer.nl.nlmsg_len),
		     "somebody does");
		nl_close(ear);
	}
	trace_on("dpll_pin_delete");
	pin_del(0, 0);
	same(trace_off("dpll_pin_delete"),
	     format("id=%u idx=0 clock_id=0x%016llx type=2 label=PIN0 module=dpll_hand", pin,
		    CLOCK),
	     "delete a pin");
	trace_on("dpll_device_delete");
	device_del(0);
	same(trace_off("dpll_device_delete"),
	     format("id=%u idx=0 clock_id=0x%016llx type=2 module=dpll_hand", id, CLOCK), "delete");
}

int main(int argc, char **argv)
{
	static const struct group groups[] = {
		{ "history", group_history }, { "poll", group_poll },	{ "rules", group_rules },
		{ "sets", group_sets },	      { "trace", group_trace },
	};

	(void)argc;
	hand_open();
	s = nl_open();
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
