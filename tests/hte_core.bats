#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The hardware timestamping engine, function by function: a provider (hte_giver) and a
# consumer (hte_taker) do what tests/prog/hte_core.c tells them.

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

@test "4096 lines of one provider" {
	checks hte_core many
}
