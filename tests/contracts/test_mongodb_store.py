"""What only the store over MongoDB does: its documents, and what stands in for transactions.

The contract suites run on it as well.
"""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import InvalidSettings, StoreUnavailable
from conselho.models.ids import AgentId, TaskId
from conselho.models.task import SkipReason, Status, Task, Trigger
from conselho.models.verdict import Severity
from conselho.store import ClaimLimits, Held, Loss, Submitted, TaskFilter
from tests.support import mongodb
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    make_lost,
    make_outcome,
    make_task,
    no_events,
    one_event,
)
from tests.support.stores import BACKENDS, store_url

pymongo = pytest.importorskip("pymongo", reason="pymongo is not installed: MongoDB is not tested")

from conselho.stores.mongodb import (  # noqa: E402
    MongoStore,
    ledger,
    open_mongodb_store,
    submission,
)
from conselho.stores.mongodb.connection import Database, concerns  # noqa: E402
from conselho.stores.mongodb.documents import TASKS  # noqa: E402

SECOND = timedelta(seconds=1)
HALF_HOUR = timedelta(minutes=30)
DEADLINE = 30
_AGENTS = [ANA, BIA, AgentId("caio")]


def require_server() -> None:
    """Skip on a machine without a server; on CI that is a failure."""
    missing = mongodb.why_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)


@pytest.fixture
async def uri(tmp_path: Path) -> AsyncIterator[str]:
    require_server()
    async with store_url("mongodb", tmp_path) as url:
        yield url


@pytest.fixture
async def raw(uri: str) -> AsyncIterator[Any]:
    """The database as an operator sees it."""
    async with pymongo.AsyncMongoClient(uri, tz_aware=True) as client:
        yield client.get_default_database()


@pytest.fixture
async def mongo(uri: str) -> AsyncIterator[MongoStore]:
    opened = await open_mongodb_store(uri)
    yield opened
    await opened.close()


def test_the_contract_suites_run_on_mongodb() -> None:
    require_server()
    assert "mongodb" in BACKENDS


