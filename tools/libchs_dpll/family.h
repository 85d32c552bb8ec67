/* SPDX-License-Identifier: GPL-2.0 */
/* Which family stands in for "dpll": see rewrite.h. */
#ifndef LIBCHS_DPLL_FAMILY_H
#define LIBCHS_DPLL_FAMILY_H

#include <stdbool.h>

const char *family_name(void);
bool family_stands_in(void);
void family_warn_once(void);

#endif /* LIBCHS_DPLL_FAMILY_H */
