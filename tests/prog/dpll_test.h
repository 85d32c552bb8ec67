/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the test programs of the DPLL subsystem share beyond check.h: a netlink client that
 * knows nothing but the ABI, and writes down each message as one line of text, in the order
 * of the attributes, so that a test compares all of it at once. What is not as the ABI wants
 * it (size, nest flag, padding) shows in the text. And a hand on dpll_hand of tests/modules.
 */
#ifndef DPLL_TEST_H
#define DPLL_TEST_H

#include <libmnl/libmnl.h>
#include <linux/dpll.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include "check.h"

#define TEXT_MAX (96 << 10)
#define NL_ROOM	 (256 << 10)
#define DEBUGFS	 "/sys/kernel/debug/dpll/"
#define TRACEFS	 "/sys/kernel/tracing/"

/* ---- what attributes are called, and what they hold ------------------------- */

enum kind { NONE, U32, S32, U64, S64, SINT, STRING, NEST };

struct attr_name {
	const char *name;
	enum kind kind;
};

static const struct attr_name device_attrs[DPLL_A_MAX + 1] = {
	[DPLL_A_ID] = { "id", U32 },
	[DPLL_A_MODULE_NAME] = { "module-name", STRING },
	[DPLL_A_CLOCK_ID] = { "clock-id", U64 },
	[DPLL_A_MODE] = { "mode", U32 },
	[DPLL_A_MODE_SUPPORTED] = { "mode-supported", U32 },
	[DPLL_A_LOCK_STATUS] = { "lock-status", U32 },
	[DPLL_A_TEMP] = { "temp", S32 },
	[DPLL_A_TYPE] = { "type", U32 },
	[DPLL_A_LOCK_STATUS_ERROR] = { "lock-status-error", U32 },
	[DPLL_A_CLOCK_QUALITY_LEVEL] = { "clock-quality-level", U32 },
	[DPLL_A_PHASE_OFFSET_MONITOR] = { "phase-offset-monitor", U32 },
	[DPLL_A_PHASE_OFFSET_AVG_FACTOR] = { "phase-offset-avg-factor", U32 },
};

static const struct attr_name pin_attrs[DPLL_A_PIN_MAX + 1] = {
	[DPLL_A_PIN_ID] = { "id", U32 },
	[DPLL_A_PIN_PARENT_ID] = { "parent-id", U32 },
	[DPLL_A_PIN_MODULE_NAME] = { "module-name", STRING },
	[DPLL_A_PIN_CLOCK_ID] = { "clock-id", U64 },
	[DPLL_A_PIN_BOARD_LABEL] = { "board-label", STRING },
	[DPLL_A_PIN_PANEL_LABEL] = { "panel-label", STRING },
	[DPLL_A_PIN_PACKAGE_LABEL] = { "package-label", STRING },
	[DPLL_A_PIN_TYPE] = { "type", U32 },
	[DPLL_A_PIN_DIRECTION] = { "direction", U32 },
	[DPLL_A_PIN_FREQUENCY] = { "frequency", U64 },
	[DPLL_A_PIN_FREQUENCY_SUPPORTED] = { "frequency-supported", NEST },
	[DPLL_A_PIN_FREQUENCY_MIN] = { "frequency-min", U64 },
	[DPLL_A_PIN_FREQUENCY_MAX] = { "frequency-max", U64 },
	[DPLL_A_PIN_PRIO] = { "prio", U32 },
	[DPLL_A_PIN_STATE] = { "state", U32 },
	[DPLL_A_PIN_CAPABILITIES] = { "capabilities", U32 },
	[DPLL_A_PIN_PARENT_DEVICE] = { "parent-device", NEST },
	[DPLL_A_PIN_PARENT_PIN] = { "parent-pin", NEST },
	[DPLL_A_PIN_PHASE_ADJUST_MIN] = { "phase-adjust-min", S32 },
	[DPLL_A_PIN_PHASE_ADJUST_MAX] = { "phase-adjust-max", S32 },
	[DPLL_A_PIN_PHASE_ADJUST] = { "phase-adjust", S32 },
	[DPLL_A_PIN_PHASE_OFFSET] = { "phase-offset", S64 },
	[DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET] = { "fractional-frequency-offset", SINT },
	[DPLL_A_PIN_ESYNC_FREQUENCY] = { "esync-frequency", U64 },
	[DPLL_A_PIN_ESYNC_FREQUENCY_SUPPORTED] = { "esync-frequency-supported", NEST },
	[DPLL_A_PIN_ESYNC_PULSE] = { "esync-pulse", U32 },
	[DPLL_A_PIN_REFERENCE_SYNC] = { "reference-sync", NEST },
	[DPLL_A_PIN_PHASE_ADJUST_GRAN] = { "phase-adjust-gran", U32 },
};

