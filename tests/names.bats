#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Names that programs, drivers and users choose, in everything that tools and debugfs show:
# whatever is in them, text has nothing that a terminal would obey, JSON is UTF-8 and has
# the name, tables keep their columns, and who gives the very name finds it. Runs in the
# guest.

bats_require_minimum_version 1.5.0
load lib/common

red=$'\e[31m'
# what a name may hold; also the very sequence that a tool writes by itself
odd=("a b" "${red}red" $'clear\e[2J' $'line\nfeed' $'re\rturn' $'tab\tv\vf\f' $'bad\xff\xfe'
	'Zähler' $'c1\xc2\x9b31m' $'turn\xe2\x80\xaeed' 'back\slash' '\040' 'q"uote' '%s%n' '-' '時計')
# (global, since bats reads the file in a function) how the ones without a blank in them are shown on a terminal that takes UTF-8, and in JSON
declare -gA shown=(["${red}red"]='?[31mred' [$'bad\xff\xfe']='bad??' ['Zähler']='Zähler'
	[$'turn\xe2\x80\xaeed']='turn?ed')
declare -gA json=(["${red}red"]="${red}red" [$'bad\xff\xfe']='bad\xff\xfe' ['Zähler']='Zähler'
	[$'turn\xe2\x80\xaeed']=$'turn\xe2\x80\xaeed')

setup() {
	dir=$BATS_TEST_TMPDIR
	pids=()
	netdevs=()
}

