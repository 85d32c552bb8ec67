// SPDX-License-Identifier: GPL-2.0
/*
 * chs_lab_synce: driver of a SyncE and PTP chip of two phase locked loops, by its data sheet
 * <chs/lab_synce.h> and the register map of its parent device. Touches nothing else but the DPLL
 * subsystem and, to bind ports to them, network devices.
 *
 * It keeps nothing that the chip knows: what is asked for is read, what is set is written.
 * What it remembers is what users were told last, so that it can tell them when that changes:
 * by interrupt, or where there is none by a look at the chip every poll_ms.
 *
 * Where the chip cannot be reached, the interrupt, which would come again at once, is turned
 * off and the chip polled until it answers.
 *
 * Locks: chip->lock, a mutex, guards sequences of register accesses that belong together.
 * Inside it nothing is called but the register map. chip->news_lock, a mutex, lets one look
 * for news at a time and guards what they are compared with; the subsystem is called inside
 * it, which calls back for chip->lock.
 */
#include <linux/dpll.h>
#include <linux/interrupt.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/platform_device.h>
#include <linux/property.h>
#include <linux/regmap.h>
#include <linux/workqueue.h>

#include <chs/lab_synce.h>

#ifndef DPLL_CHS
#error "the kernel's own dpll.h came first: see NOSTDINC_FLAGS in Kbuild"
#endif

#define SYNCE_POLL_MS	 500
#define SYNCE_OUTPUT_IDX 64	 /* pins' numbers: inputs from 0, outputs from here */
#define SYNCE_PPM	 1000000 /* ppt */
#define SYNCE_TRIES	 5	 /* to find a loop that does not move */

static unsigned int poll_ms;
module_param(poll_ms, uint, 0444);
MODULE_PARM_DESC(poll_ms,
		 "how often to look at a chip without interrupt (0: by its property, else 500)");

struct synce_chip;

/**
 * struct synce_pin - an input or an output
 * @chip: its chip
 * @pin: the subsystem's
 * @index: number of the input or output
 * @base: where its registers begin
 * @registered: with so many loops, or once with @parent
 * @parent: the multiplexer that it leads to, or NULL
 * @prop: what it is
 * @range: frequencies that it can have
 * @esync: embedded sync frequencies
 * @label: from the chip
 */
struct synce_pin {
	struct synce_chip *chip;
	struct dpll_pin *pin;
	unsigned int index, base;
	unsigned int registered;
	struct synce_pin *parent;
	struct dpll_pin_properties prop;
	struct dpll_pin_frequency range[SYNCE_PIN_RANGES];
	struct dpll_pin_frequency esync;
	char label[SYNCE_LABEL_LEN + 1];
};

/**
 * struct synce_loop - a loop and what users know of it
 * @chip: its chip
 * @dpll: the subsystem's
 * @index: number
 * @base: where its registers begin
 * @registered: with the subsystem
 * @changes: the chip's count of changes of status
 * @selected: the input it followed
 */
struct synce_loop {
	struct synce_chip *chip;
	struct dpll_device *dpll;
	unsigned int index, base;
	bool registered;
	u32 changes, selected;
};

/* a port of the chip: the network device whose clock comes in by an input */
struct synce_port {
	struct synce_pin *pin;
	struct net_device *dev; /* counted, as long as it has our pin */
};

/**
 * struct synce_chip - a chip
 * @dev: the platform device
 * @map: its registers
 * @lock: sequences of accesses
 * @clock_id: EUI-64
 * @loop: its loops
 * @in: its inputs
 * @out: its outputs
 * @clock_input: half of the pair, the other gives its phase
 * @sync_input: that one
 * @irq: or 0
 * @poll_ms: so often it is looked at without
 * @news_lock: guards what follows
 * @stopping: the driver leaves
 * @irq_off: it could not be reached: polled instead
 * @open: what has been cleared in the chip and not been told yet
 * @work: polls
 * @polls: so often
 * @news: looks that found something
 * @unseen: changes of status that another one had followed before we looked
 * @errors: looks that failed
 * @port: network devices' clocks; port_work's
 * @port_work: binds and unbinds them
 * @netdev_nb: tells of them
 */
struct synce_chip {
	struct device *dev;
	struct regmap *map;
	struct mutex lock;
	u64 clock_id;
	struct synce_loop loop[SYNCE_LOOPS];
	struct synce_pin in[SYNCE_INPUTS];
	struct synce_pin out[SYNCE_OUTPUTS];
	unsigned int clock_input, sync_input;
	int irq;
	unsigned int poll_ms;

	struct mutex news_lock;
	bool stopping, irq_off;
	u32 open;
	struct delayed_work work;
	u64 polls, news, unseen, errors;

	struct synce_port port[SYNCE_PORTS];
	struct delayed_work port_work;
	struct notifier_block netdev_nb;
};

/* ---- registers ---- */

/*
 * A pair of registers. The chip latches the upper one for all who read, debugfs included, so
 * that the map's own lock has to keep the two together.
 */
static int synce_read64(struct synce_chip *chip, unsigned int reg, u64 *value)
{
	u32 half[2];
	int err = regmap_bulk_read(chip->map, reg, half, ARRAY_SIZE(half));

	if (!err)
		*value = (u64)half[1] << 32 | half[0];
	return err;
}

static int synce_read_text(struct synce_chip *chip, unsigned int reg, char *text, size_t len)
{
	unsigned int word;
	size_t i;
	int err;

	for (i = 0; i < len; i++) {
		if (i % 4 == 0) {
			err = regmap_read(chip->map, reg + i, &word);
			if (err)
				return err;
		}
		text[i] = word >> (i % 4 * 8);
	}
	text[len] = '\0';
	return 0;
}

static bool synce_locked(u32 status)
{
	return SYNCE_STATE(status) == SYNCE_LOCKED || SYNCE_STATE(status) == SYNCE_LOCKED_HO;
}

/* ---- devices ---- */

static int synce_lock_status_get(const struct dpll_device *dpll, void *priv,
				 enum dpll_lock_status *status, enum dpll_lock_status_error *error,
				 struct netlink_ext_ack *extack)
{
	static const enum dpll_lock_status_error errors[] = {
		[SYNCE_CAUSE_NONE] = DPLL_LOCK_STATUS_ERROR_NONE,
		[SYNCE_CAUSE_UNDEFINED] = DPLL_LOCK_STATUS_ERROR_UNDEFINED,
		[SYNCE_CAUSE_MEDIA] = DPLL_LOCK_STATUS_ERROR_MEDIA_DOWN,
		[SYNCE_CAUSE_FREQUENCY] =
			DPLL_LOCK_STATUS_ERROR_FRACTIONAL_FREQUENCY_OFFSET_TOO_HIGH,
	};
	struct synce_loop *loop = priv;
	unsigned int value, cause;
	int err;

