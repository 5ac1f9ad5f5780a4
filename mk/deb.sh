#!/bin/bash
# deb.sh: builds the Debian packages out of a copy of this tree, in build/deb/, and lets lintian judge them.
# deb.sh --inputs: the files that go into them. Kamailio's headers have to be under build/ already.
set -euo pipefail
cd "$(dirname "$0")/.."
out=build/deb

inputs() {
  local file
  { git ls-files --cached --others --exclude-standard 2>/dev/null || find . -path ./build -prune -o -type f -print; } |
    while read -r file; do [[ -f $file ]] && echo "$file"; done
}
if [[ ${1-} == --inputs ]]; then inputs; exit; fi

version=$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
tree=$out/osrtp-$version log=$PWD/$out/build.log
rm -rf $out; mkdir -p "$tree/build"
inputs | tar -cf - -T - | tar -C "$tree" -xf -
cp -al build/kamailio-* "$tree/build/"

echo "deb: building osrtp $version (log: build/deb/build.log)"
# debhelper gives a build a home of its own; the compiler's cache stays where it was.
export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}
unset MAKEFLAGS MFLAGS MAKELEVEL
(cd "$tree" && DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:+$DEB_BUILD_OPTIONS }parallel=$(nproc)" dpkg-buildpackage -b -us -uc) >"$log" 2>&1 ||
  { tail -n 30 "$log" >&2; echo "deb: the build failed" >&2; exit 1; }
# The suppressed tag wants a first upload to close a bug that asked for it: true of Debian's archive, where these do not go.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$out"/*.changes ||
  { echo "deb: lintian objects, see above" >&2; exit 1; }
rm -rf "$tree"
ls "$out"/*.deb
