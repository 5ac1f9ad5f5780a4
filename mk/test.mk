# Tests. A test file is found by its name: tests/*/NAME_test.cpp, tests/fuzz/NAME_fuzz.cpp.

TEST_SRC := $(wildcard tests/unit/*_test.cpp tests/vectors/*_test.cpp tests/golden/*_test.cpp tests/sim/*_test.cpp)
TEST_HELPERS := $(wildcard tests/support/*.cpp)
FUZZ_SRC := $(wildcard tests/fuzz/*_fuzz.cpp)
FUZZ_NAMES := $(patsubst tests/fuzz/%_fuzz.cpp,%,$(FUZZ_SRC))
FUZZ_SECONDS ?= 60
CPPFLAGS += -Itests

$(B)/unit-tests: $(call obj,$(TEST_SRC) $(TEST_HELPERS)) $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) $^ -lgtest -lgtest_main -lgmock $(DAEMON_LIBS) -o $@

# Every fuzz target, fed its named seeds once.
$(B)/replay/%: $(B)/tests/fuzz/%_fuzz.cpp.o $(B)/tests/fuzz/replay.cpp.o $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@

$(B)/fuzzers/%: $(B)/tests/fuzz/%_fuzz.cpp.o $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	@mkdir -p $(@D)
	$(CXX) $(LDFLAGS) -fsanitize=fuzzer $^ $(DAEMON_LIBS) -o $@

.PHONY: unit replay fuzz fuzz-run
unit: $(B)/unit-tests  ## unit, vector, golden and simulation tests (GTEST_FILTER=… for some)
	$(B)/unit-tests --gtest_brief=1

replay: $(patsubst %,$(B)/replay/%,$(FUZZ_NAMES))  ## every fuzz target over its named seeds
	@for t in $(FUZZ_NAMES); do $(B)/replay/$$t tests/fuzz/seeds/$$t/* || exit 1; done

fuzz:  ## every fuzz target for FUZZ_SECONDS (default 60)
	$(MAKE) VARIANT=fuzz fuzz-run
fuzz-run: $(patsubst %,$(B)/fuzzers/%,$(FUZZ_NAMES))
	@for t in $(FUZZ_NAMES); do mkdir -p build/corpus/$$t; echo "fuzz $$t"; \
	  $(B)/fuzzers/$$t -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 -verbosity=0 -print_final_stats=1 \
	    -artifact_prefix=build/corpus/$$t- build/corpus/$$t tests/fuzz/seeds/$$t || exit 1; done
