// SPDX-License-Identifier: GPL-2.0
/* Devices and pins: found by number, filled in from netlink messages. */
#include <libmnl/libmnl.h>
#include <linux/dpll.h>
#include <linux/types.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include "dpllsnoop.h"
#include "model.h"
#include "names.h"
#include "out.h"

static void *grow(void *array, int n, size_t size)
{
	array = reallocarray(array, n, size);
	if (!array)
		abort();
	return array;
}

static void *zeroed(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

struct device *model_device(struct model *m, uint32_t id, bool make)
{
	struct device *d;

	for (int i = 0; i < m->ndevices; i++)
		if (m->devices[i]->id == id)
			return m->devices[i];
	if (!make)
		return NULL;
	d = zeroed(sizeof(*d));
	d->id = id;
	d->input = d->input_told = INPUT_UNKNOWN;
	d->temp = COL_UNKNOWN;
	device_name(d);
	m->devices = grow(m->devices, m->ndevices + 1, sizeof(*m->devices));
	m->devices[m->ndevices++] = d;
	return d;
}

struct pin *model_pin(struct model *m, uint32_t id, bool make)
{
	int lo = 0, hi = m->npins, mid;
	struct pin *p;

	/* by number: there may be a thousand */
	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (m->pins[mid]->id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < m->npins && m->pins[lo]->id == id)
		return m->pins[lo];
	if (!make)
		return NULL;
	p = zeroed(sizeof(*p));
	p->id = id;
	p->frequency = p->adjust = p->esync = p->ffo = COL_UNKNOWN;
	snprintf(p->label, sizeof(p->label), "pin%u", id);
	m->pins = grow(m->pins, m->npins + 1, sizeof(*m->pins));
	memmove(&m->pins[lo + 1], &m->pins[lo], (m->npins - lo) * sizeof(*m->pins));
	m->pins[lo] = p;
	m->npins++;
	return p;
}

struct parent *pin_parent(struct pin *p, int kind, uint32_t id, bool make)
{
	for (int i = 0; i < p->nparents; i++)
		if (p->parents[i].kind == kind && p->parents[i].id == id)
			return &p->parents[i];
	if (!make)
		return NULL;
	p->parents = grow(p->parents, p->nparents + 1, sizeof(*p->parents));
	p->parents[p->nparents] = (struct parent){
		.id = id, .kind = kind, .prio = COL_UNKNOWN, .offset = COL_UNKNOWN
	};
	return &p->parents[p->nparents++];
}

/* nobody's children are their parents, but nobody checks either: hence the depth */
static bool pin_on(struct model *m, const struct pin *p, uint32_t device, int depth)
{
	const struct pin *parent;

	for (int i = 0; i < p->nparents; i++) {
		if (p->parents[i].kind == ON_DEVICE && p->parents[i].id == device)
			return true;
		if (p->parents[i].kind != ON_PIN || !depth)
			continue;
		parent = model_pin(m, p->parents[i].id, false);
		if (parent && pin_on(m, parent, device, depth - 1))
			return true;
	}
	return false;
}

bool model_pin_on(struct model *m, const struct pin *p, uint32_t device)
{
	return pin_on(m, p, device, 4);
}

void model_free(struct model *m)
{
	for (int i = 0; i < m->ndevices; i++)
		free(m->devices[i]);
	for (int i = 0; i < m->npins; i++) {
		free(m->pins[i]->parents);
		free(m->pins[i]);
	}
	free(m->devices);
	free(m->pins);
	memset(m, 0, sizeof(*m));
}

void device_name(struct device *d)
{
	snprintf(d->name, sizeof(d->name), "%u/%s/%04x", d->id, type_name(d->type) ?: "?",
		 (unsigned int)(d->clock_id & 0xffff));
}

uint32_t message_id(const struct nlmsghdr *nl)
{
	const struct nlattr *a;

	/* a device's and a pin's are the same number */
	mnl_attr_for_each(a, nl,
			  sizeof(struct genlmsghdr)) if (mnl_attr_get_type(a) ==
							 DPLL_A_ID) return mnl_attr_get_u32(a);
	return UINT32_MAX;
}

int message_status(const struct nlmsghdr *nl)
{
	const struct nlattr *a;
	uint32_t status = 0;

	mnl_attr_for_each(a, nl, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) == DPLL_A_LOCK_STATUS)
			status = mnl_attr_get_u32(a);
	}
	return status < MODEL_STATUSES ? (int)status : 0;
}

static void take_text(char *to, const struct nlattr *a)
{
	snprintf(to, MODEL_TEXT, "%.*s", (int)mnl_attr_get_payload_len(a),
		 (const char *)mnl_attr_get_payload(a));
}

