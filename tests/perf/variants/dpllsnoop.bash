# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# dpllsnoop watches, by BPF and as a listener of the family. Clocks and stamps are not its
# business.

begin() {
	background dpllsnoop
	bench --programs dpllsnoop
	# shellcheck disable=SC2034 # the guest's
	flags=(--among 'dpll_*')
}

end() {
	stop
}
