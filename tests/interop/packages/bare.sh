#!/bin/bash
# Where systemd cannot be booted: starts what the packages brought with the rights that the unit gives it, and calls.
set -uo pipefail
source /test/checks.sh
check_installation

# As the unit does it: a user of its own, the group osrtp, no capabilities, a directory that only these two enter.
install -d -m 0750 -o 64999 -g osrtp /run/osrtpd
(umask 0077; exec setpriv --reuid 64999 --regid osrtp --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs \
  /usr/sbin/osrtpd --config /etc/osrtpd/osrtpd.toml) >osrtpd.log 2>&1 &
osrtpd=$!
check_socket
install_example
install -d -o kamailio -g kamailio /run/kamailio
kamailio -DD -E -f /etc/kamailio/kamailio.cfg -u kamailio -g kamailio -P /run/kamailio/kamailio.pid >kamailio.log 2>&1 &
proxy=$!
check_calls
kill $proxy; wait $proxy
kill $osrtpd
check "osrtpd ends well when told to"                      wait $osrtpd
check "its log says how the calls were protected"          says 'srtp-sdes' osrtpd.log
rmdir /run/osrtpd
check_upgrade
check_removal
finish
