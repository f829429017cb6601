"""Maintenance windows: set, ended and listed; each is on record, and told with its own write."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Protocol

from pydantic import ConfigDict, Field

from conselho.clock import Clock
from conselho.errors import Conflict, NotFound
from conselho.models.event import EventDraft
from conselho.models.ids import AgentId
from conselho.models.journal import JournalEntry, JournalKind
from conselho.models.maintenance import Maintenance
from conselho.models.task import iso, utc_text
from conselho.services.form_problems import FieldProblem, InvalidForm
from conselho.services.forms import Form, Line, Remark
from conselho.services.journal import journal_event
from conselho.services.moments import Length, Moment
from conselho.services.selection import UnknownCouncilors
from conselho.store import AgentStore, MaintenanceStore

# Each slot is held against all of them.
MOST_WINDOWS: Final = 200


class MaintenanceForm(Form):
    """Without `tags` and `agent_ids` it holds for all; without an end, until somebody ends it.

    A word that is not known may have been meant to be one of these bounds: it is refused.
    """

    model_config = ConfigDict(extra="forbid")

    starts_at: Moment | None = None
    ends_at: Moment | None = None
    duration: Length | None = None
    reason: Remark | None = None
    tags: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    agent_ids: Annotated[tuple[Line, ...], Field(max_length=2_000)] = ()


class _Store(AgentStore, MaintenanceStore, Protocol):
    """Who there is, and when nothing shall run."""


class MaintenanceWindows:
    def __init__(self, store: _Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def add(self, form: MaintenanceForm) -> Maintenance:
        """A new window, from now on unless it says otherwise.

        Raises InvalidForm (no time in it, an end that has passed), NotFound for unknown ids.
        """
        now = self._clock.now()
        starts_at = form.starts_at or now.replace(microsecond=0)  # it is read by people
        window = Maintenance(
            window_id=secrets.token_hex(6),
            starts_at=starts_at,
            ends_at=_end(form, starts_at, now),
            reason=form.reason or "",
            tags=tuple(dict.fromkeys(form.tags)),
            agent_ids=tuple(AgentId(one) for one in dict.fromkeys(form.agent_ids)),
            created_at=now,
        )
        await self._require_known(window.agent_ids)
        if len(await self.present()) >= MOST_WINDOWS:
            raise Conflict(
                f"There are {MOST_WINDOWS} maintenance windows already that are active or planned."
                " End some first."
            )
        entry = JournalEntry(
            at=now, kind=JournalKind.MAINTENANCE_SET, detail=f"Maintenance {described(window)}."
        )
        await self._store.add_maintenance(
            window, events=[_told(entry, window, now)], journal=[entry]
        )
        return window

    async def end(self, window_id: str) -> Maintenance:
        """End it now; one that has not begun never does.

        Raises NotFound; Conflict when it is over already.
        """
        now = self._clock.now()
        window = await self._window(window_id)
        if state_of(window, now) == "over":
            raise Conflict(
                f"The maintenance window {window_id!r} ended at {iso(window.ends_at)} already."
            )
        ended = replace(window, ends_at=max(now, window.starts_at))
        verb = "ended" if window.starts_at <= now else "was called off"
        detail = f"Maintenance {described(window)} {verb}."
        entry = JournalEntry(at=now, kind=JournalKind.MAINTENANCE_ENDED, detail=detail)
        return await self._store.end_maintenance(
            window_id, now=now, events=[_told(entry, ended, now)], journal=[entry]
        )

    async def present(self) -> list[Maintenance]:
        """Windows that are active or still to come: active ones first, then by their start."""
        now = self._clock.now()
        found = await self._store.maintenance(until_after=now)
        return [window for window in found if state_of(window, now) != "over"]

    async def every(self) -> list[Maintenance]:
        """All windows that are on record: active and planned ones first, then the newest."""
        now = self._clock.now()
        there: list[Maintenance] = []
        over: list[Maintenance] = []
        for window in await self._store.maintenance():
            (over if state_of(window, now) == "over" else there).append(window)
        return there + over[::-1]

    async def _window(self, window_id: str) -> Maintenance:
        # Those that are not over are few; nearly always it is one of these.
        for windows in (await self.present(), await self._store.maintenance()):
            for window in windows:
                if window.window_id == window_id:
                    return window
        raise NotFound("maintenance window", window_id)

    async def _require_known(self, agent_ids: tuple[AgentId, ...]) -> None:
        if not agent_ids:
            return
        known = {agent.agent_id for agent in await self._store.agents(is_councilor=True)}
        unknown = [agent_id for agent_id in agent_ids if agent_id not in known]
        if unknown:
            raise UnknownCouncilors(unknown)


def state_of(window: Maintenance, now: datetime) -> str:
    """`planned`, `active` or `over`."""
    if window.ends_at is not None and window.ends_at <= max(now, window.starts_at):
        return "over"
    return "active" if window.starts_at <= now else "planned"


def window_document(window: Maintenance, now: datetime) -> dict[str, Any]:
    """A window as clients see it."""
    return {
        "window_id": window.window_id,
        "starts_at": utc_text(window.starts_at),
        "ends_at": iso(window.ends_at),
        "reason": window.reason,
        "tags": list(window.tags),
        "agent_ids": list(window.agent_ids),
        "state": state_of(window, now),
    }


def described(window: Maintenance) -> str:
    """`of everybody from ... until ... (new disks)`."""
    whom = ", ".join([*(f"the tag {tag!r}" for tag in window.tags), *map(repr, window.agent_ids)])
    until = "until somebody ends it" if window.ends_at is None else f"until {iso(window.ends_at)}"
    reason = f" ({window.reason})" if window.reason else ""
    return f"of {whom or 'everybody'} from {utc_text(window.starts_at)} {until}{reason}"


def _end(form: MaintenanceForm, starts_at: datetime, now: datetime) -> datetime | None:
    if form.ends_at is not None and form.duration is not None:
        raise _refused("duration", "give either ends_at or duration, not both")
    if form.duration is not None:
        field, ends_at = "duration", starts_at + form.duration
    elif form.ends_at is not None:
        field, ends_at = "ends_at", form.ends_at
    else:
        return None
    if ends_at <= starts_at:
        raise _refused(field, f"the window would end before it begins, at {utc_text(starts_at)}")
    if ends_at <= now:
        raise _refused(field, f"the window would be over already, since {utc_text(ends_at)}")
    return ends_at


def _refused(field: str, message: str) -> InvalidForm:
    return InvalidForm([FieldProblem((field,), message)])


def _told(entry: JournalEntry, window: Maintenance, now: datetime) -> EventDraft:
    return journal_event(entry, window=window_document(window, now))
