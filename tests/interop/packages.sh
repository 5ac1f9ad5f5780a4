#!/bin/bash
# packages.sh [-b] [-k] [-r RELEASE]: `make deb-check`. Installs build/deb/*.deb with apt in a new Debian root and boots it:
# the units as shipped, the example configuration, calls with media, an upgrade, removal (packages/booted.sh). Where systemd
# cannot be booted, and with -b, osrtpd and Kamailio are started without it (packages/bare.sh), and a line says so.
# -k keeps the root. Needs root and the network; the root's base is kept in build/deb-check/. Last line: `N passed, N failed`.
set -euo pipefail
cd "$(dirname "$0")/../.."
[[ $(id -u) -eq 0 ]] || exec sudo "$0" "$@"
. tests/interop/debian_root.sh
bare='' keep='' release=$(. /etc/os-release; echo "$VERSION_CODENAME")
while getopts bkr: option; do case $option in b) bare=1 ;; k) keep=1 ;; r) release=$OPTARG ;; *) exit 2 ;; esac; done

work=$PWD/build/deb-check base=$PWD/build/deb-check/$release.tar
here=$PWD/tests/interop/packages
mkdir -p "$work"
die() { echo "deb-check: $*" >&2; exit 1; }
compgen -G 'build/deb/osrtpd_*.deb' >/dev/null || die 'no packages in build/deb; run `make deb` first'

# A new Debian root, from the machine's own mirror.
if [[ ! -f $base ]]; then
  rm -rf --one-file-system "$work/new"
  make_debian_root "$release" "$work/new" "$work/debootstrap.log" ||
    die "cannot make a Debian root: $(tail -n 1 "$work/debootstrap.log")"
  tar -C "$work/new" -cf "$base.part" . && mv "$base.part" "$base"; rm -rf "$work/new"
fi
root=$(mktemp -d "$work/root.XXXX"); chmod 755 "$root"
leave() {
  umount -l "$root"/{dev/shm,dev,proc} 2>/dev/null || true
  if [[ $keep ]]; then echo "deb-check: kept $root"; else rm -rf --one-file-system "$root"; fi
}
trap leave EXIT
tar -C "$root" -xf "$base"
# For a chroot: the kernel's file systems, and nobody who starts services.
furnish() {
  mount -t proc proc "$root/proc"; mount --bind /dev "$root/dev"; mount -t tmpfs shm "$root/dev/shm"
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"; chmod 755 "$root/usr/sbin/policy-rc.d"
}
furnish
cp /etc/resolv.conf /etc/hosts "$root/etc/"
mkdir "$root/packages" "$root/test"
for deb in build/deb/*.deb; do [[ $deb == *-dbgsym_* ]] || cp "$deb" "$root/packages/"; done
cp "$here"/* "$root/test/"

inside=(chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive)
log=$work/install.log
"${inside[@]}" sh -c 'apt-get -q update && apt-get -q install -y --no-install-recommends /packages/*.deb kamailio-tls-modules \
  sip-tester netbase openssl procps python3-pylibsrtp systemd-sysv dbus' >"$log" 2>&1 ||
  die "apt cannot install the packages: $(grep -E '^(E|dpkg):' "$log" | tail -n 2)"

fail() {
  mkdir -p "$work/logs"; cp "$root"/test/*.log "$work"/*.log "$work/logs/"
  echo "deb-check: logs are in build/deb-check/logs"; exit 1
}

# As a container with a network of its own. The checks are a service of it, and it ends with them.
boot() {
  local options=(--directory="$root" --machine="deb-check-$$" --private-network --console=pipe) cgroup
  # Without systemd on this machine nobody else gives the container a cgroup, or takes it away.
  [[ -d /run/systemd/system ]] || options+=(--register=no --keep-unit)
  umount -l "$root"/{dev/shm,dev,proc}
  rm "$root/usr/sbin/policy-rc.d"
  cat >"$root/etc/systemd/system/checks.service" <<'END'
[Unit]
After=osrtpd.service kamailio.service
SuccessAction=poweroff
FailureAction=poweroff
[Service]
ExecStart=/test/booted.sh
Environment=LC_ALL=C.UTF-8
StandardOutput=truncate:/test/result
StandardError=truncate:/test/stderr.log
END
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -s ../checks.service "$root/etc/systemd/system/multi-user.target.wants/"
  timeout -k 10 600 systemd-nspawn --boot "${options[@]}" >"$work/boot.log" 2>&1 </dev/null || true
  if [[ ! -d /run/systemd/system ]]; then
    for cgroup in /sys/fs/cgroup{,/*}/{payload,supervisor}; do
      [[ ! -d $cgroup ]] || find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
    done
  fi
  [[ -f $root/test/result ]]
}
if [[ ! $bare ]]; then
  if boot; then
    cat "$root/test/result"
    grep -q '^[1-9][0-9]* passed, 0 failed$' "$root/test/result" || fail
    exit
  fi
  echo "deb-check: systemd does not boot in a container here ($(tail -n 1 "$work/boot.log")); going on without it"
  furnish
fi
unshare --net --pid --fork --kill-child -- sh -c 'ip link set lo up && exec "$@"' sh \
  "${inside[@]}" bash /test/bare.sh || fail
