// SPDX-License-Identifier: GPL-2.0
/* Lines and records: text for 80 columns, and the same as JSON. Writes to struct out. */
#include <inttypes.h>
#include <json-c/json.h>
#include <linux/dpll.h>
#include <stdarg.h>
#include <string.h>
#include "lines.h"
#include "names.h"
#include "timefmt.h"

/* a set so long before a transition is told with it */
#define RECENT_NS (10 * NS_PER_SEC)

#define INDENT 27
#define HEAD   "%-15s %-10s "

/* a text in the making: what does not fit is left out */
struct text {
	char s[512];
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(t->s + t->len, sizeof(t->s) - t->len, fmt, ap);
	va_end(ap);
	t->len = t->len + n < sizeof(t->s) ? t->len + n : sizeof(t->s) - 1;
}

/* one more part of a text */
/* clang-format off */
#define part(t, ...)					\
	do {						\
		if ((t)->len)				\
			add(t, "; ");			\
		add(t, __VA_ARGS__);			\
	} while (0)
/* clang-format on */

/* begins a record, and writes down when; the same in text as prefix */
static void begin(struct lines *l, const char *type, int64_t mono_ns, const char *device,
		  struct text *prefix)
{
	enum time_style style = l->cfg->common.time;
	int64_t real = time_mono_to_real(mono_ns);
	char time[TIME_LEN];

	l->at_ns = mono_ns;
	out_begin(l->out, type);
	out_str(l->out, "time", time_write(time, style, mono_ns, real));
	out_i64(l->out, "mono_ns", mono_ns);
	if (!l->cfg->common.stamp)
		time_write_short(time, style, mono_ns, real);
	memset(prefix, 0, sizeof(*prefix));
	add(prefix, HEAD, time, device);
}

static void out_int(struct out *o, const char *key, int64_t value)
{
	if (value == COL_UNKNOWN)
		out_str(o, key, NULL);
	else
		out_i64(o, key, value);
}

static void device_members(struct out *o, const struct device *d)
{
	char id[24];

	snprintf(id, sizeof(id), "0x%016" PRIx64, d->clock_id);
	out_i64(o, "device", d->id);
	out_str(o, "device_type", type_name(d->type));
	out_str(o, "clock_id", id);
	out_str(o, "module", d->module[0] ? d->module : NULL);
}

static void actor_members(struct out *o, const char *comm, uint32_t tgid)
{
	out_str(o, "comm", tgid ? comm : NULL);
	out_int(o, "pid", tgid ? tgid : COL_UNKNOWN);
}

/* the name of a device by number */
static const char *name_of(const struct lines *l, uint32_t id, char buf[16])
{
	struct device *d = model_device(l->model, id, false);

	if (d)
		return d->name;
	snprintf(buf, 16, "%u", id);
	return buf;
}

static const char *label_of(const struct lines *l, uint32_t id, char buf[16])
{
	struct pin *p = model_pin(l->model, id, false);

	if (p)
		return p->label;
	snprintf(buf, 16, "pin%u", id);
	return buf;
}

static bool connected_on(struct pin *p, int kind, uint32_t id)
{
	struct parent *parent = pin_parent(p, kind, id, false);

	return parent && parent->state == DPLL_PIN_STATE_CONNECTED;
}

const struct pin *input_of(const struct model *m, const struct device *d, const struct pin **child)
{
	struct pin *p;

	*child = NULL;
	if (d->input < 0)
		return NULL;
	p = model_pin((struct model *)m, d->input, false);
	for (int i = 0; p && i < m->npins; i++)
		if (m->pins[i]->present && connected_on(m->pins[i], ON_PIN, p->id))
			*child = m->pins[i];
	return p;
}

static int64_t offset_of(const struct device *d, const struct pin *p)
{
	struct parent *parent = p ? pin_parent((struct pin *)p, ON_DEVICE, d->id, false) : NULL;

	return parent ? parent->offset : COL_UNKNOWN;
}

