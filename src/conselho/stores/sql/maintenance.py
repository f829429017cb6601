"""Maintenance windows: a few rows, read whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from conselho.errors import AlreadyExists, Conflict, NotFound
from conselho.models.event import EventDraft
from conselho.models.journal import JournalEntry
from conselho.models.maintenance import Maintenance
from conselho.stores.sql.journal import enter
from conselho.stores.sql.outbox import store_events
from conselho.stores.sql.portable import insert
from conselho.stores.sql.rows import maintenance_of, maintenance_values, micros, storable
from conselho.stores.sql.schema import maintenance


def add_maintenance(
    conn: sa.Connection,
    window: Maintenance,
    drafts: Sequence[EventDraft],
    entries: Sequence[JournalEntry],
) -> None:
    statement = insert(conn.dialect.name, maintenance).on_conflict_do_nothing()
    if not conn.execute(statement, maintenance_values(window)).rowcount:
        raise AlreadyExists("maintenance window", window.window_id)
    enter(conn, entries)
    store_events(conn, drafts, window.created_at)


def end_maintenance(
    conn: sa.Connection,
    window_id: str,
    now: datetime,
    drafts: Sequence[EventDraft],
    entries: Sequence[JournalEntry],
) -> Maintenance:
    row = conn.execute(_LOCKED, {"id": storable(window_id)}).one_or_none()
    if row is None:
        raise NotFound("maintenance window", window_id)
    window = maintenance_of(row)
    # One that is still to come is left without any time between its start and its end.
    ends_at = max(now, window.starts_at)
    if window.ends_at is not None and window.ends_at <= ends_at:
        raise Conflict(f"The maintenance window {window_id!r} has ended already.")
    conn.execute(_END, {"id": window.window_id, "end": micros(ends_at)})
    enter(conn, entries)
    store_events(conn, drafts, now)
    return replace(window, ends_at=ends_at)


_LOCKED = (
    sa.select(maintenance).where(maintenance.c.window_id == sa.bindparam("id")).with_for_update()
)
_END = (
    sa.update(maintenance)
    .where(maintenance.c.window_id == sa.bindparam("id"))
    .values(ends_at=sa.bindparam("end"))
)


def windows(conn: sa.Connection, until_after: datetime | None) -> list[Maintenance]:
    statement = sa.select(maintenance).order_by(maintenance.c.starts_at, maintenance.c.window_id)
    if until_after is not None:
        still = maintenance.c.ends_at > micros(until_after)
        statement = statement.where(sa.or_(maintenance.c.ends_at.is_(None), still))
    return [maintenance_of(row) for row in conn.execute(statement)]