static const char *const cmd_names[DPLL_CMD_MAX + 1] = {
	[DPLL_CMD_DEVICE_ID_GET] = "device-id-get",
	[DPLL_CMD_DEVICE_GET] = "device-get",
	[DPLL_CMD_DEVICE_SET] = "device-set",
	[DPLL_CMD_DEVICE_CREATE_NTF] = "device-create-ntf",
	[DPLL_CMD_DEVICE_DELETE_NTF] = "device-delete-ntf",
	[DPLL_CMD_DEVICE_CHANGE_NTF] = "device-change-ntf",
	[DPLL_CMD_PIN_ID_GET] = "pin-id-get",
	[DPLL_CMD_PIN_GET] = "pin-get",
	[DPLL_CMD_PIN_SET] = "pin-set",
	[DPLL_CMD_PIN_CREATE_NTF] = "pin-create-ntf",
	[DPLL_CMD_PIN_DELETE_NTF] = "pin-delete-ntf",
	[DPLL_CMD_PIN_CHANGE_NTF] = "pin-change-ntf",
};

static inline bool is_about_pins(unsigned int cmd)
{
	return cmd >= DPLL_CMD_PIN_ID_GET;
}

/* ---- messages as text ------------------------------------------------------- */

struct text {
	char *at, *end;
};

__attribute__((format(printf, 2, 3))) static inline void add(struct text *t, const char *what, ...)
{
	va_list args;
	int n;

	va_start(args, what);
	n = vsnprintf(t->at, t->end - t->at, what, args);
	va_end(args);
	t->at = n < t->end - t->at ? t->at + n : t->end - 1;
}

/* the value, or what is wrong with its size */
static inline void add_value(struct text *t, const struct nlattr *a, enum kind kind)
{
	unsigned int len = mnl_attr_get_payload_len(a);
	const void *data = mnl_attr_get_payload(a);
	int64_t wide;
	int32_t narrow;

	memcpy(&narrow, data, len >= 4 ? 4 : 0);
	memcpy(&wide, data, len >= 8 ? 8 : 0);
	if ((kind == U32 || kind == S32) && len != 4)
		add(t, "!%u-bytes", len);
	else if ((kind == U64 || kind == S64) && len != 8)
		add(t, "!%u-bytes", len);
	else if (kind == U32)
		add(t, "%u", (unsigned int)narrow);
	else if (kind == S32)
		add(t, "%d", narrow);
	else if (kind == U64)
		add(t, "%llu", (unsigned long long)wide);
	else if (kind == S64)
		add(t, "%lld", (long long)wide);
	else if (kind == SINT && len == 4)
		add(t, "%d/4", narrow);
	else if (kind == SINT && len == 8)
		add(t, "%lld/8", (long long)wide);
	else if (kind == STRING && len && strnlen(data, len) == len - 1)
		add(t, "%s", (const char *)data);
	else
		add(t, "!%u-bytes", len);
}

static inline void add_attrs(struct text *t, const char *from, const char *to,
			     const struct attr_name *names, unsigned int max)
{
	const char *gap = "";

	while (from + NLA_HDRLEN <= to) {
		const struct nlattr *a = (const struct nlattr *)from;
		unsigned int type = mnl_attr_get_type(a);
		const struct attr_name *name =
			type <= max && names[type].name ? &names[type] : NULL;

		if (a->nla_len < NLA_HDRLEN || from + a->nla_len > to) {
			add(t, "%s!broken", gap);
			return;
		}
		if (name)
			add(t, "%s%s=", gap, name->name);
		else
			add(t, "%s%u=", gap, type);
		if (name && name->kind == NEST) {
			add(t, a->nla_type & NLA_F_NESTED ? "{" : "!not-nested{");
			add_attrs(t, from + NLA_HDRLEN, from + a->nla_len, names, max);
			add(t, "}");
		} else if (a->nla_type & ~NLA_TYPE_MASK) {
			add(t, "!flags-%#x", a->nla_type & ~NLA_TYPE_MASK);
		} else {
			add_value(t, a,
				  name				   ? name->kind
				  : type == CHS_DPLL_A_PIN_IFINDEX ? U32
								   : NONE);
		}
		gap = " ";
		from += NLA_ALIGN(a->nla_len);
	}
	if (from != to)
		add(t, "%s!%ld-bytes-over", gap, (long)(to - from));
}