/* the input of d as of the last look: JSON, and for people in t */
static void tell_input(struct lines *l, const struct device *d, struct text *t)
{
	const struct pin *child, *p = input_of(l->model, d, &child);
	int64_t offset = offset_of(d, p);
	char phase[UNITS_LEN];

	out_str(l->out, "input", p ? p->label : NULL);
	out_int(l->out, "input_id", p ? p->id : COL_UNKNOWN);
	out_str(l->out, "input_child", child ? child->label : NULL);
	if (offset == COL_UNKNOWN)
		out_str(l->out, "phase_offset_ps", NULL);
	else
		out_double(l->out, "phase_offset_ps", offset / 1000.0);
	if (d->input == INPUT_NONE) {
		part(t, "no input");
	} else if (p) {
		part(t, "input %s%s%s", p->label, child ? "/" : "", child ? child->label : "");
		if (offset != COL_UNKNOWN)
			add(t, " %s", units_phase(phase, offset));
	}
}

void line_start(struct lines *l, const char *attached, const char *family, const char *why_not)
{
	struct out *o = l->out;
	int64_t mono = time_mono_ns();
	char time[TIME_LEN];

	out_begin(o, "start");
	out_str(o, "time", time_write(time, l->cfg->common.time, mono, time_mono_to_real(mono)));
	out_i64(o, "mono_ns", mono);
	out_str(o, "version", CHS_VERSION);
	out_str(o, "source", attached ? "bpf+netlink" : "netlink");
	out_str(o, "attached", attached);
	out_str(o, "family", family);
	out_str(o, "why_no_bpf", why_not);
	out_end(o);
	if (attached)
		out_text(o, "family %s: BPF (%s) and netlink", family, attached);
	else
		out_text(o, "family %s: netlink alone (%s)", family, why_not);
}

void line_head(struct lines *l)
{
	out_text(l->out, "%s" HEAD "%-25s %7s %s%s", out_bold(l->out), "time", "device",
		 "transition", "dwell", "cause; input", out_plain(l->out));
}

static void put(struct lines *l, const struct text *prefix, const struct text *t)
{
	FILE *f = l->out->f;

	if (l->order)
		l->out->f = line_order_line(l->order);
	out_wrapped(l->out, prefix->s, INDENT, t->s);
	out_end(l->out);
	l->out->f = f;
	if (l->order)
		line_order_hold(l->order, l->at_ns);
}

void line_device(struct lines *l, const struct device *d, const char *what)
{
	int64_t now = time_mono_ns();
	struct text prefix, t = {};
	const char *error = NULL;

	begin(l, what, now, d->name, &prefix);
	device_members(l->out, d);
	if (d->status == DPLL_LOCK_STATUS_UNLOCKED || d->status == DPLL_LOCK_STATUS_HOLDOVER)
		error = lock_error_name(d->error);
	out_str(l->out, "status", status_name(d->status));
	out_str(l->out, "error", error);
	out_str(l->out, "mode", mode_name(d->mode));
	out_int(l->out, "temp_mC", d->temp);
	if (strcmp(what, "device"))
		add(&t, "%s: ", what);
	add(&t, "%s", status_name(d->status) ?: "?");
	if (d->mode)
		add(&t, ", %s", mode_name(d->mode) ?: "?");
	if (d->module[0])
		add(&t, ", %s", d->module);
	if (error)
		part(&t, "%s", error);
	if (strcmp(what, "gone"))
		tell_input(l, d, &t);
	put(l, &prefix, &t);
}

/* those of this network namespace have a name */
static void netdev_members(struct out *o, const struct pin *p)
{
	json_object *all;

	if (!o->rec)
		return;
	all = json_object_new_array();
	for (int i = 0; i < p->nnetdevs; i++)
		if (p->netdev[i].name[0])
			json_object_array_add(all, out_json(p->netdev[i].name));
	json_object_object_add(o->rec, "netdevs", all);
}

