"""Lists of tasks as a few ordered runs of index entries, to be merged.

Final rows of one (status, severity, trigger) stand in an index by created_at, so whatever the
filter, no entry is read that the page does not pass over. Those of one agent are one run, in which
the other filters are judged on the index entry. Active rows are few and read as they are.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from typing import Any, NamedTuple

import sqlalchemy as sa

from conselho.models.ids import AgentId
from conselho.models.task import ACTIVE
from conselho.store import TaskFilter
from conselho.stores.sql.counters import Kind, kinds
from conselho.stores.sql.rows import micros, storable
from conselho.stores.sql.schema import is_active, is_final, tasks

_Condition = sa.ColumnElement[bool]
Parameters = dict[str, Any]
newest_first = (tasks.c.created_at.desc(), tasks.c.task_id.desc())


class Runs(NamedTuple):
    """The runs to merge: one a kind (True: it has a severity), and the active rows if any.

    With an agent all kinds are one run. With `Given` it is the form of a statement without its
    values: one of twenty runs takes SQLAlchemy longer to put together than SQLite to run, so each
    form is built once.
    """

    given: Given
    kinds: tuple[bool, ...]
    active: bool


class Given(NamedTuple):
    """Which fields of a filter are set."""

    agent: bool
    statuses: bool
    severity: bool
    triggers: bool
    since: bool
    until: bool
    older: bool


def runs_of(conn: sa.Connection, where: TaskFilter) -> tuple[Runs, Parameters, int]:
    """The runs that hold what `where` asks for, their values, and how many rows they have.

    That number is without regard to `since`, `until`, `older_than` and `text`.
    """
    given = _given(where)
    matching = [
        kind
        for kind in kinds(conn, where.agent_id and AgentId(storable(where.agent_id)))
        if _matches(kind, where)
    ]
    parameters = _parameters(where, matching)
    active_rows = 0
    if where.severity is None and (not where.statuses or where.statuses & ACTIVE):
        active_rows = conn.execute(
            _count_active(given._replace(older=False)), parameters
        ).scalar_one()
    runs = Runs(given, tuple(kind.severity is not None for kind in matching), active_rows > 0)
    return runs, parameters, active_rows + sum(kind.tasks for kind in matching)


def _given(where: TaskFilter) -> Given:
    return Given(
        agent=where.agent_id is not None,
        statuses=bool(where.statuses),
        severity=where.severity is not None,
        triggers=bool(where.triggers),
        since=where.since is not None,
        until=where.until is not None,
        older=where.older_than is not None,
    )


def _matches(kind: Kind, where: TaskFilter) -> bool:
    return (
        (not where.statuses or kind.status in where.statuses)
        and (where.severity is None or kind.severity == where.severity)
        and (not where.triggers or kind.trigger in where.triggers)
    )


def _parameters(where: TaskFilter, matching: Sequence[Kind]) -> Parameters:
    values: Parameters = {
        "agent": where.agent_id and storable(where.agent_id),
        "statuses": sorted(where.statuses),
        "severity": where.severity and where.severity.value,
        "triggers": sorted(where.triggers),
        "since": where.since and micros(where.since),
        "until": where.until and micros(where.until),
    }
    if where.older_than:
        older_at, older_id = where.older_than
        values |= {"older_at": micros(older_at), "older_id": storable(older_id)}
    for number, kind in enumerate(matching):
        values[f"status_{number}"] = kind.status
        values[f"severity_{number}"] = kind.severity
        values[f"trigger_{number}"] = kind.trigger
    return values


@lru_cache(maxsize=64)
def _count_active(given: Given) -> sa.Select[Any]:
    return sa.select(sa.func.count()).where(*_active_run(given))


@lru_cache(maxsize=256)
def count_rows(runs: Runs) -> sa.Select[Any]:
    """The rows of all runs: plain counts, which SQLite makes faster than one over a union."""
    counts = [
        sa.select(sa.func.count()).select_from(tasks).where(*run).scalar_subquery()
        for run in _conditions(runs)
    ]
    return sa.select(reduce(operator.add, counts))


def merged(runs: Runs) -> sa.Subquery:
    """(created_at, task_id) of the rows of all runs, in no order, the newest `:merged` of each."""
    return sa.union_all(*map(_head, _conditions(runs))).subquery("merged")


def _head(run: Sequence[_Condition]) -> sa.Select[Any]:
    """The newest rows of a run: as many as a page could need, were they all from this one."""
    # Wrapped, because a part of a UNION cannot have an order and a limit of its own.
    part = (
        sa.select(tasks.c.created_at, tasks.c.task_id)
        .where(*run)
        .order_by(*newest_first)
        .limit(sa.bindparam("merged"))
        .subquery()
    )
    return sa.select(part.c.created_at, part.c.task_id)


def _conditions(runs: Runs) -> Iterable[Sequence[_Condition]]:
    if runs.given.agent and runs.kinds:
        yield (is_final, *_of_agent(runs.given), *_judged(runs.given), *_span(runs.given))
    elif runs.kinds:
        for number, has_severity in enumerate(runs.kinds):
            yield (is_final, *_of_kind(number, has_severity), *_span(runs.given))
    if runs.active:
        yield _active_run(runs.given)


def _active_run(given: Given) -> Sequence[_Condition]:
    return (
        is_active,
        *_of_agent(given),
        *_judged(given),
        *_span(given),
    )


def _of_agent(given: Given) -> Iterable[_Condition]:
    if given.agent:
        yield tasks.c.agent_id == sa.bindparam("agent")


def _of_kind(number: int, has_severity: bool) -> Iterable[_Condition]:
    severity = tasks.c.severity == sa.bindparam(f"severity_{number}")
    yield tasks.c.status == sa.bindparam(f"status_{number}")
    yield severity if has_severity else tasks.c.severity.is_(None)
    yield tasks.c.trigger == sa.bindparam(f"trigger_{number}")


def _judged(given: Given) -> Iterable[_Condition]:
    """The filter without agent and span, in a form for which no planner looks for an index."""
    if given.statuses:
        statuses: sa.BindParameter[str] = sa.bindparam("statuses", expanding=True)
        yield sa.func.nullif(tasks.c.status, "").in_(statuses)
    if given.severity:
        yield sa.func.nullif(tasks.c.severity, "") == sa.bindparam("severity")
    if given.triggers:
        triggers: sa.BindParameter[str] = sa.bindparam("triggers", expanding=True)
        yield sa.func.nullif(tasks.c.trigger, "").in_(triggers)


def _span(given: Given) -> Iterable[_Condition]:
    if given.since:
        yield tasks.c.created_at >= sa.bindparam("since")
    if given.until:
        yield tasks.c.created_at < sa.bindparam("until")
    if given.older:
        # The first condition is the bound of an index scan, which no planner sees in the second.
        yield tasks.c.created_at <= sa.bindparam("older_at")
        yield sa.or_(
            tasks.c.created_at < sa.bindparam("older_at"),
            tasks.c.task_id < sa.bindparam("older_id"),
        )
