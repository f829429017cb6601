"""Pause, resume and run for several councilors at once; each on its own merits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from conselho.errors import ConselhoError
from conselho.models.agent import Agent
from conselho.models.ids import AgentId, TaskId
from conselho.services.council import Council
from conselho.services.executions import Executions
from conselho.services.selection import SelectionForm
from conselho.store import AgentStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One councilor for which it could not be done; `detail` is a sentence."""

    agent_id: AgentId
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Switched:
    """What a bulk pause or resume did. `still_paused`: one by one, so they were left alone."""

    changed: Sequence[AgentId]
    unchanged: Sequence[AgentId]
    still_paused: Sequence[AgentId]
    failed: Sequence[Refused]


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    started: Sequence[tuple[AgentId, TaskId]]
    refused: Sequence[Refused]


class Bulk:
    """What is asked of several councilors. A failure of one does not touch the others."""

    def __init__(self, store: AgentStore, council: Council, executions: Executions) -> None:
        self._store = store
        self._council = council
        self._executions = executions

    async def pause(self, selection: SelectionForm) -> Switched:
        """Pause those that are not paused: they come back with a bulk resume.

        Raises NotFound, before anything changes.
        """
        chosen = await self._chosen(selection)
        due, others = _parted(chosen, lambda agent: agent.is_due_sometimes)
        changed, failed = await self._switch(due, enabled=False)
        return Switched(
            changed=changed,
            unchanged=_ids(others),
            still_paused=[],
            failed=failed,
        )

    async def resume(self, selection: SelectionForm, *, include_single: bool = False) -> Switched:
        """Resume those that were paused in bulk; with `include_single` every one that is paused.

        Raises NotFound, before anything changes.
        """
        chosen = await self._chosen(selection)
        back, others = _parted(
            chosen,
            lambda agent: not agent.is_due_sometimes and (include_single or agent.paused_in_bulk),
        )
        changed, failed = await self._switch(back, enabled=True)
        return Switched(
            changed=changed,
            unchanged=_ids(others),
            still_paused=_ids(agent for agent in others if not agent.is_due_sometimes),
            failed=failed,
        )

    async def run(self, selection: SelectionForm) -> Started:
        """Start a run of each. Raises NotFound, before anything starts."""
        started: list[tuple[AgentId, TaskId]] = []
        refused: list[Refused] = []
        for agent in await self._chosen(selection):
            try:
                task = await self._executions.run_now(agent.agent_id)
            except ConselhoError as error:
                refused.append(Refused(agent_id=agent.agent_id, detail=str(error)))
            else:
                started.append((agent.agent_id, task.task_id))
        return Started(started=started, refused=refused)

    async def _chosen(self, selection: SelectionForm) -> list[Agent]:
        return selection.chosen(await self._store.agents(is_councilor=True))

    async def _switch(
        self, agents: Sequence[Agent], *, enabled: bool
    ) -> tuple[list[AgentId], list[Refused]]:
        changed: list[AgentId] = []
        failed: list[Refused] = []
        for agent in agents:
            try:
                await self._council.set_enabled(agent.agent_id, enabled, bulk=True)
            except ConselhoError as error:
                failed.append(Refused(agent_id=agent.agent_id, detail=str(error)))
            else:
                changed.append(agent.agent_id)
        return changed, failed


def _parted(
    agents: Iterable[Agent], meant: Callable[[Agent], bool]
) -> tuple[list[Agent], list[Agent]]:
    """Those that are meant, and the others; of ten thousand, looked at once each."""
    parts: tuple[list[Agent], list[Agent]] = ([], [])
    for agent in agents:
        parts[0 if meant(agent) else 1].append(agent)
    return parts


def _ids(agents: Iterable[Agent]) -> list[AgentId]:
    return [agent.agent_id for agent in agents]
