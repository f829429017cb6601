"""The few places where SQLite and PostgreSQL are spoken to in different words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

DIALECTS: Final = ("sqlite", "postgresql")
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert(dialect: str, table: sa.Table) -> Any:
    """An INSERT that knows ON CONFLICT; both dialects give it the same methods."""
    return _INSERT[dialect](table)


def given(dialect: str, name: str = "ids") -> sa.FromClause:
    """The texts of one bound list as a table with the column `id`, in any number.

    Bind `name` to `bound(texts)`. One parameter, so one compiled statement serves every length.
    """
    if dialect == "sqlite":
        rows = sa.func.json_each(sa.bindparam(name)).table_valued("value")
        return sa.select(rows.c.value.label("id")).cte(f"given_{name}")
    texts = sa.cast(sa.bindparam(name, type_=sa.Text), postgresql.JSON)
    element = sa.func.json_array_elements_text(texts).column_valued(f"{name}_element")
    return sa.select(sa.cast(element, sa.Text).label("id")).cte(f"given_{name}")


def bound(texts: Iterable[str]) -> str:
    return json.dumps(list(texts))


def take_turn(conn: sa.Connection, what: str) -> None:
    """Let only one transaction at a time decide on `what`, until it ends.

    SQLite has one writer anyway; on PostgreSQL this is an advisory lock.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(what))))
