#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What the DPLL subsystem remembers and traces by itself, see tests/prog/dpll_history.c.

load lib/dpll

# table COLUMNS TEXT: so many in each row, and printable ASCII alone
table() {
	echo "$2"
	[ "$(awk '{ print NF }' <<<"$2" | sort -u)" = "$1" ]
	[ "$(wc -l <<<"$2")" -gt 1 ]
	! LC_ALL=C grep '[^ -~]' <<<"$2"
}

@test "lock history: transitions, dwell, actor, times; the last 64 of 101" {
	checks dpll_history history
}

@test "debugfs: as many columns as heads, nothing raw, whatever tasks, pins and links are called" {
	local dir=/sys/kernel/debug/dpll id name n=0 names=('tmux: server' $'nl\nname' $'\e[2Jtab\t' \
		$'\xff\xfe' 'back\040' $'Z\xc3\xa4hler' -)

	echo dev 0 get 1 0 >/dev/dpll_hand
	echo dev 0 reg 0 2 >/dev/dpll_hand
	id=$(dpll_client device-id clock-id=1)
	id=${id##*=}
	for name in "${names[@]}"; do
		cp "$(command -v dpll_client)" "$BATS_TEST_TMPDIR/$name"
		"$BATS_TEST_TMPDIR/$name" device-set "$id" phase-offset-avg-factor=$((n + 1))
		echo dev 0 set lock $((4 - n++ % 2 * 2)) >/dev/dpll_hand
		echo dev 0 ntf 1 task >/dev/dpll_hand
	done
	run cat "$dir/$id/lock_history"
	table 10 "$output"
	# and the names can be had back from it
	[ "$(printf %b "$(awk 'NR > 2 { printf "%s/", $9 }' <<<"$output" | sed 's/\\/\\0/g')")" = \
		"$(printf '%s/' "${names[@]}")" ]

	printf '%s\n' 'pin 0 prop board tmux:\040server\012\033[2J\377' >/dev/dpll_hand
	echo pin 0 prop type 3 >/dev/dpll_hand
	echo pin 0 get 1 0 >/dev/dpll_hand
	echo pin 0 reg 0 0 >/dev/dpll_hand
	echo pin 1 get 1 1 >/dev/dpll_hand
	echo pin 1 reg 0 0 >/dev/dpll_hand
	for name in $'e\e[2J' $'\xff-'; do
		ip link add "$name" type dummy
		echo pin 0 netdev "$name" >/dev/dpll_hand
	done
	run cat "$dir/pins"
	for name in $'e\e[2J' $'\xff-'; do
		echo netdev-clear "$name" >/dev/dpll_hand
		ip link del "$name"
	done
	table 8 "$output"
	[ "$(awk 'NR == 2 { print $5, $8 }' <<<"$output")" = \
		'tmux:\040server\012\033[2J\377 e\033[2J/\377-' ]
	[ "$(awk 'NR == 3 { print $5, $8 }' <<<"$output")" = "- -" ]
}

@test "poll_ms sees what a driver never reports" {
	checks dpll_history poll
}

@test "broken rules are counted, and refused if that is wanted" {
	checks dpll_history rules
}

@test "tracepoints of what users set: old, new, result" {
	checks dpll_history sets
}

@test "tracepoints of objects, lock status, callbacks, commands, notifications" {
	checks dpll_history trace
}
