# make run  [ARGS='…']   builds and traces a small demo, or whatever ARGS says
# make test              runs every test, or those of suites (FILTER=PipeTests); live tests need root
# make test-examples     builds and runs Examples/, a package that uses this one's libraries
# make fuzz [SECONDS=…]  looks for records that do harm
# make vm-test           traces every kind on other kernels, in virtual machines (KERNEL="5.10 7.2", QUICK=1, CHECKS=info)
# make truth             compares what ipcdump says of real programs with strace and bpftrace (ONLY='redis nginx'); a full run writes docs/real-programs.md
# make bench             measures beside other tracers (ROUNDS=5, QUICK=1, ONLY=pipe,memory); a full run writes docs/performance.md
# make docs              makes the public modules' documentation, a web site in .build/documentation
# make size              says what the binary consists of
# make install           puts the binary, the manual page, what shells complete and Wireshark's plugin below PREFIX; make uninstall takes them away
# make deb               packs the same for Debian, in .build/deb; make test-deb installs that on a new Debian and runs it

SHELL := /bin/bash
PREFIX ?= /usr/local
ARGS ?= -x -- sh -c 'echo hello | cat; sleep 9 & kill -TERM $$!; wait; true'
RELEASE := .build/release/ipcdump
# No RUNPATH: what lies beside a program that root runs must not be taken for one of its libraries.
RELEASE_FLAGS := -c release --static-swift-stdlib --disable-local-rpath
# Without a table of dynamic symbols, which the toolchain asks for though nothing loads the binary, what nobody calls goes; and so
# do functions that are the same as another one, if nobody compares their addresses. 32,000 addresses that the loader fills in take
# 6 kB instead of 770 (DT_RELR), where the C library knows that form (since glibc 2.36).
PACKED_RELOCATIONS := $(shell printf '2.36\n%s\n' "$$(getconf GNU_LIBC_VERSION | cut -d ' ' -f 2)" | sort -CV && echo -z pack-relative-relocs)
RELEASE_OPTIONS = -Xswiftc -use-ld=lld $(addprefix -Xlinker ,--no-export-dynamic --icf=safe $(PACKED_RELOCATIONS) $(if $(LINK_MAP),-Map=$(LINK_MAP)))
SECONDS ?= 60

PAGES := .build/pages
ZSH_FOLDER ?= $(PREFIX)/share/zsh/site-functions
# What is installed and packed has no symbols; they are in a file beside, which gdb finds by the build's number in both.
STRIPPED := .build/stripped/ipcdump
OBJCOPY = $(dir $(realpath $(shell command -v swift)))llvm-objcopy
INSTALLED_BINARY := $(DESTDIR)$(PREFIX)/bin/ipcdump
INSTALLED_MANUAL := $(DESTDIR)$(PREFIX)/share/man/man8/ipcdump.8
INSTALLED_BASH := $(DESTDIR)$(PREFIX)/share/bash-completion/completions/ipcdump
INSTALLED_ZSH := $(DESTDIR)$(ZSH_FOLDER)/_ipcdump
INSTALLED_FISH := $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/ipcdump.fish
INSTALLED_UNITS := $(addprefix $(DESTDIR)$(PREFIX)/lib/systemd/system/,ipcdump.service ipcdump@.service)
INSTALLED_CONFIG := $(DESTDIR)/etc/ipcdump.toml
INSTALLED_PLUGIN := $(DESTDIR)$(PREFIX)/share/ipcdump/ipcdump.lua

ROUNDS ?= 5
# Figures of a part, or of little work, do not take the place of all.
BENCH_OPTIONS := --rounds $(ROUNDS) $(if $(HOOK),--hook $(HOOK)) $(if $(QUICK),--quick) $(if $(CPU),--cpu) $(if $(ONLY),--only $(ONLY)) \
  $(if $(HOOK)$(QUICK)$(CPU)$(ONLY),,--document docs/performance.md)

# What is optimised has flags that SwiftPM calls unsafe (Package.swift), and packages without what is not needed of them
# (scripts/prepare-packages).
release replay bench pages: export IPCDUMP_OPTIMIZED := 1
release replay bench pages: export IPCDUMP_PACKAGES := $(CURDIR)/.build/packages

.PHONY: run test test-judge truth test-binaries test-examples vm-test fuzz fuzz-messages bench release stripped size docs replay debug setup setup-tests setup-lint setup-bench format lint \
  pages install install-files uninstall deb test-deb clean

run: release
	$(RELEASE) $(ARGS)

release: setup
	swift build $(RELEASE_FLAGS) --product ipcdump $(RELEASE_OPTIONS)

stripped: release
	mkdir -p $(dir $(STRIPPED))
	$(OBJCOPY) --only-keep-debug $(RELEASE) $(RELEASE).debug
	scripts/unwinding frames $(RELEASE) $(RELEASE).frames
	$(OBJCOPY) --update-section .debug_frame=$(RELEASE).frames $(RELEASE).debug
	rm $(RELEASE).frames
	$(OBJCOPY) --strip-all --remove-section=.comment --add-gnu-debuglink=$(RELEASE).debug $(RELEASE) $(STRIPPED)
	scripts/unwinding drop $(STRIPPED)

docs: debug
	scripts/make-documentation

# What the binary consists of, by target and library.
size: setup
	scripts/measure-size

# Counts allocations, which only an optimised build can be asked about.
replay: setup
	swift build $(RELEASE_FLAGS) --product ipc-replay

debug: setup
	swift build --build-tests

