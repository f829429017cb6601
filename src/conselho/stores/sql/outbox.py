"""The outbox: events are rows, written in the transaction of the change that they tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from conselho.models.event import Announce, Event, EventDraft
from conselho.models.task import Task
from conselho.stores.sql.rows import event_of, event_values
from conselho.stores.sql.schema import event_head, events


def tell(conn: sa.Connection, tasks: Iterable[Task], announce: Announce, now: datetime) -> None:
    """Store what `announce` says of each changed task, in order."""
    store_events(conn, [draft for task in tasks for draft in announce(task)], now)


def store_events(conn: sa.Connection, drafts: Sequence[EventDraft], now: datetime) -> None:
    if not drafts:
        return
    newest: int = conn.execute(_TAKE_NUMBERS, {"count": len(drafts)}).scalar_one()
    first = newest - len(drafts) + 1
    conn.execute(_INSERT, [event_values(draft, first + i, now) for i, draft in enumerate(drafts)])


_TAKE_NUMBERS = (
    sa.update(event_head)
    .values(newest=event_head.c.newest + sa.bindparam("count"))
    .returning(event_head.c.newest)
)
_INSERT = sa.insert(events)


def events_after(conn: sa.Connection, seq: int, limit: int, identity: str) -> list[Event]:
    rows = conn.execute(_AFTER, {"seq": seq, "limit": limit})
    return [event_of(row, identity) for row in rows]


_AFTER = (
    sa.select(events.c.seq, events.c.type, events.c.agent_id, events.c.created_at, events.c.data)
    .where(events.c.seq > sa.bindparam("seq"))
    .order_by(events.c.seq)
    .limit(sa.bindparam("limit"))
)


def event_span(conn: sa.Connection) -> tuple[int, int]:
    oldest, newest = conn.execute(_SPAN).one()
    return (newest + 1 if oldest is None else oldest), newest


_SPAN = sa.select(
    sa.select(sa.func.min(events.c.seq)).scalar_subquery(),
    sa.select(event_head.c.newest).scalar_subquery(),
)


def prune_events(conn: sa.Connection, keep: int, limit: int) -> int:
    oldest, newest = event_span(conn)
    # Numbers have no gaps, so the newest `keep` are a range.
    last = min(newest - keep, oldest + limit - 1)
    return conn.execute(_PRUNE, {"last": last}).rowcount


_PRUNE = sa.delete(events).where(events.c.seq <= sa.bindparam("last"))
