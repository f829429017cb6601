"""The audit: who changed what through this API.

Handlers say what they did when it is done. When that cannot be written, the act stands and its
answer says nothing of it: an error would make clients ask for the act again. The entry goes to the
server's log instead, whole, as an error (docs/audit.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query

from conselho.api.context import Context, InContext
from conselho.api.journal import MOST_ENTRIES
from conselho.errors import StoreUnavailable
from conselho.models.access import Identity
from conselho.models.agent import Agent
from conselho.models.audit import AuditEntry
from conselho.services.audits import agent_parts, audit_document, changed_parts, fit_to_keep

log = structlog.get_logger(__name__)

router = APIRouter(tags=["audit"])


@router.get("/api/audit")
async def read_audit(
    context: InContext,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, le=MOST_ENTRIES)] = None,
    actor: Annotated[str | None, Query(max_length=200)] = None,
    target: Annotated[str | None, Query(max_length=200)] = None,
) -> dict[str, Any]:
    """Who changed what, the newest first; for administrators.

    `next_before` as `before` asks for older ones, null at the end. `actor` is the name of a token,
    `target` the id of an agent, execution, maintenance window or token. `before` and `after` in an
    entry are the parts that differ, without secrets.
    """
    entries = await context.store.audit(
        limit=limit + 1, before_seq=before, actor=actor or None, target=target or None
    )
    page = entries[:limit]
    return {
        "entries": [audit_document(entry) for entry in page],
        "count": len(page),
        "next_before": page[-1].seq if len(entries) > limit else None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done to what; `before` and `after` may hold equal parts, which are left out."""

    action: str
    target: str | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None

    @property
    def changed(self) -> bool:
        """Whether it says what changed: one without `before` and `after` is an act by itself."""
        return self.before is None or self.before != self.after


def of_agent(action: str, before: Agent | None, after: Agent | None) -> Act:
    """What was done to an agent; None for one that was not there, or is no more."""
    there = after or before
    return Act(
        action=action,
        target=there.agent_id if there else None,
        before=agent_parts(before),
        after=agent_parts(after),
    )


async def audited(context: Context, actor: Identity, *acts: Act) -> None:
    """Write down what was just done, but for acts that changed nothing. Never fails."""
    entries = [_entry(context, actor, act) for act in acts if act.changed]
    try:
        await context.store.write_audit(entries)
    except StoreUnavailable as error:
        for entry in entries:
            log.error("audit.not_written", reason=error.reason, entry=audit_document(entry))


def _entry(context: Context, actor: Identity, act: Act) -> AuditEntry:
    before, after = changed_parts(act.before, act.after)
    redactor = context.system.redactor
    return AuditEntry(
        at=context.clock.now(),
        actor=actor.name,
        role=actor.role,
        address=actor.address,
        action=act.action,
        target=act.target,
        before=fit_to_keep(before, redactor),
        after=fit_to_keep(after, redactor),
    )
