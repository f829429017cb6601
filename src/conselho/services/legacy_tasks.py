"""Runs of the older system as Tasks. docs/migration.md has the table of what becomes of what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from conselho.models.agent import Agent
from conselho.models.ids import AGENT_ID_PATTERN, TASK_ID_PATTERN, AgentId, TaskId
from conselho.models.task import ErrorKind, Snapshot, Status, Task, Trigger
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.services.capture import HeadAndTail
from conselho.services.legacy_values import Document, Rejected, inner, moment, number, text

RESULT_BYTES: Final = 1 << 20
SUMMARY_CHARACTERS: Final = 200
NOTE: Final = "It ran in the older system and was taken over from there."
NO_PROMPT: Final = "The older system did not keep the prompt of this run."
NO_ERROR: Final = "The older system kept no error text."
JUDGED: Final = "as the older system judged it, by words of the text"

_STATUS = {"completed": Status.COMPLETED, "error": Status.ERROR}
_NOT_ENDED = ("pending", "processing", "running")
_DEFAULT_TIMEOUT: Final = 600.0
_LONGEST_TIMEOUT: Final = 86_400
_TOMORROW = timedelta(days=1)

Redact = Callable[[str], str]


class TaskMaker:
    """Makes Tasks of documents; `agents` lend their names to runs that do not tell any."""

    def __init__(self, agents: Mapping[AgentId, Agent], redact: Redact, now: datetime) -> None:
        self._agents = agents
        self._redact = redact
        self._now = now

    def from_execution(self, document: Document) -> Task:
        """A document of the former collection of executions. Raises Rejected."""
        agent_id = _agent_id(document, "councilor_id")
        task_id = _task_id(text(document, "execution_id") or text(document, "_id"))
        created_at = moment(document, "started_at") or moment(document, "created_at")
        if created_at is None:
            raise Rejected("it has neither started_at nor created_at")
        status = _status(document)
        length = number(document, "duration_ms")
        return self._task(
            document,
            agent_id=agent_id,
            task_id=task_id,
            created_at=created_at,
            updated_at=created_at,
            status=status,
            result=text(document, "output") or text(document, "error") or "",
            severity=_severity(document, status, Severity.SUCCESS),
            exit_code=0 if status is Status.COMPLETED else 1,
            duration_seconds=None if length is None else length / 1000,
            trigger=Trigger.SCHEDULE,
            key=f"legacy#{task_id}",
        )

    def from_task(self, document: Document) -> Task:
        """A document of the older collection of tasks. Raises Rejected."""
        agent_id = _agent_id(document, "agent_id")
        task_id = _task_id(text(document, "task_id") or text(document, "_id"))
        created_at = moment(document, "created_at") or moment(document, "started_at")
        if created_at is None:
            raise Rejected("it has neither created_at nor started_at")
        status = _status(document)
        of_council = document.get("is_councilor_execution") is True
        exit_code = document.get("exit_code")
        copy = is_copy(document)
        return self._task(
            document,
            agent_id=agent_id,
            task_id=task_id,
            created_at=created_at,
            updated_at=moment(document, "updated_at") or created_at,
            status=status,
            result=text(document, "result") or "",
            severity=_severity(document, status, Severity.INFO),
            exit_code=exit_code if type(exit_code) is int and abs(exit_code) < 2**31 else None,
            duration_seconds=number(document, "duration"),
            trigger=Trigger.SCHEDULE if of_council else Trigger.API,
            key=copy_key(agent_id, created_at) if copy else f"legacy#{task_id}",
        )

    def _task(
        self,
        document: Document,
        *,
        agent_id: AgentId,
        task_id: TaskId,
        created_at: datetime,
        updated_at: datetime,
        status: Status,
        result: str,
        severity: Severity,
        exit_code: int | None,
        duration_seconds: float | None,
        trigger: Trigger,
        key: str,
    ) -> Task:
        completed_at = moment(document, "completed_at")
        if max(created_at, completed_at or created_at) > self._now + _TOMORROW:
            raise Rejected("its time lies in the future")
        failed = status is Status.ERROR
        error = text(document, "error") or (NO_ERROR if failed else None)
        kept = self._kept(result)
        return Task(
            task_id=task_id,
            agent_id=agent_id,
            trigger=trigger,
            due_at=None,
            idempotency_key=key,
            active_key=task_id,
            snapshot=self._snapshot(document, agent_id, trigger),
            status=status,
            not_before=created_at,
            created_at=created_at,
            updated_at=updated_at,
            is_councilor_execution=trigger is not Trigger.API,
            attempt=1,
            started_at=moment(document, "started_at"),
            completed_at=completed_at,
            duration_seconds=duration_seconds,
            exit_code=exit_code,
            severity=severity,
            verdict=None if failed else _verdict(severity, kept),
            error_kind=ErrorKind.EXIT.value if failed else None,
            error=error and self._kept(error),
            notes=(NOTE,),
            result=kept,
        )

    def _snapshot(self, document: Document, agent_id: AgentId, trigger: Trigger) -> Snapshot:
        agent = self._agents.get(agent_id)
        seat = agent.councilor_config if agent else None
        told = inner(document, "councilor_config")
        name = agent.display_name if agent else agent_id
        return Snapshot(
            display_name=text(told, "display_name") or name,
            title=text(told, "title") or (seat.title if seat else ""),
            task_name=text(told, "task_name") or (seat.task.name if seat else "Unknown"),
            emoji=agent.emoji if agent else "🤖",
            provider=text(document, "provider") or "claude",
            cwd=text(document, "cwd"),
            prompt=self._kept(text(document, "prompt") or NO_PROMPT),
            timeout_seconds=_timeout(document.get("timeout")),
            # A run of the council has the instance of its councilor, whatever it was called.
            instance_id=text(document, "instance_id") if trigger is Trigger.API else None,
        )

    def _kept(self, given: str) -> str:
        bounded = HeadAndTail(RESULT_BYTES)
        bounded.add(self._redact(given).encode("utf-8", "replace"))
        return bounded.text()


def _timeout(value: object) -> float:
    if isinstance(value, int | float) and 0 < value <= _LONGEST_TIMEOUT:
        return float(value)
    return _DEFAULT_TIMEOUT


def is_copy(document: Document) -> bool:
    """Whether a task was made from an execution by the older system's own migration.

    That one kept no execution_id: such a task is told by what it left out.
    """
    return document.get("is_councilor_execution") is True and not any(
        document.get(field) for field in ("task_id", "instance_id", "councilor_config")
    )


def copy_key(agent_id: AgentId, created_at: datetime) -> str:
    """The idempotency key of such a task: all that it has in common with its execution."""
    return f"legacy-copy#{agent_id}@{in_milliseconds(created_at).isoformat()}"


def in_milliseconds(at: datetime) -> datetime:
    """The time as the older database kept it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _agent_id(document: Document, field: str) -> AgentId:
    value = text(document, field)
    if value is None:
        raise Rejected(f"it has no {field}")
    if not AGENT_ID_PATTERN.fullmatch(value):
        raise Rejected(
            f"{field} {value[:80]!r} must have 1 to 128 letters, digits, '.', '_' or '-',"
            " and begin with a letter or digit"
        )
    return AgentId(value)


