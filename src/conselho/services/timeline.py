"""The council over time: what ran, what was lost and what is to come, a lane a councilor.

                  since        now                until
    few rows        o  o  x  o  |  .   .   .   .          each run, each slot to come
    many rows      ▂▂▆▂▂▂▂▂▂▂▂▂ |  ··········             counts by step; stretches to come

How much is told is bounded, however many councilors there are and however often they run: a lane
with more rows than its share of MOST_ROWS is told in counts, together with the newest row of each
kind of trouble in a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.lanes import Lane, Steps, slots_by_step
from conselho.models.rows import duration_ms, summary
from conselho.models.schedule import ScheduleType
from conselho.models.task import LOST_SLOT, Status, Task, utc_text
from conselho.models.verdict import Severity
from conselho.services.quiet import Quiet
from conselho.services.slots import Slots, jitter, slots_of_agent

MOST_STEPS: Final = 62
LENGTHS: Final = tuple(timedelta(minutes=minutes) for minutes in (15, 60, 360, 1440))
LONGEST_SPAN: Final = 60 * timedelta(days=1)
FARTHEST_AHEAD: Final = 8 * timedelta(days=1)

# Shares of a lane: about so many in all, but never fewer than a lane needs to say something.
MOST_ROWS: Final = 12_000
MOST_TROUBLES: Final = 6_000
MOST_SLOTS: Final = 12_000

# What is to come of a lane is looked at in so many parts at most.
MOST_PARTS: Final = 200
_PART_LENGTHS: Final = tuple(timedelta(minutes=n) for n in (15, 30, 60, 120, 180, 360, 720))

SUMMARY_CHARACTERS: Final = 200
_INSTANT: Final = timedelta.resolution
# Slots that are left out, on a holiday say, are looked at too.
_LOOKS: Final = 4
_AVERAGED: Final = 6


def steps_of(since: datetime, until: datetime, zone: ZoneInfo) -> Steps:
    """[since, until) widened to whole steps by the clock of a zone, at most MOST_STEPS of them.

    A step is 15 minutes, an hour, 6 hours or a day long. They are counted from midnight, so that
    on a day with a change of the clock the later ones are off by it.
    """
    date = since.astimezone(zone).date()
    midnight = datetime.combine(date, time(), tzinfo=zone).astimezone(UTC)
    widened = (_widened(since, until, midnight, length) for length in LENGTHS)
    return next(steps for steps in widened if steps.count <= MOST_STEPS)


def _widened(since: datetime, until: datetime, midnight: datetime, length: timedelta) -> Steps:
    start = midnight + (since - midnight) // length * length
    return Steps(since=start, until=start - (start - until) // length * length, length=length)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How much is told of one lane, so that all of them together stay within bounds."""

    rows: int
    troubles: int
    slots: int


def shares(lanes: int) -> Shares:
    """Each lane's own share."""
    share = partial(_share, max(lanes, 1))
    return Shares(
        rows=share(MOST_ROWS, 8, 40),
        troubles=share(MOST_TROUBLES, 4, 24),
        slots=share(MOST_SLOTS, 8, 50),
    )


