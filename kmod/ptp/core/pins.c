// SPDX-License-Identifier: GPL-2.0
/*
 * Pins: which has which function, and the requests whose effect depends on it.
 * pin_config is the driver's array, kept up to date here under pin_mutex, so
 * that a driver's enable() and verify() can look into it.
 */
#include <linux/slab.h>

#include "private.h"

#include <trace/events/ptp.h>

static bool channel_exists(const struct ptp_clock_info *info, enum ptp_pin_function func,
			   unsigned int chan)
{
	switch (func) {
	case PTP_PF_NONE:
		return true;
	case PTP_PF_EXTTS:
		return chan < info->n_ext_ts;
	case PTP_PF_PEROUT:
		return chan < info->n_per_out;
	case PTP_PF_PHYSYNC:
		return chan == 0;
	}
	return false;
}

static void disable_channel(struct ptp_clock *ptp, enum ptp_pin_function func, unsigned int chan)
{
	struct ptp_clock_request request = {};

	switch (func) {
	case PTP_PF_EXTTS:
		request.type = PTP_CLK_REQ_EXTTS;
		request.extts.index = chan;
		break;
	case PTP_PF_PEROUT:
		request.type = PTP_CLK_REQ_PEROUT;
		request.perout.index = chan;
		break;
	default:
		return;
	}
	/* the pin is given away in any case */
	ptp_op_enable(ptp, &request, 0);
}

static void assign_pin(struct ptp_clock *ptp, unsigned int pin, enum ptp_pin_function func,
		       unsigned int chan)
{
	struct ptp_pin_desc *desc = &ptp->info->pin_config[pin];

	trace_ptp_pin(ptp->index, pin, desc->func, desc->chan, func, chan, 0);
	desc->func = func;
	desc->chan = chan;
}

/**
 * ptp_set_pin() - give a pin a function and channel
 * @ptp: the clock
 * @pin: below n_pins
 * @func: function
 * @chan: channel; a pin that has this function and channel loses them
 *
 * Both the function that the pin had and the one it takes from another pin are
 * switched off first.
 *
 * Context: process context, may sleep; pin_mutex held.
 * Return: 0, -EINVAL for a function or channel that does not exist, -EOPNOTSUPP
 * where the driver's verify() says no.
 */
int ptp_set_pin(struct ptp_clock *ptp, unsigned int pin, enum ptp_pin_function func,
		unsigned int chan)
{
	struct ptp_clock_info *info = ptp->info;
	struct ptp_pin_desc *desc = &info->pin_config[pin];
	int other;

	lockdep_assert_held(&ptp->pin_mutex);
	if (desc->func == func && desc->chan == chan)
		return 0;
	if (!channel_exists(info, func, chan)) {
		trace_ptp_pin(ptp->index, pin, desc->func, desc->chan, func, chan, -EINVAL);
		return -EINVAL;
	}
	/* without verify() every pin can have every function */
	if (info->verify && info->verify(info, pin, func, chan)) {
		trace_ptp_pin(ptp->index, pin, desc->func, desc->chan, func, chan, -EOPNOTSUPP);
		dev_err(&ptp->dev, "driver refuses function %u channel %u on pin %u\n",
			func, chan, pin);
		return -EOPNOTSUPP;
	}

	other = func == PTP_PF_NONE ? -1 : ptp_find_pin(ptp, func, chan);
	if (other >= 0) {
		disable_channel(ptp, func, chan);
		assign_pin(ptp, other, PTP_PF_NONE, 0);
	}
	disable_channel(ptp, desc->func, desc->chan);
	assign_pin(ptp, pin, func, chan);
	return 0;
}

/**
 * ptp_request_enable() - carry out a user's request
 * @ptp: the clock
 * @request: checked by the caller
 * @on: 1 to switch on, 0 to switch off
 *
 * Context: process context, may sleep.
 * Return: 0, -ERESTARTSYS if a signal came while the pins were busy, or what the
 * driver answers.
 */
int ptp_request_enable(struct ptp_clock *ptp, struct ptp_clock_request *request, int on)
{
	int err;

	if (mutex_lock_interruptible(&ptp->pin_mutex))
		return -ERESTARTSYS;
	err = ptp_op_enable(ptp, request, on);
	mutex_unlock(&ptp->pin_mutex);
	return err;
}

/**
 * ptp_disable_all() - switch off whatever makes events
 * @ptp: a clock that user space can no longer reach
 *
 * Context: process context, may sleep.
 */