void line_pin(struct lines *l, const struct pin *p, const char *what)
{
	struct text prefix, t = {};
	char buf[UNITS_LEN], name[16], key[16];

	snprintf(key, sizeof(key), "pin %u", p->id);
	begin(l, what, time_mono_ns(), key, &prefix);
	out_i64(l->out, "pin", p->id);
	out_str(l->out, "label", p->label);
	out_str(l->out, "pin_type", pin_type_name(p->type));
	out_int(l->out, "frequency_hz", p->frequency);
	out_int(l->out, "phase_adjust_ps", p->adjust);
	out_int(l->out, "esync_hz", p->esync);
	netdev_members(l->out, p);
	add(&t, "%s%s %s", strcmp(what, "pin") ? what : "", strcmp(what, "pin") ? ":" : "pin",
	    p->label);
	add(&t, " (%s)", pin_type_name(p->type) ?: "?");
	if (p->frequency != COL_UNKNOWN)
		add(&t, " %s", units_hz(buf, p->frequency));
	if (l->out->rec) {
		json_object *all = json_object_new_array(), *one;

		for (int i = 0; i < p->nparents; i++) {
			const struct parent *on = &p->parents[i];
			static const char *const kinds[] = { "none", "device", "pin", "ref-sync" };

			one = json_object_new_object();
			json_object_object_add(one, "kind",
					       json_object_new_string(kinds[on->kind]));
			json_object_object_add(one, "id", json_object_new_int64(on->id));
			json_object_object_add(
				one, "state",
				on->state ? json_object_new_string(state_name(on->state) ?: "?")
					  : NULL);
			json_object_object_add(
				one, "direction",
				on->direction ? json_object_new_string(direction_name(on->direction)
									       ?: "?")
					      : NULL);
			json_object_object_add(
				one, "prio",
				on->prio == COL_UNKNOWN ? NULL : json_object_new_int64(on->prio));
			json_object_object_add(
				one, "phase_offset_ps",
				on->offset == COL_UNKNOWN
					? NULL
					: json_object_new_double(on->offset / 1000.0));
			json_object_array_add(all, one);
		}
		json_object_object_add(l->out->rec, "parents", all);
	}
	for (int i = 0; i < p->nparents; i++) {
		const struct parent *on = &p->parents[i];

		if (on->kind == ON_REF_SYNC)
			continue;
		part(&t, "%s on %s", state_name(on->state) ?: "?",
		     on->kind == ON_PIN ? label_of(l, on->id, name) : name_of(l, on->id, name));
		if (on->prio != COL_UNKNOWN)
			add(&t, " prio %" PRId64, on->prio);
	}
	put(l, &prefix, &t);
}

void line_input(struct lines *l, const struct device *d)
{
	int64_t now = time_mono_ns(), age = now - d->doing.at_ns;
	bool recent = d->doing.tgid && !d->doing.told && age <= RECENT_NS;
	char label[16], ago[UNITS_LEN];
	struct text prefix, t = {};
	struct out *o = l->out;

	begin(l, "input", now, d->name, &prefix);
	device_members(o, d);
	out_str(o, "input_before", d->input_told >= 0 ? label_of(l, d->input_told, label) : NULL);
	actor_members(o, d->doing.comm, recent ? d->doing.tgid : 0);
	out_int(o, "actor_age_ns", recent ? age : COL_UNKNOWN);
	out_str(o, "action", recent ? d->doing.text : NULL);
	if (d->input_told >= 0)
		part(&t, "%s %s", d->input == INPUT_NONE ? "lost" : "was",
		     label_of(l, d->input_told, label));
	tell_input(l, d, &t);
	if (recent)
		part(&t, "%s, by %s[%u] %s before", d->doing.text, d->doing.comm, d->doing.tgid,
		     units_ns(ago, age));
	put(l, &prefix, &t);
}

/* what is known of why, in a word; NULL: nothing */
static const char *cause_of(const struct transition *t)
{
	const char *error = lock_error_name(t->error);

	if (t->error == DPLL_LOCK_STATUS_ERROR_MEDIA_DOWN ||
	    t->error == DPLL_LOCK_STATUS_ERROR_FRACTIONAL_FREQUENCY_OFFSET_TOO_HIGH)
		return error;
	if (t->tgid && t->age_ns <= RECENT_NS)
		return "set";
	if (t->looked && t->d->input_told >= 0 && t->d->input != t->d->input_told)
		return t->d->input == INPUT_NONE ? "input-lost" : "input-changed";
	if (t->looked && t->d->input_told == INPUT_NONE && t->d->input >= 0)
		return "input-selected";
	return error;
}

