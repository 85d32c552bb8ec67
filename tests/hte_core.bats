#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The hardware timestamping engine, function by function: a provider (hte_giver) and a
# consumer (hte_taker) do what tests/prog/hte_core.c tells them.

bats_require_minimum_version 1.5.0
load lib/hte

@test "registering, getting, requesting and putting: every return code" {
	checks hte_core register get request put
}

@test "enabling, disabling, the clock and reported losses: every return code" {
	checks hte_core enable clock report
}

@test "lines are found by references of software nodes" {
	checks hte_core reference
}

@test "callbacks run where they should, numbers tell of every loss" {
	checks hte_core contexts sequence
}

@test "each reason of a loss is counted exactly and survives the consumer" {
	checks hte_core counters
}

@test "second callbacks: shared, cancelled, and counted" {
	checks hte_core second
}

@test "a ring gets every stamp to the second callback, or counts it" {
	checks hte_core ring
}

@test "debugfs: mainline's files, and names that cannot be" {
	checks hte_core debugfs
}

@test "a provider that goes leaves ENODEV and no more" {
	checks hte_core unbind
}

@test "those who watch providers see them come and go in order" {
	checks hte_core notifier
}

@test "a line that is held holds its provider's module" {
	checks hte_core modules
}

@test "tracepoints tell the same as the counters" {
	checks hte_core trace
}

@test "4096 lines of one provider" {
	checks hte_core many
}

@test "provider and consumer in mainline's manner, unchanged" {
	local hte=/sys/kernel/debug/hte/hte_plain
	local push=/sys/module/hte_plain/parameters/push
	local user=/sys/bus/platform/drivers/hte_plain_user

	modprobe hte_plain
	modprobe hte_plain_user
	[ "$(<$hte/ts_requested) $(<$hte/total_ts)" = "3 5" ]
	echo 1 23 >$push
	echo 2 101 >$push
	echo 3 7 >$push
	seconds_ran() {
		# label, line, stamps, last number, has the second callback run?
		[ "$(<$user/hte_plain_user/seen)" = "first 1 23 23 0
second 2 101 101 1
- 4 0 0 0" ]
	}
	until_ok seconds_ran
	[ -d $hte/first ] && [ -d $hte/second ] && [ -d $hte/ts_4 ]

	# what the device manages is put when its driver goes
	echo hte_plain_user >$user/unbind
	[ "$(<$hte/ts_requested)" = 0 ]
	echo 1 1 >$push
	echo hte_plain_user >$user/bind
	[ "$(<$hte/ts_requested)" = 3 ]
	echo 1 1 >$push
	[ "$(head -n 1 $user/hte_plain_user/seen)" = "first 1 1 1 0" ]

	# and the consumer outlives its provider
	echo hte_plain >/sys/bus/platform/drivers/hte_plain/unbind
	[ "$(head -n 1 $user/hte_plain_user/seen)" = "first 1 1 1 0" ]
	run ! rmmod hte_plain
	rmmod hte_plain_user
	rmmod hte_plain
}