class TestOpening:
    # The driver's watch over the server may leave its socket open when it is ended (pymongo 4.20).
    @pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    async def test_a_server_that_does_not_answer_is_named_without_its_password(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            url = f"mongodb://ana:s3cret@127.0.0.1:{port}/council?serverSelectionTimeoutMS=50"
            with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
                await open_mongodb_store(url)
        assert f"127.0.0.1:{port}/council" in caught.value.reason
        assert "s3cret" not in str(caught.value)
        del caught
        gc.collect()

    @pytest.mark.parametrize(
        "url", ["mongodb://ana:s3cret:x@db/c", "mongodb://ana:s3cret@db:port/c"]
    )
    async def test_a_url_that_means_nothing_is_refused_without_its_password(self, url: str) -> None:
        with pytest.raises(InvalidSettings, match="cannot be read as mongodb://") as caught:
            await open_mongodb_store(url)
        assert "s3cret" not in str(caught.value)

    async def test_a_store_of_a_newer_program_is_refused(
        self, mongo: MongoStore, uri: str, raw: Any
    ) -> None:
        await raw.meta.update_one({"_id": "store"}, {"$set": {"layout": 999}})
        with pytest.raises(StoreUnavailable, match="written by a newer Conselho"):
            await open_mongodb_store(uri)

    async def test_several_servers_open_a_new_store_at_once(self, uri: str) -> None:
        stores = await asyncio.gather(*(open_mongodb_store(uri) for _ in range(3)))
        assert len({store.identity for store in stores}) == 1
        for store in stores:
            await store.close()

    async def test_an_index_that_stands_in_the_way_is_named(self, uri: str, raw: Any) -> None:
        await raw.tasks.create_index([("active_key", 1)], name="theirs")
        with pytest.raises(StoreUnavailable, match="the index 'theirs' of the collection 'tasks'"):
            await open_mongodb_store(uri)


class TestPromises:
    def test_a_write_counts_when_no_kill_and_no_failover_takes_it_back(self) -> None:
        given = frozenset[str]()
        for several in ({"setName": "rs0"}, {"msg": "isdbgrid"}):
            asked = concerns(several, given)
            assert asked["write_concern"].document["w"] == "majority"
            assert asked["read_concern"].level == "majority"
        assert concerns({}, given)["write_concern"].document == {"w": 1, "j": True}

    @pytest.mark.parametrize("hello", [{}, {"setName": "rs0"}])
    def test_the_url_may_say_otherwise(self, hello: dict[str, Any]) -> None:
        assert concerns(hello, frozenset({"w"})) == {}

    async def test_a_single_server_is_asked_for_its_journal(self, uri: str) -> None:
        db = Database(uri)
        hello = await db.connect()
        assert db[TASKS].write_concern == concerns(hello, frozenset())["write_concern"]
        await db[TASKS].insert_one({"_id": "x"})
        await db.close()

    async def test_the_primary_is_read_whatever_the_url_says(self, uri: str) -> None:
        db = Database(f"{uri}&readPreference=secondaryPreferred")
        await db.connect()
        assert db[TASKS].read_preference == pymongo.ReadPreference.PRIMARY
        await db.close()


class TestDocuments:
    async def test_an_operator_finds_what_the_older_system_wrote(
        self, mongo: MongoStore, raw: Any
    ) -> None:
        now = NOON + timedelta(microseconds=123_456)
        await mongo.submit([make_task()], announce=one_event)
        [claimed] = await mongo.claim(WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event)
        await mongo.finish(
            Held(task_id=claimed.task_id, fence=1),
            make_outcome(Severity.WARNING),
            now=now + SECOND,
            announce=one_event,
        )
        found = (
            await raw.tasks.find({"is_councilor_execution": True})
            .sort({"created_at": -1})
            .to_list()
        )
        [document] = found
        assert str(document["_id"]) == document["task_id"] == claimed.task_id
        shown = {
            "agent_id": ANA,
            "provider": "command",
            "prompt": "Look around and report.",
            "timeout": 600,
            "status": "completed",
            "context": {},
            "created_at": NOON,
            "started_at": NOON,
            # A BSON date has milliseconds.
            "completed_at": NOON + SECOND + timedelta(milliseconds=123),
            "duration": 1.123456,
            "result": "All is well.",
            "exit_code": 0,
            "severity": "warning",
            "councilor_config": {
                "title": "Guardiã",
                "task_name": "look around",
                "display_name": "Ana",
            },
        }
        assert document | shown == document

    async def test_documents_of_the_older_system_are_read_and_kept(
        self, uri: str, raw: Any
    ) -> None:
        old = {
            "agent_id": ANA,
            "provider": "claude",
            "prompt": "Look.",
            "cwd": "/srv",
            "timeout": 600,
            "status": "completed",
            "context": {},
            "created_at": datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
            "updated_at": datetime(2024, 1, 2, 3, 5, 5, tzinfo=UTC),
            "completed_at": datetime(2024, 1, 2, 3, 5, 5, tzinfo=UTC),
            "result": "Fine.",
            "exit_code": 0,
            "duration": 60.0,
            "is_councilor_execution": True,
            "councilor_config": {"title": "T", "task_name": "look", "display_name": "Ana"},
            "severity": "success",
        }
        bare = {"agent_id": BIA, "prompt": "?", "status": "pending"}
        keys = (await raw.tasks.insert_many([old, dict(old) | {"_id": "x"}, bare])).inserted_ids
        await raw.tasks.create_index([("task_id", 1)], unique=True, sparse=True)
        for _ in range(2):
            store = await open_mongodb_store(uri)
            page = await store.tasks(TaskFilter(agent_id=ANA), limit=10)
            assert {task.task_id for task in page.tasks} == {str(keys[0]), "x"}
            task = await store.task(TaskId(str(keys[0])))
            assert (task.status, task.severity, task.result) == (
                Status.COMPLETED,
                Severity.SUCCESS,
                "Fine.",
            )
            assert (task.trigger, task.duration_seconds) == (Trigger.MANUAL, 60)
            assert task.snapshot.display_name == "Ana"
            # Nobody of this system owns what has not ended there.
            assert (await store.task(TaskId(str(keys[2])))).status is Status.PENDING
            assert (
                await store.claim(WORKER, now=NOON, limit=9, lease=LEASE, announce=no_events) == []
            )
            await store.close()
        kept = await raw.tasks.find_one({"_id": keys[0]})
        assert kept | old == kept

    @pytest.mark.parametrize("us", [{}, {"created_at": None}, {"rank": 7}, "a text"])
    async def test_one_with_half_of_our_fields_is_adopted_and_holds_up_no_start(
        self, uri: str, raw: Any, us: object
    ) -> None:
        key = (await raw.tasks.insert_one({"agent_id": ANA, "us": us})).inserted_id
        opening = asyncio.ensure_future(open_mongodb_store(uri))
        _, late = await asyncio.wait({opening}, timeout=DEADLINE)
        while not opening.done():  # the driver may lose a cancellation
            opening.cancel()
            await asyncio.wait({opening}, timeout=0.1)
        assert not late, "it looks at the same document for ever"
        store = opening.result()
        assert [task.task_id for task in (await store.tasks(TaskFilter(), limit=9)).tasks] == [
            str(key)
        ]
        await store.close()


class TestEvents:
    async def test_what_a_crash_left_in_an_outbox_is_told_once(
        self, mongo: MongoStore, uri: str, raw: Any
    ) -> None:
        await mongo.submit([make_task()], announce=one_event)
        left = [
            {
                "draft": f"lost-{n}",
                "type": "councilor_execution",
                "agent_id": ANA,
                "at": 7,
                "data": "{}",
            }
            for n in range(3)
        ]
        await raw.tasks.update_one({}, {"$push": {"outbox": {"$each": left}}})
        other = await open_mongodb_store(uri)
        await asyncio.gather(*(store.events_after(1, limit=10) for store in (mongo, other) * 2))
        assert [event.seq for event in await mongo.events_after(0, limit=10)] == [1, 2, 3, 4]
        assert await raw.tasks.find_one({"outbox": []}) is not None
        await other.close()

    async def test_who_slept_through_a_pruning_tells_behind_what_was_told(
        self, mongo: MongoStore, uri: str
    ) -> None:
        other = await open_mongodb_store(uri)
        await mongo.submit([make_task()], announce=one_event)  # it knows of number 1
        for n in range(9):
            await other.submit([make_task(AgentId(f"agent-{n}"))], announce=one_event)
        assert await other.prune_events(keep=0, limit=100) == 10
        await mongo.submit([make_task(BIA)], announce=one_event)
        assert await other.event_span() == (11, 11)
        assert [event.agent_id for event in await other.events_after(10, limit=9)] == [BIA]
        await other.close()


class TestLedger:
    async def test_a_slot_is_submitted_or_lost_but_never_both_or_neither(self, uri: str) -> None:
        stores = [await open_mongodb_store(uri) for _ in range(3)]
        slots = [NOON + n * HALF_HOUR for n in range(12)]
        created = set()
        for n, slot in enumerate(slots[:-1]):
            task = make_task(due_at=slot, active_key=f"key-{n}")
            loss = Loss(row=make_lost(reason=SkipReason.SERVER_DOWN), slots=slots[n : n + 2])
            [answer], *_ = await asyncio.gather(
                stores[0].submit([task], announce=one_event),
                stores[1].record_lost([loss], now=NOON, announce=one_event),
                stores[2].record_lost([loss], now=NOON, announce=one_event),
            )
            if answer.result is Submitted.CREATED:
                created.add(slot)
        page = await stores[0].tasks(TaskFilter(agent_id=ANA), limit=100)
        lost = [
            slot
            for row in page.tasks
            if row.slot_from is not None and row.slot_to is not None
            for slot in slots
            if row.slot_from <= slot <= row.slot_to
        ]
        assert sorted([*lost, *created]) == slots
        assert (await stores[0].watermarks([ANA])) == {ANA: slots[-1]}
        for store in stores:
            await store.close()

    async def test_of_several_slots_in_one_batch_each_is_run_or_lost(
        self, mongo: MongoStore, uri: str, raw: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = await open_mongodb_store(uri)
        slots = [NOON + n * HALF_HOUR for n in range(5)]
        loss = Loss(row=make_lost(reason=SkipReason.SERVER_DOWN), slots=slots[:3])
        insert = submission._insert
        recorded: list[Task] = []

        async def lost_right_behind(*args: Any) -> Any:
            stored = await insert(*args)
            if not recorded:
                recorded.extend(await other.record_lost([loss], now=NOON, announce=one_event))
            return stored

        monkeypatch.setattr(submission, "_insert", lost_right_behind)
        tasks = [make_task(due_at=slot, active_key=f"key-{n}") for n, slot in enumerate(slots)]
        answers = await mongo.submit(tasks, announce=one_event)

        [row] = recorded
        duplicate, created = Submitted.DUPLICATE, Submitted.CREATED
        assert [(answer.result, answer.holder) for answer in answers] == [
            *[(duplicate, row.task_id)] * 3,
            *[(created, None)] * 2,
        ]
        page = await mongo.tasks(TaskFilter(), limit=9)
        assert {(task.due_at, task.status) for task in page.tasks} == {
            (slots[0], Status.MISSED),
            *((slot, Status.PENDING) for slot in slots[3:]),
        }
        assert await raw.tasks.count_documents({"settled": True}) == 3
        assert await mongo.watermarks([ANA]) == {ANA: slots[-1]}
        assert len(await mongo.events_after(0, limit=9)) == 3
        await other.close()

    @pytest.mark.parametrize("gone", [False, True])
    async def test_only_what_is_there_is_told_as_created(
        self, mongo: MongoStore, raw: Any, monkeypatch: pytest.MonkeyPatch, gone: bool
    ) -> None:
        """Somebody else settled it meanwhile, who might also have run it and let it go."""
        cover_all = ledger.cover_all

        async def settled_by_another(db: Database, spans: Any) -> set[str]:
            covered = await cover_all(db, spans)
            await raw.tasks.update_many({"agent_id": ANA}, {"$set": {"settled": True}})
            if gone:
                await raw.tasks.delete_many({"agent_id": ANA})
            return covered

        monkeypatch.setattr(ledger, "cover_all", settled_by_another)
        answers = await mongo.submit([make_task(), make_task(BIA)], announce=one_event)

        of_ana = Submitted.DUPLICATE if gone else Submitted.CREATED
        assert [answer.result for answer in answers] == [of_ana, Submitted.CREATED]
        told = [event.agent_id for event in await mongo.events_after(0, limit=9)]
        assert told == ([BIA] if gone else [ANA, BIA])

    async def test_a_lost_slot_is_a_duplicate_also_while_its_councilor_is_busy(
        self, mongo: MongoStore
    ) -> None:
        await mongo.submit([make_task(due_at=None)], announce=one_event)
        loss = Loss(row=make_lost(), slots=[NOON, NOON + HALF_HOUR])
        [row] = await mongo.record_lost([loss], now=NOON, announce=one_event)
        overlapping = make_task(due_at=NOON + HALF_HOUR)
        [answer] = await mongo.submit([overlapping], announce=one_event)
        assert (answer.result, answer.holder) == (Submitted.DUPLICATE, row.task_id)

    async def test_books_that_a_crash_left_half_restored_are_restored_whole(
        self, mongo: MongoStore, uri: str, raw: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await self._without_books(mongo, raw)
        await self._restored_one(uri, monkeypatch)
        again = await open_mongodb_store(uri)
        assert await again.watermarks(_AGENTS) == dict.fromkeys(_AGENTS, NOON)
        await again.close()

    async def test_who_opens_while_books_are_restored_finds_them_all(
        self, mongo: MongoStore, uri: str, raw: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await self._without_books(mongo, raw)
        make = ledger._make
        found: list[dict[AgentId, datetime]] = []

        async def another_opens(db: Database, covered: Any) -> set[str]:
            made = await make(db, covered)
            if not found:
                monkeypatch.setattr(ledger, "_make", make)
                other = await open_mongodb_store(uri)
                found.append(await other.watermarks(_AGENTS))
                await other.close()
            return made

        monkeypatch.setattr(ledger, "_make", another_opens)
        first = await open_mongodb_store(uri)
        found.append(await first.watermarks(_AGENTS))
        assert found == [dict.fromkeys(_AGENTS, NOON)] * 2
        await first.close()

    async def test_a_book_that_was_read_before_it_was_restored_is_made_right(
        self, mongo: MongoStore, uri: str, raw: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await self._without_books(mongo, raw)
        await self._restored_one(uri, monkeypatch)
        # An older program goes on as soon as there is one book.
        assert len(await mongo.watermarks(_AGENTS)) == 1
        again = await open_mongodb_store(uri)
        assert await again.watermarks(_AGENTS) == dict.fromkeys(_AGENTS, NOON)
        await again.close()

    async def _without_books(self, mongo: MongoStore, raw: Any) -> None:
        """As a backup that left them out."""
        await mongo.submit([make_task(name) for name in _AGENTS], announce=no_events)
        await raw.ledger.drop()

    async def _restored_one(self, uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """What a server leaves that is killed behind the first book."""
        make = ledger._make

        async def killed(db: Database, covered: Any) -> None:
            await make(db, covered)
            raise pymongo.errors.AutoReconnect("connection closed")

        with monkeypatch.context() as patched:
            patched.setattr(ledger, "_make", killed)
            with pytest.raises(StoreUnavailable):
                await open_mongodb_store(uri)

    async def test_a_task_that_a_crash_left_unsettled_is_settled_by_a_sweep(
        self, mongo: MongoStore, raw: Any
    ) -> None:
        await mongo.submit([make_task()], announce=one_event)
        await raw.tasks.update_one({}, {"$set": {"settled": False}})
        await raw.ledger.update_one({}, {"$set": {"covered": None}})
        later = NOON + timedelta(minutes=1)
        await mongo.sweep(now=NOON + SECOND, announce=one_event)
        assert await mongo.claim(WORKER, now=later, limit=1, lease=LEASE, announce=no_events) == []
        await mongo.sweep(now=later, announce=one_event)
        assert await mongo.watermarks([ANA]) == {ANA: NOON}
        claimed = await mongo.claim(WORKER, now=later, limit=1, lease=LEASE, announce=no_events)
        assert [task.agent_id for task in claimed] == [ANA]

    async def test_a_lost_row_that_was_decided_on_is_stored_by_whoever_comes_next(
        self, mongo: MongoStore, uri: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def gone(*_: object) -> None:
            raise pymongo.errors.AutoReconnect("connection closed")

        loss = Loss(row=make_lost(), slots=[NOON, NOON + HALF_HOUR])
        with monkeypatch.context() as patched:
            patched.setattr(ledger, "_store_new", gone)
            with pytest.raises(StoreUnavailable):
                await mongo.record_lost([loss], now=NOON, announce=one_event)
        assert await mongo.watermarks([ANA]) == {ANA: NOON + HALF_HOUR}
        assert await mongo.record_lost([loss], now=NOON, announce=one_event) == []
        [row] = (await mongo.tasks(TaskFilter(), limit=9)).tasks
        assert (row.slot_count, row.slot_to) == (2, NOON + HALF_HOUR)
        assert len(await mongo.events_after(0, limit=9)) == 1


class TestTurns:
    async def test_a_place_that_a_crash_left_reserved_comes_free(
        self, mongo: MongoStore, uri: str, raw: Any
    ) -> None:
        limits = ClaimLimits(at_once={"tag:a": 1})
        first, second = (make_task(name, lanes=("tag:a",)) for name in (ANA, BIA))
        await mongo.submit([first, second], announce=no_events)
        document = await raw.tasks.find_one({"agent_id": ANA})
        db = Database(uri)
        await db.connect()
        from conselho.stores.mongodb import turns

        seen = await turns.look(db, limits, NOON)
        assert await turns.take(db, seen, [document], NOON) is not None
        # Somebody who looked at the same moment has to look again.
        assert await turns.take(db, seen, [document], NOON) is None
        await db.close()

        async def names(at: datetime) -> list[str]:
            claimed = await mongo.claim(
                WORKER, now=at, limit=9, lease=LEASE, limits=limits, announce=no_events
            )
            return [task.agent_id for task in claimed]

        assert await names(NOON + SECOND) == []
        assert await names(NOON + 6 * SECOND) == [ANA]
        # What was chosen then can be claimed no more: its document was written since.
        assert (await raw.tasks.find_one({"agent_id": ANA}))["rev"] > document["rev"] + 1
        assert (await mongo.activity()).processing == 1
