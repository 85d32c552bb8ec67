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
	[[ ! -d /sys/module/dpll_hand ]] || modprobe -r dpll_hand
}

# twice TARGET SEED: two sessions alike, each with what is predicted
twice() {
	session --target "$1" --seed "$2" --calls "${CHS_FUZZ_CALLS:-4003}"
	local first=$digest
	session --target "$1" --seed "$2" --calls "${CHS_FUZZ_CALLS:-4003}"
	[[ $digest == "$first" ]]
}

@test "calls that --replay reads from files give what the files say" {
	session --replay tests/fuzz/corpus/ptp/*.txt
	# each call with a result of its own counts
	[[ $last == *" $(grep -chE '^[A-Za-z]' tests/fuzz/corpus/ptp/*.txt | awk '{ n += $1 } END { print n }') calls,"* ]]
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
	twice htechip 101
}

@test "random calls on /dev/htechipN while providers come and go, lines are pushed, others read" {
	session --target htechip --seed 101 --calls 2003 --race
}

@test "random calls on virtual clocks: answers and times are the predicted ones" {
	twice vclock 101
}

@test "random calls on virtual clocks while their number changes and others set them" {
	session --target vclock --seed 101 --calls 2003 --race
}

@test "random requests of DPLLs: answers, texts, offsets, dumps and notifications are the predicted ones" {
	needs_dpll
	modprobe dpll_hand
	twice dpll 101
}

@test "requests of DPLLs that --replay reads from files give what the files say" {
	needs_dpll
	modprobe dpll_hand
	session --target dpll --replay tests/fuzz/corpus/dpll/*.txt
	echo 'send 0 0x5 pin-get = 0' >"$BATS_TEST_TMPDIR/wrong.txt"
	run -1 fuzz --target dpll --replay "$BATS_TEST_TMPDIR/wrong.txt"
	[[ $output == *"wrong.txt:1: the file says 0, got EINVAL"* ]]
	[[ $output == *"call:  send 0 0x5 pin-get"* ]]
}

@test "random requests of DPLLs while drivers, users and listeners come and go" {
	needs_dpll
	modprobe dpll_hand
	session --target dpll --seed 101 --calls 2003 --race
}
