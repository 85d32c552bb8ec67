#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# htetop's full screen, driven in tmux: what it shows is compared with what was injected.
# The layout at every size is unit/test_htetop_screen.c's affair. Runs in the guest.

bats_require_minimum_version 1.5.0
load lib/hte_sink

setup() {
	dir=$BATS_TEST_TMPDIR
	printf '%s\n' 'set -g status off' 'set -g default-terminal screen' >"$dir/conf"
	modprobe hte_sink
}

teardown() {
	t kill-server 2>/dev/null || :
	sink put 2>/dev/null || :
	labctl del all
	sink forget
	rmmod hte_sink
}

t() {
	tmux -u -f "$dir/conf" -L chs "$@"
}

# begin COLSxROWS ARG...: htetop on a terminal of that size; waits until it shows lines.
# $env: variables of its environment. By raw tracepoints, which start faster
begin() {
	local size=$1
	shift
	cat >"$dir/go" <<-END
		trap : INT QUIT TERM
		stty -a >$dir/tty.before
		echo what was there before
		${env:-} htetop --raw-tp -d 0.5 $* 2>$dir/err
		echo \$? >$dir/status
		stty -a >$dir/tty.after
		exec sleep 1000
	END
	t new-session -d -x "${size%x*}" -y "${size#*x}" "sh $dir/go"
	until_ok shows ' line'
}

screen() {
	t capture-pane -p
}

shows() {
	screen >"$dir/screen"
	grep -qF -- "$1" "$dir/screen"
}

shows_not() {
	! shows "$1"
}

key() {
	t send-keys "$@"
}

# rows COLUMN...: these columns of each line that is shown, as the heads have it
rows() {
	screen | awk -v want="$*" '
		{ gsub(/[▲▼]/, "") }
		!n && / line / && / label/ {
			for (i = 1; i <= NF; i++)
				at[$i] = i
			n = split(want, column, " ")
			next
		}
		/^q Quit|^$/ { next }
		n {
			for (i = 1; i <= n; i++)
				printf "%s%s", column[i] in at ? $at[column[i]] : "?", i < n ? " " : "\n"
		}'
}

# are_rows TEXT COLUMN...: they are that, one line of TEXT each
are_rows() {
	local want=$1
	shift
	rows "$@" >"$dir/rows"
	[ "$(<"$dir/rows")" = "$want" ]
}

# that, or what there was
until_rows() {
	until_ok are_rows "$@" || {
		cat "$dir/rows"
		screen
		return 1
	}
}

# has_ended [STATUS]: htetop has, with that status
has_ended() {
	[ -s "$dir/status" ] && [ "$(<"$dir/status")" = "${1:-0}" ]
}

none_runs() {
	! pidof htetop >/dev/null
}

is_of_size() {
	[ "$(t display -p '#{pane_width} #{pane_height}')" = "$1" ]
}

# restored: the terminal is as it was
restored() {
	diff "$dir/tty.before" "$dir/tty.after"
	shows 'what was there before'
	shows_not 'q Quit'
	[ "$(t display -p '#{cursor_flag} #{alternate_on} #{keypad_cursor_flag}')" = '1 0 0' ]
}

# a provider of eight lines with a FIFO of 16, and consumers, that of line 5 slow and with
# room for 8
inject() {
	labctl new hte lines=8 fifo=16
	sink take chip=hte0 lines=0-4,6,7
	sink take chip=hte0 lines=5 second=1 queue=8 delay_us=1000
}

# line N gets 23 * (N + 1) edges, and then line 2, while nothing empties the FIFO, 101
edges() {
	local n
	for n in 0 1 2 3 4 5 6 7; do
		labctl edges hte0 lines=$n count=$((23 * (n + 1))) period_ns=200000 wait=1 >/dev/null
	done
	labctl set hte0 freeze=1
	labctl flood hte0 lines=2 count=101 >/dev/null
	labctl set hte0 freeze=0
}

# what the consumer of line 5 says that it lost
lost_of_5() {
	awk 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i } $at["line"] == 5 { print $at["lost"] }' \
		/sys/kernel/debug/hte_sink/lines
}

