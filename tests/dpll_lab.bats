#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The SyncE chip of the lab and its driver: what the loops do when, and what the DPLL
# subsystem is told of it. Runs in the guest.

bats_require_minimum_version 1.5.0
load lib/common

setup() {
	needs_dpll
}

# Loops of 100 Hz and 10 Hz without a slope limit lock in exactly 16 half-lives.
eec_lock=17650848
pps_lock=176508480
fast=(eec_bandwidth=100000 pps_bandwidth=10000 slope_ppb=0 qualify=100ms wtr=200ms ho_acq=300ms)

teardown() {
	labctl del all
	! ip link show chs0 >/dev/null 2>&1 || ip link del chs0
}

# wait until a line of a file, found by a word of its own, has a word: one process, since bash
# takes its time in bats
await() {
	timeout "$((${patience:-60} * ${CHS_SLOW:-1}))" awk -v file="$1" -v line="$2" -v word="$3" '
		BEGIN {
			for (;;) {
				while ((getline text < file) > 0)
					if (index(" " text " ", " " line " ") &&
					    index(" " text " ", " " word " "))
						exit 0
				close(file)
				system("sleep 0.05")
			}
		}' || {
		echo "never true: $*"
		cat "$1"
		return 1
	}
}

# the same of a loop, or of an input by its label
loop_gets() {
	await "/sys/bus/lab/devices/${chip:-synce0}/state" "loop=$1" "$2=$3"
}

input_gets() {
	await "/sys/bus/lab/devices/${chip:-synce0}/inputs" "label=$1" "$2"
}

# of LOOP what the model knows by NAME
loop() {
	awk -v loop="loop=$1" -v name="$2=" '
		$1 == loop { for (i = 2; i <= NF; i++) if (index($i, name) == 1)
			print substr($i, length(name) + 1) }' "/sys/bus/lab/devices/${chip:-synce0}/state"
}

loop_is() {
	[ "$(loop "$1" "$2")" = "$3" ]
}

input_is() {
	grep "label=$1 .*$2" "/sys/bus/lab/devices/${chip:-synce0}/inputs" >/dev/null
}

# the directory of the subsystem's N-th device of those that are there
core() {
	local all=(/sys/kernel/debug/dpll/[0-9]*)

	mapfile -t all < <(printf '%s\n' "${all[@]}" | sort -t/ -k6n)
	echo "${all[$1]}"
}

# statuses that the subsystem has seen of a device, in order
seen() {
	awk 'NR > 1 { printf "%s%s", (NR > 2) ? " " : "", $4 } END { print "" }' "$(core "$1")/lock_history"
}

seen_is() {
	[ "$(seen "$1")" = "$2" ]
}

driver() {
	cat "/sys/bus/platform/devices/$(labctl show "${chip:-synce0}" device)/$1"
}

# changes of status that the subsystem has been told of
told() {
	awk 'FNR > 2 { n++ } END { print n + 0 }' "$(core 0)/lock_history" "$(core 1)/lock_history"
}

# the others have been counted, since another one had followed already when the driver looked
accounted() {
	[ $(($(told) + $(driver unseen))) = $(($(loop 0 changes) + $(loop 1 changes))) ]
}

driver_reaches() {
	[ "$(driver "$1")" -ge "$2" ]
}

# the instant that a command tells
at() {
	local reply

	reply=$(labctl "$@")
	[[ $reply == at=* ]]
	echo "${reply#at=}"
}

# the story of everything that has happened, by instants that are known
tell() {
	local lost=$1 back=$2

	labctl show synce0 transitions | awk -v lost="$lost" '$2 == "loop=0" && $1 + 0 >= lost + 0' \
		>"$BATS_TEST_TMPDIR/transitions"
	labctl show synce0 switches | awk -v lost="$lost" '$2 == "loop=0" && $1 + 0 >= lost + 0' \
		>"$BATS_TEST_TMPDIR/switches"
	cat "$BATS_TEST_TMPDIR/transitions" "$BATS_TEST_TMPDIR/switches"
	diff "$BATS_TEST_TMPDIR/transitions" - <<-END
		$((lost + 1000000)) loop=0 from=locked-ho-acq to=holdover dwell_ns=$dwell cause=media-down
		$((lost + 301000000 + eec_lock)) loop=0 from=holdover to=locked dwell_ns=$((300000000 + eec_lock)) cause=none
		$((lost + 601000000 + eec_lock)) loop=0 from=locked to=locked-ho-acq dwell_ns=300000000 cause=none
	END
	diff "$BATS_TEST_TMPDIR/switches" - <<-END
		$((lost + 1000000)) loop=0 from=GNSS to=-
		$((lost + 301000000)) loop=0 from=- to=SYNCE-MUX
		$((back + 300000000)) loop=0 from=SYNCE-MUX to=GNSS
	END
}

# on a chip without signals at first, so that nothing happens before the driver looks on
story() {
	local lost back since

	labctl signal synce0 input=SYNCE0 lost=0
	input_gets SYNCE-MUX quality=good
	labctl signal synce0 input=GNSS lost=0
	loop_gets 0 status locked-ho-acq
	loop_gets 1 status locked-ho-acq
	loop_gets 0 input GNSS
	loop_gets 1 input GNSS
	since=$(loop 0 since)
	lost=$(at signal synce0 input=GNSS lost=1)
	dwell=$((lost + 1000000 - since))
	loop_gets 0 input SYNCE-MUX
	loop_gets 0 status locked-ho-acq
	loop_gets 1 status locked-ho-acq
	back=$(at signal synce0 input=GNSS lost=0)
	loop_gets 0 input GNSS
	tell "$lost" "$back"
	loop_is 0 acquired_ns $eec_lock
	loop_is 1 acquired_ns $pps_lock
	loop_is 0 status locked-ho-acq
}

