"""What an agent says and does, followed event by event: its log, its answer, its bill.

    bytes ──► OutputReader ──► events ──► Transcript ──► lines for the live log
                                               └───────► Account: answer, tools, usage, final word

The answer is what the agent says after its last tool, since that is its report. Some agents report
first and tidy up afterwards: the newest message with a verdict that was said before a tool is kept
beside the answer, and it is the answer where nothing follows.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import structlog

from conselho.models.task import ErrorCause
from conselho.provider import (
    AgentEvent,
    Notice,
    OutputReader,
    Session,
    Text,
    Tool,
    ToolState,
    Usage,
)
from conselho.provider import Final as FinalEvent
from conselho.services.capture import HeadAndTail

log = structlog.get_logger(__name__)

MOST_DENIALS: Final = 20
LONGEST_DENIAL: Final = 300
_LONGEST_LOGGED_LINE: Final = 2_000
_MOST_CALLS: Final = 10_000  # told apart; further ones are only counted
_DEEPEST_CALLS: Final = 5  # of a reader's fault, told in the server's log
_LONGEST_NAME: Final = 200  # of a call, a tool, a session, a model

# What every report block has in it; whether it is one is for the contract's parser to say.
_OF_A_REPORT: Final = ('"severity"', '"summary"')

_SIGNS = {
    ToolState.STARTED: "→",
    ToolState.COMPLETED: "✓",
    ToolState.FAILED: "✗",
    ToolState.DENIED: "⊘",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What one attempt came to.

    `text` is the answer; `report` an earlier message that may state a verdict, for an answer that
    does not.
    `ended`: the agent had a last word. `ok`, `reason`, `cause`, `retry_at` are that word's.
    `tools` counts the calls that did their work, `tools_called` all. `denied` says for what the
    agent was not allowed, one line each. `usage` has the keys that Task.usage documents.
    `trouble`: the notice with which it fell silent, such as that it waits for an overloaded API.
    `unreadable`: why the output could not be followed to its end.
    """

    text: str
    report: str | None
    ended: bool
    ok: bool
    reason: str | None
    cause: ErrorCause | None
    retry_at: datetime | None
    tools: int
    tools_called: int
    denied: tuple[str, ...]
    usage: dict[str, Any] | None
    trouble: str | None
    unreadable: str | None


