"""Documents of the older system, read from the files that people export."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conselho.errors import Invalid, Unavailable
from conselho.services.legacy_sources import JsonFiles, MongoDatabase, Record
from conselho.services.legacy_values import Kind, from_json
from tests.support.older_system import older_agent, older_execution, older_task, write_lines

THEN = datetime(2025, 10, 25, 20, 48, tzinfo=UTC)
ONE_OF_EACH = [older_agent(), older_execution(), older_task()]
KINDS = [Kind.AGENT, Kind.EXECUTION, Kind.TASK]


def read(*paths: Path) -> list[Record]:
    """All documents, in the order in which they are taken over."""
    source = JsonFiles(paths)
    return [record for kind in Kind for record in source.records(kind)]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"$oid": "65f0c0ffee00000000000001"}, "65f0c0ffee00000000000001"),
        ({"$date": "2025-10-25T20:48:00Z"}, THEN),
        ({"$date": "2025-10-25T20:48:00.000+0000"}, THEN),
        ({"$date": "2025-10-25T17:48:00-03:00"}, THEN),
        ({"$date": {"$numberLong": "1761425280000"}}, THEN),
        ({"$date": 1761425280000}, THEN),
        ({"$numberLong": "12"}, 12),
        ({"$numberInt": "12"}, 12),
        ({"$numberDouble": "1.5"}, 1.5),
        ({"$set": 1}, {"$set": 1}),
    ],
)
def test_both_forms_of_extended_json_are_understood(written: Any, value: Any) -> None:
    assert from_json(json.dumps({"a": [written]})) == {"a": [value]}


@pytest.mark.parametrize(
    "written",
    [
        '{"$date": "yesterday"}',
        '{"$date": null}',
        '{"$date": {"$numberLong": "9999999999999999999"}}',
        '{"$numberInt": "x"}',
        "[" * 100_000,
    ],
)
def test_what_means_nothing_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # whatever it says, it is for one line
        from_json(written)


def test_lines_are_told_apart_by_their_fields(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "all.jsonl", ["", *ONE_OF_EACH])
    records = read(path)
    assert [record.kind for record in records] == KINDS
    assert [record.place for record in records] == [f"all.jsonl, line {n}" for n in (2, 3, 4)]
    assert records[1].document["started_at"].tzinfo is not None


@pytest.mark.parametrize("indent", [None, 2])
def test_an_array_is_read_too(tmp_path: Path, indent: int | None) -> None:
    path = tmp_path / "all.json"
    path.write_text("\ufeff" + json.dumps(ONE_OF_EACH, indent=indent), encoding="utf-8")
    records = read(path)
    assert [record.kind for record in records] == KINDS
    assert records[2].place == "all.json, item 3"


@pytest.mark.parametrize("indent", [None, 2])
def test_an_object_of_collections_is_read_too(tmp_path: Path, indent: int | None) -> None:
    names = ["agents", "councilor_executions", "tasks"]
    dump = {name: [item] for name, item in zip(names, ONE_OF_EACH, strict=True)}
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(dump, indent=indent))
    records = read(path)
    assert [record.kind for record in records] == KINDS
    assert records[1].place == "dump.json, councilor_executions, item 1"


def test_one_document_may_be_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(older_execution(), indent=2))
    assert [record.kind for record in read(path)] == [Kind.EXECUTION]


def test_a_line_that_is_no_document_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    sent = ["{", "17", '{"weather": "fine"}', older_execution()]
    records = read(write_lines(tmp_path / "x.jsonl", sent))
    assert [record.kind for record in records] == [None, None, None, Kind.EXECUTION]
    problems = [record.problem or "" for record in records]
    assert problems[0].startswith("is no JSON")
    assert problems[1] == "it is no JSON object"
    assert problems[2].startswith("it is no agent, no execution and no task")


def test_bytes_that_are_no_text_cost_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    line = json.dumps(older_execution()).encode()
    path.write_bytes(line + b'\n{"councilor_id": "\xff"}\n' + line)
    assert [record.kind for record in read(path)] == [None, Kind.EXECUTION, Kind.EXECUTION]


def test_an_array_that_is_cut_off_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('[{"councilor_id": "ana"},')
    with pytest.raises(Invalid, match=r"x\.json: is no JSON"):
        read(path)


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert read(path) == []


def test_a_database_address_that_means_nothing_is_refused() -> None:
    with pytest.raises(Invalid, match="mongo_uri"):
        list(MongoDatabase("mongodb://a:b:c@d", "conductor_state").records(Kind.AGENT))


def test_a_database_that_does_not_answer_is_told() -> None:
    uri = "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50"
    with pytest.raises(
        Unavailable, match=r"The older database does not answer: 127\.0\.0\.1:1: .*refused"
    ):
        list(MongoDatabase(uri, "conductor_state").records(Kind.AGENT))
