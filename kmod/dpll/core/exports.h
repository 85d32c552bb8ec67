/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Symbols that the DPLL subsystem exports where the kernel has those of the canonical name
 * itself: see <chs/names.h>. Included ahead of every source file of this folder, and of no
 * other: what is exported must bear the symbol's name, which an assembler name cannot give.
 */
#ifndef CHS_DPLL_EXPORTS_H
#define CHS_DPLL_EXPORTS_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_DPLL)
#define dpll_device_get		   chs_dpll_device_get
#define dpll_device_put		   chs_dpll_device_put
#define dpll_device_register	   chs_dpll_device_register
#define dpll_device_unregister	   chs_dpll_device_unregister
#define dpll_pin_get		   chs_dpll_pin_get
#define dpll_pin_put		   chs_dpll_pin_put
#define dpll_pin_register	   chs_dpll_pin_register
#define dpll_pin_unregister	   chs_dpll_pin_unregister
#define dpll_pin_on_pin_register   chs_dpll_pin_on_pin_register
#define dpll_pin_on_pin_unregister chs_dpll_pin_on_pin_unregister
#define dpll_pin_ref_sync_pair_add chs_dpll_pin_ref_sync_pair_add
#define dpll_pin_fwnode_set	   chs_dpll_pin_fwnode_set
#define fwnode_dpll_pin_find	   chs_fwnode_dpll_pin_find
#define dpll_device_change_ntf	   chs_dpll_device_change_ntf
#define dpll_pin_change_ntf	   chs_dpll_pin_change_ntf
#define register_dpll_notifier	   chs_register_dpll_notifier
#define unregister_dpll_notifier   chs_unregister_dpll_notifier
#define dpll_netdev_pin_set	   chs_dpll_netdev_pin_set
#define dpll_netdev_pin_clear	   chs_dpll_netdev_pin_clear
#endif

#endif /* CHS_DPLL_EXPORTS_H */
