"""Which of the processes that tell of themselves see to the schedules."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    schedules = sa.Column("schedules", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("workers", schedules)


def downgrade() -> None:
    op.drop_column("workers", "schedules")
