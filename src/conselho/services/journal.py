"""Journal entries as clients see them, and the event that tells of one that stands for itself."""

from __future__ import annotations

from typing import Any

from conselho.models.event import EventDraft, EventType
from conselho.models.journal import JournalEntry
from conselho.models.task import utc_text


def entry_document(entry: JournalEntry) -> dict[str, Any]:
    """`seq` is 0 for one that is not stored yet."""
    return {
        "seq": entry.seq,
        "at": utc_text(entry.at),
        "kind": entry.kind,
        "agent_id": entry.agent_id,
        "display_name": entry.display_name,
        "detail": entry.detail,
    }


def journal_event(entry: JournalEntry, **more: Any) -> EventDraft:
    """The `council_journal` of an entry, to be stored in the same write; `more` stands beside."""
    data = {"entry": entry_document(entry)} | more
    return EventDraft(type=EventType.JOURNAL, agent_id=entry.agent_id or "", data=data)
