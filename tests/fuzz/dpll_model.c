// SPDX-License-Identifier: GPL-2.0
/*
 * Target dpll: the model. From the bytes of a request and what the driver was told it
 * predicts the answer, the acknowledgement with its text and offset, what listeners
 * receive, and the parts of a dump.
 */
#include "dpll.h"

#define CLOCK_ID(which) (CLOCK + (which))

/* commands of dpll_hand by their words; the numbers are those of enum op */
const char *const dpll_op_names[N_OPS] = {
	"mode_get",
	"lock_status_get",
	"supported_modes_get",
	"mode_set",
	"temp_get",
	"clock_quality_level_get",
	"phase_offset_monitor_set",
	"phase_offset_monitor_get",
	"phase_offset_avg_factor_set",
	"phase_offset_avg_factor_get",
	"mode_supported",
	"frequency_set",
	"frequency_get",
	"direction_set",
	"direction_get",
	"state_on_pin_get",
	"state_on_dpll_get",
	"state_on_pin_set",
	"state_on_dpll_set",
	"prio_get",
	"prio_set",
	"phase_offset_get",
	"phase_adjust_get",
	"phase_adjust_set",
	"ffo_get",
	"esync_set",
	"esync_get",
	"ref_sync_set",
	"ref_sync_get",
};

const char *const dpll_dev_values[DEV_VALUES] = {
	"mode", "lock", "error", "temp", "quality", "monitor", "factor", "modes",
};

const char *const dpll_pin_values[PIN_VALUES] = {
	"frequency", "adjust", "ffo", "esync", "pulse", "ranges", "ref",
};

const char *const dpll_on_values[ON_VALUES] = { "state", "prio", "direction", "offset", "fail" };

struct dev dpll_devs[N_DEVS];
struct pin dpll_pins[N_PINS];
struct sock dpll_socks[N_SOCKETS];
unsigned int dpll_family;
bool dpll_may;

static unsigned int generation; /* of what dumps show */
static long long chain_calls;
static struct ack said; /* with the present request */

static void say(const char *text)
{
	snprintf(said.told, sizeof(said.told), "%s", text);
}

/* ---- lookups ----------------------------------------------------------------- */

static bool visible(unsigned int d)
{
	return dpll_devs[d].n_regs;
}

static bool dev_has(unsigned int d, enum op op)
{
	return !dpll_devs[d].lacks[dpll_devs[d].reg[0]][op];
}

/* devices in the order of their numbers: as dumps and a pin's message have them */
static unsigned int by_id(bool pins, unsigned int *order)
{
	unsigned int n = 0, i, k, slot, max = pins ? N_PINS : N_DEVS;

	for (slot = 0; slot < max; slot++) {
		uint32_t id = pins ? dpll_pins[slot].id : dpll_devs[slot].id;

		if (pins ? !dpll_pins[slot].got : !dpll_devs[slot].got)
			continue;
		for (i = 0; i < n; i++)
			if ((pins ? dpll_pins[order[i]].id : dpll_devs[order[i]].id) > id)
				break;
		for (k = n++; k > i; k--)
			order[k] = order[k - 1];
		order[i] = slot;
	}
	return n;
}

/* the devices that a pin is on, by number; those that users see, or all */
static unsigned int devices_of(const struct pin *p, unsigned int *order, bool all)
{
	unsigned int of_all[N_DEVS], n = by_id(false, of_all), i, kept = 0;

	for (i = 0; i < n; i++)
		if (p->n_refs[of_all[i]] && (all || visible(of_all[i])))
			order[kept++] = of_all[i];
	return kept;
}

static bool is_somewhere(const struct pin *p)
{
	unsigned int order[N_DEVS];

	return devices_of(p, order, true);
}

static bool is_seen(const struct pin *p)
{
	unsigned int order[N_DEVS];

	return devices_of(p, order, false);
}

static bool pin_has(const struct pin *p, unsigned int d, enum op op)
{
	return !p->lacks[p->ref[d][0].r][op];
}

static int dev_by_id(uint32_t id)
{
	int d;

	for (d = 0; d < N_DEVS; d++)
		if (dpll_devs[d].got && dpll_devs[d].id == id && visible(d))
			return d;
	return -1;
}

/* whether users see it or not */
static struct pin *pin_by_id(uint32_t id)
{
	struct pin *p;

	for (p = dpll_pins; p < dpll_pins + N_PINS; p++)
		if (p->got && p->known && p->id == id)
			return p;
	return NULL;
}

static int find_ref(const struct pin *p, unsigned int d, unsigned int r, int parent)
{
	unsigned int i;

	for (i = 0; i < p->n_refs[d]; i++)
		if (p->ref[d][i].r == r && p->ref[d][i].parent == parent)
			return i;
	return -1;
}

static int find_link(const struct link *links, unsigned int n, unsigned int pin, unsigned int r)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (links[i].pin == pin && links[i].r == r)
			return i;
	return -1;
}

static unsigned int number_of_pin(const struct pin *p)
{
	return p - dpll_pins;
}

/* ---- messages ------------------------------------------------------------------ */

static union {
	struct nlmsghdr nl;
	char bytes[MSG_ROOM];
} room;

static struct nlmsghdr *message(int cmd, int flags, uint32_t seq, uint32_t port)
{
	struct nlmsghdr *nl = mnl_nlmsg_put_header(&room);
	struct genlmsghdr *genl;

	nl->nlmsg_type = dpll_family;
	nl->nlmsg_flags = flags;
	nl->nlmsg_seq = seq;
	nl->nlmsg_pid = port;
	genl = mnl_nlmsg_put_extra_header(nl, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = DPLL_FAMILY_VERSION;
	return nl;
}

/* with the zeros after it that libmnl leaves out */
static void put_text(struct nlmsghdr *nl, int type, const char *text)
{
	char padded[64] = "";
	size_t len = strlen(text) + 1, at = nl->nlmsg_len;

	memcpy(padded, text, len);
	mnl_attr_put(nl, type, len, padded);
	memcpy((char *)nl + at + NLA_HDRLEN, padded, NLA_ALIGN(len));
}

/*
 * What a callback does to a message: 0: its attribute follows; 1: it is left out; else the
 * message is none.
 */
static int asked(int err, bool lenient)
{
	return err && lenient ? 1 : err;
}

static int fill_mode(struct nlmsghdr *nl, unsigned int d, bool lenient)
{
	const struct dev *dev = &dpll_devs[d];
	uint64_t modes = dev->value[DEV_MODES];
	int err = asked(dev->err[OP_MODE_GET], lenient), m;

	if (err)
		return err;
	mnl_attr_put_u32(nl, DPLL_A_MODE, dev->value[DEV_MODE]);
	if (dev_has(d, OP_MODES_GET))
		err = asked(dev->err[OP_MODES_GET], lenient);
	else if (!dev_has(d, OP_MODE_SUPPORTED))
		modes = 1ULL << dev->value[DEV_MODE];
	else
		modes &= ~1ULL; /* it is asked mode by mode */
	for (m = 0; m <= DPLL_MODE_MAX && !err; m++)
		if (modes >> m & 1)
			mnl_attr_put_u32(nl, DPLL_A_MODE_SUPPORTED, m);
	return err;
}

/* 0 or an errno, with which the message is none */
static int fill_device(struct nlmsghdr *nl, unsigned int d, bool lenient)
{
	const struct dev *dev = &dpll_devs[d];
	unsigned int level;
	int err;

	if (!visible(d))
		return -ENODEV;
	mnl_attr_put_u32(nl, DPLL_A_ID, dev->id);
	put_text(nl, DPLL_A_MODULE_NAME, "dpll_hand");
	mnl_attr_put_u64(nl, DPLL_A_CLOCK_ID, CLOCK_ID(dev->clock));
	if (dev_has(d, OP_TEMP_GET)) {
		err = asked(dev->err[OP_TEMP_GET], lenient);
		if (!err)
			mnl_attr_put_u32(nl, DPLL_A_TEMP, dev->value[DEV_TEMP]);
		if (err < 0)
			return err;
	}
	err = asked(dev->err[OP_LOCK_STATUS_GET], lenient);
	if (err < 0)
		return err;
	if (!err) {
		uint32_t status = dev->value[DEV_LOCK], error = dev->value[DEV_ERROR];

		mnl_attr_put_u32(nl, DPLL_A_LOCK_STATUS, status);
		if (error &&
		    (status == DPLL_LOCK_STATUS_UNLOCKED || status == DPLL_LOCK_STATUS_HOLDOVER))
			mnl_attr_put_u32(nl, DPLL_A_LOCK_STATUS_ERROR, error);
	}
	if (dev_has(d, OP_QUALITY_GET)) {
		err = asked(dev->err[OP_QUALITY_GET], lenient);
		for (level = 0; level <= DPLL_CLOCK_QUALITY_LEVEL_MAX && !err; level++)
			if (dev->value[DEV_QUALITY] >> level & 1)
				mnl_attr_put_u32(nl, DPLL_A_CLOCK_QUALITY_LEVEL, level);
		if (err < 0)
			return err;
	}
	err = fill_mode(nl, d, lenient);
	if (err < 0)
		return err;
	mnl_attr_put_u32(nl, DPLL_A_TYPE, dev->type);
	if (dev_has(d, OP_MONITOR_GET) && dev_has(d, OP_MONITOR_SET)) {
		err = asked(dev->err[OP_MONITOR_GET], lenient);
		if (!err)
			mnl_attr_put_u32(nl, DPLL_A_PHASE_OFFSET_MONITOR, dev->value[DEV_MONITOR]);
		if (err < 0)
			return err;
	}
	if (dev_has(d, OP_FACTOR_GET)) {
		err = asked(dev->err[OP_FACTOR_GET], lenient);
		if (!err)
			mnl_attr_put_u32(nl, DPLL_A_PHASE_OFFSET_AVG_FACTOR,
					 dev->value[DEV_FACTOR]);
		if (err < 0)
			return err;
	}
	return 0;
}

/* dpll_hand's frequencies: 10 MHz alone first; then 1 to 2 Hz, 3 to 4 Hz and so on */
static uint64_t range_min(unsigned int i)
{
	return i ? 2 * i - 1 : DPLL_PIN_FREQUENCY_10_MHZ;
}

static uint64_t range_max(unsigned int i)
{
	return i ? 2 * i : DPLL_PIN_FREQUENCY_10_MHZ;
}

static bool in_ranges(unsigned int n, uint64_t value)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (value >= range_min(i) && value <= range_max(i))
			return true;
	return false;
}

