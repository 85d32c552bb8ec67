#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Clocks whose drivers lack callbacks, or leave the check of flags to the class: made by
# tests/modules/ptp_odd.c.

load lib/ptp

setup() {
	modprobe ptp_odd
}

teardown() {
	modprobe -r ptp_odd &>/dev/null || true
	labctl del all
}

# node_of KIND: the device of a clock by its name
node_of() {
	local name
	for name in /sys/class/p[ht][cp]/*/clock_name; do
		[[ $(<"$name") != "odd-$1" ]] || basename "${name%/*}"
	done
}

@test "callbacks that are not there give EOPNOTSUPP; a pin without verify takes anything" {
	checks ptp_odd - "/dev/$(node_of bare)" bare
	checks ptp_odd - "/dev/$(node_of phase)" phase
}

@test "the class checks flags for drivers that declare theirs" {
	checks ptp_odd - "/dev/$(node_of flags)" flags
	checks ptp_odd - "/dev/$(node_of lenient)" lenient
}

@test "unsound clocks are refused" {
	[ "$(</sys/module/ptp_odd/parameters/refused)" = 3 ]
}
