"""The relay and the proxy of one run, with the directory their files are in."""

import pathlib
import shutil
import signal
import tempfile

from lab import isolation, processes
from lab.proxy import Proxy, make_certificate
from lab.relay import Relay


class Stand:
    """osrtpd and Kamailio, and whatever phones are started beside them; all end with `stop`."""

    def __init__(self, directory: pathlib.Path, address: str, media_address: str, config: str = "kamailio.cfg",
                 more: tuple[str, ...] = ()) -> None:
        """`address`: of proxy and phones. `media_address`: of the relay. `config`: one of the examples. `more`: defines.

        What `directory` held is gone.
        """
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        self.directory = directory
        self.owner = processes.Processes()
        # A socket's path may have 107 octets, which a deep working directory exceeds.
        self.sockets = pathlib.Path(tempfile.mkdtemp(prefix="osrtp-lab-"))
        self.certificate = make_certificate(directory, address)
        self.relay = Relay(media_address, self.sockets, directory / "osrtpd.log")
        # Kamailio changes its working directory.
        self.proxy = Proxy((pathlib.Path("examples") / config).resolve(), pathlib.Path("build/osrtp.so").resolve(),
                           address, directory.resolve(), more)

    def start(self, detached: bool = False) -> None:
        """Both answer when this returns. Raises processes.Died."""
        self.relay.launch(self.owner, detached)
        self.proxy.launch(self.owner, self.relay.control, self.certificate, detached)

    def stop(self) -> None:
        for impatient in (signal.SIGINT, signal.SIGTERM):
            signal.signal(impatient, signal.SIG_IGN)
        self.owner.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)
        isolation.give_back(str(self.directory))
