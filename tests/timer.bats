#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# libchs_timer.so: POSIX timers and sleeps on a PTP clock. Runs in the guest.

load lib/ptp

library=/usr/local/lib/libchs_timer.so

# under the library, on the clock; which groups
on_phc() {
	checks env LD_PRELOAD=$library posix_timer "$node" "$@"
}

@test "timers on a PTP clock: made, set, read, deleted, with every error" {
	new_phc
	on_phc creating one_shot settime none refused closed
}

@test "each expiration is a signal or an overrun, and none is early" {
	new_phc
	on_phc periodic overrun many
}

@test "a signal to one thread; a function in a thread of its own" {
	new_phc
	on_phc thread_id by_thread
}

@test "timers are set and read from a handler that interrupts the same calls" {
	new_phc
	on_phc handlers
}

@test "clock_nanosleep: how long, until when, interrupted, cancelled" {
	new_phc
	on_phc sleeping cancelled
}

@test "timers end with exec and are not inherited by fork" {
	new_phc
	on_phc forking executing
}
