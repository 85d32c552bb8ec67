#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# htetop where a guest's time is exact (make test: suite icount): latencies to the
# microsecond, and what it costs.

bats_require_minimum_version 1.5.0
load lib/htetop

@test "latency is the interrupt's delay, to 20 us, whatever offset and rate the clock has" {
	local i
	labctl new hte lines=1 fifo=64 irq_delay_ns=1000000 >/dev/null
	labctl new hte lines=1 fifo=64 irq_delay_ns=1000000 time=zero rate_ppb=50000 >/dev/null
	labctl new hte lines=1 fifo=64 irq_delay_ns=1000000 time=zero rate_ppb=-5000000 \
		resolution_ns=32 >/dev/null
	for i in 0 1 2; do
		sink take chip=hte$i lines=0
	done
	begin 1
	sleep 3
	for i in 0 1 2; do
		labctl edges hte$i lines=0 count=101 period_ns=10000000 wait=1 >/dev/null
	done
	sleep 1
	end
	holds '.[-1].chips | map(.relation) == ["related", "related", "related"]' \
		'.[-1].lines | map(.total) == [101, 101, 101]' \
		'.[-1].lines | all(.early == 0 and .latency_max_ns > 999500 and
			.latency_max_ns < 1020000)' \
		'.[-1].lines | all(.latency_histogram_ns == [[917504, 1048575, 101]] and
			.latency_p50_ns >= 917504 and .latency_p99_ns <= .latency_max_ns)' \
		'.[-1].chips | map(.rate_ppb) | (.[0] | fabs) < 100 and (.[1] - 50000 | fabs) < 100 and
			(.[2] + 5000000 | fabs) < 200' \
		'.[-1].chips | all(.error_ns > 0 and .error_ns < 2000)'
}

@test "64 busy lines at a report a second: under 1 % of a CPU of 1000 MIPS" {
	labctl new hte lines=64 >/dev/null
	sink take chip=hte0 lines=0-63
	begin 1
	labctl edges hte0 lines=0-63 count=0 period_ns=10000000 >/dev/null
	sleep 7
	end
	holds '[.[] | select(.type == "report")][2:] | length >= 3 and
			all(.own_cpu_percent > 0 and .own_cpu_percent < 1)' \
		'[.[] | select(.type == "report")][2:] | all(.lines | length == 64 and
			all(.rate_per_s > 99 and .rate_per_s < 101))' \
		'[.[] | select(.type == "report")][2:] | all(.cost_cpu_percent < 1)'
	# text is less work
	htetop 1 5 >"$out"
	awk '/itself/ { n++; if (n > 1 && n < 6 && $(NF - 1) >= 1) bad = 1 }
		END { exit bad || n < 6 }' "$out"
}