@test "a story: GNSS lost, holdover, SyncE, locked, GNSS back, each at its very instant" {
	labctl new synce "${fast[@]}" signals=0
	story
	until_ok accounted
	[ "$(driver polls)" = 0 ]
	seen_is 0 "unlocked locked locked-ho-acq holdover locked locked-ho-acq" ||
		[ "$(driver unseen)" -gt 0 ]
	# media down, and whoever looks on sees the same times but for how late it is told
	awk -v slow="${CHS_SLOW:-1}" -v lock=$eec_lock 'function off(got, want) {
			want -= got
			if (want > 290000000 * slow || want < -290000000 * slow) {
				print "dwell " got " is off by " want
				bad = 1
			}
		}
		$4 == "holdover" { bad = bad || $5 != 3 }
		$3 == "holdover" { off($6, 300000000 + lock) }
		$3 == "locked" { off($6, 300000000) }
		END { exit bad }' "$(core 0)/lock_history"
}

@test "the same without an interrupt: what falls between two looks is counted" {
	labctl new synce "${fast[@]}" irq=0 poll_ms=23 signals=0
	story
	until_ok accounted
	[ "$(driver polls)" -gt 20 ]
	run ! grep lab-synce /proc/interrupts
	labctl del all

	# locked and lost within one poll
	labctl new synce "${fast[@]}" irq=0 poll_ms=2000
	loop_gets 0 status locked-ho-acq
	until_ok driver_reaches unseen 1
	seen_is 0 "unlocked locked-ho-acq"
	[ "$(loop 0 changes)" = 2 ]
}

@test "locking takes what the bandwidth says" {
	local mhz=1000

	labctl new synce signals=1 slope_ppb=0 qualify=1us pps_bandwidth=1000
	loop_gets 0 status locked
	loop_is 0 acquired_ns $((1765084801216 / 1000))
	for mhz in 10000 23000 101000; do
		labctl set synce0 eec_bandwidth=$mhz
		labctl signal synce0 input=0 lost=1
		loop_gets 0 input -
		labctl signal synce0 input=0 lost=0
		loop_gets 0 state locked
		loop_is 0 acquired_ns $((1765084801216 / mhz))
	done
	# a slope limit of 1000 ns/s and 100 us to go: 100 s and a little more
	labctl set synce0 slope_ppb=1000
	labctl signal synce0 input=0 lost=1
	loop_gets 0 input -
	labctl signal synce0 input=0 lost=0 phase_step=100us
	loop_gets 0 state acquiring
	[ "$(($(labctl show synce0 due) - $(loop 0 since)))" -gt 99000000000 ]
}

@test "why it let go is told: signal lost, frequency off, noise" {
	labctl new synce "${fast[@]}" signals=1 monitor=20ms
	loop_gets 0 status locked-ho-acq
	labctl signal synce0 input=GNSS offset=+12ppm
	nap 100
	loop_is 0 status locked-ho-acq
	labctl signal synce0 input=GNSS offset=+12.001ppm
	loop_gets 0 cause ffo-too-high
	input_is GNSS quality=freq-off
	until_ok seen_is 0 "unlocked locked locked-ho-acq holdover"
	awk '$4 == "holdover" { exit $5 != 4 }' "$(core 0)/lock_history"
	# as good as it is, it has to be better to come back
	labctl signal synce0 input=GNSS offset=9.201ppm
	nap 200
	input_is GNSS quality=freq-off
	labctl signal synce0 input=GNSS offset=9.2ppm
	loop_gets 0 status locked-ho-acq
	# it is measured against the oscillator, which may go away under it
	labctl age synce0 by=-2.9ppm
	loop_gets 0 cause ffo-too-high
	labctl age synce0 by=2.9ppm
	loop_gets 0 status locked-ho-acq
	labctl signal synce0 input=GNSS noise=1
	loop_gets 0 cause undefined
	input_is GNSS quality=noisy
	labctl signal synce0 input=GNSS noise=0
	loop_gets 0 status locked-ho-acq
	labctl signal synce0 input=GNSS lost=1
	loop_gets 0 cause media-down
	loop_gets 0 status holdover
}

@test "limits that contradict each other are refused, and none makes a loop without end" {
	labctl new synce "${fast[@]}" signals=1 monitor=1us
	loop_gets 0 status locked-ho-acq
	run -1 labctl set synce0 accept=20ppm
	[[ $output == *"accept_ppb 20000 is above reject_ppb 12000"* ]]
	[ "$(labctl show synce0 accept_ppb)" = 9200 ]
	run -1 labctl set synce0 reject=9199ppb
	[ "$(labctl show synce0 reject_ppb)" = 12000 ]
	run -1 labctl set synce0 qualify=0ms
	run -1 labctl set synce0 monitor=999ns
	labctl set synce0 qualify=1us
	labctl signal synce0 input=GNSS offset=15ppm
	input_gets GNSS quality=freq-off
	loop_gets 0 status holdover
	# 15 ppm are accepted as soon as they may be, and are what it takes
	labctl set synce0 reject=15ppm
	labctl set synce0 accept=15ppm
	loop_gets 0 status locked-ho-acq
	# qualifying and good at first, then off frequency, qualifying and good
	input_is GNSS changes=5
}

