"""The catalogue of agents."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from conselho.api.audit import audited, of_agent
from conselho.api.context import Actor, InContext, PathAgent
from conselho.api.views import agent_view, agent_views, catalogue_entry, edited
from conselho.services.forms import AgentForm, AgentPatch

router = APIRouter(prefix="/api/agents", tags=["agents"])


@router.get("")
async def list_agents(context: InContext, is_councilor: bool | None = None) -> Any:
    """Without a query the bare list that agent selectors read; with one, `{agents, count}`."""
    if is_councilor is None:
        return [catalogue_entry(agent) for agent in await context.store.agents()]
    agents = await context.store.agents(is_councilor=is_councilor)
    views = await agent_views(context.store, agents, now=context.clock.now())
    return {"agents": views, "count": len(views)}


@router.post("", status_code=201)
async def create_agent(context: InContext, actor: Actor, form: AgentForm) -> dict[str, Any]:
    """A new entry of the catalogue; it becomes a councilor by promotion."""
    agent = await context.council.create_agent(form)
    await audited(context, actor, of_agent("create_agent", None, agent))
    view = await agent_view(context.store, agent, now=context.clock.now())
    message = f"The agent {agent.agent_id} was created."
    return view | {"success": True, "message": message, "agent": view}


@router.get("/{agent_id}")
async def one_agent(context: InContext, agent_id: PathAgent) -> dict[str, Any]:
    """One agent, with its seat and figures if it has them."""
    agent = await context.store.agent(agent_id)
    return await agent_view(context.store, agent, now=context.clock.now())


@router.patch("/{agent_id}")
async def edit_agent(
    context: InContext, actor: Actor, agent_id: PathAgent, patch: AgentPatch
) -> dict[str, Any]:
    """Change what is given of the agent itself, and keep the rest, its seat included.

    Null or a blank text takes back what was there. A run that has begun goes on as it was.
    """
    before, agent = await context.council.edit_agent(agent_id, patch)
    await audited(context, actor, of_agent("edit_agent", before, agent))
    view = await agent_view(context.store, agent, now=context.clock.now())
    return {"success": True, "message": edited(before, agent), "agent": view}


@router.delete("/{agent_id}")
async def delete_agent(context: InContext, actor: Actor, agent_id: PathAgent) -> dict[str, Any]:
    """Remove an agent from the catalogue, its seat included; its executions stay."""
    before = await context.store.agent(agent_id)
    await context.council.delete_agent(agent_id)
    await audited(context, actor, of_agent("delete_agent", before, None))
    return {"success": True, "message": f"The agent {agent_id} was deleted."}
