# Floods of every kind against running calls.

$(B)/flood-sender: $(B)/tests/attack/flood/sender.cpp.o $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@

.PHONY: floods
floods: daemon $(B)/bench-load $(B)/flood-sender  ## running calls under floods of nine kinds: what is lost, grows and stays; a table
	@$(PYTHON) tests/attack/flood/floods.py

.PHONY: soak
MINUTES ?= 20
soak: daemon $(B)/bench-load  ## random calls for MINUTES (20): memory, ports and files a second into build/soak/samples.jsonl, and a verdict
	@$(PYTHON) tests/attack/flood/soak.py --minutes $(MINUTES)
