#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The fuzzer in short: what it once found and each order of checks (tests/fuzz/corpus),
# and a session that is the same each time. make fuzz goes on for longer.

load lib/common

bats_require_minimum_version 1.5.0

# session ARG...: run the fuzzer; its last line is in $last, its digest in $digest
session() {
	local status=0
	fuzz --quiet "$@" >"$BATS_TEST_TMPDIR/out" 2>&1 || status=$?
	last=$(tail -n 1 "$BATS_TEST_TMPDIR/out")
	digest=${last##*digest } digest=${digest%%,*}
	[[ $status -eq 0 ]] || cat "$BATS_TEST_TMPDIR/out"
	return "$status"
}

teardown() {
	labctl del all
}

@test "calls that --replay reads from files give what the files say" {
	session --replay tests/fuzz/corpus/*.txt
	# each call with a result of its own counts
	[[ $last == *" $(grep -chE '^[A-Za-z]' tests/fuzz/corpus/*.txt | awk '{ n += $1 } END { print n }') calls,"* ]]
}

@test "a result that is not what a file says is found" {
	echo 'GETCAPS 0 good = 0' >"$BATS_TEST_TMPDIR/wrong.txt"
	run -1 fuzz --replay "$BATS_TEST_TMPDIR/wrong.txt"
	[[ $output == *"wrong.txt:1: the file says 0, got EBADF"* ]]
	[[ $output == *"call:  GETCAPS 0 good"* ]]
	[[ $output == *"again: fuzz --target ptp --replay "* ]]
}

@test "random calls: each answer is the predicted one, and a seed makes the same session" {
	session --seed 101 --calls "${CHS_FUZZ_CALLS:-4003}"
	local first=$digest
	[[ $first =~ ^[0-9a-f]{16}$ ]]
	session --seed 101 --calls "${CHS_FUZZ_CALLS:-4003}"
	[[ $digest == "$first" ]]
	session --seed 103 --calls 101
	[[ $digest != "$first" ]]
}

@test "random calls while clocks come and go, are set, and others read" {
	session --seed 101 --calls 2003 --race
}

@test "random calls on /dev/htechipN: answers, events and losses are the predicted ones" {
	session --target htechip --seed 101 --calls "${CHS_FUZZ_CALLS:-4003}"
	local first=$digest
	session --target htechip --seed 101 --calls "${CHS_FUZZ_CALLS:-4003}"
	[[ $digest == "$first" ]]
}
