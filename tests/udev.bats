#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Our udev rules under the distribution's own udevd and rules: what systemd and people find
# of class ptp they find of ours. Where the kernel leaves that name free, the distribution's
# rules are those that do it, and the same must come out but for /dev/phc and the group.

bats_require_minimum_version 1.5.0
load lib/ptp

rules=/usr/lib/udev/rules.d

setup() {
	# make deps has brought them
	[ -r $rules/99-systemd.rules ]
	[ -r $rules/60-chronoscope.rules ]
	cp /etc/group "$BATS_TEST_TMPDIR/group"
}

teardown() {
	labctl del all
	udevadm control --exit
	cp "$BATS_TEST_TMPDIR/group" /etc/group
}

# after the groups are as the test wants them. It is one program under two names
start_udevd() {
	mkdir -p /run/udev
	(exec -a systemd-udevd udevadm --daemon) 3>&- 4>&-
	until_ok udevadm control --ping --timeout=5
}

# property NAME NODE
property() {
	udevadm settle --timeout=$((20 * ${CHS_SLOW:-1}))
	udevadm info --query=property --name="$2" | sed -n "s/^$1=//p"
}

@test "a clock has the tag that makes systemd's device unit" {
	start_udevd
	new_phc
	[ "$(property TAGS "$node")" = :systemd: ]
	[ "$(property CURRENT_TAGS "$node")" = :systemd: ]
}

@test "a virtual clock has the tag, and no link" {
	local virtual
	start_udevd
	new_phc
	echo 1 >"$sys/n_vclocks"
	virtual=/dev/ptp$((${node#/dev/ptp} + 1))
	[ "$(property TAGS "$virtual")" = :systemd: ]
	[ -z "$(property DEVLINKS "$virtual")" ]
}

@test "a clock's link in /dev/phc has the name of the hardware" {
	start_udevd
	new_phc name=wanderer
	property TAGS "$node"
	if [[ -d /sys/class/phc ]]; then
		[ "$(readlink -f /dev/phc/wanderer)" = "$node" ]
		labctl del "$phc"
		udevadm settle --timeout=20
		[ ! -e /dev/phc/wanderer ]
	fi
}

@test "a timestamping provider's node has the tag" {
	start_udevd
	labctl new hte >/dev/null
	[ "$(property TAGS /dev/htechip0)" = :systemd: ]
}

@test "without a group clock nodes stay root's, and udevd logs nothing about the group" {
	sed -i '/^clock:/d' /etc/group
	start_udevd
	dmesg -c >/dev/null
	new_phc
	labctl new hte >/dev/null
	property TAGS "$node"
	property TAGS /dev/htechip0
	[ "$(stat -c '%U %G %a' "$node")" = "root root 600" ]
	[ "$(stat -c '%U %G %a' /dev/htechip0)" = "root root 600" ]
	dmesg >"$BATS_TEST_TMPDIR/log"
	run ! grep -i 'udevd.*clock' "$BATS_TEST_TMPDIR/log"
}

@test "a group clock has clocks and timestamping providers, and others may read" {
	sed -i '/^clock:/d' /etc/group
	echo 'clock:x:2323:' >>/etc/group
	start_udevd
	new_phc
	labctl new hte >/dev/null
	property TAGS "$node"
	property TAGS /dev/htechip0
	[ "$(stat -c '%U %G %a' /dev/htechip0)" = "root clock 664" ]
	# the distribution's rules decide on class ptp
	[[ ! -d /sys/class/phc ]] || [ "$(stat -c '%U %G %a' "$node")" = "root clock 664" ]
}

@test "/proc/devices has the clocks' major number as ptp: systemd's DeviceAllow=char-ptp" {
	local major
	new_phc
	major=$((0x$(stat -c %t "$node")))
	grep -qx " *$major ptp" /proc/devices
}
