"""Programs of runs that go on for as long as a test wants."""

from __future__ import annotations

from pathlib import Path


def gate(folder: Path, name: str) -> tuple[list[str], Path, Path]:
    """A program that says that it runs and goes on when it may: argv, the sign, the permission."""
    sign, leave = folder / f"{name}.runs", folder / f"{name}.may-end"
    script = f"echo $$ >> {sign}; until [ -e {leave} ]; do sleep 0.05; done; echo all is well"
    return ["/bin/sh", "-c", script], sign, leave


def starts(sign: Path) -> list[int]:
    """The process ids of all starts of a gate."""
    return [int(line) for line in sign.read_text().split()] if sign.exists() else []
