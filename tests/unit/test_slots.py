"""Due slots against an independent reading of the same schedules, minute by minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conselho.errors import InvalidSchedule
from conselho.models.cron import parse_cron
from conselho.models.ids import AgentId
from conselho.models.schedule import Gap, parse_schedule
from conselho.services.slots import (
    SlotTrigger,
    check_fires,
    jitter,
    shortest_wait,
    slots_between,
    slots_of,
)
from tests.support.cron_clerk import named
from tests.support.factories import ANA

ANCHOR = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def slots(text: str, timezone: str = "UTC") -> list[datetime]:
    """The slots of the week that begins on MONDAY."""
    schedule = parse_schedule(text, timezone=timezone)
    return list(slots_between(slots_of(schedule, ANCHOR, ANA), MONDAY, MONDAY + timedelta(days=7)))


def test_intervals_count_from_their_anchor_whenever_one_asks() -> None:
    found = slots_of(parse_schedule("30m"), ANCHOR, ANA)

    assert found.after(ANCHOR) == ANCHOR + timedelta(minutes=30)
    assert found.after(ANCHOR + timedelta(minutes=30)) == ANCHOR + timedelta(minutes=60)
    assert found.after(ANCHOR + timedelta(minutes=59)) == ANCHOR + timedelta(minutes=60)


def test_the_first_slot_comes_one_interval_after_the_anchor() -> None:
    found = slots_of(parse_schedule("1h"), ANCHOR, ANA)

    assert found.after(ANCHOR - timedelta(days=3)) == ANCHOR + timedelta(hours=1)


@given(st.integers(1, 100_000), st.integers(-(10**9), 10**9), st.sampled_from("smhd"))
def test_the_next_interval_slot_is_later_and_at_most_one_interval_away(
    number: int, offset_seconds: int, unit: str
) -> None:
    number = number if unit != "d" else number % 3660 + 1
    schedule = parse_schedule(f"{min(number, 80_000)}{unit}")
    moment = ANCHOR + timedelta(seconds=offset_seconds)
    found = slots_of(schedule, ANCHOR, ANA)

    due = found.after(moment)

    assert due is not None
    assert due > moment
    following = found.after(due)
    assert following is not None
    interval = following - due
    assert (due - ANCHOR) % interval == timedelta(0)
    assert due - moment <= interval or due == ANCHOR + interval


@pytest.mark.parametrize("weekday", ["1", "mon", "MON"])
def test_weekday_one_is_monday(weekday: str) -> None:
    assert slots(f"0 9 * * {weekday}") == [MONDAY.replace(hour=9)]


@pytest.mark.parametrize("weekday", ["0", "7", "sun"])
def test_weekdays_zero_and_seven_are_sunday(weekday: str) -> None:
    assert slots(f"0 9 * * {weekday}") == [MONDAY + timedelta(days=6, hours=9)]


def test_day_and_weekday_both_restricted_match_either() -> None:
    days = [slot.day for slot in slots("0 9 25 * 1")]

    assert days == [23, 25]


def test_cron_fires_at_the_local_time_of_its_zone() -> None:
    assert slots("0 9 * * 1", "America/Sao_Paulo") == [MONDAY.replace(hour=12)]


def test_a_leap_day_is_found_years_ahead() -> None:
    found = slots_of(parse_schedule("0 0 29 2 *"), ANCHOR, ANA)

    assert found.after(MONDAY) == datetime(2028, 2, 29, tzinfo=UTC)


def field(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    single = number.map(str)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    stepped = st.tuples(span | st.just("*"), st.integers(1, high)).map(lambda s: f"{s[0]}/{s[1]}")
    part = single | span | stepped
    listed = st.lists(part, min_size=1, max_size=3).map(",".join)
    return st.just("*") | listed


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(field(0, 59), field(0, 23), field(1, 31), field(0, 7)).map(
        lambda f: f"{f[0]} {f[1]} {f[2]} * {f[3]}"
    ),
    st.integers(0, 60 * 24 * 27),
)
def test_cron_slots_are_those_that_a_clerk_with_a_calendar_would_name(
    line: str, start_minute: int
) -> None:
    start = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=start_minute)
    schedule = parse_schedule(line)
    until = start + timedelta(days=2)
    expected = []
    minute = start + timedelta(minutes=1)
    while minute <= until:
        if named(line, minute):
            expected.append(minute)
        minute += timedelta(minutes=1)

    assert list(slots_between(slots_of(schedule, ANCHOR, ANA), start, until)) == expected


def test_apscheduler_fires_at_exactly_these_slots() -> None:
    trigger = SlotTrigger(slots_of(parse_schedule("10s"), ANCHOR, ANA))

    first = trigger.get_next_fire_time(None, ANCHOR + timedelta(seconds=3))
    second = trigger.get_next_fire_time(first, ANCHOR + timedelta(seconds=95))

    assert first == ANCHOR + timedelta(seconds=10)
    assert second == ANCHOR + timedelta(seconds=20), "a late timer still collects every slot"


def wall_times(text: str, timezone: str, start: str, days: int = 3) -> list[str]:
    """The slots of some days as the clock on the wall shows them, with their offset."""
    zone = ZoneInfo(timezone)
    begin = datetime.fromisoformat(start).replace(tzinfo=zone).astimezone(UTC)
    found = slots_of(parse_schedule(text, timezone=timezone), ANCHOR, ANA)
    return [
        f"{slot.astimezone(zone):%d %H:%M %z}"
        for slot in slots_between(found, begin, begin + timedelta(days=days))
    ]


@pytest.mark.parametrize(
    ("text", "zone", "start", "expected"),
    [
        # Spring, 8 March 2026: 02:00 becomes 03:00.
        (
            "30 2 * * *",
            "America/New_York",
            "2026-03-07T00:00",
            ["07 02:30 -0500", "08 03:30 -0400", "09 02:30 -0400"],
        ),
        # Midnight itself is leapt over, 6 September 2026.
        (
            "0 0 * * *",
            "America/Santiago",
            "2026-09-05T01:00",
            ["06 01:00 -0300", "07 00:00 -0300", "08 00:00 -0300"],
        ),
        (
            "0 0 * * *",
            "Africa/Cairo",
            "2026-04-23T01:00",
            ["24 01:00 +0300", "25 00:00 +0300", "26 00:00 +0300"],
        ),
        # Autumn, 1 November 2026: 01:30 comes twice.
        (
            "30 1 * * *",
            "America/New_York",
            "2026-10-31T00:00",
            ["31 01:30 -0400", "01 01:30 -0400", "02 01:30 -0500"],
        ),
        # Half an hour, 5 April 2026.
        (
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-04T00:00",
            ["04 01:45 +1100", "05 01:45 +1100", "06 01:45 +1030"],
        ),
        (
            "15 0 * * *",
            "America/Sao_Paulo",
            "2018-11-03T00:00",
            ["03 00:15 -0300", "04 01:15 -0200", "05 00:15 -0200", "06 00:15 -0200"],
        ),
    ],
)
def test_a_daily_slot_comes_once_a_day_whatever_the_clock_does(
    text: str, zone: str, start: str, expected: list[str]
) -> None:
    assert wall_times(text, zone, start) == expected


def test_a_slot_for_every_hour_just_goes_on_when_the_clock_changes() -> None:
    autumn = wall_times("0 * * * *", "America/New_York", "2026-11-01T00:00", days=1)

    assert autumn[:3] == ["01 01:00 -0400", "01 01:00 -0500", "01 02:00 -0500"]
    assert len(autumn) == 24


def test_a_slot_in_the_leap_is_found_from_any_moment_shortly_after_it() -> None:
    found = slots_of(parse_schedule("30 2 * * *", timezone="America/New_York"), ANCHOR, ANA)
    slot = datetime(2026, 3, 8, 7, 30, tzinfo=UTC)

    for minutes in range(1, 90):
        assert found.after(slot - timedelta(minutes=minutes)) == slot
    assert found.after(slot) == datetime(2026, 3, 9, 6, 30, tzinfo=UTC)


def test_a_day_that_does_not_exist_leaves_the_weekday_to_decide() -> None:
    assert slots("0 9 31 4 1") == []
    found = slots_of(parse_schedule("0 9 31 4 1"), ANCHOR, ANA)

    assert found.after(MONDAY) == datetime(2027, 4, 5, 9, tzinfo=UTC)


def test_parsed_fields_hold_both_sundays_as_one() -> None:
    assert parse_cron("0 0 * * 0,7").weekdays == (0,)


# -- moments, jitter, bounds -------------------------------------------------------------------


def test_a_moment_is_one_slot_and_then_there_is_none() -> None:
    found = slots_of(parse_schedule("2026-12-24T18:00", timezone="America/Sao_Paulo"), ANCHOR, ANA)

    assert found.after(MONDAY) == datetime(2026, 12, 24, 21, tzinfo=UTC)
    assert found.after(datetime(2026, 12, 24, 21, tzinfo=UTC)) is None


def test_a_moment_with_an_offset_does_not_ask_the_zone() -> None:
    schedule = parse_schedule("2026-12-24T18:00+01:00", timezone="America/Sao_Paulo")

    assert slots_of(schedule, ANCHOR, ANA).after(MONDAY) == datetime(2026, 12, 24, 17, tzinfo=UTC)


def test_jitter_puts_every_slot_of_an_agent_off_by_the_same_whole_seconds() -> None:
    plain, jittered = (
        slots_of(parse_schedule("0 9 * * *", jitter_seconds=seconds), ANCHOR, ANA)
        for seconds in (0, 600)
    )
    week = MONDAY + timedelta(days=7)
    offsets = {
        late - slot
        for slot, late in zip(
            slots_between(plain, MONDAY, week), slots_between(jittered, MONDAY, week), strict=True
        )
    }

    # The number is written down: another one on another machine would double slots.
    assert offsets == {timedelta(seconds=383)}


def test_jitters_of_many_agents_spread_over_the_whole_length() -> None:
    schedule = parse_schedule("0 9 * * *", jitter_seconds=9)

    found = {jitter(schedule, AgentId(f"agent-{number}")).seconds for number in range(200)}

    assert found == set(range(10))


def test_a_jittered_slot_is_found_from_between_its_two_times() -> None:
    found = slots_of(parse_schedule("0 9 * * *", jitter_seconds=600), ANCHOR, ANA)
    nine = MONDAY.replace(hour=9)

    assert found.after(nine + timedelta(minutes=5)) == nine + timedelta(seconds=383)
    assert found.after(nine + timedelta(seconds=383)) == nine + timedelta(days=1, seconds=383)


@pytest.mark.parametrize("text", ["1h", "0 * * * *"])
def test_bounds_belong_to_the_time_between_them(text: str) -> None:
    start, end = MONDAY.replace(hour=9), MONDAY.replace(hour=11)
    schedule = parse_schedule(text, starts_at=start, ends_at=end)

    found = slots_between(slots_of(schedule, MONDAY, ANA), MONDAY, MONDAY + timedelta(days=9))

    assert [slot.hour for slot in found] == [9, 10, 11]


def test_no_jitter_leads_beyond_the_end() -> None:
    nine = MONDAY.replace(hour=9)
    schedule = parse_schedule("0 9 * * *", jitter_seconds=600, ends_at=nine)

    assert slots_of(schedule, ANCHOR, ANA).after(MONDAY) is None


@pytest.mark.parametrize(
    ("value", "rules", "reason"),
    [
        ("0 9 1 1 *", {"starts_at": (2026, 2, 1), "ends_at": (2026, 12, 1)}, "between starts_at"),
        ("2026-12-24T18:00", {"ends_at": (2026, 12, 24)}, "never fires before ends_at"),
        ("2026-12-24T18:00", {"starts_at": (2026, 12, 25), "ends_at": (2027, 1, 1)}, "never fires"),
        ("2026-12-24T18:00", {"starts_at": (2026, 12, 25)}, "never fires after starts_at"),
        ("0 0 29 2 *", {"starts_at": (2025, 1, 1), "ends_at": (2028, 1, 1)}, "never fires"),
    ],
)
def test_a_schedule_that_never_fires_within_its_bounds_is_told(
    value: str, rules: dict[str, tuple[int, int, int]], reason: str
) -> None:
    bounds: dict[str, Any] = {name: datetime(*day, tzinfo=UTC) for name, day in rules.items()}

    with pytest.raises(InvalidSchedule, match=reason) as caught:
        check_fires(parse_schedule(value, **bounds))

    assert caught.value.field in rules or caught.value.field.removeprefix("schedule.") in rules


def test_a_moment_that_the_clock_leaps_over_never_fires_with_skip() -> None:
    schedule = parse_schedule("2026-03-08T02:30", timezone="America/New_York", gap=Gap.SKIP)

    with pytest.raises(InvalidSchedule, match="America/New_York leaps over 2026-03-08T02:30"):
        check_fires(schedule)


@pytest.mark.parametrize("value", ["30m", "0 9 * * 1", "2026-01-01T00:00"])
def test_an_end_that_has_passed_is_no_fault_of_the_schedule(value: str) -> None:
    check_fires(parse_schedule(value, ends_at=datetime(2026, 2, 1, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("90s", 90),
        ("* * * * *", 60),
        ("0,5 9 * * 1", 300),
        ("59,0 * * * *", 60),
        ("@daily", 86_400),
    ],
)
def test_the_shortest_wait_of_a_schedule(value: str, seconds: int) -> None:
    assert shortest_wait(parse_schedule(value)) == timedelta(seconds=seconds)


def test_a_moment_is_waited_for_but_once() -> None:
    assert shortest_wait(parse_schedule("2026-01-01T00:00")) == timedelta.max
