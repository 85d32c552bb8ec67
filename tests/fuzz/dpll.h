/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Target dpll: what its parts share.
 *
 *	dpll.c		makes calls up, makes them, reads and writes them as text, and
 *			compares what sockets receive with what the model expects
 *	dpll_model.c	the rules: what each request answers, what listeners receive, what a
 *			driver's registration changes
 *	dpll_race.c	the threads that disturb
 *
 * The driver is tests/modules/dpll_hand.c. Its devices and pins have slots; the model has
 * the same ones. Numbers by which users call them differ from run to run, so requests are
 * written down with slots (d0, p3) in their place.
 */
#ifndef FUZZ_DPLL_H
#define FUZZ_DPLL_H

#include "../prog/dpll_test.h"
#include "fuzz.h"

#define N_DEVS	   3
#define N_PINS	   8
#define N_REGS	   2
#define N_SOCKETS  4
#define LINKS_MAX  16
#define MAX_QUEUE  512
#define MAX_RANGES 300
#define RECV_ROOM  20480 /* of each buffer: dumps take several */
#define MSG_ROOM   (96 << 10)

/* ---- the driver, as dpll_hand names things ---------------------------------- */

enum op {
	OP_MODE_GET,
	OP_LOCK_STATUS_GET,
	OP_MODES_GET,
	OP_MODE_SET,
	OP_TEMP_GET,
	OP_QUALITY_GET,
	OP_MONITOR_SET,
	OP_MONITOR_GET,
	OP_FACTOR_SET,
	OP_FACTOR_GET,
	OP_MODE_SUPPORTED,
	N_DEV_OPS,

	OP_FREQUENCY_SET = N_DEV_OPS,
	OP_FREQUENCY_GET,
	OP_DIRECTION_SET,
	OP_DIRECTION_GET,
	OP_ON_PIN_GET,
	OP_STATE_GET,
	OP_ON_PIN_SET,
	OP_STATE_SET,
	OP_PRIO_GET,
	OP_PRIO_SET,
	OP_OFFSET_GET,
	OP_ADJUST_GET,
	OP_ADJUST_SET,
	OP_FFO_GET,
	OP_ESYNC_SET,
	OP_ESYNC_GET,
	OP_REF_SET,
	OP_REF_GET,
	N_OPS,
};

enum {
	DEV_MODE,
	DEV_LOCK,
	DEV_ERROR,
	DEV_TEMP,
	DEV_QUALITY,
	DEV_MONITOR,
	DEV_FACTOR,
	DEV_MODES,
	DEV_VALUES
};
enum { PIN_FREQUENCY, PIN_ADJUST, PIN_FFO, PIN_ESYNC, PIN_PULSE, PIN_RANGES, PIN_REF, PIN_VALUES };
enum { ON_STATE, ON_PRIO, ON_DIRECTION, ON_OFFSET, ON_FAIL, ON_VALUES };

extern const char *const dpll_op_names[N_OPS];
extern const char *const dpll_dev_values[DEV_VALUES];
extern const char *const dpll_pin_values[PIN_VALUES];
extern const char *const dpll_on_values[ON_VALUES];

/* ---- the model ------------------------------------------------------------- */

/**
 * struct dev - a device's slot
 * @got: there is an object
 * @id: its number, or one that never was
 * @known: @id is known, since it was registered once
 * @clock: which of the two clock ids
 * @type: as first registered
 * @reg: registrants in the order of their coming, @n_regs
 * @value: what callbacks answer
 * @err: what they return
 * @without: callbacks that registrants to come lack
 * @lacks: that each has lacked since it came
 * @sent: notifications, counted as the module does
 * @failed: likewise
 */
struct dev {
	bool got, known;
	uint32_t id;
	unsigned int clock;
	int type;
	unsigned int reg[N_REGS], n_regs;
	int64_t value[DEV_VALUES];
	int err[N_OPS];
	bool without[N_OPS], lacks[N_REGS][N_OPS];
	long long sent, failed;
};

struct props {
	int type, caps, min, max;
	unsigned int gran, ranges;
	char label[3][32];
	bool foreign;
};

/* a registration of a pin on a device: by a registrant, directly or through a parent */
struct pin_reg {
	unsigned int r;
	int parent; /* -1: directly */
};

struct link {
	unsigned int pin, r;
};

