"""A real store whose claims can be lost on their way: carried out, and their answer not heard."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from conselho.errors import StoreUnavailable
from conselho.models.task import Task
from conselho.store import Store


class DeafStore:
    """Everything but a claim, and the proof that it can be written, goes straight to the store.

    `cut`: so many claims are carried out, then StoreUnavailable is raised. `refused`: it is raised
    by both without that. `meanwhile` happens once between a claim and its answer.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.cut = 0
        self.refused = False
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        # Set with the first claim that was carried out.
        self.claimed = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def check(self) -> None:
        if self.refused:
            raise StoreUnavailable("the connection is refused")
        await self._store.check()

    async def claim(self, *args: Any, **kwargs: Any) -> list[Task]:
        if self.refused:
            raise StoreUnavailable("the connection is refused")
        claimed = await self._store.claim(*args, **kwargs)
        self.claimed.set()
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            await meanwhile()
        if self.cut > 0:
            self.cut -= 1
            raise StoreUnavailable("the connection was cut")
        return claimed
