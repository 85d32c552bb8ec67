// SPDX-License-Identifier: GPL-2.0
/*
 * Target dpll: the generic netlink family of DPLLs, and the driver's side of it. Makes
 * calls up (or reads them from a file), makes them, and compares every buffer that any
 * socket receives with what the model expects.
 *
 * Calls as text, a line each:
 *
 *	send S[h] FLAGS CMD[/RESERVED] WORD... [| FLAGS CMD WORD...]... [= RESULT]
 *		requests in one buffer on socket S. WORDs are the attributes' 32-bit words,
 *		or DN, PN: the number of the device or pin in that slot; a last WORD of
 *		fewer than 8 digits is so many bytes. CMD none: no generic netlink header.
 *		RESULT is the last request's. h: what comes is not read now
 *	recv S N	at most N buffers
 *	join S, leave S	the multicast group
 *	socket S OPTIONS closed and opened again; 1: NETLINK_EXT_ACK, 2: NETLINK_CAP_ACK
 *	cap 0|1		without CAP_NET_ADMIN, or with it
 *	dev ..., pin ... [= RESULT]	a command of tests/modules/dpll_hand.c
 *	sum		do the module's counters have the model's values?
 */
#include <ctype.h>
#include <linux/capability.h>

#include "dpll.h"

#define MAX_WORDS    8
#define MAX_MESSAGES 6
#define MAX_SEND     4096
#define MAX_IDS	     64
#define VECTOR	     8

const char *const dpll_kinds[N_KINDS] = {
	[K_DEVICE_ID_GET] = "device-id-get",
	[K_DEVICE_GET] = "device-get",
	[K_DEVICE_SET] = "device-set",
	[K_PIN_ID_GET] = "pin-id-get",
	[K_PIN_GET] = "pin-get",
	[K_PIN_SET] = "pin-set",
	[K_DEVICE_DUMP] = "device-dump",
	[K_PIN_DUMP] = "pin-dump",
	[K_ODD] = "odd-request",
	[K_DEV] = "dev",
	[K_PIN] = "pin",
	[K_RECV] = "recv",
	[K_JOIN] = "join",
	[K_LEAVE] = "leave",
	[K_SOCKET] = "socket",
	[K_CAP] = "cap",
	[K_SUM] = "sum",
};

/* a number of an object in a request, written down by its slot */
struct id_at {
	unsigned int at;
	char what; /* 'D', 'P' */
	unsigned int slot;
};

/**
 * struct call - one call
 * @kind: of its last request
 * @socket: that it is made on
 * @hold: do not read what comes
 * @n: buffers to receive, options of a socket, 0 or 1 for cap
 * @line: a command of dpll_hand
 * @bytes: requests, @len of them
 * @ids: where numbers of objects are in @bytes, @n_ids of them
 */
static __thread struct {
	enum dpll_kind kind;
	unsigned int socket, n;
	bool hold;
	char line[128];
	char bytes[MAX_SEND] __attribute__((aligned(8)));
	size_t len;
	struct id_at ids[MAX_IDS];
	unsigned int n_ids;
} now_made;

static struct fuzz *run;
static unsigned int group;

/* ---- text ------------------------------------------------------------------- */

static const struct id_at *id_here(unsigned int at)
{
	unsigned int i;

	for (i = 0; i < now_made.n_ids; i++)
		if (now_made.ids[i].at == at)
			return &now_made.ids[i];
	return NULL;
}

static const char *request_name(const struct nlmsghdr *nl)
{
	static char text[32];
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nl);
	const char *name;

	if (nl->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN)
		return "none";
	name = genl->cmd <= DPLL_CMD_MAX ? cmd_names[genl->cmd] : NULL;
	snprintf(text, sizeof(text), "%s", name ?: "");
	if (!name)
		snprintf(text, sizeof(text), "%u", genl->cmd);
	if (genl->reserved)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "/%u", genl->reserved);
	return text;
}

static void add_words(struct text *t, unsigned int at, unsigned int to)
{
	const struct id_at *id;
	uint32_t word;

	for (; at < to; at += 4) {
		id = id_here(at);
		memcpy(&word, now_made.bytes + at, 4);
		if (id)
			add(t, " %c%u", id->what, id->slot);
		else if (to - at >= 4)
			add(t, " %08x", word);
		else
			add(t, " %0*x", 2 * (int)(to - at), word & ((1U << 8 * (to - at)) - 1));
	}
}

static void describe(char *to, size_t size)
{
	struct text t = { to, to + size };
	unsigned int at = 0, head;

	*to = 0;
	switch (now_made.kind) {
	case K_DEV:
	case K_PIN:
		add(&t, "%s", now_made.line);
		return;
	case K_RECV:
	case K_SOCKET:
		add(&t, "%s %u %u", dpll_kinds[now_made.kind], now_made.socket, now_made.n);
		return;
	case K_JOIN:
	case K_LEAVE:
		add(&t, "%s %u", dpll_kinds[now_made.kind], now_made.socket);
		return;
	case K_CAP:
		add(&t, "cap %u", now_made.n);
		return;
	case K_SUM:
		add(&t, "sum");
		return;
	default:
		break;
	}
	add(&t, "send %u%s", now_made.socket, now_made.hold ? "h" : "");
	while (at < now_made.len) {
		const struct nlmsghdr *nl = (const struct nlmsghdr *)(now_made.bytes + at);

		head = nl->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN ? NLMSG_HDRLEN
								  : NLMSG_HDRLEN + GENL_HDRLEN;
		add(&t, "%s 0x%x %s", at ? " |" : "", nl->nlmsg_flags, request_name(nl));
		add_words(&t, at + head, at + nl->nlmsg_len);
		at += NLMSG_ALIGN(nl->nlmsg_len);
	}
}

static uint64_t checksum(void)
{
	uint64_t sum = fuzz_mix(now_made.kind + 32 * now_made.socket + 256 * now_made.hold +
				1024 * now_made.n);
	const char *p;
	size_t at;

	for (p = now_made.line; *p && (now_made.kind == K_DEV || now_made.kind == K_PIN); p++)
		sum = sum * 31 + *p;
	if (now_made.kind > K_ODD)
		return sum;
	for (at = 0; at < now_made.len; at += 4) {
		const struct id_at *id = id_here(at);
		uint32_t word;

		memcpy(&word, now_made.bytes + at, 4);
		sum = sum * 31 + (id ? (uint32_t)id->what * 64 + id->slot : word);
	}
	return sum;
}

/* ---- requests, piece by piece ------------------------------------------------- */

static void begin_send(unsigned int socket)
{
	now_made.socket = socket;
	now_made.hold = false;
	now_made.len = now_made.n_ids = now_made.n = 0;
	memset(now_made.bytes, 0, 512);
}

static __thread struct nlmsghdr *last_message;

/* the number is that of the family: the same in each run it need not be */
static void begin_message(unsigned int flags, int cmd, unsigned int reserved)
{
	struct genlmsghdr *genl;

	last_message = (struct nlmsghdr *)(now_made.bytes + now_made.len);
	*last_message = (struct nlmsghdr){ .nlmsg_type = dpll_family, .nlmsg_flags = flags };
	now_made.len += NLMSG_HDRLEN;
	if (cmd < 0)
		return;
	genl = (struct genlmsghdr *)(now_made.bytes + now_made.len);
	*genl = (struct genlmsghdr){ .cmd = cmd, .version = 1, .reserved = reserved };
	now_made.len += GENL_HDRLEN;
}

