# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the suites of the DPLL subsystem's core share. They run in the guest, with dpll_hand
# of tests/modules.

load lib/common

setup() {
	needs_dpll
	# others' devices would be found too
	labctl del all
	modprobe dpll_hand
}

# also takes away what a test that failed half-way has left
teardown() {
	[[ ! -d /sys/module/dpll_hand ]] || modprobe -r dpll_hand
}
