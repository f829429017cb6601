"""Where documents of the older system come from. Sources are only read, as often as asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from conselho.errors import Invalid, InvalidSettings, Unavailable
from conselho.services.legacy_values import (
    COLLECTIONS,
    Document,
    Kind,
    Rejected,
    from_json,
    kind_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One document and where it stands; without a kind it is none, and `problem` says why."""

    place: str
    document: Document
    kind: Kind | None
    problem: str | None = None


class Source(Protocol):
    def records(self, kind: Kind) -> Iterator[Record]:
        """The documents of one kind; with agents also what is no document of any kind."""
        ...


class JsonFiles:
    """Exported files: one document a line, as mongoexport writes them, or a JSON array.

    Documents of all kinds may be in one file. An object of arrays, named as the collections, is
    taken too. Files of lines may be of any size; an array is held in memory.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def records(self, kind: Kind) -> Iterator[Record]:
        wanted = {kind, None} if kind is Kind.AGENT else {kind}
        for path in self._paths:
            whole = _whole(path)
            found = _lines(path) if whole is None else _items(path, whole)
            yield from (record for record in found if record.kind in wanted)


class MongoDatabase:
    """The older system's own database, read with `find` and nothing else.

    How long a server is waited for stands in the URI (serverSelectionTimeoutMS).
    """

    def __init__(self, uri: str, name: str) -> None:
        self._uri = uri
        self._name = name

    def records(self, kind: Kind) -> Iterator[Record]:
        """Raises Invalid for a URI that means nothing, Unavailable when no server answers."""
        try:
            from pymongo import MongoClient
            from pymongo.errors import ConfigurationError, InvalidURI, PyMongoError
        except ModuleNotFoundError as exc:
            raise InvalidSettings(
                "mongo_uri", "reading MongoDB needs pymongo: install conselho[mongodb]"
            ) from exc
        try:
            with MongoClient[dict[str, Any]](self._uri) as client:
                [collection] = (name for name, held in COLLECTIONS.items() if held is kind)
                for document in client[self._name][collection].find():
                    place = f"{self._name}.{collection}"
                    yield Record(place=place, document=document, kind=kind)
        except (ConfigurationError, InvalidURI) as exc:
            raise Invalid("mongo_uri", str(exc)) from exc
        except PyMongoError as exc:
            # Behind it the driver describes its own state.
            reason = str(exc).partition(" (configured timeouts")[0]
            raise Unavailable("older database", reason[:500]) from exc


def _whole(path: Path) -> Any:
    """What is in a file that is one JSON value; None for a file of lines."""
    with path.open("rb") as file:
        first = next((line for line in file if line.strip()), b"").removeprefix(b"\xef\xbb\xbf")
        if not first.lstrip().startswith(b"[") and _is_document(first):
            rest = next((line for line in file if line.strip()), None)
            parsed = from_json(first)
            return parsed if rest is None and _is_dump(parsed) else None
    try:
        return from_json(path.read_text(encoding="utf-8-sig"))
    except ValueError as exc:
        if first.lstrip().startswith(b"["):
            raise Invalid("", f"{path}: is no JSON: {exc}") from exc
        return None


def _is_document(line: bytes) -> bool:
    try:
        return isinstance(from_json(line), dict)
    except ValueError:
        return False


def _is_dump(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and value.keys() <= COLLECTIONS.keys()
        and all(isinstance(items, list) for items in value.values())
    )


def _items(path: Path, whole: Any) -> Iterator[Record]:
    if _is_dump(whole):
        for collection, items in whole.items():
            for position, item in enumerate(items, 1):
                place = f"{path.name}, {collection}, item {position}"
                yield _record(place, item, COLLECTIONS[collection])
        return
    for position, item in enumerate(whole if isinstance(whole, list) else [whole], 1):
        yield _record(f"{path.name}, item {position}", item)


def _lines(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        for position, line in enumerate(file, 1):
            place = f"{path.name}, line {position}"
            if position == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            try:
                item = from_json(line)
            except ValueError as exc:
                yield _none(place, f"is no JSON: {exc}")
                continue
            yield _record(place, item)


def _record(place: str, item: Any, kind: Kind | None = None) -> Record:
    if not isinstance(item, dict):
        return _none(place, "it is no JSON object")
    try:
        return Record(place=place, document=item, kind=kind or kind_of(item))
    except Rejected as exc:
        return Record(place=place, document=item, kind=None, problem=str(exc))


def _none(place: str, problem: str) -> Record:
    return Record(place=place, document={}, kind=None, problem=problem)