static void put_bytes(const void *from, size_t n)
{
	memcpy(now_made.bytes + now_made.len, from, n);
	now_made.len += n;
}

static void put_word(uint32_t word)
{
	put_bytes(&word, 4);
}

static uint32_t number_of_slot(char what, unsigned int slot)
{
	/* racing drivers change it */
	return __atomic_load_n(what == 'D' ? &dpll_devs[slot].id : &dpll_pins[slot].id,
			       __ATOMIC_RELAXED);
}

static void put_id(char what, unsigned int slot)
{
	now_made.ids[now_made.n_ids++] =
		(struct id_at){ .at = now_made.len, .what = what, .slot = slot };
	put_word(number_of_slot(what, slot));
}

static void end_message(void)
{
	last_message->nlmsg_len = now_made.bytes + now_made.len - (char *)last_message;
	while (now_made.len % NLMSG_ALIGNTO)
		now_made.bytes[now_made.len++] = 0;
}

/* zeros up to where the next attribute may begin */
static void pad(void)
{
	while (now_made.len % NLA_ALIGNTO)
		now_made.bytes[now_made.len++] = 0;
}

/* ---- requests that are made up -------------------------------------------------- */

/* an attribute as a command wants it: its type and what its value is about */
enum about {
	A_DEV,
	A_PIN,
	A_SMALL,
	A_MODE,
	A_ENUM,
	A_FREQUENCY,
	A_ADJUST,
	A_ESYNC,
	A_U64,
	A_CLOCK,
	A_MODULE,
	A_LABEL,
	A_PARENT_DEVICE,
	A_PARENT_PIN,
	A_REF_SYNC,
};

struct wanted {
	unsigned int type;
	enum about about;
};

static const struct wanted of_device_id_get[] = {
	{ DPLL_A_CLOCK_ID, A_CLOCK },
	{ DPLL_A_MODULE_NAME, A_MODULE },
	{ DPLL_A_TYPE, A_ENUM },
};

static const struct wanted of_device_get[] = { { DPLL_A_ID, A_DEV } };

static const struct wanted of_device_set[] = {
	{ DPLL_A_ID, A_DEV },
	{ DPLL_A_MODE, A_MODE },
	{ DPLL_A_PHASE_OFFSET_MONITOR, A_ENUM },
	{ DPLL_A_PHASE_OFFSET_AVG_FACTOR, A_SMALL },
};

static const struct wanted of_pin_id_get[] = {
	{ DPLL_A_PIN_CLOCK_ID, A_CLOCK },      { DPLL_A_PIN_MODULE_NAME, A_MODULE },
	{ DPLL_A_PIN_BOARD_LABEL, A_LABEL },   { DPLL_A_PIN_PANEL_LABEL, A_LABEL },
	{ DPLL_A_PIN_PACKAGE_LABEL, A_LABEL }, { DPLL_A_PIN_TYPE, A_ENUM },
};

static const struct wanted of_pin_get[] = { { DPLL_A_PIN_ID, A_PIN } };

static const struct wanted of_pin_set[] = {
	{ DPLL_A_PIN_ID, A_PIN },
	{ DPLL_A_PIN_FREQUENCY, A_FREQUENCY },
	{ DPLL_A_PIN_PHASE_ADJUST, A_ADJUST },
	{ DPLL_A_PIN_ESYNC_FREQUENCY, A_ESYNC },
	{ DPLL_A_PIN_PARENT_DEVICE, A_PARENT_DEVICE },
	{ DPLL_A_PIN_PARENT_DEVICE, A_PARENT_DEVICE },
	{ DPLL_A_PIN_PARENT_PIN, A_PARENT_PIN },
	{ DPLL_A_PIN_REFERENCE_SYNC, A_REF_SYNC },
	{ DPLL_A_PIN_PRIO, A_SMALL },
};

static const struct wanted in_parent_device[] = {
	{ DPLL_A_PIN_PARENT_ID, A_DEV },
	{ DPLL_A_PIN_STATE, A_ENUM },
	{ DPLL_A_PIN_PRIO, A_SMALL },
	{ DPLL_A_PIN_DIRECTION, A_MODE },
};

static const struct wanted in_parent_pin[] = {
	{ DPLL_A_PIN_PARENT_ID, A_PIN },
	{ DPLL_A_PIN_STATE, A_ENUM },
};

static const struct wanted in_ref_sync[] = {
	{ DPLL_A_PIN_ID, A_PIN },
	{ DPLL_A_PIN_STATE, A_ENUM },
};

#define OF(list) \
	{ \
		list, ARRAY_SIZE(list) \
	}

static const struct {
	const struct wanted *list;
	unsigned int n;
} wanted[DPLL_CMD_MAX + 1] = {
	[DPLL_CMD_DEVICE_ID_GET] = OF(of_device_id_get),
	[DPLL_CMD_DEVICE_GET] = OF(of_device_get),
	[DPLL_CMD_DEVICE_SET] = OF(of_device_set),
	[DPLL_CMD_PIN_ID_GET] = OF(of_pin_id_get),
	[DPLL_CMD_PIN_GET] = OF(of_pin_get),
	[DPLL_CMD_PIN_SET] = OF(of_pin_set),
};

static const char *const labels[] = { "A", "B", "SMA1", "GNSS-1PPS" };

static void put_attr(struct fuzz_rng *rng, const struct wanted *w);

/* a nest: the id first, and some of the rest; or as it comes */
static void put_nest(struct fuzz_rng *rng, const struct wanted *list, unsigned int n)
{
	unsigned int i;

	if (!fuzz_one_in(rng, 24))
		put_attr(rng, &list[0]);
	for (i = 1; i < n; i++)
		if (fuzz_one_in(rng, 2) || n == 2)
			put_attr(rng, &list[i]);
	if (fuzz_one_in(rng, 24))
		put_attr(rng, &list[fuzz_below(rng, n)]);
}

static void put_value(struct fuzz_rng *rng, enum about about)
{
	static const uint64_t frequencies[] = { DPLL_PIN_FREQUENCY_10_MHZ, 1, 2, 3, 4, 80, 0 };
	uint64_t wide = fuzz_edgy64(rng);
	const char *text;

	switch (about) {
	case A_DEV:
		put_id('D', fuzz_below(rng, N_DEVS));
		break;
	case A_PIN:
		put_id('P', fuzz_below(rng, N_PINS));
		break;
	case A_MODE:
		put_word(fuzz_one_in(rng, 16) ? fuzz_edgy32(rng) : 1 + fuzz_below(rng, 2));
		break;
	case A_ENUM:
		put_word(fuzz_one_in(rng, 24) ? fuzz_edgy32(rng) : 1 + fuzz_below(rng, 3));
		break;
	case A_SMALL:
		put_word(fuzz_one_in(rng, 4) ? fuzz_edgy32(rng) : fuzz_below(rng, 16));
		break;
	case A_ADJUST:
		put_word(fuzz_one_in(rng, 4) ? fuzz_edgy32(rng) : 10 * fuzz_below(rng, 210) - 1050);
		break;
	case A_FREQUENCY:
	case A_ESYNC:
		if (!fuzz_one_in(rng, 8))
			wide = FUZZ_PICK(rng, frequencies);
		put_bytes(&wide, 8);
		break;
	case A_CLOCK:
		if (!fuzz_one_in(rng, 8))
			wide = CLOCK + fuzz_below(rng, 2);
		put_bytes(&wide, 8);
		break;
	case A_MODULE:
		text = fuzz_one_in(rng, 6) ? "kernel" : "dpll_hand";
		put_bytes(text, strlen(text) + 1);
		break;
	case A_LABEL:
		text = FUZZ_PICK(rng, labels);
		put_bytes(text, strlen(text) + 1);
		break;
	case A_PARENT_DEVICE:
		put_nest(rng, in_parent_device, ARRAY_SIZE(in_parent_device));
		break;
	case A_PARENT_PIN:
		put_nest(rng, in_parent_pin, ARRAY_SIZE(in_parent_pin));
		break;
	case A_REF_SYNC:
		put_nest(rng, in_ref_sync, ARRAY_SIZE(in_ref_sync));
		break;
	default:
		put_bytes(&wide, 8);
		break;
	}
}

