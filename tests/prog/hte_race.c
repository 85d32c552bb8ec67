// SPDX-License-Identifier: GPL-2.0
/*
 * hte_race GROUP...: stamps come from timers on all processors while lines are disabled and
 * enabled, got, requested and put, and while their provider is unbound and bound again.
 * What was pushed must come out exactly in callbacks and counters. hte_giver and hte_taker
 * must be loaded and no other provider be there. CHS_ROUNDS tells how many rounds.
 */
#include <pthread.h>
#include <sched.h>

#include "hte_test.h"

enum { LINES = 16, WORKERS = 3 };

#define PROVIDER "hte_giver.0"

/* ---- consumers that never rest --------------------------------------------- */

static volatile bool stop;

struct worker {
	pthread_t thread;
	unsigned int slot, provider, seed;
	unsigned long rounds;	      /* 0: until stop */
	volatile unsigned long takes; /* others look at it */
	unsigned long toggles, gone, taken;
	unsigned long first, second, missing, disorder, late, misplaced;
	long bad; /* what it should not have got */
	const char *where;
};

static void wrong(struct worker *w, long result, const char *where)
{
	if (!w->bad) {
		w->bad = result;
		w->where = where;
	}
}

/* true for 0; a provider that has gone is no error */
static bool went_well(struct worker *w, long result, const char *where)
{
	if (result == -ENODEV)
		w->gone++;
	else if (result)
		wrong(w, result, where);
	return !result;
}

static void use_line(struct worker *w)
{
	struct taker_state state;
	int turns = rand_r(&w->seed) % 4;
	long err;

	err = taker_request(.slot = w->slot, .flags = TAKER_SECOND, .answer = SECOND);
	if (went_well(w, err, "request")) {
		for (; turns; turns--) {
			sched_yield();
			if (went_well(w, taker_disable(w->slot), "disable") &&
			    went_well(w, taker_enable(w->slot), "enable"))
				w->toggles++;
		}
		if (rand_r(&w->seed) % 2)
			nap_ms(1);
	}
	went_well(w, taker_put(w->slot), "put");
	state = taker_state(w->slot);
	if (state.bound)
		wrong(w, -EBUSY, "after put");
	if (err)
		return;
	w->takes++;
	w->first += state.first;
	w->second += state.second;
	w->missing += state.missing;
	w->disorder += state.disorder;
	w->misplaced += state.misplaced;
	/* a line that has been put and taken again would hide it: look once more */
	w->late += state.late + (taker_state(w->slot).first != state.first);
}

/* get, request, disable, enable and put any of the lines but the first */
static void *cycle(void *arg)
{
	struct worker *w = arg;
	unsigned int line;
	long err;

	while (!stop && (!w->rounds || w->takes < w->rounds)) {
		line = 1 + rand_r(&w->seed) % (LINES - 1);
		taker_init(w->slot, line, w->provider + 1, NULL);
		err = taker_get(w->slot, HAND_NONE, 0);
		if (err == -EUSERS) {
			w->taken++;
			continue;
		}
		if (went_well(w, err, "get"))
			use_line(w);
		else
			nap_ms(1);
	}
	return NULL;
}

static void *toggle(void *arg)
{
	struct worker *w = arg;
	unsigned int line;

	for (; w->toggles < w->rounds; w->toggles++) {
		/* every WORKERS-th line is this one's */
		line = rand_r(&w->seed) % (LINES / WORKERS) * WORKERS + w->slot;
		went_well(w, taker_disable(line), "disable");
		if (rand_r(&w->seed) % 2)
			sched_yield();
		went_well(w, taker_enable(line), "enable");
	}
	return NULL;
}

/* reads what there is, also while it goes */
static void *reader(void *arg)
{
	unsigned long *reads = arg;

	while (!stop) {
		*reads += row_of(PROVIDER, 1).is_there;
		hte_file(PROVIDER "/clock");
		hte_file(PROVIDER "/ts_requested");
		hte_file(PROVIDER "/ts_%lu/drops", 1 + *reads % (LINES - 1));
		hte_file(PROVIDER "/ts_%lu/dropped_timestamps", 1 + *reads % (LINES - 1));
		hte_file(PROVIDER "/ts_%lu/last", 1 + *reads % (LINES - 1));
	}
	return NULL;
}

static void start(struct worker *workers, unsigned int provider, unsigned long rounds,
		  void *(*run)(void *))
{
	unsigned int i;

	stop = false;
	memset(workers, 0, WORKERS * sizeof(*workers));
	for (i = 0; i < WORKERS; i++) {
		workers[i].slot = i;
		workers[i].provider = provider;
		workers[i].seed = 23 + i;
		workers[i].rounds = rounds;
		if (pthread_create(&workers[i].thread, NULL, run, &workers[i]))
			die("pthread_create");
	}
}

