// SPDX-License-Identifier: GPL-2.0
/*
 * The DPLL subsystem by netlink: DEVICE_GET, PIN_GET, PIN_SET, a dump of a thousand pins; and
 * a driver's change notification with arg listeners. The driver is tests/perf/kmod/pairs/dpll.c;
 * its objects are found by module name.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dpll.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "frame/bench.h"

#define PINS	  1000
#define LISTENERS 16
#define DUMP_ROOM 32768

struct request {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	char attrs[256];
};

static struct {
	int fd;
	uint16_t family;
	uint32_t group;
	uint32_t device, pin;
	struct request request;
	char answer[DUMP_ROOM];
	int listener[LISTENERS];
} state;

static struct request *request(int type, int flags, int cmd)
{
	struct request *r = &state.request;

	memset(r, 0, sizeof(*r));
	r->nl.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	r->nl.nlmsg_type = type;
	r->nl.nlmsg_flags = NLM_F_REQUEST | flags;
	r->nl.nlmsg_seq = 1;
	r->genl.cmd = cmd;
	r->genl.version = 1;
	return r;
}

static struct nlattr *attr(struct request *r, int type, const void *value, int len)
{
	struct nlattr *a = (struct nlattr *)((char *)r + r->nl.nlmsg_len);

	a->nla_type = type;
	a->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)a + NLA_HDRLEN, value, len);
	r->nl.nlmsg_len += NLA_ALIGN(a->nla_len);
	return a;
}

static void nest_end(struct request *r, struct nlattr *nest)
{
	nest->nla_len = (char *)r + r->nl.nlmsg_len - (char *)nest;
}

static bool transact(struct bench_run *run, const char *what)
{
	struct nlmsghdr *nl = (struct nlmsghdr *)state.answer;
	ssize_t len;

	if (send(state.fd, &state.request, state.request.nl.nlmsg_len, 0) < 0)
		return bench_fail(run, errno, what);
	len = recv(state.fd, state.answer, sizeof(state.answer), 0);
	if (len < (ssize_t)sizeof(*nl))
		return bench_fail(run, errno, what);
	if (nl->nlmsg_type == NLMSG_ERROR && ((struct nlmsgerr *)NLMSG_DATA(nl))->error)
		return bench_fail(run, -((struct nlmsgerr *)NLMSG_DATA(nl))->error, what);
	return true;
}

/* the value of an attribute of a list of them, NULL if it is not there */
static const void *find(const char *at, const char *end, int type)
{
	while (at + NLA_HDRLEN <= end) {
		const struct nlattr *a = (const struct nlattr *)at;

		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return at + NLA_HDRLEN;
		at += NLA_ALIGN(a->nla_len);
	}
	return NULL;
}

static const void *answered(int type)
{
	struct nlmsghdr *nl = (struct nlmsghdr *)state.answer;

	return find(state.answer + NLMSG_HDRLEN + GENL_HDRLEN, state.answer + nl->nlmsg_len, type);
}

/* the multicast group's number: the family has one */
static uint32_t group_of(void)
{
	const char *groups = answered(CTRL_ATTR_MCAST_GROUPS);
	const struct nlattr *first = (const struct nlattr *)groups;
	const uint32_t *id;

	if (!groups)
		return 0;
	id = find(groups + NLA_HDRLEN, groups + first->nla_len, CTRL_ATTR_MCAST_GRP_ID);
	return id ? *id : 0;
}

static int socket_open(struct bench_run *run)
{
	struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof(any))) {
		bench_fail(run, errno, "netlink socket");
		return -1;
	}
	return fd;
}

static bool find_objects(struct bench_run *run)
{
	/* ours has a name of its own where the kernel has one */
	const char *names[] = { run->peer ? "dpll" : "chs-dpll", "dpll" };
	const char *module = run->peer ? "peer_dpll" : "perf_dpll";
	uint32_t type = DPLL_TYPE_EEC;
	struct request *r;
	bool found = false;
	int i, zero = 0;

	setsockopt(state.fd, SOL_NETLINK, NETLINK_EXT_ACK, &zero, sizeof(zero));
	for (i = 0; i < 2 && !found; i++) {
		r = request(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);
		attr(r, CTRL_ATTR_FAMILY_NAME, names[i], strlen(names[i]) + 1);
		if (send(state.fd, r, r->nl.nlmsg_len, 0) < 0 ||
		    recv(state.fd, state.answer, sizeof(state.answer), 0) < 0)
			return bench_fail(run, errno, "family");
		found = ((struct nlmsghdr *)state.answer)->nlmsg_type == GENL_ID_CTRL;
	}
	if (!found)
		return bench_fail(run, ENOENT, "family");
	state.family = *(const uint16_t *)answered(CTRL_ATTR_FAMILY_ID);
	state.group = group_of();

	r = request(state.family, 0, DPLL_CMD_DEVICE_ID_GET);
	attr(r, DPLL_A_MODULE_NAME, module, strlen(module) + 1);
	attr(r, DPLL_A_TYPE, &type, sizeof(type));
	if (!transact(run, "DEVICE_ID_GET"))
		return false;
	state.device = *(const uint32_t *)answered(DPLL_A_ID);
	r = request(state.family, 0, DPLL_CMD_PIN_ID_GET);
	attr(r, DPLL_A_PIN_MODULE_NAME, module, strlen(module) + 1);
	attr(r, DPLL_A_PIN_BOARD_LABEL, "PIN0500", 8);
	if (!transact(run, "PIN_ID_GET"))
		return false;
	state.pin = *(const uint32_t *)answered(DPLL_A_PIN_ID);
	return true;
}

static bool open_family(struct bench_run *run)
{
	state.fd = socket_open(run);
	return state.fd >= 0 && find_objects(run);
}

