#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# How late alarms are where time is exact: for tests/vm/run --icount, where an
# instruction is a nanosecond. What is measured is the way from the instant at which
# the clock is there to the clock's thread, in instructions.

load lib/ptp

@test "alarms within 50 us of their time, by a timer: 50 ppm off, and steered" {
	new_phc rate_ppb=50000
	limit=600 checks ptp_alarm "$phc" "$node" exact
	grep -E 'late' "$BATS_TEST_TMPDIR/checks" | sed 's/^/# /' >&3
}

@test "alarms within 50 us of their time, by the clock's own alarm" {
	new_phc rate_ppb=50000 n_alarm=1
	limit=600 checks ptp_alarm "$phc" "$node" exact
	grep -E 'late' "$BATS_TEST_TMPDIR/checks" | sed 's/^/# /' >&3
}

@test "alarms within 50 us of their time, 10 % off" {
	new_phc rate_ppb=-100000000
	limit=600 checks ptp_alarm "$phc" "$node" exact
	grep -E 'late' "$BATS_TEST_TMPDIR/checks" | sed 's/^/# /' >&3
}
