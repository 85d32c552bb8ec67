#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The Tegra timestamping engine: its driver on its model, register maps included. Runs in
# the guest.

# conditions for eval
# shellcheck disable=SC2016

bats_require_minimum_version 1.5.0
load lib/hte_sink

tracing=/sys/kernel/tracing
driver=/sys/bus/platform/drivers/tegra_hte

teardown() {
	echo 0 >$tracing/events/hte/enable
	echo nop >$tracing/current_tracer
	[[ ! -d /sys/module/hte_gpio ]] || modprobe -r hte_gpio
	labctl del all
	modprobe -r hte_sink
}

# new_gte [NAME=VALUE]...: make an engine; sets gte (gte0), dev, chip and dir
new_gte() {
	gte=$(labctl new gte "$@")
	dev=/sys/bus/lab/devices/$gte
	chip=$(<"$dev/device")
	dir=/sys/kernel/debug/hte/$chip
}

# sink_do COMMAND [WORD]...
sink_do() {
	echo "$1 chip=$chip ${*:2}" >"$sink/command"
}

total_beyond() {
	[[ $(total "$1") -gt $2 ]]
}

fifo_is_empty() {
	[[ $(<"$dev/waiting") == 0 ]]
}

bind() {
	echo "$chip" >$driver/bind
}

# each ATTR LINE...: the model's number of each of these lines, one a line
each() {
	awk -v which="${*:2}" '{
		n = split(which, line, " ")
		for (i = 1; i <= n; i++)
			print line[i], $(line[i] + 1)
	}' "$dev/$1"
}

# column NAME: of the provider's lines in debugfs: LINE VALUE
column() {
	awk -v name="$1" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i; next }
		{ print $1, $column }' "$dir/lines"
}

# edges LINES [WORD]...: into the model; waits for the last one; sets start_ns
edges() {
	start_ns=$(labctl edges "$gte" "lines=$1" "${@:2}")
	start_ns=${start_ns#start_ns=}
}

# Every stamp kept must be the counter's tick at the instant of its edge, in order, with
# alternating levels: expect PERIOD_NS COUNT LINES
expect_stamps() {
	local raw tsc
	read -r raw tsc <"$dev/sample"
	awk -v start="$start_ns" -v ahead="$((tsc - raw))" -v period="$1" -v count="$2" -v lines="$3" '
		{
			k = seen[$2]++
			want = int((start + k * period + ahead) / 32) * 32
			if ($3 != k + 1 || $4 != want || $5 != (k + 1) % 2)
				if (bad++ < 5)
					printf "line %d: stamp %d is %d at %d level %d, not at %d\n", $2, k,
					       $3, $4, $5, want
		}
		END {
			for (line in seen)
				if (seen[line] == count)
					complete++
			printf "%d lines have %d stamps, %d are wrong\n", complete, count, bad
			exit bad || complete != lines
		}' "$sink/stamps"
}

# the driver looks for a controller of GPIOs; kernels before 6.8 do not tell of them
wants_gpio() {
	case $(uname -r) in
	6.[0-7].*) return 1 ;;
	esac
	[[ -d /sys/bus/gpio ]]
}

needs_gpio() {
	{ wants_gpio && has_gpio; } || skip "this kernel has no GPIO, or is older than 6.8"
}

@test "register maps do what drivers want of them, the kernel's or ours" {
	modprobe regmap_check
	modprobe -r regmap_check
	if grep -q ' regmap_read$' <(grep -v '\[' /proc/kallsyms); then
		run ! grep -q '^chs_regmap ' /proc/modules
	else
		grep -q '^chs_regmap ' /proc/modules
	fi
}

@test "each variant is a provider with its lines" {
	local variant lines
	while read -r variant lines; do
		new_gte "variant=$variant"
		[ "$chip" = "${variant%-*}-gte-${variant#*-}.0" ]
		if [[ $variant == *-aon ]] && wants_gpio; then
			# until its GPIO controller comes
			[ ! -e "$driver/$chip" ]
			grep -q "^$chip" /sys/kernel/debug/devices_deferred
		else
			[ "$(<"$dir/total_ts")" = "$lines" ]
			grep -qx 'hz 31250000' "$dir/clock"
			grep -qx 'clockid 1' "$dir/clock"
		fi
		labctl del "$gte"
		[ ! -e "$dir" ]
	done <<-END
		tegra194-lic 352
		tegra234-lic 544
		tegra194-aon 96
		tegra234-aon 96
	END
	new_gte slices=5
	[ "$(<"$dir/total_ts")" = 160 ]
}

