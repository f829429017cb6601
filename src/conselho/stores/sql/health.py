"""Who a store is, and whether it can be written."""

from __future__ import annotations

import sqlalchemy as sa

from conselho.stores.sql.schema import meta

# More than a page: the write needs new pages, which a full disk or a bounded file does not give.
_PROBE = {"key": "probe", "value": "." * 10_000}
_is_probe = meta.c.key == "probe"


def identity(conn: sa.Connection) -> str:
    """The name that the store got when it was made."""
    value: str = conn.execute(sa.select(meta.c.value).where(meta.c.key == "identity")).scalar_one()
    return value


def prove_writable(conn: sa.Connection) -> None:
    conn.execute(sa.delete(meta).where(_is_probe))
    conn.execute(sa.insert(meta), _PROBE)
    conn.execute(sa.delete(meta).where(_is_probe))
