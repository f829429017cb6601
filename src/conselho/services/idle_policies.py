"""What a councilor asks for and its provider cannot give: told before anybody relies on it."""

from __future__ import annotations

from collections.abc import Iterator

from conselho.models.agent import Agent, Policies
from conselho.provider import Provider, Trouble

_DEFAULTS = Policies()


def without_effect(agent: Agent, provider: Provider) -> list[Trouble]:
    """The fields of a councilor that are set and do nothing, each as a warning."""
    found = [*_budgets(agent.seat.policies, provider)]
    if not provider.is_agent:
        found += _words_to_a_program(agent)
    return found


def _budgets(policies: Policies, provider: Provider) -> Iterator[Trouble]:
    """A limit needs the cost; one for a single run may also be kept by the program itself."""
    limits = {
        "policies.max_cost_usd": policies.max_cost_usd is not None
        and not (provider.tells_cost or provider.enforces_budget),
        "policies.max_cost_usd_per_day": policies.max_cost_usd_per_day is not None
        and not provider.tells_cost,
        "policies.max_cost_usd_per_month": policies.max_cost_usd_per_month is not None
        and not provider.tells_cost,
    }
    idle = [name for name, is_idle in limits.items() if is_idle]
    if not idle:
        return
    cure = (
        f"Give its prices in the providers file (providers.{provider.name}.prices)."
        if provider.is_agent
        else "Remove it."
    )
    yield _warning(
        "budget",
        f"{_listed(idle)} cannot be kept: provider {provider.name!r} does not tell what a run"
        f" costs. {cure}",
    )


def _words_to_a_program(agent: Agent) -> Iterator[Trouble]:
    """What only means something to a model."""
    config = agent.seat
    policies = config.policies
    settings = {
        "instructions": ("program", bool(agent.instructions)),
        "model": ("model", agent.model is not None),
        "task.context_files": ("context_files", bool(config.task.context_files)),
        "policies.continuity": ("policies", policies.continuity),
        "policies.evidence": ("policies", policies.evidence != _DEFAULTS.evidence),
        "policies.permissions": ("permissions", policies.permissions != _DEFAULTS.permissions),
    }
    for name, (about, is_set) in settings.items():
        if is_set:
            yield _warning(
                about,
                f"{name} has no effect: provider {agent.provider!r} runs a plain program, which"
                " gets the task's prompt and nothing else. Remove it, or use an agent's provider.",
            )


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _warning(about: str, sentence: str) -> Trouble:
    return Trouble(level="warning", about=about, sentence=sentence)
