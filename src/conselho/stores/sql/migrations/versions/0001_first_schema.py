"""The first schema, and the store's identity."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACTIVE = sa.text("ended_at IS NULL")
FINAL = sa.text("ended_at IS NOT NULL")


def upgrade() -> None:
    meta = op.create_table(
        "meta",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    # Event ids carry it, so that those of another store are told apart.
    op.bulk_insert(meta, [{"key": "identity", "value": secrets.token_hex(6)}])
    op.create_table(
        "agents",
        sa.Column("agent_id", ID, primary_key=True),
        sa.Column("is_councilor", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    create_tasks()
    create_counters()
    create_events()


def create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("task_id", ID, primary_key=True),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("trigger", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("severity", sa.Text),
        sa.Column("due_at", sa.BigInteger),
        sa.Column("not_before", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("completed_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("covers_until", sa.BigInteger),
        sa.Column("lease_until", sa.BigInteger),
        sa.Column("is_councilor_execution", sa.Boolean, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("max_attempts", sa.Integer, nullable=False),
        sa.Column("fence", sa.Integer, nullable=False),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("worker_id", ID),
        sa.Column("duration_us", sa.BigInteger),
        sa.Column("cost_microusd", sa.BigInteger, nullable=False),
        sa.Column("exit_code", sa.Integer),
        sa.Column("error_kind", sa.Text),
        sa.Column("skip_reason", sa.Text),
        sa.Column("slot_from", sa.BigInteger),
        sa.Column("slot_to", sa.BigInteger),
        sa.Column("slot_count", sa.Integer),
        sa.Column("idempotency_key", ID, nullable=False),
        sa.Column("active_key", ID, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("verdict", sa.Text),
        sa.Column("snapshot", sa.Text, nullable=False),
        sa.Column("usage", sa.Text),
        sa.Column("findings", sa.Text),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("result", sa.Text),
    )
    op.create_index("tasks_idempotency_key", "tasks", ["idempotency_key"], unique=True)
    partial_index("tasks_active_key", ["active_key"], ACTIVE, unique=True)
    partial_index("tasks_active", ["status", "not_before", "agent_id"], ACTIVE)
    kind = ["status", "severity", "trigger"]
    partial_index("tasks_final_kind", [*kind, "created_at", "task_id"], FINAL)
    partial_index("tasks_final_agent", ["agent_id", "created_at", "task_id", *kind], FINAL)
    partial_index("tasks_ended", ["ended_at"], FINAL)
    covering = sa.text("covers_until IS NOT NULL")
    partial_index("tasks_watermark", ["agent_id", "covers_until"], covering)


def partial_index(
    name: str, columns: list[str], where: sa.TextClause, *, unique: bool = False
) -> None:
    op.create_index(
        name, "tasks", columns, unique=unique, sqlite_where=where, postgresql_where=where
    )


def create_counters() -> None:
    op.create_table(
        "agent_counters",
        sa.Column("agent_id", ID, primary_key=True),
        sa.Column("trigger", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("severity", sa.Text, primary_key=True),
        sa.Column("pruned", sa.Boolean, primary_key=True),
        *measures("tasks", "slots", "duration_us", "cost_microusd", "newest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarter_counters",
        sa.Column("quarter", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("pruned", sa.Boolean, primary_key=True),
        *measures("completed", "error", "cancelled", "skipped", "missed"),
        *measures("success", "info", "warning", "severity_error"),
        *measures("duration_us", "cost_microusd"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kind_counters",
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("severity", sa.Text, primary_key=True),
        sa.Column("trigger", sa.Text, primary_key=True),
        *measures("tasks"),
        sqlite_with_rowid=False,
    )


def measures(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def create_events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    head = op.create_table(
        "event_head",
        sa.Column("only", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("newest", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(head, [{"only": 1, "newest": 0}])


def downgrade() -> None:
    for table in (
        *("event_head", "events", "kind_counters", "quarter_counters", "agent_counters"),
        *("tasks", "agents", "meta"),
    ):
        op.drop_table(table)
