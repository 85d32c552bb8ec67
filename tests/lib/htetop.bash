# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# What the suites of htetop's figures share: it runs in the background, hte_sink takes lines
# of the lab's providers. They run in the guest.

load lib/tool
load lib/hte_sink

setup() {
	tool_setup htetop
	modprobe hte_sink
}

teardown() {
	tool_teardown
	labctl del all
	rmmod hte_sink
}
