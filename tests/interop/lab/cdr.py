"""The lines that acc writes when a call ends, with what the relay said of it."""

import pathlib
import re


def read(log: pathlib.Path, caller: str) -> dict[str, str] | None:
    """The fields of the only one for this caller's call; none: there is none, or more than one."""
    found = [line for line in log.read_text(errors="replace").splitlines()
             if "write_cdr" in line and f"from=sip:{caller}@" in line]
    if len(found) != 1:
        return None
    return dict(re.findall(r"\b([a-z]+)=([^;\s]*)", found[0]))


def problems(cdr: dict[str, str] | None, states: dict[str, str], relayed: int, authenticated: int) -> list[str]:
    """`states`: of the legs. The counts were taken a moment before the call's end."""
    if cdr is None:
        return ["the proxy has not written one CDR"]
    found = [f"{leg}={cdr.get(leg)} in the CDR, {state} in the relay" for leg, state in states.items()
             if cdr.get(leg) != state]
    encrypted = [leg for leg in ("caller", "callee") if states[leg] in ("srtp-sdes", "srtp-dtls")]
    word = "both" if len(encrypted) == 2 else encrypted[0] if encrypted else "none"
    if cdr.get("encrypted") != word:
        found.append(f"encrypted={cdr.get('encrypted')} in the CDR instead of {word}")
    for name, least in (("packets", relayed), ("authenticated", authenticated)):
        if not int(cdr.get(name) or 0) >= least:
            found.append(f"{name}={cdr.get(name)} in the CDR, {least} in the relay before")
    if not int(cdr.get("seconds") or 0) > 0:
        found.append(f"seconds={cdr.get('seconds')} in the CDR")
    return found
