"""The description of the API, OpenAPI 3.1: what FastAPI knows of requests, and our own tables.

FastAPI reads parameters and bodies off the handlers. What they answer is in operations.py, what
fields and parameters mean in schemas/, who may call them in roles.py. Answers are not sent through
the models that describe them: a list of hundreds of councilors would take twice as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from conselho.api.etags import VOLATILE
from conselho.api.gate import COOKIE
from conselho.api.idempotency import HEADER as IDEMPOTENCY_KEY
from conselho.api.idempotency import NEVER_KEPT
from conselho.api.operations import OPERATIONS, Operation
from conselho.api.roles import ROLES
from conselho.api.schemas.forms import MEANINGS, NO_EXAMPLE, meaning_of
from conselho.api.schemas.parameters import PARAMETERS
from conselho.api.schemas.problems import Problem
from conselho.api.unrouted import UNROUTED

Json = dict[str, Any]

SUMMARY: Final = "AI agents as councilors: when they run, what they found, who may ask them."
DESCRIPTION: Final = """\
Times are ISO-8601 in UTC with `Z`; lengths carry their unit in the name (`duration_ms`,
`timeout_seconds`; a task's `duration` is in seconds). Unknown fields of a body are ignored, and
further fields may join any answer.

Every error is a sentence under `detail`; what is wrong with single values stands under `errors`.
With `Accept: application/problem+json` it is a problem of RFC 9457.

A local server asks for no token. Any other asks for `Authorization: Bearer TOKEN`, or for the
cookie of a login at `POST /api/session`.

The guide is docs/api.md. Agents reach the same over MCP at `/mcp`; older pages hear the events at
the WebSocket `/ws/gamification`, too.
"""
TAGS: Final = [
    ("councilors", "One councilor: promote, edit, pause, run, report."),
    ("council", "All councilors, or several at once."),
    ("agents", "The catalogue of agents: who could be a councilor."),
    ("tasks", "Executions: lists, one of them, its log, cancelling it."),
    ("schedules", "What a schedule means."),
    ("maintenance", "Times in which slots are skipped."),
    ("kpis", "The council in figures."),
    ("usage", "What agents spend, and budgets."),
    ("journal", "What happened to schedules, to the clock and to the server."),
    ("audit", "Who changed what."),
    ("events", "What happens, as it happens."),
    ("catalogue", "Task templates and investigators to begin with."),
    ("doctor", "Whether the councilors can run."),
    ("access", "Logging in, and tokens."),
    ("health", "Whether the server does its work."),
    ("older clients", "What pages and scripts of the older system call."),
]

# What any request may be answered; each a sentence for people.
_ALWAYS: Final = (400, 429, 503)
_WITH_TOKEN: Final = (401, 403)
_ERRORS: Final = {
    400: "The server does not answer to this host, or the body cannot be read.",
    401: "The server asks for a token, or does not accept this one.",
    403: "The role does not suffice, or the request comes from a page of another site.",
    404: "What the path or the body names is not there.",
    409: "Its state does not allow that, or somebody was quicker.",
    413: "The body is larger than 1,000,000 bytes.",
    422: "A value cannot be used; `errors` says which and why.",
    429: "Too many requests; `Retry-After` says for how many seconds to wait.",
    503: "The server is not ready, or its store does not answer.",
}
_SECURITY: Final = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The secret of a token, as `conselho token create` tells it.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The session of a browser that logged in.",
    },
}
_REF: Final = "#/components/schemas/{model}"


def describe(app: FastAPI) -> Json:
    """The whole document."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=SUMMARY,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": told} for name, told in TAGS],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    document["paths"] |= UNROUTED
    models, components = _models()
    for method, path, described in operations_of(document):
        if (operation := OPERATIONS.get((method, path))) is not None:
            _complete(described, operation, models)
        _add_headers(described, method, path)
        _explain(described)
        _allow(described, method, path)
    forms = document.get("components", {}).get("schemas", {})
    document["components"] = {
        "schemas": _told(_forms(forms) | components),
        "responses": {str(status): _problem(status) for status in _ERRORS},
        "securitySchemes": _SECURITY,
    }
    # None: on a local server nobody has to show anything.
    document["security"] = [{}, {"bearer": []}, {"cookie": []}]
    return document


