/* SPDX-License-Identifier: GPL-2.0 */
/* Who holds an open file of a clock: debugfs knows, and looks when it is read. */
#ifndef PTPSTAT_HOLDERS_H
#define PTPSTAT_HOLDERS_H

#include "clocks.h"
#include "ptpstat.h"

/* has the class look who holds the files of all clocks: from here on losses name these */
void holders_update(const struct clocks *cs);

/* if the process that a loss is put on has ended, puts it on who holds the file now */
void holders_look_up(struct ptp_ev *e);

#endif /* PTPSTAT_HOLDERS_H */
