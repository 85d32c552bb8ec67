// SPDX-License-Identifier: GPL-2.0
/*
 * hte_core GROUP...: every function of <linux/hte.h>, called by hte_giver and hte_taker:
 * what it returns, in which context, and what is counted. Both modules must be loaded and
 * no other provider be there.
 */
#include <limits.h>
#include "hte_test.h"

#define NOBODY HAND_NONE
#define FEW    23
#define MANY   101

/* ---- what each function returns -------------------------------------------- */

static void group_register(void)
{
	static const unsigned int odd[] = {
		ODD_REGISTER_NOTHING,	 ODD_REGISTER_NO_DEVICE,  ODD_REGISTER_NO_OPS,
		ODD_REGISTER_NO_REQUEST, ODD_REGISTER_NO_RELEASE, ODD_PUSH_NO_CHIP,
		ODD_PUSH_NO_DATA,	 ODD_PUSH_UNREGISTERED,	  ODD_DROPS_NO_CHIP,
		ODD_DROPS_UNREGISTERED,
	};
	unsigned int n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(odd); i++)
		want(pioctl(giver_fd, GIVER_ODD, (void *)(long)odd[i]), -EINVAL, "odd call %u",
		     odd[i]);
	want(pioctl(giver_fd, GIVER_ODD, (void *)ODD_FIFO_UNREGISTERED), 0, "odd fifo");
	want(pioctl(giver_fd, GIVER_ODD, (void *)ODD_REGISTER_TOO_MANY), -ENOMEM,
	     "4294967295 lines");
	want(giver_try("", 1, 1 << GIVER_REQUEST), -EINVAL, "no request");
	want(giver_try("", 1, 1 << GIVER_RELEASE), -EINVAL, "no release");

	n = giver(0);
	want(push(n, 0, 1), -EINVAL, "push to a provider without lines");
	taker_init(0, 0, n + 1, NULL);
	want(taker_get(0, NOBODY, 0), -EINVAL, "its first line");
	giver_del(n);
}

static void group_get(void)
{
	unsigned int n = giver(FEW), other, deaf;

	want(taker_init(NOBODY, 0, 0, NULL), -EINVAL, "init of nothing");
	want(taker_get(NOBODY, NOBODY, 0), -EINVAL, "get of nothing");
	want(taker_init(0, 3, 4711, NULL), 0, "init");
	want(taker_get(0, NOBODY, 0), -ENODEV, "line_data that nobody knows");
	want(taker_state(0).bound, 0, "bound");

	taker_init(0, FEW, n + 1, NULL);
	want(taker_get(0, NOBODY, 0), -EINVAL, "xlate gives nlines");
	giver_set(n, GIVER_XLATE_ADD, -1);
	taker_init(0, 0, n + 1, NULL);
	want(taker_get(0, NOBODY, 0), -EINVAL, "xlate gives 4294967295");
	giver_set(n, GIVER_XLATE_ADD, 5);
	giver_fails(n, GIVER_XLATE_PLAT, -ENXIO);
	taker_init(0, 3, n + 1, NULL);
	want(taker_get(0, NOBODY, 0), -ENXIO, "xlate fails");
	giver_fails(n, GIVER_XLATE_PLAT, 0);
	want(taker_state(0).bound, 0, "bound");

	want(taker_get(0, NOBODY, 0), 0, "get");
	want(taker_state(0).bound, 1, "bound");
	taker_init(1, 3, n + 1, NULL);
	want(taker_get(1, NOBODY, 0), -EUSERS, "get of what is bound");
	want(taker_state(1).bound, 0, "bound");
	want(taker_put(0), 0, "put of what is only bound");
	want(taker_state(0).bound, 0, "bound");
	want(calls(n, GIVER_RELEASE), 0, "releases");
	want(taker_get(1, NOBODY, 0), 0, "get of what is free again");
	want(taker_request(.slot = 1), 0, "request");
	want(giver_state(n, 0).last_line, 8, "line that the provider was asked for");
	want(taker_put(1), 0, "put");
	want(calls(n, GIVER_RELEASE), 1, "releases");

	/* the first that has it wins; those that cannot tell are not asked */
	deaf = giver_try("", 1, 1 << GIVER_MATCH);
	taker_init(0, 0, deaf + 1, NULL);
	want(taker_get(0, NOBODY, 0), -ENODEV, "line of a provider without match");
	other = giver_try("", 1, 1 << GIVER_XLATE_PLAT);
	taker_init(0, 0, other + 1, NULL);
	want(taker_get(0, NOBODY, 0), -EINVAL, "line of a provider without xlate");
	giver_del(other);
	giver_del(deaf);
	giver_del(n);
}

static void group_request(void)
{
	unsigned int n = giver(FEW);
	struct taker_device bare = { 0 };

	want(taker_request(.slot = NOBODY), -EINVAL, "request of nothing");
	taker_init(0, 1, n + 1, "one");
	want(taker_request(.slot = 0), -EINVAL, "request before get");
	want(taker_get(0, NOBODY, 0), 0, "get");
	want(taker_request(.slot = 0, .flags = TAKER_NO_CALLBACK), -EINVAL, "no callback");
	giver_fails(n, GIVER_REQUEST, -EIO);
	want(taker_request(.slot = 0), -EIO, "the provider's error");
	want(taker_state(0).bound, 1, "bound");
	want(push(n, 1, 1), -EINVAL, "push to what is only bound");
	want(taker_request(.slot = 0, .flags = TAKER_MANAGED, .device = NOBODY), -EINVAL,
	     "managed by no device");
	hand(taker_fd, TAKER_DEVICE, &bare);
	want(taker_request(.slot = 0, .flags = TAKER_MANAGED, .device = bare.device), -EIO,
	     "managed, the provider's error");
	want(taker_state(0).bound, 1, "bound");
	giver_fails(n, GIVER_REQUEST, 1);
	want(taker_request(.slot = 0), 0, "the provider's positive answer is none");
	want(taker_request(.slot = 0), -EUSERS, "request of what is requested");
	want(push(n, 1, 1), 0, "push");
	want(taker_put(0), 0, "put");

	giver_fails(n, GIVER_REQUEST, 0);
	want(taker_get(0, NOBODY, 0), 0, "get of the same descriptor");
	want(taker_request(.slot = 0, .flags = TAKER_MANAGED, .device = bare.device), 0, "managed");
	want(push(n, 1, FEW), 0, "push");
	want(taker_state(0).first, FEW, "callbacks");
	want(calls(n, GIVER_RELEASE), 1, "releases");
	want(pioctl(taker_fd, TAKER_DEVICE_DEL, (void *)(long)bare.device), 0, "the device goes");
	want(taker_state(0).bound, 0, "bound");
	want(calls(n, GIVER_RELEASE), 2, "releases");
	giver_del(n);
}

