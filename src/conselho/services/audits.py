"""What an audit entry holds of a change, and how clients see the entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from conselho.models.agent import Agent
from conselho.models.audit import AuditEntry
from conselho.models.documents import agent_document
from conselho.models.task import utc_text
from conselho.redaction import Redactor

LONGEST_TEXT: Final = 4_096

# Derived from other fields, or written by the server itself at every change.
_BOOKKEEPING: Final = frozenset(
    {
        *("_id", "title", "prompt", "is_councilor"),
        *("anchor_at", "slots_from", "paused_in_bulk", "source_digest"),
        *("created_at", "updated_at", "version"),
    }
)

Document = Mapping[str, Any]


def agent_parts(agent: Agent | None) -> dict[str, Any] | None:
    """What people decide of an agent, its seat included; None for none."""
    if agent is None:
        return None
    whole = agent_document(agent)
    return {name: value for name, value in whole.items() if name not in _BOOKKEEPING}


def changed_parts(
    before: Document | None, after: Document | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Both without what is equal in them, however deep; a list counts as one value.

    What is new has no before, and what is gone no after: both stay whole then.
    """
    if before is None or after is None:
        return _copy(before), _copy(after)
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old == new and (name in before) == (name in after):
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            old, new = changed_parts(old, new)
        if name in before:
            was[name] = old
        if name in after:
            now[name] = new
    return was, now


def _copy(document: Document | None) -> dict[str, Any] | None:
    return None if document is None else dict(document)


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