struct device *model_take_device(struct model *m, const struct nlmsghdr *nl, int *status,
				 int *error, int *old_mode)
{
	struct device *d = model_device(m, message_id(nl), true);
	const struct nlattr *a;

	*status = message_status(nl);
	*error = 0;
	*old_mode = d->mode;
	mnl_attr_for_each(a, nl, sizeof(struct genlmsghdr))
	{
		switch (mnl_attr_get_type(a)) {
		case DPLL_A_MODULE_NAME:
			take_text(d->module, a);
			break;
		case DPLL_A_CLOCK_ID:
			d->clock_id = mnl_attr_get_u64(a);
			break;
		case DPLL_A_MODE:
			d->mode = mnl_attr_get_u32(a);
			break;
		case DPLL_A_LOCK_STATUS_ERROR:
			*error = mnl_attr_get_u32(a);
			break;
		case DPLL_A_TEMP:
			d->temp = (int32_t)mnl_attr_get_u32(a);
			break;
		case DPLL_A_TYPE:
			d->type = mnl_attr_get_u32(a);
			break;
		}
	}
	device_name(d);
	return d;
}

/* ---- pins ---- */

struct taking {
	struct pin *p;
	model_fn fn;
	void *arg;
};

static void take(struct taking *t, int knob, int kind, uint32_t parent, int64_t *value, int64_t new,
		 int64_t unknown)
{
	if (*value == new)
		return;
	if (*value == unknown || !t->fn || t->fn(t->arg, t->p, knob, kind, parent, *value, new))
		*value = new;
}

static void take_int(struct taking *t, int knob, int kind, uint32_t parent, int *value, int new)
{
	int64_t wide = *value;

	take(t, knob, kind, parent, &wide, new, 0);
	*value = wide;
}

static int64_t sint(const struct nlattr *a)
{
	return mnl_attr_get_payload_len(a) == 8 ? (int64_t)mnl_attr_get_u64(a)
						: (int32_t)mnl_attr_get_u32(a);
}

static void take_parent(struct taking *t, const struct nlattr *nest, int kind)
{
	const int id_is = kind == ON_REF_SYNC ? DPLL_A_PIN_ID : DPLL_A_PIN_PARENT_ID;
	struct parent *parent = NULL;
	const struct nlattr *a;

	mnl_attr_for_each_nested(a, nest) if (mnl_attr_get_type(a) == id_is) parent =
		pin_parent(t->p, kind, mnl_attr_get_u32(a), true);
	if (!parent)
		return;
	parent->offset = COL_UNKNOWN;
	mnl_attr_for_each_nested(a, nest)
	{
		switch (mnl_attr_get_type(a)) {
		case DPLL_A_PIN_STATE:
			take_int(t, kind == ON_REF_SYNC ? EV_PIN_REF_SYNC : EV_PIN_STATE, kind,
				 parent->id, &parent->state, mnl_attr_get_u32(a));
			break;
		case DPLL_A_PIN_PRIO:
			take(t, EV_PIN_PRIO, kind, parent->id, &parent->prio, mnl_attr_get_u32(a),
			     COL_UNKNOWN);
			break;
		case DPLL_A_PIN_DIRECTION:
			take_int(t, EV_PIN_DIRECTION, kind, parent->id, &parent->direction,
				 mnl_attr_get_u32(a));
			break;
		case DPLL_A_PIN_PHASE_OFFSET:
			parent->offset = mnl_attr_get_u64(a);
			break;
		}
	}
}

/* parents that the message does not name are none any more */
static void drop_parents(struct pin *p, const struct nlmsghdr *nl)
{
	const struct nlattr *a, *b;
	bool there;

	for (int i = 0; i < p->nparents;) {
		there = p->parents[i].kind == ON_REF_SYNC;
		mnl_attr_for_each(a, nl, sizeof(struct genlmsghdr))
		{
			int type = mnl_attr_get_type(a);

			if (type != DPLL_A_PIN_PARENT_DEVICE && type != DPLL_A_PIN_PARENT_PIN)
				continue;
			mnl_attr_for_each_nested(b, a) there |=
				mnl_attr_get_type(b) == DPLL_A_PIN_PARENT_ID &&
				mnl_attr_get_u32(b) == p->parents[i].id &&
				p->parents[i].kind ==
					(type == DPLL_A_PIN_PARENT_DEVICE ? ON_DEVICE : ON_PIN);
		}
		if (there)
			i++;
		else
			p->parents[i] = p->parents[--p->nparents];
	}
}

struct pin *model_take_pin(struct model *m, const struct nlmsghdr *nl, model_fn fn, void *arg)
{
	struct pin *p = model_pin(m, message_id(nl), true);
	struct taking t = { p, fn, arg };
	const struct nlattr *a;
	bool named = false;