void line_transition(struct lines *l, const struct transition *t)
{
	struct out *o = l->out;
	const struct device *d = t->d;
	bool bad = t->to == DPLL_LOCK_STATUS_UNLOCKED || t->to == DPLL_LOCK_STATUS_HOLDOVER;
	const char *cause = cause_of(t), *error = bad ? lock_error_name(t->error) : NULL;
	bool recent = t->tgid && t->age_ns <= RECENT_NS;
	char change[40], dwell[UNITS_LEN], age[UNITS_LEN], label[16];
	struct text prefix, text = {};

	begin(l, "transition", t->at_ns, d->name, &prefix);
	device_members(o, d);
	out_str(o, "from", status_name(t->from));
	out_str(o, "to", status_name(t->to));
	out_int(o, "dwell_ns", t->dwell_ns);
	out_bool(o, "dwell_at_least", t->dwell_at_least);
	out_str(o, "error", error);
	out_str(o, "cause", cause);
	out_str(o, "source", t->source);
	out_str(o, "seen_by", seen_by_name(t->seen_by));
	actor_members(o, t->comm, t->tgid);
	out_int(o, "actor_age_ns", t->tgid ? t->age_ns : COL_UNKNOWN);
	out_str(o, "action", t->tgid && d->doing.tgid == t->tgid ? d->doing.text : NULL);
	out_str(o, "input_before",
		t->d->input_told >= 0 ? label_of(l, t->d->input_told, label) : NULL);

	snprintf(change, sizeof(change), "%s -> %s", status_name(t->from) ?: "?",
		 status_name(t->to) ?: "?");
	if (t->dwell_ns == COL_UNKNOWN)
		strcpy(dwell, "-");
	else
		units_ns(dwell, t->dwell_ns);
	if (t->dwell_at_least) {
		memmove(dwell + 1, dwell, sizeof(dwell) - 1);
		dwell[0] = '>';
	}
	add(&prefix, "%s%-25s%s %7s ", bad ? out_red(o) : "", change, bad ? out_plain(o) : "",
	    dwell);
	if (!strcmp(t->source, "resync"))
		part(&text, "found by a resync");
	if (error)
		part(&text, "%s", error);
	if (recent) {
		units_ns(age, t->age_ns);
		if (d->doing.tgid == t->tgid)
			part(&text, "%s, by %s[%u] %s before", d->doing.text, t->comm, t->tgid,
			     age);
		else
			part(&text, "set by %s[%u] %s before", t->comm, t->tgid, age);
	}
	if (t->looked && t->d->input_told >= 0 && d->input != t->d->input_told)
		part(&text, "%s %s", d->input == INPUT_NONE ? "lost" : "was",
		     label_of(l, t->d->input_told, label));
	if (t->looked)
		tell_input(l, d, &text);
	if (!text.len)
		part(&text, "-");
	put(l, &prefix, &text);
}

void pin_change_text(const struct lines *l, char *buf, size_t size, const struct pin *p, int knob,
		     int kind, uint32_t parent, int64_t old, int64_t new)
{
	char a[UNITS_LEN], b[UNITS_LEN], name[16];
	struct text t = {};

	add(&t, "%s of %s ", knob_name(knob), p->label);
	if (kind == ON_DEVICE)
		add(&t, "on %s ", name_of(l, parent, name));
	else if (kind == ON_PIN || kind == ON_REF_SYNC)
		add(&t, "%s %s ", knob == EV_PIN_REF_SYNC ? "with" : "on",
		    label_of(l, parent, name));
	add(&t, "%s -> %s", knob_value(a, knob, old), knob_value(b, knob, new));
	snprintf(buf, size, "%s", t.s);
}

static void by(struct text *t, const struct dpll_ev *ev)
{
	if (ev && ev->tgid)
		add(t, ", by %s[%u]", ev->comm, ev->tgid);
}

