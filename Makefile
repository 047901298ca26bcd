# Only names what the CMake presets do.
#   make run [DURATION=30s] [SUMMARY=FILE]   build, then trade against the simulated venue
#   make test                                build release and check, run all tests
#   make campaign                            random orders through the exchange: money, books, positions
#   make cut-sweep [CUT_STEP=1]              cut the private socket after every message of a run of orders
#   make drill                               a kill of 100 working orders over loopback: how long it took
#   make accept-instructions                 the instruction counts of today are what tests compare with
#   make simtest [SEEDS=0..10000]           seeded faults under virtual time, all invariants checked
#   make mutants                            plant bugs one at a time: the core tests must see each
#   make crash [CRASHES=500]                 kill -9 at random moments and at every named point of the daemon
#   make test-service                       the daemon as a systemd service in a booted Debian (root)
#   make test-clients                        point others' OKX clients at the simulated venue (node, npm, python3)
#   make test-monitoring                    Debian's Prometheus scrapes a trading engine: rules, dashboard
#   make bench-wire [WIRE="--ticks 21000"]  tick to order over TLS, beside the least a client can do
#   make deb [DEB_VERSION=0.1.1]            Debian packages in build/deb (docs/packages.md)
#   make test-deb                           them in a clean Debian: upgrade under open orders, roll back, purge (root)
#   make reproducible                       the last commit built in two places: the same bytes
#   make image                              the Dockerfile with buildah, on a base of debootstrap (root)
#   make build | bench | soak | lint | fuzz | tsan | install
DURATION ?= 30s
SUMMARY ?=
SOAK_DURATION ?= 600
BENCH_FILTER ?= .*
WIRE ?=
CAMPAIGN_ORDERS ?= 10000000
CUT_STEP ?= 1
CRASHES ?= 500
SEEDS ?= 0..10000
FUZZ_SECONDS ?= 60
PREFIX ?= /usr/local
DEB_VERSION ?=

.PHONY: run test test-clients test-monitoring test-service campaign crash drill cut-sweep simtest mutants build bench bench-wire accept-instructions soak lint fuzz tsan install clean setup check deb lint-deb test-deb reproducible image

setup:
	@tools/setup.sh

build: setup
	@cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log; rm -f build-configure.log; exit 1; }
	@rm -f build-configure.log
	@cmake --build --preset release

# The simulated venue ends with a run, and its account with it: the next one begins anew, and what the
# last one knew is kept in state/demo.before. An engine that still runs keeps its directory.
run: build
	@[ ! -f state/demo/lock ] || flock -n state/demo/lock sh -c 'rm -rf state/demo.before && mv state/demo state/demo.before' || true
	@build/release/bin/gannetd --config config/demo.toml --duration $(DURATION) --status --log build/demo.log $(if $(SUMMARY),--summary $(SUMMARY))

check: setup
	@cmake --preset check >build-configure.log 2>&1 || { cat build-configure.log; rm -f build-configure.log; exit 1; }
	@rm -f build-configure.log
	@cmake --build --preset check

test: build check
	@ctest --preset release -j 4
	@ctest --preset check -j 4

test-clients: build
	@tests/clients/run.py --bin build/release/bin

test-monitoring: build
	@tools/test_monitoring.py --bin build/release/bin

test-service: build
	@tools/setup.sh service
	@tests/service/run.py --build build/release

bench: build
	@build/release/bin/gannet_bench --benchmark_filter='$(BENCH_FILTER)' --benchmark_out=build/bench.json --benchmark_out_format=json

accept-instructions: build
	@tools/instruction_guard.py --program build/release/bin/instruction_paths --accept

bench-wire: build
	@build/release/bin/gannet_wire_bench $(WIRE)

drill: build
	@build/release/bin/gannet drill --config config/demo.toml

campaign: build
	@cmake --build --preset release --target exchange_campaign
	@build/release/bin/exchange_campaign $(CAMPAIGN_ORDERS) 1 2

# The private socket cut after every single message of a run of a thousand orders (CUT_STEP=10: every
# tenth).
cut-sweep: build
	@cmake --build --preset release --target simulation
	@GANNET_CUT_SWEEP=$(CUT_STEP) build/release/tests/simulation --gtest_filter='PrivateSocketCut.*'

# The real daemon killed while it trades against `gannet sim`, at random moments and at every named
# point of its code; compared with what really is at the venue. Tells what it did on its last line.
crash: build
	@GANNET_CRASHES=$(CRASHES) build/release/tests/integration --gtest_filter='CrashCampaign.*'

simtest: build
	@build/release/bin/gannet simtest --seeds $(SEEDS) --jobs $$(nproc)

mutants: setup
	@tools/mutants.py

soak: build
	@tools/soak.py --bin build/release/bin --duration $(SOAK_DURATION)

tsan: setup
	@cmake --preset tsan >/dev/null
	@cmake --build --preset tsan
	@ctest --preset tsan -j 2

lint: setup
	@tools/setup.sh lint
	@tools/lint.sh

fuzz: setup
	@tools/setup.sh fuzz
	@cmake --preset fuzz >/dev/null
	@cmake --build --preset fuzz
	@tools/fuzz.sh $(FUZZ_SECONDS)

install: build
	@cmake --install build/release --prefix $(PREFIX)

# What is installed and no more is built: no test, no benchmark.
deb: setup
	@tools/setup.sh deb
	@cmake --preset release >build-configure.log 2>&1 || { cat build-configure.log; rm -f build-configure.log; exit 1; }
	@rm -f build-configure.log
	@cmake --build --preset release --target product
	@tools/deb.sh build/release build/deb $(DEB_VERSION)

lint-deb: deb
	@lintian --tag-display-limit 0 --fail-on error build/deb/*.deb

test-deb: lint-deb
	@tools/deb.sh build/release build/deb-next $$(dpkg-deb -f build/deb/gannet_*_amd64.deb Version)+next >/dev/null
	@tests/packages/deb_test.py --old build/deb --new build/deb-next --cache build/deb-root

reproducible: setup
	@tools/setup.sh deb
	@tools/reproducible.sh build/reproducible

image: setup
	@tools/setup.sh deb
	@tools/image.sh build/image

clean:
	@rm -rf build