def _task_id(value: str | None) -> TaskId:
    if value is None:
        raise Rejected("it has no id")
    if not TASK_ID_PATTERN.fullmatch(value):
        raise Rejected(f"its id {value[:80]!r} must have 3 to 199 letters, digits, '.', '_' or '-'")
    return TaskId(value)


def _status(document: Document) -> Status:
    value = text(document, "status") or "completed"
    if value in _NOT_ENDED:
        raise Rejected(f"it has not ended: its status is {value!r}")
    if value not in _STATUS:
        raise Rejected(f"there is no status {value[:80]!r}; known are completed and error")
    return _STATUS[value]


def _severity(document: Document, status: Status, default: Severity) -> Severity:
    value: Any = text(document, "severity")
    if value is not None and value not in list(Severity):
        known = ", ".join(Severity)
        raise Rejected(f"there is no severity {value[:80]!r}; known are {known}")
    if status is Status.ERROR:
        return Severity.ERROR
    return Severity(value) if value else default


def _verdict(severity: Severity, result: str) -> Verdict:
    line = next((line for line in result.splitlines() if line.strip()), "It said nothing.")
    summary = " ".join(line.split())
    if len(summary) > SUMMARY_CHARACTERS:
        summary = summary[: SUMMARY_CHARACTERS - 1] + "…"
    return Verdict(
        severity=severity, summary=summary, source=VerdictSource.HEURISTIC, reason=JUDGED
    )
