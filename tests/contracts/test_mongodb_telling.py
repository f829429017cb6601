"""Over MongoDB: what a document still has to tell when its writer is killed is told once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

from conselho.errors import NotFound
from conselho.models.access import Role
from conselho.models.audit import AuditEntry
from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.task import Task
from conselho.store import Held
from conselho.stores.mongodb import MongoStore, journal, open_mongodb_store, outbox
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import AGENTS, JOURNAL, META, TASKS
from tests.support import mongodb
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    make_agent,
    make_outcome,
    make_task,
    no_events,
    one_event,
)
from tests.support.stores import store_url

DEADLINE = 60
EDITED = [JournalEntry(at=NOON, kind=JournalKind.EDITED, agent_id=ANA, detail="30m became 1h.")]
TOLD = [EventDraft(type=EventType.UPDATED, agent_id=ANA, data={"change": "edited"})]


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    if missing := mongodb.why_missing():
        pytest.skip(missing)
    async with store_url("mongodb", tmp_path) as where:
        yield where


@pytest.fixture
async def store(url: str) -> AsyncIterator[MongoStore]:
    opened = await open_mongodb_store(url)
    yield opened
    await opened.close()


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.connect()
    yield database
    await database.close()


async def left_untold(db: Database, **fields: str) -> None:
    """A change of Ana's document whose writer was killed right behind it."""
    untold = journal.told_with(EDITED, TOLD, NOON)
    change = {"$push": untold} | ({"$set": fields} if fields else {})
    await db[AGENTS].update_one({"agent_id": ANA}, change)


async def kinds(store: MongoStore) -> list[JournalKind]:
    return [entry.kind for entry in await store.journal(limit=10)]


async def changes(store: MongoStore) -> list[str]:
    return [event.data["change"] for event in await store.events_after(0, limit=10)]


async def test_who_reads_next_tells_the_rest_once(store: MongoStore, db: Database) -> None:
    await store.create_agent(make_agent(), events=[])
    await left_untold(db)
    for _ in range(2):
        assert await kinds(store) == [JournalKind.EDITED]
        assert await changes(store) == ["edited"]
    document = await db[AGENTS].find_one({"agent_id": ANA})
    assert document is not None
    assert (document["entries"], document["outbox"]) == ([], [])


async def test_many_who_read_at_once_tell_it_once(
    store: MongoStore, url: str, db: Database
) -> None:
    await store.create_agent(make_agent(), events=[])
    await left_untold(db)
    others = [await open_mongodb_store(url) for _ in range(2)]
    readers = (store, *others)
    await asyncio.gather(*(kinds(reader) for reader in readers), *map(changes, readers))
    assert await kinds(store) == [JournalKind.EDITED]
    assert await changes(store) == ["edited"]
    for other in others:
        await other.close()


async def test_a_writer_that_wakes_late_tells_nothing_twice(
    store: MongoStore, db: Database
) -> None:
    await store.create_agent(make_agent(), events=[])
    await left_untold(db)
    document = await db[AGENTS].find_one({"agent_id": ANA})
    assert document is not None
    assert await kinds(store) == [JournalKind.EDITED]
    assert await changes(store) == ["edited"]

    await journal.told(db, AGENTS, document)

    assert await kinds(store) == [JournalKind.EDITED]
    assert await changes(store) == ["edited"]


async def test_events_that_cannot_be_stored_are_left_to_the_next_look(
    store: MongoStore, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def refused(*_: object) -> None:
        nonlocal tries
        tries += 1
        assert tries == 1, "it goes round for ever"
        raise PyMongoError("the disk is full")

    await store.create_agent(make_agent(), events=[])
    await left_untold(db)
    # As many as are looked at in one go: there may be more.
    monkeypatch.setattr(outbox, "_AT_ONCE", 1)
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "_store", refused)
        await outbox.catch_up(db)
    assert tries == 1
    assert await changes(store) == ["edited"]


async def test_what_this_process_could_not_tell_is_told_at_its_next_look(
    store: MongoStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise PyMongoError("the disk is full")

    assert await changes(store) == []
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "_store", refused)
        await store.create_agent(make_agent(), events=TOLD)
    assert await changes(store) == ["edited"]


