"""A fresh, empty store of each backend."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from conselho.store import Store
from conselho.stores import open_store as open_store_at
from tests.support import mongodb, postgresql

# What the contract suites run on. Without a server one test says so, instead of each skipping.
BACKENDS = (
    "sqlite",
    *([] if postgresql.why_missing() else ["postgresql"]),
    *([] if mongodb.why_missing() else ["mongodb"]),
)


@asynccontextmanager
async def store_url(backend: str, tmp_path: Path) -> AsyncIterator[str]:
    """Where a store of its own can be opened, as often as the test likes."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'conselho.db'}"
        return
    name = f"conselho_test_{secrets.token_hex(6)}"
    if backend == "mongodb":
        async with _mongodb_database(name) as url:
            yield url
        return
    server = postgresql.server_url()
    await _on_server(server, f"CREATE DATABASE {name}")
    try:
        yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        await _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def open_store(backend: str, tmp_path: Path) -> AsyncIterator[Store]:
    async with store_url(backend, tmp_path) as url:
        store = await open_store_at(url)
        try:
            yield store
        finally:
            await store.close()


@asynccontextmanager
async def _mongodb_database(name: str) -> AsyncIterator[str]:
    """Made by the first write; who may log in is known to the server's own database."""
    from pymongo import AsyncMongoClient

    server = mongodb.server_uri()
    parts = urlsplit(server)
    # The server of the tests looks through whole collections, on a machine with other work to do.
    options = [parts.query, "socketTimeoutMS=120000&serverSelectionTimeoutMS=60000"]
    if "@" in parts.netloc and "authSource" not in parts.query:
        options.append("authSource=admin")
    query = "&".join(filter(None, options))
    try:
        yield parts._replace(path=f"/{name}", query=query).geturl()
    finally:
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(server)
        async with client:
            await client.drop_database(name)


async def _on_server(url: str, statement: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(
        sa.make_url(url).set(drivername="postgresql+asyncpg"),
        isolation_level="AUTOCOMMIT",
        poolclass=sa.NullPool,
    )
    async with engine.connect() as conn:
        await conn.execute(sa.text(statement))
    await engine.dispose()