static void group_put(void)
{
	unsigned int n = giver(FEW);

	want(taker_put(NOBODY), -EINVAL, "put of nothing");
	taker_init(0, 1, n + 1, NULL);
	want(taker_put(0), -EINVAL, "put before get");
	taker_take(0, n, 1, HANDLED);
	want(taker_put(0), 0, "put");
	want(taker_put(0), -EINVAL, "put again");

	/* unlike in mainline, where nobody would ever get the line again */
	taker_take(0, n, 1, HANDLED);
	giver_fails(n, GIVER_RELEASE, -EIO);
	want(taker_put(0), -EIO, "the provider's error");
	want(taker_state(0).bound, 0, "bound");
	giver_fails(n, GIVER_RELEASE, 0);
	want(atoi(hte_file("hte_giver.%u/ts_requested", n)), 0, "ts_requested");
	taker_take(0, n, 1, HANDLED);
	want(push(n, 1, 1), 0, "push after all");
	want(taker_put(0), 0, "put");
	giver_del(n);
}

static void group_enable(void)
{
	unsigned int n = giver(FEW), mute;

	want(taker_enable(NOBODY), -EINVAL, "enable nothing");
	want(taker_disable(NOBODY), -EINVAL, "disable nothing");
	taker_init(0, 1, n + 1, NULL);
	want(taker_enable(0), -EINVAL, "enable before get");
	want(taker_disable(0), -EINVAL, "disable before get");
	taker_bind(0, n, 1);
	want(taker_enable(0), -EUSERS, "enable before request");
	want(taker_disable(0), -EUSERS, "disable before request");
	want(taker_request(.slot = 0), 0, "request");

	want(taker_enable(0), 0, "enable what is enabled");
	want(calls(n, GIVER_ENABLE), 0, "calls of enable");
	giver_fails(n, GIVER_DISABLE, -EBUSY);
	want(taker_disable(0), -EBUSY, "the provider's error");
	want(push(n, 1, 1), 0, "push");
	giver_fails(n, GIVER_DISABLE, 0);
	want(taker_disable(0), 0, "disable");
	want(taker_disable(0), 0, "disable again");
	want(calls(n, GIVER_DISABLE), 2, "calls of disable");
	want(push(n, 1, 1), -EINVAL, "push");
	giver_fails(n, GIVER_ENABLE, -EBUSY);
	want(taker_enable(0), -EBUSY, "the provider's error");
	want(push(n, 1, 1), -EINVAL, "push");
	giver_fails(n, GIVER_ENABLE, 0);
	want(taker_enable(0), 0, "enable");
	want(taker_enable(0), 0, "enable again");
	want(calls(n, GIVER_ENABLE), 2, "calls of enable");
	want(push(n, 1, 1), 0, "push");
	want(taker_state(0).first, 2, "callbacks");

	/* put of what is disabled; a new consumer gets it enabled */
	want(taker_disable(0), 0, "disable");
	want(taker_put(0), 0, "put");
	taker_take(0, n, 1, HANDLED);
	want(push(n, 1, 1), 0, "push");
	want(taker_put(0), 0, "put");

	mute = giver_try("", 1, 1 << GIVER_ENABLE | 1 << GIVER_DISABLE);
	taker_take(0, mute, 0, HANDLED);
	want(taker_disable(0), -EOPNOTSUPP, "disable without a callback");
	want(taker_enable(0), 0, "enable what is enabled, without a callback");
	want(push(mute, 0, 1), 0, "push");
	want(taker_put(0), 0, "put");
	giver_del(mute);
	mute = giver_try("", 1, 1 << GIVER_ENABLE);
	taker_take(0, mute, 0, HANDLED);
	want(taker_disable(0), 0, "disable");
	want(taker_enable(0), -EOPNOTSUPP, "enable without a callback");
	want(taker_put(0), 0, "put");
	giver_del(mute);
	giver_del(n);
}

static void group_clock(void)
{
	unsigned int n = giver(1), mute;
	long long offset = 1000000007LL * MANY, apart;
	struct taker_cross cross;
	struct taker_clock clock;
	int64_t before, after;

	want(taker_clock(NOBODY, false).result, -EINVAL, "clock of nothing");
	want(taker_cross(NOBODY, false).result, -EINVAL, "time of nothing");
	taker_init(0, 0, n + 1, NULL);
	want(taker_clock(0, false).result, -EINVAL, "clock before get");
	want(taker_cross(0, false).result, -EINVAL, "time before get");
	taker_bind(0, n, 0);
	want(taker_clock(0, true).result, -EINVAL, "clock to nowhere");
	want(taker_cross(0, true).result, -EINVAL, "time to nowhere");
	giver_fails(n, GIVER_CLOCK, -EIO);
	giver_fails(n, GIVER_TIME, -EAGAIN);
	want(taker_clock(0, false).result, -EIO, "the provider's error");
	want(taker_cross(0, false).result, -EAGAIN, "the provider's error");
	giver_fails(n, GIVER_CLOCK, 0);
	giver_fails(n, GIVER_TIME, 0);

	clock = taker_clock(0, false);
	want(clock.result, 0, "clock");
	want(clock.hz, 101000023, "hz");
	want(clock.type, CLOCK_MONOTONIC, "type");

	giver_set(n, GIVER_OFFSET_NS, offset);
	before = now_ns(CLOCK_MONOTONIC);
	cross = taker_cross(0, false);
	after = now_ns(CLOCK_MONOTONIC);
	want(cross.result, 0, "time");
	apart = (long long)(cross.hw_ns - cross.mono_ns) - offset;
	ok(llabs(apart) <= (long long)cross.error_ns, "off by %lld, error %llu", apart,
	   (unsigned long long)cross.error_ns);
	ok((int64_t)cross.mono_ns >= before && (int64_t)cross.mono_ns <= after, "it is now");
	ok((int64_t)cross.error_ns < NSEC / 1000 * slowness(), "error %llu ns",
	   (unsigned long long)cross.error_ns);
	ok(strstr(hte_file("hte_giver.%u/clock", n), "hz 101000023\nclockid 1\nhw_ns "), "%s",
	   hte_file("hte_giver.%u/clock", n));
	want(taker_put(0), 0, "put");

	mute = giver_try("", 1, 1 << GIVER_CLOCK | 1 << GIVER_TIME);
	taker_bind(0, mute, 0);
	want(taker_clock(0, false).result, -EOPNOTSUPP, "clock without a callback");
	want(taker_cross(0, false).result, -EOPNOTSUPP, "time without a callback");
	ok(!*hte_file("hte_giver.%u/clock", mute), "file clock is empty");
	want(taker_put(0), 0, "put");
	giver_del(mute);
	giver_del(n);
}