	err = regmap_read(loop->chip->map, loop->base + SYNCE_LOOP_STATUS, &value);
	if (err)
		return err;
	switch (SYNCE_STATE(value)) {
	case SYNCE_LOCKED:
		*status = DPLL_LOCK_STATUS_LOCKED;
		break;
	case SYNCE_LOCKED_HO:
		*status = DPLL_LOCK_STATUS_LOCKED_HO_ACQ;
		break;
	default:
		*status = value & SYNCE_HOLDING ? DPLL_LOCK_STATUS_HOLDOVER
						: DPLL_LOCK_STATUS_UNLOCKED;
	}
	cause = SYNCE_CAUSE(value);
	*error = errors[cause < ARRAY_SIZE(errors) ? cause : SYNCE_CAUSE_UNDEFINED];
	return 0;
}

static int synce_mode(struct synce_loop *loop, bool *automatic)
{
	unsigned int value = 0;
	int err = regmap_read(loop->chip->map, loop->base + SYNCE_LOOP_MODE, &value);

	*automatic = value == SYNCE_AUTOMATIC;
	return err;
}

static int synce_mode_get(const struct dpll_device *dpll, void *priv, enum dpll_mode *mode,
			  struct netlink_ext_ack *extack)
{
	bool automatic = false;
	int err = synce_mode(priv, &automatic);

	*mode = automatic ? DPLL_MODE_AUTOMATIC : DPLL_MODE_MANUAL;
	return err;
}

static int synce_supported_modes_get(const struct dpll_device *dpll, void *priv,
				     unsigned long *modes, struct netlink_ext_ack *extack)
{
	__set_bit(DPLL_MODE_MANUAL, modes);
	__set_bit(DPLL_MODE_AUTOMATIC, modes);
	return 0;
}

/* to manual mode: it goes on following what it follows */
static int synce_mode_set(const struct dpll_device *dpll, void *priv, enum dpll_mode mode,
			  struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = priv;
	struct synce_chip *chip = loop->chip;
	bool automatic = false;
	unsigned int selected;
	int err;

	mutex_lock(&chip->lock);
	err = synce_mode(loop, &automatic);
	if (err || automatic == (mode == DPLL_MODE_AUTOMATIC))
		goto unlock;
	if (automatic) {
		err = regmap_read(chip->map, loop->base + SYNCE_LOOP_SELECTED, &selected);
		if (!err)
			err = regmap_write(chip->map, loop->base + SYNCE_LOOP_MANUAL, selected);
	}
	if (!err)
		err = regmap_write(chip->map, loop->base + SYNCE_LOOP_MODE,
				   automatic ? SYNCE_MANUAL : SYNCE_AUTOMATIC);
unlock:
	mutex_unlock(&chip->lock);
	return err;
}

static int synce_temp_get(const struct dpll_device *dpll, void *priv, s32 *temp,
			  struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = priv;
	unsigned int value;
	int err = regmap_read(loop->chip->map, SYNCE_TEMPERATURE, &value);

	if (!err)
		*temp = value;
	return err;
}

static int synce_quality_get(const struct dpll_device *dpll, void *priv, unsigned long *levels,
			     struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = priv;
	unsigned int value, level;
	int err = regmap_read(loop->chip->map, SYNCE_QUALITY, &value);

	for (level = 1; !err && level <= DPLL_CLOCK_QUALITY_LEVEL_MAX; level++)
		if (value & BIT(level))
			__set_bit(level, levels);
	return err;
}

static int synce_monitor_get(const struct dpll_device *dpll, void *priv,
			     enum dpll_feature_state *state, struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = priv;
	unsigned int value;
	int err = regmap_read(loop->chip->map, loop->base + SYNCE_LOOP_CTRL, &value);

	if (!err)
		*state = value & SYNCE_CTRL_MONITOR ? DPLL_FEATURE_STATE_ENABLE
						    : DPLL_FEATURE_STATE_DISABLE;
	return err;
}

static int synce_monitor_set(const struct dpll_device *dpll, void *priv,
			     enum dpll_feature_state state, struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = priv;

	return regmap_update_bits(loop->chip->map, loop->base + SYNCE_LOOP_CTRL, SYNCE_CTRL_MONITOR,
				  state == DPLL_FEATURE_STATE_ENABLE ? SYNCE_CTRL_MONITOR : 0);
}

static int synce_average_get(const struct dpll_device *dpll, void *priv, u32 *factor,
			     struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = priv;

	return regmap_read(loop->chip->map, loop->base + SYNCE_LOOP_AVERAGE, factor);
}

static int synce_average_set(const struct dpll_device *dpll, void *priv, u32 factor,
			     struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = priv;

	if (factor > SYNCE_AVERAGE_MAX) {
		NL_SET_ERR_MSG_FMT(extack, "phase offset average factor has to be from 0 to %d",
				   SYNCE_AVERAGE_MAX);
		return -EINVAL;
	}
	return regmap_write(loop->chip->map, loop->base + SYNCE_LOOP_AVERAGE, factor);
}

static const struct dpll_device_ops synce_device_ops = {
	.mode_get = synce_mode_get,
	.lock_status_get = synce_lock_status_get,
	.supported_modes_get = synce_supported_modes_get,
	.mode_set = synce_mode_set,
	.temp_get = synce_temp_get,
	.clock_quality_level_get = synce_quality_get,
	.phase_offset_monitor_set = synce_monitor_set,
	.phase_offset_monitor_get = synce_monitor_get,
	.phase_offset_avg_factor_set = synce_average_set,
	.phase_offset_avg_factor_get = synce_average_get,
};

/* ---- all pins ---- */

static int synce_frequency_get(const struct dpll_pin *dpll_pin, void *pin_priv,
			       const struct dpll_device *dpll, void *dpll_priv, u64 *frequency,
			       struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;
	unsigned int value;
	int err = regmap_read(pin->chip->map, pin->base + SYNCE_PIN_FREQUENCY, &value);

	if (!err)
		*frequency = value;
	return err;
}

static int synce_frequency_set(const struct dpll_pin *dpll_pin, void *pin_priv,
			       const struct dpll_device *dpll, void *dpll_priv, const u64 frequency,
			       struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;

	return regmap_write(pin->chip->map, pin->base + SYNCE_PIN_FREQUENCY, frequency);
}