static void put_ranges(struct nlmsghdr *nl, int attr, unsigned int n)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < n; i++) {
		nest = mnl_attr_nest_start(nl, attr);
		mnl_attr_put_u64(nl, DPLL_A_PIN_FREQUENCY_MIN, range_min(i));
		mnl_attr_put_u64(nl, DPLL_A_PIN_FREQUENCY_MAX, range_max(i));
		mnl_attr_nest_end(nl, nest);
	}
}

static int fill_ref_sync(struct nlmsghdr *nl, const struct pin *p, unsigned int d, bool lenient)
{
	unsigned int order[N_PINS], n = by_id(true, order), i;
	struct nlattr *nest;
	int err;

	for (i = 0; i < n; i++) {
		const struct pin *other = &dpll_pins[order[i]];

		if (!(p->pairs >> order[i] & 1) || !other->n_refs[d])
			continue;
		err = asked(p->err[OP_REF_GET], lenient);
		if (err < 0)
			return err;
		if (err)
			continue;
		nest = mnl_attr_nest_start(nl, DPLL_A_PIN_REFERENCE_SYNC);
		mnl_attr_put_u32(nl, DPLL_A_PIN_ID, other->id);
		mnl_attr_put_u32(nl, DPLL_A_PIN_STATE, p->value[PIN_REF]);
		mnl_attr_nest_end(nl, nest);
	}
	return 0;
}

/* what a pin is by itself, by the driver of the first device */
static int fill_itself(struct nlmsghdr *nl, const struct pin *p, unsigned int d, bool lenient)
{
	static const int labels[3] = { DPLL_A_PIN_BOARD_LABEL, DPLL_A_PIN_PANEL_LABEL,
				       DPLL_A_PIN_PACKAGE_LABEL };
	int i, err;

	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, p->id);
	put_text(nl, DPLL_A_PIN_MODULE_NAME, p->prop.foreign ? "kernel" : "dpll_hand");
	mnl_attr_put_u64(nl, DPLL_A_PIN_CLOCK_ID, CLOCK_ID(p->clock));
	for (i = 0; i < 3; i++)
		if (*p->prop.label[i])
			put_text(nl, labels[i], p->prop.label[i]);
	mnl_attr_put_u32(nl, DPLL_A_PIN_TYPE, p->prop.type);
	mnl_attr_put_u32(nl, DPLL_A_PIN_CAPABILITIES, p->prop.caps);
	if (pin_has(p, d, OP_FREQUENCY_GET)) {
		err = asked(p->err[OP_FREQUENCY_GET], lenient);
		if (err < 0)
			return err;
		if (!err) {
			mnl_attr_put_u64(nl, DPLL_A_PIN_FREQUENCY, p->value[PIN_FREQUENCY]);
			put_ranges(nl, DPLL_A_PIN_FREQUENCY_SUPPORTED, p->prop.ranges);
		}
	}
	if (p->prop.gran)
		mnl_attr_put_u32(nl, DPLL_A_PIN_PHASE_ADJUST_GRAN, p->prop.gran);
	mnl_attr_put_u32(nl, DPLL_A_PIN_PHASE_ADJUST_MIN, p->prop.min);
	mnl_attr_put_u32(nl, DPLL_A_PIN_PHASE_ADJUST_MAX, p->prop.max);
	if (pin_has(p, d, OP_ADJUST_GET)) {
		err = asked(p->err[OP_ADJUST_GET], lenient);
		if (err < 0)
			return err;
		if (!err)
			mnl_attr_put_u32(nl, DPLL_A_PIN_PHASE_ADJUST, p->value[PIN_ADJUST]);
	}
	if (pin_has(p, d, OP_FFO_GET)) {
		int64_t ffo = p->value[PIN_FFO];

		err = p->err[OP_FFO_GET] == -ENODATA ? 1 : asked(p->err[OP_FFO_GET], lenient);
		if (err < 0)
			return err;
		if (!err && ffo == (int32_t)ffo)
			mnl_attr_put_u32(nl, DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET, ffo);
		else if (!err)
			mnl_attr_put_u64(nl, DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET, ffo);
	}
	if (pin_has(p, d, OP_ESYNC_GET)) {
		err = p->err[OP_ESYNC_GET] == -EOPNOTSUPP ? 1
							  : asked(p->err[OP_ESYNC_GET], lenient);
		if (err < 0)
			return err;
		if (!err) {
			mnl_attr_put_u64(nl, DPLL_A_PIN_ESYNC_FREQUENCY, p->value[PIN_ESYNC]);
			mnl_attr_put_u32(nl, DPLL_A_PIN_ESYNC_PULSE, (uint8_t)p->value[PIN_PULSE]);
			put_ranges(nl, DPLL_A_PIN_ESYNC_FREQUENCY_SUPPORTED,
				   (uint8_t)p->value[PIN_RANGES]);
		}
	}
	return fill_ref_sync(nl, p, d, lenient);
}

static int fill_on_device(struct nlmsghdr *nl, const struct pin *p, unsigned int d, bool lenient)
{
	struct nlattr *nest = mnl_attr_nest_start(nl, DPLL_A_PIN_PARENT_DEVICE);
	int err;

	mnl_attr_put_u32(nl, DPLL_A_PIN_PARENT_ID, dpll_devs[d].id);
	err = asked(p->err[OP_STATE_GET], lenient);
	if (err < 0)
		return err;
	if (!err)
		mnl_attr_put_u32(nl, DPLL_A_PIN_STATE, p->on[d][ON_STATE]);
	if (pin_has(p, d, OP_PRIO_GET)) {
		err = asked(p->err[OP_PRIO_GET], lenient);
		if (err < 0)
			return err;
		if (!err)
			mnl_attr_put_u32(nl, DPLL_A_PIN_PRIO, p->on[d][ON_PRIO]);
	}
	err = asked(p->err[OP_DIRECTION_GET], lenient);
	if (err < 0)
		return err;
	if (!err)
		mnl_attr_put_u32(nl, DPLL_A_PIN_DIRECTION, p->on[d][ON_DIRECTION]);
	if (pin_has(p, d, OP_OFFSET_GET)) {
		err = asked(p->err[OP_OFFSET_GET], lenient);
		if (err < 0)
			return err;
		if (!err)
			mnl_attr_put_u64(nl, DPLL_A_PIN_PHASE_OFFSET, p->on[d][ON_OFFSET]);
	}
	mnl_attr_nest_end(nl, nest);
	return 0;
}

/* each parent once, by way of the first device on which the link holds */
static int fill_on_parents(struct nlmsghdr *nl, const struct pin *p, bool lenient)
{
	unsigned int order[N_DEVS], n, i, k;
	struct nlattr *nest;
	int err;

	for (i = 0; i < p->n_parents; i++) {
		const struct link *link = &p->parents[i];

		n = devices_of(&dpll_pins[link->pin], order, true);
		for (k = 0; k < n && find_ref(p, order[k], link->r, link->pin) < 0; k++)
			;
		if (k == n)
			continue;
		err = asked(p->err[OP_ON_PIN_GET], lenient);
		if (err < 0)
			return err;
		nest = mnl_attr_nest_start(nl, DPLL_A_PIN_PARENT_PIN);
		mnl_attr_put_u32(nl, DPLL_A_PIN_PARENT_ID, dpll_pins[link->pin].id);
		if (!err)
			mnl_attr_put_u32(nl, DPLL_A_PIN_STATE, p->on_pin[link->pin]);
		mnl_attr_nest_end(nl, nest);
	}
	return 0;
}

