"""A daemon that only remembers what it was asked: the module's requests are what these tests are about."""

import base64
import contextlib
import json
import pathlib
import socket
import threading


class FakeRelay:
    """Answers on a UNIX or UDP datagram socket until stopped. Rewritten SDP says so in its s= line, with a number."""

    def __init__(self, address: str) -> None:
        self.requests: list[dict] = []
        self.error: dict | None = None  # answered instead, where set
        self.error_of: str | None = None  # to this command only, where set
        self.state: str | None = None  # of every leg after an answer, where set
        self.connected: str | None = None  # the callee's tag, without which nothing ends, where set
        self.silent = False
        self.delay = 0.0  # seconds until an answer
        self.ignores = lambda request: False  # whether it stays silent to this one
        self.frames: list[tuple[str, str]] = []  # commands and Call-IDs, with those that were sent again
        self.tell_when_up: dict | None = None  # an event of each call, once it is answered
        self._subscriber: tuple[bytes, object] | None = None  # cookie and address
        self.pings = 0
        self._address = address
        self._seen: set[bytes] = set()
        self._calls: dict[str, bool] = {}
        self._lock = threading.Lock()
        self._socket = self._open()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _open(self) -> socket.socket:
        kind, where = self._address.split(":", 1)
        if kind == "unix":
            pathlib.Path(where).unlink(missing_ok=True)
            opened = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            opened.bind(where)
            return opened
        host, port = where.rsplit(":", 1)
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((host, int(port)))
        return opened

    def stop(self) -> None:
        """Closes the socket; a UNIX one stays in the file system, as after a crash."""
        with socket.socket(self._socket.family, socket.SOCK_DGRAM) as poker:
            poker.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def has_subscriber(self) -> bool:
        return self._subscriber is not None

    def forget_subscriber(self) -> None:
        self._subscriber = None

    def tell(self, event: dict) -> None:
        cookie, client = self._subscriber
        self._socket.sendto(cookie + b" " + json.dumps(event).encode(), client)

    def of_call(self, call_id: str) -> list[dict]:
        """What was asked about a call, in order."""
        with self._lock:
            return [request for request in self.requests if request["call-id"] == call_id]

    def _serve(self) -> None:
        while True:
            frame, client = self._socket.recvfrom(65535)
            if not frame:
                return
            cookie, dictionary = frame.split(b" ", 1)
            request = json.loads(dictionary)
            if request["command"] == "subscribe":
                self._subscriber = (cookie, client)
                self._socket.sendto(cookie + b' {"seconds":30,"lost":0,"result":"ok"}', client)
                continue
            with self._lock:
                if request["command"] in ("ping", "list"):
                    self.pings += request["command"] == "ping"
                elif frame not in self._seen:  # the module sends again when no answer comes
                    self._seen.add(frame)
                    self.requests.append(request)
                self.frames.append((request["command"], request.get("call-id", "")))
                number = len(self.requests)
            if self.silent or self.ignores(request):
                continue
            self._answer(cookie + b" " + json.dumps(self._reply(request, number)).encode(), client)
            if self.tell_when_up and request["command"] == "answer":
                event = self.tell_when_up | {"call-id": request["call-id"]}
                threading.Timer(0.5, self.tell, [event]).start()  # after the ACK

    def _answer(self, frame: bytes, client) -> None:
        def send() -> None:
            with contextlib.suppress(OSError):  # who asked may be gone
                self._socket.sendto(frame, client)

        if self.delay:
            threading.Timer(self.delay, send).start()
        else:
            send()

    def _reply(self, request: dict, number: int) -> dict:
        if request["command"] == "ping":
            return {"result": "pong"}
        if self.error and self.error_of in (None, request["command"]):
            return self.error
        if request["command"] == "delete" and self.connected not in (None, request.get("to-tag")):
            return {"result": "ok", "warning": "Call-ID not found or tags didn't match"}
        if request["command"] == "delete":
            self._calls.pop(request["call-id"], None)
            return {"result": "ok", "totals": {}, "duration-ms": 12345, "security": legs()}
        if request["command"] == "list":
            return {"result": "ok", "calls": list(self._calls)[:request["limit"]]}
        self._calls[request["call-id"]] = True
        security = legs()
        for leg in security if request["command"] == "answer" and self.state else []:
            leg["state"] = self.state
        reply = {"result": "ok", "security": security}
        if "sdp-base64" in request:
            sdp = base64.b64decode(request["sdp-base64"])
            return reply | {"sdp-base64": base64.b64encode(mark(sdp, number)).decode()}
        if "sdp" not in request:
            return reply
        return reply | {"sdp": mark(request["sdp"].encode(), number).decode()}


def legs() -> list[dict]:
    return [{"leg": "caller", "media": 0, "state": "plain", "suite": None, "reason": "peer-did-not-offer"},
            {"leg": "callee", "media": 0, "state": "srtp-sdes", "suite": "AEAD_AES_256_GCM", "reason": None}]


def mark(sdp: bytes, number: int) -> bytes:
    return sdp.replace(b"s=-", b"s=relayed, number %d in all" % number)