/* a message without its headers, in one of four buffers */
static inline const char *message_text(const struct nlmsghdr *nl)
{
	static char *text[4];
	static unsigned int turn;
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nl);
	const char *from = (const char *)genl + GENL_HDRLEN, *to = (const char *)nl + nl->nlmsg_len;
	struct text t;

	turn = (turn + 1) % 4;
	if (!text[turn])
		text[turn] = malloc(TEXT_MAX);
	t.at = text[turn];
	t.end = t.at + TEXT_MAX;
	*t.at = 0;
	if (is_about_pins(genl->cmd))
		add_attrs(&t, from, to, pin_attrs, DPLL_A_PIN_MAX);
	else
		add_attrs(&t, from, to, device_attrs, DPLL_A_MAX);
	return text[turn];
}

/* ---- the socket ------------------------------------------------------------- */

struct nl {
	struct mnl_socket *socket;
	unsigned int family, group, port;
	char family_name[GENL_NAMSIZ];
	unsigned int seq;
	/* of the latest request */
	long result;	/* 0 or -errno */
	char told[256]; /* by the kernel, "" if nothing */
	int bad_offset; /* of the attribute that was bad, -1 if none was named */
	int miss_type;	/* the attribute that is missing, -1 */
	bool has_answer;
	union {
		struct nlmsghdr nl; /* the first answer */
		char bytes[TEXT_MAX];
	} answer;
	bool was_interrupted; /* a message of the dump had NLM_F_DUMP_INTR */
	bool was_torn;	      /* one did not fit in the buffer */
	size_t room;	      /* for receiving */
	char *buffer;
};

static inline const struct nlattr *attr_of(const struct nlmsghdr *nl, unsigned int type)
{
	const struct nlattr *a;

	mnl_attr_for_each(a, nl, GENL_HDRLEN)
		if (mnl_attr_get_type(a) == type)
			return a;
	return NULL;
}

/* a number of a message, or -1 */
static inline int64_t number_of(const struct nlmsghdr *nl, unsigned int type)
{
	const struct nlattr *a = attr_of(nl, type);

	if (!a)
		return -1;
	return mnl_attr_get_payload_len(a) == 8 ? (int64_t)mnl_attr_get_u64(a)
						: (int64_t)mnl_attr_get_u32(a);
}

static __thread union {
	struct nlmsghdr nl;
	char bytes[16384];
} request_room;

/* begins a request; attributes are added with mnl_attr_put_*() */
static inline struct nlmsghdr *request_of(unsigned int type, int flags, int cmd)
{
	struct nlmsghdr *nl = mnl_nlmsg_put_header(&request_room);
	struct genlmsghdr *genl;

	nl->nlmsg_type = type;
	nl->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nl, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nl;
}

static inline struct nlmsghdr *request(const struct nl *s, int flags, int cmd)
{
	return request_of(s->family, flags, cmd);
}

