"""Figures of the council and its agents: of all time, and for many spans of it.

Those of the council come from the counters of quarters and days; those of one agent in a span from
its tasks, in the order of an index: some 10 ms for each thousand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from conselho.models.durations import Durations
from conselho.models.ids import AgentId
from conselho.models.statistics import AgentStatistics, Lost, Tally
from conselho.models.task import Trigger
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import COUNTERS, TASKS, Document
from conselho.stores.mongodb.figures import (
    LOST,
    Path,
    both_parts,
    ended_share,
    in_time,
    tally_of,
    text_of,
)
from conselho.stores.mongodb.folding import at_rest
from conselho.stores.mongodb.spans import Span, floored, wanted, within
from conselho.stores.sql.rows import moment_of, storable


async def statistics(db: Database, agents: Sequence[AgentId]) -> dict[AgentId, AgentStatistics]:
    names = [f"agent:{storable(agent_id)}" for agent_id in agents]

    async def read() -> list[Document]:
        return await db[COUNTERS].find({"_id": {"$in": names}}).to_list()

    found = {}
    for counter in await at_rest(db, read):
        told = _lifetime(counter)
        if told is not None:
            found[AgentId(counter["agent_id"])] = told
    return found


def _lifetime(counter: Mapping[str, Any]) -> AgentStatistics | None:
    """The figures of an agent's own runs and lost slots; None without one."""
    measures: Counter[tuple[str, str, str]] = Counter()
    for (trigger, status, severity, measure), amount in both_parts(counter):
        if trigger != Trigger.API:
            measures[status, severity, measure] += amount
    figures: Counter[str] = Counter()
    rows = 0
    for (status, severity, measure), amount in measures.items():
        is_run = status not in LOST and status != "cancelled"
        if measure == "cost_microusd" or (measure == "duration_us" and is_run):
            figures[measure] += amount
        elif measure == "tasks":
            rows += amount
            if status not in LOST:
                figures[status] += amount
            if is_run and severity != "none":
                figures["severity_error" if severity == "error" else severity] += amount
        elif measure == "slots" and status in LOST:
            figures[status] += amount
    if not rows:
        return None
    newest = counter.get("newest")
    return AgentStatistics(
        tally=tally_of(figures), last_execution_at=moment_of(int(newest)) if newest else None
    )


async def tallies(db: Database, spans: Sequence[Span], agent_id: AgentId | None) -> list[Tally]:
    return [
        tally_of({name: amount for (_, name), amount in found.items()})
        for found in await _sums(db, spans, agent_id, "tally")
    ]


async def durations(
    db: Database, spans: Sequence[Span], agent_id: AgentId | None
) -> list[Durations]:
    return [
        Durations.of({int(bucket): runs for (_, bucket), runs in found.items()})
        for found in await _sums(db, spans, agent_id, "durations")
    ]


async def lost(db: Database, spans: Sequence[Span], agent_id: AgentId | None) -> list[Lost]:
    told = []
    for found in await _sums(db, spans, agent_id, "lost"):
        reasons: dict[str, dict[str, int]] = {status: {} for status in LOST}
        for (_, status, reason), slots in found.items():
            if slots:  # A row that grew left a zero behind.
                reasons[status][text_of(reason)] = slots
        told.append(Lost(**reasons))
    return told


async def _sums(
    db: Database, spans: Sequence[Span], agent_id: AgentId | None, what: str
) -> list[Counter[Path]]:
    """For each span the sums under `what` in the counters of quarters that are in it."""
    if agent_id is not None:
        return [await _of_agent(db, span, agent_id, what) for span in spans]
    return await at_rest(db, lambda: _of_council(db, spans, what))


async def _of_council(db: Database, spans: Sequence[Span], what: str) -> list[Counter[Path]]:
    fields = {"of": 1, "at": 1, f"here.{what}": 1, f"gone.{what}": 1}
    amounts: dict[tuple[str, int], Counter[Path]] = {}
    for stretch in wanted(spans):
        where = {"of": stretch.grain, "at": {"$gte": stretch.since, "$lt": stretch.until}}
        async for counter in db[COUNTERS].find(where, fields):
            into = amounts.setdefault((counter["of"], int(counter["at"])), Counter())
            for path, amount in both_parts(counter):
                into[path] += amount
    return [_added(parts) for parts in within(amounts, spans)]


def _added(parts: Iterable[Counter[Path]]) -> Counter[Path]:
    total: Counter[Path] = Counter()
    for part in parts:
        total.update(part)
    return total


async def _of_agent(db: Database, span: Span, agent_id: AgentId, what: str) -> Counter[Path]:
    since, until = floored(span)
    where = {"agent_id": storable(agent_id), "us.ended_at": {"$gte": since, "$lt": until}}
    total: Counter[Path] = Counter()
    async for entry in db[TASKS].find(where, _ENTRY):
        for path, amount in in_time(ended_share(entry)):
            if path[0] == what:
                total[path] += amount
    return total


# All of it stands in the index of an agent's figures.
_ENTRY: Final = {
    "_id": 0,
    **dict.fromkeys(("status", "severity", "skip_reason", "slot_count", "us.duration"), 1),
    "spent.cost_microusd": 1,
}
