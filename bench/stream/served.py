"""`conselho serve` with a metronome in it: `python -m bench.stream.served OPTIONS-OF-SERVE`.

Everything is as `conselho serve` starts it. One more service stores a journal entry at a steady
rate, with its event, in the store's own transaction; what comes after that (relay, bus, hub) is the
product's way from a change to its clients. `ts` is the moment at which the service made the entry,
so that the write into the store counts.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

from bench.stream.metronome import Metronome, padding
from conselho.api import loaded
from conselho.api.doors import Doors
from conselho.cli.main import main
from conselho.config import Settings
from conselho.models.event import EventDraft, EventType
from conselho.models.journal import JournalEntry, JournalKind
from conselho.services.data_dir import DataDir
from conselho.store import Store

# The frame and the fields around the padding, about.
AROUND_BYTES = 200

_load = loaded.load


async def _load_with_metronome(
    settings: Settings, data_dir: DataDir, doors: Doors
) -> loaded.LoadedServer:
    server = await _load(settings, data_dir, doors)
    system = server._system

    async def publish(due: float, size: int) -> None:
        await _publish(system.store, due, size)

    metronome = Metronome(publish)
    metronome.listen()
    system.spawn("bench.metronome", metronome.run)
    return server


async def _publish(store: Store, due: float, size: int) -> None:
    entry = JournalEntry(at=datetime.now(UTC), kind=JournalKind.BACKFILL)
    data: dict[str, Any] = {"due": due, "detail": padding(size, AROUND_BYTES)}
    draft = EventDraft(type=EventType.JOURNAL, agent_id="", data=data)
    await store.write_journal([entry], events=[draft])


if __name__ == "__main__":
    # `conselho serve` imports it by name when it starts to serve.
    loaded.load = _load_with_metronome
    sys.argv[:1] = ["conselho", "serve"]
    sys.exit(main())
