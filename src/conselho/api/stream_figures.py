"""What the event stream counts of itself, for /metrics. Cheap: nothing is counted per delivery."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from conselho.api.batches import Batch
from conselho.models.buckets import Buckets

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True, eq=False)
class StreamFigures:
    """Since the start of the server.

    opened: streams that began. deliveries: events written to clients, sent_bytes with their
    framing. latency: from the publication of an event to its write. evictions: clients cut off
    because they did not read. resumes: by where the events came from (`ring`, `store`). resets: by
    why (`foreign`, `ahead`, `pruned`).
    """

    opened: int = 0
    deliveries: int = 0
    sent_bytes: int = 0
    latency: Buckets = field(default_factory=lambda: Buckets(SECONDS))
    evictions: int = 0
    resumes: Counter[str] = field(default_factory=Counter)
    resets: Counter[str] = field(default_factory=Counter)

    def written(self, batch: Batch, now: float, *, is_live: bool) -> None:
        """Count what has been written of a batch since it was last counted.

        Only what `is_live` counts as latency: who resumes gets old events by nature.
        """
        writes, batch.writes = batch.writes, 0
        self.sent(writes * len(batch.data), events=writes * len(batch.published_at))
        if is_live:
            for published_at in batch.published_at:
                self.latency.add(max(now - published_at, 0.0), writes)

    def sent(self, size_bytes: int, *, events: int) -> None:
        self.deliveries += events
        self.sent_bytes += size_bytes
