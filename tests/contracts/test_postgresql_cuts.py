"""A PostgreSQL server that cannot be heard any more, and one that hears nothing of its client."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from conselho.errors import StoreUnavailable
from conselho.models.ids import AgentId
from conselho.store import Store, Submitted
from conselho.stores import open_store
from conselho.stores.sql import postgresql as executor
from tests.support import postgresql
from tests.support.factories import WORKER, make_task, one_event
from tests.support.network import Link, a_link
from tests.support.pool import NO_GRACE, Pool
from tests.support.stores import store_url

pytestmark = pytest.mark.skipif(
    postgresql.why_missing() is not None, reason=str(postgresql.why_missing())
)
DEADLINE = 60


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    async with store_url("postgresql", tmp_path) as where:
        yield where


@pytest.fixture
def link(url: str) -> Iterator[Link]:
    parts = sa.make_url(url)
    with a_link(str(parts.host), parts.port or 5432) as link:
        yield link


@pytest.fixture
async def near(url: str) -> AsyncIterator[Store]:
    store = await open_store(url)
    yield store
    await store.close()


@pytest.fixture
async def far(url: str, link: Link, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """A store behind the link, more impatient than usual."""
    monkeypatch.setattr(executor, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(executor, "VANISHED_SECONDS", 1)
    parts = sa.make_url(url).set(host="127.0.0.1", port=link.port)
    store = await open_store(parts.render_as_string(hide_password=False))
    yield store
    link.heal()
    await store.close()


async def test_a_server_that_does_not_answer_is_not_waited_for(far: Store, link: Link) -> None:
    await far.check()
    link.swallow()
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(StoreUnavailable, match="did not answer within 1 s"):
            await far.check()


async def test_a_store_goes_on_when_its_server_answers_again(far: Store, link: Link) -> None:
    link.swallow()
    with pytest.raises(StoreUnavailable):
        await far.check()
    link.heal()
    async with asyncio.timeout(DEADLINE):
        await far.check()


async def test_nobody_complains_of_what_a_cancelled_caller_did_not_hear(
    far: Store, link: Link
) -> None:
    complaints: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    link.swallow()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await far.check()
    link.cut()
    await far.close()  # waits for what it left
    gc.collect()
    assert not complaints


async def test_what_a_vanished_client_had_in_hand_is_let_go_of(
    far: Store, near: Store, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its locks would keep every other server from the same slot, and from all counters."""
    task = make_task(AgentId("ana"))
    link.swallow_after(task.idempotency_key.encode())
    lost = asyncio.ensure_future(far.submit([task], announce=one_event))
    async with asyncio.timeout(DEADLINE):
        await asyncio.to_thread(link.swallowed.wait, DEADLINE)
        monkeypatch.setattr(executor, "PATIENCE_SECONDS", DEADLINE)  # of the near one
        [submission] = await near.submit([task], announce=one_event)
        assert submission.result is Submitted.CREATED
        with pytest.raises(StoreUnavailable):
            await lost


async def test_a_claim_whose_commit_was_not_answered_is_given_back_and_begins(
    far: Store, near: Store, link: Link
) -> None:
    task = make_task(AgentId("ana"))
    await near.submit([task], announce=one_event)
    pool = Pool(far)
    await far.check()
    link.swallow_after(b"COMMIT;")  # not BEGIN ... READ COMMITTED
    async with asyncio.timeout(DEADLINE):
        with pytest.raises(StoreUnavailable):
            await pool.dispatcher.tick()
    [lost] = await near.held_by(WORKER)
    assert (lost.task_id, lost.fence) == (task.task_id, 1)

    link.heal()
    async with asyncio.timeout(DEADLINE):
        assert await pool.dispatcher.tick() == 1

    begun = await near.task(task.task_id)
    assert (begun.fence, begun.attempt) == (2, 1)
    await pool.dispatcher.drain(NO_GRACE)
