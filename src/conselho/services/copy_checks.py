"""What a store must be before another one is copied into it, and what must be equal afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from conselho.errors import Conflict
from conselho.models.ids import AgentId
from conselho.models.task import Status, Task, utc_text
from conselho.models.worker import SILENCE
from conselho.store import CopyMark, Store, TaskFilter

_TOLD: Final = 5
# All that ever was, in spans that every store reads quickly; lost slots may lie ahead.
_EVER: Final = (datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def is_unowned(task: Task) -> bool:
    """Whether the older system left this Task (docs/stores.md) and never ended it: nobody will."""
    is_active = task.status in (Status.PENDING, Status.PROCESSING)
    return is_active and task.idempotency_key == f"task:{task.task_id}"


async def at_work(store: Store, now: datetime) -> str | None:
    """Who works with a store, in a sentence; None when nobody does, and no run is left open."""
    live = [one for one in await store.workers(since=now - SILENCE) if one.is_live(now)]
    if live:
        where = ", ".join(sorted({one.host for one in live})[:_TOLD])
        return (
            f"{len(live)} server or worker processes were at work with it less than"
            f" {SILENCE.total_seconds():g} s ago, on {where}. Stop them all; one that was killed"
            " is forgotten in a moment."
        )
    where_processing = TaskFilter(statuses=frozenset({Status.PROCESSING}))
    # Those of the older system are never ended: they are told of, and left.
    rows = await store.portion(where_processing, limit=1_000)
    running = [task.task_id for task in rows if not is_unowned(task)]
    if running:
        names = ", ".join(running[:_TOLD]) + (", ..." if running[_TOLD:] else "")
        return (
            f"{len(running)} runs are still processing ({names}): who ran them was killed. Start a"
            " server with it once more, which decides on them within a lease, and stop it in order."
        )
    return None


async def half_a_copy(store: Store) -> str | None:
    """That a store is half a copy, in a sentence; None for one that is whole."""
    mark = await store.copy_mark()
    if mark is None or mark.finished_at is not None:
        return None
    return (
        f"It holds half a copy of another store, begun at {_when(mark.begun_at)}. Run the same"
        " `conselho copy-store` again, which goes on where it stopped; or begin anew in an empty"
        " one."
    )


async def mark_for(source: Store, target: Store, now: datetime) -> CopyMark:
    """What the target says of the copy that is made into it now, or goes on.

    Raises Conflict when it is not empty, and no copy of this very source as it is now.
    """
    _, source_seq = await source.event_span()
    _, target_seq = await target.event_span()
    mark = await target.copy_mark()
    if mark is None:
        held = await _held(target)
        if held:
            raise Conflict(
                f"The store to write to is not empty: it holds {held}. Copy into an empty one."
            )
        return CopyMark(source=source.identity, source_seq=source_seq, begun_at=now)
    if mark.source != source.identity:
        raise Conflict(
            f"The store to write to holds a copy of another store, begun at {_when(mark.begun_at)}."
            " Copy into an empty one."
        )
    if target_seq:
        raise Conflict(
            f"This store was copied there at {_when(mark.begun_at)}, and a server has worked with"
            " the copy since: it has a history of its own now. Copy into an empty one."
        )
    if mark.source_seq != source_seq:
        raise Conflict(
            f"A server has worked with the store to read since its copy was begun at"
            f" {_when(mark.begun_at)}: what is there of it may be out of date. Begin anew in an"
            " empty one."
        )
    return mark


def _when(moment: datetime) -> str:
    return utc_text(moment.replace(microsecond=0))


async def _held(store: Store) -> str:
    """What a store holds, for people; empty when there is nothing."""
    agents = len(await store.agents())
    rows = (await store.tasks(TaskFilter(), limit=0)).total
    parts = {
        f"{agents} agents": agents,
        f"{rows} runs and rows of lost slots": rows,
        "a journal": len(await store.journal(limit=1)),
        "tokens": len(await store.tokens()),
        "an audit": len(await store.audit(limit=1)),
        "maintenance windows": len(await store.maintenance()),
    }
    return ", ".join(name for name, number in parts.items() if number)


async def differences(source: Store, target: Store, agents: Sequence[AgentId]) -> list[str]:
    """What two stores say otherwise of the same council, a sentence each."""
    span = [_EVER]
    pairs = {
        "lifetime figures of agents": (
            await source.statistics(agents),
            await target.statistics(agents),
        ),
        "figures of the council": (await source.tallies(span), await target.tallies(span)),
        "durations": (await source.durations(span), await target.durations(span)),
        "lost slots": (await source.lost(span), await target.lost(span)),
        "what was spent": (
            await source.usage_by_day(None, days=span),
            await target.usage_by_day(None, days=span),
        ),
        "slots accounted for": (await source.watermarks(agents), await target.watermarks(agents)),
        "tasks that are active": (await source.activity(), await target.activity()),
    }
    found = [f"The two differ in: {name}." for name, (one, other) in pairs.items() if one != other]
    if not await target.recount():
        found.append("The counters of the copy were wrong; they are right now.")
    return found
