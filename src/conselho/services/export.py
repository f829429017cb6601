"""Executions as files: CSV for spreadsheets, JSON lines for programs.

Read in portions, each a transaction of its own, from the newest to the oldest: memory stays flat
however many there are, no reader is held while somebody takes the text away, and rows that arrive
meanwhile move nothing. What is pruned meanwhile is missing.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from conselho.models.rows import whole_row
from conselho.models.statistics import Usage
from conselho.models.task import Task, iso
from conselho.store import TaskFilter, TaskStore

# Rows that are read at once. A result has up to 1 MiB, so with texts they are few.
PORTION: Final = 1_000
PORTION_WITH_TEXTS: Final = 50
# So much is sent at once, for who bounds the time that one piece may take.
PIECE_BYTES: Final = 256 * 1024


class Format(StrEnum):
    CSV = "csv"
    JSONL = "jsonl"


class Part(StrEnum):
    """The long texts, which an export leaves out unless it is asked for them."""

    RESULT = "result"
    PROMPT = "prompt"


_PROMPTS = ("prompt", "instructions", "sent_prompt")
# A cell that begins with one of these is a formula to a spreadsheet, which may run programs and
# send cells away. Source: OWASP, CSV Injection.
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INNER_FORMULA = re.compile(r"([;\t\r\n][\"' ]*)(?=[=+\-@＝＋－＠])")


async def export(
    store: TaskStore,
    where: TaskFilter,
    *,
    form: Format,
    parts: Collection[Part] = (),
) -> AsyncIterator[bytes]:
    """The tasks of `where` as UTF-8 text, newest first, in pieces of PIECE_BYTES or less."""
    if form is Format.CSV:
        yield _csv([_columns(parts)])
    write = csv_lines if form is Format.CSV else json_lines
    async for rows in _portions(store, where, parts):
        # In a thread: a portion with its texts is some megabytes, and the stream must go on.
        text = await asyncio.to_thread(write, rows, parts)
        for start in range(0, len(text), PIECE_BYTES):
            yield text[start : start + PIECE_BYTES]


async def _portions(
    store: TaskStore, where: TaskFilter, parts: Collection[Part]
) -> AsyncIterator[Sequence[Task]]:
    limit = PORTION_WITH_TEXTS if parts else PORTION
    while True:
        rows = await store.portion(
            where, limit=limit, result=Part.RESULT in parts, prompt=Part.PROMPT in parts
        )
        if rows:
            yield rows
        if len(rows) < limit:
            return
        last = rows[-1]
        where = replace(where, older_than=(last.created_at, last.task_id))


def json_lines(rows: Sequence[Task], parts: Collection[Part]) -> bytes:
    """One JSON object a line: the row of `/api/tasks/{task_id}`, less the texts not asked for."""
    return "".join(_json_line(whole_row(task), parts) for task in rows).encode("utf-8", "replace")


def _json_line(row: dict[str, Any], parts: Collection[Part]) -> str:
    left_out = [
        *(() if Part.RESULT in parts else ("result",)),
        *(() if Part.PROMPT in parts else _PROMPTS),
    ]
    for name in left_out:
        del row[name]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_lines(rows: Sequence[Task], parts: Collection[Part]) -> bytes:
    """RFC 4180: lines end in CR LF, cells with commas, quotes or line ends stand in quotes."""
    return _csv([_cells(task, parts) for task in rows])


def _csv(lines: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("utf-8", "replace")


def _columns(parts: Collection[Part]) -> list[str]:
    columns = list(_VALUES)
    if Part.RESULT in parts:
        columns.append("result")
    if Part.PROMPT in parts:
        columns += _PROMPTS
    return columns


def _cells(task: Task, parts: Collection[Part]) -> list[object]:
    values = [read(task) for read in _VALUES.values()]
    if Part.RESULT in parts:
        values.append(task.result)
    if Part.PROMPT in parts:
        values += [task.snapshot.prompt, task.snapshot.instructions, task.sent_prompt]
    return [harmless(value) for value in values]


def harmless(value: object) -> object:
    """A text that no spreadsheet takes for a formula: where it might, an apostrophe goes before.

    Also inside: where the comma is the decimal mark, as in Portuguese, spreadsheets split at `;`
    instead, and at tabs and ends of lines when the quotes around a cell are not understood.
    """
    if not isinstance(value, str):
        return value
    inside = _INNER_FORMULA.sub(r"\1'", value)
    return f"'{inside}" if inside.startswith(_BEGINS_FORMULA) else inside


_VALUES: Final[dict[str, Callable[[Task], object]]] = {
    "task_id": lambda task: task.task_id,
    "agent_id": lambda task: task.agent_id,
    "display_name": lambda task: task.snapshot.display_name,
    "title": lambda task: task.snapshot.title,
    "task_name": lambda task: task.snapshot.task_name,
    "provider": lambda task: task.snapshot.provider,
    "model": lambda task: task.snapshot.model,
    "trigger": lambda task: task.trigger,
    "status": lambda task: task.status,
    "severity": lambda task: task.severity,
    "summary": lambda task: task.verdict and task.verdict.summary,
    "findings": lambda task: len(task.verdict.findings) if task.verdict else None,
    "error_kind": lambda task: task.error_kind,
    "error_cause": lambda task: task.error_cause,
    "error": lambda task: task.error,
    "skip_reason": lambda task: task.skip_reason,
    "slot_count": lambda task: task.slot_count,
    "slot_from": lambda task: iso(task.slot_from),
    "slot_to": lambda task: iso(task.slot_to),
    "due_at": lambda task: iso(task.due_at),
    "created_at": lambda task: iso(task.created_at),
    "started_at": lambda task: iso(task.started_at),
    "completed_at": lambda task: iso(task.completed_at),
    "duration_seconds": lambda task: task.duration_seconds,
    "attempt": lambda task: task.attempt,
    "exit_code": lambda task: task.exit_code,
    "cost_usd": lambda task: (task.usage or {}).get("cost_usd") and Usage.of(task.usage).cost_usd,
    "input_tokens": lambda task: Usage.of(task.usage).input_tokens if task.usage else None,
    "output_tokens": lambda task: Usage.of(task.usage).output_tokens if task.usage else None,
}
