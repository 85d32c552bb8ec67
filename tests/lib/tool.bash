# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the suites of the tools that report share: a tool that runs in the background, and
# questions to the JSON that it wrote.

load lib/common

# tool_setup NAME: to be called by the suite's setup, and tool_teardown by its teardown
tool_setup() {
	tool=$1
	out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
	pid=
}

tool_teardown() {
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || :
}

# begin ARG...: $tool -j in the background, watching once this returns. By raw
# tracepoints, whose start takes a third of the time, unless called as "by_itself='' begin";
# run by the words of $through, if any
begin() {
	: >"$out" # what stands there is of the run before
	# shellcheck disable=SC2086
	${through:-} "$tool" -j ${by_itself---raw-tp} "$@" >"$out" 2>"$err" 3>&- &
	pid=$!
	patience=120 until_ok test -s "$out"
}

# end [SIGNAL [STATUS]]: ends it, which must give that status; signal 0: it ends by itself
end() {
	local got=0
	kill -"${1:-TERM}" "$pid" || [ "${1:-TERM}" = 0 ]
	wait "$pid" || got=$?
	pid=
	[ $got = "${2:-0}" ] || {
		echo "ended with $got and not ${2:-0}"
		cat "$err"
		return 1
	}
}

# holds FILTER...: every jq filter gives true for the array of all records, or they
# are shown. One jq for all of them: starting it takes the guest long.
holds() {
	local filter program='' answers answer
	for filter; do
		program+="${program:+, }([$filter] == [true])"
	done
	answers=$(jq -s "$program" "$out") || answers=false
	for answer in $answers; do
		if [ "$answer" != true ]; then
			echo "not true: $1"
			cat "$out" "$err"
			return 1
		fi
		shift
	done
}

# without_btf COMMAND: as on a kernel without BTF
without_btf() {
	exec unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' - "$@"
}