class Transcript:
    """Follows one attempt. `spent` is called with the cost so far, each time it grew."""

    def __init__(
        self,
        reader: OutputReader,
        *,
        answer_bytes: int = 1 << 20,
        spent: Callable[[float], None] | None = None,
    ) -> None:
        self._reader = reader
        self._answer_bytes = answer_bytes
        self._spent = spent
        self._message = HeadAndTail(answer_bytes)
        self._report: str | None = None
        self._final: FinalEvent | None = None
        self._usage: dict[str, Any] = {}
        self._calls: dict[str, ToolState] = {}
        self._anonymous = dict.fromkeys(ToolState, 0)
        self._denied: list[str] = []
        self._trouble: str | None = None
        self._unreadable: str | None = None
        self._in_line = False

    def feed(self, piece: bytes) -> bytes:
        """Follow what the agent printed; the lines that the log shall have of it."""
        return self._follow(lambda: self._reader.feed(piece))

    def close(self) -> bytes:
        """The output has ended."""
        return self._follow(self._reader.close) + _encoded(self._end_line())

    def account(self) -> Account:
        """What it came to so far; call it after `close`."""
        final = self._final
        states = list(self._calls.values())
        tools = states.count(ToolState.COMPLETED) + self._anonymous[ToolState.COMPLETED]
        called = len(states) + max(
            self._anonymous[ToolState.STARTED],
            sum(self._anonymous[s] for s in ToolState if s is not ToolState.STARTED),
        )
        usage = self._usage | ({"tool_calls": called} if self._usage or called else {})
        answer = self._answer()
        return Account(
            text=answer,
            report=self._report if self._report != answer else None,
            ended=final is not None,
            ok=final is not None and final.ok,
            reason=final.reason if final else None,
            cause=final.cause if final else None,
            retry_at=final.retry_at if final else None,
            tools=tools,
            tools_called=called,
            denied=tuple(self._denied),
            usage=usage or None,
            trouble=self._trouble,
            unreadable=self._unreadable,
        )

    def _answer(self) -> str:
        last = self._message.text()
        repeated = (self._final.text if self._final else None) or ""
        if repeated.strip() and (_may_report(repeated) or not _may_report(last)):
            whole = HeadAndTail(self._answer_bytes)
            whole.add(_encoded(repeated))
            return whole.text()
        return last if last.strip() else self._report or ""

    def _follow(self, read: Callable[[], Sequence[AgentEvent]]) -> bytes:
        if self._unreadable is not None:
            return b""
        lines: list[str] = []
        try:
            lines.extend(map(self._take, read()))
        except Exception as error:  # noqa: BLE001 - told below without its sentences
            # A reader that fails on hostile output must not take the run's reading loop with it.
            # No traceback: its sentences may quote the output, and nothing redacts them here.
            log.error("transcript.unreadable", error=type(error).__name__, where=_place(error))
            self._unreadable = f"its output could not be read: {error!r}"[:_LONGEST_LOGGED_LINE]
            lines.append(self._line(f"[conselho: {self._unreadable}]"))
        return _encoded("".join(lines))

    def _take(self, event: AgentEvent) -> str:
        """Account for one event; its part of the log."""
        if isinstance(event, (Text, Tool)):
            self._trouble = None
        elif isinstance(event, Notice):
            self._trouble = _one_line(event.text)
        match event:
            case Text():
                return self._said(event)
            case Tool():
                return self._used(event)
            case Usage():
                return self._paid(event)
            case Session():
                self._usage |= {
                    key: value[:_LONGEST_NAME]
                    for key, value in (("session_id", event.session_id), ("model", event.model))
                    if value
                }
                return ""
            case Notice():
                return self._line(f"[{_one_line(event.text)}]")
            case FinalEvent():
                self._final = event
                return "" if event.ok else self._line(f"[{_one_line(event.reason or 'failed')}]")

    def _said(self, event: Text) -> str:
        """The line stays open: a piece that continues the text may follow."""
        if not event.partial and self._message.total_bytes:
            self._message.add(b"\n")
        self._message.add(_encoded(event.text))
        before = "" if event.partial else self._end_line()
        if not event.text.strip() and not self._in_line:
            return before
        shown = event.text if self._in_line else event.text.lstrip("\n")
        self._in_line = not shown.endswith("\n")
        return before + shown

    def _used(self, event: Tool) -> str:
        self._keep_report()
        call = event.call_id and event.call_id[:_LONGEST_NAME]
        if call is None or (call not in self._calls and len(self._calls) >= _MOST_CALLS):
            self._anonymous[event.state] += 1
        elif event.state is not ToolState.STARTED or call not in self._calls:
            self._calls[call] = event.state
        named = _one_line(event.name[:_LONGEST_NAME])
        words = " ".join(part for part in (named, _one_line(event.detail)) if part)
        if event.state is ToolState.DENIED and len(self._denied) < MOST_DENIALS:
            denial = words[:LONGEST_DENIAL]
            if denial not in self._denied:
                self._denied.append(denial)
        note = " (not allowed)" if event.state is ToolState.DENIED else ""
        return self._line(f"{_SIGNS[event.state]} {words}{note}")

    def _keep_report(self) -> None:
        """A tool was called: what was said before is no longer the end, unless it was a report."""
        said = self._message.text()
        if _may_report(said):
            self._report = said
        self._message = HeadAndTail(self._answer_bytes)

    def _paid(self, event: Usage) -> str:
        for key in _AMOUNTS:
            amount = getattr(event, key)
            if amount is not None:
                self._usage[key] = self._usage.get(key, 0) + amount
        if event.cost_usd and self._spent is not None:
            self._spent(self._usage["cost_usd"])
        return ""

    def _line(self, text: str) -> str:
        """A line of its own, whatever stands before it."""
        return f"{self._end_line()}{text}\n"

    def _end_line(self) -> str:
        """The end of a line that is open."""
        end = "\n" if self._in_line else ""
        self._in_line = False
        return end


_AMOUNTS = (
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "turns",
    "cost_usd",
)


def _place(error: Exception) -> str:
    """The innermost calls that it came through, the last one last."""
    calls = traceback.extract_tb(error.__traceback__)[-_DEEPEST_CALLS:]
    return " > ".join(f"{Path(call.filename).name}:{call.lineno} {call.name}" for call in calls)


def _may_report(text: str) -> bool:
    return all(word in text for word in _OF_A_REPORT)


def _one_line(text: str) -> str:
    return " ".join(text[: 2 * _LONGEST_LOGGED_LINE].split())[:_LONGEST_LOGGED_LINE]


def _encoded(text: str) -> bytes:
    # A JSON text may hold half a surrogate pair, which no UTF-8 can.
    return text.encode("utf-8", "replace")
