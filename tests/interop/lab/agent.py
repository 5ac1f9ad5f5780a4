"""A phone that a script plays, message by message: for what baresip cannot do."""

import asyncio
import fnmatch
import os
import pathlib
import ssl

from lab import sip
from lab.baresip import Failed, Line
from lab.stream import Stream


class Agent:
    """SIP over one TLS connection to the proxy, which is also how it is reached. Answers nothing by itself."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._half = len(line.media_ports) // 2
        self._streams = [self._stream(line.media_ports[:self._half], line.tone)]
        self.stream = self._streams[0]
        self._inbox: list[sip.Message] = []
        self._arrived = asyncio.Event()
        self._reader: asyncio.Task | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._count = 0

    def _stream(self, ports: range, tone: int) -> Stream:
        return Stream(self.line.address, ports, tone, self.line.mode == "opportunistic")

    def another_stream(self, tone: int) -> Stream:
        """A second phone behind the same SIP, as it were: another port, key and tone."""
        self._streams.append(self._stream(self.line.media_ports[self._half:], tone))
        return self._streams[-1]

    @property
    def tone(self) -> int:
        """What it plays now."""
        return self.stream.tone

    def refused(self) -> list[str]:
        """Why packets did not open."""
        return [reason for stream in self._streams for reason in stream.refused]

    async def register(self, proxy: str, seconds: float) -> None:
        host, port = proxy.split(":")
        unchecked = ssl.create_default_context()
        unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
        reader, self._writer = await asyncio.wait_for(asyncio.open_connection(host, int(port), ssl=unchecked), seconds)
        self._reader = asyncio.create_task(self._read(reader))
        self._at = "%s:%d" % self._writer.get_extra_info("sockname")
        self._proxy = proxy
        dialog = self._dialog(f"sip:{self.line.user}@{proxy}")
        dialog.target = f"sip:{proxy}"
        dialog.request("REGISTER", "", ("Expires", "600"))
        await self.receive("200 REGISTER", seconds)

    def invite(self, user: str, body: str = "", *headers: tuple[str, str]) -> sip.Dialog:
        """Calls a user of the proxy's."""
        dialog = self._dialog(f"sip:{user}@{self._proxy}")
        dialog.request("INVITE", body, *headers)
        return dialog

    def take(self, invite: sip.Message) -> sip.Dialog:
        """The callee's side of a dialog."""
        dialog = self._dialog("")
        dialog.call_id, dialog.peer, dialog.peer_tag = invite["Call-ID"], invite["From"].split(";tag=")[0], invite.tag("From")
        dialog.own, dialog.target, dialog.routes = invite["To"], invite.target, invite.routes()
        return dialog

    def cancelled(self, cancel: sip.Message, invite: sip.Message) -> None:
        """What a phone says that stops ringing."""
        dialog = self.take(invite)
        dialog.reply(cancel, "200 OK")
        dialog.reply(invite, "487 Request Terminated")

    async def answered(self, call: sip.Dialog) -> sip.Dialog:
        """Waits for the 200 to our INVITE with an offer, acknowledges it, and talks as it says."""
        answer = await self.receive("200 INVITE", call_id=call.call_id)
        dialog = call.confirm(answer)
        dialog.ack()
        self.stream.connect(answer.body)
        return dialog

    async def receive(self, what: str, seconds: float = 8.0, call_id: str = "") -> sip.Message:
        """The first message, past or to come, whose kind is `what` (`INVITE`, `18? INVITE`), and takes it out."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            for message in self._inbox:
                if fnmatch.fnmatchcase(message.kind, what) and call_id in ("", message["Call-ID"]):
                    self._inbox.remove(message)
                    return message
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), deadline - asyncio.get_running_loop().time())
            except asyncio.TimeoutError:
                there = ", ".join(message.kind for message in self._inbox) or "nothing"
                raise Failed(f"{self.line.user}: no {what} within {seconds:g} s, but {there}") from None

    def got(self, what: str) -> list[sip.Message]:
        """What lies there untaken."""
        return [message for message in self._inbox if fnmatch.fnmatchcase(message.kind, what)]

    async def hang_up_on_proxy(self) -> None:
        """Ends the connection, at the proxy's end too: nobody reaches the phone any more, though it is registered."""
        self._reader.cancel()
        self._writer.close()
        while self._at_proxy():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)

    def _at_proxy(self) -> bool:
        """Whether the proxy still has its socket of the connection."""
        peer = ":%04X" % int(self._at.rpartition(":")[2])
        lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        return any(line.split()[2].endswith(peer) and line.split()[9] != "0" for line in lines)

    def close(self) -> None:
        for stream in self._streams:
            stream.close()
        if self._reader:
            self._reader.cancel()
        if self._writer:
            self._writer.close()

    def _dialog(self, peer: str) -> sip.Dialog:
        self._count += 1
        own, unique = f"<sip:{self.line.user}@{self.line.address}>", f"{self.line.user}-{os.urandom(4).hex()}"
        return sip.Dialog(self._writer_write, f"sip:{self.line.user}@{self._at};transport=tls", f"TLS {self._at}",
                          unique, own, os.urandom(4).hex(), f"<{peer}>", "", peer)

    def _writer_write(self, octets: bytes) -> None:
        self._writer.write(octets)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        stream = b""
        while octets := await reader.read(65536):
            stream += octets
            while True:
                message, stream = sip.split(stream)
                if message is None:
                    break
                if not message.kind.startswith("100 "):
                    self._inbox.append(message)
                    self._arrived.set()
