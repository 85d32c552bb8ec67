// SPDX-License-Identifier: GPL-2.0
/*
 * Faults on purpose: one for each detector of the debug kernel, to prove that it
 * is awake. fault=NAME chooses; the module does harm, and only the debug kernel
 * says so: never load it anywhere else.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *fault = "none";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "uaf, overflow, inversion, leak, sleep, shift, timer or none");

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spin);

/* what the compiler must neither know nor leave out */
static volatile int sink;
static volatile int large = 101;

/* KASAN: a read of memory that was given back */
static void use_after_free(void)
{
	volatile char *memory = kzalloc(101, GFP_KERNEL);

	if (!memory)
		return;
	kfree((void *)memory);
	sink = memory[23];
}

/* KASAN: a read just past the end */
static void overflow(void)
{
	volatile char *memory = kzalloc(101, GFP_KERNEL);

	if (!memory)
		return;
	sink = memory[large];
	kfree((void *)memory);
}

/* lockdep: two orders of two locks, which no run of this ever brings together */
static void inversion(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

/* kmemleak: 23 objects that nobody knows any more */
static void leak(void)
{
	int i;

	for (i = 0; i < 23; i++) {
		volatile char *memory = kzalloc(1009, GFP_KERNEL);

		if (memory)
			memory[0] = i;
	}
}

/* DEBUG_ATOMIC_SLEEP */
static void sleep_in_atomic(void)
{
	spin_lock(&spin);
	msleep(1);
	spin_unlock(&spin);
}

/* UBSAN */
static void shift(void)
{
	sink = 1 << large;
}

struct armed {
	struct timer_list timer;
};

static void nothing(struct timer_list *timer)
{
}

/* DEBUG_OBJECTS: memory given back with a running timer in it */
static void timer(void)
{
	struct armed *armed = kzalloc(sizeof(*armed), GFP_KERNEL);

	if (!armed)
		return;
	timer_setup(&armed->timer, nothing, 0);
	mod_timer(&armed->timer, jiffies + 3600 * HZ);
	kfree(armed);
}

static const struct {
	const char *name;
	void (*plant)(void);
} faults[] = {
	{ "uaf", use_after_free }, { "overflow", overflow },	 { "inversion", inversion },
	{ "leak", leak },	   { "sleep", sleep_in_atomic }, { "shift", shift },
	{ "timer", timer },
};

static int __init planted_init(void)
{
	size_t i;

	if (!strcmp(fault, "none"))
		return 0;
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!strcmp(fault, faults[i].name)) {
			faults[i].plant();
			return 0;
		}
	}
	pr_err("no fault %s\n", fault);
	return -EINVAL;
}

static void __exit planted_exit(void)
{
}

module_init(planted_init);
module_exit(planted_exit);

MODULE_DESCRIPTION("Faults that the detectors of a debug kernel must report");
MODULE_AUTHOR("chronoscope");
MODULE_LICENSE("GPL");
