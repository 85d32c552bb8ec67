#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# htetop's figures (its screen has a suite of its own), against providers of the lab and
# hte_sink, with exact numbers. Runs in the guest.

bats_require_minimum_version 1.5.0
load lib/htetop

# edges CHIP LINES COUNT [WORD]...: when this returns the last one has happened
edges() {
	labctl edges "$1" lines="$2" count="$3" period_ns=200000 wait=1 "${@:4}" >/dev/null
}

# books CHIP COLUMN LINE: what the engine itself says in debugfs
books() {
	awk -v column="$2" -v line="$3" 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		NR > 1 && $1 == line { print $at[column] }' "/sys/kernel/debug/hte/$1/lines"
}

books_are() {
	[ "$(books "$1" "$2" "$3")" = "$4" ]
}

# the sink has had so many stamps in all, those of a delayed interrupt included
received() {
	[ "$(awk '$1 == "received" { print $2 }' /sys/kernel/debug/hte_sink/total)" = "$1" ]
}

# reports at least so many
reports() {
	[ "$(grep -c '"type":"report"' "$out")" -ge "$1" ]
}

# waits for a report that begins after this call, of whose figures all before it are
settled() {
	until_ok reports $(($(grep -c '"type":"report"' "$out") + 2))
}

@test "totals are exact, and agree with the engine's own books" {
	labctl new hte lines=64 >/dev/null
	sink take chip=hte0 lines=0-63
	by_itself='' begin 60
	edges hte0 0-63 23
	edges hte0 5 101
	edges hte0 60-63 7
	end
	holds '[.[] | .schema == 1 and .tool == "htetop"] | all' \
		'.[0].attached == "tp_btf"' \
		'.[-1].type == "total" and .[-1].untracked == 0 and .[-1].missed == 0' \
		'.[-1].lines | length == 64 and (map(.line) == [range(64)])' \
		'.[-1].lines | map(.total) == [range(64) | if . == 5 then 124 elif . >= 60 then 30
			else 23 end]' \
		'.[-1].lines | all(.gaps == 0 and .lost == 0 and .coalesced == 0 and .early == 0 and
			.seq == .total and .state == "active" and .consumer == "hte_sink" and
			.label == "ts_\(.line)" and .line_id == .line and .chip == "hte0")' \
		'.[-1].lines | all((.callback_histogram_ns | map(.[2]) | add) == .total and
			(.latency_histogram_ns | map(.[2]) | add) == .total and
			.callback_p50_ns > 0 and .callback_p50_ns <= .callback_p99_ns and
			.callback_p99_ns <= .callback_max_ns and
			.latency_p50_ns <= .latency_p99_ns and .latency_p99_ns <= .latency_max_ns)' \
		"[.[-1].lines[] | select(.line == 5)][0] | .total == $(books hte0 total 5) and
			.last_ns == $(books hte0 last_ns 5) and .level == (.total % 2)" \
		'.[-1].cost_runs_per_s > 0 and .[-1].cost_measured == false'
}

