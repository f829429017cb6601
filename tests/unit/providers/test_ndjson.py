"""Lines of JSON out of bytes: cut anywhere, as long as they like, and never to be trusted."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from conselho.provider import AgentEvent, Notice, Text
from conselho.providers.fields import (
    MOST_ITEMS,
    JsonObject,
    amount,
    asked,
    count,
    items,
    one_line,
    text,
)
from conselho.providers.ndjson import NdjsonReader
from tests.unit.providers.lines import encoded, read


class Plain:
    """A dialect with one kind of line; it says when it was asked for its last words."""

    def read(self, line: JsonObject) -> Iterator[AgentEvent]:
        yield Text(text=text(line, "say"))

    def end(self) -> Iterator[AgentEvent]:
        yield Notice(text="end")


def said(output: bytes, *, piece_bytes: int = 1 << 16, longest_line: int = 1 << 20) -> list[str]:
    reader = NdjsonReader(Plain(), longest_line=longest_line)
    events = read(reader, output, piece_bytes=piece_bytes)
    return [event.text for event in events if isinstance(event, (Text, Notice))]


@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_however_the_output_is_cut(piece_bytes: int) -> None:
    output = encoded([{"say": "é"}, {"say": "日本"}]) + '{"say": "ü"}\n'.encode()
    assert said(output, piece_bytes=piece_bytes) == ["é", "日本", "ü", "end"]


def test_the_last_line_needs_no_end() -> None:
    assert said(b'{"say": "a"}\n{"say": "b"}') == ["a", "b", "end"]


def test_a_line_separator_inside_a_text_is_no_end_of_a_line() -> None:
    whole = "one\u2028two\u2029three\x85four\x0bfive"
    output = json.dumps({"say": whole}, ensure_ascii=False).encode() + b"\n"
    assert said(output) == [whole, "end"]


def test_blank_lines_carriage_returns_and_lines_that_are_no_objects_say_nothing() -> None:
    assert said(b'\n  \n[1, 2]\n"text"\n7\nnull\n{"say": "a"}\r\n') == ["a", "end"]


def test_a_line_that_is_no_json_is_told_as_it_is_and_cut() -> None:
    told = said(b"npm WARN deprecated\n" + b"x" * 10_000 + b"\n")
    assert told[0] == "npm WARN deprecated"
    assert len(told[1]) == 500


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 200_000,
        b'{"say":' * 50_000,
        b'{"say": ' + b"9" * 10_000 + b"}",
        b'{"say": "' + b"\xff\xfe" + b'"',
        b'{"say": NaN',
        b"\x00\x01\x02",
    ],
)
def test_a_hostile_line_is_told_and_the_next_one_is_read(hostile: bytes) -> None:
    told = said(hostile + b'\n{"say": "after"}\n')
    assert len(told) == 3
    assert told[1:] == ["after", "end"]


def test_a_text_of_two_megabytes_in_small_pieces_is_read_whole() -> None:
    whole = "0123456789" * 200_000
    assert said(encoded([{"say": whole}]), piece_bytes=4096, longest_line=4 << 20) == [whole, "end"]


def test_each_byte_of_a_long_line_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Searching all that has come with each piece would look at 4,000 times the line's length."""
    searched = 0

    class Counting(bytes):
        def split(self, *args: Any) -> list[bytes]:
            nonlocal searched
            searched += len(self)
            return bytes.split(self, *args)

    reader = NdjsonReader(Plain(), longest_line=8 << 20)
    for _ in range(4000):
        reader.feed(Counting(b"x" * 1000))
    reader.close()
    assert searched == 4000 * 1000


def test_a_line_that_is_too_long_is_dropped_once_and_the_next_one_is_read() -> None:
    output = b'{"say": "' + b"a" * 5000 + b'"}\n{"say": "b"}\n'
    for piece_bytes in (10, 100_000):
        told = said(output, piece_bytes=piece_bytes, longest_line=1000)
        assert told == ["a line of more than 1000 bytes was dropped", "b", "end"]


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    reader = NdjsonReader(Plain(), longest_line=100_000)
    piece = b"x" * 10_000
    tracemalloc.start()
    try:
        for _ in range(1000):
            reader.feed(piece)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


class TestFields:
    def test_half_a_surrogate_and_a_nul_become_text_that_can_be_stored(self) -> None:
        value = json.loads(r'{"said": "a\ud83db\u0000c \ud83d\ude00"}')
        assert text(value, "said") == "a\ufffdb\ufffdc 😀"
        text(value, "said").encode()

    @pytest.mark.parametrize("value", [None, [], {}, 3, {"a": 1}, {"a": {"b": None}}, {"a": []}])
    def test_what_is_not_there_is_no_text_and_no_number(self, value: object) -> None:
        assert text(value, "a", "b") == ""
        assert count(value, "a", "b") is None

    @pytest.mark.parametrize(
        "number", ["-1", "true", '"7"', "1e999", "NaN", "-Infinity", "9" * 400, "[1]"]
    )
    def test_what_is_no_sensible_amount_is_absent(self, number: str) -> None:
        value = json.loads(f'{{"n": {number}}}')
        assert amount(value, "n") is None
        assert count(value, "n") is None

    def test_one_line_is_one_line_of_at_most_that_length(self) -> None:
        assert one_line(" a\n\tb\r\n") == "a b"
        assert len(one_line("x" * 10_000)) == 200
        assert one_line("x" * 10_000).endswith("…")

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ({"command": "ls -l"}, "ls -l"),
            ({"command": ["bash", "-lc", "ls"]}, "bash -lc ls"),
            ({"path": "src", "pattern": "TODO"}, "TODO src"),
            ({"file_path": "a.py", "old_string": "x"}, "a.py"),
            ({"other": "thing"}, "thing"),
            ("ls", "ls"),
            ({"a": {"b": 1}}, ""),
            (None, ""),
        ],
    )
    def test_a_tools_arguments_are_told_by_what_matters(self, arguments: object, told: str) -> None:
        assert asked(arguments) == told


def test_of_a_list_without_end_the_first_items_are_read() -> None:
    line = {"content": list(range(100_000))}

    assert items(line, "content") == list(range(MOST_ITEMS))
    assert items({"content": {}}, "content") == []
