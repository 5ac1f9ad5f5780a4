"""A network namespace of one's own: no port is ever busy, nothing leaks, the wire may be read."""

import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys

INSIDE = "OSRTP_LAB_INSIDE"  # set in the environment of the isolated program

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1


class NotPossible(Exception):
    """This machine allows no way to look at packets; the text says what would help."""


def inside() -> bool:
    return INSIDE in os.environ


def run_isolated(argv: list[str]) -> int:
    """Runs the program `argv` in a new network namespace that has only loopback; its exit status.

    Root needs no more; others get a user namespace of their own, or sudo where the kernel forbids
    that. Root in a container that may not make namespaces stays in the one it has.
    """
    environment = dict(os.environ, **{INSIDE: "1"})
    prefix = _prefix()
    child = subprocess.Popen([*prefix, *argv], env=environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the child too, which cleans up
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


def _prefix() -> list[str]:
    if os.geteuid() == 0:
        own = ["unshare", "--net", "--"]
        return own if _works(own) else []
    own = ["unshare", "--map-root-user", "--net", "--"]
    if _works(own):
        return own
    if shutil.which("sudo"):
        print("This kernel keeps namespaces to root: using sudo.", file=sys.stderr)
        return ["sudo", f"{INSIDE}=1", "unshare", "--net", "--"]
    raise NotPossible("A network namespace is needed: allow unprivileged user namespaces, "
                      "or run this as root.")


def _works(prefix: list[str]) -> bool:
    try:
        probe = subprocess.run([*prefix, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               check=False, timeout=10)
    except OSError:
        return False
    return probe.returncode == 0


def loopback_up() -> None:
    """A new namespace has its loopback interface down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16xh14x", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[0]
        if not flags & IFF_UP:
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def give_back(directory: str) -> None:
    """Under sudo, what was written belongs to who called it."""
    if os.geteuid() == 0 and "SUDO_UID" in os.environ:
        owner = int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"])
        for folder, _, files in os.walk(directory):
            os.chown(folder, *owner)
            for name in files:
                os.chown(os.path.join(folder, name), *owner, follow_symlinks=False)
