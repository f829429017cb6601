"""Writing down who changed what: the acts, what an entry holds of them, how clients see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from conselho.clock import Clock
from conselho.errors import StoreUnavailable
from conselho.models.access import Identity
from conselho.models.agent import Agent
from conselho.models.audit import AuditEntry
from conselho.models.task import utc_text
from conselho.redaction import Redactor
from conselho.services.changes import Document, agent_parts, changed_parts
from conselho.services.council import Change, Council
from conselho.services.council_files import CouncilFile
from conselho.store import AgentStore, AuditLog

log = structlog.get_logger(__name__)

LONGEST_TEXT: Final = 4_096


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


class Audits:
    """Writes the audit of what was just done.

    When an entry cannot be written, the act stands and its answer says nothing of it: an error
    would make people ask for the act again. The entry goes to the log instead, whole, as an error.
    """

    def __init__(self, store: AuditLog, clock: Clock, redactor: Redactor) -> None:
        self._store = store
        self._clock = clock
        self._redactor = redactor

    async def write(self, actor: Identity, *acts: Act) -> None:
        """Write down these acts, but for those that changed nothing. Never fails."""
        entries = [self._entry(actor, act) for act in acts if act.changed]
        try:
            await self._store.write_audit(entries)
        except StoreUnavailable as error:
            for entry in entries:
                log.error("audit.not_written", reason=error.reason, entry=audit_document(entry))

    def _entry(self, actor: Identity, act: Act) -> AuditEntry:
        before, after = changed_parts(act.before, act.after)
        return AuditEntry(
            at=self._clock.now(),
            actor=actor.name,
            role=actor.role,
            address=actor.address,
            action=act.action,
            target=act.target,
            before=fit_to_keep(before, self._redactor),
            after=fit_to_keep(after, self._redactor),
        )


async def apply_audited(
    store: AgentStore,
    council: Council,
    audits: Audits,
    actor: Identity,
    files: Sequence[CouncilFile],
    *,
    prune: bool,
    force: bool,
) -> list[Change]:
    """`Council.apply`, with an entry for each agent that it changed."""
    before = {agent.agent_id: agent for agent in await store.agents()}
    changes = await council.apply(files, prune=prune, force=force)
    after = {agent.agent_id: agent for agent in await store.agents()}
    applied = (each.agent_id for each in changes if each.agent_id in after)
    acts = (of_agent("apply", before.get(each), after[each]) for each in applied)
    await audits.write(actor, *acts)
    return changes


def fit_to_keep(document: Document | None, redactor: Redactor) -> dict[str, Any] | None:
    """Without secrets, and with long texts cut: a prompt is read elsewhere."""
    if document is None:
        return None
    # Cut last: half of a secret would not be known as one.
    kept: dict[str, Any] = _cut(redactor.document(dict(document)))
    return kept


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:LONGEST_TEXT]}… ({len(value)} characters)"
    if isinstance(value, dict):
        return {key: _cut(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cut(item) for item in value]
    return value


def audit_document(entry: AuditEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": utc_text(entry.at),
        "actor": entry.actor,
        "role": entry.role,
        "address": entry.address,
        "action": entry.action,
        "target": entry.target,
        "before": entry.before,
        "after": entry.after,
    }
