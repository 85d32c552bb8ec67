/* SPDX-License-Identifier: GPL-2.0 */
/* Where the model comes from: BPF programs at the engine's tracepoints, and debugfs. */
#ifndef HTETOP_SOURCE_H
#define HTETOP_SOURCE_H

#include "config.h"
#include "model.h"

/* instructions an event, with what the engine does for it: an upper bound, see the man page */
#define SOURCE_RUN_INSNS 400

struct source;

/* begins to listen; NULL: it cannot, having said why. cfg must outlive it */
struct source *source_open(const struct config *cfg);

/* true where the programs hang on raw tracepoints */
bool source_is_raw(const struct source *src);

/*
 * What happened since the last call, into the model; 0 or -errno, having said nothing.
 * What the model points at is the source's, and stays until the next call (so a display
 * that stands still just does not call it). The figures of an interval are those since the
 * last call, whoever made it.
 */
int source_take(struct source *src, struct top_model *model);

/*
 * Reads the providers' clocks. For whoever calls source_take() less often than every
 * SOURCE_TICK_S seconds: the longer ago the last reading was, the less is known.
 */
#define SOURCE_TICK_S 4.0
void source_tick(struct source *src);

/*
 * How long the clocks' readings have to hold from now on: the next source_take() or
 * source_tick() comes within so many seconds. At first that is cfg's interval.
 */
void source_pace(struct source *src, double seconds);

/* no latencies until the next source_tick(), which may be long in coming: what a stop is for */
void source_pause(struct source *src);

/*
 * Totals and histograms begin anew with the next source_take(): they are 0 then, and what
 * happened until then is of its interval alone.
 */
void source_reset(struct source *src);

/* listens no more: what source_take() tells after it is final and exact */
void source_stop(struct source *src);

void source_close(struct source *src);

#endif /* HTETOP_SOURCE_H */
