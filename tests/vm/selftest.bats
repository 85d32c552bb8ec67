#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# tests/vm/run itself, on the host: what it passes on and how it names failures.
# One boot a test, without our modules.
#
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # shells of the guest; variables of bats

bats_require_minimum_version 1.5.0

setup() {
	run="${BATS_TEST_DIRNAME}/run"
	cd "$BATS_TEST_TMPDIR" || exit
}

vm() {
	"$run" --no-load --timeout 60 "$@" 3>&-
}

# has TEXT PATTERN...: every pattern in the text, or the text is shown.
has() {
	local text=$1 pattern
	shift
	for pattern in "$@"; do
		if ! grep -qE -- "$pattern" <<<"$text"; then
			printf 'no match for: %s\n%s\n' "$pattern" "$text"
			return 1
		fi
	done
}

@test "wrong usage is told from all else" {
	run -2 --separate-stderr "$run"
	has "$stderr" '^tests/vm/run: no command'
	run -2 --separate-stderr "$run" --nonsense -- true
	has "$stderr" '^tests/vm/run: unknown option'
	run -2 "$run" --timeout soon -- true
	run -2 "$run" --deadline later -- true
	run -2 "$run" --kernel
	run -114 --separate-stderr "$run" --no-load --copy ./missing -- true
	has "$stderr" 'copy ./missing: no such file'
	run -114 --separate-stderr env O="$PWD/nothing" "$run" -- true
	has "$stderr" 'modules are not built for .*: run make'
	run -0 "$run" --help
	has "$output" '110 +the guest panicked' '^  --icount'
}

@test "the target is the newest of its series that has image and headers" {
	local target=${BATS_TEST_DIRNAME%/tests/vm}/vmlinux/target
	mkdir bin
	cat >bin/apt-cache <<-'END'
		#!/bin/sh
		case $1 in
		pkgnames)
			for r in 6.1.0-9-amd64 6.1.0-10-amd64 6.1.0-10-cloud-amd64 6.1.0-10-rt-amd64 \
				6.12.99+deb13-amd64 6.12.101+deb13-amd64 6.12.101+deb13-cloud-amd64; do
				echo "linux-image-$r"
				echo "linux-headers-$r"
			done
			echo linux-image-6.1.0-11-amd64
			echo linux-image-6.1.0-12-amd64
			echo linux-headers-6.1.0-12-amd64
			;;
		policy)
			shift
			for p; do
				case $p in
				*-6.1.0-12-*) echo "  Candidate: (none)" ;;
				*) echo "  Candidate: 1" ;;
				esac
			done
			;;
		esac
	END
	chmod +x bin/apt-cache
	newest() {
		env -u KDIR -u KERNEL "PATH=$PWD/bin:$PATH" "CHRONOSCOPE_CACHE=$PWD/cache" \
			"$target" --kernel "$1" release
	}
	[ "$(newest 6.1)" = 6.1.0-10-amd64 ]
	[ "$(newest amd64)" = 6.12.101+deb13-amd64 ]
	[ "$(newest cloud)" = 6.12.101+deb13-cloud-amd64 ]
}