static int synce_adjust_get(const struct dpll_pin *dpll_pin, void *pin_priv,
			    const struct dpll_device *dpll, void *dpll_priv, s32 *adjust,
			    struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;
	unsigned int value;
	int err = regmap_read(pin->chip->map, pin->base + SYNCE_PIN_ADJUST, &value);

	if (!err)
		*adjust = value;
	return err;
}

static int synce_adjust_set(const struct dpll_pin *dpll_pin, void *pin_priv,
			    const struct dpll_device *dpll, void *dpll_priv, const s32 adjust,
			    struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;

	return regmap_write(pin->chip->map, pin->base + SYNCE_PIN_ADJUST, adjust);
}

static int synce_esync_get(const struct dpll_pin *dpll_pin, void *pin_priv,
			   const struct dpll_device *dpll, void *dpll_priv,
			   struct dpll_pin_esync *esync, struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;
	struct regmap *map = pin->chip->map;
	unsigned int frequency, value, pulse;
	int err;

	if (!pin->esync.max)
		return -EOPNOTSUPP;
	err = regmap_read(map, pin->base + SYNCE_PIN_FREQUENCY, &frequency);
	if (!err && frequency != SYNCE_ESYNC_BASE)
		err = -EOPNOTSUPP;
	if (!err)
		err = regmap_read(map, pin->base + SYNCE_PIN_ESYNC, &value);
	if (!err)
		err = regmap_read(map, pin->base + SYNCE_PIN_ESYNC_PULSE, &pulse);
	if (err)
		return err;
	esync->freq = value;
	esync->pulse = pulse;
	esync->range = &pin->esync;
	esync->range_num = 1;
	return 0;
}

static int synce_esync_set(const struct dpll_pin *dpll_pin, void *pin_priv,
			   const struct dpll_device *dpll, void *dpll_priv, u64 frequency,
			   struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;

	return regmap_write(pin->chip->map, pin->base + SYNCE_PIN_ESYNC, frequency);
}

/* ---- inputs ---- */

/* tell of an input that has changed since another one has been set; chip->lock not held */
static void synce_tell_input(struct synce_chip *chip, unsigned int i)
{
	if (i < SYNCE_INPUTS)
		dpll_pin_change_ntf(chip->in[i].pin);
}

static int synce_input_direction_get(const struct dpll_pin *pin, void *pin_priv,
				     const struct dpll_device *dpll, void *dpll_priv,
				     enum dpll_pin_direction *direction,
				     struct netlink_ext_ack *extack)
{
	*direction = DPLL_PIN_DIRECTION_INPUT;
	return 0;
}

/* is this the half of the pair that nobody follows by itself? */
static int synce_paired(struct synce_pin *pin, bool *paired)
{
	unsigned int value = 0;
	int err = 0;

	if (pin->index == pin->chip->sync_input)
		err = regmap_read(pin->chip->map, SYNCE_PAIR, &value);
	*paired = value & SYNCE_PAIR_ON;
	return err;
}

/* a number that is another one once the loop's status or input has changed */
static int synce_moves(struct synce_loop *loop, unsigned int *moves)
{
	unsigned int changes = 0, selections = 0;
	int err;

	err = regmap_read(loop->chip->map, loop->base + SYNCE_LOOP_CHANGES, &changes);
	if (!err)
		err = regmap_read(loop->chip->map, loop->base + SYNCE_LOOP_SELECTIONS, &selections);
	*moves = changes + selections;
	return err;
}

/* is the loop locked to this input? The chip may move between the registers that tell */
static int synce_follows(struct synce_pin *pin, struct synce_loop *loop, bool *follows)
{
	unsigned int before, after, status = 0, selected = SYNCE_NO_INPUT, tries = 0;
	struct regmap *map = pin->chip->map;
	int err;

	do {
		err = synce_moves(loop, &before);
		if (!err)
			err = regmap_read(map, loop->base + SYNCE_LOOP_STATUS, &status);
		if (!err)
			err = regmap_read(map, loop->base + SYNCE_LOOP_SELECTED, &selected);
		if (!err)
			err = synce_moves(loop, &after);
	} while (!err && before != after && ++tries < SYNCE_TRIES);
	*follows = selected == pin->index && synce_locked(status);
	return err;
}

static int synce_input_state(struct synce_pin *pin, struct synce_loop *loop,
			     enum dpll_pin_state *state)
{
	struct regmap *map = pin->chip->map;
	bool automatic, follows, paired;
	unsigned int value;
	int err;

	*state = DPLL_PIN_STATE_DISCONNECTED;
	err = synce_mode(loop, &automatic);
	if (err)
		return err;
	if (!automatic) {
		err = regmap_read(map, loop->base + SYNCE_LOOP_MANUAL, &value);
		if (!err && value == pin->index)
			*state = DPLL_PIN_STATE_CONNECTED;
		return err;
	}
	err = synce_follows(pin, loop, &follows);
	if (err)
		return err;
	if (follows) {
		*state = DPLL_PIN_STATE_CONNECTED;
		return 0;
	}
	err = synce_paired(pin, &paired);
	if (err || paired)
		return err;
	err = regmap_read(map, pin->base + SYNCE_INPUT_LOOP(loop->index), &value);
	if (!err && value & SYNCE_ENABLED)
		*state = DPLL_PIN_STATE_SELECTABLE;
	return err;
}

static int synce_input_state_get(const struct dpll_pin *dpll_pin, void *pin_priv,
				 const struct dpll_device *dpll, void *dpll_priv,
				 enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;
	int err;

	/* nobody sets the loop between the registers that tell where it stands */
	mutex_lock(&pin->chip->lock);
	err = synce_input_state(pin, dpll_priv, state);
	mutex_unlock(&pin->chip->lock);
	return err;
}

/* @displaced: the input that was connected till now */
static int synce_input_state_manual(struct synce_pin *pin, struct synce_loop *loop,
				    enum dpll_pin_state state, unsigned int *displaced,
				    struct netlink_ext_ack *extack)
{
	bool connected = state == DPLL_PIN_STATE_CONNECTED;
	struct regmap *map = pin->chip->map;
	unsigned int value;
	int err;

	if (state == DPLL_PIN_STATE_SELECTABLE) {
		NL_SET_ERR_MSG(extack, "in manual mode an input can be connected or disconnected");
		return -EINVAL;
	}
	err = regmap_read(map, loop->base + SYNCE_LOOP_MANUAL, &value);
	if (err || (value == pin->index) == connected)
		return err;
	err = regmap_write(map, loop->base + SYNCE_LOOP_MANUAL,
			   connected ? pin->index : SYNCE_NO_INPUT);
	if (!err && connected)
		*displaced = value;
	return err;
}

