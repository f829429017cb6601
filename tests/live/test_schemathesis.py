"""Requests that the description of the API allows, and many that it does not, at a real server.

Whatever is sent: no answer is a failure of the server, and each is one that the description tells
of, with the body that it tells of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from conselho.api.operations import OPERATIONS
from tests.support.server import Server, running

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# Some 60 operations: together they take less than a minute.
EXAMPLES = 25
DEADLINE_SECONDS = 20
# Without end; it has tests of its own.
STREAM = "/api/councilors/events/stream"
MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)

bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    # The same requests on each run: what fails on CI fails here.
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with somebody to ask about, and room for as many requests as a test makes."""
    limits = {"CONSELHO_RATE_LIMITS": "writes=1000000, runs=1000000, failed_logins=1000000"}
    with running(tmp_path_factory.mktemp("target"), environ=limits) as server:
        server.promote("ana")
        server.call("ana")
        yield server


@pytest.fixture(scope="module")
def schema(target: Server) -> Any:
    return schemathesis.openapi.from_dict(target.get("/openapi.json"))


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    ("method", "path"), [key for key in sorted(OPERATIONS) if key[1] != STREAM]
)
def test_every_answer_is_as_described(
    target: Server, schema: Any, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    operation = schema[path][method]
    if mode is schemathesis.GenerationMode.NEGATIVE and not _can_be_wrong(operation):
        pytest.skip("every text is a path, and there is nothing else that could be wrong")

    @bounded
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        # Nobody waits here for an agent that was made up.
        case.query = {
            name: 0 if name == "wait" else value
            for name, value in (case.query or {}).items()
            if name != "follow"
        }
        # A head of 64 kB is refused before any route, in the parser's own words.
        assume(len(urlencode(case.query, doseq=True)) < 32_000)
        case.call_and_validate(base_url=target.url, checks=CHECKS, timeout=DEADLINE_SECONDS)

    ask()


def _can_be_wrong(operation: Any) -> bool:
    queries = [
        one for one in operation.definition.raw.get("parameters", ()) if one["in"] == "query"
    ]
    return bool(queries) or "requestBody" in operation.definition.raw
