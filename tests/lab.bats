#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The lab: labctl, the PTP clock model, its edges, wires and faults. Runs in the guest.

bats_require_minimum_version 1.5.0
load lib/common

setup() {
	class=/sys/class/phc
	[ -d $class ] || class=/sys/class/ptp
}

teardown() {
	labctl del all
}

# the clock's directory in sysfs
sys() {
	echo "$class/$(labctl show "$1" node)"
}

show_is() {
	[ "$(labctl show "$1" "$2")" = "$3" ]
}

show_reaches() {
	[ "$(labctl show "$1" "$2")" -ge "$3" ]
}

# All events that wait in the sysfs queue, as ns. In awk, since bats traces every
# command of bash; awk's numbers would round ns, so seconds and ns stay apart.
stamps() {
	awk -v fifo="$(sys "$1")/fifo" 'BEGIN {
		while ((getline line < fifo) > 0) {
			close(fifo)
			split(line, word, " ")
			if (word[2] == 0)
				printf "%d\n", word[3]
			else
				printf "%d%09d\n", word[2], word[3]
		}
	}'
}

# what lies between a number and the next
deltas() {
	awk '{
		digits = length($0)
		sec = digits > 9 ? substr($0, 1, digits - 9) : 0
		# a 1 in front, since busybox takes a number that begins with 0 for octal
		ns = digits > 9 ? (1 substr($0, digits - 8)) - 1000000000 : $0
		if (NR > 1)
			printf "%.0f\n", (sec - last_sec) * 1000000000 + ns - last_ns
		last_sec = sec
		last_ns = ns
	}'
}

# the rest by a number that divides a second
modulo() {
	awk -v by="$1" '{ print (length($0) > 9 ? (1 substr($0, length($0) - 8)) : $0) % by }'
}

