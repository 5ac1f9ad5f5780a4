"""Secrets that a test knows, and where a process's memory or a text holds them."""

import base64
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from lab.srtp import SUITES, derive  # noqa: E402


def forms(secret: bytes) -> dict[str, bytes]:
    """How a secret may be written: raw, hexadecimal, base64 wherever it starts in what is encoded."""
    written = {"raw": secret, "hex": secret.hex().encode(), "HEX": secret.hex().upper().encode()}
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + secret)
        # Characters that also hold bits of what stands beside the secret say nothing of it.
        first = (offset * 8 + 5) // 6
        written[f"base64+{offset}"] = encoded[first:(offset + len(secret)) * 8 // 6]
    return written


def srtp_secrets(whose: str, suite: str, material: bytes) -> dict[str, bytes]:
    """The master key and salt, and what is derived from them (RFC 3711 section 4.3)."""
    sizes = SUITES[suite]
    key, salt = material[:sizes.key], material[sizes.key:]
    secrets = {"master key": key, "master salt": salt}
    for name, label, size in (("key", 0, sizes.key), ("salt", 2, sizes.salt), ("RTCP key", 3, sizes.key),
                              ("RTCP salt", 5, sizes.salt)):
        secrets[f"session {name}"] = derive(key, salt, label, size)
    if not sizes.gcm:
        secrets |= {"session tag key": derive(key, salt, 1, 20), "session RTCP tag key": derive(key, salt, 4, 20)}
    return {f"{whose}'s {name}": secret for name, secret in secrets.items()}


class Memory:
    """What a process can write to of its own memory."""

    def __init__(self, pid: int) -> None:
        self._folder = pathlib.Path(f"/proc/{pid}")

    def areas(self) -> dict[str, bytes]:
        """By name. PermissionError where this test may not look."""
        found = {}
        with open(self._folder / "mem", "rb", buffering=0) as memory:
            for line in (self._folder / "maps").read_text().splitlines():
                bounds, rights, *_, name = line.split(maxsplit=5) + ([""] if len(line.split()) < 6 else [])
                if not rights.startswith("rw") or name in ("[vvar]", "[vsyscall]"):
                    continue
                low, high = (int(bound, 16) for bound in bounds.split("-"))
                found[f"{bounds} {name}"] = _read(memory, low, high)
        return found


def _read(memory, low: int, high: int) -> bytes:
    memory.seek(low)
    parts, left = [], high - low
    while left > 0:
        part = memory.read(left)
        if not part:
            break
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def search(areas: dict[str, bytes], secrets: dict[str, bytes]) -> list[str]:
    """Each place where a secret stands: "its name, the form, the area"."""
    hits = []
    for name, secret in secrets.items():
        for form, octets in forms(secret).items():
            for area, content in areas.items():
                hits += [f"{name}, {form}, {area} at {m.start():#x}" for m in re.finditer(re.escape(octets), content)]
    return hits