static void group_report(void)
{
	unsigned int n = giver(2), reason;
	struct row row;

	want(lose(n, 2, 1, OVERFLOW), -EINVAL, "loss of an unknown line");
	for (reason = COALESCED; reason <= REASONS + 1; reason++)
		want(lose(n, 1, 1, reason), -EINVAL, "loss for reason %u", reason);
	want(lose(n, 1, 1, -1u), -EINVAL, "loss for reason -1");
	ok(!row_of("hte_giver.0", 1).is_there, "nothing counted");
	want(lose(n, 1, 0, OVERFLOW), 0, "loss of none");
	want(lose(n, 1, FEW, OVERFLOW), 0, "loss of a line without consumer");
	row = row_of("hte_giver.0", 1);
	want(row.drops[OVERFLOW], FEW, "overflow");
	want(row.requests, 0, "requests");
	ok(!strcmp(row.state, "free"), "state %s", row.state);

	taker_report(NOBODY, 1);
	taker_report(0, 1);
	taker_take(0, n, 0, HANDLED);
	taker_report(0, MANY);
	taker_report(0, 0);
	want(row_of("hte_giver.0", 0).drops[CONSUMER], MANY, "consumer");
	want(taker_put(0), 0, "put");
	taker_report(0, 1);
	want(row_of("hte_giver.0", 0).drops[CONSUMER], MANY, "consumer");
	giver_del(n);
}

/* ---- references in software nodes ------------------------------------------ */

static void group_reference(void)
{
	unsigned int n = giver(FEW), other = giver(1), mute = giver_try("", 1, 1 << GIVER_XLATE_OF);
	struct taker_device two = {
		.refs = 2,
		.names = 2,
		.ref = { { .giver = n, .nargs = 1, .args = { 7 }, .name = "front panel" },
			 { .giver = other, .nargs = 1, .name = " " } },
	};
	struct taker_device wrong = {
		.refs = 3,
		.names = 1,
		.ref = { { .giver = n, .nargs = 1, .args = { FEW }, .name = "beyond" },
			 { .giver = n, .nargs = 2, .args = { 1 } },
			 { .giver = mute, .nargs = 1 } },
	};
	struct taker_device plain = {
		.refs = 3,
		.ref = { { .giver = n, .nargs = 1, .args = { FEW } },
			 { .giver = n, .nargs = 2, .args = { 1 } },
			 { .giver = mute, .nargs = 1 } },
	};
	struct taker_device bare = { 0 };
	char text[32];

	hand(taker_fd, TAKER_DEVICE, &two);
	hand(taker_fd, TAKER_DEVICE, &wrong);
	hand(taker_fd, TAKER_DEVICE, &plain);
	hand(taker_fd, TAKER_DEVICE, &bare);
	want(taker_count(NOBODY), -EINVAL, "count of nothing");
	want(taker_count(bare.device), -EINVAL, "count without a node");
	want(taker_count(two.device), 2, "count");
	want(taker_count(plain.device), 3, "count");

	want(taker_get(0, two.device, 0), 0, "get by reference");
	ok(!strcmp(taker_state(0).name, "front panel"), "name '%s'", taker_state(0).name);
	want(taker_request(.slot = 0), 0, "request");
	want(giver_state(n, 0).last_line, 7, "line");
	want(push(n, 7, FEW), 0, "push");
	want(taker_state(0).first, FEW, "callbacks");
	snprintf(text, sizeof(text), "hte_taker.%u", two.device);
	ok(!strcmp(row_of("hte_giver.0", 7).consumer, text), "consumer %s",
	   row_of("hte_giver.0", 7).consumer);
	ok(!strcmp(row_of("hte_giver.0", 7).label, "front\\040panel"), "label %s",
	   row_of("hte_giver.0", 7).label);
	ok(*hte_file("hte_giver.%u/front panel/drops", n), "its folder");
	want(taker_get(1, two.device, 0), -EUSERS, "get again");
	want(taker_get(1, two.device, 1), 0, "the other");
	ok(!*taker_state(1).name, "a blank name is none");
	want(taker_get(2, two.device, 2), -ENODATA, "a third, that has no name");
	want(taker_get(2, two.device, -1), -ENODATA, "one before the first");
	want(taker_put(0), 0, "put");
	want(taker_put(1), 0, "put");

	want(taker_get(0, wrong.device, 0), -EINVAL, "a line beyond");
	want(taker_get(0, wrong.device, 1), -ENODATA, "a name that is not there");
	want(taker_get(0, plain.device, 1), 0, "more cells than the provider has");
	want(taker_put(0), 0, "put");
	want(taker_get(0, plain.device, 2), -EINVAL, "a provider without xlate_of");
	want(taker_get(0, plain.device, 3), -ENOENT, "a reference that is not there");
	want(taker_get(0, plain.device, -1), -EINVAL, "none, and no names");
	want(taker_get(0, plain.device, INT_MIN), -EINVAL, "none, and no names");
	giver_fails(n, GIVER_XLATE_OF, -EBUSY);
	want(taker_get(0, two.device, 0), -EBUSY, "xlate fails");
	giver_fails(n, GIVER_XLATE_OF, 0);

	/* a device without references: by line_data */
	taker_init(0, 3, n + 1, NULL);
	want(taker_get(0, bare.device, 0), 0, "get by line_data");
	want(taker_put(0), 0, "put");

	giver_bind(n, false);
	want(taker_get(0, two.device, 0), -ENODEV, "the provider has no driver");
	want(taker_count(two.device), 2, "count");
	giver_bind(n, true);
	want(taker_get(0, two.device, 0), 0, "it has one again");
	want(taker_put(0), 0, "put");

	hand(taker_fd, TAKER_DEVICE_DEL, (void *)(long)two.device);
	hand(taker_fd, TAKER_DEVICE_DEL, (void *)(long)wrong.device);
	hand(taker_fd, TAKER_DEVICE_DEL, (void *)(long)plain.device);
	hand(taker_fd, TAKER_DEVICE_DEL, (void *)(long)bare.device);
	giver_del(mute);
	giver_del(other);
	giver_del(n);
}

