"""A clock that never forgets: priorities and lanes of tasks, the journal, maintenance windows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACTIVE = sa.text("ended_at IS NULL")

# Each new column of `tasks` behind the one that it stands behind: small first, big last.
NEW = (
    ("not_before", sa.Column("rank", sa.BigInteger)),
    ("fence", sa.Column("priority", sa.Integer, nullable=False, server_default="5")),
    ("active_key", sa.Column("lanes", sa.Text)),
    ("lanes", sa.Column("cancel_reason", sa.Text)),
)


def upgrade() -> None:
    conn = op.get_bind()
    op.drop_index("tasks_active", "tasks")
    _add_columns(on_sqlite=conn.dialect.name == "sqlite")
    # Until now all had the same priority.
    conn.execute(sa.text("UPDATE tasks SET rank = not_before WHERE ended_at IS NULL"))
    _index_active("status", "rank", "active_key", "not_before", "agent_id")
    op.create_table(
        "journal",
        sa.Column("seq", SEQ, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("agent_id", ID),
        sa.Column("display_name", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("former", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index("journal_agent", "journal", ["agent_id", "seq"])
    op.create_index(
        "journal_unsettled",
        "journal",
        ["seq"],
        sqlite_where=sa.text("settled IS 0"),
        postgresql_where=sa.text("settled IS false"),
    )
    op.create_table(
        "maintenance",
        sa.Column("window_id", ID, primary_key=True),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("agent_ids", sa.Text, nullable=False),
    )


def _add_columns(*, on_sqlite: bool) -> None:
    if on_sqlite:
        # SQLite adds a column behind all others, where a reader would have to walk through every
        # big one before it: so the table is copied.
        with op.batch_alter_table("tasks", recreate="always") as copy:
            for behind, column in NEW:
                copy.add_column(column, insert_after=behind)
        return
    for _, column in NEW:
        op.add_column("tasks", column)


def _index_active(*columns: str) -> None:
    op.create_index("tasks_active", "tasks", columns, sqlite_where=ACTIVE, postgresql_where=ACTIVE)


def downgrade() -> None:
    op.drop_table("maintenance")
    op.drop_table("journal")
    op.drop_index("tasks_active", "tasks")
    with op.batch_alter_table("tasks") as changed:
        for _, column in NEW:
            changed.drop_column(column.name)
    _index_active("status", "not_before", "agent_id")