static int fill_pin(struct nlmsghdr *nl, const struct pin *p, bool lenient)
{
	unsigned int order[N_DEVS], n = devices_of(p, order, false), i;
	int err;

	if (!n)
		return -ENODEV;
	err = fill_itself(nl, p, order[0], lenient);
	if (!err && p->n_parents)
		return fill_on_parents(nl, p, lenient);
	for (i = 0; i < n && !err; i++)
		err = fill_on_device(nl, p, order[i], lenient);
	return err;
}

/* ---- what sockets are to receive ------------------------------------------------- */

static struct expect *expect_new(struct sock *s, enum expected what, const void *bytes, size_t len)
{
	struct expect *e = &s->queue[s->tail % MAX_QUEUE];

	if (s->tail - s->head >= MAX_QUEUE)
		die("fuzz: a queue of the model's is full");
	s->tail++;
	*e = (struct expect){ .what = what, .bytes = malloc(len ?: 1), .len = len };
	memcpy(e->bytes, bytes, len);
	return e;
}

void dpll_expect_clear(struct sock *s)
{
	for (; s->head != s->tail; s->head++)
		free(s->queue[s->head % MAX_QUEUE].bytes);
	s->dump_cmd = 0;
}

static bool is_listened(void)
{
	unsigned int i;

	for (i = 0; i < N_SOCKETS; i++)
		if (dpll_socks[i].joined)
			return true;
	return false;
}

/* somebody listens, and whoever does reads at once */
static bool all_listeners_read(void)
{
	unsigned int i;

	for (i = 0; i < N_SOCKETS; i++)
		if (dpll_socks[i].joined && dpll_socks[i].held)
			return false;
	return is_listened();
}

/* a notification, if anybody listens */
static void notify(int cmd, unsigned int slot, bool is_pin)
{
	long long *sent = is_pin ? &dpll_pins[slot].sent : &dpll_devs[slot].sent;
	long long *failed = is_pin ? &dpll_pins[slot].failed : &dpll_devs[slot].failed;
	struct nlmsghdr *nl;
	unsigned int i;

	if (!is_listened())
		return;
	nl = message(cmd, 0, 0, 0);
	if (is_pin ? fill_pin(nl, &dpll_pins[slot], true) : fill_device(nl, slot, true)) {
		++*failed;
		return;
	}
	++*sent;
	for (i = 0; i < N_SOCKETS; i++)
		if (dpll_socks[i].joined)
			expect_new(&dpll_socks[i], EXPECT_MESSAGE, nl, nl->nlmsg_len);
}

static void tell_device(unsigned int d, int cmd)
{
	chain_calls++;
	notify(cmd, d, false);
}

static void tell_pin(struct pin *p, int cmd)
{
	if (!is_somewhere(p))
		return;
	chain_calls++;
	notify(cmd, number_of_pin(p), true);
}

long long dpll_chain_calls(void)
{
	return chain_calls;
}

/*
 * The next part of a dump as the kernel writes it now: what it has left is known only when the
 * part before has been received.
 */
void dpll_dump_part(struct sock *s)
{
	bool pins = s->dump_cmd == DPLL_CMD_PIN_GET;
	unsigned int order[N_PINS], n = by_id(pins, order), i;
	static char all[N_PINS * 24576];
	struct expect *e;
	size_t len = 0;

	for (i = 0; i < n; i++) {
		struct nlmsghdr *nl = message(s->dump_cmd, NLM_F_MULTI, s->dump_seq, s->port);
		struct dumped *head = (struct dumped *)(all + len);

		if (pins ? fill_pin(nl, &dpll_pins[order[i]], true)
			 : fill_device(nl, order[i], true))
			continue;
		head->id = pins ? dpll_pins[order[i]].id : dpll_devs[order[i]].id;
		head->len = nl->nlmsg_len;
		memcpy(head + 1, nl, nl->nlmsg_len);
		len += sizeof(*head) + NLMSG_ALIGN(nl->nlmsg_len);
	}
	e = expect_new(s, EXPECT_DUMP, all, len);
	e->generation = generation;
}

/* ---- comings and goings ------------------------------------------------------------ */

static void attach(unsigned int d, struct pin *p, unsigned int r, int parent);

/* its children follow a parent to a device, if they are not there through this link already */
static void attach_children(unsigned int d, struct pin *parent)
{
	unsigned int i;

	for (i = 0; i < parent->n_children; i++) {
		const struct link *link = &parent->children[i];

		if (find_ref(&dpll_pins[link->pin], d, link->r, number_of_pin(parent)) < 0)
			attach(d, &dpll_pins[link->pin], link->r, number_of_pin(parent));
	}
}

static void attach(unsigned int d, struct pin *p, unsigned int r, int parent)
{
	if (!p->known)
		p->id = dpll_learn_id("pin", number_of_pin(p));
	p->known = true;
	p->ref[d][p->n_refs[d]++] = (struct pin_reg){ .r = r, .parent = parent };
	generation++;
	tell_pin(p, DPLL_CMD_PIN_CREATE_NTF);
	attach_children(d, p);
}

static void detach(unsigned int d, struct pin *p, unsigned int r, int parent)
{
	int at = find_ref(p, d, r, parent);
	unsigned int i;

	if (at < 0)
		return;
	for (i = 0; i < p->n_children && p->n_refs[d] == 1; i++)
		detach(d, &dpll_pins[p->children[i].pin], p->children[i].r, number_of_pin(p));
	tell_pin(p, DPLL_CMD_PIN_DELETE_NTF);
	memmove(&p->ref[d][at], &p->ref[d][at + 1], (--p->n_refs[d] - at) * sizeof(p->ref[d][0]));
	generation++;
}

/* a pair ends when either pin leaves its last device */
static void unpair(struct pin *p)
{
	unsigned int order[N_PINS], n = by_id(true, order), i, bit = 1U << number_of_pin(p);

	if (is_somewhere(p))
		return;
	for (i = 0; i < n; i++)
		if (dpll_pins[order[i]].pairs & bit) {
			dpll_pins[order[i]].pairs &= ~bit;
			tell_pin(&dpll_pins[order[i]], DPLL_CMD_PIN_CHANGE_NTF);
		}
	p->pairs = 0;
}

static void unpair_all(struct pin *p)
{
	unsigned int i;

	unpair(p);
	for (i = 0; i < p->n_children; i++)
		unpair_all(&dpll_pins[p->children[i].pin]);
}

static bool is_ancestor(const struct pin *p, const struct pin *of)
{
	unsigned int i;

	for (i = 0; i < of->n_parents; i++)
		if (is_ancestor(p, &dpll_pins[of->parents[i].pin]))
			return true;
	return p == of;
}

/* a registrant that is nowhere yet gets the callbacks that the slot now has */
static void reg_begins(struct pin *p, unsigned int r)
{
	unsigned int d, i;

	for (d = 0; d < N_DEVS; d++)
		if (find_ref(p, d, r, -1) >= 0)
			return;
	for (i = 0; i < p->n_parents; i++)
		if (p->parents[i].r == r)
			return;
	memcpy(p->lacks[r], p->without, sizeof(p->without));
}

static long put_on_pin(struct pin *parent, struct pin *p, unsigned int r)
{
	unsigned int order[N_DEVS], n, i, number = number_of_pin(parent);

	reg_begins(p, r);
	if (find_link(p->parents, p->n_parents, number, r) >= 0)
		return -EEXIST;
	if (is_ancestor(p, parent))
		return -EINVAL;
	p->parents[p->n_parents++] = (struct link){ .pin = number, .r = r };
	parent->children[parent->n_children++] = (struct link){ .pin = number_of_pin(p), .r = r };
	n = devices_of(parent, order, true);
	for (i = 0; i < n; i++)
		if (find_ref(p, order[i], r, number) < 0)
			attach(order[i], p, r, number);
	return 0;
}

static void drop_link(struct link *links, unsigned int *n, int at)
{
	memmove(&links[at], &links[at + 1], (--*n - at) * sizeof(links[0]));
}

static void take_off_pin(struct pin *parent, struct pin *p, unsigned int r)
{
	unsigned int order[N_DEVS], n = devices_of(parent, order, true), i;
	unsigned int number = number_of_pin(parent);

	for (i = 0; i < n; i++)
		detach(order[i], p, r, number);
	drop_link(parent->children, &parent->n_children,
		  find_link(parent->children, parent->n_children, number_of_pin(p), r));
	drop_link(p->parents, &p->n_parents, find_link(p->parents, p->n_parents, number, r));
	unpair_all(p);
}

/* ---- the driver ------------------------------------------------------------------------ */

