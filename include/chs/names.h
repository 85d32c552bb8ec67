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

#if IS_ENABLED(CONFIG_HTE)
/* Debian has none; other kernels may */
#define devm_hte_register_chip		chs_devm_hte_register_chip
#define hte_push_ts_ns			chs_hte_push_ts_ns
#define hte_init_line_attr		chs_hte_init_line_attr
#define hte_ts_get			chs_hte_ts_get
#define hte_ts_put			chs_hte_ts_put
#define hte_request_ts_ns		chs_hte_request_ts_ns
#define devm_hte_request_ts_ns		chs_devm_hte_request_ts_ns
#define of_hte_req_count		chs_of_hte_req_count
#define hte_enable_ts			chs_hte_enable_ts
#define hte_disable_ts			chs_hte_disable_ts
#define hte_get_clk_src_info		chs_hte_get_clk_src_info
#define CHS_HTE_DEBUGFS			"chs_hte"
#else
#define CHS_HTE_DEBUGFS			"hte"
#endif

#if IS_ENABLED(CONFIG_DPLL)
/* as with PTP; the family's name is taken too */
#define dpll_device_get			chs_dpll_device_get
#define dpll_device_put			chs_dpll_device_put
#define dpll_device_register		chs_dpll_device_register
#define dpll_device_unregister		chs_dpll_device_unregister
#define dpll_pin_get			chs_dpll_pin_get
#define dpll_pin_put			chs_dpll_pin_put
#define dpll_pin_register		chs_dpll_pin_register
#define dpll_pin_unregister		chs_dpll_pin_unregister
#define dpll_pin_on_pin_register	chs_dpll_pin_on_pin_register
#define dpll_pin_on_pin_unregister	chs_dpll_pin_on_pin_unregister
#define dpll_pin_ref_sync_pair_add	chs_dpll_pin_ref_sync_pair_add
#define dpll_pin_fwnode_set		chs_dpll_pin_fwnode_set
#define fwnode_dpll_pin_find		chs_fwnode_dpll_pin_find
#define dpll_device_change_ntf		chs_dpll_device_change_ntf
#define dpll_pin_change_ntf		chs_dpll_pin_change_ntf
#define register_dpll_notifier		chs_register_dpll_notifier
#define unregister_dpll_notifier	chs_unregister_dpll_notifier
#define dpll_netdev_pin_set		chs_dpll_netdev_pin_set
#define dpll_netdev_pin_clear		chs_dpll_netdev_pin_clear
#define CHS_DPLL_FAMILY			"chs-dpll"
/* numbers that the kernel's own pins will not have, since rtnetlink shows both kinds */
#define CHS_DPLL_FIRST_PIN		0x10000
#else
#define CHS_DPLL_FAMILY			"dpll"
#define CHS_DPLL_FIRST_PIN		0
#endif

#endif /* CHS_NAMES_H */
