"""What a councilor found, over its newest runs: since when, how often, and whether it still is.

Nothing is stored for this: runs tell, each as it ended. Reading is bounded twice, by runs and by
findings, for an agent may report hundreds of long ones in every run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from conselho.models.ids import AgentId, TaskId
from conselho.models.task import Task
from conselho.models.verdict import Finding, Severity
from conselho.store import TaskStore

MOST_RUNS: Final = 100
MOST_FINDINGS: Final = 5_000
_PORTION: Final = 25

_WORST_FIRST: Final = {
    severity: rank
    for rank, severity in enumerate(
        (Severity.ERROR, Severity.WARNING, Severity.INFO, Severity.SUCCESS)
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFinding:
    """One observation, as the last run that saw it told it. `runs` counts those that saw it."""

    finding: Finding
    first_seen_at: datetime
    first_task_id: TaskId
    last_seen_at: datetime
    last_task_id: TaskId
    runs: int
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """`known`: open ones first, then the worst, then the newest.

    `runs` are those that were read, newest first; `reached_end` tells that there are no older ones.
    """

    known: tuple[KnownFinding, ...]
    runs: tuple[TaskId, ...]
    reached_end: bool


async def read_findings(store: TaskStore, agent_id: AgentId) -> Findings:
    """What the newest MOST_RUNS runs that came to a conclusion found.

    Fewer are read when they tell of more than MOST_FINDINGS.
    """
    runs: list[Task] = []
    reached_end = False
    while len(runs) < MOST_RUNS and not reached_end and _findings_in(runs) < MOST_FINDINGS:
        place = (runs[-1].created_at, runs[-1].task_id) if runs else None
        older = await store.concluded(agent_id, limit=_PORTION, older_than=place)
        reached_end = len(older) < _PORTION
        runs += older
    known = sorted(known_findings(runs), key=_place)
    return Findings(
        known=tuple(known), runs=tuple(run.task_id for run in runs), reached_end=reached_end
    )


def known_findings(runs: Iterable[Task]) -> list[KnownFinding]:
    """Each finding of these runs (newest first) once, in the order in which they are met.

    Open are those of the first run. A run that tells the same thing twice saw it once.
    """
    known: dict[str, KnownFinding] = {}
    newest: TaskId | None = None
    for run in runs:
        newest = newest or run.task_id
        at = run.completed_at or run.created_at
        findings = run.verdict.findings if run.verdict else ()
        for finding in {one.fingerprint: one for one in reversed(findings)}.values():
            later = known.get(finding.fingerprint)
            known[finding.fingerprint] = (
                replace(later, first_seen_at=at, first_task_id=run.task_id, runs=later.runs + 1)
                if later
                else KnownFinding(
                    finding=finding,
                    first_seen_at=at,
                    first_task_id=run.task_id,
                    last_seen_at=at,
                    last_task_id=run.task_id,
                    runs=1,
                    is_open=run.task_id == newest,
                )
            )
    return list(known.values())


def _findings_in(runs: Iterable[Task]) -> int:
    return sum(len(run.verdict.findings) for run in runs if run.verdict)


def _place(known: KnownFinding) -> tuple[bool, int, float]:
    return (
        not known.is_open,
        _WORST_FIRST[known.finding.severity],
        -known.last_seen_at.timestamp(),
    )
