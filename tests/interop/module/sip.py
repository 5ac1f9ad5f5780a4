"""Calls for sipp, written as lists of steps; and what went over the wire, read back from its message trace."""

import dataclasses
import pathlib
import re
import subprocess
from xml.sax.saxutils import quoteattr

SDP = """v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
m=audio 4000 RTP/AVP 0
"""
PLAIN = ("application/sdp", SDP)


def multipart(kind: str, part_header: str = "") -> tuple[str, str]:
    """A body of three parts, SDP the second."""
    return (f"multipart/{kind};boundary=edge",
            "--edge\nContent-Type: text/plain\n\nfirst\n"
            f"--edge\n{part_header}Content-Type: application/sdp\n\n{SDP}\n"
            "--edge\nContent-Type: text/plain\n\nthird\n--edge--\n")


def _message(first: str, headers: list[str], body: tuple[str, str] | None, length: int | None) -> str:
    lines = [first, *headers]
    if body:
        lines.append(f"Content-Type: {body[0]}")
    lines.append(f"Content-Length: {'[len]' if length is None else length}")
    text = "\n".join(lines) + "\n\n" + (body[1] if body else "")
    return f"<send><![CDATA[\n\n{text}\n]]></send>" if not body else f"<send><![CDATA[\n\n{text}]]></send>"


def request(method: str, sequence: int, to_tag: str = "", body: tuple[str, str] | None = None, headers: str = "",
            branch: str = "", length: int | None = None, sender: str = "caller", cseq_method: str = "") -> str:
    """A request of the caller's, or within the call of the callee's. The host after `@` is where the proxy sends it."""
    branch = branch or f"{method}{sequence}"
    ours, theirs = ("caller", to_tag) if sender == "caller" else (to_tag, "caller")
    peer = f"<sip:{'b' if sender == 'caller' else 'a'}@[peer]>"
    return _message(
        f"{method} sip:x@[peer] SIP/2.0",
        [f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{branch}",
         f"From: <sip:{sender}@[local_ip]>;tag={ours}",
         f"To: {peer}" + (f";tag={theirs}" if theirs else ""),
         "Call-ID: [call_id]", f"CSeq: {sequence} {cseq_method or method}",
         "Contact: <sip:x@[local_ip]:[local_port]>", "Max-Forwards: 70",
         *headers.splitlines()], body, length)


def reply(status: str, tag: str = "", body: tuple[str, str] | None = None, headers: str = "") -> str:
    """An answer to the request that came last; `tag`: where that one had none in To."""
    return _message(f"SIP/2.0 {status}",
                    ["[last_Via:]", "[last_From:]", "[last_To:]" + (f";tag={tag}" if tag else ""), "[last_Call-ID:]",
                     "[last_CSeq:]", "Contact: <sip:x@[local_ip]:[local_port]>", *headers.splitlines()], body, None)


def receive(what: str, optional: bool = False) -> str:
    kind = "response" if what.isdigit() else "request"
    return f'<recv {kind}={quoteattr(what)}{" optional=" + quoteattr("true") if optional else ""}></recv>'


def pause(milliseconds: int) -> str:
    return f'<pause milliseconds="{milliseconds}"/>'


TRYING = receive("100", optional=True)


@dataclasses.dataclass
class Message:
    first: str
    headers: dict[str, str]
    body: bytes
    whole: bool  # Content-Length says what came

    @property
    def sdp_title(self) -> list[str]:
        return re.findall(r"^s=(.*?)\r?$", self.body.decode("latin-1"), re.M)


class Phone:
    """One sipp process that plays one scenario once."""

    def __init__(self, directory: pathlib.Path, name: str, address: str, steps: list[str], peer: str,
                 proxy: str = "", call_id: str = "") -> None:
        scenario = directory / f"{name}.xml"
        scenario.write_text('<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="s">\n' +
                            "\n".join(steps).replace("[peer]", peer) + "\n</scenario>\n", encoding="latin-1")
        self.trace = directory / f"{name}.trace"
        host, port = address.split(":")
        argv = ["sipp", *([proxy] if proxy else []), "-sf", str(scenario), "-i", host, "-p", port, "-m", "1", "-nostdin",
                "-trace_msg", "-message_file", str(self.trace), "-message_overwrite", "true", "-recv_timeout", "8000",
                "-timeout", "20", "-timeout_error", *(["-cid_str", call_id] if call_id else [])]
        self._log = (directory / f"{name}.log").open("wb")
        self._process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, cwd=directory)

    def finish(self) -> int:
        try:
            return self._process.wait(25)
        finally:
            if self._process.poll() is None:
                self._process.kill()
            self._log.close()

    def received(self, first: str) -> list[Message]:
        """What came in whose first line starts so, in order."""
        return [message for message in self._messages() if message.first.startswith(first)]

    def _messages(self) -> list[Message]:
        found = []
        # "UDP message received [123] bytes :", an empty line, the message.
        for size, rest in re.findall(rb"UDP message received \[(\d+)\] bytes :\n\n(.*?)(?=\n-{20,} |\Z)",
                                     self.trace.read_bytes(), re.S):
            head, _, body = rest[:int(size)].partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            found.append(Message(first, headers, body, int(headers.get("Content-Length", -1)) == len(body)))
        return found
