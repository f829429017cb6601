"""Logs at the two sides of a copy: files of a data directory, or pieces in a shared store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, Protocol

from conselho.models.ids import TaskId
from conselho.services.logs import RunLogs
from conselho.store import LOG_PIECE_BYTES, CopyStore, LogPiece, LogStore

# So much of several logs is held before it is written.
HELD_BYTES: Final = 4 << 20


class LogSide(Protocol):
    async def first_pieces(self, tasks: Sequence[TaskId]) -> dict[TaskId, bytes]:
        """The first LOG_PIECE_BYTES of these logs; those that are empty or not there are absent."""
        ...

    async def piece(self, task_id: TaskId, offset: int) -> bytes:
        """LOG_PIECE_BYTES from byte `offset` on; fewer at the end."""
        ...

    async def keep(self, pieces: Sequence[LogPiece]) -> None:
        """Write these pieces; those of one log ascend, and the first one begins it anew."""
        ...


class LogFiles:
    """The logs of a data directory, which an embedded store has beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._logs = RunLogs(folder)

    async def first_pieces(self, tasks: Sequence[TaskId]) -> dict[TaskId, bytes]:
        # One hop for all: most logs are short.
        return await asyncio.to_thread(self._first_pieces, tasks)

    async def piece(self, task_id: TaskId, offset: int) -> bytes:
        return await asyncio.to_thread(self._read, task_id, offset)

    async def keep(self, pieces: Sequence[LogPiece]) -> None:
        await asyncio.to_thread(self._write, pieces)

    def _first_pieces(self, tasks: Iterable[TaskId]) -> dict[TaskId, bytes]:
        found = {task_id: self._read(task_id, 0) for task_id in tasks}
        return {task_id: piece for task_id, piece in found.items() if piece}

    def _read(self, task_id: TaskId, offset: int) -> bytes:
        try:
            with self._logs.path(task_id).open("rb") as log:
                log.seek(offset)
                return log.read(LOG_PIECE_BYTES)
        except (FileNotFoundError, ValueError):
            return b""  # of a run without one, or of the older system

    def _write(self, pieces: Iterable[LogPiece]) -> None:
        for piece in pieces:
            path = self._logs.path(piece.task_id)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("r+b" if piece.offset else "wb") as log:
                log.seek(piece.offset)
                log.write(piece.data)


class LogsOfStore(LogStore, CopyStore, Protocol):
    pass


class StoredLogs:
    """The logs that a shared store keeps."""

    def __init__(self, store: LogsOfStore) -> None:
        self._store = store

    async def first_pieces(self, tasks: Sequence[TaskId]) -> dict[TaskId, bytes]:
        found = {task_id: await self.piece(task_id, 0) for task_id in tasks}
        return {task_id: piece for task_id, piece in found.items() if piece}

    async def piece(self, task_id: TaskId, offset: int) -> bytes:
        return await self._store.read_log(task_id, offset=offset, limit=LOG_PIECE_BYTES)

    async def keep(self, pieces: Sequence[LogPiece]) -> None:
        await self._store.carry_logs(pieces)


async def carry_logs(source: LogSide, target: LogSide, tasks: Sequence[TaskId]) -> int:
    """Carry the logs of these tasks; how many there were."""
    first = await source.first_pieces(tasks)
    held: list[LogPiece] = []
    size = 0
    for task_id, piece in first.items():
        offset = 0
        while piece:
            held.append(LogPiece(task_id=task_id, offset=offset, data=piece))
            offset += len(piece)
            size += len(piece)
            if size >= HELD_BYTES:
                await target.keep(held)
                held, size = [], 0
            if len(piece) < LOG_PIECE_BYTES:
                break
            piece = await source.piece(task_id, offset)
    if held:
        await target.keep(held)
    return len(first)
