"""The control port over TLS: who may ask, and what everybody else may not do to it."""

import json
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from certificates import Authority
from phone import Phone, offer
from relay import ADDRESS, CONTROL, Failed, Relay, expect, expect_refusal, wait_until

PORT = 42992
CALLER, CALLEE = "127.0.77.2", "127.0.77.3"
MOST_HANDSHAKES = 64


class World:
    """A relay with a TLS port and a CA whose clients it takes; `with` ends it."""

    def __init__(self, more: str = "", top: str = "") -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="osrtp-tls-")
        self.ca = Authority(pathlib.Path(self.folder.name))
        certificate, key = self.ca.sign("relay", f"IP:{ADDRESS},DNS:relay.example.org")
        self.proxy = self.ca.sign("proxy", "DNS:proxy.example.org")
        config = (f'{top}[control-tls]\ncertificate = "{certificate}"\nkey = "{key}"\nca = "{self.ca.certificate}"\n{more}')
        self.relay = Relay("--control", f"tls:{ADDRESS}:{PORT}", config=config)

    def __enter__(self) -> "World":
        self.relay.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.relay.__exit__()
        self.folder.cleanup()

    def connect(self, context: ssl.SSLContext | None = None, name: str = ADDRESS) -> ssl.SSLSocket:
        context = context or self.ca.client(self.proxy)
        return context.wrap_socket(socket.create_connection((ADDRESS, PORT), 5), server_hostname=name)

    def alive(self) -> None:
        expect(self.relay.ask("ping")["result"] == "pong", "no pong on the UNIX socket")
        with self.connect() as tls:
            expect(ask(tls, b'alive {"command":"ping"}').startswith(b"alive {"), "no pong over TLS")


def framed(frame: bytes) -> bytes:
    return b"%d:%s," % (len(frame), frame)


def read_frame(tls: socket.socket) -> bytes:
    length = b""
    while not length.endswith(b":"):
        octet = tls.recv(1)
        if not octet:
            raise EOFError
        length += octet
    rest = b""
    while len(rest) < int(length[:-1]) + 1:
        rest += tls.recv(int(length[:-1]) + 1 - len(rest))
    expect(rest.endswith(b","), f"no comma behind {rest!r}")
    return rest[:-1]


def ask(tls: socket.socket, frame: bytes) -> bytes:
    tls.sendall(framed(frame))
    return read_frame(tls)


def refused(world: World, context: ssl.SSLContext) -> None:
    """A request gets no answer from a relay that goes on."""
    try:
        with world.connect(context) as tls:
            reply = ask(tls, b'x {"command":"offer","call-id":"stranger"}')
    except (ssl.SSLError, OSError, EOFError):
        expect(world.relay.calls() == [], "it has a call")
        world.alive()
        return
    raise Failed(f"a reply: {reply!r}")


def gone(tls: socket.socket, seconds: float) -> bool:
    """Whether the relay ends the connection, without a word that is a frame."""
    tls.settimeout(seconds)
    try:
        return tls.recv(1) == b""
    except socket.timeout:
        return False
    except OSError:
        return True


def test_answers_whoever_has_a_certificate_of_the_ca():
    with World() as world, world.connect() as tls, Phone(CALLER, key=bytes(30)) as caller:
        expect(tls.version() == "TLSv1.3", tls.version())
        expect(ask(tls, b'1 {"command":"ping"}') == b'1 {"draining":false,"calls":0,"result":"pong"}', "no pong")
        request = {"command": "offer", "call-id": "secure", "from-tag": "a", "sdp": caller.sdp(padding=16_000)}
        first = ask(tls, b"2 " + json.dumps(request).encode())
        expect(len(first) > 16_000 and world.relay.calls() == ["secure"], f"{first[:200]!r}")
        expect(ask(tls, b"2 " + json.dumps(request).encode()) == first, "a repeated frame got another reply")
        with world.connect() as other:
            expect(ask(other, b"2 " + json.dumps(request).encode()) == first, "from the cache, on another connection")
        world.relay.says("event=control-connected from=127.0.0.1:")


