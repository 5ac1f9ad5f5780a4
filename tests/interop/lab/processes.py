"""Starting processes so that none of them outlives us, and ending exactly those."""

import ctypes
import os
import pathlib
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Died(Exception):
    """A process that should be running has ended; the text shows the end of its log."""


def die_with_parent() -> None:
    """Asks the kernel for SIGTERM when the parent process ends, however it ends."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Processes:
    """The processes of one run, each in a session of its own, ended in reverse order."""

    def __init__(self) -> None:
        self._running: list[tuple[str, subprocess.Popen, pathlib.Path]] = []

    def start(self, name: str, argv: list[str], log: pathlib.Path, detached: bool = False) -> subprocess.Popen:
        """Starts `argv`, output to `log`. Unless detached it gets SIGTERM when we die, however we die."""
        with open(log, "wb") as output:
            process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                       start_new_session=True, preexec_fn=None if detached else die_with_parent)
        self._running.append((name, process, log))
        return process

    def start_piped(self, name: str, argv: list[str], log: pathlib.Path) -> subprocess.Popen:
        """The same for a program that is talked to over its input and output; its errors go to `log`."""
        with open(log, "wb") as errors:
            process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                       start_new_session=True, preexec_fn=die_with_parent)
        self._running.append((name, process, log))
        return process

    def check(self) -> None:
        """Raises Died when one of them is gone."""
        for name, process, log in self._running:
            if process.poll() is not None:
                raise Died(f"{name} ended with status {process.returncode}; the end of {log}:\n{tail(log)}")

    def forget_ended(self) -> None:
        """Those that were asked to end, and have, are missed no more."""
        self._running = [entry for entry in self._running if entry[1].poll() is None]

    def end(self, process: subprocess.Popen) -> None:
        """Ends one of them, and forgets it."""
        process.terminate()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            pass
        kill_group(process.pid)
        process.wait()
        self._running = [entry for entry in self._running if entry[1] is not process]

    def pids(self) -> list[int]:
        return [process.pid for _, process, _ in self._running]

    def stop(self, seconds: float = 5.0) -> None:
        """SIGTERM to all, last started first; SIGKILL to whole groups that linger."""
        for _, process, _ in reversed(self._running):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + seconds
        for _, process, _ in reversed(self._running):
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                pass
            kill_group(process.pid)
            process.wait()
        self._running.clear()


def kill_group(pid: int) -> None:
    """Ends what is left of a session that `Processes.start` made."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def tail(log: pathlib.Path, lines: int = 12) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


def started_at(pid: int) -> str | None:
    """The kernel's start time of a process: tells it from a later one with the same id. None: no such process."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None
