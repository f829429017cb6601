"""Tables of sums: each row adds up amounts for one primary key, in the columns that are no key."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa

from conselho.stores.sql.portable import insert

QUARTER_US = 15 * 60 * 1_000_000

# Amounts by measure, for each primary key.
Groups = dict[tuple[Any, ...], dict[str, int]]


def quarter_of(moment_us: int) -> int:
    """The start of the quarter of an hour that a moment is in; all time zones fall on one."""
    return moment_us - moment_us % QUARTER_US


@cache
def measures_of(table: sa.Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns if not column.primary_key)


def gather(groups: Groups, key: tuple[Any, ...], sign: int, amounts: Mapping[str, int]) -> None:
    """Add amounts to their group, or take them away when `sign` is -1."""
    group = groups.setdefault(key, {})
    for name, amount in amounts.items():
        group[name] = group.get(name, 0) + sign * amount


def add(conn: sa.Connection, table: sa.Table, groups: Groups) -> None:
    """Add the gathered amounts to what the table holds, in one statement."""
    key_names = [column.name for column in table.primary_key.columns]
    zeros = dict.fromkeys(measures_of(table), 0)
    # Sorted, so that two transactions on a server take the row locks in one order.
    rows = [
        zeros | dict(zip(key_names, key, strict=True)) | amounts
        for key, amounts in sorted(groups.items())
    ]
    conn.execute(_adding(conn.dialect.name, table), rows)


@cache
def _adding(dialect: str, table: sa.Table) -> Any:
    statement = insert(dialect, table)
    new = statement.excluded
    values = {name: table.c[name] + new[name] for name in measures_of(table)}
    if "newest" in values:
        values["newest"] = sa.case((new.newest > table.c.newest, new.newest), else_=table.c.newest)
    return statement.on_conflict_do_update(index_elements=table.primary_key.columns, set_=values)


def total(column: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """The sum of a column, 0 of no rows."""
    # PostgreSQL sums BIGINT into NUMERIC.
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)
