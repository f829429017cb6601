"""What happened: to schedules, to the clock and to the server; and who changed what."""

from __future__ import annotations

from typing import Any

from conselho.api.schemas.base import Moment, Shape, about
from conselho.models.access import Role
from conselho.models.journal import JournalKind


class JournalEntry(Shape):
    """One fact; it never changes."""

    seq: int = about("Its place in the journal; grows.", 42)
    at: Moment = about("When it happened.")
    kind: JournalKind = about("What happened.", "paused")
    agent_id: str | None = about("The councilor; null for what concerns everybody.", "ana")
    display_name: str | None = about("Its name for people, as it was then.", "Ana")
    detail: str = about("A sentence for people.", "Paused by hand.")


class JournalPage(Shape):
    """A page of the journal."""

    entries: list[JournalEntry] = about("The newest first.")
    count: int = about("How many are on this page.", 1)
    next_before: int | None = about("Give it as `before` for older ones; null at the end.", 17)


class AuditEntry(Shape):
    """One act of somebody; it never changes."""

    seq: int = about("Its place in the audit; grows.", 42)
    at: Moment = about("When it was done.")
    actor: str = about("The name of the token, or `local`.", "deploy")
    role: Role = about("The role that was used.", "admin")
    address: str = about("Where the request came from.", "127.0.0.1")
    action: str = about("What was done.", "promote")
    target: str | None = about("The id of the agent, execution, window or token.", "ana")
    before: dict[str, Any] | None = about("The parts that differ, as they were.", None)
    after: dict[str, Any] | None = about("The parts that differ, as they are now.", None)


class AuditPage(Shape):
    """A page of the audit."""

    entries: list[AuditEntry] = about("The newest first.")
    count: int = about("How many are on this page.", 1)
    next_before: int | None = about("Give it as `before` for older ones; null at the end.", 17)