@test "new makes clocks, list lists them, del takes them away" {
	run -0 labctl new phc name=alpha rate=50ppm
	[[ $output =~ ^phc0\ /dev/ptp[0-9]+$ ]]
	node=${output#phc0 }
	[ -c "$node" ]
	[ "$(cat "$(sys phc0)/clock_name")" = alpha ]
	run -0 labctl new phc count=2
	[ "${#lines[@]}" = 2 ]
	run -0 labctl list
	[ "${#lines[@]}" = 4 ]
	run -0 labctl -j list
	[[ $output == *'"devices":[{"device":"phc0","model":"phc","node":"'"$node"'","name":"alpha"}'* ]]
	run -0 labctl show "${node#/dev/}" rate_ppb
	[ "$output" = 50000 ]
	run -0 labctl del "$node" 'phc[1-9]'
	[ ! -e "$node" ]
	run -0 labctl list
	[[ $output == "no devices"* ]]
}

@test "help names each attribute and nothing else" {
	labctl new phc
	help=$(labctl help phc | awk '/^  [nrw]+ / && $2 != "count" { print $2 }' | sort)
	files=$(cd /sys/bus/lab/devices/phc0 && find . -maxdepth 1 -type f | sed 's,^./,,' |
		grep -v '^uevent$' | sort)
	[ "$help" = "$files" ]
	[ "$(echo "$files" | wc -l)" -gt 40 ]
}

@test "a value may have blanks and backslashes in it" {
	run -0 labctl new phc 'name=KVM virtual PTP' rate=50ppm count=2
	[ "$(cat "$(sys phc1)/clock_name")" = "KVM virtual PTP" ]
	[ "$(labctl show phc0 name)" = "KVM virtual PTP" ]
	[ "$(labctl show phc0 rate_ppb)" = 50000 ]
	run -0 labctl new phc 'name=\040 count=7 \ '
	[ "${#lines[@]}" = 1 ]
	[ "$(cat "$(sys phc2)/clock_name")" = '\040 count=7 \ ' ]
	run -0 labctl new phc name=
	[ "$(labctl show phc3 name)" = lab-phc3 ]
	run -1 labctl new phc 'name=a name that is one character too'
	[ "$output" = "labctl: new: name: longer than 31" ]
	# 0xa0 is no blank, though the kernel's isspace() takes it for one
	run -0 labctl new phc name=voilà count=2
	[ "$(labctl show phc5 name)" = voilà ]
	# a line of one's own
	printf '%s' 'phc name=stmmac\040ptp rate_ppb=1' >/sys/bus/lab/new_device
	[ "$(cat "$(sys phc6)/clock_name")" = "stmmac ptp" ]
}

@test "numbers with points, exponents and units are exact" {
	labctl new phc rate=1e3ppb name=5s
	# a name is never a number
	[ "$(labctl show phc0 name)" = 5s ]
	for pair in rate=1e3ppb:1000 rate=1.5ppm:1500 rate=-2.5e-1ppm:-250 rate_ppb=1E4:10000 \
		rate_ppb=+.5e1:5 rate_ppb=0e99:0 rate_ppb=0x10:16 rate_ppb=100000000:100000000; do
		labctl set phc0 ${pair%:*}
		show_is phc0 rate_ppb "${pair#*:}"
	done
}

@test "what is refused is refused with a reason" {
	run -1 labctl new nonesuch
	[ "$output" = "labctl: new: nonesuch: no such model; modprobe lab_nonesuch" ]
	run -1 labctl new phc count=5 colour=red
	[ "$output" = "labctl: new: colour: no such parameter" ]
	run -1 labctl new phc rate_ppb=100000001
	[ "$output" = "labctl: new: rate_ppb: 100000001 is not within -100000000 to 100000000" ]
	run -1 labctl new phc pins=extts0,perout9
	[ "$output" = "labctl: new: pins: 'perout9': want up to 8 of exttsN, peroutN, none" ]
	labctl new phc
	run -1 labctl set phc0 n_ext_ts=3
	[ "$output" = "labctl: phc0: n_ext_ts cannot be written; see labctl help" ]
	run -1 labctl push phc0 channel=8
	[ "$output" = "labctl: phc0: push: channel: 8 is not within 0 to 7" ]
	run -2 labctl fail phc0 op=gettime errno=ENONESUCH
	run -1 labctl fail phc0 op=nonesuch
	run -2 labctl set phc0 read_latency=1.5ns
	run -2 labctl explode phc0
	run -2 labctl set phc0 rate=50
	[ "$output" = "labctl: rate=50: want a unit, or rate_ppb=; see labctl help" ]
	run -2 labctl set phc0 rate=5kHz
	[ "$output" = "labctl: rate=5kHz: no such unit; units are ps, ns, us, ms, s, ppb and ppm" ]
	run -2 labctl set phc0 rate_ppb=1e-3
	[ "$output" = "labctl: rate_ppb=1e-3: no whole number" ]
	run -2 labctl set phc0 rate=1e99ppb
	run -1 labctl set phc0 rate_ppb=5kHz
	[ "$output" = "labctl: phc0: rate_ppb: rate_ppb: '5kHz' is not a number" ]
	run -1 labctl push phc0 colour=red
	[ "$output" = \
		"labctl: phc0: push: colour: want channel=, count=, period_ns= or edge=" ]
	run -1 labctl push phc0 edge=sharp
	[ "$output" = "labctl: phc0: push: edge: 'sharp': want rising, falling or both" ]
	run -1 labctl wire phc0.out0 phc0.in0 phc0.in99
	[ -z "$(cat /sys/bus/lab/wires)" ]
	labctl wire phc0.out0 phc0.in0
	run -1 labctl wire phc0.out1 phc0.in0
	[ "$output" = "labctl: wire: phc0.in0: phc0.out0 drives it already" ]
	run -1 labctl del phc1
}

@test "1024 clocks and no more" {
	run -0 labctl new phc count=1024
	[ "${#lines[@]}" = 1024 ]
	[ -c "${lines[1023]#phc1023 }" ]
	run -1 labctl new phc
	[ "$output" = "labctl: new: there are 1024 of phc already, the limit" ]
	run -0 labctl del phc7
	run -1 labctl new phc count=2
	run -0 labctl new phc
	[[ $output == "phc7 "* ]]
	labctl del all
	[ -z "$(ls /sys/bus/lab/devices)" ]
}

@test "the time is exact: rate, step and frequency" {
	labctl new phc time=zero rate=50ppm
	read -r r1 t1 c1 < <(labctl show phc0 sample)
	[ "$t1" -lt 60000000000 ]
	sleep 1
	read -r r2 t2 c2 < <(labctl show phc0 sample)
	want=$(((r2 - r1) + (r2 - r1) * 50000 / 1000000000))
	[ $((t2 - t1 - want)) -ge 0 ] && [ $((t2 - t1 - want)) -le 1 ]
	[ $((c2 - c1 - want)) -ge 0 ] && [ $((c2 - c1 - want)) -le 1 ]

	# the counter behind the clock is not steered: it tells what steering did
	node=/dev/$(labctl show phc0 node)
	phc_ctl "$node" adj 1000.0 >/dev/null
	read -r _ t3 c3 < <(labctl show phc0 sample)
	d=$((t3 - c3 - (t2 - c2)))
	[ $((d - 1000000000000)) -ge -1 ] && [ $((d - 1000000000000)) -le 1 ]
	phc_ctl "$node" freq -- -50000 >/dev/null
	[ "$(labctl show phc0 adj_ppb)" = -50000.000 ]
	read -r r4 t4 _ < <(labctl show phc0 sample)
	sleep 0.5
	read -r r5 t5 _ < <(labctl show phc0 sample)
	# back to the rate of CLOCK_MONOTONIC_RAW
	[ $((t5 - t4 - (r5 - r4))) -ge -1 ] && [ $((t5 - t4 - (r5 - r4))) -le 1 ]
	phc_ctl "$node" set 5.0 >/dev/null
	read -r _ t6 _ < <(labctl show phc0 sample)
	[ "$t6" -ge 5000000000 ] && [ "$t6" -lt 65000000000 ]
}

@test "the clock's own servo shifts it by the phase, to the ns" {
	labctl new phc
	node=/dev/$(labctl show phc0 node)
	read -r r1 t1 _ < <(labctl show phc0 sample)
	ptp_load "$node" phase=777
	sleep 1.1
	read -r r2 t2 _ < <(labctl show phc0 sample)
	[ $((t2 - t1 - (r2 - r1))) = 777 ]
	ptp_load "$node" phase=-777
	sleep 1.1
	read -r r2 t2 _ < <(labctl show phc0 sample)
	[ $((t2 - t1 - (r2 - r1))) = 0 ]
	run -1 ptp_load "$node" phase=1000001
}

@test "pushed edges arrive, each one, at their instants" {
	labctl new phc
	labctl push phc0 count=23
	[ "$(labctl show phc0 ignored.0)" = 23 ]
	echo 0 1 >"$(sys phc0)/extts_enable"
	labctl push phc0 count=101 period=1ms
	[ "$(labctl show phc0 pushed)" = "124 0 0 0 0 0 0 0" ]
	[ "$(labctl show phc0 delivered.0)" = 101 ]
	stamps phc0 >"$BATS_TEST_TMPDIR/stamps"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/stamps")" = 101 ]
	[ "$(deltas <"$BATS_TEST_TMPDIR/stamps" | sort -u)" = 1000000 ]
	# a request that names no edge means the rising one
	labctl push phc0 count=23 edge=both
	[ "$(labctl show phc0 delivered.0)" = 113 ]
	[ "$(labctl show phc0 ignored.0)" = 34 ]
	# a burst of a prime count
	labctl push phc0 count=10007
	[ "$(labctl show phc0 delivered.0)" = 10120 ]
}

