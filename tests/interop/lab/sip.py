"""SIP messages as text, and the dialogs of a phone that a script plays (RFC 3261)."""

import dataclasses
import itertools
import os
import re

COPIED = ("Via", "From", "To", "Call-ID", "CSeq", "Record-Route")  # from a request to its reply
BRANCH = itertools.count(1)


@dataclasses.dataclass
class Message:
    """One message. `kind` is what a script waits for: `INVITE`, or `200 INVITE` for a reply."""

    first: str
    headers: list[tuple[str, str]]
    body: str

    @classmethod
    def parse(cls, head: str, body: str) -> "Message":
        first, *lines = head.split("\r\n")
        return cls(first, [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)], body)

    @property
    def kind(self) -> str:
        one, two, *_ = self.first.split(" ")
        return f"{two} {self['CSeq'].split()[1]}" if one == "SIP/2.0" else one

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def tag(self, name: str) -> str:
        found = re.search(r";tag=([^;\s>]+)", self[name])
        return found[1] if found else ""

    @property
    def target(self) -> str:
        """The URI in Contact."""
        found = re.search(r"<([^>]+)>", self["Contact"])
        return found[1] if found else ""

    def routes(self) -> list[str]:
        return [part.strip() for value in self.all("Record-Route") for part in value.split(",")]


def render(first: str, headers: list[tuple[str, str]], body: str, kind: str = "application/sdp") -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Type: {kind}")
    octets = body.encode()
    return "\r\n".join([*lines, f"Content-Length: {len(octets)}", "", ""]).encode() + octets


def split(stream: bytes) -> tuple[Message | None, bytes]:
    """The first whole message of a connection's octets, and the rest."""
    stream = stream.lstrip(b"\r\n")
    head, end, rest = stream.partition(b"\r\n\r\n")
    if not end:
        return None, stream
    length = int(re.search(rb"^Content-Length: *(\d+)", head, re.M | re.I)[1])
    if len(rest) < length:
        return None, stream
    return Message.parse(head.decode(), rest[:length].decode()), rest[length:]


@dataclasses.dataclass
class Dialog:
    """One dialog of a phone's, or one that is about to be: then `peer_tag` is empty."""

    send: object  # takes the octets of a message
    contact: str
    via: str  # TRANSPORT ADDRESS:PORT
    call_id: str
    own: str  # what stands in From of our requests, without the tag
    own_tag: str
    peer: str
    peer_tag: str
    target: str
    routes: list[str] = dataclasses.field(default_factory=list)
    cseq: int = 0

    def confirm(self, reply: Message) -> "Dialog":
        """The dialog that a reply to our INVITE makes; each tag of a fork is one of its own."""
        return dataclasses.replace(self, peer_tag=reply.tag("To"), target=reply.target or self.target, routes=reply.routes()[::-1])

    def request(self, method: str, body: str = "", *headers: tuple[str, str], cseq: int | None = None,
                kind: str = "application/sdp") -> int:
        """Sends it. @return its CSeq"""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        to = self.peer + (f";tag={self.peer_tag}" if self.peer_tag else "")
        self.send(render(f"{method} {self.target} SIP/2.0",
                         [("Via", f"SIP/2.0/{self.via};branch=z9hG4bK{os.getpid()}-{next(BRANCH)};rport"),
                          *(("Route", route) for route in self.routes), ("Max-Forwards", "70"),
                          ("From", f"{self.own};tag={self.own_tag}"), ("To", to), ("Call-ID", self.call_id),
                          ("CSeq", f"{cseq} {method}"), ("Contact", f"<{self.contact}>"), *headers], body, kind))
        return cseq

    def ack(self, body: str = "") -> None:
        """Of a 2xx to the request sent last."""
        self.request("ACK", body, cseq=self.cseq)

    def reply(self, request: Message, status: str, body: str = "", *headers: tuple[str, str], tag: str = "") -> None:
        """`tag`: another than the dialog's own, as if there were a fork behind us."""
        copied = [(name, value) for name, value in request.headers if name in COPIED]
        copied = [(name, value + f";tag={tag or self.own_tag}" if name == "To" and ";tag=" not in value else value)
                  for name, value in copied]
        self.send(render(f"SIP/2.0 {status}", [*copied, ("Contact", f"<{self.contact}>"), *headers], body))
