"""When a worker says that it takes no runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from conselho.api.worker_http import SILENCE, SILENT_LOOKS, WorkerHttp
from conselho.config import Settings, load_settings
from conselho.dispatchers.local import SELDOM_SECONDS
from conselho.services.data_dir import DataDir
from conselho.wiring.system import System, open_system
from tests.support.clock import NOON, FakeClock

SECOND = timedelta(seconds=1)


@pytest.fixture
async def system(tmp_path: Path) -> AsyncIterator[System]:
    """At noon, and not started: it looks for work when the test does."""
    data_dir = DataDir(tmp_path / "data")
    data_dir.acquire()
    settings, _ = load_settings({"data_dir": tmp_path / "data"}, environ={}, cwd=tmp_path)
    system = await open_system(settings, data_dir)
    system.clock = FakeClock()
    yield system
    await system.stop()
    data_dir.release()


def http_of(settings: Settings) -> WorkerHttp:
    return WorkerHttp(settings, "http://here")


async def answer(http: WorkerHttp, path: str) -> int:
    """The status of one request."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is read")

    await http({"type": "http", "method": "GET", "path": path}, receive, send)
    status: int = sent[0]["status"]
    return status


@pytest.mark.parametrize("broker", [None, "redis://h"])
async def test_who_could_not_look_for_work_for_a_while_takes_none(
    system: System, broker: str | None
) -> None:
    http = http_of(replace(system.settings, broker_url=broker))
    assert await answer(http, "/healthz") == 503
    http.opened(system)
    assert "not asked the store for work yet" in (http.not_claiming() or "")

    system.pool._looked_at = NOON
    patience = SILENCE if broker is None else SILENT_LOOKS * SELDOM_SECONDS * SECOND
    assert isinstance(system.clock, FakeClock)
    for seconds, told in ((0.0, False), (patience.total_seconds(), False), (1.0, True)):
        system.clock.jump(seconds)
        assert (http.not_claiming() is not None) is told
    assert await answer(http, "/healthz") == 503
    assert await answer(http, "/livez") == 200

    system.pool._looked_at = system.clock.now()
    assert await answer(http, "/healthz") == 200
    http.stops()
    assert await answer(http, "/healthz") == 503


async def test_before_there_is_a_store_it_lives_and_has_no_figures(tmp_path: Path) -> None:
    settings, _ = load_settings({"data_dir": tmp_path}, environ={}, cwd=tmp_path)
    http = http_of(settings)
    statuses = {path: await answer(http, path) for path in ("/livez", "/healthz", "/metrics", "/")}
    assert statuses == {"/livez": 200, "/healthz": 503, "/metrics": 503, "/": 404}
