"""What a browser phone is made of: npm's packages and the bundled page, in build/web/."""

import hashlib
import os
import pathlib
import shutil
import subprocess

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "web"
FOLDER = pathlib.Path("build/web")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
OLDEST_NODE = 18
NETWORK = ("EAI_AGAIN", "ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "ERR_SOCKET_TIMEOUT")


class Unavailable(Exception):
    """There can be no browser here; the text is a sentence that says why."""


def prepare() -> None:
    """Makes build/web/. Needs the network once; with the same sources a second run does nothing."""
    _require_programs()
    FOLDER.mkdir(parents=True, exist_ok=True)
    _once("packages", ["package.json"], _install)
    _once("page", ["package.json", "phone.html", "phone.js", "media.js"], _bundle)


def available() -> str | None:
    """Why there can be no browser here, or nothing; prepares it."""
    try:
        prepare()
    except Unavailable as why:
        return str(why)
    return None


def _require_programs() -> None:
    missing = [name for name in (CHROMIUM, "node", "npm") if not shutil.which(name)]
    if missing:
        raise Unavailable(f"a browser phone needs {', '.join(missing)}: run `make deps DEPS_FOR=browser`")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if int(version.lstrip("v").partition(".")[0] or 0) < OLDEST_NODE:
        raise Unavailable(f"a browser phone needs node {OLDEST_NODE} or later, this is {version}")


def _once(name: str, sources: list[str], make: object) -> None:
    wanted = hashlib.sha256(b"".join((SOURCE / source).read_bytes() for source in sources)).hexdigest()
    stamp = FOLDER / f".{name}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    make()
    stamp.write_text(wanted)


def _install() -> None:
    shutil.copy(SOURCE / "package.json", FOLDER)
    shutil.rmtree(FOLDER / "node_modules", ignore_errors=True)
    npm = subprocess.run(["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts",
                          "--fetch-retries=1"], cwd=FOLDER, capture_output=True, text=True, check=False,
                         stdin=subprocess.DEVNULL)
    (FOLDER / "npm.log").write_text(npm.stdout + npm.stderr)
    if npm.returncode != 0:
        unreachable = any(word in npm.stderr for word in NETWORK)
        why = "npm's registry cannot be reached (is there a network?)" if unreachable else "npm failed"
        raise Unavailable(f"the browser phone's packages are not installed: {why}; details in {FOLDER / 'npm.log'}")


def _bundle() -> None:
    shutil.copy(SOURCE / "phone.html", FOLDER)
    modules = (FOLDER / "node_modules").resolve()
    esbuild = subprocess.run([modules / ".bin" / "esbuild", SOURCE / "phone.js", "--bundle", "--define:global=window",
                              "--log-level=error", f"--outfile={FOLDER / 'phone.js'}"], capture_output=True, text=True,
                             check=False, stdin=subprocess.DEVNULL, env=dict(os.environ, NODE_PATH=str(modules)))
    if esbuild.returncode != 0:
        raise Unavailable(f"the browser phone's page cannot be bundled: {esbuild.stderr.strip()}")
