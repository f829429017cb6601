"""Log lines for files and pipes."""

from __future__ import annotations

from conselho.logs import plain_line


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
