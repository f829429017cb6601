"""The council over time: steps by the clock, bars of many rows, slots to come within bounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.journal import JournalKind
from conselho.models.lanes import Lane, StepCount, Steps, chosen, slots_by_step
from conselho.models.schedule import Schedule, parse_schedule
from conselho.models.task import SkipReason, Status, Task
from conselho.models.uptime import Absence, Sign, absences
from conselho.models.verdict import Severity
from conselho.services.calendars import Calendars
from conselho.services.quiet import Quiet
from conselho.services.timeline import (
    LONGEST_SPAN,
    MOST_PARTS,
    MOST_STEPS,
    Known,
    Planned,
    Planner,
    lane_documents,
    shares,
    steps_of,
)
from tests.support.clock import NOON
from tests.support.factories import ANA, make_councilor, make_lost

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STEPS = Steps(since=NOON - 24 * HOUR, until=NOON + 24 * HOUR, length=HOUR)
PAST = replace(STEPS, until=NOON)


# -- steps -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "length", "since", "until"),
    [
        (6 * HOUR, 6 * HOUR, 15 * MINUTE, "06:00", "18:15"),
        (DAY, DAY, HOUR, "12:00", "13:00"),
        (7 * DAY, 7 * DAY, 6 * HOUR, "12:00", "18:00"),
        (30 * DAY, 0 * DAY, DAY, "00:00", "00:00"),
    ],
)
def test_a_span_is_widened_to_whole_steps(
    before: timedelta, after: timedelta, length: timedelta, since: str, until: str
) -> None:
    now = NOON + 7 * MINUTE
    steps = steps_of(now - before, now + after, ZoneInfo("UTC"))
    assert steps.length == length
    assert f"{steps.since:%H:%M}" == since
    assert f"{steps.until:%H:%M}" == until
    assert steps.since <= now - before < steps.since + length
    assert steps.until - length < now + after <= steps.until


def test_steps_begin_by_the_clock_of_the_zone() -> None:
    now = datetime(2026, 11, 22, 12, 7, tzinfo=UTC)
    hours = steps_of(now - DAY, now + DAY, ZoneInfo("Asia/Kolkata"))
    assert f"{hours.since:%H:%M}" == "11:30"
    quarters = steps_of(now - 7 * DAY, now + 7 * DAY, ZoneInfo("America/Sao_Paulo"))
    assert f"{quarters.since:%H:%M}" == "09:00"


@given(st.integers(1, LONGEST_SPAN // MINUTE), st.integers(0, 10_000_000))
def test_there_are_never_more_steps_than_can_be_drawn(minutes: int, offset: int) -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC) + offset * MINUTE
    steps = steps_of(since, since + minutes * MINUTE, ZoneInfo("Europe/Lisbon"))
    assert 1 <= steps.count <= MOST_STEPS
    assert steps.start(steps.count) == steps.until


# -- lost slots ------------------------------------------------------------------------------------


def lost(first: datetime, last: datetime, count: int) -> Task:
    return replace(make_lost(), slot_from=first, slot_to=last, slot_count=count)


@given(st.integers(-600, 600), st.integers(1, 300), st.sampled_from([1, 7, 30, 61]))
def test_each_lost_slot_counts_in_its_own_step(first: int, count: int, every: int) -> None:
    slots = [NOON - 12 * HOUR + (first + n * every) * MINUTE for n in range(count)]
    expected: dict[int, int] = {}
    for slot in slots:
        if PAST.since <= slot < PAST.until:
            expected[PAST.of(slot)] = expected.get(PAST.of(slot), 0) + 1
    assert slots_by_step(lost(slots[0], slots[-1], count), PAST) == expected


def test_what_is_no_row_of_lost_slots_has_none() -> None:
    assert slots_by_step(make_lost(), PAST) == {}
    run = replace(lost(NOON, NOON, 1), status=Status.COMPLETED)
    assert slots_by_step(run, replace(PAST, until=STEPS.until)) == {}


# -- the past --------------------------------------------------------------------------------------


def count(
    step: int, status: Status, severity: Severity | None, rows: int, **more: Any
) -> StepCount:
    newest = more.pop("newest", STEPS.start(step) + 30 * MINUTE)
    return StepCount(step=step, status=status, severity=severity, rows=rows, newest=newest, **more)


def document(lane: Lane, agent: Agent | None = None, **known: Any) -> dict[str, Any]:
    councilor = agent or make_councilor(enabled=False)
    [told] = lane_documents(
        [councilor],
        Known(lanes={ANA: lane}, active=known.get("active", {})),
        planner(),
        PAST,
    )
    return told


def test_bars_tell_how_many_of_each_kind_and_lost_slots_where_they_were() -> None:
    five_hours = lost(PAST.start(3), PAST.start(7), 5)
    lane = Lane(
        rows=(five_hours,),
        counts=(
            count(1, Status.COMPLETED, Severity.SUCCESS, 118),
            count(1, Status.COMPLETED, Severity.WARNING, 2),
            count(1, Status.ERROR, Severity.ERROR, 3),
            count(2, Status.COMPLETED, None, 4),
            count(2, Status.CANCELLED, None, 1),
            count(7, Status.MISSED, None, 1, slots=5),
            count(7, Status.SKIPPED, None, 2, slots=6),
        ),
    )
    told = document(lane)
    assert told["bars"] == [
        {"step": 1, "success": 118, "warning": 2, "error": 3},
        {"step": 2, "info": 4, "cancelled": 1},
        {"step": 3, "missed": 1},
        {"step": 4, "missed": 1},
        {"step": 5, "missed": 1},
        {"step": 6, "missed": 1},
        {"step": 7, "missed": 1, "skipped": 6},
    ]
    assert told["more_troubles"] == 2 + 3 + 1 + 1 + 2 - 1
    assert told["counted_to"] == "2026-11-21T19:30:00Z"


def test_lost_slots_from_before_and_to_behind_the_span_count_within_it() -> None:
    all_day = lost(NOON - 26 * HOUR, NOON + 3 * HOUR, 30)
    counted = (count(0, Status.COMPLETED, Severity.SUCCESS, 1),)
    told = document(Lane(rows=(all_day,), counts=counted))
    assert told["bars"][0] == {"step": 0, "success": 1, "missed": 1}
    assert [bar["missed"] for bar in told["bars"]] == [1] * 24


def test_the_newest_kinds_of_trouble_are_chosen() -> None:
    counts = [
        count(5, Status.COMPLETED, Severity.WARNING, 1),
        count(1, Status.ERROR, Severity.ERROR, 1),
        count(6, Status.COMPLETED, Severity.INFO, 1),
        count(4, Status.MISSED, None, 1, slots=2),
    ]
    assert [one.step for one in chosen(counts, 2)] == [4, 5]
    assert chosen(counts, 0) == []


def test_all_lanes_together_stay_within_bounds() -> None:
    few, many, throng = shares(0), shares(500), shares(100_000)
    assert (few.rows, few.troubles, few.slots) == (40, 24, 50)
    assert (many.rows, many.troubles, many.slots) == (24, 12, 24)
    assert (throng.rows, throng.troubles, throng.slots) == (8, 4, 8)


# -- what is to come -------------------------------------------------------------------------------


def planner(most: int = 50, steps: Steps = STEPS, now: datetime = NOON) -> Planner:
    return Planner(steps, now, Quiet(Calendars(None)), most)


def councilor(schedule: str, **rules: Any) -> Agent:
    agent = make_councilor(created_at=NOON - 10 * DAY)
    config = replace(agent.seat, schedule=parse_schedule(schedule, **rules))
    return replace(agent, councilor_config=config)


def stretches(found: Planned) -> list[tuple[str, str, float]]:
    return [
        (f"{one.start:%d %H:%M}", f"{one.end:%d %H:%M}", one.every.total_seconds())
        for one in found.stretches
    ]


def test_slots_to_come_are_told_up_to_the_end() -> None:
    found = planner().planned(councilor("6h"))
    assert found.slots == tuple(NOON + n * HOUR for n in (6, 12, 18))
    assert found.stretches == ()


def test_many_slots_to_come_are_told_as_a_stretch() -> None:
    assert stretches(planner().planned(councilor("30s"))) == [("22 12:00", "23 12:00", 30)]
    assert stretches(planner().planned(councilor("*/5 * * * *"))) == [("22 12:05", "23 12:00", 300)]


def test_stretches_leave_out_hours_without_slots() -> None:
    by_line = planner().planned(councilor("*/5 14-17,22 * * *"))
    assert stretches(by_line) == [("22 14:00", "22 18:00", 300), ("22 22:00", "22 23:00", 300)]
    by_hours = planner().planned(councilor("1m", active_hours=("14:30-15:15",)))
    assert stretches(by_hours) == [("22 14:30", "22 15:15", 60)]


def test_slots_far_away_behind_quiet_hours_are_found() -> None:
    found = planner().planned(councilor("1m", active_hours=("09:00-09:15",)))
    assert stretches(found) == [("23 09:00", "23 09:15", 60)]


class CountingQuiet(Quiet):
    asked = 0

    def reason(self, schedule: Schedule, slot: datetime) -> tuple[SkipReason, str] | None:
        self.asked += 1
        return super().reason(schedule, slot)


@given(st.integers(1, 60), st.sampled_from(["1m", "*/1 * * * *"]))
def test_a_lane_is_looked_at_a_bounded_number_of_times_however_far_it_goes(
    days: int, schedule: str
) -> None:
    quiet = CountingQuiet(Calendars(None))
    steps = steps_of(NOON, NOON + days * DAY, ZoneInfo("UTC"))
    found = Planner(steps, NOON, quiet, 24).planned(
        councilor(schedule, active_hours=("08:20-20:40",))
    )
    assert len(found.stretches) in (days, days + 1, days + 2)
    assert quiet.asked <= 4 * 24 + MOST_PARTS + 1


def test_a_week_is_told_by_the_hour() -> None:
    week = steps_of(NOON, NOON + 7 * DAY, ZoneInfo("UTC"))
    found = planner(steps=week).planned(councilor("1m", active_hours=("14:00-15:00",)))
    assert stretches(found)[0] == ("22 14:00", "22 15:00", 60)
    assert len(found.stretches) == 7


def test_nobody_who_is_paused_or_out_of_time_is_expected() -> None:
    assert planner().planned(councilor("1h", enabled=False)) == Planned()
    assert planner(now=STEPS.until).planned(councilor("1h")) == Planned()
    later = replace(councilor("12h"), slots_from=NOON + 13 * HOUR)
    assert planner().planned(later).slots == ()


def test_slots_begin_no_earlier_than_the_span() -> None:
    steps = Steps(since=NOON + 6 * HOUR, until=NOON + 13 * HOUR, length=15 * MINUTE)
    assert planner(steps=steps).planned(councilor("6h")).slots == (
        NOON + 6 * HOUR,
        NOON + 12 * HOUR,
    )


def test_two_with_one_schedule_may_have_other_slots() -> None:
    ours = planner()
    jittered = councilor("6h", jitter_seconds=3_000)
    other = replace(jittered, agent_id=AgentId("another"))
    assert ours.planned(jittered).slots != ours.planned(other).slots
    moved = replace(councilor("6h"), anchor_at=NOON - DAY + HOUR)
    assert ours.planned(councilor("6h")).slots != ours.planned(moved).slots


# -- absences --------------------------------------------------------------------------------------


def test_absences_are_told_with_their_kind() -> None:
    signs = [
        Sign(at=NOON - 30 * HOUR, kind=JournalKind.SERVER_STARTED),
        Sign(at=NOON - 10 * HOUR, kind=JournalKind.SERVER_STOPPED),
        Sign(at=NOON - 8 * HOUR, kind=JournalKind.SERVER_STARTED),
        Sign(at=NOON - HOUR, kind=JournalKind.SUSPENDED, seconds=600),
    ]
    assert absences(signs, since=NOON - 9 * HOUR, until=NOON) == [
        Absence(start=NOON - 9 * HOUR, end=NOON - 8 * HOUR, kind=JournalKind.SERVER_STARTED),
        Absence(start=NOON - 70 * MINUTE, end=NOON - HOUR, kind=JournalKind.SUSPENDED),
    ]
    assert absences(signs, since=NOON - HOUR, until=NOON) == []


def test_a_missed_row_tells_its_reason_and_nothing_that_it_lacks() -> None:
    row = replace(lost(NOON - 2 * HOUR, NOON - HOUR, 3), skip_reason=SkipReason.SERVER_DOWN)
    [told] = document(Lane(rows=(row,)))["rows"]
    assert told == {
        "task_id": row.task_id,
        "status": "missed",
        "trigger": "schedule",
        "completed_at": "2026-11-22T12:00:00Z",
        "skip_reason": "server_down",
        "slot_from": "2026-11-22T10:00:00Z",
        "slot_to": "2026-11-22T11:00:00Z",
        "slot_count": 3,
    }
