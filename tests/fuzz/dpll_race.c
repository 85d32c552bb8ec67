// SPDX-License-Identifier: GPL-2.0
/*
 * Target dpll: threads that disturb. What comes back is not predicted beyond this: an errno
 * is one that some state allows, a message is well formed; no change is told of an object
 * that was told to go; as many objects are told to come as to go; and no callback is called
 * without a registration.
 *
 *	racer 0, 1	drivers: make devices and pins, change and report them, take them back
 *	racer 2		another user: requests, dumps that it reads in part, closed sockets
 *	racer 3		listeners that come and go, and readers of debugfs
 */
#include <dirent.h>

#include "dpll.h"

#define MS    1000000L
#define TABLE 65536

static struct fuzz *run;
static struct nl *user;	    /* the main thread's */
static struct nl *listener; /* for the whole run */

static void pause_us(struct fuzz_rng *rng, unsigned int most)
{
	struct timespec ts = { .tv_nsec = (1 + fuzz_below(rng, most)) * 1000L };

	nanosleep(&ts, NULL);
}

/* any errno that the interface or the driver knows */
static bool is_known(long err)
{
	static const int errors[] = { 0, EINVAL, ERANGE, EOPNOTSUPP, ENODEV, EBUSY, EIO, ENODATA };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(errors); i++)
		if (err == -errors[i])
			return true;
	return false;
}

/* ---- drivers ----------------------------------------------------------------------- */

static __thread int driver_fd;
static __thread struct fuzz_rng *dice;

/* a command of the driver's that must be carried out; returns what it said */
__attribute__((format(printf, 1, 2))) static long long drive(const char *what, ...)
{
	char text[128];
	va_list args;
	long err;

	va_start(args, what);
	vsnprintf(text, sizeof(text), what, args);
	va_end(args);
	err = call(write(driver_fd, text, strlen(text)));
	if (err < 0)
		fuzz_wrong(run, "racing driver: %s: %s", text, err_name(err));
	err = call(pread(driver_fd, text, sizeof(text) - 1, 0));
	text[err < 0 ? 0 : err] = 0;
	return atoll(text);
}

/* slots from and to of one driver: it alone touches them */
struct share {
	unsigned int dev, devs, pin, pins;
};

static const struct share shares[2] = { { 0, 2, 0, 4 }, { 2, 1, 4, 4 } };

static unsigned int pick(unsigned int from, unsigned int n)
{
	return from + fuzz_below(dice, n);
}

static void make_objects(const struct share *s)
{
	unsigned int d, p;

	for (d = s->dev; d < s->dev + s->devs; d++) {
		drive("dev %u get %llu %u", d, CLOCK, d);
		drive("dev %u reg 0 %u", d, 1 + fuzz_below(dice, 2));
		__atomic_store_n(&dpll_devs[d].id, drive("dev %u id", d), __ATOMIC_RELAXED);
	}
	for (p = s->pin; p < s->pin + s->pins; p++) {
		drive("pin %u prop clear", p);
		drive("pin %u prop type %u", p, p == s->pin ? DPLL_PIN_TYPE_MUX : 2);
		drive("pin %u prop caps 7", p);
		drive("pin %u prop ranges %u", p, fuzz_one_in(dice, 8) ? 200 : 3);
		drive("pin %u prop max 1000", p);
		drive("pin %u prop board PIN%u", p, p);
		drive("pin %u get %llu %u", p, CLOCK, p);
		/* the second one hangs on the first alone */
		for (d = s->dev; d < s->dev + s->devs; d++)
			if (p != s->pin + 1)
				drive("pin %u reg %u 0", p, d);
		if (p == s->pin + 1)
			drive("pin %u on %u 0", p, s->pin);
		__atomic_store_n(&dpll_pins[p].id, drive("pin %u id", p), __ATOMIC_RELAXED);
	}
	drive("pin %u pair %u", s->pin + 2, s->pin + 3);
}

static void change_objects(const struct share *s)
{
	static const char *const places[] = { "task", "spin", "irq", "bh", "rcu" };
	static const int errors[] = { 0, 0, -EIO, -EBUSY };
	unsigned int d = pick(s->dev, s->devs), p = pick(s->pin, s->pins);
	unsigned int dev_op = fuzz_below(dice, OP_MODE_SUPPORTED);
	unsigned int pin_op = N_DEV_OPS + fuzz_below(dice, N_OPS - N_DEV_OPS);

	switch (fuzz_below(dice, 12)) {
	case 0:
		drive("dev %u set lock %u", d, 1 + fuzz_below(dice, 4));
		break;
	case 1:
		drive("dev %u set mode %u", d, 1 + fuzz_below(dice, 2));
		break;
	case 2:
		drive("dev %u fail %s %d", d, dpll_op_names[dev_op], FUZZ_PICK(dice, errors));
		break;
	case 3:
		drive("pin %u fail %s %d", p, dpll_op_names[pin_op], FUZZ_PICK(dice, errors));
		break;
	case 4:
		drive("pin %u seton %u fail %d", p, d, FUZZ_PICK(dice, errors));
		break;
	case 5:
		drive("pin %u seton %u state %u", p, d, 1 + fuzz_below(dice, 3));
		break;
	case 6:
		drive("dev %u slow %s %u", d, dpll_op_names[dev_op], fuzz_one_in(dice, 16));
		break;
	case 7:
		drive("pin %u tell %s %u", p, dpll_op_names[pin_op], fuzz_below(dice, 3));
		break;
	case 8:
		/* another registrant comes, and goes again */
		drive("dev %u reg 1 1", d);
		pause_us(dice, 300);
		drive("dev %u unreg 1", d);
		break;
	case 9:
		drive("dev %u ntf %u %s", d, fuzz_below(dice, 6), FUZZ_PICK(dice, places));
		break;
	default:
		drive("pin %u ntf %u %s", p, fuzz_below(dice, 6), FUZZ_PICK(dice, places));
		break;
	}
}

