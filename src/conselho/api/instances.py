"""What older pages poll: instances with their figures, and the metrics of all agents.

Instances are derived from the council (services/instances.py), so they cannot be made, moved or
deleted; a call that asks for it is answered 405 with the reason.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, Field

from conselho.api.context import InContext
from conselho.api.views import council_runs, execution
from conselho.models.ids import AgentId
from conselho.services.instances import agent_metrics, all_instances, one_instance

router = APIRouter(prefix="/api/agents", tags=["older clients"])

HISTORY = 20


class Order(StrEnum):
    """What a list is sorted by; `-` begins with the highest."""

    CREATED_UP = "created_at"
    CREATED_DOWN = "-created_at"
    UPDATED_UP = "updated_at"
    UPDATED_DOWN = "-updated_at"
    AGENT_UP = "agent_id"
    AGENT_DOWN = "-agent_id"


class InstanceStatus(StrEnum):
    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    ERROR = "error"


class StatisticsForm(BaseModel):
    """What a runner of the older system tells of a task. It is counted here already."""

    task_duration: Annotated[float, Field(ge=0)]
    exit_code: int = 0
    increment_count: bool = True


@router.get("/metrics")
async def metrics(context: InContext) -> dict[AgentId, dict[str, Any]]:
    """Keyed by agent_id; times in ms, `lastExecutionTime` null before the first run."""
    return await agent_metrics(context.store)


@router.get("/instances")
async def list_instances(
    context: InContext,
    agent_id: str | None = None,
    status: InstanceStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    sort: Order = Order.CREATED_DOWN,
    include_deleted: bool = False,
) -> dict[str, Any]:
    """One instance a councilor. None is ever deleted, so `include_deleted` changes nothing."""
    documents = [
        instance.document()
        for instance in await all_instances(context.store)
        if agent_id in (None, instance.agent.agent_id) and status in (None, instance.status)
    ]
    field = sort.value.removeprefix("-")
    documents.sort(key=lambda one: (one[field], one["agent_id"]), reverse=sort.startswith("-"))
    page = documents[offset : offset + limit]
    return {"success": True, "count": len(page), "total": len(documents), "instances": page}


@router.get("/instances/{instance_id}")
async def get_instance(context: InContext, instance_id: str) -> dict[str, Any]:
    """One instance; `statistics` rise with each run of its councilor."""
    instance = await one_instance(context.store, instance_id)
    return {"success": True, "instance": instance.document()}


@router.patch("/instances/{instance_id}/statistics")
async def count_execution(
    context: InContext, instance_id: str, form: StatisticsForm
) -> dict[str, Any]:
    """The statistics as they are: each run was counted when it ended, and is not counted again."""
    instance = await one_instance(context.store, instance_id)
    return {
        "success": True,
        "message": "Nothing was added: runs are counted when they end.",
        "instance_id": instance.instance_id,
        "statistics": instance.figures(),
    }


@router.get("/context/{instance_id}")
async def instance_context(context: InContext, instance_id: str) -> dict[str, Any]:
    """Who an instance is, what it is to do, where, and its newest executions, oldest first."""
    agent = (await one_instance(context.store, instance_id)).agent
    page = await context.store.tasks(council_runs(agent.agent_id), limit=HISTORY)
    return {
        "success": True,
        "persona": agent.instructions,
        "operating_procedure": agent.seat.task.prompt,
        "history": [execution(task) for task in reversed(page.tasks)],
        "cwd": agent.cwd,
    }


@router.post("/instances", include_in_schema=False)
@router.patch("/instances/{instance_id}", include_in_schema=False)
@router.patch("/instances/{instance_id}/cwd", include_in_schema=False)
@router.delete("/instances/{instance_id}", include_in_schema=False)
async def not_kept() -> None:
    raise HTTPException(
        405,
        "Instances are derived from the council and cannot be changed."
        " Promote, edit or demote the agent instead.",
        headers={"Allow": "GET"},
    )
