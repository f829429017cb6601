"""The description of the API is whole, and what the server sends is what it says.

Who adds a route adds one line to conselho/api/operations.py; these tests tell which is missing.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from conselho.api.openapi import operations_of
from conselho.api.operations import OPERATIONS
from conselho.api.schemas.events import BY_TYPE
from tests.support.server import Server, config, running
from tools import openapi

Json = dict[str, Any]

CHATTY = [
    sys.executable,
    "-c",
    'print("""Two files are long.\n```json\n{"severity": "warning", "summary": "Two are long.",'
    ' "findings": [{"title": "app.py is long", "severity": "warning", "file": "app.py",'
    ' "line": 1, "detail": "Split it."}]}\n```""")',
]
VERBS = set(
    "add apply cancel check count create delete demote edit end examine execute export get list"
    " log pause preview promote read record resume revoke run start stream".split()
)


@pytest.fixture(scope="module")
def lively(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server where much has happened: runs good and bad, pauses, maintenance, a council file."""
    with running(tmp_path_factory.mktemp("lively")) as server:
        server.promote("ana", CHATTY, tags=["nightly"], description="Watches.")
        server.promote("bia", ["false"])
        server.promote("caio", ["sleep", "600"], policies={"max_cost_usd_per_day": 1})
        server.create("dora")
        server.call("ana")
        server.call("bia")
        server.begin("caio")
        server.patch("/api/councilors/bia/councilor-schedule", {"enabled": False})
        server.patch(
            "/api/councilors/ana/councilor-config", {"customization": {"color": "#123456"}}
        )
        server.post("/api/maintenance", {"reason": "new disks", "tags": ["nightly"]})
        yield server


@pytest.fixture(scope="module")
def document(lively: Server) -> Json:
    answer: Json = lively.get("/openapi.json")
    return answer


def every(document: Json) -> list[tuple[str, str, Json]]:
    return list(operations_of(document))


