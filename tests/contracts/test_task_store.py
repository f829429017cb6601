"""What every TaskStore promises (conselho/store.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from conselho.errors import IllegalTransition, LeaseLost, NotFound
from conselho.models.event import EventDraft
from conselho.models.ids import AgentId, TaskId
from conselho.models.statistics import Activity, Tally
from conselho.models.task import (
    ErrorCause,
    ErrorKind,
    Outcome,
    SkipReason,
    Status,
    Task,
    Trigger,
    backfill_key,
    queued_key,
    slot_key,
    waiting_key,
)
from conselho.models.verdict import Severity
from conselho.store import Held, Loss, Renewal, Store, Submission, Submitted, TaskFilter
from conselho.stores import open_store
from tests.support import store_child
from tests.support.clock import NOON
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    OTHER_WORKER,
    WORKER,
    failed,
    make_lost,
    make_outcome,
    make_snapshot,
    make_task,
    make_verdict,
    one_event,
)

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)


def slots(first: int, count: int) -> list[datetime]:
    """`count` slots of a half-hourly councilor, from the `first`-th after noon on."""
    return [NOON + (first + i) * HALF_HOUR for i in range(count)]


def held(task: Task) -> Held:
    return Held(task_id=task.task_id, fence=task.fence)


async def submit(store: Store, *tasks: Task) -> list[Submission]:
    return await store.submit(tasks, announce=one_event)


async def claim(store: Store, *, at: datetime = NOON, limit: int = 10) -> list[Task]:
    return await store.claim(WORKER, now=at, limit=limit, lease=LEASE, announce=one_event)


async def claimed(store: Store, task: Task | None = None, *, at: datetime = NOON) -> Task:
    """A new Task that WORKER holds."""
    await submit(store, task or make_task())
    [owned] = await claim(store, at=at)
    return owned


async def finish(
    store: Store, task: Task, outcome: Outcome | None = None, *, at: datetime = NOON + MINUTE
) -> Task:
    return await store.finish(held(task), outcome or make_outcome(), now=at, announce=one_event)


async def ended(
    store: Store, task: Task, outcome: Outcome | None = None, *, at: datetime | None = None
) -> Task:
    """A Task that ran from its creation on and ended a minute later, or at `at`."""
    owned = await claimed(store, task, at=task.created_at)
    return await finish(store, owned, outcome, at=at or task.created_at + MINUTE)


async def told(store: Store) -> list[tuple[str, str]]:
    """(task_id, status) of every event, in order; proves that no seq is missing."""
    events = await store.events_after(0, limit=100_000)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return [(event.data["execution_id"], event.data["status"]) for event in events]


async def lose(
    store: Store, row: Task, lost: Sequence[datetime], *, at: datetime = NOON
) -> Task | None:
    """Report one loss; the row that it made or made longer."""
    rows = await store.record_lost([Loss(row=row, slots=lost)], now=at, announce=one_event)
    return rows[0] if rows else None


class Broken(Exception):
    """What an announce of ours raises to end a transaction."""


def broken(_: Task) -> list[EventDraft]:
    raise Broken


class TestSubmit:
    async def test_a_submitted_task_is_read_back_whole(self, store: Store) -> None:
        task = make_task(
            trigger=Trigger.CATCH_UP,
            max_attempts=3,
            priority=7,
            lanes=("provider:claude", "tag:ção", "write:/x"),
            created_at=NOON + timedelta(microseconds=1),
            not_before=NOON + timedelta(microseconds=999_999),
            is_councilor_execution=False,
            snapshot=make_snapshot(
                argv=("sh", "-c", "echo 'olá' \\ \"x\""),
                context_files=("a.py", "ção.md"),
                cwd="/x",
                instructions="Look closely. " * 3000,
                continuity=True,
                max_cost_usd=0.5,
            ),
        )
        assert await submit(store, task) == [
            Submission(result=Submitted.CREATED, task_id=task.task_id)
        ]
        assert await store.task(task.task_id) == task
        assert await told(store) == [(task.task_id, "pending")]

    async def test_a_second_task_of_one_slot_is_a_duplicate(self, store: Store) -> None:
        first, second = make_task(), make_task()
        await submit(store, first)
        [answer] = await submit(store, second)
        assert answer == Submission(
            result=Submitted.DUPLICATE, task_id=second.task_id, holder=first.task_id
        )
        with pytest.raises(NotFound):
            await store.task(second.task_id)
        assert await told(store) == [(first.task_id, "pending")]

    async def test_a_slot_stays_taken_when_its_task_has_ended(self, store: Store) -> None:
        first = await ended(store, make_task())
        [answer] = await submit(store, make_task())
        assert (answer.result, answer.holder) == (Submitted.DUPLICATE, first.task_id)

    async def test_a_key_tells_the_status_of_its_task(self, store: Store) -> None:
        await finish(store, await claimed(store), at=NOON)
        await submit(store, make_task(BIA))

        keys = [slot_key(ANA, NOON), slot_key(BIA, NOON), slot_key(ANA, NOON + MINUTE)]
        assert await store.statuses(keys) == {
            slot_key(ANA, NOON): Status.COMPLETED,
            slot_key(BIA, NOON): Status.PENDING,
        }
        assert await store.statuses([]) == {}

    async def test_a_second_active_task_of_one_councilor_overlaps(self, store: Store) -> None:
        first, second = make_task(), make_task(due_at=NOON + HALF_HOUR)
        await submit(store, first)
        [answer] = await submit(store, second)
        assert answer == Submission(
            result=Submitted.OVERLAP, task_id=second.task_id, holder=first.task_id
        )

    async def test_the_duplicate_check_comes_before_the_overlap_check(self, store: Store) -> None:
        slot = await ended(store, make_task())
        running = make_task(due_at=None)
        await submit(store, running)
        [answer] = await submit(store, make_task())
        assert (answer.result, answer.holder) == (Submitted.DUPLICATE, slot.task_id)

    async def test_each_task_of_a_batch_is_judged_on_its_own(self, store: Store) -> None:
        ana, again, bia = make_task(), make_task(), make_task(BIA)
        overlapping = make_task(BIA, due_at=None)
        answers = await submit(store, ana, again, bia, overlapping)
        assert [(answer.result, answer.holder) for answer in answers] == [
            (Submitted.CREATED, None),
            (Submitted.DUPLICATE, ana.task_id),
            (Submitted.CREATED, None),
            (Submitted.OVERLAP, bia.task_id),
        ]
        assert [answer.task_id for answer in answers] == [
            task.task_id for task in (ana, again, bia, overlapping)
        ]
        assert await told(store) == [(ana.task_id, "pending"), (bia.task_id, "pending")]

    @pytest.mark.parametrize("key", ["a\x00b", "half \ud83e a pair", "ção#%_'"])
    async def test_hostile_keys_are_keys_like_others(self, store: Store, key: str) -> None:
        first, second = (make_task(due_at=None, idempotency_key=key) for _ in range(2))
        third = make_task(due_at=None, active_key=key)
        fourth = make_task(due_at=None, active_key=key)
        answers = await submit(store, first, second, third, fourth)
        assert [answer.holder for answer in answers] == [None, first.task_id, None, third.task_id]
        with pytest.raises(NotFound):
            await store.task(TaskId(key))
        assert (await store.tasks(TaskFilter(agent_id=AgentId(key)), limit=1)).total == 0

    async def test_a_slot_inside_a_row_of_lost_ones_is_a_duplicate(self, store: Store) -> None:
        first = await lose(store, make_lost(), slots(2, 3))
        ran = await ended(store, make_task(due_at=slots(5, 1)[0]))
        other = make_lost(reason=SkipReason.LATE)
        second = await lose(store, other, slots(6, 2))
        assert first is not None
        assert second is not None
        tasks = [make_task(due_at=slot, active_key=str(slot)) for slot in slots(1, 8)]
        # Between two lost slots, as after an edit of the schedule.
        tasks.append(make_task(due_at=slots(6, 1)[0] + MINUTE, trigger=Trigger.CATCH_UP))
        answers = await submit(store, *tasks)
        assert [answer.holder for answer in answers] == [
            None,
            *[first.task_id] * 3,
            ran.task_id,
            *[second.task_id] * 2,
            None,
            second.task_id,
        ]
        assert [answer.result for answer in answers if answer.holder] == [Submitted.DUPLICATE] * 7
        assert [answer.result for answer in answers if not answer.holder] == [Submitted.CREATED] * 2

    async def test_lost_slots_are_nothing_to_other_councilors_and_other_runs(
        self, store: Store
    ) -> None:
        await lose(store, make_lost(), slots(1, 5))
        slot = slots(3, 1)[0]
        backfill = make_task(
            due_at=slot,
            trigger=Trigger.BACKFILL,
            idempotency_key=backfill_key(ANA, slot),
            active_key=waiting_key(ANA, Trigger.BACKFILL, slot),
        )
        answers = await submit(store, make_task(BIA, due_at=slot), make_task(due_at=None), backfill)
        assert [answer.result for answer in answers] == [Submitted.CREATED] * 3
        assert await store.watermarks([ANA, BIA]) == {ANA: slots(5, 1)[0], BIA: slot}

    async def test_a_slot_is_run_or_lost_whoever_comes_first(self, url: str) -> None:
        """Replicas that disagree: some run the slots, others tell that they are lost."""
        stores = [await open_store(url) for _ in range(4)]
        calls: list[Coroutine[Any, Any, object]] = []
        for n, slot in enumerate(slots(1, 12)):
            calls.append(submit(stores[n % 2], make_task(due_at=slot, active_key=str(slot))))
            calls.append(lose(stores[2 + n % 2], make_lost(), slots(1, n + 1)))
        await asyncio.gather(*calls)
        page = await stores[0].tasks(TaskFilter(), limit=100)
        covered = [
            slot
            for task in page.tasks
            if task.due_at is not None
            for slot in slots(1, 12)
            if task.due_at <= slot <= (task.slot_to or task.due_at)
        ]
        assert sorted(covered) == slots(1, 12)
        for store in stores:
            await store.close()

    async def test_of_several_slots_in_one_batch_each_is_run_or_lost(self, url: str) -> None:
        stores = [await open_store(url) for _ in range(3)]
        for round_ in range(4):
            agent, own = AgentId(f"agent-{round_}"), slots(1, 5)
            tasks = [make_task(agent, due_at=slot, active_key=f"{agent} {slot}") for slot in own]
            answers, _, _ = await asyncio.gather(
                submit(stores[0], *tasks),
                lose(stores[1], make_lost(agent), own[:1]),
                lose(stores[2], make_lost(agent), own[:3]),
            )
            page = await stores[0].tasks(TaskFilter(agent_id=agent), limit=100)
            # At most one row, which begins with the first slot.
            rows = {task.task_id: task.slot_to for task in page.tasks if task.slot_to}
            told = {slot for slot in own for until in rows.values() if slot <= until}
            ran = {task.due_at for task in page.tasks if task.task_id not in rows}
            assert ran == set(own) - told
            assert {
                task.due_at
                for task, answer in zip(tasks, answers, strict=True)
                if answer.result is Submitted.CREATED
            } == ran
            assert {answer.holder for answer in answers} <= {None, *rows}
        for store in stores:
            await store.close()

    async def test_an_empty_batch_does_nothing(self, store: Store) -> None:
        assert await submit(store) == []

    async def test_a_large_batch_is_stored_whole(self, store: Store, backend: str) -> None:
        # For each write FerretDB looks through all that is there.
        size = 120 if backend == "mongodb" else 1200
        batch = [make_task(AgentId(f"agent-{n}")) for n in range(size)]
        answers = await submit(store, *batch)
        assert {answer.result for answer in answers} == {Submitted.CREATED}
        assert await store.activity() == Activity(pending=size, processing=0)
        again = await submit(store, *(make_task(task.agent_id) for task in batch))
        assert [answer.holder for answer in again] == [task.task_id for task in batch]

    async def test_of_many_submitters_of_one_slot_exactly_one_wins(self, url: str) -> None:
        stores = [await open_store(url) for _ in range(4)]
        tasks = [make_task() for _ in range(20)]
        answers = await asyncio.gather(
            *(submit(stores[n % 4], task) for n, task in enumerate(tasks))
        )
        results = [answer.result for [answer] in answers]
        assert sorted(results) == [Submitted.CREATED] + [Submitted.DUPLICATE] * 19
        [winner] = [answer.task_id for [answer] in answers if answer.holder is None]
        assert {answer.holder for [answer] in answers} == {None, winner}
        for store in stores:
            await store.close()

    async def test_a_change_whose_events_fail_does_not_happen(self, store: Store) -> None:
        task = make_task()
        with pytest.raises(Broken):
            await store.submit([task], announce=broken)
        with pytest.raises(NotFound):
            await store.task(task.task_id)
        owned = await claimed(store)
        before = await told(store)
        for change in (
            store.finish(held(owned), make_outcome(), now=NOON, announce=broken),
            store.cancel(owned.task_id, now=NOON, announce=broken),
            store.sweep(now=NOON + DAY, announce=broken),
            store.retry(
                held(owned), not_before=NOON, error_kind="x", error="x", now=NOON, announce=broken
            ),
            store.record_lost(
                [Loss(row=make_lost(), slots=slots(5, 1))], now=NOON, announce=broken
            ),
        ):
            with pytest.raises(Broken):
                await change
        assert await store.task(owned.task_id) == owned
        assert await told(store) == before
        assert await store.recount()


class TestPastAttempts:
    async def test_an_attempt_that_another_one_follows_is_kept_with_its_cause(
        self, store: Store
    ) -> None:
        task = make_task(max_attempts=3)
        await submit(store, task)
        [first] = await claim(store, at=NOON)
        await store.retry(
            held(first),
            not_before=NOON + MINUTE,
            error_kind="provider",
            error_cause="rate_limit",
            error="429 " + "x" * 2_000,
            now=NOON + SECOND,
            announce=one_event,
        )
        [known] = await store.past_attempts(task.task_id)
        assert (known.attempt, known.started_at, known.ended_at) == (1, NOON, NOON + SECOND)
        assert (known.error_kind, known.error_cause) == ("provider", "rate_limit")
        assert known.error.startswith("429 x")
        assert len(known.error) == 1_000

        await claim(store, at=NOON + MINUTE)
        await store.sweep(now=NOON + HALF_HOUR, announce=one_event)
        kinds = [one.error_kind for one in await store.past_attempts(task.task_id)]
        assert kinds == ["provider", "worker_lost"]

    async def test_the_last_attempt_is_told_by_the_task_alone(self, store: Store) -> None:
        owned = await claimed(store)
        await finish(store, owned)
        assert await store.past_attempts(owned.task_id) == []
        assert await store.past_attempts(TaskId("nobody")) == []

    async def test_past_attempts_go_with_their_task(self, store: Store) -> None:
        task = make_task(max_attempts=2)
        await submit(store, task)
        await claim(store, at=NOON)
        await store.sweep(now=NOON + HALF_HOUR, announce=one_event)
        [owned] = await claim(store, at=NOON + HALF_HOUR)
        await finish(store, owned)
        # The newest slot is kept as the watermark of its agent.
        await submit(store, make_task(due_at=NOON + DAY, not_before=NOON + DAY))
        assert await store.prune(before=NOON + 9 * DAY, limit=10) == [task.task_id]
        assert await store.past_attempts(task.task_id) == []


class TestClaim:
    async def test_a_claimed_task_is_processing_under_a_lease(self, store: Store) -> None:
        task = make_task()
        await submit(store, task)
        now = NOON + SECOND
        [owned] = await claim(store, at=now)
        assert owned == replace(
            task,
            status=Status.PROCESSING,
            worker_id=WORKER,
            lease_until=now + LEASE,
            attempt=1,
            fence=1,
            started_at=now,
            updated_at=now,
        )
        assert await store.task(task.task_id) == owned
        assert await told(store) == [(task.task_id, "pending"), (task.task_id, "processing")]

    async def test_nothing_is_due_before_its_time(self, store: Store) -> None:
        task = make_task(not_before=NOON + SECOND)
        await submit(store, task)
        assert await claim(store, at=NOON + SECOND - timedelta(microseconds=1)) == []
        assert [owned.task_id for owned in await claim(store, at=NOON + SECOND)] == [task.task_id]

    async def test_what_was_asked_to_stop_is_not_due(self, store: Store) -> None:
        await submit(store, make_task(cancel_requested=True))
        assert await claim(store, at=NOON + DAY) == []

    async def test_the_oldest_come_first_up_to_the_limit(self, store: Store) -> None:
        tasks = [make_task(AgentId(f"agent-{n}"), not_before=NOON - n * SECOND) for n in range(5)]
        await submit(store, *tasks)
        oldest_first = [task.task_id for task in reversed(tasks)]
        assert [task.task_id for task in await claim(store, limit=2)] == oldest_first[:2]
        assert [task.task_id for task in await claim(store, limit=9)] == oldest_first[2:]
        assert await claim(store) == []

    async def test_a_lease_that_ended_is_not_due(self, store: Store) -> None:
        await claimed(store)
        assert await claim(store, at=NOON + DAY) == []

    async def test_two_claimants_at_once_never_hold_the_same_task(self, url: str) -> None:
        one, two = await open_store(url), await open_store(url)
        tasks = [make_task(AgentId(f"agent-{n}")) for n in range(60)]
        await submit(one, *tasks)
        batches = await asyncio.gather(
            *(claim(store, limit=3) for _ in range(15) for store in (one, two))
        )
        owned = [task.task_id for batch in batches for task in batch]
        assert sorted(owned) == sorted(task.task_id for task in tasks)
        assert {task.fence for batch in batches for task in batch} == {1}
        await one.close()
        await two.close()

    async def test_two_processes_never_hold_the_same_task(
        self, store: Store, url: str, backend: str
    ) -> None:
        # For each write FerretDB looks through all that is there.
        size = 30 if backend == "mongodb" else 90
        tasks = [make_task(AgentId(f"agent-{n}")) for n in range(size)]
        await submit(store, *tasks)
        with (
            store_child.start("claim", url, "one") as one,
            store_child.start("claim", url, "two") as two,
        ):
            try:
                said = await asyncio.gather(
                    *(asyncio.to_thread(child.communicate, timeout=60) for child in (one, two))
                )
            finally:
                one.kill()
                two.kill()
        owned = [line for out, _ in said for line in out.split("\n") if line]
        assert sorted(owned) == sorted(f"claimed {task.task_id}" for task in tasks)

    async def test_a_queued_run_waits_for_the_active_one_and_takes_its_key(
        self, store: Store
    ) -> None:
        queued = make_task(due_at=NOON + HALF_HOUR, active_key=queued_key(ANA))
        running = await claimed(store)
        assert [answer.result for answer in await submit(store, queued)] == [Submitted.CREATED]
        assert await claim(store, at=NOON + DAY) == []
        await finish(store, running)
        [owned] = await claim(store, at=NOON + DAY)
        assert (owned.task_id, owned.active_key) == (queued.task_id, ANA)
        next_one = make_task(due_at=NOON + DAY, active_key=queued_key(ANA))
        assert [answer.result for answer in await submit(store, next_one)] == [Submitted.CREATED]

    async def test_at_most_one_run_queues(self, store: Store) -> None:
        await submit(store, make_task())
        first = make_task(due_at=NOON + HALF_HOUR, active_key=queued_key(ANA))
        second = make_task(due_at=NOON + 2 * HALF_HOUR, active_key=queued_key(ANA))
        answers = await submit(store, first, second)
        assert [answer.result for answer in answers] == [Submitted.CREATED, Submitted.OVERLAP]
        assert answers[1].holder == first.task_id

    async def test_a_pending_run_keeps_the_queued_one_waiting(self, store: Store) -> None:
        pending = make_task(not_before=NOON + DAY)
        queued = make_task(due_at=NOON + HALF_HOUR, active_key=queued_key(ANA))
        await submit(store, pending, queued)
        assert await claim(store) == []

    async def test_runs_that_may_overlap_are_claimed_side_by_side(self, store: Store) -> None:
        first, second = (make_task(due_at=slot) for slot in slots(0, 2))
        await submit(store, *(replace(task, active_key=task.task_id) for task in (first, second)))
        assert len(await claim(store)) == 2


class TestLease:
    async def test_renewal_moves_the_end_of_the_lease(self, store: Store) -> None:
        owned = await claimed(store)
        now = NOON + 5 * SECOND
        renewal = await store.renew(WORKER, [held(owned)], now=now, lease=LEASE)
        assert renewal == Renewal()
        assert (await store.task(owned.task_id)).lease_until == now + LEASE
        assert await told(store) == [(owned.task_id, "pending"), (owned.task_id, "processing")]

    async def test_a_lease_that_ended_unswept_can_be_renewed(self, store: Store) -> None:
        owned = await claimed(store)
        late = NOON + DAY
        assert await store.renew(WORKER, [held(owned)], now=late, lease=LEASE) == Renewal()
        assert await store.sweep(now=late, announce=one_event) == []

    async def test_renewal_names_what_is_lost_and_what_to_cancel(self, store: Store) -> None:
        tasks = [make_task(AgentId(f"agent-{n}")) for n in range(4)]
        await submit(store, *tasks)
        kept, stale, asked, done = await claim(store)
        await store.cancel(asked.task_id, now=NOON, announce=one_event)
        await finish(store, done)
        renewal = await store.renew(
            WORKER,
            [
                held(kept),
                Held(task_id=stale.task_id, fence=stale.fence - 1),
                held(asked),
                held(done),
                Held(task_id=TaskId("unknown"), fence=1),
            ],
            now=NOON,
            lease=LEASE,
        )
        assert renewal == Renewal(
            lost=frozenset({stale.task_id, done.task_id, TaskId("unknown")}),
            cancel=frozenset({asked.task_id}),
        )

    async def test_another_worker_cannot_renew(self, store: Store) -> None:
        owned = await claimed(store)
        renewal = await store.renew(OTHER_WORKER, [held(owned)], now=NOON + SECOND, lease=LEASE)
        assert renewal.lost == {owned.task_id}
        assert await store.task(owned.task_id) == owned

    async def test_renewing_nothing_is_no_error(self, store: Store) -> None:
        assert await store.renew(WORKER, [], now=NOON, lease=LEASE) == Renewal()

    async def test_the_write_of_a_worker_that_lost_its_lease_is_refused(self, store: Store) -> None:
        stale = await claimed(store, make_task(max_attempts=2))
        [swept] = await store.sweep(now=NOON + DAY, announce=one_event)
        assert swept.status is Status.PENDING
        with pytest.raises(LeaseLost):
            await finish(store, stale)
        [owned] = await store.claim(
            OTHER_WORKER, now=NOON + DAY, limit=1, lease=LEASE, announce=one_event
        )
        assert (owned.fence, owned.attempt) == (2, 2)
        before = await told(store)
        with pytest.raises(LeaseLost):
            await finish(store, stale)
        with pytest.raises(LeaseLost):
            await store.retry(
                held(stale),
                not_before=NOON,
                error_kind="x",
                error="x",
                now=NOON,
                announce=one_event,
            )
        assert (await store.renew(WORKER, [held(stale)], now=NOON, lease=LEASE)).lost
        assert await store.task(owned.task_id) == owned
        assert await told(store) == before


class TestFinish:
    async def test_the_outcome_is_stored_whole(self, store: Store) -> None:
        owned = await claimed(store)
        now = NOON + timedelta(seconds=2, microseconds=345_678)
        outcome = make_outcome(
            Severity.WARNING,
            verdict=make_verdict(Severity.WARNING, summary="Atenção: 3 avisos 🦉", reason="why"),
            usage={"cost_usd": 0.25, "tokens": {"input": 10}},
            error_cause=ErrorCause.TRUNCATED,
            permission_denied=("Bash(rm -rf /)", "Write(/etc/passwd)"),
            notes=("The context file README.md is missing.",),
            sent_prompt="Look around.\n" * 5000,
        )
        stored = await finish(store, owned, outcome, at=now)
        assert stored == replace(
            owned,
            status=Status.COMPLETED,
            severity=Severity.WARNING,
            verdict=outcome.verdict,
            result=outcome.result,
            exit_code=0,
            usage=outcome.usage,
            spent_at=now,
            error_cause="truncated",
            permission_denied=outcome.permission_denied,
            notes=outcome.notes,
            sent_prompt=outcome.sent_prompt,
            active_key=owned.task_id,
            lease_until=None,
            completed_at=now,
            updated_at=now,
            duration_seconds=2.345678,
        )
        assert await store.task(owned.task_id) == stored
        assert (await told(store))[-1] == (owned.task_id, "completed")

    async def test_the_councilor_is_free_afterwards(self, store: Store) -> None:
        await ended(store, make_task())
        [answer] = await submit(store, make_task(due_at=NOON + HALF_HOUR))
        assert answer.result is Submitted.CREATED

    async def test_a_clock_that_went_back_makes_no_negative_duration(self, store: Store) -> None:
        owned = await claimed(store)
        assert (await finish(store, owned, at=NOON - DAY)).duration_seconds == 0

    @pytest.mark.parametrize("status", [Status.PENDING, Status.PROCESSING, Status.SKIPPED])
    async def test_only_an_end_that_the_table_allows_is_taken(
        self, store: Store, status: Status
    ) -> None:
        owned = await claimed(store)
        with pytest.raises(IllegalTransition):
            await finish(store, owned, Outcome(status=status))
        assert await store.task(owned.task_id) == owned

    async def test_a_task_ends_once(self, store: Store) -> None:
        owned = await claimed(store)
        stored = await finish(store, owned)
        with pytest.raises(LeaseLost):
            await finish(store, owned, failed())
        assert await store.task(owned.task_id) == stored

    async def test_an_unknown_task_is_a_lost_lease(self, store: Store) -> None:
        with pytest.raises(LeaseLost):
            await store.finish(
                Held(task_id=TaskId("unknown"), fence=1),
                make_outcome(),
                now=NOON,
                announce=one_event,
            )

    async def test_an_outcome_replaces_what_an_earlier_attempt_left(self, store: Store) -> None:
        owned = await claimed(store, make_task(max_attempts=2))
        await store.retry(
            held(owned),
            not_before=NOON,
            error_kind="exit",
            error="It failed.",
            now=NOON,
            announce=one_event,
        )
        [again] = await claim(store)
        stored = await finish(store, again)
        assert (stored.error_kind, stored.error, stored.attempt) == (None, None, 2)

    @pytest.mark.parametrize(
        "text",
        ["a\x00b", "half \ud83e a pair", "\udfff", "\x00", "\U0001f989 ção \u2028", "\x1b[0m"],
    )
    async def test_hostile_text_never_makes_a_write_fail(self, store: Store, text: str) -> None:
        snapshot = make_snapshot(prompt=text, title=text, instructions=text)
        task = make_task(snapshot=snapshot)
        owned = await claimed(store, task)
        stored = await finish(
            store,
            owned,
            make_outcome(
                verdict=make_verdict(summary=text, reason=text),
                result=text,
                error=text,
                error_kind=text,
                error_cause=text,
                notes=(text,),
                permission_denied=(text, text),
                sent_prompt=text,
                usage={text: text, "model": text},
            ),
        )
        shown = "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)
        assert stored.result == stored.error == stored.snapshot.prompt == shown
        assert stored.sent_prompt == stored.snapshot.instructions == stored.error_cause == shown
        assert (stored.notes, stored.permission_denied) == ((shown,), (shown, shown))
        assert await store.task(task.task_id) == stored
        stored.snapshot.title.encode()  # what was read can be sent


class TestRetry:
    async def test_a_task_given_back_is_pending_until_its_time(self, store: Store) -> None:
        owned = await claimed(store, make_task(max_attempts=3))
        later = NOON + MINUTE
        given_back = await store.retry(
            held(owned),
            not_before=later,
            error_kind="provider",
            error_cause=ErrorCause.OVERLOADED,
            error="It did not answer.",
            now=NOON + SECOND,
            announce=one_event,
        )
        assert given_back == await store.task(owned.task_id)
        assert given_back.status is Status.PENDING
        assert (given_back.attempt, given_back.fence) == (1, 1)
        assert (given_back.worker_id, given_back.lease_until) == (None, None)
        assert (given_back.error_kind, given_back.error) == ("provider", "It did not answer.")
        assert given_back.error_cause == "overloaded"
        assert given_back.active_key == ANA
        assert await claim(store, at=later - SECOND) == []
        [again] = await claim(store, at=later)
        assert (again.attempt, again.fence) == (2, 2)
        assert [status for _, status in await told(store)] == [
            "pending",
            "processing",
            "pending",
            "processing",
        ]

    async def test_a_task_that_was_asked_to_stop_ends_instead(self, store: Store) -> None:
        owned = await claimed(store, make_task(max_attempts=3))
        await store.cancel(owned.task_id, now=NOON, announce=one_event)
        ended_task = await store.retry(
            held(owned), not_before=NOON, error_kind="x", error="x", now=NOON, announce=one_event
        )
        assert ended_task.status is Status.CANCELLED
        assert await claim(store, at=NOON + DAY) == []


class TestCancel:
    async def test_a_pending_task_is_cancelled_at_once(self, store: Store) -> None:
        task = make_task()
        await submit(store, task)
        cancelled = await store.cancel(task.task_id, now=NOON + SECOND, announce=one_event)
        assert cancelled.status is Status.CANCELLED
        assert cancelled.completed_at == NOON + SECOND
        assert cancelled.duration_seconds is None
        assert cancelled.error == "It was cancelled on request."
        assert await store.task(task.task_id) == cancelled
        assert await claim(store, at=NOON + DAY) == []
        assert await told(store) == [(task.task_id, "pending"), (task.task_id, "cancelled")]
        [answer] = await submit(store, make_task(due_at=None))
        assert answer.result is Submitted.CREATED

    async def test_the_owner_of_a_running_task_is_asked_to_stop(self, store: Store) -> None:
        owned = await claimed(store)
        asked = await store.cancel(owned.task_id, now=NOON + SECOND, announce=one_event)
        assert asked == replace(owned, cancel_requested=True, updated_at=NOON + SECOND)
        stored = await finish(store, owned, Outcome(status=Status.CANCELLED))
        assert stored.status is Status.CANCELLED

    async def test_asking_twice_changes_nothing_more(self, store: Store) -> None:
        pending, running = make_task(BIA), await claimed(store)
        await submit(store, pending)
        for task in (pending, running):
            first = await store.cancel(task.task_id, now=NOON, announce=one_event)
            before = await told(store)
            again = await store.cancel(task.task_id, now=NOON + DAY, announce=one_event)
            assert again == first
            assert await told(store) == before

    @pytest.mark.parametrize("ends", ["at once", "finish", "retry", "sweep"])
    async def test_a_reason_becomes_the_error_whoever_ends_the_task(
        self, store: Store, ends: str
    ) -> None:
        task = make_task(max_attempts=3)
        await submit(store, task)
        reason = "The slot of 14:30 is due \x00; its policy ends this run."
        if ends != "at once":
            [task] = await claim(store)
        asked = await store.cancel(task.task_id, reason=reason, now=NOON, announce=one_event)
        assert asked.cancel_reason == reason.replace("\x00", "\ufffd")
        again = await store.cancel(task.task_id, reason="Another.", now=NOON, announce=one_event)
        assert again == asked
        if ends == "finish":
            stopped = Outcome(status=Status.CANCELLED, error_kind="cancelled", error="Stopped.")
            asked = await finish(store, task, stopped)
        elif ends == "retry":
            asked = await store.retry(
                held(task), not_before=NOON, error_kind="x", error="x", now=NOON, announce=one_event
            )
        elif ends == "sweep":
            [asked] = await store.sweep(now=NOON + DAY, announce=one_event)
        assert (asked.status, asked.error_kind) == (Status.CANCELLED, "cancelled")
        assert asked.error == asked.cancel_reason
        assert await store.task(task.task_id) == asked

    async def test_a_run_that_ends_by_itself_keeps_its_own_error(self, store: Store) -> None:
        owned = await claimed(store)
        await store.cancel(owned.task_id, reason="Too late.", now=NOON, announce=one_event)
        stored = await finish(store, owned, failed())
        assert stored.error == failed().error
        assert stored.cancel_reason == "Too late."

    async def test_of_a_person_and_a_reason_the_first_stays(self, store: Store) -> None:
        owned = await claimed(store)
        await store.cancel(owned.task_id, now=NOON, announce=one_event)
        asked = await store.cancel(owned.task_id, reason="x", now=NOON, announce=one_event)
        assert asked.cancel_reason is None
        outcome = Outcome(status=Status.CANCELLED, error="It was cancelled on request.")
        assert (await finish(store, owned, outcome)).error == outcome.error

    async def test_those_that_wait_in_turn_are_cancelled_together(self, store: Store) -> None:
        catch_up = [
            make_task(
                trigger=Trigger.CATCH_UP,
                due_at=slot,
                not_before=slot,
                active_key=waiting_key(ANA, Trigger.CATCH_UP, slot),
            )
            for slot in slots(-5, 3)
        ]
        queued = make_task(due_at=NOON, active_key=queued_key(ANA))
        longer = AgentId(f"{ANA}-2")
        other = make_task(longer, active_key=waiting_key(longer, Trigger.BACKFILL, NOON))
        await submit(store, *catch_up, queued, other)
        running, *_ = await claim(store)
        assert running.due_at == slots(-5, 1)[0]
        gone = await store.cancel_waiting(ANA, reason="Paused.", now=NOON, announce=one_event)
        assert [task.task_id for task in gone] == [task.task_id for task in catch_up[1:]]
        assert {(task.status, task.error) for task in gone} == {(Status.CANCELLED, "Paused.")}
        assert [await store.task(task.task_id) for task in gone] == gone
        assert (await told(store))[-2:] == [(task.task_id, "cancelled") for task in gone]
        assert (await store.task(queued.task_id)).status is Status.PENDING
        assert await store.cancel_waiting(ANA, reason="x", now=NOON, announce=one_event) == []
        assert await store.recount()

    async def test_what_ended_otherwise_cannot_be_cancelled(self, store: Store) -> None:
        owned = await claimed(store)
        await store.cancel(owned.task_id, now=NOON, announce=one_event)
        await finish(store, owned)
        with pytest.raises(IllegalTransition):
            await store.cancel(owned.task_id, now=NOON, announce=one_event)

    async def test_an_unknown_task_is_not_found(self, store: Store) -> None:
        with pytest.raises(NotFound):
            await store.cancel(TaskId("unknown"), now=NOON, announce=one_event)


class TestSweep:
    async def test_a_lease_that_still_runs_is_left_alone(self, store: Store) -> None:
        await claimed(store)
        assert await store.sweep(now=NOON + LEASE, announce=one_event) == []

    async def test_with_an_attempt_left_the_task_is_due_again(self, store: Store) -> None:
        owned = await claimed(store, make_task(max_attempts=2))
        now = NOON + LEASE + SECOND
        [swept] = await store.sweep(now=now, announce=one_event)
        assert swept == await store.task(owned.task_id)
        assert (swept.status, swept.worker_id, swept.lease_until) == (Status.PENDING, None, None)
        [again] = await claim(store, at=now)
        assert (again.attempt, again.fence) == (2, 2)

    async def test_without_one_it_ends_as_worker_lost(self, store: Store) -> None:
        owned = await claimed(store)
        now = NOON + MINUTE
        [swept] = await store.sweep(now=now, announce=one_event)
        assert swept == await store.task(owned.task_id)
        assert (swept.status, swept.severity) == (Status.ERROR, Severity.ERROR)
        assert swept.error_kind == ErrorKind.WORKER_LOST
        assert swept.error is not None
        assert WORKER in swept.error
        assert (swept.completed_at, swept.duration_seconds) == (now, 60)
        assert swept.active_key == swept.task_id
        assert (await told(store))[-1] == (owned.task_id, "error")
        assert await store.sweep(now=now, announce=one_event) == []

    async def test_one_that_was_asked_to_stop_ends_as_cancelled(self, store: Store) -> None:
        owned = await claimed(store, make_task(max_attempts=5))
        await store.cancel(owned.task_id, now=NOON, announce=one_event)
        [swept] = await store.sweep(now=NOON + MINUTE, announce=one_event)
        assert (swept.status, swept.severity) == (Status.CANCELLED, None)

    async def test_the_leases_of_dead_workers_count_as_ended(self, store: Store) -> None:
        await submit(store, make_task(), make_task(BIA))
        [mine] = await claim(store, limit=1)
        [other] = await store.claim(
            OTHER_WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event
        )
        swept = await store.sweep(now=NOON, announce=one_event, workers_gone="host-1:")
        assert [task.task_id for task in swept] == [mine.task_id]
        assert await store.task(other.task_id) == other

    async def test_a_prefix_is_no_pattern(self, store: Store) -> None:
        await claimed(store)
        assert await store.sweep(now=NOON, announce=one_event, workers_gone="%") == []
        assert await store.sweep(now=NOON, announce=one_event, workers_gone="HOST-1") == []


class TestLostSlots:
    async def test_the_first_lost_slots_make_a_row(self, store: Store) -> None:
        row = make_lost()
        stored = await lose(store, row, slots(1, 3))
        assert stored == replace(
            row,
            due_at=slots(1, 1)[0],
            slot_from=slots(1, 1)[0],
            slot_to=slots(3, 1)[0],
            slot_count=3,
            idempotency_key=slot_key(ANA, slots(1, 1)[0]),
            active_key=row.task_id,
        )
        assert await store.task(row.task_id) == stored
        assert await store.watermarks([ANA]) == {ANA: slots(3, 1)[0]}
        assert await told(store) == [(row.task_id, "missed")]

    async def test_more_of_the_same_make_that_row_longer(self, store: Store) -> None:
        row = make_lost()
        await lose(store, row, slots(1, 3))
        now = NOON + DAY
        longer = await lose(store, make_lost(), slots(4, 2), at=now)
        assert longer is not None
        assert longer == await store.task(row.task_id)
        assert (longer.slot_from, longer.due_at) == (slots(1, 1)[0], slots(1, 1)[0])
        assert (longer.slot_to, longer.slot_count) == (slots(5, 1)[0], 5)
        assert longer.updated_at == now
        assert (await store.tasks(TaskFilter(), limit=10)).total == 1
        assert await told(store) == [(row.task_id, "missed")] * 2

    async def test_slots_that_are_accounted_for_are_dropped(self, store: Store) -> None:
        row = make_lost()
        await lose(store, row, slots(1, 3))
        again = make_lost()
        assert await lose(store, again, slots(1, 3)) is None
        partly = await lose(store, again, slots(2, 3))
        assert partly is not None
        assert (partly.task_id, partly.slot_count) == (row.task_id, 4)
        assert await lose(store, again, []) is None

    @pytest.mark.parametrize(
        "other",
        [
            make_lost(reason=SkipReason.LATE),
            make_lost(status=Status.SKIPPED, reason=SkipReason.OVERLAP),
        ],
    )
    async def test_another_reason_makes_another_row(self, store: Store, other: Task) -> None:
        await lose(store, make_lost(), slots(1, 1))
        stored = await lose(store, other, slots(2, 2))
        assert stored is not None
        assert (stored.task_id, stored.slot_count) == (other.task_id, 2)

    async def test_a_run_in_between_makes_another_row(self, store: Store) -> None:
        first, second = make_lost(), make_lost()
        await lose(store, first, slots(1, 1))
        await ended(store, make_task(due_at=slots(2, 1)[0]))
        stored = await lose(store, second, slots(1, 4))
        assert stored is not None
        assert (stored.task_id, stored.slot_count) == (second.task_id, 2)

    async def test_councilors_do_not_share_rows(self, store: Store) -> None:
        await lose(store, make_lost(), slots(1, 1))
        stored = await lose(store, make_lost(BIA), slots(1, 1))
        assert stored is not None
        assert await store.watermarks([ANA, BIA]) == dict.fromkeys((ANA, BIA), slots(1, 1)[0])

    async def test_losses_of_many_are_told_in_one_batch(self, store: Store) -> None:
        """Of one agent they follow each other: a row grows, another reason makes another one."""
        grows, late, after = make_lost(), make_lost(reason=SkipReason.LATE), make_lost()
        await lose(store, grows, slots(1, 1))
        bia = make_lost(BIA)
        now = NOON + DAY
        rows = await store.record_lost(
            [
                Loss(row=make_lost(), slots=slots(1, 2)),
                Loss(row=bia, slots=slots(4, 1)),
                Loss(row=make_lost(), slots=slots(3, 1)),
                Loss(row=late, slots=slots(4, 2)),
                Loss(row=make_lost(reason=SkipReason.LATE), slots=slots(5, 2)),
                Loss(row=after, slots=slots(5, 3)),
                Loss(row=make_lost(), slots=[]),
                Loss(row=make_lost(), slots=slots(6, 1)),
            ],
            now=now,
            announce=one_event,
        )
        assert [(row.task_id, row.slot_from, row.slot_to, row.slot_count) for row in rows] == [
            (grows.task_id, *slots(1, 1), *slots(3, 1), 3),
            (bia.task_id, *slots(4, 1), *slots(4, 1), 1),
            (late.task_id, *slots(4, 1), *slots(6, 1), 3),
            (after.task_id, *slots(7, 1), *slots(7, 1), 1),
        ]
        assert [await store.task(row.task_id) for row in rows] == rows
        # Each is told once, beside the row that was there before.
        assert sorted(task_id for task_id, _ in await told(store)) == sorted(
            [grows.task_id, *(row.task_id for row in rows)]
        )
        assert await store.watermarks([ANA, BIA]) == {ANA: slots(7, 1)[0], BIA: slots(4, 1)[0]}
        assert (await store.tally(since=NOON, until=NOON + DAY)).missed == 8
        assert await store.recount()

    async def test_the_rows_of_two_councilors_grow_in_one_batch(self, store: Store) -> None:
        for _ in range(2):  # as two replicas report them
            for count in (1, 2, 3):
                losses = [Loss(row=make_lost(one), slots=slots(1, count)) for one in (ANA, BIA)]
                await store.record_lost(losses, now=NOON, announce=one_event)

        rows = (await store.tasks(TaskFilter(), limit=10)).tasks
        assert {row.agent_id: row.slot_count for row in rows} == {ANA: 3, BIA: 3}
        assert len(rows) == 2

    async def test_a_row_does_not_span_a_change_of_its_schedule(self, store: Store) -> None:
        first, second = make_lost(), make_lost()
        rows = await store.record_lost(
            [
                Loss(row=first, slots=slots(1, 2), since=NOON),
                Loss(row=second, slots=slots(5, 1), since=slots(4, 1)[0]),
                Loss(row=make_lost(), slots=slots(6, 1), since=slots(4, 1)[0]),
            ],
            now=NOON,
            announce=one_event,
        )
        assert [(row.task_id, row.slot_count) for row in rows] == [
            (first.task_id, 2), (second.task_id, 2),
        ]  # fmt: skip

    async def test_a_slot_whose_key_is_taken_does_not_hide_those_behind_it(
        self, store: Store
    ) -> None:
        taken = make_task(due_at=None, idempotency_key=slot_key(ANA, slots(1, 1)[0]))
        await submit(store, taken)
        stored = await lose(store, make_lost(), slots(1, 3))
        assert stored is not None
        assert (stored.slot_from, stored.slot_count) == (slots(2, 1)[0], 2)
        assert stored.idempotency_key == slot_key(ANA, slots(2, 1)[0])

    async def test_replicas_that_report_at_once_account_once(self, url: str) -> None:
        stores = [await open_store(url) for _ in range(3)]
        reports = [slots(1, 4), slots(1, 4), slots(2, 3), slots(1, 2), slots(3, 2), slots(1, 4)]
        await asyncio.gather(
            *(lose(stores[n % 3], make_lost(), report) for n, report in enumerate(reports))
        )
        page = await stores[0].tasks(TaskFilter(), limit=10)
        first = min(task.slot_from for task in page.tasks if task.slot_from)
        covered = sum(task.slot_count or 0 for task in page.tasks)
        assert covered == len([slot for slot in slots(1, 4) if slot >= first])
        assert await stores[0].recount()
        for store in stores:
            await store.close()

    async def test_the_watermark_is_the_newest_slot_of_schedule_and_catch_up(
        self, store: Store
    ) -> None:
        await ended(store, make_task(due_at=slots(1, 1)[0]))
        await ended(store, make_task(due_at=slots(3, 1)[0], trigger=Trigger.CATCH_UP))
        await ended(store, make_task(due_at=slots(2, 1)[0]))
        manual = make_task(due_at=slots(9, 1)[0], trigger=Trigger.MANUAL)
        await submit(store, replace(manual, idempotency_key=manual.task_id))
        assert await store.watermarks([ANA, BIA]) == {ANA: slots(3, 1)[0]}
        assert await store.watermarks([]) == {}

    async def test_a_pending_run_covers_its_slot(self, store: Store) -> None:
        await submit(store, make_task(due_at=slots(2, 1)[0]))
        assert await store.watermarks([ANA]) == {ANA: slots(2, 1)[0]}
        assert await lose(store, make_lost(), slots(1, 2)) is None


class TestReading:
    async def test_an_unknown_task_is_not_found(self, store: Store) -> None:
        with pytest.raises(NotFound, match="no task 'unknown'"):
            await store.task(TaskId("unknown"))

    async def test_lists_are_newest_first_in_pages(self, store: Store) -> None:
        tasks = [
            make_task(AgentId(f"agent-{n % 3}"), created_at=NOON + n * MINUTE) for n in range(12)
        ]
        for task in tasks[:9]:
            await ended(store, task)
        await submit(store, *tasks[9:])
        newest_first = [task.task_id for task in reversed(tasks)]
        shown = []
        for offset in (0, 5, 10, 15):
            page = await store.tasks(TaskFilter(), limit=5, offset=offset)
            assert page.total == 12
            shown += [task.task_id for task in page.tasks]
        assert shown == newest_first
        whole = await store.tasks(TaskFilter(), limit=100)
        assert whole.tasks == [await store.task(task_id) for task_id in newest_first]

    async def test_of_one_moment_the_task_id_decides(self, store: Store) -> None:
        tasks = [make_task(AgentId(f"agent-{n}")) for n in range(6)]
        for task in tasks[:3]:
            await ended(store, task)
        await submit(store, *tasks[3:])
        page = await store.tasks(TaskFilter(), limit=10)
        assert [task.task_id for task in page.tasks] == sorted(
            (task.task_id for task in tasks), reverse=True
        )

    async def test_every_filter_shows_and_counts_what_it_names(self, store: Store) -> None:
        everything = await _one_of_each_kind(store)
        filters = [
            TaskFilter(),
            TaskFilter(agent_id=ANA),
            TaskFilter(agent_id=AgentId("nobody")),
            *(TaskFilter(statuses=frozenset({status})) for status in Status),
            TaskFilter(statuses=frozenset({Status.PENDING, Status.MISSED, Status.COMPLETED})),
            *(TaskFilter(severity=severity) for severity in Severity),
            *(TaskFilter(triggers=frozenset({trigger})) for trigger in Trigger),
            TaskFilter(triggers=frozenset({Trigger.MANUAL, Trigger.API})),
            TaskFilter(since=NOON + 2 * MINUTE),
            TaskFilter(until=NOON + 2 * MINUTE),
            TaskFilter(since=NOON + MINUTE, until=NOON + 4 * MINUTE),
            TaskFilter(since=NOON + DAY),
            TaskFilter(agent_id=ANA, severity=Severity.ERROR),
            TaskFilter(agent_id=BIA, statuses=frozenset({Status.PENDING, Status.COMPLETED})),
            TaskFilter(
                agent_id=ANA,
                statuses=frozenset({Status.COMPLETED}),
                severity=Severity.WARNING,
                triggers=frozenset({Trigger.SCHEDULE}),
                since=NOON,
                until=NOON + DAY,
            ),
        ]
        for where in filters:
            expected = [task for task in everything if _matches(task, where)]
            page = await store.tasks(where, limit=100)
            assert (page.tasks, page.total) == (expected, len(expected)), where
            part = await store.tasks(where, limit=2, offset=1)
            assert (part.tasks, part.total) == (expected[1:3], len(expected)), where

    async def test_a_page_behind_the_end_is_empty_but_counted(self, store: Store) -> None:
        await submit(store, make_task())
        page = await store.tasks(TaskFilter(), limit=5, offset=5)
        assert (page.tasks, page.total) == ([], 1)
        assert (await store.tasks(TaskFilter(), limit=0)).total == 1

    async def test_the_active_task_is_the_one_at_work(self, store: Store) -> None:
        waiting, older = make_task(due_at=None), make_task(due_at=None, created_at=NOON - DAY)
        running = make_task(due_at=None, created_at=NOON - 2 * DAY)
        tasks = [replace(task, active_key=task.task_id) for task in (running, waiting, older)]
        await submit(store, *tasks)
        assert (await store.active([ANA, BIA])) == {ANA: tasks[0]}
        [owned] = await claim(store, limit=1, at=NOON - 2 * DAY)
        assert await store.active([ANA]) == {ANA: owned}
        await finish(store, owned)
        assert await store.active([ANA]) == {ANA: tasks[2]}
        assert await store.active([]) == {}

    async def test_who_holds_the_key_is_more_active_than_who_waits(self, store: Store) -> None:
        waits = make_task(created_at=NOON - DAY, active_key=queued_key(ANA))
        holder = make_task(due_at=None)
        await submit(store, waits, holder)
        assert await store.active([ANA]) == {ANA: holder}

    async def test_recent_tasks_are_the_newest_final_ones_oldest_first(self, store: Store) -> None:
        final = [
            await ended(store, make_task(due_at=None, created_at=NOON + n * MINUTE))
            for n in range(5)
        ]
        lost = await lose(store, make_lost(at=NOON + 6 * MINUTE), slots(1, 2))
        assert lost is not None
        other = await ended(store, make_task(BIA))
        await submit(store, make_task(due_at=None, created_at=NOON + 9 * MINUTE))
        recent = await store.recent([ANA, BIA, AgentId("nobody")], limit=3)
        assert {agent: [task.task_id for task in tasks] for agent, tasks in recent.items()} == {
            ANA: [final[3].task_id, final[4].task_id, lost.task_id],
            BIA: [other.task_id],
        }
        mark = recent[ANA][0]
        assert mark.verdict is not None
        assert final[3].verdict is not None
        assert (
            replace(
                mark,
                result=final[3].result,
                verdict=final[3].verdict,
                snapshot=final[3].snapshot,
            )
            == final[3]
        )
        assert mark.verdict.summary == final[3].verdict.summary
        assert await store.recent([ANA], limit=0) == {}

    async def test_recent_keeps_its_limit_among_tasks_of_one_moment(self, store: Store) -> None:
        tasks = [replace(make_task(due_at=None), created_at=NOON) for _ in range(5)]
        for task in tasks:
            await ended(store, task)
        recent = await store.recent([ANA], limit=3)
        assert [task.task_id for task in recent[ANA]] == sorted(task.task_id for task in tasks)[2:]

    async def test_the_last_verdict_is_that_of_the_newest_completed_run(self, store: Store) -> None:
        assert await store.last_verdict(ANA) is None

        async def run(agent_id: AgentId, minutes: int, outcome: Outcome) -> Task:
            at = NOON + minutes * MINUTE
            return await ended(store, make_task(agent_id, due_at=None, created_at=at), outcome)

        await run(ANA, 1, make_outcome())
        newest = await run(ANA, 3, make_outcome(Severity.WARNING))
        await run(ANA, 2, make_outcome(Severity.INFO))
        await run(ANA, 5, make_outcome(None))  # completed, and said nothing
        await run(ANA, 6, failed(verdict=make_verdict(Severity.ERROR)))
        await run(ANA, 7, Outcome(status=Status.CANCELLED))
        await run(BIA, 8, make_outcome(Severity.ERROR))
        asked = make_task(
            due_at=None, created_at=NOON + 9 * MINUTE, trigger=Trigger.API, active_key="asked"
        )
        await ended(store, asked, make_outcome(Severity.ERROR))  # by a client, beside the council
        await lose(store, make_lost(), slots(9, 2))
        await submit(store, make_task(due_at=NOON + DAY))
        last = await store.last_verdict(ANA)
        assert last is not None
        assert (last.task_id, last.verdict) == (newest.task_id, newest.verdict)
        assert last.verdict is not None
        assert last.verdict.findings
        assert await store.last_verdict(AgentId("nobody")) is None

    async def test_activity_counts_what_is_pending_and_what_is_processing(
        self, store: Store
    ) -> None:
        assert await store.activity() == Activity(pending=0, processing=0)
        await claimed(store)
        later = make_task(BIA, not_before=NOON + DAY)
        soon = make_task(AgentId("caio"), not_before=NOON + SECOND)
        await submit(store, later, soon)
        assert await store.activity() == Activity(pending=2, processing=1)


class TestFigures:
    async def test_statistics_leave_out_what_clients_had_agents_do(self, store: Store) -> None:
        asked = make_task(due_at=None, trigger=Trigger.API, is_councilor_execution=False)
        await ended(store, asked, make_outcome())
        assert (await store.statistics([ANA])).get(ANA) is None
        own = make_task(due_at=None, created_at=NOON - MINUTE)
        await ended(store, own, make_outcome(Severity.WARNING))

        statistics = (await store.statistics([ANA]))[ANA]

        assert (statistics.tally.runs, statistics.tally.warning) == (1, 1)
        assert statistics.last_execution_at == NOON - MINUTE

    async def test_statistics_count_what_ran(self, store: Store) -> None:
        start = NOON
        for n, outcome in enumerate(
            [
                make_outcome(usage={"cost_usd": 0.25}),
                make_outcome(Severity.INFO),
                make_outcome(Severity.WARNING),
                failed(usage={"cost_usd": 1}),
                Outcome(status=Status.CANCELLED, usage={"cost_usd": 0.5}),
            ]
        ):
            task = make_task(due_at=None, created_at=start + n * HALF_HOUR)
            await ended(store, task, outcome, at=task.created_at + (n + 1) * SECOND)
        await lose(store, make_lost(), slots(1, 4))
        skipped = make_lost(status=Status.SKIPPED, reason=SkipReason.OVERLAP)
        await lose(store, skipped, slots(5, 2))
        statistics = await store.statistics([ANA, BIA])
        assert statistics.keys() == {ANA}
        assert statistics[ANA].tally == Tally(
            completed=3,
            error=1,
            cancelled=1,
            skipped=2,
            missed=4,
            success=1,
            info=1,
            warning=1,
            severity_error=1,
            duration_ms=10_000,
            cost_microusd=1_750_000,
        )
        assert await store.tally(since=NOON, until=NOON + DAY) == statistics[ANA].tally
        assert statistics[ANA].last_execution_at == start + 3 * HALF_HOUR
        assert await store.statistics([]) == {}

    async def test_a_councilor_that_only_missed_has_no_last_execution(self, store: Store) -> None:
        await lose(store, make_lost(), slots(1, 4))
        assert (await store.statistics([ANA]))[ANA].last_execution_at is None

    @pytest.mark.parametrize(
        "usage",
        [
            {"cost_usd": "free"},
            {"cost_usd": None},
            {"cost_usd": -1},
            {"cost_usd": True},
            {"cost_usd": float("nan")},
            {},
        ],
    )
    async def test_a_cost_that_is_no_number_counts_nothing(
        self, store: Store, usage: dict[str, object]
    ) -> None:
        await ended(store, make_task(), make_outcome(usage=usage))
        assert (await store.statistics([ANA]))[ANA].tally.cost_microusd == 0

    async def test_a_tally_is_exact_to_a_quarter_of_an_hour(self, store: Store) -> None:
        quarter = timedelta(minutes=15)
        for n, at in enumerate((NOON - SECOND, NOON, NOON + quarter - SECOND, NOON + quarter)):
            task = make_task(due_at=None, created_at=NOON - DAY + n * MINUTE)
            await ended(store, task, at=at)

        async def completed(since: datetime, until: datetime) -> int:
            return (await store.tally(since=since, until=until)).completed

        assert await completed(NOON, NOON + quarter) == 2
        assert await completed(NOON - quarter, NOON) == 1
        assert await completed(NOON + MINUTE, NOON + quarter + MINUTE) == 2
        assert await completed(NOON - DAY, NOON + DAY) == 4
        assert await completed(NOON, NOON) == 0

    async def test_lost_slots_count_together_at_their_newest(self, store: Store) -> None:
        await lose(store, make_lost(), slots(1, 2))
        at_two = await store.tally(since=slots(2, 1)[0], until=slots(3, 1)[0])
        assert at_two == Tally(missed=2)
        await lose(store, make_lost(), slots(3, 1))
        assert await store.tally(since=slots(2, 1)[0], until=slots(3, 1)[0]) == Tally()
        assert await store.tally(since=NOON, until=NOON + DAY) == Tally(missed=3)

    async def test_a_recount_agrees(self, store: Store) -> None:
        await _one_of_each_kind(store)
        before = await store.statistics([ANA, BIA])
        assert await store.recount()
        assert await store.statistics([ANA, BIA]) == before


class TestPrune:
    async def test_the_oldest_final_tasks_go_and_the_figures_stay(self, store: Store) -> None:
        tasks = [
            await ended(store, make_task(due_at=None, created_at=NOON + n * DAY)) for n in range(6)
        ]
        figures = (
            await store.statistics([ANA]),
            await store.tally(since=NOON, until=NOON + 9 * DAY),
        )
        gone = await store.prune(before=NOON + 4 * DAY, limit=3)
        assert gone == [task.task_id for task in tasks[:3]]
        assert await store.prune(before=NOON + 4 * DAY, limit=3) == [tasks[3].task_id]
        assert await store.prune(before=NOON + 4 * DAY, limit=3) == []
        assert (await store.tasks(TaskFilter(), limit=10)).total == 2
        assert figures == (
            await store.statistics([ANA]),
            await store.tally(since=NOON, until=NOON + 9 * DAY),
        )
        assert await store.recount()

    async def test_the_last_execution_is_known_when_all_tasks_are_gone(self, store: Store) -> None:
        for n in range(3):
            await ended(store, make_task(due_at=None, created_at=NOON + n * MINUTE))
        before = await store.statistics([ANA])
        assert len(await store.prune(before=NOON + DAY, limit=10)) == 3
        assert await store.statistics([ANA]) == before
        assert await store.recount()
        assert await store.statistics([ANA]) == before

    async def test_what_remains_is_counted_right_when_the_newest_went(self, store: Store) -> None:
        long = replace(make_task(due_at=None), active_key="long")
        held_long = await claimed(store, long)
        await ended(store, make_task(due_at=None, created_at=NOON + HALF_HOUR))
        await finish(store, held_long, at=NOON + DAY)
        before = await store.statistics([ANA])
        assert len(await store.prune(before=NOON + DAY, limit=10)) == 1
        assert await store.recount()
        assert await store.statistics([ANA]) == before
        assert before[ANA].last_execution_at == NOON + HALF_HOUR

    async def test_active_tasks_and_the_row_of_the_watermark_stay(self, store: Store) -> None:
        old = await ended(store, make_task(due_at=slots(1, 1)[0]))
        newest = await ended(store, make_task(due_at=slots(2, 1)[0]))
        lost = await lose(store, make_lost(BIA), slots(1, 1))
        assert lost is not None
        active = make_task(AgentId("caio"))
        await submit(store, active)
        assert await store.prune(before=NOON + 99 * DAY, limit=10) == [old.task_id]
        remaining = await store.tasks(TaskFilter(), limit=10)
        assert {task.task_id for task in remaining.tasks} == {
            newest.task_id,
            lost.task_id,
            active.task_id,
        }
        assert await store.watermarks([ANA]) == {ANA: slots(2, 1)[0]}

    async def test_lost_slots_are_as_old_as_their_newest_slot(self, store: Store) -> None:
        lost = await lose(store, make_lost(), slots(1, 2))
        assert lost is not None
        await ended(store, make_task(due_at=slots(9, 1)[0]), at=NOON + DAY)
        assert await store.prune(before=slots(2, 1)[0], limit=10) == []
        assert await store.prune(before=slots(3, 1)[0], limit=10) == [lost.task_id]

    async def test_nothing_to_prune_is_no_error(self, store: Store) -> None:
        assert await store.prune(before=NOON, limit=10) == []


class TestWhole:
    async def test_a_store_opened_again_holds_everything(self, store: Store, url: str) -> None:
        await _one_of_each_kind(store)
        page = await store.tasks(TaskFilter(), limit=100)
        events = await store.events_after(0, limit=1000)
        await store.close()
        again = await open_store(url)
        assert await again.tasks(TaskFilter(), limit=100) == page
        assert await again.events_after(0, limit=1000) == events
        assert again.identity == store.identity
        await again.close()

    async def test_a_cancelled_caller_leaves_the_store_whole(self, store: Store) -> None:
        tasks = [make_task(AgentId(f"agent-{n}")) for n in range(40)]
        calls = [asyncio.ensure_future(submit(store, task)) for task in tasks]
        for n, call in enumerate(calls):
            if n % 2:
                call.cancel()
            await asyncio.sleep(0)
        await asyncio.gather(*calls, return_exceptions=True)
        await submit(store, make_task(BIA))
        stored = {task.task_id for task in (await store.tasks(TaskFilter(), limit=100)).tasks}
        assert {task.task_id for n, task in enumerate(tasks) if n % 2 == 0} <= stored
        assert {task_id for task_id, _ in await told(store)} == stored

    async def test_the_store_says_that_it_can_be_written(self, store: Store) -> None:
        for _ in range(3):
            await store.check()

    async def test_closing_twice_is_no_error(self, store: Store) -> None:
        await store.close()
        await store.close()


async def _one_of_each_kind(store: Store) -> list[Task]:
    """Tasks in every state, of two councilors and all triggers; newest first, as stored."""
    outcomes = [
        make_outcome(),
        make_outcome(Severity.WARNING),
        make_outcome(Severity.INFO),
        failed(),
        Outcome(status=Status.CANCELLED),
    ]
    number = 0
    for agent_id in (ANA, BIA):
        for trigger in Trigger:
            for outcome in outcomes:
                number += 1
                at = NOON + number * SECOND * 7
                task = make_task(agent_id, due_at=None, trigger=trigger, created_at=at)
                await ended(store, task, outcome)
        for status, reason in (
            (Status.MISSED, SkipReason.SERVER_DOWN),
            (Status.SKIPPED, SkipReason.OVERLAP),
        ):
            number += 1
            row = make_lost(agent_id, status=status, reason=reason, at=NOON + number * SECOND * 7)
            await lose(store, row, slots(number, 2))
    for agent_id in (ANA, BIA):
        running = make_task(agent_id, due_at=None, created_at=NOON + number * SECOND)
        await claimed(store, replace(running, active_key=running.task_id), at=NOON + DAY)
        pending = make_task(agent_id, due_at=None, created_at=NOON + number * SECOND)
        await submit(store, replace(pending, not_before=NOON + 2 * DAY))
    page = await store.tasks(TaskFilter(), limit=1000)
    assert page.total == len(page.tasks) == 2 * (len(Trigger) * len(outcomes) + 2 + 2)
    return page.tasks


def _matches(task: Task, where: TaskFilter) -> bool:
    return (
        (where.agent_id is None or task.agent_id == where.agent_id)
        and (not where.statuses or task.status in where.statuses)
        and (where.severity is None or task.severity is where.severity)
        and (not where.triggers or task.trigger in where.triggers)
        and (where.since is None or task.created_at >= where.since)
        and (where.until is None or task.created_at < where.until)
    )