/* what is wrong with an attribute now and then */
enum fault {
	FAULT_TYPE,
	FAULT_NEST_FLAG,
	FAULT_ORDER_FLAG,
	FAULT_SHORTER,
	FAULT_LONGER,
	FAULT_LENGTH,
	FAULT_EMPTY,
	N_FAULTS,
};

/*
 * Shorter than it is, none, or beyond the end. Numbers of objects, which another run has not,
 * must not be taken for an attribute's header.
 */
static unsigned int wrong_length(struct fuzz_rng *rng, unsigned int len, bool has_ids)
{
	switch (fuzz_below(rng, has_ids ? 2 : 3)) {
	case 0:
		return fuzz_below(rng, NLA_HDRLEN);
	case 1:
		return 65535 - fuzz_below(rng, 60000);
	default:
		return fuzz_below(rng, len);
	}
}

static void put_attr(struct fuzz_rng *rng, const struct wanted *w)
{
	unsigned int at = now_made.len, type = w->type, n_ids = now_made.n_ids, i, keep;
	int fault = fuzz_one_in(rng, 40) ? (int)fuzz_below(rng, N_FAULTS) : -1;
	struct nlattr *a = (struct nlattr *)(now_made.bytes + at);

	if (at > MAX_SEND - 512 || now_made.n_ids > MAX_IDS - 8)
		return;
	if (w->about >= A_PARENT_DEVICE)
		type |= NLA_F_NESTED;
	if (fault == FAULT_TYPE)
		type = fuzz_one_in(rng, 4) ? fuzz_edgy32(rng) : fuzz_below(rng, DPLL_A_PIN_MAX + 3);
	/* a value that is a number of an object by chance is none in another run */
	if (fault == FAULT_TYPE && ((type & NLA_TYPE_MASK) == DPLL_A_PIN_ID ||
				    (type & NLA_TYPE_MASK) == DPLL_A_PIN_PARENT_ID))
		type = DPLL_A_PIN_PAD;
	if (fault == FAULT_NEST_FLAG)
		type ^= NLA_F_NESTED;
	if (fault == FAULT_ORDER_FLAG)
		type ^= NLA_F_NET_BYTEORDER;
	now_made.len += NLA_HDRLEN;
	put_value(rng, w->about);
	keep = now_made.len;
	if (fault == FAULT_EMPTY)
		keep = at + NLA_HDRLEN;
	if (fault == FAULT_SHORTER && keep > at + NLA_HDRLEN)
		keep -= 1 + fuzz_below(rng, keep - at - NLA_HDRLEN);
	if (fault == FAULT_LONGER)
		for (i = 1 + fuzz_below(rng, 9); i; i--, keep++)
			now_made.bytes[keep] = fuzz_u64(rng);
	now_made.len = keep;
	a->nla_type = type;
	a->nla_len = now_made.len - at;
	if (fault == FAULT_LENGTH)
		a->nla_len = wrong_length(rng, a->nla_len, now_made.n_ids > n_ids);
	/* what is left of a number that was cut is the same in each run */
	while (now_made.n_ids && now_made.ids[now_made.n_ids - 1].at + 4 > now_made.len) {
		unsigned int cut = now_made.ids[--now_made.n_ids].at;

		if (cut < now_made.len)
			memset(now_made.bytes + cut, 0, now_made.len - cut);
	}
	pad();
}

static const int usual[] = {
	DPLL_CMD_PIN_SET,    DPLL_CMD_PIN_SET,	  DPLL_CMD_PIN_SET,    DPLL_CMD_PIN_SET,
	DPLL_CMD_DEVICE_SET, DPLL_CMD_DEVICE_SET, DPLL_CMD_DEVICE_GET, DPLL_CMD_PIN_GET,
	DPLL_CMD_PIN_GET,    DPLL_CMD_PIN_ID_GET, DPLL_CMD_PIN_ID_GET, DPLL_CMD_DEVICE_ID_GET,
};

static enum dpll_kind make_message(struct fuzz_rng *rng)
{
	unsigned int flags = NLM_F_REQUEST | (fuzz_one_in(rng, 8) ? 0 : NLM_F_ACK);
	bool dump = fuzz_one_in(rng, 24), odd = fuzz_one_in(rng, 40);
	int cmd = FUZZ_PICK(rng, usual);
	unsigned int i, n, reserved = 0;
	enum dpll_kind kind;
	uint32_t junk;

	if (dump) {
		cmd = fuzz_one_in(rng, 3) ? DPLL_CMD_DEVICE_GET : DPLL_CMD_PIN_GET;
		flags |= NLM_F_DUMP;
	}
	if (odd)
		switch (fuzz_below(rng, 5)) {
		case 0:
			cmd = fuzz_below(rng, 256);
			break;
		case 1:
			flags ^= 1U << fuzz_below(rng, 16);
			break;
		case 2:
			reserved = 1 + fuzz_below(rng, 65535);
			break;
		case 3:
			cmd = -1;
			break;
		default:
			flags = (flags & ~NLM_F_REQUEST) | fuzz_below(rng, 2) * NLM_F_ECHO;
		}
	kind = odd			       ? K_ODD
	       : cmd == DPLL_CMD_DEVICE_GET    ? (dump ? K_DEVICE_DUMP : K_DEVICE_GET)
	       : cmd == DPLL_CMD_PIN_GET       ? (dump ? K_PIN_DUMP : K_PIN_GET)
	       : cmd == DPLL_CMD_DEVICE_ID_GET ? K_DEVICE_ID_GET
	       : cmd == DPLL_CMD_DEVICE_SET    ? K_DEVICE_SET
	       : cmd == DPLL_CMD_PIN_ID_GET    ? K_PIN_ID_GET
					       : K_PIN_SET;
	begin_message(flags, cmd, reserved);
	n = cmd >= 0 && cmd <= DPLL_CMD_MAX ? wanted[cmd].n : 0;
	if (dump && !fuzz_one_in(rng, 8))
		n = 0;
	if (n && (cmd == DPLL_CMD_DEVICE_ID_GET || cmd == DPLL_CMD_PIN_ID_GET)) {
		for (i = 0; i < n; i++)
			if (fuzz_one_in(rng, 2))
				put_attr(rng, &wanted[cmd].list[i]);
	} else if (n) {
		if (!fuzz_one_in(rng, 48))
			put_attr(rng, &wanted[cmd].list[0]);
		for (i = n > 1 ? fuzz_below(rng, 4) : fuzz_one_in(rng, 24); i; i--)
			put_attr(rng, &wanted[cmd].list[n > 1 && !fuzz_one_in(rng, 16)
								? 1 + fuzz_below(rng, n - 1)
								: 0]);
	}
	if (fuzz_one_in(rng, 60) && cmd >= 0) {
		junk = fuzz_u64(rng);
		put_bytes(&junk, 1 + fuzz_below(rng, 4));
	}
	end_message();
	return kind;
}

