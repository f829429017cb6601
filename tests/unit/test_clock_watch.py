"""What two readings of three clocks tell of the time between them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.clock import Reading, SystemClock
from conselho.models.journal import JournalKind
from conselho.services.clock_watch import (
    BLOCKED_SECONDS,
    STEP_SECONDS,
    SUSPENDED_SECONDS,
    Trouble,
    compare,
)
from tests.support.clock import NOON, FakeClock

LOOK = 5.0
HOUR = 3_600.0


def look(
    *, awake: float = LOOK, asleep: float = 0, step: float = 0, expected: float = LOOK
) -> list[Trouble]:
    """The troubles of one look: `awake` and `asleep` seconds passed, the clock leapt by `step`."""
    before = Reading(wall=NOON, awake=100.0, running=400.0)
    after = Reading(
        wall=NOON + timedelta(seconds=awake + asleep + step),
        awake=100.0 + awake,
        running=400.0 + awake + asleep,
    )
    return compare(before, after, expected)


def only(troubles: list[Trouble]) -> Trouble:
    [trouble] = troubles
    return trouble


def kinds(troubles: list[Trouble]) -> list[JournalKind]:
    return [trouble.kind for trouble in troubles]


def test_time_that_just_passes_is_no_trouble() -> None:
    assert look() == []


def test_who_is_woken_early_is_not_in_trouble() -> None:
    assert look(awake=0.001) == []


def test_a_suspended_machine_is_told_with_its_length() -> None:
    trouble = only(look(asleep=8 * HOUR))

    assert trouble.kind is JournalKind.SUSPENDED
    assert trouble.seconds == 8 * HOUR
    assert trouble.at == NOON + timedelta(hours=8, seconds=5)
    assert trouble.sentence == (
        "The machine slept for 8 h between 2026-11-22T12:00:00Z and 2026-11-22T20:00:05Z;"
        " slots of that time could not start when they were due."
    )


def test_a_clock_that_was_set_back_is_told_with_what_does_not_run_again() -> None:
    trouble = only(look(step=-2 * HOUR))

    assert trouble.kind is JournalKind.CLOCK_BACK
    assert trouble.seconds == 2 * HOUR
    assert trouble.at == NOON - timedelta(hours=2) + timedelta(seconds=5)
    assert trouble.sentence == (
        "The clock was set back by 2 h, from 2026-11-22T12:00:05Z to 2026-11-22T10:00:05Z;"
        " slots up to 2026-11-22T12:00:05Z had their turn already and do not run again."
    )


def test_a_clock_that_was_set_forward_is_told_with_what_was_leapt_over() -> None:
    trouble = only(look(step=90 * 60))

    assert trouble.kind is JournalKind.CLOCK_FORWARD
    assert trouble.seconds == 90 * 60
    assert "set forward by 1 h 30 min, from 2026-11-22T12:00:05Z to 2026-11-22T13:30:05Z" in (
        trouble.sentence
    )


def test_a_blocked_loop_is_told_with_how_late_it_was() -> None:
    trouble = only(look(awake=LOOK + 47))

    assert trouble.kind is JournalKind.BLOCKED
    assert trouble.seconds == 47
    assert "did nothing for 47 s up to 2026-11-22T12:00:52Z" in trouble.sentence


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_small_correction_of_the_clock_is_no_trouble(direction: int) -> None:
    assert look(step=direction * (STEP_SECONDS - 0.1)) == []
    assert len(look(step=direction * (STEP_SECONDS + 0.1))) == 1


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_clock_that_time_servers_drag_along_is_no_trouble(direction: int) -> None:
    """8 h at 400 parts in a million: more than any step that is let pass, and nobody set it."""
    drift = direction * 8 * HOUR * 0.0004

    assert abs(drift) > STEP_SECONDS
    assert kinds(look(asleep=8 * HOUR, step=drift)) == [JournalKind.SUSPENDED]


def test_a_nap_and_a_late_look_are_no_trouble() -> None:
    assert look(asleep=SUSPENDED_SECONDS - 0.1) == []
    assert look(awake=LOOK + BLOCKED_SECONDS - 0.1) == []


def test_several_troubles_in_one_look_are_told_apart() -> None:
    """A lid that was shut, a clock that was set at the wake-up, a machine busy for a while."""
    found = look(awake=LOOK + 30, asleep=3 * HOUR, step=-HOUR)

    assert kinds(found) == [JournalKind.SUSPENDED, JournalKind.CLOCK_BACK, JournalKind.BLOCKED]
    assert [trouble.seconds for trouble in found] == [3 * HOUR, HOUR, 30]


def test_a_suspend_under_a_clock_that_was_set_is_told_by_one_clock() -> None:
    """Its beginning is told by the new clock, or it would end before it began."""
    slept, _ = look(asleep=HOUR, step=-2 * HOUR)

    assert "between 2026-11-22T10:00:00Z and 2026-11-22T11:00:05Z" in slept.sentence


async def test_the_clock_of_tests_makes_each_trouble_apart() -> None:
    clock = FakeClock()
    start = clock.read()
    await clock.advance(LOOK)
    calm = clock.read()
    clock.suspend(600)
    woken = clock.read()
    clock.jump(600)
    freed = clock.read()
    clock.set(NOON)
    back = clock.read()

    assert compare(start, calm, LOOK) == []
    assert kinds(compare(calm, woken, LOOK)) == [JournalKind.SUSPENDED]
    assert kinds(compare(woken, freed, LOOK)) == [JournalKind.BLOCKED]
    assert kinds(compare(freed, back, LOOK)) == [JournalKind.CLOCK_BACK]


def test_the_machine_itself_is_not_in_trouble_between_two_readings() -> None:
    clock = SystemClock()
    before = clock.read()
    after = clock.read()

    found = kinds(compare(before, after, expected_seconds=HOUR))
    assert JournalKind.SUSPENDED not in found
    assert JournalKind.BLOCKED not in found


@given(
    awake=st.floats(0, 10 * HOUR),
    asleep=st.floats(0, 1_000 * HOUR),
    step=st.floats(-10_000 * HOUR, 10_000 * HOUR),
)
def test_the_lengths_add_up_to_what_the_clocks_disagree_on(
    awake: float, asleep: float, step: float
) -> None:
    found = {trouble.kind: trouble for trouble in look(awake=awake, asleep=asleep, step=step)}

    def seconds(kind: JournalKind) -> float:
        return found[kind].seconds if kind in found else 0

    assert all(trouble.seconds > 0 for trouble in found.values())
    told = seconds(JournalKind.CLOCK_FORWARD) - seconds(JournalKind.CLOCK_BACK)
    tolerated = max(STEP_SECONDS, (awake + asleep) * 0.0005) + 0.001
    assert told == pytest.approx(step, abs=0.001) or (told == 0 and abs(step) <= tolerated)
    assert abs(seconds(JournalKind.SUSPENDED) - asleep) <= SUSPENDED_SECONDS + 0.001
    assert not {JournalKind.CLOCK_BACK, JournalKind.CLOCK_FORWARD} <= found.keys()
