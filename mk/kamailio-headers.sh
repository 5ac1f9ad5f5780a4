#!/bin/bash
# kamailio-headers.sh: prints the folder with the C headers of the installed Kamailio.
#
# No package of Debian's ships them, so they come from Debian's own source package of exactly
# that version: with the machine's own deb-src lines, or with a private list derived from its deb
# lines; the system's apt configuration stays as it is. Kept in build/kamailio-<version>/: a second
# run downloads nothing. KAM_TARBALL=FILE takes kamailio_<version>.orig.tar.* from there instead.
set -euo pipefail
KAM_TARBALL=${KAM_TARBALL:+$(realpath -m "$KAM_TARBALL")}
cd "$(dirname "$0")/.."

die() {
  echo "module: $*" >&2
  exit 1
}

version=$(dpkg-query -W -f '${source:Version}' kamailio 2>/dev/null) && [ -n "$version" ] ||
  die "kamailio is not installed: run 'make deps' first"
upstream=${version%-*}
upstream=${upstream#*:}
dir=$PWD/build/kamailio-$version

if [ -f "$dir/src/config.mak" ]; then
  echo "$dir/src"
  exit 0
fi
mkdir -p build
work=$(mktemp -d "build/.kamailio-XXXXXX")
work=$PWD/$work
trap 'rm -rf "$work"' EXIT
cd "$work"

download() { # APT-OPTION...
  apt-get -qq "$@" source --download-only --tar-only "kamailio=$version" >>log 2>&1
}

# The machine's deb lines as deb-src lines, in one file.
derive_sources() {
  local file
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] && sed -nE 's/^deb[[:space:]]/deb-src /p' "$file" >>derived.list
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] && { sed -E 's/^Types:.*/Types: deb-src/' "$file"; echo; } >>derived.sources
  done
  return 0
}

download_derived() {
  mkdir -p parts lists/partial
  derive_sources
  for kind in list sources; do
    [ -s "derived.$kind" ] && cp "derived.$kind" "parts/derived.$kind"
  done
  local options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/parts"
    -o "Dir::State::lists=$work/lists" -o APT::Sandbox::User=root)
  # Some other source of the machine's may have no source packages: the download decides.
  apt-get -qq "${options[@]}" update >>log 2>&1 || true
  download "${options[@]}"
}

# Why apt could not, out of what it wrote.
reason() {
  if grep -qE 'Temporary failure resolving|Could not (resolve|connect)|Unable to connect|Network is unreachable|Failed to fetch' log; then
    echo "the Debian mirror cannot be reached (is there a network?)"
  elif grep -qE "Can not find version|Unable to find a source package" log; then
    echo "the Debian mirror has no such version (any more)"
  else
    echo "apt says: $(grep '^E:' log | tail -n 1)"
  fi
}

if [ -n "$KAM_TARBALL" ]; then
  [ -f "$KAM_TARBALL" ] || die "KAM_TARBALL=$KAM_TARBALL: no such file"
  tarball=$KAM_TARBALL
else
  download -o APT::Sandbox::User=root || download_derived || {
    cp log ../kamailio-headers.log
    die "cannot download the source package kamailio=$version: $(reason); a copy can be given as KAM_TARBALL=FILE. Details in build/kamailio-headers.log"
  }
  tarball=$(ls kamailio_*.orig.tar.?z*)
fi

tar -xf "$tarball" --strip-components=1 --wildcards '*/src/Makefile*' '*/src/core/*.h' '*/src/modules/*.h' \
  '*/src/lib/*.h' 2>>log || die "$tarball is not the source of kamailio: $(head -1 log)"
found=$(sed -nE 's/^(VERSION|PATCHLEVEL|SUBLEVEL) *= *([0-9]+).*/\2/p' src/Makefile.defs | paste -sd.)
[ "$found" = "$upstream" ] || die "$tarball is Kamailio $found, but $upstream is installed"
make -s -C src cfg FLAVOUR=kamailio prefix=/usr >>log 2>&1 ||
  die "kamailio's 'make cfg' failed: $(tail -1 log)"
rm -rf "$dir"
mkdir -p "$dir"
mv src "$dir/src"
echo "$dir/src"
