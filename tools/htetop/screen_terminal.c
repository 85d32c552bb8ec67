// SPDX-License-Identifier: GPL-2.0
/* Whether the terminal will do: reads its description. */
#include <curses.h>
#include <stdlib.h>
#include <term.h>
#include <unistd.h>
#include "err.h"
#include "screen_terminal.h"

bool terminal_fits(void)
{
	const char *const instead = "reports follow, as with -b";
	const char *term = getenv("TERM"), *move;
	bool fits;
	int err;

	if (!term || !*term) {
		err_say(0, instead, "TERM is not set");
		return false;
	}
	if (setupterm(NULL, STDOUT_FILENO, &err) != OK) {
		err_say(0, instead, "there is no description of terminal type \"%s\"", term);
		return false;
	}
	move = tigetstr("cup");
	fits = move && move != (char *)-1;
	if (!fits)
		err_say(0, instead, "a terminal of type \"%s\" cannot place its cursor", term);
	del_curterm(cur_term);
	return fits;
}
