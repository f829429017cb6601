"""What ended in a span of time for many agents: rows of those with few, counts of the others.

The counts read nothing but the index of an agent's figures, about 0.4 ms for each thousand rows. A
statement for each agent: one for all of them would sort the rows of the whole council together,
which takes twice as long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.models.ids import AgentId
from conselho.models.lanes import Lane, StepCount, Steps, chosen
from conselho.models.task import LOST_SLOT, Status, Task, Trigger
from conselho.models.verdict import Severity
from conselho.stores.sql.portable import bound, given, given_rows
from conselho.stores.sql.rows import (
    LIGHT_COLUMNS,
    SEVERITY,
    STATUS,
    ended_at,
    micros,
    moment_of,
    storable,
    task_of,
)
from conselho.stores.sql.schema import agent_counters, is_final, tasks

_MICROSECOND = timedelta(microseconds=1)
_LOST = tuple(sorted(status.value for status in LOST_SLOT))

Parameters = dict[str, Any]


def lanes(
    conn: sa.Connection, agents: Sequence[AgentId], steps: Steps, most: int, troubles: int
) -> dict[AgentId, Lane]:
    span: Parameters = {"since": micros(steps.since), "until": micros(steps.until)}
    dense = set(_dense(conn, agents, span, most))
    counts = _counts(conn, [agent for agent in agents if agent in dense], span, steps)
    wanted = {
        (agent, count.newest, count.status, count.severity)
        for agent, found in counts.items()
        for count in chosen(found, troubles)
    }
    at = [[storable(agent), micros(newest)] for agent, newest, *_ in wanted]
    # Two may have ended in one microsecond.
    newest = (
        task
        for task in _rows(conn, _ended_at, {"wanted": bound(at)})
        if (task.agent_id, ended_at(task), task.status, task.severity) in wanted
    )
    sparse = [agent for agent in agents if agent not in dense]
    rows = {
        task.task_id: task
        for task in (
            *_rows(conn, _all_rows, {"ids": bound(map(storable, sparse))} | span),
            *newest,
            *_rows(conn, _crossing, {"wanted": bound(_edges(agents, counts, steps))}),
        )
    }
    of_agent: dict[AgentId, list[Task]] = {agent: [] for agent in agents}
    for task in sorted(rows.values(), key=lambda task: (ended_at(task), task.task_id)):
        of_agent[task.agent_id].append(task)
    return {
        agent: Lane(rows=tuple(found), counts=counts.get(agent))
        for agent, found in of_agent.items()
        if found or agent in counts
    }


def _rows(conn: sa.Connection, select: Any, parameters: Parameters) -> Iterable[Task]:
    return map(task_of, conn.execute(select(conn.dialect.name), parameters).all())


def _dense(
    conn: sa.Connection, agents: Sequence[AgentId], span: Parameters, most: int
) -> Iterable[AgentId]:
    """Those with more than `most` rows: their entries are not read further than that."""
    parameters = span | {"ids": bound(map(storable, agents)), "most": most}
    return conn.execute(_dense_ones(conn.dialect.name), parameters).scalars()


_in_span = (
    is_final,
    tasks.c.ended_at >= sa.bindparam("since"),
    tasks.c.ended_at < sa.bindparam("until"),
)


@cache
def _dense_ones(dialect: str) -> sa.Select[Any]:
    wanted = given(dialect)
    one_more = (
        sa.select(tasks.c.ended_at)
        .where(*_in_span, tasks.c.agent_id == wanted.c.id)
        .order_by(tasks.c.ended_at)
        .limit(1)
        .offset(sa.bindparam("most"))
        .scalar_subquery()
    )
    return sa.select(wanted.c.id).where(one_more.is_not(None))


def _counts(
    conn: sa.Connection, agents: Sequence[AgentId], span: Parameters, steps: Steps
) -> dict[AgentId, list[StepCount]]:
    # What clients had an agent do beside is none of the council's; the index does not tell it.
    mixed = set(conn.execute(_MIXED).scalars()) if agents else set()
    length = {"length": steps.length // _MICROSECOND}
    return {
        agent: _counts_of(conn, span | length | {"agent": storable(agent)}, agent in mixed)
        for agent in agents
    }


def _counts_of(conn: sa.Connection, parameters: Parameters, mixed: bool) -> list[StepCount]:
    """Success is what remains of all rows: to group the others alone sorts far fewer of them."""
    others = [
        StepCount(
            step=step,
            status=STATUS[status],
            severity=SEVERITY[severity],
            rows=rows,
            slots=slots or 0,
            newest=moment_of(newest),
        )
        for step, status, severity, rows, slots, newest in conn.execute(
            _OTHERS[mixed], parameters
        ).all()
    ]
    left = Counter({count.step: 0 for count in others})
    for count in others:
        left[count.step] += count.rows
    return others + [
        StepCount(
            step=step,
            status=Status.COMPLETED,
            severity=Severity.SUCCESS,
            rows=rows - left[step],
            newest=moment_of(newest),
        )
        for step, rows, newest in conn.execute(_ALL[mixed], parameters).all()
        if rows > left[step]
    ]


_MIXED = (
    sa.select(agent_counters.c.agent_id)
    .where(agent_counters.c.trigger == Trigger.API.value, agent_counters.c.tasks > 0)
    .distinct()
)
_place = (tasks.c.ended_at - sa.bindparam("since")) // sa.bindparam("length")
_of_agent = (*_in_span, tasks.c.agent_id == sa.bindparam("agent"))
_newest = sa.func.max(tasks.c.ended_at)
_all = (
    sa.select(_place.label("place"), sa.func.count(), _newest)
    .where(*_of_agent)
    .group_by(sa.text("place"))
)
_others = (
    sa.select(
        _place.label("place"),
        tasks.c.status,
        tasks.c.severity,
        sa.func.count(),
        sa.func.sum(tasks.c.slot_count),
        _newest,
    )
    .where(
        *_of_agent,
        sa.or_(tasks.c.severity.is_(None), tasks.c.severity != Severity.SUCCESS.value),
    )
    .group_by(sa.text("place"), tasks.c.status, tasks.c.severity)
)
# By whether the agent has rows that are none of the council's.
_ALL = {False: _all, True: _all.where(tasks.c.is_councilor_execution)}
_OTHERS = {False: _others, True: _others.where(tasks.c.is_councilor_execution)}


@cache
def _all_rows(dialect: str) -> sa.Select[Any]:
    """In no order: a sort in SQL would carry whole rows."""
    wanted = given(dialect)
    return sa.select(*LIGHT_COLUMNS).join(
        wanted,
        sa.and_(tasks.c.agent_id == wanted.c.id, *_in_span, tasks.c.is_councilor_execution),
    )


@cache
def _ended_at(dialect: str) -> sa.Select[Any]:
    """The rows of an agent that ended at a moment; nearly always one."""
    wanted = given_rows(dialect, "wanted", agent=sa.Text, at=sa.BigInteger)
    return sa.select(*LIGHT_COLUMNS).join(
        wanted,
        sa.and_(
            is_final,
            tasks.c.agent_id == wanted.c.agent,
            tasks.c.ended_at == wanted.c.at,
            tasks.c.is_councilor_execution,
        ),
    )


def _edges(
    agents: Sequence[AgentId], counts: dict[AgentId, list[StepCount]], steps: Steps
) -> list[list[Any]]:
    """Moments that lost slots may reach across: the end of the span, the start of a step.

    Of the latter only those of steps that count a row with several slots.
    """
    starts = {
        (agent, steps.start(count.step))
        for agent, found in counts.items()
        for count in found
        if count.slots > count.rows
    }
    ends = {(agent, steps.until) for agent in agents}
    return [[storable(agent), micros(moment)] for agent, moment in starts | ends]


@cache
def _crossing(dialect: str) -> sa.Select[Any]:
    """The row of lost slots of an agent that begins before a moment and ends at it or behind."""
    wanted = given_rows(dialect, "wanted", agent=sa.Text, at=sa.BigInteger)
    other = tasks.alias("other")
    # What an agent's rows cover does not overlap: it is the first that ends there, or none.
    first = (
        sa.select(other.c.task_id)
        .where(
            other.c.agent_id == wanted.c.agent,
            other.c.covers_until.is_not(None),
            other.c.covers_until >= wanted.c.at,
        )
        .order_by(other.c.covers_until)
        .limit(1)
        .correlate(wanted)
        .scalar_subquery()
    )
    return sa.select(*LIGHT_COLUMNS).join_from(
        wanted,
        tasks,
        sa.and_(
            tasks.c.task_id == first,
            tasks.c.slot_from < wanted.c.at,
            sa.func.nullif(tasks.c.status, "").in_(_LOST),
        ),
    )
