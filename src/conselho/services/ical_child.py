"""Read iCalendar from stdin and print its days as JSON: the child of services.ical.

python -m conselho.services.ical_child FIRST_YEAR LAST_YEAR
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import date, datetime, timedelta
from typing import Any

import recurring_ical_events
from icalendar import Calendar, Component, Event

CPU_SECONDS = 10
MEMORY_BYTES = 1024 * 1024 * 1024
MOST_EVENTS = 5_000
MOST_DAYS = 20_000
LONGEST_EVENT_DAYS = 400
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_TITLE_LIMIT = 100


def main() -> None:
    first, last = map(int, sys.argv[1:])
    logging.disable()
    bound()
    try:
        answer: dict[str, Any] = {"dates": dates(sys.stdin.buffer.read(), first, last)}
    except Refused as exc:
        answer = {"problem": str(exc)}
    except MemoryError:
        answer = {"problem": "its events take more memory than a calendar may have"}
    except Exception as exc:  # noqa: BLE001  # the libraries raise all sorts of things
        reason = _printable(str(exc))[:200]
        answer = {"problem": f"it is not iCalendar: {reason or type(exc).__name__}"}
    json.dump(answer, sys.stdout)


class Refused(Exception):
    """What is no calendar of holidays."""


def bound() -> None:
    """Let the system end this process when it takes too much; where it can."""
    try:
        import resource  # there is none on Windows
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_AS, MEMORY_BYTES)):
        _, hard = resource.getrlimit(kind)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(kind, (most, hard))


def dates(content: bytes, first: int, last: int) -> dict[str, str]:
    """Every day of the years that an event touches, with the title of the first such event."""
    calendar = Calendar.from_ical(content)
    events = calendar.walk("VEVENT")
    if len(events) > MOST_EVENTS:
        raise Refused(f"it has more than {MOST_EVENTS} events")
    for event in events:
        _check(event)
    start, end = date(first, 1, 1), date(last + 1, 1, 1)
    found: dict[str, str] = {}
    for event in recurring_ical_events.of(calendar, components=["VEVENT"]).between(start, end):
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        for day in _days(event):
            if start <= day < end:
                found.setdefault(day.isoformat(), _title(event))
        if len(found) > MOST_DAYS:
            raise Refused("it excludes nearly every day")
    return found


def _check(event: Component) -> None:
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        frequency = {str(one).upper() for one in rule.get("FREQ", [])}
        if frequency & _TOO_OFTEN or any(f"BY{part}" in rule for part in ("SECOND", "MINUTE")):
            raise Refused("an event repeats more often than daily")


def _days(event: Event) -> list[date]:
    """The days by the clock on the wall of the event itself; its end is not part of it."""
    begin, end = event.start, event.end
    first = begin.date() if isinstance(begin, datetime) else begin
    until = end - timedelta(microseconds=1) if isinstance(end, datetime) else end - timedelta(1)
    last = max(until.date() if isinstance(until, datetime) else until, first)
    if (last - first).days > LONGEST_EVENT_DAYS:
        raise Refused(f"an event lasts longer than {LONGEST_EVENT_DAYS} days")
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _title(event: Component) -> str:
    return _printable(str(event.get("SUMMARY", "")))[:_TITLE_LIMIT]


def _printable(text: str) -> str:
    return "".join(character for character in " ".join(text.split()) if character.isprintable())


if __name__ == "__main__":
    main()
