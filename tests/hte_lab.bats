#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The lab's timestamping providers: trains of edges, exact stamps, losses that add up, faults,
# and GPIO lines. Their consumers are hte_sink and hte_gpio of tests/modules. Runs in the guest.

# programs of awk, and conditions for eval
# shellcheck disable=SC2016

bats_require_minimum_version 1.5.0
load lib/hte_sink

# how far a provider's clock is ahead of CLOCK_MONOTONIC_RAW
ahead() {
	local raw time
	read -r raw time _ < <(labctl show "$1" sample)
	echo $((time - raw))
}

# the first stamp's time, from what a train replied
started() {
	echo "$((${1#start_ns=} + $2))"
}

needs_gpio() {
	has_gpio || skip "this kernel has no gpiolib: no model gpio"
}

@test "101 edges on each of 64 lines: 6464 stamps, in order, at the right times" {
	labctl new hte lines=64
	sink take chip=hte0 lines=0-63
	echo 1 >/sys/kernel/tracing/events/hte/hte_push/enable
	run -0 labctl edges hte0 lines=0-63 count=101 period=1ms
	echo 0 >/sys/kernel/tracing/events/hte/hte_push/enable
	is received 6464
	is disorder 0
	is gaps 0
	is rising 3264
	is falling 3200
	# every stamp of every line, by its number
	run -0 awk -v start="$(started "$output" "$(ahead hte0)")" '
		$4 != start + ($3 - 1) * 1000000 || $5 != $3 % 2 { wrong++ }
		{ n++; lines[$2]++ }
		END { for (i in lines) full += lines[i] == 101; print n, full, wrong + 0 }' "$sink/stamps"
	[ "$output" = "6464 64 0" ]
	# and across lines
	run -0 awk 'match($0, /hte_push: .* tsc_ns=[0-9]+/) {
			sub(/.* tsc_ns=/, ""); sub(/ .*/, "")
			wrong += $0 < last; last = $0; n++
		}
		END { print n, wrong + 0 }' /sys/kernel/tracing/trace
	echo >/sys/kernel/tracing/trace
	[ "$output" = "6464 0" ]
	shows hte0 all_stamped 6464
	shows hte0 all_ignored 0
}

@test "64 lines at 64 rates at once" {
	labctl new hte lines=64
	sink take chip=hte0
	# 1 to 5 ms, prime to each other for the most part
	awk 'BEGIN { for (i = 0; i < 64; i++) {
			print "lines=" i " count=101 wait=0 period_ns=" 1000003 + i * 62501 \
				> "/sys/bus/lab/devices/hte0/edges"
			close("/sys/bus/lab/devices/hte0/edges")
		} }'
	until_ok is received 6464
	is disorder 0
	is gaps 0
	run -0 awk '$3 == 1 { first[$2] = $4 }
		$4 != first[$2] + ($3 - 1) * (1000003 + $2 * 62501) { wrong++ }
		END { print NR, wrong + 0 }' "$sink/stamps"
	[ "$output" = "6464 0" ]
}

@test "bursts, delay and jitter" {
	labctl new hte lines=2
	sink take chip=hte0
	run -0 labctl edges hte0 lines=0 count=101 burst=3 gap=7us period=1ms delay=5ms
	first=$(started "$output" "$(ahead hte0)")
	[ "$(column first_tsc 0)" = "$first" ]
	run -0 awk -v start="$first" '{
			k = $3 - 1
			wrong += $4 != start + int(k / 3) * 1000000 + k % 3 * 7000
		}
		END { print NR, wrong + 0 }' "$sink/stamps"
	[ "$output" = "101 0" ]
	run -0 labctl edges hte0 lines=1 count=101 period=1ms jitter=400us
	run -0 awk -v start="$(started "$output" "$(ahead hte0)")" '$2 == 1 {
			off = $4 - start - ($3 - 1) * 1000000
			wrong += off > 400000 || off < -400000
			far += off > 200000 || off < -200000
			n++
		}
		END { print n, wrong + 0, (far > 10 && far < 90) }' "$sink/stamps"
	[ "$output" = "101 0 1" ]
	is disorder 0
}

