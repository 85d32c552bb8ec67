#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Clocks that go away while programs use them. What the kernel thinks of it shows in
# its log, which tests/vm/run looks through.

load lib/ptp

# a test that fails half-way may leave modules out
teardown() {
	modprobe lab_phc
	labctl del all
}

@test "every call on a file of a clock that is gone gives ENODEV" {
	checks ptp_life gone shared_files books pps_waiter
}

@test "sleepers wake and loops end when their clock goes, signals or not" {
	checks ptp_life clients
}

@test "a driver's module goes below open files, the class's stays until the last close" {
	checks ptp_life modules
}

@test "a node that is opened while its clock is being made pins the class's module once" {
	limit=120 checks ptp_life early_opens
}

@test "${CHS_ROUNDS:-100} rounds: clocks, four clients, rmmod below them, modprobe" {
	limit=300 checks ptp_life rounds
}
