"""How long the store's calls take beside 1,000,000 stored tasks: `python -m bench.queries`.

Prints one JSON object: for 20 and for 200 councilors, the p50 and p99 of each call in milliseconds,
as its caller waits for it (thread hop, SQL and the making of values included).
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId, TaskId, WorkerId, new_task_id
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.lanes import Steps
from conselho.models.task import Outcome, Snapshot, Status, Task, Trigger
from conselho.models.verdict import Severity
from conselho.services.export import Format, export
from conselho.store import Held, Store, TaskFilter
from conselho.stores.sql import SqlStore, open_sql_store
from conselho.stores.sql.counters import rebuild
from conselho.stores.sql.rows import micros, task_values

CALLS = 200
# A store gives up a transaction that takes very long.
CHUNK = 10_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HISTORY = timedelta(days=90)
WORKER = WorkerId("bench")
LEASE = timedelta(seconds=12)

SNAPSHOT = Snapshot(
    display_name="Guardiã da Qualidade",
    title="Quality",
    task_name="Look for monolithic files",
    emoji="🦉",
    provider="command",
    argv=("python", "-m", "conselho.checks", "large-files"),
    prompt="Read the project and report every file that does more than one thing. " * 10,
)


async def main(tasks: int = 1_000_000, repeats: int = CALLS) -> dict[str, Any]:
    """Build and time both councils; about a minute for each million tasks."""
    return {
        f"councilors_{councilors}": await measure(tasks, councilors, repeats)
        for councilors in (20, 200)
    }


async def measure(tasks: int, councilors: int, repeats: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "conselho.db"
        store = await open_sql_store(f"sqlite:///{file}")
        agents = [AgentId(f"agent-{n}") for n in range(councilors)]
        started = time.perf_counter()
        await fill(store, tasks, councilors)
        figures: dict[str, Any] = {
            "tasks": tasks,
            "built_in_seconds": round(time.perf_counter() - started, 1),
            "file_megabytes": await asyncio.to_thread(lambda: file.stat().st_size // 1_000_000),
        }
        for name, call in calls(store, agents).items():
            figures[name] = await timed(call, repeats)
        figures["export"] = await exported(store)
        figures |= await written(store, repeats)
        await store.close()
        return figures


async def timed(call: Callable[[], Awaitable[object]], repeats: int) -> dict[str, float]:
    """Milliseconds at the middle and near the worst of `repeats` calls, after a first one.

    `cpu_ms` is the processor time of one, which a busy machine disturbs less.
    """
    await call()
    lengths = []
    processor = time.process_time()
    for _ in range(repeats):
        started = time.perf_counter()
        await call()
        lengths.append((time.perf_counter() - started) * 1000)
    processor = (time.process_time() - processor) * 1000 / repeats
    lengths.sort()
    return {
        "p50_ms": round(lengths[repeats // 2], 2),
        "p99_ms": round(lengths[repeats * 99 // 100], 2),
        "cpu_ms": round(processor, 2),
    }


def calls(store: Store, agents: list[AgentId]) -> dict[str, Callable[[], Awaitable[object]]]:
    """What the page and the scheduler ask, by name."""
    chance = random.Random(1)

    def listed(**where: Any) -> Callable[[], Awaitable[object]]:
        return lambda: store.tasks(TaskFilter(**where), limit=50)

    def of_one(**where: Any) -> Callable[[], Awaitable[object]]:
        return lambda: store.tasks(TaskFilter(agent_id=chance.choice(agents), **where), limit=50)

    async def report() -> None:
        agent = [chance.choice(agents)]
        await store.recent(agent, limit=30)
        await store.statistics(agent)

    async def councilors() -> None:
        await store.recent(agents[:100], limit=30)
        await store.statistics(agents)
        await store.active(agents)

    windows = [(NOW - timedelta(days=days), NOW) for days in (1, 7, 30)]
    days = [(NOW - timedelta(days=n + 1), NOW - timedelta(days=n)) for n in range(90)]
    hours = [(NOW - timedelta(hours=n + 1), NOW - timedelta(hours=n)) for n in range(400)]

    async def kpis() -> None:
        await store.agents(is_councilor=True)
        await store.tallies(windows)
        await store.durations(windows)
        await store.lost(windows)
        await store.activity()
        await store.signs(since=NOW - timedelta(days=30))

    day = Steps(since=NOW - timedelta(days=1), until=NOW, length=timedelta(hours=1))
    one_status, one_trigger = frozenset({Status.ERROR}), frozenset({Trigger.MANUAL})
    day_ago, week_ago = NOW - timedelta(days=1), NOW - timedelta(days=7)
    return {
        "list": listed(),
        "list_agent": of_one(),
        "list_status": listed(statuses=one_status),
        "list_completed": listed(statuses=frozenset({Status.COMPLETED})),
        "list_severity": listed(severity=Severity.WARNING),
        "list_trigger": listed(triggers=one_trigger),
        "list_agent_severity": of_one(severity=Severity.ERROR),
        "list_agent_trigger": of_one(triggers=one_trigger),
        "list_status_trigger": listed(statuses=one_status, triggers=one_trigger),
        "list_last_day": listed(since=day_ago),
        "list_of_a_week": listed(since=week_ago, until=day_ago),
        "list_older_than": listed(older_than=(NOW - timedelta(days=45), TaskId("m"))),
        "list_text_everywhere": listed(text="files"),
        "list_text_nowhere": listed(text="no such words"),
        "list_text_not_ascii": listed(text="GUARDIÃ DO NADA"),
        "list_text_of_agent": of_one(text="no such words"),
        "list_offset_10000": lambda: store.tasks(TaskFilter(), limit=50, offset=10_000),
        "report": report,
        "recent_20x30": lambda: store.recent(agents[:20], limit=30),
        "recent_100x30": lambda: store.recent(agents[:100], limit=30),
        "statistics": lambda: store.statistics(agents),
        "councilors_page": councilors,
        "kpis": kpis,
        "series_90_days": lambda: store.tallies(days),
        "series_400_hours": lambda: store.tallies(hours),
        "series_90_days_of_durations": lambda: store.durations(days),
        "series_90_days_of_one": lambda: store.tallies(days, agent_id=chance.choice(agents)),
        "series_90_days_of_durations_of_one": lambda: store.durations(
            days, agent_id=chance.choice(agents)
        ),
        "timeline_of_a_day": lambda: store.lanes(agents, day, rows=40, troubles=24),
        "watermarks": lambda: store.watermarks(agents),
        "watermarks_1000": lambda: store.watermarks([AgentId(f"agent-{n}") for n in range(1000)]),
        "activity": store.activity,
    }


async def exported(store: Store) -> dict[str, Any]:
    """All tasks as one CSV, thrown away piece by piece."""
    before, started, size = _most_memory_mb(), time.perf_counter(), 0
    async for piece in export(store, TaskFilter(), form=Format.CSV):
        size += len(piece)
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "megabytes": size // 1_000_000,
        "memory_grew_mb": _most_memory_mb() - before,
    }


def _most_memory_mb() -> int:
    """The most that this process ever held in memory."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)


