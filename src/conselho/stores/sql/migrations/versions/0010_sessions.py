"""Browsers that are logged in, for all servers and for longer than one process."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("digest", ID, primary_key=True),
        sa.Column("token", ID, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )
    op.create_index("sessions_token", "sessions", ["token", "created_at"])
    op.create_index("sessions_created", "sessions", ["created_at"])
    op.create_index("sessions_ends", "sessions", ["ends_at"])


def downgrade() -> None:
    op.drop_table("sessions")
