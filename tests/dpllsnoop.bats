#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# dpllsnoop: a story of the lab as it tells it, and a driver that does what it is told for
# storms, losses, sets and refusals. Runs in the guest.

# variables of jq, and what tests/lib/tool.bash looks at
# shellcheck disable=SC2016,SC2034

bats_require_minimum_version 1.5.0
load lib/tool

# loops that lock in 18 and 177 ms
fast=(eec_bandwidth=100000 pps_bandwidth=10000 slope_ppb=0 qualify=100ms wtr=200ms ho_acq=300ms)

setup() {
	needs_dpll
	tool_setup dpllsnoop
}

teardown() {
	tool_teardown
	labctl del all
	! [ -d /sys/class/net/snoop0 ] || ip link del snoop0
	! [ -d /sys/module/dpll_hand ] || modprobe -r dpll_hand
}

# hand COMMAND: one command to the driver, see tests/modules/dpll_hand.c
hand() {
	echo "$*" >/dev/dpll_hand
}

# a device in slot 0, locked, with pins 0 and 1, connected and selectable; $id is its number
hand_device() {
	modprobe dpll_hand
	hand dev 0 get 0x1122334455667788 0
	hand dev 0 reg 0 2
	hand_pin 0 1 GNSS
	hand_pin 1 3 SMA
	id=$(number_of device clock-id=0x1122334455667788)
}

# hand_says COMMAND: what it has to say
hand_says() {
	local fd says

	exec {fd}<>/dev/dpll_hand
	echo "$*" >&"$fd"
	read -r says <&"$fd"
	exec {fd}>&-
	echo "$says"
}

# at_least N COMMAND...: the driver says so much
at_least() {
	[ "$(hand_says "${@:2}")" -ge "$1" ]
}

# a second device, in slot 1
hand_second() {
	hand dev 1 get 0x1122334455667788 1
	hand dev 1 reg 0 1
}

# away again
hand_second_goes() {
	hand dev 1 unreg 0
	hand dev 1 put
}

# hand_pin SLOT STATE LABEL [DEVICE [TYPE]]
hand_pin() {
	local dev=${4:-0}

	hand pin "$1" prop clear
	hand pin "$1" prop type "${5:-2}"
	hand pin "$1" prop caps 7
	hand pin "$1" prop ranges 3
	hand pin "$1" prop board "$3"
	hand pin "$1" get 0x1122334455667788 "$1"
	hand pin "$1" seton "$dev" state "$2"
	hand pin "$1" seton "$dev" direction 1
	hand pin "$1" reg "$dev" 0
}

# number_of device|pin NAME=VALUE: by which users call it
number_of() {
	local answer

	answer=$(dpll_client "$1-id" "$2")
	echo "${answer##*id=}"
}

# lock STATUS [ERROR]: the device has it, and says so
lock() {
	hand dev 0 set error "${2:-0}"
	hand dev 0 set lock "$1"
	hand dev 0 ntf 1 task
}

# storm N: so many transitions, locked and holdover in turn
storm() {
	awk -v n="$1" 'BEGIN {
		for (i = 0; i < n; i++) {
			print "dev 0 set lock " (i % 2 ? 2 : 4) >"/dev/dpll_hand"
			fflush("/dev/dpll_hand")
			print "dev 0 ntf 1 task" >"/dev/dpll_hand"
			fflush("/dev/dpll_hand")
		}
	}'
}

# says N PATTERN: so many lines of the output, at least
says() {
	[ "$(grep -c "$2" "$out")" -ge "$1" ]
}

waits_for() {
	patience=${patience:-20} until_ok says "$@"
}

loop_is() {
	grep -q "^loop=$1 .*status=$2" /sys/bus/lab/devices/synce0/state
}

