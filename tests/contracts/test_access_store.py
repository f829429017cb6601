"""What every AccessStore promises (conselho/store.py)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from conselho.errors import AlreadyExists, NotFound
from conselho.models.access import AccessToken, Role, Session
from conselho.store import Store
from conselho.stores import open_store
from tests.support.clock import NOON

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def token(name: str = "ci", **fields: Any) -> AccessToken:
    defaults: dict[str, Any] = {
        "token_id": f"id of {name}",
        "name": name,
        "role": Role.OPERATOR,
        "digest": f"digest of {name}",
        "created_at": NOON,
    }
    return AccessToken(**defaults | fields)


async def test_a_token_is_found_by_its_digest(store: Store) -> None:
    whole = token(
        "ção 🦉",
        created_at=NOON + timedelta(microseconds=1),
        expires_at=NOON + HOUR,
        last_used_at=NOON + MINUTE,
    )
    await store.add_token(whole)
    await store.add_token(token(role=Role.VIEWER))
    assert await store.token_of(whole.digest) == whole
    assert await store.token_of("digest of ci") == token(role=Role.VIEWER)
    assert await store.token_of("another") is None
    assert await store.token_of(whole.token_id) is None


async def test_all_are_listed_oldest_first(store: Store) -> None:
    assert await store.tokens() == []
    young, old = token("young", created_at=NOON + HOUR), token("old")
    await store.add_token(young)
    await store.add_token(old)
    revoked = await store.revoke_token(old.token_id, now=NOON + MINUTE)
    assert await store.tokens() == [revoked, young]


async def test_of_two_with_one_name_only_one_holds(store: Store) -> None:
    await store.add_token(token(expires_at=NOON + HOUR))
    with pytest.raises(AlreadyExists, match="'ci'"):
        await store.add_token(token(token_id="other", digest="other", created_at=NOON + MINUTE))
    # The name is free at the very moment when its token ends.
    second = token(token_id="second", digest="second", created_at=NOON + HOUR)
    await store.add_token(second)
    await store.revoke_token("second", now=NOON + HOUR)
    third = token(token_id="third", digest="third", created_at=NOON + HOUR)
    await store.add_token(third)
    assert [one.token_id for one in await store.tokens()] == ["id of ci", "second", "third"]


async def test_neither_an_id_nor_a_digest_is_taken_twice(store: Store) -> None:
    await store.add_token(token())
    for twin in (token(token_id="other"), token(digest="other")):
        with pytest.raises(AlreadyExists):
            await store.add_token(replace(twin, name="other"))
    assert await store.tokens() == [token()]


async def test_a_revoked_token_stays_revoked_since_the_first_time(store: Store) -> None:
    await store.add_token(token())
    revoked = await store.revoke_token("id of ci", now=NOON + MINUTE)
    assert revoked == token(revoked_at=NOON + MINUTE)
    assert await store.revoke_token("id of ci", now=NOON + HOUR) == revoked
    assert await store.token_of("digest of ci") == revoked
    with pytest.raises(NotFound, match="unknown"):
        await store.revoke_token("unknown", now=NOON)


async def test_the_last_use_is_remembered(store: Store) -> None:
    await store.add_token(token())
    await store.token_used("id of ci", now=NOON + MINUTE)
    await store.token_used("unknown", now=NOON + HOUR)
    assert await store.tokens() == [token(last_used_at=NOON + MINUTE)]


async def test_of_many_who_make_one_name_at_once_one_does(url: str) -> None:
    stores = [await open_store(url) for _ in range(3)]
    twins = [token(token_id=f"t{n}", digest=f"d{n}") for n in range(6)]
    results = await asyncio.gather(
        *(stores[n % 3].add_token(twin) for n, twin in enumerate(twins)), return_exceptions=True
    )
    assert sum(isinstance(result, AlreadyExists) for result in results) == 5
    assert len(await stores[0].tokens()) == 1
    for store in stores:
        await store.close()


def session(name: str = "one", **fields: Any) -> Session:
    defaults: dict[str, Any] = {
        "digest": f"digest of {name}",
        "token_digest": "digest of ci",
        "created_at": NOON,
        "ends_at": NOON + HOUR,
    }
    return Session(**defaults | fields)


async def test_a_session_is_found_until_it_is_closed(store: Store) -> None:
    whole = session("ção 🦉", created_at=NOON + timedelta(microseconds=1))
    await store.open_session(whole, most=10, most_of_token=10)
    await store.open_session(session(), most=10, most_of_token=10)
    assert await store.session_of(whole.digest) == whole
    assert await store.session_of("digest of ci") is None

    await store.close_session(whole.digest)
    await store.close_session("unknown")
    assert await store.session_of(whole.digest) is None
    assert await store.session_of(session().digest) == session()


async def test_sessions_that_have_ended_go_with_the_next_one(store: Store) -> None:
    await store.open_session(session("short"), most=10, most_of_token=10)
    await store.open_session(session("long", ends_at=NOON + 2 * HOUR), most=10, most_of_token=10)
    late = session("late", created_at=NOON + HOUR, ends_at=NOON + 3 * HOUR)
    await store.open_session(late, most=10, most_of_token=10)
    assert await store.session_of("digest of short") is None
    assert await store.session_of("digest of long") is not None


async def test_the_oldest_sessions_go_of_a_token_and_of_all(store: Store) -> None:
    async def open_one(minute: int, of: str, most: int) -> None:
        opened = session(str(minute), token_digest=of, created_at=NOON + minute * MINUTE)
        await store.open_session(opened, most=most, most_of_token=2)

    async def there() -> list[int]:
        found = [await store.session_of(f"digest of {minute}") for minute in range(6)]
        return [minute for minute, one in enumerate(found) if one is not None]

    await open_one(0, "calm", 10)
    for minute in (1, 2, 3):
        await open_one(minute, "eager", 10)
    assert await there() == [0, 2, 3]
    await open_one(4, "another", 3)
    assert await there() == [2, 3, 4]
