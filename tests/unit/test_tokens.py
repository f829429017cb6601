"""Tokens: told once, stored as a digest, and gone when they are revoked or have expired."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from conselho.errors import AlreadyExists, Conflict, NotFound
from conselho.models.access import Role
from conselho.services import tokens as module
from conselho.services.tokens import TokenForm, Tokens, digest_of, holds_any
from conselho.store import Store
from tests.support.clock import NOON, FakeClock
from tests.support.stores import open_store

DAY = timedelta(days=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store("sqlite", tmp_path) as store:
        yield store


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tokens(store: Store, clock: FakeClock) -> Tokens:
    return Tokens(store, clock)


def form(**fields: Any) -> TokenForm:
    return TokenForm.model_validate({"name": "ci", "role": "operator"} | fields)


async def test_a_secret_is_told_once_and_only_its_digest_is_stored(
    tokens: Tokens, store: Store
) -> None:
    token, secret = await tokens.create(form())
    _, other = await tokens.create(form(name="other"))

    assert re.fullmatch(r"cns_[\w-]{43}", secret)
    assert secret != other
    assert token.digest == digest_of(secret)
    stored = await store.token_of(digest_of(secret))
    assert stored == token
    assert (token.name, token.role, token.expires_at) == ("ci", Role.OPERATOR, None)
    shown = tokens.document(token)
    assert not {secret, token.digest} & set(map(str, shown.values()))


async def test_a_token_holds_until_its_end(tokens: Tokens, store: Store, clock: FakeClock) -> None:
    token, _ = await tokens.create(form(expires="90d"))

    assert token.expires_at == NOON + 90 * DAY
    assert tokens.document(token)["state"] == "holds"
    await clock.advance(90 * 86_400)
    assert tokens.document(token)["state"] == "expired"
    assert not await holds_any(store, clock.now())


async def test_a_revoked_token_holds_no_more(tokens: Tokens, store: Store) -> None:
    token, _ = await tokens.create(form())
    assert await holds_any(store, NOON)

    revoked = await tokens.revoke(token.token_id)

    assert tokens.document(revoked)["state"] == "revoked"
    assert not await holds_any(store, NOON)
    assert await tokens.all() == [revoked]
    with pytest.raises(NotFound):
        await tokens.revoke("nobody's")


async def test_a_name_is_free_again_when_its_token_holds_no_more(tokens: Tokens) -> None:
    token, _ = await tokens.create(form())
    with pytest.raises(AlreadyExists):
        await tokens.create(form())

    await tokens.revoke(token.token_id)

    await tokens.create(form())


async def test_there_is_an_end_to_the_number_of_tokens(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TOKENS", 1)
    await tokens.create(form())

    with pytest.raises(Conflict, match="There are 1 tokens that hold"):
        await tokens.create(form(name="one more"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "local"),
        ("name", "settings"),
        ("name", "a\nb"),
        ("role", "root"),
        ("expires", "soon"),
        ("expires", "0d"),
    ],
)
def test_what_cannot_be_a_token_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError):
        form(**{field: value})
