/* SPDX-License-Identifier: GPL-2.0 */
/* How numbers of the ABI are written; NULL where one is not known. Pure. */
#ifndef DPLLSNOOP_NAMES_H
#define DPLLSNOOP_NAMES_H

#include <stddef.h>
#include <stdint.h>
#include "units.h"

const char *status_name(int64_t status);
int status_parse(const char *s); /* 0 where it is none */
const char *lock_error_name(int64_t error);
const char *mode_name(int64_t mode);
const char *type_name(int64_t type);
const char *pin_type_name(int64_t type);
const char *state_name(int64_t state);
const char *direction_name(int64_t direction);
const char *seen_by_name(int64_t by);
const char *op_name(int64_t op);
const char *feature_name(int64_t feature);
const char *violation_name(int64_t kind);

/* of what a pin's record EV_PIN_* is */
const char *knob_name(int kind);
/* a value of it */
const char *knob_value(char buf[UNITS_LEN], int kind, int64_t value);

/* 10MHz, 1Hz, 156.25MHz */
const char *units_hz(char buf[UNITS_LEN], int64_t hz);
/* a phase given in 1/1000 ps: +12.345ps, -1.234ns */
const char *units_phase(char buf[UNITS_LEN], int64_t fs);

#endif /* DPLLSNOOP_NAMES_H */
