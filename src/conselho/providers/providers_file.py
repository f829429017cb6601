"""The providers of a user: a TOML file that adds to the shipped ones, or changes them.

    [providers.NAME]          a new provider, or changes to the shipped one of that name
    extends = "claude"        begin from a shipped provider instead of from nothing

What stands in the file takes the place of what was there, with three exceptions: `arguments` and
`environment` are added to, and tables are merged key by key.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from conselho.config import nearest
from conselho.errors import Invalid
from conselho.providers.spec import (
    Level,
    Parser,
    PermissionProfile,
    Price,
    PromptWay,
    ProviderSpec,
    problems,
)

# Its argv comes from each agent, so there is nothing here to change.
PROTECTED: Final = "command"

_LARGEST_FILE: Final = 1 << 20
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}", re.ASCII)
_ADDED = ("arguments", "environment")

Reader = Callable[[object], Any]


def read_providers_file(path: Path, shipped: Mapping[str, ProviderSpec]) -> dict[str, ProviderSpec]:
    """The shipped providers with what the file at `path` adds and changes.

    Raises Invalid for the first thing that is wrong: its `field` is `providers.NAME.field`, its
    reason tells the file and what is allowed.
    """
    known = dict(shipped)
    for name, given in _tables(path).items():
        try:
            known[name] = _provider(name, given, shipped, folder=path.parent)
        except _Refused as refused:
            field = ".".join(part for part in ("providers", name, refused.field) if part)
            raise Invalid(field, f"{refused.reason} ({path})") from refused
    return known


class _Refused(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def _tables(path: Path) -> Mapping[str, object]:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise ValueError(f"it is larger than {_LARGEST_FILE >> 20} MiB")
        document = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as exc:
        reason = f"{path} cannot be read: {exc.strerror or exc}."
        raise Invalid("providers_file", reason) from exc
    except (ValueError, RecursionError) as exc:  # not UTF-8, not TOML, nested without end
        raise Invalid("providers_file", f"{path} is not TOML: {exc}.") from exc
    for key in document:
        if key != "providers":
            reason = f"there is no such table; write [providers.NAME]. ({path})"
            raise Invalid(key, reason)
    tables = document.get("providers", {})
    if not isinstance(tables, dict):
        raise Invalid("providers", f"must be tables: [providers.NAME]. ({path})")
    return tables


def _provider(
    name: str, given: object, shipped: Mapping[str, ProviderSpec], *, folder: Path
) -> ProviderSpec:
    if name == PROTECTED:
        raise _Refused("", "cannot be changed: it runs the command of each agent as it is.")
    if not _NAME.fullmatch(name):
        raise _Refused("", "a name has 1 to 64 of: small letters, digits, '.', '_' and '-'.")
    if not isinstance(given, dict):
        raise _Refused("", f"must be a table: [providers.{name}].")
    changes = {field: _read(field, value) for field, value in given.items() if field != "extends"}
    if "command" in changes:
        changes["command"] = _located(changes["command"], folder)
    base = _base(name, given, shipped)
    if base is None:
        spec = _new(name, changes)
    else:
        label = {} if base.name == name else {"label": name}
        spec = replace(base, name=name, **(label | _merged(base, changes)))
    if not spec.is_agent and spec.parser is not Parser.TEXT:
        raise _Refused("parser", "must be 'text' where is_agent is false: it has no events.")
    for field, reason in problems(spec):
        raise _Refused(field, reason)
    return spec


def _base(
    name: str, given: Mapping[str, object], shipped: Mapping[str, ProviderSpec]
) -> ProviderSpec | None:
    """What it begins from: the provider that it extends, as shipped, or the one of its name."""
    extended = given.get("extends", name if name in shipped else None)
    if extended is None:
        return None
    if not isinstance(extended, str) or extended not in shipped:
        close = nearest(extended, shipped) if isinstance(extended, str) else ""
        known = ", ".join(sorted(shipped))
        raise _Refused("extends", f"{extended!r} is no shipped provider.{close} Known: {known}.")
    return shipped[extended]


def _new(name: str, changes: dict[str, Any]) -> ProviderSpec:
    if "command" not in changes:
        raise _Refused("command", 'is missing: the program and its arguments, ["program", "-x"].')
    is_agent = changes.get("is_agent", True)
    # A script that does not look at its arguments would do its work when asked for its version.
    usual: dict[str, Any] = {"label": name} | ({} if is_agent else {"version_command": ()})
    return ProviderSpec(name=name, **(usual | changes))


def _merged(base: ProviderSpec, changes: Mapping[str, Any]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for field, value in changes.items():
        before = getattr(base, field)
        if field in _ADDED:
            merged[field] = (*before, *value)
        elif isinstance(before, Mapping):
            merged[field] = {**before, **value}
        else:
            merged[field] = value
    return merged


def _located(command: tuple[str, ...], folder: Path) -> tuple[str, ...]:
    """The command with a program that is named by a path found from the file's folder."""
    if not command or os.sep not in command[0] or command[0].startswith("{"):
        return command
    program = os.path.normpath(folder.absolute() / Path(command[0]).expanduser())
    return (program, *command[1:])


# -- values ----------------------------------------------------------------------------------------