@test "a noisy signal wanders by a thousand times as much" {
	local most

	# phases of this many looks, as far off as the farthest
	wander() {
		awk -v n="$1" 'BEGIN {
			file = "/sys/bus/lab/devices/synce0/state"
			for (; n; n--) {
				getline text <file
				close(file)
				match(text, / phase_fs=[-0-9]+/)
				fs = substr(text, RSTART + 10, RLENGTH - 10) + 0
				most = fs > most ? fs : -fs > most ? -fs : most
				system("sleep 0.05")
			}
			print most }'
	}
	labctl new synce "${fast[@]}" signals=1 monitor=1000s wander_ps=23
	loop_gets 0 status locked-ho-acq
	most=$(wander 23)
	echo "$most"
	[ "$most" -gt 0 ] && [ "$most" -le 23000 ]
	labctl signal synce0 input=GNSS noise=1
	most=$(wander 23)
	echo "$most"
	[ "$most" -gt 23000 ] && [ "$most" -le 23000000 ]
	loop_is 0 status locked-ho-acq
}

@test "holdover walks off by the ppb that it errs, and comes to an end" {
	labctl new synce "${fast[@]}" signals=1 holdover_ppb=10 drift_ppb_day=0
	loop_gets 0 status locked-ho-acq
	labctl signal synce0 input=GNSS lost=1
	loop_gets 0 status holdover
	# in one line, of one instant: fs are ppb by ns by 1000
	labctl show synce0 state | awk '$1 == "loop=0" {
		for (i = 1; i <= NF; i++) { split($i, word, "="); is[word[1]] = word[2] }
		want = -int(10 * is["dwell_ns"] / 1000)
		print is["walked_fs"], want, is["off_ppt"]
		exit is["walked_fs"] != want || is["off_ppt"] != 10000 }'
	labctl age synce0 by=90ppb
	[ "$(loop 0 off_ppt)" = 100000 ]
	labctl signal synce0 input=GNSS lost=0
	loop_gets 0 status locked-ho-acq
	labctl set synce0 holdover_max=1500ms
	labctl signal synce0 input=GNSS lost=1
	loop_gets 0 status unlocked
	labctl show synce0 transitions | grep 'loop=0 from=holdover to=unlocked dwell_ns=1500000000 cause=media-down'
	seen_at_last() {
		[[ $(seen 0) == *" holdover unlocked" ]]
	}
	until_ok seen_at_last
	# what runs free has the oscillator's error alone
	[ "$(loop 0 off_ppt)" = 90000 ]
	# a loop that has not been locked for long has nothing to hold
	labctl set synce0 ho_acq=100s
	labctl signal synce0 input=GNSS lost=0
	loop_gets 0 status locked
	labctl signal synce0 input=GNSS lost=1
	loop_gets 0 status unlocked
}

@test "a step of phase is followed at the loop's pace" {
	labctl new synce "${fast[@]}" eec_bandwidth=100 wander_ps=0 signals=1
	labctl set synce0 eec_bandwidth=100000
	loop_gets 0 status locked-ho-acq
	loop_gets 0 phase_fs 0
	labctl set synce0 eec_bandwidth=100
	labctl signal synce0 input=GNSS phase_step=-250000ps
	loop 0 phase_fs
	# the loop is 1.1 s from half of it
	awk -v fs="$(loop 0 phase_fs)" 'BEGIN { exit !(fs < -1000000 && fs >= -250000000) }'
	labctl set synce0 eec_bandwidth=100000
	loop_gets 0 phase_fs 0
	loop_is 0 changes "$(loop 0 changes)"
	! loop_is 0 status unlocked
}

@test "registers that fail: told when they work again, no storm meanwhile" {
	labctl new synce "${fast[@]}" poll_ms=50
	loop_gets 0 status locked-ho-acq
	until_ok seen_is 0 "unlocked locked locked-ho-acq"
	labctl fail synce0 op=all errno=EIO count=-1
	labctl signal synce0 input=GNSS lost=1
	loop_gets 0 input SYNCE-MUX
	until_ok driver_reaches errors 5
	loop_gets 0 status locked-ho-acq
	# one interrupt, then polls: about as many errors as there were 50 ms
	[ "$(driver errors)" -lt 1000 ]
	[ "$(labctl show synce0 failed)" -lt 2000 ]
	seen_is 0 "unlocked locked locked-ho-acq"
	labctl fail synce0 op=all count=0
	# the way there took place unseen
	until_ok driver_reaches unseen 1
	labctl signal synce0 input=8 lost=1
	labctl signal synce0 input=GNSS lost=1
	loop_gets 0 status holdover
	until_ok seen_is 0 "unlocked locked locked-ho-acq holdover"
	[ "$(driver polls)" -ge 4 ]
	# 23 errors at a time, again and again
	labctl fail synce0 op=write errno=ETIMEDOUT count=23
	labctl signal synce0 input=8 lost=0
	loop_gets 0 status locked-ho-acq
	until_ok seen_is 0 "unlocked locked locked-ho-acq holdover locked-ho-acq"
	# a chip that says nothing at all is no chip
	labctl del all
	run -0 labctl new synce
	echo lab_synce.0 >/sys/bus/platform/drivers/chs_lab_synce/unbind
	labctl fail synce0 op=read count=1
	run ! sh -c 'echo lab_synce.0 >/sys/bus/platform/drivers/chs_lab_synce/bind'
	echo lab_synce.0 >/sys/bus/platform/drivers/chs_lab_synce/bind
	[ -d "$(core 1)" ]
}

