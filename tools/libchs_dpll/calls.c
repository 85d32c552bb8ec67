// SPDX-License-Identifier: GPL-2.0
/*
 * The calls that a program sees: those that send to a socket and receive from one. A
 * message to or from the controller of generic netlink that has one of the names in
 * question is rewritten; all else passes as it is, at the price of a look at its first
 * bytes. No state but what libc's calls are, so that all of them may be made by signal
 * handlers and any thread.
 */
#include <dlfcn.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include "family.h"
#include "rewrite.h"

#define EXPORT __attribute__((visibility("default")))

/* requests to the controller are short */
#define REQUEST_ROOM 4096

/* ---- libc's ------------------------------------------------------------------ */

static struct {
	ssize_t (*send)(int fd, const void *buf, size_t len, int flags);
	ssize_t (*sendto)(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
			  socklen_t to_len);
	ssize_t (*sendmsg)(int fd, const struct msghdr *msg, int flags);
	ssize_t (*write)(int fd, const void *buf, size_t len);
	ssize_t (*writev)(int fd, const struct iovec *iov, int n);
	ssize_t (*recv)(int fd, void *buf, size_t len, int flags);
	ssize_t (*recvfrom)(int fd, void *buf, size_t len, int flags, struct sockaddr *from,
			    socklen_t *from_len);
	ssize_t (*recvmsg)(int fd, struct msghdr *msg, int flags);
	ssize_t (*read)(int fd, void *buf, size_t len);
	ssize_t (*readv)(int fd, const struct iovec *iov, int n);
	ssize_t (*recv_chk)(int fd, void *buf, size_t len, size_t room, int flags);
	ssize_t (*recvfrom_chk)(int fd, void *buf, size_t len, size_t room, int flags,
				struct sockaddr *from, socklen_t *from_len);
	ssize_t (*read_chk)(int fd, void *buf, size_t len, size_t room);
} libc;

/* early, since a signal handler must not do it; other constructors may come before */
__attribute__((constructor)) static void find_libc(void)
{
	libc.send = (typeof(libc.send))dlsym(RTLD_NEXT, "send");
	libc.sendto = (typeof(libc.sendto))dlsym(RTLD_NEXT, "sendto");
	libc.sendmsg = (typeof(libc.sendmsg))dlsym(RTLD_NEXT, "sendmsg");
	libc.write = (typeof(libc.write))dlsym(RTLD_NEXT, "write");
	libc.writev = (typeof(libc.writev))dlsym(RTLD_NEXT, "writev");
	libc.recv = (typeof(libc.recv))dlsym(RTLD_NEXT, "recv");
	libc.recvfrom = (typeof(libc.recvfrom))dlsym(RTLD_NEXT, "recvfrom");
	libc.recvmsg = (typeof(libc.recvmsg))dlsym(RTLD_NEXT, "recvmsg");
	libc.read = (typeof(libc.read))dlsym(RTLD_NEXT, "read");
	libc.readv = (typeof(libc.readv))dlsym(RTLD_NEXT, "readv");
	libc.recv_chk = (typeof(libc.recv_chk))dlsym(RTLD_NEXT, "__recv_chk");
	libc.recvfrom_chk = (typeof(libc.recvfrom_chk))dlsym(RTLD_NEXT, "__recvfrom_chk");
	libc.read_chk = (typeof(libc.read_chk))dlsym(RTLD_NEXT, "__read_chk");
}

#define LIBC(call, ...) \
	({ \
		if (!libc.call) \
			find_libc(); \
		libc.call(__VA_ARGS__); \
	})

/* ---- what is ours to rewrite ---------------------------------------------------- */

static bool is_genl_socket(int fd)
{
	int domain = 0, protocol = 0;
	socklen_t len = sizeof(int);

	return !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) && domain == AF_NETLINK &&
	       !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) &&
	       protocol == NETLINK_GENERIC;
}

/* the only look at most buffers */
static bool is_for_controller(const void *buf, size_t len)
{
	struct nlmsghdr nl;

	if (len < NLMSG_HDRLEN + GENL_HDRLEN)
		return false;
	memcpy(&nl, buf, sizeof(nl));
	return nl.nlmsg_type == GENL_ID_CTRL;
}

/* the request to send in place of the program's; false: the program's */
static bool rewrite_request(int fd, char *copy, size_t *len)
{
	const struct rename renames[] = {
		{ DPLL_NAME, family_name() },
		{ DPLL_KERNEL_NAME, DPLL_NAME },
		{},
	};
	int errno_before = errno;
	bool rewritten = false;

	if (names_any(copy, *len, renames) && is_genl_socket(fd) && family_stands_in()) {
		family_warn_once();
		*len = names_rewrite(copy, *len, REQUEST_ROOM, renames);
		rewritten = true;
	}
	errno = errno_before;
	return rewritten;
}

static bool copy_request(int fd, const void *buf, size_t *len, char *copy)
{
	if (!is_for_controller(buf, *len) || *len > REQUEST_ROOM)
		return false;
	memcpy(copy, buf, *len);
	return rewrite_request(fd, copy, len);
}

static bool copy_request_iov(int fd, const struct iovec *iov, size_t n, size_t *len, char *copy)
{
	size_t i, have = 0;
	struct nlmsghdr nl;

	/* a request sent in pieces has its header in the first one */
	if (!n || iov[0].iov_len < sizeof(nl))
		return false;
	memcpy(&nl, iov[0].iov_base, sizeof(nl));
	if (nl.nlmsg_type != GENL_ID_CTRL)
		return false;
	for (i = 0; i < n; i++) {
		if (iov[i].iov_len > REQUEST_ROOM - have)
			return false;
		memcpy(copy + have, iov[i].iov_base, iov[i].iov_len);
		have += iov[i].iov_len;
	}
	*len = have;
	return is_for_controller(copy, have) && rewrite_request(fd, copy, len);
}