static int which(const char *const *names, int n, const char *name)
{
	int i;

	for (i = 0; name && i < n; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static unsigned int numeral(const char *word)
{
	return word ? strtoul(word, NULL, 0) : ~0u;
}

static bool is(const char *word, const char *text)
{
	return !strcmp(word, text);
}

static bool has_reg(const struct dev *dev, unsigned int r)
{
	unsigned int i;

	for (i = 0; i < dev->n_regs; i++)
		if (dev->reg[i] == r)
			return true;
	return false;
}

static void dev_fresh(struct dev *dev, unsigned int clock)
{
	*dev = (struct dev){ .id = 4000000000U + (dev - dpll_devs), .got = true, .clock = clock };
	dev->value[DEV_MODE] = DPLL_MODE_AUTOMATIC;
	dev->value[DEV_LOCK] = DPLL_LOCK_STATUS_LOCKED;
	dev->value[DEV_TEMP] = 40000;
	dev->value[DEV_MODES] = 1 << DPLL_MODE_MANUAL | 1 << DPLL_MODE_AUTOMATIC;
}

static void pin_fresh(struct pin *p, unsigned int clock)
{
	struct props next = p->next;
	bool without[N_OPS];
	int i;

	memcpy(without, p->without, sizeof(without));
	*p = (struct pin){ .id = 4000000000U + (p - dpll_pins),
			   .got = true,
			   .clock = clock,
			   .next = next,
			   .prop = next };
	memcpy(p->without, without, sizeof(without));
	p->value[PIN_FREQUENCY] = DPLL_PIN_FREQUENCY_10_MHZ;
	p->value[PIN_REF] = DPLL_PIN_STATE_DISCONNECTED;
	for (i = 0; i < N_DEVS; i++) {
		p->on[i][ON_STATE] = DPLL_PIN_STATE_SELECTABLE;
		p->on[i][ON_DIRECTION] = DPLL_PIN_DIRECTION_INPUT;
	}
	memset(p->on_pin, DPLL_PIN_STATE_DISCONNECTED, sizeof(p->on_pin));
}

/* notifications of the driver's: n of them, from a place where it may sleep or may not */
static long shots(unsigned int n, const char *where, bool is_pin, unsigned int slot)
{
	struct pin *p = &dpll_pins[slot];
	bool later = !is(where, "task"), there = is_pin ? is_seen(p) : visible(slot);
	int cmd = is_pin ? DPLL_CMD_PIN_CHANGE_NTF : DPLL_CMD_DEVICE_CHANGE_NTF;
	unsigned int i;

	/* a pin on devices that users do not see: with a listener it is found out */
	if (!there && is_pin && is_somewhere(p) && !is_listened()) {
		chain_calls += n;
		return 0;
	}
	for (i = 0; i < n; i++) {
		if (there)
			chain_calls++;
		if (there || (is_pin && is_somewhere(p)))
			notify(cmd, slot, is_pin);
	}
	return !there && !later && n ? -ENODEV : 0;
}

static bool dev_is_used(unsigned int d)
{
	unsigned int i;

	for (i = 0; i < N_PINS; i++)
		if (dpll_pins[i].got && dpll_pins[i].n_refs[d])
			return true;
	return false;
}

static bool place_is_sound(char *const *word, bool there)
{
	static const char *const places[] = { "task", "spin", "irq", "bh", "rcu" };
	int place = which(places, 5, word[4]);

	/* what is put off is waited for: each listener receives it at a time of its own */
	return numeral(word[3]) <= 8 && place >= 0 && (!place || (there && all_listeners_read()));
}

/* required callbacks cannot be left out: the module would complain */
static bool may_lack(int op)
{
	return op >= 0 && op != OP_MODE_GET && op != OP_LOCK_STATUS_GET && op != OP_STATE_GET &&
	       op != OP_DIRECTION_GET && op != OP_ON_PIN_GET && op != OP_REF_GET;
}

static bool dev_is_sound(char *const *word, unsigned int n)
{
	unsigned int d = numeral(word[1]), r = numeral(word[3]);
	const struct dev *dev = &dpll_devs[d];
	int op;

	if (d >= N_DEVS)
		return false;
	if (is(word[2], "get"))
		return n == 5 && !dev->got && numeral(word[4]) == d;
	if (!dev->got)
		return false;
	if (is(word[2], "put"))
		return n == 3 && !dev->n_regs && !dev_is_used(d);
	if (is(word[2], "with"))
		return n == 3;
	if (is(word[2], "reg"))
		return n == 5 && r < N_REGS && numeral(word[4]) - 1 < DPLL_TYPE_MAX;
	if (is(word[2], "unreg"))
		return n == 4 && r < N_REGS && has_reg(dev, r);
	if (is(word[2], "ntf"))
		return n == 5 && place_is_sound(word, visible(d));
	if (is(word[2], "set"))
		return n == 5 && which(dpll_dev_values, DEV_VALUES, word[3]) >= 0;
	op = n > 3 ? which(dpll_op_names, N_DEV_OPS, word[3]) : -1;
	if (is(word[2], "fail"))
		return n == 5 && op >= 0 && op != OP_MODE_SUPPORTED;
	return is(word[2], "without") && n == 4 && may_lack(op);
}

static long judge_dev(char *const *word)
{
	unsigned int d = numeral(word[1]), r = numeral(word[3]), i;
	struct dev *dev = &dpll_devs[d];

	if (is(word[2], "get")) {
		dev_fresh(dev, strtoull(word[3], NULL, 0) - CLOCK);
	} else if (is(word[2], "put")) {
		dev->got = dev->known = false;
	} else if (is(word[2], "with")) {
		memset(dev->without, 0, sizeof(dev->without));
	} else if (is(word[2], "without")) {
		dev->without[which(dpll_op_names, N_OPS, word[3])] = true;
	} else if (is(word[2], "fail")) {
		dev->err[which(dpll_op_names, N_OPS, word[3])] = atoi(word[4]);
	} else if (is(word[2], "set")) {
		dev->value[which(dpll_dev_values, DEV_VALUES, word[3])] = strtoll(word[4], NULL, 0);
	} else if (is(word[2], "ntf")) {
		return shots(r, word[4], false, d);
	} else if (is(word[2], "reg")) {
		if (has_reg(dev, r))
			return -EEXIST;
		memcpy(dev->lacks[r], dev->without, sizeof(dev->without));
		dev->reg[dev->n_regs++] = r;
		if (dev->n_regs > 1)
			return 0;
		dev->type = numeral(word[4]);
		if (!dev->known)
			dev->id = dpll_learn_id("dev", d);
		dev->known = true;
		generation++;
		tell_device(d, DPLL_CMD_DEVICE_CREATE_NTF);
	} else {
		if (dev->n_regs == 1)
			tell_device(d, DPLL_CMD_DEVICE_DELETE_NTF);
		for (i = 0; dev->reg[i] != r; i++)
			;
		memmove(&dev->reg[i], &dev->reg[i + 1], (--dev->n_regs - i) * sizeof(dev->reg[0]));
		generation += !dev->n_regs;
	}
	return 0;
}

static bool prop_is_sound(char *const *word, unsigned int n)
{
	unsigned int value = n > 4 ? numeral(word[4]) : 0;

	if (n < 4 || n > 5)
		return false;
	if (is(word[3], "clear"))
		return n == 4;
	if (is(word[3], "board") || is(word[3], "panel") || is(word[3], "package"))
		return n == 5 && strlen(word[4]) < sizeof(dpll_pins[0].prop.label[0]);
	if (is(word[3], "type"))
		return value - 1 < DPLL_PIN_TYPE_MAX;
	if (is(word[3], "ranges"))
		return value && value <= MAX_RANGES;
	return n == 5 && (is(word[3], "caps") || is(word[3], "min") || is(word[3], "max") ||
			  is(word[3], "gran") || is(word[3], "foreign"));
}

static bool pin_is_used(const struct pin *p)
{
	return is_somewhere(p) || p->n_parents || p->n_children;
}

static bool pin_is_sound(char *const *word, unsigned int n)
{
	unsigned int slot = numeral(word[1]), to = n > 3 ? numeral(word[3]) : ~0u;
	unsigned int r = n > 4 ? numeral(word[4]) : ~0u;
	const struct pin *p = &dpll_pins[slot];
	int op;

	if (slot >= N_PINS)
		return false;
	if (is(word[2], "prop"))
		return prop_is_sound(word, n);
	if (is(word[2], "with"))
		return n == 3;
	op = n > 3 ? which(dpll_op_names, N_OPS, word[3]) : -1;
	op = op < N_DEV_OPS ? -1 : op;
	if (is(word[2], "without"))
		return n == 4 && may_lack(op);
	if (is(word[2], "get"))
		return n == 5 && !p->got && p->next.type && r == slot;
	if (!p->got)
		return false;
	if (is(word[2], "put"))
		return n == 3 && !pin_is_used(p);
	if (is(word[2], "reg"))
		return to < N_DEVS && r < N_REGS && dpll_devs[to].got && !p->prop.foreign &&
		       dpll_devs[to].clock == p->clock && p->n_refs[to] < LINKS_MAX;
	if (is(word[2], "unreg"))
		return to < N_DEVS && r < N_REGS && find_ref(p, to, r, -1) >= 0;
	if (is(word[2], "on"))
		return to < N_PINS && r < N_REGS && dpll_pins[to].got &&
		       dpll_pins[to].prop.type == DPLL_PIN_TYPE_MUX;
	if (is(word[2], "off"))
		return to < N_PINS && r < N_REGS && find_link(p->parents, p->n_parents, to, r) >= 0;
	if (is(word[2], "pair"))
		return n == 4 && to < N_PINS && to != slot && dpll_pins[to].got;
	if (is(word[2], "ntf"))
		return n == 5 && place_is_sound(word, is_seen(p));
	if (is(word[2], "set"))
		return n == 5 && which(dpll_pin_values, PIN_VALUES, word[3]) >= 0;
	if (is(word[2], "seton"))
		return n == 6 && to < N_DEVS && which(dpll_on_values, ON_VALUES, word[4]) >= 0;
	if (is(word[2], "seton-pin"))
		return n == 5 && to < N_PINS && r < 256;
	return is(word[2], "fail") && n == 5 && op >= 0;
}

static void judge_prop(struct pin *p, char *const *word)
{
	static const char *const labels[] = { "board", "panel", "package" };
	int label = which(labels, 3, word[3]);

	if (label >= 0)
		snprintf(p->next.label[label], sizeof(p->next.label[0]), "%s", word[4]);
	else if (is(word[3], "clear"))
		p->next = (struct props){ .type = DPLL_PIN_TYPE_EXT };
	else if (is(word[3], "type"))
		p->next.type = atoi(word[4]);
	else if (is(word[3], "caps"))
		p->next.caps = atoi(word[4]);
	else if (is(word[3], "min"))
		p->next.min = atoi(word[4]);
	else if (is(word[3], "max"))
		p->next.max = atoi(word[4]);
	else if (is(word[3], "gran"))
		p->next.gran = numeral(word[4]);
	else if (is(word[3], "ranges"))
		p->next.ranges = numeral(word[4]);
	else
		p->next.foreign = atoi(word[4]);
	if (is(word[3], "clear"))
		memset(p->without, 0, sizeof(p->without));
}

static long judge_pin(char *const *word)
{
	unsigned int to = word[3] ? numeral(word[3]) : 0;
	unsigned int r = word[3] && word[4] ? numeral(word[4]) : 0;
	struct pin *p = &dpll_pins[numeral(word[1])];

	if (is(word[2], "prop")) {
		judge_prop(p, word);
	} else if (is(word[2], "with")) {
		memset(p->without, 0, sizeof(p->without));
	} else if (is(word[2], "without")) {
		p->without[which(dpll_op_names, N_OPS, word[3])] = true;
	} else if (is(word[2], "get")) {
		pin_fresh(p, strtoull(word[3], NULL, 0) - CLOCK);
	} else if (is(word[2], "put")) {
		/* users do not see it, and their partners' are not told */
		for (r = 0; r < N_PINS; r++)
			dpll_pins[r].pairs &= ~(1U << number_of_pin(p));
		p->got = p->known = false;
	} else if (is(word[2], "reg")) {
		reg_begins(p, r);
		if (find_ref(p, to, r, -1) >= 0)
			return -EEXIST;
		attach(to, p, r, -1);
	} else if (is(word[2], "unreg")) {
		detach(to, p, r, -1);
		unpair_all(p);
	} else if (is(word[2], "on")) {
		return put_on_pin(&dpll_pins[to], p, r);
	} else if (is(word[2], "off")) {
		take_off_pin(&dpll_pins[to], p, r);
	} else if (is(word[2], "pair")) {
		if (p->pairs >> to & 1)
			return -EBUSY;
		p->pairs |= 1U << to;
		tell_pin(p, DPLL_CMD_PIN_CHANGE_NTF);
	} else if (is(word[2], "ntf")) {
		return shots(to, word[4], true, number_of_pin(p));
	} else if (is(word[2], "set")) {
		p->value[which(dpll_pin_values, PIN_VALUES, word[3])] = strtoll(word[4], NULL, 0);
	} else if (is(word[2], "seton")) {
		p->on[to][which(dpll_on_values, ON_VALUES, word[4])] = strtoll(word[5], NULL, 0);
	} else if (is(word[2], "seton-pin")) {
		p->on_pin[to] = r;
	} else {
		p->err[which(dpll_op_names, N_OPS, word[3])] = atoi(word[4]);
	}
	return 0;
}

/* would the command be one that a sound driver gives, now? */
bool dpll_sound(char *const *word, unsigned int n)
{
	if (n < 3)
		return false;
	return is(word[0], "dev") ? dev_is_sound(word, n)
				  : is(word[0], "pin") && pin_is_sound(word, n);
}

/* carries out in the model what the driver did, and says what that gave */
long dpll_judge_hand(char *const *word)
{
	return is(word[0], "dev") ? judge_dev(word) : judge_pin(word);
}

/* ---- attributes --------------------------------------------------------------------------- */

enum policy_type { NOT_HERE, P32, P64, PSTRING, PNEST };

struct policy {
	enum policy_type type;
	uint32_t min, max; /* P32: if max is not 0 */
	const struct policy *nest;
	unsigned int n; /* of the nest */
};

#define RANGE(from, to) \
	{ \
		.type = P32, .min = (from), .max = (to) \
	}
#define NESTED(of) \
	{ \
		.type = PNEST, .nest = (of), .n = ARRAY_SIZE(of) \
	}
#define DIRECTIONS RANGE(1, DPLL_PIN_DIRECTION_MAX)
#define STATES	   RANGE(1, DPLL_PIN_STATE_MAX)

static const struct policy parent_device_policy[] = {
	[DPLL_A_PIN_PARENT_ID] = { .type = P32 },    [DPLL_A_PIN_DIRECTION] = DIRECTIONS,
	[DPLL_A_PIN_PRIO] = { .type = P32 },	     [DPLL_A_PIN_STATE] = STATES,
	[DPLL_A_PIN_PHASE_OFFSET] = { .type = P64 },
};

static const struct policy parent_pin_policy[] = {
	[DPLL_A_PIN_PARENT_ID] = { .type = P32 },
	[DPLL_A_PIN_STATE] = STATES,
};

static const struct policy ref_sync_policy[] = {
	[DPLL_A_PIN_ID] = { .type = P32 },
	[DPLL_A_PIN_STATE] = STATES,
};

static const struct policy device_id_get_policy[] = {
	[DPLL_A_MODULE_NAME] = { .type = PSTRING },
	[DPLL_A_CLOCK_ID] = { .type = P64 },
	[DPLL_A_TYPE] = RANGE(1, DPLL_TYPE_MAX),
};

static const struct policy device_get_policy[] = {
	[DPLL_A_ID] = { .type = P32 },
};

static const struct policy device_set_policy[] = {
	[DPLL_A_ID] = { .type = P32 },
	[DPLL_A_MODE] = RANGE(1, DPLL_MODE_MAX),
	[DPLL_A_PHASE_OFFSET_MONITOR] = RANGE(0, DPLL_FEATURE_STATE_ENABLE),
	[DPLL_A_PHASE_OFFSET_AVG_FACTOR] = { .type = P32 },
};

static const struct policy pin_id_get_policy[] = {
	[DPLL_A_PIN_MODULE_NAME] = { .type = PSTRING },
	[DPLL_A_PIN_CLOCK_ID] = { .type = P64 },
	[DPLL_A_PIN_BOARD_LABEL] = { .type = PSTRING },
	[DPLL_A_PIN_PANEL_LABEL] = { .type = PSTRING },
	[DPLL_A_PIN_PACKAGE_LABEL] = { .type = PSTRING },
	[DPLL_A_PIN_TYPE] = RANGE(1, DPLL_PIN_TYPE_MAX),
};

static const struct policy pin_get_policy[] = {
	[DPLL_A_PIN_ID] = { .type = P32 },
};

static const struct policy pin_set_policy[] = {
	[DPLL_A_PIN_ID] = { .type = P32 },
	[DPLL_A_PIN_FREQUENCY] = { .type = P64 },
	[DPLL_A_PIN_DIRECTION] = DIRECTIONS,
	[DPLL_A_PIN_PRIO] = { .type = P32 },
	[DPLL_A_PIN_STATE] = STATES,
	[DPLL_A_PIN_PARENT_DEVICE] = NESTED(parent_device_policy),
	[DPLL_A_PIN_PARENT_PIN] = NESTED(parent_pin_policy),
	[DPLL_A_PIN_PHASE_ADJUST] = { .type = P32 },
	[DPLL_A_PIN_ESYNC_FREQUENCY] = { .type = P64 },
	[DPLL_A_PIN_REFERENCE_SYNC] = NESTED(ref_sync_policy),
};

static const struct {
	const struct policy *policy;
	unsigned int n;
} policies[DPLL_CMD_MAX + 1] = {
	[DPLL_CMD_DEVICE_ID_GET] = { device_id_get_policy, ARRAY_SIZE(device_id_get_policy) },
	[DPLL_CMD_DEVICE_GET] = { device_get_policy, ARRAY_SIZE(device_get_policy) },
	[DPLL_CMD_DEVICE_SET] = { device_set_policy, ARRAY_SIZE(device_set_policy) },
	[DPLL_CMD_PIN_ID_GET] = { pin_id_get_policy, ARRAY_SIZE(pin_id_get_policy) },
	[DPLL_CMD_PIN_GET] = { pin_get_policy, ARRAY_SIZE(pin_get_policy) },
	[DPLL_CMD_PIN_SET] = { pin_set_policy, ARRAY_SIZE(pin_set_policy) },
};

/* the request under way */
static const char *request_at;

static int refuse(const struct nlattr *a, bool by_policy, int err, const char *text)
{
	say(text);
	said.off = (const char *)a - request_at;
	said.has_policy = by_policy;
	return err;
}

/* next attribute of [*at, to), NULL at the end or where none fits */
static const struct nlattr *next_attr(const char **at, const char *to)
{
	const struct nlattr *a = (const struct nlattr *)*at;

	if (to - *at < NLA_HDRLEN || a->nla_len < NLA_HDRLEN || a->nla_len > to - *at)
		return NULL;
	*at += NLA_ALIGN(a->nla_len);
	return a;
}

static int validate(const char *at, const char *to, const struct policy *policy, unsigned int n);

static int validate_one(const struct nlattr *a, const struct policy *p)
{
	unsigned int len = a->nla_len - NLA_HDRLEN;
	const char *data = (const char *)a + NLA_HDRLEN;
	bool nested = a->nla_type & NLA_F_NESTED;
	uint32_t value;

	if ((p->type == P32 && len != 4) || (p->type == P64 && len != 8))
		return refuse(a, true, -EINVAL, "invalid attribute length");
	if (p->type == PNEST && !nested)
		return refuse(a, true, -EINVAL, "NLA_F_NESTED is missing");
	if (p->type != PNEST && p->type != NOT_HERE && nested)
		return refuse(a, true, -EINVAL, "NLA_F_NESTED not expected");
	switch (p->type) {
	case NOT_HERE:
		return refuse(a, false, -EINVAL, "Unsupported attribute");
	case PSTRING:
		if (!memchr(data, 0, len))
			return refuse(a, true, -EINVAL, "Attribute failed policy validation");
		return 0;
	case PNEST:
		if (len && len < NLA_HDRLEN)
			return refuse(a, true, -ERANGE, "Attribute failed policy validation");
		return len ? validate(data, data + len, p->nest, p->n) : 0;
	case P32:
		memcpy(&value, data, 4);
		if (p->max && (value < p->min || value > p->max))
			return refuse(a, true, -ERANGE, "integer out of range");
		return 0;
	default:
		return 0;
	}
}

static int validate(const char *at, const char *to, const struct policy *policy, unsigned int n)
{
	const struct nlattr *a;
	unsigned int type;
	int err;

	while ((a = next_attr(&at, to))) {
		type = a->nla_type & NLA_TYPE_MASK;
		if (!type || type >= n)
			return refuse(a, false, -EINVAL, "Unknown attribute type");
		err = validate_one(a, &policy[type]);
		if (err)
			return err;
	}
	if (at >= to)
		return 0;
	say("bytes leftover after parsing attributes");
	return -EINVAL;
}

/* the last one of a type counts */
static const struct nlattr *last_attr(const char *at, const char *to, unsigned int type)
{
	const struct nlattr *a, *last = NULL;

	while ((a = next_attr(&at, to)))
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			last = a;
	return last;
}

static uint64_t value_of(const struct nlattr *a)
{
	uint64_t value = 0;

	memcpy(&value, a + 1, a->nla_len - NLA_HDRLEN == 4 ? 4 : 8);
	return value;
}

static const char *end_of(const struct nlattr *a)
{
	return (const char *)a + a->nla_len;
}

/* ---- what users want changed --------------------------------------------------------------- */

enum knob { FREQUENCY, ADJUST, ESYNC, REF };

static const struct {
	enum op get, set;
	int value;
	const char *none, *old, *failed;
} knobs[] = {
	[FREQUENCY] = { OP_FREQUENCY_GET, OP_FREQUENCY_SET, PIN_FREQUENCY,
			"frequency set not supported by the device",
			"unable to get old frequency value",
			"frequency set failed for dpll_id:%u" },
	[ADJUST] = { OP_ADJUST_GET, OP_ADJUST_SET, PIN_ADJUST, "phase adjust not supported",
		     "unable to get old phase adjust value",
		     "phase adjust set failed for dpll_id:%u" },
	[ESYNC] = { OP_ESYNC_GET, OP_ESYNC_SET, PIN_ESYNC,
		    "embedded sync feature is not supported by this device",
		    "unable to get current embedded sync frequency value",
		    "embedded sync frequency set failed for dpll_id: %u" },
	[REF] = { OP_REF_GET, OP_REF_SET, PIN_REF, "reference sync not supported by this pin",
		  "unable to get old reference sync state",
		  "reference sync set failed for dpll_id:%u" },
};

/* the value as a user's request and a driver's callback have it */
static int64_t old_of(const struct pin *p, enum knob knob)
{
	int64_t value = p->value[knobs[knob].value];

	return knob == ADJUST ? (int32_t)value : knob == REF ? (int64_t)(uint32_t)value : value;
}

static int turn(struct pin *p, enum knob knob, int64_t value, const struct nlattr *a,
		const struct pin *other)
{
	unsigned int order[N_DEVS], n = devices_of(p, order, false), i, m;
	int64_t old = old_of(p, knob);
	int err;

	for (i = 0; i < n; i++)
		if (!pin_has(p, order[i], knobs[knob].get) ||
		    !pin_has(p, order[i], knobs[knob].set)) {
			say(knobs[knob].none);
			return -EOPNOTSUPP;
		}
	/* two pins are bound on those devices only that both are on */
	for (i = 0, m = 0; i < n; i++)
		if (!other || other->n_refs[order[i]])
			order[m++] = order[i];
	if (!m) {
		say("pin owner dpll not found");
		return -ENODEV;
	}
	err = p->err[knobs[knob].get];
	if (err) {
		say(knobs[knob].old);
		return err;
	}
	if (old == value)
		return 0;
	if (knob == ESYNC && !in_ranges((uint8_t)p->value[PIN_RANGES], value))
		return refuse(
			a, false, -EINVAL,
			"requested embedded sync frequency value is not supported by this device");
	for (i = 0; i < m; i++) {
		err = p->err[knobs[knob].set];
		if (!err && knob != REF)
			err = p->on[order[i]][ON_FAIL];
		if (err) {
			snprintf(said.told, sizeof(said.told), knobs[knob].failed,
				 dpll_devs[order[i]].id);
			return err;
		}
	}
	p->value[knobs[knob].value] = value;
	tell_pin(p, DPLL_CMD_PIN_CHANGE_NTF);
	return 0;
}

static int set_frequency(struct pin *p, const struct nlattr *a)
{
	if (!in_ranges(p->prop.ranges, value_of(a)))
		return refuse(a, false, -EINVAL, "frequency is not supported by the device");
	return turn(p, FREQUENCY, value_of(a), a, NULL);
}

static int set_adjust(struct pin *p, const struct nlattr *a)
{
	int32_t value = value_of(a);
	char text[80];

	if (value > p->prop.max || value < p->prop.min)
		return refuse(a, false, -EINVAL, "phase adjust value not supported");
	snprintf(text, sizeof(text), "phase adjust value not multiple of %u", p->prop.gran);
	if (p->prop.gran && value % (int64_t)p->prop.gran)
		return refuse(a, false, -EINVAL, text);
	return turn(p, ADJUST, value, a, NULL);
}

static int set_ref_sync(struct pin *p, const struct nlattr *nest)
{
	const char *at = (const char *)(nest + 1), *to = end_of(nest);
	const struct nlattr *id = last_attr(at, to, DPLL_A_PIN_ID);
	const struct nlattr *state = last_attr(at, to, DPLL_A_PIN_STATE);
	const struct pin *other;

	if (!id) {
		say("sync pin id expected");
		return -EINVAL;
	}
	if (!state) {
		say("sync pin state expected");
		return -EINVAL;
	}
	other = pin_by_id(value_of(id));
	if (!other || !(p->pairs >> number_of_pin(other) & 1)) {
		say("reference sync pin not found");
		return -EINVAL;
	}
	if (!is_seen(other)) {
		say("reference sync pin not available");
		return -EINVAL;
	}
	return turn(p, REF, value_of(state), nest, other);
}

static const struct {
	int attr, capability, value;
	enum op op;
	const char *text;
} on_device[] = {
	{ DPLL_A_PIN_STATE, DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE, ON_STATE, OP_STATE_SET,
	  "state changing is not allowed" },
	{ DPLL_A_PIN_PRIO, DPLL_PIN_CAPABILITIES_PRIORITY_CAN_CHANGE, ON_PRIO, OP_PRIO_SET,
	  "prio changing is not allowed" },
	{ DPLL_A_PIN_DIRECTION, DPLL_PIN_CAPABILITIES_DIRECTION_CAN_CHANGE, ON_DIRECTION,
	  OP_DIRECTION_SET, "direction changing is not allowed" },
};

static int set_on_device(struct pin *p, const struct nlattr *nest)
{
	const char *at = (const char *)(nest + 1), *to = end_of(nest);
	const struct nlattr *a = last_attr(at, to, DPLL_A_PIN_PARENT_ID);
	unsigned int i;
	int d, err;

	if (!a) {
		say("device parent id expected");
		return -EINVAL;
	}
	d = dev_by_id(value_of(a));
	if (d < 0) {
		say("parent device not found");
		return -EINVAL;
	}
	if (!p->n_refs[d]) {
		say("pin not connected to given parent device");
		return -EINVAL;
	}
	for (i = 0; i < ARRAY_SIZE(on_device); i++) {
		a = last_attr(at, to, on_device[i].attr);
		if (!a)
			continue;
		if (!(p->prop.caps & on_device[i].capability)) {
			say(on_device[i].text);
			return -EOPNOTSUPP;
		}
		if (!pin_has(p, d, on_device[i].op))
			return -EOPNOTSUPP;
		err = p->err[on_device[i].op] ?: p->on[d][ON_FAIL];
		if (err)
			return err;
		p->on[d][on_device[i].value] = value_of(a);
		tell_pin(p, DPLL_CMD_PIN_CHANGE_NTF);
	}
	return 0;
}

/* on each device that both are on, through the first link there is */
static int set_on_parent(struct pin *p, const struct nlattr *nest)
{
	const char *at = (const char *)(nest + 1), *to = end_of(nest);
	const struct nlattr *id = last_attr(at, to, DPLL_A_PIN_PARENT_ID);
	const struct nlattr *state = last_attr(at, to, DPLL_A_PIN_STATE);
	unsigned int order[N_DEVS], n, i, k, used = 0;
	const struct pin *parent;

	if (!id) {
		say("device parent id expected");
		return -EINVAL;
	}
	if (!state)
		return 0;
	if (!(p->prop.caps & DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE)) {
		say("state changing is not allowed");
		return -EOPNOTSUPP;
	}
	parent = pin_by_id(value_of(id));
	for (k = 0; k < p->n_parents; k++)
		if (parent && p->parents[k].pin == number_of_pin(parent))
			break;
	if (k == p->n_parents) {
		say("pin not connected to given parent pin");
		return -EINVAL;
	}
	n = devices_of(parent, order, false);
	for (i = 0; i < n; i++) {
		if (find_ref(p, order[i], p->parents[k].r, p->parents[k].pin) < 0)
			continue;
		used++;
		if (p->lacks[p->parents[k].r][OP_ON_PIN_SET])
			return -EOPNOTSUPP;
		if (p->err[OP_ON_PIN_SET])
			return p->err[OP_ON_PIN_SET];
	}
	if (!used) {
		say("parent pin is on no device");
		return -ENODEV;
	}
	p->on_pin[number_of_pin(parent)] = value_of(state);
	tell_pin(p, DPLL_CMD_PIN_CHANGE_NTF);
	return 0;
}

static int set_pin(struct pin *p, const char *at, const char *to)
{
	const struct nlattr *a;
	int err = 0;

	while (!err && (a = next_attr(&at, to)))
		switch (a->nla_type & NLA_TYPE_MASK) {
		case DPLL_A_PIN_FREQUENCY:
			err = set_frequency(p, a);
			break;
		case DPLL_A_PIN_PHASE_ADJUST:
			err = set_adjust(p, a);
			break;
		case DPLL_A_PIN_ESYNC_FREQUENCY:
			err = turn(p, ESYNC, value_of(a), a, NULL);
			break;
		case DPLL_A_PIN_REFERENCE_SYNC:
			err = set_ref_sync(p, a);
			break;
		case DPLL_A_PIN_PARENT_DEVICE:
			err = set_on_device(p, a);
			break;
		case DPLL_A_PIN_PARENT_PIN:
			err = set_on_parent(p, a);
			break;
		case DPLL_A_PIN_DIRECTION:
		case DPLL_A_PIN_PRIO:
		case DPLL_A_PIN_STATE:
			refuse(a, false, 0, "must be nested in parent-device or parent-pin");
			break;
		}
	return err;
}

static int set_mode(unsigned int d, const struct nlattr *a)
{
	struct dev *dev = &dpll_devs[d];

	if (!dev_has(d, OP_MODE_SET) ||
	    (!dev_has(d, OP_MODES_GET) && !dev_has(d, OP_MODE_SUPPORTED)))
		return refuse(a, false, -EOPNOTSUPP, "dpll device does not support mode switch");
	if (dev->err[OP_MODE_GET]) {
		say("unable to get current mode");
		return dev->err[OP_MODE_GET];
	}
	if ((uint32_t)dev->value[DEV_MODE] == value_of(a))
		return 0;
	if (dev_has(d, OP_MODES_GET) && dev->err[OP_MODES_GET]) {
		say("unable to get supported modes");
		return dev->err[OP_MODES_GET];
	}
	if (!(dev->value[DEV_MODES] >> value_of(a) & 1)) {
		say("dpll device does not support requested mode");
		return -EINVAL;
	}
	if (dev->err[OP_MODE_SET])
		return dev->err[OP_MODE_SET];
	dev->value[DEV_MODE] = value_of(a);
	tell_device(d, DPLL_CMD_DEVICE_CHANGE_NTF);
	return 0;
}

static int set_monitor(unsigned int d, const struct nlattr *a)
{
	struct dev *dev = &dpll_devs[d];

	if (!dev_has(d, OP_MONITOR_GET) || !dev_has(d, OP_MONITOR_SET))
		return refuse(a, false, -EOPNOTSUPP,
			      "dpll device not capable of phase offset monitor");
	if (dev->err[OP_MONITOR_GET]) {
		say("unable to get current state of phase offset monitor");
		return dev->err[OP_MONITOR_GET];
	}
	if ((uint32_t)dev->value[DEV_MONITOR] == value_of(a))
		return 0;
	if (dev->err[OP_MONITOR_SET])
		return dev->err[OP_MONITOR_SET];
	dev->value[DEV_MONITOR] = value_of(a);
	tell_device(d, DPLL_CMD_DEVICE_CHANGE_NTF);
	return 0;
}

static int set_factor(unsigned int d, const struct nlattr *a)
{
	struct dev *dev = &dpll_devs[d];

	if (!dev_has(d, OP_FACTOR_SET))
		return refuse(a, false, -EOPNOTSUPP,
			      "device not capable of changing phase offset average factor");
	if (dev->err[OP_FACTOR_SET])
		return dev->err[OP_FACTOR_SET];
	dev->value[DEV_FACTOR] = value_of(a);
	tell_device(d, DPLL_CMD_DEVICE_CHANGE_NTF);
	return 0;
}

/* not in the order of the message */
static int set_device(unsigned int d, const char *at, const char *to)
{
	const struct nlattr *a;
	int err = 0;

	a = last_attr(at, to, DPLL_A_MODE);
	if (a)
		err = set_mode(d, a);
	a = last_attr(at, to, DPLL_A_PHASE_OFFSET_MONITOR);
	if (a && !err)
		err = set_monitor(d, a);
	a = last_attr(at, to, DPLL_A_PHASE_OFFSET_AVG_FACTOR);
	if (a && !err)
		err = set_factor(d, a);
	return err;
}

/* ---- who is it? --------------------------------------------------------------------------------
 */

static bool is_twice(const char *at, const char *to)
{
	uint64_t seen = 0;
	const struct nlattr *a;

	while ((a = next_attr(&at, to))) {
		uint64_t bit = 1ULL << (a->nla_type & NLA_TYPE_MASK);

		if (seen & bit)
			return true;
		seen |= bit;
	}
	return false;
}

/* a text with or without its zeros at the end */
static bool text_is(const struct nlattr *a, const char *text)
{
	const char *data;
	size_t len;

	if (!a)
		return true;
	data = (const char *)(a + 1);
	len = a->nla_len - NLA_HDRLEN;
	while (len && !data[len - 1])
		len--;
	return len == strlen(text) && !memcmp(data, text, len);
}

static bool label_is(const struct nlattr *a, const char *label)
{
	return !a || (*label && text_is(a, label));
}

/* the slot, or an errno with its text */
static int only_one(unsigned int found, int slot)
{
	if (found > 1)
		say("multiple matches");
	else if (!found)
		say("not found");
	return found > 1 ? -EINVAL : found ? slot : -ENODEV;
}

static int device_id_get(const char *at, const char *to)
{
	const struct nlattr *module = last_attr(at, to, DPLL_A_MODULE_NAME);
	const struct nlattr *clock = last_attr(at, to, DPLL_A_CLOCK_ID);
	const struct nlattr *type = last_attr(at, to, DPLL_A_TYPE);
	unsigned int found = 0;
	int d, slot = 0;

	if (is_twice(at, to)) {
		say("duplicated attribute");
		return -EINVAL;
	}
	if (!module && !type && !(clock && value_of(clock))) {
		say("missing attributes");
		return -EINVAL;
	}
	for (d = 0; d < N_DEVS; d++) {
		const struct dev *dev = &dpll_devs[d];

		if (!dev->got || !visible(d) || !text_is(module, "dpll_hand") ||
		    (type && (uint64_t)dev->type != value_of(type)) ||
		    (clock && value_of(clock) && value_of(clock) != CLOCK_ID(dev->clock)))
			continue;
		found++;
		slot = d;
	}
	return only_one(found, slot);
}

static int pin_id_get(const char *at, const char *to)
{
	const struct nlattr *module = last_attr(at, to, DPLL_A_PIN_MODULE_NAME);
	const struct nlattr *clock = last_attr(at, to, DPLL_A_PIN_CLOCK_ID);
	const struct nlattr *type = last_attr(at, to, DPLL_A_PIN_TYPE);
	const struct nlattr *label[3] = { last_attr(at, to, DPLL_A_PIN_BOARD_LABEL),
					  last_attr(at, to, DPLL_A_PIN_PANEL_LABEL),
					  last_attr(at, to, DPLL_A_PIN_PACKAGE_LABEL) };
	unsigned int found = 0;
	int i, slot = 0;

	if (is_twice(at, to)) {
		say("duplicated attribute");
		return -EINVAL;
	}
	if (!module && !label[0] && !label[1] && !label[2] && !(clock && value_of(clock))) {
		say("missing attributes");
		return -EINVAL;
	}
	for (i = 0; i < N_PINS; i++) {
		const struct pin *p = &dpll_pins[i];

		if (!p->got || !is_seen(p) ||
		    !text_is(module, p->prop.foreign ? "kernel" : "dpll_hand") ||
		    !label_is(label[0], p->prop.label[0]) ||
		    !label_is(label[1], p->prop.label[1]) ||
		    !label_is(label[2], p->prop.label[2]) ||
		    (type && (uint64_t)p->prop.type != value_of(type)) ||
		    (clock && value_of(clock) && value_of(clock) != CLOCK_ID(p->clock)))
			continue;
		found++;
		slot = i;
	}
	return only_one(found, slot);
}

/* ---- requests
 * ------------------------------------------------------------------------------------- */

static int miss(int attr)
{
	said.miss = attr;
	return -EINVAL;
}

static int not_found(const char *text)
{
	say(text);
	return -ENODEV;
}

/* carried out, with the answer in the queue */
static int judge_do(struct sock *s, const struct nlmsghdr *nl, int cmd, const char *at,
		    const char *to)
{
	int id_attr = is_about_pins(cmd) ? DPLL_A_PIN_ID : DPLL_A_ID, err, slot;
	const struct nlattr *id = last_attr(at, to, id_attr);
	struct nlmsghdr *answer;
	struct pin *p;

	if (cmd == DPLL_CMD_DEVICE_ID_GET || cmd == DPLL_CMD_PIN_ID_GET) {
		slot = is_about_pins(cmd) ? pin_id_get(at, to) : device_id_get(at, to);
		if (slot < 0)
			return slot;
		answer = message(cmd, 0, nl->nlmsg_seq, s->port);
		mnl_attr_put_u32(answer, id_attr,
				 is_about_pins(cmd) ? dpll_pins[slot].id : dpll_devs[slot].id);
		expect_new(s, EXPECT_MESSAGE, answer, answer->nlmsg_len);
		return 0;
	}
	if (!id)
		return miss(id_attr);
	if (is_about_pins(cmd)) {
		p = pin_by_id(value_of(id));
		if (!p || !is_seen(p))
			return not_found("pin not found");
		if (cmd == DPLL_CMD_PIN_SET)
			return set_pin(p, at, to);
		answer = message(cmd, 0, nl->nlmsg_seq, s->port);
		err = fill_pin(answer, p, false);
	} else {
		slot = dev_by_id(value_of(id));
		if (slot < 0)
			return not_found("device not found");
		if (cmd == DPLL_CMD_DEVICE_SET)
			return set_device(slot, at, to);
		answer = message(cmd, 0, nl->nlmsg_seq, s->port);
		err = fill_device(answer, slot, false);
	}
	if (!err)
		expect_new(s, EXPECT_MESSAGE, answer, answer->nlmsg_len);
	return err;
}

#define DUMP_STARTED (-EINTR) /* no acknowledgement */

static int start_dump(struct sock *s, const struct nlmsghdr *nl, int cmd)
{
	if (s->dump_cmd)
		return -EBUSY;
	s->dump_cmd = cmd;
	s->dump_seq = nl->nlmsg_seq;
	s->dump_next = 0;
	s->dump_before = 0;
	return DUMP_STARTED;
}

static int judge_message(struct sock *s, const struct nlmsghdr *nl)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nl);
	const char *at = (const char *)(genl + 1), *to = (const char *)nl + nl->nlmsg_len;
	bool dump = (nl->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	unsigned int flags = dump ? nl->nlmsg_flags & ~NLM_F_DUMP : nl->nlmsg_flags;
	int err;

	if (nl->nlmsg_len < NLMSG_HDRLEN + sizeof(*genl))
		return -EINVAL;
	if (genl->reserved) {
		say("genlmsghdr.reserved field is not 0");
		return -EINVAL;
	}
	if (flags & ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO)) {
		say("ambiguous or reserved bits set in nlmsg_flags");
		return -EINVAL;
	}
	if (genl->cmd > DPLL_CMD_MAX || !policies[genl->cmd].policy ||
	    (dump && genl->cmd != DPLL_CMD_DEVICE_GET && genl->cmd != DPLL_CMD_PIN_GET))
		return -EOPNOTSUPP;
	if (!s->may || !dpll_may)
		return -EPERM;
	if (dump && s->dump_cmd)
		return -EBUSY;
	/* the dump of devices has no policy */
	if (!(dump && genl->cmd == DPLL_CMD_DEVICE_GET)) {
		err = validate(at, to, policies[genl->cmd].policy, policies[genl->cmd].n);
		if (err)
			return err;
	}
	return dump ? start_dump(s, nl, genl->cmd) : judge_do(s, nl, genl->cmd, at, to);
}