@test "a line has one train at a time; trains stop, alone or by signal" {
	labctl new hte lines=3
	sink take chip=hte0
	labctl edges hte0 lines=0,1 count=0 period=1ms
	run -1 labctl edges hte0 lines=1-2
	[ "$output" = "labctl: hte0: edges: line 1 has a train already" ]
	shows hte0 in_edges.2 0
	until_ok eval '[[ $(column received 1) -ge 23 ]]'
	labctl edges hte0 lines=0,1 stop=1
	n=$(total received)
	[ "$(labctl show hte0 all_edges)" = "$n" ]
	# who waits is told that it was stopped, and how much was left
	labctl edges hte0 lines=2 count=1000000 period=1ms 2>"$BATS_TEST_TMPDIR/waits" 3>&- &
	until_ok eval '[[ $(column received 2) -ge 23 ]]'
	labctl edges hte0 lines=2 stop=1
	status=0
	wait $! || status=$?
	[ "$status" = 1 ]
	n=$(column received 2)
	[ "$(cat "$BATS_TEST_TMPDIR/waits")" = \
		"labctl: hte0: edges: stopped, $((1000000 - n)) edges did not come" ]
	# a signal takes the train with it
	labctl edges hte0 lines=2 count=0 wait=1 3>&- &
	until_ok eval '[[ $(column received 2) -ge $((n + 23)) ]]'
	kill $!
	status=0
	wait $! || status=$?
	[ "$status" = 143 ]
	n=$(total received)
	labctl edges hte0 lines=2 count=23 period=10us
	is received $((n + 23))
	is gaps 0
	[ "$(total received)" = "$(labctl show hte0 all_edges)" ]
}

# bytes that anybody may give a thing for a name
odd_names=('a b' $'a\tb' $'a\nb' $'a\rb' $'a\vb' $'a\fb' $'\e[31mred' $'\x9b31m' $'bad\xff\xfe'
	'Zähler' 'a\040b' $'\x7f' -)

# what debugfs has written, into $name
decoded() {
	name=$1
	[ "$name" != - ] || return 1
	printf -v name %b "${name//\\/\\0}"
}

@test "a consumer's name is one word of ASCII in debugfs, from which its bytes can be had" {
	labctl new hte lines=16
	until_ok test -c /dev/htechip0
	for i in "${!odd_names[@]}"; do
		hte_read htechip0 "$i" 1 0 0 "${odd_names[i]}" >/dev/null 3>&- &
	done
	until_ok eval '[ $(cat /sys/kernel/debug/hte/hte0/ts_requested) = ${#odd_names[@]} ]'
	LC_ALL=C run -1 grep '[^ -~]' /sys/kernel/debug/hte/hte0/lines
	mapfile -t rows < <(tail -n +2 /sys/kernel/debug/hte/hte0/lines)
	[ "${#rows[@]}" = "${#odd_names[@]}" ]
	read -ra head < <(head -1 /sys/kernel/debug/hte/hte0/lines)
	for i in "${!odd_names[@]}"; do
		IFS=' ' read -ra row <<<"${rows[i]}"
		[ "${#row[@]}" = "${#head[@]}" ]
		[ "${row[2]}" = "ts_$i" ]
		decoded "${row[3]}"
		[ "$name" = "${odd_names[i]}" ]
	done
	jobs -p | xargs kill
	wait
}

