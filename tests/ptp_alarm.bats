#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Alarms of a PTP clock. Each test that concerns when they expire is made of a clock
# with an alarm of its own and of one without.

load lib/ptp

@test "alarms: every errno; one-shot, periodic; a timer does the work" {
	new_phc
	checks ptp_alarm "$phc" "$node" errors oneshot periodic folds storm
}

@test "alarms: the same by the clock's own alarm" {
	new_phc n_alarm=1
	checks ptp_alarm "$phc" "$node" errors oneshot periodic folds storm
}