/**
 * struct pin - a pin's slot
 * @next: properties of the one to be made
 * @prop: of this one
 * @on: values on each device
 * @on_pin: states on each parent
 * @ref: registrations on each device, in their order
 * @n_refs: how many of them
 * @parents: links in the order of their making, @n_parents
 * @children: likewise
 * @pairs: pins that it may be bound to, a bit each
 */
struct pin {
	bool got, known;
	uint32_t id;
	unsigned int clock;
	struct props next, prop;
	int64_t value[PIN_VALUES], on[N_DEVS][ON_VALUES];
	uint8_t on_pin[N_PINS];
	int err[N_OPS];
	bool without[N_OPS], lacks[N_REGS][N_OPS];
	struct pin_reg ref[N_DEVS][LINKS_MAX];
	unsigned int n_refs[N_DEVS];
	struct link parents[LINKS_MAX], children[LINKS_MAX];
	unsigned int n_parents, n_children;
	unsigned int pairs;
	long long sent, failed;
};

extern struct dev dpll_devs[N_DEVS];
extern struct pin dpll_pins[N_PINS];

/* what the kernel says with an acknowledgement; off, miss: -1 if not said */
struct ack {
	int err;
	char told[96];
	int off, miss;
	bool has_policy;
};

enum expected { EXPECT_MESSAGE, EXPECT_ACK, EXPECT_DUMP };

/**
 * struct expect - a buffer that a socket is to receive
 * @what: kind
 * @ack: EXPECT_ACK
 * @bytes: the message; the request of an ack; the objects that a dump has left, each a
 *	struct dumped
 * @len: of them
 * @generation: EXPECT_DUMP: of the set of objects
 */
struct expect {
	enum expected what;
	struct ack ack;
	char *bytes;
	size_t len;
	unsigned int generation;
};

struct dumped {
	uint32_t id, len;
};

/**
 * struct sock - a socket and what it is to receive
 * @fd: -1: none
 * @port: its address
 * @seq: of the latest request
 * @tells: NETLINK_EXT_ACK
 * @caps: NETLINK_CAP_ACK
 * @joined: the group
 * @may: opened with CAP_NET_ADMIN
 * @held: not read until told so
 * @queue: expected, from @head on to @tail
 * @dump_cmd: of the dump that it has under way, 0: none
 * @dump_seq: its sequence number
 * @dump_next: number from which on objects are left
 * @dump_before: generation that the part before had, 0: first part
 */
struct sock {
	int fd;
	uint32_t port, seq;
	bool tells, caps, joined, may, held;
	struct expect queue[MAX_QUEUE];
	unsigned int head, tail;
	int dump_cmd;
	uint32_t dump_seq;
	uint64_t dump_next;
	unsigned int dump_before;
};

extern struct sock dpll_socks[N_SOCKETS];
extern unsigned int dpll_family; /* number of the family */
extern bool dpll_may;		 /* the thread has CAP_NET_ADMIN */

uint32_t dpll_learn_id(const char *what, unsigned int slot);
void dpll_model_new(void);
long long dpll_chain_calls(void);
bool dpll_sound(char *const *word, unsigned int n);
long dpll_judge_hand(char *const *word);
/* the result of each message, up to max; how many there are */
unsigned int dpll_judge(struct sock *s, const char *request, size_t len, long *result,
			unsigned int max);
void dpll_expect_clear(struct sock *s);
void dpll_dump_part(struct sock *s);

/* ---- races ----------------------------------------------------------------- */

#define N_DPLL_RACERS 4
bool dpll_race_setup(struct fuzz *fuzz);
void dpll_race_step(struct fuzz *fuzz);
void dpll_race(struct fuzz *fuzz, struct fuzz_rng *rng, unsigned int racer);
void dpll_race_settled(struct fuzz *fuzz);
size_t dpll_make_request(struct fuzz_rng *rng, char *to, size_t room, unsigned int *kind);

enum dpll_kind {
	K_DEVICE_ID_GET,
	K_DEVICE_GET,
	K_DEVICE_SET,
	K_PIN_ID_GET,
	K_PIN_GET,
	K_PIN_SET,
	K_DEVICE_DUMP,
	K_PIN_DUMP,
	K_ODD,
	K_DEV,
	K_PIN,
	K_RECV,
	K_JOIN,
	K_LEAVE,
	K_SOCKET,
	K_CAP,
	K_SUM,
	N_KINDS,
};

extern const char *const dpll_kinds[N_KINDS];

#endif /* FUZZ_DPLL_H */