/* all of them together */
static struct worker join(struct worker *workers)
{
	struct worker sum = { 0 };
	unsigned int i;

	for (i = 0; i < WORKERS; i++) {
		pthread_join(workers[i].thread, NULL);
		want(workers[i].bad, 0, "worker %u%s%s", i, workers[i].where ? ": " : "",
		     workers[i].where ? workers[i].where : "");
		sum.takes += workers[i].takes;
		sum.toggles += workers[i].toggles;
		sum.gone += workers[i].gone;
		sum.taken += workers[i].taken;
		sum.first += workers[i].first;
		sum.second += workers[i].second;
		sum.missing += workers[i].missing;
		sum.disorder += workers[i].disorder;
		sum.late += workers[i].late;
		sum.misplaced += workers[i].misplaced;
	}
	want(sum.disorder, 0, "numbers that did not grow");
	want(sum.late, 0, "callbacks after put");
	want(sum.misplaced, 0, "callbacks in the wrong context");
	return sum;
}

/* what all lines but the first count, and what was pushed to them */
static void add_up(unsigned int provider, struct row *counted, struct giver_state *pushed)
{
	struct giver_state state;
	unsigned int line, i;
	struct row row;

	memset(counted, 0, sizeof(*counted));
	memset(pushed, 0, sizeof(*pushed));
	for (line = 1; line < LINES; line++) {
		row = row_of(PROVIDER, line);
		counted->total += row.total;
		for (i = 0; i < REASONS; i++)
			counted->drops[i] += row.drops[i];
		state = giver_state(provider, line);
		pushed->accepted += state.accepted;
		pushed->refused += state.refused;
	}
}

static void compare(unsigned int provider, unsigned long first, unsigned long second)
{
	struct giver_state pushed;
	struct row counted;

	add_up(provider, &counted, &pushed);
	ok(pushed.accepted > 1000, "%llu stamps accepted", (unsigned long long)pushed.accepted);
	ok(pushed.refused > 0, "%llu refused", (unsigned long long)pushed.refused);
	want(counted.total, pushed.accepted, "counted as delivered");
	want(first, pushed.accepted, "seen by first callbacks");
	want(counted.drops[UNREGISTERED] + counted.drops[DISABLED], pushed.refused,
	     "counted as lost");
	want(second + counted.drops[COALESCED], pushed.accepted,
	     "%lu second callbacks, and coalesced", second);
	want(counted.drops[CALLBACK] + counted.drops[OVERFLOW] + counted.drops[CONSUMER], 0,
	     "lost for other reasons");
}

/* ---- groups ---------------------------------------------------------------- */

static void group_toggle(void)
{
	struct worker workers[WORKERS], sum;
	unsigned long first = 0, second = 0, missing = 0;
	unsigned int n = giver(LINES), line;
	struct taker_state state;

	for (line = 0; line < LINES; line++)
		taker_take(line, n, line, SECOND);
	load_lines(n, LINES, 200, 3);
	start(workers, n, 1009, toggle);
	sum = join(workers);
	want(sum.toggles, WORKERS * 1009, "toggles");
	load_stop(n);
	for (line = 0; line < LINES; line++) {
		want(taker_put(line), 0, "put");
		state = taker_state(line);
		want(state.disorder + state.late + state.misplaced, 0, "line %u", line);
		if (line) {
			first += state.first;
			second += state.second;
			missing += state.missing;
		}
	}
	ok(missing > 0, "%lu numbers missing while disabled", missing);
	compare(n, first, second);
	giver_del(n);
}

static void group_cycle(void)
{
	struct worker workers[WORKERS], sum;
	unsigned int n = giver(LINES);
	unsigned long reads = 0;
	pthread_t thread;

	load_lines(n, LINES, 200, 3);
	start(workers, n, 503, cycle);
	if (pthread_create(&thread, NULL, reader, &reads))
		die("pthread_create");
	sum = join(workers);
	stop = true;
	pthread_join(thread, NULL);
	load_stop(n);
	want(sum.takes, WORKERS * 503, "takes");
	want(sum.gone, 0, "ENODEV");
	ok(sum.taken > 0, "%lu times EUSERS", sum.taken);
	ok(reads > 0, "%lu times read", reads);
	compare(n, sum.first, sum.second);
	want(atoi(hte_file(PROVIDER "/ts_requested")), 0, "ts_requested");
	giver_del(n);
}

