"""The days that an iCalendar file names, worked out by a child process with bounds.

A few lines of iCalendar can keep a reader busy for hours ("every second, since the year 1", or a
31st of February for ever). So a child reads the file, with bounds for its time and its memory: what
goes wrong there is a problem of the file, and never one of the server.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SECONDS = 15.0


class InvalidCalendar(Exception):
    """A calendar that cannot be used; the message says why, without a full stop."""


def ical_dates(content: bytes, year: int) -> dict[str, str]:
    """`2026-12-25` -> the event's title, for all days from two years before `year` to ten after.

    Raises InvalidCalendar.
    """
    argv = [
        sys.executable,
        "-P",
        "-m",
        "conselho.services.ical_child",
        str(year - 2),
        str(year + 10),
    ]
    try:
        child = subprocess.run(
            argv, input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise InvalidCalendar(f"its events were not worked out in {SECONDS:g} s") from exc
    try:
        answer: dict[str, Any] = json.loads(child.stdout)
    except ValueError as exc:
        reason = "its events take more time or memory than a calendar may have"
        raise InvalidCalendar(reason) from exc
    if "problem" in answer:
        raise InvalidCalendar(answer["problem"])
    dates: dict[str, str] = answer["dates"]
    return dates
