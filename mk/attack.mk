# An attacker's toolkit against this relay, and against others.

.PHONY: attack
TARGET ?= osrtpd
# ONLY="s1 s5-rtcp": some of the rows.
attack: daemon  ## attacks S1 to S29 on a relay in network namespaces, a table: what leaks, gets in, changes (TARGET=rtpengine, ONLY="s1 s5")
	@$(if $(filter rtpengine,$(TARGET)),$(MAKE) --no-print-directory deps DEPS_FOR=bench)
	@$(PYTHON) tests/attack/attack.py --target $(TARGET) $(ONLY)