@test "the story: GNSS lost, holdover, SyncE, locked, GNSS back; both sources tell the same" {
	local other=$BATS_TEST_TMPDIR/other second

	labctl new synce "${fast[@]}"
	until_ok loop_is 0 locked-ho-acq
	until_ok loop_is 1 locked-ho-acq
	dpllsnoop -j --source netlink >"$other" 2>&1 3>&- &
	second=$!
	until_ok test -s "$other"
	by_itself='' begin
	labctl signal synce0 input=GNSS lost=1
	waits_for 6 '"transition"'
	labctl signal synce0 input=GNSS lost=0
	waits_for 2 '"type":"input"'
	labctl show synce0 transitions | awk '{ print $2, $3, $4, $5 }' | sed 's/[a-z_]*=//g' |
		tail -n 6 >"$BATS_TEST_TMPDIR/chip"
	end INT
	kill -INT $second
	wait $second
	holds '.[0].type == "start" and .[0].source == "bpf+netlink" and .[0].attached == "tp_btf"' \
		'[.[] | select(.type == "device") | .status, .input] ==
		["locked-ho-acq", "GNSS", "locked-ho-acq", "GNSS"]' \
		'[.[] | select(.type == "transition" and .device_type == "eec") | .from, .to] ==
		["locked-ho-acq", "holdover", "holdover", "locked", "locked", "locked-ho-acq"]' \
		'[.[] | select(.type == "transition") | .to == "holdover" or .input == "SYNCE-MUX" and
		.input_child == "SYNCE0"] | all' \
		'[.[] | select(.type == "transition" and .to == "holdover") | .error == "media-down" and
		.cause == "media-down" and .input == null and .input_before == "GNSS"] == [true, true]' \
		'[.[] | select(.type == "input") | .input == "GNSS" and .input_before == "SYNCE-MUX"] ==
		[true, true]' \
		'.[-1].type == "total" and .[-1].emitted == .[-1].seen and .[-1].lost == 0 and
		.[-1].notifications_lost == 0 and .[-1].transitions == 6' \
		'. as $all | .[-1].devices | map(.unlocked_ns + .locked_ns + .locked_ho_acq_ns + .holdover_ns
		- $all[-1].elapsed_s * 1e9 | fabs < 50e6) == [true, true]' \
		'. as $all | .[-1].devices | map(. as $d | .holdovers == 1 and .holdover_longest_ns ==
		([$all[] | select(.type == "transition" and .device == $d.device and
		.from == "holdover")][0].dwell_ns)) == [true, true]'
	# the dwell times that the chip itself had, but for how late the driver hears of it
	jq -r 'select(.type == "transition") | "\(if .device_type == "eec" then 0 else 1 end) \(.from)
		\(.to) \(.dwell_ns)"' "$out" | tr '\n' ' ' | sed 's/ \([01]\) /\n\1 /g; s/[\t ]\+/ /g' |
		sort >"$BATS_TEST_TMPDIR/told"
	sort "$BATS_TEST_TMPDIR/chip" | paste -d ' ' - "$BATS_TEST_TMPDIR/told" |
		awk -v slow="${CHS_SLOW:-1}" '{
			off = $4 - $8
			if (off < 0)
				off = -off
			if (NF != 8 || $1 != $5 || $2 != $6 || $3 != $7 || off > 15e7 * slow)
				bad = 1
			print
		} END { exit bad || NR != 6 }'
	# and what notifications show is the same, in the same order
	diff <(jq -c 'select(.type == "transition") | [.device, .from, .to, .input]' "$out") \
		<(jq -c 'select(.type == "transition") | [.device, .from, .to, .input]' "$other")
}

@test "--until: 0 with that transition as the last line, 5 when time is up" {
	labctl new synce "${fast[@]}"
	until_ok loop_is 0 locked-ho-acq
	until_ok loop_is 1 locked-ho-acq
	begin --until holdover --timeout 30
	labctl signal synce0 input=GNSS lost=1
	end 0
	holds '.[-1].type == "transition" and .[-1].to == "holdover"' \
		'[.[] | select(.to == "holdover")] | length == 1'

	# it is so already: that says the device's line
	until_ok loop_is 0 locked-ho-acq
	begin --until locked-ho-acq -d eec --source netlink
	end 0
	holds '.[-1].type == "device" and .[-1].status == "locked-ho-acq"'

	# also where not all are, --check tells of losses and of nothing else
	begin --until locked-ho-acq -d eec --check
	end 0

	begin --until unlocked --timeout 0.3
	end 0 5
	holds '.[-1].type == "total"'
	# no time at all: as it is now
	begin --until unlocked --timeout 0
	end 0 5
	begin --until locked-ho-acq -d eec --timeout 0
	end 0
	begin --duration 0
	end 0
	holds '.[-1].type == "total"'
	run -2 dpllsnoop --timeout 3
	run -2 dpllsnoop --timeout 0
	run -2 dpllsnoop --until locked --timeout -1
	[[ $output == *'number of seconds'* ]]
	run -2 dpllsnoop --until elsewhere
}