@test "a probe that fails half-way leaves nothing, wherever it does" {
	labctl new synce
	echo lab_synce.0 >/sys/bus/platform/drivers/chs_lab_synce/unbind
	# a probe makes some 290 reads
	# shellcheck disable=SC2016 # for sh
	run -0 sh -c 'cd /sys/bus/platform/drivers/chs_lab_synce
		lab=/sys/bus/lab/devices/synce0 failed=0
		for n in $(seq 0 11 280); do
			echo $n >$lab/fail_after
			echo "op=read errno=5 count=1" >$lab/fail
			echo lab_synce.0 >bind 2>/dev/null && { echo "access $n may fail"; exit 1; }
			[ -z "$(find /sys/kernel/debug/dpll -name lock_history)" ] || exit 2
			failed=$((failed + 1))
		done
		echo failed=$failed'
	[ "$output" = failed=26 ]
	[ "$(labctl show synce0 failed)" = 26 ]
	echo lab_synce.0 >/sys/bus/platform/drivers/chs_lab_synce/bind
	[ -d "$(core 1)" ]
}

@test "registers that are slow: everything happens at its instant all the same" {
	labctl new synce "${fast[@]}" access=300us signals=0
	story
	until_ok accounted
}

@test "64 chips" {
	labctl new synce count=64 "${fast[@]}" >/dev/null
	run -1 labctl new synce
	[[ $output == *"there are 64 of synce already"* ]]
	all_locked() {
		[ "$(cat /sys/bus/lab/devices/synce*/state | grep -c status=locked-ho-acq)" = 128 ]
	}
	until_ok all_locked
	[ "$(find /sys/kernel/debug/dpll -name lock_history | wc -l)" = 128 ]
	all_told() {
		[ "$(grep -l "lock_status locked-ho-acq" /sys/kernel/debug/dpll/*/stats | wc -l)" = 128 ]
	}
	until_ok all_told
	# no chip is due: none has a timer
	[ "$(cat /sys/bus/lab/devices/synce*/due | sort -u)" = -1 ]
	labctl del all
	[ "$(find /sys/kernel/debug/dpll -name lock_history | wc -l)" = 0 ]
}

@test "ports have the pins of network devices, as long as they are there" {
	has() {
		[ "$(awk -v label="$1" '$5 == label { print (NF > 7) ? $8 : "-" }' /sys/kernel/debug/dpll/pins)" = "$2" ]
	}
	labctl new synce poll_ms=50
	until_ok has SYNCE1 -
	labctl netdev synce0 input=SYNCE1 name=chs0
	nap 100
	has SYNCE1 -
	ip link add chs0 type dummy
	until_ok has SYNCE1 chs0
	ip link set chs0 name chs1
	until_ok has SYNCE1 -
	ip link set chs1 name chs0
	until_ok has SYNCE1 chs0
	labctl netdev synce0 input=11 name=lo
	until_ok has SYNCE3 lo
	input_is SYNCE3 netdev=lo
	# who goes does not wait for a chip that does not answer
	labctl fail synce0 op=read count=-1
	timeout 60 ip link del chs0
	until_ok has SYNCE1 -
	labctl fail synce0 op=read count=0
	ip link add chs0 type dummy
	until_ok has SYNCE1 chs0
	labctl netdev synce0 input=SYNCE1 name=
	until_ok has SYNCE1 -
	labctl netdev synce0 input=SYNCE1 name=chs0
	until_ok has SYNCE1 chs0
	labctl del all
	timeout 60 ip link del chs0
}

@test "a network device's pin goes with its name from port to port" {
	has() {
		[ "$(awk -v label="$1" '$5 == label { print (NF > 7) ? $8 : "-" }' /sys/kernel/debug/dpll/pins)" = "$2" ]
	}
	ip link add chs0 type dummy
	labctl new synce irq=0 poll_ms=1000
	labctl netdev synce0 input=SYNCE2 name=chs0
	run -1 labctl netdev synce0 input=SYNCE1 name=chs0
	[[ $output == *"name=chs0: another port has it"* ]]
	labctl netdev synce0 input=SYNCE2 name=chs0
	until_ok has SYNCE2 chs0
	# both within one poll, down and up
	labctl netdev synce0 input=SYNCE2 name=
	labctl netdev synce0 input=SYNCE1 name=chs0
	until_ok has SYNCE2 -
	until_ok has SYNCE1 chs0
	labctl netdev synce0 input=SYNCE1 name=
	labctl netdev synce0 input=SYNCE3 name=chs0
	until_ok has SYNCE1 -
	until_ok has SYNCE3 chs0
	# two that change places
	labctl netdev synce0 input=SYNCE0 name=lo
	until_ok has SYNCE0 lo
	has SYNCE3 chs0
	labctl netdev synce0 input=SYNCE0 name=
	labctl netdev synce0 input=SYNCE3 name=lo
	labctl netdev synce0 input=SYNCE0 name=chs0
	until_ok has SYNCE3 lo
	until_ok has SYNCE0 chs0
	labctl del all
	timeout 60 ip link del chs0
}

# ids of the one chip's devices and pins, by type and label
ids() {
	eval "$(dpll_client devices | awk '{
		for (i = 1; i <= NF; i++) { split($i, word, "="); is[word[1]] = word[2] }
		print (is["type"] == 2 ? "eec=" : "pps=") is["id"] }')"
	eval "$(dpll_client pins | awk '{
		id = $2
		for (i = 1; i <= NF; i++) if ($i ~ /^(board|panel|package)-label=/) {
			sub(/.*=/, "", $i); gsub(/-/, "_", $i); sub(/id=/, "", id)
			print $i "=" id
		} }')"
}

