"""The JSON shapes that the API sends: times as ISO-8601 with `Z`, durations in ms."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conselho.models.agent import Agent
from conselho.models.documents import agent_document
from conselho.models.ids import AgentId
from conselho.models.rows import duration_ms, execution_status, instance_of, light_row, summary
from conselho.models.statistics import AgentStatistics, Tally
from conselho.models.task import COUNCIL_TRIGGERS, LOST_SLOT, Status, Task, iso, utc_text
from conselho.services.schedule_words import sentences
from conselho.services.slots import next_slot
from conselho.store import Store, TaskFilter

RECENT_MARKS = 30
# What counts as an execution: everything but the record of slots that did not run.
RUN_STATUSES = frozenset(Status) - LOST_SLOT


def council_runs(agent_id: AgentId) -> TaskFilter:
    """The executions of one councilor; what a client had its agent do beside is none."""
    return TaskFilter(agent_id=agent_id, statuses=RUN_STATUSES, triggers=COUNCIL_TRIGGERS)


_NOTHING = AgentStatistics(tally=Tally())


async def agent_views(store: Store, agents: list[Agent], *, now: datetime) -> list[dict[str, Any]]:
    """Agents as lists and the page show them, with figures, next slot and recent marks."""
    seated = [agent.agent_id for agent in agents if agent.is_councilor]
    statistics = await store.statistics([agent.agent_id for agent in agents])
    active = await store.active(seated)
    recent = await store.recent(seated, limit=RECENT_MARKS)
    return [
        agent_document(agent)
        | {
            "stats": stats_view(statistics.get(agent.agent_id)),
            "next_execution": iso(next_slot(agent, now)),
            "schedule_sentence": sentences(agent.seat.schedule) if agent.is_councilor else None,
            "current": _row_or_none(active.get(agent.agent_id)),
            "recent": [
                _mark(task)
                for task in recent.get(agent.agent_id, [])
                if task.is_councilor_execution
            ],
        }
        for agent in agents
    ]


async def agent_view(store: Store, agent: Agent, *, now: datetime) -> dict[str, Any]:
    [view] = await agent_views(store, [agent], now=now)
    return view


def stats_view(statistics: AgentStatistics | None) -> dict[str, Any]:
    """The lifetime figures of one councilor, also when nothing ran yet."""
    known = statistics or _NOTHING
    return {
        "total_executions": known.tally.runs,
        "last_execution": iso(known.last_execution_at),
        "success_rate": known.tally.success_rate or 0.0,
        "average_duration_ms": known.tally.average_duration_ms,
        "skipped": known.tally.skipped,
        "missed": known.tally.missed,
    }


def edited(before: Agent, agent: Agent) -> str:
    """What an edit did, in a sentence: fields that are unknown or as they were change nothing."""
    if agent.version == before.version:
        return f"{agent.display_name} stays as it was: nothing that was sent changes it."
    return f"{agent.display_name} was changed."


def catalogue_entry(agent: Agent) -> dict[str, Any]:
    """An agent in the bare list that agent selectors read."""
    return {
        "id": agent.agent_id,
        "agent_id": agent.agent_id,
        "name": agent.name,
        "emoji": agent.emoji,
        "description": agent.description,
        "prompt": agent.instructions,
        "model": agent.model,
        "provider": agent.provider,
        "tags": list(agent.tags),
        "is_councilor": agent.is_councilor,
    }


# A report shows up to a hundred outputs, and each of them twice.
OUTPUT_IN_REPORT = 65_536


def execution(task: Task, *, output_characters: int | None = None) -> dict[str, Any]:
    """A run as reports show it: CONTRACT's Execution, `error` only where something went wrong.

    A longer output than `output_characters` is cut; the whole is at /api/tasks/{task_id}.
    """
    output = task.result
    cut = output is not None and output_characters is not None and len(output) > output_characters
    return {
        "_id": task.task_id,
        "execution_id": task.task_id,
        "instance_id": instance_of(task),
        "councilor_id": task.agent_id,
        "agent_id": task.agent_id,
        "started_at": utc_text(task.started_at or task.created_at),
        "completed_at": iso(task.completed_at),
        "status": execution_status(task.status),
        "severity": task.severity,
        "output": output[:output_characters] if output is not None else None,
        "output_truncated": cut,
        "error": task.error,
        "error_kind": task.error_kind,
        "error_cause": task.error_cause,
        "summary": summary(task),
        "reason": task.verdict.reason if task.verdict else None,
        "trigger": task.trigger,
        "attempt": task.attempt,
        "duration_ms": duration_ms(task),
        "created_at": utc_text(task.created_at),
    }


def report(
    agent: Agent,
    runs: list[Task],
    slots: list[Task],
    statistics: AgentStatistics | None,
    *,
    now: datetime,
) -> dict[str, Any]:
    """A councilor's report in both forms that clients read: bare, and again under `report`."""
    stats = stats_view(statistics)
    body = {
        "councilor_id": agent.agent_id,
        "councilor_name": agent.display_name,
        "recent_executions": [execution(task, output_characters=OUTPUT_IN_REPORT) for task in runs],
        "slots": [light_row(task, result_characters=0) for task in slots],
        "total_executions": stats["total_executions"],
        "success_rate": stats["success_rate"],
        "next_execution": iso(next_slot(agent, now)),
        "stats": stats,
    }
    return body | {"report": body}


def tally_view(tally: Tally) -> dict[str, Any]:
    """One window of the KPIs. `success_rate` is null when nothing ran: no run is no success."""
    return {
        "runs": tally.runs,
        "success": tally.success,
        "info": tally.info,
        "warning": tally.warning,
        "error": tally.severity_error,
        "cancelled": tally.cancelled,
        "success_rate": tally.success_rate,
        "missed": tally.missed,
        "skipped": tally.skipped,
        "cost_usd": tally.cost_microusd / 1e6 if tally.cost_microusd else None,
        "average_duration_ms": tally.average_duration_ms,
    }


def _mark(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "status": task.status,
        "severity": task.severity,
        "due_at": iso(task.due_at),
        "completed_at": iso(task.completed_at),
        "duration_ms": duration_ms(task),
        "summary": summary(task),
        "reason": task.verdict.reason if task.verdict else None,
        "error_kind": task.error_kind,
        "error_cause": task.error_cause,
        "skip_reason": task.skip_reason,
        "slot_from": iso(task.slot_from),
        "slot_to": iso(task.slot_to),
        "slot_count": task.slot_count,
    }


def _row_or_none(task: Task | None) -> dict[str, Any] | None:
    if task is None or not task.is_councilor_execution:
        return None
    return light_row(task, result_characters=0)
