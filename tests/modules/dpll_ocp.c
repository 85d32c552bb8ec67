// SPDX-License-Identifier: GPL-2.0
/*
 * dpll_ocp: a driver in the manner of the sample in the kernel's documentation of the DPLL
 * subsystem, with the callbacks that it names, .mode_supported among them: it must compile
 * against our header as it stands there, and work. A card with four connectors, two inputs
 * and two outputs. For tests/dpll_lifetime.bats.
 */
#include <linux/dpll.h>
#include <linux/module.h>

#define CARD_CONNECTORS 4
#define CARD_CLOCK_ID	0x0c0ffee000000001ULL

struct connector {
	struct dpll_pin *dpll_pin;
	struct dpll_pin_properties dpll_prop;
	enum dpll_pin_direction direction;
	u64 frequency;
};

struct card {
	struct dpll_device *dpll;
	struct connector sma[CARD_CONNECTORS];
};

static struct card card;

static int card_lock_status_get(const struct dpll_device *dpll, void *priv,
				enum dpll_lock_status *status,
				enum dpll_lock_status_error *status_error,
				struct netlink_ext_ack *extack)
{
	*status = DPLL_LOCK_STATUS_LOCKED;
	return 0;
}

static int card_mode_get(const struct dpll_device *dpll, void *priv, enum dpll_mode *mode,
			 struct netlink_ext_ack *extack)
{
	*mode = DPLL_MODE_AUTOMATIC;
	return 0;
}

static bool card_mode_supported(const struct dpll_device *dpll, void *priv,
				const enum dpll_mode mode, struct netlink_ext_ack *extack)
{
	return mode == DPLL_MODE_AUTOMATIC;
}

static int card_frequency_get(const struct dpll_pin *pin, void *pin_priv,
			      const struct dpll_device *dpll, void *dpll_priv, u64 *frequency,
			      struct netlink_ext_ack *extack)
{
	*frequency = ((struct connector *)pin_priv)->frequency;
	return 0;
}

static int card_frequency_set(const struct dpll_pin *pin, void *pin_priv,
			      const struct dpll_device *dpll, void *dpll_priv, u64 frequency,
			      struct netlink_ext_ack *extack)
{
	((struct connector *)pin_priv)->frequency = frequency;
	return 0;
}

static int card_direction_get(const struct dpll_pin *pin, void *pin_priv,
			      const struct dpll_device *dpll, void *dpll_priv,
			      enum dpll_pin_direction *direction, struct netlink_ext_ack *extack)
{
	*direction = ((struct connector *)pin_priv)->direction;
	return 0;
}

static int card_direction_set(const struct dpll_pin *pin, void *pin_priv,
			      const struct dpll_device *dpll, void *dpll_priv,
			      enum dpll_pin_direction direction, struct netlink_ext_ack *extack)
{
	((struct connector *)pin_priv)->direction = direction;
	return 0;
}

static int card_state_get(const struct dpll_pin *pin, void *pin_priv,
			  const struct dpll_device *dpll, void *dpll_priv,
			  enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	*state = pin_priv == &card.sma[0] ? DPLL_PIN_STATE_CONNECTED : DPLL_PIN_STATE_SELECTABLE;
	return 0;
}

static const struct dpll_device_ops dpll_ops = {
	.lock_status_get = card_lock_status_get,
	.mode_get = card_mode_get,
	.mode_supported = card_mode_supported,
};

static const struct dpll_pin_ops dpll_pins_ops = {
	.frequency_get = card_frequency_get,
	.frequency_set = card_frequency_set,
	.direction_get = card_direction_get,
	.direction_set = card_direction_set,
	.state_on_dpll_get = card_state_get,
};

static struct dpll_pin_frequency card_frequencies[] = {
	DPLL_PIN_FREQUENCY_1PPS,
	DPLL_PIN_FREQUENCY_10MHZ,
	DPLL_PIN_FREQUENCY_IRIG_B,
	DPLL_PIN_FREQUENCY_DCF77,
};

static const char *const card_labels[CARD_CONNECTORS] = { "SMA1", "SMA2", "SMA3", "SMA4" };

static void card_pins_del(struct card *bp, int i)
{
	while (i) {
		--i;
		dpll_pin_unregister(bp->dpll, bp->sma[i].dpll_pin, &dpll_pins_ops, &bp->sma[i]);
		dpll_pin_put(bp->sma[i].dpll_pin);
	}
}

static int __init card_init(void)
{
	struct card *bp = &card;
	u64 clkid = CARD_CLOCK_ID;
	int err, i;

	for (i = 0; i < CARD_CONNECTORS; i++) {
		bp->sma[i].frequency = DPLL_PIN_FREQUENCY_1_HZ;
		bp->sma[i].direction = i < 2 ? DPLL_PIN_DIRECTION_INPUT : DPLL_PIN_DIRECTION_OUTPUT;
		bp->sma[i].dpll_prop.board_label = card_labels[i];
		bp->sma[i].dpll_prop.type = DPLL_PIN_TYPE_EXT;
		bp->sma[i].dpll_prop.capabilities = DPLL_PIN_CAPABILITIES_DIRECTION_CAN_CHANGE;
		bp->sma[i].dpll_prop.freq_supported = card_frequencies;
		bp->sma[i].dpll_prop.freq_supported_num = ARRAY_SIZE(card_frequencies);
	}

	bp->dpll = dpll_device_get(clkid, 0, THIS_MODULE);
	if (IS_ERR(bp->dpll))
		return PTR_ERR(bp->dpll);

	err = dpll_device_register(bp->dpll, DPLL_TYPE_PPS, &dpll_ops, bp);
	if (err)
		goto out_put;

	for (i = 0; i < CARD_CONNECTORS; i++) {
		bp->sma[i].dpll_pin = dpll_pin_get(clkid, i, THIS_MODULE, &bp->sma[i].dpll_prop);
		if (IS_ERR(bp->sma[i].dpll_pin)) {
			err = PTR_ERR(bp->sma[i].dpll_pin);
			goto out_dpll;
		}

		err = dpll_pin_register(bp->dpll, bp->sma[i].dpll_pin, &dpll_pins_ops, &bp->sma[i]);
		if (err) {
			dpll_pin_put(bp->sma[i].dpll_pin);
			goto out_dpll;
		}
	}
	return 0;

out_dpll:
	card_pins_del(bp, i);
	dpll_device_unregister(bp->dpll, &dpll_ops, bp);
out_put:
	dpll_device_put(bp->dpll);
	return err;
}

static void __exit card_exit(void)
{
	card_pins_del(&card, CARD_CONNECTORS);
	dpll_device_unregister(card.dpll, &dpll_ops, &card);
	dpll_device_put(card.dpll);
}

module_init(card_init);
module_exit(card_exit);
MODULE_DESCRIPTION("the DPLL sample of the kernel's documentation");
MODULE_LICENSE("GPL");