/* callbacks end with the registrations: what they report of is let go of after that */
static void take_back_objects(const struct share *s)
{
	unsigned int d, p, last = s->pin + s->pins;

	if (fuzz_one_in(dice, 2))
		drive("pin %u off %u 0", s->pin + 1, s->pin);
	else
		last = 0;
	for (p = s->pin; p < s->pin + s->pins; p++)
		for (d = s->dev; d < s->dev + s->devs && p != s->pin + 1; d++)
			drive("pin %u unreg %u 0", p, d);
	if (!last)
		drive("pin %u off %u 0", s->pin + 1, s->pin);
	for (d = s->dev; d < s->dev + s->devs; d++)
		drive("dev %u unreg 0", d);
	for (p = s->pin; p < s->pin + s->pins; p++)
		drive("pin %u put", p);
	for (d = s->dev; d < s->dev + s->devs; d++)
		drive("dev %u put", d);
}

static void driver(struct fuzz_rng *rng, const struct share *s)
{
	unsigned int n = fuzz_below(rng, 60);

	dice = rng;
	if (!driver_fd)
		driver_fd = open_node("/dev/dpll_hand", O_RDWR);
	make_objects(s);
	while (n--) {
		change_objects(s);
		pause_us(rng, 3000);
	}
	take_back_objects(s);
}

/* ---- another user --------------------------------------------------------------------- */

static void another_user(struct fuzz_rng *rng)
{
	static __thread struct nl *mine;
	static __thread char bytes[4096], room[32768];
	unsigned int kind, n = fuzz_below(rng, 4);
	struct nlmsghdr *nl = (struct nlmsghdr *)bytes;
	size_t len;

	if (!mine) {
		mine = nl_open();
	} else if (fuzz_one_in(rng, 16)) {
		nl_close(mine);
		mine = nl_open();
	}
	len = dpll_make_request(rng, bytes, sizeof(bytes), &kind);
	nl->nlmsg_seq = ++mine->seq;
	send(mnl_socket_get_fd(mine->socket), bytes, len, 0);
	/* some of what comes, or all of it */
	for (; n || fuzz_one_in(rng, 2); n -= !!n)
		if (recv(mnl_socket_get_fd(mine->socket), room, sizeof(room), MSG_DONTWAIT) < 0)
			break;
	/* the calls that are judged shall be most of what runs */
	pause_us(rng, 3000);
}

/* ---- listeners and readers ---------------------------------------------------------------- */

static void read_debugfs(struct fuzz_rng *rng)
{
	static const char *const names[] = { "stats", "lock_history", "poll_ms" };
	static __thread char text[32768];
	struct dirent *entry;
	char path[320];
	DIR *dir;

	slurp(DEBUGFS "pins", text, sizeof(text));
	dir = opendir(DEBUGFS);
	while (dir && (entry = readdir(dir))) {
		if (*entry->d_name < '0' || *entry->d_name > '9')
			continue;
		snprintf(path, sizeof(path), DEBUGFS "%s/%s", entry->d_name, FUZZ_PICK(rng, names));
		slurp(path, text, sizeof(text));
		snprintf(path, sizeof(path), DEBUGFS "%s/poll_ms", entry->d_name);
		if (fuzz_one_in(rng, 4))
			spill(path, fuzz_one_in(rng, 2) ? "1" : "0");
	}
	if (dir)
		closedir(dir);
}

static void another_listener(struct fuzz_rng *rng)
{
	struct nl *s = nl_listen();
	char room[16384];
	unsigned int n;

	for (n = fuzz_below(rng, 20); n; n--) {
		recv(mnl_socket_get_fd(s->socket), room, sizeof(room), MSG_DONTWAIT);
		pause_us(rng, 300);
	}
	nl_close(s);
	read_debugfs(rng);
	pause_us(rng, 10000);
}

void dpll_race(struct fuzz *fuzz, struct fuzz_rng *rng, unsigned int racer)
{
	(void)fuzz;
	if (racer < 2)
		driver(rng, &shares[racer]);
	else if (racer == 2)
		another_user(rng);
	else
		another_listener(rng);
}

