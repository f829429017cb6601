"""Whether there is still money for a run: by day and month, for a councilor and for the council.

Asked twice: when a slot is due (then it is recorded as skipped, with the reason budget) and right
before a run starts (it may have waited, or its last attempt may have spent the rest). Runs that are
on their way count with what their ended attempts spent, so a budget can be overrun by what runs at
the same time: at most by max_cost_usd for each of them, where that is set.

Days and months begin at midnight in the server's time zone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from conselho.errors import NotFound
from conselho.models.agent import Agent, Policies
from conselho.models.ids import AgentId
from conselho.models.task import Task
from conselho.store import Store

# The quarter of an hour that is being counted ends behind now.
_OPEN_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """USD by day and by month; None: no limit."""

    per_day: float | None = None
    per_month: float | None = None

    @classmethod
    def of(cls, policies: Policies) -> Limits:
        return cls(per_day=policies.max_cost_usd_per_day, per_month=policies.max_cost_usd_per_month)

    @property
    def any(self) -> bool:
        return self.per_day is not None or self.per_month is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """USD since the day and since the month began."""

    today: float = 0.0
    this_month: float = 0.0


class Budget:
    """`free` are the providers whose runs cost nothing: the council's limit does not stop them."""

    def __init__(
        self,
        store: Store,
        *,
        timezone: str = "UTC",
        council: Limits | None = None,
        free: Collection[str] = (),
    ) -> None:
        self._store = store
        self._zone = ZoneInfo(timezone)
        self._council = council or Limits()
        self._free = free

    async def objections(self, agents: Iterable[Agent], *, now: datetime) -> dict[AgentId, str]:
        """A sentence for each of these agents that must not start a run now.

        Asks the store only when there is a limit to keep.
        """
        paying = [agent for agent in agents if agent.provider not in self._free]
        limited = [agent for agent in paying if self._council.any or Limits.of(agent.policies).any]
        if not limited:
            return {}
        spent = await self._spent(None if self._council.any else _ids(limited), now)
        whole = Spent(
            today=sum(one.today for one in spent.values()),
            this_month=sum(one.this_month for one in spent.values()),
        )
        of_council = _objection("The council", whole, self._council, "max_cost_usd_per_{}")
        found = {}
        for agent in limited:
            objection = of_council or _objection(
                "The councilor",
                spent.get(agent.agent_id, Spent()),
                Limits.of(agent.policies),
                "policies.max_cost_usd_per_{}",
            )
            if objection is not None:
                found[agent.agent_id] = objection
        return found

    async def objection(self, task: Task, *, now: datetime) -> str | None:
        """As `objections`, for a Task that is about to start."""
        try:
            agent = await self._store.agent(task.agent_id)
        except NotFound:
            return None
        return (await self.objections([agent], now=now)).get(agent.agent_id)

    async def spent(
        self, agents: Sequence[AgentId] | None, *, now: datetime
    ) -> dict[AgentId, Spent]:
        """What each of these councilors (None: all) spent; those that spent nothing are absent."""
        return await self._spent(agents, now)

    async def _spent(self, agents: Sequence[AgentId] | None, now: datetime) -> dict[AgentId, Spent]:
        day = datetime.combine(now.astimezone(self._zone).date(), time(), tzinfo=self._zone)
        until = now + _OPEN_QUARTER
        month = await self._store.usage(agents, since=day.replace(day=1), until=until)
        today = await self._store.usage(agents, since=day, until=until)
        return {
            agent_id: Spent(
                today=today[agent_id].cost_usd if agent_id in today else 0.0,
                this_month=usage.cost_usd,
            )
            for agent_id, usage in month.items()
        }


def _objection(who: str, spent: Spent, limits: Limits, setting: str) -> str | None:
    for limit, amount, span, word in (
        (limits.per_day, spent.today, "today", "day"),
        (limits.per_month, spent.this_month, "this month", "month"),
    ):
        if limit is not None and amount >= limit:
            return (
                f"{who} has spent {amount:.2f} of {limit:.2f} USD {span}"
                f" ({setting.format(word)}). Raise the limit, or wait for the next {word}."
            )
    return None


def _ids(agents: Iterable[Agent]) -> list[AgentId]:
    return [agent.agent_id for agent in agents]
