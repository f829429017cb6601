"""What differs between two states of a document: for the journal and the audit alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conselho.models.agent import Agent
from conselho.models.documents import agent_document

Document = Mapping[str, Any]

# Derived from other fields, or written by the server itself at every change.
_BOOKKEEPING: Final = frozenset(
    {
        *("_id", "title", "prompt", "is_councilor"),
        *("anchor_at", "slots_from", "paused_in_bulk", "source_digest"),
        *("created_at", "updated_at", "version"),
    }
)


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


def changes(before: Agent, after: Agent) -> Iterator[tuple[str, Any, Any]]:
    """Each field of an agent that is another now, as (`schedule.value`, "5m", "1h").

    The seat's fields stand without `councilor_config` before them, as in council files.
    """
    was, now = changed_parts(agent_parts(before), agent_parts(after))
    yield from _leaves("", was or {}, now or {})


def _leaves(path: str, was: Document, now: Document) -> Iterator[tuple[str, Any, Any]]:
    for name in now:
        old, new = was.get(name), now[name]
        where = "" if name == "councilor_config" else f"{path}{name}"
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _leaves(f"{where}." if where else "", old, new)
        else:
            yield where, old, new


def _copy(document: Document | None) -> dict[str, Any] | None:
    return None if document is None else dict(document)
