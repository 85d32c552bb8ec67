#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# What servos make of a clock where time is exact: for tests/vm/run --icount, where an
# instruction is a nanosecond and sleeping costs nothing. So bounds are tight and
# programs may take minutes.

load lib/ptp
bats_load_library bats-support
bats_load_library bats-assert

have() {
	command -v "$1" >/dev/null || {
		echo "$1 is not in the guest: tests/deps brings it"
		return 1
	}
}

setup() {
	pids=()
}

teardown() {
	local status=0
	# one that has ended by itself has failed, whatever was seen of it before
	[[ ${#pids[@]} -eq 0 ]] || kill "${pids[@]}" || status=1
	wait
	# where a servo has steered the system clock
	phc_ctl CLOCK_REALTIME freq 0
	labctl del all
	return $status
}

# largest: of the offsets that ptp_offset has printed
largest() {
	echo "# largest offset in ns: $(tr -d - <<<"$output" | sort -n | tail -n 1)" >&3
}

# background PROGRAM ARG...: until the test ends; what it says goes to $log
background() {
	log=$BATS_TEST_TMPDIR/${1##*/}.out
	"$@" >"$log" 2>&1 3>&- &
	pids+=($!)
}

@test "phc2sys brings 5 ms and 50 ppm within 1 us and holds it there" {
	have phc2sys
	new_phc rate_ppb=50000
	phc_ctl "$node" adj 0.005
	background phc2sys -s CLOCK_REALTIME -c "$node" -O 0 -m -l 6
	sleep 61
	run ptp_offset -n 101 -i 997 -w 1000 "$node"
	largest
	assert_success
	# the clock's own rate is what the servo has found; a few ns of offset move it by ppb
	run labctl show "$phc" adj_ppb
	assert_output --regexp '^-(499[89][0-9]|500[01][0-9])\.[0-9]{3}$'
}

@test "phc2sys follows a rate that changes" {
	have phc2sys
	new_phc rate_ppb=50000
	background phc2sys -s CLOCK_REALTIME -c "$node" -O 0 -m -l 6
	sleep 61
	labctl set "$phc" rate_ppb=-20000
	sleep 61
	run ptp_offset -n 13 -w 1000 "$node"
	largest
	assert_success
	run labctl show "$phc" adj_ppb
	assert_output --regexp '^(199[89][0-9]|200[01][0-9])\.[0-9]{3}$'
}

@test "phc2sys holds a virtual clock within 1 us beside one that runs as it likes" {
	have phc2sys
	new_phc rate_ppb=50000 cycles=0
	echo 2 >"$sys/n_vclocks"
	local virtual=("$sys"/ptp*)
	background phc2sys -s CLOCK_REALTIME -c "/dev/${virtual[1]##*/}" -O 0 -m -l 6
	sleep 61
	run ptp_offset -n 101 -i 997 -w 1000 "/dev/${virtual[1]##*/}"
	largest
	assert_success
	# by steering that one alone
	[ "$(<"${virtual[0]}/statistics/adjfine")" = 0 ]
	run labctl show "$phc" adj_ppb
	assert_output 0.000
}

@test "ts2phc keeps one clock within 1 us of another by a wire" {
	have ts2phc
	read -r phc node < <(labctl new phc)
	new=$(labctl new phc rate_ppb=50000)
	labctl wire "$phc.out0" "${new% *}.in0"
	cat >"$BATS_TEST_TMPDIR/conf" <<-END
	[global]
	use_syslog 0
	verbose 1
	ts2phc.pulsewidth 500000000
	[$node]
	ts2phc.master 1
	ts2phc.channel 0
	ts2phc.pin_index 4
	[${new#* }]
	ts2phc.channel 0
	ts2phc.pin_index 0
	END
	background ts2phc -f "$BATS_TEST_TMPDIR/conf" -m
	sleep 61
	run ptp_offset -c "${new#* }" -n 101 -i 997 -w 1000 "$node"
	largest
	assert_success
}

@test "chronyd finds a clock's frequency to the ppb" {
	have chronyd
	have chronyc
	local dir=$BATS_TEST_TMPDIR/chrony
	new_phc rate_ppb=50000
	mkdir -m 700 "$dir"
	cat >"$dir/conf" <<-END
	refclock PHC $node poll 0 dpoll -2 refid PHC filter 4
	port 0
	cmdport 0
	bindcmdaddress $dir/sock
	pidfile $dir/pid
	driftfile $dir/drift
	END
	background chronyd -x -d -u root -f "$dir/conf"
	sleep 101
	run chronyc -h "$dir/sock" -c sources
	assert_success
	assert_output --regexp '^#,\*,PHC,0,0,377,'
	run bash -c "chronyc -h $dir/sock -c tracking | cut -d , -f 8"
	assert_output --regexp '^-?(50\.00[0-5]|49\.99[5-9])$'
}

@test "phc2sys follows the seconds that a clock signals by PPS" {
	have phc2sys
	local name pps
	new_phc
	for name in /sys/class/pps/*/name; do
		[[ $(<"$name") != "${node##*/}" ]] || pps=/dev/$(basename "${name%/*}")
	done
	assert [ -c "$pps" ]
	phc_ctl "$node" adj 0.000101
	# PPS keeps CLOCK_REALTIME: the clock is the one that is right
	background phc2sys -s "$node" -d "$pps" -c CLOCK_REALTIME -O 0 -m -l 6
	sleep 61
	run ptp_offset -n 13 -w 100000 "$node"
	largest
	assert_success
}
