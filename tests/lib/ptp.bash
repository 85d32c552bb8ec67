# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the ptp_*.bats suites share. They run in the guest; each test makes clocks of
# its own, and whatever it leaves is taken away. bats-assert costs 0.3 s a test there:
# only suites that need it load it.

load lib/common

# A clock without anything that can be left out.
# shellcheck disable=SC2034 # used by the suites
poor=(n_ext_ts=0 n_per_out=0 n_pins=0 pps=0 crosststamp=0 gettimex=0 adjphase=0 cycles=0)

# new_phc [NAME=VALUE]...: make a clock; sets phc (phc0), node (/dev/ptp64) and sys
new_phc() {
	# shellcheck disable=SC2034
	read -r phc node < <(labctl new phc "$@")
	[[ -c $node ]] || return 1
	sys=/sys/class/phc/${node##*/}
	# shellcheck disable=SC2034
	[[ -d $sys ]] || sys=/sys/class/ptp/${node##*/}
}

teardown() {
	labctl del all
}
