"""What tasks spent, by agent, in spans of time (docs/adr/0009-usage.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from conselho.models.ids import AgentId
from conselho.models.statistics import Usage
from conselho.stores.mongodb.connection import Database
from conselho.stores.mongodb.documents import COUNTERS, Document
from conselho.stores.mongodb.figures import both_parts, usage_of
from conselho.stores.mongodb.folding import at_rest
from conselho.stores.mongodb.spans import Span, Stretch, wanted, within
from conselho.stores.sql.rows import storable

# What each agent spent in one quarter or day.
Spent = dict[str, Counter[str]]


async def usage_in_spans(
    db: Database, agents: Sequence[AgentId] | None, spans: Sequence[Span]
) -> list[dict[AgentId, Usage]]:
    """For each span what each agent spent in it; agents that spent nothing are absent."""
    return await at_rest(db, lambda: _usage(db, agents, spans))


async def _usage(
    db: Database, agents: Sequence[AgentId] | None, spans: Sequence[Span]
) -> list[dict[AgentId, Usage]]:
    spent: dict[tuple[str, int], Spent] = {}
    for stretch in wanted(spans):
        async for counter in db[COUNTERS].find(_where(stretch, agents)):
            place = (stretch.grain, int(counter["at"]))
            amounts = spent.setdefault(place, {}).setdefault(counter["agent_id"], Counter())
            for (name,), amount in both_parts(counter):
                amounts[name] += amount
    return [_of_span(parts) for parts in within(spent, spans)]


def _where(stretch: Stretch, agents: Sequence[AgentId] | None) -> Document:
    where: Document = {
        "of": f"usage_{stretch.grain}",
        "at": {"$gte": stretch.since, "$lt": stretch.until},
    }
    if agents is not None:
        where["agent_id"] = {"$in": list(map(storable, agents))}
    return where


def _of_span(parts: Sequence[Spent]) -> dict[AgentId, Usage]:
    total: Spent = {}
    for part in parts:
        for agent_id, amounts in part.items():
            total.setdefault(agent_id, Counter()).update(amounts)
    # A Task that moved to another quarter leaves zeros behind.
    return {
        AgentId(agent_id): usage_of(amounts)
        for agent_id, amounts in total.items()
        if amounts["runs"]
    }
