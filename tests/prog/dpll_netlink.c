// SPDX-License-Identifier: GPL-2.0
/*
 * dpll_netlink GROUP...: the netlink ABI of the DPLL subsystem: every command, attribute,
 * errno and text, with dpll_hand as the driver. No other driver of DPLLs may be there.
 */
#include <sys/prctl.h>
#include "dpll_test.h"

#define CLOCK2 0x8877665544332211ULL

static struct nl *s;
/* of the pins to come */
static unsigned long long clock_id = CLOCK;

static uint32_t plain_pin(int p, int d)
{
	pin_props(p, DPLL_PIN_TYPE_EXT, 7);
	return pin_new(p, d, clock_id);
}

/* ---- DEVICE_GET --------------------------------------------------------------- */

static void group_device_get(void)
{
	uint32_t id = device_new(0, CLOCK, DPLL_TYPE_EEC);
	const char *all =
		"id=%u module-name=dpll_hand clock-id=%llu temp=40000 lock-status=2 mode=2"
		" mode-supported=1 mode-supported=2 type=2 phase-offset-monitor=0"
		" phase-offset-avg-factor=0";
	uint32_t poor;

	same(device_text(s, id), format(all, id, CLOCK), "a device with everything");
	want(s->answer.nl.nlmsg_flags & NLM_F_MULTI, 0, "flags of one answer");
	want(((struct genlmsghdr *)mnl_nlmsg_get_payload(&s->answer.nl))->cmd, DPLL_CMD_DEVICE_GET,
	     "its command");
	want(((struct genlmsghdr *)mnl_nlmsg_get_payload(&s->answer.nl))->version, 1,
	     "its version");

	hand("dev 0 set temp -40123");
	hand("dev 0 set quality 0x1fe");
	hand("dev 0 set lock 1");
	hand("dev 0 set error 4");
	hand("dev 0 set mode 1");
	hand("dev 0 set modes 2");
	hand("dev 0 set monitor 1");
	hand("dev 0 set factor 4294967295");
	same(device_text(s, id),
	     format("id=%u module-name=dpll_hand clock-id=%llu temp=-40123 lock-status=1"
		    " lock-status-error=4 clock-quality-level=1 clock-quality-level=2"
		    " clock-quality-level=3 clock-quality-level=4 clock-quality-level=5"
		    " clock-quality-level=6 clock-quality-level=7 clock-quality-level=8 mode=1"
		    " mode-supported=1 type=2 phase-offset-monitor=1"
		    " phase-offset-avg-factor=4294967295",
		    id, CLOCK),
	     "other values, an error while unlocked");
	hand("dev 0 set quality 0");
	for (int lock = 1; lock <= 4; lock++) {
		hand("dev 0 set lock %d", lock);
		device_get(s, id);
		want(number_of(&s->answer.nl, DPLL_A_LOCK_STATUS), lock, "lock status");
		want(number_of(&s->answer.nl, DPLL_A_LOCK_STATUS_ERROR),
		     lock == 1 || lock == 4 ? 4 : -1, "error with lock status %d", lock);
	}
	hand("dev 0 set error 0");
	hand("dev 0 set lock 4");
	device_get(s, id);
	want(number_of(&s->answer.nl, DPLL_A_LOCK_STATUS_ERROR), -1, "no error");

	/* a callback that fails costs the answer, but not a dump */
	hand("dev 0 fail temp_get -71");
	same(device_text(s, id), "EPROTO: ", "temperature fails");
	hand("dev 0 fail temp_get 0");
	hand("dev 0 fail lock_status_get -5");
	same(device_text(s, id), "EIO: ", "lock status fails");
	hand("dev 0 fail lock_status_get 0");
	hand("dev 0 fail mode_get -6");
	same(device_text(s, id), "ENXIO: ", "mode fails");
	want(dump(s, DPLL_CMD_DEVICE_GET, NULL, NULL), 0, "dump while mode_get fails");
	want(number_of(&s->answer.nl, DPLL_A_ID), id, "device that it shows");
	want(number_of(&s->answer.nl, DPLL_A_MODE), -1, "mode that it shows");
	want(number_of(&s->answer.nl, DPLL_A_LOCK_STATUS), 4, "lock status that it shows");
	hand("dev 0 fail mode_get 0");
	ok(stat_of(id, "callbacks_failed") >= 4, "failed callbacks are counted");
	device_del(0);

	/* what is not there is not shown; modes by mode_supported, then the present one alone */
	hand("dev 1 get %llu 1", CLOCK2);
	hand("dev 1 without temp_get");
	hand("dev 1 without clock_quality_level_get");
	hand("dev 1 without phase_offset_monitor_set");
	hand("dev 1 without phase_offset_avg_factor_get");
	hand("dev 1 without supported_modes_get");
	hand("dev 1 reg 0 1");
	poor = hand_number("dev 1 id");
	want(poor > id, true, "numbers are not used again");
	same(device_text(s, poor),
	     format("id=%u module-name=dpll_hand clock-id=%llu lock-status=2 mode=2"
		    " mode-supported=1 mode-supported=2 type=1",
		    poor, CLOCK2),
	     "a poor device");
	hand("dev 1 unreg 0");
	hand("dev 1 without mode_supported");
	hand("dev 1 reg 0 1");
	same(device_text(s, poor),
	     format("id=%u module-name=dpll_hand clock-id=%llu lock-status=2 mode=2"
		    " mode-supported=2 type=1",
		    poor, CLOCK2),
	     "one that cannot tell its modes");
	device_del(1);
	device_get(s, poor);
	refused(s, -ENODEV, "device not found", "a device that has gone");
}

/* ---- PIN_GET ---------------------------------------------------------------------- */

