// SPDX-License-Identifier: GPL-2.0
/* Names of the ABI's numbers, as the kernel's own documents have them. */
#include <inttypes.h>
#include <linux/dpll.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "dpllsnoop.h"
#include "names.h"
#include "table.h"

/* clang-format off */
#define NAME_OF(fn, ...)							\
const char *fn(int64_t n)							\
{										\
	static const char *const names[] = { __VA_ARGS__ };			\
										\
	return n >= 0 && n < (int64_t)(sizeof(names) / sizeof(names[0])) ? names[n] : NULL; \
}

static const char *const statuses[] = {
	NULL, "unlocked", "locked", "locked-ho-acq", "holdover",
};

NAME_OF(lock_error_name, NULL, NULL, "undefined", "media-down", "ffo-too-high")
NAME_OF(mode_name, NULL, "manual", "automatic")
NAME_OF(type_name, NULL, "pps", "eec")
NAME_OF(pin_type_name, NULL, "mux", "ext", "synce", "osc", "gnss")
NAME_OF(state_name, NULL, "connected", "disconnected", "selectable")
NAME_OF(direction_name, NULL, "input", "output")
NAME_OF(seen_by_name, "register", "get", "dump", "ntf", "poll", "set")
NAME_OF(feature_name, "phase-offset-monitor", "phase-offset-avg-factor")
NAME_OF(violation_name, "two-connected", "connected-unlocked", "selectable-manual")
NAME_OF(op_name, "mode_get", "lock_status_get", "supported_modes_get", "mode_set", "temp_get",
	"clock_quality_level_get", "phase_offset_monitor_set", "phase_offset_monitor_get",
	"phase_offset_avg_factor_set", "phase_offset_avg_factor_get", "frequency_set",
	"frequency_get", "direction_set", "direction_get", "state_on_pin_get",
	"state_on_dpll_get", "state_on_pin_set", "state_on_dpll_set", "prio_get", "prio_set",
	"phase_offset_get", "phase_adjust_get", "phase_adjust_set", "ffo_get", "esync_set",
	"esync_get", "ref_sync_set", "ref_sync_get")
/* clang-format on */

const char *status_name(int64_t status)
{
	return status > 0 && status <= DPLL_LOCK_STATUS_MAX ? statuses[status] : NULL;
}

int status_parse(const char *s)
{
	for (int i = 1; i <= DPLL_LOCK_STATUS_MAX; i++)
		if (!strcmp(s, statuses[i]))
			return i;
	return 0;
}

const char *knob_name(int kind)
{
	switch (kind) {
	case EV_PIN_STATE:
	case EV_PIN_SEEN:
		return "state";
	case EV_PIN_PRIO:
		return "prio";
	case EV_PIN_DIRECTION:
		return "direction";
	case EV_PIN_FREQUENCY:
		return "frequency";
	case EV_PIN_PHASE_ADJUST:
		return "phase-adjust";
	case EV_PIN_ESYNC:
		return "esync";
	case EV_PIN_REF_SYNC:
		return "reference-sync";
	default:
		return "unknown";
	}
}

const char *units_hz(char buf[UNITS_LEN], int64_t hz)
{
	static const char *const unit[] = { "Hz", "kHz", "MHz", "GHz" };
	int64_t factor = 1;
	int u = 0;

	while (u < 3 && hz / factor >= 1000) {
		factor *= 1000;
		u++;
	}
	/* all of its digits, since 25 and 25.000001 MHz are two things */
	snprintf(buf, UNITS_LEN, "%.15g%s", (double)hz / factor, unit[u]);
	return buf;
}

const char *units_phase(char buf[UNITS_LEN], int64_t fs)
{
	static const char *const unit[] = { "ps", "ns", "us", "ms", "s" };
	double v = fs / 1000.0;
	int u = 0;

	while (u < 4 && (v >= 9999.9995 || v <= -9999.9995)) {
		v /= 1000;
		u++;
	}
	snprintf(buf, UNITS_LEN, "%+.3f%s", v, unit[u]);
	return buf;
}

const char *knob_value(char buf[UNITS_LEN], int kind, int64_t value)
{
	const char *name = NULL;

	if (value == COL_UNKNOWN)
		kind = EV_KINDS;
	switch (kind) {
	case EV_PIN_STATE:
	case EV_PIN_SEEN:
	case EV_PIN_REF_SYNC:
		name = state_name(value);
		break;
	case EV_PIN_DIRECTION:
		name = direction_name(value);
		break;
	case EV_PIN_FREQUENCY:
	case EV_PIN_ESYNC:
		if (value >= 0)
			return units_hz(buf, value);
		break;
	case EV_PIN_PHASE_ADJUST:
		snprintf(buf, UNITS_LEN, "%+" PRId64 "ps", value);
		return buf;
	case EV_PIN_PRIO:
		if (value >= 0)
			snprintf(buf, UNITS_LEN, "%" PRId64, value);
		else
			strcpy(buf, "?");
		return buf;
	}
	snprintf(buf, UNITS_LEN, "%s", name ?: "?");
	return buf;
}
