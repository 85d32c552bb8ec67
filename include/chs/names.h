/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names beside a stock kernel, included ahead of every source file of kmod/ and by the
 * headers of the drivers' API.
 *
 * Rule: the canonical name wherever the target kernel leaves it free, one other
 * name where it does not. Sources say the canonical name always; what differs
 * is decided here and in exports.h of each class core, and nowhere else.
 *
 * vmlinux exports the functions of the classes that it has: a second definition of such a
 * symbol does not load (ENOEXEC). Ours have the prefix chs_ then. To a driver they are
 * functions of the canonical name all the same, which it may wrap, redefine or undefine
 * as compatibility layers do: the header's declaration names the symbol behind the
 * function, by CHS_PTP_SYMBOL() and its like, and no macro is in the way. Only the cores,
 * which define and export them, see macros.
 */
#ifndef CHS_NAMES_H
#define CHS_NAMES_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_PTP_1588_CLOCK)
/* the class name and /dev/ptp0 … belong to the builtin class */
#define CHS_PTP_SYMBOL(name)	__asm__("chs_" #name)
#define CHS_PTP_CLASS		"phc"
#define CHS_PTP_FIRST_INDEX	64
#else
#define CHS_PTP_SYMBOL(name)	__asm__(#name)
#define CHS_PTP_CLASS		"ptp"
#define CHS_PTP_FIRST_INDEX	0
#endif

#if IS_ENABLED(CONFIG_HTE)
/* Debian has none; other kernels may */
#define CHS_HTE_SYMBOL(name)	__asm__("chs_" #name)
#define CHS_HTE_DEBUGFS		"chs_hte"
#else
#define CHS_HTE_SYMBOL(name)	__asm__(#name)
#define CHS_HTE_DEBUGFS		"hte"
#endif

#if IS_ENABLED(CONFIG_DPLL)
/* as with PTP; the family's name is taken too */
#define CHS_DPLL_SYMBOL(name)	__asm__("chs_" #name)
#define CHS_DPLL_FAMILY		"chs-dpll"
/* numbers that the kernel's own pins will not have, since rtnetlink shows both kinds */
#define CHS_DPLL_FIRST_PIN	0x10000
#else
#define CHS_DPLL_SYMBOL(name)	__asm__(#name)
#define CHS_DPLL_FAMILY		"dpll"
#define CHS_DPLL_FIRST_PIN	0
#endif

#endif /* CHS_NAMES_H */
