"""Agents and seats of the older system as ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from conselho.errors import Invalid
from conselho.models.agent import Agent
from conselho.services.agent_rules import SeatRules, agent_problems, resolve_cwd, seat_problems
from conselho.services.form_problems import FieldProblem, problems
from conselho.services.forms import AgentForm, ConfigForm, CustomizationForm, Form
from conselho.services.legacy_values import Document, Rejected, inner, moment, text
from conselho.services.seats import new_agent, seated

FormT = TypeVar("FormT", bound=Form)

DESCRIPTION_CHARACTERS = 100
ZONE = "UTC"  # the older scheduler knew no other


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMaker:
    """Makes Agents of documents, as this server would let people enter them.

    `enable` False: all seats are paused, so that nothing runs twice while the older system is up.
    True: those that were not paused there are due from now on.
    """

    known_providers: Collection[str]
    workspaces: Collection[Path]
    rules: SeatRules
    enable: bool
    now: datetime

    def agent_of(self, document: Document) -> Agent:
        """Raises Rejected."""
        form = _checked(AgentForm, _catalogue_entry(document))
        _refuse(agent_problems(form, self.known_providers))
        try:
            cwd = resolve_cwd(form.cwd, workspaces=self.workspaces)
        except Invalid as exc:
            raise Rejected(str(exc)) from exc
        agent = new_agent(form, cwd, self.now)
        agent = replace(agent, created_at=moment(document, "created_at") or self.now)
        look = inner(document, "customization")
        if look:
            customization = _checked(CustomizationForm, look, "customization").to_customization()
            agent = replace(agent, customization=customization)
        return self._seated(agent, document) if document.get("is_councilor") is True else agent

    def _seated(self, agent: Agent, document: Document) -> Agent:
        given = inner(document, "councilor_config")
        if not given:
            raise Rejected("it is a councilor without a councilor_config")
        form = _checked(ConfigForm, _seat(given, agent), "councilor_config")
        _refuse(seat_problems(form, agent.provider, self.rules), "councilor_config")
        config = form.to_config(ZONE)
        enabled = self.enable and config.schedule.enabled
        config = replace(config, schedule=replace(config.schedule, enabled=enabled))
        return seated(agent, config, self.now)


def _catalogue_entry(document: Document) -> dict[str, Any]:
    """The fields of AgentForm. Some agents keep theirs in `definition`, some have only a prompt."""
    definition, persona = inner(document, "definition"), inner(document, "persona")

    def told(field: str) -> str | None:
        return text(document, field) or text(definition, field)

    name = told("name") or text(document, "agent_id")
    prompt = told("prompt") or text(persona, "content")
    beginning = prompt and prompt[:DESCRIPTION_CHARACTERS]
    tags = document.get("tags") or definition.get("tags")
    return {
        "agent_id": text(document, "agent_id") or name,
        "name": name,
        "emoji": told("emoji"),
        "description": told("description") or beginning,
        "instructions": prompt,
        "provider": told("provider") or "claude",
        "model": told("model"),
        "cwd": told("cwd"),
        "tags": tags,
    }


def _seat(given: Document, agent: Agent) -> dict[str, Any]:
    """The fields of ConfigForm, in the older scheduler's time zone."""
    notifications = dict(inner(given, "notifications"))
    if not notifications.get("channels"):
        notifications.pop("channels", None)
    schedule = given.get("schedule")
    if isinstance(schedule, Mapping):
        schedule = {"timezone": ZONE, **schedule}
    return {
        **given,
        "title": text(given, "title") or agent.name,
        "schedule": schedule,
        "notifications": notifications,
    }


def _checked(form: type[FormT], data: Document, above: str = "") -> FormT:
    try:
        return form.model_validate(data)
    except ValidationError as exc:
        raise _rejection(problems(exc, form), above) from exc


def _refuse(found: Collection[FieldProblem], above: str = "") -> None:
    if found:
        raise _rejection(found, above)


def _rejection(found: Collection[FieldProblem], above: str) -> Rejected:
    prefix = f"{above}." if above else ""
    return Rejected("; ".join(f"{prefix}{one.field}: {one.message}" for one in found))
