"""`conselho classify`: the severity of texts, without a server."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from conselho.cli.screen import tell
from conselho.errors import Invalid

if TYPE_CHECKING:
    from conselho.verdict.judgement import Judgement


@click.command()
@click.option("--explain", is_flag=True, help="Add reason, summary and format to each answer.")
def classify(explain: bool) -> int:
    """Judge the severity of texts.

    Reads JSON lines {"id", "text", "exit_code"} and prints {"id", "severity"} for each, in the same
    order; exit_code may be left out. A line that cannot be used is told on stderr, the others are
    answered all the same, and the exit code is 2. Needs no server.
    """
    from conselho.verdict.classifier import classify as judge

    sound = True
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            asked = _asked(line)
        except ValueError as error:
            tell(f"line {number}: {error}")
            sound = False
            continue
        judgement = judge(asked["text"], asked.get("exit_code"))
        print(json.dumps(_answer(asked["id"], judgement, explain=explain)), flush=True)
    return 0 if sound else Invalid.exit_code


def _asked(line: bytes) -> dict[str, Any]:
    """The object of one line. Raises ValueError with a sentence for a person."""
    try:
        asked = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON.") from None
    if not isinstance(asked, dict):
        raise ValueError("it is not an object with id and text.")
    if "id" not in asked:
        raise ValueError("id is missing.")
    if not isinstance(asked.get("text"), str):
        raise ValueError("text is missing, or is not a text.")
    code = asked.get("exit_code")
    if code is not None and (isinstance(code, bool) or not isinstance(code, int)):
        raise ValueError("exit_code is neither a whole number nor null.")
    return asked


def _answer(identity: object, judgement: Judgement, *, explain: bool) -> dict[str, object]:
    answer: dict[str, object] = {"id": identity, "severity": judgement.severity}
    if explain:
        answer |= {
            "summary": judgement.summary,
            "reason": judgement.reason,
            "format": judgement.format,
        }
    return answer
