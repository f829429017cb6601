"""The council of this repository: its files are in order and name checks that exist."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from conselho.checks.__main__ import build_parser
from conselho.models.schedule import Schedule, ScheduleType, parse_interval
from conselho.services.council_files import CouncilFile, read_council

REPOSITORY = Path(__file__).parents[3]
READING = read_council(REPOSITORY / "council", known_providers={"command"})


def schedule(file: CouncilFile) -> Schedule:
    return file.form.schedule.to_schedule("UTC")


def test_every_file_is_in_order() -> None:
    assert READING.problems == ()
    assert READING.warnings == ()
    assert len(READING.files) >= 6


@pytest.mark.parametrize("file", READING.files, ids=lambda file: file.name)
def test_every_councilor_runs_a_check_with_options_that_it_knows(file: CouncilFile) -> None:
    assert file.form.command[:3] == ["python", "-m", "conselho.checks"]
    arguments = file.form.command[3:]
    build_parser(arguments).parse_args(arguments)
    assert file.cwd == str(REPOSITORY)
    assert file.name == f"{file.form.agent_id}.md"


def test_a_newcomer_sees_life_within_seconds() -> None:
    soon = [
        file.name
        for file in READING.files
        if schedule(file).type is ScheduleType.INTERVAL
        and schedule(file).enabled
        and timedelta(seconds=10) <= parse_interval(schedule(file).value) <= timedelta(seconds=30)
    ]
    assert len(soon) >= 2


def test_one_councilor_follows_the_working_days_of_sao_paulo() -> None:
    crons = [schedule(f) for f in READING.files if schedule(f).type is ScheduleType.CRON]
    assert [(s.value, s.timezone) for s in crons] == [("0 9 * * 1-5", "America/Sao_Paulo")]


def test_councilors_can_be_told_apart() -> None:
    seats = [file.form.customization for file in READING.files]
    names = [seat.display_name for seat in seats if seat is not None]
    colors = [seat.color for seat in seats if seat is not None]
    assert len(set(names)) == len(set(colors)) == len(READING.files)
