"""What becomes of passed slots: the decisions alone, without store and scheduler."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

import pytest

from conselho.models.agent import CatchUp
from conselho.models.task import SkipReason, Trigger
from conselho.services.ledger import PORTION, Circumstances, LeftOut, Lost, Run, Step, account
from tests.support.clock import NOON
from tests.support.factories import make_councilor

HOUR = timedelta(hours=1)
FRESH = timedelta(seconds=30)


def nothing(slot: datetime) -> None:
    return None


def between(first: datetime, last: datetime, reason: SkipReason) -> LeftOut:
    return lambda slot: (reason, "Not now.") if first <= slot <= last else None


def told(
    slots: Iterable[datetime],
    *,
    catch_up: CatchUp = CatchUp.ONE,
    max_age: timedelta = timedelta(days=1),
    now: datetime,
    left_out: LeftOut = nothing,
    may_run: bool = True,
) -> list[Step]:
    agent = make_councilor(catch_up=catch_up, catch_up_max_age_seconds=max_age.total_seconds())
    how = Circumstances(now=now, fresh=FRESH, lost_for=SkipReason.SERVER_DOWN, may_run=may_run)
    return list(account(agent, slots, left_out, how))


def hours(count: int) -> list[datetime]:
    return [NOON + number * HOUR for number in range(count)]


@pytest.mark.parametrize(
    ("age", "catch_up", "expected"),
    [
        (timedelta(0), CatchUp.NONE, Trigger.SCHEDULE),
        (FRESH, CatchUp.NONE, Trigger.SCHEDULE),
        (FRESH + timedelta(seconds=1), CatchUp.ONE, Trigger.CATCH_UP),
        (FRESH + timedelta(seconds=1), CatchUp.ALL, Trigger.CATCH_UP),
        (FRESH + timedelta(seconds=1), CatchUp.NONE, SkipReason.SERVER_DOWN),
        (timedelta(days=1), CatchUp.ONE, Trigger.CATCH_UP),
        (timedelta(days=1, seconds=1), CatchUp.ONE, SkipReason.TOO_OLD),
        (timedelta(days=1, seconds=1), CatchUp.ALL, SkipReason.TOO_OLD),
    ],
)
def test_what_runs_is_a_matter_of_age_and_policy(
    age: timedelta, catch_up: CatchUp, expected: Trigger | SkipReason
) -> None:
    [step] = told([NOON], catch_up=catch_up, now=NOON + age)

    assert (step.trigger if isinstance(step, Run) else step.reason) is expected


def test_with_catch_up_one_only_the_newest_runs() -> None:
    lost, run = told(hours(5), now=NOON + 4.5 * HOUR)

    assert lost == Lost(SkipReason.SERVER_DOWN, None, hours(4))
    assert run == Run(NOON + 4 * HOUR, Trigger.CATCH_UP)


def test_with_catch_up_all_every_one_that_is_young_enough_runs() -> None:
    too_old, *runs = told(hours(5), catch_up=CatchUp.ALL, max_age=2 * HOUR, now=NOON + 4 * HOUR)

    assert too_old == Lost(SkipReason.TOO_OLD, None, hours(2))
    assert [run.trigger for run in runs if isinstance(run, Run)] == [
        Trigger.CATCH_UP,
        Trigger.CATCH_UP,
        Trigger.SCHEDULE,
    ]


def test_the_newest_that_is_wanted_runs_though_later_ones_are_left_out() -> None:
    night = between(NOON + 3 * HOUR, NOON + 6 * HOUR, SkipReason.QUIET_HOURS)

    lost, run, left_out = told(hours(7), now=NOON + 7 * HOUR, left_out=night)

    assert lost == Lost(SkipReason.SERVER_DOWN, None, hours(2))
    assert run == Run(NOON + 2 * HOUR, Trigger.CATCH_UP)
    assert left_out == Lost(SkipReason.QUIET_HOURS, "Not now.", hours(7)[3:])


@pytest.mark.parametrize("catch_up", [CatchUp.ONE, CatchUp.ALL])
def test_nothing_is_caught_up_at_a_time_that_is_quiet_itself(catch_up: CatchUp) -> None:
    night = between(NOON + 3 * HOUR, NOON + 8 * HOUR, SkipReason.QUIET_HOURS)

    steps = told(hours(5), catch_up=catch_up, now=NOON + 7 * HOUR, left_out=night)

    assert [(step.reason, len(step.slots)) for step in steps if isinstance(step, Lost)] == [
        (SkipReason.SERVER_DOWN, 3),
        (SkipReason.QUIET_HOURS, 2),
    ]
    assert len(steps) == 2


def test_of_a_councilor_that_is_gone_nothing_runs() -> None:
    assert told([NOON], now=NOON, may_run=False) == [Lost(SkipReason.SERVER_DOWN, None, [NOON])]


def test_each_slot_is_in_one_step_and_no_step_is_longer_than_a_portion() -> None:
    slots = [NOON + timedelta(minutes=number) for number in range(3 * PORTION + 7)]
    lunch = between(slots[100], slots[200], SkipReason.MAINTENANCE)

    steps = told(slots, now=slots[-1] + HOUR, left_out=lunch)

    found = [
        slot for step in steps for slot in (step.slots if isinstance(step, Lost) else [step.slot])
    ]
    assert found == slots
    assert max(len(step.slots) for step in steps if isinstance(step, Lost)) <= PORTION


def test_it_is_lazy_since_the_clock_may_have_leapt_by_centuries() -> None:
    agent = make_councilor(catch_up=CatchUp.NONE)
    now = NOON + timedelta(days=365 * 300)
    seconds = (NOON + timedelta(seconds=number) for number in range(10**10))
    how = Circumstances(now=now, fresh=FRESH, lost_for=SkipReason.LATE)

    steps = list(islice(account(agent, seconds, nothing, how), 3))

    assert [len(step.slots) for step in steps if isinstance(step, Lost)] == [PORTION] * 3


def test_a_night_without_end_does_not_keep_everything_in_mind() -> None:
    slots = [NOON + timedelta(seconds=number) for number in range(60_000)]
    dark = between(slots[1], slots[-1], SkipReason.QUIET_HOURS)

    steps = told(slots, now=slots[-1] + timedelta(seconds=1), left_out=dark)

    assert sum(len(step.slots) if isinstance(step, Lost) else 1 for step in steps) == len(slots)
    assert isinstance(steps[0], Lost), "by then the first was given up"
