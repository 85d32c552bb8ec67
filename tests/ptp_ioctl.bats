#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Every ioctl of a PTP clock: what it does, each way in which it refuses, in the order
# in which it looks. The rows are in tests/prog/ptp_ioctl.c.

load lib/ptp

@test "unknown commands give ENOTTY, a read-only file EACCES, masks, 32-bit callers" {
	new_phc
	checks ptp_ioctl "$phc" "$node" unknown readonly mask compat
}

@test "PTP_CLOCK_GETCAPS tells what the clock has" {
	new_phc max_adj=62499999 n_ext_ts=7 n_per_out=3 n_pins=5 pps=0 max_phase=1009
	checks ptp_ioctl "$phc" "$node" caps
}

@test "PTP_EXTTS_REQUEST, PTP_PEROUT_REQUEST, PTP_ENABLE_PPS, both versions" {
	new_phc
	checks ptp_ioctl "$phc" "$node" extts perout pps
}

@test "PTP_SYS_OFFSET, EXTENDED, PRECISE, CYCLES; a driver's errors come through" {
	new_phc
	checks ptp_ioctl "$phc" "$node" sys_offset extended precise cycles failing
}

@test "a clock that has nothing refuses before it looks at the address" {
	new_phc "${poor[@]}"
	checks ptp_ioctl "$phc" "$node" poor
}
