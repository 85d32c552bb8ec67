# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# htetop watches. Clocks are not its business.

begin() {
	background htetop --batch --delay 86400
	bench --programs htetop
	# shellcheck disable=SC2034 # the guest's
	flags=(--among 'hte_*')
}

end() {
	stop
}
