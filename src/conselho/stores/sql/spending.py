"""What tasks spent: by agent and quarter of an hour, kept with the change that it comes from.

A Task counts once, with the usage of all its attempts, at its `spent_at`: the end of its newest
attempt that told a usage (docs/adr/0009-usage.md). So it counts from then on, whether it waits for
another attempt, runs it, or has ended in whatever way; and when a later attempt tells its usage,
the Task moves there as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from conselho.models.ids import AgentId
from conselho.models.statistics import Usage
from conselho.models.task import Task
from conselho.stores.sql.portable import bound, given
from conselho.stores.sql.rows import micros
from conselho.stores.sql.schema import tasks, usage_counters
from conselho.stores.sql.sums import QUARTER_US, Groups, add, gather, measures_of, quarter_of, total

_MEASURES = measures_of(usage_counters)


class Span(NamedTuple):
    """From one moment (inclusive) to another (exclusive), in microseconds since the epoch."""

    since_us: int
    until_us: int


def count_usage(
    conn: sa.Connection,
    added: Iterable[Task] = (),
    removed: Iterable[Task] = (),
    *,
    pruned: bool = False,
) -> None:
    """Add and take away what tasks spent; no statement when that changes nothing."""
    groups: Groups = {}
    for sign, changed in ((1, added), (-1, removed)):
        for task in changed:
            if task.usage and task.spent_at is not None:
                key = (task.agent_id, quarter_of(micros(task.spent_at)), pruned)
                gather(groups, key, sign, _amounts(Usage.of(task.usage)))
    changes = {key: amounts for key, amounts in groups.items() if any(amounts.values())}
    if changes:
        add(conn, usage_counters, changes)


def _amounts(usage: Usage) -> dict[str, int]:
    return {name: getattr(usage, name) for name in _MEASURES}


def usage_from_tasks() -> sa.Select[Any]:
    """The rows of usage_counters as the tasks that are there would have them."""
    quarter = tasks.c.spent_at - tasks.c.spent_at % QUARTER_US
    key = (tasks.c.agent_id, quarter)
    sums = [sa.func.count() if name == "runs" else total(tasks.c[name]) for name in _MEASURES]
    return sa.select(*key, sa.false(), *sums).where(tasks.c.spent_at.is_not(None)).group_by(*key)


def usage_in_spans(
    conn: sa.Connection, agents: Sequence[AgentId] | None, spans: Sequence[Span]
) -> list[dict[AgentId, Usage]]:
    """For each span what each agent spent in it; agents that spent nothing are absent.

    A statement for each span steps down the table's key to each agent, and reads the quarters
    between: about 0.1 ms for each hundred.
    """
    statement = _in_span(conn.dialect.name, agents is not None)
    ids = {} if agents is None else {"ids": bound(agents)}
    return [
        {
            row.agent_id: Usage(**{name: getattr(row, name) for name in _MEASURES})
            for row in conn.execute(statement, ids | _bounds(span))
        }
        for span in spans
    ]


def _bounds(span: Span) -> dict[str, int]:
    return {"since": quarter_of(span.since_us), "until": quarter_of(span.until_us)}


@cache
def _in_span(dialect: str, of_some: bool) -> sa.Select[Any]:
    agents = given(dialect) if of_some else _all_agents()
    counted = usage_counters.c
    return (
        sa.select(counted.agent_id, *(total(counted[name]).label(name) for name in _MEASURES))
        .where(
            counted.agent_id.in_(sa.select(agents.c.id)),
            counted.quarter >= sa.bindparam("since"),
            counted.quarter < sa.bindparam("until"),
        )
        .group_by(counted.agent_id)
        # A Task that moved to another quarter leaves a row of zeros behind.
        .having(sa.func.sum(counted.runs) != 0)
    )


def _all_agents() -> sa.CTE:
    """The agents of the table, by steps from one to the next: DISTINCT would read all rows."""
    agent_id = usage_counters.c.agent_id
    first = sa.select(sa.func.min(agent_id).label("id")).cte("agents", recursive=True)
    following = sa.select(sa.func.min(agent_id)).where(agent_id > first.c.id).scalar_subquery()
    return first.union_all(sa.select(following).where(first.c.id.is_not(None)))
