/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the test programs of the hardware timestamping engine share beyond check.h: hands
 * on hte_giver and hte_taker of tests/modules, and the files of debugfs.
 */
#ifndef HTE_TEST_H
#define HTE_TEST_H

#include "check.h"
#include "../modules/hte_hand.h"

#define DRIVER	"/sys/bus/platform/drivers/hte_giver/"
#define HTE	"/sys/kernel/debug/hte/"
#define HANDLED 0
#define SECOND	1 /* HTE_RUN_SECOND_CB */

enum reason { UNREGISTERED, DISABLED, OVERFLOW, COALESCED, CALLBACK, CONSUMER, REASONS };

static const char *const reason_names[REASONS] = {
	"unregistered", "disabled", "overflow", "coalesced", "callback", "consumer",
};

static int giver_fd = -1, taker_fd = -1;

static inline void hands_open(void)
{
	giver_fd = open_node("/dev/hte_giver", O_RDWR);
	taker_fd = open_node("/dev/hte_taker", O_RDWR);
}

/* what is behind it cannot fail unless the test is wrong */
static inline void hand(int fd, unsigned int cmd, void *arg)
{
	long err = pioctl(fd, cmd, arg);

	if (err < 0)
		die("ioctl %#x of a hand: %s", cmd, err_name(err));
}

/* ---- providers ------------------------------------------------------------- */

/* its number, or what registering gave */
static inline long giver_try(const char *name, unsigned int nlines, unsigned int without)
{
	struct giver_new new = { .nlines = nlines, .without = without, .cells = 1 };

	snprintf(new.name, sizeof(new.name), "%s", name);
	hand(giver_fd, GIVER_NEW, &new);
	if (!new.result)
		return new.index;
	hand(giver_fd, GIVER_DEL, (void *)(long)new.index);
	return new.result;
}

static inline unsigned int giver(unsigned int nlines)
{
	long n = giver_try("", nlines, 0);

	if (n < 0)
		die("a provider: %s", err_name(n));
	return n;
}

static inline void giver_del(unsigned int n)
{
	hand(giver_fd, GIVER_DEL, (void *)(long)n);
}

static inline void giver_set(unsigned int n, unsigned int setting, long long value)
{
	struct giver_set set = { .index = n, .setting = setting, .value = value };

	hand(giver_fd, GIVER_SET, &set);
}

/* callback op of it returns err from now on */
static inline void giver_fails(unsigned int n, enum giver_op op, long err)
{
	giver_set(n, GIVER_RESULT + op, err);
}

/* what the last of them gives */
static inline long push(unsigned int n, unsigned int line, unsigned int count)
{
	struct giver_push push = { .index = n, .line = line, .count = count, .level = -1 };

	hand(giver_fd, GIVER_PUSH, &push);
	return push.result;
}

static inline long lose(unsigned int n, unsigned int line, unsigned int count, unsigned int reason)
{
	struct giver_drops drops = { .index = n, .line = line, .n = count, .reason = reason };

	hand(giver_fd, GIVER_DROPS, &drops);
	return drops.result;
}

static inline struct giver_state giver_state(unsigned int n, unsigned int line)
{
	struct giver_state state = { .index = n, .line = line };

	hand(giver_fd, GIVER_STATE, &state);
	return state;
}

static inline unsigned long calls(unsigned int n, enum giver_op op)
{
	return giver_state(n, 0).calls[op];
}

static inline void load_lines(unsigned int n, unsigned int lines, unsigned int period_us,
			      unsigned int burst)
{
	struct giver_load load = {
		.index = n,
		.lines = lines,
		.period_us = period_us * slowness(),
		.burst = burst,
	};

	hand(giver_fd, GIVER_LOAD, &load);
}

static inline void load_stop(unsigned int n)
{
	load_lines(n, 0, 0, 0);
}

/* by sysfs, as an administrator would */
static inline void giver_bind(unsigned int n, bool bind)
{
	char name[32];
	long err;

	snprintf(name, sizeof(name), "hte_giver.%u", n);
	err = spill(bind ? DRIVER "bind" : DRIVER "unbind", name);
	if (err)
		die("%sbind %s: %s", bind ? "" : "un", name, err_name(err));
}

/* ---- consumers ------------------------------------------------------------- */

/* line line_id of the provider that calls cookie its own */
static inline long taker_init(unsigned int slot, unsigned int line_id, unsigned long cookie,
			      const char *name)
{
	struct taker_init init = {
		.slot = slot, .line_id = line_id, .cookie = cookie, .named = !!name,
	};

	snprintf(init.name, sizeof(init.name), "%s", name ? name : "");
	hand(taker_fd, TAKER_INIT, &init);
	return init.result;
}