# What tests run: one build after the other, since SwiftPM lets only one into its folder.
test-binaries:
	$(MAKE) debug
	$(MAKE) release
	$(MAKE) replay
	$(MAKE) docs

# What needs none of the binaries is done while they are built. Live tests trace with what users run, the optimised binary.
test: setup setup-lint setup-tests
	$(MAKE) --jobs=3 test-binaries lint test-judge test-examples
	IPCDUMP_BINARY=$(CURDIR)/$(RELEASE) IPC_REPLAY_BINARY=$(CURDIR)/.build/release/ipc-replay \
	  scripts/run-tests $(if $(FILTER),--filter '$(FILTER)')

test-examples: setup
	scripts/test-examples

# What it finds is in .build/fuzz: crash-… to be mended, found/… to begin with next time.
fuzz: setup
	IPCDUMP_FUZZER=1 swift build -c release --product record-fuzzer --sanitize=fuzzer --scratch-path .build/fuzz
	mkdir -p .build/fuzz/found
	.build/fuzz/release/record-fuzzer .build/fuzz/found Tests/FuzzTests/Corpus -max_total_time=$(SECONDS) \
	  -max_len=40000 -timeout=30 -rss_limit_mb=4096 -artifact_prefix=.build/fuzz/ -print_final_stats=1

# Conversations of all protocols, from nothing on.
fuzz-messages: setup
	IPCDUMP_FUZZER=1 swift build -c release --product message-fuzzer --sanitize=fuzzer --scratch-path .build/fuzz
	mkdir -p .build/fuzz/messages
	.build/fuzz/release/message-fuzzer .build/fuzz/messages -max_total_time=$(SECONDS) \
	  -max_len=4096 -timeout=30 -rss_limit_mb=2048 -artifact_prefix=.build/fuzz/ -print_final_stats=1

# Figures of some programs do not take the place of all.
truth: release test-judge
	scripts/setup-truth $(ONLY)
	IPCDUMP_BINARY=$(CURDIR)/$(RELEASE) scripts/truth/run $(or $(ONLY),--document)

test-judge:
	python3 -B -m unittest discover --start-directory scripts/truth/judge

# Which rows there are, scripts/vm/test says.
vm-test: debug release
	IPCDUMP_BINARY=$(CURDIR)/$(RELEASE) scripts/vm/test $(KERNEL)

bench: release setup-bench
	swift build $(RELEASE_FLAGS) --product ipc-load
	swift build $(RELEASE_FLAGS) --product ipcdump-bench
	.build/release/ipcdump-bench $(BENCH_OPTIONS)

# What a new machine lacks; says so only if something has to be installed.
setup:
	@scripts/setup
	@scripts/prepare-packages

# Programs that live tests trace; says so only if something has to be installed.
setup-tests:
	@scripts/setup-tests

# What looks at the scripts.
setup-lint:
	@command -v shellcheck > /dev/null || scripts/install setup-lint shellcheck

# Tracers to compare with; goes on without those that cannot be had.
setup-bench:
	@scripts/setup-bench

format:
	swift format --in-place --recursive Package.swift Benchmarks Examples Plugins Sources Tests

lint: setup-lint
	swift format lint --strict --recursive Package.swift Benchmarks Examples Plugins Sources Tests
	shellcheck $$(grep -rlE '^#!/(usr/)?bin/(env |busybox )?(ba)?sh$$' .ci scripts Benchmarks/RealWork)

# Manual page and completions, out of what the built program says of its options.
pages: stripped
	swift build -c release --product describe-command
	mkdir -p $(PAGES)
	$(RELEASE) --experimental-dump-help > $(PAGES)/help.json
	.build/release/describe-command docs/ipcdump.8.in "$$($(RELEASE) --version | cut -d' ' -f2)" $(PAGES) \
	  $(PAGES)/help.json

install: pages install-files

# Without building anything: for scripts/deb, and for root where only the user has Swift.
install-files:
	install -D -m 0755 $(STRIPPED) $(INSTALLED_BINARY)
	install -D -m 0644 $(PAGES)/ipcdump.8 $(INSTALLED_MANUAL)
	install -D -m 0644 $(PAGES)/ipcdump.bash $(INSTALLED_BASH)
	install -D -m 0644 $(PAGES)/_ipcdump $(INSTALLED_ZSH)
	install -D -m 0644 $(PAGES)/ipcdump.fish $(INSTALLED_FISH)
	install -D -m 0644 packaging/wireshark/ipcdump.lua $(INSTALLED_PLUGIN)
	install -d $(dir $(firstword $(INSTALLED_UNITS))) $(DESTDIR)/etc/ipcdump
	for unit in $(INSTALLED_UNITS); do \
	  sed 's,^ExecStart=/usr/bin,ExecStart=$(PREFIX)/bin,' packaging/systemd/"$$(basename "$$unit")" > "$$unit" && chmod 0644 "$$unit"; done
	[[ -e $(INSTALLED_CONFIG) ]] || install -D -m 0644 packaging/ipcdump.toml $(INSTALLED_CONFIG)

uninstall:
	rm -f $(INSTALLED_BINARY) $(INSTALLED_MANUAL) $(INSTALLED_BASH) $(INSTALLED_ZSH) $(INSTALLED_FISH) $(INSTALLED_PLUGIN) $(INSTALLED_UNITS)
	cmp --silent packaging/ipcdump.toml $(INSTALLED_CONFIG) && rm -f $(INSTALLED_CONFIG) || true
	rmdir --ignore-fail-on-non-empty $(DESTDIR)/etc/ipcdump

deb: pages
	scripts/deb

test-deb: deb
	scripts/test-deb

clean:
	swift package clean
