# SPDX-License-Identifier: GPL-2.0
#
# /dev/htechipN: requests of lines and reading of their stamps by GPIO's calls. What each
# check looks at: tests/prog/hte_cdev.c.

bats_require_minimum_version 1.5.0
load lib/ptp

@test "nodes: whose they are; what a line is; calls that are not for them" {
	checks hte_cdev info looking
}

@test "a request is refused as GPIO refuses it, and holds nothing then" {
	checks hte_cdev arguments
}

@test "queues: size, read() of all sizes, around the end of the ring" {
	checks hte_cdev sizes_of_queues reading
}

@test "read(), poll(), select() and epoll sleep, are woken, are interrupted" {
	checks hte_cdev sleeping passed_on
}

@test "rising, falling or both, line by line, and levels that nobody knows" {
	checks hte_cdev which_edges
}

@test "101 edges on each of 64 lines are 6464 events, each once, in order, to the ns" {
	checks hte_cdev all_of_them two_requests
}

@test "queues of 16 lose the oldest: request, debugfs and tracepoint count the same" {
	checks hte_cdev overflow
}

@test "stamps that the hardware lost are gaps in the numbers of the events" {
	checks hte_cdev hardware_losses
}

@test "the provider's clock, as far as it can be told" {
	checks hte_cdev clocks
}

@test "files of requests are passed on; open ones keep the modules" {
	checks hte_cdev passing modules
}

@test "a provider goes: what is queued can be read, sleepers wake, files stay safe" {
	checks hte_cdev gone
}

@test "providers that go amid edges and readers: every stamp is in the books" {
	checks hte_cdev rounds
}

@test "two providers have two nodes, which tell whose they are" {
	labctl new hte name=left >/dev/null
	labctl new hte name=right >/dev/null
	until_ok test -c /dev/htechip1
	run -0 ls /sys/class/hte
	[[ $output == $'htechip0\nhtechip1' ]]
	[[ $(realpath /sys/class/hte/htechip1/device) == */hte1 ]]
	[[ $(stat -c %a:%U:%G /dev/htechip1) == 600:root:root ]]
	labctl del hte0
	[[ ! -e /dev/htechip0 ]]
	[[ -c /dev/htechip1 ]]
}
