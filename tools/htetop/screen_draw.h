/* SPDX-License-Identifier: GPL-2.0 */
/* A model and a view made into a grid. Pure. */
#ifndef CHS_HTETOP_SCREEN_DRAW_H
#define CHS_HTETOP_SCREEN_DRAW_H

#include "screen_view.h"

/*
 * Draws m as v has it, which view_update() has made fit, into g, whose size is taken from v;
 * false: no memory for it. Of v it changes what only it can know: how many lines there is
 * room for, how wide the columns have been.
 */
bool screen_draw(struct grid *g, const struct top_model *m, struct view *v);

/*
 * Which columns there is room for at v's width, 1 << column each. Of those that were
 * chosen the ones of the highest rank are left out first, as by columns_fit(), but columns
 * are as wide as what they hold, and names give way.
 */
uint64_t screen_columns(const struct view *v);

#endif /* CHS_HTETOP_SCREEN_DRAW_H */
