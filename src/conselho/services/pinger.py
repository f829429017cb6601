"""Calls the dead-man switches outside: at each start and end of a run, where a councilor has one.

    bus -> follow -> per councilor: the newest few, in order -> HTTP, a few at a time

A switch that does not answer holds up no run and no other councilor. What is written to it is one
line: who reads it there is not one of ours.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit, urlunsplit

import structlog

from conselho import __version__
from conselho.bus import EventBus
from conselho.clock import Clock
from conselho.errors import NotFound, StoreUnavailable
from conselho.models.event import Event, EventType
from conselho.models.ids import AgentId, TaskId, WorkerId
from conselho.models.task import ErrorKind, Status
from conselho.models.verdict import Severity
from conselho.store import AgentStore

if TYPE_CHECKING:
    from httpx import AsyncClient

log = structlog.get_logger(__name__)

TIMEOUT_SECONDS: Final = 5.0
# Between the three tries.
BACKOFF_SECONDS: Final = (1.0, 3.0)
AT_ONCE: Final = 16
# Older ones say nothing any more: the switch wants to know how things stand.
WAITING_PER_COUNCILOR: Final = 4
BODY_BYTES: Final = 1_024

START, END, FAIL = "/start", "", "/fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """One call: `suffix` goes behind the path of the councilor's address."""

    task_id: TaskId
    agent_id: AgentId
    suffix: str
    body: str = ""


