/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Symbols that the PTP class exports where the kernel has those of the canonical name
 * itself: see <chs/names.h>. Included ahead of every source file of this folder, and of no
 * other: what is exported must bear the symbol's name, which an assembler name cannot give.
 */
#ifndef CHS_PTP_EXPORTS_H
#define CHS_PTP_EXPORTS_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_PTP_1588_CLOCK)
#define ptp_clock_register	 chs_ptp_clock_register
#define ptp_clock_register_flags chs_ptp_clock_register_flags
#define ptp_clock_unregister	 chs_ptp_clock_unregister
/* also renames struct ptp_clock_event, for this folder alone */
#define ptp_clock_event		   chs_ptp_clock_event
#define ptp_clock_index		   chs_ptp_clock_index
#define ptp_clock_index_by_of_node chs_ptp_clock_index_by_of_node
#define ptp_clock_index_by_dev	   chs_ptp_clock_index_by_dev
#define ptp_find_pin		   chs_ptp_find_pin
#define ptp_find_pin_unlocked	   chs_ptp_find_pin_unlocked
#define ptp_schedule_worker	   chs_ptp_schedule_worker
#define ptp_cancel_worker_sync	   chs_ptp_cancel_worker_sync
#define ptp_get_vclocks_index	   chs_ptp_get_vclocks_index
#define ptp_convert_timestamp	   chs_ptp_convert_timestamp
#endif

#endif /* CHS_PTP_EXPORTS_H */
