"""usage: python tools/agent_clis.py FOLDER

Installs the agent CLIs that tests/live/test_real_agents.py runs, at the releases below, from npm:

    FOLDER/bin/NAME        starts it
    FOLDER/missing/NAME    one sentence, instead: why it could not be had

What is there already is left as it is. A CLI that cannot be had is no error here (exit code 0): its
tests are skipped and say that sentence. About 1 GB, in half a minute over a good line.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hatch_build import Node, packaged_node, system_node

NPM_SECONDS = 300
VERSION_SECONDS = 60  # the first start of a program of 250 MB, from a cold disk


class Missing(Exception):
    """A CLI cannot be had; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cli:
    """`programs`: where its package, or the one for this machine, may keep it. The first that runs.

    No install script runs, so the programs are taken from where such a script would copy them.
    `script`: it is one for Node.
    """

    package: str
    version: str
    programs: tuple[str, ...]
    script: bool = False


CLIS: Mapping[str, Cli] = {
    "claude": Cli(
        package="@anthropic-ai/claude-code",
        version="2.1.332",
        programs=("@anthropic-ai/claude-code-*/claude",),
    ),
    "codex": Cli(
        package="@openai/codex",
        version="0.169.0",
        programs=("@openai/codex/bin/codex.js",),
        script=True,
    ),
    "gemini": Cli(
        package="@google/gemini-cli",
        version="0.61.0",
        programs=("@google/gemini-cli/bundle/gemini.js",),
        script=True,
    ),
    "opencode": Cli(
        package="opencode-ai",
        version="1.18.33",
        # Sorted, the one for processors without AVX2 comes second.
        programs=("opencode-*/bin/opencode",),
    ),
}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        _say("usage: python tools/agent_clis.py FOLDER")
        return 2
    folder = Path(arguments[0]).resolve()
    for name, cli in CLIS.items():
        reason = folder / "missing" / name
        try:
            _provide(name, cli, folder)
            reason.unlink(missing_ok=True)
        except Missing as missing:
            (folder / "bin" / name).unlink(missing_ok=True)
            _write(reason, f"{missing}\n")
            _say(f"{name}: {missing}")
    return 0


def _provide(name: str, cli: Cli, folder: Path) -> None:
    """Raises Missing."""
    node = system_node() or packaged_node()
    if node is None:
        raise Missing("there is no Node 20.19, 22.12 or newer; `make page` brings one")
    program, stamp = folder / "bin" / name, folder / name / ".stamp"
    wanted = f"{cli.package}@{cli.version} {platform.system()} {platform.machine()} {node.folder}\n"
    if program.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    _say(f"installing {cli.package}@{cli.version}")
    _install(cli, folder / name, node)
    _write(program, f'#!/bin/sh\nexec {_command(cli, folder / name, node)} "$@"\n')
    program.chmod(0o755)
    _write(stamp, wanted)


def _install(cli: Cli, folder: Path, node: Node) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    package = f"{cli.package}@{cli.version}"
    try:
        done = subprocess.run(
            [*node.npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-save",
             "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", package],
            env=_environment(node),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=NPM_SECONDS,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as expired:
        raise Missing(f"npm did not bring {package} within {NPM_SECONDS} s") from expired
    except OSError as error:
        raise Missing(f"npm cannot be started: {error.strerror}") from error
    if done.returncode != 0:
        said = [line.removeprefix("npm error ") for line in done.stderr.splitlines()]
        raise Missing(f"npm could not bring {package}: {' '.join(said[:2]) or 'it said nothing'}")


def _command(cli: Cli, folder: Path, node: Node) -> str:
    """How the shell starts it, tried out. Raises Missing."""
    interpreter = [str(node.folder / "node")] if cli.script else []
    for pattern in cli.programs:
        for program in sorted((folder / "node_modules").glob(pattern)):
            command = [*interpreter, str(program)]
            if _runs(command, cli.version, node):
                return shlex.join(command)
    raise Missing(f"{cli.package}@{cli.version} has no program that runs on this machine")


def _runs(command: list[str], version: str, node: Node) -> bool:
    """Whether it tells the version. Some write into HOME even for that: it gets another one."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        try:
            said = subprocess.run(
                [*command, "--version"],
                env=_environment(node) | {"HOME": home},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=VERSION_SECONDS,
                check=False,
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return False
    return version in said


def _environment(node: Node) -> dict[str, str]:
    return os.environ | {"PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _say(text: str) -> None:
    sys.stderr.write(f"conselho: {text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