/* ---- stamps ---------------------------------------------------------------- */

static void group_contexts(void)
{
	unsigned int n = giver(FEW);
	struct giver_push from_irq = {
		.index = n,
		.line = 1,
		.count = MANY,
		.hardirq = 1,
		.tsc = 1009,
		.step = 23,
		.level = 1,
	};
	struct taker_state state;

	taker_bind(0, n, 1);
	want(taker_request(.slot = 0, .flags = TAKER_SECOND | TAKER_ASKS_CLOCK, .answer = SECOND),
	     0, "request");
	hand(giver_fd, GIVER_PUSH, &from_irq);
	want(from_irq.accepted, MANY, "accepted");
	want(from_irq.seq, MANY, "seq of the last");
	state = taker_state(0);
	want(state.first, MANY, "callbacks");
	want(state.hardirq, MANY, "of them in a hard interrupt");
	want(state.misplaced, 0, "with interrupts on");
	want(state.sum_tsc, 1009 * MANY + 23 * MANY * (MANY - 1) / 2, "sum of stamps");
	want(state.level, 1, "level");
	want(state.asked, 0, "what a callback may call");
	ok(eventually(taker_state(0).second > 0), "the second callback");
	want(taker_state(0).misplaced, 0, "seconds where they may not sleep");

	from_irq.hardirq = 0;
	from_irq.level = -1;
	hand(giver_fd, GIVER_PUSH, &from_irq);
	state = taker_state(0);
	want(state.first, 2 * MANY, "callbacks");
	want(state.hardirq, MANY, "of them in a hard interrupt");
	want(state.misplaced, 0, "with interrupts on");
	want(state.level, -1, "level");
	want(taker_put(0), 0, "put");
	want(taker_state(0).late, 0, "callbacks after put");

	/* a second callback may call what sleeps */
	taker_bind(0, n, 1);
	want(taker_request(.slot = 0, .flags = TAKER_SECOND | TAKER_SECOND_TURNS, .answer = SECOND),
	     0, "request");
	want(push(n, 1, 1), 0, "push");
	ok(eventually(taker_state(0).second == 1), "a second callback that turns its line off");
	want(calls(n, GIVER_DISABLE), 1, "disabled");
	want(calls(n, GIVER_ENABLE), 1, "enabled");
	want(taker_put(0), 0, "put");
	giver_del(n);
}

static void group_sequence(void)
{
	unsigned int n = giver(FEW);
	struct taker_state state;

	want(push(n, 1, MANY), -EINVAL, "stamps for nobody");
	taker_take(0, n, 1, HANDLED);
	want(push(n, 1, FEW), 0, "push");
	state = taker_state(0);
	want(state.last_seq, FEW, "seq");
	want(state.missing, 0, "missing");
	want(taker_disable(0), 0, "disable");
	want(push(n, 1, MANY), -EINVAL, "push while it is disabled");
	want(taker_enable(0), 0, "enable");
	want(push(n, 1, 1), 0, "push");
	state = taker_state(0);
	want(state.last_seq, FEW + MANY + 1, "seq");
	want(state.missing, MANY, "missing");
	want(lose(n, 1, FEW, OVERFLOW), 0, "overflow");
	want(push(n, 1, 1), 0, "push");
	state = taker_state(0);
	want(state.missing, MANY + FEW, "missing");
	want(state.disorder, 0, "disorder");
	want(state.first, FEW + 2, "callbacks");
	want(row_of("hte_giver.0", 1).next_seq, 2 * FEW + MANY + 3, "next_seq");
	ok(strstr(hte_file("hte_giver.0/ts_1/last"), "total 25\nnext_seq 150\n"), "%s",
	   hte_file("hte_giver.0/ts_1/last"));

	/* each consumer begins anew */
	want(taker_put(0), 0, "put");
	want(push(n, 1, 1), -EINVAL, "push");
	taker_take(1, n, 1, HANDLED);
	want(push(n, 1, 1), 0, "push");
	want(taker_state(1).last_seq, 1, "seq");
	want(taker_put(1), 0, "put");
	giver_del(n);
}

static void group_counters(void)
{
	unsigned int n = giver(FEW);
	struct taker_state state;
	struct row row;

	want(push(n, 5, 2), -EINVAL, "for nobody");
	taker_take(0, n, 5, HANDLED);
	want(atoi(hte_file("hte_giver.0/ts_5/dropped_timestamps")), 2, "dropped_timestamps");
	want(push(n, 5, MANY), 0, "push");
	want(taker_disable(0), 0, "disable");
	want(push(n, 5, FEW), -EINVAL, "while it is disabled");
	want(taker_enable(0), 0, "enable");
	want(lose(n, 5, 7, OVERFLOW), 0, "overflow");
	taker_report(0, 3);
	want(atoi(hte_file("hte_giver.0/ts_5/dropped_timestamps")), 2 + FEW, "dropped_timestamps");
	ok(!strcmp(hte_file("hte_giver.0/ts_5/drops"),
		   "unregistered 2\ndisabled 23\noverflow 7\ncoalesced 0\ncallback 0\n"
		   "consumer 3\n"),
	   "%s", hte_file("hte_giver.0/ts_5/drops"));
	want(taker_put(0), 0, "put");

	/* what is no answer, and a second callback that is not there */
	taker_take(0, n, 5, 2);
	want(atoi(hte_file("hte_giver.0/ts_5/dropped_timestamps")), 0, "dropped_timestamps");
	want(push(n, 5, 11), 0, "push");
	want(taker_put(0), 0, "put");
	taker_take(0, n, 5, -ENOMEM);
	want(push(n, 5, 13), 0, "push");
	want(taker_put(0), 0, "put");
	taker_bind(0, n, 5);
	want(taker_request(.slot = 0, .answer = SECOND), 0, "request without a second callback");
	want(push(n, 5, 17), 0, "push");
	want(taker_put(0), 0, "put");
	want(push(n, 5, 1), -EINVAL, "for nobody");

	taker_take(0, n, 5, SECOND);
	want(push(n, 5, FEW), 0, "push");
	want(taker_put(0), 0, "put");
	state = taker_state(0);
	want(state.late, 0, "callbacks after put");

	row = row_of("hte_giver.0", 5);
	want(row.requests, 5, "requests");
	want(row.total, MANY + 11 + 13 + 17 + FEW, "total");
	want(row.drops[UNREGISTERED], 3, "unregistered");
	want(row.drops[DISABLED], FEW, "disabled");
	want(row.drops[OVERFLOW], 7, "overflow");
	want(row.drops[CALLBACK], 11 + 13 + 17, "callback");
	want(row.drops[CONSUMER], 3, "consumer");
	want(row.drops[COALESCED] + state.second, FEW, "coalesced and second callbacks");
	want(giver_state(n, 5).accepted, row.total, "pushes that were accepted");
	want(giver_state(n, 5).refused, row.drops[UNREGISTERED] + row.drops[DISABLED],
	     "pushes that were refused");
	ok(!strcmp(row.state, "free"), "state %s", row.state);
	ok(!row_of("hte_giver.0", 4).is_there, "no row of a line that nobody touched");
	giver_del(n);
}

