"""What becomes of slots that have passed: pure, and in the order of the slots.

    passed slots ──► account ──► Run, Lost, Lost, Run ...     each slot in exactly one of them

A slot that its councilor does not want (quiet hours, excluded dates) or that people took away
(maintenance) is lost for that reason, whatever else happened. Of the others the newest runs if it
is fresh; what is older is a matter of the councilor's catch-up policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from conselho.models.agent import Agent, CatchUp
from conselho.models.maintenance import Maintenance
from conselho.models.task import SkipReason, Trigger
from conselho.services.quiet import Quiet

# Slots of a long stop are written in portions, so that nothing else waits for them.
PORTION: Final = 1_000
# How much is kept in mind behind a slot that may still run; beyond, it is given up.
_LONGEST_TAIL: Final = 50_000

# Why a slot is left out, with a sentence for people, or None when it may run.
LeftOut = Callable[[datetime], tuple[SkipReason, str] | None]


@dataclass(frozen=True, slots=True)
class Run:
    """A slot that runs."""

    slot: datetime
    trigger: Trigger


@dataclass(slots=True)
class Lost:
    """Consecutive slots that do not, for one reason; `error` is a sentence for people."""

    reason: SkipReason
    error: str | None
    slots: list[datetime] = field(default_factory=list)


Step = Run | Lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How slots came to be accounted for only now.

    `fresh` is the age up to which the newest slot counts as in time. `lost_for` is why the others
    did not run. `may_run` is False when the councilor is not there any more.
    """

    now: datetime
    fresh: timedelta
    lost_for: SkipReason
    may_run: bool = True
    may_catch_up: bool = True


def account(
    agent: Agent, slots: Iterable[datetime], left_out: LeftOut, how: Circumstances
) -> Iterator[Step]:
    """One step for each ascending passed slot of `agent`, those lost in a row taken together.

    Lazy, since years of slots may have passed; a step holds at most PORTION slots.
    """
    open_step: Lost | None = None
    for step in _one_by_one(agent, slots, left_out, how):
        if open_step is not None:
            same = (
                isinstance(step, Lost)
                and step.reason is open_step.reason
                and len(open_step.slots) + len(step.slots) <= PORTION
            )
            if same:
                open_step.slots += step.slots  # type: ignore[union-attr]  # a Lost: see above
                continue
            yield open_step
            open_step = None
        if isinstance(step, Lost):
            open_step = step
        else:
            yield step
    if open_step is not None:
        yield open_step


def _one_by_one(
    agent: Agent, slots: Iterable[datetime], left_out: LeftOut, how: Circumstances
) -> Iterator[Step]:
    policies = agent.seat.policies
    oldest = how.now - timedelta(seconds=policies.catch_up_max_age_seconds)
    # Nobody wants at night what was missed by day.
    caught_up = how.may_run and how.may_catch_up and left_out(how.now) is None

    def older(slot: datetime) -> Step:
        if policies.catch_up is CatchUp.ALL and caught_up:
            if slot >= oldest:
                return Run(slot, Trigger.CATCH_UP)
            return Lost(SkipReason.TOO_OLD, None, [slot])
        return Lost(how.lost_for, None, [slot])

    def newest(slot: datetime) -> Step:
        if how.may_run and how.now - slot <= how.fresh:
            return Run(slot, Trigger.SCHEDULE)
        if policies.catch_up is not CatchUp.NONE and caught_up:
            if slot >= oldest:
                return Run(slot, Trigger.CATCH_UP)
            return Lost(SkipReason.TOO_OLD, None, [slot])
        return Lost(how.lost_for, None, [slot])

    # The newest slot so far that may run, and what was left out behind it.
    candidate: datetime | None = None
    tail: list[Lost] = []
    length = 0
    for slot in slots:
        reason = left_out(slot)
        if reason is None:
            if candidate is not None:
                yield older(candidate)
                yield from tail
                tail, length = [], 0
            candidate = slot
            continue
        if candidate is None:
            yield Lost(*reason, [slot])
            continue
        if tail and tail[-1].reason is reason[0] and len(tail[-1].slots) < PORTION:
            tail[-1].slots.append(slot)
        else:
            tail.append(Lost(*reason, [slot]))
        length += 1
        if length > _LONGEST_TAIL:
            yield older(candidate)
            yield from tail
            candidate, tail, length = None, [], 0
    if candidate is not None:
        yield newest(candidate)
        yield from tail


def left_out_for(agent: Agent, quiet: Quiet, windows: Iterable[Maintenance]) -> LeftOut:
    """Why a slot of this councilor is left out: its own quiet times, then maintenance."""
    schedule = agent.seat.schedule
    its = [window for window in windows if window.holds_for(agent)]

    def reason(slot: datetime) -> tuple[SkipReason, str] | None:
        found = quiet.reason(schedule, slot)
        if found is not None:
            return found
        for window in its:
            if window.holds_at(slot):
                return SkipReason.MAINTENANCE, window.reason or "A maintenance window was set."
        return None

    return reason
