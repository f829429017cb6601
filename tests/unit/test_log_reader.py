"""Where a reader of a log begins that wants only its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from conselho.services.log_reader import PIECE_BYTES, LogReader


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "run.log"
    path.write_bytes(b"first\nsecond\nthird\n")
    return path


@pytest.mark.parametrize(
    ("length", "rest"),
    [
        (1, b""),
        (6, b"third\n"),
        (7, b"third\n"),
        (13, b"second\nthird\n"),
        (19, b"first\nsecond\nthird\n"),
        (1_000, b"first\nsecond\nthird\n"),
    ],
)
def test_a_tail_begins_with_a_whole_line(log: Path, length: int, rest: bytes) -> None:
    reader = LogReader(log)
    reader.to_tail(length)
    assert reader.offset == 19 - len(rest)
    assert reader.read() == rest


def test_a_tail_within_one_long_line_begins_in_it(tmp_path: Path) -> None:
    log = tmp_path / "run.log"
    log.write_bytes(b"x" * 3 * PIECE_BYTES)
    reader = LogReader(log)
    reader.to_tail(10)
    assert reader.read() == b"x" * 10


def test_a_tail_never_goes_back(log: Path) -> None:
    reader = LogReader(log, offset=13)
    reader.to_tail(1_000)
    assert reader.read() == b"third\n"


def test_a_log_that_is_not_there_has_no_tail(tmp_path: Path) -> None:
    reader = LogReader(tmp_path / "none.log")
    reader.to_tail(10)
    assert (reader.offset, reader.read()) == (0, b"")
