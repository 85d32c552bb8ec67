// SPDX-License-Identifier: GPL-2.0
/*
 * What the kernel knows of families, asked by bare system calls: the calls of the same
 * names are those that the program makes, and ours to rewrite.
 */
#include <errno.h>
#include <linux/dpll.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include "family.h"
#include "rewrite.h"

#define CHS_FAMILY	"chs-dpll"
#define FAMILY_VARIABLE "CHS_DPLL_FAMILY"

struct request {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	struct nlattr attr;
	char name[NLA_ALIGN(GENL_NAMSIZ)];
};

/* calls each() for each message of the answer; 0 or -errno */
static int ask(struct request *q, void (*each)(const struct nlmsghdr *nl, void *arg), void *arg)
{
	struct timeval patience = { .tv_sec = 2 };
	_Alignas(struct nlmsghdr) char answer[32768];
	int fd = syscall(SYS_socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC), err;
	const struct nlmsghdr *nl;
	ssize_t n;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (syscall(SYS_sendto, fd, q, q->nl.nlmsg_len, 0, NULL, 0) < 0)
		goto failed;
	for (;;) {
		n = syscall(SYS_recvfrom, fd, answer, sizeof(answer), 0, NULL, NULL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			goto failed;
		for (nl = (void *)answer; NLMSG_OK(nl, n); nl = NLMSG_NEXT(nl, n)) {
			if (nl->nlmsg_type == NLMSG_ERROR) {
				err = ((const struct nlmsgerr *)NLMSG_DATA(nl))->error;
				goto close;
			}
			if (nl->nlmsg_type == NLMSG_DONE) {
				err = 0;
				goto close;
			}
			each(nl, arg);
			if (!(nl->nlmsg_flags & NLM_F_MULTI)) {
				err = 0;
				goto close;
			}
		}
	}

failed:
	err = -errno;
close:
	syscall(SYS_close, fd);
	return err;
}

/* the answer names the family by its number */
static void take_number(const struct nlmsghdr *nl, void *arg)
{
	size_t at = NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *a;

	for (; at + NLA_HDRLEN <= nl->nlmsg_len; at += NLA_ALIGN(a->nla_len)) {
		a = (const void *)((const char *)nl + at);
		if (a->nla_len < NLA_HDRLEN)
			return;
		if (a->nla_type == CTRL_ATTR_FAMILY_ID && a->nla_len >= NLA_HDRLEN + 2)
			memcpy(arg, a + 1, sizeof(uint16_t));
	}
}

/* 0: there is no such family */
static uint16_t number_of(const char *name)
{
	struct request q = {
		.nl = { .nlmsg_type = GENL_ID_CTRL, .nlmsg_flags = NLM_F_REQUEST },
		.genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attr = { .nla_type = CTRL_ATTR_FAMILY_NAME },
	};
	size_t len = strnlen(name, GENL_NAMSIZ - 1);
	uint16_t number = 0;

	memcpy(q.name, name, len);
	q.attr.nla_len = NLA_HDRLEN + len + 1;
	q.nl.nlmsg_len = offsetof(struct request, attr) + NLA_ALIGN(q.attr.nla_len);
	return ask(&q, take_number, &number) ? 0 : number;
}

static void count(const struct nlmsghdr *nl, void *arg)
{
	(void)nl;
	++*(unsigned int *)arg;
}

/* of a family like dpll; 0 also where we may not know */
static unsigned int devices_of(uint16_t family)
{
	struct request q = {
		.nl = { .nlmsg_len = offsetof(struct request, attr),
			.nlmsg_type = family,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.genl = { .cmd = DPLL_CMD_DEVICE_GET, .version = DPLL_FAMILY_VERSION },
	};
	unsigned int devices = 0;

	return ask(&q, count, &devices) ? 0 : devices;
}

/**
 * family_name() - the family that the program shall see as "dpll"
 *
 * Return: what CHS_DPLL_FAMILY says, or the name that chs_dpll has beside the kernel's own.
 */
const char *family_name(void)
{
	const char *name = secure_getenv(FAMILY_VARIABLE);

	return name && *name ? name : CHS_FAMILY;
}

/**
 * family_stands_in() - shall names be rewritten?
 *
 * A family that the user has named is taken also where there is none: its absence is
 * what the program shall see.
 *
 * Return: true unless the family is "dpll" itself, or not there and not asked for by name.
 */
bool family_stands_in(void)
{
	const char *name = family_name();

	if (!strcmp(name, DPLL_NAME))
		return false;
	return secure_getenv(FAMILY_VARIABLE) || number_of(name);
}

/**
 * family_warn_once() - report that the family which is hidden has devices, if it has
 *
 * Asks once in a process: the kernel's drivers may take some time to answer.
 */
void family_warn_once(void)
{
	static atomic_flag looked = ATOMIC_FLAG_INIT;
	unsigned int devices;
	uint16_t family;

	if (atomic_flag_test_and_set(&looked))
		return;
	family = number_of(DPLL_NAME);
	devices = family ? devices_of(family) : 0;
	if (devices)
		dprintf(STDERR_FILENO,
			"libchs_dpll: showing family %s; hidden devices of family dpll itself: %u "
			"(" FAMILY_VARIABLE "=dpll shows them)\n",
			family_name(), devices);
}
