// SPDX-License-Identifier: GPL-2.0
/*
 * dpllsnoop: every lock event of DPLLs, with its cause, its dwell time and who did it. Here
 * are the command line, the two sources and what becomes of their records.
 *
 * A notification is sent after the tracepoints of what it tells have fired. So what is read
 * from netlink first waits until all records of the ring up to then have been told; what the
 * records have told already is not told again. Lines are put into the order of their times
 * after that, see line_order.h.
 */
#include <errno.h>
#include <limits.h>
#include <linux/dpll.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bpf_tool.h"
#include "config.h"
#include "dpllsnoop.skel.h"
#include "err.h"
#include "filter.h"
#include "lines.h"
#include "loop.h"
#include "model.h"
#include "names.h"
#include "netdevs.h"
#include "netlink.h"
#include "line_order.h"
#include "timefmt.h"
#include "tree.h"
#include "units.h"

#define MODULE	      "chs_dpll"
#define SNOOP_LINKS   16
#define DRAIN_NS      (NS_PER_SEC / 10)
#define PENDING_BYTES (1 << 20)
#define MESSAGE_ROOM  (96 << 10)
#define EXPECTED      64
#define EXPECTED_NS   NS_PER_SEC
#define LOOK_PINS     256
#define ROUND	      64
#define ROUNDS	      1024
#define LEAVING_NS    NS_PER_SEC

/* beside those of err.h */
#define STATUS_UNLOCKED 4
#define STATUS_TIMEOUT	5

enum {
	KEY_FAMILY = 0x2000,
	KEY_SOURCE,
	KEY_PIN,
	KEY_CLOCK_ID,
	KEY_LIST,
	KEY_PHASE,
	KEY_SLOW,
	KEY_UNTIL,
	KEY_TIMEOUT,
	KEY_DURATION,
	KEY_RING,
	KEY_SOCKET,
	KEY_RAW_TP,
};

/* clang-format off */
static const struct argp_option options[] = {
	{ "device", 'd', "DEVICE", 0, "Only this device: its number or type; may be repeated", 0 },
	{ "pin", KEY_PIN, "PIN", 0, "Of pins only this: its number or label; may be repeated", 0 },
	{ "clock-id", KEY_CLOCK_ID, "ID", 0, "Only devices of this clock id", 0 },
	{ "pins", 'p', 0, 0, "Changes of pins, modes and features too", 0 },
	{ "refused", 'r', 0, 0, "Sets that were refused too", 0 },
	{ "phase", KEY_PHASE, "MS", OPTION_ARG_OPTIONAL,
	  "Phase offsets of the inputs too, every MS (default 1000)", 0 },
	{ "slow", KEY_SLOW, "TIME", 0, "Driver operations of TIME or more too: 5ms, 300us", 0 },
	{ "until", KEY_UNTIL, "STATUS", 0,
	  "End when a device is locked, locked-ho-acq, holdover or unlocked", 0 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0, "With --until: then give up, with 5; 0: at once",
	  0 },
	{ "duration", KEY_DURATION, "SECONDS", 0, "End after so long", 0 },
	{ "list", KEY_LIST, 0, 0, "Show devices and pins, and end", 0 },
	{ "family", KEY_FAMILY, "NAME", 0, "Generic netlink family (default: that of chs_dpll, "
	  "or dpll)", 0 },
	{ "source", KEY_SOURCE, "auto|bpf|netlink", 0, "Where from (default auto: both)", 0 },
	{ "ring", KEY_RING, "BYTES", 0, "Ring buffer (default 1048576)", 0 },
	{ "socket-buffer", KEY_SOCKET, "BYTES", 0, "Room for notifications (default 4194304)", 0 },
	{ "raw-tp", KEY_RAW_TP, 0, 0, "Raw tracepoints, as where the module has no BTF", 0 },
	{ 0 },
};
/* clang-format on */

/* a plain number is milliseconds; negative where it is no time */
static int64_t span(const char *arg)
{
	int64_t ns = units_parse_ns(arg);

	return ns < 0 ? units_parse_seconds(arg, 1e6) * 1e6 : ns;
}

