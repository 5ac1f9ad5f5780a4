# Speed: micro-benchmarks, and calls through osrtpd and Debian's rtpengine side by side.

BENCH_LOAD_SRC := $(wildcard tests/bench/load/*.cpp)
$(B)/bench-load: $(call obj,$(BENCH_LOAD_SRC)) $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@

.PHONY: bench
# QUICK=1: a few minutes. BENCH="…": options of tests/bench/bench.py in place of the whole.
bench:  ## calls through osrtpd and Debian's rtpengine side by side, half an hour, into docs/benchmarks.md (QUICK=1, BENCH="--parts media …")
	@$(MAKE) --no-print-directory deps DEPS_FOR=bench
	@echo 'Building osrtpd and the load generator.'
	@$(MAKE) -s --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc)) daemon $(B)/bench-load
	@$(PYTHON) tests/bench/bench.py $(if $(QUICK),--quick) $(BENCH)

# For tests/bench/steady_path_check.sh.
$(B)/counted.so: $(B)/tests/bench/steady_path/counted.c.o
	$(CC) $(LDFLAGS) -shared $^ -o $@
# For tests/interop/faults/faults_check.sh.
$(B)/faults.so: $(B)/tests/interop/faults/faults.c.o
	$(CC) $(LDFLAGS) -shared $^ -o $@
$(B)/tests/%.c.o: tests/%.c
	@mkdir -p $(@D)
	$(CCACHE) $(CC) $(CFLAGS) -MMD -MP -c $< -o $@
