# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What somebody without our tracepoints would write: counts, errors and a histogram of
# durations for each kind of call, by kprobe and kretprobe on what both classes go
# through.

begin() {
	if ! command -v bpftrace >/dev/null; then
		skip 'bpftrace is not in the guest: make bench brings it'
		return
	fi
	background bpftrace tests/perf/variants/kprobes.bt
	# shellcheck disable=SC2034 # the guest's
	flags=(--among '!(hte_*|dpll_*)')
}

end() {
	stop
}
