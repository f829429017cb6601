"""Figures for many spans of time: of the council from its counters, of one agent from an index.

A statement for each span. Of the council it adds up the quarters between, of an agent it reads the
index entries of its tasks: about 0.1 ms for each thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.models.durations import Durations
from conselho.models.ids import AgentId
from conselho.models.statistics import Lost, Tally
from conselho.stores.sql.counters import LOST, figures_of_tasks, tally, tally_of
from conselho.stores.sql.durations import RUNS, bucket, durations_in
from conselho.stores.sql.rows import storable
from conselho.stores.sql.schema import is_final, lost_counters, tasks
from conselho.stores.sql.spending import Span
from conselho.stores.sql.sums import quarter_of, total


def tallies(conn: sa.Connection, spans: Sequence[Span], agent_id: AgentId | None) -> list[Tally]:
    if agent_id is None:
        return [tally(conn, *span) for span in spans]
    statement = _tally_of_agent()
    return [
        tally_of(conn.execute(statement, _of_agent(span, agent_id)).one()._asdict())
        for span in spans
    ]


def durations(
    conn: sa.Connection, spans: Sequence[Span], agent_id: AgentId | None
) -> list[Durations]:
    if agent_id is None:
        return [durations_in(conn, span) for span in spans]
    return [
        Durations.of(
            {row.bucket: row.runs for row in conn.execute(_BUCKETS, _of_agent(span, agent_id))}
        )
        for span in spans
    ]


def lost(conn: sa.Connection, spans: Sequence[Span], agent_id: AgentId | None) -> list[Lost]:
    statement = _LOST if agent_id is None else _LOST_OF_AGENT
    found = []
    for span in spans:
        bounds = _bounds(span) if agent_id is None else _of_agent(span, agent_id)
        reasons: dict[str, dict[str, int]] = {status: {} for status in LOST}
        for status, reason, slots in conn.execute(statement, bounds):
            if slots:  # A row that grew left a zero behind.
                reasons[status][reason] = slots
        found.append(Lost(**reasons))
    return found


def _bounds(span: Span) -> dict[str, Any]:
    return {"since": quarter_of(span.since_us), "until": quarter_of(span.until_us)}


def _of_agent(span: Span, agent_id: AgentId) -> dict[str, Any]:
    return _bounds(span) | {"agent": storable(agent_id)}


_of_agent_in_span = (
    is_final,
    tasks.c.agent_id == sa.bindparam("agent"),
    tasks.c.ended_at >= sa.bindparam("since"),
    tasks.c.ended_at < sa.bindparam("until"),
)


@cache
def _tally_of_agent() -> sa.Select[Any]:
    figures: list[sa.Label[Any]] = [*figures_of_tasks()]
    return sa.select(*figures).where(*_of_agent_in_span)


def _judged(statuses: Sequence[str]) -> sa.ColumnElement[bool]:
    """In a form for which no planner looks for another index than that of the agent."""
    return sa.func.nullif(tasks.c.status, "").in_(statuses)


_length = bucket(tasks.c.duration_us).label("bucket")
_BUCKETS = (
    sa.select(_length, sa.func.count().label("runs"))
    .where(*_of_agent_in_span, _judged(RUNS), tasks.c.duration_us.is_not(None))
    .group_by(_length)
)
_reason = sa.func.coalesce(tasks.c.skip_reason, "")
_LOST_OF_AGENT = (
    sa.select(tasks.c.status, _reason, total(tasks.c.slot_count))
    .where(*_of_agent_in_span, _judged(LOST))
    .group_by(tasks.c.status, _reason)
)
_LOST = (
    sa.select(lost_counters.c.status, lost_counters.c.reason, total(lost_counters.c.slots))
    .where(
        lost_counters.c.quarter >= sa.bindparam("since"),
        lost_counters.c.quarter < sa.bindparam("until"),
    )
    .group_by(lost_counters.c.status, lost_counters.c.reason)
)
