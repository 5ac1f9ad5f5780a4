"""Browser phones: one headless Chromium with a page for each, commanded over the driver's JSON lines."""

import asyncio
import dataclasses
import itertools
import json
import math
import pathlib
import struct
import wave

from lab import processes, web
from lab.baresip import Failed

TONE_SECONDS = 60  # the browser plays it again and again
TONE_RATE = 48000
PEAK_TOLERANCE = 12  # Hz, two bins of the page's analyser


def write_tone(path: pathlib.Path, frequency: int) -> None:
    """A sine at half of full scale, as a file for Chromium's microphone."""
    period = [int(16000 * math.sin(2 * math.pi * frequency * n / TONE_RATE)) for n in range(TONE_RATE)]
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, TONE_RATE, 0, "NONE", ""))
        out.writeframes(struct.pack(f"<{TONE_RATE}h", *period) * TONE_SECONDS)


@dataclasses.dataclass(frozen=True)
class WebLine:
    """One browser phone: who it is and what it plays, which is the same for all of a browser."""

    user: str
    tone: int  # Hz
    mode: str = "browser"


class Browser:
    """A running Chromium, with its driver."""

    def __init__(self, directory: pathlib.Path, tone: int) -> None:
        self.tone = tone
        self.log = directory / "browser.log"
        self._tone_file = directory / "microphone.wav"
        self._phones: dict[str, "WebPhone"] = {}
        self._waiting: dict[int, asyncio.Future] = {}
        self._ids = itertools.count(1)
        self._ready: asyncio.Future | None = None
        self._reading: asyncio.Task | None = None
        self._process = None

    async def launch(self, owner: processes.Processes, seconds: float) -> None:
        write_tone(self._tone_file, self.tone)
        self._process = owner.start_piped("browser", ["node", str(web.SOURCE / "driver.mjs"), str(web.FOLDER),
                                                      str(self._tone_file)], self.log)
        loop = asyncio.get_running_loop()
        self._ready = loop.create_future()
        reader = asyncio.StreamReader(limit=1 << 20)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), self._process.stdout)
        self._reading = asyncio.create_task(self._read(reader))
        try:
            await asyncio.wait_for(self._ready, seconds)
        except asyncio.TimeoutError:
            raise Failed(f"Chromium is not ready within {seconds:g} s; see {self.log}") from None

    def phone(self, line: WebLine) -> "WebPhone":
        self._phones[line.user] = WebPhone(self, line)
        return self._phones[line.user]

    async def ask(self, phone: str, command: str, seconds: float, **parameters: object) -> dict:
        number = next(self._ids)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        request = {"id": number, "phone": phone, "command": command} | parameters
        try:
            self._process.stdin.write(f"{json.dumps(request)}\n".encode())
            self._process.stdin.flush()
            reply = await asyncio.wait_for(self._waiting[number], seconds)
        except asyncio.TimeoutError:
            raise Failed(f"{phone}: no reply to {command} within {seconds:g} s; see {self.log}") from None
        except OSError as error:
            raise Failed(f"{phone}: the browser is gone ({error}); see {self.log}") from error
        finally:
            del self._waiting[number]
        if "error" in reply:
            raise Failed(f"{phone}: {command}: {reply['error']}; see {self.log}")
        return reply["result"]

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with open(self.log, "ab") as log:
            while line := await reader.readline():
                log.write(line)
                log.flush()
                message = json.loads(line)
                if message.get("id") in self._waiting:
                    self._waiting[message["id"]].set_result(message)
                elif message.get("event") == "ready":
                    self._ready.set_result(None)
                elif message.get("phone") in self._phones:
                    self._phones[message["phone"]].take(message)
        gone = {"error": "the browser has ended"}
        for future in self._waiting.values():
            future.set_result(gone)

    def quit(self) -> None:
        """The driver ends Chromium and itself when its input does."""
        if self._process is not None:
            self._process.stdin.close()


class WebPhone:
    """One page. It answers by itself."""

    def __init__(self, browser: Browser, line: WebLine) -> None:
        self.line = line
        self.log = browser.log
        self.stats: dict = {}  # as of the last look
        self._browser = browser
        self._events: list[dict] = []
        self._arrived = asyncio.Event()

    def take(self, event: dict) -> None:
        self._events.append(event)
        self._arrived.set()

    async def register(self, domain: str, socket: str, seconds: float) -> None:
        """`socket`: the proxy's WebSocket address, as ws://ADDRESS:PORT."""
        await self._browser.ask(self.line.user, "open", seconds)
        address = f"sip:{self.line.user}@{domain}"
        await self._browser.ask(self.line.user, "register", seconds, uri=address, socket=socket)

    async def dial(self, target: str) -> None:
        await self._browser.ask(self.line.user, "dial", 5, target=target)

    async def hang_up(self) -> None:
        await self._browser.ask(self.line.user, "hangup", 5)

    async def established(self, seconds: float) -> str:
        """The Call-ID, when the call is up."""
        return (await self._event("established", seconds))["call"]

    async def closed(self, seconds: float) -> None:
        await self._event("closed", seconds)

    async def look(self) -> None:
        """Takes the browser's own figures, while the call is up."""
        self.stats = await self._browser.ask(self.line.user, "stats", 5)

    @property
    def media_ports(self) -> range:
        port = self.stats.get("port", 0)
        return range(port, port + 1)

    async def quit(self) -> None:
        """Nothing to complete: the page goes with its browser."""

    def hears(self, frequency: int) -> float:
        """Seconds in which that tone was the loudest."""
        peaks = self.stats.get("peaks", [])
        return sum(abs(peak - frequency) <= PEAK_TOLERANCE for peak in peaks) * self.stats.get("listenSeconds", 0)

    async def _event(self, wanted: str, seconds: float) -> dict:
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            for event in self._events:
                if event["event"] == wanted:
                    return event
                if event["event"] == "closed":
                    raise Failed(f"{self.line.user}: the call closed ({event.get('cause')}), waiting for {wanted}; "
                                 f"see {self.log}")
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), deadline - asyncio.get_running_loop().time())
            except asyncio.TimeoutError:
                raise Failed(f"{self.line.user}: not {wanted} within {seconds:g} s; see {self.log}") from None