@test "arguments, streams, environment, copies and exit status pass unchanged" {
	mkdir -p tree
	cat >tree/dynamic.c <<-'END'
	#include <math.h>
	#include <stdio.h>
	#include <stdlib.h>
	int main(int argc, char **argv)
	{
		printf("%d\n", argc);
		for (int i = 1; i < argc; i++)
			printf("<%s>\n", argv[i]);
		fprintf(stderr, "only stderr %.3f\n", sqrt(atof(argv[1])));
		system("sh tree/check >&2");
		return 77;
	}
	END
	cc -o program tree/dynamic.c -lm
	cat >check <<-'END'
	echo "cwd $(pwd) home $HOME host $(hostname) lang $LANG other ${OTHER-none} passed $PASSED"
	for dir in /proc /sys /dev /dev/pts /dev/shm /tmp /run /sys/kernel/debug /sys/kernel/tracing /sys/fs/bpf; do
		grep -q " $dir " /proc/mounts || echo "$dir is not mounted"
	done
	ip addr show lo | grep -q 127.0.0.1 || echo "lo is down"
	su nobody -s /bin/sh -c 'echo "user $(id -u)"; echo by name >/dev/stdout'
	ls tests/vm/selftest.bats
	cat "$COPY"
	bash -c 'echo "date $(date +%s%N | wc -c)"; modprobe -n dummy && echo modprobe'
	END
	echo 'copied text' >text
	PASSED=$'two\nlines' OTHER=1 COPY=$PWD/text CHS_PASS_ENV='PASSED COPY' \
		run -77 --separate-stderr vm --copy program --copy text --copy check:/chronoscope/tree/check -- \
		program 16 'a  b' '' $'new\nline' "q'u\"o" '$HOME' '*' -- --help
	diff - <(printf '%s\n' "$output") <<-'END'
	10
	<16>
	<a  b>
	<>
	<new
	line>
	<q'u"o>
	<$HOME>
	<*>
	<-->
	<--help>
	END
	has "$stderr" '^only stderr 4.000$' '^cwd /chronoscope home /root host chronoscope lang C.UTF-8 other none passed two$' \
		'^lines$' '^user 65534$' '^by name$' '^tests/vm/selftest.bats$' '^copied text$' '^date 20$' '^modprobe$'
	run ! grep -E 'not mounted|is down' <<<"$stderr"
}

@test "much output arrives whole, appended, and a background process does not hold it" {
	head -c 5000000 /dev/urandom >random
	echo first >all
	vm --copy random -- sh -c 'seq 1 50000 >&2; cat "$0"; sleep 1000 & exit 0' "$PWD/random" >>all 2>errors
	cmp all <(echo first; cat random)
	cmp errors <(seq 1 50000)
}

@test "a reader that has enough ends the guest" {
	run -141 bash -c '"$0" --no-load -- yes | head -n 1; exit ${PIPESTATUS[0]}' "$run" 3>&-
	[ "$output" = y ]
}

@test "a signal that ends the command, with the kernel log kept" {
	run -137 vm --log log -- sh -c 'echo "<6>a kernel line" >/dev/kmsg; kill -KILL $$'
	has "$(<log)" 'a kernel line$'
}

@test "a command that is not there" {
	run -127 vm -- no-such-command
	has "$output" 'cannot run no-such-command in the guest: not found'
}

@test "a panic is named, and its log shown from where it began" {
	run -110 --separate-stderr vm -- sh -c 'echo c >/proc/sysrq-trigger'
	has "$stderr" '^tests/vm/run: guest panicked: sysrq triggered crash' '</TASK>'
	run -110 --separate-stderr vm -- sh -c '
		echo "<2>BUG: it began here" >/dev/kmsg
		for i in $(seq 101); do echo "<2>more $i" >/dev/kmsg; done
		echo c >/proc/sysrq-trigger'
	has "$stderr" '^tests/vm/run: guest panicked: sysrq triggered crash' 'BUG: it began here$' 'more 23$'
}

@test "the guest's processor keeps the flags over cmpxchg16b, or has it not" {
	cat >flags.c <<-'END'
		#include <cpuid.h>
		#include <stdio.h>

		/* flags of an addition that the emulator has yet to work out, when they are asked for */
		int main(void)
		{
			static unsigned long long pair[2] __attribute__((aligned(16)));
			unsigned long flags, number = 0x12345678f0f0f0f0;
			unsigned int a, b, c = 0, d;

			if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_CMPXCHG16B)) {
				puts("not there");
				return 0;
			}
			asm volatile("pushfq; popfq; jmp 1f; 1: xor %%eax, %%eax; xor %%edx, %%edx;"
				     "xor %%ebx, %%ebx; xor %%ecx, %%ecx; mov $5, %%edi; add %1, %%rdi;"
				     "cmpxchg16b %2; pushfq; pop %0"
				     : "=r"(flags), "+r"(number), "+m"(pair)
				     :
				     : "rax", "rbx", "rcx", "rdx", "rdi", "memory", "cc");
			printf("flags %#lx\n", flags);
			return flags >> 12 != 0;
		}
	END
	cc -O2 -static -o flags flags.c
	run -0 vm --copy "$PWD/flags:/flags" -- /flags
	has "$output" '^(not there|flags 0x[0-9a-f]+)$'
	run -0 vm --icount --copy "$PWD/flags:/flags" -- /flags
	has "$output" '^(not there|flags 0x[0-9a-f]+)$'
}