static int synce_input_state_automatic(struct synce_pin *pin, struct synce_loop *loop,
				       enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	bool paired;
	int err;

	if (state == DPLL_PIN_STATE_CONNECTED) {
		NL_SET_ERR_MSG(extack,
			       "in automatic mode an input can be selectable or disconnected");
		return -EINVAL;
	}
	err = synce_paired(pin, &paired);
	if (err)
		return err;
	if (paired && state == DPLL_PIN_STATE_SELECTABLE) {
		NL_SET_ERR_MSG(extack, "the input is the sync of a reference sync pair");
		return -EBUSY;
	}
	return regmap_update_bits(pin->chip->map, pin->base + SYNCE_INPUT_LOOP(loop->index),
				  SYNCE_ENABLED,
				  state == DPLL_PIN_STATE_SELECTABLE ? SYNCE_ENABLED : 0);
}

static int synce_input_state_set(const struct dpll_pin *dpll_pin, void *pin_priv,
				 const struct dpll_device *dpll, void *dpll_priv,
				 const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	unsigned int displaced = SYNCE_NO_INPUT;
	struct synce_loop *loop = dpll_priv;
	struct synce_pin *pin = pin_priv;
	bool automatic;
	int err;

	mutex_lock(&pin->chip->lock);
	err = synce_mode(loop, &automatic);
	if (!err)
		err = automatic ? synce_input_state_automatic(pin, loop, state, extack)
				: synce_input_state_manual(pin, loop, state, &displaced, extack);
	mutex_unlock(&pin->chip->lock);
	synce_tell_input(pin->chip, displaced);
	return err;
}

static int synce_prio_get(const struct dpll_pin *dpll_pin, void *pin_priv,
			  const struct dpll_device *dpll, void *dpll_priv, u32 *prio,
			  struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = dpll_priv;
	struct synce_pin *pin = pin_priv;
	unsigned int value;
	int err;

	err = regmap_read(pin->chip->map, pin->base + SYNCE_INPUT_LOOP(loop->index), &value);
	if (!err)
		*prio = value & SYNCE_PRIO;
	return err;
}

static int synce_prio_set(const struct dpll_pin *dpll_pin, void *pin_priv,
			  const struct dpll_device *dpll, void *dpll_priv, const u32 prio,
			  struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = dpll_priv;
	struct synce_pin *pin = pin_priv;

	/* the last one is never chosen: what clients set for "do not use" */
	if (prio > SYNCE_PRIO_NEVER) {
		NL_SET_ERR_MSG_FMT(extack, "priority has to be from 0 to %d", SYNCE_PRIO_NEVER);
		return -EINVAL;
	}
	return regmap_update_bits(pin->chip->map, pin->base + SYNCE_INPUT_LOOP(loop->index),
				  SYNCE_PRIO, prio);
}

static int synce_phase_offset_get(const struct dpll_pin *dpll_pin, void *pin_priv,
				  const struct dpll_device *dpll, void *dpll_priv, s64 *offset,
				  struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = dpll_priv;
	struct synce_pin *pin = pin_priv;
	u64 value;
	int err;

	/* fs, which are thousandths of ps; 0 of an input that is not measured */
	err = synce_read64(pin->chip, pin->base + SYNCE_INPUT_PHASE_LO(loop->index), &value);
	if (!err)
		*offset = value;
	return err;
}

static int synce_ffo_get(const struct dpll_pin *dpll_pin, void *pin_priv,
			 const struct dpll_device *dpll, void *dpll_priv, s64 *ffo,
			 struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;
	unsigned int status, value;
	int err;

	err = regmap_read(pin->chip->map, pin->base + SYNCE_INPUT_STATUS, &status);
	if (!err && status == SYNCE_NO_SIGNAL)
		err = -ENODATA;
	if (!err)
		err = regmap_read(pin->chip->map, pin->base + SYNCE_INPUT_FFO, &value);
	if (!err)
		*ffo = (s32)value / SYNCE_PPM;
	return err;
}

static int synce_ref_sync_get(const struct dpll_pin *dpll_pin, void *pin_priv,
			      const struct dpll_pin *sync_pin, void *sync_priv,
			      enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;
	unsigned int value;
	int err = regmap_read(pin->chip->map, SYNCE_PAIR, &value);

	if (!err)
		*state = value & SYNCE_PAIR_ON ? DPLL_PIN_STATE_CONNECTED
					       : DPLL_PIN_STATE_DISCONNECTED;
	return err;
}

static int synce_ref_sync_set(const struct dpll_pin *dpll_pin, void *pin_priv,
			      const struct dpll_pin *sync_dpll_pin, void *sync_priv,
			      const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;
	struct synce_chip *chip = pin->chip;
	bool connected = state == DPLL_PIN_STATE_CONNECTED, other = false;
	unsigned int clock, sync, pair;
	int err;

	if (state == DPLL_PIN_STATE_SELECTABLE) {
		NL_SET_ERR_MSG(extack, "a reference sync can be connected or disconnected");
		return -EINVAL;
	}
	mutex_lock(&chip->lock);
	err = regmap_read(chip->map, SYNCE_INPUT(chip->clock_input) + SYNCE_PIN_FREQUENCY, &clock);
	if (!err)
		err = regmap_read(chip->map, SYNCE_INPUT(chip->sync_input) + SYNCE_PIN_FREQUENCY,
				  &sync);
	if (!err && connected && sync >= clock) {
		NL_SET_ERR_MSG(extack, "the sync's frequency has to be lower than the clock's");
		err = -EINVAL;
	}
	if (!err)
		err = regmap_read(chip->map, SYNCE_PAIR, &pair);
	if (!err && connected == !(pair & SYNCE_PAIR_ON)) {
		err = regmap_write(chip->map, SYNCE_PAIR, pair ^ SYNCE_PAIR_ON);
		other = !err;
	}
	mutex_unlock(&chip->lock);
	/* the sync can be selected by itself, or no more */
	if (other)
		synce_tell_input(chip, chip->sync_input);
	return err;
}

static const struct dpll_pin_ops synce_input_ops = {
	.frequency_set = synce_frequency_set,
	.frequency_get = synce_frequency_get,
	.direction_get = synce_input_direction_get,
	.state_on_dpll_get = synce_input_state_get,
	.state_on_dpll_set = synce_input_state_set,
	.prio_get = synce_prio_get,
	.prio_set = synce_prio_set,
	.phase_offset_get = synce_phase_offset_get,
	.phase_adjust_get = synce_adjust_get,
	.phase_adjust_set = synce_adjust_set,
	.ffo_get = synce_ffo_get,
	.esync_get = synce_esync_get,
	.esync_set = synce_esync_set,
	.ref_sync_get = synce_ref_sync_get,
	.ref_sync_set = synce_ref_sync_set,
};