teardown() {
	((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || :
	labctl del all
	for netdev in "${netdevs[@]}"; do
		hand netdev-clear "$netdev" || :
		ip link del "$netdev" || :
	done
	[[ ! -d /sys/module/dpll_hand ]] || modprobe -r dpll_hand
}

hand() {
	printf '%s' "$*" >/dev/dpll_hand
}

# printable FILE [COLOURS]: text without control characters, of UTF-8; with colours those of
# the tool are there, but in no name
printable() {
	LC_ALL=C sed -e "${2:+s/$(printf '\033')\[[0-9]*m//g}" "$1" >"$1.plain"
	! LC_ALL=C.UTF-8 grep -naxv '.*' "$1.plain" || return 1
	! LC_ALL=C grep -na "[$(printf '\001-\010\013-\037\177')]" "$1.plain" || return 1
	! LC_ALL=C grep -na $'\xc2[\x80-\x9f]\|\xe2\x80\xae' "$1.plain" || return 1
	[[ -s $1 ]] && ! LC_ALL=C grep -naF "${red}red" "$1"
}

# ascii FILE: nothing else, as where the locale knows nothing else
ascii() {
	printable "$1" && ! LC_ALL=C grep -na $'[\x80-\xff]' "$1"
}

# utf8_json FILE: every line is JSON, of UTF-8
utf8_json() {
	! LC_ALL=C.UTF-8 grep -naxv '.*' "$1" && jq -es 'length > 0' "$1" >/dev/null
}

# both TOOL ARG...: its text in both locales, without colours and with them, and JSON in $dir/json
both() {
	"$@" >"$dir/text"
	printable "$dir/text"
	LC_ALL=C "$@" >"$dir/ascii"
	ascii "$dir/ascii"
	if [[ $1 != labctl ]]; then
		"$@" --color=always >"$dir/colours"
		printable "$dir/colours" colours
	fi
	"$1" -j "${@:2}" >"$dir/json"
	utf8_json "$dir/json"
}

# table FILE: as many words in each row as in the first, and they are printable ASCII
table() {
	LC_ALL=C awk 'NR == 1 { n = NF } NF != n { print "row " NR ": " $0; bad = 1 } END { exit bad || !NR }' "$1"
	cat "$1" >"$dir/table"
	ascii "$dir/table"
}

# in_json FILTER NAME...: the filter gives these, in this order
in_json() {
	local got want
	got=$(jq -cs "[$1]" "$dir/json")
	want=$(printf '%s\0' "${@:2}" '' | jq -cRs --argjson n $(($# - 1)) 'split("\u0000")[:$n]')
	[[ $got == "$want" ]] && return
	echo "got $got, wanted $want of"
	cat "$dir/json"
	return 1
}

# has FILE WORD N: so many lines with it
has() {
	[[ $(LC_ALL=C grep -caF -- "$2" "$1") -ge $3 ]]
}

# rows_of PROVIDERS N: so many lines are held, by what debugfs says of them
rows_of() {
	# shellcheck disable=SC2086 # a pattern
	[[ $(awk 'FNR > 1' /sys/kernel/debug/hte/$1/lines | wc -l) -ge $2 ]]
}

@test "htetop: consumers" {
	local names=()
	labctl new hte lines=64 >/dev/null
	for i in "${!odd[@]}"; do
		hte_read htechip0 "$i" 1 16 0 "${odd[i]}" >/dev/null 2>"$dir/err" 3>&- &
		pids+=($!)
	done
	until_ok rows_of hte0 ${#odd[@]}
	table /sys/kernel/debug/hte/hte0/lines
	both htetop --raw-tp -b -w -l 0-63 .3 1
	for name in "${odd[@]}"; do
		[[ $name == $'bad\xff\xfe' ]] && name='bad\xff\xfe'
		names+=("$name")
	done
	in_json '.[] | select(.type == "report") | .lines[] | select(.consumer) | .consumer' \
		"${names[@]}"
	for name in "${!shown[@]}"; do
		grep -qF "${shown[$name]}" "$dir/text"
		htetop --raw-tp -j --consumer "$name" .3 1 >"$dir/json"
		in_json '.[] | select(.type == "report") | .lines[].consumer' "${json[$name]}"
	done
	# and what events tell: those that are requested while it runs
	kill "${pids[@]}"
	wait "${pids[@]}" || :
	: >"$dir/json" # what stands there is of the run before
	htetop --raw-tp -j >"$dir/json" 2>"$dir/err" 3>&- &
	pids=($!)
	until_ok test -s "$dir/json"
	for i in "${!odd[@]}"; do
		hte_read htechip0 "$i" 1 16 0 "${odd[i]}" >/dev/null 2>"$dir/err" 3>&- &
		pids+=($!)
	done
	until_ok rows_of hte0 ${#odd[@]}
	kill "${pids[0]}"
	wait "${pids[0]}"
	in_json '.[] | select(.type == "total") | .lines[] | select(.consumer) | .consumer' \
		"${names[@]}"
}

@test "htetop, labctl: providers" {
	local names=("${red}red" $'bad\xff\xfe' 'Zähler' $'turn\xe2\x80\xaeed') i
	for name in "${names[@]}"; do
		labctl new hte lines=2 name="$name" >/dev/null
	done
	both htetop --raw-tp -b -w .3 1
	in_json '.[] | select(.type == "report") | .chips | sort_by(.index)[].chip' \
		"${red}red" 'bad\xff\xfe' 'Zähler' $'turn\xe2\x80\xaeed'
	i=0
	for name in "${names[@]}"; do
		hte_read "htechip$i" 0 1 >/dev/null 3>&- &
		pids+=($!)
		i=$((i + 1))
	done
	until_ok rows_of '*' 4
	for name in "${names[@]}"; do
		grep -qF "${shown[$name]}" "$dir/text"
		htetop --raw-tp -j -c "$name" .3 1 >"$dir/json"
		in_json '.[] | select(.type == "report") | [.lines[].chip] | unique[]' "${json[$name]}"
	done
	both labctl list
	both labctl show all
	for i in 0 1 2 3; do
		both labctl show "hte$i" name
		in_json '.[] | .name' "${json[${names[i]}]}"
	done
	! labctl new hte "name=a/${red}red" 2>"$dir/err" || return 1
	printable "$dir/err"
}

# named NAME: a shell that is called so, in $dir
named() {
	ln -sf "$(command -v bash)" "$dir/$1"
}

tasks=("a b" "${red}red" $'line\nfeed' $'bad\xff\xfe' 'Zähler' $'tab\tv\vf\f')

@test "debugfs of PTP: tasks" {
	labctl new phc >/dev/null
	node=$(labctl show phc0 node)
	n=0
	mkfifo "$dir/never"
	for name in "${tasks[@]}"; do
		n=$((n + 1))
		named "$name"
		"$dir/$name" -c "exec 4<>/dev/$node && : >$dir/open.$n && read -r -t 600 <>$dir/never" 3>&- &
		pids+=($!)
		until_ok test -e "$dir/open.$n"
	done
	table "/sys/kernel/debug/${node/phc/ptp}/readers"
}

@test "ptpstat: tasks and clocks" {
	labctl new phc "name=${red}red" >/dev/null
	node=$(labctl show phc0 node)
	both ptpstat --raw-tp -w .3 1
	in_json '.[] | select(.type == "report") | .clocks[].name' "${red}red"
	grep -qF '?[31mred' "$dir/text"
	ptpstat --raw-tp -j -c "${red}red" .3 1 >"$dir/json"
	in_json '.[] | select(.type == "report") | .clocks[].name' "${red}red"

	# who opens it while they are listened to
	: >"$dir/json" && : >"$dir/text"
	ptpstat --raw-tp -e -w --color=always >"$dir/text" 2>"$dir/err" 3>&- &
	pids+=($!)
	ptpstat --raw-tp -e -j >"$dir/json" 2>"$dir/err" 3>&- &
	pids+=($!)
	listening=$!
	until_ok test -s "$dir/json"
	until_ok test -s "$dir/text"
	for name in "${tasks[@]}"; do
		named "$name"
		"$dir/$name" -c "exec 4<>/dev/$node"
	done
	until_ok has "$dir/json" '"type":"open"' ${#tasks[@]}
	until_ok has "$dir/text" ' open ' ${#tasks[@]}
	kill "$listening"
	wait "$listening"
	printable "$dir/text" colours
	utf8_json "$dir/json"
	in_json '.[] | select(.type == "open") | .comm' 'a b' "${red}red" $'line\nfeed' 'bad\xff\xfe' \
		'Zähler' $'tab\tv\vf\f'
}

@test "dpllsnoop: labels, netdevs" {
	local i=0
	needs_dpll
	modprobe dpll_hand
	netdevs=($'if\e[31mred' $'if\xff\xfe' 'ifä')
	hand dev 0 get 0x1122334455667788 0
	hand dev 0 reg 0 2
	for name in "${!shown[@]}"; do
		hand pin $i prop clear
		hand pin $i prop board "$name"
		hand pin $i prop panel "$name"
		hand pin $i prop package "$name"
		hand pin $i get 0x1122334455667788 $i
		hand pin $i seton 0 direction 1
		hand pin $i seton 0 state 3
		hand pin $i reg 0 0
		if ((i < 3)); then
			ip link add "${netdevs[i]}" type dummy
			hand pin $i netdev "${netdevs[i]}"
		fi
		i=$((i + 1))
	done
	both dpllsnoop --list
	for name in "${!shown[@]}"; do
		grep -qF "${shown[$name]}" "$dir/text"
		dpllsnoop -j --list --pin "$name" >"$dir/json"
		in_json '.[] | select(.type == "pin") | .label' "${json[$name]}"
	done
	both dpllsnoop --list
	in_json '[.[] | select(.type == "pin") | .netdevs[]] | sort[]' $'if\e[31mred' 'if\xff\xfe' 'ifä'
	dpllsnoop --raw-tp -p --duration .3 --color=always >"$dir/text"
	printable "$dir/text" colours
}

@test "dpllsnoop: tasks" {
	local names=("a b" "${red}red" $'line\nfeed' $'bad\xff\xfe' 'Zähler')
	needs_dpll
	modprobe dpll_hand
	hand dev 0 get 0x55 0
	hand dev 0 reg 0 2
	hand pin 0 prop clear
	hand pin 0 prop board "${red}red"
	hand pin 0 prop caps 7
	hand pin 0 prop ranges 3
	hand pin 0 get 0x55 0
	hand pin 0 seton 0 direction 1
	hand pin 0 seton 0 state 3
	hand pin 0 reg 0 0
	: >"$dir/json" && : >"$dir/text"
	dpllsnoop --raw-tp -p -r --color=always >"$dir/text" 2>"$dir/err" 3>&- &
	pids+=($!)
	dpllsnoop --raw-tp -p -r -j >"$dir/json" 2>"$dir/err" 3>&- &
	pids+=($!)
	until_ok test -s "$dir/json"
	until_ok grep -q red "$dir/text"
	dpllsnoop -j --list >"$dir/list"
	pin=$(jq 'select(.type == "pin") | .pin' "$dir/list")
	device=$(jq 'select(.type == "device") | .device' "$dir/list")
	n=0
	for name in "${names[@]}"; do
		cp "$(command -v dpll_client)" "$dir/$name"
		"$dir/$name" pin-set "$pin" "parent-device{parent-id=$device,state=$((2 + n % 2))}"
		# refused
		! "$dir/$name" pin-set "$pin" phase-adjust=101 >/dev/null || return 1
		n=$((n + 1))
	done
	until_ok has "$dir/json" '"type":"refused"' ${#names[@]}
	until_ok grep -q 'Z?hler\|Zähler' "$dir/text"
	kill -TERM "${pids[@]}"
	wait "${pids[@]}" || :
	pids=()
	printable "$dir/text" colours
	utf8_json "$dir/json"
	in_json '[.[] | .comm // empty] | unique[]' "${red}red" 'Zähler' 'a b' 'bad\xff\xfe' $'line\nfeed'
}

@test "debugfs of DPLLs: tasks" {
	needs_dpll
	modprobe dpll_hand
	hand dev 0 get 0x1122334455667788 0
	hand dev 0 reg 0 2
	for name in 'a b' "${red}red" $'line\nfeed' $'bad\xff\xfe'; do
		cp "$(command -v dpll_client)" "$dir/$name"
		# who sets something is told of with the transition that follows
		"$dir/$name" device-set "$(dpllsnoop -j --list | jq 'select(.type == "device") | .device')" \
			mode=1 || :
		hand dev 0 set lock "$((2 + n++ % 2))"
		hand dev 0 ntf 1 task
	done
	table "$(echo /sys/kernel/debug/dpll/*/lock_history)"
}
