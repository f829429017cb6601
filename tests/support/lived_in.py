"""A council with a history of every kind, and all that a store has to tell of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from conselho.models.access import AccessToken, Role
from conselho.models.agent import Agent
from conselho.models.audit import AuditEntry
from conselho.models.ids import AgentId, TaskId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.maintenance import Maintenance
from conselho.models.task import SkipReason, Status, Task, slot_key
from conselho.models.verdict import Severity
from conselho.services.copy_logs import LogSide
from conselho.store import LOG_PIECE_BYTES, Held, LogPiece, Loss, Store, TaskFilter
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    failed,
    make_councilor,
    make_lost,
    make_outcome,
    make_task,
    make_verdict,
    no_events,
    one_event,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
SLOT = timedelta(minutes=30)
# Whole seconds, so that a day of the test is what it says; long ago enough for no lease to stand.
NOW = datetime.now(UTC).replace(microsecond=123_456) - DAY
LONG_AGO = NOW - 100 * DAY
GONE = AgentId("gone")
EVER = (LONG_AGO - DAY, NOW + 10 * DAY)
LONG_LOG = b"It goes on.\n" * (LOG_PIECE_BYTES // 12) + "Até o fim — ✓\n".encode() * 40_000


def agents() -> list[Agent]:
    paused = make_councilor(
        BIA, enabled=False, created_at=LONG_AGO, tags=("night", "código"), paused_in_bulk=True
    )
    seatless = make_councilor("caio", created_at=NOW - DAY, queue="builds", cwd="/srv/caio")
    return [
        replace(make_councilor(created_at=LONG_AGO, now=NOW - 10 * DAY), version=7, source="a.md"),
        paused,
        replace(seatless, councilor_config=None, anchor_at=None, slots_from=None),
    ]


async def live_in(store: Store, logs: LogSide) -> None:
    """Make a history in an empty store: nothing of it is at work in the end."""
    for agent in agents():
        await store.create_agent(agent, events=[])
    pruned = await _runs_of(store, LONG_AGO, usage={"cost_usd": 0.125, "turns": 2})
    assert await store.prune(before=LONG_AGO + 5 * DAY, limit=len(pruned)) != []
    ended = await _runs_of(store, NOW - DAY, usage={"cost_usd": 0.5, "input_tokens": 12})
    await _lost(store, NOW - DAY + 10 * SLOT, SkipReason.SERVER_DOWN, Status.MISSED, 3)
    await _lost(store, NOW - DAY + 13 * SLOT, SkipReason.MAINTENANCE, Status.SKIPPED, 2)
    await _waiting(store, NOW - DAY + 15 * SLOT)
    pieces = [LogPiece(task_id=task_id, offset=0, data=b"All is well.\n") for task_id in ended[1:]]
    for offset in range(0, len(LONG_LOG), LOG_PIECE_BYTES):
        part = LONG_LOG[offset : offset + LOG_PIECE_BYTES]
        pieces.append(LogPiece(task_id=ended[0], offset=offset, data=part))
    await logs.keep(pieces)
    await _beside(store)


async def _runs_of(store: Store, day: datetime, *, usage: dict[str, Any]) -> list[TaskId]:
    """A day of runs, one for each way in which runs end; their ids."""
    outcomes = [
        make_outcome(usage=usage, sent_prompt="The whole prompt. ✓", notes=("A note.",)),
        make_outcome(Severity.WARNING, result="Um aviso:\n\tção 🦉"),
        make_outcome(verdict=make_verdict(findings=()), result=None, usage={}),
        failed(usage=usage, permission_denied=("Bash(rm)",), error_cause="overloaded"),
        replace(make_outcome(None), status=Status.CANCELLED),
    ]
    ids = []
    for number, outcome in enumerate(outcomes):
        slot = day + number * SLOT
        agent_id = GONE if number == 1 else ANA
        task = make_task(
            agent_id, due_at=slot, created_at=slot, max_attempts=2, lanes=("provider:command",)
        )
        held = await _claimed(store, task, slot)
        if number in (0, 3):
            await store.retry(
                held,
                not_before=slot + MINUTE,
                error_kind="provider",
                error_cause="network",
                error="It was cut off.",
                usage={"cost_usd": 0.25},
                now=slot + MINUTE / 2,
                announce=one_event,
            )
            held = await _claimed(store, None, slot + MINUTE)
        at = slot + 2 * MINUTE + timedelta(microseconds=number)
        await store.finish(held, outcome, now=at, announce=one_event)
        ids.append(task.task_id)
    asked = make_task(ANA, due_at=None, created_at=day + 8 * SLOT)
    held = await _claimed(store, asked, day + 8 * SLOT)
    await store.finish(held, make_outcome(), now=day + 8 * SLOT + MINUTE, announce=one_event)
    return [*ids, asked.task_id]


async def _claimed(store: Store, task: Task | None, now: datetime) -> Held:
    if task is not None:
        await store.submit([task], announce=one_event)
    [claimed] = await store.claim(WORKER, now=now, limit=1, lease=LEASE, announce=one_event)
    return Held(task_id=claimed.task_id, fence=claimed.fence)


async def _lost(
    store: Store, slot: datetime, reason: SkipReason, status: Status, number: int
) -> None:
    row = make_lost(ANA, status=status, reason=reason, at=slot)
    slots = [slot + n * SLOT for n in range(number)]
    await store.record_lost([Loss(row=row, slots=slots)], now=slot, announce=one_event)


async def _waiting(store: Store, slot: datetime) -> None:
    """One that waits for its second attempt, and has spent already."""
    task = make_task(
        ANA, due_at=slot, created_at=slot, max_attempts=3, idempotency_key=slot_key(ANA, slot)
    )
    held = await _claimed(store, task, slot)
    await store.retry(
        held,
        not_before=NOW + 30 * DAY,
        error_kind="provider",
        error="It was overloaded.",
        usage={"cost_usd": 0.75},
        now=slot + MINUTE,
        announce=no_events,
    )


async def _beside(store: Store) -> None:
    """What is no run: entries of the journal and the audit, windows, tokens."""
    ana = agents()[0]
    entries = [
        JournalEntry(at=NOW - DAY + n * MINUTE, kind=JournalKind.BLOCKED, detail=f"{n}.", seconds=n)
        for n in range(450)
    ]
    owing = JournalEntry(
        at=NOW - DAY,
        kind=JournalKind.EDITED,
        agent_id=ANA,
        display_name="Ana",
        detail="Ana was edited.",
        former=ana,
        settled=False,
    )
    await store.write_journal([*entries, owing])
    acts = [
        AuditEntry(
            at=NOW - DAY + n * MINUTE,
            actor="ana",
            role=Role.ADMIN,
            action="edit",
            target=f"t{n}",
            before={"title": f"{n}", "n": n},
        )
        for n in range(250)
    ]
    await store.write_audit(acts)
    for number, ends_at in enumerate((NOW - DAY, None)):
        window = Maintenance(
            window_id=f"w{number}",
            starts_at=NOW - 2 * DAY,
            ends_at=ends_at,
            reason="Obras.",
            tags=("night",),
            agent_ids=(ANA,),
            created_at=NOW - 3 * DAY,
        )
        await store.add_maintenance(window, events=[], journal=[])
    first = AccessToken(
        token_id="t1",
        name="prometheus",
        role=Role.VIEWER,
        digest="a" * 64,
        created_at=NOW - 3 * DAY,
        expires_at=NOW - 2 * DAY,
    )
    await store.add_token(first)
    # The name is free again since the first one has expired; and once more, as this is revoked.
    second = replace(
        first, token_id="t2", digest="b" * 64, created_at=NOW - DAY, expires_at=NOW + DAY
    )
    await store.add_token(second)
    await store.revoke_token("t2", now=NOW - DAY / 2)
    await store.add_token(
        replace(second, token_id="t3", digest="c" * 64, created_at=NOW, expires_at=None)
    )
    await store.token_used("t3", now=NOW)


async def everything(store: Store, logs: LogSide) -> dict[str, Any]:
    """All that a store has to tell of its council but for numbers of its own."""
    rows = await store.portion(TaskFilter(), limit=100_000, result=True, prompt=True)
    known = [ANA, BIA, GONE]
    spans = [EVER, *((LONG_AGO + n * DAY / 2, LONG_AGO + (n + 1) * DAY / 2) for n in range(8))]
    whole = {entry.seq: entry for entry in await store.unsettled()}
    return {
        "tasks": rows,
        "whole": [await store.task(task.task_id) for task in rows[-20:]],
        "attempts": {task.task_id: await store.past_attempts(task.task_id) for task in rows[:50]},
        "logs": {task.task_id: await _log(logs, task.task_id) for task in rows[:50]},
        "agents": await store.agents(),
        "journal": [
            replace(whole.get(entry.seq, entry), seq=0)
            for entry in await _all(lambda before: store.journal(limit=100, before_seq=before))
        ],
        "audit": [
            replace(entry, seq=0)
            for entry in await _all(lambda before: store.audit(limit=100, before_seq=before))
        ],
        "maintenance": await store.maintenance(),
        "tokens": await store.tokens(),
        "watermarks": await store.watermarks(known),
        "statistics": await store.statistics(known),
        "tallies": await store.tallies(spans),
        "durations": await store.durations(spans),
        "lost": await store.lost(spans),
        "usage": await store.usage_by_day(None, days=spans),
        "activity": await store.activity(),
        "total": (await store.tasks(TaskFilter(), limit=0)).total,
        "recount": await store.recount(),
    }


async def _log(logs: LogSide, task_id: TaskId) -> bytes:
    text = b""
    while piece := await logs.piece(task_id, len(text)):
        text += piece
    return text


async def _all(read: Callable[[int | None], Awaitable[list[Any]]]) -> list[Any]:
    found: list[Any] = []
    while page := await read(found[-1].seq if found else None):
        found += page
    return found
