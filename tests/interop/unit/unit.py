"""debian/osrtpd.service: how exposed systemd calls it, and whether its system calls are enough for the daemon's own list."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
UNIT = ROOT / "debian/osrtpd.service"
MOST_EXPOSED = 1.5  # of 10
# To make the sandbox, once, before its filter holds.
FOR_THE_SANDBOX = {"seccomp", "prctl", "capset", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self",
                   "clone3", "umask"}


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def groups() -> dict[str, set[str]]:
    """systemd's sets of system calls, which may name each other."""
    found: dict[str, set[str]] = {}
    name = ""
    for line in said("systemd-analyze", "syscall-filter", "--no-pager").splitlines():
        if line.startswith("@"):
            name = line.strip()
            found[name] = set()
        elif line.startswith("    ") and not line.strip().startswith("#"):
            found[name].add(line.strip())
    return found


def members(word: str, known: dict[str, set[str]]) -> set[str]:
    if not word.startswith("@"):
        return {word}
    return set().union(*(members(inner, known) for inner in known[word]))


def allowed_by(unit: str, known: dict[str, set[str]]) -> set[str]:
    """Of SystemCallFilter= lines, which add, or with a tilde take away, in their order. @default is always there."""
    allowed = members("@default", known)
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        listed = set().union(*(members(word, known) for word in line.removeprefix("~").split()))
        allowed = allowed - listed if line.startswith("~") else allowed | listed
    return allowed


def needed() -> set[str]:
    source = (ROOT / "daemon/sandbox/seccomp.cpp").read_text(encoding="utf-8")
    listed = source[source.index("kCalls ="):source.index("});", source.index("kCalls ="))]
    some = re.findall(r'allow\(filter, "(\w+)"', source)
    return set(re.findall(r'"(\w+)"', listed)) | set(some) | FOR_THE_SANDBOX


def exposure() -> float:
    """In tenths, systemd-analyze's overall score of a unit that is not loaded."""
    text = said("systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=100", str(UNIT))
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", text).group(1))


def main() -> int:
    unit = UNIT.read_text(encoding="utf-8")
    known = groups()
    every = set().union(*(members(name, known) for name in known))
    missing = (needed() & (every | FOR_THE_SANDBOX)) - allowed_by(unit, known)
    checks = {
        f"exposure {exposure()} is at most {MOST_EXPOSED}": exposure() <= MOST_EXPOSED,
        f"the unit allows what the daemon needs ({', '.join(sorted(missing)) or 'all of it'})": not missing,
        "the daemon's own list is the narrower one": len(needed()) < len(allowed_by(unit, known)) / 2,
        "a set that takes away does so": "ptrace" not in allowed_by(unit, known) and "mount" not in allowed_by(unit, known),
    }
    for what, holds in checks.items():
        print(f"{'ok' if holds else 'FAILED':8} {what}")
    good = sum(checks.values())
    print(f"{good} passed, {len(checks) - good} failed")
    return 0 if good == len(checks) else 1


if __name__ == "__main__":
    sys.exit(main())