/* ---- what is told ---------------------------------------------------------------------------- */

/* of one object: how often it was told to come, less how often to go */
struct balance {
	uint32_t id;
	int here;
	bool has_gone;
};

static struct balance balances[2][TABLE];
static unsigned long told[DPLL_CMD_MAX + 1], lost;

static void check_told(const struct nlmsghdr *nl)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nl);
	bool pins = is_about_pins(genl->cmd);
	uint32_t id = number_of(nl, pins ? DPLL_A_PIN_ID : DPLL_A_ID);
	struct balance *b = &balances[pins][id % TABLE];

	if (strchr(message_text(nl), '!'))
		fuzz_wrong(run, "a notification is not well formed: %s", message_text(nl));
	if (b->id != id)
		*b = (struct balance){ .id = id };
	told[genl->cmd]++;
	switch (genl->cmd) {
	case DPLL_CMD_DEVICE_CREATE_NTF:
	case DPLL_CMD_PIN_CREATE_NTF:
		b->here++;
		break;
	case DPLL_CMD_DEVICE_DELETE_NTF:
	case DPLL_CMD_PIN_DELETE_NTF:
		b->here--;
		b->has_gone = !b->here;
		if (b->here < 0 && !lost)
			fuzz_wrong(run, "an object goes that has not come: %s", message_text(nl));
		break;
	default:
		if (b->has_gone && b->here <= 0 && !lost)
			fuzz_wrong(run, "a change is told of what has gone: %s", message_text(nl));
		break;
	}
}

/* drivers may tell faster than this listens: no more at a time */
static void listen_on(unsigned int most)
{
	long got;

	while (most-- && (got = hear_one(listener, 0)))
		if (got < 0)
			lost++;
		else
			check_told(&listener->answer.nl);
}

/* ---- the main thread ----------------------------------------------------------------------------
 */

static void check_answer(const struct nlmsghdr *nl, void *arg)
{
	(void)arg;
	if (nl->nlmsg_type == user->family && strchr(message_text(nl), '!'))
		fuzz_wrong(run, "an answer is not well formed: %s", message_text(nl));
}

static void describe(char *to, size_t size)
{
	snprintf(to, size, "of a race: the threads decide");
}

bool dpll_race_setup(struct fuzz *fuzz)
{
	int room = 64 << 20, fd;

	run = fuzz;
	fuzz_describe_with(describe);
	hand_open();
	memset(balances, 0, sizeof(balances));
	memset(told, 0, sizeof(told));
	lost = 0;
	user = nl_open();
	listener = nl_listen();
	fd = mnl_socket_get_fd(listener->socket);
	return !setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
}

void dpll_race_step(struct fuzz *fuzz)
{
	static char bytes[4096] __attribute__((aligned(8)));
	struct nlmsghdr *nl = (struct nlmsghdr *)bytes;
	unsigned int kind;
	size_t len;
	long err;

	fuzz_begin(fuzz, NULL);
	len = dpll_make_request(&fuzz->rng, bytes, sizeof(bytes), &kind);
	/* one that the kernel answers: not a dump by half, nor none at all */
	nl->nlmsg_flags |= NLM_F_REQUEST;
	if ((nl->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		nl->nlmsg_flags |= NLM_F_ACK;
	(void)len;
	err = transact(user, nl, check_answer, NULL);
	if (!is_known(err))
		fuzz_wrong(fuzz, "%s: %s", dpll_kinds[kind], err_name(err));
	listen_on(16);
	fuzz_end(fuzz, kind, kind, 0);
}

void dpll_race_settled(struct fuzz *fuzz)
{
	unsigned int i;

	/* what was put off is sent before its object goes: all is there */
	listen_on(~0u);
	lost += drops_of(listener);
	if (!lost && (told[DPLL_CMD_DEVICE_CREATE_NTF] != told[DPLL_CMD_DEVICE_DELETE_NTF] ||
		      told[DPLL_CMD_PIN_CREATE_NTF] != told[DPLL_CMD_PIN_DELETE_NTF]))
		fuzz_wrong(fuzz, "%lu devices and %lu pins came, %lu and %lu went",
			   told[DPLL_CMD_DEVICE_CREATE_NTF], told[DPLL_CMD_PIN_CREATE_NTF],
			   told[DPLL_CMD_DEVICE_DELETE_NTF], told[DPLL_CMD_PIN_DELETE_NTF]);
	if (!told[DPLL_CMD_DEVICE_CHANGE_NTF] || !told[DPLL_CMD_PIN_CHANGE_NTF])
		fuzz_wrong(fuzz, "nothing was told to have changed");
	for (i = 0; i < TABLE && !lost; i++)
		if (balances[0][i].here || balances[1][i].here)
			fuzz_wrong(fuzz, "object %u or %u was not told to go", balances[0][i].id,
				   balances[1][i].id);
	if (hand_number("orphans"))
		fuzz_wrong(fuzz, "a callback was called without a registration");
	nl_close(user);
	nl_close(listener);
	close(hand_fd);
}
