"""Cron slots where the clock is changed, against a clerk who looks at it minute by minute."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conselho.models.schedule import Fold, Gap, Schedule, parse_schedule
from conselho.services import wall_clock
from conselho.services.slots import slots_between, slots_of
from tests.support.cron_clerk import named, reads
from tests.support.factories import ANA

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NIGHTS = [
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("America/Sao_Paulo", "2017-10-15"),
    ("America/Sao_Paulo", "2018-02-18"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", "2019-02-17"),
    ("America/Sao_Paulo", "2019-11-03"),
    ("Europe/Lisbon", "2026-03-29"),
    ("Europe/Lisbon", "2026-10-25"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
]


def clerk(schedule: Schedule, start: datetime, end: datetime) -> list[datetime]:
    """The slots of whole minutes in [start, end), found by looking at the clock each minute."""
    zone = ZoneInfo(schedule.timezone)
    shown: dict[datetime, list[datetime]] = defaultdict(list)
    moment = start - timedelta(hours=3)
    while moment < end:
        shown[moment.astimezone(zone).replace(tzinfo=None)].append(moment)
        moment += MINUTE
    hours = schedule.value.split()[1]
    for_every_hour = all(reads(hours, 0, 23, hour) for hour in range(24))
    found: set[datetime] = set()
    last_shown, wall = min(shown), min(shown)
    while wall <= max(shown):
        moments = shown.get(wall)
        if moments:
            last_shown = wall
        if named(schedule.value, wall):
            if moments and (for_every_hour or schedule.fold is Fold.TWICE):
                found.update(moments)
            elif moments:
                found.add(moments[0])
            elif not for_every_hour and schedule.gap is Gap.RUN_AFTER:
                # As if the clock had not been set: it just went on from the last time it showed.
                found.add(shown[last_shown][-1] + (wall - last_shown))
        wall += MINUTE
    return sorted(moment for moment in found if start <= moment < end)


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    stepped = st.tuples(span | st.just("*"), st.integers(1, high)).map(lambda s: f"{s[0]}/{s[1]}")
    return st.lists(number.map(str) | span | stepped, min_size=1, max_size=3).map(",".join)


LINES = st.tuples(
    st.just("*") | numbers(0, 59),
    st.just("*") | numbers(0, 4) | numbers(0, 23) | st.sampled_from(["0", "1", "2", "23"]),
    st.just("*") | numbers(1, 31),
    st.just("*") | numbers(0, 6),
).map(lambda f: f"{f[0]} {f[1]} {f[2]} * {f[3]}")


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(NIGHTS),
    LINES,
    st.sampled_from(Gap),
    st.sampled_from(Fold),
    st.integers(0, 24 * 60),
    st.integers(0, 3_600 * 48),
)
def test_slots_are_those_that_a_clerk_at_the_clock_would_name(
    night: tuple[str, str], line: str, gap: Gap, fold: Fold, start_minute: int, second: int
) -> None:
    zone, day = night
    schedule = parse_schedule(line, timezone=zone, gap=gap, fold=fold)
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    start = midnight - timedelta(hours=24) + start_minute * MINUTE
    end = midnight + timedelta(hours=24)
    slots = slots_of(schedule, start, ANA)

    expected = clerk(schedule, start, end)

    tick = timedelta(microseconds=1)
    assert list(slots_between(slots, start - tick, end - tick)) == expected
    moment = start + timedelta(seconds=second, milliseconds=second % 3)
    later = [slot for slot in expected if slot > moment]
    if later and moment < end:
        assert slots.after(moment) == later[0], "from wherever one asks"


@pytest.mark.parametrize(("zone", "day"), NIGHTS)
@pytest.mark.parametrize("fold", list(Fold))
def test_from_every_minute_of_the_night_the_next_slot_is_the_same(
    zone: str, day: str, fold: Fold
) -> None:
    schedule = parse_schedule("25,35 0-2,23 * * *", timezone=zone, fold=fold)
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=15)
    end = start + timedelta(hours=36)
    slots = slots_of(schedule, start, ANA)
    expected = clerk(schedule, start, end)

    moment = start
    while moment < expected[-1]:
        assert slots.after(moment) == next(slot for slot in expected if slot > moment)
        moment += MINUTE


def test_a_day_that_a_zone_leaps_over_comes_a_day_later() -> None:
    """Samoa went west of the date line: 30 December 2011 was no day there."""
    friday = parse_schedule("0 9 * * fri", timezone="Pacific/Apia")
    slots = slots_of(friday, datetime(2011, 1, 1, tzinfo=UTC), ANA)
    start = datetime(2011, 12, 23, tzinfo=UTC)

    found = list(slots_between(slots, start, start + timedelta(days=15)))

    local = [f"{slot.astimezone(ZoneInfo('Pacific/Apia')):%a %d %b %H:%M}" for slot in found]
    assert local == ["Fri 23 Dec 09:00", "Sat 31 Dec 09:00", "Fri 06 Jan 09:00"]


def test_a_line_that_seldom_fires_is_found_across_many_changes_of_the_clock() -> None:
    slots = slots_of(
        parse_schedule("30 2 29 2 *", timezone="America/New_York"),
        datetime(2026, 1, 1, tzinfo=UTC),
        ANA,
    )

    found = slots.after(datetime(2096, 3, 1, tzinfo=UTC))

    assert found == datetime(2104, 2, 29, 7, 30, tzinfo=UTC), "2100 is no leap year"


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Apia", "Etc/GMT+12"])
@pytest.mark.parametrize("line", ["30 2 29 2 */7", "0 0 29 2 */7", "59 23 * 2 5#5"])
def test_a_line_for_few_years_finds_its_days_without_a_look_at_the_years_between(
    line: str, zone: str
) -> None:
    slots = slots_of(parse_schedule(line, timezone=zone), EPOCH, ANA)
    spans = wall_clock._spans
    spans.cache_clear()

    found = [*islice(slots_between(slots, EPOCH, datetime(2400, 1, 1, tzinfo=UTC)), 10)]

    weekday = 4 if "#" in line else 6
    walls = [slot.astimezone(ZoneInfo(zone)).date() for slot in found]
    leap_days = [date(year, 2, 29) for year in range(1972, 2400, 4) if year % 100 or not year % 400]
    assert walls == [day for day in leap_days if day.weekday() == weekday][:10]
    assert spans.cache_info().misses <= 3 * len(found)
