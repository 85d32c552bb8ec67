/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names beside a stock kernel, included ahead of every source file of kmod/.
 *
 * Rule: the canonical name wherever the target kernel leaves it free, one other
 * name where it does not. Sources say the canonical name always; what differs
 * is decided here and nowhere else.
 */
#ifndef CHS_NAMES_H
#define CHS_NAMES_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_PTP_1588_CLOCK)
/*
 * vmlinux exports these: a second definition does not load (ENOEXEC), and the
 * class name and /dev/ptp0 … belong to the builtin class.
 */
#define ptp_clock_register		chs_ptp_clock_register
#define ptp_clock_register_flags	chs_ptp_clock_register_flags
#define ptp_clock_unregister		chs_ptp_clock_unregister
/* also renames struct ptp_clock_event, in all our sources alike */
#define ptp_clock_event			chs_ptp_clock_event
#define ptp_clock_index			chs_ptp_clock_index
#define ptp_clock_index_by_of_node	chs_ptp_clock_index_by_of_node
#define ptp_clock_index_by_dev		chs_ptp_clock_index_by_dev
#define ptp_find_pin			chs_ptp_find_pin
#define ptp_find_pin_unlocked		chs_ptp_find_pin_unlocked
#define ptp_schedule_worker		chs_ptp_schedule_worker
#define ptp_cancel_worker_sync		chs_ptp_cancel_worker_sync
#define ptp_get_vclocks_index		chs_ptp_get_vclocks_index
#define ptp_convert_timestamp		chs_ptp_convert_timestamp
#define CHS_PTP_CLASS			"phc"
#define CHS_PTP_FIRST_INDEX		64
#else
#define CHS_PTP_CLASS			"ptp"
#define CHS_PTP_FIRST_INDEX		0
#endif

#endif /* CHS_NAMES_H */
