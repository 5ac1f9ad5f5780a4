"""naive_relay.py ADDRESS CONTROL-PORT FIRST-PORT LAST-PORT: what attack.py has to find everything in. It forwards whatever
comes to the other leg's last speaker, opens nothing, checks nothing, passes keys through, forgets nothing, takes requests from
anywhere and logs them as they are."""

import contextlib
import json
import re
import select
import socket
import struct
import sys
import time

seen: list[bytes] = []  # for good


class Leg:
    def __init__(self, address: str, port: int) -> None:
        self.sockets = []
        for number in (port, port + 1):
            one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            one.bind((address, number))
            self.sockets.append(one)
        self.port = port
        self.peers: list = [None, None]
        self.last = 0

    def learn(self, sdp: str) -> None:
        host = re.search(r"^c=IN IP4 (\S+)", sdp, re.M).group(1)
        port = int(re.search(r"^m=audio (\d+)", sdp, re.M).group(1))
        socket.inet_aton(host)
        self.peers = [(host, port), (host, port + 1)]

    def state(self) -> list:
        return [{"endpoint": {"address": peer[0], "port": peer[1]} if peer else {}, "last packet": self.last} for peer in self.peers]

    def close(self) -> None:
        for one in self.sockets:
            one.close()


class Relay:
    def __init__(self, address: str, ports: range) -> None:
        self.address, self.free = address, list(ports)
        self.calls: dict[str, tuple[Leg, Leg]] = {}

    def serve(self, request: dict) -> dict:
        command, call_id = request["command"], request.get("call-id", "")
        if command == "ping":
            return {"result": "pong"}
        if command == "list":
            return {"result": "ok", "calls": list(self.calls)}
        if command == "offer" and call_id not in self.calls:
            if len(self.free) < 2:
                return {"result": "error", "error-reason": "Ran out of ports"}
            self.calls[call_id] = Leg(self.address, self.free.pop(0)), Leg(self.address, self.free.pop(0))
        if command == "delete":
            for leg in self.calls.pop(call_id, ()):
                leg.close()
                self.free.insert(0, leg.port)
            return {"result": "ok"}
        caller, callee = self.calls[call_id]
        if "TOS" in request:
            caller.sockets[0].setsockopt(socket.IPPROTO_IP, socket.IP_TOS, struct.pack("B", request["TOS"]))
        if command == "query":
            return {"result": "ok", "streams": caller.state() + callee.state()}
        sender, receiver = (caller, callee) if command == "offer" else (callee, caller)
        sender.learn(request["sdp"])
        sdp = re.sub(r"^c=IN IP4 \S+", f"c=IN IP4 {self.address}", request["sdp"], flags=re.M)
        return {"result": "ok", "sdp": re.sub(r"^m=audio \d+", f"m=audio {receiver.port}", sdp, flags=re.M)}

    def answer(self, control: socket.socket) -> None:
        frame, source = control.recvfrom(1 << 16)
        cookie, _, body = frame.partition(b" ")
        sys.stdout.write(body.decode(errors="replace").replace("\\r\\n", "\n").replace("\\u001b", "\x1b") + "\n")
        sys.stdout.flush()
        try:
            reply = self.serve(json.loads(body))
        except (ValueError, KeyError, AttributeError, TypeError):
            reply = {"result": "error", "error-reason": f"cannot be understood: {body[:2000]!r}"}
        control.sendto(cookie + b" " + json.dumps(reply).encode(), source)

    def pass_on(self, ready: socket.socket, leg: Leg, other: Leg, n: int) -> None:
        payload, leg.peers[n] = ready.recvfrom(2048)
        leg.last = int(time.time())
        seen.append(payload * 20)
        if payload[0] < 64:  # STUN, DTLS: a greeting to whoever speaks
            ready.sendto(payload * 2, leg.peers[n])
        if n == 1:
            struct.unpack_from("!I", payload, 4)  # the reporter
        if other.peers[n]:
            with contextlib.suppress(OSError):
                other.sockets[n].sendto(payload, other.peers[n])


def main(address: str, control_port: int, first_port: int, last_port: int) -> None:
    control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    control.bind(("0.0.0.0", control_port))
    relay = Relay(address, range(first_port, last_port, 2))
    while True:
        media = {one: (leg, other, n) for caller, callee in relay.calls.values()
                 for leg, other in ((caller, callee), (callee, caller)) for n, one in enumerate(leg.sockets)}
        for ready in select.select([control, *media], [], [])[0]:
            if ready is control:
                relay.answer(control)
                break  # the sockets may be others now
            relay.pass_on(ready, *media[ready])


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
