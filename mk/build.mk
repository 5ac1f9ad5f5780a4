# One object tree per variant: release (default), asan, tsan, coverage, fuzz.

B := build/$(VARIANT)
CCACHE := $(shell command -v ccache)
export CCACHE_NOHASHDIR := 1

CXX := g++
CC := gcc
ifeq ($(VARIANT),fuzz)
CXX := clang++
CC := clang
endif

WERROR ?= -Werror
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion $(WERROR)
# g++ 14 takes what another member of a std::variant would have had for uninitialised.
WARN += $(if $(filter g++14,$(CXX)$(firstword $(subst ., ,$(shell { $(CXX) -dumpversion; } 2>/dev/null)))),-Wno-maybe-uninitialized)
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection -Wformat -Werror=format-security
OPT_release := -O2 -D_FORTIFY_SOURCE=2 $(HARDEN)
OPT_asan := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_tsan := -O1 -fsanitize=thread -fno-omit-frame-pointer
OPT_fuzz := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_coverage := -O0 --coverage -fprofile-update=atomic
OPT := $(OPT_$(VARIANT))

CPPFLAGS += -Idaemon -I. -DOSRTP_VERSION='"$(VERSION)"'
CXXFLAGS += -std=c++20 -g $(OPT) -fPIC $(WARN)
CFLAGS += -std=gnu11 -g $(OPT) -fPIC $(WARN)
LDFLAGS += $(OPT) -Wl,-z,relro -Wl,-z,now
VERSION := $(shell (head -n 1 debian/changelog || echo x 0) 2>/dev/null | tr -d '()' | cut -d ' ' -f 2)

PROTOCOL_SRC := $(wildcard protocol/*.cpp)
BASE_SRC := $(wildcard daemon/base/*.cpp)
# Of one program alone.
MAIN_SRC := daemon/app/main.cpp daemon/app/wiping_heap.cpp daemon/ctl/main.cpp
DAEMON_SRC := $(filter-out $(MAIN_SRC) $(BASE_SRC),$(wildcard daemon/*/*.cpp))

obj = $(patsubst %,$(B)/%.o,$(1))

DAEMON_LIBS := -lsrtp2 -lssl -lcrypto -levent -ljansson -lspdlog -lfmt -lsystemd -lseccomp -lprometheus-cpp-core -pthread

$(B)/%.cpp.o: %.cpp | build/.build-deps
	@mkdir -p $(@D)
	$(CCACHE) $(CXX) $(CPPFLAGS) $(CXXFLAGS) -MMD -MP -c $< -o $@

# What the daemon, the module and the command line share.
$(B)/libosrtp-protocol.a: $(call obj,$(PROTOCOL_SRC) $(BASE_SRC))
	rm -f $@ && ar rcs $@ $^

$(B)/libosrtpd.a: $(call obj,$(DAEMON_SRC))
	rm -f $@ && ar rcs $@ $^

$(B)/osrtpd: $(B)/daemon/app/main.cpp.o $(B)/daemon/app/wiping_heap.cpp.o $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) -pie $^ $(DAEMON_LIBS) -o $@

$(B)/osrtpctl: $(B)/daemon/ctl/main.cpp.o $(B)/libosrtpd.a $(B)/libosrtp-protocol.a
	$(CXX) $(LDFLAGS) -pie $^ $(DAEMON_LIBS) -o $@

# What is installed, and what the tests start.
ifeq ($(VARIANT),release)
build/osrtpd build/osrtpctl: build/%: $(B)/%
	ln -f $< $@
endif

.PHONY: daemon
daemon: $(if $(filter release,$(VARIANT)),build/osrtpd build/osrtpctl,$(B)/osrtpd $(B)/osrtpctl) $(B)/libosrtpd.a $(B)/libosrtp-protocol.a

-include $(shell find $(B) -name '*.d' 2>/dev/null)
