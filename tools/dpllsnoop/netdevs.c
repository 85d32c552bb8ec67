// SPDX-License-Identifier: GPL-2.0
/* The network devices of pins, see netdevs.h. */
#include <net/if.h>
#include <string.h>
#include "netdevs.h"
#include "netlink.h"

static bool is_told(const struct pin *p, uint32_t ifindex)
{
	for (int i = 0; i < p->ntold; i++)
		if (p->told[i] == ifindex)
			return true;
	return false;
}

static void add_told(void *arg, uint32_t id, uint32_t ifindex)
{
	struct pin *p = model_pin(arg, id, false);

	if (p && p->ntold < MODEL_NETDEVS && !is_told(p, ifindex))
		p->told[p->ntold++] = ifindex;
}

static int find(const struct pin *p, uint32_t ifindex)
{
	for (int i = 0; i < p->nnetdevs; i++)
		if (p->netdev[i].ifindex == ifindex)
			return i;
	return -1;
}

bool netdevs_set(struct pin *p, uint32_t ifindex, const char *name, bool attached)
{
	int i = find(p, ifindex);

	if ((i >= 0) == attached)
		return false;
	if (!attached) {
		p->netdev[i] = p->netdev[--p->nnetdevs];
		return true;
	}
	if (p->nnetdevs == MODEL_NETDEVS)
		return false;
	p->netdev[p->nnetdevs].ifindex = ifindex;
	snprintf(p->netdev[p->nnetdevs++].name, IF_NAMESIZE, "%s", name);
	return true;
}

static void leave(struct pin *p, netdevs_fn fn, void *arg)
{
	struct netdev was;

	for (int i = p->nnetdevs - 1; i >= 0; i--) {
		was = p->netdev[i];
		if (is_told(p, was.ifindex))
			continue;
		netdevs_set(p, was.ifindex, "", false);
		if (fn)
			fn(arg, p, was.name, false);
	}
}

static void come(struct pin *p, netdevs_fn fn, void *arg)
{
	char name[IF_NAMESIZE];

	for (int i = 0; i < p->ntold; i++) {
		/* one of another network namespace has no name here */
		if (!if_indextoname(p->told[i], name))
			name[0] = 0;
		if (netdevs_set(p, p->told[i], name, true) && fn)
			fn(arg, p, name, true);
	}
}

void netdevs_ask(struct model *m, netdevs_fn fn, void *arg)
{
	netlink_netdevs(add_told, m);
	/* first where they leave: one that moves has one pin at a time */
	for (int i = 0; i < m->npins; i++)
		leave(m->pins[i], fn, arg);
	for (int i = 0; i < m->npins; i++) {
		come(m->pins[i], fn, arg);
		m->pins[i]->ntold = m->pins[i]->nmessage;
	}
}