static void group_pin_get(void)
{
	uint32_t id = device_new(0, CLOCK, DPLL_TYPE_EEC),
		 id1 = device_new(1, CLOCK, DPLL_TYPE_PPS);
	uint32_t pin, mux, child, other;
	const char *on;

	pin_props(0, DPLL_PIN_TYPE_GNSS, 7);
	hand("pin 0 prop board BOARD");
	hand("pin 0 prop panel PANEL");
	hand("pin 0 prop package PACKAGE");
	hand("pin 0 prop gran 10");
	pin = pin_new(0, 0, clock_id);
	hand("pin 0 set adjust -20");
	hand("pin 0 set ffo -3");
	hand("pin 0 set esync 1");
	hand("pin 0 set pulse 25");
	hand("pin 0 set ranges 2");
	hand("pin 0 seton 0 prio 7");
	hand("pin 0 seton 0 offset -1234567890123");
	on = "parent-device={parent-id=%u state=%d prio=%d direction=%d phase-offset=%lld}";
	same(pin_text(s, pin),
	     format("id=%u module-name=dpll_hand clock-id=%llu board-label=BOARD panel-label=PANEL"
		    " package-label=PACKAGE type=5 capabilities=7 frequency=10000000"
		    " frequency-supported={frequency-min=10000000 frequency-max=10000000}"
		    " frequency-supported={frequency-min=1 frequency-max=2}"
		    " frequency-supported={frequency-min=3 frequency-max=4}"
		    " phase-adjust-gran=10 phase-adjust-min=-1000 phase-adjust-max=1000"
		    " phase-adjust=-20 fractional-frequency-offset=-3/4 esync-frequency=1"
		    " esync-pulse=25"
		    " esync-frequency-supported={frequency-min=10000000 frequency-max=10000000}"
		    " esync-frequency-supported={frequency-min=1 frequency-max=2} %s",
		    pin, CLOCK, format(on, id, 3, 7, 1, -1234567890123LL)),
	     "a pin with everything");

	hand("pin 0 set ffo 2147483647");
	pin_get(s, pin);
	ok(strstr(answer_text(s), "offset=2147483647/4 "), "ffo that fits 4 bytes");
	hand("pin 0 set ffo 2147483648");
	pin_get(s, pin);
	ok(strstr(answer_text(s), "offset=2147483648/8 "), "ffo that needs 8 bytes");
	hand("pin 0 set ffo -2147483649");
	pin_get(s, pin);
	ok(strstr(answer_text(s), "offset=-2147483649/8 "), "a negative one");
	hand("pin 0 fail ffo_get -61");
	want(pin_get(s, pin), 0, "ffo_get: ENODATA");
	ok(!strstr(answer_text(s), "fractional"), "costs that attribute alone");
	hand("pin 0 fail ffo_get 0");
	hand("pin 0 fail esync_get -95");
	want(pin_get(s, pin), 0, "esync_get: EOPNOTSUPP");
	ok(!strstr(answer_text(s), "esync"), "costs those attributes alone");
	hand("pin 0 fail esync_get 0");
	hand("pin 0 fail prio_get -5");
	same(pin_text(s, pin), "EIO: ", "prio_get fails");
	want(dump(s, DPLL_CMD_PIN_GET, NULL, NULL), 0, "dump while it does");
	ok(strstr(message_text(&s->answer.nl), "state=3 direction=1"), "has all but the priority");
	hand("pin 0 fail prio_get 0");

	/* on a second device */
	hand("pin 0 reg 1 1");
	hand("pin 0 seton 1 state 2");
	hand("pin 0 seton 1 direction 2");
	pin_get(s, pin);
	ok(!!strstr(answer_text(s), format("%s parent-device={parent-id=%u state=2 prio=0"
					   " direction=2 phase-offset=0}",
					   format(on, id, 3, 7, 1, -1234567890123LL), id1)),
	   "a pin on two devices");
	hand("pin 0 unreg 1 1");

	/* poor, with a MUX and its child */
	hand("pin 1 prop clear");
	hand("pin 1 prop type 1");
	hand("pin 1 prop caps 0");
	hand("pin 1 without frequency_get");
	hand("pin 1 without phase_adjust_get");
	hand("pin 1 without ffo_get");
	hand("pin 1 without esync_get");
	hand("pin 1 without prio_get");
	hand("pin 1 without phase_offset_get");
	mux = pin_new(1, 0, clock_id);
	same(pin_text(s, mux),
	     format("id=%u module-name=dpll_hand clock-id=%llu type=1 capabilities=0"
		    " phase-adjust-min=0 phase-adjust-max=0"
		    " parent-device={parent-id=%u state=3 direction=1}",
		    mux, CLOCK, id),
	     "a poor pin");
	hand("pin 2 prop clear");
	hand("pin 2 prop type 3");
	hand("pin 2 prop caps 4");
	hand("pin 2 prop panel CHILD");
	hand("pin 2 prop foreign 1");
	hand("pin 2 without frequency_get");
	hand("pin 2 without phase_adjust_get");
	hand("pin 2 without ffo_get");
	hand("pin 2 without esync_get");
	hand("pin 2 get %llu 1", CLOCK2);
	hand("pin 2 on 1 0");
	hand("pin 2 seton-pin 1 1");
	child = hand_number("pin 2 id");
	same(pin_text(s, child),
	     format("id=%u module-name=kernel clock-id=%llu panel-label=CHILD type=3"
		    " capabilities=4 phase-adjust-min=0 phase-adjust-max=0"
		    " parent-pin={parent-id=%u state=1}",
		    child, CLOCK2, mux),
	     "a child of another module with another clock");
	hand("pin 2 fail state_on_pin_get -5");
	same(pin_text(s, child), "EIO: ", "its state fails");
	hand("pin 2 off 1 0");
	pin_get(s, child);
	refused(s, -ENODEV, "pin not found", "the child is off its parent");
	hand("pin 2 put");

	/* reference sync */
	other = plain_pin(3, 0);
	want(hand_try("pin 0 pair 3"), 0, "pair");
	want(hand_try("pin 0 pair 3"), -EBUSY, "pair again");
	pin_get(s, pin);
	ok(!!strstr(answer_text(s),
		    format("} reference-sync={id=%u state=2} parent-device={", other)),
	   "a pair");
	pin_get(s, other);
	ok(!strstr(answer_text(s), "reference"), "the other one has none");
	pin_del(3, 0);
	pin_get(s, pin);
	ok(!strstr(answer_text(s), "reference"), "a pair ends with either");

	pin_del(0, 0);
	pin_del(1, 0);
	pin_get(s, pin);
	refused(s, -ENODEV, "pin not found", "a pin that has gone");
	want(hand_number("orphans"), 0, "callbacks without arguments");
	device_del(0);
	device_del(1);
}

/* ---- ID_GET -------------------------------------------------------------------------- */

static struct nlmsghdr *who(int cmd)
{
	return request(s, 0, cmd);
}

