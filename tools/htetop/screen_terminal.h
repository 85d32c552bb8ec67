/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the terminal will do: apart from the rest, since <term.h> takes many a name. */
#ifndef CHS_HTETOP_SCREEN_TERMINAL_H
#define CHS_HTETOP_SCREEN_TERMINAL_H

#include <stdbool.h>

/* can stdout's terminal show a screen? If not, says why. Leaves it as it is */
bool terminal_fits(void);

#endif /* CHS_HTETOP_SCREEN_TERMINAL_H */
