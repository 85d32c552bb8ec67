#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# A PTP clock's files: mainline's in mainline's formats, and the statistics, which are
# exact.

load lib/ptp

@test "attributes: values, formats, modes; the device node; fifo" {
	new_phc
	checks ptp_sysfs "$phc" "$node" attributes fifo
}

@test "what a clock does not have has no file" {
	new_phc "${poor[@]}"
	checks ptp_sysfs "$phc" "$node" poor
}

@test "extts_enable, period, pps_enable" {
	new_phc
	checks ptp_sysfs "$phc" "$node" extts_enable period pps_enable
}

@test "statistics count every call" {
	new_phc
	checks ptp_sysfs "$phc" "$node" statistics
}

@test "statistics tell who changed the clock last, from what to what" {
	new_phc
	checks ptp_sysfs "$phc" "$node" changes
}

@test "losses stay in the books when their reader is gone" {
	new_phc
	checks ptp_sysfs "$phc" "$node" departed
}

@test "names of processes with blanks, line feeds, escapes and bytes that are no UTF-8: one row, one word" {
	new_phc
	checks ptp_sysfs "$phc" "$node" names
}

@test "PPS: a source of the clock's name, an assert at each of its seconds" {
	new_phc
	checks ptp_sysfs "$phc" "$node" pps
}

@test "statistics count the driver's own worker" {
	new_phc poll_ms=1
	echo 0 1 >"$sys/extts_enable"
	labctl push "$phc" count=1
	has_worked() {
		[ "$(<"$sys/statistics/aux_work")" -ge 3 ]
	}
	until_ok has_worked
	has_come() {
		[[ $(<"$sys/fifo") =~ ^0\ [0-9]+\ [0-9]+$ ]]
	}
	until_ok has_come
}
