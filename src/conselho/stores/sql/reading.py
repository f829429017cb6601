"""Questions about tasks: single ones, lists, marks, what is active."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache, reduce
from typing import Any, NamedTuple

import sqlalchemy as sa

from conselho.errors import NotFound
from conselho.models.ids import AgentId, TaskId
from conselho.models.statistics import Activity
from conselho.models.task import ACTIVE, Status, Task
from conselho.store import TaskFilter, TaskPage
from conselho.stores.sql.counters import Kind, kinds
from conselho.stores.sql.portable import bound, given
from conselho.stores.sql.rows import (
    COLUMNS,
    LIGHT_COLUMNS,
    WHOLE_COLUMNS,
    micros,
    storable,
    task_of,
)
from conselho.stores.sql.schema import is_active, is_final, tasks

_Condition = sa.ColumnElement[bool]
_newest_first = (tasks.c.created_at.desc(), tasks.c.task_id.desc())


def task_by_id(conn: sa.Connection, task_id: TaskId) -> Task:
    row = conn.execute(_ONE, {"id": storable(task_id)}).one_or_none()
    if row is None:
        raise NotFound("task", task_id)
    return task_of(row)


_ONE = sa.select(*WHOLE_COLUMNS).where(tasks.c.task_id == sa.bindparam("id"))


def page(conn: sa.Connection, where: TaskFilter, limit: int, offset: int) -> TaskPage:
    """A page out of a few ordered runs of index entries, merged.

    Final rows of one (status, severity, trigger) stand in an index by created_at, so whatever the
    filter, no entry is read that the page does not pass over. Those of one agent are one run, in
    which the other filters are judged on the index entry. Active rows are few and read as they are.
    Without `since` and `until` the total comes from the counters; with them the entries of that
    span are counted, some 0.1 ms for each thousand. An offset costs as the entries that it skips.
    """
    given_fields = _given(where)
    matching = [
        kind
        for kind in kinds(conn, where.agent_id and AgentId(storable(where.agent_id)))
        if _matches(kind, where)
    ]
    parameters = _parameters(where, matching)
    active_rows = 0
    if where.severity is None and (not where.statuses or where.statuses & ACTIVE):
        active_rows = conn.execute(_count_active(given_fields), parameters).scalar_one()
    runs = _Runs(
        given_fields, tuple(kind.severity is not None for kind in matching), active_rows > 0
    )
    total = active_rows + sum(kind.tasks for kind in matching)
    if total and (where.since or where.until):
        total = conn.execute(_count_runs(runs), parameters).scalar_one()
    if limit <= 0 or offset >= total:
        return TaskPage(total=total)
    parameters |= {"limit": limit, "offset": offset, "merged": limit + offset}
    return TaskPage(tasks=list(map(task_of, conn.execute(_page(runs), parameters))), total=total)


class _Given(NamedTuple):
    """Which fields of a filter are set: with _Runs, the form of a statement without its values.

    A statement of twenty runs takes SQLAlchemy longer to put together than SQLite to run, so each
    form is built once.
    """

    agent: bool
    statuses: bool
    severity: bool
    triggers: bool
    since: bool
    until: bool


class _Runs(NamedTuple):
    """The runs to merge: one a kind (True: it has a severity), and the active rows if any.

    With an agent all kinds are one run.
    """

    given: _Given
    kinds: tuple[bool, ...]
    active: bool


def _given(where: TaskFilter) -> _Given:
    return _Given(
        agent=where.agent_id is not None,
        statuses=bool(where.statuses),
        severity=where.severity is not None,
        triggers=bool(where.triggers),
        since=where.since is not None,
        until=where.until is not None,
    )


def _matches(kind: Kind, where: TaskFilter) -> bool:
    return (
        (not where.statuses or kind.status in where.statuses)
        and (where.severity is None or kind.severity == where.severity)
        and (not where.triggers or kind.trigger in where.triggers)
    )


def _parameters(where: TaskFilter, matching: Sequence[Kind]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "agent": where.agent_id and storable(where.agent_id),
        "statuses": sorted(where.statuses),
        "severity": where.severity and where.severity.value,
        "triggers": sorted(where.triggers),
        "since": where.since and micros(where.since),
        "until": where.until and micros(where.until),
    }
    for number, kind in enumerate(matching):
        values[f"status_{number}"] = kind.status
        values[f"severity_{number}"] = kind.severity
        values[f"trigger_{number}"] = kind.trigger
    return values


@lru_cache(maxsize=64)
def _count_active(given_fields: _Given) -> sa.Select[Any]:
    return sa.select(sa.func.count()).where(*_active_run(given_fields))


@lru_cache(maxsize=256)
def _count_runs(runs: _Runs) -> sa.Select[Any]:
    """The rows of all runs: plain counts, which SQLite makes faster than one over a union."""
    counts = [
        sa.select(sa.func.count()).select_from(tasks).where(*run).scalar_subquery()
        for run in _conditions(runs)
    ]
    return sa.select(reduce(operator.add, counts))


@lru_cache(maxsize=256)
def _page(runs: _Runs) -> sa.Select[Any]:
    merged = sa.union_all(*map(_head, _conditions(runs))).subquery("merged")
    on_page = (
        sa.select(merged.c.task_id)
        .order_by(merged.c.created_at.desc(), merged.c.task_id.desc())
        .limit(sa.bindparam("limit"))
        .offset(sa.bindparam("offset"))
        .subquery("on_page")
    )
    return (
        sa.select(*COLUMNS)
        .join(on_page, on_page.c.task_id == tasks.c.task_id)
        .order_by(*_newest_first)
    )


def _head(run: Sequence[_Condition]) -> sa.Select[Any]:
    """The newest rows of a run: as many as a page could need, were they all from this one."""
    # Wrapped, because a part of a UNION cannot have an order and a limit of its own.
    part = (
        sa.select(tasks.c.created_at, tasks.c.task_id)
        .where(*run)
        .order_by(*_newest_first)
        .limit(sa.bindparam("merged"))
        .subquery()
    )
    return sa.select(part.c.created_at, part.c.task_id)


def _conditions(runs: _Runs) -> Iterable[Sequence[_Condition]]:
    if runs.given.agent and runs.kinds:
        yield (is_final, *_of_agent(runs.given), *_judged(runs.given), *_span(runs.given))
    elif runs.kinds:
        for number, has_severity in enumerate(runs.kinds):
            yield (is_final, *_of_kind(number, has_severity), *_span(runs.given))
    if runs.active:
        yield _active_run(runs.given)


def _active_run(given_fields: _Given) -> Sequence[_Condition]:
    return (
        is_active,
        *_of_agent(given_fields),
        *_judged(given_fields),
        *_span(given_fields),
    )


def _of_agent(given_fields: _Given) -> Iterable[_Condition]:
    if given_fields.agent:
        yield tasks.c.agent_id == sa.bindparam("agent")


def _of_kind(number: int, has_severity: bool) -> Iterable[_Condition]:
    severity = tasks.c.severity == sa.bindparam(f"severity_{number}")
    yield tasks.c.status == sa.bindparam(f"status_{number}")
    yield severity if has_severity else tasks.c.severity.is_(None)
    yield tasks.c.trigger == sa.bindparam(f"trigger_{number}")


def _judged(given_fields: _Given) -> Iterable[_Condition]:
    """The filter without agent and span, in a form for which no planner looks for an index."""
    if given_fields.statuses:
        statuses: sa.BindParameter[str] = sa.bindparam("statuses", expanding=True)
        yield sa.func.nullif(tasks.c.status, "").in_(statuses)
    if given_fields.severity:
        yield sa.func.nullif(tasks.c.severity, "") == sa.bindparam("severity")
    if given_fields.triggers:
        triggers: sa.BindParameter[str] = sa.bindparam("triggers", expanding=True)
        yield sa.func.nullif(tasks.c.trigger, "").in_(triggers)


def _span(given_fields: _Given) -> Iterable[_Condition]:
    if given_fields.since:
        yield tasks.c.created_at >= sa.bindparam("since")
    if given_fields.until:
        yield tasks.c.created_at < sa.bindparam("until")


def statuses(conn: sa.Connection, idempotency_keys: Sequence[str]) -> dict[str, Status]:
    found = conn.execute(_statuses(conn.dialect.name), {"ids": bound(idempotency_keys)})
    return {key: Status(status) for key, status in found}


@cache
def _statuses(dialect: str) -> sa.Select[Any]:
    wanted = given(dialect)
    return sa.select(tasks.c.idempotency_key, tasks.c.status).join(
        wanted, tasks.c.idempotency_key == wanted.c.id
    )


def active(conn: sa.Connection, agents: Sequence[AgentId]) -> dict[AgentId, Task]:
    rows = conn.execute(_active(conn.dialect.name), {"ids": bound(agents)})
    return {task.agent_id: task for task in map(task_of, rows)}


@cache
def _active(dialect: str) -> sa.Select[Any]:
    # "processing" sorts after "pending".
    order = (
        tasks.c.status.desc(),
        tasks.c.active_key != tasks.c.agent_id,
        tasks.c.created_at,
        tasks.c.task_id,
    )
    place = sa.func.row_number().over(partition_by=tasks.c.agent_id, order_by=order)
    # Thousands may wait behind one councilor: only the first of them is read whole.
    places = (
        sa.select(tasks.c.task_id, place.label("place"))
        .where(is_active, tasks.c.agent_id.in_(sa.select(given(dialect).c.id)))
        .subquery()
    )
    first = sa.select(places.c.task_id).where(places.c.place == 1)
    return sa.select(*COLUMNS).where(tasks.c.task_id.in_(first))


def recent(conn: sa.Connection, agents: Sequence[AgentId], limit: int) -> dict[AgentId, list[Task]]:
    found: dict[AgentId, list[Task]] = {}
    if limit <= 0:
        return found
    parameters = {"ids": bound(agents), "beyond": limit - 1}
    for row in conn.execute(_recent(conn.dialect.name), parameters):
        task = task_of(row)
        found.setdefault(task.agent_id, []).append(task)
    for marks in found.values():
        marks.sort(key=_age)
        # Rows created in one microsecond with the oldest wanted one came too.
        del marks[:-limit]
    return found


def _age(task: Task) -> tuple[datetime, TaskId]:
    return task.created_at, task.task_id


@cache
def _recent(dialect: str) -> sa.Select[Any]:
    """For each agent the created_at of its oldest wanted row, then the rows from there on.

    In no order: the index gives them nearly sorted, while a sort in SQL would carry whole rows.
    """
    wanted = given(dialect)
    oldest = (
        sa.select(tasks.c.created_at)
        .where(is_final, tasks.c.agent_id == wanted.c.id)
        .order_by(tasks.c.created_at.desc())
        .limit(1)
        .offset(sa.bindparam("beyond"))
        .scalar_subquery()
    )
    since = sa.select(
        wanted.c.id, sa.func.coalesce(oldest, sa.literal_column("0")).label("created_at")
    ).cte("since")
    return sa.select(*LIGHT_COLUMNS).join(
        since,
        sa.and_(tasks.c.agent_id == since.c.id, tasks.c.created_at >= since.c.created_at, is_final),
    )


def last_verdict(conn: sa.Connection, agent_id: AgentId) -> Task | None:
    row = conn.execute(_LAST_VERDICT, {"agent": storable(agent_id)}).one_or_none()
    return None if row is None else task_of(row)


_LAST_VERDICT = (
    sa.select(*COLUMNS)
    .where(
        is_final,
        tasks.c.agent_id == sa.bindparam("agent"),
        # In a form that leaves the planner the index of the agent's rows, newest first.
        sa.func.nullif(tasks.c.status, "") == Status.COMPLETED.value,
        tasks.c.verdict.is_not(None),
    )
    .order_by(*_newest_first)
    .limit(1)
)


def activity(conn: sa.Connection) -> Activity:
    numbers = {row.status: row.number for row in conn.execute(_ACTIVITY)}
    return Activity(
        pending=numbers.get(Status.PENDING, 0), processing=numbers.get(Status.PROCESSING, 0)
    )


_ACTIVITY = (
    sa.select(tasks.c.status, sa.func.count().label("number"))
    .where(is_active)
    .group_by(tasks.c.status)
)
