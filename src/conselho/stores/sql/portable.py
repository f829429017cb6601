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


def given_rows(dialect: str, name: str, **columns: type[sa.types.TypeEngine[Any]]) -> sa.CTE:
    """As `given`, for lists of values: a table with these columns."""
    if dialect == "sqlite":
        rows = sa.func.json_each(sa.bindparam(name)).table_valued("value")
        parts: list[sa.ColumnElement[Any]] = [
            sa.func.json_extract(rows.c.value, sa.literal_column(f"'$[{n}]'"), type_=kind)
            for n, kind in enumerate(columns.values())
        ]
    else:
        texts = sa.cast(sa.bindparam(name, type_=sa.Text), postgresql.JSON)
        element = sa.func.json_array_elements(texts).column_valued(f"{name}_element")
        parts = [
            sa.cast(element.op("->>")(sa.literal_column(str(n))), kind)
            for n, kind in enumerate(columns.values())
        ]
    labelled = [part.label(column) for part, column in zip(parts, columns, strict=True)]
    return sa.select(*labelled).cte(f"given_{name}")


def bound(values: Iterable[Any]) -> str:
    """What `given` and `given_rows` are bound to."""
    return json.dumps(list(values))


def has_part(
    dialect: str, text: sa.ColumnElement[str], part: sa.ColumnElement[str]
) -> sa.ColumnElement[bool]:
    """Whether `part` stands anywhere in `text`, letter for letter."""
    position = sa.func.instr if dialect == "sqlite" else sa.func.strpos
    found: sa.ColumnElement[bool] = position(text, part) > 0
    return found


def has_text(
    dialect: str, text: sa.ColumnElement[str], sought: sa.BindParameter[str], *, is_ascii: bool
) -> sa.ColumnElement[bool]:
    """Whether what `sought` is bound to (see `sought_text`) stands in `text`, in whatever case.

    SQLite knows upper and lower case of ASCII only, which is right and fast for a text of it; for
    any other (`is_ascii` False) Python folds what is looked at. Its LIKE goes on letter by letter
    from each place, which takes minutes for a text that repeats itself.
    """
    if dialect == "postgresql":
        return text.ilike(sought, escape=_ESCAPE)
    fold = sa.func.lower if is_ascii else sa.func.casefold
    return has_part(dialect, fold(text), fold(sought))


def sought_text(dialect: str, text: str) -> str:
    """What `has_text` takes to find `text` anywhere."""
    if dialect != "postgresql":
        return text
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    return f"%{text}%"


_ESCAPE: Final = "!"


def casefold(text: str | None) -> str | None:
    """For SQLite, which gets it as a function of that name."""
    return None if text is None else text.casefold()


def json_text(
    dialect: str, document: sa.ColumnElement[Any], key: str | int
) -> sa.ColumnElement[str]:
    """The text under `key` of a JSON object, or at a place of a JSON list; NULL without one."""
    if dialect == "sqlite":
        path = f"$[{key}]" if isinstance(key, int) else f"$.{key}"
        return sa.func.json_extract(document, sa.literal_column(f"'{path}'"), type_=sa.Text)
    literal = str(key) if isinstance(key, int) else f"'{key}'"
    return sa.cast(
        sa.cast(document, postgresql.JSON).op("->>")(sa.literal_column(literal)), sa.Text
    )


def take_turn(conn: sa.Connection, what: str, *, shared: bool = False) -> bool:
    """Let only one transaction at a time decide on `what`, until it ends.

    `shared`: together with others that share it, but beside none that takes it alone. SQLite has
    one writer anyway; on PostgreSQL this is an advisory lock. True when others may have written
    while this one waited: what was read before must be read again.
    """
    if conn.dialect.name != "postgresql":
        return False
    lock = sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
    conn.execute(sa.select(lock(sa.func.hashtext(what))))
    return True