@test "a provider's name is a folder's only if no terminal obeys it; its bytes can be had" {
	for i in "${!odd_names[@]}"; do
		labctl new hte name="${odd_names[i]}"
	done
	n=0
	while IFS= read -rd '' dir; do
		[[ $dir != *[[:cntrl:]]* ]]
		[ "$(grep -c '^chip ' "$dir/chip")" = 1 ]
		read -r _ index < <(grep '^chip ' "$dir/chip")
		read -r _ written <<<"$(sed -n 's/^name //p' "$dir/chip" | sed 's/^/x /')"
		LC_ALL=C
		[[ $written != *[^\ -~]* ]]
		decoded "$written"
		[ "$name" = "${odd_names[index - first_index]}" ]
		n=$((n + 1))
	done < <(find /sys/kernel/debug/hte -mindepth 1 -maxdepth 1 -type d -print0)
	[ "$n" = "${#odd_names[@]}" ]
	[ -d "/sys/kernel/debug/hte/Zähler" ]
	[ -d "/sys/kernel/debug/hte/a b" ]
}

@test "what is refused is refused with a reason" {
	run -1 labctl new hte lines=4097
	[ "$output" = "labctl: new: lines: 4097 is not within 1 to 4096" ]
	run -1 labctl new hte time=noon
	[ "$output" = "labctl: new: time: 'noon': want monotonic, realtime, zero or ns" ]
	for name in a/b . .. ''; do
		run -1 labctl new hte name=$name
		[ "$output" = "labctl: new: name: '$name': want up to 31 characters, none of them \
a slash, not . or .." ]
	done
	labctl new hte lines=8
	run -1 labctl edges hte0 lines=8
	[ "$output" = \
		"labctl: hte0: edges: lines: '8': want numbers and ranges within 0 to 7, like 0-7,11" ]
	run -1 labctl edges hte0 count=3
	[ "$output" = "labctl: hte0: edges: want lines=" ]
	run -1 labctl edges hte0 lines=0 count=0 period_ns=0
	[ "$output" = \
		"labctl: hte0: edges: without end and without a period: want count= or period_ns=" ]
	run -1 labctl edges hte0 lines=0 burst=11 gap=1ms
	[ "$output" = \
		"labctl: hte0: edges: 11 edges, 1000000 ns apart, do not fit into a period of 1000000 ns" ]
	run -1 labctl edges hte0 lines=0 colour=red
	run -1 labctl edges hte0 lines=0 burst=0
	run -1 labctl flood hte0 lines=9
	run -1 labctl flood hte0 count=0
	run -1 labctl fail hte0 op=nonesuch
	run -1 labctl set hte0 fifo=3
	[ "$output" = "labctl: hte0: fifo cannot be written; see labctl help" ]
	run -1 labctl wire hte0.out0 hte0.in0
	run -1 labctl wire hte0.in0 hte0.in8
	shows hte0 all_edges 0
}

@test "help names each attribute and nothing else" {
	for model in hte gpio; do
		[ $model = hte ] || modinfo lab_gpio >/dev/null 2>&1 || continue
		labctl new $model
		help=$(labctl help $model | awk '/^  [nrw]+ / && $2 != "count" { print $2 }' | sort)
		files=$(cd /sys/bus/lab/devices/${model}0 && find . -maxdepth 1 -type f |
			sed 's,^./,,' | grep -v '^uevent$' | sort)
		[ "$help" = "$files" ]
	done
}

@test "JSON: what a command replies, and the list" {
	labctl new hte name=first
	run -0 labctl -j edges hte0 lines=0 count=3 period=1ms
	[ "$(jq -r '"\(.type) \(.device) \(.command) \(.start_ns > 0)"' <<<"$output")" = \
		"reply hte0 edges true" ]
	run -0 labctl -j flood hte0 count=1009
	[ "$(jq -r '"\(.edges) \(.ns > 0) \(.edges_per_s > 0)"' <<<"$output")" = "1009 true true" ]
	run -0 labctl -j list
	[ "$(jq -c '.devices' <<<"$output")" = \
		'[{"device":"hte0","model":"hte","node":null,"name":"first"}]' ]
	[ -d /sys/kernel/debug/hte/first ]
}

