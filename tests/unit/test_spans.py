"""Hours and days by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.services.spans import By, spans

HOUR = timedelta(hours=1)
ZONES = [
    "UTC",
    "America/Sao_Paulo",
    "America/New_York",
    "Europe/Lisbon",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Pacific/Apia",
]


def day(zone: str, text: str) -> list[timedelta]:
    """How long the days are from a local date on, three of them."""
    since = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    found = spans(since, since + timedelta(days=9), By.DAY, ZoneInfo(zone), most=3)
    return [end - start for start, end in found]


@pytest.mark.parametrize(
    ("zone", "date", "hours"),
    [
        ("Europe/Lisbon", "2026-03-28", [24, 23, 24]),
        ("Europe/Lisbon", "2026-10-24", [24, 25, 24]),
        ("Australia/Lord_Howe", "2026-04-04", [24, 24.5, 24]),
        ("UTC", "2026-03-28", [24, 24, 24]),
        # Midnight does not exist: the day begins at the leap.
        ("America/Sao_Paulo", "2018-11-03", [24, 23, 24]),
        # The 30th was left out of the calendar.
        ("Pacific/Apia", "2011-12-28", [24, 24, 24]),
    ],
)
def test_days_are_as_long_as_they_are(zone: str, date: str, hours: list[float]) -> None:
    assert day(zone, date) == [hour * HOUR for hour in hours]


def test_a_doubled_hour_is_two_and_a_missing_one_none() -> None:
    lisbon = ZoneInfo("Europe/Lisbon")

    def local(text: str) -> list[str]:
        since = datetime.fromisoformat(text)
        found = spans(since, since + 4 * HOUR, By.HOUR, lisbon, most=9)
        return [start.astimezone(lisbon).strftime("%H:%M%z") for start, _ in found]

    autumn = ["00:00+0100", "01:00+0100", "01:00+0000", "02:00+0000"]
    spring = ["00:00+0000", "02:00+0100", "03:00+0100", "04:00+0100"]
    assert local("2026-10-25T00:00+01:00") == autumn
    assert local("2026-03-29T00:00+00:00") == spring


def test_hours_begin_at_the_full_hour_of_a_zone_with_odd_minutes() -> None:
    since = datetime(2026, 11, 22, 12, 1, tzinfo=UTC)
    [(start, end)] = spans(since, since + HOUR / 6, By.HOUR, ZoneInfo("Asia/Kathmandu"), most=9)
    assert start == datetime(2026, 11, 22, 11, 15, tzinfo=UTC)
    assert end - start == HOUR


def test_there_are_no_more_than_asked_for_and_none_of_nothing() -> None:
    since = datetime(2026, 11, 22, tzinfo=UTC)
    zone = ZoneInfo("UTC")
    assert len(spans(since, since + timedelta(days=9), By.HOUR, zone, most=7)) == 7
    assert spans(since, since, By.DAY, zone, most=7) == []


@given(
    st.timedeltas(timedelta(0), timedelta(days=37 * 365)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=5)),
    st.sampled_from(ZONES),
    st.sampled_from(By),
)
def test_spans_join_and_hold_what_was_asked_for(
    age: timedelta, length: timedelta, zone: str, by: By
) -> None:
    since = datetime(2037, 1, 1, tzinfo=UTC) - age
    found = spans(since, since + length, by, ZoneInfo(zone), most=1_000)
    assert found[0][0] <= since < found[0][1]
    assert found[-1][0] < since + length <= found[-1][1]
    for (_, end), (start, _) in pairwise(found):
        assert end == start
    for start, end in found:
        assert start < end
        local = start.astimezone(ZoneInfo(zone))
        # Where a clock leaps at the turn of an hour or day, that begins at the leap.
        before = (start - timedelta(microseconds=1)).astimezone(ZoneInfo(zone))
        if before.utcoffset() == local.utcoffset():
            assert local.minute == 0
            assert by is By.HOUR or local.hour == 0
