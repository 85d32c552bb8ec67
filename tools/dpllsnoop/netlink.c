// SPDX-License-Identifier: GPL-2.0
/* Netlink by libmnl: sockets, requests, and what the kernel answers. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/dpll.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "netlink.h"

/* what the kernel writes into one message of a dump at most, and a great pin's own */
#define ROOM	     (128 << 10)
#define HEAR_BYTES   (4 << 20)
#define GETS_AT_ONCE 16 /* their answers must fit in the socket */

/* newer than the headers of Debian 12; holds the pin's DPLL_A_PIN_ID */
#define IFLA_DPLL_PIN_ 65

static struct mnl_socket *new_socket(int bus)
{
	struct mnl_socket *s = mnl_socket_open2(bus, SOCK_CLOEXEC);

	if (s && mnl_socket_bind(s, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(s);
		return NULL;
	}
	return s;
}

int netlink_open(struct netlink *n)
{
	memset(n, 0, sizeof(*n));
	n->buf = malloc(ROOM);
	n->ask = new_socket(NETLINK_GENERIC);
	if (!n->buf)
		return -ENOMEM;
	return n->ask ? 0 : -errno;
}

void netlink_close(struct netlink *n)
{
	if (n->ask)
		mnl_socket_close(n->ask);
	if (n->hear)
		mnl_socket_close(n->hear);
	free(n->buf);
	memset(n, 0, sizeof(*n));
}

static struct nlmsghdr *put_request(void *at, uint16_t family, int flags, int cmd, uint32_t seq)
{
	struct nlmsghdr *nl = mnl_nlmsg_put_header(at);
	struct genlmsghdr *genl;

	nl->nlmsg_type = family;
	nl->nlmsg_flags = NLM_F_REQUEST | flags;
	nl->nlmsg_seq = seq;
	genl = mnl_nlmsg_put_extra_header(nl, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nl;
}

static int error_of(const struct nlmsghdr *nl)
{
	return *(const int *)mnl_nlmsg_get_payload(nl);
}

static int cmd_of(const struct nlmsghdr *nl)
{
	return ((const struct genlmsghdr *)mnl_nlmsg_get_payload(nl))->cmd;
}

/*
 * Hears the answers to the requests from n->seq - count + 1 to n->seq: one message or error
 * each, or all of a dump. The last error that is not of one object alone, or 0.
 */
static int answers(struct netlink *n, int count, bool dump, netlink_fn fn, void *arg)
{
	const struct nlmsghdr *nl;
	uint32_t first = n->seq - count + 1;
	int len, err, result = 0;

	while (count) {
		len = mnl_socket_recvfrom(n->ask, n->buf, ROOM);
		if (len < 0)
			return -errno;
		for (nl = (void *)n->buf; mnl_nlmsg_ok(nl, len); nl = mnl_nlmsg_next(nl, &len)) {
			/* left over from a request that was given up */
			if (nl->nlmsg_seq - first > n->seq - first)
				continue;
			if (nl->nlmsg_flags & NLM_F_DUMP_INTR)
				n->interrupted = true;
			if (nl->nlmsg_type == NLMSG_ERROR || nl->nlmsg_type == NLMSG_DONE) {
				err = error_of(nl);
				if (err && err != -ENODEV)
					result = err;
				count--;
			} else if (nl->nlmsg_type == n->family || !n->family) {
				fn(arg, cmd_of(nl), nl);
				count -= !dump;
			}
		}
	}
	return result;
}

static void take_family(void *arg, int cmd, const struct nlmsghdr *nl)
{
	const struct nlattr *a, *group, *b;
	struct netlink *n = arg;
	uint16_t family = 0;

	(void)cmd;
	mnl_attr_for_each(a, nl, sizeof(struct genlmsghdr))
	{
		if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID)
			family = mnl_attr_get_u16(a);
		if (mnl_attr_get_type(a) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, a)
		{
			const char *name = "";
			uint32_t id = 0;

			mnl_attr_for_each_nested(b, group)
			{
				if (mnl_attr_get_type(b) == CTRL_ATTR_MCAST_GRP_NAME)
					name = mnl_attr_get_str(b);
				if (mnl_attr_get_type(b) == CTRL_ATTR_MCAST_GRP_ID)
					id = mnl_attr_get_u32(b);
			}
			if (!strcmp(name, DPLL_MCGRP_MONITOR))
				n->group = id;
		}
	}
	n->family = family;
}

int netlink_find(struct netlink *n, const char *family)
{
	struct nlmsghdr *nl;
	int err;

	if (strlen(family) >= GENL_NAMSIZ)
		return -ENOENT;
	n->family = 0;
	nl = put_request(n->buf, GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, ++n->seq);
	mnl_attr_put_strz(nl, CTRL_ATTR_FAMILY_NAME, family);
	if (mnl_socket_sendto(n->ask, nl, nl->nlmsg_len) < 0)
		return -errno;
	err = answers(n, 1, false, take_family, n);
	if (err)
		return err;
	if (!n->family)
		return -ENOENT;
	if (!n->group)
		return -EPROTOTYPE;
	strcpy(n->family_name, family);
	return 0;
}

int netlink_join(struct netlink *n, long bytes)
{
	int want = bytes ?: HEAR_BYTES, fd;

	n->hear = new_socket(NETLINK_GENERIC);
	if (!n->hear)
		return -errno;
	fd = mnl_socket_get_fd(n->hear);
	/* what the system allows, where more is not for us */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &want, sizeof(want)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &want, sizeof(want));
	if (mnl_socket_setsockopt(n->hear, NETLINK_ADD_MEMBERSHIP, &n->group, sizeof(n->group)))
		return -errno;
	return 0;
}

