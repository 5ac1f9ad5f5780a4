"""The rows of the table. Each is a function whose docstring is the row's sentence."""

import dataclasses
import inspect
import re

from call import Stage, Tally


@dataclasses.dataclass(frozen=True)
class Row:
    name: str  # "S1 encrypted"
    sentence: str
    perform: object
    finds: tuple[str, ...]  # columns that are not 0 on a relay that checks nothing

    def is_of(self, wanted: list[str]) -> bool:
        """`wanted`: "s1" for all of S1, or "s1-encrypted"."""
        name = self.name.lower().replace(" ", "-")
        return not wanted or any(name == one or name.startswith(one + "-") for one in wanted)


ROWS: list[Row] = []
# Those that no relay can be tried with alone.
ELSEWHERE = {
    "S16": "weak hashes and suites of DTLS: tests/interop/dtls_check.sh",
    "S18, the SIP side": "a proxy that strips keys, 488 and what follows: tests/interop/module",
    "S20": "keys that are wiped: S19 here, and tests/interop/keys",
    "S21": "keys over clear signalling: tests/interop/module",
    "S30": "what the build contains: tests/packaging",
}


def row(name: str, *finds: str):
    def add(perform):
        ROWS.append(Row(name, re.sub(r"\s+", " ", inspect.getdoc(perform)), perform, finds))
        return perform
    return add


def run(stage: Stage, one: Row) -> Tally:
    """What came of it; a relay that is gone after it is started again."""
    tally = stage.begin()
    for part in (one.perform, Stage.finish):
        try:
            part(stage)
        except Exception as failure:  # whatever went wrong, the other rows still say something
            tally.wrong.append(f"{type(failure).__name__}: {failure}")
    if not stage.target.is_alive():
        tally.wrong.append("the relay is gone")
        stage.target.restart()
    return tally


def in_order() -> list[Row]:
    return sorted(ROWS, key=lambda one: int(re.search(r"\d+", one.name).group()))