@test "80x24: stamps, losses by reason and their order are what was injected" {
	local l5
	inject
	begin 80x24
	edges
	l5=$(lost_of_5)
	[ "$l5" -gt 0 ]
	key t
	until_rows "0 ts_0 23 0
1 ts_1 46 0
2 ts_2 85 85
3 ts_3 92 0
4 ts_4 115 0
5 ts_5 138 $l5
6 ts_6 161 0
7 ts_7 184 0" line label total lost
	shows " lost $((85 + l5)) "
	shows 'TOTALS'
	shows ' +-'
	shows 'fifo 16 lost 85'
	until_rows "$(printf '%s\n' 0 0 85 0 0 0 0 0)" ovflw

	key X
	until_ok shows 'by -lost'
	if [ "$l5" -gt 85 ]; then
		until_rows "$(printf '%s\n' 5 2 0 1 3 4 6 7)" line
	else
		until_rows "$(printf '%s\n' 2 5 0 1 3 4 6 7)" line
	fi
	key S
	until_rows "$(printf '%s\n' 7 6 5 4 3 2 1 0)" line
	key I
	until_rows "$(printf '%s\n' 0 1 2 3 4 5 6 7)" line
	shows 'by +total'
	key r
	until_rows "$(printf '%s 0 0\n' 0 1 2 3 4 5 6 7)" line total lost
	shows ' lost 0 '
	key q
	until_ok has_ended
	shows 'htetop: '
}

@test "40x10: the same, with what there is room for" {
	local l5
	inject
	begin 40x10
	edges
	l5=$(lost_of_5)
	key t
	key X
	until_ok shows 'lost▼'
	[ "$(screen | awk '/ line / { print NF }')" -ge 6 ]
	if [ "$l5" -gt 85 ]; then
		until_rows "5 ts_5 138 $l5
2 ts_2 85 85
0 ts_0 23 0
1 ts_1 46 0
3 ts_3 92 0" line label total lost
	else
		until_rows "2 ts_2 85 85
5 ts_5 138 $l5
0 ts_0 23 0
1 ts_1 46 0
3 ts_3 92 0" line label total lost
	fi
	[ "$(screen | awk '{ gsub(/▲|▼|…/, "x"); n += length($0) > 40 } END { print NR, n + 0 }')" = '10 0' ]
	shows 'q Quit'
	# the last of them
	key End
	until_rows "1 46
3 92
4 115
6 161
7 184" line total
}

@test "200x60: 64 lines, every column, in one screen by another order" {
	labctl new hte lines=64
	sink take chip=hte0 lines=0-63
	begin 200x60
	labctl edges hte0 lines=0-63 count=101 period_ns=1000000 wait=1 >/dev/null
	labctl edges hte0 lines=0-22 count=23 period_ns=1000000 wait=1 >/dev/null
	key t
	until_rows "$(for n in $(seq 0 54); do echo "$n $n ts_$n active $((n < 23 ? 124 : 101)) 0 0 0 0 0 0 0 0 $((n < 23 ? 124 : 101)) hte_sink"; done)" \
		line id label state total gaps lost unreg disab ovflw cbfai cnsmd coal seq consumer
	shows '64 lines'
	shows '  cost '
	# nothing that could be known is not
	[ "$(rows lat50 lat99 latmax cb50 cb99 cbmax L | grep -c -- -)" = 0 ]
	key S
	until_rows "$(seq 0 54)" line
	key I
	until_rows "$(seq 23 63; seq 0 13)" line
	key G
	until_rows "$(seq 32 63; seq 0 22)" line
	run ! grep -q '▲.*▲\|▼.*▼' "$dir/screen"
}

