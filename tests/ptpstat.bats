#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# ptpstat against clocks of the lab, with exact figures. Runs in the guest.

# what tests/lib/tool.bash looks at, and variables of jq
# shellcheck disable=SC2034,SC2016

bats_require_minimum_version 1.5.0
load lib/tool

setup() {
	class=/sys/class/phc
	[ -d $class ] || class=/sys/class/ptp
	tool_setup ptpstat
}

teardown() {
	tool_teardown
	labctl del all
}

# one clock of the lab with these attributes; its node's name
new() {
	local made
	made=$(labctl new phc "$@")
	echo "${made##*/}"
}

stat_of() {
	cat "$class/$1/statistics/$2"
}

# stat_is CLOCK NAME VALUE: for until_ok, which would wait on an answer given once
stat_is() {
	[ "$(stat_of "$1" "$2")" = "$3" ]
}

@test "totals are exact, and agree with the class's own books" {
	local c d op books=()
	c=$(new) d=$(new)
	by_itself='' begin -l 60
	ptp_load "/dev/$c" gettime=23 gettimex=101 precise=5 sysoffset=7 freq=1000 freq=2000 \
		settime=1000000000 shift=5 phase=11 extts=0
	end
	# what PTP_SYS_OFFSET and ADJ_SETOFFSET ask for counts as well
	for op in gettime gettimex crosststamp settime adjtime adjfine adjphase enable ioctl open; do
		books+=("[.[-1].operations[] | select(.clock == \"$c\" and .op == \"$op\")][0].count ==
			$(stat_of "$c" $op)")
	done
	holds "${books[@]}" \
		'[.[] | .schema == 1 and .tool == "ptpstat"] | all' \
		'.[-1].type == "total"' \
		".[-1].operations | map({(.op): .count}) | add | .gettimex == 101 and
		.crosststamp == 5 and .gettime >= 30 and .adjfine == 2 and .open == 1" \
		'.[-1].operations | map(select(.p50_ns)) | all(.p50_ns > 0 and .p50_ns <= .p99_ns and
		.p99_ns <= .max_ns and .avg_ns <= .max_ns and (.histogram_ns | map(.[2]) | add) == .count)' \
		".[-1].clocks[] | select(.clock == \"$d\") | .ops == 0"
}

@test "raw tracepoints say the same, also without BTF and by capabilities alone" {
	local c
	c=$(new)
	by_itself='' through=without_btf begin 60
	ptp_load "/dev/$c" gettime=23 gettimex=101 freq=-5000 ioctl=0x3d44 || :
	end
	holds '.[0].attached == "raw_tp"' \
		'.[-1].operations | map({(.op): .count}) | add | .gettime == 23 and .gettimex == 101 and
		.adjfine == 1' \
		'.[-1].operations[] | select(.op == "ioctl") | .errors == 1'
	by_itself='' through='setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +bpf,+perfmon
		--ambient-caps +bpf,+perfmon' begin 60
	end
	holds '.[0].attached == "raw_tp" and .[-1].clocks[0].clock == "'"$c"'"'
	by_itself='' begin 60
	end
	holds '.[0].attached == "tp_btf"'
}

@test "clock, process and channel are filters; ptpstat itself is left out" {
	local c d load
	c=$(new name=filtered) d=$(new)
	begin -c filtered -c "$d" -p 60
	ptp_load "/dev/$c" gettime=23 &
	wait $!
	ptp_load "/dev/$d" gettime=101
	end
	holds ".[-1].clocks | map(.ops) == [23, 101]" \
		'.[-1].processes | map(select(.op == "gettime")) | map(.comm) == ["ptp_load", "ptp_load"]
		and (map(.pid) | unique | length) == 2'
	mkfifo "$out.go"
	ptp_load "/dev/$c" gettime=1 wait gettime=23 extts=0 extts=1 wait <"$out.go" 3>&- &
	load=$!
	exec 4>"$out.go"
	begin --pid $load --channel 1 -e "$c" 60
	ptp_load "/dev/$c" gettime=101
	echo >&4
	until_ok grep -q '"enable"' "$out"
	labctl push phc0 channel=0 count=7
	labctl push phc0 channel=1 count=11
	echo >&4
	exec 4>&-
	wait $load
	end
	holds '.[-1].operations[] | select(.op == "gettime") | .count == 23' \
		'.[-1].clocks | length == 1 and .[0].events == 11' \
		'[.[] | select(.type == "enable")] | map(.channel) == [1]'
	begin 0.2 3
	wait "$pid"
	pid=
	holds '.[-1].clocks | all(.ops == 0)'
}