@test "--until: a status that becomes known, a device that a resync finds, losses before" {
	local source

	hand_device
	for source in auto netlink; do
		# the driver has no answer at first
		hand dev 0 fail lock_status_get -5
		begin --until locked --timeout 30 --source $source
		hand dev 0 fail lock_status_get 0
		hand dev 0 ntf 1 task
		end 0
		holds '[.[] | select(.type == "device") | .status] == [null, "locked"]' \
			'.[-1].type == "device"'
	done

	# and nobody has ever known it
	hand dev 1 get 0x1122334455667788 1
	hand dev 1 fail lock_status_get -5
	hand dev 1 set lock 4
	hand dev 1 reg 0 1
	begin --until holdover --timeout 30
	hand dev 1 fail lock_status_get 0
	hand dev 1 ntf 1 task
	end 0
	holds '.[-1] | .type == "device" and .status == "holdover"'
	hand_second_goes

	begin --until holdover --timeout 30 --source netlink --socket-buffer 4096
	kill -STOP "$pid"
	hand dev 0 ntf 1009 task
	hand dev 1 get 0x1122334455667788 1
	hand dev 1 set lock 4
	hand dev 1 reg 0 1
	kill -CONT "$pid"
	end 0
	holds '.[-1] | .type == "appeared" and .status == "holdover"' '[.[] | .type == "lost"] | any'
	hand_second_goes

	begin --until unlocked --timeout 30 --check --source netlink --socket-buffer 4096
	kill -STOP "$pid"
	lock 1
	storm 1009
	kill -CONT "$pid"
	end 0 3
	holds '.[-1] | .type == "transition" and .to == "unlocked" and .source == "netlink"'
}

@test "who set what, and what came of it; who was refused, and with what words" {
	local pin

	hand_device
	pin=$(number_of pin board-label=SMA)
	begin -p -r
	dpll_client pin-set "$pin" "parent-device{parent-id=$id,prio=23}"
	run -1 dpll_client pin-set "$pin" phase-adjust=101
	run -1 dpll_client pin-set 4711 phase-adjust=101
	dpll_client pin-set "$pin" frequency=1
	hand pin 0 seton 0 state 2
	hand pin 1 seton 0 state 1
	lock 4 2
	waits_for 1 '"transition"'
	hand pin 0 seton 0 state 1
	hand pin 1 seton 0 state 3
	dpll_client pin-set "$(number_of pin board-label=GNSS)" \
		"parent-device{parent-id=$id,prio=5}"
	waits_for 1 '"type":"input"'
	dpll_client device-set "$id" mode=1
	waits_for 1 '"type":"mode"'
	end
	holds '[.[] | select(.type == "pin_change" and .what == "prio") | .label, .old, .new, .comm,
		.pid > 0, .source] == ["SMA", 0, 23, "dpll_client", true, "bpf", "GNSS", 0, 5,
		"dpll_client", true, "bpf"]' \
		'[.[] | select(.type == "pin_change" and .what == "frequency") | .new, .comm] ==
		[1, "dpll_client"]' \
		'[.[] | select(.type == "refused") | .err, .text, .attempt, .comm] == [-22,
		"phase adjust value not supported", "phase-adjust of SMA ? -> +101ps", "dpll_client", -19,
		"pin not found", null, "dpll_client"]' \
		'[.[] | select(.type == "transition") | .cause == "set" and .comm == "dpll_client" and
		.actor_age_ns > 0 and (.action | startswith("frequency of SMA")) and
		.error == "undefined" and .input == "SMA" and .input_before == "GNSS"] == [true]' \
		'[["GNSS", "connected", "disconnected"], ["SMA", "selectable", "connected"],
		["GNSS", "disconnected", "connected"]] - [.[] | select(.type == "pin_change" and
		.what == "state" and .comm == null) | [.label, .old, .new]] == []' \
		'[.[] | select(.type == "input") | .input, .input_before, .comm, .actor_age_ns > 0,
		(.action | startswith("prio of GNSS on"))] == ["GNSS", "SMA", "dpll_client", true, true]' \
		'[.[] | select(.type == "mode") | .old, .new, .comm] == ["automatic", "manual", "dpll_client"]' \
		'.[-1].emitted == .[-1].seen'
}

