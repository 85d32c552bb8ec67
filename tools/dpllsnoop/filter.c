// SPDX-License-Identifier: GPL-2.0
/* Which devices and pins the command line wants to see. */
#include <stdio.h>
#include <string.h>
#include "filter.h"
#include "names.h"

bool device_wanted(const struct config *cfg, const struct device *d)
{
	char number[16];

	if (cfg->clock_id && d->clock_id != cfg->clock_id)
		return false;
	snprintf(number, sizeof(number), "%u", d->id);
	for (int i = 0; i < cfg->ndevices; i++)
		if (!strcmp(cfg->devices[i], number) ||
		    !strcmp(cfg->devices[i], type_name(d->type) ?: "") ||
		    !strcmp(cfg->devices[i], d->name))
			return true;
	return !cfg->ndevices;
}

bool id_wanted(const struct config *cfg, struct model *m, uint32_t id)
{
	struct device *d = model_device(m, id, false);

	return d ? device_wanted(cfg, d) : !cfg->ndevices && !cfg->clock_id;
}

bool pin_wanted(const struct config *cfg, const struct pin *p)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", p->id);
	for (int i = 0; i < cfg->npins; i++)
		if (!strcmp(cfg->pins[i], number) || !strcmp(cfg->pins[i], p->label))
			return true;
	return !cfg->npins;
}

bool pin_there_wanted(const struct config *cfg, struct model *m, const struct pin *p)
{
	if (!pin_wanted(cfg, p))
		return false;
	if (!cfg->ndevices && !cfg->clock_id)
		return true;
	for (int i = 0; i < m->ndevices; i++)
		if (device_wanted(cfg, m->devices[i]) && model_pin_on(m, p, m->devices[i]->id))
			return true;
	return false;
}
