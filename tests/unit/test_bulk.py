"""Pause, resume and run for several councilors at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conselho.buses.local import LocalBus
from conselho.errors import NotFound
from conselho.services.bulk import Bulk
from conselho.services.council import Council
from conselho.services.executions import Executions
from conselho.services.selection import SelectionForm
from conselho.store import Store
from tests.support.clock import FakeClock
from tests.support.factories import make_councilor
from tests.support.stores import open_store

ALL = SelectionForm(all=True)
NIGHTLY = SelectionForm(tag="nightly")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        for agent_id, tags in (("ana", ()), ("bia", ("nightly",)), ("caio", ("nightly",))):
            await store.create_agent(make_councilor(agent_id, tags=tags), events=[])
        yield store


class Dispatcher:
    """One that starts nothing: what is submitted stays pending."""

    def wake(self, tasks: object = ()) -> None: ...

    def cancel(self, task_id: str) -> None: ...


@pytest.fixture
def council(store: Store) -> Council:
    return Council(store, FakeClock(), known_providers=["command"])


@pytest.fixture
def bulk(store: Store, council: Council) -> Bulk:
    return Bulk(store, council, Executions(store, LocalBus(), Dispatcher(), FakeClock()))


async def paused(store: Store) -> list[str]:
    return [one.agent_id for one in await store.agents() if not one.is_due_sometimes]


async def test_those_paused_together_come_back_together(bulk: Bulk, store: Store) -> None:
    done = await bulk.pause(NIGHTLY)
    assert (done.changed, done.unchanged) == (["bia", "caio"], [])
    assert await paused(store) == ["bia", "caio"]

    again = await bulk.pause(ALL)
    assert (again.changed, again.unchanged) == (["ana"], ["bia", "caio"])

    back = await bulk.resume(ALL)
    assert (back.changed, back.still_paused) == (["ana", "bia", "caio"], [])
    assert await paused(store) == []


async def test_who_was_paused_alone_stays_so_and_is_named(
    bulk: Bulk, council: Council, store: Store
) -> None:
    await council.set_enabled((await store.agents())[1].agent_id, False)
    assert (await bulk.pause(ALL)).unchanged == ["bia"]

    back = await bulk.resume(ALL)
    assert (back.changed, back.unchanged, back.still_paused) == (["ana", "caio"], ["bia"], ["bia"])
    assert await paused(store) == ["bia"]

    assert (await bulk.resume(ALL, include_single=True)).changed == ["bia"]
    assert await paused(store) == []


async def test_a_pause_of_its_own_takes_one_out_of_the_bulk(
    bulk: Bulk, council: Council, store: Store
) -> None:
    await bulk.pause(ALL)
    await council.set_enabled((await store.agents())[1].agent_id, False)

    assert (await bulk.resume(ALL)).still_paused == ["bia"]


async def test_a_resume_of_its_own_ends_the_bulk_for_one(
    bulk: Bulk, council: Council, store: Store
) -> None:
    await bulk.pause(ALL)
    bia = (await store.agents())[1].agent_id
    assert (await council.set_enabled(bia, True)).paused_in_bulk is False
    await council.set_enabled(bia, False)

    assert (await bulk.resume(ALL)).still_paused == ["bia"]


async def test_a_run_of_all_starts_who_is_free_and_names_the_others(bulk: Bulk) -> None:
    first = await bulk.run(SelectionForm(agent_ids=("bia",)))
    [(_, busy)] = first.started

    done = await bulk.run(ALL)

    assert [agent_id for agent_id, _ in done.started] == ["ana", "caio"]
    [refused] = done.refused
    assert (refused.agent_id, busy in refused.detail) == ("bia", True)


async def test_nothing_changes_when_one_is_not_there(bulk: Bulk, store: Store) -> None:
    for asked in (bulk.pause, bulk.resume, bulk.run):
        with pytest.raises(NotFound, match="'zoe'"):
            await asked(SelectionForm(agent_ids=("ana", "zoe")))
    assert await paused(store) == []
