// SPDX-License-Identifier: GPL-2.0
/*
 * dpll_stock: a client that knows of family "dpll" and of no other, as those of distributions
 * do, by one way each to send and to receive. For tests/dpll_preload.bats.
 *
 *	dpll_stock SEND RECEIVE [dump|DPLL]
 *
 * SEND is send, sendto, sendmsg, pieces (sendmsg of two), write or writev; RECEIVE recv,
 * recvfrom, recvmsg, peek (recvmsg, after a look for the size), read or readv. The family is
 * asked for by name, or looked for in a dump of all; DPLL is the name to ask for. Prints the
 * family's name as the kernel answers it, and a line for each device: its module. Exit status
 * 0; 1 and the error's number on stderr.
 */
#include <errno.h>
#include <linux/dpll.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *by_send, *by_receive, *wanted = DPLL_FAMILY_NAME;
static int fd;

static struct {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	struct nlattr attr;
	char name[GENL_NAMSIZ];
} request;

static _Alignas(8) char answer[32768];

static int fail(const char *what, int err)
{
	fprintf(stderr, "%s: %d\n", what, err);
	exit(1);
}

static bool is(const char *a, const char *b)
{
	return !strcmp(a, b);
}

static ssize_t send_as_told(void *buf, size_t len)
{
	struct iovec iov[2] = { { .iov_base = buf, .iov_len = 20 },
				{ .iov_base = (char *)buf + 20, .iov_len = len - 20 } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	if (is(by_send, "send"))
		return send(fd, buf, len, 0);
	if (is(by_send, "sendto"))
		return sendto(fd, buf, len, 0, NULL, 0);
	if (is(by_send, "write"))
		return write(fd, buf, len);
	if (is(by_send, "writev"))
		return writev(fd, iov, 2);
	if (is(by_send, "sendmsg")) {
		iov[0].iov_len = len;
		msg.msg_iovlen = 1;
	} else if (!is(by_send, "pieces")) {
		fail("no such way to send", EINVAL);
	}
	return sendmsg(fd, &msg, 0);
}

static ssize_t receive_as_told(void *buf, size_t len)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct sockaddr_nl from;
	socklen_t from_len = sizeof(from);

	if (is(by_receive, "recv"))
		return recv(fd, buf, len, 0);
	if (is(by_receive, "recvfrom"))
		return recvfrom(fd, buf, len, 0, (struct sockaddr *)&from, &from_len);
	if (is(by_receive, "read"))
		return read(fd, buf, len);
	if (is(by_receive, "readv"))
		return readv(fd, &iov, 1);
	if (is(by_receive, "peek")) {
		/* as libnl and libnetlink: then with just the room that it takes */
		iov.iov_len = 0;
		iov.iov_len = recvmsg(fd, &msg, MSG_PEEK | MSG_TRUNC);
	} else if (!is(by_receive, "recvmsg")) {
		fail("no such way to receive", EINVAL);
	}
	return recvmsg(fd, &msg, 0);
}

static void ask(uint16_t type, int cmd, int flags, const char *name)
{
	request.nl.nlmsg_type = type;
	request.nl.nlmsg_flags = NLM_F_REQUEST | flags;
	request.nl.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	request.genl.cmd = cmd;
	request.genl.version = 1;
	if (name) {
		request.attr.nla_type = CTRL_ATTR_FAMILY_NAME;
		request.attr.nla_len = NLA_HDRLEN + strlen(name) + 1;
		strcpy(request.name, name);
		request.nl.nlmsg_len += NLA_ALIGN(request.attr.nla_len);
	}
	if (send_as_told(&request, request.nl.nlmsg_len) != request.nl.nlmsg_len)
		fail("send", errno);
}

static const void *attr_of(const struct nlmsghdr *nl, int type)
{
	size_t at = NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *a;

	for (; at + NLA_HDRLEN <= nl->nlmsg_len; at += NLA_ALIGN(a->nla_len)) {
		a = (const void *)((const char *)nl + at);
		if (a->nla_len < NLA_HDRLEN || at + a->nla_len > nl->nlmsg_len)
			fail("attribute", a->nla_len);
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return a + 1;
	}
	return NULL;
}

/* each message of the answer */
static void answers(void (*each)(const struct nlmsghdr *nl))
{
	const struct nlmsghdr *nl;
	ssize_t n;
	int err;

	for (;;) {
		n = receive_as_told(answer, sizeof(answer));
		if (n < 0)
			fail("receive", errno);
		for (nl = (void *)answer; NLMSG_OK(nl, n); nl = NLMSG_NEXT(nl, n)) {
			if (nl->nlmsg_type == NLMSG_DONE)
				return;
			if (nl->nlmsg_type == NLMSG_ERROR) {
				err = -((const struct nlmsgerr *)NLMSG_DATA(nl))->error;
				fail("answer", err);
			}
			each(nl);
			if (!(nl->nlmsg_flags & NLM_F_MULTI))
				return;
		}
	}
}

static uint16_t family;

static void take_family(const struct nlmsghdr *nl)
{
	const char *name = attr_of(nl, CTRL_ATTR_FAMILY_NAME);

	if (!name || strcmp(name, wanted))
		return;
	family = *(const uint16_t *)attr_of(nl, CTRL_ATTR_FAMILY_ID);
	printf("family %s\n", name);
}

static void print_device(const struct nlmsghdr *nl)
{
	printf("%s\n", (const char *)attr_of(nl, DPLL_A_MODULE_NAME));
}

int main(int argc, char **argv)
{
	const char *how = argc > 3 ? argv[3] : "";

	if (argc < 3)
		fail("usage: dpll_stock SEND RECEIVE [dump|DPLL]", EINVAL);
	by_send = argv[1];
	by_receive = argv[2];
	if (*how && !is(how, "dump"))
		wanted = how;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (fd < 0)
		fail("socket", errno);
	ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, is(how, "dump") ? NLM_F_DUMP : 0,
	    is(how, "dump") ? NULL : wanted);
	answers(take_family);
	if (!family)
		fail("no such family", ENOENT);
	ask(family, DPLL_CMD_DEVICE_GET, NLM_F_DUMP, NULL);
	answers(print_device);
	return 0;
}
