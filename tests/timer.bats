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

# cyclictest's last line: T: 0 (  101) P: 0 I:10000 C:     23 Min:    210 Act: ...
cycles() {
	LD_PRELOAD=/usr/local/lib/realtime_is_phc.so:$library PHC=$node \
		timeout 120 cyclictest -q -c 1 -i 10000 -l 23 "$@" | awk '
		/^T: 0/ {
			gsub(/[:()]/, " ")
			for (i = 1; i < NF; i++)
				v[$i] = $(i + 1)
		}
		END { exit !(v["C"] == 23 && v["Min"] >= 0 && v["Max"] < 1000000) }'
}

@test "a foreign program, cyclictest, sleeps and has its timers on a PTP clock" {
	local fired way before
	command -v cyclictest # which make deps has brought
	# at a time that is long past elsewhere
	new_phc time=1000000000000
	fired=$sys/statistics/alarms_fired
	for way in '' -r -x '-x -r'; do
		before=$(cat "$fired")
		# shellcheck disable=SC2086
		cycles $way
		[ $(($(cat "$fired") - before)) -ge 12 ]
	done
}