void line_pin_change(struct lines *l, const struct pin *p, int knob, int kind, uint32_t parent,
		     int64_t old, int64_t new, int64_t at_ns, const struct dpll_ev *ev)
{
	static const char *const kinds[] = { "none", "device", "pin", "ref-sync" };
	char a[UNITS_LEN], b[UNITS_LEN], name[16];
	struct text prefix, t = {};
	struct out *o = l->out;
	bool number = knob == EV_PIN_PRIO || knob == EV_PIN_FREQUENCY || knob == EV_PIN_ESYNC ||
		      knob == EV_PIN_PHASE_ADJUST;

	begin(l, "pin_change", at_ns, kind == ON_DEVICE ? name_of(l, parent, name) : "-", &prefix);
	out_i64(o, "pin", p->id);
	out_str(o, "label", p->label);
	out_str(o, "what", knob_name(knob));
	out_str(o, "parent_kind", kind < 4 ? kinds[kind] : NULL);
	out_int(o, "parent", kind ? parent : COL_UNKNOWN);
	if (number) {
		out_int(o, "old", old == -1 && knob != EV_PIN_PHASE_ADJUST ? COL_UNKNOWN : old);
		out_int(o, "new", new);
	} else {
		out_str(o, "old", old > 0 ? knob_value(a, knob, old) : NULL);
		out_str(o, "new", knob_value(b, knob, new));
	}
	out_str(o, "source", ev ? "bpf" : "netlink");
	actor_members(o, ev ? ev->comm : NULL, ev ? ev->tgid : 0);
	add(&t, "%s %s ", p->label, knob_name(knob));
	if (kind == ON_PIN || kind == ON_REF_SYNC)
		add(&t, "%s %s ", kind == ON_PIN && knob != EV_PIN_REF_SYNC ? "on" : "with",
		    label_of(l, parent, name));
	add(&t, "%s -> %s", knob_value(a, knob, old), knob_value(b, knob, new));
	by(&t, ev);
	put(l, &prefix, &t);
}

void line_netdev(struct lines *l, const struct pin *p, const char *name, bool attached,
		 int64_t at_ns, const char *source)
{
	struct text prefix, t = {};
	struct out *o = l->out;

	begin(l, "pin_change", at_ns, "-", &prefix);
	out_i64(o, "pin", p->id);
	out_str(o, "label", p->label);
	out_str(o, "what", "netdev");
	out_str(o, "parent_kind", "none");
	out_str(o, "parent", NULL);
	/* one of another network namespace has no name in this one */
	if (!name[0])
		name = "?";
	out_str(o, "old", attached ? NULL : name);
	out_str(o, "new", attached ? name : NULL);
	out_str(o, "source", source);
	actor_members(o, NULL, 0);
	add(&t, "%s netdev %s -> %s", p->label, attached ? "-" : name, attached ? name : "-");
	put(l, &prefix, &t);
}

void line_mode(struct lines *l, const struct device *d, int64_t old, int64_t new, int64_t at_ns,
	       const struct dpll_ev *ev)
{
	struct text prefix, t = {};

	begin(l, "mode", at_ns, d->name, &prefix);
	device_members(l->out, d);
	out_str(l->out, "old", mode_name(old));
	out_str(l->out, "new", mode_name(new));
	out_str(l->out, "source", ev ? "bpf" : "netlink");
	actor_members(l->out, ev ? ev->comm : NULL, ev ? ev->tgid : 0);
	add(&t, "mode %s -> %s", mode_name(old) ?: "?", mode_name(new) ?: "?");
	by(&t, ev);
	put(l, &prefix, &t);
}

void line_feature(struct lines *l, const struct device *d, const struct dpll_ev *ev)
{
	struct text prefix, t = {};

	begin(l, "feature", ev->at_ns, d->name, &prefix);
	device_members(l->out, d);
	out_str(l->out, "what", feature_name(ev->a));
	out_i64(l->out, "old", ev->old_value);
	out_i64(l->out, "new", ev->new_value);
	actor_members(l->out, ev->comm, ev->tgid);
	add(&t, "%s %" PRId64 " -> %" PRId64, feature_name(ev->a) ?: "feature",
	    (int64_t)ev->old_value, (int64_t)ev->new_value);
	by(&t, ev);
	put(l, &prefix, &t);
}