@test "-p: one line for one change of a state, whoever reports it; none for a set to what it is" {
	local pin source

	hand_device
	pin=$(number_of pin board-label=SMA)
	for source in auto netlink; do
		begin -p --source $source
		for state in 2 2 3 3; do
			dpll_client pin-set "$pin" "parent-device{parent-id=$id,state=$state}"
		done
		dpll_client pin-set "$pin" "parent-device{parent-id=$id,prio=0}"
		# by itself, and the driver reports it
		hand pin 1 seton 0 state 2
		hand pin 1 ntf 1 task
		waits_for 3 '"pin_change"'
		end
		hand pin 1 seton 0 state 3
		source=$source holds '[.[] | select(.type == "pin_change") | .label, .what, .old, .new,
			.comm] == (if env.source == "auto" then "dpll_client" else null end) as $who |
			["SMA", "state", "selectable", "disconnected", $who,
			"SMA", "state", "disconnected", "selectable", $who,
			"SMA", "state", "selectable", "disconnected", null]'
	done
}

@test "-p: a network device that moves from pin to pin" {
	local source

	ip link add snoop0 type dummy
	hand_device
	hand_pin 2 3 PORT0 0 3
	hand_pin 3 3 PORT1 0 3
	for source in auto netlink; do
		hand pin 2 netdev snoop0
		begin -p --source $source
		hand pin 3 netdev snoop0
		hand pin 3 netdev snoop0
		waits_for 2 '"what":"netdev"'
		hand netdev-clear snoop0
		waits_for 3 '"what":"netdev"'
		end
		source=$source holds '[.[] | select(.type == "pin" and .label == "PORT0") | .netdevs] ==
			[["snoop0"]]' \
			'[.[] | select(.type == "pin_change") | .label, .what, .old, .new] ==
			["PORT0", "netdev", "snoop0", null, "PORT1", "netdev", null, "snoop0",
			"PORT1", "netdev", "snoop0", null]' \
			'[.[] | select(.type == "pin_change") | .source] | unique ==
			[if env.source == "auto" then "bpf" else "netlink" end]'
	done
	ip link del snoop0
}

@test "lines come in the order of their times, also where a report was deferred" {
	local ordered=

	hand_device
	hand_second
	hand_pin 2 3 OTHER 1
	# on a busy machine what is deferred may take longer than lines are held
	for _ in 1 2 3 4 5; do
		hand dev 0 slow lock_status_get 0
		hand pin 2 seton 1 state 3
		lock 2
		begin -p
		hand dev 0 slow lock_status_get 10
		hand dev 0 set lock 4
		hand dev 0 ntf 1 irq
		hand pin 2 seton 1 state 2
		hand pin 2 ntf 1 task
		waits_for 1 '"transition"'
		waits_for 1 '"pin_change"'
		end
		! holds '[.[] | select(.type == "transition" or .type == "pin_change")] |
			map(.type) == ["transition", "pin_change"] and .[0].mono_ns < .[1].mono_ns' || {
			ordered=yes
			break
		}
	done
	[ -n "$ordered" ]
}

@test "notifications alone show changes too, with the time of their arrival" {
	local pin

	hand_device
	pin=$(number_of pin board-label=SMA)
	begin -p --source netlink
	dpll_client pin-set "$pin" "parent-device{parent-id=$id,prio=23}"
	lock 4 3
	lock 2
	waits_for 2 '"transition"'
	end
	holds '.[0].source == "netlink" and .[0].attached == null' \
		'[.[] | select(.type == "pin_change") | .label, .what, .old, .new, .source] ==
		["SMA", "prio", 0, 23, "netlink"]' \
		'[.[] | select(.type == "transition") | .to, .cause, .dwell_at_least, .source] ==
		["holdover", "media-down", true, "netlink", "locked", null, false, "netlink"]' \
		'[.[] | select(.type == "transition")] | .[1].dwell_ns == .[1].mono_ns - .[0].mono_ns' \
		'.[-1] | .notifications == 3 and (has("emitted") | not)'
}

