"""Dispatch over a broker that Dramatiq speaks to: Redis or RabbitMQ.

    server: wake ─► Sender ─► broker ─► Receiver: worker ─► pool.offer ─► claim in the store
            look ──┘  (what waits unclaimed is sent again)

A message is the id of a Task, and the identity of the council that it is of; each queue of agents
is a queue of the broker, named by that identity too, so that councils may share a broker. It
carries news and decides nothing: what runs is what a claim in the store gives, so a message that
comes twice or late does nothing. It is acknowledged as soon as the claim is decided, not when the
run ends: from then on the lease watches over the run, and a broker that limits how long a message
may stay unacknowledged does not end it.
A message that was lost is sent again while its Task waits; and a worker looks in the store by
itself, seldom, so that without any broker runs come late, but come.
Source: docs/adr/0016-workers.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import dramatiq
import pika.exceptions
import redis
import structlog
from dramatiq.broker import Broker, Consumer
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import CurrentMessage, Middleware, MiddlewareError

from conselho.clock import Clock, sleep_unless
from conselho.config import redacted
from conselho.errors import BrokerUnavailable, StoreUnavailable
from conselho.models.ids import TASK_ID_PATTERN, TaskId
from conselho.models.task import Status, Task
from conselho.models.worker import Queue
from conselho.store import TaskStore, Waiting

log = structlog.get_logger(__name__)

# Of another worker that vanished: what it had fetched and not answered is given to others after
# HEARTBEAT_MS, by whom chance tells to look. Two in a hundred commands are one in some seconds.
HEARTBEAT_MS: Final = 15_000
MAINTENANCE_CHANCE: Final = 20_000  # of a million
# How long an idle consumer of Redis sleeps at most before it asks again.
IDLE_MS: Final = 200
# Messages are handed on within milliseconds; more threads would only fetch what others could run.
THREADS: Final = 2
SOCKET_SECONDS: Final = 5.0
CONNECT_TRIES: Final = 5
CONNECT_PAUSE_SECONDS: Final = 2.0
# RabbitMQ in an alarm takes a message and answers nothing, for as long as it lasts.
BLOCKED_SECONDS: Final = 10.0
HEARTBEAT_SECONDS: Final = 30
STOP_MS: Final = 5_000
CLOSE_SECONDS: Final = 5.0
AWAY_TOLD_SECONDS: Final = 60.0

LOOK_SECONDS: Final = 1.0
# In one look, of one queue: beyond these, the oldest go first.
RESENT_AT_ONCE: Final = 200
LONGEST_PAUSE: Final = timedelta(minutes=1)

_ACTOR: Final = "conselho_run"
_TROUBLES: Final = (
    dramatiq.errors.DramatiqError,
    MiddlewareError,
    redis.RedisError,
    pika.exceptions.AMQPError,
    OSError,
)


class Pool(Protocol):
    """What runs tasks in this process."""

    async def offer(self, task_id: TaskId) -> bool: ...

    def cancel(self, task_id: TaskId) -> None: ...


class Carrier:
    """Both directions of one process, over one broker."""

    def __init__(
        self,
        url: str,
        store: TaskStore,
        clock: Clock,
        *,
        council: str,
        queues: Collection[Queue],
        resend_after: timedelta,
        live_queues: Callable[[], Awaitable[Collection[Queue]]],
        pool: Pool,
    ) -> None:
        """`queues` are those that `pool` serves; the rest as in Sender."""
        self._url = url
        self._clock = clock
        self._broker = open_broker(url)
        self.sender = Sender(
            self._broker,
            store,
            clock,
            council=council,
            resend_after=resend_after,
            live_queues=live_queues,
            cancel_here=pool.cancel,
        )
        self._receiver = Receiver(self._broker, council=council, queues=queues, offer=pool.offer)

    async def connect(self) -> None:
        """Wait until the broker answers. Raises BrokerUnavailable after some tries."""
        await connect(self._broker, self._url, self._clock)

    async def receive(self) -> None:
        """Offer what the broker brings to the pool from now on."""
        await self._receiver.start()

    async def stop_receiving(self) -> None:
        """Fetch nothing more; what is at hand goes back. Close the pool before."""
        await self._receiver.stop()

    async def close(self) -> None:
        """Let go of the broker."""
        if not await self.sender.close():
            # Its connection is in use, and no other thread may touch it; it ends with the process.
            log.warning("broker.not_closed", reason="a message is still on its way out")
            return
        with contextlib.suppress(*_TROUBLES):
            await asyncio.to_thread(self._broker.close)


def open_broker(url: str) -> Broker:
    """The broker at this URL; nothing is connected yet. No message is tried again by it."""
    if urlsplit(url).scheme in ("redis", "rediss"):
        client = redis.Redis.from_url(
            url,
            socket_timeout=SOCKET_SECONDS,
            socket_connect_timeout=SOCKET_SECONDS,
            health_check_interval=15,
        )
        broker: Broker = _Redis(  # type: ignore[no-untyped-call]
            client=client,
            middleware=[CurrentMessage()],
            namespace="conselho",
            maintenance_chance=MAINTENANCE_CHANCE,
            heartbeat_timeout=HEARTBEAT_MS,
        )
    else:
        rabbitmq = _Rabbitmq(url=url, middleware=[CurrentMessage()], confirm_delivery=True)
        _bound(rabbitmq.parameters)
        broker = rabbitmq
    return broker


def _bound(parameters: Any) -> None:
    """Where the URL does not say how long a silent RabbitMQ is waited for."""
    for one in parameters if isinstance(parameters, list) else [parameters]:
        if one.blocked_connection_timeout is None:
            one.blocked_connection_timeout = BLOCKED_SECONDS
        if one.heartbeat is None:
            one.heartbeat = HEARTBEAT_SECONDS


async def connect(broker: Broker, url: str, clock: Clock) -> None:
    """Wait until the broker answers. Raises BrokerUnavailable after some tries."""
    for attempt in range(1, CONNECT_TRIES + 1):
        try:
            await asyncio.to_thread(_knock, broker)
            return
        except _TROUBLES as error:
            reason = f"{redacted(url)} does not answer ({_told(error)}); see broker_url"
            if attempt == CONNECT_TRIES:
                raise BrokerUnavailable(reason) from error
            log.warning("broker.not_there_yet", attempt=attempt, reason=reason)
            await clock.sleep(CONNECT_PAUSE_SECONDS)


def _knock(broker: Broker) -> None:
    if isinstance(broker, RedisBroker):
        broker.client.ping()
    elif isinstance(broker, RabbitmqBroker):
        # The connection belongs to this thread, which is gone in a moment.
        del broker.connection
        broker.connection  # noqa: B018 - made when it is asked for
        del broker.connection


def broker_queue(queue: Queue, council: str) -> str:
    """The broker's queue for a queue of agents of one council."""
    # Never ends with .DQ or .XQ, which mean more to Dramatiq.
    return f"conselho.{council}.tasks" if queue is None else f"conselho.{council}.{queue}.tasks"


