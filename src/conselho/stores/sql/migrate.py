"""Bringing a store's tables to the form that this program knows, at each open.

A new store gets all of them at once: to go through its whole history costs 100 ms. Alembic is
imported only for an old one, which costs some 200 ms more. Each is one transaction on both
backends, so a crash leaves the old form or the new one, and of two processes that start together
the second finds the work done.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from conselho.errors import StoreTooNew
from conselho.stores.sql.portable import take_turn
from conselho.stores.sql.schema import event_head, meta, metadata

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
    if revision is None:
        _make(conn)
    else:
        _upgrade(conn)


def _revision(conn: sa.Connection) -> str | None:
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    revision: str | None = conn.execute(
        sa.text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return revision


def _make(conn: sa.Connection) -> None:
    """What the chain of migrations makes in an empty database; a test compares the two."""
    metadata.create_all(conn, checkfirst=False)
    conn.execute(sa.insert(meta).values(key="identity", value=secrets.token_hex(6)))
    conn.execute(sa.insert(event_head).values(only=1, newest=0))
    version = sa.Table(
        "alembic_version",
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
    )
    version.create(conn, checkfirst=True)
    conn.execute(sa.insert(version).values(version_num=HEAD))


def _upgrade(conn: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = conn
    command.upgrade(config, HEAD)