void line_refused(struct lines *l, const struct dpll_ev_cmd *e, const char *attempt)
{
	const struct dpll_ev *ev = &e->ev;
	bool is_pin = ev->a == DPLL_CMD_PIN_SET;
	struct text prefix, t = {};
	char name[16] = "-", text[DPLLSNOOP_TEXT];
	struct out *o = l->out;

	memcpy(text, e->text, sizeof(text));
	text[sizeof(text) - 1] = 0;
	if (ev->x >= 0 && is_pin)
		snprintf(name, sizeof(name), "pin %u", (uint32_t)ev->x);
	begin(l, "refused", ev->at_ns, ev->x < 0 || is_pin ? name : name_of(l, ev->x, name),
	      &prefix);
	out_str(o, "command", is_pin ? "pin-set" : "device-set");
	out_int(o, is_pin ? "pin" : "device", ev->x < 0 ? COL_UNKNOWN : ev->x);
	if (is_pin)
		out_str(o, "label", ev->x < 0 ? NULL : label_of(l, ev->x, name));
	out_i64(o, "err", ev->err);
	out_str(o, "text", text[0] ? text : NULL);
	out_str(o, "attempt", attempt[0] ? attempt : NULL);
	out_i64(o, "duration_ns", ev->duration_ns);
	actor_members(o, ev->comm, ev->tgid);
	add(&t, "refused: %s", attempt[0] ? attempt : is_pin ? "pin-set" : "device-set");
	if (is_pin && !attempt[0] && ev->x >= 0)
		add(&t, " of %s", label_of(l, ev->x, name));
	by(&t, ev);
	add(&t, ": %s", strerror(-ev->err));
	if (text[0])
		add(&t, ", \"%s\"", text);
	put(l, &prefix, &t);
}

void line_slow(struct lines *l, const struct device *d, const struct dpll_ev *ev)
{
	struct text prefix, t = {};
	char took[UNITS_LEN], label[16];

	begin(l, "slow", ev->at_ns, d->name, &prefix);
	device_members(l->out, d);
	out_int(l->out, "pin", ev->x < 0 ? COL_UNKNOWN : ev->x);
	out_str(l->out, "label", ev->x < 0 ? NULL : label_of(l, ev->x, label));
	out_str(l->out, "op", op_name(ev->a));
	out_i64(l->out, "duration_ns", ev->duration_ns);
	out_i64(l->out, "err", ev->err);
	actor_members(l->out, ev->comm, ev->tgid);
	add(&t, "slow: %s", op_name(ev->a) ?: "operation");
	if (ev->x >= 0)
		add(&t, " of %s", label_of(l, ev->x, label));
	add(&t, " took %s", units_ns(took, ev->duration_ns));
	by(&t, ev);
	if (ev->err)
		add(&t, ": %s", strerror(-ev->err));
	put(l, &prefix, &t);
}

void line_violation(struct lines *l, const struct device *d, const struct dpll_ev *ev)
{
	struct text prefix, t = {};
	char label[16];

	begin(l, "violation", ev->at_ns, d->name, &prefix);
	device_members(l->out, d);
	out_i64(l->out, "pin", ev->a);
	out_str(l->out, "label", label_of(l, ev->a, label));
	out_str(l->out, "what", violation_name(ev->b));
	out_u64(l->out, "total", ev->x);
	add(&t, "driver breaks a rule: %s with %s, %" PRIu64 " in all",
	    violation_name(ev->b) ?: "unknown", label_of(l, ev->a, label), (uint64_t)ev->x);
	put(l, &prefix, &t);
}

void line_phase(struct lines *l, const struct device *d, const struct pin *p, int64_t offset)
{
	struct text prefix, t = {};
	char buf[UNITS_LEN];

	begin(l, "phase", time_mono_ns(), d->name, &prefix);
	device_members(l->out, d);
	out_i64(l->out, "pin", p->id);
	out_str(l->out, "label", p->label);
	out_double(l->out, "phase_offset_ps", offset / 1000.0);
	out_int(l->out, "ffo_ppm", p->ffo);
	add(&t, "phase of %s %s", p->label, units_phase(buf, offset));
	if (p->ffo != COL_UNKNOWN)
		add(&t, ", frequency off by %+" PRId64 " ppm", p->ffo);
	put(l, &prefix, &t);
}

void line_lost(struct lines *l, const char *source, uint64_t count, bool resync)
{
	struct text prefix, t = {};

	begin(l, "lost", time_mono_ns(), "-", &prefix);
	out_str(l->out, "source", source);
	out_u64(l->out, "count", count);
	out_bool(l->out, "resync", resync);
	add(&t, "%slost%s %" PRIu64 " %s%s", out_red(l->out), out_plain(l->out), count,
	    strcmp(source, "bpf") ? "notifications" : "records",
	    resync ? "; looking at everything anew" : "");
	put(l, &prefix, &t);
}

/* ---- totals ---- */

struct total_row {
	const char *device;
	const char *status;
	int64_t id;
	int64_t unlocked, locked, ho_acq, holdover;
	uint64_t transitions, holdovers, notifications;
	double per_minute;
	int64_t longest;
	int64_t present;
};