@test "101 transitions: each once, none left out, one after the other" {
	hand_device
	begin
	storm 101
	waits_for 101 '"transition"'
	end
	holds '[.[] | select(.type == "transition")] | length == 101 and
		([range(1; 101) as $i | .[$i].from == .[$i - 1].to and
		.[$i].dwell_ns == .[$i].mono_ns - .[$i - 1].mono_ns] | all)' \
		'.[-1] | .emitted == .seen and .lost == 0 and .notifications == 101 and .transitions == 101' \
		'.[-1].devices[0] | .holdovers == 51 and .status == "holdover"' \
		'[.[] | select(.type == "transition" and .source != "bpf")] == []'
}

@test "a storm of 10007 with a small ring: seen and lost make up what was emitted, then a resync" {
	hand_device
	begin --ring 4096 --check
	kill -STOP "$pid"
	storm 10007
	kill -CONT "$pid"
	waits_for 1 '"lost"'
	waits_for 1 '"source":"resync"'
	end TERM 3
	holds '.[-1] | .emitted == .seen + .lost and .emitted >= 10007 and .lost > 9000 and .resyncs >= 1' \
		'([.[] | select(.type == "lost" and .source == "bpf") | .count] | add) == .[-1].lost' \
		'[.[] | select(.type == "transition")][-1].to == "holdover"' \
		'.[-1].devices[0].status == "holdover"'
}

@test "a storm of 10007 with little room for notifications: as many as were sent" {
	hand_device
	begin --source netlink --socket-buffer 4096 --check
	kill -STOP "$pid"
	storm 10007
	kill -CONT "$pid"
	waits_for 1 '"lost"'
	lock 1
	waits_for 1 '"to":"unlocked"'
	end TERM 3
	holds '.[-1] | .notifications + .notifications_lost == 10008 and .notifications_lost > 9000' \
		'[.[] | select(.to == "unlocked") | .dwell_at_least] == [true]' \
		'([.[] | select(.type == "lost" and .source == "netlink") | .count] | add) ==
		.[-1].notifications_lost' \
		'[.[] | select(.type == "transition" and .source == "resync")] | length >= 1' \
		'.[-1].devices[0].status == "unlocked"'
}

@test "after a loss: what was heard before it is told first, then how things are" {
	local source

	hand_device
	hand dev 0 set lock 2
	for source in auto netlink; do
		begin --source $source --socket-buffer 1000003 --check
		kill -STOP "$pid"
		storm 211
		hand_second
		hand dev 0 ntf 10007 task
		lock 1
		hand_second_goes
		kill -CONT "$pid"
		waits_for 1 '"gone"'
		waits_for 1 '"to":"unlocked"'
		lock 2
		waits_for 106 '"to":"locked"'
		end TERM 3
		holds '[.[] | select(.type == "transition")] | length == 213 and
			([range(1; 213) as $i | .[$i].from == .[$i - 1].to] | all)' \
			'[.[] | .type | select(. == "appeared" or . == "gone")] == ["appeared", "gone"]' \
			'.[-1].devices | map(.status) == ["locked", "gone"]' \
			'.[-1] | .notifications_lost > 0 and .resyncs >= 1'
	done
	holds '[.[] | select(.type == "transition")][-2:] | map(.to, .source, .dwell_at_least) ==
		["unlocked", "resync", false, "locked", "netlink", true]' \
		'[.[] | select(.type == "transition" and .source == "resync")] | length == 1'
}

@test "pins that came and went while notifications were lost" {
	hand_device
	begin -p --source netlink --socket-buffer 4096
	kill -STOP "$pid"
	hand dev 0 ntf 1009 task
	hand pin 1 unreg 0 0
	hand_pin 2 3 LATE
	kill -CONT "$pid"
	waits_for 1 '"pin_gone"'
	waits_for 1 '"pin_appeared"'
	end
	holds '[.[] | select(.type == "pin_gone") | .label] == ["SMA"]' \
		'[.[] | select(.type == "pin_appeared") | .label] == ["LATE"]'
}

