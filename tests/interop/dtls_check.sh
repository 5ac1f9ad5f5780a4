#!/bin/bash
# OpenSSL's own tools against our DTLS, on loopback: s_client calls our passive side and our active side calls s_server,
# for every profile; both must hold the same keying material. Then what must be refused.
set -uo pipefail
cd "$(dirname "$0")/../.."
${MAKE:-make} --no-print-directory build/release/dtls-peer >/dev/null || exit 1
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
peer=build/release/dtls-peer
passed=0 failed=0
all=AEAD_AES_256_GCM,AEAD_AES_128_GCM,AES_CM_128_HMAC_SHA1_80,AES_CM_128_HMAC_SHA1_32

verdict() {  # NAME WANTED GOT
  if [[ $2 == "$3" ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1: wanted '$2', got '$3'"; fi
}
identity() {  # NAME OPTIONS…: NAME.pem and NAME.key
  openssl req -x509 -nodes -days 2 -subj /CN=peer -keyout "$work/$1.key" -out "$work/$1.pem" "${@:2}" 2>/dev/null
}
fingerprint() { openssl x509 -in "$work/$1.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g'; }
within() { timeout 10 "$@"; }  # nothing here takes as long
wait_for() {  # PATTERN FILE
  for _ in {1..100}; do grep -qE "$1" "$2" && return; sleep 0.05; done
  echo "no $1 in $2"; return 1
}
material() { sed -n 's/^ *Keying material: //p' "$1" | tr A-F a-f; }
said() { grep -E '^(connected|failed)' "$1"; }

# call_us NAME IDENTITY EXPECTED_FINGERPRINT OPTIONS…: s_client against our passive side.
call_us() {
  local port
  : >"$work/ours"  # or the last one's port is read while this one starts
  within $peer passive 0 "$3" $all >"$work/ours" & local ours=$!
  wait_for '^port' "$work/ours" || return
  port=$(sed -n 's/^port //p' "$work/ours")
  within openssl s_client -connect "127.0.0.1:$port" ${2:+-cert "$work/$2.pem" -key "$work/$2.key"} \
    -keymatexport EXTRACTOR-dtls_srtp "${@:4}" </dev/null >"$work/theirs" 2>&1
  [[ $1 == refused ]] && { sleep 0.2; kill $ours 2>/dev/null; }
  wait $ours 2>/dev/null
}
# call_them IDENTITY EXPECTED_FINGERPRINT OPTIONS…: our active side against s_server, which wants a cookie.
call_them() {
  local port
  : >"$work/theirs"
  mkfifo "$work/hold" 2>/dev/null; exec 9<>"$work/hold"
  openssl s_server -accept 127.0.0.1:0 -cert "$work/$1.pem" -key "$work/$1.key" -Verify 1 -listen \
    -keymatexport EXTRACTOR-dtls_srtp "${@:3}" <&9 >"$work/theirs" 2>&1 & local theirs=$!
  wait_for '^ACCEPT .*:[0-9]+' "$work/theirs" || { kill $theirs; return; }
  port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' "$work/theirs" | head -n 1)
  within $peer active "$port" "$2" $all >"$work/ours"
  wait_for 'Keying material:|ERROR|alert' "$work/theirs" >/dev/null
  kill $theirs 2>/dev/null; wait $theirs 2>/dev/null
}

identity ec -newkey ec -pkeyopt ec_paramgen_curve:P-256
identity rsa -newkey rsa:2048
identity weak -newkey rsa:1024
identity other -newkey ec -pkeyopt ec_paramgen_curve:P-256

# OpenSSL's name, ours, octets of keying material.
while read -r theirs ours size; do
  for who in ec rsa; do
    call_us ok $who "$(fingerprint $who)" -dtls1_2 -use_srtp "$theirs" -keymatexportlen "$size"
    verdict "s_client with $who and $theirs" "connected $ours $(material "$work/theirs")" "$(said "$work/ours")"
    verdict "the size of $theirs" $((2 * size)) "$(material "$work/theirs" | tr -d '\n' | wc -c)"
    call_them $who "$(fingerprint $who)" -dtls1_2 -use_srtp "$theirs" -keymatexportlen "$size"
    verdict "s_server with $who and $theirs" "connected $ours $(material "$work/theirs")" "$(said "$work/ours")"
  done
done <<'EOF'
SRTP_AEAD_AES_256_GCM AEAD_AES_256_GCM 88
SRTP_AEAD_AES_128_GCM AEAD_AES_128_GCM 56
SRTP_AES128_CM_SHA1_80 AES_CM_128_HMAC_SHA1_80 60
SRTP_AES128_CM_SHA1_32 AES_CM_128_HMAC_SHA1_32 60
EOF

srtp=(-use_srtp SRTP_AES128_CM_SHA1_80)
ec=$(fingerprint ec)
call_us ok other "$ec" -dtls1_2 -ign_eof "${srtp[@]}"  # else it may be gone before it is told
verdict 'a certificate that nobody named' 'failed 2' "$(said "$work/ours")"
verdict 'is told so at the end of the handshake' 1 "$(grep -c '^closed$' "$work/theirs")"
call_us ok '' "$ec" -dtls1_2 "${srtp[@]}"
verdict 'no certificate' 'failed 2' "$(said "$work/ours")"
call_us ok ec "$ec" -dtls1_2
verdict 'no use_srtp' 'failed 3' "$(said "$work/ours")"
call_them other "$ec" -dtls1_2 "${srtp[@]}"
verdict 'a server that nobody named' 'failed 2' "$(said "$work/ours")"

refused() {  # NAME IDENTITY OPTIONS…
  call_us refused "$2" "$(fingerprint "$2")" "${srtp[@]}" "${@:3}"
  verdict "$1" 'no keys, alert' "$(said "$work/ours" || echo no keys), $(grep -o 'SSL alert number' "$work/theirs" | sed 's/.*alert.*/alert/')"
}
refused 'RSA of 1024 bits' weak -dtls1_2 -cipher DEFAULT@SECLEVEL=0
refused 'DTLS 1.0' ec -dtls1 -cipher DEFAULT@SECLEVEL=0
refused 'NULL ciphers' ec -dtls1_2 -cipher eNULL@SECLEVEL=0
refused 'anonymous ciphers' ec -dtls1_2 -cipher aNULL@SECLEVEL=0
refused 'ciphers without forward secrecy' rsa -dtls1_2 -cipher kRSA
refused 'signatures with SHA-1' rsa -dtls1_2 -cipher DEFAULT@SECLEVEL=0 -sigalgs RSA+SHA1

echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
