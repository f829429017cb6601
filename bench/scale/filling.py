"""The history of `bench.queries` as documents of MongoDB: the same shares, the same texts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from bson import Int64
from pymongo import AsyncMongoClient

from bench.queries import HISTORY, NOW, waiting
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.task import Status, Task, Trigger
from conselho.models.verdict import Finding, Severity, Verdict, VerdictSource
from conselho.stores.mongodb.documents import COUNTERS, TASKS, Document
from conselho.stores.mongodb.figures import (
    Sums,
    identity_of,
    merge,
    newest_of,
    share_of,
    sums_of,
)
from conselho.stores.mongodb.writing import new_document

_AT_ONCE: Final = 1_000


async def fill_mongodb(url: str, tasks: int, councilors: int) -> None:
    """Into the empty store of a database, with the counters that belong to them."""
    sums: Sums = {}
    newest: dict[str, int] = {}
    documents = _documents(tasks, councilors)
    async with AsyncMongoClient[Document](url) as client:
        database = client.get_default_database()
        while portion := list(islice(documents, _AT_ONCE)):
            await database[TASKS].insert_many(portion, ordered=False)
            shares = list(map(share_of, portion))
            for share in shares:
                merge(sums, sums_of(share))
            newest |= newest_of(shares)
        # A recount would make the same, one by one.
        counters = [_counter(name, amounts, newest) for name, amounts in sums.items()]
        for first in range(0, len(counters), _AT_ONCE):
            await database[COUNTERS].insert_many(counters[first : first + _AT_ONCE])


def _documents(tasks: int, councilors: int) -> Iterator[Document]:
    chance = random.Random(1)
    for number in range(tasks):
        at = NOW - HISTORY + HISTORY * number / tasks
        task = _task(number % councilors, at, chance)
        yield new_document(task, lambda _: []) | {"counted": True}


def _counter(name: str, amounts: Mapping[tuple[str, ...], int], newest: dict[str, int]) -> Document:
    counter: Document = {"_id": name, **identity_of(name), "batch": 0}
    for (*path, last), amount in amounts.items():
        into = counter
        for step in path:
            into = into.setdefault(step, {})
        into[last] = Int64(amount)
    return counter | ({"newest": Int64(newest[name])} if name in newest else {})


def _task(agent: int, at: datetime, chance: random.Random) -> Task:
    status, is_lost = _status(chance.randrange(1_000))
    task_id = TaskId(f"{chance.getrandbits(96):024x}")
    ran = status in (Status.COMPLETED, Status.ERROR)
    value = chance.randrange(100)
    summary = f"All is well, with {value} remarks about the files that grew."
    return replace(
        waiting(),
        task_id=task_id,
        agent_id=AgentId(f"agent-{agent}"),
        trigger=Trigger.SCHEDULE if is_lost or chance.randrange(100) < 94 else Trigger.MANUAL,
        status=status,
        severity=_severity(status, value),
        due_at=at,
        not_before=at,
        created_at=at,
        updated_at=at + timedelta(seconds=3),
        started_at=None if is_lost else at + timedelta(milliseconds=20),
        completed_at=None if is_lost else at + timedelta(seconds=3),
        duration_seconds=1 + value / 50 if ran else None,
        idempotency_key=f"agent-{agent}@{at.isoformat()}",
        active_key=task_id,
        fence=1,
        worker_id=WorkerId("host:1:worker"),
        slot_from=at if is_lost else None,
        slot_to=at if is_lost else None,
        slot_count=1 if is_lost else None,
        exit_code=0,
        error="It ended with exit code 1." if status is Status.ERROR else None,
        verdict=Verdict(
            severity=Severity.SUCCESS,
            summary=summary,
            findings=(_FINDING,),
            source=VerdictSource.CONTRACT,
        )
        if ran
        else None,
        result="A line of some output.\n" * 20,
    )


_FINDING: Final = Finding(
    title="A long file", severity=Severity.INFO, file="src/a.py", line=1, fingerprint="f1"
)


def _status(chance: int) -> tuple[Status, bool]:
    """The status, and whether it is a slot that did not run."""
    for limit, status, is_lost in (
        (930, Status.COMPLETED, False),
        (960, Status.ERROR, False),
        (970, Status.CANCELLED, False),
        (985, Status.SKIPPED, True),
    ):
        if chance < limit:
            return status, is_lost
    return Status.MISSED, True


def _severity(status: Status, chance: int) -> Severity | None:
    if status is Status.ERROR:
        return Severity.ERROR
    if status is not Status.COMPLETED:
        return None
    return Severity.SUCCESS if chance < 85 else Severity.INFO if chance < 90 else Severity.WARNING