@test "a FIFO of 16 and a late interrupt: what is lost adds up everywhere" {
	labctl new hte lines=4 fifo=16 irq_delay=50ms
	sink take chip=hte0
	echo 1 >/sys/kernel/tracing/events/hte/hte_drop/enable
	labctl edges hte0 lines=0-3 count=101 period=10us
	until_ok is received 16
	# what comes next tells of the gap in front of it
	labctl edges hte0 lines=0-3 count=1
	until_ok is received 20
	echo 0 >/sys/kernel/tracing/events/hte/hte_drop/enable
	traced=$(awk '/ hte_drop: .*reason=overflow/ {
			sub(/.* n=/, ""); sub(/ .*/, ""); n += $0
		}
		END { print n + 0 }' /sys/kernel/tracing/trace)
	echo >/sys/kernel/tracing/trace
	[ "$traced" = 388 ]
	is gaps 388
	is disorder 0
	[ "$(core hte0 total)" = 20 ]
	[ "$(core hte0 overflow)" = 388 ]
	run -0 cat /sys/kernel/debug/hte/hte0/fifo
	[ "$(awk '{ print $2 }' <<<"$output" | xargs)" = "16 388" ]
	shows hte0 all_edges 408
	shows hte0 all_stamped 20
	shows hte0 all_overflow 388
	shows hte0 waiting_max 16
	shows hte0 waiting 0
	# the four lines were served in turn
	[ "$(column received | xargs)" = "5 5 5 5" ]
	[ "$(column last_seq | xargs)" = "102 102 102 102" ]
}

@test "an interrupt that does not come, and comes after all" {
	labctl new hte lines=1 fifo=8 freeze=1
	sink take chip=hte0
	labctl edges hte0 lines=0 count=23 period=10us
	is received 0
	shows hte0 waiting 8
	labctl set hte0 freeze=0
	until_ok is received 8
	until_ok eval '[[ $(core hte0 overflow) == 15 ]]'
	# with nobody in front, straight on again
	labctl edges hte0 lines=0 count=23 period=10us
	is received 31
	is gaps 15
	is disorder 0
}

@test "stamps that wait when their line is put are nobody's" {
	labctl new hte lines=2 fifo=16 freeze=1
	sink take chip=hte0
	labctl edges hte0 lines=0-1 count=3 period=10us
	sink put chip=hte0 lines=0
	is received 3
	[ "$(core hte0 unregistered)" = 3 ]
	sink take chip=hte0 lines=0
	labctl set hte0 freeze=0
	labctl edges hte0 lines=0-1 count=23 period=10us
	until_ok is received 49
	[ "$(column received 0)" = 23 ]
	[ "$(core hte0 unregistered)" = 3 ]
	shows hte0 waiting 0
}

@test "the interrupt's delay is what a consumer sees as latency" {
	labctl new hte lines=2 irq_delay=20ms
	sink take chip=hte0
	labctl edges hte0 lines=0 count=23 period=1ms
	until_ok is received 23
	# stamps that wait for the same interrupt wait less
	[ "$(column late_max 0)" -ge 20000000 ]
	[ "$(column late_min 0)" -lt "$(column late_max 0)" ]
	labctl set hte0 irq_delay_ns=0 irq_jitter=40ms seed=7
	for ((i = 0; i < 11; i++)); do
		labctl edges hte0 lines=1
		until_ok is received $((24 + i))
	done
	[ $(($(column late_max 1) - $(column late_min 1))) -ge 10000000 ]
}

