# For scripts to source. make_debian_root RELEASE FOLDER LOG: a new, small Debian root from this machine's own mirror;
# FOLDER is there afterwards, whole, or not at all.
make_debian_root() {
  local release=$1 folder=$2 log=$3 mirror new
  mirror=$(sed -nE 's/^(URIs:|deb( \[[^]]*\])?) +(https?:[^ ]*\/debian)\/?( .*|$)/\3/p' \
    /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list /etc/apt/sources.list 2>/dev/null | head -n 1 || true)
  new=$(mktemp -d "$folder.XXXX"); chmod 755 "$new"
  debootstrap --variant=minbase "$release" "$new" ${mirror:+"$mirror"} >"$log" 2>&1 ||
    { rm -rf --one-file-system "$new"; return 1; }
  apt-config dump | grep -E '^Acquire::[a-z]+::Proxy ' >"$new/etc/apt/apt.conf.d/99proxy" || true
  mv -T "$new" "$folder"
}
