"""A councilor as its council file: what makes the same one where there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from conselho.models.agent import Agent, CouncilorConfig, Customization, TaskSpec
from conselho.models.documents import (
    agent_document,
    councilor_config_document,
    customization_document,
)
from conselho.models.schedule import Schedule, ScheduleType
from conselho.services.council_file_text import file_text

_CATALOGUE: Final = (
    *("agent_id", "name", "emoji", "description", "instructions", "provider", "model"),
    *("command", "shell", "cwd", "tags", "queue"),
)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,250}\.md", re.IGNORECASE)
_DEFAULTS = councilor_config_document(
    CouncilorConfig(
        title="",
        # Always told: what has no default, and the zone, whose default is the server's own.
        schedule=Schedule(type=ScheduleType.INTERVAL, value="", timezone=""),
        task=TaskSpec(name="", prompt=""),
    )
)


def agent_file_text(agent: Agent) -> str:
    """The text of the file. Raises ValueError when the agent is no councilor.

    What has its default is left out. A `cwd` of None, the server's own, cannot stand in a file:
    read back, it is the folder that holds the council directory.
    """
    document, seat = agent_document(agent), councilor_config_document(agent.seat)
    parts = {name: _differing(seat[name], _DEFAULTS[name]) for name in _DEFAULTS if name != "title"}
    parts["schedule"].pop("type", None)  # The value tells it.
    body = parts["task"].pop("prompt")
    if body.strip() != body or "\r" in body:
        # Reading a file takes its line ends for LF, and blanks around the body for nothing.
        parts["task"]["prompt"], body = body, ""
    values = {name: document[name] for name in _CATALOGUE} | {"title": seat["title"]} | parts
    if agent.customization is not None:
        customization = customization_document(agent.customization)
        told = _differing(customization, customization_document(Customization()))
        values["customization"] = {"enabled": agent.customization.enabled} | told
    return file_text({name: value for name, value in values.items() if value}, body)


def _differing(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != defaults[name]}


def agent_file_name(agent: Agent) -> str:
    """The name of the file: that of the one that owns the agent, else after its id."""
    if agent.source is not None and _PLAIN_NAME.fullmatch(agent.source):
        return agent.source
    # A README is no council file.
    is_readme = agent.agent_id.lower() == "readme"
    return f"councilor-{agent.agent_id}.md" if is_readme else f"{agent.agent_id}.md"
