"""The council in figures."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812  # a field is named date
from typing import Literal

from conselho.api.schemas.base import Moment, Shape, about


class Tally(Shape):
    """The figures of a span of time."""

    runs: int = about("How many runs ended by themselves.", 40)
    success: int = about("How many of them with severity success.", 36)
    info: int = about("With severity info.", 1)
    warning: int = about("With severity warning.", 2)
    error: int = about("With severity error.", 1)
    cancelled: int = about("How many runs were cancelled.", 0)
    success_rate: float | None = about("Percent, 0 to 100; null when nothing ran.", 90.0)
    missed: int = about("How many slots were missed.", 0)
    skipped: int = about("How many slots were skipped.", 0)
    cost_usd: float | None = about("US dollars; null when nobody told.", 1.25)
    average_duration_ms: int | None = about("Milliseconds; null when nothing ran.", 12500)


class Uptime(Shape):
    """How long a scheduler was there."""

    percent: float | None = about("Percent, 0 to 100; null when nothing is known.", 99.9)
    away_seconds: float = about("How long none was there, in seconds.", 86.4)
    since: Moment = about("From when on that is known.")


class KpiWindow(Tally):
    """The figures of a window, which ends now."""

    p50_duration_ms: int | None = about("Half of the runs took at most this, in ms.", 9000)
    p95_duration_ms: int | None = about("95 of 100 runs took at most this, in ms.", 41000)
    missed_by_reason: dict[str, int] = about("Missed slots by reason.", {"server_down": 3})
    skipped_by_reason: dict[str, int] = about("Skipped slots by reason.", {"overlap": 1})
    uptime: Uptime | None = about("Of the scheduler; null where this server has none.")


class CouncilorCounts(Shape):
    """How many councilors there are."""

    total: int = about("All.", 5)
    active: int = about("Those that are due sometimes.", 4)
    paused: int = about("The others.", 1)


class Kpis(Shape):
    """The council in figures."""

    councilors: CouncilorCounts = about("The councilors by whether they are due.")
    running: int = about("How many runs are at work now.", 1)
    pending: int = about("How many runs wait.", 0)
    queued: int = about("How many of them wait for another run of their councilor.", 0)
    today: KpiWindow = about("Since midnight.")
    days_7: KpiWindow = about("The last 7 days, today included.")
    days_30: KpiWindow = about("The last 30 days, today included.")
    timezone: str = about("The IANA zone of the days.", "America/Sao_Paulo")
    last_event_id: str = about("The event stream goes on from here without a gap.", "a1b2:42")
    now: Moment = about("The time of the server.")


class Usage(Shape):
    """What was spent. Amounts that an agent does not tell are not in it."""

    runs: int = about("How many runs told what they spent.", 4)
    input_tokens: int = about("Tokens sent.", 52000)
    output_tokens: int = about("Tokens got.", 8300)
    cached_tokens: int = about("Tokens of the input that came from a cache.", 40960)
    turns: int = about("Turns of the model.", 12)
    cost_usd: float | None = about("US dollars; null when nobody told.", 0.42)


class UsageDay(Shape):
    """One day."""

    date: Date = about("The day, in the zone of the answer.", "2026-11-30")
    total: Usage = about("Of all councilors.")
    councilors: dict[str, Usage] = about("Of each councilor that spent something, by agent_id.")


class BudgetState(Shape):
    """What was spent of a budget."""

    today_usd: float = about("US dollars since midnight.", 0.42)
    month_usd: float = about("US dollars since the month began.", 9.1)
    max_cost_usd_per_day: float | None = about("The limit of a day, in US dollars.", 5)
    max_cost_usd_per_month: float | None = about("The limit of a month, in US dollars.", None)
    spent: bool = about("Whether nothing is left: no run may start.", False)


class CouncilorBudgetState(BudgetState):
    """What was spent of a councilor's budget."""

    tells_cost: bool = about("Whether its provider tells what a run costs.", True)


class BudgetStates(Shape):
    """The budgets, by the days of the server's own time zone."""

    council: BudgetState = about("The whole council's.")
    councilors: dict[str, CouncilorBudgetState] = about("Of each that has one, by agent_id.")


class UsageReport(Shape):
    """What agents spent, by day, and what is left of the budgets."""

    days: list[UsageDay] = about("Today is last.")
    budgets: BudgetStates = about("The budgets.")
    timezone: str = about("The IANA zone of the days.", "America/Sao_Paulo")
    now: Moment = about("The time of the server.")


class Bucket(Shape):
    """A span of a chart; which figures it has depends on the metric."""

    start: Moment = about("Its begin, with the offset of the zone.", "2026-11-30T00:00:00-03:00")
    end: Moment = about("Its end (exclusive).", "2026-12-01T00:00:00-03:00")
    runs: int = about("runs, duration, cost: how many runs ended by themselves.", 40, default=0)
    completed: int = about("runs: how many of them completed.", 39, default=0)
    cancelled: int = about("runs: how many were cancelled.", 0, default=0)
    success_rate: float | None = about("runs: percent, 0 to 100.", 90.0, default=None)
    success: int = about("severity: successes.", 36, default=0)
    info: int = about("severity: infos.", 1, default=0)
    warning: int = about("severity: warnings.", 2, default=0)
    error: int = about("runs: how many failed. severity: errors.", 1, default=0)
    average_ms: int | None = about("duration: the average, in ms.", 12500, default=None)
    p50_ms: int | None = about("duration: half took at most this, in ms.", 9000, default=None)
    p95_ms: int | None = about("duration: 95 of 100 took at most this, in ms.", 41000, default=None)
    cost_usd: float = about("cost: US dollars.", 1.25, default=0)
    missed: int = about("lost: missed slots.", 0, default=0)
    skipped: int = about("lost: skipped slots.", 0, default=0)
    missed_by_reason: dict[str, int] = about("lost: missed slots by reason.", default={})
    skipped_by_reason: dict[str, int] = about("lost: skipped slots by reason.", default={})


class Series(Shape):
    """One metric over time."""

    metric: Literal["runs", "severity", "duration", "cost", "lost"] = about("Which one.", "runs")
    by: Literal["hour", "day"] = about("How long a bucket is.", "day")
    agent_id: str | None = about("The councilor; null for the whole council.", None)
    timezone: str = about("The IANA zone of the buckets.", "America/Sao_Paulo")
    buckets: list[Bucket] = about("The oldest first.")