/* ---- inputs behind the multiplexer ---- */

static int synce_port_state_get(const struct dpll_pin *dpll_pin, void *pin_priv,
				const struct dpll_pin *parent, void *parent_priv,
				enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	struct synce_pin *pin = pin_priv;
	unsigned int value;
	int err = regmap_read(pin->chip->map, SYNCE_MUX, &value);

	if (!err)
		*state = value == pin->index ? DPLL_PIN_STATE_CONNECTED
					     : DPLL_PIN_STATE_DISCONNECTED;
	return err;
}

static int synce_port_state_set(const struct dpll_pin *dpll_pin, void *pin_priv,
				const struct dpll_pin *parent, void *parent_priv,
				const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	bool connected = state == DPLL_PIN_STATE_CONNECTED;
	unsigned int value, displaced = SYNCE_NO_INPUT;
	struct synce_pin *pin = pin_priv;
	struct synce_chip *chip = pin->chip;
	int err;

	if (state == DPLL_PIN_STATE_SELECTABLE) {
		NL_SET_ERR_MSG(extack, "on a multiplexer an input is connected or disconnected");
		return -EINVAL;
	}
	mutex_lock(&chip->lock);
	err = regmap_read(chip->map, SYNCE_MUX, &value);
	if (!err && (value == pin->index) != connected) {
		err = regmap_write(chip->map, SYNCE_MUX, connected ? pin->index : SYNCE_NO_INPUT);
		if (!err && connected)
			displaced = value;
	}
	mutex_unlock(&chip->lock);
	synce_tell_input(chip, displaced);
	return err;
}

static const struct dpll_pin_ops synce_port_ops = {
	.frequency_get = synce_frequency_get,
	.direction_get = synce_input_direction_get,
	.state_on_pin_get = synce_port_state_get,
	.state_on_pin_set = synce_port_state_set,
	.ffo_get = synce_ffo_get,
};

/* ---- outputs ---- */

static int synce_output_direction_get(const struct dpll_pin *pin, void *pin_priv,
				      const struct dpll_device *dpll, void *dpll_priv,
				      enum dpll_pin_direction *direction,
				      struct netlink_ext_ack *extack)
{
	*direction = DPLL_PIN_DIRECTION_OUTPUT;
	return 0;
}

/* an output that is on has one loop; it is connected to that one */
static int synce_output_state_get(const struct dpll_pin *dpll_pin, void *pin_priv,
				  const struct dpll_device *dpll, void *dpll_priv,
				  enum dpll_pin_state *state, struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = dpll_priv;
	struct synce_pin *pin = pin_priv;
	unsigned int value;
	int err = regmap_read(pin->chip->map, pin->base + SYNCE_OUTPUT_CTRL, &value);

	if (!err)
		*state = value == (SYNCE_OUTPUT_ON | loop->index << 8)
				 ? DPLL_PIN_STATE_CONNECTED
				 : DPLL_PIN_STATE_DISCONNECTED;
	return err;
}

static int synce_output_state_set(const struct dpll_pin *dpll_pin, void *pin_priv,
				  const struct dpll_device *dpll, void *dpll_priv,
				  const enum dpll_pin_state state, struct netlink_ext_ack *extack)
{
	struct synce_loop *loop = dpll_priv;
	struct synce_pin *pin = pin_priv;
	struct synce_chip *chip = pin->chip;
	unsigned int value;
	int err;

	if (state == DPLL_PIN_STATE_SELECTABLE) {
		NL_SET_ERR_MSG(extack, "an output is connected or disconnected");
		return -EINVAL;
	}
	mutex_lock(&chip->lock);
	err = regmap_read(chip->map, pin->base + SYNCE_OUTPUT_CTRL, &value);
	if (!err && state == DPLL_PIN_STATE_CONNECTED)
		err = regmap_write(chip->map, pin->base + SYNCE_OUTPUT_CTRL,
				   SYNCE_OUTPUT_ON | loop->index << 8);
	else if (!err && value >> 8 == loop->index)
		err = regmap_write(chip->map, pin->base + SYNCE_OUTPUT_CTRL, loop->index << 8);
	mutex_unlock(&chip->lock);
	return err;
}

static const struct dpll_pin_ops synce_output_ops = {
	.frequency_set = synce_frequency_set,
	.frequency_get = synce_frequency_get,
	.direction_get = synce_output_direction_get,
	.state_on_dpll_get = synce_output_state_get,
	.state_on_dpll_set = synce_output_state_set,
	.phase_adjust_get = synce_adjust_get,
	.phase_adjust_set = synce_adjust_set,
	.esync_get = synce_esync_get,
	.esync_set = synce_esync_set,
};

/* ---- network devices ---- */

static void synce_port_clear(struct synce_port *port)
{
	if (!port->dev)
		return;
	dpll_netdev_pin_clear(port->dev);
	dev_put(port->dev);
	port->dev = NULL;
}

/* the network device that a port should have, referenced; NULL: none */
static struct net_device *synce_port_dev(struct synce_chip *chip, unsigned int p)
{
	char name[SYNCE_PORT_NAME_LEN + 1];
	struct net_device *dev = chip->port[p].dev;

	if (!synce_read_text(chip, SYNCE_PORT(p) + SYNCE_PORT_NAME, name, SYNCE_PORT_NAME_LEN))
		return *name ? dev_get_by_name(&init_net, name) : NULL;
	schedule_delayed_work(&chip->port_work, msecs_to_jiffies(chip->poll_ms));
	/* who is about to go must not wait for a chip that does not answer */
	if (!dev || READ_ONCE(dev->reg_state) != NETREG_REGISTERED)
		return NULL;
	dev_hold(dev);
	return dev;
}

/*
 * Ports go to the network devices of their names, and leave those that go away, which wait
 * for it. In a worker, since the subsystem takes the rtnl lock, with which the news come.
 */
