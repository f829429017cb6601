"""Watches the clocks while the server runs, and puts on record what happened to them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.models.journal import JournalEntry, JournalKind
from conselho.services.attendance import alone
from conselho.services.clock_watch import Trouble, compare
from conselho.services.journal import journal_event
from conselho.store import Journal

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0


class Timekeeper:
    """Compares the clocks every few seconds; after each look the alarm is told to look, too."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        *,
        look: Callable[[], None],
        is_alone: Callable[[datetime], Awaitable[bool]] = alone,
    ) -> None:
        """`look` is called after each look, whatever was seen. `is_alone`: whether no other server
        sees to the schedules; beside others, nobody was away while this one slept.
        """
        self._journal = journal
        self._clock = clock
        self._look = look
        self._is_alone = is_alone
        self._before = clock.read()
        self._unwritten: list[Trouble] = []
        self.steps: Counter[JournalKind] = Counter()
        self.lag_seconds = 0.0

    async def run(self) -> None:
        """Look until cancelled."""
        self._before = self._clock.read()
        while True:
            await self._clock.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> list[Trouble]:
        """What happened since the last look; it is in the journal as soon as the store answers."""
        after = self._clock.read()
        found = compare(self._before, after, LOOK_SECONDS)
        self.lag_seconds = max(after.awake - self._before.awake - LOOK_SECONDS, 0.0)
        self._before = after
        self._look()
        for trouble in found:
            self.steps[trouble.kind] += 1
            log.warning("clock.trouble", kind=trouble.kind, detail=trouble.sentence)
        self._unwritten += found
        await self._write()
        return found

    async def _write(self) -> None:
        if not self._unwritten:
            return
        try:
            is_alone = await self._is_alone(self._clock.now())
            entries = [_entry(one, is_alone=is_alone) for one in self._unwritten]
            await self._journal.write_journal(
                entries, events=[journal_event(entry) for entry in entries]
            )
        except StoreUnavailable as error:
            log.warning("clock.not_recorded", reason=error.reason)
        else:
            self._unwritten.clear()


def _entry(trouble: Trouble, *, is_alone: bool) -> JournalEntry:
    """`seconds` make an absence out of it; the sentence tells how long it was anyway."""
    was_away = is_alone or trouble.kind not in (JournalKind.SUSPENDED, JournalKind.BLOCKED)
    return JournalEntry(
        at=trouble.at,
        kind=trouble.kind,
        detail=trouble.sentence,
        seconds=trouble.seconds if was_away else None,
    )