def test_takes_many_frames_at_once_and_frames_in_pieces():
    with World() as world, world.connect() as tls:
        many = b"".join(framed(b'%d {"command":"ping"}' % i) for i in range(500))
        tls.sendall(many)
        expect(all(read_frame(tls).startswith(b"%d " % i) for i in range(500)), "another order")
        for octet in framed(b'p {"command":"ping"}'):
            tls.sendall(bytes([octet]))
        expect(read_frame(tls).startswith(b"p {"), "no pong")


def test_refuses_whom_its_ca_does_not_know():
    with World() as world, tempfile.TemporaryDirectory() as folder:
        refused(world, world.ca.client(None))
        refused(world, world.ca.client(Authority(pathlib.Path(folder)).sign("proxy", "DNS:proxy.example.org")))
        refused(world, world.ca.client(world.ca.sign("late", days=0)))
        world.relay.says("event=control-refused")


def test_refuses_older_versions_of_tls():
    with World() as world:
        context = world.ca.client(world.proxy)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        refused(world, context)


def test_takes_only_the_names_that_the_configuration_has():
    with World(more='clients = ["proxy.example.org", "other.example.org"]\n') as world:
        refused(world, world.ca.client(world.ca.sign("stranger", "DNS:stranger.example.org")))


def test_ends_connections_that_speak_something_else():
    with World() as world:
        for garbage in (b"GET / HTTP/1.1\r\n\r\n", b'x {"command":"ping"}', bytes(5000), framed(b'x {"command":"ping"}')):
            with socket.create_connection((ADDRESS, PORT), 5) as plain:
                plain.sendall(garbage)
                plain.settimeout(3)
                got = b""
                try:
                    while some := plain.recv(1000):
                        got += some
                except OSError:
                    pass
                expect(len(got) <= len(garbage), f"{len(got)} octets for {len(garbage)}")
        world.alive()


def test_ends_connections_whose_frames_are_none():
    with World() as world:
        for wrong in (b'x {"command":"ping"}', b"65536:", b"0:,", b"007:x {},", b'20:x {"command":"ping"}}', b"-1:"):
            with world.connect() as tls:
                tls.sendall(wrong)
                expect(gone(tls, 5), f"{wrong!r} left it open")
        with world.connect() as tls:
            tls.sendall(b"1000:x {")  # and no more
        with world.connect() as tls:
            nested = ask(tls, b'x {"command":"ping","a":' + b"[" * 60_000 + b"}")
            expect(json.loads(nested[2:])["error-code"] == "bad-request", f"{nested!r}")
        world.alive()


def test_gives_events_to_a_connection_and_forgets_it_when_it_ends():
    with World(top="silence-timeout = 1\n") as world, Phone(CALLER) as caller, Phone(CALLEE) as callee:
        tls = world.connect()
        tls.settimeout(10)
        expect(b'"seconds":60' in ask(tls, b's {"command":"subscribe"}'), "no subscription")
        offer(world.relay, "quiet", caller)
        world.relay.ask("answer", call_id="quiet", from_tag="a", to_tag="b", sdp=callee.sdp(), sip_code=200)
        for leg in ("caller", "callee"):
            cookie, _, told = read_frame(tls).partition(b" ")
            event = json.loads(told)
            expect((cookie, event["event"], event["call-id"], event["leg"]) == (b"s", "silent", "quiet", leg), event)
        tls.close()
        world.relay.says("event=control-ended")
        world.alive()


def test_ends_a_handshake_that_does_not_come_and_a_frame_that_trickles():
    with World() as world, socket.create_connection((ADDRESS, PORT), 5) as silent, world.connect() as slow:
        slow.sendall(b"1000:x ")
        began = time.monotonic()
        expect(gone(silent, 30), "still open")
        while time.monotonic() - began < 30:
            try:
                slow.sendall(b"x")
                if gone(slow, 0.5):
                    break
            except OSError:
                break
        else:
            raise Failed("the frame may trickle for ever")
        world.alive()