void ptp_disable_all(struct ptp_clock *ptp)
{
	struct ptp_clock_info *info = ptp->info;
	unsigned int i;

	mutex_lock(&ptp->pin_mutex);
	if (info->n_pins) {
		for (i = 0; i < info->n_pins; i++)
			if (info->pin_config[i].func == PTP_PF_EXTTS)
				disable_channel(ptp, PTP_PF_EXTTS, info->pin_config[i].chan);
	} else {
		for (i = 0; i < info->n_ext_ts; i++)
			disable_channel(ptp, PTP_PF_EXTTS, i);
	}
	if (info->pps) {
		struct ptp_clock_request request = { .type = PTP_CLK_REQ_PPS };

		ptp_op_enable(ptp, &request, 0);
	}
	mutex_unlock(&ptp->pin_mutex);
}

int ptp_find_pin(struct ptp_clock *ptp, enum ptp_pin_function func, unsigned int chan)
{
	const struct ptp_clock_info *info = ptp->info;
	int i;

	for (i = 0; i < info->n_pins; i++)
		if (info->pin_config[i].func == func && info->pin_config[i].chan == chan)
			return i;
	return -1;
}
EXPORT_SYMBOL_GPL(ptp_find_pin);

int ptp_find_pin_unlocked(struct ptp_clock *ptp, enum ptp_pin_function func, unsigned int chan)
{
	int pin;

	mutex_lock(&ptp->pin_mutex);
	pin = ptp_find_pin(ptp, func, chan);
	mutex_unlock(&ptp->pin_mutex);
	return pin;
}
EXPORT_SYMBOL_GPL(ptp_find_pin_unlocked);

/* ---- sysfs: pins/<name>, "func chan" ---- */

static unsigned int pin_of_attr(struct ptp_clock *ptp, struct device_attribute *attr)
{
	return attr - ptp->pin_attrs;
}

static ssize_t pin_show(struct device *dev, struct device_attribute *attr, char *page)
{
	struct ptp_clock *ptp = dev_get_drvdata(dev);
	struct ptp_pin_desc *desc = &ptp->info->pin_config[pin_of_attr(ptp, attr)];
	unsigned int func, chan;

	if (mutex_lock_interruptible(&ptp->pin_mutex))
		return -ERESTARTSYS;
	func = desc->func;
	chan = desc->chan;
	mutex_unlock(&ptp->pin_mutex);
	return sysfs_emit(page, "%u %u\n", func, chan);
}

static ssize_t pin_store(struct device *dev, struct device_attribute *attr, const char *text,
			 size_t size)
{
	struct ptp_clock *ptp = dev_get_drvdata(dev);
	unsigned int func, chan;
	int err;

	if (sscanf(text, "%u %u", &func, &chan) != 2)
		return -EINVAL;
	if (mutex_lock_interruptible(&ptp->pin_mutex))
		return -ERESTARTSYS;
	err = ptp_set_pin(ptp, pin_of_attr(ptp, attr), func, chan);
	mutex_unlock(&ptp->pin_mutex);
	return err ?: size;
}

/**
 * ptp_pins_init() - make the sysfs group of the pins
 * @ptp: a clock not yet in sysfs
 *
 * Return: 0 or -ENOMEM.
 */
int ptp_pins_init(struct ptp_clock *ptp)
{
	unsigned int n = ptp->info->n_pins, i;
	struct attribute **list;

	ptp->pin_attrs = kcalloc(n, sizeof(*ptp->pin_attrs), GFP_KERNEL);
	list = kcalloc(n + 1, sizeof(*list), GFP_KERNEL);
	ptp->pin_group.name = "pins";
	ptp->pin_group.attrs = list;
	if (!ptp->pin_attrs || !list)
		return -ENOMEM;		/* ptp_pins_free() takes care of either */
	for (i = 0; i < n; i++) {
		struct device_attribute *attr = &ptp->pin_attrs[i];

		sysfs_attr_init(&attr->attr);
		attr->attr.name = ptp->info->pin_config[i].name;
		attr->attr.mode = 0644;
		attr->show = pin_show;
		attr->store = pin_store;
		list[i] = &attr->attr;
	}
	return 0;
}

/**
 * ptp_pins_free() - undo ptp_pins_init()
 * @ptp: a clock no longer in sysfs
 */
void ptp_pins_free(struct ptp_clock *ptp)
{
	kfree(ptp->pin_group.attrs);
	kfree(ptp->pin_attrs);
}