static void group_id_get(void)
{
	uint32_t a = device_new(0, CLOCK, DPLL_TYPE_EEC), b = device_new(1, CLOCK, DPLL_TYPE_PPS);
	uint32_t p, q;
	struct nlmsghdr *nl;

	nl = who(DPLL_CMD_DEVICE_ID_GET);
	ask(s, nl);
	refused(s, -EINVAL, "missing attributes", "device: nothing");
	nl = who(DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put_u64(nl, DPLL_A_CLOCK_ID, 0);
	ask(s, nl);
	refused(s, -EINVAL, "missing attributes", "device: clock id 0 is any");
	nl = who(DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put_u64(nl, DPLL_A_CLOCK_ID, CLOCK);
	ask(s, nl);
	refused(s, -EINVAL, "multiple matches", "device: two of a clock id");
	nl = who(DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put_u64(nl, DPLL_A_CLOCK_ID, CLOCK);
	mnl_attr_put_u32(nl, DPLL_A_TYPE, DPLL_TYPE_PPS);
	ask(s, nl);
	same(answer_text(s), format("id=%u", b), "device: clock id and type");
	nl = who(DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put_strz(nl, DPLL_A_MODULE_NAME, "dpll_hand");
	mnl_attr_put_u32(nl, DPLL_A_TYPE, DPLL_TYPE_EEC);
	ask(s, nl);
	same(answer_text(s), format("id=%u", a), "device: module and type");
	nl = who(DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put_u32(nl, DPLL_A_TYPE, DPLL_TYPE_EEC);
	ask(s, nl);
	same(answer_text(s), format("id=%u", a), "device: type alone");
	nl = who(DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put_strz(nl, DPLL_A_MODULE_NAME, "nobody");
	ask(s, nl);
	refused(s, -ENODEV, "not found", "device: unknown module");
	want(s->has_answer, false, "answer");
	nl = who(DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put_u64(nl, DPLL_A_CLOCK_ID, CLOCK);
	mnl_attr_put_u64(nl, DPLL_A_CLOCK_ID, CLOCK);
	ask(s, nl);
	refused(s, -EINVAL, "duplicated attribute", "device: twice");

	pin_props(0, DPLL_PIN_TYPE_EXT, 0);
	hand("pin 0 prop board SMA1");
	hand("pin 0 prop panel FRONT");
	p = pin_new(0, 0, clock_id);
	pin_props(1, DPLL_PIN_TYPE_EXT, 0);
	hand("pin 1 prop board SMA2");
	hand("pin 1 prop package U1");
	hand("pin 1 prop panel FRONT");
	q = pin_new(1, 0, clock_id);
	nl = who(DPLL_CMD_PIN_ID_GET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_TYPE, DPLL_PIN_TYPE_EXT);
	ask(s, nl);
	refused(s, -EINVAL, "missing attributes", "pin: type alone");
	nl = who(DPLL_CMD_PIN_ID_GET);
	mnl_attr_put_strz(nl, DPLL_A_PIN_BOARD_LABEL, "SMA2");
	ask(s, nl);
	same(answer_text(s), format("id=%u", q), "pin: board label");
	nl = who(DPLL_CMD_PIN_ID_GET);
	mnl_attr_put_strz(nl, DPLL_A_PIN_PACKAGE_LABEL, "U1");
	ask(s, nl);
	same(answer_text(s), format("id=%u", q), "pin: package label");
	nl = who(DPLL_CMD_PIN_ID_GET);
	mnl_attr_put_strz(nl, DPLL_A_PIN_PANEL_LABEL, "FRONT");
	ask(s, nl);
	refused(s, -EINVAL, "multiple matches", "pin: panel label of two");
	nl = who(DPLL_CMD_PIN_ID_GET);
	mnl_attr_put_strz(nl, DPLL_A_PIN_PANEL_LABEL, "FRONT");
	mnl_attr_put_strz(nl, DPLL_A_PIN_BOARD_LABEL, "SMA1");
	mnl_attr_put_u64(nl, DPLL_A_PIN_CLOCK_ID, CLOCK);
	mnl_attr_put_u32(nl, DPLL_A_PIN_TYPE, DPLL_PIN_TYPE_EXT);
	mnl_attr_put_strz(nl, DPLL_A_PIN_MODULE_NAME, "dpll_hand");
	ask(s, nl);
	same(answer_text(s), format("id=%u", p), "pin: everything");
	nl = who(DPLL_CMD_PIN_ID_GET);
	mnl_attr_put_strz(nl, DPLL_A_PIN_BOARD_LABEL, "SMA");
	ask(s, nl);
	refused(s, -ENODEV, "not found", "pin: the beginning of a label");
	nl = who(DPLL_CMD_PIN_ID_GET);
	mnl_attr_put_strz(nl, DPLL_A_PIN_BOARD_LABEL, "SMA1");
	mnl_attr_put_strz(nl, DPLL_A_PIN_BOARD_LABEL, "SMA2");
	ask(s, nl);
	refused(s, -EINVAL, "duplicated attribute", "pin: twice");
	pin_del(0, 0);
	pin_del(1, 0);
	device_del(0);
	device_del(1);
}

/* ---- policies -------------------------------------------------------------------------- */

static void group_policy(void)
{
	uint32_t id = device_new(0, CLOCK, DPLL_TYPE_EEC), pin = plain_pin(0, 0);
	struct nlmsghdr *nl;
	struct nlattr *nest;

	ask(s, request(s, 0, DPLL_CMD_DEVICE_GET));
	want(s->result, -EINVAL, "DEVICE_GET without an id");
	want(s->miss_type, DPLL_A_ID, "attribute that is missing");
	ask(s, request(s, 0, DPLL_CMD_DEVICE_SET));
	want(s->result, -EINVAL, "DEVICE_SET without an id");
	want(s->miss_type, DPLL_A_ID, "attribute that is missing");
	ask(s, request(s, 0, DPLL_CMD_PIN_GET));
	want(s->result, -EINVAL, "PIN_GET without an id");
	want(s->miss_type, DPLL_A_PIN_ID, "attribute that is missing");
	ask(s, request(s, 0, DPLL_CMD_PIN_SET));
	want(s->result, -EINVAL, "PIN_SET without an id");
	want(s->miss_type, DPLL_A_PIN_ID, "attribute that is missing");
	device_get(s, 4711000);
	refused(s, -ENODEV, "device not found", "unknown device");
	device_set(s, 4711000, 0, 0);
	refused(s, -ENODEV, "device not found", "DEVICE_SET of an unknown one");
	pin_get(s, 4711000);
	refused(s, -ENODEV, "pin not found", "unknown pin");
	pin_set(s, 4711000, DPLL_A_PIN_PRIO, 1);
	refused(s, -ENODEV, "pin not found", "PIN_SET of an unknown one");

	/* unknown, of another command, of the wrong size, out of range */
	nl = request(s, 0, DPLL_CMD_DEVICE_GET);
	mnl_attr_put_u32(nl, DPLL_A_ID, id);
	mnl_attr_put_u32(nl, 77, 1);
	want(ask(s, nl), -EINVAL, "DEVICE_GET: attribute 77");
	nl = request(s, 0, DPLL_CMD_DEVICE_GET);
	mnl_attr_put_u32(nl, DPLL_A_ID, id);
	mnl_attr_put_u32(nl, DPLL_A_MODE, 1);
	want(ask(s, nl), -EINVAL, "DEVICE_GET: a mode");
	nl = request(s, 0, DPLL_CMD_DEVICE_GET);
	mnl_attr_put_u16(nl, DPLL_A_ID, id);
	want(ask(s, nl), -EINVAL, "DEVICE_GET: id of 2 bytes");
	nl = request(s, 0, DPLL_CMD_DEVICE_GET);
	mnl_attr_put_u64(nl, DPLL_A_ID, id);
	want(ask(s, nl), -EINVAL, "DEVICE_GET: id of 8 bytes");
	want(device_set(s, id, DPLL_A_MODE, 0), -ERANGE, "mode 0");
	want(s->bad_offset, NLMSG_HDRLEN + GENL_HDRLEN + 8, "offset of what is bad");
	want(device_set(s, id, DPLL_A_MODE, 3), -ERANGE, "mode 3");
	want(device_set(s, id, DPLL_A_PHASE_OFFSET_MONITOR, 2), -ERANGE, "monitor 2");
	want(device_set(s, id, DPLL_A_LOCK_STATUS, 2), -EINVAL, "lock status cannot be set");
	want(device_set(s, id, DPLL_A_TEMP, 2), -EINVAL, "nor temperature");
	want(pin_set(s, pin, DPLL_A_PIN_DIRECTION, 3), -ERANGE, "direction 3");
	want(pin_set(s, pin, DPLL_A_PIN_STATE, 4), -ERANGE, "state 4");
	want(pin_set(s, pin, DPLL_A_PIN_TYPE, 1), -EINVAL, "a type cannot be set");
	want(pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST_GRAN, 1), -EINVAL, "nor granularity");
	want(pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 4), -ERANGE,
	     "nested state 4");
	want(pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_DIRECTION, 0), -ERANGE,
	     "nested direction 0");
	want(pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_TYPE, 1), -EINVAL,
	     "nested type");
	want(pin_set_on(s, pin, DPLL_A_PIN_PARENT_PIN, id, DPLL_A_PIN_PRIO, 1), -EINVAL,
	     "a priority on a parent pin");
	want(pin_set_on(s, pin, DPLL_A_PIN_REFERENCE_SYNC, id, DPLL_A_PIN_PRIO, 1), -EINVAL,
	     "a priority of reference sync");
	nl = request(s, 0, DPLL_CMD_PIN_SET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, pin);
	nest = mnl_attr_nest_start(nl, DPLL_A_PIN_PARENT_DEVICE);
	nest->nla_type &= ~NLA_F_NESTED;
	mnl_attr_put_u32(nl, DPLL_A_PIN_PARENT_ID, id);
	mnl_attr_nest_end(nl, nest);
	want(ask(s, nl), -EINVAL, "a nest without NLA_F_NESTED");
	same(s->told, "NLA_F_NESTED is missing", "text");
	nl = request(s, 0, DPLL_CMD_PIN_SET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, pin);
	mnl_attr_put_u32(nl, DPLL_A_PIN_FREQUENCY, 1);
	want(ask(s, nl), -EINVAL, "a frequency of 4 bytes");
	nl = request(s, 0, DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put(nl, DPLL_A_MODULE_NAME, 4, "dpll");
	want(ask(s, nl), -EINVAL, "a name without its end");
	nl = request(s, 0, DPLL_CMD_DEVICE_ID_GET);
	mnl_attr_put_u32(nl, DPLL_A_TYPE, 3);
	want(ask(s, nl), -ERANGE, "device type 3");
	nl = request(s, 0, DPLL_CMD_PIN_ID_GET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_TYPE, 6);
	want(ask(s, nl), -ERANGE, "pin type 6");
	want(ask(s, request(s, 0, DPLL_CMD_DEVICE_CREATE_NTF)), -EOPNOTSUPP,
	     "a notification asked for");
	want(ask(s, request(s, 0, DPLL_CMD_MAX + 1)), -EOPNOTSUPP, "command 13");
	want(ask(s, request(s, NLM_F_DUMP, DPLL_CMD_DEVICE_SET)), -EOPNOTSUPP, "a dump of a SET");

	/* dumps: pins take an id and do not look at it, but know the others for wrong */
	nl = request(s, NLM_F_DUMP, DPLL_CMD_PIN_GET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, 4711);
	want(ask(s, nl), 0, "dump of pins with an id");
	want(number_of(&s->answer.nl, DPLL_A_PIN_ID), pin, "shows the pin");
	nl = request(s, NLM_F_DUMP, DPLL_CMD_PIN_GET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_TYPE, 2);
	want(ask(s, nl), -EINVAL, "dump of pins with a type");
	nl = request(s, NLM_F_DUMP, DPLL_CMD_DEVICE_GET);
	want(ask(s, nl), 0, "dump of devices");
	want(!!(s->answer.nl.nlmsg_flags & NLM_F_MULTI), true, "NLM_F_MULTI");
	pin_del(0, 0);
	device_del(0);
}

/* ---- SET ---------------------------------------------------------------------------------- */

static struct nl *ear;

/* how many notifications of this kind, and of no other, since the last look */
static void heard_only(int cmd, unsigned int n, const char *what)
{
	struct heard h = hear_all(ear);

	want(h.n[cmd], n, "%s: notifications", what);
	want(h.sum - h.n[cmd], 0, "%s: other notifications", what);
}

static void group_device_set(void)
{
	uint32_t id = device_new(0, CLOCK, DPLL_TYPE_EEC), poor;
	long long calls;

	ear = nl_listen();
	want(device_set(s, id, DPLL_A_MODE, 1), 0, "mode manual");
	want(hand_number("dev 0 value mode"), 1, "mode that the driver got");
	heard_only(DPLL_CMD_DEVICE_CHANGE_NTF, 1, "mode");
	calls = hand_number("dev 0 calls mode_set");
	want(device_set(s, id, DPLL_A_MODE, 1), 0, "the same again");
	want(hand_number("dev 0 calls mode_set"), calls, "calls of the driver");
	heard_only(DPLL_CMD_DEVICE_CHANGE_NTF, 0, "the same again");
	hand("dev 0 set modes 2");
	device_set(s, id, DPLL_A_MODE, 2);
	refused(s, -EINVAL, "dpll device does not support requested mode", "mode that is none");
	hand("dev 0 fail supported_modes_get -5");
	device_set(s, id, DPLL_A_MODE, 2);
	refused(s, -EIO, "unable to get supported modes", "modes fail");
	hand("dev 0 fail mode_get -5");
	device_set(s, id, DPLL_A_MODE, 2);
	refused(s, -EIO, "unable to get current mode", "mode fails");
	hand("dev 0 fail mode_get 0");
	hand("dev 0 fail supported_modes_get 0");
	hand("dev 0 set modes 6");
	hand("dev 0 fail mode_set -16");
	device_set(s, id, DPLL_A_MODE, 2);
	refused(s, -EBUSY, "", "driver refuses a mode");
	hand("dev 0 fail mode_set 0");

	want(device_set(s, id, DPLL_A_PHASE_OFFSET_MONITOR, 1), 0, "monitor on");
	want(hand_number("dev 0 value monitor"), 1, "monitor that the driver got");
	heard_only(DPLL_CMD_DEVICE_CHANGE_NTF, 1, "monitor");
	calls = hand_number("dev 0 calls phase_offset_monitor_set");
	want(device_set(s, id, DPLL_A_PHASE_OFFSET_MONITOR, 1), 0, "the same again");
	want(hand_number("dev 0 calls phase_offset_monitor_set"), calls, "calls of the driver");
	hand("dev 0 fail phase_offset_monitor_get -5");
	device_set(s, id, DPLL_A_PHASE_OFFSET_MONITOR, 0);
	refused(s, -EIO, "unable to get current state of phase offset monitor", "monitor fails");
	hand("dev 0 fail phase_offset_monitor_get 0");
	want(device_set(s, id, DPLL_A_PHASE_OFFSET_AVG_FACTOR, 5), 0, "average factor");
	want(hand_number("dev 0 value factor"), 5, "factor that the driver got");
	heard_only(DPLL_CMD_DEVICE_CHANGE_NTF, 1, "factor");
	want(device_set(s, id, 0, 0), 0, "nothing to set");
	heard_only(DPLL_CMD_DEVICE_CHANGE_NTF, 0, "nothing");

	hand("dev 1 get %llu 1", CLOCK2);
	hand("dev 1 without mode_set");
	hand("dev 1 without phase_offset_monitor_get");
	hand("dev 1 without phase_offset_avg_factor_set");
	hand("dev 1 reg 0 1");
	poor = hand_number("dev 1 id");
	heard_only(DPLL_CMD_DEVICE_CREATE_NTF, 1, "register");
	device_set(s, poor, DPLL_A_MODE, 1);
	refused(s, -EOPNOTSUPP, "dpll device does not support mode switch", "no mode_set");
	device_set(s, poor, DPLL_A_PHASE_OFFSET_MONITOR, 1);
	refused(s, -EOPNOTSUPP, "dpll device not capable of phase offset monitor", "no monitor");
	device_set(s, poor, DPLL_A_PHASE_OFFSET_AVG_FACTOR, 1);
	refused(s, -EOPNOTSUPP, "device not capable of changing phase offset average factor",
		"no factor");
	heard_only(DPLL_CMD_DEVICE_CHANGE_NTF, 0, "refused");
	device_del(1);
	heard_only(DPLL_CMD_DEVICE_DELETE_NTF, 1, "unregister");
	device_del(0);
	nl_close(ear);
}

static void group_pin_set(void)
{
	uint32_t id = device_new(0, CLOCK, DPLL_TYPE_EEC),
		 id1 = device_new(1, CLOCK, DPLL_TYPE_PPS), pin;
	uint32_t none = device_new(2, CLOCK, DPLL_TYPE_PPS), poor;
	struct nlmsghdr *nl;
	struct nlattr *nest;
	long long calls;
	int i;

	pin_props(0, DPLL_PIN_TYPE_EXT, 7);
	hand("pin 0 prop gran 10");
	pin = pin_new(0, 0, clock_id);
	hand("pin 0 set ranges 2");
	ear = nl_listen();

	want(pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 2), 0, "frequency");
	want(hand_number("pin 0 value frequency"), 2, "frequency that the driver got");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 1, "frequency");
	calls = hand_number("pin 0 calls frequency_set");
	want(pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 2), 0, "the same again");
	want(hand_number("pin 0 calls frequency_set"), calls, "calls of the driver");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 0, "the same again");
	pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 10000001);
	refused(s, -EINVAL, "frequency is not supported by the device", "frequency in no range");
	want(s->bad_offset, NLMSG_HDRLEN + GENL_HDRLEN + 8, "offset of what is bad");
	/* 2^32 too much: the kernel's own takes it for 10 MHz */
	pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 10000000 + (1LL << 32));
	refused(s, -EINVAL, "frequency is not supported by the device", "frequency of 33 bits");
	hand("pin 0 fail frequency_get -5");
	pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 3);
	refused(s, -EIO, "unable to get old frequency value", "frequency_get fails");
	hand("pin 0 fail frequency_get 0");
	hand("pin 0 fail frequency_set -5");
	pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 3);
	refused(s, -EIO, format("frequency set failed for dpll_id:%u", id), "frequency_set fails");
	hand("pin 0 fail frequency_set 0");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 0, "refused");

	want(pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST, -1000), 0, "phase adjust, the least");
	want(hand_number("pin 0 value adjust"), -1000, "adjustment that the driver got");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 1, "phase adjust");
	want(pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST, -1000), 0, "the same again");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 0, "the same again");
	for (i = -1; i <= 1; i += 2) {
		pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST, i * 1010);
		refused(s, -EINVAL, "phase adjust value not supported", "out of range");
	}
	pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST, 15);
	refused(s, -EINVAL, "phase adjust value not multiple of 10", "off the grain");
	hand("pin 0 fail phase_adjust_get -5");
	pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST, 10);
	refused(s, -EIO, "unable to get old phase adjust value", "phase_adjust_get fails");
	hand("pin 0 fail phase_adjust_get 0");
	hand("pin 0 fail phase_adjust_set -5");
	pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST, 10);
	refused(s, -EIO, format("phase adjust set failed for dpll_id:%u", id),
		"phase_adjust_set fails");
	hand("pin 0 fail phase_adjust_set 0");

	want(pin_set(s, pin, DPLL_A_PIN_ESYNC_FREQUENCY, 2), 0, "esync");
	want(hand_number("pin 0 value esync"), 2, "esync that the driver got");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 1, "esync");
	pin_set(s, pin, DPLL_A_PIN_ESYNC_FREQUENCY, 0);
	refused(s, -EINVAL,
		"requested embedded sync frequency value is not supported by this device",
		"esync in no range");
	hand("pin 0 fail esync_get -5");
	pin_set(s, pin, DPLL_A_PIN_ESYNC_FREQUENCY, 1);
	refused(s, -EIO, "unable to get current embedded sync frequency value", "esync_get fails");
	hand("pin 0 fail esync_get 0");
	hand("pin 0 fail esync_set -5");
	pin_set(s, pin, DPLL_A_PIN_ESYNC_FREQUENCY, 1);
	refused(s, -EIO, format("embedded sync frequency set failed for dpll_id: %u", id),
		"esync_set fails");
	hand("pin 0 fail esync_set 0");

	/* what it has on a device: told each time, since nobody asks for the old value */
	for (i = 0; i < 2; i++) {
		want(pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 2), 0,
		     "state");
		want(pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 9), 0,
		     "prio");
		want(pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_DIRECTION, 2), 0,
		     "direction");
		heard_only(DPLL_CMD_PIN_CHANGE_NTF, 3, "state, prio, direction");
	}
	want(hand_number("pin 0 valueon 0 state"), 2, "state that the driver got");
	want(hand_number("pin 0 valueon 0 prio"), 9, "prio that the driver got");
	want(hand_number("pin 0 valueon 0 direction"), 2, "direction that the driver got");
	nl = request(s, 0, DPLL_CMD_PIN_SET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, pin);
	mnl_attr_put_u64(nl, DPLL_A_PIN_FREQUENCY, 1);
	nest = mnl_attr_nest_start(nl, DPLL_A_PIN_PARENT_DEVICE);
	mnl_attr_put_u32(nl, DPLL_A_PIN_PARENT_ID, id);
	mnl_attr_put_u32(nl, DPLL_A_PIN_DIRECTION, 1);
	mnl_attr_put_u32(nl, DPLL_A_PIN_PRIO, 4);
	mnl_attr_put_u32(nl, DPLL_A_PIN_STATE, 3);
	mnl_attr_nest_end(nl, nest);
	want(ask(s, nl), 0, "four at once");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 4, "four at once");

	/* the first that fails ends it, what was before it stays */
	hand("pin 0 fail prio_set -5");
	nl = request(s, 0, DPLL_CMD_PIN_SET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, pin);
	mnl_attr_put_u64(nl, DPLL_A_PIN_FREQUENCY, 2);
	nest = mnl_attr_nest_start(nl, DPLL_A_PIN_PARENT_DEVICE);
	mnl_attr_put_u32(nl, DPLL_A_PIN_PARENT_ID, id);
	mnl_attr_put_u32(nl, DPLL_A_PIN_PRIO, 5);
	mnl_attr_nest_end(nl, nest);
	mnl_attr_put_u32(nl, DPLL_A_PIN_PHASE_ADJUST, 100);
	want(ask(s, nl), -EIO, "the second of three fails");
	want(hand_number("pin 0 value frequency"), 2, "the first stays");
	want(hand_number("pin 0 value adjust"), -1000, "the third is not reached");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 1, "the first");
	hand("pin 0 fail prio_set 0");

	nl = request(s, 0, DPLL_CMD_PIN_SET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, pin);
	nest = mnl_attr_nest_start(nl, DPLL_A_PIN_PARENT_DEVICE);
	mnl_attr_put_u32(nl, DPLL_A_PIN_PRIO, 5);
	mnl_attr_nest_end(nl, nest);
	ask(s, nl);
	refused(s, -EINVAL, "device parent id expected", "no parent id");
	pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, 4711000, DPLL_A_PIN_PRIO, 1);
	refused(s, -EINVAL, "parent device not found", "unknown parent device");
	pin_set_on(s, pin, DPLL_A_PIN_PARENT_DEVICE, none, DPLL_A_PIN_PRIO, 1);
	refused(s, -EINVAL, "pin not connected to given parent device", "a device it is not on");

	/* outside of the nest: taken, not done, and said so */
	calls = hand_number("pin 0 calls prio_set");
	pin_set(s, pin, DPLL_A_PIN_PRIO, 3);
	refused(s, 0, "must be nested in parent-device or parent-pin", "prio outside of a nest");
	want(hand_number("pin 0 calls prio_set"), calls, "calls of the driver");
	want(spill("/sys/module/chs_dpll/parameters/strict", "1"), 0, "strict");
	pin_set(s, pin, DPLL_A_PIN_PRIO, 3);
	refused(s, -EINVAL, "must be nested in parent-device or parent-pin", "the same, strict");
	want(spill("/sys/module/chs_dpll/parameters/strict", "0"), 0, "not strict");

	/* on two devices: all or none */
	hand("pin 0 reg 1 0");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 1, "on a second device");
	calls = hand_number("pin 0 calls frequency_set");
	want(pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 3), 0, "frequency on two devices");
	want(hand_number("pin 0 calls frequency_set"), calls + 2, "calls of the driver");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 1, "frequency on two devices");
	calls = hand_number("pin 0 calls frequency_set");
	hand("pin 0 seton 1 fail -16");
	pin_set(s, pin, DPLL_A_PIN_FREQUENCY, 1);
	refused(s, -EBUSY, format("frequency set failed for dpll_id:%u", id1), "the second fails");
	want(hand_number("pin 0 calls frequency_set"), calls + 3, "set, set, and back");
	want(hand_number("pin 0 value frequency"), 3, "what it was");
	pin_set(s, pin, DPLL_A_PIN_PHASE_ADJUST, 50);
	refused(s, -EBUSY, format("phase adjust set failed for dpll_id:%u", id1),
		"the same of phase adjust");
	want(hand_number("pin 0 value adjust"), -1000, "what it was");
	pin_set(s, pin, DPLL_A_PIN_ESYNC_FREQUENCY, 1);
	refused(s, -EBUSY, format("embedded sync frequency set failed for dpll_id: %u", id1),
		"the same of esync");
	want(hand_number("pin 0 value esync"), 2, "what it was");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 0, "all or none");
	hand("pin 0 unreg 1 0");

	pin_props(1, DPLL_PIN_TYPE_EXT, 0);
	hand("pin 1 without frequency_set");
	hand("pin 1 without phase_adjust_set");
	hand("pin 1 without esync_set");
	hand("pin 1 without ref_sync_set");
	poor = pin_new(1, 0, clock_id);
	pin_set(s, poor, DPLL_A_PIN_FREQUENCY, 1);
	refused(s, -EOPNOTSUPP, "frequency set not supported by the device", "no frequency_set");
	pin_set(s, poor, DPLL_A_PIN_PHASE_ADJUST, 1);
	refused(s, -EOPNOTSUPP, "phase adjust not supported", "no phase_adjust_set");
	pin_set(s, poor, DPLL_A_PIN_ESYNC_FREQUENCY, 1);
	refused(s, -EOPNOTSUPP, "embedded sync feature is not supported by this device",
		"no esync_set");
	pin_set_on(s, poor, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 2);
	refused(s, -EOPNOTSUPP, "state changing is not allowed", "state without the capability");
	pin_set_on(s, poor, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 2);
	refused(s, -EOPNOTSUPP, "prio changing is not allowed", "prio without the capability");
	pin_set_on(s, poor, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_DIRECTION, 2);
	refused(s, -EOPNOTSUPP, "direction changing is not allowed",
		"direction without the capability");
	hand("pin 1 pair 0");
	pin_set_on(s, poor, DPLL_A_PIN_REFERENCE_SYNC, pin, DPLL_A_PIN_STATE, 1);
	refused(s, -EOPNOTSUPP, "reference sync not supported by this pin", "no ref_sync_set");
	pin_del(1, 0);

	/* no callback where the capability is there */
	pin_props(1, DPLL_PIN_TYPE_EXT, 7);
	hand("pin 1 without state_on_dpll_set");
	hand("pin 1 without prio_set");
	hand("pin 1 without direction_set");
	poor = pin_new(1, 0, clock_id);
	want(pin_set_on(s, poor, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_STATE, 2), -EOPNOTSUPP,
	     "no state_on_dpll_set");
	want(pin_set_on(s, poor, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_PRIO, 2), -EOPNOTSUPP,
	     "no prio_set");
	want(pin_set_on(s, poor, DPLL_A_PIN_PARENT_DEVICE, id, DPLL_A_PIN_DIRECTION, 2),
	     -EOPNOTSUPP, "no direction_set");
	pin_del(1, 0);

	want(id1 > id, true, "numbers rise");
	pin_del(0, 0);
	device_del(0);
	device_del(1);
	device_del(2);
	nl_close(ear);
}

