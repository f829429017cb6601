"""Counters over final tasks, written with the change that they count.

    count(conn, added, removed)   inside every transaction that ends, grows or deletes final rows
    agree, rebuild                the same numbers from the rows themselves

Five tables (docs/adr/0004-counters.md): by agent, for statistics and the totals of its lists; by
quarter of an hour, for the council's figures over time; by duration, and lost slots by reason, for
the same; by kind, for the other lists. What was spent is counted in `spending`, and held against
the tasks here with the others. `prune` moves what it deletes from the rows with pruned = 0 to those
with pruned = 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from conselho.models.ids import AgentId
from conselho.models.statistics import AgentStatistics, Tally, Usage
from conselho.models.task import LOST_SLOT, Status, Task, Trigger
from conselho.models.verdict import Severity
from conselho.stores.sql.durations import RUNS, durations_from_tasks, keys_of
from conselho.stores.sql.portable import bound, given
from conselho.stores.sql.rows import duration_us, ended_at, micros, moment_of
from conselho.stores.sql.schema import (
    agent_counters,
    duration_counters,
    is_final,
    kind_counters,
    lost_counters,
    quarter_counters,
    tasks,
    usage_counters,
)
from conselho.stores.sql.spending import usage_from_tasks
from conselho.stores.sql.sums import QUARTER_US, Groups, add, gather, measures_of, quarter_of, total

LOST = tuple(sorted(status.value for status in LOST_SLOT))


class Share(NamedTuple):
    """What one final row adds to the counters."""

    agent_id: str
    trigger: str
    status: str
    severity: str
    quarter: int
    created_at: int
    slots: int
    reason: str
    duration_us: int | None
    cost_microusd: int


def share_of(task: Task) -> Share | None:
    """The share of a Task; None while it is active."""
    ended = ended_at(task)
    if ended is None:
        return None
    return Share(
        agent_id=task.agent_id,
        trigger=task.trigger.value,
        status=task.status.value,
        severity=task.severity.value if task.severity else "",
        quarter=quarter_of(micros(ended)),
        created_at=micros(task.created_at),
        slots=task.slot_count or 0,
        reason=task.skip_reason or "",
        duration_us=duration_us(task.duration_seconds),
        cost_microusd=Usage.of(task.usage).cost_microusd,
    )


def count(
    conn: sa.Connection,
    added: Sequence[Task] = (),
    removed: Sequence[Task] = (),
    *,
    pruned: bool = False,
) -> None:
    """Add what tasks count and take away what they counted, in one statement for each table."""
    signed = [
        (sign, share)
        for sign, changed in ((1, added), (-1, removed))
        for share in map(share_of, changed)
        if share is not None
    ]
    if not signed:
        return
    agents: Groups = {}
    quarters: Groups = {}
    durations: Groups = {}
    losses: Groups = {}
    kinds_: Groups = {}
    for sign, share in signed:
        kind = (share.status, share.severity, share.trigger)
        agent = (share.agent_id, share.trigger, share.status, share.severity, pruned)
        gather(agents, agent, sign, _in_agent(share))
        agents[agent]["newest"] = max(agents[agent].get("newest", 0), share.created_at)
        gather(quarters, (share.quarter, pruned), sign, _in_quarter(share))
        gather(kinds_, kind, sign, {"tasks": 1})
        for key in _durations(share):
            gather(durations, (*key, pruned), sign, {"runs": 1})
        if share.status in LOST_SLOT:
            lost = (share.quarter, share.status, share.reason, pruned)
            gather(losses, lost, sign, {"slots": share.slots})
    add(conn, agent_counters, agents)
    add(conn, quarter_counters, quarters)
    if durations:
        add(conn, duration_counters, durations)
    if losses:
        add(conn, lost_counters, losses)
    if not pruned:
        add(conn, kind_counters, kinds_)


def _durations(share: Share) -> Iterable[tuple[int, int, int]]:
    if share.status not in RUNS or share.duration_us is None:
        return ()
    return keys_of(share.quarter, share.duration_us)


def _in_agent(share: Share) -> dict[str, int]:
    return {
        "tasks": 1,
        "slots": share.slots,
        "duration_us": share.duration_us or 0,
        "cost_microusd": share.cost_microusd,
    }


def _in_quarter(share: Share) -> dict[str, int]:
    """What counts where is said in models.statistics.Tally; `_figures` says it again in SQL."""
    figures = {"cost_microusd": share.cost_microusd}
    if share.status not in RUNS:
        is_cancelled = share.status == Status.CANCELLED
        return figures | {share.status: 1 if is_cancelled else share.slots}
    figures |= {share.status: 1, "duration_us": share.duration_us or 0}
    if share.severity:
        figures[_SEVERITY_FIGURE[share.severity]] = 1
    return figures


# A status has the name `error` already.
_SEVERITY_FIGURE = {
    severity.value: "severity_error" if severity is Severity.ERROR else severity.value
    for severity in Severity
}


def tally_of(figures: Mapping[str, int]) -> Tally:
    """The Tally of a row with the measures of quarter_counters; other fields are left aside."""
    counted = {name: figures[name] for name in measures_of(quarter_counters)}
    return Tally(duration_ms=round(counted.pop("duration_us") / 1000), **counted)


def statistics(conn: sa.Connection, agents: Sequence[AgentId]) -> dict[AgentId, AgentStatistics]:
    rows = conn.execute(_statistics(conn.dialect.name), {"ids": bound(agents)})
    return {
        row["agent_id"]: AgentStatistics(
            tally=tally_of(row),
            last_execution_at=moment_of(row["newest"]) if row["newest"] else None,
        )
        for row in (found._asdict() for found in rows)
    }


@cache
def _statistics(dialect: str) -> sa.Select[Any]:
    counted = agent_counters.c
    figures = _figures(
        counted.status,
        counted.severity,
        counted.tasks,
        counted.slots,
        counted.duration_us,
        counted.cost_microusd,
    )
    newest_run = sa.case((counted.status.in_(RUNS), counted.newest), else_=0)
    return (
        sa.select(counted.agent_id, *figures, sa.func.max(newest_run).label("newest"))
        .where(
            counted.agent_id.in_(sa.select(given(dialect).c.id)),
            counted.trigger != Trigger.API.value,
        )
        .group_by(counted.agent_id)
    )


def tally(conn: sa.Connection, since_us: int, until_us: int) -> Tally:
    span = {"since": quarter_of(since_us), "until": quarter_of(until_us)}
    row = conn.execute(_TALLY, span).one()
    return tally_of(row._asdict())


_TALLY = sa.select(
    *(total(quarter_counters.c[name]).label(name) for name in measures_of(quarter_counters))
).where(
    quarter_counters.c.quarter >= sa.bindparam("since"),
    quarter_counters.c.quarter < sa.bindparam("until"),
)


class Kind(NamedTuple):
    """A group of final rows that lists can ask for: they are counted, and stand in one order."""

    status: str
    severity: str | None
    trigger: str
    tasks: int


def kinds(conn: sa.Connection, agent_id: str | None) -> list[Kind]:
    """How many final rows are there of each kind, of one agent or of all; none is empty."""
    statement = _KINDS if agent_id is None else _KINDS_OF_AGENT
    rows = conn.execute(statement, {} if agent_id is None else {"agent_id": agent_id})
    return [
        Kind(status, severity or None, trigger, number)
        for status, severity, trigger, number in rows
    ]


_KINDS = sa.select(
    kind_counters.c.status,
    kind_counters.c.severity,
    kind_counters.c.trigger,
    kind_counters.c.tasks,
).where(kind_counters.c.tasks > 0)
_KINDS_OF_AGENT = sa.select(
    agent_counters.c.status,
    agent_counters.c.severity,
    agent_counters.c.trigger,
    agent_counters.c.tasks,
).where(
    agent_counters.c.agent_id == sa.bindparam("agent_id"),
    agent_counters.c.pruned.is_(sa.false()),
    agent_counters.c.tasks > 0,
)


def agree(conn: sa.Connection) -> bool:
    """Whether the counters say what the tasks say. Reads all tasks, writes nothing."""
    return all(
        _kept(conn, table) == {tuple(row) for row in conn.execute(query)}
        for table, query in _from_tasks().items()
    )


def _kept(conn: sa.Connection, table: sa.Table) -> set[tuple[Any, ...]]:
    # A group that lost all its rows keeps a counter of zeros.
    counted = sa.or_(*(table.c[name] != 0 for name in measures_of(table)))
    query = sa.select(table).where(_living(table), counted)
    return {tuple(row) for row in conn.execute(query)}


def _living(table: sa.Table) -> sa.ColumnElement[bool]:
    """The part of a table that counts rows which are there."""
    return table.c.pruned.is_(sa.false()) if "pruned" in table.c else sa.true()


def rebuild(conn: sa.Connection) -> None:
    """Replace the counters of the tasks that are there; the pruned part stays."""
    for table, query in _from_tasks().items():
        conn.execute(sa.delete(table).where(_living(table)))
        conn.execute(sa.insert(table).from_select(table.columns.keys(), query))


def _from_tasks() -> dict[sa.Table, sa.Select[Any] | sa.CompoundSelect[Any]]:
    """For each table of counters, its rows as the tasks would have them."""
    agent = (tasks.c.agent_id, tasks.c.trigger, tasks.c.status, _severity)
    quarter = tasks.c.ended_at - tasks.c.ended_at % QUARTER_US
    kind = (tasks.c.status, _severity, tasks.c.trigger)
    lost = (quarter, tasks.c.status, sa.func.coalesce(tasks.c.skip_reason, ""))
    queries = {
        agent_counters: sa.select(
            *agent,
            sa.false(),
            sa.func.count(),
            total(tasks.c.slot_count),
            total(tasks.c.duration_us),
            total(tasks.c.cost_microusd),
            sa.func.max(tasks.c.created_at),
        ).group_by(*agent),
        quarter_counters: sa.select(quarter, sa.false(), *figures_of_tasks()).group_by(quarter),
        kind_counters: sa.select(*kind, sa.func.count()).group_by(*kind),
    }
    queries[lost_counters] = (
        sa.select(*lost, sa.false(), total(tasks.c.slot_count))
        .where(tasks.c.status.in_(LOST))
        .group_by(*lost)
    )
    return {
        **{table: query.where(is_final) for table, query in queries.items()},
        duration_counters: durations_from_tasks(),
        usage_counters: usage_from_tasks(),
    }


def figures_of_tasks() -> list[sa.Label[int]]:
    """The measures of quarter_counters, in its order, as sums over rows of `tasks`."""
    return _figures(
        tasks.c.status,
        tasks.c.severity,
        sa.literal_column("1", sa.Integer),
        tasks.c.slot_count,
        tasks.c.duration_us,
        tasks.c.cost_microusd,
    )


_severity = sa.func.coalesce(tasks.c.severity, "")


def _figures(
    status: sa.ColumnElement[str],
    severity: sa.ColumnElement[Any],
    rows: sa.ColumnElement[int],
    slots: sa.ColumnElement[Any],
    duration: sa.ColumnElement[Any],
    cost: sa.ColumnElement[int],
) -> list[sa.Label[int]]:
    """The measures of quarter_counters, in its order, as sums over rows with these columns."""
    is_run = status.in_(RUNS)
    parts: dict[str, tuple[sa.ColumnElement[bool], sa.ColumnElement[Any]]] = {
        "duration_us": (is_run, duration),
    }
    for name in (*RUNS, Status.CANCELLED.value):
        parts[name] = (status == name, rows)
    for name in (Status.SKIPPED.value, Status.MISSED.value):
        parts[name] = (status == name, slots)
    for name, figure in _SEVERITY_FIGURE.items():
        parts[figure] = (is_run & (severity == name), rows)
    counted: dict[str, sa.ColumnElement[Any]]
    counted = {name: sa.case(part, else_=0) for name, part in parts.items()}
    counted["cost_microusd"] = cost  # of all: a cancelled run has spent its money as well
    return [total(counted[name]).label(name) for name in measures_of(quarter_counters)]


def settle_newest(conn: sa.Connection, gone: Iterable[Task]) -> None:
    """After rows went: `newest` is a maximum and cannot be subtracted from, so it is read anew."""
    shares = (share for share in map(share_of, gone) if share is not None)
    groups = {(share.agent_id, share.trigger, share.status, share.severity) for share in shares}
    for agent_id, trigger, status, severity in sorted(groups):
        key = {"a": agent_id, "t": trigger, "s": status, "v": severity}
        conn.execute(_SETTLE_NEWEST, key)


_SETTLE_NEWEST = (
    sa.update(agent_counters)
    .where(
        agent_counters.c.agent_id == sa.bindparam("a"),
        agent_counters.c.trigger == sa.bindparam("t"),
        agent_counters.c.status == sa.bindparam("s"),
        agent_counters.c.severity == sa.bindparam("v"),
        agent_counters.c.pruned.is_(sa.false()),
    )
    .values(
        newest=sa.func.coalesce(
            sa.select(tasks.c.created_at)
            .where(
                is_final,
                tasks.c.agent_id == agent_counters.c.agent_id,
                tasks.c.trigger == agent_counters.c.trigger,
                tasks.c.status == agent_counters.c.status,
                _severity == agent_counters.c.severity,
            )
            .order_by(tasks.c.created_at.desc())
            .limit(1)
            .scalar_subquery(),
            0,
        )
    )
)
