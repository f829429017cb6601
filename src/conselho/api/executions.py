"""Executions that older scripts ran by themselves and report here."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from conselho.api.audit import Act, audited
from conselho.api.context import Actor, InContext
from conselho.api.views import execution
from conselho.services.recording import ExecutionForm, record_execution

router = APIRouter(tags=["older clients"])


# The others are the paths under which two releases of the older system were documented.
@router.post("/api/councilors/councilors/executions", status_code=201, include_in_schema=False)
@router.post("/api/agents/councilors/executions", status_code=201, include_in_schema=False)
@router.post("/api/agents/executions", status_code=201, include_in_schema=False)
@router.post("/api/councilors/executions", status_code=201)
async def record(context: InContext, actor: Actor, form: ExecutionForm) -> dict[str, Any]:
    """Keep an execution that ran elsewhere. 404 for an unknown agent, 409 for an id that is there.

    One that is still `running` is refused with 422: nobody here could tell its end.
    """
    task = await record_execution(context.store, context.clock, form)
    act = Act(action="record", target=task.agent_id, after={"execution_id": task.task_id})
    await audited(context, actor, act)
    return {"success": True, "message": "The execution was stored.", "execution": execution(task)}
