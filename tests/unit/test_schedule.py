"""Schedules as people write them: what is taken, what it means, what is refused and how."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.errors import InvalidSchedule
from conselho.models.cron import NICKNAMES, CronFields, parse_cron
from conselho.models.quiet import parse_active_hours
from conselho.models.schedule import (
    Schedule,
    ScheduleType,
    check_timezone,
    parse_interval,
    parse_schedule,
)
from conselho.services.slots import slots_between, slots_of
from tests.support.factories import ANA

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def refusal(text: str, *, kind: ScheduleType | None = None, timezone: str = "UTC") -> str:
    with pytest.raises(InvalidSchedule) as caught:
        parse_schedule(text, kind=kind, timezone=timezone)
    return str(caught.value)


def outcome(text: str) -> Schedule | InvalidSchedule:
    try:
        return parse_schedule(text)
    except InvalidSchedule as refused:
        return refused


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("10s", timedelta(seconds=10)),
        ("30m", timedelta(minutes=30)),
        ("1h", timedelta(hours=1)),
        ("2d", timedelta(days=2)),
        ("3660d", timedelta(days=3660)),
        ("007m", timedelta(minutes=7)),
        ("  15m\n", timedelta(minutes=15)),
    ],
)
def test_an_interval_is_a_number_and_a_unit(text: str, length: timedelta) -> None:
    assert parse_interval(text) == length


@pytest.mark.parametrize(
    "text",
    ["", " ", "m", "10", "1.5h", "-1m", "+1m", "1w", "1M", "10S", "1h30m", "10 m", "٣m", "1h\0"],
)
def test_anything_else_is_no_interval(text: str) -> None:
    assert "is not an interval" in refusal(text, kind=ScheduleType.INTERVAL)


@pytest.mark.parametrize("text", ["0s", "0m", "00h", "000d"])
def test_an_interval_of_nothing_is_refused(text: str) -> None:
    assert "must be at least 1s" in refusal(text)


@pytest.mark.parametrize("text", ["3661d", "999999999d", "9999999999d", "9" * 5000 + "d"])
def test_an_interval_beyond_ten_years_is_refused_however_long_it_is(text: str) -> None:
    assert "longer than ten years" in refusal(text)


@given(st.integers(1, 10**8), st.sampled_from("smhd"))
def test_an_interval_means_its_number_times_its_unit(number: int, unit: str) -> None:
    one = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}[unit]
    if number * one > 3660 * 86_400:
        assert "longer than ten years" in refusal(f"{number}{unit}")
    else:
        assert parse_interval(f"{number}{unit}").total_seconds() == number * one


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("30m", ScheduleType.INTERVAL, "30m"),
        (" 30m ", ScheduleType.INTERVAL, "30m"),
        ("0 9 * * 1", ScheduleType.CRON, "0 9 * * 1"),
        ("  0\t9  *\n* MON ", ScheduleType.CRON, "0 9 * * MON"),
    ],
)
def test_the_text_tells_its_type_and_its_blanks_are_folded(
    text: str, kind: ScheduleType, value: str
) -> None:
    assert parse_schedule(text) == Schedule(type=kind, value=value)


def test_a_type_that_does_not_fit_the_text_is_refused() -> None:
    assert "is not an interval" in refusal("0 9 * * 1", kind=ScheduleType.INTERVAL)
    assert "has five fields" in refusal("30m", kind=ScheduleType.CRON)


@pytest.mark.parametrize("text", ["0 9 * *", "0 9 * * 1 2026", "30 m"])
def test_a_cron_line_has_exactly_five_fields(text: str) -> None:
    message = refusal(text)
    assert message.startswith("schedule.value: ")
    assert f"has {len(text.split())}" in message


@pytest.mark.parametrize(
    ("line", "weekdays"),
    [
        ("0 0 * * 0", (0,)),
        ("0 0 * * 7", (0,)),
        ("0 0 * * sun", (0,)),
        ("0 0 * * 1", (1,)),
        ("0 0 * * Mon", (1,)),
        ("0 0 * * 6", (6,)),
        ("0 0 * * 1-5", (1, 2, 3, 4, 5)),
        ("0 0 * * mon-fri", (1, 2, 3, 4, 5)),
        ("0 0 * * 5-7", (0, 5, 6)),
        ("0 0 * * fri-sun", (0, 5, 6)),
        ("0 0 * * 0-7", (0, 1, 2, 3, 4, 5, 6)),
        ("0 0 * * */2", (0, 2, 4, 6)),
        ("0 0 * * */7", (0,)),
        ("0 0 * * 1/2", (1, 3, 5)),
        ("0 0 * * 1,3,SUN", (0, 1, 3)),
    ],
)
def test_weekdays_count_as_the_standard_counts_them(line: str, weekdays: tuple[int, ...]) -> None:
    assert parse_cron(line).weekdays == weekdays


@pytest.mark.parametrize(
    ("line", "field", "numbers"),
    [
        ("*/15 * * * *", "minutes", (0, 15, 30, 45)),
        ("5/20 * * * *", "minutes", (5, 25, 45)),
        ("59 * * * *", "minutes", (59,)),
        ("10-20/5 * * * *", "minutes", (10, 15, 20)),
        ("1,1,2-4,3 * * * *", "minutes", (1, 2, 3, 4)),
        ("0 */6 * * *", "hours", (0, 6, 12, 18)),
        ("0 0 1-31/10 * *", "days", (1, 11, 21, 31)),
        ("0 0 * JAN,jul *", "months", (1, 7)),
        ("0 0 * oct-dec *", "months", (10, 11, 12)),
        ("0 0 * */4 *", "months", (1, 5, 9)),
    ],
)
def test_lists_ranges_steps_and_names_are_expanded(
    line: str, field: str, numbers: tuple[int, ...]
) -> None:
    assert getattr(parse_cron(line), field) == numbers


def test_stars_name_everything_and_restrict_nothing() -> None:
    assert parse_cron("* * * * *") == CronFields(
        minutes=tuple(range(60)),
        hours=tuple(range(24)),
        days=tuple(range(1, 32)),
        months=tuple(range(1, 13)),
        weekdays=tuple(range(7)),
        any_day=True,
        any_weekday=True,
    )


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ("60 * * * *", "minute", "60 is not between 0 and 59"),
        ("* 24 * * *", "hour", "24 is not between 0 and 23"),
        ("* * 0 * *", "day", "0 is not between 1 and 31"),
        ("* * 32 * *", "day", "32 is not between 1 and 31"),
        ("* * * 13 *", "month", "13 is not between 1 and 12"),
        ("* * * * 8", "weekday", "8 is not between 0 and 7"),
        ("* * * foo *", "month", "'foo' is not a number"),
        ("mon * * * *", "minute", "'mon' is not a number"),
        ("*/0 * * * *", "minute", "0 is not between 1 and 59"),
        ("*/ * * * *", "minute", "'' is not a number"),
        ("1/2/3 * * * *", "minute", "'2/3' is not a number"),
        ("1,,2 * * * *", "minute", "'' is not a number"),
        ("-5 * * * *", "minute", "'' is not a number"),
        ("5-1 * * * *", "minute", "the range '5-1' runs backwards"),
        ("* * * * sat-mon", "weekday", "the range 'sat-mon' runs backwards"),
        ("1.5 * * * *", "minute", "'1.5' is not a number"),
        ("٣ * * * *", "minute", "is not a number"),
        ("9999999999 * * * *", "minute", "is not a number"),
    ],
)
def test_a_field_that_cannot_be_read_is_named_with_the_reason(
    line: str, field: str, reason: str
) -> None:
    message = refusal(line)
    assert f"the {field} field" in message
    assert reason in message


@pytest.mark.parametrize(
    "line", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30-31 feb *", "0 0 31 2 */2"]
)
def test_a_line_that_never_fires_is_refused(line: str) -> None:
    assert "never fires" in refusal(line)


@pytest.mark.parametrize("line", ["0 0 29 2 *", "0 0 31 4 1", "0 0 31 4,5 *", "0 0 29 2 */2"])
def test_a_line_that_fires_seldom_is_taken(line: str) -> None:
    assert slots_of(parse_schedule(line), NOON, ANA).after(NOON) is not None


def test_an_iana_zone_is_taken_with_its_name() -> None:
    schedule = parse_schedule("0 9 * * 1", timezone="America/Sao_Paulo")
    assert schedule.timezone == "America/Sao_Paulo"
    assert check_timezone("America/Sao_Paulo") == ZoneInfo("America/Sao_Paulo")


@pytest.mark.parametrize(
    "name",
    ["", "Mars/Olympus", "America", "/etc/passwd", "../../etc/passwd", "a\0b", "\ud800", "."],
)
def test_a_zone_that_is_none_is_refused_by_its_field(name: str) -> None:
    message = refusal("30m", timezone=name)
    assert message.startswith("schedule.timezone: there is no time zone")


@pytest.mark.parametrize("name", ["localtime", "posixrules", "Factory", "posix/UTC", "right/UTC"])
def test_what_differs_from_machine_to_machine_is_no_zone(name: str) -> None:
    message = refusal("30m", timezone=name)
    assert message.startswith("schedule.timezone: there is no time zone")


# -- any text ----------------------------------------------------------------------------------

LIMITS = {"minutes": (0, 59), "hours": (0, 23), "days": (1, 31), "months": (1, 12)}


@st.composite
def part(draw: st.DrawFn, low: int, high: int, last: int) -> tuple[str, set[int]]:
    """One part of a cron field, and the numbers that it names, told independently."""
    start = draw(st.integers(low, high))
    step = draw(st.integers(1, high))
    end = draw(st.integers(start, high))
    return draw(
        st.sampled_from(
            [
                ("*", set(range(low, last + 1))),
                (f"*/{step}", {n for n in range(low, last + 1) if (n - low) % step == 0}),
                (str(start), {start}),
                (f"{start}-{end}", {n for n in range(low, high + 1) if start <= n <= end}),
                (f"{start}-{end}/{step}", set(range(start, end + 1, step))),
                (f"{start}/{step}", {start} | set(range(start, last + 1, step))),
            ]
        )
    )


@st.composite
def cron_line(draw: st.DrawFn) -> tuple[str, dict[str, set[int]]]:
    texts, meant = [], {}
    for name, (low, high, last) in {
        **{name: (low, high, high) for name, (low, high) in LIMITS.items()},
        "weekdays": (0, 7, 6),
    }.items():
        parts = draw(st.lists(part(low, high, last), min_size=1, max_size=3))
        texts.append(",".join(text for text, _ in parts))
        meant[name] = set().union(*(numbers for _, numbers in parts))
    meant["weekdays"] = {day % 7 for day in meant["weekdays"]}
    return " ".join(texts), meant


@given(cron_line())
def test_a_cron_line_names_the_numbers_of_its_parts(line: tuple[str, dict[str, set[int]]]) -> None:
    text, meant = line
    result = outcome(text)
    if isinstance(result, InvalidSchedule):
        assert "never fires" in result.reason
        assert meant["months"] <= {2, 4, 6, 9, 11}
        return
    fields = parse_cron(text)
    for name, numbers in meant.items():
        assert getattr(fields, name) == tuple(sorted(numbers)), name


@given(cron_line())
def test_every_line_that_is_taken_fires_some_day(line: tuple[str, dict[str, set[int]]]) -> None:
    result = outcome(line[0])
    if isinstance(result, Schedule):
        slot = slots_of(result, NOON, ANA).after(NOON)
        assert slot is not None
        assert slot > NOON


@given(st.text(max_size=40) | st.text("0123456789*/,- smhdmonjan@", max_size=40))
def test_any_text_is_a_schedule_or_refused_with_a_sentence(text: str) -> None:
    result = outcome(text)
    if isinstance(result, InvalidSchedule):
        assert result.field == "schedule.value"
        assert result.reason
    else:
        assert parse_schedule(result.value, kind=result.type) == result


# -- names, L and # ----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "line"), NICKNAMES.items())
def test_a_name_stands_for_its_line_and_is_kept_as_it_was_written(name: str, line: str) -> None:
    assert parse_cron(name) == parse_cron(line)
    assert parse_schedule(name) == Schedule(type=ScheduleType.CRON, value=name)


@pytest.mark.parametrize("name", ["@reboot", "@every 5m", "@", "@daily 5"])
def test_a_name_that_is_none_is_answered_with_those_that_are(name: str) -> None:
    assert "@hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually" in refusal(name)


def local_days(line: str, year: int = 2026) -> list[str]:
    slots = slots_of(parse_schedule(line), NOON, ANA)
    start, end = datetime(year - 1, 12, 31, 23, 59, tzinfo=UTC), datetime(year, 12, 31, tzinfo=UTC)
    return [f"{slot:%d.%m}" for slot in slots_between(slots, start, end)]


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("0 9 L 1-4 *", ["31.01", "28.02", "31.03", "30.04"]),
        ("0 9 1,l 2 *", ["01.02", "28.02"]),
        ("0 9 * 1-3 5L", ["30.01", "27.02", "27.03"]),
        ("0 9 * 1-3 friL", ["30.01", "27.02", "27.03"]),
        ("0 9 * 1-3 fri#3", ["16.01", "20.02", "20.03"]),
        ("0 9 * 1-3 5#3", ["16.01", "20.02", "20.03"]),
        ("0 9 * 1-2 7#1", ["04.01", "01.02"]),
        ("0 9 * * mon#5", ["30.03", "29.06", "31.08", "30.11"]),
        ("0 9 15 1 fri#3", ["15.01", "16.01"]),
        ("0 9 * 2 sun,fri#3", ["01.02", "08.02", "15.02", "20.02", "22.02"]),
        ("0 9 L 2 mon#1", ["02.02", "28.02"]),
    ],
)
def test_days_by_their_place_in_the_month(line: str, days: list[str]) -> None:
    assert local_days(line) == days


def test_the_last_day_of_february_is_the_29th_in_a_leap_year() -> None:
    assert local_days("0 9 L 2 *", 2028) == ["29.02"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0 9 * * L", "'l' is not a number"),
        ("0 9 L-3 * *", "'L' is not a number"),
        ("0 9 * * fri#0", "0 is not between 1 and 5"),
        ("0 9 * * fri#6", "6 is not between 1 and 5"),
        ("0 9 * * #3", "'' is not a number"),
        ("0 9 * * 9L", "9 is not between 0 and 7"),
        ("0 9 */2 * fri#3", "beside a weekday with L or #, write '*' or days"),
    ],
)
def test_a_place_in_the_month_that_cannot_be_read_is_refused(line: str, reason: str) -> None:
    assert reason.lower() in refusal(line).lower()


# -- single moments ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-12-24T18:00", "2026-12-24T18:00"),
        ("2026-12-24 18:00", "2026-12-24T18:00"),
        ("2026-12-24t18:00:30z", "2026-12-24T18:00:30Z"),
        ("2026-12-24 18:00 -03:00", "2026-12-24T18:00-03:00"),
        ("2026-12-24T18:00+0530", "2026-12-24T18:00+0530"),
    ],
)
def test_a_date_with_a_time_is_a_moment(text: str, value: str) -> None:
    assert parse_schedule(text) == Schedule(type=ScheduleType.AT, value=value)
    assert parse_schedule(value).value == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-12-24", "write date and time, such as 2026-12-24T18:00"),
        ("2026-12-24T25:00", "hour must be in 0..23"),
        ("2026-02-30T18:00", "day is out of range for month"),
        ("2026-12-24T18", "is not a moment"),
        ("9999-12-31T23:59", "is not between 1970 and 2999"),
        ("0001-01-01T00:00", "is not between 1970 and 2999"),
    ],
)
def test_a_moment_that_is_none_is_refused(text: str, reason: str) -> None:
    message = refusal(text)
    assert message.startswith("schedule.value: ")
    assert reason in message


# -- the other rules ---------------------------------------------------------------------------


def rule_refusal(**rules: Any) -> str:
    with pytest.raises(InvalidSchedule) as caught:
        parse_schedule("30m", **rules)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("9:00-18:00", "09:00-18:00"),
        ("mon-fri 09:00-18:00", "mon-fri 09:00-18:00"),
        ("MON,TUE,Wed  9:00 - 24:00", "mon-wed 09:00-24:00"),
        ("fri-mon 22:00-06:00", "mon,fri-sun 22:00-06:00"),
        ("sat, sun 10:00-12:00", "sat,sun 10:00-12:00"),
        ("mon-sun 10:00-12:00", "10:00-12:00"),
    ],
)
def test_active_hours_are_kept_in_one_form(text: str, kept: str) -> None:
    assert parse_schedule("30m", active_hours=(text,)).active_hours == (kept,)
    assert str(parse_active_hours(kept)) == kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "write them like 09:00-18:00"),
        ("9-18", "write them like 09:00-18:00"),
        ("monday 09:00-18:00", "'monday' is no weekday"),
        ("mon- 09:00-18:00", "'' is no weekday"),
        ("09:00-25:00", "there is no time 25:00"),
        ("09:61-10:00", "there is no time 09:61"),
        ("24:00-06:00", "they cannot begin at 24:00"),
        ("09:00-09:00", "for the whole day write 00:00-24:00"),
    ],
)
def test_active_hours_that_cannot_be_read_are_refused_by_their_field(
    text: str, reason: str
) -> None:
    message = rule_refusal(active_hours=(text,))
    assert message.startswith("schedule.active_hours: ")
    assert reason in message


@pytest.mark.parametrize("text", ["2026-13-01", "02-30", "2026-02-29", "25.12.", "1-1", "٠١-٠١"])
def test_excluded_dates_that_are_none_are_refused_by_their_field(text: str) -> None:
    assert rule_refusal(excluded_dates=(text,)).startswith("schedule.excluded_dates: ")


def test_excluded_dates_are_taken_with_and_without_a_year() -> None:
    given = ("2026-12-25", "12-25", "02-29", "12-25")
    assert parse_schedule("30m", excluded_dates=given).excluded_dates == given[:3]


@pytest.mark.parametrize("seconds", [-1, 86_401, 1_800, 3_600])
def test_a_jitter_is_bounded_and_shorter_than_the_interval(seconds: int) -> None:
    assert rule_refusal(jitter_seconds=seconds).startswith("schedule.jitter_seconds: must be")


def test_an_end_before_the_start_is_refused() -> None:
    message = rule_refusal(starts_at=NOON, ends_at=NOON - timedelta(seconds=1))
    assert message == "schedule.ends_at: lies before starts_at"
