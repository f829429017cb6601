"""Who a request comes from: tokens, sessions, and what ends both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from conselho.config import Secret
from conselho.errors import StoreUnavailable
from conselho.models.access import AccessToken, Role, Session
from conselho.services import access as module
from conselho.services.access import FRESH, SESSION, STRANGERS_AT_ONCE, Access
from conselho.services.tokens import TokenForm, Tokens
from conselho.store import Store
from tests.support.clock import FakeClock
from tests.support.stores import open_store

ADMIN = "an-admin-token-of-the-settings"
HERE = "192.0.2.7"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def access(store: Store, clock: FakeClock) -> Access:
    return Access(store, clock, admin_token=Secret(ADMIN), login_required=True)


async def issued(store: Store, clock: FakeClock, **fields: str) -> tuple[AccessToken, str]:
    form = TokenForm.model_validate({"name": "ci", "role": "viewer"} | fields)
    return await Tokens(store, clock).create(form)


async def test_a_token_says_who_shows_it(access: Access, store: Store, clock: FakeClock) -> None:
    token, secret = await issued(store, clock)

    shown = await access.with_token(secret, address=HERE)

    assert shown is not None
    who = shown.identity
    assert (who.name, who.role, who.token_id, who.address) == (
        "ci",
        Role.VIEWER,
        token.token_id,
        HERE,
    )
    for wrong in ("", "x", secret[:-1], secret.upper(), token.digest, "\ud800"):
        assert await access.with_token(wrong) is None


async def test_the_token_of_the_settings_needs_no_store(clock: FakeClock) -> None:
    access = Access(_Gone(), clock, admin_token=Secret(ADMIN))

    shown = await access.with_token(ADMIN)

    assert shown is not None
    assert (shown.identity.name, shown.identity.role) == ("settings", Role.ADMIN)
    with pytest.raises(StoreUnavailable):
        await access.with_token("another")


async def test_what_is_revoked_elsewhere_counts_within_seconds(
    access: Access, store: Store, clock: FakeClock
) -> None:
    token, secret = await issued(store, clock)
    assert await access.with_token(secret) is not None

    await store.revoke_token(token.token_id, now=clock.now())
    await clock.advance(FRESH.total_seconds())

    assert await access.with_token(secret) is None


async def test_what_is_revoked_here_counts_at_once(
    access: Access, store: Store, clock: FakeClock
) -> None:
    token, secret = await issued(store, clock)
    shown = await access.with_token(secret)
    assert shown is not None
    session = await access.open_session(shown)

    await store.revoke_token(token.token_id, now=clock.now())
    access.forget()

    assert await access.with_token(secret) is None
    assert await access.with_session(session) is None
    assert not await access.still_holds(shown)


async def test_a_token_ends_by_the_clock(access: Access, store: Store, clock: FakeClock) -> None:
    _, secret = await issued(store, clock, expires="1h")
    assert await access.with_token(secret) is not None

    await clock.advance(3_600)

    assert await access.with_token(secret) is None


async def test_a_session_stands_for_its_token_and_ends(
    access: Access, store: Store, clock: FakeClock
) -> None:
    _, secret = await issued(store, clock)
    shown = await access.with_token(secret)
    assert shown is not None
    value = await access.open_session(shown)
    assert value not in secret
    assert secret not in value

    again = await access.with_session(value)
    assert again is not None
    assert again.identity.name == "ci"

    await clock.advance(SESSION.total_seconds())
    assert await access.with_session(value) is None


async def test_a_session_is_one_of_all_servers_and_of_the_next_process(
    access: Access, store: Store, clock: FakeClock
) -> None:
    _, secret = await issued(store, clock)
    shown = await access.with_token(secret)
    assert shown is not None
    value = await access.open_session(shown)
    other = Access(store, clock, login_required=True)

    found = await other.with_session(value)
    assert found is not None
    assert found.identity.name == "ci"

    await access.close_session(value)
    assert await access.with_session(value) is None
    await clock.advance(FRESH.total_seconds())
    assert await other.with_session(value) is None


async def test_a_session_that_was_seen_outlives_the_store(clock: FakeClock, tmp_path: Path) -> None:
    async with open_store("sqlite", tmp_path) as store:
        access = Access(store, clock, admin_token=Secret(ADMIN))
        shown = await access.with_token(ADMIN)
        assert shown is not None
        value = await access.open_session(shown)
        await clock.advance(FRESH.total_seconds())

    found = await access.with_session(value)
    assert found is not None
    assert found.identity.name == "settings"
    with pytest.raises(StoreUnavailable):
        await access.with_session("another")


async def test_a_session_that_was_closed_is_nobody(access: Access) -> None:
    shown = await access.with_token(ADMIN)
    assert shown is not None
    first, second = await access.open_session(shown), await access.open_session(shown)

    await access.close_session(first)
    await access.close_session("unknown")

    assert await access.with_session(first) is None
    assert await access.with_session(second) is not None


async def logged_in_and_held(store: Store, clock: FakeClock) -> tuple[_Held, Access, str]:
    """A session that is no longer fresh, in a store that answers when it is let."""
    held = _Held(store)
    access = Access(held, clock, admin_token=Secret(ADMIN), login_required=True)
    shown = await access.with_token(ADMIN)
    assert shown is not None
    value = await access.open_session(shown)
    await clock.advance(FRESH.total_seconds())
    return held, access, value


async def test_who_looks_while_a_session_is_closed_does_not_keep_it(
    store: Store, clock: FakeClock
) -> None:
    held, access, value = await logged_in_and_held(store, clock)
    looking = asyncio.ensure_future(access.with_session(value))
    await held.has_read.wait()

    await access.close_session(value)
    held.may_answer.set()
    await looking

    assert await access.with_session(value) is None


async def test_those_who_show_what_is_no_session_leave_the_store_to_others(
    store: Store, clock: FakeClock
) -> None:
    held, access, value = await logged_in_and_held(store, clock)
    strangers = [asyncio.ensure_future(access.with_session(f"{n}")) for n in range(20)]
    known = asyncio.ensure_future(access.with_session(value))

    await held.are_reading.wait()
    held.may_answer.set()

    assert await known is not None
    assert await asyncio.gather(*strangers) == [None] * len(strangers)
    assert held.most == STRANGERS_AT_ONCE + 1


async def test_a_token_that_logs_in_again_and_again_ends_its_own_sessions_only(
    access: Access, store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SESSIONS_OF_TOKEN", 2)
    _, secret = await issued(store, clock)
    other, eager = await access.with_token(ADMIN), await access.with_token(secret)
    assert other is not None
    assert eager is not None
    values = []
    for each in (other, eager, eager, eager):
        values.append(await access.open_session(each))
        await clock.advance(FRESH.total_seconds())

    found = [await access.with_session(value) is not None for value in values]

    assert found == [True, False, True, True]


async def test_the_oldest_session_goes_when_there_are_too_many(
    access: Access, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SESSIONS", 2)
    shown = await access.with_token(ADMIN)
    assert shown is not None
    values = []
    for _ in range(3):
        values.append(await access.open_session(shown))
        await clock.advance(FRESH.total_seconds())

    found = [await access.with_session(value) is not None for value in values]

    assert found == [False, True, True]


async def test_its_last_use_is_remembered_now_and_then(
    access: Access, store: Store, clock: FakeClock
) -> None:
    _, secret = await issued(store, clock)
    first = clock.now()
    await access.with_token(secret)
    await clock.advance(30)
    await access.with_token(secret)
    [token] = await store.tokens()
    assert token.last_used_at == first

    await clock.advance(30)
    await access.with_token(secret)

    [token] = await store.tokens()
    assert token.last_used_at == clock.now()


class _Held:
    """A real store that keeps what it read of sessions until it may answer."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.has_read = asyncio.Event()
        # As many strangers as may, and one that is known.
        self.are_reading = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.reading = self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def session_of(self, digest: str) -> Session | None:
        self.reading += 1
        self.most = max(self.most, self.reading)
        found = await self._store.session_of(digest)
        self.has_read.set()
        if self.reading > STRANGERS_AT_ONCE:
            self.are_reading.set()
        await self.may_answer.wait()
        self.reading -= 1
        return found


class _Gone:
    """A store that does not answer."""

    async def add_token(self, token: AccessToken) -> None:
        raise StoreUnavailable("it is gone")

    async def tokens(self) -> list[AccessToken]:
        raise StoreUnavailable("it is gone")

    async def token_of(self, digest: str) -> AccessToken | None:
        raise StoreUnavailable("it is gone")

    async def revoke_token(self, token_id: str, *, now: object) -> AccessToken:
        raise StoreUnavailable("it is gone")

    async def token_used(self, token_id: str, *, now: object) -> None:
        raise StoreUnavailable("it is gone")

    async def open_session(self, session: Session, *, most: int, most_of_token: int) -> None:
        raise StoreUnavailable("it is gone")

    async def session_of(self, digest: str) -> Session | None:
        raise StoreUnavailable("it is gone")

    async def close_session(self, digest: str) -> None:
        raise StoreUnavailable("it is gone")
