"""Pure steps of a seat: taken, changed, left, and what clients hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from conselho.errors import NotFound
from conselho.models.agent import Agent, CouncilorConfig, Customization
from conselho.models.documents import (
    agent_document,
    councilor_config_document,
    customization_document,
)
from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.services.changes import changes
from conselho.services.council_files import CouncilFile
from conselho.services.form_problems import InvalidForm, below, problems
from conselho.services.forms import (
    AgentForm,
    AgentPatch,
    ConfigForm,
    ConfigPatch,
    CustomizationForm,
    Form,
)
from conselho.services.schedule_words import sentences

_MOST_CHANGES = 8
_LONGEST_CHANGE = 100
_SHOWN = ("schedule.", "policies.")

FormT = TypeVar("FormT", bound=Form)


def new_agent(form: AgentForm, cwd: str | None, now: datetime) -> Agent:
    return Agent(
        agent_id=AgentId(form.agent_id),
        created_at=now,
        updated_at=now,
        **catalogue_fields(form, cwd),
    )


def catalogue_fields(form: AgentForm, cwd: str | None) -> dict[str, Any]:
    """What a form says of an agent apart from its id and seat."""
    return {
        "name": form.name,
        "emoji": form.emoji,
        "description": form.description,
        "instructions": form.instructions,
        "provider": form.provider,
        "model": form.model,
        "command": tuple(form.command),
        "shell": form.shell,
        "cwd": cwd,
        "tags": tuple(form.tags),
        "queue": form.queue,
    }


def merged_agent(agent: Agent, patch: AgentPatch) -> AgentForm:
    """The catalogue entry with the patch's fields in place of its own. Raises InvalidForm."""
    stored = {name: getattr(agent, name) for name in AgentForm.model_fields}
    stored |= {"command": list(agent.command), "tags": list(agent.tags)}
    return _checked(AgentForm, stored | patch.model_dump(exclude_unset=True))


def seated(agent: Agent, config: CouncilorConfig, now: datetime) -> Agent:
    """The agent with this seat; its slots start anew where the schedule did."""
    old = agent.councilor_config.schedule if agent.councilor_config else None
    new = config.schedule
    agent = replace(agent, councilor_config=config)
    if new.enabled:
        agent = replace(agent, paused_in_bulk=False)
    if old is None or (old.type, old.value) != (new.type, new.value):
        # Whole seconds: slots are read by people, and every replica finds the same ones.
        return replace(agent, anchor_at=now.replace(microsecond=0), slots_from=now)
    resumed = new.enabled and not old.enabled
    if resumed or replace(old, enabled=new.enabled) != new:
        return replace(agent, slots_from=now)
    return agent


def unseated(agent: Agent) -> Agent:
    return replace(
        agent, councilor_config=None, anchor_at=None, slots_from=None, paused_in_bulk=False
    )


def file_over(agent: Agent, file: CouncilFile, default_timezone: str, now: datetime) -> Agent:
    """The agent as its file says: all that a file can say, said there or not, with two exceptions.

    A paused councilor stays paused unless the file itself says `schedule.enabled`, and a
    customization is kept where the file has none.
    """
    form = file.form
    config = form.to_config(default_timezone)
    old = agent.councilor_config
    if old is not None and "enabled" not in form.schedule.model_fields_set:
        config = replace(config, schedule=replace(config.schedule, enabled=old.schedule.enabled))
    customization = form.customization.to_customization() if form.customization else None
    agent = replace(
        owned(agent, file),
        **catalogue_fields(form, file.cwd),
        customization=customization or agent.customization,
    )
    return seated(agent, config, now)


# Behind the digest of a file whose agent was given another folder by hand since.
_ELSEWHERE = "+cwd"


def owned(agent: Agent, file: CouncilFile) -> Agent:
    """The agent with the file as its owner, at home where the file lies now."""
    return replace(agent, source=file.name, source_digest=file.digest, cwd=file.cwd)


def is_applied(agent: Agent, file: CouncilFile) -> bool:
    """Whether the file says what it said when it was applied to this agent last."""
    return (agent.source_digest or "").removesuffix(_ELSEWHERE) == file.digest


def brought_along(agent: Agent, file: CouncilFile) -> Agent:
    """The agent of an unchanged file: it goes where the file went, unless it was sent elsewhere."""
    if agent.source_digest != file.digest:
        return replace(agent, source=file.name)
    return owned(agent, file)


def sent_to(agent: Agent, cwd: str | None) -> Agent:
    """The agent in another folder, where it stays though its file says otherwise."""
    digest = agent.source_digest
    if cwd != agent.cwd and digest is not None and not digest.endswith(_ELSEWHERE):
        digest += _ELSEWHERE
    return replace(agent, cwd=cwd, source_digest=digest)


