#!/bin/bash
# module-doc.sh: prints module/README, made of module/doc as Kamailio makes those of its own modules.
set -euo pipefail
cd "$(dirname "$0")/../module/doc"
for tool in xsltproc lynx; do
  command -v $tool >/dev/null || { echo "module-doc: $tool is not installed: run 'make deps DEPS_FOR=check'" >&2; exit 1; }
done
page=$(mktemp --suffix=.html)
trap 'rm -f "$page"' EXIT
xsltproc --nonet --xinclude present.xsl osrtp.xml | xsltproc --nonet txt.xsl - >"$page"
# Without the user's own settings.
lynx -cfg=/dev/null -lss=/dev/null -force_html -dump -nolist -width=80 -assume_charset=utf-8 -display_charset=us-ascii "$page"
