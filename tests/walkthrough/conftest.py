"""The tutorial's server: one for all its chapters; each chapter brings its own councilors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.server import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("council")) as server:
        yield server
