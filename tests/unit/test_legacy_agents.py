"""Agents and seats of the older system as ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conselho.models.agent import Agent
from conselho.models.schedule import ScheduleType
from conselho.services.agent_rules import SeatRules
from conselho.services.legacy_agents import AgentMaker
from conselho.services.legacy_values import Rejected, from_json
from tests.support.clock import NOON
from tests.support.older_system import Json, older_agent

CONFIG: Json = older_agent()["councilor_config"]


def made(*, enable: bool = False, workspaces: tuple[Path, ...] = (), **fields: Any) -> Agent:
    rules = SeatRules(agent_providers=["claude"], default_timezone="America/Sao_Paulo")
    maker = AgentMaker(
        known_providers=["claude", "gemini", "command"],
        workspaces=workspaces,
        rules=rules,
        enable=enable,
        now=NOON,
    )
    return maker.agent_of(from_json(json.dumps(older_agent() | fields)))


def seat(**fields: Any) -> Json:
    return {"councilor_config": CONFIG | fields}


def test_a_councilor_keeps_what_it_was() -> None:
    agent = made()
    assert (agent.agent_id, agent.name, agent.emoji) == ("ana", "Ana", "🦉")
    assert (agent.provider, agent.model, agent.tags) == ("claude", "sonnet", ("quality",))
    assert agent.instructions == "You look after the tests."
    assert agent.display_name == "Dona Ana"
    assert agent.created_at.isoformat() == "2026-10-01T12:00:00+00:00"
    config = agent.seat
    assert (config.title, config.task.name) == ("Guardian of tests", "look around")
    assert (config.schedule.type, config.schedule.value) == (ScheduleType.INTERVAL, "30m")
    assert config.notifications.channels == ("toast", "panel")
    assert agent.anchor_at == NOON


def test_seats_are_paused_unless_asked_otherwise() -> None:
    assert not made().is_due_sometimes
    assert made(enable=True).is_due_sometimes
    paused = CONFIG["schedule"] | {"enabled": False}
    assert not made(enable=True, **seat(schedule=paused)).is_due_sometimes


def test_schedules_stay_in_the_zone_of_the_older_scheduler() -> None:
    cron = {"type": "cron", "value": "0 9 * * 1"}
    assert made(**seat(schedule=cron)).seat.schedule.timezone == "UTC"


def test_an_agent_may_keep_everything_at_the_top_or_have_only_a_prompt() -> None:
    simple: Json = {"agent_id": None, "definition": None, "persona": None, "is_councilor": False}
    agent = made(**simple, name="reviewer", emoji="🔎", prompt="p" * 150, model="gemini-pro")
    assert (agent.agent_id, agent.name, agent.emoji) == ("reviewer", "reviewer", "🔎")
    assert agent.description == "p" * 100
    assert agent.instructions == "p" * 150
    assert not agent.is_councilor


def test_no_channel_means_the_usual_one() -> None:
    assert made(**seat(notifications={"channels": []})).seat.notifications.channels == ("panel",)


def test_the_older_place_of_the_timeout_counts() -> None:
    assert made(**seat(timeout=120)).seat.policies.timeout_seconds == 120


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"agent_id": "Code Reviewer"}, "agent_id: must have 1 to 128 letters"),
        ({"provider": "gpt"}, "provider: there is no provider 'gpt'"),
        ({"provider": "command"}, "command: is required"),
        ({"cwd": "project"}, "cwd: 'project' must be an absolute path"),
        ({"councilor_config": None}, "a councilor without a councilor_config"),
        (seat(schedule={"type": "interval", "value": "0m"}), "councilor_config.schedule.value"),
        (seat(schedule={"type": "cron", "value": "61 * * * *"}), "councilor_config.schedule.value"),
        (seat(task={"name": "x", "prompt": " "}), "councilor_config.task.prompt"),
        ({"customization": {"color": "red"}}, "customization.color: 'red' is not a color"),
        ({"created_at": "long ago"}, "created_at 'long ago' is no time"),
    ],
)
def test_what_cannot_be_taken_over_is_rejected_with_the_field(fields: Json, reason: str) -> None:
    with pytest.raises(Rejected) as rejected:
        made(**fields)
    assert reason in str(rejected.value)


def test_a_folder_outside_the_workspaces_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="lies outside the workspaces"):
        made(cwd="/", workspaces=(tmp_path,))
