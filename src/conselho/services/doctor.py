"""The examination of everything that a run needs, before any run: `conselho doctor`.

    providers     each is asked once about its program, version and credentials
    councilors    each goes through the preflight of its next run, and what it asks for in vain
    surroundings  user, HOME and PATH as the agents will have them
    budgets       what is spent, where there is a limit

Nothing here costs a model call, and nothing is changed.
"""

from __future__ import annotations

import asyncio
import os
import pwd
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from conselho.config import nearest
from conselho.errors import Invalid, NotFound
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.task import utc_text
from conselho.provider import Examination, Provider, Trouble
from conselho.services.budget import Budget, Limits, Spent
from conselho.services.idle_policies import without_effect
from conselho.services.preflight import preflight
from conselho.services.roster import Roster
from conselho.services.submission import snapshot

# A program that tells its version may take 400 MB for it.
PROVIDERS_AT_ONCE: Final = 3
COUNCILORS_AT_ONCE: Final = 8

T = TypeVar("T")
R = TypeVar("R")


class Health(StrEnum):
    """not_installed: the program is not there, and no councilor needs it."""

    READY = "ready"
    WARNING = "warning"
    ERROR = "error"
    NOT_INSTALLED = "not_installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderHealth:
    """One provider. `label` is its name for people, `used_by` the number of councilors it serves.

    `program` is the path of what would be started, `version` its own word, None when unknown.
    """

    name: str
    label: str
    state: Health
    program: str | None
    version: str | None
    troubles: tuple[Trouble, ...]
    used_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CouncilorHealth:
    """One councilor. `enabled` is false for one that is paused."""

    agent_id: AgentId
    display_name: str
    provider: str
    enabled: bool
    state: Health
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where the agents run. `home` and `path` are the children's; `workspaces` empty: anywhere."""

    user: str
    is_root: bool
    home: str | None
    path: tuple[str, ...]
    cwd: str
    workspaces: tuple[str, ...]
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetHealth:
    """USD since midnight and since the month began, and the limits; `spent`: no run may start."""

    today_usd: float
    month_usd: float
    max_cost_usd_per_day: float | None
    max_cost_usd_per_month: float | None
    spent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """The whole council's, and that of each councilor that has a limit."""

    council: BudgetHealth
    councilors: Mapping[AgentId, BudgetHealth]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What the doctor found. `budgets` is None where there is no store to ask."""

    providers: tuple[ProviderHealth, ...]
    councilors: tuple[CouncilorHealth, ...]
    surroundings: Surroundings
    budgets: Budgets | None
    at: datetime

    @property
    def ok(self) -> bool:
        """Whether every councilor that was examined can run."""
        return all(one.state is not Health.ERROR for one in self.councilors)

    def document(self) -> dict[str, Any]:
        """As `GET /api/doctor` answers it."""
        return {
            "ok": self.ok,
            "providers": [_listed(one) for one in self.providers],
            "councilors": [_listed(one) for one in self.councilors],
            "surroundings": _listed(self.surroundings),
            "budgets": asdict(self.budgets) if self.budgets else None,
            "now": utc_text(self.at),
        }


class Doctor:
    """Examines in this process's own environment: ask where the agents will run."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        environment: Mapping[str, str],
        workspaces: Collection[Path] = (),
        budget: Budget | None = None,
        council_limits: Limits | None = None,
        roster: Roster | None = None,
        runs_here: Callable[[Agent], bool] = lambda _: True,
        redact: Callable[[str], str] = str,
    ) -> None:
        """`environment` is what every child gets. Without a `budget` nothing is said of money.

        `roster` knows who runs tasks; without one nothing is said of that. `runs_here`: whether an
        agent runs on this machine; of one that does not, only what holds everywhere is told.
        `redact` hides secrets: sentences may quote what a program said.
        """
        self._providers = providers
        self._environment = environment
        self._workspaces = workspaces
        self._budget = budget
        self._limits = council_limits or Limits()
        self._roster = roster
        self._runs_here = runs_here
        self._redact = redact

    async def examine(
        self,
        agents: Iterable[Agent],
        *,
        now: datetime,
        agent_ids: Collection[str] = (),
        provider: str | None = None,
    ) -> Checkup:
        """Examine the councilors among `agents`, and the providers.

        With `agent_ids` only these councilors and their providers; with `provider` only that one
        and the councilors that use it. Raises NotFound for an id that is no councilor's, Invalid
        for a provider that is not known.
        """
        seated = [agent for agent in agents if agent.is_councilor]
        used = Counter(agent.provider for agent in seated)
        chosen = self._chosen(seated, agent_ids, provider)
        names = self._names(chosen, agent_ids, provider)
        healths = await _each(
            names, lambda name: self._provider(name, used[name]), at_once=PROVIDERS_AT_ONCE
        )
        objections = await self._budget.objections(chosen, now=now) if self._budget else {}
        alone = await self._roster.unserved(chosen, now) if self._roster else {}
        councilors = await _each(
            chosen,
            lambda agent: self._councilor(
                agent, objections.get(agent.agent_id), alone.get(agent.agent_id)
            ),
            at_once=COUNCILORS_AT_ONCE,
        )
        return Checkup(
            providers=tuple(healths),
            councilors=tuple(councilors),
            surroundings=self._surroundings(chosen),
            budgets=await self._budgets(chosen, now),
            at=now,
        )

    def _chosen(
        self, seated: Sequence[Agent], agent_ids: Collection[str], provider: str | None
    ) -> list[Agent]:
        for agent_id in agent_ids:
            if not any(agent.agent_id == agent_id for agent in seated):
                raise NotFound("councilor", agent_id)
        chosen = [agent for agent in seated if not agent_ids or agent.agent_id in agent_ids]
        if provider is None:
            return chosen
        if provider not in self._providers:
            known = ", ".join(sorted(self._providers))
            close = nearest(provider, self._providers)
            raise Invalid(
                "provider", f"there is no provider {provider!r}; known here: {known}.{close}"
            )
        return [agent for agent in chosen if agent.provider == provider]

    def _names(
        self, chosen: Sequence[Agent], agent_ids: Collection[str], provider: str | None
    ) -> list[str]:
        if provider is not None:
            return [provider]
        if agent_ids:
            return sorted({agent.provider for agent in chosen} & self._providers.keys())
        return sorted(self._providers)

    async def _provider(self, name: str, used_by: int) -> ProviderHealth:
        provider = self._providers[name]
        found = await provider.examine()
        return ProviderHealth(
            name=name,
            label=_label(provider),
            state=_provider_state(found, used_by),
            program=found.program,
            version=found.version,
            troubles=self._hidden(found.troubles),
            used_by=used_by,
        )

    async def _councilor(
        self, agent: Agent, objection: str | None, alone: str | None
    ) -> CouncilorHealth:
        troubles = await self._troubles(agent)
        if alone is not None:
            troubles.append(Trouble(level="error", about="workers", sentence=alone))
        if objection is not None:
            troubles.append(Trouble(level="error", about="budget", sentence=objection))
        return CouncilorHealth(
            agent_id=agent.agent_id,
            display_name=agent.display_name,
            provider=agent.provider,
            enabled=agent.seat.schedule.enabled,
            state=_state(troubles),
            troubles=self._hidden(troubles),
        )

    def _hidden(self, troubles: Iterable[Trouble]) -> tuple[Trouble, ...]:
        return tuple(replace(one, sentence=self._redact(one.sentence)) for one in troubles)

    async def _troubles(self, agent: Agent) -> list[Trouble]:
        provider = self._providers.get(agent.provider)
        if provider is None:
            known = ", ".join(sorted(self._providers))
            sentence = (
                f"There is no provider {agent.provider!r}; known: {known}. Give the agent one of"
                " these, or describe its own in the providers file."
            )
            return [Trouble(level="error", about="program", sentence=sentence)]
        idle = without_effect(agent, provider)
        if not self._runs_here(agent):
            return idle
        # What is known to do nothing here is told once, in the words that name the field.
        told = {trouble.about for trouble in idle}
        found = await preflight(snapshot(agent), provider)
        return [one for one in found if one.level == "error" or one.about not in told] + idle

    def _surroundings(self, chosen: Sequence[Agent]) -> Surroundings:
        path = self._environment.get("PATH", "")
        serves_agents = any(
            provider is not None and provider.is_agent
            for provider in (self._providers.get(agent.provider) for agent in chosen)
        )
        home = self._environment.get("HOME") or None
        return Surroundings(
            user=_user(),
            is_root=os.geteuid() == 0,
            home=home,
            path=tuple(part for part in path.split(os.pathsep) if part),
            cwd=str(Path.cwd()),
            workspaces=tuple(map(str, self._workspaces)),
            troubles=tuple(_surrounding_troubles(home)) if serves_agents else (),
        )

    async def _budgets(self, chosen: Sequence[Agent], now: datetime) -> Budgets | None:
        if self._budget is None:
            return None
        # Of all councilors: the council's limit counts what the others spend, too.
        spent = await self._budget.spent(None, now=now)
        whole = Spent(
            today=sum(one.today for one in spent.values()),
            this_month=sum(one.this_month for one in spent.values()),
        )
        limits = {agent.agent_id: Limits.of(agent.seat.policies) for agent in chosen}
        return Budgets(
            council=_budget_health(whole, self._limits),
            councilors={
                agent_id: _budget_health(spent.get(agent_id, Spent()), limit)
                for agent_id, limit in limits.items()
                if limit.any
            },
        )


