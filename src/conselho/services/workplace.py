"""What a process needs on its machine before it may run anything, and leaves behind in order."""

from __future__ import annotations

import asyncio
from pathlib import Path

from conselho.services.guardian import Guardian, end_former_guardians, start_guardian
from conselho.services.process import become_subreaper, reap_survivors
from conselho.services.scratch import remove_tree


class Workplace:
    """The place of one data directory's runs: `open` before the first one, `close` after the last.

    Only while holding the directory's lock: what another process runs would look like a leftover.
    """

    def __init__(self, *, home: str, scratch: Path) -> None:
        self._home = home
        self._scratch = scratch
        self._guardian: Guardian | None = None

    async def open(self) -> int:
        """End what a former process of this directory left running; how many processes that were.

        From here on a guardian ends this one's runs should it be killed.
        """
        become_subreaper()
        await asyncio.to_thread(end_former_guardians, self._home)
        self._guardian = await asyncio.to_thread(start_guardian, self._home)
        survivors = await asyncio.to_thread(reap_survivors, self._home)
        await asyncio.to_thread(remove_tree, self._scratch)
        return survivors

    def expect_word(self, seconds: float) -> None:
        """Should it hang for so many seconds, its runs end; never for 0. See Guardian."""
        if self._guardian is not None:
            self._guardian.expect_word(seconds)

    async def close(self) -> None:
        """No run is left. Calling twice is no error."""
        await asyncio.to_thread(remove_tree, self._scratch)
        if self._guardian is not None:
            await asyncio.to_thread(self._guardian.stop)
