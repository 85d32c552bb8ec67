#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Virtual clocks: several times over one counter.

load lib/ptp
bats_load_library bats-support
bats_load_library bats-assert

teardown() {
	labctl del all
	modprobe -r ptp_hand &>/dev/null || true
}

# The log that a test brings about, without its times: from a mark on, to the end
mark() {
	echo "ptp_vclock.bats: $BATS_TEST_NUMBER" >/dev/kmsg
}

logged() {
	dmesg | awk -v mark="ptp_vclock.bats: $BATS_TEST_NUMBER" '
		index($0, mark) { seen = 1; next }
		seen { sub(/^\[ *[0-9.]+\] /, ""); print }' | grep '^[a-z]* ptp' | uniq
}

# by_hand [PARAMETER=VALUE]: the clock of tests/modules/ptp_hand.c; sets node
by_hand() {
	local name
	modprobe ptp_hand "$@"
	for name in /sys/class/p[ht][cp]/*/clock_name; do
		[[ $(<"$name") != hand ]] || node=/dev/$(basename "${name%/*}")
	done
}

@test "n_vclocks and max_vclocks: formats, modes, errors; what a virtual clock has" {
	new_phc cycles=0
	checks ptp_vclock "$phc" "$node" attributes
}

@test "0, 3, 1, 3, 0, 20 virtual clocks; ${CHS_ROUNDS:-101} rounds" {
	new_phc
	limit=300 checks ptp_vclock "$phc" "$node" rounds numbers
}

@test "a clock that others count by is neither set nor steered" {
	new_phc cycles=0
	mark
	checks ptp_vclock "$phc" "$node" freerun
	echo 21 >"$sys/n_vclocks" || true
	run logged
	assert_output - <<-END
	${sys:11:3} ${node##*/}: guarantee physical clock free running
	${sys:11:3} ${node##*/}: new virtual clock ptp$((${node#/dev/ptp} + 1))
	${sys:11:3} ${node##*/}: physical clock is free running
	${sys:11:3} ${node##*/}: delete virtual clock ptp$((${node#/dev/ptp} + 1))
	${sys:11:3} ${node##*/}: only physical clock in use now
	${sys:11:3} ${node##*/}: max value is 20
	END
}

@test "a clock with a free-running counter is its own master all the same" {
	new_phc cycles=1
	mark
	checks ptp_vclock "$phc" "$node" cycles
	run logged
	assert_output - <<-END
	${sys:11:3} ${node##*/}: new virtual clock ptp$((${node#/dev/ptp} + 1))
	${sys:11:3} ${node##*/}: delete virtual clock ptp$((${node#/dev/ptp} + 1))
	END
}

@test "each is set, moved and steered on its own, to the nanosecond, also after 5 s" {
	new_phc cycles=0
	checks ptp_vclock "$phc" "$node" independent
}

@test "the same over a free-running counter" {
	new_phc cycles=1 rate_ppb=0
	checks ptp_vclock "$phc" "$node" independent
}

@test "over a counter turned by hand every figure is exact" {
	by_hand
	checks ptp_vclock - "$node" line
	modprobe -r ptp_hand
	by_hand cycles=1
	checks ptp_vclock - "$node" line
}

@test "network drivers: list of virtual clocks, conversion of time stamps" {
	by_hand
	checks ptp_vclock - "$node" stamps
}

@test "where one cannot be made, those made before it stay" {
	by_hand
	checks ptp_vclock - "$node" partial
}

@test "who waits for another writer can be interrupted" {
	new_phc pps=0
	checks ptp_vclock "$phc" "$node" interrupted
}

@test "open virtual clocks end with their physical clock" {
	new_phc
	checks ptp_vclock "$phc" "$node" gone
}

@test "clocks go while others change the number of their virtual clocks" {
	limit=300 checks ptp_vclock - - race
}

# the last 23 offsets that phc2sys has told are below 20 us
settled() {
	grep -oE ' offset +-?[0-9]+ ' "$1" | tail -n 23 |
		awk '{ if ($2 < 0) $2 = -$2; if ($2 >= 20000) bad = 1 } END { exit bad || NR < 23 }'
}

@test "phc_ctl and phc2sys drive a virtual clock, ptpstat shows it" {
	local virtual out=$BATS_TEST_TMPDIR/out pid
	new_phc cycles=0 rate_ppb=50000
	echo 2 >"$sys/n_vclocks"
	for virtual in "$sys"/ptp*; do :; done
	virtual=${virtual##*/}
	run phc_ctl "/dev/$virtual" set 1000000 freq 5000 get
	assert_success
	assert_output --partial 'clock time is 100000'
	phc_ctl "/dev/$virtual" freq 0
	phc2sys -s CLOCK_REALTIME -c "/dev/$virtual" -O 0 -R 8 -m -l 6 >"$out" 2>&1 3>&- &
	pid=$!
	until_ok settled "$out"
	run ptpstat -j 1 1
	kill "$pid"
	wait || true
	assert_success
	# set right, and slowed down by what its counter runs fast
	run jq -r "select(.type == \"report\").clocks[] | select(.clock == \"$virtual\") |
		((.offset_ns | fabs) < 100000), (.freq_ppb / 10000 | round)" <<<"$output"
	assert_output $'true\n-5'
}

@test "a tracepoint tells how many there were and are" {
	local t=/sys/kernel/tracing
	new_phc
	[[ -d $t/events ]] || mount -t tracefs none $t
	echo >$t/trace
	echo 1 >$t/events/ptp/ptp_vclocks/enable
	echo 3 >"$sys/n_vclocks"
	echo 21 >"$sys/n_vclocks" || true
	echo 1 >"$sys/n_vclocks"
	labctl del "$phc"
	echo 0 >$t/events/ptp/ptp_vclocks/enable
	run sed -n 's/.*ptp_vclocks: //p' $t/trace
	assert_output - <<-END
	${node##*/} old=0 new=3 err=0
	${node##*/} old=3 new=3 err=-22
	${node##*/} old=3 new=1 err=0
	${node##*/} old=1 new=0 err=0
	END
}
