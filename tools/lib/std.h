/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The standard descriptors of a tool, from its start to its exit. Whoever starts a program
 * may have closed them; and what it wrote may not have arrived.
 */
#ifndef CHS_STD_H
#define CHS_STD_H

/*
 * First of all: descriptors 0 to 2 that are closed are opened on /dev/null, so that none of
 * our own gets their numbers, 0 and 1 so that reading and writing fail; takes the locale's
 * encoding. At exit(), also that of argp's --help, what stdout could not take is said once
 * and makes the exit status STATUS_FAILED; a reader that has gone is no failure.
 */
void std_begin(void);

/* errno of a write to stdout that failed: the first one is the reason that is said */
void std_failed(int err);

#endif /* CHS_STD_H */
