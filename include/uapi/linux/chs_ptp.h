/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * PTP user ABI that headers older than Linux 6.18 lack, by mainline's numbers.
 */
#ifndef _UAPI_CHS_PTP_H
#define _UAPI_CHS_PTP_H

#include <linux/ptp_clock.h>

/*
 * As PTP_SYS_OFFSET_PRECISE and PTP_SYS_OFFSET_EXTENDED, of the free-running
 * counter behind the clock instead of the clock.
 */
#ifndef PTP_SYS_OFFSET_PRECISE_CYCLES
#define PTP_SYS_OFFSET_PRECISE_CYCLES \
	_IOWR(PTP_CLK_MAGIC, 21, struct ptp_sys_offset_precise)
#endif
#ifndef PTP_SYS_OFFSET_EXTENDED_CYCLES
#define PTP_SYS_OFFSET_EXTENDED_CYCLES \
	_IOWR(PTP_CLK_MAGIC, 22, struct ptp_sys_offset_extended)
#endif

#endif /* _UAPI_CHS_PTP_H */
