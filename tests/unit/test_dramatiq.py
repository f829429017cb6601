"""Messages over a real Redis: what is sent, when again, and what a receiver makes of them."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Collection, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from structlog.testing import capture_logs

from conselho.errors import BrokerUnavailable, StoreUnavailable
from conselho.models.ids import AgentId, TaskId
from conselho.models.task import Task
from conselho.models.worker import Queue
from conselho.store import Held, Store
from conselho.stores.sql import open_sql_store
from tests.support.clock import NOON, FakeClock
from tests.support.factories import LEASE, WORKER, make_task, one_event
from tests.support.redis import RedisServer, running_redis
from tests.support.server import free_port

pytest.importorskip("dramatiq", reason="dramatiq is not installed: no broker is tested")

from dramatiq.middleware import Middleware

from conselho.dispatchers import dramatiq as dispatchers
from conselho.dispatchers.dramatiq import (
    BLOCKED_SECONDS,
    CONNECT_TRIES,
    HEARTBEAT_SECONDS,
    LONGEST_PAUSE,
    RESENT_AT_ONCE,
    Receiver,
    Sender,
    broker_queue,
    connect,
    open_broker,
)

DEADLINE = 30
SECOND = timedelta(seconds=1)
RESEND = 5 * SECOND
COUNCIL = "council-a"


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_sql_store(f"sqlite:///{tmp_path / 'conselho.db'}")
    yield store
    await store.close()


class Post:
    """A sender at noon, and a receiver that takes down what it is offered."""

    def __init__(self, store: Store, url: str, *, council: str = COUNCIL) -> None:
        self.store = store
        self._council = council
        self.clock = FakeClock()
        self.broker = open_broker(url)
        self.client = Redis.from_url(url)
        self._url = url
        self.live: Collection[Queue] = (None, "gpu")
        self.taken: list[TaskId] = []
        self.answer: bool | Exception = True
        self._news = asyncio.Event()
        self.sender = Sender(
            self.broker,
            store,
            self.clock,
            council=council,
            resend_after=RESEND,
            live_queues=self._live_queues,
        )
        self.receivers: list[Receiver] = []

    async def _live_queues(self) -> Collection[Queue]:
        return self.live

    async def receive(self, *queues: Queue) -> Receiver:
        receiver = Receiver(
            open_broker(self._url), council=self._council, queues=queues, offer=self._offer
        )
        self.receivers.append(receiver)
        await receiver.start()
        return receiver

    async def _offer(self, task_id: TaskId) -> bool:
        self.taken.append(task_id)
        self._news.set()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def until(self, *taken: Task) -> None:
        """Wait until these tasks were offered, each once."""
        async with asyncio.timeout(DEADLINE):
            while len(self.taken) < len(taken):
                self._news.clear()
                await self._news.wait()
        assert sorted(self.taken) == sorted(task.task_id for task in taken)
        self.taken.clear()

    async def submit(self, name: str, queue: Queue = None, **fields: object) -> Task:
        task = replace(make_task(AgentId(name)), queue=queue, **fields)  # type: ignore[arg-type]
        await self.store.submit([task], announce=one_event)
        return task

    def waiting(self, queue: Queue = None) -> int:
        """How many messages are in the broker."""
        count: int = self.client.llen(f"conselho:{broker_queue(queue, self._council)}")
        return count

    def kept(self) -> int:
        """How many messages nobody has answered."""
        count: int = self.client.hlen(f"conselho:{broker_queue(None, self._council)}.msgs")
        return count

    async def close(self) -> None:
        for receiver in self.receivers:
            await receiver.stop()
        await self.sender.close()
        self.client.flushall()
        self.client.close()
        self.broker.close()


@pytest.fixture
async def post(store: Store, server: RedisServer) -> AsyncIterator[Post]:
    post = Post(store, server.url)
    yield post
    await post.close()


class TestSending:
    async def test_what_is_due_is_sent_at_once_to_its_queue(self, post: Post) -> None:
        due = await post.submit("ana")
        routed = await post.submit("bia", "gpu")
        later = await post.submit("caio", not_before=NOON + SECOND)
        post.sender.wake([due, routed, later])
        assert await post.sender.flush() == 2
        assert (post.waiting(), post.waiting("gpu")) == (1, 1)
        await post.receive(None, "gpu")
        await post.until(due, routed)

    async def test_a_receiver_takes_only_what_is_of_its_queues(self, post: Post) -> None:
        due, routed = await post.submit("ana"), await post.submit("bia", "gpu")
        post.sender.wake([due, routed])
        await post.sender.flush()
        await post.receive("gpu")
        await post.until(routed)
        assert post.waiting() == 1

    @pytest.mark.parametrize("name", ["x.DQ", "x.XQ", "tasks", "a.b"])
    async def test_a_queue_may_have_any_name(self, post: Post, name: str) -> None:
        task = await post.submit("ana", name)
        post.sender.wake([task])
        await post.sender.flush()
        await post.receive(name)
        await post.until(task)

    async def test_who_never_looks_remembers_nothing(self, post: Post) -> None:
        tasks = [await post.submit(f"a{n}") for n in range(3)]
        post.sender.wake(tasks)
        await post.sender.flush()
        assert post.sender._sent == {}
        await post.sender.look(NOON)
        post.sender.wake(tasks)
        await post.sender.flush()
        assert await post.sender.look(NOON + RESEND - SECOND) == 0
        for task in tasks:
            await post.store.cancel(task.task_id, now=NOON, announce=one_event)
        await post.sender.look(NOON + LONGEST_PAUSE + SECOND)
        assert post.sender._sent == {}


class TestSendingAgain:
    async def test_what_waits_unclaimed_is_sent_again_and_ever_more_seldom(
        self, post: Post
    ) -> None:
        await post.submit("ana")
        assert await post.sender.look(NOON + RESEND - SECOND) == 0, "it may be on its way"
        sent = 0
        for seconds in range(5, 600):
            post.clock.jump(seconds - (post.clock.now() - NOON).total_seconds())
            sent += await post.sender.look(post.clock.now())
        # After 5 s, then 5, 10, 20, 40, and 60 from then on.
        assert sent == 5 + (600 - 80 - 1) // LONGEST_PAUSE.seconds
        assert post.waiting() == sent

    async def test_what_comes_back_or_was_not_due_is_sent_when_it_is(self, post: Post) -> None:
        await post.submit("ana", not_before=NOON + SECOND)
        again = await post.submit("bia", max_attempts=2)
        [claimed] = await post.store.claim(
            WORKER, now=NOON, limit=1, lease=LEASE, announce=one_event, only=[again.task_id]
        )
        await post.store.retry(
            Held(task_id=again.task_id, fence=claimed.fence), not_before=NOON + 2 * SECOND,
            error_kind="exit", error="", now=NOON, announce=one_event,
        )  # fmt: skip
        assert [await post.sender.look(NOON + n * SECOND) for n in range(4)] == [0, 1, 1, 0]

    async def test_nothing_is_sent_to_a_queue_that_nobody_serves(self, post: Post) -> None:
        await post.submit("ana", "mac")
        assert await post.sender.look(NOON + RESEND) == 0
        post.live = ("mac",)
        assert await post.sender.look(NOON + RESEND) == 1

    async def test_of_very_many_the_oldest_are_sent(self, post: Post) -> None:
        tasks = [make_task(AgentId(f"a{n}")) for n in range(RESENT_AT_ONCE + 1)]
        await post.store.submit(tasks, announce=one_event)
        assert await post.sender.look(NOON + RESEND) == RESENT_AT_ONCE

    async def test_very_many_in_one_queue_hide_nothing_of_another(self, post: Post) -> None:
        tasks = [replace(make_task(AgentId(f"a{n}")), queue="gpu") for n in range(RESENT_AT_ONCE)]
        await post.store.submit(tasks, announce=one_event)
        await post.submit("bia", created_at=NOON + SECOND, not_before=NOON + SECOND)
        assert await post.sender.look(NOON + SECOND + RESEND) == RESENT_AT_ONCE + 1
        assert post.waiting() == 1


class TestReceiving:
    async def test_what_is_refused_goes_back_to_the_others(self, post: Post) -> None:
        task = await post.submit("ana")
        post.sender.wake([task])
        await post.sender.flush()
        post.answer = False
        stopping = await post.receive(None)
        async with asyncio.timeout(DEADLINE):
            while not post.taken:  # noqa: ASYNC110 - a thread tells nobody
                await asyncio.sleep(0.01)
        await stopping.stop()
        post.taken.clear()
        post.answer = True
        await post.receive(None)
        await post.until(task)

    async def test_a_store_that_is_away_costs_a_message_and_no_thread(self, post: Post) -> None:
        lost, next_one = await post.submit("ana"), await post.submit("bia")
        await post.receive(None)
        post.answer = StoreUnavailable("it is gone")
        post.sender.wake([lost])
        await post.sender.flush()
        await post.until(lost)
        post.answer = True
        post.sender.wake([next_one])
        await post.sender.flush()
        await post.until(next_one)

    async def test_strange_messages_in_any_queue_leave_room_for_ours(self, post: Post) -> None:
        """More of them than may be unanswered at one time."""
        for queue in (None, "gpu", "mac"):
            name = f"conselho:{broker_queue(queue, COUNCIL)}"
            for number, body in enumerate(("{", "[" * 100_000, '{"queue_name":"nowhere"}', "7")):
                post.client.hset(f"{name}.msgs", f"strange-{number}", body)
                post.client.rpush(name, f"strange-{number}")
        tasks = [await post.submit(f"of-{queue}", queue) for queue in (None, "gpu", "mac")]
        post.sender.wake(tasks)
        await post.sender.flush()
        with capture_logs() as logs:
            await post.receive(None, "gpu", "mac")
            await post.until(*tasks)
        assert [one["event"] for one in logs] == ["broker.message_dropped"], "and no trouble"

    async def test_councils_on_one_broker_hear_nothing_of_each_other(
        self, post: Post, server: RedisServer, tmp_path: Path
    ) -> None:
        """Both serve queues of the same names."""
        (tmp_path / "b").mkdir()
        store = await open_sql_store(f"sqlite:///{tmp_path / 'b' / 'conselho.db'}")
        other = Post(store, server.url, council="council-b")
        own = [await post.submit(f"a{n}", queue) for n in range(3) for queue in (None, "gpu")]
        others = [await other.submit(f"b{n}", queue) for n in range(3) for queue in (None, "gpu")]
        for one, tasks in ((post, own), (other, others)):
            one.sender.wake(tasks)
            await one.sender.flush()

        receiver = await other.receive(None, "gpu")
        await other.until(*others)
        await receiver.stop()

        assert (post.waiting(), post.waiting("gpu")) == (3, 3)
        await post.receive(None, "gpu")
        await post.until(*own)
        await other.close()
        await store.close()

    async def test_a_message_that_names_another_council_is_dropped(self, post: Post) -> None:
        task = await post.submit("ana")
        await post.receive(None)
        message = dispatchers._message(task.task_id, None, COUNCIL)
        post.broker.enqueue(message.copy(args=(task.task_id, "council-b")))
        async with asyncio.timeout(DEADLINE):
            while post.kept():  # noqa: ASYNC110 - nobody tells of an answer
                await asyncio.sleep(0.01)
        assert post.taken == []


class TestAway:
    async def test_a_broker_that_is_away_is_told_and_looked_past(
        self, store: Store, server: RedisServer
    ) -> None:
        with running_redis() as own:
            post = Post(store, own.url)
            task = await post.submit("ana")
            own.kill()
            post.sender.wake([task])
            assert await post.sender.flush() == 0
            trouble = post.sender.trouble
            assert trouble is not None
            assert "Connection" in trouble
            own.start()
            assert await post.sender.look(NOON + RESEND) == 1
            assert post.sender.trouble is None
            await post.close()

    async def test_a_start_waits_for_it_a_while(self) -> None:
        url = f"redis://:s3cret@127.0.0.1:{free_port()}/0"
        clock = FakeClock()
        waiting = asyncio.ensure_future(connect(open_broker(url), url, clock))
        async with asyncio.timeout(DEADLINE):
            for _ in range(CONNECT_TRIES - 1):
                await clock.until_asleep()
                await clock.advance(2)
            with pytest.raises(BrokerUnavailable, match="does not answer") as refused:
                await waiting
        assert "s3cret" not in str(refused.value)


class TestStopping:
    async def test_a_broker_that_answers_nothing_holds_up_no_stop(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(dispatchers, "CLOSE_SECONDS", 0.05)
        with running_redis() as own:
            post = Post(store, own.url)
            tasks = [await post.submit("ana"), await post.submit("bia")]
            begun = _Begun()
            post.broker.add_middleware(begun)
            own.signal(signal.SIGSTOP)
            post.sender.wake(tasks)
            sending = asyncio.ensure_future(post.sender.flush())
            assert await asyncio.to_thread(begun.is_so.wait, DEADLINE)
            # As a stop does it: the loops are cancelled before.
            sending.cancel()
            await asyncio.wait({sending}, timeout=DEADLINE)
            assert await post.sender.close() is False
            own.signal(signal.SIGCONT)
            await asyncio.to_thread(post.sender._thread.shutdown)
            assert post.waiting() == 1, "the second one is not begun"
            await post.close()

    def test_a_rabbitmq_in_an_alarm_is_not_waited_for_without_end(self) -> None:
        assert _waits(open_broker("amqp://h")) == [(BLOCKED_SECONDS, HEARTBEAT_SECONDS)]
        given = "amqp://h?blocked_connection_timeout=3&heartbeat=0"
        assert _waits(open_broker(f"{given};{given}")) == [(3, 0)] * 2


class _Begun(Middleware):
    """Whether a message is on its way out."""

    def __init__(self) -> None:
        self.is_so = threading.Event()

    def before_enqueue(self, *_: object) -> None:
        self.is_so.set()


def _waits(broker: Any) -> list[tuple[float, int]]:
    parameters = broker.parameters
    several = parameters if isinstance(parameters, list) else [parameters]
    return [(one.blocked_connection_timeout, one.heartbeat) for one in several]
