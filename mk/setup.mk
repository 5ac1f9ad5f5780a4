# The Debian packages each target needs: mk/packages.txt. Kamailio's headers: mk/module.mk.

.PHONY: deps
DEPS_FOR ?= all
deps:  ## install every Debian package the targets need (DEPS_FOR=demo|check|deb|all)
	@mk/deps.sh for-$(DEPS_FOR)

# Without the libraries a build ends here, in one sentence.
build/.build-deps: mk/packages.txt
	@mkdir -p $(@D) && mk/deps.sh --check build && touch $@