class _Reading(threading.local):
    """What this thread reads from: each consumer has a thread of its own."""

    queue = ""


_reading = _Reading()


class _OfItsQueue(Consumer):
    """A consumer whose messages are of its queue, whatever they say.

    Dramatiq has a message answered by the consumer of the queue that it names. One that names
    another, or none, would stay unanswered here, and few of them would be all that may.
    """

    def __init__(self, consumer: Consumer, queue: str) -> None:
        self._consumer = consumer
        self._queue = queue

    def __next__(self) -> Any:
        _reading.queue = self._queue
        return next(self._consumer)

    def ack(self, message: Any) -> None:
        self._consumer.ack(message)

    def nack(self, message: Any) -> None:
        self._consumer.nack(message)

    def requeue(self, messages: Iterable[Any]) -> None:
        self._consumer.requeue(messages)

    def close(self) -> None:
        self._consumer.close()


class _Redis(RedisBroker):
    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5_000) -> Consumer:
        return _OfItsQueue(super().consume(queue_name, prefetch, timeout), queue_name)


class _Rabbitmq(RabbitmqBroker):
    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5_000) -> Consumer:
        return _OfItsQueue(super().consume(queue_name, prefetch, timeout), queue_name)


class _Encoder(dramatiq.Encoder):
    """JSON that never fails: what is no message of ours is read as one that names no Task.

    Whoever may write to the broker may write anything. Dramatiq would stop a consumer over a body
    that it cannot read, be given it again, and go on like that.
    """

    def encode(self, data: dict[str, Any]) -> bytes:
        return json.dumps(data, separators=(",", ":")).encode()

    def decode(self, data: bytes) -> dict[str, Any]:
        try:
            fields = json.loads(data)
        except (ValueError, RecursionError):  # the latter for what is nested without end
            fields = None
        fields = fields if isinstance(fields, dict) else {}
        args, options = fields.get("args"), fields.get("options")
        is_ours = isinstance(args, list) and len(args) == 2
        # By this one Redis finds the message that is answered; no other option has a use here.
        known = options.get("redis_message_id") if isinstance(options, dict) else None
        return {
            "queue_name": _reading.queue,
            "actor_name": _ACTOR,
            "args": args if is_ours else [None, None],
            "kwargs": {},
            "options": {"redis_message_id": known if isinstance(known, str) else ""},
        }


