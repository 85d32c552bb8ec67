#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Alarms of a PTP clock. What concerns when they expire is asked of a clock with an
# alarm of its own and of one without.

load lib/ptp

when=(errors oneshot periodic folds storm steps rates must_show)

@test "alarms by a timer: every errno; one-shot, periodic; folded; the clock is stepped, steered" {
	new_phc rate_ppb=23000
	checks ptp_alarm "$phc" "$node" "${when[@]}"
}

@test "alarms by the clock's own alarm: the same" {
	new_phc rate_ppb=-23000 n_alarm=1
	checks ptp_alarm "$phc" "$node" "${when[@]}"
}

@test "alarms: each file its own; by eventfd; 32-bit callers" {
	new_phc
	checks ptp_alarm "$phc" "$node" two_files eventfds compat
}

@test "alarms by signal: to a process, to a thread; blocked: one signal and 100 overruns" {
	new_phc n_alarm=4
	checks ptp_alarm "$phc" "$node" signals blocked no_room
}

@test "alarms end with their file, program and clock; limits" {
	new_phc
	checks ptp_alarm "$phc" "$node" lifetime execs limits unplug
	new_phc n_alarm=1
	checks ptp_alarm "$phc" "$node" unplug
}
