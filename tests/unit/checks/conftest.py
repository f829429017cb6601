"""Run checks as the command line does, on real folders and real repositories."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from conselho.checks.__main__ import main
from tests.unit.checks.outcome import Outcome, assert_keeps_the_contract, last_verdict

RunCheck = Callable[..., Outcome]
AddProgram = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Repository:
    """A git work tree of a test."""

    path: Path

    def git(self, *arguments: str, status: int = 0) -> str:
        ended = subprocess.run(
            ["git", *arguments], cwd=self.path, capture_output=True, text=True, timeout=30
        )
        assert ended.returncode == status, ended.stderr
        return ended.stdout

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def commit(self, name: str, content: str | bytes) -> Path:
        path = self.write(name, content)
        self.git("add", "--force", "--", name)
        self.git("commit", "--quiet", "-m", f"Add {name}")
        return path


@pytest.fixture(autouse=True)
def _git_of_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration of this machine, and an author for commits."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Marta Lima")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "marta@example.org")


@pytest.fixture
def run_check(capsysbinary: pytest.CaptureFixture[bytes]) -> RunCheck:
    """Runs `python -m conselho.checks ...` in this process; its verdict must keep the contract."""

    def run(*arguments: str | Path) -> Outcome:
        exit_code = main([str(argument) for argument in arguments])
        text = capsysbinary.readouterr().out.decode()
        verdict = last_verdict(text)
        assert_keeps_the_contract(verdict)
        return Outcome(exit_code=exit_code, text=text, verdict=verdict)

    return run


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """A folder that is no repository."""
    path = tmp_path / "project"
    path.mkdir()
    return Repository(path)


@pytest.fixture
def repository(project: Repository) -> Repository:
    """The folder as an empty repository on branch main."""
    project.git("init", "--quiet", "--initial-branch=main")
    return project


@pytest.fixture
def add_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddProgram:
    """Puts small shell programs on a PATH that has git and sh, and nothing else of the machine."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("git", "sh", "cat", "sleep"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))

    def add(name: str, script: str) -> None:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    return add