/* 0 is a number of seconds too: end at once, with what there is */
static double seconds(struct argp_state *state, const char *option, const char *arg)
{
	char *end;

	if (strtod(arg, &end) == 0 && end != arg && !*end)
		return 0;
	return opts_seconds(state, option, arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	static const char *const sources[] = { "auto", "bpf", "netlink" };
	struct config *cfg = state->input;
	char *end;
	int i;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &cfg->common;
		return 0;
	case 'd':
		opts_word(&cfg->devices, &cfg->ndevices, arg);
		return 0;
	case KEY_PIN:
		opts_word(&cfg->pins, &cfg->npins, arg);
		return 0;
	case KEY_CLOCK_ID:
		errno = 0;
		cfg->clock_id = strtoull(arg, &end, 0);
		if (end == arg || *end || errno || !cfg->clock_id)
			argp_error(state,
				   "--clock-id is a number, as 0x1122334455667788, not \"%s\"",
				   arg);
		return 0;
	case 'p':
		cfg->pin_changes = true;
		return 0;
	case 'r':
		cfg->refused = true;
		return 0;
	case KEY_PHASE:
		cfg->phase_ns = arg ? span(arg) : NS_PER_SEC;
		if (cfg->phase_ns < 1000000)
			argp_error(state, "--phase is 1 ms or more, not \"%s\"", arg);
		return 0;
	case KEY_SLOW:
		cfg->slow_ns = span(arg);
		if (cfg->slow_ns < 1)
			argp_error(state, "--slow is a time, as 5ms or 300us, not \"%s\"", arg);
		return 0;
	case KEY_UNTIL:
		cfg->until = status_parse(arg);
		if (!cfg->until)
			argp_error(state,
				   "--until is locked, locked-ho-acq, holdover or unlocked, "
				   "not \"%s\"",
				   arg);
		return 0;
	case KEY_TIMEOUT:
		cfg->timeout = seconds(state, "--timeout", arg);
		return 0;
	case KEY_DURATION:
		cfg->duration = seconds(state, "--duration", arg);
		return 0;
	case KEY_LIST:
		cfg->list = true;
		return 0;
	case KEY_FAMILY:
		cfg->family = arg;
		return 0;
	case KEY_SOURCE:
		for (i = 0; i < 3; i++)
			if (!strcmp(arg, sources[i]))
				break;
		if (i == 3)
			argp_error(state, "--source is auto, bpf or netlink, not \"%s\"", arg);
		cfg->source = i;
		return 0;
	case KEY_RING:
		cfg->ring_bytes = opts_ring(state, "--ring", arg);
		return 0;
	case KEY_SOCKET:
		cfg->socket_bytes = opts_bytes(state, "--socket-buffer", arg);
		return 0;
	case KEY_RAW_TP:
		cfg->raw_tp = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "\"%s\" is no option: -d names a device", arg);
		return 0;
	case ARGP_KEY_END:
		if (cfg->timeout >= 0 && !cfg->until)
			argp_error(state, "--timeout goes with --until; --duration ends anything");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const char doc[] =
	"Every lock event of DPLLs: from what to what, after how long, why, by whom."
	"\v"
	"Exit status: 0; 1 failed; 2 usage; with --check 3 if something was lost, without --until "
	"4 if a device ended unlocked; 5 if --until did not come true in time.\n"
	"\n"
	"Examples:\n"
	"  dpllsnoop                a line for each lock event\n"
	"  dpllsnoop -p -r          and who changes pins, or is refused it\n"
	"  dpllsnoop -d eec --phase=500   phase of the input twice a second\n"
	"  dpllsnoop --list         devices and their pins\n"
	"  dpllsnoop -j --until holdover --timeout 30\n"
	"  dpllsnoop --family dpll  the kernel's own subsystem\n";

static const struct argp_child children[] = {
	{ &opts_argp, 0, "All tools:", -1 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = doc,
	.children = children,
};

/* a change that a record has told, and a message will show */
struct expected {
	uint32_t pin, parent;
	int knob, kind;
	int64_t old, new, until_ns;
};

struct snoop {
	struct config cfg;
	struct out out;
	struct lines lines;
	struct line_order order;
	struct loop loop;
	struct netlink nl;
	struct model model;
	struct dpllsnoop_bpf *bpf;
	struct bpf_link *links[SNOOP_LINKS];
	int nlinks;
	struct ring_buffer *ring;
	bool raw;
	struct dpll_ev_cmd *records; /* taken from the ring, not yet told */
	int nrecords, room;
	char *pending;			/* messages, likewise */
	bool may_ask;			/* CAP_NET_ADMIN */
	bool snapshot;			/* before the first line of what happens */
	bool settling;			/* looking at what came during it */
	const struct nlmsghdr *message; /* that is being told, or NULL */
	bool inputs_moved;		/* messages have said something of pins */
	bool netdevs_moved;		/* perhaps, and no record says so */
	bool pins_leave;		/* some pin is leaving */
	bool resync_due;		/* once what was heard before the loss has been told */
	bool blind;			/* transitions may be among what was lost */
	struct expected expected[EXPECTED];
	int nexpected;
	struct {
		uint32_t tgid;
		char text[128];
	} attempt; /* the last set that failed */
	struct books books;
	uint64_t lost_told;
	int64_t start_ns;
	bool done; /* --until has come true */
	bool timed_out;
};

static bool change_wanted(struct snoop *s, struct pin *p, int kind, uint32_t parent)
{
	if (!s->cfg.pin_changes)
		return false;
	if (kind == ON_DEVICE)
		return pin_wanted(&s->cfg, p) && id_wanted(&s->cfg, &s->model, parent);
	return pin_there_wanted(&s->cfg, &s->model, p);
}

/* ---- transitions ---- */

static bool on_pin_differs(void *arg, struct pin *p, int knob, int kind, uint32_t parent,
			   int64_t old, int64_t new);

static void take_pin(void *arg, int cmd, const struct nlmsghdr *nl)
{
	struct snoop *s = arg;

	(void)cmd;
	model_take_pin(&s->model, nl, on_pin_differs, s);
}

static void find_inputs(struct snoop *s)
{
	for (int i = 0; i < s->model.ndevices; i++)
		model_find_input(&s->model, s->model.devices[i]);
}

static void pin_gone(struct snoop *s, struct pin *p)
{
	p->present = false;
	p->leaving_ns = 0;
	if (s->cfg.pin_changes && pin_there_wanted(&s->cfg, &s->model, p))
		line_pin(&s->lines, p, "pin_gone");
}

/*
 * Pins of which it was said that they leave a device or a parent: are they on another one? The
 * message comes before they leave, so that an answer which names as many may be too early.
 */
static void ask_leaving(struct snoop *s)
{
	int64_t now = time_mono_ns();
	struct pin *p;
	int parents;

	if (!s->pins_leave || s->done)
		return;
	s->pins_leave = false;
	for (int i = 0; i < s->model.npins; i++) {
		p = s->model.pins[i];
		if (!p->leaving_ns)
			continue;
		parents = p->nparents;
		p->present = false;
		/* where there is no answer to be had, there is a pin */
		if (netlink_get(&s->nl, DPLL_CMD_PIN_GET, &p->id, 1, take_pin, s))
			p->present = true;
		if (!p->present)
			pin_gone(s, p);
		else if (p->nparents < parents || now > p->leaving_ns)
			p->leaving_ns = 0;
		s->pins_leave |= p->leaving_ns != 0;
	}
	find_inputs(s);
}

/* asks for all inputs of d, or those that are said to drive it; or for all pins on a MUX */
static int ask_pins(struct snoop *s, struct device *d, bool connected, struct pin *mux)
{
	uint32_t ids[LOOK_PINS];
	struct parent *on;
	struct pin *p;
	int n = 0;

	for (int i = 0; i < s->model.npins && n < LOOK_PINS; i++) {
		p = s->model.pins[i];
		on = mux ? pin_parent(p, ON_PIN, mux->id, false)
			 : pin_parent(p, ON_DEVICE, d->id, false);
		if (p->present && on && on->direction != DPLL_PIN_DIRECTION_OUTPUT &&
		    (!connected || on->state == DPLL_PIN_STATE_CONNECTED))
			ids[n++] = p->id;
	}
	return n ? netlink_get(&s->nl, DPLL_CMD_PIN_GET, ids, n, take_pin, s) : 0;
}

/* which input drives d now? Asks for as few as will do: drivers may be slow */
static bool look(struct snoop *s, struct device *d)
{
	struct pin *p;

	if (!s->may_ask || !d->present)
		return false;
	ask_leaving(s);
	if (ask_pins(s, d, true, NULL))
		return false;
	model_find_input(&s->model, d);
	if (d->input == INPUT_NONE) {
		if (ask_pins(s, d, false, NULL))
			return false;
		model_find_input(&s->model, d);
	}
	/* if two do, that is the driver's fault */
	d->unsure = false;
	p = d->input == INPUT_NONE ? NULL : model_pin(&s->model, d->input, false);
	return !p || p->type != DPLL_PIN_TYPE_MUX || !ask_pins(s, d, false, p);
}

static void ended(struct snoop *s, struct device *d)
{
	if (s->cfg.until && d->status == s->cfg.until && device_wanted(&s->cfg, d)) {
		s->done = true;
		loop_quit(&s->loop);
	}
}

/* tells a transition, and puts it into the books */
static void transition(struct snoop *s, struct transition *t, bool may_look)
{
	struct device *d = t->d;

	if (!device_wanted(&s->cfg, d)) {
		d->status = t->to;
		return;
	}
	t->looked = may_look && look(s, d);
	device_lock(d, t->to, t->error, t->at_ns, t->dwell_ns);
	line_transition(&s->lines, t);
	if (t->looked)
		d->input_told = d->input;
	d->doing.told = true;
	ended(s, d);
}

/* what messages and dumps show, where no record tells better */
static void transition_shown(struct snoop *s, struct device *d, int status, int error,
			     int64_t at_ns, const char *source)
{
	struct transition t = {
		.d = d,
		.from = d->status,
		.to = status,
		.error = error,
		.at_ns = at_ns,
		.dwell_ns = COL_UNKNOWN,
		.source = source,
		.seen_by = -1,
	};

	if (!strcmp(source, "netlink")) {
		t.dwell_at_least = !d->since_ns;
		t.dwell_ns = at_ns - (d->since_ns ?: d->counted_ns);
	}
	/* how the inputs are now says nothing of a transition that others have followed */
	transition(s, &t, !s->message || s->message == d->last_shown);
}

/* a status that was not to be had before: no transition, but to be told */
static void status_known(struct snoop *s, struct device *d, int status, int error, int64_t at_ns)
{
	device_count(d, at_ns);
	d->status = status;
	d->error = error;
	if (!d->present || !device_wanted(&s->cfg, d))
		return;
	line_device(&s->lines, d, "device");
	ended(s, d);
}

/* a message or a dump says that it is so now */
static void status_shown(struct snoop *s, struct device *d, int status, int error, int64_t at_ns,
			 const char *source)
{
	if (!status || status == d->status)
		return;
	if (d->status)
		transition_shown(s, d, status, error, at_ns, source);
	else
		status_known(s, d, status, error, at_ns);
}

/* a device is there: its books begin */
static void device_begins(struct snoop *s, struct device *d, int status, int error, int64_t now)
{
	d->present = true;
	if (!d->counted_ns && device_wanted(&s->cfg, d))
		d->counted_ns = now;
	d->status = status;
	d->error = error;
	d->dump_status = 0;
}

static void device_appeared(struct snoop *s, struct device *d, int status, int error, int64_t now)
{
	/* a record may have told its status already, and more than that */
	device_begins(s, d, s->ring && d->status ? d->status : status, error, now);
	if (!device_wanted(&s->cfg, d))
		return;
	line_device(&s->lines, d, "appeared");
	ended(s, d);
}

static void device_gone(struct snoop *s, struct device *d, int64_t now)
{
	device_count(d, now);
	d->present = false;
	if (device_wanted(&s->cfg, d))
		line_device(&s->lines, d, "gone");
	/* while it is away it is nothing, and nothing of it holds if it comes back */
	d->status = 0;
	d->since_ns = 0;
}

/* ---- records of the ring ---- */

static void handle_lock(struct snoop *s, const struct dpll_ev *ev, bool last)
{
	struct device *d = model_device(&s->model, ev->id, true);
	struct transition t = {
		.d = d,
		.from = ev->old_value,
		.to = ev->new_value,
		.error = ev->x,
		.at_ns = ev->at_ns,
		.dwell_ns = ev->duration_ns,
		.source = "bpf",
		.seen_by = ev->b,
		.tgid = ev->tgid,
		.comm = ev->comm,
		.age_ns = ev->age_ns,
	};

	if (!d->type) {
		d->type = ev->a;
		d->clock_id = ev->y;
		device_name(d);
	}
	d->heard_ns = ev->mono_ns;
	/* the first look of all: what it was before is not known */
	if (!ev->old_value) {
		if (!d->counted_ns && device_wanted(&s->cfg, d))
			d->counted_ns = ev->at_ns;
		if (!d->status)
			status_known(s, d, ev->new_value, ev->x, ev->at_ns);
		if (d->status == ev->new_value)
			d->since_ns = ev->at_ns;
		return;
	}
	/* the dump came after it */
	if (ev->mono_ns <= (uint64_t)d->told_ns && ev->old_value != d->status) {
		if (ev->new_value == d->status)
			d->since_ns = ev->at_ns;
		return;
	}
	transition(s, &t, last);
}

/* somebody has set something: on the device, or on all that the pin is on */
static void remember_doing(struct snoop *s, const struct dpll_ev *ev, struct pin *p, int kind,
			   uint32_t parent, const char *text)
{
	struct device *d;

	for (int i = 0; i < s->model.ndevices; i++) {
		d = s->model.devices[i];
		if (kind == ON_DEVICE ? d->id != parent : !model_pin_on(&s->model, p, d->id))
			continue;
		d->doing.tgid = ev->tgid;
		d->doing.at_ns = ev->at_ns;
		d->doing.told = false;
		memcpy(d->doing.comm, ev->comm, sizeof(d->doing.comm));
		snprintf(d->doing.text, sizeof(d->doing.text), "%s", text);
	}
}

static void remember_attempt(struct snoop *s, const struct dpll_ev *ev, const char *text)
{
	s->attempt.tgid = ev->tgid;
	snprintf(s->attempt.text, sizeof(s->attempt.text), "%s", text);
}

static void expect(struct snoop *s, uint32_t pin, int knob, int kind, uint32_t parent, int64_t old,
		   int64_t new)
{
	if (s->nexpected == EXPECTED)
		memmove(s->expected, s->expected + 1, --s->nexpected * sizeof(s->expected[0]));
	s->expected[s->nexpected++] = (struct expected){
		.pin = pin,
		.parent = parent,
		.knob = knob,
		.kind = kind,
		.old = old,
		.new = new,
		.until_ns = time_mono_ns() + EXPECTED_NS,
	};
}

/* is what a message shows older than, or as, what a record has told? */
static bool was_expected(struct snoop *s, uint32_t pin, int knob, int kind, uint32_t parent,
			 int64_t value)
{
	int64_t now = time_mono_ns();

	for (int i = 0; i < s->nexpected; i++) {
		const struct expected *e = &s->expected[i];

		if (e->pin == pin && e->knob == knob && e->kind == kind && e->parent == parent &&
		    (e->new == value || e->old == value) && e->until_ns >= now)
			return true;
	}
	return false;
}

/* the input of the device may be another one now */
static void state_moved(struct snoop *s, const struct pin *p, const struct dpll_ev *ev)
{
	struct device *d = model_device(&s->model, ev->b, false);

	if (d && (d->input == (int)p->id || ev->new_value == DPLL_PIN_STATE_CONNECTED))
		model_find_input(&s->model, d);
}

static void handle_pin_set(struct snoop *s, const struct dpll_ev *ev)
{
	int kind = ev->kind == EV_PIN_REF_SYNC ? ON_REF_SYNC : (int)ev->a;
	struct pin *p = model_pin(&s->model, ev->id, true);
	/* what is refused early was not read before */
	int64_t old = ev->err && ev->old_value == -1 ? COL_UNKNOWN : ev->old_value;
	char text[128];

	pin_change_text(&s->lines, text, sizeof(text), p, ev->kind, kind, ev->b, old,
			ev->new_value);
	if (ev->err) {
		remember_attempt(s, ev, text);
		return;
	}
	remember_doing(s, ev, p, kind, ev->b, text);
	model_set_pin(p, ev->kind, kind, ev->b, ev->new_value);
	/* a state on a device is reported by records alone, see on_pin_differs() */
	if (ev->kind == EV_PIN_STATE && kind == ON_DEVICE)
		state_moved(s, p, ev);
	else
		expect(s, p->id, ev->kind, kind, ev->b, ev->old_value, ev->new_value);
	if (change_wanted(s, p, kind, ev->b))
		line_pin_change(&s->lines, p, ev->kind, kind, ev->b, ev->old_value, ev->new_value,
				ev->at_ns, ev);
}

static void handle_pin_seen(struct snoop *s, const struct dpll_ev *ev)
{
	struct pin *p = model_pin(&s->model, ev->id, true);

	model_set_pin(p, EV_PIN_SEEN, ON_DEVICE, ev->b, ev->new_value);
	state_moved(s, p, ev);
	/* the first look of all */
	if (!ev->old_value || !change_wanted(s, p, ON_DEVICE, ev->b))
		return;
	line_pin_change(&s->lines, p, EV_PIN_SEEN, ON_DEVICE, ev->b, ev->old_value, ev->new_value,
			ev->at_ns, ev);
}

static void handle_pin_netdev(struct snoop *s, const struct dpll_ev_cmd *e)
{
	struct pin *p = model_pin(&s->model, e->ev.id, true);
	char name[sizeof(e->text)];

	memcpy(name, e->text, sizeof(name));
	name[sizeof(name) - 1] = 0;
	if (netdevs_set(p, e->ev.b, name, e->ev.a) && change_wanted(s, p, ON_NOTHING, 0))
		line_netdev(&s->lines, p, name, e->ev.a, e->ev.at_ns, "bpf");
}

static void handle_mode(struct snoop *s, const struct dpll_ev *ev)
{
	struct device *d = model_device(&s->model, ev->id, true);
	char text[128];

	snprintf(text, sizeof(text), "mode %s -> %s", mode_name(ev->old_value) ?: "?",
		 mode_name(ev->new_value) ?: "?");
	if (ev->err) {
		remember_attempt(s, ev, text);
		return;
	}
	remember_doing(s, ev, NULL, ON_DEVICE, ev->id, text);
	d->mode = ev->new_value;
	if (s->cfg.pin_changes && device_wanted(&s->cfg, d))
		line_mode(&s->lines, d, ev->old_value, ev->new_value, ev->at_ns, ev);
}

static void handle_feature(struct snoop *s, const struct dpll_ev *ev)
{
	struct device *d = model_device(&s->model, ev->id, true);
	char text[128];

	snprintf(text, sizeof(text), "%s %lld -> %lld", feature_name(ev->a) ?: "feature",
		 (long long)ev->old_value, (long long)ev->new_value);
	if (ev->err) {
		remember_attempt(s, ev, text);
		return;
	}
	remember_doing(s, ev, NULL, ON_DEVICE, ev->id, text);
	if (s->cfg.pin_changes && device_wanted(&s->cfg, d))
		line_feature(&s->lines, d, ev);
}

static void handle_cmd(struct snoop *s, const struct dpll_ev_cmd *e)
{
	const char *attempt = s->attempt.tgid == e->ev.tgid ? s->attempt.text : "";
	struct pin *p;
	bool wanted;

	if (e->ev.a == DPLL_CMD_PIN_SET) {
		p = e->ev.x >= 0 ? model_pin(&s->model, e->ev.x, false) : NULL;
		wanted = p ? pin_there_wanted(&s->cfg, &s->model, p)
			   : !s->cfg.npins && !s->cfg.ndevices && !s->cfg.clock_id;
	} else {
		wanted = id_wanted(&s->cfg, &s->model, e->ev.x);
	}
	if (wanted)
		line_refused(&s->lines, e, attempt);
	s->attempt.tgid = 0;
}

static void handle(struct snoop *s, struct dpll_ev_cmd *e, bool last)
{
	struct dpll_ev *ev = &e->ev;
	struct device *d;
	struct pin *p;

	ev->comm[DPLLSNOOP_COMM - 1] = 0;
	switch (ev->kind) {
	case EV_LOCK:
		handle_lock(s, ev, last);
		break;
	case EV_MODE:
		handle_mode(s, ev);
		break;
	case EV_FEATURE:
		handle_feature(s, ev);
		break;
	case EV_PIN_SEEN:
		handle_pin_seen(s, ev);
		break;
	case EV_VIOLATION:
		d = model_device(&s->model, ev->id, true);
		p = model_pin(&s->model, ev->a, true);
		if (s->cfg.pin_changes && device_wanted(&s->cfg, d) && pin_wanted(&s->cfg, p))
			line_violation(&s->lines, d, ev);
		break;
	case EV_OP:
		d = model_device(&s->model, ev->id, true);
		p = ev->x >= 0 ? model_pin(&s->model, ev->x, true) : NULL;
		if (device_wanted(&s->cfg, d) && (p ? pin_wanted(&s->cfg, p) : !s->cfg.npins))
			line_slow(&s->lines, d, ev);
		break;
	case EV_CMD:
		handle_cmd(s, e);
		break;
	case EV_PIN_NETDEV:
		handle_pin_netdev(s, e);
		break;
	default:
		handle_pin_set(s, ev);
		break;
	}
}

static int on_record(void *arg, void *data, size_t size)
{
	struct snoop *s = arg;

	if (s->nrecords == s->room) {
		s->room = s->room * 2 + 64;
		s->records = reallocarray(s->records, s->room, sizeof(*s->records));
		if (!s->records)
			abort();
	}
	memset(&s->records[s->nrecords], 0, sizeof(*s->records));
	memcpy(&s->records[s->nrecords++], data,
	       size < sizeof(*s->records) ? size : sizeof(*s->records));
	s->books.seen++;
	return 0;
}

/* all that is in the ring now */
static void take_records(struct snoop *s)
{
	struct device *d;

	if (!s->ring)
		return;
	s->nrecords = 0;
	ring_buffer__consume(s->ring);
	/* how the inputs are now says nothing of a transition that others have followed */
	for (int i = 0; i < s->nrecords; i++) {
		if (s->records[i].ev.kind == EV_LOCK) {
			d = model_device(&s->model, s->records[i].ev.id, true);
			d->in_batch = i;
		}
	}
	for (int i = 0; i < s->nrecords && !s->done; i++) {
		d = s->records[i].ev.kind == EV_LOCK
			    ? model_device(&s->model, s->records[i].ev.id, true)
			    : NULL;
		handle(s, &s->records[i], d && d->in_batch == i);
	}
}

/* ---- messages ---- */

/* inputs that have changed without any lock event to say so */
static void tell_inputs(struct snoop *s)
{
	struct device *d;

	for (int i = 0; i < s->model.ndevices && !s->done; i++) {
		d = s->model.devices[i];
		if (d->unsure)
			look(s, d);
		if (d->input == d->input_told || !d->present)
			continue;
		if (device_wanted(&s->cfg, d) && d->input_told != INPUT_UNKNOWN)
			line_input(&s->lines, d);
		d->doing.told = true;
		d->input_told = d->input;
	}
}

/* a message differs from what is known of a pin; false: what is known is newer */
static bool on_pin_differs(void *arg, struct pin *p, int knob, int kind, uint32_t parent,
			   int64_t old, int64_t new)
{
	struct snoop *s = arg;
	bool by_record = s->ring && knob == EV_PIN_STATE && kind == ON_DEVICE;

	if (s->snapshot || by_record)
		return true;
	if (s->ring && was_expected(s, p->id, knob, kind, parent, new))
		return false;
	if (change_wanted(s, p, kind, parent))
		line_pin_change(&s->lines, p, knob, kind, parent, old, new, time_mono_ns(), NULL);
	return true;
}

static void on_device_message(struct snoop *s, int cmd, const struct nlmsghdr *nl)
{
	int64_t now = time_mono_ns();
	int status, error, old_mode;
	struct device *d;

	d = model_take_device(&s->model, nl, &status, &error, &old_mode);
	d->notifications++;
	if (cmd == DPLL_CMD_DEVICE_DELETE_NTF) {
		if (d->present)
			device_gone(s, d, now);
		return;
	}
	if (!d->present) {
		device_appeared(s, d, status, error, now);
		return;
	}
	if (s->ring) {
		/* the core may have known it when the driver had no answer: no record tells then */
		if (!d->status)
			status_shown(s, d, status, error, now, "netlink");
		return;
	}
	if (old_mode && d->mode != old_mode && s->cfg.pin_changes && device_wanted(&s->cfg, d))
		line_mode(&s->lines, d, old_mode, d->mode, now, NULL);
	if (s->settling) {
		d->dump_status = status;
		d->dump_error = error;
	} else {
		status_shown(s, d, status, error, now, "netlink");
	}
}

static void on_message(void *arg, int cmd, const struct nlmsghdr *nl)
{
	int64_t now = time_mono_ns();
	struct snoop *s = arg;
	struct pin *p;
	bool known;

	s->books.notifications++;
	if (s->done)
		return;
	s->message = nl;
	switch (cmd) {
	case DPLL_CMD_DEVICE_CREATE_NTF:
	case DPLL_CMD_DEVICE_DELETE_NTF:
	case DPLL_CMD_DEVICE_CHANGE_NTF:
		on_device_message(s, cmd, nl);
		break;
	case DPLL_CMD_PIN_CREATE_NTF:
	case DPLL_CMD_PIN_CHANGE_NTF:
		p = model_pin(&s->model, message_id(nl), false);
		known = p && p->present;
		p = model_take_pin(&s->model, nl, known ? on_pin_differs : NULL, s);
		s->inputs_moved = true;
		s->netdevs_moved |= !s->ring && s->cfg.pin_changes && known &&
				    p->type == DPLL_PIN_TYPE_SYNCE_ETH_PORT;
		if (!known && s->cfg.pin_changes && pin_there_wanted(&s->cfg, &s->model, p))
			line_pin(&s->lines, p, "pin_appeared");
		break;
	case DPLL_CMD_PIN_DELETE_NTF:
		/* of one device or parent, which it is on yet; the last one takes it away */
		p = model_pin(&s->model, message_id(nl), false);
		if (!p || !p->present)
			break;
		model_take_pin(&s->model, nl, NULL, NULL);
		if (s->may_ask) {
			p->leaving_ns = now + LEAVING_NS;
			s->pins_leave = true;
		} else if (p->nparents < 2) {
			pin_gone(s, p);
		}
		s->inputs_moved = true;
		break;
	}
}

/* how many notifications have been lost since the last time; records are in the books */
static uint64_t count_lost(struct snoop *s)
{
	uint64_t sums[2], dropped = netlink_lost(&s->nl);

	if (s->ring && !bpf_tool_sum(bpf_map__fd(s->bpf->maps.ring_books), 0, sums, 2)) {
		s->books.emitted = sums[0];
		s->books.lost = sums[1];
	}
	s->books.netlink_lost += dropped;
	return dropped;
}

static void tell_lost(struct snoop *s)
{
	uint64_t dropped = count_lost(s), lost = s->books.lost - s->lost_told;

	s->lost_told = s->books.lost;
	if (lost)
		line_lost(&s->lines, "bpf", lost, s->may_ask);
	if (dropped)
		line_lost(&s->lines, "netlink", dropped, s->may_ask);
	s->resync_due |= lost || dropped;
	s->blind |= lost || (dropped && !s->ring);
}

/* a network device has another pin, as messages and rtnetlink show */
static void on_netdev_differs(void *arg, struct pin *p, const char *name, bool attached)
{
	struct snoop *s = arg;

	if (change_wanted(s, p, ON_NOTHING, 0))
		line_netdev(&s->lines, p, name, attached, time_mono_ns(), "netlink");
}

/* as in take_records(), but for messages */
static void find_last(void *arg, int cmd, const struct nlmsghdr *nl)
{
	struct snoop *s = arg;
	struct device *d;
	int status;

	if (cmd != DPLL_CMD_DEVICE_CHANGE_NTF)
		return;
	d = model_device(&s->model, message_id(nl), true);
	status = message_status(nl);
	if (!status || status == d->batch_status)
		return;
	d->batch_status = status;
	d->last_shown = nl;
}

static void each_pending(struct snoop *s, const int *lens, int n, netlink_fn fn)
{
	for (int i = 0, at = 0; i < n; at += NLMSG_ALIGN(lens[i++]))
		netlink_each(&s->nl, s->pending + at, lens[i], fn, s);
}

/*
 * Messages that are there now, a round of them; true: there may be more. Records first: those
 * of what the messages tell are in the ring by now.
 */
static bool take_round(struct snoop *s)
{
	int lens[ROUND], n = 0, at = 0, len;
	bool more;

	while (n < ROUND && at + MESSAGE_ROOM <= PENDING_BYTES) {
		len = netlink_hear(&s->nl, s->pending + at, MESSAGE_ROOM);
		/* that some are missing tell_lost() finds by their number */
		if (len == -ENOBUFS)
			continue;
		if (len <= 0)
			break;
		at += NLMSG_ALIGN(len);
		lens[n++] = len;
	}
	more = n == ROUND || at + MESSAGE_ROOM > PENDING_BYTES;
	take_records(s);
	for (int i = 0; i < s->model.ndevices; i++) {
		s->model.devices[i]->last_shown = NULL;
		s->model.devices[i]->batch_status = s->model.devices[i]->status;
	}
	if (!s->ring)
		each_pending(s, lens, n, find_last);
	each_pending(s, lens, n, on_message);
	s->message = NULL;
	if (s->inputs_moved)
		find_inputs(s);
	s->inputs_moved = false;
	if (s->netdevs_moved)
		netdevs_ask(&s->model, on_netdev_differs, s);
	s->netdevs_moved = false;
	tell_inputs(s);
	return more;
}

/* all messages, but no storm without end: more than a socket holds are newer than the call */
static void take_messages(struct snoop *s)
{
	for (int i = 0; i < ROUNDS && take_round(s); i++)
		;
}

/* ---- everything at once ---- */

static void take_dumped(void *arg, int cmd, const struct nlmsghdr *nl)
{
	struct snoop *s = arg;
	int old_mode;
	struct device *d;

	(void)cmd;
	d = model_device(&s->model, message_id(nl), true);
	model_take_device(&s->model, nl, &d->dump_status, &d->dump_error, &old_mode);
	d->dumped = true;
}

static void take_dumped_pin(void *arg, int cmd, const struct nlmsghdr *nl)
{
	struct snoop *s = arg;
	struct pin *p = model_pin(&s->model, message_id(nl), true);

	(void)cmd;
	model_take_pin(&s->model, nl, p->present ? on_pin_differs : NULL, s);
	p->dumped = true;
}

/* asks for all; 0 or -errno */
static int dump_all(struct snoop *s)
{
	int err, tries = 3;

	for (int i = 0; i < s->model.ndevices; i++)
		s->model.devices[i]->dumped = false;
	do {
		err = netlink_dump(&s->nl, DPLL_CMD_DEVICE_GET, take_dumped, s);
	} while (!err && s->nl.interrupted && --tries);
	for (int i = 0; i < s->model.npins; i++) {
		s->model.pins[i]->present &= !s->snapshot;
		s->model.pins[i]->was_present = s->model.pins[i]->present;
		s->model.pins[i]->dumped = false;
	}
	do {
		err = err ?: netlink_dump(&s->nl, DPLL_CMD_PIN_GET, take_dumped_pin, s);
	} while (!err && s->nl.interrupted && --tries > 0);
	return err;
}

/* the devices as they are; then what came while that was asked */
static int take_snapshot(struct snoop *s)
{
	int64_t now;
	struct device *d;
	int err;

	s->snapshot = true;
	err = dump_all(s);
	s->snapshot = false;
	if (err == -EPERM) {
		s->may_ask = false;
		err_say(0, "run it with sudo",
			"no CAP_NET_ADMIN: no snapshot and no inputs, only "
			"what notifications show");
		return 0;
	}
	if (err)
		return err_say(err, NULL, "cannot ask for the devices");
	now = time_mono_ns();
	for (int i = 0; i < s->model.ndevices; i++) {
		d = s->model.devices[i];
		if (!d->dumped)
			continue;
		device_begins(s, d, d->dump_status, d->dump_error, now);
		d->told_ns = now;
		model_find_input(&s->model, d);
		d->input_told = d->input;
	}
	if (s->cfg.pin_changes)
		netdevs_ask(&s->model, NULL, NULL);
	return 0;
}

static void write_snapshot(struct snoop *s)
{
	struct device *d;
	struct pin *p;

	for (int i = 0; i < s->model.ndevices && !s->done; i++) {
		d = s->model.devices[i];
		if (!d->present || !device_wanted(&s->cfg, d))
			continue;
		line_device(&s->lines, d, "device");
		ended(s, d);
	}
	for (int i = 0; s->cfg.pin_changes && i < s->model.npins && !s->done; i++) {
		p = s->model.pins[i];
		if (p->present && pin_there_wanted(&s->cfg, &s->model, p))
			line_pin(&s->lines, p, "pin");
	}
	line_order_flush(&s->order, s->done ? s->order.last_ns : INT64_MAX, s->out.f);
}

/*
 * What came before the end of a dump: since the join, or while it was asked. Of a device's
 * messages, some may be older than the dump; the last one is not older than all that happened.
 */
static void settle(struct snoop *s)
{
	struct device *d;

	s->settling = true;
	take_messages(s);
	s->settling = false;
	for (int i = 0; !s->ring && i < s->model.ndevices && !s->done; i++) {
		d = s->model.devices[i];
		if (d->present)
			status_shown(s, d, d->dump_status, d->dump_error, time_mono_ns(),
				     "netlink");
	}
}

/* since when it is as it is, nobody knows where transitions were lost: by now it is */
static void unsure_since(struct snoop *s, struct device *d, int64_t now)
{
	if (!s->blind)
		return;
	device_count(d, now);
	d->since_ns = 0;
}

static void resync_device(struct snoop *s, struct device *d, int64_t before, int64_t after)
{
	bool heard = d->heard_ns >= before;

	if (d->present && !d->dumped) {
		if (!heard)
			device_gone(s, d, after);
		return;
	}
	if (!d->dumped)
		return;
	if (!d->present)
		device_appeared(s, d, d->dump_status, d->dump_error, after);
	else if (!heard)
		status_shown(s, d, d->dump_status, d->dump_error, after, "resync");
	if (!heard)
		unsure_since(s, d, after);
}

static void resync_pin(struct snoop *s, struct pin *p)
{
	if (p->was_present && !p->dumped)
		pin_gone(s, p);
	else if (!p->was_present && p->dumped && s->cfg.pin_changes &&
		 pin_there_wanted(&s->cfg, &s->model, p))
		line_pin(&s->lines, p, "pin_appeared");
}

/*
 * After a loss, and once all that was heard before it has been told: what has happened
 * meanwhile shows in how things are.
 */
static void resync(struct snoop *s)
{
	int64_t before = time_mono_ns(), after;

	s->resync_due = false;
	if (!s->may_ask) {
		for (int i = 0; i < s->model.ndevices; i++)
			unsure_since(s, s->model.devices[i], before);
		s->blind = false;
		return;
	}
	s->books.resyncs++;
	if (dump_all(s))
		return;
	after = time_mono_ns();
	take_records(s);
	for (int i = 0; i < s->model.ndevices && !s->done; i++)
		resync_device(s, s->model.devices[i], before, after);
	for (int i = 0; i < s->model.npins && !s->done; i++)
		resync_pin(s, s->model.pins[i]);
	s->blind = false;
	find_inputs(s);
	if (s->cfg.pin_changes && !s->done)
		netdevs_ask(&s->model, on_netdev_differs, s);
	if (!s->done)
		settle(s);
}

static void check_output(struct snoop *s)
{
	if (!out_ok(&s->out))
		loop_quit(&s->loop);
}

static void on_netlink(void *arg)
{
	struct snoop *s = arg;
	bool more = take_round(s);

	if (!more && s->resync_due && !s->done)
		resync(s);
	check_output(s);
}

static void on_ring(void *arg)
{
	take_records(arg);
	check_output(arg);
}

/* a line is old enough: all that is older has come, unless it takes longer than that */
static void on_order(void *arg)
{
	int64_t until = time_mono_ns() - LINE_ORDER_NS;
	struct snoop *s = arg;

	if (s->done)
		return;
	take_records(s);
	if (!s->done)
		line_order_flush(&s->order, until, s->out.f);
	check_output(s);
}

static void on_drain(void *arg)
{
	struct snoop *s = arg;

	take_records(s);
	ask_leaving(s);
	tell_inputs(s);
	if (!s->done)
		tell_lost(s);
	if (s->resync_due && !s->done)
		on_netlink(s);
	check_output(s);
}

static void on_phase(void *arg)
{
	struct snoop *s = arg;
	struct parent *on;
	struct device *d;
	struct pin *p;
	uint32_t id;

	for (int i = 0; s->may_ask && i < s->model.ndevices; i++) {
		d = s->model.devices[i];
		if (!d->present || d->input < 0 || !device_wanted(&s->cfg, d))
			continue;
		id = d->input;
		p = model_pin(&s->model, id, true);
		on = pin_parent(p, ON_DEVICE, d->id, false);
		if (on)
			on->offset = COL_UNKNOWN;
		if (netlink_get(&s->nl, DPLL_CMD_PIN_GET, &id, 1, take_pin, s))
			continue;
		on = pin_parent(p, ON_DEVICE, d->id, false);
		if (on && on->offset != COL_UNKNOWN && pin_wanted(&s->cfg, p))
			line_phase(&s->lines, d, p, on->offset);
	}
	check_output(s);
}

/* ---- start and end ---- */

/* the name that chs_dpll has given its family; "" if it is not loaded */
static void our_family(char name[GENL_NAMSIZ])
{
	FILE *f = fopen("/sys/module/" MODULE "/parameters/family", "re");

	name[0] = 0;
	if (!f)
		return;
	if (!fgets(name, GENL_NAMSIZ, f))
		name[0] = 0;
	name[strcspn(name, "\n")] = 0;
	fclose(f);
}

static int find_family(struct snoop *s, const char *ours)
{
	const char *const names[] = { s->cfg.family ?: ours,
				      s->cfg.family ? "" : DPLL_FAMILY_NAME };
	int err = netlink_open(&s->nl), found = -ENOENT;

	for (int i = 0; !err && found && i < 2; i++)
		if (names[i][0])
			found = netlink_find(&s->nl, names[i]);
	if (err)
		return err_say(err, NULL, "cannot open a netlink socket");
	if (!found)
		return 0;
	if (s->cfg.family && found == -EPROTOTYPE)
		return err_say(0, "leave --family out",
			       "generic netlink family %s is not one of DPLLs: it has no group "
			       "\"" DPLL_MCGRP_MONITOR "\"",
			       s->cfg.family);
	if (s->cfg.family)
		return err_say(0, "modprobe " MODULE ", or leave --family out",
			       "there is no generic netlink family %s", s->cfg.family);
	return err_say(0, "modprobe " MODULE,
		       "the kernel has no DPLL subsystem: no generic netlink family dpll");
}

static int start_bpf(struct snoop *s)
{
	int err = bpf_tool_allowed(MODULE);

	if (err)
		return err;
	s->raw = s->cfg.raw_tp || !bpf_tool_has_btf(MODULE);
	s->bpf = dpllsnoop_bpf__open();
	if (!s->bpf)
		return err_say(errno, NULL, "cannot open the BPF object");
	s->bpf->rodata->slow_ns = s->cfg.slow_ns;
	s->bpf->rodata->ring_wake_at = s->cfg.ring_bytes / 2;
	bpf_map__set_max_entries(s->bpf->maps.ring, s->cfg.ring_bytes);
	/* what fires often is not even looked at */
	if (!s->cfg.slow_ns)
		bpf_tool_skip(s->bpf->obj, "dpll_op");
	if (!s->cfg.refused)
		bpf_tool_skip(s->bpf->obj, "dpll_cmd");
	bpf_tool_pick(s->bpf->obj, s->raw);
	err = bpf_tool_load(s->bpf->skeleton);
	if (err)
		return err;
	s->ring = ring_buffer__new(bpf_map__fd(s->bpf->maps.ring), on_record, s, NULL);
	if (!s->ring)
		return err_say(errno, NULL, "cannot map the ring buffer");
	return bpf_tool_attach(s->bpf->obj, MODULE, NULL, s->links, &s->nlinks, SNOOP_LINKS);
}

static void stop_bpf(struct snoop *s)
{
	bpf_tool_detach(s->links, s->nlinks);
	s->nlinks = 0;
	ring_buffer__free(s->ring);
	s->ring = NULL;
	dpllsnoop_bpf__destroy(s->bpf);
	s->bpf = NULL;
}

/* both sources, or what of them there is; *why_not: no BPF */
static int start_sources(struct snoop *s, const char **why_not)
{
	char ours[GENL_NAMSIZ];
	int err;

	*why_not = NULL;
	our_family(ours);
	err = find_family(s, ours);
	if (err)
		return err;
	if (s->cfg.list)
		return 0;
	if (s->cfg.source == SOURCE_NETLINK) {
		*why_not = "as asked for";
	} else if (strcmp(s->nl.family_name, ours) != 0) {
		*why_not = "a subsystem without tracepoints";
		if (s->cfg.source == SOURCE_BPF)
			return err_say(0, "modprobe " MODULE ", or leave --source out",
				       "family %s is not that of " MODULE, s->nl.family_name);
	} else {
		err = start_bpf(s);
		if (err && s->cfg.source == SOURCE_BPF)
			return err;
		if (err) {
			stop_bpf(s);
			*why_not = "BPF cannot be had";
		}
	}
	if (*why_not && (s->cfg.slow_ns || s->cfg.refused))
		return err_say(0, "both come from BPF", "no --slow and no -r (%s)", *why_not);
	err = netlink_join(&s->nl, s->cfg.socket_bytes);
	return err ? err_say(err, NULL, "cannot listen to family %s", s->nl.family_name) : 0;
}

static void on_end(void *arg)
{
	struct snoop *s = arg;

	loop_quit(&s->loop);
}

static void on_timeout(void *arg)
{
	struct snoop *s = arg;

	s->timed_out = true;
	loop_quit(&s->loop);
}

static int add_sources(struct snoop *s)
{
	int64_t now = s->start_ns;
	int err;

	err = loop_add(&s->loop, netlink_hear_fd(&s->nl), on_netlink, s);
	if (!err && s->ring)
		err = loop_add(&s->loop, ring_buffer__epoll_fd(s->ring), on_ring, s);
	if (!err)
		err = loop_timer(&s->loop, now + DRAIN_NS, DRAIN_NS, on_drain, s);
	if (!err && s->cfg.phase_ns)
		err = loop_timer(&s->loop, now + s->cfg.phase_ns, s->cfg.phase_ns, on_phase, s);
	if (!err && s->cfg.duration >= 0)
		err = loop_timer(&s->loop, now + (int64_t)(s->cfg.duration * NS_PER_SEC), 0, on_end,
				 s);
	if (!err && s->cfg.timeout >= 0)
		err = loop_timer(&s->loop, now + (int64_t)(s->cfg.timeout * NS_PER_SEC), 0,
				 on_timeout, s);
	return err;
}

/* the last look, when no program of ours runs any more: now the books must balance */
static void finish(struct snoop *s)
{
	int64_t end = time_mono_ns();

	bpf_tool_detach(s->links, s->nlinks);
	s->nlinks = 0;
	netlink_leave(&s->nl);
	/* one may still be running on another CPU; this waits until it has ended */
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	take_messages(s);
	ask_leaving(s);
	tell_lost(s);
	if (s->resync_due)
		resync(s);
	/* with --until that line is the last */
	if (s->done)
		return;
	line_order_flush(&s->order, INT64_MAX, s->out.f);
	for (int i = 0; i < s->model.ndevices; i++) {
		struct device *d = s->model.devices[i];
		int64_t since = d->since_ns ?: d->counted_ns, held = end - since;

		if (!d->present)
			continue;
		device_count(d, end);
		/* a holdover that is not over counts as long as it is by now */
		if (d->status == DPLL_LOCK_STATUS_HOLDOVER && since &&
		    held > d->holdover_longest_ns)
			d->holdover_longest_ns = held;
	}
	line_total(&s->lines, end - s->start_ns, &s->books, s->ring);
	if (s->ring && s->books.emitted != s->books.seen + s->books.lost)
		err_say(0, NULL, "the books do not balance: please report");
}

static int result(struct snoop *s)
{
	if (s->cfg.common.check && (s->books.lost || s->books.netlink_lost))
		return STATUS_LOST;
	if (s->timed_out && !s->done)
		return STATUS_TIMEOUT;
	for (int i = 0; s->cfg.common.check && !s->cfg.until && i < s->model.ndevices; i++) {
		struct device *d = s->model.devices[i];

		if (d->present && d->status == DPLL_LOCK_STATUS_UNLOCKED &&
		    device_wanted(&s->cfg, d))
			return STATUS_UNLOCKED;
	}
	return STATUS_OK;
}

static int run(struct snoop *s, const char *why_not)
{
	int err;

	err = take_snapshot(s);
	if (err)
		return err;
	s->start_ns = time_mono_ns();
	err = line_order_init(&s->order, &s->loop, on_order, s);
	if (!err)
		err = add_sources(s);
	if (err)
		return err_say(err, NULL, "cannot set the timers");
	line_start(&s->lines,
		   !s->ring ? NULL
		   : s->raw ? "raw_tp"
			    : "tp_btf",
		   s->nl.family_name, why_not);
	if (!s->out.json)
		line_head(&s->lines);
	s->lines.order = &s->order;
	write_snapshot(s);
	if (!s->done)
		settle(s);
	if (!s->model.ndevices && s->may_ask)
		fprintf(stderr, "%s: waiting for devices ...\n", err_tool_name);
	err = s->done ? 0 : loop_run(&s->loop);
	if (err)
		return err_say(err, NULL, "cannot wait");
	if (!s->done && !s->loop.reader_gone && !ferror(s->out.f))
		finish(s);
	if (s->done)
		line_order_end(&s->order, s->out.f);
	if (s->loop.reader_gone || !out_ok(&s->out))
		return STATUS_OK;
	if (s->done)
		count_lost(s);
	return result(s);
}

static int list(struct snoop *s)
{
	int err = dump_all(s);

	if (err == -EPERM)
		return err_say(0, "run it with sudo",
			       "needs root, or the capability CAP_NET_ADMIN");
	if (err)
		return err_say(err, NULL, "cannot ask for the devices");
	for (int i = 0; i < s->model.ndevices; i++) {
		struct device *d = s->model.devices[i];

		device_begins(s, d, d->dump_status, d->dump_error, time_mono_ns());
		model_find_input(&s->model, d);
	}
	netdevs_ask(&s->model, NULL, NULL);
	tree_write(&s->lines);
	return out_ok(&s->out) ? result(s) : STATUS_OK;
}

int main(int argc, char **argv)
{
	static struct snoop s = {
		.cfg = { .ring_bytes = 1 << 20, .timeout = -1, .duration = -1 },
		.may_ask = true,
	};
	const char *why_not = NULL;
	int status;

	opts_tool("dpllsnoop");
	argp_parse(&argp, argc, argv, 0, NULL, &s.cfg);
	out_init(&s.out, stdout, "dpllsnoop", s.cfg.common.json, false, s.cfg.common.color);
	s.lines = (struct lines){ .out = &s.out, .cfg = &s.cfg, .model = &s.model };
	bpf_tool_quiet(s.cfg.common.verbose);
	s.pending = malloc(PENDING_BYTES);
	status = s.pending ? loop_init(&s.loop) : -ENOMEM;
	status = status ? err_say(status, NULL, "cannot begin") : start_sources(&s, &why_not);
	if (!status)
		status = s.cfg.list ? list(&s) : run(&s, why_not);
	stop_bpf(&s);
	line_order_free(&s.order);
	loop_free(&s.loop);
	netlink_close(&s.nl);
	model_free(&s.model);
	free(s.records);
	free(s.pending);
	free(s.cfg.devices);
	free(s.cfg.pins);
	return status;
}
