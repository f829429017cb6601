"""The bus of several servers over one store: a Redis stream carries at once what each has stored.

    store -> relay -> publish -+-> own subscribers
                               +-> XADD <seq>-0 -> Redis -> XREAD BLOCK -> the next in order?
                                                       yes -> own subscribers of the other servers
                                                       no  -> `missed`: the relay reads the store

Every server relays the one store, so several may carry one event. The id of an entry is the event's
seq: Redis refuses an id that is not above the newest, and so keeps one of each, in order, without a
leader. Handed on is only what follows on the last event without a gap. Whatever is lacking, strange
or late is read from the store, which has everything: Redis makes it quick and nothing more. It may
be away, forget, or come back empty. docs/adr/0015-bus.md
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from random import uniform
from typing import Any, Final

import structlog
from redis.exceptions import ResponseError

from conselho.buses.entries import (
    MalformedEntry,
    asked_to_stop,
    event_of_entry,
    fields_of_event,
)
from conselho.buses.local import BOUND, LocalBus
from conselho.buses.redis_client import (
    BLOCK_SECONDS,
    FAILURES,
    KEPT,
    cancels_key,
    end_tasks,
    events_key,
    make_client,
    news_key,
    place_of,
    reason_of,
)
from conselho.clock import Clock
from conselho.errors import BusUnavailable, StoreUnavailable
from conselho.models.event import Event
from conselho.store import EventLog

log = structlog.get_logger(__name__)

# What a server that was cut off for a while still finds here; about as much as a hub remembers.
LENGTH: Final = 4_096
PORTION: Final = 200
FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5.0
# Which councils use this Redis: told by each server now and then, forgotten after a while.
COUNCILS: Final = "conselho:councils"
MEET_SECONDS: Final = 30.0
FORGET: Final = timedelta(minutes=5)

_ENTRY_ID: Final = re.compile(rb"([1-9][0-9]{0,17})-0")


class RedisBus:
    """`run` must be running; until it has reached Redis, and whenever it has lost it, this is the
    bus of one process, and events of other servers come by the relay's own looking.
    """

    def __init__(
        self,
        url: str,
        events: EventLog,
        clock: Clock,
        *,
        identity: str,
        after: int,
        bound: int = BOUND,
        length: int = LENGTH,
    ) -> None:
        """`identity` is the store's: councils never share a stream. `after`: see `carried`.

        Raises InvalidSettings for a URL that Redis's client does not take.
        """
        self.carried = after
        self.trouble: str | None = "it has not been reached yet"
        self._events = events
        self._clock = clock
        self._identity = identity
        self._place = place_of(url)
        self._key = events_key(identity)
        self._news_key = news_key(identity)
        self._cancels_key = cancels_key(identity)
        self._length = length
        self._stored = after
        self._local = LocalBus(bound=bound)
        self._bound = bound
        self._outgoing: deque[Event] = deque()
        self._more = asyncio.Event()
        self._others: set[str] = set()
        self._writer = make_client(url)
        self._reader = make_client(url, patience_seconds=BLOCK_SECONDS)

    # -- the contract --------------------------------------------------------------------------

    async def publish(self, events: Sequence[Event]) -> None:
        fresh = [event for event in events if event.seq > self.carried]
        await self._hand_on(fresh)
        if self.trouble is None:
            self._outgoing.extend(fresh)
            self._more.set()
        if len(self._outgoing) > self._bound:
            # Redis takes less than we make: the others read these in the store.
            self._outgoing.clear()

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[list[Event]]]:
        return self._local.subscribe()

    async def check(self) -> None:
        await self._local.check()
        if self.trouble is not None:
            raise BusUnavailable(self._late(self.trouble))
        try:
            await self._writer.ping()
        except FAILURES as exc:
            raise BusUnavailable(self._late(reason_of(exc))) from exc

    async def run(self, missed: Callable[[], None]) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            began = self._clock.read().running
            await self._attempt(missed)
            if self._clock.read().running - began > LONGEST_PAUSE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            # Not all servers at one moment.
            await self._clock.sleep(pause * uniform(0.75, 1.25))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _attempt(self, missed: Callable[[], None]) -> None:
        """Carry for as long as Redis answers."""
        attempt = asyncio.ensure_future(self._connected(missed))
        try:
            await asyncio.wait({attempt})
            attempt.result()
        except FAILURES as exc:
            self._is_lost(reason_of(exc))
        except StoreUnavailable as error:
            self._is_lost(f"what it holds cannot be compared with the store: {error.reason}")
        finally:
            await end_tasks({attempt})

    async def _connected(self, missed: Callable[[], None]) -> None:
        await self._greet()
        self._is_back()
        missed()
        await self._carry(missed)

    async def close(self) -> None:
        await self._local.close()
        for client in (self._writer, self._reader):
            await client.aclose()

    async def _hand_on(self, events: Sequence[Event]) -> None:
        await self._local.publish(events)
        if events:
            self.carried = events[-1].seq

    # -- the connection ------------------------------------------------------------------------

    async def _greet(self) -> None:
        """Prove that Redis can be written, and that its stream is of this store's present.

        It is not when it is ahead of the store: the store was restored from a backup, say, or
        somebody else wrote there. Then every event of ours would be refused as carried already.
        """
        await self._meet()
        newest_carried = await self._newest_carried()
        # Read after the stream: every event is in the store before it is carried.
        _, self._stored = await self._events.event_span()
        if newest_carried > self._stored:
            log.warning(
                "bus.stream_ahead", stream=self._key, carried=newest_carried, stored=self._stored
            )
            await self._writer.delete(self._key)

    async def _newest_carried(self) -> int:
        """The seq of the newest entry; 0 when there is no stream."""
        try:
            known = await self._writer.xinfo_stream(self._key)
        except ResponseError as exc:
            if "no such key" in str(exc):
                return 0
            raise
        return int(known["last-generated-id"].partition(b"-")[0])

    async def _meet(self) -> None:
        """Tell other councils of this one, and people of other councils: servers that should be one
        council may have been given two stores.
        """
        now = self._clock.now()
        await self._writer.zadd(COUNCILS, {self._identity: now.timestamp()})
        await self._writer.zremrangebyscore(COUNCILS, "-inf", (now - FORGET).timestamp())
        here: Any = await self._writer.zrange(COUNCILS, 0, 99)
        others = {one.decode("ascii", "replace")[:100] for one in here} - {self._identity}
        if others - self._others:
            log.warning(
                "bus.other_council",
                own=self._identity,
                others=sorted(others),
                advice="Their events never mix. Servers of one council need the same database_url.",
            )
        self._others = others

    def _is_back(self) -> None:
        log.info("bus.connected", stream=self._key)
        self.trouble = None

    def _is_lost(self, reason: str) -> None:
        if self.trouble is None or self.trouble != reason:
            log.warning("bus.unavailable", reason=self._late(reason))
        self.trouble = reason
        self._outgoing.clear()

    def _late(self, reason: str) -> str:
        return (
            f"{self._place}: {reason}; events of other servers come up to a second late until it"
            " is back"
        )

    # -- carrying ------------------------------------------------------------------------------

    async def _carry(self, missed: Callable[[], None]) -> None:
        """Write and read until one of the two fails, or what is read makes no sense."""
        both = {asyncio.ensure_future(one) for one in (self._write(), self._read(missed))}
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            await end_tasks(both)

    async def _write(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            while self._outgoing:
                count = min(len(self._outgoing), PORTION)
                await self._send([self._outgoing.popleft() for _ in range(count)])

    async def _send(self, events: Sequence[Event]) -> None:
        pipe: Any = self._writer.pipeline(transaction=False)
        for event in events:
            pipe.xadd(
                self._key,
                fields_of_event(event),
                id=f"{event.seq}-0",
                maxlen=self._length,
                approximate=True,
            )
            if (task_id := asked_to_stop(event)) is not None:
                pipe.xadd(self._cancels_key, {"task": task_id}, maxlen=KEPT, approximate=True)
        for answer in await pipe.execute(raise_on_error=False):
            if isinstance(answer, Exception) and not _is_carried(answer):
                raise answer

    async def _read(self, missed: Callable[[], None]) -> None:
        """Take what comes; return when the stream tells of what is not in the store."""
        cursor, news_cursor = self.carried, b"$"
        meet_at = self._clock.read().running + MEET_SECONDS
        while True:
            answer: Any = await self._reader.xread(
                {self._key: f"{cursor}-0", self._news_key: news_cursor},
                count=PORTION,
                block=round(BLOCK_SECONDS * 1000),
            )
            found = dict(answer)
            for entry_id, fields in found.get(self._key.encode(), ()):
                seq = _seq_of(entry_id)
                if seq is None or not await self._take(seq, fields, missed):
                    return
                cursor = seq
            if news := found.get(self._news_key.encode()):
                news_cursor = news[-1][0]
                missed()
            if self._clock.read().running >= meet_at:
                await self._meet()
                meet_at = self._clock.read().running + MEET_SECONDS

    async def _take(self, seq: int, fields: dict[bytes, bytes], missed: Callable[[], None]) -> bool:
        """Hand an entry on if it is the next; False when the store does not know of its seq."""
        if seq <= self.carried:
            return True
        if seq == self.carried + 1:
            try:
                event = event_of_entry(seq, fields, self._identity)
            except MalformedEntry as error:
                log.warning("bus.malformed_entry", stream=self._key, seq=seq, reason=str(error))
            else:
                await self._hand_on([event])
                return True
        missed()
        if seq > self._stored:
            _, self._stored = await self._events.event_span()
        return seq <= self._stored


def _seq_of(entry_id: bytes) -> int | None:
    found = _ENTRY_ID.fullmatch(entry_id)
    return int(found.group(1)) if found else None


def _is_carried(answer: Exception) -> bool:
    """Whether Redis refused an entry because it has this one, or a newer one."""
    return isinstance(answer, ResponseError) and "equal or smaller" in str(answer)