/* what the kernel said with an acknowledgement */
static inline void hear_ack(struct nl *s, const struct nlmsghdr *nl)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nl);
	const char *from = (const char *)(e + 1), *to = (const char *)nl + nl->nlmsg_len;
	bool is_done = nl->nlmsg_type == NLMSG_DONE;

	s->result = *(const int *)e;
	if (!(nl->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (is_done)
		from = (const char *)e + sizeof(int);
	else if (!(nl->nlmsg_flags & NLM_F_CAPPED))
		from += e->msg.nlmsg_len - sizeof(struct nlmsghdr);
	for (; from + NLA_HDRLEN <= to; from += NLA_ALIGN(((const struct nlattr *)from)->nla_len)) {
		const struct nlattr *a = (const struct nlattr *)from;

		switch (mnl_attr_get_type(a)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(s->told, sizeof(s->told), "%s", mnl_attr_get_str(a));
			break;
		case NLMSGERR_ATTR_OFFS:
			s->bad_offset = mnl_attr_get_u32(a);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			s->miss_type = mnl_attr_get_u32(a);
			break;
		}
	}
}

typedef void (*hear_fn)(const struct nlmsghdr *nl, void *arg);

/*
 * Sends a request and hears all that comes of it; hear is called for each message but the
 * last. 0 or -errno.
 */
static inline long transact(struct nl *s, struct nlmsghdr *nl, hear_fn hear, void *arg)
{
	bool is_dump = (nl->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	ssize_t len;

	nl->nlmsg_seq = ++s->seq;
	if (!is_dump)
		nl->nlmsg_flags |= NLM_F_ACK;
	s->result = -EPROTO;
	s->told[0] = 0;
	s->bad_offset = s->miss_type = -1;
	s->has_answer = s->was_interrupted = s->was_torn = false;
	if (mnl_socket_sendto(s->socket, nl, nl->nlmsg_len) < 0)
		return s->result = -errno;
	for (;;) {
		struct iovec iov = { s->buffer, s->room };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

		len = recvmsg(mnl_socket_get_fd(s->socket), &msg, 0);
		if (len < 0)
			return s->result = -errno;
		s->was_torn |= !!(msg.msg_flags & MSG_TRUNC);
		for (nl = (struct nlmsghdr *)s->buffer; NLMSG_OK(nl, len);
		     nl = NLMSG_NEXT(nl, len)) {
			s->was_interrupted |= !!(nl->nlmsg_flags & NLM_F_DUMP_INTR);
			if (nl->nlmsg_type == NLMSG_ERROR || nl->nlmsg_type == NLMSG_DONE) {
				hear_ack(s, nl);
				return s->result;
			}
			if (!s->has_answer && nl->nlmsg_len <= sizeof(s->answer))
				memcpy(&s->answer, nl, nl->nlmsg_len);
			s->has_answer = true;
			if (hear)
				hear(nl, arg);
		}
	}
}

static inline long ask(struct nl *s, struct nlmsghdr *nl)
{
	return transact(s, nl, NULL, NULL);
}

/* the number of the multicast group "monitor" of a family's message */
static inline unsigned int group_of(const struct nlmsghdr *nl)
{
	const struct nlattr *groups = attr_of(nl, CTRL_ATTR_MCAST_GROUPS), *group, *a;
	unsigned int id = 0;
	bool is_it = false;

	if (!groups)
		return 0;
	mnl_attr_for_each_nested(group, groups) {
		mnl_attr_for_each_nested(a, group) {
			if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_NAME)
				is_it = !strcmp(mnl_attr_get_str(a), DPLL_MCGRP_MONITOR);
			if (mnl_attr_get_type(a) == CTRL_ATTR_MCAST_GRP_ID)
				id = mnl_attr_get_u32(a);
		}
	}
	return is_it ? id : 0;
}

static inline bool find_family(struct nl *s, const char *name)
{
	struct nlmsghdr *nl = request_of(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY);

	mnl_attr_put_strz(nl, CTRL_ATTR_FAMILY_NAME, name);
	if (ask(s, nl) || !s->has_answer)
		return false;
	s->family = mnl_attr_get_u16(attr_of(&s->answer.nl, CTRL_ATTR_FAMILY_ID));
	s->group = group_of(&s->answer.nl);
	snprintf(s->family_name, sizeof(s->family_name), "%s", name);
	return true;
}

/*
 * A socket that has found our family: beside the kernel's own it has a name of its own, or
 * DPLL_FAMILY in the environment says which.
 */
static inline struct nl *nl_try_open(void)
{
	const char *name = getenv("DPLL_FAMILY");
	struct nl *s = calloc(1, sizeof(*s));
	int one = 1;

	s->buffer = malloc(NL_ROOM);
	/* the kernel remembers the greatest buffer that it has seen of a socket */
	s->room = 4096;
	s->socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!s->socket || mnl_socket_bind(s->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		die("netlink socket: %s", strerror(errno));
	s->port = mnl_socket_get_portid(s->socket);
	mnl_socket_setsockopt(s->socket, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(s->socket, NETLINK_CAP_ACK, &one, sizeof(one));
	if (name ? find_family(s, name)
		 : find_family(s, "chs-dpll") || find_family(s, DPLL_FAMILY_NAME)) {
		s->room = NL_ROOM;
		return s;
	}
	mnl_socket_close(s->socket);
	free(s->buffer);
	free(s);
	return NULL;
}

static inline struct nl *nl_open(void)
{
	struct nl *s = nl_try_open();

	if (!s)
		die("no such generic netlink family: is chs_dpll loaded?");
	return s;
}

static inline void nl_close(struct nl *s)
{
	mnl_socket_close(s->socket);
	free(s->buffer);
	free(s);
}

/* ---- commands --------------------------------------------------------------- */

static inline long device_get(struct nl *s, uint32_t id)
{
	struct nlmsghdr *nl = request(s, 0, DPLL_CMD_DEVICE_GET);

	mnl_attr_put_u32(nl, DPLL_A_ID, id);
	return ask(s, nl);
}

static inline long pin_get(struct nl *s, uint32_t id)
{
	struct nlmsghdr *nl = request(s, 0, DPLL_CMD_PIN_GET);

	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, id);
	return ask(s, nl);
}

/* the answer as text, or the error's name and what the kernel said */
static inline const char *answer_text(struct nl *s)
{
	static char text[320];

	if (!s->result)
		return s->has_answer ? message_text(&s->answer.nl) : "";
	snprintf(text, sizeof(text), "%s: %s", err_name(s->result), s->told);
	return text;
}

static inline const char *device_text(struct nl *s, uint32_t id)
{
	device_get(s, id);
	return answer_text(s);
}

static inline const char *pin_text(struct nl *s, uint32_t id)
{
	pin_get(s, id);
	return answer_text(s);
}

static inline long device_set(struct nl *s, uint32_t id, int attr, uint32_t value)
{
	struct nlmsghdr *nl = request(s, 0, DPLL_CMD_DEVICE_SET);

	mnl_attr_put_u32(nl, DPLL_A_ID, id);
	if (attr)
		mnl_attr_put_u32(nl, attr, value);
	return ask(s, nl);
}

/* 4 or 8 bytes, as the attribute wants them */
static inline long pin_set(struct nl *s, uint32_t id, int attr, int64_t value)
{
	struct nlmsghdr *nl = request(s, 0, DPLL_CMD_PIN_SET);

	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, id);
	if (pin_attrs[attr].kind == U64)
		mnl_attr_put_u64(nl, attr, value);
	else
		mnl_attr_put_u32(nl, attr, value);
	return ask(s, nl);
}

/* nest is DPLL_A_PIN_PARENT_DEVICE or _PIN: one value on one of its parents */
static inline long pin_set_on(struct nl *s, uint32_t id, int nest, uint32_t parent, int attr,
			      uint32_t value)
{
	struct nlmsghdr *nl = request(s, 0, DPLL_CMD_PIN_SET);
	struct nlattr *a;

	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, id);
	a = mnl_attr_nest_start(nl, nest);
	mnl_attr_put_u32(nl,
			 nest == DPLL_A_PIN_REFERENCE_SYNC ? DPLL_A_PIN_ID : DPLL_A_PIN_PARENT_ID,
			 parent);
	if (attr)
		mnl_attr_put_u32(nl, attr, value);
	mnl_attr_nest_end(nl, a);
	return ask(s, nl);
}

