"""What a server asks of a seat's schedule: minimum intervals, calendars, slots that ever come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conselho.models.schedule import parse_schedule
from conselho.services.agent_rules import NO_RULES, SeatRules, schedule_problems, seat_problems
from conselho.services.calendars import Calendars
from conselho.services.council import Council
from conselho.services.council_files import parse_council_text
from conselho.services.form_problems import InvalidForm
from conselho.services.forms import AgentForm, ConfigForm, ConfigPatch, PromoteForm
from conselho.store import Store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import ANA
from tests.support.stores import open_store

RULES = SeatRules(agent_providers=["claude"])
PROVIDERS = ["command", "claude"]


def seat_form(**schedule: object) -> ConfigForm:
    task = {"name": "look", "prompt": "Look around."}
    return ConfigForm.model_validate({"title": "Guard", "schedule": schedule, "task": task})


def found(provider: str = "command", rules: SeatRules = RULES, **schedule: Any) -> list[Any]:
    return [
        (one.field, one.message) for one in seat_problems(seat_form(**schedule), provider, rules)
    ]


# -- the shortest interval ---------------------------------------------------------------------


def test_an_agent_with_a_model_may_not_come_as_often_as_a_program() -> None:
    assert found(value="1s") == []
    assert found("claude", value="60s") == []
    assert found("claude", value="59s") == [
        (
            "schedule.value",
            "the interval 59s is below the minimum for agents with a model behind them, 60 s:"
            " let it come less often, or change the setting min_agent_interval_seconds",
        )
    ]


def test_the_minimum_for_programs_counts_for_all() -> None:
    rules = replace(RULES, min_interval_seconds=300)

    for provider in PROVIDERS:
        ((field, message),) = found(provider, rules, value="4m")
        assert field == "schedule.value"
        assert "the minimum of this server, 300 s" in message
        assert "min_interval_seconds" in message


@pytest.mark.parametrize(
    ("value", "refused"),
    [("* * * * *", True), ("0,4 9 * * 1", True), ("*/5 * * * *", False), ("@hourly", False)],
)
def test_a_cron_line_is_measured_by_its_shortest_wait(value: str, refused: bool) -> None:
    rules = replace(RULES, min_agent_interval_seconds=300)

    assert bool(found("claude", rules, value=value)) is refused
    assert found("command", rules, value=value) == []
    assert found("claude", rules, value="2026-12-24T18:00") == []


# -- calendars and slots that never come -------------------------------------------------------


def test_a_calendar_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "feriados.txt").write_text("12-25")
    (tmp_path / "recesso.txt").write_text("12-28")
    rules = replace(RULES, calendars=Calendars(tmp_path))

    assert found(rules=rules, value="30m", excluded_calendars=["feriados", "feriado"]) == [
        (
            "schedule.excluded_calendars.1",
            "there is no calendar 'feriado'; known here: feriados, recesso."
            " Did you mean 'feriados'?",
        )
    ]
    none = replace(RULES, calendars=Calendars(None))
    ((_, message),) = found(rules=none, value="30m", excluded_calendars="feriados")
    assert message == "there is no calendar 'feriados'; there are none here."
    assert found(rules=NO_RULES, value="30m", excluded_calendars="feriados") == []


def test_a_calendar_that_was_put_there_just_now_is_known(tmp_path: Path) -> None:
    rules = replace(RULES, calendars=Calendars(tmp_path))
    (tmp_path / "feriados.txt").write_text("12-25")

    assert found(rules=rules, value="30m", excluded_calendars="feriados") == []


def test_what_depends_on_the_zone_of_the_server_is_checked_with_it() -> None:
    new_york = replace(RULES, default_timezone="America/New_York")
    moment: dict[str, Any] = {"value": "2026-03-08T02:30", "gap": "skip"}

    assert found(**moment) == []
    ((field, message),) = found(rules=new_york, **moment)
    assert (field, "leaps over" in message) == ("schedule.value", True)


@pytest.mark.parametrize(
    ("schedule", "field"),
    [
        ({"value": "30m", "starts_at": "2026-02-01", "ends_at": "2026-01-01"}, "schedule.ends_at"),
        (
            {"value": "0 9 1 1 *", "starts_at": "2026-02-01", "ends_at": "2026-03-01"},
            "schedule.ends_at",
        ),
        ({"value": "2026-01-01T00:00", "starts_at": "2026-02-01"}, "schedule.starts_at"),
    ],
)
def test_bounds_that_leave_nothing_are_told_at_their_field(
    schedule: dict[str, Any], field: str
) -> None:
    assert [one for one, _ in found(**schedule)] == [field]


def test_all_problems_are_told_at_once() -> None:
    schedule = parse_schedule("1s", excluded_calendars=("a", "b"))
    rules = replace(RULES, calendars=Calendars(None))

    assert len(schedule_problems(schedule, "claude", rules)) == 3


# -- in the council ----------------------------------------------------------------------------


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


def council(store: Store, rules: SeatRules = RULES) -> Council:
    return Council(store, FakeClock(NOON), known_providers=PROVIDERS, rules=rules)


async def promoted(council: Council, value: str) -> None:
    agent = {"agent_id": ANA, "name": "Ana", "provider": "claude"}
    await council.create_agent(AgentForm.model_validate(agent))
    await council.promote(ANA, PromoteForm(councilor_config=seat_form(value=value)))


async def test_a_promotion_below_the_minimum_is_refused_by_its_field(store: Store) -> None:
    with pytest.raises(InvalidForm) as caught:
        await promoted(council(store), "30s")

    assert caught.value.field == "councilor_config.schedule.value"
    assert not (await store.agent(ANA)).is_councilor


async def test_an_edit_below_the_minimum_is_refused_by_its_field(store: Store) -> None:
    await promoted(council(store), "30m")

    with pytest.raises(InvalidForm) as caught:
        await council(store).edit(ANA, ConfigPatch(schedule="30s"))

    assert caught.value.field == "schedule.value"


async def test_a_minimum_that_was_raised_later_hinders_no_other_edit(store: Store) -> None:
    await promoted(council(store), "2m")
    strict = council(store, replace(RULES, min_agent_interval_seconds=3_600))

    await strict.edit(ANA, ConfigPatch(title="Another"))
    await strict.set_enabled(ANA, False)
    await strict.edit(ANA, ConfigPatch(schedule={"enabled": True}))
    with pytest.raises(InvalidForm):
        await strict.edit(ANA, ConfigPatch(schedule={"jitter_seconds": 5}))

    agent = await store.agent(ANA)
    assert (agent.seat.title, agent.seat.schedule.value) == ("Another", "2m")
    assert agent.seat.schedule.enabled


# -- in council files --------------------------------------------------------------------------

FILE = """---
agent_id: ana
name: Ana
provider: claude
title: Guard
schedule:
{schedule}
task: look
---
Look around.
"""


def file_problems(*lines: str) -> list[str]:
    text = FILE.format(schedule="\n".join(f"  {line}" for line in lines))
    reading = parse_council_text(
        [("ana.md", text)], Path("/srv"), known_providers=PROVIDERS, rules=RULES
    )
    return [str(one) for one in reading.problems]


def test_a_council_file_is_refused_at_the_line_of_the_schedule() -> None:
    (problem,) = file_problems("timezone: Europe/Lisbon", "value: 30s")

    assert problem.startswith("ana.md:8: schedule.value: the interval 30s is below the minimum")


def test_a_council_file_may_write_dates_as_yaml_has_them() -> None:
    text = FILE.format(
        schedule="  value: 30m\n  starts_at: 2026-01-01\n  ends_at: 2026-12-31 18:00:00\n"
        "  excluded_dates: [2026-12-25, 01-01]\n  active_hours: mon-fri 09:00-18:00"
    )
    (file,) = parse_council_text(
        [("ana.md", text)], Path("/srv"), known_providers=PROVIDERS, rules=RULES
    ).accepted()

    schedule = file.form.schedule.to_schedule("America/Sao_Paulo")
    assert schedule == parse_schedule(
        "30m",
        timezone="America/Sao_Paulo",
        starts_at=NOON.replace(month=1, day=1, hour=3),
        ends_at=NOON.replace(month=12, day=31, hour=21),
        excluded_dates=("2026-12-25", "01-01"),
        active_hours=("mon-fri 09:00-18:00",),
    )


@pytest.mark.parametrize("moment", ["2026-12-24T18:00", "2026-12-24 18:00:00"])
def test_a_council_file_may_name_one_moment(moment: str) -> None:
    text = FILE.replace("schedule:\n{schedule}", f"schedule: {moment}")
    (file,) = parse_council_text(
        [("ana.md", text)], Path("/srv"), known_providers=PROVIDERS
    ).accepted()

    assert file.form.schedule.to_schedule("UTC").type == "at"


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (['value: "0 0 31 2 *"'], "7: schedule.value: '0 0 31 2 *' never fires"),
        (["value: 0m"], "7: schedule.value: the interval '0m' must be at least 1s"),
        (["value: 30m", "active_hours: [9-18]"], "8: schedule.active_hours.0: the active hours"),
        (
            ["value: 30m", "excluded_dates: [02-30]"],
            "8: schedule.excluded_dates.0: there is no day",
        ),
        (["value: 30m", "gap: later"], "8: schedule.gap: must be one of run_after or skip"),
        (["value: 30m", "jitter_seconds: 1800"], "8: schedule.jitter_seconds: must be shorter"),
        (["value: 30m", "ends_at: soon"], "8: schedule.ends_at: 'soon' is not a moment"),
    ],
)
def test_a_bad_schedule_in_a_council_file_is_told_at_its_line(
    lines: list[str], problem: str
) -> None:
    (told,) = file_problems(*lines)

    assert told.startswith(f"ana.md:{problem}")
