#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What the DPLL subsystem remembers and traces by itself, see tests/prog/dpll_history.c.

load lib/dpll

@test "lock history: transitions, dwell, actor, times; the last 64 of 101" {
	checks dpll_history history
}

@test "poll_ms sees what a driver never reports" {
	checks dpll_history poll
}

@test "broken rules are counted, and refused if that is wanted" {
	checks dpll_history rules
}

@test "tracepoints of what users set: old, new, result" {
	checks dpll_history sets
}

@test "tracepoints of objects, lock status, callbacks, commands, notifications" {
	checks dpll_history trace
}
