"""Kamailio with several relays, and requests that come back through it as the callee gets them."""

import contextlib
import itertools
import pathlib
import re
import socket
import subprocess

from proxy import HERE, Kamailio, free_port
from rpc import jsonrpc
from sip import SDP, Message

numbers = itertools.count()


class Fleet:
    """Kamailio of nodes.cfg, and relays by name. `nodes` is osrtp_sock, where {a} is the address of relay a."""

    def __init__(self, directory: pathlib.Path, names: str, nodes: str, relay, **defines: str) -> None:
        self.directory = directory
        self.addresses = {name: f"unix:{directory}/{name}.sock" for name in names}
        self.relays = {name: relay(address) for name, address in self.addresses.items()}
        self._control, self._rpc = directory / "kamcmd.sock", directory / "rpc.sock"
        extra = [f'{name.upper()}="{value.format(**self.addresses)}"' for name, value in defines.items()]
        self.kamailio = Kamailio(directory, nodes.format(**self.addresses), f"127.0.0.41:{free_port('127.0.0.41')}",
                                 HERE / "nodes.cfg",
                                 (f'CONTROL="unixs:{self._control}"', f'RPC_SOCKET="{self._rpc}"', "PEER_MEMORY=0", *extra))

    def start(self) -> None:
        assert self.kamailio.start(), self.kamailio.log_text()

    def stop(self) -> None:
        self.kamailio.stop()
        for relay in self.relays.values():
            if hasattr(relay, "thaw"):
                relay.thaw()
            relay.stop()

    def request(self, method: str, call_id: str, in_dialog: bool = False, headers: str = "",
                callee: str = "callee") -> Message:
        """One request to a phone that is its own sender. @return what arrives"""
        host, port = self.kamailio.address.split(":")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
            phone.bind(("127.0.0.43", 0))
            phone.settimeout(5)
            own = "%s:%d" % phone.getsockname()
            body = SDP.replace("\n", "\r\n") if method == "INVITE" else ""
            number = next(numbers)
            text = (f"{method} sip:b@{own} SIP/2.0\nVia: SIP/2.0/UDP {own};branch=z9hG4bKfleet{number}\n"
                    f"From: <sip:a@test>;tag=caller\nTo: <sip:b@test>{f';tag={callee}' if in_dialog else ''}\n"
                    f"Call-ID: {call_id}\nCSeq: {number + 1} {method}\nContact: <sip:a@{own}>\nMax-Forwards: 9\n{headers}")
            if body:
                text += "Content-Type: application/sdp\n"
            text = text.replace("\n", "\r\n") + f"Content-Length: {len(body)}\r\n\r\n{body}"
            phone.sendto(text.encode(), (host, int(port)))
            while True:
                head, _, rest = phone.recv(65535).partition(b"\r\n\r\n")
                first, *lines = head.decode().split("\r\n")
                if not first.startswith("SIP/2.0"):
                    fields = dict(line.split(": ", 1) for line in lines)
                    return Message(first, fields, rest, True)

    def call(self, call_id: str, headers: str = "") -> tuple[str, str]:
        """@return what the offer of a new call came to, and the name of who took it"""
        return self._came_to(self.request("INVITE", call_id, headers=headers))

    def again(self, call_id: str) -> tuple[str, str]:
        """The same of a re-INVITE."""
        return self._came_to(self.request("INVITE", call_id, in_dialog=True))

    def calls(self, count: int, prefix: str) -> list[str]:
        """Who took each of so many calls."""
        taken = [self.call(f"{prefix}{number}") for number in range(count)]
        assert all(code == "1" for code, _ in taken), taken
        return [name for _, name in taken]

    def call_at(self, name: str, prefix: str, headers: str = "") -> str:
        """A call that a relay has taken."""
        for number in range(200):
            if self.call(f"{prefix}{number}", headers) == ("1", name):
                return f"{prefix}{number}"
        raise AssertionError(f"{name} takes no call")

    def kamcmd(self, *command: str) -> str:
        command = [self.addresses.get(word, word) for word in command]
        done = subprocess.run(["kamcmd", "-s", f"unixs:{self._control}", *command], capture_output=True, text=True, timeout=10,
                              check=False)
        return done.stdout + done.stderr

    def jsonrpc(self, method: str, *parameters) -> dict:
        return jsonrpc(self._rpc, method, *(self.addresses.get(word, word) for word in parameters))

    def nodes(self) -> dict[str, dict]:
        """osrtp.nodes, by names."""
        return {self._name(node["node"]): node for node in self.jsonrpc("osrtp.nodes")["result"]}

    def _name(self, address: str) -> str:
        return {address: name for name, address in self.addresses.items()}.get(address, address)

    def _came_to(self, message: Message) -> tuple[str, str]:
        node = message.headers["X-Node"]
        error = re.search(r"/([^/]*)$", message.headers["X-State"])[1]
        return message.headers["X-Code"], self._name(node) if node != "<null>" else error


@contextlib.contextmanager
def fleet(directory: pathlib.Path, names: str, nodes: str, relay, **defines: str):
    home = directory / f"fleet{next(numbers)}"
    home.mkdir()
    ships = Fleet(home, names, nodes, relay, **defines)
    try:
        ships.start()
        yield ships
    finally:
        ships.stop()
