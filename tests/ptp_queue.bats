#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# External events on their way to user space: each is seen, or counted as lost, by
# each reader for itself.

load lib/ptp

@test "read: whole events, 30 at most; O_NONBLOCK; a fault loses nothing" {
	new_phc
	checks ptp_queue "$phc" "$node" sizes nonblock faults
}

@test "read, poll, select and epoll sleep until an event or a signal" {
	new_phc
	checks ptp_queue "$phc" "$node" wakes polls
}

@test "threads on one file: no event twice, none missing" {
	new_phc
	checks ptp_queue "$phc" "$node" threads
}

@test "a full queue keeps the newest 127; faster than anybody reads: emitted == seen + lost" {
	new_phc
	checks ptp_queue "$phc" "$node" overflow burst
}

@test "readers come, change their minds and go while events come in" {
	new_phc
	checks ptp_queue "$phc" "$node" churn
}

@test "32 files with masks of their own; a masked flood costs nothing; debugfs shows masks" {
	new_phc
	checks ptp_queue "$phc" "$node" many masks mask_file
}

@test "a user's open files: a limit (EMFILE), room for others, memory that is charged" {
	new_phc
	checks ptp_queue "$phc" "$node" file_limit charged
}

@test "debugfs readers, read in parts while files come and go: each row once, in order" {
	new_phc
	checks ptp_queue "$phc" "$node" table_in_parts
}

@test "events that are offsets to the second" {
	new_phc extoff=1
	checks ptp_queue "$phc" "$node" offset
}
