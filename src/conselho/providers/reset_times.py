"""When a provider takes requests again, from its headers and from what it says.

    retry-after: 30                        try again in 1m2.5s       resets in 2 hours 5 minutes
    retry-after: Wed, 25 Nov 2026 ...      "retryDelay": "30s"       "resets_in_seconds": 3600
    limit reached|1764100000               "resets_at": 1764100000   resets 3pm (America/Sao_Paulo)
    try again at Nov 26th, 2026 3:15 PM    "resetsAt": "2026-11-26T15:15:00Z"

A time that has passed, or lies beyond a year, is nonsense: then it is as if nothing was said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime
from typing import Final
from zoneinfo import ZoneInfo

# The longest limits that providers have are weekly ones.
LONGEST_WAIT: Final = timedelta(days=8)
_NONSENSE: Final = timedelta(days=366)
_LONGEST_TEXT: Final = 16 << 10

# Every repetition below has a bound, so that each search is linear in the length of the text.
_FLAGS = re.IGNORECASE | re.ASCII
_IN = re.compile(
    r"(?:try again|retry|retrying|resets?|available(?: again)?) (?:in|after):? {0,2}(?:about |~)?"
    r'|retry[ _-]?(?:delay|after)(?:[ _-](?:seconds|ms))?["\']?\s{0,3}[:=]\s{0,3}["\']?'
    r'|resets?_in(?:_seconds)?["\']?\s{0,3}[:=]\s{0,3}["\']?',
    _FLAGS,
)
_AMOUNT = re.compile(
    r"[\s,]{0,3}(?:and )?(\d{1,10}(?:\.\d{1,9})?)\s{0,2}"
    r"(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])",
    _FLAGS,
)
_BARE = re.compile(r"\d{1,10}(?:\.\d{1,9})?", _FLAGS)
_EPOCH = re.compile(
    r'(?:resets?_?at|reset_?time|retry_?at|limit reached)["\']?\s{0,3}[|:=]\s{0,3}["\']?'
    r"(\d{10}|\d{13})(?!\d)",
    _FLAGS,
)
_ISO = re.compile(
    r'(?:reset|again|retry|until)[a-z_ ]{0,16}["\']?\s{0,3}[:=]?\s{0,3}["\']?'
    r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)",
    _FLAGS,
)
_CLOCK = re.compile(
    r"(?:resets?|again)(?: at| on)? {0,2}"
    r"(?:(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,?(?: (?P<year>\d{4}),?)?"
    r"(?: at)? )?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap]m)?(?![a-z0-9:])"
    r"(?: {0,2}\((?P<zone>[a-z0-9_+/-]{1,40})\))?",
    _FLAGS,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_UNIT_SECONDS = {"ms": 0.001, "mi": 60.0, "m": 60.0, "s": 1.0, "h": 3600.0, "d": 86_400.0}


def reset_time(
    said: str,
    *,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    zone: tzinfo | None = None,
) -> datetime | None:
    """The moment that `headers` or `said` name, in UTC; at most LONGEST_WAIT from `now`.

    `zone`: where a time of day without a zone is meant, this machine's unless given.
    """
    said = said[:_LONGEST_TEXT]
    for found in (*_from_headers(headers or {}, now), *_from_text(said, now, zone)):
        moment = _sensible(found, now)
        if moment is not None:
            return moment
    return None


def from_epoch(value: float | None, *, now: datetime) -> datetime | None:
    """The moment of seconds, or milliseconds, since 1970, if it is sensible."""
    if value is None:
        return None
    return _sensible(_moment(value), now)


def _sensible(found: datetime | None, now: datetime) -> datetime | None:
    if found is None or not now < found <= now + _NONSENSE:
        return None
    return min(found, now + LONGEST_WAIT).astimezone(UTC)


def _from_headers(headers: Mapping[str, str], now: datetime) -> Iterator[datetime | None]:
    told = {name.lower(): value.strip() for name, value in headers.items()}
    yield _later(now, _number(told.get("retry-after-ms")), 0.001)
    after = told.get("retry-after", "")
    yield _later(now, _number(after), 1.0)
    yield _http_date(after)
    limit = _number(told.get("anthropic-ratelimit-unified-reset"))
    yield _moment(limit) if limit is not None else None


def _from_text(said: str, now: datetime, zone: tzinfo | None) -> Iterator[datetime | None]:
    for match in _IN.finditer(said):
        yield _later(now, _length(said, match.end(), match.group(0)), 1.0)
    for match in _EPOCH.finditer(said):
        yield _moment(float(match.group(1)))
    for match in _ISO.finditer(said):
        yield _iso(match.group(1), zone)
    for match in _CLOCK.finditer(said):
        yield _clock(match, now, zone)


def _length(said: str, start: int, anchor: str) -> float | None:
    """Seconds of `1m2.5s`, `2 hours 5 minutes`, `30`, from `start` on."""
    seconds, position = None, start
    while match := _AMOUNT.match(said, position):
        unit = match.group(2).lower()
        per_unit = _UNIT_SECONDS.get(unit[:2]) or _UNIT_SECONDS[unit[0]]
        seconds = (seconds or 0.0) + float(match.group(1)) * per_unit
        position = match.end()
    if seconds is None and (bare := _BARE.match(said, start)):
        milliseconds = "ms" in anchor.lower().removesuffix('"').rstrip(" :='\"")[-3:]
        seconds = float(bare.group(0)) * (0.001 if milliseconds else 1.0)
    return seconds


def _later(now: datetime, number: float | None, seconds: float) -> datetime | None:
    if number is None or not 0 < number * seconds <= _NONSENSE.total_seconds():
        return None
    return now + timedelta(seconds=number * seconds)


def _number(said: str | None) -> float | None:
    if not said or len(said) > 40:
        return None
    try:
        number = float(said)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _moment(value: float) -> datetime | None:
    if not 0 < value < 1e14:
        return None
    return datetime.fromtimestamp(value / 1000 if value >= 1e11 else value, UTC)


def _http_date(said: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(said[:60])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _iso(said: str, zone: tzinfo | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said.upper())
        return moment if moment.tzinfo else _placed(moment, zone)
    except (ValueError, OverflowError, OSError):
        return None


def _clock(match: re.Match[str], now: datetime, zone: tzinfo | None) -> datetime | None:
    """A time of day: its next occurrence, unless it comes with a date."""
    hour, minute, half = int(match["hour"]), match["minute"], match["half"]
    if half is None and minute is None:
        return None
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    try:
        place = ZoneInfo(match["zone"]) if match["zone"] else zone
        here = now.astimezone(place).replace(
            hour=hour, minute=int(minute or 0), second=0, microsecond=0, tzinfo=None
        )
        if match["month"]:
            month = _MONTHS.index(match["month"][:3].lower()) + 1
            here = here.replace(
                year=int(match["year"] or here.year), month=month, day=int(match["day"])
            )
            if not match["year"] and _placed(here, place) < now - timedelta(days=31):
                here = here.replace(year=here.year + 1)
        elif _placed(here, place) <= now:
            here += timedelta(days=1)
        return _placed(here, place)
    except (ValueError, KeyError, OverflowError, OSError):
        return None  # the 31st of November, hour 77, a zone that nobody knows


def _placed(naive: datetime, zone: tzinfo | None) -> datetime:
    """`naive` as a moment there; without a zone, on this machine."""
    return naive.replace(tzinfo=zone) if zone else naive.astimezone()
