"""Log lines for files and pipes."""

from __future__ import annotations

import errno
import io
import json
import logging
import math
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog

from conselho.config import Problem, Settings
from conselho.errors import NotFound
from conselho.logs import (
    complain,
    configure_logs,
    json_line,
    plain_line,
    say,
    without_control_characters,
)

EVENT = {"ts": "T", "level": "info", "event": "run.ended"}
# A line feed, another terminal title, a C1 control and two line ends of Unicode.
HOSTILE = "no\nT [error] \x1b]0;x\x07 \x9b31m \u2028 \x85 \ud800"


def line(**event: object) -> str:
    return plain_line(None, "info", EVENT | event)


def document(**event: object) -> Any:
    text = json_line(None, "info", EVENT | event)
    assert text.isascii()
    assert text.isprintable()
    return json.loads(text)


def test_a_line_has_time_level_event_and_sorted_fields() -> None:
    assert line(task_id="t1", attempt=2).split() == [
        "T", "[info", "]", "run.ended", "attempt=2", "task_id=t1",
    ]  # fmt: skip


def test_text_cannot_forge_a_second_line_or_field() -> None:
    forged = line(reason="no\nT [error] run.ended status=error")

    assert "\n" not in forged
    assert "reason='no\\nT [error]" in forged


@pytest.mark.parametrize("field", ["event", "reason"])
def test_no_text_ends_a_line_or_commands_a_terminal(field: str) -> None:
    assert line(**{field: HOSTILE}).isprintable()
    assert document(**{field: HOSTILE})[field] == HOSTILE
    shown = without_control_characters(None, "info", EVENT | {field: HOSTILE})
    assert shown[field].isprintable()


def test_a_traceback_follows_its_line_and_nothing_in_it_looks_like_another() -> None:
    told = line(exception=f"Traceback: x\n  {HOSTILE}").split("\n")

    assert told[1] == "    Traceback: x"
    assert all(part.startswith("    ") and part.isprintable() for part in told[1:])
    shown = without_control_characters(None, "info", EVENT | {"exception": HOSTILE})
    assert all(part.isprintable() for part in shown["exception"].split("\n"))


def test_a_document_begins_with_time_level_and_event() -> None:
    told = document(task_id="t1", attempt=2, path=Path("/x"), late=math.nan)

    assert list(told) == ["ts", "level", "event", "attempt", "late", "path", "task_id"]
    assert (told["attempt"], told["path"], told["late"]) == (2, "/x", "nan")


@contextmanager
def written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO | None = None
) -> Iterator[list[Any]]:
    """What a process that lasts logs as JSON, one document a line, filled at the end."""
    found: list[Any] = []
    stderr = stderr or io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", stderr)
        patch.setattr(sys, "excepthook", sys.excepthook)
        patch.setattr(threading, "excepthook", threading.excepthook)
        patch.setattr(root, "handlers", [])
        settings = Settings(data_dir=tmp_path, database_url="sqlite:///x", log_format="json")
        try:
            with warnings.catch_warnings(action="always"):
                configure_logs(settings, lasting=True)
                yield found
        finally:
            logging.captureWarnings(False)
            structlog.reset_defaults()
            root.handlers[:] = handlers
            root.setLevel(level)
    found += map(json.loads, stderr.getvalue().splitlines())


def test_libraries_warnings_and_what_nobody_caught_are_documents_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError(HOSTILE)

    with written(tmp_path, monkeypatch) as found:
        logging.getLogger("uvicorn.error").error("Invalid %s.\n[error] forged", "request")
        warnings.warn("an old way", DeprecationWarning, stacklevel=1)
        thread = threading.Thread(target=fail, name="worker")
        thread.start()
        thread.join()
        try:
            fail()
        except ValueError as error:
            sys.excepthook(type(error), error, error.__traceback__)

    library, warned, in_thread, uncaught = found
    assert library["event"] == "Invalid request.\n[error] forged"
    assert (library["level"], library["logger"]) == ("error", "uvicorn.error")
    assert warned["logger"] == "py.warnings"
    assert "an old way" in warned["event"]
    assert (in_thread["event"], in_thread["thread"]) == ("thread.failed", "worker")
    for told in (in_thread, uncaught):
        assert told["level"] == "critical"
        assert "Traceback" in told["exception"]
        assert HOSTILE[:2] in told["exception"]


class Slow(io.StringIO):
    """Takes a text letter by letter, and lets others have their turn between."""

    def write(self, text: str) -> int:
        for letter in text:
            super().write(letter)
            time.sleep(0)
        return len(text)


def test_lines_of_ours_and_of_libraries_never_join(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ours() -> None:
        for _ in range(20):
            structlog.get_logger().warning("ours")

    def of_library() -> None:
        for _ in range(20):
            logging.getLogger("uvicorn.error").warning("theirs")

    with written(tmp_path, monkeypatch, Slow()) as found:
        threads = [threading.Thread(target=target) for target in (ours, of_library) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(one["event"] for one in found) == ["ours"] * 40 + ["theirs"] * 40


class Broken(io.StringIO):
    """Takes nothing for as long as there is an `error`."""

    error: Exception | None = None

    def write(self, text: str) -> int:
        if self.error is not None:
            raise self.error
        return super().write(text)


@pytest.mark.parametrize(
    "error",
    [BrokenPipeError(errno.EPIPE, "x"), OSError(errno.ENOSPC, "x"), ValueError("closed file")],
    ids=["reader gone", "disk full", "closed"],
)
def test_a_line_that_cannot_be_written_is_lost_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    stderr = Broken()
    with written(tmp_path, monkeypatch, stderr) as found:
        stderr.error = error
        structlog.get_logger().warning("lost")
        logging.getLogger("uvicorn.error").warning("lost")
        try:
            raise RuntimeError
        except RuntimeError:
            structlog.get_logger().exception("lost")
        stderr.error = None
        structlog.get_logger().warning("kept")

    assert [one["event"] for one in found] == ["kept"]


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_process_without_stderr_starts_all_the_same(
    log_format: Literal["console", "json"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=tmp_path, database_url="sqlite:///x", log_format=log_format)
    monkeypatch.setattr(sys, "stderr", None)
    try:
        configure_logs(settings)
        say(settings, [Problem(level="warning", where="port", message="it is odd")])
        assert complain(settings, NotFound("agent", "ana")) == NotFound.exit_code
        structlog.get_logger().warning("lost")
    finally:
        structlog.reset_defaults()


@pytest.mark.parametrize(
    ("message", "shown"),
    [("ASGI callable returned without completing handshake.", False), ("It broke.", True)],
)
def test_a_refused_websocket_is_no_fault_of_ours(
    message: str, shown: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    configure_logs(Settings(data_dir=tmp_path, database_url="sqlite:///x"))

    logging.getLogger("uvicorn.error").error(message)

    assert (message in caplog.text) is shown
