#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# A client that was not written for us: get, dump, set, id-get, subscribe. Its description of
# the family is that of its own kernel, hence --process-unknown: it does not know what 6.17
# has added. Where the kernel has family dpll itself, libchs_dpll.so makes ours of it. Runs in
# the guest, by tests/ynl/run.

# conditions for eval
# shellcheck disable=SC2016

bats_require_minimum_version 1.5.0
load ../lib/common

setup() {
	preload=''
	[[ $(</sys/module/chs_dpll/parameters/family) == dpll ]] ||
		preload=/usr/local/lib/libchs_dpll.so
	labctl new synce eec_bandwidth=100000 pps_bandwidth=10000 slope_ppb=0 qualify=300ms \
		ho_acq=600ms >/dev/null
	until_ok locked
}

teardown() {
	labctl del all
}

ynl() {
	LD_PRELOAD=$preload PYTHONDONTWRITEBYTECODE=1 \
		python3 /ynl/cli.py --spec /ynl/dpll.yaml --no-schema \
		--process-unknown "$@"
}

locked() {
	[[ $(dpllsnoop --list) == *"eec locked-ho-acq"*"pps locked-ho-acq"* ]]
}

# device TYPE, pin LABEL: its number, as the client is told it
device() {
	ynl --do device-id-get --json "{\"module-name\":\"chs_lab_synce\",\"type\":\"$1\"}" |
		tr -dc 0-9
}

pin() {
	ynl --do pin-id-get --json "{\"module-name\":\"chs_lab_synce\",\"panel-label\":\"$1\"}" |
		tr -dc 0-9
}

# says TEXT...: each stands in the answer
says() {
	local text
	for text; do
		[[ $output == *"$text"* ]] || {
			printf 'not there: %s\n%s\n' "$text" "$output"
			return 1
		}
	done
}

@test "family dpll is ours where the kernel has none; else its own is empty without the library" {
	preload='' run -0 ynl --dump device-get
	if [[ $(</sys/module/chs_dpll/parameters/family) == dpll ]]; then
		says chs_lab_synce
	else
		[[ $output != *chs_lab_synce* ]]
	fi
}

@test "id-get, get and dump: devices" {
	run -0 ynl --do device-get --json "{\"id\":$(device eec)}"
	says "'type': 'eec'" "'lock-status': 'locked" "'mode': 'automatic'" \
		"'mode-supported': ['manual', 'automatic']" "'module-name': 'chs_lab_synce'" "'temp': 45000"
	run -0 ynl --dump device-get
	says "'type': 'eec'" "'type': 'pps'"
	run ! ynl --do device-get --json '{"id":77}'
	says "No such device" "device not found"
}

@test "id-get, get and dump: pins" {
	run -0 ynl --do pin-get --json "{\"id\":$(pin GNSS)}"
	says "'panel-label': 'GNSS'" "'type': 'gnss'" "'state': 'connected'" "'frequency': 10000000" \
		"'capabilities': {" "'esync-frequency-supported'" "'phase-adjust-max': 1000000"
	run -0 ynl --dump pin-get
	# twelve inputs, eight outputs
	[ "$(grep -c "'module-name': 'chs_lab_synce'" <<<"$output")" = 20 ]
	[ "$(grep -c "'type': 'synce-eth-port'" <<<"$output")" = 4 ]
	says "'parent-pin': ["
}

@test "set: what the chip does then; refusals in words" {
	local eec gnss
	eec=$(device eec) gnss=$(pin GNSS)
	run -0 ynl --do pin-set \
		--json "{\"id\":$gnss,\"parent-device\":[{\"parent-id\":$eec,\"prio\":5}]}"
	run -0 ynl --do pin-get --json "{\"id\":$gnss}"
	says "'prio': 5"
	run -0 ynl --do device-set --json "{\"id\":$eec,\"mode\":\"manual\"}"
	run -0 ynl --do device-get --json "{\"id\":$eec}"
	says "'mode': 'manual'"
	run ! ynl --do pin-set --json "{\"id\":$gnss,\"frequency\":23}"
	says "Invalid argument" "frequency is not supported by the device"
}

@test "subscribe: what changes is told" {
	local heard=$BATS_TEST_TMPDIR/heard port
	ynl --subscribe monitor --sleep 12 >"$heard" 2>&1 3>&- &
	# it listens as soon as the kernel knows of its socket
	until_ok eval '[[ $(awk "NR > 1 && \$2 == 16 && \$4 != \"00000000\"" /proc/net/netlink) ]]'
	# the four ports' clocks, which are in reserve, and the one in use
	for port in 0 1 2 3; do
		labctl signal synce0 input=SYNCE$port lost=1 >/dev/null
	done
	labctl signal synce0 input=GNSS lost=1 >/dev/null
	wait $!
	output=$(<"$heard")
	says "'name': 'device-change-ntf'" "'lock-status': 'holdover'" "'name': 'pin-change-ntf'"
}