class Pinger:
    """Follows the bus and calls the switches of the runs that this server's workers own."""

    def __init__(
        self,
        agents: AgentStore,
        clock: Clock,
        *,
        worker: WorkerId,
        family: tuple[str, ...],
        after: int = 0,
        redact: Callable[[str], str] = str,
        timeout_seconds: float = TIMEOUT_SECONDS,
        remembers: bool = True,
    ) -> None:
        """With `family` begin the ids of this data directory's workers, former ones too:
        that their runs were lost is told by this one. `after`: see `settle`. `remembers`: an
        address holds until the bus tells of a change; otherwise it is looked up each time.
        """
        self._agents = agents
        self._clock = clock
        self._worker = worker
        self._family = family
        self._heard = after
        self._redact = redact
        self._timeout = timeout_seconds
        self._remembers = remembers
        self._addresses: dict[AgentId, str | None] = {}
        self._waiting: dict[AgentId, deque[tuple[str, Ping]]] = {}
        self._senders: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._moved = asyncio.Event()
        self._silent: set[AgentId] = set()
        self._client: AsyncClient | None = None
        self._opening = asyncio.Lock()
        self.failed = 0

    async def follow(self, bus: EventBus) -> None:
        """Call at each start and end that the bus tells of, until cancelled."""
        try:
            async with bus.subscribe() as news:
                async for events in news:
                    for event in events:
                        await self._hear(event)
                    self._heard = max(self._heard, events[-1].seq)
                    self._moved.set()
        finally:
            for sender in self._senders:
                sender.cancel()
            await asyncio.gather(*self._senders, return_exceptions=True)
            self._waiting.clear()
            if self._client is not None:
                await self._client.aclose()
                self._client = None

    async def settle(self, seq: int, *, within: timedelta) -> None:
        """Return when the calls for the events up to `seq` are made, or the time is up."""
        try:
            async with asyncio.timeout(within.total_seconds()):
                while self._heard < seq or self._senders:
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            log.warning("ping.unfinished", councilors=len(self._waiting))

    async def _hear(self, event: Event) -> None:
        if event.type == EventType.UPDATED:
            self._addresses.pop(AgentId(event.agent_id), None)
        if event.type != EventType.EXECUTION:
            return
        ping = self._ping_of(event.data)
        address = await self._address(ping) if ping is not None else None
        if ping is not None and address is not None:
            self._queue(address, ping)

    def _ping_of(self, data: dict[str, Any]) -> Ping | None:
        """What a change of an execution is worth; None when it is nothing to tell.

        A cancelled run is neither well nor failed: the switch waits for the next one.
        """
        row = data["execution"]
        task_id, agent_id = TaskId(row["task_id"]), AgentId(row["agent_id"])
        status = row["status"]
        mine = row["worker_id"] == self._worker
        lost = row["error_kind"] == ErrorKind.WORKER_LOST
        if not mine and not (lost and (row["worker_id"] or "").startswith(self._family)):
            return None
        if status == Status.PROCESSING and not row["cancel_requested"]:
            return Ping(task_id=task_id, agent_id=agent_id, suffix=START)
        if status not in (Status.COMPLETED, Status.ERROR):
            return None
        severity = row["severity"] or status
        failed = status == Status.ERROR or severity == Severity.ERROR
        line = _line(self._redact(f"{severity}: {data['summary'] or 'no summary'}"))
        suffix = FAIL if failed else END
        return Ping(task_id=task_id, agent_id=agent_id, suffix=suffix, body=line)

    async def _address(self, ping: Ping) -> str | None:
        """The present address of a councilor; each of its changes comes over the bus."""
        agent_id = ping.agent_id
        if not self._remembers or agent_id not in self._addresses:
            try:
                agent = await self._agents.agent(agent_id)
            except NotFound:
                return None
            except StoreUnavailable as error:
                self._fail(ping, f"its address cannot be read: {error.reason}")
                return None
            config = agent.councilor_config
            self._addresses[agent_id] = config.notifications.ping_url if config else None
        return self._addresses[agent_id]

    def _queue(self, address: str, ping: Ping) -> None:
        """Behind the earlier ones of the same councilor: an end must not overtake its start."""
        waiting = self._waiting.get(ping.agent_id)
        if waiting is None:
            waiting = self._waiting[ping.agent_id] = deque()
            sender = asyncio.create_task(self._send_all(ping.agent_id))
            self._senders.add(sender)
            sender.add_done_callback(self._sender_ended)
        elif len(waiting) == WAITING_PER_COUNCILOR:
            waiting.popleft()
            self._fail(ping, "its address answers more slowly than it runs")
        waiting.append((address, ping))

    def _sender_ended(self, sender: asyncio.Task[None]) -> None:
        self._senders.discard(sender)
        self._moved.set()

    async def _send_all(self, agent_id: AgentId) -> None:
        waiting = self._waiting[agent_id]
        try:
            while waiting:
                await self._send(*waiting.popleft())
        finally:
            self._waiting.pop(agent_id, None)

    async def _send(self, address: str, ping: Ping) -> None:
        url = with_suffix(address, ping.suffix)
        for backoff in (*BACKOFF_SECONDS, None):
            trouble = await self._try(url, ping.body)
            if trouble is None:
                if ping.agent_id in self._silent:
                    self._silent.discard(ping.agent_id)
                    log.info("ping.works_again", task_id=ping.task_id, agent_id=ping.agent_id)
                return
            if backoff is None:
                # The address is as good as a password; its host is enough to know which.
                self._fail(ping, trouble, host=urlsplit(address).hostname)
            else:
                await self._clock.sleep(backoff)

    async def _try(self, url: str, body: str) -> str | None:
        """One call. What went wrong, in a few words; None when it was taken."""
        try:
            client = await self._opened()
            # The body of the answer is not read: it may be endless.
            async with (
                self._room,
                asyncio.timeout(self._timeout),
                client.stream("POST", url, content=body.encode()) as response,
            ):
                return None if response.is_success else f"it answered {response.status_code}"
        except TimeoutError:
            return f"no answer within {self._timeout:g} s"
        except Exception as error:  # noqa: BLE001 - whatever an address makes a library do
            return f"{type(error).__name__}: {error}"

    async def _opened(self) -> AsyncClient:
        """The client, made in a thread: to load its library and all certificates takes long."""
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(_new_client)
            return self._client

    def _fail(self, ping: Ping, reason: str, **where: object) -> None:
        """Count it; the log hears of it once, until a call of this councilor is taken again."""
        self.failed += 1
        if ping.agent_id not in self._silent:
            self._silent.add(ping.agent_id)
            log.warning(
                "ping.failed",
                task_id=ping.task_id,
                agent_id=ping.agent_id,
                reason=reason,
                **where,
            )


def with_suffix(address: str, suffix: str) -> str:
    """The address with `suffix` behind its path; its query stays."""
    parts = urlsplit(address)
    path = parts.path.rstrip("/") + suffix if suffix else parts.path
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _line(text: str) -> str:
    """One line of at most BODY_BYTES."""
    line = " ".join(text.split()).encode("utf-8", "replace")
    return line[:BODY_BYTES].decode("utf-8", "ignore")


def _new_client() -> AsyncClient:
    import httpx

    # An answer that leads elsewhere is a failure: nobody but the councilor's own address is told.
    return httpx.AsyncClient(
        follow_redirects=False,
        timeout=None,  # noqa: S113 - every call as a whole is bounded
        headers={"user-agent": f"conselho/{__version__}", "content-type": "text/plain"},
    )