/* a request by itself, for the threads that race: its bytes and kind */
size_t dpll_make_request(struct fuzz_rng *rng, char *to, size_t size, unsigned int *kind)
{
	begin_send(0);
	*kind = make_message(rng);
	memcpy(to, now_made.bytes, now_made.len < size ? now_made.len : size);
	return now_made.len;
}

static void make_send(struct fuzz_rng *rng)
{
	unsigned int n = 1 + fuzz_below(rng, MAX_MESSAGES);

	begin_send(fuzz_below(rng, N_SOCKETS));
	while (n-- && now_made.len < MAX_SEND / 2)
		now_made.kind = make_message(rng);
	now_made.hold = fuzz_one_in(rng, now_made.kind == K_PIN_DUMP ? 2 : 40);
}

/* ---- commands of the driver that are made up ---------------------------------------- */

static void command(enum dpll_kind kind, const char *what, ...)
{
	va_list args;

	now_made.kind = kind;
	now_made.socket = now_made.n = 0;
	va_start(args, what);
	vsnprintf(now_made.line, sizeof(now_made.line), what, args);
	va_end(args);
}

static const int errors[] = { 0, 0, 0, 0, -EIO, -EBUSY, -EOPNOTSUPP, -ENODATA, -EINVAL, -ENODEV };
static const char *const places[] = { "task", "task", "spin", "irq", "bh", "rcu" };

static void make_dev(struct fuzz_rng *rng)
{
	unsigned int d = fuzz_below(rng, N_DEVS), r = fuzz_below(rng, N_REGS);
	static const int64_t max[DEV_VALUES] = { 0, 5, 5, 0, 1024, 2, 16, 8 };
	unsigned int v = fuzz_below(rng, DEV_VALUES);
	int64_t value = max[v] ? (int64_t)fuzz_below(rng, max[v]) : (int64_t)fuzz_edgy32(rng);
	const struct dev *dev = &dpll_devs[d];
	unsigned int die = fuzz_below(rng, 64);

	if (v == DEV_MODE)
		value = 1 + fuzz_below(rng, 2);
	if (!dev->got)
		command(K_DEV, "dev %u get %llu %u", d, CLOCK + fuzz_one_in(rng, 4), d);
	else if (die < 16)
		command(K_DEV, "dev %u set %s %lld", d, dpll_dev_values[v], (long long)value);
	else if (die < 24)
		command(K_DEV, "dev %u fail %s %d", d,
			dpll_op_names[fuzz_below(rng, N_DEV_OPS - 1)], FUZZ_PICK(rng, errors));
	else if (die < 32)
		command(K_DEV, "dev %u ntf %u %s", d, fuzz_below(rng, 4), FUZZ_PICK(rng, places));
	else if (die < 36)
		command(K_DEV, "dev %u without %s", d, dpll_op_names[fuzz_below(rng, N_DEV_OPS)]);
	else if (die < 38)
		command(K_DEV, "dev %u with", d);
	else if (die < 54)
		command(K_DEV, "dev %u reg %u %u", d, r, 1 + fuzz_below(rng, 2));
	else if (die < 59)
		command(K_DEV, "dev %u unreg %u", d, r);
	else
		command(K_DEV, "dev %u put", d);
}

static void make_prop(struct fuzz_rng *rng, unsigned int p)
{
	static const unsigned int ranges[] = { 1, 3, 3, 40, 300 };
	static const char *const names[] = { "board", "panel", "package" };

	switch (fuzz_below(rng, 8)) {
	case 0:
		command(K_PIN, "pin %u prop clear", p);
		break;
	case 1:
		command(K_PIN, "pin %u prop type %u", p,
			fuzz_one_in(rng, 2) ? DPLL_PIN_TYPE_MUX : 1 + fuzz_below(rng, 5));
		break;
	case 2:
		command(K_PIN, "pin %u prop caps %u", p,
			fuzz_one_in(rng, 2) ? 7 : fuzz_below(rng, 8));
		break;
	case 3:
		command(K_PIN, "pin %u prop ranges %u", p, FUZZ_PICK(rng, ranges));
		break;
	case 4:
		command(K_PIN, "pin %u prop %s %d", p, fuzz_one_in(rng, 2) ? "min" : "max",
			(int)fuzz_below(rng, 2001) - 1000);
		break;
	case 5:
		command(K_PIN, "pin %u prop gran %u", p, 10 * fuzz_below(rng, 3));
		break;
	case 6:
		command(K_PIN, "pin %u prop foreign %u", p, fuzz_one_in(rng, 3));
		break;
	default:
		command(K_PIN, "pin %u prop %s %s", p, names[fuzz_below(rng, 3)],
			FUZZ_PICK(rng, labels));
		break;
	}
}

static void make_pin_value(struct fuzz_rng *rng, unsigned int p)
{
	static const uint64_t max[PIN_VALUES] = { 4, 1000, 0, 4, 100, 256, 4 };
	unsigned int v = fuzz_below(rng, PIN_VALUES), on = fuzz_below(rng, ON_VALUES);
	int64_t value = max[v] ? (int64_t)fuzz_below(rng, max[v]) : fuzz_edgy64(rng);
	static const unsigned int few[] = { 0, 1, 3, 200 };

	if (v == PIN_RANGES)
		value = FUZZ_PICK(rng, few);
	if (fuzz_one_in(rng, 2)) {
		command(K_PIN, "pin %u set %s %lld", p, dpll_pin_values[v], (long long)value);
		return;
	}
	value = 1 + fuzz_below(rng, 3);
	if (on == ON_OFFSET)
		value = fuzz_edgy64(rng);
	else if (on == ON_FAIL)
		value = FUZZ_PICK(rng, errors);
	else if (on == ON_PRIO)
		value = fuzz_edgy32(rng);
	if (fuzz_one_in(rng, 8))
		command(K_PIN, "pin %u seton-pin %u %u", p, fuzz_below(rng, N_PINS),
			1 + fuzz_below(rng, 3));
	else
		command(K_PIN, "pin %u seton %u %s %lld", p, fuzz_below(rng, N_DEVS),
			dpll_on_values[on], (long long)value);
}

static void make_pin(struct fuzz_rng *rng)
{
	unsigned int p = fuzz_below(rng, N_PINS), r = fuzz_below(rng, N_REGS);
	unsigned int other = fuzz_below(rng, N_PINS), die = fuzz_below(rng, 64);
	unsigned int op = N_DEV_OPS + fuzz_below(rng, N_OPS - N_DEV_OPS);

	if (!dpll_pins[p].got && !fuzz_one_in(rng, 5))
		make_prop(rng, p);
	else if (!dpll_pins[p].got)
		command(K_PIN, "pin %u get %llu %u", p, CLOCK + fuzz_one_in(rng, 4), p);
	else if (die < 12)
		make_pin_value(rng, p);
	else if (die < 18)
		command(K_PIN, "pin %u fail %s %d", p, dpll_op_names[op], FUZZ_PICK(rng, errors));
	else if (die < 24)
		command(K_PIN, "pin %u ntf %u %s", p, fuzz_below(rng, 4), FUZZ_PICK(rng, places));
	else if (die < 26)
		command(K_PIN, "pin %u without %s", p, dpll_op_names[op]);
	else if (die < 28)
		command(K_PIN, "pin %u with", p);
	else if (die < 40)
		command(K_PIN, "pin %u reg %u %u", p, fuzz_below(rng, N_DEVS), r);
	else if (die < 44)
		command(K_PIN, "pin %u unreg %u %u", p, fuzz_below(rng, N_DEVS), r);
	else if (die < 52)
		command(K_PIN, "pin %u on %u %u", p, other, r);
	else if (die < 55)
		command(K_PIN, "pin %u off %u %u", p, other, r);
	else if (die < 59)
		command(K_PIN, "pin %u pair %u", p, other);
	else
		command(K_PIN, "pin %u put", p);
}

