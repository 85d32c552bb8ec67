#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# Stamps from all processors against everything that consumers and providers do. What the
# kernel thinks of it shows in its log, which tests/vm/run looks through.

load lib/hte

@test "stamps against disable and enable" {
	checks hte_race toggle
}

@test "stamps and second callbacks against get, request and put" {
	limit=120 checks hte_race cycle
}

@test "${CHS_ROUNDS:-100} rounds: the provider is unbound under load" {
	limit=180 checks hte_race rounds
}

@test "a provider is deleted under load, 23 times" {
	limit=120 checks hte_race delete
}

@test "unbinding waits for calls to the provider that take their time" {
	checks hte_race slow
}