class _Log(logging.Handler):
    """What Dramatiq says, in our words: each of its threads cries every few seconds that the broker
    is away, with a traceback for a time-out, while runs go on.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._told_at: float | None = None

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if "connection error" not in record.getMessage() and not isinstance(error, _TROUBLES):
            log.error("broker.library", said=record.getMessage(), exc_info=record.exc_info)
            return
        now = time.monotonic()
        if self._told_at is None or now - self._told_at >= AWAY_TOLD_SECONDS:
            self._told_at = now
            log.warning("broker.away", reason=_told(error) if error else record.getMessage())


def _listen_to_library() -> None:
    its = logging.getLogger("dramatiq")
    if not any(isinstance(handler, _Log) for handler in its.handlers):
        its.addHandler(_Log())
        its.propagate = False


@dataclass(slots=True)
class _Sent:
    at: datetime
    times: int


class _Closing(Middleware):
    """Once set, nothing more is sent: the broker's own tries, six for a message, end as well."""

    def __init__(self) -> None:
        self.is_set = False

    def before_enqueue(self, *_: object) -> None:
        if self.is_set:
            raise MiddlewareError("this process stops")


class Sender:
    """Implements conselho.dispatch.Dispatcher by messages; docstrings there."""

    def __init__(
        self,
        broker: Broker,
        store: TaskStore,
        clock: Clock,
        *,
        council: str,
        resend_after: timedelta,
        live_queues: Callable[[], Awaitable[Collection[Queue]]],
        cancel_here: Callable[[TaskId], None] = lambda _: None,
    ) -> None:
        """`council` is the identity of the store. `live_queues`: those that somebody serves.

        `cancel_here` is told of cancels, for the runs of this process.
        """
        self._broker = broker
        self._store = store
        self._clock = clock
        self._council = council
        self._resend_after = resend_after
        self._live_queues = live_queues
        self._cancel_here = cancel_here
        self._outgoing: deque[tuple[TaskId, Queue]] = deque()
        self._woken = asyncio.Event()
        # Kept, and forgotten again, only by who looks.
        self._sent: dict[TaskId, _Sent] = {}
        self._looks = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="broker-sender")
        self._sending: set[asyncio.Future[int]] = set()
        self._closing = _Closing()
        broker.add_middleware(self._closing)
        self._trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why the last message could not be sent; None when it was."""
        return self._trouble

    def wake(self, tasks: Sequence[Task] = ()) -> None:
        now = self._clock.now()
        for task in tasks:
            if task.status is Status.PENDING and task.not_before <= now:
                self._outgoing.append((task.task_id, task.queue))
        self._woken.set()

    def cancel(self, task_id: TaskId) -> None:
        self._cancel_here(task_id)

    async def run(self) -> None:
        """Send what was woken for, at once, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self.flush()

    async def flush(self) -> int:
        """Send what is to go out; how many messages that was. What fails is found by a look."""
        count = 0
        while self._outgoing:
            batch = [self._outgoing.popleft() for _ in range(len(self._outgoing))]
            count += await self._send(batch)
        return count

    async def watch(self) -> None:
        """Look for what waits unclaimed until cancelled."""
        never = asyncio.Event()
        while True:
            try:
                await self.look(self._clock.now())
            except StoreUnavailable as error:
                log.warning("broker.store_unavailable", reason=error.reason)
            await sleep_unless(never, self._clock, LOOK_SECONDS)

    async def look(self, now: datetime) -> int:
        """Send for the due tasks that nobody claims; how many messages that was.

        One that was not due when it was stored is sent as soon as it is; another when it waits
        longer than it takes to be claimed: its message was lost, or it had no room and was let go.
        Again after twice the time, and so on, up to a minute. Raises StoreUnavailable.
        """
        self._looks = True
        waiting = await self._waiting(now)
        due = [one for one in waiting if now >= self._next(one)]
        self._forget({one.task_id for one in waiting}, now)
        return await self._send([(one.task_id, one.queue) for one in due])

    async def _waiting(self, now: datetime) -> list[Waiting]:
        """What is due in queues that somebody serves; of very many in one, the oldest."""
        queues = await self._live_queues()
        found = await self._store.waiting(now=now, queues=queues, limit=RESENT_AT_ONCE)
        if len(found) < RESENT_AT_ONCE:
            return found
        # Those of one queue, waiting for its few workers, must not hide what another one lost.
        each = [
            await self._store.waiting(now=now, queues=[queue], limit=RESENT_AT_ONCE)
            for queue in queues
        ]
        return [one for of_queue in each for one in of_queue]

    def _next(self, waiting: Waiting) -> datetime:
        """When it is to be sent for."""
        sent = self._sent.get(waiting.task_id)
        if sent is None:
            return waiting.since + (timedelta(0) if waiting.deferred else self._resend_after)
        pause: timedelta = self._resend_after * 2.0 ** min(sent.times - 1, 10)
        return max(sent.at, waiting.since) + min(pause, LONGEST_PAUSE)

    def _forget(self, waiting: Collection[TaskId], now: datetime) -> None:
        """What does not wait any more, and did not for a while: it may come back to wait."""
        for task_id, sent in list(self._sent.items()):
            if task_id not in waiting and now - sent.at > LONGEST_PAUSE:
                del self._sent[task_id]

    async def _send(self, messages: Sequence[tuple[TaskId, Queue]]) -> int:
        if not messages:
            return 0
        loop = asyncio.get_running_loop()
        sending = loop.run_in_executor(self._thread, self._enqueue, messages)
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        # Who stops waits for the thread, which goes on when this caller is cancelled.
        failed = await asyncio.shield(sending)
        now = self._clock.now()
        sent = messages[: len(messages) - failed]
        for task_id, _ in sent if self._looks else ():
            known = self._sent.setdefault(task_id, _Sent(now, 0))
            known.at, known.times = now, known.times + 1
        return len(sent)

    def _enqueue(self, messages: Iterable[tuple[TaskId, Queue]]) -> int:
        """Send in order; how many, from the first that failed on, were not."""
        left = deque(messages)
        while left:
            task_id, queue = left[0]
            try:
                self._broker.enqueue(_message(task_id, queue, self._council))
            except _TROUBLES as error:
                if self._trouble is None:
                    log.warning("broker.not_told", reason=_told(error), messages=len(left))
                self._trouble = _told(error)
                return len(left)
            left.popleft()
        if self._trouble is not None:
            log.info("broker.told_again")
            self._trouble = None
        return 0

    async def close(self) -> bool:
        """Let go of the thread; False when it is still at a message after CLOSE_SECONDS.

        What is not sent is found by a look of another server.
        """
        self._closing.is_set = True
        self._thread.shutdown(wait=False, cancel_futures=True)
        if not self._sending:
            return True
        _, late = await asyncio.wait(self._sending, timeout=CLOSE_SECONDS)
        return not late


