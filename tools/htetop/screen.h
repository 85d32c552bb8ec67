/* SPDX-License-Identifier: GPL-2.0 */
/* The full-screen interface. */
#ifndef HTETOP_SCREEN_H
#define HTETOP_SCREEN_H

#include "config.h"
#include "source.h"

/*
 * Shows src until the user, SIGINT, SIGTERM or cfg->common.count ends it; the terminal is
 * as it was when this returns. May change what the keys change in cfg (sort, columns,
 * interval). A status of err.h; STATUS_LOST is the caller's.
 */
int screen_run(struct source *src, struct config *cfg);

#endif /* HTETOP_SCREEN_H */
