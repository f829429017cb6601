"""The preview of a schedule as JSON: for the API, and for the command line without a server."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conselho.models.agent import Agent
from conselho.models.documents import schedule_document
from conselho.models.ids import AgentId
from conselho.models.schedule import Schedule
from conselho.models.task import utc_text
from conselho.services.preview import preview
from conselho.services.quiet import Quiet
from conselho.services.schedule_words import LANGUAGES, sentence

MOST_SLOTS = 100


def preview_document(
    schedule: Schedule,
    *,
    anchor: datetime,
    agent_id: AgentId,
    after: datetime,
    count: int,
    quiet: Quiet,
    default_timezone: str,
) -> dict[str, Any]:
    """The normalised schedule, its sentence in each language, and its first slots after a moment.

    The sentences tell the zone unless it is `default_timezone`. Takes at most about a second.
    """
    found = preview(
        schedule, anchor=anchor, agent_id=agent_id, after=after, count=count, quiet=quiet
    )
    return {
        "success": True,
        "schedule": schedule_document(schedule),
        "sentence": {
            language: sentence(schedule, language, timezone=default_timezone)
            for language in LANGUAGES
        },
        "timezone": schedule.timezone,
        "slots": [
            {"at": utc_text(slot.at), "local": slot.local, "note": slot.note}
            for slot in found.slots
        ],
        "left_out": {reason.value: number for reason, number in found.left_out.items()},
        "more": found.more,
        "warnings": [{"code": each.code, "message": each.message} for each in found.warnings],
    }


def anchor_of(schedule: Schedule, agent: Agent | None, now: datetime) -> datetime:
    """Where an interval would count from if this became the schedule of `agent` now.

    From where it counts already when its value stays as it is.
    """
    old = agent.councilor_config.schedule if agent and agent.councilor_config else None
    if agent and agent.anchor_at and old and (old.type, old.value) == _type_and_value(schedule):
        return agent.anchor_at
    return now.replace(microsecond=0)


def _type_and_value(schedule: Schedule) -> tuple[object, str]:
    return schedule.type, schedule.value