/* the caller gets the length that it has passed */
static ssize_t as_sent(ssize_t sent, size_t len)
{
	return sent < 0 ? sent : (ssize_t)len;
}

/* after a receipt of got bytes; returns what of them the program shall see */
static ssize_t rewrite_answer(int fd, void *buf, size_t room, ssize_t got, int flags)
{
	const struct rename renames[] = {
		{ family_name(), DPLL_NAME },
		{ DPLL_NAME, DPLL_KERNEL_NAME },
		{},
	};
	int errno_before = errno;

	/* a look ahead is for the size: it is the kernel's that the next call needs room for */
	if (got <= 0 || (size_t)got > room || flags & MSG_PEEK || !is_for_controller(buf, got))
		return got;
	if (names_any(buf, got, renames) && is_genl_socket(fd) && family_stands_in())
		got = names_rewrite(buf, got, room, renames);
	errno = errno_before;
	return got;
}

/* ---- sending -------------------------------------------------------------------- */

EXPORT ssize_t send(int fd, const void *buf, size_t len, int flags)
{
	char copy[REQUEST_ROOM];
	size_t now = len;

	if (!copy_request(fd, buf, &now, copy))
		return LIBC(send, fd, buf, len, flags);
	return as_sent(LIBC(send, fd, copy, now, flags), len);
}

EXPORT ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
		      socklen_t to_len)
{
	char copy[REQUEST_ROOM];
	size_t now = len;

	if (!copy_request(fd, buf, &now, copy))
		return LIBC(sendto, fd, buf, len, flags, to, to_len);
	return as_sent(LIBC(sendto, fd, copy, now, flags, to, to_len), len);
}

static size_t iov_size(const struct iovec *iov, size_t n)
{
	size_t size = 0;

	while (n--)
		size += iov[n].iov_len;
	return size;
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *msg, int flags)
{
	char copy[REQUEST_ROOM];
	struct iovec iov = { .iov_base = copy };
	struct msghdr rewritten;

	if (!msg || !copy_request_iov(fd, msg->msg_iov, msg->msg_iovlen, &iov.iov_len, copy))
		return LIBC(sendmsg, fd, msg, flags);
	rewritten = *msg;
	rewritten.msg_iov = &iov;
	rewritten.msg_iovlen = 1;
	return as_sent(LIBC(sendmsg, fd, &rewritten, flags),
		       iov_size(msg->msg_iov, msg->msg_iovlen));
}

EXPORT ssize_t write(int fd, const void *buf, size_t len)
{
	char copy[REQUEST_ROOM];
	size_t now = len;

	if (!copy_request(fd, buf, &now, copy))
		return LIBC(write, fd, buf, len);
	return as_sent(LIBC(write, fd, copy, now), len);
}

EXPORT ssize_t writev(int fd, const struct iovec *iov, int n)
{
	char copy[REQUEST_ROOM];
	size_t now;

	if (n < 1 || !copy_request_iov(fd, iov, n, &now, copy))
		return LIBC(writev, fd, iov, n);
	return as_sent(LIBC(write, fd, copy, now), iov_size(iov, n));
}

/* ---- receiving ------------------------------------------------------------------ */

EXPORT ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	return rewrite_answer(fd, buf, len, LIBC(recv, fd, buf, len, flags), flags);
}

EXPORT ssize_t recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from,
			socklen_t *from_len)
{
	return rewrite_answer(fd, buf, len, LIBC(recvfrom, fd, buf, len, flags, from, from_len),
			      flags);
}

/* into several buffers: only a message that fits the first one is rewritten */
EXPORT ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t got = LIBC(recvmsg, fd, msg, flags);

	if (got <= 0 || !msg->msg_iovlen || msg->msg_flags & MSG_TRUNC)
		return got;
	return rewrite_answer(fd, msg->msg_iov[0].iov_base, msg->msg_iov[0].iov_len, got, flags);
}

EXPORT ssize_t read(int fd, void *buf, size_t len)
{
	return rewrite_answer(fd, buf, len, LIBC(read, fd, buf, len), 0);
}

EXPORT ssize_t readv(int fd, const struct iovec *iov, int n)
{
	ssize_t got = LIBC(readv, fd, iov, n);

	return n < 1 ? got : rewrite_answer(fd, iov[0].iov_base, iov[0].iov_len, got, 0);
}

/* what the three are called in programs built with _FORTIFY_SOURCE */
EXPORT ssize_t __recv_chk(int fd, void *buf, size_t len, size_t room, int flags);
EXPORT ssize_t __recvfrom_chk(int fd, void *buf, size_t len, size_t room, int flags,
			      struct sockaddr *from, socklen_t *from_len);
EXPORT ssize_t __read_chk(int fd, void *buf, size_t len, size_t room);

ssize_t __recv_chk(int fd, void *buf, size_t len, size_t room, int flags)
{
	return rewrite_answer(fd, buf, len, LIBC(recv_chk, fd, buf, len, room, flags), flags);
}

ssize_t __recvfrom_chk(int fd, void *buf, size_t len, size_t room, int flags, struct sockaddr *from,
		       socklen_t *from_len)
{
	return rewrite_answer(fd, buf, len,
			      LIBC(recvfrom_chk, fd, buf, len, room, flags, from, from_len), flags);
}

ssize_t __read_chk(int fd, void *buf, size_t len, size_t room)
{
	return rewrite_answer(fd, buf, len, LIBC(read_chk, fd, buf, len, room), 0);
}
