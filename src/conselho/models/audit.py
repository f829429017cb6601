"""What people changed through the server, and who they were."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conselho.models.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One act, never changed. `seq` is given by the store and grows.

    `action`: promote, edit, pause, resume, demote, create_agent, edit_agent, delete_agent, apply,
    run, execute, record, cancel, backfill, maintenance_set, maintenance_ended, token_created,
    token_revoked, login. `target`: the id of the agent, Task, window or token. `before` and
    `after`: the changed parts, JSON-ready, without secrets.
    """

    at: datetime
    actor: str
    role: Role
    action: str
    target: str | None = None
    address: str = ""
    before: dict[str, Any] | None = field(default=None)
    after: dict[str, Any] | None = field(default=None)
    seq: int = 0