/* how often a second callback comes, and that none is lost unseen */
static void group_second(void)
{
	unsigned int n = giver(FEW);
	struct taker_state state;
	struct row row;
	int i;

	/* one that runs, one that waits when the line is put: it is cancelled */
	taker_bind(0, n, 0);
	want(taker_request(.slot = 0, .flags = TAKER_SECOND, .answer = SECOND, .second_ms = 200), 0,
	     "request");
	want(push(n, 0, 1), 0, "push");
	ok(eventually(taker_state(0).begun == 1), "the second callback has begun");
	want(push(n, 0, 1), 0, "push");
	want(taker_put(0), 0, "put");
	state = taker_state(0);
	want(state.second, 1, "second callbacks");
	want(state.late, 0, "after put");
	want(row_of("hte_giver.0", 0).drops[COALESCED], 1, "coalesced");

	/* one that runs, one that comes, and others that share it */
	taker_bind(0, n, 1);
	want(taker_request(.slot = 0, .flags = TAKER_SECOND, .answer = SECOND, .second_ms = 200), 0,
	     "request");
	want(push(n, 1, 1), 0, "push");
	ok(eventually(taker_state(0).begun == 1), "the second callback has begun");
	want(push(n, 1, FEW), 0, "push");
	ok(eventually(taker_state(0).second == 2), "second callbacks");
	want(row_of("hte_giver.0", 1).drops[COALESCED], FEW - 1, "coalesced");
	want(taker_put(0), 0, "put");
	want(row_of("hte_giver.0", 1).drops[COALESCED], FEW - 1, "coalesced");

	/* whatever the moment */
	taker_take(0, n, 2, SECOND);
	for (i = 0; i < 1009; i++)
		if (push(n, 2, 1))
			die("push");
	want(taker_put(0), 0, "put");
	row = row_of("hte_giver.0", 2);
	state = taker_state(0);
	want(state.first, 1009, "first callbacks");
	want(state.second + row.drops[COALESCED], 1009, "%llu second callbacks, and coalesced",
	     (unsigned long long)state.second);
	giver_del(n);
}

static void group_ring(void)
{
	const unsigned int stamps = 10007;
	unsigned int n = giver(1), left = stamps, burst;
	struct taker_state state;
	struct row row;

	taker_bind(0, n, 0);
	want(taker_request(.slot = 0, .flags = TAKER_SECOND | TAKER_RING, .ring = 1), -EINVAL,
	     "a ring for one");
	want(taker_request(.slot = 0, .flags = TAKER_SECOND | TAKER_RING, .ring = 64,
			   .second_ms = 1),
	     0, "request");
	for (burst = 1; left; burst = burst * 3 % 127) {
		if (burst > left)
			burst = left;
		if (push(n, 0, burst))
			die("push");
		left -= burst;
		if (burst < 8)
			nap_ms(1);
	}
	ok(eventually((state = taker_state(0), !state.left && state.begun == state.second)),
	   "the ring runs empty");
	want(state.first, stamps, "emitted");
	want(state.missing + state.disorder, 0, "missing or out of order");
	ok(state.got > stamps / 100, "got %llu", (unsigned long long)state.got);
	ok(state.ring_lost > 0, "lost %llu", (unsigned long long)state.ring_lost);
	want(state.got + state.ring_lost, stamps, "got and lost");
	row = row_of("hte_giver.0", 0);
	want(row.drops[CONSUMER], state.ring_lost, "consumer");
	want(row.total, stamps, "total");
	want(row.drops[CALLBACK], 0, "callback");

	/* what is left when the line is put is not lost */
	want(taker_put(0), 0, "put");
	taker_bind(0, n, 0);
	want(taker_request(.slot = 0, .flags = TAKER_SECOND | TAKER_RING, .ring = 64,
			   .second_ms = 200),
	     0, "request");
	push(n, 0, 1);
	ok(eventually(taker_state(0).begun == 1), "the second callback has begun");
	push(n, 0, FEW);
	want(taker_put(0), 0, "put");
	state = taker_state(0);
	want(state.got + state.left, 1 + FEW, "got and left");
	want(state.ring_lost, 0, "lost");
	giver_del(n);
}

/* ---- debugfs --------------------------------------------------------------- */

