#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# How late dpllsnoop's lines are where time is exact: for tests/vm/run --icount, where an
# instruction is a nanosecond. From the instant that the core gives a lock event to the
# flushed line in a reader's hand, the question for the inputs included. Lines are held for
# 20 ms (LINE_ORDER_NS), so that they come in time order; what comes on top is measured.

load lib/common

# the hold and 1 ms
limit_ns=21000000

teardown() {
	labctl del all
	! [ -d /sys/module/dpll_hand ] || modprobe -r dpll_hand
}

hand() {
	echo "$*" >/dev/dpll_hand
}

@test "a lock event to a flushed line: 20 ms of hold and less than 1 ms; one device, two pins" {
	local pin

	modprobe dpll_hand
	hand dev 0 get 0x1122334455667788 0
	hand dev 0 reg 0 2
	for pin in 0 1; do
		hand pin $pin get 0x1122334455667788 $pin
		hand pin $pin seton 0 direction 1
		hand pin $pin reg 0 0
	done
	limit=300 checks dpllsnoop_late 23 "$limit_ns" hand
	sed 's/^/# bpf: /' "$BATS_TEST_TMPDIR/checks" >&3
	limit=300 checks dpllsnoop_late 23 "$limit_ns" hand --source netlink
	sed 's/^/# netlink: /' "$BATS_TEST_TMPDIR/checks" >&3
}

@test "a lock event of the lab's chip to a flushed line: 20 ms of hold and less than 1 ms; twelve inputs" {
	labctl new synce eec_bandwidth=100000 pps_bandwidth=10000 slope_ppb=0 qualify=100ms \
		wtr=200ms ho_acq=300ms loss=100ms # when this shell sleeps again
	sleep 3
	(
		for _ in 1 2 3; do
			sleep 2
			labctl signal synce0 input=GNSS lost=1
			sleep 2
			labctl signal synce0 input=GNSS lost=0
		done
	) 3>&- &
	limit=300 checks dpllsnoop_late 9 "$limit_ns" look -d eec
	sed 's/^/# /' "$BATS_TEST_TMPDIR/checks" >&3
	wait
}
