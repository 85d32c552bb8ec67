#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Drivers that wrap, redefine and undefine the classes' names by a compatibility layer of
# their own: tests/modules/compat_{ptp,dpll}.c. That they compile is half of the test.

bats_require_minimum_version 1.5.0
load lib/common

setup() {
	labctl del all
}

teardown() {
	local module
	for module in compat_ptp compat_dpll; do
		[[ ! -d /sys/module/$module ]] || modprobe -r $module
	done
}

@test "a PTP driver that redefines the class's names registers with our class" {
	local clock event
	modprobe compat_ptp
	clock=$(grep -lx compat_ptp /sys/class/*/ptp*/clock_name)
	# the kernel's own class has no such folder
	[ -d "${clock%/*}/statistics" ]
	# register and index
	[ "$(</sys/module/compat_ptp/parameters/rounds)" = 2 ]
	# find_pin, and one of two events through the layer
	echo "0 1" >"${clock%/*}/extts_enable"
	event=$(<"${clock%/*}/fifo")
	[ "$event" = "0 0 23" ]
	event=$(<"${clock%/*}/fifo")
	[ "$event" = "0 0 42" ]
	[ "$(</sys/module/compat_ptp/parameters/rounds)" = 4 ]
	modprobe -r compat_ptp
	run ! grep -lx compat_ptp /sys/class/*/ptp*/clock_name
}

@test "a DPLL driver that redefines the subsystem's names registers with our subsystem" {
	needs_dpll
	modprobe compat_dpll
	[ "$(</sys/module/compat_dpll/parameters/rounds)" = 2 ]
	run -0 dpll_client device "$(dpll_client device-id module-name=compat_dpll | sed 's/.*=//')"
	[[ $output == *" type=1"* ]]
	run -0 dpll_client pin "$(dpll_client pin-id module-name=compat_dpll board-label=compat | sed 's/.*=//')"
	[[ $output == *"board-label=compat"* ]]
	modprobe -r compat_dpll
	run ! dpll_client device-id module-name=compat_dpll
}
