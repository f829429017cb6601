"""When a server came and went, on record: what was missed in between has its reason there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from socket import gethostname

import structlog

from conselho.errors import StoreUnavailable
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.task import utc_text
from conselho.models.worker import SILENCE
from conselho.services.journal import journal_event
from conselho.store import Journal

log = structlog.get_logger(__name__)

# Between two of these lie entries of councilors; further back it is not worth looking.
_LOOK_BACK = 500
_KINDS = (JournalKind.SERVER_STARTED, JournalKind.SERVER_STOPPED)


async def alone(_: datetime) -> bool:
    """Of one server: always."""
    return True


async def came(
    journal: Journal, *, now: datetime, is_alone: bool = True, may_be_several: bool = False
) -> None:
    """Record that a server works from now on, and how the one before it ended.

    One that joins others ends no absence: slots came all the time. `may_be_several`: another one
    may start at this very moment, and be alone as well, as far as it knows.
    """
    if not is_alone:
        detail = f"A server joined the others, on {gethostname()}."
        await _write(journal, JournalKind.SERVER_JOINED, now, detail)
        return
    newest = await journal.journal(limit=_LOOK_BACK)
    before = next((entry for entry in newest if entry.kind in _KINDS), None)
    if may_be_several and before is not None and now - before.at <= SILENCE:
        before = None
    await _write(journal, JournalKind.SERVER_STARTED, now, _started(before))


async def went(
    journal: Journal, *, now: datetime, is_alone: Callable[[datetime], Awaitable[bool]] = alone
) -> None:
    """Record that the server stops; when the store is away, only its log says so.

    It must have said goodbye to the register: of two that stop at one time, one is the last.
    """
    try:
        if await is_alone(now):
            await _write(journal, JournalKind.SERVER_STOPPED, now, "The server was stopped.")
        else:
            detail = f"A server left the others, on {gethostname()}."
            await _write(journal, JournalKind.SERVER_LEFT, now, detail)
    except StoreUnavailable as error:
        log.warning("journal.not_written", reason=error.reason)


def _started(before: JournalEntry | None) -> str:
    if before is None:
        return "The server started."
    when = utc_text(before.at.replace(microsecond=0))
    if before.kind is JournalKind.SERVER_STOPPED:
        return f"The server started; it had been stopped at {when}."
    return (
        f"The server started; the one before it, of {when}, did not stop in order:"
        " it was killed, or the machine went down."
    )


async def _write(journal: Journal, kind: JournalKind, at: datetime, detail: str) -> None:
    entry = JournalEntry(at=at, kind=kind, detail=detail)
    await journal.write_journal([entry], events=[journal_event(entry)])