@test "at the end all that was notified is told, not a part" {
	hand_device
	begin --source netlink --check
	kill -STOP "$pid"
	storm 1009
	lock 1
	kill -TERM "$pid"
	end CONT 4
	holds '.[-1] | .notifications == 1010 and .notifications_lost == 0 and .transitions == 1010' \
		'[.[] | select(.type == "transition")] | length == 1010 and .[-1].to == "unlocked" and
		.[-1].input == "GNSS" and ([.[] | select(has("input"))] | length <= 17)' \
		'.[-1].devices[0].status == "unlocked"'
}

@test "what comes while the devices are asked for is one transition, to how it is then" {
	hand_device
	hand_second
	hand_pin 2 3 SLOW 1
	hand pin 2 slow prio_get $((5000 * ${CHS_SLOW:-1}))
	dpllsnoop -j --source netlink >"$out" 2>"$err" 3>&- &
	pid=$!
	until_ok at_least 1 pin 2 calls prio_get
	storm 101
	lock 1
	# still asking
	[ ! -s "$out" ]
	hand pin 2 slow prio_get 0
	waits_for 1 '"transition"'
	lock 2
	waits_for 1 '"to":"locked"'
	end
	holds '[.[] | select(.type == "transition") | .from, .to] == ["locked", "unlocked", "unlocked",
		"locked"]' '.[-1].notifications == 103'
}

@test "devices come and go; filters; --check tells of one that ended unlocked" {
	begin --check -p
	until_ok grep -q 'waiting for devices' "$err"
	hand_device
	waits_for 1 '"appeared"'
	lock 1
	waits_for 1 '"transition"'
	modprobe -r dpll_hand
	waits_for 1 '"gone"'
	hand_device
	waits_for 2 '"appeared"'
	lock 4
	lock 1
	waits_for 3 '"transition"'
	end TERM 4
	holds '[.[] | select(.type == "appeared") | .status] == ["locked", "locked"]' \
		'[.[] | select(.type == "transition") | .from, .to] == ["locked", "unlocked", "locked",
		"holdover", "holdover", "unlocked"]' \
		'[.[] | select(.type == "pin_appeared") | .label] == ["GNSS", "SMA", "GNSS", "SMA"]' \
		'.[-1].devices | map(.status) == ["gone", "unlocked"]'
	for filter in "-d pps" "-d 999" "--clock-id 0x99"; do
		# shellcheck disable=SC2086
		begin --check $filter
		lock 4
		lock 1
		end
		holds '[.[].type] == ["start", "total"]' '.[-1].devices == []'
	done
	begin -d eec -d "$id" --clock-id 0x1122334455667788 -p --pin SMA
	hand pin 0 seton 0 state 2
	hand pin 1 seton 0 state 1
	lock 2
	waits_for 1 '"transition"'
	end
	holds '[.[] | select(.type == "pin" or .type == "pin_change") | .label] == ["SMA", "SMA"]'
}

@test "a pin that leaves one of its devices is not gone" {
	hand_device
	hand_second
	hand_pin 2 3 BOTH
	hand pin 2 seton 1 direction 1
	hand pin 2 reg 1 0
	begin -p --source netlink
	hand pin 2 unreg 1 0
	lock 4
	waits_for 1 '"transition"'
	hand pin 2 unreg 0 0
	waits_for 1 '"pin_gone"'
	end
	holds '[.[] | .type | select(. == "transition" or . == "pin_gone")] == ["transition", "pin_gone"]' \
		'[.[] | select(.type == "pin_gone") | .label, .parents[].id] == ["BOTH", .[1].device]'
}

