#!/usr/bin/python3
"""module/doc against the module, and its examples in Kamailio. Last line: `N passed, N failed`.

An example is a part of a script, with lines of `...` around it; doc.cfg is put before it, and a request_route behind one that has
none. Its role says what else: `lua` is a script for app_lua; `parse` cannot be started here, since it needs a database or so;
`shell` is typed elsewhere and not loaded.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from xml.etree import ElementInclude, ElementTree

from exported import MODULE, exported
from proxy import Kamailio, free_port, require_tools
from rpc import jsonrpc

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
HOST = "127.0.0.45"
# How an example of each kind uses a name.
USE = {
    "p": r'modparam\("osrtp", "{}",',
    "f": r"\b{}\(",
    "k": r"KSR\.osrtp\.{}\(",
    "r": r"\bosrtp\.{}\b",
    "s": "",  # they are shown together
    "v": r"\$osrtp\({}\)",
    "e": r"event_route\[osrtp:{}\]",
    "o": "",
}
KINDS = {"p": "parameter", "f": "function", "k": "KEMI function", "r": "RPC command", "s": "statistic",
         "v": "name of $osrtp(...)", "e": "event route", "o": "option"}

results = []
ANSWER: list[str] = []


def judge(good: bool, complaint: str) -> None:
    results.append(good)
    if not good:
        print(f"FAILED {complaint}")


def book() -> ElementTree.Element:
    tree = ElementTree.parse(MODULE / "doc/osrtp.xml").getroot()
    ElementInclude.include(tree, base_url=str(MODULE / "doc/osrtp.xml"))
    return tree


def listings(section: ElementTree.Element) -> str:
    return "\n".join("".join(listing.itertext()) for listing in section.iter("programlisting"))


def documented(tree: ElementTree.Element) -> dict[str, dict[str, str]]:
    """By kind and name: the examples of the section that tells of it."""
    names: dict[str, dict[str, str]] = {kind: {} for kind in USE}
    options = next(section for section in tree.iter("section") if section.get("id") == "osrtp.options")
    for item in options.iter("listitem"):
        if item.get("condition") != "coming":
            names["o"] |= {term.text.partition("=")[0]: "" for term in item.iter("emphasis")}
    for section in tree.iter("section"):
        part = re.fullmatch(r"osrtp\.([a-z])\.([\w-]+)", section.get("id", ""))
        if not part or section.get("condition") == "coming":
            continue
        kind, name = part[1], part[2]
        examples = listings(section)
        if kind in "pfre":
            names[kind][name] = examples
        elif kind == "k":
            names[kind] |= {used: examples for used in re.findall(r"KSR\.osrtp\.(\w+)\(", examples)}
        elif kind == "v":
            said = "".join(section.find("itemizedlist").itertext())
            names[kind] |= {told: examples for told in re.findall(r"\$osrtp\(([\w.]+)\)", said)}
        elif kind == "s":
            said = [term for each in section.iter("itemizedlist") for term in each.iter("emphasis")]
            names[kind] |= {term.text: examples for term in said}
    return names


def statistics(directory: pathlib.Path) -> set[str]:
    """plain_REASON stands for those of all reasons."""
    load("", "", directory, ("stats.get_statistics", ["osrtp:"]))
    names = {re.match(r"osrtp:(\w+)", line)[1] for line in ANSWER}
    assert names, "no statistics"
    return {"plain_REASON" if name.startswith("plain_") else name for name in names}


def check_names(tree: ElementTree.Element, directory: pathlib.Path) -> None:
    there, told = exported() | {"s": statistics(directory)}, documented(tree)
    for kind, what in KINDS.items():
        for name in sorted(there[kind] | set(told[kind])):
            if name not in told[kind]:
                judge(False, f"{what} {name}: the module has it, module/doc tells nothing of it, or has it as coming")
            elif name not in there[kind]:
                judge(False, f"{what} {name}: module/doc tells of it, the module does not have it (yet: condition=\"coming\")")
            else:
                judge(re.search(USE[kind].format(re.escape(name)), told[kind][name]) is not None,
                      f"{what} {name}: no example uses it")
    guide = (ROOT / "docs/kamailio.md").read_text()
    rows = set(re.findall(r"`([\w.]+)`", "".join(re.findall(r"^\| (`[^|]*)\|", guide.partition("## `$osrtp(")[2], re.M))))
    judge(rows == there["v"], f"docs/kamailio.md, table of $osrtp(...): {sorted(rows ^ there['v'])}")


def check_readme() -> None:
    made = subprocess.run(["mk/module-doc.sh"], cwd=ROOT, capture_output=True, text=True, check=False)
    judge(made.returncode == 0 and made.stdout == (MODULE / "README").read_text(),
          f"module/README is not what module/doc says: make module-doc. {made.stderr}")
    valid = subprocess.run(["xmllint", "--noout", "--nonet", "--xinclude", "--nofixup-base-uris", "--postvalid",
                            "module/doc/osrtp.xml"], cwd=ROOT, capture_output=True, text=True,
                           check=False)
    judge(valid.returncode == 0, f"module/doc is not DocBook: {valid.stderr[:500]}")


def configuration(text: str, role: str, directory: pathlib.Path) -> str:
    head = (HERE / "doc.cfg").read_text()
    if role == "lua":
        script = directory / "example.lua"
        # Kamailio looks for this one in any script.
        script.write_text(text if "ksr_request_route" in text else text + "\nfunction ksr_request_route()\nend\n")
        return head + f'loadmodule "app_lua.so"\nmodparam("app_lua", "load", "{script}")\ncfgengine "lua"\n'
    # doc.cfg loads the modules, ours from where it has been built.
    text = re.sub(r'^(\.\.\.$|loadmodule "(tm|osrtp)\.so")', "", text, flags=re.M)
    if not re.search(r"^(request_)?route *\{", text, re.M):
        text += "\nrequest_route {\n\texit;\n}\n"
    return head + text


def check_width(title: str, text: str) -> None:
    """A text browser would break longer lines, and a script with them."""
    long = [line for line in text.expandtabs(8).splitlines() if len(line) > 80]
    judge(not long, f"example \"{title}\": longer than 80 columns: {long}")


def load(text: str, role: str, directory: pathlib.Path, ask: tuple[str, list] = ("system.listMethods", [])) -> str:
    """`ask`: an RPC command whose answer is put down in ANSWER. @return what Kamailio has against it, or nothing"""
    config = directory / "example.cfg"
    config.write_text(configuration(text, role, directory))
    kamailio = Kamailio(directory, f"unix:{directory}/control.sock", f"{HOST}:{free_port(HOST)}", config,
                        (f'RPC_SOCK="{directory}/run/rpc.sock"',))
    checked = kamailio.check()
    if checked.returncode != 0:
        return checked.stderr[-800:]
    if role == "parse":
        return ""
    # `kamailio -c` looks neither at the texts of functions nor at scripts in other languages.
    ANSWER.clear()
    started = kamailio.start(lambda: ANSWER.extend(rpc(directory, *ask)) or bool(ANSWER))
    kamailio.stop()
    return "" if started else f"it does not start: {kamailio.log_text()[-800:]}"


def rpc(directory: pathlib.Path, method: str, parameters: list) -> list[str]:
    """What the Kamailio of an example answers; nothing: it does not run yet."""
    try:
        return jsonrpc(directory / "run/rpc.sock", method, *parameters, seconds=1).get("result") or []
    except (OSError, ValueError):
        return []


def check_examples(tree: ElementTree.Element, directory: pathlib.Path) -> None:
    examples = [example for section in [tree] for example in kept(section)]
    for example in examples:
        title = "".join(example.find("title").itertext())
        for listing in example.iter("programlisting"):
            check_width(title, "".join(listing.itertext()))
            if listing.get("role") != "shell":
                problem = load("".join(listing.itertext()), listing.get("role", ""), directory)
                judge(problem == "", f"example \"{title}\": {problem}")
    judge(len(examples) > 10, "there are hardly any examples")
    scripts = re.findall(r"^```kamailio\n(.*?)^```", (ROOT / "docs/kamailio.md").read_text(), re.M | re.S)
    judge(scripts != [], "docs/kamailio.md has no script")
    for script in scripts:
        judge((problem := load(script, "", directory)) == "", f"docs/kamailio.md: {problem}")


def kept(element: ElementTree.Element) -> list[ElementTree.Element]:
    if element.get("condition") == "coming":
        return []
    return [element] if element.tag == "example" else [found for child in element for found in kept(child)]


def check_commands(directory: pathlib.Path) -> None:
    """A running Kamailio's list of commands against the tables that they are read from here."""
    problem = load("", "", directory)
    listed = {name.removeprefix("osrtp.") for name in ANSWER if name.startswith("osrtp.")}
    judge(problem == "" and listed == exported()["r"], f"RPC commands: {sorted(listed ^ exported()['r'])} {problem}")


def check_refusals(directory: pathlib.Path) -> None:
    """What is wrong is refused: then what was taken is right."""
    for wrong in ('modparam("osrtp", "no_such", 1)', "route[X] { osrtp_no_such(); }", "route[X] { $avp(x) = $osrtp(no_such); }",
                  'route[X] { osrtp_manage("callee=no_such"); }', 'route[X] { osrtp_manage("", "NO_SUCH"); }'):
        judge(load(wrong, "", directory) != "", f"Kamailio takes {wrong}")
    judge(load("function (", "lua", directory) != "", "Kamailio takes a broken script")


def main() -> int:
    if missing := require_tools():
        print(missing, file=sys.stderr)
        return 1
    tree = book()
    directory = pathlib.Path(tempfile.mkdtemp(prefix="osrtp-doc-"))
    try:
        check_readme()
        check_names(tree, directory)
        check_examples(tree, directory)
        check_commands(directory)
        check_refusals(directory)
    finally:
        shutil.rmtree(directory)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
