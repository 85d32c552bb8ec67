/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel versions, included ahead of every source file of kmod/ as names.h is.
 *
 * Sources are written for Linux 6.12. What another supported version lacks, or
 * wants to be called otherwise, is made up for here: there is no #if on a version
 * anywhere else. A stand-in bears the newer kernel's name, so that it goes when
 * the older kernel does; where a type differs, a macro of ours says "const or not".
 *
 * Supported: 6.12 and later, and 6.1 as Debian 12 has it. Its posix_clock code
 * must know struct posix_clock_context, as 6.1 stable does by now (6.1.170, for
 * one); private.h of the PTP class says so where it does not.
 */
#ifndef CHS_COMPAT_H
#define CHS_COMPAT_H

#include <linux/version.h>

/* <linux/timekeeping.h> of 6.1 cannot stand alone. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#include <linux/ktime.h>
#endif

/*
 * Step by step, from 6.2 to 6.9, the driver core learned to leave classes, buses and
 * what it hands to their callbacks alone: const where it has.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
#define CHS_CONST const
#else
#define CHS_CONST
#endif

/* 6.5 took a reserved word of struct ptp_clock_caps for it. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#define max_phase_adj rsv[0]
#endif

/* Since 6.8 the size may be left out where the destination is an array. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#include <linux/string.h>
#define CHS_STRSCPY(to, from, size, ...) strscpy(to, from, size)
#define strscpy(to, from, ...) CHS_STRSCPY(to, from, ##__VA_ARGS__, sizeof(to))
#endif

/* Until 6.8 it took what to add: always 1. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#include <linux/eventfd.h>
#define eventfd_signal(context) eventfd_signal(context, 1)
#endif

/* 6.7 gave the device of a GPIO chip functions of its own. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 7, 0)
#define CHS_GPIO_DESC(chip, line) gpio_device_get_desc((chip)->gpiodev, line)
#else
#define CHS_GPIO_DESC(chip, line) gpio_to_desc((chip)->base + (line))
#endif

/* struct gpio_device can be found and looked into since 6.8; older kernels' GPIOs go unstamped. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
#define CHS_NO_GPIO_DEVICE 1
#endif

/* A register map can say that it has register 0 alone: in 6.12, not in 6.1. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define CHS_REGMAP_ONLY_0 1
#endif

/* The kernel's own turns pages for a bus of single registers too: in 6.12, not in 6.1. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define CHS_REGMAP_PAGES 1
#endif

/* hrtimer_setup() came with 6.13, hrtimer_init() left with 6.15. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#define hrtimer_setup(timer, callback, clock, mode)	\
do {							\
	struct hrtimer *_timer = (timer);		\
							\
	hrtimer_init(_timer, clock, mode);		\
	_timer->function = (callback);			\
} while (0)
#endif

#endif /* CHS_COMPAT_H */
