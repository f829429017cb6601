"""What every AgentStore promises (conselho/store.py)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from conselho.errors import AlreadyExists, NotFound, StaleVersion
from conselho.models.agent import (
    Agent,
    CatchUp,
    CouncilorConfig,
    Customization,
    Notifications,
    OutputFormat,
    Overlap,
    Policies,
    TaskSpec,
)
from conselho.models.event import EventDraft, EventType
from conselho.models.ids import AgentId
from conselho.models.schedule import parse_schedule
from conselho.store import Store
from conselho.stores import open_store
from tests.support.clock import NOON
from tests.support.factories import ANA, BIA, make_agent

FULL = Agent(
    agent_id=ANA,
    name="Ana",
    emoji="🦉",
    description="Olha o código",
    instructions='Leia.\nRelate "tudo" \\ nada.',
    provider="claude",
    model="large",
    command=("sh", "-c", "true"),
    shell=True,
    cwd="/srv/project",
    tags=("quality", "segurança"),
    councilor_config=CouncilorConfig(
        title="Guardiã",
        schedule=parse_schedule("0 9 * * 1", enabled=False, timezone="America/Sao_Paulo"),
        task=TaskSpec(
            name="look",
            prompt="Look around.",
            context_files=("a.py",),
            output_format=OutputFormat.DETAILED,
        ),
        notifications=Notifications(on_success=True, channels=("toast", "panel")),
        policies=Policies(
            timeout_seconds=1.5,
            silence_timeout_seconds=2,
            max_attempts=3,
            overlap=Overlap.QUEUE,
            catch_up=CatchUp.NONE,
            max_cost_usd=0.5,
            permissions="full",
            evidence="optional",
        ),
    ),
    customization=Customization(display_name="Dona Ana", color="#a0b"),
    anchor_at=NOON + timedelta(microseconds=1),
    slots_from=NOON,
    source="council/ana.md",
    source_digest="abc",
    created_at=NOON,
    updated_at=NOON,
)


def updated(change: str, agent_id: AgentId = ANA) -> list[EventDraft]:
    return [EventDraft(type=EventType.UPDATED, agent_id=agent_id, data={"change": change})]


async def told(store: Store) -> list[str]:
    return [event.data["change"] for event in await store.events_after(0, limit=1000)]


@pytest.mark.parametrize(
    "agent",
    [FULL, make_agent(), make_agent(councilor_config=None, anchor_at=None, slots_from=None)],
    ids=["full", "councilor", "agent"],
)
async def test_an_agent_is_read_back_whole(store: Store, agent: Agent) -> None:
    await store.create_agent(agent, events=updated("promoted"))
    assert await store.agent(agent.agent_id) == agent
    assert await told(store) == ["promoted"]


async def test_an_id_exists_once(store: Store) -> None:
    await store.create_agent(make_agent(), events=[])
    with pytest.raises(AlreadyExists):
        await store.create_agent(make_agent(name="Another"), events=updated("promoted"))
    assert (await store.agent(ANA)).name == "Ana"
    assert await told(store) == []


async def test_saving_replaces_the_agent_and_counts_its_version(store: Store) -> None:
    await store.create_agent(make_agent(), events=[])
    changed = replace(FULL, version=1)
    saved = await store.save_agent(changed, events=updated("edited"))
    assert saved == replace(changed, version=2)
    assert await store.agent(ANA) == saved
    assert await told(store) == ["edited"]


async def test_a_change_to_an_older_version_is_refused(store: Store) -> None:
    agent = make_agent()
    await store.create_agent(agent, events=[])
    saved = await store.save_agent(replace(agent, name="First"), events=[])
    with pytest.raises(StaleVersion):
        await store.save_agent(replace(agent, name="Second"), events=updated("edited"))
    assert await store.agent(ANA) == saved
    assert await told(store) == []


async def test_of_two_changes_at_once_one_is_refused(url: str) -> None:
    stores = [await open_store(url) for _ in range(2)]
    agent = make_agent()
    await stores[0].create_agent(agent, events=[])
    results = await asyncio.gather(
        *(
            stores[n % 2].save_agent(replace(agent, name=str(n)), events=updated("edited"))
            for n in range(8)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, StaleVersion) for result in results) == 7
    [saved] = [result for result in results if isinstance(result, Agent)]
    assert await stores[1].agent(ANA) == saved
    assert await told(stores[0]) == ["edited"]
    for store in stores:
        await store.close()


async def test_a_deleted_agent_is_gone(store: Store) -> None:
    await store.create_agent(make_agent(), events=[])
    await store.delete_agent(ANA, now=NOON, events=updated("deleted"))
    with pytest.raises(NotFound):
        await store.agent(ANA)
    assert await told(store) == ["deleted"]
    await store.create_agent(make_agent(), events=[])


async def test_what_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        await store.agent(ANA)
    with pytest.raises(NotFound):
        await store.save_agent(make_agent(), events=updated("edited"))
    with pytest.raises(NotFound):
        await store.delete_agent(ANA, now=NOON, events=updated("deleted"))
    assert await told(store) == []


async def test_agents_are_listed_oldest_first(store: Store) -> None:
    younger = make_agent(AgentId("aaa"), created_at=NOON + timedelta(seconds=1))
    ana, bia = make_agent(councilor_config=None), make_agent(BIA)
    for agent in (younger, bia, ana):
        await store.create_agent(agent, events=[])
    assert await store.agents() == [ana, bia, younger]
    assert await store.agents(is_councilor=True) == [bia, younger]
    assert await store.agents(is_councilor=False) == [ana]
    demoted = await store.save_agent(replace(bia, councilor_config=None), events=[])
    assert await store.agents(is_councilor=False) == [ana, demoted]


async def test_hostile_text_in_an_agent_can_be_stored_and_sent(store: Store) -> None:
    agent = make_agent(name="a\x00b", instructions="half \ud83e a pair")
    await store.create_agent(agent, events=[])
    stored = await store.agent(ANA)
    assert stored.instructions == "half \ufffd a pair"
    stored.name.encode()
