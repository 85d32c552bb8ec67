# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# For suites whose providers are models of the lab and whose consumer is hte_sink of
# tests/modules. They run in the guest.

load lib/common

sink=/sys/kernel/debug/hte_sink

setup() {
	modprobe hte_sink
}

# whatever a test that failed half-way has left
teardown() {
	labctl del all
	modprobe -r hte_sink
}

# sink COMMAND...: tell it something; see tests/modules/hte_sink.c
sink() {
	echo "$*" >$sink/command
}

# total NAME: the sum of a column of all lines
total() {
	awk -v name="$1" '$1 == name { print $2 }' $sink/total
}

# column NAME [LINE]: of each line, or of one
column() {
	awk -v name="$1" -v line="${2:-}" 'NR == 1 {
		for (i = 1; i <= NF; i++)
			if ($i == name)
				at = i
		next
	}
	line == "" || $2 == line { print $at }' $sink/lines
}

# core PROVIDER NAME [LINE]: what the engine itself has counted, in all or of one line
core() {
	awk -v name="$2" -v line="${3:-}" 'NR == 1 {
		for (i = 1; i <= NF; i++)
			if ($i == name)
				at = i
		next
	}
	line == "" || $1 == line { sum += $at }
	END { print sum + 0 }' "/sys/kernel/debug/hte/$1/lines"
}

# is NAME NUMBER: a total
is() {
	[[ $(total "$1") == "$2" ]]
}

# shows DEVICE NAME VALUE: an attribute
shows() {
	[[ $(labctl show "$1" "$2") == "$3" ]]
}