@test "edges are lost and doubled as ordered, and accounted for" {
	labctl new phc
	echo 1 1 >"$(sys phc0)/extts_enable"
	labctl set phc0 lose_next=7 duplicate_next=5
	labctl push phc0 channel=1 count=23
	[ "$(labctl show phc0 lost.1)" = 7 ]
	[ "$(labctl show phc0 duplicated.1)" = 5 ]
	[ "$(labctl show phc0 delivered.1)" = 21 ]
	[ "$(stamps phc0 | wc -l)" = 21 ]
	labctl set phc0 stuck=1
	read -r _ t1 _ < <(labctl show phc0 sample)
	labctl push phc0 channel=1 count=23
	[ "$(labctl show phc0 lost.1)" = 30 ]
	read -r _ t2 _ < <(labctl show phc0 sample)
	[ "$t1" = "$t2" ]
	labctl set phc0 stuck=0
	read -r _ t3 _ < <(labctl show phc0 sample)
	[ "$t3" -gt "$t2" ] && [ "$t3" -lt $((t2 + 2000000000)) ]
	labctl push phc0 channel=1
	[ "$(labctl show phc0 delivered.1)" = 22 ]
}

@test "hardware that stamps both edges, or one only, whatever it is asked" {
	# request 1 is a wish: 2 rising, 4 falling; request 2 is strict
	check() { # stamps, edges asked for, strict or not, status, edges that come of 20
		labctl new phc stamps="$1"
		node=/dev/$(labctl show phc0 node)
		run "-$4" ptp_load "$node" edges="$2" "$3"=0
		[ "$4" = 0 ] || [[ $output == *"Operation not supported"* ]]
		labctl push phc0 count=20 edge=both
		[ "$(labctl show phc0 delivered.0)" = "$5" ]
		labctl del all
	}
	check asked 2 strict 0 10
	check asked 4 extts 0 10
	check asked 6 strict 0 20
	check both 2 extts 0 20
	check both 2 strict 1 0
	check both 4 strict 1 0
	check both 6 strict 0 20
	check rising 6 extts 0 10
	check rising 6 strict 1 0
	check rising 4 strict 1 0
	check rising 2 strict 0 10
	check falling 4 strict 0 10
	# sysfs asks for no edge
	labctl new phc stamps=both
	[ "$(labctl show phc0 stamps)" = both ]
	echo 0 1 >"$(sys phc0)/extts_enable"
	labctl push phc0 count=20 edge=both
	[ "$(labctl show phc0 delivered.0)" = 20 ]
	[ "$(labctl show phc0 ignored.0)" = 0 ]
	run -1 labctl new phc stamps=none
	[ "$output" = "labctl: new: stamps: 'none': want asked, both, rising or falling" ]
}