static void group_ref_sync(void)
{
	uint32_t id = device_new(0, CLOCK, DPLL_TYPE_EEC);
	uint32_t a = plain_pin(0, 0), b = plain_pin(1, 0), c = plain_pin(2, 0);
	struct nlmsghdr *nl;
	struct nlattr *nest;
	uint32_t before;

	hand("pin 0 pair 1");
	hand("pin 0 pair 2");
	ear = nl_listen();
	want(pin_set_on(s, a, DPLL_A_PIN_REFERENCE_SYNC, b, DPLL_A_PIN_STATE, 1), 0, "bind");
	want(hand_number("pin 0 value ref"), 1, "state that the driver got");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 1, "bind");
	want(pin_set_on(s, a, DPLL_A_PIN_REFERENCE_SYNC, b, DPLL_A_PIN_STATE, 1), 0, "again");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 0, "again");
	pin_get(s, a);
	ok(!!strstr(answer_text(s), format("reference-sync={id=%u state=1} reference-sync={id=%u"
					   " state=1} parent-device",
					   b, c)),
	   "both are shown");
	nl = request(s, 0, DPLL_CMD_PIN_SET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, a);
	nest = mnl_attr_nest_start(nl, DPLL_A_PIN_REFERENCE_SYNC);
	mnl_attr_put_u32(nl, DPLL_A_PIN_STATE, 1);
	mnl_attr_nest_end(nl, nest);
	ask(s, nl);
	refused(s, -EINVAL, "sync pin id expected", "no id");
	pin_set_on(s, a, DPLL_A_PIN_REFERENCE_SYNC, b, 0, 0);
	refused(s, -EINVAL, "sync pin state expected", "no state");
	pin_set_on(s, b, DPLL_A_PIN_REFERENCE_SYNC, a, DPLL_A_PIN_STATE, 1);
	refused(s, -EINVAL, "reference sync pin not found", "a pair has a direction");
	hand("pin 0 fail ref_sync_get -5");
	pin_set_on(s, a, DPLL_A_PIN_REFERENCE_SYNC, b, DPLL_A_PIN_STATE, 2);
	refused(s, -EIO, "unable to get old reference sync state", "ref_sync_get fails");
	hand("pin 0 fail ref_sync_get 0");
	hand("pin 0 fail ref_sync_set -5");
	pin_set_on(s, a, DPLL_A_PIN_REFERENCE_SYNC, b, DPLL_A_PIN_STATE, 2);
	refused(s, -EIO, format("reference sync set failed for dpll_id:%u", id),
		"ref_sync_set fails");
	hand("pin 0 fail ref_sync_set 0");
	want(hand_number("orphans"), 0, "callbacks without arguments");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 0, "refused");

	/* the partner's users are told when one goes */
	before = c;
	hand("pin 2 unreg 0 0");
	{
		struct heard h = hear_all(ear);

		want(h.n[DPLL_CMD_PIN_DELETE_NTF], 1, "one is deleted");
		want(h.n[DPLL_CMD_PIN_CHANGE_NTF], 1, "its partner has changed");
	}
	pin_set_on(s, a, DPLL_A_PIN_REFERENCE_SYNC, before, DPLL_A_PIN_STATE, 1);
	refused(s, -EINVAL, "reference sync pin not found", "one that has gone");
	hand("pin 2 put");

	/* one that was never shown, and is let go of */
	pin_props(2, DPLL_PIN_TYPE_EXT, 7);
	hand("pin 2 get %llu 77", CLOCK);
	hand("pin 0 pair 2");
	hear_all(ear);
	pin_get(s, a);
	ok(!!strstr(answer_text(s), format("reference-sync={id=%u state=1} parent-device", b)),
	   "one that users do not see is no partner");
	hand("pin 2 put");
	want(pin_get(s, a), 0, "it has gone");
	pin_del(0, 0);
	pin_del(1, 0);
	device_del(0);
	nl_close(ear);
}