@test "a line is filtered, followed, opened and frozen" {
	inject
	begin 80x24
	edges
	key t
	until_ok shows ' 184 '
	key / TS_6 Enter
	until_rows '6 161' line total
	shows 'filter "TS_6": 1 of 8'
	key Down
	key Escape
	until_ok shows_not filter
	# it is still the same one
	key Enter
	until_ok shows 'hte0 line 6'
	shows '"ts_6"'
	shows 'stamps 161  lost 0  gaps 0'
	until_ok shows 'stamp to callback, total: 161'
	# all of them are in the buckets
	[ "$(screen | awk '$2 == "to" && $4 ~ /^[0-9]+$/ { n += $4 } END { print n }')" = 161 ]
	screen | grep -q '█'
	key Tab
	until_ok shows 'callback, total: 161'
	[ "$(screen | awk '$2 == "to" && $4 ~ /^[0-9]+$/ { n += $4 } END { print n }')" = 161 ]
	key Down
	until_ok shows 'hte0 line 7'
	key Up Up
	until_ok shows 'hte0 line 5'
	shows "consumer $(lost_of_5)"
	key Escape
	until_ok shows ' label'

	key Space
	until_ok shows FROZEN
	labctl edges hte0 lines=7 count=101 period_ns=200000 wait=1 >/dev/null
	nap 1200 # two intervals in which it could have changed
	[ "$(rows line total | tail -1)" = '7 184' ]
	key Space
	until_ok shows_not FROZEN
	until_ok shows ' 285 '

	key c
	until_ok shows '[x] line '
	key Down Space
	until_ok shows '[ ] line '
	key Escape
	until_ok shows 'label'
	[ "$(screen | grep -c ' line ')" = 0 ]
	key h
	until_ok shows 'also F10 Ctrl-C'
	key Escape
	until_ok shows 'every 0.5s'
	key +
	until_ok shows 'every 1s'
	key - -
	until_ok shows 'every 0.2s'
}

@test "r: totals begin anew, those of an interval that has not ended too" {
	local n
	inject
	begin 80x24 -d 60
	edges
	key t r
	until_ok shows 'fifo 16'
	shows_not 'fifo 16 lost'
	until_rows "$(printf '%s 0 0\n' 0 1 2 3 4 5 6 7)" line total lost
	shows ' lost 0 '
	labctl edges hte0 lines=3 count=23 period_ns=200000 wait=1 >/dev/null
	labctl set hte0 freeze=1
	labctl flood hte0 lines=2 count=101 >/dev/null
	labctl set hte0 freeze=0
	key Space Space
	until_ok shows 'fifo 16 lost 85'
	until_rows "$(for n in 0 1 2 3 4 5 6 7; do
		case $n in
		2) echo "2 16 85" ;;
		3) echo "3 23 0" ;;
		*) echo "$n 0 0" ;;
		esac
	done)" line total lost
	key q
	until_ok has_ended
	shows ' 39 stamps of 8 lines, 85 lost (overflow 85), 85 gaps'
}

@test "frozen: providers that come and go meanwhile change nothing until it goes on" {
	local env='MALLOC_PERTURB_=165' n before
	inject
	labctl new hte name=early lines=1
	begin 80x24
	edges
	key t
	until_ok shows ' 184 '
	key Space
	until_ok shows FROZEN
	before=$(screen)
	for n in 1 2 3 4 5 6 7; do
		labctl new hte name=late$n lines=101
	done
	labctl del hte1
	sink take chip=late7 lines=0-100
	nap 5000 # the clocks are read every four seconds
	# drawn again, of what it knew
	key Down Up
	key Enter
	until_ok shows 'hte0 line 0'
	key Escape
	until_ok shows ' label'
	[ "$(screen)" = "$before" ]
	t resize-window -x 100 -y 30
	until_ok is_of_size '100 30'
	until_ok shows FROZEN
	key Space
	until_ok shows_not FROZEN
	key / late7 Enter
	until_ok shows '101 of 109'
	key q
	until_ok has_ended
}

# least_error [KEY]: of what is said of the first clock in a while, each time after KEY, ns
least_error() {
	for _ in 1 2 3 4 5 6 7; do
		[ $# = 0 ] || key "$1"
		nap 200
		screen
	done | awk 'match($0, /\+-[0-9.]+[num]s/) {
			error = substr($0, RSTART + 2, RLENGTH - 2)
			ns = error + 0
			ns *= error ~ /ns/ ? 1 : error ~ /us/ ? 1000 : 1000000
			if (!n++ || ns < least)
				least = ns
		}
		END { printf "%d\n", least }'
}

