#!/bin/bash
# layers.sh [ROOT]: checks every #include under ROOT (default: this tree) against mk/layers.txt, and that clocks are
# read and randomness is drawn only where that table says. Each violation is a line `file:line: what`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "${1:-$here/..}"
mapfile -t files < <(find daemon protocol module -type f \( -name '*.cpp' -o -name '*.hpp' -o -name '*.c' -o -name '*.h' \) 2>/dev/null | sort)
[[ ${#files[@]} -gt 0 ]] || { echo "layers: no code found in $PWD" >&2; exit 1; }

awk '
function glob(pattern, text,   re) {
  re = pattern; gsub(/[.+]/, "\\\\&", re); gsub(/\*/, ".*", re)
  return text ~ ("^" re "$")
}
# Whether the rules of `key` (a folder, a file or a file pattern) allow `word`.
function allowed(key, word,   n, i, list) {
  n = split(rules[key], list, " ")
  for (i = 1; i <= n; ++i)
    if (list[i] == word || (list[i] == "*" && word !~ /^</) || (list[i] ~ /\*./ && glob(list[i], word))) return 1
  return 0
}
function allowed_somehow(word,   key) {
  if (allowed(folder, word)) return 1
  for (key in rules) if (key ~ /[.]/ && glob(key, unit) && allowed(key, word)) return 1
  return 0
}
function wrong(what) { printf "%s:%d: %s\n", FILENAME, FNR, what; ++violations }
function in_list(word, words,   n, i, list) {
  n = split(words, list, " ")
  for (i = 1; i <= n; ++i) if (list[i] == word) return 1
  return 0
}

# The table.
FILENAME == ARGV[1] {
  sub(/#.*/, "")
  if (NF == 0) next
  split($0, part, /: */)
  if (sub(/^only +/, "", part[1])) only[part[1]] = part[2]
  else if ($1 == "clocks:") clocks = part[2]
  else rules[part[1]] = rules[part[1]] " " part[2]
  next
}

FNR == 1 {
  unit = FILENAME; sub(/^daemon\//, "", unit)
  folder = unit; sub(/\/.*/, "", folder)
  if (!(folder in rules)) wrong("the folder " folder " is not in mk/layers.txt")
  in_comment = 0
}

/^[ \t]*#[ \t]*include[ \t]*</ {
  match($0, /<[^>]*>/); header = substr($0, RSTART, RLENGTH)
  if (header in only) { if (!in_list(folder, only[header])) wrong(folder " may not include " header) }
  else if (header !~ /[.\/]/) { }
  else if (header ~ /^<(stdint|stddef|stdbool|string|stdio|stdlib|limits|errno|inttypes|assert|stdarg|ctype|signal|time)[.]h>$/) { }
  else if (!allowed_somehow(header)) wrong(folder " may not include " header)
  next
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
  match($0, /"[^"]*"/); header = substr($0, RSTART + 1, RLENGTH - 2)
  if (header !~ /\//) { wrong("write the folder: #include \"" folder "/" header "\""); next }
  target = header; sub(/^daemon\//, "", target); sub(/\/.*/, "/", target)
  if (target != folder "/" && !allowed_somehow(target)) wrong(folder " may not include " header)
  next
}

{
  code = $0
  gsub(/"([^"\\]|\\.)*"/, "\"\"", code); sub(/\/\/.*/, "", code)
  gsub(/\/\*.*\*\//, "", code)
  if (in_comment) { if (sub(/.*\*\//, "", code)) in_comment = 0; else next }
  if (sub(/\/\*.*/, "", code)) in_comment = 1
  if (in_list(folder, clocks)) next
  if (code ~ /(steady|system|high_resolution)_clock::now|clock_gettime|gettimeofday/ || code ~ /(^|[^A-Za-z0-9_.>])time\((nullptr|NULL|0|&)/)
    wrong(folder " reads a clock; take the time as an argument")
  if (code ~ /getrandom|getentropy|arc4random|random_device|RAND_(priv_)?bytes|(^|[^A-Za-z0-9_.>])s?rand(om)?\(/)
    wrong(folder " draws randomness; take the entropy as an argument")
}
END { exit violations > 0 }
' "$here/layers.txt" "${files[@]}" || { echo "layers: the lines above break mk/layers.txt" >&2; exit 1; }
echo "layers: ${#files[@]} files ok"