static void group_mux(void)
{
	uint32_t id = device_new(0, CLOCK, DPLL_TYPE_EEC),
		 id1 = device_new(1, CLOCK, DPLL_TYPE_PPS);
	uint32_t mux, mux2, child;
	struct nlmsghdr *nl;
	struct nlattr *nest;
	long long calls;

	pin_props(0, DPLL_PIN_TYPE_MUX, 7);
	mux = pin_new(0, 0, clock_id);
	hand("pin 0 reg 1 0");
	pin_props(1, DPLL_PIN_TYPE_MUX, 7);
	mux2 = pin_new(1, 0, clock_id);
	pin_props(2, DPLL_PIN_TYPE_SYNCE_ETH_PORT, 4);
	ear = nl_listen();
	hand("pin 2 get %llu 2", CLOCK2);
	hand("pin 2 on 0 0");
	child = hand_number("pin 2 id");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 2, "a child on a parent of two devices");
	want(hand_try("pin 2 on 0 0"), -EEXIST, "the same child on the same parent");
	hand("pin 2 on 1 0");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 1, "on a second parent of one");
	want(hand_try("pin 0 on 0 0"), -EINVAL, "a parent on itself");
	pin_get(s, child);
	ok(!!strstr(answer_text(s), format(" parent-pin={parent-id=%u state=2} parent-pin="
					   "{parent-id=%u state=2}",
					   mux, mux2)),
	   "two parents");
	ok(!strstr(answer_text(s), "parent-device"), "and no device");

	calls = hand_number("pin 2 calls state_on_pin_set");
	want(pin_set_on(s, child, DPLL_A_PIN_PARENT_PIN, mux, DPLL_A_PIN_STATE, 1), 0, "state");
	want(hand_number("pin 2 calls state_on_pin_set"), calls + 2, "calls, one a device");
	want(hand_number("pin 2 valueon-pin 0"), 1, "state that the driver got");
	want(hand_number("pin 2 valueon-pin 1"), 2, "the other parent's");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 1, "state on a parent");
	pin_set_on(s, child, DPLL_A_PIN_PARENT_PIN, child, DPLL_A_PIN_STATE, 1);
	refused(s, -EINVAL, "pin not connected to given parent pin", "not its parent");
	pin_set_on(s, child, DPLL_A_PIN_PARENT_PIN, 4711000, DPLL_A_PIN_STATE, 1);
	refused(s, -EINVAL, "pin not connected to given parent pin", "an unknown parent");
	nl = request(s, 0, DPLL_CMD_PIN_SET);
	mnl_attr_put_u32(nl, DPLL_A_PIN_ID, child);
	nest = mnl_attr_nest_start(nl, DPLL_A_PIN_PARENT_PIN);
	mnl_attr_put_u32(nl, DPLL_A_PIN_STATE, 1);
	mnl_attr_nest_end(nl, nest);
	ask(s, nl);
	refused(s, -EINVAL, "device parent id expected", "no parent id");
	want(pin_set_on(s, child, DPLL_A_PIN_PARENT_PIN, mux, 0, 0), 0, "a parent and no state");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 0, "no state");
	hand("pin 2 fail state_on_pin_set -5");
	want(pin_set_on(s, child, DPLL_A_PIN_PARENT_PIN, mux, DPLL_A_PIN_STATE, 2), -EIO,
	     "state_on_pin_set fails");
	hand("pin 2 fail state_on_pin_set 0");
	heard_only(DPLL_CMD_PIN_CHANGE_NTF, 0, "refused");

	/* off one parent and on: no device is left as long as the other one has it */
	hand("pin 2 off 0 0");
	heard_only(DPLL_CMD_PIN_DELETE_NTF, 2, "off the parent of two devices");
	pin_get(s, child);
	ok(!strstr(answer_text(s), format("parent-id=%u ", mux)), "off the first parent");
	hand("pin 2 off 1 0");
	heard_only(DPLL_CMD_PIN_DELETE_NTF, 1, "off the second");
	want(pin_get(s, child), -ENODEV, "no parent, no pin");
	want(hand_number("orphans"), 0, "callbacks without arguments");
	hand("pin 2 put");
	hand("pin 0 unreg 1 0");
	pin_del(0, 0);
	pin_del(1, 0);
	want(id1 != id, true, "devices");
	device_del(0);
	device_del(1);
	nl_close(ear);
}