#define AT(field) offsetof(struct total_row, field)

/* clang-format off */
static const struct col total_cols[] = {
	{ "device", "name", COL_STR, COL_LEFT, AT(device), 10 },
	{ NULL, "device", COL_INT, COL_NO_TEXT, AT(id), 0 },
	{ "ended", "status", COL_STR, COL_LEFT, AT(status), 13 },
	{ "unlocked", "unlocked_ns", COL_NS, 0, AT(unlocked), 8 },
	{ "locked", "locked_ns", COL_NS, 0, AT(locked), 6 },
	{ "ho-acq", "locked_ho_acq_ns", COL_NS, 0, AT(ho_acq), 6 },
	{ "holdover", "holdover_ns", COL_NS, 0, AT(holdover), 8 },
	{ "times", "holdovers", COL_COUNT, 0, AT(holdovers), 5 },
	{ "longest", "holdover_longest_ns", COL_NS, 0, AT(longest), 7 },
	{ NULL, "transitions", COL_COUNT, COL_NO_TEXT, AT(transitions), 0 },
	{ "/min", "transitions_per_min", COL_RATE, 0, AT(per_minute), 4 },
	{ NULL, "notifications", COL_COUNT, COL_NO_TEXT, AT(notifications), 0 },
	{ NULL, "present", COL_INT, COL_NO_TEXT, AT(present), 0 },
};
/* clang-format on */

static struct table total_table = {
	.key = "devices",
	.cols = total_cols,
	.ncols = sizeof(total_cols) / sizeof(total_cols[0]),
};

void line_total(struct lines *l, int64_t elapsed_ns, const struct books *b, bool bpf)
{
	struct out *o = l->out;
	int64_t mono = time_mono_ns();
	uint64_t transitions = 0;
	char time[TIME_LEN];

	out_begin(o, "total");
	out_str(o, "time", time_write(time, l->cfg->common.time, mono, time_mono_to_real(mono)));
	out_i64(o, "mono_ns", mono);
	out_double(o, "elapsed_s", elapsed_ns / 1e9);
	out_text(o, "%stotal of %.3f s%s", out_bold(o), elapsed_ns / 1e9, out_plain(o));
	table_begin(&total_table, o);
	for (int i = 0; i < l->model->ndevices; i++) {
		const struct device *d = l->model->devices[i];
		struct total_row r = {
			.device = d->name,
			.id = d->id,
			.present = d->present,
			.status = d->present ? status_name(d->status) : "gone",
			.unlocked = d->in_ns[DPLL_LOCK_STATUS_UNLOCKED],
			.locked = d->in_ns[DPLL_LOCK_STATUS_LOCKED],
			.ho_acq = d->in_ns[DPLL_LOCK_STATUS_LOCKED_HO_ACQ],
			.holdover = d->in_ns[DPLL_LOCK_STATUS_HOLDOVER],
			.transitions = d->transitions,
			.holdovers = d->holdovers,
			.notifications = d->notifications,
			.per_minute = d->transitions / (elapsed_ns / 60e9),
			.longest = d->holdover_longest_ns ?: COL_UNKNOWN,
		};

		/* a filter left it out */
		if (!d->counted_ns)
			continue;
		transitions += d->transitions;
		table_row(&total_table, o, &r);
	}
	table_end(&total_table, o);
	out_u64(o, "transitions", transitions);
	out_u64(o, "notifications", b->notifications);
	out_u64(o, "notifications_lost", b->netlink_lost);
	out_u64(o, "resyncs", b->resyncs);
	out_text(o, "notifications: %" PRIu64 " seen, %s%" PRIu64 " lost%s", b->notifications,
		 b->netlink_lost ? out_red(o) : "", b->netlink_lost,
		 b->netlink_lost ? out_plain(o) : "");
	if (bpf) {
		out_u64(o, "emitted", b->emitted);
		out_u64(o, "seen", b->seen);
		out_u64(o, "lost", b->lost);
		out_text(o, "records: %" PRIu64 " emitted, %" PRIu64 " seen, %s%" PRIu64 " lost%s",
			 b->emitted, b->seen, b->lost ? out_red(o) : "", b->lost,
			 b->lost ? out_plain(o) : "");
	}
	out_end(o);
	table_free(&total_table);
}