class TestWhole:
    def test_each_route_has_its_line_in_operations(self, document: Json) -> None:
        told = {(method, path) for method, path, _ in every(document)}
        lacking = [f"{method} {path}" for method, path in sorted(told - OPERATIONS.keys())]
        assert not lacking, f"add a line to conselho/api/operations.py for each of {lacking}"
        gone = [f"{method} {path}" for method, path in sorted(OPERATIONS.keys() - told)]
        assert not gone, f"no such route any more, remove it from operations.py: {gone}"

    def test_it_is_openapi_3_1(self, document: Json) -> None:
        assert document["openapi"].startswith("3.1")
        for name, schema in document["components"]["schemas"].items():
            assert jsonschema_rs.meta.is_valid(schema), name

    def test_ids_are_verbs_and_nouns_and_each_there_once(self, document: Json) -> None:
        ids = [operation["operationId"] for _, _, operation in every(document)]
        assert len(ids) == len(set(ids))
        for operation_id in ids:
            assert re.fullmatch("[a-z]+(_[a-z]+)+", operation_id), operation_id
            assert operation_id.partition("_")[0] in VERBS, operation_id

    def test_the_second_prefix_leads_to_the_first(self, document: Json) -> None:
        ids = {operation["operationId"] for _, _, operation in every(document)}
        for key, operation in OPERATIONS.items():
            assert operation.replaced_by is None or operation.replaced_by in ids, key
        promote = document["paths"]["/api/agents/{agent_id}/promote-councilor"]["post"]
        assert promote["deprecated"]
        assert "`promote_councilor`" in promote["description"]

    def test_every_model_and_field_is_described(self, document: Json) -> None:
        lacking = []
        for name, schema in document["components"]["schemas"].items():
            if not schema.get("description"):
                lacking.append(name)
            fields = schema.get("properties", {})
            lacking += [f"{name}.{field}" for field, told in fields.items() if _is_bare(told)]
        assert not lacking, (
            "describe these: answers in their model, forms in conselho/api/schemas/forms.py:"
            f" {lacking}"
        )

    def test_every_model_has_an_example(self, document: Json) -> None:
        lacking = [
            name
            for name, schema in document["components"]["schemas"].items()
            if (fields := schema.get("properties"))
            and not any("examples" in told or "$ref" in str(told) for told in fields.values())
        ]
        assert not lacking

    def test_examples_are_such_values(self, document: Json) -> None:
        wrong = []
        for name, schema in document["components"]["schemas"].items():
            for field, told in schema.get("properties", {}).items():
                # Forms take short texts too, which FastAPI cannot know.
                if "examples" in told and not name.endswith("Form"):
                    # To look at all components for each field would take half a minute.
                    parts = document if "$ref" in str(told) else {"components": {"schemas": {}}}
                    check = validator(parts, told)
                    wrong += [
                        f"{name}.{field}: {example!r}"
                        for example in told["examples"]
                        if not check.is_valid(example)
                    ]
        assert not wrong

    def test_every_parameter_is_described(self, document: Json) -> None:
        lacking = {
            f"{operation['operationId']}.{parameter['name']}"
            for _, _, operation in every(document)
            for parameter in operation.get("parameters", ())
            if not parameter.get("description") or "example" not in parameter
        }
        assert not lacking, f"describe these in conselho/api/schemas/parameters.py: {lacking}"

    def test_every_operation_tells_what_it_does_and_may_refuse(self, document: Json) -> None:
        known = {tag["name"] for tag in document["tags"]}
        for method, path, operation in every(document):
            place = f"{method} {path}"
            assert operation["description"].strip(), place
            assert operation["tags"], place
            assert known.issuperset(operation["tags"]), place
            for status in ("400", "429", "503"):
                assert status in operation["responses"], place

    def test_errors_are_one_documented_shape(self, document: Json) -> None:
        for status, told in document["components"]["responses"].items():
            assert told["description"].endswith("."), status
            assert set(told["content"]) == {"application/json", "application/problem+json"}
            for content in told["content"].values():
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}

    def test_who_needs_a_token_is_told(self, document: Json) -> None:
        assert set(document["components"]["securitySchemes"]) == {"bearer", "cookie"}
        paths = document["paths"]
        assert paths["/healthz"]["get"]["security"] == []
        assert "401" in paths["/api/tasks"]["get"]["responses"]
        assert "role `admin`" in paths["/api/agents"]["post"]["description"]


class TestPage:
    def test_the_page_is_built_with_what_the_server_says(self, document: Json) -> None:
        kept = openapi.FILE.read_text(encoding="utf-8")
        assert kept == openapi.written(document), "run `make api` and look at what has changed"