async def test_what_another_left_is_told_when_it_is_seen_again(
    store: MongoStore, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its writer may be about to tell it: two of them would be in each other's way."""
    await store.create_agent(make_agent(), events=[])
    assert await changes(store) == []
    await left_untold(db)
    await store.sweep(now=NOON, announce=no_events)
    assert await changes(store) == []
    await store.sweep(now=NOON, announce=no_events)
    assert await changes(store) == ["edited"]

    # Looks do so as well, but not each time: that is five commands more.
    await left_untold(db)
    monkeypatch.setattr(outbox, "CATCH_UP_SECONDS", 0.0)
    assert await store.events_after(1, limit=10) == []
    assert [event.seq for event in await store.events_after(1, limit=10)] == [2]


async def test_entries_of_one_write_are_one_write(store: MongoStore, db: Database) -> None:
    """Several that stand for themselves: the first one bears the others until they are entered."""
    stopped = JournalEntry(at=NOON, kind=JournalKind.SERVER_STOPPED)
    first, *others = journal.elements([stopped, *EDITED])
    await db[JOURNAL].insert_one(first | {"_id": 1, "entries": others, "outbox": []})
    assert set(await kinds(store)) == {JournalKind.SERVER_STOPPED, JournalKind.EDITED}
    assert await store.prune_journal(before=NOON.replace(year=NOON.year + 1), limit=9) == 2


async def test_numbers_go_on_behind_those_of_a_newer_backup(
    store: MongoStore, db: Database
) -> None:
    acts = [AuditEntry(at=NOON, actor="ci", role=Role.ADMIN, action=word) for word in "abc"]
    for n in range(3):
        await store.write_journal(EDITED)
        await store.write_audit(acts[n : n + 1])
    await db[META].delete_many({"newest": {"$exists": True}})

    await store.write_journal([replace(EDITED[0], detail="The newest.")])
    await store.write_audit(acts)

    entries = await store.journal(limit=10)
    assert [entry.detail for entry in entries] == ["The newest.", *["30m became 1h."] * 3]
    assert {entry.action for entry in await store.audit(limit=3)} == {"a", "b", "c"}
    assert len(await store.audit(limit=10)) == 6


async def test_an_agent_that_was_deleted_at_that_moment_is_gone_and_told(
    store: MongoStore, db: Database
) -> None:
    await store.create_agent(make_agent(), events=[])
    await store.create_agent(make_agent(BIA), events=[])
    await left_untold(db, agent_id="ana#deleted")
    await db[AGENTS].update_one(
        {"agent_id": "ana#deleted"}, {"$set": {"deleted": True}, "$unset": {"version": ""}}
    )
    with pytest.raises(NotFound):
        await store.agent(ANA)
    assert [agent.agent_id for agent in await store.agents()] == [BIA]
    assert await kinds(store) == [JournalKind.EDITED]
    assert await changes(store) == ["edited"]
    await store.create_agent(make_agent(), events=[])
    await store.delete_agent(BIA, now=NOON, events=[])
    assert await db[AGENTS].count_documents({}) == 1


async def claimed(store: MongoStore) -> Task:
    """Ana's task, which is told of and not confirmed; a queued one of Bia's waits still."""
    await store.submit([make_task(), make_task(BIA)], announce=one_event)
    [task] = await store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
    return task


async def outboxes(db: Database) -> list[int]:
    """How much each task has still to tell, in the order of the largest."""
    found = await db[TASKS].find({}, {"outbox": 1}).to_list()
    return sorted((len(document["outbox"]) for document in found), reverse=True)


async def numbers(store: MongoStore) -> list[int]:
    return [event.seq for event in await store.events_after(0, limit=10)]


@pytest.fixture
def unconfirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is confirmed by itself: the test says when."""
    monkeypatch.setattr(outbox, "CONFIRM_SECONDS", 3_600)


@pytest.mark.usefixtures("unconfirmed")
async def test_what_a_run_told_leaves_its_outbox_together_when_it_is_confirmed(
    store: MongoStore, db: Database
) -> None:
    task = await claimed(store)
    assert await outboxes(db) == [1, 0]
    held = Held(task_id=task.task_id, fence=task.fence)
    await store.finish(held, make_outcome(), now=NOON, announce=one_event)
    assert await outboxes(db) == [2, 0]
    assert await numbers(store) == [1, 2, 3, 4]

    await outbox.confirm(store._db)

    assert await outboxes(db) == [0, 0]
    assert await numbers(store) == [1, 2, 3, 4]


async def test_what_a_run_told_is_confirmed_without_anything_else_to_tell(
    store: MongoStore, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "CONFIRM_SECONDS", 0.0)
    await claimed(store)
    async with asyncio.timeout(DEADLINE):
        while await outboxes(db) != [0, 0]:
            pass


@pytest.mark.usefixtures("unconfirmed")
@pytest.mark.parametrize("how", ["closed", "submitted", "swept", "pruned"])
async def test_what_a_run_told_is_confirmed_with_the_next_that_is_told(
    store: MongoStore, url: str, db: Database, how: str
) -> None:
    own = await open_mongodb_store(url)
    await claimed(own)
    if how == "submitted":
        await own.submit([make_task(AgentId("caio"))], announce=one_event)
    if how == "swept":
        await own.sweep(now=NOON, announce=no_events)
    if how == "pruned":
        assert await own.prune_events(keep=1, limit=9) == 2
    if how == "closed":
        await own.close()
    assert await outboxes(db) == [0, 0, 0][: len(await outboxes(db))]
    expected = {"closed": [1, 2, 3], "submitted": [1, 2, 3, 4], "swept": [1, 2, 3], "pruned": [3]}
    assert await numbers(store) == expected[how]
    await own.close()


@pytest.mark.usefixtures("unconfirmed")
async def test_what_a_killed_worker_told_and_did_not_confirm_is_not_told_again(
    store: MongoStore, url: str, db: Database
) -> None:
    killed = await open_mongodb_store(url)
    await claimed(killed)
    assert await numbers(store) == [1, 2, 3]
    for _ in range(2):
        await store.sweep(now=NOON, announce=no_events)
    assert await outboxes(db) == [0, 0]
    assert await numbers(store) == [1, 2, 3]
    # It was only asleep.
    await outbox.confirm(killed._db)
    assert await numbers(store) == [1, 2, 3]
    await killed.close()


@pytest.mark.usefixtures("unconfirmed")
async def test_a_cancel_right_behind_a_claim_is_told_behind_it(store: MongoStore, url: str) -> None:
    worker = await open_mongodb_store(url)
    task = await claimed(worker)
    await store.cancel(task.task_id, now=NOON, announce=one_event)
    events = await store.events_after(2, limit=9)
    assert [(event.seq, event.agent_id) for event in events] == [(3, ANA), (4, ANA)]
    held = Held(task_id=task.task_id, fence=task.fence)
    await worker.finish(held, make_outcome(), now=NOON, announce=one_event)
    assert await numbers(store) == [1, 2, 3, 4, 5]
    await worker.close()
    assert await numbers(store) == [1, 2, 3, 4, 5]


@pytest.mark.usefixtures("unconfirmed")
@pytest.mark.parametrize("cut", [False, True])
async def test_a_run_told_behind_a_pruning_is_told_again_behind_all_others(
    store: MongoStore, url: str, db: Database, monkeypatch: pytest.MonkeyPatch, cut: bool
) -> None:
    """Its worker slept while others told and pruned; also when it is cut off in the midst."""
    worker = await open_mongodb_store(url)
    await worker.submit([make_task(), make_task(BIA)], announce=one_event)
    for name in ("caio", "dora"):
        await store.submit([make_task(AgentId(name))], announce=one_event)
    assert await store.prune_events(keep=0, limit=9) == 4
    [task] = await worker.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
    assert await store.event_span() == (5, 4), "nobody who reads on finds number 3"

    if cut:

        async def refused(*_: object, **__: object) -> None:
            raise PyMongoError("the disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(outbox, "_store", refused)
            with pytest.raises(PyMongoError):
                await outbox.confirm(worker._db)
        assert await outboxes(db) == [1, 0, 0, 0]
    await outbox.confirm(worker._db)

    assert await store.event_span() == (5, 5)
    assert [event.agent_id for event in await store.events_after(4, limit=9)] == [task.agent_id]
    assert await outboxes(db) == [0, 0, 0, 0]
    await worker.close()


async def behind(worker: MongoStore, store: MongoStore) -> Task:
    """A claim of the worker's that is told behind all that the others told and pruned meanwhile."""
    await worker.submit([make_task(), make_task(BIA)], announce=one_event)
    await others_told(store, "caio", "dora")
    assert await store.prune_events(keep=0, limit=9) == 4
    [task] = await worker.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
    return task


async def others_told(store: MongoStore, *names: str) -> None:
    for name in names:
        await store.submit([make_task(AgentId(name))], announce=one_event)


@pytest.mark.usefixtures("unconfirmed")
async def test_what_is_told_again_behind_the_next_pruning_is_told_once_more(
    store: MongoStore, url: str, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await open_mongodb_store(url)
    await behind(worker, store)
    newest = outbox._newest
    slept = False

    async def sleeps_once(of: Database) -> tuple[int, int]:
        nonlocal slept
        found = await newest(of)
        if of is worker._db and not slept:
            slept = True
            await others_told(store, "eva", "fabio")
            assert await store.prune_events(keep=0, limit=9) == 2
        return found

    monkeypatch.setattr(outbox, "_newest", sleeps_once)
    await outbox.confirm(worker._db)

    assert slept
    assert await store.event_span() == (7, 7)
    assert [event.agent_id for event in await store.events_after(6, limit=9)] == [ANA]
    assert sum(await outboxes(db)) == 0
    await worker.close()


@pytest.mark.usefixtures("unconfirmed")
async def test_what_others_confirmed_and_pruned_is_not_told_again(
    store: MongoStore, url: str
) -> None:
    """The worker was suspended right behind its claim, until nobody needed that event any more."""
    worker = await open_mongodb_store(url)
    await claimed(worker)
    for _ in range(2):
        await store.sweep(now=NOON, announce=no_events)
    assert await store.prune_events(keep=0, limit=9) == 3

    await outbox.confirm(worker._db)

    assert await store.event_span() == (4, 3)
    await worker.close()


@pytest.mark.usefixtures("unconfirmed")
async def test_a_run_whose_start_was_told_behind_a_pruning_is_told_in_its_order(
    store: MongoStore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await open_mongodb_store(url)
    task = await behind(worker, store)
    await others_told(store, "eva")
    monkeypatch.setattr(outbox, "_FAR", 1)  # so few are kept here
    assert len(await worker.events_after(4, limit=9)) == 1

    held = Held(task_id=task.task_id, fence=task.fence)
    await worker.finish(held, make_outcome(), now=NOON, announce=one_event)
    await worker.close()

    told = [(event.seq, event.data) for event in await store.events_after(5, limit=9)]
    assert [seq for seq, _ in told] == [6, 7]
    assert [data["status"] for _, data in told] == ["processing", "completed"]


async def test_a_confirmation_that_failed_is_tried_again(
    store: MongoStore, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may have nothing else to tell for days."""
    pruned = outbox._pruned
    tries = 0

    async def refused_once(of: Database) -> int:
        nonlocal tries
        tries += of is store._db and bool(of.unsure)
        if tries == 1:
            raise PyMongoError("the connection was cut")
        return await pruned(of)

    await store.submit([make_task(), make_task(BIA)], announce=one_event)
    for seconds in ("CONFIRM_SECONDS", "CONFIRM_AGAIN_SECONDS"):
        monkeypatch.setattr(outbox, seconds, 0.0)
    monkeypatch.setattr(outbox, "_pruned", refused_once)
    await store.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
    async with asyncio.timeout(DEADLINE):
        while await outboxes(db) != [0, 0]:
            pass
    assert tries > 1
