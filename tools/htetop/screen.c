// SPDX-License-Identifier: GPL-2.0
/* The full-screen interface: owns the terminal. */
#include "err.h"
#include "screen.h"

int screen_run(struct source *src, struct config *cfg)
{
	(void)src;
	(void)cfg;
	return err_say(0, "use -b", "the screen is not built yet");
}
