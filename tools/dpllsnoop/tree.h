/* SPDX-License-Identifier: GPL-2.0 */
/* --list: devices, their pins and the pins' pins, for people. */
#ifndef DPLLSNOOP_TREE_H
#define DPLLSNOOP_TREE_H

#include "lines.h"

/* as text the tree; as JSON a record for each device and pin */
void tree_write(struct lines *l);

#endif /* DPLLSNOOP_TREE_H */
