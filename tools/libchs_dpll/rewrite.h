/* SPDX-License-Identifier: GPL-2.0 */
/*
 * libchs_dpll: for a program that knows generic netlink family "dpll" only, the family of
 * chs_dpll under that name. Here is what its parts share: rewrite.c changes names in
 * messages and asks nobody, family.c asks the kernel, calls.c has the calls that a program
 * sees.
 */
#ifndef LIBCHS_DPLL_REWRITE_H
#define LIBCHS_DPLL_REWRITE_H

#include <stdbool.h>
#include <stddef.h>

/* what the program calls the family it wants, and what it sees of the kernel's own meanwhile */
#define DPLL_NAME	 "dpll"
#define DPLL_KERNEL_NAME "DPLL"

struct rename {
	const char *from, *to;
};

/* both ends with an entry whose from is NULL */
bool names_any(const void *buf, size_t len, const struct rename *renames);
size_t names_rewrite(void *buf, size_t len, size_t room, const struct rename *renames);

#endif /* LIBCHS_DPLL_REWRITE_H */
