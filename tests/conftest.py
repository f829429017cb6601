"""Fixtures that most tests share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from conselho.store import Store
from conselho.stores import open_store
from tests.support.stores import BACKENDS, store_url


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """A command that a test runs in this process sends the logs to that test's stderr only."""
    yield
    structlog.reset_defaults()


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Each backend in turn."""
    name: str = request.param
    return name


@pytest.fixture
async def url(backend: str, tmp_path: Path) -> AsyncIterator[str]:
    """Where a fresh, empty store can be opened."""
    async with store_url(backend, tmp_path) as where:
        yield where


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """A fresh, empty store."""
    opened = await open_store(url)
    yield opened
    await opened.close()
