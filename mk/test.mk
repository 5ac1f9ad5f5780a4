# Tests. A test file is found by its name: tests/*/NAME_test.cpp, tests/fuzz/NAME_fuzz.cpp, tests/*/NAME_check.sh.

TEST_SRC := $(wildcard tests/unit/*_test.cpp tests/vectors/*_test.cpp tests/golden/*_test.cpp tests/sim/*_test.cpp)
TEST_HELPERS := $(wildcard tests/support/*.cpp)
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.cpp)
FUZZ_NAMES := $(patsubst tests/fuzz/%_fuzz.cpp,%,$(FUZZ_SRC))
FUZZ_HELPERS := tests/support/fake_plane.cpp tests/support/script_phone.cpp
FUZZ_SECONDS ?= 60
CPPFLAGS += -Itests

$(B)/unit-tests: $(call obj,$(TEST_SRC) $(TEST_HELPERS)) $(B)/libosrtp-module.a $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) $^ -lgtest_main -lgmock -lgtest $(DAEMON_LIBS) -o $@

# Every fuzz target, fed its named seeds once.
$(B)/replay/%: $(B)/tests/fuzz/%_fuzz.cpp.o $(B)/tests/fuzz/replay.cpp.o $(call obj,$(FUZZ_HELPERS)) $(B)/libosrtp-module.a $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@

$(B)/fuzzers/%: $(B)/tests/fuzz/%_fuzz.cpp.o $(call obj,$(FUZZ_HELPERS)) $(B)/libosrtp-module.a $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -fsanitize=fuzzer $^ $(DAEMON_LIBS) -o $@

# The model-based test of whole dialogs.
MODEL_SRC := $(wildcard tests/model/*.cpp)
MODEL_HELPERS := $(patsubst %,tests/support/%.cpp,fake_plane dtls_phone wire_oracle openssl_clock)
$(B)/model-test: $(call obj,$(MODEL_SRC) $(MODEL_HELPERS)) $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@

# One end of a DTLS handshake, for tests/interop/dtls_check.sh.
$(B)/dtls-peer: $(B)/tests/interop/dtls_peer.cpp.o $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@

# For the check that a failing test is noticed.
$(B)/planted-failure: $(B)/tests/planted/failure.cpp.o
	$(CXX) $(LDFLAGS) $^ -lgtest_main -lgtest -o $@

.PHONY: coverage check unit exhaustive unit-binaries replay fuzz fuzz-run asan tsan
check:  ## everything that must hold, with its own set-up; the last line is `N passed, N failed`
	@MAKE='$(MAKE)' tests/check.sh $(STEPS)

unit: $(B)/unit-tests  ## unit, vector, golden and simulation tests (GTEST_FILTER=… for some)
	$(FIXED_MAP) $(B)/unit-tests --gtest_brief=1

exhaustive: $(B)/unit-tests  ## no path to plaintext: every state a call can come to, some ten minutes
	EXHAUSTIVE=1 $(B)/unit-tests --gtest_filter='*NoPathToPlaintext*'

REPLAY := $(patsubst %,$(B)/replay/%,$(FUZZ_NAMES))
unit-binaries: $(B)/unit-tests $(REPLAY)

replay: $(REPLAY)  ## every fuzz target over its named seeds
	@bad=0; for t in $(FUZZ_NAMES); do $(FIXED_MAP) $(B)/replay/$$t tests/fuzz/seeds/$$t/* || { echo "$$t: failed"; bad=$$((bad + 1)); }; done; \
	  echo "$$(($(words $(FUZZ_NAMES)) - bad)) passed, $$bad failed"; test $$bad = 0

# The thread sanitizer cannot map its shadow where addresses are randomised widely.
FIXED_MAP = $(if $(filter tsan,$(VARIANT)),$(shell setarch -R true 2>/dev/null && echo setarch -R))

asan:  ## the unit tests and the seeds under the address and undefined behaviour sanitizers
	$(MAKE) VARIANT=asan unit replay
tsan:  ## the unit tests and the seeds under the thread sanitizer
	$(MAKE) VARIANT=tsan unit replay

# The cores: what is pure, and sees what comes from outside.
CORES := base rtp srtp dtls ice sdp negotiate relay transport call control observe capture
coverage:  ## lines that the unit tests and the seeds run, by folder; fails where the cores have less than 90 %
	find build/coverage -name '*.gcda' -delete 2>/dev/null; $(MAKE) VARIANT=coverage unit replay
	@mkdir -p build/coverage && gcovr --root . --object-directory build/coverage -j2 --exclude-throw-branches \
	  $(patsubst %,--filter 'daemon/%/',$(CORES)) --filter 'protocol/' --json-summary build/coverage/summary.json --fail-under-line 90 >/dev/null; \
	  status=$$?; /usr/bin/python3 tests/tools/coverage.py build/coverage/summary.json; exit $$status

fuzz:  ## every fuzz target for FUZZ_SECONDS (default 60)
	$(MAKE) VARIANT=fuzz fuzz-run
fuzz-run: $(patsubst %,$(B)/fuzzers/%,$(FUZZ_NAMES))
	@for t in $(FUZZ_NAMES); do mkdir -p build/corpus/$$t; echo "fuzz $$t"; \
	  $(B)/fuzzers/$$t -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix=build/corpus/$$t- build/corpus/$$t tests/fuzz/seeds/$$t || exit 1; done

.PHONY: model model-run
model:  ## 100,000 dialogs against the model, under the sanitizers (MODEL_SEED=… MODEL_DIALOGS=… for others)
	$(MAKE) VARIANT=asan model-run
model-run: $(B)/model-test
	@tests/model/run.sh $(B)/model-test

.PHONY: golden golden-accept
golden: $(B)/unit-tests  ## the golden cases: SDP in, SDP out
	$(B)/unit-tests --gtest_brief=1 --gtest_filter='*Golden*'
golden-accept: $(B)/unit-tests  ## take what comes out of the golden cases as right; read the diff before you commit it
	GOLDEN_ACCEPT=1 $(B)/unit-tests --gtest_brief=1 --gtest_filter='*Golden*'

MICRO := $(patsubst tests/bench/%.cpp,$(B)/bench/%,$(wildcard tests/bench/*_bench.cpp))
MICRO_HELPERS := $(patsubst %,tests/support/%.cpp,fake_plane exchange phone)
.PHONY: bench-micro
bench-micro: $(MICRO)  ## nanoseconds per packet, key and request, and how many times raw OpenSSL; build/bench/micro.jsonl
	@mkdir -p build/bench
	@tests/bench/micro.py build/bench/micro.jsonl $^
$(B)/bench/%_bench: $(B)/tests/bench/%_bench.cpp.o $(call obj,$(MICRO_HELPERS)) $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $^ -lbenchmark $(DAEMON_LIBS) -o $@

SHAPES_SRC := $(wildcard tests/bench/relay_shapes*.cpp)
.PHONY: bench-shapes
bench-shapes: $(B)/relay-shapes  ## CPU per packet of many ways to receive and send (SHAPES='-c 100 -r 9 "wake=event" …' for others)
	$(B)/relay-shapes $(or $(SHAPES),-f tests/bench/relay_shapes.txt)
$(B)/relay-shapes: $(call obj,$(SHAPES_SRC))
	$(CXX) $(LDFLAGS) $^ -levent $(if $(wildcard /usr/include/liburing.h),-luring) -pthread -o $@
