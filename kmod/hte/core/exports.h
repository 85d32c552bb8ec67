/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Symbols that the hardware timestamping engine exports where the kernel has those of the
 * canonical name itself: see <chs/names.h>. Included ahead of every source file of this
 * folder, and of no other: what is exported must bear the symbol's name, which an assembler
 * name cannot give.
 */
#ifndef CHS_HTE_EXPORTS_H
#define CHS_HTE_EXPORTS_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_HTE)
#define devm_hte_register_chip chs_devm_hte_register_chip
#define hte_push_ts_ns	       chs_hte_push_ts_ns
#define hte_init_line_attr     chs_hte_init_line_attr
#define hte_ts_get	       chs_hte_ts_get
#define hte_ts_put	       chs_hte_ts_put
#define hte_request_ts_ns      chs_hte_request_ts_ns
#define devm_hte_request_ts_ns chs_devm_hte_request_ts_ns
#define of_hte_req_count       chs_of_hte_req_count
#define hte_enable_ts	       chs_hte_enable_ts
#define hte_disable_ts	       chs_hte_disable_ts
#define hte_get_clk_src_info   chs_hte_get_clk_src_info
#endif

#endif /* CHS_HTE_EXPORTS_H */