void netlink_leave(struct netlink *n)
{
	mnl_socket_setsockopt(n->hear, NETLINK_DROP_MEMBERSHIP, &n->group, sizeof(n->group));
}

int netlink_hear_fd(const struct netlink *n)
{
	return mnl_socket_get_fd(n->hear);
}

int netlink_dump(struct netlink *n, int cmd, netlink_fn fn, void *arg)
{
	struct nlmsghdr *nl = put_request(n->buf, n->family, NLM_F_DUMP, cmd, ++n->seq);

	n->interrupted = false;
	if (mnl_socket_sendto(n->ask, nl, nl->nlmsg_len) < 0)
		return -errno;
	return answers(n, 1, true, fn, arg);
}

int netlink_get(struct netlink *n, int cmd, const uint32_t *ids, int count, netlink_fn fn,
		void *arg)
{
	struct nlmsghdr *nl;
	int len, now, err;

	for (; count; count -= now, ids += now) {
		now = count < GETS_AT_ONCE ? count : GETS_AT_ONCE;
		len = 0;
		for (int i = 0; i < now; i++) {
			nl = put_request(n->buf + len, n->family, 0, cmd, ++n->seq);
			/* a device's id and a pin's are both attribute 1 */
			mnl_attr_put_u32(nl, DPLL_A_ID, ids[i]);
			len += NLMSG_ALIGN(nl->nlmsg_len);
		}
		if (mnl_socket_sendto(n->ask, n->buf, len) < 0)
			return -errno;
		err = answers(n, now, false, fn, arg);
		if (err)
			return err;
	}
	return 0;
}

int netlink_hear(struct netlink *n, char *data, size_t room)
{
	int len = recv(netlink_hear_fd(n), data, room, MSG_DONTWAIT);

	if (len < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return len;
}

uint32_t netlink_lost(struct netlink *n)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 }, lost;
	socklen_t len = sizeof(info);

	if (getsockopt(netlink_hear_fd(n), SOL_SOCKET, SO_MEMINFO, info, &len))
		return 0;
	lost = info[SK_MEMINFO_DROPS] - n->drops;
	n->drops = info[SK_MEMINFO_DROPS];
	return lost;
}

void netlink_each(const struct netlink *n, const char *data, int len, netlink_fn fn, void *arg)
{
	const struct nlmsghdr *nl;

	for (nl = (const void *)data; mnl_nlmsg_ok(nl, len); nl = mnl_nlmsg_next(nl, &len))
		if (nl->nlmsg_type == n->family)
			fn(arg, cmd_of(nl), nl);
}

int netlink_netdevs(netlink_netdev_fn fn, void *arg)
{
	struct mnl_socket *s = new_socket(NETLINK_ROUTE);
	const struct nlattr *a, *b;
	const struct ifinfomsg *ifi;
	bool done = false;
	struct nlmsghdr *nl;
	int len, err = 0;
	char *buf;

	buf = malloc(ROOM);
	if (!s || !buf) {
		err = -errno;
		goto out;
	}
	nl = mnl_nlmsg_put_header(buf);
	nl->nlmsg_type = RTM_GETLINK;
	nl->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(nl, sizeof(*ifi));
	if (mnl_socket_sendto(s, nl, nl->nlmsg_len) < 0)
		err = -errno;
	while (!err && !done) {
		len = mnl_socket_recvfrom(s, buf, ROOM);
		if (len < 0)
			err = -errno;
		for (nl = (void *)buf; !err && mnl_nlmsg_ok(nl, len);
		     nl = mnl_nlmsg_next(nl, &len)) {
			if (nl->nlmsg_type == NLMSG_DONE || nl->nlmsg_type == NLMSG_ERROR) {
				done = true;
				break;
			}
			ifi = mnl_nlmsg_get_payload(nl);
			mnl_attr_for_each(a, nl, sizeof(*ifi))
			{
				if (mnl_attr_get_type(a) != IFLA_DPLL_PIN_)
					continue;
				mnl_attr_for_each_nested(b, a) if (mnl_attr_get_type(b) ==
								   DPLL_A_PIN_ID)
					fn(arg, mnl_attr_get_u32(b), ifi->ifi_index);
			}
		}
	}
out:
	free(buf);
	if (s)
		mnl_socket_close(s);
	return err;
}
