"""Both phones of many calls, on one socket each: what they send is timed, and what comes is kept in its order."""

import dataclasses
import re
import select
import socket
import time

HOST = "127.0.0.46"
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
T1 = 0.5  # until an unanswered request is sent again (RFC 3261 section 17.1.1.1)


@dataclasses.dataclass
class Sent:
    """A request and its final answer. Numbers are places in the order of all answers."""

    at: float
    text: str
    answered_at: float | None = None
    place: int | None = None
    status: int = 0
    sent_again: int = 0

    @property
    def took(self) -> float:
        return self.answered_at - self.at


def bound() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((HOST, 0))
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    opened.setblocking(False)
    return opened


class Phones:
    def __init__(self, proxy: str) -> None:
        host, port = proxy.split(":")
        self._proxy = (host, int(port))
        self._caller, self._callee = bound(), bound()
        self._answers = 0
        self.requests: dict[str, Sent] = {}  # by Call-ID and CSeq

    def close(self) -> None:
        self._caller.close()
        self._callee.close()

    def options(self, name: str) -> Sent:
        return self._send(name, "1 OPTIONS")

    def invite(self, call: str) -> Sent:
        return self._send(call, "1 INVITE", SDP)

    def of(self, method: str) -> list[Sent]:
        return [sent for key, sent in self.requests.items() if key.endswith(method)]

    def run(self, until: float) -> None:
        """Plays until then."""
        while (left := until - time.monotonic()) > 0:
            ready, _, _ = select.select([self._caller, self._callee], [], [], min(left, 0.05))
            for each in ready:
                self._take_all(each)
            self._send_again()

    def finish(self, method: str, seconds: float) -> bool:
        """Plays until every request of this method is answered. @return whether that came in time."""
        end = time.monotonic() + seconds
        while any(sent.place is None for sent in self.of(method)) and time.monotonic() < end:
            self.run(time.monotonic() + 0.02)
        return all(sent.place is not None for sent in self.of(method))

    def _send(self, call: str, cseq: str, body: str = "", to_tag: str = "", keep: bool = True) -> Sent:
        method = cseq.split()[1]
        host, port = self._callee.getsockname()
        own = self._caller.getsockname()[1]
        text = (f"{method} sip:x@{host}:{port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {HOST}:{own};branch=z9hG4bK{call}{cseq.replace(' ', '')}\r\n"
                f"From: <sip:caller@{HOST}>;tag=caller\r\nTo: <sip:x@{HOST}>{to_tag}\r\nCall-ID: {call}\r\nCSeq: {cseq}\r\n"
                f"Contact: <sip:caller@{HOST}:{own}>\r\nMax-Forwards: 9\r\n"
                + ("Content-Type: application/sdp\r\n" if body else "") + f"Content-Length: {len(body)}\r\n\r\n{body}")
        sent = Sent(time.monotonic(), text)
        if keep:
            self.requests[f"{call} {cseq}"] = sent
        self._caller.sendto(text.encode(), self._proxy)
        return sent

    def _send_again(self) -> None:
        now = time.monotonic()
        for sent in self.requests.values():
            if sent.status == 0 and now - sent.at > T1 * (2 << sent.sent_again) / 2 and sent.sent_again < 6:
                sent.sent_again += 1
                self._caller.sendto(sent.text.encode(), self._proxy)

    def _take_all(self, opened: socket.socket) -> None:
        while True:
            try:
                text = opened.recv(65535).decode()
            except BlockingIOError:
                return
            if opened is self._callee:
                self._serve(text)
            else:
                self._hear(text)

    def _serve(self, request: str) -> None:
        if request.startswith("ACK"):
            return
        kept = "\r\n".join(line for line in request.split("\r\n") if re.match("(Via|From|To|Call-ID|CSeq):", line))
        if ";tag=callee" not in kept:
            kept = re.sub(r"^To: [^\r\n]*", r"\g<0>;tag=callee", kept, flags=re.M)
        body = SDP if request.startswith("INVITE") else ""
        host, port = self._callee.getsockname()
        kind = "Content-Type: application/sdp\r\n" if body else ""
        self._callee.sendto(f"SIP/2.0 200 OK\r\n{kept}\r\nContact: <sip:x@{host}:{port}>\r\n{kind}"
                            f"Content-Length: {len(body)}\r\n\r\n{body}".encode(), self._proxy)

    def _hear(self, reply: str) -> None:
        call = re.search("^Call-ID: (.*)\r", reply, re.M)[1]
        cseq = re.search("^CSeq: (.*)\r", reply, re.M)[1]
        status = int(reply.split()[1])
        sent = self.requests[f"{call} {cseq}"]
        first = sent.status < 200
        sent.status = max(sent.status, status)
        if status < 200:
            return
        if first:
            self._answers += 1
            sent.answered_at, sent.place = time.monotonic(), self._answers
        if cseq.endswith("INVITE"):
            self._confirm(call, reply, status, first)

    def _confirm(self, call: str, reply: str, status: int, first: bool) -> None:
        tag = ";tag=" + re.search("^To: .*;tag=([^\r;]*)", reply, re.M)[1]
        if status >= 300:
            host, port = self._callee.getsockname()
            invite = self.requests[f"{call} 1 INVITE"].text
            kept = "\r\n".join(line for line in invite.split("\r\n") if re.match("(Via|From|Call-ID|Max-Forwards):", line))
            self._caller.sendto(f"ACK sip:x@{host}:{port} SIP/2.0\r\n{kept}\r\nTo: <sip:x@{HOST}>{tag}\r\nCSeq: 1 ACK\r\n"
                                "Content-Length: 0\r\n\r\n".encode(), self._proxy)
            return
        self._send(call, "1 ACK", to_tag=tag, keep=False)
        if first:
            self._send(call, "2 BYE", to_tag=tag)
