#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Objects of the DPLL subsystem and how long they live, see tests/prog/dpll_life.c.

load lib/dpll

@test "several registrants: the oldest is asked, the last takes the object along" {
	checks dpll_life registrants
}

@test "keys: indices, pins without one, firmware nodes" {
	checks dpll_life keys
}

@test "the notifier chain is called once for each event" {
	checks dpll_life chain
}

@test "children follow their parents to devices and away" {
	checks dpll_life mux
}

@test "a slow callback of one device is not waited for by another" {
	checks dpll_life slow
}

@test "1000 rounds of a device, and of a pin with a child, under dumps and sets" {
	limit=120 checks dpll_life rounds
}

@test "of a pin that was told to go no change is told" {
	checks dpll_life order
}

@test "registrants and children that come and go at the same time" {
	limit=120 checks dpll_life race
}

@test "a network device's SyncE pin" {
	checks dpll_life netdev
}

@test "the sample of the documentation works as it stands there" {
	modprobe dpll_ocp
	run dpll_client device "$(dpll_client device-id module-name=dpll_ocp | sed 's/.*=//')"
	local pins
	pins=$(dpll_client pins)
	modprobe -r dpll_ocp
	echo "$output"
	[[ $output == *' lock-status=2 mode=2 mode-supported=2 type=1' ]]
	echo "$pins"
	[[ $(grep -c 'module-name=dpll_ocp .* board-label=SMA[1-4] ' <<<"$pins") -eq 4 ]]
}

@test "100 rounds of unloading the driver under dumps, sets and subscriptions" {
	modprobe -r dpll_hand
	limit=180 checks dpll_life unload
}

@test "what a driver tells a user is kept until the user has it, and cut where it is too long" {
	checks dpll_life texts
}

@test "40 rounds of unloading the driver under a set that waits for the processor" {
	modprobe -r dpll_hand
	limit=120 checks dpll_life refusals
}

@test "the subsystem itself goes, comes when its family is asked for, and takes another name" {
	local family
	family=$(dpll_client family)
	modprobe -r dpll_hand
	# the lab's driver is there from the start; nobody would load it again
	modprobe -r chs_lab_synce
	modprobe -r chs_dpll
	[[ ! -e /sys/kernel/debug/dpll/pins ]]
	[[ $(dpll_client family) == "$family" ]]
	[[ -e /sys/module/chs_dpll ]]
	modprobe -r chs_dpll

	modprobe chs_dpll family=another
	[[ $(DPLL_FAMILY=another dpll_client family) == another ]]
	run dpll_client family
	[[ $output != "$family" ]]
	modprobe -r chs_dpll

	run modprobe chs_dpll family=nlctrl
	[[ $status -ne 0 && $output == *'Device or resource busy'* ]]
	dmesg | tail -3 | grep "the kernel has a family 'nlctrl' already: see module parameter family"
	run modprobe chs_dpll family=a-name-that-is-too-long
	[[ $status -ne 0 ]]
	modprobe chs_lab_synce
}
