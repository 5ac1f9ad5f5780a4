#!/bin/bash
# trixie.sh [-s] [COMMAND…]: `make interop-trixie`. Debian 13 in build/trixie/root, made once with debootstrap: this project
# built there from its own files, as they are now, with that release's compiler, libraries and Kamailio; then the unit tests and
# calls by sipp through the module and the relay. Another COMMAND runs there in their place. Objects are kept from run to run.
# Needs root and the network. -s: the network is not needed, all packages are there. Last line: `N passed, N failed`.
#
# All of it is in namespaces of its own: mounts and processes end with it, however it ends, and the tests see only loopback.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ $(id -u) -eq 0 ]] || exec sudo "$0" "$@"
. tests/interop/debian_root.sh
work=$PWD/build/trixie root=$PWD/build/trixie/root installed=
if [[ ${1-} == -s ]]; then installed=1; shift; fi
die() { echo "interop-trixie: $*" >&2; exit 1; }
mkdir -p "$work"
exec 9>"$work/lock"
flock -n 9 || die 'another run is under way'

if [[ ! -d $root ]]; then
  echo 'interop-trixie: making a Debian 13 root in build/trixie'
  make_debian_root trixie "$root" "$work/debootstrap.log" ||
    die "cannot make a Debian root: $(tail -n 1 "$work/debootstrap.log"). See build/trixie/debootstrap.log"
fi
cp /etc/resolv.conf /etc/hosts "$root/etc/"

# The sources as they are in the working tree, their times too; what was built from them before stays.
refresh_sources() {
  local there=$root/srv/osrtp new=$root/srv/osrtp.new
  rm -rf "$new"; mkdir -p "$new" "$there/build"
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [[ ! -e $file && ! -L $file ]] || printf '%s\0' "$file"
  done | tar --null -T - -c | tar -x --no-same-owner -C "$new"
  mv "$there/build" "$new/build"; rm -rf "$there"; mv "$new" "$there"
}
refresh_sources

# inside SECONDS UNSHARE-OPTION… -- COMMAND…: in the root, in a mount and a process namespace of its own. Each ends with its
# parent, and with the namespace's first process all others.
inside() {
  local seconds=$1 options=() tied=(setpriv --pdeathsig KILL); shift
  while [[ $1 != -- ]]; do options+=("$1"); shift; done; shift
  "${tied[@]}" timeout --foreground -k 10 "$seconds" "${tied[@]}" unshare --mount --pid --fork --kill-child "${options[@]}" -- sh -ec '
    root=$1; shift
    mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"; mount -t tmpfs shm "$root/dev/shm"
    ip link set lo up 2>/dev/null || true
    cd "$root/srv/osrtp"
    exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
      DEBIAN_FRONTEND=noninteractive MAKEFLAGS="$MAKEFLAGS" sh -c "cd /srv/osrtp && exec \"\$@\"" sh "$@"' sh "$root" "$@" </dev/null 9>&-
}
export MAKEFLAGS=-j$(nproc)

if [[ ! $installed ]]; then
  # What mk/deps.sh itself needs beside dpkg, and make to be asked for it.
  inside 900 -- sh -c 'command -v make >/dev/null || { apt-get -q update && apt-get -q install -y --no-install-recommends make; }' \
    >"$work/install.log" 2>&1 || die "apt cannot install make: $(tail -n 1 "$work/install.log")"
  inside 1800 -- make -s deps DEPS_FOR=trixie
  # Kamailio's headers come by apt, too.
  inside 600 -- mk/kamailio-headers.sh >/dev/null
fi
echo "interop-trixie: $(inside 60 -- sh -c '. /etc/os-release; echo "$PRETTY_NAME, $(g++ --version | sed -n 1p), $(kamailio -v | sed -n 1p), $(openssl version)"')"
if [[ $# -gt 0 ]]; then inside 3600 --net -- "$@"; exit; fi

inside 3600 --net -- make -s -k all build/release/unit-tests >"$work/build.log" 2>&1 ||
  { grep -E 'error|Error' "$work/build.log" | head -n 20 >&2; die 'the build fails; see build/trixie/build.log'; }
echo 'interop-trixie: built'
inside 3600 --net -- tests/interop/trixie_inside.sh