/* ---- dumps ----------------------------------------------------------------------------------- */

struct counted {
	unsigned int n;
	uint64_t sum;
	bool single;
	uint32_t last;
	bool disorder;
};

static void count_pin(const struct nlmsghdr *nl, void *arg)
{
	struct counted *c = arg;
	uint32_t id = number_of(nl, DPLL_A_PIN_ID);

	c->disorder |= c->n && id <= c->last;
	c->last = id;
	c->n++;
	c->single |= !(nl->nlmsg_flags & NLM_F_MULTI);
}

static void dump_is(unsigned int n, const char *what)
{
	struct counted c = { 0 };

	want(dump(s, DPLL_CMD_PIN_GET, count_pin, &c), 0, "dump: %s", what);
	want(c.n, n, "pins: %s", what);
	ok(!c.disorder && !c.single && !s->was_torn && !s->was_interrupted,
	   "each once, NLM_F_MULTI, whole: %s", what);
}

static void change_set(const struct nlmsghdr *nl, void *arg)
{
	struct counted *c = arg;

	(void)nl;
	if (!c->n++)
		hand("churn-pin 1199 0 1");
}

/* with such a buffer for answers from the start */
static void fresh_socket(size_t room)
{
	nl_close(s);
	s = nl_open();
	s->room = room;
}