	p->present = true;
	p->ntold = 0;
	drop_parents(p, nl);
	mnl_attr_for_each(a, nl, sizeof(struct genlmsghdr))
	{
		switch (mnl_attr_get_type(a)) {
		case DPLL_A_PIN_MODULE_NAME:
			take_text(p->module, a);
			break;
		case DPLL_A_PIN_CLOCK_ID:
			p->clock_id = mnl_attr_get_u64(a);
			break;
		case DPLL_A_PIN_BOARD_LABEL:
		case DPLL_A_PIN_PANEL_LABEL:
		case DPLL_A_PIN_PACKAGE_LABEL:
			/* the first of them is the name */
			if (named)
				break;
			named = true;
			take_text(p->label, a);
			break;
		case DPLL_A_PIN_TYPE:
			p->type = mnl_attr_get_u32(a);
			break;
		case DPLL_A_PIN_FREQUENCY:
			take(&t, EV_PIN_FREQUENCY, ON_NOTHING, 0, &p->frequency,
			     mnl_attr_get_u64(a), COL_UNKNOWN);
			break;
		case DPLL_A_PIN_PHASE_ADJUST:
			take(&t, EV_PIN_PHASE_ADJUST, ON_NOTHING, 0, &p->adjust,
			     (int32_t)mnl_attr_get_u32(a), COL_UNKNOWN);
			break;
		case DPLL_A_PIN_ESYNC_FREQUENCY:
			take(&t, EV_PIN_ESYNC, ON_NOTHING, 0, &p->esync, mnl_attr_get_u64(a),
			     COL_UNKNOWN);
			break;
		case DPLL_A_PIN_FRACTIONAL_FREQUENCY_OFFSET:
			p->ffo = sint(a);
			break;
		case DPLL_A_PIN_PARENT_DEVICE:
			take_parent(&t, a, ON_DEVICE);
			break;
		case DPLL_A_PIN_PARENT_PIN:
			take_parent(&t, a, ON_PIN);
			break;
		case DPLL_A_PIN_REFERENCE_SYNC:
			take_parent(&t, a, ON_REF_SYNC);
			break;
		case CHS_DPLL_A_PIN_IFINDEX:
			if (p->ntold < MODEL_NETDEVS)
				p->told[p->ntold++] = mnl_attr_get_u32(a);
			break;
		}
	}
	p->nmessage = p->ntold;
	return p;
}

void model_set_pin(struct pin *p, int knob, int kind, uint32_t parent, int64_t value)
{
	struct parent *on = kind == ON_NOTHING ? NULL : pin_parent(p, kind, parent, true);

	switch (knob) {
	case EV_PIN_STATE:
	case EV_PIN_SEEN:
	case EV_PIN_REF_SYNC:
		if (on)
			on->state = value;
		break;
	case EV_PIN_DIRECTION:
		if (on)
			on->direction = value;
		break;
	case EV_PIN_PRIO:
		if (on)
			on->prio = value;
		break;
	case EV_PIN_FREQUENCY:
		p->frequency = value;
		break;
	case EV_PIN_PHASE_ADJUST:
		p->adjust = value;
		break;
	case EV_PIN_ESYNC:
		p->esync = value;
		break;
	}
}

void model_find_input(struct model *m, struct device *d)
{
	struct parent *on;

	d->input = INPUT_NONE;
	d->unsure = false;
	for (int i = 0; i < m->npins; i++) {
		on = m->pins[i]->present ? pin_parent(m->pins[i], ON_DEVICE, d->id, false) : NULL;
		if (on && on->state == DPLL_PIN_STATE_CONNECTED &&
		    on->direction == DPLL_PIN_DIRECTION_INPUT) {
			d->unsure = d->input != INPUT_NONE;
			d->input = m->pins[i]->id;
		}
	}
}

/* ---- the books ---- */

void device_count(struct device *d, int64_t now_ns)
{
	if (d->counted_ns && now_ns > d->counted_ns) {
		d->in_ns[d->status] += now_ns - d->counted_ns;
		d->counted_ns = now_ns;
	}
}

void device_lock(struct device *d, int status, int error, int64_t at_ns, int64_t dwell_ns)
{
	if (status < 0 || status >= MODEL_STATUSES)
		status = 0;
	device_count(d, at_ns);
	if (d->status == DPLL_LOCK_STATUS_HOLDOVER && dwell_ns > d->holdover_longest_ns)
		d->holdover_longest_ns = dwell_ns;
	d->transitions++;
	if (status == DPLL_LOCK_STATUS_HOLDOVER)
		d->holdovers++;
	d->status = status;
	d->error = error;
	d->since_ns = at_ns;
}