# of the pin with this id: its message has these words
pin_has() {
	local text

	text=$(dpll_client pin "$1")
	[[ " $text " == *" $2 "* || " $text " == *" $2"* ]]
}

set_pin() {
	dpll_client pin-set "$@"
}

@test "netlink: two devices, twelve inputs, eight outputs" {
	labctl new synce "${fast[@]}"
	ids
	loop_gets 0 status locked-ho-acq
	dpll_client pins >"$BATS_TEST_TMPDIR/pins"
	awk '{
		n++
		for (i = 1; i <= NF; i++) {
			if ($i ~ /^type=/) type[substr($i, 6)]++
			if ($i == "direction=1" || $i == "{direction=1") in_on_device++
			if ($i ~ /^esync-frequency-supported/) esync++
			if ($i ~ /^parent-pin=/) child++
			if ($i ~ /^parent-device=/) direct++
			if ($i ~ /^reference-sync=/) pair++
			if ($i ~ /label=/) label++
		} }
		END {
			print n, type[1], type[2], type[3], type[4], type[5], esync, child, direct, pair, label
		}' "$BATS_TEST_TMPDIR/pins" >"$BATS_TEST_TMPDIR/figures"
	[ "$(cat "$BATS_TEST_TMPDIR/figures")" = "20 1 13 4 1 1 4 4 32 1 20" ]
	[[ $(dpll_client device "$eec") == *"temp=45000 lock-status=3 clock-quality-level=4 mode=2 mode-supported=1 mode-supported=2 type=2"* ]]
	[[ $(dpll_client device "$pps") == *" type=1 "* ]]
	[ "$(dpll_client pin-id module-name=chs_lab_synce panel-label=GNSS)" = "pin-id-get id=$GNSS" ]
	labctl set synce0 temperature=-12345
	[[ $(dpll_client device "$pps") == *" temp=-12345 "* ]]
}

@test "netlink: what is set is what the chip does" {
	labctl new synce "${fast[@]}" wander_ps=0
	ids
	loop_gets 0 status locked-ho-acq

	# automatic: by priority, of those that may be selected
	labctl signal synce0 input=SMA1 lost=0
	input_gets SMA1 quality=good
	set_pin "$SMA1" "parent-device{parent-id=$eec,prio=0}"
	set_pin "$GNSS" "parent-device{parent-id=$eec,prio=9}"
	loop_gets 0 input SMA1
	loop_is 1 input GNSS
	input_is SMA1 "eec=0 pps=1"
	set_pin "$SMA1" "parent-device{parent-id=$eec,state=2}"
	loop_gets 0 input SYNCE-MUX
	pin_has "$SMA1" "parent-device={parent-id=$eec state=2 prio=0"
	pin_has "$SYNCE_MUX" "parent-device={parent-id=$eec state=1"
	set_pin "$SMA1" "parent-device{parent-id=$eec,state=3}"
	loop_gets 0 input SMA1

	# the multiplexer
	set_pin "$SYNCE2" "parent-pin{parent-id=$SYNCE_MUX,state=1}"
	input_gets SYNCE-MUX source=SYNCE2
	pin_has "$SYNCE2" "parent-pin={parent-id=$SYNCE_MUX state=1}"
	pin_has "$SYNCE0" "parent-pin={parent-id=$SYNCE_MUX state=2}"
	set_pin "$SYNCE2" "parent-pin{parent-id=$SYNCE_MUX,state=2}"
	input_gets SYNCE-MUX source=-

	# manual: it goes on with what it has, then takes what it is told
	dpll_client device-set "$eec" mode=1
	loop_is 0 mode manual
	loop_is 0 input SMA1
	pin_has "$SMA1" "parent-device={parent-id=$eec state=1"
	set_pin "$TCXO" "parent-device{parent-id=$eec,state=1}"
	loop_gets 0 input TCXO
	set_pin "$TCXO" "parent-device{parent-id=$eec,state=2}"
	loop_gets 0 status holdover
	loop_is 0 cause none
	dpll_client device-set "$eec" mode=2
	loop_gets 0 input SMA1

	# frequency, embedded sync, phase
	set_pin "$SMA1" esync-frequency=1
	pin_has "$SMA1" "esync-frequency=1 esync-pulse=25"
	set_pin "$SMA1" frequency=1
	[[ $(dpll_client pin "$SMA1") != *esync* ]]
	set_pin "$SMA1" phase-adjust=-250000
	loop_gets 0 phase_fs 0
	pin_has "$SMA1" phase-adjust=-250000
	set_pin "$OUT_SMA2" phase-adjust=300 frequency=1
	labctl show synce0 outputs | grep "label=OUT-SMA2 on=1 loop=1 frequency=1 esync=0 adjust_ps=300"

	# offsets of all inputs, or of the one that is followed
	pin_has "$GNSS" "parent-device={parent-id=$eec state=3 prio=9 direction=1 phase-offset=0}"
	dpll_client device-set "$eec" phase-offset-monitor=1
	[[ $(dpll_client device "$eec") == *phase-offset-monitor=1* ]]
	run ! pin_has "$GNSS" "parent-device={parent-id=$eec state=3 prio=9 direction=1 phase-offset=0}"

	# an output has one loop
	set_pin "$OUT3P" "parent-device{parent-id=$pps,state=1}"
	pin_has "$OUT3P" "parent-device={parent-id=$eec state=2"
	pin_has "$OUT3P" "parent-device={parent-id=$pps state=1"
	set_pin "$OUT3P" "parent-device{parent-id=$pps,state=2}"
	labctl show synce0 outputs | grep "label=OUT3P on=0 loop=1"

	# a pair: both halves, or none
	set_pin "$SMA1" "parent-device{parent-id=$eec,prio=8}"
	set_pin "$REF4P" "parent-device{parent-id=$eec,prio=1}"
	set_pin "$REF4P" "reference-sync{id=$REF4N,state=1}"
	pin_has "$REF4P" "reference-sync={id=$REF4N state=1}"
	pin_has "$REF4N" "parent-device={parent-id=$eec state=2"
	labctl signal synce0 input=REF4P lost=0
	input_gets REF4P quality=good
	loop_is 0 input SMA1
	labctl signal synce0 input=REF4N lost=0
	loop_gets 0 input REF4P
	set_pin "$REF4P" "reference-sync{id=$REF4N,state=2}"
	pin_has "$REF4N" "parent-device={parent-id=$eec state=3"

	# ffo in ppm, of what has a signal
	labctl signal synce0 input=GNSS offset=-4.6ppm
	pin_has "$GNSS" "fractional-frequency-offset=-4"
	labctl signal synce0 input=GNSS lost=1
	input_gets GNSS quality=no-signal
	[[ $(dpll_client pin "$GNSS") != *fractional* ]]
}