static void group_dump(void)
{
	uint32_t id, pin, device1;
	struct counted c = { 0 };
	int64_t id_of_first;
	long long calls;

	dump_is(0, "none");
	clock_id = 0x4d414e59;
	id = device_new(0, clock_id, DPLL_TYPE_EEC);
	device1 = device_new(1, clock_id, DPLL_TYPE_PPS);
	hand("many 0 1000 0");
	calls = hand_number("pin 0 calls esync_get");
	dump_is(1000, "a thousand");
	want(hand_number("pin 0 calls esync_get"), calls + 1, "a callback is called once");
	fresh_socket(4096);
	dump_is(1000, "into buffers of 4 KiB");
	fresh_socket(NL_ROOM);
	id_of_first = hand_number("pin 0 id");
	hand("pin 500 fail direction_get -5");
	hand("pin 500 fail frequency_get -5");
	hand("pin 500 fail state_on_dpll_get -5");
	dump_is(1000, "one pin's callbacks fail");
	hand("few 0 1000 0");

	/* set of pins that changes meanwhile */
	hand("many 0 101 0");
	pin_props(1199, DPLL_PIN_TYPE_EXT, 0);
	hand("pin 1199 get %llu 1199", clock_id);
	fresh_socket(4096);
	want(dump(s, DPLL_CMD_PIN_GET, change_set, &c), 0, "dump while a pin comes and goes");
	want(s->was_interrupted, true, "NLM_F_DUMP_INTR");
	fresh_socket(NL_ROOM);
	dump_is(101, "it has gone");
	hand("pin 1199 put");
	hand("few 0 101 0");

	/* great ones: 4 KB, 32 KB, of embedded sync */
	plain_pin(0, 0);
	pin_props(1, DPLL_PIN_TYPE_EXT, 0);
	hand("pin 1 prop ranges 131");
	pin_new(1, 0, clock_id);
	plain_pin(2, 0);
	dump_is(3, "one of more than 4 KB");
	fresh_socket(8192);
	dump_is(3, "the same into buffers of 8 KiB");
	fresh_socket(NL_ROOM);
	pin_del(1, 0);
	pin_props(1, DPLL_PIN_TYPE_EXT, 0);
	hand("pin 1 prop ranges 1301");
	pin = pin_new(1, 0, clock_id);
	dump_is(3, "one of more than 32 KB");
	want(pin_get(s, pin), 0, "that one alone");
	ok(s->answer.nl.nlmsg_len > 1301 * 28, "its length: %u", s->answer.nl.nlmsg_len);
	ear = nl_listen();
	hand("pin 1 ntf 1 task");
	want(hear_one(ear, 1000), 1, "its notification");
	ok(ear->answer.nl.nlmsg_len > 1301 * 28, "its length: %u", ear->answer.nl.nlmsg_len);
	nl_close(ear);
	pin_del(1, 0);
	pin_props(1, DPLL_PIN_TYPE_EXT, 0);
	pin = pin_new(1, 0, clock_id);
	hand("pin 1 set ranges 255");
	dump_is(3, "255 ranges of embedded sync");
	want(pin_get(s, pin), 0, "that one alone");
	ok(s->answer.nl.nlmsg_len > 255 * 28, "its length: %u", s->answer.nl.nlmsg_len);
	pin_del(0, 0);
	pin_del(1, 0);
	pin_del(2, 0);
	want(id_of_first >= 0, true, "a first pin");
	want(device1 > id, true, "devices");
	device_del(0);
	device_del(1);
	clock_id = CLOCK;
}

/* ---- notifications ------------------------------------------------------------------------------
 */

