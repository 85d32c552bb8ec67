/* SPDX-License-Identifier: GPL-2.0 */
/* How every tool fails: one line on stderr that ends in what to do, and an exit status. */
#ifndef CHS_ERR_H
#define CHS_ERR_H

enum {
	STATUS_OK,
	STATUS_FAILED,
	STATUS_USAGE,
	STATUS_LOST,		/* --check: something was lost */
};

/* the name in front of every message; also known as err_tool_name */
void err_tool(const char *name);
extern const char *err_tool_name;

/*
 * "tool: what[: strerror(err)][; remedy]". err may be of either sign, 0 leaves
 * it out; remedy may be NULL; what may hold names (see name.h). Returns STATUS_FAILED,
 * for "return err_say(...)".
 */
int err_say(int err, const char *remedy, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* CHS_ERR_H */
