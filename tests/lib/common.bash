# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What all suites share.

# until_ok COMMAND...: wait until it succeeds, $patience (10) seconds at most
until_ok() {
	local end=$((SECONDS + ${patience:-10}))
	until "$@"; do
		if [[ $SECONDS -ge $end ]]; then
			echo "never true: $*"
			return 1
		fi
		sleep 0.05
	done
}
