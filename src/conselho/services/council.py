"""The council's seats: who holds one, and what changes when people edit, pause or demote.

Every change is read, made and written back under the version that was read; whoever is late reads
again. Two moments matter to the scheduler, which settles what the former schedule owed itself:

    anchor_at    where an interval counts from: promotion, or a change of the schedule's value
    slots_from   when the present schedule took effect: promotion, such a change, or a resume
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from conselho.clock import Clock
from conselho.errors import AlreadyExists, Conflict, NotACouncilor, StaleVersion
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.services.agent_rules import (
    NO_RULES,
    SeatRules,
    agent_problems,
    changed_schedule_problems,
    resolve_cwd,
    seat_problems,
    too_often,
)
from conselho.services.council_files import CouncilFile
from conselho.services.form_problems import FieldProblem, InvalidForm, below
from conselho.services.forms import AgentForm, AgentPatch, ConfigPatch, PromoteForm
from conselho.services.seats import (
    brought_along,
    catalogue_fields,
    change_of,
    file_over,
    is_applied,
    merged_agent,
    merged_config,
    merged_customization,
    new_agent,
    recorded,
    seat_of,
    seated,
    sent_to,
    unseated,
    updated,
)
from conselho.store import AgentStore

# Each round loses only to somebody else's success: more than a few are a fault, not a race.
ROUNDS = 8

Changed = Callable[[AgentId], Awaitable[None]]
Edit = Callable[[Agent, datetime], Agent]


async def nobody(_: object) -> None:
    """The hook of nobody."""


class ChangeKind(StrEnum):
    """What applying a council file did.

    adopted: the agent was there and no file's; from now on it is this file's. restored: it had
    been demoted. demoted: it is in no file any more.
    """

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    ADOPTED = "adopted"
    RESTORED = "restored"
    DEMOTED = "demoted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One agent's part in an application of council files; `source` is the file's name."""

    kind: ChangeKind
    agent_id: AgentId
    display_name: str
    source: str


