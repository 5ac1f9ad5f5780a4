# osrtp.so, the Kamailio module. Its C files see Kamailio's headers (mk/kamailio-headers.sh fetches those of the
# installed version), its C++ files see none.

MODULE_SO := build/osrtp.so
MODULE_C := $(wildcard module/*.c)
MODULE_CPP := $(wildcard module/*.cpp)
MODULE_OBJ := $(patsubst %,$(B)/%.o,$(MODULE_C) $(MODULE_CPP))
# Not empty where Kamailio is installed.
KAMAILIO_VERSION := $(shell dpkg-query -W -f '$${source:Version}' kamailio 2>/dev/null)
KAMAILIO_SRC := $(if $(KAMAILIO_VERSION),build/kamailio-$(KAMAILIO_VERSION)/src)

.PHONY: module interop-module module-doc
ifeq ($(KAMAILIO_SRC),)
module:
	@echo "module: kamailio is not installed: run 'make deps' first" >&2; exit 1
else
module: $(MODULE_SO)  ## build the Kamailio module, build/osrtp.so
endif

# Kamailio refuses a module whose defines differ from its own, so they come from its own makefiles.
KAMAILIO_DEFS := $(KAMAILIO_SRC)/osrtp.defs
$(KAMAILIO_DEFS): mk/kamailio-headers.sh
	@mk/kamailio-headers.sh >/dev/null
	@printf 'include $(KAMAILIO_SRC)/config.mak\nx:\n\t$$(info $$(C_DEFS) $$(CC_PMUTEX_OPTS))\n\t@:\n' \
	  | env -u MAKEFLAGS -u MAKELEVEL $(MAKE) -s --no-print-directory -f - x >$@.new && mv $@.new $@

# Unused parameters and text constants as char* are how Kamailio's interfaces are.
MODULE_CFLAGS = -std=gnu11 -g $(OPT) -fPIC -Wall -Wextra -Wshadow -Wconversion $(WERROR) -Wno-unused-parameter \
  -DMOD_NAME='"osrtp"' @$(KAMAILIO_DEFS) -isystem $(KAMAILIO_SRC) -I.
$(B)/module/%.c.o: module/%.c $(KAMAILIO_DEFS)
	@mkdir -p $(@D)
	$(CCACHE) $(CC) $(MODULE_CFLAGS) -MMD -MP -c $< -o $@

# Its C++ files need no Kamailio: their tests link them like any other part.
$(B)/libosrtp-module.a: $(call obj,$(MODULE_CPP))
	rm -f $@ && ar rcs $@ $^

$(MODULE_SO): $(MODULE_OBJ) $(B)/libosrtp-protocol.a module/osrtp.map
	$(CXX) $(LDFLAGS) -shared -Wl,-Bsymbolic-functions -Wl,--version-script=module/osrtp.map \
	  $(filter-out %.map,$^) -lssl -lcrypto -ljansson -o $@

interop-module: daemon module  ## the module in a real Kamailio, driven by sipp
	@tests/interop/module/module_check.sh

module-doc:  ## make module/README of module/doc
	@mk/module-doc.sh >build/README.new && mv build/README.new module/README
