"""Every row of the table in docs/daylight-saving.md, and that the table has what it must."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from conselho.models.schedule import Fold, Gap, parse_schedule
from conselho.services.slots import slots_between, slots_of
from tests.support.factories import ANA

DOCUMENT = Path(__file__).parents[2] / "docs" / "daylight-saving.md"
INSTANT = timedelta(microseconds=1)


def table() -> list[tuple[str, ...]]:
    text = DOCUMENT.read_text(encoding="utf-8")
    _, _, below = text.partition("| Zone | Day | Schedule | Policy |")
    lines = below.split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip(" `") for cell in line.strip("|").split("|")) for line in lines]


ROWS = table()


@pytest.mark.parametrize(
    ("zone", "day", "value", "policy", "utc", "local"),
    ROWS,
    ids=[" ".join(row[:4]) for row in ROWS],
)
def test_a_row_of_the_table_is_true(
    zone: str, day: str, value: str, policy: str, utc: str, local: str
) -> None:
    schedule = parse_schedule(value, timezone=zone, **rules(policy))
    day, _, hours = day.partition(", first ")
    midnight = datetime.fromisoformat(day)
    begin, end = (
        moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for moment in (midnight, midnight + timedelta(days=1))
    )
    if hours:
        end = begin + timedelta(hours=int(hours.removesuffix(" h")))

    found = list(slots_between(slots_of(schedule, begin, ANA), begin - INSTANT, end - INSTANT))

    assert [f"{slot:%dT%H:%MZ}" for slot in found] == listed(utc)
    assert [f"{slot.astimezone(ZoneInfo(zone)):%H:%M%z}" for slot in found] == listed(local)


def test_the_table_has_every_zone_policy_and_kind() -> None:
    zones, _, values, policies, _, _ = map(set, zip(*ROWS, strict=True))

    assert zones == {
        "America/New_York",
        "America/Sao_Paulo",
        "Europe/Lisbon",
        "Australia/Lord_Howe",
    }
    assert policies == {"defaults", "gap: skip", "fold: twice"}
    assert {parse_schedule(value).type for value in values} == {"cron", "interval", "at"}


def rules(policy: str) -> dict[str, Any]:
    if policy == "defaults":
        return {}
    name, _, word = policy.partition(": ")
    return {name: Gap(word) if name == "gap" else Fold(word)}


def listed(cell: str) -> list[str]:
    return [] if cell == "none" else cell.split(", ")
