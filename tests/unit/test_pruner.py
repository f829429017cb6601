"""The pruner over a real store: what is old goes with its logs, what is young stays."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from conselho.errors import NotFound
from conselho.models.access import Role
from conselho.models.audit import AuditEntry
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.task import Task
from conselho.services.logs import RunLogs
from conselho.services.old_logs import OldLogs
from conselho.services.pruner import Pruner
from conselho.store import Held, Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import (
    ANA,
    LEASE,
    WORKER,
    make_agent,
    make_outcome,
    make_task,
    one_event,
)

RETENTION = timedelta(days=30)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


@pytest.fixture
def logs(tmp_path: Path) -> RunLogs:
    return RunLogs(tmp_path / "logs")


def pruner(store: Store, logs: RunLogs, *, events_kept: int = 1000) -> Pruner:
    return Pruner(store, logs, FakeClock(), retention=RETENTION, events_kept=events_kept)


async def ended(store: Store, logs: RunLogs, at: datetime, agent_id: AgentId = ANA) -> Task:
    """A manual run that ended at this moment, with its log."""
    await store.submit([make_task(agent_id, due_at=None, created_at=at)], announce=one_event)
    [task] = await store.claim(WORKER, now=at, limit=1, lease=LEASE, announce=one_event)
    held = Held(task_id=task.task_id, fence=task.fence)
    log = logs.path(task.task_id)
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("all is well")
    return await store.finish(held, make_outcome(), now=at, announce=one_event)


async def test_old_tasks_go_with_their_logs_and_young_ones_stay(
    store: Store, logs: RunLogs
) -> None:
    old = await ended(store, logs, NOON)
    young = await ended(store, logs, NOON + timedelta(days=1))

    assert await pruner(store, logs).tick(NOON + RETENTION + timedelta(hours=1)) == 1

    with pytest.raises(NotFound):
        await store.task(old.task_id)
    assert not logs.path(old.task_id).exists()
    assert (await store.task(young.task_id)).task_id == young.task_id
    assert logs.path(young.task_id).exists()


async def test_statistics_remember_what_was_pruned(store: Store, logs: RunLogs) -> None:
    await ended(store, logs, NOON)
    before = await store.statistics([ANA])

    await pruner(store, logs).tick(NOON + RETENTION + timedelta(hours=1))

    assert await store.statistics([ANA]) == before
    assert await store.recount()


async def test_only_the_newest_events_are_kept(store: Store, logs: RunLogs) -> None:
    for n in range(4):  # three events each: submitted, claimed, ended
        await ended(store, logs, NOON + timedelta(minutes=n))

    assert await pruner(store, logs, events_kept=5).tick(NOON + timedelta(hours=1)) == 7

    assert await store.event_span() == (8, 12)


async def test_a_log_that_is_gone_already_is_no_trouble(store: Store, logs: RunLogs) -> None:
    old = await ended(store, logs, NOON)
    logs.path(old.task_id).unlink()

    assert await pruner(store, logs).tick(NOON + RETENTION + timedelta(hours=1)) == 1


async def test_settled_entries_of_the_journal_live_as_long_as_tasks(
    store: Store, logs: RunLogs
) -> None:
    old = JournalEntry(at=NOON, kind=JournalKind.SERVER_STARTED)
    owing = JournalEntry(
        at=NOON, kind=JournalKind.EDITED, agent_id=ANA, former=make_agent(), settled=False
    )
    young = JournalEntry(at=NOON + timedelta(days=1), kind=JournalKind.SERVER_STOPPED)
    await store.write_journal([old, owing, young])

    assert await pruner(store, logs).tick(NOON + RETENTION + timedelta(hours=1)) == 1

    left = await store.journal(limit=10)
    assert [entry.kind for entry in left] == [JournalKind.SERVER_STOPPED, JournalKind.EDITED]


async def test_the_audit_lives_as_long_as_tasks(store: Store, logs: RunLogs) -> None:
    await store.write_audit(
        [
            AuditEntry(at=NOON + timedelta(days=day), actor="ci", role=Role.ADMIN, action="run")
            for day in (0, 1)
        ]
    )

    assert await pruner(store, logs).tick(NOON + RETENTION + timedelta(hours=1)) == 1

    [left] = await store.audit(limit=10)
    assert left.at == NOON + timedelta(days=1)


async def test_answers_live_for_a_day(store: Store, logs: RunLogs) -> None:
    for hour in (0, 2):
        await store.first_answer(f"at {hour}", request="r", now=NOON + timedelta(hours=hour))

    assert await pruner(store, logs).tick(NOON + timedelta(hours=25)) == 1

    assert await store.first_answer("at 0", request="r", now=NOON) is None
    assert await store.first_answer("at 2", request="r", now=NOON) is not None


async def test_files_of_tasks_that_another_server_pruned_go_by_their_age(
    store: Store, logs: RunLogs
) -> None:
    old = await ended(store, logs, NOON - RETENTION - timedelta(seconds=1))
    young = await ended(store, logs, NOON - RETENTION + timedelta(seconds=1))
    for task in (old, young):
        assert task.completed_at is not None
        written_at = task.completed_at.timestamp()
        os.utime(logs.path(task.task_id), (written_at, written_at))
    stranger = logs.path(old.task_id).with_suffix(".txt")
    stranger.write_text("not ours")
    os.utime(stranger, (0, 0))
    await store.prune(before=NOON - RETENTION, limit=10)

    files = OldLogs(logs, FakeClock(), retention=RETENTION)
    assert await files.tick(NOON) == 1
    assert await files.tick(NOON) == 0
    assert not logs.path(old.task_id).exists()
    assert logs.path(young.task_id).exists()
    assert stranger.exists()
    assert (
        await OldLogs(RunLogs(logs.path(old.task_id)), FakeClock(), retention=RETENTION).tick(NOON)
        == 0
    )
