"""Seats of the council: promote, edit, pause, demote, run, report.

`seat` is served under /api/councilors and /api/agents alike: existing clients use both. `council`
holds what concerns the council as a whole.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from conselho.api.audit import Act, audited, of_agent
from conselho.api.context import Actor, Context, InContext, PathAgent
from conselho.api.schedules import schedule_warnings
from conselho.api.views import (
    agent_view,
    agent_views,
    council_runs,
    edited,
    execution,
    report,
    stats_view,
)
from conselho.errors import Invalid, NotFound, Unavailable
from conselho.models.agent import Agent
from conselho.models.documents import schedule_document
from conselho.models.ids import AgentId
from conselho.models.task import LOST_SLOT, iso
from conselho.services.audits import apply_audited
from conselho.services.council_files import parse_council_text
from conselho.services.forms import ConfigPatch, EnabledForm, PromoteForm
from conselho.services.maintenance_windows import state_of, window_document
from conselho.services.slots import next_slot, trigger_text
from conselho.store import TaskFilter

council = APIRouter(tags=["council"])
seat = APIRouter()

LATEST_SLOTS = 10


@council.get("/api/councilors")
async def list_councilors(context: InContext, is_councilor: bool | None = None) -> dict[str, Any]:
    """Agents with their seats, figures, next slot, recent marks and active maintenance."""
    last_event_id = await context.last_event_id()
    agents = await context.store.agents(is_councilor=is_councilor)
    now = context.clock.now()
    views = await agent_views(context.store, agents, now=now)
    windows = [
        window
        for window in await context.maintenance.present()
        if state_of(window, now) == "active"
    ]
    for agent, view in zip(agents, views, strict=True):
        held = next((window for window in windows if window.holds_for(agent)), None)
        # Of several that hold, one is enough to know why slots are skipped.
        view["maintenance"] = window_document(held, now) if held and agent.is_councilor else None
    return {
        "agents": views,
        "count": len(views),
        "last_event_id": last_event_id,
        "now": iso(now),
    }


@council.get("/api/councilors/scheduler/jobs")
async def scheduler_jobs(context: InContext) -> dict[str, Any]:
    """What the scheduler has before it: one job a councilor, paused ones without a next run.

    503 when the scheduler is switched off. Of a server without the role it is what those with it
    have before them.
    """
    if not context.system.settings.scheduler_enabled:
        raise Unavailable("scheduler", "it is switched off by the settings of this server")
    jobs = [
        {
            "id": agent.agent_id,
            "name": f"Councilor: {agent.name}",
            "next_run_time": iso(due),
            "trigger": trigger_text(agent),
        }
        for agent, due in await _alarms(context)
    ]
    return {"jobs": jobs, "count": len(jobs)}


async def _alarms(context: Context) -> list[tuple[Agent, datetime | None]]:
    """Each councilor with its next slot; None for a paused one."""
    if context.system.schedules:
        return context.system.scheduler.jobs()
    now = context.clock.now()
    councilors = await context.store.agents(is_councilor=True)
    return [(agent, next_slot(agent, now)) for agent in councilors]


class CouncilFileForm(BaseModel):
    name: Annotated[str, Field(max_length=255)]
    text: str


class CouncilForm(BaseModel):
    """Council files to apply. `base`: the folder that relative cwd values start from."""

    files: Annotated[list[CouncilFileForm], Field(max_length=2000)]
    base: Path
    prune: bool = False
    force: bool = True


@council.post("/api/council")
async def apply_council(context: InContext, actor: Actor, form: CouncilForm) -> dict[str, Any]:
    """Apply a set of council files: all of them, or nothing when one cannot be read."""
    if not form.base.is_absolute():
        raise Invalid("base", f"'{form.base}' is not an absolute path")
    # In a thread: hostile YAML takes its time, and the stream must go on meanwhile.
    reading = await asyncio.to_thread(
        parse_council_text,
        [(file.name, file.text) for file in form.files],
        form.base,
        known_providers=context.system.providers,
        workspaces=context.system.settings.workspaces,
        rules=context.council.rules,
    )
    changes = await apply_audited(
        context.store,
        context.council,
        context.audits,
        actor,
        reading.accepted(),
        prune=form.prune,
        force=form.force,
    )
    return {
        "success": True,
        "changes": [asdict(change) for change in changes],
        "warnings": list(reading.warnings),
    }


@seat.post("/{agent_id}/promote-councilor")
async def promote(
    context: InContext, actor: Actor, agent_id: PathAgent, form: PromoteForm
) -> dict[str, Any]:
    """Give the agent a seat. 409 when it has one."""
    before = await context.store.agent(agent_id)
    agent = await context.council.promote(agent_id, form)
    await audited(context, actor, of_agent("promote", before, agent))
    answer = await _answer(context, agent, f"{agent.display_name} was promoted to councilor.")
    return answer | {"execution": None, "warnings": await schedule_warnings(context, agent)}


@seat.delete("/{agent_id}/demote-councilor")
async def demote(context: InContext, actor: Actor, agent_id: PathAgent) -> dict[str, Any]:
    """Take the seat away; customization and executions stay. 400 when it has none."""
    before = await context.store.agent(agent_id)
    agent = await context.council.demote(agent_id)
    await audited(context, actor, of_agent("demote", before, agent))
    return await _answer(context, agent, f"{agent.display_name} left the council.")


@seat.patch("/{agent_id}/councilor-config")
async def edit(
    context: InContext, actor: Actor, agent_id: PathAgent, patch: ConfigPatch
) -> dict[str, Any]:
    """Change what is given, keep the rest, and reschedule at once."""
    before = await context.store.agent(agent_id)
    agent = await context.council.edit(agent_id, patch)
    await audited(context, actor, of_agent("edit", before, agent))
    answer = await _answer(context, agent, edited(before, agent))
    return answer | {"warnings": await schedule_warnings(context, agent)}


@seat.patch("/{agent_id}/councilor-schedule")
async def set_enabled(
    context: InContext, actor: Actor, agent_id: PathAgent, form: EnabledForm
) -> dict[str, Any]:
    """Pause or resume."""
    before = await context.store.agent(agent_id)
    agent = await context.council.set_enabled(agent_id, form.enabled)
    action = "resume" if form.enabled else "pause"
    await audited(context, actor, of_agent(action, before, agent))
    config = agent.councilor_config
    return {
        "success": True,
        "message": f"{agent.display_name} was {'resumed' if form.enabled else 'paused'}.",
        "schedule": schedule_document(config.schedule) if config else None,
    }


@seat.post("/{agent_id}/execute-now")
async def execute_now(
    context: InContext,
    actor: Actor,
    agent_id: PathAgent,
    wait: Annotated[float, Query(ge=0, le=600)] = 0,
) -> dict[str, Any]:
    """Run the councilor now. Answers at once, or when the run has ended with `wait=SECONDS`."""
    task = await context.executions.run_now(agent_id)
    run = Act(action="run", target=agent_id, after={"execution_id": task.task_id})
    await audited(context, actor, run)
    if wait:
        task = await context.executions.wait(task.task_id, seconds=wait)
    stats = stats_view((await context.store.statistics([agent_id])).get(agent_id))
    return {
        "success": True,
        "message": f"{task.snapshot.display_name} was called.",
        "execution": execution(task) | {"stats": stats},
        "stats": stats,
    }


@seat.get("/{agent_id}/councilor-reports")
async def councilor_report(
    context: InContext,
    agent_id: PathAgent,
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
) -> dict[str, Any]:
    """The newest executions, lost slots and figures of one councilor."""
    agent = await _councilor(context, agent_id)
    runs = await context.store.tasks(council_runs(agent_id), limit=limit)
    slots = await context.store.tasks(
        TaskFilter(agent_id=agent_id, statuses=LOST_SLOT), limit=LATEST_SLOTS
    )
    statistics = (await context.store.statistics([agent_id])).get(agent_id)
    return report(agent, runs.tasks, slots.tasks, statistics, now=context.clock.now())


@seat.get("/{agent_id}/councilor-reports/latest")
async def latest_execution(context: InContext, agent_id: PathAgent) -> dict[str, Any] | None:
    """The newest execution, bare and under `execution`; null when there is none yet."""
    await _councilor(context, agent_id)
    page = await context.store.tasks(council_runs(agent_id), limit=1)
    if not page.tasks:
        return None
    newest = execution(page.tasks[0])
    return newest | {"execution": newest}


async def _councilor(context: Context, agent_id: AgentId) -> Agent:
    agent = await context.store.agent(agent_id)
    if not agent.is_councilor:
        raise NotFound("councilor", agent_id)
    return agent


async def _answer(context: Context, agent: Agent, message: str) -> dict[str, Any]:
    view = await agent_view(context.store, agent, now=context.clock.now())
    return {"success": True, "message": message, "agent": view}
