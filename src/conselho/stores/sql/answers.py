"""Answers by idempotency key: one row a key, claimed by its insert."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from conselho.store import Answer
from conselho.stores.sql.portable import insert
from conselho.stores.sql.rows import micros, moment_of, storable
from conselho.stores.sql.schema import answers

_same_key = answers.c.key == sa.bindparam("id")


def first_answer(conn: sa.Connection, key: str, request: str, now: datetime) -> Answer | None:
    values = {"key": storable(key), "request": storable(request), "created_at": micros(now)}
    claim = insert(conn.dialect.name, answers).on_conflict_do_nothing()
    while not conn.execute(claim, values | {"body": ""}).rowcount:
        row = conn.execute(_BY_KEY, {"id": values["key"]}).one_or_none()
        if row is not None:
            request, status, body, created_at = row
            return Answer(
                request=request, status=status, body=body, created_at=moment_of(created_at)
            )
        # Forgotten between the two statements: the key is free again.
    return None


_BY_KEY = sa.select(
    answers.c.request, answers.c.status, answers.c.body, answers.c.created_at
).where(_same_key)


def keep_answer(conn: sa.Connection, key: str, status: int, body: str) -> None:
    kept = {"id": storable(key), "answered": status, "text": storable(body)}
    conn.execute(_KEEP, kept)


_KEEP = (
    sa.update(answers)
    .where(_same_key)
    .values(status=sa.bindparam("answered"), body=sa.bindparam("text"))
)


def forget_answer(conn: sa.Connection, key: str) -> None:
    conn.execute(_FORGET, {"id": storable(key)})


_FORGET = sa.delete(answers).where(_same_key)


def prune_answers(conn: sa.Connection, before: datetime, limit: int) -> int:
    return conn.execute(_PRUNE, {"before": micros(before), "max": max(limit, 0)}).rowcount


_PRUNE = sa.delete(answers).where(
    answers.c.key.in_(
        sa.select(answers.c.key)
        .where(answers.c.created_at < sa.bindparam("before"))
        .order_by(answers.c.created_at)
        .limit(sa.bindparam("max"))
    )
)
