"""One server for the tests of a module that only ask; who stops or kills one starts their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server
