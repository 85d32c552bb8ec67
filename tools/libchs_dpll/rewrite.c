// SPDX-License-Identifier: GPL-2.0
/*
 * Names of families in messages to and from generic netlink's controller, which gives
 * families their numbers. Messages are taken as they come: what is cut off or has wrong
 * lengths is left alone.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>
#include "rewrite.h"

/* a name of a family in a buffer of messages, by offsets */
struct found {
	size_t message, attr;
	const char *to;
};

/* the header at an offset: messages in a foreign buffer may be aligned to nothing */
static bool message_at(const char *buf, size_t len, size_t at, struct nlmsghdr *nl)
{
	if (len < sizeof(*nl) || at > len - sizeof(*nl))
		return false;
	memcpy(nl, buf + at, sizeof(*nl));
	return nl->nlmsg_len >= sizeof(*nl) && nl->nlmsg_len <= len - at;
}

/* a name has its NUL: the controller takes no other */
static const char *renamed(const char *name, size_t len, const struct rename *renames)
{
	for (; memchr(name, 0, len) && renames->from; renames++)
		if (!strcmp(name, renames->from))
			return renames->to;
	return NULL;
}

/* the first name in one message; end: of the message */
static bool find_in_message(const char *buf, size_t end, const struct rename *renames,
			    struct found *f)
{
	size_t at = f->message + NLMSG_HDRLEN + GENL_HDRLEN;
	struct nlattr a;

	for (; at + NLA_HDRLEN <= end; at += NLA_ALIGN(a.nla_len)) {
		memcpy(&a, buf + at, sizeof(a));
		if (a.nla_len < NLA_HDRLEN || a.nla_len > end - at)
			return false;
		if ((a.nla_type & NLA_TYPE_MASK) != CTRL_ATTR_FAMILY_NAME)
			continue;
		f->attr = at;
		f->to = renamed(buf + at + NLA_HDRLEN, a.nla_len - NLA_HDRLEN, renames);
		return f->to;
	}
	return false;
}

/* from the message at f->message on */
static bool find(const char *buf, size_t len, const struct rename *renames, struct found *f)
{
	struct nlmsghdr nl;

	for (; message_at(buf, len, f->message, &nl); f->message += NLMSG_ALIGN(nl.nlmsg_len))
		if (nl.nlmsg_type == GENL_ID_CTRL &&
		    find_in_message(buf, f->message + nl.nlmsg_len, renames, f))
			return true;
	return false;
}

/**
 * names_any() - is there anything to rewrite?
 * @buf: messages
 * @len: bytes there
 * @renames: names
 *
 * Return: true if names_rewrite() would change something, given the room.
 */
bool names_any(const void *buf, size_t len, const struct rename *renames)
{
	struct found f = {};

	return find(buf, len, renames, &f);
}

/* returns the new length, or 0 where there is no room */
static size_t replace(char *buf, size_t len, size_t room, const struct found *f)
{
	size_t start = f->attr + NLA_HDRLEN, payload = strlen(f->to) + 1, old, new, tail;
	struct nlmsghdr nl;
	struct nlattr a;

	memcpy(&nl, buf + f->message, sizeof(nl));
	memcpy(&a, buf + f->attr, sizeof(a));
	old = NLA_ALIGN(a.nla_len);
	new = NLA_ALIGN(NLA_HDRLEN + payload);
	/* the last attribute of all may come without its padding */
	tail = f->attr + old < len ? len - f->attr - old : 0;
	if (f->attr + new + tail > room)
		return 0;
	memmove(buf + f->attr + new, buf + f->attr + old, tail);
	memset(buf + start, 0, new - NLA_HDRLEN);
	memcpy(buf + start, f->to, payload);
	a.nla_len = NLA_HDRLEN + payload;
	memcpy(buf + f->attr, &a, sizeof(a));
	nl.nlmsg_len = NLMSG_ALIGN(nl.nlmsg_len) + new - old;
	memcpy(buf + f->message, &nl, sizeof(nl));
	return f->attr + new + tail;
}

/**
 * names_rewrite() - rewrite the names of families
 * @buf: messages
 * @len: bytes there
 * @room: bytes that there is room for
 * @renames: names
 *
 * Of each message the first name is looked at: none has two.
 *
 * Return: the length now. A name for which there is no room stays.
 */
size_t names_rewrite(void *buf, size_t len, size_t room, const struct rename *renames)
{
	struct found f = {};
	struct nlmsghdr nl;
	size_t now;

	while (find(buf, len, renames, &f)) {
		now = replace(buf, len, room, &f);
		if (now)
			len = now;
		memcpy(&nl, (char *)buf + f.message, sizeof(nl));
		f.message += NLMSG_ALIGN(nl.nlmsg_len);
	}
	return len;
}
