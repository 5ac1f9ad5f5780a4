# Who may include whom, formatting, clang-tidy.

ALL_CODE = $(shell git ls-files '*.cpp' '*.hpp' '*.h' '*.c' 2>/dev/null)

.PHONY: layers format format-check tidy
layers:  ## check that every include respects mk/layers.txt
	mk/layers.sh

format:  ## format the code
	clang-format -i $(ALL_CODE)
format-check:
	@clang-format --dry-run -Werror $(ALL_CODE) && echo "format: ok"

TIDY_SRC := $(PROTOCOL_SRC) $(BASE_SRC) $(DAEMON_SRC) $(wildcard $(MAIN_SRC)) $(wildcard module/*.cpp)
.PHONY: $(TIDY_SRC:%=tidy/%)
tidy: $(TIDY_SRC:%=tidy/%)  ## clang-tidy, warnings are errors
$(TIDY_SRC:%=tidy/%): tidy/%:
	@clang-tidy --quiet $* -- -std=c++20 -Idaemon -I. -DOSRTP_VERSION='"0"' 2>/dev/null