def change_of(before: Agent, after: Agent) -> str:
    """The word that clients hear for what happened: promoted, demoted, paused, resumed, edited."""
    old, new = before.councilor_config, after.councilor_config
    if old is None or new is None:
        return "promoted" if new else "demoted" if old else "edited"
    if old.schedule.enabled == new.schedule.enabled:
        return "edited"
    return "resumed" if new.schedule.enabled else "paused"


def recorded(before: Agent | None, after: Agent | None, now: datetime) -> JournalEntry:
    """The journal entry of a write: what happened, and what the former schedule may still owe.

    `before` None: made; `after` None: deleted.
    """
    agent = after or before
    assert agent is not None
    if before is None or after is None:
        kind = JournalKind.PROMOTED if after else JournalKind.DELETED
    else:
        kind = JournalKind(change_of(before, after))
    owes = (
        before is not None
        and before.is_due_sometimes
        and (after is None or before.timetable != after.timetable)
    )
    return JournalEntry(
        at=now,
        kind=kind,
        agent_id=agent.agent_id,
        display_name=agent.display_name,
        detail=_detail(before, after, kind),
        former=before if owes else None,
        settled=not owes,
    )


def _detail(before: Agent | None, after: Agent | None, kind: JournalKind) -> str:
    name = (after or before).display_name  # type: ignore[union-attr]  # one of them is there
    if kind is JournalKind.PAUSED:
        together = after is not None and after.paused_in_bulk
        return f"{name} was paused{' together with others' if together else ''}."
    if kind is not JournalKind.EDITED or before is None or after is None:
        return f"{name} was {kind}."
    told = [_told(*change) for change in changes(before, after)]
    if not told:
        return f"{name} was written again; nothing that it does has changed."
    more = f", and {len(told) - _MOST_CHANGES} more" if len(told) > _MOST_CHANGES else ""
    return f"{name} was edited: {', '.join(told[:_MOST_CHANGES])}{more}."


def _told(field: str, old: object, new: object) -> str:
    """`schedule.value '5m' -> '1h'`; other fields than those of the clock by name alone.

    Commands, instructions and addresses may hold secrets, and whoever may read sees the journal.
    """
    shown = f"{field} {_short(old)} -> {_short(new)}"
    told_in_full = field.startswith(_SHOWN) and len(shown) <= _LONGEST_CHANGE
    return shown if told_in_full else field


def _short(value: object) -> str:
    return "none" if value is None else repr(value)


def updated(agent: Agent, change: str, *, gone: bool = False) -> EventDraft:
    data = {
        "councilor_id": agent.agent_id,
        "change": change,
        "display_name": agent.display_name,
        "agent": None if gone else agent_document(agent) | {"schedule_sentence": _said(agent)},
    }
    return EventDraft(type=EventType.UPDATED, agent_id=agent.agent_id, data=data)


def _said(agent: Agent) -> dict[str, str] | None:
    return sentences(agent.seat.schedule) if agent.is_councilor else None


def merged_config(
    config: CouncilorConfig, patch: ConfigPatch, default_timezone: str
) -> CouncilorConfig:
    """The stored config with the patch's fields in place of its own. Raises InvalidForm."""
    stored = councilor_config_document(config)
    parts = ("title", "schedule", "task", "notifications", "policies")
    given = {part: value for part in parts if (value := getattr(patch, part)) is not None}
    if isinstance(given.get("schedule"), str):
        given["schedule"] = {"value": given["schedule"]}
    if patch.timeout is not None:
        given["policies"] = {"timeout_seconds": patch.timeout} | (given.get("policies") or {})
    schedule = given.get("schedule") or {}
    if "value" in schedule and "type" not in schedule:
        # The new value tells its own type.
        del stored["schedule"]["type"]
    return _checked(ConfigForm, _merged(stored, given)).to_config(default_timezone)


def merged_customization(
    customization: Customization | None, patch: ConfigPatch
) -> Customization | None:
    """As merged_config. Raises InvalidForm with paths below `customization`."""
    if patch.customization is None:
        return customization
    stored = customization_document(customization) if customization else {}
    merged = _merged(stored, patch.customization)
    return _checked(CustomizationForm, merged, "customization").to_customization()


def _merged(stored: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """`given` over `stored`; where both hold objects, their fields are merged likewise."""
    merged = dict(stored)
    for key, value in given.items():
        below = stored.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            value = _merged(below, value)
        merged[key] = value
    return merged


def _checked(form: type[FormT], data: Mapping[str, Any], *above: str) -> FormT:
    try:
        return form.model_validate(data)
    except ValidationError as exc:
        raise InvalidForm(below(problems(exc, form), *above)) from exc


def seat_of(agent: Agent) -> CouncilorConfig:
    if agent.councilor_config is None:
        raise NotFound("councilor", agent.agent_id)
    return agent.councilor_config
