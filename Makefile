# OSRTP. `make demo` shows a call being encrypted, `make check` runs the tests;
# both set up a fresh Debian machine by themselves. `make help` lists the rest.

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:
VARIANT ?= release

include mk/build.mk      # compilers, flags, objects, binaries
include mk/setup.mk      # packages, Kamailio's headers
include mk/module.mk     # osrtp.so
include mk/test.mk       # check, golden, fuzz, asan, tsan
include mk/bench.mk     # bench
include mk/flood.mk      # floods, soak
include mk/attack.mk     # attack
include mk/lint.mk       # layers, format, tidy
include mk/demo.mk       # demo, interop
include mk/package.mk    # deb

.PHONY: all clean help
all: daemon $(if $(KAMAILIO_SRC),module)  ## build the daemon, and the module where Kamailio is installed

clean:  ## remove what was built; downloads stay
	rm -rf build/release build/asan build/tsan build/fuzz build/osrtpd build/osrtpctl build/osrtp.so

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | sort | column -t -s "$$(printf '\t')"
