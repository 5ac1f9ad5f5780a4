# Installing by hand, Debian packages, and their test.

PREFIX ?= /usr/local
# Where Kamailio looks for modules.
KAMAILIO_MODULES ?= $(shell kamailio -I 2>/dev/null | sed -n 's/.*paths to modules: //p')

.PHONY: install deb deb-check sbom
sbom: all  ## a bill of materials, build/osrtp.cdx.json (CycloneDX)
	mk/sbom.py build/osrtpd build/osrtpctl build/osrtp.so > build/osrtp.cdx.json
install: all  ## install under DESTDIR and PREFIX (/usr/local)
	install -D -m 755 build/osrtpd $(DESTDIR)$(PREFIX)/sbin/osrtpd
	install -D -m 755 build/osrtpctl $(DESTDIR)$(PREFIX)/bin/osrtpctl
	install -D -m 644 build/osrtp.so $(DESTDIR)$(KAMAILIO_MODULES)/osrtp.so
	install -D -m 644 examples/osrtpd.toml $(DESTDIR)/etc/osrtpd/osrtpd.toml

deb:  ## Debian packages into build/deb/
	@$(MAKE) --no-print-directory deps DEPS_FOR=deb
	@mk/kamailio-headers.sh >/dev/null
	@$(MAKE) --no-print-directory build/deb/.built

# Whatever is in the source package, so that a second run has nothing to do.
build/deb/.built: $(if $(filter %.built,$(MAKECMDGOALS)),$(shell mk/deb.sh --inputs))
	@mk/deb.sh && touch $@

deb-check: deb  ## install the packages in a new Debian, boot it and place calls there
	@tests/interop/packages.sh