static void synce_port_work(struct work_struct *work)
{
	struct synce_chip *chip = container_of(work, struct synce_chip, port_work.work);
	struct net_device *dev[SYNCE_PORTS];
	bool cleared = false;
	unsigned int p;

	/* a device may go from one port to another: what it has is cleared, whosever it is */
	for (p = 0; p < SYNCE_PORTS; p++) {
		dev[p] = synce_port_dev(chip, p);
		if (chip->port[p].dev && chip->port[p].dev != dev[p]) {
			synce_port_clear(&chip->port[p]);
			cleared = true;
		}
	}
	for (p = 0; p < SYNCE_PORTS; p++) {
		struct synce_port *port = &chip->port[p];

		if (dev[p] && (cleared || !port->dev))
			dpll_netdev_pin_set(dev[p], port->pin->pin);
		if (port->dev)
			dev_put(dev[p]);
		else
			port->dev = dev[p];
	}
}

static int synce_netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct synce_chip *chip = container_of(nb, struct synce_chip, netdev_nb);

	if (event == NETDEV_REGISTER || event == NETDEV_UNREGISTER || event == NETDEV_CHANGENAME)
		mod_delayed_work(system_wq, &chip->port_work, 0);
	return NOTIFY_DONE;
}

static int synce_ports_start(struct synce_chip *chip)
{
	unsigned int p, value;
	int err;

	for (p = 0; p < SYNCE_PORTS; p++) {
		err = regmap_read(chip->map, SYNCE_PORT(p) + SYNCE_PORT_INPUT, &value);
		if (err)
			return err;
		if (value >= SYNCE_INPUTS)
			return -ENODEV;
		chip->port[p].pin = &chip->in[value];
	}
	INIT_DELAYED_WORK(&chip->port_work, synce_port_work);
	chip->netdev_nb.notifier_call = synce_netdev_event;
	/* tells of those that there are, too */
	err = register_netdevice_notifier(&chip->netdev_nb);
	if (!err)
		mod_delayed_work(system_wq, &chip->port_work, 0);
	return err;
}

static void synce_ports_stop(struct synce_chip *chip)
{
	unsigned int p;

	unregister_netdevice_notifier(&chip->netdev_nb);
	cancel_delayed_work_sync(&chip->port_work);
	for (p = 0; p < SYNCE_PORTS; p++)
		synce_port_clear(&chip->port[p]);
}

/* ---- news ---- */

static int synce_loop_news(struct synce_loop *loop, unsigned long *pins)
{
	struct synce_chip *chip = loop->chip;
	unsigned int changes, selected;
	int err;

	err = regmap_read(chip->map, loop->base + SYNCE_LOOP_CHANGES, &changes);
	if (!err)
		err = regmap_read(chip->map, loop->base + SYNCE_LOOP_SELECTED, &selected);
	if (err)
		return err;
	if (changes != loop->changes) {
		chip->unseen += changes - loop->changes - 1;
		loop->changes = changes;
		dpll_device_change_ntf(loop->dpll);
		/* whether it is connected depends on the lock */
		if (selected < SYNCE_INPUTS)
			__set_bit(selected, pins);
	}
	if (selected != loop->selected) {
		if (loop->selected < SYNCE_INPUTS)
			__set_bit(loop->selected, pins);
		if (selected < SYNCE_INPUTS)
			__set_bit(selected, pins);
		loop->selected = selected;
	}
	return 0;
}

/*
 * Look whether something has changed and tell. 1: it has, 0: not, or an errno: whatever has
 * not been told yet will be next time. news_lock is held.
 */
static int synce_news(struct synce_chip *chip)
{
	unsigned long pins = 0;
	unsigned int bits, i;
	int err;

	lockdep_assert_held(&chip->news_lock);
	err = regmap_read(chip->map, SYNCE_IRQ_STATUS, &bits);
	if (err)
		goto failed;
	/* cleared before the state is read: what changes after that comes again */
	if (bits) {
		err = regmap_write(chip->map, SYNCE_IRQ_STATUS, bits);
		if (err)
			goto failed;
	}
	chip->open |= bits;
	if (!chip->open)
		return 0;
	for (i = 0; i < SYNCE_LOOPS; i++)
		if (chip->open & (SYNCE_IRQ_LOOP(i) | SYNCE_IRQ_SELECTED(i))) {
			err = synce_loop_news(&chip->loop[i], &pins);
			if (err)
				goto failed;
		}
	for (i = 0; i < SYNCE_INPUTS; i++)
		if (chip->open & SYNCE_IRQ_INPUT(i))
			__set_bit(i, &pins);
	for_each_set_bit(i, &pins, SYNCE_INPUTS) dpll_pin_change_ntf(chip->in[i].pin);
	if (chip->open & SYNCE_IRQ_PORTS)
		mod_delayed_work(system_wq, &chip->port_work, 0);
	chip->open = 0;
	chip->news++;
	return 1;

failed:
	/* pins whose loop has been told about must not be forgotten */
	for_each_set_bit(i, &pins, SYNCE_INPUTS) chip->open |= SYNCE_IRQ_INPUT(i);
	chip->errors++;
	return err;
}

static void synce_poll_later(struct synce_chip *chip)
{
	schedule_delayed_work(&chip->work, msecs_to_jiffies(chip->poll_ms));
}

static irqreturn_t synce_interrupt(int irq, void *data)
{
	struct synce_chip *chip = data;
	int ret;

	mutex_lock(&chip->news_lock);
	ret = synce_news(chip);
	if (ret < 0 && !chip->stopping && !chip->irq_off) {
		disable_irq_nosync(irq);
		chip->irq_off = true;
		synce_poll_later(chip);
	}
	mutex_unlock(&chip->news_lock);
	return ret ? IRQ_HANDLED : IRQ_NONE;
}

static void synce_work(struct work_struct *work)
{
	struct synce_chip *chip = container_of(work, struct synce_chip, work.work);
	int ret;

	mutex_lock(&chip->news_lock);
	if (!chip->stopping) {
		chip->polls++;
		ret = synce_news(chip);
		if (chip->irq_off && ret >= 0) {
			chip->irq_off = false;
			enable_irq(chip->irq);
		} else if (!chip->irq || chip->irq_off) {
			synce_poll_later(chip);
		}
	}
	mutex_unlock(&chip->news_lock);
}

static int synce_news_start(struct synce_chip *chip)
{
	int err;

	INIT_DELAYED_WORK(&chip->work, synce_work);
	if (!chip->irq) {
		synce_poll_later(chip);
		return 0;
	}
	err = request_threaded_irq(chip->irq, NULL, synce_interrupt, IRQF_ONESHOT,
				   dev_name(chip->dev), chip);
	if (err)
		return err;
	err = regmap_write(chip->map, SYNCE_IRQ_MASK, ~0u);
	if (err)
		free_irq(chip->irq, chip);
	return err;
}

