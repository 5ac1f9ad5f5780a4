"""What a Kamailio answers over its JSON-RPC socket."""

import json
import pathlib
import socket


def jsonrpc(path: pathlib.Path, method: str, *parameters, seconds: float = 5) -> dict:
    """Raises OSError: nobody answers in time; ValueError: it is no JSON."""
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.settimeout(seconds)
        client.bind("")
        client.connect(str(path))
        client.send(json.dumps(asked).encode())
        return json.loads(client.recv(65536))
