# An attacker's toolkit against this relay, and against others.

.PHONY: attack attack-doc
TARGET ?= osrtpd
# ONLY="s1 s5-rtcp": some of the rows.
attack: daemon  ## attacks on a relay in network namespaces, a table of what leaks, gets in, changes (TARGET=rtpengine, ONLY="s1 s5")
	@$(if $(filter rtpengine,$(TARGET)),$(MAKE) --no-print-directory deps DEPS_FOR=bench)
	@$(PYTHON) tests/attack/attack.py --target $(TARGET) $(ONLY)

attack-doc:  ## make the tables of docs/attacks.md of the last runs against both
	@$(PYTHON) tests/attack/table.py build/attack/results.jsonl build/attack/rtpengine/results.jsonl
