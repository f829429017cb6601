"""What bounds a request: depth and size of its body, and how often it may come."""

from __future__ import annotations

import asyncio

import pytest
from starlette.types import Message, Receive

from conselho.api import bodies, rate_limits
from conselho.api.addresses import origin
from conselho.api.bodies import MAX_DEPTH, BodyRefused, ClientGone, is_too_deep, whole_body
from conselho.api.rate_limits import LOCAL_FACTOR, RateLimits
from conselho.config import RATE_LIMITS

HERE = "192.0.2.7"


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b"[" * MAX_DEPTH, False),
        (b"[" * (MAX_DEPTH + 1), True),
        (b'{"a":' * (MAX_DEPTH + 1), True),
        (b"[]," * 1_000, False),
        (b'"' + b"[" * 1_000 + b'"', False),
        (b'"' + b"[" * 1_000, False),
        (b'"a\\"' + b"[" * 1_000 + b'"', False),
        (b'"a\\\\"' + b"[" * 1_000, True),
        (b'"a\\', False),
        # A text that ends in a backslash, of a megabyte: each quote could begin another one.
        (b"[]" * (MAX_DEPTH + 1) + b'\\"' * 400_000 + b"\\", False),
        (b"", False),
    ],
)
def test_only_brackets_outside_of_texts_make_a_body_deep(body: bytes, deep: bool) -> None:
    assert is_too_deep(body) is deep


def receiving(*messages: Message) -> Receive:
    queue = list(messages)

    async def receive() -> Message:
        if not queue:
            await asyncio.Event().wait()
        return queue.pop(0)

    return receive


def piece(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_is_read_whole() -> None:
    assert await whole_body(receiving(piece(b"a"), piece(b""), piece(b"b", more=False))) == b"ab"


async def test_a_body_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.0)
    with pytest.raises(BodyRefused) as refused:
        await whole_body(receiving(piece(b"a")))
    assert refused.value.status_code == 408


async def test_a_large_deep_or_abandoned_body_is_refused() -> None:
    half = b" " * (bodies.MAX_BODY_BYTES // 2 + 1)
    with pytest.raises(BodyRefused) as refused:
        await whole_body(receiving(piece(half), piece(half)))
    assert refused.value.status_code == 413
    with pytest.raises(BodyRefused) as refused:
        await whole_body(receiving(piece(b" " * 60_000 + b"[" * 65, more=False)))
    assert refused.value.status_code == 422
    with pytest.raises(ClientGone):
        await whole_body(receiving(piece(b"a"), {"type": "http.disconnect"}))


def test_more_than_the_limit_has_to_wait_and_each_counts_for_itself() -> None:
    limits = RateLimits({"runs": 2})

    assert limits.spend("runs", "a") is limits.spend("runs", "a") is None
    wait = limits.spend("runs", "a")
    assert wait is not None
    assert 1 <= wait <= 120
    assert limits.spend("runs", "b") is None
    assert limits.spend("writes", "a") is None
    assert limits.spend("runs", "a", is_local=True) is None


def test_looking_counts_nothing() -> None:
    limits = RateLimits({"failed_logins": 1})

    assert limits.spent("failed_logins", "a") is limits.spent("failed_logins", "a") is None
    limits.spend("failed_logins", "a")
    assert limits.spent("failed_logins", "a") is not None


def test_streams_are_counted_while_they_are_open() -> None:
    limits = RateLimits({"streams_at_once": 1})

    assert limits.enter("a", HERE) is None
    assert limits.enter("a", HERE) == "streams_at_once"
    assert limits.enter("b", HERE) is None
    limits.leave("a", HERE)
    assert limits.enter("a", HERE) is None


def test_streams_of_an_address_are_counted_whatever_tokens_are_used_there() -> None:
    limits = RateLimits({"streams_of_address": 2})

    assert limits.enter("a", HERE) is limits.enter("b", HERE) is None
    assert limits.enter("c", HERE) == "streams_of_address"
    assert limits.enter("c", "192.0.2.8") is None
    assert limits.enter("c", HERE, is_local=True) is None


def test_all_streams_are_counted_together_those_of_this_machine_too() -> None:
    limits = RateLimits(max_streams=2)

    assert limits.enter("a", HERE) is limits.enter("b", "192.0.2.8") is None
    assert limits.enter("c", "192.0.2.9", is_local=True) == "max_streams"
    limits.leave("b", "192.0.2.8")
    assert limits.enter("c", "192.0.2.9") is None
    assert limits.refused_streams == {"max_streams": 1}


def test_strangers_beyond_a_number_share_one_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "MOST_NAMES", 1)
    limits = RateLimits({"failed_logins": 2})

    for stranger in "abc":
        limits.spend("failed_logins", stranger)

    assert limits.spent("failed_logins", "d") is not None


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.3.2.1", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("a name", "a name"),
    ],
)
def test_addresses_that_one_machine_has_count_as_one(address: str, counted: str) -> None:
    assert origin(address) == counted


def test_what_is_not_chosen_is_as_documented_and_local_is_generous() -> None:
    limits = RateLimits({"runs": 7})

    assert limits.amount("runs") == 7
    assert limits.amount("writes") == RATE_LIMITS["writes"]
    assert limits.amount("writes", is_local=True) == RATE_LIMITS["writes"] * LOCAL_FACTOR
