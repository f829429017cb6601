"""Bringing a store's tables to the form that this program knows, at each open.

Alembic is imported only when there is something to do: it costs a start some 200 ms. A migration
is one transaction on both backends, so a crash leaves the old form or the new one, and of two
processes that start together the second finds the work done.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from conselho.errors import StoreTooNew
from conselho.stores.sql.portable import take_turn

# Oldest first; a test holds them equal to the files in migrations/versions.
REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010")
HEAD: Final = REVISIONS[-1]


def bring_up_to_date(conn: sa.Connection, place: str) -> None:
    """Migrate inside the caller's write transaction. Raises StoreTooNew for a newer schema."""
    take_turn(conn, "migration")
    revision = _revision(conn)
    if revision == HEAD:
        return
    if revision is not None and revision not in REVISIONS:
        raise StoreTooNew(
            f"{place} was written by a newer Conselho (its schema is {revision}, this program"
            f" knows up to {HEAD}); use that version, or another database"
        )
    _upgrade(conn)


def _revision(conn: sa.Connection) -> str | None:
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    revision: str | None = conn.execute(
        sa.text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return revision


def _upgrade(conn: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    command.upgrade(config, HEAD)
