#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What all tracepoints have in common. Runs in the guest.

bats_require_minimum_version 1.5.0

@test "formats name no constants, which perf and trace-cmd do not know" {
	local systems=() system
	for system in ptp hte dpll; do
		[[ ! -d /sys/kernel/tracing/events/$system ]] || systems+=("$system")
	done
	[ "${#systems[@]}" -ge 2 ]
	cd /sys/kernel/tracing/events
	run -0 grep -rc --include=format __print_symbolic "${systems[@]}"
	run -1 grep -rlE --include=format '\{ *[A-Za-z_][A-Za-z_0-9]*,' "${systems[@]}"
}
