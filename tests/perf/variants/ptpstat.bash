# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# ptpstat watches. The peer is who watches mainline's class by bpftrace.

begin() {
	background ptpstat --no-probe 86400
	bench --programs ptpstat
	# shellcheck disable=SC2034 # the guest's
	flags=(--peer-variant bpftrace --among '!(hte_*|dpll_*)')
}

end() {
	stop
}
