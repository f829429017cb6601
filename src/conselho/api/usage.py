"""What agents spend: tokens, turns and money, by councilor and day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from conselho.api.context import InContext
from conselho.api.zones import zone_of
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.statistics import Usage
from conselho.models.task import utc_text
from conselho.services.budget import Spent

router = APIRouter(tags=["usage"])

Days = Annotated[int, Query(ge=1, le=366)]


@router.get("/api/usage")
async def usage(
    context: InContext,
    days: Days = 30,
    agent_id: str | None = None,
    timezone: Annotated[str | None, Query(max_length=64)] = None,
) -> dict[str, Any]:
    """Each of the last `days` days (today last) with its councilors, and the budgets.

    `timezone` (IANA) says where a day begins; the server's own unless given. Budgets always go by
    the server's own. A run counts with all its attempts on the day when the last of them ended.
    Amounts that an agent does not tell are not in the sums.
    """
    settings = context.system.settings
    zone = zone_of(timezone or settings.timezone)
    now = context.clock.now()
    today = now.astimezone(zone).date()
    dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    # Today ends tomorrow: the newest quarter of an hour is still being counted.
    spans = [
        (
            datetime.combine(date, time(), tzinfo=zone),
            datetime.combine(date + timedelta(days=1), time(), tzinfo=zone),
        )
        for date in dates
    ]
    agents = [AgentId(agent_id)] if agent_id else None
    by_day = await context.store.usage_by_day(agents, days=spans)
    # The council's own budget is everybody's, whoever is asked about.
    spent = await context.system.budget.spent(None, now=now)
    limited = await _limited(context, agents)
    return {
        "days": [
            {
                "date": date.isoformat(),
                "total": _view(sum(used.values(), Usage())),
                "councilors": {one: _view(amount) for one, amount in sorted(used.items())},
            }
            for date, used in zip(dates, by_day, strict=True)
        ],
        "budgets": {
            "council": _budget(
                Spent(
                    today=sum(one.today for one in spent.values()),
                    this_month=sum(one.this_month for one in spent.values()),
                ),
                settings.max_cost_usd_per_day,
                settings.max_cost_usd_per_month,
            ),
            "councilors": {
                one: _budget(
                    spent.get(one, Spent()),
                    agent.seat.policies.max_cost_usd_per_day,
                    agent.seat.policies.max_cost_usd_per_month,
                )
                # A budget that nothing is told for looks untouched, whatever was spent.
                | {"tells_cost": _tells_cost(context, agent)}
                for one, agent in sorted(limited.items())
            },
        },
        "timezone": zone.key,
        "now": utc_text(now),
    }


async def _limited(context: InContext, agents: list[AgentId] | None) -> dict[AgentId, Agent]:
    """The councilors with a limit by day or month."""
    seated = await context.store.agents(is_councilor=True)
    return {
        agent.agent_id: agent
        for agent in seated
        if (agents is None or agent.agent_id in agents)
        and (
            agent.seat.policies.max_cost_usd_per_day is not None
            or agent.seat.policies.max_cost_usd_per_month is not None
        )
    }


def _tells_cost(context: InContext, agent: Agent) -> bool:
    provider = context.system.providers.get(agent.provider)
    return provider is not None and provider.tells_cost


def _view(usage: Usage) -> dict[str, Any]:
    return {
        "runs": usage.runs,
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
        "turns": usage.turns,
        # Nothing told is not nothing spent.
        "cost_usd": usage.cost_usd if usage.cost_microusd else None,
    }


def _budget(spent: Spent, per_day: float | None, per_month: float | None) -> dict[str, Any]:
    return {
        "today_usd": round(spent.today, 6),
        "month_usd": round(spent.this_month, 6),
        "max_cost_usd_per_day": per_day,
        "max_cost_usd_per_month": per_month,
        "spent": (per_day is not None and spent.today >= per_day)
        or (per_month is not None and spent.this_month >= per_month),
    }
