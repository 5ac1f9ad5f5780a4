#!/usr/bin/python3
"""The schemas against what is said and written: check-schemas.py RECORDS

Every example of docs/protocol.md, every frame of examples/control-dialogue.txt and every line of RECORDS ("request JSON",
"reply JSON" or "event JSON", written by the codec's tests) must validate; what the table below makes wrong must not.
"""
import copy
import json
import re
import sys

import jsonschema

passed = failed = 0


def load(kind):
    with open(f"protocol/schema/{kind}.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


SCHEMAS = {kind: load(kind) for kind in ("request", "reply", "event")}


def count(good, complaint):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(complaint)


def accept(kind, document, where):
    error = jsonschema.exceptions.best_match(SCHEMAS[kind].iter_errors(document))
    count(error is None, f"{where}: {kind} refused: {error.message if error else ''}\n  {json.dumps(document)[:300]}")


def refuse(kind, document, where):
    count(not SCHEMAS[kind].is_valid(document), f"{where}: wrong {kind} accepted\n  {json.dumps(document)[:300]}")


def documented():
    with open("docs/protocol.md", encoding="utf-8") as file:
        blocks = re.findall(r"^```json (request|reply|event) name=([\w-]+)\n(.*?)^```$", file.read(), re.M | re.S)
    return {(kind, name): json.loads(text) for kind, name, text in blocks}


def dialogue():
    with open("examples/control-dialogue.txt", encoding="utf-8") as file:
        for line in file:
            if line[0] in "<>":
                yield {">": "request", "<": "reply"}[line[0]], json.loads(line.split(" ", 2)[2])


def recorded(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            kind, text = line.split(" ", 1)
            yield kind, json.loads(text)


GONE = object()

# What is changed in which example, by path, and to what.
WRONG_REQUESTS = [
    ("ping", ["command"], GONE),
    ("ping", ["command"], "dance"),
    ("ping", ["command"], "Ping"),
    ("query", ["call-id"], GONE),
    ("query", ["call-id"], ""),
    ("query", ["call-id"], 7),
    ("query", ["call-id"], "a\0b"),
    ("delete", ["call-id"], GONE),
    ("delete", ["flags"], {"fatal": True}),
    ("delete", ["delete-delay"], -1),
    ("drain", ["on"], "yes"),
    ("subscribe", ["seconds"], -1),
    ("list", ["limit"], -1),
    ("list", ["limit"], 1.5),
    ("list", ["limit"], "many"),
    ("offer", ["sdp"], GONE),
    ("offer", ["sdp"], ""),
    ("offer", ["sdp-base64"], "dj0w"),
    ("offer", ["call-id"], GONE),
    ("offer", ["from-tag"], GONE),
    ("offer", ["flags"], [["a"]]),
    ("offer", ["sip-code"], 700),
    ("offer", ["sip-code"], "70O"),
    ("offer", ["osrtp"], "require"),
    ("offer", ["osrtp", "caller"], "required"),
    ("offer", ["osrtp", "calle"], "require"),
    ("offer", ["osrtp", "caller-signalling"], "tls"),
    ("offer", ["osrtp", "allow-sdes-over-clear"], "yes"),
    ("offer", ["osrtp", "offerer"], "both"),
    ("offer", ["osrtp", "keying"], ["zrtp"]),
    ("offer", ["osrtp", "callee-keying"], ["zrtp"]),
    ("offer", ["osrtp", "caller-peer"], "browser"),
    ("offer", ["osrtp", "callee-shape"], "both"),
    ("offer", ["DTLS"], 1),
    ("offer", ["osrtp", "suites"], ["NULL_HMAC_SHA1_80"]),
    ("answer", ["to-tag"], GONE),
    ("answer", ["to-tag"], ""),
    ("base64", ["sdp-base64"], "dj0!"),
]
WRONG_REPLIES = [
    ("ping", ["result"], GONE),
    ("ping", ["result"], "done"),
    ("ping", ["surprise"], 1),
    ("ping", ["calls"], GONE),
    ("drain", ["draining"], 1),
    ("answer", ["sdp-base64"], "dj0w"),
    ("answer", ["security"], GONE),
    ("answer", ["warnings"], []),
    ("answer", ["security", 0, "leg"], "listener"),
    ("answer", ["security", 0, "state"], "encrypted"),
    ("answer", ["security", 0, "reason"], "tired"),
    ("answer", ["security", 0, "suite"], GONE),
    ("answer", ["security", 0, "media"], -1),
    ("answer", ["security", 0, "dropped"], {"replay": "1"}),
    ("base64", ["sdp-base64"], "dj0"),
    ("delete-again", ["warning"], GONE),
    ("query", ["totals", "RTCP"], GONE),
    ("query", ["created_us"], 1000000),
    ("query", ["tags", "314159", "leg"], GONE),
    ("query", ["tags", "314159", "medias", 0, "streams", 0, "local port"], 65536),
    ("query", ["tags", "314159", "medias", 0, "streams", 0, "endpoint", "port"], GONE),
    ("list", ["calls"], [1]),
    ("statistics", ["statistics", "totalstatistics", "uptime"], 67),
    ("refused", ["error-code"], "because"),
    ("refused", ["error-reason"], GONE),
    ("refused", ["result"], "ok"),
]


WRONG_EVENTS = [
    ("silent", ["event"], "loud"),
    ("silent", ["call-id"], ""),
    ("silent", ["leg"], "listener"),
    ("silent", ["media"], -1),
    ("silent", ["state"], "encrypted"),
    ("failed", ["reason"], "tired"),
    ("failed", ["reason"], GONE),
    ("failed", ["surprise"], 1),
]


def changed(document, path, value):
    document = copy.deepcopy(document)
    place = document
    for step in path[:-1]:
        place = place[step]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def main():
    examples = documented()
    for (kind, name), document in examples.items():
        accept(kind, document, f"docs/protocol.md, {name}")
    seen = {"request": 0, "reply": 0, "event": 0}
    for where, source in (("control-dialogue.txt", dialogue()), ("records", recorded(sys.argv[1]))):
        for kind, document in source:
            accept(kind, document, where)
            seen[kind] += 1
    count(min(seen.values()) >= 300, f"too few records: {seen}")
    for kind, table in (("request", WRONG_REQUESTS), ("reply", WRONG_REPLIES), ("event", WRONG_EVENTS)):
        for name, path, value in table:
            refuse(kind, changed(examples[kind, name], path, value), f"{name} {path}")
        for document in (None, [], "ping", {}):
            refuse(kind, document, "no object")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