@test "wrong words are refused with a reason" {
	run -1 labctl new gte variant=tegra999
	[[ $output == *"variant: 'tegra999': want tegra194-lic, tegra194-aon, tegra234-lic, tegra234-aon"* ]]
	run -1 labctl new gte fifo=256
	[[ $output == *"fifo: 256 is not within 1 to 255"* ]]
	new_gte
	run -1 labctl fail "$gte" op=poke
	[[ $output == *"op=poke: want read, write, tsc, or all"* ]]
	run -1 labctl edges "$gte" lines=352
	[[ $output == *"within 0 to 351"* ]]
}

@test "the driver refuses thresholds that the register cannot hold" {
	local threshold
	for threshold in 0 257; do
		new_gte "threshold=$threshold"
		[ ! -e "$dir" ]
		dmesg | grep "nvidia,int-threshold: $threshold" >/dev/null
		labctl del "$gte"
	done
	new_gte threshold=256
	[ -d "$dir" ]
}

@test "64 engines, not one more" {
	run -0 labctl new gte count=64 slices=1
	[ "${#lines[@]}" = 64 ]
	run -1 labctl new gte
	[[ $output == *"there are 64 of gte already, the limit"* ]]
	[ "$(echo $driver/tegra194-gte-lic.* | wc -w)" = 64 ]
	[ "$(grep -c ' lab-gte ' /proc/interrupts)" = 64 ]
}

@test "a stamp is the tick of its edge, over the carry into the counter's upper half" {
	local carry raw tsc period=10000019 uptime
	uptime=$(awk '{ printf "%.0f", $1 * 1000000000 }' /proc/uptime)
	# 2^32 ticks of 32 ns, three seconds from now
	carry=$((((uptime >> 37) + 1) << 37))
	new_gte "offset_ns=$((carry - uptime - 3000000000 > 0 ? carry - uptime - 3000000000 : 0))"
	sink_do take lines=7
	read -r raw tsc <"$dev/sample"
	# its middle is the carry, or it is there already
	edges 7 count=101 "period_ns=$period" \
		"delay_ns=$((carry - tsc - 50 * period > 0 ? carry - tsc - 50 * period : 0))"
	until_ok is received 101
	expect_stamps $period 101 1
	awk -v carry=$carry '$4 < carry { below++ } $4 >= carry { above++ } END { exit !below || !above }' \
		"$sink/stamps"
}

@test "101 edges on each of 64 lines are 6464 stamps, in order, with the right times" {
	new_gte fifo=255 offset_ns=1000000000000007
	sink_do take lines=0-63
	edges 0-63 count=101 period_ns=2000003
	until_ok is received 6464
	expect_stamps 2000003 101 64
	is gaps 0
	is disorder 0
	[ "$(<"$dev/all_edges")" = 6464 ]
	[ "$(<"$dev/all_stamped")" = 6464 ]
	[ "$(<"$dev/all_overflow")" = 0 ]
	[ "$(column total | awk '{ n += $2 } END { print n }')" = 6464 ]
	# lines of a slice share an entry: two an instant
	[ "$(<"$dev/waiting_max")" -lt 64 ]
}

@test "a counter that runs fast stamps fast" {
	local raw tsc
	new_gte rate_ppb=100000000
	sink_do take lines=0
	edges 0 count=2 period_ns=100000000
	until_ok is received 2
	awk '{ d = $4 - last; last = $4 } END { exit d < 110000000 - 64 || d > 110000000 + 64 }' "$sink/stamps"
}

@test "lines of a slice that change at one tick share an entry, others do not" {
	new_gte
	sink_do take lines=0-4,31,32
	labctl set "$gte" freeze=1
	edges 0-4,31 count=1
	[ "$(<"$dev/waiting")" = 1 ]
	edges 0,31,32 count=1
	[ "$(<"$dev/waiting")" = 3 ]
	is received 0
	labctl set "$gte" freeze=0
	until_ok is received 9
	[ "$(awk '{ print $4 }' "$sink/stamps" | sort -u | wc -l)" = 2 ]
	[ "$(<"$dev/interrupts")" = 1 ]
}

