#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The detectors of the debug kernel are awake: each reports the fault planted for it,
# and the harness turns the report into a failure. Runs on the host, one boot a fault,
# since KASAN's first report silences lockdep, and each speaks up only once.

bats_require_minimum_version 1.5.0

# caught FAULT TEXT: loading it is a splat, and the text is in the report
caught() {
	run -113 tests/vm/run --kernel debug --timeout 400 -- modprobe planted "fault=$1"
	[[ $output == *"$2"* ]] || {
		echo "$output"
		return 1
	}
}

@test "KASAN reports a use after free" {
	caught uaf "BUG: KASAN: slab-use-after-free in use_after_free"
}

@test "KASAN reports a read past the end" {
	caught overflow "BUG: KASAN: slab-out-of-bounds in overflow"
}

@test "lockdep reports an inversion of two locks that never met" {
	caught inversion "possible circular locking dependency detected"
}

@test "DEBUG_ATOMIC_SLEEP reports a sleep under a spinlock" {
	caught sleep "scheduling while atomic"
}

@test "UBSAN reports a shift by more than there are bits" {
	caught shift "UBSAN: shift-out-of-bounds"
}

@test "DEBUG_OBJECTS reports a running timer in freed memory" {
	caught timer "ODEBUG: free active"
}

@test "kmemleak reports memory that nobody knows any more" {
	run -113 tests/vm/run --kernel debug --timeout 400 -- \
		tests/lib/xray modprobe planted fault=leak
	[[ $output == *"xray: kmemleak, modules loaded"* && $output == *"leak+0x"*"[planted]"* &&
		$output == *"kmemleak: 23 new suspected memory leaks"* ]] || {
		echo "$output"
		return 1
	}
}

@test "where nothing is wrong nothing is reported" {
	run -0 tests/vm/run --kernel debug --timeout 400 -- \
		tests/lib/xray modprobe planted
	[ -z "$output" ] || {
		echo "$output"
		return 1
	}
}

@test "xray says so where a kernel has no detectors" {
	run -2 tests/vm/run --kernel amd64 -- tests/lib/xray true
	[[ $output == *"no kmemleak or no lockdep"* ]]
}