@test "offset with its bound, frequency and readers, however they are to be had" {
	local a b c
	a=$(new time=$((($(date +%s) + 37) * 1000000000)))
	b=$(new crosststamp=0) c=$(new crosststamp=0 gettimex=0)
	begin 0.3 2
	wait "$pid"
	pid=
	holds '[.[] | select(.type == "report")][-1].clocks |
		map(.offset_source) == ["precise", "extended", "basic"]'
	# date gave whole seconds
	holds '[.[] | select(.type == "report")][-1].clocks[0].offset_ns |
		. > 34000000000 and . < 37500000000' \
		'[.[] | select(.type == "report")][-1].clocks | .[1].bound_ns > 0 and .[2].bound_ns > 0
		and (.[1:] | all(.offset_ns > -100000000 and .offset_ns < 100000000))' \
		'[.[] | select(.type == "report")][-1].clocks | all(.readers == 0)'
	begin --no-probe 0.5
	[ "$(stat_of "$b" readers)" = 0 ]
	ptp_load "/dev/$b" freq=12345 gettimex=25 sleep=2000
	sleep 0.3
	end
	holds "[.[] | .clocks? | arrays | .[] | select(.clock == \"$b\" and
		.offset_source == \"overheard\")] | length == 1 and .[0].readers == 1 and
		(.[0].freq_ppb > 12344 and .[0].freq_ppb < 12346) and .[0].bound_ns > 0" \
		"[.[] | .clocks? | arrays | .[] | select(.clock == \"$a\")] | all(.offset_ns == null)"
}

@test "every dropped event is counted, and --check sees it" {
	local c
	c=$(new)
	begin --check 60
	ptp_load "/dev/$c" extts=0 ready sleep=800 3>&- >"$err.load" &
	until_ok test -s "$err.load"
	labctl push phc0 channel=0 count=127
	labctl push phc0 channel=0 count=23
	until_ok stat_is "$c" extts_dropped 23
	end TERM 3
	holds '.[-1].clocks[0] | .events == 150 and .drops == 23'
	wait
	begin --check 60
	: >"$err.load" # what stands there is of the run before
	ptp_load "/dev/$c" extts=0 ready read=101 3>&- >"$err.load" &
	until_ok test -s "$err.load"
	labctl push phc0 channel=0 count=101
	wait %ptp_load || :
	end
	holds '.[-1].clocks[0] | .events == 101 and .drops == 0'
}

@test "-e: what changed, from what to what, by whom" {
	local c
	c=$(new)
	by_itself='' begin -e
	ptp_load "/dev/$c" settime=1000000000 shift=-500000000 freq=1000 freq=-2000 phase=100 \
		pin=0,0,0 pin=0,1,3 extts=3 noextts=3 mask mask=5 ioctl=0x3d44 || :
	end
	holds '[.[] | select(.comm == "ptp_load")] | map(.type) | index("open") == 0 and
		index("release") == length - 1' \
		'[.[] | select(.comm == "ptp_load") | .pid] | unique | length == 1' \
		'.[] | select(.type == "settime") | .new_ns == 1000000000 and .old_ns > 1e18 and
		.delta_ns == .new_ns - .old_ns' \
		'[.[] | select(.type == "adjtime")] | map(.delta_ns) == [-500000000]' \
		'[.[] | select(.type == "adjfine")] | map(.new_ppb | round) == [1000, -2000] and
		.[1].old_scaled_ppm == .[0].new_scaled_ppm' \
		'.[] | select(.type == "adjphase") | .offset_ns == 100' \
		'[.[] | select(.type == "pin")][-1] | [.pin, .old_function, .new_function, .new_channel] ==
		[0, "none", "extts", 3]' \
		'[.[] | select(.type == "mask")] | map(.channel) == [-1, 5]' \
		'.[] | select(.type == "error") | .op == "ioctl" and .cmd == 15684 and .err == -25' \
		'.[-1] | .emitted == .seen + .lost and .lost == 0' \
		'[.[1:-1][] | .mono_ns] | . == sort'
}

@test "-e: a burst of drops tells whose, how many, and who was at the clock" {
	local c
	c=$(new)
	for fold in '' --no-fold; do
		begin -e $fold
		: >"$err.load" # what stands there is of the run before
		ptp_load "/dev/$c" extts=0 ready sleep=900 3>&- >"$err.load" &
		until_ok test -s "$err.load"
		ptp_load "/dev/$c" gettimex=23
		labctl push phc0 channel=0 count=228 period_ns=1000000
		wait %ptp_load || :
		end
		holds '[.[] | select(.type == "drop")] | (map(.count) | add) == 101 and
			.[-1].dropped_total == 101 and all(.comm == "ptp_load" and .channel == 0)' \
			'[.[] | select(.type == "drop")][0].meanwhile |
			any(.comm == "ptp_load" and .op == "gettimex" and .count == 23)' \
			'.[] | select(.type == "release" and .dropped > 0) | .dropped == 101' \
			'.[-1] | .emitted == .seen + .lost and .lost == 0'
		[ -n "$fold" ] || holds '[.[] | select(.type == "drop")] | length < 5'
		rm "$err.load"
	done
	holds '[.[] | select(.type == "drop")] | length == 101'
}

@test "-e: emitted == seen + lost, also with a ring that is too small" {
	local c
	c=$(new)
	begin -e --no-fold --check --ring 4096
	ptp_load "/dev/$c" extts=0 ready sleep=700 3>&- >"$err.load" &
	until_ok test -s "$err.load"
	kill -STOP "$pid"
	labctl push phc0 channel=0 count=228
	until_ok stat_is "$c" extts_dropped 101
	kill -CONT "$pid"
	wait %ptp_load || :
	end TERM 3
	holds '.[-1] | .emitted == .seen + .lost and .lost > 0 and .clocks[0].drops == 101' \
		'(. | length) - 2 == .[-1].seen'
}

@test "-e: a periodic channel that misses beats, and who touched the clock" {
	local c
	c=$(new)
	begin -e
	ptp_load "/dev/$c" extts=0 ready read=15 3>&- >"$err.load" &
	until_ok test -s "$err.load"
	labctl push phc0 channel=0 count=20 "period_ns=$((150000000 * ${CHS_SLOW:-1}))" &
	has_delivered() {
		[ "$(labctl show phc0 delivered.0)" -ge 6 ]
	}
	until_ok has_delivered
	labctl set phc0 lose_next=5
	ptp_load "/dev/$c" gettime=23
	wait %ptp_load || :
	end
	holds "[.[] | select(.type == \"gap\")] | length == 1 and .[0].missing == 5 and
		.[0].channel == 0 and (.[0].period_ns / ${CHS_SLOW:-1} - 150000000 | fabs) < 1000000" \
		'[.[] | select(.type == "gap")][0].meanwhile |
		any(.comm == "ptp_load" and .op == "gettime" and .count == 23)'
}

@test "no clock yet is no error; clocks come and go" {
	local c
	begin -e 0.2
	until_ok grep -q '^ptpstat: waiting for clocks' "$err"
	c=$(new name=late)
	until_ok grep -q '"clocks":\[{"clock":"'"$c" "$out"
	labctl del all
	until_ok grep -q '"unregister"' "$out"
	sleep 0.3
	rmmod lab_phc
	modprobe lab_phc
	end
	holds '[.[] | select(.type == "register" or .type == "unregister")] |
		map(.name) == ["late", "late"]' \
		'[.[] | select(.type == "report")][-1].clocks == []'
	[ "$(grep -c waiting "$err")" = 1 ]
}

@test "clocks without room are counted, and text keeps to 80 columns" {
	local c width
	new count=2 >/dev/null
	c=$(cat /sys/module/chs_ptp/parameters/first_index)
	begin --max-clocks 1 --check 60
	ptp_load "/dev/ptp$((c + 1))" gettime=23
	end TERM 3
	holds '.[-1].outside >= 24'
	ptpstat -p -l -T 0.4 2 >"$out" 3>&- &
	pid=$!
	sleep 0.8
	ptp_load "/dev/ptp$c" gettime=23 gettimex=101 freq=1000 sleep=300
	wait "$pid"
	ptpstat -e -d 1.5 >>"$out" 3>&- &
	pid=$!
	sleep 0.8
	ptp_load "/dev/ptp$c" settime=1 shift=1 freq=-400000000 ioctl=0x12345678 || :
	wait "$pid"
	pid=
	width=$(awk '{ if (length > n) n = length } END { print n }' "$out")
	[ "$width" -le 80 ] || awk 'length > 80' "$out"
	[ "$width" -le 80 ]
	grep -q '^total of' "$out"
	! grep -q $'\033' "$out"
}

@test "ends: count, duration, SIGINT, SIGTERM, a reader of its output that goes" {
	new >/dev/null
	begin 0.1 3
	wait "$pid"
	holds 'map(.type) == ["start", "report", "report", "report", "total"]' \
		'[.[] | select(.type == "report")] | all(.interval_s > 0.05 and .interval_s < 1)'
	begin -d 0.3
	wait "$pid"
	holds 'map(.type) == ["start", "total"]'
	begin 60
	end INT
	holds '.[-1].type == "total"'
	pid=
	ptpstat --raw-tp 0.1 2>"$err" 3>&- | head -1 >"$out"
	[ "${PIPESTATUS[0]}" = 0 ]
	[ ! -s "$err" ]
	run -2 ptpstat 0.1 0
	run -2 ptpstat --ring 5000
	run -2 ptpstat --time=later
	run -0 ptpstat --help
	[[ $output == *"Examples:"* ]]
	run -0 ptpstat -V
	[[ $output == "ptpstat (chronoscope) "* ]]
}

# how posix_timer is run on a PTP clock
on_phc() {
	LD_PRELOAD=/usr/local/lib/libchs_timer.so posix_timer "$@" >"$err.timer" || {
		grep -v '^ok' "$err.timer"
		return 1
	}
}

@test "alarms: 101 expirations are 101 signals and overruns, at 100 ppm more half-way" {
	local c
	c=$(new)
	by_itself='' begin -e -l
	# alarms take their time on any kernel: 101 of them a second
	ptp_load "/dev/$c" "sleep=$((500 / ${CHS_SLOW:-1}))" freq=100000 3>&- &
	on_phc "/dev/$c" hundred_one
	wait %ptp_load
	end
	holds '.[-1].alarms | length == 1' \
		'.[-1].alarms[0] | .comm == "posix_timer" and .fired + .overruns == 101 and .fired > 23' \
		'.[-1].alarms[0] | .late_p50_ns > 0 and .late_p50_ns <= .late_p99_ns and
		.late_p99_ns <= .late_max_ns and .late_avg_ns <= .late_max_ns and
		(.late_histogram_ns | map(.[2]) | add) == .fired' \
		'[.[] | select(.type == "arm")] | .[0].interval_ns == 10000000 and
		.[0].absolute == 1 and (map(.pid) | unique | length) == 1' \
		'[.[] | select(.type == "adjfine")] | map(.new_ppb | round) == [100000]' \
		'[.[] | select(.type == "arm" or .type == "adjfine")] | map(.type)[:3] ==
		["arm", "adjfine", "arm"]' \
		'[.[] | select(.type == "cancel")] | map(.why) == ["disarmed", "deleted"] and
		.[-1].fired + .[-1].overruns == 101' \
		'.[-1] | .emitted == .seen + .lost and .lost == 0'
}

@test "alarms: overruns of a signal that is not let in, by raw tracepoints; --pid leaves out others'" {
	local c d
	c=$(new) d=$(new)
	begin -e
	on_phc "/dev/$c" overrun
	on_phc "/dev/$d" sleeping
	end
	# sleeps by an alarm of the program's own file each
	holds '[.[] | select(.type == "overrun")] | length > 0 and
		all(.comm == "posix_timer" and .reason == "pending" and .count > 0)' \
		'[.[] | select(.type == "overrun") | .count] | add > 19' \
		".[-1].alarms | map(select(.clock == \"$c\")) | length == 1 and .[0].overruns > 19 and
		.[0].fired < 9" \
		".[-1].alarms | map(select(.clock == \"$d\")) | length == 1 and .[0].overruns == 0" \
		'(.[-1].alarms | map(.pid) | unique | length) == 2' \
		'.[-1] | .emitted == .seen + .lost and .lost == 0'
	begin --pid 1 60
	on_phc "/dev/$c" overrun
	end
	holds '.[-1].alarms == []' '.[-1].cost_runs_per_s > 0'
}

@test "alarms in text: a table with lateness, within 80 columns; none where there are none" {
	local c
	c=$(new)
	: >"$out" # what stands there is of the run before
	ptpstat --raw-tp -e -l 60 >"$out" 3>&- &
	pid=$!
	until_ok test -s "$out"
	on_phc "/dev/$c" overrun
	end
	awk 'length > 80' "$out" >"$err"
	diff /dev/null "$err"
	awk '$2 == "alarms" && $9 == "late99" { head = 1; next }
		head && $2 == "posix_timer" && $5 > 0 && $6 > 19 && $8 ~ /^[0-9.]+(ns|us|ms|s)$/ { row = 1 }
		{ head = 0 }
		/posix_timer\[[0-9]+\] overrun +alarm [0-9]+: [0-9]+ as one is/ { told = 1 }
		/ cancel +alarm [0-9]+ deleted; fired [0-9]+ \+/ { gone = 1 }
		END { exit !(row && told && gone) }' "$out" || {
		cat "$out"
		return 1
	}
	ptpstat --raw-tp 0.1 2 >"$out"
	[ "$(grep -c 'alarms of' "$out")" = 0 ]
}

# programs and links are taken apart a little after their last file has gone
used_is() {
	[ "$(cat /sys/module/chs_ptp/refcnt)" = "$1" ]
}

@test "refusals say what to do, and nothing stays behind" {
	local used
	run -1 setpriv --reuid 65534 --regid 65534 --clear-groups ptpstat
	[[ $output == "ptpstat: needs root, or the capabilities CAP_BPF and CAP_PERFMON; "* ]]
	run -1 unshare -U -r ptpstat
	[[ $output == *"cannot load the BPF programs: Operation not permitted"*"user namespace"* ]]
	run -1 ptpstat -c nonesuch 1 1
	[[ $output == "ptpstat: there is no clock nonesuch; "* ]]
	used=$(cat /sys/module/chs_ptp/refcnt)
	begin 60
	[ "$(cat /sys/module/chs_ptp/refcnt)" -gt "$used" ]
	kill -9 "$pid"
	wait "$pid" || :
	pid=
	until_ok used_is "$used"
	if command -v bpftool >/dev/null; then
		[ "$(bpftool -j prog show | jq '[.[] | select(.name // "" | startswith("ptp_"))] | length')" = 0 ]
		[ "$(bpftool -j map show | jq '[.[] | select(.name == "ring_books")] | length')" = 0 ]
	fi
	rmmod lab_phc chs_ptp
	run -1 ptpstat
	modprobe -a chs_ptp lab_phc
	[ "$output" = "ptpstat: the kernel module chs_ptp is not loaded; modprobe chs_ptp" ]
}

# beat ON_PERCENT EDGES ARG...: ptpstat -e ARG... watches phc1, which stamps pulses of phc0:
# one a beat of $beat ms, high for so many per cent of it. EDGES: 2 rising, 6 both
beat() {
	local on=$1 edges=$2
	shift 2
	beat=$((${beat:-100} * ${CHS_SLOW:-1}))
	labctl new phc count=2 >/dev/null
	labctl wire phc0.out0 phc1.in0
	a=ptp$(cat /sys/module/chs_ptp/parameters/first_index)
	b=ptp$((${a#ptp} + 1))
	begin -e -c "$b" "$@"
	ptp_load "/dev/$b" "edges=$edges" extts=0 mask
	ptp_load "/dev/$a" "perout=$((beat * 1000000)),$((beat * 10000 * on))"
	came 12
}

# came N: so many more events
came() {
	local until=$(($(stat_of "$b" extts_events) + $1))
	until_ok stat_from "$b" extts_events "$until"
}

stat_from() {
	[ "$(stat_of "$1" "$2")" -ge "$3" ]
}

# fault NAME=N: the next N edges; returns when they have been
fault() {
	labctl set phc1 "$1"
	until_ok fault_is_over "${1%=*}"
}

fault_is_over() {
	[ "$(labctl show phc1 "$1")" = 0 ]
}

# what ptpstat made of the channel, to jq
irregular='[.[] | select(.type == "gap" or .type == "stray" or .type == "order" or
	.type == "change" or .type == "jump")]'

@test "-e: pulses stamped on both edges are watched: four edges lost are two beats" {
	beat 10 6
	came 4
	fault lose_next=4
	came 4
	end
	holds "$irregular | map([.type, .missing, .edges, .channel]) == [[\"gap\", 2, 4, 0]]" \
		"$irregular"' | .[0].period_ns / '"$beat"' - 1e6 | fabs < 1000' \
		'.[-1].channels | length == 1 and .[0].missing == 2 and .[0].edges == 2 and
		.[0].strays == 0 and .[0].period_ns != null'
}

@test "-e: a stray event and a doubled one have their line, and a loss soon after is told" {
	beat 50 2
	labctl push phc1 channel=0
	came 1
	fault lose_next=1
	came 3
	fault duplicate_next=1
	came 1
	fault lose_next=1
	came 3
	end
	holds "$irregular"' | map(.type) == ["stray", "gap", "order", "gap"]' \
		"$irregular"' | map(.missing // 0) | add == 2' \
		"$irregular"' | .[0] | .event_ns > 0 and .period_ns > 0 and .off_ns != 0' \
		'.[-1].channels[0] | .missing == 2 and .strays == 1 and .unordered == 1'
}

@test "-e: a channel that falls silent is told while it is, and stands in the totals" {
	beat 50 2
	labctl unwire phc0.out0
	until_ok grep -q '"silent"' "$out"
	nap 500
	end
	holds '[.[] | select(.type == "silent")] | length == 1 and .[0].missing >= 2 and
		.[0].silent_ns > 2 * .[0].period_ns and .[0].channel == 0' \
		'.[-1].channels[0] | .overdue > 2' "$irregular == []" \
		'.[-1] | .emitted == .seen + .lost'
}

@test "-e: a channel that is turned off is not silent" {
	beat 50 2
	ptp_load "/dev/$b" noextts=0
	nap 600
	end
	holds '[.[] | select(.type == "silent")] == []' '.[-1].channels[0].overdue == 0'
}

@test "-e: of every second beat that is lost each is told, for ever the new beat is" {
	local i
	beat 50 2
	for ((i = 0; i < 4; i++)); do
		fault lose_next=1
		came 1
	done
	came 3
	# for ever: another output period
	ptp_load "/dev/$a" "perout=$((beat * 2000000)),$((beat * 1000000))"
	came 12
	end
	holds '[.[] | select(.type == "gap")] | map(.missing) | .[:4] == [1, 1, 1, 1]' \
		'[.[] | select(.type == "change")] | length == 1 and .[0].edges == 1 and
		(.[0].period_ns / .[0].old_period_ns - 2 | fabs) < 0.01' \
		'.[-1].channels[0] | .changes == 1 and .missing < 24'
}

@test "-e: a loss names who holds the file now, and --pid of that process finds it" {
	local c holder
	c=$(new)
	echo "0 1" >"$class/$c/extts_enable"
	# opened before ptpstat is there, by one that ends
	sh -c "exec 5<>/dev/$c; sleep 600 3>&- & echo \$!" >"$err.holder"
	holder=$(cat "$err.holder")
	begin -e --pid "$holder"
	labctl push phc0 channel=0 count=228
	end
	holds "[.[] | select(.type == \"drop\")] | length > 0 and all(.comm == \"sleep\" and .pid == $holder) and
		(map(.count) | add) == 101" '.[-1].clocks[0].drops == 101'
	[ "$(awk 'NR == 2 { print $2, $3 }' "/sys/kernel/debug/$c/readers")" = "$holder sleep" ]
	kill "$holder"
	# the same while ptpstat watches; --no-probe: it does not look by itself
	begin -e --no-probe
	sh -c "exec 5<>/dev/$c; sleep 600 3>&- & echo \$!" >"$err.holder"
	holder=$(cat "$err.holder")
	labctl push phc0 channel=0 count=228
	until_ok grep -q '"drop"' "$out"
	kill "$holder"
	end
	holds "[.[] | select(.type == \"drop\")] | all(.comm == \"sleep\" and .pid == $holder)"
}

@test "-e: a loss names who reads the file, whoever opened it" {
	local c reader
	c=$(new)
	echo "0 1" >"$class/$c/extts_enable"
	begin -e
	# another process, with another program; it stays, and stops reading
	exec 5<"/dev/$c"
	cat <&5 >"$err.read" 3>&- &
	reader=$!
	labctl push phc0 channel=0
	until_ok test -s "$err.read"
	kill -STOP $reader
	labctl push phc0 channel=0 count=228
	exec 5<&-
	end
	kill -KILL $reader
	holds "[.[] | select(.type == \"drop\")] | (map(.count) | add) == 101 and
		all(.comm == \"cat\" and .pid == $reader)"
}

@test "-e: a refused step shows what was asked" {
	local c
	c=$(new cycles=0)
	echo 1 >"$class/$c/n_vclocks"
	begin -e -c "$c"
	ptp_load "/dev/$c" shift=1500000000 shift=-23 2>/dev/null || :
	end
	holds '[.[] | select(.type == "adjtime")] |
		map([.delta_ns, .err]) == [[1500000000, -16], [-23, -16]]'
}

# so many readings, 20 ms apart
readings() {
	ptp_load "/dev/$c" every=20000 "gettime=$1"
}

unasked='[.[] | select(.type == "jump" or .type == "stuck" or .type == "misread")]'

@test "-e: time that jumps, stands or is misread by itself has its line; a step has not" {
	local c
	c=$(new)
	begin -e
	readings 10
	ptp_load "/dev/$c" shift=5000000000 gettime=1 settime=1000000000 freq=90000
	readings 10
	labctl set phc0 jump=-4s
	readings 5
	labctl set phc0 misread_next=1
	ptp_load "/dev/$c" gettimex=5 sleep=20 sysoffset=5 sleep=20 precise=1
	readings 5
	labctl set phc0 stuck=1
	nap 300
	readings 5
	labctl set phc0 stuck=0
	readings 5
	end
	holds "$unasked"' | map(.type) | . == ["jump", "jump", "misread", "jump", "jump"] or
		. == ["jump", "jump", "misread", "jump", "stuck", "jump"] or
		. == ["jump", "jump", "misread", "stuck", "jump"]' \
		"$unasked"' | .[0] | (.moved_ns + 4e9 | fabs) < .uncertain_ns + 1 and
		.uncertain_ns < 1e8' \
		"$unasked"' | .[1:3] | all((.moved_ns - 4294967296 | fabs) < .uncertain_ns + 1)' \
		'.[-1].clocks[0] | .jumps >= 2 and .misreads == 1 and .stops == 1'
}

@test "-e: lines come in the order of their times, from all CPUs" {
	local c i
	c=$(new)
	begin -e
	for i in 1 2 3 4; do
		ptp_load "/dev/$c" every=1000 freq=1 freq=2 freq=3 freq=4 freq=5 freq=6 freq=7 \
			freq=8 freq=9 mask=1 mask=2 mask=3 shift=1 shift=2 freq=1 freq=2 freq=3 \
			freq=4 freq=5 freq=6 freq=7 freq=8 freq=9 3>&- &
	done
	wait %2 %3 %4 %5
	end
	holds '[.[1:-1][] | .mono_ns] | length == 100 and . == sort' \
		'.[-1] | .emitted == .seen + .lost'
}

@test "samples of a call are one record: counts exact, widths the shortest and longest" {
	local c
	c=$(new)
	begin -l 60
	ptp_load "/dev/$c" gettimex=101 sysoffset=23
	labctl fail phc0 op=gettime count=1 errno=EIO
	ptp_load "/dev/$c" gettimex=5 2>/dev/null || :
	end
	holds ".[-1].operations | map(select(.op == \"gettimex\"))[0] |
		.count == $(stat_of "$c" gettimex) and .errors == 1 and .count == 102 and
		.max_ns >= .avg_ns and .p50_ns > 0 and (.histogram_ns | map(.[2]) | add) == .count" \
		".[-1].operations | map(select(.op == \"gettime\"))[0].count == $(stat_of "$c" gettime)" \
		".[-1].operations | map(select(.op == \"ioctl\"))[0].count == $(stat_of "$c" ioctl)" \
		'.[-1].cost_runs_per_s * .[-1].elapsed_s < 40'
}

@test "-p: of processes that have ended the last keep a row each, and none is lost" {
	local c i
	c=$(new)
	begin -p 0.2
	for ((i = 0; i < 300; i++)); do
		(exec 5<"/dev/$c")
	done
	nap 600
	end
	holds '.[-1].processes | map(select(.op == "open")) | (map(.count) | add) == 300 and
		length > 250 and length < 262 and (map(select(.pid == null)) | length == 1)' \
		'.[-1].processes_full == 0'
}
