"""Log lines for files and pipes."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from conselho.config import Settings
from conselho.logs import configure_logs, plain_line


def line(**event: object) -> str:
    return plain_line(
        None, "info", {"timestamp": "T", "level": "info", "event": "run.ended"} | event
    )


def test_a_line_has_time_level_event_and_sorted_fields() -> None:
    assert line(task_id="t1", attempt=2).split() == [
        "T", "[info", "]", "run.ended", "attempt=2", "task_id=t1",
    ]  # fmt: skip


def test_text_cannot_forge_a_second_line_or_field() -> None:
    forged = line(reason="no\nT [error] run.ended status=error")

    assert "\n" not in forged
    assert "reason='no\\nT [error]" in forged


def test_a_traceback_follows_its_line() -> None:
    assert line(exception="Traceback: x").endswith("\nTraceback: x")


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
