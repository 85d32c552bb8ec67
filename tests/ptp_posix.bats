#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# A PTP clock as a POSIX clock: clock_getres(), clock_gettime(), clock_settime(),
# clock_adjtime() on the clock id of an open device.

load lib/ptp

@test "clock_getres, clock_gettime, clock_settime from 0 s to 8277292035 s" {
	new_phc
	checks ptp_posix "$phc" "$node" getres gettime settime
}

@test "ADJ_SETOFFSET to the ns, ADJ_FREQUENCY to max_adj, ADJ_OFFSET to max_phase_adj" {
	new_phc
	checks ptp_posix "$phc" "$node" setoffset frequency phase
}

@test "odd limits; one action a call, in order of precedence" {
	new_phc max_adj=62499999 max_phase=1009000
	checks ptp_posix "$phc" "$node" frequency phase modes
}

@test "files that are no clock, timers and sleeps; a driver's errors come through" {
	new_phc
	checks ptp_posix "$phc" "$node" badfd failing
}

@test "a clock that has no more than it needs" {
	new_phc "${poor[@]}"
	checks ptp_posix "$phc" "$node" poor
}
