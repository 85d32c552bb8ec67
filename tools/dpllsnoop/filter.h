/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line wants to see: -d, --clock-id and --pin. Touches nothing. */
#ifndef DPLLSNOOP_FILTER_H
#define DPLLSNOOP_FILTER_H

#include "config.h"
#include "model.h"

bool device_wanted(const struct config *cfg, const struct device *d);

/* a device by number; one that is not known only where all are wanted */
bool id_wanted(const struct config *cfg, struct model *m, uint32_t id);

bool pin_wanted(const struct config *cfg, const struct pin *p);

/* is the pin wanted, and a device that it is on, itself or through parents? */
bool pin_there_wanted(const struct config *cfg, struct model *m, const struct pin *p);

#endif /* DPLLSNOOP_FILTER_H */