static unsigned int split(char *line, char **word)
{
	unsigned int n = 0;
	char *save, *p;

	for (p = strtok_r(line, " \t", &save); p && n < MAX_WORDS; p = strtok_r(NULL, " \t", &save))
		word[n++] = p;
	word[n] = NULL;
	return n;
}

/* most of what is made up makes no sense now: some tries, else a look at the counters */
static void make_command(struct fuzz_rng *rng)
{
	char copy[sizeof(now_made.line)], *word[MAX_WORDS + 1];
	unsigned int tries;

	for (tries = 0; tries < 32; tries++) {
		if (fuzz_one_in(rng, 3))
			make_dev(rng);
		else
			make_pin(rng);
		strcpy(copy, now_made.line);
		if (dpll_sound(word, split(copy, word)))
			return;
	}
	command(K_SUM, "%s", "");
}

/* ---- sockets -------------------------------------------------------------------------- */

static void allow_net_admin(bool allow)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		die("capget: %s", strerror(errno));
	if (allow)
		data[0].effective |= 1U << CAP_NET_ADMIN;
	else
		data[0].effective &= ~(1U << CAP_NET_ADMIN);
	if (syscall(SYS_capset, &head, data))
		die("capset: %s", strerror(errno));
	dpll_may = allow;
}

static void open_socket(struct sock *s, unsigned int options)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int one = 1, room = 8 << 20;
	socklen_t len = sizeof(address);

	dpll_expect_clear(s);
	if (s->fd >= 0)
		close(s->fd);
	*s = (struct sock){
		.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC),
		.tells = options & 1,
		.caps = options & 2,
		.may = dpll_may,
	};
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    getsockname(s->fd, (struct sockaddr *)&address, &len))
		die("fuzz: netlink socket: %s", strerror(errno));
	s->port = address.nl_pid;
	if (s->tells)
		setsockopt(s->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	if (s->caps)
		setsockopt(s->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	/* nothing may be lost, whoever listens */
	allow_net_admin(true);
	if (setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)))
		die("fuzz: SO_RCVBUFFORCE: %s", strerror(errno));
	allow_net_admin(s->may);
}

static const char *shown(const void *message)
{
	const struct nlmsghdr *nl = message;
	static char text[4][4096];
	static unsigned int at;
	char *to = text[at++ % 4];
	int n;

	n = snprintf(to, sizeof(text[0]), "type %u flags %#x seq %u port %u", nl->nlmsg_type,
		     nl->nlmsg_flags, nl->nlmsg_seq, nl->nlmsg_pid);
	if (nl->nlmsg_type == dpll_family)
		snprintf(to + n, sizeof(text[0]) - n, " cmd %u: %s",
			 ((const struct genlmsghdr *)mnl_nlmsg_get_payload(nl))->cmd,
			 message_text(nl));
	return to;
}

static void check_message(const struct sock *s, const struct nlmsghdr *got, const void *expected,
			  size_t len)
{
	const unsigned char *a = (const unsigned char *)got, *b = expected;
	size_t at;

	if (got->nlmsg_len == len && !memcmp(got, expected, len))
		return;
	for (at = 0; at < len && at < got->nlmsg_len && a[at] == b[at]; at++)
		;
	fuzz_wrong(run,
		   "socket %u received\n  %s, not\n  %s\nof %u bytes, not %zu; the first that "
		   "differs is %zu: %#x, not %#x",
		   (unsigned int)(s - dpll_socks), shown(got), shown(expected), got->nlmsg_len, len,
		   at, a[at], b[at]);
}

static bool ack_differs(const struct ack *a, const struct ack *b, bool tells)
{
	return a->err != b->err ||
	       (tells && (strcmp(a->told, b->told) || a->miss != b->miss ||
			  (a->err && (a->off != b->off || a->has_policy != b->has_policy))));
}

static void check_ack(const struct sock *s, const struct nlmsghdr *got, const struct expect *e)
{
	const struct nlmsghdr *request = (const struct nlmsghdr *)e->bytes;
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(got);
	bool whole = e->ack.err && !s->caps;
	const char *at = (const char *)(error + 1), *to = (const char *)got + got->nlmsg_len;
	struct ack ack = { .err = error->error, .off = -1, .miss = -1 };
	size_t body = whole ? request->nlmsg_len - NLMSG_HDRLEN : 0;
	const struct nlattr *a;

	if (got->nlmsg_type != NLMSG_ERROR || got->nlmsg_seq != request->nlmsg_seq ||
	    got->nlmsg_pid != s->port || !(got->nlmsg_flags & NLM_F_CAPPED) != whole ||
	    memcmp(&error->msg, request, sizeof(error->msg)) ||
	    to - at < (ssize_t)NLMSG_ALIGN(body) || memcmp(at, request + 1, body))
		fuzz_wrong(run, "socket %u received %s, not an acknowledgement with %s",
			   (unsigned int)(s - dpll_socks), shown(got), err_name(e->ack.err));
	for (at += NLMSG_ALIGN(body); at + NLA_HDRLEN <= to; at += NLA_ALIGN(a->nla_len)) {
		a = (const struct nlattr *)at;
		switch (mnl_attr_get_type(a)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(ack.told, sizeof(ack.told), "%s", mnl_attr_get_str(a));
			break;
		case NLMSGERR_ATTR_OFFS:
			ack.off = mnl_attr_get_u32(a);
			break;
		case NLMSGERR_ATTR_POLICY:
			ack.has_policy = true;
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			ack.miss = mnl_attr_get_u32(a);
			break;
		default:
			fuzz_wrong(run, "attribute %u of an acknowledgement", mnl_attr_get_type(a));
		}
	}
	if (ack_differs(&ack, &e->ack, s->tells) || (!s->tells && ack.told[0]))
		fuzz_wrong(run,
			   "socket %u: %s \"%s\" offset %d missing %d policy %d, not %s \"%s\" "
			   "offset %d missing %d policy %d",
			   (unsigned int)(s - dpll_socks), err_name(ack.err), ack.told, ack.off,
			   ack.miss, ack.has_policy, err_name(e->ack.err), e->ack.told, e->ack.off,
			   e->ack.miss, e->ack.has_policy);
}

/* the first object that a part of a dump has left, NULL: it is the end */
static const struct dumped *first_left(const struct sock *s, const struct expect *e, size_t *at)
{
	const struct dumped *head;

	for (*at = 0; *at < e->len; *at += sizeof(*head) + NLMSG_ALIGN(head->len)) {
		head = (const struct dumped *)(e->bytes + *at);
		if (head->id >= s->dump_next)
			return head;
	}
	return NULL;
}

static void dump_is_over(struct sock *s)
{
	unsigned int i, kept = s->head;

	for (i = s->head; i != s->tail; i++) {
		if (s->queue[i % MAX_QUEUE].what == EXPECT_DUMP)
			free(s->queue[i % MAX_QUEUE].bytes);
		else
			s->queue[kept++ % MAX_QUEUE] = s->queue[i % MAX_QUEUE];
	}
	s->tail = kept;
	s->dump_cmd = 0;
}

