// SPDX-License-Identifier: GPL-2.0
/*
 * compat_ptp: a PTP driver with a compatibility layer as out-of-tree network drivers carry
 * one: it wraps, redefines and undefines names of the class after the class's header. That
 * compiles only where these names are plain functions, and works only if each of them is
 * still our class's once a macro of its name has gone. The clock is compat_ptp; the
 * parameter rounds counts calls that went through the layer. For tests/compat.bats.
 */
#include <linux/module.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/timekeeping.h>

static unsigned int rounds;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "calls that went through the compatibility layer");

/* a compatibility layer asks whether a macro of the name is there, and may undefine it */
#ifdef ptp_clock_index
#error "ptp_clock_index is a macro"
#endif
#undef ptp_clock_unregister
#undef ptp_clock_event
#undef ptp_find_pin

/* the address of a function, in constant data too */
static const struct {
	int (*unregister)(struct ptp_clock *ptp);
	int (*index)(struct ptp_clock *ptp);
	void (*event)(struct ptp_clock *ptp, struct ptp_clock_event *event);
} class_calls = {
	.unregister = ptp_clock_unregister,
	.index = &ptp_clock_index,
	.event = ptp_clock_event,
};

/* declared once more, as a source for kernels that lack a header's declaration does */
extern int ptp_find_pin(struct ptp_clock *ptp, enum ptp_pin_function func, unsigned int chan);

static inline struct ptp_clock *layer_clock_register(struct ptp_clock_info *info,
						     struct device *parent)
{
	rounds++;
	return ptp_clock_register(info, parent);
}
#define ptp_clock_register(info, parent) layer_clock_register(info, parent)

/* the name of a function and of a structure */
static inline void layer_clock_event(struct ptp_clock *ptp, struct ptp_clock_event *event)
{
	rounds++;
	ptp_clock_event(ptp, event);
}
#define ptp_clock_event(ptp, event) layer_clock_event(ptp, event)

/* a macro that uses the function that it hides */
#define ptp_clock_index(ptp) (rounds++, ptp_clock_index(ptp))

static int layer_find_pin(struct ptp_clock *ptp, enum ptp_pin_function func, unsigned int chan)
{
	rounds++;
	return ptp_find_pin(ptp, func, chan);
}
#define ptp_find_pin layer_find_pin

static struct ptp_clock *clock;

static int compat_gettime64(struct ptp_clock_info *info, struct timespec64 *ts)
{
	ktime_get_real_ts64(ts);
	return 0;
}

static int compat_enable(struct ptp_clock_info *info, struct ptp_clock_request *request, int on)
{
	struct ptp_clock_event event = { .type = PTP_CLOCK_EXTTS, .timestamp = 23 };

	if (request->type != PTP_CLK_REQ_EXTTS)
		return -EOPNOTSUPP;
	if (ptp_find_pin(clock, PTP_PF_EXTTS, 0) != 0)
		return -EBUSY;
	if (on)
		ptp_clock_event(clock, &event);
	event.timestamp = 42;
	if (on)
		class_calls.event(clock, &event);
	return 0;
}

static struct ptp_pin_desc compat_pin = { .name = "pin", .func = PTP_PF_EXTTS };

static struct ptp_clock_info compat_info = {
	.owner = THIS_MODULE,
	.name = "compat_ptp",
	.n_ext_ts = 1,
	.n_pins = 1,
	.pin_config = &compat_pin,
	.gettime64 = compat_gettime64,
	.enable = compat_enable,
};

static int __init compat_ptp_init(void)
{
	clock = ptp_clock_register(&compat_info, NULL);
	if (IS_ERR(clock))
		return PTR_ERR(clock);
	if (ptp_clock_index(clock) == class_calls.index(clock))
		return 0;
	ptp_clock_unregister(clock);
	return -EINVAL;
}

static void __exit compat_ptp_exit(void)
{
	class_calls.unregister(clock);
}

module_init(compat_ptp_init);
module_exit(compat_ptp_exit);
MODULE_DESCRIPTION("PTP driver with a compatibility layer");
MODULE_LICENSE("GPL");