@test "a set is of the devices that the pin is on, through a parent too, and of no others" {
	local child other

	hand_device
	hand pin 0 unreg 0 0
	hand pin 0 put
	hand pin 1 seton 0 state 1
	hand pin 0 prop clear
	hand pin 0 prop caps 7
	hand pin 0 prop type 1
	hand pin 0 prop board MUX
	hand pin 0 get 0x1122334455667788 5
	hand pin 0 seton 0 state 3
	hand pin 0 seton 0 direction 1
	hand pin 0 reg 0 0
	hand pin 4 prop clear
	hand pin 4 prop caps 7
	hand pin 4 prop ranges 3
	hand pin 4 prop board CHILD
	hand pin 4 get 0x1122334455667788 6
	hand pin 4 on 0 0
	hand_second
	hand_pin 2 1 OTHER 1
	hand_pin 3 3 ANOTHER 1
	other=$(hand_says dev 1 id)
	child=$(number_of pin board-label=CHILD)
	begin
	dpll_client pin-set "$child" "parent-pin{parent-id=$(number_of pin board-label=MUX),state=1}"
	hand pin 2 seton 1 state 3
	hand pin 3 seton 1 state 1
	hand pin 3 ntf 1 task
	hand pin 2 ntf 1 task
	waits_for 1 '"input":"ANOTHER"'
	dpll_client pin-set "$child" frequency=1
	hand pin 1 seton 0 state 3
	hand pin 0 seton 0 state 1
	hand pin 0 ntf 1 task
	hand pin 1 ntf 1 task
	waits_for 1 '"input":"MUX"'
	end
	other=$other holds '[.[] | select(.type == "input" and .device == (env.other | tonumber)) | .comm] |
		length >= 1 and (map(. == null) | all)' \
		'[.[] | select(.type == "input" and .device != (env.other | tonumber) and .comm != null) |
		.comm, (.action | startswith("frequency of CHILD"))] == ["dpll_client", true]'
}

@test "filters hold for --list -j and for rules that drivers break; network devices" {
	ip link add snoop0 type dummy
	hand_device
	hand_second
	hand_pin 2 3 OTHER 1
	hand pin 2 netdev snoop0
	dpllsnoop --list -j >"$out"
	holds '[.[] | select(.type == "pin") | .label, .netdevs] ==
		["GNSS", [], "SMA", [], "OTHER", ["snoop0"]]'
	dpllsnoop --list -j -d pps >"$out"
	holds '[.[] | select(.type == "pin") | .label] == ["OTHER"]'
	dpllsnoop --list -j -d eec --pin SMA --pin OTHER >"$out"
	holds '[.[] | select(.type == "pin") | .label] == ["SMA"]'
	dpllsnoop --list -j --clock-id 0x99 >"$out"
	[ ! -s "$out" ]
	hand netdev-clear snoop0
	ip link del snoop0

	# two that drive one device: both sets are seen, the rule is broken by the second
	begin -p --pin GNSS
	hand pin 1 seton 0 state 1
	hand pin 1 ntf 1 task
	lock 4
	waits_for 1 '"transition"'
	end
	holds '[.[] | select(.type == "violation")] == []'
	hand pin 1 seton 0 state 3
	hand pin 1 ntf 1 task
	begin -p --pin SMA
	hand pin 1 seton 0 state 1
	hand pin 1 ntf 1 task
	waits_for 1 '"violation"'
	end
	holds '[.[] | select(.type == "violation") | .label] == ["SMA"]'
}

@test "slow operations, phase offsets" {
	hand_device
	hand pin 0 seton 0 offset -1234567
	hand dev 0 slow lock_status_get 23
	begin --slow 20ms --phase=50
	lock 4
	waits_for 1 '"slow"'
	waits_for 3 '"phase"'
	end
	holds '[.[] | select(.type == "slow") | .op == "lock_status_get" and .duration_ns >= 20000000 and
		.duration_ns < 10000000000 and .pid > 0] | all and length >= 1' \
		'[.[] | select(.type == "phase") | .label == "GNSS" and .phase_offset_ps == -1234.567] |
		all and length >= 3'
	hand dev 0 slow lock_status_get 0
}

@test "a phase offset that cannot be had is not told" {
	local calls told

	hand_device
	hand pin 0 seton 0 offset -1234567
	begin --phase=20
	waits_for 2 '"phase"'
	hand pin 0 fail phase_offset_get -5
	calls=$(hand_says pin 0 calls phase_offset_get)
	# one may have been asked for before; what is asked for now is 5 times none
	until_ok at_least $((calls + 1)) pin 0 calls phase_offset_get
	told=$(grep -c '"phase"' "$out")
	until_ok at_least $((calls + 6)) pin 0 calls phase_offset_get
	[ "$(grep -c '"phase"' "$out")" = "$told" ]
	hand pin 0 seton 0 offset 777000
	hand pin 0 fail phase_offset_get 0
	waits_for 1 '"phase_offset_ps":777'
	end
}

