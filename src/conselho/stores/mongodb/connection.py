"""The client and its collections: how they are reached, and with which promises.

On a replica set a write counts when the majority of its members has it, and what is read is what
the majority has: an event that was told once is never taken back by a failover. A single server
answers a write when its journal has it: killed at the next moment, it still has it.
All is read from the primary, whatever the URL says: what was just written must be found.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import parse_qs, urlsplit

import structlog
from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.uri_parser import parse_uri
from pymongo.write_concern import WriteConcern

from conselho.errors import InvalidSettings, StoreUnavailable
from conselho.stores.mongodb.documents import DEFAULT_DATABASE, Document
from conselho.stores.mongodb.failures import unavailable

T = TypeVar("T")
log = structlog.get_logger(__name__)

SELECTION_MS: Final = 5_000
CONNECT_MS: Final = 5_000
SOCKET_MS: Final = 20_000
# A majority that is away must not hold a writer for ever.
WRITE_CONCERN_MS: Final = 10_000

# Without what the driver says: it may quote a part of the password.
UNREADABLE: Final = (
    "it cannot be read as mongodb://user:password@host:port/database?option=value; special"
    " characters of user and password are escaped (%40 for @, %3A for :, %2F for /)"
)

Collection = AsyncCollection[Document]


class Owing(NamedTuple):
    """What a document has to tell: elements of its outbox (outbox.py)."""

    collection: str
    key: Any
    drafts: Sequence[Document]
    is_own: bool


class Database:
    """The collections of one database, as `documents` names them, and who is told of new events."""

    def __init__(self, url: str) -> None:
        """Raises InvalidSettings for a URL that cannot be read. Nothing is connected yet."""
        self.place, options = _read(url)
        defaults: dict[str, Any] = {
            "serverselectiontimeoutms": SELECTION_MS,
            "connecttimeoutms": CONNECT_MS,
            "sockettimeoutms": SOCKET_MS,
            # Each write says by itself whether it was done before; servers that keep no sessions
            # refuse the driver's way of repeating them.
            "retrywrites": False,
        }
        try:
            self._client: AsyncMongoClient[Document] = AsyncMongoClient(
                url,
                tz_aware=True,
                appname="conselho",
                connect=False,
                **{name: value for name, value in defaults.items() if name not in options},
            )
        except (PyMongoError, ValueError) as exc:
            raise InvalidSettings("database_url", UNREADABLE) from exc
        self._database: AsyncDatabase[Document] = self._client.get_default_database(
            DEFAULT_DATABASE,
            codec_options=CodecOptions(tz_aware=True),
            # A lane's places are counted by reading them: a secondary may not have the newest.
            read_preference=ReadPreference.PRIMARY,
        )
        self._options = options
        self.listeners: list[Callable[[], None]] = []
        # Readers of one process fold one after the other (folding.py).
        self.folding = asyncio.Lock()
        # The newest number of an event that is known here, 0 for none (outbox.py).
        self.newest_event = 0
        # Whether others told events since this process did last, as far as it knows.
        self.others_tell = False
        # When outboxes were looked through last, by the event loop's time, and which drafts were
        # in them; None: all that is there is to be told now.
        self.caught_up_at: float | None = None
        self.seen_untold: set[str] | None = None
        # What is to be told, and who is at it.
        self.owing: list[Owing] = []
        self.delivering = asyncio.Lock()
        # What was told and still stands in outboxes, with the numbers that it got; and who is asked
        # to have it confirmed before long.
        self.unconfirmed: list[Owing] = []
        self.unsure: dict[int, Document] = {}
        self.confirm_soon: Callable[[], None] = _nobody
        self.claiming = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._database.name

    def __getitem__(self, collection: str) -> Collection:
        return self._database[collection]

    async def connect(self) -> Mapping[str, Any]:
        """What the server says of itself; from now on its kind decides what a write waits for."""
        hello: Mapping[str, Any] = await self._client.admin.command("hello")
        self._database = self._database.with_options(**concerns(hello, self._options))
        return hello

    def tell(self) -> None:
        """Say that new events are stored."""
        for listener in self.listeners:
            listener()

    async def close(self) -> None:
        await self._client.close()


def _nobody() -> None:
    """Who delivers or sweeps next confirms it."""


def concerns(hello: Mapping[str, Any], given: frozenset[str]) -> dict[str, Any]:
    """What is asked of reads and writes on such a server, where the URL does not say it.

    `given` are the names of the URL's options, in lower case.
    """
    # A router (mongos) names no set; behind it there are some.
    if "setName" in hello or hello.get("msg") == "isdbgrid":
        if given & {"w", "readconcernlevel"}:
            return {}
        return {
            "write_concern": WriteConcern(w="majority", wtimeout=WRITE_CONCERN_MS),
            "read_concern": ReadConcern("majority"),
        }
    return {} if given & {"w", "journal", "j"} else {"write_concern": WriteConcern(w=1, j=True)}


class Runner:
    """Runs operations of several steps to their end, and translates what the driver complains of.

    A caller that is cancelled leaves its operation to end by itself, so that it is done in full.
    """

    def __init__(self, place: str) -> None:
        self._place = place
        self._running: set[asyncio.Task[Any]] = set()
        self._is_open = True

    async def run(self, operation: Coroutine[Any, Any, T]) -> T:
        if not self._is_open:
            operation.close()
            raise StoreUnavailable("it was closed")
        task = asyncio.ensure_future(self._translated(operation))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        # A caller that was cancelled does not hear of it: nobody else complains either.
        if not task.cancelled():
            task.exception()

    def begin(self, operation: Coroutine[Any, Any, Any]) -> None:
        """Run it beside all others. Who needs it done asks for it again: a failure is only told."""
        if not self._is_open:
            operation.close()
            return
        task = asyncio.ensure_future(self._attempted(operation))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _attempted(self, operation: Coroutine[Any, Any, Any]) -> None:
        try:
            await operation
        except PyMongoError as exc:
            log.warning("store.put_off", place=self._place, reason=str(exc)[:300])

    async def _translated(self, operation: Coroutine[Any, Any, T]) -> T:
        try:
            return await operation
        except PyMongoError as exc:
            raise unavailable(exc, self._place) from exc

    async def close(self) -> None:
        self._is_open = False
        if self._running:
            await asyncio.wait(self._running)


def _read(url: str) -> tuple[str, frozenset[str]]:
    """How the URL is shown, without user and password, and the options that it gives."""
    try:
        # The names behind `mongodb+srv` are looked up when the client connects.
        parts = urlsplit(url)
        if parts.scheme == "mongodb":
            parse_uri(url, validate=True, warn=False)
        hosts, name = parts.netloc.rpartition("@")[2], parts.path.lstrip("/")
        options = frozenset(key.lower() for key in parse_qs(parts.query, keep_blank_values=True))
    except (PyMongoError, ValueError) as exc:
        raise InvalidSettings("database_url", UNREADABLE) from exc
    return f"{parts.scheme}://{hosts}/{name or DEFAULT_DATABASE}", options
