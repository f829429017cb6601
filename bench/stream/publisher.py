"""Publishes to nchan at a steady rate, over one connection: `python -m bench.stream.publisher URL`.

`ts` is the moment before the POST is sent: an application that publishes through another server
waits for that one, too.
"""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import urlsplit

from bench.stream.metronome import Metronome, plain_event


class Publisher:
    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)
        self._seq = 0
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def publish(self, due: float, size: int) -> None:
        """Raises OSError when the server does not take it."""
        if self._streams is None:
            host, port = self._url.hostname, self._url.port
            self._streams = await asyncio.open_connection(host, port)
        reader, writer = self._streams
        self._seq += 1
        _, data = plain_event(self._seq, due, size)
        head = (
            f"POST {self._url.path} HTTP/1.1\r\nHost: {self._url.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        writer.write(head.encode() + data)
        answer = await reader.readuntil(b"\r\n\r\n")
        status, length = answer.split()[1], 0
        for line in answer.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        await reader.readexactly(length)
        if not status.startswith(b"2"):
            raise OSError(f"nchan answered with the status {status.decode()}")


async def main() -> None:
    metronome = Metronome(Publisher(sys.argv[1]).publish)
    metronome.listen()
    await metronome.run()


if __name__ == "__main__":
    asyncio.run(main())
