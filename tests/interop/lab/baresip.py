"""A baresip phone without sound card or screen: plays a tone, records what it hears, is told what to do."""

import asyncio
import dataclasses
import json
import pathlib
import subprocess

from lab import audio, processes

# How the phone protects media: what an account's `mediaenc` says.
MEDIAENC = {"plain": "", "opportunistic": ";mediaenc=srtp", "mandatory": ";mediaenc=srtp-mand",
            "dtls": ";mediaenc=dtls_srtp"}

CONFIG = """\
poll_method epoll
sip_listen {address}:{sip}
sip_certificate {certificate}
net_interface {address}
call_max_calls 4
audio_buffer 20-160
audio_source ausine,{tone}
ausrc_srate 48000
ausrc_channels 2
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
rtp_ports {rtp_first}-{rtp_last}
rtcp_mux no
jitter_buffer_delay 5-10
rtp_stats yes
ringback_disabled yes
snd_path {directory}
ctrl_tcp_listen 127.0.0.1:{control}
module_path /usr/lib/baresip/modules
module g711.so
module sndfile.so
module ausine.so
module srtp.so
module dtls_srtp.so
module stun.so
module turn.so
module ice.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
"""


class Failed(Exception):
    """The phone did not do what was asked, in time or at all."""


@dataclasses.dataclass(frozen=True)
class Line:
    """One phone: who it is, what it plays, where it listens."""

    user: str
    mode: str  # a key of MEDIAENC
    transport: str  # "tls" | "udp"
    tone: int  # Hz
    number: int  # tells the phones of one machine apart: all ports follow from it
    address: str = "127.0.0.1"
    answers: str = "auto"  # | "manual": rings until told to accept | "early": the same, with sound in a 183

    @property
    def sip_port(self) -> int:
        return 15100 + 2 * self.number  # TLS listens on the next one

    @property
    def control_port(self) -> int:
        return 15200 + self.number

    @property
    def media_ports(self) -> range:
        return range(16000 + 20 * self.number, 16000 + 20 * self.number + 20)


class Phone:
    """A running baresip, commanded over its ctrl_tcp socket (JSON in netstrings)."""

    def __init__(self, line: Line, directory: pathlib.Path) -> None:
        self.line = line
        self.directory = directory
        self.log = directory / "baresip.log"
        self._events: list[dict] = []
        self._arrived = asyncio.Event()
        self._reader: asyncio.Task | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._process: subprocess.Popen | None = None

    def launch(self, owner: processes.Processes, certificate: pathlib.Path, detached: bool = False,
               account: str = "") -> None:
        """Starts the process. With an `account` it registers at once, else `register` makes it."""
        self.directory.mkdir(parents=True)
        line = self.line
        (self.directory / "config").write_text(CONFIG.format(
            address=line.address, sip=line.sip_port, certificate=certificate.resolve(), tone=line.tone,
            rtp_first=line.media_ports[0], rtp_last=line.media_ports[-1], directory=self.directory.resolve(),
            control=line.control_port))
        for name, content in (("accounts", f"{account}\n"), ("contacts", ""), ("uuid", "")):
            (self.directory / name).write_text(content)
        argv = ["baresip", "-4", "-s", "-f", str(self.directory)]
        self._process = owner.start(f"baresip {line.user}", argv, self.log, detached)

    def account(self, proxy: str) -> str:
        """The account line; `proxy` is ADDRESS:PORT of the phone's transport."""
        line = self.line
        return (f"<sip:{line.user}@{proxy};transport={line.transport}>;regint=3600;answermode={line.answers}"
                f"{MEDIAENC[line.mode]}")

    async def register(self, proxy: str, seconds: float) -> None:
        await self._connect(seconds)
        await self.command("uanew", self.account(proxy))
        await self.event("REGISTER_OK", seconds)

    async def dial(self, target: str) -> None:
        await self.command("dial", target)

    async def hang_up(self) -> None:
        await self.command("hangup")

    async def established(self, seconds: float) -> str:
        """The Call-ID, when the call is up."""
        return (await self.event("CALL_ESTABLISHED", seconds))["id"]

    async def closed(self, seconds: float) -> None:
        await self.event("CALL_CLOSED", seconds)

    async def look(self) -> None:
        """Nothing to take while the call is up: recording, trace and packets tell all."""

    @property
    def media_ports(self) -> range:
        return self.line.media_ports

    @property
    def tone(self) -> int:
        return self.line.tone

    def hears(self, frequency: int) -> float:
        """Seconds of that tone in the recording, when the phone has quit."""
        samples, rate = audio.read_wav(self.recording())
        return audio.seconds_of_tone(samples, frequency, rate)

    async def _connect(self, seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            try:
                reader, self._writer = await asyncio.open_connection("127.0.0.1", self.line.control_port)
                break
            except OSError as error:
                if asyncio.get_running_loop().time() > deadline:
                    raise Failed(f"{self.line.user} does not take commands ({error}); see {self.log}") from error
                await asyncio.sleep(0.05)
        self._reader = asyncio.create_task(self._read(reader))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                message = json.loads((await reader.readexactly(size)).decode(errors="replace"))
                await reader.readexactly(1)
                self._events.append(message)
                self._arrived.set()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError):
            return

    async def command(self, name: str, params: str = "") -> None:
        body = json.dumps({"command": name, "params": params, "token": name}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))
        await self._writer.drain()

    async def event(self, wanted: str, seconds: float) -> dict:
        """The first event of that type, past or to come. A call that closes first is a failure."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            for event in self._events:
                if event.get("type") == wanted:
                    return event
                if event.get("type") in ("CALL_CLOSED", "REGISTER_FAIL"):
                    raise Failed(f"{self.line.user}: {event['type']} {event.get('param', '')}, "
                                 f"waiting for {wanted}; see {self.log}")
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), deadline - asyncio.get_running_loop().time())
            except asyncio.TimeoutError:
                raise Failed(f"{self.line.user}: no {wanted} within {seconds:g} s; see {self.log}") from None

    async def happened(self, wanted: str, seconds: float, call_id: str = "") -> dict:
        """The same of one call, whatever becomes of others, and takes the event out, so that a second one can be waited for."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            for event in self._events:
                if event.get("type") == wanted and call_id in ("", event.get("id")):
                    self._events.remove(event)
                    return event
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), deadline - asyncio.get_running_loop().time())
            except asyncio.TimeoutError:
                raise Failed(f"{self.line.user}: no {wanted} within {seconds:g} s; see {self.log}") from None

    async def quit(self) -> None:
        """Lets the phone end by itself, which completes its recording."""
        if self._writer is not None:
            try:
                await self.command("quit")
                self._writer.close()
            except ConnectionError:
                pass
        if self._reader is not None:
            self._reader.cancel()

    def has_ended(self) -> bool:
        """The process is gone, its recording complete and its ports free."""
        return self._process is None or self._process.poll() is not None

    def end(self, owner: processes.Processes) -> None:
        """Ends the process if it has not ended by itself."""
        if not self.has_ended():
            owner.end(self._process)

    def recording(self) -> pathlib.Path:
        """What the phone heard, decoded."""
        heard = sorted(self.directory.glob("dump-*-dec.wav"))
        return heard[-1] if heard else self.directory / "dump-none-dec.wav"
