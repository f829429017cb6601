"""A cron line read field by field, by the book and without our code: crontab(5)."""

from __future__ import annotations

from datetime import datetime


def named(line: str, moment: datetime) -> bool:
    """Whether a line of numbers names this minute of the clock; months are not looked at."""
    minute, hour, day, _, weekday = line.split()
    day_ok = reads(day, 1, 31, moment.day)
    weekday_ok = any(
        reads(weekday, 0, 6 if "*" in weekday else 7, number)
        for number in {moment.isoweekday() % 7, moment.isoweekday()}
    )
    either = not day.startswith("*") and not weekday.startswith("*")
    date_ok = (day_ok or weekday_ok) if either else (day_ok and weekday_ok)
    return reads(minute, 0, 59, moment.minute) and reads(hour, 0, 23, moment.hour) and date_ok


def reads(text: str, low: int, high: int, value: int) -> bool:
    return any(_reads_part(part, low, high, value) for part in text.split(","))


def _reads_part(part: str, low: int, high: int, value: int) -> bool:
    span, _, step = part.partition("/")
    first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
    start, end = int(first), int(last or first)
    return start <= value <= end and (value - start) % int(step or 1) == 0