@test "the time jumps by itself, and what waits for a time waits anew" {
	labctl new phc time=zero
	read -r r1 t1 c1 < <(labctl show phc0 sample)
	labctl set phc0 jump=-4s
	labctl set phc0 jump=1us
	read -r r2 t2 c2 < <(labctl show phc0 sample)
	[ $((t2 - t1 - (r2 - r1))) = -3999999000 ]
	[ $((c2 - c1 - (r2 - r1))) = 0 ]
	labctl set phc0 time=1000s
	read -r _ t3 _ < <(labctl show phc0 sample)
	[ "$t3" -ge 1000000000000 ] && [ "$t3" -lt 1060000000000 ]
	[ "$(labctl show phc0 jumps)" = 3 ]
	run -1 labctl set phc0 time=soon
	run -1 labctl set phc0 jump=1000000001s
	# outputs stay on the clock's grid
	labctl wire phc0.out0 phc0.in0
	echo 0 1 >"$(sys phc0)/extts_enable"
	echo 0 0 0 0 10000000 >"$(sys phc0)/period"
	until_ok show_reaches phc0 delivered.0 3
	labctl set phc0 jump_ns=5000003
	n=$(labctl show phc0 delivered.0)
	until_ok show_reaches phc0 delivered.0 $((n + 3))
	echo 0 0 0 0 0 >"$(sys phc0)/period"
	[ "$(stamps phc0 | modulo 10000000 | sort -u)" = 0 ]
	# by no call of the class
	[ "$(labctl show phc0 jumps)" = 4 ]
	# a time that no s64 holds
	labctl set phc0 time=9000000000s
	run -1 labctl set phc0 jump=999999999s
	[[ $output == *"Numerical result out of range"* ]]
}

