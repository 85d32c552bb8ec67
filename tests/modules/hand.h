/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ioctl of a device that does what test programs tell it: the argument in, the call, the
 * argument out again.
 */
#ifndef HAND_H
#define HAND_H

#include <linux/ioctl.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/**
 * hand_ioctl() - do one call for a test program
 * @context: passed on
 * @cmd: _IOC_SIZE is the argument's; without one, value itself becomes its first 32 bits
 * @value: of the ioctl
 * @room: the largest argument there is
 * @call: does it, with a copy of the argument
 *
 * Context: process context, may sleep.
 * Return: what @call gives; -ENOTTY for an argument that is too large, -EFAULT, -ENOMEM.
 */
static inline long hand_ioctl(void *context, unsigned int cmd, unsigned long value, size_t room,
			      long (*call)(void *context, unsigned int cmd, void *arg,
					   unsigned long value))
{
	size_t size = _IOC_SIZE(cmd);
	void *arg;
	long err;

	if (size > room)
		return -ENOTTY;
	arg = kzalloc(room, GFP_KERNEL);
	if (!arg)
		return -ENOMEM;
	if (!size) {
		*(u32 *)arg = value;
	} else if (_IOC_DIR(cmd) & _IOC_WRITE && copy_from_user(arg, (void __user *)value, size)) {
		err = -EFAULT;
		goto free;
	}
	err = call(context, cmd, arg, value);
	if (!err && _IOC_DIR(cmd) & _IOC_READ && copy_to_user((void __user *)value, arg, size))
		err = -EFAULT;
free:
	kfree(arg);
	return err;
}

#endif /* HAND_H */
