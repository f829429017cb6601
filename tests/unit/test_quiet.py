"""Which slots fall outside active hours or on an excluded date, and the sentence for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conselho.models.schedule import parse_schedule
from conselho.models.task import SkipReason
from conselho.services.calendars import Calendars
from conselho.services.quiet import Quiet

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def reason(wall: str, folder: Path | None = None, **rules: Any) -> tuple[SkipReason, str] | None:
    schedule = parse_schedule("30m", timezone="America/Sao_Paulo", **rules)
    slot = datetime.fromisoformat(wall).replace(tzinfo=SAO_PAULO).astimezone(UTC)
    return Quiet(Calendars(folder)).reason(schedule, slot)


@pytest.mark.parametrize(
    ("hours", "wall", "active"),
    [
        # 23 November 2026 is a Monday.
        ("09:00-18:00", "2026-11-23T08:59:59", False),
        ("09:00-18:00", "2026-11-23T09:00:00", True),
        ("09:00-18:00", "2026-11-23T17:59:59", True),
        ("09:00-18:00", "2026-11-23T18:00:00", False),
        ("mon-fri 09:00-24:00", "2026-11-27T23:59:59", True),
        ("mon-fri 09:00-24:00", "2026-11-28T00:00:00", False),
        ("mon-fri 09:00-24:00", "2026-11-28T12:00:00", False),
        # Over midnight: they belong to the day on which they begin.
        ("mon-fri 22:00-06:00", "2026-11-23T05:00:00", False),
        ("mon-fri 22:00-06:00", "2026-11-23T21:59:00", False),
        ("mon-fri 22:00-06:00", "2026-11-23T22:00:00", True),
        ("mon-fri 22:00-06:00", "2026-11-24T05:59:00", True),
        ("mon-fri 22:00-06:00", "2026-11-28T05:59:00", True),
        ("mon-fri 22:00-06:00", "2026-11-28T06:00:00", False),
        ("mon-fri 22:00-06:00", "2026-11-28T23:00:00", False),
        ("sun 22:00-06:00", "2026-11-23T05:00:00", True),
        ("sat,sun 10:00-12:00", "2026-11-29T11:00:00", True),
        ("22:00-00:00", "2026-11-29T23:00:00", True),
        ("22:00-00:00", "2026-11-29T00:00:00", False),
    ],
)
def test_active_hours_by_the_clock_on_the_wall(hours: str, wall: str, active: bool) -> None:
    found = reason(wall, active_hours=(hours,))

    assert (found is None) is active
    if found:
        assert found[0] is SkipReason.QUIET_HOURS


def test_any_of_several_active_hours_is_enough() -> None:
    hours = ("09:00-12:00", "14:00-18:00")

    assert reason("2026-11-23T11:00", active_hours=hours) is None
    assert reason("2026-11-23T15:00", active_hours=hours) is None
    assert reason("2026-11-23T13:00", active_hours=hours) == (
        SkipReason.QUIET_HOURS,
        "Monday 13:00 (America/Sao_Paulo) is outside the active hours 09:00-12:00, 14:00-18:00.",
    )


def test_excluded_dates_are_those_of_the_zone() -> None:
    rules: dict[str, Any] = {"excluded_dates": ("12-25", "2026-11-02")}

    assert reason("2026-12-25T23:59", **rules) == (
        SkipReason.EXCLUDED_DATE,
        "25 December is excluded.",
    )
    assert reason("2026-12-26T00:00", **rules) is None
    assert reason("2026-11-02T12:00", **rules) == (
        SkipReason.EXCLUDED_DATE,
        "2 November 2026 is excluded.",
    )
    assert reason("2027-11-02T12:00", **rules) is None


def test_a_calendar_is_named_with_its_holiday(tmp_path: Path) -> None:
    (tmp_path / "feriados.txt").write_text("12-25 Natal\n01-01\n", encoding="utf-8")
    rules: dict[str, Any] = {"excluded_calendars": ("none", "feriados")}

    assert reason("2026-12-25T12:00", tmp_path, **rules) == (
        SkipReason.EXCLUDED_DATE,
        "25 December is excluded (Natal, calendar feriados).",
    )
    assert reason("2026-01-01T12:00", tmp_path, **rules) == (
        SkipReason.EXCLUDED_DATE,
        "1 January is excluded (calendar feriados).",
    )
    assert reason("2026-12-24T12:00", tmp_path, **rules) is None


def test_an_excluded_date_goes_before_the_hours() -> None:
    found = reason("2026-12-25T03:00", excluded_dates=("12-25",), active_hours=("09:00-18:00",))

    assert found is not None
    assert found[0] is SkipReason.EXCLUDED_DATE


def test_without_such_rules_every_slot_may_run() -> None:
    assert reason("2026-12-25T03:00") is None
