/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which pins network devices have: by records, by pins' messages where the kernel has no
 * IFLA_DPLL_PIN, and by rtnetlink where it has.
 */
#ifndef DPLLSNOOP_NETDEVS_H
#define DPLLSNOOP_NETDEVS_H

#include <stdbool.h>
#include "model.h"

/* a network device has the pin (attached) or no more; name: "" if it has none here */
typedef void (*netdevs_fn)(void *arg, struct pin *p, const char *name, bool attached);

/* asks, and calls fn for each that is another than was known; NULL: for none */
void netdevs_ask(struct model *m, netdevs_fn fn, void *arg);

/* a record says so; false: it was known */
bool netdevs_set(struct pin *p, uint32_t ifindex, const char *name, bool attached);

#endif /* DPLLSNOOP_NETDEVS_H */
