# Speed: micro-benchmarks, and calls through osrtpd and Debian's rtpengine side by side.

BENCH_LOAD_SRC := $(wildcard tests/bench/load/*.cpp)
$(B)/bench-load: $(call obj,$(BENCH_LOAD_SRC)) $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@
