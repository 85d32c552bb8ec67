# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What tracepoints cost that nobody listens to: our modules against the same without
# any. Not read off the machine code, so that moving arguments about counts too.

# shellcheck disable=SC2046,SC2154 # one word a module; the guest's variable
begin() {
	unload $(names "$perf/ours") $(names "$perf/untraced")
	load "$perf/untraced"
	load "$perf/untraced-ours"
	# shellcheck disable=SC2034 # the guest's
	flags=(--less)
}

# shellcheck disable=SC2046
end() {
	unload $(names "$perf/ours") $(names "$perf/untraced")
	modprobe -a $(names "$perf/untraced")
	load "$perf/ours"
}
