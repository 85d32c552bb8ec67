#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What all tools do alike, whoever starts them and wherever their output goes. Runs in the
# guest.

bats_require_minimum_version 1.5.0
load lib/common

setup() {
	dir=$BATS_TEST_TMPDIR
	labctl new phc >/dev/null
	labctl new hte >/dev/null
	runs=('ptpstat --raw-tp .3 1' 'ptpstat --raw-tp -j .3 1' 'htetop --raw-tp -b .3 1'
		'htetop --raw-tp -j .3 1' 'labctl list' 'labctl -j list' 'labctl show all')
	case $(uname -r) in
	6.[0-6].*) ;;
	*)
		labctl new synce >/dev/null
		runs+=('dpllsnoop --list' 'dpllsnoop -j --list' 'dpllsnoop --raw-tp --duration .3'
			'dpllsnoop --source netlink --duration .3')
		;;
	esac
	helps=('ptpstat --help' 'htetop --help' 'dpllsnoop --help' 'labctl --help' 'labctl help'
		'htetop --columns=help' 'ptpstat -V')
}

teardown() {
	[ -z "${pid:-}" ] || kill -9 "$pid" 2>/dev/null || :
	labctl del all
}

# fails_with COMMAND STATUS LINE: so it ended, and that is all that it said
fails_with() {
	[ "$status" = "$2" ] && [ "$(cat "$dir/err")" = "${1%% *}: $3" ] && return
	echo "$1: status $status, and it said:"
	cat "$dir/err"
	return 1
}

@test "a full disk is reported once, with status 1, by reports, lists and help alike" {
	for one in "${runs[@]}" "${helps[@]}"; do
		status=0
		# shellcheck disable=SC2086
		timeout 60 $one >/dev/full 2>"$dir/err" || status=$?
		fails_with "$one" 1 'cannot write the output: No space left on device'
	done
}

@test "a reader that has gone is no failure" {
	for one in "${runs[@]}"; do
		{
			status=0
			# shellcheck disable=SC2086
			timeout 60 $one 2>"$dir/err" || status=$?
			echo $status >"$dir/status"
		} | :
		[[ $(cat "$dir/status") = 0 || $(cat "$dir/status") = 141 ]]
		[ ! -s "$dir/err" ]
	done
}

@test "a tool started without stdout says so; none of its own descriptors is 0, 1 or 2" {
	for one in "${runs[@]}" 'labctl --help'; do
		for how in '>&-' '<&- >&-'; do
			status=0
			timeout 60 bash -c "exec $one $how" 2>"$dir/err" || status=$?
			fails_with "$one" 1 'cannot write the output: Bad file descriptor'
		done
		status=0
		timeout 60 bash -c "exec $one <&- >&- 2>&-" || status=$?
		[ $status = 1 ]
		# with its output it goes on without stdin and stderr
		timeout 60 bash -c "exec $one <&- 2>&-" >"$dir/out"
		[ -s "$dir/out" ]
	done
}

# it is the tool that runs by now, and has descriptors of its own
is_up() {
	[[ $(cat "/proc/$pid/comm") == "$1" && -e /proc/$pid/fd/5 ]]
}

@test "while a tool runs, the descriptors that were closed are /dev/null" {
	for one in 'ptpstat --raw-tp 60' 'htetop --raw-tp -b 60'; do
		bash -c "exec $one <&- 2>&-" >"$dir/out" 3>&- &
		pid=$!
		until_ok is_up "${one%% *}"
		for fd in 0 2; do
			[ "$(readlink /proc/$pid/fd/$fd)" = /dev/null ]
		done
		kill $pid
		wait $pid || :
	done
}
