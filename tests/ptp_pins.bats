#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Pins: which has which function, who takes it from whom, by ioctl and by sysfs.

load lib/ptp

@test "PTP_PIN_GETFUNC and PTP_PIN_SETFUNC, both versions; pins in sysfs" {
	new_phc
	checks ptp_ioctl "$phc" "$node" pin_ioctls
	checks ptp_sysfs "$phc" "$node" pins
}

@test "a pin takes a function from another one, and both are switched off" {
	new_phc
	checks ptp_ioctl "$phc" "$node" pin_functions
}

@test "threads fight for the pins amid signals" {
	new_phc
	checks ptp_ioctl "$phc" "$node" contended
}
