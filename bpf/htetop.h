/* SPDX-License-Identifier: GPL-2.0 */
/* What htetop and its BPF programs share. */
#ifndef CHS_HTETOP_H
#define CHS_HTETOP_H

#define HTETOP_MAX_LINES 65536

#endif /* CHS_HTETOP_H */