static void synce_news_stop(struct synce_chip *chip)
{
	mutex_lock(&chip->news_lock);
	chip->stopping = true;
	mutex_unlock(&chip->news_lock);
	cancel_delayed_work_sync(&chip->work);
	if (!chip->irq)
		return;
	/* nobody listens any more: an error has no one to matter to */
	regmap_write(chip->map, SYNCE_IRQ_MASK, 0);
	free_irq(chip->irq, chip);
}

#define SYNCE_COUNT(name) \
	static ssize_t name##_show(struct device *dev, struct device_attribute *attr, char *buf) \
	{ \
		struct synce_chip *chip = dev_get_drvdata(dev); \
\
		return sysfs_emit(buf, "%llu\n", READ_ONCE(chip->name)); \
	} \
	static DEVICE_ATTR_RO(name)

SYNCE_COUNT(polls);
SYNCE_COUNT(news);
SYNCE_COUNT(unseen);
SYNCE_COUNT(errors);

static struct attribute *synce_attrs[] = {
	&dev_attr_polls.attr,
	&dev_attr_news.attr,
	&dev_attr_unseen.attr,
	&dev_attr_errors.attr,
	NULL,
};
ATTRIBUTE_GROUPS(synce);

/* ---- life ---- */

static int synce_pin_label(struct synce_pin *pin, unsigned int kind)
{
	int err = synce_read_text(pin->chip, pin->base + SYNCE_PIN_LABEL, pin->label,
				  SYNCE_LABEL_LEN);

	if (kind == SYNCE_LABEL_PANEL)
		pin->prop.panel_label = pin->label;
	else if (kind == SYNCE_LABEL_PACKAGE)
		pin->prop.package_label = pin->label;
	else
		pin->prop.board_label = pin->label;
	return err;
}

/* what a pin is, from the chip */
static int synce_pin_read(struct synce_pin *pin)
{
	static const unsigned int regs[] = {
		SYNCE_PIN_TYPE,	       SYNCE_PIN_ADJUST_MIN, SYNCE_PIN_ADJUST_MAX,
		SYNCE_PIN_ADJUST_GRAN, SYNCE_PIN_ESYNC_MAX,
	};
	unsigned int value[ARRAY_SIZE(regs)], low, high, i;
	struct regmap *map = pin->chip->map;
	int err;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		err = regmap_read(map, pin->base + regs[i], &value[i]);
		if (err)
			return err;
	}
	pin->prop.type = value[0] & 0xff;
	pin->prop.phase_range.min = value[1];
	pin->prop.phase_range.max = value[2];
	pin->prop.phase_gran = value[3];
	pin->esync.max = value[4];
	for (i = 0; i < SYNCE_PIN_RANGES; i++) {
		err = regmap_read(map, pin->base + SYNCE_PIN_RANGE_MIN(i), &low);
		if (!err)
			err = regmap_read(map, pin->base + SYNCE_PIN_RANGE_MAX(i), &high);
		if (err)
			return err;
		if (low)
			pin->range[pin->prop.freq_supported_num++] =
				(struct dpll_pin_frequency)DPLL_PIN_FREQUENCY_RANGE(low, high);
	}
	pin->prop.freq_supported = pin->range;
	return synce_pin_label(pin, value[0] >> 8 & 0xff);
}

/* a pin as the subsystem knows it, not yet to be seen */
static int synce_pin_make(struct synce_pin *pin, u32 idx)
{
	struct dpll_pin *made;
	int err = synce_pin_read(pin);

	if (err)
		return err;
	made = dpll_pin_get(pin->chip->clock_id, idx, THIS_MODULE, &pin->prop);
	if (IS_ERR(made))
		return PTR_ERR(made);
	pin->pin = made;
	return 0;
}

/* show it, with both loops, or with its parent where it has one */
static int synce_pin_register(struct synce_pin *pin, const struct dpll_pin_ops *ops)
{
	int err;

	if (pin->parent) {
		err = dpll_pin_on_pin_register(pin->parent->pin, pin->pin, ops, pin);
		pin->registered = !err;
		return err;
	}
	while (pin->registered < SYNCE_LOOPS) {
		err = dpll_pin_register(pin->chip->loop[pin->registered].dpll, pin->pin, ops, pin);
		if (err)
			return err;
		pin->registered++;
	}
	return 0;
}

static void synce_pin_unregister(struct synce_pin *pin, const struct dpll_pin_ops *ops)
{
	if (pin->parent && pin->registered) {
		dpll_pin_on_pin_unregister(pin->parent->pin, pin->pin, ops, pin);
		pin->registered = 0;
	}
	while (pin->registered)
		dpll_pin_unregister(pin->chip->loop[--pin->registered].dpll, pin->pin, ops, pin);
}

static void synce_pin_put(struct synce_pin *pin)
{
	if (pin->pin)
		dpll_pin_put(pin->pin);
	pin->pin = NULL;
}

static void synce_unregister(struct synce_chip *chip)
{
	unsigned int i;

	for (i = SYNCE_OUTPUTS; i-- > 0;)
		synce_pin_unregister(&chip->out[i], &synce_output_ops);
	for (i = SYNCE_INPUTS; i-- > 0;)
		if (chip->in[i].parent)
			synce_pin_unregister(&chip->in[i], &synce_port_ops);
	for (i = SYNCE_INPUTS; i-- > 0;)
		synce_pin_unregister(&chip->in[i], &synce_input_ops);
	/* while any can be set, others may be told of */
	for (i = SYNCE_OUTPUTS; i-- > 0;)
		synce_pin_put(&chip->out[i]);
	for (i = SYNCE_INPUTS; i-- > 0;)
		synce_pin_put(&chip->in[i]);
	for (i = SYNCE_LOOPS; i-- > 0;) {
		struct synce_loop *loop = &chip->loop[i];

		if (loop->registered)
			dpll_device_unregister(loop->dpll, &synce_device_ops, loop);
		if (loop->dpll)
			dpll_device_put(loop->dpll);
	}
}

static int synce_loop_register(struct synce_loop *loop)
{
	struct synce_chip *chip = loop->chip;
	unsigned int type;
	int err;

	err = regmap_read(chip->map, loop->base + SYNCE_LOOP_TYPE, &type);
	if (!err)
		err = regmap_read(chip->map, loop->base + SYNCE_LOOP_CHANGES, &loop->changes);
	if (!err)
		err = regmap_read(chip->map, loop->base + SYNCE_LOOP_SELECTED, &loop->selected);
	if (err)
		return err;
	loop->dpll = dpll_device_get(chip->clock_id, loop->index, THIS_MODULE);
	if (IS_ERR(loop->dpll)) {
		err = PTR_ERR(loop->dpll);
		loop->dpll = NULL;
		return err;
	}
	err = dpll_device_register(loop->dpll, type, &synce_device_ops, loop);
	loop->registered = !err;
	return err;
}

