// SPDX-License-Identifier: GPL-2.0
/* Host test of tools/lib/name: names that others chose. */
#include <locale.h>
#include <stdlib.h>
#include <unistd.h>
#include "name.h"
#include "tap.h"

static void undone(const char *escaped, const char *want, const char *what)
{
	char s[64];

	strcpy(s, escaped);
	same_text(name_undo(s), want, what);
}

static void shown(const char *name, const char *want, int columns, const char *what)
{
	char s[256];

	same(name_text(s, sizeof(s), name), columns, what);
	same_text(s, want, what);
	same(name_width(name), columns, "its width by itself");
	same(name_width(want), columns, "what is shown is shown so once more");
	strcpy(s, name);
	name_text(s, sizeof(s), s);
	same_text(s, want, "in place");
}

static void as_json(const char *name, const char *want, const char *what)
{
	char *s = name_json(name);

	same_text(s, want, what);
	free(s);
}

static void undo(void)
{
	undone("a\\040b\\134c\\012d", "a b\\c\nd", "blanks, backslashes and line feeds come back");
	undone("Z\\303\\244hler", "Z\xc3\xa4hler", "bytes beyond ASCII come back");
	undone("line\\", "line\\", "a lone backslash stays");
	undone("\\47", "\\47", "and one before two digits");
	undone("\\4777", "\\4777", "what is no byte stays");
	undone("-", "", "a dash is no name");
	undone("\\055", "-", "an escaped one is a name");
	undone("a-b", "a-b", "within a name it is one as any");
}

static void text(void)
{
	char s[8];

	shown("", "", 0, "nothing");
	shown("plain ~", "plain ~", 7, "ASCII stays");
	shown("a\033[2J\r\n\t\x7f", "a?[2J????", 9, "control characters");
	shown("Z\xc3\xa4hler", "Z\xc3\xa4hler", 6, "a character of two bytes");
	shown("\xe6\x99\x82", "\xe6\x99\x82", 2, "a wide one takes two columns");
	shown("a\xff\xfe", "a??", 3, "bytes that are no UTF-8");
	shown("\xc3", "?", 1, "a character that was cut");
	shown("\xc3(", "?(", 2, "what follows it stays");
	shown("\xc0\xaf\xed\xa0\x80", "?????", 5, "longer than need be; a surrogate");
	shown("\xf4\x90\x80\x80", "????", 4, "beyond Unicode");
	shown("\302\23331m", "?31m", 4, "control characters of two bytes");
	shown("e\xcc\x81", "e?", 2, "a mark that combines");
	shown("\342\200\256abc", "?abc", 4, "a mark that turns the direction");
	shown("a\342\200\250b", "a?b", 3, "a line separator");
	same(name_text(s, 4, "ab\xc3\xa4"), 2, "no room for a whole character");
	same_text(s, "ab", "it is left out");
	same(name_text(s, 0, "ab"), 0, "no room at all");
}

static void cut(void)
{
	char s[32];

	same(name_cut(s, sizeof(s), "gpio-line", 9), 9, "what fits is not cut");
	same_text(s, "gpio-line", "it stays");
	same(name_cut(s, sizeof(s), "gpio-line", 6), 6, "what does not is");
	same_text(s, "gpio-~", "and says so");
	same(name_cut(s, sizeof(s), "\xc3\xa4\xc3\xa4\xc3\xa4", 2), 2, "by columns, not bytes");
	same_text(s, "\xc3\xa4~", "at a character");
	same(name_cut(s, sizeof(s), "\xe6\x99\x82\xe6\x99\x82", 3), 3, "wide ones");
	same_text(s, "\xe6\x99\x82~", "two columns each");
	same(name_cut(s, sizeof(s), "\xe6\x99\x82\xe6\x99\x82", 2), 1, "half of one does not go");
	same_text(s, "~", "so it is left out");
	same(name_cut(s, sizeof(s), "abc", 0), 0, "no column");
	same_text(s, "", "no text");
}

static void json(void)
{
	as_json("Z\xc3\xa4hler\n\033", "Z\xc3\xa4hler\n\033", "UTF-8 stays whole, json-c escapes");
	as_json("a\xff\xc3", "a\\xff\\xc3", "a byte that is no UTF-8 by its number");
	as_json("\xe2\x80\xae", "\xe2\x80\xae", "what does not print is there all the same");
}

int main(void)
{
	undo();
	json();
	ok(setlocale(LC_CTYPE, "C.UTF-8") != NULL, "there is a locale of UTF-8");
	text();
	cut();
	setlocale(LC_CTYPE, "C");
	shown("Z\xc3\xa4hler", "Z?hler", 6, "one '?' a character where the encoding is not UTF-8");
	shown("a\xff", "a?", 2, "and one a byte that is none");
	as_json("Z\xc3\xa4hler", "Z\xc3\xa4hler", "JSON is UTF-8 there too");
	return tap_end();
}
