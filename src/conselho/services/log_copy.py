"""Carries what a run prints into the store while it goes on, for readers on other machines.

The file of this machine has it at once; the store gets it in pieces, a second's worth at a time.
The last one goes with the end of the run, so that a short run costs no write more.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from conselho.clock import Clock, sleep_unless
from conselho.errors import LeaseLost, StoreUnavailable
from conselho.store import LOG_PIECE_BYTES, Held, LogPiece, LogStore

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 1.0
# Of all attempts together; of one the file holds no more either.
LIMIT_BYTES: Final = 16 << 20


class LogCopy:
    """The log of one attempt, on its way to the store. `finish` it before the claim is given up."""

    def __init__(
        self,
        store: LogStore,
        held: Held,
        clock: Clock,
        *,
        is_first: bool,
        limit_bytes: int = LIMIT_BYTES,
    ) -> None:
        """`is_first`: no earlier attempt has printed anything."""
        self._store = store
        self._held = held
        self._clock = clock
        self._limit = limit_bytes
        self._offset: int | None = 0 if is_first else None
        self._waiting = bytearray()
        # A piece that may have been stored is tried again as it was: its offset tells it apart.
        self._sending = b""
        self._carrier: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()
        self._is_over = False

    def add(self, piece: bytes) -> None:
        """Called in the event loop; never blocks."""
        if self._is_over or not piece:
            return
        self._waiting += piece
        if self._carrier is None:
            self._carrier = asyncio.ensure_future(self._carry())

    async def finish(self) -> None:
        """Store what is left. Raises StoreUnavailable (try again), LeaseLost."""
        await self._stop_carrying()
        await self._flush()

    async def last_piece(self) -> LogPiece | None:
        """Store what is left but for the last piece, for who stores it with the end of the run.

        Asked again it is the same. Raises as `finish`.
        """
        await self._stop_carrying()
        return await self._flush(but_last=True)

    async def _stop_carrying(self) -> None:
        if self._carrier is not None:
            self._hurry.set()
            await self._carrier

    def abandon(self) -> None:
        """Nothing more is stored."""
        self._is_over = True
        self._waiting.clear()
        if self._carrier is not None:
            self._carrier.cancel()

    async def _carry(self) -> None:
        """Store what comes, until there is nothing more for a while."""
        try:
            while self._waiting or self._sending:
                if await sleep_unless(self._hurry, self._clock, EVERY_SECONDS):
                    return  # `finish` does the rest
                try:
                    await self._flush()
                except StoreUnavailable as error:
                    log.warning("run.log_not_stored_yet", reason=error.reason)
        except LeaseLost:
            self._is_over = True
            self._waiting.clear()
        finally:
            self._carrier = None

    async def _flush(self, *, but_last: bool = False) -> LogPiece | None:
        if self._offset is None and (self._waiting or self._sending):
            self._offset = await self._store.log_size(self._held.task_id)
        while self._sending or self._waiting:
            assert self._offset is not None
            self._sending = self._sending or self._next_piece(self._offset)
            if self._sending and but_last and not self._waiting:
                task_id = self._held.task_id
                return LogPiece(task_id=task_id, offset=self._offset, data=self._sending)
            if self._sending:
                await self._store.append_log(self._held, offset=self._offset, piece=self._sending)
                self._offset += len(self._sending)
                self._sending = b""
        return None

    def _next_piece(self, offset: int) -> bytes:
        """What comes next, cut at the limit; empty when that was reached before."""
        room = self._limit - offset
        piece = bytes(self._waiting[: max(min(LOG_PIECE_BYTES, room), 0)])
        del self._waiting[: len(piece)]
        if self._waiting and room <= LOG_PIECE_BYTES:
            self._waiting.clear()
            self._is_over = True
            if room > 0:
                piece += f"\n[conselho: log cut at {self._limit:,} bytes]\n".encode()
        return piece
