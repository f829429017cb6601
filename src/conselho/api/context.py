"""What the routers work with, as FastAPI dependencies."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from conselho.api.doors import Doors
from conselho.api.rate_limits import RateLimits
from conselho.api.stream import Hub
from conselho.models.access import Identity
from conselho.models.ids import AgentId
from conselho.services.access import FRESH, FRESH_IF_SHARED, Access, local
from conselho.services.audits import Audits
from conselho.services.backfill import Backfills
from conselho.services.bulk import Bulk
from conselho.services.coalescing import Coalescing
from conselho.services.loop_delay import LoopDelay
from conselho.services.maintenance_windows import MaintenanceWindows
from conselho.services.tokens import Tokens
from conselho.wiring.system import System


class Context:
    """The running system, the stream that snapshots connect to, and who counts connections."""

    def __init__(self, system: System, hub: Hub, doors: Doors) -> None:
        self.system = system
        self.hub = hub
        self.doors = doors
        self.store = system.store
        self.clock = system.clock
        self.council = system.council
        self.executions = system.executions
        self.audits = Audits(system.store, system.clock, system.redactor)
        self.tokens = Tokens(system.store, system.clock)
        self.access = Access(
            system.store,
            system.clock,
            admin_token=system.settings.admin_token,
            login_required=system.settings.login_required,
            fresh=FRESH_IF_SHARED if system.store.is_shared else FRESH,
        )
        self.rate_limits = RateLimits(
            system.settings.rate_limits, max_streams=system.settings.max_streams
        )
        self.loop_delay = LoopDelay(system.clock)
        self.quiet = system.quiet
        self.previewing = asyncio.Lock()
        self.planning = asyncio.Lock()
        self.bulk = Bulk(system.store, system.council, system.executions)
        self.coalescing = Coalescing(
            system.store,
            system.clock,
            system.executions,
            scheduler_runs=system.settings.scheduler_enabled,
        )
        self.maintenance = MaintenanceWindows(system.store, system.clock)
        self.backfills = Backfills(
            system.store,
            system.clock,
            self.quiet,
            per_minute=system.settings.catch_up_per_minute,
            retention=timedelta(days=system.settings.retention_days),
            wake=system.dispatcher.wake,
        )

    async def last_event_id(self) -> str:
        """The resume point for a snapshot. Take it BEFORE reading what the snapshot shows.

        Then an event that falls between the two comes again over the stream, instead of never.
        """
        _, newest = await self.store.event_span()
        return self.hub.event_id(newest)


def identity_of(connection: HTTPConnection) -> Identity:
    """Who makes this request: what the guard found out, or `local` where none stands before."""
    identity: Identity | None = connection.scope.get("state", {}).get("identity")
    if identity is not None:
        return identity
    return local(connection.client.host if connection.client else "")


def _context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


def _agent_id(agent_id: str) -> AgentId:
    return AgentId(agent_id)


InContext = Annotated[Context, Depends(_context)]
PathAgent = Annotated[AgentId, Depends(_agent_id)]
Actor = Annotated[Identity, Depends(identity_of)]