class TestTrue:
    def test_what_is_read_is_as_described(self, lively: Server, document: Json) -> None:
        """Every GET of the API, with what is there: nothing missing, nothing that is not told."""
        [finished, *_] = lively.get("/api/tasks", status="completed")["tasks"]
        there = {
            "agent_id": "ana",
            "task_id": finished["task_id"],
            "instance_id": "councilor_ana",
        }
        asked = 0
        for method, path, operation in every(document):
            if method != "GET" or "text/event-stream" in _media(operation):
                continue
            query = {"metric": "runs"} if path == "/api/series" else {}
            conforms(document, operation, lively.api.get(path.format(**there), params=query))
            asked += 1
        assert asked > 30

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("/api/agents", {"is_councilor": "true"}),
            ("/api/agents/dora", {}),
            ("/api/tasks/{caio}", {}),
            ("/api/tasks/{bia}", {}),
            ("/api/councilors/bia/councilor-reports", {}),
            ("/api/councilors/caio/councilor-reports/latest", {}),
            ("/api/councilors/bia/next", {}),
            ("/api/series", {"metric": "severity"}),
            ("/api/series", {"metric": "duration", "by": "hour"}),
            ("/api/series", {"metric": "cost"}),
            ("/api/series", {"metric": "lost"}),
            ("/api/catalogue", {"lang": "pt"}),
            ("/api/usage", {"agent_id": "caio"}),
            ("/api/maintenance", {"all": "true"}),
        ],
    )
    def test_so_are_its_other_forms(
        self, lively: Server, document: Json, path: str, query: dict[str, str]
    ) -> None:
        for agent_id in ("bia", "caio"):
            if f"{{{agent_id}}}" in path:
                [row, *_] = lively.get("/api/tasks", agent_id=agent_id)["tasks"]
                path = path.format(**{agent_id: row["task_id"]})
        answer = lively.api.get(path, params=query)
        assert answer.status_code == 200
        conforms(document, described(document, "GET", path), answer)

    def test_so_is_what_is_changed(self, lively: Server, document: Json, tmp_path: Path) -> None:
        """A life: made, promoted, edited, paused, run, cancelled, demoted, deleted."""
        agent = {"agent_id": "eva", "name": "Eva", "command": ["sleep", "600"]}
        seat = {"councilor_config": config(schedule="1d")}
        steps: list[tuple[str, str, Any]] = [
            ("POST", "/api/agents", agent),
            ("POST", "/api/agents", agent),
            ("POST", "/api/councilors/eva/promote-councilor", seat),
            ("POST", "/api/councilors/eva/promote-councilor", seat),
            ("PATCH", "/api/councilors/eva/councilor-config", {"title": "Eve"}),
            ("PATCH", "/api/agents/eva/councilor-schedule", {"enabled": False}),
            ("POST", "/api/councilors/eva/execute-now", None),
            ("POST", "/api/councilors/eva/execute-now", None),
            ("POST", "/api/agents/dora/execute", {"input_text": "Say so."}),
            ("POST", "/api/agents/dora/execute", {"input_text": " "}),
            ("POST", "/api/council/pause", {"agent_ids": ["ana", "bia"]}),
            ("POST", "/api/council/resume", {"all": True}),
            ("POST", "/api/council/run", {"agent_ids": ["ana", "eva"]}),
            ("POST", "/api/backfills", {"agent_ids": ["ana"], "from": "2020-01-01T00:00:00Z"}),
            ("POST", "/api/council", {"base": str(tmp_path), "files": []}),
            ("POST", "/api/schedules/preview", {"schedule": "30m"}),
            ("POST", "/api/schedules/preview", {"schedule": "often"}),
            ("POST", "/api/maintenance", {"reason": "now", "duration": "2h"}),
            ("POST", "/api/tokens", {"name": "deploy", "role": "viewer"}),
            ("POST", "/api/session", {"token": "wrong"}),
            ("DELETE", "/api/session", None),
            ("DELETE", "/api/councilors/eva/demote-councilor", None),
            ("PATCH", "/api/agents/eva", {"name": "Évora", "model": None}),
            ("PATCH", "/api/agents/eva", {"name": None}),
            ("PATCH", "/api/agents/nobody", {"name": "Nobody"}),
            ("DELETE", "/api/agents/eva", None),
            ("DELETE", "/api/agents/eva", None),
        ]
        for method, path, body in steps:
            answer = lively.api.request(method, path, json=body)
            conforms(document, described(document, method, path), answer)
        [row, *_] = lively.get("/api/tasks", agent_id="eva")["tasks"]
        cancel = f"/api/tasks/{row['task_id']}/cancel"
        conforms(document, described(document, "POST", cancel), lively.api.post(cancel))

    def test_so_is_what_the_stream_says(self, lively: Server, document: Json) -> None:
        lively.promote("flora", ["sleep", "600"], schedule="1s")
        identity = lively.get("/api/kpis")["last_event_id"].rpartition("-")[0]
        with lively.listen(f"{identity}-0") as stream, lively.listen("elsewhere") as lost:
            stream.until("councilor_skipped", councilor_id="flora")
            heard = [*stream.heard, lost.until("reset")]
        lively.delete("/api/agents/flora")
        # Which would take a quarter of a minute.
        assert {event.type for event in heard} == BY_TYPE.keys() - {"heartbeat"}
        shapes = {
            kind: validator(document, {"$ref": f"#/components/schemas/{BY_TYPE[kind].__name__}"})
            for kind in {event.type for event in heard}
        }
        for event in heard:
            for error in shapes[event.type].iter_errors(event.data):
                raise AssertionError(f"{event.type} {error.instance_path}: {error.message[:300]}")

    def test_errors_keep_their_sentence(self, lively: Server) -> None:
        answer = lively.api.get("/api/agents/nobody")
        assert answer.headers["content-type"] == "application/json"
        assert answer.json() == {"detail": "There is no agent 'nobody'."}

    def test_errors_are_problems_for_who_asks(self, lively: Server, document: Json) -> None:
        accept = {"Accept": "application/problem+json, application/json"}
        answer = lively.api.get("/api/tasks", params={"limit": 0}, headers=accept)
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert (told["type"], told["status"]) == ("about:blank", 422)
        assert told["title"]
        assert told["detail"] == "query.limit: must be at least 1"
        conforms(document, described(document, "GET", "/api/tasks"), answer)
        well = lively.api.get("/api/tasks", headers=accept)
        assert well.headers["content-type"] == "application/json"