@test "the clock: rate, offset, resolution, stops, and cannot be read" {
	labctl new hte lines=1 rate=50ppm time=zero offset=3s
	sink take chip=hte0
	labctl edges hte0 lines=0 count=101 period=1ms
	[ "$(column first_tsc)" -ge 3000000000 ]
	[ "$(column first_tsc)" -lt 60000000000 ]
	span=$(($(column last_tsc) - $(column first_tsc)))
	[ $span -ge 100004999 ] && [ $span -le 100005001 ]
	first=$(column last_tsc)
	labctl set hte0 offset=10000s rate_ppb=0
	labctl edges hte0 lines=0
	[ $(($(column last_tsc) - first)) -ge 9997000000000 ]
	labctl set hte0 stuck=1
	labctl edges hte0 lines=0 count=23 period=1ms
	[ "$(tail -n 1 "$sink/stamps" | cut -d ' ' -f 4)" = "$(column last_tsc)" ]
	is disorder 0
	sink put
	labctl new hte resolution_ns=32
	sink take chip=hte1 lines=7
	labctl edges hte1 lines=7 count=23 period_ns=1000003
	run -0 awk '$1 == "hte1" { n++; wrong += $4 % 32 != 0 } END { print n, wrong + 0 }' "$sink/stamps"
	[ "$output" = "23 0" ]
	run -0 awk '$1 == "hz" { print $2 }' /sys/kernel/debug/hte/hte1/clock
	[ "$output" = 31250000 ]
	labctl set hte1 readable=0
	run ! grep -q hw_ns /sys/kernel/debug/hte/hte1/clock
}

@test "rising and falling edges, levels known and unknown" {
	labctl new hte lines=3
	sink take chip=hte0 lines=0 edges=rising
	sink take chip=hte0 lines=1 edges=falling
	sink take chip=hte0 lines=2 edges=none
	labctl edges hte0 lines=0-2 count=101 period=10us
	[ "$(column rising | xargs) $(column falling | xargs)" = "51 0 51 0 50 50" ]
	shows hte0 in_ignored "50 51 0"
	labctl set hte0 levels=0
	labctl edges hte0 lines=2 count=23 period=10us
	[ "$(column received 2)" = 124 ]
	[ "$(column rising 2) $(column falling 2)" = "51 50" ]
	[ "$(awk '$2 == 2 && $3 > 101 && $5 == -1' "$sink/stamps" | wc -l)" = 23 ]
}

@test "disabled lines are silent, unless the provider leaks" {
	labctl new hte lines=2
	sink take chip=hte0 lines=0
	sink disable
	labctl edges hte0 lines=0,1 count=23 period=10us
	shows hte0 all_ignored 46
	[ "$(core hte0 disabled)" = 0 ]
	labctl set hte0 leaky=1
	labctl edges hte0 lines=0,1 count=101 period=10us
	is received 0
	[ "$(core hte0 disabled 0)" = 101 ]
	[ "$(core hte0 unregistered 1)" = 101 ]
	shows hte0 in_refused "101 101"
	sink enable
	labctl edges hte0 lines=0,1 count=23 period=10us
	is received 23
	is gaps 101
	[ "$(core hte0 unregistered 1)" = 124 ]
}

@test "lines are found by node, by line_data and by number" {
	labctl new hte count=2 lines=8
	sink take chip=hte1 lines=0-2 by=node
	sink take chip=hte1 lines=3-5 by=data
	sink take chip=hte1 lines=6-7 by=number
	labctl edges hte1 lines=0-7 count=23 period=10us
	[ "$(column received | xargs)" = "23 23 23 23 23 23 23 23" ]
	[ "$(column chip | sort -u)" = hte1 ]
	labctl fail hte1 op=xlate errno=EPROTO
	sink put lines=4
	run ! sink take chip=hte1 lines=4 by=data
	[[ $output == *"Protocol error"* ]]
	sink take chip=hte1 lines=4 by=data
}