static void group_rounds(void)
{
	const char *text = getenv("CHS_ROUNDS");
	unsigned int n = giver(LINES), rounds = text && atoi(text) > 0 ? atoi(text) : 100, round;
	struct worker workers[WORKERS], sum;
	struct giver_state pushed;
	unsigned long reads = 0;
	struct row counted;
	pthread_t thread;

	/* it takes line 0 when the provider comes, and puts it when it goes */
	want(pioctl(taker_fd, TAKER_WATCH, (void *)TAKER_WATCH_TAKES), 0, "watch");
	load_lines(n, LINES, 200, 3);
	start(workers, n, 0, cycle);
	if (pthread_create(&thread, NULL, reader, &reads))
		die("pthread_create");
	for (round = 0; round < rounds; round++) {
		uint64_t accepted = giver_state(n, 0).accepted;

		if (!eventually(giver_state(n, 0).accepted > accepted + 3))
			die("round %u: no stamps", round);
		giver_bind(n, false);
		if (round % 2)
			nap_ms(1);
		giver_bind(n, true);
	}
	nap_ms(20);
	stop = true;
	pthread_join(thread, NULL);
	sum = join(workers);
	load_stop(n);
	ok(sum.takes > rounds, "%u rounds, %lu takes", rounds, sum.takes);
	ok(sum.gone > 0, "%lu times ENODEV", sum.gone);
	add_up(n, &counted, &pushed);
	ok(pushed.accepted > 1000, "%llu stamps accepted", (unsigned long long)pushed.accepted);
	want(sum.first, pushed.accepted, "seen by first callbacks");
	ok(sum.second <= sum.first, "%lu second callbacks", sum.second);
	want(pioctl(taker_fd, TAKER_WATCH, (void *)TAKER_WATCH_OFF), 0, "watch no more");
	want(atoi(hte_file(PROVIDER "/ts_requested")), 0, "ts_requested");
	giver_del(n);
}

/* the provider goes for good while its lines are in use and stamps come */
static void group_delete(void)
{
	struct worker workers[WORKERS];
	unsigned int n, round;

	for (round = 0; round < 23; round++) {
		n = giver(LINES);
		load_lines(n, LINES, 200, 3);
		start(workers, n, 0, cycle);
		ok(eventually(workers[0].takes && workers[1].takes), "round %u: lines are in use",
		   round);
		giver_del(n);
		stop = true;
		join(workers);
	}
	want(access(HTE PROVIDER, F_OK) ? -errno : 0, -ENOENT, "folder");
}

/* calls to the provider that take their time, while it is unbound */
static long slow_result;

static void *slow_get(void *arg)
{
	slow_result = taker_get(0, HAND_NONE, 0);
	return arg;
}

static void *slow_request(void *arg)
{
	slow_result = taker_request(.slot = 0);
	return arg;
}

static void unbind_during(unsigned int n, enum giver_op op, void *(*run)(void *), const char *what)
{
	unsigned long before = calls(n, op);
	pthread_t thread;
	int64_t start;

	giver_set(n, GIVER_SLOW_MS, 300);
	start = now_ns(CLOCK_MONOTONIC);
	if (pthread_create(&thread, NULL, run, NULL))
		die("pthread_create");
	/* it is counted when it has slept; the line is told before */
	ok(eventually(giver_state(n, 0).last_line == 1), "%s has begun", what);
	giver_bind(n, false);
	ok(calls(n, op) == before + 1 && now_ns(CLOCK_MONOTONIC) - start >= 300 * NSEC / 1000,
	   "unbinding waits for %s", what);
	pthread_join(thread, NULL);
	want(slow_result, 0, "%s", what);
	want(taker_enable(0), -ENODEV, "enable");
	want(taker_put(0), -ENODEV, "put");
	giver_set(n, GIVER_SLOW_MS, 0);
	giver_bind(n, true);
}

static void group_slow(void)
{
	unsigned int n = giver(2);

	taker_init(0, 1, n + 1, NULL);
	unbind_during(n, GIVER_XLATE_PLAT, slow_get, "xlate");
	taker_bind(0, n, 1);
	giver_set(n, GIVER_LAST_LINE, 0);
	unbind_during(n, GIVER_REQUEST, slow_request, "request");
	giver_del(n);
}

static const struct group groups[] = {
	{ "toggle", group_toggle }, { "cycle", group_cycle }, { "rounds", group_rounds },
	{ "delete", group_delete }, { "slow", group_slow },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		die("usage: hte_race GROUP...");
	hands_open();
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