def test_bounds_connections_that_prove_nothing():
    with World() as world:
        before = world.relay.descriptors()
        idle = []
        for number in range(10_000):
            idle.append(socket.create_connection((ADDRESS, PORT), 10))
            if len(idle) > 200:
                idle.pop(0).close()
            if number % 2000 == 1999:
                world.alive()
        expect(world.relay.descriptors() - before <= MOST_HANDSHAKES + 2, f"{world.relay.descriptors() - before} open")
        for one in idle:
            one.close()
        wait_until(lambda: world.relay.descriptors() <= before, "as few descriptors as before")


def test_cuts_off_who_does_not_read():
    with World() as world, world.connect() as tls:
        tls.settimeout(1)
        try:
            for i in range(200_000):
                tls.sendall(framed(b'%d {"command":"statistics"}' % i) * 50)
        except OSError:
            world.relay.says('event=control-ended')
            expect('reason="it does not read"' in world.relay.said(), world.relay.said())
            world.alive()
            return
        raise Failed("it takes all that comes")


def test_takes_new_certificates_on_sighup():
    with World() as world, world.connect() as old:
        serial = old.getpeercert()["serialNumber"]
        world.ca.sign("relay", f"IP:{ADDRESS}")
        world.relay.process.send_signal(signal.SIGHUP)
        world.relay.says("event=reload")
        with world.connect() as tls:
            expect(tls.getpeercert()["serialNumber"] != serial, "the old certificate")
        expect(ask(old, b'1 {"command":"ping"}').startswith(b"1 {"), "the old connection has ended")


def test_osrtpctl_speaks_over_tls_with_it():
    with World() as world, tempfile.TemporaryDirectory() as folder:
        certificate, key = world.proxy
        def ctl(*arguments: object, control: str = f"tls:{ADDRESS}:{PORT}") -> tuple[int, str]:
            done = subprocess.run([CONTROL, "--control", control, "--certificate", certificate, "--key", key, *arguments],
                                  capture_output=True, text=True, timeout=20, check=False)
            return done.returncode, done.stdout + done.stderr
        ca = ("--ca", world.ca.certificate)
        expect(ctl(*ca, "ping") == (0, "pong\n"), ctl(*ca, "ping"))
        expect(ctl(*ca, "--server-name", "relay.example.org", "ping") == (0, "pong\n"), "not by its name")
        status, said = ctl(*ca, "--server-name", "other.example.org", "ping")
        expect(status == 1 and "ostname mismatch" in said, said)
        other = Authority(pathlib.Path(folder))
        status, said = ctl("--ca", other.certificate, "ping")
        expect(status == 1 and "certificate" in said, said)
        status, said = ctl("--ca", folder + "/none", "ping")
        expect(status == 1 and "No such file" in said, said)
        status, said = ctl(*ca, "ping", control=f"tls:{ADDRESS}:{PORT + 1}")
        expect(status == 1 and "refused" in said, said)


def test_says_what_is_missing():
    where = ("--interface", ADDRESS, "--control", f"tls:{ADDRESS}:{PORT}")
    expect_refusal(where, 1, "`certificate`, `key` and `ca` in [control-tls]")
    expect_refusal(("--interface", ADDRESS, "--control", "tls:relay.example.org:1"), 2, "is not tls:ADDRESS:PORT")
    expect_refusal(("--interface", ADDRESS, "--control", "udp:192.0.2.1:2223"), 1, "not a loopback address",
                   "tls:ADDRESS:PORT")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        ca = Authority(folder)
        config = folder / "osrtpd.toml"
        config.write_text(f'[control-tls]\ncertificate = "{ca.certificate}"\nkey = "{folder}/none.key"\n'
                          f'ca = "{ca.certificate}"\n', encoding="utf-8")
        expect_refusal((*where, "--config", str(config)), 1, "none.key: No such file or directory")
