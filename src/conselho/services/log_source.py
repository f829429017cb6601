"""Where the log of a run is read: in the file of the machine that ran it, or in a shared store."""

from __future__ import annotations

import asyncio

from conselho.models.task import Task
from conselho.services.log_reader import PIECE_BYTES, LogReader
from conselho.services.logs import RunLogs
from conselho.store import LogStore, Store


class StoredLog:
    """As LogReader, over a store. Raises StoreUnavailable."""

    def __init__(self, store: LogStore, task: Task, *, offset: int = 0) -> None:
        self._store = store
        self._task_id = task.task_id
        self.offset = offset

    async def to_tail(self, length: int) -> None:
        start = max(await self._store.log_size(self._task_id) - length, 0)
        if start <= self.offset:
            return
        limit = min(length, PIECE_BYTES) + 1
        piece = await self._store.read_log(self._task_id, offset=start - 1, limit=limit)
        self.offset = start + max(piece.find(b"\n"), 0)

    async def read(self) -> bytes:
        piece = await self._store.read_log(self._task_id, offset=self.offset, limit=PIECE_BYTES)
        self.offset += len(piece)
        return piece


class FileLog:
    """LogReader, in a thread."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader

    @property
    def offset(self) -> int:
        return self._reader.offset

    async def to_tail(self, length: int) -> None:
        await asyncio.to_thread(self._reader.to_tail, length)

    async def read(self) -> bytes:
        return await asyncio.to_thread(self._reader.read)


LogSource = FileLog | StoredLog


def log_source(store: Store, logs: RunLogs, task: Task, *, offset: int = 0) -> LogSource:
    """Where to read the log of a Task, as it is now, from byte `offset` on.

    A file holds the attempts of this machine; the store, those of all. So a file is read only where
    there is no other attempt: then both hold the same, and the file has it sooner.
    """
    path = logs.path(task.task_id)
    if store.is_shared and (task.attempt > 1 or not path.exists()):
        return StoredLog(store, task, offset=offset)
    return FileLog(LogReader(path, offset=offset))
