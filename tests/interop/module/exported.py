"""What the module exports, by kind, out of its sources. Kinds are named as in the ids of module/doc; statistics (s) are not here,
since a running Kamailio lists them."""

import pathlib
import re

MODULE = pathlib.Path(__file__).resolve().parents[3] / "module"

# Of each kind: the type of its tables, and how a row begins.
TABLES = {
    "p": ("param_export_t", r'\{\s*"(\w+)"'),
    "f": ("cmd_export_t", r'\{\s*"(\w+)"'),
    "k": ("sr_kemi_t", r'str_init\("osrtp"\),\s*str_init\("(\w+)"\)'),
    "r": ("rpc_export_t", r'\{\s*"osrtp\.(\w+)"'),
}


def sources(*endings: str) -> str:
    files = sorted(file for file in MODULE.iterdir() if file.suffix in endings)
    return "\n".join(re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read_text(), flags=re.S) for file in files)


def exported() -> dict[str, set[str]]:
    c = sources(".c")
    names = {}
    for kind, (table, row) in TABLES.items():
        bodies = re.findall(rf"\b{table}\s+\w+\[\w*\]\s*=\s*\{{(.*?)\n\}};", c, re.S)
        names[kind] = {name for body in bodies for name in re.findall(row, body)}
        # A table that cannot be read must not look like one without rows.
        count = len(re.findall(rf"\b{table}\s+\w+\[\w*\]\s*=", c))
        assert count == len(bodies) and bool(bodies) == bool(names[kind]), f"cannot read the tables of {table}"
    facts = re.search(r"kFactNames\{(.*?)\};", (MODULE / "outcome.hpp").read_text(), re.S)
    names["v"] = set(re.findall(r'"([\w.]+)"', facts[1]))
    names["e"] = set(re.findall(r'"osrtp:([\w-]+)"', c + sources(".cpp", ".hpp", ".h")))
    options = (MODULE / "options.cpp").read_text()
    sides = {side + rest for rest in ["", *re.findall(r'rest == "(-\w+)"', options)] for side in ("caller", "callee")}
    names["o"] = sides | set(re.findall(r'(?:key|word) == "([\w-]+)"', options))
    for kind in "pfkvo":
        assert names[kind], f"no names of kind {kind} found"
    return names
