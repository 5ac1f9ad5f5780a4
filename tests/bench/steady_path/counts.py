"""The figures that counted.c keeps of the threads of a process."""

import dataclasses
import mmap
import pathlib
import struct

THREAD = struct.Struct("=6Q")  # struct Thread
WATCHED_AT = 8


@dataclasses.dataclass(frozen=True)
class Figures:
    received: int
    sent: int
    allocations: int
    locks: int

    def since(self, before: "Figures") -> "Figures":
        return Figures(*(now - then for now, then in zip(dataclasses.astuple(self), dataclasses.astuple(before))))


class Counted:
    """One thread of a process that has counted.so preloaded."""

    def __init__(self, path: pathlib.Path, thread: int) -> None:
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), 0)
        self._thread = thread

    def figures(self) -> Figures:
        at = self._place()
        return Figures(0, 0, 0, 0) if at is None else Figures(*THREAD.unpack_from(self._memory, at)[2:])

    def watch(self, most: int) -> None:
        """So many allocations and locks from now on tell in the log of the process where they come from. It must have
        been counted before."""
        struct.pack_into("=Q", self._memory, self._place() + WATCHED_AT, most)

    def _place(self) -> int | None:
        """None: it has done nothing yet that is counted."""
        places = range(0, len(self._memory), THREAD.size)
        return next((at for at in places if THREAD.unpack_from(self._memory, at)[0] == self._thread), None)
