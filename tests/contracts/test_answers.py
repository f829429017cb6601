"""What every AnswerStore promises (conselho/store.py)."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from conselho.store import Answer, Store
from conselho.stores import open_store
from tests.support.clock import NOON

MINUTE = timedelta(minutes=1)


async def claim(store: Store, key: str = "k", *, request: str = "r", age: int = 0) -> Answer | None:
    return await store.first_answer(key, request=request, now=NOON - age * MINUTE)


async def test_the_first_is_told_so_and_the_second_what_is_known(store: Store) -> None:
    assert await claim(store) is None
    assert await claim(store, request="other", age=-1) == Answer(request="r", created_at=NOON)
    await store.keep_answer("k", status=201, body='{"é": "🦉"}')
    kept = Answer(request="r", status=201, body='{"é": "🦉"}', created_at=NOON)
    assert await claim(store) == kept
    assert await claim(store, request="other") == kept
    assert await claim(store, "K") is None


async def test_what_is_forgotten_may_be_tried_again(store: Store) -> None:
    assert await claim(store) is None
    await store.forget_answer("k")
    await store.forget_answer("unknown")
    assert await claim(store, request="second") is None
    assert (await claim(store)) == Answer(request="second", created_at=NOON)


async def test_an_answer_to_nobody_is_not_kept(store: Store) -> None:
    await store.keep_answer("k", status=200, body="{}")
    assert await claim(store) is None


async def test_old_answers_go_in_portions_the_oldest_first(store: Store) -> None:
    for age in range(5):
        await claim(store, str(age), age=age)
    await store.keep_answer("4", status=200, body="{}")
    assert await store.prune_answers(before=NOON - MINUTE, limit=2) == 2
    assert await claim(store, "2") is not None
    assert await claim(store, "4") is None
    assert await store.prune_answers(before=NOON - MINUTE, limit=2) == 1
    assert await store.prune_answers(before=NOON - MINUTE, limit=2) == 0
    assert [await claim(store, key) is None for key in "01"] == [False, False]


async def test_of_many_who_claim_one_key_at_once_one_does(url: str) -> None:
    stores = [await open_store(url) for _ in range(3)]
    results = await asyncio.gather(*(claim(stores[n % 3]) for n in range(12)))
    assert results.count(None) == 1
    assert results.count(Answer(request="r", created_at=NOON)) == 11
    for store in stores:
        await store.close()
