# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the suites of the hardware timestamping engine's core share. They run in the guest,
# with hte_giver and hte_taker of tests/modules.

load lib/common

setup() {
	# others' providers would be found too, and take numbers
	labctl del all
	modprobe -a hte_giver hte_taker
}

# also takes away what a test that failed half-way has left
teardown() {
	modprobe -r hte_taker hte_giver
}