class Receiver:
    """Takes messages off the broker and offers their tasks to the pool of this process."""

    def __init__(
        self,
        broker: Broker,
        *,
        council: str,
        queues: Collection[Queue],
        offer: Callable[[TaskId], Awaitable[bool]],
    ) -> None:
        self._broker = broker
        self._council = council
        self._queues = {broker_queue(queue, council): queue for queue in queues}
        self._offer = offer
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: dramatiq.Worker | None = None
        self._told_of: set[str] = set()
        self._telling = threading.Lock()

    async def start(self) -> None:
        """Listen, in threads of its own; they hand on to this loop."""
        self._loop = asyncio.get_running_loop()
        _listen_to_library()
        # One for the process, as one process has one receiver.
        dramatiq.set_encoder(_Encoder())
        for name in self._queues:
            self._broker.declare_queue(name)
        make_actor = dramatiq.actor(
            actor_name=_ACTOR, queue_name=next(iter(self._queues)), broker=self._broker
        )
        make_actor(self._take)
        self._worker = dramatiq.Worker(self._broker, worker_timeout=IDLE_MS, worker_threads=THREADS)
        # One at work and one at hand: what a full worker fetched, no other can run.
        self._worker.queue_prefetch = THREADS
        await asyncio.to_thread(self._worker.start)

    async def stop(self) -> None:
        """Fetch nothing more; messages that are at hand go back to the broker."""
        if self._worker is None:
            return
        try:
            await asyncio.to_thread(self._worker.stop, STOP_MS)
        except _TROUBLES as error:
            # What was at hand is sent again, or comes back once this process counts as gone.
            log.warning("broker.not_handed_back", reason=_told(error))
        self._worker = None

    def _take(self, task_id: object, council: object) -> None:
        """One message, in a thread of Dramatiq: returning acknowledges it, whatever came of it."""
        if not isinstance(task_id, str) or not TASK_ID_PATTERN.fullmatch(task_id):
            self._tell_once("malformed", "a message that names no task was dropped")
            return
        if council != self._council:
            self._tell_once(
                "council",
                "a message of another council was dropped: somebody else than its servers put it"
                " into a queue of this council",
            )
            return
        assert self._loop is not None
        taken = asyncio.run_coroutine_threadsafe(self._offered(TaskId(task_id)), self._loop)
        if not taken.result():
            self._hand_back(TaskId(task_id))

    def _hand_back(self, task_id: TaskId) -> None:
        """Let another worker have it: this one stops."""
        message = CurrentMessage.get_current_message()
        queue = self._queues.get(message.queue_name) if message is not None else None
        try:
            self._broker.enqueue(_message(task_id, queue, self._council))
        except _TROUBLES as error:
            log.warning("broker.message_let_go", task_id=task_id, reason=_told(error))

    async def _offered(self, task_id: TaskId) -> bool:
        try:
            return await self._offer(task_id)
        except StoreUnavailable as error:
            # It is sent again, or found by looking, once the store answers.
            log.warning("broker.message_let_go", task_id=task_id, reason=error.reason)
            return True

    def _tell_once(self, what: str, sentence: str) -> None:
        """What a stranger writes must not fill the log."""
        with self._telling:
            if what not in self._told_of:
                self._told_of.add(what)
                log.warning("broker.message_dropped", reason=sentence)


def _message(task_id: TaskId, queue: Queue, council: str) -> dramatiq.Message[Any]:
    return dramatiq.Message(
        queue_name=broker_queue(queue, council),
        actor_name=_ACTOR,
        args=(task_id, council),
        kwargs={},
        options={},
    )


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