static void check_done(struct sock *s, const struct nlmsghdr *got, unsigned int intr)
{
	const int *err = mnl_nlmsg_get_payload(got);

	if (got->nlmsg_type != NLMSG_DONE || got->nlmsg_flags != (NLM_F_MULTI | intr) ||
	    got->nlmsg_seq != s->dump_seq || got->nlmsg_pid != s->port || *err)
		fuzz_wrong(run, "socket %u received\n  %s, not the end of a dump",
			   (unsigned int)(s - dpll_socks), shown(got));
}

/* as many objects as the kernel took for this part, from the first that was left on */
static void check_dump(struct sock *s, struct nlmsghdr *got, int len, const struct expect *e)
{
	size_t at;
	const struct dumped *head = first_left(s, e, &at);
	unsigned int intr = s->dump_before && s->dump_before != e->generation ? NLM_F_DUMP_INTR : 0;

	if (!head) {
		check_done(s, got, intr);
		dump_is_over(s);
		return;
	}
	for (; NLMSG_OK(got, len); got = NLMSG_NEXT(got, len)) {
		if (at >= e->len)
			fuzz_wrong(run, "socket %u received in a dump\n  %s, and no more is left",
				   (unsigned int)(s - dpll_socks), shown(got));
		head = (const struct dumped *)(e->bytes + at);
		((struct nlmsghdr *)(head + 1))->nlmsg_flags |= intr;
		intr = 0;
		check_message(s, got, head + 1, head->len);
		at += sizeof(*head) + NLMSG_ALIGN(head->len);
	}
	s->dump_before = e->generation;
	s->dump_next = at < e->len ? ((const struct dumped *)(e->bytes + at))->id : 1ULL << 32;
}

static void check_buffer(struct sock *s, char *bytes, int len, bool torn)
{
	struct nlmsghdr *nl = (struct nlmsghdr *)bytes;
	struct expect e;

	if (torn || !NLMSG_OK(nl, len))
		fuzz_wrong(run, "socket %u received %d bytes%s", (unsigned int)(s - dpll_socks),
			   len, torn ? ", and more than fits" : "");
	if (s->head == s->tail)
		fuzz_wrong(run, "socket %u received\n  %s, and nothing is expected",
			   (unsigned int)(s - dpll_socks), shown(nl));
	e = s->queue[s->head++ % MAX_QUEUE];
	if (e.what == EXPECT_MESSAGE)
		check_message(s, nl, e.bytes, e.len);
	else if (e.what == EXPECT_ACK)
		check_ack(s, nl, &e);
	else
		check_dump(s, nl, len, &e);
	free(e.bytes);
	/* with each buffer that is taken, the kernel writes another part */
	if (s->dump_cmd)
		dpll_dump_part(s);
}

/* at most n buffers; true if there are none left */
static bool receive(struct sock *s, unsigned int n)
{
	static char room[VECTOR][RECV_ROOM] __attribute__((aligned(8)));
	struct iovec iov[VECTOR];
	struct mmsghdr in[VECTOR];
	unsigned int i, ask;
	int got;

	while (n) {
		ask = n < VECTOR ? n : VECTOR;
		for (i = 0; i < ask; i++) {
			iov[i] = (struct iovec){ room[i], RECV_ROOM };
			in[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &iov[i],
							       .msg_iovlen = 1 } };
		}
		got = recvmmsg(s->fd, in, ask, MSG_DONTWAIT, NULL);
		if (got < 0 && errno == EAGAIN)
			return true;
		if (got < 0)
			fuzz_wrong(run, "socket %u: recvmmsg: %s", (unsigned int)(s - dpll_socks),
				   strerror(errno));
		for (i = 0; (int)i < got; i++)
			check_buffer(s, room[i], in[i].msg_len,
				     in[i].msg_hdr.msg_flags & MSG_TRUNC);
		n -= got;
	}
	return false;
}

/* all that is there and all that is expected */
static void drain(struct sock *s)
{
	struct pollfd pollfd = { .fd = s->fd, .events = POLLIN };

	s->held = false;
	for (;;) {
		receive(s, ~0u);
		if (s->head == s->tail)
			return;
		/* what the driver reported from where it cannot sleep is sent by a worker */
		if (poll(&pollfd, 1, 10000 * slowness()) <= 0)
			break;
	}
	fuzz_wrong(run, "socket %u: %u buffers expected have not come, the first: %s",
		   (unsigned int)(s - dpll_socks), s->tail - s->head,
		   s->queue[s->head % MAX_QUEUE].what == EXPECT_ACK
			   ? err_name(s->queue[s->head % MAX_QUEUE].ack.err)
			   : shown(s->queue[s->head % MAX_QUEUE].bytes));
}

static size_t queued(const struct sock *s)
{
	size_t sum = 0;
	unsigned int i;

	for (i = s->head; i != s->tail; i++)
		sum += s->queue[i % MAX_QUEUE].len;
	return sum;
}

/* sockets with something to come; now and then all, since nothing else may come */
static void drain_all(bool all)
{
	unsigned int i;

	for (i = 0; i < N_SOCKETS; i++) {
		struct sock *s = &dpll_socks[i];

		if (s->held && s->tail - s->head < MAX_QUEUE / 4 && queued(s) < 256 << 10)
			continue;
		if (all || s->head != s->tail)
			drain(s);
	}
}

/*
 * A dump that is under way: it is known whether it still is, and so whether another one is
 * refused, only if no more than one part of it is on its way.
 */
static void settle_dump(struct sock *s)
{
	unsigned int i, parts = 0;
	const struct expect *e = NULL;
	size_t at;

	for (i = s->head; i != s->tail; i++)
		if (s->queue[i % MAX_QUEUE].what == EXPECT_DUMP) {
			e = &s->queue[i % MAX_QUEUE];
			parts++;
		}
	if (parts > 1 || (parts == 1 && !first_left(s, e, &at)))
		drain(s);
}

/* ---- counters -------------------------------------------------------------------------- */

static bool dev_counts(unsigned int d)
{
	return stat_of(dpll_devs[d].id, "notifications") == dpll_devs[d].sent &&
	       stat_of(dpll_devs[d].id, "notifications_failed") == dpll_devs[d].failed;
}

/* "id idx clock_id module label notifications failed netdevs" of each pin */
static bool pins_count(void)
{
	static char text[16384];
	long long sent, failed;
	unsigned int id, i;
	char *line, *save;

	if (slurp(DEBUGFS "pins", text, sizeof(text)) < 0)
		return false;
	strtok_r(text, "\n", &save);
	while ((line = strtok_r(NULL, "\n", &save))) {
		if (sscanf(line, "%u %*s %*s %*s %*s %lld %lld", &id, &sent, &failed) != 3)
			return false;
		for (i = 0; i < N_PINS; i++)
			if (dpll_pins[i].got && dpll_pins[i].known && dpll_pins[i].id == id &&
			    (dpll_pins[i].sent != sent || dpll_pins[i].failed != failed))
				return false;
	}
	return true;
}

static long long chain_before;

