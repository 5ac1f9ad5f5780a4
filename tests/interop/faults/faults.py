"""What faults.c makes fail in a running osrtpd, from the test's side."""

import mmap
import pathlib
import struct
import tempfile

LIBRARY = pathlib.Path("build/release/faults.so").absolute()
CALLS = ("srtp_create", "srtp_protect", "srtp_unprotect", "SSL_new", "SSL_export_keying_material", "cipher", "json")
_FIELDS = {"wall_step": (0, "=q"), "stalled": (8, "=I"), "send_error": (12, "=i"), "socket_error": (16, "=i")}
_NEXT, _FAILED, _SIZE = 20, 20 + 4 * len(CALLS), 128


class Faults:
    """None at first. Give `environment` to the daemon; `with` forgets the file."""

    def __init__(self) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="osrtpd-faults-")
        self._file.truncate(_SIZE)
        self._memory = mmap.mmap(self._file.fileno(), _SIZE)
        self.environment = {"LD_PRELOAD": str(LIBRARY), "FAULTS_FILE": self._file.name}

    def __enter__(self) -> "Faults":
        return self

    def __exit__(self, *_: object) -> None:
        self._memory.close()
        self._file.close()

    def set(self, **fields: int) -> None:
        """wall_step=seconds, stalled=bits of workers, send_error=errno, socket_error=errno; 0: no more."""
        for name, value in fields.items():
            at, form = _FIELDS[name]
            struct.pack_into(form, self._memory, at, value)

    def fail(self, call: str, times: int) -> None:
        """The next calls of this function of a library."""
        struct.pack_into("=I", self._memory, _NEXT + 4 * CALLS.index(call), times)

    def failed(self, call: str) -> int:
        return struct.unpack_from("=I", self._memory, _FAILED + 4 * CALLS.index(call))[0]
