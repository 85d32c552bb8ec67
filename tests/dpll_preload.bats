#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# libchs_dpll.so: clients that know family "dpll" only, beside a kernel that has one of its
# own. tests/prog/dpll_stock.c sends and receives by every call; genl is iproute2's. Where
# the kernel has no such family, ours is "dpll", and the library must change nothing.

bats_require_minimum_version 1.5.0
load lib/common

library=/usr/local/lib/libchs_dpll.so

setup() {
	needs_dpll
	labctl del all
	modprobe dpll_ocp
	family=$(</sys/module/chs_dpll/parameters/family)
}

teardown() {
	[[ ! -d /sys/module/stock_dpll ]] || modprobe -r stock_dpll
	modprobe -r dpll_ocp || true
}

# preloaded COMMAND...
preloaded() {
	LD_PRELOAD=$library "$@"
}

# numbers: of the families named, as the kernel has them
number() {
	genl ctrl get name "$1" | sed -n 's/.*ID: \(0x[0-9a-f]*\).*/\1/p'
}

@test "a client of family dpll sees our devices, by whatever call it sends" {
	local way
	for way in send sendto sendmsg pieces write writev; do
		run -0 preloaded dpll_stock "$way" recv
		[ "$output" = "family dpll
dpll_ocp" ]
	done
}

@test "a client of family dpll sees our devices, by whatever call it receives" {
	local way
	for way in recv recvfrom recvmsg peek read readv; do
		run -0 preloaded dpll_stock send "$way"
		[ "$output" = "family dpll
dpll_ocp" ]
	done
}

@test "a client that looks for dpll in a dump of all families finds ours" {
	run -0 preloaded dpll_stock sendmsg peek dump
	[ "$output" = "family dpll
dpll_ocp" ]
}

@test "without the library it sees what the kernel calls dpll" {
	run -0 dpll_stock send recv
	if [[ $family == dpll ]]; then
		[ "$output" = "family dpll
dpll_ocp" ]
	else
		[ "$output" = "family dpll" ]
	fi
}

@test "CHS_DPLL_FAMILY names the family; dpll is the kernel's, and what is not there is not found" {
	run -0 env CHS_DPLL_FAMILY=dpll LD_PRELOAD=$library dpll_stock send recv
	[ "$output" = "$(dpll_stock send recv)" ]
	run -0 env CHS_DPLL_FAMILY="$family" LD_PRELOAD=$library dpll_stock send recv
	[ "$output" = "family dpll
dpll_ocp" ]
	run -1 env CHS_DPLL_FAMILY=no-such LD_PRELOAD=$library dpll_stock send recv
	[[ $output == *"answer: 2" ]]
}

@test "without our family the library changes nothing" {
	modprobe -r dpll_ocp
	# its users must be unloaded first
	modprobe -r chs_lab_synce chs_dpll
	local without with
	without=$(dpll_stock send recv 2>&1) || true
	with=$(preloaded dpll_stock send recv 2>&1) || true
	modprobe chs_dpll
	modprobe chs_lab_synce
	[ "$with" = "$without" ]
}

@test "genl shows our family as dpll, and the kernel's own as DPLL" {
	local listed ours
	ours=$(number "$family")
	[ "$(LD_PRELOAD=$library number dpll)" = "$ours" ]
	listed=$(preloaded genl ctrl list | sed -n 's/^Name: \([dD][pP][lL][lL]\|chs-dpll\)$/\1/p' | sort)
	if [[ $family == dpll ]]; then
		[ "$listed" = dpll ]
	else
		[ "$listed" = "DPLL
dpll" ]
		[ "$(LD_PRELOAD=$library number DPLL)" = "$(number dpll)" ]
	fi
}

@test "devices of the kernel's own family are reported once, and chosen by CHS_DPLL_FAMILY" {
	[[ $family != dpll ]] || skip "this kernel has no DPLL subsystem of its own"
	run -0 --separate-stderr preloaded dpll_stock send recv
	[ -z "$stderr" ]
	modprobe stock_dpll
	run -0 --separate-stderr preloaded dpll_stock send recv
	[ "$output" = "family dpll
dpll_ocp" ]
	[ "$stderr" = "libchs_dpll: showing family chs-dpll; hidden devices of family dpll itself: 1 (CHS_DPLL_FAMILY=dpll shows them)" ]
	run -0 --separate-stderr env CHS_DPLL_FAMILY=dpll LD_PRELOAD=$library dpll_stock send recv
	[ "$output" = "family dpll
stock_dpll" ]
	[ -z "$stderr" ]
	run -0 preloaded dpll_stock send recv DPLL
	[[ $output == *"family DPLL
stock_dpll" ]]
}
