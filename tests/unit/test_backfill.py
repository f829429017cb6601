"""Slots of the past run after all: which, how many, and only once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import NotFound
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.journal import JournalKind
from conselho.models.schedule import parse_schedule
from conselho.models.task import SkipReason, Status, Task, Trigger, utc_text
from conselho.services.backfill import BackfillForm, Backfills, CountChanged
from conselho.services.calendars import Calendars
from conselho.services.form_problems import InvalidForm
from conselho.services.quiet import Quiet
from conselho.services.submission import lost_task, slot_task
from conselho.store import Held, Loss, Store, TaskFilter
from tests.support.clock import NOON, FakeClock
from tests.support.factories import (
    ANA,
    BIA,
    LEASE,
    WORKER,
    failed,
    make_councilor,
    make_outcome,
    no_events,
)
from tests.support.stores import open_store

HOUR = timedelta(hours=1)
MORNING = NOON - 12 * HOUR


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


class Desk:
    """Backfills over a store, at a time that the test sets."""

    def __init__(self, store: Store, *, per_minute: int = 30) -> None:
        self.store = store
        self.clock = FakeClock()
        self.woken = 0
        self.service = Backfills(
            store,
            self.clock,
            Quiet(Calendars(None)),
            per_minute=per_minute,
            retention=timedelta(days=300),
            wake=self._wake,
        )

    def _wake(self, _: Sequence[Task]) -> None:
        self.woken += 1

    async def seat(self, agent_id: AgentId = ANA, **fields: Any) -> Agent:
        """A councilor due at each full hour since midnight, whose slots are all accounted for."""
        defaults: dict[str, Any] = {
            "schedule": "0 * * * *",
            "created_at": MORNING - timedelta(days=400),
        }
        agent = make_councilor(agent_id, **(defaults | fields))
        await self.store.create_agent(agent, events=[])
        return agent

    async def lose(self, agent: Agent, *hours: int) -> None:
        """The slots at these hours of the day are recorded as missed."""
        slots = [MORNING + hour * HOUR for hour in hours]
        row = lost_task(agent, slots[0], now=NOON, reason=SkipReason.SERVER_DOWN)
        await self.store.record_lost([Loss(row=row, slots=slots)], now=NOON, announce=no_events)

    async def run(self, agent: Agent, hour: int, *, ends: bool | None = True) -> None:
        """The slot at this hour ran: well, or not (False), or is on its way (None)."""
        slot = MORNING + hour * HOUR
        task = slot_task(agent, slot, now=NOON, trigger=Trigger.SCHEDULE)
        await self.store.submit([task], announce=no_events)
        if ends is None:
            return
        [claimed] = await self.store.claim(
            WORKER, now=NOON, limit=1, lease=LEASE, announce=no_events
        )
        outcome = make_outcome() if ends else failed()
        held = Held(task_id=claimed.task_id, fence=claimed.fence)
        await self.store.finish(held, outcome, now=NOON, announce=no_events)

    async def tasks(self) -> list[Task]:
        """What was backfilled, by slot."""
        page = await self.store.tasks(
            TaskFilter(triggers=frozenset({Trigger.BACKFILL})), limit=2_000
        )
        return sorted(page.tasks, key=lambda task: (task.due_at or NOON, task.agent_id))


def ask(first: int = 0, last: int = 11, **fields: Any) -> BackfillForm:
    """The slots from one hour of the day to another."""
    span = {"from": utc_text(MORNING + first * HOUR), "until": utc_text(MORNING + last * HOUR)}
    return BackfillForm.model_validate(span | ({} if "tag" in fields else {"all": True}) | fields)


def hours(slots: Any) -> list[int]:
    return [(slot - MORNING) // HOUR for slot in slots]


async def test_only_slots_that_did_not_run_are_counted(store: Store) -> None:
    desk = Desk(store)
    ana = await desk.seat()
    await desk.run(ana, 1)
    await desk.run(ana, 2, ends=False)
    await desk.lose(ana, 3, 4)
    await desk.run(ana, 5, ends=None)

    plan = await desk.service.plan(ask(0, 5))
    assert hours(plan.slots[ANA]) == [0, 3, 4]
    assert (plan.count, plan.duplicates) == (3, 0)

    plan = await desk.service.plan(ask(0, 5, include_covered=True))
    assert hours(plan.slots[ANA]) == [0, 1, 2, 3, 4], "what is on its way runs anyhow"
    assert await desk.tasks() == [], "asking starts nothing"


async def test_both_ends_of_the_range_belong_to_it(store: Store) -> None:
    desk = Desk(store)
    await desk.lose(await desk.seat(), 11)

    assert hours((await desk.service.plan(ask(4, 6))).slots[ANA]) == [4, 5, 6]


async def test_a_confirmed_count_starts_each_slot_once_in_its_turn(store: Store) -> None:
    desk = Desk(store, per_minute=2)
    await desk.lose(await desk.seat(), 11)
    await desk.lose(await desk.seat(BIA), 11)

    done = await desk.service.start(ask(8, 9), 4)

    assert (done.started, done.duplicates) == (4, 0)
    tasks = await desk.tasks()
    assert [(task.agent_id, hours([task.due_at])) for task in tasks] == [
        (ANA, [8]), (BIA, [8]), (ANA, [9]), (BIA, [9])
    ]  # fmt: skip
    assert [(task.not_before - NOON).total_seconds() for task in tasks] == [0, 30, 60, 90]
    assert all(task.status is Status.PENDING for task in tasks)
    assert len({task.active_key for task in tasks}) == 4
    assert desk.woken == 1


async def test_two_requests_share_the_pace(store: Store) -> None:
    desk = Desk(store, per_minute=2)
    await desk.lose(await desk.seat(), 11)

    await desk.service.start(ask(8, 8), 1)
    await desk.service.start(ask(9, 9), 1)

    assert [(task.not_before - NOON).total_seconds() for task in await desk.tasks()] == [0, 30]


async def test_a_slot_is_backfilled_once(store: Store) -> None:
    desk = Desk(store)
    await desk.lose(await desk.seat(), 11)
    await desk.service.start(ask(8, 9), 2)

    plan = await desk.service.plan(ask(8, 10))
    assert (hours(plan.slots[ANA]), plan.duplicates) == ([10], 2)
    done = await desk.service.start(ask(8, 10, include_covered=True), 1)
    assert (done.started, done.duplicates) == (1, 2)
    assert len(await desk.tasks()) == 3


async def test_a_slot_whose_backfill_was_cancelled_can_be_asked_for_again(store: Store) -> None:
    desk = Desk(store)
    await desk.lose(await desk.seat(), 11)
    await desk.service.start(ask(8, 9), 2)
    for _ in range(2):
        await store.cancel_waiting(ANA, reason="Paused.", now=NOON, announce=no_events)
        assert (await desk.service.start(ask(8, 9), 2)).started == 2

    assert (await desk.service.plan(ask(8, 9))).duplicates == 2
    assert len(await desk.tasks()) == 6


async def test_another_count_than_confirmed_starts_nothing(store: Store) -> None:
    desk = Desk(store)
    await desk.lose(await desk.seat(), 11)

    with pytest.raises(CountChanged, match=r"2 runs now, not 3.*confirm 2") as refused:
        await desk.service.start(ask(8, 9), 3)

    assert refused.value.present == 2
    assert await desk.tasks() == []


async def test_slots_that_the_scheduler_still_has_before_it_are_its_own(store: Store) -> None:
    desk = Desk(store)
    ana = await desk.seat()
    await desk.lose(ana, 6)
    assert hours((await desk.service.plan(ask(5, 9))).slots[ANA]) == [5, 6]

    paused = replace(ana.seat, schedule=replace(ana.seat.schedule, enabled=False))
    await store.save_agent(replace(ana, councilor_config=paused), events=[])
    assert hours((await desk.service.plan(ask(5, 9))).slots[ANA]) == [5, 6, 7, 8, 9]


async def test_a_councilor_that_is_new_can_be_backfilled_up_to_its_seat(store: Store) -> None:
    desk = Desk(store)
    await desk.seat(created_at=MORNING + 7 * HOUR)

    assert hours((await desk.service.plan(ask(5, 9))).slots[ANA]) == [5, 6, 7]


async def test_what_the_schedule_leaves_out_is_left_out(store: Store) -> None:
    desk = Desk(store)
    schedule = parse_schedule("0 * * * *", active_hours=("08:00-10:00",))
    ana = await desk.seat()
    config = replace(ana.seat, schedule=schedule)
    await store.save_agent(replace(ana, councilor_config=config), events=[])
    await desk.lose(ana, 11)

    plan = await desk.service.plan(ask(6, 11))

    assert hours(plan.slots[ANA]) == [8, 9]
    assert plan.left_out == {"quiet_hours": 4}


async def test_who_asked_for_what_is_on_record(store: Store) -> None:
    desk = Desk(store)
    await desk.lose(await desk.seat(), 11)
    await desk.service.start(ask(8, 9), 2)

    [entry] = await store.journal(ANA, limit=5)
    assert entry.kind is JournalKind.BACKFILL
    assert entry.detail.startswith("2 of its slots from 2026-11-22T08:00:00Z until")


@pytest.mark.parametrize(
    ("sent", "field", "said"),
    [
        ({"until": "2026-11-23T00:00:00Z"}, "until", "lies in the future"),
        ({"from": "2026-11-22T11:30:00Z"}, "from", "comes after until"),
        ({"from": "2025-01-01T00:00:00Z"}, "from", "more than 366 days"),
        ({"from": "2026-01-01T00:00:00Z"}, "from", "older runs are deleted"),
    ],
)
async def test_a_range_that_cannot_be_is_refused(
    store: Store, sent: dict[str, Any], field: str, said: str
) -> None:
    desk = Desk(store)
    await desk.seat()

    with pytest.raises(InvalidForm, match=said) as refused:
        await desk.service.plan(ask(**sent))

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("schedule", "said"),
    [("*/10 * * * *", "1440 runs, .* at most 1000"), ("* * * * *", "more than 20000 slots")],
)
async def test_too_much_for_one_request_is_refused(store: Store, schedule: str, said: str) -> None:
    desk = Desk(store)
    await desk.lose(await desk.seat(schedule=schedule), 11)
    days = 10 if schedule.startswith("*/") else 30
    since = MORNING + 11 * HOUR - timedelta(days=days) + timedelta(minutes=1)
    form = ask().model_copy(update={"from_": since})

    with pytest.raises(InvalidForm, match=said):
        await desk.service.plan(form)


async def test_nobody_who_is_meant_is_an_error(store: Store) -> None:
    desk = Desk(store)
    with pytest.raises(NotFound):
        await desk.service.plan(ask(tag="nightly"))


async def test_without_an_end_a_range_goes_to_now(store: Store) -> None:
    desk = Desk(store)
    await desk.lose(await desk.seat(), 12)
    form = BackfillForm.model_validate(
        {"all": True, "from": datetime(2026, 11, 22, 11, tzinfo=UTC)}
    )

    assert hours((await desk.service.plan(form)).slots[ANA]) == [11, 12]
