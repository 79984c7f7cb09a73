# make run  [ARGS='…']   builds and traces a small demo, or whatever ARGS says
# make test              runs every test; live tests need root
# make fuzz [SECONDS=…]  looks for records that do harm
# make vm-test           traces every kind on other kernels, in virtual machines (KERNEL="5.10 7.2", QUICK=1, CHECKS=info)
# make bench             measures beside other tracers (ROUNDS=5, QUICK=1, ONLY=pipe,memory); a full run writes docs/performance.md
# make install           copies the binary and the man page below PREFIX

SHELL := /bin/bash
PREFIX ?= /usr/local
ARGS ?= -x -- sh -c 'echo hello | cat; sleep 9 & kill -TERM $$!; wait; true'
RELEASE := .build/release/ipcdump
SECONDS ?= 60

ROUNDS ?= 5
# Figures of a part, or of little work, do not take the place of all.
BENCH_OPTIONS := --rounds $(ROUNDS) $(if $(HOOK),--hook $(HOOK)) $(if $(QUICK),--quick) $(if $(CPU),--cpu) $(if $(ONLY),--only $(ONLY)) \
  $(if $(HOOK)$(QUICK)$(CPU)$(ONLY),,--document docs/performance.md)

.PHONY: run test vm-test fuzz bench release replay debug setup setup-tests setup-bench format lint install clean

run: release
	$(RELEASE) $(ARGS)

release: setup
	swift build -c release --product ipcdump --static-swift-stdlib

# Counts allocations, which only an optimised build can be asked about.
replay: setup
	swift build -c release --product ipc-replay --static-swift-stdlib

debug: setup
	swift build --build-tests

# Live tests trace with what users run, the optimised binary.
test: debug release replay lint setup-tests
	IPCDUMP_BINARY=$(CURDIR)/$(RELEASE) IPC_REPLAY_BINARY=$(CURDIR)/.build/release/ipc-replay \
	  swift test --skip-build

# What it finds is in .build/fuzz: crash-… to be mended, found/… to begin with next time.
fuzz: setup
	IPCDUMP_FUZZER=1 swift build -c release --product record-fuzzer --sanitize=fuzzer --scratch-path .build/fuzz
	mkdir -p .build/fuzz/found
	.build/fuzz/release/record-fuzzer .build/fuzz/found Tests/FuzzTests/Corpus -max_total_time=$(SECONDS) \
	  -max_len=40000 -timeout=30 -rss_limit_mb=4096 -artifact_prefix=.build/fuzz/ -print_final_stats=1

# Which rows there are, scripts/vm/test says.
vm-test: debug release
	IPCDUMP_BINARY=$(CURDIR)/$(RELEASE) scripts/vm/test $(KERNEL)

bench: release setup-bench
	swift build -c release --product ipc-load --static-swift-stdlib
	swift build -c release --product ipcdump-bench --static-swift-stdlib
	.build/release/ipcdump-bench $(BENCH_OPTIONS)

# What a new machine lacks; says so only if something has to be installed.
setup:
	@scripts/setup

# Programs that live tests trace; says so only if something has to be installed.
setup-tests:
	@scripts/setup-tests

# Tracers to compare with; goes on without those that cannot be had.
setup-bench:
	@scripts/setup-bench

format:
	swift format --in-place --recursive Package.swift Benchmarks Plugins Sources Tests

lint:
	swift format lint --strict --recursive Package.swift Benchmarks Plugins Sources Tests

install: release
	install -D -m 0755 $(RELEASE) $(DESTDIR)$(PREFIX)/bin/ipcdump
	install -D -m 0644 docs/ipcdump.8 $(DESTDIR)$(PREFIX)/share/man/man8/ipcdump.8

clean:
	swift package clean
