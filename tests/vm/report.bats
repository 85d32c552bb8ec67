#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/run: how it shares the files out to guests and adds up what they say. On the host,
# in a tree of its own whose guests are a script.
#
# shellcheck disable=SC2030,SC2031 # each test has its own

bats_require_minimum_version 1.5.0

setup() {
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree/tests/vm"
	cp "${BATS_TEST_DIRNAME%/vm}/run" "$tree/tests/"
	echo "amd64 allowed" >"$tree/tests/skips"
	: >"$tree/tests/weights"
	# a guest: lines of a file are TAP, or: status N; short, surplus: a test of the plan that
	# does not run, one that runs but is not of the plan
	cat >"$tree/tests/vm/run" <<-'END'
		#!/bin/bash
		log=''
		while [[ $1 != -- ]]; do
			[[ $1 != --log ]] || log=$2
			shift
		done
		shift
		[[ $1 == bats && $2 == --tap ]] || exit 99
		shift 2
		echo "$*" >"$log"
		lines=$(cat "$@")
		count() {
			grep -cE "$1" <<<"$lines"
		}
		echo "1..$(($(count '^(ok|not ok|short)') - $(count '^surplus')))"
		grep -E '^(ok|not ok|#)' <<<"$lines" |
			awk '/^ok/ { sub(/^ok/, "ok " ++n) } /^not ok/ { sub(/^not ok/, "not ok " ++n) } { print }'
		exit "$(sed -n 's/^status //p' <<<"$lines" | grep . || echo 0)"
	END
	chmod +x "$tree/tests/vm/run"
	unset JOBS GUESTS FILES STRICT O
}

# file NAME LINE...: one for the guests
file() {
	local name=$1
	shift
	printf '%s\n' "$@" >"$tree/tests/$name.bats"
}

# the files that each part got, in order of the parts
shares() {
	cat "$tree"/.build/log/"$1":*.kernel
}

# says LINE: the report has it
says() {
	grep -qxE -- "$1" <<<"$output" || {
		echo "no line: $1"
		echo "$output"
		return 1
	}
}

@test "passed, failed and skipped tests of all guests add up" {
	file a 'ok a 1' 'ok a 2' 'ok a 3 # skip allowed'
	file b 'ok b 1' 'not ok b 2' '# why'
	file c 'ok c 1'
	file d 'ok d 1' 'ok d 2 # skip allowed'
	GUESTS=3 JOBS=2 run -1 "$tree/tests/run" amd64
	says 'not ok [0-9] b 2'
	says '  amd64 +5 passed, 1 failed, 2 skipped  \([0-9]+ s\)'
	says '5 passed, 1 failed, 2 skipped'
	GUESTS=1 run -1 "$tree/tests/run" amd64
	says '5 passed, 1 failed, 2 skipped'
	FILES="tests/a.bats tests/d.bats" run -0 "$tree/tests/run" amd64
	says '3 passed, 0 failed, 2 skipped'
	FILES="tests/a.bats" STRICT=1 run -1 "$tree/tests/run" amd64
	says '2 passed, 1 failed, 0 skipped'
}

@test "each file runs in one guest, known and unknown ones, the heavy ones apart" {
	local names=({a..i})
	for name in "${names[@]}"; do
		file "$name" "ok $name"
	done
	printf 'tests/%s.bats 100\n' c g >"$tree/tests/weights"
	GUESTS=4 run -0 "$tree/tests/run" amd64
	says '9 passed, 0 failed, 0 skipped'
	[ "$(shares amd64 | tr ' ' '\n' | sort)" = "$(printf 'tests/%s.bats\n' "${names[@]}")" ]
	[ "$(shares amd64 | grep -cxE 'tests/[cg].bats')" = 2 ]
	[ "$(shares amd64 | wc -l)" = 4 ]
	# more guests than files
	FILES="tests/a.bats tests/b.bats" GUESTS=9 run -0 "$tree/tests/run" amd64
	says '2 passed, 0 failed, 0 skipped'
	[ "$(shares amd64 | wc -l)" = 2 ]
}

@test "a guest that ends early, with a status, or without a test is a failure" {
	file a 'ok a 1' 'ok a 2'
	file b 'ok b 1' 'short'
	GUESTS=2 run -1 "$tree/tests/run" amd64
	says 'not ok - amd64:[12]: 2 tests planned, 1 have run \(status 0\)'
	says '3 passed, 1 failed, 0 skipped'
	# what one guest lacks another one's surplus does not make good
	file a 'ok a 1' 'ok a 2' 'surplus'
	GUESTS=2 run -1 "$tree/tests/run" amd64
	[ "$(grep -c '^not ok - ' <<<"$output")" = 2 ]
	says '3 passed, 2 failed, 0 skipped'
	rm "$tree/tests/a.bats"
	file b
	GUESTS=1 run -1 "$tree/tests/run" amd64
	says 'not ok - amd64:1: no test has run \(status 0\)'
	says '0 passed, 1 failed, 0 skipped'
}

@test "a kernel that complained fails its guest alone, though every test passed" {
	file a 'ok a 1' 'status 113'
	file b 'ok b 1'
	GUESTS=2 run -1 "$tree/tests/run" amd64
	says 'not ok - amd64:[12]: every test passed, but it ended with status 113'
	says '2 passed, 1 failed, 0 skipped'
}

@test "a skip that the list does not allow for its suite is a failure" {
	file a 'ok a 1 # skip allowed'
	run -0 "$tree/tests/run" amd64
	says '  skipped in amd64: a 1: allowed'
	run -1 "$tree/tests/run" cloud
	says 'not ok - cloud: skipped, and tests/skips does not allow it: allowed'
	says '0 passed, 1 failed, 1 skipped'
}

@test "reports come in the order that was asked for, each suite once" {
	file a 'ok a 1'
	file icount_b 'ok b 1'
	JOBS=3 run -0 "$tree/tests/run" icount cloud amd64 cloud
	[ "$(grep -oE '^  [a-z0-9]+ ' <<<"$output" | tr -d ' \n')" = icountcloudamd64 ]
	says '3 passed, 0 failed, 0 skipped'
}