def operations_of(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Every operation of a document, with its method and path."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield method.upper(), path, described


def _models() -> tuple[dict[tuple[str, int], Json], Json]:
    """The schema of each answer, by operation_id and status, and what they refer to."""
    asked = [
        ((operation.operation_id, status), model)
        for operation in OPERATIONS.values()
        for status, model in [(operation.status, operation.answer), *operation.also.items()]
        if model is not None
    ]
    asked.append((("problem", 0), Problem))
    schemas, shared = TypeAdapter.json_schemas(
        [(key, "validation", TypeAdapter(model)) for key, model in asked], ref_template=_REF
    )
    found = {key: _untitled(schema) for (key, _), schema in schemas.items()}
    return found, _untitled(shared["$defs"])


def _complete(described: Json, operation: Operation, models: dict[tuple[str, int], Json]) -> None:
    described["operationId"] = operation.operation_id
    if operation.replaced_by is not None:
        described["deprecated"] = True
        described["description"] += f"\n\nNew clients call `{operation.replaced_by}`."
    answers = described["responses"] = {}
    for status in (operation.status, *operation.also):
        schema = models.get((operation.operation_id, status), {"type": "string"})
        medias = (operation.media,) if isinstance(operation.media, str) else operation.media
        answers[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {media: {"schema": schema} for media in medias},
        }
    errors = {*_ALWAYS, *operation.errors}
    if "parameters" in described or "requestBody" in described:
        errors.add(422)
    if "requestBody" in described:
        errors.add(413)
    for status in sorted(errors - {operation.status, *operation.also}):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}


def _add_headers(described: Json, method: str, path: str) -> None:
    """What idempotency.py and etags.py do for this route."""
    if method == "POST" and path.startswith("/api/") and not path.startswith(NEVER_KEPT):
        described.setdefault("parameters", []).append(_header(IDEMPOTENCY_KEY))
        for status in (409, 422):
            described["responses"].setdefault(
                str(status), {"$ref": f"#/components/responses/{status}"}
            )
    if method == "GET" and path in VOLATILE:
        described.setdefault("parameters", []).append(_header("If-None-Match"))
        described["responses"]["304"] = {"description": "The client has this answer already."}


def _header(name: str) -> Json:
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}


def _explain(described: Json) -> None:
    for parameter in described.get("parameters", ()):
        own = PARAMETERS.get(f"{described['operationId']}.{parameter['name']}")
        told = own or PARAMETERS.get(parameter["name"])
        if told is not None:
            parameter["description"], parameter["example"] = told
        parameter["schema"].pop("title", None)


def _allow(described: Json, method: str, path: str) -> None:
    """Say who may call it."""
    role = ROLES.get((method, path))
    if role is None:
        described["security"] = []
        return
    described["description"] += f"\n\nNeeds the role `{role}`."
    for status in _WITH_TOKEN:
        described["responses"].setdefault(str(status), {"$ref": f"#/components/responses/{status}"})


def _forms(forms: Json) -> Json:
    """What is sent, with the meaning of each field; FastAPI's own form of errors is not ours."""
    kept = {
        name: form
        for name, form in _untitled(forms).items()
        if name not in ("HTTPValidationError", "ValidationError")
    }
    for name, form in kept.items():
        for field, schema in form.get("properties", {}).items():
            told = meaning_of(name, field)
            if told is not None:
                schema["description"] = told[0]
                if told[1] is not NO_EXAMPLE:
                    schema.setdefault("examples", [told[1]])
    return kept


def _told(schemas: Json) -> Json:
    """By name, and each with what it means."""
    for name, schema in schemas.items():
        if name in MEANINGS:
            schema.setdefault("description", MEANINGS[name])
    return dict(sorted(schemas.items()))


def _problem(status: int) -> Json:
    schema = {"$ref": _REF.format(model="Problem")}
    medias = ("application/json", "application/problem+json")
    return {
        "description": _ERRORS[status],
        "content": {media: {"schema": schema} for media in medias},
    }


def _untitled(schema: Any) -> Any:
    """Without the titles that pydantic makes out of names: they only repeat these."""
    if isinstance(schema, list):
        return [_untitled(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }
