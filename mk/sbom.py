#!/usr/bin/python3
"""sbom.py BINARY...: a bill of materials (CycloneDX 1.5, JSON) of what the binaries are made of, to standard output.

What is linked is asked of the loader, what is compiled in is read from our includes, and whose it is is asked of dpkg. Nothing but SOURCE_DATE_EPOCH, or the date of debian/changelog, is taken from the clock.
"""

import datetime
import email.utils
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[1]
NAMESPACE = uuid.UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")  # of names in the DNS (RFC 4122 appendix C)


def said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def linked(binary: str) -> set[str]:
    return {os.path.realpath(path) for path in re.findall(r"=> (/\S+)", said("ldd", binary))}


def compiled_in() -> set[str]:
    """Headers of the system that our sources name."""
    names = set()
    for file in [path for folder in ("daemon", "protocol", "module") for path in (ROOT / folder).rglob("*.[ch]*")]:
        names.update(re.findall(r"^#include <([^>]+/[^>]+)>", file.read_text(encoding="utf-8"), re.MULTILINE))
    return {str(path) for path in (pathlib.Path("/usr/include", name) for name in names) if path.exists()}


def packages_of(files: set[str]) -> set[str]:
    """The Debian packages that own the files, wherever /usr is merged."""
    found = set()
    for line in said("dpkg", "-S", *sorted(files | {file.removeprefix("/usr") for file in files})).splitlines():
        found.update(name.strip() for name in line.partition(": ")[0].split(",") if not line.startswith("diversion"))
    return found


def licences(package: str) -> list[str]:
    """As its copyright file names them, where that is made for machines."""
    copyright_file = pathlib.Path("/usr/share/doc", package.partition(":")[0], "copyright")
    text = copyright_file.read_text(encoding="utf-8", errors="replace") if copyright_file.exists() else ""
    if not re.match(r"Format: \S*copyright-format", text):
        return []
    return sorted(set(re.findall(r"^License: *(\S.*?) *$", text, re.MULTILINE)))


def component(package: str, how: str) -> dict:
    name, version, architecture, source = said(
        "dpkg-query", "-W", "-f", "${Package}\t${Version}\t${Architecture}\t${source:Package}", package).split("\t")
    reference = f"pkg:deb/debian/{name}@{version}?arch={architecture}"
    made = {"type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference,
            "properties": [{"name": "debian:source", "value": source}, {"name": "linkage", "value": how}]}
    names = licences(package)
    return made | ({"licenses": [{"license": {"name": one}} for one in names]} if names else {})


def source_of(part: dict) -> str:
    return part["properties"][0]["value"]


def changelog() -> tuple[str, datetime.datetime]:
    """Our version, and when it was made."""
    text = (ROOT / "debian/changelog").read_text(encoding="utf-8")
    version = re.match(r"\S+ \(([^)]+)\)", text).group(1)
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return version, datetime.datetime.fromtimestamp(int(epoch), datetime.timezone.utc)
    stamp = re.search(r"^ -- .*?>  (.*)$", text, re.MULTILINE).group(1)
    return version, email.utils.parsedate_to_datetime(stamp).astimezone(datetime.timezone.utc)


def main(binaries: list[str]) -> int:
    if not binaries:
        print("usage: sbom.py BINARY...", file=sys.stderr)
        return 2
    version, when = changelog()
    shared = packages_of(set().union(*map(linked, binaries)))
    parts = [component(package, "shared library") for package in sorted(shared)]
    sources = {source_of(part) for part in parts} | {"linux"}
    compiled = [component(package, "headers") for package in sorted(packages_of(compiled_in()))]
    parts += [part for part in compiled if source_of(part) not in sources]
    bill = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {
            "timestamp": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "application", "bom-ref": f"osrtp@{version}", "name": "osrtp", "version": version,
                          "licenses": [{"license": {"id": "GPL-2.0-or-later"}}]},
        },
        "components": parts,
        "dependencies": [{"ref": f"osrtp@{version}", "dependsOn": [part["bom-ref"] for part in parts]}],
    }
    serial = uuid.uuid5(NAMESPACE, json.dumps(bill, sort_keys=True))
    print(json.dumps({"serialNumber": f"urn:uuid:{serial}"} | bill, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
