/* SPDX-License-Identifier: GPL-2.0 */
/* -e: the rare events as they come, one line or one record each. */
#ifndef PTPSTAT_EVENTS_H
#define PTPSTAT_EVENTS_H

#include <stddef.h>
#include "config.h"
#include "out.h"

/* the line above the stream in text mode: from here on nothing is missed */
void event_head(struct out *o);

/* one record of the ring buffer */
void event_show(struct out *o, const struct config *cfg, const void *data, size_t size);

/* writes bursts of drops that have ended, or with all every burst */
void event_flush(struct out *o, const struct config *cfg, bool all);

#endif /* PTPSTAT_EVENTS_H */