static void check_sum(void)
{
	unsigned int d;

	for (d = 0; d < N_DEVS; d++)
		if (dpll_devs[d].got && dpll_devs[d].n_regs && !eventually(dev_counts(d)))
			fuzz_wrong(run, "device %u: %lld sent, %lld failed; not %lld and %lld", d,
				   stat_of(dpll_devs[d].id, "notifications"),
				   stat_of(dpll_devs[d].id, "notifications_failed"),
				   dpll_devs[d].sent, dpll_devs[d].failed);
	if (!eventually(pins_count()))
		fuzz_wrong(run, "the pins' counters are not what was sent");
	if (!eventually(hand_number("chain-sum") == chain_before + dpll_chain_calls()))
		fuzz_wrong(run, "the notifier chain was called %lld times, not %lld",
			   hand_number("chain-sum") - chain_before, dpll_chain_calls());
	if (hand_number("orphans"))
		fuzz_wrong(run, "a callback was called without a registration");
}

uint32_t dpll_learn_id(const char *what, unsigned int slot)
{
	return hand_number("%s %u id", what, slot);
}

/* ---- calls --------------------------------------------------------------------------------- */

static enum dpll_kind kind_of(const struct nlmsghdr *nl)
{
	static const enum dpll_kind kinds[DPLL_CMD_MAX + 1] = {
		[DPLL_CMD_DEVICE_ID_GET] = K_DEVICE_ID_GET,
		[DPLL_CMD_DEVICE_GET] = K_DEVICE_GET,
		[DPLL_CMD_DEVICE_SET] = K_DEVICE_SET,
		[DPLL_CMD_PIN_ID_GET] = K_PIN_ID_GET,
		[DPLL_CMD_PIN_GET] = K_PIN_GET,
		[DPLL_CMD_PIN_SET] = K_PIN_SET,
	};
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nl);

	if (nl->nlmsg_len < NLMSG_HDRLEN + GENL_HDRLEN || genl->cmd > DPLL_CMD_MAX ||
	    !cmd_names[genl->cmd])
		return K_ODD;
	if (nl->nlmsg_flags & NLM_F_DUMP)
		return genl->cmd == DPLL_CMD_PIN_GET ? K_PIN_DUMP : K_DEVICE_DUMP;
	return kinds[genl->cmd] || genl->cmd == DPLL_CMD_DEVICE_ID_GET ? kinds[genl->cmd] : K_ODD;
}

static void number_messages(struct sock *s)
{
	size_t at = 0;

	while (at < now_made.len) {
		struct nlmsghdr *nl = (struct nlmsghdr *)(now_made.bytes + at);

		nl->nlmsg_seq = ++s->seq;
		at += NLMSG_ALIGN(nl->nlmsg_len);
	}
}

static long do_send(struct fuzz *f)
{
	struct sock *s = &dpll_socks[now_made.socket];
	long result[MAX_MESSAGES] = { 0 };
	uint64_t sum = checksum();
	unsigned int i, n;
	size_t at = 0;

	settle_dump(s);
	number_messages(s);
	if (send(s->fd, now_made.bytes, now_made.len, 0) != (ssize_t)now_made.len)
		fuzz_wrong(f, "send: %s", strerror(errno));
	n = dpll_judge(s, now_made.bytes, now_made.len, result, MAX_MESSAGES);
	if (now_made.hold)
		s->held = true;
	drain_all(false);
	if (!s->held)
		drain(s);
	for (i = 0; i + 1 < n; i++) {
		const struct nlmsghdr *nl = (const struct nlmsghdr *)(now_made.bytes + at);

		fuzz_count(f, kind_of(nl), sum + i, result[i]);
		at += NLMSG_ALIGN(nl->nlmsg_len);
	}
	return n ? result[n - 1] : 0;
}

static long do_command(void)
{
	char copy[sizeof(now_made.line)], *word[MAX_WORDS + 1];
	long got = hand_try("%s", now_made.line), expected;

	strcpy(copy, now_made.line);
	split(copy, word);
	expected = dpll_judge_hand(word);
	if (got != expected)
		fuzz_wrong(run, "%s, not %s", err_name(got), err_name(expected));
	return got;
}

static long do_group(bool join)
{
	struct sock *s = &dpll_socks[now_made.socket];

	s->joined = join;
	return call(setsockopt(s->fd, SOL_NETLINK,
			       join ? NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP, &group,
			       sizeof(group)));
}

static long perform(struct fuzz *f)
{
	switch (now_made.kind) {
	case K_DEV:
	case K_PIN:
		return do_command();
	case K_RECV:
		receive(&dpll_socks[now_made.socket], now_made.n);
		return 0;
	case K_JOIN:
	case K_LEAVE:
		return do_group(now_made.kind == K_JOIN);
	case K_SOCKET:
		open_socket(&dpll_socks[now_made.socket], now_made.n);
		return 0;
	case K_CAP:
		allow_net_admin(now_made.n);
		return 0;
	case K_SUM:
		check_sum();
		return 0;
	default:
		return do_send(f);
	}
}

static long make_call(struct fuzz *f)
{
	uint64_t sum;
	long result;

	fuzz_begin(f, NULL);
	sum = checksum();
	result = perform(f);
	if (now_made.kind != K_RECV)
		drain_all(!(f->calls & 63));
	if (now_made.kind <= K_ODD)
		now_made.kind = kind_of(last_message);
	fuzz_end(f, now_made.kind, sum, result);
	return result;
}

static void dpll_step(struct fuzz *f)
{
	unsigned int die = fuzz_below(&f->rng, 256);

	if (f->race) {
		dpll_race_step(f);
		return;
	}
	if (die < 160) {
		make_send(&f->rng);
	} else if (die < 226 || (die > 252 && !dpll_may)) {
		make_command(&f->rng);
	} else {
		command(die < 232		 ? K_RECV
			: die < 238		 ? K_JOIN
			: die < 242		 ? K_LEAVE
			: die < 246		 ? K_SOCKET
			: die < 248 || !dpll_may ? K_CAP
						 : K_SUM,
			"%s", "");
		now_made.socket = fuzz_below(&f->rng, N_SOCKETS);
		now_made.n = fuzz_below(&f->rng, 4);
		if (now_made.kind == K_CAP)
			now_made.n = !dpll_may || !fuzz_one_in(&f->rng, 8);
		if (now_made.kind != K_RECV && now_made.kind != K_SOCKET && now_made.kind != K_CAP)
			now_made.n = 0;
		if (now_made.kind == K_CAP || now_made.kind == K_SUM)
			now_made.socket = 0;
		/* the counters are read once in a while: it takes long */
		if (now_made.kind == K_SUM && !fuzz_one_in(&f->rng, 8)) {
			now_made.kind = K_RECV;
			now_made.n = 1;
		}
	}
	make_call(f);
}

/* ---- replay -----------------------------------------------------------------------------------
 */

static int cmd_of(const char *name, unsigned int *reserved)
{
	const char *slash = strchr(name, '/');
	size_t len = slash ? (size_t)(slash - name) : strlen(name);
	int cmd;

	*reserved = slash ? strtoul(slash + 1, NULL, 0) : 0;
	for (cmd = 0; cmd <= DPLL_CMD_MAX; cmd++)
		if (cmd_names[cmd] && strlen(cmd_names[cmd]) == len &&
		    !strncmp(cmd_names[cmd], name, len))
			return cmd;
	return !strncmp(name, "none", 4) ? -1 : (int)strtoul(name, NULL, 0);
}

static bool parse_word(const char *word)
{
	size_t digits = strlen(word);
	uint32_t value;
	char *end;

	if ((*word == 'D' || *word == 'P') && digits < 4 && isdigit(word[1])) {
		unsigned int slot = atoi(word + 1);

		if (slot >= (*word == 'D' ? N_DEVS : N_PINS) || now_made.n_ids == MAX_IDS)
			return false;
		put_id(*word, slot);
		return true;
	}
	value = strtoul(word, &end, 16);
	if (*end || digits > 8 || digits % 2)
		return false;
	put_bytes(&value, digits / 2);
	return true;
}

