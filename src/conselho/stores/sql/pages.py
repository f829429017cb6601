"""Pages of tasks, newest first: by filter, by place, and those that hold a text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final

import sqlalchemy as sa

from conselho.models.ids import TaskId
from conselho.models.task import Task
from conselho.store import TaskFilter, TaskPage
from conselho.stores.sql.portable import bound, given, has_text, json_text, sought_text
from conselho.stores.sql.rows import COLUMNS, FOUND_COLUMNS, moment_of, storable, task_of
from conselho.stores.sql.runs import Parameters, Runs, count_rows, merged, newest_first, runs_of
from conselho.stores.sql.schema import tasks

# A text is looked for in so many rows; the next page looks on behind them.
SEARCHED: Final = 5_000


def page(conn: sa.Connection, where: TaskFilter, limit: int, offset: int, texts: bool) -> TaskPage:
    """A page as the contract has it.

    Without `since` and `until` the total comes from the counters; with them the entries of that
    span are counted, some 0.1 ms for each thousand. An offset costs as the entries that it skips,
    `older_than` costs nothing. A text is looked for in SEARCHED rows.
    """
    runs, parameters, total = runs_of(conn, where)
    if where.text is not None:
        if not total:
            return TaskPage()
        return _found(conn, runs, parameters, where.text, limit, offset, texts)
    if total and (where.since or where.until):
        newest = runs._replace(given=runs.given._replace(older=False))
        total = conn.execute(count_rows(newest), parameters).scalar_one()
    if limit <= 0 or offset >= total:
        return TaskPage(total=total)
    # One more than is shown tells whether there is a next page.
    parameters |= {"limit": limit + 1, "offset": offset, "merged": limit + 1 + offset}
    rows = [task_of(row) for row in conn.execute(_page(runs, texts), parameters)]
    more = len(rows) > limit
    return TaskPage(
        tasks=rows[:limit], total=total, next_older_than=_place(rows[limit - 1]) if more else None
    )


def _place(task: Task) -> tuple[datetime, TaskId]:
    return task.created_at, task.task_id


@lru_cache(maxsize=256)
def _page(runs: Runs, texts: bool) -> sa.Select[Any]:
    rows = merged(runs)
    on_page = (
        sa.select(rows.c.task_id)
        .order_by(rows.c.created_at.desc(), rows.c.task_id.desc())
        .limit(sa.bindparam("limit"))
        .offset(sa.bindparam("offset"))
        .subquery("on_page")
    )
    return (
        sa.select(*_columns(texts))
        .join(on_page, on_page.c.task_id == tasks.c.task_id)
        .order_by(*newest_first)
    )


def _columns(texts: bool) -> Sequence[sa.ColumnElement[Any]]:
    return COLUMNS if texts else FOUND_COLUMNS


def _found(
    conn: sa.Connection,
    runs: Runs,
    parameters: Parameters,
    text: str,
    limit: int,
    offset: int,
    texts: bool,
) -> TaskPage:
    """The rows that hold a text, out of the newest SEARCHED of these runs."""
    parameters |= {"merged": SEARCHED, "limit": SEARCHED, "last": SEARCHED - 1}
    parameters["sought"] = sought_text(conn.dialect.name, storable(text))
    statement = _holding(conn.dialect.name, runs, is_ascii=text.isascii())
    found = conn.execute(statement, parameters).all()
    end: sa.Row[Any] | None
    if len(found) > offset + limit > 0:
        end = found[offset + limit - 1]
    else:
        end = conn.execute(_last_searched(runs), parameters).one_or_none()
    on_page = [row.task_id for row in found[offset : offset + limit]]
    rows = conn.execute(_by_ids(conn.dialect.name, texts), {"ids": bound(on_page)})
    return TaskPage(
        tasks=list(map(task_of, rows)),
        total=len(found),
        next_older_than=(moment_of(end.created_at), TaskId(end.task_id)) if end else None,
    )


@lru_cache(maxsize=256)
def _holding(dialect: str, runs: Runs, *, is_ascii: bool) -> sa.Select[Any]:
    rows = merged(runs)
    order = (rows.c.created_at.desc(), rows.c.task_id.desc())
    searched = (
        sa.select(rows.c.created_at, rows.c.task_id)
        .order_by(*order)
        .limit(sa.bindparam("limit"))
        .subquery("searched")
    )
    places = (
        *(json_text(dialect, tasks.c.snapshot, key) for key in _NAMES),
        tasks.c.error,
        # The summary and the reason of a verdict.
        *(json_text(dialect, tasks.c.verdict, place) for place in (1, 3)),
        tasks.c.result,
    )
    sought = sa.bindparam("sought", type_=sa.Text)
    return (
        sa.select(searched.c.created_at, searched.c.task_id)
        .join(tasks, tasks.c.task_id == searched.c.task_id)
        .where(sa.or_(*(has_text(dialect, place, sought, is_ascii=is_ascii) for place in places)))
        .order_by(searched.c.created_at.desc(), searched.c.task_id.desc())
    )


_NAMES: Final = ("display_name", "title", "task_name")


@lru_cache(maxsize=256)
def _last_searched(runs: Runs) -> sa.Select[Any]:
    """The row at which the search ended, if it did not come to the end of all rows."""
    rows = merged(runs)
    return (
        sa.select(rows.c.created_at, rows.c.task_id)
        .order_by(rows.c.created_at.desc(), rows.c.task_id.desc())
        .limit(1)
        .offset(sa.bindparam("last"))
    )


@cache
def _by_ids(dialect: str, texts: bool) -> sa.Select[Any]:
    wanted = given(dialect)
    return (
        sa.select(*_columns(texts))
        .join(wanted, wanted.c.id == tasks.c.task_id)
        .order_by(*newest_first)
    )
