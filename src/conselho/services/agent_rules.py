"""Rules of an agent and its seat that depend on the server: providers, workspaces, settings."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from conselho.config import nearest
from conselho.errors import Invalid, InvalidSchedule
from conselho.models.schedule import Schedule, ScheduleType
from conselho.services.calendars import Calendars
from conselho.services.form_problems import FieldProblem
from conselho.services.forms import AgentForm, ConfigForm
from conselho.services.slots import check_fires, shortest_wait


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatRules:
    """What this server asks of a seat.

    `agent_providers` have a model behind them: for them the longer minimum counts. `calendars` are
    those that a schedule may name; None: whatever they are.
    """

    min_interval_seconds: float = 1
    min_agent_interval_seconds: float = 60
    agent_providers: Collection[str] = ()
    calendars: Calendars | None = None
    default_timezone: str = "UTC"


NO_RULES = SeatRules()
CRON_SECONDS = 60  # No cron line comes more often.


def agent_problems(form: AgentForm, known_providers: Collection[str]) -> list[FieldProblem]:
    """What is wrong with provider and command, taken together."""
    if form.provider not in known_providers:
        known = ", ".join(sorted(known_providers))
        close = nearest(form.provider, known_providers)
        message = f"there is no provider {form.provider!r}; known here: {known}.{close}"
        return [FieldProblem(("provider",), message)]
    if form.provider == "command" and not form.command:
        message = "is required by provider 'command': a list such as [make, test]"
        return [FieldProblem(("command",), message)]
    if form.shell and len(form.command) != 1:
        message = "with 'shell', write a list of one text: the line for /bin/sh"
        return [FieldProblem(("command",), message)]
    return []


def seat_problems(form: ConfigForm, provider: str, rules: SeatRules) -> list[FieldProblem]:
    """What is wrong with the seat's schedule on this server, for an agent of this provider."""
    try:
        schedule = form.schedule.to_schedule(rules.default_timezone)
    except InvalidSchedule as exc:
        return [_problem(exc)]
    return schedule_problems(schedule, provider, rules)


def schedule_problems(schedule: Schedule, provider: str, rules: SeatRules) -> list[FieldProblem]:
    """As seat_problems, for a schedule that has been read."""
    found = too_often(schedule, provider, rules) + _unknown_calendars(schedule, rules)
    try:
        check_fires(schedule)
    except InvalidSchedule as exc:
        found.append(_problem(exc))
    return found


def changed_schedule_problems(
    before: Schedule, after: Schedule, provider: str, rules: SeatRules
) -> list[FieldProblem]:
    """As schedule_problems, but what was accepted once stays so: a pause is no new schedule."""
    if replace(after, enabled=before.enabled) == before:
        return []
    return schedule_problems(after, provider, rules)


def too_often(schedule: Schedule, provider: str, rules: SeatRules) -> list[FieldProblem]:
    """Whether the schedule comes more often than this server lets an agent of that provider."""
    least, setting, whose = rules.min_interval_seconds, "min_interval_seconds", "of this server"
    if provider in rules.agent_providers and rules.min_agent_interval_seconds > least:
        least, setting = rules.min_agent_interval_seconds, "min_agent_interval_seconds"
        whose = "for agents with a model behind them"
    if schedule.type is not ScheduleType.INTERVAL and least <= CRON_SECONDS:
        return []
    if shortest_wait(schedule) >= timedelta(seconds=least):
        return []
    what = "the interval" if schedule.type is ScheduleType.INTERVAL else "the shortest wait of"
    message = (
        f"{what} {schedule.value} is below the minimum {whose}, {least:g} s:"
        f" let it come less often, or change the setting {setting}"
    )
    return [FieldProblem(("schedule", "value"), message)]


def _unknown_calendars(schedule: Schedule, rules: SeatRules) -> list[FieldProblem]:
    if rules.calendars is None or not schedule.excluded_calendars:
        return []
    known = rules.calendars.names()
    if not known.issuperset(schedule.excluded_calendars):
        # It may have been put there a moment ago, by who writes to us now.
        rules.calendars.refresh()
        known = rules.calendars.names()
    listed = f"known here: {', '.join(sorted(known))}" if known else "there are none here"
    return [
        FieldProblem(
            ("schedule", "excluded_calendars", index),
            f"there is no calendar {name!r}; {listed}.{nearest(name, known)}",
        )
        for index, name in enumerate(schedule.excluded_calendars)
        if name not in known
    ]


def _problem(exc: InvalidSchedule) -> FieldProblem:
    return FieldProblem(tuple(exc.field.split(".")), exc.reason)


def resolve_cwd(
    cwd: str | None, *, base: Path | None = None, workspaces: Collection[Path] = ()
) -> str | None:
    """The absolute form of a cwd; None stays None, the server's own.

    A relative one counts from `base`. Raises Invalid when it is relative without a base, or lies
    outside all workspaces (if there are any) once symbolic links are followed.
    """
    if cwd is not None and base is None and not Path(cwd).is_absolute():
        raise Invalid("cwd", f"{cwd!r} must be an absolute path")
    place = Path(os.path.normpath((base or Path.cwd()) / (cwd or "")))
    if workspaces and not _lies_in(place, workspaces):
        allowed = os.pathsep.join(map(str, workspaces))
        raise Invalid("cwd", f"'{place}' lies outside the workspaces of this server ({allowed})")
    return None if cwd is None else str(place)


def _lies_in(place: Path, workspaces: Collection[Path]) -> bool:
    real = place.resolve()
    return any(real.is_relative_to(workspace.resolve()) for workspace in workspaces)
