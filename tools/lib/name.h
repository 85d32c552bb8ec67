/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names and texts that others chose: task names, labels, consumers, a driver's words. A
 * tool keeps and compares their bytes as they are and brings them into one of two forms
 * only where it writes them:
 *
 * text, for a terminal: what does not print is one '?' a character, or one a byte where
 * the bytes are no UTF-8. Control characters do not print, nor does what takes no column
 * (marks that combine, marks that turn the direction of writing), nor, unless the locale's
 * encoding is UTF-8, what is not ASCII.
 *
 * JSON: UTF-8 with the name intact; a byte that is no part of UTF-8 becomes the four
 * characters \xNN (two hexadecimal digits), which JSON writes as \\xNN.
 *
 * err_say(), out_text(), out_wrapped(), out_str() and columns of strings do so by themselves.
 */
#ifndef CHS_NAME_H
#define CHS_NAME_H

#include <stddef.h>
#include <wchar.h>

/* undoes chs_seq_name() of the kernel in place: \ooo, and "-" for no name; returns s */
char *name_undo(char *s);

/* the next character in text form and the columns that it takes, 1 or 2; 0 at the end */
wchar_t name_next(const char **s, int *columns);

/*
 * Writes the text form, at most room bytes with the NUL and no part of a character.
 * Returns its columns; to may be from, since it never grows.
 */
int name_text(char *to, size_t room, const char *from);

/* columns of the text form */
int name_width(const char *s);

/* the same, but what takes more than so many columns is cut and ends in '~' */
int name_cut(char *to, size_t room, const char *from, int columns);

/* the JSON form, to be freed */
char *name_json(const char *s);

#endif /* CHS_NAME_H */
