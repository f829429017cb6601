"""What the store counts, in figures: it is the same on every server of a council.

What the store must be asked for is kept for a few seconds, so that many scrapers cost no more than
one; it comes from the store's counters, which take the same time however many tasks there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from prometheus_client.metrics_core import Metric

from conselho.api.families import Row, counter, gauge
from conselho.api.kept import Kept
from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.models.statistics import Activity, Lost, Tally
from conselho.models.task import SKIPPED_FOR, SkipReason, Status
from conselho.models.verdict import Severity
from conselho.models.worker import SILENCE, Backlog, Worker
from conselho.store import Store

log = structlog.get_logger(__name__)

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the store counts: active tasks and live workers at `at`, and how all others ended."""

    at: datetime
    activity: Activity
    tally: Tally
    lost: Lost = field(default_factory=Lost)
    workers: Sequence[Worker] = ()
    backlogs: Sequence[Backlog] = ()


class StoreFigures:
    """What the store counts, asked for at most every KEPT_SECONDS."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept = Kept(clock, self._ask)

    async def counted(self) -> Counted | None:
        """None while the store does not answer: an old figure would look like a quiet council."""
        return await self._kept.get()

    async def _ask(self) -> Counted | None:
        now = self._clock.now()
        # To tomorrow: the clock may have been set back since the newest run ended.
        until = now + timedelta(days=1)
        try:
            activity = await self._store.activity()
            tally = await self._store.tally(since=_BEGINNING, until=until)
            [lost] = await self._store.lost([(_BEGINNING, until)])
            known = await self._store.workers(since=now - SILENCE)
            workers = [worker for worker in known if worker.works]
            backlogs = await self._store.backlogs(now=now)
        except StoreUnavailable as error:
            log.warning("metrics.store_unavailable", reason=error.reason)
            return None
        return Counted(
            at=now,
            activity=activity,
            tally=tally,
            lost=lost,
            workers=[worker for worker in workers if worker.is_live(now)],
            backlogs=backlogs,
        )


def store_families(counted: Counted | None) -> Iterable[Metric]:
    """What the store counts; that it does not answer is a figure as well."""
    yield gauge("store_up", "1 when the store answers.", (), [(0 if counted is None else 1,)])
    if counted is None:
        return
    yield from _present(counted)
    tally = counted.tally
    yield counter(
        "runs_total",
        "Tasks that ended.",
        ("status",),
        [
            (Status.COMPLETED.value, tally.completed),
            (Status.ERROR.value, tally.error),
            (Status.CANCELLED.value, tally.cancelled),
        ],
    )
    yield counter(
        "verdicts_total",
        "Runs that came to an end by themselves, by severity.",
        ("severity",),
        [
            (Severity.SUCCESS.value, tally.success),
            (Severity.INFO.value, tally.info),
            (Severity.WARNING.value, tally.warning),
            (Severity.ERROR.value, tally.severity_error),
        ],
    )
    yield counter(
        "cost_usd_total",
        "What runs cost, as their agents tell it.",
        (),
        [(tally.cost_microusd / 1_000_000,)],
    )
    yield counter(
        "slots_lost_total",
        "Slots that did not run, by why.",
        ("status", "reason"),
        _lost_rows(counted.lost),
    )


def _present(counted: Counted) -> Iterable[Metric]:
    yield gauge(
        "tasks",
        "Tasks that have not ended.",
        ("status",),
        [
            (Status.PENDING.value, counted.activity.pending),
            (Status.PROCESSING.value, counted.activity.processing),
        ],
    )
    yield gauge("workers", "Workers that told of themselves lately.", (), [(len(counted.workers),)])
    # The queue without a name is always there: an alert needs it to be there before.
    waiting: dict[str, tuple[int, float]] = {"": (0, 0.0)}
    for one in counted.backlogs:
        waiting[one.queue or ""] = (one.waiting, (counted.at - one.oldest).total_seconds())
    yield gauge(
        "queue_tasks",
        "Tasks that are due and wait for a worker.",
        ("queue",),
        [(queue, number) for queue, (number, _) in waiting.items()],
    )
    yield gauge(
        "queue_oldest_seconds",
        "How long the oldest of them waits.",
        ("queue",),
        [(queue, max(seconds, 0.0)) for queue, (_, seconds) in waiting.items()],
    )


def _lost_rows(lost: Lost) -> list[Row]:
    """Every reason that there is, and those that only older stores know."""
    rows: dict[tuple[str, str], int] = {}
    for reason in SkipReason:
        status = Status.SKIPPED if reason in SKIPPED_FOR else Status.MISSED
        rows[status.value, reason.value] = 0
    rows |= {(Status.SKIPPED.value, reason): slots for reason, slots in lost.skipped.items()}
    rows |= {(Status.MISSED.value, reason): slots for reason, slots in lost.missed.items()}
    return [(status, reason, slots) for (status, reason), slots in rows.items()]