static bool parse_send(char *line)
{
	char *save, *p = strtok_r(line, " \t", &save), *end;
	unsigned int reserved, flags, n = 0;
	int cmd;

	if (!p)
		return false;
	begin_send(strtoul(p, &end, 0));
	now_made.hold = *end == 'h';
	now_made.kind = K_ODD;
	while ((p = strtok_r(NULL, " \t", &save))) {
		flags = strtoul(p, NULL, 0);
		p = strtok_r(NULL, " \t", &save);
		if (!p || ++n > MAX_MESSAGES)
			return false;
		cmd = cmd_of(p, &reserved);
		begin_message(flags, cmd, reserved);
		while ((p = strtok_r(NULL, " \t", &save)) && strcmp(p, "|"))
			if (now_made.len > MAX_SEND - 64 || !parse_word(p))
				return false;
		end_message();
	}
	return n && now_made.socket < N_SOCKETS;
}

static bool parse(char *line)
{
	char copy[sizeof(now_made.line)], *word[MAX_WORDS + 1];
	unsigned int kind, socket = 0, n = 0;
	char name[16];

	if (!strncmp(line, "send ", 5))
		return parse_send(line + 5);
	if (!strncmp(line, "dev ", 4) || !strncmp(line, "pin ", 4)) {
		while (*line && isspace(line[strlen(line) - 1]))
			line[strlen(line) - 1] = 0;
		command(*line == 'd' ? K_DEV : K_PIN, "%s", line);
		strcpy(copy, now_made.line);
		return dpll_sound(word, split(copy, word));
	}
	if (sscanf(line, "%15s %u %u", name, &socket, &n) < 1)
		return false;
	for (kind = K_RECV; kind < N_KINDS && strcmp(dpll_kinds[kind], name); kind++)
		;
	if (kind == N_KINDS)
		return false;
	command(kind, "%s", "");
	now_made.socket = kind == K_CAP ? 0 : socket;
	now_made.n = kind == K_CAP ? socket : n;
	return now_made.socket < N_SOCKETS;
}

static bool dpll_replay(struct fuzz *f, char *line)
{
	char *expected = strchr(line, '=');
	char wanted_result[32] = "";
	long result;

	if (expected) {
		*expected++ = 0;
		sscanf(expected, "%31s", wanted_result);
	}
	if (!parse(line))
		return false;
	result = make_call(f);
	if (*wanted_result && strcmp(wanted_result, fuzz_result_name(result)))
		fuzz_wrong(f, "the file says %s, got %s", wanted_result, fuzz_result_name(result));
	return true;
}

/* ---- beginning and end
 * --------------------------------------------------------------------------- */

/* a few objects to begin with: most requests are about some that are there */
static void dpll_start(struct fuzz *f)
{
	static const char *const lines[] = {
		"dev 0 get 1234605616436508552 0",
		"dev 0 reg 0 2",
		"dev 1 get 1234605616436508552 1",
		"dev 1 reg 0 1",
		"pin 0 prop clear",
		"pin 0 prop type 1",
		"pin 0 prop caps 7",
		"pin 0 get 1234605616436508552 0",
		"pin 0 reg 0 0",
		"pin 1 prop clear",
		"pin 1 prop caps 7",
		"pin 1 prop ranges 3",
		"pin 1 prop min -1000",
		"pin 1 prop max 1000",
		"pin 1 get 1234605616436508552 1",
		"pin 1 reg 0 0",
		"pin 1 reg 1 0",
		"pin 2 prop clear",
		"pin 2 prop caps 4",
		"pin 2 get 1234605616436508552 2",
		"pin 2 on 0 0",
		"pin 1 pair 0",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		char copy[sizeof(now_made.line)];

		strcpy(copy, lines[i]);
		if (!parse(copy))
			die("fuzz: %s makes no sense", lines[i]);
		make_call(f);
	}
}

static bool dpll_setup(struct fuzz *f)
{
	struct nl *nl;
	unsigned int i;

	run = f;
	fuzz_describe_with(describe);
	if (access("/dev/dpll_hand", W_OK)) {
		fprintf(stderr, "fuzz: no /dev/dpll_hand: modprobe dpll_hand (make test-modules), "
				"and be root\n");
		return false;
	}
	hand_open();
	nl = nl_open();
	dpll_family = nl->family;
	group = nl->group;
	nl_close(nl);
	dpll_may = true;
	dpll_model_new();
	/* what another program may have left */
	for (i = 0; i < N_PINS; i++)
		hand("pin %u prop clear", i);
	chain_before = hand_number("chain-sum");
	if (f->race)
		return dpll_race_setup(f);
	for (i = 0; i < N_SOCKETS; i++) {
		dpll_socks[i].fd = -1;
		open_socket(&dpll_socks[i], i < 2 ? 3 : i);
	}
	if (!f->replaying)
		dpll_start(f);
	return true;
}

/* takes down all that is there, in an order that a driver may choose */
static void take_down(struct fuzz *f)
{
	unsigned int p, d, r;

	for (p = 0; p < N_PINS; p++) {
		struct pin *pin = &dpll_pins[p];

		while (pin->got && pin->n_parents) {
			command(K_PIN, "pin %u off %u %u", p, pin->parents[0].pin,
				pin->parents[0].r);
			make_call(f);
		}
	}
	for (p = 0; p < N_PINS; p++)
		for (d = 0; d < N_DEVS; d++)
			while (dpll_pins[p].got && dpll_pins[p].n_refs[d]) {
				command(K_PIN, "pin %u unreg %u %u", p, d,
					dpll_pins[p].ref[d][0].r);
				make_call(f);
			}
	for (p = 0; p < N_PINS; p++)
		if (dpll_pins[p].got) {
			command(K_PIN, "pin %u put", p);
			make_call(f);
		}
	for (d = 0; d < N_DEVS; d++) {
		for (r = 0; dpll_devs[d].got && dpll_devs[d].n_regs; r++) {
			command(K_DEV, "dev %u unreg %u", d, dpll_devs[d].reg[0]);
			make_call(f);
		}
		if (dpll_devs[d].got) {
			command(K_DEV, "dev %u put", d);
			make_call(f);
		}
	}
}

static void dpll_settled(struct fuzz *f)
{
	if (f->race) {
		dpll_race_settled(f);
		return;
	}
	if (!dpll_may)
		allow_net_admin(true);
	drain_all(true);
	command(K_SUM, "%s", "");
	make_call(f);
	take_down(f);
}

static void dpll_teardown(struct fuzz *f)
{
	unsigned int i;

	(void)f;
	if (!dpll_may)
		allow_net_admin(true);
	for (i = 0; i < N_SOCKETS && !f->race; i++) {
		dpll_expect_clear(&dpll_socks[i]);
		close(dpll_socks[i].fd);
	}
	close(hand_fd);
}

const struct fuzz_target dpll_target = {
	.name = "dpll",
	.help = "the netlink family of DPLLs",
	.kinds = dpll_kinds,
	.n_kinds = N_KINDS,
	.setup = dpll_setup,
	.step = dpll_step,
	.replay = dpll_replay,
	.n_racers = N_DPLL_RACERS,
	.race = dpll_race,
	.settled = dpll_settled,
	.teardown = dpll_teardown,
};