static int synce_input_make(struct synce_pin *pin)
{
	struct synce_chip *chip = pin->chip;
	unsigned int parent;
	int err = regmap_read(chip->map, pin->base + SYNCE_INPUT_PARENT, &parent);

	if (err)
		return err;
	pin->prop.capabilities = DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE;
	if (parent < SYNCE_INPUTS)
		pin->parent = &chip->in[parent];
	else
		pin->prop.capabilities |= DPLL_PIN_CAPABILITIES_PRIORITY_CAN_CHANGE;
	return synce_pin_make(pin, pin->index);
}

static int synce_inputs_register(struct synce_chip *chip)
{
	unsigned int i, value;
	int err;

	/* all before any can be set: one that is may displace another, which is told of */
	for (i = 0; i < SYNCE_INPUTS; i++) {
		err = synce_input_make(&chip->in[i]);
		if (err)
			return err;
	}
	for (i = 0; i < SYNCE_INPUTS; i++) {
		if (chip->in[i].parent)
			continue;
		err = synce_pin_register(&chip->in[i], &synce_input_ops);
		if (err)
			return err;
	}
	for (i = 0; i < SYNCE_INPUTS; i++) {
		if (!chip->in[i].parent)
			continue;
		err = synce_pin_register(&chip->in[i], &synce_port_ops);
		if (err)
			return err;
	}
	err = regmap_read(chip->map, SYNCE_PAIR, &value);
	if (err)
		return err;
	chip->clock_input = value >> 8 & 0xff;
	chip->sync_input = value >> 16 & 0xff;
	if (chip->clock_input >= SYNCE_INPUTS || chip->sync_input >= SYNCE_INPUTS)
		return -ENODEV;
	return dpll_pin_ref_sync_pair_add(chip->in[chip->clock_input].pin,
					  chip->in[chip->sync_input].pin);
}

/* whoever gets a chip that does not answer as the data sheet has it says so */
static int synce_identify(struct synce_chip *chip)
{
	unsigned int id;
	int err;

	err = regmap_read(chip->map, SYNCE_ID, &id);
	if (err)
		return dev_err_probe(chip->dev, err, "the chip does not answer\n");
	if (id != SYNCE_ID_VALUE)
		return dev_err_probe(chip->dev, -ENODEV, "chip id is 0x%08x, not 0x%08x\n", id,
				     SYNCE_ID_VALUE);
	err = synce_read64(chip, SYNCE_CLOCK_ID_LO, &chip->clock_id);
	/* nothing that happened before concerns anybody */
	if (!err)
		err = regmap_write(chip->map, SYNCE_IRQ_MASK, 0);
	if (!err)
		err = regmap_write(chip->map, SYNCE_IRQ_STATUS, ~0u);
	return err;
}

static void synce_layout(struct synce_chip *chip)
{
	unsigned int i;

	for (i = 0; i < SYNCE_LOOPS; i++) {
		chip->loop[i].chip = chip;
		chip->loop[i].index = i;
		chip->loop[i].base = SYNCE_LOOP(i);
	}
	for (i = 0; i < SYNCE_INPUTS; i++) {
		chip->in[i].chip = chip;
		chip->in[i].index = i;
		chip->in[i].base = SYNCE_INPUT(i);
	}
	for (i = 0; i < SYNCE_OUTPUTS; i++) {
		chip->out[i].chip = chip;
		chip->out[i].index = i;
		chip->out[i].base = SYNCE_OUTPUT(i);
		chip->out[i].prop.capabilities = DPLL_PIN_CAPABILITIES_STATE_CAN_CHANGE;
	}
	chip->clock_input = SYNCE_NO_INPUT;
	chip->sync_input = SYNCE_NO_INPUT;
}

static void synce_remove(void *data)
{
	struct synce_chip *chip = data;

	synce_news_stop(chip);
	synce_ports_stop(chip);
	synce_unregister(chip);
}

static int synce_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct synce_chip *chip;
	unsigned int i;
	int err;

	chip = devm_kzalloc(dev, sizeof(*chip), GFP_KERNEL);
	if (!chip)
		return -ENOMEM;
	chip->dev = dev;
	chip->map = dev_get_regmap(dev->parent, NULL);
	if (!chip->map)
		return dev_err_probe(dev, -ENODEV, "the parent device has no register map\n");
	mutex_init(&chip->lock);
	mutex_init(&chip->news_lock);
	platform_set_drvdata(pdev, chip);
	chip->irq = platform_get_irq_optional(pdev, 0);
	if (chip->irq == -ENXIO)
		chip->irq = 0;
	if (chip->irq < 0)
		return chip->irq;
	chip->poll_ms = SYNCE_POLL_MS;
	device_property_read_u32(dev, "poll-ms", &chip->poll_ms);
	chip->poll_ms = max(poll_ms ?: chip->poll_ms, 1u);
	synce_layout(chip);

	err = synce_identify(chip);
	if (err)
		return err;
	for (i = 0; i < SYNCE_LOOPS; i++) {
		err = synce_loop_register(&chip->loop[i]);
		if (err)
			goto unregister;
	}
	err = synce_inputs_register(chip);
	if (err)
		goto unregister;
	for (i = 0; i < SYNCE_OUTPUTS; i++) {
		err = synce_pin_make(&chip->out[i], SYNCE_OUTPUT_IDX + i);
		if (!err)
			err = synce_pin_register(&chip->out[i], &synce_output_ops);
		if (err)
			goto unregister;
	}
	err = synce_ports_start(chip);
	if (err)
		goto unregister;
	err = synce_news_start(chip);
	if (err)
		goto stop_ports;
	return devm_add_action_or_reset(dev, synce_remove, chip);

stop_ports:
	synce_ports_stop(chip);
unregister:
	synce_unregister(chip);
	return dev_err_probe(dev, err, "cannot show the chip to the DPLL subsystem\n");
}

static const struct platform_device_id synce_ids[] = { { .name = SYNCE_DRIVER }, {} };
MODULE_DEVICE_TABLE(platform, synce_ids);

static struct platform_driver synce_driver = {
	.driver = {
		.name = "chs_lab_synce",
		.dev_groups = synce_groups,
	},
	.probe = synce_probe,
	.id_table = synce_ids,
};
module_platform_driver(synce_driver);

MODULE_DESCRIPTION("Driver of the lab's SyncE and PTP phase locked loop chip");
MODULE_LICENSE("GPL");