@test "text fits in 80 columns; the tree; a reader that goes ends it quietly" {
	local id

	labctl new synce "${fast[@]}"
	until_ok loop_is 0 locked-ho-acq
	: >"$out" # what stands there is of the run before
	dpllsnoop -p --duration 1 >"$out" 2>&1 3>&- &
	until_ok test -s "$out"
	labctl signal synce0 input=GNSS lost=1
	wait $!
	cat "$out"
	grep -q 'holdover.*media-down' "$out"
	awk 'length($0) > 80 { print "too long: " $0; bad = 1 } END { exit bad }' "$out"

	dpllsnoop --list >"$out"
	cat "$out"
	grep -q '^[0-9]* eec .*chs_lab_synce' "$out"
	grep -q '^  in .* SYNCE-MUX  *mux .*25MHz' "$out"
	grep -q '^     .* SYNCE0  *synce  *connected' "$out"
	grep -q '^  out .* OUT-SMA1 ' "$out"
	awk 'length($0) > 80 { print "too long: " $0; bad = 1 } END { exit bad }' "$out"
	dpllsnoop --list -j >"$out"
	holds '[.[] | select(.type == "device")] | length == 2' \
		'[.[] | select(.type == "pin")] | length == 20' \
		'.[] | select(.label == "SYNCE0") | .parents[0].kind == "pin"'

	# shellcheck disable=SC2094
	dpllsnoop 2>"$err" 3>&- | head -n 1 >"$out"
	[ "${PIPESTATUS[0]}" = 0 ]
	[ ! -s "$err" ]
}

# as on a kernel without BTF
without_btf() {
	exec unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' - "$@"
}

@test "without BTF, without rights, without a family: what still works, in one line" {
	local as_nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'

	hand_device
	by_itself='' through=without_btf begin
	lock 4
	waits_for 1 '"transition"'
	end
	holds '.[0].attached == "raw_tp"' '[.[] | select(.to == "holdover")] | length == 1'

	# may look on, but neither ask nor trace
	through=$as_nobody begin
	lock 2
	lock 1
	waits_for 1 '"to":"unlocked"'
	end
	[ "$(wc -l <"$err")" = 2 ]
	grep -q 'no CAP_NET_ADMIN' "$err"
	grep -q 'CAP_BPF' "$err"
	holds '.[0].source == "netlink"' '[.[] | select(.type == "transition")] | length == 1'

	# shellcheck disable=SC2086
	run -1 $as_nobody dpllsnoop --source bpf
	[ "${#lines[@]}" = 1 ]
	# shellcheck disable=SC2086
	run -1 $as_nobody dpllsnoop --list
	[[ $output == *CAP_NET_ADMIN* ]] && [ "${#lines[@]}" = 1 ]
	run -1 dpllsnoop --family none
	[[ $output == *'no generic netlink family none'* ]]
	run -1 dpllsnoop --family nlctrl
	[[ $output == *'family nlctrl is not one of DPLLs'* ]]
	# the device is unlocked by now
	run -4 dpllsnoop --list --check
	run -0 dpllsnoop --list --check -d pps
	lock 2
	run -0 dpllsnoop --list --check
	run -1 dpllsnoop --source netlink -r
	[[ $output == *'BPF'* ]]
	run -2 dpllsnoop --slow never
	run -2 dpllsnoop eec
	run -0 dpllsnoop --help
	run -0 dpllsnoop -V
}

@test "the kernel's own subsystem, where it has one" {
	kernel_has dpll_device_get || skip "this kernel has no DPLL subsystem of its own"
	[ "$(</sys/module/chs_dpll/parameters/family)" = chs-dpll ]
	labctl new synce
	run -0 dpllsnoop --family dpll --list
	[ "$output" = "no devices" ]
	begin --family dpll
	end
	holds '.[0].family == "dpll" and .[0].source == "netlink"'
	run -1 dpllsnoop --family dpll --source bpf
}