@test "netlink: priority 15 is taken and reads as it was set, and is never chosen" {
	labctl new synce "${fast[@]}"
	ids
	loop_gets 0 status locked-ho-acq
	loop_gets 0 input GNSS
	set_pin "$GNSS" "parent-device{parent-id=$eec,prio=15}"
	loop_gets 0 input SYNCE-MUX
	pin_has "$GNSS" "parent-device={parent-id=$eec state=3 prio=15"
	pin_has "$GNSS" "parent-device={parent-id=$pps state=1"
	input_is GNSS "eec=15"
	# not even where there is no other
	labctl signal synce0 input=SYNCE0 lost=1
	loop_gets 0 status holdover
	set_pin "$GNSS" "parent-device{parent-id=$eec,state=2}"
	set_pin "$GNSS" "parent-device{parent-id=$eec,state=3}"
	nap 1000
	loop_is 0 status holdover
	set_pin "$GNSS" "parent-device{parent-id=$eec,state=3,prio=14}"
	loop_gets 0 input GNSS
	pin_has "$GNSS" "parent-device={parent-id=$eec state=1 prio=14"
}

@test "netlink: what cannot be is refused in words, and changes nothing" {
	refused() {
		local text=$1

		shift
		run -1 dpll_client "$@"
		[[ $output == *"$text"* ]] || {
			echo "$* says: $output"
			return 1
		}
	}
	labctl new synce "${fast[@]}"
	ids
	loop_gets 0 status locked-ho-acq
	refused "selectable or disconnected" pin-set "$SMA1" "parent-device{parent-id=$eec,state=1}"
	refused "from 0 to 15" pin-set "$SMA1" "parent-device{parent-id=$eec,prio=16}"
	refused "not allowed" pin-set "$SMA1" "parent-device{parent-id=$eec,direction=2}"
	refused "not supported" pin-set "$SMA1" frequency=25000000
	refused "embedded sync" pin-set "$SMA2" esync-frequency=1
	refused "phase adjust" pin-set "$GNSS" phase-adjust=1000001
	refused "phase adjust" pin-set "$OUT_SMA1" phase-adjust=101
	refused "connected or disconnected" pin-set "$OUT_SMA1" "parent-device{parent-id=$eec,state=3}"
	refused "connected or disconnected" pin-set "$SYNCE1" "parent-pin{parent-id=$SYNCE_MUX,state=3}"
	refused "EINVAL: reference sync set failed" pin-set "$REF4P" "reference-sync{id=$REF4N,state=3}"
	set_pin "$REF4N" frequency=100
	set_pin "$REF4P" "reference-sync{id=$REF4N,state=1}"
	refused "sync of a reference sync pair" pin-set "$REF4N" "parent-device{parent-id=$eec,state=3}"
	refused "from 0 to 15" device-set "$eec" phase-offset-avg-factor=16
	dpll_client device-set "$eec" mode=1
	refused "connected or disconnected" pin-set "$SMA1" "parent-device{parent-id=$eec,state=3}"
	loop_is 0 input GNSS
	loop_is 0 changes 2
	# a chip that does not answer: its errno comes through
	labctl fail synce0 op=read errno=EIO count=1
	refused "" device "$eec"
	[[ $(dpll_client device "$eec") == *lock-status=3* ]]
}

@test "netlink: each transition is told once, with an interrupt and by polling" {
	local irq before

	for irq in 1 0; do
		labctl new synce "${fast[@]}" irq=$irq poll_ms=20 signals=0
		ids
		labctl signal synce0 input=GNSS lost=0
		loop_gets 0 status locked-ho-acq
		loop_gets 1 status locked-ho-acq
		until_ok accounted
		before=$(told)
		dpll_client monitor 1000000 >"$BATS_TEST_TMPDIR/told" 3>&- &
		until_ok listens $!
		labctl signal synce0 input=GNSS lost=1
		loop_gets 0 status holdover
		labctl signal synce0 input=GNSS lost=0
		loop_gets 0 status locked-ho-acq
		loop_gets 1 status locked-ho-acq
		until_ok accounted
		has_been_told() {
			[ "$(grep -c '^device-change-ntf' "$BATS_TEST_TMPDIR/told")" -ge $(($(told) - before)) ]
		}
		until_ok has_been_told
		kill %%
		wait %% || :
		# as many as the subsystem knows of, and no status of either twice
		awk '/^device-change-ntf/ {
			for (i = 1; i <= NF; i++) { split($i, word, "="); is[word[1]] = word[2] }
			twice += n[is["type"] "," is["lock-status"]]++
			all++ }
			END { print all, twice + 0 }' "$BATS_TEST_TMPDIR/told" >"$BATS_TEST_TMPDIR/figures"
		cat "$BATS_TEST_TMPDIR/figures"
		[ "$(cat "$BATS_TEST_TMPDIR/figures")" = "$(($(told) - before)) 0" ]
		[ "$(told)" -ge $((before + 4)) ]
		# and the pin with them: connected or not
		grep "^pin-change-ntf id=$GNSS .*state=3 .*state=3 " "$BATS_TEST_TMPDIR/told"
		grep "^pin-change-ntf id=$GNSS .*state=1 .*state=1 " "$BATS_TEST_TMPDIR/told"
		labctl del all
	done
}