static inline long taker_get(unsigned int slot, unsigned int device, int index)
{
	struct taker_get get = { .slot = slot, .device = device, .index = index };

	hand(taker_fd, TAKER_GET, &get);
	return get.result;
}

static inline long taker_get_line(unsigned int slot, int chip, unsigned int line,
				  const char *consumer)
{
	struct taker_get_line get = { .slot = slot, .chip = chip, .line = line };

	snprintf(get.consumer, sizeof(get.consumer), "%s", consumer);
	hand(taker_fd, TAKER_GET_LINE, &get);
	return get.result;
}

static inline long taker_ask(struct taker_request request)
{
	hand(taker_fd, TAKER_REQUEST, &request);
	return request.result;
}

#define taker_request(...) taker_ask((struct taker_request){ __VA_ARGS__ })

static inline long taker_put(unsigned int slot)
{
	return pioctl(taker_fd, TAKER_PUT, (void *)(long)slot);
}

static inline long taker_enable(unsigned int slot)
{
	return pioctl(taker_fd, TAKER_ENABLE, (void *)(long)slot);
}

static inline long taker_disable(unsigned int slot)
{
	return pioctl(taker_fd, TAKER_DISABLE, (void *)(long)slot);
}

static inline long taker_count(unsigned int device)
{
	return pioctl(taker_fd, TAKER_COUNT, (void *)(long)device);
}

static inline struct taker_clock taker_clock(unsigned int slot, bool nowhere)
{
	struct taker_clock clock = { .slot = slot, .nowhere = nowhere };

	hand(taker_fd, TAKER_CLOCK, &clock);
	return clock;
}

static inline struct taker_cross taker_cross(unsigned int slot, bool nowhere)
{
	struct taker_cross cross = { .slot = slot, .nowhere = nowhere };

	hand(taker_fd, TAKER_CROSS, &cross);
	return cross;
}

static inline struct taker_state taker_state(unsigned int slot)
{
	struct taker_state state = { .slot = slot };

	hand(taker_fd, TAKER_STATE, &state);
	return state;
}

static inline void taker_report(unsigned int slot, unsigned long n)
{
	struct taker_report report = { .slot = slot, .n = n };

	hand(taker_fd, TAKER_REPORT, &report);
}

/* bind a slot to a line of a provider, unnamed */
static inline void taker_bind(unsigned int slot, unsigned int n, unsigned int line)
{
	long err = taker_init(slot, line, n + 1, NULL) ?: taker_get(slot, HAND_NONE, 0);

	if (err)
		die("get line %u: %s", line, err_name(err));
}

/* and request it; what its first callback answers */
static inline void taker_take(unsigned int slot, unsigned int n, unsigned int line, int answer)
{
	long err;

	taker_bind(slot, n, line);
	err = taker_request(.slot = slot, .flags = TAKER_SECOND, .answer = answer);
	if (err)
		die("request line %u: %s", line, err_name(err));
}

/* ---- debugfs --------------------------------------------------------------- */

/* all of a file of a provider's folder, or "" */
__attribute__((format(printf, 1, 2))) static inline const char *hte_file(const char *path, ...)
{
	static char text[4][8192];
	static unsigned int turn;
	char name[512], *buf = text[turn++ % 4];
	va_list args;
	int len;

	len = snprintf(name, sizeof(name), HTE);
	va_start(args, path);
	vsnprintf(name + len, sizeof(name) - len, path, args);
	va_end(args);
	if (slurp(name, buf, sizeof(text[0])) < 0)
		*buf = 0;
	return buf;
}

/* a line's row of file "lines" */
struct row {
	unsigned long long id, requests, total, next_seq, last_ns, drops[REASONS];
	char label[64], consumer[64], state[16];
	bool is_there;
};

static inline struct row row_of(const char *provider, unsigned int line)
{
	static char text[1 << 20];
	struct row row = { 0 };
	char path[384], *p;
	unsigned int n;

	snprintf(path, sizeof(path), HTE "%s/lines", provider);
	if (slurp(path, text, sizeof(text)) <= 0)
		return row;
	for (p = strchr(text, '\n'); p && p[1]; p = strchr(p + 1, '\n')) {
		if (sscanf(p + 1, "%u", &n) != 1 || n != line)
			continue;
		row.is_there = sscanf(p + 1,
				      "%u %llu %63s %63s %15s %llu %llu %llu %llu"
				      " %llu %llu %llu %llu %llu %llu",
				      &n, &row.id, row.label, row.consumer, row.state,
				      &row.requests, &row.total, &row.next_seq, &row.last_ns,
				      &row.drops[0], &row.drops[1], &row.drops[2], &row.drops[3],
				      &row.drops[4], &row.drops[5]) == 15;
	}
	return row;
}

#endif /* HTE_TEST_H */
