# SPDX-License-Identifier: GPL-2.0
#
# chronoscope: see and rehearse time in the Linux kernel. `make help` lists the
# targets. Everything that is built goes below $(O).

MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/bash -o pipefail
.DELETE_ON_ERROR:
.SECONDARY:

O       ?= .build
KERNEL  ?= amd64
SECONDS ?=
SEED    ?=
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= gcc
CLANG   ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /usr/local/sbin/bpftool) bpftool)
VERSION := 0.1

ifneq ($(origin CC),default)
else
CC := gcc
endif

ifeq ($(V),1)
Q    :=
note := @:
else
Q    := @
note := @printf '  %-8s %s\n'
endif

# The target kernel, looked up once and only by the goals that need it.
LOOKUP  := KERNEL='$(KERNEL)' KDIR='$(KDIR)' vmlinux/target
lookup  = $(or $(shell $(LOOKUP) $(1)),$(error no target kernel: see the message above))
release = $(eval release := $(call lookup,release))$(release)
kdir    = $(eval kdir := $(call lookup,--kdir kdir))$(kdir)
# Tools and BPF programs are built once, from a kernel with all of today's ABI.
tools-kdir = $(if $(filter 6.1,$(KERNEL)),$(call lookup,--kernel amd64 kdir),$(kdir))