static void group_ntf(void)
{
	static const char *const places[] = { "task", "spin", "irq", "bh", "rcu" };
	uint32_t id, pin;
	struct heard h;
	size_t i;

	ear = nl_listen();
	hand("dev 0 get %llu 0", CLOCK);
	heard_only(DPLL_CMD_DEVICE_CREATE_NTF, 0, "a get");
	hand("dev 0 reg 0 2");
	id = hand_number("dev 0 id");
	want(hear_one(ear, 0), 1, "create");
	same(message_text(&ear->answer.nl), device_text(s, id), "its text is DEVICE_GET's");
	want(ear->answer.nl.nlmsg_seq | ear->answer.nl.nlmsg_pid, 0, "sequence and port");
	hand("dev 0 reg 1 2");
	heard_only(DPLL_CMD_DEVICE_CREATE_NTF, 0, "a second registrant");
	pin = plain_pin(0, 0);
	want(hear_one(ear, 0), 1, "create of a pin");
	same(message_text(&ear->answer.nl), pin_text(s, pin), "its text is PIN_GET's");
	heard_only(DPLL_CMD_PIN_CREATE_NTF, 0, "no second one");

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		unsigned int n = 0;

		want(hand_try("dev 0 ntf 23 %s", places[i]), 0, "23 changes from %s", places[i]);
		ok(eventually((n += hear_all(ear).n[DPLL_CMD_DEVICE_CHANGE_NTF]) >= 23),
		   "all are heard");
		want(hand_try("pin 0 ntf 23 %s", places[i]), 0, "23 of a pin from %s", places[i]);
		n = 0;
		ok(eventually((n += hear_all(ear).n[DPLL_CMD_PIN_CHANGE_NTF]) >= 23),
		   "all are heard");
		h = hear_all(ear);
		want(h.sum, 0, "and no more");
	}

	/* from inside the device's and the pin's own callbacks */
	hand("dev 0 tell temp_get 3");
	hand("pin 0 tell prio_get 2");
	want(device_get(s, id), 0, "a callback that tells");
	want(pin_get(s, pin), 0, "a pin's callback that tells");
	{
		unsigned int devices = 0, pins = 0;

		ok(eventually(({
			   h = hear_all(ear);
			   devices += h.n[DPLL_CMD_DEVICE_CHANGE_NTF];
			   pins += h.n[DPLL_CMD_PIN_CHANGE_NTF];
			   devices >= 5 && pins >= 5;
		   })),
		   "3 of each from the device's, 2 of each from the pin's");
		nap_ms(20);
		h = hear_all(ear);
		want(devices + pins + h.sum, 10, "and no more");
	}

	/* what was put off comes before the deletion */
	hand("pin 0 ntf 23 irq");
	hand("pin 0 unreg 0 0");
	h = hear_all(ear);
	want(h.n[DPLL_CMD_PIN_CHANGE_NTF], 23, "changes before the deletion");
	want(h.n[DPLL_CMD_PIN_DELETE_NTF], 1, "deletion");
	want(heard_cmd(ear), DPLL_CMD_PIN_DELETE_NTF, "the last one");
	hand("pin 0 put");
	hand("dev 0 unreg 1");
	heard_only(DPLL_CMD_DEVICE_DELETE_NTF, 0, "a registrant goes");
	hand("dev 0 unreg 0");
	heard_only(DPLL_CMD_DEVICE_DELETE_NTF, 1, "the last one goes");
	hand("dev 0 put");
	nl_close(ear);
}

/* ---- a storm
 * --------------------------------------------------------------------------------------- */

static unsigned long traced(const char *event)
{
	static char text[8 << 20];
	unsigned long n = 0;
	char *at;

	if (slurp(TRACEFS "trace", text, sizeof(text)) < 0)
		return 0;
	for (at = text; (at = strstr(at, event)); at++)
		n++;
	return n;
}

#define STORM 10007

static void group_storm(void)
{
	uint32_t id = device_new(0, CLOCK, DPLL_TYPE_EEC);
	struct nl *deaf = nl_listen();
	unsigned int n = 0, overruns = 0;
	long long sent;
	struct heard h;

	ear = nl_listen();
	want(spill(TRACEFS "buffer_size_kb", "8192"), 0, "room for the trace");
	trace_clear();
	want(spill(TRACEFS "events/dpll/dpll_ntf/enable", "1"), 0, "tracepoint dpll_ntf");
	sent = stat_of(id, "notifications");
	for (int i = 0; i < STORM / 23; i++) {
		hand("dev 0 ntf 23 %s", i % 2 ? "task" : "irq");
		h = hear_all(ear);
		n += h.sum;
		overruns += h.overruns;
	}
	hand("dev 0 ntf %d task", STORM % 23);
	ok(eventually(stat_of(id, "notifications") - sent == STORM), "emitted: %lld",
	   stat_of(id, "notifications") - sent);
	h = hear_all(ear);
	want(n + h.sum + drops_of(ear), STORM, "one who listens: heard %u, lost %u", n + h.sum,
	     drops_of(ear));
	h = hear_all(deaf);
	ok(drops_of(deaf) > 0 && h.overruns, "one who does not: lost %u", drops_of(deaf));
	want(h.sum + drops_of(deaf), STORM, "heard %u and lost", h.sum);
	spill(TRACEFS "events/dpll/dpll_ntf/enable", "0");
	want(traced(" dpll_ntf: "), STORM, "traced");
	want(traced("listeners=1 "), STORM, "with listeners");
	want(stat_of(id, "notifications_failed"), 0, "failed");
	trace_clear();
	nl_close(ear);
	nl_close(deaf);
	device_del(0);
}

/* ---- permissions and namespaces
 * ---------------------------------------------------------------------- */

/* in a child, whose exit status is the number of what went wrong; 0 */
static void in_child(const char *what, bool (*run)(void))
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		bool good = run();

		fflush(stdout);
		_exit(good ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	want(status, 0, "%s", what);
}

static uint32_t perm_id, perm_pin;

/* every command is refused, listening is not */
static bool all_refused(void)
{
	static const int cmds[] = {
		DPLL_CMD_DEVICE_ID_GET, DPLL_CMD_DEVICE_GET, DPLL_CMD_DEVICE_SET,
		DPLL_CMD_PIN_ID_GET,	DPLL_CMD_PIN_GET,    DPLL_CMD_PIN_SET,
	};
	struct nl *mine = nl_open();
	bool good = true;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		good &= want(ask(mine, request(mine, 0, cmds[i])), -EPERM, "%s",
			     cmd_names[cmds[i]]);
	good &= want(dump(mine, DPLL_CMD_DEVICE_GET, NULL, NULL), -EPERM, "dump of devices");
	good &= want(dump(mine, DPLL_CMD_PIN_GET, NULL, NULL), -EPERM, "dump of pins");
	nl_join(mine);
	hand("dev 0 ntf 1 task");
	good &= want(hear_one(mine, 1000), 1, "a notification");
	return good;
}

static bool as_nobody(void)
{
	return !setresuid(65534, 65534, 65534) && all_refused();
}

/* root in a container */
static bool in_user_namespace(void)
{
	if (!want(unshare(CLONE_NEWUSER | CLONE_NEWNET) ? -errno : 0, 0, "unshare"))
		return false;
	return all_refused();
}

static bool in_network_namespace(void)
{
	struct nl *mine;
	bool good;

	if (!want(unshare(CLONE_NEWNET) ? -errno : 0, 0, "unshare"))
		return false;
	mine = nl_open();
	good = want(device_get(mine, perm_id), 0, "DEVICE_GET");
	good &= want(
		pin_set_on(mine, perm_pin, DPLL_A_PIN_PARENT_DEVICE, perm_id, DPLL_A_PIN_PRIO, 11),
		0, "PIN_SET");
	good &= want(hand_number("pin 0 valueon 0 prio"), 11, "done");
	nl_join(mine);
	hand("dev 0 ntf 1 task");
	good &= want(hear_one(mine, 1000), 1, "a notification");
	good &= want(hear_one(mine, 50), 0, "and no second one");
	hand("dev 0 ntf 1 irq");
	good &= want(hear_one(mine, 1000), 1, "one from an interrupt");
	return good;
}

static void group_permissions(void)
{
	perm_id = device_new(0, CLOCK, DPLL_TYPE_EEC);
	perm_pin = plain_pin(0, 0);
	in_child("somebody without CAP_NET_ADMIN", as_nobody);
	in_child("root of a user namespace", in_user_namespace);
	in_child("another network namespace", in_network_namespace);
	ear = nl_listen();
	hand("dev 0 ntf 1 task");
	heard_only(DPLL_CMD_DEVICE_CHANGE_NTF, 1, "the first namespace");
	nl_close(ear);
	pin_del(0, 0);
	device_del(0);
}

int main(int argc, char **argv)
{
	static const struct group groups[] = {
		{ "device_get", group_device_get },
		{ "pin_get", group_pin_get },
		{ "id_get", group_id_get },
		{ "policy", group_policy },
		{ "device_set", group_device_set },
		{ "pin_set", group_pin_set },
		{ "ref_sync", group_ref_sync },
		{ "mux", group_mux },
		{ "dump", group_dump },
		{ "ntf", group_ntf },
		{ "storm", group_storm },
		{ "permissions", group_permissions },
	};

	(void)argc;
	hand_open();
	s = nl_open();
	return run_groups(groups, ARRAY_SIZE(groups), argv + 1);
}