@test "a hang is named: asleep, busy, stopped" {
	run -111 --separate-stderr vm --timeout 9 -- sleep 1000
	has "$stderr" '^tests/vm/run: guest hung: it has shown nothing for 9 seconds of its own time'
	run -111 --separate-stderr vm --timeout 9 -- sh -c 'while :; do :; done'
	has "$stderr" '^tests/vm/run: guest hung: it has shown nothing for 9 seconds'

	"$run" --no-load --timeout 9 -- sh -c 'echo up; sleep 1000' >out 2>errors 3>&- &
	pid=$!
	while ! grep -q up out; do
		kill -0 $pid
		sleep 0.1
	done
	kill -STOP "$(pgrep -P $pid qemu)"
	rc=0
	wait $pid || rc=$?
	[ $rc -eq 111 ]
	has "$(<errors)" '^tests/vm/run: guest hung: it has shown nothing for 9 seconds'
}

@test "a guest that shows something now and then is not hung, but has to end some day" {
	run -0 vm --timeout 9 -- sh -c 'for i in 1 2 3 4; do sleep 4; echo $i; done'
	[ "$output" = $'1\n2\n3\n4' ]
	run -111 --separate-stderr vm --timeout 9 --deadline 15 -- sh -c 'while echo on; do sleep 1; done'
	has "$stderr" '^tests/vm/run: guest hung: no end within 15 seconds'
}

@test "a guest that others leave no processor to is not hung" {
	local cpu others=()
	cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
	for _ in 1 2 3; do
		taskset -c "$cpu" sh -c 'while :; do :; done' 3>&- &
		others+=($!)
	done
	# busy, and silent for 20 s of which it gets a quarter: a limit by a clock that others
	# steal from would have ended it at 12
	run taskset -c "$cpu" "$run" --no-load --timeout 12 -- \
		sh -c 'read -r s _ </proc/uptime; end=$((${s%.*} + 20)); until read -r s _ </proc/uptime && [ ${s%.*} -ge $end ]; do :; done; echo through'
	kill "${others[@]}"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = through ]
}

@test "a lost guest is named" {
	run -112 --separate-stderr vm -- sh -c 'echo o >/proc/sysrq-trigger; sleep 9'
	has "$stderr" '^tests/vm/run: guest was lost'
}

@test "a splat is named, though dmesg was cleared and the command succeeded" {
	run -113 --separate-stderr vm -- sh -c 'echo "WARNING: CPU: 0 PID: 1 at x" >/dev/kmsg; dmesg -c >/dev/null'
	has "$stderr" '^tests/vm/run: kernel complained: WARNING: CPU: 0 PID: 1 at x \(sh ended with 0\)'
}

@test "what was provoked is no splat, what came beside it is" {
	run -113 --separate-stderr vm --expect 'provoked [0-9]+' -- \
		sh -c 'echo "WARNING: provoked 23" >/dev/kmsg; echo "BUG: not provoked" >/dev/kmsg'
	has "$stderr" '^tests/vm/run: kernel complained: BUG: not provoked \(sh ended with 0\)'
	run -0 vm --expect 'provoked [0-9]+' -- sh -c 'echo "WARNING: provoked 23" >/dev/kmsg'
}

@test "it takes the guest with it when it is killed" {
	"$run" --no-load -- sh -c 'echo up; sleep 1000' >out 3>&- &
	pid=$!
	while ! grep -q up out; do
		kill -0 $pid
		sleep 0.1
	done
	guest=$(pgrep -P $pid qemu)
	[ -n "$guest" ]
	kill -TERM $pid
	rc=0
	wait $pid || rc=$?
	[ $rc -eq 143 ]
	run ! kill -0 "$guest"
}