static void group_debugfs(void)
{
	static const char longest[] =
		"a label of more than thirty-one letters, as there are labels for front panels";
	unsigned int n = giver_try("named", FEW, 0), twin, slash;
	char provider[64], path[128];
	struct stat st;
	struct row row;

	ok(!strcmp(hte_file("named/ts_requested"), "0\n"), "ts_requested");
	ok(!strcmp(hte_file("named/total_ts"), "23\n"), "total_ts");
	ok(!strcmp(hte_file("named/fifo"), "max_occupancy 0\nlost 0\n"), "fifo");
	ok(!strcmp(hte_file("named/lines"),
		   "line id label consumer state requests total next_seq last_ns unregistered "
		   "disabled overflow coalesced callback consumer\n"),
	   "lines");
	want(stat(HTE "named/lines", &st), 0, "stat");
	want(st.st_mode & 0777, 0444, "mode of a file");
	want(spill(HTE "named/total_ts", "1"), -EACCES, "writing");

	/* two lines of one label; one whose label is no name; long ones; none */
	taker_init(0, 1000, n + 1, "same");
	giver_set(n, GIVER_XLATE_ADD, -1000);
	want(taker_get(0, NOBODY, 0) ?: taker_request(.slot = 0), 0, "request");
	taker_init(1, 1001, n + 1, "same");
	want(taker_get(1, NOBODY, 0) ?: taker_request(.slot = 1), 0, "request");
	taker_init(2, 1002, n + 1, "a/b");
	want(taker_get(2, NOBODY, 0) ?: taker_request(.slot = 2), 0, "request");
	taker_init(3, 1003, n + 1, longest);
	want(taker_get(3, NOBODY, 0) ?: taker_request(.slot = 3), 0, "request");
	taker_init(4, 1004, n + 1, NULL);
	want(taker_get(4, NOBODY, 0) ?: taker_request(.slot = 4), 0, "request");
	taker_init(5, 1005, n + 1, "ts_1004");
	want(taker_get(5, NOBODY, 0) ?: taker_request(.slot = 5), 0, "request");
	taker_init(6, 1006, n + 1, "");
	want(taker_get(6, NOBODY, 0) ?: taker_request(.slot = 6), 0, "request");
	taker_init(7, 1007, n + 1, "..");
	want(taker_get(7, NOBODY, 0) ?: taker_request(.slot = 7), 0, "request");
	/* the same number of the consumer's for two lines */
	giver_set(n, GIVER_XLATE_ADD, -1000 + 8 - 4);
	taker_init(8, 1004, n + 1, NULL);
	want(taker_get(8, NOBODY, 0) ?: taker_request(.slot = 8), 0, "request");
	ok(!strcmp(hte_file("named/ts_requested"), "9\n"), "ts_requested");

	push(n, 0, 1);
	push(n, 1, 2);
	ok(strstr(hte_file("named/same/last"), "total 1\n"), "the first of a label");
	ok(strstr(hte_file("named/ts_1001/last"), "total 2\n"), "the second");
	ok(*hte_file("named/ts_1002/last"), "a label with a slash");
	ok(*hte_file("named/%s/last", longest), "a long label");
	ok(*hte_file("named/ts_1004/last"), "no label");
	ok(*hte_file("named/ts_1005/last"), "a label that is another line's folder");
	ok(*hte_file("named/ts_1006/last"), "an empty label");
	ok(*hte_file("named/ts_1007/last"), "a label of dots");
	ok(*hte_file("named/ts_1004-8/last"), "a line id that is taken");
	row = row_of("named", 3);
	ok(!strncmp(row.label, "a\\040label\\040of", 15), "label %s", row.label);
	ok(!strcmp(row.consumer, "hte_taker"), "consumer %s", row.consumer);
	ok(!strcmp(row.state, "active"), "state %s", row.state);
	want(row.id, 1003, "id");
	want(taker_disable(3), 0, "disable");
	ok(!strcmp(row_of("named", 3).state, "disabled"), "state %s", row_of("named", 3).state);
	want(taker_put(3), 0, "put");
	ok(!*hte_file("named/%s/last", longest), "the folder is gone");
	row = row_of("named", 3);
	ok(row.is_there && !strcmp(row.state, "free"), "the row is not");
	want(row.requests, 1, "requests");

	/* a second provider of that name; one whose name is none */
	twin = giver_try("named", 1, 0);
	snprintf(provider, sizeof(provider), "named-%u", twin);
	ok(!strcmp(hte_file("%s/total_ts", provider), "1\n"), "%s", provider);
	slash = giver_try("a/b", 2, 0);
	snprintf(provider, sizeof(provider), "chip-%u", slash);
	ok(!strcmp(hte_file("%s/total_ts", provider), "2\n"), "%s", provider);
	giver_del(slash);
	giver_del(twin);
	snprintf(path, sizeof(path), HTE "%s", provider);
	want(access(path, F_OK) ? -errno : 0, -ENOENT, "folder of one that is gone");

	hand(giver_fd, GIVER_FIFO, &(struct giver_fifo){ .index = n, .occupancy = 23, .lost = 3 });
	hand(giver_fd, GIVER_FIFO, &(struct giver_fifo){ .index = n, .occupancy = 7, .lost = 4 });
	ok(!strcmp(hte_file("named/fifo"), "max_occupancy 23\nlost 7\n"), "fifo");
	for (slash = 0; slash <= 8; slash++)
		if (slash != 3)
			want(taker_put(slash), 0, "put");
	giver_del(n);
	want(access(HTE "named", F_OK) ? -errno : 0, -ENOENT, "folder");
}

/* ---- providers that go ----------------------------------------------------- */

static void group_unbind(void)
{
	unsigned int n = giver(FEW);
	struct taker_device device = {
		.refs = 1,
		.ref = { { .giver = n, .nargs = 1, .args = { 3 } } },
	};
	int slot;

	hand(taker_fd, TAKER_DEVICE, &device);
	taker_take(0, n, 0, SECOND);  /* requested */
	taker_bind(1, n, 1);	      /* bound */
	taker_take(2, n, 2, HANDLED); /* disabled */
	want(taker_disable(2), 0, "disable");
	want(taker_get(3, device.device, 0), 0, "get");
	want(taker_request(.slot = 3, .flags = TAKER_MANAGED, .device = device.device), 0,
	     "managed");
	taker_bind(4, n, 4); /* a second callback runs, another waits */
	want(taker_request(.slot = 4, .flags = TAKER_SECOND, .answer = SECOND, .second_ms = 200), 0,
	     "request");
	want(push(n, 0, MANY), 0, "push");
	want(push(n, 4, 1), 0, "push");
	ok(eventually(taker_state(4).begun == 1), "the second callback has begun");
	want(push(n, 4, 1), 0, "push");

	giver_bind(n, false);
	want(access(HTE "hte_giver.0", F_OK) ? -errno : 0, -ENOENT, "folder");
	want(push(n, 0, 1), -EINVAL, "push");
	want(lose(n, 0, 1, OVERFLOW), -EINVAL, "loss");
	for (slot = 0; slot < 5; slot++) {
		want(taker_request(.slot = slot), -ENODEV, "request %d", slot);
		want(taker_enable(slot), -ENODEV, "enable %d", slot);
		want(taker_disable(slot), -ENODEV, "disable %d", slot);
		want(taker_clock(slot, false).result, -ENODEV, "clock %d", slot);
		want(taker_cross(slot, false).result, -ENODEV, "time %d", slot);
	}
	taker_report(0, 1);
	taker_init(5, 5, n + 1, NULL);
	want(taker_get(5, NOBODY, 0), -ENODEV, "get");
	want(calls(n, GIVER_RELEASE), 0, "releases");

	/* it comes back as another, whose lines are free */
	giver_bind(n, true);
	want(taker_enable(0), -ENODEV, "enable, of the one before");
	ok(!row_of("hte_giver.0", 0).is_there, "its counters are new");
	taker_take(6, n, 0, HANDLED);
	want(push(n, 0, FEW), 0, "push");
	want(taker_state(6).first, FEW, "callbacks");
	want(taker_state(0).first, MANY, "callbacks of the one before");
	for (slot = 0; slot < 3; slot++)
		want(taker_put(slot), -ENODEV, "put %d", slot);
	hand(taker_fd, TAKER_DEVICE_DEL, (void *)(long)device.device);
	want(taker_state(3).bound, 0, "the managed one is put");
	want(taker_put(4), -ENODEV, "put 4");
	want(taker_state(4).late, 0, "callbacks after put");
	want(taker_put(0), -EINVAL, "put again");
	want(calls(n, GIVER_RELEASE), 0, "releases");
	want(taker_put(6), 0, "put");
	want(calls(n, GIVER_RELEASE), 1, "releases");
	giver_del(n);
}

