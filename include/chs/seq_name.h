/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How every table in debugfs writes a name that a program, a driver or a user chose: task
 * names, labels, consumers. One helper, so that what one table escapes another does not
 * forget, and tools undo one encoding only (tools/lib).
 */
#ifndef CHS_SEQ_NAME_H
#define CHS_SEQ_NAME_H

#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

/**
 * chs_seq_name() - write a foreign name as one word of printable ASCII
 * @seq: the file
 * @name: at most @size bytes, ended by a NUL before that or not; may be NULL
 * @size: bytes that may be read of @name
 *
 * Blanks, backslashes, control characters and bytes beyond ASCII become \ooo (three octal
 * digits), as in /proc/self/mounts; no name and an empty one become "-", a name that is "-"
 * becomes "\055". So a row has as many columns as its head, the bytes of the name can be
 * had back, and no escape sequence reaches a terminal.
 *
 * Context: any; does not sleep.
 */
static inline void chs_seq_name(struct seq_file *seq, const char *name, size_t size)
{
	size_t len = name ? strnlen(name, size) : 0;

	if (!len)
		seq_putc(seq, '-');
	else
		seq_escape_mem(seq, name, len, ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND,
			       len == 1 ? " \\-" : " \\");
}

#endif
