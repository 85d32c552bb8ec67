#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
#
# The netlink ABI of the DPLL subsystem: a driver (dpll_hand) and a raw client do what
# tests/prog/dpll_netlink.c tells them. Every message is compared whole, in its order.

load lib/dpll

@test "DEVICE_GET: every attribute, what is missing, what fails" {
	checks dpll_netlink device_get
}

@test "PIN_GET: every attribute, what is missing, what fails" {
	checks dpll_netlink pin_get
}

@test "DEVICE_ID_GET and PIN_ID_GET: one match, none, several" {
	checks dpll_netlink id_get
}

@test "policies: attributes unknown, out of range, of the wrong size, missing" {
	checks dpll_netlink policy
}

@test "DEVICE_SET: every errno and text; told once where something changed" {
	checks dpll_netlink device_set
}

@test "PIN_SET: every errno and text; told once where something changed" {
	checks dpll_netlink pin_set
}

@test "reference sync: pairs, every errno and text" {
	checks dpll_netlink ref_sync
}

@test "MUX pins: several parents on several devices" {
	checks dpll_netlink mux
}

@test "dumps: a thousand pins, great ones, small buffers, a set that changes" {
	checks dpll_netlink dump
}

@test "notifications: each once, from wherever a driver is" {
	checks dpll_netlink ntf
}

@test "a storm of 10,007: seen and lost make emitted, exactly" {
	checks dpll_netlink storm
}

@test "who may ask: not without CAP_NET_ADMIN; anyone may listen, in any namespace" {
	checks dpll_netlink permissions
}
