"""Maintenance windows: times in which slots are skipped, because people said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conselho.models.agent import Agent
from conselho.models.ids import AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """One window, [starts_at, ends_at); `ends_at` None: until somebody ends it.

    It holds for councilors that bear one of `tags` or are named in `agent_ids`; for all when both
    are empty. `reason` is a sentence for people.
    """

    window_id: str
    starts_at: datetime
    ends_at: datetime | None = None
    reason: str = ""
    tags: tuple[str, ...] = ()
    agent_ids: tuple[AgentId, ...] = ()
    created_at: datetime

    def holds_for(self, agent: Agent) -> bool:
        if not self.tags and not self.agent_ids:
            return True
        return agent.agent_id in self.agent_ids or not set(self.tags).isdisjoint(agent.tags)

    def holds_at(self, moment: datetime) -> bool:
        return self.starts_at <= moment and (self.ends_at is None or moment < self.ends_at)