static inline long dump(struct nl *s, int cmd, hear_fn hear, void *arg)
{
	return transact(s, request(s, NLM_F_DUMP, cmd), hear, arg);
}

/* ---- listeners -------------------------------------------------------------- */

static inline void nl_join(struct nl *s)
{
	if (mnl_socket_setsockopt(s->socket, NETLINK_ADD_MEMBERSHIP, &s->group, sizeof(s->group)))
		die("join group %u: %s", s->group, strerror(errno));
}

/* one that has joined */
static inline struct nl *nl_listen(void)
{
	struct nl *s = nl_open();

	nl_join(s);
	return s;
}

/* one message if there is one within ms, to s->answer: 1; 0: none; -errno, -ENOBUFS for loss */
static inline long hear_one(struct nl *s, int ms)
{
	struct pollfd poll_for = { .fd = mnl_socket_get_fd(s->socket), .events = POLLIN };
	ssize_t len;

	if (poll(&poll_for, 1, ms) <= 0)
		return 0;
	len = call(recv(poll_for.fd, &s->answer, sizeof(s->answer), MSG_DONTWAIT));
	return len < 0 ? (len == -EAGAIN ? 0 : len) : 1;
}

static inline int heard_cmd(const struct nl *s)
{
	return ((struct genlmsghdr *)mnl_nlmsg_get_payload(&s->answer.nl))->cmd;
}

/* what has come, by command; how many were lost shows in drops_of() */
struct heard {
	unsigned int n[DPLL_CMD_MAX + 1], sum, overruns;
};

static inline struct heard hear_all(struct nl *s)
{
	struct heard h = { 0 };
	long got;

	while ((got = hear_one(s, 0))) {
		if (got < 0) {
			h.overruns++;
			continue;
		}
		h.n[heard_cmd(s)]++;
		h.sum++;
	}
	return h;
}

