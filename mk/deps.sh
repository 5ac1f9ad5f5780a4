#!/bin/bash
# deps.sh [--list | --check] GROUP…: installs the Debian packages of these groups of mk/packages.txt that are missing.
# --list prints the packages, --check only says what is missing (exit status 1). Nothing is asked of apt, and no
# network is needed, where nothing is missing. Services that come with a package are neither started nor enabled.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
log=$here/../build/deps.log
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

say() { echo "make deps: $*" >&2; }
die() { say "$*"; exit 1; }

# The packages of a group and of the groups it names.
expand() {
  local word
  for word in $(sed -n "s/^$1: *//p" "$here/packages.txt"); do
    if [[ $word == @* ]]; then expand "${word#@}"; else echo "$word"; fi
  done
}

# A package may be there under another's name: some nodejs packages bring npm along.
missing_of() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' 2>/dev/null |
    sed -n 's/^installed //p' | sed 's/ *([^)]*)//g' | tr -d ' ' | tr ',' '\n')
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

# The one sentence an operator can act on, out of what apt wrote.
reason() {
  if grep -qE 'Temporary failure resolving|Could not (resolve|connect)|Unable to connect|Network is unreachable|Failed to fetch' "$log"; then
    echo "the Debian mirror cannot be reached (is there a network?)"
  elif grep -q 'Unable to locate package\|has no installation candidate' "$log"; then
    echo "$(. /etc/os-release; echo "$PRETTY_NAME") has no package $(sed -nE "s/.*(Unable to locate package |Package ')([^' ]+).*/\2/p" "$log" |
      sort -u | tr '\n' ' ')(made for Debian 12 and 13)"
  elif grep -qE 'Could not get lock|is held by process' "$log"; then
    echo "another package manager is running"
  elif grep -q 'No space left' "$log"; then
    echo "the disk is full"
  else
    echo "apt says: $(grep -E '^(E|dpkg):' "$log" | tail -n 1 || true)"
  fi
}

# Keeps package scripts from starting services while apt runs; a policy the machine has already stays as it is.
policy=/usr/sbin/policy-rc.d
ours='# made by make deps, for the length of one apt run'
drop_policy() { if grep -qsxF "$ours" $policy; then $root rm -f $policy; fi; }
hold_services() {
  [[ -e $policy ]] && ! grep -qsxF "$ours" $policy && return
  printf '#!/bin/sh\n%s\nexit 101\n' "$ours" | $root tee $policy >/dev/null && $root chmod 755 $policy
  trap drop_policy EXIT
}

# A service whose package we brought does not start at the next boot either.
leave_disabled() {
  local package unit
  for package in "$@"; do
    for unit in $(dpkg-query -L "$package" 2>/dev/null | sed -nE 's|^(/usr)?/lib/systemd/system/([^/@]+\.service)$|\2|p'); do
      [[ $(systemctl is-enabled "$unit" 2>/dev/null) == enabled ]] || continue
      $root systemctl disable --quiet "$unit" 2>/dev/null && say "$unit is installed, neither started nor enabled"
    done
  done
}

apt() { $root env DEBIAN_FRONTEND=$DEBIAN_FRONTEND apt-get -q -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null; }
# apt-get update ends well when the mirror cannot be reached; the packages it knows then are none.
refresh() { apt update && ! grep -q '^W: Failed to fetch' "$log"; }
install() { apt install -y --no-install-recommends "$@"; }
known() { [[ $(apt-cache policy "$@" 2>/dev/null | grep -c 'Candidate: [^(]') -eq $# ]]; }

mode=install
case ${1-} in --list) mode=list; shift ;; --check) mode=check; shift ;; esac
mapfile -t wanted < <(for group in "$@"; do expand "$group"; done | sort -u)
[[ ${#wanted[@]} -gt 0 ]] || die "no such group: $*"
if [[ $mode == list ]]; then printf '%s\n' "${wanted[@]}"; exit; fi

command -v dpkg-query >/dev/null && command -v apt-get >/dev/null ||
  { [[ $mode == check ]] && exit 0; die "this machine has no apt; install by hand what these are called here: ${wanted[*]}"; }
mapfile -t missing < <(missing_of "${wanted[@]}")
[[ ${#missing[@]} -eq 0 ]] && exit 0
if [[ $mode == check ]]; then echo "make: not installed: ${missing[*]}; run \`make deps\` first" >&2; exit 1; fi

root=
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo >/dev/null || die "cannot install ${missing[*]}: neither root nor sudo here"
  [[ -t 0 ]] || sudo -n true 2>/dev/null || die "cannot install ${missing[*]}: sudo asks for a password and there is no terminal"
  root=sudo
fi
mkdir -p "$(dirname "$log")"; : >"$log"
say "installing ${missing[*]}"
hold_services
if known "${missing[@]}"; then
  # A package list that has grown old names files the mirror no longer has.
  install "${missing[@]}" || { refresh && install "${missing[@]}"; } || true
elif refresh; then
  install "${missing[@]}" || true
fi
leave_disabled "${missing[@]}"
mapfile -t still < <(missing_of "${missing[@]}")
[[ ${#still[@]} -eq 0 ]] || die "cannot install ${still[*]}: $(reason). Details in build/deps.log"
