"""Workers of their own: the queue of a Task, and the register of who runs tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ACTIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.drop_index("tasks_active", "tasks")
    queue = sa.Column("queue", ID)
    if op.get_bind().dialect.name == "sqlite":
        # In its place, before the big columns: as in 0003, the table is copied.
        with op.batch_alter_table("tasks", recreate="always") as copy:
            copy.add_column(queue, insert_after="lanes")
    else:
        op.add_column("tasks", queue)
    _index_active("status", "rank", "active_key", "not_before", "agent_id", "queue")
    op.create_table(
        "workers",
        sa.Column("worker_id", ID, primary_key=True),
        sa.Column("host", ID, nullable=False),
        sa.Column("queues", sa.Text, nullable=False),
        sa.Column("serves_any", sa.Boolean, nullable=False),
        sa.Column("concurrency", sa.Integer, nullable=False),
        sa.Column("running", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("council", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("beat_at", sa.BigInteger, nullable=False),
        sa.Column("left_at", sa.BigInteger),
    )


def _index_active(*columns: str) -> None:
    op.create_index("tasks_active", "tasks", columns, sqlite_where=ACTIVE, postgresql_where=ACTIVE)


def downgrade() -> None:
    op.drop_table("workers")
    op.drop_index("tasks_active", "tasks")
    with op.batch_alter_table("tasks") as changed:
        changed.drop_column("queue")
    _index_active("status", "rank", "active_key", "not_before", "agent_id")
