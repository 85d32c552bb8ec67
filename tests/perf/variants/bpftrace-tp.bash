# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# The same by bpftrace on our tracepoints, which hand over the durations. The peer is
# who has to do without them.

begin() {
	if ! command -v bpftrace >/dev/null; then
		skip 'bpftrace is not in the guest: make bench brings it'
		return
	fi
	background bpftrace tests/perf/variants/tracepoints.bt
	# shellcheck disable=SC2034 # the guest's
	flags=(--peer-variant bpftrace --among '!(hte_*|dpll_*)')
}

end() {
	stop
}
