"""What a worker does by itself about leases that it could not renew."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from conselho.dispatchers.lease_watch import LeaseWatch
from conselho.models.ids import TaskId
from conselho.store import Held
from tests.support.clock import FakeClock

LEASE, RENEW = 12.0, 4.0


class Worker:
    """A watch over claims, and what became of them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.lost: list[str] = []
        self.told: list[float] = []
        self.watch = LeaseWatch(
            self.clock,
            lease=timedelta(seconds=LEASE),
            renew_every=timedelta(seconds=RENEW),
            lose=lambda claim: self.lost.append(claim.task_id),
            tell=self.told.append,
        )

    def claim(self, name: str) -> Held:
        claim = Held(task_id=TaskId(name), fence=1)
        self.watch.claimed([claim], since=self.watch.now())
        return claim


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker()
    watching = asyncio.ensure_future(worker.watch.run())
    yield worker
    watching.cancel()
    await asyncio.wait({watching})


async def test_a_run_is_given_up_when_its_lease_ends(worker: Worker) -> None:
    worker.claim("ana")
    await worker.clock.advance(LEASE - 0.1)
    assert worker.lost == []
    await worker.clock.advance(0.1)
    assert worker.lost == ["ana"]


async def test_a_renewal_counts_from_when_it_was_asked_for(worker: Worker) -> None:
    claim = worker.claim("ana")
    asked = worker.watch.now()
    await worker.clock.advance(RENEW)  # for so long the store did not answer
    worker.watch.renewed([claim], since=asked)
    await worker.clock.advance(LEASE - RENEW)
    assert worker.lost == ["ana"]


async def test_each_claim_has_its_own_end(worker: Worker) -> None:
    ana = worker.claim("ana")
    await worker.clock.advance(RENEW)
    bia = worker.claim("bia")
    worker.watch.renewed([ana], since=worker.watch.now())
    worker.watch.over(bia)
    await worker.clock.advance(LEASE - RENEW)
    assert worker.lost == []
    await worker.clock.advance(RENEW)
    assert worker.lost == ["ana"]


async def test_what_ended_while_it_was_renewed_is_not_watched_again(worker: Worker) -> None:
    claim = worker.claim("ana")
    worker.watch.over(claim)
    worker.watch.renewed([claim], since=worker.watch.now())
    await worker.clock.advance(2 * LEASE)
    assert worker.lost == []
    assert worker.told[-1] == 0


async def test_who_sees_to_a_hanging_process_knows_when_the_first_lease_ends(
    worker: Worker,
) -> None:
    worker.claim("ana")
    await worker.clock.advance(RENEW)
    worker.claim("bia")
    assert worker.told == [LEASE, LEASE - RENEW]
    await worker.clock.advance(LEASE - RENEW)
    assert worker.told[-1] == RENEW, "that of ana is given up"


async def test_after_a_pause_a_renewal_may_come_first(worker: Worker) -> None:
    claim = worker.claim("ana")
    await worker.clock.advance(RENEW)
    worker.clock.suspend(60)
    await worker.clock.advance(RENEW - 0.1)
    assert worker.lost == []
    worker.watch.renewed([claim], since=worker.watch.now())
    await worker.clock.advance(LEASE - 0.1)
    assert worker.lost == []


async def test_after_a_pause_that_cannot_be_made_good_the_run_is_given_up(worker: Worker) -> None:
    worker.claim("ana")
    await worker.clock.advance(RENEW)
    worker.clock.suspend(60)
    await worker.clock.advance(RENEW)
    assert worker.lost == ["ana"]
