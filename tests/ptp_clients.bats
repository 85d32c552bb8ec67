#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The programs that people use clocks with: phc_ctl, phc2sys, ts2phc, chronyd. The
# servos take their time, so they are started together and looked at one by one.
# Bounds are loose here; tests/icount_clients.bats has tight ones.

load lib/ptp
bats_load_library bats-support
bats_load_library bats-assert

have() {
	command -v "$1" >/dev/null || {
		echo "$1 is not in the guest: tests/deps brings it"
		return 1
	}
}

dir=$BATS_RUN_TMPDIR/ptp_clients

# background PROGRAM ARG...: run it, if it is there, until the file ends
background() {
	command -v "$1" >/dev/null || return 0
	"$@" >"$dir/${1##*/}.out" 2>&1 3>&- &
	echo $! >>"$dir/pids"
}

setup_file() {
	mkdir -p "$dir"
	# one for each servo, and a source of pulses
	labctl new phc count=4 rate_ppb=50000 >"$dir/clocks"
	mapfile -t clocks < <(cut -d ' ' -f 2 "$dir/clocks")
	mapfile -t names < <(cut -d ' ' -f 1 "$dir/clocks")
	labctl set "${names[1]}" rate_ppb=0
	labctl wire "${names[1]}.out0" "${names[2]}.in0"

	phc_ctl "${clocks[0]}" adj 0.005 >/dev/null
	background phc2sys -s CLOCK_REALTIME -c "${clocks[0]}" -O 0 -R 8 -m -l 6

	cat >"$dir/ts2phc.conf" <<-END
	[global]
	use_syslog 0
	verbose 1
	logging_level 7
	ts2phc.pulsewidth 500000000
	[${clocks[1]}]
	ts2phc.master 1
	ts2phc.channel 0
	ts2phc.pin_index 4
	[${clocks[2]}]
	ts2phc.channel 0
	ts2phc.pin_index 0
	END
	background ts2phc -f "$dir/ts2phc.conf" -m

	# chronyd wants a directory that is nobody else's
	mkdir -m 700 "$dir/chrony"
	cat >"$dir/chrony.conf" <<-END
	refclock PHC ${clocks[3]} poll 0 dpoll -2 refid PHC filter 4
	port 0
	cmdport 0
	bindcmdaddress $dir/chrony/sock
	pidfile $dir/chrony/pid
	driftfile $dir/chrony/drift
	END
	background chronyd -x -d -u root -f "$dir/chrony.conf"
}

teardown_file() {
	local pid status=0
	while read -r pid; do
		# one that has ended by itself has failed, whatever was seen of it before
		kill "$pid" || status=1
	done <"$dir/pids"
	labctl del all
	return $status
}

# nothing may be deleted between the tests
teardown() {
	:
}

setup() {
	mapfile -t clocks < <(cut -d ' ' -f 2 "$dir/clocks")
}

@test "phc_ctl: caps, get, set, adj, freq, cmp" {
	have phc_ctl
	new_phc max_adj=62499999
	run phc_ctl "$node" caps
	assert_success
	assert_output --partial "62499999 maximum frequency adjustment"
	assert_output --partial "8 external time stamp channels"
	run phc_ctl "$node" set 1000.5 get
	assert_success
	assert_output --regexp 'clock time is 1000\.[5-9]'
	run phc_ctl "$node" freq 101000 freq
	assert_success
	assert_output --regexp 'ppb'
	assert [ "$(cat "$sys/statistics/adjfine")" = 1 ]
	run phc_ctl "$node" adj 101.25
	assert_success
	run cat "$sys/statistics/last_adjtime"
	assert_output --regexp 'comm=phc_ctl$'
	run phc_ctl "$node" get
	assert_output --regexp 'clock time is 110[1-9]\.'
	run phc_ctl "$node" cmp
	assert_success
	assert_output --partial "offset from CLOCK_REALTIME"
	# it says so, and ends with 0 all the same
	run phc_ctl "$node" freq 62500001
	assert_output --partial "Numerical result out of range"
	labctl del "$phc"
}

# a field of the first line of a chronyc report
chrony() {
	chronyc -h "$dir/chrony/sock" -c "$1" 2>/dev/null | cut -d , -f "$2"
}

chrony_has_tracked() {
	# reach is an octal register of the last eight polls, the frequency in ppm
	[[ $(chrony sources 6) =~ ^[137]?77$ ]] &&
		awk -v ppm="$(chrony tracking 8)" 'BEGIN { if (ppm < 0) ppm = -ppm; exit !(ppm > 49 && ppm < 51) }'
}

@test "chronyd: a refclock PHC is reachable, and 50 ppm off" {
	have chronyd
	have chronyc
	patience=120 until_ok chrony_has_tracked
	run chronyc -h "$dir/chrony/sock" -c sources
	assert_success
	assert_output --regexp '^#,\*,PHC,0,0,'
}

# settles PROGRAM BOUND N: wait until its last N offsets are below the bound
settles() {
	patience=120 until_ok settled "$dir/$1.out" "$2" "$3" || {
		tail -n 20 "$dir/$1.out"
		return 1
	}
}

# the last offsets that a linuxptp program has reported are all below a bound
settled() {
	local log=$1 bound=$2 n=$3
	grep -oE ' offset +-?[0-9]+ ' "$log" | tail -n "$n" |
		awk -v bound="$bound" -v n="$n" '{ if ($2 < 0) $2 = -$2; if ($2 >= bound) bad = 1 }
			END { exit bad || NR < n }'
}

@test "phc2sys: 5 ms and 50 ppm go down to below 20 us" {
	have phc2sys
	settles phc2sys 20000 7
	run ptp_offset -n 5 -i 101 -w 20000 "${clocks[0]}"
	assert_success
}

@test "ts2phc: one clock's pulses keep another" {
	have ts2phc
	settles ts2phc 20000 3
	run ptp_offset -c "${clocks[1]}" "${clocks[2]}"
	assert_success
}
