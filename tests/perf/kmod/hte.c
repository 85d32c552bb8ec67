// SPDX-License-Identifier: GPL-2.0
/*
 * A provider of the hardware timestamping engine that costs next to nothing, and the
 * consumer of its lines: what is counted is the engine.
 */
#include <linux/completion.h>
#include <linux/device.h>
#include <linux/hte.h>
#include <linux/notifier.h>

#include "hte.h"
#include "kbench.h"

static struct device *perf_device;
static int perf_number = -ENODEV;
static struct hte_ts_desc perf_desc[N_LINES];
static struct hte_ts_data perf_stamp = { .tsc = 1700000000000000000ULL, .raw_level = 1 };
static DECLARE_COMPLETION(perf_second_ran);
static u64 perf_second_at;

/* ---- provider ---- */

static int perf_request(struct hte_chip *chip, struct hte_ts_desc *desc, u32 number)
{
	return 0;
}

static int perf_enable(struct hte_chip *chip, u32 number)
{
	return 0;
}

static int perf_xlate(struct hte_chip *chip, struct hte_ts_desc *desc, u32 *number)
{
	*number = desc->attr.line_id;
	return 0;
}

static struct hte_chip perf_chip;

static bool perf_match(const struct hte_chip *chip, const struct hte_ts_desc *desc)
{
	return desc->attr.line_data == &perf_chip;
}

static const struct hte_ops perf_hte_ops = {
	.request = perf_request,
	.release = perf_request,
	.enable = perf_enable,
	.disable = perf_enable,
};

static struct hte_chip perf_chip = {
	.name = KBUILD_MODNAME,
	.ops = &perf_hte_ops,
	.nlines = N_LINES,
	.xlate_plat = perf_xlate,
	.match_from_linedata = perf_match,
};

static int perf_chip_seen(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct hte_chip_info *info = data;

	if (info->dev == perf_device)
		perf_number = info->index;
	return NOTIFY_OK;
}

static struct notifier_block perf_notifier = { .notifier_call = perf_chip_seen };

static int perf_index(void)
{
	return perf_number;
}

static __always_inline void push(u32 number)
{
	perf_stamp.tsc += NSEC_PER_USEC;
	hte_push_ts_ns(&perf_chip, number, &perf_stamp);
}

/* ---- consumer ---- */

static enum hte_return perf_handled(struct hte_ts_data *stamp, void *data)
{
	return HTE_CB_HANDLED;
}

static enum hte_return perf_second_wanted(struct hte_ts_data *stamp, void *data)
{
	return HTE_RUN_SECOND_CB;
}

static enum hte_return perf_second(void *data)
{
	perf_second_at = rdtsc();
	complete(&perf_second_ran);
	return HTE_CB_HANDLED;
}

static int perf_get(u32 number)
{
	hte_init_line_attr(&perf_desc[number], number, HTE_RISING_EDGE_TS, NULL, &perf_chip);
	return hte_ts_get(NULL, &perf_desc[number], 0);
}

static int perf_begin(u32 number, hte_ts_cb_t cb, hte_ts_sec_cb_t tcb)
{
	int err = perf_get(number);

	return err ?: hte_request_ts_ns(&perf_desc[number], cb, tcb, NULL);
}

static void perf_end(void)
{
	u32 number;

	for (number = 0; number < N_LINES; number++)
		if (perf_desc[number].hte_data)
			hte_ts_put(&perf_desc[number]);
}

/* ---- what is counted ---- */

static void perf_push_handled(void)
{
	push(LINE_HANDLED);
}

static void perf_push_disabled(void)
{
	push(LINE_DISABLED);
}

static void perf_push_unregistered(void)
{
	push(LINE_UNREGISTERED);
}

static void perf_push_second(void)
{
	push(LINE_SECOND);
}

static void perf_to_second(void)
{
	/* nobody has waited for the pushes that are counted by themselves */
	reinit_completion(&perf_second_ran);
	push(LINE_SECOND);
}

static u64 perf_until_second(void)
{
	wait_for_completion(&perf_second_ran);
	return perf_second_at;
}

static void perf_push_read(void)
{
	push(LINE_READ);
}

static void perf_disable_enable(void)
{
	hte_disable_ts(&perf_desc[LINE_HANDLED]);
	hte_enable_ts(&perf_desc[LINE_HANDLED]);
}

static void perf_get_put(void)
{
	perf_get(LINE_SPARE);
	hte_ts_put(&perf_desc[LINE_SPARE]);
}

static void perf_request_put(void)
{
	perf_begin(LINE_SPARE, perf_handled, NULL);
	hte_ts_put(&perf_desc[LINE_SPARE]);
}

static const struct kbench_op perf_ops[] = {
	{ "push", perf_push_handled },
	{ "push_disabled", perf_push_disabled },
	{ "push_unregistered", perf_push_unregistered },
	{ "push_second", perf_push_second },
	{ "to_second", perf_to_second, perf_until_second },
	{ "push_read", perf_push_read },
	{ "disable_enable", perf_disable_enable },
	{ "get_put", perf_get_put },
	{ "request_put", perf_request_put },
};

static int perf_setup(void)
{
	int err;

	perf_device = root_device_register(KBUILD_MODNAME);
	if (IS_ERR(perf_device))
		return PTR_ERR(perf_device);
	perf_chip.dev = perf_device;
	err = devm_hte_register_chip(&perf_chip);
	if (!err)
		err = hte_register_notifier(&perf_notifier);
	if (!err)
		hte_unregister_notifier(&perf_notifier); /* it has told of the chip */
	if (!err)
		err = perf_begin(LINE_HANDLED, perf_handled, NULL);
	if (!err)
		err = perf_begin(LINE_DISABLED, perf_handled, NULL);
	if (!err)
		err = hte_disable_ts(&perf_desc[LINE_DISABLED]);
	if (!err)
		err = perf_begin(LINE_SECOND, perf_second_wanted, perf_second);
	if (err) {
		perf_end();
		root_device_unregister(perf_device);
	}
	return err;
}

static void perf_teardown(void)
{
	perf_end();
	root_device_unregister(perf_device);
}

static struct kbench kbench = {
	.ops = perf_ops,
	.n_ops = ARRAY_SIZE(perf_ops),
	.index = perf_index,
	.setup = perf_setup,
	.teardown = perf_teardown,
};

MODULE_DESCRIPTION("Provider and consumer of time stamps for counting instructions");