def conforms(document: Json, operation: Json, answer: httpx.Response) -> None:
    """The answer is one that the operation tells of, and has no field that is not told of."""
    place = f"{answer.request.method} {answer.request.url}: {answer.status_code}"
    assert answer.status_code < 500, f"{place} {answer.text}"
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, f"{place} is not described; say so in operations.py: {answer.text}"
    told = resolved(document, told)
    if "content" not in told:
        assert not answer.content, place
        return
    media = answer.headers["content-type"].partition(";")[0]
    assert media in told["content"], f"{place} is {media}"
    if media.endswith("json"):
        found = [
            f"{'.'.join(map(str, error.instance_path))}: {error.message[:300]}"
            for error in validator(document, told["content"][media]["schema"]).iter_errors(
                answer.json()
            )
        ]
        assert not found, f"{place} is not as conselho/api/schemas/ say: {found[:5]}"


def described(document: Json, method: str, path: str) -> Json:
    """The operation that a path falls under: fixed paths before those with a parameter."""
    found = [
        (template.count("{"), template)
        for template, methods in document["paths"].items()
        if method.lower() in methods
        and re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path.partition("?")[0])
    ]
    operation: Json = document["paths"][min(found)[1]][method.lower()]
    return operation


def validator(document: Json, schema: Json) -> jsonschema_rs.Draft202012Validator:
    components = copy.deepcopy(document["components"])
    for shape in components["schemas"].values():
        # What clients may not rely on, we do: a field that is sent has to be described.
        if "properties" in shape:
            shape.setdefault("additionalProperties", False)
    return jsonschema_rs.Draft202012Validator(
        {**schema, "components": components}, validate_formats=True
    )


def test_the_proof_sees_what_is_not_as_described() -> None:
    """Or all of the above would prove nothing."""
    fields = {"count": {"type": "integer"}, "at": {"type": "string", "format": "date-time"}}
    thing = {"type": "object", "properties": fields, "required": ["count"]}
    document = {"components": {"schemas": {"Thing": thing}}}
    check = validator(document, {"$ref": "#/components/schemas/Thing"})
    assert check.is_valid({"count": 1, "at": "2026-11-30T22:00:00Z"})
    for wrong in ({}, {"count": "1"}, {"count": 1, "more": 1}, {"count": 1, "at": "yesterday"}):
        assert not check.is_valid(wrong), wrong


def resolved(document: Json, told: Json) -> Json:
    if "$ref" not in told:
        return told
    name = told["$ref"].rpartition("/")[2]
    response: Json = document["components"]["responses"][name]
    return response


def _media(operation: Json) -> set[str]:
    return {media for told in operation["responses"].values() for media in told.get("content", ())}


def _is_bare(told: Json) -> bool:
    return not told.get("description")
