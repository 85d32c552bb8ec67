/* SPDX-License-Identifier: GPL-2.0 */
/* --list: devices, their pins and the pins' pins, for people. */
#ifndef DPLLSNOOP_TREE_H
#define DPLLSNOOP_TREE_H

#include "lines.h"

/* as text the tree; as JSON a record for each device and pin. Filters as fn says */
void tree_write(struct lines *l,
		bool (*device_wanted)(const struct config *, const struct device *),
		bool (*pin_wanted)(const struct config *, const struct pin *));

#endif /* DPLLSNOOP_TREE_H */
