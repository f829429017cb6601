"""usage: python tools/openapi.py

Writes web/openapi.json: what the API is asked and what it answers, from which the types of the page
are made (`npm run types` in web/). It is committed, so that the page can be built before anything
of Python is installed; tests/live/test_openapi.py says when it is not what the server says.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

# Whatever is installed: the page is made for the server that stands beside it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from conselho.api.app import make_app
from conselho.api.context import Context
from conselho.api.doors import Doors
from conselho.api.openapi import describe
from conselho.api.stream import Hub
from conselho.config import Settings
from conselho.services.data_dir import DataDir
from conselho.wiring.system import open_system

Json = dict[str, Any]

FILE: Final = Path(__file__).resolve().parent.parent / "web" / "openapi.json"
# What makes no other type: sentences, and the rules for values.
LEFT_OUT: Final = frozenset(
    "default description example examples exclusiveMaximum exclusiveMinimum format maxItems"
    " maxLength maximum minItems minLength minimum pattern summary tags uniqueItems".split()
)
WIDTH: Final = 120


def outline(document: Json) -> Json:
    """The description of the API without its prose, its errors and what is deprecated."""
    paths = {
        path: {
            method: _asked_and_answered(operation)
            for method, operation in methods.items()
            if not operation.get("deprecated")
        }
        for path, methods in document["paths"].items()
    }
    return {
        "openapi": document["openapi"],
        "info": {"title": document["info"]["title"], "version": "0"},
        "paths": {path: methods for path, methods in paths.items() if methods},
        "components": {
            "schemas": {
                name: _shape(schema) for name, schema in document["components"]["schemas"].items()
            }
        },
    }


def written(document: Json) -> str:
    """The outline as the file holds it: about a field a line, so that a change can be read."""
    return _lines(outline(document), 0) + "\n"


def _lines(value: Any, depth: int) -> str:
    """JSON, in one line where that is not too long."""
    flat = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if len(flat) + depth <= WIDTH or not isinstance(value, dict | list):
        return flat
    edge, inner = "\n" + " " * depth, "\n" + " " * (depth + 1)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return flat
    if isinstance(value, list):
        return f"[{inner}{f',{inner}'.join(_lines(one, depth + 1) for one in value)}{edge}]"
    pairs = (f"{json.dumps(key)}: {_lines(value[key], depth + 1)}" for key in sorted(value))
    return f"{{{inner}{f',{inner}'.join(pairs)}{edge}}}"


def _asked_and_answered(operation: Json) -> Json:
    kept = {
        name: _shape(operation[name])
        for name in ("operationId", "parameters", "requestBody")
        if name in operation
    }
    answers = {
        status: {"description": "", **_shape(answer)}
        for status, answer in operation["responses"].items()
        if status.startswith("2")
    }
    return kept | {"responses": answers}


def _shape(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_shape(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept: Json = {}
    for name, value in schema.items():
        if name == "properties":  # these are names of fields, whatever they are
            kept[name] = {field: _shape(told) for field, told in value.items()}
        elif name == "required" and isinstance(value, list):
            kept[name] = sorted(value)
        elif name not in LEFT_OUT and value is not True:
            kept[name] = _shape(value)
    return kept


async def described() -> Json:
    """The document of a server over an empty store."""
    with tempfile.TemporaryDirectory() as folder:
        home = DataDir(Path(folder))
        store = f"sqlite:///{home.path / 'conselho.db'}"
        settings = Settings(data_dir=home.path, database_url=store)
        system = await open_system(settings, home)
        try:
            hub = Hub(system.store, system.store.identity, system.clock)
            return describe(make_app(Context(system, hub, Doors(1, of_address=1))))
        finally:
            await system.stop()


def main() -> int:
    FILE.write_text(written(asyncio.run(described())), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