@test "single readings are wrong, and right again" {
	labctl new phc time=zero
	node=/dev/$(labctl show phc0 node)
	[ "$(labctl show phc0 misread_ns)" = 4294967296 ]
	labctl set phc0 misread_next=2
	mapfile -t t < <(ptp_load "$node" print=3)
	[ $((t[0] - t[1])) -lt 4000000000 ]
	[ $((t[1] - t[2])) -gt 0 ] && [ $((t[1] - t[2])) -le 4294967296 ]
	[ "$(labctl show phc0 misreads)" = 2 ]
	[ "$(labctl show phc0 misread_next)" = 0 ]
	labctl set phc0 misread_ns=-134217728 misread_next=1
	labctl fail phc0 op=gettime errno=EIO
	mapfile -t t < <(ptp_load "$node" print=1 print=2 2>/dev/null)
	# a reading that fails is none; the time itself did not move
	[ $((t[2] - t[1])) -ge 134217728 ]
	[ "$(labctl show phc0 misreads)" = 3 ]
	[ "$(labctl show phc0 jumps)" = 0 ]
	labctl set phc0 misread_next=1
	ptp_load "$node" precise=1
	[ "$(labctl show phc0 misreads)" = 4 ]
	# stamps and the counter behind the clock are right
	labctl set phc0 misread_next=1
	echo 0 1 >"$(sys phc0)/extts_enable"
	read -r _ before _ < <(labctl show phc0 sample)
	labctl push phc0
	read -r _ after _ < <(labctl show phc0 sample)
	at=$(stamps phc0)
	[ "$at" -ge "$before" ] && [ "$at" -le "$after" ]
	[ "$(labctl show phc0 misread_next)" = 1 ]
}

@test "a wire carries an output to another clock's input, to the ns" {
	labctl new phc time=zero
	labctl new phc time=zero rate_ppb=-50000
	labctl wire phc0.out0 phc0.in0 phc1.in0
	for clock in phc0 phc1; do
		echo 0 1 >"$(sys $clock)/extts_enable"
	done
	echo 0 0 0 0 20000000 >"$(sys phc0)/period"
	until_ok show_reaches phc1 delivered.0 29
	echo 0 0 0 0 0 >"$(sys phc0)/period"
	[ "$(labctl show phc0 out_skipped.0)" = 0 ]
	[ "$(labctl show phc0 out_edges.0)" = "$(labctl show phc0 edges.0)" ]
	[ "$(labctl show phc0 edges.0)" = "$(labctl show phc1 edges.0)" ]
	stamps phc0 >"$BATS_TEST_TMPDIR/own"
	stamps phc1 >"$BATS_TEST_TMPDIR/other"
	# its own time: every period, on the dot
	[ "$(modulo 20000000 <"$BATS_TEST_TMPDIR/own" | sort -u)" = 0 ]
	[ "$(deltas <"$BATS_TEST_TMPDIR/own" | sort -u)" = 20000000 ]
	# the other one is slower by 50 ppm
	[ "$(deltas <"$BATS_TEST_TMPDIR/other" | sort -u)" = 19999000 ]

	# a step moves the edges with it
	phc_ctl "/dev/$(labctl show phc0 node)" set 100.0035 >/dev/null
	echo 0 0 0 0 10000000 >"$(sys phc0)/period"
	phc_ctl "/dev/$(labctl show phc0 node)" adj 10.0035 >/dev/null
	until_ok show_reaches phc0 edges.0 $(($(labctl show phc0 edges.0) + 5))
	echo 0 0 0 0 0 >"$(sys phc0)/period"
	stamps phc0 >"$BATS_TEST_TMPDIR/own"
	[ "$(tail -1 "$BATS_TEST_TMPDIR/own")" -gt 110000000000 ]
	[ "$(modulo 10000000 <"$BATS_TEST_TMPDIR/own" | sort -u)" = 0 ]
	# unwired, nothing comes any more
	labctl unwire phc0.out0 phc0.in0
	[ "$(cat /sys/bus/lab/wires)" = "phc0.out0 phc1.in0" ]
	labctl del phc0
	[ -z "$(cat /sys/bus/lab/wires)" ]
}