def _share(lanes: int, all_of_them: int, least: int, most: int) -> int:
    return max(least, min(most, all_of_them // lanes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which slots come too often to be told one by one; `every` is on average."""

    start: datetime
    end: datetime
    every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Slots to come: each of them, or stretches when they are many."""

    slots: Sequence[datetime] = ()
    stretches: Sequence[Stretch] = ()


class Planner:
    """The slots to come of many councilors; those with one schedule are reckoned once."""

    def __init__(self, steps: Steps, now: datetime, quiet: Quiet, most: int) -> None:
        self._steps = steps
        self._after = max(now, steps.since - _INSTANT)
        self._quiet = quiet
        self._most = most
        self._known: dict[Any, Planned] = {}

    def planned(self, agent: Agent) -> Planned:
        """What would run; nothing for one that is paused. Takes about 3 ms at most."""
        schedule = agent.seat.schedule
        if not schedule.enabled or self._after >= self._steps.until:
            return Planned()
        anchor = None
        if schedule.type is ScheduleType.INTERVAL:
            anchor = agent.anchor_at or agent.created_at
        key = (schedule, anchor, jitter(schedule, agent.agent_id), agent.slots_from)
        if key not in self._known:
            self._known[key] = self._reckoned(agent)
        return self._known[key]

    def _reckoned(self, agent: Agent) -> Planned:
        slots = slots_of_agent(agent)
        after = max(self._after, agent.slots_from or agent.created_at)
        found: list[datetime] = []
        looks = _slots(slots, after, self._steps.until)
        for looked, slot in enumerate(looks):
            if len(found) == self._most or looked == _LOOKS * self._most:
                return Planned(stretches=tuple(self._stretches(agent, slots, after)))
            if self._runs(agent, slot):
                found.append(slot)
        return Planned(slots=tuple(found))

    def _runs(self, agent: Agent, slot: datetime) -> bool:
        return self._quiet.reason(agent.seat.schedule, slot) is None

    def _stretches(self, agent: Agent, slots: Slots, after: datetime) -> Iterator[Stretch]:
        """Where slots run, to a part of a step: the first one of each part tells for all of it."""
        open_: Stretch | None = None
        for start, end in self._parts(agent, after):
            slot = slots.after(start)
            if slot is None:
                break
            if slot >= end or not self._runs(agent, slot):
                if open_:
                    yield open_
                open_ = None
            elif open_:
                open_ = Stretch(start=open_.start, end=end, every=open_.every)
            else:
                open_ = Stretch(start=slot, end=end, every=_every(slots, slot))
        if open_:
            yield open_

    def _parts(self, agent: Agent, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Up to the end; a slot of a part is later than its start and before its end."""
        length = self._part_length(agent, after)
        part = (after - self._steps.since) // length
        while (start := self._steps.since + part * length) < self._steps.until:
            end = min(start + length, self._steps.until)
            yield max(start - _INSTANT, after), end
            part += 1

    def _part_length(self, agent: Agent, after: datetime) -> timedelta:
        # Active hours may begin at any minute, the hours of a cron line do not.
        fine = bool(agent.seat.schedule.active_hours)
        wanted = min(self._steps.length, timedelta(hours=1)) / (4 if fine else 1)
        least = (self._steps.until - after) / (MOST_PARTS - 1)
        if wanted >= least:
            return wanted
        return next((one for one in _PART_LENGTHS if one >= least), timedelta(days=1))


def _slots(slots: Slots, after: datetime, until: datetime) -> Iterator[datetime]:
    slot = slots.after(after)
    while slot is not None and slot < until:
        yield slot
        slot = slots.after(slot)


def _every(slots: Slots, first: datetime) -> timedelta:
    following = list(islice(_slots(slots, first, first + timedelta(days=1)), _AVERAGED))
    return (following[-1] - first) / len(following) if following else timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the store knows of the councilors."""

    lanes: Mapping[AgentId, Lane]
    active: Mapping[AgentId, Task]


def lane_documents(
    agents: Sequence[Agent], known: Known, planner: Planner, steps: Steps
) -> list[dict[str, Any]]:
    """A lane for each councilor, in their order. `steps` are those that the store counted in."""
    return [
        {
            "agent_id": agent.agent_id,
            "display_name": agent.display_name,
            "enabled": agent.seat.schedule.enabled,
            **_past(known.lanes.get(agent.agent_id, Lane()), steps),
            "current": _current(known.active.get(agent.agent_id)),
            **_future(planner.planned(agent)),
        }
        for agent in agents
    ]


def _past(lane: Lane, steps: Steps) -> dict[str, Any]:
    rows = [_row(task) for task in lane.rows]
    if lane.counts is None:
        return {"rows": rows, "bars": None, "more_troubles": 0, "counted_to": None}
    troubles = sum(count.rows for count in lane.counts if count.is_trouble)
    return {
        "rows": rows,
        "bars": [{"step": step, **bar} for step, bar in sorted(_bars(lane, steps).items())],
        "more_troubles": max(troubles - len(rows), 0),
        "counted_to": _text(max((count.newest for count in lane.counts), default=None)),
    }


def _bars(lane: Lane, steps: Steps) -> dict[int, dict[str, int]]:
    bars: dict[int, dict[str, int]] = {}

    def add(step: int, kind: str, number: int) -> None:
        bar = bars.setdefault(step, {})
        bar[kind] = bar.get(kind, 0) + number

    for count in lane.counts or ():
        lost = count.status in LOST_SLOT
        add(count.step, _kind(count.status, count.severity), count.slots if lost else count.rows)
    for row in lane.rows:
        if row.status in LOST_SLOT:
            for step, number in _moved(row, steps):
                add(step, row.status.value, number)
    kept = {
        step: {kind: number for kind, number in bar.items() if number > 0}
        for step, bar in bars.items()
    }
    return {step: bar for step, bar in kept.items() if bar}


def _moved(row: Task, steps: Steps) -> Iterable[tuple[int, int]]:
    """What to add where, so that lost slots count in their own steps and not in the last one's."""
    by_step = slots_by_step(row, steps)
    if row.slot_to is not None and row.slot_to < steps.until:
        last = steps.of(row.slot_to)
        by_step[last] = by_step.get(last, 0) - (row.slot_count or 0)
    return by_step.items()


def _kind(status: Status, severity: Severity | None) -> str:
    """As the page shows it: what completed without a severity is a note."""
    if status is Status.COMPLETED:
        return (severity or Severity.INFO).value
    return status.value


def _row(task: Task) -> dict[str, Any]:
    """What a mark says; what it does not know is absent: there are thousands of them."""
    told = {
        "task_id": task.task_id,
        "status": task.status,
        "severity": task.severity,
        "trigger": task.trigger,
        "started_at": _text(task.started_at),
        "completed_at": _text(task.completed_at),
        "duration_ms": duration_ms(task),
        "summary": _cut(summary(task)),
        "reason": _cut(task.verdict.reason if task.verdict else None),
        "error_kind": task.error_kind,
        "error_cause": task.error_cause,
        "skip_reason": task.skip_reason,
        "slot_from": _text(task.slot_from),
        "slot_to": _text(task.slot_to),
        "slot_count": task.slot_count,
    }
    return {name: value for name, value in told.items() if value is not None}


def _current(task: Task | None) -> dict[str, Any] | None:
    if task is None or not task.is_councilor_execution:
        return None
    return {
        "task_id": task.task_id,
        "status": task.status,
        "trigger": task.trigger,
        "started_at": _text(task.started_at),
        "due_at": _text(task.due_at),
        "attempt": task.attempt,
    }


def _future(planned: Planned) -> dict[str, Any]:
    return {
        "next": [utc_text(slot) for slot in planned.slots],
        "stretches": [
            {
                "from": utc_text(one.start),
                "until": utc_text(one.end),
                "every_seconds": round(one.every.total_seconds(), 1),
            }
            for one in planned.stretches
        ],
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)


def _cut(text: str | None) -> str | None:
    if text is None or len(text) <= SUMMARY_CHARACTERS:
        return text
    return text[: SUMMARY_CHARACTERS - 1] + "…"