TOOLS  := $(notdir $(patsubst %/,%,$(dir $(wildcard tools/*/*.c))))
SHLIBS := $(sort $(filter libchs_%,$(TOOLS)))
TOOLS  := $(sort $(filter-out lib $(SHLIBS),$(TOOLS)))
PROGS  := $(patsubst tests/prog/%.c,%,$(wildcard tests/prog/*.c))
UNITS  := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
MANS   := $(wildcard tools/man/*.[1-8])
BINS   := $(addprefix $(O)/bin/,$(TOOLS) $(PROGS) fuzz)
SHARED := $(SHLIBS:%=$(O)/lib/%.so)
# what tests preload into others' programs
SHIMS  := $(patsubst tests/prog/shim/%.c,$(O)/lib/%.so,$(wildcard tests/prog/shim/*.c))

.PHONY: help
help: ## this list
	@echo 'chronoscope: see and rehearse time in the Linux kernel'
	@echo
	@awk -F':.*## ' '/^[a-z0-9.-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  KERNEL=amd64|cloud   which stock Debian 6.12 kernel (default amd64)'
	@echo '  KERNEL=6.1           the stock kernel of Debian 12'
	@echo '  KERNEL=debug         the kernel that make debug-kernel has built'
	@echo '  KDIR=DIR             headers of any other kernel'
	@echo '  V=1                  show the commands'

.PHONY: deps
deps: ## install what building and testing need (apt-get)
	@tests/deps

.PHONY: all
all: modules tools ## modules, BPF programs and tools

# ---- kernel modules ---------------------------------------------------------
# kbuild writes beside the sources, so each kernel gets a farm of links to them.

farm = $(O)/$(release)/kmod

.PHONY: modules
modules: ## kernel modules, for KERNEL= or KDIR=
	@[ -e '$(kdir)/Makefile' ] || { \
		echo 'make: no headers of $(release) in $(kdir): run make deps KERNEL=$(KERNEL)' >&2; exit 1; }
	$(Q)tests/deps --quiet-check pahole dwarves
	$(Q)mkdir -p $(farm)
	+$(Q)flock $(O)/$(release)/.lock $(MAKE) modules-of-one

.PHONY: test-modules
test-modules: modules
	+$(Q)flock $(O)/$(release)/.lock $(MAKE) test-modules-of-one

# $(call kbuild,FROM,FARM,TO[,VARIABLES[,SYMVERS]]): one at a time, since two kbuilds in
# one folder spoil each other's work. O= has a meaning of its own there. It does not look
# at the age of the other modules' symbols that it is given.
define kbuild
	$(Q)mkdir -p $(2)
	$(Q)find $(2) -type l ! -exec test -e {} \; -delete
	$(Q)cp -rsf $(CURDIR)/$(1)/. $(2)/
	$(note) KBUILD '$(1) for $(release)'
	$(Q)$(if $(5),[[ $(2)/Module.symvers -nt $(5) ]] || rm -f $(2)/Module.symvers)
	+$(Q)$(MAKE) -C $(kdir) O= M=$(abspath $(2)) CHS_ROOT=$(CURDIR) CHS_VERSION=$(VERSION) \
		$(KBUILD_ARGS) $(4) $(if $(5),KBUILD_EXTRA_SYMBOLS=$(strip $(5))) \
		$(if $(filter 1,$(V)),V=1,-s) modules
	$(Q)vmlinux/collect $(2) $(3)
endef

.PHONY: perf-modules
perf-modules: modules
	+$(Q)flock $(O)/$(release)/.lock $(MAKE) perf-modules-of-one

.PHONY: modules-of-one test-modules-of-one perf-modules-of-one
modules-of-one:
	$(call kbuild,kmod,$(farm),$(O)/$(release)/modules)

test-modules-of-one:
	$(call kbuild,tests/modules,$(farm)-tests,$(O)/$(release)/test-modules,,\
		$(abspath $(farm))/Module.symvers)

# Modules of the benchmarks: for our class, for the kernel's own (see
# tests/perf/kmod/Kbuild), and our modules without any tracepoint, which changes the
# versions of their symbols.
perf-modules-of-one:
	$(call kbuild,tests/perf/kmod,$(farm)-perf,$(O)/$(release)/perf/ours,,\
		$(abspath $(farm))/Module.symvers)
	$(call kbuild,tests/perf/kmod,$(farm)-peer,$(O)/$(release)/perf/peer,PERF_PEER=1)
	$(call kbuild,kmod,$(farm)-untraced,$(O)/$(release)/perf/untraced,KCFLAGS=-DNOTRACE)
	$(call kbuild,tests/perf/kmod,$(farm)-untraced-perf,$(O)/$(release)/perf/untraced-ours,,\
		$(abspath $(farm)-untraced)/Module.symvers)

# ---- BPF programs -----------------------------------------------------------

$(O)/bpf/vmlinux.h: vmlinux/target
	$(note) BTF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(BPFTOOL) btf dump file $(tools-kdir)/vmlinux format c > $@

$(O)/uapi/linux/ptp_clock.h: vmlinux/target
	$(note) UAPI $@
	$(Q)mkdir -p $(@D)
	$(Q)vmlinux/uapi '$(tools-kdir)' linux/ptp_clock.h > $@

$(O)/bpf/%.bpf.o: bpf/%.bpf.c $(O)/bpf/vmlinux.h
	$(note) BPF $@
	$(Q)$(CLANG) -O2 -g -Wall -Werror -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 \
		-I$(O)/bpf -Ibpf -Iinclude -MMD -MP -MT $@ -MF $(@:.o=.d) -c $< -o $@

$(O)/bpf/%.skel.h: $(O)/bpf/%.bpf.o
	$(note) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name $(subst -,_,$*)_bpf > $@

# ---- tools, test programs, unit tests ---------------------------------------

CFLAGS   ?= -O2 -g
TOOL_CFLAGS := -std=gnu11 -Wall -Wextra -Werror -Wmissing-prototypes -D_GNU_SOURCE \
	-DCHS_VERSION='"$(VERSION)"' -I$(O)/uapi -Iinclude/uapi -I$(O)/bpf -Ibpf -Itools/lib
# as-needed: a tool that uses no BPF must not load libbpf
TOOL_LIBS := -Wl,--as-needed -lbpf -lelf -lz -ljson-c -lm
# what one tool or test program alone needs
LIBS_htetop := -lncursesw
LIBS_dpllsnoop := -lmnl
LIBS_test_dpllsnoop := -lmnl
LIBS_dpll_client := -lmnl
LIBS_dpll_netlink := -lmnl
LIBS_dpll_life := -lmnl
LIBS_dpll_history := -lmnl

LIB_OBJS := $(patsubst %.c,$(O)/obj/%.o,$(wildcard tools/lib/*.c))
SKELS    := $(patsubst bpf/%.bpf.c,$(O)/bpf/%.skel.h,$(wildcard bpf/*.bpf.c))

.PHONY: tools
tools: $(BINS) $(SHARED) $(SHIMS) ## tools, BPF programs and test programs
	@:

# the skeletons must be there before the first compile has written its .d file
$(O)/obj/%.o: %.c | $(SKELS) $(O)/uapi/linux/ptp_clock.h
	$(note) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(TOOL_CFLAGS) -MMD -MP -c $< -o $@

$(O)/lib/libchstools.a: $(LIB_OBJS)
	$(note) AR $@
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

define tool_rule
$(O)/bin/$(1): $(patsubst %.c,$(O)/obj/%.o,$(wildcard tools/$(1)/*.c)) $(O)/lib/libchstools.a
	$$(note) LD $$@
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(LDFLAGS) $$^ $(TOOL_LIBS) $(LIBS_$(1)) -o $$@
endef
$(foreach t,$(TOOLS),$(eval $(call tool_rule,$(t))))

# A shared library shows what is marked so and nothing else. By exceptions, since only so
# the cleanup of a cancelled thread costs nothing as long as none is.
define lib_rule
$(O)/obj/tools/$(1)/%.o: TOOL_CFLAGS += -fPIC -fvisibility=hidden -fexceptions

$(O)/lib/$(1).so: $(patsubst %.c,$(O)/obj/%.o,$(wildcard tools/$(1)/*.c))
	$$(note) LD $$@
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) -shared $$(LDFLAGS) -Wl,-soname,$(1).so -Wl,-z,defs $$^ -o $$@
endef
$(foreach l,$(SHLIBS),$(eval $(call lib_rule,$(l))))

$(SHIMS): $(O)/lib/%.so: $(O)/obj/tests/prog/shim/%.o
	$(note) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -shared $(LDFLAGS) $^ -o $@

$(O)/obj/tests/prog/shim/%.o: TOOL_CFLAGS += -fPIC

$(addprefix $(O)/bin/,$(PROGS)): $(O)/bin/%: $(O)/obj/tests/prog/%.o
	$(note) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -lpthread $(LIBS_$*) -o $@

$(O)/bin/fuzz: $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/fuzz/*.c))
	$(note) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ -lpthread -lmnl -o $@

$(O)/obj/tests/unit/%.o: TOOL_CFLAGS += -Ikmod -Iinclude

$(O)/unit/%: $(O)/obj/tests/unit/%.o $(O)/lib/libchstools.a
	$(note) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $(filter %.o,$^) $(filter %.a,$^) $(TOOL_LIBS) $(LIBS_$*) -o $@

# looks at the comparison by itself and at the program
$(O)/unit/test_bench: $(O)/obj/tests/perf/report/compare.o | $(O)/perf/report

$(O)/unit/test_dpllsnoop: $(patsubst %,$(O)/obj/tools/dpllsnoop/%.o,filter model names netdevs \
	netlink line_order)

$(O)/unit/test_htetop: $(patsubst %,$(O)/obj/tools/htetop/%.o,columns engine figures relation)

$(O)/unit/test_libchs_dpll: $(O)/obj/tools/libchs_dpll/rewrite.o

# the screen's layout, which knows of no terminal
$(O)/unit/test_htetop_screen: $(patsubst %,$(O)/obj/tools/htetop/%.o,\
	columns screen_grid screen_view screen_draw)

.PHONY: units
units: $(O)/bin/posix_timer $(SHARED) $(addprefix $(O)/unit/,$(UNITS))
	@:

# ---- benchmarks -------------------------------------------------------------
# Each file of tests/perf is a benchmark, or several; see tests/perf/frame/bench.h.

PERF_OBJS := $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/perf/*.c tests/perf/frame/*.c))
REPORT_OBJS := $(patsubst %.c,$(O)/obj/%.o,$(wildcard tests/perf/report/*.c))

# in the order of the source: the benchmarks of a file run in that order
$(O)/obj/tests/perf/%.o: TOOL_CFLAGS += -Iinclude -fno-toplevel-reorder

$(O)/perf/bench: $(PERF_OBJS) $(O)/lib/libchstools.a
	$(note) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ $(TOOL_LIBS) -lpthread -o $@

$(O)/perf/report: $(REPORT_OBJS) $(O)/lib/libchstools.a
	$(note) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(LDFLAGS) $^ $(TOOL_LIBS) -o $@

-include $(shell find $(O)/obj $(O)/bpf -name '*.d' 2>/dev/null)

# ---- run it -----------------------------------------------------------------

.PHONY: demo
demo: deps ## boot a stock kernel and see a clock live in ptpstat
	@$(MAKE) all
	@tests/demo --kernel $(KERNEL)

.PHONY: shell
shell: deps ## a prompt in a booted guest with everything loaded
	@$(MAKE) all
	@tests/vm/run --kernel $(KERNEL) --shell

.PHONY: test
test: deps ## all tests: unit, amd64 guest, cloud guest
	@$(MAKE) -j$(shell nproc) test-build
	@tests/run

# all at once: the kernels have rooms of their own, and each is one job at its end
.PHONY: test-build test-modules-amd64 test-modules-cloud
test-build: test-modules-amd64 test-modules-cloud tools units

test-modules-amd64 test-modules-cloud: test-modules-%:
	@$(MAKE) test-modules KERNEL=$*

.PHONY: debug-kernel
debug-kernel: ## build the kernel of test-debug into the cache (about 20 min, once)
	@vmlinux/debug --check || tests/deps --debug-kernel
	@vmlinux/debug

.PHONY: test-debug
test-debug: deps debug-kernel ## the guest tests under KASAN, lockdep, kmemleak, failslab
	@$(MAKE) tools
	@$(MAKE) test-modules KERNEL=debug
	@tests/run debug faults planted

.PHONY: fuzz
fuzz: deps ## random calls against the rules of the ABI (TARGET= SECONDS=60, CALLS=N, SEED=N)
	@tests/fuzz/run --seconds '$(SECONDS)' --calls '$(CALLS)' --seed '$(SEED)' \
		--target '$(TARGET)' \
		--kernel '$(if $(filter-out file undefined,$(origin KERNEL)),$(KERNEL))'

.PHONY: test-6.1
test-6.1: ## the guest tests on the kernel of Debian 12 (KERNEL=6.1)
	@KERNEL=6.1 tests/deps
	@$(MAKE) tools
	@$(MAKE) test-modules KERNEL=6.1
	@tests/run 6.1

.PHONY: test-ynl
test-ynl: deps ## the kernel's own netlink client against our DPLLs
	@tests/deps --ynl
	@$(MAKE) tools
	@$(MAKE) modules KERNEL=cloud
	@$(MAKE) modules KERNEL=amd64
	@KERNEL=cloud tests/ynl/run
	@KERNEL=amd64 tests/ynl/run

.PHONY: bench bench-baseline
bench: deps ## count instructions: against the baseline and the kernel's own class
	@tests/deps --bench
	@$(MAKE) all perf-modules $(O)/perf/bench $(O)/perf/report
	@tests/perf/run --kernel $(KERNEL) $(if $(filter 1,$(V)),--all) $(if $(filter 1,$(BENCH_RECORD)),--record) $(BENCH)

bench-baseline: ## the same, and make the figures the baseline
	@$(MAKE) bench BENCH_RECORD=1

.PHONY: check
check: ## sparse, cppcheck, clang-format, shellcheck, W=1
	@tests/check

# ---- install ----------------------------------------------------------------

moddest = $(DESTDIR)/lib/modules/$(release)/updates/chronoscope

.PHONY: install
install: ## modules for KERNEL= or KDIR=, tools, library, man pages, udev rules
	@$(MAKE) all
	$(note) INSTALL '$(moddest)'
	$(Q)install -d $(moddest) $(DESTDIR)$(PREFIX)/bin $(DESTDIR)/lib/udev/rules.d
	$(Q)install -m 644 $(O)/$(release)/modules/*.ko $(moddest)/
	$(Q)install -m 644 tools/udev/*.rules $(DESTDIR)/lib/udev/rules.d/
	$(note) INSTALL '$(DESTDIR)$(PREFIX)/bin: $(TOOLS)'
	$(Q)install -m 755 $(addprefix $(O)/bin/,$(TOOLS)) $(DESTDIR)$(PREFIX)/bin/
	$(Q)install -d $(DESTDIR)$(PREFIX)/lib
	$(Q)install -m 755 $(SHARED) $(DESTDIR)$(PREFIX)/lib/
	$(Q)$(if $(DESTDIR),,ldconfig)
	$(Q)for page in $(MANS); do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; \
	done
	$(note) DEPMOD '$(release)'
	$(Q)$(if $(DESTDIR),depmod -b $(DESTDIR) $(release) 2>/dev/null || :,depmod $(release))

.PHONY: uninstall
uninstall: ## take away what install put there
	$(note) REMOVE '$(moddest)'
	$(Q)rm -rf $(moddest)
	$(Q)rm -f $(addprefix $(DESTDIR)/lib/udev/rules.d/,$(notdir $(wildcard tools/udev/*.rules)))
	$(Q)rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(TOOLS))
	$(Q)rm -f $(SHLIBS:%=$(DESTDIR)$(PREFIX)/lib/%.so)
	$(Q)$(if $(DESTDIR),,ldconfig)
	$(Q)for page in $(MANS); do \
		rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/}; \
	done
	$(note) DEPMOD '$(release)'
	$(Q)if [ -z '$(DESTDIR)' ]; then \
		depmod $(release); \
	elif [ -n "$$(find $(DESTDIR)/lib/modules/$(release) -name '*.ko*')" ]; then \
		depmod -b $(DESTDIR) $(release); \
	else \
		rm -rf $(DESTDIR)/lib/modules/$(release); \
	fi

.PHONY: clean
clean: ## remove everything that was built (downloads stay in the cache)
	$(note) CLEAN $(O)
	$(Q)rm -rf $(O)
