# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What all suites share.

# bats notes where it is before each command of a test, by a trap that costs an emulated
# processor 6 ms, as much as starting a program does. The trap on errors finds the same
# lines by itself since bash 5; only where teardown fails the line is not told.
if ((BASH_VERSINFO[0] >= 5)) && [[ -n ${BATS_TEST_NAME:-} ]]; then
	bats_debug_trap() {
		trap - DEBUG
	}

	bats_error_trap() {
		bats_check_status_from_trap # reads $?
		[[ -n $BATS_DEBUG_LAST_STACK_TRACE_IS_VALID ]] || bats_capture_stack_trace
		BATS_DEBUG_LAST_STACK_TRACE_IS_VALID=1
	}
fi

# CHS_SLOW: how many times longer than on a stock kernel things may take; debug
# kernels look at every access to memory and at every lock.

# until_ok COMMAND...: wait until it succeeds, $patience (60) seconds at most: how long things
# take where the machine is busy is not what a test is about
until_ok() {
	local end=$((SECONDS + ${patience:-60} * ${CHS_SLOW:-1}))
	until "$@"; do
		if [[ $SECONDS -ge $end ]]; then
			echo "never true: $*"
			return 1
		fi
		sleep 0.05
	done
}

# nap MS: sleep so many milliseconds, times CHS_SLOW
nap() {
	local ms=$(($1 * ${CHS_SLOW:-1}))
	sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
}

# checks PROGRAM ARG...: a test program, which must find nothing wrong
checks() {
	local status=0 output=$BATS_TEST_TMPDIR/checks
	timeout -k 5 "$((${limit:-180} * ${CHS_SLOW:-1}))" "$@" >"$output" 2>&1 || status=$?
	[[ $status -eq 0 ]] || grep -v '^ok' "$output" || true
	return "$status"
}

# listens PID: that process has joined a group of a generic netlink family
listens() {
	awk -v pid="$1" '$2 == 16 && $3 == pid && $4 !~ /^0+$/ { found = 1 } END { exit !found }' \
		/proc/net/netlink
}

# needs_dpll: for a test's setup. The modules of DPLLs are built for kernels from 6.7 on
needs_dpll() {
	case $(uname -r) in
	6.[0-6].*) skip "the DPLL modules want a kernel from 6.7 on" ;;
	esac
}

# kernel_has FUNCTION: the kernel itself, not a module. A table that cannot be read is no answer
kernel_has() {
	local found=0
	awk -v name="$1" 'NF == 3 && $3 == name { found = 1 } END { exit !NR ? 2 : !found }' \
		/proc/kallsyms || found=$?
	[[ $found -lt 2 ]] || {
		echo "/proc/kallsyms tells nothing"
		exit 1
	}
	return "$found"
}

# has_gpio: the kernel has what lab_gpio and hte_gpio want, so that they must be there
has_gpio() {
	kernel_has gpiochip_irqchip_add_domain
}
