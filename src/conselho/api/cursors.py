"""Where a page of tasks goes on, as an opaque text in URLs."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Final

from conselho.errors import Invalid
from conselho.models.ids import TaskId

Place = tuple[datetime, TaskId]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def cursor_of(place: Place | None) -> str | None:
    """The text for a place; None for none."""
    if place is None:
        return None
    created_at, task_id = place
    plain = f"{(created_at - _EPOCH) // _MICROSECOND} {task_id}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """The place that `cursor_of` made a text of. Raises Invalid for any other text."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        plain = base64.b64decode(padded, altchars="-_", validate=True).decode()
        micros, _, task_id = plain.partition(" ")
        place = _EPOCH + int(micros) * _MICROSECOND, TaskId(task_id)
    except (ValueError, OverflowError, binascii.Error):
        raise _unknown() from None
    if not task_id or cursor_of(place) != cursor:
        raise _unknown()
    return place


def _unknown() -> Invalid:
    return Invalid(
        "cursor", "is not one that this server gave; leave it out to begin at the newest"
    )
