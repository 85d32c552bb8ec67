// SPDX-License-Identifier: GPL-2.0
/*
 * A DPLL with a thousand pins and one more device that costs next to nothing, so that what
 * is counted is the subsystem. Built twice: as perf_dpll against ours and as peer_dpll
 * against the kernel's own (see ../Kbuild). Not a line here depends on which.
 */
#include <linux/dpll.h>
#include <linux/slab.h>

#include "../kbench.h"

#define PERF_PINS	1000
#define PERF_CLOCK_ID	0x1122334455667788ULL

/* the second device has another number than 0, which costs the kernel's own subsystem more */
static struct dpll_device *perf_dpll[2];
static struct dpll_pin *perf_pin[PERF_PINS];
static u32 perf_prio;

static int perf_mode_get(const struct dpll_device *dpll, void *priv, enum dpll_mode *mode,
			 struct netlink_ext_ack *extack)
{
	*mode = DPLL_MODE_AUTOMATIC;
	return 0;
}

static int perf_lock_status_get(const struct dpll_device *dpll, void *priv,
				enum dpll_lock_status *status,
				enum dpll_lock_status_error *error, struct netlink_ext_ack *extack)
{
	*status = DPLL_LOCK_STATUS_LOCKED;
	return 0;
}

static int perf_temp_get(const struct dpll_device *dpll, void *priv, s32 *temp,
			 struct netlink_ext_ack *extack)
{
	*temp = 40000;
	return 0;
}

static const struct dpll_device_ops perf_device_ops = {
	.mode_get = perf_mode_get,
	.lock_status_get = perf_lock_status_get,
	.temp_get = perf_temp_get,
};

static int perf_frequency_get(const struct dpll_pin *pin, void *priv,
			      const struct dpll_device *dpll, void *dpll_priv, u64 *frequency,
			      struct netlink_ext_ack *extack)
{
	*frequency = DPLL_PIN_FREQUENCY_10_MHZ;
	return 0;
}

static int perf_direction_get(const struct dpll_pin *pin, void *priv,
			      const struct dpll_device *dpll, void *dpll_priv,
			      enum dpll_pin_direction *direction, struct netlink_ext_ack *extack)
{
	*direction = DPLL_PIN_DIRECTION_INPUT;
	return 0;
}

static int perf_state_get(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll,
			  void *dpll_priv, enum dpll_pin_state *state,
			  struct netlink_ext_ack *extack)
{
	*state = DPLL_PIN_STATE_SELECTABLE;
	return 0;
}

static int perf_prio_get(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll,
			 void *dpll_priv, u32 *prio, struct netlink_ext_ack *extack)
{
	*prio = perf_prio;
	return 0;
}

static int perf_prio_set(const struct dpll_pin *pin, void *priv, const struct dpll_device *dpll,
			 void *dpll_priv, const u32 prio, struct netlink_ext_ack *extack)
{
	perf_prio = prio;
	return 0;
}

static int perf_phase_offset_get(const struct dpll_pin *pin, void *priv,
				 const struct dpll_device *dpll, void *dpll_priv, s64 *offset,
				 struct netlink_ext_ack *extack)
{
	*offset = -4711;
	return 0;
}

static const struct dpll_pin_ops perf_pin_ops = {
	.frequency_get = perf_frequency_get,
	.direction_get = perf_direction_get,
	.state_on_dpll_get = perf_state_get,
	.prio_get = perf_prio_get,
	.prio_set = perf_prio_set,
	.phase_offset_get = perf_phase_offset_get,
};

static void perf_device_change(void)
{
	dpll_device_change_ntf(perf_dpll[1]);
}

static void perf_pin_change(void)
{
	dpll_pin_change_ntf(perf_pin[0]);
}

static const struct kbench_op perf_ops[] = {
	{ "device_change", perf_device_change },
	{ "pin_change", perf_pin_change },
};

static void perf_teardown(void)
{
	int i;

	for (i = 0; i < PERF_PINS && perf_pin[i]; i++) {
		dpll_pin_unregister(perf_dpll[1], perf_pin[i], &perf_pin_ops, perf_pin);
		dpll_pin_put(perf_pin[i]);
	}
	for (i = 0; i < 2 && perf_dpll[i]; i++) {
		dpll_device_unregister(perf_dpll[i], &perf_device_ops, perf_dpll);
		dpll_device_put(perf_dpll[i]);
	}
}

static int perf_pin_add(int i)
{
	static struct dpll_pin_frequency frequencies[] = { DPLL_PIN_FREQUENCY_10MHZ };
	struct dpll_pin_properties prop = {
		.type = DPLL_PIN_TYPE_EXT,
		.capabilities = DPLL_PIN_CAPABILITIES_PRIORITY_CAN_CHANGE,
		.freq_supported = frequencies,
		.freq_supported_num = ARRAY_SIZE(frequencies),
	};
	struct dpll_pin *pin;
	char label[16];
	int err;

	snprintf(label, sizeof(label), "PIN%04d", i);
	prop.board_label = label;
	pin = dpll_pin_get(PERF_CLOCK_ID, i, THIS_MODULE, &prop);
	if (IS_ERR(pin))
		return PTR_ERR(pin);
	err = dpll_pin_register(perf_dpll[1], pin, &perf_pin_ops, perf_pin);
	if (err)
		dpll_pin_put(pin);
	else
		perf_pin[i] = pin;
	return err;
}

static int perf_setup(void)
{
	struct dpll_device *dpll;
	int i, err = 0;

	for (i = 0; i < 2 && !err; i++) {
		dpll = dpll_device_get(PERF_CLOCK_ID, i, THIS_MODULE);
		if (IS_ERR(dpll)) {
			err = PTR_ERR(dpll);
			break;
		}
		err = dpll_device_register(dpll, i ? DPLL_TYPE_EEC : DPLL_TYPE_PPS,
					   &perf_device_ops, perf_dpll);
		if (err)
			dpll_device_put(dpll);
		else
			perf_dpll[i] = dpll;
	}
	for (i = 0; i < PERF_PINS && !err; i++)
		err = perf_pin_add(i);
	if (err)
		perf_teardown();
	return err;
}

static struct kbench kbench = {
	.ops = perf_ops,
	.n_ops = ARRAY_SIZE(perf_ops),
	.setup = perf_setup,
	.teardown = perf_teardown,
};

MODULE_DESCRIPTION("DPLL with a thousand pins for counting instructions of the subsystem");
