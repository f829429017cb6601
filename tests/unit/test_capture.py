"""What is kept of an output, whatever its size and however it is cut into pieces."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conselho.services.capture import HeadAndTail, LogFile, Tail


def kept(capture: HeadAndTail, data: bytes, piece: int = 7) -> str:
    for start in range(0, len(data), piece):
        capture.add(data[start : start + piece])
    return capture.text()


@given(text=st.text(max_size=300), piece=st.integers(1, 9))
def test_what_fits_is_kept_whole_wherever_the_pieces_split_a_character(
    text: str, piece: int
) -> None:
    data = text.encode()
    assert kept(HeadAndTail(len(data)), data, piece) == text


def test_what_does_not_fit_keeps_head_and_tail_and_says_what_was_cut() -> None:
    data = b"".join(b"line %06d\n" % number for number in range(10_000))
    text = kept(HeadAndTail(1_000), data, 4_096)
    head, _, rest = text.partition("\n[conselho: ")
    notice, _, tail = rest.partition("]\n")
    assert data.decode().startswith(head)
    assert data.decode().endswith(tail)
    cut = len(data) - len(head) - len(tail)
    assert notice == f"{cut:,} of 120,000 bytes were cut here"
    assert len(head) == 500
    assert len(text.encode()) <= 1_000


@given(character=st.sampled_from("aéगˈ€😀"), limit=st.integers(200, 230), piece=st.integers(1, 50))
def test_a_cut_never_splits_a_character(character: str, limit: int, piece: int) -> None:
    text = kept(HeadAndTail(limit), character.encode() * 500, piece)
    assert "\N{REPLACEMENT CHARACTER}" not in text
    assert text.startswith(character)
    assert text.endswith(character)
    assert len(text.encode()) <= limit


def test_one_byte_more_than_the_limit_is_cut_and_the_limit_itself_is_not() -> None:
    assert kept(HeadAndTail(400), b"x" * 400) == "x" * 400
    assert "bytes were cut here" in kept(HeadAndTail(400), b"x" * 401)


def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    assert kept(HeadAndTail(100), b"a\xff\xfeb\x00\xe2\x80\xa8c") == "a\ufffd\ufffdb\x00\u2028c"


def test_invalid_bytes_at_the_cut_do_not_break_it() -> None:
    text = kept(HeadAndTail(300), b"\x80\xff" * 10_000)
    assert "bytes were cut here" in text


def test_a_tail_keeps_the_last_bytes_after_the_line_that_says_so() -> None:
    text = kept(Tail(1_000), b"".join(b"%06d\n" % number for number in range(10_000)))
    assert text.startswith("[conselho: ")
    assert text.endswith("009999\n")
    assert len(text.encode()) <= 1_000


def test_memory_stays_near_the_limit_however_much_comes() -> None:
    capture = HeadAndTail(100_000)
    for _ in range(2_000):
        capture.add(b"x" * 65_536)
    assert capture.total_bytes == 2_000 * 65_536
    assert len(capture._head) + len(capture._tail) <= 200_000


def test_a_limit_of_nothing_keeps_only_the_line() -> None:
    assert kept(HeadAndTail(0), b"x" * 50) == "[conselho: 50 of 50 bytes were cut here]"


def test_a_log_is_for_its_owner_only_and_its_folder_is_made(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "ab" / "task.log"
    log = LogFile.open(path, 100)
    log.add(b"one")
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    log.close()


def test_a_full_log_says_so_once_and_counts_the_rest(tmp_path: Path) -> None:
    log = LogFile.open(tmp_path / "log", 10)
    for _ in range(5):
        log.add(b"12345678")
    log.close()
    log.close()
    assert (tmp_path / "log").read_bytes() == (
        b"1234567812\n[conselho: log cut at 10 bytes]\n"
        b"[conselho: 30 further bytes were not logged]\n"
    )


def test_a_second_attempt_continues_the_log_and_its_size_counts(tmp_path: Path) -> None:
    for _ in range(2):
        log = LogFile.open(tmp_path / "log", 10)
        log.add(b"123456")
        log.close()
    assert (tmp_path / "log").read_bytes().startswith(b"1234561234\n[conselho: log cut")


def make_link(path: Path) -> None:
    (path.parent / "secret").touch()
    path.symlink_to(path.parent / "secret")


@pytest.mark.parametrize("make", [make_link, os.mkfifo, Path.mkdir], ids=["link", "fifo", "folder"])
def test_a_log_is_written_to_ordinary_files_only(make: object, tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert callable(make)
    make(path)
    with pytest.raises(OSError, match="log"):
        LogFile.open(path, 10)


def test_a_full_disk_ends_the_log_and_not_the_run() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    log = LogFile(os.open(full, os.O_WRONLY), full, 100)
    log.add(b"one")
    log.add(b"two")
    log.close()
    assert log.problem == "The log /dev/full ends early: No space left on device."


def test_a_fifo_with_a_reader_is_refused_without_a_leak(tmp_path: Path) -> None:
    path = tmp_path / "log"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(OSError, match="not an ordinary file"):
        LogFile.open(path, 10)
    assert len(os.listdir("/dev/fd")) == before
    os.close(reader)