@test "each call fails by order, and works again" {
	labctl new hte lines=2
	labctl fail hte0 op=request errno=EBUSY
	run ! sink take chip=hte0
	[[ $output == *"busy"* ]]
	is held 0
	sink take chip=hte0
	labctl fail hte0 op=disable errno=EREMOTEIO count=2
	run ! sink disable lines=0
	[[ $output == *"Remote I/O error"* ]]
	run ! sink disable lines=0
	sink disable lines=0
	labctl fail hte0 op=enable errno=ENOSPC count=-1
	run ! sink enable lines=0
	[[ $output == *"No space left"* ]]
	labctl fail hte0 op=enable count=0
	sink enable lines=0
	labctl fail hte0 op=clk_src_info errno=EIO
	run ! grep -q '^hz' /sys/kernel/debug/hte/hte0/clock
	grep -q '^hz' /sys/kernel/debug/hte/hte0/clock
	labctl fail hte0 op=gettime errno=EIO count=-1
	run ! grep -q hw_ns /sys/kernel/debug/hte/hte0/clock
	labctl fail hte0 op=release errno=EIO
	run ! sink put lines=1
	# the line is free all the same
	sink take chip=hte0 lines=1
	labctl edges hte0 lines=0-1 count=23 period=10us
	[ "$(column received 0) $(column received 1)" = "23 23" ]
	[ "$(labctl show hte0 failed)" -ge 6 ]
}

@test "edges get lost untold: the numbers do not show it" {
	labctl new hte lines=1
	sink take chip=hte0
	labctl set hte0 lose_next=7
	labctl edges hte0 lines=0 count=23 period=10us
	is received 16
	is gaps 0
	shows hte0 all_lost 7
}

