"""The floor: the least that a broadcast over ASGI can be, on the same server program and loop.

One future that all clients wait for; its result is the next event with the future after it, so that
nobody misses one. No store, no ids to resume from, no limits, no time-outs, no checks.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, Final

import uvicorn
from starlette.types import Receive, Scope, Send

from bench.stream.metronome import Metronome, plain_event

_HEADERS: Final = [
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"no-store"),
]


class Broadcast:
    def __init__(self) -> None:
        self._next: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._seq = 0

    async def publish(self, due: float, size: int) -> None:
        self._seq += 1
        event_id, data = plain_event(self._seq, due, size)
        frame = b"id: %b\nevent: bench\ndata: %b\n\n" % (event_id.encode(), data)
        told, self._next = self._next, asyncio.get_running_loop().create_future()
        told.set_result((frame, self._next))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return
        watching = asyncio.ensure_future(_gone(receive))
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
        following = self._next
        # Who left is let go at the next event: to cancel one waiting for the future would cancel
        # it for all, and to shield it would cost each of them another future.
        while True:
            frame, following = await following
            if watching.done():
                return
            await send({"type": "http.response.body", "body": frame, "more_body": True})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        host, port = self.servers[0].sockets[0].getsockname()
        print(json.dumps({"url": f"http://{host}:{port}/"}), flush=True)


async def _main() -> None:
    broadcast = Broadcast()
    metronome = Metronome(broadcast.publish)
    metronome.listen()
    beating = asyncio.create_task(metronome.run())
    config = uvicorn.Config(
        broadcast,
        host="127.0.0.1",
        port=0,
        backlog=4096,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    await _Server(config).serve()
    beating.cancel()


if __name__ == "__main__":
    import uvloop

    uvloop.run(_main())
    sys.exit(0)
