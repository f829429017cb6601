"""What runs spend: its counters, and what else is known of a run with an agent behind it."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
QUARTER_US = 15 * 60 * 1_000_000
COUNTS = ("input_tokens", "output_tokens", "cached_tokens", "turns")
HIGHEST_COUNT = 10**12
BATCH = 1000

# Each new column of `tasks` with the one that it stands behind: small first, big last.
NEW: tuple[tuple[str, type[sa.BigInteger | sa.Text], str], ...] = (
    ("input_tokens", sa.BigInteger, "cost_microusd"),
    ("output_tokens", sa.BigInteger, "input_tokens"),
    ("cached_tokens", sa.BigInteger, "output_tokens"),
    ("turns", sa.BigInteger, "cached_tokens"),
    ("spent_at", sa.BigInteger, "turns"),
    ("error_cause", sa.Text, "error_kind"),
    ("permission_denied", sa.Text, "usage"),
    ("notes", sa.Text, "permission_denied"),
    ("instructions", sa.Text, "prompt"),
    ("sent_prompt", sa.Text, "result"),
)
tasks = sa.table(
    "tasks",
    *map(sa.column, ("task_id", "agent_id", "status", "completed_at", "ended_at", "spent_at")),
    *map(sa.column, (*COUNTS, "cost_microusd", "usage")),
)
quarter_counters = sa.table(
    "quarter_counters", *map(sa.column, ("quarter", "pruned", "cost_microusd"))
)


def upgrade() -> None:
    conn = op.get_bind()
    _add_columns(on_sqlite=conn.dialect.name == "sqlite")
    counters = op.create_table(
        "usage_counters",
        sa.Column("agent_id", ID, primary_key=True),
        sa.Column("quarter", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("pruned", sa.Boolean, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("runs", *COUNTS)),
        sa.Column("cost_microusd", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    _read_usage(conn)
    conn.execute(sa.insert(counters).from_select(counters.columns.keys(), _usage()))
    _count_the_cost_of_cancelled(conn)


def _add_columns(*, on_sqlite: bool) -> None:
    if on_sqlite:
        # SQLite adds a column behind all others, where a reader would have to walk through every
        # big one before it: so the table is copied.
        with op.batch_alter_table("tasks", recreate="always") as copy:
            for name, kind, behind in NEW:
                copy.add_column(sa.Column(name, kind), insert_after=behind)
        return
    for name, kind, _ in NEW:
        op.add_column("tasks", sa.Column(name, kind))


def _read_usage(conn: sa.Connection) -> None:
    """Give the tasks that told a usage its amounts, at the moment that they ended."""
    change = (
        sa.update(tasks)
        .where(tasks.c.task_id == sa.bindparam("told"))
        .values(
            spent_at=tasks.c.completed_at,
            **{name: sa.bindparam(f"new_{name}", type_=sa.BigInteger) for name in COUNTS},
        )
    )
    for batch in _told(conn):
        conn.execute(change, [{"told": task_id, **_amounts(usage)} for task_id, usage in batch])


def _told(conn: sa.Connection) -> Iterator[list[Any]]:
    query = (
        sa.select(tasks.c.task_id, tasks.c.usage)
        .where(
            tasks.c.task_id > sa.bindparam("after"),
            tasks.c.completed_at.is_not(None),
            tasks.c.usage.is_not(None),
            tasks.c.usage != "{}",
        )
        .order_by(tasks.c.task_id)
        .limit(BATCH)
    )
    after = ""
    while batch := list(conn.execute(query, {"after": after})):
        yield batch
        after = batch[-1].task_id


def _amounts(usage: str) -> dict[str, int]:
    told = json.loads(usage)
    return {f"new_{name}": _count(told.get(name)) for name in COUNTS}


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return 0
    return int(min(value, HIGHEST_COUNT))


def _usage() -> sa.Select[Any]:
    key = (tasks.c.agent_id, _quarter(tasks.c.spent_at), sa.false())
    sums = (_sum(tasks.c[name]) for name in (*COUNTS, "cost_microusd"))
    return (
        sa.select(*key, sa.func.count(), *sums)
        .where(tasks.c.spent_at.is_not(None))
        .group_by(*key[:2])
    )


def _quarter(moment: Any) -> Any:
    # The number stands in the text: PostgreSQL takes two parameters for two expressions.
    quarter = sa.literal_column(str(QUARTER_US), sa.BigInteger)
    return sa.type_coerce(moment, sa.BigInteger) - sa.type_coerce(moment, sa.BigInteger) % quarter


def _sum(column: Any) -> Any:
    return sa.cast(sa.func.sum(column), sa.BigInteger)


def _count_the_cost_of_cancelled(conn: sa.Connection) -> None:
    """So far the council's figures had only the costs of runs that ended by themselves."""
    quarter = _quarter(tasks.c.ended_at)
    cancelled = conn.execute(
        sa.select(quarter, _sum(tasks.c.cost_microusd))
        .where(tasks.c.status == "cancelled", tasks.c.cost_microusd > 0)
        .group_by(quarter)
    )
    more = [{"at": at, "cost": cost} for at, cost in cancelled]
    if more:
        cost = sa.bindparam("cost", type_=sa.BigInteger)
        conn.execute(
            sa.update(quarter_counters)
            .where(
                quarter_counters.c.quarter == sa.bindparam("at"),
                quarter_counters.c.pruned == sa.false(),
            )
            .values(cost_microusd=quarter_counters.c.cost_microusd + cost),
            more,
        )


def downgrade() -> None:
    op.drop_table("usage_counters")
    with op.batch_alter_table("tasks") as changed:
        for name, *_ in NEW:
            changed.drop_column(name)
