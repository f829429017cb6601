"""pydantic's complaints in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from conselho.config import nearest
from conselho.errors import Invalid

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one value. `path` leads to it: keys, and indexes into lists."""

    path: Path
    message: str

    @property
    def field(self) -> str:
        return ".".join(map(str, self.path))


class InvalidForm(Invalid):
    """What somebody sent cannot be used: the message tells the first problem, `problems` all."""

    def __init__(self, found: Sequence[FieldProblem]) -> None:
        super().__init__(found[0].field, found[0].message)
        self.problems = tuple(found)


def problems(
    found: ValidationError | Iterable[Mapping[str, Any]], form: type[BaseModel] | None = None
) -> list[FieldProblem]:
    """A sentence for each complaint, in the order of the fields.

    Takes a ValidationError, or its `errors()` as FastAPI keeps them (where the path begins with
    `body`). With the form at hand an unknown key is answered with the nearest known one.
    """
    errors: Iterable[Mapping[str, Any]]
    errors = found.errors(include_url=False) if isinstance(found, ValidationError) else found
    told: dict[Path, FieldProblem] = {}
    for error in errors:
        path = _path(error["loc"])
        # Of a value that may have several forms pydantic complains once a form: one is enough.
        told.setdefault(path, FieldProblem(path, _sentence(error, path, form)))
    return list(told.values())


def below(found: Iterable[FieldProblem], *above: str) -> list[FieldProblem]:
    """The same problems of a value that stands below other keys."""
    return [FieldProblem((*above, *one.path), one.message) for one in found]


def _path(location: Sequence[str | int]) -> Path:
    if len(location) == 2 and location[0] == "body" and isinstance(location[1], int):
        return ()  # Text that is no JSON is pointed at by a position.
    return tuple(location[1:] if location and location[0] == "body" else location)


def _sentence(error: Mapping[str, Any], path: Path, form: type[BaseModel] | None) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "is required" if path else "The body is missing: send a JSON object."
        case "extra_forbidden":
            return "there is no such key." + nearest(str(path[-1]), _keys(form, path[:-1]))
        case "value_error":
            return str(context["error"])
        case "string_type" | "string_unicode":
            return "must be a text"
        case "string_too_short":
            return "must not be empty"
        case "string_too_long":
            return f"must have at most {context['max_length']} characters"
        case "too_short":
            return f"must have at least {context['min_length']} entry"
        case "too_long":
            return f"must have at most {context['max_length']} entries"
        case "bool_type" | "bool_parsing":
            return "must be true or false"
        case "int_type" | "int_parsing" | "int_from_float" | "int_parsing_size":
            return "must be a whole number"
        case "float_type" | "float_parsing" | "finite_number":
            return "must be a number"
        case "greater_than":
            return f"must be more than {context['gt']:g}"
        case "greater_than_equal":
            return f"must be at least {context['ge']:g}"
        case "less_than_equal":
            return f"must be at most {context['le']:g}"
        case "literal_error" | "enum":
            return f"must be one of {_unquoted(context['expected'])}"
        case "list_type" | "tuple_type":
            return "must be a list"
        case "model_type" | "dict_type" | "model_attributes_type":
            return "must be an object with named fields"
        case "timezone_aware":
            return "must tell its offset from UTC, as 2026-11-30T22:00:00Z"
        case "datetime_from_date_parsing" | "datetime_parsing" | "datetime_type":
            return "must be a time, as 2026-11-30T22:00:00Z"
        case "json_invalid":
            return f"The body is not JSON: {context['error']}."
        case _:
            return str(error["msg"])


def _unquoted(expected: str) -> str:
    return expected.replace("'", "")


def _keys(form: type[BaseModel] | None, path: Path) -> list[str]:
    """The keys that the form knows at `path`."""
    for step in path:
        if form is None or step not in form.model_fields:
            return []
        annotation = form.model_fields[str(step)].annotation
        choices = [annotation, *get_args(annotation)]
        form = next((one for one in choices if _is_form(one)), None)
    return list(form.model_fields) if form is not None else []


def _is_form(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
