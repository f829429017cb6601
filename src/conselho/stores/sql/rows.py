"""Between rows and values: what is written for a Task, an Agent, an event, and what is read back.

Text from agents and clients is made storable here: a NUL, which PostgreSQL refuses, and half a
surrogate pair, which no encoding knows, become U+FFFD.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from conselho.models.agent import Agent
from conselho.models.documents import (
    agent_document,
    agent_from_document,
    finding_document,
    finding_from_document,
    snapshot_document,
    snapshot_from_document,
)
from conselho.models.event import Event, EventDraft
from conselho.models.ids import AgentId, WorkerId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.maintenance import Maintenance
from conselho.models.statistics import Usage
from conselho.models.task import ACTIVE, LOST_SLOT, Outcome, Snapshot, Status, Task, Trigger
from conselho.models.verdict import Severity, Verdict, VerdictSource
from conselho.models.worker import Worker
from conselho.store import PRIORITY_STEP
from conselho.stores.sql.schema import tasks

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
NORMAL_PRIORITY = 5
# A backfilled slot was covered before; other runs are for no slot.
SLOT_TRIGGERS = (Trigger.SCHEDULE, Trigger.CATCH_UP)

Row = Sequence[Any]
Values = dict[str, Any]

# The order in which `task_of` takes a row apart; the heavy columns come last.
LIGHT_COLUMNS = (
    tasks.c.task_id,
    tasks.c.agent_id,
    tasks.c.trigger,
    tasks.c.due_at,
    tasks.c.idempotency_key,
    tasks.c.active_key,
    tasks.c.status,
    tasks.c.max_attempts,
    tasks.c.priority,
    tasks.c.lanes,
    tasks.c.queue,
    tasks.c.not_before,
    tasks.c.created_at,
    tasks.c.updated_at,
    tasks.c.is_councilor_execution,
    tasks.c.attempt,
    tasks.c.worker_id,
    tasks.c.lease_until,
    tasks.c.fence,
    tasks.c.cancel_requested,
    tasks.c.cancel_reason,
    tasks.c.started_at,
    tasks.c.completed_at,
    tasks.c.duration_us,
    tasks.c.exit_code,
    tasks.c.severity,
    tasks.c.error_kind,
    tasks.c.error_cause,
    tasks.c.error,
    tasks.c.permission_denied,
    tasks.c.notes,
    tasks.c.usage,
    tasks.c.spent_at,
    tasks.c.skip_reason,
    tasks.c.slot_from,
    tasks.c.slot_to,
    tasks.c.slot_count,
    tasks.c.snapshot,
    tasks.c.verdict,
)
COLUMNS = (
    *LIGHT_COLUMNS,
    tasks.c.findings,
    tasks.c.prompt,
    tasks.c.instructions,
    tasks.c.result,
)
# What was found, without the long texts.
FOUND_COLUMNS: tuple[sa.ColumnElement[Any], ...] = (
    *LIGHT_COLUMNS,
    tasks.c.findings,
    sa.literal_column("''").label("prompt"),
    sa.null().label("instructions"),
    sa.null().label("result"),
)
# For one Task at a time: a sent prompt may be as long as its context files.
WHOLE_COLUMNS = (*COLUMNS, tasks.c.sent_prompt)


def micros(moment: datetime) -> int:
    """Microseconds since the epoch, exact; `moment` is aware."""
    return (moment - EPOCH) // _MICROSECOND


def moment_of(value: int) -> datetime:
    return EPOCH + timedelta(microseconds=value)


def micros_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // _MICROSECOND


def moment_or_none(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with what a database refuses replaced."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def storable_or_none(text: str | None) -> str | None:
    return None if text is None else storable(text)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(document: Any) -> str:
    return storable(_encode(document))


def _lines_json(lines: Sequence[str]) -> str | None:
    return to_json([storable(line) for line in lines]) if lines else None


def task_values(task: Task) -> Values:
    """The whole row of a Task."""
    snapshot = snapshot_document(task.snapshot)
    prompt, instructions = snapshot.pop("prompt"), snapshot.pop("instructions")
    return {
        "task_id": task.task_id,
        "agent_id": task.agent_id,
        "trigger": task.trigger.value,
        "due_at": micros_or_none(task.due_at),
        "created_at": micros(task.created_at),
        "is_councilor_execution": task.is_councilor_execution,
        "max_attempts": task.max_attempts,
        "priority": task.priority,
        "lanes": _lines_json(task.lanes),
        "queue": storable_or_none(task.queue),
        "snapshot": to_json(snapshot),
        "prompt": storable(prompt),
        "instructions": storable(instructions) or None,
        "sent_prompt": storable_or_none(task.sent_prompt),
        "idempotency_key": storable(task.idempotency_key),
    } | changeable_values(task)


def changeable_values(task: Task) -> Values:
    """What may differ from one write of a Task to the next."""
    return {
        "status": task.status.value,
        "active_key": storable(task.active_key),
        "not_before": micros(task.not_before),
        "rank": rank_us(task) if task.status in ACTIVE else None,
        "updated_at": micros(task.updated_at),
        "ended_at": micros_or_none(ended_at(task)),
        "covers_until": micros_or_none(covers_until(task)),
        "attempt": task.attempt,
        "worker_id": storable_or_none(task.worker_id),
        "lease_until": micros_or_none(task.lease_until),
        "fence": task.fence,
        "cancel_requested": task.cancel_requested,
        "cancel_reason": storable_or_none(task.cancel_reason),
        "started_at": micros_or_none(task.started_at),
        "completed_at": micros_or_none(task.completed_at),
        "duration_us": duration_us(task.duration_seconds),
        "skip_reason": storable_or_none(task.skip_reason),
        "slot_from": micros_or_none(task.slot_from),
        "slot_to": micros_or_none(task.slot_to),
        "slot_count": task.slot_count,
    } | (outcome_values(task) | usage_values(task.usage, task.spent_at))


def outcome_values(ended: Task | Outcome) -> Values:
    """What an Outcome sets; the verdict without its findings, which lists do without.

    All but `usage`, which adds up, and `sent_prompt`, which is written only once.
    """
    severity, verdict = ended.severity, ended.verdict
    return {
        "severity": severity and severity.value,
        "verdict": verdict
        and to_json([verdict.severity, verdict.summary, verdict.source, verdict.reason]),
        "findings": to_json([finding_document(finding) for finding in verdict.findings])
        if verdict and verdict.findings
        else None,
        "error_kind": storable_or_none(ended.error_kind),
        "error_cause": storable_or_none(ended.error_cause),
        "error": storable_or_none(ended.error),
        "permission_denied": _lines_json(ended.permission_denied),
        "notes": _lines_json(ended.notes),
        "result": storable_or_none(ended.result),
        "exit_code": ended.exit_code,
    }


def usage_values(usage: dict[str, Any] | None, spent_at: datetime | None) -> Values:
    """What a Task spent, and the amounts of it that are summed."""
    counted = Usage.of(usage)
    return {
        "usage": None if usage is None else to_json(usage),
        "spent_at": micros_or_none(spent_at),
        "input_tokens": counted.input_tokens,
        "output_tokens": counted.output_tokens,
        "cached_tokens": counted.cached_tokens,
        "turns": counted.turns,
        "cost_microusd": counted.cost_microusd,
    }


def ended_at(task: Task) -> datetime | None:
    """Where a final Task counts in time; None while it is active."""
    if task.status in ACTIVE:
        return None
    if task.status in LOST_SLOT and task.slot_to is not None:
        return task.slot_to
    return task.completed_at or task.updated_at


def covers_until(task: Task) -> datetime | None:
    """The slot up to which a Task accounts for its agent; None when it covers no slot."""
    if task.status in LOST_SLOT:
        return task.slot_to
    return task.due_at if task.trigger in SLOT_TRIGGERS else None


_STEP_US = PRIORITY_STEP // _MICROSECOND


def rank_us(task: Task) -> int:
    """What tasks wait in the order of: since when, and a step of priority is worth its time."""
    return micros(task.not_before) - (task.priority - NORMAL_PRIORITY) * _STEP_US


def duration_us(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000_000)


# Looked up some thousand times for one page: calling the enum costs five times as much.
STATUS = {status.value: status for status in Status}
_TRIGGER = {trigger.value: trigger for trigger in Trigger}
SEVERITY: dict[str | None, Severity | None] = {None: None} | {
    severity.value: severity for severity in Severity
}


def task_of(row: Row) -> Task:
    """The Task of a row with WHOLE_COLUMNS, COLUMNS (no sent_prompt), or LIGHT_COLUMNS.

    What a row does not have is empty: with the last, also prompt, instructions, findings, result.
    """
    (
        task_id,
        agent_id,
        trigger,
        due_at,
        idempotency_key,
        active_key,
        status,
        max_attempts,
        priority,
        lanes,
        queue,
        not_before,
        created_at,
        updated_at,
        is_councilor_execution,
        attempt,
        worker_id,
        lease_until,
        fence,
        cancel_requested,
        cancel_reason,
        started_at,
        completed_at,
        duration_us,
        exit_code,
        severity,
        error_kind,
        error_cause,
        error,
        permission_denied,
        notes,
        usage,
        spent_at,
        skip_reason,
        slot_from,
        slot_to,
        slot_count,
        snapshot,
        verdict,
        *heavy,
    ) = row
    findings, prompt, instructions, result = heavy[:4] or (None, "", None, None)
    return Task(
        task_id=task_id,
        agent_id=agent_id,
        trigger=_TRIGGER[trigger],
        due_at=moment_or_none(due_at),
        idempotency_key=idempotency_key,
        active_key=active_key,
        snapshot=_snapshot(snapshot, prompt, instructions),
        status=STATUS[status],
        max_attempts=max_attempts,
        priority=priority,
        lanes=lanes_of(lanes),
        queue=queue,
        not_before=moment_of(not_before),
        created_at=moment_of(created_at),
        updated_at=moment_of(updated_at),
        is_councilor_execution=is_councilor_execution,
        attempt=attempt,
        worker_id=worker_id,
        lease_until=moment_or_none(lease_until),
        fence=fence,
        cancel_requested=cancel_requested,
        cancel_reason=cancel_reason,
        started_at=moment_or_none(started_at),
        completed_at=moment_or_none(completed_at),
        duration_seconds=None if duration_us is None else duration_us / 1_000_000,
        exit_code=exit_code,
        severity=SEVERITY[severity],
        verdict=_verdict(verdict, findings),
        error_kind=error_kind,
        error_cause=error_cause,
        error=error,
        permission_denied=_lines(permission_denied),
        notes=_lines(notes),
        sent_prompt=heavy[4] if len(heavy) > 4 else None,
        result=result,
        usage=None if usage is None else json.loads(usage),
        spent_at=moment_or_none(spent_at),
        skip_reason=skip_reason,
        slot_from=moment_or_none(slot_from),
        slot_to=moment_or_none(slot_to),
        slot_count=slot_count,
    )


# All runs of one councilor share a snapshot until somebody edits it, and a page that is drawn again
# shows the same verdicts: both are immutable, so one value serves many tasks.
@lru_cache(maxsize=2048)
def _bare_snapshot(text: str) -> Snapshot:
    return snapshot_from_document(json.loads(text))


@lru_cache(maxsize=256)
def _whole_snapshot(text: str, prompt: str) -> Snapshot:
    return snapshot_from_document(json.loads(text) | {"prompt": prompt})


@lru_cache(maxsize=4096)
def _bare_verdict(text: str) -> Verdict:
    severity, summary, source, reason = json.loads(text)
    return Verdict(
        severity=Severity(severity),
        summary=summary,
        source=VerdictSource(source),
        reason=reason,
    )


def _snapshot(text: str, prompt: str, instructions: str | None) -> Snapshot:
    snapshot = _whole_snapshot(text, prompt) if prompt else _bare_snapshot(text)
    # Too long to be kept in memory for many councilors.
    return replace(snapshot, instructions=instructions) if instructions else snapshot


def lane_text(lane: str) -> str:
    """How a lane stands in the column of lanes: no other text there has this for a part."""
    return to_json(storable(lane))


@lru_cache(maxsize=2048)
def lanes_of(text: str | None) -> tuple[str, ...]:
    """The lanes of a row, as its column has them."""
    return _lines(text)


def _lines(text: str | None) -> tuple[str, ...]:
    return () if text is None else tuple(json.loads(text))


def _verdict(text: str | None, findings: str | None) -> Verdict | None:
    if text is None:
        return None
    verdict = _bare_verdict(text)
    if findings is None:
        return verdict
    found = tuple(map(finding_from_document, json.loads(findings)))
    return replace(verdict, findings=found)


def agent_values(agent: Agent) -> Values:
    return {
        "agent_id": agent.agent_id,
        "is_councilor": agent.is_councilor,
        "version": agent.version,
        "created_at": micros(agent.created_at),
        "updated_at": micros(agent.updated_at),
        "document": to_json(agent_document(agent)),
    }


def agent_of(document: str) -> Agent:
    return agent_from_document(json.loads(document))


def event_values(draft: EventDraft, seq: int, created_at: datetime) -> Values:
    return {
        "seq": seq,
        "type": draft.type.value,
        "agent_id": draft.agent_id,
        "created_at": micros(created_at),
        "data": to_json(draft.data),
    }


def event_of(row: Row, identity: str) -> Event:
    """The event of a row (seq, type, agent_id, created_at, data)."""
    seq, kind, agent_id, created_at, data = row
    return Event(
        event_id=f"{identity}-{seq}",
        seq=seq,
        type=kind,
        agent_id=agent_id,
        data=json.loads(data),
        created_at=moment_of(created_at),
    )


def journal_values(entry: JournalEntry) -> Values:
    # What is settled owes nothing: the agent of that time may be forgotten.
    former = None if entry.settled else entry.former
    return {
        "at": micros(entry.at),
        "kind": entry.kind.value,
        "settled": entry.settled,
        "agent_id": storable_or_none(entry.agent_id),
        "display_name": storable_or_none(entry.display_name),
        "detail": storable(entry.detail),
        "former": former and to_json(agent_document(former)),
        "seconds": entry.seconds,
    }


def journal_entry_of(row: Row) -> JournalEntry:
    """The entry of a row of the columns of the journal, with or without its last one, `former`."""
    seq, at, kind, settled, agent_id, display_name, detail, seconds, *former = row
    return JournalEntry(
        seq=seq,
        at=moment_of(at),
        kind=JournalKind(kind),
        settled=settled,
        agent_id=agent_id,
        display_name=display_name,
        detail=detail,
        seconds=seconds,
        former=agent_of(former[0]) if former and former[0] is not None else None,
    )


def maintenance_values(window: Maintenance) -> Values:
    return {
        "window_id": storable(window.window_id),
        "starts_at": micros(window.starts_at),
        "ends_at": micros_or_none(window.ends_at),
        "created_at": micros(window.created_at),
        "reason": storable(window.reason),
        "tags": to_json(window.tags),
        "agent_ids": to_json(window.agent_ids),
    }


def maintenance_of(row: Row) -> Maintenance:
    """The window of a row of the table."""
    window_id, starts_at, ends_at, created_at, reason, tags, agent_ids = row
    return Maintenance(
        window_id=window_id,
        starts_at=moment_of(starts_at),
        ends_at=moment_or_none(ends_at),
        created_at=moment_of(created_at),
        reason=reason,
        tags=tuple(json.loads(tags)),
        agent_ids=tuple(map(AgentId, json.loads(agent_ids))),
    )


def worker_values(worker: Worker) -> Values:
    return {
        "worker_id": storable(worker.worker_id),
        "host": storable(worker.host),
        "queues": to_json(worker.queues),
        "serves_any": worker.serves_any,
        "concurrency": worker.concurrency,
        "running": worker.running,
        "version": storable(worker.version),
        "council": storable(worker.council),
        "started_at": micros(worker.started_at),
        "beat_at": micros(worker.beat_at),
        "left_at": micros_or_none(worker.left_at),
        "schedules": worker.schedules,
    }


def worker_of(row: Row) -> Worker:
    """The worker of a row of the table."""
    worker_id, host, queues, serves_any, concurrency, running, version, council, *times = row
    started_at, beat_at, left_at, schedules = times
    return Worker(
        worker_id=WorkerId(worker_id),
        host=host,
        queues=tuple(json.loads(queues)),
        serves_any=serves_any,
        concurrency=concurrency,
        running=running,
        version=version,
        council=council,
        started_at=moment_of(started_at),
        beat_at=moment_of(beat_at),
        left_at=moment_or_none(left_at),
        schedules=schedules,
    )