@test "every loss by its reason: emitted == seen + lost" {
	local reason wanted=()
	labctl new hte lines=16 fifo=16 leaky=1 >/dev/null
	sink take chip=hte0 lines=0-3
	sink take chip=hte0 lines=4 result=7
	sink take chip=hte0 lines=5 second=1 delay_us=50000 queue=4
	sink take chip=hte0 lines=6 second=1 delay_us=20000
	begin --check 60
	# nobody has 7 and 8
	edges hte0 7,8 23
	# 1 is disabled for a while
	edges hte0 1 23
	sink disable chip=hte0 lines=1
	edges hte0 1 101
	sink enable chip=hte0 lines=1
	edges hte0 1 7
	# the callback of 4 fails
	edges hte0 4 23
	# the second callback of 5 is slow, its queue short; that of 6 is slow
	edges hte0 5 101
	edges hte0 6 101
	# 0 fills the FIFO of 16 while there is no interrupt, and goes on when there is
	labctl set hte0 irq_delay_ns=100000 freeze=1
	edges hte0 0 101
	labctl set hte0 freeze=0
	until_ok books_are hte0 total 0 16
	labctl set hte0 irq_delay_ns=0
	edges hte0 0 23
	until_ok books_are hte0 total 0 39
	sink put
	end TERM 3
	for reason in unregistered disabled overflow callback consumer; do
		for line in 0 1 4 5 6 7 8; do
			wanted+=(".[-1].lines[] | select(.line == $line) | .lost_$reason ==
				$(books hte0 $reason $line)")
		done
	done
	holds "${wanted[@]}" \
		'.[-1].lines | map({("\(.line)"): .}) | add |
		."7".lost_unregistered == 23 and ."8".lost_unregistered == 23 and
		."7".total == 0 and ."7".state == "free" and ."7".label == null and
		."1".lost_disabled == 101 and ."1".total == 30 and ."1".gaps == 101 and
		."4".lost_callback == 23 and ."4".total == 23 and ."4".gaps == 0 and
		."5".total == 101 and ."5".lost_consumer > 0 and ."5".coalesced > 0 and
		."6".total == 101 and ."6".coalesced > 0 and ."6".lost == 0 and
		."0".total == 39 and ."0".lost_overflow == 85 and ."0".gaps == 85' \
		'.[-1].lines[] | select(.line == 6) | .coalesced +
			(.second_histogram_ns | map(.[2]) | add) == 101 and
			.second_p50_ns > 0 and .second_max_ns >= .second_p99_ns' \
		'.[-1].lines | all(.lost == .lost_unregistered + .lost_disabled + .lost_overflow +
			.lost_callback + .lost_consumer)' \
		'[.[-1].lines[] | .total + .lost_unregistered + .lost_disabled + .lost_overflow] | add
			== 46 + 131 + 23 + 101 + 101 + 124' \
		'.[-1].chips[0] | .fifo_max == 16 and .fifo_lost == 85'
	# nothing is lost: nothing to complain of
	sink forget
	sink take chip=hte0 lines=0
	begin --check 60
	edges hte0 0 23
	until_ok received 23
	end
	holds '.[-1].lines | map(select(.line == 0)) | .[0].total == 23 and .[0].lost == 0'
}

@test "a FIFO of 16, a late interrupt: chip, debugfs, tracepoint, char device and htetop agree" {
	local dev=/sys/bus/lab/devices/gte0 chip node line lost traced wanted=()
	local tracing=/sys/kernel/tracing
	labctl new gte fifo=16 irq_delay_ns=20000000 >/dev/null
	chip=$(<$dev/device)
	node=$(basename /dev/htechip*)
	begin --check 60
	hte_read "$node" 32 1 >"$BATS_TEST_TMPDIR/32" 3>&- &
	local one=$!
	hte_read "$node" 64 1 >"$BATS_TEST_TMPDIR/64" 3>&- &
	local two=$!
	until_ok eval "[[ \$(</sys/kernel/debug/hte/$chip/ts_requested) == 2 ]]"
	: >$tracing/trace
	echo 1 >$tracing/events/hte/hte_drop/enable
	labctl edges gte0 lines=32,64 count=101 period_ns=1000000 wait=1 >/dev/null
	until_ok eval "[[ \$(<$dev/waiting) == 0 ]]"
	# the report of the last losses comes right after the last stamps
	labctl set gte0 irq_delay_ns=0
	labctl edges gte0 lines=32,64 count=1 wait=1 >/dev/null
	until_ok eval "[[ \$(<$dev/waiting) == 0 ]]"
	lost=$(<$dev/all_overflow)
	echo "lost $lost of $(<$dev/all_edges)"
	[ "$(<$dev/all_edges)" = 204 ]
	[ "$lost" -gt 0 ]
	until_ok eval "[[ \$((\$(books $chip total 32) + \$(books $chip total 64))) == $((204 - lost)) ]]"
	echo 0 >$tracing/events/hte/hte_drop/enable
	traced=$(awk '/ hte_drop: .*reason=overflow/ { sub(/.* n=/, ""); n += $1 } END { print n + 0 }' \
		$tracing/trace)
	: >$tracing/trace
	kill "$one" "$two"
	wait "$one" "$two"
	end TERM 3
	[ "$traced" = "$lost" ]
	[ "$(($(books "$chip" overflow 32) + $(books "$chip" overflow 64)))" = "$lost" ]
	for line in 32 64; do
		# each line: what was read and what was missed are all there was
		[ "$(<"$BATS_TEST_TMPDIR/$line")" = \
			"$(books "$chip" total $line) events, $(books "$chip" overflow $line) missed" ]
		wanted+=("[.[-1].lines[] | select(.line == $line)][0] |
			.total == $(books "$chip" total $line) and
			.lost_overflow == $(books "$chip" overflow $line) and
			.gaps == .lost_overflow and .total + .gaps == 102")
	done
	holds "${wanted[@]}" ".[-1].chips[0].fifo_lost == $lost and .[-1].chips[0].fifo_max == 16"
}

@test "put and requested again: no gap, totals go on, names are the last consumer's" {
	labctl new hte lines=4 >/dev/null
	sink take chip=hte0 lines=0-3
	begin 0.2
	edges hte0 0-3 23
	sink put lines=0,1
	settled
	holds '[.[] | select(.type == "report")][-1].lines | map(.state) ==
		["free", "free", "active", "active"]'
	# now by a software node: another consumer by name
	sink take chip=hte0 lines=1 by=node
	sink disable lines=2
	edges hte0 1,3 101
	end
	holds '.[-1].lines | map(.total) == [23, 124, 23, 124] and
		all(.gaps == 0 and .lost == 0)' \
		'.[-1].lines | map(.seq) == [23, 101, 23, 124]' \
		'.[-1].lines | map(.state) == ["free", "active", "disabled", "active"]' \
		'.[-1].lines | map(.consumer) == ["hte_sink", "sink-hte0-1", "hte_sink", "hte_sink"]'
}

@test "no provider yet is no error; providers come, go, and come back under their name" {
	begin --max-lines 12 0.1
	until_ok grep -q '^htetop: waiting for providers' "$err"
	# more lines than there is room for, were the records of those gone not used again
	for _ in 1 2 3 4 5; do
		labctl new hte name=late lines=8 >/dev/null
		# the records of the one before are free as soon as that has been seen
		settled
		sink take chip=late lines=0-7
		edges hte0 0-7 23
		labctl del hte0
		sink forget
		settled
	done
	holds '[.[] | select(.type == "report")][-1] | (.chips | map(.state) == ["gone"]) and
		(.lines | all(.state == "gone" and .total == 115))'
	labctl new hte name=other lines=4 >/dev/null
	sink take chip=other lines=0-3
	edges hte0 0-3 7
	end
	holds '.[-1].untracked == 0 and .[-1].missed == 0' \
		'.[-1].chips | map([.chip, .state]) == [["late", "gone"], ["other", "here"]]' \
		'.[-1].lines | map(.total) == [115, 115, 115, 115, 115, 115, 115, 115, 7, 7, 7, 7]' \
		'.[-1].lines | all(.gaps == 0 and .lost == 0)' \
		'.[-1].lines | map(.state) | .[:8] == [range(8) | "gone"] and
			.[8:] == [range(4) | "active"]'
	[ "$(grep -c waiting "$err")" = 1 ]
}

@test "a provider goes while its lines are held: its keys are not taken, its losses count" {
	labctl new hte name=held lines=4 >/dev/null
	sink take chip=held lines=0-3 hold=1
	begin 0.2
	edges hte0 0-3 23
	labctl del hte0
	settled
	labctl new hte name=held lines=4 >/dev/null
	[ "$(awk '$1 == "first_key" { print $2 }' /sys/kernel/debug/hte/held/chip)" = 4 ]
	sink put || :
	sink take chip=held lines=0-3
	edges hte0 0-3 101
	end
	holds '.[-1].lines | map(.total) == [124, 124, 124, 124]' \
		'.[-1].lines | all(.state == "active" and .gaps == 0)' \
		'.[-1].chips | length == 1 and .[0].state == "here"'
}

@test "a provider goes, and comes back: what its FIFO lost stays counted" {
	labctl new hte name=short lines=1 fifo=16 >/dev/null
	sink take chip=short lines=0
	begin 60
	labctl set hte0 freeze=1
	labctl flood hte0 lines=0 count=101 >/dev/null
	labctl set hte0 freeze=0
	until_ok books_are short total 0 16
	sink put
	labctl del hte0
	end
	holds '.[-1].chips | map([.chip, .state, .fifo_max, .fifo_lost]) == [["short", "gone", 16, 85]]' \
		'.[-1].lines | map(.lost_overflow) == [85]'
	labctl new hte name=short lines=1 fifo=16 >/dev/null
	begin 0.2
	for _ in 1 2; do
		sink take chip=short lines=0
		labctl set hte0 freeze=1
		labctl flood hte0 lines=0 count=23 >/dev/null
		labctl set hte0 freeze=0
		until_ok books_are short total 0 16
		sink put
		labctl del hte0
		sink forget
		settled
		labctl new hte name=short lines=1 fifo=16 >/dev/null
		settled
	done
	end
	holds '.[-1].chips | map([.chip, .state, .fifo_lost]) == [["short", "here", 14]]' \
		'.[-1].lines | map(.lost_overflow) == [14]'
}

@test "lines without room are counted, and --check sees it" {
	labctl new hte lines=8 leaky=1 >/dev/null
	sink take chip=hte0 lines=0-3
	begin --max-lines 3 --check 60
	edges hte0 0-2 23
	# the fourth and two that nobody has
	edges hte0 3 101
	edges hte0 6,7 7
	end TERM 3
	holds '.[-1].untracked == 115' '.[-1].lines | map(.total) | add == 69'
	: >"$out" # what stands there is of the run before
	htetop --raw-tp --max-lines 1 0.3 >"$out" 3>&- &
	pid=$!
	until_ok test -s "$out"
	edges hte0 0-1 23
	end
	grep -q '^untracked: 23 stamps of lines without room; --max-lines gives them room' "$out"
}

# how exactly, tells icount_htetop.bats; here timers are late, and one interrupt serves many
@test "latency is that of the interrupt, whatever offset and rate the clock has" {
	local slow=${CHS_SLOW:-1} i
	labctl new hte lines=1 fifo=64 irq_delay_ns=1000000 >/dev/null
	labctl new hte lines=1 fifo=64 irq_delay_ns=1000000 time=zero rate_ppb=50000 >/dev/null
	labctl new hte lines=1 readable=0 >/dev/null
	for i in 0 1 2; do
		sink take chip=hte$i lines=0
	done
	begin 0.5
	until_ok reports 2
	for i in 0 1 2; do
		labctl edges hte$i lines=0 count=101 period_ns=5000000 wait=1 >/dev/null &
	done
	wait %2 %3 %4
	until_ok received 303
	end
	holds '.[-1].chips | map(.relation) == ["related", "related", "unknown"]' \
		'.[-1].lines | map(.total) == [101, 101, 101]' \
		'.[-1].lines[:2] | all(.latency_p50_ns > 500000 and .latency_p99_ns > 999000 and
			.latency_p50_ns < 100000000 * '"$slow"' and .early == 0 and
			(.latency_histogram_ns | map(.[2]) | add) == 101)' \
		'.[-1].lines[2] | .latency_p50_ns == null and .latency_histogram_ns == [] and
			.relation == "unknown" and .callback_p50_ns > 0' \
		'.[-1].chips[1] | (.rate_ppb - 50000 | fabs) < 20000 and .offset_ns < -1000000000' \
		'.[-1].chips[0] | (.rate_ppb | fabs) < 20000' \
		'.[-1].chips[:2] | all(.error_ns > 0 and .error_ns < 1000000)' \
		'.[-1].chips[2] | .error_ns == null and .offset_ns == null and .rate_ppb == null'
	htetop --raw-tp 0.2 2 >"$out"
	grep -q '^clocks: hte0 +-[0-9.]*[num]s, hte1 +-[0-9.]*[num]s, hte2 unknown, so no latency$' "$out"
}

@test "a clock that is set is not believed until it has shown again how it goes" {
	labctl new hte lines=1 >/dev/null
	sink take chip=hte0 lines=0
	begin 0.3
	until_ok reports 2
	labctl set hte0 offset_ns=3000000000
	until_ok reports 6
	edges hte0 0 23
	end
	holds '.[-1].chips[0] | .relation == "related" and
		(.offset_ns - 3000000000 | fabs) < 1000000' \
		'.[-1].lines[0] | .total == 23 and .latency_p50_ns < 100000000' \
		'[.[] | select(.type == "report") | .chips[0].relation] | index("unknown") > 1'
}

@test "sort, filters and columns; text keeps to 80 columns" {
	local width
	labctl new hte lines=16 >/dev/null
	labctl new hte name=second_provider_of_a_long_name lines=4 >/dev/null
	sink take chip=hte0 lines=0-7
	sink take chip=second_provider_of_a_long_name lines=0-3 by=node
	begin -s -total 60
	edges hte0 3 23
	edges hte0 5 7
	edges hte1 1 101
	end
	holds '.[-1].lines | length == 12 and (map(.total)[:4] == [101, 23, 7, 0])' \
		'.[-1].lines[3:] | map(.line) == [0, 1, 2, 4, 6, 7, 0, 2, 3]'
	htetop --raw-tp -j -s rate -c 'hte*' -l 2-4,7 0.1 1 >"$out"
	holds '.[-1].lines | map(.line) == [2, 3, 4, 7]'
	htetop --raw-tp -j -s -line --consumer 'sink-*' 0.1 1 >"$out"
	holds '.[-1].lines | map(.line) == [3, 2, 1, 0] and all(.chip | startswith("second"))'
	: >"$out" # what stands there is of the run before
	htetop --raw-tp -T -H 0.5 2 >"$out" 3>&- &
	pid=$!
	until_ok test -s "$out"
	edges hte0 0-7 101
	wait "$pid"
	pid=
	width=$(awk '{ if (length > n) n = length } END { print n }' "$out")
	[ "$width" -le 80 ] || awk 'length > 80' "$out"
	[ "$width" -le 80 ]
	run ! grep -q $'\033' "$out"
	grep -q '^second_~ ' "$out"
	# chip, line, label, rate, gaps, lost and latency are there, whatever else
	awk '/^chip +line/ && /label/ && /rate/ && /gaps/ && /lost/ && /lat99/ { n++ } END { exit n < 2 }' "$out"
	htetop --raw-tp --columns=total,line 0.1 1 >"$out"
	[ "$(awk 'NF && $1 == "line"' "$out" | sort -u)" = "line     total" ]
	htetop --raw-tp -w 0.1 1 >"$out"
	grep -q second_provider_of_a_long_name "$out"
	htetop --raw-tp -z 0.1 1 >"$out"
	[ "$(grep -c hte_sink "$out")" = 0 ]
}

@test "raw tracepoints say the same, also without BTF and by capabilities alone" {
	labctl new hte lines=2 >/dev/null
	by_itself='' through=without_btf begin 60
	sink take chip=hte0 lines=0-1 second=1
	edges hte0 0-1 23
	until_ok received 46
	sink put
	end
	holds '.[0].attached == "raw_tp"' \
		'.[-1].lines | map(.total) == [23, 23] and all(.gaps == 0 and .lost == 0 and
			.consumer == "hte_sink" and .state == "free")' \
		'.[-1].lines | all(.coalesced + (.second_histogram_ns | map(.[2]) | add // 0) == 23)'
	by_itself='' through='setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +bpf,+perfmon
		--ambient-caps +bpf,+perfmon' begin 60
	grep -q 'cannot read /sys/kernel/debug/hte, so neither clocks nor older names are known; mount' "$err"
	sink take chip=hte0 lines=1
	edges hte0 1 23
	end
	holds '.[0].attached == "raw_tp"' \
		'.[-1].lines | length == 1 and .[0].total == 23 and .[0].consumer == "hte_sink" and
			.[0].latency_p50_ns == null'
}

@test "ends: count, SIGINT, SIGTERM, a reader of its output that goes; usage" {
	labctl new hte lines=1 >/dev/null
	begin 0.1 3
	wait "$pid"
	holds 'map(.type) == ["start", "report", "report", "report", "total"]' \
		'[.[] | select(.type == "report")] | all(.interval_s > 0.05 and .interval_s < 1)'
	begin -d 0.1 -n 2
	wait "$pid"
	holds 'map(.type) == ["start", "report", "report", "total"]'
	begin 60
	end INT
	holds '.[-1].type == "total"'
	pid=
	htetop --raw-tp 0.1 2>"$err" 3>&- | head -1 >"$out"
	[ "${PIPESTATUS[0]}" = 0 ]
	[ ! -s "$err" ]
	run -2 htetop -n 0
	run -2 htetop -d never
	run -2 htetop -l 7-3
	run -2 htetop -s nonesuch
	[[ $output == 'htetop: --sort: there is no column "nonesuch"; '* ]]
	run -2 htetop --columns=line,nonesuch
	run -0 htetop --columns=help
	[[ $output == *"latmax "* ]]
	run -0 htetop --help
	[[ $output == *"Examples:"* ]]
	run -0 htetop -V
	[[ $output == "htetop (chronoscope) "* ]]
}

# programs and links are taken apart a little after their last file has gone
used_is() {
	[ "$(cat /sys/module/chs_hte/refcnt)" = "$1" ]
}

@test "refusals say what to do, and nothing stays behind" {
	local used
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups htetop
	[[ $output == "htetop: needs root, or the capabilities CAP_BPF and CAP_PERFMON; "* ]]
	used=$(cat /sys/module/chs_hte/refcnt)
	begin 60
	[ "$(cat /sys/module/chs_hte/refcnt)" -gt "$used" ]
	kill -9 "$pid"
	wait "$pid" || :
	pid=
	until_ok used_is "$used"
	if command -v bpftool >/dev/null; then
		[ "$(bpftool -j prog show | jq '[.[] | select(.name // "" | startswith("hte_"))] | length')" = 0 ]
		[ "$(bpftool -j map show | jq '[.[] | select(.name == "free_slots")] | length')" = 0 ]
	fi
	lsmod | awk '$1 == "chs_hte"'
	rmmod hte_sink
	users=$(lsmod | awk '$1 == "chs_hte" { gsub(",", " ", $4); print $4 }')
	# shellcheck disable=SC2086
	rmmod $users chs_hte
	run -1 htetop
	# shellcheck disable=SC2086
	modprobe -a chs_hte $users hte_sink
	[ "$output" = "htetop: the kernel module chs_hte is not loaded; modprobe chs_hte" ]
}