async def written(store: Store, repeats: int) -> dict[str, Any]:
    """submit, claim and finish, one task each; then claim and sweep with much to do."""
    held: list[Held] = []

    async def submit(count: int = 1) -> None:
        await store.submit([waiting() for _ in range(count)], announce=announce)

    async def claim(limit: int = 1) -> None:
        claimed = await store.claim(WORKER, now=NOW, limit=limit, lease=LEASE, announce=announce)
        held.extend(Held(task_id=task.task_id, fence=task.fence) for task in claimed)

    async def finish() -> None:
        outcome = Outcome(status=Status.COMPLETED, severity=Severity.SUCCESS, result="Well. " * 80)
        await store.finish(held.pop(), outcome, now=NOW, announce=announce)

    async def renew() -> None:
        await store.renew(WORKER, held[:100], now=NOW, lease=LEASE)

    async def sweep() -> None:
        await store.sweep(now=NOW, announce=announce)

    figures = {"submit": await timed(submit, repeats), "claim": await timed(claim, repeats)}
    figures["renew_100"] = await timed(renew, repeats)
    figures["finish"] = await timed(finish, repeats)
    await submit(4 * (repeats + 1))
    figures["claim_4"] = await timed(lambda: claim(4), repeats)
    figures["sweep_idle"] = await timed(sweep, repeats)
    return figures


def waiting() -> Task:
    task_id = new_task_id()
    return Task(
        task_id=task_id,
        agent_id=AgentId("agent-1"),
        trigger=Trigger.MANUAL,
        due_at=None,
        idempotency_key=task_id,
        active_key=task_id,
        snapshot=SNAPSHOT,
        not_before=NOW,
        created_at=NOW,
        updated_at=NOW,
    )


def announce(task: Task) -> list[EventDraft]:
    data = {"execution_id": task.task_id, "status": task.status.value, "text": "x" * 600}
    return [EventDraft(type=EventType.EXECUTION, agent_id=task.agent_id, data=data)]


