"""A start waits a while for the servers that it needs, and says which one does not answer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from conselho.config import Settings, load_settings
from conselho.errors import StoreUnavailable
from conselho.wiring.links import STORE_PAUSE_SECONDS, STORE_TRIES, open_patiently
from tests.support.clock import FakeClock
from tests.support.server import free_port

pytest.importorskip("asyncpg", reason="asyncpg is not installed: PostgreSQL is not tested")

DEADLINE = 60


def settings(folder: Path, url: str) -> Settings:
    return load_settings({"database_url": url, "data_dir": folder}, environ={}, cwd=folder)[0]


async def test_a_database_server_that_is_away_is_waited_for_with_a_bound(tmp_path: Path) -> None:
    url = f"postgresql://ana:s3cret@127.0.0.1:{free_port()}/council"
    clock = FakeClock()
    opening = asyncio.ensure_future(open_patiently(settings(tmp_path, url), clock))
    async with asyncio.timeout(DEADLINE):
        for _ in range(STORE_TRIES - 1):
            await clock.until_asleep()
            assert not opening.done()
            await clock.advance(STORE_PAUSE_SECONDS)
        with pytest.raises(StoreUnavailable, match="cannot be reached") as refused:
            await opening
    assert "s3cret" not in str(refused.value)


async def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "council.db").mkdir()
    place = settings(tmp_path, f"sqlite:///{tmp_path / 'council.db'}")
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(StoreUnavailable):
            await open_patiently(place, FakeClock())
