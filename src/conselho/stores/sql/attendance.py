"""When servers came and went, and what is known of those that did not say so."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from conselho.models.journal import JournalKind
from conselho.models.uptime import Sign
from conselho.stores.sql.durations import RUNS
from conselho.stores.sql.rows import micros, moment_of
from conselho.stores.sql.schema import is_final, is_of_council, journal, tasks

# A server that is started again each second would fill a month with millions of them.
MOST_SIGNS = 2_000
_BOUNDARIES = (JournalKind.SERVER_STARTED, JournalKind.SERVER_STOPPED)
_TROUBLES = (JournalKind.SUSPENDED, JournalKind.BLOCKED)


def signs(conn: sa.Connection, since: datetime) -> list[Sign]:
    """The newest MOST_SIGNS, oldest first."""
    found: list[Sign] = []
    before: JournalKind | None = None
    for row in reversed(conn.execute(_SIGNS, {"since": micros(since)}).all()):
        kind = JournalKind(row.kind)
        alive_at = None
        if (kind, before) == (JournalKind.SERVER_STARTED, JournalKind.SERVER_STARTED):
            alive_at = _alive_before(conn, row.seq, row.at)
        found.append(Sign(at=moment_of(row.at), kind=kind, seconds=row.seconds, alive_at=alive_at))
        before = kind if kind in _BOUNDARIES else before
    return found


def _select_signs() -> sa.Select[tuple[int, int, str, float | None]]:
    entry = journal.c
    last_before = (
        sa.select(entry.seq)
        .where(is_of_council, entry.kind.in_(_BOUNDARIES), entry.at < sa.bindparam("since"))
        .order_by(entry.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(entry.seq, entry.at, entry.kind, entry.seconds)
        .where(
            is_of_council,
            entry.kind.in_((*_BOUNDARIES, *_TROUBLES)),
            entry.seq >= sa.func.coalesce(last_before, 0),
        )
        .order_by(entry.seq.desc())
        .limit(MOST_SIGNS)
    )


_SIGNS = _select_signs()


def _alive_before(conn: sa.Connection, seq: int, at: int) -> datetime | None:
    newest = max(
        conn.execute(statement, {"seq": seq, "at": at}).scalar() or 0
        for statement in (_ENTRY_BEFORE, _RUN_BEFORE)
    )
    return moment_of(newest) if newest else None


_ENTRY_BEFORE = (
    sa.select(journal.c.at)
    .where(journal.c.seq < sa.bindparam("seq"), journal.c.at < sa.bindparam("at"))
    .order_by(journal.c.seq.desc())
    .limit(1)
)
# Before, not up to: what the start itself decided on ended at that very moment. The status in a
# form for which no planner looks for an index, or it would sort all that ever ran.
_RUN_BEFORE = (
    sa.select(tasks.c.ended_at)
    .where(
        is_final,
        tasks.c.ended_at < sa.bindparam("at"),
        sa.func.nullif(tasks.c.status, "").in_(RUNS),
    )
    .order_by(tasks.c.ended_at.desc())
    .limit(1)
)