# phc0 sends edges by 1024 wires to phc1 to phc4, without end: each is long on its way. The
# rounds are of another processor, and one shell's, since a fork takes longer than an edge.
storm() {
	labctl new phc
	cat >"$BATS_TEST_TMPDIR/rounds" <<-'EOF'
		exec 2>/dev/null
		cd /sys/bus/lab
		for clock in phc{1..4}; do
			# an edge passes the wires, the newest first, in the order in which they are cut
			inputs=($clock.in{255..0})
			wires[${clock#phc}]="phc0.out0 ${inputs[*]}"
		done
		fresh() {
			echo phc count=4 n_ext_ts=256 n_pins=0 >new_device
			for i in {1..4}; do echo "${wires[i]}" >wire; done
		}
		# does a clock still get edges?
		quiet() {
			read -r before <devices/$1/edges
			sleep 0.01
			read -r after <devices/$1/edges
			[ "$before" = "$after" ] || ((late++))
		}
		fresh
	EOF
	cat >>"$BATS_TEST_TMPDIR/rounds"
	# on the last processor; a guest with one has both there
	local cpu=$(($(nproc) - 1)) busy=''
	if ((cpu)); then
		# the timer stays on a processor only as long as that is not idle
		taskset -c "$cpu" bash -c 'while :; do :; done' 3>&- &
		busy=$!
	fi
	taskset -c "$cpu" bash -c "echo 0 0 0 0 2000000 >$(sys phc0)/period"
	run taskset -c 0 bash "$BATS_TEST_TMPDIR/rounds" "$class"
	[ -z "$busy" ] || kill "$busy"
	[ "$status" = 0 ]
}

@test "no edge is on its way any more after an unwire or a wire that fails" {
	storm <<-'EOF'
		# what is stamped and reported is longer on its way than what is ignored
		for clock in phc{1..4}; do
			read -r node <devices/$clock/node
			for i in {0..255}; do echo "$i 1" >"$1/$node/extts_enable"; done
		done
		for round in {1..50}; do
			printf "phc4 phc3 phc2 phc1 nosuch" >unwire && exit 1
			quiet phc1
			# all of phc2's are there for a moment
			echo phc0.out0 phc1.in255 >wire
			printf "${wires[2]} phc1.in255" >wire && exit 2
			quiet phc2
			echo phc1.in255 >unwire
			for i in {1..4}; do echo "${wires[i]}" >wire; done
		done
		echo "late ${late-0}"
	EOF
	echo "$output"
	[ "${lines[-1]}" = "late 0" ]
	[ "$(labctl show phc1 edges.0)" -gt 0 ]
}

@test "a device whose wires a failed unwire has cut can be taken away" {
	storm <<-'EOF'
		for round in {1..20}; do
			printf "phc4 phc3 phc2 phc1 nosuch" >unwire && exit 1
			echo phc1 phc2 phc3 phc4 >del_device
			fresh
		done
	EOF
	[ "$(labctl show phc0 out_on.0)" = 1 ]
}

@test "a storm of edges does not choke the machine and is counted" {
	labctl new phc
	labctl wire phc0.out0 phc0.in0
	echo 0 1 >"$(sys phc0)/extts_enable"
	echo 0 0 0 0 1000 >"$(sys phc0)/period"
	until_ok show_reaches phc0 out_skipped.0 1
	until_ok show_reaches phc0 out_edges.0 24
	echo 0 0 0 0 0 >"$(sys phc0)/period"
	[ "$(labctl show phc0 out_edges.0)" = "$(labctl show phc0 edges.0)" ]
	[ "$(labctl show phc0 edges.0)" = \
		$(($(labctl show phc0 delivered.0) + $(labctl show phc0 ignored.0))) ]
	run -1 bash -c "echo 0 0 0 0 999 >$(sys phc0)/period"
}

@test "a capture register that is polled overflows, and a reading clobbers it" {
	labctl new phc poll=100ms
	echo 0 1 >"$(sys phc0)/extts_enable"
	labctl push phc0 count=23
	until_ok show_is phc0 delivered.0 1
	[ "$(labctl show phc0 overrun.0)" = 22 ]
	labctl set phc0 read_clobbers=1
	labctl push phc0
	phc_ctl "/dev/$(labctl show phc0 node)" get >/dev/null
	is_seen_or_lost() {
		[ $(($(labctl show phc0 delivered.0) + $(labctl show phc0 lost_capture.0))) = 2 ]
	}
	until_ok is_seen_or_lost
	# with the poll far away the reading always comes first
	labctl new phc poll=60s read_clobbers=1
	echo 0 1 >"$(sys phc1)/extts_enable"
	labctl push phc1
	phc_ctl "/dev/$(labctl show phc1 node)" get >/dev/null
	[ "$(labctl show phc1 lost_capture.0)" = 1 ]
}

@test "calls fail as ordered" {
	labctl new phc
	node=/dev/$(labctl show phc0 node)
	labctl fail "$node" op=enable errno=EIO count=3
	[ "$(labctl show phc0 fail)" = "op=enable errno=5 count=3" ]
	for _ in 1 2 3; do
		run -1 bash -c "echo 0 1 >$(sys phc0)/extts_enable"
		[[ $output == *"Input/output error"* ]]
	done
	echo 0 1 >"$(sys phc0)/extts_enable"
	[ "$(labctl show phc0 failed)" = 3 ]
	labctl fail phc0 op=all errno=EBUSY count=-1
	run ! bash -c "echo 0 1 >$(sys phc0)/extts_enable"
	labctl fail phc0 op=all count=0
	[ -z "$(labctl show phc0 fail)" ]
	echo 0 1 >"$(sys phc0)/extts_enable"
}

@test "an input or output without a pin is busy" {
	labctl new phc pins=extts1,perout0
	run -1 bash -c "echo 0 1 >$(sys phc0)/extts_enable"
	[[ $output == *busy* ]]
	echo 1 1 >"$(sys phc0)/extts_enable"
	echo 0 0 0 1 0 >"$(sys phc0)/period"
	[ "$(labctl show phc0 out_on)" = "1 0 0 0" ]
	echo 1 0 >"$(sys phc0)/pins/pin1"
	[ "$(labctl show phc0 out_on)" = "0 0 0 0" ]
	[ "$(labctl show phc0 pins)" = extts1,extts0,none,none,none,none,none,none ]
	labctl new phc n_pins=0
	echo 7 1 >"$(sys phc1)/extts_enable"
}

@test "pulses per second, jitter and wander follow the seed" {
	labctl new phc pps=1 rate_ppb=100000000 time=zero
	echo 1 >"$(sys phc0)/pps_enable"
	until_ok show_reaches phc0 pps_events 2
	[ "$(labctl show phc0 pps_skipped)" = 0 ]
	labctl new phc count=2 seed=42 wander=1ppm wander_ms=10 time=zero jitter=500ns
	sleep 0.5
	[ "$(labctl show phc1 wander_now_ppb)" != 0.000 ]
	labctl set 'phc[12]' wander_ppb=0
	[ "$(labctl show phc1 wander_now_ppb)" = 0.000 ]
	for clock in phc1 phc2; do
		labctl set $clock seed=7
		echo 0 1 >"$(sys $clock)/extts_enable"
		labctl push $clock count=101 period=1ms
		stamps $clock | deltas >"$BATS_TEST_TMPDIR/$clock"
	done
	# one seed, one sequence of errors, all within the limit
	cmp "$BATS_TEST_TMPDIR/phc1" "$BATS_TEST_TMPDIR/phc2"
	[ "$(awk '$1 < 999000 || $1 > 1001000' "$BATS_TEST_TMPDIR/phc1" | wc -l)" = 0 ]
	[ "$(sort -u "$BATS_TEST_TMPDIR/phc1" | wc -l)" -gt 50 ]
}

@test "a clock in full use can be taken away" {
	for _ in 1 2 3; do
		labctl new phc count=2 poll=10ms wander=1ppm read_latency=200us
		labctl wire phc0.out0 phc0.in0 phc1.in0
		labctl wire phc1.out0 phc0.in1 phc1.in1
		for clock in phc0 phc1; do
			for channel in 0 1; do
				echo $channel 1 >"$(sys $clock)/extts_enable"
			done
			echo 0 0 0 0 1000000 >"$(sys $clock)/period"
			echo 1 >"$(sys $clock)/pps_enable"
			node=/dev/$(labctl show $clock node)
			while phc_ctl "$node" get adj 0.1 freq 100 >/dev/null 2>&1; do :; done 3>&- &
			cat "$node" >/dev/null 2>&1 3>&- &
			labctl push $clock channel=2 count=1000000 period=1ms 2>/dev/null 3>&- &
		done
		sleep 0.2
		labctl del all
		wait
		[ -z "$(ls /sys/bus/lab/devices)" ]
	done
}