static void close_family(struct bench_run *run)
{
	(void)run;
	close(state.fd);
}

/* ---- commands -----------------------------------------------------------------*/

static bool device_get_setup(struct bench_run *run)
{
	if (!open_family(run))
		return false;
	attr(request(state.family, 0, DPLL_CMD_DEVICE_GET), DPLL_A_ID, &state.device, 4);
	return transact(run, "DEVICE_GET");
}

static bool pin_get_setup(struct bench_run *run)
{
	if (!open_family(run))
		return false;
	attr(request(state.family, 0, DPLL_CMD_PIN_GET), DPLL_A_PIN_ID, &state.pin, 4);
	return transact(run, "PIN_GET");
}

static bool pin_set_setup(struct bench_run *run)
{
	struct nlattr *nest;
	struct request *r;
	uint32_t prio = 7;

	if (!open_family(run))
		return false;
	r = request(state.family, NLM_F_ACK, DPLL_CMD_PIN_SET);
	attr(r, DPLL_A_PIN_ID, &state.pin, 4);
	nest = attr(r, DPLL_A_PIN_PARENT_DEVICE | NLA_F_NESTED, NULL, 0);
	attr(r, DPLL_A_PIN_PARENT_ID, &state.device, 4);
	attr(r, DPLL_A_PIN_PRIO, &prio, 4);
	nest_end(r, nest);
	return transact(run, "PIN_SET");
}

static void ask(struct bench_run *run)
{
	(void)run;
	send(state.fd, &state.request, state.request.nl.nlmsg_len, 0);
	recv(state.fd, state.answer, sizeof(state.answer), 0);
}

/* what memory they find differs by more than a tool would add: counted alone */
BENCH(device_get, .name = "dpll_device_get", .module = "dpll", .alone = true,
      .setup = device_get_setup, .op = ask, .teardown = close_family);
BENCH(pin_get, .name = "dpll_pin_get", .module = "dpll", .alone = true, .setup = pin_get_setup,
      .op = ask, .teardown = close_family);
BENCH(pin_set, .name = "dpll_pin_set_prio", .module = "dpll", .alone = true,
      .setup = pin_set_setup, .op = ask, .teardown = close_family);

/* ---- dump -----------------------------------------------------------------------*/

static bool dump_setup(struct bench_run *run)
{
	if (!open_family(run))
		return false;
	request(state.family, NLM_F_DUMP, DPLL_CMD_PIN_GET);
	return true;
}

/* pins of the driver in the answer; all that are there are its, and are counted */
static unsigned int dump_once(void)
{
	unsigned int pins = 0;
	struct nlmsghdr *nl;
	ssize_t len;

	send(state.fd, &state.request, state.request.nl.nlmsg_len, 0);
	for (;;) {
		len = recv(state.fd, state.answer, sizeof(state.answer), 0);
		if (len <= 0)
			return 0;
		for (nl = (struct nlmsghdr *)state.answer; NLMSG_OK(nl, len);
		     nl = NLMSG_NEXT(nl, len)) {
			if (nl->nlmsg_type == NLMSG_DONE)
				return pins;
			pins++;
		}
	}
}

static bool dump_collect(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		uint64_t start = bench_tsc();
		unsigned int pins = dump_once();

		samples[i] = (bench_tsc() - start) / PINS;
		if (pins != PINS)
			return bench_fail(run, 0, "the dump is not of a thousand pins");
	}
	return true;
}

BENCH(dump, .name = "dpll_dump_pin", .module = "dpll", .samples = 11, .alone = true, .setup = dump_setup,
      .collect = dump_collect, .teardown = close_family);

/* ---- change notifications -------------------------------------------------------*/

static void close_listeners(struct bench_run *run)
{
	for (long i = 0; i < run->bench->arg; i++)
		close(state.listener[i]);
	close_family(run);
}

static bool open_listeners(struct bench_run *run)
{
	if (!open_family(run))
		return false;
	for (long i = 0; i < run->bench->arg; i++) {
		state.listener[i] = socket_open(run);
		if (state.listener[i] < 0)
			return false;
		fcntl(state.listener[i], F_SETFL, O_NONBLOCK);
		if (setsockopt(state.listener[i], SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
			       &state.group, sizeof(state.group)))
			return bench_fail(run, errno, "NETLINK_ADD_MEMBERSHIP");
	}
	return true;
}

/* one at a time, so that no listener's buffer fills up */
static bool notify(struct bench_run *run, const char *op, uint32_t *samples, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (!bench_kernel(run, op, samples + i, 1, NULL))
			return false;
		for (long l = 0; l < run->bench->arg; l++)
			if (recv(state.listener[l], state.answer, sizeof(state.answer), 0) <= 0)
				return bench_fail(run, errno, "a listener heard nothing");
	}
	return true;
}

static bool device_change(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	return notify(run, "device_change", samples, n);
}

static bool pin_change(struct bench_run *run, uint32_t *samples, unsigned int n)
{
	return notify(run, "pin_change", samples, n);
}

/* listened to, they differ too: a watcher that listens as well is woken or not */
#define CHANGE(id, count, by_itself)							\
	BENCH(device_##id, .name = "dpll_device_change/" #count, .module = "dpll",	\
	      .arg = count, .variants = !by_itself, .alone = by_itself, .setup = open_listeners,		\
	      .collect = device_change, .teardown = close_listeners);			\
	BENCH(pin_##id, .name = "dpll_pin_change/" #count, .module = "dpll",		\
	      .arg = count, .variants = !by_itself, .alone = by_itself, .setup = open_listeners,		\
	      .collect = pin_change, .teardown = close_listeners)

CHANGE(change_0, 0, false);
CHANGE(change_1, 1, true);
CHANGE(change_16, 16, true);