async def fill(store: SqlStore, tasks: int, councilors: int) -> None:
    """Final tasks over HISTORY, made inside the database: 93 % completed, 3 % errors, 3 % lost."""
    final = replace(waiting(), result="A line of some output.\n" * 20)
    constant = task_values(final)
    step = HISTORY // timedelta(microseconds=1) // tasks
    for first in range(0, tasks, CHUNK):
        numbers = {
            "first": first,
            "last": min(first + CHUNK, tasks) - 1,
            "councilors": councilors,
            "start": micros(NOW - HISTORY),
            "step": step,
            "snapshot": constant["snapshot"],
            "prompt": constant["prompt"],
            "result": constant["result"],
            "findings": FINDINGS,
        }
        await store._executor.write(_insert, numbers)
    await store._executor.write(rebuild)
    # A server that was killed now and then: for each start the last sign of life is looked for.
    starts = [NOW - timedelta(days=number) for number in range(30, 0, -1)]
    kind = JournalKind.SERVER_STARTED
    await store.write_journal([JournalEntry(at=at, kind=kind) for at in starts])


def _insert(conn: sa.Connection, numbers: dict[str, Any]) -> None:
    conn.execute(sa.text(DRAWN[conn.dialect.name] + FILL), numbers)


FINDINGS = (
    '[{"title":"A long file","severity":"info","file":"src/a.py","line":1,"detail":null,'
    '"fingerprint":"f1"}]'
)

# One row for each number: an id of 24 letters, and what is drawn by lot.
DRAWN = {
    "sqlite": """
WITH RECURSIVE
  counted(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM counted WHERE n < :last),
  drawn AS (
    SELECT n, lower(hex(randomblob(12))) AS id, abs(random()) % 1000 AS s,
      abs(random()) % 100 AS v, abs(random()) % 100 AS t
    FROM counted
  ),
""",
    "postgresql": """
WITH
  drawn AS (
    SELECT n, substr(md5(n || ' ' || random()), 1, 24) AS id, floor(random() * 1000) AS s,
      CAST(floor(random() * 100) AS BIGINT) AS v, floor(random() * 100) AS t
    FROM generate_series(CAST(:first AS BIGINT), CAST(:last AS BIGINT)) AS n
  ),
""",
}

FILL = """
  placed AS (
    SELECT *, 'agent-' || (n % CAST(:councilors AS BIGINT)) AS agent,
      CAST(:start AS BIGINT) + n * CAST(:step AS BIGINT) AS at
    FROM drawn
  ),
  named AS (
    SELECT *,
      CASE WHEN s < 930 THEN 'completed' WHEN s < 960 THEN 'error' WHEN s < 970 THEN 'cancelled'
        WHEN s < 985 THEN 'skipped' ELSE 'missed' END AS status,
      CASE WHEN s >= 970 OR t < 94 THEN 'schedule' WHEN t < 97 THEN 'manual'
        WHEN t < 99 THEN 'catch_up' ELSE 'api' END AS kind
    FROM placed
  )
INSERT INTO tasks (
  task_id, agent_id, trigger, status, severity, due_at, not_before, created_at, updated_at,
  started_at, completed_at, ended_at, covers_until, is_councilor_execution, attempt, max_attempts,
  fence, cancel_requested, worker_id, duration_us, cost_microusd, exit_code, slot_from, slot_to,
  slot_count, idempotency_key, active_key, error, verdict, snapshot, findings, prompt, result
)
SELECT
  id, agent, kind, status,
  CASE status WHEN 'error' THEN 'error' WHEN 'completed' THEN
    CASE WHEN v < 85 THEN 'success' WHEN v < 90 THEN 'info' ELSE 'warning' END END,
  at, at, at, at + 3000000, at + 20000, at + 3000000, at + 3000000,
  CASE WHEN kind IN ('schedule', 'catch_up') THEN at END, TRUE, 1, 1, 1, FALSE, 'host:1:worker',
  CASE WHEN status IN ('completed', 'error') THEN 1000000 + v * 20000 END, v * 10, 0,
  CASE WHEN status IN ('skipped', 'missed') THEN at END,
  CASE WHEN status IN ('skipped', 'missed') THEN at END,
  CASE WHEN status IN ('skipped', 'missed') THEN 1 END,
  agent || '@' || at, id,
  CASE status WHEN 'error' THEN 'It ended with exit code 1.' END,
  '["success","All is well, with ' || v || ' remarks about the files that grew.","contract",null]',
  CAST(:snapshot AS TEXT), CAST(:findings AS TEXT), CAST(:prompt AS TEXT), CAST(:result AS TEXT)
FROM named
"""


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(json.dumps(asyncio.run(main(wanted)), indent=2))