def _read(field: str, value: object) -> Any:
    reader = _READERS.get(field)
    if reader is None:
        known = ", ".join(sorted(FIELDS))
        raise _Refused(field, f"there is no such field.{nearest(field, FIELDS)} Known: {known}.")
    try:
        return reader(value)
    except _Refused as refused:
        raise _Refused(f"{field}.{refused.field}", refused.reason) from refused
    except ValueError as exc:
        raise _Refused(field, str(exc)) from exc


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty.")
    if "\0" in value:
        raise ValueError("must not hold a NUL character.")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise ValueError('must be a list of texts: ["one", "two"].')
    return tuple(value)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false.")
    return value


def _one_of(words: type[StrEnum]) -> Reader:
    known = [word.value for word in words]

    def read(value: object) -> StrEnum:
        if value not in known:
            close = nearest(value, known) if isinstance(value, str) else ""
            raise ValueError(f"{value!r} must be one of {', '.join(known)}.{close}")
        return words(value)

    return read


def _version(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,9}(\.\d{1,9}){0,4}", value, re.ASCII):
        raise ValueError('must be a text of numbers with points: "2.1.0".')
    return value


def _variables(value: object) -> tuple[str, ...]:
    names = _texts(value)
    for name in names:
        _check_variable(name.removesuffix("*"), name)
    return names


def _check_variable(name: str, written: str) -> None:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"{written!r} is no name of a variable, nor the beginning of some: MY_*.")
    if name.startswith("CONSELHO_"):
        raise ValueError(f"{written!r}: the server's own variables stay with the server.")


def _exact_variables(value: object) -> tuple[str, ...]:
    names = _variables(value)
    if starred := [name for name in names if name.endswith("*")]:
        raise ValueError(f"{starred[0]!r} must be the whole name of a variable.")
    return names


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("must be a table.")
    return value


def _contents(value: object) -> dict[str, str]:
    """A table of texts, which may be empty."""
    pairs = _table(value)
    for name, text in pairs.items():
        if not isinstance(text, str) or "\0" in text:
            raise _Refused(name, "must be a text.")
    return pairs


def _files_with(value: object) -> dict[str, dict[str, str]]:
    tables = {}
    for variable, files in _table(value).items():
        _check_variable(variable, variable)
        try:
            tables[variable] = _contents(files)
        except _Refused as refused:
            raise _Refused(f"{variable}.{refused.field}", refused.reason) from refused
    return tables


def _assignments(value: object) -> dict[str, str]:
    pairs = _contents(value)
    for name in pairs:
        _check_variable(name, name)
    return pairs


def _permissions(value: object) -> dict[str, PermissionProfile]:
    return {level: _profile(level, given) for level, given in _table(value).items()}


def _profile(level: str, given: object) -> PermissionProfile:
    known = [one.value for one in Level]
    if level not in known:
        raise _Refused(level, f"must be one of {', '.join(known)}.{nearest(level, known)}")
    try:
        parts = _parts(given, {"arguments": _texts, "environment": _assignments})
    except _Refused as refused:
        raise _Refused(".".join(filter(None, (level, refused.field))), refused.reason) from refused
    return PermissionProfile(**parts)


def _prices(value: object) -> dict[str, Price]:
    return {model: _price(model, given) for model, given in _table(value).items()}


def _price(model: str, given: object) -> Price:
    try:
        parts = _parts(given, {"input": _dollars, "output": _dollars, "cached": _dollars})
        if not {"input", "output"} <= parts.keys():
            raise _Refused("", "needs input and output, in USD for a million tokens.")
    except _Refused as refused:
        raise _Refused(".".join(filter(None, (model, refused.field))), refused.reason) from refused
    return Price(**parts)


def _dollars(value: object) -> float:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= 1_000_000:  # type: ignore[operator]
        raise ValueError("must be a number of USD for a million tokens.")
    return float(value)  # type: ignore[arg-type]


def _parts(given: object, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """A small table with only these keys."""
    if not isinstance(given, dict):
        raise _Refused("", f"must be a table with {', '.join(readers)}.")
    parts = {}
    for key, value in given.items():
        if key not in readers:
            known = ", ".join(readers)
            raise _Refused(key, f"there is no such field.{nearest(key, readers)} Known: {known}.")
        try:
            parts[key] = readers[key](value)
        except ValueError as exc:
            raise _Refused(key, str(exc)) from exc
    return parts


_READERS: Mapping[str, Reader] = {
    "label": _text,
    "command": _texts,
    "arguments": _texts,
    "model_arguments": _texts,
    "budget_arguments": _texts,
    "prompt": _one_of(PromptWay),
    "parser": _one_of(Parser),
    "permissions": _permissions,
    "environment": _variables,
    "pinned": _exact_variables,
    "set": _assignments,
    "files": _contents,
    "files_with": _files_with,
    "forbidden_files": _texts,
    "credentials": _exact_variables,
    "credential_files": _texts,
    "credentials_required": _switch,
    "version_command": _texts,
    "minimum_version": _version,
    "install": _text,
    "model_required": _switch,
    "model_sources": _texts,
    "enforces_budget": _switch,
    "tells_cost": _switch,
    "prices": _prices,
    "is_agent": _switch,
}
assert {*_READERS, "name"} == {field.name for field in fields(ProviderSpec)}

FIELDS: Final = ("extends", *_READERS)