@test "a FIFO of 16 and a late interrupt: the losses add up, for each line and in all" {
	local slices='0 32 64 96'
	new_gte fifo=16
	sink_do take "lines=${slices// /,}"
	echo >$tracing/trace
	echo 1 >$tracing/events/hte/hte_drop/enable
	echo 1 >$tracing/events/hte/hte_fifo/enable
	labctl set "$gte" irq_delay=20ms
	edges "${slices// /,}" count=101 period_ns=1000000
	until_ok fifo_is_empty
	# the report of the last losses comes right after the last stamps
	labctl set "$gte" irq_delay_ns=0
	edges "${slices// /,}" count=1
	until_ok fifo_is_empty

	lost=$(<"$dev/all_overflow")
	[ "$(<"$dev/all_edges")" = 408 ]
	[ "$(<"$dev/all_ignored")" = 0 ]
	[ "$lost" -gt 0 ]
	[ "$(<"$dev/waiting_max")" = 16 ]
	until_ok is received $((408 - lost))
	is gaps "$lost"
	grep -qx "lost $lost" "$dir/fifo"
	grep -qx 'max_occupancy 16' "$dir/fifo"
	# shellcheck disable=SC2086
	each in_overflow $slices >"$BATS_TEST_TMPDIR/model"
	column overflow | diff - "$BATS_TEST_TMPDIR/model"
	# emitted == seen + lost, each line
	awk '$3 == 1 && $5 + $8 != 102 { print; bad = 1 } END { exit bad }' "$sink/lines"

	awk -v OFS=' ' '/ hte_drop: / {
		for (i = 1; i <= NF; i++) {
			split($i, pair, "=")
			field[pair[1]] = pair[2]
		}
		if (field["reason"] == "overflow")
			n[field["line"]] += field["n"]
	} END { for (line in n) print line, n[line] }' $tracing/trace | sort -n |
		diff - <(awk '$2' "$BATS_TEST_TMPDIR/model")
	[ "$(awk '/ hte_fifo: / { sub(".* lost=", ""); n += $1 } END { print n + 0 }' $tracing/trace)" = "$lost" ]
}

@test "without loss counters, losses that show are reported: a lower bound" {
	new_gte loss_counters=0
	sink_do take lines=5
	edges 5 count=1
	labctl set "$gte" overflow=1
	edges 5 count=1
	edges 5 count=1
	until_ok is received 2
	is gaps 1
	# the line is as it was: no way to tell
	labctl set "$gte" overflow=2
	edges 5 count=2
	edges 5 count=1
	until_ok is received 3
	is gaps 1
	[ "$(column overflow)" = '5 1' ]
	[ "$(<"$dev/all_overflow")" = 3 ]
}

@test "without loss counters, what changes while a line is off is no loss" {
	new_gte loss_counters=0
	sink_do take lines=5,6
	edges 5 count=1
	sink_do disable lines=5
	edges 5 count=1
	sink_do enable lines=5
	edges 5 count=1
	edges 6 count=1
	until_ok is received 3
	# an entry older than the request of a line in it says nothing of that line
	sink_do put lines=6
	labctl set "$gte" freeze=1
	edges 5 count=1
	edges 6 count=1
	sink_do take lines=6
	edges 6 count=1
	labctl set "$gte" freeze=0
	until_ok is received 4
	[ "$(column overflow | awk '{ n += $2 } END { print n }')" = 0 ]
	[ "$(<"$dev/all_overflow")" = 0 ]
}

@test "without loss counters, a storm: some losses are told, never too many" {
	local told lost
	# what shows is an odd number of changes: no multiple of the lines, and no regular train
	new_gte fifo=13 loss_counters=0 irq_delay_ns=7000000
	sink_do take lines=0,32,64,96
	edges 0,32,64,96 count=1009 period_ns=300000 jitter_ns=140000
	until_ok fifo_is_empty
	lost=$(<"$dev/all_overflow")
	told=$(column overflow | awk '{ n += $2 } END { print n }')
	until_ok is received $((4 * 1009 - lost))
	echo "told $told of $lost"
	[ "$told" -gt 0 ]
	[ "$told" -le "$lost" ]
	grep -qx 'lost 0' "$dir/fifo"
}