@test "netlink: what a pin displaces is told of too" {
	told_of() {
		grep -E "^pin-change-ntf id=$1 .*$2" "$BATS_TEST_TMPDIR/told"
	}
	# nothing has a signal: the chip itself has nothing to tell
	labctl new synce "${fast[@]}" signals=0
	ids
	dpll_client device-set "$eec" mode=1
	set_pin "$SMA1" "parent-device{parent-id=$eec,state=1}"
	dpll_client monitor 1000000 >"$BATS_TEST_TMPDIR/told" 3>&- &
	until_ok listens $!
	set_pin "$SYNCE2" "parent-pin{parent-id=$SYNCE_MUX,state=1}"
	until_ok told_of "$SYNCE0" "parent-pin={parent-id=$SYNCE_MUX state=2}"
	told_of "$SYNCE2" "parent-pin={parent-id=$SYNCE_MUX state=1}"
	set_pin "$SMA2" "parent-device{parent-id=$eec,state=1}"
	until_ok told_of "$SMA1" "parent-device={parent-id=$eec state=2"
	set_pin "$REF4P" "reference-sync{id=$REF4N,state=1}"
	until_ok told_of "$REF4N" "parent-device={parent-id=$pps state=2"
	set_pin "$REF4P" "reference-sync{id=$REF4N,state=2}"
	until_ok told_of "$REF4N" "parent-device={parent-id=$pps state=3"
	# and once each: what stays as it is is not displaced
	set_pin "$SYNCE2" "parent-pin{parent-id=$SYNCE_MUX,state=1}"
	set_pin "$SMA2" "parent-device{parent-id=$eec,state=1}"
	set_pin "$REF4P" "reference-sync{id=$REF4N,state=2}"
	set_pin "$GNSS" phase-adjust=23
	until_ok told_of "$GNSS" phase-adjust=23
	kill %%
	wait %% || :
	[ "$(told_of "$SYNCE0" "" | wc -l)" = 1 ]
	[ "$(told_of "$SMA1" "" | wc -l)" = 1 ]
	[ "$(told_of "$REF4N" "" | wc -l)" = 2 ]
}

@test "netlink: numbers of 64 bits are whole, whoever else reads registers" {
	kernel_has regmap_debugfs_init || skip "this kernel does not show register maps"
	labctl new synce "${fast[@]}" wander_ps=0 access_ns=20000
	[ -r /sys/kernel/debug/regmap/synce0/registers ]
	ids
	loop_gets 0 status locked-ho-acq
	loop_gets 0 phase_fs 0
	labctl signal synce0 input=SMA1 lost=0 phase_step=1ms
	input_gets SMA1 quality=good
	dpll_client device-set "$eec" phase-offset-monitor=1
	sh -c 'while :; do cat /sys/kernel/debug/regmap/synce0/registers; done' >/dev/null 2>&1 3>&- &
	for _ in 1 2 3 4 5 6 7; do
		dpll_client pins
	done >"$BATS_TEST_TMPDIR/pins"
	kill %%
	wait %% || :
	# all say the same of each input: nothing moves
	awk '{
		text = $2
		for (i = 3; i <= NF; i++)
			if ($i ~ /phase-offset=/)
				text = text " " $i
		if (text != $2 && !seen[text]++) {
			print text
			kinds++
		} }
		END { exit kinds != 8 }' "$BATS_TEST_TMPDIR/pins"
}

@test "netlink: a pin is told to be connected only where it is, however the loop moves" {
	local reads n

	labctl new synce "${fast[@]}" qualify=1ms wtr=1us holdoff=1us ho_acq=1000s
	ids
	input_gets SYNCE-MUX quality=good
	for n in 1 2 3 4 5 6 7 8 9 10 11; do
		labctl signal synce0 input=GNSS lost=0
		loop_gets 0 input GNSS
		loop_gets 0 state locked
		# a loop so slow that it never locks to another input
		labctl set synce0 eec_bandwidth=1
		labctl set synce0 access_ns=5000000
		reads=$(labctl show synce0 reads)
		dpll_client pin "$SYNCE_MUX" >"$BATS_TEST_TMPDIR/pin" 3>&- &
		# GNSS goes between the n-th register that the pin's state takes and the next
		awk -v want=$((reads + n)) 'BEGIN {
			lab = "/sys/bus/lab/devices/synce0/"
			do {
				getline reads <(lab "reads")
				close(lab "reads")
			} while (reads + 0 < want)
			print "input=GNSS lost=1" >(lab "signal") }'
		wait
		labctl set synce0 access_ns=0
		loop_is 0 input SYNCE-MUX
		loop_is 0 state acquiring
		grep "parent-device={parent-id=$eec state=3" "$BATS_TEST_TMPDIR/pin"
		labctl set synce0 eec_bandwidth=100000
	done
}

