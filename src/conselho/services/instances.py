"""Instances: how older clients follow who works. Each councilor is one, derived from its runs.

There is no second truth: figures come from the statistics of the council, the state from the active
run and the newest ended one. What clients know of an instance beyond that (a place on a map, a
screenplay) is not kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from conselho.errors import NotFound
from conselho.models.agent import Agent
from conselho.models.ids import AgentId
from conselho.models.rows import councilor_instance, duration_ms
from conselho.models.statistics import AgentStatistics, Tally
from conselho.models.task import COUNCIL_TRIGGERS, Status, Task, iso, utc_text
from conselho.store import Store, TaskFilter

# The newest run is nearly always among the newest rows, of which some are lost slots.
_LOOKED_AT: Final = 10
_ENDED: Final = frozenset({Status.COMPLETED, Status.ERROR})
_COLUMNS: Final = 6
_CELL: Final = 160
# Nobody runs more at one time.
_MOST_ACTIVE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A councilor at its place among all (from 0), with what is known of its runs."""

    agent: Agent
    place: int
    statistics: AgentStatistics
    active: Task | None = None
    last: Task | None = None

    @property
    def instance_id(self) -> str:
        return councilor_instance(self.agent.agent_id)

    @property
    def status(self) -> str:
        """running or queued with an active run, else how the newest ended; pending: none did."""
        if self.active is not None:
            return "running" if self.active.status is Status.PROCESSING else "queued"
        return self.last.status.value if self.last is not None else "pending"

    def figures(self) -> dict[str, Any]:
        """Times in ms. Success and error are severities, so that the rate is that of reports."""
        tally, last = self.statistics.tally, self.last
        return {
            "task_count": tally.runs,
            "total_execution_time": tally.duration_ms,
            "average_execution_time": tally.average_duration_ms or 0,
            "last_task_duration": duration_ms(last) if last else None,
            "last_task_completed_at": iso(last.completed_at) if last else None,
            "success_count": tally.success,
            "error_count": tally.severity_error,
            "last_exit_code": last.exit_code if last else None,
            "success_rate": tally.success_rate or 0.0,
        }

    def document(self) -> dict[str, Any]:
        agent, last = self.agent, self.last
        ended_at = last.completed_at if last and last.completed_at else agent.updated_at
        return {
            "_id": self.instance_id,
            "instance_id": self.instance_id,
            "agent_id": agent.agent_id,
            "screenplay_id": None,
            "emoji": agent.emoji,
            "definition": {
                "title": agent.display_name,
                "description": agent.description,
                "unicode": agent.emoji,
            },
            "position": {
                "x": _CELL * (self.place % _COLUMNS + 1),
                "y": _CELL * (self.place // _COLUMNS + 1),
            },
            "status": self.status,
            "cwd": agent.cwd,
            "config": {},
            "statistics": self.figures(),
            "created_at": utc_text(agent.created_at),
            "updated_at": utc_text(max(agent.updated_at, ended_at)),
            "last_execution": iso(self.statistics.last_execution_at),
        }


async def all_instances(store: Store) -> list[Instance]:
    """The instance of each councilor, the oldest first."""
    return await _derived(store, list(enumerate(await store.agents(is_councilor=True))))


async def one_instance(store: Store, instance_id: str) -> Instance:
    """Raises NotFound."""
    seated = enumerate(await store.agents(is_councilor=True))
    wanted = [
        (place, agent)
        for place, agent in seated
        if councilor_instance(agent.agent_id) == instance_id
    ]
    if not wanted:
        raise NotFound("instance", instance_id)
    [instance] = await _derived(store, wanted)
    return instance


async def _derived(store: Store, placed: Sequence[tuple[int, Agent]]) -> list[Instance]:
    ids = [agent.agent_id for _, agent in placed]
    statistics = await store.statistics(ids)
    active = await store.active(ids)
    last = await _last_ended(store, ids, statistics)
    return [
        Instance(
            agent=agent,
            place=place,
            statistics=statistics.get(agent.agent_id, AgentStatistics(tally=Tally())),
            active=_of_council(active.get(agent.agent_id)),
            last=last.get(agent.agent_id),
        )
        for place, agent in placed
    ]


async def _last_ended(
    store: Store, agents: Sequence[AgentId], statistics: dict[AgentId, AgentStatistics]
) -> dict[AgentId, Task]:
    """The newest run of each that came to an end by itself."""
    found: dict[AgentId, Task] = {}
    for agent_id, rows in (await store.recent(agents, limit=_LOOKED_AT)).items():
        for task in rows:  # the oldest first: the newest stays
            if task.status in _ENDED and task.is_councilor_execution:
                found[agent_id] = task
    for agent_id in statistics.keys() - found.keys():
        where = TaskFilter(agent_id=agent_id, statuses=_ENDED, triggers=COUNCIL_TRIGGERS)
        page = await store.tasks(where, limit=1)
        if page.tasks:
            found[agent_id] = page.tasks[0]
    return found


def _of_council(task: Task | None) -> Task | None:
    return task if task is not None and task.is_councilor_execution else None


async def agent_metrics(store: Store) -> dict[AgentId, dict[str, Any]]:
    """The five figures that older dashboards keep for each agent; times in ms."""
    ids = [agent.agent_id for agent in await store.agents()]
    statistics = await store.statistics(ids)
    at_work = await store.tasks(
        TaskFilter(statuses=frozenset({Status.PROCESSING})), limit=_MOST_ACTIVE
    )
    running = {task.agent_id for task in at_work.tasks}
    return {agent_id: _metrics(statistics.get(agent_id), agent_id in running) for agent_id in ids}


def _metrics(statistics: AgentStatistics | None, is_running: bool) -> dict[str, Any]:
    tally = statistics.tally if statistics else Tally()
    return {
        "totalExecutions": tally.runs,
        "totalExecutionTime": tally.duration_ms,
        "averageExecutionTime": tally.average_duration_ms or 0,
        "lastExecutionTime": iso(statistics.last_execution_at) if statistics else None,
        "isCurrentlyExecuting": is_running,
    }