/* how many messages the kernel could not deliver to this socket */
static inline unsigned int drops_of(const struct nl *s)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	if (getsockopt(mnl_socket_get_fd(s->socket), SOL_SOCKET, SO_MEMINFO, info, &len))
		die("SO_MEMINFO: %s", strerror(errno));
	return info[SK_MEMINFO_DROPS];
}

/* ---- checks ----------------------------------------------------------------- */

/* texts are the same */
__attribute__((format(printf, 3, 4))) static inline bool same(const char *got, const char *expected,
							      const char *what, ...)
{
	char text[200];
	va_list args;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	if (!strcmp(got, expected))
		return ok(true, "%s", text);
	ok(false, "%s:", text);
	printf("not   expected: %s\nnot   got:      %s\n", expected, got);
	return false;
}

/* the latest request's result and what the kernel said with it */
static inline bool refused(const struct nl *s, long err, const char *told, const char *what)
{
	return want(s->result, err, "%s", what) & same(s->told, told, "%s: text", what);
}

/* ---- the hand on dpll_hand -------------------------------------------------- */

static int hand_fd = -1;

static inline void hand_open(void)
{
	hand_fd = open_node("/dev/dpll_hand", O_RDWR);
}

/* one command, see tests/modules/dpll_hand.c: 0 or what the call gave */
__attribute__((format(printf, 1, 2))) static inline long hand_try(const char *what, ...)
{
	char text[1024];
	va_list args;
	long err;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	err = call(write(hand_fd, text, strlen(text)));
	return err < 0 ? err : 0;
}

#define hand(...) \
	do { \
		long err_ = hand_try(__VA_ARGS__); \
		if (err_) \
			die("%s:%d: a hand: %s", __FILE__, __LINE__, err_name(err_)); \
	} while (0)

/* what the latest command had to say */
static inline long long hand_says(void)
{
	char text[64] = "";

	if (call(pread(hand_fd, text, sizeof(text) - 1, 0)) < 0)
		die("read of a hand: %s", strerror(errno));
	return atoll(text);
}

#define hand_number(...) \
	({ \
		hand(__VA_ARGS__); \
		hand_says(); \
	})

/* ---- files ------------------------------------------------------------------ */

/* a line "name value" of a device's stats */
static inline long long stat_of(uint32_t device, const char *name)
{
	static char text[8192];
	char path[96], *at;
	size_t len = strlen(name);

	snprintf(path, sizeof(path), DEBUGFS "%u/stats", device);
	if (slurp(path, text, sizeof(text)) < 0)
		return -1;
	for (at = text; at && *at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncmp(at, name, len) && at[len] == ' ')
			return atoll(at + len);
	return -1;
}

/* ---- texts -------------------------------------------------------------------- */

/* good until three more have been made */
__attribute__((format(printf, 1, 2))) static inline const char *format(const char *what, ...)
{
	static char text[4][8192];
	static unsigned int turn;
	char *buf = text[turn++ % 4];
	va_list args;

	va_start(args, what);
	vsnprintf(buf, sizeof(text[0]), what, args);
	va_end(args);
	return buf;
}

/* ---- a driver's usual objects ------------------------------------------------ */

#define CLOCK 0x1122334455667788ULL

/* device D with every callback; its number */
static inline uint32_t device_new(int d, unsigned long long clock, int type)
{
	hand("dev %d get %llu %d", d, clock, d);
	hand("dev %d reg 0 %d", d, type);
	return hand_number("dev %d id", d);
}

static inline uint32_t device(int d)
{
	return device_new(d, CLOCK, DPLL_TYPE_EEC);
}

static inline void device_del(int d)
{
	hand("dev %d unreg 0", d);
	hand("dev %d put", d);
}

/* properties as usual, to be changed before the pin is made */
static inline void pin_props(int p, int type, int caps)
{
	hand("pin %d prop clear", p);
	hand("pin %d prop type %d", p, type);
	hand("pin %d prop caps %d", p, caps);
	hand("pin %d prop ranges 3", p);
	hand("pin %d prop min -1000", p);
	hand("pin %d prop max 1000", p);
}

/* pin P on device D, by the properties that it has been given; its number */
static inline uint32_t pin_new(int p, int d, unsigned long long clock)
{
	hand("pin %d get %llu %d", p, clock, p);
	hand("pin %d reg %d 0", p, d);
	return hand_number("pin %d id", p);
}

static inline void pin_del(int p, int d)
{
	hand("pin %d unreg %d 0", p, d);
	hand("pin %d put", p);
}

#endif /* DPLL_TEST_H */
