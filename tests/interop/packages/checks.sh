# What bare.sh and booted.sh share; to be sourced. Runs in the root that the packages were installed in.
cd /test || exit
export DEBIAN_FRONTEND=noninteractive
passed=0 failed=0
check() { # SENTENCE COMMAND…
  local sentence=$1 status; shift
  echo "== $sentence" >>checks.log
  "$@" >>checks.log 2>&1; status=$?
  if [[ $status -eq 0 ]]; then passed=$((passed + 1)); echo "ok      $sentence"
  else failed=$((failed + 1)); echo "FAILED  $sentence"; fi
}
within() { local i; for ((i = 0; i < $1 * 10; ++i)); do "${@:2}" >/dev/null 2>&1 && return; sleep 0.1; done; "${@:2}"; }
says() { grep -qE -- "$1" "$2"; }
finish() { echo "$passed passed, $failed failed"; [[ $failed -eq 0 ]]; exit; }

socket=/run/osrtpd/control.sock
check_installation() {
  local unit=/lib/systemd/system/osrtpd.service
  check "the module is where Kamailio looks for it"        test -f "$(kamailio -I | sed -n 's/.*paths to modules: //p')/osrtp.so"
  check "Kamailio's user is in the group of the relay"     says "^osrtp:.*[:,]kamailio(,|$)" /etc/group
  check "the unit is one systemd can read"                 systemd-analyze verify --man=no $unit
  check "the unit leaves little to attack"                 systemd-analyze security --offline=true --threshold=20 $unit
}

check_socket() {
  check "the relay's socket is there"                      within 10 test -S $socket
  check "its socket is for the group, and nobody else"     test "$(stat -c '%a %G' $socket)" = "660 osrtp"
  check "osrtpctl reaches it"                              within 5 osrtpctl ping
  check "Kamailio's user does"                             setpriv --reuid kamailio --regid kamailio --init-groups osrtpctl ping
  check "a stranger does not"                              sh -c '! setpriv --reuid nobody --regid nogroup --clear-groups osrtpctl ping'
}

# The example configuration, as its first lines tell to install it.
install_example() {
  cp /usr/share/doc/kamailio-osrtp-modules/examples/{kamailio,tls}.cfg /etc/kamailio/
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=127.0.0.1 \
    -keyout /etc/kamailio/tls.key -out /etc/kamailio/tls.crt 2>>checks.log
  chown kamailio: /etc/kamailio/tls.key
  check "Kamailio accepts the example configuration"       kamailio -c -f /etc/kamailio/kamailio.cfg
}

sipp_here() { timeout 40 sipp 127.0.0.1:5060 -i 127.0.0.1 -m 1 -nostdin "$@" </dev/null; }
# place_call udp|tls SENTENCE: the caller comes by this transport, the callee is reached by UDP.
place_call() {
  local trace=callee-$1.log callee
  sipp_here -sf callee.xml -p 5070 -trace_msg -message_file "$trace" >"callee-sipp-$1.log" 2>&1 & callee=$!
  sleep 0.5
  check "$2"                                               timeout 30 python3 caller.py "$1" "packages-$1" "$trace"
  check "the callee is content with it"                    wait $callee
  check "nothing is left of it"                            sh -c '! osrtpctl list | grep -q packages-'
}
check_calls() {
  check "the callee registers"                             within 5 sipp_here -sf register.xml -p 5070
  place_call udp "a call without TLS is relayed plain, both ways"
  place_call tls "a call by TLS is relayed both ways, the caller's leg as SRTP"
}

# An upgrade to the very same version, removal, purging.
check_upgrade() {
  echo '# kept' >>/etc/osrtpd/osrtpd.toml
  check "the packages can be installed over themselves"    dpkg --install /packages/*.deb
  check "the configuration is kept"                        says '^# kept$' /etc/osrtpd/osrtpd.toml
}
# The group stays, as Debian's groups do: files may belong to it.
left() {
  ! find / -xdev \( -path /test -o -path /packages -o -path /proc \) -prune -o -name '*osrtp*' -print | grep . &&
    ! find /run -name '*osrtp*' | grep .
}
check_removal() {
  local packages='osrtpd kamailio-osrtp-modules osrtp-tools'
  check "the packages can be removed"                      apt-get -q remove -y $packages
  check "the configuration outlives that"                  says '^# kept$' /etc/osrtpd/osrtpd.toml
  check "the programs do not"                              sh -c '! command -v osrtpd && ! command -v osrtpctl'
  check "they can be purged"                               apt-get -q purge -y $packages
  check "nothing is left behind"                           left
}
