"""Backends of the store contract (conselho/store.py), one module or package each."""

from __future__ import annotations

from conselho.errors import InvalidSettings
from conselho.store import Store


async def open_store(url: str) -> Store:
    """Open the store that this URL names, made and migrated when needed; the caller closes it.

    What each kind of URL may say: docs/stores.md.
    Raises InvalidSettings for a URL that means nothing or a package that is missing,
    StoreUnavailable when the store cannot be opened or was written by a newer program.
    """
    # Imported here: a server on SQLite needs no driver of the others.
    if url.partition("://")[0] not in ("mongodb", "mongodb+srv"):
        from conselho.stores.sql import open_sql_store

        return await open_sql_store(url)
    try:
        from conselho.stores.mongodb import open_mongodb_store
    except ModuleNotFoundError as exc:
        raise InvalidSettings(
            "database_url", f"MongoDB needs the package {exc.name!r}: install conselho[mongodb]"
        ) from exc
    return await open_mongodb_store(url)
