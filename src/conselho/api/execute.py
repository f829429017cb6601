"""Run an agent with a prompt, and wait for what it says, as older pages do."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.audit import Act, audited
from conselho.api.context import Actor, InContext, PathAgent
from conselho.errors import Empty
from conselho.models.agent import Agent
from conselho.models.rows import duration_ms
from conselho.models.task import FINAL, Status, Task
from conselho.services.forms import Form, Line, Place, Text

seat = APIRouter()

# The usual time-out of a run; one that takes longer goes on without its client.
LONGEST_WAIT_SECONDS = 600


class ExecuteForm(Form):
    """`input_text` is the prompt. `cwd` and `ai_provider` are the agent's, whatever is asked for;
    what else clients send (a screenplay, a place on a map) has no meaning here.
    """

    input_text: Text = ""
    instance_id: Line | None = None
    context_mode: Line = "stateless"
    cwd: Place | None = None
    ai_provider: Line | None = None


@seat.post("/{agent_id}/execute")
async def execute(
    context: InContext,
    actor: Actor,
    agent_id: PathAgent,
    form: ExecuteForm,
    wait: Annotated[float, Query(ge=0, le=LONGEST_WAIT_SECONDS)] = LONGEST_WAIT_SECONDS,
) -> dict[str, Any]:
    """Run an agent, with a seat or without, and answer when it has ended, or after `wait` seconds.

    A councilor's own task is not run again while a run of it is active or younger than one
    interval: then the answer is that run's, and `coalesced` is true. 400 for an empty `input_text`.
    """
    if not form.input_text:
        raise Empty("input_text", "is empty. Send the prompt that the agent is to run.")
    agent = await context.store.agent(agent_id)
    instance_id = form.instance_id or f"instance-{secrets.token_hex(8)}"
    asked = await context.coalescing.execute(agent_id, form.input_text, instance_id=instance_id)
    task = asked.task
    if not asked.coalesced:
        run = Act(action="execute", target=agent_id, after={"execution_id": task.task_id})
        await audited(context, actor, run)
    if task.status not in FINAL:
        task = await context.executions.wait(task.task_id, seconds=wait)
    return _answer(task, wait) | {
        "instance_id": instance_id,
        "context_mode": form.context_mode,
        "coalesced": asked.coalesced,
        "warnings": _ignored(form, agent),
    }


def _answer(task: Task, waited: float) -> dict[str, Any]:
    success = task.status is Status.COMPLETED
    return {
        "success": success,
        "status": "success" if success else "error",
        "result": _said(task, waited),
        "execution_id": task.task_id,
        "agent_id": task.agent_id,
        "severity": task.severity,
        "duration_ms": duration_ms(task),
        "error": task.error,
    }


def _said(task: Task, waited: float) -> str:
    """Never empty: clients look for a text elsewhere otherwise."""
    if task.status not in FINAL:
        return (
            f"Execution {task.task_id} has not ended within {waited:g} seconds. It goes on;"
            " its result will be in the list of executions."
        )
    return task.result or task.error or "The agent said nothing."


def _ignored(form: ExecuteForm, agent: Agent) -> list[str]:
    found = []
    if form.cwd and form.cwd != agent.cwd:
        place = agent.cwd or "the server's own"
        found.append(f"cwd: the agent runs in its own working directory ({place}).")
    if form.ai_provider and form.ai_provider != agent.provider:
        found.append(f"ai_provider: the agent runs with its own provider ({agent.provider}).")
    return found
