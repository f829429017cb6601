"""Who a request comes from: a token, a session of the page, or nobody.

A token is held against the SHA-256 of every token that there is, each comparison in constant time.
They are read anew every few seconds, so another server's change counts soon, and a storm of guesses
costs the store nothing. A session is a random value that stands for a token, for as long as that
holds. The store has its SHA-256: every server knows it, and a restart ends none. What was looked up
counts for those few seconds as well, and for as long as the store is away. Those that there are
none of are looked up a few at a time.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from conselho.clock import Clock
from conselho.config import Secret
from conselho.errors import StoreUnavailable
from conselho.models.access import AccessToken, Identity, Role, Session
from conselho.services.tokens import LOCAL_NAME, SETTINGS_NAME, digest_of
from conselho.store import AccessStore

log = structlog.get_logger(__name__)

SESSION: Final = timedelta(days=7)
# The oldest goes when there would be more: of a token first, so that no holder of one can end the
# sessions of others by logging in again and again.
MOST_SESSIONS: Final = 10_000
MOST_SESSIONS_OF_TOKEN: Final = 100
FRESH: Final = timedelta(seconds=5)
# Where other servers change tokens, too.
FRESH_IF_SHARED: Final = timedelta(seconds=0.5)
USED_EVERY: Final = timedelta(minutes=1)
# Anybody may show a session that there is none of: the store has others to serve meanwhile.
STRANGERS_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Pass:
    """What somebody showed and was let in with. `digest` is that of the token behind it."""

    identity: Identity
    digest: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """A session as it was read at a moment."""

    session: Session
    at: datetime


class Access:
    def __init__(
        self,
        store: AccessStore,
        clock: Clock,
        *,
        admin_token: Secret | None = None,
        login_required: bool = False,
        fresh: timedelta = FRESH,
    ) -> None:
        """`admin_token` is the one of the settings; it needs no store. `fresh`: how long tokens and
        sessions count as read; what is changed here counts at once.
        """
        self.login_required = login_required
        self.fresh = fresh
        self._store = store
        self._clock = clock
        self._settings_digest = digest_of(admin_token.reveal()) if admin_token else None
        self._tokens: list[AccessToken] = []
        self._read_at: datetime | None = None
        self._reading = asyncio.Lock()
        self._seen: OrderedDict[str, _Seen] = OrderedDict()
        self._strangers = asyncio.Semaphore(STRANGERS_AT_ONCE)
        # How many sessions were closed here: what was read before that may say too much.
        self._closed = 0
        self._used: dict[str, datetime] = {}

    async def with_token(self, secret: str, *, address: str = "") -> Pass | None:
        """Who shows this token; None unless it holds. Raises StoreUnavailable."""
        return await self._with_digest(digest_of(secret), address)

    async def with_session(self, value: str, *, address: str = "") -> Pass | None:
        """Who shows this session; None when it has ended, or its token has.

        Raises StoreUnavailable for one that this process has not seen, while the store is away.
        """
        session = await self._session(digest_of(value))
        if session is None or session.ends_at <= self._clock.now():
            return None
        return await self._with_digest(session.token_digest, address)

    async def _session(self, digest: str) -> Session | None:
        now, seen = self._clock.now(), self._seen.get(digest)
        if seen is not None and timedelta() <= now - seen.at < self.fresh:
            return seen.session
        closed = self._closed
        try:
            async with nullcontext() if seen else self._strangers:
                session = await self._store.session_of(digest)
        except StoreUnavailable:
            if seen is None:
                raise
            return seen.session
        if closed == self._closed:
            self._remember(digest, session, now)
        return session

    def _remember(self, digest: str, session: Session | None, now: datetime) -> None:
        """One that there is none of is not remembered: anybody can think of those."""
        self._seen.pop(digest, None)
        if session is None:
            return
        self._seen[digest] = _Seen(session, now)
        if len(self._seen) > MOST_SESSIONS:
            self._seen.popitem(last=False)

    async def still_holds(self, shown: Pass) -> bool:
        """Whether what was shown would be let in now. A store that does not answer says yes."""
        try:
            return await self._with_digest(shown.digest, shown.identity.address) is not None
        except StoreUnavailable:
            return True

    async def open_session(self, shown: Pass) -> str:
        """A new session for who showed a token: the value for the cookie.

        Raises StoreUnavailable.
        """
        value, now = secrets.token_urlsafe(32), self._clock.now()
        session = Session(
            digest=digest_of(value),
            token_digest=shown.digest,
            created_at=now,
            ends_at=now + SESSION,
        )
        await self._store.open_session(
            session, most=MOST_SESSIONS, most_of_token=MOST_SESSIONS_OF_TOKEN
        )
        self._remember(session.digest, session, now)
        return value

    async def close_session(self, value: str) -> None:
        """End it, for all servers; an unknown one is no error. Raises StoreUnavailable."""
        digest = digest_of(value)
        try:
            await self._store.close_session(digest)
        finally:
            # Afterwards: who looked for it meanwhile has seen it.
            self._closed += 1
            self._seen.pop(digest, None)

    def forget(self) -> None:
        """The tokens have changed: read them before the next answer."""
        self._read_at = None

    async def _with_digest(self, digest: str, address: str) -> Pass | None:
        own = self._settings_digest
        if own is not None and hmac.compare_digest(digest, own):
            identity = Identity(name=SETTINGS_NAME, role=Role.ADMIN, address=address)
            return Pass(identity, digest)
        found = None
        for token in await self._all():
            if hmac.compare_digest(digest, token.digest):  # and on: how long it takes tells nothing
                found = token
        if found is None or not found.holds_at(self._clock.now()):
            return None
        await self._remember_use(found.token_id)
        identity = Identity(
            name=found.name, role=found.role, token_id=found.token_id, address=address
        )
        return Pass(identity, digest)

    async def _all(self) -> list[AccessToken]:
        async with self._reading:
            now = self._clock.now()
            if self._read_at is None or not timedelta() <= now - self._read_at < self.fresh:
                # Before the read: a change during it is seen by the next.
                self._read_at = now
                try:
                    self._tokens = await self._store.tokens()
                except StoreUnavailable:
                    self._read_at = None
                    raise
            return self._tokens

    async def _remember_use(self, token_id: str) -> None:
        now = self._clock.now()
        last = self._used.get(token_id)
        if last is not None and now - last < USED_EVERY:
            return
        self._used[token_id] = now
        try:
            await self._store.token_used(token_id, now=now)
        except StoreUnavailable as error:
            log.warning("token.use_not_recorded", token_id=token_id, reason=error.reason)


def local(address: str) -> Identity:
    """Whoever speaks to a server that asks for no login."""
    return Identity(name=LOCAL_NAME, role=Role.ADMIN, address=address)