@test "the interrupt waits for as many entries as the threshold says, but not the put" {
	new_gte threshold=5
	sink_do take lines=3
	edges 3 count=4
	nap 100
	is received 0
	[ "$(<"$dev/waiting")" = 4 ]
	edges 3 count=1
	until_ok is received 5
	[ "$(<"$dev/interrupts")" = 1 ]
	# what was stamped before a line is disabled is its consumer's
	edges 3 count=3
	[ "$(<"$dev/waiting")" = 3 ]
	sink_do disable
	is received 8
	sink_do enable
	# what was stamped before it is put is nobody's, not the next consumer's
	edges 3 count=2
	sink_do put
	[ "$(<"$dev/waiting")" = 0 ]
	[ "$(column unregistered)" = '3 2' ]
	sink_do take lines=3
	edges 3 count=5
	until_ok is received 5
	is gaps 0
}

@test "a frozen interrupt comes when it thaws" {
	new_gte
	sink_do take lines=0,40
	labctl set "$gte" freeze=1
	edges 0,40 count=23 period_ns=100000
	[ "$(<"$dev/waiting")" = 46 ]
	[ "$(<"$dev/interrupts")" = 0 ]
	labctl set "$gte" freeze=0
	until_ok is received 46
	expect_stamps 100000 23 2
}

@test "registers that fail: the interrupt tries again, and nothing is lost" {
	new_gte
	sink_do take lines=9
	labctl set "$gte" freeze=1
	edges 9 count=23 period_ns=100000
	labctl fail "$gte" op=read errno=EIO count=3
	labctl set "$gte" freeze=0
	until_ok is received 23
	expect_stamps 100000 23 1
	[ "$(<"$dev/failed")" = 3 ]
	dmesg | grep "$chip: cannot reach the registers (-5)" >/dev/null

	# a pop that fails leaves the entry there, once
	labctl fail "$gte" op=write errno=EIO count=1
	edges 9 count=1
	until_ok is received 24
	is gaps 0

	# for good: no storm of interrupts, and it can be taken away
	labctl fail "$gte" op=read errno=EIO count=-1
	edges 9 count=1
	nap 300
	[ "$(<"$dev/interrupts")" -lt $((100 * ${CHS_SLOW:-1})) ]
	is received 24
	labctl fail "$gte" op=read count=0
	until_ok is received 25
	labctl fail "$gte" op=all count=-1
	edges 9 count=1
}

@test "registers that fail: calls tell so" {
	new_gte
	labctl fail "$gte" op=write errno=EREMOTEIO count=1
	run ! sink_do take lines=9
	[[ $output == *"Remote I/O error"* ]]
	sink_do take lines=9
	labctl fail "$gte" op=write errno=EREMOTEIO count=1
	run ! sink_do disable
	[[ $output == *"Remote I/O error"* ]]
	# the class is rid of the line all the same
	labctl fail "$gte" op=write errno=EREMOTEIO count=1
	run ! sink_do put
	[ "$(<"$dir/ts_requested")" = 0 ]
	labctl fail "$gte" op=tsc
	run ! grep hw_ns "$dir/clock"
	grep -q hw_ns "$dir/clock"

	echo "$chip" >$driver/unbind
	labctl fail "$gte" op=write errno=EIO count=1
	run ! bind
	[[ $output == *"Input/output error"* ]]
	bind
	sink_do take lines=9
	edges 9 count=23
	until_ok is received 23
}

# CLOCK_MONOTONIC, ns
monotonic() {
	awk '$1 == "now" { print $3 }' /proc/timer_list
}

