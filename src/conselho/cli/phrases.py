"""Values as people read them: marks, ages, durations, times, schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as sign, word and style: the sign and the colour never stand alone.

    `plain_sign` is for terminals that cannot print `sign`.
    """

    sign: str
    plain_sign: str
    word: str
    style: str = ""


_MARKS = {
    mark.word: mark
    for mark in (
        Mark("✓", "+", "success", "green"),
        Mark("i", "i", "info", "cyan"),
        Mark("!", "!", "warning", "yellow"),
        Mark("✗", "x", "error", "bold red"),
        Mark("…", ".", "pending", "dim"),
        Mark("▶", ">", "running", "blue"),
        Mark("⊘", "-", "cancelled", "dim"),
        Mark("↷", "~", "skipped", "yellow"),
        Mark("∅", "0", "missed", "yellow"),
        Mark("·", ".", "waiting", ""),
        Mark("‖", "=", "paused", "dim"),
        Mark("▤", "#", "maintenance", "yellow"),
        Mark("✓", "+", "ready", "green"),
        Mark("·", ".", "not installed", "dim"),
    )
}


# Why a slot did not run: in few words, and in a sentence.
_REASONS = {
    "overlap": ("still at work", "The councilor was still at work."),
    "budget": ("budget spent", "Its budget, or that of the council, was spent."),
    "quiet_hours": ("quiet hours", "It was outside its active hours."),
    "excluded_date": ("excluded date", "Its schedule leaves this date out."),
    "maintenance": ("maintenance", "It was in a maintenance window."),
    "server_down": ("server down", "No server was there."),
    "late": ("server late", "The server was blocked or asleep, or its clock was set forward."),
    "too_old": ("too old", "It was too old to be caught up."),
    "changed": ("changed", "The schedule was changed, paused or taken away before it could start."),
}


def reason(word: str | None) -> str:
    """Why a slot did not run, in few words; one that is not known as it is."""
    return _REASONS.get(word or "", (word or "", ""))[0].replace("_", " ")


def reason_sentence(word: str | None) -> str:
    """As `reason`, in a sentence."""
    return _REASONS.get(word or "", ("", (word or "").replace("_", " ")))[1]


def mark(word: str) -> Mark:
    """The mark of a severity or a state; a word that is not known stands with a `?`."""
    return _MARKS.get(word) or Mark("?", "?", word)


def outcome(status: str | None, severity: str | None) -> Mark:
    """How a Task stands: its severity once it ran to an end, its status otherwise."""
    if status == "processing":
        return mark("running")
    if status in ("completed", "error") and severity:
        return mark(severity)
    return mark(status or "unknown")


def length(span: timedelta) -> str:
    """A length of time in its largest unit, rounded down: `12s`, `3m`, `5h`, `2d`."""
    seconds = max(0, int(span.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def duration(seconds: float | None) -> str:
    """How long a run took: `45ms`, `1.2s`, `3m 05s`, `2h 10m`."""
    if seconds is None or seconds < 0:
        return ""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m" if hours else f"{minutes}m {rest:02}s"


def due(moment: datetime | None, now: datetime) -> str:
    """When `moment` comes: `in 12s`; `now` for one that has passed, nothing for none."""
    if moment is None:
        return ""
    return f"in {length(moment - now)}" if moment > now else "now"


def age(moment: datetime | None, now: datetime) -> str:
    """When `moment` was: `12s ago`; nothing for none."""
    return "" if moment is None else f"{length(now - moment)} ago"


def clock(moment: datetime) -> str:
    """The time of day, in the zone of whoever reads."""
    return moment.astimezone().strftime("%H:%M:%S")


def calendar(moment: datetime | None) -> str:
    """Date and time, in the zone of whoever reads."""
    return "" if moment is None else moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def percent(rate: float | None) -> str:
    """A rate from 0 to 100."""
    return "" if rate is None else f"{rate:.0f}%"


def counted(count: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
