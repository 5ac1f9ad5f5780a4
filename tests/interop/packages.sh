#!/bin/bash
# packages.sh [-k] [-r RELEASE]: `make deb-check`. Installs build/deb/*.deb with apt in a new Debian root, starts osrtpd there with
# the rights its unit gives it and Kamailio with the example configuration as its own user, and places a call.
# -k keeps the root. Needs root and the network; the root's base is kept in build/deb-check/. Last line: `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ $(id -u) -eq 0 ]] || exec sudo "$0" "$@"
keep='' release=$(. /etc/os-release; echo "$VERSION_CODENAME")
while getopts kr: option; do case $option in k) keep=1 ;; r) release=$OPTARG ;; *) exit 2 ;; esac; done

work=$PWD/build/deb-check base=$PWD/build/deb-check/$release.tar
here=$PWD/tests/interop/packages
mkdir -p "$work"
die() { echo "deb-check: $*" >&2; exit 1; }
compgen -G 'build/deb/osrtpd_*.deb' >/dev/null || die 'no packages in build/deb; run `make deb` first'

# A new Debian root, from the machine's own mirror.
if [[ ! -f $base ]]; then
  mirror=$(sed -nE 's/^(URIs:|deb( \[[^]]*\])?) +(https?:[^ ]*\/debian)\/?( .*|$)/\3/p' \
    /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null | head -n 1 || true)
  new=$(mktemp -d "$work/new.XXXX"); chmod 755 "$new"
  debootstrap --variant=minbase "$release" "$new" "${mirror:-http://deb.debian.org/debian}" >"$work/debootstrap.log" 2>&1 ||
    { rm -rf "$new"; die "cannot make a Debian root: $(tail -n 1 "$work/debootstrap.log")"; }
  tar -C "$new" -cf "$base.part" . && mv "$base.part" "$base"; rm -rf "$new"
fi
root=$(mktemp -d "$work/root.XXXX"); chmod 755 "$root"
leave() {
  umount -l "$root"/{dev/shm,dev,proc} 2>/dev/null || true
  if [[ $keep ]]; then echo "deb-check: kept $root"; else rm -rf --one-file-system "$root"; fi
}
trap leave EXIT
tar -C "$root" -xf "$base"
mount -t proc proc "$root/proc"; mount --bind /dev "$root/dev"; mount -t tmpfs shm "$root/dev/shm"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"; chmod 755 "$root/usr/sbin/policy-rc.d"
mkdir "$root/packages" "$root/test"
for deb in build/deb/*.deb; do [[ $deb == *-dbgsym_* ]] || cp "$deb" "$root/packages/"; done
cp "$here"/* "$root/test/"

inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
log=$work/install.log
inside sh -c 'apt-get -q update && apt-get -q install -y --no-install-recommends /packages/*.deb kamailio-tls-modules sip-tester netbase openssl procps' \
  >"$log" 2>&1 || die "apt cannot install the packages: $(grep -E '^(E|dpkg):' "$log" | tail -n 2)"

# The call happens in a network of its own.
status=0
unshare --net --pid --fork --kill-child -- sh -c 'ip link set lo up && exec "$@"' sh \
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 bash /test/call.sh || status=$?
if [[ $status -ne 0 ]]; then mkdir -p "$work/logs" && cp "$root"/test/*.log "$work/logs/" && echo "deb-check: logs are in build/deb-check/logs"; fi

# What is left after the packages are gone.
inside sh -c 'apt-get -q purge -y osrtpd kamailio-osrtp-modules osrtp-tools' >>"$log" 2>&1 || { echo "FAILED: purge"; status=1; }
left=$(cd "$root" && find etc/osrtpd usr -name '*osrtp*' 2>/dev/null || true)
[[ -z $left ]] || { echo "FAILED: left behind by purge: $left"; status=1; }
exit $status
