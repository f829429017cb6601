"""Backfill: slots of the past run after all, because somebody asked and confirmed how many.

    plan ──► the count, for a person to confirm ──► start ──► one Task for each slot, paced

A slot is backfilled once: the store keeps one Task for its `backfill_key`, whoever asks. When that
was cancelled before it ran, the next one has a key of its own again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol, TypeVar

from pydantic import Field

from conselho.clock import Clock
from conselho.dispatch import Wake
from conselho.errors import Conflict
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.task import ACTIVE, Status, backfill_key, slot_key, utc_text
from conselho.services.announcements import announce
from conselho.services.form_problems import FieldProblem, InvalidForm
from conselho.services.forms import Whole
from conselho.services.journal import journal_event
from conselho.services.moments import Moment
from conselho.services.pace import Pace
from conselho.services.quiet import Quiet
from conselho.services.selection import SelectionForm
from conselho.services.slots import slots_between, slots_of_agent
from conselho.services.submission import backfill_task
from conselho.store import AgentStore, Journal, Submitted, TaskStore

T = TypeVar("T")

MOST_RUNS: Final = 1_000
LONGEST_RANGE: Final = timedelta(days=366)
# Finding the slots of a range costs time, whether they run or not.
MOST_SLOTS: Final = 20_000
_PORTION: Final = 500
_INSTANT = timedelta(microseconds=1)
# Otherwise a slot did not run. One that waits or runs is on its way.
_RAN = frozenset({Status.COMPLETED, Status.ERROR})


class BackfillForm(SelectionForm):
    """Slots in [from, until], until now unless given. Nothing starts without `confirm`."""

    from_: Annotated[Moment, Field(alias="from")]
    until: Moment | None = None
    confirm: Annotated[Whole, Field(ge=0)] | None = None
    include_covered: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a backfill would start: the slots of each councilor that is meant, ascending.

    Each with the idempotency key of its run. `duplicates`: slots that were backfilled before.
    `left_out`: slots that would not run by their schedule either (quiet hours, excluded dates), by
    reason.
    """

    since: datetime
    until: datetime
    slots: Mapping[AgentId, Mapping[datetime, str]]
    duplicates: int
    left_out: Mapping[str, int]
    agents: Sequence[Agent]

    @property
    def count(self) -> int:
        return sum(map(len, self.slots.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    started: int
    duplicates: int


class CountChanged(Conflict):
    """What was confirmed is not what would start now; `present` is that number."""

    def __init__(self, confirmed: int, present: int) -> None:
        super().__init__(
            f"This would start {present} runs now, not {confirmed}: look at them again,"
            f" and confirm {present}."
        )
        self.present = present


class _Store(AgentStore, TaskStore, Journal, Protocol):
    """Who there is, which of its slots ran, and what was asked for."""


class Backfills:
    def __init__(
        self,
        store: _Store,
        clock: Clock,
        quiet: Quiet,
        *,
        per_minute: int,
        retention: timedelta,
        wake: Wake,
    ) -> None:
        """At most `per_minute` of its runs begin in a minute. `wake` is called with what waits.

        Older rows than `retention` are deleted: what ran before is not known any more.
        """
        self._store = store
        self._clock = clock
        self._quiet = quiet
        self._retention = retention
        # One pace for everything that this server backfills.
        self._pace = Pace(clock, per_minute=per_minute)
        self._wake = wake

    async def plan(self, form: BackfillForm) -> Plan:
        """Which slots would run. Nothing is changed.

        Slots that the scheduler itself has not accounted for yet are its own. Raises NotFound;
        InvalidForm for a range that cannot be, or that holds too much.
        """
        now = self._clock.now()
        since, until = _range(form, now)
        if since < now - self._retention:
            kept = utc_text((now - self._retention).replace(microsecond=0))
            raise _refused(
                "from",
                f"lies before {kept}, and older runs are deleted (retention_days): whether its"
                " slots ran is not known any more",
            )
        agents = form.chosen(await self._store.agents(is_councilor=True))
        known = await self._store.watermarks([agent.agent_id for agent in agents])
        # In a thread: thousands of cron slots take their time, and the stream must go on meanwhile.
        wanted, left_out = await asyncio.to_thread(self._wanted, agents, known, since, until)
        slots: dict[AgentId, dict[datetime, str]] = {}
        duplicates = 0
        for agent_id, due in wanted.items():
            missing, again = await self._not_run(agent_id, due, form.include_covered)
            slots[agent_id] = missing
            duplicates += again
        plan = Plan(
            since=since,
            until=until,
            slots=slots,
            duplicates=duplicates,
            left_out=dict(left_out),
            agents=agents,
        )
        if plan.count > MOST_RUNS:
            raise _refused(
                "until",
                f"this would start {plan.count} runs, and one request starts at most {MOST_RUNS}:"
                " choose a shorter range, or fewer councilors",
            )
        return plan

    async def start(self, form: BackfillForm, confirmed: int) -> Backfilled:
        """Start what `plan` tells now, if that is as many runs as were confirmed.

        Raises as `plan`; CountChanged.
        """
        plan = await self.plan(form)
        if plan.count != confirmed:
            raise CountChanged(confirmed, plan.count)
        now = self._clock.now()
        agents = {agent.agent_id: agent for agent in plan.agents}
        # The oldest first, over all councilors: they share the pace.
        runs = sorted((slot, agent_id) for agent_id in agents for slot in plan.slots[agent_id])
        tasks = [
            replace(
                backfill_task(agents[agent_id], slot, now=now, not_before=self._pace.next_start()),
                idempotency_key=plan.slots[agent_id][slot],
            )
            for slot, agent_id in runs
        ]
        created = 0
        for portion in _portions(tasks):
            answers = await self._store.submit(portion, announce=announce)
            stored = [
                task
                for task, answer in zip(portion, answers, strict=True)
                if answer.result is Submitted.CREATED
            ]
            created += len(stored)
            self._wake(stored)
        await self._record(plan, now)
        return Backfilled(started=created, duplicates=plan.duplicates + len(tasks) - created)

    def _wanted(
        self,
        agents: Sequence[Agent],
        known: Mapping[AgentId, datetime],
        since: datetime,
        until: datetime,
    ) -> tuple[dict[AgentId, list[datetime]], Counter[str]]:
        """The slots that run by their schedule, and how many do not, by reason.

        Raises InvalidForm when there are too many.
        """
        wanted: dict[AgentId, list[datetime]] = {}
        left_out: Counter[str] = Counter()
        due = _due_slots(agents, known, since, until)
        for agent in agents:
            wanted[agent.agent_id] = []
            for slot in due[agent.agent_id]:
                reason = self._quiet.reason(agent.seat.schedule, slot)
                if reason is None:
                    wanted[agent.agent_id].append(slot)
                else:
                    left_out[reason[0].value] += 1
        return wanted, left_out

    async def _not_run(
        self, agent_id: AgentId, slots: Sequence[datetime], include_covered: bool
    ) -> tuple[dict[datetime, str], int]:
        """Those of `slots` that are to run, with their keys; how many were backfilled before."""
        missing: dict[datetime, str] = {}
        duplicates = 0
        for portion in _portions(slots):
            ran = await self._store.statuses([slot_key(agent_id, slot) for slot in portion])
            free = await self._free_keys(agent_id, portion)
            duplicates += len(portion) - len(free)
            for slot, key in free.items():
                status = ran.get(slot_key(agent_id, slot))
                if status not in ACTIVE and (include_covered or status not in _RAN):
                    missing[slot] = key
        return missing, duplicates

    async def _free_keys(self, agent_id: AgentId, slots: Sequence[datetime]) -> dict[datetime, str]:
        """The key of a new backfill for each slot that has none, or only cancelled ones."""
        free: dict[datetime, str] = {}
        asked = {slot: backfill_key(agent_id, slot) for slot in slots}
        number = 1
        while asked:
            statuses = await self._store.statuses(list(asked.values()))
            free |= {slot: key for slot, key in asked.items() if key not in statuses}
            number += 1
            asked = {
                slot: f"{backfill_key(agent_id, slot)}-{number}"
                for slot, key in asked.items()
                if statuses.get(key) is Status.CANCELLED
            }
        return dict(sorted(free.items()))

    async def _record(self, plan: Plan, now: datetime) -> None:
        span = f"from {utc_text(plan.since)} until {utc_text(plan.until)}"
        entries = [
            JournalEntry(
                at=now,
                kind=JournalKind.BACKFILL,
                agent_id=agent.agent_id,
                display_name=agent.display_name,
                detail=f"{len(slots)} of its slots {span} were asked to run after all.",
            )
            for agent in plan.agents
            if (slots := plan.slots[agent.agent_id])
        ]
        if entries:
            events = [journal_event(entry) for entry in entries]
            await self._store.write_journal(entries, events=events)


def _range(form: BackfillForm, now: datetime) -> tuple[datetime, datetime]:
    """From when until when. Raises InvalidForm."""
    since, until = form.from_, form.until or now
    if until > now:
        raise _refused(
            "until", f"lies in the future: a backfill runs what has passed, up to {utc_text(now)}"
        )
    if since > until:
        raise _refused("from", f"comes after until, which is {utc_text(until)}")
    if until - since > LONGEST_RANGE:
        raise _refused(
            "from", f"lies more than {LONGEST_RANGE.days} days before until: choose a shorter range"
        )
    return since, until


def _due_slots(
    agents: Sequence[Agent],
    known: Mapping[AgentId, datetime],
    since: datetime,
    until: datetime,
) -> dict[AgentId, list[datetime]]:
    """The slots of each agent in the range. Raises InvalidForm when there are too many."""
    due: dict[AgentId, list[datetime]] = {}
    left = MOST_SLOTS
    for agent in agents:
        last = until
        if agent.is_due_sometimes:
            # What is later will still be accounted for by the scheduler.
            accounted = [known.get(agent.agent_id), agent.slots_from]
            last = min(until, max(filter(None, accounted), default=until))
        slots = slots_between(slots_of_agent(agent), since - _INSTANT, last)
        due[agent.agent_id] = found = []
        for slot in slots:
            found.append(slot)
            left -= 1
            if left < 0:
                raise _refused(
                    "from",
                    f"there are more than {MOST_SLOTS} slots in this range:"
                    " choose a shorter one, or fewer councilors",
                )
    return due


def _portions(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """So that nothing else waits long for the store."""
    return (values[first : first + _PORTION] for first in range(0, len(values), _PORTION))


def _refused(field: str, message: str) -> InvalidForm:
    return InvalidForm([FieldProblem((field,), message)])