def _listed(part: ProviderHealth | CouncilorHealth | Surroundings) -> dict[str, Any]:
    """Its fields as JSON would give them back: with lists."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(part).items()
    }


async def _each(
    values: Iterable[T], examine: Callable[[T], Awaitable[R]], *, at_once: int
) -> list[R]:
    """The answers in the order of the values, with a bound on how many are asked for at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(value: T) -> R:
        async with gate:
            return await examine(value)

    return await asyncio.gather(*(one(value) for value in values))


def _label(provider: Provider) -> str:
    """Its name for people, which only a provider that is described by a spec has."""
    return str(getattr(getattr(provider, "spec", None), "label", provider.name))


def _provider_state(found: Examination, used_by: int) -> Health:
    errors = {trouble.about for trouble in found.troubles if trouble.level == "error"}
    if "program" in errors and not used_by:
        return Health.NOT_INSTALLED
    if errors and not used_by:
        return Health.WARNING
    return _state(found.troubles)


def _state(troubles: Iterable[Trouble]) -> Health:
    levels = {trouble.level for trouble in troubles}
    return (
        Health.ERROR
        if "error" in levels
        else Health.WARNING
        if "warning" in levels
        else Health.READY
    )


def _surrounding_troubles(home: str | None) -> Iterator[Trouble]:
    if home is None:
        yield _warning(
            "HOME is not set: agents find no credentials that were stored by a login. Start the"
            " server with HOME."
        )
    elif not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        yield _warning(
            f"HOME is {home}, where this user may not write or which is not there: most agent"
            " programs keep their login and their sessions in it. Give this user a home."
        )
    if os.geteuid() == 0:
        yield _warning(
            "Agents run as root, as the server does: what they may do, they may do to the whole"
            " machine, and some programs refuse root when they shall not ask for permission."
            " Start the server as a user of its own."
        )


def _warning(sentence: str) -> Trouble:
    return Trouble(level="warning", about="surroundings", sentence=sentence)


def _user() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # in a container, a number without a name
        return str(os.geteuid())


def _budget_health(spent: Spent, limits: Limits) -> BudgetHealth:
    return BudgetHealth(
        today_usd=round(spent.today, 6),
        month_usd=round(spent.this_month, 6),
        max_cost_usd_per_day=limits.per_day,
        max_cost_usd_per_month=limits.per_month,
        spent=(limits.per_day is not None and spent.today >= limits.per_day)
        or (limits.per_month is not None and spent.this_month >= limits.per_month),
    )