@test "a wire from a clock's output: stamps of the clock's own seconds" {
	labctl new hte lines=8
	read -r phc node < <(labctl new phc)
	sink take chip=hte0 lines=5 keep=1000
	labctl wire "$phc.out2" hte0.in5
	# how far the PTP clock is ahead of the provider's
	apart=$(($(ahead "$phc") - $(ahead hte0)))
	dev=/sys/class/phc/${node##*/}
	[ -d "$dev" ] || dev=/sys/class/ptp/${node##*/}
	echo 2 0 0 0 1000000 >"$dev/period"
	until_ok eval '[[ $(total received) -ge 101 ]]'
	labctl unwire hte0
	run -0 awk -v apart=$((apart % 1000000)) '{
			off = ($4 % 1000000 + apart) % 500000
			wrong += off != 0; wrong += ($5 == 1) != (($4 % 1000000 + apart) % 1000000 == 0)
		}
		END { print (NR > 100), wrong + 0 }' "$sink/stamps"
	[ "$output" = "1 0" ]
	is disorder 0
	is gaps 0
}

@test "a flood, and two at once on both processors: nothing is lost" {
	labctl new hte lines=4
	sink take chip=hte0 lines=0-3 keep=0
	run -0 labctl flood hte0 lines=0 count=100003
	[[ $output =~ ^edges=100003\ ns=[0-9]+\ edges_per_s=[0-9]+$ ]]
	is received 100003
	labctl flood hte0 lines=1,2 count=50021 3>&- &
	labctl flood hte0 lines=3 count=50021
	wait $!
	is received 200045
	is gaps 0
	is disorder 0
	[ "$(core hte0 total)" = 200045 ]
	shows hte0 all_edges 200045
}

@test "a slow consumer: taken == consumed + lost + queued, and the engine counts the lost" {
	labctl new hte lines=2
	sink take chip=hte0 second=1 queue=16 delay_us=1000
	labctl edges hte0 lines=0-1 count=101 period=100us
	is received 202
	until_ok is queued 0
	lost=$(total lost)
	until_ok is consumed $((202 - lost))
	[ "$lost" -gt 0 ]
	[ "$(core hte0 consumer)" = "$lost" ]
	is gaps 0
}

@test "64 providers and no more" {
	run -0 labctl new hte count=64 lines=1
	[ "${#lines[@]}" = 64 ]
	run -1 labctl new hte
	[ "$output" = "labctl: new: there are 64 of hte already, the limit" ]
	sink take chip=hte63
	labctl edges 'hte*' lines=0 count=23 period=10us wait=0
	until_ok is received 23
	labctl del 'hte*'
	is held 0
}

@test "4096 lines of one provider" {
	labctl new hte lines=4096
	sink take chip=hte0 keep=0
	is held 4096
	labctl edges hte0 lines=0-4095 count=23 period=50ms
	is received 94208
	is disorder 0
	is gaps 0
	[ "$(core hte0 total)" = 94208 ]
	labctl set hte0 from=4000
	[ "$(labctl show hte0 in_edges.95)" = 23 ]
}

@test "a provider that goes under its consumers leaves ENODEV, and all else at rest" {
	labctl new hte lines=4
	sink take chip=hte0 hold=1
	labctl edges hte0 lines=0-3 count=0 period=100us
	labctl edges hte0 lines=3 stop=1
	labctl edges hte0 lines=3 count=0 period=100us wait=1 2>"$BATS_TEST_TMPDIR/waits" 3>&- &
	until_ok eval '[[ $(column received 3) -ge 101 ]]'
	labctl del hte0
	status=0
	wait $! || status=$?
	[ "$status" = 1 ]
	# the kernel's word, or labctl's own where it came too late
	grep -qi 'no such device' "$BATS_TEST_TMPDIR/waits"
	is held 4
	n=$(total received)
	run ! sink disable
	[[ $output == *"No such device"* ]]
	# the name is free, though lines of the old one are still held
	labctl new hte lines=4
	labctl edges hte0 lines=0-3 count=23 period=10us
	is received "$n"
	run ! sink put
	[[ $output == *"No such device"* ]]
	is held 0
	sink take chip=hte0
	sink forget
	labctl edges hte0 lines=0-3 count=23 period=10us
	is received 92
}

@test "a provider that goes in the midst of a flood" {
	labctl new hte lines=2
	sink take chip=hte0 keep=0 second=1
	labctl flood hte0 lines=0-1 count=1000000000 2>"$BATS_TEST_TMPDIR/flood" 3>&- &
	until_ok eval '[[ $(total received) -ge 101 ]]'
	rmmod lab_hte
	status=0
	wait $! || status=$?
	modprobe lab_hte
	[ "$status" = 1 ]
	[ "$(cat "$BATS_TEST_TMPDIR/flood")" = "labctl: hte0: flood: No such device" ]
	is held 0
	is gaps 0
	is disorder 0
}

@test "23 rounds of providers that come and go under edges" {
	modprobe -r hte_sink
	modprobe hte_sink take='"second=1 keep=0"'
	for ((round = 0; round < 23; round++)); do
		echo "hte count=2 lines=4" >/sys/bus/lab/new_device
		for dev in hte0 hte1; do
			echo "lines=0-3 count=0 period_ns=1000000" >/sys/bus/lab/devices/$dev/edges
		done
		until_ok eval '[[ $(total received) -ge 101 ]]'
		if ((round % 2)); then
			echo all >/sys/bus/lab/del_device
		else
			rmmod lab_hte
			modprobe lab_hte
		fi
		# not by run, which may change variables of its caller
		totals=$(cat "$sink/total")
		[[ $totals == *"lines 8"*"held 0"*"gaps 0"*"disorder 0"* ]]
		sink forget
	done
}

# ---- GPIO lines ----------------------------------------------------------------

# gpio NAME: what hte_gpio has counted
gpio() {
	awk -v name="$1" '$1 == name { print $2 }' /sys/kernel/debug/hte_gpio/result
}

@test "a GPIO's edges: each has its stamp, then its interrupt" {
	needs_gpio
	run -0 labctl new gpio
	[[ $output =~ ^gpio0\ /dev/gpiochip[0-9]+$ ]]
	modprobe hte_gpio label=gpio0 line=11
	shows gpio0 stamping "0 0 0 0 0 0 0 0 0 0 0 1 0 0 0 0"
	run -0 labctl edges gpio0 lines=0-15 count=101 period=1ms
	first=$(started "$output" "$(ahead gpio0)")
	[ "$(gpio stamps) $(gpio irqs)" = "101 101" ]
	[ "$(gpio irq_without_stamp) $(gpio stamp_in_future)" = "0 0" ]
	[ "$(gpio wrong_level) $(gpio wrong_seq)" = "0 0" ]
	until_ok eval '[[ $(gpio ran_second) == 1 ]]'
	run -0 awk -v start="$first" '$2 != start + ($1 - 1) * 1000000 { wrong++ }
		END { print NR, wrong + 0 }' /sys/kernel/debug/hte_gpio/stamps
	[ "$output" = "101 0" ]
	# the others had neither
	[ "$(labctl show gpio0 in_stamped | xargs -n 1 | sort | uniq -c | xargs)" = "15 0 1 101" ]
	[ "$(labctl show gpio0 interrupts.11)" = 101 ]
	modprobe -r hte_gpio
	shows gpio0 stamping "0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0"
}

@test "a GPIO's rising edges alone" {
	needs_gpio
	labctl new gpio label=board
	modprobe hte_gpio label=board line=3 edges=rising
	labctl edges gpio0 lines=3 count=101 period=100us
	[ "$(gpio stamps) $(gpio irqs) $(gpio irq_without_stamp)" = "51 51 0" ]
	modprobe -r hte_gpio
}

@test "a GPIO chip that cannot stamp tells so; one that has no provider has no stamps" {
	needs_gpio
	labctl new gpio
	labctl fail gpio0 op=hw_timestamp errno=EIO
	run ! modprobe hte_gpio
	[[ $output == *"Input/output error"* ]]
	shows gpio0 failed 1
	modprobe hte_gpio
	modprobe -r hte_gpio
	labctl del gpio0
	labctl new gpio provider=0
	run ! modprobe hte_gpio
	[[ $output == *"No such device"* ]]
	run ! sink take chip=gpio0
}

@test "a GPIO's lines by wire: in, out, and round in a ring" {
	needs_gpio
	labctl new gpio lines=4
	labctl new hte lines=2
	sink take chip=hte0 lines=0
	sink take chip=gpio0 lines=0,1,3
	labctl wire gpio0.out0 gpio0.in1 hte0.in0
	labctl wire gpio0.out1 gpio0.in2
	labctl wire gpio0.out2 gpio0.in3
	# an edge passes eight devices at the most, and changes no level twice
	labctl wire gpio0.out3 gpio0.in0
	labctl edges gpio0 lines=0 count=101 period=1ms
	shows gpio0 in_edges "101 101 101 101"
	shows gpio0 in_ignored "101 0 0 0"
	[ "$(column received | xargs)" = "101 101 101 101" ]
	# two providers, each with its clock, stamp the same instants
	run -0 awk -v a="$(ahead hte0)" -v b="$(ahead gpio0)" '
		$1 == "hte0" { at[$3] = $4 - a }
		$1 == "gpio0" { n++; wrong += $4 - b != at[$3] }
		END { print n, wrong + 0 }' "$sink/stamps"
	[ "$output" = "303 0" ]
}

@test "23 rounds of a GPIO chip that goes under its driver" {
	needs_gpio
	case $(uname -r) in
	6.[0-9].*) skip "this kernel's gpiolib does not take back the interrupts of a chip that goes" ;;
	esac
	for ((i = 0; i < 23; i++)); do
		labctl new gpio lines=2 >/dev/null
		modprobe hte_gpio line=1
		labctl edges gpio0 lines=0-1 count=0 period=100us >/dev/null
		until_ok eval '[[ $(gpio stamps) -ge 23 ]]'
		labctl del gpio0
		[ "$(gpio irq_without_stamp) $(gpio wrong_seq)" = "0 0" ]
		modprobe -r hte_gpio
	done
}
