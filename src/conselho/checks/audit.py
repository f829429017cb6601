"""What one audit tool said about one file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conselho.checks.child import Ended, find_program
from conselho.checks.files import TooLarge, read_regular
from conselho.checks.report import CannotCheck, Finding

_ENDS: Final = (0, 1)  # nothing found, something found
_MAX_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """`packages` were looked up, `skipped` were not; `vulnerabilities` of them are known."""

    tool: str
    manifest: str
    packages: int
    skipped: int
    vulnerabilities: int
    findings: Sequence[Finding]


def require_tool(name: str, hint: str) -> str:
    """The path of the tool. Raises CannotCheck with the hint when it is not installed."""
    program = find_program(name)
    if program is None:
        raise CannotCheck(f"{name} is not installed.", hint)
    return program


def read_manifest(root: Path, manifest: str) -> str:
    """The text of a lock file. Raises CannotCheck when it cannot be read."""
    try:
        return read_regular(root / manifest, _MAX_BYTES).decode(errors="replace")
    except TooLarge as error:
        raise CannotCheck(f"it is larger than {_MAX_BYTES // 2**20} MiB.") from error
    except OSError as error:
        raise CannotCheck(f"it cannot be read: {error.strerror or error}.") from error


def answer(tool: str, ended: Ended) -> dict[str, Any]:
    """The JSON object that the tool printed.

    Raises CannotCheck with what the tool complained of when there is none: no network, for
    instance.
    """
    try:
        document = json.loads(ended.out)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or ended.status not in _ENDS:
        complaint = ended.complaint or "it said nothing"
        raise CannotCheck(
            f"{tool} ended with status {ended.status} and no answer: {complaint}.",
            "Run it by hand; it needs the network.",
        )
    return document


def unreadable(tool: str) -> CannotCheck:
    """The error for JSON that is not in the form that this version knows."""
    return CannotCheck(
        f"the answer of {tool} has an unknown form.", "Is its version newer than this check?"
    )


def line_of(text: str, pattern: str) -> int | None:
    """The first line (from 1) that a regular expression matches, ignoring case."""
    match = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else None
