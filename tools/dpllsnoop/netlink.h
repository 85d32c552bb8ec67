/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family of DPLLs: one socket asks, another one listens, so that an
 * answer never stands behind a storm of notifications. Messages are handed over as they
 * are written down by the kernel; messages.h reads them.
 */
#ifndef DPLLSNOOP_NETLINK_H
#define DPLLSNOOP_NETLINK_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mnl_socket;

struct netlink {
	struct mnl_socket *ask, *hear;
	char family_name[GENL_NAMSIZ];
	uint16_t family;
	uint32_t group;
	uint32_t seq;
	uint32_t drops;	  /* of the listening socket, as far as they were told */
	bool interrupted; /* the set changed during the last dump */
	char *buf;
};

typedef void (*netlink_fn)(void *arg, int cmd, const struct nlmsghdr *nl);

/* a socket that finds families; 0 or -errno */
int netlink_open(struct netlink *n);
void netlink_close(struct netlink *n);

/* 0, -ENOENT: no such family, -EPROTOTYPE: one, but without DPLLs' group, or another -errno */
int netlink_find(struct netlink *n, const char *family);

/* joins the group; bytes: room for notifications, 0: much. 0 or -errno */
int netlink_join(struct netlink *n, long bytes);
int netlink_hear_fd(const struct netlink *n);

/* nothing comes any more but what is there already */
void netlink_leave(struct netlink *n);

/* every device or pin, by the command that gets one; 0 or -errno */
int netlink_dump(struct netlink *n, int cmd, netlink_fn fn, void *arg);

/* several devices or pins, asked for at once; those that are gone are left out */
int netlink_get(struct netlink *n, int cmd, const uint32_t *ids, int count, netlink_fn fn,
		void *arg);

/*
 * The next notifications, copied to *data (as great as the caller has room): their length, 0
 * if there are none, -ENOBUFS once where some were lost, or another -errno.
 */
int netlink_hear(struct netlink *n, char *data, size_t room);

/* how many notifications were lost since the last call */
uint32_t netlink_lost(struct netlink *n);

/* the command and the message of each of len bytes */
void netlink_each(const struct netlink *n, const char *data, int len, netlink_fn fn, void *arg);

/* the pin that rtnetlink knows of each network device */
typedef void (*netlink_netdev_fn)(void *arg, uint32_t pin, uint32_t ifindex);
int netlink_netdevs(netlink_netdev_fn fn, void *arg);

#endif /* DPLLSNOOP_NETLINK_H */
