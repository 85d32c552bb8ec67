// SPDX-License-Identifier: GPL-2.0
/* Names that others chose. Pure, but for the locale. */
#include <langinfo.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>
#include "name.h"

static bool octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' && s[2] >= '0' &&
	       s[2] <= '7';
}

char *name_undo(char *s)
{
	char *to = s;

	if (!strcmp(s, "-"))
		*s = 0;
	for (const char *from = s; *from; to++) {
		if (*from == '\\' && octal(from + 1)) {
			*to = (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = 0;
	return s;
}

/*
 * Bytes of the UTF-8 character that s begins with, 0 if there is none: what is longer than
 * need be, a surrogate or beyond Unicode is none (RFC 3629).
 */
static int utf8(const char *s, uint32_t *ch)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *b = (const unsigned char *)s;
	int len = *b < 0x80 ? 1 : *b < 0xc0 ? 0 : *b < 0xe0 ? 2 : *b < 0xf0 ? 3 : *b < 0xf8 ? 4 : 0;

	*ch = len < 2 ? *b : *b & (0x7f >> len);
	for (int i = 1; i < len; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return 0;
		*ch = *ch << 6 | (b[i] & 0x3f);
	}
	if (len && (*ch < least[len] || *ch > 0x10ffff || (*ch >= 0xd800 && *ch < 0xe000)))
		return 0;
	return len;
}

static bool locale_is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

wchar_t name_next(const char **s, int *columns)
{
	uint32_t ch;
	int len;

	*columns = 0;
	if (!**s)
		return 0;
	len = utf8(*s, &ch);
	*s += len ?: 1;
	*columns = 1;
	if (len == 1)
		return ch < 0x20 || ch == 0x7f ? L'?' : (wchar_t)ch;
	/* a wide character is its number in Unicode, in glibc */
	if (!len || !locale_is_utf8() || !iswprint(ch) || wcwidth(ch) < 1)
		return L'?';
	*columns = wcwidth(ch);
	return ch;
}

/* up to so many columns; *end: where in from it stopped */
static int put_text(char *to, size_t room, const char *from, int most, const char **end)
{
	const char *next = from;
	size_t used = 0, len;
	int columns, all = 0;
	wchar_t ch;

	while ((ch = name_next(&next, &columns))) {
		/* one that prints is written as it stood there */
		len = ch == L'?' ? 1 : next - from;
		if (used + len + 1 > room || all + columns > most)
			break;
		if (ch == L'?')
			to[used] = '?';
		else
			memmove(to + used, from, len);
		used += len;
		all += columns;
		from = next;
	}
	if (room)
		to[used] = 0;
	*end = from;
	return all;
}

int name_text(char *to, size_t room, const char *from)
{
	const char *end;

	return put_text(to, room, from, INT32_MAX, &end);
}

int name_width(const char *s)
{
	int columns, all = 0;

	while (name_next(&s, &columns))
		all += columns;
	return all;
}

int name_cut(char *to, size_t room, const char *from, int columns)
{
	const char *end;
	int width;

	if (name_width(from) <= columns)
		return name_text(to, room, from);
	if (room < 2 || columns < 1)
		return name_text(to, room, "");
	width = put_text(to, room - 1, from, columns - 1, &end);
	strcat(to, "~");
	return width + 1;
}

char *name_json(const char *s)
{
	char *all = malloc(4 * strlen(s) + 1), *to = all;
	uint32_t ch;
	int len;

	if (!all)
		abort();
	while (*s) {
		len = utf8(s, &ch);
		if (len)
			to = mempcpy(to, s, len);
		else
			to += sprintf(to, "\\x%02x", (unsigned char)*s);
		s += len ?: 1;
	}
	*to = 0;
	return all;
}
