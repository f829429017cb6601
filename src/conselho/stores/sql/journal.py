"""The journal: what happened to timetables, to the clock and to the server, in the order of seq."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from conselho.models.event import EventDraft
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry
from conselho.stores.sql.outbox import store_events
from conselho.stores.sql.rows import journal_entry_of, journal_values, micros, storable
from conselho.stores.sql.schema import is_unsettled, journal

_LIGHT = (
    journal.c.seq,
    journal.c.at,
    journal.c.kind,
    journal.c.settled,
    journal.c.agent_id,
    journal.c.display_name,
    journal.c.detail,
    journal.c.seconds,
)


def write_journal(
    conn: sa.Connection, entries: Sequence[JournalEntry], drafts: Sequence[EventDraft]
) -> None:
    if entries:
        enter(conn, entries)
        store_events(conn, drafts, max(entry.at for entry in entries))


def enter(conn: sa.Connection, entries: Sequence[JournalEntry]) -> None:
    """Store entries within the transaction of what they tell of."""
    if entries:
        conn.execute(sa.insert(journal), [journal_values(entry) for entry in entries])


def newest(
    conn: sa.Connection, agent_id: AgentId | None, limit: int, before_seq: int | None
) -> list[JournalEntry]:
    statement = sa.select(*_LIGHT).order_by(journal.c.seq.desc()).limit(max(limit, 0))
    if agent_id is not None:
        statement = statement.where(journal.c.agent_id == storable(agent_id))
    if before_seq is not None:
        statement = statement.where(journal.c.seq < before_seq)
    return [journal_entry_of(row) for row in conn.execute(statement)]


def unsettled(conn: sa.Connection, agent_id: AgentId | None) -> list[JournalEntry]:
    statement = sa.select(*_LIGHT, journal.c.former).where(is_unsettled).order_by(journal.c.seq)
    if agent_id is not None:
        statement = statement.where(journal.c.agent_id == storable(agent_id))
    return [journal_entry_of(row) for row in conn.execute(statement)]


def settle(conn: sa.Connection, seqs: Collection[int]) -> None:
    if seqs:
        conn.execute(_SETTLE, [{"entry": seq} for seq in sorted(seqs)])


_SETTLE = (
    sa.update(journal)
    .where(journal.c.seq == sa.bindparam("entry"))
    .values(settled=sa.true(), former=None)
)


def prune_journal(conn: sa.Connection, before: datetime, limit: int) -> int:
    return conn.execute(_PRUNE, {"before": micros(before), "max": max(limit, 0)}).rowcount


_PRUNE = sa.delete(journal).where(
    journal.c.seq.in_(
        sa.select(journal.c.seq)
        .where(journal.c.settled.is_(sa.true()), journal.c.at < sa.bindparam("before"))
        .order_by(journal.c.seq)
        .limit(sa.bindparam("max"))
    )
)
