"""Figures over time: how long runs took, why slots were lost, one agent's own; how long a trouble.

What pruned tasks counted is not known in this way: there, these two counters begin now.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

QUARTER_US = 15 * 60 * 1_000_000
GRAINS = (QUARTER_US, 96 * QUARTER_US)
STEPS = tuple((32_000 << doubling, 1_000 << doubling) for doubling in range(23))
FINAL = sa.text("ended_at IS NOT NULL")
OF_COUNCIL = sa.text("agent_id IS NULL")
AGENT_ENDED = ["agent_id", "ended_at", "status", "severity", "skip_reason", "slot_count"]
AGENT_ENDED += ["duration_us", "cost_microusd"]

tasks = sa.table(
    "tasks",
    *(sa.column(name, sa.BigInteger) for name in ("ended_at", "duration_us", "slot_count")),
    *map(sa.column, ("status", "skip_reason")),
)


def upgrade() -> None:
    conn = op.get_bind()
    durations = op.create_table(
        "duration_counters",
        sa.Column("grain", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("bucket", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("pruned", sa.Boolean, primary_key=True),
        sa.Column("runs", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    lost = op.create_table(
        "lost_counters",
        sa.Column("quarter", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, primary_key=True),
        sa.Column("pruned", sa.Boolean, primary_key=True),
        sa.Column("slots", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    for grain in GRAINS:
        query = _durations(grain)
        conn.execute(sa.insert(durations).from_select(durations.columns.keys(), query))
    conn.execute(sa.insert(lost).from_select(lost.columns.keys(), _lost()))
    op.create_index(
        "tasks_agent_ended",
        "tasks",
        AGENT_ENDED,
        sqlite_where=FINAL,
        postgresql_where=FINAL,
    )
    op.add_column("journal", sa.Column("seconds", sa.Double))
    op.create_index(
        "journal_council",
        "journal",
        ["seq"],
        sqlite_where=OF_COUNCIL,
        postgresql_where=OF_COUNCIL,
    )


def _durations(grain: int) -> sa.Select[Any]:
    start, length = _start(grain), tasks.c.duration_us
    widths = ((length < _number(end), _number(width)) for end, width in STEPS)
    bucket = length - length % sa.case(*widths, else_=_number(STEPS[-1][1]))
    return (
        sa.select(_number(grain), start, bucket, sa.false(), sa.func.count())
        .where(FINAL, tasks.c.status.in_(("completed", "error")), length.is_not(None))
        .group_by(start, bucket)
    )


def _lost() -> sa.Select[Any]:
    key = (_start(QUARTER_US), tasks.c.status, sa.func.coalesce(tasks.c.skip_reason, _EMPTY))
    slots = sa.cast(sa.func.coalesce(sa.func.sum(tasks.c.slot_count), 0), sa.BigInteger)
    return (
        sa.select(*key, sa.false(), slots)
        .where(FINAL, tasks.c.status.in_(("missed", "skipped")))
        .group_by(*key)
    )


_EMPTY = sa.literal_column("''", sa.Text)


def _start(grain: int) -> Any:
    return tasks.c.ended_at - tasks.c.ended_at % _number(grain)


def _number(value: int) -> Any:
    # In the text: PostgreSQL takes two parameters for two expressions.
    return sa.literal_column(str(value), sa.BigInteger)


def downgrade() -> None:
    op.drop_index("journal_council", "journal")
    op.drop_column("journal", "seconds")
    op.drop_index("tasks_agent_ended", "tasks")
    op.drop_table("lost_counters")
    op.drop_table("duration_counters")
