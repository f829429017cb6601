"""Tasks in portions, for exports: no total is counted, and long texts are read only when asked."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from conselho.models.task import Task
from conselho.store import TaskFilter
from conselho.stores.sql.rows import LIGHT_COLUMNS, task_of
from conselho.stores.sql.runs import Runs, merged, newest_first, runs_of
from conselho.stores.sql.schema import tasks


def portion(
    conn: sa.Connection, where: TaskFilter, limit: int, result: bool, prompt: bool
) -> list[Task]:
    runs, parameters, total = runs_of(conn, where)
    if not total or limit <= 0:
        return []
    parameters |= {"limit": limit, "merged": limit}
    return [task_of(row) for row in conn.execute(_portion(runs, result, prompt), parameters)]


@lru_cache(maxsize=256)
def _portion(runs: Runs, result: bool, prompt: bool) -> sa.Select[Any]:
    rows = merged(runs)
    wanted = (
        sa.select(rows.c.task_id)
        .order_by(rows.c.created_at.desc(), rows.c.task_id.desc())
        .limit(sa.bindparam("limit"))
        .subquery("wanted")
    )
    return (
        sa.select(*LIGHT_COLUMNS, tasks.c.findings, *_texts(result, prompt))
        .join(wanted, wanted.c.task_id == tasks.c.task_id)
        .order_by(*newest_first)
    )


def _texts(result: bool, prompt: bool) -> list[sa.ColumnElement[Any]]:
    """The heavy columns in the order of WHOLE_COLUMNS; what is not asked for is empty."""
    nothing = sa.null()
    return [
        tasks.c.prompt if prompt else sa.literal_column("''").label("prompt"),
        tasks.c.instructions if prompt else nothing.label("instructions"),
        tasks.c.result if result else nothing.label("result"),
        tasks.c.sent_prompt if prompt else nothing.label("sent_prompt"),
    ]
