#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation of every path fails once. Runs in the guest of the debug kernel.

load lib/ptp

teardown() {
	labctl del all
	modprobe -r hte_taker hte_giver
}

@test "each allocation of open, ioctl, read, clock and sysfs paths fails once" {
	checks fail_nth clock
}

@test "each allocation of making virtual clocks fails once" {
	limit=120 checks fail_nth vclocks
}

@test "each allocation of making a clock fails once" {
	limit=120 checks fail_nth register
}

@test "each allocation of loading a module fails once" {
	limit=240 checks fail_nth modules
}

@test "each allocation of getting, requesting and putting an HTE line fails once" {
	modprobe -a hte_giver hte_taker
	limit=120 checks hte_fail lines
}

@test "each allocation of registering an HTE provider fails once" {
	modprobe -a hte_giver hte_taker
	limit=120 checks hte_fail provider
}
