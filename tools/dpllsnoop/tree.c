// SPDX-License-Identifier: GPL-2.0
/* --list: reads the model. */
#include <inttypes.h>
#include <string.h>
#include "filter.h"
#include "names.h"
#include "tree.h"

static void pin_line(struct out *o, const struct pin *p, const struct parent *on, int depth)
{
	char hz[UNITS_LEN] = "", phase[UNITS_LEN] = "", prio[24] = "";
	char line[256], left[64];
	int n;

	if (p->frequency != COL_UNKNOWN)
		units_hz(hz, p->frequency);
	if (on->offset != COL_UNKNOWN)
		units_phase(phase, on->offset);
	if (on->prio != COL_UNKNOWN)
		snprintf(prio, sizeof(prio), "%" PRId64, on->prio);
	snprintf(left, sizeof(left), "%*s%-3s %3u %.24s", depth * 2, "",
		 depth > 1	      ? ""
		 : on->direction == 2 ? "out"
				      : "in",
		 p->id, p->label);
	n = snprintf(line, sizeof(line), "%-26s %-5s %-12s %4s %9s %11s", left,
		     pin_type_name(p->type) ?: "?", state_name(on->state) ?: "-", prio, hz, phase);
	for (int i = 0; i < p->nnetdevs && n < (int)sizeof(line); i++)
		if (p->netdev[i].name[0])
			n += snprintf(line + n, sizeof(line) - n, " %s", p->netdev[i].name);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	while (n && line[n - 1] == ' ')
		line[--n] = 0;
	out_text(o, "%s", line);
}

static void children(struct lines *l, const struct pin *parent, int depth)
{
	for (int i = 0; i < l->model->npins; i++) {
		struct pin *p = l->model->pins[i];
		struct parent *on = pin_parent(p, ON_PIN, parent->id, false);

		if (!on || !p->present)
			continue;
		if (pin_wanted(l->cfg, p))
			pin_line(l->out, p, on, depth);
		/* nobody's children are their parents, but nobody checks either */
		if (depth < 4)
			children(l, p, depth + 1);
	}
}

static void device_pins(struct lines *l, const struct device *d, int direction)
{
	for (int i = 0; i < l->model->npins; i++) {
		struct pin *p = l->model->pins[i];
		struct parent *on = pin_parent(p, ON_DEVICE, d->id, false);

		if (!on || !p->present || (on->direction == 2) != (direction == 2))
			continue;
		if (pin_wanted(l->cfg, p))
			pin_line(l->out, p, on, 1);
		children(l, p, 2);
	}
}

void tree_write(struct lines *l)
{
	struct out *o = l->out;
	char temp[32];
	bool any = false;

	for (int i = 0; i < l->model->ndevices; i++) {
		const struct device *d = l->model->devices[i];

		if (!d->present || !device_wanted(l->cfg, d))
			continue;
		if (o->json) {
			line_device(l, d, "device");
			continue;
		}
		temp[0] = 0;
		if (d->temp != COL_UNKNOWN)
			snprintf(temp, sizeof(temp), ", %.1f C", d->temp / 1000.0);
		if (any)
			out_text(o, "%s", "");
		out_text(o, "%s%u %s %s%s, %s, clock 0x%016" PRIx64 ", %s%s", out_bold(o), d->id,
			 type_name(d->type) ?: "?", status_name(d->status) ?: "?", out_plain(o),
			 mode_name(d->mode) ?: "?", d->clock_id, d->module, temp);
		any = true;
		out_text(o, "  %-24s %-5s %-12s %4s %9s %11s", "     id pin", "type", "state",
			 "prio", "frequency", "phase");
		device_pins(l, d, 1);
		device_pins(l, d, 2);
	}
	for (int i = 0; o->json && i < l->model->npins; i++) {
		const struct pin *p = l->model->pins[i];

		if (p->present && pin_there_wanted(l->cfg, l->model, p))
			line_pin(l, p, "pin");
	}
	if (!any && !o->json)
		out_text(o, "no devices");
}