@test "netlink: a hold-off is not ended by what is no choice" {
	labctl new synce "${fast[@]}" holdoff=1000s
	ids
	loop_gets 0 status locked-ho-acq
	loop_gets 1 status locked-ho-acq
	labctl signal synce0 input=GNSS lost=1
	loop_gets 0 status holdover
	set_pin "$SYNCE_MUX" phase-adjust=23
	dpll_client device-set "$eec" phase-offset-monitor=1
	loop_is 0 input -
	loop_is 1 input -
	# a priority is one
	set_pin "$SYNCE_MUX" "parent-device{parent-id=$eec,prio=1}"
	loop_gets 0 input SYNCE-MUX
	loop_is 1 input -
}

@test "an acquisition goes on when the other loop is tuned" {
	local due

	labctl new synce "${fast[@]}" eec_bandwidth=10 signals=1
	loop_gets 0 state acquiring
	loop_gets 1 status locked-ho-acq
	due=$(labctl show synce0 due)
	labctl set synce0 pps_bandwidth=23000
	[ "$(labctl show synce0 due)" = "$due" ]
	labctl set synce0 eec_bandwidth=10
	[ "$(labctl show synce0 due)" = "$due" ]
	# a step begins it again
	labctl signal synce0 input=GNSS phase_step=1us
	[ "$(labctl show synce0 due)" -gt "$due" ]
}

@test "the driver leaves under dumps, sets and subscriptions" {
	local jobs

	labctl new synce count=3 "${fast[@]}" poll_ms=1
	for _ in 1 2 3; do
		sh -c 'while :; do dpll_client pins; dpll_client devices; done' >/dev/null 2>&1 3>&- &
		jobs=$!
		sh -c 'while :; do for id in 0 1 2 3 4 5 6 7; do
			dpll_client pin-set $id phase-adjust=$((RANDOM % 1000)); done; done' >/dev/null 2>&1 3>&- &
		jobs="$jobs $!"
		dpll_client monitor 1000000 >/dev/null 2>&1 3>&- &
		jobs="$jobs $!"
		nap 200
		modprobe -r chs_lab_synce
		modprobe chs_lab_synce
		nap 100
		# shellcheck disable=SC2086 # words
		kill $jobs
		wait || :
	done
	[ "$(find /sys/kernel/debug/dpll -name lock_history | wc -l)" = 6 ]
}

@test "wrong words get an errno and what would be right" {
	labctl new synce
	run -1 labctl signal synce0 input=12 lost=1
	[[ $output == *"input=12: want 0 to 11 or GNSS SMA1"* ]]
	run -1 labctl signal synce0 lost=1
	[[ $output == *"want input="* ]]
	run -1 labctl signal synce0 input=0 lost=2
	[[ $output == *"lost: 2 is not within 0 to 1"* ]]
	run -1 labctl signal synce0 input=SYNCE-MUX lost=1
	[[ $output == *"has no signal of its own"* ]]
	run -1 labctl signal synce0 input=TCXO offset=1ppm
	[[ $output == *"see age"* ]]
	run -1 labctl signal synce0 input=0 offset=1001ppm
	[[ $output == *"is not within"* ]]
	run -2 labctl signal synce0 input=0 phase_step=1.5ps
	[[ $output == *"no whole number of ps"* ]]
	run -1 labctl age synce0 ppb=1
	[[ $output == *"want by_ppb= or drift_ppb_day="* ]]
	run -1 labctl netdev synce0 input=0 name=eth0
	[[ $output == *"want input=8 to 11"* ]]
	run -1 labctl netdev synce0 input=8 name=a_name_of_16_char
	run -1 labctl new synce accept=20ppm
	[[ $output == *"accept_ppb 20000 is above reject_ppb 12000"* ]]
	run -1 labctl new synce clock_id=none
	[[ $output == *"no EUI-64"* ]]
	run -1 labctl set synce0 eec_bandwidth=0
}

@test "wander is the seed's, and units of phase are turned into ps" {
	labctl new synce count=2 wander=100ns seed=7 signals=0
	[ "$(labctl show synce1 wander_ps)" = 100000 ]
	labctl set synce1 wander=1.5ns
	[ "$(labctl show synce1 wander_ps)" = 1500 ]
	labctl set synce1 wander_ps=23ps
	[ "$(labctl show synce1 wander_ps)" = 23 ]
	run -2 labctl set synce1 wander=1.0001ns
}

@test "the driver comes and goes under open files, and the chip goes under the driver" {
	labctl new synce count=2 "${fast[@]}" poll_ms=1
	for _ in 1 2 3; do
		while :; do
			cat /sys/kernel/debug/dpll/*/* /sys/bus/lab/devices/*/state
		done >/dev/null 2>&1 3>&- &
		nap 50
		modprobe -r chs_lab_synce
		[ "$(find /sys/kernel/debug/dpll -name lock_history | wc -l)" = 0 ]
		modprobe chs_lab_synce
		[ "$(find /sys/kernel/debug/dpll -name lock_history | wc -l)" = 4 ]
		kill %%
		wait %% || :
	done
	labctl signal 'synce*' input=GNSS lost=1
	labctl del synce0
	chip=synce1 loop_gets 0 input SYNCE-MUX
	modprobe -r lab_synce
	modprobe lab_synce
	[ "$(labctl list)" = "no devices; make some: labctl new phc" ]
}