@test "the longer a reading of the clocks has to hold, the more it may be off" {
	local live frozen
	labctl new hte lines=1
	begin 80x24 -d 0.1
	nap 2000 # as many readings as are kept
	live=$(least_error)
	key Space
	until_ok shows FROZEN
	# now for four seconds and not for a tenth
	frozen=$(least_error r)
	[ "$live" -gt 0 ]
	[ $((2 * frozen)) -gt $((3 * live)) ]
	key Space
	until_ok shows_not FROZEN
	nap 2000
	[ "$(least_error)" -lt "$frozen" ]
	# a longer interval likewise
	for _ in 1 2 3 4 5; do
		key +
	done
	until_ok shows 'every 5s'
	[ $((2 * $(least_error r))) -gt $((3 * live)) ]
}

@test "the terminal changes its size in use, down to one cell" {
	local size
	labctl new hte lines=64
	sink take chip=hte0 lines=0-63
	begin 80x24
	labctl edges hte0 lines=0-63 count=101 period_ns=1000000 wait=1 >/dev/null
	key t
	until_rows "$(for n in $(seq 0 18); do echo "$n 101 0"; done)" line total lost
	t resize-window -x 40 -y 10
	until_rows "$(for n in $(seq 0 4); do echo "$n 101 0"; done)" line total lost
	[ "$(screen | wc -l)" = 10 ]
	t resize-window -x 200 -y 60
	until_rows "$(for n in $(seq 0 54); do echo "$n 101 0"; done)" line total lost
	for size in '1 1' '2 5' '300 1' '10 3' '7 60'; do
		# shellcheck disable=SC2086
		set -- $size
		t resize-window -x "$1" -y "$2"
		until_ok is_of_size "$size"
		key Down
	done
	key h
	t resize-window -x 80 -y 24
	# that it has changed is no key, of which any would leave the help
	until_ok shows 'also F10 Ctrl-C'
	key q
	until_ok shows ' label'
	key Home
	until_rows "$(for n in $(seq 0 18); do echo "$n 101 0"; done)" line total lost
	key q
	until_ok has_ended
	restored
}

@test "q, Ctrl-C, SIGTERM and -n leave the terminal as it was" {
	local how
	labctl new hte lines=1
	sink take chip=hte0 lines=0
	for how in q C-c TERM -n; do
		rm -f "$dir/status"
		case $how in
		-n) begin 80x24 -n 3 ;;
		*) begin 80x24 ;;
		esac
		labctl edges hte0 lines=0 count=23 period_ns=1000 wait=1 >/dev/null
		case $how in
		TERM) kill -$how "$(pidof htetop)" ;;
		-n) ;;
		*) key $how ;;
		esac
		until_ok has_ended
		restored
		until_ok shows '23 stamps of 1 line, 0 lost, 0 gaps'
		t kill-server
	done
	# the terminal goes
	begin 80x24
	t kill-server
	until_ok none_runs
}

@test "a provider that comes late, and goes" {
	begin 80x24
	shows 'no provider yet'
	shows 'no lines yet'
	labctl new hte lines=2
	sink take chip=hte0 lines=0-1
	labctl edges hte0 lines=1 count=23 period_ns=1000000 wait=1 >/dev/null
	key t
	until_rows '0 0
1 23' line total
	sink put
	labctl del hte0
	until_ok shows 'hte0 gone'
	key q
	until_ok has_ended
}

@test "ASCII by locale or option, colours but with NO_COLOR, a vt100" {
	local env
	inject
	begin 80x24
	edges
	until_ok shows 'fifo 16 lost 85'
	key X
	until_ok shows 'lost▼'
	t capture-pane -p -e >"$dir/color"
	grep -q $'\033\\[[0-9;]*31m' "$dir/color"
	t kill-server

	env='LC_ALL=C NO_COLOR=1'
	begin 80x24
	edges
	key X
	until_ok shows 'lostv'
	key Enter
	until_ok shows 'stamps '
	t capture-pane -p -e >"$dir/plain"
	run ! env LC_ALL=C grep -q $'[\x80-\xff]' "$dir/plain"
	run ! grep -q $'\033\\[[0-9;]*3[0-7]m' "$dir/plain"
	t kill-server

	env='TERM=vt100'
	begin 80x24 --ascii
	shows 'chip^'
	edges
	key t
	until_ok shows ' 184 '
	key q
	until_ok has_ended
	diff "$dir/tty.before" "$dir/tty.after"
}