static struct taker_events events;

static void look(void)
{
	hand(taker_fd, TAKER_EVENTS, &events);
}

static void event(unsigned int i, unsigned int action, int chip, unsigned int lines,
		  const char *name, int result)
{
	const struct taker_event *e = &events.event[i];

	ok(i < events.n && e->action == action && e->index == chip && e->nlines == lines &&
		   !strcmp(e->name, name) && e->result == result,
	   "event %u of %u: %s chip %d lines %u name %s result %s", i, events.n,
	   e->action == 1 ? "added" : "removed", e->index, e->nlines, e->name, err_name(e->result));
}

static long watch(long how)
{
	return pioctl(taker_fd, TAKER_WATCH, (void *)how);
}

#define ADDED	1
#define REMOVED 2

static void group_notifier(void)
{
	unsigned int a = giver_try("a", 2, 0), b = giver_try("b", 3, 0), c;

	want(taker_get_line(0, -1, 0, ""), -EINVAL, "line of nothing");
	want(watch(TAKER_WATCH_LOG), 0, "watch");
	look();
	want(events.n, 2, "events");
	event(0, ADDED, 0, 2, "a", 0);
	event(1, ADDED, 1, 3, "b", 0);

	want(taker_get_line(NOBODY, 0, 0, ""), -EINVAL, "line for nothing");
	taker_init(0, 4, 0, NULL);
	want(taker_get_line(0, 1, 3, "me"), -EINVAL, "a line beyond");
	want(taker_get_line(0, 1, 2, "me"), 0, "get line");
	taker_init(1, 4, 0, NULL);
	want(taker_get_line(1, 1, 2, "me"), -EUSERS, "get line again");
	want(taker_request(.slot = 0), 0, "request");
	want(push(b, 2, FEW), 0, "push");
	want(taker_state(0).first, FEW, "callbacks");
	ok(!strcmp(row_of("b", 2).consumer, "me"), "consumer %s", row_of("b", 2).consumer);

	/* b's number is not free while a line of it is held */
	giver_bind(b, false);
	giver_bind(b, true);
	giver_bind(a, false);
	c = giver_try("c", 5, 0);
	look();
	want(events.n, 4, "events");
	event(0, REMOVED, 1, 3, "b", 0);
	event(1, ADDED, 2, 3, "b", 0);
	event(2, REMOVED, 0, 2, "a", 0);
	event(3, ADDED, 0, 5, "c", 0);
	want(taker_put(0), -ENODEV, "put");
	giver_bind(a, true);
	look();
	event(0, ADDED, 1, 2, "a", 0);
	want(watch(TAKER_WATCH_OFF), 0, "watch no more");
	giver_del(c);
	look();
	want(events.n, 0, "events");

	/* a watcher takes lines as they come and puts them as they go */
	want(watch(TAKER_WATCH_TAKES), 0, "watch");
	look();
	want(events.n, 2, "events");
	event(0, ADDED, 2, 3, "b", 0);
	event(1, ADDED, 1, 2, "a", 0);
	want(push(a, 0, 1), 0, "push");
	ok(!strcmp(row_of("a", 0).consumer, "watcher"), "consumer %s", row_of("a", 0).consumer);
	giver_bind(a, false);
	giver_del(b);
	look();
	event(0, REMOVED, 1, 2, "a", -ENODEV);
	event(1, REMOVED, 2, 3, "b", -ENODEV);
	giver_bind(a, true);
	look();
	event(0, ADDED, 0, 2, "a", 0);
	want(watch(TAKER_WATCH_OFF), 0, "watch no more");
	want(push(a, 0, 1), -EINVAL, "its line is put");
	giver_del(a);
}

static void group_modules(void)
{
	const char *refs = "/sys/module/hte_giver/refcnt";
	unsigned int n = giver(FEW), slot;
	long long before = number_in(refs);

	for (slot = 0; slot < FEW; slot++)
		taker_bind(slot, n, slot);
	want(number_in(refs), before + FEW, "references of the provider's module");
	want(taker_request(.slot = 0), 0, "request");
	want(number_in(refs), before + FEW, "references");
	taker_init(FEW, 0, n + 1, NULL);
	want(taker_get(FEW, NOBODY, 0), -EUSERS, "get again");
	taker_init(FEW, FEW, n + 1, NULL);
	want(taker_get(FEW, NOBODY, 0), -EINVAL, "a line beyond");
	want(number_in(refs), before + FEW, "references");
	close(giver_fd);
	want(unload("hte_giver"), -EAGAIN, "the module of a line that is held");
	giver_fd = open_node("/dev/hte_giver", O_RDWR);
	giver_bind(n, false);
	want(number_in(refs), before + FEW, "references, the provider gone");
	for (slot = 0; slot < FEW; slot++)
		want(taker_put(slot), -ENODEV, "put");
	want(number_in(refs), before, "references");
	want(unload("chs_hte"), -EAGAIN, "the engine's module");
	giver_del(n);
}