@test "the counter can be read, where there is a way" {
	local tsc later hw mono before after
	new_gte offset_ns=123456789012345
	for _ in 1 2 3; do
		before=$(monotonic)
		read -r _ tsc <"$dev/sample"
		read -r hw mono < <(awk '/hw_ns/ { hw = $2 } /mono_ns/ { print hw, $2 }' "$dir/clock")
		read -r _ later <"$dev/sample"
		after=$(monotonic)
		# it counts in steps of 32 ns, the sample in nanoseconds
		[ "$((hw % 32))" = 0 ]
		[ "$hw" -gt "$((tsc - 32))" ]
		[ "$hw" -le "$later" ]
		[ "$mono" -gt "$before" ]
		[ "$mono" -lt "$after" ]
	done
	labctl del "$gte"
	new_gte tsc=0
	run ! grep hw_ns "$dir/clock"
	grep -qx 'hz 31250000' "$dir/clock"
	sink_do take lines=0
	edges 0 count=23
	until_ok is received 23
}

@test "lines by reference: the cell is the number, on LIC; beyond the last one is nothing" {
	new_gte
	sink_do take lines=351 by=node
	edges 351 count=23
	until_ok is received 23
	run ! sink_do take lines=351
	[[ $output == *"Device or resource busy"* ]]
}

@test "lines by reference, on AON: by GPIO port and pin" {
	! wants_gpio || skip "this kernel has GPIO: see the GPIO tests"
	new_gte variant=tegra234-aon
	# AA0 is line 75, CC7 line 79, EE0 line 95, GG0 line 87; BB4 is not there
	sink_do take lines=0,23,32,40 by=node
	edges 75 count=1
	edges 79 count=2
	edges 95 count=3
	edges 87 count=4
	until_ok is received 10
	awk 'NR > 1 { print $2, $5 }' "$sink/lines" | diff - <(printf '%s\n' '0 1' '23 2' '32 3' '40 4')
	run ! sink_do take lines=12 by=node
	[[ $output == *"Invalid argument"* ]]
	run ! sink_do take lines=41 by=node
	[[ $output == *"Invalid argument"* ]]
}


@test "rounds of unbind and bind while edges come" {
	local round
	modprobe -r hte_sink
	modprobe hte_sink take='lines=0-7,40'
	new_gte threshold=3
	labctl edges "$gte" lines=0-7,40 count=0 period_ns=200000 wait=0
	for ((round = 0; round < ${CHS_ROUNDS:-23}; round++)); do
		echo "$chip" >$driver/unbind
		bind
	done
	until_ok total_beyond received 101
	labctl edges "$gte" lines=0-7,40 stop=1
	# what the driver has seen of this last round adds up
	is lines 9
	is gaps 0
	is disorder 0
	# and the model goes away under it
	labctl edges "$gte" lines=0-7,40 count=0 period_ns=200000 wait=0
	labctl del "$gte"
	is held 0
}

@test "suspend and resume: enables and switches come back, the power having been off" {
	[[ -e /sys/power/pm_test ]] || skip "this kernel has no test of suspends"
	new_gte threshold=2
	sink_do take lines=0-2,64
	edges 0-2,64 count=3
	echo 1 >/sys/module/suspend/parameters/pm_test_delay
	echo platform >/sys/power/pm_test
	echo freeze >/sys/power/state
	echo none >/sys/power/pm_test
	# three instants are six entries, of which a threshold of two leaves none
	is received 12
	edges 0-2,64 count=23
	until_ok is received 104
	is gaps 0
	[ "$(<"$dev/power_lost")" = 0 ]
}

# GPIO: a controller of the lab whose lines are wired to the engine's as in the chip

# new_aon VARIANT: an always-on engine with its GPIO controller
new_aon() {
	labctl new gpio "label=$1-gpio-aon" lines=32 provider=0 >/dev/null
	new_gte "variant=$1-aon"
}

@test "GPIO lines: the controller's number leads to the engine's line" {
	needs_gpio
	local variant offset line
	modprobe -r hte_sink
	while read -r variant offset line; do
		if [[ $variant != "${last:-}" ]]; then
			labctl del all
			new_aon "$variant"
			last=$variant
		fi
		modprobe hte_gpio "label=$variant-gpio-aon" "line=$offset"
		[ "$(column state | awk '$2 == "active" { print $1 }')" = "$line" ]
		[ "$(<"$dir/ts_requested")" = 1 ]
		modprobe -r hte_gpio
	done <<-END
		tegra194 0 75
		tegra194 11 64
		tegra194 19 79
		tegra194 22 76
		tegra194 23 61
		tegra194 24 60
		tegra194 25 91
		tegra194 29 87
		tegra234 0 75
		tegra234 23 95
		tegra234 30 88
		tegra234 31 87
	END
	# there is no 31st
	labctl del all
	new_aon tegra194
	run ! modprobe hte_gpio label=tegra194-gpio-aon line=30
}

