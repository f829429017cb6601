"""What settings say of a council: its providers, rules, calendars, limits and secrets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from conselho.clock import Clock
from conselho.config import Settings
from conselho.models.agent import Agent
from conselho.models.worker import serving
from conselho.provider import Provider
from conselho.providers.command import CommandProvider
from conselho.providers.declared import DeclaredProvider
from conselho.providers.environment import absolute_path, child_environment
from conselho.providers.providers_file import read_providers_file
from conselho.providers.shipped import SHIPPED
from conselho.redaction import Redactor, environment_secrets
from conselho.services.agent_rules import SeatRules
from conselho.services.audits import Audits
from conselho.services.budget import Budget, Limits
from conselho.services.calendars import Calendars
from conselho.services.council import Changed, Council, nobody
from conselho.services.council_files import CouncilFile, read_council
from conselho.services.doctor import Doctor
from conselho.services.roster import Roster
from conselho.store import PAST_LANE, ClaimLimits, Store

log = structlog.get_logger(__name__)


def make_providers(
    settings: Settings, *, server_url: str | None = None, clock: Clock | None = None
) -> dict[str, Provider]:
    """Every provider by its name: `command`, the shipped agents, those of the user's file.

    Programs that are no agents may speak to the server at `server_url`.
    Raises Invalid for a file that cannot be used, naming the field.
    """
    specs = dict(SHIPPED)
    if settings.providers_file is not None:
        specs = read_providers_file(settings.providers_file, SHIPPED)
    command: Provider = CommandProvider(server_url=server_url)
    declared = {
        name: DeclaredProvider(spec, clock=clock, server_url=server_url)
        for name, spec in specs.items()
    }
    return {command.name: command, **declared}


def make_calendars(settings: Settings) -> Calendars:
    """The files of excluded dates: where the settings say, else beside the council files."""
    beside = settings.council_dir / "calendars" if settings.council_dir else None
    return Calendars(settings.calendars_dir or beside)


def claim_limits(settings: Settings) -> ClaimLimits:
    """How much may run and start at one time, by what runs share."""
    at_once = _lanes(settings.max_runs_per_provider, settings.max_runs_per_tag)
    per_minute = _lanes(
        settings.max_starts_per_minute_per_provider, settings.max_starts_per_minute_per_tag
    )
    # Their Tasks are spread, but a restart or a suspend lets many of these moments pass at once.
    per_minute[PAST_LANE] = settings.catch_up_per_minute
    if settings.max_starts_per_minute is not None:
        per_minute["council"] = settings.max_starts_per_minute
    return ClaimLimits(at_once=at_once, per_minute=per_minute)


def _lanes(providers: Mapping[str, int], tags: Mapping[str, int]) -> dict[str, int]:
    return {f"provider:{name}": number for name, number in providers.items()} | {
        f"tag:{name}": number for name, number in tags.items()
    }


def make_budget(settings: Settings, store: Store, providers: Mapping[str, Provider]) -> Budget:
    """The limits of this council; programs without a model cost nothing."""
    return Budget(
        store,
        timezone=settings.timezone,
        council=council_limits(settings),
        free=[name for name, provider in providers.items() if not provider.is_agent],
    )


def council_limits(settings: Settings) -> Limits:
    """What all agents together may spend."""
    return Limits(per_day=settings.max_cost_usd_per_day, per_month=settings.max_cost_usd_per_month)


def make_redactor(settings: Settings, environ: Mapping[str, str]) -> Redactor:
    """Knows the secrets of this server: its token, its URLs' passwords, its credentials."""
    own = [settings.admin_token.reveal()] if settings.admin_token else []
    urls = {"database_url": settings.database_url, "redis_url": settings.redis_url or ""}
    urls["broker_url"] = settings.broker_url or ""
    return Redactor([*own, *environment_secrets({**environ, **urls}, urls)])


def make_seat_rules(
    settings: Settings,
    providers: Mapping[str, Provider],
    *,
    calendars: Calendars | None = None,
) -> SeatRules:
    """What these settings ask of a seat; `calendars` are read anew when not given."""
    return SeatRules(
        min_interval_seconds=settings.min_interval_seconds,
        min_agent_interval_seconds=settings.min_agent_interval_seconds,
        agent_providers=[name for name, provider in providers.items() if provider.is_agent],
        calendars=calendars or make_calendars(settings),
        default_timezone=settings.timezone,
    )


def make_council(
    settings: Settings,
    store: Store,
    clock: Clock,
    *,
    calendars: Calendars | None = None,
    changed: Changed = nobody,
) -> Council:
    """The council over a store; `changed` is awaited after each write."""
    providers = make_providers(settings)
    return Council(
        store,
        clock,
        known_providers=providers,
        workspaces=settings.workspaces,
        default_timezone=settings.timezone,
        rules=make_seat_rules(settings, providers, calendars=calendars),
        changed=changed,
    )


def read_files(settings: Settings, directory: Path) -> tuple[CouncilFile, ...]:
    """The council files of a directory, for a start. Raises Invalid, naming file, line and field.

    A calendar that is gone keeps nobody from work: it excludes nothing, which the log says.
    """
    providers = make_providers(settings)
    rules = make_seat_rules(settings, providers)
    reading = read_council(
        directory,
        known_providers=providers,
        workspaces=settings.workspaces,
        rules=replace(rules, calendars=None),
    )
    files = reading.accepted()
    known = rules.calendars.names() if rules.calendars else set()
    for file in files:
        for name in file.form.schedule.excluded_calendars:
            if name not in known:
                log.warning("calendar.missing", file=file.name, calendar=name)
    return files


def make_audits(settings: Settings, store: Store, clock: Clock) -> Audits:
    return Audits(store, clock, make_redactor(settings, os.environ))


def make_doctor(
    settings: Settings,
    providers: Mapping[str, Provider],
    *,
    budget: Budget | None = None,
    roster: Roster | None = None,
) -> Doctor:
    """Examines in the environment that this process's children get.

    With a `roster` it also tells who runs the agents: those of other workers' queues, and all when
    this process is no worker, are not examined here.
    """
    served = serving(settings.queues, serves_any=settings.serves_any)

    def runs_here(agent: Agent) -> bool:
        return roster is None or ("worker" in settings.role and agent.queue in served)

    environment = child_environment(os.environ)
    environment["PATH"] = absolute_path(environment["PATH"])
    return Doctor(
        providers,
        environment=environment,
        workspaces=settings.workspaces,
        budget=budget,
        council_limits=council_limits(settings),
        roster=roster,
        runs_here=runs_here,
        redact=make_redactor(settings, os.environ).text,
    )
