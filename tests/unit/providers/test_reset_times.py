"""When a provider takes requests again, in all the ways that providers and CLIs say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from conselho.providers.reset_times import LONGEST_WAIT, from_epoch, reset_time
from tests.support.clock import NOON

SAO_PAULO = ZoneInfo("America/Sao_Paulo")  # 9:00 there is NOON


def seconds(said: str = "", headers: dict[str, str] | None = None) -> float | None:
    moment = reset_time(said, now=NOON, headers=headers, zone=SAO_PAULO)
    return None if moment is None else (moment - NOON).total_seconds()


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("scripted rate limit, retry in 7s", 7),
        ("Rate limit reached for gpt. Please try again in 1m2.5s. Visit https://x", 62.5),
        ("Please try again in 20ms.", 0.02),
        ("Please retry in 34.074824224s.", 34.074824),
        ("Your quota will reset after 2h3m4s.", 7384),
        ("Try again in 1 day 2 hours 3 minutes.", 93_780),
        ("try again in 2 hours, and 5 minutes", 7500),
        ("resets in 4hr", 14_400),
        ('{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "30s"}', 30),
        ('{"retry_delay": "1.5s"}', 1.5),
        ('{"error": {"type": "usage_limit_reached", "resets_in_seconds": 3600}}', 3600),
        ("Retry-After: 120", 120),
        ("retry-after-ms: 1500", 1.5),
        ("retry after 45 seconds", 45),
        ("retry in 12", 12),
        ("You exceeded your quota.\nSuggested retry after 12s.", 12),
    ],
)
def test_a_length_of_time_counts_from_now(said: str, wait: float) -> None:
    assert seconds(said) == pytest.approx(wait, abs=1e-5)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("Claude AI usage limit reached|{0}", "2026-11-22T15:00"),
        ('{{"resets_at": {0}}}', "2026-11-22T15:00"),
        ('{{"resetsAt": {0}000}}', "2026-11-22T15:00"),
    ],
)
def test_an_epoch_is_the_moment_itself(said: str, moment: str) -> None:
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    epoch = int(expected.timestamp())
    assert reset_time(said.format(epoch), now=NOON) == expected


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("You've hit your limit · resets 3pm (America/Sao_Paulo)", "2026-11-22T18:00"),
        ("You've hit your limit · resets 3pm (UTC)", "2026-11-22T15:00"),
        ("5-hour limit reached ∙ resets 3pm", "2026-11-22T18:00"),
        ("limit reached, resets 8:30am", "2026-11-23T11:30"),  # over there it is 9 already
        ("resets at 12am", "2026-11-23T03:00"),
        ("resets at 12pm", "2026-11-22T15:00"),
        ("Weekly limit reached ∙ resets Nov 26, 5pm (America/Sao_Paulo)", "2026-11-26T20:00"),
        ("try again at 3:15 PM.", "2026-11-22T18:15"),
        ("or try again at Nov 26th, 2026 3:15 PM.", "2026-11-26T18:15"),
        ("try again at 15:20", "2026-11-22T18:20"),
        ('"reset_at": "2026-11-22T20:15:00Z"', "2026-11-22T20:15"),
        ("try again at 2026-11-22T20:15:00+02:00", "2026-11-22T18:15"),
        ("resets at 2026-11-22 20:15", "2026-11-22T23:15"),
    ],
)
def test_a_time_of_day_is_its_next_occurrence_where_it_was_said(said: str, moment: str) -> None:
    expected = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert reset_time(said, now=NOON, zone=SAO_PAULO) == expected


def test_a_date_without_a_year_may_lie_in_the_next_one() -> None:
    late = datetime(2026, 12, 30, 12, tzinfo=UTC)
    told = reset_time("resets Jan 2, 5pm (UTC)", now=late)
    assert told == datetime(2027, 1, 2, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "30"}, 30),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"retry-after": "Sun, 22 Nov 2026 12:01:00 GMT"}, 60),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"anthropic-ratelimit-unified-reset": str(int(NOON.timestamp()) + 90)}, 90),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "0"}, None),
        ({}, None),
    ],
)
def test_headers_are_read(headers: dict[str, str], wait: float | None) -> None:
    assert seconds(headers=headers) == wait


def test_a_header_is_more_exact_than_a_text() -> None:
    assert seconds("try again in 10s", {"retry-after": "7"}) == 7


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Internal server error",
        "try again later",
        "try again in a while",
        "retry in 0s",
        "resets_in_seconds: -5",
        "usage limit reached|1000000000",  # 2001
        "usage limit reached|99999999999999",
        "resets 25pm",
        "resets 77:99",
        "resets 0am",
        "resets 3",
        "resets 3pm (Mars/Olympus)",
        "resets 3pm (/etc/passwd)",
        "resets 3pm (America)",
        "resets Nov 31, 3pm",
        "resets Foo 3, 3pm",
        "resets Nov 1, 2020 3pm",
        "try again at 9999-99-99T99:99:99Z",
        "retry in 9999999999d",
        "try again at 2020-01-01T00:00:00Z",
    ],
)
def test_nonsense_and_the_past_are_as_if_nothing_was_said(said: str) -> None:
    assert seconds(said) is None


def test_nobody_waits_longer_than_the_longest_limit_that_providers_have() -> None:
    assert reset_time("try again in 90 days", now=NOON) == NOON + LONGEST_WAIT
    assert timedelta(days=7) <= LONGEST_WAIT


@pytest.mark.parametrize("value", [None, 0.0, -1.0, 1e300, float("nan"), 5.0])
def test_an_epoch_that_is_none_gives_no_moment(value: float | None) -> None:
    assert from_epoch(value, now=NOON) is None


@pytest.mark.parametrize(
    "hostile", ["retry in 1" * 2000, "resets nov 1 " * 2000, "reset " * 4000, "try again in 1m" * 9]
)
def test_a_hostile_text_gives_a_moment_or_none(hostile: str) -> None:
    moment = reset_time(hostile, now=NOON)
    assert moment is None or NOON < moment <= NOON + LONGEST_WAIT
