"""When councilors are due: the preview of a schedule, and the next slots of a councilor."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field

from conselho.api.context import Context, InContext, PathAgent
from conselho.errors import NotFound
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.journal import JournalKind
from conselho.models.schedule import Schedule
from conselho.models.task import iso
from conselho.services.agent_rules import schedule_problems
from conselho.services.form_problems import InvalidForm
from conselho.services.forms import Form, Line, ScheduleForm, Whole
from conselho.services.moments import Moment
from conselho.services.next_slots import MOST_SLOTS, anchor_of, preview_document

router = APIRouter(tags=["schedules"])
seat = APIRouter()

# How far the journal is searched for the pause of a councilor.
_ENTRIES = 100


class PreviewForm(Form):
    """A schedule that is not stored yet, for a councilor that exists or one that does not."""

    schedule: ScheduleForm
    agent_id: Line | None = None
    provider: Line | None = None
    count: Annotated[Whole, Field(ge=1, le=MOST_SLOTS)] = 10
    after: Moment | None = None


@router.post("/api/schedules/preview")
async def preview_schedule(context: InContext, form: PreviewForm) -> dict[str, Any]:
    """What a schedule means, in a sentence and in slots; 422 as when it was given to a councilor.

    With the `agent_id` of a councilor its slots: its anchor when the value is unchanged, its
    jitter, the minimum interval of its provider.
    """
    rules = context.council.rules
    schedule = form.schedule.to_schedule(rules.default_timezone)
    agent = await _known(context, form.agent_id)
    provider = form.provider or (agent.provider if agent else "command")
    if found := schedule_problems(schedule, provider, rules):
        raise InvalidForm(found)
    now = context.clock.now()
    return await _document(
        context,
        schedule,
        anchor=anchor_of(schedule, agent, now),
        agent_id=AgentId(form.agent_id or ""),
        after=form.after or now,
        count=form.count,
    )


@seat.get("/{agent_id}/next")
async def next_slots(
    context: InContext,
    agent_id: PathAgent,
    count: Annotated[int, Query(ge=1, le=MOST_SLOTS)] = 10,
) -> dict[str, Any]:
    """The next slots of a councilor; of a paused one those that it would have."""
    agent = await context.store.agent(agent_id)
    if not agent.is_councilor:
        raise NotFound("councilor", agent_id)
    schedule = agent.seat.schedule
    now = context.clock.now()
    document = await _document(
        context,
        schedule,
        anchor=agent.anchor_at or agent.created_at,
        agent_id=agent_id,
        after=now,
        count=count,
    )
    return document | {
        "agent_id": agent_id,
        "enabled": schedule.enabled,
        "paused_since": None if schedule.enabled else iso(await _paused_since(context, agent_id)),
    }


async def schedule_warnings(context: Context, agent: Agent) -> list[dict[str, str]]:
    """What a person should know of the schedule that was just stored: that it never runs, say."""
    document = await _document(
        context,
        agent.seat.schedule,
        anchor=agent.anchor_at or agent.created_at,
        agent_id=agent.agent_id,
        after=context.clock.now(),
        count=1,
    )
    warnings: list[dict[str, str]] = document["warnings"]
    return warnings


async def _document(
    context: Context,
    schedule: Schedule,
    *,
    anchor: datetime,
    agent_id: AgentId,
    after: datetime,
    count: int,
) -> dict[str, Any]:
    # In a thread: a schedule that leaves much out takes its time, and the stream must go on. One
    # at a time: with many threads at work the loop would wait for its turn among them.
    async with context.previewing:
        return await asyncio.to_thread(
            partial(
                preview_document,
                schedule,
                anchor=anchor,
                agent_id=agent_id,
                after=after,
                count=count,
                quiet=context.quiet,
                default_timezone=context.council.rules.default_timezone,
            )
        )


async def _known(context: Context, agent_id: str | None) -> Agent | None:
    if agent_id is None:
        return None
    try:
        return await context.store.agent(AgentId(agent_id))
    except NotFound:
        return None  # the form of an agent that is about to be made


async def _paused_since(context: Context, agent_id: AgentId) -> datetime | None:
    """When it was paused, or promoted as a paused one; None when the journal does not go back."""
    begun = (JournalKind.PAUSED, JournalKind.PROMOTED)
    entries = await context.store.journal(agent_id, limit=_ENTRIES)
    return next((entry.at for entry in entries if entry.kind in begun), None)
