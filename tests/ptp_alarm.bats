#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Alarms of a PTP clock. What concerns when they expire is asked of a clock with an
# alarm of its own and of one without.

load lib/ptp

when=(errors oneshot periodic folds storm steps rates must_show)

@test "alarms by a timer: every errno; one-shot, periodic; folded; the clock is stepped, steered" {
	new_phc rate_ppb=23000
	checks ptp_alarm "$phc" "$node" "${when[@]}"
}

@test "alarms by the clock's own alarm: the same" {
	new_phc rate_ppb=-23000 n_alarm=3
	checks ptp_alarm "$phc" "$node" "${when[@]}" hardware
}

@test "alarms: each file its own; by eventfd; 32-bit callers" {
	new_phc
	checks ptp_alarm "$phc" "$node" two_files eventfds compat
}

@test "alarms by signal: to a process, to a thread; blocked: one signal and 100 overruns" {
	new_phc n_alarm=4
	checks ptp_alarm "$phc" "$node" signals blocked no_room
}

@test "alarms and outputs beyond 2^63 ns of the system's time: no timer goes off for them" {
	new_phc rate_ppb=-1000 time=zero
	checks ptp_alarm "$phc" "$node" far
	new_phc rate_ppb=-1000 time=zero n_alarm=1
	checks ptp_alarm "$phc" "$node" far
}

@test "alarm storms on eight clocks take no more of a processor than on one" {
	new_phc count=8 pps=0
	checks ptp_alarm "$phc" "$node" budget
}

@test "alarms end with their file, program and clock; limits" {
	new_phc
	checks ptp_alarm "$phc" "$node" lifetime execs limits churn unplug
	new_phc n_alarm=1
	checks ptp_alarm "$phc" "$node" churn unplug
}

# What is traced adds up to what the class counts and the program sees.
@test "alarms traced: expirations == fire + overruns in it + overruns" {
	local t=/sys/kernel/tracing fired overruns
	new_phc
	echo 0 >$t/tracing_on
	echo >$t/trace
	for event in arm fire overrun cancel; do
		echo "index == ${node##*/ptp}" >"$t/events/ptp/ptp_alarm_$event/filter"
		echo 1 >"$t/events/ptp/ptp_alarm_$event/enable"
	done
	echo 1 >$t/tracing_on
	checks ptp_alarm "$phc" "$node" storm blocked must_show lifetime
	echo 0 >$t/tracing_on
	for event in arm fire overrun cancel; do
		echo 0 >"$t/events/ptp/ptp_alarm_$event/enable"
		echo 0 >"$t/events/ptp/ptp_alarm_$event/filter"
	done
	echo 1 >$t/tracing_on
	fired=$(<"$sys/statistics/alarms_fired")
	overruns=$(<"$sys/statistics/alarms_overruns")
	# each alarm's end tells of its life's totals: they are those of its events
	awk -v fired="$fired" -v overruns="$overruns" '
		function value(key, i) {
			for (i = 1; i <= NF; i++)
				if (index($i, key "=") == 1)
					return substr($i, length(key) + 2)
		}
		/ptp_alarm_fire:/ {
			n[value("alarm")]++
			over[value("alarm")] += value("overruns")
			if (value("lateness_ns") < 0)
				early++
		}
		/ptp_alarm_overrun:/ { over[value("alarm")] += value("n") }
		/ptp_alarm_cancel:/ && value("why") != "disarmed" {
			ends++
			if (value("fired") != n[value("alarm")] + 0)
				wrong++
			if (value("overruns") != over[value("alarm")] + 0)
				wrong++
			why[value("why")]++
		}
		END {
			for (a in n)
				sum += n[a]
			for (a in over)
				osum += over[a]
			printf "fired %d of %d, overruns %.0f of %.0f, %d ends, %d wrong, %d early\n",
				sum, fired, osum, overruns, ends, wrong, early
			for (w in why)
				print w, why[w]
			exit sum != fired || osum != overruns || !ends || wrong || early ||
				!why["deleted"] || !why["closed"] || !why["exec"]
		}' $t/trace
}