@test "where no screen can be it says why, and reports as with -b" {
	labctl new hte lines=1
	sink take chip=hte0 lines=0
	cat >"$dir/go" <<-END
		TERM=dumb htetop --raw-tp -n 1 -d 0.1 >$dir/dumb 2>&1 </dev/null; echo \$? >>$dir/dumb
		TERM=dumb htetop --raw-tp -n 1 -d 0.1; echo \$? dumb
		TERM=no-such htetop --raw-tp -n 1 -d 0.1; echo \$? no-such
		TERM= htetop --raw-tp -n 1 -d 0.1; echo \$? none
		exec sleep 1000
	END
	t new-session -d -x 200 -y 60 "sh $dir/go"
	patience=30 until_ok shows '0 none'
	shows 'htetop: a terminal of type "dumb" cannot place its cursor; reports follow, as with -b'
	shows 'htetop: there is no description of terminal type "no-such"; reports follow'
	shows 'htetop: TERM is not set; reports follow, as with -b'
	shows '0 dumb'
	shows '0 no-such'
	grep -q 'hte0 ' "$dir/dumb"
	run ! grep -q 'cursor' "$dir/dumb"
	[ "$(tail -1 "$dir/dumb")" = 0 ]
}

@test "it sleeps: few wake-ups at 64 busy lines, none in a hurry" {
	local pid before after
	labctl new hte lines=64
	sink take chip=hte0 lines=0-63
	labctl edges hte0 lines=0-63 count=0 period_ns=20000000 >/dev/null
	begin 80x24 -d 1
	pid=$(pidof htetop)
	before=$(awk '/^voluntary/ { print $2 }' "/proc/$pid/status")
	nap 5000
	after=$(awk '/^voluntary/ { print $2 }' "/proc/$pid/status")
	# a timer a second, a tick in four; the rest is waiting for locks and for output
	[ $((after - before)) -le $((60 * ${CHS_SLOW:-1})) ]
	key q
	until_ok has_ended
}

# in_shell COLSxROWS: an interactive shell with job control
in_shell() {
	t new-session -d -x "${1%x*}" -y "${1#*x}" "PS1='ready> ' bash --norc --noediting -i"
	until_ok shows 'ready>'
}

# the keys' line stands in the last of so many rows
fills() {
	[ "$(screen | grep -n 'q Quit' | cut -d: -f1)" = "$1" ]
}

stopped() {
	[ "$(awk '{ print $3 }' "/proc/$(pidof htetop)/stat")" = T ]
}

in_shell_run() {
	key "$1" Enter
}

@test "stopped by Ctrl-Z or SIGSTOP: afterwards it has the size of the terminal, and nothing is lost" {
	labctl new hte lines=4 >/dev/null
	sink take chip=hte0 lines=0-3
	in_shell 80x12
	in_shell_run "htetop --raw-tp -d 0.5 2>$dir/err; stty -a | grep -o '.ixon'"
	until_ok fills 12
	key C-z
	until_ok stopped
	labctl edges hte0 lines=0-3 count=25 period=1ms wait=1 >/dev/null
	t resize-window -x 120 -y 24
	# modes that the shell has by now are those to be left behind
	in_shell_run 'stty -ixon'
	in_shell_run fg
	until_ok fills 24
	until_rows $'0 25\n1 25\n2 25\n3 25' line total
	kill -STOP "$(pidof htetop)"
	until_ok stopped
	t resize-window -x 60 -y 8
	in_shell_run fg
	until_ok fills 8
	# the frozen stays so
	key Space
	until_ok shows FROZEN
	key C-z
	until_ok stopped
	t resize-window -x 90 -y 14
	in_shell_run fg
	until_ok fills 14
	shows FROZEN
	key q
	until_ok none_runs
	until_ok shows '100 stamps of 4 lines'
	until_ok shows '-ixon'
	[ ! -s "$dir/err" ]
}
