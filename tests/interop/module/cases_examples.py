"""The examples' failure route: what a phone is offered that refuses everything."""

import contextlib
import pathlib
import re
import socket
import threading

from proxy import HERE, Kamailio, free_port
from sip import SDP
from stand import Stand, case, same

EXAMPLES = HERE.parents[2] / "examples"
HOST, DOMAIN = "127.0.0.42", "127.0.0.41"


def message(first: str, call_id: str, sequence: str, user: str, *headers: str, body: str = "") -> bytes:
    lines = [first, f"From: <sip:{user}@{DOMAIN}>;tag={user}", f"To: <sip:x@{DOMAIN}>", f"Call-ID: {call_id}",
             f"CSeq: {sequence}", "Max-Forwards: 9", *headers, f"Content-Length: {len(body)}", "", body]
    return "\r\n".join(lines).encode()


def answer(request: str, status: str) -> bytes:
    kept = [line for line in request.split("\r\n") if re.match("(Via|From|Call-ID|CSeq):", line)]
    to = re.search("^To: .*", request, re.M)[0].rstrip()
    tag = "" if ";tag=" in to else ";tag=callee"
    return "\r\n".join([f"SIP/2.0 {status}", *kept, f"{to}{tag}", "Content-Length: 0", "", ""]).encode()


class Refuser(threading.Thread):
    """A phone on TCP that registers as x, and answers every INVITE with 488."""

    def __init__(self, proxy: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self.offers: list[str] = []
        self.registered = threading.Event()
        self._proxy = proxy

    def run(self) -> None:
        with socket.create_connection(self._proxy, 5) as phone, contextlib.suppress(OSError):
            port = phone.getsockname()[1]
            phone.sendall(message(f"REGISTER sip:{DOMAIN} SIP/2.0", "register", "1 REGISTER", "x",
                                  f"Via: SIP/2.0/TCP {HOST}:{port};branch=z9hG4bKr", f"Contact: <sip:x@{HOST}:{port}>"))
            buffer = ""
            while received := phone.recv(65535):
                buffer += received.decode()
                while (whole := self._split(buffer)) is not None:
                    buffer = buffer[len(whole):]
                    self._take(whole, phone)

    @staticmethod
    def _split(buffer: str) -> str | None:
        head, end, rest = buffer.partition("\r\n\r\n")
        if not end:
            return None
        length = int(re.search(r"^Content-Length: *(\d+)", head, re.M)[1])
        return head + end + rest[:length] if len(rest) >= length else None

    def _take(self, text: str, phone: socket.socket) -> None:
        if text.startswith("SIP/2.0 200"):
            self.registered.set()
        elif text.startswith("INVITE"):
            self.offers.append(text)
            phone.sendall(answer(text, "488 Not Acceptable Here"))


def final_answer(udp: int, address: str, call_id: str) -> str:
    """Calls x over UDP; the status line that the caller gets in the end."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind((HOST, 0))
        phone.settimeout(10)
        port = phone.getsockname()[1]
        phone.sendto(message(f"INVITE sip:x@{address} SIP/2.0", call_id, "1 INVITE", "caller",
                             f"Via: SIP/2.0/UDP {HOST}:{port};branch=z9hG4bKi", f"Contact: <sip:caller@{HOST}:{port}>",
                             "Content-Type: application/sdp", body=SDP.replace("\n", "\r\n")), (DOMAIN, udp))
        while (reply := phone.recv(65535).decode()).startswith("SIP/2.0 1"):
            pass
        return reply.split("\r\n")[0]


@case
def who_refuses_all_is_offered_what_the_policy_allows_and_then_believed(stand: Stand) -> None:
    directory: pathlib.Path = stand.directory / "ladder"
    directory.mkdir()
    udp, tcp, tls = (free_port(DOMAIN) for _ in range(3))
    (directory / "tls.cfg").write_text((EXAMPLES / "tls.cfg").read_text()
                                       .replace("/etc/kamailio/tls.key", str(stand.certificate))
                                       .replace("/etc/kamailio/tls.crt", str(stand.certificate)))
    defines = (f"LISTEN_ADDR={DOMAIN}", f"UDP_PORT={udp}", f"TCP_PORT={tcp}", f"TLS_PORT={tls}",
               f'TLS_CONFIG="{directory}/tls.cfg"')
    kamailio = Kamailio(directory, stand.socket, f"{DOMAIN}:{udp}", EXAMPLES / "kamailio-webrtc.cfg", defines)
    assert kamailio.start(), kamailio.log_text()
    try:
        callee = Refuser((DOMAIN, tcp))
        callee.start()
        assert callee.registered.wait(5), kamailio.log_text()
        same(final_answer(udp, f"{DOMAIN}:{udp}", "ladder"), "SIP/2.0 488 Not Acceptable Here")
    finally:
        kamailio.stop()
    asked = stand.relay.of_call("ladder")
    offers = [request["osrtp"] for request in asked if request["command"] == "offer"]
    same([(offer["callee"], offer.get("callee-keying")) for offer in offers],
         [("opportunistic", None), ("prefer", None), ("off", None)])
    same(len(callee.offers), 3)
    same(asked[-1]["command"], "delete")
    for offer in callee.offers:  # each attempt starts from the caller's own SDP
        same(offer.count("m=audio"), 1)
