"""What a councilor found, over its newest runs."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter

from conselho.api.context import InContext, PathAgent
from conselho.models.rows import DETAIL_IN_LIGHT_ROW
from conselho.models.task import utc_text
from conselho.services.findings import KnownFinding, read_findings

seat = APIRouter()

MOST_LISTED: Final = 500


@seat.get("/{agent_id}/findings")
async def list_findings(context: InContext, agent_id: PathAgent) -> dict[str, Any]:
    """What the newest 100 runs with a verdict found: since when, how often, and what is still open.

    A run that failed without a report of its own found nothing because it failed, so it closes
    nothing. `open` tells what the newest of these runs saw. The agent may have lost its seat: what
    it found as a councilor stays.
    """
    await context.store.agent(agent_id)
    found = await read_findings(context.store, agent_id)
    listed = found.known[:MOST_LISTED]
    return {
        "findings": [_document(known) for known in listed],
        "left_out": len(found.known) - len(listed),
        "runs_read": len(found.runs),
        "newest_task_id": found.runs[0] if found.runs else None,
        "oldest_task_id": None if found.reached_end else found.runs[-1],
    }


def _document(known: KnownFinding) -> dict[str, Any]:
    finding = known.finding
    return {
        "fingerprint": finding.fingerprint,
        "title": finding.title,
        "severity": finding.severity,
        "file": finding.file,
        "line": finding.line,
        "detail": finding.detail and finding.detail[:DETAIL_IN_LIGHT_ROW],
        "first_seen_at": utc_text(known.first_seen_at),
        "last_seen_at": utc_text(known.last_seen_at),
        "first_task_id": known.first_task_id,
        "last_task_id": known.last_task_id,
        "runs": known.runs,
        "open": known.is_open,
    }