@test "GPIO lines: the engine waits for their controller, then stamps their edges" {
	needs_gpio
	new_gte variant=tegra234-aon
	[ ! -e "$dir" ]
	labctl new gpio label=tegra234-gpio-aon lines=32 provider=0
	until_ok test -e "$dir/clock"
	labctl wire gpio0.out5 "$gte.in70"
	modprobe hte_gpio label=tegra234-gpio-aon line=5
	awk '{ exit !$6 }' /sys/bus/lab/devices/gpio0/stamping
	local start raw tsc
	start=$(labctl edges gpio0 lines=5 count=23 period_ns=1000003)
	until_ok grep -qx 'stamps 23' /sys/kernel/debug/hte_gpio/result
	read -r raw tsc <"$dev/sample"
	awk -v start="${start#start_ns=}" -v ahead="$((tsc - raw))" '
		$1 != NR || $3 != NR % 2 || $2 != int((start + (NR - 1) * 1000003 + ahead) / 32) * 32 {
			print; bad = 1
		}
		END { exit bad || NR != 23 }' /sys/kernel/debug/hte_gpio/stamps
	# the level is the one at the edge, not the one when the interrupt comes
	labctl set "$gte" freeze=1
	labctl edges gpio0 lines=5 count=2 >/dev/null
	labctl set "$gte" freeze=0
	until_ok grep -qx 'stamps 25' /sys/kernel/debug/hte_gpio/result
	[ "$(tail -n 2 /sys/kernel/debug/hte_gpio/stamps | cut -d' ' -f3 | xargs)" = '0 1' ]
	modprobe -r hte_gpio
	awk '{ exit $6 != 0 }' /sys/bus/lab/devices/gpio0/stamping
	# nor does a driver that goes leave the controller at it
	modprobe hte_gpio label=tegra234-gpio-aon line=5
	awk '{ exit !$6 }' /sys/bus/lab/devices/gpio0/stamping
	echo "$chip" >$driver/unbind
	awk '{ exit $6 != 0 }' /sys/bus/lab/devices/gpio0/stamping
	modprobe -r hte_gpio
	bind
}

@test "the engine stamps every change: who wants one kind of edge is refused" {
	new_gte
	run ! sink_do take lines=9 edges=rising
	[[ $output == *"Invalid argument"* ]]
	run ! sink_do take lines=9 edges=falling
	[ "$(<"$dir/ts_requested")" = 0 ]
	sink_do take lines=9 edges=none
	edges 9 count=23
	until_ok is received 23
	is rising 12
}

# two consumers that do not wait for each other: hte_sink, and a file of the char device
@test "lines that are put while others are stamped: theirs stay in order" {
	local round node
	new_gte
	node=$(basename /dev/htechip*)
	sink_do take lines=0
	labctl edges "$gte" lines=0 count=5003 period_ns=200000 wait=0
	for ((round = 0; round < 23; round++)); do
		sink_do take lines=65
		hte_read "$node" 33 1 >/dev/null &
		until_ok eval '[[ $(<"$dir/ts_requested") == 3 ]]'
		kill $! && sink_do put lines=65
		wait $!
	done
	patience=30 until_ok eval '[[ $(($(total received) + $(<"$dev/all_overflow"))) == 5003 ]]'
	is disorder 0
	is gaps "$(<"$dev/all_overflow")"
}

@test "GPIO lines want their descriptor, the other lines of AON do not" {
	needs_gpio
	new_aon tegra194
	sink_do take lines=3
	edges 3 count=23
	until_ok is received 23
	run ! sink_do take lines=75
	[[ $output == *"Invalid argument"* ]]
	# a controller that refuses
	labctl fail gpio0 op=hw_timestamp errno=EREMOTEIO count=1
	run ! modprobe hte_gpio label=tegra194-gpio-aon line=0
	[ "$(<"$dir/ts_requested")" = 1 ]
}
