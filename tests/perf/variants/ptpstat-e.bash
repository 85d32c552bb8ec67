# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# ptpstat tells the stories behind drops and gaps; its largest programs.

begin() {
	background ptpstat --no-probe --events
	bench --programs ptpstat-e
	# shellcheck disable=SC2034 # the guest's
	flags=(--detail --among '!(hte_*|dpll_*)')
}

end() {
	stop
}