/* ---- tracepoints ----------------------------------------------------------- */

#define TRACING "/sys/kernel/tracing/"

static char trace[1 << 20];

/* how many records hold both texts; what their field (" n=") adds up to, if it is not NULL */
static unsigned long records(const char *event, const char *text, const char *field,
			     unsigned long *sum)
{
	char line[512], *p = trace, *value;
	unsigned long n = 0;
	size_t len;

	for (*sum = 0; *p; p += len + (p[len] == '\n')) {
		len = strcspn(p, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, p);
		if (*line == '#' || !strstr(line, event) || !strstr(line, text))
			continue;
		n++;
		value = field ? strstr(line, field) : NULL;
		*sum += value ? strtoul(value + strlen(field), NULL, 10) : 0;
	}
	return n;
}

static unsigned long count_of(const char *event, const char *text)
{
	unsigned long sum;

	return records(event, text, NULL, &sum);
}

static unsigned long sum_of(const char *event, const char *text, const char *field)
{
	unsigned long sum;

	records(event, text, field, &sum);
	return sum;
}

static void group_trace(void)
{
	static const char *const actions[] = { "get", "request", "disable", "enable", "put" };
	struct taker_state state;
	unsigned int n;
	char text[64];
	size_t i;

	/* opening it so empties it */
	close(open_node(TRACING "trace", O_WRONLY | O_TRUNC));
	want(spill(TRACING "events/hte/enable", "1"), 0, "events on");
	n = giver_try("traced", FEW, 0);
	taker_take(0, n, 5, SECOND);
	want(push(n, 5, MANY), 0, "push");
	want(taker_disable(0), 0, "disable");
	want(push(n, 5, 7), -EINVAL, "push");
	want(taker_enable(0), 0, "enable");
	want(lose(n, 5, 3, OVERFLOW), 0, "overflow");
	taker_report(0, 2);
	hand(giver_fd, GIVER_FIFO, &(struct giver_fifo){ .index = n, .occupancy = 11, .lost = 3 });
	want(taker_put(0), 0, "put");
	state = taker_state(0);
	giver_del(n);
	want(spill(TRACING "events/hte/enable", "0"), 0, "events off");
	want(slurp(TRACING "trace", trace, sizeof(trace)) > 0, 1, "trace");

	want(count_of(" hte_chip_register: ", "name=traced nlines=23 first_key=0"), 1, "register");
	want(count_of(" hte_chip_unregister: ", "name=traced nlines=23"), 1, "unregister");
	for (i = 0; i < ARRAY_SIZE(actions); i++) {
		snprintf(text, sizeof(text), "action=%s line_id=5 label=ts_5 consumer=%s err=0",
			 actions[i], i ? "hte_taker" : "");
		want(count_of(" hte_line: ", text), 1, "%s", text);
	}
	want(count_of(" hte_push: ", " line=5 key=5 "), MANY + 7, "pushes");
	want(count_of(" hte_push: ", " err=0"), MANY, "accepted");
	want(count_of(" hte_push: ", " err=-22"), 7, "refused");
	want(count_of(" hte_callback: ", " result=1"), MANY, "callbacks");
	want(count_of(" hte_second: ", " line=5 "), state.second, "second callbacks");
	want(sum_of(" hte_drop: ", "reason=coalesced", " n="), MANY - state.second, "coalesced");
	want(sum_of(" hte_drop: ", "reason=disabled", " n="), 7, "disabled");
	want(sum_of(" hte_drop: ", "reason=overflow n=3 seq=111 total=3", " n="), 3, "overflow");
	want(sum_of(" hte_drop: ", "reason=consumer n=2 seq=0 total=2", " n="), 2, "consumer");
	want(count_of(" hte_fifo: ", "occupancy=11 lost=3"), 1, "fifo");
}

/* ---- as many lines as there may be ----------------------------------------- */

static void group_many(void)
{
	enum { LINES = 4096 };
	unsigned int n = giver(LINES), i, bad = 0;
	static char text[1 << 20];
	struct taker_state state;
	struct row row;
	char *p;

	for (i = 0; i < LINES; i++) {
		taker_init(i, i, n + 1, NULL);
		bad += taker_get(i, NOBODY, 0) || taker_request(.slot = i);
	}
	want(bad, 0, "requests refused");
	ok(!strcmp(hte_file("hte_giver.0/ts_requested"), "4096\n"), "ts_requested");
	ok(!strcmp(hte_file("hte_giver.0/total_ts"), "4096\n"), "total_ts");
	for (i = 0; i < LINES; i++)
		bad += !!push(n, i, 1 + i % FEW);
	want(bad, 0, "pushes refused");
	for (i = 0; i < LINES; i++) {
		state = taker_state(i);
		bad += state.first != 1 + i % FEW || state.missing || state.disorder;
	}
	want(bad, 0, "lines with a wrong count");
	want(push(n, LINES, 1), -EINVAL, "one more line");
	want(slurp(HTE "hte_giver.0/lines", text, sizeof(text)) > 0, 1, "lines");
	for (i = 0, p = text; (p = strchr(p, '\n')); p++)
		i++;
	want(i, LINES + 1, "rows and the heading");
	row = row_of("hte_giver.0", LINES - 1);
	want(row.total, 1 + (LINES - 1) % FEW, "total of the last");
	for (i = 0; i < LINES; i++)
		bad += !!taker_put(i);
	want(bad, 0, "puts refused");
	ok(!strcmp(hte_file("hte_giver.0/ts_requested"), "0\n"), "ts_requested");
	giver_del(n);
}

static const struct group groups[] = {
	{ "register", group_register }, { "get", group_get },
	{ "request", group_request },	{ "put", group_put },
	{ "enable", group_enable },	{ "clock", group_clock },
	{ "report", group_report },	{ "reference", group_reference },
	{ "contexts", group_contexts }, { "sequence", group_sequence },
	{ "counters", group_counters }, { "second", group_second },
	{ "ring", group_ring },		{ "debugfs", group_debugfs },
	{ "unbind", group_unbind },	{ "notifier", group_notifier },
	{ "modules", group_modules },	{ "trace", group_trace },
	{ "many", group_many },
};

int main(int argc, char **argv)
{
	if (argc < 2)
		die("usage: hte_core GROUP...");
	hands_open();
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
