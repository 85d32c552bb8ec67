/* SPDX-License-Identifier: GPL-2.0 */
/* Reports one below another, as text or JSON, and the totals. */
#ifndef HTETOP_BATCH_H
#define HTETOP_BATCH_H

#include "config.h"
#include "source.h"

/* a status of err.h; STATUS_LOST is the caller's */
int batch_run(struct source *src, struct config *cfg);

#endif /* HTETOP_BATCH_H */