unsigned int dpll_judge(struct sock *s, const char *request, size_t len, long *result,
			unsigned int max)
{
	unsigned int n = 0;

	while (len >= NLMSG_HDRLEN && n < max) {
		const struct nlmsghdr *nl = (const struct nlmsghdr *)request;
		size_t step;
		int err = 0;

		if (nl->nlmsg_len < NLMSG_HDRLEN || nl->nlmsg_len > len)
			break;
		said = (struct ack){ .off = -1, .miss = -1 };
		request_at = request;
		if (nl->nlmsg_flags & NLM_F_REQUEST && nl->nlmsg_type >= NLMSG_MIN_TYPE)
			err = judge_message(s, nl);
		result[n++] = err == DUMP_STARTED ? 0 : err;
		if (err == DUMP_STARTED) {
			dpll_dump_part(s);
		} else if (nl->nlmsg_flags & NLM_F_ACK || err) {
			struct expect *e = expect_new(s, EXPECT_ACK, nl, nl->nlmsg_len);

			e->ack = said;
			e->ack.err = err;
		}
		step = NLMSG_ALIGN(nl->nlmsg_len);
		step = step > len ? len : step;
		request += step;
		len -= step;
	}
	return n;
}

void dpll_model_new(void)
{
	unsigned int i;

	memset(dpll_devs, 0, sizeof(dpll_devs));
	memset(dpll_pins, 0, sizeof(dpll_pins));
	for (i = 0; i < N_DEVS; i++)
		dpll_devs[i].id = 4000000000U + i;
	for (i = 0; i < N_PINS; i++) {
		dpll_pins[i].id = 4000000000U + i;
		dpll_pins[i].next.type = DPLL_PIN_TYPE_EXT;
	}
	generation = 1;
	chain_calls = 0;
}
