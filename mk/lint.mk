# Who may include whom, headers that stand alone, formatting, clang-tidy.

ALL_CODE := $(shell find daemon protocol module tests -name '*.[ch]pp' -o -name '*.[ch]' 2>/dev/null | sort)
HEADERS := $(filter %.hpp,$(ALL_CODE))

.PHONY: layers headers format format-check tidy
layers:  ## check that every include respects mk/layers.txt
	@mk/layers.sh

headers: $(HEADERS:%=$(B)/headers/%.ok)  ## check that every header compiles alone
	@echo "$(words $^) passed, 0 failed"
$(B)/headers/%.ok: % | build/.build-deps
	@mkdir -p $(@D)
	@echo '#include "$*"' | $(CXX) $(CPPFLAGS) $(CXXFLAGS) -fsyntax-only -MMD -MP -MF $@.d -MT $@ -x c++ - && touch $@

# The style is clang-format 14's, Debian 12's; later versions break lines elsewhere.
CLANG_FORMAT := $(shell command -v clang-format-14 || command -v clang-format)
format:  ## format the code with clang-format 14
	@$(CLANG_FORMAT) -i $(ALL_CODE)
format-check:
	@if $(CLANG_FORMAT) --version | grep -q 'version 14'; then $(CLANG_FORMAT) --dry-run -Werror $(ALL_CODE) && echo "format: $(words $(ALL_CODE)) files ok"; \
	else echo "format: not checked, clang-format 14 is not installed"; fi

TIDY_SRC := $(PROTOCOL_SRC) $(BASE_SRC) $(DAEMON_SRC) $(wildcard $(MAIN_SRC)) $(wildcard module/*.cpp)
.PHONY: $(TIDY_SRC:%=tidy/%)
tidy: $(TIDY_SRC:%=tidy/%)  ## clang-tidy, warnings are errors; `make tidy/FILE` for one
$(TIDY_SRC:%=tidy/%): tidy/%:
	@clang-tidy --quiet $* -- -std=c++20 -Idaemon -I. -DOSRTP_VERSION='"0"' 2>/dev/null