class Council:
    """Changes of agents, each told as one `councilor_updated` in the same write."""

    def __init__(
        self,
        store: AgentStore,
        clock: Clock,
        *,
        known_providers: Collection[str],
        workspaces: Collection[Path] = (),
        default_timezone: str = "UTC",
        rules: SeatRules = NO_RULES,
        changed: Changed = nobody,
    ) -> None:
        """`rules` are for seats that people give or change here; `changed` is awaited after every
        write.
        """
        self._store = store
        self._clock = clock
        self._known_providers = known_providers
        self._workspaces = workspaces
        self._default_timezone = default_timezone
        self._rules = replace(rules, default_timezone=default_timezone)
        self._changed = changed

    @property
    def rules(self) -> SeatRules:
        """What seats must keep to, also for who reads council files."""
        return self._rules

    async def create_agent(self, form: AgentForm) -> Agent:
        """A new catalogue entry without a seat; no councilor changes, so no event is made.

        Raises Invalid (provider, command, cwd), AlreadyExists.
        """
        found = agent_problems(form, self._known_providers)
        if found:
            raise InvalidForm(found)
        cwd = resolve_cwd(form.cwd, workspaces=self._workspaces)
        agent = new_agent(form, cwd, self._clock.now())
        await self._store.create_agent(agent, events=[])
        await self._changed(agent.agent_id)
        return agent

    async def edit_agent(self, agent_id: AgentId, patch: AgentPatch) -> tuple[Agent, Agent]:
        """Change the given fields of a catalogue entry; the agent before and after.

        A run that has begun goes on as it was.

        Raises NotFound, Invalid (also when its schedule comes too often for the new provider).
        """

        def change(agent: Agent, now: datetime) -> Agent:
            form = merged_agent(agent, patch)
            found = agent_problems(form, self._known_providers)
            if not found and agent.councilor_config and form.provider != agent.provider:
                schedule = agent.councilor_config.schedule
                found = [
                    FieldProblem(("provider",), problem.message)
                    for problem in too_often(schedule, form.provider, self._rules)
                ]
            if found:
                raise InvalidForm(found)
            # A place that was allowed once is not asked for again: the workspaces may be others.
            moved = form.cwd != agent.cwd
            cwd = resolve_cwd(form.cwd, workspaces=self._workspaces) if moved else agent.cwd
            return replace(sent_to(agent, cwd), **catalogue_fields(form, cwd))

        return await self._rewrite(agent_id, change)

    async def delete_agent(self, agent_id: AgentId) -> None:
        """Remove the agent; its tasks stay. Raises NotFound."""
        agent = await self._store.agent(agent_id)
        now = self._clock.now()
        await self._store.delete_agent(
            agent_id,
            now=now,
            events=[updated(agent, "deleted", gone=True)],
            journal=[recorded(agent, None, now)] if agent.is_councilor else (),
        )
        await self._changed(agent_id)

    async def promote(self, agent_id: AgentId, form: PromoteForm) -> Agent:
        """Give the agent a seat; the first run comes with the first slot, not now.

        A customization that is not given is kept from a former seat.
        Raises NotFound, Conflict when it has a seat already.
        """

        def seat(agent: Agent, now: datetime) -> Agent:
            if agent.is_councilor:
                raise Conflict(
                    f"The agent {agent_id!r} is a councilor already. Edit its configuration."
                )
            found = seat_problems(form.councilor_config, agent.provider, self._rules)
            if found:
                raise InvalidForm(below(found, "councilor_config"))
            config = form.councilor_config.to_config(self._default_timezone)
            customization = form.customization.to_customization() if form.customization else None
            return replace(
                seated(agent, config, now), customization=customization or agent.customization
            )

        return await self._write(agent_id, seat)

    async def demote(self, agent_id: AgentId) -> Agent:
        """Take the seat away; customization, tasks and statistics stay.

        Raises NotFound, NotACouncilor.
        """

        def unseat(agent: Agent, now: datetime) -> Agent:
            if not agent.is_councilor:
                raise NotACouncilor(agent_id)
            return unseated(agent)

        return await self._write(agent_id, unseat)

    async def edit(self, agent_id: AgentId, patch: ConfigPatch) -> Agent:
        """Change the given parts of a seat and keep the others, field by field.

        Raises NotFound (also when the agent has no seat), InvalidForm.
        """

        def merge(agent: Agent, now: datetime) -> Agent:
            before = seat_of(agent)
            config = merged_config(before, patch, self._default_timezone)
            found = changed_schedule_problems(
                before.schedule, config.schedule, agent.provider, self._rules
            )
            if found:
                raise InvalidForm(found)
            customization = merged_customization(agent.customization, patch)
            return replace(seated(agent, config, now), customization=customization)

        return await self._write(agent_id, merge)

    async def set_enabled(self, agent_id: AgentId, enabled: bool, *, bulk: bool = False) -> Agent:
        """Pause or resume; asking for what is so already changes nothing.

        `bulk`: together with others, so that a pause ends when theirs does. A pause that somebody
        asked for one by one stays that. Raises NotFound (also when the agent has no seat).
        """

        def switch(agent: Agent, now: datetime) -> Agent:
            config = seat_of(agent)
            if bulk and config.schedule.enabled == enabled:
                return agent
            schedule = replace(config.schedule, enabled=enabled)
            switched = seated(agent, replace(config, schedule=schedule), now)
            return replace(switched, paused_in_bulk=bulk and not enabled)

        return await self._write(agent_id, switch)

    async def apply(
        self, files: Sequence[CouncilFile], *, prune: bool = False, force: bool = True
    ) -> list[Change]:
        """Make the council what the files say; one answer a file, then one a pruned councilor.

        Without `force` a file whose text was applied before is left alone, so that what people
        changed since then stays. `prune` demotes councilors that came from a file and are in none
        of these. Written one by one: after an interruption, applying again completes it.
        """
        known = {agent.agent_id for agent in await self._store.agents()}
        changes = [await self._apply(file, known, force) for file in files]
        return changes + (await self._prune(files) if prune else [])

    async def _apply(self, file: CouncilFile, known: Collection[AgentId], force: bool) -> Change:
        agent_id = AgentId(file.form.agent_id)
        if agent_id not in known:
            try:
                return _change(ChangeKind.CREATED, await self._create(file), file.name)
            except AlreadyExists:
                pass  # by another server, a moment ago

        def take(agent: Agent, now: datetime) -> Agent:
            if not force and is_applied(agent, file):
                return brought_along(agent, file)
            return file_over(agent, file, self._default_timezone, now)

        before, after = await self._rewrite(agent_id, take)
        return _change(_kind(before, after), after, file.name)

    async def _create(self, file: CouncilFile) -> Agent:
        now = self._clock.now()
        agent = file_over(new_agent(file.form, file.cwd, now), file, self._default_timezone, now)
        await self._store.create_agent(
            agent, events=[updated(agent, "promoted")], journal=[recorded(None, agent, now)]
        )
        await self._changed(agent.agent_id)
        return agent

    async def _prune(self, files: Sequence[CouncilFile]) -> list[Change]:
        kept = {file.form.agent_id for file in files}
        changes = []
        for agent in await self._store.agents(is_councilor=True):
            if agent.source is not None and agent.agent_id not in kept:
                await self._rewrite(agent.agent_id, _disowned)
                changes.append(_change(ChangeKind.DEMOTED, agent, agent.source))
        return changes

    async def _write(self, agent_id: AgentId, edit: Edit) -> Agent:
        _, after = await self._rewrite(agent_id, edit)
        return after

    async def _rewrite(self, agent_id: AgentId, edit: Edit) -> tuple[Agent, Agent]:
        """Read, edit and write one agent, again while somebody else is quicker.

        `edit` may be called several times; when it changes nothing, nothing is written. Returns
        the agent before and after, as stored. Raises NotFound, StaleVersion after ROUNDS.
        """
        for _ in range(ROUNDS):
            before = await self._store.agent(agent_id)
            now = self._clock.now()
            after = edit(before, now)
            if after == before:
                return before, before
            after = replace(after, updated_at=now)
            # Of an agent that has no seat, and had none, the council hears nothing.
            seated_once = before.is_councilor or after.is_councilor
            told = replace(after, version=before.version + 1)
            events = [updated(told, change_of(before, after))] if seated_once else []
            journal = [recorded(before, after, now)] if seated_once else []
            try:
                stored = await self._store.save_agent(after, events=events, journal=journal)
            except StaleVersion:
                continue
            await self._changed(agent_id)
            return before, stored
        raise StaleVersion(agent_id)


def _kind(before: Agent, after: Agent) -> ChangeKind:
    if after == before:
        return ChangeKind.UNCHANGED
    if before.source is None:
        return ChangeKind.ADOPTED
    if not before.is_councilor and after.is_councilor:
        return ChangeKind.RESTORED
    return ChangeKind.CHANGED


def _change(kind: ChangeKind, agent: Agent, source: str) -> Change:
    return Change(
        kind=kind, agent_id=agent.agent_id, display_name=agent.display_name, source=source
    )


def _disowned(agent: Agent, now: datetime) -> Agent:
    """Without seat and file, so that a file that comes back is applied like a new one."""
    return replace(unseated(agent), source=None, source_digest=None)
